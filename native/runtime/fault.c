#include "runtime/fault.h"

#include <signal.h>
#include <stdlib.h>
#include <ucontext.h>

#include "runtime/guarded_call.h"
#include "runtime/report.h"
#include "runtime/runtime_pack.h"
#include "runtime/stack_trace.h"

enum {
    NULL_PAGES_SIZE = 0x10000, // vm.mmap_min_addr: nothing is mapped below
    TRACE_COUNT_MAX = 32,
};

static const int fault_signals[] = {SIGSEGV, SIGBUS, SIGFPE};
enum { FAULT_SIGNAL_COUNT = sizeof fault_signals / sizeof *fault_signals };

static struct sigaction previous_actions[FAULT_SIGNAL_COUNT];

/// The handler makes a write-barrier helper that faulted look as if its caller had called this instead: the
/// helpers are leaves without a frame, so the return address is on top of the stack.
static _Noreturn void throw_null_reference(void) {
    tailor_throw(tailor_guarded_runtime_exception(EXCEPTION_ID_NullReference));
}

static bool fault_is_null_store_in_helper(int signal, const siginfo_t *info, uintptr_t ip) {
    bool in_helper =
        ip == (uintptr_t)RhpAssignRefAVLocation || ip == (uintptr_t)RhpCheckedAssignRefAVLocation ||
        ip == (uintptr_t)RhpByRefAssignRefAVLocation1 || ip == (uintptr_t)RhpByRefAssignRefAVLocation2;
    // A non-canonical address also reports si_addr 0, but another code.
    return in_helper && signal == SIGSEGV && info->si_code == SEGV_MAPERR &&
           (uintptr_t)info->si_addr < NULL_PAGES_SIZE;
}

static void report_location(const char *text, uintptr_t ip) {
    tailor_report_text(text);
    tailor_report_hexadecimal(ip);
    uintptr_t start = (uintptr_t)tailor_find_method_start((void *)ip);
    if (start) {
        tailor_report_text(" (method at ");
        tailor_report_hexadecimal(start - (uintptr_t)__ehdr_start);
        tailor_report_text(" of the image, +");
        tailor_report_hexadecimal(ip - start);
        tailor_report_text(")");
    }
    tailor_report_text("\n");
}

static _Noreturn void report_fault(int signal, const siginfo_t *info, UnwindCursor *cursor) {
    tailor_report_text("Process terminated. ");
    if (signal == SIGFPE) {
        tailor_report_text(
            "Compiled code divided an integer by zero, or overflowed doing so, where no check was "
            "expected to be needed.\n");
    } else {
        tailor_report_text(
            "Access Violation: Attempted to read or write protected memory. This is often an indication "
            "that other memory is corrupt. The application will be terminated since this platform does "
            "not support throwing an AccessViolationException.\nAddress: ");
        tailor_report_hexadecimal((uintptr_t)info->si_addr);
        tailor_report_text("\n");
    }
    void *trace[TRACE_COUNT_MAX];
    int32_t count = tailor_stack_trace_from(cursor, trace, TRACE_COUNT_MAX, 0);
    count = count < 0 ? TRACE_COUNT_MAX : count;
    for (int32_t i = 0; i < count; i++)
        report_location("   at ", (uintptr_t)trace[i]);
    abort();
}

static UnwindCursor interrupted_frame(const greg_t *registers) {
    return (UnwindCursor){.rbx = (uintptr_t)registers[REG_RBX],
                          .rbp = (uintptr_t)registers[REG_RBP],
                          .r12 = (uintptr_t)registers[REG_R12],
                          .r13 = (uintptr_t)registers[REG_R13],
                          .r14 = (uintptr_t)registers[REG_R14],
                          .r15 = (uintptr_t)registers[REG_R15],
                          .sp = (uintptr_t)registers[REG_RSP],
                          .ip = (uintptr_t)registers[REG_RIP],
                          .ip_is_exact = 1};
}

static void fault_chain(int signal, siginfo_t *info, void *context) {
    const struct sigaction *previous = NULL;
    for (unsigned i = 0; i < FAULT_SIGNAL_COUNT; i++)
        if (fault_signals[i] == signal)
            previous = &previous_actions[i];
    if (previous->sa_flags & SA_SIGINFO)
        previous->sa_sigaction(signal, info, context);
    else if (previous->sa_handler != SIG_DFL && previous->sa_handler != SIG_IGN)
        previous->sa_handler(signal);
    else
        sigaction(signal, previous, NULL); // returning repeats the fault, which then ends the process
}

static void fault_handle(int signal, siginfo_t *info, void *context) {
    greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
    uintptr_t ip = (uintptr_t)registers[REG_RIP];
    if (fault_is_null_store_in_helper(signal, info, ip))
        registers[REG_RIP] = (greg_t)(uintptr_t)throw_null_reference;
    else if (tailor_code_is_managed(ip) && info->si_code > 0) { // not sent by kill
        UnwindCursor cursor = interrupted_frame(registers);
        report_fault(signal, info, &cursor);
    } else
        fault_chain(signal, info, context);
}

void tailor_fault_install(void) {
    // No alternate stack: as with the stock compiler, a stack overflow cannot deliver the signal and ends the
    // process with SIGSEGV.
    struct sigaction action = {.sa_sigaction = fault_handle,
                               .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART};
    sigemptyset(&action.sa_mask);
    for (unsigned i = 0; i < FAULT_SIGNAL_COUNT; i++)
        sigaction(fault_signals[i], &action, &previous_actions[i]);
}
