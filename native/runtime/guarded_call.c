#include "runtime/guarded_call.h"

#include "runtime/report.h"

void guarded_call(void (*function)(ManagedObject *), ManagedObject *exception) {
    tailor_guarded_call((RuntimeCallback *)function, (uintptr_t)exception, 0, 0);
}

int32_t guarded_filter(FilterFunction *filter, void *frame, ManagedObject *exception) {
    return (int32_t)tailor_guarded_call((RuntimeCallback *)filter, (uintptr_t)frame, (uintptr_t)exception, 0);
}

void guarded_append_frame(ManagedObject *exception, uintptr_t ip, int32_t flags) {
    tailor_guarded_call((RuntimeCallback *)AppendExceptionStackFrame, (uintptr_t)exception, ip,
                        (uintptr_t)flags);
}

void guarded_fail_fast(int32_t reason, ManagedObject *exception, uintptr_t ip) {
    // The fourth argument, the machine context, stays 0: it serves crash dumps of hardware faults only.
    tailor_guarded_call((RuntimeCallback *)RuntimeFailFast, (uintptr_t)reason, (uintptr_t)exception, ip);
}

ManagedObject *guarded_runtime_exception(int32_t id) {
    ManagedObject *exception =
        (ManagedObject *)tailor_guarded_call((RuntimeCallback *)GetRuntimeException, (uintptr_t)id, 0, 0);
    if (!exception)
        report_fatal("Making an exception object for a runtime error failed.");
    return exception;
}

bool code_is_managed(uintptr_t ip) {
    return ip - (uintptr_t)__start_tailor_text < (uintptr_t)(__stop_tailor_text - __start_tailor_text);
}

bool code_is_guard(uintptr_t ip) {
    return ip - (uintptr_t)tailor_guarded_call <
           (uintptr_t)tailor_guarded_call_end - (uintptr_t)tailor_guarded_call;
}
