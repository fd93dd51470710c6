// What the files of lower/ share: the state of a unit (`UnitState`) and of the method being lowered
// (`Lowering`), the values of the operand stack, and the small emit helpers. Failures are reported where they
// are found and set `failed`; code generation of the method then ends at the current instruction.
#pragma once

#include "lower/lower.h"

#include <llvm-c/DebugInfo.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

// ---- A unit -------------------------------------------------------------------------------------

/// Attribute kinds of LLVM looked up once per unit.
typedef struct AttributeKinds {
    unsigned alwaysinline, cold, inlinehint, minsize, noalias, noinline, noreturn, nounwind, optsize, signext,
        uwtable, zeroext, byval, sret, nest, willreturn, nonnull, memory, returns_twice, naked;
} AttributeKinds;

typedef struct OpenSymbol OpenSymbol;

/// A filter of canonical code, and the context that it has from its parent's frame.
typedef struct CanonicalFilter {
    LLVMValueRef function, context;
} CanonicalFilter;

typedef struct UnitState {
    Unit *unit;
    const Reach *reach;
    const Sharing *sharing; // NULL: every method has its own code
    Il *il;
    TypeSystem *ts;
    const Request *request;
    Diag *diag;
    Arena arena;   // lives as long as the unit is being lowered
    Arena scratch; // reset after each method
    bool failed;
    LLVMContextRef context;
    LLVMModuleRef module;
    LLVMTypeRef type_void, i1, i8, i16, i32, i64, f32, f64, ptr;
    LLVMTypeRef landing_pad; // {ptr record, i32 selector}
    LLVMTypeRef clause;      // {i32 kind, i32 target}
    AttributeKinds kinds;
    unsigned metadata_invariant_load, metadata_range, metadata_make_implicit, metadata_prof;
    LLVMValueRef empty_node, length_range, unlikely;
    LLVMDIBuilderRef debug; // NULL without debug symbols
    struct DebugFile *debug_files;
    uint32_t debug_file_count, debug_file_capacity;
    LLVMMetadataRef debug_unit, debug_type;
    ARRAY(OpenSymbol) open_symbols;           // of the canonical method that is being lowered
    bool is_canonical;                        // there is one
    ARRAY(CanonicalFilter) canonical_filters; // of that method
} UnitState;

/// Creates the module (and the context, unless the unit brings one) and what lowering needs beside it.
UnitState unit_state_open(Unit *unit, const Reach *reach, const Sharing *sharing,
                          LLVMTargetMachineRef machine, Diag *diag);
void unit_state_close(UnitState *u);

// ---- How values lie in memory and travel --------------------------------------------------------

/// A location of some type: a scalar with the stack kind it loads as, or a struct addressed in memory.
typedef struct Storage {
    StackKind kind;   // STACK_Value: a struct
    LLVMTypeRef type; // scalars: as stored; structs: [size x i8]
    uint32_t size, alignment;
    bool is_signed; // integers below 32 bits extend with their sign
    bool is_void;
} Storage;
Storage storage_of(UnitState *u, Type *type);
/// LLVM type of an operand stack entry of this kind (not STACK_Value).
LLVMTypeRef stack_type(const UnitState *u, StackKind kind);

typedef enum AbiKind {
    ABI_None,   // void
    ABI_Scalar, // one LLVM value of the storage type
    ABI_Pieces, // a struct of at most 16 bytes as one or two eightbytes
    ABI_Memory, // managed: pointer to a copy the callee may modify; result: buffer as first argument
    ABI_ByVal,  // native only: on the stack (byval), or result through sret
} AbiKind;
typedef struct AbiValue {
    AbiKind kind;
    Storage storage;
    uint32_t piece_count;
    LLVMTypeRef pieces[2];
    uint32_t offsets[2];
} AbiValue;
typedef struct AbiSignature {
    LLVMTypeRef type;
    AbiValue result;
    AbiValue *params; // `this` first
    uint32_t param_count;
    bool has_result_buffer; // LLVM parameter 0
    bool is_native;
} AbiSignature;
/// `has_this`: a leading pointer. Native: System V by-value rules for structs (P/Invoke,
/// UnmanagedCallersOnly).
AbiSignature abi_signature(UnitState *u, Arena *arena, const Signature *signature, bool has_this,
                           bool is_native);
