#include "lower/lowering.h"

// ---- Operand stack ------------------------------------------------------------------------------

void stack_push(Lowering *l, Value value) {
    if (l->depth == l->capacity) {
        uint32_t capacity = l->capacity ? 2 * l->capacity : 16;
        Value *grown = ARENA_ARRAY(l->scratch, Value, capacity);
        if (l->depth)
            memcpy(grown, l->stack, l->depth * sizeof *grown);
        l->stack = grown;
        l->capacity = capacity;
    }
    l->stack[l->depth++] = value;
}

void stack_push_scalar(Lowering *l, StackKind kind, LLVMValueRef ref) {
    stack_push(l, (Value){.kind = kind, .ref = ref});
}

void stack_push_object(Lowering *l, Type *type, LLVMValueRef ref, uint8_t facts) {
    stack_push(l, (Value){.kind = STACK_Object, .type = type, .ref = ref, .facts = facts});
}

Value stack_pop(Lowering *l) {
    if (l->depth == 0) {
        lower_internal(l, "the operand stack is empty");
        return (Value){.kind = STACK_Object, .ref = LLVMGetUndef(l->u->ptr)};
    }
    Value value = l->stack[--l->depth];
    if (value.kind == STACK_Value)
        ARRAY_PUSH(l->scratch, &l->temps_released, value.ref);
    return value;
}

Value *stack_pop_many(Lowering *l, uint32_t count) {
    Value *values = ARENA_ARRAY(l->scratch, Value, count + 1);
    for (uint32_t i = count; i-- > 0;)
        values[i] = stack_pop(l);
    return values;
}

Value stack_peek(Lowering *l, uint32_t from_top) {
    if (from_top >= l->depth) {
        lower_internal(l, "the operand stack is empty");
        return (Value){.kind = STACK_Object, .ref = LLVMGetUndef(l->u->ptr)};
    }
    return l->stack[l->depth - 1 - from_top];
}

// ---- Conversions of single values ---------------------------------------------------------------

static bool is_pointer(LLVMValueRef ref) {
    return LLVMGetTypeKind(LLVMTypeOf(ref)) == LLVMPointerTypeKind;
}

static LLVMValueRef bad_kind(Lowering *l, LLVMTypeRef wanted) {
    lower_internal(l, "an operand has a kind that this instruction does not take");
    return LLVMGetUndef(wanted);
}

LLVMValueRef value_i64(Lowering *l, Value value) {
    switch (value.kind) {
    case STACK_Int32: return LLVMBuildSExt(l->builder, value.ref, l->u->i64, "");
    case STACK_Int64:
    case STACK_NativeInt:
    case STACK_Object:
    case STACK_ByRef:
        return is_pointer(value.ref) ? LLVMBuildPtrToInt(l->builder, value.ref, l->u->i64, "") : value.ref;
    case STACK_Float32:
    case STACK_Float64:
    case STACK_Value: break;
    }
    return bad_kind(l, l->u->i64);
}

LLVMValueRef value_pointer(Lowering *l, Value value) {
    switch (value.kind) {
    case STACK_Int32:
    case STACK_Int64:
    case STACK_NativeInt:
    case STACK_Object:
    case STACK_ByRef: {
        if (is_pointer(value.ref))
            return value.ref;
        LLVMValueRef wide = value_i64(l, value);
        if (LLVMIsAConstantInt(wide) && LLVMConstIntGetZExtValue(wide) == 0)
            return LLVMConstNull(l->u->ptr);
        return LLVMBuildIntToPtr(l->builder, wide, l->u->ptr, "");
    }
    case STACK_Float32:
    case STACK_Float64:
    case STACK_Value: break;
    }
    return bad_kind(l, l->u->ptr);
}

LLVMValueRef value_i32(Lowering *l, Value value) {
    if (value.kind == STACK_Int32)
        return value.ref;
    return LLVMBuildTrunc(l->builder, value_i64(l, value), l->u->i32, "");
}

