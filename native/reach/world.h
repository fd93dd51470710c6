// Private to reach/: the marked world, its nodes, and the functions that grow it. Every node keeps the first
// reason it was marked for (design reach.md 0, 1.1); the set of marks is a fixpoint and does not depend on
// their order.
#pragma once

#include "reach/reach.h"

typedef enum NodeKind {
    NODE_Method,       // Method: its code is compiled
    NODE_Slot,         // Method: a virtual slot or selector that somebody calls
    NODE_Necessary,    // Type: identity
    NODE_Metadata,     // Type: its name may be asked
    NODE_Constructed,  // Type: it, or a class derived from it, has instances; or an interface that casts can
                       // meet
    NODE_Allocated,    // Type: instances of exactly this type may exist
    NODE_RuntimeType,  // Type: frozen RuntimeType object
    NODE_InterfaceUse, // Type (definition): some instance of the interface matters to a cast or to reflection
    NODE_NonGCStatics, // Type: static regions
    NODE_GCStatics,
    NODE_ThreadStatics,
    NODE_Cctor,             // Type: lazy class constructor
    NODE_Rva,               // Field: data blob
    NODE_String,            // StringNode
    NODE_Frozen,            // FrozenObject
    NODE_Module,            // Module: code or types of it exist
    NODE_ReflectableMethod, // Method (exact or a definition): reflection finds and invokes it
    NODE_ReflectableField,  // Field: reflection finds, reads and writes it
    NODE_KIND_COUNT
} NodeKind;

typedef struct Node {
    NodeKind kind;
    bool marked;
    uint16_t growth; // expanding instantiations on the way here (generic recursion, reach.md 5.1)
    const void *entity;
    const struct Node *from; // first reason; NULL for a root
    const char *text;
} Node;

/// A constructed type and the code that a slot or selector reaches on it.
typedef struct Target {
    struct TypeNode *type;
    const Method *code; // NULL: abstract
} Target;

/// An interface that objects may name as their implementation of `interface`.
typedef struct DynamicTarget {
    struct TypeNode *type;
    Type *interface;
    const Method *code;
} DynamicTarget;

/// Types and selectors that meet: all allocated types that may implement an interface (or have a class with
/// generic virtual methods as their base), and the selectors in use. Each pair is resolved once, when its
/// second half arrives.
typedef struct DispatchGroup {
    bool by_definition; // variant interface or array interface: a pair also needs a cast to succeed
    ARRAY(struct TypeNode *) types;
    ARRAY(struct MethodNode *) selectors;
} DispatchGroup;

typedef struct MethodNode {
    const Method *method;
    Node code, slot, reflectable;
    bool address_taken;
    uint32_t flow_epoch;        // when its values were followed as an inlined callee's
    bool is_token;              // ldtoken: MethodHandleInfo
    bool shows_targets;         // slot: a delegate's Method can be any code it leads to
    bool called_by_invoke;      // slot: reflection dispatches through it, whatever it reaches
    bool pointer_taken;         // and compared or looked up by the program
    const Method *same_code;    // reach_code; NULL: its own
    const Method *shared_body;  // reach_body
    bool was_noted;             // reflectable_code_appears
    bool queued;                // for another scan: a fact its body was folded with has changed
    bool cut;                   // generic recursion limit
    bool allowed;               // once it was within the limit, all parts of it are
    bool is_template;           // in World.template_methods
    Text export_symbol;         // fixed symbol of an exported method, else empty
    bool not_code;              // runtime import or abstract: marking it compiles nothing
    bool unlimited;             // slot: some call knows nothing of its receiver
    ARRAY(const Type *) limits; // slot: static receiver types of the other calls
    bool is_ambiguous;          // selector: a type has several targets for it
    bool is_static_use;         // selector: static virtual calls find their code through the table
    ARRAY(SwitchCase) cases;    // of an interface switch
    ARRAY(Type *) interfaces;   // selector of a canonical interface: instances that calls name
    int32_t index;              // slot index in vtables or selector number; -1
    ARRAY(DynamicTarget)
    dynamic_targets; // of an interface method: interfaces that objects may name as its implementation
    uint32_t dynamic_number;
    ARRAY(Target)
    targets; // of a class slot: every allocated type that has it; of a selector: its row entries
} MethodNode;

