// Arithmetic, comparison, conversion, branches (III.3): result kinds of III.1.5 and folding of constants.
#include "il/internal.h"

static bool is_integer(StackKind kind) {
    return kind == STACK_Int32 || kind == STACK_Int64 || kind == STACK_NativeInt;
}
static bool is_float(StackKind kind) {
    return kind == STACK_Float32 || kind == STACK_Float64;
}
static bool is_shift(Opcode op) {
    return op == OP_shl || op == OP_shr || op == OP_shr_un;
}

/// Table III.2 and III.7, with 64-bit integers and native ones mixing as on a 64-bit target.
static bool binary_kind(Opcode op, StackKind a, StackKind b, StackKind *out) {
    if (is_shift(op))
        return *out = a, is_integer(a) && is_integer(b);
    if (is_float(a) && is_float(b))
        return *out = a == b ? a : STACK_Float64, true;
    if (is_integer(a) && is_integer(b)) {
        *out = a == b ? a : a == STACK_Int64 || b == STACK_Int64 ? STACK_Int64 : STACK_NativeInt;
        return true;
    }
    bool add = op == OP_add || op == OP_add_ovf_un || op == OP_add_ovf;
    bool sub = op == OP_sub || op == OP_sub_ovf_un || op == OP_sub_ovf;
    if (a == STACK_ByRef && b == STACK_ByRef)
        return *out = STACK_NativeInt, sub;
    if (a == STACK_ByRef && is_integer(b))
        return *out = STACK_ByRef, add || sub || op == OP_and; // and: alignment idiom
    if (is_integer(a) && b == STACK_ByRef)
        return *out = STACK_ByRef, add;
    return false;
}

static bool fold_binary(Opcode op, bool is_64, int64_t a, int64_t b, int64_t *out) {
    uint64_t ua = (uint64_t)a, ub = (uint64_t)b;
    uint32_t mask = is_64 ? 63 : 31;
    if (op == OP_add)
        return *out = (int64_t)(ua + ub), true;
    if (op == OP_sub)
        return *out = (int64_t)(ua - ub), true;
    if (op == OP_mul)
        return *out = (int64_t)(ua * ub), true;
    if (op == OP_and)
        return *out = a & b, true;
    if (op == OP_or)
        return *out = a | b, true;
    if (op == OP_xor)
        return *out = a ^ b, true;
    if (is_shift(op) && ub > mask)
        return false; // III.3.58: unspecified
    if (op == OP_shl)
        return *out = (int64_t)(ua << ub), true;
    if (op == OP_shr)
        return *out = a >> b, true;
    if (op == OP_shr_un)
        return *out = (int64_t)((is_64 ? ua : (uint32_t)ua) >> ub), true;
    if (b == 0 || b == -1)
        return false;
    if (op == OP_div)
        return *out = a / b, true;
    if (op == OP_rem)
        return *out = a % b, true;
    if (!is_64)
        ua = (uint32_t)ua, ub = (uint32_t)ub;
    if (op == OP_div_un)
        return *out = (int64_t)(ua / ub), true;
    if (op == OP_rem_un)
        return *out = (int64_t)(ua % ub), true;
    return false;
}

/// Replaces the instruction and its `pops` operands on the run-time stack by a constant.
static void emit_constant(Import *im, uint32_t pops, Value value) {
    for (uint32_t i = 0; i < pops; i++)
        emit_pop(im);
    emit(im,
         (Instruction){.op = value.kind == STACK_Int32 ? OP_ldc_i4 : OP_ldc_i8, .integer = value.integer});
    if (value.kind == STACK_NativeInt)
        emit(im, (Instruction){.op = OP_conv_i});
}

static bool may_throw(Opcode op) {
    return op == OP_div || op == OP_div_un || op == OP_rem || op == OP_rem_un || op == OP_ckfinite ||
           (op >= OP_add_ovf && op <= OP_sub_ovf_un);
}

static void step_unary(Import *im, const Instruction *in) {
    Value a = pop(im);
    if (in->op == OP_ckfinite ? !is_float(a.kind)
                              : !is_integer(a.kind) && !(in->op == OP_neg && is_float(a.kind))) {
        import_invalid(im, "an operator has operands of the wrong type");
        return;
    }
    Value result = {.kind = a.kind};
    if (value_is_int(&a)) {
        result = value_integer(a.kind, in->op == OP_neg ? (int64_t)(0 - (uint64_t)a.integer) : ~a.integer);
        emit_constant(im, 1, result);
    } else {
        emit(im, *in);
    }
    push(im, result);
}

