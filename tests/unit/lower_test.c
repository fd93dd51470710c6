// Bodies made by hand are lowered, compiled and run: arithmetic and conversions with their exceptions,
// control flow, structs across calls and to C, the ways through finally handlers; and the IR of what cannot
// run without a runtime.
#include "cmocka_all.h"
#include "lower_world.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) (uint32_t)(sizeof(array) / sizeof *(array))
#define CODE(...)    (const Instruction[]){__VA_ARGS__}, COUNT(((const Instruction[]){__VA_ARGS__}))
#define ARG(n)       {.op = OP_ldarg, .index = n}
#define LOC(n)       {.op = OP_ldloc, .index = n}
#define SET(n)       {.op = OP_stloc, .index = n}
#define I4(n)        {.op = OP_ldc_i4, .integer = n}
#define RET          {.op = OP_ret}

static const int overflow = WELL_KNOWN_METHOD_ThrowOverflowException;
static const int divide = WELL_KNOWN_METHOD_ThrowDivideByZeroException;

static int setup(void **state) {
    (void)state;
    world_reset();
    return 0;
}

static void compile(bool optimize) {
    if (!world_compile(optimize))
        fail_msg("lowering failed");
}

// ---- Arithmetic ---------------------------------------------------------------------------------

typedef struct IntegerCase {
    Opcode op;
    int64_t a, b, result;
    int thrown; // -1: none
} IntegerCase;

static const IntegerCase int32_cases[] = {
    {OP_add, INT32_MAX, 1, INT32_MIN, -1},
    {OP_sub, INT32_MIN, 1, INT32_MAX, -1},
    {OP_mul, 65536, 65536, 0, -1},
    {OP_div, -7, 2, -3, -1},
    {OP_div, 7, 0, 0, WELL_KNOWN_METHOD_ThrowDivideByZeroException},
    {OP_div, INT32_MIN, -1, 0, WELL_KNOWN_METHOD_ThrowOverflowException},
    {OP_rem, -7, 2, -1, -1},
    {OP_rem, INT32_MIN, -1, 0, WELL_KNOWN_METHOD_ThrowOverflowException},
    {OP_div_un, -1, 2, INT32_MAX, -1},
    {OP_rem_un, 7, 0, 0, WELL_KNOWN_METHOD_ThrowDivideByZeroException},
    {OP_and, 12, 10, 8, -1},
    {OP_or, 12, 10, 14, -1},
    {OP_xor, 12, 10, 6, -1},
    {OP_shl, 1, 33, 2, -1}, // the count is taken modulo 32
    {OP_shr, -8, 1, -4, -1},
    {OP_shr_un, -8, 1, INT32_MAX - 3, -1},
    {OP_add_ovf, INT32_MAX, 1, 0, WELL_KNOWN_METHOD_ThrowOverflowException},
    {OP_add_ovf, 1, 2, 3, -1},
    {OP_add_ovf_un, -1, 1, 0, WELL_KNOWN_METHOD_ThrowOverflowException},
    {OP_sub_ovf_un, 1, 2, 0, WELL_KNOWN_METHOD_ThrowOverflowException},
    {OP_sub_ovf, INT32_MIN, 1, 0, WELL_KNOWN_METHOD_ThrowOverflowException},
    {OP_mul_ovf, 65536, 32768, 0, WELL_KNOWN_METHOD_ThrowOverflowException},
    {OP_mul_ovf_un, 65536, 32768, INT32_MIN, -1},
    {OP_ceq, 3, 3, 1, -1},
    {OP_cgt, -1, 1, 0, -1},
    {OP_cgt_un, -1, 1, 1, -1},
    {OP_clt, -1, 1, 1, -1},
    {OP_clt_un, -1, 1, 0, -1},
};

typedef struct Int32Call {
    int32_t (*code)(int32_t, int32_t);
    const IntegerCase *row;
    int32_t result;
} Int32Call;

static void run_int32(void *context) {
    Int32Call *call = context;
    call->result = call->code((int32_t)call->row->a, (int32_t)call->row->b);
}

