// Exceptions: order of filters, finally handlers and catches; records; callbacks of the dispatcher.
#include "world.h"

#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#pragma GCC visibility push(hidden)
int32_t try_typed(int32_t kind);
int32_t try_any_around_typed(int32_t kind);
int32_t filter_order(int32_t kind, int32_t initial);
int32_t filter_throwing_caught(void);
int32_t filter_wide_frame(int32_t *data, int64_t size);
int32_t finally_throws(int32_t kind);
int32_t finally_catches(void);
int32_t supersede_loop(int32_t count);
int32_t inlined_frames(int32_t kind);
int32_t rethrow(int32_t kind);
void deep_finally(int32_t depth, int32_t kind);
void deep_plain(int32_t depth, int32_t kind);
int32_t catch_deep(void (*body)(int32_t, int32_t), int32_t depth, int32_t kind);
int32_t stack_arguments(int64_t size, int32_t kind);
int32_t barrier_store(void *destination, Node *node);

// Called by managed.ll.
Node *new_node(uint64_t value);
int32_t node_value(Node *node);
void fill(void *memory, int64_t size);
void many_arguments(int64_t, int64_t, int64_t, int64_t, int64_t, int64_t, int64_t, int64_t, int64_t,
                    int32_t kind);
#pragma GCC visibility pop

MANAGED Node *new_node(uint64_t value) {
    return node_new(&type_node, value, NULL);
}

int32_t node_value(Node *node) {
    return node_is_intact(node, node->value) ? (int32_t)node->value : -1;
}

void fill(void *memory, int64_t size) {
    memset(memory, 0x5A, (size_t)size);
}

MANAGED void many_arguments(int64_t a, int64_t b, int64_t c, int64_t d, int64_t e, int64_t f, int64_t g,
                            int64_t h, int64_t i, int32_t kind) {
    CHECK(a == 1 && b == 2 && c == 3 && d == 4 && e == 5 && f == 6 && g == 7 && h == 8 && i == 9);
    throw_kind(kind);
}

/// try { filter_order(kind, initial); } catch: value of filter_order, or 100 + exception.
static MANAGED void filter_order_body(int32_t initial, int32_t kind) {
    filter_order(kind, initial);
    throw_kind(2); // says that filter_order returned: -2 from catch_deep
}

static MANAGED void typed_and_rethrow(void) {
    CHECK(try_typed(1) == 11);
    CHECK(try_typed(2) == 22);
    CHECK(try_any_around_typed(1) == 11);
    CHECK(try_any_around_typed(3) == 33);
    CHECK(rethrow(1) == 1 && log_is("cr"));
    CHECK(rethrow(3) == 3 && log_is("r"));
    callbacks_reset();
    CHECK(rethrow(2) == 2 && log_is("cr"));
    CHECK(first_chance_count == 2 && rethrow_frame_count == 1 && first_frame_count == 2);
    CHECK(exceptions_in_flight() == 0);
}