/// A direct call of an instance method, waiting for the first instance of its class.
typedef struct Tentative {
    const Method *method;
    const Node *from;
    const char *text;
} Tentative;

typedef struct TypeNode {
    Type *type;
    Node levels[4]; // NODE_Necessary .. NODE_Allocated
    Node runtime_type, interface_use, cctor;
    Node statics[3]; // STATIC_NonGC, STATIC_GC, STATIC_Thread
    bool cut;
    bool allowed;          // once it was within the limit of generic recursion, all parts of it are
    bool is_marshalled;    // in World.marshalled_structs or .marshalled_delegates
    bool compared;         // in World.compared
    bool castable;         // some object passes a cast to it
    bool castable_watched; // variant interface or array that a fold asked for: in World.watched_casts
    bool only_known;
    const Type *only;                   // reach_only_implementer
    ARRAY(struct MethodNode *) waiters; // bodies folded because a fact about this type did not hold yet
    uint32_t tls_index;
    DispatchGroup *group;
    ARRAY(struct TypeNode *)
    interface_waiters; // constructed types that list this instance once its definition is used
    ARRAY(Tentative) tentative;
    ARRAY(SelectorEntry) row;
    ARRAY(const Method *) vtable;
    uint32_t member_flags;   // DynamicallyAccessedMembers marked (flow_members.c)
    uint32_t get_type_flags; // asked for where object.GetType is called on this annotated class
    bool arguments_met;
    bool delegate_targets_visible;  // of a delegate definition
    struct GenericMembers *members; // of a generic definition: what all its instances show
    ARRAY(Type *) template_waiters; // canonical forms that exist
    ARRAY(Type *) instances;        // of a canonical form: those with MethodTables
    uint32_t own_tables;            // of a canonical form: instances with tables of their own
    struct TypeNode *tables_from;   // its template, whose vtable and selector row serve it; else NULL
    bool was_static_candidate;      // the others come to static_candidate_appears by themselves
    const Node *template_from;      // of a generic definition: instances can be made at run time
} TypeNode;

typedef struct FlowFacts FlowFacts;

typedef struct FieldNode {
    Node rva, reflectable;
    bool stored;                        // static: its value changes after start-up
    ARRAY(struct MethodNode *) waiters; // bodies folded because that was not seen yet
    ARRAY(const void *) held;           // hoisted local of closures, iterators: FlowValues stored so far
    ARRAY(struct MethodNode *) readers; // bodies to look at again when it holds more
    bool is_token;                      // ldtoken: FieldHandleInfo
} FieldNode;

enum {
    TYPE_VISIBLE = 1,
    TYPE_OVERRIDES_CHECKED = 2,
    TYPE_ANNOTATIONS_CHECKED = 4,
    TYPE_HIERARCHY_CHECKED = 8,
};
/// Definitions of one module that need NativeFormat records; a byte per row, at rid - 1.
/// Instances of one definition that generic recursion may have made (recursion.c).
typedef struct InstanceCount {
    uint16_t deep, repeated;
} InstanceCount;

typedef struct ModuleMarks {
    uint8_t *methods, *fields, *attributes;
    uint8_t *types; // TYPE_*, what has been done for a definition
    bool visible;   // types of it have records
    bool rooted;    // kept whole
    FlowFacts *facts;
    InstanceCount *type_instances, *method_instances; // a count per row, at rid - 1; NULL until needed
} ModuleMarks;

typedef struct StringNode {
    Node node;
    Utf16 string;
    uint32_t index;
    struct StringNode *next;
} StringNode;

typedef ARRAY(Node *) NodeList;
typedef ARRAY(const Method *) MethodList;

/// `t == typeof(T)`.
typedef struct Comparison {
    Type *type;
    const Node *from;
} Comparison;

/// A reference that the recursion limit cut.
typedef struct Cut {
    const Node *from;
    const Method *method; // one of these
    const Type *type;
} Cut;

