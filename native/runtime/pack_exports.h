// Symbols that the runtime archive of the pack asks for and that CoreLib's own exception dispatcher and
// dispatch-cell resolver define in a stock build (runtime-contract.md 3.1). Tailor compiles neither.
#pragma once

#include <stdint.h>

#include "runtime/runtime_pack.h"

#pragma GCC visibility push(hidden)
_Noreturn void RhThrowEx(ManagedObject *exception, ExInfo *exinfo);
_Noreturn void RhThrowHwEx(uint32_t code, ExInfo *exinfo);
_Noreturn void RhRethrow(ExInfo *active, ExInfo *exinfo);
_Noreturn void RhpCidResolve(void *transition_block, void *cell);
/// Asked for by RhpGetCurrentThreadStackTrace, in preemptive mode. As tailor_stack_trace.
int32_t RhpCalculateStackTraceWorker(void **addresses, uint32_t count, void *innermost_address);
#pragma GCC visibility pop
