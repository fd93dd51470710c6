#include "support/diag.h"

#include "support/array.h"
#include "support/json_util.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define uthash_malloc(size)        arena_alloc(&diag->arena, (size), alignof(max_align_t))
#define uthash_free(pointer, size) ((void)(pointer), (void)(size))
#include <uthash.h>

typedef struct DiagRow {
    const char *code;
    DiagSeverity severity;
    const char *text;
} DiagRow;

static const DiagRow rows[] = {
#define DIAG(id, code, severity, text) [DIAG_##id] = {code, SEVERITY_##severity, text},
#include "support/diag.def"
#undef DIAG
};

static const char *const severity_names[] = {"info", "warning", "error"};

typedef struct SeenDiag {
    const char *key;
    UT_hash_handle hh;
} SeenDiag;

struct Diag {
    pthread_mutex_t lock;
    Arena arena;
    DiagOptions options;
    ARRAY(DiagRecord) records;
    SeenDiag *seen;
    uint32_t error_count;
    uint32_t warning_count;
};

Diag *diag_open(bool events) {
    Diag *diag = checked_malloc(sizeof *diag);
    *diag = (Diag){.options.events = events};
    pthread_mutex_init(&diag->lock, NULL);
    return diag;
}

void diag_close(Diag *diag) {
    pthread_mutex_destroy(&diag->lock);
    arena_free(&diag->arena);
    free(diag);
}

void diag_configure(Diag *diag, const DiagOptions *options) {
    diag->options = *options;
}

// ---- severity -----------------------------------------------------------------------------------

// NoWarn and its kin hold codes; a bare number means the SDK's IL codes, as the stock compiler reads it.
static bool list_has_code(const Text *list, uint32_t count, const char *code) {
    size_t size = strlen(code);
    for (uint32_t i = 0; i < count; i++) {
        if (list[i].size == size && strncasecmp(list[i].data, code, size) == 0)
            return true;
        bool is_il = code[0] == 'I' && code[1] == 'L';
        if (is_il && list[i].size == size - 2 && memcmp(list[i].data, code + 2, size - 2) == 0)
            return true;
    }
    return false;
}

// False: nothing is to be reported.
static bool severity_shape(const DiagOptions *options, const char *code, DiagSeverity *severity) {
    if (*severity != SEVERITY_Warning)
        return true;
    if (list_has_code(options->no_warn, options->no_warn_count, code))
        return false;
    if (list_has_code(options->warnings_not_as_errors, options->warnings_not_as_errors_count, code))
        return true;
    if (options->treat_warnings_as_errors ||
        list_has_code(options->warnings_as_errors, options->warnings_as_errors_count, code)) {
        *severity = SEVERITY_Error;
    }
    return true;
}

// ---- collecting ---------------------------------------------------------------------------------

// True the first time: one finding reached along several ways is reported once.
static bool record_is_new(Diag *diag, const DiagRecord *record) {
    const DiagLocation *at = &record->location;
    ArenaMark mark = arena_mark(&diag->arena);
    char *key = arena_format(&diag->arena, "%s\n%s\n%u\n%u\n%s\n%s", record->code, at->file ? at->file : "",
                             at->line, at->column, at->member ? at->member : "", record->text);
    SeenDiag *seen;
    HASH_FIND_STR(diag->seen, key, seen);
    if (seen) {
        arena_rewind(&diag->arena, mark);
        return false;
    }
    seen = ARENA_NEW(&diag->arena, SeenDiag);
    seen->key = key;
    HASH_ADD_KEYPTR(hh, diag->seen, seen->key, (unsigned)strlen(key), seen);
    return true;
}

static const char *copy_string(Arena *arena, const char *string) {
    return string ? arena_copy(arena, string, strlen(string) + 1, 1) : NULL;
}

static void record_add(Diag *diag, DiagRecord record) {
    if (!severity_shape(&diag->options, record.code, &record.severity))
        return;
    record.category = copy_string(&diag->arena, record.category);
    record.location.file = copy_string(&diag->arena, record.location.file);
    record.location.member = copy_string(&diag->arena, record.location.member);
    record.text = copy_string(&diag->arena, record.text);
    if (!record_is_new(diag, &record))
        return;
    ARRAY_PUSH(&diag->arena, &diag->records, record);
    if (record.severity == SEVERITY_Error)
        diag->error_count++;
    if (record.severity == SEVERITY_Warning)
        diag->warning_count++;
}

enum { MOST_ARGUMENTS = 10 };

static uint32_t placeholder_count(const char *text) {
    uint32_t count = 0;
    for (const char *at = text; (at = strchr(at, '{')); at++) {
        if (at[1] < '0' || at[1] > '9' || at[2] != '}')
            continue;
        uint32_t needed = (uint32_t)(at[1] - '0') + 1;
        if (needed > count)
            count = needed;
    }
    return count;
}

static const char *text_fill(Arena *arena, const char *format, const char *const *arguments) {
    TextBuilder builder = {.arena = arena};
    for (const char *at = format; *at;) {
        if (at[0] == '{' && at[1] >= '0' && at[1] <= '9' && at[2] == '}') {
            const char *argument = arguments[at[1] - '0'];
            text_append_z(&builder, argument ? argument : "?");
            at += 3;
        } else {
            text_append(&builder, (Text){at++, 1});
        }
    }
    return text_built(&builder).data;
}