/// Kinds of records that carry custom attributes.
typedef enum AttributeKind {
    ATTRIBUTES_Type,
    ATTRIBUTES_Method,
    ATTRIBUTES_Field,
    ATTRIBUTES_Property,
    ATTRIBUTES_Event,
    ATTRIBUTES_Parameter,
    ATTRIBUTES_GenericParameter,
    ATTRIBUTES_Assembly,
    ATTRIBUTES_Module,
    ATTRIBUTES_Constraints, // no attributes: the types that constrain a generic parameter
    ATTRIBUTES_Modifiers,   // no attributes: the custom modifiers of a signature
    ATTRIBUTES_COUNT
} AttributeKind;
typedef struct AttributeEntity {
    const Module *module;
    Token token;
    const Node *from;
} AttributeEntity;
typedef struct DelegateTarget {
    const TypeDef *delegate;
    const Method *method;
    bool is_virtual; // resolved on the target object
} DelegateTarget;

typedef struct World {
    struct Reach *reach;
    TypeSystem *ts;
    Il *il;
    Arena arena;          // nodes
    Arena scratch;        // one body
    MethodNode **methods; // by Method.id
    uint32_t method_capacity;
    TypeNode **types; // by Type.id
    uint32_t type_capacity;
    FieldNode **fields; // by Field.id
    uint32_t field_capacity;
    Node **frozen; // by FrozenObject.id
    uint32_t frozen_capacity;
    Node **modules; // by Module.index
    uint32_t module_capacity;
    ModuleMarks **module_marks; // by Module.index
    uint32_t module_marks_capacity;
    StringNode **string_buckets;
    uint32_t string_bucket_count;
    ARRAY(DispatchGroup *) interface_groups;
    ARRAY(TypeNode *) dynamic_types;      // allocated, IDynamicInterfaceCastable
    ARRAY(TypeNode *) dynamic_interfaces; // [DynamicInterfaceCastableImplementation]
    NodeList level, next;                 // breadth-first work
    NodeList marked[NODE_KIND_COUNT];     // everything marked, by kind
    ARRAY(Export) exports;
    MethodList token_methods;
    ARRAY(const Field *) token_fields;
    MethodList lazy_pinvokes, eager_cctors, module_initializers;
    ARRAY(Cut) cuts;
    ARRAY(TypeNode *) watched_casts;
    MethodNode *scanning; // whose body asks facts
    uint32_t scanned_count;
    uint32_t flow_epoch; // counts the passes over every body
    ARRAY(Type *) marshalled_structs, marshalled_delegates;
    ARRAY(Comparison) compared; // RuntimeType objects that are only compared
    ARRAY(AttributeEntity)
    attribute_entities[ATTRIBUTES_COUNT]; // until somebody can ask for their attributes
    uint32_t attributes_asked;            // 1 << AttributeKind
    ARRAY(Text) removed_attributes;
    ARRAY(TypeForward) forwards;
    bool get_type_asked;
    struct Flow *flow;                 // the analysis that makes marks now
    const struct FlowOrigin *asker;    // or the member or type whose annotation or attribute asks for members
    const Node *delegate_targets_from; // Delegate.Method is called on some delegate
    ARRAY(DelegateTarget) delegate_targets;
    bool methods_asked;          // somebody can list the methods of a type
    MethodList delegate_invokes; // until then
    bool unsupported;            // an error was reported about what is reached
    bool makes_types;            // generic instances are made at run time (templates.c)
    bool maker_found;            // world_is_outdated
    uint32_t makers_sought;      // marked methods that are known to be none
    MethodList template_methods; // canonical generic methods with code
    ARRAY(GenericOverride) generic_overrides;
    ARRAY(MethodNode *) static_selectors;  // static virtual methods that canonical code calls
    ARRAY(const TypeDef *) static_structs; // structs that such calls name
} World;

struct SymbolCache;
struct PlanCache;
struct Reach {
    Il *il;
    TypeSystem *ts;
    const Request *request;
    Arena *program;
    Diag *diag;
    World *world;
    Preinit *preinit;
    IlFacts facts; // what il/ folds with: live questions to the world
    struct PlanCache *plans;
    struct SymbolCache *symbols;
    const Method *entry_point;
    ARRAY(Export) known_exports; // RuntimeExports of CoreLib
    uint32_t rounds;
    bool makes_types; // found in a first run (World.makes_types)
    ARRAY(Lookup) lookups;
    ARRAY(uint64_t) reported; // warnings, by hash
    uint32_t reported_before; // in the first run
    // Sorted views, made once.
    const Method **methods, **selectors, **slots, **invokable;
    Type **types, **runtime_types, **static_types[3];
    const Field **rva_fields, **reflectable_fields;
    const FrozenObject **frozen_objects;
    Utf16 *strings;
    StringNode **string_nodes;
    const TypeDef **metadata_types;
    uint32_t method_count, selector_count, slot_count, type_count, runtime_type_count, static_type_count[3];
    uint32_t rva_field_count, frozen_count, string_count, metadata_type_count, invokable_count,
        reflectable_field_count;
    ARRAY(DynamicImplementation) dynamic_implementations;
    uint8_t **metadata_flags; // per module index, per TypeDef rid - 1
};

