// Code units and the data unit -> object files.
#include "emit/build.h"
#include "emit/context.h"
#include "emit/data_module.h"
#include "emit/optimize.h"
#include "support/thread.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// ---- Symbols that cross units -------------------------------------------------------------------

typedef struct SymbolSet {
    Text *items; // sorted, distinct
    uint32_t count;
} SymbolSet;

static int symbol_compare(const void *a, const void *b) {
    return text_compare(*(const Text *)a, *(const Text *)b);
}

static bool symbol_set_has(void *context, Text symbol) {
    const SymbolSet *set = context;
    return set->count && bsearch(&symbol, set->items, set->count, sizeof symbol, symbol_compare);
}

typedef ARRAY(Text) SymbolList;

static SymbolSet symbol_set_make(SymbolList list) {
    if (list.count)
        qsort(list.items, list.count, sizeof *list.items, symbol_compare);
    return (SymbolSet){list.items, list.count};
}

static void functions_collect(Arena *arena, LLVMModuleRef module, SymbolList *list) {
    for (LLVMValueRef f = LLVMGetFirstFunction(module); f; f = LLVMGetNextFunction(f)) {
        if (LLVMIsDeclaration(f))
            continue;
        size_t size;
        const char *name = LLVMGetValueName2(f, &size);
        ARRAY_PUSH(arena, list, (Text){arena_format(arena, "%.*s", (int)size, name), size});
    }
}

// Addressed by the marshalling maps, which are written after optimisation.
static void marshalling_stubs_collect(EmitContext *e, SymbolList *list) {
    uint32_t count;
    Type *const *types = reach_marshalled_structs(e->reach, &count);
    for (uint32_t i = 0; i < count; i++) {
        StructMarshalling facts;
        if (!il_struct_marshalling(e->il, types[i], &facts) || !facts.has_stubs)
            continue;
        ARRAY_PUSH(&e->arena, list, emit_method_symbol(e, facts.to_native));
        ARRAY_PUSH(&e->arena, list, emit_method_symbol(e, facts.to_managed));
        ARRAY_PUSH(&e->arena, list, emit_method_symbol(e, facts.cleanup));
    }
    types = reach_marshalled_delegates(e->reach, &count);
    for (uint32_t i = 0; i < count; i++) {
        DelegateMarshalling stubs;
        if (!il_delegate_marshalling(e->il, types[i], &stubs))
            continue;
        ARRAY_PUSH(&e->arena, list, emit_method_symbol(e, stubs.open));
        ARRAY_PUSH(&e->arena, list, emit_method_symbol(e, stubs.closed));
        ARRAY_PUSH(&e->arena, list, emit_method_symbol(e, stubs.from_native));
    }
}

// What must stay visible: called from another unit, addressed by data, exported.
static SymbolSet symbols_needed(EmitContext *e, const Unit *units, uint32_t unit_count) {
    SymbolList list = {0};
    for (uint32_t i = 0; i < unit_count; i++)
        for (uint32_t j = 0; j < units[i].declared_count; j++)
            ARRAY_PUSH(&e->arena, &list, units[i].declared[j]);
    for (uint32_t i = 0; i < e->set.objects.count; i++) {
        const DataObject *object = e->set.objects.items[i];
        for (uint32_t j = 0; j < object->fixups.count; j++)
            if (object->fixups.items[j].use != USE_Data)
                ARRAY_PUSH(&e->arena, &list, object->fixups.items[j].symbol);
    }
    marshalling_stubs_collect(e, &list);
    uint32_t count;
    const Export *exports = reach_exports(e->reach, &count);
    for (uint32_t i = 0; i < count; i++)
        ARRAY_PUSH(&e->arena, &list, exports[i].symbol);
    return symbol_set_make(list);
}

// ---- Data that code asks for --------------------------------------------------------------------

// Prefixes of the symbols that reach_symbol gives to data (native/reach/symbols.c): all must be defined by
// the data unit.
static bool is_data_symbol(Text name) {
    static const char *const prefixes[] = {"mt$",      "type$",   "statics$", "gcstatics$", "tls$", "rva$",
                                           "pinvoke$", "method$", "field$",   "sel$",       "str$"};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (text_starts_with(name, prefixes[i]))
            return true;
    return false;
}

