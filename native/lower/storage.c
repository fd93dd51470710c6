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

static Storage storage_of_value_type(UnitState *u, Type *type) {
    ElementType element =
        type->def->is_enum ? type_enum_underlying(u->ts, type)->element_type : type->element_type;
    switch (element) { // NOLINT: the rest of II.23.1.16 are not value types
    case ELEMENT_TYPE_VOID: return (Storage){.is_void = true, .type = u->type_void, .alignment = 1};
    case ELEMENT_TYPE_BOOLEAN:
    case ELEMENT_TYPE_U1: return storage_scalar(STACK_Int32, u->i8, 1, false);
    case ELEMENT_TYPE_I1: return storage_scalar(STACK_Int32, u->i8, 1, true);
    case ELEMENT_TYPE_CHAR:
    case ELEMENT_TYPE_U2: return storage_scalar(STACK_Int32, u->i16, 2, false);
    case ELEMENT_TYPE_I2: return storage_scalar(STACK_Int32, u->i16, 2, true);
    case ELEMENT_TYPE_I4:
    case ELEMENT_TYPE_U4: return storage_scalar(STACK_Int32, u->i32, 4, element == ELEMENT_TYPE_I4);
    case ELEMENT_TYPE_I8:
    case ELEMENT_TYPE_U8: return storage_scalar(STACK_Int64, u->i64, 8, element == ELEMENT_TYPE_I8);
    case ELEMENT_TYPE_I:
    case ELEMENT_TYPE_U: return storage_scalar(STACK_NativeInt, u->i64, 8, element == ELEMENT_TYPE_I);
    case ELEMENT_TYPE_R4: return storage_scalar(STACK_Float32, u->f32, 4, true);
    case ELEMENT_TYPE_R8: return storage_scalar(STACK_Float64, u->f64, 8, true);
    case ELEMENT_TYPE_END:
    case ELEMENT_TYPE_STRING:
    case ELEMENT_TYPE_PTR:
    case ELEMENT_TYPE_BYREF:
    case ELEMENT_TYPE_VALUETYPE:
    case ELEMENT_TYPE_CLASS:
    case ELEMENT_TYPE_VAR:
    case ELEMENT_TYPE_ARRAY:
    case ELEMENT_TYPE_GENERICINST:
    case ELEMENT_TYPE_TYPEDBYREF:
    case ELEMENT_TYPE_FNPTR:
    case ELEMENT_TYPE_OBJECT:
    case ELEMENT_TYPE_SZARRAY:
    case ELEMENT_TYPE_MVAR:
    case ELEMENT_TYPE_CMOD_REQD:
    case ELEMENT_TYPE_CMOD_OPT:
    case ELEMENT_TYPE_INTERNAL:
    case ELEMENT_TYPE_MODIFIER:
    case ELEMENT_TYPE_SENTINEL:
    case ELEMENT_TYPE_PINNED: break;
    }
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
