// Which method an interface call reaches, as CoreLib's DispatchResolve finds it from the maps the stock
// compiler writes: level by level up the class chain, exact interface before variant ones; after the whole
// chain, default methods.
#include "types/private.h"

// Virtual method of that name and signature declared by `type` itself; `last` of several if `reverse`
// (overrides of base classes), else the first.
static Method *virtual_match(TypeSystem *ts, const Method *wanted, Type *type, bool reverse) {
    const NameIndex *index = method_index(type->def);
    uint32_t first, count = name_index_find(index, wanted->name, &first);
    Method *found = NULL;
    for (uint32_t i = 0; i < count; i++) {
        MethodDef *def = method_def_get(ts, type->def->module, index->rids[first + i]);
        if (!def || !def->is_virtual || def->is_static != wanted->def->is_static)
            continue;
        Method *candidate = method_on(ts, def, type);
        if (!candidate || candidate->signature != wanted->signature ||
            !method_modifiers_equal(ts, def, wanted->def))
            continue;
        found = candidate;
        if (!reverse)
            break;
    }
    return found;
}

static Method *virtual_match_upwards(TypeSystem *ts, const Method *wanted, Type *type) {
    Method *found = NULL;
    for (uint32_t steps = 0; type && !found && steps < BASE_CHAIN_LIMIT; type = type_base(ts, type), steps++)
        found = virtual_match(ts, wanted, type, true);
    return found;
}

static Method *override_body(TypeSystem *ts, Type *type, const Method *declaration) {
    uint32_t count;
    const OverridePair *overrides = type_overrides(ts, type, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (overrides[i].declaration == declaration)
            return overrides[i].body;
    }
    return NULL;
}

static bool declares_interface(TypeSystem *ts, Type *type, const Type *interface) {
    uint32_t count;
    Type *const *declared = type_declared_interfaces(ts, type, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (declared[i] == interface)
            return true;
    }
    return false;
}

static Method *class_implementation(TypeSystem *ts, Type *type, Method *method);

static Method *class_implementation_upwards(TypeSystem *ts, Type *type, Method *method) {
    for (uint32_t steps = 0; type && steps < BASE_CHAIN_LIMIT; type = type_base(ts, type), steps++) {
        if (!type_implements(ts, type, method->owner))
            return NULL;
        Method *found = class_implementation(ts, type, method);
        if (found)
            return found;
    }
    return NULL;
}

static Method *class_implementation_compute(TypeSystem *ts, Type *type, Method *method) {
    Method *body = override_body(ts, type, method);
    if (body)
        return body;
    Type *base = type_base(ts, type);
    if (declares_interface(ts, type, method->owner)) {
        // Listed again: members of this class count before what the base had chosen.
        Method *found = virtual_match(ts, method, type, false);
        if (found || !base || class_implementation(ts, base, method) ||
            type_implements(ts, base, method->owner))
            return found;
        return virtual_match_upwards(ts, method, base);
    }
    if (!type_implements(ts, type, method->owner))
        return NULL;
    if (base && class_implementation_upwards(ts, base, method))
        return NULL; // found there when the walk arrives
    Method *found = virtual_match(ts, method, type, false);
    return found ? found : virtual_match_upwards(ts, method, base);
}

// The method of `type` or its bases that implements interface method `method` as far as this level of the
// chain decides; NULL if a base class decides. `method` is without own arguments.
static Method *class_implementation(TypeSystem *ts, Type *type, Method *method) {
    if (type->kind != TYPE_Named || type->def->is_interface)
        return NULL;
    uintptr_t key[] = {(uintptr_t)type, (uintptr_t)method};
    void **cell = map_cell(&ts->class_map, ts->arena, key, 2);
    static const char none; // stands for "computed: nothing"
    if (!*cell) {
        *cell = (void *)&none;
        Method *found = class_implementation_compute(ts, type, method);
        if (found)
            *map_cell(&ts->class_map, ts->arena, key, 2) = found;
        return found;
    }
    return *cell == (const void *)&none ? NULL : *cell;
}

// Static virtual methods are implemented by MethodImpl only.
static Method *level_implementation(TypeSystem *ts, Type *type, Method *method) {
    return method->def->is_static ? override_body(ts, type, method) : class_implementation(ts, type, method);
}

// ---- Default interface methods ------------------------------------------------------------------

