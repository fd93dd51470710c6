// types/: tokens -> interned Type, Method, Field of the whole program (closed world over the request's
// assemblies): resolution with type forwards, instantiation, layout, vtables and interface implementation,
// custom attributes, names. Equality is pointer equality. Grows until reachability ends; not thread-safe
// while it grows.
#pragma once

#include "load/load.h"
#include "support/array.h"
#include "support/pattern.h"

#include <stdio.h>

typedef enum ElementType {
#define ELEMENT(name, value) ELEMENT_TYPE_##name = value,
#include "types/element_type.def"
#undef ELEMENT
} ElementType;

typedef struct TypeSystem TypeSystem;
typedef struct Module Module;       // an Image taking part in the program
typedef struct TypeDef TypeDef;     // one TypeDef row
typedef struct MethodDef MethodDef; // one MethodDef row
typedef struct FieldDef FieldDef;   // one Field row
typedef struct Type Type;
typedef struct Method Method;
typedef struct Field Field;
typedef struct Layout Layout;
typedef struct Signature Signature;

struct Module {
    const Image *image;
    Text name;         // simple assembly name
    uint32_t index;    // order of opening; stable for equal requests
    bool is_app;       // among the request's inputs (not a reference)
    bool is_satellite; // resources of another assembly for one culture; nothing refers to it by name
    bool runtime_marshalling_disabled; // [assembly: DisableRuntimeMarshalling]
    TypeDef **types;                   // by rid - 1, created on demand
    MethodDef **methods;
    FieldDef **fields;
    void *resolution_cache; // private to types/
};

/// A type definition, shared by all its instances (II.22.37).
struct TypeDef {
    Module *module;
    uint32_t rid;
    uint32_t flags;           // II.23.1.15
    Text name, name_space;    // name includes the arity suffix `1
    const TypeDef *enclosing; // II.22.32, NULL if not nested
    uint16_t generic_count;   // including those of enclosing types
    ElementType element_type; // primitives by their code; VALUETYPE, CLASS, STRING, OBJECT otherwise
    bool is_value_type, is_enum, is_interface, is_delegate, is_byref_like, is_abstract, is_sealed;
    bool is_nullable;  // System.Nullable`1
    bool is_intrinsic; // [Intrinsic] on the type
    bool is_inline_array;
    bool is_placeholder; // stands for a reference type that is chosen at run time (type_canonical)
    bool is_before_field_init;
    uint32_t inline_array_count;
    MethodDef *static_constructor; // .cctor or NULL
    MethodDef *finalizer;          // Finalize override declared here or NULL
    uint32_t first_method_rid, method_count, first_field_rid, field_count;
};

struct MethodDef {
    const TypeDef *owner;
    uint32_t rid;
    uint16_t flags;      // II.23.1.10
    uint16_t impl_flags; // II.23.1.11
    uint32_t rva;
    Text name;
    uint16_t generic_count;
    uint32_t param_count; // without this
    bool is_static, is_virtual, is_final, is_abstract, is_new_slot, is_constructor;
    bool is_intrinsic, is_no_inlining, is_aggressive_inlining, is_synchronized, is_pinvoke, is_internal_call,
        is_runtime;
    bool is_unmanaged_callers_only;
};

struct FieldDef {
    const TypeDef *owner;
    uint32_t rid;
    uint16_t flags; // II.23.1.5
    Text name;
    bool is_static, is_literal, is_init_only, is_thread_static, has_rva;
};

typedef enum TypeKind {
    TYPE_Named, // class, struct, interface, enum, delegate, primitive; generic instance if arg_count > 0
    TYPE_SzArray,
    TYPE_Array, // general array of `rank`
    TYPE_Pointer,
    TYPE_ByRef,
    TYPE_FunctionPointer,
    TYPE_Var,  // open: parameter of a type
    TYPE_MVar, // open: parameter of a method
} TypeKind;

/// Interned. A generic definition itself (typeof(List<>)) is TYPE_Named with is_generic_definition and no
/// args.
struct Type {
    TypeKind kind;
    ElementType element_type; // of named types: def->element_type
    const TypeDef *def;       // TYPE_Named
    Type *const *args;
    uint32_t arg_count;
    Type *element;              // arrays, pointer, byref
    uint32_t rank;              // TYPE_Array
    const Signature *signature; // TYPE_FunctionPointer
    uint32_t index;             // TYPE_Var, TYPE_MVar
    uint32_t id;                // dense, from 0, in creation order
    uint32_t depth;             // nesting depth of the type expression
    bool is_value_type, is_open, is_generic_definition;
    bool has_placeholder;        // a placeholder occurs in it
    struct TypeDetails *details; // private to types/: base, interfaces, fields, layout, vtable
};

