// rules_test ASSEMBLY DESCRIPTOR: marks the assembly's Main over the real packs and checks the [Live] and
// [Dead] of rules.cs, then what the other stages rely on: sorted lists, tables that agree with call plans,
// symbols, reasons, equal results of two runs. Exit code 77: the packs are not restored.
#include "reach/reach.h"
#include "support/pattern.h"
#include "types_program.h"

#include <stdlib.h>

static uint32_t failures;

static void fail(const char *rule, Text what) {
    printf("%s: %.*s\n", rule, TEXT_ARG(what));
    failures++;
}

static bool says(const TypeDef *owner, Token token, const char *attribute) {
    Bytes blob;
    return attribute_find(owner->module, token, "", attribute, &blob);
}

// ---- [Live], [Dead] -----------------------------------------------------------------------------

static bool definition_marked(const Reach *reach, const MethodDef *def) {
    uint32_t count;
    const Method *const *methods = reach_methods(reach, &count);
    for (uint32_t i = 0; i < count; i++)
        if (methods[i]->def == def && methods[i]->synthetic == SYNTHETIC_None)
            return true;
    return false;
}

static bool type_allocated(const Reach *reach, TypeSystem *ts, Type *type) {
    (void)ts;
    return reach_type_level(reach, type) == LEVEL_Constructed;
}

static void check_type(Program *program, const Reach *reach, const TypeDef *def) {
    Token token = token_make(TABLE_TypeDef, def->rid);
    Type *type = type_from_def(program->ts, def);
    if (says(def, token, "LiveAttribute") && !type_allocated(reach, program->ts, type))
        fail("type is missing", def->name);
    if (says(def, token, "DeadAttribute") && type_allocated(reach, program->ts, type))
        fail("type is extra", def->name);
}

static uint32_t check_methods(Program *program, const Reach *reach, Module *module) {
    uint32_t rules = 0;
    for (uint32_t rid = 1; rid <= table_row_count(module->image, TABLE_MethodDef); rid++) {
        const MethodDef *def = method_def_get(program->ts, module, rid);
        Token token = token_make(TABLE_MethodDef, rid);
        bool live = says(def->owner, token, "LiveAttribute"), dead = says(def->owner, token, "DeadAttribute");
        bool marked = definition_marked(reach, def);
        char *name = arena_format(&program->arena, "%s.%s", def->owner->name.data, def->name.data);
        if (live && !marked)
            fail("method is missing", (Text){name, strlen(name)});
        if (dead && marked)
            fail("method is extra", (Text){name, strlen(name)});
        rules += live + dead;
    }
    return rules;
}

// ---- What lower/ and emit/ rely on --------------------------------------------------------------

static void check_vtable(const Reach *reach, TypeSystem *ts, Type *type) {
    uint32_t slot_count, count;
    const Method *const *table = reach_vtable(reach, type, &count);
    const VirtualSlot *slots = type_virtual_slots(ts, type, &slot_count);
    uint32_t used = 0;
    if (count == 0)
        return;
    for (uint32_t i = 0; i < slot_count; i++) {
        int32_t index = reach_slot_index(reach, slots[i].declaration);
        if (index < 0)
            continue;
        if ((uint32_t)index != used++)
            fail("slot is out of order", slots[i].declaration->name);
    }
    if (used != count)
        fail("vtable has another length", type->def ? type->def->name : TEXT_LITERAL("array"));
    for (uint32_t i = 0; i < count; i++) {
        if (!table[i])
            continue;
        if (!reach_has_method(reach, table[i]))
            fail("vtable entry is not compiled", table[i]->name);
        if (!reach_address_taken(reach, table[i]))
            fail("vtable entry without address", table[i]->name);
    }
}

static void check_row(const Reach *reach, Type *type) {
    uint32_t count;
    const SelectorEntry *row = reach_selector_row(reach, type, &count);
    uint32_t selector_count;
    reach_selectors(reach, &selector_count);
    for (uint32_t i = 0; i < count; i++) {
        if (i && row[i - 1].selector >= row[i].selector)
            fail("row is not ascending", row[i].target->name);
        if (row[i].selector >= selector_count)
            fail("row has an unknown selector", row[i].target->name);
        if (!reach_has_method(reach, row[i].target))
            fail("row entry is not compiled", row[i].target->name);
    }
}

static void check_tables(Program *program, const Reach *reach) {
    uint32_t count;
    Type *const *types = reach_types(reach, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (types[i]->is_generic_definition || reach_type_level(reach, types[i]) != LEVEL_Constructed)
            continue;
        if (types[i]->def && types[i]->def->is_interface)
            continue;
        check_vtable(reach, program->ts, types[i]);
        check_row(reach, types[i]);
    }
}

static Method *method_of(Program *program, Module *module, const char *type, const char *method) {
    Type *owner = type_find(program->ts, module, "", type);
    return owner ? type_find_method(program->ts, owner, method, NULL) : NULL;
}

