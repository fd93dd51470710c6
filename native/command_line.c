#include "command_line.h"

#include <string.h>

typedef enum OptionId {
    OPTION_Events,
    OPTION_Time,
    OPTION_Sizes,
    OPTION_Version,
    OPTION_Help,
    OPTION_Dump,
    OPTION_Method,
    OPTION_Why
} OptionId;

typedef struct OptionRow {
    const char *name;
    const char *value; // what to write behind '=', NULL if it takes none
    OptionId id;
    const char *help;
} OptionRow;

static const OptionRow options[] = {
    {"--events", NULL, OPTION_Events,
     "write events (one JSON object a line) to standard output, for the build task"},
    {"--dump", "STAGE", OPTION_Dump,
     "print the product of a stage and stop there: load, types, il, reach, instances, lower, emit"},
    {"--method", "PATTERN", OPTION_Method,
     "with --dump: only methods whose name matches (a regular expression)"},
    {"--why", "PATTERN", OPTION_Why, "print why what matches is in the program"},
    {"--time", NULL, OPTION_Time, "print seconds, peak memory and counts of every stage"},
    {"--sizes", NULL, OPTION_Sizes,
     "print the bytes of every section of the objects, and the largest symbols"},
    {"--version", NULL, OPTION_Version, "print the version"},
    {"--help", NULL, OPTION_Help, "print this"},
};
enum { OPTION_COUNT = sizeof options / sizeof *options };

static void option_apply(CommandLine *out, OptionId id, const char *value) {
    switch (id) {
    case OPTION_Events: out->events = true; break;
    case OPTION_Time: out->time = true; break;
    case OPTION_Sizes: out->sizes = true; break;
    case OPTION_Version: out->version = true; break;
    case OPTION_Help: out->help = true; break;
    case OPTION_Dump: out->dump = value; break;
    case OPTION_Method: out->method = value; break;
    case OPTION_Why: out->why = value; break;
    }
}

static bool report(Diag *diag, const char *format, const char *argument) {
    char text[256];
    snprintf(text, sizeof text, format, argument);
    diag_report(diag, DIAG_CommandLine, (DiagLocation){0}, text);
    return false;
}

static bool option_read(CommandLine *out, const char *argument, Diag *diag) {
    const char *equals = strchr(argument, '=');
    size_t size = equals ? (size_t)(equals - argument) : strlen(argument);
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const OptionRow *row = &options[i];
        if (strlen(row->name) != size || memcmp(row->name, argument, size) != 0)
            continue;
        if (row->value && (!equals || equals[1] == 0))
            return report(diag, "%s needs a value behind '='", row->name);
        if (!row->value && equals)
            return report(diag, "%s takes no value", row->name);
        option_apply(out, row->id, equals ? equals + 1 : NULL);
        return true;
    }
    return report(diag,
                  *argument == '-' ? "'%s' is not an option"
                                   : "'%s' is not expected (the request is read from standard input)",
                  argument);
}

bool command_line_read(CommandLine *out, int count, char **arguments, Diag *diag) {
    bool ok = true;
    *out = (CommandLine){0};
    for (int i = 1; i < count; i++)
        ok &= option_read(out, arguments[i], diag);
    if (ok && out->method && !out->dump)
        return report(diag, "--method needs %s", "--dump");
    return ok;
}

void command_line_help(FILE *file) {
    fprintf(file, "tailor - optimising ahead-of-time compiler for .NET\n\n"
                  "usage: tailor [options] < App.tailor.json\n\n"
                  "`dotnet publish` leaves the request under obj/, so every publish can be replayed.\n\n");
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        char name[40];
        snprintf(name, sizeof name, "%s%s%s", options[i].name, options[i].value ? "=" : "",
                 options[i].value ? options[i].value : "");
        fprintf(file, "  %-18s %s\n", name, options[i].help);
    }
    fprintf(file, "\nexit codes: 0 success, 1 errors in the program, 2 bad request or command line, 3 "
                  "internal error\n");
}
