// Diagnostics: the one sink. Messages are rows of diag.def (code, severity, text with {0}-style arguments);
// codes never change meaning. Printed as canonical MSBuild lines for people, as NDJSON events for the task
// (--events).
#pragma once

#include "support/text.h"

#include <stdio.h>

typedef enum DiagSeverity { SEVERITY_Info, SEVERITY_Warning, SEVERITY_Error } DiagSeverity;

typedef enum DiagId {
#define DIAG(id, code, severity, text) DIAG_##id,
#include "support/diag.def"
#undef DIAG
    DIAG_COUNT
} DiagId;

/// Where: any part may be empty. `member` is printed in front of the message text.
typedef struct DiagLocation {
    const char *file;   // source file, descriptor, or assembly path
    uint32_t line;      // from 1; 0 = unknown
    uint32_t column;    // from 1; 0 = unknown
    const char *member; // "Namespace.Type.Method(Int32)" or NULL
} DiagLocation;

typedef struct DiagRecord {
    DiagSeverity severity;
    char code[12];
    const char *category; // subcategory such as "Trim analysis", or NULL
    DiagLocation location;
    const char *text;
} DiagRecord;

typedef struct Diag Diag;

/// How output and severities behave (request: diagnostics).
typedef struct DiagOptions {
    bool events; // NDJSON on stdout instead of canonical lines
    bool treat_warnings_as_errors;
    const Text *no_warn; // codes, also bare numbers ("2026" means IL2026)
    uint32_t no_warn_count;
    const Text *warnings_as_errors;
    uint32_t warnings_as_errors_count;
    const Text *warnings_not_as_errors;
    uint32_t warnings_not_as_errors_count;
} DiagOptions;

/// The sink; thread-safe. `diag_close` frees it.
Diag *diag_open(bool events);
void diag_close(Diag *diag);
/// Takes a copy of nothing: the arrays must outlive the sink.
void diag_configure(Diag *diag, const DiagOptions *options);

/// Reports row `id`; the variadic arguments are `const char *`, one for each placeholder of the row's text.
void diag_report(Diag *diag, DiagId id, DiagLocation location, ...);
/// Reports a warning or error whose code is not a row here (IL2xxx and IL3xxx of the SDK).
void diag_report_il(Diag *diag, const char *code, const char *category, DiagLocation location,
                    const char *text);
/// Errors so far (warnings promoted to errors included). Warnings so far.
uint32_t diag_error_count(Diag *diag);
uint32_t diag_warning_count(Diag *diag);
/// The record `index` in the order of reporting, NULL past the end; for one thread (tests, reports). Gone
/// after diag_flush.
uint32_t diag_record_count(const Diag *diag);
const DiagRecord *diag_record(const Diag *diag, uint32_t index);
/// Writes what was collected in deterministic order (errors of one file by position, then by code); called
/// once, by main.
void diag_flush(Diag *diag);
/// One NDJSON event line when events are on; nothing otherwise. `json` is a whole object.
void diag_event(Diag *diag, const char *json);
bool diag_events_on(const Diag *diag);
