// Two-pass exception dispatch (ECMA-335 I.12.4.2.5). Pass 1 walks the stack with every frame still there: it
// records the stack trace, runs filters and finds the handler or establishes that there is none. Pass 2
// unwinds to that handler and runs the finally and fault handlers on the way. What managed code is told and
// in which order follows the managed dispatcher of CoreLib that this replaces (corelib-contract.md 11).
#include "runtime/dispatch_record.h"
#include "runtime/guarded_call.h"
#include "runtime/lsda.h"
#include "runtime/pack_exports.h"
#include "runtime/report.h"
#include "runtime/runtime_pack.h"
#include "runtime/unwind.h"

/// The linker searches this archive once, before that of the pack: names that only the pack asks for would
/// not be found.
__attribute__((used)) static RuntimeCallback *const needed_by_pack[] = {
    (RuntimeCallback *)RhThrowEx,
    (RuntimeCallback *)RhThrowHwEx,
    (RuntimeCallback *)RhRethrow,
    (RuntimeCallback *)RhpCidResolve,
    (RuntimeCallback *)RhpCalculateStackTraceWorker,
};

typedef struct Search {
    DispatchRecord *record;
    UnwindCursor cursor;
    UnwindCursor first_landing; // the innermost frame where pass 2 has something to run
    bool has_landing;
    bool found;
    int32_t stack_frame_flags; // STACK_FRAME_*, for the first managed frame
    uintptr_t last_ip;         // of the last managed frame, 0 before the first
} Search;

static bool type_derives_from(const MethodTable *type, const MethodTable *base) {
    for (; type; type = type->base_type)
        if (type == base)
            return true;
    return false;
}

int32_t tailor_exception_is(const ManagedObject *exception, const MethodTable *type) {
    return type_derives_from(exception->type, type);
}

typedef enum ClauseAnswer { CLAUSE_Skips, CLAUSE_Catches, CLAUSE_EndsSearch } ClauseAnswer;

static ClauseAnswer clause_answer(const ClauseDescriptor *clause, const UnwindCursor *frame,
                                  ManagedObject *exception) {
    if (!clause)
        return CLAUSE_Catches; // the landing pad of tailor_guard
    uintptr_t target = (uintptr_t)&clause->target + (uintptr_t)(intptr_t)clause->target;
    switch ((ClauseKind)clause->kind) {
    case CLAUSE_Typed:
        return type_derives_from(exception->type, (const MethodTable *)target) ? CLAUSE_Catches
                                                                               : CLAUSE_Skips;
    case CLAUSE_Filter:
        return tailor_guarded_filter((FilterFunction *)target, (void *)frame->rbp, exception) ? CLAUSE_Catches
                                                                                              : CLAUSE_Skips;
    case CLAUSE_Boundary: return CLAUSE_EndsSearch;
    }
    tailor_report_fatal("A clause descriptor in the compiled code has an unknown kind.");
}

/// The call site where `frame` stands, if it has a landing pad.
static bool frame_call_site(const UnwindCursor *frame, CallSite *site) {
    UnwindProcedure procedure = tailor_unwind_procedure(frame);
    return procedure.lsda && tailor_lsda_call_site(procedure.lsda, procedure.start, unwind_ip(frame), site);
}

static void search_note_landing(Search *search) {
    if (search->has_landing)
        return;
    search->has_landing = true;
    search->first_landing = search->cursor;
}

/// False: the walk is over, with or without a handler.
static bool search_clauses(Search *search) {
    CallSite site;
    if (!frame_call_site(&search->cursor, &site))
        return true;
    uintptr_t selector;
    const ClauseDescriptor *clause;
    while (tailor_lsda_next_clause(&site, &selector, &clause)) {
        // Read anew each time: a filter may collect, and the collector updates the record.
        ClauseAnswer answer = clause_answer(clause, &search->cursor, search->record->exinfo.exception);
        if (answer == CLAUSE_Skips)
            continue;
        search->found = answer == CLAUSE_Catches;
        search->record->target_sp = search->cursor.sp;
        search->record->target_clause = clause;
        search_note_landing(search);
        return false;
    }
    if (site.has_cleanup)
        search_note_landing(search);
    return true;
}

