// Runs the stages; the only file that knows their order.
#include "command_line.h"
#include "load/load.h"
#include "request/request.h"
#include "support/file.h"
#include "support/pattern.h"
#include "support/timer.h"

#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef enum ExitCode { EXIT_Success = 0, EXIT_Errors = 1, EXIT_BadRequest = 2, EXIT_Internal = 3 } ExitCode;

// Type graphs and expressions are walked recursively; generated code can nest them deeply. Only touched pages cost memory.
enum { STACK_SIZE = 512 * 1024 * 1024 };

enum { EVENT_SCHEMA = 1 };

/// What the stages hand on. Each stage fills its part, later ones only read it.
typedef struct Compilation {
    CommandLine command_line;
    Diag       *diag;
    Timer       timer;
    Arena       program;
    TextTable   texts;
    Pattern    *method; // --method
    Request     request;
    Image     **images; // --dump=load only: types/ opens its own
    uint32_t    image_count;
    ExitCode    exit_code;
} Compilation;

// ---- stages -----------------------------------------------------------------------------------------------------

static bool load_run(Compilation *c)
{
    const TextList *inputs = &c->request.inputs.assemblies;
    c->images = ARENA_ARRAY(&c->program, Image *, inputs->count);
    for (uint32_t i = 0; i < inputs->count; i++) {
        Image *image = image_open(inputs->items[i].data, &c->program, &c->texts, c->diag);
        if (!image) return false;
        c->images[c->image_count++] = image;
    }
    return true;
}

static void load_dump(const Compilation *c, FILE *file)
{
    for (uint32_t i = 0; i < c->image_count; i++) image_dump(c->images[i], c->method, file);
}

static void load_close(Compilation *c)
{
    for (uint32_t i = 0; i < c->image_count; i++) image_close(c->images[i]);
}

/// A row of the pipeline. Only `run` must be there.
typedef struct Stage {
    const char *name;
    bool (*run)(Compilation *c);                     // false: the reason has been reported, or the errors count
    void (*dump)(const Compilation *c, FILE *file);  // --dump=name
    void (*close)(Compilation *c);                   // in reverse order, also after a failure of its own run
    bool only_for_dump;                              // runs for --dump=name and otherwise not
} Stage;

static const Stage stages[] = {
    { "load", load_run, load_dump, load_close, true },
};
enum { STAGE_COUNT = sizeof stages / sizeof *stages };

static const Stage *stage_find(const char *name)
{
    for (size_t i = 0; i < STAGE_COUNT; i++) {
        if (strcmp(stages[i].name, name) == 0) return &stages[i];
    }
    return NULL;
}

static bool stages_run(Compilation *c)
{
    const Stage *last = c->command_line.dump ? stage_find(c->command_line.dump) : NULL;
    size_t       reached = 0;
    bool         ok = true;
    for (; ok && reached < STAGE_COUNT; reached++) {
        const Stage *stage = &stages[reached];
        if (stage->only_for_dump && stage != last) continue;
        timer_begin(&c->timer, stage->name);
        ok = stage->run(c) && diag_error_count(c->diag) == 0;
        timer_end(&c->timer);
        if (stage != last) continue;
        if (ok && stage->dump) stage->dump(c, stdout);
        reached++;
        break;
    }
    while (reached-- > 0) {
        const Stage *stage = &stages[reached];
        if (stage->close && (!stage->only_for_dump || stage == last)) stage->close(c);
    }
    return ok;
}

// ---- the compilation --------------------------------------------------------------------------------------------

static bool options_check(Compilation *c)
{
    const CommandLine *line = &c->command_line;
    if (line->dump && !stage_find(line->dump)) {
        const char *text = arena_format(&c->program, "there is no stage '%s' to dump", line->dump);
        diag_report(c->diag, DIAG_CommandLine, (DiagLocation){ 0 }, text);
        return false;
    }
    if (line->method) c->method = pattern_open(line->method, c->diag);
    return !line->method || c->method;
}

