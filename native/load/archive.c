#include "load/archive.h"

#include <string.h>

enum { MEMBER_HEADER_SIZE = 60, ELF_HEADER_SIZE = 64, SECTION_HEADER_SIZE = 64, SYMBOL_SIZE = 24 };
enum { SHT_SYMTAB = 2, STB_LOCAL = 0, STT_TLS = 6, SHN_UNDEF = 0 };

static const char ARCHIVE_MAGIC[] = "!<arch>\n";

typedef struct Section {
    uint32_t type, link;
    uint64_t offset, size;
} Section;

static bool section_read(Bytes object, uint64_t table_offset, uint32_t index, Section *out) {
    Bytes header;
    if (table_offset > object.size ||
        !bytes_slice(object, (size_t)table_offset + (size_t)index * SECTION_HEADER_SIZE, SECTION_HEADER_SIZE,
                     &header))
        return false;
    Cursor c = cursor_over(header);
    uint32_t name;
    uint64_t flags, address;
    return read_u32(&c, &name) && read_u32(&c, &out->type) && read_u64(&c, &flags) &&
           read_u64(&c, &address) && read_u64(&c, &out->offset) && read_u64(&c, &out->size) &&
           read_u32(&c, &out->link);
}

// A NUL-terminated name in a string section.
static bool name_read(Bytes strings, uint32_t offset, Text *out) {
    if (offset >= strings.size)
        return false;
    const uint8_t *end = memchr(strings.data + offset, 0, strings.size - offset);
    if (!end)
        return false;
    *out = (Text){(const char *)strings.data + offset, (size_t)(end - (strings.data + offset))};
    return true;
}

// *go_on becomes false when the visitor stops the walk.
static bool symbols_visit(Bytes symbols, Bytes strings, ArchiveVisit *visit, void *context, bool *go_on) {
    Cursor c = cursor_over(symbols);
    while (*go_on && cursor_left(&c) >= SYMBOL_SIZE) {
        uint32_t name;
        uint8_t info, other;
        uint16_t section;
        uint64_t value, size;
        if (!read_u32(&c, &name) || !read_u8(&c, &info) || !read_u8(&c, &other) || !read_u16(&c, &section) ||
            !read_u64(&c, &value) || !read_u64(&c, &size))
            return false;
        if (section == SHN_UNDEF || info >> 4 == STB_LOCAL)
            continue;
        ArchiveSymbol symbol = {.size = size, .is_thread_local = (info & 15) == STT_TLS};
        if (!name_read(strings, name, &symbol.name))
            return false;
        *go_on = visit(context, &symbol);
    }
    return true;
}

static bool object_visit(Bytes object, ArchiveVisit *visit, void *context, bool *go_on) {
    Cursor c = cursor_over(object);
    uint64_t table_offset;
    uint16_t section_size, section_count;
    if (!cursor_seek(&c, 40) || !read_u64(&c, &table_offset) || !cursor_seek(&c, 58) ||
        !read_u16(&c, &section_size) || !read_u16(&c, &section_count) || section_size != SECTION_HEADER_SIZE)
        return false;
    for (uint32_t i = 0; *go_on && i < section_count; i++) {
        Section section, link;
        Bytes symbols, strings;
        if (!section_read(object, table_offset, i, &section))
            return false;
        if (section.type != SHT_SYMTAB)
            continue;
        if (section.link >= section_count || !section_read(object, table_offset, section.link, &link) ||
            !bytes_slice(object, (size_t)section.offset, (size_t)section.size, &symbols) ||
            !bytes_slice(object, (size_t)link.offset, (size_t)link.size, &strings) ||
            !symbols_visit(symbols, strings, visit, context, go_on))
            return false;
    }
    return true;
}

static bool is_elf64(Bytes member) {
    static const uint8_t ident[] = {0x7F, 'E', 'L', 'F', 2, 1};
    return member.size >= ELF_HEADER_SIZE && memcmp(member.data, ident, sizeof ident) == 0;
}

// Decimal size field of a member header, padded with spaces.
static bool member_size(const uint8_t *field, size_t *out) {
    size_t size = 0;
    size_t i = 0;
    for (; i < 10 && field[i] >= '0' && field[i] <= '9'; i++)
        size = size * 10 + (size_t)(field[i] - '0');
    *out = size;
    return i > 0;
}

bool archive_symbols(Bytes archive, ArchiveVisit *visit, void *context, const char **reason) {
    Cursor c = cursor_over(archive);
    Bytes magic;
    *reason = "it is not an archive";
    if (!read_bytes(&c, sizeof ARCHIVE_MAGIC - 1, &magic) ||
        memcmp(magic.data, ARCHIVE_MAGIC, magic.size) != 0)
        return false;
    bool go_on = true;
    while (go_on && cursor_left(&c) > 0) {
        Bytes header, member;
        size_t size;
        *reason = "a member header is damaged";
        if (!read_bytes(&c, MEMBER_HEADER_SIZE, &header) || !member_size(header.data + 48, &size))
            return false;
        *reason = "a member is truncated";
        if (!read_bytes(&c, size, &member))
            return false;
        *reason = "a member's symbol table is damaged";
        if (is_elf64(member) && !object_visit(member, visit, context, &go_on))
            return false;
        if (size % 2 && cursor_left(&c) > 0 && !cursor_skip(&c, 1))
            return false;
    }
    return true;
}
