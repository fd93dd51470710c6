// Bodies in memory: every opcode, invalid IL of every kind, hostile sizes, damage; and the bodies of the
// whole CoreLib. All over the real packs; skipped when they are not restored.
#include "cmocka_all.h"
#include "il/il.h"
#include "image_builder.h"
#include "types_program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// ---- A module of bodies -------------------------------------------------------------------------

/// Exception clause in IL offsets: kind, try offset, try size, handler offset, handler size, filter offset or
/// class token.
typedef struct Clause {
    uint32_t values[6];
} Clause;

typedef struct Sample {
    const char *name;
    const void *code;
    size_t size;
    const char *invalid; // part of the expected reason; NULL: valid
    const Clause *clauses;
    uint32_t clause_count;
} Sample;

typedef struct Bench {
    Arena arena;
    Program *program;
    Il *il;
    Request request;
    Module *module;
    char path[64];
} Bench;

/// Fat header with two int32 locals (II.25.4.3), fat clauses (II.25.4.6).
static uint32_t body_add(ImageBuilder *b, const Sample *sample) {
    ByteBuffer body = {0};
    Arena *a = b->arena;
    buffer_number(a, &body, sample->clause_count ? 0x301B : 0x3013, 2);
    buffer_number(a, &body, 8, 2);
    buffer_number(a, &body, sample->size, 4);
    buffer_number(a, &body, 0x11000001, 4);
    buffer_bytes(a, &body, sample->code, sample->size);
    if (sample->clause_count) {
        buffer_align(a, &body, 4);
        buffer_number(a, &body, 0x41, 1);
        buffer_number(a, &body, 4 + 24 * (uint64_t)sample->clause_count, 3);
        for (uint32_t i = 0; i < sample->clause_count; i++)
            for (int k = 0; k < 6; k++)
                buffer_number(a, &body, sample->clauses[i].values[k], 4);
    }
    return builder_data(b, body.items, body.count);
}

/// `class Bodies : Object { static int Name(int); ... }` in an assembly called bodies.
static Bytes image_of(Arena *arena, const Sample *samples, uint32_t count) {
    ImageBuilder b;
    builder_init(&b, arena);
    BUILDER_ROW(&b, TABLE_Module, 0, builder_string(&b, "bodies.dll"), builder_guid(&b, 0xAB), 0, 0);
    BUILDER_ROW(&b, TABLE_Assembly, 0x8004, 1, 0, 0, 0, 0, 0, builder_string(&b, "bodies"), 0);
    BUILDER_ROW(&b, TABLE_AssemblyRef, 10, 0, 0, 0, 0, 0, builder_string(&b, "System.Private.CoreLib"), 0, 0);
    BUILDER_ROW(&b, TABLE_TypeRef, 0x23000001, builder_string(&b, "Object"), builder_string(&b, "System"));
    BUILDER_ROW(&b, TABLE_TypeDef, 0, builder_string(&b, "<Module>"), 0, 0, 1, 1);
    BUILDER_ROW(&b, TABLE_TypeDef, 0x100001, builder_string(&b, "Bodies"), 0, 0x01000001, 1, 1);
    BUILDER_ROW(&b, TABLE_StandAloneSig, builder_blob(&b, "\7\2\x8\x8", 4));
    uint32_t signature = builder_blob(&b, "\0\1\x8\x8", 4);
    for (uint32_t i = 0; i < count; i++)
        BUILDER_ROW(&b, TABLE_MethodDef, body_add(&b, &samples[i]), 0, 0x16,
                    builder_string(&b, samples[i].name), signature, 1);
    return builder_finish(&b);
}

