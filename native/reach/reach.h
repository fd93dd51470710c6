// reach/: roots -> `Reach`: every method, type, slot, static, string that must exist, each with the reason it
// was first marked (design reach.md). Marks to a fixpoint on folded bodies, then re-folds with the
// closed-world facts and marks again until nothing shrinks. Const afterwards; lower/ and emit/ only read it.
#pragma once

#include "preinit/preinit.h"

typedef struct Reach Reach;

typedef enum TypeLevel {
    LEVEL_None,
    LEVEL_Necessary,   // identity: MethodTable without slots
    LEVEL_Metadata,    // necessary + a RuntimeType object may be asked for its name
    LEVEL_Constructed, // instances may exist: full MethodTable
} TypeLevel;

/// Marks everything from the roots of the request. NULL after a report (no entry point, instance limits).
Reach *reach_run(Il *il, const Request *request, Arena *program, Diag *diag);
void reach_close(Reach *reach);
Il *reach_il(const Reach *reach);
const Request *reach_request(const Reach *reach);

// ---- What exists, in deterministic order (sorted by assembly, token, arguments) -----------------

/// Methods whose code must be compiled: CODE_Body and CODE_PInvoke, synthetic ones included.
const Method *const *reach_methods(const Reach *reach, uint32_t *count);
bool reach_has_method(const Reach *reach, const Method *method);
/// The address of `method` is visible (vtable, selector row, delegate, ldftn, export): it needs a symbol
/// other units can use.
bool reach_address_taken(const Reach *reach, const Method *method);
/// Its address is kept by the program (ldftn, delegate, reflection), which may compare it with that of other
/// methods.
bool reach_pointer_taken(const Reach *reach, const Method *method);
/// Code of `same` serves `method` as well from now on: calls and tables may use it.
void reach_share_code(Reach *reach, const Method *method, const Method *same);
/// The method whose code serves `method`: itself, unless another was named.
const Method *reach_code(const Reach *reach, const Method *method);
/// The body that `method` has in common with others and enters with a context of its own: which instance it
/// was made from, NULL if there is none.
void reach_share_body(Reach *reach, const Method *method, const Method *made_from);
const Method *reach_body(const Reach *reach, const Method *method);
/// Types with a MethodTable, and its level.
Type *const *reach_types(const Reach *reach, uint32_t *count);
TypeLevel reach_type_level(const Reach *reach, const Type *type);
/// Types with a frozen RuntimeType object (ldtype).
Type *const *reach_runtime_types(const Reach *reach, uint32_t *count);
/// Distinct string literals, sorted by content; reach_string_index finds one again.
const Utf16 *reach_strings(const Reach *reach, uint32_t *count);
uint32_t reach_string_index(const Reach *reach, Utf16 string);
/// Types with a static region of that kind in use; NonGC includes types that only have a .cctor context.
Type *const *reach_static_types(const Reach *reach, StaticKind kind, uint32_t *count);
bool reach_has_static_base(const Reach *reach, const Type *type, StaticKind kind);
/// Initial content of the static regions; NULL: zeros (no constructor, or one that runs when needed).
const StaticImage *reach_static_image(const Reach *reach, const Type *type);
/// Objects that class constructors made at compile time.
const FrozenObject *const *reach_frozen_objects(const Reach *reach, uint32_t *count);
/// Why the constructor of `type` runs at run time; NULL if it has none or need not run.
const char *reach_preinit_obstacle(const Reach *reach, const Type *type);
/// Index of a type in the thread-static region (its TLS index).
uint32_t reach_thread_static_index(const Reach *reach, const Type *type);
/// RVA fields whose data is used.
const Field *const *reach_rva_fields(const Reach *reach, uint32_t *count);
/// Eager .cctors in call order (section 205), module initialisers (213).
const Method *const *reach_eager_cctors(const Reach *reach, uint32_t *count);
const Method *const *reach_module_initializers(const Reach *reach, uint32_t *count);
/// Symbols the object must define under a fixed name: RuntimeExports, UnmanagedCallersOnly entries,
/// __managed__Main.
typedef struct Export {
    const Method *method;
    Text symbol;
    bool is_public; // exported from the executable or library, not hidden
} Export;
const Export *reach_exports(const Reach *reach, uint32_t *count);
/// P/Invokes bound lazily, for their fix-up cells.
const Method *const *reach_lazy_pinvokes(const Reach *reach, uint32_t *count);

