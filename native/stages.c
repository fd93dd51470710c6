#include "stages.h"

#include "request/instruction_sets.h"
#include "support/file.h"
#include "types/pack_check.h"

#include <string.h>

// ---- load (only to look at the images) ----------------------------------------------------------

static bool load_run(Compilation *c) {
    const TextList *inputs = &c->request.inputs.assemblies;
    c->images = ARENA_ARRAY(&c->program, Image *, inputs->count);
    for (uint32_t i = 0; i < inputs->count; i++) {
        Image *image = image_open(inputs->items[i].data, &c->program, &c->texts, c->diag);
        if (!image)
            return false;
        c->images[c->image_count++] = image;
    }
    return true;
}

static void load_dump(const Compilation *c, FILE *file) {
    for (uint32_t i = 0; i < c->image_count; i++)
        image_dump(c->images[i], c->method, file);
}

static void load_close(Compilation *c) {
    for (uint32_t i = 0; i < c->image_count; i++)
        image_close(c->images[i]);
}

// ---- types --------------------------------------------------------------------------------------

static bool types_run(Compilation *c) {
    const Request *request = &c->request;
    c->types = types_open(request->inputs.assemblies.items, request->inputs.assemblies.count,
                          request->inputs.references.items, request->inputs.references.count, &c->program,
                          &c->texts, c->diag);
    if (c->types)
        types_set_vector_size(c->types, instruction_sets_vector_size(request));
    return c->types &&
           types_open_satellites(c->types, request->inputs.satellites.items,
                                 request->inputs.satellites.count) &&
           pack_check(c->types, request->project.runtime_pack_version, request->tool.runtime_pack_directory,
                      c->diag);
}

static void types_stage_dump(const Compilation *c, FILE *file) {
    types_dump(c->types, c->method, file);
}

static void types_stage_close(Compilation *c) {
    if (c->types)
        types_close(c->types);
}

// ---- il, reach ----------------------------------------------------------------------------------

static bool reach_stage_run(Compilation *c) {
    c->il = il_open(c->types, &c->request, &c->program, c->diag);
    if (!c->il)
        return false;
    c->reach = reach_run(c->il, &c->request, &c->program, c->diag);
    if (!c->reach)
        return false;
    ReachCounts counts = reach_counts(c->reach);
    timer_count(&c->timer, "methods", counts.methods, "");
    timer_count(&c->timer, "constructed types", counts.constructed_types, "");
    timer_count(&c->timer, "necessary types", counts.necessary_types, "");
    timer_count(&c->timer, "virtual slots", counts.slots, "");
    timer_count(&c->timer, "selectors", counts.selectors, "");
    timer_count(&c->timer, "strings", counts.strings, "");
    timer_count(&c->timer, "rounds", counts.rounds, "");
    return reach_dgml_write(c->reach, c->diag);
}

static void reach_stage_dump(const Compilation *c, FILE *file) {
    reach_dump(c->reach, c->method, file);
}

static void instances_stage_dump(const Compilation *c, FILE *file) {
    reach_dump_instances(c->reach, c->method, file);
}

static void reach_stage_close(Compilation *c) {
    if (c->reach)
        reach_close(c->reach);
    if (c->il)
        il_close(c->il);
}

// For the stages that only show what reach/ made.
static bool reach_is_done(Compilation *c) {
    return c->reach != NULL;
}

static void il_stage_dump(const Compilation *c, FILE *file) {
    Arena scratch = {0};
    uint32_t count;
    const Method *const *methods = reach_methods(c->reach, &count);
    for (uint32_t i = 0; i < count; i++) {
        Text name = method_display(c->types, methods[i], &scratch);
        bool wanted = !c->method || pattern_matches(c->method, name);
        bool has_body = methods[i]->synthetic != SYNTHETIC_UnboxingStub &&
                        methods[i]->synthetic != SYNTHETIC_UnmanagedEntry;
        if (wanted && has_body)
            il_dump(c->il, il_body(c->il, methods[i], &scratch), file);
        arena_reset(&scratch);
    }
    arena_free(&scratch);
}

// ---- lower, emit --------------------------------------------------------------------------------

static bool share_run(Compilation *c) {
    c->machine = target_machine_open(&c->request, c->diag);
    if (!c->machine)
        return false;
    c->sharing = sharing_find(c->reach, c->machine, &c->program, c->diag);
    if (!c->sharing)
        return false;
    SharingCounts counts = sharing_counts(c->sharing);
    timer_count(&c->timer, "generic instances", counts.candidates, "");
    timer_count(&c->timer, "aliases", counts.aliases, "");
    timer_count(&c->timer, "with a context", counts.shared, "");
    return true;
}

static void share_close(Compilation *c) {
    if (c->machine)
        LLVMDisposeTargetMachine(c->machine);
}

static bool lower_run(Compilation *c) {
    c->units = units_partition(c->reach, &c->program, &c->unit_count);
    timer_count(&c->timer, "units", c->unit_count, "");
    bool ok = true;
    for (uint32_t i = 0; i < c->unit_count; i++) {
        ok &= lower_unit(&c->units[i], c->reach, c->sharing, c->machine, c->diag);
        if (c->unit_count > 1)
            unit_pack(&c->units[i], &c->program);
    }
    return ok;
}

static void lower_stage_dump(const Compilation *c, FILE *file) {
    for (uint32_t i = 0; i < c->unit_count; i++) {
        Unit *unit = &c->units[i];
        if (unit->bitcode && !unit_unpack(unit, c->diag))
            return;
        lower_dump(unit, c->reach, c->method, file);
        unit_close(unit);
    }
}

