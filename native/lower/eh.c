#include "lower/lowering.h"

// Exceptions (design llvm.md 1). The blocks of a handler exist once. A landing pad stores {record, selector}
// where its innermost region looks; `dispatch` of a region tests its clause and passes on to the next region
// outwards. A finally handler is entered with `continuation` set: 0 goes on unwinding at its end, n takes the
// n-th way of a `leave`.

bool region_holds_try(const EhRegion *region, uint32_t block) {
    return block - region->try_first < region->try_count;
}

static bool region_counts(const Lowering *l, uint32_t region) {
    const EhRegion *r = &l->body->regions[region];
    if (!r->live)
        return false;
    if (l->filter_region < 0)
        return true;
    const EhRegion *filter =
        &l->body->regions[l->filter_region]; // the outlined filter sees only what lies within it
    return r->try_first - filter->filter_first < filter->filter_count;
}

/// The first region from `from` on whose try part holds `block`: inner ones come first (II.19). -1 if none.
static int32_t region_around(const Lowering *l, uint32_t block, uint32_t from) {
    for (uint32_t i = from; i < l->body->region_count; i++)
        if (region_counts(l, i) && region_holds_try(&l->body->regions[i], block))
            return (int32_t)i;
    return -1;
}

static int32_t region_next(const Lowering *l, uint32_t region) {
    return region_around(l, l->body->regions[region].try_first, region + 1);
}

void eh_begin(Lowering *l) {
    l->regions = ARENA_ARRAY(l->scratch, RegionState, l->body->region_count + 1);
    for (uint32_t i = 0; i < l->body->region_count; i++) {
        if (!region_counts(l, i))
            continue;
        RegionState *state = &l->regions[i];
        state->record = alloca_type(l, l->u->ptr);
        state->selector = alloca_type(l, l->u->i32);
        switch (l->body->regions[i].kind) {
        case EH_Catch:
        case EH_Filter: state->exception = alloca_type(l, l->u->ptr); break;
        case EH_Finally:
        case EH_Fault: state->continuation = alloca_type(l, l->u->i32); break;
        }
    }
}

// ---- Clause descriptors -------------------------------------------------------------------------

LLVMValueRef eh_personality(UnitState *u) {
    return external_function(u, "tailor_personality", LLVMFunctionType(u->i32, NULL, 0, true));
}

LLVMValueRef clause_descriptor(UnitState *u, int kind, LLVMValueRef target, const char *name) {
    LLVMValueRef global = LLVMGetNamedGlobal(u->module, name);
    if (global)
        return global;
    global = LLVMAddGlobal(u->module, u->clause, name);
    LLVMValueRef relative = LLVMConstInt(u->i32, 0, false);
    if (target) { // relative to the field itself
        LLVMValueRef indices[2] = {LLVMConstInt(u->i32, 0, false), LLVMConstInt(u->i32, 1, false)};
        LLVMValueRef self = LLVMConstGEP2(u->clause, global, indices, 2);
        relative = LLVMConstTrunc(
            LLVMConstSub(LLVMConstPtrToInt(target, u->i64), LLVMConstPtrToInt(self, u->i64)), u->i32);
    }
    LLVMValueRef fields[2] = {LLVMConstInt(u->i32, (unsigned)kind, false), relative};
    LLVMSetInitializer(global, LLVMConstStructInContext(u->context, fields, 2, false));
    LLVMSetGlobalConstant(global, true);
    LLVMSetLinkage(global, LLVMPrivateLinkage);
    return global;
}

enum { CLAUSE_TYPED = 0, CLAUSE_FILTER = 1 }; // tailor_runtime.h: ClauseKind

static LLVMValueRef region_descriptor(Lowering *l, uint32_t region) {
    RegionState *state = &l->regions[region];
    const EhRegion *r = &l->body->regions[region];
    if (state->descriptor)
        return state->descriptor;
    bool is_typed = r->kind == EH_Catch && !r->catch_type->has_placeholder; // else the context tells the type
    LLVMValueRef target = is_typed ? method_table(l->u, r->catch_type) : filter_function(l, region);
    size_t size;
    const char *symbol = LLVMGetValueName2(target, &size);
    state->descriptor = clause_descriptor(l->u, is_typed ? CLAUSE_TYPED : CLAUSE_FILTER, target,
                                          arena_format(l->scratch, "clause$%.*s", (int)size, symbol));
    return state->descriptor;
}

// ---- The exceptional path -----------------------------------------------------------------------

typedef struct Position {
    LLVMBasicBlockRef block;
    bool terminated;
} Position;

static Position position_save(const Lowering *l) {
    return (Position){LLVMGetInsertBlock(l->builder), l->terminated};
}

static void position_restore(Lowering *l, Position position) {
    LLVMPositionBuilderAtEnd(l->builder, position.block);
    l->terminated = position.terminated;
}

static LLVMBasicBlockRef handler_head(Lowering *l, uint32_t region) {
    LLVMBasicBlockRef head = l->blocks[l->body->regions[region].handler_first].head;
    if (head)
        return head;
    lower_internal(l, "the handler of a live region is not live");
    return block_append(l);
}

