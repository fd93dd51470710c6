// GCDesc words, the row-displaced table, data objects as LLVM globals: each alone, without a program.
#include "emit/data_module.h"
#include "emit/gcdesc.h"
#include "emit/native_record.h"
#include "emit/optimize.h"
#include "emit/row_displacement.h"

#include <llvm-c/Analysis.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h> // needs the headers above

static void assert_words(const GcWords *words, const uint64_t *expected, uint32_t count) {
    assert_int_equal(words->count, count);
    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(words->items[i], expected[i]);
}

// corelib-contract 1.6: class with references at 8..24 and base size 0x28.
static void gcdesc_of_class(void **state) {
    (void)state;
    Arena arena = {0};
    GcWords words = {0};
    uint32_t offsets[] = {8, 16};
    gcdesc_object(&arena, offsets, 2, 0x28, &words);
    uint64_t expected[] = {(uint64_t)-0x18, 8, 1};
    assert_words(&words, expected, 3);
    arena_free(&arena);
}

// SMany boxed: references at 0x10, 0x28; the series nearest the MethodTable starts lowest.
static void gcdesc_of_two_series(void **state) {
    (void)state;
    Arena arena = {0};
    GcWords words = {0};
    uint32_t offsets[] = {0x10, 0x18, 0x28};
    gcdesc_object(&arena, offsets, 3, 0x40, &words);
    uint64_t expected[] = {(uint64_t)(8 - 0x40), 0x28, (uint64_t)(16 - 0x40), 0x10, 2};
    assert_words(&words, expected, 5);
    arena_free(&arena);
}

static void gcdesc_of_arrays(void **state) {
    (void)state;
    Arena arena = {0};
    GcWords references = {0}, entries = {0}, many = {0};
    uint64_t expected_references[] = {(uint64_t)-24, 16, 1};
    gcdesc_reference_array(&arena, 16, 24, &references);
    assert_words(&references, expected_references, 3);
    uint32_t pair[] = {0, 8}; // SRef[]: 24-byte element, two references at 0
    gcdesc_struct_array(&arena, pair, 2, 24, 16, &entries);
    uint64_t expected_entries[] = {(8ull << 32) | 2, 0x10, (uint64_t)-1};
    assert_words(&entries, expected_entries, 3);
    uint32_t three[] = {8, 16, 32}; // SMany[]: 48 bytes; runs of 2 and 1
    gcdesc_struct_array(&arena, three, 3, 48, 16, &many);
    uint64_t expected_many[] = {(0x10ull << 32) | 1, (8ull << 32) | 2, 0x18, (uint64_t)-2};
    assert_words(&many, expected_many, 4);
    arena_free(&arena);
}

static void nothing_for_no_references(void **state) {
    (void)state;
    Arena arena = {0};
    GcWords words = {0};
    gcdesc_object(&arena, NULL, 0, 24, &words);
    gcdesc_struct_array(&arena, NULL, 0, 8, 16, &words);
    assert_int_equal(words.count, 0);
    arena_free(&arena);
}

static void assert_rows_apart(const RowTable *table, const SparseRow *rows, uint32_t row_count) {
    uint32_t entries = 0;
    for (uint32_t r = 0; r < row_count; r++)
        for (uint32_t i = 0; i < rows[r].count; i++, entries++) {
            uint32_t at = rows[r].displacement + table->numbers[rows[r].columns[i]];
            assert_true(at < table->size);
            assert_int_equal(table->rows[at], r);
            assert_int_equal(table->columns[at], rows[r].columns[i]);
        }
    uint32_t used = 0;
    for (uint32_t i = 0; i < table->size; i++)
        used += table->rows[i] != ROW_HOLE;
    assert_int_equal(used, entries);
}