/// Marks extensions, byval and sret on a function or on a call.
void abi_annotate_function(UnitState *u, const AbiSignature *abi, LLVMValueRef function);
void abi_annotate_call(UnitState *u, const AbiSignature *abi, LLVMValueRef call);

// ---- Symbols (symbols.c) ------------------------------------------------------------------------

typedef struct Instance Instance;
typedef struct Callee {
    LLVMValueRef function;
    LLVMTypeRef type;
    AbiSignature abi;
} Callee;
/// The function of an exact method with code or a RuntimeImport, declared on first use. False after a report:
/// reach/ did not mark it.
bool method_callee(UnitState *u, Arena *arena, const Method *method, Callee *out);
/// The same, but never a function that several methods have in common.
bool method_self(UnitState *u, Arena *arena, const Method *method, Callee *out);
/// Address of the code of a method for ldftn, delegates, tables: UnmanagedCallersOnly methods answer their
/// native entry.
LLVMValueRef method_address(UnitState *u, const Method *method);
/// MethodTable, RuntimeType, static base, ... ; NULL after a report.
LLVMValueRef entity_symbol(UnitState *u, SymbolKind kind, const void *entity);
LLVMValueRef method_table(UnitState *u, const Type *type);
LLVMValueRef string_literal(UnitState *u, Utf16 string); // NULL if reach/ did not mark it (no report)
/// Hidden external data symbol.
LLVMValueRef external_data(UnitState *u, const char *name);
/// Hidden external function with a C prototype; `result` may be void.
LLVMValueRef external_function(UnitState *u, const char *name, LLVMTypeRef type);
LLVMTypeRef function_type(UnitState *u, LLVMTypeRef result, uint32_t count, ...); // count LLVMTypeRef follow
LLVMValueRef intrinsic_function(UnitState *u, const char *name, LLVMTypeRef *overloads, uint32_t count);
/// Instance size of the reference type and whether a finalizer must run.
bool type_has_finalizer(TypeSystem *ts, Type *type);

// ---- Canonical code (canonical.c) ---------------------------------------------------------------

/// Symbols for entities with placeholders, which lower_canonical replaces; NULL for others.
LLVMValueRef open_data(UnitState *u, SymbolKind kind, const void *entity);
LLVMValueRef open_function(UnitState *u, SymbolKind kind, const Method *method, const AbiSignature *abi);
/// The context of canonical code as the entry of its function finds it; `this_index` of the LLVM parameter.
LLVMValueRef canonical_context(UnitState *u, LLVMBuilderRef builder, const Method *method,
                               LLVMValueRef function, uint32_t this_index);
/// A method over placeholders in canonical form.
bool lower_canonical(UnitState *u, const Method *method);
/// A function of nothing but assembly, `${0:P}` in it is `target`.
void stub_define(UnitState *u, LLVMValueRef stub, const char *text, LLVMValueRef target);

// ---- Function attributes (attribute.c) ----------------------------------------------------------

#define FUNCTION_ATTRIBUTES ((LLVMAttributeIndex)LLVMAttributeFunctionIndex)
void attribute_add(UnitState *u, LLVMValueRef function, unsigned kind);
void attribute_add_text(UnitState *u, LLVMValueRef function, const char *name, const char *value);
/// What every function that we define has: section, comdat, unwind table, stack probes, target.
void attribute_common(UnitState *u, LLVMValueRef function);
/// The rest, by metadata and preference.
void attribute_method(UnitState *u, LLVMValueRef function, const Method *method, const Body *body);

// ---- Internal errors ----------------------------------------------------------------------------

/// First complaint of LLVM's verifier about the module, in the unit's arena.
const char *unit_verify_message(UnitState *u);
/// DIAG_Internal for `method` (may be NULL); marks the unit as failed.
void unit_internal_error(UnitState *u, const Method *method, const char *format, ...) PRINTF_LIKE(3, 4);

