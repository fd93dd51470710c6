#include "types/pack_check.h"

#include "load/archive.h"
#include "support/file.h"

typedef struct SymbolRow {
    const char *name;
    uint64_t size; // 0 = any
    bool is_thread_local;
} SymbolRow;

static const SymbolRow symbol_rows[] = {
#define PACK_SYMBOL(name, size)        {name, size, false},
#define PACK_THREAD_SYMBOL(name, size) {name, size, true},
#define PACK_FIELDS(name_space, type, fields)
#define PACK_LITERAL(name_space, type, field, value)
#include "types/pack_layout.def"
#undef PACK_SYMBOL
#undef PACK_THREAD_SYMBOL
#undef PACK_FIELDS
#undef PACK_LITERAL
};
enum { SYMBOL_ROW_COUNT = sizeof symbol_rows / sizeof *symbol_rows };

typedef struct FieldsRow {
    const char *name_space, *type, *fields;
} FieldsRow;

static const FieldsRow fields_rows[] = {
#define PACK_SYMBOL(name, size)
#define PACK_THREAD_SYMBOL(name, size)
#define PACK_FIELDS(name_space, type, fields) {name_space, type, fields},
#define PACK_LITERAL(name_space, type, field, value)
#include "types/pack_layout.def"
#undef PACK_SYMBOL
#undef PACK_THREAD_SYMBOL
#undef PACK_FIELDS
#undef PACK_LITERAL
};

typedef struct LiteralRow {
    const char *name_space, *type, *field;
    uint32_t value;
} LiteralRow;

static const LiteralRow literal_rows[] = {
#define PACK_SYMBOL(name, size)
#define PACK_THREAD_SYMBOL(name, size)
#define PACK_FIELDS(name_space, type, fields)
#define PACK_LITERAL(name_space, type, field, value) {name_space, type, field, value},
#include "types/pack_layout.def"
#undef PACK_SYMBOL
#undef PACK_THREAD_SYMBOL
#undef PACK_FIELDS
#undef PACK_LITERAL
};

typedef struct Check {
    TypeSystem *ts;
    Arena *arena;
    Diag *diag;
    const char *version;
    bool seen[SYMBOL_ROW_COUNT];
    const char *wrong; // first mismatch, in words
} Check;

static bool symbol_visit(void *context, const ArchiveSymbol *symbol) {
    Check *check = context;
    for (size_t i = 0; i < SYMBOL_ROW_COUNT; i++) {
        const SymbolRow *row = &symbol_rows[i];
        if (!text_equal_z(symbol->name, row->name))
            continue;
        check->seen[i] = true;
        if (row->is_thread_local != symbol->is_thread_local ||
            (row->size && symbol->size && row->size != symbol->size))
            check->wrong =
                arena_format(check->arena, "symbol '%s' has %llu bytes where %llu are expected", row->name,
                             (unsigned long long)symbol->size, (unsigned long long)row->size);
    }
    return !check->wrong;
}

static bool archive_check(Check *check, const char *path) {
    if (!file_exists(path)) {
        diag_report(check->diag, DIAG_PackMissing, (DiagLocation){0}, path);
        return false;
    }
    Bytes archive;
    if (!file_map(path, &archive, check->diag))
        return false;
    const char *reason = NULL;
    if (!archive_symbols(archive, symbol_visit, check, &reason))
        check->wrong = arena_format(check->arena, "'%s': %s", path, reason);
    for (size_t i = 0; !check->wrong && i < SYMBOL_ROW_COUNT; i++)
        if (!check->seen[i])
            check->wrong = arena_format(check->arena, "symbol '%s' is missing", symbol_rows[i].name);
    file_unmap(archive);
    return true;
}

static Type *corelib_type(Check *check, const char *name_space, const char *name) {
    Module *corelib = well_known_type(check->ts, WELL_KNOWN_TYPE_Object)->def->module;
    Type *type = type_find(check->ts, corelib, name_space, name);
    if (!type)
        check->wrong = arena_format(check->arena, "type '%s.%s' is missing", name_space, name);
    return type;
}

static void fields_check(Check *check, const FieldsRow *row) {
    const Type *type = corelib_type(check, row->name_space, row->type);
    if (!type)
        return;
    TextBuilder found = {.arena = check->arena};
    for (uint32_t i = 0; i < type->def->field_count; i++) {
        const FieldDef *field = field_def_get(check->ts, type->def->module, type->def->first_field_rid + i);
        if (!field || field->is_static)
            continue;
        if (found.size)
            text_append_z(&found, " ");
        text_append(&found, field->name);
    }
    if (!text_equal_z(text_built(&found), row->fields))
        check->wrong = arena_format(check->arena, "type '%s.%s' has the fields '%s' where '%s' are expected",
                                    row->name_space, row->type, text_built(&found).data, row->fields);
}

static void literal_check(Check *check, const LiteralRow *row) {
    const Type *type = corelib_type(check, row->name_space, row->type);
    if (!type)
        return;
    for (uint32_t i = 0; i < type->def->field_count; i++) {
        const FieldDef *field = field_def_get(check->ts, type->def->module, type->def->first_field_rid + i);
        ElementType element_type;
        Bytes bytes;
        if (!field || !text_equal_z(field->name, row->field) || !field_constant(field, &element_type, &bytes))
            continue;
        uint32_t value = 0;
        for (size_t b = bytes.size < 4 ? bytes.size : 4; b-- > 0;)
            value = value << 8 | bytes.data[b];
        if (value != row->value)
            check->wrong = arena_format(check->arena, "'%s.%s.%s' is %u where %u is expected",
                                        row->name_space, row->type, row->field, value, row->value);
        return;
    }
    check->wrong =
        arena_format(check->arena, "'%s.%s.%s' is missing", row->name_space, row->type, row->field);
}

bool pack_check(TypeSystem *ts, Text pack_version, Text pack_directory, Diag *diag) {
    Arena arena = {0};
    Check check = {.ts = ts, .arena = &arena, .diag = diag};
    bool ok = true;
    check.version = arena_format(&arena, "%.*s", TEXT_ARG(pack_version));
    if (pack_directory.size)
        ok = archive_check(&check,
                           arena_format(&arena, "%.*s/runtimes/linux-x64/native/libRuntime.WorkstationGC.a",
                                        TEXT_ARG(pack_directory)));
    for (size_t i = 0; ok && !check.wrong && i < sizeof fields_rows / sizeof *fields_rows; i++)
        fields_check(&check, &fields_rows[i]);
    for (size_t i = 0; ok && !check.wrong && i < sizeof literal_rows / sizeof *literal_rows; i++)
        literal_check(&check, &literal_rows[i]);
    if (check.wrong) {
        diag_report(diag, DIAG_PackMismatch, (DiagLocation){0}, check.version, check.wrong);
        ok = false;
    } else if (ok && pack_version.size && !text_equal_z(pack_version, PACK_TESTED_VERSION)) {
        diag_report(diag, DIAG_PackUnknownVersion, (DiagLocation){0}, check.version, PACK_TESTED_VERSION);
    }
    arena_free(&arena);
    return ok;
}