// ---- world.c: nodes -----------------------------------------------------------------------------

World *world_open(Reach *reach);
void world_close(World *w);
/// Find or make; NULL never.
MethodNode *method_node(World *w, const Method *method);
TypeNode *type_node(World *w, const Type *type);
FieldNode *field_node(World *w, const Field *field);
ModuleMarks *module_marks(World *w, const Module *module);
Node *frozen_node(World *w, const FrozenObject *object);
Node *module_node(World *w, const Module *module);
StringNode *string_node(World *w, Utf16 string);
/// The node if it was made; else NULL.
MethodNode *method_node_find(const World *w, const Method *method);
TypeNode *type_node_find(const World *w, const Type *type);
StringNode *string_node_find(const World *w, Utf16 string);

/// Appends unless it is there (short lists).
static inline void list_add(World *w, MethodList *list, const Method *method) {
    for (uint32_t i = 0; i < list->count; i++)
        if (list->items[i] == method)
            return;
    ARRAY_PUSH(&w->arena, list, method);
}

// ---- mark.c: worklist ---------------------------------------------------------------------------

/// Marks `node` because of `from` (NULL: root). True if it was not marked before.
bool mark(World *w, Node *node, const Node *from, const char *text);
/// The same where two nodes together are the reason; `from` is the one to tell about.
bool mark_both(World *w, Node *node, const Node *from, const Node *other, const char *text);
/// Processes the worklist, level by level, until nothing is left or the world has to be made again with
/// canonical code. False if a limit was hit (reported).
MUST_CHECK bool mark_all(World *w);

void mark_method(World *w, const Method *method, const Node *from, const char *text);
/// The same for a call: an instance method of a class is only compiled once the class has instances
/// (reach.md 3.3).
void mark_call(World *w, const Method *method, const Node *from, const char *text);
/// The class got its first instance: the calls that waited for it count now.
void tentative_fire(World *w, TypeNode *node);
/// Its address is stored somewhere: vtable, delegate, function pointer, runtime structure.
void mark_address(World *w, const Method *method, const Node *from, const char *text);
/// The program itself gets the address: it may compare it, or ask reflection for the method behind it.
void mark_pointer(World *w, const Method *method, const Node *from, const char *text);
/// A slot or selector, unless the recursion limit cuts it.
void mark_slot(World *w, MethodNode *node, const Node *from, const char *text);
void mark_necessary(World *w, Type *type, const Node *from, const char *text);
void mark_metadata(World *w, Type *type, const Node *from, const char *text);
void mark_constructed(World *w, Type *type, const Node *from, const char *text);
void mark_allocated(World *w, Type *type, const Node *from, const char *text);
void mark_runtime_type(World *w, Type *type, const Node *from, const char *text);
/// The object is only compared: it is made in the end, but does not make the type visible to the facts.
void mark_compared(World *w, Type *type, const Node *from);
/// Makes what only comparisons need.
void mark_all_compared(World *w);
void mark_static_base(World *w, Type *type, StaticKind kind, const Node *from, const char *text);
void mark_cctor(World *w, Type *type, const Node *from, const char *text);
void mark_rva(World *w, const Field *field, const Node *from, const char *text);
void mark_string(World *w, Utf16 string, const Node *from, const char *text);
void mark_frozen(World *w, const FrozenObject *object, const Node *from, const char *text);
/// Everything that data made at compile time holds the address of.
void mark_data(World *w, const FrozenData *data, const Node *from);
void mark_module(World *w, const Module *module, const Node *from);
void mark_helper(World *w, WellKnownMethod helper, const Node *from);

// ---- templates.c: instances made at run time (generics-and-dispatch.md 2.6) ---------------------