typedef enum CallingConvention { // II.23.2.1, .3
    CALL_Default = 0,
    CALL_C = 1,
    CALL_StdCall = 2,
    CALL_ThisCall = 3,
    CALL_FastCall = 4,
    CALL_VarArg = 5,
    CALL_Unmanaged = 9
} CallingConvention;

/// Interned like types.
struct Signature {
    CallingConvention convention;
    bool has_this, explicit_this;
    bool suppress_gc_transition; // modopt on an unmanaged signature
    uint16_t generic_count;
    Type *return_type;
    Type *const *params;
    uint32_t param_count; // without this
};

/// Methods that have no metadata body. `synthetic_type`, `synthetic_method` name what they serve.
typedef enum MethodSynthetic {
    SYNTHETIC_None,     // an ordinary MethodDef
    SYNTHETIC_ArrayGet, // T[,]::Get / Set / Address (array accessors have no MethodDef)
    SYNTHETIC_ArraySet,
    SYNTHETIC_ArrayAddress,
    SYNTHETIC_ArrayCtor,
    SYNTHETIC_UnboxingStub,     // synthetic_method: value-type instance method; `this` is the boxed object
    SYNTHETIC_GetFieldHelper,   // owner: value type or attribute class (corelib-contract 1.8); unboxed `this`
                                // for structs
    SYNTHETIC_DelegateInvoke,   // Invoke of `owner`, as a real body for vtables, reflection and delegates to
                                // Invoke
    SYNTHETIC_DelegateGetThunk, // GetThunk override of `owner` (7.1)
    SYNTHETIC_DelegateMulticast,    // thunk 0
    SYNTHETIC_DelegateClosedStatic, // 1
    SYNTHETIC_DelegateOpenStatic,   // 2
    SYNTHETIC_DelegateOpenInstance, // 4
    SYNTHETIC_DelegateObjectArray,  // 5
    SYNTHETIC_StartupMain,          // <Module>.StartupCodeMain, exported as __managed__Main
    SYNTHETIC_LibraryStartup,      // <Module>.StartupCode: start of a library or beside a native main, behind
                                   // __managed__Startup
    SYNTHETIC_UnmanagedEntry,      // native-ABI entry of synthetic_method ([UnmanagedCallersOnly], reverse
                                   // P/Invoke)
    SYNTHETIC_ReverseDelegate,     // managed side of a native call of a delegate of type `owner`; native
                                   // parameter types (7.2)
    SYNTHETIC_ReverseOpenDelegate, // the same for delegates to static methods, without going through the
                                   // delegate
    SYNTHETIC_ForwardDelegate, // Invoke (synthetic_method) of a delegate made from a function pointer; owner:
                               // its wrapper
    SYNTHETIC_DelegateFromNative, // function pointer -> delegate of type `owner`
    SYNTHETIC_StructToNative,     // void (ref T or T, byte*): `owner` to its native form
    SYNTHETIC_StructToManaged,    // void (byte*, ref T or T)
    SYNTHETIC_StructCleanup,      // void (byte*): frees what StructToNative allocated
    SYNTHETIC_NativeCalli,   // calli of an unmanaged signature that needs conversions; the address comes last
    SYNTHETIC_DynamicInvoke, // method_dynamic_invoke; owner: DynamicInvokeInfo; args: the shape as a function
                             // pointer
    SYNTHETIC_ContextStub,   // synthetic_method entered through a table: the class of the object, or the type
                             // that a static call names, tells the context
    SYNTHETIC_StaticVirtual, // no code: static virtual synthetic_method on `owner`, which is known at run
                             // time only
    SYNTHETIC_InterfaceSwitch, // no code: the places of an interface method on a type with several instances
                               // of the interface
    SYNTHETIC_DynamicDispatch, // interface method synthetic_method on an object that names its
                               // implementations (IDynamicInterfaceCastable)
    SYNTHETIC_ThrowBody, // body replaced by a throw (abstract slot reached, ambiguous default method, ...)
} MethodSynthetic;

