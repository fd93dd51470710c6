// The two runs of the interpreter over a body: to a fixpoint, then emission; and the evaluation of small
// callees.
#include "il/internal.h"

enum { TRACKED_MAX = 64, EVALUATION_DEPTH_MAX = 5, EVALUATION_CODE_MAX = 64 };

// ---- Preparation --------------------------------------------------------------------------------

static bool is_tracked_type(Il *il, Type *type) {
    StackKind kind = value_of_type(il, type).kind;
    return kind == STACK_Int32 || kind == STACK_Int64 || kind == STACK_NativeInt || kind == STACK_Object;
}

static int32_t *assign_slots(Import *im, Type *const *types, uint32_t count, const bool *address_taken) {
    int32_t *slots = ARENA_ARRAY(im->arena, int32_t, count);
    for (uint32_t i = 0; i < count; i++) {
        bool tracked = !address_taken[i] && im->slot_count < TRACKED_MAX && is_tracked_type(im->il, types[i]);
        slots[i] = tracked ? (int32_t)im->slot_count++ : -1;
    }
    return slots;
}

static void note_store(Import *im, const CodeBlock *block, const Instruction *in) {
    int32_t slot = in->op == OP_starg ? im->arg_slot[in->index] : im->local_slot[in->index];
    if (slot < 0)
        return;
    if (block->try_region >= 0)
        im->slot_stored_in_try[slot] = true;
    if (block->handler_region >= 0)
        im->slot_stored_in_try[slot] = im->slot_stored_in_handler[slot] = true;
}

/// Tracks arguments and locals whose address is not taken.
static void choose_variables(Import *im) {
    const Code *code = im->code;
    bool *arg_taken = ARENA_ARRAY(im->arena, bool, code->arg_count);
    bool *local_taken = ARENA_ARRAY(im->arena, bool, code->local_count);
    for (uint32_t i = 0; i < code->raw_count; i++) {
        const Instruction *in = &code->raw[i].in;
        if (in->op == OP_ldarga)
            arg_taken[in->index] = true;
        if (in->op == OP_ldloca)
            local_taken[in->index] = true;
    }
    im->arg_slot = assign_slots(im, code->args, code->arg_count, arg_taken);
    im->local_slot = assign_slots(im, code->locals, code->local_count, local_taken);
    im->slot_stored_in_try = ARENA_ARRAY(im->arena, bool, im->slot_count);
    im->slot_stored_in_handler = ARENA_ARRAY(im->arena, bool, im->slot_count);
    if (code->region_count == 0)
        return;
    for (uint32_t b = 0; b < code->block_count; b++)
        for (uint32_t i = code->blocks[b].first; i < code->blocks[b].first + code->blocks[b].count; i++) {
            const Instruction *in = &code->raw[i].in;
            if (in->op == OP_stloc || in->op == OP_starg)
                note_store(im, &code->blocks[b], in);
        }
}

/// Locals start as zero (II.25.4.4, CorILMethod_InitLocals), arguments as the caller's known values.
static Value *entry_variables(Import *im) {
    const Code *code = im->code;
    Value *variables = ARENA_ARRAY(im->arena, Value, im->slot_count);
    for (uint32_t i = 0; i < im->slot_count; i++)
        variables[i] = declared_value(im, i);
    for (uint32_t i = 0; i < code->arg_count; i++) {
        if (im->arg_slot[i] < 0 || !im->known_args ||
            im->known_args[i].kind != variables[im->arg_slot[i]].kind)
            continue;
        variables[im->arg_slot[i]] = stored_value(im, code->args[i], im->known_args[i]);
    }
    for (uint32_t i = 0; code->init_locals && i < code->local_count; i++) {
        if (im->local_slot[i] < 0)
            continue;
        Value *value = &variables[im->local_slot[i]];
        if (value->kind == STACK_Object)
            *value = (Value){.kind = STACK_Object, .type = value->type, .known = KNOWN_Null};
        else
            *value = value_integer(value->kind, 0);
    }
    return variables;
}

// ---- Fixpoint -----------------------------------------------------------------------------------

static void load_state(Import *im, uint32_t block) {
    const State *state = &im->states[block];
    im->block = block;
    im->ended = false;
    im->depth = 0;
    for (uint32_t i = 0; i < state->depth; i++)
        push(im, state->stack[i]);
    if (im->slot_count)
        memcpy(im->variables, state->variables, im->slot_count * sizeof *im->variables);
    im->checked.count = 0;
    im->out_block_first = im->out.count;
}