typedef struct DefaultSearch {
    Type *most_specific;
    Method *body;
    bool diamond;
} DefaultSearch;

static void default_consider(TypeSystem *ts, DefaultSearch *search, Type *interface, Method *method) {
    if (interface == method->owner) {
        if (!search->most_specific && !method->def->is_abstract)
            *search = (DefaultSearch){interface, method, false};
        return;
    }
    if (!type_implements(ts, interface, method->owner))
        return;
    Method *body = override_body(ts, interface, method);
    if (!body)
        return;
    if (!search->most_specific || type_implements(ts, interface, search->most_specific))
        *search = (DefaultSearch){interface, body, false};
    else if (!type_implements(ts, search->most_specific, interface))
        search->diamond = true;
}

static ResolveKind default_implementation(TypeSystem *ts, Type *type, Method *method, Method **body) {
    DefaultSearch search = {0};
    uint32_t count;
    Type *const *interfaces = type_interfaces(ts, type, &count);
    for (uint32_t i = 0; i < count; i++)
        default_consider(ts, &search, interfaces[i], method);
    if (type->kind == TYPE_Named && type->def->is_interface)
        default_consider(ts, &search, type, method);
    *body = search.body;
    if (search.diamond)
        return RESOLVE_Ambiguous;
    if (!search.body)
        return RESOLVE_None;
    return search.body->def->is_abstract ? RESOLVE_Reabstracted : RESOLVE_Default;
}

// ---- The walk -----------------------------------------------------------------------------------

// The interface of a level's list answers for the called one: the same, or converted by variance. Through
// arrays even invariant parameters vary (int[] as IList<uint>).
static bool interface_answers(TypeSystem *ts, Type *listed, Type *called, bool variant, bool is_array) {
    if (!variant)
        return listed == called;
    if (listed == called || listed->def != called->def || !called->arg_count)
        return false;
    if (!is_array && !type_def_is_variant(called->def))
        return false;
    for (uint32_t i = 0; i < called->arg_count; i++) {
        uint32_t variance = type_def_variance(called->def, i);
        bool ok;
        if (variance == 2)
            ok = type_arguments_compatible(ts, called->args[i], listed->args[i], false);
        else if (variance == 1 || is_array)
            ok = type_arguments_compatible(ts, listed->args[i], called->args[i], is_array);
        else
            ok = listed->args[i] == called->args[i];
        if (!ok)
            return false;
    }
    return true;
}

// One pass over the interfaces of one level. `level` is the exact class; names and signatures are compared on
// its definition, where arguments cannot make two of them equal by chance.
static ResolveKind level_resolve(TypeSystem *ts, Type *level, Method *declaration, bool variant,
                                 bool defaults, bool is_array, Method **result) {
    Type *self = type_to_self(ts, level);
    uint32_t count, open_count;
    Type *const *exact = type_raw_interfaces(ts, level, &count);
    Type *const *open = type_raw_interfaces(ts, self, &open_count);
    GenericContext context = type_context(level);
    for (uint32_t i = 0; i < count && i < open_count; i++) {
        if (!exact[i] || !open[i] || !interface_answers(ts, exact[i], declaration->owner, variant, is_array))
            continue;
        Method *method = method_on(ts, declaration->def, open[i]), *body = NULL;
        ResolveKind kind = RESOLVE_Class;
        if (!method)
            continue;
        if (defaults)
            kind = default_implementation(ts, self, method, &body);
        else
            body = level_implementation(ts, self, method);
        if (kind == RESOLVE_None || (kind == RESOLVE_Class && !body))
            continue;
        *result = body ? method_substitute(ts, body, &context) : NULL;
        return kind;
    }
    return RESOLVE_None;
}

static ResolveKind chain_resolve(TypeSystem *ts, Type *type, Method *declaration, bool is_array,
                                 Method **result) {
    for (int defaults = 0; defaults <= 1; defaults++) {
        Type *level = type;
        for (uint32_t steps = 0; level && steps < BASE_CHAIN_LIMIT; level = type_base(ts, level), steps++) {
            for (int variant = 0; variant <= 1; variant++) {
                ResolveKind kind = level_resolve(ts, level, declaration, variant, defaults, is_array, result);
                if (kind != RESOLVE_None)
                    return kind;
            }
        }
    }
    return RESOLVE_None;
}

typedef struct Resolution {
    ResolveKind kind;
    Method *result;
} Resolution;

