// Private to il/: the decoded form of a body (`Code`), the abstract interpreter that types, folds and
// rewrites it
// (`Import`), and what the parts of il/ know of each other. Flow: decode.c or a synth_*.c builder makes Code;
// import.c runs it to a fixpoint over live blocks, then runs it once more and emits the Body.
#pragma once

#include "il/il.h"

#include <string.h>

// ---- Code: decoded, not yet resolved ------------------------------------------------------------

/// One decoded instruction. `in` has op, prefixes, offset and every operand that is not a token; resolve.c
/// fills the rest when the instruction is first reached, so nothing is instantiated for dead code.
typedef struct RawInstruction {
    Instruction in;
    Token token;       // operand token; nil when there is none or the builder gave the entity itself
    Token constrained; // operand of a constrained. prefix
    bool resolved;
    ElementType element;         // ldelem.<t>, stelem.<t>: the built-in element type; END otherwise
    const Failure *failure;      // why resolution failed
    struct InlineFrame *inlined; // the callee that the call becomes
} RawInstruction;

typedef struct CodeBlock {
    uint32_t first, count; // raw instructions
    int32_t try_region, handler_region;
} CodeBlock;

typedef struct Code {
    const Method *method;  // whose body this is
    const Method *context; // generic context of the tokens: `method`, or the method it stands for
    Module *module;        // of the tokens
    RawInstruction *raw;
    uint32_t raw_count;
    CodeBlock *blocks;
    uint32_t block_count;
    EhRegion *regions;   // block ranges and parents
    Token *catch_tokens; // by region
    uint32_t region_count;
    Type **args;
    uint32_t arg_count;
    Type **locals;
    bool *pinned;
    uint32_t local_count;
    bool init_locals;
} Code;

/// Decodes the IL of `method` into `arena`. NULL: *invalid says why in words.
Code *code_decode(TypeSystem *ts, const Method *method, Arena *arena, const char **invalid, Failure *failure);
/// Splits `raw` at branch targets and region borders; in.block and switch targets hold raw indices before and
/// block numbers after. `starts[i]`: raw index of region borders, already marked by the caller. False:
/// *invalid.
bool code_split(Code *code, const bool *leaders, Arena *arena);
/// Exact types of `this` and the parameters.
Type **code_arguments(TypeSystem *ts, const Method *method, Arena *arena, uint32_t *count);
/// Checks nesting, sets parents and the regions of the blocks (II.19).
bool code_nest_regions(Code *code, const char **invalid);

// ---- Abstract values ----------------------------------------------------------------------------

typedef enum Known {
    KNOWN_Nothing,
    KNOWN_Int, // `integer`, sign-extended from 32 bits for STACK_Int32
    KNOWN_Null,
    KNOWN_Type,       // the RuntimeType object of `known_type`
    KNOWN_GetType,    // the result of object.GetType on something unknown
    KNOWN_TypeHandle, // RuntimeTypeHandle of `known_type`
    KNOWN_FieldHandle,
    KNOWN_Function, // address of `method` (ldftn)
    KNOWN_Virtual,  // address of `method` resolved on an object (ldvirtftn)
} Known;

typedef struct Value {
    StackKind kind;
    Known known;
    bool exact; // an object's run-time type is exactly `type` (a value type: its box)
    bool non_null;
    Type *type; // as StackType
    union {
        int64_t integer;
        Type *known_type;
        const Field *field;
        const Method *method;
    };
} Value;

/// What is known on entry to a block.
typedef struct State {
    bool reached;
    uint32_t depth;
    uint32_t visits;
    bool queued;
    Value *stack;
    Value *variables; // tracked arguments and locals
} State;

typedef struct Il Il;
typedef struct InlineFrame InlineFrame;

/// Whether two types are the same: 1, 0, or -1 where what placeholders stand for decides.
int types_decide_equal(Il *il, const Type *x, const Type *y);

