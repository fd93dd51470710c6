// Metadata root, stream headers (II.24.2.1-2) and the tables header with the layout of every table
// (II.24.2.6).
#include "load/image.h"

#include <string.h>

const ColumnInfo column_infos[COLUMN_COUNT] = {
#define TABLE(name, number)
#define COLUMN(table, name, kind) [COLUMN_##table##_##name] = {TABLE_##table, KIND_##kind, #name},
#include "load/table.def"
#undef TABLE
#undef COLUMN
};

const char *const table_names[TABLE_COUNT] = {
#define TABLE(name, number) [number] = #name,
#define COLUMN(table, name, kind)
#include "load/table.def"
#undef TABLE
#undef COLUMN
};

const CodedIndexInfo coded_infos[CODED_COUNT] = {
#define CODED(name, bits)        [CODED_##name].tag_bits = (bits),
#define TARGET(name, tag, table) [CODED_##name].tables[tag] = TABLE_##table + 1,
#include "load/coded_index.def"
#undef CODED
#undef TARGET
};

enum {
    HEAP_WIDE_Strings = 1,
    HEAP_WIDE_Guids = 2,
    HEAP_WIDE_Blobs = 4,
    HEAP_EXTRA_DATA = 0x40, // four bytes after the row counts, written by edit-and-continue compilers
    LONGEST_STREAM_NAME = 32,
};

static bool fail(const char **reason, const char *text) {
    *reason = text;
    return false;
}

// ---- root and streams ---------------------------------------------------------------------------

// The name is NUL-terminated and padded to four bytes, counted from its start.
static bool stream_name_read(Cursor *c, char name[LONGEST_STREAM_NAME + 1]) {
    for (size_t i = 0; i <= LONGEST_STREAM_NAME; i++) {
        uint8_t character;
        if (!read_u8(c, &character))
            return false;
        name[i] = (char)character;
        if (character == 0)
            return cursor_skip(c, (4 - (i + 1) % 4) % 4);
    }
    return false;
}

// A stream that occurs twice counts as its last occurrence, as System.Reflection.Metadata reads it.
static void stream_assign(MetadataStreams *streams, const char *name, Bytes bytes) {
    if (strcmp(name, "#~") == 0 || strcmp(name, "#-") == 0) {
        streams->tables = bytes;
        streams->is_uncompressed = name[1] == '-';
    }
    if (strcmp(name, "#Strings") == 0)
        streams->strings = bytes;
    if (strcmp(name, "#US") == 0)
        streams->user_strings = bytes;
    if (strcmp(name, "#Blob") == 0)
        streams->blobs = bytes;
    if (strcmp(name, "#GUID") == 0)
        streams->guids = bytes;
    if (strcmp(name, "#Pdb") == 0)
        streams->pdb = bytes;
}

// Whatever follows the last NUL is no string: cutting it off makes every offset in range terminated.
static Bytes strings_trim(Bytes strings) {
    while (strings.size && strings.data[strings.size - 1] != 0)
        strings.size--;
    return strings;
}

bool streams_read(Bytes metadata, MetadataStreams *out, const char **reason) {
    Cursor c = cursor_over(metadata);
    uint32_t signature, version_size;
    uint16_t stream_count;
    *out = (MetadataStreams){0};
    if (!read_u32(&c, &signature) || signature != 0x424A5342)
        return fail(reason, "its metadata has no BSJB signature");
    if (!cursor_skip(&c, 8) || !read_u32(&c, &version_size) || version_size > cursor_left(&c) ||
        !cursor_skip(&c, (version_size + 3) & ~3u) || !cursor_skip(&c, 2) || !read_u16(&c, &stream_count)) {
        return fail(reason, "its metadata root is truncated");
    }
    for (uint32_t i = 0; i < stream_count; i++) {
        uint32_t offset, size;
        char name[LONGEST_STREAM_NAME + 1] = {0};
        Bytes bytes;
        if (!read_u32(&c, &offset) || !read_u32(&c, &size) || !stream_name_read(&c, name)) {
            return fail(reason, "its metadata stream headers are truncated");
        }
        if (!bytes_slice(metadata, offset, size, &bytes))
            return fail(reason, "a metadata stream lies outside the file");
        stream_assign(out, name, bytes);
    }
    out->strings = strings_trim(out->strings);
    return true;
}

// ---- tables -------------------------------------------------------------------------------------

