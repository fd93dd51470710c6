#include "request/request.h"

#include "request/instruction_sets.h"
#include "request/json_position.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

// Diagnostics about the request itself name this as their file.
static const char request_name[] = "request";

typedef enum KeyKind {
    KEY_Text,
    KEY_Path,
    KEY_Bool,
    KEY_Number,
    KEY_Kind,
    KEY_Preference,
    KEY_TextList,
    KEY_PathList,
    KEY_TextMap,
    KEY_Features,
} KeyKind;

typedef struct KeyRow {
    const char *section, *name;
    KeyKind kind;
    size_t offset; // in Request
} KeyRow;

static const KeyRow keys[] = {
#define KEY(section, name, kind, member) {section, name, KEY_##kind, offsetof(Request, member)},
#include "request/request.def"
#undef KEY
};
enum { KEY_COUNT = sizeof keys / sizeof *keys };

typedef struct Reader {
    Request *request;
    Text json;
    Arena *arena;
    Diag *diag;
} Reader;

// ---- diagnostics --------------------------------------------------------------------------------

static DiagLocation key_location(const Reader *r, const char *section, const char *name) {
    DiagLocation at = {.file = request_name};
    if (!json_key_position(r->json, section, name, &at.line, &at.column))
        at.line = at.column = 0;
    return at;
}

static bool report_shape(const Reader *r, const char *section, const char *name, const char *what) {
    const char *path = *section ? arena_format(r->arena, "%s.%s", section, name) : name;
    diag_report(r->diag, DIAG_RequestShape, key_location(r, section, name), path, what);
    return false;
}

// ---- values -------------------------------------------------------------------------------------

static Text text_copy(const Reader *r, const json_t *value) {
    size_t size = json_string_length(value);
    return (Text){arena_copy(r->arena, json_string_value(value), size + 1, 1), size};
}

static bool directory_exists(const Reader *r, Text path) {
    const char *slash = strrchr(path.data, '/');
    return slash &&
           access(arena_format(r->arena, "%.*s", (int)(slash - path.data + 1), path.data), F_OK) == 0;
}

// The writer turns what is not Unicode into U+FFFD: such a path names no file, unless that is the file's real
// name.
static bool path_check(const Reader *r, const KeyRow *key, Text path) {
    if (!strstr(path.data, "\xEF\xBF\xBD") || directory_exists(r, path))
        return true;
    diag_report(r->diag, DIAG_PathNotUtf8, key_location(r, key->section, key->name), path.data);
    return false;
}

static bool read_text(const Reader *r, const KeyRow *key, const json_t *value, Text *out) {
    if (!json_is_string(value))
        return report_shape(r, key->section, key->name, "it must be a string");
    *out = text_copy(r, value);
    if (strlen(out->data) != out->size)
        return report_shape(r, key->section, key->name, "it contains a NUL character");
    return (key->kind != KEY_Path && key->kind != KEY_PathList) || path_check(r, key, *out);
}

static bool read_bool(const Reader *r, const KeyRow *key, const json_t *value, bool *out) {
    if (!json_is_boolean(value))
        return report_shape(r, key->section, key->name, "it must be true or false");
    *out = json_is_true(value);
    return true;
}

static bool read_number(const Reader *r, const KeyRow *key, const json_t *value, uint32_t *out) {
    json_int_t number = json_is_integer(value) ? json_integer_value(value) : -1;
    if (number < 0 || number > UINT32_MAX) {
        return report_shape(r, key->section, key->name, "it must be a whole number from 0");
    }
    *out = (uint32_t)number;
    return true;
}

// Index of the text value in `names`; -1 after a report that lists them.
static int read_enum(const Reader *r, const KeyRow *key, const json_t *value, const char *const *names,
                     int count) {
    Text text;
    TextBuilder what = {.arena = r->arena};
    if (!read_text(r, key, value, &text))
        return -1;
    for (int i = 0; i < count; i++) {
        if (strcasecmp(text.data, names[i]) == 0)
            return i; // as MSBuild compares
    }
    text_append_format(&what, "'%s' is not one of: ", text.data);
    for (int i = 0; i < count; i++)
        text_append_format(&what, "%s%s", i ? ", " : "", names[i]);
    report_shape(r, key->section, key->name, text_built(&what).data);
    return -1;
}

static bool read_output_kind(const Reader *r, const KeyRow *key, const json_t *value, OutputKind *out) {
    static const char *const names[] = {
        [OUTPUT_Exe] = "exe", [OUTPUT_SharedLibrary] = "shared", [OUTPUT_StaticLibrary] = "static"};
    int index = read_enum(r, key, value, names, sizeof names / sizeof *names);
    if (index < 0)
        return false;
    *out = (OutputKind)index;
    return true;
}

static bool read_preference(const Reader *r, const KeyRow *key, const json_t *value, Preference *out) {
    static const char *const names[] = {
        [PREFERENCE_Blended] = "Blended", [PREFERENCE_Size] = "Size", [PREFERENCE_Speed] = "Speed"};
    int index = read_enum(r, key, value, names, sizeof names / sizeof *names);
    if (index < 0)
        return false;
    *out = (Preference)index;
    return true;
}

