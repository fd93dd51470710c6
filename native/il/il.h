// il/: body bytes of one exact method instance -> `Body`: decoded, resolved, normalised and folded
// instructions in blocks with EH regions. Reachability and code generation both walk Bodies (design D5), so
// they cannot disagree. Folding (feature switches, substitutions, typeof tests, IsSupported, sizeof, constant
// branches) happens here, before anything is marked.
#pragma once

#include "request/request.h"
#include "types/types.h"

/// Canonical opcodes. Short and macro forms of ECMA-335 III are expanded by the decoder: every ldarg.* is
/// OP_ldarg with an index, every ldc.i4.* is OP_ldc_i4, br.s is OP_br, and so on. Pseudo opcodes (FORM_Pseudo
/// rows) come from normalisation.
typedef enum Opcode {
#define OP(name, text, section, family) OP_##name,
#include "il/opcode.def"
#undef OP
    OP_COUNT
} Opcode;

/// Opcodes that differ in a type, a direction or an operator only.
typedef enum OpcodeFamily {
    FAMILY_Other, // one of its kind
    FAMILY_Variable,
    FAMILY_Constant, // null and numbers
    FAMILY_Branch,   // to one target
    FAMILY_LoadIndirect,
    FAMILY_StoreIndirect,
    FAMILY_Arithmetic, // of two operands, without overflow check
    FAMILY_ArithmeticChecked,
    FAMILY_Shift,
    FAMILY_Unary,
    FAMILY_Convert,
    FAMILY_ConvertChecked,
    FAMILY_Compare,
    FAMILY_Field, // of an object
    FAMILY_StaticField,
    FAMILY_Array,
    FAMILY_ObjectMemory, // values of a type in memory
    FAMILY_TypedReference,
    FAMILY_Cast,
    FAMILY_Unbox,
} OpcodeFamily;

/// Intrinsics that lower/ expands instead of calling (rows of intrinsic.def).
typedef enum Intrinsic {
    INTRINSIC_None,
#define INTRINSIC(id, name_space, type, method, params, note) INTRINSIC_##id,
#include "il/intrinsic.def"
#undef INTRINSIC
    INTRINSIC_COUNT
} Intrinsic;

typedef enum Prefix {
    PREFIX_Volatile = 1,
    PREFIX_Unaligned = 2,
    PREFIX_ReadOnly = 4,
    PREFIX_Tail = 8,
} Prefix;

typedef struct Instruction {
    Opcode op;
    uint8_t prefixes;
    uint8_t alignment; // with PREFIX_Unaligned
    bool check_cctor;  // static field access that must run the owner's lazy .cctor first
    bool is_direct; // callvirt whose target is known to be `method` itself (non-virtual, final, sealed): null
                    // check + call
    bool compare_only;   // ldtype: the object is only compared with one that nobody knows (Type.op_Equality)
    bool receiver_exact; // the receiver's run-time type is exactly `receiver`
    bool from_field; // ldstr: the value of a static field. Trim analysis does not look into fields, so that
                     // its warnings do not depend on what runs at compile time.
    uint32_t offset; // IL offset; synthetic bodies: instruction number
    union {
        int64_t integer; // ldc.i4, ldc.i8
        double real;     // ldc.r4, ldc.r8
        uint32_t index;  // ldarg/starg/ldarga (this is 0), ldloc/stloc/ldloca
        uint32_t block;  // branch target (the fall-through is the next block)
        struct SwitchTargets *targets;
        Type *type; // newarr box unbox castclass isinst ldobj ... ldtoken of a type, ldtype
        const Method
            *method; // call callvirt newobj ldftn ldvirtftn jmp, intrinsic, new_delegate target, native_call
        const Field *field;                // ld/st(s)fld(a), initialize_array, create_span, ldtoken_field
        Utf16 string;                      // ldstr
        const Signature *signature;        // calli
        const Failure *failure;            // throw_failure
        const struct FrozenObject *frozen; // ldfrozen; its exact type is `type2`
    };
    Type
        *type2; // constrained. type; new_delegate: the delegate type; create_span: element type; native_call:
                // function pointer type with the native signature where it differs from the method's
    Type *receiver; // call/callvirt/invoke_delegate: static type of `this` on the stack, NULL if unknown
    Intrinsic intrinsic;
} Instruction;

typedef struct SwitchTargets {
    uint32_t count;
    uint32_t *blocks; // default = next block
} SwitchTargets;

