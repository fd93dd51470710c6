#include "lower/lowering.h"

// ldtoken and its relatives, typed references, string literals.

/// A handle is a struct of one pointer.
static void push_handle(Lowering *l, WellKnownType handle, LLVMValueRef pointer) {
    Type *type = well_known_type(l->u->ts, handle);
    LLVMValueRef memory = temp_struct(l, type);
    LLVMBuildStore(l->builder, pointer, memory);
    stack_push(l, (Value){.kind = STACK_Value, .type = type, .ref = memory});
}

static void load_string(Lowering *l) {
    LLVMValueRef literal = string_literal(l->u, l->in->string);
    if (!literal) {
        lower_internal(l, "a string literal is used but not marked");
        return;
    }
    stack_push_object(l, well_known_type(l->u->ts, WELL_KNOWN_TYPE_String), literal,
                      FACT_NonNull | FACT_Exact);
}

void op_token(Lowering *l) {
    switch (l->in->op) { // NOLINT: the others do not come here
    case OP_ldtoken:
        push_handle(l, WELL_KNOWN_TYPE_RuntimeTypeHandle, method_table(l->u, l->in->type));
        break;
    case OP_ldtoken_method:
        push_handle(l, WELL_KNOWN_TYPE_RuntimeMethodHandle,
                    entity_symbol(l->u, SYMBOL_MethodHandle, l->in->method));
        break;
    case OP_ldtoken_field:
        push_handle(l, WELL_KNOWN_TYPE_RuntimeFieldHandle,
                    entity_symbol(l->u, SYMBOL_FieldHandle, l->in->field));
        break;
    case OP_ldtype:
        stack_push_object(l, well_known_type(l->u->ts, WELL_KNOWN_TYPE_RuntimeType),
                          entity_symbol(l->u, SYMBOL_RuntimeType, l->in->type), FACT_NonNull | FACT_Exact);
        break;
    case OP_ldfrozen:
        stack_push_object(l, l->in->type2, entity_symbol(l->u, SYMBOL_FrozenObject, l->in->frozen),
                          FACT_NonNull | FACT_Exact);
        break;
    case OP_ldstr: load_string(l); break;
    default: lower_unsupported(l, "unknown token instruction"); break;
    }
}

// ---- Typed references ---------------------------------------------------------------------------

static LLVMValueRef typed_reference_part(Lowering *l, LLVMValueRef memory, const char *name) {
    Type *type = well_known_type(l->u->ts, WELL_KNOWN_TYPE_TypedReference);
    Field *field = type_find_field(l->u->ts, type, name);
    if (!field) {
        lower_internal(l, "System.TypedReference has no field '%s'", name);
        return memory;
    }
    return gep_bytes(l, memory, field_offset(l->u->ts, field));
}

void op_typed_reference(Lowering *l) {
    Type *type = well_known_type(l->u->ts, WELL_KNOWN_TYPE_TypedReference);
    Value operand = stack_pop(l);
    switch (l->in->op) { // NOLINT: the others do not come here
    case OP_mkrefany: {
        LLVMValueRef memory = temp_struct(l, type);
        LLVMBuildStore(l->builder, value_pointer(l, operand), typed_reference_part(l, memory, "_value"));
        LLVMBuildStore(l->builder, method_table(l->u, l->in->type),
                       typed_reference_part(l, memory, "_typeHandle"));
        stack_push(l, (Value){.kind = STACK_Value, .type = type, .ref = memory});
        break;
    }
    case OP_refanyval: {
        push_handle(l, WELL_KNOWN_TYPE_RuntimeTypeHandle, method_table(l->u, l->in->type));
        Value args[2];
        args[0] = stack_pop(l);
        args[1] = operand;
        call_method(l, well_known_method(l->u->ts, WELL_KNOWN_METHOD_GetRefAny), args);
        break;
    }
    case OP_refanytype: {
        LLVMValueRef handle =
            LLVMBuildLoad2(l->builder, l->u->ptr, typed_reference_part(l, operand.ref, "_typeHandle"), "");
        push_handle(l, WELL_KNOWN_TYPE_RuntimeTypeHandle, handle);
        Value argument = stack_pop(l);
        call_method(l, well_known_method(l->u->ts, WELL_KNOWN_METHOD_TypeHandleToRuntimeTypeHandleMaybeNull),
                    &argument);
        break;
    }
    default: lower_unsupported(l, "unknown typed-reference instruction"); break;
    }
}