static void check_plans(Program *program, const Reach *reach, Module *module) {
    Method *draw = method_of(program, module, "Shape", "Draw"),
           *run = method_of(program, module, "IRun", "Run");
    Method *circle_draw = method_of(program, module, "Circle", "Draw");
    Type *square = type_find(program->ts, module, "", "Square");
    CallPlan plan = reach_call_plan(reach, draw, draw->owner, false);
    if (plan.kind != CALL_Direct || plan.target != circle_draw)
        fail("only target is not direct", draw->name);
    plan = reach_call_plan(reach, draw, square, false);
    if (plan.kind != CALL_Never)
        fail("a class without instances has a target", draw->name);
    plan = reach_call_plan(reach, run, run->owner, false);
    if (plan.kind != CALL_Selector || (int32_t)plan.index != reach_selector_index(reach, run))
        fail("two targets need a selector", run->name);
    if (!reach_never_called(reach, method_of(program, module, "Square", "Called")))
        fail("is called", TEXT_LITERAL("Square.Called"));
    if (reach_cast_possible(reach, square))
        fail("cast can succeed", square->def->name);
    if (reach_only_implementer(reach, draw->owner) != circle_draw->owner)
        fail("has not one implementer", TEXT_LITERAL("Shape"));
}

static void check_order(const Reach *reach) {
    uint32_t count;
    const Utf16 *strings = reach_strings(reach, &count);
    for (uint32_t i = 0; i < count; i++)
        if (reach_string_index(reach, strings[i]) != i)
            fail("string is not found", TEXT_LITERAL(""));
    uint32_t method_count;
    const Method *const *methods = reach_methods(reach, &method_count);
    for (uint32_t i = 1; i < method_count; i++) {
        Text a = reach_symbol(reach, SYMBOL_Method, methods[i - 1]),
             b = reach_symbol(reach, SYMBOL_Method, methods[i]);
        if (text_equal(a, b))
            fail("two methods share a symbol", a);
    }
}

static char *dump_of(const Reach *reach, bool why) {
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);
    Diag *diag = diag_open(false);
    Pattern *pattern = why ? pattern_open("Circle::Draw", diag) : NULL;
    if (why)
        reach_why(reach, pattern, file);
    else
        reach_dump(reach, NULL, file);
    pattern_close(pattern);
    diag_close(diag);
    fclose(file);
    return text;
}

static void check_reasons(const Reach *reach) {
    char *chain = dump_of(reach, true);
    if (!strstr(chain, "virtual method of a type with instances") || !strstr(chain, "Program::Main") ||
        !strstr(chain, "<- runtime export"))
        fail("chain of reasons is broken", (Text){chain, strlen(chain)});
    free(chain);
}

/// A record with that code whose member or text mentions `what`.
static bool has_warning(const Diag *diag, const char *code, const char *what) {
    for (uint32_t i = 0; i < diag_record_count(diag); i++) {
        const DiagRecord *record = diag_record(diag, i);
        if (strcmp(record->code, code) != 0)
            continue;
        if (strstr(record->text, what) || (record->location.member && strstr(record->location.member, what)))
            return true;
    }
    return false;
}

// ---- A run --------------------------------------------------------------------------------------

/// Marks, checks if asked to, returns the dump; NULL without packs.
static char *run(const char *assembly, const char *descriptor, bool check) {
    Program *program = program_open(assembly);
    if (!program)
        return NULL;
    const Text init[] = {TEXT_LITERAL("System.Private.CoreLib")};
    const TextPair features[] = {
        {TEXT_LITERAL("Rules.Off"), TEXT_LITERAL("false")},
        {TEXT_LITERAL("System.Diagnostics.Tracing.EventSource.IsSupported"), TEXT_LITERAL("false")},
        {TEXT_LITERAL("System.Globalization.Invariant"), TEXT_LITERAL("true")},
        {TEXT_LITERAL("System.Runtime.CompilerServices.RuntimeFeature.IsDynamicCodeSupported"),
         TEXT_LITERAL("false")},
    };
    const Text descriptors[] = {{descriptor, strlen(descriptor)}};
    Request request = {.inputs.descriptors = {descriptors, 1},
                       .runtime.init_assemblies = {init, 1},
                       .codegen.max_generic_cycle = 4,
                       .trim.features = {features, sizeof features / sizeof *features}};
    Module *module = program_module(program, "rules");
    module->is_app = true;
    Il *il = il_open(program->ts, &request, &program->arena, program->diag);
    Reach *reach = reach_run(il, &request, &program->arena, program->diag);
    char *dump = NULL;
    if (!reach)
        fail("no closure", TEXT_LITERAL(""));
    if (reach && check) {
        for (uint32_t rid = 1; rid <= table_row_count(module->image, TABLE_TypeDef); rid++)
            check_type(program, reach, type_def_get(program->ts, module, rid));
        uint32_t rules = check_methods(program, reach, module);
        check_tables(program, reach);
        check_plans(program, reach, module);
        check_order(reach);
        check_reasons(reach);
        if (!has_warning(program->diag, "IL3054", "Growing"))
            fail("no warning", TEXT_LITERAL("Growing"));
        if (has_warning(program->diag, "IL3054", "Deep"))
            fail("a warning", TEXT_LITERAL("Deep"));
        if (!has_warning(program->diag, "IL2008", "DoesNotExist"))
            fail("no warning", TEXT_LITERAL("DoesNotExist"));
        ReachCounts counts = reach_counts(reach);
        printf("%u rules, %u failed; %u methods, %u constructed types\n", rules, failures, counts.methods,
               counts.constructed_types);
    }
    if (reach)
        dump = dump_of(reach, false);
    reach_close(reach);
    il_close(il);
    program_close(program);
    return dump ? dump : calloc(1, 1);
}

int main(int argc, char **argv) {
    char *first = argc > 2 ? run(argv[1], argv[2], true) : NULL;
    if (!first)
        return 77;
    char *second = run(argv[1], argv[2], false);
    if (strcmp(first, second) != 0)
        fail("two runs differ", TEXT_LITERAL(""));
    free(first);
    free(second);
    return failures ? 1 : 0;
}
