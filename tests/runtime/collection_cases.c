// Polls, transitions and records against collections: does an object survive that only one place refers to?
// Each question has its control, where the reference is hidden on purpose and the object must be lost.
#include "world.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#pragma GCC visibility push(hidden)
int64_t polling_loop(volatile int32_t *stop, Node *node, double x, float __attribute__((vector_size(16))) v);
double poll_all(double a, double b, double c, int64_t i, int64_t j);
#pragma GCC visibility pop

enum { ATTEMPT_COUNT = 10 };

/// Overwrites dead stack below the caller, so that no stale copy of a reference answers for a live one.
static __attribute__((noinline)) void scrub(void) {
    volatile char space[32768];
    memset((void *)space, 0, sizeof space);
    __asm__ volatile("" ::"r"(space) : "memory");
}

/// Address of a new object in disguise, so that the caller holds no reference unless it wants to.
static MANAGED uintptr_t hidden_node(uint64_t value) {
    return ~(uintptr_t)node_new(&type_node, value, NULL);
}

/// node_is_intact for an object that may be lost: its memory may have been given back to the system. `copy`
/// gets its contents.
static bool survived(const void *node, uint64_t value, Node *copy) {
    int ends[2];
    if (pipe(ends) != 0)
        return false;
    bool copied = write(ends[1], node, sizeof *copy) == sizeof *copy // fails where a load would fault
                  && read(ends[0], copy, sizeof *copy) == sizeof *copy;
    close(ends[0]);
    close(ends[1]);
    return copied && node_is_intact(copy, value);
}

// ---- Polls --------------------------------------------------------------------------------------

static volatile int32_t collector_stop;
static volatile int64_t collector_count;

static MANAGED void collector_body(void *argument) {
    (void)argument;
    while (!collector_stop) {
        world_collect(0);
        collector_count++;
        PInvokeFrame frame;
        tailor_pinvoke_enter(&frame);
        usleep(getenv("TAILOR_GC_STRESS") ? 10000 : 10);
        tailor_pinvoke_leave(&frame);
        world_churn();
        if (RhpTrapThreads)
            __asm__ volatile("call tailor_poll" ::: "r11", "memory", "cc");
    }
}

static void *collector_start(void *argument) {
    world_run(collector_body, argument);
    return NULL;
}

