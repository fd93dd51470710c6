// Calls that code generation expands, and methods of CoreLib whose work is done by the runtime.
#include "preinit/internal.h"

#include <math.h>

// ---- Numbers ------------------------------------------------------------------------------------

static bool float_operation(Run *run, Frame *frame, double (*operation)(double)) {
    Item *top = item_top(frame, 0);
    (void)run;
    top->real = operation(top->real); // exact, so that rounding to float afterwards changes nothing
    if (top->kind == STACK_Float32)
        top->real = (double)(float)top->real;
    return true;
}

static uint32_t width_of(Run *run, const Method *method) {
    return 8 * type_scalar(run, method->signature->params[0]).size;
}

static uint64_t low_bits(int64_t value, uint32_t width) {
    return width == 64 ? (uint64_t)value : (uint64_t)value & ((1ull << width) - 1);
}

static uint32_t leading_zeros(uint64_t value, uint32_t width) {
    return value ? (uint32_t)__builtin_clzll(value) - (64 - width) : width;
}

static uint32_t trailing_zeros(uint64_t value, uint32_t width) {
    return value ? (uint32_t)__builtin_ctzll(value) : width;
}

static bool count_bits(Run *run, Frame *frame, const Instruction *in) {
    uint32_t width = width_of(run, in->method);
    Item item = item_pop(frame);
    if (item.ref != REF_None)
        return run_fail(run, "computes with an address");
    uint64_t value = low_bits(item.integer, width);
    uint32_t count = in->intrinsic == INTRINSIC_PopCount           ? (uint32_t)__builtin_popcountll(value)
                     : in->intrinsic == INTRINSIC_LeadingZeroCount ? leading_zeros(value, width)
                                                                   : trailing_zeros(value, width);
    item_push(run, frame, item_integer(STACK_Int32, count));
    return true;
}

/// Pushes the low `width` bits as the method's result type has them.
static bool push_bits(Run *run, Frame *frame, const Method *method, uint64_t value) {
    Item item = item_integer(STACK_Int64, (int64_t)value);
    if (!item_convert(run, method->signature->return_type, &item))
        return false;
    item_push(run, frame, item);
    return true;
}

static bool rotate(Run *run, Frame *frame, const Instruction *in) {
    uint32_t width = width_of(run, in->method);
    Item count = item_pop(frame), item = item_pop(frame);
    if (item.ref != REF_None || count.ref != REF_None)
        return run_fail(run, "computes with an address");
    uint64_t value = low_bits(item.integer, width);
    uint32_t left = (uint32_t)count.integer & (width - 1);
    if (in->intrinsic == INTRINSIC_RotateRight)
        left = (width - left) & (width - 1);
    uint64_t rotated = left ? value << left | value >> (width - left) : value;
    return push_bits(run, frame, in->method, low_bits((int64_t)rotated, width));
}

static bool reverse_bytes(Run *run, Frame *frame, const Instruction *in) {
    uint32_t width = width_of(run, in->method);
    Item item = item_pop(frame);
    if (item.ref != REF_None)
        return run_fail(run, "computes with an address");
    return push_bits(run, frame, in->method, __builtin_bswap64((uint64_t)item.integer) >> (64 - width));
}

// ---- Objects ------------------------------------------------------------------------------------

static bool push_type(Run *run, Frame *frame, const Type *type) {
    item_push(run, frame, (Item){.kind = STACK_NativeInt, .ref = REF_Type, .target = type});
    return true;
}

static bool string_part(Run *run, Frame *frame, Intrinsic id) {
    Item index = id == INTRINSIC_StringChars ? item_pop(frame) : (Item){0};
    Item item = item_pop(frame), value;
    const Object *string = item_not_null(run, &item);
    if (!string)
        return false;
    if (id == INTRINSIC_StringChars && (index.integer < 0 || index.integer >= array_length(string)))
        return run_fail(run, "a string index is out of range");
    int64_t offset = id == INTRINSIC_StringChars ? STRING_CHARS + 2 * index.integer : 0;
    Scalar scalar =
        id == INTRINSIC_StringChars ? (Scalar){STACK_Int32, 2, false} : (Scalar){STACK_Int32, 4, true};
    if (!memory_load_scalar(run, string->memory, offset, scalar, &value))
        return false;
    item_push(run, frame, value);
    return true;
}