/// Interned: (definition, exact owner, exact method arguments) or (synthetic kind, what it serves).
struct Method {
    const MethodDef *def; // NULL for array accessors, startup; the served one otherwise
    Type *owner;
    Type *const *args; // method generic arguments
    uint32_t arg_count;
    Text name;
    const Signature *signature; // exact; open if owner or args are
    MethodSynthetic synthetic;
    const Method *synthetic_method;
    uint32_t id; // dense, from 0, in creation order
    bool is_open;
};

struct Field {
    const FieldDef *def;
    Type *owner;
    Type *type; // exact
    uint32_t id;
    uint32_t index; // among the owner's fields of its kind (instance or static), declaration order
};

/// Custom modifier of a signature (II.23.2.7). Modifiers take part in matching members, not in types.
typedef struct Modifier {
    uint32_t position; // of the modified type in the signature as written: a type comes before its parts, the
                       // return type before the parameters
    bool required;     // modreq, else modopt
    Type *type;        // open; NULL if it cannot be resolved
} Modifier;
/// In reading order: the outer of two modifiers of one type first.
typedef struct Modifiers {
    const Modifier *items;
    uint32_t count;
} Modifiers;

/// Why something could not be loaded. The consumer turns it into a throw of the matching exception.
typedef enum FailureKind {
    FAILURE_None,
    FAILURE_TypeLoad,
    FAILURE_MissingMethod,
    FAILURE_MissingField,
    FAILURE_FileNotFound,
    FAILURE_BadImageFormat,
    FAILURE_InvalidProgram
} FailureKind;
typedef struct Failure {
    FailureKind kind;
    Text message;  // what is missing: type, member or assembly name
    Text argument; // e.g. assembly of the missing type
} Failure;

/// Generic arguments in force while a token or signature is read.
typedef struct GenericContext {
    Type *const *type_args;
    uint32_t type_arg_count;
    Type *const *method_args;
    uint32_t method_arg_count;
} GenericContext;

// ---- The program --------------------------------------------------------------------------------

/// Opens the inputs at once and references on first use. Resolves the well-known types (well_known.def). NULL
/// after a report (input not an assembly; a well-known member missing = DIAG_PackMismatch).
TypeSystem *types_open(const Text *inputs, uint32_t input_count, const Text *references,
                       uint32_t reference_count, Arena *program, TextTable *texts, Diag *diag);
/// Adds satellite assemblies to the modules. False after a report.
bool types_open_satellites(TypeSystem *ts, const Text *paths, uint32_t count);
/// Bytes of System.Numerics.Vector<T>, whose IL has 16 (the default). Before any layout is asked for.
void types_set_vector_size(TypeSystem *ts, uint32_t bytes);
void types_close(TypeSystem *ts);
/// The module with that simple name, opened if need be; NULL (no report) if the request has none.
Module *module_find(TypeSystem *ts, Text simple_name);
/// Modules opened so far, in order.
Module *const *modules(const TypeSystem *ts, uint32_t *count);
Arena *types_arena(TypeSystem *ts);
TextTable *types_texts(TypeSystem *ts);

// ---- Well-known types and methods (well_known.def) ----------------------------------------------

typedef enum WellKnownType {
#define WELL_KNOWN_TYPE(id, name_space, name) WELL_KNOWN_TYPE_##id,
#define WELL_KNOWN_METHOD(id, type, name, signature)
#include "types/well_known.def"
#undef WELL_KNOWN_TYPE
#undef WELL_KNOWN_METHOD
    WELL_KNOWN_TYPE_COUNT
} WellKnownType;
typedef enum WellKnownMethod {
#define WELL_KNOWN_TYPE(id, name_space, name)
#define WELL_KNOWN_METHOD(id, type, name, signature) WELL_KNOWN_METHOD_##id,
#include "types/well_known.def"
#undef WELL_KNOWN_TYPE
#undef WELL_KNOWN_METHOD
    WELL_KNOWN_METHOD_COUNT
} WellKnownMethod;

/// Non-generic: the type. Generic definition: the open definition (instantiate it).
Type *well_known_type(const TypeSystem *ts, WellKnownType id);
/// For generic methods or methods of generic types: the definition; see method_instantiate.
Method *well_known_method(const TypeSystem *ts, WellKnownMethod id);
/// Primitive and other simple types by element type code (VOID .. R8, STRING, I, U, OBJECT, TYPEDBYREF).
Type *type_primitive(const TypeSystem *ts, ElementType element_type);

