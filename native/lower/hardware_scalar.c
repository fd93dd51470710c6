// Hardware intrinsics on integers.
#include "lower/hardware.h"

static LLVMTypeRef first_type(const HardwareCall *c) {
    return LLVMTypeOf(c->operands[0]);
}

/// PopCount and its kind by the row's intrinsic; else by the number: ~ and-not, - lowest bit, ^ mask up to
/// it, & without it.
LLVMValueRef hardware_bits(HardwareCall *c) {
    LLVMBuilderRef b = c->l->builder;
    LLVMValueRef value = c->operands[0], one = LLVMConstInt(first_type(c), 1, false);
    if (c->row->llvm) {
        bool counts_zeros = !text_equal_z(c->l->in->method->name, "PopCount");
        LLVMValueRef operands[] = {value, LLVMConstInt(c->l->u->i1, 0, false)};
        return vector_intrinsic(c, c->row->llvm, operands, counts_zeros ? 2 : 1);
    }
    switch (c->row->number) {
    case '~': return LLVMBuildAnd(b, LLVMBuildNot(b, value, ""), c->operands[1], "");
    case '-': return LLVMBuildAnd(b, value, LLVMBuildNeg(b, value, ""), "");
    case '^': return LLVMBuildXor(b, value, LLVMBuildSub(b, value, one, ""), "");
    default: return LLVMBuildAnd(b, value, LLVMBuildSub(b, value, one, ""), "");
    }
}

/// The place of the lowest or (number 1) highest bit; the machine leaves that of 0 undefined.
LLVMValueRef hardware_bit_scan(HardwareCall *c) {
    LLVMTypeRef type = first_type(c);
    LLVMValueRef operands[] = {c->operands[0], LLVMConstInt(c->l->u->i1, 1, false)};
    LLVMValueRef zeros = vector_intrinsic(c, c->row->llvm, operands, 2);
    if (!c->row->number)
        return zeros;
    return LLVMBuildXor(c->l->builder, zeros, LLVMConstInt(type, LLVMGetIntTypeWidth(type) - 1, false), "");
}

/// Intrinsics that have a name for each width: of the operands, or (number 1, crc32) of both.
LLVMValueRef hardware_call_scalar(HardwareCall *c) {
    unsigned first = LLVMGetIntTypeWidth(first_type(c)),
             second = LLVMGetIntTypeWidth(LLVMTypeOf(c->operands[1]));
    const char *name = c->row->number ? arena_format(c->l->scratch, "%s.%u.%u", c->row->llvm, first, second)
                                      : arena_format(c->l->scratch, "%s.%u", c->row->llvm, first);
    return hardware_intrinsic(c, name, c->operands, 2);
}

/// (value, start, length): bextr takes both in one word.
LLVMValueRef hardware_bit_field(HardwareCall *c) {
    LLVMBuilderRef b = c->l->builder;
    LLVMTypeRef type = first_type(c);
    LLVMValueRef length =
        LLVMBuildShl(b, LLVMBuildZExt(b, c->operands[2], type, ""), LLVMConstInt(type, 8, false), "");
    c->operands[1] = LLVMBuildOr(b, LLVMBuildZExt(b, c->operands[1], type, ""), length, "");
    return hardware_call_scalar(c);
}

/// The high half of the product; the low one goes where a third operand points.
LLVMValueRef hardware_multiply_scalar(HardwareCall *c) {
    LLVMBuilderRef b = c->l->builder;
    LLVMTypeRef type = first_type(c);
    unsigned bits = LLVMGetIntTypeWidth(type);
    LLVMTypeRef wide = LLVMIntTypeInContext(c->l->u->context, 2 * bits);
    LLVMValueRef product = LLVMBuildMul(b, LLVMBuildZExt(b, c->operands[0], wide, ""),
                                        LLVMBuildZExt(b, c->operands[1], wide, ""), "");
    if (c->count == 3)
        LLVMSetAlignment(LLVMBuildStore(b, LLVMBuildTrunc(b, product, type, ""), c->operands[2]), 1);
    return LLVMBuildTrunc(b, LLVMBuildLShr(b, product, LLVMConstInt(wide, bits, false), ""), type, "");
}

static LLVMValueRef call_assembly(HardwareCall *c, const char *text, const char *constraints,
                                  LLVMTypeRef result, LLVMValueRef *operands, uint32_t count) {
    LLVMTypeRef types[HARDWARE_MAX_OPERANDS];
    for (uint32_t i = 0; i < count; i++)
        types[i] = LLVMTypeOf(operands[i]);
    LLVMTypeRef type = LLVMFunctionType(result, types, count, false);
    LLVMValueRef function = LLVMGetInlineAsm(type, text, strlen(text), constraints, strlen(constraints), true,
                                             false, LLVMInlineAsmDialectATT, false);
    return LLVMBuildCall2(c->l->builder, type, function, operands, count, "");
}

/// (lower, upper, divisor) -> (quotient, remainder), faults as the machine does.
LLVMValueRef hardware_divide(HardwareCall *c) {
    LLVMTypeRef type = first_type(c);
    bool is_signed = storage_of(c->l->u, c->l->in->method->signature->params[2]).is_signed;
    const char *suffix = LLVMGetIntTypeWidth(type) == 64 ? "q" : "l";
    const char *text = arena_format(c->l->scratch, "%sdiv%s $2", is_signed ? "i" : "", suffix);
    LLVMTypeRef pair = LLVMStructTypeInContext(c->l->u->context, (LLVMTypeRef[]){type, type}, 2, false);
    LLVMValueRef operands[] = {c->operands[2], c->operands[0], c->operands[1]};
    return call_assembly(c, text, "={ax},={dx},r,0,1,~{flags}", pair, operands, 3);
}

/// rbx may be the frame's base register: it is kept.
LLVMValueRef hardware_cpuid(HardwareCall *c) {
    LLVMTypeRef i32 = c->l->u->i32;
    LLVMTypeRef four =
        LLVMStructTypeInContext(c->l->u->context, (LLVMTypeRef[]){i32, i32, i32, i32}, 4, false);
    return call_assembly(c, "xchgq %rbx, ${1:q}\n\tcpuid\n\txchgq %rbx, ${1:q}",
                         "={ax},=&r,={cx},={dx},0,2,~{flags}", four, c->operands, 2);
}
