#include "lower/lowering.h"

// conv.* (III.3.27 to III.3.29). From floating point the unchecked forms saturate and give 0 for NaN, as .NET
// 9 and later do.

typedef struct Conversion {
    uint8_t bits; // of the target integer
    bool is_signed;
    bool is_native;     // conv.i, conv.u
    bool from_unsigned; // .un: the operand is unsigned
} Conversion;

static Conversion conversion_of(Opcode op) {
    switch (op) { // NOLINT: only conversions come here
    case OP_conv_i1:
    case OP_conv_ovf_i1: return (Conversion){8, true, false, false};
    case OP_conv_u1:
    case OP_conv_ovf_u1: return (Conversion){8, false, false, false};
    case OP_conv_i2:
    case OP_conv_ovf_i2: return (Conversion){16, true, false, false};
    case OP_conv_u2:
    case OP_conv_ovf_u2: return (Conversion){16, false, false, false};
    case OP_conv_i4:
    case OP_conv_ovf_i4: return (Conversion){32, true, false, false};
    case OP_conv_u4:
    case OP_conv_ovf_u4: return (Conversion){32, false, false, false};
    case OP_conv_i8:
    case OP_conv_ovf_i8: return (Conversion){64, true, false, false};
    case OP_conv_u8:
    case OP_conv_ovf_u8: return (Conversion){64, false, false, false};
    case OP_conv_i:
    case OP_conv_ovf_i: return (Conversion){64, true, true, false};
    case OP_conv_u:
    case OP_conv_ovf_u: return (Conversion){64, false, true, false};
    case OP_conv_ovf_i1_un: return (Conversion){8, true, false, true};
    case OP_conv_ovf_u1_un: return (Conversion){8, false, false, true};
    case OP_conv_ovf_i2_un: return (Conversion){16, true, false, true};
    case OP_conv_ovf_u2_un: return (Conversion){16, false, false, true};
    case OP_conv_ovf_i4_un: return (Conversion){32, true, false, true};
    case OP_conv_ovf_u4_un: return (Conversion){32, false, false, true};
    case OP_conv_ovf_i8_un: return (Conversion){64, true, false, true};
    case OP_conv_ovf_u8_un: return (Conversion){64, false, false, true};
    case OP_conv_ovf_i_un: return (Conversion){64, true, true, true};
    case OP_conv_ovf_u_un: return (Conversion){64, false, true, true};
    default: break;
    }
    return (Conversion){0};
}

static bool is_float(Value value) {
    return value.kind == STACK_Float32 || value.kind == STACK_Float64;
}

static LLVMTypeRef integer_type(Lowering *l, unsigned bits) {
    return LLVMIntTypeInContext(l->u->context, bits);
}

/// Pushes an integer of the target's width as the stack holds it.
static void push_integer(Lowering *l, Conversion to, LLVMValueRef ref) {
    if (to.bits < 32)
        ref = to.is_signed ? LLVMBuildSExt(l->builder, ref, l->u->i32, "")
                           : LLVMBuildZExt(l->builder, ref, l->u->i32, "");
    stack_push_scalar(l, to.is_native ? STACK_NativeInt : to.bits == 64 ? STACK_Int64 : STACK_Int32, ref);
}

static LLVMValueRef saturate(Lowering *l, Value value, Conversion to) {
    unsigned bits = to.bits < 32 ? 32 : to.bits;
    bool is_signed = to.bits < 32 || to.is_signed; // small targets go through int32
    LLVMTypeRef types[2] = {integer_type(l, bits), LLVMTypeOf(value.ref)};
    LLVMValueRef function =
        intrinsic_function(l->u, is_signed ? "llvm.fptosi.sat" : "llvm.fptoui.sat", types, 2);
    LLVMValueRef result =
        LLVMBuildCall2(l->builder, LLVMGlobalGetValueType(function), function, &value.ref, 1, "");
    return to.bits < 32 ? LLVMBuildTrunc(l->builder, result, integer_type(l, to.bits), "") : result;
}

static LLVMValueRef resize(Lowering *l, Value value, Conversion to) {
    if (value.kind == STACK_Int32) {
        if (to.bits == 32)
            return value.ref;
        if (to.bits < 32)
            return LLVMBuildTrunc(l->builder, value.ref, integer_type(l, to.bits), "");
        return to.is_signed && !to.from_unsigned ? LLVMBuildSExt(l->builder, value.ref, l->u->i64, "")
                                                 : LLVMBuildZExt(l->builder, value.ref, l->u->i64, "");
    }
    LLVMValueRef wide = value_i64(l, value);
    return to.bits == 64 ? wide : LLVMBuildTrunc(l->builder, wide, integer_type(l, to.bits), "");
}

