#include "runtime/poll.h"

void tailor_poll_wait(PInvokeFrame *frame) {
    RhpWaitForGC2(frame);
}
