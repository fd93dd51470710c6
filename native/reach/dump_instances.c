// `--dump=instances`: which generic definitions have most of the methods.
#include "reach/world.h"
#include "support/pattern.h"

#include <stdlib.h>

/// Compiled instances of the methods of one definition (and of its generic methods).
typedef struct DefinitionCount {
    const TypeDef *def;
    uint32_t methods;   // exact instances
    uint32_t canonical; // what they are without the differences between reference arguments
    uint32_t types;     // exact owners
} DefinitionCount;

typedef struct Counted {
    const TypeDef *def;
    const Method *canonical;
    const Method *method;
} Counted;

static int pointer_order(const void *a, const void *b) {
    uintptr_t x = (uintptr_t)a, y = (uintptr_t)b;
    return (x > y) - (x < y);
}

static int counted_order(const void *a, const void *b) {
    const Counted *x = a, *y = b;
    int order = pointer_order(x->def, y->def);
    return order ? order : pointer_order(x->canonical, y->canonical);
}

static int owner_order(const void *a, const void *b) {
    const Counted *x = a, *y = b;
    int order = pointer_order(x->def, y->def);
    return order ? order : pointer_order(x->method->owner, y->method->owner);
}

static int definition_order(const void *a, const void *b) {
    const DefinitionCount *x = a, *y = b;
    if (x->methods != y->methods)
        return x->methods > y->methods ? -1 : 1;
    int order = text_compare(x->def->name_space, y->def->name_space);
    if (!order)
        order = text_compare(x->def->name, y->def->name);
    return order ? order : (x->def->rid > y->def->rid) - (x->def->rid < y->def->rid);
}

static uint32_t instances_collect(const Reach *reach, Counted *counted) {
    uint32_t count, found = 0;
    const Method *const *methods = reach_methods(reach, &count);
    for (uint32_t i = 0; i < count; i++) {
        const Method *method = methods[i];
        const TypeDef *def = method->def ? method->def->owner : method->owner ? method->owner->def : NULL;
        if (def && (method->arg_count || method->owner->arg_count))
            counted[found++] = (Counted){def, method_canonical(reach->ts, method), method};
    }
    return found;
}

void reach_dump_instances(const Reach *reach, const struct Pattern *pattern, FILE *file) {
    Arena arena = {0};
    uint32_t total, definition_count = 0;
    reach_methods(reach, &total);
    Counted *counted = ARENA_ARRAY(&arena, Counted, total + 1);
    DefinitionCount *definitions = ARENA_ARRAY(&arena, DefinitionCount, total + 1);
    uint32_t count = instances_collect(reach, counted);
    qsort(counted, count, sizeof *counted, counted_order);
    for (uint32_t i = 0; i < count; i++) {
        bool is_new = !i || counted[i].def != counted[i - 1].def;
        if (is_new)
            definitions[definition_count++].def = counted[i].def;
        DefinitionCount *d = &definitions[definition_count - 1];
        d->methods++;
        d->canonical += is_new || counted[i].canonical != counted[i - 1].canonical;
    }
    qsort(counted, count, sizeof *counted, owner_order); // the definitions stay in their order
    for (uint32_t i = 0, at = 0; i < count; i++) {
        at += i && counted[i].def != counted[i - 1].def;
        definitions[at].types += !i || counted[i].method->owner != counted[i - 1].method->owner;
    }
    qsort(definitions, definition_count, sizeof *definitions, definition_order);
    fprintf(file, "methods canonical   types definition (%u of %u methods are instances)\n", count, total);
    for (uint32_t i = 0; i < definition_count; i++) {
        const DefinitionCount *d = &definitions[i];
        Text name = type_display(reach->ts, type_from_def(reach->ts, d->def), &arena);
        if (!pattern || pattern_matches(pattern, name))
            fprintf(file, "%7u %9u %7u %.*s\n", d->methods, d->canonical, d->types, TEXT_ARG(name));
    }
    arena_free(&arena);
}
