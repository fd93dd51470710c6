// The binary interface between code that Tailor compiles and Tailor's small C runtime (native/runtime/).
// The compiler refers to these symbols by name from LLVM IR; the runtime archive defines them. Everything is
// x86-64 System V, hidden visibility. "managed" means: called in cooperative mode, may throw, may collect.
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef struct ManagedObject ManagedObject; // first word: MethodTable*
typedef struct MethodTable MethodTable;

// ---- Exceptions (design llvm.md 1, runtime-contract.md 9) ---------------------------------------

/// Clause descriptor: a landingpad `catch` operand points at one. `target` is relative to its own address.
typedef enum ClauseKind {
    CLAUSE_Typed = 0,    // target = MethodTable of the caught type (System.Object catches everything)
    CLAUSE_Filter = 1,   // target = FilterFunction
    CLAUSE_Boundary = 2, // target = 0: nothing unwinds past this frame; pass 1 ends here as unhandled
} ClauseKind;
typedef struct ClauseDescriptor {
    int32_t kind;
    int32_t target;
} ClauseDescriptor;

/// Outlined exception filter. `frame` is the parent's frame pointer (for llvm.localrecover); nonzero = handle
/// here. The runtime calls it inside a thunk that turns an escaping exception into the answer 0.
typedef int32_t FilterFunction(void *frame, ManagedObject *exception);

/// Filter of a `catch` whose type is an argument of the code's instance: 1 if that is the class of
/// `exception` or a base.
int32_t tailor_exception_is(const ManagedObject *exception, const MethodTable *type);

/// `throw`: dispatches `exception` (never NULL: the compiler tests first). Managed, does not return.
_Noreturn void tailor_throw(ManagedObject *exception);

/// `rethrow` (III.4.24): as tailor_throw, but the stack trace collected so far stays.
_Noreturn void tailor_rethrow(ManagedObject *exception);

/// Body of the landing pad of a CLAUSE_Boundary, then `unreachable`. Never reached, but without it LLVM would
/// turn the invoke into a call.
_Noreturn void tailor_boundary_reached(void *record);

/// First of all in __managed__Startup: what main.c does for executables.
void tailor_library_start(void);

/// First act of a catch handler: takes the dispatch record that the landing pad received (register 0),
/// unlinks and frees it, returns the exception object.
ManagedObject *tailor_begin_catch(void *record);

/// The exception object of a record still in flight, for landing pads that must look without catching.
ManagedObject *tailor_exception_of(void *record);

/// Goes on unwinding behind a finally or fault handler: what LLVM's `resume` of {record, selector} becomes by
/// way of _Unwind_Resume. A call of this in its place, made after all optimisation, is faster and needs no
/// libgcc.
_Noreturn void tailor_resume(void *record);

/// Personality of every managed function with an `invoke`. Landing pads get {record, selector}.
void tailor_personality(void);

// ---- GC safety ----------------------------------------------------------------------------------

/// Slow path of a poll, after the inline test RhpTrapThreads != 0. Saves every register itself, vectors
/// included: call it as LLVM's `preserve_mostcc` or `preserve_allcc`.
void tailor_poll(void);

/// P/Invoke transition frame (runtime-contract.md 4.2): saved RBX, R12-R15, RSP; flags 0x80f1. Must lie on
/// the stack.
typedef struct PInvokeFrame {
    void *ip;
    void *rbp;
    void *thread;
    uint32_t flags;
    uint32_t padding;
    void *saved[6];
} PInvokeFrame;

/// Cooperative -> preemptive. Stores all callee-saved registers in `frame` and links it. Does not collect.
void tailor_pinvoke_enter(PInvokeFrame *frame);
/// Preemptive -> cooperative. Waits while a collection runs. Preserves errno and rax/xmm0 of the native call
/// is the caller's business (it calls this after having saved the result).
void tailor_pinvoke_leave(PInvokeFrame *frame);

// Reverse P/Invoke: RhpReversePInvoke(frame*) / RhpReversePInvokeReturn(frame*) of the runtime pack, frame =
// 16 bytes zeroed.

// ---- Defined by compiled code, needed by the runtime --------------------------------------------

// Module start-up (`main` of the runtime archive calls them): InitializeModules, __managed__Main, section
// __modules. RuntimeExports of CoreLib under their own names: GetRuntimeException, RuntimeFailFast,
// AppendExceptionStackFrame, OnFirstChanceException, OnUnhandledException, GetSystemArrayEEType,
// ThreadEntryPoint, ProcessFinalizers, RhExceptionHandling_FailedAllocation, g_compilerEmbeddedKnobsBlob,
// g_compilerEmbeddedSettingsBlob, g_requiredCpuFeatures. Code lies in section `tailor_text`
// (__start_tailor_text / __stop_tailor_text), unboxing stubs in `__unbox`.
/// MethodTable of System.Object, for CLAUSE_Typed "catches everything".
extern char tailor_method_table_object[];

