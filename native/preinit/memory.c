// Memory of the interpreted program: bytes, and slots for the words that hold addresses.
#include "preinit/internal.h"

bool run_fail(Run *run, const char *reason) {
    if (!run->failure)
        run->failure = reason;
    return false;
}

Scalar type_scalar(Run *run, Type *type) {
    if (type->kind == TYPE_ByRef)
        return (Scalar){STACK_ByRef, WORD, false};
    if (type->kind == TYPE_Pointer || type->kind == TYPE_FunctionPointer)
        return (Scalar){STACK_NativeInt, WORD, false};
    if (type->kind != TYPE_Named || !type->is_value_type)
        return (Scalar){STACK_Object, WORD, false};
    Type *reduced = type->def->is_enum ? type_enum_underlying(run->ts, type) : type;
    Scalar scalar = scalar_of_element(reduced->element_type);
    if (scalar.kind == STACK_Value) {
        scalar.size = type_size(run->ts, type);
        if (scalar.size == 0)
            scalar.size = 1; // an empty struct has one byte (II.10.1.2)
    }
    return scalar;
}

Memory *memory_new(Run *run, uint32_t size) {
    Memory *memory = ARENA_NEW(&run->arena, Memory);
    run->memory_used += size;
    if (size > MEMORY_MAX || run->memory_used > TOTAL_MAX) {
        run_fail(run, "needs too much memory");
        size = 0;
    }
    memory->size = size;
    memory->bytes = ARENA_ARRAY(&run->arena, uint8_t, size + 1);
    return memory;
}

static bool in_bounds(Run *run, const Memory *memory, int64_t offset, int64_t size) {
    if (offset >= 0 && size >= 0 && offset <= memory->size && size <= memory->size - offset)
        return true;
    return run_fail(run, "access outside of an object");
}

static bool readable(Run *run, const Memory *memory, int64_t offset, int64_t size) {
    if (memory->access == MEMORY_Foreign)
        return run_fail(run, "reads what the program may have changed");
    return in_bounds(run, memory, offset, size);
}

static bool writable(Run *run, const Memory *memory, int64_t offset, int64_t size) {
    if (memory->access != MEMORY_Own)
        return run_fail(run, "writes to what belongs to another class");
    return in_bounds(run, memory, offset, size);
}

/// The bytes hold no part of an address.
static bool is_plain(const Memory *memory, int64_t offset, int64_t size) {
    if (!memory->slots || size == 0)
        return true;
    for (int64_t word = offset / WORD; word <= (offset + size - 1) / WORD; word++)
        if (memory->slots[word].kind != REF_None)
            return false;
    return true;
}

static Slot *slot_at(Run *run, Memory *memory, int64_t offset) {
    if (!memory->slots)
        memory->slots = ARENA_ARRAY(&run->arena, Slot, memory->size / WORD + 1);
    return &memory->slots[offset / WORD];
}

/// Forgets the addresses in a range that is overwritten.
static bool slots_clear(Run *run, Memory *memory, int64_t offset, int64_t size) {
    if (is_plain(memory, offset, size))
        return true;
    int64_t first = (offset + WORD - 1) / WORD, end = (offset + size) / WORD;
    for (int64_t word = offset / WORD; word <= (offset + size - 1) / WORD; word++) {
        bool covered = word >= first && word < end;
        if (!covered && memory->slots[word].kind != REF_None)
            return run_fail(run, "overwrites part of an address");
        memory->slots[word].kind = REF_None;
    }
    return true;
}

// ---- Scalars ------------------------------------------------------------------------------------

static int64_t integer_read(const uint8_t *bytes, Scalar scalar) {
    uint64_t value = 0;
    for (uint32_t i = 0; i < scalar.size; i++)
        value |= (uint64_t)bytes[i] << (8 * i);
    uint32_t unused = 64 - 8 * scalar.size;
    if (scalar.is_signed || scalar.size == WORD)
        return (int64_t)(value << unused) >> unused;
    return (int64_t)value;
}

