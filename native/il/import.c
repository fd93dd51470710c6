// The abstract interpreter. Blocks are interpreted from their entry states until nothing changes (sparse
// conditional constant propagation over stack and variables: only blocks that some live branch reaches are
// ever looked at, III.1.7.5); then every live block is interpreted once more and its rewritten instructions
// are emitted.
#include "il/internal.h"

enum { VISITS_PRECISE = 12, VISITS_MAX = 40, STACK_MAX = 65535 };

// ---- Primitives ---------------------------------------------------------------------------------

void import_invalid(Import *im, const char *reason) {
    if (!im->invalid)
        im->invalid = reason;
    im->ended = true;
}

void push(Import *im, Value value) {
    if (im->depth == im->capacity) {
        if (im->capacity >= STACK_MAX) {
            import_invalid(im, "the evaluation stack grows without end");
            return;
        }
        im->stack = array_grow(im->arena, im->stack, &im->capacity, sizeof *im->stack);
    }
    im->stack[im->depth++] = value;
}

Value pop(Import *im) {
    if (im->depth == 0) {
        import_invalid(im, "the evaluation stack is empty");
        return value_int32(0);
    }
    return im->stack[--im->depth];
}

bool is_storable(Import *im, Type *type, const Value *value) {
    StackKind declared = value_of_type(im->il, type).kind;
    bool is_struct = declared == STACK_Value,
         is_real = declared == STACK_Float32 || declared == STACK_Float64;
    return is_struct == (value->kind == STACK_Value) &&
           is_real == (value->kind == STACK_Float32 || value->kind == STACK_Float64);
}

Value pop_stored(Import *im, Type *type) {
    Value value = pop(im);
    if (!im->invalid && !is_storable(im, type, &value))
        import_invalid(im, "an operand does not fit the place it is stored to");
    return value;
}

Value peek(Import *im, uint32_t index) {
    if (index >= im->depth) {
        import_invalid(im, "the evaluation stack is empty");
        return value_int32(0);
    }
    return im->stack[im->depth - 1 - index];
}

/// Inlining adds locals while instructions are emitted.
static void count_load(Import *im, uint32_t local) {
    while (local >= im->local_loads_capacity)
        im->local_loads =
            array_grow(im->arena, im->local_loads, &im->local_loads_capacity, sizeof *im->local_loads);
    im->local_loads[local]++;
}

void emit(Import *im, Instruction in) {
    if (!im->emitting || im->invalid)
        return;
    in.offset = im->offset;
    if (in.op == OP_ldloc || in.op == OP_ldloca)
        count_load(im, in.index);
    if (in.op == OP_localloc)
        im->has_localloc = true;
    ARRAY_PUSH(im->arena, &im->out, in);
}

/// How many entries an instruction without effect pops to push one; -1 if it has an effect or may throw.
static int pure_pops(const Instruction *in) {
    if ((in->op >= OP_conv_i1 && in->op <= OP_conv_r_un) || in->op == OP_neg || in->op == OP_not)
        return 1;
    if (in->op >= OP_add && in->op <= OP_shr_un)
        return in->op == OP_div || in->op == OP_div_un || in->op == OP_rem || in->op == OP_rem_un ? -1 : 2;
    if (in->op == OP_ceq || in->op == OP_cgt || in->op == OP_cgt_un || in->op == OP_clt ||
        in->op == OP_clt_un)
        return 2;
    if (in->op == OP_ldarg || in->op == OP_ldarga || in->op == OP_ldloc || in->op == OP_ldloca ||
        in->op == OP_ldnull || in->op == OP_ldc_i4 || in->op == OP_ldc_i8 || in->op == OP_ldc_r4 ||
        in->op == OP_ldc_r8 || in->op == OP_dup || in->op == OP_ldstr || in->op == OP_ldtype ||
        in->op == OP_ldfrozen || in->op == OP_ldtoken || in->op == OP_ldtoken_method ||
        in->op == OP_ldtoken_field || in->op == OP_ldftn || in->op == OP_sizeof || in->op == OP_create_span)
        return 0;
    // II.10.5.3.3: with beforefieldinit an access that is gone need not have run the constructor.
    if (in->op == OP_ldsfld || in->op == OP_ldsflda)
        return in->check_cctor && !in->field->owner->def->is_before_field_init ? -1 : 0;
    if (in->op == OP_isinst || (in->op == OP_box && !in->type->def->is_nullable))
        return 1;
    if (in->op == OP_intrinsic) {
        if (in->intrinsic == INTRINSIC_MethodTableOf || in->intrinsic == INTRINSIC_AllocatorOf)
            return 0;
        if (in->intrinsic == INTRINSIC_UnsafeAs)
            return 1;
    }
    return -1;
}

