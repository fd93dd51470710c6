// Private to preinit/: values, memory and the run of one class constructor. Memory is bytes plus, for every
// aligned word that holds an address, what the address is of; so nothing ever depends on where the compiler's
// own memory lies.
#pragma once

#include "preinit/preinit.h"
#include "support/array.h"

#include <string.h>

enum {
    STEPS_MAX = 100000, // instructions of one constructor, with everything it calls
    DEPTH_MAX = 48,     // calls
    ARRAY_LENGTH_MAX = 8192,
    MEMORY_MAX = 1 << 16, // bytes of one object
    TOTAL_MAX = 1 << 24,  // bytes of one run
    WORD = 8,
    ARRAY_ELEMENTS = 8, // offset of the elements in an array's memory; the length lies at 0
    STRING_CHARS = 4,
};

typedef enum RefKind {
    REF_None,   // an integer
    REF_Object, // Object
    REF_Memory, // Memory + offset: byref or pointer
    REF_Type,   // Type: a MethodTable
    REF_Method, // Method: its code
} RefKind;

typedef struct Slot {
    RefKind kind;
    const void *target;
    int64_t offset; // REF_Memory
} Slot;

typedef enum MemoryAccess {
    MEMORY_Own,      // of this run: anything goes
    MEMORY_Constant, // never changes: may be read
    MEMORY_Foreign,  // of an object of another class: the program may have changed it
} MemoryAccess;

typedef struct Memory {
    MemoryAccess access;
    uint32_t size;
    uint8_t *bytes;
    Slot *slots; // by word; NULL as long as there are none
} Memory;

typedef struct Object {
    Type *type;
    Memory *memory;             // what follows the MethodTable pointer
    const FrozenObject *frozen; // when it has been given one, or comes from another class
    Type *runtime_type;         // this is the RuntimeType object of that type
    bool literal;               // a string literal: identity is content
    bool found, heap;           // freeze.c
    struct Object *next;
} Object;

/// An entry of the evaluation stack.
typedef struct Item {
    StackKind kind;
    RefKind ref; // native ints, byrefs and objects
    const void *target;
    int64_t integer; // or offset with REF_Memory
    double real;
    Memory *value; // STACK_Value; never shared
    Type *type;    // STACK_Value
} Item;

typedef struct CachedBody CachedBody;

typedef struct Run {
    Preinit *preinit;
    Il *il;
    TypeSystem *ts;
    Type *type;
    Arena arena;
    Memory *nongc, *gc;
    uint32_t steps, depth;
    size_t memory_used;
    const char *failure; // the first reason
    CachedBody *bodies;  // uthash
    Object *literals, *runtime_types, *foreign;
} Run;

typedef struct Frame {
    const Body *body;
    Memory **args, **locals;
    ARRAY(Item) stack;
} Frame;

/// Always false.
bool run_fail(Run *run, const char *reason);

// ---- memory.c -----------------------------------------------------------------------------------

/// How a location of `type` is read and written.
Scalar type_scalar(Run *run, Type *type);
Memory *memory_new(Run *run, uint32_t size);
bool memory_load(Run *run, const Memory *memory, int64_t offset, Type *type, Item *out);
bool memory_store(Run *run, Memory *memory, int64_t offset, Type *type, const Item *item);
/// The same for built-in kinds (ldind, stind).
bool memory_load_scalar(Run *run, const Memory *memory, int64_t offset, Scalar scalar, Item *out);
bool memory_store_scalar(Run *run, Memory *memory, int64_t offset, Scalar scalar, const Item *item);
bool memory_copy(Run *run, Memory *to, int64_t to_offset, const Memory *from, int64_t from_offset,
                 int64_t size);
bool memory_fill(Run *run, Memory *memory, int64_t offset, uint8_t byte, int64_t size);
/// What `item` is after it went through a location of `type`.
bool item_convert(Run *run, Type *type, Item *item);

static inline Item item_integer(StackKind kind, int64_t value) {
    return (Item){.kind = kind, .integer = kind == STACK_Int32 ? (int32_t)value : value};
}
static inline Item item_object(const Object *object) {
    return (Item){.kind = STACK_Object, .ref = object ? REF_Object : REF_None, .target = object};
}
static inline Item item_address(const Memory *memory, int64_t offset) {
    return (Item){.kind = STACK_ByRef, .ref = REF_Memory, .target = memory, .integer = offset};
}

// ---- object.c: objects, arrays, strings, boxes --------------------------------------------------

Object *object_new(Run *run, Type *type, uint32_t memory_size);
/// NULL after a failure.
Object *object_of_class(Run *run, Type *type);
Object *array_new(Run *run, Type *element, int64_t length);
Object *string_new(Run *run, Utf16 content, bool literal);
/// A string of `length` zero characters.
Object *string_allocate(Run *run, int64_t length);
Object *runtime_type_object(Run *run, Type *type);
Object *foreign_object(Run *run, const FrozenObject *frozen);
/// Fills `memory`, which has the size of `data`.
Memory *memory_of_data(Run *run, const FrozenData *data, Memory *memory);
int32_t array_length(const Object *array);
Object *object_box(Run *run, Type *type, const Memory *value, int64_t offset);
/// An address popped where memory is accessed; NULL after a failure.
Memory *address_memory(Run *run, const Item *address);
/// The object of an item; NULL after a failure (also for a null reference, which would throw).
Object *item_not_null(Run *run, const Item *item);

// ---- interpret.c --------------------------------------------------------------------------------

Item *item_top(Frame *frame, uint32_t index);
Item item_pop(Frame *frame);
void item_push(Run *run, Frame *frame, Item item);
/// Runs `method` on `args` (this first); *result is set unless it returns nothing.
bool run_method(Run *run, const Method *method, const Item *args, uint32_t count, Item *result);
void run_close(Run *run);

/// Instructions by group. False: run->failure.
bool run_number(Run *run, Frame *frame, const Instruction *in);
bool run_convert(Run *run, Frame *frame, const Instruction *in);
/// Comparison of two entries as beq, bgt, ... have it.
bool item_compare(Run *run, Opcode op, const Item *a, const Item *b, bool *out);
bool run_object(Run *run, Frame *frame, const Instruction *in);
bool run_field(Run *run, Frame *frame, const Instruction *in);
bool run_memory(Run *run, Frame *frame, const Instruction *in);
bool run_call(Run *run, Frame *frame, const Instruction *in);
bool run_intrinsic(Run *run, Frame *frame, const Instruction *in);
/// Methods that have no IL, or none that could run here. False and no failure: `method` is none of these.
bool run_native(Run *run, const Method *method, const Item *args, Item *result);

// ---- annotation.c -------------------------------------------------------------------------------

/// Requires..., DynamicDependency, DynamicallyAccessedMembers on it, its parameters, or its class.
bool method_is_annotated(const Method *method);
bool field_is_annotated(const Field *field);

// ---- freeze.c -----------------------------------------------------------------------------------

/// The static fields after the constructor has returned; NULL after a failure.
StaticImage *run_freeze(Run *run);

// ---- preinit.c ----------------------------------------------------------------------------------

/// A static field of another class; false: its value is not known.
bool foreign_static(Run *run, const Field *field, Item *out);
uint32_t next_object_id(Preinit *preinit);
Arena *preinit_arena(Preinit *preinit);
