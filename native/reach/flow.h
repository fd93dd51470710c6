// Private to reach/: the dataflow of System.Type values (reach.md 4). flow_facts.c reads the annotations of a
// module, flow_body.c follows values through one folded body, flow_call.c knows what calls do with them,
// flow_members.c marks members, flow_access.c warns about those with requirements of their own,
// flow_warning.c reports what could not be followed.
#pragma once

#include "reach/world.h"

/// DynamicallyAccessedMemberTypes.
typedef enum DamFlags {
    DAM_None = 0,
    DAM_PublicParameterlessConstructor = 0x1,
    DAM_PublicConstructors = 0x3,
    DAM_NonPublicConstructors = 0x4,
    DAM_PublicMethods = 0x8,
    DAM_NonPublicMethods = 0x10,
    DAM_PublicFields = 0x20,
    DAM_NonPublicFields = 0x40,
    DAM_PublicNestedTypes = 0x80,
    DAM_NonPublicNestedTypes = 0x100,
    DAM_PublicProperties = 0x200,
    DAM_NonPublicProperties = 0x400,
    DAM_PublicEvents = 0x800,
    DAM_NonPublicEvents = 0x1000,
    DAM_Interfaces = 0x2000,
    DAM_InheritedConstructors = 0x4000, // these six: private members of base classes too
    DAM_InheritedMethods = 0x8000,
    DAM_InheritedFields = 0x10000,
    DAM_InheritedNestedTypes = 0x20000,
    DAM_InheritedProperties = 0x40000,
    DAM_InheritedEvents = 0x80000,
    DAM_PublicInheritedConstructors = 0x100000,
    DAM_PublicInheritedNestedTypes = 0x200000,
} DamFlags;
static const uint32_t DAM_All = UINT32_MAX;

typedef enum Requires {
    REQUIRES_UnreferencedCode = 1,
    REQUIRES_DynamicCode = 2,
    REQUIRES_AssemblyFiles = 4,
} Requires;

// ---- flow_facts.c: annotations ------------------------------------------------------------------

/// What attributes say about a method; cheap tests before anything else.
enum {
    METHOD_Dam = 0x01,        // on `this`, a parameter or the return value
    METHOD_DamGeneric = 0x02, // on a generic parameter
    METHOD_DynamicDependency = 0x04,
    METHOD_Suppressed = 0x08, // UnconditionalSuppressMessage
    METHOD_RequiresShift = 4, // Requires, of the method itself
    METHOD_Intrinsic = 0x80,  // a row of flow_intrinsic.def after FLOW_LAST_PASSIVE
};
/// Annotations of one module, by rid - 1 of their tables; arrays are NULL where the module has none.
struct FlowFacts {
    uint8_t *methods; // METHOD_*
    uint8_t *types;   // Requires, and TYPE_* below
    uint32_t *method_this, *params, *fields, *generics, *type_flags, *properties;
    uint8_t *intrinsics;   // FlowIntrinsic by method
    bool is_trimmable;     // [assembly: AssemblyMetadata("IsTrimmable", "True")]
    bool has_suppressions; // on the assembly or module
};
enum {
    TYPE_Requires = 7,
    TYPE_DamGeneric = 8, // on a generic parameter
    TYPE_Dam = 16,       // on the type itself
    TYPE_Suppressed = 32,
    TYPE_StaticsExcluded = 64, // from Requires
};

const FlowFacts *flow_facts(World *w, const Module *module);
/// Bytes of the fixed argument of a Requires* attribute, which is a message if there is one.
uint32_t flow_message_size(Bytes blob);
static inline uint32_t flow_method_bits(World *w, const MethodDef *def) {
    return flow_facts(w, def->owner->module)->methods[def->rid - 1];
}
uint32_t flow_param_flags(World *w, const MethodDef *def, uint32_t index);
uint32_t flow_return_flags(World *w, const MethodDef *def);
uint32_t flow_this_flags(World *w, const MethodDef *def);
uint32_t flow_field_flags(World *w, const FieldDef *def);
/// Row of the field that the C# compiler makes for a property; 0 if there is none.
uint32_t flow_backing_field(World *w, const TypeDef *owner, uint32_t property_rid);
/// Of parameter `index` of a type (method NULL) or method.
uint32_t flow_generic_flags(World *w, const TypeDef *type, const MethodDef *method, uint32_t index);
/// What the arguments of a parameter have: its annotation, and a constructor where the constraints say so.
uint32_t flow_promised_flags(World *w, const TypeDef *type, const MethodDef *method, uint32_t index);
/// On the type, its bases and its interfaces.
uint32_t flow_type_flags(World *w, Type *type);
/// Requires* that a call of the method meets: its own, or those of its class for static members and
/// constructors.
uint32_t flow_requires(World *w, const MethodDef *def);
/// Requires* that hold inside the method, and for those who reach it by reflection: also those of the class
/// of an instance method.
uint32_t flow_requires_scope(World *w, const MethodDef *def);
/// Annotations have a meaning on types, type names and arrays of them only.
bool flow_holds_types(World *w, const Type *type);
/// Row of the Param table; 0 if there is none. Index 0 is the return value.
uint32_t flow_param_row(const MethodDef *def, uint32_t sequence);
/// A class, struct or method the C# compiler made (closures, iterators, async).
static inline bool flow_is_compiler_generated(Text name) {
    return name.size && memchr(name.data, '<', name.size) != NULL;
}