void diag_report(Diag *diag, DiagId id, DiagLocation location, ...) {
    const DiagRow *row = &rows[id];
    const char *arguments[MOST_ARGUMENTS] = {0};
    uint32_t count = placeholder_count(row->text);
    va_list list;
    va_start(list, location);
    for (uint32_t i = 0; i < count; i++)
        arguments[i] = va_arg(list, const char *);
    va_end(list);
    DiagRecord record = {.severity = row->severity, .location = location};
    snprintf(record.code, sizeof record.code, "%s", row->code);
    pthread_mutex_lock(&diag->lock);
    record.text = text_fill(&diag->arena, row->text, arguments);
    record_add(diag, record);
    pthread_mutex_unlock(&diag->lock);
}

void diag_report_il(Diag *diag, const char *code, const char *category, DiagLocation location,
                    const char *text) {
    DiagRecord record = {
        .severity = SEVERITY_Warning, .category = category, .location = location, .text = text};
    snprintf(record.code, sizeof record.code, "%s", code);
    pthread_mutex_lock(&diag->lock);
    record_add(diag, record);
    pthread_mutex_unlock(&diag->lock);
}

uint32_t diag_error_count(Diag *diag) {
    pthread_mutex_lock(&diag->lock);
    uint32_t count = diag->error_count;
    pthread_mutex_unlock(&diag->lock);
    return count;
}

uint32_t diag_warning_count(Diag *diag) {
    pthread_mutex_lock(&diag->lock);
    uint32_t count = diag->warning_count;
    pthread_mutex_unlock(&diag->lock);
    return count;
}

uint32_t diag_record_count(const Diag *diag) {
    return diag->records.count;
}

const DiagRecord *diag_record(const Diag *diag, uint32_t index) {
    return index < diag->records.count ? &diag->records.items[index] : NULL;
}

// ---- output -------------------------------------------------------------------------------------

static int compare_strings(const char *a, const char *b) {
    return strcmp(a ? a : "", b ? b : "");
}

static int compare_numbers(uint32_t a, uint32_t b) {
    return (a > b) - (a < b);
}

static int compare_records(const void *left, const void *right) {
    const DiagRecord *a = left, *b = right;
    int order = compare_strings(a->location.file, b->location.file);
    if (!order)
        order = compare_numbers(a->location.line, b->location.line);
    if (!order)
        order = compare_numbers(a->location.column, b->location.column);
    if (!order)
        order = strcmp(a->code, b->code);
    if (!order)
        order = compare_strings(a->location.member, b->location.member);
    return order ? order : strcmp(a->text, b->text);
}

static Text canonical_line(Arena *scratch, const DiagRecord *record) {
    TextBuilder line = {.arena = scratch};
    const DiagLocation *at = &record->location;
    text_append_z(&line, at->file ? at->file : "tailor");
    if (at->file && at->line && at->column) {
        text_append_format(&line, "(%u,%u): ", at->line, at->column);
    } else if (at->file && at->line) {
        text_append_format(&line, "(%u): ", at->line);
    } else {
        text_append_z(&line, " : ");
    }
    if (record->category)
        text_append_format(&line, "%s ", record->category);
    text_append_format(&line, "%s %s: ", severity_names[record->severity], record->code);
    if (at->member)
        text_append_format(&line, "%s: ", at->member);
    text_append_z(&line, record->text);
    text_append_z(&line, "\n");
    return text_built(&line);
}

static void append_member(TextBuilder *line, const char *name, const char *value) {
    if (!value)
        return;
    text_append_format(line, ",\"%s\":", name);
    json_append_string_z(line, value);
}

static Text event_line(Arena *scratch, const DiagRecord *record) {
    TextBuilder line = {.arena = scratch};
    const DiagLocation *at = &record->location;
    text_append_format(&line, "{\"event\":\"diagnostic\",\"severity\":\"%s\",\"code\":\"%s\"",
                       severity_names[record->severity], record->code);
    append_member(&line, "category", record->category);
    append_member(&line, "file", at->file);
    if (at->line)
        text_append_format(&line, ",\"line\":%u", at->line);
    if (at->column)
        text_append_format(&line, ",\"column\":%u", at->column);
    append_member(&line, "member", at->member);
    const char *message =
        at->member ? arena_format(scratch, "%s: %s", at->member, record->text) : record->text;
    append_member(&line, "message", message);
    text_append_z(&line, "}\n");
    return text_built(&line);
}

void diag_flush(Diag *diag) {
    pthread_mutex_lock(&diag->lock);
    if (diag->records.count) {
        qsort(diag->records.items, diag->records.count, sizeof *diag->records.items, compare_records);
    }
    Arena scratch = {0};
    FILE *stream = diag->options.events ? stdout : stderr;
    for (uint32_t i = 0; i < diag->records.count; i++) {
        const DiagRecord *record = &diag->records.items[i];
        Text line = diag->options.events ? event_line(&scratch, record) : canonical_line(&scratch, record);
        fwrite(line.data, 1, line.size, stream);
        arena_reset(&scratch);
    }
    fflush(stream);
    arena_free(&scratch);
    diag->records.count = 0;
    pthread_mutex_unlock(&diag->lock);
}

void diag_event(Diag *diag, const char *json) {
    if (!diag->options.events)
        return;
    pthread_mutex_lock(&diag->lock);
    fputs(json, stdout);
    fputc('\n', stdout);
    fflush(stdout);
    pthread_mutex_unlock(&diag->lock);
}

bool diag_events_on(const Diag *diag) {
    return diag->options.events;
}