/// A span is {ref T _reference; int _length}; its address is on the stack.
static bool span_part(Run *run, Frame *frame, const Instruction *in) {
    Item index = in->intrinsic == INTRINSIC_SpanItem ? item_pop(frame) : (Item){0};
    Item address = item_pop(frame), reference, length;
    const Memory *span = address_memory(run, &address);
    if (!span ||
        !memory_load_scalar(run, span, address.integer, (Scalar){STACK_ByRef, WORD, false}, &reference) ||
        !memory_load_scalar(run, span, address.integer + WORD, (Scalar){STACK_Int32, 4, true}, &length))
        return false;
    if (in->intrinsic == INTRINSIC_SpanLength) {
        item_push(run, frame, length);
        return true;
    }
    if (index.integer < 0 || index.integer >= length.integer || reference.ref != REF_Memory)
        return run_fail(run, "a span index is out of range");
    reference.integer += index.integer * type_size(run->ts, in->method->owner->args[0]);
    item_push(run, frame, reference);
    return true;
}

static bool array_data(Run *run, Frame *frame) {
    Item item = item_pop(frame);
    const Object *array = item_not_null(run, &item);
    if (array)
        item_push(run, frame, item_address(array->memory, ARRAY_ELEMENTS));
    return array != NULL;
}

static bool object_table(Run *run, Frame *frame) {
    Item item = item_pop(frame);
    const Object *object = item_not_null(run, &item);
    return object && push_type(run, frame, object->type);
}

/// Nothing else runs: an atomic operation is a load and a store.
static bool interlocked(Run *run, Frame *frame, const Instruction *in) {
    Type *type = in->method->signature->params[1];
    Item comparand = in->intrinsic == INTRINSIC_InterlockedCompareExchange ? item_pop(frame) : (Item){0};
    Item value = item_pop(frame), address = item_pop(frame), old;
    Memory *memory = address_memory(run, &address);
    if (!memory || !memory_load(run, memory, address.integer, type, &old))
        return false;
    if (old.ref != REF_None || value.ref != REF_None || comparand.ref != REF_None)
        return run_fail(run, "computes with an address");
    bool stores = true;
    switch (in->intrinsic) { // NOLINT: the others do not come here
    case INTRINSIC_InterlockedCompareExchange:
        if (!item_convert(run, type, &comparand))
            return false;
        stores = old.integer == comparand.integer;
        break;
    case INTRINSIC_InterlockedExchangeAdd:
        value.integer = (int64_t)((uint64_t)value.integer + (uint64_t)old.integer);
        break;
    case INTRINSIC_InterlockedAnd: value.integer &= old.integer; break;
    case INTRINSIC_InterlockedOr: value.integer |= old.integer; break;
    default: break;
    }
    if (stores && !memory_store(run, memory, address.integer, type, &value))
        return false;
    item_push(run, frame, old);
    return true;
}

