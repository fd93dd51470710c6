// Calls of managed code from inside the dispatcher. An exception that the callee lets escape is caught there
// and then (the call's answer is 0), as the managed dispatcher of CoreLib does around its callbacks and
// filters.
#pragma once

#include "runtime/runtime_pack.h"

#pragma GCC visibility push(hidden)

/// Calls function(first, second, third) in a frame with a catch-all. In transitions.S.
uintptr_t tailor_guard(RuntimeCallback *function, uintptr_t first, uintptr_t second, uintptr_t third);
extern const uint8_t tailor_guard_end[];

void tailor_guarded_call(void (*function)(ManagedObject *), ManagedObject *exception);
int32_t tailor_guarded_filter(FilterFunction *filter, void *frame, ManagedObject *exception);
void tailor_guarded_append_frame(ManagedObject *exception, uintptr_t ip, int32_t flags);
void tailor_guarded_fail_fast(int32_t reason, ManagedObject *exception, uintptr_t ip);
/// A new exception object; ends the process if making one throws.
ManagedObject *tailor_guarded_runtime_exception(int32_t id);

/// Whether `ip` lies in compiled code.
bool tailor_code_is_managed(uintptr_t ip);
/// Whether `ip` lies in tailor_guard.
bool tailor_code_is_guard(uintptr_t ip);

#pragma GCC visibility pop
