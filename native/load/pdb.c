// Portable PDB, only what positions need: the Document and MethodDebugInformation tables (Portable PDB 1.0:
// tables 0x30 and 0x31, sequence points blob). A PDB that is missing, foreign or malformed means that there
// are no positions.
#include "load/image.h"

#include "support/array.h"

#include <string.h>
#include <zlib.h>

enum {
    DEBUG_ENTRY_SIZE = 28, // II.25.2.4.1 and the PE specification's IMAGE_DEBUG_DIRECTORY
    DEBUG_TYPE_CodeView = 2,
    DEBUG_TYPE_EmbeddedPortablePdb = 17,
    SIGNATURE_RSDS = 0x53445352,
    SIGNATURE_MPDB = 0x4244504D,
    PDB_ID_SIZE = 20, // GUID and stamp
    TABLE_Document = 0x30,
    TABLE_MethodDebugInformation = 0x31,
    LARGEST_DEFLATE_RATIO = 1032, // deflate cannot do better
    HIDDEN_LINE = 0xFEEFEE,
};

struct Pdb {
    bool is_usable;
    Bytes mapping; // of the file beside the assembly, if that is where it came from
    MetadataStreams streams;
    const uint8_t *documents, *methods; // rows
    uint32_t document_count, method_count;
    uint32_t document_row_size, method_row_size;
    uint16_t blob_size, document_index_size;
};

void pdb_close(Pdb *pdb) {
    file_unmap(pdb->mapping);
    *pdb = (Pdb){0};
}

// ---- tables -------------------------------------------------------------------------------------

static bool pdb_tables_read(Pdb *pdb) {
    Cursor c = cursor_over(pdb->streams.tables);
    uint8_t heap_sizes;
    uint64_t valid;
    uint32_t counts[TABLE_COUNT] = {0};
    Bytes documents, methods;
    if (!cursor_skip(&c, 6) || !read_u8(&c, &heap_sizes) || !cursor_skip(&c, 1) || !read_u64(&c, &valid) ||
        !cursor_skip(&c, 8)) {
        return false;
    }
    if (valid & ((1ull << TABLE_Document) - 1))
        return false; // type system tables live in the assembly
    for (uint32_t i = 0; i < TABLE_COUNT; i++) {
        if (valid >> i & 1 && (!read_u32(&c, &counts[i]) || counts[i] > MOST_ROWS))
            return false;
    }
    uint16_t guid_size = heap_sizes & 2 ? 4 : 2;
    pdb->blob_size = heap_sizes & 4 ? 4 : 2;
    pdb->document_count = counts[TABLE_Document];
    pdb->method_count = counts[TABLE_MethodDebugInformation];
    pdb->document_index_size = pdb->document_count > 0xFFFF ? 4 : 2;
    pdb->document_row_size = 2u * pdb->blob_size + 2u * guid_size;
    pdb->method_row_size = (uint32_t)pdb->document_index_size + pdb->blob_size;
    if (!read_bytes(&c, (size_t)pdb->document_count * pdb->document_row_size, &documents) ||
        !read_bytes(&c, (size_t)pdb->method_count * pdb->method_row_size, &methods)) {
        return false;
    }
    pdb->documents = documents.data;
    pdb->methods = methods.data;
    return true;
}

static uint32_t load_index(const uint8_t *at, uint16_t size) {
    return size == 2 ? load_u16(at) : load_u32(at);
}

// `id` is what the assembly expects; empty if it does not say.
static bool pdb_read(Pdb *pdb, Bytes bytes, Bytes id) {
    const char *reason;
    Bytes found;
    if (!streams_read(bytes, &pdb->streams, &reason) ||
        !bytes_slice(pdb->streams.pdb, 0, PDB_ID_SIZE, &found))
        return false;
    if (id.size && memcmp(found.data, id.data, PDB_ID_SIZE) != 0)
        return false; // of another build
    return pdb_tables_read(pdb);
}

// ---- finding it ---------------------------------------------------------------------------------

typedef struct DebugEntry {
    uint32_t stamp, type;
    uint16_t minor_version;
    Bytes data;
} DebugEntry;