static bool bench_open(Bench *bench, const Sample *samples, uint32_t count) {
    memset(bench, 0, sizeof *bench);
    if (samples) {
        Bytes image = image_of(&bench->arena, samples, count);
        strcpy(bench->path, "/tmp/tailor-il-XXXXXX");
        int file = mkstemp(bench->path);
        assert_true(file >= 0);
        assert_int_equal(write(file, image.data, image.size), (ssize_t)image.size);
        close(file);
    }
    bench->program = program_open(samples ? bench->path : NULL);
    if (samples)
        unlink(bench->path);
    if (!bench->program) {
        arena_free(&bench->arena);
        return false;
    }
    bench->module = program_module(bench->program, samples ? "bodies" : "System.Private.CoreLib");
    bench->il = il_open(bench->program->ts, &bench->request, &bench->program->arena, bench->program->diag);
    return true;
}

static void bench_close(Bench *bench) {
    il_close(bench->il);
    program_close(bench->program);
    arena_free(&bench->arena);
}

static Method *method_of(Bench *bench, uint32_t rid) {
    MethodDef *def = method_def_get(bench->program->ts, bench->module, rid);
    Failure failure = {0};
    if (!def || def->generic_count || def->owner->generic_count)
        return NULL;
    return method_instantiate(bench->program->ts, def, type_from_def(bench->program->ts, def->owner), NULL, 0,
                              &failure);
}

// ---- What every Body promises -------------------------------------------------------------------

static bool ends_block(Opcode op) {
    return op == OP_br || op == OP_leave || op == OP_ret || op == OP_throw || op == OP_rethrow ||
           op == OP_endfinally || op == OP_endfilter || op == OP_unreachable;
}

static void check_target(const Body *body, uint32_t target) {
    assert_true(target < body->block_count);
    assert_true(body->blocks[target].live);
}

static void check_instruction(const Body *body, const Instruction *in) {
    if ((in->op >= OP_br && in->op <= OP_blt_un) || in->op == OP_leave)
        check_target(body, in->block);
    for (uint32_t i = 0; in->op == OP_switch && i < in->targets->count; i++)
        check_target(body, in->targets->blocks[i]);
    if (in->op == OP_ldarg || in->op == OP_starg || in->op == OP_ldarga)
        assert_true(in->index < body->arg_count);
    if (in->op == OP_ldloc || in->op == OP_stloc || in->op == OP_ldloca)
        assert_true(in->index < body->local_count);
    if (in->op == OP_call || in->op == OP_callvirt || in->op == OP_newobj)
        assert_non_null(in->method);
    assert_true(in->op != OP_sizeof && in->op != OP_jmp && in->op != OP_cpobj && in->op != OP_nop &&
                in->op != OP_throw_failure);
    if (in->op == OP_box || in->op == OP_unbox_any)
        assert_true(in->type->is_value_type);
}

static void check_body(const Body *body) {
    assert_true(body->block_count > 0 && body->blocks[0].live);
    for (uint32_t b = 0; b < body->block_count; b++) {
        const Block *block = &body->blocks[b];
        assert_true(block->live || block->count == 0);
        assert_true(block->first + block->count <= body->instruction_count);
        for (uint32_t i = block->first; i < block->first + block->count; i++)
            check_instruction(body, &body->instructions[i]);
        if (!block->live)
            continue;
        bool ends = block->count && ends_block(body->instructions[block->first + block->count - 1].op);
        if (!ends)
            check_target(body, b + 1);
    }
    for (uint32_t i = 0; i < body->region_count; i++) {
        const EhRegion *r = &body->regions[i];
        assert_true(r->parent == -1 || r->parent > (int32_t)i);
        assert_true(r->try_first + r->try_count <= body->block_count);
        if (r->live)
            assert_true(body->blocks[r->handler_first].live);
    }
}

static void check_sample(Bench *bench, uint32_t index, const Sample *sample) {
    Arena scratch = {0};
    Body *body = il_body(bench->il, method_of(bench, index + 1), &scratch);
    if (!sample->invalid && body->invalid)
        fail_msg("%s: %s", sample->name, body->invalid);
    if (sample->invalid && (!body->invalid || !strstr(body->invalid, sample->invalid)))
        fail_msg("%s: '%s' instead of '%s'", sample->name, body->invalid ? body->invalid : "valid",
                 sample->invalid);
    if (body->invalid)
        assert_int_equal(body->failure->kind, FAILURE_InvalidProgram);
    check_body(body);
    arena_free(&scratch);
}

