#include "lower/lowering.h"

enum { OBJECT_FIELDS_OFFSET = 8 }; // fields follow the MethodTable pointer

/// Address of an instance field of `object`, an object, an address of a struct, or a struct value.
static Access field_access(Lowering *l, Value object, Field *field) {
    Access access = {.prefixes = l->in->prefixes};
    if (l->in->prefixes & PREFIX_Unaligned)
        access.alignment = l->in->alignment ? l->in->alignment : 1;
    uint32_t offset = field_offset(l->u->ts, field); // -8 for Object.m_pEEType, which lies before the fields
    switch (object.kind) {
    case STACK_Object:
        check_null(l, object);
        // Modulo 2^32: Object's own MethodTable field lies before the first field.
        access.address = gep_bytes(l, value_pointer(l, object), (uint32_t)(OBJECT_FIELDS_OFFSET + offset));
        access.facts = FACT_Heap | FACT_NonNull;
        break;
    case STACK_Value:
        access.address = gep_bytes(l, object.ref, offset);
        access.facts = FACT_Stack | FACT_NonNull;
        break;
    case STACK_ByRef:
    case STACK_NativeInt:
    case STACK_Int32:
    case STACK_Int64:
        check_null(l, object);
        access.address = gep_bytes(l, value_pointer(l, object), offset);
        access.facts = object.facts | FACT_NonNull;
        if (object.kind != STACK_ByRef)
            access.alignment = 1;
        break;
    case STACK_Float32:
    case STACK_Float64: lower_internal(l, "a field of a floating-point number"); break;
    }
    // Explicit and packed layouts put fields at any address.
    uint32_t alignment = storage_of(l->u, field->type).alignment;
    while (alignment > 1 && offset % alignment != 0)
        alignment /= 2;
    uint32_t owner = field->owner->is_value_type ? type_alignment(l->u->ts, field->owner) : 8;
    if (owner && owner < alignment)
        alignment = owner;
    if (alignment < storage_of(l->u, field->type).alignment &&
        (!access.alignment || alignment < access.alignment))
        access.alignment = alignment;
    return access;
}

void op_field(Lowering *l) {
    Field *field = (Field *)l->in->field;
    Opcode op = l->in->op;
    Value value = op == OP_stfld ? stack_pop(l) : (Value){.kind = STACK_Int32};
    Value object = stack_pop(l);
    if (field->def->is_static) { // allowed: the object is evaluated and dropped (III.4.10)
        if (op == OP_stfld)
            stack_push(l, value);
        op_static_field(l);
        return;
    }
    Access access = field_access(l, object, field);
    if (l->failed)
        return;
    switch (op) { // NOLINT: the others do not come here
    case OP_ldfld: load_value(l, field->type, access); break;
    case OP_stfld: store_value(l, field->type, access, value); break;
    case OP_ldflda: {
        StackKind kind =
            object.kind == STACK_Object || object.kind == STACK_ByRef ? STACK_ByRef : STACK_NativeInt;
        stack_push(l,
                   (Value){.kind = kind, .ref = access.address, .type = field->type, .facts = access.facts});
        break;
    }
    default: lower_unsupported(l, "unknown field instruction"); break;
    }
}

// ---- Static fields (corelib-contract 2) ---------------------------------------------------------

static LLVMValueRef thread_static_base(Lowering *l, Type *owner) {
    // {TypeManagerSlot*, i64 index} of the type
    LLVMValueRef cell = entity_symbol(l->u, SYMBOL_ThreadStaticIndex, owner);
    LLVMValueRef args[2] = {load_invariant(l, l->u->ptr, cell),
                            load_invariant(l, l->u->i64, gep_bytes(l, cell, 8))};
    const Method *helper = well_known_method(l->u->ts, WELL_KNOWN_METHOD_GetThreadStaticBaseForType);
    if (helper->signature->param_count == 2 &&
        storage_of(l->u, helper->signature->params[1]).kind == STACK_Int32)
        args[1] = LLVMBuildTrunc(l->builder, args[1], l->u->i32, "");
    return call_helper(l, WELL_KNOWN_METHOD_GetThreadStaticBaseForType, args, 2);
}

