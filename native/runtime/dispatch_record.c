#include "runtime/dispatch_record.h"

#include <stdlib.h>

#include "runtime/report.h"

enum {
    RESERVE_COUNT = 4,
    SCAN_COUNT_MIN = 32, // below, superseded records wait until their frame returns
};

typedef struct RecordPool {
    DispatchRecord reserve[RESERVE_COUNT]; // so that dispatching OutOfMemoryException needs no memory
    uint32_t live_count;
    uint32_t scan_threshold; // tailor_records_free_unreferenced works from this count on
} RecordPool;

static _Thread_local RecordPool pool;

static DispatchRecord *record_of(ExInfo *exinfo) {
    return (DispatchRecord *)((char *)exinfo - offsetof(DispatchRecord, exinfo));
}

static DispatchRecord *record_memory(void) {
    for (unsigned i = 0; i < RESERVE_COUNT; i++) {
        if (pool.reserve[i].in_use)
            continue;
        pool.reserve[i].in_use = pool.reserve[i].from_reserve = true;
        return &pool.reserve[i];
    }
    DispatchRecord *record = aligned_alloc(_Alignof(DispatchRecord), sizeof *record);
    if (!record)
        tailor_report_fatal("Out of memory while an exception was being dispatched.");
    record->from_reserve = false;
    return record;
}

DispatchRecord *tailor_record_allocate(ManagedObject *exception) {
    DispatchRecord *record = record_memory();
    record->foreign = tailor_foreign_header();
    record->target_sp = record->landed_sp = 0;
    record->target_clause = NULL;
    record->exinfo = (ExInfo){.previous = tls_CurrentThread.exinfo_head, .exception = exception};
    tls_CurrentThread.exinfo_head = &record->exinfo;
    pool.live_count++;
    return record;
}

void tailor_record_free(DispatchRecord *record) {
    ExInfo **link = &tls_CurrentThread.exinfo_head;
    while (*link != &record->exinfo)
        link = &(*link)->previous;
    *link = record->exinfo.previous;
    pool.live_count--;
    record->in_use = false;
    if (!record->from_reserve)
        free(record);
}

void tailor_records_free_below(uintptr_t sp) {
    ExInfo *next;
    for (ExInfo *exinfo = tls_CurrentThread.exinfo_head; exinfo; exinfo = next) {
        next = exinfo->previous;
        DispatchRecord *record = record_of(exinfo);
        if (record->landed_sp && record->landed_sp < sp)
            tailor_record_free(record);
    }
}

/// Whether some stack slot from `sp` up holds the address of `record`.
static bool record_is_referenced(const DispatchRecord *record, uintptr_t sp) {
    for (uintptr_t slot = sp; slot < tls_CurrentThread.stack_high; slot += sizeof(uintptr_t))
        if (*(const volatile uintptr_t *)slot == (uintptr_t)record)
            return true;
    return false;
}

/// Scans from its caller's frame up: its own holds records that it is looking at.
__attribute__((noinline)) static void free_unreferenced(void) {
    uintptr_t sp = (uintptr_t)__builtin_frame_address(0);
    ExInfo *next;
    for (ExInfo *exinfo = tls_CurrentThread.exinfo_head; exinfo; exinfo = next) {
        next = exinfo->previous;
        DispatchRecord *record = record_of(exinfo);
        if (record->landed_sp && !record_is_referenced(record, sp))
            tailor_record_free(record);
    }
}

void tailor_records_free_unreferenced(void) {
    if (pool.live_count < SCAN_COUNT_MIN || pool.live_count < pool.scan_threshold)
        return;
    // Puts the callee-saved registers into this frame: compiled code may hold a record in one of them.
    __builtin_unwind_init();
    free_unreferenced();
    // Doubling keeps the cost of the scans proportional to the number of throws when finally handlers nest
    // deeply.
    pool.scan_threshold = 2 * pool.live_count;
}