/// Later accesses in the block must test again when the instruction that did is deleted.
static void forget_checked(Import *im, const Instruction *deleted) {
    if (!deleted->check_cctor)
        return;
    for (uint32_t i = 0; i < im->checked.count; i++)
        if (im->checked.items[i] == deleted->field->owner)
            im->checked.items[i] = im->checked.items[--im->checked.count];
}

void emit_pop(Import *im) {
    if (!im->emitting || im->invalid)
        return;
    uint32_t pending = 1;
    while (pending > 0 && im->out.count > im->out_block_first) {
        const Instruction *last = &im->out.items[im->out.count - 1];
        int pops = pure_pops(last);
        if (pops < 0)
            break;
        if (last->op == OP_ldloc || last->op == OP_ldloca)
            im->local_loads[last->index]--;
        forget_checked(im, last);
        im->out.count--;
        pending += (uint32_t)pops;
        pending--;
    }
    for (; pending > 0; pending--)
        emit(im, (Instruction){.op = OP_pop});
}

void step_op(Import *im, Opcode op) {
    step(im, &(Instruction){.op = op, .offset = im->offset});
}
void step_integer(Import *im, Opcode op, int64_t value) {
    step(im, &(Instruction){.op = op, .offset = im->offset, .integer = value});
}
void step_type(Import *im, Opcode op, Type *type) {
    step(im, &(Instruction){.op = op, .offset = im->offset, .type = type});
}
void step_call_to(Import *im, const Method *method) {
    step(im, &(Instruction){.op = OP_call, .offset = im->offset, .method = method});
}

void step_known(Import *im, const Value *value) {
    if (value->known == KNOWN_Type) {
        step_type(im, OP_ldtype, value->known_type);
    } else if (value->known == KNOWN_Null) {
        step_op(im, OP_ldnull);
    } else {
        step_integer(im, value->kind == STACK_Int32 ? OP_ldc_i4 : OP_ldc_i8, value->integer);
        if (value->kind == STACK_NativeInt)
            step_op(im, OP_conv_i);
    }
}

// ---- States -------------------------------------------------------------------------------------

/// What a tracked variable holds when nothing is known but its declaration.
Value declared_value(const Import *im, uint32_t slot) {
    const Code *code = im->code;
    for (uint32_t i = 0; i < code->arg_count; i++)
        if (im->arg_slot[i] == (int32_t)slot)
            return value_of_type(im->il, code->args[i]);
    for (uint32_t i = 0; i < code->local_count; i++)
        if (im->local_slot[i] == (int32_t)slot)
            return value_of_type(im->il, code->locals[i]);
    return value_int32(0);
}

static void enqueue(Import *im, uint32_t block) {
    State *state = &im->states[block];
    if (state->queued)
        return;
    state->queued = true;
    im->queue[(im->queue_first + im->queue_count++) % im->code->block_count] = block;
}

/// Forgets what makes states differ, so that a loop that keeps changing its state ends.
static Value widen(Import *im, Value value, uint32_t visits) {
    if (visits < VISITS_PRECISE)
        return value;
    Value plain = {.kind = value.kind, .type = value.type};
    if (visits >= VISITS_MAX && value.kind == STACK_Object)
        plain.type = im->il->object;
    if (visits >= VISITS_MAX && value.kind == STACK_ByRef)
        plain.type = NULL;
    return plain;
}