// ---- flow_members.c: marking --------------------------------------------------------------------

/// An annotation stands on a generic parameter of the method or its type.
bool flow_has_annotated_generics(World *w, const Method *method);
/// Everything `flags` names on an exact type or a definition. The body that is being analysed, or
/// World.asker, is warned about what it cannot use safely.
void flow_mark_members(World *w, Type *type, uint32_t flags, const Node *from, const char *text);
/// One method; a generic one with arguments that stand for any reference type.
void flow_mark_method(World *w, Method *method, const Node *from, const char *text);
typedef enum MemberKind {
    MEMBER_Method,
    MEMBER_Property,
    MEMBER_Field,
    MEMBER_Event,
    MEMBER_Constructor,
    MEMBER_NestedType,
    MEMBER_Any,
} MemberKind;
enum { // BindingFlags
    BINDING_IgnoreCase = 1,
    BINDING_DeclaredOnly = 2,
    BINDING_Instance = 4,
    BINDING_Static = 8,
    BINDING_Public = 16,
    BINDING_NonPublic = 32,
    BINDING_Unknown = -1,
};
/// The members of that name (all overloads) as the binding flags select them.
void flow_mark_named(World *w, Type *type, MemberKind kind, Text name, int32_t binding, const Node *from,
                     const char *text);
/// DAM flags that binding flags of a Get* call ask for.
uint32_t flow_binding_flags(MemberKind kind, int32_t binding);
Type *flow_nested_type(World *w, Type *type, Text name);
/// Only the warnings; of the type's own members unless `inherited`.
void flow_warn_members(World *w, Type *type, uint32_t flags, bool inherited);
/// Type arguments meet the annotations of the parameters of `type` or `method`.
void flow_mark_type_arguments(World *w, const Type *type, const Node *from);
void flow_mark_method_arguments(World *w, const Method *method, const Node *from);
/// object.GetType was called on something of an annotated class.
void flow_mark_get_type(World *w, Type *type, uint32_t flags, const Node *from);
/// A type got instances: annotated bases whose GetType is called.
void flow_instance_appears(World *w, Type *type, const Node *from);

// ---- flow_warning.c -----------------------------------------------------------------------------

/// A warning of one of the SDK's codes at a method, or at an instruction of it, unless it is suppressed
/// there.
void flow_report(World *w, const MethodDef *origin, bool has_offset, uint32_t offset, const char *code,
                 const char *text);
/// A member or type that a warning without a source line is about.
typedef struct FlowOrigin {
    const Module *module;
    Token token;          // MethodDef, Field, Property or TypeDef
    const TypeDef *owner; // of a member; the type itself
    bool is_annotation;   // as World.asker: the DynamicallyAccessedMembers of the type
} FlowOrigin;
static inline FlowOrigin flow_origin(const TypeDef *owner, TableId table, uint32_t rid) {
    return (FlowOrigin){.module = owner->module, .token = token_make(table, rid), .owner = owner};
}
void flow_report_at(World *w, const FlowOrigin *origin, const char *code, const char *text);
/// Whether warnings about code of the module are printed: not for the runtime pack.
bool flow_is_framework(const World *w, const Module *module);
/// The user does not want warnings of this code.
bool flow_code_off(const World *w, const char *code);

// ---- flow_access.c ------------------------------------------------------------------------------

/// Somebody outside the framework asks for members now.
bool flow_has_asker(const World *w);
/// Reflection finds the member; `by_token`: through its handle or address in the IL, not by its name.
void flow_warn_method(World *w, const Method *method, bool by_token);
void flow_warn_field(World *w, const Field *field);
/// The members that the annotation of a type makes visible in it, once per definition.
void flow_check_hierarchy(World *w, Type *type);
/// Arguments of the annotated parameters of a base class or interface.
void flow_check_base_arguments(World *w, Type *type);

// ---- flow_override.c, flow_annotation.c, dynamic_dependency.c -----------------------------------

/// Annotations of the type's members against those of what they override; once per definition.
void flow_check_overrides(World *w, Type *type);
/// Annotations of a type's members that have no meaning or contradict each other; once per definition.
void flow_check_annotations(World *w, const TypeDef *def);
void dynamic_dependencies_mark(World *w, const Method *method, const Node *from);

// ---- flow_body.c --------------------------------------------------------------------------------

/// Whether `in` does something that the values of its operands decide about.
bool flow_is_interesting(World *w, const Body *body, const Instruction *in);
bool flow_method_is_interesting(World *w, const Method *method);
void flow_analyze(World *w, const Body *body, MethodNode *node);
