// Tables that II.22 wants sorted by a key. Compilers keep to that, some obfuscators and weavers do not: such
// a table is replaced by a sorted copy, and what refers to its rows follows.
#include "load/image.h"

#include <stdlib.h>
#include <string.h>

static const ColumnId key_columns[] = {
    COLUMN_InterfaceImpl_Class,    COLUMN_Constant_Parent,
    COLUMN_CustomAttribute_Parent, COLUMN_FieldMarshal_Parent,
    COLUMN_DeclSecurity_Parent,    COLUMN_ClassLayout_Parent,
    COLUMN_FieldLayout_Field,      COLUMN_MethodSemantics_Association,
    COLUMN_MethodImpl_Class,       COLUMN_ImplMap_MemberForwarded,
    COLUMN_FieldRva_Field,         COLUMN_NestedClass_NestedClass,
    COLUMN_GenericParam_Owner,     COLUMN_GenericParamConstraint_Owner,
};

// Their rows are lists and cannot move; sorted_rows_find searches them one by one if need be.
static const ColumnId list_key_columns[] = {COLUMN_EventMap_Parent, COLUMN_PropertyMap_Parent};

typedef struct SortRow {
    uint32_t key, rid;
} SortRow;

static bool column_is_sorted(const ColumnView *view) {
    for (uint32_t rid = 2; rid <= view->row_count; rid++) {
        if (column_value(view, rid) < column_value(view, rid - 1))
            return false;
    }
    return true;
}

static int compare_sort_rows(const void *left, const void *right) {
    const SortRow *a = left, *b = right;
    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    return a->rid < b->rid ? -1 : 1; // equal keys keep their order
}

// Gives `table` rows of its own (`rows` bytes, laid out alike).
static void table_replace(Image *image, TableId table, const uint8_t *rows) {
    for (ColumnId column = 0; column < COLUMN_COUNT; column++) {
        if (column_infos[column].table != table)
            continue;
        ColumnView *view = &image->columns[column];
        view->data = rows + (view->data - image->tables[table].rows);
    }
    image->tables[table].rows = rows;
}

static void cell_write(uint8_t *at, uint16_t size, uint32_t value) {
    for (uint16_t i = 0; i < size; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

// Rewrites the rids in `column` that name rows of `table`.
static void references_remap(Image *image, ColumnId column, TableId table, const uint32_t *new_rids) {
    const ColumnInfo *info = &column_infos[column];
    const TableView *owner = &image->tables[info->table];
    const ColumnView *view = &image->columns[column];
    bool names_table = (uint32_t)info->kind == (uint32_t)KIND_Index + (uint32_t)table;
    uint32_t tag_bits = 0;
    if (info->kind >= KIND_Coded) {
        const CodedIndexInfo *coded = &coded_infos[info->kind - KIND_Coded];
        tag_bits = coded->tag_bits;
        for (size_t tag = 0; tag < MOST_TAGS; tag++)
            names_table |= coded->tables[tag] == (uint32_t)table + 1;
    }
    if (!names_table || owner->row_count == 0)
        return;
    uint8_t *rows = arena_copy(image->arena, owner->rows, (size_t)owner->row_count * owner->row_size, 4);
    size_t offset = (size_t)(view->data - owner->rows);
    for (uint32_t rid = 1; rid <= owner->row_count; rid++) {
        uint32_t raw = column_value(view, rid);
        TableId target = table;
        uint32_t old = raw;
        if (info->kind >= KIND_Coded && !coded_decode(info->kind, raw, &target, &old))
            continue;
        if (target != table || old == 0 || old > image->tables[table].row_count)
            continue;
        uint32_t tag = raw & ((1u << tag_bits) - 1);
        cell_write(rows + (size_t)(rid - 1) * owner->row_size + offset, view->size,
                   new_rids[old] << tag_bits | tag);
    }
    table_replace(image, info->table, rows);
}

static void table_sort(Image *image, ColumnId key_column) {
    TableId id = column_infos[key_column].table;
    const TableView *table = &image->tables[id];
    const ColumnView *view = &image->columns[key_column];
    SortRow *order = ARENA_ARRAY(image->arena, SortRow, table->row_count);
    uint32_t *new_rids = ARENA_ARRAY(image->arena, uint32_t, table->row_count + 1);
    uint8_t *rows = arena_alloc(image->arena, (size_t)table->row_count * table->row_size, 4);
    for (uint32_t i = 0; i < table->row_count; i++)
        order[i] = (SortRow){column_value(view, i + 1), i + 1};
    qsort(order, table->row_count, sizeof *order, compare_sort_rows);
    for (uint32_t i = 0; i < table->row_count; i++) {
        memcpy(rows + (size_t)i * table->row_size, table->rows + (size_t)(order[i].rid - 1) * table->row_size,
               table->row_size);
        new_rids[order[i].rid] = i + 1;
    }
    table_replace(image, id, rows);
    for (ColumnId column = 0; column < COLUMN_COUNT; column++)
        references_remap(image, column, id, new_rids);
}

void tables_sort(Image *image) {
    for (size_t i = 0; i < sizeof key_columns / sizeof *key_columns; i++) {
        ColumnId key = key_columns[i];
        if (!column_is_sorted(&image->columns[key]))
            table_sort(image, key);
        image->tables[column_infos[key].table].is_sorted = true;
    }
    for (size_t i = 0; i < sizeof list_key_columns / sizeof *list_key_columns; i++) {
        ColumnId key = list_key_columns[i];
        image->tables[column_infos[key].table].is_sorted = column_is_sorted(&image->columns[key]);
    }
}