/// III.1.1, I.12.3.2.1. What an operand stack entry or a join carries.
typedef enum StackKind {
    STACK_Int32,
    STACK_Int64,
    STACK_NativeInt,
    STACK_Float32,
    STACK_Float64,
    STACK_Object,
    STACK_ByRef,
    STACK_Value
} StackKind;
/// How a value lies in memory, and what it is on the evaluation stack (III.1.1.1).
typedef struct Scalar {
    StackKind kind;
    uint32_t size;  // bytes
    bool is_signed; // smaller integers are extended so
} Scalar;
/// Of built-in numbers, bool and char; size 0 and STACK_Value for everything else.
Scalar scalar_of_element(ElementType element);

typedef struct StackType {
    StackKind kind;
    Type *type; // Value: the struct; Object: static class or NULL (null literal); ByRef: referent or NULL;
                // else NULL
} StackType;

typedef struct Block {
    uint32_t first, count;  // instructions
    bool live;              // dead blocks keep their place, nothing of them is marked or lowered
    bool is_loop_header;    // target of a backward edge
    int32_t try_region;     // innermost region whose try part holds the block; -1
    int32_t handler_region; // innermost region whose handler or filter part holds it; -1
    StackType *entry_stack; // bottom first; handlers: the exception object
    uint32_t entry_depth;
    uint32_t offset; // IL offset of the first instruction
} Block;

/// Inner regions come before outer ones (II.19). A region whose try is dead is dead.
typedef struct EhRegion {
    EhKind kind;
    uint32_t try_first, try_count; // blocks
    uint32_t handler_first, handler_count;
    uint32_t filter_first, filter_count; // EH_Filter: blocks from filter start to handler start
    Type *catch_type;                    // EH_Catch
    int32_t parent; // innermost region whose try, handler or filter holds this whole region; -1
    bool live;
} EhRegion;

typedef struct Body {
    const Method *method;
    Module *module; // of the IL; NULL for synthetic bodies
    Instruction *instructions;
    uint32_t instruction_count;
    Block *blocks; // in IL order; execution starts at block 0
    uint32_t block_count;
    EhRegion *regions;
    uint32_t region_count;
    Type **args; // `this` first (byref for value types)
    uint32_t arg_count;
    const Method **inlined; // callees whose instructions are in it
    uint32_t inlined_count;
    Type **locals;
    bool *pinned;
    uint32_t local_count;
    uint32_t inlined_local_count; // the last ones are inlined callees': stored to before they are read
    bool init_locals;
    bool check_cctor; // run the owner's lazy .cctor at entry (precise semantics, II.10.5.3)
    bool has_localloc, has_filter;
    const Failure *failure; // the whole body is one throw of this (also a block with throw_failure)
    const char
        *invalid; // reason when the IL was invalid (failure->kind == FAILURE_InvalidProgram); warning TLR2001
} Body;

/// What a method is compiled from.
typedef enum CodeKind {
    CODE_Body,          // il_body gives it
    CODE_RuntimeImport, // direct call of `symbol`, cooperative, C ABI (corelib-contract 4)
    CODE_PInvoke,  // native import; il_body gives a body around native_call when marshalling is needed, else
                   // the stub is a body with one native_call
    CODE_Abstract, // no code
} CodeKind;
typedef struct MethodCode {
    CodeKind kind;
    Text symbol;  // RuntimeImport: symbol after redirection (runtime_import.def); PInvoke: entry name
    Text library; // PInvoke: module name as written
    bool direct;  // PInvoke: bound at link time
    bool set_last_error, suppress_gc_transition;
} MethodCode;

/// Closed-world facts of a finished marking round (reach.md 2.4). All NULL in the first round.
typedef struct IlFacts {
    void *context;
    bool (*is_constructed)(void *context,
                           const Type *type); // or a subclass of it / implementer: `isinst` can succeed
    bool (*has_runtime_type)(void *context,
                             const Type *type); // its RuntimeType can come from elsewhere than a comparison
    bool (*has_instances)(void *context,
                          const Type *type); // of exactly this type: x.GetType() == typeof(T) can succeed
    bool (*is_never_stored)(void *context,
                            const Field *field); // a static field keeps the value it has at start-up
} IlFacts;

typedef enum StaticValueKind {
    STATIC_VALUE_None,
    STATIC_VALUE_Integer,
    STATIC_VALUE_Real,
    STATIC_VALUE_Null,
    STATIC_VALUE_String,
    STATIC_VALUE_Object, // of exactly `type`, frozen: at a fixed address
    STATIC_VALUE_Known,  // an object of exactly `type`, to be read from the field
} StaticValueKind;
typedef struct FrozenObject FrozenObject; // preinit/
typedef struct StaticValue {
    StaticValueKind kind;
    Type *type;
    union {
        int64_t integer;
        double real;
        Utf16 string;
        const FrozenObject *object;
    };
} StaticValue;