typedef struct Registers {
    uint64_t general[15]; // rax rcx rdx rbx rsi rdi r8 .. r15, without rsp; rbp is number 14
    unsigned char vector[16][32];
} Registers;
void poll_between_registers(const Registers *in, Registers *out, bool wide);
__asm__(
    ".section tailor_text,\"ax\",@progbits\n"
    ".globl poll_between_registers\n.hidden poll_between_registers\n.type poll_between_registers,@function\n"
    "poll_between_registers:\n"
    "  .cfi_startproc\n"
    "  push %rbx\n  .cfi_adjust_cfa_offset 8\n  push %rbp\n  .cfi_adjust_cfa_offset 8\n"
    "  push %r12\n  .cfi_adjust_cfa_offset 8\n  push %r13\n  .cfi_adjust_cfa_offset 8\n"
    "  push %r14\n  .cfi_adjust_cfa_offset 8\n  push %r15\n  .cfi_adjust_cfa_offset 8\n"
    "  push %rsi\n  .cfi_adjust_cfa_offset 8\n  push %rdx\n  .cfi_adjust_cfa_offset 8\n"
    "  sub $8, %rsp\n  .cfi_adjust_cfa_offset 8\n"
    "  test %dl, %dl\n  jz 1f\n"
    ".irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n  vmovups 120+32*\\n(%rdi), %ymm\\n\n.endr\n"
    "  jmp 2f\n1:\n"
    ".irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n  movups 120+32*\\n(%rdi), %xmm\\n\n.endr\n"
    "2:\n"
    "  mov 0(%rdi), %rax\n  mov 8(%rdi), %rcx\n  mov 16(%rdi), %rdx\n  mov 24(%rdi), %rbx\n  mov 32(%rdi), "
    "%rsi\n"
    "  mov 48(%rdi), %r8\n  mov 56(%rdi), %r9\n  mov 64(%rdi), %r10\n  mov 72(%rdi), %r11\n  mov 80(%rdi), "
    "%r12\n"
    "  mov 88(%rdi), %r13\n  mov 96(%rdi), %r14\n  mov 104(%rdi), %r15\n  mov 112(%rdi), %rbp\n  mov "
    "40(%rdi), %rdi\n"
    "  call tailor_poll\n"
    "  push %rdi\n  mov 24(%rsp), %rdi\n"
    "  mov %rax, 0(%rdi)\n  mov %rcx, 8(%rdi)\n  mov %rdx, 16(%rdi)\n  mov %rbx, 24(%rdi)\n  mov %rsi, "
    "32(%rdi)\n"
    "  pop 40(%rdi)\n  mov %r8, 48(%rdi)\n  mov %r9, 56(%rdi)\n  mov %r10, 64(%rdi)\n  mov %r11, 72(%rdi)\n"
    "  mov %r12, 80(%rdi)\n  mov %r13, 88(%rdi)\n  mov %r14, 96(%rdi)\n  mov %r15, 104(%rdi)\n  mov %rbp, "
    "112(%rdi)\n"
    "  cmpb $0, 8(%rsp)\n  jz 1f\n"
    ".irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n  vmovups %ymm\\n, 120+32*\\n(%rdi)\n.endr\n"
    "  jmp 2f\n1:\n"
    ".irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n  movups %xmm\\n, 120+32*\\n(%rdi)\n.endr\n"
    "2:\n"
    "  add $24, %rsp\n  .cfi_adjust_cfa_offset -24\n"
    "  pop %r15\n  pop %r14\n  pop %r13\n  pop %r12\n  pop %rbp\n  pop %rbx\n"
    "  ret\n  .cfi_endproc\n.size poll_between_registers, . - poll_between_registers\n.text\n");

enum { GENERAL_COUNT = 15, VECTOR_COUNT = 16, REFERENCE_NOWHERE = -1 };

/// Every register holds a value of its own around a poll; register number `reference` (general, then vector)
/// holds the only reference to the object. Answers the number of registers that changed.
static MANAGED int poll_with_registers(uintptr_t hidden, int reference, bool *intact) {
    // malloc memory is not scanned: the reference exists in the chosen register only.
    Registers *in = calloc(1, sizeof *in), *out = calloc(1, sizeof *out);
    bool wide = __builtin_cpu_supports("avx");
    for (int i = 0; i < GENERAL_COUNT; i++)
        in->general[i] = 0x1111111111111111ULL * (uint64_t)(i + 1);
    for (int i = 0; i < VECTOR_COUNT; i++)
        memset(in->vector[i], i + 1, wide ? 32 : 16);
    if (reference >= GENERAL_COUNT)
        *(uintptr_t *)(in->vector[reference - GENERAL_COUNT] + (wide ? 24 : 8)) = ~hidden;
    else if (reference >= 0)
        in->general[reference] = ~hidden;
    __asm__ volatile("" : "+r"(hidden)); // or the compiler keeps ~hidden
    scrub();
    poll_between_registers(in, out, wide);
    __asm__ volatile("" : "+r"(hidden));
    // From here on the reference is visible again: what the poll did not see is lost already.
    Node *volatile node = (Node *)~hidden;
    world_churn();
    Node copy;
    *intact = survived(node, 4242, &copy);
    int changed = 0;
    for (int i = 0; i < GENERAL_COUNT; i++)
        changed += in->general[i] != out->general[i];
    for (int i = 0; i < VECTOR_COUNT; i++)
        changed += memcmp(in->vector[i], out->vector[i], 32) != 0;
    memset(in, 0, sizeof *in);
    memset(out, 0, sizeof *out);
    free(in);
    free(out);
    return changed;
}

