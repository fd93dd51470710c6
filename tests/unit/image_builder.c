#include "image_builder.h"

#include "load/image.h"

#include <string.h>

enum {
    SECTION_RVA = 0x2000,
    HEADERS_SIZE = 0x200,
    CLI_HEADER_SIZE = 72,
    DATA_RVA = SECTION_RVA + CLI_HEADER_SIZE,
    DEBUG_ENTRY_SIZE = 28,
};

// ---- bytes --------------------------------------------------------------------------------------

void buffer_bytes(Arena *arena, ByteBuffer *buffer, const void *data, size_t size) {
    const uint8_t *bytes = data;
    for (size_t i = 0; i < size; i++)
        ARRAY_PUSH(arena, buffer, bytes[i]);
}

void buffer_number(Arena *arena, ByteBuffer *buffer, uint64_t value, size_t size) {
    for (size_t i = 0; i < size; i++)
        ARRAY_PUSH(arena, buffer, (uint8_t)(i < 8 ? value >> 8 * i : 0));
}

void buffer_compressed(Arena *arena, ByteBuffer *buffer, uint32_t value) {
    uint32_t size = value < 0x80 ? 1 : value < 0x4000 ? 2 : 4;
    uint32_t marked = size == 1 ? value : size == 2 ? value | 0x8000 : value | 0xC0000000;
    for (uint32_t i = size; i-- > 0;)
        ARRAY_PUSH(arena, buffer, (uint8_t)(marked >> 8 * i));
}

void buffer_align(Arena *arena, ByteBuffer *buffer, size_t alignment) {
    while (buffer->count % alignment)
        ARRAY_PUSH(arena, buffer, 0);
}

static void buffer_append(Arena *arena, ByteBuffer *buffer, const ByteBuffer *more) {
    buffer_bytes(arena, buffer, more->items, more->count);
}

// ---- heaps --------------------------------------------------------------------------------------

void builder_init(ImageBuilder *b, Arena *arena) {
    *b = (ImageBuilder){.arena = arena};
    buffer_number(arena, &b->strings, 0, 1);
    buffer_number(arena, &b->blobs, 0, 1);
    buffer_number(arena, &b->user_strings, 0, 1);
}

uint32_t builder_string(ImageBuilder *b, const char *string) {
    if (*string == 0)
        return 0;
    uint32_t offset = b->strings.count;
    buffer_bytes(b->arena, &b->strings, string, strlen(string) + 1);
    return offset;
}

uint32_t builder_blob(ImageBuilder *b, const void *data, size_t size) {
    uint32_t offset = b->blobs.count;
    buffer_compressed(b->arena, &b->blobs, (uint32_t)size);
    buffer_bytes(b->arena, &b->blobs, data, size);
    return offset;
}

uint32_t builder_guid(ImageBuilder *b, uint8_t fill) {
    for (int i = 0; i < 16; i++)
        ARRAY_PUSH(b->arena, &b->guids, fill);
    return b->guids.count / 16;
}

Token builder_user_string(ImageBuilder *b, const char *ascii) {
    Token token = {0x70000000 | b->user_strings.count};
    size_t count = strlen(ascii);
    buffer_compressed(b->arena, &b->user_strings, (uint32_t)count * 2 + 1);
    for (size_t i = 0; i < count; i++)
        buffer_number(b->arena, &b->user_strings, (uint8_t)ascii[i], 2);
    buffer_number(b->arena, &b->user_strings, 0, 1);
    return token;
}

uint32_t builder_data(ImageBuilder *b, const void *data, size_t size) {
    buffer_align(b->arena, &b->data, 4);
    uint32_t rva = DATA_RVA + b->data.count;
    buffer_bytes(b->arena, &b->data, data, size);
    return rva;
}

uint32_t builder_tiny_body(ImageBuilder *b, const void *code, size_t size) {
    uint8_t header = (uint8_t)(size << 2 | 2);
    uint32_t rva = builder_data(b, &header, 1);
    buffer_bytes(b->arena, &b->data, code, size);
    return rva;
}

uint32_t builder_resource(ImageBuilder *b, const char *content) {
    uint32_t offset = b->resources.count;
    buffer_number(b->arena, &b->resources, strlen(content), 4);
    buffer_bytes(b->arena, &b->resources, content, strlen(content));
    return offset;
}

// ---- tables -------------------------------------------------------------------------------------

static uint32_t table_width(TableId table) {
    uint32_t width = 0;
    for (ColumnId column = 0; column < COLUMN_COUNT; column++)
        width += column_infos[column].table == table;
    return width;
}

static uint32_t table_rows(const ImageBuilder *b, TableId table) {
    uint32_t width = table_width(table);
    return width ? b->tables[table].count / 4 / width : 0;
}

