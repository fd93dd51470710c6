#include "lower/lowering.h"

// Calls of il/intrinsic.def: each pops its arguments and pushes its result exactly as the call would.

enum { STRING_CHARS_OFFSET = 12, ARRAY_DATA_OFFSET = 16, SPAN_LENGTH_OFFSET = 8 };

/// Type of parameter `index` of the called method.
static Type *parameter_type(const Lowering *l, uint32_t index) {
    return l->in->method->signature->params[index];
}

// ---- Atomic operations --------------------------------------------------------------------------

/// The operand as an integer of the width in memory: atomicrmw has no pointers to add or to and.
static LLVMValueRef atomic_operand(Lowering *l, Value value, const Storage *storage) {
    LLVMTypeRef width = LLVMIntTypeInContext(l->u->context, storage->size * 8);
    if (storage->size == 8)
        return value_i64(l, value);
    LLVMValueRef word = value_i32(l, value);
    return storage->size == 4 ? word : LLVMBuildTrunc(l->builder, word, width, "");
}

static void push_atomic_result(Lowering *l, LLVMValueRef old, const Storage *storage) {
    if (storage->size < 4)
        old = storage->is_signed ? LLVMBuildSExt(l->builder, old, l->u->i32, "")
                                 : LLVMBuildZExt(l->builder, old, l->u->i32, "");
    stack_push_scalar(l, storage->kind, old);
}

static LLVMValueRef atomic_address(Lowering *l, Value address) {
    check_null(l, address);
    return value_pointer(l, address);
}

static void atomic_update(Lowering *l, LLVMAtomicRMWBinOp operation) {
    Value value = stack_pop(l), address = stack_pop(l);
    Storage storage = storage_of(l->u, parameter_type(l, 1));
    LLVMValueRef pointer = atomic_address(l, address);
    LLVMValueRef old = LLVMBuildAtomicRMW(l->builder, operation, pointer, atomic_operand(l, value, &storage),
                                          LLVMAtomicOrderingSequentiallyConsistent, false);
    push_atomic_result(l, old, &storage);
}

static void atomic_compare_exchange(Lowering *l) {
    Value comparand = stack_pop(l), value = stack_pop(l), address = stack_pop(l);
    Storage storage = storage_of(l->u, parameter_type(l, 1));
    LLVMValueRef pointer = atomic_address(l, address);
    LLVMValueRef pair = LLVMBuildAtomicCmpXchg(
        l->builder, pointer, atomic_operand(l, comparand, &storage), atomic_operand(l, value, &storage),
        LLVMAtomicOrderingSequentiallyConsistent, LLVMAtomicOrderingSequentiallyConsistent, false);
    push_atomic_result(l, LLVMBuildExtractValue(l->builder, pair, 0, ""), &storage);
}

static void fence(Lowering *l, LLVMAtomicOrdering ordering) {
    LLVMBuildFence(l->builder, ordering, false, "");
}

// ---- Floating point -----------------------------------------------------------------------------

/// The operand in the precision of the method: the stack may hold a double where the parameter is a float.
static LLVMValueRef float_operand(Lowering *l, Value value, uint32_t parameter) {
    Storage storage = storage_of(l->u, parameter_type(l, parameter));
    return value_for_storage(l, value, &storage);
}

static void push_float(Lowering *l, LLVMValueRef result) {
    stack_push_scalar(l, LLVMTypeOf(result) == l->u->f32 ? STACK_Float32 : STACK_Float64, result);
}

static LLVMValueRef call_float_intrinsic(Lowering *l, const char *name, LLVMValueRef *operands,
                                         uint32_t count) {
    LLVMTypeRef type = LLVMTypeOf(operands[0]);
    LLVMValueRef function = intrinsic_function(l->u, name, &type, 1);
    return LLVMBuildCall2(l->builder, LLVMGlobalGetValueType(function), function, operands, count, "");
}

