#include "lower/lowering.h"

// III.1.5, tables III.2 to III.7. A native int is an i64, or a ptr where it is known to be an address:
// pointer arithmetic then stays a getelementptr, which alias analysis and the rules for derived pointers
// (llvm.md 3.2) want.

static bool is_pointer(Value value) {
    return LLVMGetTypeKind(LLVMTypeOf(value.ref)) == LLVMPointerTypeKind;
}

static bool is_float(Value value) {
    return value.kind == STACK_Float32 || value.kind == STACK_Float64;
}

/// Kind of the result of a numeric operation.
static StackKind result_kind(Value a, Value b) {
    if (is_float(a) || is_float(b))
        return a.kind == STACK_Float32 && b.kind == STACK_Float32 ? STACK_Float32 : STACK_Float64;
    if (a.kind == STACK_Int32 && b.kind == STACK_Int32)
        return STACK_Int32;
    if (a.kind == STACK_Int64 || b.kind == STACK_Int64)
        return STACK_Int64;
    return STACK_NativeInt;
}

static LLVMValueRef integer_operand(Lowering *l, Value value, StackKind kind) {
    return kind == STACK_Int32 ? value_i32(l, value) : value_i64(l, value);
}

/// add and sub with an address on the left or the right.
static void address_arithmetic(Lowering *l, Value a, Value b) {
    bool is_sub = l->in->op == OP_sub;
    if (!is_pointer(a) && !is_sub) {
        Value swap = a;
        a = b;
        b = swap;
    }
    if (is_pointer(a) && is_pointer(b)) {
        LLVMValueRef x = value_i64(l, a), y = value_i64(l, b);
        stack_push_scalar(l, STACK_NativeInt,
                          is_sub ? LLVMBuildSub(l->builder, x, y, "") : LLVMBuildAdd(l->builder, x, y, ""));
        return;
    }
    if (!is_pointer(a)) { // integer minus address
        stack_push_scalar(l, STACK_NativeInt, LLVMBuildSub(l->builder, value_i64(l, a), value_i64(l, b), ""));
        return;
    }
    LLVMValueRef offset = value_i64(l, b);
    if (is_sub)
        offset = LLVMBuildNeg(l->builder, offset, "");
    Value result = {.kind = a.kind == STACK_Object ? STACK_ByRef : a.kind,
                    .facts = a.facts & (FACT_Stack | FACT_Heap)};
    bool is_trusted = refs_are_trusted(l);
    if ((is_trusted && result.kind == STACK_ByRef) || (a.facts & FACT_NonNull))
        result.facts |= FACT_NonNull;
    else if (!is_trusted)
        result.facts |= FACT_Moved;
    if (result.kind == STACK_ByRef)
        result.type = a.type;
    result.ref = gep_dynamic(l, a.ref, offset);
    stack_push(l, result);
}

static LLVMValueRef float_arithmetic(Lowering *l, Opcode op, LLVMValueRef a, LLVMValueRef b) {
    if (op == OP_add)
        return LLVMBuildFAdd(l->builder, a, b, "");
    if (op == OP_sub)
        return LLVMBuildFSub(l->builder, a, b, "");
    if (op == OP_mul)
        return LLVMBuildFMul(l->builder, a, b, "");
    if (op == OP_div)
        return LLVMBuildFDiv(l->builder, a, b, "");
    if (op == OP_rem)
        return LLVMBuildFRem(l->builder, a, b, "");
    lower_internal(l, "a floating-point operand");
    return a;
}

/// Division traps on x86-64 and is undefined in LLVM where .NET throws (III.3.31, III.3.55).
static void check_division(Lowering *l, LLVMValueRef a, LLVMValueRef b, bool is_signed) {
    throw_if(l, LLVMBuildIsNull(l->builder, b, ""), WELL_KNOWN_METHOD_ThrowDivideByZeroException);
    if (!is_signed)
        return;
    LLVMTypeRef type = LLVMTypeOf(a);
    unsigned width = LLVMGetIntTypeWidth(type);
    LLVMValueRef minimum = LLVMConstInt(type, 1ull << (width - 1), false);
    LLVMValueRef is_minus_one = LLVMBuildICmp(l->builder, LLVMIntEQ, b, LLVMConstAllOnes(type), "");
    LLVMValueRef is_minimum = LLVMBuildICmp(l->builder, LLVMIntEQ, a, minimum, "");
    throw_if(l, LLVMBuildAnd(l->builder, is_minus_one, is_minimum, ""),
             WELL_KNOWN_METHOD_ThrowOverflowException);
}