void state_merge(Import *im, uint32_t target, const Value *stack, uint32_t depth, const Value *variables) {
    State *state = &im->states[target];
    if (!state->reached) {
        state->reached = true;
        state->depth = depth;
        state->stack = depth ? arena_copy(im->arena, stack, depth * sizeof *stack, alignof(Value)) : NULL;
        state->variables = im->slot_count ? arena_copy(im->arena, variables,
                                                       im->slot_count * sizeof *variables, alignof(Value))
                                          : NULL;
        enqueue(im, target);
        return;
    }
    if (state->depth != depth) {
        import_invalid(im, "the evaluation stack has different depths where branches meet");
        return;
    }
    bool changed = false;
    for (uint32_t i = 0; i < depth + im->slot_count; i++) {
        Value *old = i < depth ? &state->stack[i] : &state->variables[i - depth];
        Value merged;
        if (!value_merge(im->il, *old, i < depth ? stack[i] : variables[i - depth], &merged)) {
            import_invalid(im, "the evaluation stack has different types where branches meet");
            return;
        }
        merged = widen(im, merged, state->visits);
        if (value_same(&merged, old))
            continue;
        *old = merged;
        changed = true;
    }
    if (changed)
        enqueue(im, target);
}

/// Handlers and filters are entered by exceptions only (III.1.7.5, I.12.4.2.8).
static bool enters_handler(const Import *im, uint32_t target) {
    const Code *code = im->code;
    for (int32_t r = code->blocks[target].handler_region; r >= 0; r = code->regions[r].parent) {
        const EhRegion *region = &code->regions[r];
        uint32_t first = region->kind == EH_Filter ? region->filter_first : region->handler_first;
        uint32_t count = region->filter_count + region->handler_count;
        bool holds_target = target - first < count, holds_source = im->block - first < count;
        if (holds_target && !holds_source)
            return true;
    }
    return false;
}

void flow_to(Import *im, uint32_t target) {
    if (im->frame) {
        flow_in_frame(im, target);
        return;
    }
    if (im->emitting || im->invalid)
        return;
    if (target >= im->code->block_count) {
        import_invalid(im, "control falls off the end of the body");
        return;
    }
    if (enters_handler(im, target)) {
        import_invalid(im, "control flows into a handler");
        return;
    }
    state_merge(im, target, im->stack, im->depth, im->variables);
}

void flow_next(Import *im) {
    flow_to(im, im->block + 1);
}

/// The variables with those of `forget` reduced to their declarations.
static Value *variables_without(Import *im, const bool *forget) {
    Value *variables = ARENA_ARRAY(im->arena, Value, im->slot_count);
    for (uint32_t i = 0; i < im->slot_count; i++)
        variables[i] = forget[i] ? declared_value(im, i) : im->variables[i];
    return variables;
}

/// `leave` runs finally blocks on its way: what they may store is unknown at its target (III.3.46).
static void flow_leave(Import *im, uint32_t target) {
    im->depth = 0;
    if (im->emitting || im->invalid)
        return;
    if (im->code->region_count == 0 || target >= im->code->block_count || enters_handler(im, target))
        flow_to(im, target);
    else
        state_merge(im, target, NULL, 0, variables_without(im, im->slot_stored_in_handler));
}

// ---- Handlers -----------------------------------------------------------------------------------

static void resolve_catch(Import *im, uint32_t index) {
    EhRegion *r = &im->code->regions[index];
    if (r->kind != EH_Catch || r->catch_type || r->live)
        return;
    GenericContext context = method_context(im->code->context);
    Failure failure = {0};
    r->catch_type =
        type_from_token(im->il->ts, im->code->module, im->code->catch_tokens[index], &context, &failure);
    if (!r->catch_type)
        report_failure(im->il, im->code->method, im->offset, &failure);
}

static void enter_handler(Import *im, uint32_t index, const Value *variables) {
    EhRegion *r = &im->code->regions[index];
    resolve_catch(im, index);
    if (r->kind == EH_Catch && !r->catch_type)
        return; // a type that cannot be loaded catches nothing
    r->live = true;
    // A boxed value can be thrown as well; nothing more is known of it then.
    bool is_class = r->kind == EH_Catch && !r->catch_type->is_value_type;
    Value exception = value_of_type(im->il, is_class ? r->catch_type : im->il->object);
    exception.non_null = true;
    exception.exact = false;
    uint32_t depth = r->kind == EH_Catch || r->kind == EH_Filter ? 1 : 0;
    if (r->kind == EH_Filter)
        state_merge(im, r->filter_first, &exception, 1, variables);
    state_merge(im, r->handler_first, &exception, depth, variables);
}