// ---- The method being lowered -------------------------------------------------------------------

typedef enum ValueFact {
    FACT_NonNull = 1,
    FACT_Stack = 2,  // points into this activation's frame: no write barrier
    FACT_Heap = 4,   // points into an object on the GC heap: unchecked write barrier
    FACT_Exact = 8,  // an object reference whose run-time type is exactly `type`
    FACT_Moved = 16, // an address that arithmetic made of one that may be null
} ValueFact;

/// An entry of the operand stack (III.1.1).
typedef struct Value {
    StackKind kind;
    uint8_t facts;
    Type *type;       // as StackType: struct; static class or NULL; referent or NULL
    LLVMValueRef ref; // native int: i64 or ptr; STACK_Value: address of a private copy
} Value;

typedef struct Slot { // argument, local or join location
    LLVMValueRef address;
    Storage storage;
    Type *type;
    bool is_pinned;
} Slot;

typedef struct BlockState {
    LLVMBasicBlockRef head;
    Slot *joins; // entry_depth
} BlockState;

typedef struct RegionState { // eh.c
    LLVMBasicBlockRef landing_pad, dispatch, resume_after;
    LLVMValueRef record, selector; // exception in flight that this region looks at
    LLVMValueRef exception;        // catch: the object, for rethrow
    LLVMValueRef continuation;     // finally: what endfinally does: 0 unwinds on, n = continuations[n - 1]
    LLVMValueRef descriptor;       // clause
    LLVMValueRef filter_function;
    ARRAY(LLVMBasicBlockRef) continuations;
    ARRAY(uint32_t) continuation_targets; // IL block that the continuation finally reaches
    ARRAY(LLVMBasicBlockRef) leave_entries;
    ARRAY(LLVMValueRef) switches; // of the endfinally instructions
} RegionState;

typedef struct Lowering {
    UnitState *u;
    const Method *method;
    Body *body;
    Arena *scratch;
    LLVMValueRef function;
    LLVMBuilderRef builder;
    LLVMBuilderRef alloca_builder; // at the end of `entry`, which holds the allocas only
    LLVMBasicBlockRef entry;
    AbiSignature abi;
    LLVMValueRef result_buffer; // large struct results
    Slot *args, *locals;
    BlockState *blocks;
    RegionState *regions;
    uint32_t block;        // current IL block
    const Instruction *in; // current instruction
    uint32_t next_instruction;
    Value *stack;
    uint32_t depth, capacity;
    ARRAY(LLVMValueRef) temps_released; // struct temporaries popped by the current instruction
    ARRAY(const Type *) cctors_checked; // in this block
    int32_t filter_region;              // lowering the filter of this region (outlined); -1
    LLVMValueRef filter_parent;
    LLVMMetadataRef debug_scope; // subprogram of the current function, NULL without source
    SequencePoint *points;       // of the method
    uint32_t point_count;
    LLVMValueRef pinvoke_frame;
    LLVMValueRef reverse_frame; // NULL: called by managed code
    bool calls_are_plain;       // no callee gets a context
    bool this_is_nonnull;
    bool terminated; // the current LLVM block has its terminator
    bool failed;
} Lowering;

/// Lowers one method into its function. False after a report.
bool lower_method(UnitState *u, const Method *method);
/// The same into a given function: a body that serves several instances. Its calls do not pass contexts.
bool lower_method_into(UnitState *u, const Method *method, const Callee *function);
/// Blocks of the body from `first` on, into the current function (body.c).
void lower_blocks(Lowering *l, uint32_t first, uint32_t count);
void lower_instruction(Lowering *l);
/// Where operand `index` (0 = bottom) lies on entry to an IL block.
Slot *block_join(Lowering *l, uint32_t block, uint32_t index);
/// DIAG_InstructionUnsupported for the current instruction.
void lower_unsupported(Lowering *l, const char *reason);
void lower_internal(Lowering *l, const char *format, ...) PRINTF_LIKE(2, 3);
/// Begins / ends blocks of LLVM.
LLVMBasicBlockRef block_append(Lowering *l);
void block_begin(Lowering *l, LLVMBasicBlockRef block);
void branch_to(Lowering *l, LLVMBasicBlockRef block);
void branch_if(Lowering *l, LLVMValueRef condition, LLVMBasicBlockRef yes, LLVMBasicBlockRef no);
void lower_unreachable(Lowering *l);