static LLVMValueRef integer_arithmetic(Lowering *l, Opcode op, LLVMValueRef a, LLVMValueRef b) {
    LLVMBuilderRef builder = l->builder;
    if (op == OP_div || op == OP_rem || op == OP_div_un || op == OP_rem_un)
        check_division(l, a, b, op == OP_div || op == OP_rem);
    if (op == OP_add)
        return LLVMBuildAdd(builder, a, b, "");
    if (op == OP_sub)
        return LLVMBuildSub(builder, a, b, "");
    if (op == OP_mul)
        return LLVMBuildMul(builder, a, b, "");
    if (op == OP_div)
        return LLVMBuildSDiv(builder, a, b, "");
    if (op == OP_div_un)
        return LLVMBuildUDiv(builder, a, b, "");
    if (op == OP_rem)
        return LLVMBuildSRem(builder, a, b, "");
    if (op == OP_rem_un)
        return LLVMBuildURem(builder, a, b, "");
    if (op == OP_and)
        return LLVMBuildAnd(builder, a, b, "");
    if (op == OP_or)
        return LLVMBuildOr(builder, a, b, "");
    return LLVMBuildXor(builder, a, b, "");
}

void op_arithmetic(Lowering *l) {
    Value b = stack_pop(l), a = stack_pop(l);
    Opcode op = l->in->op;
    if (l->failed)
        return;
    if ((op == OP_add || op == OP_sub) && (is_pointer(a) || is_pointer(b))) {
        address_arithmetic(l, a, b);
        return;
    }
    StackKind kind = result_kind(a, b);
    if (kind == STACK_Float32 || kind == STACK_Float64) {
        LLVMValueRef x = value_convert(l, a, kind).ref, y = value_convert(l, b, kind).ref;
        stack_push_scalar(l, kind, float_arithmetic(l, op, x, y));
        return;
    }
    LLVMValueRef x = integer_operand(l, a, kind), y = integer_operand(l, b, kind);
    stack_push_scalar(l, kind, integer_arithmetic(l, op, x, y));
}

/// Where an int32 meets a native int, the unsigned forms take it without sign, as the JIT does.
static LLVMValueRef checked_operand(Lowering *l, Opcode op, Value value, StackKind kind) {
    bool is_unsigned = op == OP_add_ovf_un || op == OP_sub_ovf_un || op == OP_mul_ovf_un;
    if (is_unsigned && kind != STACK_Int32 && value.kind == STACK_Int32)
        return LLVMBuildZExt(l->builder, value_i32(l, value), l->u->i64, "");
    return integer_operand(l, value, kind);
}

void op_checked_arithmetic(Lowering *l) {
    Value b = stack_pop(l), a = stack_pop(l);
    StackKind kind = result_kind(a, b);
    Opcode op = l->in->op;
    const char *name = op == OP_add_ovf      ? "llvm.sadd.with.overflow"
                       : op == OP_add_ovf_un ? "llvm.uadd.with.overflow"
                       : op == OP_sub_ovf    ? "llvm.ssub.with.overflow"
                       : op == OP_sub_ovf_un ? "llvm.usub.with.overflow"
                       : op == OP_mul_ovf    ? "llvm.smul.with.overflow"
                                             : "llvm.umul.with.overflow";
    LLVMTypeRef type = kind == STACK_Int32 ? l->u->i32 : l->u->i64;
    LLVMValueRef function = intrinsic_function(l->u, name, &type, 1);
    LLVMValueRef args[2] = {checked_operand(l, op, a, kind), checked_operand(l, op, b, kind)};
    LLVMValueRef pair = LLVMBuildCall2(l->builder, LLVMGlobalGetValueType(function), function, args, 2, "");
    throw_if(l, LLVMBuildExtractValue(l->builder, pair, 1, ""), WELL_KNOWN_METHOD_ThrowOverflowException);
    Value result = {.kind = kind, .ref = LLVMBuildExtractValue(l->builder, pair, 0, "")};
    if (a.kind == STACK_ByRef || b.kind == STACK_ByRef) { // checked arithmetic on addresses (table III.7)
        result.kind = a.kind == STACK_ByRef && b.kind == STACK_ByRef ? STACK_NativeInt : STACK_ByRef;
        if (result.kind == STACK_ByRef)
            result.ref = LLVMBuildIntToPtr(l->builder, result.ref, l->u->ptr, "");
    }
    stack_push(l, result);
}

