// Forced collections, to find references that the conservative scan cannot see. Part of a program only if its
// link line puts these functions in front of the runtime's (`--wrap`, README.md); a normal build does not
// contain this file.
//   TAILOR_GC_STRESS=n          a blocking collection at every n-th poll, allocation and return from a
//   P/Invoke TAILOR_GC_STRESS_OWN=1      all of them by the thread at the event TAILOR_GC_STRESS_REPORT=1 the
//   number of collections and events on standard error at exit
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "runtime/poll.h"
#include "runtime/runtime_pack.h"

#pragma GCC visibility push(hidden)
void __wrap_tailor_poll_wait(PInvokeFrame *frame);
void __wrap_tailor_pinvoke_leave(PInvokeFrame *frame);
void __real_tailor_pinvoke_leave(PInvokeFrame *frame);
void *__wrap_RhpGcAlloc(void *method_table, uint32_t flags, uintptr_t count, PInvokeFrame *frame);
void *__real_RhpGcAlloc(void *method_table, uint32_t flags, uintptr_t count, PInvokeFrame *frame);
#pragma GCC visibility pop

enum {
    // A bit of RhpTrapThreads that the runtime neither sets, clears nor tests: every inline poll takes its
    // slow path.
    TRAP_THREADS_Always = 1 << 30,
    // Generation 0 finds a lost young object soonest; older and moving collections now and then.
    GENERATION_1_INTERVAL = 8,
    GENERATION_2_INTERVAL = 64,
};

typedef enum StressEvent {
    STRESS_Poll,
    STRESS_Allocation,
    STRESS_PInvokeReturn,
    STRESS_EVENT_COUNT
} StressEvent;

static uint64_t interval; // 0: off
static bool collects_elsewhere = true;
static _Atomic uint64_t event_counts[STRESS_EVENT_COUNT];
static _Atomic uint64_t due_count, collection_count;

static void stress_report(void) {
    fprintf(stderr,
            "TAILOR_GC_STRESS: %llu collections (%llu polls, %llu allocations, %llu P/Invoke returns)\n",
            (unsigned long long)collection_count, (unsigned long long)event_counts[STRESS_Poll],
            (unsigned long long)event_counts[STRESS_Allocation],
            (unsigned long long)event_counts[STRESS_PInvokeReturn]);
}

__attribute__((constructor)) static void stress_init(void) {
    const char *text = getenv("TAILOR_GC_STRESS");
    interval = text ? strtoull(text, NULL, 10) : 0;
    if (interval)
        RhpTrapThreads |= TRAP_THREADS_Always;
    text = getenv("TAILOR_GC_STRESS_OWN");
    collects_elsewhere = !(text && *text == '1');
    text = getenv("TAILOR_GC_STRESS_REPORT");
    if (text && *text == '1')
        atexit(stress_report);
}

static void collect(uint64_t number) {
    if (number % GENERATION_2_INTERVAL == GENERATION_2_INTERVAL - 1)
        RhpCollect(2, COLLECT_Blocking | COLLECT_Compacting, 0);
    else
        RhpCollect(number % GENERATION_1_INTERVAL == GENERATION_1_INTERVAL - 1, COLLECT_Blocking, 0);
}

// ---- Collections by another thread --------------------------------------------------------------
// A thread that collects finds its own stack in another way than that of the threads it suspends. So every
// other collection is made by a thread of its own, for which the thread at the event waits like one in native
// code.

static pthread_mutex_t collector_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t collector_changed = PTHREAD_COND_INITIALIZER;
static uint64_t requested_count, done_count; // under collector_lock
static atomic_bool collector_attached;

static void *collector_run(void *argument) {
    uint64_t reverse_frame[2] = {0};
    PInvokeFrame frame;
    RhpReversePInvoke(reverse_frame); // attaches the thread
    tailor_pinvoke_enter(&frame);
    collector_attached = true;
    pthread_mutex_lock(&collector_lock);
    for (;;) {
        while (requested_count == done_count)
            pthread_cond_wait(&collector_changed, &collector_lock);
        uint64_t number = done_count;
        pthread_mutex_unlock(&collector_lock);
        collect(number);
        pthread_mutex_lock(&collector_lock);
        done_count++;
        pthread_cond_broadcast(&collector_changed);
    }
    return argument;
}

static void collector_start(void) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, collector_run, NULL) != 0) {
        fprintf(stderr, "TAILOR_GC_STRESS: cannot create the collecting thread\n");
        abort();
    }
    pthread_detach(thread);
}

/// The calling thread is in preemptive mode. False if the collecting thread cannot be asked yet: a library is
/// initialised by the first thread that calls it, and all others wait for that one before they attach.
static bool collect_elsewhere(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, collector_start);
    if (!collector_attached)
        return false;
    pthread_mutex_lock(&collector_lock);
    uint64_t wanted = ++requested_count;
    pthread_cond_broadcast(&collector_changed);
    while (done_count < wanted)
        pthread_cond_wait(&collector_changed, &collector_lock);
    pthread_mutex_unlock(&collector_lock);
    return true;
}

// ---- Events -------------------------------------------------------------------------------------

/// Collects if it is time to. The thread is in cooperative mode; `frame` covers its registers.
static void stress_event(StressEvent event, PInvokeFrame *frame) {
    RuntimeThread *thread = &tls_CurrentThread;
    if (interval == 0 || (thread->state & (THREAD_STATE_DoNotTriggerGc | THREAD_STATE_GcSpecial)))
        return;
    // Managed code in preemptive mode: collections of other threads neither wait for it nor scan its stack.
    if (thread->transition_frame) {
        fprintf(stderr, "TAILOR_GC_STRESS: managed code runs in preemptive mode\n");
        abort();
    }
    atomic_fetch_add_explicit(&event_counts[event], 1, memory_order_relaxed);
    if (atomic_fetch_add_explicit(&due_count, 1, memory_order_relaxed) % interval != 0)
        return;
    uint64_t number = atomic_fetch_add_explicit(&collection_count, 1, memory_order_relaxed);
    int error = errno;
    frame->thread = thread;
    thread->transition_frame = frame;
    if (!(collects_elsewhere && number % 2 && collect_elsewhere()))
        collect(collects_elsewhere ? number / 2 : number);
    __real_tailor_pinvoke_leave(frame);
    errno = error;
}

void __wrap_tailor_poll_wait(PInvokeFrame *frame) {
    stress_event(STRESS_Poll, frame);
    RhpWaitForGC2(frame);
}

void __wrap_tailor_pinvoke_leave(PInvokeFrame *frame) {
    __real_tailor_pinvoke_leave(frame);
    if (interval == 0)
        return;
    PInvokeFrame own; // the caller's values in callee-saved registers are in them still, or in this frame
    tailor_pinvoke_enter(&own);
    __real_tailor_pinvoke_leave(&own);
    stress_event(STRESS_PInvokeReturn, &own);
}

/// The slow path of every allocation helper. Setting the limit to the allocation pointer sends the next
/// allocation of this thread here too, inlined or not.
void *__wrap_RhpGcAlloc(void *method_table, uint32_t flags, uintptr_t count, PInvokeFrame *frame) {
    stress_event(STRESS_Allocation, frame);
    void *object = __real_RhpGcAlloc(method_table, flags, count, frame);
    if (interval)
        tls_CurrentThread.combined_limit = tls_CurrentThread.allocation_pointer;
    return object;
}
