// Canonical forms (generics-and-dispatch.md 1.1): one instance stands for all that differ in reference
// arguments. Unlike the stock compiler's __Canon, each argument has a placeholder of its own, named by its
// place, so that it is known which argument a type made of it means.
#include "types/private.h"

#include <stdio.h>

// ---- Placeholders -------------------------------------------------------------------------------

enum { PATH_MAX_WORDS = 8 };

/// Place of an argument: 0 of a type or 1 of a method, its index, then the indexes within value types.
typedef struct Path {
    uintptr_t words[PATH_MAX_WORDS];
    uint32_t count;
} Path;

static Type *placeholder_get(TypeSystem *ts, const Path *path) {
    void **cell = map_cell(&ts->placeholders, ts->arena, path->words, path->count);
    if (*cell)
        return *cell;
    char name[16 + PATH_MAX_WORDS * 12];
    size_t size = (size_t)snprintf(name, sizeof name, "__Canon_%c", path->words[0] ? 'M' : 'T');
    for (uint32_t i = 1; i < path->count; i++)
        size +=
            (size_t)snprintf(name + size, sizeof name - size, i > 1 ? "_%u" : "%u", (unsigned)path->words[i]);
    *cell = placeholder_make(ts, name);
    return *cell;
}

// ---- Types --------------------------------------------------------------------------------------

static bool path_add(Path *path, uint32_t index) {
    if (path->count == PATH_MAX_WORDS)
        return false;
    path->words[path->count++] = index;
    return true;
}

static Type *arguments_canonical(TypeSystem *ts, Type *type, const Path *path);

/// A type argument (or array element) at `path`. NULL: nested too deep to have a canonical form.
static Type *argument_canonical(TypeSystem *ts, Type *type, const Path *path) {
    if (type_is_reference(type))
        return placeholder_get(ts, path);
    return type->kind == TYPE_Named && type->arg_count ? arguments_canonical(ts, type, path) : type;
}

static Type *arguments_canonical(TypeSystem *ts, Type *type, const Path *path) {
    Type **args = ARENA_ARRAY(&ts->scratch, Type *, type->arg_count);
    Failure failure = {0};
    for (uint32_t i = 0; i < type->arg_count; i++) {
        Path inner = *path;
        if (!path_add(&inner, i))
            return NULL;
        args[i] = argument_canonical(ts, type->args[i], &inner);
        if (!args[i])
            return NULL;
    }
    return type_instantiate(ts, type->def, args, type->arg_count, &failure);
}

static const Path type_path = {{0}, 1}, method_path = {{1}, 1};

static Type *canonical_compute(TypeSystem *ts, Type *type) {
    if (type->kind == TYPE_Named)
        return type->arg_count ? arguments_canonical(ts, type, &type_path) : type;
    if (type->kind != TYPE_SzArray && type->kind != TYPE_Array && type->kind != TYPE_Pointer)
        return type;
    Path path = type_path;
    path_add(&path, 0);
    Type *element = argument_canonical(ts, type->element, &path);
    if (!element || element == type->element)
        return element ? type : NULL;
    if (type->kind == TYPE_Pointer)
        return type_pointer(ts, element);
    return type->kind == TYPE_SzArray ? type_sz_array(ts, element) : type_array(ts, element, type->rank);
}

Type *type_canonical(TypeSystem *ts, const Type *of) {
    Type *type = (Type *)of;
    if (type->is_open || type->is_generic_definition)
        return type;
    if (type->def && type->def->is_placeholder)
        return well_known_type(ts, WELL_KNOWN_TYPE_Canon);
    if (!type->arg_count && !type->element)
        return type;
    TypeDetails *details = type_details(ts, type);
    if (!details->canonical) {
        ArenaMark mark = arena_mark(&ts->scratch);
        Type *form = canonical_compute(ts, type);
        arena_rewind(&ts->scratch, mark);
        details->canonical = form ? form : type;
    }
    return details->canonical;
}

// ---- Methods ------------------------------------------------------------------------------------

