#include "types_program.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

typedef ARRAY(Text) PathList;

// Where NuGet keeps restored packages (NUGET_PACKAGES or ~/.nuget/packages).
static const char *packages_directory(Arena *arena) {
    const char *set = getenv("NUGET_PACKAGES"), *home = getenv("HOME");
    return set ? set : arena_format(arena, "%s/.nuget/packages", home ? home : "");
}

static int name_compare(const void *a, const void *b) {
    return text_compare(*(const Text *)a, *(const Text *)b);
}

static void assemblies_add(Program *program, PathList *paths, const char *directory) {
    DIR *stream = opendir(directory);
    if (!stream)
        return;
    uint32_t first = paths->count;
    for (struct dirent *entry = readdir(stream); entry; entry = readdir(stream)) {
        size_t size = strlen(entry->d_name);
        if (size < 4 || strcmp(entry->d_name + size - 4, ".dll") != 0)
            continue;
        const char *path = arena_format(&program->arena, "%s/%s", directory, entry->d_name);
        ARRAY_PUSH(&program->arena, paths, (Text){path, strlen(path)});
    }
    closedir(stream);
    if (paths->count > first)
        qsort(paths->items + first, paths->count - first, sizeof *paths->items, name_compare);
}

Program *program_open(const char *input) {
    Program *program = checked_malloc(sizeof *program);
    *program = (Program){.diag = diag_open(false)};
    program->texts.arena = &program->arena;
    PathList references = {0};
    const char *pack = arena_format(
        &program->arena, "%s/microsoft.netcore.app.runtime.nativeaot.linux-x64/10.0.12/runtimes/linux-x64",
        packages_directory(&program->arena));
    assemblies_add(program, &references, arena_format(&program->arena, "%s/native", pack));
    assemblies_add(program, &references, arena_format(&program->arena, "%s/lib/net10.0", pack));
    if (references.count) {
        Text path = {input, input ? strlen(input) : 0};
        program->ts = types_open(&path, input ? 1 : 0, references.items, references.count, &program->arena,
                                 &program->texts, program->diag);
    }
    if (program->ts)
        return program;
    program_close(program);
    return NULL;
}

void program_close(Program *program) {
    if (program->ts)
        types_close(program->ts);
    else
        diag_flush(program->diag);
    diag_close(program->diag);
    arena_free(&program->arena);
    free(program);
}

Module *program_module(Program *program, const char *name) {
    return module_find(program->ts, (Text){name, strlen(name)});
}

Type *core_type(Program *program, const char *name_space, const char *name) {
    return type_find(program->ts, program_module(program, "System.Private.CoreLib"), name_space, name);
}
