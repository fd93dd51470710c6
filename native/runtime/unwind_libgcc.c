#include "runtime/unwind.h"

#include <link.h>
#include <string.h>
#include <unwind.h>

#include "runtime/tailor_runtime.h"

_Static_assert(sizeof(UnwindHeader) == sizeof(struct _Unwind_Exception),
               "a record starts with _Unwind_Exception");

static const uint64_t exception_class = 0x5441494C4F522E4EULL; // "TAILOR.N"

enum { REGISTER_Rbp = 6 }; // DWARF number

static UnwindFrame frame_of(struct _Unwind_Context *context) {
    int before = 0; // set in a frame that a signal interrupted: its address is that of the instruction itself
    uintptr_t ip = _Unwind_GetIPInfo(context, &before);
    return (UnwindFrame){.ip = before ? ip : ip - 1, .sp = _Unwind_GetCFA(context), .context = context};
}

typedef struct Walk {
    UnwindVisitor *visit;
    void *state;
} Walk;

static _Unwind_Reason_Code walk_step(struct _Unwind_Context *context, void *argument) {
    Walk *walk = argument;
    UnwindFrame frame = frame_of(context);
    return walk->visit(&frame, walk->state) ? _URC_NO_REASON : _URC_END_OF_STACK;
}

void unwind_walk(UnwindVisitor *visit, void *state) {
    Walk walk = {.visit = visit, .state = state};
    _Unwind_Backtrace(walk_step, &walk);
}

UnwindProcedure unwind_procedure(const UnwindFrame *frame) {
    return (UnwindProcedure){.start = _Unwind_GetRegionStart(frame->context),
                             .lsda = _Unwind_GetLanguageSpecificData(frame->context)};
}

uintptr_t unwind_frame_pointer(const UnwindFrame *frame) {
    return _Unwind_GetGR(frame->context, REGISTER_Rbp);
}

uintptr_t unwind_function_start(uintptr_t ip) {
    return (uintptr_t)_Unwind_FindEnclosingFunction((void *)(ip + 1)); // it takes a return address
}

static _Unwind_Reason_Code forced_step(int version, _Unwind_Action actions, _Unwind_Exception_Class class,
                                       struct _Unwind_Exception *exception, struct _Unwind_Context *context,
                                       void *state) {
    (void)version, (void)class, (void)context, (void)state;
    if (actions & _UA_END_OF_STACK)
        unwind_target_missed((UnwindHeader *)exception);
    return _URC_NO_REASON;
}

_Noreturn void unwind_resume(UnwindHeader *header) {
    struct _Unwind_Exception *exception = (struct _Unwind_Exception *)header;
    memset(exception, 0, sizeof *exception);
    exception->exception_class = exception_class;
    _Unwind_ForcedUnwind(exception, forced_step, NULL);
    unwind_target_missed(header);
}

/// The declaration in tailor_runtime.h has no parameters: compiled code only takes its address.
_Unwind_Reason_Code personality(int version, _Unwind_Action actions, _Unwind_Exception_Class class,
                                struct _Unwind_Exception *exception,
                                struct _Unwind_Context *context) __asm__("tailor_personality")
    __attribute__((visibility("hidden"), used));

_Unwind_Reason_Code personality(int version, _Unwind_Action actions, _Unwind_Exception_Class class,
                                struct _Unwind_Exception *exception, struct _Unwind_Context *context) {
    if (version != 1)
        return _URC_FATAL_PHASE1_ERROR;
    if (class != exception_class) {
        // A thread that ends by pthread_exit or cancellation unwinds too; .NET runs no finally then.
        if (actions & _UA_FORCE_UNWIND)
            return _URC_CONTINUE_UNWIND;
        unwind_foreign_exception();
    }
    UnwindFrame frame = frame_of(context);
    UnwindProcedure procedure = unwind_procedure(&frame);
    UnwindLanding landing;
    if (unwind_landing((UnwindHeader *)exception, &frame, &procedure, &landing) == UNWIND_Pass)
        return _URC_CONTINUE_UNWIND;
    _Unwind_SetGR(context, __builtin_eh_return_data_regno(0), (uintptr_t)exception);
    _Unwind_SetGR(context, __builtin_eh_return_data_regno(1), landing.selector);
    _Unwind_SetIP(context, landing.landing_pad);
    return _URC_INSTALL_CONTEXT;
}

// ---- _dl_find_object
// ------------------------------------------------------------------------------------------ libgcc_eh.a of
// gcc 12 and later asks for it (GLIBC_2.35), while a stock executable needs 2.34 only (runtime-contract 13).
// Ours is bound at link time. It lies in this file because the linker reads this archive before libgcc_eh.a
// and would not come back for it.

typedef struct FoundObject { // struct dl_find_object of <dlfcn.h>; older headers do not have it
    unsigned long long flags;
    void *map_start;
    void *map_end;
    struct link_map *link_map;
    void *eh_frame; // PT_GNU_EH_FRAME
    unsigned long long reserved[7];
} FoundObject;

typedef struct Lookup {
    uintptr_t ip;
    FoundObject *found;
} Lookup;

/// Fills `found` if one of the loaded segments holds `ip`.
static bool object_contains(uintptr_t base, const ElfW(Phdr) * segments, size_t count, uintptr_t ip,
                            FoundObject *found) {
    const ElfW(Phdr) *eh_frame = NULL;
    uintptr_t start = 0, end = 0;
    for (size_t i = 0; i < count; i++) {
        if (segments[i].p_type == PT_GNU_EH_FRAME)
            eh_frame = &segments[i];
        uintptr_t from = base + segments[i].p_vaddr;
        if (segments[i].p_type == PT_LOAD && ip - from < segments[i].p_memsz)
            start = from, end = from + segments[i].p_memsz;
    }
    if (!end || !eh_frame)
        return false;
    *found = (FoundObject){
        .map_start = (void *)start, .map_end = (void *)end, .eh_frame = (void *)(base + eh_frame->p_vaddr)};
    return true;
}

static int object_visit(struct dl_phdr_info *info, size_t size, void *argument) {
    (void)size;
    Lookup *lookup = argument;
    return object_contains(info->dlpi_addr, info->dlpi_phdr, info->dlpi_phnum, lookup->ip, lookup->found);
}

extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

int find_object(void *address, FoundObject *result) __asm__("_dl_find_object")
    __attribute__((visibility("hidden"), used));

int find_object(void *address, FoundObject *result) {
    // Our own image first: its program headers are mapped in front of its code, no lock and no list to walk.
    // An address-independent image is linked at 0, so the header's address is the load bias.
    uintptr_t image = (uintptr_t)&__ehdr_start;
    uintptr_t bias = __ehdr_start.e_type == ET_DYN ? image : 0;
    const ElfW(Phdr) *segments = (const ElfW(Phdr) *)(image + __ehdr_start.e_phoff);
    if (object_contains(bias, segments, __ehdr_start.e_phnum, (uintptr_t)address, result))
        return 0;
    Lookup lookup = {.ip = (uintptr_t)address, .found = result};
    return dl_iterate_phdr(object_visit, &lookup) ? 0 : -1;
}