static bool debug_entry_read(const Image *image, Cursor *c, DebugEntry *out) {
    uint32_t size, rva, offset;
    if (!cursor_skip(c, 4) || !read_u32(c, &out->stamp) || !cursor_skip(c, 2) ||
        !read_u16(c, &out->minor_version) || !read_u32(c, &out->type) || !read_u32(c, &size) ||
        !read_u32(c, &rva) || !read_u32(c, &offset)) {
        return false;
    }
    if (!bytes_slice(image->file, offset, size, &out->data))
        out->data = (Bytes){0};
    return true;
}

static bool inflate_all(Bytes packed, uint8_t *out, uint32_t size) {
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)packed.data,
                       .avail_in = (uInt)packed.size,
                       .next_out = out,
                       .avail_out = size};
    if (packed.size > UINT32_MAX || inflateInit2(&stream, -MAX_WBITS) != Z_OK)
        return false; // raw deflate, no header
    int result = inflate(&stream, Z_FINISH);
    inflateEnd(&stream);
    return result == Z_STREAM_END && stream.avail_out == 0;
}

static bool embedded_read(const Image *image, Pdb *pdb, Bytes data, Bytes id) {
    Cursor c = cursor_over(data);
    uint32_t signature, size;
    if (!read_u32(&c, &signature) || signature != SIGNATURE_MPDB || !read_u32(&c, &size))
        return false;
    Bytes packed = {c.data + c.at, cursor_left(&c)};
    if (size == 0 || size / LARGEST_DEFLATE_RATIO > packed.size)
        return false;
    uint8_t *bytes = arena_alloc(image->arena, size, 4);
    return inflate_all(packed, bytes, size) && pdb_read(pdb, (Bytes){bytes, size}, id);
}

// The assembly's path with the extension .pdb; the path in the CodeView entry belongs to the machine that
// compiled it.
static bool beside_read(const Image *image, Pdb *pdb, Bytes id) {
    const char *slash = strrchr(image->path, '/');
    const char *dot = strrchr(slash ? slash : image->path, '.');
    int stem = (int)(dot ? (size_t)(dot - image->path) : strlen(image->path));
    const char *path = arena_format(image->arena, "%.*s.pdb", stem, image->path);
    if (!file_exists(path))
        return false;
    Diag *quiet = diag_open(false);
    bool ok = file_map(path, &pdb->mapping, quiet) && pdb_read(pdb, pdb->mapping, id);
    diag_close(quiet);
    return ok;
}

static bool pdb_open(const Image *image, Pdb *pdb) {
    Cursor c = cursor_over(image->debug_directory);
    DebugEntry entry;
    Bytes id = {0}, embedded = {0};
    while (cursor_left(&c) >= DEBUG_ENTRY_SIZE && debug_entry_read(image, &c, &entry)) {
        uint32_t signature = entry.data.size >= 4 + 16 ? load_u32(entry.data.data) : 0;
        if (entry.type == DEBUG_TYPE_EmbeddedPortablePdb)
            embedded = entry.data;
        // 0x504D ("MP") marks the entry of a portable PDB; its id is the GUID and the entry's stamp.
        if (entry.type != DEBUG_TYPE_CodeView || signature != SIGNATURE_RSDS || entry.minor_version != 0x504D)
            continue;
        uint8_t *bytes = arena_copy(image->arena, entry.data.data + 4, PDB_ID_SIZE, 4);
        for (uint32_t i = 0; i < 4; i++)
            bytes[16 + i] = (uint8_t)(entry.stamp >> 8 * i);
        id = (Bytes){bytes, PDB_ID_SIZE};
    }
    if (embedded.size && embedded_read(image, pdb, embedded, id))
        return true;
    return id.size && beside_read(image, pdb, id);
}

static Pdb *pdb_get(const Image *image) {
    if (!image->pdb) {
        Pdb *pdb = ARENA_NEW(image->arena, Pdb);
        pdb->is_usable = pdb_open(image, pdb);
        ((Image *)(uintptr_t)image)->pdb = pdb; // a cache, the one member that changes after opening
    }
    return image->pdb->is_usable ? image->pdb : NULL;
}

// ---- sequence points ----------------------------------------------------------------------------

typedef struct PointReader {
    Cursor cursor;
    uint32_t document;
    uint32_t il_offset, line, column;
    bool has_offset, has_position; // whether deltas have something to add to
} PointReader;