// ---- Operand stack (stack.c) --------------------------------------------------------------------

void stack_push(Lowering *l, Value value);
void stack_push_scalar(Lowering *l, StackKind kind, LLVMValueRef ref);
void stack_push_object(Lowering *l, Type *type, LLVMValueRef ref, uint8_t facts);
Value stack_pop(Lowering *l);
/// Pops `count` operands into the scratch arena, the deepest (`this` of a call) first.
Value *stack_pop_many(Lowering *l, uint32_t count);
Value stack_peek(Lowering *l, uint32_t from_top);
/// Integer of 64 bits / pointer from an integer or address value; int32 extends with its sign.
LLVMValueRef value_i64(Lowering *l, Value value);
LLVMValueRef value_pointer(Lowering *l, Value value);
LLVMValueRef value_i32(Lowering *l, Value value);
/// The value as stored in a location of that storage (scalars only).
LLVMValueRef value_for_storage(Lowering *l, Value value, const Storage *storage);
/// The value converted to another stack kind (joins, implicit conversions of III.1.6).
Value value_convert(Lowering *l, Value value, StackKind kind);

/// Stack memory: one per call of the function, never moves. Uninitialised.
LLVMValueRef alloca_bytes(Lowering *l, uint32_t size, uint32_t alignment);
LLVMValueRef alloca_type(Lowering *l, LLVMTypeRef type);
Slot slot_make(Lowering *l, Type *type);
/// A temporary for a struct value; it dies when the value is popped.
LLVMValueRef temp_struct(Lowering *l, Type *type);
void temps_end(Lowering *l);

// ---- Memory (memory.c) --------------------------------------------------------------------------

typedef struct Access {
    LLVMValueRef address;
    uint8_t facts;      // of the address
    uint8_t prefixes;   // PREFIX_Volatile, PREFIX_Unaligned
    uint32_t alignment; // 0 = natural
} Access;
LLVMValueRef gep_bytes(Lowering *l, LLVMValueRef base, uint64_t offset);            // inbounds
LLVMValueRef gep_dynamic(Lowering *l, LLVMValueRef base, LLVMValueRef byte_offset); // may leave the object
/// Pushes the value of a location of `type`.
void load_value(Lowering *l, Type *type, Access access);
Value load_value_at(Lowering *l, Type *type, Access access);
/// Stores `value`, with write barriers when `access.facts` do not rule them out.
void store_value(Lowering *l, Type *type, Access access, Value value);
void store_reference(Lowering *l, Access access, LLVMValueRef reference);
void zero_value(Lowering *l, Type *type, Access access);
/// Struct copy between locations (`size` from the type).
void copy_struct(Lowering *l, Type *type, Access dst, LLVMValueRef src, uint32_t src_alignment);
void copy_bytes(Lowering *l, LLVMValueRef dst, LLVMValueRef src, uint64_t size, uint32_t alignment);
LLVMValueRef load_invariant(Lowering *l, LLVMTypeRef type, LLVMValueRef address);
LLVMValueRef load_method_table(Lowering *l, LLVMValueRef object); // not null
LLVMValueRef load_array_length(Lowering *l, LLVMValueRef array);  // i32, not null
/// Access through an address on the operand stack: tests it for null where it may be.
Access access_through(Lowering *l, Value address);

// ---- Checks (check.c) ---------------------------------------------------------------------------