static void arithmetic_int32_with(bool optimize) {
    const Method *methods[COUNT(int32_cases)];
    char names[COUNT(int32_cases)][8];
    for (uint32_t i = 0; i < COUNT(int32_cases); i++) {
        snprintf(names[i], sizeof names[i], "m%u", i);
        methods[i] = world_method(names[i], WORLD_I4, (WorldType[]){WORLD_I4, WORLD_I4}, 2);
        world_body(methods[i], CODE(ARG(0), ARG(1), {.op = int32_cases[i].op}, RET), NULL, 0, NULL, 0);
    }
    compile(optimize);
    for (uint32_t i = 0; i < COUNT(int32_cases); i++) {
        Int32Call call = {.row = &int32_cases[i]};
        void *code = world_code(methods[i]);
        memcpy(&call.code, &code, sizeof code);
        world_jump_here(run_int32, &call);
        assert_int_equal(world_thrown, int32_cases[i].thrown);
        if (world_thrown < 0)
            assert_int_equal(call.result, (int32_t)int32_cases[i].result);
    }
}

static void arithmetic_int32(void **state) {
    (void)state;
    arithmetic_int32_with(false);
}

static void arithmetic_int32_optimized(void **state) {
    (void)state;
    arithmetic_int32_with(true);
}

// ---- Conversions --------------------------------------------------------------------------------

typedef struct ConvertCase {
    Opcode op;
    double from;
    int64_t result;
} ConvertCase;

/// .NET 9 and later: out of range saturates, NaN is 0.
static const ConvertCase double_cases[] = {
    {OP_conv_i4, 3.99, 3},          {OP_conv_i4, -3.99, -3},       {OP_conv_i4, 1e20, INT32_MAX},
    {OP_conv_i4, -1e20, INT32_MIN}, {OP_conv_i4, NAN, 0},          {OP_conv_u4, -1.0, 0},
    {OP_conv_u4, 4294967295.0, -1}, {OP_conv_i1, 300.0, 44},       {OP_conv_u1, 300.0, 44},
    {OP_conv_i2, 40000.0, -25536},  {OP_conv_i8, 1e30, INT64_MAX}, {OP_conv_u8, 1e30, -1},
    {OP_conv_i8, -1e30, INT64_MIN}, {OP_conv_u8, -5.0, 0},         {OP_conv_i8, NAN, 0},
};

static void conversions_from_double(void **state) {
    (void)state;
    const Method *methods[COUNT(double_cases)];
    char names[COUNT(double_cases)][8];
    for (uint32_t i = 0; i < COUNT(double_cases); i++) {
        bool is_wide = double_cases[i].op == OP_conv_i8 || double_cases[i].op == OP_conv_u8;
        snprintf(names[i], sizeof names[i], "m%u", i);
        methods[i] = world_method(names[i], is_wide ? WORLD_I8 : WORLD_I4, (WorldType[]){WORLD_R8}, 1);
        world_body(methods[i], CODE(ARG(0), {.op = double_cases[i].op}, RET), NULL, 0, NULL, 0);
    }
    compile(false);
    for (uint32_t i = 0; i < COUNT(double_cases); i++) {
        void *code = world_code(methods[i]);
        int64_t (*wide)(double);
        int32_t (*narrow)(double);
        memcpy(&wide, &code, sizeof code);
        memcpy(&narrow, &code, sizeof code);
        bool is_wide = double_cases[i].op == OP_conv_i8 || double_cases[i].op == OP_conv_u8;
        if (is_wide)
            assert_int_equal(wide(double_cases[i].from), double_cases[i].result);
        else
            assert_int_equal(narrow(double_cases[i].from), (int32_t)double_cases[i].result);
    }
}

typedef struct CheckedCase {
    Opcode op;
    int64_t from, result;
    bool throws;
} CheckedCase;

