#include "emit/native_writer.h"

#include <stdlib.h>

void native_bytes(Arena *arena, ByteArray *out, const void *data, size_t size) {
    const uint8_t *bytes = data;
    for (size_t i = 0; i < size; i++)
        ARRAY_PUSH(arena, out, bytes[i]);
}

// `size` bytes of `value` after a marker of size bits: 0, 01, 011, 0111 (lowest bits of the first byte).
static void tagged(Arena *arena, ByteArray *out, uint32_t value, uint32_t size) {
    uint64_t bits = (uint64_t)value << size | ((1u << (size - 1)) - 1);
    for (uint32_t i = 0; i < size; i++)
        ARRAY_PUSH(arena, out, (uint8_t)(bits >> 8 * i));
}

uint32_t native_unsigned_size(uint32_t value) {
    for (uint32_t size = 1; size <= 4; size++)
        if (value < 1u << 7 * size)
            return size;
    return 5;
}

static void raw_u32(Arena *arena, ByteArray *out, uint32_t value) {
    ARRAY_PUSH(arena, out, 0x0F);
    for (uint32_t i = 0; i < 4; i++)
        ARRAY_PUSH(arena, out, (uint8_t)(value >> 8 * i));
}

static void raw_u64(Arena *arena, ByteArray *out, uint64_t value) {
    ARRAY_PUSH(arena, out, 0x1F);
    for (uint32_t i = 0; i < 8; i++)
        ARRAY_PUSH(arena, out, (uint8_t)(value >> 8 * i));
}

void native_unsigned(Arena *arena, ByteArray *out, uint32_t value) {
    uint32_t size = native_unsigned_size(value);
    if (size <= 4)
        tagged(arena, out, value, size);
    else
        raw_u32(arena, out, value);
}

// Negative numbers that do not fit one byte take the five-byte form: the shipped decoder extends the sign in
// the one-byte and the raw form only.
void native_signed(Arena *arena, ByteArray *out, int32_t value) {
    if (value >= -64 && value < 64) {
        ARRAY_PUSH(arena, out, (uint8_t)((uint32_t)value << 1));
        return;
    }
    uint32_t bits = (uint32_t)value;
    for (uint32_t size = 2; size <= 4; size++)
        if (value > 0 && bits < 1u << (7 * size - 1)) {
            tagged(arena, out, bits, size);
            return;
        }
    raw_u32(arena, out, bits);
}

void native_unsigned_long(Arena *arena, ByteArray *out, uint64_t value) {
    if (value <= UINT32_MAX)
        native_unsigned(arena, out, (uint32_t)value);
    else
        raw_u64(arena, out, value);
}

void native_signed_long(Arena *arena, ByteArray *out, int64_t value) {
    if (value >= INT32_MIN && value <= INT32_MAX)
        native_signed(arena, out, (int32_t)value);
    else
        raw_u64(arena, out, (uint64_t)value);
}

void native_string(Arena *arena, ByteArray *out, Text text) {
    native_unsigned(arena, out, (uint32_t)text.size);
    native_bytes(arena, out, text.data, text.size);
}

uint32_t native_unsigned_read(const uint8_t *bytes, uint32_t *at) {
    const uint8_t *b = bytes + *at;
    for (uint32_t size = 1; size <= 4; size++) {
        if (b[0] >> (size - 1) & 1)
            continue;
        uint64_t bits = 0;
        for (uint32_t i = 0; i < size; i++)
            bits |= (uint64_t)b[i] << 8 * i;
        *at += size;
        return (uint32_t)(bits >> size);
    }
    *at += 5;
    return (uint32_t)b[1] | (uint32_t)b[2] << 8 | (uint32_t)b[3] << 16 | (uint32_t)b[4] << 24;
}

// ---- Hash table ---------------------------------------------------------------------------------

enum { ENTRIES_PER_BUCKET = 8, LOW_HASH_BITS = 8 };

static uint32_t bucket_log2(uint32_t count) {
    uint32_t n = 0;
    while (count > (uint32_t)ENTRIES_PER_BUCKET << n)
        n++;
    return n;
}

typedef struct SortKey {
    uint32_t bucket, low, index;
} SortKey;