/// False: the walk is over, with or without a handler.
static bool search_frame(Search *search) {
    uintptr_t ip = unwind_ip(&search->cursor);
    if (tailor_code_is_managed(ip)) {
        tailor_guarded_append_frame(search->record->exinfo.exception, ip, search->stack_frame_flags);
        search->stack_frame_flags = 0;
        search->last_ip = ip;
        return search_clauses(search);
    }
    if (tailor_code_is_guard(ip))
        return search_clauses(search);
    // Up to the first managed frame these are our own frames. Later ones are native code that called managed
    // code without a boundary: nothing can unwind through it.
    return search->last_ip == 0;
}

/// Whether `record` has something to run where `frame` stands; `*selector` is 0 for a finally or fault
/// handler.
static bool frame_landing(const DispatchRecord *record, const UnwindCursor *frame, uintptr_t *landing_pad,
                          uintptr_t *selector) {
    uintptr_t ip = unwind_ip(frame);
    CallSite site;
    if (!(tailor_code_is_managed(ip) || tailor_code_is_guard(ip)) || !frame_call_site(frame, &site))
        return false;
    *landing_pad = site.landing_pad;
    const ClauseDescriptor *clause;
    while (tailor_lsda_next_clause(&site, selector, &clause))
        if (clause == record->target_clause && frame->sp == record->target_sp)
            return true;
    *selector = 0;
    // LLVM expects what the Itanium rules say: a landing pad without a cleanup is entered for a clause only.
    return site.has_cleanup;
}

/// Pass 2, from the frame of `cursor` up: continues in the first landing pad that has something to do.
static _Noreturn void unwind_to_target(DispatchRecord *record, UnwindCursor *cursor) {
    do {
        uintptr_t landing_pad, selector;
        if (!frame_landing(record, cursor, &landing_pad, &selector))
            continue;
        record->landed_sp = cursor->sp;
        tailor_records_free_below(cursor->sp); // superseded: their frames are being unwound
        tailor_unwind_resume(cursor, landing_pad, (uintptr_t)record, selector);
    } while (tailor_unwind_step(cursor) && cursor->sp <= record->target_sp);
    tailor_report_fatal("The handler of an exception was not found again while unwinding to it.");
}

/// Nobody catches: every frame is still on the stack, no finally handler has run. Ends the process (exit code
/// 134).
static _Noreturn void dispatch_unhandled(DispatchRecord *record, uintptr_t ip) {
    tailor_guarded_call(OnUnhandledException, record->exinfo.exception);
    tailor_guarded_fail_fast(FAIL_FAST_UnhandledException, record->exinfo.exception, ip);
    tailor_report_fatal("An exception was not handled, and reporting it failed.");
}

static _Noreturn void dispatch(ManagedObject *exception, int32_t stack_frame_flags, uintptr_t thrower_sp) {
    tailor_records_free_below(thrower_sp);
    tailor_records_free_unreferenced();
    DispatchRecord *record = tailor_record_allocate(exception);
    tailor_guarded_call(OnFirstChanceException, record->exinfo.exception);
    Search search = {.record = record, .stack_frame_flags = stack_frame_flags};
    tailor_unwind_init(&search.cursor);
    while (search_frame(&search) && tailor_unwind_step(&search.cursor)) {
    }
    if (!search.found)
        dispatch_unhandled(record, search.last_ip);
    unwind_to_target(record, &search.first_landing);
}

_Noreturn void tailor_throw(ManagedObject *exception) {
    if (!exception)
        exception = tailor_guarded_runtime_exception(EXCEPTION_ID_NullReference); // III.4.31
    dispatch(exception, STACK_FRAME_First, (uintptr_t)__builtin_dwarf_cfa());
}

_Noreturn void tailor_rethrow(ManagedObject *exception) {
    dispatch(exception, STACK_FRAME_First | STACK_FRAME_FirstRethrow, (uintptr_t)__builtin_dwarf_cfa());
}

_Noreturn void tailor_resume(void *record) {
    UnwindCursor cursor;
    tailor_unwind_init(&cursor);
    unwind_to_target(record, &cursor);
}

ManagedObject *tailor_begin_catch(void *record) {
    DispatchRecord *self = record;
    ManagedObject *exception = self->exinfo.exception;
    tailor_record_free(self);
    return exception;
}

ManagedObject *tailor_exception_of(void *record) {
    return ((DispatchRecord *)record)->exinfo.exception;
}

_Noreturn void tailor_boundary_reached(void *record) {
    (void)record;
    tailor_report_fatal("An exception was unwound into a boundary.");
}