static void rows_are_packed(void **state) {
    (void)state;
    enum { ROWS = 40, COLUMNS = 60 };
    Arena arena = {0};
    SparseRow rows[ROWS] = {0};
    uint32_t columns[ROWS][COLUMNS], entries = 0;
    for (uint32_t r = 0; r < ROWS; r++) {
        for (uint32_t c = 0; c < COLUMNS; c++)
            if ((r * 7 + c * 13) % 11 == 0)
                columns[r][rows[r].count++] = c;
        rows[r].columns = columns[r];
        entries += rows[r].count;
    }
    RowTable table = row_displacement_pack(&arena, rows, ROWS, COLUMNS);
    assert_rows_apart(&table, rows, ROWS);
    assert_true(table.size <= entries * 2);
    uint32_t first[ROWS];
    for (uint32_t r = 0; r < ROWS; r++)
        first[r] = rows[r].displacement;
    row_displacement_pack(&arena, rows, ROWS, COLUMNS);
    for (uint32_t r = 0; r < ROWS; r++)
        assert_int_equal(rows[r].displacement, first[r]);
    arena_free(&arena);
}

static void no_rows(void **state) {
    (void)state;
    Arena arena = {0};
    RowTable table = row_displacement_pack(&arena, NULL, 0, 5);
    assert_int_equal(table.size, 0);
    for (uint32_t i = 0; i < 5; i++)
        assert_int_equal(table.numbers[i], i);
    arena_free(&arena);
}

// Labels inside an object become aliases; a declaration that code made is replaced by the definition.
static void objects_become_globals(void **state) {
    (void)state;
    Arena arena = {0};
    TextTable texts = {.arena = &arena};
    DataSet set = {.arena = &arena, .texts = &texts};
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
    LLVMModuleRef module = LLVMModuleCreateWithNameInContext("test", context);
    LLVMValueRef declared = LLVMAddGlobal(module, LLVMInt8TypeInContext(context), "table");
    LLVMValueRef user = LLVMAddGlobal(module, LLVMPointerTypeInContext(context, 0), "user");
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

// corelib-contract 6.5: the low bits of the first byte select the length.
static void integers_are_encoded(void **state) {
    (void)state;
    Arena arena = {0};
    uint32_t values[] = {0, 127, 128, 16383, 16384, 0x1FFFFF, 0x200000, 0x0FFFFFFF, 0x10000000, 0xFFFFFFFF};
    uint32_t sizes[] = {1, 1, 2, 2, 3, 3, 4, 4, 5, 5};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        ByteArray bytes = {0};
        uint32_t at = 0;
        native_unsigned(&arena, &bytes, values[i]);
        assert_int_equal(bytes.count, sizes[i]);
        assert_int_equal(native_unsigned_size(values[i]), sizes[i]);
        assert_int_equal(native_unsigned_read(bytes.items, &at), values[i]);
        assert_int_equal(at, sizes[i]);
    }
    ByteArray minus = {0}, far = {0};
    native_signed(&arena, &minus, -1);
    assert_int_equal(minus.count, 1);
    assert_int_equal(minus.items[0], 0xFE);
    native_signed(&arena, &far, -100);
    assert_int_equal(far.count, 5);
    assert_int_equal(far.items[0], 0x0F);
    assert_int_equal(far.items[1], 0x9C);
    arena_free(&arena);
}

// Lookup as NativeHashtable.Lookup does it; the payload is one byte. -1 if absent.
static int hashtable_find(const ByteArray *table, uint32_t hash) {
    uint32_t log2_buckets = table->items[0] >> 2, index_size = 1u << (table->items[0] & 3);
    uint32_t bucket = hash >> 8 & ((1u << log2_buckets) - 1), at = 0, end = 0;
    for (uint32_t i = 0; i < index_size; i++) {
        at |= (uint32_t)table->items[1 + bucket * index_size + i] << 8 * i;
        end |= (uint32_t)table->items[1 + (bucket + 1) * index_size + i] << 8 * i;
    }
    for (at++, end++; at < end;) {
        uint8_t low = table->items[at++];
        uint32_t here = at, distance = native_unsigned_read(table->items, &at);
        if (low == (hash & 0xFF))
            return table->items[here + distance];
        if (low > (hash & 0xFF))
            return -1;
    }
    return -1;
}

