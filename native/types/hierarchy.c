// What a type consists of: base class, interfaces, fields, methods, MethodImpls - each exact, computed once.
#include "types/private.h"

static bool is_array(const Type *type) {
    return type->kind == TYPE_SzArray || type->kind == TYPE_Array;
}

// ---- Base ---------------------------------------------------------------------------------------

static Type *base_compute(TypeSystem *ts, Type *type) {
    if (is_array(type))
        return well_known_type(ts, WELL_KNOWN_TYPE_Array);
    if (type->kind != TYPE_Named || type->def->is_interface)
        return NULL;
    Token extends = type_def_record(type->def)->extends;
    if (!token_rid(extends))
        return NULL;
    GenericContext context = type_context(type);
    Type *base = type_from_token(ts, type->def->module, extends, &context, NULL);
    if (!base || base->kind != TYPE_Named || base->def->is_interface || base->is_generic_definition)
        return NULL;
    return base;
}

// A class that is its own ancestor (invalid) gets no base, so that every walk ends.
static bool base_is_circular(const Type *type, const Type *base) {
    for (uint32_t steps = 0; base && steps < BASE_CHAIN_LIMIT; steps++) {
        if (base->def == type->def)
            return true;
        base = base->details && base->details->base_done ? base->details->base : NULL;
    }
    return false;
}

Type *type_base(TypeSystem *ts, Type *type) {
    TypeDetails *details = type_details(ts, type);
    if (!details->base_done) {
        Type *base = base_compute(ts, type);
        if (base && type->kind == TYPE_Named && base_is_circular(type, base))
            base = NULL;
        details->base = base;
        details->base_done = true;
    }
    return details->base;
}

bool type_is_derived_from(TypeSystem *ts, Type *type, const Type *base) {
    for (uint32_t steps = 0; type && steps < BASE_CHAIN_LIMIT; type = type_base(ts, type), steps++) {
        if (type == base)
            return true;
    }
    return false;
}

// ---- Interfaces ---------------------------------------------------------------------------------

static void declared_interfaces_read(TypeSystem *ts, Type *type, TypeDetails *details) {
    const Module *module = type->def->module;
    uint32_t count;
    uint32_t row = sorted_rows_find(module->image, COLUMN_InterfaceImpl_Class,
                                    token_make(TABLE_TypeDef, type->def->rid), &count);
    if (!row)
        return;
    GenericContext context = type_context(type);
    details->declared_interfaces = ARENA_ARRAY(ts->arena, Type *, count);
    for (uint32_t i = 0; i < count; i++) {
        Token token = column_token(module->image, COLUMN_InterfaceImpl_Interface, row + i);
        Type *interface = type_from_token(ts, type->def->module, token, &context, NULL);
        if (interface && interface->kind == TYPE_Named && interface->def->is_interface &&
            !interface->is_generic_definition)
            details->declared_interfaces[details->declared_interface_count++] = interface;
    }
}

Type *const *type_declared_interfaces(TypeSystem *ts, Type *type, uint32_t *count) {
    TypeDetails *details = type_details(ts, type);
    if (!details->declared_interfaces_done) {
        details->declared_interfaces_done = true;
        if (type->kind == TYPE_Named)
            declared_interfaces_read(ts, type, details);
    }
    *count = details->declared_interface_count;
    return details->declared_interfaces;
}

typedef ARRAY(Type *) TypeList;

static bool list_contains(const TypeList *list, const Type *type) {
    for (uint32_t i = 0; i < list->count; i++) {
        if (list->items[i] == type)
            return true;
    }
    return false;
}

// Post-order: what an interface inherits stands before it, as in the stock compiler's interface lists.
static void interface_add(TypeSystem *ts, TypeList *list, Type *interface, uint32_t depth) {
    if (depth > DEPTH_LIMIT || list_contains(list, interface))
        return;
    uint32_t count;
    Type *const *inherited = type_declared_interfaces(ts, interface, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (inherited[i] != interface)
            interface_add(ts, list, inherited[i], depth + 1);
    }
    if (!list_contains(list, interface))
        ARRAY_PUSH(&ts->scratch, list, interface);
}

static void interfaces_collect(TypeSystem *ts, Type *type, TypeList *list) {
    Type *base = type_base(ts, type);
    if (base) {
        uint32_t count;
        Type *const *inherited = type_interfaces(ts, base, &count);
        for (uint32_t i = 0; i < count; i++)
            ARRAY_PUSH(&ts->scratch, list, inherited[i]);
    }
    uint32_t count;
    Type *const *declared = type_declared_interfaces(ts, type, &count);
    for (uint32_t i = 0; i < count; i++)
        interface_add(ts, list, declared[i], 0);
}

