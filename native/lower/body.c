#include "lower/lowering.h"

#include <llvm-c/Analysis.h>

// ---- Blocks of LLVM -----------------------------------------------------------------------------

LLVMBasicBlockRef block_append(Lowering *l) {
    return LLVMAppendBasicBlockInContext(l->u->context, l->function, "");
}

void block_begin(Lowering *l, LLVMBasicBlockRef block) {
    LLVMPositionBuilderAtEnd(l->builder, block);
    l->terminated = false;
}

void branch_to(Lowering *l, LLVMBasicBlockRef block) {
    if (l->terminated)
        return;
    LLVMBuildBr(l->builder, block);
    l->terminated = true;
}

void branch_if(Lowering *l, LLVMValueRef condition, LLVMBasicBlockRef yes, LLVMBasicBlockRef no) {
    if (l->terminated)
        return;
    LLVMBuildCondBr(l->builder, condition, yes, no);
    l->terminated = true;
}

void lower_unreachable(Lowering *l) {
    if (!l->terminated)
        LLVMBuildUnreachable(l->builder);
    l->terminated = true;
}

// ---- Reports ------------------------------------------------------------------------------------

static DiagLocation method_location(Lowering *l) {
    return (DiagLocation){.member = method_diagnostic_name(l->u->ts, l->method, &l->u->arena).data};
}

void lower_unsupported(Lowering *l, const char *reason) {
    if (!l->failed)
        diag_report(l->u->diag, DIAG_InstructionUnsupported, method_location(l), opcode_name(l->in->op),
                    arena_format(&l->u->arena, "IL_%04x", l->in->offset), reason);
    l->failed = true;
}