// ---- Making types and methods -------------------------------------------------------------------

/// All return NULL and fill *failure when something is missing or too deep; never report.
Type *type_from_def(TypeSystem *ts, const TypeDef *def); // open definition if generic
Type *type_instantiate(TypeSystem *ts, const TypeDef *def, Type *const *args, uint32_t count,
                       Failure *failure);
Type *type_sz_array(TypeSystem *ts, Type *element);
Type *type_array(TypeSystem *ts, Type *element, uint32_t rank);
Type *type_pointer(TypeSystem *ts, Type *element);
Type *type_byref(TypeSystem *ts, Type *element);
Type *type_function_pointer(TypeSystem *ts, const Signature *signature);
/// Replaces Var and MVar by the context's arguments.
Type *type_substitute(TypeSystem *ts, Type *type, const GenericContext *context, Failure *failure);
/// By namespace and name in a module (forwards followed); nested types as "Outer/Inner". NULL if absent.
Type *type_find(TypeSystem *ts, Module *module, const char *name_space, const char *name);
/// Reflection-style or descriptor-style full name ("N.Outer+Inner", "N.G`1"); NULL if absent.
Type *type_find_full_name(TypeSystem *ts, Module *module, Text full_name);

/// The method of exact `owner` for a definition of its TypeDef, with method arguments (NULL, 0 if not
/// generic). NULL, 0 for a generic method gives it open over its own parameters: arg_count 0, is_open.
Method *method_instantiate(TypeSystem *ts, const MethodDef *def, Type *owner, Type *const *args,
                           uint32_t count, Failure *failure);
/// A synthetic method; `serves` may be NULL where the kind needs none.
Method *method_synthetic(TypeSystem *ts, MethodSynthetic kind, Type *owner, const Method *serves);
/// A synthetic method whose signature does not follow from what it serves.
Method *method_synthetic_typed(TypeSystem *ts, MethodSynthetic kind, Type *owner, const Method *serves,
                               const Signature *signature);
/// What the calling convention needs to know of a native struct: its first fields.
typedef struct NativeField {
    Type *type;
    uint32_t offset;
} NativeField;
/// The native form of `managed` as a struct of its own (II.7.4); a new one with each call.
Type *type_native_make(TypeSystem *ts, const Type *managed, uint32_t size, uint32_t alignment,
                       const NativeField *fields, uint32_t count);
/// The thunk through which reflection calls any method of this shape (DynamicInvokeInfo of CoreLib):
/// `ref byte (native int function, ref byte this, ref byte result, native int arguments)`. Shared between
/// signatures that are called alike: its args are the static signature as a function pointer and, for
/// instance methods, System.Object.
Method *method_dynamic_invoke(TypeSystem *ts, const Signature *target);
/// Interned signature.
const Signature *signature_make(TypeSystem *ts, const Signature *prototype);
/// Context for reading the body or signatures of `method`.
GenericContext method_context(const Method *method);

/// The form that all instances with the same value arguments have in common: reference arguments (elements of
/// arrays) become placeholders named by their place. Definitions, open types and types without reference
/// arguments are their own; a placeholder's is System.__Canon.
Type *type_canonical(TypeSystem *ts, const Type *type);
Method *method_canonical(TypeSystem *ts, const Method *method);
bool method_has_placeholder(const Method *method);
/// The canonical form with placeholders for all arguments; NULL if a parameter must be a value type.
Type *type_template(TypeSystem *ts, const TypeDef *def);
/// The same with the value types among `args`; other entries may be NULL.
Type *type_template_of(TypeSystem *ts, const TypeDef *def, Type *const *args);
/// The same for the arguments of a generic method of exact or canonical `owner`.
Method *method_template(TypeSystem *ts, const MethodDef *def, Type *owner);

/// Tokens in a module under a context (II.22). TypeDef, TypeRef, TypeSpec.
Type *type_from_token(TypeSystem *ts, Module *module, Token token, const GenericContext *context,
                      Failure *failure);
/// MethodDef, MemberRef, MethodSpec. Array accessors come back synthetic. Without a context (NULL), or where
/// it has no arguments of a kind, generic parameters stay open: definitions of generic types then stand for
/// D<!0, ..>.
Method *method_from_token(TypeSystem *ts, Module *module, Token token, const GenericContext *context,
                          Failure *failure);
