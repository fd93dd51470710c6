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

static int by_place(const void *a, const void *b) {
    const ElfSymbol *x = a, *y = b;
    if (x->section != y->section)
        return x->section < y->section ? -1 : 1;
    if (x->offset != y->offset)
        return x->offset < y->offset ? -1 : 1;
    return text_compare(x->name, y->name);
}

// ".data.rel.ro.t17" -> ".data.rel.ro": objects and functions have sections of their own.
static Text section_base(Text name) {
    static const char *const bases[] = {
        ".gcc_except_table", ".data.rel.ro", ".rodata", ".data", ".bss", ".text"};
    for (size_t i = 0; i < sizeof bases / sizeof *bases; i++) {
        size_t size = strlen(bases[i]);
        bool begins = name.size >= size && memcmp(name.data, bases[i], size) == 0;
        if (begins && (name.size == size || name.data[size] == '.'))
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

static bool is_code(Text section) {
    return text_equal_z(section, "tailor_text") || text_equal_z(section, "__unbox") ||
           text_equal_z(section, "__managedcode") || text_equal_z(section, ".text");
}

// The symbol table tells the size of functions only: symbols of data are aliases into larger objects, so each
// reaches to the next one (of several in one place the last), and the first in a section has what stands
// before it (the GCDesc of a MethodTable).
static uint64_t symbol_extent(const ElfObject *object, uint32_t index) {
    const ElfSymbol *symbol = &object->symbols.items[index];
    const ElfSection *section = &object->sections.items[symbol->section];
    if (is_code(section_base(section->name)))
        return symbol->size;
    bool first = index == 0 || symbol[-1].section != symbol->section;
    bool last = index + 1 == object->symbols.count || symbol[1].section != symbol->section;
    uint64_t start = first ? 0 : symbol->offset, end = last ? section->size : symbol[1].offset;
    return end > start ? end - start : 0;
}

// Private constants have no symbol: their sections stand for them.
static void sections_without_symbols(Arena *arena, const ElfObject *object, LineList *symbols) {
    bool *named = ARENA_ARRAY(arena, bool, object->sections.count + 1);
    for (uint32_t i = 0; i < object->symbols.count; i++)
        named[object->symbols.items[i].section] = true;
    for (uint32_t i = 0; i < object->sections.count; i++) {
        const ElfSection *section = &object->sections.items[i];
        if (named[i] || !section->is_allocated || !section->size)
            continue;
        Text name = text_copy(arena, section->name);
        ARRAY_PUSH(arena, symbols, (Line){name, section_base(name), section->size});
    }
}

static void object_collect(Arena *arena, ElfObject *object, LineList *sections, LineList *symbols) {
    for (uint32_t i = 0; i < object->sections.count; i++) {
        const ElfSection *section = &object->sections.items[i];
        if (section->is_allocated && section->size)
            section_add(arena, sections, text_copy(arena, section_base(section->name)), section->size);
    }
    if (object->symbols.count)
        qsort(object->symbols.items, object->symbols.count, sizeof *object->symbols.items, by_place);
    for (uint32_t i = 0; i < object->symbols.count; i++) {
        const ElfSymbol *symbol = &object->symbols.items[i];
        Text section = section_base(object->sections.items[symbol->section].name);
        Line line = {text_copy(arena, symbol->name), text_copy(arena, section), symbol_extent(object, i)};
        ARRAY_PUSH(arena, symbols, line);
    }
    sections_without_symbols(arena, object, symbols);
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

// ---- Totals -------------------------------------------------------------------------------------

bool report_totals(const char *const *paths, uint32_t count, ObjectSizes *out, Diag *diag) {
    Arena arena = {0};
    LineList sections = {0}, symbols = {0};
    bool ok = objects_collect(paths, count, &arena, &sections, &symbols, diag);
    *out = (ObjectSizes){0};
    for (uint32_t i = 0; i < sections.count; i++) {
        const Line *section = &sections.items[i];
        *(is_code(section->name) ? &out->code : &out->data) += section->size;
        if (text_equal_z(section->name, ".eh_frame") || text_equal_z(section->name, ".gcc_except_table"))
            out->unwind += section->size;
    }
    arena_free(&arena);
    return ok;
}

// ---- The map file -------------------------------------------------------------------------------

/// Names of the stock compiler's nodes, by the prefixes that reach_symbol gives to data.
static const struct {
    const char *prefix, *node;
} map_nodes[] = {
    {"mt$", "ConstructedEEType"},      {"__GCStaticEEType", "GCStaticEEType"},
    {"gcstatics$", "GCStatics"},       {"statics$", "NonGCStatics"},
    {"tls$", "TypeThreadStaticIndex"}, {"rva$", "FieldRvaData"},
    {"str$", "FrozenString"},          {"frozen$", "FrozenObject"},
    {"type$", "FrozenRuntimeType"},    {"dictionary$", "MethodGenericDictionary"},
    {"sel$", "InterfaceDispatchMap"},  {"__blob_", "Blob"},
};

static const char *map_node_name(const Line *symbol) {
    if (text_equal_z(symbol->section, "__unbox"))
        return "UnboxingStub";
    if (is_code(symbol->section))
        return "MethodCode";
    for (size_t i = 0; i < sizeof map_nodes / sizeof *map_nodes; i++)
        if (text_starts_with(symbol->name, map_nodes[i].prefix))
            return map_nodes[i].node;
    return "Data";
}

static Text map_text(Arena *arena, const LineList *symbols) {
    TextBuilder xml = {.arena = arena};
    text_append_z(&xml, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<ObjectNodes>\n");
    for (uint32_t i = 0; i < symbols->count; i++) {
        const Line *symbol = &symbols->items[i];
        text_append_format(&xml, "  <%s Name=\"", map_node_name(symbol));
        text_append_xml(&xml, symbol->name);
        text_append_format(&xml, "\" Length=\"%llu\" Section=\"", (unsigned long long)symbol->size);
        text_append_xml(&xml, symbol->section);
        text_append_z(&xml, "\" />\n");
    }
    text_append_z(&xml, "</ObjectNodes>\n");
    return text_built(&xml);
}

bool report_map_write(const Request *request, const char *const *paths, uint32_t count, Diag *diag) {
    if (!request->output.map.size)
        return true;
    Arena arena = {0};
    LineList sections = {0}, symbols = {0};
    bool ok = objects_collect(paths, count, &arena, &sections, &symbols, diag);
    if (symbols.count)
        qsort(symbols.items, symbols.count, sizeof *symbols.items, by_name);
    Text map = map_text(&arena, &symbols);
    ok = ok && file_write_atomic(arena_format(&arena, "%.*s", TEXT_ARG(request->output.map)),
                                 (Bytes){(const uint8_t *)map.data, map.size}, diag);
    arena_free(&arena);
    return ok;
}
