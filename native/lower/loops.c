#include "lower/lowering.h"

// Which backward branches need no poll (runtime-contract 6.1): those of innermost loops that count an int32
// local by a constant up or down to a bound that does not change, and call nothing. A poll in such a loop
// keeps it from being vectorised (llvm.md 3.4), and without one a collection waits at most for its 2^32
// iterations.

typedef struct Loop {
    const Body *body;
    uint32_t first, last; // blocks: header to the one that jumps back
} Loop;

static const Instruction *loop_instructions(const Loop *loop, uint32_t *count) {
    const Block *first = &loop->body->blocks[loop->first], *last = &loop->body->blocks[loop->last];
    *count = last->first + last->count - first->first;
    return &loop->body->instructions[first->first];
}

/// Instructions that neither call nor allocate nor leave the loop by other ways than a forward branch.
static bool is_plain(Opcode op) {
    switch (opcode_family(op)) {
    case FAMILY_Variable:
    case FAMILY_Constant:
    case FAMILY_Branch:
    case FAMILY_LoadIndirect:
    case FAMILY_StoreIndirect:
    case FAMILY_Arithmetic:
    case FAMILY_ArithmeticChecked:
    case FAMILY_Shift:
    case FAMILY_Unary:
    case FAMILY_Convert:
    case FAMILY_Compare:
    case FAMILY_Field: return true;
    case FAMILY_Array: return op != OP_newarr;
    case FAMILY_ObjectMemory: return op == OP_ldobj || op == OP_stobj;
    case FAMILY_Other:
        return op == OP_nop || op == OP_dup || op == OP_pop || op == OP_intrinsic || op == OP_null_check ||
               op == OP_throw || op == OP_throw_failure || op == OP_unreachable || op == OP_ret;
    case FAMILY_ConvertChecked:
    case FAMILY_StaticField:
    case FAMILY_TypedReference:
    case FAMILY_Cast:
    case FAMILY_Unbox: return false; // may run long or collect
    }
    return false;
}

static bool is_branch(Opcode op) {
    return opcode_family(op) == FAMILY_Branch;
}

/// Nothing in the loop calls, and no other backward branch lies in it.
static bool is_innermost_and_plain(const Loop *loop) {
    for (uint32_t b = loop->first; b <= loop->last; b++) {
        const Block *block = &loop->body->blocks[b];
        if (!block->live)
            continue;
        for (uint32_t i = 0; i < block->count; i++) {
            const Instruction *in = &loop->body->instructions[block->first + i];
            if (!is_plain(in->op))
                return false;
            bool is_own = b == loop->last && i + 1 == block->count;
            if (is_branch(in->op) && in->block <= b && !is_own)
                return false;
        }
    }
    return true;
}

/// Stores to local `index` in the loop, or too many if its address is taken anywhere.
static uint32_t count_stores(const Loop *loop, uint32_t index, const Instruction **store) {
    uint32_t count, stores = 0;
    const Instruction *code = loop_instructions(loop, &count);
    for (uint32_t i = 0; i < count; i++)
        if (code[i].op == OP_stloc && code[i].index == index) {
            stores++;
            *store = &code[i];
        }
    for (uint32_t i = 0; i < loop->body->instruction_count; i++) {
        const Instruction *in = &loop->body->instructions[i];
        if (in->op == OP_ldloca && in->index == index)
            return UINT32_MAX;
    }
    return stores;
}

static bool argument_changes(const Body *body, uint32_t index) {
    for (uint32_t i = 0; i < body->instruction_count; i++) {
        const Instruction *in = &body->instructions[i];
        if ((in->op == OP_starg || in->op == OP_ldarga) && in->index == index)
            return true;
    }
    return false;
}

/// An operand of the exit test that stays the same while the loop runs.
static bool is_invariant(const Loop *loop, const Instruction *in) {
    const Instruction *store = NULL;
    if (in->op == OP_ldloc)
        return count_stores(loop, in->index, &store) == 0;
    if (in->op == OP_ldarg)
        return !argument_changes(loop->body, in->index);
    return in->op == OP_ldc_i4 || in->op == OP_ldlen || in->op == OP_conv_i4 || in->op == OP_add ||
           in->op == OP_sub || (in->op == OP_intrinsic && in->intrinsic == INTRINSIC_StringLength);
}

