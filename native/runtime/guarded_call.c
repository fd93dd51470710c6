#include "runtime/guarded_call.h"

#include "runtime/report.h"

void tailor_guarded_call(void (*function)(ManagedObject *), ManagedObject *exception) {
    tailor_guard((RuntimeCallback *)function, (uintptr_t)exception, 0, 0);
}

int32_t tailor_guarded_filter(FilterFunction *filter, void *frame, ManagedObject *exception) {
    return (int32_t)tailor_guard((RuntimeCallback *)filter, (uintptr_t)frame, (uintptr_t)exception, 0);
}

void tailor_guarded_append_frame(ManagedObject *exception, uintptr_t ip, int32_t flags) {
    tailor_guard((RuntimeCallback *)AppendExceptionStackFrame, (uintptr_t)exception, ip, (uintptr_t)flags);
}

void tailor_guarded_fail_fast(int32_t reason, ManagedObject *exception, uintptr_t ip) {
    // The fourth argument, the machine context, stays 0: it serves crash dumps of hardware faults only.
    tailor_guard((RuntimeCallback *)RuntimeFailFast, (uintptr_t)reason, (uintptr_t)exception, ip);
}

ManagedObject *tailor_guarded_runtime_exception(int32_t id) {
    ManagedObject *exception =
        (ManagedObject *)tailor_guard((RuntimeCallback *)GetRuntimeException, (uintptr_t)id, 0, 0);
    if (!exception)
        tailor_report_fatal("Making an exception object for a runtime error failed.");
    return exception;
}

bool tailor_code_is_managed(uintptr_t ip) {
    return ip - (uintptr_t)__start_tailor_text < (uintptr_t)(__stop_tailor_text - __start_tailor_text);
}

bool tailor_code_is_guard(uintptr_t ip) {
    return ip - (uintptr_t)tailor_guard < (uintptr_t)tailor_guard_end - (uintptr_t)tailor_guard;
}