bool coded_decode(ColumnKind kind, uint32_t raw, TableId *table, uint32_t *rid) {
    const CodedIndexInfo *info = &coded_infos[kind - KIND_Coded];
    uint8_t target = info->tables[raw & ((1u << info->tag_bits) - 1)];
    if (target == 0)
        return false;
    *table = (TableId)(target - 1);
    *rid = raw >> info->tag_bits;
    return true;
}

// II.24.2.6: a coded index is two bytes wide while every table it may name has fewer than 2^(16 - tag bits)
// rows.
static bool coded_is_wide(const Image *image, const CodedIndexInfo *info) {
    for (size_t tag = 0; tag < MOST_TAGS; tag++) {
        if (info->tables[tag] == 0)
            continue;
        if (image->tables[info->tables[tag] - 1].row_count >= 1u << (16 - info->tag_bits))
            return true;
    }
    return false;
}

static uint16_t column_size(const Image *image, ColumnKind kind, uint8_t heap_sizes) {
    if (kind >= KIND_Coded)
        return coded_is_wide(image, &coded_infos[kind - KIND_Coded]) ? 4 : 2;
    if (kind >= KIND_Index)
        return image->tables[kind - KIND_Index].row_count > 0xFFFF ? 4 : 2;
    if (kind == KIND_U16)
        return 2;
    if (kind == KIND_U32)
        return 4;
    uint8_t wide = kind == KIND_STRING ? HEAP_WIDE_Strings
                   : kind == KIND_GUID ? HEAP_WIDE_Guids
                                       : HEAP_WIDE_Blobs;
    return heap_sizes & wide ? 4 : 2;
}

// The columns of a table stand together in table.def; their offsets add up to the row size.
static void layout_compute(Image *image, uint8_t heap_sizes, uint16_t offsets[COLUMN_COUNT]) {
    for (ColumnId column = 0; column < COLUMN_COUNT; column++) {
        const ColumnInfo *info = &column_infos[column];
        TableView *table = &image->tables[info->table];
        uint16_t size = column_size(image, info->kind, heap_sizes);
        offsets[column] = (uint16_t)table->row_size;
        image->columns[column].size = size;
        table->row_size += size;
    }
}

static bool row_counts_read(Image *image, Cursor *c, uint64_t valid, const char **reason) {
    for (uint32_t table = 0; table < TABLE_COUNT; table++) {
        uint32_t count;
        if (!(valid >> table & 1))
            continue;
        if (!read_u32(c, &count))
            return fail(reason, "its metadata tables header is truncated");
        if (count > MOST_ROWS)
            return fail(reason, "a metadata table has too many rows");
        if (count && !table_names[table])
            return fail(reason, "it has metadata tables of an unknown kind");
        image->tables[table].row_count = count;
    }
    return true;
}

bool tables_read(Image *image, const char **reason) {
    Cursor c = cursor_over(image->streams.tables);
    uint8_t heap_sizes;
    uint64_t valid, sorted;
    uint16_t offsets[COLUMN_COUNT];
    if (!cursor_skip(&c, 6) || !read_u8(&c, &heap_sizes) || !cursor_skip(&c, 1) || !read_u64(&c, &valid) ||
        !read_u64(&c, &sorted)) {
        return fail(reason, image->streams.tables.size ? "its metadata tables header is truncated"
                                                       : "it has no metadata tables");
    }
    if (!row_counts_read(image, &c, valid, reason))
        return false;
    if (heap_sizes & HEAP_EXTRA_DATA && !cursor_skip(&c, 4))
        return fail(reason, "its metadata tables are truncated");
    layout_compute(image, heap_sizes, offsets);
    for (uint32_t i = 0; i < TABLE_COUNT; i++) {
        TableView *table = &image->tables[i];
        Bytes rows;
        if (!read_bytes(&c, (size_t)table->row_count * table->row_size, &rows)) {
            return fail(reason, "its metadata tables are truncated");
        }
        table->rows = rows.data;
    }
    for (ColumnId column = 0; column < COLUMN_COUNT; column++) {
        const TableView *table = &image->tables[column_infos[column].table];
        ColumnView *view = &image->columns[column];
        view->data = table->row_count ? table->rows + offsets[column] : NULL;
        view->row_count = table->row_count;
        view->row_size = (uint16_t)table->row_size;
    }
    return true;
}
