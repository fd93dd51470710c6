#include "emit/data_object.h"

#include <stdarg.h>
#include <stdio.h>

DataObject *data_object_new(DataSet *set, const char *name, DataSection section, uint32_t alignment) {
    DataObject *object = ARENA_NEW(set->arena, DataObject);
    object->name = text_intern_z(set->texts, name);
    object->section = section;
    object->alignment = alignment;
    ARRAY_PUSH(set->arena, &set->objects, object);
    return object;
}

uint32_t data_size(const DataObject *object) {
    return object->bytes.count + object->zero_size;
}

// Zero bytes at the end are only counted until something follows them, so that large empty regions cost
// nothing.
static void zeros_materialize(DataSet *set, DataObject *object) {
    uint32_t count = object->zero_size;
    object->zero_size = 0;
    for (uint32_t i = 0; i < count; i++)
        ARRAY_PUSH(set->arena, &object->bytes, 0);
}

void data_label(DataSet *set, DataObject *object, Text symbol) {
    ARRAY_PUSH(set->arena, &object->labels, (Label){.offset = data_size(object), .symbol = symbol});
}

void data_label_z(DataSet *set, DataObject *object, const char *symbol) {
    data_label(set, object, text_intern_z(set->texts, symbol));
}

void data_bytes(DataSet *set, DataObject *object, const void *bytes, size_t size) {
    zeros_materialize(set, object);
    const uint8_t *data = bytes;
    for (size_t i = 0; i < size; i++)
        ARRAY_PUSH(set->arena, &object->bytes, data[i]);
}

static void little_endian(DataSet *set, DataObject *object, uint64_t value, uint32_t size) {
    uint8_t bytes[8];
    for (uint32_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(value >> 8 * i);
    data_bytes(set, object, bytes, size);
}

void data_u8(DataSet *set, DataObject *object, uint8_t value) {
    little_endian(set, object, value, 1);
}

void data_u16(DataSet *set, DataObject *object, uint16_t value) {
    little_endian(set, object, value, 2);
}

void data_u32(DataSet *set, DataObject *object, uint32_t value) {
    little_endian(set, object, value, 4);
}

void data_u64(DataSet *set, DataObject *object, uint64_t value) {
    little_endian(set, object, value, 8);
}

void data_zeros(DataSet *set, DataObject *object, uint32_t size) {
    (void)set;
    object->zero_size += size;
}

void data_align(DataSet *set, DataObject *object, uint32_t alignment) {
    data_zeros(set, object, (0u - data_size(object)) & (alignment - 1));
}

static void fixup(DataSet *set, DataObject *object, FixupKind kind, Text symbol, SymbolUse use,
                  int64_t addend) {
    if (symbol.data) {
        Fixup entry = {
            .offset = data_size(object), .kind = kind, .use = use, .symbol = symbol, .addend = addend};
        ARRAY_PUSH(set->arena, &object->fixups, entry);
    }
    little_endian(set, object, 0, kind == FIXUP_Absolute ? 8 : 4);
}

void data_pointer(DataSet *set, DataObject *object, Text symbol, SymbolUse use, int64_t addend) {
    fixup(set, object, FIXUP_Absolute, symbol, use, addend);
}

void data_relative(DataSet *set, DataObject *object, Text symbol, SymbolUse use, int64_t addend) {
    fixup(set, object, FIXUP_Relative, symbol, use, addend);
}

void data_patch_u32(DataObject *object, uint32_t offset, uint32_t value) {
    for (uint32_t i = 0; i < 4; i++)
        object->bytes.items[offset + i] = (uint8_t)(value >> 8 * i);
}

Text data_symbol(DataSet *set, const char *format, ...) {
    char buffer[512];
    va_list args;
    va_start(args, format);
    vsnprintf(buffer, sizeof buffer, format, args);
    va_end(args);
    return text_intern_z(set->texts, buffer);
}
