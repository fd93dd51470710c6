// The interpreter proper: frames, blocks, branches. It runs the Bodies that code generation would compile,
// folded with nothing but what holds in every program.
#include "preinit/internal.h"

#include <uthash.h>

struct CachedBody {
    const Method *method;
    const Body *body;
    UT_hash_handle hh;
};

// ---- The evaluation stack -----------------------------------------------------------------------

Item *item_top(Frame *frame, uint32_t index) {
    static Item none;
    return index < frame->stack.count ? &frame->stack.items[frame->stack.count - 1 - index] : &none;
}

Item item_pop(Frame *frame) {
    return frame->stack.count ? frame->stack.items[--frame->stack.count] : (Item){0};
}

void item_push(Run *run, Frame *frame, Item item) {
    ARRAY_PUSH(&run->arena, &frame->stack, item);
}

// ---- Variables ----------------------------------------------------------------------------------

static bool op_variable(Run *run, Frame *frame, const Instruction *in) {
    bool is_arg = in->op == OP_ldarg || in->op == OP_ldarga || in->op == OP_starg;
    Memory *memory = is_arg ? frame->args[in->index] : frame->locals[in->index];
    Type *type = is_arg ? frame->body->args[in->index] : frame->body->locals[in->index];
    Item value;
    switch (in->op) { // NOLINT: the others do not come here
    case OP_ldarga:
    case OP_ldloca: item_push(run, frame, item_address(memory, 0)); return true;
    case OP_starg:
    case OP_stloc: value = item_pop(frame); return memory_store(run, memory, 0, type, &value);
    default: break;
    }
    if (!memory_load(run, memory, 0, type, &value))
        return false;
    item_push(run, frame, value);
    return true;
}

static bool op_constant(Run *run, Frame *frame, const Instruction *in) {
    Item item = {.kind = STACK_Object};
    switch (in->op) { // NOLINT: the others do not come here
    case OP_ldc_i4: item = item_integer(STACK_Int32, in->integer); break;
    case OP_ldc_i8: item = item_integer(STACK_Int64, in->integer); break;
    case OP_ldc_r4: item = (Item){.kind = STACK_Float32, .real = (double)(float)in->real}; break;
    case OP_ldc_r8: item = (Item){.kind = STACK_Float64, .real = in->real}; break;
    case OP_sizeof: item = item_integer(STACK_Int32, type_scalar(run, in->type).size); break;
    default: break; // ldnull
    }
    item_push(run, frame, item);
    return true;
}

static Item item_copy(Run *run, const Item *item) {
    Item copy = *item;
    if (item->kind != STACK_Value)
        return copy;
    copy.value = memory_new(run, item->value->size);
    (void)memory_copy(run, copy.value, 0, item->value, 0, copy.value->size);
    return copy;
}

static bool op_duplicate(Run *run, Frame *frame) {
    item_push(run, frame, item_copy(run, item_top(frame, 0)));
    return !run->failure;
}

// ---- Instructions -------------------------------------------------------------------------------

typedef bool Operation(Run *run, Frame *frame, const Instruction *in);

static bool op_nothing(Run *run, Frame *frame, const Instruction *in) {
    (void)run, (void)frame, (void)in;
    return true;
}

static bool op_stack(Run *run, Frame *frame, const Instruction *in) {
    if (in->op == OP_dup)
        return op_duplicate(run, frame);
    (void)item_pop(frame);
    return true;
}

