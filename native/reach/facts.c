// Closed-world facts of a finished round, with which the next one folds bodies again (reach.md 2.4). They only ever shrink
// what is marked.
#include "reach/world.h"

/// A cast to these is decided by walking their descendants once; variance and arrays need the cast rules.
static bool is_plain_target(const Type *type)
{
    return type->kind == TYPE_Named && !(type->arg_count && type_def_is_variant(type->def));
}

void facts_prepare(World *w)
{
    const NodeList *allocated = &w->marked[NODE_Allocated];
    for (uint32_t i = 0; i < allocated->count; i++) {
        Type *type = (Type *)allocated->items[i]->entity;
        for (Type *at = type; at; at = type_base(w->ts, at)) type_node(w, at)->castable = true;
        uint32_t     count;
        Type *const *interfaces = type_interfaces(w->ts, type, &count);
        for (uint32_t k = 0; k < count; k++) type_node(w, interfaces[k])->castable = true;
    }
    w->facts_ready = true;
}

/// Some object that exists passes a cast to `type`.
static bool cast_succeeds(World *w, const Type *type)
{
    TypeNode *node = type_node(w, type);
    if (node->castable) return true;
    if (is_plain_target(type)) return false;
    if (node->castable_known) return node->castable_known > 0;
    const NodeList *allocated = &w->marked[NODE_Allocated];
    bool            found = false;
    for (uint32_t i = 0; i < allocated->count && !found; i++)
        found = type_is_castable_to(w->ts, (Type *)allocated->items[i]->entity, (Type *)type);
    node->castable_known = found ? 1 : -1;
    return found;
}

static bool fact_is_constructed(void *context, const Type *type)
{
    return cast_succeeds(context, type);
}

static bool fact_has_runtime_type(void *context, const Type *type)
{
    const TypeNode *node = type_node_find(context, type);
    return node && node->levels[3].marked; // x.GetType() == typeof(T) needs an instance of exactly T
}

IlFacts world_facts(World *w)
{
    return (IlFacts){ .context = w, .is_constructed = fact_is_constructed, .has_runtime_type = fact_has_runtime_type };
}

bool reach_cast_possible(const Reach *reach, const Type *type)
{
    return cast_succeeds(reach->world, type);
}

const Type *reach_only_implementer(const Reach *reach, const Type *type)
{
    World          *w = reach->world;
    const NodeList *allocated = &w->marked[NODE_Allocated];
    const Type     *only = NULL;
    TypeNode       *node = type_node(w, type);
    if (node->only_known) return node->only;
    for (uint32_t i = 0; i < allocated->count; i++) {
        if (!type_is_castable_to(w->ts, (Type *)allocated->items[i]->entity, (Type *)type)) continue;
        if (only) {
            only = NULL;
            break;
        }
        only = allocated->items[i]->entity;
    }
    node->only_known = true;
    node->only = only;
    return only;
}
