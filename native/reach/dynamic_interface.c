// Objects that say at run time which interfaces they implement, and by which other interface's default
// methods (IDynamicInterfaceCastable; generics-and-dispatch.md 4.4). Their types have an entry for every
// interface method in use: a stub that asks the object. What it may answer is the interfaces with
// [DynamicInterfaceCastableImplementation] that exist: their code goes into a table of its own, since they
// are no types of objects and have no rows.
#include "reach/world.h"

static bool is_interface_method(const Method *method) {
    return method->owner->def && method->owner->def->is_interface;
}

/// Code of `declaration` on the implementing interface; NULL if it has none.
static const Method *implementation(World *w, Type *interface, const Method *declaration) {
    Method *result = NULL;
    if (!type_is_castable_to(w->ts, interface, declaration->owner))
        return NULL;
    switch (type_resolve_interface(w->ts, interface, (Method *)declaration, &result)) {
    case RESOLVE_Class:
    case RESOLVE_Default: return result;
    case RESOLVE_Ambiguous: return method_synthetic(w->ts, SYNTHETIC_ThrowBody, interface, declaration);
    case RESOLVE_Reabstracted:
    case RESOLVE_None: break;
    }
    return NULL;
}

static void implementation_enter(World *w, TypeNode *interface, MethodNode *selector,
                                 const Method *declaration) {
    const Method *target = implementation(w, interface->type, declaration);
    if (!target)
        return;
    const Method *code = method_served(w, target, &selector->slot);
    if (reach_takes_context(code) &&
        target->owner != interface->type) // the implementation is the context that comes in
        code = method_synthetic(w->ts, SYNTHETIC_ContextStub, interface->type, target);
    ARRAY_PUSH(&w->arena, &selector->dynamic_targets, (DynamicTarget){interface, declaration->owner, code});
    method_node(w, code)->address_taken = true;
    mark_necessary(w, declaration->owner, &selector->slot, "interface with a dynamic implementation");
    mark_method(w, code, &selector->slot, "dynamic implementation of an interface");
}

/// A selector of a canonical interface stands for all instances that the implementing interface extends.
static void implementations_enter(World *w, TypeNode *interface, MethodNode *selector) {
    Type *owner = selector->method->owner;
    if (!owner->has_placeholder) {
        implementation_enter(w, interface, selector, selector->method);
        return;
    }
    uint32_t count;
    Failure failure = {0};
    Type *const *interfaces = type_interfaces(w->ts, interface->type, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (interfaces[i]->def != owner->def || type_canonical(w->ts, interfaces[i]) != owner)
            continue;
        const Method *declaration =
            method_instantiate(w->ts, selector->method->def, interfaces[i], selector->method->args,
                               selector->method->arg_count, &failure);
        if (declaration && !is_open_generic_virtual(declaration))
            implementation_enter(w, interface, selector, declaration);
    }
}

/// Objects get the handles of interfaces that casts name.
static void interface_shown(World *w, TypeNode *node) {
    if (node->type->def && node->type->def->is_interface && !node->type->is_generic_definition)
        mark_metadata(w, node->type, &node->levels[0], "handle given to IDynamicInterfaceCastable");
}

void dynamic_type_appears(World *w, TypeNode *node) {
    ARRAY_PUSH(&w->arena, &w->dynamic_types, node);
    if (w->dynamic_types.count > 1)
        return;
    facts_interfaces_castable(w);
    NodeList *types = &w->marked[NODE_Necessary]; // the object is asked about any of them
    for (uint32_t i = 0; i < types->count; i++)
        interface_shown(w, type_node(w, types->items[i]->entity));
    NodeList *slots = &w->marked[NODE_Slot];
    for (uint32_t i = 0; i < slots->count; i++)
        dynamic_selector_appears(w, method_node(w, slots->items[i]->entity));
}

void dynamic_group_add(World *w, DispatchGroup *group) {
    ARRAY_PUSH(&w->arena, &w->interface_groups, group);
    for (uint32_t i = 0; i < w->dynamic_types.count; i++)
        ARRAY_PUSH(&w->arena, &group->types, w->dynamic_types.items[i]);
}

void dynamic_interface_appears(World *w, TypeNode *node) {
    if (w->dynamic_types.count)
        interface_shown(w, node);
    if (!type_def_is_dynamic_implementation(node->type->def))
        return;
    ARRAY_PUSH(&w->arena, &w->dynamic_interfaces, node);
    NodeList *slots = &w->marked[NODE_Slot];
    for (uint32_t i = 0; w->dynamic_types.count && i < slots->count; i++) {
        MethodNode *selector = method_node(w, slots->items[i]->entity);
        if (is_interface_method(selector->method))
            implementations_enter(w, node, selector);
    }
}

void dynamic_selector_appears(World *w, MethodNode *selector) {
    if (!w->dynamic_types.count || !is_interface_method(selector->method) || selector->method->def->is_static)
        return;
    for (uint32_t i = 0; i < w->dynamic_interfaces.count; i++)
        implementations_enter(w, w->dynamic_interfaces.items[i], selector);
}

const Method *dynamic_target(World *w, Type *type, const Method *selector) {
    if (!is_interface_method(selector) || selector->def->is_static ||
        !type_is_dynamically_castable(w->ts, type))
        return NULL;
    return method_synthetic(w->ts, SYNTHETIC_DynamicDispatch, selector->owner, selector);
}

bool dynamic_cast_possible(const World *w, const Type *type) {
    return w->dynamic_types.count && type->def && type->def->is_interface;
}

// ---- The product --------------------------------------------------------------------------------

void dynamic_implementations_number(Reach *reach) {
    World *w = reach->world;
    NodeList *slots = &w->marked[NODE_Slot]; // sorted by now
    uint32_t number = 0;
    for (uint32_t i = 0; i < slots->count; i++) {
        MethodNode *selector = method_node(w, slots->items[i]->entity);
        if (!selector->dynamic_targets.count)
            continue;
        selector->dynamic_number = number++;
        for (uint32_t k = 0; k < selector->dynamic_targets.count; k++) {
            const DynamicTarget *target = &selector->dynamic_targets.items[k];
            DynamicImplementation row = {target->type->type, target->interface, selector->dynamic_number,
                                         target->code};
            ARRAY_PUSH(reach->program, &reach->dynamic_implementations, row);
        }
    }
    if (number >= DYNAMIC_NONE) // CoreLib passes the number in 16 bits
        diag_report(reach->diag, DIAG_Internal, (DiagLocation){0},
                    "too many interface methods have dynamic implementations");
}

const DynamicImplementation *reach_dynamic_implementations(const Reach *reach, uint32_t *count) {
    *count = reach->dynamic_implementations.count;
    return reach->dynamic_implementations.items;
}

uint32_t reach_dynamic_number(const Reach *reach, const Method *selector) {
    const MethodNode *node = method_node_find(reach->world, selector);
    return node && node->dynamic_targets.count ? node->dynamic_number : DYNAMIC_NONE;
}