// A record that begins with the IL offset's delta already read; false ends the blob.
static bool position_read(PointReader *r, SequencePoint *out) {
    uint32_t lines, unsigned_value = 0;
    int32_t columns, line_delta, column_delta;
    if (!read_compressed_u32(&r->cursor, &lines))
        return false;
    bool ok =
        lines ? read_compressed_i32(&r->cursor, &columns) : read_compressed_u32(&r->cursor, &unsigned_value);
    if (!ok)
        return false;
    *out = (SequencePoint){r->il_offset, r->document, HIDDEN_LINE, 0};
    if (lines == 0 && unsigned_value == 0)
        return true;
    if (r->has_position) {
        if (!read_compressed_i32(&r->cursor, &line_delta) || !read_compressed_i32(&r->cursor, &column_delta))
            return false;
        r->line += (uint32_t)line_delta;
        r->column += (uint32_t)column_delta;
    } else if (!read_compressed_u32(&r->cursor, &r->line) || !read_compressed_u32(&r->cursor, &r->column)) {
        return false;
    }
    r->has_position = true;
    out->line = r->line;
    out->column = r->column;
    return true;
}

// Points without a change of document or an ill-formed rest; what was read before that stays.
static bool point_read(PointReader *r, SequencePoint *out) {
    uint32_t delta;
    if (!read_compressed_u32(&r->cursor, &delta))
        return false;
    while (r->has_offset && delta == 0) { // a document record
        if (!read_compressed_u32(&r->cursor, &r->document) || !read_compressed_u32(&r->cursor, &delta))
            return false;
    }
    r->il_offset += delta;
    r->has_offset = true;
    return position_read(r, out);
}

uint32_t pdb_sequence_points(const Image *image, uint32_t method_rid, Arena *arena, SequencePoint **out) {
    const Pdb *pdb = pdb_get(image);
    Bytes blob;
    uint32_t locals;
    *out = NULL;
    if (!pdb || method_rid == 0 || method_rid > pdb->method_count)
        return 0;
    const uint8_t *row = pdb->methods + (size_t)(method_rid - 1) * pdb->method_row_size;
    uint32_t offset = load_index(row + pdb->document_index_size, pdb->blob_size);
    if (offset == 0 || !heap_blob(pdb->streams.blobs, offset, &blob))
        return 0;
    PointReader reader = {.cursor = cursor_over(blob), .document = load_index(row, pdb->document_index_size)};
    if (!read_compressed_u32(&reader.cursor, &locals))
        return 0;
    if (reader.document == 0 && !read_compressed_u32(&reader.cursor, &reader.document))
        return 0;
    ARRAY(SequencePoint) points = {0};
    SequencePoint point;
    while (point_read(&reader, &point))
        ARRAY_PUSH(arena, &points, point);
    *out = points.items;
    return points.count;
}

// ---- documents ----------------------------------------------------------------------------------

// Name blob: a separator character (or NUL for none), then blob offsets of the parts.
static Text name_decode(const Image *image, const Pdb *pdb, Bytes blob) {
    TextBuilder name = {.arena = image->arena};
    Cursor c = cursor_over(blob);
    uint8_t separator;
    uint32_t part_offset;
    Bytes part;
    if (!read_u8(&c, &separator))
        return (Text){"", 0};
    for (bool first = true; read_compressed_u32(&c, &part_offset); first = false) {
        if (!first && separator)
            text_append(&name, (Text){(const char *)&separator, 1});
        if (part_offset == 0)
            continue; // the empty part before a leading slash
        if (!heap_blob(pdb->streams.blobs, part_offset, &part))
            break;
        text_append(&name, (Text){(const char *)part.data, part.size});
    }
    return text_built(&name);
}

Text pdb_document(const Image *image, uint32_t document) {
    const Pdb *pdb = pdb_get(image);
    Bytes blob;
    if (!pdb || document == 0 || document > pdb->document_count)
        return (Text){"", 0};
    const uint8_t *row = pdb->documents + (size_t)(document - 1) * pdb->document_row_size;
    if (!heap_blob(pdb->streams.blobs, load_index(row, pdb->blob_size), &blob))
        return (Text){"", 0};
    Text name = name_decode(image, pdb, blob);
    return text_intern(image->texts, name.data, name.size);
}
