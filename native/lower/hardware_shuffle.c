// Hardware intrinsics: elements that change places. Wide vectors are lanes of 128 bits, each by itself.
#include "lower/hardware.h"

static uint32_t lane_of(VectorShape shape) {
    return VECTOR_LANE_BYTES * 8 / shape.bits;
}

LLVMValueRef hardware_move_first(HardwareCall *c) {
    if (c->count == 1)
        return element_set(c, LLVMConstNull(c->result.type), element_at(c, c->operands[0], 0), 0);
    return element_set(c, c->operands[0], element_at(c, c->operands[1], 0), 0);
}

/// Number 1: the high half of the second operand becomes the low one of the first; 0: the low half the high
/// one.
LLVMValueRef hardware_move_halves(HardwareCall *c) {
    static const int masks[2][4] = {{0, 1, 4, 5}, {6, 7, 2, 3}};
    return vector_shuffle(c, c->operands[0], c->operands[1], masks[c->row->number], 4);
}

LLVMValueRef hardware_duplicate(HardwareCall *c) {
    int mask[64];
    for (uint32_t i = 0; i < c->result.count; i++)
        mask[i] = (int)(i & ~1u) + c->row->number;
    return vector_shuffle(c, c->operands[0], NULL, mask, c->result.count);
}

LLVMValueRef hardware_splat_first(HardwareCall *c) {
    return vector_splat(c, c->result.type, element_at(c, c->operands[0], 0));
}

static LLVMValueRef index_in(HardwareCall *c, LLVMValueRef index, VectorShape shape) {
    return LLVMBuildAnd(c->l->builder, index, LLVMConstInt(LLVMTypeOf(index), shape.count - 1, false), "");
}

LLVMValueRef hardware_extract(HardwareCall *c) {
    return LLVMBuildExtractElement(c->l->builder, c->operands[0], index_in(c, c->operands[1], c->shapes[0]),
                                   "");
}

LLVMValueRef hardware_insert(HardwareCall *c) {
    LLVMValueRef index = index_in(c, c->operands[2], c->shapes[0]);
    return LLVMBuildInsertElement(c->l->builder, c->operands[0], c->operands[1], index, "");
}

/// insertps: bits 6-7 the element of the second operand, 4-5 its place, 0-3 the places that become 0.
LLVMValueRef hardware_insert_float(HardwareCall *c) {
    int mask[4];
    for (uint32_t i = 0; i < 4; i++)
        mask[i] = (int)i;
    LLVMValueRef value = element_at(c, c->operands[1], c->immediate >> 6 & 3);
    LLVMValueRef result = element_set(c, c->operands[0], value, c->immediate >> 4 & 3);
    for (uint32_t i = 0; i < 4; i++)
        if (c->immediate >> i & 1)
            mask[i] += 4;
    return vector_shuffle(c, result, LLVMConstNull(c->result.type), mask, 4);
}

static LLVMTypeRef quarters(HardwareCall *c) {
    return vector_of(c->l->u->i64, 4);
}

LLVMValueRef hardware_extract_half(HardwareCall *c) {
    int base = (int)(c->immediate & 1) * 2;
    return vector_shuffle(c, vector_cast(c, c->operands[0], quarters(c)), NULL, (int[]){base, base + 1}, 2);
}

LLVMValueRef hardware_insert_half(HardwareCall *c) {
    static const int masks[2][4] = {{4, 5, 2, 3}, {0, 1, 4, 5}};
    LLVMValueRef half = vector_cast(c, c->operands[1], vector_of(c->l->u->i64, 2));
    LLVMValueRef wide = vector_shuffle(c, half, NULL, (int[]){0, 1, -1, -1}, 4);
    return vector_shuffle(c, vector_cast(c, c->operands[0], quarters(c)), wide, masks[c->immediate & 1], 4);
}

/// The lower elements of each lane from the first operand, the upper ones from the second.
LLVMValueRef hardware_shuffle_pair(HardwareCall *c) {
    const VectorShape *shape = &c->shapes[0];
    uint32_t lane = lane_of(*shape), bits = lane == 4 ? 2 : 1;
    int mask[64];
    for (uint32_t i = 0; i < shape->count; i++) {
        uint32_t at = i % lane, shift = lane == 4 ? 2 * at : i;
        uint32_t element = c->immediate >> shift & ((1u << bits) - 1);
        mask[i] = (int)(i - at + element + (at < lane / 2 ? 0 : shape->count));
    }
    return vector_shuffle(c, c->operands[0], c->operands[1], mask, shape->count);
}

/// 32 bits: two bits of the immediate for each element of a lane; 64 bits: one for each element.
LLVMValueRef hardware_permute(HardwareCall *c) {
    const VectorShape *shape = &c->shapes[0];
    uint32_t lane = lane_of(*shape);
    int mask[64];
    for (uint32_t i = 0; i < shape->count; i++) {
        uint32_t at = i % lane;
        mask[i] = (int)(i - at + (lane == 4 ? c->immediate >> 2 * at & 3 : c->immediate >> i & 1));
    }
    return vector_shuffle(c, c->operands[0], NULL, mask, shape->count);
}

