// Hardware intrinsics: loads, stores, conversions.
#include "lower/hardware.h"

static uint32_t vector_bytes(VectorShape shape) {
    return shape.count * shape.bits / 8;
}

/// A row that gives a hint stores or loads past the caches.
static void hint(HardwareCall *c, LLVMValueRef access) {
    UnitState *u = c->l->u;
    if (!c->row->llvm)
        return;
    LLVMValueRef one = LLVMConstInt(u->i32, 1, false);
    unsigned kind = LLVMGetMDKindIDInContext(u->context, c->row->llvm, (unsigned)strlen(c->row->llvm));
    LLVMMetadataRef node = LLVMValueAsMetadata(one);
    LLVMSetMetadata(access, kind,
                    LLVMMetadataAsValue(u->context, LLVMMDNodeInContext2(u->context, &node, 1)));
}

static LLVMValueRef load_at(HardwareCall *c, LLVMTypeRef type, LLVMValueRef address, uint32_t alignment) {
    LLVMValueRef load = LLVMBuildLoad2(c->l->builder, type, address, "");
    LLVMSetAlignment(load, alignment);
    return load;
}

static void store_at(HardwareCall *c, LLVMValueRef value, LLVMValueRef address, uint32_t alignment) {
    LLVMValueRef store = LLVMBuildStore(c->l->builder, value, address);
    LLVMSetAlignment(store, alignment);
    hint(c, store);
}

LLVMValueRef hardware_load(HardwareCall *c) {
    LLVMValueRef load =
        load_at(c, c->result.type, c->operands[0], c->row->number ? vector_bytes(c->result) : 1);
    hint(c, load);
    return load;
}

LLVMValueRef hardware_load_first(HardwareCall *c) {
    return element_set(c, LLVMConstNull(c->result.type), load_at(c, c->result.element, c->operands[0], 1), 0);
}

LLVMValueRef hardware_load_splat(HardwareCall *c) {
    return vector_splat(c, c->result.type, load_at(c, c->result.element, c->operands[0], 1));
}

/// Number 0: the low half comes from memory, 1: the high one.
LLVMValueRef hardware_load_half(HardwareCall *c) {
    LLVMTypeRef halves = vector_of(c->l->u->i64, 2);
    LLVMValueRef half = load_at(c, c->l->u->i64, c->operands[1], 1);
    return element_set(c, vector_cast(c, c->operands[0], halves), half, (uint32_t)c->row->number);
}

LLVMValueRef hardware_load_half_twice(HardwareCall *c) {
    static const int twice[] = {0, 1, 0, 1};
    return vector_shuffle(c, load_at(c, vector_of(c->l->u->i64, 2), c->operands[0], 1), NULL, twice, 4);
}

LLVMValueRef hardware_store(HardwareCall *c) {
    store_at(c, c->operands[1], c->operands[0], c->row->number ? vector_bytes(c->shapes[1]) : 1);
    return NULL;
}

LLVMValueRef hardware_store_first(HardwareCall *c) {
    store_at(c, element_at(c, c->operands[1], 0), c->operands[0], 1);
    return NULL;
}

LLVMValueRef hardware_store_half(HardwareCall *c) {
    LLVMValueRef halves = vector_cast(c, c->operands[1], vector_of(c->l->u->i64, 2));
    store_at(c, element_at(c, halves, (uint32_t)c->row->number), c->operands[0], 1);
    return NULL;
}

LLVMValueRef hardware_store_scalar(HardwareCall *c) {
    store_at(c, c->operands[1], c->operands[0], LLVMGetIntTypeWidth(LLVMTypeOf(c->operands[1])) / 8);
    return NULL;
}

LLVMValueRef hardware_prefetch(HardwareCall *c) {
    UnitState *u = c->l->u;
    LLVMValueRef function = intrinsic_function(u, "llvm.prefetch", &u->ptr, 1);
    LLVMValueRef operands[] = {c->operands[0], LLVMConstInt(u->i32, 0, false),
                               LLVMConstInt(u->i32, (unsigned)c->row->number, false),
                               LLVMConstInt(u->i32, 1, false)};
    LLVMBuildCall2(c->l->builder, LLVMGlobalGetValueType(function), function, operands, 4, "");
    return NULL;
}

// ---- Masks --------------------------------------------------------------------------------------

static LLVMValueRef signs_of(HardwareCall *c, uint32_t index) {
    LLVMValueRef mask = integer_operand(c, index);
    return LLVMBuildICmp(c->l->builder, LLVMIntSLT, mask, LLVMConstNull(LLVMTypeOf(mask)), "");
}

static LLVMValueRef call_masked(HardwareCall *c, const char *name, LLVMTypeRef value, LLVMTypeRef address,
                                LLVMValueRef *operands) {
    LLVMValueRef function = intrinsic_function(c->l->u, name, (LLVMTypeRef[]){value, address}, 2);
    return LLVMBuildCall2(c->l->builder, LLVMGlobalGetValueType(function), function, operands, 4, "");
}

