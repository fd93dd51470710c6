#include "lower/lowering.h"

// P/Invoke (runtime-contract.md 4.2): arguments are laid out, the thread leaves cooperative mode with all
// callee-saved registers in a frame that the collector scans, the native function runs, the thread comes
// back. Between the two transitions nothing but the call may happen.

enum { PINVOKE_FRAME_SIZE = 80 }; // PInvokeFrame of native/runtime/tailor_runtime.h

static LLVMValueRef pinvoke_frame(Lowering *l) {
    if (!l->pinvoke_frame)
        l->pinvoke_frame = alloca_bytes(l, PINVOKE_FRAME_SIZE, 8);
    return l->pinvoke_frame;
}

static void transition(Lowering *l, const char *name, LLVMValueRef frame) {
    call_runtime(l, name, l->u->type_void, &frame, &l->u->ptr, 1, false);
}

/// Calls `target`, a C function, with the operands of `signature` on the operand stack.
static void call_native(Lowering *l, LLVMValueRef target, const Signature *signature, Value *args,
                        bool with_transition) {
    AbiSignature abi = abi_signature(l->u, l->scratch, signature, false, true);
    LLVMValueRef *values, memory;
    uint32_t count = call_lay_out(l, &abi, args, signature->return_type, &values, &memory);
    if (l->failed)
        return;
    LLVMValueRef frame = with_transition ? pinvoke_frame(l) : NULL;
    if (frame)
        transition(l, "tailor_pinvoke_enter", frame);
    LLVMValueRef call = emit_call_nounwind(l, abi.type, target, values, count);
    LLVMSetTailCallKind(call, LLVMTailCallKindNoTail); // the frame must outlive the call
    abi_annotate_call(l->u, &abi, call);
    if (frame)
        transition(l, "tailor_pinvoke_leave", frame);
    call_push_result(l, &abi, signature->return_type, call, memory);
}

/// Target of a lazily bound import: the first word of its MethodFixupCell, resolved by CoreLib when still
/// null.
static LLVMValueRef lazy_target(Lowering *l, const Method *method) {
    LLVMValueRef cell = entity_symbol(l->u, SYMBOL_PInvokeCell, method);
    LLVMValueRef known = LLVMBuildLoad2(l->builder, l->u->ptr, cell, "");
    LLVMSetAlignment(known, 8);
    LLVMSetOrdering(known, LLVMAtomicOrderingAcquire);
    LLVMBasicBlockRef before = LLVMGetInsertBlock(l->builder);
    LLVMBasicBlockRef resolve = block_append(l), join = block_append(l);
    branch_if(l, LLVMBuildIsNull(l->builder, known, ""), resolve, join);
    block_begin(l, resolve);
    LLVMValueRef found = call_helper(l, WELL_KNOWN_METHOD_ResolvePInvoke, &cell, 1);
    if (!found)
        return NULL;
    if (LLVMGetTypeKind(LLVMTypeOf(found)) != LLVMPointerTypeKind)
        found = LLVMBuildIntToPtr(l->builder, found, l->u->ptr, "");
    LLVMBasicBlockRef resolved = LLVMGetInsertBlock(l->builder);
    branch_to(l, join);
    block_begin(l, join);
    LLVMValueRef target = LLVMBuildPhi(l->builder, l->u->ptr, "");
    LLVMAddIncoming(target, (LLVMValueRef[]){known, found}, (LLVMBasicBlockRef[]){before, resolved}, 2);
    return target;
}

void op_native_call(Lowering *l) {
    const Method *method = l->in->method;
    const Signature *signature =
        l->in->type2 ? l->in->type2->signature : l->in->method->signature; // type2: marshalled
    MethodCode code = il_method_code(l->u->il, method);
    Value *args = stack_pop_many(l, signature->param_count);
    LLVMValueRef target;
    if (code.direct) {
        AbiSignature abi = abi_signature(l->u, l->scratch, signature, false, true);
        target = external_function(l->u, code.symbol.data, abi.type);
        // The symbol is the library's: default visibility, so that a shared library may define it too.
        LLVMSetVisibility(target, LLVMDefaultVisibility);
    } else {
        target = lazy_target(l, method);
    }
    if (target)
        call_native(l, target, signature, args, !code.suppress_gc_transition);
}

void op_native_calli(Lowering *l) {
    const Signature *signature = l->in->signature;
    LLVMValueRef target = value_pointer(l, stack_pop(l));
    Value *args = stack_pop_many(l, signature->param_count);
    call_native(l, target, signature, args, !signature->suppress_gc_transition);
}