static void integer_write(uint8_t *bytes, uint32_t size, uint64_t value) {
    for (uint32_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(value >> (8 * i));
}

bool memory_load_scalar(Run *run, const Memory *memory, int64_t offset, Scalar scalar, Item *out) {
    if (!readable(run, memory, offset, scalar.size))
        return false;
    const uint8_t *at = memory->bytes + offset;
    *out = (Item){.kind = scalar.kind};
    if (!is_plain(memory, offset, scalar.size)) {
        if (scalar.size != WORD || offset % WORD)
            return run_fail(run, "reads part of an address");
        const Slot *slot = &memory->slots[offset / WORD];
        if ((slot->kind == REF_Object) != (scalar.kind == STACK_Object) || scalar.kind == STACK_Float64)
            return run_fail(run, "reads an address as something else");
        out->ref = slot->kind;
        out->target = slot->target;
        out->integer = slot->offset;
        return true;
    }
    if (scalar.kind == STACK_Float32) {
        float real;
        memcpy(&real, at, sizeof real);
        out->real = (double)real;
    } else if (scalar.kind == STACK_Float64) {
        memcpy(&out->real, at, sizeof out->real);
    } else {
        out->integer = integer_read(at, scalar);
        if (scalar.kind == STACK_Object && out->integer)
            return run_fail(run, "reads a number as an object");
        if (scalar.kind == STACK_Int32)
            out->integer = (int32_t)out->integer;
    }
    return true;
}

bool memory_store_scalar(Run *run, Memory *memory, int64_t offset, Scalar scalar, const Item *item) {
    if (!writable(run, memory, offset, scalar.size) || !slots_clear(run, memory, offset, scalar.size))
        return false;
    uint8_t *at = memory->bytes + offset;
    bool to_float = scalar.kind == STACK_Float32 || scalar.kind == STACK_Float64;
    bool from_float = item->kind == STACK_Float32 || item->kind == STACK_Float64;
    if (item->kind == STACK_Value || to_float != from_float)
        return run_fail(run, "stores something of another kind");
    if (scalar.kind == STACK_Float32) {
        float real = (float)item->real;
        memcpy(at, &real, sizeof real);
    } else if (scalar.kind == STACK_Float64) {
        memcpy(at, &item->real, sizeof item->real);
    } else if (item->ref == REF_None) {
        integer_write(at, scalar.size, (uint64_t)item->integer);
    } else {
        if (scalar.size != WORD || offset % WORD ||
            (item->ref == REF_Object) != (scalar.kind == STACK_Object))
            return run_fail(run, "stores an address as something else");
        memset(at, 0, WORD);
        *slot_at(run, memory, offset) =
            (Slot){item->ref, item->target, item->ref == REF_Memory ? item->integer : 0};
    }
    return true;
}

// ---- Values of any type -------------------------------------------------------------------------

bool memory_load(Run *run, const Memory *memory, int64_t offset, Type *type, Item *out) {
    Scalar scalar = type_scalar(run, type);
    if (scalar.kind != STACK_Value)
        return memory_load_scalar(run, memory, offset, scalar, out);
    *out = (Item){.kind = STACK_Value, .type = type, .value = memory_new(run, scalar.size)};
    return !run->failure && memory_copy(run, out->value, 0, memory, offset, scalar.size);
}

bool memory_store(Run *run, Memory *memory, int64_t offset, Type *type, const Item *item) {
    Scalar scalar = type_scalar(run, type);
    if (scalar.kind != STACK_Value)
        return memory_store_scalar(run, memory, offset, scalar, item);
    if (item->kind != STACK_Value)
        return run_fail(run, "stores a struct from something else");
    uint32_t size = scalar.size < item->value->size ? scalar.size : item->value->size;
    return memory_copy(run, memory, offset, item->value, 0, size);
}

bool item_convert(Run *run, Type *type, Item *item) {
    Scalar scalar = type_scalar(run, type);
    if (scalar.kind == STACK_Value)
        return item->kind == STACK_Value || run_fail(run, "returns something of another kind");
    Memory *memory = memory_new(run, WORD);
    return memory_store_scalar(run, memory, 0, scalar, item) &&
           memory_load_scalar(run, memory, 0, scalar, item);
}

// ---- Blocks -------------------------------------------------------------------------------------

static bool slots_copy(Run *run, Memory *to, int64_t to_offset, const Memory *from, int64_t from_offset,
                       int64_t size) {
    if (to_offset % WORD != from_offset % WORD)
        return run_fail(run, "copies addresses to unaligned memory");
    int64_t first = (from_offset + WORD - 1) / WORD, end = (from_offset + size) / WORD;
    for (int64_t word = from_offset / WORD; word <= (from_offset + size - 1) / WORD; word++) {
        if (from->slots[word].kind == REF_None)
            continue;
        if (word < first || word >= end)
            return run_fail(run, "copies part of an address");
    }
    // As memmove: the words may be the same ones.
    uint32_t count = (uint32_t)(end > first ? end - first : 0);
    Slot *words = arena_copy(&run->arena, from->slots + first, count * sizeof *words, alignof(Slot));
    for (uint32_t i = 0; i < count; i++)
        if (words[i].kind != REF_None)
            *slot_at(run, to, to_offset + (first + i) * WORD - from_offset) = words[i];
    return true;
}

bool memory_copy(Run *run, Memory *to, int64_t to_offset, const Memory *from, int64_t from_offset,
                 int64_t size) {
    if (!readable(run, from, from_offset, size) || !writable(run, to, to_offset, size))
        return false;
    if (size == 0)
        return true;
    bool plain = is_plain(from, from_offset, size);
    Memory source = *from;
    if (!plain && to == from) // what is cleared below is still to be copied
        source.slots =
            arena_copy(&run->arena, from->slots, (from->size / WORD + 1) * sizeof(Slot), alignof(Slot));
    if (!slots_clear(run, to, to_offset, size))
        return false;
    memmove(to->bytes + to_offset, from->bytes + from_offset, (size_t)size);
    return plain || slots_copy(run, to, to_offset, &source, from_offset, size);
}

bool memory_fill(Run *run, Memory *memory, int64_t offset, uint8_t byte, int64_t size) {
    if (!writable(run, memory, offset, size))
        return false;
    if (size == 0)
        return true;
    if (!slots_clear(run, memory, offset, size))
        return false;
    memset(memory->bytes + offset, byte, (size_t)size);
    return true;
}