static MANAGED void filters(void) {
    // The filter runs in pass 1 before the finally handler and both see and change the same local.
    CHECK(filter_order(1, 5) == 1 && log_is("w5f6c6"));
    CHECK(filter_order(2, 5) == 2 && log_is("f52")); // a clause before it catches: the filter is not asked
    // The filter says no: the exception goes on, finally still runs.
    CHECK(catch_deep(filter_order_body, 4, 1) == 1 && log_is("w4f5"));
    CHECK(filter_throwing_caught() == 1 && log_is("WFf"));
    CHECK(exceptions_in_flight() == 0);
    int32_t data[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    CHECK(!__builtin_cpu_supports("avx2") || filter_wide_frame(data, 100) == 36 + 6);
    CHECK(!__builtin_cpu_supports("avx2") || filter_wide_frame(data, 5000) == 36 + 6);
}

static MANAGED void nested_throws(void) {
    CHECK(finally_throws(0) == 1 && log_is("fg1"));
    CHECK(finally_throws(2) == 2 && log_is("f1"));
    CHECK(finally_throws(3) == 3 && log_is("f3"));
    CHECK(finally_catches() == 1 && log_is("ifo"));
    for (int i = 0; i < 200; i++)
        finally_catches(), finally_throws(3);
    log_clear();
    CHECK(exceptions_in_flight() <= 34); // superseded ones may wait for the end of their activation
    CHECK(supersede_loop(1000) == 3000);
    CHECK(exceptions_in_flight() <= 34);
    CHECK(try_typed(1) == 11);
}

static MANAGED void frames_and_depth(void) {
    CHECK(inlined_frames(1) == 1 && log_is("12t123u"));
    CHECK(inlined_frames(2) == 0 && log_is("1m21m2"));
    CHECK(inlined_frames(3) == 3 && log_is("12s123u"));
    CHECK(catch_deep(deep_finally, 100, 1) == 1 && log_is(""));
    CHECK(catch_deep(deep_finally, 100, 2) == -2 && log_is(""));
    CHECK(catch_deep(deep_plain, 100, 1) == 1 && log_is(""));
    CHECK(stack_arguments(64, 1) == 1);
    CHECK(stack_arguments(1000, 3) == 3);
    CHECK(barrier_store(NULL, new_node(1)) == 8); // NullReference
    Node *cell = new_node(2);
    CHECK(barrier_store(&cell->next, new_node(1)) == 0 && node_is_intact(cell->next, 1));
    CHECK(exceptions_in_flight() <= 34);
}

static MANAGED void callbacks(void) {
    // What the callbacks throw stays inside, and does not disturb the exception that is being dispatched.
    callbacks_throw = true;
    CHECK(try_typed(1) == 11);
    CHECK(catch_deep(deep_finally, 10, 2) == -2 && log_is(""));
    CHECK(filter_order(1, 5) == 1 && log_is("w5f6c6"));
    callbacks_throw = false;
}

static MANAGED void no_leak(void) {
    for (int i = 0; i < 1000; i++)
        finally_throws(3);
    size_t before = mallinfo2().uordblks;
    long wrong = 0;
    for (int i = 0; i < 300000; i++) {
        wrong += try_typed(1) != 11;
        wrong += finally_throws(3) != 3;
        wrong += catch_deep(deep_finally, 2, 1) != 1;
        log_clear();
    }
    wrong += supersede_loop(100000) != 300000;
    CHECK(wrong == 0); // 10^6 throws and more
    size_t after = mallinfo2().uordblks;
    CHECK(after <= before + 64 * 1024);
    CHECK(exceptions_in_flight() <= 34);
}

MANAGED void exception_cases(void) {
    typed_and_rethrow();
    filters();
    nested_throws();
    frames_and_depth();
    callbacks();
    if (!getenv("TAILOR_GC_STRESS"))
        no_leak();
}

// ---- Threads ------------------------------------------------------------------------------------

enum { THREAD_COUNT = 4 };
static volatile int32_t thread_errors;

static MANAGED void thread_body(void *argument) {
    (void)argument;
    int rounds = getenv("TAILOR_GC_STRESS") ? 20 : 5000;
    for (int i = 0; i < rounds; i++) {
        Node *mine = node_new(&type_node, (uint64_t)i, NULL);
        int wrong = try_typed(1 + i % 2) != (i % 2 ? 22 : 11);
        wrong += filter_order(1, 5) != 1 || !log_is("w5f6c6");
        wrong += finally_throws(3) != 3 || !log_is("f3");
        wrong += catch_deep(deep_finally, 10, 1) != 1 || !log_is("");
        wrong += rethrow(1) != 1 || !log_is("cr");
        wrong += !node_is_intact(mine, (uint64_t)i);
        if (wrong)
            __atomic_fetch_add(&thread_errors, wrong, __ATOMIC_RELAXED);
    }
}

static void *thread_start(void *argument) {
    world_run(thread_body, argument);
    return NULL;
}

MANAGED void thread_cases(void) {
    pthread_t threads[THREAD_COUNT];
    for (int i = 0; i < THREAD_COUNT; i++)
        pthread_create(&threads[i], NULL, thread_start, NULL);
    for (int i = 0; i < 200; i++)
        world_collect(i % 3);
    PInvokeFrame frame;
    tailor_pinvoke_enter(&frame);
    for (int i = 0; i < THREAD_COUNT; i++)
        pthread_join(threads[i], NULL);
    tailor_pinvoke_leave(&frame);
    CHECK(thread_errors == 0);
}
