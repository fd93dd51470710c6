// Questions about exact types (reach.md 2.1.6, 2.2): typeof relations and the properties of System.Type on
// known types.
#include "il/internal.h"

static bool answer(Import *im, uint32_t arguments, bool value) {
    for (uint32_t i = 0; i < arguments; i++) {
        (void)pop(im);
        emit_pop(im);
    }
    step_integer(im, OP_ldc_i4, value);
    return true;
}
static bool answer_type(Import *im, Type *type) {
    (void)pop(im);
    emit_pop(im);
    step_type(im, OP_ldtype, type);
    return true;
}

static bool is_primitive(const Type *type) {
    if (type->kind != TYPE_Named)
        return false;
    ElementType e = type->element_type;
    return (e >= ELEMENT_TYPE_BOOLEAN && e <= ELEMENT_TYPE_R8) || e == ELEMENT_TYPE_I || e == ELEMENT_TYPE_U;
}
static bool is_value_type(const Type *type) {
    return type->kind == TYPE_Named && type->is_value_type;
}
static bool is_class(const Type *type) {
    return !is_value_type(type) && !(type->kind == TYPE_Named && type->def->is_interface);
}

/// Property of a type that is a plain yes or no; -1 if `id` is none of these, or the type is chosen at run
/// time.
static int property(FoldId id, const Type *type) {
    bool named = type->kind == TYPE_Named;
    if (named && type->def->is_placeholder && id != FOLD_TypeIsValueType && id != FOLD_TypeIsEnum &&
        id != FOLD_TypeIsPrimitive && id != FOLD_TypeIsPointer && id != FOLD_TypeIsByRef &&
        id != FOLD_TypeIsByRefLike && id != FOLD_TypeIsGenericTypeDefinition)
        return -1;
    if (id == FOLD_TypeIsValueType)
        return is_value_type(type);
    if (id == FOLD_TypeIsEnum)
        return named && type->def->is_enum;
    if (id == FOLD_TypeIsPrimitive)
        return is_primitive(type);
    if (id == FOLD_TypeIsClass)
        return is_class(type);
    if (id == FOLD_TypeIsInterface)
        return named && type->def->is_interface;
    if (id == FOLD_TypeIsArray)
        return type->kind == TYPE_SzArray || type->kind == TYPE_Array;
    if (id == FOLD_TypeIsPointer)
        return type->kind == TYPE_Pointer;
    if (id == FOLD_TypeIsByRef)
        return type->kind == TYPE_ByRef;
    if (id == FOLD_TypeIsByRefLike)
        return named && type->def->is_byref_like;
    if (id == FOLD_TypeIsGenericType)
        return named && type->def->generic_count > 0;
    if (id == FOLD_TypeIsGenericTypeDefinition)
        return type->is_generic_definition;
    return -1;
}

/// System.TypeCode of a type; enums count as their underlying type.
static int32_t type_code(Il *il, Type *type) {
    static const uint8_t codes[] = {
        [ELEMENT_TYPE_BOOLEAN] = 3, [ELEMENT_TYPE_CHAR] = 4, [ELEMENT_TYPE_I1] = 5,  [ELEMENT_TYPE_U1] = 6,
        [ELEMENT_TYPE_I2] = 7,      [ELEMENT_TYPE_U2] = 8,   [ELEMENT_TYPE_I4] = 9,  [ELEMENT_TYPE_U4] = 10,
        [ELEMENT_TYPE_I8] = 11,     [ELEMENT_TYPE_U8] = 12,  [ELEMENT_TYPE_R4] = 13, [ELEMENT_TYPE_R8] = 14,
        [ELEMENT_TYPE_STRING] = 18};
    if (type->kind != TYPE_Named)
        return 1;
    if (type->def->is_enum)
        type = type_enum_underlying(il->ts, type);
    if (type_is(type, "System", "Decimal"))
        return 15;
    if (type_is(type, "System", "DateTime"))
        return 16;
    if (type_is(type, "System", "DBNull"))
        return 2;
    return type->element_type < sizeof codes && codes[type->element_type] ? codes[type->element_type] : 1;
}

/// Assignability of exact types; open ones and pointers are left to run time.
static bool decidable(const Type *type) {
    return !type->is_generic_definition && type->kind != TYPE_Pointer && type->kind != TYPE_ByRef &&
           type->kind != TYPE_FunctionPointer;
}

static bool fold_assignable(Import *im, bool from) {
    Value argument = peek(im, 0), receiver = peek(im, 1);
    if (argument.known != KNOWN_Type || receiver.known != KNOWN_Type)
        return false;
    Type *source = from ? argument.known_type : receiver.known_type,
         *target = from ? receiver.known_type : argument.known_type;
    if (!decidable(source) || !decidable(target))
        return false;
    bool castable = type_is_castable_to(im->il->ts, source, target);
    if (!castable && (source->has_placeholder || target->has_placeholder))
        return false;
    return answer(im, 2, castable);
}