uint32_t builder_row_values(ImageBuilder *b, TableId table, const uint32_t *values, size_t count) {
    assert(count == table_width(table));
    for (size_t i = 0; i < count; i++)
        buffer_number(b->arena, &b->tables[table], values[i], 4);
    return table_rows(b, table);
}

// A token that the coded index cannot name goes in as it is: garbage on purpose.
static uint32_t coded_value(ColumnKind kind, uint32_t token) {
    const CodedIndexInfo *info = &coded_infos[kind - KIND_Coded];
    for (uint32_t tag = 0; token && tag < MOST_TAGS; tag++) {
        if (info->tables[tag] == (token >> 24) + 1)
            return (token & 0xFFFFFF) << info->tag_bits | tag;
    }
    return token;
}

static size_t cell_size(const ImageBuilder *b, ColumnKind kind) {
    if (kind == KIND_U32)
        return 4;
    return kind == KIND_STRING || kind == KIND_GUID || kind == KIND_BLOB ? (b->wide_heaps ? 4 : 2) : 2;
}

// Tables stay below the sizes at which indexes become wide.
static void tables_write(const ImageBuilder *b, ByteBuffer *out) {
    uint64_t valid = 0;
    for (uint32_t i = 0; i < TABLE_COUNT; i++)
        valid |= (uint64_t)(b->tables[i].count != 0) << i;
    buffer_number(b->arena, out, 0, 4);
    buffer_number(b->arena, out, 2, 2); // schema version 2.0
    buffer_number(b->arena, out, b->wide_heaps ? 7 : 0, 1);
    buffer_number(b->arena, out, 1, 1);
    buffer_number(b->arena, out, valid, 8);
    buffer_number(b->arena, out, 0x16003301FA00, 8); // II.24.2.6: tables that are sorted
    for (uint32_t i = 0; i < TABLE_COUNT; i++) {
        if (b->tables[i].count)
            buffer_number(b->arena, out, table_rows(b, (TableId)i), 4);
    }
    for (uint32_t table = 0; table < TABLE_COUNT; table++) {
        for (uint32_t at = 0; at < b->tables[table].count;) {
            for (ColumnId column = 0; column < COLUMN_COUNT; column++) {
                const ColumnInfo *info = &column_infos[column];
                if ((uint32_t)info->table != table)
                    continue;
                uint32_t value = load_u32(b->tables[table].items + at);
                if (info->kind >= KIND_Coded)
                    value = coded_value(info->kind, value);
                buffer_number(b->arena, out, value, cell_size(b, info->kind));
                at += 4;
            }
        }
    }
    buffer_align(b->arena, out, 4);
}

// ---- metadata root ------------------------------------------------------------------------------

typedef struct Stream {
    const char *name;
    ByteBuffer content;
} Stream;

static size_t name_size(const char *name) {
    return (strlen(name) + 4) & ~(size_t)3;
}

static void metadata_write(ImageBuilder *b, ByteBuffer *out) {
    static const char version[] = "v4.0.30319\0"; // with its padding, 12 bytes
    Stream streams[] = {
        {b->uncompressed ? "#-" : "#~", {0}},
        {"#Strings", b->strings},
        {"#US", b->user_strings},
        {"#GUID", b->guids},
        {"#Blob", b->blobs},
    };
    size_t count = sizeof streams / sizeof *streams;
    size_t offset = 32;
    tables_write(b, &streams[0].content);
    for (size_t i = 0; i < count; i++) {
        buffer_align(b->arena, &streams[i].content, 4);
        offset += 8 + name_size(streams[i].name);
    }
    buffer_number(b->arena, out, 0x424A5342, 4);
    buffer_number(b->arena, out, 0x00010001, 4);
    buffer_number(b->arena, out, 0, 4);
    buffer_number(b->arena, out, sizeof version, 4);
    buffer_bytes(b->arena, out, version, sizeof version);
    buffer_number(b->arena, out, 0, 2);
    buffer_number(b->arena, out, count, 2);
    for (size_t i = 0; i < count; i++) {
        buffer_number(b->arena, out, offset, 4);
        buffer_number(b->arena, out, streams[i].content.count, 4);
        buffer_bytes(b->arena, out, streams[i].name, strlen(streams[i].name) + 1);
        for (size_t k = strlen(streams[i].name) + 1; k < name_size(streams[i].name); k++)
            buffer_number(b->arena, out, 0, 1);
        offset += streams[i].content.count;
    }
    for (size_t i = 0; i < count; i++)
        buffer_append(b->arena, out, &streams[i].content);
}

// ---- PE -----------------------------------------------------------------------------------------

typedef struct Layout {
    ByteBuffer section;
    uint32_t debug_rva, debug_size;
} Layout;

