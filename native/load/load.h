// load/: bytes of an assembly -> `Image`: PE headers, CLI header, metadata heaps and tables, method bodies as
// bytes, portable PDB sequence points (ECMA-335 partition II.22-II.25). An Image is checked when it is
// opened: every heap offset, rid, coded index and RVA in a table is in range afterwards, so column reads
// cannot fail.
#pragma once

#include "support/bytes.h"
#include "support/diag.h"

/// Metadata tables (II.22). Values are the table numbers, also the high byte of a token.
typedef enum TableId {
#define TABLE(name, number) TABLE_##name = number,
#define COLUMN(table, name, kind)
#include "load/table.def"
#undef TABLE
#undef COLUMN
    TABLE_COUNT = 64
} TableId;

/// Every column of every table, e.g. COLUMN_MethodDef_Rva (names as in II.22).
typedef enum ColumnId {
#define TABLE(name, number)
#define COLUMN(table, name, kind) COLUMN_##table##_##name,
#include "load/table.def"
#undef TABLE
#undef COLUMN
    COLUMN_COUNT
} ColumnId;

/// Metadata token: table in the high byte, rid below (II.22). rid 0 = nil.
typedef struct Token {
    uint32_t value;
} Token;
static inline TableId token_table(Token token) {
    return (TableId)(token.value >> 24);
}
static inline uint32_t token_rid(Token token) {
    return token.value & 0xFFFFFF;
}
static inline Token token_make(TableId table, uint32_t rid) {
    return (Token){(uint32_t)table << 24 | rid};
}

typedef struct Image Image;

/// Opens and checks an assembly. The image owns its mapping; views handed out live until image_close.
/// NULL with DIAG_AssemblyInvalid (reason in words) or DIAG_FileRead.
Image *image_open(const char *path, Arena *arena, TextTable *texts, Diag *diag);
/// The same over bytes in memory that outlive the image (tests, fuzzers). `path` is only for messages.
Image *image_open_bytes(Bytes bytes, const char *path, Arena *arena, TextTable *texts, Diag *diag);
void image_close(Image *image);

const char *image_path(const Image *image);
/// Simple name from the Assembly table (II.22.2); the file's base name when there is no such row.
Text image_name(const Image *image);
/// Entry point token of the CLI header (II.25.3.3), nil if none.
Token image_entry_point(const Image *image);
/// Module version id (first GUID of the Module row).
Bytes image_mvid(const Image *image);

uint32_t table_row_count(const Image *image, TableId table);
/// Whether `token` (from IL or a blob) names a row that exists. False for nil and for user strings.
bool token_is_valid(const Image *image, Token token);
/// Plain columns: constants, heap offsets, rids. `rid` from 1 to the row count (asserted).
uint32_t column_read(const Image *image, ColumnId column, uint32_t rid);
/// Columns that are a coded index (II.24.2.6) or a simple table index, as a token (nil if 0).
Token column_token(const Image *image, ColumnId column, uint32_t rid);
/// #Strings column, interned in the table given to image_open. Empty text for offset 0.
Text column_text(const Image *image, ColumnId column, uint32_t rid);
/// #Blob column: the content after the length prefix.
Bytes column_blob(const Image *image, ColumnId column, uint32_t rid);
/// Rows of `list_column` (e.g. COLUMN_TypeDef_MethodList) owned by `rid`: [*first, *first + count).
uint32_t column_list(const Image *image, ColumnId list_column, uint32_t rid, uint32_t *first);
/// First row of a table sorted by `key_column` (II.22: NestedClass, Constant, CustomAttribute, ...) whose raw
/// key equals the key of `token` (coded or simple, as the column demands); *count gets how many follow. 0 if
/// none.
uint32_t sorted_rows_find(const Image *image, ColumnId key_column, Token token, uint32_t *count);

/// #US literal of an ldstr token (II.24.2.4). False if the offset is bad.
MUST_CHECK bool user_string_read(const Image *image, Token token, Arena *arena, Utf16 *out);
/// Blob at a heap offset found elsewhere (e.g. inside another blob).
MUST_CHECK bool blob_read(const Image *image, uint32_t offset, Bytes *out);
/// File bytes at `rva` up to the end of its section (field RVA data, resources); false if unmapped.
MUST_CHECK bool rva_bytes(const Image *image, uint32_t rva, Bytes *out);
/// Embedded manifest resource by name (II.22.24, offset 0 implementation): its bytes. False if absent.
bool resource_find(const Image *image, const char *name, Bytes *out);
uint32_t resource_count(const Image *image);
/// Name and bytes of the embedded resource `index`; false if it lies in another file.
bool resource_get(const Image *image, uint32_t index, Text *name, Bytes *out);

/// Exception clause of a method body (II.25.4.6).
typedef enum EhKind { EH_Catch = 0, EH_Filter = 1, EH_Finally = 2, EH_Fault = 4 } EhKind;
typedef struct EhClause {
    EhKind kind;
    uint32_t try_offset, try_size;
    uint32_t handler_offset, handler_size;
    Token catch_type;       // EH_Catch
    uint32_t filter_offset; // EH_Filter
} EhClause;

/// Method body (II.25.4): code bytes and clauses, unchecked beyond their framing.
typedef struct BodyBytes {
    Bytes code;
    uint32_t max_stack;
    bool init_locals;
    Token locals_signature; // StandAloneSig or nil
    EhClause *clauses;      // in file order (inner before outer)
    uint32_t clause_count;
} BodyBytes;

/// Reads the body of MethodDef `rid`; clauses go to `arena`. False (no report) if there is none or it is
/// malformed, then *reason says why ("no body", "body header is truncated", ...).
MUST_CHECK bool body_read(const Image *image, uint32_t rid, Arena *arena, BodyBytes *out,
                          const char **reason);

/// Source positions of a method, sorted by IL offset (portable PDB, embedded or beside the assembly).
typedef struct SequencePoint {
    uint32_t il_offset;
    uint32_t document; // index for pdb_document
    uint32_t line;     // 0xFEEFEE = hidden
    uint32_t column;
} SequencePoint;
/// Opens lazily; a missing or malformed PDB means no points (never an error). Not thread-safe on the first
/// call.
uint32_t pdb_sequence_points(const Image *image, uint32_t method_rid, Arena *arena, SequencePoint **out);
/// Path of a document as written in the PDB.
Text pdb_document(const Image *image, uint32_t document);

struct Pattern;
/// Row counts, and method bodies as bytes (of the methods whose "Namespace.Type.Method" matches; NULL = all):
/// --dump=load.
void image_dump(const Image *image, const struct Pattern *pattern, FILE *file);
