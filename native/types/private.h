// What the files of types/ share: the records behind the public structures (each begins with its public part)
// and the steps of resolution. Nothing here is for other folders.
#pragma once

#include "types/map.h"
#include "types/types.h"

enum {
    DEPTH_LIMIT = 64,         // nesting of type expressions, signatures, forwards, enclosing types
    BASE_CHAIN_LIMIT = 16384, // classes above one another; also ends a walk over a circle
    TYPE_NODE_LIMIT = 4096,   // size of a type expression as a tree: (T,T) nested doubles it at each level
    VALUE_SIZE_LIMIT = (1 << 27) - 7, // largest value type, as the runtime refuses more
};

/// Members of a definition ordered by (name, rid), built on first lookup.
typedef struct NameIndex {
    const char **names; // interned data pointers
    uint32_t *rids;
    uint32_t count;
    bool built;
} NameIndex;

typedef struct ModuleRecord {
    Module module;
    TypeSystem *ts;
    uint32_t type_def_count, method_def_count, field_def_count;
    uint32_t *method_owners; // TypeDef rid by method rid - 1, filled on first need
    uint32_t *field_owners;
    WordMap type_names; // {namespace, name, enclosing rid} -> TypeDef rid; exported types with FORWARD_FLAG
    bool type_names_built;
    struct TypeEntry *type_refs; // by rid - 1
    struct TypeEntry *type_specs;
    struct MemberEntry *member_refs;
    struct MemberEntry *method_specs;
    struct SignatureEntry *stand_alone_signatures;
} ModuleRecord;

enum EntryState { ENTRY_Empty, ENTRY_Busy, ENTRY_Done, ENTRY_Failed };

typedef struct TypeEntry {
    enum EntryState state;
    Type *type; // open
    Failure failure;
} TypeEntry;

/// What a MemberRef, MethodSpec or member definition token names, in terms of its module's own generic
/// parameters.
typedef struct MemberEntry {
    enum EntryState state;
    Type *owner; // open; where the member was found
    const MethodDef *method;
    const FieldDef *field;
    MethodSynthetic accessor;   // of arrays
    const Signature *signature; // of accessors, open
    Type *const *args;          // MethodSpec, open
    uint32_t arg_count;
    bool args_open;
    Method *exact; // once known, if neither owner nor args are open
    Failure failure;
} MemberEntry;

typedef struct SignatureEntry {
    enum EntryState state;
    const Signature *signature;
    Failure failure;
} SignatureEntry;

typedef struct TypeDefRecord {
    TypeDef def;
    Token extends;
    Type *definition;  // type_from_def
    Type *self;        // instantiated over its own parameters; the definition itself if not generic
    uint8_t *variance; // by parameter; NULL if invariant
    bool variance_read;
    NameIndex methods, fields;
    bool virtual_slots_numbered;
} TypeDefRecord;

typedef struct MethodDefRecord {
    MethodDef def;
    enum EntryState state;      // of the signature
    const Signature *signature; // open
    Modifiers modifiers;
    Failure failure;
    uint32_t slot; // vtable slot + 1, valid once the owner's slots are numbered; 0 none
} MethodDefRecord;

typedef struct FieldDefRecord {
    FieldDef def;
    enum EntryState state;
    Type *type; // open
    Modifiers modifiers;
    Failure failure;
} FieldDefRecord;

typedef struct TypeRecord {
    Type type;
    uint32_t node_count;
} TypeRecord;

typedef struct SignatureRecord {
    Signature signature;
    bool is_open;
    uint32_t depth, node_count;
} SignatureRecord;

typedef struct FieldRecord {
    Field field;
    const Failure *failure; // the type could not be resolved; `field.type` is then Object
} FieldRecord;

typedef struct OverridePair { // MethodImpl row (II.22.27), in terms of the exact type
    Method *declaration;
    Method *body;
    bool preserves_base; // [PreserveBaseOverrides]: covariant return
} OverridePair;

/// A slot while it is built: overrides by name change `own`, MethodImpls redirect it to another slot.
typedef struct Slot {
    Method *declaration;
    Method *own;
    int32_t redirect; // slot whose implementation this one follows, or -1
    bool unified;     // covariant return: moves with its target when that is overridden in turn
} Slot;