/// Types whose native form Marshal.* may ask for at run time (blobs 16 and 17).
Type *const *reach_marshalled_structs(const Reach *reach, uint32_t *count);
Type *const *reach_marshalled_delegates(const Reach *reach, uint32_t *count);

// ---- Helpers: the CoreLib methods that generated code calls -------------------------------------

enum { HELPERS_MAX = 6 };
/// The CoreLib methods that lowering `in` of `body` may call: reach/ marks exactly these, so lower/ may call
/// no others (it asserts with this function). Returns how many; depends on the instruction and its types
/// only. Besides, a native_call of a P/Invoke that is bound lazily calls ResolvePInvoke.
uint32_t reach_helpers_of(TypeSystem *ts, const Body *body, const Instruction *in,
                          WellKnownMethod out[HELPERS_MAX]);
/// Helpers of a method as a whole (its class-constructor check at entry, unmanaged transitions).
uint32_t reach_entry_helpers_of(const Reach *reach, const Body *body, WellKnownMethod out[HELPERS_MAX]);
/// newobj of a System.String constructor calls this static String.Ctor with the same parameters instead.
const Method *reach_string_factory(TypeSystem *ts, const Method *constructor);
/// False if an instance was cut off by the generic recursion limit (IL3054): code that refers to it throws
/// TypeLoadException instead (helper ThrowTypeLoadException).
bool reach_instance_allowed(const Reach *reach, const Method *method);
bool reach_type_allowed(const Reach *reach, const Type *type);
/// There are such instances.
bool reach_has_cuts(const Reach *reach);

// ---- Instances made at run time -----------------------------------------------------------------

/// Canonical types and generic methods, whose code serves instances that the type loader makes.
bool reach_makes_types(const Reach *reach);
const Method *const *reach_template_methods(const Reach *reach, uint32_t *count);

/// What canonical code finds through its context instead of a constant (a row of the NativeLayout blob).
typedef enum LookupKind {
    LOOKUP_TypeHandle,
    LOOKUP_NonGCStatics, // address of the base
    LOOKUP_GCStatics,    // cell that holds the base object
    LOOKUP_ThreadStaticIndex,
    LOOKUP_MethodDictionary,
    LOOKUP_MethodHandle,
    LOOKUP_FieldHandle,
    LOOKUP_StaticVirtual, // code of a SYNTHETIC_StaticVirtual whose own arguments the context gives
} LookupKind;
typedef struct Lookup {
    LookupKind kind;
    const void *entity;    // Type, Method or Field, in terms of the placeholders of the context
    const Method *context; // canonical method that asks
    const Type *part;      // not NULL: the context is this type, which an answer gave
    Text symbol;           // of its record
} Lookup;
/// Where the type loader finds the code of a generic virtual method whose arguments are made at run time.
typedef struct GenericOverride {
    const Method *declaration; // canonical
    const Type *type;          // with instances
    const Method *target;      // canonical
} GenericOverride;
const GenericOverride *reach_generic_overrides(const Reach *reach, uint32_t *count);
/// Interns the question; the symbol of its record. Lowering asks, emit/ writes the records.
Text reach_lookup(const Reach *reach, LookupKind kind, const void *entity, const Method *context,
                  const Type *part);
/// Whether the context (the method's, or `part`) names all arguments that the entity is made of.
typedef enum LookupPart {
    LOOKUP_PART_None,     // it does
    LOOKUP_PART_Argument, // `*found`, a struct among the arguments, holds them
    LOOKUP_PART_Several,  // arguments of several structs
} LookupPart;
LookupPart reach_lookup_part(const Method *context, const Type *part, LookupKind kind, const void *entity,
                             const Type **found);
const Lookup *reach_lookups(const Reach *reach, uint32_t *count);
/// How canonical code gets at its context.
typedef enum ContextSource {
    CONTEXT_None,
    CONTEXT_This,       // the MethodTable of `this`
    CONTEXT_Type,       // `nest`: the MethodTable of the owner, of an interface too
    CONTEXT_Dictionary, // `nest`: the dictionary of the method
} ContextSource;
ContextSource reach_context_source(const Method *method);
/// Canonical code that wants its context in `nest`.
static inline bool reach_takes_context(const Method *method) {
    return reach_context_source(method) >= CONTEXT_Type;
}

