// The world that compiled code lives in, made by hand for the tests of native/runtime: a few MethodTables,
// allocation, the callbacks that CoreLib would define, and an event log per thread. managed.ll plays compiled
// code.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "runtime/tailor_runtime.h"

#pragma GCC visibility push(hidden)

/// Puts a C function among the compiled code: it may throw and be unwound.
#define MANAGED __attribute__((section("tailor_text"), noinline))

/// Every object of the tests. `check` is a function of `value`, so that memory used again is noticed.
typedef struct Node {
    const void *type;
    struct Node *next;
    uint64_t value;
    uint64_t check;
} Node;

/// What the collector wants to know below a MethodTable, and the MethodTable.
typedef struct TypeRecord {
    int64_t series_size, series_offset, series_count;
    uint16_t component_size, flags;
    uint32_t base_size;
    const void *base_type;
    uint16_t slot_count, interface_count;
    uint32_t hash;
    void *slots[3];
} TypeRecord;
/// Exceptions: error1 : object, error2 : error1, error3 : object. managed.ll refers to them by name + 24.
extern TypeRecord type_object, type_node, type_error1, type_error2, type_error3;
#define METHOD_TABLE(record) ((const void *)&(record).component_size)

Node *node_new(TypeRecord *type, uint64_t value, Node *next);
bool node_is_intact(const Node *node, uint64_t value);
/// Allocates and drops garbage, so that freed memory is used again.
void world_churn(void);
/// A blocking collection, from managed code.
void world_collect(int generation);
/// Calls `body` as a thread entry or native callback would: with the thread attached, in cooperative mode.
void world_run(void (*body)(void *), void *argument);

// The runtime pack, as compiled code calls it.
void *RhpNewFast(const void *method_table);
void *RhpNewFinalizable(const void *method_table);
void RhpAssignRef(void *destination, const void *reference);
void RhpCheckedAssignRef(void *destination, const void *reference);
void RhpPInvoke(void *frame);
void RhpReversePInvoke(void *frame);
void RhpReversePInvokeReturn(void *frame);
void RhpCollect(uint32_t generation, uint32_t mode, uint32_t low_memory);
extern volatile uint32_t RhpTrapThreads;
/// As in runtime_pack.h, for looking at the chain of exceptions in flight.
extern _Thread_local struct ThreadView {
    unsigned char before[0x78];
    struct Link {
        struct Link *previous;
        void *context;
        void *exception;
    } *exceptions;
    unsigned char after[208 - 0x80];
} tls_CurrentThread;
int exceptions_in_flight(void);

// ---- Event log: what happened in which order ----------------------------------------------------

void log_event(int32_t event);
void log_clear(void);
/// Whether the log of this thread reads `expected`: events are characters.
bool log_is(const char *expected);

// ---- Callbacks: what they saw, and what they are told to do -------------------------------------

extern _Thread_local int first_chance_count, frame_count, first_frame_count, rethrow_frame_count;
extern _Thread_local uintptr_t frames[4096]; // the first of the last throw
/// Callbacks of the dispatcher throw an exception of their own (which must not get out).
extern _Thread_local bool callbacks_throw;
void callbacks_reset(void);

// ---- Managed leaf functions used by managed.ll --------------------------------------------------

/// Throws a new error1, error2 or error3 with value `kind`.
_Noreturn void throw_kind(int32_t kind);
/// Throws unless kind is 0.
void maybe_throw(int32_t kind);
/// Value of an exception object; ends the test if it is not intact.
int32_t error_value(Node *error);

// ---- Test cases ---------------------------------------------------------------------------------

extern int check_count, failure_count;
void check(bool condition, const char *name);
#define CHECK(condition) check((condition), #condition)

void exception_cases(void);
void thread_cases(void);
void collection_cases(void);
void trace_cases(void);
/// Cases that end the process; false if there is no such case.
bool fatal_case(const char *name);
void benchmark(void);

#pragma GCC visibility pop
