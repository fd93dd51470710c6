#include "lower/lowering.h"

// Native-ABI entry of an [UnmanagedCallersOnly] method (corelib-contract 7.3): attach the thread and enter
// cooperative mode, call the managed method, leave. An exception may not cross the frame: its landing pad
// carries a boundary clause, at which pass 1 of the dispatcher stops and reports the exception as unhandled.

enum { CLAUSE_BOUNDARY = 2, REVERSE_FRAME_SIZE = 16 };

static void reverse_transition(Lowering *l, const char *name, LLVMValueRef frame) {
    call_runtime(l, name, l->u->type_void, &frame, &l->u->ptr, 1, false);
}

void reverse_enter(Lowering *l) {
    LLVMTypeRef frame_type = LLVMArrayType2(l->u->i64, REVERSE_FRAME_SIZE / 8);
    l->reverse_frame = alloca_type(l, frame_type);
    LLVMBuildStore(l->builder, LLVMConstNull(frame_type), l->reverse_frame);
    reverse_transition(l, "RhpReversePInvoke", l->reverse_frame);
}

void reverse_leave(Lowering *l) {
    reverse_transition(l, "RhpReversePInvokeReturn", l->reverse_frame);
}

/// Native arguments as the managed callee takes them. Scalars and eightbytes agree; a struct on the stack
/// (byval) is private to the call already, so its address serves as the copy.
static uint32_t managed_arguments(Lowering *l, const AbiSignature *managed, LLVMValueRef *out) {
    uint32_t native_index = l->abi.has_result_buffer ? 1 : 0;
    uint32_t count = 0;
    if (managed->has_result_buffer)
        out[count++] = LLVMGetParam(l->function, 0);
    for (uint32_t i = 0; i < l->abi.param_count; i++) {
        const AbiValue *from = &l->abi.params[i], *to = &managed->params[i];
        if (from->kind == ABI_None)
            continue;
        LLVMValueRef value = LLVMGetParam(l->function, native_index++);
        if (from->kind == ABI_ByVal && to->kind == ABI_Pieces) {
            for (uint32_t k = 0; k < to->piece_count; k++) {
                LLVMValueRef at = gep_bytes(l, value, to->offsets[k]);
                LLVMValueRef load = LLVMBuildLoad2(l->builder, to->pieces[k], at, "");
                LLVMSetAlignment(load, to->storage.alignment);
                out[count++] = load;
            }
            continue;
        }
        out[count++] = value;
        for (uint32_t k = 1; from->kind == ABI_Pieces && k < from->piece_count; k++)
            out[count++] = LLVMGetParam(l->function, native_index++);
    }
    return count;
}

static void boundary_pad(Lowering *l, LLVMBasicBlockRef pad) {
    UnitState *u = l->u;
    block_begin(l, pad);
    LLVMValueRef landing = LLVMBuildLandingPad(l->builder, u->landing_pad, NULL, 1, "");
    LLVMAddClause(landing, clause_descriptor(u, CLAUSE_BOUNDARY, NULL, "tailor_boundary"));
    // Control never comes here, but an invoke whose pad is only `unreachable` becomes a call, without the
    // clause.
    LLVMValueRef record = LLVMBuildExtractValue(l->builder, landing, 0, "");
    call_runtime(l, "tailor_boundary_reached", u->type_void, &record, &u->ptr, 1, false);
    lower_unreachable(l);
}

void lower_unmanaged_entry(Lowering *l) {
    UnitState *u = l->u;
    Callee managed;
    if (!method_callee(u, l->scratch, l->method->synthetic_method, &managed)) {
        l->failed = true;
        return;
    }
    if ((l->abi.result.kind == ABI_ByVal) != (managed.abi.result.kind == ABI_Memory)) {
        diag_report(u->diag, DIAG_InstructionUnsupported,
                    (DiagLocation){.member = method_diagnostic_name(u->ts, l->method, l->scratch).data},
                    "ret", "its native entry", "a packed struct cannot be returned to native code");
        l->failed = true;
        return;
    }
    attribute_add(u, l->function, u->kinds.noinline);
    LLVMSetPersonalityFn(l->function, eh_personality(u));
    // The start-up object of the runtime pack knows nothing of our runtime.
    if (l->method->synthetic_method->synthetic == SYNTHETIC_LibraryStartup)
        call_runtime(l, "tailor_library_start", u->type_void, NULL, NULL, 0, false);
    reverse_enter(l);
    LLVMValueRef *args = ARENA_ARRAY(l->scratch, LLVMValueRef, 2 * managed.abi.param_count + 2);
    uint32_t count = managed_arguments(l, &managed.abi, args);
    LLVMBasicBlockRef pad = block_append(l), rest = block_append(l);
    LLVMValueRef call =
        LLVMBuildInvoke2(l->builder, managed.type, managed.function, args, count, rest, pad, "");
    abi_annotate_call(u, &managed.abi, call);
    boundary_pad(l, pad);
    block_begin(l, rest);
    reverse_leave(l);
    bool has_value = managed.abi.result.kind == ABI_Scalar || managed.abi.result.kind == ABI_Pieces;
    if (has_value)
        LLVMBuildRet(l->builder, call);
    else
        LLVMBuildRetVoid(l->builder);
    l->terminated = true;
}
