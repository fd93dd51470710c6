// The stack unwinder: init, step, procedure info and resume over DWARF call frame information (.eh_frame).
// Written for what compiled code and C functions have on x86-64: frames whose CFA and saved registers lie at
// fixed offsets. Where anything else is needed (DWARF expressions, in the stubs of the dynamic linker), the
// stack counts as ended.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

/// Registers of one frame at a point where it can continue: a call that is about to return, or a fault.
typedef struct UnwindCursor {
    uintptr_t rbx, rbp, r12, r13, r14, r15;
    /// Also names the frame: it is the same at a call site whenever the frame is reached during one dispatch.
    uintptr_t sp;
    uintptr_t ip;
    /// `ip` is that of the instruction itself, not of the one behind a call.
    uint64_t ip_is_exact;
} UnwindCursor;

typedef struct UnwindProcedure {
    uintptr_t start;
    const uint8_t *lsda; // NULL: the function has no landing pads
} UnwindProcedure;

/// Sets `cursor` to the caller's frame at this call, which must stay active as long as `cursor` is used. In
/// assembly.
void tailor_unwind_init(UnwindCursor *cursor);

/// Goes to the caller of the frame. False at the end of the stack; then `cursor` is what it was.
bool tailor_unwind_step(UnwindCursor *cursor);

/// An address inside the instruction where the frame stands.
static inline uintptr_t unwind_ip(const UnwindCursor *cursor) {
    return cursor->ip_is_exact ? cursor->ip : cursor->ip - 1;
}

/// All zero for a function without unwind information.
UnwindProcedure tailor_unwind_procedure(const UnwindCursor *cursor);

/// Continues the frame at `landing_pad`, with `first` and `second` in the registers of a landing pad's two
/// values.
_Noreturn void tailor_unwind_resume(const UnwindCursor *cursor, uintptr_t landing_pad, uintptr_t first,
                                    uintptr_t second);

/// Start of the function that contains `ip`, 0 if it has no unwind information.
uintptr_t tailor_unwind_function_start(uintptr_t ip);

#pragma GCC visibility pop
