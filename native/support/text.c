#include "support/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The hash table lives in the arena of the TextTable (`table` in the only function that uses the macros).
#define uthash_malloc(size)        arena_alloc(table->arena, (size), alignof(max_align_t))
#define uthash_free(pointer, size) ((void)(pointer), (void)(size))
#include <uthash.h>

typedef struct TextEntry {
    Text text;
    UT_hash_handle hh;
} TextEntry;

Text text_intern(TextTable *table, const char *data, size_t size) {
    TextEntry *entry;
    unsigned hash;
    HASH_VALUE(data, size, hash);
    HASH_FIND_BYHASHVALUE(hh, table->entries, data, size, hash, entry);
    if (entry)
        return entry->text;
    entry = ARENA_NEW(table->arena, TextEntry);
    char *copy = arena_alloc(table->arena, size + 1, 1);
    if (size)
        memcpy(copy, data, size);
    entry->text = (Text){copy, size};
    HASH_ADD_KEYPTR_BYHASHVALUE(hh, table->entries, entry->text.data, (unsigned)size, hash, entry);
    return entry->text;
}

Text text_intern_z(TextTable *table, const char *string) {
    return text_intern(table, string, strlen(string));
}

bool text_equal(Text a, Text b) {
    return a.size == b.size && (a.data == b.data || memcmp(a.data, b.data, a.size) == 0);
}

bool text_equal_z(Text a, const char *string) {
    return a.size == strlen(string) && memcmp(a.data, string, a.size) == 0;
}

int text_compare(Text a, Text b) {
    size_t least = a.size < b.size ? a.size : b.size;
    int order = least ? memcmp(a.data, b.data, least) : 0;
    if (order)
        return order;
    return (a.size > b.size) - (a.size < b.size);
}

bool text_starts_with(Text text, const char *prefix) {
    size_t size = strlen(prefix);
    return text.size >= size && memcmp(text.data, prefix, size) == 0;
}

bool text_ends_with(Text text, const char *suffix) {
    size_t size = strlen(suffix);
    return text.size >= size && memcmp(text.data + text.size - size, suffix, size) == 0;
}

static char *builder_reserve(TextBuilder *builder, size_t more) {
    if (builder->capacity - builder->size <= more) {
        size_t capacity = builder->capacity ? builder->capacity * 2 : 64;
        while (capacity - builder->size <= more)
            capacity *= 2;
        char *data = arena_alloc(builder->arena, capacity, 1);
        if (builder->size)
            memcpy(data, builder->data, builder->size);
        builder->data = data;
        builder->capacity = capacity;
    }
    return builder->data + builder->size;
}

void text_append(TextBuilder *builder, Text text) {
    char *at = builder_reserve(builder, text.size);
    if (text.size)
        memcpy(at, text.data, text.size);
    builder->size += text.size;
    builder->data[builder->size] = 0;
}

void text_append_z(TextBuilder *builder, const char *string) {
    text_append(builder, (Text){string, strlen(string)});
}

void text_append_format(TextBuilder *builder, const char *format, ...) {
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length > 0) {
        char *at = builder_reserve(builder, (size_t)length);
        vsnprintf(at, (size_t)length + 1, format, again);
        builder->size += (size_t)length;
    }
    va_end(again);
}

Text text_built(TextBuilder *builder) {
    *builder_reserve(builder, 0) = 0;
    return (Text){builder->data, builder->size};
}

static size_t utf8_put(char *at, uint32_t c) {
    if (c < 0x80)
        return at[0] = (char)c, 1;
    if (c < 0x800)
        return at[0] = (char)(0xC0 | c >> 6), at[1] = (char)(0x80 | (c & 63)), 2;
    if (c < 0x10000) {
        at[0] = (char)(0xE0 | c >> 12);
        at[1] = (char)(0x80 | (c >> 6 & 63));
        at[2] = (char)(0x80 | (c & 63));
        return 3;
    }
    at[0] = (char)(0xF0 | c >> 18);
    at[1] = (char)(0x80 | (c >> 12 & 63));
    at[2] = (char)(0x80 | (c >> 6 & 63));
    at[3] = (char)(0x80 | (c & 63));
    return 4;
}