// ---- Dispatch -----------------------------------------------------------------------------------

/// Virtual slots in use of a constructed class or struct, base first: the vtable after the hidden slot. An
/// entry is the code to call (unboxing stub for structs) or NULL when nothing can reach it.
const Method *const *reach_vtable(const Reach *reach, const Type *type, uint32_t *count);
/// Index in that vtable of a slot-defining method, -1 if the slot has no callers.
int32_t reach_slot_index(const Reach *reach, const Method *declaration);

/// A selector: an interface method, or a generic virtual method with exact arguments, that some call needs.
const Method *const *reach_selectors(const Reach *reach, uint32_t *count);
/// -1 if `declaration` is no live selector.
int32_t reach_selector_index(const Reach *reach, const Method *declaration);
typedef struct SelectorEntry {
    uint32_t selector;
    const Method *target; // code to call with the object as `this` (unboxing stub, throwing stub, ...)
} SelectorEntry;
/// What stands behind an entry of SYNTHETIC_InterfaceSwitch.
typedef struct SwitchCase {
    const Type *interface; // NULL: any other
    const Method *target;
} SwitchCase;
const SwitchCase *reach_switch_cases(const Reach *reach, const Method *interface_switch, uint32_t *count);
/// Entries of a constructed type's row, ascending by selector.
const SelectorEntry *reach_selector_row(const Reach *reach, const Type *type, uint32_t *count);

/// Code of interface method `number` on an interface that objects may name as its implementation
/// (IDynamicInterfaceCastable).
typedef struct DynamicImplementation {
    Type *implementation;
    Type *interface; // that declares the method
    uint32_t number;
    const Method *target;
} DynamicImplementation;
const DynamicImplementation *reach_dynamic_implementations(const Reach *reach, uint32_t *count);
/// Number of an interface method there; DYNAMIC_NONE if nothing implements it.
enum { DYNAMIC_NONE = 0xFFFF };
uint32_t reach_dynamic_number(const Reach *reach, const Method *selector);

/// How a call of a SYNTHETIC_StaticVirtual finds its code in the row of the type: the number of the selector,
/// and whether types implement several instances of the interface.
uint32_t reach_static_selector(const Reach *reach, const Method *static_virtual, bool *is_ambiguous);

typedef enum CallKind {
    CALL_Generic,   // a generic virtual method whose arguments the context gives: the runtime finds the code
    CALL_Direct,    // target; the caller tests `this` for null
    CALL_Slot,      // load the MethodTable, slot `index`
    CALL_Selector,  // row of the MethodTable + selector `index`
    CALL_Ambiguous, // the same, where types implement the interface several times: decided by the MethodTable
                    // of `interface`
    CALL_Never,     // no constructed type can be the receiver: null check, then unreachable code that throws
} CallKind;
typedef struct CallPlan {
    CallKind kind;
    const Method *target;
    uint32_t index;
    const Type *interface;
} CallPlan;
/// How a callvirt (or ldvirtftn) of `method` on a receiver of static type `receiver` (may be NULL) reaches
/// its code.
CallPlan reach_call_plan(const Reach *reach, const Method *method, const Type *receiver, bool receiver_exact);
/// An instance method of a class without instances: it is not compiled, since the null test before the call
/// has thrown.
bool reach_never_called(const Reach *reach, const Method *method);
/// Implementation of GC-visible facts for code generation: can `isinst type` ever be true, which single type
/// can it be.
bool reach_cast_possible(const Reach *reach, const Type *type);
/// The only constructed type that passes a cast to `type`, NULL if none or several.
const Type *reach_only_implementer(const Reach *reach, const Type *type);

// ---- Reflection (metadata blobs) ----------------------------------------------------------------