Field *field_from_token(TypeSystem *ts, Module *module, Token token, const GenericContext *context,
                        Failure *failure);
/// Modifiers of the signatures of definitions; none where the signature cannot be read.
Modifiers method_modifiers(TypeSystem *ts, const MethodDef *def);
Modifiers field_modifiers(TypeSystem *ts, const FieldDef *def);
/// PropertySig (II.23.2.5) of a Property row, open: its type as the return type, the index parameters. NULL
/// and *failure if it names something missing. The modifiers, if asked for, live in `arena`.
const Signature *property_signature(TypeSystem *ts, Module *module, uint32_t rid, Arena *arena,
                                    Modifiers *modifiers_or_null, Failure *failure);
/// StandAloneSig of a calli.
const Signature *signature_from_token(TypeSystem *ts, Module *module, Token token,
                                      const GenericContext *context, Failure *failure);
/// Local variable types of a StandAloneSig; `pinned[i]` true for pinned locals.
bool locals_from_token(TypeSystem *ts, Module *module, Token token, const GenericContext *context,
                       Arena *arena, Type ***types, bool **pinned, uint32_t *count, Failure *failure);
/// The definition behind a rid; NULL if out of range.
TypeDef *type_def_get(TypeSystem *ts, Module *module, uint32_t rid);
MethodDef *method_def_get(TypeSystem *ts, Module *module, uint32_t rid);
FieldDef *field_def_get(TypeSystem *ts, Module *module, uint32_t rid);

// ---- Facts about types (exact types; lazily computed and cached) --------------------------------

/// Base class, exact; NULL for Object, interfaces, pointers, byrefs. System.Array for arrays.
Type *type_base(TypeSystem *ts, Type *type);
/// All interfaces, inherited ones included, each once; arrays get Array's and, for SZ arrays of ordinary
/// elements, the five generic ones (corelib-contract 5.2). Deterministic order: base's first, then
/// declaration order, depth first.
Type *const *type_interfaces(TypeSystem *ts, Type *type, uint32_t *count);
/// Interfaces in the InterfaceImpl rows of the type itself (not inherited), exact.
Type *const *type_declared_interfaces(TypeSystem *ts, Type *type, uint32_t *count);
/// Declared fields, exact, in declaration order.
Field *const *type_fields(TypeSystem *ts, Type *type, uint32_t *count);
/// Declared methods of the definition as methods of exact `type` (generic methods open over their own
/// parameters).
Method *const *type_methods(TypeSystem *ts, Type *type, uint32_t *count);
/// By name, and signature unless NULL (exact, as Method.signature): the first declared by the type, else by
/// its bases.
Method *type_find_method(TypeSystem *ts, Type *type, const char *name, const Signature *signature_or_null);
/// The type's own constructor without parameters, of any accessibility; NULL: none.
Method *type_find_default_constructor(TypeSystem *ts, Type *type);
Field *type_find_field(TypeSystem *ts, Type *type, const char *name);
/// Underlying type of an enum; the type itself otherwise.
Type *type_enum_underlying(TypeSystem *ts, Type *type);
/// Element type after enums are stripped and I/U normalised ("reduced type", I.8.7): for stack kinds and
/// array compatibility.
ElementType type_reduced_element(TypeSystem *ts, Type *type);
static inline bool type_is_void(const Type *type) {
    return type->kind == TYPE_Named && type->element_type == ELEMENT_TYPE_VOID;
}
static inline bool type_is_reference(const Type *type) // object reference on the stack
{
    return (type->kind == TYPE_Named && !type->is_value_type) || type->kind == TYPE_SzArray ||
           type->kind == TYPE_Array;
}
/// Contains GC references (fields, recursively); true for reference types themselves.
bool type_has_references(TypeSystem *ts, Type *type);
bool type_is_derived_from(TypeSystem *ts, Type *type, const Type *base); // class chain, reflexive
/// Assignment compatibility by cast rules (I.8.7.3): class chain, interfaces, variance, arrays, object.
bool type_is_castable_to(TypeSystem *ts, Type *from, Type *to);
/// Variance of parameter `index` of a definition: 0 none, 1 covariant, 2 contravariant.
uint32_t type_def_variance(const TypeDef *def, uint32_t index);
bool type_def_is_variant(const TypeDef *def);
/// One of the generic interfaces that arrays implement: they convert as the arrays do (I.8.7.1).
bool type_def_is_array_interface(const TypeDef *def);
/// Constraint flags and types of a generic parameter (II.22.20, .21) for reflection and `new()`.
uint32_t generic_param_flags(const TypeDef *type_def_or_null, const MethodDef *method_def_or_null,
                             uint32_t index);