/// Needs a program that collects at every poll (TAILOR_GC_STRESS=1).
static MANAGED void poll_keeps_registers(void) {
    int changed = 0, lost = 0, lost_control = 0;
    bool intact;
    for (int reference = 0; reference < GENERAL_COUNT + VECTOR_COUNT; reference++) {
        uintptr_t hidden = hidden_node(4242);
        changed += poll_with_registers(hidden, reference, &intact);
        lost += !intact;
    }
    for (int i = 0; i < ATTEMPT_COUNT; i++) {
        uintptr_t hidden = hidden_node(4242);
        poll_with_registers(hidden, REFERENCE_NOWHERE, &intact);
        lost_control += !intact;
    }
    printf("  polls: %d lost; control (reference nowhere): %d of %d lost\n", lost, lost_control,
           ATTEMPT_COUNT);
    CHECK(changed == 0);
    CHECK(lost == 0);
    CHECK(lost_control > ATTEMPT_COUNT / 2);
}

static volatile int32_t loop_stop;
static volatile int64_t loop_result[2];

static MANAGED void loop_body(void *argument) {
    int index = (int)(intptr_t)argument;
    Node *node = node_new(&type_node, 77, NULL);
    loop_result[index] =
        polling_loop(&loop_stop, node, 0.5, (float __attribute__((vector_size(16)))){1, 2, 3, 4});
}

static void *loop_start(void *argument) {
    world_run(loop_body, argument);
    return NULL;
}

/// Loops without any other safepoint do not hold up collections, and their values survive them.
static MANAGED void polls_in_loops(void) {
    pthread_t loops[2], collector;
    for (int i = 0; i < 2; i++)
        pthread_create(&loops[i], NULL, loop_start, (void *)(intptr_t)i);
    pthread_create(&collector, NULL, collector_start, NULL);
    PInvokeFrame frame;
    tailor_pinvoke_enter(&frame);
    while (collector_count < (getenv("TAILOR_GC_STRESS") ? 2 : 100))
        usleep(1000);
    loop_stop = 1;
    for (int i = 0; i < 2; i++)
        pthread_join(loops[i], NULL);
    collector_stop = 1;
    pthread_join(collector, NULL);
    tailor_pinvoke_leave(&frame);
    CHECK(loop_result[0] == 77 && loop_result[1] == 77);
    CHECK(poll_all(1, 2, 3, 4, 5) == 15);
}

// ---- P/Invoke -----------------------------------------------------------------------------------

/// A native callee that uses the callee-saved registers, as it may, and collects.
static __attribute__((noinline)) void native_collect(void) {
    __asm__ volatile(
        "xor %%ebx,%%ebx\n xor %%r12d,%%r12d\n xor %%r13d,%%r13d\n xor %%r14d,%%r14d\n xor %%r15d,%%r15d" ::
            : "rbx", "r12", "r13", "r14", "r15");
    RhpCollect(0, 2, 0);
}

/// The only reference is in the named register while `enter` leaves managed code.
#define ONLY_IN_REGISTER(name, register_name, enter)                                                         \
    static MANAGED bool name(void) {                                                                         \
        PInvokeFrame frame;                                                                                  \
        memset(&frame, 0, sizeof frame);                                                                     \
        uintptr_t hidden = hidden_node(4242);                                                                \
        scrub();                                                                                             \
        register uintptr_t keep __asm__(register_name) = ~hidden;                                            \
        __asm__ volatile("" : "+r"(keep));                                                                   \
        enter(&frame);                                                                                       \
        native_collect();                                                                                    \
        tailor_pinvoke_leave(&frame);                                                                        \
        __asm__ volatile("" : "+r"(keep));                                                                   \
        world_churn();                                                                                       \
        Node copy;                                                                                           \
        return survived((void *)keep, 4242, &copy);                                                          \
    }
ONLY_IN_REGISTER(rbx_kept, "rbx", tailor_pinvoke_enter)
ONLY_IN_REGISTER(r12_kept, "r12", tailor_pinvoke_enter)
ONLY_IN_REGISTER(r13_kept, "r13", tailor_pinvoke_enter)
ONLY_IN_REGISTER(r14_kept, "r14", tailor_pinvoke_enter)
ONLY_IN_REGISTER(r15_kept, "r15", tailor_pinvoke_enter)
ONLY_IN_REGISTER(r13_shipped, "r13", RhpPInvoke)

