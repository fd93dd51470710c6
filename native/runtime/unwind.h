// The seam to the stack unwinder: walk (init and step in one, because libgcc offers no cursor), procedure
// info, frame pointer, resume. unwind_libgcc.c implements it on libgcc's _Unwind_*; nothing else includes
// <unwind.h>. The other direction has one call: while unwinding, the unwinder asks unwind_landing() at each
// frame with an LSDA.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

/// A physical frame, valid during the callback that receives it.
typedef struct UnwindFrame {
    uintptr_t ip; // inside the call instruction (return address - 1), or the faulting instruction
    uintptr_t sp; // stack pointer of the frame at that call; with it, a frame keeps its identity across walks
    void *context;
} UnwindFrame;

typedef struct UnwindProcedure {
    uintptr_t start;
    const uint8_t *lsda; // NULL: the function has no landing pads
} UnwindProcedure;

/// Where to continue in a frame. The landing pad receives {record, selector}.
typedef struct UnwindLanding {
    uintptr_t landing_pad;
    uintptr_t selector;
} UnwindLanding;

/// What a dispatch record starts with: LLVM's `resume` hands the record itself to the unwinder.
typedef struct UnwindHeader {
    _Alignas(16) uint64_t words[4];
} UnwindHeader;

/// Calls `visit` for each frame from the caller's up, until it returns false or the stack ends.
typedef bool UnwindVisitor(const UnwindFrame *frame, void *state);
void unwind_walk(UnwindVisitor *visit, void *state);

UnwindProcedure unwind_procedure(const UnwindFrame *frame);
/// RBP of the frame at its call: the base of llvm.localrecover.
uintptr_t unwind_frame_pointer(const UnwindFrame *frame);
/// Start of the function that contains `ip`, 0 if it has no unwind information.
uintptr_t unwind_function_start(uintptr_t ip);

/// Unwinds from the caller, asking unwind_landing at each frame, and continues in the first landing pad it
/// names. Landing pads without a handler come back by `resume`. Does not return.
_Noreturn void unwind_resume(UnwindHeader *header);

typedef enum UnwindAnswer {
    UNWIND_Pass, // nothing to run in this frame
    UNWIND_Land,
} UnwindAnswer;
/// Implemented by the dispatcher: the landing pad of `frame` for the dispatch that `header` starts.
UnwindAnswer unwind_landing(UnwindHeader *header, const UnwindFrame *frame, const UnwindProcedure *procedure,
                            UnwindLanding *landing);
/// Implemented by the dispatcher: the stack ended before the target of pass 1 was reached. Does not return.
_Noreturn void unwind_target_missed(UnwindHeader *header);
/// Implemented by the dispatcher: an exception of another language reached compiled code. Does not return.
_Noreturn void unwind_foreign_exception(void);

#pragma GCC visibility pop