static void convert_to_float(Lowering *l, Value value) {
    StackKind kind = l->in->op == OP_conv_r4 ? STACK_Float32 : STACK_Float64;
    bool is_unsigned = l->in->op == OP_conv_r_un;
    // conv.r.un; conv.r4 is one conversion: rounding twice would differ for large operands.
    const Block *block = &l->body->blocks[l->block];
    if (is_unsigned && l->next_instruction < block->first + block->count &&
        l->body->instructions[l->next_instruction].op == OP_conv_r4)
        kind = STACK_Float32;
    LLVMTypeRef type = stack_type(l->u, kind);
    if (is_float(value)) {
        stack_push_scalar(l, kind, LLVMBuildFPCast(l->builder, value.ref, type, ""));
        return;
    }
    LLVMValueRef integer = value.kind == STACK_Int32 ? value.ref : value_i64(l, value);
    stack_push_scalar(l, kind,
                      is_unsigned ? LLVMBuildUIToFP(l->builder, integer, type, "")
                                  : LLVMBuildSIToFP(l->builder, integer, type, ""));
}

void op_convert(Lowering *l) {
    Value value = stack_pop(l);
    Opcode op = l->in->op;
    if (l->failed)
        return;
    if (op == OP_conv_r4 || op == OP_conv_r8 || op == OP_conv_r_un) {
        convert_to_float(l, value);
        return;
    }
    Conversion to = conversion_of(op);
    if (to.is_native &&
        LLVMGetTypeKind(LLVMTypeOf(value.ref)) == LLVMPointerTypeKind) { // an address stays one
        value.kind = STACK_NativeInt;
        stack_push(l, value);
        return;
    }
    push_integer(l, to, is_float(value) ? saturate(l, value, to) : resize(l, value, to));
}

// ---- Checked conversions ------------------------------------------------------------------------

/// The operand as i64, of which `is_unsigned` tells the meaning.
static LLVMValueRef widen(Lowering *l, Value value, bool is_unsigned) {
    if (value.kind != STACK_Int32)
        return value_i64(l, value);
    return is_unsigned ? LLVMBuildZExt(l->builder, value.ref, l->u->i64, "")
                       : LLVMBuildSExt(l->builder, value.ref, l->u->i64, "");
}

/// Throws OverflowException unless `wide` (64 bits) is in the range of `to`.
static void check_range(Lowering *l, LLVMValueRef wide, Conversion to) {
    LLVMValueRef outside = NULL;
    if (to.bits == 64) {
        if (to.is_signed != to.from_unsigned)
            return;
        outside = LLVMBuildICmp(l->builder, LLVMIntSLT, wide, LLVMConstInt(l->u->i64, 0, false), "");
    } else if (to.from_unsigned || !to.is_signed) {
        uint64_t maximum = (1ull << (to.is_signed ? to.bits - 1 : to.bits)) - 1;
        outside = LLVMBuildICmp(l->builder, LLVMIntUGT, wide, LLVMConstInt(l->u->i64, maximum, false), "");
    } else { // signed to signed: adding the minimum's magnitude makes it one unsigned comparison
        uint64_t half = 1ull << (to.bits - 1);
        LLVMValueRef shifted = LLVMBuildAdd(l->builder, wide, LLVMConstInt(l->u->i64, half, false), "");
        outside =
            LLVMBuildICmp(l->builder, LLVMIntUGT, shifted, LLVMConstInt(l->u->i64, 2 * half - 1, false), "");
    }
    throw_if(l, outside, WELL_KNOWN_METHOD_ThrowOverflowException);
}

static void convert_float_checked(Lowering *l, Value value, Conversion to) {
    WellKnownMethod helper = to.bits < 32 || (to.bits == 32 && to.is_signed)
                                 ? WELL_KNOWN_METHOD_ConvertToInt32Checked
                             : to.bits == 32 ? WELL_KNOWN_METHOD_ConvertToUInt32Checked
                             : to.is_signed  ? WELL_KNOWN_METHOD_ConvertToInt64Checked
                                             : WELL_KNOWN_METHOD_ConvertToUInt64Checked;
    LLVMValueRef argument = value_convert(l, value, STACK_Float64).ref;
    LLVMValueRef result = call_helper(l, helper, &argument, 1);
    if (!result)
        return;
    if (to.bits < 32) {
        to.from_unsigned = false;
        check_range(l, LLVMBuildSExt(l->builder, result, l->u->i64, ""), to);
        result = LLVMBuildTrunc(l->builder, result, integer_type(l, to.bits), "");
    }
    push_integer(l, to, result);
}

void op_convert_checked(Lowering *l) {
    Value value = stack_pop(l);
    Conversion to = conversion_of(l->in->op);
    if (l->failed)
        return;
    if (is_float(value)) {
        convert_float_checked(l, value, to);
        return;
    }
    LLVMValueRef wide = widen(l, value, to.from_unsigned);
    if (value.kind != STACK_Int32 || !(to.bits == 64 && (to.from_unsigned || to.is_signed)))
        check_range(l, wide, to);
    push_integer(l, to,
                 to.bits == 64 ? wide : LLVMBuildTrunc(l->builder, wide, integer_type(l, to.bits), ""));
}

void op_ckfinite(Lowering *l) {
    Value value = stack_pop(l);
    LLVMValueRef difference =
        LLVMBuildFSub(l->builder, value.ref, value.ref, ""); // NaN for infinities and NaN
    LLVMValueRef is_bad = LLVMBuildFCmp(l->builder, LLVMRealUNO, difference, difference, "");
    throw_if(l, is_bad, WELL_KNOWN_METHOD_ThrowOverflowException);
    stack_push(l, value);
}
