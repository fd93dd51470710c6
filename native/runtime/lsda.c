#include "runtime/lsda.h"

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
    ENCODING_Application = 0x70,
    ENCODING_Indirect = 0x80,
    ENCODING_Omit = 0xFF,
};

static uint64_t read_uleb128(const uint8_t **at) {
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

static int64_t read_sleb128(const uint8_t **at) {
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

/// A little-endian integer of `size` bytes, sign-extended if `is_signed`.
static uint64_t read_fixed(const uint8_t **at, unsigned size, bool is_signed) {
    uint64_t value = 0;
    memcpy(&value, *at, size);
    *at += size;
    unsigned unused = 64 - 8 * size;
    return is_signed ? (uint64_t)((int64_t)(value << unused) >> unused) : value;
}

static unsigned encoded_size(uint8_t encoding) {
    switch (encoding & ENCODING_Format) {
    case ENCODING_Udata2:
    case ENCODING_Sdata2: return 2;
    case ENCODING_Udata4:
    case ENCODING_Sdata4: return 4;
    default: return 8;
    }
}

static uint64_t read_encoded(const uint8_t **at, uint8_t encoding) {
    const uint8_t *field = *at;
    uint8_t format = encoding & ENCODING_Format;
    uint64_t value = format == ENCODING_Uleb128
                         ? read_uleb128(at)
                         : read_fixed(at, encoded_size(encoding), (format & 0x08) != 0);
    if (value == 0)
        return 0; // null stays null, whatever it is relative to
    if ((encoding & ENCODING_Application) == ENCODING_PcRelative)
        value += (uintptr_t)field;
    if (encoding & ENCODING_Indirect)
        memcpy(&value, (const void *)(uintptr_t)value, sizeof value);
    return value;
}

bool lsda_call_site(const uint8_t *lsda, uintptr_t start, uintptr_t ip, CallSite *site) {
    const uint8_t *at = lsda;
    uint8_t base_encoding = *at++;
    uintptr_t landing_pad_base = base_encoding == ENCODING_Omit ? start : read_encoded(&at, base_encoding);
    site->type_encoding = *at++;
    site->type_table = NULL;
    if (site->type_encoding != ENCODING_Omit) {
        uint64_t type_table_offset = read_uleb128(&at);
        site->type_table = at + type_table_offset;
    }
    uint8_t encoding = *at++;
    uint64_t call_sites_size = read_uleb128(&at);
    const uint8_t *actions = at + call_sites_size;
    uint64_t ip_offset = ip - start;
    while (at < actions) {
        uint64_t offset = read_encoded(&at, encoding);
        uint64_t length = read_encoded(&at, encoding);
        uint64_t landing_pad = read_encoded(&at, encoding);
        uint64_t action = read_uleb128(&at);
        if (ip_offset < offset)
            return false; // sorted: a call that was thought not to throw, or no call at all
        if (ip_offset - offset >= length)
            continue;
        site->landing_pad = landing_pad ? landing_pad_base + landing_pad : 0;
        site->action = action ? actions + action - 1 : NULL;
        site->has_cleanup = action == 0;
        return landing_pad != 0;
    }
    return false;
}

bool lsda_next_clause(CallSite *site, uintptr_t *selector, const ClauseDescriptor **descriptor) {
    while (site->action) {
        const uint8_t *at = site->action;
        int64_t filter = read_sleb128(&at);
        const uint8_t *link = at;
        int64_t displacement = read_sleb128(&at);
        site->action = displacement ? link + displacement : NULL;
        if (filter <= 0) { // exception specifications (negative) do not occur in compiled code
            site->has_cleanup |= filter == 0;
            continue;
        }
        const uint8_t *entry = site->type_table - (uint64_t)filter * encoded_size(site->type_encoding);
        *selector = (uintptr_t)filter;
        *descriptor = (const ClauseDescriptor *)read_encoded(&entry, site->type_encoding);
        return true;
    }
    return false;
}