static Operation *operation_of(const Instruction *in) {
    Opcode op = in->op;
    if ((op >= OP_conv_i1 && op <= OP_conv_r_un) || (op >= OP_conv_ovf_i1 && op <= OP_conv_ovf_u_un))
        return run_convert;
    if ((op >= OP_add && op <= OP_not) || (op >= OP_ceq && op <= OP_clt_un) ||
        (op >= OP_add_ovf && op <= OP_sub_ovf_un))
        return run_number;
    if (op >= OP_ldind_i1 && op <= OP_stind_r8)
        return run_memory;
    switch (op) { // NOLINT: the rest is handled by the loop, or not at all
    case OP_nop: return op_nothing;
    case OP_dup:
    case OP_pop: return op_stack;
    case OP_ldarg:
    case OP_ldarga:
    case OP_starg:
    case OP_ldloc:
    case OP_ldloca:
    case OP_stloc: return op_variable;
    case OP_ldnull:
    case OP_ldc_i4:
    case OP_ldc_i8:
    case OP_ldc_r4:
    case OP_ldc_r8:
    case OP_sizeof: return op_constant;
    case OP_ldfld:
    case OP_ldflda:
    case OP_stfld:
    case OP_ldsfld:
    case OP_ldsflda:
    case OP_stsfld: return run_field;
    case OP_ldobj:
    case OP_stobj:
    case OP_initobj:
    case OP_cpblk:
    case OP_initblk:
    case OP_localloc:
    case OP_initialize_array:
    case OP_create_span: return run_memory;
    case OP_box:
    case OP_unbox:
    case OP_unbox_any:
    case OP_castclass:
    case OP_isinst:
    case OP_newarr:
    case OP_ldlen:
    case OP_ldelem:
    case OP_ldelema:
    case OP_stelem:
    case OP_ldtoken:
    case OP_ldtype:
    case OP_ldstr:
    case OP_ldfrozen: return run_object;
    case OP_call:
    case OP_callvirt:
    case OP_calli:
    case OP_newobj:
    case OP_new_instance:
    case OP_null_check:
    case OP_ldftn:
    case OP_new_delegate:
    case OP_new_delegate_virtual:
    case OP_invoke_delegate: return run_call;
    case OP_intrinsic:
        // The IL of operations on vectors says what they compute.
        return in->intrinsic == INTRINSIC_Vector ? run_call : run_intrinsic;
    default: return NULL;
    }
}

// ---- Control ------------------------------------------------------------------------------------

static const uint32_t STAY = UINT32_MAX;

/// Block that a branch goes to; STAY: the next instruction.
static bool run_branch(Run *run, Frame *frame, const Instruction *in, uint32_t *to) {
    bool taken = true;
    if (in->op == OP_switch) {
        Item value = item_pop(frame);
        uint32_t index = (uint32_t)value.integer;
        if (value.ref != REF_None)
            return run_fail(run, "switches on an address");
        if (index < in->targets->count)
            *to = in->targets->blocks[index];
        return true;
    }
    if (in->op == OP_brtrue || in->op == OP_brfalse) {
        Item value = item_pop(frame);
        bool is_zero = value.ref == REF_None && value.integer == 0;
        taken = (in->op == OP_brfalse) == is_zero;
    } else if (in->op != OP_br) {
        Item b = item_pop(frame), a = item_pop(frame);
        if (!item_compare(run, in->op, &a, &b, &taken))
            return false;
    }
    if (taken)
        *to = in->block;
    return true;
}

static bool run_blocks(Run *run, Frame *frame, uint32_t block);

static bool holds(uint32_t first, uint32_t count, uint32_t block) {
    return block >= first && block < first + count;
}

/// III.3.46: `leave` runs the finally parts of the regions it leaves, inner ones first.
static bool leave(Run *run, Frame *frame, uint32_t block, uint32_t target) {
    const Body *body = frame->body;
    frame->stack.count = 0;
    for (uint32_t i = 0; i < body->region_count; i++) {
        const EhRegion *r = &body->regions[i];
        if (!r->live || r->kind != EH_Finally || !holds(r->try_first, r->try_count, block) ||
            holds(r->try_first, r->try_count, target))
            continue;
        if (!run_blocks(run, frame, r->handler_first))
            return false;
        frame->stack.count = 0;
    }
    return true;
}

static bool is_branch(Opcode op) {
    return (op >= OP_br && op <= OP_blt_un) || op == OP_switch;
}

