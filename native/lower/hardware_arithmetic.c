// Hardware intrinsics: arithmetic, comparisons, shifts of vectors.
#include "lower/hardware.h"

static LLVMValueRef last(const HardwareCall *c) {
    return c->operands[c->count - 1];
}

LLVMValueRef integer_operand(HardwareCall *c, uint32_t index) {
    return vector_cast(c, c->operands[index], integer_vector(c->l->u, c->shapes[index]));
}

LLVMOpcode arithmetic_opcode(const VectorShape *shape, LLVMOpcode opcode) {
    if (!shape->is_float)
        return opcode;
    return opcode == LLVMAdd   ? LLVMFAdd
           : opcode == LLVMSub ? LLVMFSub
           : opcode == LLVMMul ? LLVMFMul
                               : LLVMFDiv;
}

/// Vector of `count` elements twice as wide as `bits`.
static LLVMTypeRef widened(HardwareCall *c, uint32_t bits, uint32_t count) {
    return vector_of(LLVMIntTypeInContext(c->l->u->context, 2 * bits), count);
}

// ---- Instructions that LLVM names ---------------------------------------------------------------

static void call_operands(HardwareCall *c, LLVMValueRef *operands) {
    for (uint32_t i = 0; i < c->count; i++)
        operands[i] = c->operands[i];
    if (c->row->immediates)
        operands[c->count - 1] = LLVMConstInt(c->l->u->i8, c->immediate, false);
}

LLVMValueRef hardware_call(HardwareCall *c) {
    LLVMValueRef operands[HARDWARE_MAX_OPERANDS];
    call_operands(c, operands);
    return hardware_intrinsic(c, c->row->llvm, operands, c->count);
}

/// The width of the vectors ends the intrinsic's name, with number 0 only if it is not 128.
LLVMValueRef hardware_call_sized(HardwareCall *c) {
    char name[64];
    uint32_t bits = c->shapes[0].bits * c->shapes[0].count;
    LLVMValueRef operands[HARDWARE_MAX_OPERANDS];
    snprintf(name, sizeof name, c->row->number || bits != 128 ? "%s.%u" : "%s", c->row->llvm, bits);
    call_operands(c, operands);
    return hardware_intrinsic(c, name, operands, c->count);
}

/// sum + the products of neighbours, bytes or words. Number 1: saturating.
LLVMValueRef hardware_dot(HardwareCall *c) {
    static const char *const names[2][2] = {
        {"llvm.x86.avx512.vpdpbusd", "llvm.x86.avx512.vpdpbusds"},
        {"llvm.x86.avx512.vpdpwssd", "llvm.x86.avx512.vpdpwssds"},
    };
    char name[64];
    snprintf(name, sizeof name, "%s.%u", names[c->shapes[1].bits == 16][c->row->number],
             c->shapes[0].bits * c->shapes[0].count);
    return hardware_intrinsic(c, name, c->operands, c->count);
}

/// Intrinsics that have a name for each width.
LLVMValueRef hardware_call_wide(HardwareCall *c) {
    static const char *const permute[] = {"llvm.x86.avx.vpermilvar.ps", "llvm.x86.avx.vpermilvar.pd",
                                          "llvm.x86.avx.vpermilvar.ps.256", "llvm.x86.avx.vpermilvar.pd.256"};
    const VectorShape *shape = &c->shapes[0];
    const char *name = shape->bits == 16 ? "llvm.x86.avx2.pmadd.wd" : "llvm.x86.avx2.pmadd.ub.sw";
    if (c->row->number)
        name = permute[(shape->bits == 64) + 2 * (shape->bits * shape->count == 256)];
    return hardware_intrinsic(c, name, c->operands, c->count);
}

/// A function of floating point, all elements. Number 1: not overloaded.
LLVMValueRef hardware_float(HardwareCall *c) {
    LLVMValueRef operand = last(c);
    if (c->row->number)
        return hardware_intrinsic(c, c->row->llvm, &operand, 1);
    return vector_intrinsic(c, c->row->llvm, &operand, 1);
}

// ---- Arithmetic ---------------------------------------------------------------------------------

LLVMValueRef hardware_arithmetic(HardwareCall *c) {
    LLVMOpcode opcode = arithmetic_opcode(&c->shapes[0], (LLVMOpcode)c->row->number);
    return LLVMBuildBinOp(c->l->builder, opcode, c->operands[0], c->operands[1], "");
}

