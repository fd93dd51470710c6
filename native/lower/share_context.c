// Instances whose code differs in symbols only: one body that takes them from a dictionary
// (generics-and-dispatch.md 2). The dictionary of an instance holds the symbols in which it differs from the
// others, so a body asks for no more than it needs and no rule about open types is involved. It travels in
// the `nest` register, which no argument uses.
#include "lower/share.h"

#include <stdlib.h>

// Estimates in bytes, from lowered instructions (before optimisation) and emitted code of the framework.
enum {
    SHARED_SIZE_MIN = 60,   // instructions; what is smaller is mostly inlined
    BYTES_PER_10 = 25,      // of 10 instructions
    BYTES_PER_USE = 11,     // load of an offset, addition
    BYTES_PER_INSTANCE = 44 // thunk with its unwind entry, context at the calls
};

typedef struct Similar {
    uint64_t key[3];
    uint32_t index;
} Similar;

static int similar_order(const void *a, const void *b) {
    const Similar *x = a, *y = b;
    int order = memcmp(x->key, y->key, sizeof x->key);
    if (order)
        return order;
    return x->index < y->index ? -1 : x->index > y->index;
}

// ---- Columns: the symbols at one use, over the instances ----------------------------------------

typedef struct Group {
    Sharing *s;
    const Similar *members;
    uint32_t count;
    const Candidate *first;
    SharedBody body;
    uint32_t *columns; // by entry: a use that has it
    uint32_t varying;  // uses that come from the dictionary
} Group;

static const Candidate *member(const Group *g, uint32_t index) {
    return &g->s->candidates[g->members[index].index];
}

/// The same for two uses if they mean the same in this instance.
static uintptr_t meaning(const Group *g, const Candidate *c, uint32_t use) {
    if (c->callees[use] != NO_CANDIDATE)
        return g->s->candidates[c->callees[use]].code;
    return (uintptr_t)c->print.references[use].symbol.data;
}

static bool columns_equal(const Group *g, uint32_t a, uint32_t b) {
    for (uint32_t m = 0; m < g->count; m++) {
        const Candidate *c = member(g, m);
        if ((c->callees[a] == NO_CANDIDATE) != (c->callees[b] == NO_CANDIDATE) ||
            meaning(g, c, a) != meaning(g, c, b))
            return false;
    }
    return true;
}

static bool column_varies(const Group *g, uint32_t use) {
    for (uint32_t m = 1; m < g->count; m++) {
        const Candidate *c = member(g, m);
        if ((c->callees[use] == NO_CANDIDATE) != (g->first->callees[use] == NO_CANDIDATE) ||
            meaning(g, c, use) != meaning(g, g->first, use))
            return true;
    }
    return false;
}

static uint32_t entry_of(Group *g, uint32_t use) {
    for (uint32_t i = 0; i < g->body.entry_count; i++)
        if (columns_equal(g, g->columns[i], use))
            return i;
    g->columns[g->body.entry_count] = use;
    g->body.only_called[g->body.entry_count] = true;
    return g->body.entry_count++;
}

static bool column_is_replaceable(const Group *g, uint32_t use) {
    for (uint32_t m = 0; m < g->count; m++)
        if (!member(g, m)->print.references[use].is_replaceable)
            return false;
    return true;
}

/// False if a varying use cannot be replaced.
static bool columns_make(Group *g) {
    g->body.use_count = g->first->print.reference_count;
    g->body.entries = ARENA_ARRAY(g->s->program, uint32_t, g->body.use_count);
    g->body.only_called = ARENA_ARRAY(g->s->program, bool, g->body.use_count);
    g->columns = ARENA_ARRAY(&g->s->arena, uint32_t, g->body.use_count);
    for (uint32_t use = 0; use < g->body.use_count; use++) {
        g->body.entries[use] = NO_ENTRY;
        if (!column_varies(g, use))
            continue;
        if (!column_is_replaceable(g, use))
            return false;
        uint32_t entry = g->body.entries[use] = entry_of(g, use);
        g->body.only_called[entry] &= g->first->print.references[use].is_called;
        g->varying++;
    }
    return true;
}

// ---- Decision -----------------------------------------------------------------------------------

static bool is_worth_it(const Group *g) {
    uint64_t saved = (uint64_t)g->first->print.size * (g->count - 1) * BYTES_PER_10 / 10;
    uint64_t cost =
        g->varying * BYTES_PER_USE + g->count * (BYTES_PER_INSTANCE + 4 * (uint64_t)g->body.entry_count);
    return saved > cost;
}

