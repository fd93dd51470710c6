#include "lower/lowering.h"

enum { ARRAY_DATA_OFFSET = 16 }; // elements of a single-dimensional array

static LLVMValueRef element_address(Lowering *l, Value array, Value index, Type *element) {
    check_null(l, array);
    LLVMValueRef object = value_pointer(l, array);
    LLVMValueRef wide = check_bounds(l, index, load_array_length(l, object));
    uint32_t size = storage_of(l->u, element).size;
    LLVMValueRef data = gep_bytes(l, object, ARRAY_DATA_OFFSET);
    return LLVMBuildInBoundsGEP2(l->builder, LLVMArrayType2(l->u->i8, size), data, &wide, 1, "");
}

static LLVMValueRef native_index(Lowering *l, Value index) {
    return value_i64(l, index);
}

static void lower_ldelem(Lowering *l) {
    Value index = stack_pop(l), array = stack_pop(l);
    Type *element = l->in->type;
    Access access = {.address = element_address(l, array, index, element), .facts = FACT_Heap | FACT_NonNull};
    Value value = load_value_at(l, element, access);
    if (value.kind == STACK_Object && array.type && array.type->kind == TYPE_SzArray)
        value.type = array.type->element;
    stack_push(l, value);
}

static void lower_stelem(Lowering *l) {
    Value value = stack_pop(l), index = stack_pop(l), array = stack_pop(l);
    Type *element = l->in->type;
    if (!type_is_reference(element)) {
        Access access = {.address = element_address(l, array, index, element),
                         .facts = FACT_Heap | FACT_NonNull};
        store_value(l, element, access, value);
        return;
    }
    if (LLVMIsNull(value_pointer(l, value))) { // null fits every element type
        Access access = {.address = element_address(l, array, index, element),
                         .facts = FACT_Heap | FACT_NonNull};
        store_reference(l, access, value.ref);
        return;
    }
    // Null, range and type of the element are the helper's business (array covariance).
    LLVMValueRef args[3] = {value_pointer(l, array), native_index(l, index), value_pointer(l, value)};
    call_helper(l, WELL_KNOWN_METHOD_StelemRef, args, 3);
}

static void lower_ldelema(Lowering *l) {
    Value index = stack_pop(l), array = stack_pop(l);
    Type *element = l->in->type;
    Value result = {.kind = STACK_ByRef, .type = element, .facts = FACT_Heap | FACT_NonNull};
    if (type_is_reference(element) && !(l->in->prefixes & PREFIX_ReadOnly)) {
        LLVMValueRef args[3] = {value_pointer(l, array), native_index(l, index), method_table(l->u, element)};
        result.ref = call_helper(l, WELL_KNOWN_METHOD_LdelemaRef, args, 3);
        if (!result.ref)
            return;
    } else {
        result.ref = element_address(l, array, index, element);
    }
    stack_push(l, result);
}

static void lower_ldlen(Lowering *l) {
    Value array = stack_pop(l);
    check_null(l, array);
    LLVMValueRef length = load_array_length(l, value_pointer(l, array));
    stack_push_scalar(l, STACK_NativeInt, LLVMBuildZExt(l->builder, length, l->u->i64, ""));
}

static void lower_newarr(Lowering *l) {
    Value length = stack_pop(l);
    Type *array = type_sz_array(l->u->ts, l->in->type);
    const char *helper = type_is_reference(l->in->type) ? "RhpNewPtrArrayFast" : "RhpNewArrayFast";
    LLVMValueRef args[2] = {method_table(l->u, array),
                            value_i64(l, length)}; // a negative length is too large
    LLVMValueRef object =
        call_runtime(l, helper, l->u->ptr, args, (LLVMTypeRef[]){l->u->ptr, l->u->i64}, 2, true);
    stack_push_object(l, array, object, FACT_NonNull | FACT_Exact);
}

void op_array(Lowering *l) {
    switch (l->in->op) { // NOLINT: the others do not come here
    case OP_ldelem: lower_ldelem(l); break;
    case OP_stelem: lower_stelem(l); break;
    case OP_ldelema: lower_ldelema(l); break;
    case OP_ldlen: lower_ldlen(l); break;
    case OP_newarr: lower_newarr(l); break;
    default: lower_unsupported(l, "unknown array instruction"); break;
    }
}
