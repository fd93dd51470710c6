// reach_run: marks to the least fixpoint. Bodies are folded with the facts of the growing world and folded
// again when one of these changes (facts.c). What il/ remembers of callees (constant results) may be older
// than the facts, so a pass over every body ends the work; it is repeated until it adds nothing (reach.md 0).
#include "reach/world.h"

static uint32_t world_size(const World *w) {
    uint32_t size = 0;
    for (uint32_t kind = 0; kind < NODE_KIND_COUNT; kind++)
        size += w->marked[kind].count;
    return size;
}

static void rescan_all(World *w) {
    il_set_facts(w->il, &w->reach->facts); // forgets constant results
    w->flow_epoch++;
    for (uint32_t i = 0; i < w->marked[NODE_Method].count; i++)
        method_rescan(w, method_node(w, w->marked[NODE_Method].items[i]->entity));
}

/// Stops early if the world has to be made again.
static bool world_mark(Reach *reach) {
    World *w = reach->world = world_open(reach);
    reach->facts = world_facts(w);
    il_set_facts(reach->il, &reach->facts);
    roots_mark(w);
    uint32_t size;
    do {
        reach->rounds++;
        if (!mark_all(w))
            return false;
        size = world_size(w);
        mark_all_compared(w);
        rescan_all(w);
        if (!mark_all(w))
            return false;
    } while (world_size(w) != size && !world_is_outdated(w));
    return true;
}

Reach *reach_run(Il *il, const Request *request, Arena *program, Diag *diag) {
    Reach *reach = ARENA_NEW(program, Reach);
    *reach = (Reach){.il = il, .ts = il_types(il), .request = request, .program = program, .diag = diag};
    reach->preinit = preinit_open(il, program);
    il_set_makes_types(il, false);
    bool ok = roots_prepare(reach) && world_mark(reach);
    if (ok && world_is_outdated(reach->world)) { // once more, with canonical code
        world_close(reach->world);
        reach->makes_types = true;
        reach->reported_before = reach->reported.count;
        il_set_makes_types(il, true);
        ok = world_mark(reach);
    }
    if (!ok) {
        reach_close(reach);
        return NULL;
    }
    report_cuts(reach->world);
    product_make(reach);
    return reach;
}

void reach_close(Reach *reach) {
    if (!reach)
        return;
    reach->facts = (IlFacts){0}; // the world that answered is gone
    il_set_facts(reach->il, &reach->facts);
    preinit_close(reach->preinit);
    world_close(reach->world);
    reach->world = NULL;
}

Il *reach_il(const Reach *reach) {
    return reach->il;
}

const Request *reach_request(const Reach *reach) {
    return reach->request;
}
