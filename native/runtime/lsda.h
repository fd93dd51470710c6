// Reads the language-specific data area that LLVM writes for a function with landing pads (Itanium C++ ABI,
// exception handling tables). Knows the layout only; what a clause means is the dispatcher's business.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "runtime/tailor_runtime.h"

#pragma GCC visibility push(hidden)

/// The landing pad of one call site with a cursor over its clauses. A view into the LSDA.
typedef struct CallSite {
    uintptr_t landing_pad;     // 0: the call site unwinds through
    const uint8_t *action;     // next action record, NULL at the end
    const uint8_t *type_table; // its entries lie before this address, numbered from 1
    uint8_t type_encoding;
    bool has_cleanup; // known once the clauses have been read to their end
} CallSite;

/// Finds the call site that covers `ip` in the function that starts at `start`. False: none, or one without
/// landing pad.
bool tailor_lsda_call_site(const uint8_t *lsda, uintptr_t start, uintptr_t ip, CallSite *site);

/// Next catch clause of `site`, inner to outer. False at the end. `*descriptor` is NULL for a clause that
/// catches all.
bool tailor_lsda_next_clause(CallSite *site, uintptr_t *selector, const ClauseDescriptor **descriptor);

#pragma GCC visibility pop