/// Control may go from anywhere in a try part to its handlers; outer ones are reached through the inner
/// handler's blocks.
void import_enter_handlers(Import *im) {
    int32_t first = im->code->blocks[im->block].try_region;
    if (first < 0 || im->emitting)
        return;
    const Value *variables = variables_without(im, im->slot_stored_in_try);
    const EhRegion *r = &im->code->regions[first];
    for (uint32_t i = (uint32_t)first; i < im->code->region_count && !im->invalid; i++) {
        const EhRegion *other = &im->code->regions[i];
        if (other->try_first == r->try_first && other->try_count == r->try_count)
            enter_handler(im, i, variables);
    }
}

// ---- Variables and simple instructions ----------------------------------------------------------

static void step_load_variable(Import *im, const Instruction *in) {
    bool is_arg = in->op == OP_ldarg;
    int32_t slot = is_arg ? im->arg_slot[in->index] : im->local_slot[in->index];
    Value value =
        slot >= 0 ? im->variables[slot]
                  : value_of_type(im->il, is_arg ? im->code->args[in->index] : im->code->locals[in->index]);
    if (value_is_int(&value) && value.kind <= STACK_NativeInt) {
        step_known(im, &value);
        return;
    }
    emit(im, *in);
    push(im, value);
}

// Integers are truncated (III.1.1.1, implicit).
Value stored_value(Import *im, Type *type, Value value) {
    Value declared = value_of_type(im->il, type);
    if (value.kind != declared.kind)
        return declared;
    if (value.kind == STACK_Object) {
        if (value.known == KNOWN_Null)
            value.type = declared.type;
        // A less precise static type than the declaration's: keep the declaration's (unverifiable but usual).
        else if (value.type != declared.type &&
                 !(value.type && type_is_castable_to(im->il->ts, value.type, declared.type))) {
            value.type = declared.type;
            value.exact = declared.exact;
        }
        return value;
    }
    if (value.known != KNOWN_Int)
        return declared;
    uint32_t size = type_size(im->il->ts, type);
    if (size < 4) {
        ElementType reduced =
            (type->kind == TYPE_Named && type->def->is_enum ? type_enum_underlying(im->il->ts, type) : type)
                ->element_type;
        bool is_signed = reduced == ELEMENT_TYPE_I1 || reduced == ELEMENT_TYPE_I2;
        if (size == 1)
            value.integer = is_signed ? (int8_t)value.integer : (uint8_t)value.integer;
        else
            value.integer = is_signed ? (int16_t)value.integer : (uint16_t)value.integer;
    }
    return value;
}

static void step_store_variable(Import *im, const Instruction *in) {
    bool is_arg = in->op == OP_starg;
    Type *type = is_arg ? im->code->args[in->index] : im->code->locals[in->index];
    int32_t slot = is_arg ? im->arg_slot[in->index] : im->local_slot[in->index];
    Value value = pop_stored(im, type);
    if (slot >= 0)
        im->variables[slot] = stored_value(im, type, value);
    if (!is_arg && in->index < im->dead_local_count && im->dead_local[in->index])
        emit_pop(im);
    else
        emit(im, *in);
}

static void step_address_of_variable(Import *im, const Instruction *in) {
    Type *type = in->op == OP_ldarga ? im->code->args[in->index] : im->code->locals[in->index];
    emit(im, *in);
    push(im, (Value){.kind = STACK_ByRef, .type = type, .non_null = true});
}

static void step_constant(Import *im, const Instruction *in) {
    emit(im, *in);
    Value value = {.kind = STACK_Object, .known = KNOWN_Null};
    if (in->op == OP_ldc_i4)
        value = value_int32((int32_t)in->integer);
    else if (in->op == OP_ldc_i8)
        value = value_integer(STACK_Int64, in->integer);
    else if (in->op == OP_ldc_r4)
        value = (Value){.kind = STACK_Float32};
    else if (in->op == OP_ldc_r8)
        value = (Value){.kind = STACK_Float64};
    else if (in->op == OP_ldstr)
        value = (Value){.kind = STACK_Object, .type = im->il->string, .exact = true, .non_null = true};
    push(im, value);
}

void effect(Import *im) {
    im->effect = true;
    if (im->evaluating)
        im->ended = true;
}

