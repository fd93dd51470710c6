#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FLAG_Class = 0x14 << 10, FLAG_HasPointers = 0x100 }; // high half of MethodTable.flags

#define TYPE(base)                                                                                           \
    {.series_size = 8 - 40,                                                                                  \
     .series_offset = 8,                                                                                     \
     .series_count = 1,                                                                                      \
     .flags = FLAG_Class | FLAG_HasPointers,                                                                 \
     .base_size = 40,                                                                                        \
     .base_type = (base)}
TypeRecord type_object = TYPE(NULL);
TypeRecord type_node = TYPE(METHOD_TABLE(type_object));
TypeRecord type_error1 = TYPE(METHOD_TABLE(type_object));
TypeRecord type_error2 = TYPE(METHOD_TABLE(type_error1));
TypeRecord type_error3 = TYPE(METHOD_TABLE(type_object));

static uint64_t check_of(uint64_t value) {
    return value * 0x9E3779B97F4A7C15ULL + 1;
}

MANAGED Node *node_new(TypeRecord *type, uint64_t value, Node *next) {
    Node *node = RhpNewFast(METHOD_TABLE(*type));
    node->value = value;
    node->check = check_of(value);
    RhpAssignRef(&node->next, next);
    return node;
}

bool node_is_intact(const Node *node, uint64_t value) {
    bool known_type = node->type == METHOD_TABLE(type_node) || node->type == METHOD_TABLE(type_error1) ||
                      node->type == METHOD_TABLE(type_error2) || node->type == METHOD_TABLE(type_error3);
    return known_type && node->value == value && node->check == check_of(value);
}

MANAGED void world_churn(void) {
    int count = getenv("TAILOR_GC_STRESS") ? 100 : 1000;
    for (int i = 0; i < count; i++)
        node_new(&type_node, 0xDEAD, NULL);
}

MANAGED void world_collect(int generation) {
    PInvokeFrame frame;
    tailor_pinvoke_enter(&frame);
    RhpCollect((uint32_t)generation, 2, 0);
    tailor_pinvoke_leave(&frame);
}

void world_run(void (*body)(void *), void *argument) {
    void *frame[4] = {0};
    RhpReversePInvoke(frame);
    body(argument);
    RhpReversePInvokeReturn(frame);
}

int exceptions_in_flight(void) {
    int count = 0;
    for (struct Link *link = tls_CurrentThread.exceptions; link; link = link->previous)
        count++;
    return count;
}

// ---- Log ----------------------------------------------------------------------------------------

enum { LOG_SIZE_MAX = 256 };
static _Thread_local char event_log[LOG_SIZE_MAX + 1];
static _Thread_local int event_count;

void log_event(int32_t event) {
    if (event_count < LOG_SIZE_MAX)
        event_log[event_count++] = (char)event;
}

void log_clear(void) {
    memset(event_log, 0, sizeof event_log);
    event_count = 0;
}

bool log_is(const char *expected) {
    bool same = strcmp(event_log, expected) == 0;
    if (!same)
        printf("  log reads \"%s\", expected \"%s\"\n", event_log, expected);
    log_clear();
    return same;
}

// ---- What CoreLib defines -----------------------------------------------------------------------

typedef struct Blob {
    uint32_t count, padding;
} Blob;
extern const Blob g_compilerEmbeddedSettingsBlob, g_compilerEmbeddedKnobsBlob;
extern const int32_t g_requiredCpuFeatures;
const Blob g_compilerEmbeddedSettingsBlob, g_compilerEmbeddedKnobsBlob;
const int32_t g_requiredCpuFeatures;

extern void *const test_module;
__attribute__((section("__modules"), used)) void *const test_module = (void *)&test_module;

_Thread_local int first_chance_count, frame_count, first_frame_count, rethrow_frame_count;
_Thread_local uintptr_t frames[4096];
_Thread_local bool callbacks_throw;

void callbacks_reset(void) {
    first_chance_count = frame_count = first_frame_count = rethrow_frame_count = 0;
}

void OnFirstChanceException(Node *exception);
void AppendExceptionStackFrame(Node *exception, uintptr_t ip, int32_t flags);
void OnUnhandledException(Node *exception);
void RuntimeFailFast(int32_t reason, Node *exception, uintptr_t ip, uintptr_t context);
Node *GetRuntimeException(int32_t id);
void *GetSystemArrayEEType(void);
intptr_t ThreadEntryPoint(intptr_t parameter);
void ProcessFinalizers(void);
void RhExceptionHandling_FailedAllocation(const void *type, bool overflow);
void InitializeModules(void *os_module, void **modules, int32_t count, void **class_library,
                       int32_t function_count);