/// What placeholders stand for may make them the same.
static bool types_may_be_equal(TypeSystem *ts, const Type *x, const Type *y) {
    if (x->kind == TYPE_Named && x->def->is_placeholder)
        return type_is_reference(y);
    if (y->kind == TYPE_Named && y->def->is_placeholder)
        return type_is_reference(x);
    return type_canonical(ts, x) == type_canonical(ts, y);
}

int types_decide_equal(Il *il, const Type *x, const Type *y) {
    if (x == y)
        return 1;
    return (x->has_placeholder || y->has_placeholder) && types_may_be_equal(il->ts, x, y) ? -1 : 0;
}

/// 1 equal, 0 different, -1 unknown.
static int types_equal(Import *im, const Value *a, const Value *b) {
    if (a->known == KNOWN_Type && b->known == KNOWN_Type)
        return types_decide_equal(im->il, a->known_type, b->known_type);
    if ((a->known == KNOWN_Type && b->known == KNOWN_Null) ||
        (b->known == KNOWN_Type && a->known == KNOWN_Null))
        return 0;
    const IlFacts *facts = im->il->facts;
    const Value *known = a->known == KNOWN_Type ? a : b, *other = a->known == KNOWN_Type ? b : a;
    if (known->known != KNOWN_Type || !facts)
        return -1;
    // Closed world (reach.md 2.2): the other side cannot be T's object if nothing else makes or shows that.
    if (other->known == KNOWN_GetType && facts->has_instances &&
        !facts->has_instances(facts->context, known->known_type))
        return 0;
    if (facts->has_runtime_type && !facts->has_runtime_type(facts->context, known->known_type))
        return 0;
    return -1;
}

/// `t == typeof(T)` that stays: its ldtype does not by itself let T's object come to other places.
static void mark_comparison(Import *im) {
    if (!im->emitting || im->out.count == im->out_block_first)
        return;
    Instruction *last = &im->out.items[im->out.count - 1];
    if (last->op == OP_ldtype)
        last->compare_only = true;
}

static bool fold_equality(Import *im, bool inequality) {
    Value b = peek(im, 0), a = peek(im, 1);
    int equal = types_equal(im, &a, &b);
    if (equal < 0) {
        mark_comparison(im);
        return false;
    }
    return answer(im, 2, inequality ? !equal : equal);
}

static bool fold_get_type(Import *im) {
    Value object = peek(im, 0);
    if (object.kind != STACK_Object || !object.type)
        return false;
    if (object.exact && object.non_null)
        return answer_type(im, object.type);
    return false;
}

static bool fold_underlying(Import *im, FoldId id, Type *type) {
    bool named = type->kind == TYPE_Named && !type->is_generic_definition;
    if (id == FOLD_NullableGetUnderlyingType) {
        if (named && type->def->is_nullable)
            return answer_type(im, type->args[0]);
        if (type->is_generic_definition)
            return false;
        (void)pop(im);
        emit_pop(im);
        step_op(im, OP_ldnull);
        return true;
    }
    return named && type->def->is_enum && answer_type(im, type_enum_underlying(im->il->ts, type));
}

bool fold_type_call(Import *im, FoldId id, const Method *method) {
    if (id == FOLD_TypeEquality || id == FOLD_TypeInequality)
        return fold_equality(im, id == FOLD_TypeInequality);
    if (id == FOLD_TypeIsAssignableFrom || id == FOLD_TypeIsAssignableTo)
        return fold_assignable(im, id == FOLD_TypeIsAssignableFrom);
    if (id == FOLD_ObjectGetType)
        return fold_get_type(im);
    if (method->signature->param_count + method->signature->has_this != 1)
        return false;
    Value top = peek(im, 0);
    if (id == FOLD_GetTypeFromHandle)
        return top.known == KNOWN_TypeHandle && answer_type(im, top.known_type);
    if (top.known != KNOWN_Type)
        return false;
    Type *type = top.known_type;
    int known = property(id, type);
    if (known >= 0)
        return answer(im, 1, known);
    bool unknown = type->kind == TYPE_Named && type->def->is_placeholder;
    if (id == FOLD_TypeGetTypeCode && !unknown) {
        (void)pop(im);
        emit_pop(im);
        step_integer(im, OP_ldc_i4, type_code(im->il, type));
        return true;
    }
    if (id == FOLD_TypeGetTypeHandle) {
        (void)pop(im);
        emit_pop(im);
        step_type(im, OP_ldtoken, type);
        return true;
    }
    if (id == FOLD_TypeGetGenericTypeDefinition)
        return type->kind == TYPE_Named && type->def->generic_count > 0 &&
               answer_type(im, type_from_def(im->il->ts, type->def));
    if (id == FOLD_TypeGetEnumUnderlyingType || id == FOLD_EnumGetUnderlyingType ||
        id == FOLD_NullableGetUnderlyingType)
        return fold_underlying(im, id, type);
    return false;
}
