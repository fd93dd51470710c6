#include "runtime/foreign_unwinder.h"

#include "runtime/report.h"
#include "runtime/tailor_runtime.h"

enum { REASON_ContinueUnwind = 8, ACTION_ForceUnwind = 8 }; // _Unwind_Reason_Code, _Unwind_Action

/// _Unwind_Stop_Fn. The frames of libgcc below are C frames like any other for our unwinder.
static int foreign_resume(int version, int actions, uint64_t exception_class, void *exception, void *context,
                          void *argument) {
    (void)version, (void)actions, (void)exception_class, (void)context, (void)argument;
    tailor_resume(exception);
}

ForeignHeader tailor_foreign_header(void) {
    return (ForeignHeader){.exception_class = 0x5441494C4F522E4EULL, // "TAILOR.N"
                           .stop = (uintptr_t)foreign_resume};
}

#pragma GCC visibility push(hidden)
int foreign_personality(int version, int actions, uint64_t exception_class, void *exception,
                        void *context) __asm__("tailor_personality");
#pragma GCC visibility pop

/// Only other languages' unwinding asks: our own reads the tables itself.
int foreign_personality(int version, int actions, uint64_t exception_class, void *exception, void *context) {
    (void)version, (void)exception_class, (void)exception, (void)context;
    // A thread that ends by pthread_exit or cancellation unwinds too; .NET runs no finally handler then.
    if (actions & ACTION_ForceUnwind)
        return REASON_ContinueUnwind;
    tailor_report_fatal("An exception of native code reached managed code.");
}