Text utf16_to_text(Arena *arena, Utf16 utf16) {
    char *data = arena_alloc(arena, utf16.count * 3 + 1, 1);
    size_t size = 0;
    for (size_t i = 0; i < utf16.count; i++) {
        uint32_t c = utf16.units[i];
        if (c >= 0xD800 && c < 0xE000) {
            uint32_t low = i + 1 < utf16.count ? utf16.units[i + 1] : 0;
            if (c < 0xDC00 && low >= 0xDC00 && low < 0xE000) {
                c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
                i++;
            } else {
                c = 0xFFFD;
            }
        }
        size += utf8_put(data + size, c);
    }
    data[size] = 0;
    return (Text){data, size};
}

// One code point at `at`; *taken gets its length in bytes (1 for an ill-formed byte, with U+FFFD as the
// answer).
static uint32_t utf8_get(const unsigned char *at, size_t left, size_t *taken) {
    *taken = 1;
    if (at[0] < 0x80)
        return at[0];
    size_t length = at[0] >= 0xF0 && at[0] < 0xF5 ? 4 : at[0] >= 0xE0 ? 3 : at[0] >= 0xC2 ? 2 : 0;
    uint32_t c = length == 4 ? at[0] & 7u : length == 3 ? at[0] & 15u : at[0] & 31u;
    if (at[0] >= 0xF5 || length == 0 || length > left)
        return 0xFFFD;
    for (size_t i = 1; i < length; i++) {
        if ((at[i] & 0xC0) != 0x80)
            return 0xFFFD;
        c = c << 6 | (at[i] & 63u);
    }
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (c < least[length] || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000))
        return 0xFFFD;
    *taken = length;
    return c;
}

size_t text_utf8_size(Text text) {
    size_t taken;
    uint32_t c = utf8_get((const unsigned char *)text.data, text.size, &taken);
    return c == 0xFFFD && taken == 1 ? 0 : taken; // a real U+FFFD takes three bytes
}

bool text_is_utf8(Text text) {
    for (size_t i = 0; i < text.size;) {
        size_t taken = text_utf8_size((Text){text.data + i, text.size - i});
        if (taken == 0)
            return false;
        i += taken;
    }
    return true;
}

Utf16 text_to_utf16(Arena *arena, Text text) {
    uint16_t *units = ARENA_ARRAY(arena, uint16_t, text.size + 1);
    size_t count = 0;
    for (size_t i = 0; i < text.size;) {
        size_t taken;
        uint32_t c = utf8_get((const unsigned char *)text.data + i, text.size - i, &taken);
        i += taken;
        if (c >= 0x10000) {
            units[count++] = (uint16_t)(0xD800 + ((c - 0x10000) >> 10));
            units[count++] = (uint16_t)(0xDC00 + ((c - 0x10000) & 0x3FF));
        } else {
            units[count++] = (uint16_t)c;
        }
    }
    return (Utf16){units, count};
}

/// What XML 1.0 (2.2) has no way to write.
static bool is_not_for_xml(uint32_t c, size_t size) {
    return c < ' ' || c == 0xFFFE || c == 0xFFFF || (c == 0xFFFD && size == 1);
}

void text_append_xml(TextBuilder *xml, Text value) {
    size_t size;
    for (size_t i = 0; i < value.size; i += size) {
        uint32_t c = utf8_get((const unsigned char *)value.data + i, value.size - i, &size);
        if (c == '<')
            text_append_z(xml, "&lt;");
        else if (c == '>')
            text_append_z(xml, "&gt;");
        else if (c == '&')
            text_append_z(xml, "&amp;");
        else if (c == '"')
            text_append_z(xml, "&quot;");
        else if (is_not_for_xml(c, size))
            text_append_z(xml, "?");
        else
            text_append(xml, (Text){value.data + i, size});
    }
}