static void check_samples(const Sample *samples, uint32_t count) {
    Bench bench;
    if (!bench_open(&bench, samples, count))
        skip();
    for (uint32_t i = 0; i < count; i++)
        check_sample(&bench, i, &samples[i]);
    bench_close(&bench);
}

// ---- Tests --------------------------------------------------------------------------------------

#define CODE(bytes) bytes, sizeof(bytes) - 1

static void test_valid(void **state) {
    (void)state;
    static const Clause finally[] = {{{2, 0, 3, 3, 1, 0}}};
    static const Clause filter[] = {{{1, 0, 2, 6, 3, 2}}};
    static const Sample samples[] = {
        {"constant", CODE("\x17\x2A"), NULL, NULL, 0},
        {"loop", CODE("\x16\x0A\x06\x17\x58\x0A\x06\x02\x32\xF8\x06\x2A"), NULL, NULL, 0},
        {"dead_code_is_not_looked_at", CODE("\x17\x2A\x26\x26\x26"), NULL, NULL, 0},
        {"dead_branch", CODE("\x16\x2C\x01\x26\x17\x2A"), NULL, NULL, 0},
        {"finally", CODE("\xDE\x02\x00\xDC\x17\x2A"), NULL, finally, 1},
        {"filter", CODE("\xDE\x07\x26\x17\xFE\x11\x26\xDE\x00\x17\x2A"), NULL, filter, 1},
        {"token_zero_throws", CODE("\x28\0\0\0\0\x17\x2A"), NULL, NULL, 0},
        {"token_out_of_range_throws", CODE("\x28\xFF\xFF\xFF\x06\x17\x2A"), NULL, NULL, 0},
        {"string_out_of_range_throws", CODE("\x72\xFF\xFF\xFF\x70\x26\x17\x2A"), NULL, NULL, 0},
    };
    check_samples(samples, sizeof samples / sizeof *samples);
}

static void test_invalid(void **state) {
    (void)state;
    static const Clause overlap[] = {{{2, 0, 2, 1, 2, 0}}};
    static const Clause inside[] = {{{2, 0, 1, 2, 1, 0}}};
    static const Clause crossing[] = {{{2, 0, 2, 2, 1, 0}}, {{2, 1, 2, 3, 1, 0}}};
    static const Clause far[] = {{{2, 0, 0x7FFFFFFF, 3, 0x7FFFFFFF, 0}}};
    static const Clause kind[] = {{{3, 0, 1, 1, 1, 0}}};
    static const Clause empty[] = {{{2, 0, 0, 1, 1, 0}}};
    static const Sample samples[] = {
        {"undefined", CODE("\x24\x2A"), "not defined", NULL, 0},
        {"undefined_two_bytes", CODE("\xFE\x08\x2A"), "not defined", NULL, 0},
        {"truncated_opcode", CODE("\x17\x2A\xFE"), "truncated", NULL, 0},
        {"truncated_operand", CODE("\x17\x2A\x20\x01"), "truncated", NULL, 0},
        {"truncated_switch", CODE("\x02\x45\xFF\xFF\xFF\x7F\x17\x2A"), "truncated", NULL, 0},
        {"branch_outside", CODE("\x2B\x7F\x17\x2A"), "leaves the body", NULL, 0},
        {"branch_before", CODE("\x2B\x80\x17\x2A"), "leaves the body", NULL, 0},
        {"branch_into_instruction", CODE("\x2B\x01\x20\x00\x00\x00\x00\x2A"), "into an instruction", NULL, 0},
        {"underflow", CODE("\x26\x17\x2A"), "stack is empty", NULL, 0},
        {"underflow_call", CODE("\x58\x2A"), "stack is empty", NULL, 0},
        {"no_result", CODE("\x2A"), "stack is empty", NULL, 0},
        {"falls_off", CODE("\x00"), "falls off", NULL, 0},
        {"falls_off_branch", CODE("\x02\x2C\xFD"), "falls off", NULL, 0},
        {"depths_differ", CODE("\x02\x2C\x01\x17\x17\x2A"), "different depths", NULL, 0},
        {"types_differ", CODE("\x02\x2C\x03\x17\x2B\x01\x14\x26\x17\x2A"), "different types", NULL, 0},
        {"operands", CODE("\x14\x17\x58\x2A"), "wrong type", NULL, 0},
        {"argument_number", CODE("\x03\x2A"), "argument number", NULL, 0},
        {"local_number", CODE("\x08\x2A"), "local variable number", NULL, 0},
        {"prefix_alone", CODE("\x17\x2A\xFE\x13"), "prefix", NULL, 0},
        {"throw_number", CODE("\x17\x7A"), "needs an object", NULL, 0},
        {"handler_overlaps", CODE("\x00\x00\xDC\x17\x2A"), "overlap", overlap, 1},
        {"clause_into_instruction", CODE("\x00\x20\x00\x00\x00\x00\x2A"), "into an instruction", inside, 1},
        {"clauses_cross", CODE("\x00\x00\xDC\xDC\x17\x2A"), "overlap", crossing, 2},
        {"clause_outside", CODE("\x00\x17\x2A\xDC"), "into an instruction", far, 1},
        {"clause_kind", CODE("\x00\xDC\x17\x2A"), "malformed", kind, 1},
        {"clause_empty", CODE("\x00\xDC\x17\x2A"), "empty", empty, 1},
    };
    check_samples(samples, sizeof samples / sizeof *samples);
}

