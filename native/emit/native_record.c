#include "emit/native_record.h"

// The table lives in the arena of the set (`set` in the only function that uses the macros).
#define uthash_malloc(size)        arena_alloc(set->arena, (size), alignof(max_align_t))
#define uthash_free(pointer, size) ((void)(pointer), (void)(size))
#include <uthash.h>

enum { HANDLE_TYPE_BITS = 7 };
static const uint32_t metadata_signature = 0xDEADDFFD;

typedef struct InternedRecord {
    Record *record;
    UT_hash_handle hh;
} InternedRecord;

Record *record_new(RecordSet *set, HandleType type) {
    Record *record = ARENA_NEW(set->arena, Record);
    record->type = type;
    return record;
}

static void record_add(RecordSet *set, Record *record) {
    ARRAY_PUSH(set->arena, &set->records, record);
}

Record *record_define(RecordSet *set, HandleType type) {
    Record *record = record_new(set, type);
    record_add(set, record);
    return record;
}

// Type and items as bytes; raw items by content.
static ByteArray record_key(RecordSet *set, const Record *record) {
    ByteArray key = {0};
    native_unsigned(set->arena, &key, (uint32_t)record->type);
    for (uint32_t i = 0; i < record->items.count; i++) {
        const RecordItem *item = &record->items.items[i];
        native_unsigned(set->arena, &key, (uint32_t)item->kind);
        native_unsigned(set->arena, &key, item->size);
        if (item->kind == ITEM_Raw)
            native_bytes(set->arena, &key, item->reference, item->size);
        else
            native_bytes(set->arena, &key, &item->reference, sizeof item->reference);
        native_bytes(set->arena, &key, &item->number, sizeof item->number);
    }
    return key;
}

Record *record_intern(RecordSet *set, Record *record) {
    ByteArray key = record_key(set, record);
    InternedRecord *found;
    HASH_FIND(hh, set->interned, key.items, key.count, found);
    if (found)
        return found->record;
    found = ARENA_NEW(set->arena, InternedRecord);
    found->record = record;
    HASH_ADD_KEYPTR(hh, set->interned, key.items, key.count, found);
    record_add(set, record);
    return record;
}

void item_unsigned(RecordSet *set, Record *record, uint32_t value) {
    ARRAY_PUSH(set->arena, &record->items, (RecordItem){.kind = ITEM_Unsigned, .number = value});
}

void item_raw(RecordSet *set, Record *record, const void *data, size_t size) {
    const void *copy = arena_copy(set->arena, data, size, 1);
    ARRAY_PUSH(set->arena, &record->items,
               (RecordItem){.kind = ITEM_Raw, .size = (uint32_t)size, .reference = copy});
}

void item_signed(RecordSet *set, Record *record, int32_t value) {
    ByteArray bytes = {0};
    native_signed(set->arena, &bytes, value);
    item_raw(set, record, bytes.items, bytes.count);
}

void item_typed(RecordSet *set, Record *record, const Record *target) {
    ARRAY_PUSH(set->arena, &record->items, (RecordItem){.kind = ITEM_Typed, .reference = target});
}

void item_handle(RecordSet *set, Record *record, const Record *target) {
    ARRAY_PUSH(set->arena, &record->items, (RecordItem){.kind = ITEM_Handle, .reference = target});
}

Record *record_string(RecordSet *set, Text text) {
    Record *record = record_new(set, HANDLE_ConstantStringValue);
    ByteArray bytes = {0};
    native_string(set->arena, &bytes, text);
    item_raw(set, record, bytes.items, bytes.count);
    return record_intern(set, record);
}

// ---- Layout -------------------------------------------------------------------------------------

static uint32_t item_value(const RecordItem *item) {
    const Record *target = item->reference;
    switch (item->kind) {
    case ITEM_Unsigned: return (uint32_t)item->number;
    case ITEM_Typed: return target ? target->offset : 0;
    case ITEM_Handle: return target ? target->offset << HANDLE_TYPE_BITS | (uint32_t)target->type : 0;
    case ITEM_Raw: break;
    }
    return 0;
}

static uint32_t record_size(const Record *record) {
    uint32_t size = 0;
    for (uint32_t i = 0; i < record->items.count; i++) {
        const RecordItem *item = &record->items.items[i];
        size += item->kind == ITEM_Raw ? item->size : native_unsigned_size(item_value(item));
    }
    return size;
}

static uint32_t header_size(Record *const *scopes, uint32_t count) {
    uint32_t size = (uint32_t)sizeof metadata_signature + native_unsigned_size(count);
    for (uint32_t i = 0; i < count; i++)
        size += native_unsigned_size(scopes[i]->offset);
    return size;
}

// Offsets only ever grow from one pass to the next, so this ends.
static void records_layout(RecordSet *set, Record *const *scopes, uint32_t scope_count) {
    for (bool changed = true; changed;) {
        changed = false;
        uint32_t at = header_size(scopes, scope_count);
        for (uint32_t i = 0; i < set->records.count; i++) {
            Record *record = set->records.items[i];
            changed |= record->offset != at;
            record->offset = at;
            at += record_size(record);
        }
    }
}

ByteArray records_write(RecordSet *set, Record *const *scopes, uint32_t scope_count) {
    records_layout(set, scopes, scope_count);
    ByteArray out = {0};
    for (uint32_t i = 0; i < 4; i++)
        ARRAY_PUSH(set->arena, &out, (uint8_t)(metadata_signature >> 8 * i));
    native_unsigned(set->arena, &out, scope_count);
    for (uint32_t i = 0; i < scope_count; i++)
        native_unsigned(set->arena, &out, scopes[i]->offset);
    for (uint32_t i = 0; i < set->records.count; i++) {
        const Record *record = set->records.items[i];
        for (uint32_t j = 0; j < record->items.count; j++) {
            const RecordItem *item = &record->items.items[j];
            if (item->kind == ITEM_Raw)
                native_bytes(set->arena, &out, item->reference, item->size);
            else
                native_unsigned(set->arena, &out, item_value(item));
        }
    }
    return out;
}