/// One run of the interpreter over one body.
typedef struct Import {
    Il *il;
    Code *code;
    Arena *arena;
    State *states;
    uint32_t *queue;
    uint32_t queue_first, queue_count;
    // Tracked variables: arguments first, then locals; -1 = not tracked.
    int32_t *arg_slot, *local_slot;
    uint32_t slot_count;
    bool *slot_stored_in_try, *slot_stored_in_handler;
    const Value *known_args; // constants of a call being evaluated, NULL otherwise
    // The block being interpreted.
    uint32_t block;
    Value *stack;
    uint32_t depth, capacity;
    Value *variables;
    bool ended;          // control cannot continue in this block
    const char *invalid; // the body is invalid: why
    // Evaluation of a small callee: stops at the first effect.
    bool evaluating, effect;
    uint32_t evaluation_depth;
    Value result;
    bool has_result;
    // Emission.
    bool emitting;
    ARRAY(Instruction) out;
    uint32_t out_block_first; // of the current block
    ARRAY(Type *) checked;    // types whose .cctor has run earlier in this block
    const bool *dead_local;   // stores to these are dropped (second emission)
    uint32_t dead_local_count;
    uint32_t *local_loads; // ldloc and ldloca emitted, by local
    uint32_t local_loads_capacity;
    bool emit_again; // a callee that was inlined no longer is
    // Inlining (inline.c). `code` is the innermost callee's while its instructions are interpreted.
    Code *outer;                               // whose Body is made
    InlineFrame *frame;                        // NULL outside inlined callees
    RawInstruction *raw;                       // being interpreted; NULL if it is none of a Code
    ARRAY(Type *) inlined_locals;              // after those of `outer`
    uint32_t inlined_steps, inlined_steps_max; // of the call site in `outer`
    ARRAY(const Method *) inlined;             // callees, each once
    bool has_localloc;
    uint32_t offset; // IL offset of the instruction being rewritten
} Import;

/// Interprets `code` and makes its Body; a body that throws if it turns out invalid.
Body *import_body(Il *il, Code *code, Arena *arena);
/// Runs a small callee on what is known of its arguments; true if it has no effect and always returns one
/// constant.
bool import_evaluate(Import *caller, const Method *callee, const Value *args, uint32_t arg_count, Value *out);
/// The body that throws `failure`.
Body *body_of_failure(Il *il, const Method *method, const Failure *failure, const char *invalid,
                      Arena *arena);

// ---- Stack and emission primitives (import.c) ---------------------------------------------------

void import_invalid(Import *im, const char *reason);
/// Whether the kind of `value` fits a location of `type`: a struct for a struct, a real number for a real
/// number.
bool is_storable(Import *im, Type *type, const Value *value);
/// Pops what is stored to a location of `type`; the IL is invalid if it does not fit.
Value pop_stored(Import *im, Type *type);
void push(Import *im, Value value);
Value pop(Import *im);
/// Entry `index` from the top (0 = top); an invalid body if there is none.
Value peek(Import *im, uint32_t index);
void emit(Import *im, Instruction in);
/// Removes the top of the run-time stack: deletes what pushed it where that had no effect, else emits a pop.
void emit_pop(Import *im);
/// Simulates and emits one resolved instruction.
void step(Import *im, const Instruction *in);
void step_op(Import *im, Opcode op);
void step_integer(Import *im, Opcode op, int64_t value);
void step_type(Import *im, Opcode op, Type *type);
void step_call_to(Import *im, const Method *method);
/// Makes a known integer (of any kind), null or type again.
void step_known(Import *im, const Value *value);
/// Throws what `failure` says and ends the block.
void step_failure(Import *im, const Failure *failure);
/// Control continues (also) at block `target` with the current state.
void flow_to(Import *im, uint32_t target);
void flow_next(Import *im);

/// The instruction just interpreted has an effect: it ends the evaluation of a small callee.
void effect(Import *im);
void state_merge(Import *im, uint32_t target, const Value *stack, uint32_t depth, const Value *variables);
void import_enter_handlers(Import *im);
/// What a tracked variable holds when nothing is known but its declaration.
Value declared_value(const Import *im, uint32_t slot);

Value value_of_type(Il *il, Type *type); // a value of this type as the stack holds it (I.12.3.2.1)
Value value_int32(int32_t value);
Value value_integer(StackKind kind, int64_t value);
Value value_runtime_type(Il *il, Type *type);
static inline bool value_is_int(const Value *value) {
    return value->known == KNOWN_Int;
}
/// The lattice meet at a join; false if the kinds cannot be merged.
bool value_merge(Il *il, Value a, Value b, Value *out);
bool value_same(const Value *a, const Value *b);

// ---- Steps by group (step_*.c) ------------------------------------------------------------------

void step_arithmetic(Import *im, const Instruction *in);
void step_compare(Import *im, const Instruction *in);
void step_convert(Import *im, const Instruction *in);
void step_branch(Import *im, const Instruction *in);
void step_switch(Import *im, const Instruction *in);
void step_field(Import *im, const Instruction *in);
void step_object(Import *im, const Instruction *in);
void step_call(Import *im, const Instruction *in);
void step_new_object(Import *im, const Instruction *in);
void step_function(Import *im, const Instruction *in);
void step_calli(Import *im, const Instruction *in);
/// Whether `type` is a reference on the stack, castable, ... with what is known: 1 yes, 0 no, -1 unknown.
int cast_decide(Import *im, const Value *value, Type *type);