static bool read_list(const Reader *r, const KeyRow *key, const json_t *value, TextList *out) {
    if (!json_is_array(value))
        return report_shape(r, key->section, key->name, "it must be a list of strings");
    size_t count = json_array_size(value);
    Text *items = ARENA_ARRAY(r->arena, Text, count);
    for (size_t i = 0; i < count; i++) {
        if (!read_text(r, key, json_array_get(value, i), &items[i]))
            return false;
    }
    *out = (TextList){items, (uint32_t)count};
    return true;
}

static int compare_pairs(const void *left, const void *right) {
    const TextPair *a = left, *b = right;
    return text_compare(a->name, b->name);
}

static bool feature_parse(Text value, bool *out) {
    *out = strcasecmp(value.data, "true") == 0;
    return *out || strcasecmp(value.data, "false") == 0;
}

static bool read_map(const Reader *r, const KeyRow *key, json_t *value, TextMap *out) {
    if (!json_is_object(value))
        return report_shape(r, key->section, key->name, "it must be an object of strings");
    TextPair *items = ARENA_ARRAY(r->arena, TextPair, json_object_size(value));
    uint32_t count = 0;
    const char *name;
    json_t *entry;
    json_object_foreach(value, name, entry) {
        TextPair *pair = &items[count++];
        bool feature;
        pair->name = (Text){arena_copy(r->arena, name, strlen(name) + 1, 1), strlen(name)};
        if (!read_text(r, key, entry, &pair->value))
            return false;
        if (key->kind != KEY_Features || feature_parse(pair->value, &feature))
            continue;
        diag_report(r->diag, DIAG_FeatureValue, key_location(r, key->section, key->name), name,
                    pair->value.data);
        return false;
    }
    if (count)
        qsort(items, count, sizeof *items, compare_pairs);
    *out = (TextMap){items, count};
    return true;
}

static bool read_value(const Reader *r, const KeyRow *key, json_t *value) {
    void *out = (char *)r->request + key->offset;
    switch (key->kind) {
    case KEY_Text:
    case KEY_Path: return read_text(r, key, value, out);
    case KEY_Bool: return read_bool(r, key, value, out);
    case KEY_Number: return read_number(r, key, value, out);
    case KEY_Kind: return read_output_kind(r, key, value, out);
    case KEY_Preference: return read_preference(r, key, value, out);
    case KEY_TextList:
    case KEY_PathList: return read_list(r, key, value, out);
    case KEY_TextMap:
    case KEY_Features: return read_map(r, key, value, out);
    }
    return false;
}

// ---- the document -------------------------------------------------------------------------------

static const KeyRow *key_find(const char *section, const char *name) {
    for (size_t i = 0; i < KEY_COUNT; i++) {
        if (strcmp(keys[i].section, section) == 0 && strcmp(keys[i].name, name) == 0)
            return &keys[i];
    }
    return NULL;
}

static bool section_exists(const char *section) {
    for (size_t i = 0; i < KEY_COUNT; i++) {
        if (*section && strcmp(keys[i].section, section) == 0)
            return true;
    }
    return false;
}

// All errors of a section are reported, not only the first.
static bool read_section(const Reader *r, const char *section, json_t *object) {
    const char *name;
    json_t *value;
    bool ok = true;
    if (!json_is_object(object))
        return report_shape(r, "", section, "it must be an object");
    json_object_foreach(object, name, value) {
        const KeyRow *key = key_find(section, name);
        ok &= key ? read_value(r, key, value)
                  : report_shape(r, section, name, "this version of tailor does not know it");
    }
    return ok;
}

static bool read_schema(const Reader *r, const json_t *document) {
    const json_t *schema = json_object_get(document, "schema");
    if (!json_is_integer(schema))
        return report_shape(r, "", "schema", "it must be there, and a whole number");
    if (json_integer_value(schema) == REQUEST_SCHEMA)
        return true;
    diag_report(r->diag, DIAG_RequestSchema, key_location(r, "", "schema"),
                arena_format(r->arena, "%" JSON_INTEGER_FORMAT, json_integer_value(schema)),
                arena_format(r->arena, "%d", REQUEST_SCHEMA));
    return false;
}

static bool read_document(const Reader *r, json_t *document) {
    const char *name;
    json_t *value;
    bool ok = true;
    if (!json_is_object(document))
        return report_shape(r, "", "schema", "the document must be an object");
    if (!read_schema(r, document))
        return false; // the rest may mean anything
    json_object_foreach(document, name, value) {
        const KeyRow *key = key_find("", name);
        if (strcmp(name, "schema") == 0)
            continue;
        if (key) {
            ok &= read_value(r, key, value);
        } else if (section_exists(name)) {
            ok &= read_section(r, name, value);
        } else {
            ok &= report_shape(r, "", name, "this version of tailor does not know it");
        }
    }
    return ok;
}