/// The entity whose code or MethodTable serves `type` or `method`: its canonical form if it is one of those
/// that code with placeholders names, else itself.
static inline Type *type_served(World *w, Type *type) {
    return type->has_placeholder ? type_canonical(w->ts, type) : type;
}
/// Marks what the context of a call of canonical code needs, and answers that code.
const Method *method_served(World *w, const Method *method, const Node *from);
/// A type argument that canonical code gets through its context: the code may ask it for anything that it
/// asks its own parameter for, which is not followed, so it is visible to reflection.
void canonical_argument_mark(World *w, Type *argument, const Node *from);
/// Slots and selectors are those of the canonical owner, since an instance made at run time has its
/// template's tables.
const Method *dispatch_key(const World *w, const Method *declaration);
/// type_is_derived_from, between canonical forms where instances can be made at run time.
bool derives(const World *w, Type *type, const Type *base);
/// A generic virtual method over placeholders: no table entry serves it.
bool is_open_generic_virtual(const Method *declaration);
/// typeof(D<>) gets to where it can become the definition of a new instance.
void template_definition_seen(World *w, Type *definition, const Node *from);
/// Reflection shows a generic method, so instances of it can be made.
void template_method_seen(World *w, const Method *definition, const Node *from);
void template_method_of_instance(World *w, const Method *method, const Node *from);
/// Arrays exist whose elements differ from others in reference arguments only.
void template_array_allocated(World *w, Type *array, const Node *from);
/// An instance (or definition) got code or a MethodTable: the template of what can be made of it.
void template_instance_appears(World *w, Type *type, const Node *from);
void template_allocated(World *w, TypeNode *form);
/// The template whose vtable and selector row a type with instances takes over, as types made at run time do;
/// NULL: it has its own. Decided once.
TypeNode *template_of_tables(World *w, TypeNode *node);
void template_statics(World *w, TypeNode *form, StaticKind kind);
/// The program turned out to ask for instances that nobody has compiled, which this world was not made for.
bool world_is_outdated(World *w);

// ---- static_virtual.c: static virtual methods of types that only the context of canonical code knows

/// A call or address of SYNTHETIC_StaticVirtual.
void mark_static_virtual_use(World *w, const Method *method, const Node *from);
void static_selector_appears(World *w, MethodNode *selector);
/// The type has a MethodTable: it can be such an argument.
void static_candidate_appears(World *w, TypeNode *node);

// ---- dynamic_interface.c: objects that say at run time what they implement ----------------------

void dynamic_type_appears(World *w, TypeNode *node);
void dynamic_group_add(World *w, DispatchGroup *group);
/// The interface has a MethodTable: an object can name it.
void dynamic_interface_appears(World *w, TypeNode *node);
void dynamic_selector_appears(World *w, MethodNode *selector);
/// What an object of `type` does with an interface method that `type` itself does not implement; NULL: no
/// object has that.
const Method *dynamic_target(World *w, Type *type, const Method *selector);
/// Some object may say that it implements `type`.
bool dynamic_cast_possible(const World *w, const Type *type);
void dynamic_implementations_number(Reach *reach);
/// facts.c: any cast to an interface may succeed from now on.
/// The definition has a record now.
void facts_type_described(World *w, const TypeDef *def);
/// All definitions in `type` have records, so reflection can make its object without a MethodTable.
bool type_is_described(World *w, const Type *type);
void facts_interfaces_castable(World *w);

// ---- reflectable.c: what reflection finds (reach.md 4) ------------------------------------------

/// Reflection may find and invoke it: a record, code, an entry in the invoke maps. A definition (open) gets
/// the record only, its exact instances follow it.
void mark_reflectable_method(World *w, const Method *method, const Node *from, const char *text);
/// Reflection may find, read and write it: a record, its static base, an entry in the field access map.
void mark_reflectable_field(World *w, const Field *field, const Node *from, const char *text);
/// Reflection may find the type by name and use it: its record and a full MethodTable. A definition gets the
/// record only.
void mark_reflectable_type(World *w, Type *type, const Node *from, const char *text);
/// A signature in a record names the type: each definition that is part of it has a record, so that readers
/// can resolve it.
void mark_signature_type(World *w, Type *type, const Node *from, const char *text);
/// Properties and events have records when one of their accessors has: marks these. `rid` is the row of the
/// definition in the module of `owner`.
void mark_reflectable_property(World *w, Type *owner, uint32_t rid, const Node *from, const char *text);
void mark_reflectable_event(World *w, Type *owner, uint32_t rid, const Node *from, const char *text);
/// Only the record of a method: its name and signature can be shown.
void mark_method_metadata(World *w, const MethodDef *def, const Node *from);
void reflectable_method_process(World *w, MethodNode *node);
void reflectable_field_process(World *w, const Field *field);
/// A type got a record.
void reflectable_type_visible(World *w, const TypeDef *def, const Node *from);
/// Delegate.Method is asked for: reflection finds the targets of delegates of that type (NULL: of any).
void delegate_targets_visible(World *w, const TypeDef *delegate, const Node *from);
void delegate_target_note(World *w, const Type *delegate, const Method *target, bool is_virtual,
                          const Node *from);
