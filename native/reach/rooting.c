// Assemblies that are kept whole (reach.md 4.5): those the project roots, those it roots once they are used,
// and with TrimMode=partial every used one that does not declare itself trimmable.
#include "reach/flow.h"

static bool list_has(const TextList *list, Text name) {
    for (uint32_t i = 0; i < list->count; i++)
        if (text_equal(list->items[i], name))
            return true;
    return false;
}

/// Generic definitions get their records, and an instance for reference types where the constraints allow it.
static Type *rooted_instance(World *w, const TypeDef *def) {
    Failure failure = {0};
    Type *definition = type_from_def(w->ts, def);
    if (!def->generic_count)
        return definition;
    Type **args = ARENA_ARRAY(&w->arena, Type *, def->generic_count);
    for (uint32_t i = 0; i < def->generic_count; i++) {
        if (generic_param_flags(def, NULL, i) & 8) // II.23.1.7: struct
            return definition;
        args[i] = well_known_type(w->ts, WELL_KNOWN_TYPE_Object);
    }
    Type *instance = type_instantiate(w->ts, def, args, def->generic_count, &failure);
    return instance ? instance : definition;
}

static const uint32_t declared_members =
    DAM_PublicConstructors | DAM_NonPublicConstructors | DAM_PublicMethods | DAM_NonPublicMethods |
    DAM_PublicFields | DAM_NonPublicFields | DAM_PublicProperties | DAM_NonPublicProperties |
    DAM_PublicEvents | DAM_NonPublicEvents | DAM_Interfaces;

void assembly_root(World *w, const Module *module, const Node *from, const char *text) {
    ModuleMarks *marks = module_marks(w, module);
    if (marks->rooted)
        return;
    marks->rooted = true;
    uint32_t count = table_row_count(module->image, TABLE_TypeDef);
    for (uint32_t rid = 2; rid <= count; rid++) {
        const TypeDef *def = type_def_get(w->ts, (Module *)module, rid);
        Type *type = def ? rooted_instance(w, def) : NULL;
        if (!type)
            continue;
        if (def->generic_count)
            mark_metadata(w, type_from_def(w->ts, def), from, text);
        flow_mark_members(w, type, declared_members, from, text);
    }
}

void module_used(World *w, const Module *module, const Node *from) {
    const Request *request = w->reach->request;
    bool conditional = list_has(&request->trim.conditional_roots, module->name);
    bool by_default = request->trim.default_rooting && !list_has(&request->trim.trimmable, module->name) &&
                      !flow_facts(w, module)->is_trimmable;
    if (conditional || by_default)
        assembly_root(w, module, from,
                      conditional ? "conditionally rooted assembly" : "assembly that is not trimmable");
}

void assemblies_root(World *w) {
    const TextList *roots = &w->reach->request->trim.roots;
    for (uint32_t i = 0; i < roots->count; i++) {
        Module *module = module_find(w->ts, roots->items[i]);
        if (module)
            assembly_root(w, module, NULL, "rooted assembly");
    }
}