// The list of D<int> is that of D<!0> with arguments put in: the order is a property of the definition.
static void raw_interfaces_compute(TypeSystem *ts, Type *type, TypeDetails *details) {
    Type *self = type_to_self(ts, type);
    if (self == type || type->is_generic_definition) {
        ArenaMark mark = arena_mark(&ts->scratch);
        TypeList list = {0};
        interfaces_collect(ts, self, &list);
        details->raw_interface_count = list.count;
        details->raw_interfaces =
            list.count ? arena_copy(ts->arena, list.items, list.count * sizeof *list.items, alignof(Type *))
                       : NULL;
        arena_rewind(&ts->scratch, mark);
        return;
    }
    uint32_t count;
    Type *const *open = type_raw_interfaces(ts, self, &count);
    GenericContext context = type_context(type);
    details->raw_interfaces = ARENA_ARRAY(ts->arena, Type *, count);
    details->raw_interface_count = count;
    for (uint32_t i = 0; i < count; i++)
        details->raw_interfaces[i] = open[i] ? type_substitute(ts, open[i], &context, NULL) : NULL;
}

bool array_has_generic_interfaces(TypeSystem *ts, const Type *array) {
    const Type *element = array->element;
    (void)ts;
    if (array->kind != TYPE_SzArray || element->kind == TYPE_Pointer || element->kind == TYPE_FunctionPointer)
        return false;
    return element->kind != TYPE_ByRef && !(element->def && element->def->is_byref_like);
}

Type *array_implementation(TypeSystem *ts, Type *array) {
    if (!array_has_generic_interfaces(ts, array))
        return well_known_type(ts, WELL_KNOWN_TYPE_Array);
    Type *args[] = {array->element};
    Type *type = type_instantiate(ts, well_known_type(ts, WELL_KNOWN_TYPE_ArrayOfT)->def, args, 1, NULL);
    return type ? type : well_known_type(ts, WELL_KNOWN_TYPE_Array);
}

static const WellKnownType array_interfaces[] = {
    WELL_KNOWN_TYPE_IEnumerableOfT, WELL_KNOWN_TYPE_ICollectionOfT, WELL_KNOWN_TYPE_IListOfT,
    WELL_KNOWN_TYPE_IReadOnlyCollectionOfT, WELL_KNOWN_TYPE_IReadOnlyListOfT};
enum { ARRAY_INTERFACE_COUNT = sizeof array_interfaces / sizeof *array_interfaces };

bool type_def_is_array_interface(const TypeDef *def) {
    const TypeSystem *ts = module_record(def->module)->ts;
    for (size_t i = 0; i < ARRAY_INTERFACE_COUNT; i++)
        if (well_known_type(ts, array_interfaces[i])->def == def)
            return true;
    return false;
}

static void array_interfaces_compute(TypeSystem *ts, Type *type, TypeDetails *details) {
    uint32_t count;
    Type *const *inherited = type_interfaces(ts, well_known_type(ts, WELL_KNOWN_TYPE_Array), &count);
    Type **list = ARENA_ARRAY(ts->arena, Type *, count + ARRAY_INTERFACE_COUNT);
    for (uint32_t i = 0; i < count; i++)
        list[i] = inherited[i];
    for (size_t i = 0; array_has_generic_interfaces(ts, type) && i < ARRAY_INTERFACE_COUNT; i++) {
        Type *args[] = {type->element};
        list[count] = type_instantiate(ts, well_known_type(ts, array_interfaces[i])->def, args, 1, NULL);
        if (list[count])
            count++;
    }
    details->raw_interfaces = list;
    details->raw_interface_count = count;
}

static void interfaces_deduplicate(TypeSystem *ts, TypeDetails *details) {
    details->interfaces = ARENA_ARRAY(ts->arena, Type *, details->raw_interface_count);
    for (uint32_t i = 0; i < details->raw_interface_count; i++) {
        bool seen = !details->raw_interfaces[i];
        for (uint32_t k = 0; k < details->interface_count && !seen; k++)
            seen = details->interfaces[k] == details->raw_interfaces[i];
        if (!seen)
            details->interfaces[details->interface_count++] = details->raw_interfaces[i];
    }
}

