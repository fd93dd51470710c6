// What this runtime uses of the shipped NativeAOT runtime archive (10.0.12, linux-x64), and what it needs of
// compiled code. Names and layouts are the runtime's own (runtime-contract.md 3 to 6, 9); every use here is
// covered by tests/runtime. All of it is linked statically, hence hidden visibility: calls need no procedure
// linkage table.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/tailor_runtime.h"

#pragma GCC visibility push(hidden)

struct MethodTable {
    uint32_t flags;
    uint32_t base_size;
    const MethodTable *base_type; // of a class; NULL for System.Object
};

struct ManagedObject {
    const MethodTable *type;
};

/// Link of the thread's chain of exceptions in flight (thread + 0x78). The collector walks the chain through
/// `previous`, keeps `exception` alive and updates it when the object moves. It reads nothing else of ExInfo.
typedef struct ExInfo {
    struct ExInfo *previous;
    void *context;
    ManagedObject *exception;
} ExInfo;

/// Thread of the runtime (Runtime/thread.h), up to the last field in use here.
typedef struct RuntimeThread {
    uint8_t *combined_limit; // allocation falls into RhpGcAlloc when the object would end above
    uint8_t *allocation_pointer;
    uint8_t unused_0x10[0x30];
    uint32_t state; // THREAD_STATE_*
    uint32_t unused_0x44;
    PInvokeFrame *transition_frame; // NULL: cooperative mode
    PInvokeFrame *deferred_transition_frame;
    uint8_t unused_0x58[0x20];
    ExInfo *exinfo_head;
    uint8_t unused_0x80[0x28];
    uintptr_t stack_low;
    uintptr_t stack_high;
    uint8_t unused_0xb8[0x18];
} RuntimeThread;
_Static_assert(offsetof(RuntimeThread, state) == 0x40, "runtime-contract 4.1");
_Static_assert(offsetof(RuntimeThread, transition_frame) == 0x48, "runtime-contract 4.1");
_Static_assert(offsetof(RuntimeThread, exinfo_head) == 0x78, "runtime-contract 4.1");
_Static_assert(offsetof(RuntimeThread, stack_high) == 0xb0, "runtime-contract 4.1");
_Static_assert(sizeof(RuntimeThread) == 208, "runtime-contract 4.1");

enum {
    THREAD_STATE_Attached = 0x1,
    THREAD_STATE_DoNotTriggerGc = 0x10,
    THREAD_STATE_GcSpecial = 0x20,
};

extern _Thread_local RuntimeThread tls_CurrentThread;

/// Not 0: some thread wants to suspend the others (bit 1), or a thread abort is in progress (bit 0).
extern volatile uint32_t RhpTrapThreads;

bool RhInitialize(bool is_dll);
typedef struct RuntimeInstance RuntimeInstance;
RuntimeInstance *_Z18GetRuntimeInstancev(void);
void _ZN15RuntimeInstance32EnableConservativeStackReportingEv(RuntimeInstance *instance);

/// Leaves cooperative mode with `frame` while a collection runs; preserves errno.
void RhpWaitForGC2(PInvokeFrame *frame);
/// To be called in preemptive mode: takes the thread's transition frame as the root frame of the calling
/// thread.
void RhpCollect(uint32_t generation, uint32_t mode, uint32_t low_memory);
enum { COLLECT_Blocking = 2, COLLECT_Compacting = 8 }; // GCCollectionMode of the collector

/// Attaches the thread if need be and enters cooperative mode; `frame`: 16 bytes, zero.
void RhpReversePInvoke(void *frame);

ManagedObject *RhpNewFast(const MethodTable *type);
ManagedObject *RhpNewArrayFast(const MethodTable *type, intptr_t length);
ManagedObject *RhpNewPtrArrayFast(const MethodTable *type, intptr_t length);
ManagedObject *RhNewString(const MethodTable *type, intptr_t length);
/// `place` lies in a heap object.
void RhpAssignRef(ManagedObject **place, ManagedObject *object);

// The instructions of the write-barrier helpers that fault when the destination (or source) is a null
// reference.
extern char RhpAssignRefAVLocation[], RhpCheckedAssignRefAVLocation[];
extern char RhpByRefAssignRefAVLocation1[], RhpByRefAssignRefAVLocation2[];

// ---- Defined by compiled code -------------------------------------------------------------------

enum {
    EXCEPTION_ID_NullReference = 8,
    EXCEPTION_ID_AccessViolation = 9,
    EXCEPTION_ID_DivideByZero = 3,
    EXCEPTION_ID_Overflow = 7,
    EXCEPTION_ID_DataMisaligned = 10
}; // System.Runtime.ExceptionIDs
enum { FAIL_FAST_InternalError = 1, FAIL_FAST_UnhandledException = 2 }; // System.Runtime.RhFailFastReason
enum { STACK_FRAME_First = 1, STACK_FRAME_FirstRethrow = 2 };           // System.Runtime.RhEHFrameType

ManagedObject *GetRuntimeException(int32_t id);
void RuntimeFailFast(int32_t reason, ManagedObject *exception, intptr_t address, intptr_t context);
void AppendExceptionStackFrame(ManagedObject *exception, intptr_t ip, int32_t flags);
void OnFirstChanceException(ManagedObject *exception);
void OnUnhandledException(ManagedObject *exception);
void *GetSystemArrayEEType(void);
intptr_t ThreadEntryPoint(intptr_t parameter);
typedef void RuntimeCallback(void); // of any signature
void InitializeModules(void *os_module, void **modules, int32_t count, RuntimeCallback **class_library,
                       int32_t function_count);
int32_t __managed__Main(int32_t argc, char **argv);

extern void *__start___modules[], *__stop___modules[];
extern const uint8_t __start_tailor_text[], __stop_tailor_text[];
/// Linker-defined: start of this executable or library in memory, what dladdr reports as its base.
extern const uint8_t __ehdr_start[];

#pragma GCC visibility pop