LLVMValueRef hardware_bitwise(HardwareCall *c) {
    LLVMBuilderRef b = c->l->builder;
    LLVMValueRef x = integer_operand(c, 0), y = integer_operand(c, 1);
    switch (c->row->number) {
    case '&': return LLVMBuildAnd(b, x, y, "");
    case '|': return LLVMBuildOr(b, x, y, "");
    case '^': return LLVMBuildXor(b, x, y, "");
    case 'n': return LLVMBuildAnd(b, x, LLVMBuildNot(b, y, ""), "");
    default: return LLVMBuildAnd(b, LLVMBuildNot(b, x, ""), y, "");
    }
}

static const char *saturating(int opcode, bool is_signed) {
    if (opcode == LLVMAdd)
        return is_signed ? "llvm.sadd.sat" : "llvm.uadd.sat";
    return is_signed ? "llvm.ssub.sat" : "llvm.usub.sat";
}

LLVMValueRef hardware_saturate(HardwareCall *c) {
    return vector_intrinsic(c, saturating(c->row->number, c->shapes[0].is_signed), c->operands, 2);
}

/// (x + y + 1) >> 1 without overflow.
LLVMValueRef hardware_average(HardwareCall *c) {
    LLVMBuilderRef b = c->l->builder;
    LLVMTypeRef wide = widened(c, c->shapes[0].bits, c->shapes[0].count);
    LLVMValueRef one = vector_splat(c, wide, LLVMConstInt(LLVMGetElementType(wide), 1, false));
    LLVMValueRef sum = LLVMBuildAdd(b, LLVMBuildZExt(b, c->operands[0], wide, ""),
                                    LLVMBuildZExt(b, c->operands[1], wide, ""), "");
    return LLVMBuildTrunc(b, LLVMBuildLShr(b, LLVMBuildAdd(b, sum, one, ""), one, ""), c->shapes[0].type, "");
}

/// With a NaN or two zeros the second operand is the result of the machine's instruction.
static LLVMValueRef extreme(HardwareCall *c, LLVMRealPredicate of_float, const char *of_signed,
                            const char *of_unsigned) {
    LLVMBuilderRef b = c->l->builder;
    if (!c->shapes[0].is_float)
        return vector_intrinsic(c, c->shapes[0].is_signed ? of_signed : of_unsigned, c->operands, 2);
    LLVMValueRef first = LLVMBuildFCmp(b, of_float, c->operands[0], c->operands[1], "");
    return LLVMBuildSelect(b, first, c->operands[0], c->operands[1], "");
}

LLVMValueRef hardware_minimum(HardwareCall *c) {
    return extreme(c, LLVMRealOLT, "llvm.smin", "llvm.umin");
}
LLVMValueRef hardware_maximum(HardwareCall *c) {
    return extreme(c, LLVMRealOGT, "llvm.smax", "llvm.umax");
}

/// Products of the elements at even positions, twice as wide.
LLVMValueRef hardware_multiply_wide(HardwareCall *c) {
    LLVMBuilderRef b = c->l->builder;
    LLVMValueRef wide[2];
    for (uint32_t i = 0; i < 2; i++) {
        LLVMValueRef value = vector_cast(c, c->operands[i], c->result.type);
        LLVMValueRef half =
            vector_splat(c, c->result.type, LLVMConstInt(c->result.element, c->shapes[0].bits, false));
        LLVMValueRef low = LLVMBuildShl(b, value, half, "");
        wide[i] = c->shapes[0].is_signed ? LLVMBuildAShr(b, low, half, "") : LLVMBuildLShr(b, low, half, "");
    }
    return LLVMBuildMul(b, wide[0], wide[1], "");
}

LLVMValueRef hardware_multiply_high(HardwareCall *c) {
    LLVMBuilderRef b = c->l->builder;
    LLVMTypeRef wide = widened(c, c->shapes[0].bits, c->shapes[0].count);
    LLVMOpcode extend = c->shapes[0].is_signed ? LLVMSExt : LLVMZExt;
    LLVMValueRef product = LLVMBuildMul(b, LLVMBuildCast(b, extend, c->operands[0], wide, ""),
                                        LLVMBuildCast(b, extend, c->operands[1], wide, ""), "");
    LLVMValueRef half =
        vector_splat(c, wide, LLVMConstInt(LLVMGetElementType(wide), c->shapes[0].bits, false));
    return LLVMBuildTrunc(b, LLVMBuildLShr(b, product, half, ""), c->shapes[0].type, "");
}