static LLVMBasicBlockRef region_dispatch(Lowering *l, uint32_t region);

/// The exception that `region` has looked at goes on outwards. Ends the current LLVM block.
static void pass_on(Lowering *l, uint32_t region) {
    RegionState *state = &l->regions[region];
    LLVMValueRef record = LLVMBuildLoad2(l->builder, l->u->ptr, state->record, "");
    LLVMValueRef selector = LLVMBuildLoad2(l->builder, l->u->i32, state->selector, "");
    int32_t next = region_next(l, region);
    if (next >= 0) {
        LLVMBuildStore(l->builder, record, l->regions[next].record);
        LLVMBuildStore(l->builder, selector, l->regions[next].selector);
        branch_to(l, region_dispatch(l, (uint32_t)next));
        return;
    }
    LLVMValueRef pair = LLVMBuildInsertValue(l->builder, LLVMGetPoison(l->u->landing_pad), record, 0, "");
    LLVMBuildResume(l->builder, LLVMBuildInsertValue(l->builder, pair, selector, 1, ""));
    l->terminated = true;
}

/// Enters the handler of a catch or filter clause whose descriptor was chosen.
static void enter_catch(Lowering *l, uint32_t region) {
    RegionState *state = &l->regions[region];
    LLVMValueRef record = LLVMBuildLoad2(l->builder, l->u->ptr, state->record, "");
    LLVMValueRef exception =
        call_runtime(l, "tailor_begin_catch", l->u->ptr, &record, (LLVMTypeRef[]){l->u->ptr}, 1, false);
    LLVMBuildStore(l->builder, exception, state->exception);
    LLVMBasicBlockRef handler = handler_head(l, region);
    uint32_t first = l->body->regions[region].handler_first;
    if (l->body->blocks[first].entry_depth == 1)
        LLVMBuildStore(l->builder, exception, block_join(l, first, 0)->address);
    branch_to(l, handler);
}

static void dispatch_clause(Lowering *l, uint32_t region) {
    LLVMValueRef descriptor = region_descriptor(l, region);
    LLVMValueRef type_id = intrinsic_function(l->u, "llvm.eh.typeid.for", &l->u->ptr, 1);
    LLVMValueRef id =
        LLVMBuildCall2(l->builder, LLVMGlobalGetValueType(type_id), type_id, &descriptor, 1, "");
    LLVMValueRef selector = LLVMBuildLoad2(l->builder, l->u->i32, l->regions[region].selector, "");
    LLVMBasicBlockRef enter = block_append(l), other = block_append(l);
    branch_if(l, LLVMBuildICmp(l->builder, LLVMIntEQ, selector, id, ""), enter, other);
    block_begin(l, enter);
    enter_catch(l, region);
    block_begin(l, other);
    pass_on(l, region);
}

static LLVMBasicBlockRef region_dispatch(Lowering *l, uint32_t region) {
    RegionState *state = &l->regions[region];
    if (state->dispatch)
        return state->dispatch;
    state->dispatch = block_append(l);
    Position position = position_save(l);
    block_begin(l, state->dispatch);
    switch (l->body->regions[region].kind) {
    case EH_Catch:
    case EH_Filter: dispatch_clause(l, region); break;
    case EH_Finally:
    case EH_Fault:
        LLVMBuildStore(l->builder, LLVMConstInt(l->u->i32, 0, false), state->continuation);
        branch_to(l, handler_head(l, region));
        break;
    }
    position_restore(l, position);
    return state->dispatch;
}

static void landing_pad_build(Lowering *l, uint32_t region) {
    RegionState *state = &l->regions[region];
    state->landing_pad = block_append(l);
    Position position = position_save(l);
    LLVMSetPersonalityFn(l->function, eh_personality(l->u));
    block_begin(l, state->landing_pad);
    LLVMValueRef pad = LLVMBuildLandingPad(l->builder, l->u->landing_pad, NULL, 0, "");
    for (int32_t r = (int32_t)region; r >= 0; r = region_next(l, (uint32_t)r)) {
        switch (l->body->regions[r].kind) {
        case EH_Catch:
        case EH_Filter: LLVMAddClause(pad, region_descriptor(l, (uint32_t)r)); break;
        case EH_Finally:
        case EH_Fault: LLVMSetCleanup(pad, true); break;
        }
    }
    LLVMBuildStore(l->builder, LLVMBuildExtractValue(l->builder, pad, 0, ""), state->record);
    LLVMBuildStore(l->builder, LLVMBuildExtractValue(l->builder, pad, 1, ""), state->selector);
    branch_to(l, region_dispatch(l, region));
    position_restore(l, position);
}

LLVMBasicBlockRef eh_landing_pad(Lowering *l) {
    if (!l->body || !l->in)
        return NULL; // prologue, or a method without IL
    int32_t region = region_around(l, l->block, 0);
    if (region < 0)
        return NULL;
    if (!l->regions[region].landing_pad)
        landing_pad_build(l, (uint32_t)region);
    return l->regions[region].landing_pad;
}

