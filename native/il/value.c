// Abstract values: what the interpreter knows of a stack entry or a variable, and their meet at joins.
#include "il/internal.h"

/// No other type can be behind a location of this static type (null aside).
static bool type_is_exact(const Type *type) {
    if (type->kind == TYPE_Named)
        return type->def->is_sealed && !type->def->is_delegate && !type->def->is_interface;
    // An array of a sealed class or struct; int[] may be a uint[] or an enum's array (I.8.7.1), so primitives
    // are not exact.
    if (type->kind != TYPE_SzArray)
        return false;
    const Type *element = type->element;
    return element->kind == TYPE_Named && element->def->is_sealed && !element->def->is_enum &&
           !element->def->is_delegate &&
           (element->element_type == ELEMENT_TYPE_VALUETYPE || element->element_type == ELEMENT_TYPE_STRING ||
            element->element_type == ELEMENT_TYPE_CLASS);
}

static Value plain(StackKind kind, Type *type) {
    return (Value){.kind = kind, .type = type};
}

static Value value_of_named(Il *il, Type *type) {
    Type *reduced = type->def->is_enum ? type_enum_underlying(il->ts, type) : type;
    Scalar scalar = scalar_of_element(reduced->element_type);
    if (scalar.size)
        return plain(scalar.kind, NULL);
    if (type->is_value_type)
        return plain(STACK_Value, type);
    Value value = plain(STACK_Object, type);
    value.exact = type_is_exact(type);
    return value;
}

Value value_of_type(Il *il, Type *type) {
    switch (type->kind) {
    case TYPE_Named: return value_of_named(il, type);
    case TYPE_SzArray:
    case TYPE_Array: {
        Value value = plain(STACK_Object, type);
        value.exact = type_is_exact(type);
        return value;
    }
    case TYPE_ByRef: return plain(STACK_ByRef, type->element);
    case TYPE_Pointer:
    case TYPE_FunctionPointer: return plain(STACK_NativeInt, NULL);
    case TYPE_Var:
    case TYPE_MVar: return plain(STACK_Object, il->object); // only in open bodies, which are never compiled
    }
    return plain(STACK_Object, il->object);
}

Value value_integer(StackKind kind, int64_t value) {
    return (Value){.kind = kind, .known = KNOWN_Int, .integer = kind == STACK_Int32 ? (int32_t)value : value};
}
Value value_int32(int32_t value) {
    return value_integer(STACK_Int32, value);
}
Value value_runtime_type(Il *il, Type *type) {
    return (Value){.kind = STACK_Object,
                   .type = il->runtime_type,
                   .exact = true,
                   .non_null = true,
                   .known = KNOWN_Type,
                   .known_type = type};
}

static bool known_same(const Value *a, const Value *b) {
    if (a->known != b->known)
        return false;
    switch (a->known) {
    case KNOWN_Nothing:
    case KNOWN_Null:
    case KNOWN_GetType: return true;
    case KNOWN_Int: return a->integer == b->integer;
    case KNOWN_Type:
    case KNOWN_TypeHandle: return a->known_type == b->known_type;
    case KNOWN_FieldHandle: return a->field == b->field;
    case KNOWN_Function:
    case KNOWN_Virtual: return a->method == b->method;
    }
    return false;
}

bool value_same(const Value *a, const Value *b) {
    return a->kind == b->kind && a->type == b->type && a->exact == b->exact && a->non_null == b->non_null &&
           known_same(a, b);
}

/// Kinds at a join: equal, or one of the pairs that real code mixes (III.1.8.1.3 and its usual relaxations).
static bool merge_kind(StackKind a, StackKind b, StackKind *out) {
    *out = a;
    if (a == b)
        return true;
    if (a > b)
        return merge_kind(b, a, out);
    if (b == STACK_ByRef && (a == STACK_NativeInt || a == STACK_Int32))
        return *out = STACK_ByRef, true;
    if (a == STACK_Int32 && b == STACK_NativeInt)
        return *out = STACK_NativeInt, true;
    if (a == STACK_Int64 && b == STACK_NativeInt)
        return *out = STACK_Int64, true;
    if (a == STACK_Float32 && b == STACK_Float64)
        return *out = STACK_Float64, true;
    return false;
}

static Type *common_base(Il *il, Type *a, Type *b) {
    if (type_is_castable_to(il->ts, a, b))
        return b;
    if (type_is_castable_to(il->ts, b, a))
        return a;
    for (Type *base = type_base(il->ts, a); base; base = type_base(il->ts, base))
        if (type_is_castable_to(il->ts, b, base))
            return base;
    return il->object;
}

/// A box has its value type as static type; a join with anything else sees it as an object.
static Type *merge_object_type(Il *il, const Value *a, const Value *b) {
    if (a->known == KNOWN_Null || !a->type)
        return b->type;
    if (b->known == KNOWN_Null || !b->type || a->type == b->type)
        return a->type;
    return common_base(il, a->type, b->type);
}

bool value_merge(Il *il, Value a, Value b, Value *out) {
    if (value_same(&a, &b)) {
        *out = a;
        return true;
    }
    Value merged = {.kind = a.kind};
    if (!merge_kind(a.kind, b.kind, &merged.kind))
        return false;
    if (merged.kind == STACK_Value && a.type != b.type)
        return false;
    merged.type = merged.kind == STACK_Object ? merge_object_type(il, &a, &b)
                  : a.type == b.type          ? a.type
                                              : NULL;
    if (a.kind == STACK_Object) {
        bool a_exact = a.exact || a.known == KNOWN_Null, b_exact = b.exact || b.known == KNOWN_Null;
        merged.exact = a_exact && b_exact && (a.known == KNOWN_Null || a.type == merged.type) &&
                       (b.known == KNOWN_Null || b.type == merged.type);
        merged.non_null = a.non_null && b.non_null;
    }
    if (a.kind == b.kind && known_same(&a, &b)) {
        merged.known = a.known;
        merged.integer = a.integer;
        if (a.known == KNOWN_Type || a.known == KNOWN_TypeHandle)
            merged.known_type = a.known_type;
        if (a.known == KNOWN_FieldHandle)
            merged.field = a.field;
        if (a.known == KNOWN_Function || a.known == KNOWN_Virtual)
            merged.method = a.method;
    }
    *out = merged;
    return true;
}