static ContextEntry entry_make(const Group *g, const Candidate *c, uint32_t use) {
    const CodeReference *reference = &c->print.references[use];
    uint32_t callee = reference->is_function ? c->callees[use] : NO_CANDIDATE;
    if (callee == NO_CANDIDATE)
        return (ContextEntry){reference->symbol, reference->is_function, NULL};
    const Method *method = g->s->candidates[callee].method;
    SymbolKind kind = reference->is_called ? SYMBOL_Code : SYMBOL_Method;
    return (ContextEntry){reach_symbol(g->s->reach, kind, method), true, reach_code(g->s->reach, method)};
}

static void group_share(Group *g) {
    SharedBody *body = ARENA_NEW(g->s->program, SharedBody);
    *body = g->body;
    body->method = g->first->method;
    body->callees = ARENA_ARRAY(g->s->program, const SharedBody *, body->entry_count);
    body->members = ARENA_ARRAY(g->s->program, const Method *, g->count);
    body->member_count = g->count;
    body->next = g->s->bodies;
    g->s->bodies = body;
    for (uint32_t m = 0; m < g->count; m++) {
        const Candidate *c = member(g, m);
        Instance *instance = &g->s->instances[c->method->id];
        instance->body = body;
        body->members[m] = c->method;
        instance->dictionary = ARENA_ARRAY(g->s->program, ContextEntry, body->entry_count);
        for (uint32_t i = 0; i < body->entry_count; i++)
            instance->dictionary[i] = entry_make(g, c, g->columns[i]);
        reach_share_body(g->s->reach, c->method, body->method);
        g->s->counts.shared++;
        if (m)
            g->s->counts.saved_size += c->print.size;
    }
    g->s->counts.bodies++;
}

static void group_decide(Sharing *s, const Similar *members, uint32_t count) {
    Group g = {.s = s, .members = members, .count = count, .first = &s->candidates[members[0].index]};
    if (g.first->print.size < SHARED_SIZE_MIN || g.first->method->synthetic != SYNTHETIC_None)
        return;
    if (columns_make(&g) && is_worth_it(&g))
        group_share(&g);
}

// ---- Calls from one shared body to another ------------------------------------------------------

/// The shared body that all members call through the entry; NULL if there is none.
static const SharedBody *callee_of(const Sharing *s, const SharedBody *body, uint32_t entry) {
    const SharedBody *common = NULL;
    for (uint32_t m = 0; m < body->member_count && body->only_called[entry]; m++) {
        const Method *callee = s->instances[body->members[m]->id].dictionary[entry].callee;
        const Instance *instance = callee ? sharing_instance(s, callee) : NULL;
        if (!instance || (m && instance->body != common))
            return NULL;
        common = instance->body;
    }
    return common;
}

/// The context of the callee takes the place of its thunk.
static void calls_shorten(Sharing *s) {
    for (SharedBody *body = s->bodies; body; body = body->next)
        for (uint32_t entry = 0; entry < body->entry_count; entry++) {
            body->callees[entry] = callee_of(s, body, entry);
            for (uint32_t m = 0; body->callees[entry] && m < body->member_count; m++) {
                ContextEntry *context = &s->instances[body->members[m]->id].dictionary[entry];
                *context =
                    (ContextEntry){.symbol = reach_symbol(s->reach, SYMBOL_Dictionary, context->callee)};
            }
        }
}

static uint32_t similar_collect(Sharing *s, Similar *similar) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < s->candidate_count; i++) {
        const Candidate *c = &s->candidates[i];
        if (c->method->id >= s->instance_limit)
            s->instance_limit = c->method->id + 1;
        if (reach_code(s->reach, c->method) == c->method && c->print.is_complete)
            similar[count++] = (Similar){
                {(uint64_t)(uintptr_t)c->method->def, c->print.hash.lanes[0], c->print.hash.lanes[1]}, i};
    }
    return count;
}

void contexts_decide(Sharing *s) {
    Similar *similar = ARENA_ARRAY(&s->arena, Similar, s->candidate_count);
    uint32_t count = similar_collect(s, similar);
    s->instances = ARENA_ARRAY(s->program, Instance, s->instance_limit);
    if (reach_request(s->reach)->codegen.preference == PREFERENCE_Speed)
        return; // exact code is faster (1.4)
    if (count)
        qsort(similar, count, sizeof *similar, similar_order);
    for (uint32_t first = 0, end; first < count; first = end) {
        end = first + 1;
        while (end < count && memcmp(similar[end].key, similar[first].key, sizeof similar[end].key) == 0)
            end++;
        if (end - first > 1)
            group_decide(s, similar + first, end - first);
    }
    calls_shorten(s);
}

const Instance *sharing_instance(const Sharing *s, const Method *method) {
    if (!s || method->id >= s->instance_limit || !s->instances[method->id].body)
        return NULL;
    return &s->instances[method->id];
}