// jansson's error in its own words, or ours where the reason has a code.
static bool report_syntax(const Reader *r, const json_error_t *error) {
    DiagLocation at = {.file = request_name};
    if (error->line > 0)
        at.line = (uint32_t)error->line;
    if (error->column > 0)
        at.column = (uint32_t)error->column;
    DiagId id = json_error_code(error) == json_error_invalid_utf8 ? DIAG_PathNotUtf8 : DIAG_RequestSyntax;
    diag_report(r->diag, id, at, error->text);
    return false;
}

static void defaults_set(Request *request) {
    *request = (Request){0};
    request->codegen.optimize = true;
    request->codegen.method_body_folding = TEXT_LITERAL("none");
    request->codegen.max_generic_cycle = 4;
    request->codegen.max_generic_cycle_breadth = 10;
    request->runtime.stack_trace_data = true;
    request->target.rid = TEXT_LITERAL("linux-x64");
    request->target.os = TEXT_LITERAL("linux");
    request->target.arch = TEXT_LITERAL("x64");
    request->trim.mode = TEXT_LITERAL("full");
    request->trim.scan_reflection = true;
    request->trim.metadata = TEXT_LITERAL("none");
}

static bool values_check(const Reader *r) {
    const Request *request = r->request;
    if (!text_equal_z(request->target.os, "linux") || !text_equal_z(request->target.arch, "x64")) {
        const char *target =
            arena_format(r->arena, "%s-%s", request->target.os.data, request->target.arch.data);
        diag_report(r->diag, DIAG_TargetUnsupported, key_location(r, "target", "os"), target, "linux-x64");
        return false;
    }
    if (request->inputs.assemblies.count == 0)
        return report_shape(r, "inputs", "assemblies", "it must name an assembly");
    if (request->output.object.size == 0)
        return report_shape(r, "output", "object", "it must name a file");
    return true;
}

static void severities_apply(const Request *request, Diag *diag) {
    DiagOptions options = {
        .events = diag_events_on(diag),
        .treat_warnings_as_errors = request->diagnostics.treat_warnings_as_errors,
        .no_warn = request->diagnostics.no_warn.items,
        .no_warn_count = request->diagnostics.no_warn.count,
        .warnings_as_errors = request->diagnostics.warnings_as_errors.items,
        .warnings_as_errors_count = request->diagnostics.warnings_as_errors.count,
        .warnings_not_as_errors = request->diagnostics.warnings_not_as_errors.items,
        .warnings_not_as_errors_count = request->diagnostics.warnings_not_as_errors.count,
    };
    diag_configure(diag, &options);
}

/// The stock compiler's spelling of IlcInstructionSet, names between commas. False: another argument.
static bool instruction_sets_take(Request *request, Text argument, Arena *arena) {
    static const char prefix[] = "--instruction-set:";
    enum { PREFIX = sizeof prefix - 1 };
    if (!text_starts_with(argument, prefix))
        return false;
    TextList *list = &request->target.instruction_set;
    Text *items = ARENA_ARRAY(arena, Text, list->count + argument.size);
    if (list->count)
        memcpy(items, list->items, list->count * sizeof *items);
    list->items = items;
    for (size_t at = PREFIX; at < argument.size;) {
        const char *start = argument.data + at;
        const char *comma = memchr(start, ',', argument.size - at);
        size_t size = comma ? (size_t)(comma - start) : argument.size - at;
        items[list->count++] = (Text){start, size};
        at += size + 1;
    }
    return true;
}

static bool instruction_sets_check(const Request *request, Arena *arena, Diag *diag) {
    Text unknown = instruction_sets_unknown(request);
    if (!unknown.size)
        return true;
    diag_report(diag, DIAG_PropertyValue, (DiagLocation){0}, "IlcInstructionSet",
                arena_format(arena, "%.*s", (int)unknown.size, unknown.data), instruction_sets_names(arena));
    return false;
}

bool request_read(Request *out, const char *json, size_t size, Arena *arena, Diag *diag) {
    Reader r = {out, {json, size}, arena, diag};
    json_error_t error;
    defaults_set(out);
    json_t *document = json_loadb(json, size, JSON_REJECT_DUPLICATES, &error);
    if (!document)
        return report_syntax(&r, &error);
    bool ok = read_document(&r, document);
    json_decref(document);
    if (!ok || !values_check(&r))
        return false;
    severities_apply(out, diag);
    for (uint32_t i = 0; i < out->extra_arguments.count; i++) {
        if (!instruction_sets_take(out, out->extra_arguments.items[i], arena))
            diag_report(diag, DIAG_ExtraArgument, (DiagLocation){0}, out->extra_arguments.items[i].data);
    }
    return instruction_sets_check(out, arena, diag);
}

int request_feature(const Request *request, Text name) {
    TextPair wanted = {.name = name};
    const TextMap *features = &request->trim.features;
    const TextPair *found =
        features->count ? bsearch(&wanted, features->items, features->count, sizeof wanted, compare_pairs)
                        : NULL;
    bool value;
    return found && feature_parse(found->value, &value) ? value : -1;
}
