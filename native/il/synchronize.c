// [MethodImpl(Synchronized)]: the body runs between MonitorEnter and MonitorExit of `this` or of the type's
// RuntimeType (corelib-contract 5.2). The finished Body is wrapped: entry block, the old blocks as a try
// part, a finally, an exit block.
#include "il/internal.h"

typedef struct Wrap {
    Il *il;
    Body *body;
    Arena *arena;
    uint32_t taken, result; // locals: lock taken, return value
    uint32_t object;        // local: `this` as it came, where the body may store another
    bool is_void, keeps_object;
    ARRAY(Instruction) out;
} Wrap;

static void put(Wrap *w, Instruction in) {
    ARRAY_PUSH(w->arena, &w->out, in);
}

/// MonitorEnter/Exit(object, ref bool).
static void put_monitor(Wrap *w, WellKnownMethod helper) {
    if (w->keeps_object)
        put(w, (Instruction){.op = OP_ldloc, .index = w->object});
    else if (w->body->method->signature->has_this)
        put(w, (Instruction){.op = OP_ldarg, .index = 0});
    else
        put(w, (Instruction){.op = OP_ldtype, .type = w->body->method->owner});
    put(w, (Instruction){.op = OP_ldloca, .index = w->taken});
    put(w, (Instruction){.op = OP_call, .method = well_known_method(w->il->ts, helper)});
}

static bool stores_this(const Body *body) {
    if (!body->method->signature->has_this || body->method->owner->is_value_type)
        return false;
    for (uint32_t i = 0; i < body->instruction_count; i++) {
        const Instruction *in = &body->instructions[i];
        if ((in->op == OP_starg || in->op == OP_ldarga) && in->index == 0)
            return true;
    }
    return false;
}

static void add_locals(Wrap *w) {
    Body *body = w->body;
    w->taken = body->local_count;
    w->result = w->taken + 1;
    w->object = w->result + !w->is_void;
    uint32_t count = w->object + w->keeps_object;
    Type **locals = ARENA_ARRAY(w->arena, Type *, count);
    bool *pinned = ARENA_ARRAY(w->arena, bool, count);
    for (uint32_t i = 0; i < body->local_count; i++) {
        locals[i] = body->locals[i];
        pinned[i] = body->pinned[i];
    }
    locals[w->taken] = w->il->boolean;
    if (!w->is_void)
        locals[w->result] = body->method->signature->return_type;
    if (w->keeps_object)
        locals[w->object] = body->method->owner;
    body->locals = locals;
    body->pinned = pinned;
    body->local_count = count;
    body->inlined_local_count = 0; // `taken` comes after them and starts as zero
}

/// Copies a block of the old body; its `ret` leaves to the exit block.
static void copy_block(Wrap *w, const Block *old, uint32_t exit) {
    for (uint32_t i = old->first; i < old->first + old->count; i++) {
        Instruction in = w->body->instructions[i];
        if ((in.op >= OP_br && in.op <= OP_blt_un) || in.op == OP_leave)
            in.block++;
        if (in.op == OP_switch) {
            SwitchTargets *targets = ARENA_NEW(w->arena, SwitchTargets);
            targets->count = in.targets->count;
            targets->blocks = ARENA_ARRAY(w->arena, uint32_t, in.targets->count);
            for (uint32_t k = 0; k < in.targets->count; k++)
                targets->blocks[k] = in.targets->blocks[k] + 1;
            in.targets = targets;
        }
        if (in.op != OP_ret) {
            put(w, in);
            continue;
        }
        if (!w->is_void)
            put(w, (Instruction){.op = OP_stloc, .index = w->result, .offset = in.offset});
        put(w, (Instruction){.op = OP_leave, .block = exit, .offset = in.offset});
    }
}

static void shift_regions(Wrap *w, uint32_t block_count) {
    Body *body = w->body;
    EhRegion *regions = ARENA_ARRAY(w->arena, EhRegion, body->region_count + 1);
    int32_t outer = (int32_t)body->region_count;
    for (uint32_t i = 0; i < body->region_count; i++) {
        regions[i] = body->regions[i];
        regions[i].try_first++;
        regions[i].handler_first++;
        if (regions[i].filter_count)
            regions[i].filter_first++;
        if (regions[i].parent < 0)
            regions[i].parent = outer;
    }
    regions[outer] = (EhRegion){.kind = EH_Finally,
                                .try_first = 1,
                                .try_count = block_count,
                                .handler_first = block_count + 1,
                                .handler_count = 1,
                                .parent = -1,
                                .live = true};
    body->regions = regions;
    body->region_count++;
}

void body_synchronize(Il *il, Body *body, Arena *arena) {
    if (body->failure)
        return;
    uint32_t old_count = body->block_count, handler = old_count + 1, exit = old_count + 2;
    int32_t outer = (int32_t)body->region_count;
    Wrap w = {.il = il,
              .body = body,
              .arena = arena,
              .is_void = body->method->signature->return_type == il->void_type,
              .keeps_object = stores_this(body)};
    Block *blocks = ARENA_ARRAY(arena, Block, old_count + 3);
    add_locals(&w);
    blocks[0] = (Block){.live = true, .try_region = -1, .handler_region = -1};
    if (w.keeps_object) {
        put(&w, (Instruction){.op = OP_ldarg, .index = 0});
        put(&w, (Instruction){.op = OP_stloc, .index = w.object});
    }
    put_monitor(&w, WELL_KNOWN_METHOD_MonitorEnter);
    blocks[0].count = w.out.count;
    for (uint32_t b = 0; b < old_count; b++) {
        Block *block = &blocks[b + 1];
        *block = body->blocks[b];
        block->first = w.out.count;
        copy_block(&w, &body->blocks[b], exit);
        block->count = w.out.count - block->first;
        if (block->try_region < 0)
            block->try_region = outer;
    }
    blocks[handler] = (Block){.first = w.out.count, .live = true, .try_region = -1, .handler_region = outer};
    put_monitor(&w, WELL_KNOWN_METHOD_MonitorExit);
    put(&w, (Instruction){.op = OP_endfinally});
    blocks[handler].count = w.out.count - blocks[handler].first;
    blocks[exit] = (Block){.first = w.out.count, .live = true, .try_region = -1, .handler_region = -1};
    if (!w.is_void)
        put(&w, (Instruction){.op = OP_ldloc, .index = w.result});
    put(&w, (Instruction){.op = OP_ret});
    blocks[exit].count = w.out.count - blocks[exit].first;
    shift_regions(&w, old_count);
    body->blocks = blocks;
    body->block_count = old_count + 3;
    body->instructions = w.out.items;
    body->instruction_count = w.out.count;
}