bool run_intrinsic(Run *run, Frame *frame, const Instruction *in) {
    switch (in->intrinsic) { // NOLINT: the rest is not worth it
    case INTRINSIC_MethodTableOf: return push_type(run, frame, in->method->args[0]);
    case INTRINSIC_GetMethodTable: return object_table(run, frame);
    case INTRINSIC_GetArrayDataReference: return array_data(run, frame);
    case INTRINSIC_UnsafeAs: return true;
    case INTRINSIC_StringLength:
    case INTRINSIC_StringChars: return string_part(run, frame, in->intrinsic);
    case INTRINSIC_SpanItem:
    case INTRINSIC_SpanLength: return span_part(run, frame, in);
    case INTRINSIC_InterlockedCompareExchange:
    case INTRINSIC_InterlockedExchange:
    case INTRINSIC_InterlockedExchangeAdd:
    case INTRINSIC_InterlockedAnd:
    case INTRINSIC_InterlockedOr: return interlocked(run, frame, in);
    case INTRINSIC_InterlockedMemoryBarrier:
    case INTRINSIC_VolatileReadBarrier:
    case INTRINSIC_VolatileWriteBarrier:
    case INTRINSIC_FastPollGC: return true;
    case INTRINSIC_Sqrt: return float_operation(run, frame, sqrt);
    case INTRINSIC_Floor: return float_operation(run, frame, floor);
    case INTRINSIC_Ceiling: return float_operation(run, frame, ceil);
    case INTRINSIC_Truncate: return float_operation(run, frame, trunc);
    case INTRINSIC_Round: return float_operation(run, frame, nearbyint);
    case INTRINSIC_Abs: return float_operation(run, frame, fabs);
    case INTRINSIC_PopCount:
    case INTRINSIC_LeadingZeroCount:
    case INTRINSIC_TrailingZeroCount: return count_bits(run, frame, in);
    case INTRINSIC_RotateLeft:
    case INTRINSIC_RotateRight: return rotate(run, frame, in);
    case INTRINSIC_ReverseEndianness: return reverse_bytes(run, frame, in);
    default: return run_fail(run, "an intrinsic");
    }
}

// ---- Work of the runtime ------------------------------------------------------------------------

static bool native_get_type(Run *run, const Item *args, Item *result) {
    const Object *object = item_not_null(run, &args[0]);
    if (object)
        *result = item_object(runtime_type_object(run, object->type));
    return object != NULL;
}

static bool native_allocate_string(Run *run, const Item *args, Item *result) {
    *result = item_object(string_allocate(run, args[0].integer));
    return !run->failure;
}

/// (ref byte to, ref byte from, nuint size)
static bool native_move(Run *run, const Item *args, Item *result) {
    (void)result;
    if (args[2].ref == REF_None && args[2].integer == 0)
        return true;
    Memory *to = address_memory(run, &args[0]), *from = to ? address_memory(run, &args[1]) : NULL;
    return from && args[2].ref == REF_None &&
           memory_copy(run, to, args[0].integer, from, args[1].integer, args[2].integer);
}

/// (ref byte at, nuint size)
static bool native_clear(Run *run, const Item *args, Item *result) {
    (void)result;
    if (args[1].ref == REF_None && args[1].integer == 0)
        return true;
    Memory *to = address_memory(run, &args[0]);
    return to && args[1].ref == REF_None && memory_fill(run, to, args[0].integer, 0, args[1].integer);
}

typedef struct Native {
    const char *name_space, *type, *method;
    uint32_t params;
    bool (*function)(Run *run, const Item *args, Item *result);
} Native;
static const Native natives[] = {
    {"System", "Object", "GetType", 0, native_get_type},
    {"System", "String", "FastAllocateString", 1, native_allocate_string},
    {"System", "SpanHelpers", "Memmove", 3, native_move},
    {"System", "Buffer", "BulkMoveWithWriteBarrier", 3, native_move},
    {"System", "SpanHelpers", "ClearWithoutReferences", 2, native_clear},
};

bool run_native(Run *run, const Method *method, const Item *args, Item *result) {
    if (!method->def || method->synthetic != SYNTHETIC_None || method->arg_count)
        return false;
    const TypeDef *owner = method->def->owner;
    const TypeDef *object = well_known_type(run->ts, WELL_KNOWN_TYPE_Object)->def;
    if (owner->module != object->module)
        return false;
    for (size_t i = 0; i < sizeof natives / sizeof *natives; i++)
        if (text_equal_z(owner->name, natives[i].type) &&
            text_equal_z(method->def->name, natives[i].method) &&
            text_equal_z(owner->name_space, natives[i].name_space) &&
            method->def->param_count == natives[i].params)
            return natives[i].function(run, args, result);
    return false;
}