// ---- Resolution (resolve.c) ---------------------------------------------------------------------

/// Fills the operand of `raw`; false: raw->failure.
bool resolve_instruction(Import *im, RawInstruction *raw);
Failure *failure_make(Arena *arena, FailureKind kind, const char *message);
/// TLR2004, once per instruction of a definition.
void report_failure(Il *il, const Method *method, uint32_t offset, const Failure *failure);

// ---- Inlining (inline.c) ------------------------------------------------------------------------

/// Replaces the call or newobj of exactly `in->method`, whose arguments are on the stack, by
/// the callee's instructions; false: nothing has changed.
bool inline_call(Import *im, const Instruction *in);
/// Loads, stores and addresses of the innermost callee's arguments and locals.
void step_frame_variable(Import *im, const Instruction *in);
/// Control of the innermost callee goes to its block `target`, or back to the caller.
void flow_in_frame(Import *im, uint32_t target);
void return_from_frame(Import *im);
/// The innermost callee keeps a call of `method`, whose arguments are on the stack.
void inline_note_call(Import *im, const Method *method);
void inline_free(Il *il);
/// What a variable of declared type `type` holds after `value` was stored (import.c).
Value stored_value(Import *im, Type *type, Value value);
/// Whether entry to the method runs its class constructor (precise semantics, II.10.5.3).
bool runs_cctor_at_entry(Il *il, const Method *method);

// ---- Recognised methods (special.c) -------------------------------------------------------------

typedef enum FoldId {
    FOLD_None,
#define FOLD(id, name_space, type, method) FOLD_##id,
#include "il/fold_call.def"
#undef FOLD
} FoldId;
FoldId fold_find(Il *il, const Method *method);
void special_free(Il *il);
void native_structs_free(Il *il);
void reported_free(Il *il);
/// TLR2004 with the reason in words, once per definition.
void report_unsupported(Il *il, const Method *method, const char *reason);
/// TLR2001, once per definition.
void report_invalid(Il *il, const Method *method, const char *reason);

// ---- Folding of calls (fold_call.c, fold_type.c) ------------------------------------------------

/// Rewrites or folds a call of `method`; its arguments are on the stack. True if nothing of the call is left
/// to do.
bool fold_call(Import *im, const Method *method, bool is_virtual);
/// Calls on System.Type and its relatives with exact operands.
bool fold_type_call(Import *im, FoldId id, const Method *method);
Intrinsic intrinsic_find(Il *il, const Method *method, const Method *caller);

// ---- Vectors of any machine (vector.c) ----------------------------------------------------------

/// Static methods of the vector classes.
bool vector_classify(const MethodDef *def);
bool vector_method(Il *il, const Method *method); // special.c

// ---- Hardware intrinsics (hardware.c) -----------------------------------------------------------

typedef enum HardwareSupport {
    HARDWARE_None,  // not a method of System.Runtime.Intrinsics.<machine>
    HARDWARE_Never, // IsSupported is false, the others throw PlatformNotSupportedException
    HARDWARE_Asked, // the processor is asked at run time
    HARDWARE_Always,
} HardwareSupport;
typedef struct HardwareMethod {
    HardwareSupport support;
    bool is_query;       // get_IsSupported
    const char *symbol;  // Asked: function of the runtime that answers
    const char *feature; // Asked: for LLVM
} HardwareMethod;
HardwareMethod hardware_classify(Il *il, const MethodDef *def);
HardwareMethod hardware_method(Il *il, const Method *method); // special.c
/// A call that is an instruction where it stands.
bool hardware_is_instruction(Il *il, const Method *method, const Method *caller);
/// Code of methods whose IL is not to be used; NULL: it is.
Code *hardware_code(Il *il, const Method *method, Arena *arena);
/// IsSupported or IsHardwareAccelerated as `caller` sees it: 1, 0, or -1: asked at run time, or no such
/// query.
int hardware_answer(Il *il, const Method *query, const Method *caller);
/// Whether `method` is named so.
bool method_is(const Method *method, const char *name_space, const char *type, const char *name);
bool type_is(const Type *type, const char *name_space, const char *name);
/// RuntimeHelpers.IsBitwiseEquatable.
bool type_is_bitwise_equatable(Il *il, Type *type);

// ---- Per-module facts (module_facts.c: substitutions, feature switches, resources) --------------

typedef enum SubstitutionKind {
    SUBSTITUTION_None,
    SUBSTITUTION_Value,
    SUBSTITUTION_Empty,
    SUBSTITUTION_Throw
} SubstitutionKind;
typedef struct Substitution {
    SubstitutionKind kind;
    int64_t value;
} Substitution;
/// What replaces the body of a definition (XML substitutions, then FeatureSwitchDefinition, FeatureGuard).
Substitution method_substitution(Il *il, const MethodDef *def);
bool field_substitution(Il *il, const FieldDef *def, int64_t *value);
bool resource_string(Il *il, Module *module, Text key, Utf16 *out);
void module_facts_free(Il *il);