/// Whatever an opcode needs, the decoder knows it: some reason may follow, but not that the opcode is
/// undefined.
static void test_opcodes(void **state) {
    (void)state;
    static const uint16_t numbers[] = {
#define ENCODING(code, op, operand, implied) code,
#include "il/encoding.def"
#undef ENCODING
    };
    enum { COUNT = sizeof numbers / sizeof *numbers };
    static uint8_t code[COUNT][16];
    static char names[COUNT][8];
    static Sample samples[COUNT];
    for (uint32_t i = 0; i < COUNT; i++) {
        uint32_t at = 0;
        if (numbers[i] >= 0x100)
            code[i][at++] = 0xFE;
        code[i][at++] = (uint8_t)numbers[i];
        snprintf(names[i], sizeof names[i], "op%03X", numbers[i]);
        samples[i] = (Sample){names[i], code[i], sizeof code[i], NULL, NULL, 0}; // operands 0, then nops
    }
    Bench bench;
    if (!bench_open(&bench, samples, COUNT))
        skip();
    Arena scratch = {0};
    for (uint32_t i = 0; i < COUNT; i++) {
        Body *body = il_body(bench.il, method_of(&bench, i + 1), &scratch);
        assert_true(body->invalid || body->failure || body->instruction_count > 0);
        if (body->invalid && strstr(body->invalid, "not defined"))
            fail_msg("opcode %03X is not defined", numbers[i]);
        check_body(body);
        arena_reset(&scratch);
    }
    arena_free(&scratch);
    bench_close(&bench);
}