/// Until ret or endfinally.
static bool run_blocks(Run *run, Frame *frame, uint32_t block) {
    const Body *body = frame->body;
    while (block < body->block_count) {
        const Block *b = &body->blocks[block];
        uint32_t to = STAY;
        for (uint32_t i = 0; i < b->count && to == STAY; i++) {
            const Instruction *in = &body->instructions[b->first + i];
            if (++run->steps > STEPS_MAX)
                return run_fail(run, "takes too many instructions");
            if (in->op == OP_ret || in->op == OP_endfinally)
                return true;
            if (in->op == OP_leave) {
                if (!leave(run, frame, block, in->block))
                    return false;
                to = in->block;
                continue;
            }
            if (is_branch(in->op)) {
                if (!run_branch(run, frame, in, &to))
                    return false;
                continue;
            }
            Operation *operation = operation_of(in);
            if (!operation)
                return run_fail(run, in->op == OP_throw || in->op == OP_throw_failure ? "throws"
                                                                                      : opcode_name(in->op));
            if (!operation(run, frame, in) || run->failure)
                return run_fail(run, opcode_name(in->op));
        }
        block = to == STAY ? block + 1 : to;
    }
    return run_fail(run, "control leaves the body");
}

// ---- Methods ------------------------------------------------------------------------------------

static const Body *body_of(Run *run, const Method *method) {
    CachedBody *cached;
    HASH_FIND_PTR(run->bodies, &method, cached);
    if (cached)
        return cached->body;
    cached = ARENA_NEW(&run->arena, CachedBody);
    cached->method = method;
    if (method_is_annotated(method)) {
        run_fail(run, "calls a method that reflection attributes tell about");
        return NULL;
    }
    cached->body = il_body(run->il, method, &run->arena);
    HASH_ADD_PTR(run->bodies, method, cached);
    return cached->body;
}

static bool frame_open(Run *run, Frame *frame, const Item *args, uint32_t count) {
    const Body *body = frame->body;
    if (count != body->arg_count)
        return run_fail(run, "a call with other arguments");
    frame->args = ARENA_ARRAY(&run->arena, Memory *, count + 1);
    frame->locals = ARENA_ARRAY(&run->arena, Memory *, body->local_count + 1);
    for (uint32_t i = 0; i < count; i++) {
        frame->args[i] = memory_new(run, type_scalar(run, body->args[i]).size);
        if (!memory_store(run, frame->args[i], 0, body->args[i], &args[i]))
            return false;
    }
    for (uint32_t i = 0; i < body->local_count; i++)
        frame->locals[i] = memory_new(run, type_scalar(run, body->locals[i]).size);
    return !run->failure;
}

static bool run_body(Run *run, const Method *method, const Item *args, uint32_t count, Item *result) {
    Frame frame = {.body = body_of(run, method)};
    if (!frame.body)
        return false;
    if (frame.body->failure)
        return run_fail(run, "throws");
    if (frame.body->check_cctor && method->owner != run->type)
        return run_fail(run, "calls into a class with a constructor that stays lazy");
    if (!frame_open(run, &frame, args, count) || !run_blocks(run, &frame, 0))
        return false;
    if (type_is_void(method->signature->return_type))
        return true;
    *result = item_pop(&frame);
    return item_convert(run, method->signature->return_type, result);
}

bool run_method(Run *run, const Method *method, const Item *args, uint32_t count, Item *result) {
    if (run_native(run, method, args, result))
        return true;
    if (run->failure)
        return false;
    if (il_method_code(run->il, method).kind != CODE_Body || method->is_open)
        return run_fail(run, "calls native code");
    if (method->def && method->def->is_synchronized)
        return run_fail(run, "takes a lock");
    if (run->depth >= DEPTH_MAX)
        return run_fail(run, "calls too deep");
    run->depth++;
    bool ok = run_body(run, method, args, count, result);
    run->depth--;
    return ok;
}

void run_close(Run *run) {
    HASH_CLEAR(hh, run->bodies);
    arena_free(&run->arena);
}
