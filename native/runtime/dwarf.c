#include "runtime/dwarf.h"

#include <string.h>

// Pointer encodings (LSB, DWARF extensions). Formats not listed are 8 bytes wide; bit 3 of the format means
// signed.
enum {
    ENCODING_Format = 0x0F,
    ENCODING_Uleb128 = 0x01,
    ENCODING_Udata2 = 0x02,
    ENCODING_Udata4 = 0x03,
    ENCODING_Sdata2 = 0x0A,
    ENCODING_Sdata4 = 0x0B,
    ENCODING_PcRelative = 0x10,
    ENCODING_DataRelative = 0x30,
    ENCODING_Application = 0x70,
    ENCODING_Indirect = 0x80,
};

uint64_t tailor_dwarf_read_uleb128(const uint8_t **at) {
    uint64_t value = 0;
    unsigned shift = 0;
    uint8_t byte;
    do {
        byte = *(*at)++;
        value |= (uint64_t)(byte & 0x7F) << shift;
        shift += 7;
    } while (byte & 0x80);
    return value;
}

int64_t tailor_dwarf_read_sleb128(const uint8_t **at) {
    uint64_t value = 0;
    unsigned shift = 0;
    uint8_t byte;
    do {
        byte = *(*at)++;
        value |= (uint64_t)(byte & 0x7F) << shift;
        shift += 7;
    } while (byte & 0x80);
    if ((byte & 0x40) && shift < 64)
        value |= UINT64_MAX << shift;
    return (int64_t)value;
}

uint64_t tailor_dwarf_read_fixed(const uint8_t **at, unsigned size, bool is_signed) {
    uint64_t value = 0;
    memcpy(&value, *at, size);
    *at += size;
    unsigned unused = 64 - 8 * size;
    return is_signed ? (uint64_t)((int64_t)(value << unused) >> unused) : value;
}

unsigned tailor_dwarf_encoded_size(uint8_t encoding) {
    switch (encoding & ENCODING_Format) {
    case ENCODING_Udata2:
    case ENCODING_Sdata2: return 2;
    case ENCODING_Udata4:
    case ENCODING_Sdata4: return 4;
    default: return 8;
    }
}

uint64_t tailor_dwarf_read_encoded(const uint8_t **at, uint8_t encoding, uintptr_t data_base) {
    const uint8_t *field = *at;
    uint8_t format = encoding & ENCODING_Format;
    uint64_t value =
        format == ENCODING_Uleb128
            ? tailor_dwarf_read_uleb128(at)
            : tailor_dwarf_read_fixed(at, tailor_dwarf_encoded_size(encoding), (format & 0x08) != 0);
    if (value == 0)
        return 0; // null stays null, whatever it is relative to
    if ((encoding & ENCODING_Application) == ENCODING_PcRelative)
        value += (uintptr_t)field;
    if ((encoding & ENCODING_Application) == ENCODING_DataRelative)
        value += data_base;
    if (encoding & ENCODING_Indirect)
        memcpy(&value, (const void *)(uintptr_t)value, sizeof value);
    return value;
}
