// Private to load/: what an opened assembly consists of. Every pointer here is into the file's bytes or the
// arena.
#pragma once

#include "load/load.h"
#include "support/file.h"

#include <assert.h>

typedef enum CodedIndex {
#define CODED(name, bits) CODED_##name,
#define TARGET(name, tag, table)
#include "load/coded_index.def"
#undef CODED
#undef TARGET
    CODED_COUNT
} CodedIndex;

/// What a column holds: a plain or heap kind, or a table added to KIND_Index, or a CodedIndex added to
/// KIND_Coded.
typedef enum ColumnKind {
    KIND_U16,
    KIND_U32,
    KIND_STRING,
    KIND_GUID,
    KIND_BLOB,
    KIND_Index = 0x100,
#define TABLE(name, number) KIND_INDEX_##name = KIND_Index + (number),
#define COLUMN(table, name, kind)
#include "load/table.def"
#undef TABLE
#undef COLUMN
    KIND_Coded = 0x200,
#define CODED(name, bits) KIND_CODED_##name = KIND_Coded + CODED_##name,
#define TARGET(name, tag, table)
#include "load/coded_index.def"
#undef CODED
#undef TARGET
} ColumnKind;

enum { MOST_TAGS = 32, MOST_SECTIONS = 96, MOST_ROWS = 0xFFFFFF };

typedef struct CodedIndexInfo {
    uint8_t tag_bits;
    uint8_t tables[MOST_TAGS]; // tag -> table + 1, 0 where the tag names none
} CodedIndexInfo;

typedef struct ColumnInfo {
    TableId table;
    ColumnKind kind;
    const char *name;
} ColumnInfo;

extern const ColumnInfo column_infos[COLUMN_COUNT];
extern const CodedIndexInfo coded_infos[CODED_COUNT];
/// NULL for numbers that are no table.
extern const char *const table_names[TABLE_COUNT];

typedef struct TableView {
    const uint8_t *rows;
    uint32_t row_count;
    uint32_t row_size;
    bool is_sorted; // by its key column, see table_sort.c
} TableView;

/// A column read is one multiplication and one load.
typedef struct ColumnView {
    const uint8_t *data; // the column in row 1
    uint32_t row_count;
    uint16_t row_size;
    uint16_t size; // 2 or 4
} ColumnView;

typedef struct Section {
    uint32_t rva, virtual_size;
    Bytes bytes;
} Section;

/// The streams of a metadata root (II.24.2.2); absent ones are empty.
typedef struct MetadataStreams {
    Bytes tables, strings, user_strings, blobs, guids, pdb;
    bool is_uncompressed; // the tables are in #-
} MetadataStreams;

typedef struct Pdb Pdb;

struct Image {
    Bytes file;
    bool owns_file;
    const char *path;
    Arena *arena;
    TextTable *texts;
    Section sections[MOST_SECTIONS];
    uint32_t section_count;
    Bytes debug_directory, resources;
    Token entry_point;
    MetadataStreams streams;
    TableView tables[TABLE_COUNT];
    ColumnView columns[COLUMN_COUNT];
    Pdb *pdb; // filled at the first question
};

/// pe.c: headers, sections, CLI header. On failure *reason says why.
MUST_CHECK bool pe_read(Image *image, Bytes *metadata, const char **reason);
/// metadata.c: root and stream headers, used for assemblies and for PDBs.
MUST_CHECK bool streams_read(Bytes metadata, MetadataStreams *out, const char **reason);
/// metadata.c: tables header and layout of `image->streams.tables`.
MUST_CHECK bool tables_read(Image *image, const char **reason);
/// check.c: what the other stages rely on. The reason may be formatted into the image's arena.
MUST_CHECK bool tables_check(const Image *image, const char **reason);
/// table_sort.c: replaces unsorted tables that II.22 wants sorted by sorted copies.
void tables_sort(Image *image);
/// pdb.c
void pdb_close(Pdb *pdb);
/// The blob at `offset` of `heap`; false if it does not fit.
MUST_CHECK bool heap_blob(Bytes heap, uint32_t offset, Bytes *out);

static inline uint32_t load_u16(const uint8_t *at) {
    return (uint32_t)at[0] | (uint32_t)at[1] << 8;
}
static inline uint32_t load_u32(const uint8_t *at) {
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}
/// `rid` from 1, in range.
static inline uint32_t column_value(const ColumnView *view, uint32_t rid) {
    const uint8_t *at = view->data + (size_t)(rid - 1) * view->row_size;
    return view->size == 2 ? load_u16(at) : load_u32(at);
}
/// Splits a coded index into table and rid (in range or not); false for an unknown tag.
MUST_CHECK bool coded_decode(ColumnKind kind, uint32_t raw, TableId *table, uint32_t *rid);