static const CheckedCase checked_cases[] = {
    {OP_conv_ovf_i1, 127, 127, false},
    {OP_conv_ovf_i1, 128, 0, true},
    {OP_conv_ovf_i1, -128, -128, false},
    {OP_conv_ovf_i1, -129, 0, true},
    {OP_conv_ovf_u1, 255, 255, false},
    {OP_conv_ovf_u1, -1, 0, true},
    {OP_conv_ovf_i4, 1ll << 31, 0, true},
    {OP_conv_ovf_u4, (1ll << 32) - 1, -1, false},
    {OP_conv_ovf_u4, 1ll << 32, 0, true},
    {OP_conv_ovf_u8, -1, 0, true},
    {OP_conv_ovf_i8_un, -1, 0, true},
    {OP_conv_ovf_u8_un, -1, -1, false},
    {OP_conv_ovf_i4_un, INT32_MAX, INT32_MAX, false},
    {OP_conv_ovf_i2_un, 32768, 0, true},
    {OP_conv_ovf_u2, 65535, 65535, false},
};

typedef struct Int64Call {
    int64_t (*code)(int64_t);
    int64_t from, result;
} Int64Call;

static void run_int64(void *context) {
    Int64Call *call = context;
    call->result = call->code(call->from);
}

static void conversions_checked(void **state) {
    (void)state;
    const Method *methods[COUNT(checked_cases)];
    char names[COUNT(checked_cases)][8];
    for (uint32_t i = 0; i < COUNT(checked_cases); i++) {
        snprintf(names[i], sizeof names[i], "m%u", i);
        methods[i] = world_method(names[i], WORLD_I8, (WorldType[]){WORLD_I8}, 1);
        world_body(methods[i], CODE(ARG(0), {.op = checked_cases[i].op}, {.op = OP_conv_i8}, RET), NULL, 0,
                   NULL, 0);
    }
    compile(false);
    for (uint32_t i = 0; i < COUNT(checked_cases); i++) {
        Int64Call call = {.from = checked_cases[i].from};
        void *code = world_code(methods[i]);
        memcpy(&call.code, &code, sizeof code);
        world_jump_here(run_int64, &call);
        assert_int_equal(world_thrown, checked_cases[i].throws ? overflow : -1);
        if (world_thrown < 0)
            assert_int_equal(call.result, checked_cases[i].result);
    }
}

static void small_integers_extend(void **state) {
    (void)state;
    const Method *m = world_method("extend", WORLD_I4, (WorldType[]){WORLD_I1, WORLD_U1, WORLD_U2}, 3);
    world_body(m, CODE(ARG(0), ARG(1), {.op = OP_add}, ARG(2), {.op = OP_add}, RET), NULL, 0, NULL, 0);
    compile(false);
    void *code = world_code(m);
    int32_t (*f)(int8_t, uint8_t, uint16_t);
    memcpy(&f, &code, sizeof code);
    assert_int_equal(f(-1, 255, 65535), -1 + 255 + 65535);
}

/// NaN: only the .un forms hold (table III.4).
static void comparisons_of_nan(void **state) {
    (void)state;
    static const struct {
        Opcode op;
        int expected;
    } rows[] = {
        {OP_ceq, 0}, {OP_cgt, 0}, {OP_clt, 0}, {OP_cgt_un, 1}, {OP_clt_un, 1},
    };
    const Method *methods[COUNT(rows)];
    char names[COUNT(rows)][8];
    for (uint32_t i = 0; i < COUNT(rows); i++) {
        snprintf(names[i], sizeof names[i], "m%u", i);
        methods[i] = world_method(names[i], WORLD_I4, (WorldType[]){WORLD_R8, WORLD_R8}, 2);
        world_body(methods[i], CODE(ARG(0), ARG(1), {.op = rows[i].op}, RET), NULL, 0, NULL, 0);
    }
    compile(false);
    for (uint32_t i = 0; i < COUNT(rows); i++) {
        void *code = world_code(methods[i]);
        int32_t (*f)(double, double);
        memcpy(&f, &code, sizeof code);
        assert_int_equal(f(NAN, 1.0), rows[i].expected);
    }
}

// ---- Control flow -------------------------------------------------------------------------------

#define BLOCK(f, n) {.first = f, .count = n, .live = true, .try_region = -1, .handler_region = -1}