LLVMValueRef hardware_absolute(HardwareCall *c) {
    LLVMBuilderRef b = c->l->builder;
    LLVMValueRef value = c->operands[0], zero = LLVMConstNull(LLVMTypeOf(value));
    LLVMValueRef negative = LLVMBuildICmp(b, LLVMIntSLT, value, zero, "");
    return LLVMBuildSelect(b, negative, LLVMBuildNeg(b, value, ""), value, "");
}

LLVMValueRef hardware_sign(HardwareCall *c) {
    LLVMBuilderRef b = c->l->builder;
    LLVMValueRef value = c->operands[0], sign = c->operands[1], zero = LLVMConstNull(LLVMTypeOf(value));
    LLVMValueRef negated = LLVMBuildSelect(b, LLVMBuildICmp(b, LLVMIntSLT, sign, zero, ""),
                                           LLVMBuildNeg(b, value, ""), value, "");
    return LLVMBuildSelect(b, LLVMBuildICmp(b, LLVMIntEQ, sign, zero, ""), zero, negated, "");
}

LLVMValueRef hardware_fused(HardwareCall *c) {
    enum { NEGATE_PRODUCT = 1, NEGATE_SUMMAND = 2, NEGATE_EVEN = 4, NEGATE_ODD = 8 };
    LLVMBuilderRef b = c->l->builder;
    LLVMValueRef operands[3] = {c->operands[0], c->operands[1], c->operands[2]};
    int signs = c->row->number;
    if (signs & NEGATE_PRODUCT)
        operands[0] = LLVMBuildFNeg(b, operands[0], "");
    LLVMValueRef negated = LLVMBuildFNeg(b, operands[2], "");
    if (signs & NEGATE_SUMMAND)
        operands[2] = negated;
    if (signs & (NEGATE_EVEN | NEGATE_ODD)) {
        int mask[64];
        uint32_t count = c->shapes[0].count;
        for (uint32_t i = 0; i < count; i++)
            mask[i] = (int)(i + ((i % 2 == 0) == ((signs & NEGATE_EVEN) != 0) ? count : 0));
        operands[2] = vector_shuffle(c, operands[2], negated, mask, count);
    }
    return vector_intrinsic(c, "llvm.fma", operands, 3);
}

/// Sums or differences of neighbours: of `left`, then of `right`, in each lane of 128 bits. A negative number
/// saturates.
LLVMValueRef hardware_horizontal(HardwareCall *c) {
    const VectorShape *shape = &c->shapes[0];
    uint32_t lane = VECTOR_LANE_BYTES * 8 / shape->bits;
    int even[64], odd[64];
    for (uint32_t i = 0; i < shape->count; i++) {
        uint32_t at = i % lane, base = i - at;
        uint32_t source = at < lane / 2 ? base + 2 * at : shape->count + base + 2 * at - lane;
        even[i] = (int)source;
        odd[i] = (int)source + 1;
    }
    LLVMValueRef pair[2] = {vector_shuffle(c, c->operands[0], c->operands[1], even, shape->count),
                            vector_shuffle(c, c->operands[0], c->operands[1], odd, shape->count)};
    int number = c->row->number;
    if (number < 0)
        return vector_intrinsic(c, saturating(-number, true), pair, 2);
    LLVMOpcode opcode = arithmetic_opcode(shape, (LLVMOpcode)number);
    return LLVMBuildBinOp(c->l->builder, opcode, pair[0], pair[1], "");
}

/// Even elements are subtracted, odd ones added.
LLVMValueRef hardware_alternate(HardwareCall *c) {
    LLVMBuilderRef b = c->l->builder;
    int mask[64];
    uint32_t count = c->shapes[0].count;
    for (uint32_t i = 0; i < count; i++)
        mask[i] = (int)(i + (i % 2 ? count : 0));
    return vector_shuffle(c, LLVMBuildFSub(b, c->operands[0], c->operands[1], ""),
                          LLVMBuildFAdd(b, c->operands[0], c->operands[1], ""), mask, count);
}