static void hashtable_finds_all(void **state) {
    (void)state;
    Arena arena = {0};
    uint32_t counts[] = {1, 7, 100, 250};
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
        HashEntries entries = {0};
        for (uint32_t i = 0; i < counts[c]; i++) {
            HashEntry entry = {.hash = i << 8 | (i * 37 & 0xFF)};
            ARRAY_PUSH(&arena, &entry.payload, (uint8_t)i);
            ARRAY_PUSH(&arena, &entries, entry);
        }
        ByteArray table = native_hashtable(&arena, &entries);
        for (uint32_t i = 0; i < counts[c]; i++)
            assert_int_equal(hashtable_find(&table, i << 8 | (i * 37 & 0xFF)), i);
    }
    HashEntries none = {0};
    ByteArray empty = native_hashtable(&arena, &none);
    assert_int_equal(empty.count, 3);
    assert_int_equal(hashtable_find(&empty, 0x1234), -1);
    arena_free(&arena);
}

// Two records that refer to each other; equal strings are one record.
static void records_refer_to_each_other(void **state) {
    (void)state;
    Arena arena = {0};
    RecordSet set = {.arena = &arena};
    Record *scope = record_define(&set, HANDLE_ScopeDefinition),
           *type = record_define(&set, HANDLE_TypeDefinition);
    item_typed(&set, scope, type);
    item_handle(&set, type, scope);
    for (int i = 0; i < 50; i++)
        item_typed(&set, type, record_string(&set, TEXT_LITERAL("a rather long name")));
    assert_ptr_equal(record_string(&set, TEXT_LITERAL("x")), record_string(&set, TEXT_LITERAL("x")));
    ByteArray blob = records_write(&set, &scope, 1);
    assert_memory_equal(blob.items, "\xFD\xDF\xAD\xDE", 4);
    uint32_t at = 4;
    assert_int_equal(native_unsigned_read(blob.items, &at), 1);
    assert_int_equal(native_unsigned_read(blob.items, &at), scope->offset);
    assert_int_equal(at, scope->offset);
    assert_int_equal(native_unsigned_read(blob.items, &at), type->offset);
    assert_int_equal(at, type->offset);
    assert_int_equal(native_unsigned_read(blob.items, &at), scope->offset << 7 | HANDLE_ScopeDefinition);
    arena_free(&arena);
}

// ---- Optimisation -------------------------------------------------------------------------------

static LLVMValueRef function_add(LLVMModuleRef module, const char *name) {
    LLVMContextRef context = LLVMGetModuleContext(module);
    LLVMTypeRef type = LLVMFunctionType(LLVMInt32TypeInContext(context), NULL, 0, false);
    LLVMValueRef function = LLVMAddFunction(module, name, type);
    LLVMSetVisibility(function, LLVMHiddenVisibility);
    LLVMSetSection(function, "tailor_text");
    return function;
}

static LLVMBuilderRef body_begin(LLVMModuleRef module, LLVMValueRef function) {
    LLVMContextRef context = LLVMGetModuleContext(module);
    LLVMBuilderRef builder = LLVMCreateBuilderInContext(context);
    LLVMPositionBuilderAtEnd(builder, LLVMAppendBasicBlockInContext(context, function, "entry"));
    return builder;
}

static void returns_constant(LLVMModuleRef module, const char *name, unsigned value) {
    LLVMBuilderRef builder = body_begin(module, function_add(module, name));
    LLVMBuildRet(builder, LLVMConstInt(LLVMInt32TypeInContext(LLVMGetModuleContext(module)), value, false));
    LLVMDisposeBuilder(builder);
}

// `exported` calls `helper`; nobody calls `unused`.
static LLVMModuleRef sample_module(LLVMContextRef context) {
    LLVMModuleRef module = LLVMModuleCreateWithNameInContext("unit", context);
    returns_constant(module, "helper", 42);
    returns_constant(module, "unused", 7);
    LLVMValueRef callee = LLVMGetNamedFunction(module, "helper");
    LLVMBuilderRef builder = body_begin(module, function_add(module, "exported"));
    LLVMBuildRet(builder, LLVMBuildCall2(builder, LLVMGlobalGetValueType(callee), callee, NULL, 0, ""));
    LLVMDisposeBuilder(builder);
    return module;
}