void op_shift(Lowering *l) {
    Value count = stack_pop(l), value = stack_pop(l);
    bool is_wide = value.kind != STACK_Int32;
    LLVMTypeRef type = is_wide ? l->u->i64 : l->u->i32;
    LLVMValueRef x = is_wide ? value_i64(l, value) : value.ref;
    LLVMValueRef n = is_wide ? value_i64(l, count) : value_i32(l, count);
    n = LLVMBuildAnd(l->builder, n, LLVMConstInt(type, is_wide ? 63 : 31, false), ""); // as the hardware does
    LLVMValueRef result = l->in->op == OP_shl   ? LLVMBuildShl(l->builder, x, n, "")
                          : l->in->op == OP_shr ? LLVMBuildAShr(l->builder, x, n, "")
                                                : LLVMBuildLShr(l->builder, x, n, "");
    stack_push_scalar(
        l, value.kind == STACK_Int32 || value.kind == STACK_Int64 ? value.kind : STACK_NativeInt, result);
}

void op_unary(Lowering *l) {
    Value value = stack_pop(l);
    if (is_float(value)) {
        stack_push_scalar(l, value.kind, LLVMBuildFNeg(l->builder, value.ref, ""));
        return;
    }
    LLVMValueRef x = value.kind == STACK_Int32 ? value.ref : value_i64(l, value);
    LLVMValueRef result =
        l->in->op == OP_neg ? LLVMBuildNeg(l->builder, x, "") : LLVMBuildNot(l->builder, x, "");
    stack_push_scalar(
        l, value.kind == STACK_Int32 || value.kind == STACK_Int64 ? value.kind : STACK_NativeInt, result);
}

// ---- Comparisons (table III.4): on floating point the .un forms are also true for NaN -----------

typedef struct Predicate {
    LLVMIntPredicate integer;
    LLVMRealPredicate real;
} Predicate;

static Predicate predicate_of(Opcode op) {
    if (op == OP_ceq || op == OP_beq)
        return (Predicate){LLVMIntEQ, LLVMRealOEQ};
    if (op == OP_bne_un)
        return (Predicate){LLVMIntNE, LLVMRealUNE};
    if (op == OP_cgt || op == OP_bgt)
        return (Predicate){LLVMIntSGT, LLVMRealOGT};
    if (op == OP_cgt_un || op == OP_bgt_un)
        return (Predicate){LLVMIntUGT, LLVMRealUGT};
    if (op == OP_clt || op == OP_blt)
        return (Predicate){LLVMIntSLT, LLVMRealOLT};
    if (op == OP_clt_un || op == OP_blt_un)
        return (Predicate){LLVMIntULT, LLVMRealULT};
    if (op == OP_bge)
        return (Predicate){LLVMIntSGE, LLVMRealOGE};
    if (op == OP_bge_un)
        return (Predicate){LLVMIntUGE, LLVMRealUGE};
    if (op == OP_ble)
        return (Predicate){LLVMIntSLE, LLVMRealOLE};
    return (Predicate){LLVMIntULE, LLVMRealULE};
}

static LLVMValueRef compare(Lowering *l, Value a, Value b) {
    Predicate predicate = predicate_of(l->in->op);
    if (is_float(a) || is_float(b)) {
        StackKind kind = result_kind(a, b);
        return LLVMBuildFCmp(l->builder, predicate.real, value_convert(l, a, kind).ref,
                             value_convert(l, b, kind).ref, "");
    }
    bool any_pointer = is_pointer(a) || is_pointer(b);
    if (any_pointer && (is_pointer(a) || LLVMIsNull(a.ref)) && (is_pointer(b) || LLVMIsNull(b.ref)))
        return LLVMBuildICmp(l->builder, predicate.integer, value_pointer(l, a), value_pointer(l, b), "");
    StackKind kind = a.kind == STACK_Int32 && b.kind == STACK_Int32 ? STACK_Int32 : STACK_Int64;
    return LLVMBuildICmp(l->builder, predicate.integer, integer_operand(l, a, kind),
                         integer_operand(l, b, kind), "");
}

void op_compare(Lowering *l) {
    Value b = stack_pop(l), a = stack_pop(l);
    if (l->failed)
        return;
    if (a.kind == STACK_Value || b.kind == STACK_Value) {
        lower_internal(l, "a struct is compared");
        return;
    }
    LLVMValueRef condition = compare(l, a, b);
    Opcode op = l->in->op;
    bool is_value = op == OP_ceq || op == OP_cgt || op == OP_cgt_un || op == OP_clt || op == OP_clt_un;
    if (is_value)
        condition = LLVMBuildZExt(l->builder, condition, l->u->i32, "");
    stack_push_scalar(l, STACK_Int32, condition); // branches take the i1 itself
}