/// Definitions that need NativeFormat records.
bool reach_type_has_metadata(const Reach *reach, const TypeDef *def);
bool reach_method_has_metadata(const Reach *reach, const MethodDef *def);
bool reach_field_has_metadata(const Reach *reach, const FieldDef *def);
/// The type that a reflection-style name in an attribute of `module` means; NULL if it is not there.
Type *reach_type_named(const Reach *reach, Text name, const Module *module);
/// The program can ask for custom modifiers of signatures.
bool reach_modifiers_shown(const Reach *reach);
/// Row of CustomAttribute whose constructor, members and types are there.
bool reach_attribute_kept(const Reach *reach, const Module *module, uint32_t rid);
/// Types that the program looks up in an assembly which forwards them.
typedef struct TypeForward {
    Module *facade;
    const TypeDef *def;
} TypeForward;
const TypeForward *reach_type_forwards(const Reach *reach, uint32_t *count);
const TypeDef *const *reach_metadata_types(const Reach *reach, uint32_t *count);
/// Methods that reflection can invoke (invoke maps), and open definitions that it can only show. Exact ones
/// have code unless they are abstract (reach_has_method); of structs, their unboxing stub has too.
bool reach_is_invokable(const Reach *reach, const Method *method);
const Method *const *reach_invokable_methods(const Reach *reach, uint32_t *count);
/// Fields that reflection can read and write (field access map), and open definitions; statics have their
/// base.
const Field *const *reach_reflectable_fields(const Reach *reach, uint32_t *count);

/// Its invocation dispatches on the object: through reach_slot_index or reach_selector_index of its
/// declaration.
bool reach_is_invoked_virtually(const Method *method);
/// Members whose handles are loaded (ldtoken).
const Method *const *reach_token_methods(const Reach *reach, uint32_t *count);
const Field *const *reach_token_fields(const Reach *reach, uint32_t *count);

// ---- Symbols: one naming for lower/ and emit/ ---------------------------------------------------

typedef enum SymbolKind {
    SYMBOL_MethodTable,       // entity: Type
    SYMBOL_RuntimeType,       // Type: frozen RuntimeType object
    SYMBOL_NonGCStatics,      // Type: base; the class-constructor context word lies 8 bytes before
    SYMBOL_GCStatics,         // Type: cell that holds the base object
    SYMBOL_ThreadStaticIndex, // Type: {TypeManagerSlot*, index}
    SYMBOL_Rva,               // Field
    SYMBOL_Method,            // Method: its own code, unlike that of any other method
    SYMBOL_Code,              // Method: code to call, which several methods may have in common
    SYMBOL_SharedBody,        // Method: the body made from it that serves several
    SYMBOL_Dictionary,        // Method: the context that it gives to its shared body
    SYMBOL_PInvokeCell,       // Method: MethodFixupCell of a lazy P/Invoke
    SYMBOL_MethodHandle,      // Method: MethodHandleInfo
    SYMBOL_FieldHandle,       // Field: FieldHandleInfo
    SYMBOL_FrozenObject,      // FrozenObject
} SymbolKind;
/// Exported methods answer their export name. Interned.
Text reach_symbol(const Reach *reach, SymbolKind kind, const void *entity);
/// Frozen string literal `index`.
Text reach_string_symbol(const Reach *reach, uint32_t index);
/// Symbol whose address is table + 8 * displacement of a selector (emit defines it).
Text reach_selector_symbol(const Reach *reach, uint32_t selector);

// ---- Explanations -------------------------------------------------------------------------------

/// One line per mark ("M" method, "T" type, ...) in the form of data/closures, for `--dump=reach`.
void reach_dump(const Reach *reach, const struct Pattern *pattern, FILE *file);
/// Generic definitions by the number of compiled methods of their instances, and how many there would be if
/// reference arguments made no difference, for `--dump=instances`.
void reach_dump_instances(const Reach *reach, const struct Pattern *pattern, FILE *file);
/// Chains of reasons for everything whose display name matches, for `--why`.
void reach_why(const Reach *reach, const struct Pattern *pattern, FILE *file);
/// Writes the request's output.dgml (IlcGenerateDgmlFile): a graph in DGML of everything that is in the
/// program, with a link from the first reason of each node to it. True if the request wants none; false after
/// a report.
MUST_CHECK bool reach_dgml_write(const Reach *reach, Diag *diag);
/// Number of methods, constructed types, strings, ... for --time.
typedef struct ReachCounts {
    uint32_t methods, constructed_types, necessary_types, slots, selectors, strings, rounds;
} ReachCounts;
ReachCounts reach_counts(const Reach *reach);
