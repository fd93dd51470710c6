// The C half of tailor_poll. A file of its own, so that a stress build can put its own in front
// (gc_stress.c).
#pragma once

#include "runtime/runtime_pack.h"

#pragma GCC visibility push(hidden)

/// Waits while a collection runs. `frame` covers every register of the polling code.
void tailor_poll_wait(PInvokeFrame *frame);

#pragma GCC visibility pop
