// Method bodies (II.25.4): tiny and fat headers, exception sections in both formats.
#include "load/image.h"

#include "support/array.h"

enum {
    BODY_FORMAT_MASK = 3,
    BODY_FORMAT_Tiny = 2,
    BODY_FORMAT_Fat = 3,
    BODY_MoreSects = 0x08,
    BODY_InitLocals = 0x10,
    SECTION_EhTable = 0x01,
    SECTION_KIND_MASK = 0x3F,
    SECTION_FatFormat = 0x40,
    SECTION_MoreSects = 0x80,
    SMALL_CLAUSE_SIZE = 12,
    FAT_CLAUSE_SIZE = 24,
    CLAUSE_KIND_MASK = 7, // above it: flags that say nothing about the kind
};

static bool fail(const char **reason, const char *text) {
    *reason = text;
    return false;
}

static bool clause_read_small(Cursor *c, EhClause *out, uint32_t *flags, uint32_t *class_or_filter) {
    uint16_t small_flags, try_offset, handler_offset;
    uint8_t try_size, handler_size;
    if (!read_u16(c, &small_flags) || !read_u16(c, &try_offset) || !read_u8(c, &try_size) ||
        !read_u16(c, &handler_offset) || !read_u8(c, &handler_size) || !read_u32(c, class_or_filter)) {
        return false;
    }
    *flags = small_flags;
    out->try_offset = try_offset;
    out->try_size = try_size;
    out->handler_offset = handler_offset;
    out->handler_size = handler_size;
    return true;
}

static bool clause_read_fat(Cursor *c, EhClause *out, uint32_t *flags, uint32_t *class_or_filter) {
    return read_u32(c, flags) && read_u32(c, &out->try_offset) && read_u32(c, &out->try_size) &&
           read_u32(c, &out->handler_offset) && read_u32(c, &out->handler_size) &&
           read_u32(c, class_or_filter);
}

static bool clause_read(Cursor *c, bool is_fat, EhClause *out) {
    uint32_t flags, class_or_filter;
    *out = (EhClause){0};
    bool ok = is_fat ? clause_read_fat(c, out, &flags, &class_or_filter)
                     : clause_read_small(c, out, &flags, &class_or_filter);
    if (!ok)
        return false;
    flags &= CLAUSE_KIND_MASK;
    if (flags != EH_Catch && flags != EH_Filter && flags != EH_Finally && flags != EH_Fault)
        return false;
    out->kind = (EhKind)flags;
    if (out->kind == EH_Catch)
        out->catch_type = (Token){class_or_filter};
    if (out->kind == EH_Filter)
        out->filter_offset = class_or_filter;
    return true;
}

// One data section (II.25.4.5); *more says whether another follows.
static bool section_read(Cursor *c, Arena *arena, BodyBytes *out, bool *more) {
    uint8_t kind, size_low, size_high;
    uint16_t size_rest;
    if (!read_u8(c, &kind) || !read_u8(c, &size_low) || !read_u16(c, &size_rest))
        return false;
    bool is_fat = kind & SECTION_FatFormat;
    size_t size = size_low;
    Bytes content;
    size_high = (uint8_t)(size_rest >> 8);
    if (is_fat)
        size |= (size_t)(size_rest & 0xFF) << 8 | (size_t)size_high << 16;
    *more = kind & SECTION_MoreSects;
    // The size includes the header's four bytes; some old compilers left them out, so the count rounds down.
    size_t clause_size = is_fat ? FAT_CLAUSE_SIZE : SMALL_CLAUSE_SIZE;
    uint32_t count = (uint32_t)(size / clause_size);
    if ((kind & SECTION_KIND_MASK) != SECTION_EhTable)
        return cursor_skip(c, size < 4 ? 0 : size - 4);
    if (!read_bytes(c, count * clause_size, &content))
        return false;
    Cursor clauses = cursor_over(content);
    EhClause *grown = ARENA_ARRAY(arena, EhClause, out->clause_count + count);
    for (uint32_t i = 0; i < out->clause_count; i++)
        grown[i] = out->clauses[i];
    for (uint32_t i = 0; i < count; i++) {
        if (!clause_read(&clauses, is_fat, &grown[out->clause_count + i]))
            return false;
    }
    out->clauses = grown;
    out->clause_count += count;
    return true;
}

static bool sections_read(Cursor *c, uint32_t rva, Arena *arena, BodyBytes *out) {
    for (bool more = true; more;) {
        size_t padding =
            (4 - (rva + c->at) % 4) % 4; // sections start at addresses that are multiples of four
        if (!cursor_skip(c, padding) || !section_read(c, arena, out, &more))
            return false;
    }
    return true;
}

static bool fat_read(const Image *image, Cursor *c, uint32_t rva, Arena *arena, BodyBytes *out,
                     const char **reason) {
    uint16_t flags, max_stack;
    uint32_t code_size, locals;
    if (!read_u16(c, &flags) || !read_u16(c, &max_stack) || !read_u32(c, &code_size) ||
        !read_u32(c, &locals)) {
        return fail(reason, "the body's header is truncated");
    }
    size_t header_size = (size_t)(flags >> 12) * 4;
    if (header_size < 12 || !cursor_seek(c, header_size))
        return fail(reason, "the body's header has a wrong size");
    if (!read_bytes(c, code_size, &out->code))
        return fail(reason, "the body's code is truncated");
    out->max_stack = max_stack;
    out->init_locals = flags & BODY_InitLocals;
    out->locals_signature = (Token){locals};
    bool locals_ok =
        locals == 0 || (locals >> 24 == TABLE_StandAloneSig && token_is_valid(image, (Token){locals}));
    if (!locals_ok)
        return fail(reason, "the body's local variable signature is not a StandAloneSig row");
    if (flags & BODY_MoreSects && !sections_read(c, rva, arena, out)) {
        return fail(reason, "the body's exception clauses are malformed");
    }
    return true;
}

bool body_read(const Image *image, uint32_t rid, Arena *arena, BodyBytes *out, const char **reason) {
    uint32_t rva = column_read(image, COLUMN_MethodDef_Rva, rid);
    uint8_t first;
    Bytes bytes;
    *out = (BodyBytes){0};
    if (rva == 0)
        return fail(reason, "the method has no body");
    if (!rva_bytes(image, rva, &bytes))
        return fail(reason, "the body lies outside the file");
    Cursor c = cursor_over(bytes);
    if (!read_u8(&c, &first))
        return fail(reason, "the body's header is truncated");
    if ((first & BODY_FORMAT_MASK) == BODY_FORMAT_Tiny) {
        out->max_stack = 8; // II.25.4.2
        return read_bytes(&c, first >> 2, &out->code) || fail(reason, "the body's code is truncated");
    }
    if ((first & BODY_FORMAT_MASK) != BODY_FORMAT_Fat)
        return fail(reason, "the body's header is of an unknown format");
    c.at = 0;
    return fat_read(image, &c, rva, arena, out, reason);
}