/// Lazily computed facts of one type.
typedef struct TypeDetails {
    bool base_done, declared_interfaces_done, interfaces_done, fields_done, methods_done, overrides_done;
    enum EntryState layout_state, slots_state, static_state, references_state;
    bool has_references;
    Type *canonical;
    Type *base;
    Type **declared_interfaces;
    uint32_t declared_interface_count;
    Type **interfaces;
    uint32_t interface_count;
    Type **raw_interfaces; // by index of the definition's list, duplicates kept; NULL where not instantiable
    uint32_t raw_interface_count;
    Field **fields;
    uint32_t field_count;
    Method **methods;
    uint32_t method_count;
    OverridePair *overrides;
    uint32_t override_count;
    Slot *slots;
    VirtualSlot *virtual_slots;
    uint32_t slot_count;
    Layout *layout;
    Failure layout_failure;
    StaticLayout *statics;
    uint32_t *static_offsets; // by Field.index of static fields
} TypeDetails;

struct TypeSystem {
    Arena *arena;
    Arena scratch;
    TextTable *texts;
    Diag *diag;
    ARRAY(Module *) modules;
    ARRAY(Type *) types; // by id
    Module *core;
    uint32_t vector_size; // of Vector<T>; 0: as its fields say
    WordMap module_paths; // {lower-case simple name} -> ModulePath
    WordMap type_map, signature_map, method_map, placeholders;
    WordMap interface_map; // {type, interface method} -> answer of type_resolve_interface
    WordMap class_map;     // {type, interface method} -> class-level implementation
    uint32_t method_count, field_count;
    uint32_t resolve_depth, layout_depth;
    Type *primitives[ELEMENT_TYPE_OBJECT + 1];
    Type *well_known_types[WELL_KNOWN_TYPE_COUNT];
    Method *well_known_methods[WELL_KNOWN_METHOD_COUNT];
    Text name_constructor, name_static_constructor, name_finalize, name_invoke, name_system;
};

static inline ModuleRecord *module_record(const Module *module) {
    return (ModuleRecord *)module;
}
static inline TypeDefRecord *type_def_record(const TypeDef *def) {
    return (TypeDefRecord *)def;
}
static inline MethodDefRecord *method_def_record(const MethodDef *def) {
    return (MethodDefRecord *)def;
}
static inline FieldDefRecord *field_def_record(const FieldDef *def) {
    return (FieldDefRecord *)def;
}
static inline uint32_t type_node_count(const Type *type) {
    return ((const TypeRecord *)type)->node_count;
}

/// Fills *failure if there is one. Returns false / NULL for `return failure_set(...)`.
bool failure_set(Failure *failure, FailureKind kind, Text message, Text argument);
Text text_format(TypeSystem *ts, const char *format, ...) PRINTF_LIKE(2, 3);

// module.c
ModuleRecord *module_open(TypeSystem *ts, Image *image, bool is_app);
/// TypeDef by name in this module alone, or the forward's ExportedType rid in *forward_rid. NULL if neither.
TypeDef *module_type_def(ModuleRecord *module, Text name_space, Text name, const TypeDef *enclosing,
                         uint32_t *forward_rid);
Type *well_known_find(TypeSystem *ts, const char *name_space, const char *name);
/// A class of the compiler's own that stands for a type argument.
Type *placeholder_make(TypeSystem *ts, const char *name);

// definition.c
uint32_t method_owner_rid(ModuleRecord *module, uint32_t rid);
uint32_t field_owner_rid(ModuleRecord *module, uint32_t rid);
/// Candidates of that name among a definition's methods or fields: [*first, *first + count) of the index.
const NameIndex *method_index(const TypeDef *def);
const NameIndex *field_index(const TypeDef *def);
uint32_t name_index_find(const NameIndex *index, Text name, uint32_t *first);
/// Open signature of a definition; NULL and *failure if it names something missing.
const Signature *method_def_signature(TypeSystem *ts, const MethodDef *def, const Modifiers **modifiers,
                                      Failure *failure);
Type *field_def_type(TypeSystem *ts, const FieldDef *def, const Modifiers **modifiers, Failure *failure);
bool modifiers_equal(const Modifiers *a, const Modifiers *b);
bool method_modifiers_equal(TypeSystem *ts, const MethodDef *a, const MethodDef *b);

