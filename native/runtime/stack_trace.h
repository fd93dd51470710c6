// Stack traces from a given frame up; tailor_stack_trace is the one for compiled code.
#pragma once

#include <stdint.h>

#include "runtime/unwind.h"

#pragma GCC visibility push(hidden)

/// As tailor_stack_trace, from the frame of `cursor`, which is used up.
int32_t tailor_stack_trace_from(UnwindCursor *cursor, void **addresses, uint32_t capacity,
                                uintptr_t innermost_sp);

#pragma GCC visibility pop
