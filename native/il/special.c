// Recognition of methods by name: the rows of fold_call.def and intrinsic.def, and the hardware classes;
// cached per definition.
#include "il/internal.h"

#include <uthash.h>

typedef struct FoldRow {
    FoldId id;
    const char *name_space, *type, *method;
} FoldRow;
static const FoldRow fold_rows[] = {
#define FOLD(id, name_space, type, method) {FOLD_##id, name_space, type, method},
#include "il/fold_call.def"
#undef FOLD
};

typedef struct IntrinsicRow {
    Intrinsic id;
    const char *name_space, *type, *method, *shapes;
} IntrinsicRow;
static const IntrinsicRow intrinsic_rows[] = {
#define INTRINSIC(id, name_space, type, method, shapes, note)                                                \
    {INTRINSIC_##id, name_space, type, method, shapes},
#define INTRINSIC_ALSO(id, name_space, type, method, shapes, note)                                           \
    {INTRINSIC_##id, name_space, type, method, shapes},
#include "il/intrinsic.def"
#undef INTRINSIC
};
enum {
    FOLD_ROWS = sizeof fold_rows / sizeof *fold_rows,
    INTRINSIC_ROWS = sizeof intrinsic_rows / sizeof *intrinsic_rows
};

/// What a definition's name means; `intrinsic_row` is the first row of that name, -1 if none.
struct SpecialEntry {
    const MethodDef *def;
    FoldId fold;
    int intrinsic_row;
    HardwareMethod hardware;
    bool is_of_vectors;
    UT_hash_handle hh;
};

bool method_is(const Method *method, const char *name_space, const char *type, const char *name) {
    return method->def && text_equal_z(method->def->name, name) &&
           text_equal_z(method->def->owner->name, type) &&
           text_equal_z(method->def->owner->name_space, name_space);
}
bool type_is(const Type *type, const char *name_space, const char *name) {
    return type->kind == TYPE_Named && text_equal_z(type->def->name, name) &&
           text_equal_z(type->def->name_space, name_space);
}

static bool def_is(const MethodDef *def, const char *name_space, const char *type, const char *name) {
    return text_equal_z(def->name, name) && text_equal_z(def->owner->name, type) &&
           text_equal_z(def->owner->name_space, name_space);
}

/// CoreLib and its companions; types of the same names in other assemblies (polyfills) are ordinary code.
static bool is_core_module(const Module *module) {
    return text_starts_with(module->name, "System.Private.");
}

static void classify(Il *il, SpecialEntry *entry, const MethodDef *def) {
    entry->intrinsic_row = -1;
    if (!is_core_module(def->owner->module))
        return;
    for (int i = 0; i < FOLD_ROWS && entry->fold == FOLD_None; i++)
        if (def_is(def, fold_rows[i].name_space, fold_rows[i].type, fold_rows[i].method))
            entry->fold = fold_rows[i].id;
    // The compiler is told by the attribute which bodies are not to be trusted (corelib-contract 5.1).
    bool marked = def->is_intrinsic || def->owner->is_intrinsic;
    for (int i = 0; i < INTRINSIC_ROWS && entry->intrinsic_row < 0; i++)
        if (marked &&
            def_is(def, intrinsic_rows[i].name_space, intrinsic_rows[i].type, intrinsic_rows[i].method))
            entry->intrinsic_row = i;
    entry->hardware = hardware_classify(il, def);
    entry->is_of_vectors = vector_classify(def);
}

static const SpecialEntry *special_of(Il *il, const MethodDef *def) {
    SpecialEntry *entry;
    HASH_FIND_PTR(il->special, &def, entry);
    if (entry)
        return entry;
    entry = ARENA_NEW(il->program, SpecialEntry);
    entry->def = def;
    classify(il, entry, def);
    HASH_ADD_PTR(il->special, def, entry);
    return entry;
}
void special_free(Il *il) {
    HASH_CLEAR(hh, il->special);
}

FoldId fold_find(Il *il, const Method *method) {
    return method->def && method->synthetic == SYNTHETIC_None ? special_of(il, method->def)->fold : FOLD_None;
}
HardwareMethod hardware_method(Il *il, const Method *method) {
    return method->def && method->synthetic == SYNTHETIC_None ? special_of(il, method->def)->hardware
                                                              : (HardwareMethod){.support = HARDWARE_None};
}

bool vector_method(Il *il, const Method *method) {
    return method->def && method->synthetic == SYNTHETIC_None && special_of(il, method->def)->is_of_vectors;
}

// ---- Shapes -------------------------------------------------------------------------------------

static bool shape_matches(Il *il, const char *shape, size_t size, Type *type) {
    Text text = {shape, size};
    StackKind kind = value_of_type(il, type).kind;
    if (text_equal_z(text, "*"))
        return true;
    if (text_equal_z(text, "int"))
        return kind == STACK_Int32 || kind == STACK_Int64 || kind == STACK_NativeInt;
    if (text_equal_z(text, "r8"))
        return kind == STACK_Float64;
    if (text_equal_z(text, "r4"))
        return kind == STACK_Float32;
    if (text_equal_z(text, "szarray"))
        return type->kind == TYPE_SzArray;
    return text_equal_z(text, "object") && type == il->object;
}

static bool shapes_match(Il *il, const char *shapes, const Signature *signature) {
    if (!shapes)
        return true;
    uint32_t index = 0;
    while (*shapes) {
        size_t size = strcspn(shapes, ",");
        if (index >= signature->param_count || !shape_matches(il, shapes, size, signature->params[index]))
            return false;
        index++;
        shapes += size;
        if (*shapes == ',')
            shapes++;
    }
    return index == signature->param_count;
}

Intrinsic intrinsic_find(Il *il, const Method *method, const Method *caller) {
    if (!method->def || method->synthetic != SYNTHETIC_None)
        return INTRINSIC_None;
    if (hardware_is_instruction(il, method, caller))
        return INTRINSIC_Hardware;
    if (il_vector_row(il, method) >= 0)
        return INTRINSIC_Vector;
    int first = special_of(il, method->def)->intrinsic_row;
    for (int i = first; i >= 0 && i < INTRINSIC_ROWS; i++) {
        if (!def_is(method->def, intrinsic_rows[i].name_space, intrinsic_rows[i].type,
                    intrinsic_rows[i].method))
            continue;
        if (shapes_match(il, intrinsic_rows[i].shapes, method->signature))
            return intrinsic_rows[i].id;
    }
    return INTRINSIC_None;
}