/// Elements of half the width, out of range the nearest value; `left` then `right` in each lane. Number 1:
/// signed.
LLVMValueRef hardware_pack(HardwareCall *c) {
    LLVMBuilderRef b = c->l->builder;
    const VectorShape *shape = &c->shapes[0];
    uint32_t half = shape->bits / 2, lane = VECTOR_LANE_BYTES * 8 / shape->bits;
    int64_t least = c->row->number ? -(INT64_C(1) << (half - 1)) : 0;
    int64_t most = (INT64_C(1) << (c->row->number ? half - 1 : half)) - 1;
    LLVMValueRef limits[2] = {
        vector_splat(c, shape->type, LLVMConstInt(shape->element, (uint64_t)least, true)),
        vector_splat(c, shape->type, LLVMConstInt(shape->element, (uint64_t)most, true))};
    LLVMValueRef narrow[2];
    LLVMTypeRef type = vector_of(LLVMIntTypeInContext(c->l->u->context, half), shape->count);
    for (uint32_t i = 0; i < 2; i++) {
        LLVMValueRef above = vector_intrinsic(c, "llvm.smax", (LLVMValueRef[]){c->operands[i], limits[0]}, 2);
        LLVMValueRef within = vector_intrinsic(c, "llvm.smin", (LLVMValueRef[]){above, limits[1]}, 2);
        narrow[i] = LLVMBuildTrunc(b, within, type, "");
    }
    int mask[64];
    for (uint32_t i = 0; i < 2 * shape->count; i++) {
        uint32_t at = i % (2 * lane), base = i / (2 * lane) * lane;
        mask[i] = (int)(at < lane ? base + at : shape->count + base + at - lane);
    }
    return vector_shuffle(c, narrow[0], narrow[1], mask, 2 * shape->count);
}

// ---- Comparisons --------------------------------------------------------------------------------

static LLVMIntPredicate integer_predicate(LLVMRealPredicate predicate, bool is_signed) {
    switch ((int)predicate) {
    case LLVMRealOEQ: return LLVMIntEQ;
    case LLVMRealOGT: return is_signed ? LLVMIntSGT : LLVMIntUGT;
    case LLVMRealOGE: return is_signed ? LLVMIntSGE : LLVMIntUGE;
    case LLVMRealOLT: return is_signed ? LLVMIntSLT : LLVMIntULT;
    case LLVMRealOLE: return is_signed ? LLVMIntSLE : LLVMIntULE;
    default: return LLVMIntNE;
    }
}

static LLVMValueRef mask_of(HardwareCall *c, LLVMValueRef condition) {
    return LLVMBuildSExt(c->l->builder, condition, integer_vector(c->l->u, c->shapes[0]), "");
}

LLVMValueRef hardware_condition(HardwareCall *c, LLVMRealPredicate predicate) {
    LLVMBuilderRef b = c->l->builder;
    if (c->shapes[0].is_float)
        return LLVMBuildFCmp(b, predicate, c->operands[0], c->operands[1], "");
    LLVMIntPredicate of_integers = integer_predicate(predicate, c->shapes[0].is_signed);
    return LLVMBuildICmp(b, of_integers, c->operands[0], c->operands[1], "");
}

LLVMValueRef hardware_compare(HardwareCall *c) {
    return mask_of(c, hardware_condition(c, (LLVMRealPredicate)c->row->number));
}

/// FloatComparisonMode: those from 16 on differ in what they signal only.
LLVMValueRef hardware_compare_mode(HardwareCall *c) {
    static const LLVMRealPredicate modes[] = {
        LLVMRealOEQ, LLVMRealOLT, LLVMRealOLE, LLVMRealUNO,           LLVMRealUNE, LLVMRealUGE,
        LLVMRealUGT, LLVMRealORD, LLVMRealUEQ, LLVMRealULT,           LLVMRealULE, LLVMRealPredicateFalse,
        LLVMRealONE, LLVMRealOGE, LLVMRealOGT, LLVMRealPredicateTrue,
    };
    LLVMRealPredicate predicate = modes[c->immediate % 16];
    return mask_of(c, LLVMBuildFCmp(c->l->builder, predicate, c->operands[0], c->operands[1], ""));
}

LLVMValueRef hardware_compare_first(HardwareCall *c) {
    return LLVMBuildZExt(c->l->builder,
                         LLVMBuildFCmp(c->l->builder, (LLVMRealPredicate)c->row->number,
                                       element_at(c, c->operands[0], 0), element_at(c, c->operands[1], 0),
                                       ""),
                         c->l->u->i32, "");
}

