// Calls by reflection (corelib-contract 6.2) and handles of members: what they need beside the records.
#include "reach/world.h"

/// The unboxing stub or body that the maps name is marked by then.
void mark_invoke(World *w, const Method *method, const Node *from) {
    mark_address(w, method_dynamic_invoke(w->ts, method->signature), from, "invoke thunk");
    if (!reach_is_invoked_virtually(method))
        return;
    bool is_interface = method->owner->def->is_interface;
    const Method *declaration = is_interface ? method : method_slot_definition(w->ts, (Method *)method);
    method_node(w, dispatch_key(w, declaration ? declaration : method))->called_by_invoke = true;
    mark_virtual_use(w, method, method->owner, false, from, "virtual call by reflection");
}

bool reach_is_invoked_virtually(const Method *method) {
    const MethodDef *def = method->def;
    return def && def->is_virtual && !def->is_static && !def->is_final && !def->owner->is_sealed;
}

void mark_token_method(World *w, const Method *method, const Node *from) {
    MethodNode *node = method_node(w, method);
    if (!node->is_token)
        ARRAY_PUSH(&w->arena, &w->token_methods, method);
    node->is_token = true;
    mark_metadata(w, method->owner, from, "ldtoken of a method");
    for (uint32_t i = 0; i < method->arg_count; i++)
        mark_metadata(w, method->args[i], from, "ldtoken of a method");
    mark_reflectable_method(w, method, from, "ldtoken of a method");
}

void mark_token_field(World *w, const Field *field, const Node *from) {
    FieldNode *node = field_node(w, field);
    if (!node->is_token)
        ARRAY_PUSH(&w->arena, &w->token_fields, field);
    node->is_token = true;
    mark_metadata(w, field->owner, from, "ldtoken of a field");
    mark_reflectable_field(w, field, from, "ldtoken of a field");
}

const Method *const *reach_token_methods(const Reach *reach, uint32_t *count) {
    *count = reach->world->token_methods.count;
    return reach->world->token_methods.items;
}

const Field *const *reach_token_fields(const Reach *reach, uint32_t *count) {
    *count = reach->world->token_fields.count;
    return reach->world->token_fields.items;
}