/// Sum of 1..n with a backward branch: polls and goes round.
static void loop_runs(void **state) {
    (void)state;
    const Method *m = world_method("sum", WORLD_I4, (WorldType[]){WORLD_I4}, 1);
    const Block blocks[] = {BLOCK(0, 1), BLOCK(1, 8), BLOCK(9, 3), BLOCK(12, 2)};
    world_body(m,
               CODE({.op = OP_br, .block = 2}, LOC(0), ARG(0), {.op = OP_add}, SET(0), ARG(0), I4(1),
                    {.op = OP_sub}, {.op = OP_starg, .index = 0}, ARG(0), I4(0), {.op = OP_bgt, .block = 1},
                    LOC(0), RET),
               blocks, COUNT(blocks), (WorldType[]){WORLD_I4}, 1);
    compile(true);
    assert_non_null(strstr(world_ir(), "tailor_poll"));
    void *code = world_code(m);
    int32_t (*f)(int32_t);
    memcpy(&f, &code, sizeof code);
    assert_int_equal(f(100), 5050);
}

/// for (i = 0; i < n; i++) sum += i; with the increment in the block before the test: no poll. The same with
/// a conditional increment may go round for ever, so it polls.
static void counted_loops_do_not_poll(void **state) {
    (void)state;
    const Block blocks[] = {BLOCK(0, 1), BLOCK(1, 8), BLOCK(9, 3), BLOCK(12, 2)};
    for (int conditional = 0; conditional < 2; conditional++) {
        world_reset();
        const Method *m = world_method("count", WORLD_I4, (WorldType[]){WORLD_I4}, 1);
        const Block skipping[] = {BLOCK(0, 1), BLOCK(1, 6), BLOCK(7, 4), BLOCK(11, 3), BLOCK(14, 2)};
        const WorldType locals[] = {WORLD_I4, WORLD_I4};
        if (conditional)
            world_body(m,
                       CODE({.op = OP_br, .block = 3}, LOC(0), LOC(1), {.op = OP_add}, SET(0), ARG(0),
                            {.op = OP_brfalse, .block = 3}, LOC(1), I4(1), {.op = OP_add}, SET(1), LOC(1),
                            ARG(0), {.op = OP_blt, .block = 1}, LOC(0), RET),
                       skipping, COUNT(skipping), locals, 2);
        else
            world_body(m,
                       CODE({.op = OP_br, .block = 2}, LOC(0), LOC(1), {.op = OP_add}, SET(0), LOC(1), I4(1),
                            {.op = OP_add}, SET(1), LOC(1), ARG(0), {.op = OP_blt, .block = 1}, LOC(0), RET),
                       blocks, COUNT(blocks), locals, 2);
        compile(false);
        assert_int_equal(strstr(world_ir(), "tailor_poll") != NULL, conditional);
        void *code = world_code(m);
        int32_t (*f)(int32_t);
        memcpy(&f, &code, sizeof code);
        assert_int_equal(f(10), 45);
    }
}

/// Operands that stay on the stack across a join: n != 0 ? 10 : 20, added to 1.
static void operands_cross_joins(void **state) {
    (void)state;
    const Method *m = world_method("join", WORLD_I4, (WorldType[]){WORLD_I4}, 1);
    StackType one[] = {{STACK_Int32, NULL}}, two[] = {{STACK_Int32, NULL}, {STACK_Int32, NULL}};
    Block blocks[] = {BLOCK(0, 3), BLOCK(3, 2), BLOCK(5, 1), BLOCK(6, 2)};
    blocks[1].entry_stack = blocks[2].entry_stack = one;
    blocks[1].entry_depth = blocks[2].entry_depth = 1;
    blocks[3].entry_stack = two;
    blocks[3].entry_depth = 2;
    world_body(m,
               CODE(I4(1), ARG(0), {.op = OP_brfalse, .block = 2}, I4(10), {.op = OP_br, .block = 3}, I4(20),
                    {.op = OP_add}, RET),
               blocks, COUNT(blocks), NULL, 0);
    compile(false);
    void *code = world_code(m);
    int32_t (*f)(int32_t);
    memcpy(&f, &code, sizeof code);
    assert_int_equal(f(5), 11);
    assert_int_equal(f(0), 21);
}

// ---- Structs across calls: the same classification as C -----------------------------------------

typedef struct Pair {
    int32_t a, b;
} Pair;
typedef struct Mixed {
    double a;
    int64_t b;
} Mixed;
typedef struct Floats {
    float a, b;
} Floats;
typedef struct Large {
    int64_t a, b, c;
} Large;

