// Writes small assemblies in memory, for tests: PE headers, one section, CLI header, heaps, tables. The
// values of a row stand in the order of table.def; coded indexes are given as tokens.
#pragma once

#include "load/load.h"
#include "support/array.h"

typedef ARRAY(uint8_t) ByteBuffer;

void buffer_bytes(Arena *arena, ByteBuffer *buffer, const void *data, size_t size);
/// The lowest `size` bytes of `value`, little-endian.
void buffer_number(Arena *arena, ByteBuffer *buffer, uint64_t value, size_t size);
void buffer_compressed(Arena *arena, ByteBuffer *buffer, uint32_t value);
/// Zeros up to a multiple of `alignment`.
void buffer_align(Arena *arena, ByteBuffer *buffer, size_t alignment);

typedef struct ImageBuilder {
    Arena *arena;
    ByteBuffer strings, blobs, guids, user_strings;
    ByteBuffer data;                // bodies, field data
    ByteBuffer resources;           // manifest resources
    ByteBuffer debug_data;          // content of an embedded PDB entry, empty for none
    ByteBuffer tables[TABLE_COUNT]; // rows as four-byte values, one for each column
    Token entry_point;
    bool wide_heaps;   // four-byte heap offsets
    bool uncompressed; // the tables stream is called #-
    bool pe32_plus;
} ImageBuilder;

void builder_init(ImageBuilder *b, Arena *arena);
uint32_t builder_string(ImageBuilder *b, const char *string);
uint32_t builder_blob(ImageBuilder *b, const void *data, size_t size);
/// Index from 1 of a GUID whose bytes are all `fill`.
uint32_t builder_guid(ImageBuilder *b, uint8_t fill);
Token builder_user_string(ImageBuilder *b, const char *ascii);
/// RVA of a copy of the bytes, aligned to four.
uint32_t builder_data(ImageBuilder *b, const void *data, size_t size);
/// RVA of a method body with a tiny header.
uint32_t builder_tiny_body(ImageBuilder *b, const void *code, size_t size);
/// Offset for a ManifestResource row.
uint32_t builder_resource(ImageBuilder *b, const char *content);
/// Appends a row and returns its rid.
uint32_t builder_row_values(ImageBuilder *b, TableId table, const uint32_t *values, size_t count);
#define BUILDER_ROW(b, table, ...)                                                                           \
    builder_row_values((b), (table), (const uint32_t[]){__VA_ARGS__},                                        \
                       sizeof((const uint32_t[]){__VA_ARGS__}) / 4)
/// The finished file; lives in the arena.
Bytes builder_finish(ImageBuilder *b);