// All of standard input is read before anything is written: the task writes the request before it starts to read events.
static bool request_get(Compilation *c)
{
    char  *json;
    size_t size;
    if (!file_read_stdin(&json, &size, c->diag)) return false;
    timer_begin(&c->timer, "request");
    diag_event(c->diag, arena_format(&c->program, "{\"event\":\"hello\",\"schema\":%d,\"version\":\"%s\",\"llvm\":\"%s\"}",
                                     EVENT_SCHEMA, TAILOR_VERSION, TAILOR_LLVM_VERSION));
    bool ok = request_read(&c->request, json, size, &c->program, c->diag);
    timer_end(&c->timer);
    free(json);
    return ok;
}

static ExitCode exit_code_decide(const Diag *diag, bool ok)
{
    ExitCode code = ok ? EXIT_Success : EXIT_Errors;
    for (uint32_t i = 0; i < diag_record_count(diag); i++) {
        const DiagRecord *record = diag_record(diag, i);
        if (strncmp(record->code, "TLR99", 5) == 0) return EXIT_Internal;
        if (record->severity == SEVERITY_Error) code = EXIT_Errors;
    }
    return code;
}

static ExitCode compile(Compilation *c)
{
    if (!options_check(c) || !request_get(c)) return EXIT_BadRequest;
    bool ok = stages_run(c);
    if (c->command_line.time) timer_print(&c->timer, stderr);
    timer_events(&c->timer, c->diag);
    return exit_code_decide(c->diag, ok);
}

static void result_write(Diag *diag, ExitCode code)
{
    char     line[96];
    uint32_t errors = diag_error_count(diag), warnings = diag_warning_count(diag);
    diag_flush(diag);
    snprintf(line, sizeof line, "{\"event\":\"result\",\"success\":%s,\"errors\":%u,\"warnings\":%u}",
             code == EXIT_Success ? "true" : "false", errors, warnings);
    diag_event(diag, line);
}

static void *compilation_thread(void *context)
{
    Compilation *c = context;
    c->exit_code = compile(c);
    result_write(c->diag, c->exit_code);
    pattern_close(c->method);
    arena_free(&c->program);
    return NULL;
}

// ---- the process ------------------------------------------------------------------------------------------------

// Ends the process when nobody reads its events any more: the build was killed. (A parent-death signal would also come when
// only the parent's thread that started us ended.) Output files without a name vanish with the process.
static void *reader_watch(void *context)
{
    struct pollfd output = { .fd = STDOUT_FILENO };
    (void)context;
    while (poll(&output, 1, -1) < 0 || !(output.revents & (POLLERR | POLLNVAL))) {
    }
    _exit(128 + 13); // as if by SIGPIPE
}

static bool reader_watch_start(void)
{
    pthread_t thread;
    return pthread_create(&thread, NULL, reader_watch, NULL) == 0 && pthread_detach(thread) == 0;
}

static ExitCode compilation_run(Compilation *c)
{
    pthread_attr_t  attributes;
    pthread_t       thread;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_SIZE);
    int error = pthread_create(&thread, &attributes, compilation_thread, c);
    pthread_attr_destroy(&attributes);
    if (error) {
        diag_report(c->diag, DIAG_Internal, (DiagLocation){ 0 }, strerror(error));
        result_write(c->diag, EXIT_Internal);
        return EXIT_Internal;
    }
    pthread_join(thread, NULL);
    return c->exit_code;
}

static bool events_wanted(int count, char **arguments)
{
    for (int i = 1; i < count; i++) {
        if (strcmp(arguments[i], "--events") == 0) return true;
    }
    return false;
}

int main(int count, char **arguments)
{
    Compilation c = { 0 };
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
        if (c.command_line.events) (void)reader_watch_start();
        code = compilation_run(&c);
    }
    diag_close(c.diag);
    return (int)code;
}