static Access static_access(Lowering *l, Field *field) {
    Access access = {.prefixes = l->in->prefixes, .facts = FACT_NonNull};
    uint64_t offset = 0;
    if (l->in->check_cctor)
        check_cctor(l, field->owner);
    switch (field_static_kind(l->u->ts, field)) {
    case STATIC_NonGC:
        access.address = entity_symbol(l->u, SYMBOL_NonGCStatics, field->owner);
        offset = field_static_offset(l->u->ts, field);
        break;
    case STATIC_GC: {
        LLVMValueRef cell = entity_symbol(l->u, SYMBOL_GCStatics, field->owner);
        access.address = load_invariant(l, l->u->ptr, cell); // filled in before any managed code reads it
        access.facts |= FACT_Heap;
        offset = OBJECT_FIELDS_OFFSET + (uint64_t)field_static_offset(l->u->ts, field);
        break;
    }
    case STATIC_Thread:
        access.address = thread_static_base(l, field->owner);
        access.facts |= FACT_Heap;
        offset = OBJECT_FIELDS_OFFSET + (uint64_t)field_static_offset(l->u->ts, field);
        break;
    case STATIC_Rva: access.address = entity_symbol(l->u, SYMBOL_Rva, field); break;
    case STATIC_Literal: lower_internal(l, "a literal field has no location"); break;
    }
    if (access.address)
        access.address = gep_bytes(l, access.address, offset);
    return access;
}

void op_static_field(Lowering *l) {
    Field *field = (Field *)l->in->field;
    Opcode op = l->in->op;
    Value value = op == OP_stsfld || op == OP_stfld ? stack_pop(l) : (Value){.kind = STACK_Int32};
    Access access = static_access(l, field);
    if (!access.address) {
        l->failed = true;
        return;
    }
    if (op == OP_ldsfld || op == OP_ldfld) {
        load_value(l, field->type, access);
    } else if (op == OP_stsfld || op == OP_stfld) {
        store_value(l, field->type, access, value);
    } else {
        bool is_unmanaged = field_static_kind(l->u->ts, field) == STATIC_Rva;
        stack_push(l, (Value){.kind = STACK_ByRef,
                              .ref = access.address,
                              .type = field->type,
                              .facts = is_unmanaged ? FACT_NonNull : access.facts});
    }
}

// ---- Data of RVA fields -------------------------------------------------------------------------

void op_initialize_array(Lowering *l) {
    enum { ARRAY_DATA_OFFSET = 16 };
    Value array = stack_pop(l);
    Bytes data;
    Field *field = (Field *)l->in->field;
    uint64_t offset = ARRAY_DATA_OFFSET;
    check_null(l, array);
    if (array.type && array.type->kind == TYPE_Array)
        offset += 8 * (uint64_t)array.type->rank; // lengths and lower bounds
    if (!field_rva_data(l->u->ts, field, &data)) {
        lower_internal(l, "the field has no data");
        return;
    }
    copy_bytes(l, gep_bytes(l, value_pointer(l, array), offset), entity_symbol(l->u, SYMBOL_Rva, field),
               data.size, 1);
}

void op_create_span(Lowering *l) {
    Field *field = (Field *)l->in->field;
    Type *element = l->in->type2;
    uint32_t size = type_size(l->u->ts, element);
    Bytes data;
    if (!field_rva_data(l->u->ts, field, &data) || size == 0) {
        lower_internal(l, "the field has no data");
        return;
    }
    Type *const *args = &element;
    Type *span = l->in->receiver;
    if (!span) {
        Failure failure = {.kind = FAILURE_None};
        Type *corelib_type = well_known_type(l->u->ts, WELL_KNOWN_TYPE_Object);
        Type *definition = type_find(l->u->ts, corelib_type->def->module, "System", "ReadOnlySpan`1");
        span = definition ? type_instantiate(l->u->ts, definition->def, args, 1, &failure) : NULL;
    }
    if (!span) {
        lower_internal(l, "System.ReadOnlySpan is missing");
        return;
    }
    // {ref T _reference; int _length}
    LLVMValueRef memory = temp_struct(l, span);
    LLVMBuildStore(l->builder, entity_symbol(l->u, SYMBOL_Rva, field), memory);
    LLVMBuildStore(l->builder, LLVMConstInt(l->u->i32, data.size / size, false), gep_bytes(l, memory, 8));
    stack_push(l, (Value){.kind = STACK_Value, .type = span, .ref = memory});
}
