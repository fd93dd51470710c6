#include "lower/lowering.h"

// An exception filter runs while the frames above are still there, so it is a function of its own that
// reaches the arguments and locals of its parent through llvm.localescape / llvm.localrecover (design
// llvm.md 1.2).

/// The context where filters find it.
static LLVMValueRef context_keep(Lowering *l) {
    LLVMValueRef address = alloca_type(l, l->u->ptr);
    LLVMValueRef context =
        canonical_context(l->u, l->builder, l->method, l->function, l->abi.has_result_buffer);
    LLVMBuildStore(l->builder, context, address);
    return address;
}

void filter_escape_frame(Lowering *l) {
    const Body *body = l->body;
    LLVMValueRef *addresses = ARENA_ARRAY(l->scratch, LLVMValueRef, body->arg_count + body->local_count + 2);
    uint32_t count = 0;
    for (uint32_t i = 0; i < body->arg_count; i++)
        addresses[count++] = l->args[i].address;
    for (uint32_t i = 0; i < body->local_count; i++)
        addresses[count++] = l->locals[i].address;
    attribute_add_text(l->u, l->function, "frame-pointer", "all");
    attribute_add_text(l->u, l->function, "no-realign-stack",
                       "true"); // else the offsets are relative to another base
    if (l->u->is_canonical)
        addresses[count++] = context_keep(l);
    if (count == 0)
        return;
    LLVMValueRef escape = intrinsic_function(l->u, "llvm.localescape", NULL, 0);
    LLVMBuildCall2(l->alloca_builder, LLVMGlobalGetValueType(escape), escape, addresses, count, "");
}

static Slot recover(Lowering *f, Slot slot, LLVMValueRef parent, LLVMValueRef frame, uint32_t index) {
    LLVMValueRef function = intrinsic_function(f->u, "llvm.localrecover", NULL, 0);
    LLVMValueRef args[3] = {parent, frame, LLVMConstInt(f->u->i32, index, false)};
    slot.address = LLVMBuildCall2(f->builder, LLVMGlobalGetValueType(function), function, args, 3, "");
    return slot;
}

static void recover_frame(Lowering *f, const Lowering *parent) {
    const Body *body = parent->body;
    LLVMValueRef frame = LLVMGetParam(f->function, 0);
    uint32_t index = 0;
    f->args = ARENA_ARRAY(f->scratch, Slot, body->arg_count + 1);
    f->locals = ARENA_ARRAY(f->scratch, Slot, body->local_count + 1);
    for (uint32_t i = 0; i < body->arg_count; i++)
        f->args[i] = recover(f, parent->args[i], parent->function, frame, index++);
    for (uint32_t i = 0; i < body->local_count; i++)
        f->locals[i] = recover(f, parent->locals[i], parent->function, frame, index++);
    if (!f->u->is_canonical)
        return;
    LLVMValueRef address = recover(f, (Slot){0}, parent->function, frame, index).address;
    CanonicalFilter filter = {f->function, LLVMBuildLoad2(f->builder, f->u->ptr, address, "")};
    ARRAY_PUSH(&f->u->arena, &f->u->canonical_filters, filter);
}

/// `catch` of a type that the context tells.
static void lower_catch_test(Lowering *f, const EhRegion *region) {
    UnitState *u = f->u;
    LLVMValueRef args[2] = {LLVMGetParam(f->function, 1), method_table(u, region->catch_type)};
    LLVMTypeRef types[2] = {u->ptr, u->ptr};
    LLVMBuildRet(f->builder, call_runtime(f, "tailor_exception_is", u->i32, args, types, 2, false));
    f->terminated = true;
}

static void lower_filter_blocks(Lowering *f, const EhRegion *region) {
    const Body *body = f->body;
    f->blocks = ARENA_ARRAY(f->scratch, BlockState, body->block_count + 1);
    for (uint32_t i = region->filter_first; i < region->filter_first + region->filter_count; i++)
        if (body->blocks[i].live)
            f->blocks[i].head = block_append(f);
    eh_begin(f);
    LLVMBasicBlockRef head = f->blocks[region->filter_first].head;
    if (!head) {
        LLVMBuildRet(f->builder, LLVMConstInt(f->u->i32, 0, false));
        return;
    }
    if (body->blocks[region->filter_first].entry_depth == 1)
        LLVMBuildStore(f->builder, LLVMGetParam(f->function, 1),
                       block_join(f, region->filter_first, 0)->address);
    branch_to(f, head);
    lower_blocks(f, region->filter_first, region->filter_count);
    if (!f->failed)
        eh_finish(f);
}

LLVMValueRef filter_function(Lowering *l, uint32_t region) {
    RegionState *state = &l->regions[region];
    if (state->filter_function)
        return state->filter_function;
    UnitState *u = l->u;
    size_t size;
    const char *parent = LLVMGetValueName2(l->function, &size);
    LLVMTypeRef type = function_type(u, u->i32, 2, u->ptr, u->ptr);
    state->filter_function = LLVMAddFunction(
        u->module, arena_format(l->scratch, "%.*s$filter%u", (int)size, parent, region), type);

    Lowering f = {.u = u,
                  .method = l->method,
                  .body = l->body,
                  .scratch = l->scratch,
                  .function = state->filter_function,
                  .filter_region = (int32_t)region,
                  .calls_are_plain = l->calls_are_plain,
                  .this_is_nonnull = l->this_is_nonnull};
    LLVMSetLinkage(f.function, LLVMInternalLinkage);
    attribute_common(u, f.function);
    f.builder = LLVMCreateBuilderInContext(u->context);
    f.alloca_builder = LLVMCreateBuilderInContext(u->context);
    f.entry = block_append(&f);
    LLVMPositionBuilderAtEnd(f.alloca_builder, f.entry);
    LLVMBasicBlockRef start = block_append(&f);
    block_begin(&f, start);
    recover_frame(&f, l);
    if (l->body->regions[region].kind == EH_Catch)
        lower_catch_test(&f, &l->body->regions[region]);
    else
        lower_filter_blocks(&f, &l->body->regions[region]);
    LLVMBuildBr(f.alloca_builder, start);
    LLVMDisposeBuilder(f.builder);
    LLVMDisposeBuilder(f.alloca_builder);
    l->failed |= f.failed;
    return state->filter_function;
}

void eh_end_filter(Lowering *l) {
    Value answer = stack_pop(l);
    if (l->filter_region < 0) {
        lower_internal(l, "endfilter outside a filter");
        return;
    }
    LLVMBuildRet(l->builder, value_i32(l, answer));
    l->terminated = true;
}
