#include "report/report.h"

#include "report/elf_object.h"
#include "support/file.h"

#include <stdlib.h>
#include <string.h>

enum { LARGEST_SYMBOLS = 20 };

typedef struct Line {
    Text name, section;
    uint64_t size;
} Line;
typedef ARRAY(Line) LineList;

// Largest first, then by name.
static int by_size(const void *a, const void *b) {
    const Line *x = a, *y = b;
    if (x->size != y->size)
        return x->size < y->size ? 1 : -1;
    return text_compare(x->name, y->name);
}

static int by_name(const void *a, const void *b) {
    const Line *x = a, *y = b;
    int order = text_compare(x->name, y->name);
    return order ? order : text_compare(x->section, y->section);
}

// ".data.rel.ro.t17" -> ".data.rel.ro": objects and functions have sections of their own.
static Text section_base(Text name) {
    static const char *const bases[] = {
        ".gcc_except_table", ".data.rel.ro", ".rodata", ".data", ".bss", ".text"};
    for (size_t i = 0; i < sizeof bases / sizeof *bases; i++) {
        size_t size = strlen(bases[i]);
        if (name.size > size && name.data[size] == '.' && memcmp(name.data, bases[i], size) == 0)
            return (Text){name.data, size};
    }
    return name;
}

static void section_add(Arena *arena, LineList *lines, Text name, uint64_t size) {
    for (uint32_t i = 0; i < lines->count; i++) {
        if (!text_equal(lines->items[i].name, name))
            continue;
        lines->items[i].size += size;
        return;
    }
    ARRAY_PUSH(arena, lines, (Line){.name = name, .size = size});
}

static Text text_copy(Arena *arena, Text text) {
    return (Text){arena_copy(arena, text.data, text.size, 1), text.size};
}

static void object_collect(Arena *arena, const ElfObject *object, LineList *sections, LineList *symbols) {
    for (uint32_t i = 0; i < object->sections.count; i++) {
        const ElfSection *section = &object->sections.items[i];
        if (section->is_allocated && section->size)
            section_add(arena, sections, text_copy(arena, section_base(section->name)), section->size);
    }
    for (uint32_t i = 0; i < object->symbols.count; i++) {
        const ElfSymbol *symbol = &object->symbols.items[i];
        Line line = {text_copy(arena, symbol->name), text_copy(arena, section_base(symbol->section)),
                     symbol->size};
        ARRAY_PUSH(arena, symbols, line);
    }
}

static bool objects_collect(const char *const *paths, uint32_t count, Arena *arena, LineList *sections,
                            LineList *symbols, Diag *diag) {
    for (uint32_t i = 0; i < count; i++) {
        Bytes bytes;
        ElfObject object;
        if (!file_map(paths[i], &bytes, diag))
            return false;
        if (elf_object_read(bytes, arena, &object))
            object_collect(arena, &object, sections, symbols);
        file_unmap(bytes);
    }
    if (sections->count)
        qsort(sections->items, sections->count, sizeof *sections->items, by_size);
    return true;
}

bool report_sizes(const char *const *paths, uint32_t count, FILE *file, Diag *diag) {
    Arena arena = {0};
    LineList sections = {0}, symbols = {0};
    bool ok = objects_collect(paths, count, &arena, &sections, &symbols, diag);
    uint64_t total = 0;
    for (uint32_t i = 0; i < sections.count; i++) {
        total += sections.items[i].size;
        fprintf(file, "%10llu %.*s\n", (unsigned long long)sections.items[i].size,
                TEXT_ARG(sections.items[i].name));
    }
    if (ok)
        fprintf(file, "%10llu total\n", (unsigned long long)total);
    if (symbols.count)
        qsort(symbols.items, symbols.count, sizeof *symbols.items, by_size);
    for (uint32_t i = 0; i < symbols.count && i < LARGEST_SYMBOLS; i++)
        fprintf(file, "%10llu %.*s %.*s\n", (unsigned long long)symbols.items[i].size,
                TEXT_ARG(symbols.items[i].section), TEXT_ARG(symbols.items[i].name));
    arena_free(&arena);
    return ok;
}

bool report_map_write(const Request *request, const char *const *paths, uint32_t count, Diag *diag) {
    if (!request->output.map.size)
        return true;
    Arena arena = {0};
    LineList sections = {0}, symbols = {0};
    bool ok = objects_collect(paths, count, &arena, &sections, &symbols, diag);
    if (symbols.count)
        qsort(symbols.items, symbols.count, sizeof *symbols.items, by_name);
    TextBuilder map = {.arena = &arena};
    for (uint32_t i = 0; i < symbols.count; i++)
        text_append_format(&map, "%10llu %.*s %.*s\n", (unsigned long long)symbols.items[i].size,
                           TEXT_ARG(symbols.items[i].section), TEXT_ARG(symbols.items[i].name));
    Text built = text_built(&map);
    ok = ok && file_write_atomic(arena_format(&arena, "%.*s", TEXT_ARG(request->output.map)),
                                 (Bytes){(const uint8_t *)built.data, built.size}, diag);
    arena_free(&arena);
    return ok;
}