static void float_function(Lowering *l, const char *name, uint32_t count) {
    LLVMValueRef operands[3];
    for (uint32_t i = count; i-- > 0;)
        operands[i] = float_operand(l, stack_pop(l), i);
    push_float(l, call_float_intrinsic(l, name, operands, count));
}

static void float_reciprocal(Lowering *l, bool of_root) {
    LLVMValueRef operand = float_operand(l, stack_pop(l), 0);
    if (of_root)
        operand = call_float_intrinsic(l, "llvm.sqrt", &operand, 1);
    push_float(l, LLVMBuildFDiv(l->builder, LLVMConstReal(LLVMTypeOf(operand), 1.0), operand, ""));
}

static void float_multiply_add(Lowering *l) {
    LLVMValueRef c = float_operand(l, stack_pop(l), 2);
    LLVMValueRef b = float_operand(l, stack_pop(l), 1);
    LLVMValueRef a = float_operand(l, stack_pop(l), 0);
    push_float(l, LLVMBuildFAdd(l->builder, LLVMBuildFMul(l->builder, a, b, ""), c, ""));
}

// ---- Bits ---------------------------------------------------------------------------------------

/// The operand cut to the width of its parameter.
static LLVMValueRef bits_operand(Lowering *l, Value value, uint32_t parameter) {
    Storage storage = storage_of(l->u, parameter_type(l, parameter));
    return atomic_operand(l, value, &storage);
}

static LLVMValueRef bits_call(Lowering *l, const char *name, LLVMValueRef *operands, uint32_t count) {
    LLVMTypeRef type = LLVMTypeOf(operands[0]);
    LLVMValueRef function = intrinsic_function(l->u, name, &type, 1);
    return LLVMBuildCall2(l->builder, LLVMGlobalGetValueType(function), function, operands, count, "");
}

static void bits_count(Lowering *l, const char *name, bool has_zero_flag) {
    LLVMValueRef operands[2] = {bits_operand(l, stack_pop(l), 0), LLVMConstInt(l->u->i1, 0, false)};
    LLVMValueRef count = bits_call(l, name, operands, has_zero_flag ? 2 : 1);
    stack_push_scalar(l, STACK_Int32, LLVMBuildIntCast2(l->builder, count, l->u->i32, false, ""));
}

static void bits_rotate(Lowering *l, const char *name) {
    LLVMValueRef count = value_i32(l, stack_pop(l));
    LLVMValueRef value = bits_operand(l, stack_pop(l), 0);
    LLVMTypeRef type = LLVMTypeOf(value);
    // A negative count rotates the other way: sign extension keeps it right modulo the width.
    count = LLVMBuildIntCast2(l->builder, count, type, true, "");
    LLVMValueRef result = bits_call(l, name, (LLVMValueRef[]){value, value, count}, 3);
    Storage storage = storage_of(l->u, l->in->method->signature->return_type);
    push_atomic_result(l, result, &storage);
}

static void bits_reverse(Lowering *l) {
    LLVMValueRef value = bits_operand(l, stack_pop(l), 0);
    Storage storage = storage_of(l->u, l->in->method->signature->return_type);
    if (storage.size > 1)
        value = bits_call(l, "llvm.bswap", &value, 1);
    push_atomic_result(l, value, &storage);
}

// ---- Objects, strings, spans --------------------------------------------------------------------

static void push_native_int(Lowering *l, LLVMValueRef address) {
    stack_push_scalar(l, STACK_NativeInt, address);
}

static void allocator_of(Lowering *l) {
    const char *name =
        type_has_finalizer(l->u->ts, l->in->method->args[0]) ? "RhpNewFinalizable" : "RhpNewFast";
    LLVMTypeRef type = LLVMFunctionType(l->u->ptr, &l->u->ptr, 1, false);
    push_native_int(l, external_function(l->u, name, type));
}

static void get_method_table(Lowering *l) {
    Value object = stack_pop(l);
    check_null(l, object);
    push_native_int(l, load_method_table(l, object.ref));
}

