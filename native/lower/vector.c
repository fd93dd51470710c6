// Operations on vectors of any machine (il/vector.def) that no hardware intrinsic has.
#include "lower/hardware.h"

static const HardwareRow rows[] = {
#define VECTOR(method, operands, element, bits, operation, llvm, number)                                     \
    {method, NULL, operands, element, hardware_##operation, llvm, number, 0, false},
#include "il/vector.def"
};

const HardwareRow *vector_operation(Lowering *l, const Method *method) {
    int row = il_vector_row(l->u->il, method);
    return row < 0 ? NULL : &rows[row];
}

// ---- Arithmetic ---------------------------------------------------------------------------------

/// One operand is an element that stands for a vector of it.
LLVMValueRef hardware_by_element(HardwareCall *c) {
    uint32_t scalar = c->shapes[0].is_vector ? 1 : 0;
    c->shapes[scalar] = c->shapes[1 - scalar];
    c->operands[scalar] = vector_splat(c, c->shapes[scalar].type, c->operands[scalar]);
    return hardware_arithmetic(c);
}

LLVMValueRef hardware_negate(HardwareCall *c) {
    LLVMBuilderRef b = c->l->builder;
    return c->shapes[0].is_float ? LLVMBuildFNeg(b, c->operands[0], "") : LLVMBuildNeg(b, c->operands[0], "");
}

LLVMValueRef hardware_float_pair(HardwareCall *c) {
    return vector_intrinsic(c, c->row->llvm, c->operands, 2);
}

LLVMValueRef hardware_magnitude(HardwareCall *c) {
    return c->shapes[0].is_signed ? hardware_absolute(c) : c->operands[0];
}

/// Floating point is added as CoreLib does: the two halves' sums, and within 64 bits from the first element
/// on.
static LLVMValueRef float_sum(HardwareCall *c, LLVMValueRef vector, uint32_t start, uint32_t count) {
    LLVMBuilderRef b = c->l->builder;
    if (count == 1)
        return element_at(c, vector, start);
    uint32_t half = count / 2;
    return LLVMBuildFAdd(b, float_sum(c, vector, start, half), float_sum(c, vector, start + half, half), "");
}

/// Number 1: of the products.
LLVMValueRef hardware_sum(HardwareCall *c) {
    LLVMBuilderRef b = c->l->builder;
    const VectorShape *shape = &c->shapes[0];
    LLVMValueRef vector = c->operands[0];
    if (c->row->number)
        vector = LLVMBuildBinOp(b, arithmetic_opcode(shape, LLVMMul), vector, c->operands[1], "");
    return shape->is_float ? float_sum(c, vector, 0, shape->count)
                           : vector_intrinsic(c, "llvm.vector.reduce.add", &vector, 1);
}

// ---- Bits ---------------------------------------------------------------------------------------

LLVMValueRef hardware_complement(HardwareCall *c) {
    return LLVMBuildNot(c->l->builder, integer_operand(c, 0), "");
}

/// (condition, left, right), bit by bit.
LLVMValueRef hardware_select(HardwareCall *c) {
    LLVMBuilderRef b = c->l->builder;
    LLVMTypeRef type = integer_vector(c->l->u, c->shapes[0]);
    LLVMValueRef condition = integer_operand(c, 0);
    LLVMValueRef left = vector_cast(c, c->operands[1], type), right = vector_cast(c, c->operands[2], type);
    return LLVMBuildOr(b, LLVMBuildAnd(b, left, condition, ""),
                       LLVMBuildAnd(b, right, LLVMBuildNot(b, condition, ""), ""), "");
}

/// The count is taken modulo the width; a shift to the right of unsigned elements brings zeros in.
LLVMValueRef hardware_shift_masked(HardwareCall *c) {
    LLVMBuilderRef b = c->l->builder;
    const VectorShape *shape = &c->shapes[0];
    LLVMTypeRef type = integer_vector(c->l->u, *shape), element = LLVMGetElementType(type);
    LLVMOpcode opcode = (LLVMOpcode)c->row->number;
    if (opcode == LLVMAShr && !shape->is_signed && !shape->is_float)
        opcode = LLVMLShr;
    LLVMValueRef count = LLVMBuildIntCast2(b, c->operands[1], element, false, "");
    count = LLVMBuildAnd(b, count, LLVMConstInt(element, shape->bits - 1, false), "");
    return LLVMBuildBinOp(b, opcode, integer_operand(c, 0), vector_splat(c, type, count), "");
}

// ---- Comparisons --------------------------------------------------------------------------------

static LLVMValueRef reduce(HardwareCall *c, const char *intrinsic) {
    LLVMValueRef condition = hardware_condition(c, (LLVMRealPredicate)c->row->number);
    return LLVMBuildZExt(c->l->builder, vector_intrinsic(c, intrinsic, &condition, 1), c->l->u->i32, "");
}

LLVMValueRef hardware_compare_all(HardwareCall *c) {
    return reduce(c, "llvm.vector.reduce.and");
}

LLVMValueRef hardware_compare_any(HardwareCall *c) {
    return reduce(c, "llvm.vector.reduce.or");
}

// ---- Elements -----------------------------------------------------------------------------------

LLVMValueRef hardware_splat(HardwareCall *c) {
    return vector_splat(c, c->result.type, c->operands[0]);
}

LLVMValueRef hardware_indices(HardwareCall *c) {
    LLVMValueRef elements[64];
    for (uint32_t i = 0; i < c->result.count; i++)
        elements[i] = c->result.is_float ? LLVMConstReal(c->result.element, i)
                                         : LLVMConstInt(c->result.element, i, false);
    return LLVMConstVector(elements, c->result.count);
}

/// Bytes of the elements that the indexes name, 0 for an index beyond them. pshufb gives 0 where the top
/// bit of an index is set; constant indexes become a shuffle.
LLVMValueRef hardware_shuffle(HardwareCall *c) {
    LLVMBuilderRef b = c->l->builder;
    UnitState *u = c->l->u;
    const VectorShape *shape = &c->shapes[1];
    LLVMTypeRef type = integer_vector(u, *shape), element = LLVMGetElementType(type);
    LLVMTypeRef bytes = vector_of(u->i8, VECTOR_LANE_BYTES);
    uint32_t size = shape->bits / 8;
    LLVMValueRef index = integer_operand(c, 1);
    // An index i becomes i * size + 0, 1, ... in the element's bytes.
    uint64_t ones = 0, steps = 0;
    for (uint32_t i = 0; i < size; i++) {
        ones |= UINT64_C(1) << 8 * i;
        steps |= (uint64_t)i << 8 * i;
    }
    LLVMValueRef count = vector_splat(c, type, LLVMConstInt(element, shape->count, false));
    LLVMValueRef beyond = LLVMBuildICmp(b, LLVMIntUGE, index, count, "");
    LLVMValueRef place =
        LLVMBuildMul(b, index, vector_splat(c, type, LLVMConstInt(element, ones * size, false)), "");
    place = LLVMBuildAdd(b, place, vector_splat(c, type, LLVMConstInt(element, steps, false)), "");
    place = LLVMBuildOr(b, place, LLVMBuildSExt(b, beyond, type, ""), "");
    LLVMValueRef operands[] = {vector_cast(c, c->operands[0], bytes), vector_cast(c, place, bytes)};
    return hardware_intrinsic(c, "llvm.x86.ssse3.pshuf.b.128", operands, 2);
}

// ---- Conversions --------------------------------------------------------------------------------

LLVMValueRef hardware_to_integers(HardwareCall *c) {
    LLVMTypeRef types[] = {c->result.type, c->shapes[0].type};
    LLVMValueRef function = intrinsic_function(c->l->u, c->row->llvm, types, 2);
    return LLVMBuildCall2(c->l->builder, LLVMGlobalGetValueType(function), function, c->operands, 1, "");
}

LLVMValueRef hardware_to_floats(HardwareCall *c) {
    return LLVMBuildCast(c->l->builder, c->shapes[0].is_signed ? LLVMSIToFP : LLVMUIToFP, c->operands[0],
                         c->result.type, "");
}

/// Number 1: of the upper half.
LLVMValueRef hardware_widen(HardwareCall *c) {
    uint32_t count = c->result.count;
    int mask[64];
    for (uint32_t i = 0; i < count; i++)
        mask[i] = (int)(i + (c->row->number ? count : 0));
    LLVMOpcode opcode = c->shapes[0].is_float ? LLVMFPExt : c->shapes[0].is_signed ? LLVMSExt : LLVMZExt;
    return LLVMBuildCast(c->l->builder, opcode, vector_shuffle(c, c->operands[0], NULL, mask, count),
                         c->result.type, "");
}

LLVMValueRef hardware_narrow(HardwareCall *c) {
    int mask[64];
    for (uint32_t i = 0; i < c->result.count; i++)
        mask[i] = (int)i;
    LLVMValueRef both = vector_shuffle(c, c->operands[0], c->operands[1], mask, c->result.count);
    return LLVMBuildCast(c->l->builder, c->shapes[0].is_float ? LLVMFPTrunc : LLVMTrunc, both, c->result.type,
                         "");
}