static void step_return(Import *im, const Instruction *in) {
    if (im->frame) {
        return_from_frame(im);
        return;
    }
    if (!type_is_void(im->code->method->signature->return_type)) {
        Value value = pop_stored(im, im->code->method->signature->return_type);
        if (im->evaluating && !im->invalid) {
            value = stored_value(im, im->code->method->signature->return_type, value);
            if (!im->has_result)
                im->result = value;
            else if (!value_merge(im->il, im->result, value, &im->result))
                im->effect = true;
            im->has_result = true;
        }
    }
    emit(im, *in);
    im->ended = true;
}

/// Whether the instruction, which ends or repeats what its handler or filter does, lies in one of that kind.
static bool is_in_handler(Import *im, Opcode op) {
    int32_t region = im->code->blocks[im->block].handler_region;
    const EhRegion *r = region < 0 ? NULL : &im->code->regions[region];
    if (!r)
        return false;
    bool in_filter = r->kind == EH_Filter && im->block < r->handler_first;
    if (op == OP_endfilter)
        return in_filter;
    if (op == OP_endfinally)
        return r->kind == EH_Finally || r->kind == EH_Fault;
    return r->kind == EH_Catch || (r->kind == EH_Filter && !in_filter);
}

static void step_exit(Import *im, const Instruction *in) {
    if ((in->op == OP_rethrow || in->op == OP_endfilter || in->op == OP_endfinally) &&
        !is_in_handler(im, in->op)) {
        import_invalid(im, "a handler's instruction lies outside of such a handler");
        return;
    }
    if (in->op == OP_throw) {
        Value exception = pop(im);
        if (exception.kind != STACK_Object && !im->invalid)
            import_invalid(im, "throw needs an object");
        effect(im);
    } else if (in->op == OP_rethrow) {
        effect(im);
    } else if (in->op == OP_endfilter) {
        if (im->depth != 1)
            import_invalid(im, "endfilter needs exactly one value");
        else
            (void)pop(im);
    } else if (in->op == OP_leave) {
        flow_leave(im, in->block);
    }
    if (in->op == OP_endfinally)
        im->depth = 0;
    emit(im, *in);
    im->ended = true;
}

static void step_load_indirect(Import *im, const Instruction *in, StackKind kind) {
    Value address = pop(im);
    effect(im);
    emit(im, *in);
    Value value = {.kind = kind};
    if (kind == STACK_Object) {
        value.type = address.kind == STACK_ByRef && address.type && type_is_reference(address.type)
                         ? address.type
                         : im->il->object;
        value.exact = value_of_type(im->il, value.type).exact;
    }
    push(im, value);
}

static void step_block_operation(Import *im, const Instruction *in, uint32_t pops, bool pushes) {
    for (uint32_t i = 0; i < pops; i++)
        (void)pop(im);
    effect(im);
    emit(im, *in);
    if (pushes)
        push(im, (Value){.kind = STACK_NativeInt});
}

static StackKind loaded_kind(Opcode op) {
    switch (op) { // NOLINT: the others are extended to four bytes
    case OP_ldind_i8: return STACK_Int64;
    case OP_ldind_i: return STACK_NativeInt;
    case OP_ldind_r4: return STACK_Float32;
    case OP_ldind_r8: return STACK_Float64;
    case OP_ldind_ref: return STACK_Object;
    default: return STACK_Int32;
    }
}

static void step_variable(Import *im, const Instruction *in) {
    if (im->frame)
        step_frame_variable(im, in);
    else if (in->op == OP_ldarg || in->op == OP_ldloc)
        step_load_variable(im, in);
    else if (in->op == OP_ldarga || in->op == OP_ldloca)
        step_address_of_variable(im, in);
    else
        step_store_variable(im, in);
}

static void step_jump(Import *im, const Instruction *in) {
    if (!im->frame)
        emit(im, *in);
    flow_to(im, in->block);
    im->ended = true;
}

static void step_dup(Import *im, const Instruction *in) {
    Value value = peek(im, 0);
    emit(im, *in);
    push(im, value);
}

static void step_new_delegate(Import *im, const Instruction *in) {
    effect(im);
    (void)pop(im);
    emit(im, *in);
    push(im, value_of_type(im->il, in->type2));
}