static MANAGED void transitions_keep_registers(void) {
    int kept = 0, kept_shipped = 0;
    for (int i = 0; i < ATTEMPT_COUNT; i++) {
        kept += rbx_kept() + r12_kept() + r13_kept() + r14_kept() + r15_kept();
        kept_shipped += r13_shipped();
    }
    printf("  P/Invoke: %d lost; control (transition of the pack): %d of %d lost\n", 5 * ATTEMPT_COUNT - kept,
           ATTEMPT_COUNT - kept_shipped, ATTEMPT_COUNT);
    CHECK(kept == 5 * ATTEMPT_COUNT);
    CHECK(kept_shipped < ATTEMPT_COUNT / 2);
}

static volatile bool errno_stop;

static MANAGED void errno_collector(void *argument) {
    (void)argument;
    while (!errno_stop) {
        world_collect(0);
        PInvokeFrame frame;
        tailor_pinvoke_enter(&frame);
        usleep(getenv("TAILOR_GC_STRESS") ? 1000 : 1);
        tailor_pinvoke_leave(&frame);
    }
}

static void *errno_collector_start(void *argument) {
    world_run(errno_collector, argument);
    return NULL;
}

static MANAGED void transitions_keep_errno(void) {
    pthread_t collector;
    pthread_create(&collector, NULL, errno_collector_start, NULL);
    int wrong = 0;
    for (int i = 0; i < (getenv("TAILOR_GC_STRESS") ? 200 : 2000); i++) {
        PInvokeFrame frame;
        tailor_pinvoke_enter(&frame);
        usleep(1);
        errno = 1000 + i;
        tailor_pinvoke_leave(&frame);
        wrong += errno != 1000 + i;
    }
    errno_stop = true;
    PInvokeFrame frame;
    tailor_pinvoke_enter(&frame);
    pthread_join(collector, NULL);
    tailor_pinvoke_leave(&frame);
    CHECK(wrong == 0);
}

// ---- Exceptions in flight -----------------------------------------------------------------------

static int in_flight_lost;
static bool in_flight_unlink;

/// A finally handler: the exception object is referred to by its record only.
void collect_in_finally(void) __attribute__((visibility("hidden")));
MANAGED void collect_in_finally(void) {
    struct Link *link = tls_CurrentThread.exceptions;
    if (in_flight_unlink)
        tls_CurrentThread.exceptions = NULL; // the control
    scrub();
    for (int i = 0; i < 3; i++) {
        world_collect(i);
        world_churn();
    }
    Node copy;
    in_flight_lost += !survived(link->exception, 3, &copy) || !survived(copy.next, 103, &copy);
    if (in_flight_unlink) // what is left of it must not be looked at again
        link->exception = node_new(&type_error3, 3, NULL);
    tls_CurrentThread.exceptions = link;
}

#pragma GCC visibility push(hidden)
int32_t collect_while_unwinding(void);
#pragma GCC visibility pop

static MANAGED void records_keep_exceptions(void) {
    int lost;
    for (int i = 0; i < ATTEMPT_COUNT; i++)
        CHECK(collect_while_unwinding() == 3);
    lost = in_flight_lost, in_flight_lost = 0, in_flight_unlink = true;
    for (int i = 0; i < ATTEMPT_COUNT; i++)
        collect_while_unwinding();
    in_flight_unlink = false;
    printf("  exceptions in flight: %d lost; control (not in the chain): %d of %d lost\n", lost,
           in_flight_lost, ATTEMPT_COUNT);
    CHECK(lost == 0);
    CHECK(in_flight_lost > 0);
}

MANAGED void collection_cases(void) {
    const char *stress = getenv("TAILOR_GC_STRESS");
    if (stress && atoi(stress) == 1)
        poll_keeps_registers();
    transitions_keep_registers();
    transitions_keep_errno();
    records_keep_exceptions();
    polls_in_loops();
}
