// Assignment compatibility by the rules of CoreLib's TypeCast (I.8.7): class chain, interfaces, variance,
// arrays.
#include "types/private.h"

enum { CAST_DEPTH_LIMIT = 48 }; // variance over recursive types need not end (class C : IFoo<IFoo<C>>)

static bool castable(TypeSystem *ts, Type *from, Type *to, bool boxed, uint32_t depth);

static bool is_array(const Type *type) {
    return type->kind == TYPE_SzArray || type->kind == TYPE_Array;
}

// As an array element or variant argument: references convert; values must be the same, except that elements
// of arrays of equal size and representation match (enums and signs stripped).
static bool arguments_compatible(TypeSystem *ts, Type *from, Type *to, bool by_size, uint32_t depth) {
    if (from == to)
        return true;
    if (type_is_reference(from) && type_is_reference(to))
        return castable(ts, from, to, false, depth + 1);
    if (from->kind == TYPE_Pointer && to->kind == TYPE_Pointer)
        return by_size && type_reduced_element(ts, from->element) == type_reduced_element(ts, to->element) &&
               type_enum_underlying(ts, from->element)->is_value_type &&
               from->element->element_type < ELEMENT_TYPE_STRING &&
               to->element->element_type < ELEMENT_TYPE_STRING;
    if (!by_size || from->kind != TYPE_Named || to->kind != TYPE_Named || !from->is_value_type ||
        !to->is_value_type)
        return false;
    ElementType a = type_reduced_element(ts, from), b = type_reduced_element(ts, to);
    bool primitive = (a >= ELEMENT_TYPE_BOOLEAN && a <= ELEMENT_TYPE_R8) || a == ELEMENT_TYPE_I;
    return primitive && a == b;
}

bool type_arguments_compatible(TypeSystem *ts, Type *from, Type *to, bool array_covariant) {
    return arguments_compatible(ts, from, to, array_covariant, 0);
}

static bool variant_compatible(TypeSystem *ts, const Type *from, const Type *to, bool from_array,
                               uint32_t depth) {
    if (from->def != to->def || from->arg_count != to->arg_count)
        return false;
    for (uint32_t i = 0; i < to->arg_count; i++) {
        uint32_t variance = type_def_variance(to->def, i);
        bool ok;
        if (variance == 2)
            ok = arguments_compatible(ts, to->args[i], from->args[i], false, depth);
        else if (variance == 1 || from_array)
            ok = arguments_compatible(ts, from->args[i], to->args[i], from_array, depth);
        else
            ok = from->args[i] == to->args[i];
        if (!ok)
            return false;
    }
    return true;
}

static bool implements_variant(TypeSystem *ts, Type *from, const Type *to, uint32_t depth) {
    uint32_t count;
    Type *const *interfaces = type_interfaces(ts, from, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (interfaces[i] == to)
            return true;
    }
    // Only a variant interface has more instances that fit; any generic one does when the receiver is an
    // array.
    if (!to->arg_count || (!type_def_is_variant(to->def) && from->kind != TYPE_SzArray))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        if (variant_compatible(ts, interfaces[i], to, is_array(from), depth))
            return true;
    }
    return from->kind == TYPE_Named && from->def == to->def && variant_compatible(ts, from, to, false, depth);
}

static bool array_castable(TypeSystem *ts, const Type *from, const Type *to, uint32_t depth) {
    if (from->kind != to->kind || from->rank != to->rank)
        return false;
    return arguments_compatible(ts, from->element, to->element, true, depth);
}

static bool castable(TypeSystem *ts, Type *from, Type *to, bool boxed, uint32_t depth) {
    if (from == to)
        return true;
    if (depth > CAST_DEPTH_LIMIT || from->is_generic_definition || to->is_generic_definition)
        return false;
    bool is_object = type_is_reference(from) || (from->is_value_type && boxed);
    if (is_array(to))
        return is_array(from) && array_castable(ts, from, to, depth);
    if (to->kind != TYPE_Named || !is_object)
        return false;
    if (to->element_type == ELEMENT_TYPE_OBJECT)
        return true; // interfaces too, though Object is not their base
    // isinst of Nullable<T> accepts a boxed T, since that is how it is boxed (III.4.6).
    if (to->def->is_nullable)
        return to->arg_count == 1 && to->args[0] == from;
    if (to->def->is_interface)
        return implements_variant(ts, from, to, depth);
    if (type_is_derived_from(ts, from, to))
        return true;
    return to->def->is_delegate && from->kind == TYPE_Named && from->def == to->def &&
           type_def_is_variant(to->def) && variant_compatible(ts, from, to, false, depth);
}

bool type_is_castable_to(TypeSystem *ts, Type *from, Type *to) {
    // A boxed Nullable<T> is a boxed T.
    if (from->kind == TYPE_Named && from->def->is_nullable && from->arg_count == 1 && from != to)
        return castable(ts, from->args[0], to, true, 0);
    return castable(ts, from, to, true, 0);
}

bool type_is_dynamically_castable(TypeSystem *ts, Type *type) {
    return type->kind == TYPE_Named && !type->is_generic_definition && !type->def->is_interface &&
           type_implements(ts, type, well_known_type(ts, WELL_KNOWN_TYPE_IDynamicInterfaceCastable));
}

bool type_def_is_dynamic_implementation(const TypeDef *def) {
    Bytes blob;
    return def->is_interface &&
           attribute_find(def->module, token_make(TABLE_TypeDef, def->rid), "System.Runtime.InteropServices",
                          "DynamicInterfaceCastableImplementationAttribute", &blob);
}
