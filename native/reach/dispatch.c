// How calls reach their code (generics-and-dispatch.md 4): closed-world devirtualisation, vtable slots, selector rows.
#include "reach/world.h"

const Method *const *reach_vtable(const Reach *reach, const Type *type, uint32_t *count)
{
    const TypeNode *node = type_node_find(reach->world, type);
    *count = node ? node->vtable.count : 0;
    return node ? node->vtable.items : NULL;
}

int32_t reach_slot_index(const Reach *reach, const Method *declaration)
{
    const MethodNode *node = method_node_find(reach->world, declaration);
    return node && !method_is_selector(declaration) ? node->index : -1;
}

const Method *const *reach_selectors(const Reach *reach, uint32_t *count)
{
    *count = reach->selector_count;
    return reach->selectors;
}

int32_t reach_selector_index(const Reach *reach, const Method *declaration)
{
    const MethodNode *node = method_node_find(reach->world, declaration);
    return node && method_is_selector(declaration) ? node->index : -1;
}

const SelectorEntry *reach_selector_row(const Reach *reach, const Type *type, uint32_t *count)
{
    const TypeNode *node = type_node_find(reach->world, type);
    *count = node ? node->row.count : 0;
    return node ? node->row.items : NULL;
}

/// Whether objects of `type` can stand behind a value of static type `receiver`.
static bool can_be(World *w, Type *type, const Type *receiver, bool exact)
{
    if (!receiver || receiver == type) return true;
    if (exact) return false;
    if (receiver->kind == TYPE_Named && receiver->def->is_interface) return type_is_castable_to(w->ts, type, (Type *)receiver);
    return receiver->kind == TYPE_Named ? type_is_derived_from(w->ts, type, receiver)
                                        : type_is_castable_to(w->ts, type, (Type *)receiver);
}

/// Static types that say nothing about the object: `this` of System.Array`1 is an array.
static bool is_misleading(World *w, const Type *receiver)
{
    return receiver && (receiver->is_value_type || receiver->def == well_known_type(w->ts, WELL_KNOWN_TYPE_ArrayOfT)->def);
}

/// A fresh box of `type`: its code is known without any table.
static const Method *boxed_target(World *w, Type *type, const Method *declaration)
{
    const Method *target = method_is_selector(declaration)
                             ? selector_target(w, type, declaration, true)
                             : type_resolve_virtual(w->ts, type, (Method *)declaration);
    return target ? boxed_entry(w, type, target) : NULL;
}

CallPlan reach_call_plan(const Reach *reach, const Method *method, const Type *receiver, bool receiver_exact)
{
    World *w = reach->world;
    bool   is_interface = method->owner->def && method->owner->def->is_interface;
    if (!is_interface && method->def && !method->def->is_virtual) return (CallPlan){ CALL_Direct, method, 0 };
    const Method     *declaration = is_interface ? method : method_slot_definition(w->ts, (Method *)method);
    const MethodNode *node = method_node_find(w, declaration ? declaration : method);
    if (receiver && receiver->is_value_type && receiver_exact) {
        const Method *target = boxed_target(w, (Type *)receiver, declaration ? declaration : method);
        if (target) return (CallPlan){ CALL_Direct, target, 0 };
    }
    if (!node) return (CallPlan){ CALL_Never, NULL, 0 };
    if (is_misleading(w, receiver)) receiver = NULL;
    const Method *only = NULL;
    for (uint32_t i = 0; i < node->targets.count; i++) {
        const Target *target = &node->targets.items[i];
        if (!target->code || target->code == only || !can_be(w, target->type->type, receiver, receiver_exact)) continue;
        if (only) {
            CallKind kind = method_is_selector(node->method) ? CALL_Selector : CALL_Slot;
            return (CallPlan){ kind, NULL, (uint32_t)node->index };
        }
        only = target->code;
    }
    return (CallPlan){ only ? CALL_Direct : CALL_Never, only, 0 };
}