Type *const *type_raw_interfaces(TypeSystem *ts, Type *type, uint32_t *count) {
    TypeDetails *details = type_details(ts, type);
    if (!details->interfaces_done) {
        details->interfaces_done = true; // a circle sees what is there so far: nothing
        if (is_array(type))
            array_interfaces_compute(ts, type, details);
        else if (type->kind == TYPE_Named)
            raw_interfaces_compute(ts, type, details);
        interfaces_deduplicate(ts, details);
    }
    *count = details->raw_interface_count;
    return details->raw_interfaces;
}

Type *const *type_interfaces(TypeSystem *ts, Type *type, uint32_t *count) {
    (void)type_raw_interfaces(ts, type, count);
    *count = type->details->interface_count;
    return type->details->interfaces;
}

bool type_implements(TypeSystem *ts, Type *type, const Type *interface) {
    uint32_t count;
    Type *const *interfaces = type_interfaces(ts, type, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (interfaces[i] == interface)
            return true;
    }
    return false;
}

// ---- Fields -------------------------------------------------------------------------------------

static FieldRecord *field_make(TypeSystem *ts, Type *type, uint32_t rid, const GenericContext *context) {
    FieldDef *def = field_def_get(ts, type->def->module, rid);
    if (!def)
        return NULL;
    FieldRecord *record = ARENA_NEW(ts->arena, FieldRecord);
    Failure failure = {0};
    Type *open = field_def_type(ts, def, NULL, &failure);
    record->field.def = def;
    record->field.owner = type;
    record->field.type = open ? type_substitute(ts, open, context, &failure) : NULL;
    record->field.id = ts->field_count++;
    if (!record->field.type) {
        // Whoever needs the field gets the failure; the others must not trip over a missing type.
        record->failure = arena_copy(ts->arena, &failure, sizeof failure, alignof(Failure));
        record->field.type = type_primitive(ts, ELEMENT_TYPE_OBJECT);
    }
    return record;
}

Field *const *type_fields(TypeSystem *ts, Type *type, uint32_t *count) {
    TypeDetails *details = type_details(ts, type);
    if (!details->fields_done) {
        details->fields_done = true;
        if (type->kind == TYPE_Named && type->def->field_count) {
            GenericContext context = type_context(type);
            uint32_t instance_count = 0, static_count = 0;
            details->fields = ARENA_ARRAY(ts->arena, Field *, type->def->field_count);
            for (uint32_t i = 0; i < type->def->field_count; i++) {
                FieldRecord *record = field_make(ts, type, type->def->first_field_rid + i, &context);
                if (!record)
                    break;
                record->field.index = record->field.def->is_static ? static_count++ : instance_count++;
                details->fields[details->field_count++] = &record->field;
            }
        }
    }
    *count = details->field_count;
    return details->fields;
}

Field *type_find_field(TypeSystem *ts, Type *type, const char *name) {
    uint32_t count;
    for (uint32_t steps = 0; type && steps < BASE_CHAIN_LIMIT; type = type_base(ts, type), steps++) {
        Field *const *fields = type_fields(ts, type, &count);
        for (uint32_t i = 0; i < count; i++) {
            if (text_equal_z(fields[i]->def->name, name))
                return fields[i];
        }
    }
    return NULL;
}

// ---- Methods ------------------------------------------------------------------------------------

Method *const *type_methods(TypeSystem *ts, Type *type, uint32_t *count) {
    TypeDetails *details = type_details(ts, type);
    if (!details->methods_done) {
        details->methods_done = true;
        if (type->kind == TYPE_Named) {
            details->methods = ARENA_ARRAY(ts->arena, Method *, type->def->method_count);
            for (uint32_t i = 0; i < type->def->method_count; i++) {
                // A method whose signature names something missing cannot be called; it is left out.
                Method *method = method_on(
                    ts, method_def_get(ts, type->def->module, type->def->first_method_rid + i), type);
                if (method)
                    details->methods[details->method_count++] = method;
            }
        }
    }
    *count = details->method_count;
    return details->methods;
}

static Method *method_by_name(TypeSystem *ts, Type *type, Text name, const Signature *signature) {
    const NameIndex *index = method_index(type->def);
    uint32_t first, count = name_index_find(index, name, &first);
    for (uint32_t i = 0; i < count; i++) {
        Method *method = method_on(ts, method_def_get(ts, type->def->module, index->rids[first + i]), type);
        if (method && (!signature || method->signature == signature))
            return method;
    }
    return NULL;
}

