// What tailor_poll (transitions.S) must store to preserve the vector registers on this processor.
#pragma once

#include <stdint.h>

#pragma GCC visibility push(hidden)

/// State components for XSAVE, 0: use FXSAVE.
extern uint32_t tailor_vector_state_mask;
/// Bytes of the save area.
extern uint32_t tailor_vector_state_size;

/// Before the first poll.
void tailor_vector_state_init(void);

#pragma GCC visibility pop