/// Reflection finds whatever code the slot or selector of `method` leads to.
void slot_targets_show(World *w, const Method *method, const Node *from);
/// Delegate types got a record: their Invoke is always found (Delegate.CreateDelegate looks for it).
void delegate_type_visible(World *w, Type *type, const Node *from);
void methods_reader_marked(World *w, const Node *from);
/// An instance of a generic definition is constructed: it shows what the others show.
void reflectable_code_appears(World *w, const Method *method, const Node *from);
void reflectable_instance_appears(World *w, Type *type, const Node *from);

// ---- attributes.c, type_name.c ------------------------------------------------------------------

/// An entity got a record: its attributes are kept once their reader is compiled.
void attributes_visible(World *w, AttributeKind kind, const Module *module, Token token, const Node *from);
void attributes_reader_marked(World *w, const Method *method);
void attributes_open(World *w);
/// A reflection-style name, looked up in `fallback` (may be NULL) and CoreLib unless it names its assembly.
/// NULL if it cannot be found.
Type *type_name_resolve(World *w, Text name, const Module *fallback);
/// The same for a name that the program itself looks up: the forwarders on the way stay.
Type *type_name_looked_up(World *w, Text name, const Module *fallback);

// ---- invoke.c: what calls by reflection and handles of members need -----------------------------

/// The thunk of the method's shape; its slot or selector, if it is virtual.
void mark_invoke(World *w, const Method *method, const Node *from);
void mark_token_method(World *w, const Method *method, const Node *from);
void mark_token_field(World *w, const Field *field, const Node *from);

// ---- scan.c, type_levels.c, virtual.c, statics.c: what each kind of node brings -----------------

void method_scan(World *w, MethodNode *node);
/// Scans a marked method once more after what is queued now.
void method_rescan(World *w, MethodNode *node);
void type_process(World *w, TypeNode *node, NodeKind level);
void statics_process(World *w, TypeNode *node, StaticKind kind);
void cctor_process(World *w, TypeNode *node);
/// An eager .cctor of the owner of marked code or statics runs at start-up.
void eager_cctor_use(World *w, Type *type, const Node *from);

/// A type has instances: its slots and interfaces become reachable.
void type_dispatch(World *w, TypeNode *node);
/// Somebody calls `method` (through a slot or selector) on a receiver of that static type (NULL: unknown).
void mark_virtual_use(World *w, const Method *method, const Type *receiver, bool receiver_exact,
                      const Node *from, const char *text);
/// What a static receiver type tells about the objects behind it: NULL if nothing.
const Type *receiver_limit(World *w, const Type *receiver);
/// Code of a virtual call on a box whose type is exactly `type`; NULL if it is not known.
const Method *boxed_target(World *w, Type *type, const Method *method);
void slot_process(World *w, MethodNode *node);
/// Throws in place of code that the recursion limit has cut.
static inline const Method *cut_target(World *w, Type *type, const Method *code) {
    return method_synthetic(w->ts, SYNTHETIC_ThrowBody, type, code);
}
/// One type meets one selector; `by_definition`: a cast has to succeed as well.
void pair_resolve(World *w, TypeNode *type, MethodNode *selector, bool by_definition);
/// The instance of the interface that a call means is asked for if the selector turns out to be ambiguous.
void interface_note(World *w, MethodNode *selector, Type *interface);
/// Dispatched through the selector table: interface methods and generic virtual methods.
static inline bool method_is_selector(const Method *declaration) {
    return declaration->arg_count > 0 || (declaration->owner->def && declaration->owner->def->is_interface);
}
/// Code that `selector` reaches on instances of `type`; NULL if it cannot be called on them.
const Method *selector_target(World *w, Type *type, const Method *selector, bool by_definition);
/// Code to put into a table for `code` on instances of `type`: structs get their unboxing stub.
const Method *boxed_entry(World *w, const Type *type, const Method *code);
/// GetThunk and __GetFieldHelper overrides that the compiler makes; else the slot's own implementation.
const Method *slot_implementation(World *w, Type *type, const VirtualSlot *slot);
/// ValueType.Equals must compare fields instead of bytes (corelib-contract 1.8).
bool type_needs_field_helper(TypeSystem *ts, Type *type);