Method *type_find_method(TypeSystem *ts, Type *type, const char *name, const Signature *signature_or_null) {
    Text interned = text_intern_z(ts->texts, name);
    for (uint32_t steps = 0; type && steps < BASE_CHAIN_LIMIT; type = type_base(ts, type), steps++) {
        Method *method =
            type->kind == TYPE_Named ? method_by_name(ts, type, interned, signature_or_null) : NULL;
        if (method)
            return method;
    }
    return NULL;
}

Method *type_find_default_constructor(TypeSystem *ts, Type *type) {
    Signature prototype = {.has_this = true, .return_type = type_primitive(ts, ELEMENT_TYPE_VOID)};
    Method *found = type_find_method(ts, type, ".ctor", signature_make(ts, &prototype));
    return found && found->owner == type ? found : NULL; // those of a base are not inherited
}

// ---- MethodImpl (II.22.27) ----------------------------------------------------------------------

static void overrides_read(TypeSystem *ts, Type *self, TypeDetails *details) {
    Module *module = self->def->module;
    const Image *image = module->image;
    uint32_t count;
    uint32_t row =
        sorted_rows_find(image, COLUMN_MethodImpl_Class, token_make(TABLE_TypeDef, self->def->rid), &count);
    if (!row)
        return;
    details->overrides = ARENA_ARRAY(ts->arena, OverridePair, count);
    for (uint32_t i = 0; i < count; i++) {
        OverridePair pair = {0};
        Bytes blob;
        pair.declaration = method_from_token(
            ts, module, column_token(image, COLUMN_MethodImpl_MethodDeclaration, row + i), NULL, NULL);
        pair.body = method_from_token(ts, module, column_token(image, COLUMN_MethodImpl_MethodBody, row + i),
                                      NULL, NULL);
        if (!pair.declaration || !pair.body || !pair.declaration->def || !pair.body->def)
            continue;
        pair.preserves_base =
            attribute_find(pair.body->def->owner->module, token_make(TABLE_MethodDef, pair.body->def->rid),
                           "System.Runtime.CompilerServices", "PreserveBaseOverridesAttribute", &blob);
        details->overrides[details->override_count++] = pair;
    }
}

const OverridePair *type_overrides(TypeSystem *ts, Type *type, uint32_t *count) {
    TypeDetails *details = type_details(ts, type);
    if (!details->overrides_done && type->kind == TYPE_Named) {
        Type *self = type_to_self(ts, type);
        if (self == type || type->is_generic_definition) {
            details->overrides_done = true;
            overrides_read(ts, self, details);
        } else {
            uint32_t open_count;
            const OverridePair *open = type_overrides(ts, self, &open_count);
            GenericContext context = type_context(type);
            details->overrides_done = true;
            details->overrides = ARENA_ARRAY(ts->arena, OverridePair, open_count);
            for (uint32_t i = 0; i < open_count; i++) {
                OverridePair pair = {method_substitute(ts, open[i].declaration, &context),
                                     method_substitute(ts, open[i].body, &context), open[i].preserves_base};
                if (pair.declaration && pair.body)
                    details->overrides[details->override_count++] = pair;
            }
        }
    }
    *count = details->override_count;
    return details->overrides;
}

// ---- Enums and reduced types --------------------------------------------------------------------

Type *type_enum_underlying(TypeSystem *ts, Type *type) {
    if (type->kind != TYPE_Named || !type->def->is_enum)
        return type;
    uint32_t count;
    Field *const *fields = type_fields(ts, type, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (fields[i]->def->is_static)
            continue; // the one instance field, value__ (II.14.3)
        ElementType element = fields[i]->type->element_type;
        bool integral = (element >= ELEMENT_TYPE_BOOLEAN && element <= ELEMENT_TYPE_R8) ||
                        element == ELEMENT_TYPE_I || element == ELEMENT_TYPE_U;
        return integral ? fields[i]->type : type_primitive(ts, ELEMENT_TYPE_I4);
    }
    return type_primitive(ts, ELEMENT_TYPE_I4);
}

ElementType type_reduced_element(TypeSystem *ts, Type *type) {
    ElementType element = type_enum_underlying(ts, type)->element_type;
    switch ((unsigned)element) { // I.8.7: reduced types lose the sign
    case ELEMENT_TYPE_U1: return ELEMENT_TYPE_I1;
    case ELEMENT_TYPE_U2: return ELEMENT_TYPE_I2;
    case ELEMENT_TYPE_U4: return ELEMENT_TYPE_I4;
    case ELEMENT_TYPE_U8: return ELEMENT_TYPE_I8;
    case ELEMENT_TYPE_U: return ELEMENT_TYPE_I;
    default: return element;
    }
}