/// Sizes that a program generator or an attacker reaches; quadratic work would take minutes here.
static void test_large(void **state) {
    (void)state;
    enum { REPEAT = 20000 };
    static uint8_t forward[REPEAT * 3 + 2], counting[REPEAT * 7 + 2], targets[5 + 1 + 4 * REPEAT + 2],
        pushes[REPEAT + 1];
    for (int i = 0; i < REPEAT; i++) {
        memcpy(forward + i * 3, "\x02\x2D\x00", 3); // if (argument) goto next
        memcpy(counting + i * 7, "\x06\x17\x58\x0A\x06\x2D\xF2",
               7); // local++; if (local) goto the group before
        pushes[i] = 0x17;
    }
    memcpy(counting + 5, "\x26\x00", 2); // the first one has none before it
    memcpy(forward + REPEAT * 3, "\x17\x2A", 2);
    memcpy(counting + REPEAT * 7, "\x17\x2A", 2);
    pushes[REPEAT] = 0x2A;
    uint32_t count = REPEAT;
    targets[0] = 0x02;
    targets[1] = 0x45;
    memcpy(targets + 2, &count, 4);
    memcpy(targets + 6 + 4 * REPEAT, "\x17\x2A", 2); // every target is 0: the next instruction
    const Sample samples[] = {
        {"forward", forward, sizeof forward, NULL, NULL, 0},
        {"counting", counting, sizeof counting, NULL, NULL, 0},
        {"switch", targets, sizeof targets, NULL, NULL, 0},
        {"pushes", pushes, sizeof pushes, NULL, NULL, 0},
    };
    check_samples(samples, sizeof samples / sizeof *samples);
}

/// Cuts and flips of a body with a loop, a switch, a protected block: a body comes back every time.
static void test_damaged(void **state) {
    (void)state;
    static const uint8_t code[] = {0x16, 0x0A, 0x02, 0x45, 2,    0,    0,    0,    0,    0,    0,    0,
                                   5,    0,    0,    0,    0x06, 0x17, 0x58, 0x0A, 0xDE, 0x01, 0xDC, 0x06,
                                   0x02, 0x32, 0xE6, 0x72, 1,    0,    0,    0x70, 0x26, 0x06, 0x2A};
    static const Clause clause = {{2, 16, 6, 22, 1, 0}};
    enum { SIZE = sizeof code, COUNT = SIZE * 9 };
    static uint8_t copies[COUNT][SIZE];
    static char names[COUNT][8];
    static Sample samples[COUNT];
    for (uint32_t i = 0; i < COUNT; i++) {
        memcpy(copies[i], code, SIZE);
        bool flip = i >= SIZE;
        if (flip)
            copies[i][(i - SIZE) / 8] ^= (uint8_t)(1u << (i - SIZE) % 8);
        snprintf(names[i], sizeof names[i], "m%u", i);
        samples[i] = (Sample){names[i], copies[i], flip ? SIZE : i, NULL, &clause, 1};
    }
    Bench bench;
    if (!bench_open(&bench, samples, COUNT))
        skip();
    Arena scratch = {0};
    for (uint32_t i = 0; i < COUNT; i++) {
        check_body(il_body(bench.il, method_of(&bench, i + 1), &scratch));
        arena_reset(&scratch);
    }
    arena_free(&scratch);
    bench_close(&bench);
}

/// Every non-generic method of CoreLib has a body, none is invalid.
static void test_framework(void **state) {
    (void)state;
    Bench bench;
    if (!bench_open(&bench, NULL, 0))
        skip();
    Arena scratch = {0};
    uint32_t count = table_row_count(bench.module->image, TABLE_MethodDef);
    for (uint32_t rid = 1; rid <= count; rid++) {
        const Method *method = method_of(&bench, rid);
        if (!method)
            continue;
        MethodCode code = il_method_code(bench.il, method);
        if (code.kind == CODE_Abstract || code.kind == CODE_RuntimeImport)
            continue;
        Body *body = il_body(bench.il, method, &scratch);
        if (body->invalid)
            fail_msg("%s: %s", method_display(bench.program->ts, method, &scratch).data, body->invalid);
        check_body(body);
        arena_reset(&scratch);
    }
    assert_int_equal(diag_error_count(bench.program->diag), 0);
    arena_free(&scratch);
    bench_close(&bench);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_valid), cmocka_unit_test(test_invalid), cmocka_unit_test(test_opcodes),
        cmocka_unit_test(test_large), cmocka_unit_test(test_damaged), cmocka_unit_test(test_framework),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