void lower_internal(Lowering *l, const char *format, ...) {
    if (l->failed)
        return;
    char text[400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (l->in)
        unit_internal_error(l->u, l->method, "%s (%s at IL_%04x)", text, opcode_name(l->in->op),
                            l->in->offset);
    else
        unit_internal_error(l->u, l->method, "%s", text);
    l->failed = true;
}

// ---- Prologue -----------------------------------------------------------------------------------

static void store_argument(Lowering *l, Slot *slot, const AbiValue *abi, LLVMValueRef *params) {
    switch (abi->kind) {
    case ABI_None: return;
    case ABI_Scalar: LLVMBuildStore(l->builder, params[0], slot->address); return;
    case ABI_Pieces:
        for (uint32_t i = 0; i < abi->piece_count; i++) {
            LLVMValueRef store =
                LLVMBuildStore(l->builder, params[i], gep_bytes(l, slot->address, abi->offsets[i]));
            LLVMSetAlignment(store, abi->storage.alignment);
        }
        return;
    case ABI_Memory:
    case ABI_ByVal:
        copy_bytes(l, slot->address, params[0], abi->storage.size, abi->storage.alignment);
        return;
    }
}

static void arguments_receive(Lowering *l) {
    uint32_t index = l->abi.has_result_buffer ? 1 : 0;
    if (l->abi.has_result_buffer)
        l->result_buffer = LLVMGetParam(l->function, 0);
    l->args = ARENA_ARRAY(l->scratch, Slot, l->body->arg_count + 1);
    for (uint32_t i = 0; i < l->body->arg_count && i < l->abi.param_count; i++) {
        const AbiValue *abi = &l->abi.params[i];
        LLVMValueRef params[2] = {NULL, NULL};
        uint32_t count = abi->kind == ABI_Pieces ? abi->piece_count : 1;
        for (uint32_t k = 0; k < count; k++)
            params[k] = LLVMGetParam(l->function, index + k);
        index += count;
        // The caller's copy of a large struct is ours, except that a filter reaches only allocas of this
        // frame.
        if (abi->kind == ABI_Memory && !l->body->has_filter) {
            l->args[i] = (Slot){.address = params[0], .storage = abi->storage, .type = l->body->args[i]};
            continue;
        }
        l->args[i] = slot_make(l, l->body->args[i]);
        store_argument(l, &l->args[i], abi, params);
    }
}

static void locals_make(Lowering *l) {
    l->locals = ARENA_ARRAY(l->scratch, Slot, l->body->local_count + 1);
    for (uint32_t i = 0; i < l->body->local_count; i++) {
        Type *type = l->body->locals[i];
        l->locals[i] = slot_make(l, type);
        l->locals[i].is_pinned = l->body->pinned && l->body->pinned[i];
        // Without `init` the content is arbitrary but one value, where undef would be a different one at each
        // use. Large buffers are left alone: [SkipLocalsInit] is there for them.
        if (!l->body->init_locals && l->locals[i].storage.size > 64 && !type_has_references(l->u->ts, type))
            continue;
        if (i < l->body->local_count - l->body->inlined_local_count)
            zero_value(l, type, (Access){.address = l->locals[i].address, .facts = FACT_Stack});
    }
}

/// Nothing replaces argument 0, so what the caller tested stays true.
static bool this_is_never_stored(const Body *body) {
    for (uint32_t i = 0; i < body->instruction_count; i++) {
        const Instruction *in = &body->instructions[i];
        if ((in->op == OP_starg || in->op == OP_ldarga) && in->index == 0)
            return false;
    }
    return true;
}

/// A call in tail position into the method's own cycle becomes a loop or a jump in LLVM: poll at entry
/// (runtime-contract 6.1).
static bool calls_itself(const Body *body) {
    for (uint32_t i = 0; i < body->instruction_count; i++) {
        const Instruction *in = &body->instructions[i];
        if (in->op == OP_jmp || (in->prefixes & PREFIX_Tail))
            return true;
        if ((in->op == OP_call || in->op == OP_callvirt) && in->method == body->method)
            return true;
    }
    return false;
}

// ---- Joins --------------------------------------------------------------------------------------

static Type *join_type(Lowering *l, const StackType *entry) {
    switch (entry->kind) {
    case STACK_Int32: return type_primitive(l->u->ts, ELEMENT_TYPE_I4);
    case STACK_Int64: return type_primitive(l->u->ts, ELEMENT_TYPE_I8);
    case STACK_NativeInt: return type_primitive(l->u->ts, ELEMENT_TYPE_I);
    case STACK_Float32: return type_primitive(l->u->ts, ELEMENT_TYPE_R4);
    case STACK_Float64: return type_primitive(l->u->ts, ELEMENT_TYPE_R8);
    case STACK_Object: return type_primitive(l->u->ts, ELEMENT_TYPE_OBJECT);
    case STACK_ByRef: return type_byref(l->u->ts, type_primitive(l->u->ts, ELEMENT_TYPE_U1));
    case STACK_Value: return entry->type;
    }
    return NULL;
}

static Slot *block_joins(Lowering *l, uint32_t block) {
    BlockState *state = &l->blocks[block];
    const Block *il = &l->body->blocks[block];
    if (state->joins || il->entry_depth == 0)
        return state->joins;
    state->joins = ARENA_ARRAY(l->scratch, Slot, il->entry_depth);
    for (uint32_t i = 0; i < il->entry_depth; i++)
        state->joins[i] = slot_make(l, join_type(l, &il->entry_stack[i]));
    return state->joins;
}

Slot *block_join(Lowering *l, uint32_t block, uint32_t index) {
    return &block_joins(l, block)[index];
}

/// Stores the operand stack where block `target` expects it.
static void stack_to_joins(Lowering *l, uint32_t target) {
    const Block *il = &l->body->blocks[target];
    if (il->entry_depth != l->depth) {
        lower_internal(l, "block %u expects %u operands, %u are there", target, il->entry_depth, l->depth);
        return;
    }
    Slot *joins = block_joins(l, target);
    for (uint32_t i = 0; i < il->entry_depth; i++) {
        Value value = value_convert(l, l->stack[i], il->entry_stack[i].kind);
        store_value(l, joins[i].type, (Access){.address = joins[i].address, .facts = FACT_Stack}, value);
    }
}

static void stack_from_joins(Lowering *l, uint32_t block) {
    const Block *il = &l->body->blocks[block];
    Slot *joins = block_joins(l, block);
    l->depth = 0;
    for (uint32_t i = 0; i < il->entry_depth; i++) {
        Value value =
            load_value_at(l, joins[i].type, (Access){.address = joins[i].address, .facts = FACT_Stack});
        value.kind = il->entry_stack[i].kind;
        value.type = il->entry_stack[i].type;
        stack_push(l, value);
    }
}

/// LLVM block of IL block `target`.
static LLVMBasicBlockRef jump_target(Lowering *l, uint32_t target) {
    if (target >= l->body->block_count || !l->blocks[target].head) {
        lower_internal(l, "a branch leads to block %u, which is not live", target);
        return block_append(l);
    }
    return l->blocks[target].head;
}

void op_branch(Lowering *l) {
    const Instruction *in = l->in;
    LLVMValueRef condition = NULL;
    if (in->op == OP_brtrue || in->op == OP_brfalse) {
        Value value = stack_pop(l);
        condition = in->op == OP_brtrue ? LLVMBuildIsNotNull(l->builder, value.ref, "")
                                        : LLVMBuildIsNull(l->builder, value.ref, "");
    } else if (in->op != OP_br) {
        op_compare(l);
        condition = stack_pop(l).ref;
    }
    if (l->failed)
        return;
    if (in->block <= l->block && !loop_is_counted(l->u, l->body, in->block, l->block))
        emit_poll(l);
    stack_to_joins(l, in->block);
    if (l->failed)
        return;
    LLVMBasicBlockRef target = jump_target(l, in->block);
    if (!condition) {
        branch_to(l, target);
        return;
    }
    stack_to_joins(l, l->block + 1);
    if (l->failed)
        return;
    branch_if(l, condition, target, jump_target(l, l->block + 1));
}

void op_switch(Lowering *l) {
    const SwitchTargets *targets = l->in->targets;
    LLVMValueRef value = value_i32(l, stack_pop(l));
    bool backward = false;
    for (uint32_t i = 0; i < targets->count; i++) {
        backward |= targets->blocks[i] <= l->block;
    }
    if (backward)
        emit_poll(l);
    for (uint32_t i = 0; i < targets->count; i++)
        stack_to_joins(l, targets->blocks[i]);
    stack_to_joins(l, l->block + 1);
    if (l->failed)
        return;
    LLVMValueRef instruction =
        LLVMBuildSwitch(l->builder, value, jump_target(l, l->block + 1), targets->count);
    for (uint32_t i = 0; i < targets->count; i++)
        LLVMAddCase(instruction, LLVMConstInt(l->u->i32, i, false), jump_target(l, targets->blocks[i]));
    l->terminated = true;
}

// ---- Blocks of IL -------------------------------------------------------------------------------

static void lower_block(Lowering *l, uint32_t index) {
    const Block *block = &l->body->blocks[index];
    l->block = index;
    l->cctors_checked.count = 0;
    block_begin(l, l->blocks[index].head);
    stack_from_joins(l, index);
    for (uint32_t i = 0; i < block->count && !l->terminated && !l->failed; i++) {
        l->in = &l->body->instructions[block->first + i];
        l->next_instruction = block->first + i + 1;
        debug_instruction(l, l->in->offset);
        lower_instruction(l);
        temps_end(l);
    }
    if (l->terminated || l->failed)
        return;
    stack_to_joins(l, index + 1);
    if (!l->failed)
        branch_to(l, jump_target(l, index + 1));
}

void lower_blocks(Lowering *l, uint32_t first, uint32_t count) {
    for (uint32_t i = first; i < first + count && !l->failed; i++)
        if (l->blocks[i].head)
            lower_block(l, i);
}

static bool block_in_filter(const Body *body, uint32_t block) {
    for (uint32_t i = 0; i < body->region_count; i++) {
        const EhRegion *region = &body->regions[i];
        if (region->kind == EH_Filter && block - region->filter_first < region->filter_count)
            return true;
    }
    return false;
}

static void lower_body(Lowering *l) {
    const Body *body = l->body;
    l->this_is_nonnull = body->arg_count && l->method->signature->has_this && this_is_never_stored(body);
    l->blocks = ARENA_ARRAY(l->scratch, BlockState, body->block_count + 1);
    for (uint32_t i = 0; i < body->block_count; i++)
        if (body->blocks[i].live && !block_in_filter(body, i))
            l->blocks[i].head = block_append(l);
    arguments_receive(l);
    locals_make(l);
    eh_begin(l);
    if (body->has_filter)
        filter_escape_frame(l);
    // `main` of the runtime archive calls it in preemptive mode: without the transition no collection of
    // another thread would wait for the main thread or scan its stack.
    if (l->method->synthetic == SYNTHETIC_StartupMain)
        reverse_enter(l);
    if (body->check_cctor)
        check_cctor(l, l->method->owner);
    if (calls_itself(body))
        emit_poll(l);
    if (body->failure && body->block_count == 0) {
        throw_failure(l, body->failure);
        return;
    }
    branch_to(l, jump_target(l, 0));
    lower_blocks(l, 0, body->block_count);
    if (!l->failed)
        eh_finish(l);
}

// ---- Methods ------------------------------------------------------------------------------------

static bool export_is_public(UnitState *u, const Method *method) {
    uint32_t count;
    const Export *exports = reach_exports(u->reach, &count);
    for (uint32_t i = 0; i < count; i++)
        if (exports[i].method == method)
            return exports[i].is_public;
    return false;
}

static void lowering_begin(Lowering *l, const Callee *callee) {
    UnitState *u = l->u;
    if (l->method->synthetic != SYNTHETIC_UnmanagedEntry)
        l->body = il_body(u->il, l->method, l->scratch);
    l->function = callee->function;
    l->abi = callee->abi;
    attribute_common(u, l->function);
    if (export_is_public(u, l->method))
        LLVMSetVisibility(l->function, LLVMDefaultVisibility);
    l->builder = LLVMCreateBuilderInContext(u->context);
    l->alloca_builder = LLVMCreateBuilderInContext(u->context);
    l->entry = block_append(l);
    LLVMPositionBuilderAtEnd(l->alloca_builder, l->entry);
    block_begin(l, block_append(l));
    debug_method_begin(l);
}

static void lowering_end(Lowering *l) {
    if (!l->failed)
        LLVMBuildBr(l->alloca_builder, LLVMGetNextBasicBlock(l->entry));
    LLVMDisposeBuilder(l->builder);
    LLVMDisposeBuilder(l->alloca_builder);
    if (l->failed)
        return; // half a function: the unit has failed and goes nowhere
#ifndef NDEBUG
    if (LLVMVerifyFunction(l->function, LLVMReturnStatusAction)) {
        l->in = NULL;
        lower_internal(l, "LLVM rejects the function: %s", unit_verify_message(l->u));
    }
#endif
}

static bool method_lower(UnitState *u, const Method *method, const Callee *function, bool calls_are_plain) {
    Lowering l = {.u = u,
                  .method = method,
                  .scratch = &u->scratch,
                  .filter_region = -1,
                  .calls_are_plain = calls_are_plain};
    lowering_begin(&l, function);
    if (method->synthetic == SYNTHETIC_UnmanagedEntry) {
        lower_unmanaged_entry(&l);
    } else {
        attribute_method(u, l.function, method, l.body);
        lower_body(&l);
    }
    lowering_end(&l);
    return !l.failed;
}

bool lower_method_into(UnitState *u, const Method *method, const Callee *function) {
    return method_lower(u, method, function, true);
}

bool lower_method(UnitState *u, const Method *method) {
    const Instance *instance = sharing_instance(u->sharing, method);
    Callee callee;
    if (method_has_placeholder(method))
        return lower_canonical(u, method);
    if (reach_code(u->reach, method) != method)
        return lower_alias(u, method);
    if (instance)
        return lower_instance(u, method, instance);
    if (method->synthetic == SYNTHETIC_UnboxingStub)
        return lower_unboxing_stub(u, method);
    bool ok = method_self(u, &u->scratch, method, &callee) && method_lower(u, method, &callee, false);
    if (ok && u->open_symbols.count) {
        unit_internal_error(u, method, "code without a context names types that are made at run time");
        ok = false;
    }
    return ok;
}