static void step_new_instance(Import *im, const Instruction *in) {
    effect(im);
    emit(im, *in);
    push(im, (Value){.kind = STACK_Object, .type = in->type, .exact = true, .non_null = true});
}

static void step_localloc(Import *im, const Instruction *in) {
    if (im->depth != 1)
        import_invalid(im, "localloc needs nothing but the size on the evaluation stack");
    if (im->code->blocks[im->block].handler_region >= 0)
        import_invalid(im, "localloc in a handler");
    step_block_operation(im, in, 1, true);
}

static void step_other(Import *im, const Instruction *in) {
    switch (in->op) { // NOLINT: the others have a family
    case OP_nop: return;
    case OP_break:
        effect(im);
        emit(im, *in);
        return;
    case OP_ldstr: step_constant(im, in); return;
    case OP_dup: step_dup(im, in); return;
    case OP_pop:
        (void)pop(im);
        emit_pop(im);
        return;
    case OP_call:
    case OP_callvirt:
    case OP_jmp: step_call(im, in); return;
    case OP_calli:
    case OP_native_calli:
        effect(im);
        step_calli(im, in);
        return;
    case OP_ret: step_return(im, in); return;
    case OP_switch: step_switch(im, in); return;
    case OP_ckfinite: step_arithmetic(im, in); return;
    case OP_ldtoken_field:
    case OP_initialize_array:
    case OP_create_span: step_field(im, in); return;
    case OP_box:
    case OP_ldtoken:
    case OP_ldtype:
    case OP_ldfrozen: step_object(im, in); return;
    case OP_newobj:
        effect(im);
        step_new_object(im, in);
        return;
    case OP_new_delegate:
    case OP_new_delegate_virtual: step_new_delegate(im, in); return;
    case OP_ldftn:
    case OP_ldvirtftn:
    case OP_ldtoken_method: step_function(im, in); return;
    case OP_intrinsic:
    case OP_invoke_delegate:
    case OP_native_call:
        effect(im);
        step_call(im, in);
        return;
    case OP_throw:
    case OP_rethrow:
    case OP_endfinally:
    case OP_endfilter:
    case OP_leave: step_exit(im, in); return;
    case OP_new_instance: step_new_instance(im, in); return;
    case OP_ldselector:
        emit(im, *in);
        push(im, (Value){.kind = STACK_Int32});
        return;
    case OP_null_check:
        (void)pop(im);
        effect(im);
        emit(im, *in);
        return;
    case OP_unreachable:
        emit(im, *in);
        im->ended = true;
        return;
    case OP_throw_failure: step_failure(im, in->failure); return;
    case OP_arglist:
        step_failure(im, failure_make(im->arena, FAILURE_InvalidProgram, "arglist is not supported"));
        return;
    case OP_localloc: step_localloc(im, in); return;
    case OP_cpblk:
    case OP_initblk: step_block_operation(im, in, 3, false); return;
    default: import_invalid(im, "an opcode is not defined");
    }
}

void step(Import *im, const Instruction *in) {
    if (im->ended || im->invalid)
        return;
    switch (opcode_family(in->op)) {
    case FAMILY_Other: step_other(im, in); return;
    case FAMILY_Variable: step_variable(im, in); return;
    case FAMILY_Constant: step_constant(im, in); return;
    case FAMILY_Branch: (in->op == OP_br ? step_jump : step_branch)(im, in); return;
    case FAMILY_LoadIndirect: step_load_indirect(im, in, loaded_kind(in->op)); return;
    case FAMILY_StoreIndirect: step_block_operation(im, in, 2, false); return;
    case FAMILY_Arithmetic:
    case FAMILY_ArithmeticChecked:
    case FAMILY_Shift:
    case FAMILY_Unary: step_arithmetic(im, in); return;
    case FAMILY_Convert:
    case FAMILY_ConvertChecked: step_convert(im, in); return;
    case FAMILY_Compare: step_compare(im, in); return;
    case FAMILY_Field:
    case FAMILY_StaticField: step_field(im, in); return;
    case FAMILY_Array:
    case FAMILY_ObjectMemory:
    case FAMILY_TypedReference:
    case FAMILY_Cast:
    case FAMILY_Unbox: step_object(im, in); return;
    }
}