// ---- leave, endfinally --------------------------------------------------------------------------

/// The next finally region from `from` on that control leaves on its way from `block` to `target`; -1 if
/// none.
static int32_t finally_left(const Lowering *l, uint32_t block, uint32_t from, uint32_t target) {
    for (int32_t r = region_around(l, block, from); r >= 0; r = region_around(l, block, (uint32_t)r + 1))
        if (l->body->regions[r].kind == EH_Finally && !region_holds_try(&l->body->regions[r], target))
            return r;
    return -1;
}

/// Block that runs the finally handler of `region` and those further out, then goes to IL block `target`.
static LLVMBasicBlockRef leave_entry(Lowering *l, uint32_t region, uint32_t target) {
    RegionState *state = &l->regions[region];
    for (uint32_t i = 0; i < state->continuation_targets.count; i++)
        if (state->continuation_targets.items[i] == target)
            return state->leave_entries.items[i];
    LLVMBasicBlockRef entry = block_append(l);
    ARRAY_PUSH(l->scratch, &state->continuation_targets, target);
    ARRAY_PUSH(l->scratch, &state->leave_entries, entry);
    uint32_t number = state->continuation_targets.count;
    int32_t next = finally_left(l, l->body->regions[region].try_first, region + 1, target);
    LLVMBasicBlockRef after = next >= 0 ? leave_entry(l, (uint32_t)next, target) : l->blocks[target].head;
    ARRAY_PUSH(l->scratch, &state->continuations, after);

    Position position = position_save(l);
    block_begin(l, entry);
    LLVMBuildStore(l->builder, LLVMConstInt(l->u->i32, number, false), state->continuation);
    branch_to(l, handler_head(l, region));
    position_restore(l, position);
    return entry;
}

void eh_leave(Lowering *l, uint32_t target) {
    while (l->depth)
        stack_pop(l); // leave empties the stack (III.3.46)
    if (target >= l->body->block_count || !l->blocks[target].head) {
        lower_internal(l, "leave to block %u, which is not live", target);
        return;
    }
    if (target <= l->block)
        emit_poll(l);
    temps_end(l);
    int32_t region = finally_left(l, l->block, 0, target);
    branch_to(l, region < 0 ? l->blocks[target].head : leave_entry(l, (uint32_t)region, target));
}

void eh_end_finally(Lowering *l) {
    int32_t region = l->body->blocks[l->block].handler_region;
    if (region < 0 || !l->regions[region].continuation) {
        lower_internal(l, "endfinally outside a handler");
        return;
    }
    while (l->depth)
        stack_pop(l);
    temps_end(l);
    RegionState *state = &l->regions[region];
    if (!state->resume_after)
        state->resume_after = block_append(l);
    LLVMValueRef continuation = LLVMBuildLoad2(l->builder, l->u->i32, state->continuation, "");
    LLVMValueRef instruction = LLVMBuildSwitch(l->builder, continuation, state->resume_after, 2);
    ARRAY_PUSH(l->scratch, &state->switches, instruction);
    l->terminated = true;
}

void eh_finish(Lowering *l) {
    for (uint32_t i = 0; i < l->body->region_count && !l->failed;
         i++) { // passing on leads to higher numbers only
        RegionState *state = &l->regions[i];
        for (uint32_t s = 0; s < state->switches.count; s++)
            for (uint32_t c = 0; c < state->continuations.count; c++)
                LLVMAddCase(state->switches.items[s], LLVMConstInt(l->u->i32, c + 1, false),
                            state->continuations.items[c]);
        if (!state->resume_after)
            continue;
        block_begin(l, state->resume_after);
        if (state->dispatch)
            pass_on(l, i);
        else
            lower_unreachable(l); // nothing in the try part throws
    }
}

// ---- throw, rethrow -----------------------------------------------------------------------------

static void call_throw(Lowering *l, const char *name, LLVMValueRef exception) {
    LLVMTypeRef type = function_type(l->u, l->u->type_void, 1, l->u->ptr);
    LLVMValueRef function = external_function(l->u, name, type);
    attribute_add(l->u, function, l->u->kinds.noreturn);
    attribute_add(l->u, function, l->u->kinds.cold);
    emit_call(l, type, function, &exception, 1);
    lower_unreachable(l);
}

void op_throw(Lowering *l) {
    Value exception = stack_pop(l);
    check_null(l, exception);
    call_throw(l, "tailor_throw", value_pointer(l, exception));
}

void eh_rethrow(Lowering *l) {
    int32_t region = l->body->blocks[l->block].handler_region;
    if (region < 0 || !l->regions[region].exception) {
        lower_internal(l, "rethrow outside a catch handler");
        return;
    }
    call_throw(l, "tailor_rethrow", LLVMBuildLoad2(l->builder, l->u->ptr, l->regions[region].exception, ""));
}
