// Closed-world facts that il/ folds with (reach.md 2.2, 2.4). Marking is optimistic: while a body is folded,
// a type has instances only if some have been marked already. A fold that used a negative answer waits for
// the type; when the answer changes, the body is folded and scanned again. The result is the least fixpoint:
// code that would only keep itself alive (a cast that guards the only creation of its type) is not marked.
#include "reach/world.h"

/// A cast to these is decided by the class chain and interface list of the object; variance and arrays, whose
/// interfaces follow the conversions of their elements, need the cast rules.
static bool is_plain_target(const Type *type) {
    return type->kind == TYPE_Named &&
           !(type->arg_count && (type_def_is_variant(type->def) || type_def_is_array_interface(type->def)));
}

static void waiters_fire(World *w, TypeNode *node) {
    for (uint32_t i = 0; i < node->waiters.count; i++)
        method_rescan(w, node->waiters.items[i]);
    node->waiters.count = 0;
}

static void castable_set(World *w, TypeNode *node) {
    if (node->castable)
        return;
    node->castable = true;
    waiters_fire(w, node);
}

static void instances_appear(World *w, Type *type) {
    for (Type *at = type; at; at = type_base(w->ts, at))
        castable_set(w, type_node(w, type_served(w, at)));
    uint32_t count;
    Type *const *interfaces = type_interfaces(w->ts, type, &count);
    for (uint32_t i = 0; i < count; i++)
        castable_set(w, type_node(w, type_served(w, interfaces[i])));
    for (uint32_t i = 0; i < w->watched_casts.count; i++) {
        TypeNode *watched = w->watched_casts.items[i];
        if (!watched->castable && type_is_castable_to(w->ts, type, watched->type))
            castable_set(w, watched);
    }
}

void facts_type_changed(World *w, TypeNode *node, NodeKind level) {
    waiters_fire(w, node);
    if (level == NODE_Allocated)
        instances_appear(w, node->type);
}

void facts_type_described(World *w, const TypeDef *def) {
    waiters_fire(w, type_node(w, type_from_def(w->ts, def)));
}

void facts_interfaces_castable(World *w) {
    for (uint32_t i = 0; i < w->type_capacity; i++)
        if (w->types[i] && w->types[i]->type->def && w->types[i]->type->def->is_interface)
            waiters_fire(w, w->types[i]);
}

/// Some object passes a cast to `type`.
static bool cast_succeeds(World *w, TypeNode *node) {
    if (node->castable || dynamic_cast_possible(w, node->type))
        return true;
    if (is_plain_target(node->type) || node->castable_watched)
        return false;
    node->castable_watched = true;
    ARRAY_PUSH(&w->arena, &w->watched_casts, node);
    const NodeList *allocated = &w->marked[NODE_Allocated];
    for (uint32_t i = 0; i < allocated->count && !node->castable; i++)
        node->castable = type_is_castable_to(w->ts, (Type *)allocated->items[i]->entity, node->type);
    return node->castable;
}

/// The body being folded is made again once a fact about `node` changes.
static bool wait_unless(World *w, TypeNode *node, bool answer) {
    if (answer || !w->scanning)
        return answer;
    for (uint32_t i = 0; i < node->waiters.count; i++)
        if (node->waiters.items[i] == w->scanning)
            return answer;
    ARRAY_PUSH(&w->arena, &node->waiters, w->scanning);
    return answer;
}

/// Some object passes a cast to `type`, or an instance made at run time can.
static bool cast_can_succeed(World *w, const Type *type) {
    if (type->has_placeholder)
        return true;
    return cast_succeeds(w, type_node(w, type)) ||
           (w->makes_types && cast_succeeds(w, type_node(w, type_canonical(w->ts, type))));
}

