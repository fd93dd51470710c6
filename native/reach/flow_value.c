// Sets of values: small, compared structurally, growing only.
#include "reach/flow_call.h"

static const FlowValue unknown_value = {.kind = VALUE_Unknown};
static const FlowValue *unknown_items[] = {&unknown_value};
const FlowSet flow_unknown = {unknown_items, 1};
static const FlowValue *overflow_items[] = {&unknown_value}; // too many values: the set grows no more

static bool place_same(const Place *a, const Place *b) {
    return a->kind == b->kind && a->method == b->method && a->field == b->field && a->type == b->type &&
           a->index == b->index && a->flags == b->flags;
}

static bool value_same(const FlowValue *a, const FlowValue *b) {
    return a == b || (a->kind == b->kind && a->type == b->type && a->method == b->method &&
                      a->array == b->array && a->integer == b->integer && text_equal(a->string, b->string) &&
                      a->through_nullable == b->through_nullable && a->of_parameter == b->of_parameter &&
                      place_same(&a->place, &b->place));
}

static bool set_has(FlowSet set, const FlowValue *value) {
    for (uint32_t i = 0; i < set.count; i++)
        if (value_same(set.items[i], value))
            return true;
    return false;
}

FlowSet flow_set_one(Flow *f, FlowValue value) {
    FlowValue *copy = ARENA_NEW(f->arena, FlowValue);
    const FlowValue **items = ARENA_ARRAY(f->arena, const FlowValue *, 1);
    *copy = value;
    items[0] = copy;
    return (FlowSet){items, 1};
}

bool flow_set_add(Flow *f, FlowSet *into, FlowSet from) {
    uint32_t fresh = 0;
    if (into->items == from.items || from.count == 0)
        return false;
    if (into->count == 0) {
        *into = from;
        return true;
    }
    for (uint32_t i = 0; i < from.count; i++)
        fresh += !set_has(*into, from.items[i]);
    if (!fresh)
        return false;
    if (into->items == overflow_items)
        return false;
    if (into->count + fresh > FLOW_SET_LIMIT) {
        *into = (FlowSet){overflow_items, 1};
        return true;
    }
    const FlowValue **items = ARENA_ARRAY(f->arena, const FlowValue *, into->count + fresh);
    memcpy(items, into->items, into->count * sizeof *items);
    uint32_t count = into->count;
    for (uint32_t i = 0; i < from.count; i++)
        if (!set_has(*into, from.items[i]))
            items[count++] = from.items[i];
    *into = (FlowSet){items, count};
    return true;
}

void flow_set_push(Flow *f, FlowSet *into, FlowValue value) {
    flow_set_add(f, into, flow_set_one(f, value));
}

bool flow_set_int(FlowSet set, int64_t *value) {
    if (set.count != 1 || set.items[0]->kind != VALUE_Int)
        return false;
    *value = set.items[0]->integer;
    return true;
}