LLVMValueRef hardware_mask_load(HardwareCall *c) {
    LLVMValueRef operands[] = {c->operands[0], LLVMConstInt(c->l->u->i32, 1, false), signs_of(c, 1),
                               LLVMConstNull(c->result.type)};
    return call_masked(c, "llvm.masked.load", c->result.type, c->l->u->ptr, operands);
}

LLVMValueRef hardware_mask_store(HardwareCall *c) {
    LLVMValueRef operands[] = {c->operands[2], c->operands[0], LLVMConstInt(c->l->u->i32, 1, false),
                               signs_of(c, 1)};
    (void)call_masked(c, "llvm.masked.store", c->shapes[2].type, c->l->u->ptr, operands);
    return NULL;
}

LLVMValueRef hardware_mask_move(HardwareCall *c) {
    return hardware_intrinsic(c, "llvm.x86.sse2.maskmov.dqu", c->operands, 3);
}

/// (address, index, scale) or, number 1, (source, address, index, mask, scale). As many elements as there are
/// indexes; the rest is 0.
LLVMValueRef hardware_gather(HardwareCall *c) {
    Lowering *l = c->l;
    uint32_t address = c->row->number ? 1 : 0, index = address + 1;
    uint32_t count = c->shapes[index].count < c->result.count ? c->shapes[index].count : c->result.count;
    LLVMTypeRef part = vector_of(c->result.element, count), offsets = vector_of(l->u->i64, count);
    LLVMValueRef scale = LLVMBuildIntCast2(l->builder, c->operands[c->count - 1], l->u->i64, false, "");
    LLVMValueRef offset =
        LLVMBuildSExtOrBitCast(l->builder, vector_low(c, c->operands[index], count), offsets, "");
    offset = LLVMBuildMul(l->builder, offset, vector_splat(c, offsets, scale), "");
    LLVMValueRef from = LLVMBuildGEP2(l->builder, l->u->i8, c->operands[address], &offset, 1, "");
    LLVMValueRef mask = LLVMConstAllOnes(vector_of(l->u->i1, count)), other = LLVMConstNull(part);
    if (c->row->number) {
        mask = vector_low(c, signs_of(c, 3), count);
        other = vector_low(c, c->operands[0], count);
    }
    LLVMValueRef operands[] = {from, LLVMConstInt(l->u->i32, 1, false), mask, other};
    LLVMValueRef result = call_masked(c, "llvm.masked.gather", part, vector_of(l->u->ptr, count), operands);
    if (count == c->result.count)
        return result;
    int places[64];
    for (uint32_t i = 0; i < c->result.count; i++)
        places[i] = (int)(i < count ? i : count);
    return vector_shuffle(c, result, LLVMConstNull(part), places, c->result.count);
}

// ---- Conversions --------------------------------------------------------------------------------

static LLVMValueRef converted(HardwareCall *c, LLVMValueRef value, LLVMTypeRef to, bool from_float,
                              uint32_t from_bits, bool is_signed) {
    LLVMBuilderRef b = c->l->builder;
    if (from_float)
        return from_bits == 32 ? LLVMBuildFPExt(b, value, to, "") : LLVMBuildFPTrunc(b, value, to, "");
    if (c->result.is_float)
        return LLVMBuildSIToFP(b, value, to, "");
    return is_signed ? LLVMBuildSExt(b, value, to, "") : LLVMBuildZExt(b, value, to, "");
}

/// As many of the first elements of the operand, a vector or memory, as the result has.
LLVMValueRef hardware_convert(HardwareCall *c) {
    Type *parameter = c->l->in->method->signature->params[0];
    if (c->shapes[0].is_vector)
        return converted(c, vector_low(c, c->operands[0], c->result.count), c->result.type,
                         c->shapes[0].is_float, c->shapes[0].bits, c->shapes[0].is_signed);
    Storage element = storage_of(c->l->u, parameter->element);
    LLVMValueRef load = load_at(c, vector_of(element.type, c->result.count), c->operands[0], 1);
    return converted(c, load, c->result.type, false, element.size * 8, element.is_signed);
}

/// The second operand as element 0 of the first.
LLVMValueRef hardware_convert_first(HardwareCall *c) {
    const VectorShape *from = &c->shapes[1];
    LLVMValueRef value = from->is_vector ? element_at(c, c->operands[1], 0) : c->operands[1];
    return element_set(c, c->operands[0],
                       converted(c, value, c->result.element, from->is_float, from->bits, true), 0);
}

LLVMValueRef hardware_first(HardwareCall *c) {
    return element_at(c, c->operands[0], 0);
}

LLVMValueRef hardware_from_scalar(HardwareCall *c) {
    return element_set(c, LLVMConstNull(c->result.type), c->operands[0], 0);
}
