// Static regions and class constructors (corelib-contract.md 2).
#include "reach/world.h"

static Method *static_constructor(World *w, Type *type) {
    if (!type->def || !type->def->static_constructor)
        return NULL;
    Failure failure = {0};
    return method_instantiate(w->ts, type->def->static_constructor, type, NULL, 0, &failure);
}

void eager_cctor_use(World *w, Type *type, const Node *from) {
    if (!type->def || !type->def->static_constructor || !il_has_eager_cctor(w->il, type))
        return;
    const Method *cctor = static_constructor(w, type);
    if (!cctor)
        return;
    MethodNode *node = method_node(w, cctor);
    if (node->address_taken)
        return;
    mark_address(w, cctor, from, "eager class constructor");
    list_add(w, &w->eager_cctors, cctor);
}

void statics_process(World *w, TypeNode *node, StaticKind kind) {
    const Node *from = &node->statics[kind];
    mark_module(w, type_module(node->type), from);
    template_statics(w, node, kind);
    if (w->makes_types && !node->type->has_placeholder && type_canonical(w->ts, node->type) != node->type)
        mark_necessary(w, node->type, from, "static fields that canonical code may ask for");
    eager_cctor_use(w, node->type, from);
    mark_cctor(w, node->type, from, "static fields");
    const StaticImage *image = preinit_image(w->reach->preinit, node->type);
    if (image && kind != STATIC_Thread)
        mark_data(w, kind == STATIC_GC ? &image->gc : &image->nongc, from);
    if (kind == STATIC_Thread)
        mark_helper(w, WELL_KNOWN_METHOD_GetThreadStaticBaseForType, from);
}

void cctor_process(World *w, TypeNode *node) {
    // The context word, 8 bytes before the NonGC base, holds the address of the constructor until it has run.
    mark(w, &node->statics[STATIC_NonGC], &node->cctor, "class constructor context");
    const Method *cctor = static_constructor(w, node->type);
    if (cctor)
        mark_address(w, cctor, &node->cctor, "class constructor");
    mark_helper(w, WELL_KNOWN_METHOD_EnsureClassConstructorRun, &node->cctor);
}