void step_arithmetic(Import *im, const Instruction *in) {
    if (in->op == OP_neg || in->op == OP_not || in->op == OP_ckfinite) {
        if (in->op == OP_ckfinite)
            effect(im);
        step_unary(im, in);
        return;
    }
    Value b = pop(im), a = pop(im);
    StackKind kind;
    if (!binary_kind(in->op, a.kind, b.kind, &kind)) {
        import_invalid(im, "an operator has operands of the wrong type");
        return;
    }
    Value result = {.kind = kind};
    int64_t folded;
    if (value_is_int(&a) && value_is_int(&b) &&
        fold_binary(in->op, kind != STACK_Int32, a.integer, b.integer, &folded)) {
        result = value_integer(kind, folded);
        emit_constant(im, 2, result);
    } else if ((in->op == OP_and &&
                ((value_is_int(&a) && a.integer == 0) || (value_is_int(&b) && b.integer == 0)))) {
        result = value_integer(kind, 0);
        emit_constant(im, 2, result);
    } else {
        if (may_throw(in->op))
            effect(im);
        emit(im, *in);
    }
    push(im, result);
}

// ---- Comparison ---------------------------------------------------------------------------------

typedef enum Relation {
    REL_Eq,
    REL_Ne,
    REL_Gt,
    REL_Ge,
    REL_Lt,
    REL_Le,
    REL_GtUn,
    REL_GeUn,
    REL_LtUn,
    REL_LeUn
} Relation;

static Relation relation_of(Opcode op) {
    if (op == OP_ceq || op == OP_beq)
        return REL_Eq;
    if (op == OP_bne_un)
        return REL_Ne;
    if (op == OP_cgt || op == OP_bgt)
        return REL_Gt;
    if (op == OP_bge)
        return REL_Ge;
    if (op == OP_clt || op == OP_blt)
        return REL_Lt;
    if (op == OP_ble)
        return REL_Le;
    if (op == OP_cgt_un || op == OP_bgt_un)
        return REL_GtUn;
    if (op == OP_bge_un)
        return REL_GeUn;
    if (op == OP_clt_un || op == OP_blt_un)
        return REL_LtUn;
    return REL_LeUn;
}

static bool relate(Relation relation, int64_t a, int64_t b) {
    uint64_t ua = (uint64_t)a, ub = (uint64_t)b; // sign-extension keeps the unsigned order of 32-bit values
    switch (relation) {
    case REL_Eq: return a == b;
    case REL_Ne: return a != b;
    case REL_Gt: return a > b;
    case REL_Ge: return a >= b;
    case REL_Lt: return a < b;
    case REL_Le: return a <= b;
    case REL_GtUn: return ua > ub;
    case REL_GeUn: return ua >= ub;
    case REL_LtUn: return ua < ub;
    case REL_LeUn: return ua <= ub;
    }
    return false;
}

/// Equality of two references: 1 same, 0 different, -1 unknown.
static int same_reference(Import *im, const Value *a, const Value *b) {
    if (a->known == KNOWN_Null && b->known == KNOWN_Null)
        return 1;
    if ((a->known == KNOWN_Null && b->non_null) || (b->known == KNOWN_Null && a->non_null))
        return 0;
    if (a->known == KNOWN_Type && b->known == KNOWN_Type)
        return types_decide_equal(im->il, a->known_type, b->known_type);
    const IlFacts *facts = im->il->facts;
    const Value *known = a->known == KNOWN_Type ? a : b, *other = a->known == KNOWN_Type ? b : a;
    if (known->known == KNOWN_Type && other->known == KNOWN_GetType && facts && facts->has_runtime_type &&
        !facts->has_runtime_type(facts->context, known->known_type))
        return 0;
    return -1;
}

static bool is_reference_kind(StackKind kind) {
    return kind == STACK_Object || kind == STACK_ByRef;
}

/// 1 true, 0 false, -1 unknown; an invalid body for operands that cannot be compared (III.1.5, Table III.4).
static int decide(Import *im, Opcode op, const Value *a, const Value *b) {
    bool comparable = (is_integer(a->kind) && is_integer(b->kind)) ||
                      (is_float(a->kind) && is_float(b->kind)) ||
                      (is_reference_kind(a->kind) && is_reference_kind(b->kind)) ||
                      (is_reference_kind(a->kind) && is_integer(b->kind)) ||
                      (is_integer(a->kind) && is_reference_kind(b->kind));
    if (!comparable) {
        import_invalid(im, "values of these types cannot be compared");
        return -1;
    }
    Relation relation = relation_of(op);
    if (value_is_int(a) && value_is_int(b))
        return relate(relation, a->integer, b->integer);
    if (relation == REL_LtUn && value_is_int(b) && b->integer == 0)
        return 0;
    if (relation == REL_GeUn && value_is_int(b) && b->integer == 0)
        return 1;
    if (a->kind != STACK_Object || b->kind != STACK_Object)
        return -1;
    int same = same_reference(im, a, b);
    if (same < 0)
        return -1;
    if (relation == REL_Eq)
        return same;
    if (relation == REL_Ne || relation == REL_GtUn || relation == REL_LtUn)
        return !same; // `x > null` means not null
    return -1;
}

void step_compare(Import *im, const Instruction *in) {
    Value b = pop(im), a = pop(im);
    int known = decide(im, in->op, &a, &b);
    if (im->invalid)
        return;
    if (known < 0) {
        emit(im, *in);
        push(im, (Value){.kind = STACK_Int32});
        return;
    }
    emit_constant(im, 2, value_int32(known));
    push(im, value_int32(known));
}

