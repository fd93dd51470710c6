// The command line of `tailor`.
#pragma once

#include "support/diag.h"

typedef struct CommandLine {
    bool events;
    bool time;
    bool sizes;
    bool version;
    bool help;
    const char *dump;   // stage name, or NULL
    const char *method; // pattern, or NULL
    const char *why;    // pattern, or NULL
} CommandLine;

/// False after DIAG_CommandLine. `out->events` is right even then.
MUST_CHECK bool command_line_read(CommandLine *out, int count, char **arguments, Diag *diag);
void command_line_help(FILE *file);