static LLVMValueRef value_float(Lowering *l, Value value, LLVMTypeRef type) {
    if (value.kind != STACK_Float32 && value.kind != STACK_Float64)
        return bad_kind(l, type);
    return LLVMBuildFPCast(l->builder, value.ref, type, "");
}

Value value_convert(Lowering *l, Value value, StackKind kind) {
    Value result = {.kind = kind, .facts = value.facts, .type = value.type};
    switch (kind) {
    case STACK_Int32: result.ref = value_i32(l, value); break;
    case STACK_Int64: result.ref = value_i64(l, value); break;
    case STACK_NativeInt: // stays a pointer if it is one: see lowering.h
        result.ref = value.kind == STACK_Int32 ? value_i64(l, value) : value.ref;
        break;
    case STACK_Float32: result.ref = value_float(l, value, l->u->f32); break;
    case STACK_Float64: result.ref = value_float(l, value, l->u->f64); break;
    case STACK_Object:
    case STACK_ByRef: result.ref = value_pointer(l, value); break;
    case STACK_Value:
        if (value.kind != STACK_Value)
            bad_kind(l, l->u->ptr);
        result.ref = value.ref;
        break;
    }
    return result;
}

LLVMValueRef value_for_storage(Lowering *l, Value value, const Storage *storage) {
    switch (storage->kind) {
    case STACK_Int32:
        return storage->size == 4 ? value_i32(l, value)
                                  : LLVMBuildTrunc(l->builder, value_i32(l, value), storage->type, "");
    case STACK_Int64: return value_i64(l, value);
    case STACK_NativeInt:
        return LLVMGetTypeKind(storage->type) == LLVMPointerTypeKind ? value_pointer(l, value)
                                                                     : value_i64(l, value);
    case STACK_Float32:
    case STACK_Float64: return value_float(l, value, storage->type);
    case STACK_Object:
    case STACK_ByRef: return value_pointer(l, value);
    case STACK_Value: break;
    }
    return bad_kind(l, storage->type);
}

// ---- Stack memory -------------------------------------------------------------------------------

LLVMValueRef alloca_type(Lowering *l, LLVMTypeRef type) {
    return LLVMBuildAlloca(l->alloca_builder, type, "");
}

LLVMValueRef alloca_bytes(Lowering *l, uint32_t size, uint32_t alignment) {
    LLVMValueRef memory = alloca_type(l, LLVMArrayType2(l->u->i8, size));
    // More than 16 would realign the frame, which filters cannot bear (llvm.md 1.2); 8 lets the copies be
    // wide.
    LLVMSetAlignment(memory, alignment > 16 ? 16 : size >= 8 && alignment < 8 ? 8 : alignment);
    return memory;
}

Slot slot_make(Lowering *l, Type *type) {
    Slot slot = {.storage = storage_of(l->u, type), .type = type};
    slot.address = slot.storage.kind == STACK_Value
                       ? alloca_bytes(l, slot.storage.size, slot.storage.alignment)
                       : alloca_type(l, slot.storage.type);
    return slot;
}

static void lifetime(Lowering *l, const char *name, LLVMValueRef memory) {
    uint64_t size = LLVMGetArrayLength2(LLVMGetAllocatedType(memory));
    LLVMValueRef function = intrinsic_function(l->u, name, &l->u->ptr, 1);
    LLVMBuildCall2(l->builder, LLVMGlobalGetValueType(function), function,
                   (LLVMValueRef[]){LLVMConstInt(l->u->i64, size, false), memory}, 2, "");
}

LLVMValueRef temp_struct(Lowering *l, Type *type) {
    Storage storage = storage_of(l->u, type);
    LLVMValueRef memory = alloca_bytes(l, storage.size, storage.alignment);
    lifetime(l, "llvm.lifetime.start", memory);
    return memory;
}

void temps_end(Lowering *l) {
    if (!l->terminated)
        for (uint32_t i = 0; i < l->temps_released.count; i++)
            lifetime(l, "llvm.lifetime.end", l->temps_released.items[i]);
    l->temps_released.count = 0;
}