static SymbolSet labels_collect(EmitContext *e) {
    SymbolList list = {0};
    for (uint32_t i = 0; i < e->set.objects.count; i++) {
        const DataObject *object = e->set.objects.items[i];
        for (uint32_t j = 0; j < object->labels.count; j++)
            ARRAY_PUSH(&e->arena, &list, object->labels.items[j].symbol);
    }
    return symbol_set_make(list);
}

// What the linker would only name as undefined. After optimisation: code that is gone may have asked for
// more.
static bool data_symbols_check(LLVMModuleRef module, SymbolSet labels, Arena *arena, Diag *diag) {
    bool ok = true;
    for (LLVMValueRef g = LLVMGetFirstGlobal(module); g; g = LLVMGetNextGlobal(g)) {
        size_t size;
        const char *name = LLVMGetValueName2(g, &size);
        Text symbol = {name, size};
        if (!LLVMIsDeclaration(g) || !LLVMGetFirstUse(g) || !is_data_symbol(symbol))
            continue;
        if (symbol_set_has(&labels, symbol))
            continue;
        const char *text =
            arena_format(arena, "code refers to '%.*s', which nothing defines", (int)size, name);
        diag_report(diag, DIAG_Internal, (DiagLocation){0}, text);
        ok = false;
    }
    return ok;
}

// ---- Units on threads ---------------------------------------------------------------------------

typedef struct Work {
    const Request *request;
    Unit *units;
    uint32_t unit_count;
    const char *const *paths; // NULL: optimise only
    SymbolSet needed, labels;
    Arena *arenas; // by unit
    SymbolList *survivors;
    Diag *diag;
    atomic_uint next;
    atomic_bool failed;
    pthread_mutex_t writing; // one at a time: a full disk is reported once
} Work;

static bool unit_write(Work *work, uint32_t index, LLVMMemoryBufferRef object) {
    pthread_mutex_lock(&work->writing);
    bool ok = false;
    if (work->failed)
        LLVMDisposeMemoryBuffer(object);
    else
        ok = object_write(object, work->paths[index], work->diag);
    if (!ok)
        work->failed = true;
    pthread_mutex_unlock(&work->writing);
    return ok;
}

static bool unit_optimize(Work *work, uint32_t index, LLVMTargetMachineRef machine) {
    LLVMModuleRef module = work->units[index].module;
    if (!module_optimize(module, work->request, machine, symbol_set_has, &work->needed, work->diag))
        return false;
    functions_collect(&work->arenas[index], module, &work->survivors[index]);
    return data_symbols_check(module, work->labels, &work->arenas[index], work->diag);
}

/// A packed unit is a module only in here.
static bool unit_finish(Work *work, uint32_t index, LLVMTargetMachineRef machine) {
    Unit *unit = &work->units[index];
    if (unit->bitcode && !unit_unpack(unit, work->diag))
        return false;
    bool ok = unit_optimize(work, index, machine);
    if (!work->paths)
        return ok;
    if (ok) {
        module_restore_symbols(unit->module); // for the stack trace map
        LLVMMemoryBufferRef object = module_object(unit->module, machine, work->diag);
        ok = object && unit_write(work, index, object);
    }
    unit_close(unit);
    return ok;
}

// A target machine is not shared between threads.
static void *work_run(void *context) {
    Work *work = context;
    LLVMTargetMachineRef machine = target_machine_open(work->request, work->diag);
    if (!machine) {
        work->failed = true;
        return NULL;
    }
    for (uint32_t i; !work->failed && (i = atomic_fetch_add(&work->next, 1)) < work->unit_count;)
        if (!unit_finish(work, i, machine))
            work->failed = true;
    LLVMDisposeTargetMachine(machine);
    return NULL;
}

static uint32_t thread_count_of(const Request *request, uint32_t unit_count) {
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    uint32_t wanted = request->codegen.parallelism ? request->codegen.parallelism
                      : processors > 0             ? (uint32_t)processors
                                                   : 1;
    return wanted < unit_count ? wanted : unit_count;
}