// ---- Branches -----------------------------------------------------------------------------------

/// In an inlined callee the next live block follows at once.
static void emit_branch(Import *im, uint32_t target) {
    if (!im->frame)
        emit(im, (Instruction){.op = OP_br, .block = target});
}

/// Ends the block with a branch whose condition is known (1, 0) or not (-1); `pops` operands are on the
/// run-time stack.
static void branch(Import *im, const Instruction *in, int known, uint32_t pops) {
    if (im->invalid)
        return;
    if (known < 0) {
        emit(im, *in);
        flow_to(im, in->block);
        flow_next(im);
    } else {
        for (uint32_t i = 0; i < pops; i++)
            emit_pop(im);
        if (known)
            emit_branch(im, in->block);
        flow_to(im, known ? in->block : im->block + 1);
    }
    im->ended = true;
}

void step_branch(Import *im, const Instruction *in) {
    if (in->op != OP_brtrue && in->op != OP_brfalse) {
        Value b = pop(im), a = pop(im);
        branch(im, in, decide(im, in->op, &a, &b), 2);
        return;
    }
    Value a = pop(im);
    if (a.kind == STACK_Value || is_float(a.kind)) {
        import_invalid(im, "a branch needs an integer or a reference");
        return;
    }
    int truth = -1;
    if (value_is_int(&a))
        truth = a.integer != 0;
    else if (a.kind == STACK_Object && a.known == KNOWN_Null)
        truth = 0;
    else if (a.kind == STACK_Object && a.non_null)
        truth = 1;
    branch(im, in, truth < 0 ? -1 : in->op == OP_brtrue ? truth : !truth, 1);
}

void step_switch(Import *im, const Instruction *in) {
    Value a = pop(im);
    if (!is_integer(a.kind)) {
        import_invalid(im, "switch needs an integer");
        return;
    }
    im->ended = true;
    const SwitchTargets *targets = in->targets;
    if (value_is_int(&a)) {
        uint32_t index = (uint32_t)a.integer;
        emit_pop(im);
        uint32_t target = index < targets->count ? targets->blocks[index] : im->block + 1;
        emit_branch(im, target);
        flow_to(im, target);
        return;
    }
    emit(im, *in);
    for (uint32_t i = 0; i < targets->count && !im->invalid; i++)
        flow_to(im, targets->blocks[i]);
    flow_next(im);
}

// ---- Conversion ---------------------------------------------------------------------------------

static StackKind conversion_kind(Opcode op) {
    if (op == OP_conv_r4)
        return STACK_Float32;
    if (op == OP_conv_r8 || op == OP_conv_r_un)
        return STACK_Float64;
    if (op == OP_conv_i8 || op == OP_conv_u8 || op == OP_conv_ovf_i8 || op == OP_conv_ovf_u8 ||
        op == OP_conv_ovf_i8_un || op == OP_conv_ovf_u8_un)
        return STACK_Int64;
    if (op == OP_conv_i || op == OP_conv_u || op == OP_conv_ovf_i || op == OP_conv_ovf_u ||
        op == OP_conv_ovf_i_un || op == OP_conv_ovf_u_un)
        return STACK_NativeInt;
    return STACK_Int32;
}

/// III.3.27; false for what is not folded (overflow checks, floats).
static bool fold_conversion(Opcode op, const Value *a, int64_t *out) {
    int64_t value = a->integer;
    bool is_32 = a->kind == STACK_Int32;
    if (op == OP_conv_i1)
        return *out = (int8_t)value, true;
    if (op == OP_conv_u1)
        return *out = (uint8_t)value, true;
    if (op == OP_conv_i2)
        return *out = (int16_t)value, true;
    if (op == OP_conv_u2)
        return *out = (uint16_t)value, true;
    if (op == OP_conv_i4 || op == OP_conv_u4)
        return *out = (int32_t)value, true;
    if (op == OP_conv_i8 || op == OP_conv_i)
        return *out = value, true;
    if (op == OP_conv_u8 || op == OP_conv_u)
        return *out = is_32 ? (uint32_t)value : value, true;
    bool small = value >= 0 && value <= 127; // fits every target of a checked conversion
    return *out = value, small && op >= OP_conv_ovf_i1 && op <= OP_conv_ovf_u_un;
}

void step_convert(Import *im, const Instruction *in) {
    Value a = pop(im);
    if (a.kind == STACK_Value) {
        import_invalid(im, "a conversion needs a number");
        return;
    }
    Value result = {.kind = conversion_kind(in->op)};
    int64_t folded;
    if (value_is_int(&a) && is_integer(result.kind) && fold_conversion(in->op, &a, &folded)) {
        result = value_integer(result.kind, folded);
        emit_constant(im, 1, result);
    } else {
        if (in->op >= OP_conv_ovf_i1 && in->op <= OP_conv_ovf_u_un)
            effect(im);
        emit(im, *in);
    }
    push(im, result);
}