static void array_data_reference(Lowering *l) {
    Value array = stack_pop(l);
    check_null(l, array);
    Type *element = l->in->method->arg_count ? l->in->method->args[0] : NULL;
    stack_push(l, (Value){.kind = STACK_ByRef,
                          .facts = FACT_NonNull | FACT_Heap,
                          .type = element,
                          .ref = gep_bytes(l, array.ref, ARRAY_DATA_OFFSET)});
}

static void unsafe_as(Lowering *l) {
    Value object = stack_pop(l);
    Type *type = l->in->method->arg_count ? l->in->method->args[0] : NULL;
    stack_push_object(l, type, object.ref, object.facts & FACT_NonNull);
}

static void string_length(Lowering *l) {
    Value string = stack_pop(l);
    check_null(l, string);
    stack_push_scalar(l, STACK_Int32, load_array_length(l, string.ref));
}

static void string_chars(Lowering *l) {
    Value index = stack_pop(l), string = stack_pop(l);
    check_null(l, string);
    LLVMValueRef at = check_bounds(l, index, load_array_length(l, string.ref));
    LLVMValueRef offset = LLVMBuildShl(l->builder, at, LLVMConstInt(l->u->i64, 1, false), "");
    LLVMValueRef chars = gep_bytes(l, string.ref, STRING_CHARS_OFFSET);
    LLVMValueRef address = LLVMBuildInBoundsGEP2(l->builder, l->u->i8, chars, &offset, 1, "");
    LLVMValueRef load = LLVMBuildLoad2(l->builder, l->u->i16, address, "");
    LLVMSetAlignment(load, 2);
    stack_push_scalar(l, STACK_Int32, LLVMBuildZExt(l->builder, load, l->u->i32, ""));
}

static LLVMValueRef span_length_load(Lowering *l, LLVMValueRef span) {
    LLVMValueRef length = LLVMBuildLoad2(l->builder, l->u->i32, gep_bytes(l, span, SPAN_LENGTH_OFFSET), "");
    LLVMSetAlignment(length, 4);
    LLVMSetMetadata(length, l->u->metadata_range, l->u->length_range);
    return length;
}

static void span_length(Lowering *l) {
    Value span = stack_pop(l);
    check_null(l, span);
    stack_push_scalar(l, STACK_Int32, span_length_load(l, value_pointer(l, span)));
}

static void span_item(Lowering *l) {
    Value index = stack_pop(l), span = stack_pop(l);
    check_null(l, span);
    LLVMValueRef pointer = value_pointer(l, span);
    LLVMValueRef at = check_bounds(l, index, span_length_load(l, pointer));
    LLVMValueRef data = LLVMBuildLoad2(l->builder, l->u->ptr, pointer, "");
    LLVMSetAlignment(data, 8);
    Type *element = l->in->method->owner->args[0];
    LLVMValueRef size = LLVMConstInt(l->u->i64, type_size(l->u->ts, element), false);
    LLVMValueRef offset = LLVMBuildMul(l->builder, at, size, "");
    // The element exists, so the address is inside the object or memory that the span covers, and not null.
    LLVMValueRef address = LLVMBuildInBoundsGEP2(l->builder, l->u->i8, data, &offset, 1, "");
    stack_push(l, (Value){.kind = STACK_ByRef, .facts = FACT_NonNull, .type = element, .ref = address});
}

/// An empty instruction that reads the reference: up to here it lies where the collector scans.
static void keep_alive(Lowering *l) {
    static const char text[] = "", constraints[] = "r";
    LLVMValueRef object = value_pointer(l, stack_pop(l));
    LLVMTypeRef type = LLVMFunctionType(l->u->type_void, &l->u->ptr, 1, false);
    LLVMValueRef read = LLVMGetInlineAsm(type, text, strlen(text), constraints, strlen(constraints), true,
                                         false, LLVMInlineAsmDialectATT, false);
    LLVMBuildCall2(l->builder, type, read, &object, 1, "");
}

