// warnings_test ASSEMBLY EXPECTED: marks the assembly's Main over the real packs and compares what is
// reported with the lines that the stock compiler prints for the same snippets (paths cut to file names, any
// order). Then the same with one warning per assembly. Exit code 77: the packs are not restored.
#include "reach/reach.h"
#include "support/file.h"
#include "types_program.h"

#include <stdlib.h>

static uint32_t failures;

static const char *base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static const char *line_of(Arena *arena, const DiagRecord *record) {
    const DiagLocation *at = &record->location;
    const char *place =
        at->line ? arena_format(arena, "%s(%u):", base_name(at->file), at->line) : "warnings :";
    return arena_format(arena, "%s %s%swarning %s: %s%s%s", place, record->category ? record->category : "",
                        record->category ? " " : "", record->code, at->member ? at->member : "",
                        at->member ? ": " : "", record->text);
}

static bool has_line(Text text, const char *line) {
    size_t size = strlen(line);
    for (size_t at = 0; at + size < text.size;) {
        const char *end = memchr(text.data + at, '\n', text.size - at);
        size_t length = end ? (size_t)(end - text.data) - at : text.size - at;
        if (length == size && memcmp(text.data + at, line, size) == 0)
            return true;
        at += length + 1;
    }
    return false;
}

static bool is_of_field(const char *line) {
    return strstr(line, "IL2097") || strstr(line, "IL2056") || strstr(line, "IL2099") ||
           strstr(line, "IL2114: Snippets.AnnotatedType.Annotated.field:");
}

static void compare(Program *program, Text expected) {
    TextBuilder printed = {.arena = &program->arena};
    for (uint32_t i = 0; i < diag_record_count(program->diag); i++) {
        const DiagRecord *record = diag_record(program->diag, i);
        if (strncmp(record->code, "IL", 2) != 0)
            continue;
        const char *line = line_of(&program->arena, record);
        if (!has_line(expected, line)) {
            printf("extra: %s\n", line);
            failures++;
        }
        text_append_z(&printed, line);
        text_append_z(&printed, "\n");
    }
    for (size_t at = 0; at < expected.size;) {
        const char *end = memchr(expected.data + at, '\n', expected.size - at);
        size_t length = end ? (size_t)(end - expected.data) - at : expected.size - at;
        const char *line = arena_format(&program->arena, "%.*s", (int)length, expected.data + at);
        text_append_z(&printed, "\n"); // has_line wants something behind the last line
        if (!has_line(text_built(&printed), line)) {
            printf("missing: %s\n", line);
            failures++;
        }
        at += length + 1;
    }
}

static bool run(const char *assembly, Text expected, bool single) {
    static const Text own[] = {{"warnings", 8}};
    Program *program = program_open(assembly);
    if (!program)
        return false;
    Request request = {.output.kind = OUTPUT_Exe,
                       .codegen.optimize = true,
                       .project.assembly_name = TEXT_LITERAL("warnings"),
                       .diagnostics.single_warn = single};
    if (!single)
        request.diagnostics.no_single_warn_assemblies = (TextList){own, 1};
    Il *il = il_open(program->ts, &request, &program->arena, program->diag);
    Reach *reach = reach_run(il, &request, &program->arena, program->diag);
    compare(program, expected);
    reach_close(reach);
    il_close(il);
    program_close(program);
    return true;
}

int main(int argc, char **argv) {
    Diag *diag = diag_open(false);
    Bytes bytes;
    if (argc < 3 || !file_map(argv[2], &bytes, diag))
        return 2;
    Text expected = {(const char *)bytes.data, bytes.size};
    if (!run(argv[1], expected, false))
        return 77;
    // Without a category (IL2035-IL2037, IL3000-IL3004) a warning is never collapsed, nor is that of a field
    // or property.
    Arena arena = {0};
    TextBuilder single = {.arena = &arena};
    text_append_z(
        &single,
        "warnings : warning IL2104: Assembly 'warnings' produced trim warnings. For more information see "
        "https://aka.ms/il2104\n"
        "warnings : warning IL3053: Assembly 'warnings' produced AOT analysis warnings.\n");
    for (size_t at = 0; at < expected.size;) {
        const char *end = memchr(expected.data + at, '\n', expected.size - at);
        size_t length = end ? (size_t)(end - expected.data) - at + 1 : expected.size - at;
        const char *line = arena_format(&arena, "%.*s", (int)length, expected.data + at);
        if (!strstr(line, " analysis warning ") || is_of_field(line))
            text_append_z(&single, line);
        at += length;
    }
    run(argv[1], text_built(&single), true);
    arena_free(&arena);
    file_unmap(bytes);
    diag_close(diag);
    return failures ? 1 : 0;
}
