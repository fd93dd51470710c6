// Checks at opening. Covered are the tables that make types and members; what else a file holds
// (edit-and-continue logs, declarative security, platform lists - a favourite place for an obfuscator's
// garbage) is only read when asked for, and then leniently (table.c).
#include "load/image.h"

static const TableId checked_tables[] = {
    TABLE_TypeRef,
    TABLE_TypeDef,
    TABLE_Field,
    TABLE_MethodDef,
    TABLE_InterfaceImpl,
    TABLE_MemberRef,
    TABLE_ClassLayout,
    TABLE_FieldLayout,
    TABLE_StandAloneSig,
    TABLE_EventMap,
    TABLE_Event,
    TABLE_PropertyMap,
    TABLE_Property,
    TABLE_MethodSemantics,
    TABLE_MethodImpl,
    TABLE_ModuleRef,
    TABLE_TypeSpec,
    TABLE_ImplMap,
    TABLE_FieldRva,
    TABLE_AssemblyRef,
    TABLE_ExportedType,
    TABLE_NestedClass,
    TABLE_GenericParam,
    TABLE_MethodSpec,
    TABLE_GenericParamConstraint,
};

static bool column_is_list(ColumnId column) {
    return column == COLUMN_TypeDef_FieldList || column == COLUMN_TypeDef_MethodList ||
           column == COLUMN_MethodDef_ParamList || column == COLUMN_EventMap_EventList ||
           column == COLUMN_PropertyMap_PropertyList;
}

// Runs of rows must not go backwards, and end at most behind the last row.
static bool list_check(const Image *image, ColumnId column, uint32_t *rid) {
    const ColumnView *view = &image->columns[column];
    uint32_t end = table_row_count(image, (TableId)(column_infos[column].kind - KIND_Index)) + 1;
    uint32_t least = 1;
    for (*rid = 1; *rid <= view->row_count; ++*rid) {
        uint32_t value = column_value(view, *rid);
        if (value < least || value > end)
            return false;
        least = value;
    }
    return true;
}

static bool coded_check(const Image *image, ColumnId column, uint32_t *rid) {
    const ColumnView *view = &image->columns[column];
    ColumnKind kind = column_infos[column].kind;
    for (*rid = 1; *rid <= view->row_count; ++*rid) {
        TableId table;
        uint32_t target;
        if (!coded_decode(kind, column_value(view, *rid), &table, &target))
            return false;
        if (target > image->tables[table].row_count)
            return false;
    }
    return true;
}

// `most` is the largest value allowed.
static bool limit_check(const Image *image, ColumnId column, size_t most, uint32_t *rid) {
    const ColumnView *view = &image->columns[column];
    for (*rid = 1; *rid <= view->row_count; ++*rid) {
        if (column_value(view, *rid) > most)
            return false;
    }
    return true;
}

static bool blob_check(const Image *image, ColumnId column, uint32_t *rid) {
    const ColumnView *view = &image->columns[column];
    for (*rid = 1; *rid <= view->row_count; ++*rid) {
        uint32_t offset = column_value(view, *rid);
        Bytes blob;
        if (offset && !blob_read(image, offset, &blob))
            return false;
    }
    return true;
}

static bool column_check(const Image *image, ColumnId column, uint32_t *rid) {
    ColumnKind kind = column_infos[column].kind;
    size_t strings_size = image->streams.strings.size;
    if (column_is_list(column))
        return list_check(image, column, rid);
    if (kind >= KIND_Coded)
        return coded_check(image, column, rid);
    if (kind >= KIND_Index)
        return limit_check(image, column, image->tables[kind - KIND_Index].row_count, rid);
    if (kind == KIND_STRING)
        return limit_check(image, column, strings_size ? strings_size - 1 : 0, rid);
    if (kind == KIND_BLOB)
        return blob_check(image, column, rid);
    return true;
}

// Tables of indirection (FieldPtr and so on) occur in #- metadata. Readers here use rows directly, so they
// may only say what would be so without them.
static bool pointers_check(const Image *image) {
    static const struct {
        TableId table, target;
        ColumnId column;
    } pointers[] = {
        {TABLE_FieldPtr, TABLE_Field, COLUMN_FieldPtr_Field},
        {TABLE_MethodPtr, TABLE_MethodDef, COLUMN_MethodPtr_Method},
        {TABLE_ParamPtr, TABLE_Param, COLUMN_ParamPtr_Param},
        {TABLE_EventPtr, TABLE_Event, COLUMN_EventPtr_Event},
        {TABLE_PropertyPtr, TABLE_Property, COLUMN_PropertyPtr_Property},
    };
    for (size_t i = 0; i < sizeof pointers / sizeof *pointers; i++) {
        const ColumnView *view = &image->columns[pointers[i].column];
        if (view->row_count && view->row_count != image->tables[pointers[i].target].row_count)
            return false;
        for (uint32_t rid = 1; rid <= view->row_count; rid++) {
            if (column_value(view, rid) != rid)
                return false;
        }
    }
    return true;
}

bool tables_check(const Image *image, const char **reason) {
    uint64_t checked = 0;
    uint32_t rid;
    for (size_t i = 0; i < sizeof checked_tables / sizeof *checked_tables; i++)
        checked |= 1ull << checked_tables[i];
    for (ColumnId column = 0; column < COLUMN_COUNT; column++) {
        const ColumnInfo *info = &column_infos[column];
        if (!(checked >> info->table & 1) || column_check(image, column, &rid))
            continue;
        *reason = arena_format(image->arena, "the %s of row %u in its metadata table %s is out of range",
                               info->name, rid, table_names[info->table]);
        return false;
    }
    if (!pointers_check(image)) {
        *reason =
            "its uncompressed metadata reorders members (FieldPtr, MethodPtr, ...), which is not supported";
        return false;
    }
    return true;
}
