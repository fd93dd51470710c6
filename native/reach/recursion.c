// Generic recursion (reach.md 5.1, generics-and-dispatch.md 6): instantiation that grows without end is cut
// at the reference. A node's `growth` counts the steps on its chain of reasons in which the type expression
// became deeper; an instance is cut when one definition nests in it more often than the request's limit *and*
// at least as many steps grew. Deep nesting that a program merely writes out grows in one step and is never
// cut. Where several definitions wrap each other in turn, none of them nests often, but their sequences are
// too many: besides, a definition has a limited number of deep instances that grew.
#include "reach/world.h"

enum {
    DEFAULT_MAX_CYCLE = 4,
    NESTING_STACK = 64,
    DEEP_INSTANCES_MAX = 256,    // of one definition
    REPEATED_INSTANCES_MAX = 64, // the same, where some definition nests in itself
};

uint32_t method_depth(const Method *method) {
    uint32_t depth = method->owner->depth;
    for (uint32_t i = 0; i < method->arg_count; i++)
        if (method->args[i]->depth + 1 > depth)
            depth = method->args[i]->depth + 1;
    return depth;
}

uint16_t growth_next(const Node *from, uint32_t from_depth, uint32_t depth) {
    if (!from)
        return 0;
    bool grows = depth > from_depth && from->growth < UINT16_MAX;
    return (uint16_t)(from->growth + grows);
}

typedef struct Nesting {
    const TypeDef *path[NESTING_STACK];
    uint32_t size, most;
} Nesting;

static void nesting_visit(Nesting *nesting, const Type *type) {
    while (type->element)
        type = type->element; // arrays count as their element; pointers and byrefs likewise
    if (!type->def || type->arg_count == 0 || nesting->size == NESTING_STACK)
        return;
    uint32_t same = 1;
    for (uint32_t i = 0; i < nesting->size; i++)
        same += nesting->path[i] == type->def;
    if (same > nesting->most)
        nesting->most = same;
    nesting->path[nesting->size++] = type->def;
    for (uint32_t i = 0; i < type->arg_count; i++)
        if (type->args[i]->depth > 1)
            nesting_visit(nesting, type->args[i]);
    nesting->size--;
}

uint32_t type_nesting(const Type *type) {
    Nesting nesting = {.size = 0};
    nesting_visit(&nesting, type);
    return nesting.most;
}

static uint32_t method_nesting(const Method *method) {
    uint32_t most = type_nesting(method->owner);
    for (uint32_t i = 0; i < method->arg_count; i++) {
        uint32_t nesting = type_nesting(method->args[i]);
        most = nesting > most ? nesting : most;
    }
    return most;
}

/// Instances of the definition counted so far; NULL for what has none.
static InstanceCount *instance_count(World *w, const Method *method, const Type *type) {
    while (type && type->element)
        type = type->element;
    const Module *module =
        method ? (method->def ? method->def->owner->module : NULL) : (type->def ? type->def->module : NULL);
    if (!module || !module->image)
        return NULL;
    ModuleMarks *marks = module_marks(w, module);
    InstanceCount **counts = method ? &marks->method_instances : &marks->type_instances;
    uint32_t rows = table_row_count(module->image, method ? TABLE_MethodDef : TABLE_TypeDef);
    uint32_t rid = method ? method->def->rid : type->def->rid;
    if (rid == 0 || rid > rows)
        return NULL;
    if (!*counts)
        *counts = ARENA_ARRAY(&w->arena, InstanceCount, rows);
    return &(*counts)[rid - 1];
}

/// What types bring is not counted: all of it or nothing has to be there.
static bool is_code(const Node *from) {
    return from->kind == NODE_Method || from->kind == NODE_Slot || from->kind == NODE_ReflectableMethod;
}

bool growth_exceeded(World *w, const Node *from, const Method *method, const Type *type, uint16_t growth) {
    uint32_t limit = w->reach->request->codegen.max_generic_cycle;
    if (!limit)
        limit = DEFAULT_MAX_CYCLE;
    if (growth <= limit)
        return false;
    uint32_t nesting = method ? method_nesting(method) : type_nesting(type);
    if (nesting > limit)
        return true;
    uint32_t depth = method ? method_depth(method) : type->depth;
    InstanceCount *count = depth > limit && is_code(from) ? instance_count(w, method, type) : NULL;
    if (!count)
        return false;
    if (count->deep >= DEEP_INSTANCES_MAX || (nesting > 1 && count->repeated >= REPEATED_INSTANCES_MAX))
        return true;
    count->deep++;
    count->repeated = (uint16_t)(count->repeated + (nesting > 1));
    return false;
}

static void report_cut(World *w, const Cut *cut) {
    const Node *from = cut->from;
    while (from && from->kind != NODE_Method)
        from = from->from; // the body that asked
    Arena *arena = w->reach->program;
    DiagLocation location = {0};
    if (from)
        location.member = method_diagnostic_name(w->ts, from->entity, arena).data;
    Text name =
        cut->method ? method_display(w->ts, cut->method, arena) : type_display(w->ts, cut->type, arena);
    diag_report(w->reach->diag, DIAG_GenericRecursion, location, name.data);
}

void report_cuts(World *w) {
    for (uint32_t i = 0; i < w->cuts.count; i++)
        report_cut(w, &w->cuts.items[i]);
}

bool reach_instance_allowed(const Reach *reach, const Method *method) {
    const MethodNode *node = method_node_find(reach->world, method);
    return !node || !node->cut;
}

bool reach_has_cuts(const Reach *reach) {
    return reach->world->cuts.count > 0;
}

bool reach_type_allowed(const Reach *reach, const Type *type) {
    const TypeNode *node = type_node_find(reach->world, type);
    return !node || !node->cut;
}
