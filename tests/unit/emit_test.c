// GCDesc words, the row-displaced table, data objects as LLVM globals: each alone, without a program.
#include "emit/data_module.h"
#include "emit/gcdesc.h"
#include "emit/row_displacement.h"

#include <llvm-c/Analysis.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdbool.h>
#include <string.h>
#include <cmocka.h>

static void assert_words(const GcWords *words, const uint64_t *expected, uint32_t count)
{
    assert_int_equal(words->count, count);
    for (uint32_t i = 0; i < count; i++) assert_int_equal(words->items[i], expected[i]);
}

// corelib-contract 1.6: class with references at 8..24 and base size 0x28.
static void gcdesc_of_class(void **state)
{
    (void)state;
    Arena    arena = { 0 };
    GcWords  words = { 0 };
    uint32_t offsets[] = { 8, 16 };
    gcdesc_object(&arena, offsets, 2, 0x28, &words);
    uint64_t expected[] = { (uint64_t)-0x18, 8, 1 };
    assert_words(&words, expected, 3);
    arena_free(&arena);
}

// SMany boxed: references at 0x10, 0x28; the series nearest the MethodTable starts lowest.
static void gcdesc_of_two_series(void **state)
{
    (void)state;
    Arena    arena = { 0 };
    GcWords  words = { 0 };
    uint32_t offsets[] = { 0x10, 0x18, 0x28 };
    gcdesc_object(&arena, offsets, 3, 0x40, &words);
    uint64_t expected[] = { (uint64_t)(8 - 0x40), 0x28, (uint64_t)(16 - 0x40), 0x10, 2 };
    assert_words(&words, expected, 5);
    arena_free(&arena);
}

static void gcdesc_of_arrays(void **state)
{
    (void)state;
    Arena    arena = { 0 };
    GcWords  references = { 0 }, entries = { 0 }, many = { 0 };
    uint64_t expected_references[] = { (uint64_t)-24, 16, 1 };
    gcdesc_reference_array(&arena, 16, 24, &references);
    assert_words(&references, expected_references, 3);
    uint32_t pair[] = { 0, 8 }; // SRef[]: 24-byte element, two references at 0
    gcdesc_struct_array(&arena, pair, 2, 24, 16, &entries);
    uint64_t expected_entries[] = { (8ull << 32) | 2, 0x10, (uint64_t)-1 };
    assert_words(&entries, expected_entries, 3);
    uint32_t three[] = { 8, 16, 32 }; // SMany[]: 48 bytes; runs of 2 and 1
    gcdesc_struct_array(&arena, three, 3, 48, 16, &many);
    uint64_t expected_many[] = { (0x10ull << 32) | 1, (8ull << 32) | 2, 0x18, (uint64_t)-2 };
    assert_words(&many, expected_many, 4);
    arena_free(&arena);
}

static void nothing_for_no_references(void **state)
{
    (void)state;
    Arena   arena = { 0 };
    GcWords words = { 0 };
    gcdesc_object(&arena, NULL, 0, 24, &words);
    gcdesc_struct_array(&arena, NULL, 0, 8, 16, &words);
    assert_int_equal(words.count, 0);
    arena_free(&arena);
}

static void assert_rows_apart(const RowTable *table, const SparseRow *rows, uint32_t row_count)
{
    uint32_t entries = 0;
    for (uint32_t r = 0; r < row_count; r++)
        for (uint32_t i = 0; i < rows[r].count; i++, entries++) {
            uint32_t at = rows[r].displacement + table->numbers[rows[r].columns[i]];
            assert_true(at < table->size);
            assert_int_equal(table->rows[at], r);
            assert_int_equal(table->columns[at], rows[r].columns[i]);
        }
    uint32_t used = 0;
    for (uint32_t i = 0; i < table->size; i++) used += table->rows[i] != ROW_HOLE;
    assert_int_equal(used, entries);
}

