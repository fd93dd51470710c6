#include "runtime/guarded_call.h"
#include "runtime/pack_exports.h"
#include "runtime/tailor_runtime.h"
#include "runtime/unwind.h"

typedef struct Trace {
    void **addresses;
    uint32_t capacity;
    uint32_t count;
    uintptr_t innermost_sp;
} Trace;

static bool trace_visit(const UnwindFrame *frame, void *state) {
    Trace *trace = state;
    if (!code_is_managed(frame->ip) || frame->sp < trace->innermost_sp)
        return true;
    if (trace->count < trace->capacity)
        trace->addresses[trace->count] = (void *)frame->ip;
    trace->count++;
    return true;
}

int32_t tailor_stack_trace(void **addresses, uint32_t count, void *innermost_address) {
    Trace trace = {.addresses = addresses, .capacity = count, .innermost_sp = (uintptr_t)innermost_address};
    unwind_walk(trace_visit, &trace);
    return trace.count <= count ? (int32_t)trace.count : -(int32_t)trace.count;
}

int32_t RhpCalculateStackTraceWorker(void **addresses, uint32_t count, void *innermost_address) {
    return tailor_stack_trace(addresses, count, innermost_address);
}

void *tailor_find_method_start(void *code_address) {
    uintptr_t ip = (uintptr_t)code_address;
    return code_is_managed(ip) ? (void *)unwind_function_start(ip) : NULL;
}
