// One record per exception in flight on a thread, newest first, in the thread's ExInfo chain: that makes its
// exception object a root of the collector. Records come from a small reserve in thread-local storage, then
// from malloc.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "runtime/foreign_unwinder.h"
#include "runtime/runtime_pack.h"

#pragma GCC visibility push(hidden)

typedef struct DispatchRecord {
    ForeignHeader foreign; // first: `resume` passes the record to _Unwind_Resume
    ExInfo exinfo;
    // The handler that pass 1 chose. The activation is named by its stack pointer at the call; the clause by
    // its descriptor, because inlining gives one clause different selector numbers at the call sites of a
    // function.
    uintptr_t target_sp;
    const ClauseDescriptor *target_clause;
    /// Stack pointer of the frame whose landing pad ran last for this record; 0 before the first.
    uintptr_t landed_sp;
    bool from_reserve;
    bool in_use; // reserve only
} DispatchRecord;

/// A linked record for `exception`. Ends the process if memory is exhausted.
DispatchRecord *tailor_record_allocate(ManagedObject *exception);

/// Unlinks and frees `record`, wherever in the chain it stands.
void tailor_record_free(DispatchRecord *record);

/// Frees the records whose landing pad ran in a frame below `sp`: the frame is gone, so nobody can resume
/// them. Called when a new throw starts (`sp` = the thrower's) and when one lands.
void tailor_records_free_below(uintptr_t sp);

/// Frees landed records that no stack slot refers to, when many have piled up: an exception that leaves a
/// finally handler for a catch in the same function supersedes the record that ran the finally, and only the
/// function's own frame tells that apart from a catch inside the finally handler.
void tailor_records_free_unreferenced(void);

#pragma GCC visibility pop