// ---- Replacements for runtime functions that need ilc's code info (RuntimeImport names the compiler
// redirects) --

/// Replaces RhFindMethodStartAddress: start of the function that contains `code_address`, or NULL if not
/// ours.
void *tailor_find_method_start(void *code_address);
/// Replaces RhGetOSModuleFromPointer: the module handle that InitializeModules got if `code_address` lies in
/// compiled code, else NULL (no code range is registered with the runtime pack, so its own answer is always
/// NULL).
void *tailor_module_of(void *code_address);

/// Replaces RhResolveDispatch: code of virtual `slot` of class `declaring`, counted from the start of the
/// vtable, or of interface method `slot` of __reflection_selectors, on an object that is an instance of
/// `declaring`.
void *tailor_resolve_dispatch(ManagedObject *object, const MethodTable *declaring, uint16_t slot);
/// Code of an interface method on an object whose type may implement the interface several times; `selector`:
/// where its entries lie in the selector table. Managed.
void *tailor_resolve_ambiguous(ManagedObject *object, const MethodTable *interface, const void *selector);
/// Code of a static virtual method on a type; `interface`: NULL if no type implements several instances of
/// it.
void *tailor_resolve_static(const MethodTable *type, const MethodTable *interface, const void *selector);
/// Replaces RhResolveDispatchOnType.
void *tailor_resolve_dispatch_on_type(const MethodTable *type, const MethodTable *declaring, uint16_t slot);

/// Replaces RhResolveDynamicInterfaceCastableDispatchOnType: code of interface method `number` (of compiled
/// code's own numbering) on the interface that an object named as its implementation; NULL if that is none.
/// Never a generic context: the code brings it along.
void *tailor_resolve_dynamic_dispatch(const MethodTable *implementation, const MethodTable *interface,
                                      uint16_t number, const MethodTable **generic_context);
/// Replaces TypeLoaderExports.GVMLookupForSlot: code of a generic virtual method with its arguments
/// (RuntimeMethodHandle) on an object; NULL if there is none.
void *tailor_resolve_generic(ManagedObject *object, const void *method_handle);
/// Replaces RhGetCodeTarget: the method behind an unboxing stub, else `code` itself (the runtime pack knows
/// no stubs, since no code is registered with it).
void *tailor_code_target(void *code);

// ---- Generic instances made at run time ---------------------------------------------------------

enum {                             // what the answer is to the type loader's answer
    GENERIC_LOOKUP_IsIndirect = 1, // it lies where that points
};
/// A question of canonical code. It begins as the type loader's signatures do.
typedef struct GenericLookup {
    const void *type_manager_slot;
    uint64_t offset; // in the NativeLayout blob
    uint64_t flags;
} GenericLookup;
/// The answer for a context: a MethodTable or a method dictionary. Managed.
void *tailor_generic_lookup(const void *context, const GenericLookup *lookup);
/// Replaces FunctionPointerOps.GetGenericMethodFunctionPointer: the address of code that enters `code` with
/// `context` in r10. Equal arguments give the same address; it is never freed.
void *tailor_instantiated_code(void *code, const void *context);
/// Replaces
/// ExecutionEnvironmentImplementation.GetFunctionPointerAndInstantiationArgumentForOriginalLdFtnResult: what
/// tailor_instantiated_code made `code` of; no context for other code.
void tailor_split_code(ManagedObject *environment, void *code, void **entered, const void **context);
/// `type` is a generic instance of the same definition, with the same value types among its arguments.
bool tailor_is_instance_of_template(const MethodTable *template, const MethodTable *type);
/// Replaces TypeLoaderEnvironment.CanInstantiationsShareCode: the arrays of RuntimeTypeHandle are the same,
/// or one is the template of the other.
bool tailor_instances_share_code(ManagedObject *loader, ManagedObject *first, ManagedObject *second,
                                 int32_t kind);

/// Constructor of every executable or library that has compiled data: makes addresses of the distances in it.
void tailor_relocate(void);

/// IsSupported of Aes and Pclmulqdq, of Gfni, of AvxVnni, of Pclmulqdq.V256, of X86Serialize.
bool tailor_has_aes(void);
bool tailor_has_gfni(void);
bool tailor_has_avx_vnni(void);
bool tailor_has_vaes(void);
bool tailor_has_serialize(void);

/// Replaces RhpCalculateStackTraceWorker / RhpGetCurrentThreadStackTrace's walk: fills `addresses` with up to
/// `count` return addresses of managed frames from the innermost; returns the number, or the negated number
/// needed.
int32_t tailor_stack_trace(void **addresses, uint32_t count, void *innermost_address);
