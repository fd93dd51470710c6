// reach_run: mark to a fixpoint, then fold every body again with what the closed world has shown, and mark again from the
// roots; until nothing shrinks (reach.md 0).
#include "reach/world.h"

enum { ROUND_LIMIT = 4 };

static uint32_t world_size(const World *w)
{
    uint32_t size = 0;
    for (uint32_t kind = 0; kind < NODE_KIND_COUNT; kind++) size += w->marked[kind].count;
    return size;
}

/// One round over bodies folded with the facts of `facts_world` (NULL: none). NULL after a report.
static World *round_run(Reach *reach, World *facts_world)
{
    reach->facts = facts_world ? world_facts(facts_world) : (IlFacts){ 0 };
    il_set_facts(reach->il, &reach->facts);
    World *w = world_open(reach);
    roots_mark(w);
    bool ok = mark_all(w);
    facts_prepare(w);
    if (ok) return w;
    world_close(w);
    return NULL;
}

static bool rounds_run(Reach *reach)
{
    reach->warn = true;
    while (reach->rounds < ROUND_LIMIT) {
        World *w = round_run(reach, reach->world);
        if (!w) return false;
        reach->rounds++;
        reach->warn = false;
        world_close(reach->facts_world);
        reach->facts_world = reach->world;
        reach->world = w;
        if (reach->facts_world && world_size(reach->facts_world) == world_size(w)) break;
    }
    return true;
}

Reach *reach_run(Il *il, const Request *request, Arena *program, Diag *diag)
{
    Reach *reach = ARENA_NEW(program, Reach);
    *reach = (Reach){ .il = il, .ts = il_types(il), .request = request, .program = program, .diag = diag };
    if (!roots_prepare(reach) || !rounds_run(reach)) {
        reach_close(reach);
        return NULL;
    }
    report_cuts(reach->world);
    product_make(reach);
    return reach;
}

void reach_close(Reach *reach)
{
    if (!reach) return;
    reach->facts = (IlFacts){ 0 };
    il_set_facts(reach->il, &reach->facts);
    world_close(reach->world);
    world_close(reach->facts_world);
    reach->world = reach->facts_world = NULL;
}

Il *reach_il(const Reach *reach)
{
    return reach->il;
}

const Request *reach_request(const Reach *reach)
{
    return reach->request;
}
