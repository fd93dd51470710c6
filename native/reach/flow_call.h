// Private to the dataflow: values, the state of one analysis, and what calls do with values.
#pragma once

#include "reach/flow.h"

typedef enum FlowIntrinsic {
    FLOW_None,
#define FLOW(id, name_space, type, method) FLOW_##id,
#include "reach/flow_intrinsic.def"
#undef FLOW
    FLOW_COUNT,
    FLOW_LAST_PASSIVE = FLOW_GetMethodFromHandle,
} FlowIntrinsic;

/// Where a value comes from or goes to, as warnings name it.
typedef enum PlaceKind {
    PLACE_None,
    PLACE_Parameter, // of `method`, `index`
    PLACE_Return,
    PLACE_Field,
    PLACE_This,
    PLACE_Generic, // parameter `index` of `type` or `method`
} PlaceKind;
typedef struct Place {
    PlaceKind kind;
    const MethodDef *method;
    const FieldDef *field;
    const TypeDef *type;
    uint32_t index;
    uint32_t flags; // DynamicallyAccessedMembers that stand there
} Place;

typedef enum FlowKind {
    VALUE_Unknown, // nobody knows
    VALUE_Null,
    VALUE_Type,       // the System.Type of `type`
    VALUE_TypeHandle, // its RuntimeTypeHandle
    VALUE_String,
    VALUE_Int,
    VALUE_Place,        // whatever `place` holds
    VALUE_Array,        // `array`
    VALUE_MethodHandle, // RuntimeMethodHandle of `method`
    VALUE_Method,       // MethodBase of `method`, an instance or an open definition
    VALUE_LocalAddress, // managed pointer to variable `integer` (arguments first)
} FlowKind;

typedef struct FlowArray FlowArray;
typedef struct FlowValue {
    FlowKind kind;
    bool through_nullable;
    bool
        of_parameter; // VALUE_Type: the source has a generic parameter, which this instance of the body fills
    Type *type;
    Place place; // VALUE_Place; VALUE_Type of a generic parameter: that parameter
    const Method *method;
    FlowArray *array;
    Text string;
    int64_t integer;
} FlowValue;

/// What a stack entry or variable may hold. No values: nothing came there yet.
typedef struct FlowSet {
    const FlowValue **items;
    uint32_t count;
} FlowSet;

struct FlowArray {
    uint32_t offset; // of the newarr
    uint32_t size;
    bool unknown; // the size, or an index stored to
    Type *element;
    FlowSet *elements;
};

enum { FLOW_SET_LIMIT = 24 }; // more values than that are unknown

typedef struct FlowState {
    bool reached;
    FlowSet *slots; // arguments, locals, then the stack
} FlowState;

typedef struct Flow {
    World *w;
    const Body *body;
    const Node *from;
    MethodNode *node;
    Arena *arena;
    uint32_t variable_count;
    FlowState *states; // by block
    FlowSet *slots;    // of the block being run
    uint32_t depth, stack_capacity;
    bool *queued;
    ARRAY(FlowArray *) arrays;
    bool arrays_changed;
    bool final; // values are complete: marks and warnings are made
    const Instruction *in;
} Flow;

// ---- flow_value.c -------------------------------------------------------------------------------

extern const FlowSet flow_unknown;
FlowSet flow_set_one(Flow *f, FlowValue value);
/// Union; true if `into` grew.
bool flow_set_add(Flow *f, FlowSet *into, FlowSet from);
void flow_set_push(Flow *f, FlowSet *into, FlowValue value);
static inline FlowSet flow_type(Flow *f, Type *type) {
    return flow_set_one(f, (FlowValue){.kind = VALUE_Type, .type = type});
}
static inline FlowSet flow_place(Flow *f, Place place) {
    return flow_set_one(f, (FlowValue){.kind = VALUE_Place, .place = place});
}
/// The only integer the set can hold.
bool flow_set_int(FlowSet set, int64_t *value);

// ---- flow_call.c --------------------------------------------------------------------------------

/// What a call returns; arguments include `this`.
FlowSet flow_call(Flow *f, const Method *method, FlowSet *args, uint32_t count);
/// `set` arrives at a place with DynamicallyAccessedMembers.
void flow_require(Flow *f, FlowSet set, const Place *target);
/// The RuntimeType object loaded by ldtype.
FlowSet flow_typeof(Flow *f, Type *type);

// ---- flow_names.c -------------------------------------------------------------------------------

/// An exact or partly open method; open types are those of `context`.
const char *flow_name_of_method(World *w, const Method *method, const MethodDef *context, Arena *arena);
const char *flow_name_of_def(World *w, const MethodDef *def, Arena *arena);
const char *flow_name_of_type(World *w, const TypeDef *def, Arena *arena);
const char *flow_name_of_field(World *w, const FieldDef *def, Arena *arena);
const char *flow_name_of_param(const MethodDef *def, uint32_t index, Arena *arena);
const char *flow_name_of_property(World *w, const TypeDef *owner, uint32_t rid, Arena *arena);
const char *flow_name_of_origin(World *w, const FlowOrigin *origin, Arena *arena);
const char *flow_name_of_generic(const TypeDef *type, const MethodDef *method, uint32_t index, Arena *arena);

// ---- flow_warning.c -----------------------------------------------------------------------------

void flow_warn_requirement(Flow *f, const FlowValue *value, const Place *target);
/// A text argument of a warning: an arena string.
void flow_warn(Flow *f, const char *code, const char *format, ...) PRINTF_LIKE(3, 4);
/// The same in the name of World.asker, or of the analysis that is running if there is none.
void flow_warn_asker(World *w, const char *code, const char *format, ...) PRINTF_LIKE(3, 4);
const Method *flow_written_method(Flow *f);
const char *flow_method_name(Flow *f, const MethodDef *def);
/// Requires* of a member that the body uses.
void flow_warn_requires(Flow *f, const MethodDef *def);
/// Only what concerns code made at run time.
void flow_warn_dynamic_code(Flow *f, const MethodDef *def);
uint32_t flow_field_requires(World *w, const FieldDef *def);
void flow_warn_requires_field(World *w, const FieldDef *def, Arena *arena);
/// Requires* of a method that reflection finds.
void flow_warn_requires_reflected(World *w, const MethodDef *def, const char *name, Arena *arena);
/// " message. url" of the RequiresUnreferencedCode on a method or its class.
const char *flow_unreferenced_message(const TypeDef *type, const MethodDef *def, Arena *arena);
/// A P/Invoke that marshals COM objects.
void flow_warn_com(Flow *f, const MethodDef *def);