static Mixed mixed_in_c(Mixed value, Floats floats) {
    return (Mixed){value.a + (double)floats.a, value.b + (int64_t)floats.b};
}

static void structs_reach_c(void **state) {
    (void)state;
    Mixed (*in_c)(Mixed, Floats) = mixed_in_c;
    void *address;
    memcpy(&address, &in_c, sizeof address);
    const WorldType params[] = {WORLD_Mixed, WORLD_Floats};
    const Method *import = world_import("mixed_in_c", WORLD_Mixed, params, 2, address);
    const Method *m = world_method("forward", WORLD_Mixed, params, 2);
    world_body(m, CODE(ARG(0), ARG(1), {.op = OP_call, .method = import}, RET), NULL, 0, NULL, 0);
    compile(true);
    void *code = world_code(m);
    Mixed (*f)(Mixed, Floats);
    memcpy(&f, &code, sizeof code);
    Mixed result = f((Mixed){1.5, 40}, (Floats){0.5f, 2.0f});
    assert_true(result.a == 2.0);
    assert_int_equal(result.b, 42);
}

/// A struct above 16 bytes: the callee changes its copy, the caller's stays; results go through a buffer.
static void large_structs_are_copied(void **state) {
    (void)state;
    const WorldType large[] = {WORLD_Large};
    const Method *callee = world_method("callee", WORLD_Large, large, 1);
    const Method *caller = world_method("caller", WORLD_I8, NULL, 0);
    world_body(callee,
               CODE({.op = OP_ldarga, .index = 0}, {.op = OP_ldc_i8, .integer = 7},
                    {.op = OP_stfld, .field = world_field(WORLD_Large, 1)}, ARG(0), RET),
               NULL, 0, NULL, 0);
    world_body(caller,
               CODE({.op = OP_ldloca, .index = 0}, {.op = OP_ldc_i8, .integer = 1000},
                    {.op = OP_stfld, .field = world_field(WORLD_Large, 1)}, LOC(0),
                    {.op = OP_call, .method = callee}, {.op = OP_ldfld, .field = world_field(WORLD_Large, 1)},
                    LOC(0), {.op = OP_ldfld, .field = world_field(WORLD_Large, 1)}, {.op = OP_add}, RET),
               NULL, 0, large, 1);
    compile(true);
    void *code = world_code(caller);
    int64_t (*f)(void);
    memcpy(&f, &code, sizeof code);
    assert_int_equal(f(), 1007);
}

static void small_structs_travel_in_registers(void **state) {
    (void)state;
    const WorldType pair[] = {WORLD_Pair};
    const Method *m = world_method("swap", WORLD_Pair, pair, 1);
    world_body(m,
               CODE({.op = OP_ldloca, .index = 0}, ARG(0),
                    {.op = OP_ldfld, .field = world_field(WORLD_Pair, 1)},
                    {.op = OP_stfld, .field = world_field(WORLD_Pair, 0)}, {.op = OP_ldloca, .index = 0},
                    ARG(0), {.op = OP_ldfld, .field = world_field(WORLD_Pair, 0)},
                    {.op = OP_stfld, .field = world_field(WORLD_Pair, 1)}, LOC(0), RET),
               NULL, 0, pair, 1);
    compile(false);
    void *code = world_code(m);
    Pair (*f)(Pair);
    memcpy(&f, &code, sizeof code);
    Pair result = f((Pair){3, 4});
    assert_int_equal(result.a, 4);
    assert_int_equal(result.b, 3);
}

// ---- Exceptions ---------------------------------------------------------------------------------

