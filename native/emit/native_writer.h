// NativeFormat primitives and hash tables (Internal.NativeFormat of CoreLib: NativePrimitiveDecoder,
// NativeHashtable).
#pragma once

#include "support/array.h"
#include "support/text.h"

typedef ARRAY(uint8_t) ByteArray;

/// 1 to 5 bytes: the low bits of the first byte tell how many follow.
void native_unsigned(Arena *arena, ByteArray *out, uint32_t value);
void native_signed(Arena *arena, ByteArray *out, int32_t value);
void native_unsigned_long(Arena *arena, ByteArray *out, uint64_t value);
void native_signed_long(Arena *arena, ByteArray *out, int64_t value);
void native_string(Arena *arena, ByteArray *out, Text text);
void native_bytes(Arena *arena, ByteArray *out, const void *data, size_t size);
uint32_t native_unsigned_size(uint32_t value);
/// Reads back what native_unsigned wrote; *at moves on. For dumps and tests.
uint32_t native_unsigned_read(const uint8_t *bytes, uint32_t *at);

typedef struct HashEntry {
    uint32_t hash;
    ByteArray payload;
} HashEntry;
typedef ARRAY(HashEntry) HashEntries;

/// A whole table with its payloads behind it; the three-byte empty form for none. Sorts `entries`.
ByteArray native_hashtable(Arena *arena, HashEntries *entries);