/// What is known of class constructors that have run at compile time (preinit/). Unlike facts the answers
/// hold in every program and never change.
typedef struct IlStatics {
    void *context;
    bool (*is_preinitialized)(void *context, const Type *type); // the .cctor is not needed any more
    bool (*constant)(void *context, const Field *field,
                     StaticValue *out); // what a static field holds at start-up
} IlStatics;

typedef struct Il Il;

/// Reads embedded substitutions lazily per module; evaluates feature switches against the request. Owns
/// nothing but `program`.
Il *il_open(TypeSystem *ts, const Request *request, Arena *program, Diag *diag);
void il_close(Il *il);
void il_set_facts(Il *il, const IlFacts *facts);
void il_set_statics(Il *il, const IlStatics *statics);
/// The program makes generic instances at run time: CoreLib's type loader looks for canonical code.
void il_set_makes_types(Il *il, bool makes_types);
/// Bodies that are only interpreted are folded without facts, and nothing is reported about them.
typedef struct IlQuiet {
    const IlFacts *facts;
    uint32_t evaluation_depth;
    bool quiet;
} IlQuiet;
IlQuiet il_quiet_begin(Il *il);
void il_quiet_end(Il *il, IlQuiet before);
TypeSystem *il_types(Il *il);

MethodCode il_method_code(Il *il, const Method *method);
/// What LLVM must be told about the function of a hardware intrinsic that not every target has; NULL for
/// others.
const char *il_hardware_feature(Il *il, const Method *method);
/// Vector64<T> to Vector512<T>, Vector<T>.
bool il_is_vector(const Type *type);
/// The first vector among the parameters, or the result; NULL: none.
Type *il_first_vector(const Signature *signature);
/// i integers, f floating point, s Single, d Double, 0 anything. NULL, no vector, is none of floating point.
bool il_elements_are(const Type *vector, char letter);
/// The row of vector.def for a method of the vector classes; -1: it is ordinary code.
int il_vector_row(Il *il, const Method *method);
/// Decodes, resolves, normalises, types and folds. Everything is allocated in `scratch`. Deterministic in
/// (method, request, facts). Never NULL for CODE_Body and CODE_PInvoke: a body that cannot be made is one
/// that throws (`failure`). Reports each invalid body once (TLR2001), missing assemblies once.
Body *il_body(Il *il, const Method *method, Arena *scratch);
/// The same without inlining: every call stands where the source has it. For analyses that tell about the
/// source.
Body *il_body_written(Il *il, const Method *method, Arena *scratch);
/// True if the type has a .cctor that must run lazily (not eager, not [EagerStaticClassConstruction], not
/// preinitialised).
bool il_has_lazy_cctor(Il *il, const Type *type);
bool il_has_eager_cctor(Il *il, const Type *type);
/// Constant result of a static parameterless (or constant-argument) method under substitutions and folding.
bool il_constant_result(Il *il, const Method *method, int64_t *value);
/// The string an SR accessor folds to (reach.md 2.1.4).
bool il_resource_string(Il *il, const Method *accessor, Utf16 *out);
/// Resources removed by substitutions.
bool il_resource_removed(Il *il, const Module *module, Text name);

/// What Marshal.SizeOf, StructureToPtr and the like need to know of a type at run time (blob 16).
typedef struct StructMarshalling {
    bool invalid, has_stubs; // no stubs: the bytes are copied
    uint32_t size, field_count;
    Text *names; // of the fields
    uint32_t *offsets;
    const Method *to_native, *to_managed, *cleanup;
} StructMarshalling;
/// False: `type` is no struct or class that could have a native form.
bool il_struct_marshalling(Il *il, Type *type, StructMarshalling *out);
/// Stubs of a delegate type (blob 17): native entries for delegates to static methods and for all others, and
/// the maker of a delegate from a function pointer.
typedef struct DelegateMarshalling {
    const Method *open, *closed, *from_native;
} DelegateMarshalling;
bool il_delegate_marshalling(Il *il, Type *type, DelegateMarshalling *out);

/// Stable text form of a body, for `--dump=il`.
void il_dump(Il *il, const Body *body, FILE *file);
const char *opcode_name(Opcode op);
OpcodeFamily opcode_family(Opcode op);
/// `block` is where it goes: branches and leave.
bool opcode_has_target(Opcode op);