/// try { try { local = arg; leave } finally { local += 1 } } finally { local *= 2 }; two targets outside.
static void leave_runs_finally_handlers(void **state) {
    (void)state;
    const Method *m = world_method("leaves", WORLD_I4, (WorldType[]){WORLD_I4}, 1);
    Block blocks[] = {
        BLOCK(0, 4),  // 0: inner try: local = arg; if (arg == 0) -> 2
        BLOCK(4, 1),  // 1: leave 5
        BLOCK(5, 1),  // 2: leave 6
        BLOCK(6, 5),  // 3: inner finally
        BLOCK(11, 5), // 4: outer finally
        BLOCK(16, 2), // 5: return local
        BLOCK(18, 4), // 6: return local + 100
    };
    EhRegion regions[] = {
        {.kind = EH_Finally,
         .try_first = 0,
         .try_count = 3,
         .handler_first = 3,
         .handler_count = 1,
         .parent = 1,
         .live = true},
        {.kind = EH_Finally,
         .try_first = 0,
         .try_count = 4,
         .handler_first = 4,
         .handler_count = 1,
         .parent = -1,
         .live = true},
    };
    blocks[3].handler_region = 0;
    blocks[4].handler_region = 1;
    world_body(m,
               CODE(ARG(0), SET(0), ARG(0), {.op = OP_brfalse, .block = 2}, {.op = OP_leave, .block = 5},
                    {.op = OP_leave, .block = 6}, LOC(0), I4(1), {.op = OP_add}, SET(0),
                    {.op = OP_endfinally}, LOC(0), I4(2), {.op = OP_mul}, SET(0), {.op = OP_endfinally},
                    LOC(0), RET, LOC(0), I4(100), {.op = OP_add}, RET),
               blocks, COUNT(blocks), (WorldType[]){WORLD_I4}, 1);
    world_regions(m, regions, COUNT(regions));
    compile(true);
    void *code = world_code(m);
    int32_t (*f)(int32_t);
    memcpy(&f, &code, sizeof code);
    assert_int_equal(f(20), 42);
    assert_int_equal(f(0), 102);
}

/// A division in a try region: its throw helper is invoked, the pad has the catch clause before the cleanup
/// of the finally.
static void checks_in_try_regions_are_invoked(void **state) {
    (void)state;
    const Method *m = world_method("guarded", WORLD_I4, (WorldType[]){WORLD_I4, WORLD_I4}, 2);
    StackType exception[] = {{STACK_Object, NULL}};
    Block blocks[] = {BLOCK(0, 5), BLOCK(5, 2), BLOCK(7, 1), BLOCK(8, 2)};
    blocks[1].entry_stack = exception;
    blocks[1].entry_depth = 1;
    blocks[1].handler_region = 0;
    blocks[2].handler_region = 1;
    EhRegion regions[] = {
        {.kind = EH_Catch,
         .try_first = 0,
         .try_count = 1,
         .handler_first = 1,
         .handler_count = 1,
         .catch_type = world_type(WORLD_Object),
         .parent = 1,
         .live = true},
        {.kind = EH_Finally,
         .try_first = 0,
         .try_count = 2,
         .handler_first = 2,
         .handler_count = 1,
         .parent = -1,
         .live = true},
    };
    world_body(m,
               CODE(ARG(0), ARG(1), {.op = OP_div}, SET(0), {.op = OP_leave, .block = 3}, {.op = OP_pop},
                    {.op = OP_leave, .block = 3}, {.op = OP_endfinally}, LOC(0), RET),
               blocks, COUNT(blocks), (WorldType[]){WORLD_I4}, 1);
    world_regions(m, regions, COUNT(regions));
    compile(false);
    char invoke[32];
    snprintf(invoke, sizeof invoke, "invoke void @helper%d()", divide);
    assert_non_null(strstr(world_ir(), invoke));
    assert_non_null(strstr(world_ir(), "personality ptr @tailor_personality"));
    const char *pad = strstr(world_ir(), "landingpad { ptr, i32 }");
    assert_non_null(pad);
    assert_non_null(strstr(pad, "catch ptr @\"clause$entity\""));
    assert_non_null(strstr(world_ir(), "call ptr @tailor_begin_catch"));
    assert_non_null(strstr(world_ir(), "resume { ptr, i32 }"));
}

// ---- Memory -------------------------------------------------------------------------------------