// ---- interop.c: types whose native form is asked for at run time --------------------------------

/// Marshal.SizeOf<T> and its like; nothing for other methods.
void mark_marshalling_call(World *w, const Method *method, const Node *from);
void mark_marshalled_struct(World *w, Type *type, const Node *from);
void mark_marshalled_delegate(World *w, Type *type, const Node *from);
/// [UnmanagedFunctionPointer] on a constructed delegate type.
void mark_function_pointer_delegate(World *w, Type *type, const Node *from);

// ---- recursion.c --------------------------------------------------------------------------------

/// Growth of a node for `depth` reached from `from`.
uint16_t growth_next(const Node *from, uint32_t from_depth, uint32_t depth);
uint32_t method_depth(const Method *method);
/// Most often one definition occurs on a path of the type's tree.
uint32_t type_nesting(const Type *type);
/// Whether an instance that `growth` steps lead to is beyond the limits; counts it if not.
bool growth_exceeded(World *w, const Node *from, const Method *method_or_null, const Type *type_or_null,
                     uint16_t growth);
/// IL3054 for every cut, in deterministic order.
void report_cuts(World *w);

// ---- roots.c, descriptor.c ----------------------------------------------------------------------

/// Finds the entry point and the RuntimeExports of CoreLib. False after a report.
MUST_CHECK bool roots_prepare(Reach *reach);
void roots_mark(World *w);
/// The method exported by CoreLib under `symbol` that a RuntimeImport binds to; NULL if native code provides
/// it.
const Method *export_find(const Reach *reach, Text symbol);
void export_add(World *w, const Method *method, Text symbol, bool is_public);
void descriptors_mark(World *w);
/// Assemblies that are kept whole: of the request, once used, by their own declaration (rooting.c).
void assemblies_root(World *w);
void assembly_root(World *w, const Module *module, const Node *from, const char *text);
void module_used(World *w, const Module *module, const Node *from);
void runtime_directives_mark(World *w);
/// Embedded descriptor of a module that has come into use.
void module_descriptor_mark(World *w, const Module *module, const Node *from);

/// What the entry of a method calls besides its instructions.
uint32_t entry_helpers_of(const Body *body, WellKnownMethod out[HELPERS_MAX]);

// ---- facts.c, order.c, product.c ----------------------------------------------------------------

IlFacts world_facts(World *w);
/// The type has got instances, or a MethodTable: folds that relied on the contrary are made again.
void facts_type_changed(World *w, TypeNode *node, NodeKind level);
/// A static field is stored to, or its address taken.
void facts_field_stored(World *w, const Field *field);

int type_order(const Type *a, const Type *b);
int method_order(const Method *a, const Method *b);
int field_order(const Field *a, const Field *b);
int node_order(const Node *a, const Node *b);
int utf16_order(Utf16 a, Utf16 b);
/// The module a type belongs to: of its definition, or of its innermost element.
const Module *type_module(const Type *type);

/// Numbers slots and selectors, sorts every list.
void product_make(Reach *reach);

/// What a node is, for people. In the arena. (dump.c)
Text node_line(World *w, const Node *node, Arena *arena);

static inline const char *node_kind_name(NodeKind kind) {
    static const char *const names[] = {"method",
                                        "virtual slot",
                                        "type",
                                        "type with metadata",
                                        "constructed type",
                                        "allocated type",
                                        "RuntimeType object",
                                        "interface",
                                        "static fields",
                                        "GC static fields",
                                        "thread static fields",
                                        "class constructor",
                                        "data of field",
                                        "string",
                                        "frozen object",
                                        "module",
                                        "reflectable method",
                                        "reflectable field"};
    return names[kind];
}