static void interpret_block(Import *im, uint32_t block) {
    load_state(im, block);
    import_enter_handlers(im);
    const CodeBlock *b = &im->code->blocks[block];
    for (uint32_t i = b->first; i < b->first + b->count && !im->ended && !im->invalid; i++) {
        RawInstruction *raw = &im->code->raw[i];
        im->offset = raw->in.offset;
        im->raw = raw;
        if (!resolve_instruction(im, raw))
            step_failure(im, raw->failure);
        else
            step(im, &raw->in);
    }
    if (im->invalid || im->ended)
        return;
    if (block + 1 >= im->code->block_count)
        import_invalid(im, "control falls off the end of the body");
    else
        flow_next(im);
}

static void run(Import *im) {
    const Code *code = im->code;
    im->states = ARENA_ARRAY(im->arena, State, code->block_count);
    im->queue = ARENA_ARRAY(im->arena, uint32_t, code->block_count);
    choose_variables(im);
    im->variables = ARENA_ARRAY(im->arena, Value, im->slot_count);
    state_merge(im, 0, NULL, 0, entry_variables(im));
    while (im->queue_count > 0 && !im->invalid && !(im->evaluating && im->effect)) {
        uint32_t block = im->queue[im->queue_first];
        im->queue_first = (im->queue_first + 1) % code->block_count;
        im->queue_count--;
        im->states[block].queued = false;
        im->states[block].visits++;
        interpret_block(im, block);
    }
}

// ---- Emission -----------------------------------------------------------------------------------

static uint32_t local_count(const Import *im) {
    return im->outer->local_count + im->inlined_locals.count;
}

static void emit_blocks_once(Import *im, Body *body) {
    im->emit_again = false;
    im->emitting = true;
    im->out.count = 0;
    im->local_loads_capacity = local_count(im) + 1;
    im->local_loads = ARENA_ARRAY(im->arena, uint32_t, im->local_loads_capacity);
    im->has_localloc = false;
    for (uint32_t b = 0; b < im->code->block_count && !im->invalid; b++) {
        Block *block = &body->blocks[b];
        block->first = im->out.count;
        if (im->states[b].reached)
            interpret_block(im, b);
        // A branch to the next block is what falling through does.
        if (im->out.count > block->first) {
            const Instruction *last = &im->out.items[im->out.count - 1];
            if (last->op == OP_br && last->block == b + 1)
                im->out.count--;
        }
        block->count = im->out.count - block->first;
    }
}

/// Each repetition has one inlined call less.
static void emit_blocks(Import *im, Body *body) {
    do
        emit_blocks_once(im, body);
    while (im->emit_again && !im->invalid);
}

/// Stores to locals that nothing loads any more go, with what they store: debug builds keep every value in a
/// local.
static bool find_dead_locals(Import *im) {
    bool *dead = ARENA_ARRAY(im->arena, bool, local_count(im));
    bool found = false;
    for (uint32_t i = 0; i < im->out.count; i++) {
        const Instruction *in = &im->out.items[i];
        if (in->op != OP_stloc || im->local_loads[in->index] ||
            (in->index < im->outer->local_count && im->code->pinned && im->code->pinned[in->index]))
            continue;
        found = dead[in->index] = true;
    }
    im->dead_local = dead;
    im->dead_local_count = local_count(im);
    return found;
}

static StackType stack_type(const Value *value) {
    StackType type = {value->kind, value->type};
    if (value->kind == STACK_Object && value->known == KNOWN_Null)
        type.type = NULL;
    return type;
}

static void describe_block(const Import *im, uint32_t index, Block *block) {
    const State *state = &im->states[index];
    const CodeBlock *code = &im->code->blocks[index];
    block->live = state->reached;
    block->try_region = code->try_region;
    block->handler_region = code->handler_region;
    block->offset = code->count ? im->code->raw[code->first].in.offset : 0;
    block->entry_depth = state->reached ? state->depth : 0;
    block->entry_stack = ARENA_ARRAY(im->arena, StackType, block->entry_depth);
    for (uint32_t i = 0; i < block->entry_depth; i++)
        block->entry_stack[i] = stack_type(&state->stack[i]);
}

static void mark_loop_header(Body *body, uint32_t from, uint32_t target) {
    if (target <= from)
        body->blocks[target].is_loop_header = true;
}

static void mark_loop_headers(Body *body) {
    for (uint32_t b = 0; b < body->block_count; b++) {
        const Block *block = &body->blocks[b];
        if (!block->live || block->count == 0)
            continue;
        const Instruction *last = &body->instructions[block->first + block->count - 1];
        if ((last->op >= OP_br && last->op <= OP_blt_un) || last->op == OP_leave)
            mark_loop_header(body, b, last->block);
        if (last->op == OP_switch)
            for (uint32_t i = 0; i < last->targets->count; i++)
                mark_loop_header(body, b, last->targets->blocks[i]);
    }
}