static void cli_header_write(const ImageBuilder *b, ByteBuffer *out, uint32_t resources_rva,
                             uint32_t metadata_rva, uint32_t metadata_size) {
    buffer_number(b->arena, out, CLI_HEADER_SIZE, 4);
    buffer_number(b->arena, out, 2 | 5 << 16, 4);
    buffer_number(b->arena, out, metadata_rva | (uint64_t)metadata_size << 32, 8);
    buffer_number(b->arena, out, 1, 4); // IL only
    buffer_number(b->arena, out, b->entry_point.value, 4);
    buffer_number(b->arena, out, resources_rva | (uint64_t)b->resources.count << 32, 8);
    while (out->count < CLI_HEADER_SIZE)
        ARRAY_PUSH(b->arena, out, 0);
}

static void debug_entry_write(const ImageBuilder *b, ByteBuffer *out, uint32_t data_rva) {
    buffer_number(b->arena, out, 0, 8);
    buffer_number(b->arena, out, 0x01000100, 4);
    buffer_number(b->arena, out, 17, 4); // embedded portable PDB
    buffer_number(b->arena, out, b->debug_data.count, 4);
    buffer_number(b->arena, out, data_rva, 4);
    buffer_number(b->arena, out, data_rva - SECTION_RVA + HEADERS_SIZE, 4);
}

static Layout section_write(ImageBuilder *b) {
    Layout layout = {0};
    ByteBuffer metadata = {0};
    metadata_write(b, &metadata);
    buffer_align(b->arena, &b->data, 4);
    buffer_align(b->arena, &b->resources, 4);
    uint32_t resources_rva = DATA_RVA + b->data.count;
    uint32_t metadata_rva = resources_rva + b->resources.count;
    cli_header_write(b, &layout.section, b->resources.count ? resources_rva : 0, metadata_rva,
                     metadata.count);
    buffer_append(b->arena, &layout.section, &b->data);
    buffer_append(b->arena, &layout.section, &b->resources);
    buffer_append(b->arena, &layout.section, &metadata);
    if (b->debug_data.count) {
        layout.debug_rva = SECTION_RVA + layout.section.count;
        layout.debug_size = DEBUG_ENTRY_SIZE;
        debug_entry_write(b, &layout.section, layout.debug_rva + DEBUG_ENTRY_SIZE);
        buffer_append(b->arena, &layout.section, &b->debug_data);
    }
    return layout;
}

static void optional_header_write(const ImageBuilder *b, ByteBuffer *out, const Layout *layout) {
    size_t start = out->count;
    buffer_number(b->arena, out, b->pe32_plus ? 0x20B : 0x10B, 2);
    while (out->count - start < (b->pe32_plus ? 108u : 92u))
        ARRAY_PUSH(b->arena, out, 0);
    buffer_number(b->arena, out, 16, 4); // data directories
    for (uint32_t i = 0; i < 16; i++) {
        uint64_t directory = 0;
        if (i == 6)
            directory = layout->debug_rva | (uint64_t)layout->debug_size << 32;
        if (i == 14)
            directory = SECTION_RVA | (uint64_t)CLI_HEADER_SIZE << 32;
        buffer_number(b->arena, out, directory, 8);
    }
}

Bytes builder_finish(ImageBuilder *b) {
    ByteBuffer file = {0};
    Layout layout = section_write(b);
    buffer_number(b->arena, &file, 0x5A4D, 2);
    while (file.count < 0x3C)
        ARRAY_PUSH(b->arena, &file, 0);
    buffer_number(b->arena, &file, 0x40, 4); // the PE header follows at once
    buffer_number(b->arena, &file, 0x4550, 4);
    buffer_number(b->arena, &file, b->pe32_plus ? 0x8664 : 0x14C, 2);
    buffer_number(b->arena, &file, 1, 2); // sections
    buffer_number(b->arena, &file, 0, 12);
    buffer_number(b->arena, &file, b->pe32_plus ? 240 : 224, 2);
    buffer_number(b->arena, &file, 0x2022, 2);
    optional_header_write(b, &file, &layout);
    buffer_bytes(b->arena, &file, ".text\0\0", 8);
    buffer_number(b->arena, &file, layout.section.count | (uint64_t)SECTION_RVA << 32, 8);
    buffer_number(b->arena, &file, layout.section.count | (uint64_t)HEADERS_SIZE << 32, 8);
    buffer_number(b->arena, &file, 0, 12);
    buffer_number(b->arena, &file, 0x60000020, 4);
    while (file.count < HEADERS_SIZE)
        ARRAY_PUSH(b->arena, &file, 0);
    buffer_append(b->arena, &file, &layout.section);
    return (Bytes){file.items, file.count};
}
