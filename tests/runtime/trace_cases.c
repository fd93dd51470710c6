// Stack traces, method starts, and the ways a process ends.
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#pragma GCC visibility push(hidden)
int32_t try_typed(int32_t kind);
void deep_plain(int32_t depth, int32_t kind);
void deep_finally(int32_t depth, int32_t kind);
int32_t catch_deep(void (*body)(int32_t, int32_t), int32_t depth, int32_t kind);
int32_t filter_order(int32_t kind, int32_t initial);
void boundary_call(void (*body)(int32_t), int32_t argument);
void finally_under_boundary(int32_t kind);
void catch_over_boundary(int32_t kind);
int32_t load_unchecked(int32_t *p);
int32_t divide_unchecked(int32_t a, int32_t b);
int32_t recurse_forever(int32_t n, void *p);
void print_finally(void);
void call_back(void (*body)(int32_t), int32_t argument);
int32_t RhpGetCurrentThreadStackTrace(void **addresses, uint32_t count, void *innermost_address);
#pragma GCC visibility pop

void print_finally(void) {
    fprintf(stderr, "finally ran\n");
}

/// A P/Invoke whose native callee calls back.
static void native_callback(void (*body)(int32_t), int32_t argument) {
    void *reverse[4] = {0};
    RhpReversePInvoke(reverse);
    boundary_call(body, argument);
    RhpReversePInvokeReturn(reverse);
}

MANAGED void call_back(void (*body)(int32_t), int32_t argument) {
    PInvokeFrame frame;
    tailor_pinvoke_enter(&frame);
    native_callback(body, argument);
    tailor_pinvoke_leave(&frame);
}

static int32_t trace_count;
static void *trace[16];

static MANAGED void trace_leaf(void *innermost) {
    trace_count = tailor_stack_trace(trace, 16, innermost);
    __asm__ volatile("" ::: "memory");
}

static MANAGED void trace_caller(void) {
    int local;
    trace_leaf(NULL);
    CHECK(trace_count >= 4);
    CHECK(tailor_find_method_start(trace[0]) == (void *)(uintptr_t)trace_leaf);
    CHECK(tailor_find_method_start(trace[1]) == (void *)(uintptr_t)trace_caller);
    CHECK(tailor_find_method_start(trace[2]) == (void *)(uintptr_t)trace_cases);
    trace_leaf(&local); // only frames above the address
    CHECK(tailor_find_method_start(trace[0]) != (void *)(uintptr_t)trace_leaf);
    CHECK(tailor_stack_trace(trace, 1, NULL) < -1);
    PInvokeFrame frame; // the way Environment.StackTrace takes
    tailor_pinvoke_enter(&frame);
    int32_t count = RhpGetCurrentThreadStackTrace(trace, 16, &local);
    tailor_pinvoke_leave(&frame);
    CHECK(count >= 2);
    CHECK(tailor_find_method_start(trace[count - 2]) != NULL);
}

MANAGED void trace_cases(void) {
    trace_caller();
    CHECK(tailor_find_method_start((void *)(uintptr_t)try_typed) == (void *)(uintptr_t)try_typed);
    CHECK(tailor_find_method_start((char *)(uintptr_t)try_typed + 1) == (void *)(uintptr_t)try_typed);
    CHECK(tailor_find_method_start((void *)(uintptr_t)printf) == NULL);
    CHECK(tailor_find_method_start(NULL) == NULL);
    callbacks_reset();
    CHECK(catch_deep(deep_plain, 10, 1) == 1);
    CHECK(first_chance_count == 1 && first_frame_count == 1 && rethrow_frame_count == 0);
    CHECK(frame_count == 13); // throw_kind, deep_plain 0 to 10, catch_deep
    CHECK(tailor_find_method_start((void *)frames[0]) == (void *)(uintptr_t)throw_kind);
    for (int i = 1; i <= 11; i++)
        CHECK(tailor_find_method_start((void *)frames[i]) == (void *)(uintptr_t)deep_plain);
    CHECK(tailor_find_method_start((void *)frames[12]) == (void *)(uintptr_t)catch_deep);
}

/// Not compiled code: the process must end as it would without our handler.
static __attribute__((noinline)) int32_t native_load(volatile int32_t *p) {
    return *p;
}

static MANAGED void plain_throw(int32_t kind) {
    throw_kind(kind);
}

MANAGED bool fatal_case(const char *name) {
    if (strcmp(name, "unhandled") == 0)
        boundary_call(finally_under_boundary, 1);
    else if (strcmp(name, "unhandled-in-callback") == 0)
        catch_over_boundary(2);
    else if (strcmp(name, "unhandled-callbacks-throw") == 0)
        callbacks_throw = true, boundary_call(finally_under_boundary, 1);
    else if (strcmp(name, "native-frame") == 0)
        call_back(plain_throw, 1);
    else if (strcmp(name, "null-load") == 0)
        load_unchecked((int32_t *)8);
    else if (strcmp(name, "wild-load") == 0)
        load_unchecked((int32_t *)0x123456789000);
    else if (strcmp(name, "divide") == 0)
        divide_unchecked(1, *(volatile int *)&trace_count);
    else if (strcmp(name, "stack-overflow") == 0)
        recurse_forever(0, &trace_count);
    else if (strcmp(name, "native-fault") == 0)
        native_load((volatile int32_t *)(intptr_t)strlen(name));
    else
        return false;
    return true;
}

// ---- Time ---------------------------------------------------------------------------------------

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

enum { BENCHMARK_COUNT = 20000, BENCHMARK_ROUNDS = 5 };

#define MEASURE(text, expression)                                                                            \
    do {                                                                                                     \
        double best = 1e18;                                                                                  \
        for (int round = 0; round < BENCHMARK_ROUNDS; round++) {                                             \
            double start = now();                                                                            \
            for (int i = 0; i < BENCHMARK_COUNT; i++)                                                        \
                expression, log_clear();                                                                     \
            double time = (now() - start) / BENCHMARK_COUNT;                                                 \
            best = time < best ? time : best;                                                                \
        }                                                                                                    \
        printf("%-28s %6.0f ns per throw and catch\n", (text), best);                                        \
    } while (0)

MANAGED void benchmark(void) {
    MEASURE("depth 1", try_typed(1));
    MEASURE("depth 10", catch_deep(deep_plain, 10, 1));
    MEASURE("depth 50", catch_deep(deep_plain, 50, 1));
    MEASURE("depth 10, finally in each", catch_deep(deep_finally, 10, 1));
    MEASURE("depth 50, finally in each", catch_deep(deep_finally, 50, 1));
    MEASURE("filter", filter_order(1, 5));
}
