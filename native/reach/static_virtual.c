// Static virtual methods that canonical code calls on its arguments. They are selectors like other interface
// methods: the row of the type that the context gives leads to the code. So every class with a MethodTable
// that implements one has a row with its code, whether it has instances or not; of structs, which are
// placeholders never, those that a call names.
#include "reach/world.h"

static bool is_candidate(const World *w, const Type *type) {
    if (type->kind != TYPE_Named || type->is_open || type->is_generic_definition || type->def->is_interface ||
        type->def->is_placeholder)
        return false;
    for (uint32_t i = 0; type->is_value_type && i < w->static_structs.count; i++)
        if (w->static_structs.items[i] == type->def)
            return true;
    return !type->is_value_type;
}

static bool implements(World *w, Type *type, const TypeDef *interface) {
    uint32_t count;
    Type *const *interfaces = type_interfaces(w->ts, type, &count);
    for (uint32_t i = 0; i < count; i++)
        if (interfaces[i]->def == interface)
            return true;
    return false;
}

static void pair_meet(World *w, TypeNode *node, MethodNode *selector) {
    if (!implements(w, node->type, selector->method->owner->def))
        return;
    mark_constructed(w, node->type, &selector->slot, "implements a static virtual method");
    pair_resolve(w, node, selector, false);
}

void static_candidate_appears(World *w, TypeNode *node) {
    node->was_static_candidate = true;
    if (!is_candidate(w, node->type))
        return;
    for (uint32_t i = 0; i < w->static_selectors.count; i++)
        pair_meet(w, node, w->static_selectors.items[i]);
}

void static_selector_appears(World *w, MethodNode *selector) {
    ARRAY_PUSH(&w->arena, &w->static_selectors, selector);
    NodeList *types = &w->marked[NODE_Necessary];
    for (uint32_t i = 0; i < types->count; i++) {
        TypeNode *node = type_node(w, types->items[i]->entity);
        if (node->was_static_candidate && is_candidate(w, node->type))
            pair_meet(w, node, selector);
    }
}

/// A struct that a call names.
static void struct_add(World *w, const TypeDef *def) {
    for (uint32_t i = 0; i < w->static_structs.count; i++)
        if (w->static_structs.items[i] == def)
            return;
    ARRAY_PUSH(&w->arena, &w->static_structs, def);
    NodeList *types = &w->marked[NODE_Necessary];
    for (uint32_t i = 0; i < types->count; i++) {
        TypeNode *node = type_node(w, types->items[i]->entity);
        if (node->was_static_candidate && node->type->def == def)
            static_candidate_appears(w, node);
    }
}

void mark_static_virtual_use(World *w, const Method *method, const Node *from) {
    const Method *declaration = method->synthetic_method;
    mark_necessary(w, method->owner, from, "static virtual call");
    mark_necessary(w, declaration->owner, from, "static virtual call");
    if (method->owner->is_value_type)
        struct_add(w, method->owner->def);
    MethodNode *node = method_node(w, dispatch_key(w, declaration));
    if (is_open_generic_virtual(declaration)) { // found by its handle
        mark_method_metadata(w, node->method->def, from);
        mark_metadata(w, declaration->owner, from, "owner of a generic virtual method");
    }
    node->is_static_use = true;
    mark_slot(w, node, from, "static virtual call");
    interface_note(w, node, declaration->owner);
}

uint32_t reach_static_selector(const Reach *reach, const Method *static_virtual, bool *is_ambiguous) {
    World *w = reach->world;
    const MethodNode *node = method_node(w, dispatch_key(w, static_virtual->synthetic_method));
    *is_ambiguous = node->is_ambiguous;
    return (uint32_t)node->index;
}