static int key_compare(const void *a, const void *b) {
    const SortKey *x = a, *y = b;
    if (x->bucket != y->bucket)
        return x->bucket < y->bucket ? -1 : 1;
    if (x->low != y->low)
        return x->low < y->low ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

// By bucket, then by the low byte of the hash, as lookup expects.
static void entries_sort(Arena *arena, HashEntries *entries, uint32_t log2_buckets, uint32_t *bucket_counts) {
    SortKey *keys = ARENA_ARRAY(arena, SortKey, entries->count + 1);
    HashEntry *sorted = ARENA_ARRAY(arena, HashEntry, entries->count + 1);
    for (uint32_t i = 0; i < entries->count; i++) {
        uint32_t hash = entries->items[i].hash;
        keys[i] = (SortKey){hash >> LOW_HASH_BITS & ((1u << log2_buckets) - 1), hash & 0xFF, i};
        bucket_counts[keys[i].bucket]++;
    }
    qsort(keys, entries->count, sizeof *keys, key_compare);
    for (uint32_t i = 0; i < entries->count; i++)
        sorted[i] = entries->items[keys[i].index];
    for (uint32_t i = 0; i < entries->count; i++)
        entries->items[i] = sorted[i];
}

static uint32_t payload_total(const HashEntries *entries) {
    uint32_t total = 0;
    for (uint32_t i = 0; i < entries->count; i++)
        total += entries->items[i].payload.count;
    return total;
}

// Every entry: low byte of the hash, distance from behind that byte to the payload in `offset_size` bytes.
static void entries_write(Arena *arena, ByteArray *out, const HashEntries *entries, uint32_t offset_size) {
    uint32_t entry_size = 1 + offset_size, start = out->count;
    uint32_t payload = start + entries->count * entry_size;
    for (uint32_t i = 0; i < entries->count; i++) {
        ARRAY_PUSH(arena, out, (uint8_t)entries->items[i].hash);
        uint32_t distance = payload - (start + i * entry_size + 1);
        if (offset_size <= 4)
            tagged(arena, out, distance, offset_size);
        else
            raw_u32(arena, out, distance);
        payload += entries->items[i].payload.count;
    }
    for (uint32_t i = 0; i < entries->count; i++)
        native_bytes(arena, out, entries->items[i].payload.items, entries->items[i].payload.count);
}

// The smallest size for all distances: one size keeps the layout free of cycles.
static uint32_t offset_size_for(const HashEntries *entries) {
    uint32_t total = payload_total(entries);
    for (uint32_t size = 1; size <= 4; size++)
        if (entries->count * (1 + size) + total < 1u << (7 * size - 1))
            return size;
    return 5;
}

static void indexes_write(Arena *arena, ByteArray *out, const uint32_t *bucket_counts, uint32_t buckets,
                          uint32_t index_log2, uint32_t entry_size) {
    uint32_t index_size = 1u << index_log2, at = (buckets + 1) * index_size;
    for (uint32_t b = 0; b <= buckets; b++) {
        for (uint32_t i = 0; i < index_size; i++)
            ARRAY_PUSH(arena, out, (uint8_t)(at >> 8 * i));
        if (b < buckets)
            at += bucket_counts[b] * entry_size;
    }
}

ByteArray native_hashtable(Arena *arena, HashEntries *entries) {
    uint32_t log2_buckets = bucket_log2(entries->count), buckets = 1u << log2_buckets;
    uint32_t *bucket_counts = ARENA_ARRAY(arena, uint32_t, buckets);
    entries_sort(arena, entries, log2_buckets, bucket_counts);
    uint32_t offset_size = offset_size_for(entries), index_log2 = 0;
    uint32_t entries_size = entries->count * (1 + offset_size);
    while (index_log2 < 2 && ((buckets + 1) << index_log2) + entries_size >= 1u << (8u << index_log2))
        index_log2++;
    ByteArray out = {0};
    ARRAY_PUSH(arena, &out, (uint8_t)(log2_buckets << 2 | index_log2));
    indexes_write(arena, &out, bucket_counts, buckets, index_log2, 1 + offset_size);
    entries_write(arena, &out, entries, offset_size);
    return out;
}