void op_intrinsic(Lowering *l) {
    switch (l->in->intrinsic) {
    case INTRINSIC_InterlockedCompareExchange: atomic_compare_exchange(l); break;
    case INTRINSIC_InterlockedExchange: atomic_update(l, LLVMAtomicRMWBinOpXchg); break;
    case INTRINSIC_InterlockedExchangeAdd: atomic_update(l, LLVMAtomicRMWBinOpAdd); break;
    case INTRINSIC_InterlockedAnd: atomic_update(l, LLVMAtomicRMWBinOpAnd); break;
    case INTRINSIC_InterlockedOr: atomic_update(l, LLVMAtomicRMWBinOpOr); break;
    case INTRINSIC_InterlockedMemoryBarrier: fence(l, LLVMAtomicOrderingSequentiallyConsistent); break;
    case INTRINSIC_VolatileReadBarrier: fence(l, LLVMAtomicOrderingAcquire); break;
    case INTRINSIC_VolatileWriteBarrier: fence(l, LLVMAtomicOrderingRelease); break;
    case INTRINSIC_KeepAlive: keep_alive(l); break;
    case INTRINSIC_FastPollGC: emit_poll(l); break;
    case INTRINSIC_Sqrt: float_function(l, "llvm.sqrt", 1); break;
    case INTRINSIC_Floor: float_function(l, "llvm.floor", 1); break;
    case INTRINSIC_Ceiling: float_function(l, "llvm.ceil", 1); break;
    case INTRINSIC_Truncate: float_function(l, "llvm.trunc", 1); break;
    case INTRINSIC_Round: float_function(l, "llvm.rint", 1); break;
    case INTRINSIC_Abs: float_function(l, "llvm.fabs", 1); break;
    case INTRINSIC_FusedMultiplyAdd: float_function(l, "llvm.fma", 3); break;
    case INTRINSIC_FloatMax: float_function(l, "llvm.maximum", 2); break;
    case INTRINSIC_FloatMin: float_function(l, "llvm.minimum", 2); break;
    case INTRINSIC_ReciprocalEstimate: float_reciprocal(l, false); break;
    case INTRINSIC_ReciprocalSqrtEstimate: float_reciprocal(l, true); break;
    case INTRINSIC_MultiplyAddEstimate: float_multiply_add(l); break;
    case INTRINSIC_PopCount: bits_count(l, "llvm.ctpop", false); break;
    case INTRINSIC_LeadingZeroCount: bits_count(l, "llvm.ctlz", true); break;
    case INTRINSIC_TrailingZeroCount: bits_count(l, "llvm.cttz", true); break;
    case INTRINSIC_RotateLeft: bits_rotate(l, "llvm.fshl"); break;
    case INTRINSIC_RotateRight: bits_rotate(l, "llvm.fshr"); break;
    case INTRINSIC_ReverseEndianness: bits_reverse(l); break;
    case INTRINSIC_MethodTableOf: push_native_int(l, method_table(l->u, l->in->method->args[0])); break;
    case INTRINSIC_AllocatorOf: allocator_of(l); break;
    case INTRINSIC_GetMethodTable: get_method_table(l); break;
    case INTRINSIC_GetArrayDataReference: array_data_reference(l); break;
    case INTRINSIC_UnsafeAs: unsafe_as(l); break;
    case INTRINSIC_StringLength: string_length(l); break;
    case INTRINSIC_StringChars: string_chars(l); break;
    case INTRINSIC_SpanItem: span_item(l); break;
    case INTRINSIC_SpanLength: span_length(l); break;
    case INTRINSIC_Hardware:
    case INTRINSIC_Vector: op_hardware(l); break;
    case INTRINSIC_None:
    case INTRINSIC_COUNT: lower_internal(l, "an intrinsic without a number"); break;
    }
}
