#include "image_walk.h"

#include "load/image.h"

#include <stdio.h>
#include <stdlib.h>

static void require(bool condition, const char *what) {
    if (condition)
        return;
    fprintf(stderr, "image_walk: %s\n", what);
    abort();
}

// Reading the bytes is what makes a sanitizer see a bad view.
static uint32_t bytes_touch(Bytes bytes) {
    uint32_t sum = 0;
    for (size_t i = 0; i < bytes.size; i++)
        sum += bytes.data[i];
    return sum;
}

static void cell_walk(const Image *image, ColumnId column, uint32_t rid) {
    ColumnKind kind = column_infos[column].kind;
    uint32_t count;
    (void)column_read(image, column, rid);
    if (kind == KIND_STRING)
        (void)column_text(image, column, rid);
    if (kind == KIND_BLOB)
        bytes_touch(column_blob(image, column, rid));
    if (kind < KIND_Index)
        return;
    Token token = column_token(image, column, rid);
    require(token.value == 0 || token_is_valid(image, token), "a token names no row");
    uint32_t first = token.value ? sorted_rows_find(image, column, token, &count) : 0;
    require(first == 0 || (count && first + count - 1 <= table_row_count(image, column_infos[column].table)),
            "found rows lie outside the table");
}

static void lists_walk(const Image *image) {
    static const ColumnId lists[] = {COLUMN_TypeDef_FieldList, COLUMN_TypeDef_MethodList,
                                     COLUMN_MethodDef_ParamList, COLUMN_EventMap_EventList,
                                     COLUMN_PropertyMap_PropertyList};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        TableId target = (TableId)(column_infos[lists[i]].kind - KIND_Index);
        for (uint32_t rid = 1; rid <= table_row_count(image, column_infos[lists[i]].table); rid++) {
            uint32_t first;
            uint32_t count = column_list(image, lists[i], rid, &first);
            require(count == 0 || (first >= 1 && first + count - 1 <= table_row_count(image, target)),
                    "a list lies outside its table");
        }
    }
}

static void methods_walk(const Image *image, Arena *scratch) {
    for (uint32_t rid = 1; rid <= table_row_count(image, TABLE_MethodDef); rid++) {
        BodyBytes body;
        const char *reason = NULL;
        SequencePoint *points;
        if (body_read(image, rid, scratch, &body, &reason)) {
            bytes_touch(body.code);
        } else {
            require(reason != NULL, "a bad body gives no reason");
        }
        uint32_t count = pdb_sequence_points(image, rid, scratch, &points);
        for (uint32_t i = 0; i < count; i++)
            (void)pdb_document(image, points[i].document);
    }
}

static void heaps_walk(const Image *image, Arena *scratch) {
    for (uint32_t offset = 0; offset < image->streams.user_strings.size + 2; offset++) {
        Utf16 string;
        if (user_string_read(image, (Token){0x70000000 | offset}, scratch, &string)) {
            (void)utf16_to_text(scratch, string);
        }
    }
    for (uint32_t i = 0; i <= resource_count(image); i++) {
        Text name;
        Bytes bytes;
        if (resource_get(image, i, &name, &bytes))
            bytes_touch(bytes);
    }
    for (uint32_t rid = 1; rid <= table_row_count(image, TABLE_FieldRva); rid++) {
        Bytes bytes;
        if (rva_bytes(image, column_read(image, COLUMN_FieldRva_Rva, rid), &bytes))
            bytes_touch(bytes);
    }
    bytes_touch(image_mvid(image));
    (void)image_name(image);
    (void)image_entry_point(image);
}

static void image_visit(const Image *image) {
    Arena scratch = {0};
    for (ColumnId column = 0; column < COLUMN_COUNT; column++) {
        uint32_t count = table_row_count(image, column_infos[column].table);
        for (uint32_t rid = 1; rid <= count; rid++)
            cell_walk(image, column, rid);
    }
    lists_walk(image);
    methods_walk(image, &scratch);
    heaps_walk(image, &scratch);
    char *text;
    size_t size;
    FILE *file = open_memstream(&text, &size);
    image_dump(image, NULL, file);
    fclose(file);
    free(text);
    arena_free(&scratch);
}

bool image_walk(Bytes bytes) {
    Arena arena = {0};
    TextTable texts = {.arena = &arena};
    Diag *diag = diag_open(false);
    Image *image = image_open_bytes(bytes, "file.dll", &arena, &texts, diag);
    require(diag_error_count(diag) == (image ? 0 : 1), "success and diagnostics disagree");
    if (image)
        image_visit(image);
    image_close(image);
    diag_close(diag);
    arena_free(&arena);
    return image != NULL;
}