/// Instance layout (corelib-contract 1.3; II.10.7). Offsets count from the first field (object pointer + 8
/// for classes).
struct Layout {
    uint32_t size; // of the value (struct), padded; or where the instance fields of a class end, not padded
    uint32_t alignment;
    uint32_t *field_offsets; // by Field.index of this level's instance fields (not inherited ones)
    uint32_t field_count;
    uint32_t *reference_offsets; // of every GC reference, inherited included, ascending
    uint32_t reference_count;
    bool has_byrefs; // ref fields (byref-like)
    bool has_padding, has_overlap;
    bool is_blittable;
};
/// Named types and primitives. NULL and *failure for unloadable layouts (recursive struct).
const Layout *type_layout(TypeSystem *ts, Type *type, Failure *failure);
/// Size and alignment of a location of this type: 8/8 for references, pointers, byrefs; the layout's for
/// structs. Bytes of a built-in number, bool or char (II.23.1.16); 0 for everything else.
uint32_t element_type_size(ElementType element);
uint32_t type_size(TypeSystem *ts, Type *type);
uint32_t type_alignment(TypeSystem *ts, Type *type);
/// Byte offset of an instance field from the start of the value / first field of the object (object pointer +
/// 8). Object's own field, the MethodTable pointer, lies before that: its offset is (uint32_t)-8, so add 8 in
/// 32 bits.
uint32_t field_offset(TypeSystem *ts, Field *field);
/// MethodTable base size (corelib-contract 1.3), array component size.
uint32_t type_base_size(TypeSystem *ts, Type *type);
uint32_t type_component_size(TypeSystem *ts, Type *type);

/// Where the static fields of a type lie (corelib-contract 2).
typedef enum StaticKind { STATIC_NonGC, STATIC_GC, STATIC_Thread, STATIC_Rva, STATIC_Literal } StaticKind;
StaticKind field_static_kind(TypeSystem *ts, Field *field);
/// Offset within its static region: NonGC from the base symbol; GC and Thread from the first field of the
/// base object, which is the object pointer + 8 (so the first field has offset 0, and its reference appears
/// at 8 in StaticLayout).
uint32_t field_static_offset(TypeSystem *ts, Field *field);
typedef struct StaticLayout {
    uint32_t nongc_size, nongc_alignment;
    uint32_t
        gc_size; // payload bytes after the MethodTable pointer, whole words; 0 if there are no GC statics
    uint32_t *gc_reference_offsets; // from the object pointer
    uint32_t gc_reference_count;
    uint32_t thread_size;
    uint32_t *thread_reference_offsets;
    uint32_t thread_reference_count;
} StaticLayout;
const StaticLayout *type_static_layout(TypeSystem *ts, Type *type);

// ---- Virtual methods ----------------------------------------------------------------------------

/// One virtual slot: `declaration` introduced it (newslot), `implementation` is the most derived override for
/// the type.
typedef struct VirtualSlot {
    Method *declaration;
    Method *implementation; // NULL if abstract
} VirtualSlot;
/// All slots of a class or struct (arrays: System.Array's), base first, in introduction order. Generic
/// virtual methods are listed open over their own parameters. Finalize is not listed. Interfaces: their own
/// non-static virtual methods.
const VirtualSlot *type_virtual_slots(TypeSystem *ts, Type *type, uint32_t *count);
/// The slot-defining method that `method` (virtual, exact, maybe an override) belongs to.
Method *method_slot_definition(TypeSystem *ts, Method *method);
/// Most derived implementation of slot `declaration` (exact, maybe with method arguments) on class/struct
/// `type`.
Method *type_resolve_virtual(TypeSystem *ts, Type *type, Method *declaration);