// ---- Synthetic bodies (builder.c, synth_*.c) ----------------------------------------------------

/// Builds Code from resolved instructions. Labels are raw indices; `code_builder_mark` marks the next
/// instruction.
typedef struct Builder {
    Il *il;
    TypeSystem *ts;
    Arena *arena;
    Code *code;
    ARRAY(RawInstruction) raw;
    ARRAY(uint32_t) labels; // raw index of each label
    ARRAY(Type *) locals;
    ARRAY(bool) pinned; // by local
    struct BuilderRegion {
        EhKind kind;
        uint32_t try_label, handler_label, end_label;
        Type *catch_type;
    } regions[8];
    uint32_t region_count;
} Builder;
Builder code_builder_start(Il *il, const Method *method, Arena *arena);
uint32_t code_builder_new_label(Builder *b);
void code_builder_mark(Builder *b, uint32_t label);
uint32_t code_builder_local(Builder *b, Type *type);
/// A local that keeps what it refers to in place.
uint32_t code_builder_pinned(Builder *b, Type *type);
void build(Builder *b, Opcode op);
void build_index(Builder *b, Opcode op, uint32_t index);
void build_integer(Builder *b, Opcode op, int64_t value);
void build_type(Builder *b, Opcode op, Type *type);
void build_method(Builder *b, Opcode op, const Method *method);
void build_field(Builder *b, Opcode op, const Field *field);
void build_string(Builder *b, Utf16 string);
void build_branch(Builder *b, Opcode op, uint32_t label);
void build_switch(Builder *b, const uint32_t *labels, uint32_t count);
void build_signature(Builder *b, Opcode op, const Signature *signature);
/// Try from `try_label` to `handler_label`, handler up to `end_label`; inner regions first.
void code_builder_region(Builder *b, EhKind kind, uint32_t try_label, uint32_t handler_label,
                         uint32_t end_label, Type *catch_type);
Code *code_builder_finish(Builder *b);

/// Code of a method that has no IL; NULL if `method` is not of that kind.
Code *synth_code(Il *il, const Method *method, Arena *arena, const Failure **failure);
Code *synth_delegate(Il *il, const Method *method, Arena *arena);
Code *synth_dynamic_invoke(Il *il, const Method *method, Arena *arena);
Code *synth_dynamic_dispatch(Il *il, const Method *method, Arena *arena);
Code *synth_array(Il *il, const Method *method, Arena *arena);
Code *synth_field_helper(Il *il, const Method *method, Arena *arena);
Code *synth_startup(Il *il, const Method *method, Arena *arena, const Failure **failure);
Code *synth_library_startup(Il *il, const Method *method, Arena *arena);
Code *synth_pinvoke(Il *il, const Method *method, Arena *arena);
Code *synth_accessor(Il *il, const Method *method, Arena *arena, const Failure **failure);
/// Wraps a finished body in Monitor enter/exit ([MethodImpl(Synchronized)]).
void body_synchronize(Il *il, Body *body, Arena *arena);

// ---- The stage ----------------------------------------------------------------------------------

typedef struct ModuleFacts ModuleFacts;
typedef struct ConstantEntry ConstantEntry;
typedef struct ReportedEntry ReportedEntry;
typedef struct CctorEntry CctorEntry;
typedef struct SpecialEntry SpecialEntry;
struct NativeStructEntry;
typedef struct InlineEntry InlineEntry;
struct Il {
    TypeSystem *ts;
    const Request *request;
    Arena *program;
    Diag *diag;
    const IlFacts *facts;
    const IlStatics *statics;
    bool quiet;            // nothing is reported
    bool as_written;       // nothing is inlined
    bool makes_types;      // il_set_makes_types
    ModuleFacts **modules; // by Module.index
    uint32_t module_capacity;
    ConstantEntry *constants;                 // uthash
    ReportedEntry *reported;                  // uthash
    CctorEntry *cctors;                       // uthash
    SpecialEntry *special;                    // uthash
    struct NativeStructEntry *native_structs; // uthash
    InlineEntry *inline_entries;              // uthash
    Type *object, *string, *int32, *int64, *native_int, *boolean, *void_type, *runtime_type, *byte_pointer;
    uint32_t evaluation_depth;
};
/// Whether an access to a static member of `owner` from `code` must test its class constructor first.
bool access_checks_cctor(Il *il, const Code *code, const Type *owner);
