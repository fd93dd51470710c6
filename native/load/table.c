// Reading rows. Tables that tables_check does not cover may hold anything: reads of them answer nil or empty
// where a cell is out of range, so no read can leave the file.
#include "load/image.h"

#include <string.h>

static const Bytes no_bytes = {(const uint8_t *)"", 0};

uint32_t table_row_count(const Image *image, TableId table) {
    return image->tables[table].row_count;
}

bool token_is_valid(const Image *image, Token token) {
    uint32_t table = token.value >> 24;
    return table < TABLE_COUNT && token_rid(token) >= 1 && token_rid(token) <= image->tables[table].row_count;
}

uint32_t column_read(const Image *image, ColumnId column, uint32_t rid) {
    const ColumnView *view = &image->columns[column];
    assert(rid >= 1 && rid <= view->row_count);
    if (rid - 1 >= view->row_count)
        return 0;
    return column_value(view, rid);
}

Token column_token(const Image *image, ColumnId column, uint32_t rid) {
    ColumnKind kind = column_infos[column].kind;
    uint32_t raw = column_read(image, column, rid);
    TableId table;
    uint32_t target;
    assert(kind >= KIND_Index);
    if (kind >= KIND_Coded) {
        if (!coded_decode(kind, raw, &table, &target))
            return (Token){0};
    } else {
        table = (TableId)(kind - KIND_Index);
        target = raw;
    }
    if (target == 0 || target > image->tables[table].row_count)
        return (Token){0};
    return token_make(table, target);
}

Text column_text(const Image *image, ColumnId column, uint32_t rid) {
    assert(column_infos[column].kind == KIND_STRING);
    uint32_t offset = column_read(image, column, rid);
    const char *data = "";
    if (offset < image->streams.strings.size)
        data = (const char *)image->streams.strings.data + offset;
    return text_intern_z(image->texts, data);
}

bool heap_blob(Bytes heap, uint32_t offset, Bytes *out) {
    Cursor c = cursor_over(heap);
    uint32_t size;
    return cursor_seek(&c, offset) && read_compressed_u32(&c, &size) && read_bytes(&c, size, out);
}

bool blob_read(const Image *image, uint32_t offset, Bytes *out) {
    return heap_blob(image->streams.blobs, offset, out);
}

Bytes column_blob(const Image *image, ColumnId column, uint32_t rid) {
    assert(column_infos[column].kind == KIND_BLOB);
    Bytes blob;
    return blob_read(image, column_read(image, column, rid), &blob) ? blob : no_bytes;
}

uint32_t column_list(const Image *image, ColumnId list_column, uint32_t rid, uint32_t *first) {
    const ColumnView *view = &image->columns[list_column];
    uint32_t end = table_row_count(image, (TableId)(column_infos[list_column].kind - KIND_Index)) + 1;
    uint32_t next = rid < view->row_count ? column_read(image, list_column, rid + 1) : end;
    *first = column_read(image, list_column, rid);
    if (next > end)
        next = end;
    return *first >= 1 && *first < next ? next - *first : 0;
}

// ---- sorted tables ------------------------------------------------------------------------------

// The value that a key column holds for `token`; false if the column cannot name its table.
static bool key_encode(ColumnId column, Token token, uint32_t *raw) {
    ColumnKind kind = column_infos[column].kind;
    if (kind < KIND_Coded) {
        *raw = token_rid(token);
        return kind >= KIND_Index && (uint32_t)token_table(token) == (uint32_t)kind - KIND_Index;
    }
    const CodedIndexInfo *info = &coded_infos[kind - KIND_Coded];
    for (uint32_t tag = 0; tag < MOST_TAGS; tag++) {
        if (info->tables[tag] != (uint32_t)token_table(token) + 1)
            continue;
        *raw = token_rid(token) << info->tag_bits | tag;
        return true;
    }
    return false;
}

// First rid whose key is not less than `raw`; one past the last if none.
static uint32_t key_lower_bound(const ColumnView *view, uint32_t raw) {
    uint32_t low = 1, high = view->row_count + 1;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (column_value(view, middle) < raw) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

uint32_t sorted_rows_find(const Image *image, ColumnId key_column, Token token, uint32_t *count) {
    const ColumnView *view = &image->columns[key_column];
    uint32_t raw;
    *count = 0;
    if (!key_encode(key_column, token, &raw))
        return 0;
    uint32_t first = 1;
    if (image->tables[column_infos[key_column].table].is_sorted) {
        first = key_lower_bound(view, raw);
    } else { // EventMap, PropertyMap: usually sorted, but nothing demands it
        while (first <= view->row_count && column_value(view, first) != raw)
            first++;
    }
    uint32_t end = first;
    while (end <= view->row_count && column_value(view, end) == raw)
        end++;
    *count = end - first;
    return *count ? first : 0;
}

// ---- user strings (II.24.2.4) -------------------------------------------------------------------

bool user_string_read(const Image *image, Token token, Arena *arena, Utf16 *out) {
    Bytes blob;
    if (token.value >> 24 != 0x70 || !heap_blob(image->streams.user_strings, token_rid(token), &blob))
        return false;
    size_t count = blob.size / 2; // the odd last byte only says whether any character is unusual
    uint16_t *units = ARENA_ARRAY(arena, uint16_t, count);
    for (size_t i = 0; i < count; i++)
        units[i] = (uint16_t)load_u16(blob.data + 2 * i);
    *out = (Utf16){units, count};
    return true;
}
