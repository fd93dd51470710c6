// The process: command line, request on stdin, events on stdout, exit code. The stages are in stages.c.
#include "stages.h"
#include "support/file.h"
#include "support/thread.h"

#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef enum ExitCode { EXIT_Success = 0, EXIT_Errors = 1, EXIT_BadRequest = 2, EXIT_Internal = 3 } ExitCode;

enum { EVENT_SCHEMA = 1 };

// ---- the compilation ----------------------------------------------------------------------------

static bool options_check(Compilation *c) {
    const CommandLine *line = &c->command_line;
    if (line->dump && !stage_exists(line->dump)) {
        const char *text = arena_format(&c->program, "there is no stage '%s' to dump", line->dump);
        diag_report(c->diag, DIAG_CommandLine, (DiagLocation){0}, text);
        return false;
    }
    if (line->method)
        c->method = pattern_open(line->method, c->diag);
    if (line->why)
        c->why = pattern_open(line->why, c->diag);
    return (!line->method || c->method) && (!line->why || c->why);
}

// All of standard input is read before anything is written: the task writes the request before it starts to
// read events.
static bool request_get(Compilation *c) {
    char *json;
    size_t size;
    if (!file_read_stdin(&json, &size, c->diag))
        return false;
    timer_begin(&c->timer, "request");
    diag_event(c->diag, arena_format(&c->program,
                                     "{\"event\":\"hello\",\"schema\":%d,\"version\":\"%s\",\"llvm\":\"%s\"}",
                                     EVENT_SCHEMA, TAILOR_VERSION, TAILOR_LLVM_VERSION));
    bool ok = request_read(&c->request, json, size, &c->program, c->diag);
    timer_end(&c->timer);
    free(json);
    return ok;
}

static ExitCode exit_code_decide(const Diag *diag, bool ok) {
    ExitCode code = ok ? EXIT_Success : EXIT_Errors;
    for (uint32_t i = 0; i < diag_record_count(diag); i++) {
        const DiagRecord *record = diag_record(diag, i);
        if (strncmp(record->code, "TLR99", 5) == 0)
            return EXIT_Internal;
        if (record->severity == SEVERITY_Error)
            code = EXIT_Errors;
    }
    return code;
}

static ExitCode compile(Compilation *c) {
    if (!options_check(c) || !request_get(c))
        return EXIT_BadRequest;
    bool ok = stages_run(c);
    if (c->command_line.time)
        timer_print(&c->timer, stderr);
    timer_events(&c->timer, c->diag);
    return exit_code_decide(c->diag, ok);
}

static void result_write(Diag *diag, ExitCode code) {
    char line[96];
    uint32_t errors = diag_error_count(diag), warnings = diag_warning_count(diag);
    diag_flush(diag);
    snprintf(line, sizeof line, "{\"event\":\"result\",\"success\":%s,\"errors\":%u,\"warnings\":%u}",
             code == EXIT_Success ? "true" : "false", errors, warnings);
    diag_event(diag, line);
}

static void *compilation_thread(void *context) {
    Compilation *c = context;
    c->exit_code = (int)compile(c);
    result_write(c->diag, (ExitCode)c->exit_code);
    pattern_close(c->method);
    pattern_close(c->why);
    arena_free(&c->program);
    return NULL;
}

// ---- the process --------------------------------------------------------------------------------

// Ends the process when nobody reads its events any more: the build was killed. (A parent-death signal would
// also come when only the parent's thread that started us ended.) Output files without a name vanish with the
// process.
static void *reader_watch(void *context) {
    struct pollfd output = {.fd = STDOUT_FILENO};
    (void)context;
    while (poll(&output, 1, -1) < 0 || !(output.revents & (POLLERR | POLLNVAL))) {
    }
    _exit(128 + 13); // as if by SIGPIPE
}

static bool reader_watch_start(void) {
    pthread_t thread;
    return pthread_create(&thread, NULL, reader_watch, NULL) == 0 && pthread_detach(thread) == 0;
}

static ExitCode compilation_run(Compilation *c) {
    pthread_t thread;
    int error = thread_start(&thread, compilation_thread, c);
    if (error) {
        diag_report(c->diag, DIAG_Internal, (DiagLocation){0}, strerror(error));
        result_write(c->diag, EXIT_Internal);
        return EXIT_Internal;
    }
    pthread_join(thread, NULL);
    return (ExitCode)c->exit_code;
}

static bool events_wanted(int count, char **arguments) {
    for (int i = 1; i < count; i++) {
        if (strcmp(arguments[i], "--events") == 0)
            return true;
    }
    return false;
}

int main(int count, char **arguments) {
    Compilation c = {0};
    c.texts.arena = &c.program;
    c.diag = diag_open(events_wanted(count, arguments));
    ExitCode code = EXIT_Success;
    if (!command_line_read(&c.command_line, count, arguments, c.diag)) {
        code = EXIT_BadRequest;
        result_write(c.diag, code);
    } else if (c.command_line.help) {
        command_line_help(stdout);
    } else if (c.command_line.version) {
        printf("tailor %s, LLVM %s\n", TAILOR_VERSION, TAILOR_LLVM_VERSION);
    } else {
        if (c.command_line.events)
            (void)reader_watch_start();
        code = compilation_run(&c);
    }
    diag_close(c.diag);
    return (int)code;
}
