// Text: counted UTF-8 strings, interned so that equality is pointer equality of `data`.
#pragma once

#include "support/arena.h"

#include <stdbool.h>

/// A view of UTF-8 bytes. Interned texts are NUL-terminated and unique: text_same compares pointers.
typedef struct Text {
    const char *data;
    size_t size; // bytes
} Text;

#define TEXT_LITERAL(literal) ((Text){(literal), sizeof(literal) - 1})
/// For printf: `printf("%.*s", TEXT_ARG(text))`.
#define TEXT_ARG(text) (int)(text).size, (text).data

typedef struct TextTable {
    Arena *arena;
    struct TextEntry *entries; // uthash
} TextTable;

/// The interned copy of `size` bytes at `data`; lives as long as the table's arena.
Text text_intern(TextTable *table, const char *data, size_t size);
/// Interns a NUL-terminated string.
Text text_intern_z(TextTable *table, const char *string);
/// Compares content; right for interned and other texts.
bool text_equal(Text a, Text b);
bool text_equal_z(Text a, const char *string);
/// Orders bytewise, for deterministic sorting.
int text_compare(Text a, Text b);
bool text_starts_with(Text text, const char *prefix);
bool text_ends_with(Text text, const char *suffix);

/// Length in bytes of the code point at the start of `text` (not empty); 0 if it is ill-formed.
size_t text_utf8_size(Text text);
/// Whether all of `text` is well-formed UTF-8.
bool text_is_utf8(Text text);

/// Growable UTF-8 buffer over an arena.
typedef struct TextBuilder {
    Arena *arena;
    char *data;
    size_t size, capacity;
} TextBuilder;

void text_append(TextBuilder *builder, Text text);
void text_append_z(TextBuilder *builder, const char *string);
/// As the value of an attribute of an XML document; '?' for what XML cannot have.
void text_append_xml(TextBuilder *builder, Text text);
void text_append_format(TextBuilder *builder, const char *format, ...) PRINTF_LIKE(2, 3);
/// The content so far, NUL-terminated; valid until the next append.
Text text_built(TextBuilder *builder);

/// UTF-16 code units (ldstr, frozen strings).
typedef struct Utf16 {
    const uint16_t *units;
    size_t count;
} Utf16;

/// UTF-8 copy of UTF-16; lone surrogates become U+FFFD.
Text utf16_to_text(Arena *arena, Utf16 utf16);
/// UTF-16 copy of UTF-8; ill-formed bytes become U+FFFD.
Utf16 text_to_utf16(Arena *arena, Text text);