static void references_are_stored_with_barriers(void **state) {
    (void)state;
    const WorldType params[] = {WORLD_I, WORLD_Object};
    const Method *m = world_method("store", WORLD_Void, params, 2);
    world_body(m, CODE(ARG(0), ARG(1), {.op = OP_stind_ref}, RET), NULL, 0, NULL, 0);
    compile(false);
    assert_non_null(strstr(world_ir(), "call void @RhpCheckedAssignRef"));
    world_reset();
    const Method *local = world_method("local", WORLD_Void, params, 2);
    const Method *null = world_method("null", WORLD_Void, params, 2);
    world_body(local, CODE({.op = OP_ldloca, .index = 0}, ARG(1), {.op = OP_stind_ref}, RET), NULL, 0,
               (WorldType[]){WORLD_Object}, 1);
    world_body(null, CODE(ARG(0), {.op = OP_ldnull}, {.op = OP_stind_ref}, RET), NULL, 0, NULL, 0);
    compile(false);
    assert_null(strstr(world_ir(), "AssignRef")); // the frame needs none, neither does null
}

static void null_addresses_are_tested(void **state) {
    (void)state;
    const Method *m = world_method("load", WORLD_I4, (WorldType[]){WORLD_I}, 1);
    world_body(m, CODE(ARG(0), {.op = OP_ldind_i4}, RET), NULL, 0, NULL, 0);
    compile(false);
    int32_t value = 77;
    Int64Call call = {.from = (int64_t)(intptr_t)&value};
    void *code = world_code(m);
    memcpy(&call.code, &code, sizeof code);
    world_jump_here(run_int64, &call);
    assert_int_equal((int32_t)call.result, 77);
    call.from = 0;
    world_jump_here(run_int64, &call);
    assert_int_equal(world_thrown, WELL_KNOWN_METHOD_ThrowNullReferenceException);
}

// ---- Errors -------------------------------------------------------------------------------------

static void unsupported_instruction_is_an_error(void **state) {
    (void)state;
    const Method *m = world_method("Varargs", WORLD_Void, NULL, 0);
    world_body(m, CODE({.op = OP_arglist, .offset = 5}, {.op = OP_pop}, RET), NULL, 0, NULL, 0);
    assert_false(world_compile(false));
    const DiagRecord *record = diag_record(world_diag(), 0);
    assert_non_null(record);
    assert_string_equal(record->code, "TLR3001");
    assert_non_null(strstr(record->text, "arglist"));
    assert_non_null(strstr(record->text, "IL_0005"));
    assert_string_equal(record->location.member, "Varargs");
}

static void unmarked_callee_is_an_internal_error(void **state) {
    (void)state;
    const Method *callee = world_method("Unmarked", WORLD_Void, NULL, 0);
    const Method *m = world_method("Caller", WORLD_Void, NULL, 0);
    world_body(m, CODE({.op = OP_call, .method = callee}, RET), NULL, 0, NULL, 0);
    assert_false(world_compile(false));
    const DiagRecord *record = diag_record(world_diag(), 0);
    assert_non_null(record);
    assert_string_equal(record->code, "TLR9900");
    assert_string_equal(record->location.member, "Unmarked");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(arithmetic_int32, setup),
        cmocka_unit_test_setup(arithmetic_int32_optimized, setup),
        cmocka_unit_test_setup(conversions_from_double, setup),
        cmocka_unit_test_setup(conversions_checked, setup),
        cmocka_unit_test_setup(small_integers_extend, setup),
        cmocka_unit_test_setup(comparisons_of_nan, setup),
        cmocka_unit_test_setup(loop_runs, setup),
        cmocka_unit_test_setup(counted_loops_do_not_poll, setup),
        cmocka_unit_test_setup(operands_cross_joins, setup),
        cmocka_unit_test_setup(structs_reach_c, setup),
        cmocka_unit_test_setup(large_structs_are_copied, setup),
        cmocka_unit_test_setup(small_structs_travel_in_registers, setup),
        cmocka_unit_test_setup(leave_runs_finally_handlers, setup),
        cmocka_unit_test_setup(checks_in_try_regions_are_invoked, setup),
        cmocka_unit_test_setup(references_are_stored_with_barriers, setup),
        cmocka_unit_test_setup(null_addresses_are_tested, setup),
        cmocka_unit_test_setup(unsupported_instruction_is_an_error, setup),
        cmocka_unit_test_setup(unmarked_callee_is_an_internal_error, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