bool type_is_array_enumerator(TypeSystem *ts, const Type *type) {
    return type->def && type->def == well_known_type(ts, WELL_KNOWN_TYPE_SZGenericArrayEnumerator)->def;
}

static Resolution resolve(TypeSystem *ts, Type *type, Method *declaration) {
    bool is_array = type->kind == TYPE_SzArray || type->kind == TYPE_Array;
    Type *holder = is_array ? array_implementation(ts, type) : type;
    is_array |= type_is_array_enumerator(ts, type);
    Resolution answer = {RESOLVE_None, NULL};
    if (holder->kind != TYPE_Named || holder->is_generic_definition)
        return answer;
    if (holder == declaration->owner) // an interface asked about itself
        return (Resolution){declaration->def->is_abstract ? RESOLVE_Reabstracted : RESOLVE_Default,
                            declaration->def->is_abstract ? NULL : declaration};
    answer.kind = chain_resolve(ts, holder, declaration, is_array, &answer.result);
    // From the slot found to the most derived override on the receiver.
    if (answer.kind == RESOLVE_Class && answer.result && !answer.result->def->is_static) {
        Method *most_derived = type_resolve_virtual(ts, holder, answer.result);
        if (most_derived)
            answer.result = most_derived; // else abstract: only an abstract receiver has that
    }
    return answer;
}

ResolveKind type_resolve_interface(TypeSystem *ts, Type *type, Method *declaration, Method **result) {
    *result = NULL;
    if (!declaration->def || !declaration->def->owner->is_interface || declaration->synthetic)
        return RESOLVE_None;
    Method *plain =
        declaration->arg_count ? method_on(ts, declaration->def, declaration->owner) : declaration;
    if (!plain)
        return RESOLVE_None;
    uintptr_t key[] = {(uintptr_t)type, (uintptr_t)plain};
    void **cell = map_cell(&ts->interface_map, ts->arena, key, 2);
    if (!*cell) {
        Resolution *answer = ARENA_NEW(ts->arena, Resolution);
        *cell = answer; // asked again on the way, the answer is "none"
        *answer = resolve(ts, type, plain);
    }
    const Resolution *answer = map_get(&ts->interface_map, key, 2);
    *result = answer->result;
    if (declaration->arg_count && *result) {
        *result = method_instantiate(ts, (*result)->def, (*result)->owner, declaration->args,
                                     declaration->arg_count, NULL);
        if (!*result)
            return RESOLVE_None;
    }
    return answer->kind;
}

// Between placeholders the constraint tells what the names do not: if `type` has one instance of the
// interface that can be the called one, it is that.
static Method *declaration_unified(TypeSystem *ts, Type *type, Method *declaration) {
    Type *found = NULL, *form = type_canonical(ts, declaration->owner);
    uint32_t count;
    Type *const *interfaces = type_interfaces(ts, type, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (interfaces[i]->def != declaration->owner->def || type_canonical(ts, interfaces[i]) != form)
            continue;
        if (found)
            return NULL;
        found = interfaces[i];
    }
    return found ? method_instantiate(ts, declaration->def, found, declaration->args, declaration->arg_count,
                                      NULL)
                 : NULL;
}

ResolveKind type_resolve_constrained(TypeSystem *ts, Type *type, Method *declaration, Method **result) {
    *result = NULL;
    if (!declaration->def)
        return RESOLVE_None;
    if (declaration->def->owner->is_interface) {
        ResolveKind kind = type_resolve_interface(ts, type, declaration, result);
        bool is_open = type->has_placeholder || declaration->owner->has_placeholder;
        Method *unified = kind == RESOLVE_None && is_open ? declaration_unified(ts, type, declaration) : NULL;
        if (!unified)
            return kind;
        kind = type_resolve_interface(ts, type, unified, result);
        // A default method of the interface itself: the caller's names for its arguments are those that the
        // caller knows.
        if (kind == RESOLVE_Default && *result && (*result)->owner == unified->owner)
            *result = method_instantiate(ts, (*result)->def, declaration->owner, declaration->args,
                                         declaration->arg_count, NULL);
        return kind;
    }
    if (declaration->def->is_static)
        return RESOLVE_None;
    *result = type_resolve_virtual(ts, type, declaration);
    return *result ? RESOLVE_Class : RESOLVE_None;
}
