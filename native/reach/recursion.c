// Generic recursion (reach.md 5.1, generics-and-dispatch.md 6): instantiation that grows without end is cut
// at the reference. A node's `growth` counts the steps on its chain of reasons in which the type expression
// became deeper; an instance is cut when one definition nests in it more often than the request's limit *and*
// at least as many steps grew. Deep nesting that a program merely writes out grows in one step and is never
// cut.
#include "reach/world.h"

enum { DEFAULT_MAX_CYCLE = 4, NESTING_STACK = 64 };

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

bool growth_exceeded(const Reach *reach, const Method *method, const Type *type, uint16_t growth) {
    uint32_t limit = reach->request->codegen.max_generic_cycle ? reach->request->codegen.max_generic_cycle
                                                               : DEFAULT_MAX_CYCLE;
    if (growth <= limit)
        return false;
    if (type)
        return type_nesting(type) > limit;
    if (type_nesting(method->owner) > limit)
        return true;
    for (uint32_t i = 0; i < method->arg_count; i++)
        if (type_nesting(method->args[i]) > limit)
            return true;
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

bool reach_type_allowed(const Reach *reach, const Type *type) {
    const TypeNode *node = type_node_find(reach->world, type);
    return !node || !node->cut;
}
