// How calls reach their code (generics-and-dispatch.md 4): closed-world devirtualisation, vtable slots,
// selector rows.
#include "reach/world.h"

const Method *const *reach_vtable(const Reach *reach, const Type *type, uint32_t *count) {
    const TypeNode *node = type_node_find(reach->world, type);
    *count = node ? node->vtable.count : 0;
    return node ? node->vtable.items : NULL;
}

int32_t reach_slot_index(const Reach *reach, const Method *declaration) {
    const MethodNode *node = method_node_find(reach->world, dispatch_key(reach->world, declaration));
    return node && !method_is_selector(declaration) ? node->index : -1;
}

const Method *const *reach_selectors(const Reach *reach, uint32_t *count) {
    *count = reach->selector_count;
    return reach->selectors;
}

int32_t reach_selector_index(const Reach *reach, const Method *declaration) {
    const MethodNode *node = method_node_find(reach->world, dispatch_key(reach->world, declaration));
    return node && method_is_selector(declaration) ? node->index : -1;
}

const SelectorEntry *reach_selector_row(const Reach *reach, const Type *type, uint32_t *count) {
    const TypeNode *node = type_node_find(reach->world, type);
    *count = node ? node->row.count : 0;
    return node ? node->row.items : NULL;
}

CallPlan reach_call_plan(const Reach *reach, const Method *method, const Type *receiver,
                         bool receiver_exact) {
    World *w = reach->world;
    bool is_interface = method->owner->def && method->owner->def->is_interface;
    if (!is_interface && method->def && !method->def->is_virtual)
        return (CallPlan){.kind = CALL_Direct, .target = method};
    const Method *declaration = is_interface ? method : method_slot_definition(w->ts, (Method *)method);
    const MethodNode *node = method_node_find(w, dispatch_key(w, declaration ? declaration : method));
    if (is_open_generic_virtual(method) && !(receiver && receiver->is_value_type && receiver_exact))
        return (CallPlan){.kind = CALL_Generic, .target = method};
    if (receiver && receiver->is_value_type && receiver_exact) {
        const Method *target = boxed_target(w, (Type *)receiver, method);
        if (target)
            return (CallPlan){.kind = CALL_Direct, .target = target};
    }
    if (!node)
        return (CallPlan){.kind = CALL_Never};
    if (node->is_ambiguous)
        return (CallPlan){CALL_Ambiguous, NULL, (uint32_t)node->index, method->owner};
    const Type *limit = receiver_limit(w, receiver);
    const TypeNode *exact = limit && receiver_exact ? type_node_find(w, limit) : NULL;
    if (exact && exact->tables_from)
        exact = exact->tables_from;
    const Method *only = NULL;
    for (uint32_t i = 0; i < node->targets.count; i++) {
        const Target *target = &node->targets.items[i];
        if (!target->code || target->code == only || !reach_has_method(reach, target->code))
            continue;
        if (limit && receiver_exact && !limit->has_placeholder && target->type != exact)
            continue;
        if (limit && !derives(w, target->type->type, limit))
            continue;
        if (only) {
            CallKind kind = method_is_selector(node->method) ? CALL_Selector : CALL_Slot;
            return (CallPlan){.kind = kind, .index = (uint32_t)node->index};
        }
        only = target->code;
    }
    return (CallPlan){.kind = only ? CALL_Direct : CALL_Never, .target = only};
}