typedef enum ResolveKind {
    RESOLVE_None,      // type does not implement the interface
    RESOLVE_Class,     // *result: virtual or final method on the class chain (for virtual ones: see its slot)
    RESOLVE_Default,   // *result: default interface method
    RESOLVE_Ambiguous, // diamond: AmbiguousImplementationException
    RESOLVE_Reabstracted // EntryPointNotFoundException
} ResolveKind;
/// Implementation of interface method `declaration` (of an exact interface, exact method args if generic) on
/// exact `type`, with variance (exact match first, as CoreLib's DispatchResolve) and array interfaces
/// (methods of System.Array`1). The answer for RESOLVE_Class is already the most derived override on `type`;
/// on an abstract class it may be abstract.
ResolveKind type_resolve_interface(TypeSystem *ts, Type *type, Method *declaration, Method **result);
/// Enumerator of an array: interface calls on it follow the rules of array elements (uint[] as
/// IEnumerable<int>), casts do not.
bool type_is_array_enumerator(TypeSystem *ts, const Type *type);
/// Its objects say at run time which interfaces they implement (IDynamicInterfaceCastable).
bool type_is_dynamically_castable(TypeSystem *ts, Type *type);
/// Such an object may name this interface as an implementation ([DynamicInterfaceCastableImplementation]).
bool type_def_is_dynamic_implementation(const TypeDef *def);
/// `constrained. T call` of a static virtual method; also used for instance constrained calls on value types.
ResolveKind type_resolve_constrained(TypeSystem *ts, Type *type, Method *declaration, Method **result);

// ---- Custom attributes --------------------------------------------------------------------------

/// Blob of the first attribute with that type name on an entity; false if absent. Compares names, needs no
/// resolution.
bool attribute_find(const Module *module, Token owner, const char *name_space, const char *name, Bytes *blob);
typedef struct AttributeRow {
    uint32_t rid;
    Token constructor; // MethodDef or MemberRef
    Text name_space, name;
    Bytes blob;
} AttributeRow;
/// All attributes of an entity.
uint32_t attributes_of(const Module *module, Token owner, Arena *arena, AttributeRow **out);
/// SerString (II.23.3): UTF-8, data NULL for null.
bool ser_string_read(Cursor *cursor, Text *out);
/// First fixed argument as a string (SerString); false if absent or null.
bool attribute_string_argument(Bytes blob, uint32_t index, Text *out);
/// Named argument (field or property) of string type.
bool attribute_named_string(Bytes blob, uint32_t fixed_argument_size, const char *name, Text *out);
/// Named argument of type bool, or of an enum type over int32.
bool attribute_named_integer(Bytes blob, uint32_t fixed_argument_size, const char *name, int32_t *out);

typedef struct PInvokeImport {
    Text module_name, entry_name;
    uint16_t flags; // II.23.1.8
} PInvokeImport;
bool method_pinvoke_import(const MethodDef *def, PInvokeImport *out);
/// [RuntimeImport("module", "name")] / [RuntimeExport("name")] of CoreLib.
bool method_runtime_import(const MethodDef *def, Text *symbol);
bool method_runtime_export(const MethodDef *def, Text *symbol);
/// RVA bytes of a static field, exactly its size.
bool field_rva_data(TypeSystem *ts, Field *field, Bytes *out);
/// Constant row of a literal field.
bool field_constant(const FieldDef *def, ElementType *type, Bytes *out);

// ---- Names --------------------------------------------------------------------------------------

/// "Namespace.Outer/Inner`1<System.Int32>[]", for dumps, --why and reports (reach.md 6.2).
Text type_display(TypeSystem *ts, const Type *type, Arena *arena);
/// "Assembly: Type::Name<args>(params of the definition)".
Text method_display(TypeSystem *ts, const Method *method, Arena *arena);
/// "Namespace.Type.Method(Int32)" as trim warnings print members.
Text method_diagnostic_name(TypeSystem *ts, const Method *method, Arena *arena);
/// Stable, unique linker symbols: letters, digits, _ . $; long names end in a hash.
Text symbol_method(TypeSystem *ts, const Method *method);
Text symbol_type(TypeSystem *ts, const Type *type); // without prefix; emit adds its kind prefix
Text symbol_field(TypeSystem *ts, const Field *field);
/// Hash codes of the NativeFormat type loader (corelib-contract 1.7).
uint32_t type_hash(TypeSystem *ts, const Type *type);
/// Of an instance of a generic method.
uint32_t method_hash(TypeSystem *ts, const Method *method);
/// `--dump=types`: base, interfaces, layout, fields and slots of every type definition of the opened modules
/// and every type made so far whose display name matches.
void types_dump(TypeSystem *ts, const Pattern *pattern, FILE *out);