static bool fact_is_constructed(void *context, const Type *type) {
    World *w = context;
    bool answer = cast_can_succeed(w, type);
    if (w->makes_types && !type->has_placeholder && type_canonical(w->ts, type) != type)
        (void)wait_unless(w, type_node(w, type_canonical(w->ts, type)), answer);
    return type->has_placeholder || wait_unless(w, type_node(w, type), answer);
}

bool type_is_described(World *w, const Type *type) {
    if (type->element && !type_is_described(w, type->element))
        return false;
    for (uint32_t i = 0; i < type->arg_count; i++)
        if (!type_is_described(w, type->args[i]))
            return false;
    if (!type->def || !type->def->rid) // synthetic types have no records
        return type->element;
    bool visible = module_marks(w, type->def->module)->types[type->def->rid - 1] & TYPE_VISIBLE;
    return wait_unless(w, type_node(w, type_from_def(w->ts, type->def)), visible);
}

/// Reflection can lead from any MethodTable of the image to its object, and from the records of definitions:
/// a type argument of an attribute, the type of a field that is shown.
static bool fact_has_runtime_type(void *context, const Type *type) {
    World *w = context;
    if (type->has_placeholder || (w->makes_types && type_canonical(w->ts, type) != type))
        return true;
    TypeNode *node = type_node(context, type);
    return wait_unless(context, node, node->levels[0].marked || type_is_described(w, type));
}

static bool fact_has_instances(void *context, const Type *type) {
    World *w = context;
    if (type->has_placeholder)
        return true;
    TypeNode *node = type_node(w, type), *form = node;
    if (w->makes_types) // instances that are made at run time come from their template
        form = type_node(w, type_canonical(w->ts, type));
    bool answer = node->levels[3].marked || form->levels[3].marked;
    (void)wait_unless(w, form, answer);
    return wait_unless(w, node, answer);
}

void facts_field_stored(World *w, const Field *field) {
    FieldNode *node = field_node(w, field);
    if (node->stored)
        return;
    node->stored = true;
    for (uint32_t i = 0; i < node->waiters.count; i++)
        method_rescan(w, node->waiters.items[i]);
    node->waiters.count = 0;
}

static bool fact_is_never_stored(void *context, const Field *field) {
    World *w = context;
    if (w->makes_types && type_canonical(w->ts, field->owner) != field->owner)
        return false; // canonical code may store to it
    FieldNode *node = field_node(w, field);
    if (node->stored || !w->scanning)
        return !node->stored;
    for (uint32_t i = 0; i < node->waiters.count; i++)
        if (node->waiters.items[i] == w->scanning)
            return true;
    ARRAY_PUSH(&w->arena, &node->waiters, w->scanning);
    return true;
}

IlFacts world_facts(World *w) {
    return (IlFacts){.context = w,
                     .is_constructed = fact_is_constructed,
                     .has_runtime_type = fact_has_runtime_type,
                     .has_instances = fact_has_instances,
                     .is_never_stored = fact_is_never_stored};
}

bool reach_cast_possible(const Reach *reach, const Type *type) {
    return cast_can_succeed(reach->world, type);
}

const Type *reach_only_implementer(const Reach *reach, const Type *type) {
    World *w = reach->world;
    const NodeList *allocated = &w->marked[NODE_Allocated];
    if (type->has_placeholder || (w->makes_types && type_canonical(w->ts, type) != type))
        return NULL; // instances made at run time may pass
    TypeNode *node = type_node(w, type);
    if (node->only_known)
        return node->only;
    node->only_known = true;
    if (dynamic_cast_possible(w, type))
        return NULL;
    for (uint32_t i = 0; i < allocated->count; i++) {
        if (!type_is_castable_to(w->ts, (Type *)allocated->items[i]->entity, (Type *)type))
            continue;
        if (node->only) {
            node->only = NULL;
            break;
        }
        node->only = allocated->items[i]->entity;
    }
    if (node->only && node->only->has_placeholder)
        node->only = NULL; // a template: its instances have MethodTables of their own
    return node->only;
}
