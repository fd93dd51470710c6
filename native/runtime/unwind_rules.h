// From an address to the rules of its frame: finds the object and the frame description entry of a function
// and runs its call frame instructions (DWARF 6.4, LSB .eh_frame and .eh_frame_hdr).
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "runtime/unwind.h"

#pragma GCC visibility push(hidden)

/// Registers that a callee preserves; a frame's rules restore these and nothing else.
typedef enum UnwindRegister {
    UNWIND_Rbx,
    UNWIND_Rbp,
    UNWIND_R12,
    UNWIND_R13,
    UNWIND_R14,
    UNWIND_R15,
    UNWIND_REGISTER_COUNT,
} UnwindRegister;

enum { UNWIND_NOT_SAVED = INT32_MIN };

/// How to get from a frame at one address to its caller.
typedef struct UnwindRules {
    uintptr_t ip; // 0: an empty slot of the cache
    UnwindProcedure procedure;
    int32_t cfa_offset; // from RSP or RBP
    bool cfa_is_rbp;
    bool is_outermost;                    // the caller is undefined or cannot be told: the stack ends here
    uint32_t arguments_size;              // DW_CFA_GNU_args_size: what a landing pad expects to be popped
    int32_t saved[UNWIND_REGISTER_COUNT]; // from the CFA, UNWIND_NOT_SAVED: still in the register
} UnwindRules;

/// Rules at `ip`. False: no unwind information covers it. Takes no lock unless `ip` is in a shared library.
bool tailor_unwind_rules_read(uintptr_t ip, UnwindRules *rules);

#pragma GCC visibility pop