/// All bits as one integer; of floating point the signs count only.
static LLVMValueRef test_bits(HardwareCall *c, LLVMValueRef value) {
    LLVMBuilderRef b = c->l->builder;
    const VectorShape *shape = &c->shapes[0];
    unsigned bits = shape->count;
    if (shape->is_float)
        value = LLVMBuildICmp(b, LLVMIntSLT, value, LLVMConstNull(LLVMTypeOf(value)), "");
    else
        bits *= shape->bits;
    return LLVMBuildBitCast(b, value, LLVMIntTypeInContext(c->l->u->context, bits), "");
}

/// Number 0: x & y is 0; 1: ~x & y is 0; 2: neither.
LLVMValueRef hardware_test(HardwareCall *c) {
    LLVMBuilderRef b = c->l->builder;
    LLVMValueRef x = integer_operand(c, 0), y = integer_operand(c, 1);
    LLVMValueRef both = test_bits(c, LLVMBuildAnd(b, x, y, ""));
    LLVMValueRef others = test_bits(c, LLVMBuildAnd(b, LLVMBuildNot(b, x, ""), y, ""));
    LLVMValueRef zero = LLVMConstNull(LLVMTypeOf(both)), result;
    if (c->row->number == 0)
        result = LLVMBuildICmp(b, LLVMIntEQ, both, zero, "");
    else if (c->row->number == 1)
        result = LLVMBuildICmp(b, LLVMIntEQ, others, zero, "");
    else
        result = LLVMBuildAnd(b, LLVMBuildICmp(b, LLVMIntNE, both, zero, ""),
                              LLVMBuildICmp(b, LLVMIntNE, others, zero, ""), "");
    return LLVMBuildZExt(b, result, c->l->u->i32, "");
}

LLVMValueRef hardware_sign_mask(HardwareCall *c) {
    LLVMBuilderRef b = c->l->builder;
    LLVMValueRef value = integer_operand(c, 0);
    LLVMValueRef signs = LLVMBuildICmp(b, LLVMIntSLT, value, LLVMConstNull(LLVMTypeOf(value)), "");
    LLVMTypeRef bits = LLVMIntTypeInContext(c->l->u->context, c->shapes[0].count);
    return LLVMBuildZExt(b, LLVMBuildBitCast(b, signs, bits, ""), c->l->u->i32, "");
}

// ---- Shifts -------------------------------------------------------------------------------------

/// Counts of the width and more shift everything out; LLVM leaves them undefined.
static LLVMValueRef shifted(HardwareCall *c, LLVMValueRef count, LLVMValueRef too_large, LLVMTypeRef type) {
    LLVMBuilderRef b = c->l->builder;
    LLVMOpcode opcode = (LLVMOpcode)c->row->number;
    LLVMValueRef most =
        vector_splat(c, type, LLVMConstInt(LLVMGetElementType(type), c->shapes[0].bits - 1, false));
    LLVMValueRef zero = LLVMConstNull(type);
    LLVMValueRef safe = LLVMBuildSelect(b, too_large, opcode == LLVMAShr ? most : zero, count, "");
    LLVMValueRef result = LLVMBuildBinOp(b, opcode, c->operands[0], safe, "");
    return opcode == LLVMAShr ? result : LLVMBuildSelect(b, too_large, zero, result, "");
}

/// One count for all elements: a byte, or the low 64 bits of a vector.
LLVMValueRef hardware_shift(HardwareCall *c) {
    LLVMBuilderRef b = c->l->builder;
    UnitState *u = c->l->u;
    LLVMTypeRef type = c->shapes[0].type;
    LLVMValueRef count = c->operands[1];
    if (c->shapes[1].is_vector)
        count = element_at(c, vector_cast(c, count, vector_of(u->i64, 2)), 0);
    count = LLVMBuildIntCast2(b, count, u->i64, false, "");
    LLVMValueRef too_large =
        LLVMBuildICmp(b, LLVMIntUGE, count, LLVMConstInt(u->i64, c->shapes[0].bits, false), "");
    LLVMValueRef each = LLVMBuildIntCast2(b, count, c->shapes[0].element, false, "");
    return shifted(c, vector_splat(c, type, each), too_large, type);
}

LLVMValueRef hardware_shift_each(HardwareCall *c) {
    LLVMTypeRef type = c->shapes[0].type;
    LLVMValueRef count = vector_cast(c, c->operands[1], type);
    LLVMValueRef width = vector_splat(c, type, LLVMConstInt(c->shapes[0].element, c->shapes[0].bits, false));
    return shifted(c, count, LLVMBuildICmp(c->l->builder, LLVMIntUGE, count, width, ""), type);
}