/// First instruction of the second operand of the branch at `branch`, NULL if it is more than a simple
/// expression.
static const Instruction *second_operand(const Loop *loop, const Instruction *branch) {
    const Block *block = &loop->body->blocks[loop->last];
    const Instruction *first = &loop->body->instructions[block->first], *in = branch;
    for (int32_t needed = 1; needed > 0;) {
        if (in == first)
            return NULL;
        in--;
        if (!is_invariant(loop, in))
            return NULL;
        if (in->op == OP_ldloc || in->op == OP_ldarg || in->op == OP_ldc_i4)
            needed--;
        else if (in->op == OP_add || in->op == OP_sub)
            needed++;
    }
    return in == first ? NULL : in;
}

/// The step of `ldloc index; ldc.i4 step; add; stloc index`, 0 if it is something else.
static int64_t step_of(const Loop *loop, const Instruction *store) {
    uint32_t count;
    const Instruction *code = loop_instructions(loop, &count);
    if (store - code < 3 || store[-3].op != OP_ldloc || store[-3].index != store->index ||
        store[-2].op != OP_ldc_i4)
        return 0;
    if (store[-1].op == OP_add)
        return store[-2].integer;
    return store[-1].op == OP_sub ? -store[-2].integer : 0;
}

/// Every way round passes `store`: it stands in the last block, or in the one before, which alone leads there
/// from within.
static bool is_on_every_way(const Loop *loop, const Instruction *store) {
    const Body *body = loop->body;
    const Instruction *code = body->instructions;
    const Block *last = &body->blocks[loop->last];
    if (store >= code + last->first)
        return true;
    if (loop->last == loop->first)
        return false;
    const Block *before = &body->blocks[loop->last - 1];
    if (!before->live || before->count == 0 || store < code + before->first)
        return false;
    for (uint32_t b = loop->first; b < loop->last; b++) {
        const Block *block = &body->blocks[b];
        if (!block->live || block->count == 0)
            continue;
        const Instruction *end = &code[block->first + block->count - 1];
        if (is_branch(end->op) && end->block == loop->last)
            return false;
    }
    return true;
}

/// The counter cannot pass the bound by wrapping around, so the loop ends: with steps of one before a strict
/// bound always; otherwise the bound must be known to leave room.
static bool ends_at_bound(const Instruction *branch, const Instruction *bound, int64_t step) {
    enum { ARRAY_LENGTH_MAX = 0x7FFFFFC7 };
    bool is_strict = branch->op == OP_blt || branch->op == OP_blt_un || branch->op == OP_bgt;
    if (is_strict && (step == 1 || step == -1))
        return true;
    int64_t distance = is_strict ? (step < 0 ? -step : step) - 1 : step < 0 ? -step : step;
    if (bound + 1 == branch && bound->op == OP_ldc_i4) {
        if (branch->op == OP_blt_un || branch->op == OP_ble_un)
            return (int64_t)(uint32_t)bound->integer <= (int64_t)UINT32_MAX - distance;
        return step > 0 ? bound->integer <= INT32_MAX - distance : bound->integer >= INT32_MIN + distance;
    }
    bool is_length = branch[-1].op == OP_conv_i4 && branch[-2].op == OP_ldlen;
    return is_length && step > 0 && distance <= INT32_MAX - ARRAY_LENGTH_MAX;
}

bool loop_is_counted(UnitState *u, const Body *body, uint32_t header, uint32_t last) {
    Loop loop = {body, header, last};
    const Block *block = &body->blocks[last];
    const Instruction *branch = &body->instructions[block->first + block->count - 1];
    bool upward =
        branch->op == OP_blt || branch->op == OP_ble || branch->op == OP_blt_un || branch->op == OP_ble_un;
    bool downward = branch->op == OP_bgt || branch->op == OP_bge;
    if ((!upward && !downward) || !is_innermost_and_plain(&loop))
        return false;
    const Instruction *bound = second_operand(&loop, branch);
    if (!bound || bound[-1].op != OP_ldloc)
        return false;
    uint32_t index = bound[-1].index;
    const Instruction *store = NULL;
    Storage storage = storage_of(u, body->locals[index]);
    if (storage.kind != STACK_Int32 || storage.size != 4 || count_stores(&loop, index, &store) != 1)
        return false;
    if (!is_on_every_way(&loop, store))
        return false;
    int64_t step = step_of(&loop, store);
    return (upward ? step > 0 : step < 0) && ends_at_bound(branch, bound, step);
}
