#include "runtime/pack_exports.h"

#include "runtime/guarded_call.h"
#include "runtime/report.h"
#include "runtime/runtime_pack.h"

// Exception codes of RhpHardwareExceptionHandler (Runtime/EHHelpers.cpp).
enum {
    STATUS_NullReference = 0x00,
    STATUS_HelperNullReference = 0x42,
};
static const uint32_t status_misaligned = 0x80000002, status_divide_by_zero = 0xC0000094,
                      status_overflow = 0xC0000095;

/// From the stub RhpThrowEx, which has put `exinfo` of its own stack frame into the thread's chain.
_Noreturn void RhThrowEx(ManagedObject *exception, ExInfo *exinfo) {
    tls_CurrentThread.exinfo_head = exinfo->previous;
    tailor_throw(exception);
}

/// From the runtime's own signal handler, for faults that ours leaves to it. The frame of the stub that
/// called this cannot be unwound (runtime-contract.md 10), so nobody can catch: the process ends naming the
/// exception.
_Noreturn void RhThrowHwEx(uint32_t code, ExInfo *exinfo) {
    tls_CurrentThread.exinfo_head = exinfo->previous;
    int32_t id = code == status_divide_by_zero ? EXCEPTION_ID_DivideByZero
                 : code == status_overflow     ? EXCEPTION_ID_Overflow
                 : code == status_misaligned   ? EXCEPTION_ID_DataMisaligned
                 : code == STATUS_NullReference || code == STATUS_HelperNullReference
                     ? EXCEPTION_ID_NullReference
                     : EXCEPTION_ID_AccessViolation;
    tailor_guarded_fail_fast(FAIL_FAST_UnhandledException, tailor_guarded_runtime_exception(id), 0);
    tailor_report_fatal("A hardware fault occurred in a helper of the runtime.");
}

_Noreturn void RhRethrow(ExInfo *active, ExInfo *exinfo) {
    (void)active, (void)exinfo;
    tailor_report_fatal("RhpRethrow was called: compiled code rethrows through tailor_rethrow.");
}

_Noreturn void RhpCidResolve(void *transition_block, void *cell) {
    (void)transition_block, (void)cell;
    tailor_report_fatal("An interface dispatch cell of the runtime pack was called: compiled code has none.");
}