static void lower_close(Compilation *c) {
    for (uint32_t i = 0; i < c->unit_count; i++)
        unit_close(&c->units[i]);
}

/// "<intermediate directory>units/<number>.o".
static const char *unit_path(Compilation *c, uint32_t index) {
    return arena_format(&c->program, "%.*sunits/%03u.o", TEXT_ARG(c->request.output.intermediate_directory),
                        index);
}

/// The object files beside the one that the build looks at: the targets add them to the link. One path a
/// line.
static bool units_list_write(Compilation *c, const char *const *paths, uint32_t count) {
    TextBuilder list = {.arena = &c->program};
    for (uint32_t i = 0; i < count; i++)
        text_append_format(&list, "%s\n", paths[i]);
    Text content = text_built(&list);
    Text object = c->request.output.object;
    if (text_ends_with(object, ".o"))
        object.size -= 2;
    const char *path = arena_format(&c->program, "%.*s.units", TEXT_ARG(object));
    return file_write_atomic(path, (Bytes){(const uint8_t *)content.data, content.size}, c->diag);
}

/// Code and data; `paths` holds one path for each unit and, unless there is a single unit, one for the data.
static bool objects_write(Compilation *c, const char *const *paths) {
    if (c->unit_count == 1)
        return emit_program_single(&c->units[0], c->reach, paths[0], c->diag);
    const char *directory =
        arena_format(&c->program, "%.*sunits", TEXT_ARG(c->request.output.intermediate_directory));
    return directory_make(directory, c->diag) &&
           emit_program(c->units, c->unit_count, c->reach, paths, c->diag);
}

static bool emit_run(Compilation *c) {
    uint32_t count = c->unit_count == 1 ? 1 : c->unit_count + 1;
    const char **paths = ARENA_ARRAY(&c->program, const char *, count);
    for (uint32_t i = 0; i + 1 < count; i++)
        paths[i] = unit_path(c, i);
    paths[count - 1] = arena_format(&c->program, "%.*s", TEXT_ARG(c->request.output.object));
    // The object that the build looks at is written before the small files: they are never there without it.
    bool ok = objects_write(c, paths) && emit_exports_file(c->reach, c->diag) &&
              units_list_write(c, paths, count - 1);
    for (uint32_t i = 0; !ok && i < count; i++)
        remove(paths[i]);
    c->objects = paths;
    c->object_count = count;
    return ok;
}

static void emit_stage_dump(const Compilation *c, FILE *file) {
    emit_dump(c->reach, c->method, file, c->diag);
}

// ---- report -------------------------------------------------------------------------------------

static bool report_run(Compilation *c) {
    ObjectSizes sizes;
    if (!report_totals(c->objects, c->object_count, &sizes, c->diag))
        return false;
    timer_count(&c->timer, "code", sizes.code, "bytes");
    timer_count(&c->timer, "data", sizes.data, "bytes");
    timer_count(&c->timer, "unwind tables", sizes.unwind, "bytes");
    if (c->command_line.sizes && !report_sizes(c->objects, c->object_count, stderr, c->diag))
        return false;
    return report_map_write(&c->request, c->objects, c->object_count, c->diag);
}

// ---- the order ----------------------------------------------------------------------------------

/// A row of the pipeline. Only `run` must be there.
typedef struct Stage {
    const char *name;
    bool (*run)(Compilation *c); // false: the reason has been reported, or the errors count
    void (*dump)(const Compilation *c, FILE *file); // --dump=name
    void (*close)(Compilation *c);                  // in reverse order, also after a failure of its own run
    bool only_for_dump;                             // runs for --dump=name and otherwise not
} Stage;

static const Stage stages[] = {
    {"load", load_run, load_dump, load_close, true},
    {"types", types_run, types_stage_dump, types_stage_close, false},
    {"reach", reach_stage_run, reach_stage_dump, reach_stage_close, false},
    {"instances", reach_is_done, instances_stage_dump, NULL, true},
    {"il", reach_is_done, il_stage_dump, NULL, true},
    {"emit", reach_is_done, emit_stage_dump, NULL, true},
    {"share", share_run, NULL, share_close, false},
    {"lower", lower_run, lower_stage_dump, lower_close, false},
    {"object", emit_run, NULL, NULL, false},
    {"report", report_run, NULL, NULL, false},
};
enum { STAGE_COUNT = sizeof stages / sizeof *stages };

static const Stage *stage_find(const char *name) {
    for (size_t i = 0; i < STAGE_COUNT; i++)
        if (strcmp(stages[i].name, name) == 0)
            return &stages[i];
    return NULL;
}

bool stage_exists(const char *name) {
    return stage_find(name) != NULL;
}

bool stages_run(Compilation *c) {
    const char *wanted = c->command_line.dump ? c->command_line.dump : c->why ? "reach" : NULL;
    const Stage *last = wanted ? stage_find(wanted) : NULL;
    size_t reached = 0;
    bool ok = true;
    for (; ok && reached < STAGE_COUNT; reached++) {
        const Stage *stage = &stages[reached];
        if (stage->only_for_dump && stage != last)
            continue;
        timer_begin(&c->timer, stage->name);
        ok = stage->run(c) && diag_error_count(c->diag) == 0;
        timer_end(&c->timer);
        if (stage != last)
            continue;
        if (ok && c->why)
            reach_why(c->reach, c->why, stdout);
        else if (ok && stage->dump)
            stage->dump(c, stdout);
        reached++;
        break;
    }
    while (reached-- > 0) {
        const Stage *stage = &stages[reached];
        if (stage->close && (!stage->only_for_dump || stage == last))
            stage->close(c);
    }
    return ok;
}