void check_null(Lowering *l, Value value);
void check_null_pointer(Lowering *l, LLVMValueRef pointer);
/// Whether refs that arithmetic or a call gives need no test: CoreLib walks over spans by refs after their
/// lengths have said that there is something to walk over.
bool refs_are_trusted(const Lowering *l);
/// Branches to a cold block that calls the helper (no arguments, does not return) when `condition` holds.
void throw_if(Lowering *l, LLVMValueRef condition, WellKnownMethod helper);
void throw_helper(Lowering *l, WellKnownMethod helper);
void throw_failure(Lowering *l, const Failure *failure);
/// index unsigned below length; answers the index as i64.
LLVMValueRef check_bounds(Lowering *l, Value index, LLVMValueRef length);
void check_cctor(Lowering *l, Type *type);
void emit_poll(Lowering *l);
/// A backward branch from block `last` to `header` that needs no poll (loops.c).
bool loop_is_counted(UnitState *u, const Body *body, uint32_t header, uint32_t last);

// ---- Calls (call.c) -----------------------------------------------------------------------------

/// call, or invoke when an enclosing region must see what it throws; ends up in the continuation block.
LLVMValueRef emit_call(Lowering *l, LLVMTypeRef type, LLVMValueRef function, LLVMValueRef *args,
                       uint32_t count);
/// The same for functions that never unwind.
LLVMValueRef emit_call_nounwind(Lowering *l, LLVMTypeRef type, LLVMValueRef function, LLVMValueRef *args,
                                uint32_t count);
/// Calls with operand stack values; `function` and the signature as method_callee gives them. Pushes the
/// result if any.
void call_values(Lowering *l, const AbiSignature *abi, LLVMTypeRef type, LLVMValueRef function, Value *args,
                 Type *result_type, LLVMValueRef *raw_result);
void call_method(Lowering *l, const Method *method, Value *args);
/// The two halves of call_values: LLVM arguments in `*values` (answers their number) with the result buffer
/// `*memory` or NULL; then the push of what the call gave.
uint32_t call_lay_out(Lowering *l, const AbiSignature *abi, Value *args, Type *result_type,
                      LLVMValueRef **values, LLVMValueRef *memory);
void call_push_result(Lowering *l, const AbiSignature *abi, Type *type, LLVMValueRef result,
                      LLVMValueRef memory);
/// A CoreLib helper with raw LLVM arguments (scalars); answers its result. NULL after a report.
LLVMValueRef call_helper(Lowering *l, WellKnownMethod helper, LLVMValueRef *args, uint32_t count);
/// A function of the runtime: pointer-sized arguments.
LLVMValueRef call_runtime(Lowering *l, const char *name, LLVMTypeRef result, LLVMValueRef *args,
                          LLVMTypeRef *types, uint32_t count, bool may_throw);
/// Allocates an instance of a class or boxed struct; not initialised beyond zero.
LLVMValueRef allocate_object(Lowering *l, Type *type);
LLVMValueRef emit_box(Lowering *l, Type *type, Value value);
/// Code address for a virtual call on `object` (not null).
/// What the code that is called through a pointer or a delegate finds on the object in `this`: for an
/// instance method of a value type, the box.
const Method *box_entry(Lowering *l, const Method *method);
/// How an ldvirtftn of `method`, alone or as part of a new delegate, finds its code.
CallPlan function_plan(Lowering *l, const Method *method);
LLVMValueRef virtual_target(Lowering *l, CallPlan plan, LLVMValueRef object);
bool helper_allowed(Lowering *l, WellKnownMethod helper);

// ---- Exceptions (eh.c, filter.c) ----------------------------------------------------------------

void eh_begin(Lowering *l);
/// Landing pad for calls in the current block; NULL if nothing in this method sees their exceptions.
LLVMBasicBlockRef eh_landing_pad(Lowering *l);
void eh_leave(Lowering *l, uint32_t target_block);
void eh_end_finally(Lowering *l);
void eh_end_filter(Lowering *l);
void eh_rethrow(Lowering *l);
void eh_finish(Lowering *l);
LLVMValueRef clause_descriptor(UnitState *u, int kind, LLVMValueRef target, const char *name);
LLVMValueRef eh_personality(UnitState *u);
bool region_holds_try(const EhRegion *region, uint32_t block);
/// Outlined function of a filter region, or of a `catch` whose type the context tells.
LLVMValueRef filter_function(Lowering *l, uint32_t region);
void filter_escape_frame(Lowering *l);

