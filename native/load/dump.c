// --dump=load: row counts, and the bodies of methods as bytes. Stable text: no paths, no addresses.
#include "load/image.h"

#include "support/pattern.h"

enum { DEEPEST_NESTING = 64 };

static void type_name_append(const Image *image, uint32_t rid, uint32_t depth, TextBuilder *name) {
    uint32_t count;
    uint32_t nested =
        sorted_rows_find(image, COLUMN_NestedClass_NestedClass, token_make(TABLE_TypeDef, rid), &count);
    uint32_t enclosing = nested ? column_read(image, COLUMN_NestedClass_EnclosingClass, nested) : 0;
    Text namespace = column_text(image, COLUMN_TypeDef_TypeNamespace, rid);
    if (enclosing && depth < DEEPEST_NESTING) { // a malformed image can nest a type in itself
        type_name_append(image, enclosing, depth + 1, name);
        text_append_z(name, "/");
    } else if (namespace.size) {
        text_append(name, namespace);
        text_append_z(name, ".");
    }
    text_append(name, column_text(image, COLUMN_TypeDef_TypeName, rid));
}

static void clause_dump(const EhClause *clause, FILE *file) {
    fprintf(file, "  .try IL_%04x-IL_%04x ", clause->try_offset, clause->try_offset + clause->try_size);
    switch (clause->kind) {
    case EH_Catch: fprintf(file, "catch %08x ", clause->catch_type.value); break;
    case EH_Filter: fprintf(file, "filter IL_%04x ", clause->filter_offset); break;
    case EH_Finally: fprintf(file, "finally "); break;
    case EH_Fault: fprintf(file, "fault "); break;
    }
    fprintf(file, "IL_%04x-IL_%04x\n", clause->handler_offset, clause->handler_offset + clause->handler_size);
}

static void code_dump(Bytes code, FILE *file) {
    for (size_t i = 0; i < code.size; i++) {
        if (i % 16 == 0)
            fprintf(file, "%s  IL_%04zx:", i ? "\n" : "", i);
        fprintf(file, " %02x", code.data[i]);
    }
    if (code.size)
        fputc('\n', file);
}

static void points_dump(const Image *image, uint32_t rid, Arena *scratch, FILE *file) {
    SequencePoint *points;
    uint32_t count = pdb_sequence_points(image, rid, scratch, &points);
    for (uint32_t i = 0; i < count; i++) {
        if (points[i].line == 0xFEEFEE)
            continue;
        fprintf(file, "  // IL_%04x line %u column %u\n", points[i].il_offset, points[i].line,
                points[i].column);
    }
}

static void method_dump(const Image *image, uint32_t rid, Text name, Arena *scratch, FILE *file) {
    BodyBytes body;
    const char *reason;
    fprintf(file, ".method %08x %.*s\n", token_make(TABLE_MethodDef, rid).value, TEXT_ARG(name));
    if (!body_read(image, rid, scratch, &body, &reason)) {
        fprintf(file, "  // %s\n", reason);
        return;
    }
    fprintf(file, "  .maxstack %u%s locals %08x\n", body.max_stack, body.init_locals ? " init" : "",
            body.locals_signature.value);
    points_dump(image, rid, scratch, file);
    code_dump(body.code, file);
    for (uint32_t i = 0; i < body.clause_count; i++)
        clause_dump(&body.clauses[i], file);
}

static void type_dump(const Image *image, uint32_t type_rid, const Pattern *pattern, FILE *file) {
    Arena scratch = {0};
    uint32_t first;
    uint32_t count = column_list(image, COLUMN_TypeDef_MethodList, type_rid, &first);
    for (uint32_t rid = first; rid < first + count; rid++) {
        TextBuilder name = {.arena = &scratch};
        type_name_append(image, type_rid, 0, &name);
        text_append_z(&name, ".");
        text_append(&name, column_text(image, COLUMN_MethodDef_Name, rid));
        if (!pattern || pattern_matches(pattern, text_built(&name))) {
            method_dump(image, rid, text_built(&name), &scratch, file);
        }
        arena_reset(&scratch);
    }
    arena_free(&scratch);
}

void image_dump(const Image *image, const Pattern *pattern, FILE *file) {
    fprintf(file, ".assembly %.*s entry point %08x\n", TEXT_ARG(image_name(image)),
            image_entry_point(image).value);
    for (uint32_t table = 0; table < TABLE_COUNT; table++) {
        uint32_t count = image->tables[table].row_count;
        if (count)
            fprintf(file, ".table %s %u\n", table_names[table], count);
    }
    for (uint32_t rid = 1; rid <= table_row_count(image, TABLE_TypeDef); rid++)
        type_dump(image, rid, pattern, file);
}