static void rows_are_packed(void **state)
{
    (void)state;
    enum { ROWS = 40, COLUMNS = 60 };
    Arena     arena = { 0 };
    SparseRow rows[ROWS] = { 0 };
    uint32_t  columns[ROWS][COLUMNS], entries = 0;
    for (uint32_t r = 0; r < ROWS; r++) {
        for (uint32_t c = 0; c < COLUMNS; c++)
            if ((r * 7 + c * 13) % 11 == 0) columns[r][rows[r].count++] = c;
        rows[r].columns = columns[r];
        entries += rows[r].count;
    }
    RowTable table = row_displacement_pack(&arena, rows, ROWS, COLUMNS);
    assert_rows_apart(&table, rows, ROWS);
    assert_true(table.size <= entries * 2);
    uint32_t first[ROWS];
    for (uint32_t r = 0; r < ROWS; r++) first[r] = rows[r].displacement;
    row_displacement_pack(&arena, rows, ROWS, COLUMNS);
    for (uint32_t r = 0; r < ROWS; r++) assert_int_equal(rows[r].displacement, first[r]);
    arena_free(&arena);
}

static void no_rows(void **state)
{
    (void)state;
    Arena    arena = { 0 };
    RowTable table = row_displacement_pack(&arena, NULL, 0, 5);
    assert_int_equal(table.size, 0);
    for (uint32_t i = 0; i < 5; i++) assert_int_equal(table.numbers[i], i);
    arena_free(&arena);
}

// Labels inside an object become aliases; a declaration that code made is replaced by the definition.
static void objects_become_globals(void **state)
{
    (void)state;
    Arena      arena = { 0 };
    TextTable  texts = { .arena = &arena };
    DataSet    set = { .arena = &arena, .texts = &texts };
    DataObject *table = data_object_new(&set, "table.gc", SECTION_ReadOnly, 8);
    data_u64(&set, table, 1);
    data_label_z(&set, table, "table");
    data_pointer(&set, table, text_intern_z(&texts, "other"), USE_Data, 0);
    data_relative(&set, table, text_intern_z(&texts, "code"), USE_Code, 0);
    data_u32(&set, table, 7);
    DataObject *other = data_object_new(&set, "other", SECTION_Writable, 8);
    data_label_z(&set, other, "other");
    data_zeros(&set, other, 16);
    assert_int_equal(data_size(table), 24);

    LLVMContextRef context = LLVMContextCreate();
    LLVMModuleRef  module = LLVMModuleCreateWithNameInContext("test", context);
    LLVMValueRef   declared = LLVMAddGlobal(module, LLVMInt8TypeInContext(context), "table");
    LLVMValueRef   user = LLVMAddGlobal(module, LLVMPointerTypeInContext(context, 0), "user");
    LLVMSetInitializer(user, declared);
    data_module_define(&set, module);
    char *message = NULL;
    assert_int_equal(LLVMVerifyModule(module, LLVMReturnStatusAction, &message), 0);
    LLVMDisposeMessage(message);
    LLVMValueRef alias = LLVMGetNamedGlobalAlias(module, "table", 5);
    assert_non_null(alias);
    assert_ptr_equal(LLVMGetInitializer(user), alias);
    assert_null(LLVMGetNamedGlobal(module, "table"));
    assert_true(LLVMIsNull(LLVMGetInitializer(LLVMGetNamedGlobal(module, "other"))));
    assert_string_equal(LLVMGetSection(LLVMGetNamedGlobal(module, "other")), ".bss.t1");
    LLVMDisposeModule(module);
    LLVMContextDispose(context);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gcdesc_of_class),    cmocka_unit_test(gcdesc_of_two_series),
        cmocka_unit_test(gcdesc_of_arrays),   cmocka_unit_test(nothing_for_no_references),
        cmocka_unit_test(rows_are_packed),    cmocka_unit_test(no_rows),
        cmocka_unit_test(objects_become_globals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