static bool units_finish(Work *work, Arena *arena) {
    uint32_t count = thread_count_of(work->request, work->unit_count), started = 0;
    pthread_t *threads = ARENA_ARRAY(arena, pthread_t, count + 1);
    while (started + 1 < count && thread_start(&threads[started], work_run, work) == 0)
        started++;
    work_run(work);
    for (uint32_t i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    return !work->failed;
}

static Work work_prepare(EmitContext *e, Unit *units, uint32_t unit_count, const char *const *paths) {
    Work work = {.request = e->request,
                 .units = units,
                 .unit_count = unit_count,
                 .paths = paths,
                 .diag = e->diag,
                 .writing = PTHREAD_MUTEX_INITIALIZER};
    work.needed = symbols_needed(e, units, unit_count);
    work.labels = labels_collect(e);
    work.arenas = ARENA_ARRAY(&e->arena, Arena, unit_count + 1);
    work.survivors = ARENA_ARRAY(&e->arena, SymbolList, unit_count + 1);
    return work;
}

static SymbolSet work_survivors(EmitContext *e, Work *work) {
    SymbolList list = {0};
    for (uint32_t i = 0; i < work->unit_count; i++)
        for (uint32_t j = 0; j < work->survivors[i].count; j++)
            ARRAY_PUSH(&e->arena, &list, work->survivors[i].items[j]);
    return symbol_set_make(list);
}

static void work_close(Work *work) {
    pthread_mutex_destroy(&work->writing);
    for (uint32_t i = 0; i < work->unit_count; i++)
        arena_free(&work->arenas[i]);
}

// ---- Whole programs -----------------------------------------------------------------------------

static bool single_finish(EmitContext *e, Unit *unit, const char *path) {
    Work work = work_prepare(e, unit, 1, NULL);
    bool ok = units_finish(&work, &e->arena);
    if (ok) {
        SymbolSet survivors = work_survivors(e, &work);
        emit_finish(e, symbol_set_has, &survivors);
        data_module_define(&e->set, unit->module);
        ok = !e->failed;
    }
    LLVMTargetMachineRef machine = ok ? target_machine_open(e->request, e->diag) : NULL;
    ok = machine && object_write(module_object(unit->module, machine, e->diag), path, e->diag);
    if (machine)
        LLVMDisposeTargetMachine(machine);
    work_close(&work);
    return ok;
}

bool emit_program_single(Unit *unit, const Reach *reach, const char *path, Diag *diag) {
    EmitContext *e = emit_build(reach, diag);
    bool ok = !e->failed && single_finish(e, unit, path);
    emit_build_close(e);
    return ok;
}

static bool data_unit_write(EmitContext *e, const char *path) {
    LLVMTargetMachineRef machine = target_machine_open(e->request, e->diag);
    if (!machine)
        return false;
    Unit unit = {0};
    emit_module_create(&unit, machine);
    data_module_define(&e->set, unit.module);
    bool ok = object_write(module_object(unit.module, machine, e->diag), path, e->diag);
    LLVMDisposeModule(unit.module);
    LLVMContextDispose(unit.context);
    LLVMDisposeTargetMachine(machine);
    return ok;
}

bool emit_program(Unit *units, uint32_t unit_count, const Reach *reach, const char *const *paths,
                  Diag *diag) {
    EmitContext *e = emit_build(reach, diag);
    bool ok = !e->failed;
    if (ok) {
        Work work = work_prepare(e, units, unit_count, paths);
        ok = units_finish(&work, &e->arena);
        SymbolSet survivors = {0};
        if (ok)
            survivors = work_survivors(e, &work);
        if (ok)
            emit_finish(e, symbol_set_has, &survivors);
        ok = ok && !e->failed && data_unit_write(e, paths[unit_count]);
        work_close(&work);
    }
    emit_build_close(e);
    return ok;
}

bool emit_object(Unit *unit, const Reach *reach, LLVMTargetMachineRef machine, const char *path, Diag *diag) {
    const Request *request = reach_request(reach);
    return module_optimize(unit->module, request, machine, NULL, NULL, diag) &&
           object_write(module_object(unit->module, machine, diag), path, diag);
}