// ---- Groups of instructions (op_*.c): pop operands, push results --------------------------------

void op_arithmetic(Lowering *l);
void op_shift(Lowering *l);
void op_unary(Lowering *l);
void op_checked_arithmetic(Lowering *l);
void op_compare(Lowering *l);
void op_branch(Lowering *l);
void op_switch(Lowering *l);
void op_convert(Lowering *l);
void op_convert_checked(Lowering *l);
void op_ckfinite(Lowering *l);
void op_load_indirect(Lowering *l);
void op_store_indirect(Lowering *l);
void op_object_memory(Lowering *l); // ldobj stobj cpobj initobj cpblk initblk localloc sizeof
void op_field(Lowering *l);
void op_static_field(Lowering *l);
void op_array(Lowering *l);
void op_initialize_array(Lowering *l);
void op_create_span(Lowering *l);
void op_newobj(Lowering *l);
void op_new_instance(Lowering *l);
void op_cast(Lowering *l);
void op_box(Lowering *l);
void op_unbox(Lowering *l);
void op_token(Lowering *l);
void op_typed_reference(Lowering *l);
void op_call(Lowering *l);
void op_callvirt(Lowering *l);
void op_calli(Lowering *l);
void op_jmp(Lowering *l);
void op_function_pointer(Lowering *l);
void op_new_delegate(Lowering *l);
void op_invoke_delegate(Lowering *l);
void op_native_call(Lowering *l);
void op_native_calli(Lowering *l);
void op_intrinsic(Lowering *l);
void op_hardware(Lowering *l);
void op_throw(Lowering *l);
void op_return(Lowering *l);

// ---- Methods without IL (thunks.c, unmanaged_entry.c) -------------------------------------------

bool lower_unboxing_stub(UnitState *u, const Method *method);
/// A method whose address is its own while its code is another's: a jump.
bool lower_alias(UnitState *u, const Method *method);

// ---- Shared bodies (share_context.c, context.c) -------------------------------------------------

/// NULL: the method has exact code.
const Instance *sharing_instance(const Sharing *sharing, const Method *method);
/// The thunk of an instance; with the first one also the body.
bool lower_instance(UnitState *u, const Method *method, const Instance *instance);
/// Turns the callee into the shared body if `method` has one, and answers the dictionary to pass last; else
/// NULL.
LLVMValueRef context_callee(UnitState *u, const Method *method, Callee *callee);
void context_annotate_call(UnitState *u, LLVMTypeRef type, LLVMValueRef call);
/// The function type with one more parameter, the context.
LLVMTypeRef type_with_context(UnitState *u, LLVMTypeRef type);
/// The use names `value` from now on; constants around the symbol are computed at `builder`.
struct CodeUse;
void code_use_set(LLVMBuilderRef builder, const struct CodeUse *use, LLVMValueRef value);
/// The same call of another function, with one more argument unless `context` is NULL.
void call_redirect(UnitState *u, LLVMBuilderRef builder, LLVMValueRef call, const Callee *callee,
                   LLVMValueRef context);
/// Dictionaries of the unit's instances; after all its methods, whose declarations they refer to.
void dictionaries_define(UnitState *u);

void lower_unmanaged_entry(Lowering *l);
/// Preemptive -> cooperative mode at the entry of a function that native code calls, and back before it
/// returns.
void reverse_enter(Lowering *l);
void reverse_leave(Lowering *l);

// ---- Debug information (debug_info.c) -----------------------------------------------------------

void debug_unit_begin(UnitState *u);
void debug_unit_end(UnitState *u);
/// For the current function: an outlined filter calls it for itself (its own subprogram), then again for its
/// parent.
void debug_method_begin(Lowering *l);
void debug_instruction(Lowering *l, uint32_t il_offset);
