#include "lower/lowering.h"

static Storage storage_scalar(StackKind kind, LLVMTypeRef type, uint32_t size, bool is_signed) {
    return (Storage){.kind = kind, .type = type, .size = size, .alignment = size, .is_signed = is_signed};
}

static Storage storage_struct(UnitState *u, Type *type) {
    Storage storage = {
        .kind = STACK_Value, .size = type_size(u->ts, type), .alignment = type_alignment(u->ts, type)};
    if (storage.alignment == 0)
        storage.alignment = 1;
    if (storage.alignment > 8)
        storage.alignment = 8; // heap objects, array elements and static regions promise no more
    if (storage.size == 0)
        storage.size = 1; // an empty struct has one byte (II.10.1.2)
    storage.type = LLVMArrayType2(u->i8, storage.size);
    return storage;
}

static LLVMTypeRef scalar_type(const UnitState *u, Scalar scalar) {
    if (scalar.kind == STACK_Float32)
        return u->f32;
    if (scalar.kind == STACK_Float64)
        return u->f64;
    return scalar.size == 1 ? u->i8 : scalar.size == 2 ? u->i16 : scalar.size == 4 ? u->i32 : u->i64;
}

static Storage storage_of_value_type(UnitState *u, Type *type) {
    if (type->element_type == ELEMENT_TYPE_VOID)
        return (Storage){.is_void = true, .type = u->type_void, .alignment = 1};
    Type *reduced = type->def->is_enum ? type_enum_underlying(u->ts, type) : type;
    Scalar scalar = scalar_of_element(reduced->element_type);
    if (scalar.size)
        return storage_scalar(scalar.kind, scalar_type(u, scalar), scalar.size, scalar.is_signed);
    return storage_struct(u, type);
}

Storage storage_of(UnitState *u, Type *type) {
    switch (type->kind) {
    case TYPE_Named:
        if (type->is_value_type || type->element_type == ELEMENT_TYPE_VOID)
            return storage_of_value_type(u, type);
        return storage_scalar(STACK_Object, u->ptr, 8, false);
    case TYPE_SzArray:
    case TYPE_Array: return storage_scalar(STACK_Object, u->ptr, 8, false);
    case TYPE_Pointer:
    case TYPE_FunctionPointer: return storage_scalar(STACK_NativeInt, u->ptr, 8, false);
    case TYPE_ByRef: return storage_scalar(STACK_ByRef, u->ptr, 8, false);
    case TYPE_Var:
    case TYPE_MVar: unit_internal_error(u, NULL, "an open type reached code generation"); break;
    }
    return storage_scalar(STACK_Object, u->ptr, 8, false);
}

LLVMTypeRef stack_type(const UnitState *u, StackKind kind) {
    switch (kind) {
    case STACK_Int32: return u->i32;
    case STACK_Int64: return u->i64;
    case STACK_NativeInt: return u->i64;
    case STACK_Float32: return u->f32;
    case STACK_Float64: return u->f64;
    case STACK_Object:
    case STACK_ByRef:
    case STACK_Value: return u->ptr;
    }
    return u->ptr;
}