// intern.c
TypeDetails *type_details(TypeSystem *ts, Type *type);
Type *type_variable(TypeSystem *ts, TypeKind kind, uint32_t index);
/// The definition over its own parameters: D<!0, !1>; D itself if not generic.
Type *type_self(TypeSystem *ts, const TypeDef *def);
/// The self instance behind a type: of D<int> and of the definition D, D<!0>; the type itself if not generic.
Type *type_to_self(TypeSystem *ts, Type *type);
GenericContext type_context(const Type *type);
const Signature *signature_substitute(TypeSystem *ts, const Signature *signature,
                                      const GenericContext *context, Failure *failure);
/// The same method seen on `owner`: the method's own owner is a definition of the same TypeDef.
Method *method_on(TypeSystem *ts, const MethodDef *def, Type *owner);
/// Replaces the variables of a method's owner (and arguments).
Method *method_substitute(TypeSystem *ts, Method *method, const GenericContext *context);
Method *method_accessor(TypeSystem *ts, MethodSynthetic kind, Type *owner, const Signature *signature);

// signature.c
typedef struct SignatureReader {
    TypeSystem *ts;
    Module *module;
    Cursor cursor;
    Failure *failure;
    uint32_t position; // of the type that is read next
    uint32_t depth;
    ARRAY(Modifier) modifiers; // in `modifier_arena`, unless that is NULL
    Arena *modifier_arena;
} SignatureReader;
SignatureReader signature_reader(TypeSystem *ts, Module *module, Bytes blob, Failure *failure);
Type *signature_read_type(SignatureReader *reader);
/// MethodDefSig, MethodRefSig, StandAloneMethodSig (II.23.2.1-3).
const Signature *signature_read_method(SignatureReader *reader);
Type *signature_read_field(SignatureReader *reader);
/// MethodSpec blob (II.23.2.15).
bool signature_read_arguments(SignatureReader *reader, Arena *arena, Type ***args, uint32_t *count);
Modifiers signature_modifiers(SignatureReader *reader);
bool bad_signature(SignatureReader *reader, const char *reason);

// resolve.c
/// TypeDef, TypeRef or TypeSpec in terms of the module's own parameters; generic definitions stay
/// definitions.
Type *type_open_from_token(TypeSystem *ts, Module *module, Token token, Failure *failure);

// hierarchy.c
/// Overrides by MethodImpl of exact `type`.
const OverridePair *type_overrides(TypeSystem *ts, Type *type, uint32_t *count);
/// Interfaces by index of the self type's list, each instantiated for `type`; entries may be NULL or repeat.
Type *const *type_raw_interfaces(TypeSystem *ts, Type *type, uint32_t *count);
bool type_implements(TypeSystem *ts, Type *type, const Type *interface);
/// The type whose methods implement the interfaces of an array: System.Array`1<T> or System.Array.
Type *array_implementation(TypeSystem *ts, Type *array);
bool array_has_generic_interfaces(TypeSystem *ts, const Type *array);

// vtable.c
/// Slot of a definition among its owner's slots, UINT32_MAX if it has none (not virtual, Finalize).
uint32_t method_def_slot(TypeSystem *ts, const MethodDef *def);
bool method_def_is_finalizer(TypeSystem *ts, const MethodDef *def);

// cast.c
/// `from` as an argument converts to `to` as the argument of a variant parameter; arrays also match by size.
bool type_arguments_compatible(TypeSystem *ts, Type *from, Type *to, bool array_covariant);

// layout.c
bool type_is_by_value_class(const Type *type);

// attribute.c
typedef struct AttributeScan { // walks the CustomAttribute rows of one entity
    const Module *module;
    uint32_t row, end;
} AttributeScan;
AttributeScan attribute_scan(const Module *module, Token owner);
bool attribute_next(AttributeScan *scan, AttributeRow *out);

// name.c
enum NameStyle {
    NAME_Display,   // reach.md 6.2
    NAME_Unique,    // every definition with its module: for symbols
    NAME_Diagnostic // as trim warnings print types, without namespaces
};
void type_print(TypeSystem *ts, TextBuilder *out, const Type *type, enum NameStyle style);
void signature_print_params(TypeSystem *ts, TextBuilder *out, const Signature *signature,
                            enum NameStyle style);
void type_def_print(TextBuilder *out, const TypeDef *def);
