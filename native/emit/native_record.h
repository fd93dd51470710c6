// Records of NativeFormat metadata with references among them. Offsets and sizes depend on each other
// (references are variable-length offsets), so layout repeats until nothing grows.
#pragma once

#include "emit/native_writer.h"

typedef enum HandleType {
#define HANDLE(name, value, fields) HANDLE_##name = value,
#include "emit/native_format.def"
#undef HANDLE
} HandleType;

typedef struct Record Record;

typedef enum ItemKind {
    ITEM_Unsigned, // also counts, flags
    ITEM_Raw,      // bytes as they are
    ITEM_Typed,    // reference whose type the field implies: the offset
    ITEM_Handle,   // reference of any type: offset << 7 | type
} ItemKind;

typedef struct RecordItem {
    ItemKind kind;
    uint32_t size;         // ITEM_Raw
    uint64_t number;       // ITEM_Unsigned
    const void *reference; // Record, or the raw bytes; NULL = nil
} RecordItem;

struct Record {
    HandleType type;
    uint32_t offset; // in the blob; known after records_layout
    ARRAY(RecordItem) items;
};

typedef struct RecordSet {
    Arena *arena;
    ARRAY(Record *) records;         // in the order of their making
    struct InternedRecord *interned; // uthash
} RecordSet;

/// A record that record_intern will list or forget.
Record *record_new(RecordSet *set, HandleType type);
/// A listed record of its own, for definitions.
Record *record_define(RecordSet *set, HandleType type);
/// The earlier record of equal type and items if there is one; `record` must be unknown to others yet.
Record *record_intern(RecordSet *set, Record *record);

void item_unsigned(RecordSet *set, Record *record, uint32_t value);
void item_signed(RecordSet *set, Record *record, int32_t value);
/// A constant as written by the named primitive of native_writer.
void item_raw(RecordSet *set, Record *record, const void *data, size_t size);
void item_typed(RecordSet *set, Record *record, const Record *target);
void item_handle(RecordSet *set, Record *record, const Record *target);

/// Interned string.
Record *record_string(RecordSet *set, Text text);

/// The blob: signature, scopes, then every record.
ByteArray records_write(RecordSet *set, Record *const *scopes, uint32_t scope_count);
/// Handle as a 32-bit token: type << 25 | offset (NativeFormat's int form).
static inline uint32_t record_token(const Record *record) {
    return record ? (uint32_t)record->type << 25 | record->offset : 0;
}