static void finish_regions(const Import *im, Body *body) {
    body->regions = im->code->regions;
    body->region_count = im->code->region_count;
    for (uint32_t i = 0; i < body->region_count; i++) {
        EhRegion *r = &body->regions[i];
        bool live = false;
        for (uint32_t b = r->try_first; b < r->try_first + r->try_count && !live; b++)
            live = body->blocks[b].live;
        r->live = live && body->blocks[r->handler_first].live;
        bool is_open = r->kind == EH_Catch && r->catch_type && r->catch_type->has_placeholder;
        if (r->live && (r->kind == EH_Filter || is_open))
            body->has_filter = true;
    }
}

bool runs_cctor_at_entry(Il *il, const Method *method) {
    const MethodDef *def = method->def;
    if (!def || method->synthetic != SYNTHETIC_None || def == def->owner->static_constructor)
        return false;
    if (def->owner->is_before_field_init || !il_has_lazy_cctor(il, method->owner))
        return false;
    return def->is_static || def->is_constructor || def->owner->is_value_type;
}

static void add_inlined_locals(const Import *im, Body *body) {
    uint32_t count = local_count(im), own = im->outer->local_count;
    Type **locals = ARENA_ARRAY(im->arena, Type *, count);
    bool *pinned = ARENA_ARRAY(im->arena, bool, count);
    if (own)
        memcpy(locals, body->locals, own * sizeof *locals);
    if (own && body->pinned)
        memcpy(pinned, body->pinned, own * sizeof *pinned);
    for (uint32_t i = own; i < count; i++)
        locals[i] = im->inlined_locals.items[i - own];
    body->locals = locals;
    body->pinned = pinned;
    body->local_count = count;
    body->inlined_local_count = count - own;
}

Body *import_body(Il *il, Code *code, Arena *arena) {
    Import im = {.il = il, .code = code, .outer = code, .arena = arena};
    run(&im);
    Body *body = ARENA_NEW(arena, Body);
    *body = (Body){.method = code->method,
                   .module = code->module,
                   .args = code->args,
                   .arg_count = code->arg_count,
                   .locals = code->locals,
                   .pinned = code->pinned,
                   .local_count = code->local_count,
                   .init_locals = code->init_locals,
                   .block_count = code->block_count};
    body->blocks = ARENA_ARRAY(arena, Block, code->block_count);
    emit_blocks(&im, body);
    if (!im.invalid && find_dead_locals(&im))
        emit_blocks(&im, body);
    if (im.invalid) {
        body->invalid = im.invalid;
        return body;
    }
    for (uint32_t b = 0; b < code->block_count; b++)
        describe_block(&im, b, &body->blocks[b]);
    body->instructions = im.out.items;
    body->instruction_count = im.out.count;
    add_inlined_locals(&im, body);
    body->inlined = im.inlined.items;
    body->inlined_count = im.inlined.count;
    body->has_localloc = im.has_localloc;
    body->check_cctor = runs_cctor_at_entry(il, code->method);
    finish_regions(&im, body);
    mark_loop_headers(body);
    return body;
}

// ---- Small callees ------------------------------------------------------------------------------

static bool may_evaluate(Il *il, const Method *callee) {
    const MethodDef *def = callee->def;
    if (!def || callee->synthetic != SYNTHETIC_None || callee->is_open || def->rva == 0 ||
        def->is_no_inlining || def->is_synchronized || def->is_abstract)
        return false;
    StackKind kind = value_of_type(il, callee->signature->return_type).kind;
    bool is_void = type_is_void(callee->signature->return_type);
    return !is_void &&
           (kind == STACK_Int32 || kind == STACK_Int64 || kind == STACK_NativeInt || kind == STACK_Object) &&
           !runs_cctor_at_entry(il, callee);
}

/// Code size and absence of handlers, read from the body header only.
static bool is_small(const Method *callee, Arena *arena) {
    BodyBytes body;
    const char *reason;
    return body_read(callee->def->owner->module->image, callee->def->rid, arena, &body, &reason) &&
           body.code.size <= EVALUATION_CODE_MAX && body.clause_count == 0;
}

bool import_evaluate(Import *caller, const Method *callee, const Value *args, uint32_t arg_count,
                     Value *out) {
    Il *il = caller->il;
    if (caller->evaluation_depth >= EVALUATION_DEPTH_MAX || !may_evaluate(il, callee) ||
        !is_small(callee, caller->arena))
        return false;
    const char *reason;
    Failure failure = {0};
    Code *code = code_decode(il->ts, callee, caller->arena, &reason, &failure);
    if (!code || code->arg_count != arg_count)
        return false;
    Import im = {.il = il,
                 .code = code,
                 .outer = code,
                 .arena = caller->arena,
                 .evaluating = true,
                 .known_args = args,
                 .evaluation_depth = caller->evaluation_depth + 1};
    run(&im);
    if (im.invalid || im.effect || !im.has_result)
        return false;
    if (im.result.known != KNOWN_Int && im.result.known != KNOWN_Null && im.result.known != KNOWN_Type)
        return false;
    *out = im.result;
    return true;
}
