#include "lower/lowering.h"

// Loads and stores through addresses, and what works on blocks of memory.

static ElementType indirect_element(Opcode op) {
    if (op == OP_ldind_i1 || op == OP_stind_i1)
        return ELEMENT_TYPE_I1;
    if (op == OP_ldind_u1)
        return ELEMENT_TYPE_U1;
    if (op == OP_ldind_i2 || op == OP_stind_i2)
        return ELEMENT_TYPE_I2;
    if (op == OP_ldind_u2)
        return ELEMENT_TYPE_U2;
    if (op == OP_ldind_i4 || op == OP_stind_i4)
        return ELEMENT_TYPE_I4;
    if (op == OP_ldind_u4)
        return ELEMENT_TYPE_U4;
    if (op == OP_ldind_i8 || op == OP_stind_i8)
        return ELEMENT_TYPE_I8;
    if (op == OP_ldind_i || op == OP_stind_i)
        return ELEMENT_TYPE_I;
    if (op == OP_ldind_r4 || op == OP_stind_r4)
        return ELEMENT_TYPE_R4;
    if (op == OP_ldind_r8 || op == OP_stind_r8)
        return ELEMENT_TYPE_R8;
    return ELEMENT_TYPE_OBJECT;
}

/// ldind.i serves pointers too: a location known to hold an address loads as one.
static Type *indirect_type(Lowering *l, Value address) {
    ElementType element = indirect_element(l->in->op);
    Type *referent = address.kind == STACK_ByRef ? address.type : NULL;
    if (element == ELEMENT_TYPE_I && referent &&
        (referent->kind == TYPE_Pointer || referent->kind == TYPE_FunctionPointer))
        return referent;
    if (element == ELEMENT_TYPE_OBJECT && referent && type_is_reference(referent))
        return referent;
    return type_primitive(l->u->ts, element);
}

void op_load_indirect(Lowering *l) {
    Value address = stack_pop(l);
    Type *type = indirect_type(l, address);
    Access access = access_through(l, address);
    load_value(l, type, access);
}

void op_store_indirect(Lowering *l) {
    Value value = stack_pop(l), address = stack_pop(l);
    Type *type = indirect_type(l, address);
    Access access = access_through(l, address);
    store_value(l, type, access, value);
}

// ---- Objects in memory --------------------------------------------------------------------------

static void lower_cpobj(Lowering *l) {
    Value src = stack_pop(l), dst = stack_pop(l);
    Access to = access_through(l, dst), from = access_through(l, src);
    store_value(l, l->in->type, to, load_value_at(l, l->in->type, from));
}

/// III.3.30, III.3.36: a null address throws unless nothing is to be done.
static void check_block(Lowering *l, Value address, LLVMValueRef bytes) {
    if (address.facts & (FACT_NonNull | FACT_Stack))
        return;
    LLVMValueRef is_null = LLVMBuildIsNull(l->builder, value_pointer(l, address), "");
    LLVMValueRef has_work = LLVMBuildIsNotNull(l->builder, bytes, "");
    throw_if(l, LLVMBuildAnd(l->builder, is_null, has_work, ""),
             WELL_KNOWN_METHOD_ThrowNullReferenceException);
}

static void lower_cpblk(Lowering *l) {
    Value size = stack_pop(l), src = stack_pop(l), dst = stack_pop(l);
    LLVMValueRef bytes = LLVMBuildZExt(l->builder, value_i32(l, size), l->u->i64, "");
    check_block(l, dst, bytes);
    check_block(l, src, bytes);
    LLVMBuildMemCpy(l->builder, value_pointer(l, dst), 1, value_pointer(l, src), 1, bytes);
}

static void lower_initblk(Lowering *l) {
    Value size = stack_pop(l), fill = stack_pop(l), dst = stack_pop(l);
    LLVMValueRef bytes = LLVMBuildZExt(l->builder, value_i32(l, size), l->u->i64, "");
    LLVMValueRef byte = LLVMBuildTrunc(l->builder, value_i32(l, fill), l->u->i8, "");
    check_block(l, dst, bytes);
    LLVMBuildMemSet(l->builder, value_pointer(l, dst), byte, bytes, 1);
}

static void lower_localloc(Lowering *l) {
    Value size = stack_pop(l);
    LLVMValueRef bytes =
        size.kind == STACK_Int32 ? LLVMBuildZExt(l->builder, size.ref, l->u->i64, "") : value_i64(l, size);
    LLVMValueRef memory = LLVMBuildArrayAlloca(l->builder, l->u->i8, bytes, "");
    LLVMSetAlignment(memory, 16);
    if (l->body->init_locals)
        LLVMBuildMemSet(l->builder, memory, LLVMConstInt(l->u->i8, 0, false), bytes, 16);
    if (!LLVMIsAConstantInt(bytes) || LLVMConstIntGetZExtValue(bytes) == 0) // no bytes: null, as the JIT does
        memory = LLVMBuildSelect(l->builder, LLVMBuildIsNull(l->builder, bytes, ""), LLVMConstNull(l->u->ptr),
                                 memory, "");
    stack_push(l, (Value){.kind = STACK_NativeInt, .ref = memory, .facts = FACT_Stack});
}

void op_object_memory(Lowering *l) {
    Type *type = l->in->type;
    switch (l->in->op) { // NOLINT: the others do not come here
    case OP_ldobj: {
        Value address = stack_pop(l);
        load_value(l, type, access_through(l, address));
        break;
    }
    case OP_stobj: {
        Value value = stack_pop(l), address = stack_pop(l);
        Access access = access_through(l, address);
        store_value(l, type, access, value);
        break;
    }
    case OP_initobj: {
        Value address = stack_pop(l);
        zero_value(l, type, access_through(l, address));
        break;
    }
    case OP_cpobj: lower_cpobj(l); break;
    case OP_cpblk: lower_cpblk(l); break;
    case OP_initblk: lower_initblk(l); break;
    case OP_localloc: lower_localloc(l); break;
    case OP_sizeof:
        stack_push_scalar(l, STACK_Int32, LLVMConstInt(l->u->i32, storage_of(l->u, type).size, false));
        break;
    default: lower_unsupported(l, "unknown memory instruction"); break;
    }
}
