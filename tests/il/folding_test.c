// folding_test ASSEMBLY: walks what each method of `Rules` reaches inside the assembly through the bodies
// that il/ makes. Nothing may reach Mark.Dead; a method whose source names Mark.Live must reach it. Exit code
// 77: the packs are not restored.
#include "il/il.h"
#include "types_program.h"

#include <stdlib.h>

typedef struct Walk {
    Il *il;
    TypeSystem *ts;
    Module *module;
    Arena *arena;
    ARRAY(const Method *) seen;
    bool dead, live;
} Walk;

static void visit(Walk *w, const Method *method) {
    if (!method->def || method->def->owner->module != w->module || method->def->is_abstract)
        return;
    if (text_equal_z(method->owner->def->name, "Mark")) {
        if (text_equal_z(method->name, "Dead"))
            w->dead = true;
        if (text_equal_z(method->name, "Live"))
            w->live = true;
        return;
    }
    for (uint32_t i = 0; i < w->seen.count; i++)
        if (w->seen.items[i] == method)
            return;
    ARRAY_PUSH(w->arena, &w->seen, method);
    Body *body = il_body(w->il, method, w->arena);
    for (uint32_t b = 0; b < body->block_count; b++) {
        const Block *block = &body->blocks[b];
        if (!block->live)
            continue;
        for (uint32_t i = block->first; i < block->first + block->count; i++) {
            const Instruction *in = &body->instructions[i];
            if (in->op == OP_call || in->op == OP_callvirt || in->op == OP_newobj || in->op == OP_ldftn)
                visit(w, in->method);
        }
    }
}

/// Virtual calls of a base class may also reach its overrides; those rules are about receivers that are
/// known.
static bool check(Walk *w, const Method *method) {
    w->seen.count = 0;
    w->dead = w->live = false;
    visit(w, method);
    bool wants_live =
        !text_equal_z(method->name, "TrivialGetter") && !text_equal_z(method->name, "GetterOfGetter") &&
        !text_equal_z(method->name, "AndArgument") && !text_equal_z(method->name, "InstanceGetter") &&
        !text_equal_z(method->name, "ExactVirtualGetter") && !text_equal_z(method->name, "ThroughLocal") &&
        !text_equal_z(method->name, "ThroughTwoLocals") && !text_equal_z(method->name, "Conjunction") &&
        !text_equal_z(method->name, "LoopInvariant") && !text_equal_z(method->name, "DeadTry");
    bool ok = !w->dead && w->live == wants_live;
    if (!ok) {
        printf("%.*s: %s\n", TEXT_ARG(method->name), w->dead ? "reaches Dead" : "does not reach Live");
        il_dump(w->il, il_body(w->il, method, w->arena), stdout);
    }
    return ok;
}

int main(int argc, char **argv) {
    Program *program = argc > 1 ? program_open(argv[1]) : NULL;
    if (!program)
        return 77;
    const TextPair features[] = {
        {TEXT_LITERAL("Folding.Off"), TEXT_LITERAL("false")},
        {TEXT_LITERAL("Folding.On"), TEXT_LITERAL("true")},
        {TEXT_LITERAL("System.Runtime.CompilerServices.RuntimeFeature.IsDynamicCodeSupported"),
         TEXT_LITERAL("false")},
    };
    Request request = {.trim.features = {features, sizeof features / sizeof *features}};
    Walk walk = {.il = il_open(program->ts, &request, &program->arena, program->diag),
                 .ts = program->ts,
                 .arena = &program->arena,
                 .module = program_module(program, "folding")};
    Type *rules = type_find(program->ts, walk.module, "", "Rules");
    uint32_t count = 0, failed = 0;
    Method *const *methods = type_methods(program->ts, rules, &count);
    for (uint32_t i = 0; i < count; i++)
        failed += !check(&walk, methods[i]);
    printf("%u rules, %u failed\n", count, failed);
    il_close(walk.il);
    program_close(program);
    return failed ? 1 : 0;
}
