// Cursor: the one gate through which bytes of an input file are read. Every read checks, advances, and can
// fail.
#pragma once

#include "support/arena.h"

#include <stdbool.h>

typedef struct Bytes {
    const uint8_t *data;
    size_t size;
} Bytes;

/// Invariant: at <= size.
typedef struct Cursor {
    const uint8_t *data;
    size_t size;
    size_t at;
} Cursor;

static inline Cursor cursor_over(Bytes bytes) {
    return (Cursor){bytes.data, bytes.size, 0};
}
static inline size_t cursor_left(const Cursor *c) {
    return c->size - c->at;
}
MUST_CHECK bool read_u8(Cursor *c, uint8_t *out);
MUST_CHECK bool read_u16(Cursor *c, uint16_t *out);
MUST_CHECK bool read_u32(Cursor *c, uint32_t *out);
MUST_CHECK bool read_u64(Cursor *c, uint64_t *out);
/// ECMA-335 II.23.2: compressed unsigned integer, 1, 2 or 4 bytes.
MUST_CHECK bool read_compressed_u32(Cursor *c, uint32_t *out);
/// ECMA-335 II.23.2: compressed signed integer (rotated sign bit).
MUST_CHECK bool read_compressed_i32(Cursor *c, int32_t *out);
/// A view of the next `size` bytes.
MUST_CHECK bool read_bytes(Cursor *c, size_t size, Bytes *out);
MUST_CHECK bool cursor_skip(Cursor *c, size_t size);
MUST_CHECK bool cursor_seek(Cursor *c, size_t at);
/// A view of `[offset, offset + size)` of `bytes`; false if out of range.
MUST_CHECK bool bytes_slice(Bytes bytes, size_t offset, size_t size, Bytes *out);