static bool keep_exported(void *context, Text symbol) {
    (void)context;
    return text_equal_z(symbol, "exported");
}

static void unneeded_functions_go(void **state) {
    (void)state;
    Diag *diag = diag_open(false);
    Request request = {.codegen = {.optimize = true, .preference = PREFERENCE_Size}};
    LLVMTargetMachineRef machine = target_machine_open(&request, diag);
    assert_non_null(machine);
    LLVMContextRef context = LLVMContextCreate();
    LLVMModuleRef module = sample_module(context);
    assert_true(module_optimize(module, &request, machine, keep_exported, NULL, diag));
    assert_non_null(LLVMGetNamedFunction(module, "exported"));
    assert_null(LLVMGetNamedFunction(module, "helper"));
    assert_null(LLVMGetNamedFunction(module, "unused"));
    assert_int_equal(LLVMGetAlignment(LLVMGetNamedFunction(module, "exported")), 4);
    LLVMDisposeModule(module);
    LLVMContextDispose(context);
    LLVMDisposeTargetMachine(machine);
    diag_close(diag);
}

static void symbols_come_back(void **state) {
    (void)state;
    Diag *diag = diag_open(false);
    Request request = {.codegen = {.optimize = false}};
    LLVMTargetMachineRef machine = target_machine_open(&request, diag);
    LLVMContextRef context = LLVMContextCreate();
    LLVMModuleRef module = sample_module(context);
    assert_true(module_optimize(module, &request, machine, keep_exported, NULL, diag));
    assert_int_equal(LLVMGetLinkage(LLVMGetNamedFunction(module, "helper")), LLVMInternalLinkage);
    module_restore_symbols(module);
    assert_int_equal(LLVMGetLinkage(LLVMGetNamedFunction(module, "helper")), LLVMExternalLinkage);
    assert_int_equal(LLVMGetVisibility(LLVMGetNamedFunction(module, "helper")), LLVMHiddenVisibility);
    LLVMDisposeModule(module);
    LLVMContextDispose(context);
    LLVMDisposeTargetMachine(machine);
    diag_close(diag);
}

// What cannot be written is an error with the file's name; nothing is left behind.
static void write_failure_is_reported(void **state) {
    (void)state;
    Diag *diag = diag_open(false);
    Request request = {.codegen = {.optimize = true}};
    LLVMTargetMachineRef machine = target_machine_open(&request, diag);
    LLVMContextRef context = LLVMContextCreate();
    LLVMModuleRef module = sample_module(context);
    assert_false(object_write(module_object(module, machine, diag), "/nonexistent-folder/unit.o", diag));
    assert_int_equal(diag_error_count(diag), 1);
    assert_string_equal(diag_record(diag, 0)->code, "TLR1004");
    LLVMDisposeModule(module);
    LLVMContextDispose(context);
    LLVMDisposeTargetMachine(machine);
    diag_close(diag);
}

static void other_targets_are_refused(void **state) {
    (void)state;
    Diag *diag = diag_open(false);
    Request request = {.target = {.rid = TEXT_LITERAL("linux-arm64"),
                                  .os = TEXT_LITERAL("linux"),
                                  .arch = TEXT_LITERAL("arm64")}};
    assert_null(target_machine_open(&request, diag));
    assert_string_equal(diag_record(diag, 0)->code, "TLR1009");
    diag_close(diag);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gcdesc_of_class),           cmocka_unit_test(gcdesc_of_two_series),
        cmocka_unit_test(gcdesc_of_arrays),          cmocka_unit_test(nothing_for_no_references),
        cmocka_unit_test(rows_are_packed),           cmocka_unit_test(no_rows),
        cmocka_unit_test(objects_become_globals),    cmocka_unit_test(integers_are_encoded),
        cmocka_unit_test(hashtable_finds_all),       cmocka_unit_test(records_refer_to_each_other),
        cmocka_unit_test(unneeded_functions_go),     cmocka_unit_test(symbols_come_back),
        cmocka_unit_test(write_failure_is_reported), cmocka_unit_test(other_targets_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