int32_t __managed__Main(int32_t argc, char **argv);

MANAGED void OnFirstChanceException(Node *exception) {
    if (callbacks_throw && exception->type != METHOD_TABLE(type_error3))
        throw_kind(3);
    first_chance_count++;
}

MANAGED void AppendExceptionStackFrame(Node *exception, uintptr_t ip, int32_t flags) {
    if (callbacks_throw && exception->type != METHOD_TABLE(type_error3))
        throw_kind(3);
    if (flags & 1)
        frame_count = 0, first_frame_count++;
    if (flags & 2)
        rethrow_frame_count++;
    if (frame_count < (int)(sizeof frames / sizeof *frames))
        frames[frame_count++] = ip;
    node_new(&type_node, 7, NULL); // as CoreLib does, so that the dispatcher meets collections
}

MANAGED void OnUnhandledException(Node *exception) {
    fprintf(stderr, "unhandled %d\n", error_value(exception));
}

MANAGED void RuntimeFailFast(int32_t reason, Node *exception, uintptr_t ip, uintptr_t context) {
    fprintf(stderr, "fail fast %d, exception %d, %s\n", reason, error_value(exception),
            ip ? "located" : "not located");
    (void)context;
    abort();
}

MANAGED Node *GetRuntimeException(int32_t id) {
    return node_new(&type_error1, (uint64_t)id, NULL);
}

void *GetSystemArrayEEType(void) {
    return NULL;
}

intptr_t ThreadEntryPoint(intptr_t parameter) {
    return parameter;
}

uint32_t RhpWaitForFinalizerRequest(void);

void ProcessFinalizers(void) {
    for (;;) { // nothing here has a finalizer
        void *reverse[4] = {0};
        RhpReversePInvoke(reverse);
        PInvokeFrame frame;
        tailor_pinvoke_enter(&frame);
        RhpWaitForFinalizerRequest();
        tailor_pinvoke_leave(&frame);
        RhpReversePInvokeReturn(reverse);
    }
}

MANAGED void RhExceptionHandling_FailedAllocation(const void *type, bool overflow) {
    (void)type;
    throw_kind(overflow ? 2 : 1);
}

static void *module_handle;

void InitializeModules(void *os_module, void **modules, int32_t count, void **class_library,
                       int32_t function_count) {
    module_handle = os_module;
    CHECK(count == 1 && modules[0] == (void *)&test_module);
    CHECK(function_count == 12 && class_library[3] == (void *)(uintptr_t)AppendExceptionStackFrame);
}

// ---- Managed leaf functions ---------------------------------------------------------------------

MANAGED _Noreturn void throw_kind(int32_t kind) {
    TypeRecord *type = kind == 1 ? &type_error1 : kind == 2 ? &type_error2 : &type_error3;
    tailor_throw(
        (ManagedObject *)node_new(type, (uint64_t)kind, node_new(&type_node, 100 + (uint64_t)kind, NULL)));
}

MANAGED void maybe_throw(int32_t kind) {
    if (kind)
        throw_kind(kind);
}

int32_t error_value(Node *error) {
    bool intact = node_is_intact(error, error->value) &&
                  (!error->next || node_is_intact(error->next, 100 + error->value));
    if (intact)
        return (int32_t)error->value;
    printf("FAILED exception object was lost or overwritten\n");
    abort();
}

// ---- Driver -------------------------------------------------------------------------------------

int check_count, failure_count;

void check(bool condition, const char *name) {
    check_count++;
    if (condition)
        return;
    failure_count++;
    printf("FAILED %s\n", name);
    fflush(stdout);
}

static char **test_arguments;

MANAGED static void run_all(void *argument) {
    (void)argument;
    const char *name = test_arguments[1];
    if (name && strcmp(name, "benchmark") == 0) {
        benchmark();
        return;
    }
    if (name && fatal_case(name))
        return;
    if (!name || strcmp(name, "exceptions") == 0)
        exception_cases();
    if (!name || strcmp(name, "trace") == 0)
        trace_cases();
    if (!name || strcmp(name, "collections") == 0)
        collection_cases();
    if (!name || strcmp(name, "threads") == 0)
        thread_cases();
}

int32_t __managed__Main(int32_t argc, char **argv) {
    (void)argc;
    test_arguments = argv;
    CHECK(module_handle != NULL);
    world_run(run_all, NULL);
    printf("%d checks, %d failed\n", check_count, failure_count);
    return failure_count != 0;
}