/// Four of the eight words of each lane, from `number` on.
LLVMValueRef hardware_permute_words(HardwareCall *c) {
    uint32_t first = (uint32_t)c->row->number;
    int mask[64];
    for (uint32_t i = 0; i < c->shapes[0].count; i++) {
        uint32_t at = i % 8;
        mask[i] = (int)i;
        if (at >= first && at < first + 4)
            mask[i] = (int)(i - at + first + (c->immediate >> 2 * (at - first) & 3));
    }
    return vector_shuffle(c, c->operands[0], NULL, mask, c->shapes[0].count);
}

LLVMValueRef hardware_permute_wide(HardwareCall *c) {
    int mask[4];
    for (uint32_t i = 0; i < 4; i++)
        mask[i] = (int)(c->immediate >> 2 * i & 3);
    return vector_shuffle(c, c->operands[0], NULL, mask, 4);
}

/// Four bits for each half of the result: which of four halves, bit 3: zero.
LLVMValueRef hardware_permute_halves(HardwareCall *c) {
    LLVMValueRef a = vector_cast(c, c->operands[0], quarters(c)),
                 b = vector_cast(c, c->operands[1], quarters(c));
    int mask[4], zeros[4];
    for (uint32_t i = 0; i < 4; i++) {
        uint32_t choice = c->immediate >> (i < 2 ? 0 : 4);
        mask[i] = (int)((choice & 3) * 2 + i % 2);
        zeros[i] = (int)(i + (choice & 8 ? 4 : 0));
    }
    return vector_shuffle(c, vector_shuffle(c, a, b, mask, 4), LLVMConstNull(quarters(c)), zeros, 4);
}

LLVMValueRef hardware_unpack(HardwareCall *c) {
    const VectorShape *shape = &c->shapes[0];
    uint32_t lane = lane_of(*shape), first = c->row->number ? lane / 2 : 0;
    int mask[64];
    for (uint32_t i = 0; i < shape->count; i++) {
        uint32_t at = i % lane;
        mask[i] = (int)(i - at + first + at / 2 + (at % 2 ? shape->count : 0));
    }
    return vector_shuffle(c, c->operands[0], c->operands[1], mask, shape->count);
}

/// A bit for each element, of eight elements at most: words repeat in the second lane.
LLVMValueRef hardware_blend(HardwareCall *c) {
    int mask[64];
    uint32_t count = c->shapes[0].count;
    for (uint32_t i = 0; i < count; i++)
        mask[i] = (int)(i + (c->immediate >> i % 8 & 1 ? count : 0));
    return vector_shuffle(c, c->operands[0], c->operands[1], mask, count);
}

/// Signs of the mask's elements, of its bytes if they are integers.
LLVMValueRef hardware_blend_variable(HardwareCall *c) {
    LLVMBuilderRef b = c->l->builder;
    const VectorShape *shape = &c->shapes[0];
    LLVMTypeRef type = shape->is_float ? integer_vector(c->l->u, *shape)
                                       : vector_of(c->l->u->i8, shape->count * shape->bits / 8);
    LLVMValueRef mask = vector_cast(c, c->operands[2], type);
    LLVMValueRef right = LLVMBuildICmp(b, LLVMIntSLT, mask, LLVMConstNull(type), "");
    return LLVMBuildSelect(b, right, vector_cast(c, c->operands[1], type),
                           vector_cast(c, c->operands[0], type), "");
}

/// Bytes `offset` to `offset + 15` of the 32 of (low, high) in each lane; what lies beyond them is 0.
static LLVMValueRef bytes_from(HardwareCall *c, LLVMValueRef low, LLVMValueRef high, uint32_t offset) {
    uint32_t count = c->result.count * c->result.bits / 8;
    LLVMTypeRef type = vector_of(c->l->u->i8, count);
    LLVMValueRef both[2] = {vector_cast(c, low, type), vector_cast(c, high, type)},
                 zero = LLVMConstNull(type);
    int mask[64];
    if (offset >= 2 * VECTOR_LANE_BYTES)
        return zero;
    if (offset >= VECTOR_LANE_BYTES) {
        both[0] = both[1];
        both[1] = zero;
        offset -= VECTOR_LANE_BYTES;
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = i % VECTOR_LANE_BYTES, from = at + offset;
        mask[i] = (int)(i - at + (from < VECTOR_LANE_BYTES ? from : from - VECTOR_LANE_BYTES + count));
    }
    return vector_shuffle(c, both[0], both[1], mask, count);
}

LLVMValueRef hardware_align(HardwareCall *c) {
    return bytes_from(c, c->operands[1], c->operands[0], c->immediate);
}

/// Number 1: towards the lower end.
LLVMValueRef hardware_shift_bytes(HardwareCall *c) {
    LLVMValueRef zero = LLVMConstNull(c->result.type);
    uint32_t count = c->immediate < VECTOR_LANE_BYTES ? c->immediate : VECTOR_LANE_BYTES;
    if (c->row->number > 0)
        return bytes_from(c, c->operands[0], zero, count);
    return bytes_from(c, zero, c->operands[0], VECTOR_LANE_BYTES - count);
}