Method *method_canonical(TypeSystem *ts, const Method *of) {
    Method *method = (Method *)of;
    if (method->is_open)
        return method;
    Type *owner = method->owner->def && method->owner->def->is_placeholder
                      ? method->owner
                      : type_canonical(ts, method->owner);
    if (method->synthetic != SYNTHETIC_None) {
        if (method->synthetic == SYNTHETIC_ContextStub)
            return method; // its owner is canonical, the arguments count
        const Method *serves =
            method->synthetic_method ? method_canonical(ts, method->synthetic_method) : NULL;
        bool follows = method->synthetic == SYNTHETIC_UnboxingStub ||
                       method->synthetic == SYNTHETIC_GetFieldHelper ||
                       (method->synthetic >= SYNTHETIC_DelegateInvoke &&
                        method->synthetic <= SYNTHETIC_DelegateObjectArray) ||
                       method->synthetic == SYNTHETIC_ThrowBody;
        return follows ? method_synthetic(ts, method->synthetic, owner, serves) : method;
    }
    if (!method->def)
        return method;
    ArenaMark mark = arena_mark(&ts->scratch);
    Type **args = ARENA_ARRAY(&ts->scratch, Type *, method->arg_count);
    Failure failure = {0};
    bool ok = true;
    for (uint32_t i = 0; ok && i < method->arg_count; i++) {
        Path path = method_path;
        path_add(&path, i);
        args[i] = argument_canonical(ts, method->args[i], &path);
        ok = args[i] != NULL;
    }
    Method *form = ok ? method_instantiate(ts, method->def, owner, args, method->arg_count, &failure) : NULL;
    arena_rewind(&ts->scratch, mark);
    return form ? form : method;
}

bool method_has_placeholder(const Method *method) {
    if (method->owner && method->owner->has_placeholder)
        return true;
    for (uint32_t i = 0; i < method->arg_count; i++)
        if (method->args[i]->has_placeholder)
            return true;
    return method->synthetic_method && method_has_placeholder(method->synthetic_method);
}

static bool parameter_may_be_reference(const TypeDef *type, const MethodDef *method, uint32_t index) {
    enum { NotNullableValueType = 0x08, AllowByRefLike = 0x20 }; // II.23.1.7
    return !(generic_param_flags(type, method, index) & NotNullableValueType);
}

Type *type_template(TypeSystem *ts, const TypeDef *def) {
    return type_template_of(ts, def, NULL);
}

Type *type_template_of(TypeSystem *ts, const TypeDef *def, Type *const *known) {
    ArenaMark mark = arena_mark(&ts->scratch);
    Type **args = ARENA_ARRAY(&ts->scratch, Type *, def->generic_count);
    Failure failure = {0};
    bool ok = def->generic_count > 0 && !def->is_nullable;
    for (uint32_t i = 0; ok && i < def->generic_count; i++) {
        Path path = type_path;
        path_add(&path, i);
        bool is_value = known && known[i] && !type_is_reference(known[i]);
        args[i] = is_value ? argument_canonical(ts, known[i], &path) : placeholder_get(ts, &path);
        ok = args[i] && (is_value || parameter_may_be_reference(def, NULL, i));
    }
    Type *type = ok ? type_instantiate(ts, def, args, def->generic_count, &failure) : NULL;
    arena_rewind(&ts->scratch, mark);
    return type;
}

Method *method_template(TypeSystem *ts, const MethodDef *def, Type *owner) {
    ArenaMark mark = arena_mark(&ts->scratch);
    Type **args = ARENA_ARRAY(&ts->scratch, Type *, def->generic_count);
    Failure failure = {0};
    bool ok = def->generic_count > 0;
    for (uint32_t i = 0; ok && i < def->generic_count; i++) {
        Path path = method_path;
        path_add(&path, i);
        args[i] = placeholder_get(ts, &path);
        ok = parameter_may_be_reference(NULL, def, i);
    }
    Method *method = ok ? method_instantiate(ts, def, owner, args, def->generic_count, &failure) : NULL;
    arena_rewind(&ts->scratch, mark);
    return method;
}
