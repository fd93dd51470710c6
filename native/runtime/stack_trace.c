#include "runtime/stack_trace.h"

#include "runtime/guarded_call.h"
#include "runtime/pack_exports.h"
#include "runtime/tailor_runtime.h"

int32_t tailor_stack_trace_from(UnwindCursor *cursor, void **addresses, uint32_t capacity,
                                uintptr_t innermost_sp) {
    uint32_t count = 0;
    do {
        uintptr_t ip = unwind_ip(cursor);
        // The address is one of a local of the innermost frame, which does not count: it may lie at its stack
        // pointer.
        if (!tailor_code_is_managed(ip) || cursor->sp <= innermost_sp)
            continue;
        if (count < capacity)
            addresses[count] = (void *)ip;
        count++;
    } while (tailor_unwind_step(cursor));
    return count <= capacity ? (int32_t)count : -(int32_t)count;
}

int32_t tailor_stack_trace(void **addresses, uint32_t count, void *innermost_address) {
    UnwindCursor cursor;
    tailor_unwind_init(&cursor);
    return tailor_stack_trace_from(&cursor, addresses, count, (uintptr_t)innermost_address);
}

int32_t RhpCalculateStackTraceWorker(void **addresses, uint32_t count, void *innermost_address) {
    return tailor_stack_trace(addresses, count, innermost_address);
}

void *tailor_find_method_start(void *code_address) {
    uintptr_t ip = (uintptr_t)code_address;
    return tailor_code_is_managed(ip) ? (void *)tailor_unwind_function_start(ip) : NULL;
}

void *tailor_module_of(void *code_address) {
    return tailor_code_is_managed((uintptr_t)code_address) ? (void *)__ehdr_start : NULL;
}
