#include "support/bytes.h"

static uint64_t load_little_endian(const uint8_t *data, size_t size) {
    uint64_t value = 0;
    for (size_t i = size; i-- > 0;)
        value = value << 8 | data[i];
    return value;
}

static bool read_integer(Cursor *c, size_t size, uint64_t *out) {
    if (cursor_left(c) < size)
        return false;
    *out = load_little_endian(c->data + c->at, size);
    c->at += size;
    return true;
}

bool read_u8(Cursor *c, uint8_t *out) {
    if (cursor_left(c) < 1)
        return false;
    *out = c->data[c->at++];
    return true;
}

bool read_u16(Cursor *c, uint16_t *out) {
    uint64_t value;
    if (!read_integer(c, 2, &value))
        return false;
    *out = (uint16_t)value;
    return true;
}

bool read_u32(Cursor *c, uint32_t *out) {
    uint64_t value;
    if (!read_integer(c, 4, &value))
        return false;
    *out = (uint32_t)value;
    return true;
}

bool read_u64(Cursor *c, uint64_t *out) {
    return read_integer(c, 8, out);
}

// The length class of a compressed integer from its first byte; 0 for the reserved pattern 111xxxxx.
static size_t compressed_size(uint8_t first) {
    return first < 0x80 ? 1 : first < 0xC0 ? 2 : first < 0xE0 ? 4 : 0;
}

bool read_compressed_u32(Cursor *c, uint32_t *out) {
    if (cursor_left(c) < 1)
        return false;
    const uint8_t *at = c->data + c->at;
    size_t size = compressed_size(at[0]);
    if (size == 0 || cursor_left(c) < size)
        return false;
    if (size == 1)
        *out = at[0];
    if (size == 2)
        *out = (uint32_t)(at[0] & 0x3F) << 8 | at[1];
    if (size == 4)
        *out = (uint32_t)(at[0] & 0x1F) << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
    c->at += size;
    return true;
}

bool read_compressed_i32(Cursor *c, int32_t *out) {
    if (cursor_left(c) < 1)
        return false;
    size_t size = compressed_size(c->data[c->at]);
    uint32_t rotated;
    if (!read_compressed_u32(c, &rotated))
        return false;
    uint32_t bits = size == 1 ? 6 : size == 2 ? 13 : 28;
    int32_t value = (int32_t)(rotated >> 1);
    *out = rotated & 1 ? value - (int32_t)(1u << bits) : value;
    return true;
}

bool read_bytes(Cursor *c, size_t size, Bytes *out) {
    if (cursor_left(c) < size)
        return false;
    *out = (Bytes){c->data + c->at, size};
    c->at += size;
    return true;
}

bool cursor_skip(Cursor *c, size_t size) {
    if (cursor_left(c) < size)
        return false;
    c->at += size;
    return true;
}

bool cursor_seek(Cursor *c, size_t at) {
    if (at > c->size)
        return false;
    c->at = at;
    return true;
}

bool bytes_slice(Bytes bytes, size_t offset, size_t size, Bytes *out) {
    if (offset > bytes.size || size > bytes.size - offset)
        return false;
    *out = (Bytes){bytes.data + offset, size};
    return true;
}
