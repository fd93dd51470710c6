#include "load/load.h"
#include "sample_image.h"

#include "cmocka_all.h"

#include <stdlib.h>
#include <string.h>

typedef struct Fixture {
    Arena arena;
    TextTable texts;
    Diag *diag;
} Fixture;

static int setup(void **state) {
    Fixture *f = checked_malloc(sizeof *f);
    *f = (Fixture){.diag = diag_open(false)};
    f->texts.arena = &f->arena;
    *state = f;
    return 0;
}

static int teardown(void **state) {
    Fixture *f = *state;
    diag_close(f->diag);
    arena_free(&f->arena);
    free(f);
    return 0;
}

static Image *open_bytes(Fixture *f, Bytes bytes) {
    return image_open_bytes(bytes, "/lib/file.dll", &f->arena, &f->texts, f->diag);
}

static Image *open_sample(Fixture *f) {
    Image *image = open_bytes(f, sample_image(&f->arena));
    assert_non_null(image);
    assert_int_equal(diag_record_count(f->diag), 0);
    return image;
}

static Token token(uint32_t value) {
    return (Token){value};
}

// ---- reading ------------------------------------------------------------------------------------

static void headers_and_names(void **state) {
    Image *image = open_sample(*state);
    assert_true(text_equal_z(image_name(image), "app"));
    assert_string_equal(image_path(image), "/lib/file.dll");
    assert_int_equal(image_entry_point(image).value, 0x06000001);
    assert_int_equal(image_mvid(image).size, 16);
    assert_int_equal(image_mvid(image).data[15], 0xAB);
    assert_int_equal(table_row_count(image, TABLE_TypeDef), 3);
    assert_int_equal(table_row_count(image, TABLE_EncLog), 0);
    assert_true(token_is_valid(image, token(0x02000003)));
    assert_false(token_is_valid(image, token(0x02000004)));
    assert_false(token_is_valid(image, token(0x02000000)));
    assert_false(token_is_valid(image, token(0x70000001)));
    assert_false(token_is_valid(image, token(0xFF000001)));
    image_close(image);
}

static void check_columns(const Image *image) {
    uint32_t first, count;
    assert_true(text_equal_z(column_text(image, COLUMN_TypeDef_TypeName, 2), "Program"));
    assert_true(text_equal_z(column_text(image, COLUMN_TypeDef_TypeNamespace, 3), ""));
    assert_int_equal(column_token(image, COLUMN_TypeDef_Extends, 1).value, 0);
    assert_int_equal(column_token(image, COLUMN_TypeDef_Extends, 2).value, 0x01000001);
    assert_int_equal(column_token(image, COLUMN_MemberRef_Class, 2).value, 0x1B000001);
    assert_int_equal(column_token(image, COLUMN_NestedClass_EnclosingClass, 1).value, 0x02000002);
    assert_int_equal(column_read(image, COLUMN_MethodDef_Flags, 2), 0x886);
    Bytes signature = column_blob(image, COLUMN_MethodDef_Signature, 1);
    assert_int_equal(signature.size, 5);
    assert_memory_equal(signature.data, "\0\1\1\x1D\xE", 5);

    assert_int_equal(column_list(image, COLUMN_TypeDef_MethodList, 1, &first), 0);
    assert_int_equal(column_list(image, COLUMN_TypeDef_MethodList, 2, &first), 3);
    assert_int_equal(first, 1);
    assert_int_equal(column_list(image, COLUMN_TypeDef_MethodList, 3, &first), 1);
    assert_int_equal(first, 4);
    assert_int_equal(column_list(image, COLUMN_TypeDef_FieldList, 3, &first), 0);
    assert_int_equal(column_list(image, COLUMN_MethodDef_ParamList, 1, &first), 1);

    assert_int_equal(sorted_rows_find(image, COLUMN_CustomAttribute_Parent, token(0x02000002), &count), 2);
    assert_int_equal(count, 1);
    assert_int_equal(sorted_rows_find(image, COLUMN_CustomAttribute_Parent, token(0x02000001), &count), 0);
    assert_int_equal(count, 0);
    assert_int_equal(sorted_rows_find(image, COLUMN_GenericParam_Owner, token(0x02000003), &count), 1);
    assert_int_equal(sorted_rows_find(image, COLUMN_PropertyMap_Parent, token(0x02000002), &count), 1);
    assert_int_equal(sorted_rows_find(image, COLUMN_GenericParam_Owner, token(0x23000001), &count),
                     0); // cannot own
}

static void columns_of_the_plain_image(void **state) {
    Image *image = open_sample(*state);
    check_columns(image);
    image_close(image);
}

static void columns_of_other_encodings(void **state) {
    Fixture *f = *state;
    ImageBuilder b;
    for (int variant = 1; variant < 8; variant++) {
        builder_init(&b, &f->arena);
        b.wide_heaps = variant & 1;
        b.uncompressed = variant & 2;
        b.pe32_plus = variant & 4;
        sample_image_fill(&b);
        Image *image = open_bytes(f, builder_finish(&b));
        assert_non_null(image);
        check_columns(image);
        image_close(image);
    }
}

static void bodies_and_clauses(void **state) {
    Fixture *f = *state;
    Image *image = open_sample(f);
    BodyBytes body;
    const char *reason;
    assert_true(body_read(image, 1, &f->arena, &body, &reason));
    assert_int_equal(body.max_stack, 3);
    assert_true(body.init_locals);
    assert_int_equal(body.locals_signature.value, 0x11000001);
    assert_int_equal(body.code.size, 7);
    assert_int_equal(body.clause_count, 3);
    assert_int_equal(body.clauses[0].kind, EH_Catch);
    assert_int_equal(body.clauses[0].catch_type.value, 0x01000001);
    assert_int_equal(body.clauses[0].handler_offset, 1);
    assert_int_equal(body.clauses[1].kind, EH_Finally);
    assert_int_equal(body.clauses[1].try_size, 2);
    assert_int_equal(body.clauses[2].kind, EH_Filter);
    assert_int_equal(body.clauses[2].filter_offset, 3);
    assert_int_equal(body.clauses[2].handler_offset, 5);
    assert_true(body_read(image, 2, &f->arena, &body, &reason));
    assert_int_equal(body.max_stack, 8);
    assert_memory_equal(body.code.data, "\x16\x2A", 2);
    assert_false(body_read(image, 3, &f->arena, &body, &reason));
    assert_string_equal(reason, "the method has no body");
    image_close(image);
}

static void strings_blobs_and_data(void **state) {
    Fixture *f = *state;
    Image *image = open_sample(f);
    Utf16 string;
    Bytes bytes;
    Text name;
    assert_true(user_string_read(image, token(0x70000001), &f->arena, &string));
    assert_int_equal(string.count, 5);
    assert_int_equal(string.units[4], 'o');
    assert_false(user_string_read(image, token(0x70000FFF), &f->arena, &string));
    assert_false(user_string_read(image, token(0x01000001), &f->arena, &string));
    assert_true(rva_bytes(image, column_read(image, COLUMN_FieldRva_Rva, 1), &bytes));
    assert_memory_equal(bytes.data, "\1\2\3\4", 4);
    assert_false(rva_bytes(image, 0x100, &bytes));
    assert_int_equal(resource_count(image), 2);
    assert_true(resource_find(image, "ILLink.Descriptors.xml", &bytes));
    assert_memory_equal(bytes.data, "<linker/>", 9);
    assert_false(resource_find(image, "elsewhere", &bytes));
    assert_false(resource_get(image, 1, &name, &bytes));
    assert_true(text_equal_z(name, "elsewhere"));
    assert_false(resource_get(image, 2, &name, &bytes));
    image_close(image);
}

static void sequence_points(void **state) {
    static const SequencePoint expected[] = {{0, 1, 9, 5}, {2, 1, 0xFEEFEE, 0}, {5, 1, 11, 9}, {6, 1, 10, 3}};
    Fixture *f = *state;
    Image *image = open_sample(f);
    SequencePoint *points;
    assert_int_equal(pdb_sequence_points(image, 1, &f->arena, &points), 4);
    for (int i = 0; i < 4; i++)
        assert_memory_equal(&points[i], &expected[i], sizeof *points);
    assert_true(text_equal_z(pdb_document(image, 1), "/src/App.cs"));
    assert_int_equal(pdb_document(image, 2).size, 0);
    assert_int_equal(pdb_sequence_points(image, 2, &f->arena, &points), 0);
    assert_int_equal(pdb_sequence_points(image, 99, &f->arena, &points), 0);
    image_close(image);
}

// ---- what real tools write ----------------------------------------------------------------------

// Two nested types, their NestedClass and GenericParam rows the wrong way round.
static void unsorted_tables_are_sorted(void **state) {
    Fixture *f = *state;
    ImageBuilder b;
    uint32_t count;
    builder_init(&b, &f->arena);
    uint32_t name = builder_string(&b, "T");
    for (int i = 0; i < 3; i++)
        BUILDER_ROW(&b, TABLE_TypeDef, 0, name, 0, 0, 1, 1);
    BUILDER_ROW(&b, TABLE_NestedClass, 3, 2);
    BUILDER_ROW(&b, TABLE_NestedClass, 2, 1);
    BUILDER_ROW(&b, TABLE_GenericParam, 0, 0, 0x02000003, builder_string(&b, "OfThree"));
    BUILDER_ROW(&b, TABLE_GenericParam, 0, 0, 0x02000002, builder_string(&b, "OfTwo"));
    BUILDER_ROW(&b, TABLE_GenericParamConstraint, 1, 0x02000001);
    BUILDER_ROW(&b, TABLE_CustomAttribute, 0x2A000001, 0, 0);
    Image *image = open_bytes(f, builder_finish(&b));
    assert_non_null(image);
    uint32_t row = sorted_rows_find(image, COLUMN_NestedClass_NestedClass, token(0x02000003), &count);
    assert_int_equal(column_read(image, COLUMN_NestedClass_EnclosingClass, row), 2);
    row = sorted_rows_find(image, COLUMN_GenericParam_Owner, token(0x02000003), &count);
    assert_int_equal(row, 2);
    assert_true(text_equal_z(column_text(image, COLUMN_GenericParam_Name, row), "OfThree"));
    // What referred to the first row has followed it to the second.
    assert_int_equal(sorted_rows_find(image, COLUMN_GenericParamConstraint_Owner, token(0x2A000002), &count),
                     1);
    assert_int_equal(sorted_rows_find(image, COLUMN_CustomAttribute_Parent, token(0x2A000002), &count), 1);
    image_close(image);
}

static void garbage_in_unused_tables_is_harmless(void **state) {
    Fixture *f = *state;
    ImageBuilder b;
    builder_init(&b, &f->arena);
    sample_image_fill(&b);
    BUILDER_ROW(&b, TABLE_Module, 0, 0x7FFF, 0, 0, 0);
    BUILDER_ROW(&b, TABLE_DeclSecurity, 0x7FFF, 0x7FFF7FFF, 0x7FFF);
    BUILDER_ROW(&b, TABLE_EncLog, 0x7FFF7FFF, 0x7FFF7FFF);
    BUILDER_ROW(&b, TABLE_ManifestResource, 0x7FFF7FFF, 0, 0x7FFF, 0);
    Image *image = open_bytes(f, builder_finish(&b));
    assert_non_null(image);
    assert_int_equal(column_text(image, COLUMN_Module_Name, 2).size, 0);
    assert_int_equal(column_blob(image, COLUMN_DeclSecurity_PermissionSet, 1).size, 0);
    assert_int_equal(column_token(image, COLUMN_DeclSecurity_Parent, 1).value, 0);
    Text name;
    Bytes bytes;
    assert_false(resource_get(image, 2, &name, &bytes));
    image_close(image);
}

static void pointer_tables(void **state) {
    Fixture *f = *state;
    ImageBuilder b;
    for (uint32_t swapped = 0; swapped < 2; swapped++) {
        builder_init(&b, &f->arena);
        b.uncompressed = true;
        sample_image_fill(&b);
        BUILDER_ROW(&b, TABLE_FieldPtr, 1 + swapped);
        BUILDER_ROW(&b, TABLE_FieldPtr, 2 - swapped);
        Image *image = open_bytes(f, builder_finish(&b));
        if (!swapped) {
            assert_non_null(image);
            check_columns(image);
            image_close(image);
        } else {
            assert_null(image);
            assert_non_null(strstr(diag_record(f->diag, 0)->text, "reorders members"));
        }
    }
}

// ---- errors -------------------------------------------------------------------------------------

static void assert_rejected(Fixture *f, Bytes bytes, const char *reason) {
    assert_null(open_bytes(f, bytes));
    const DiagRecord *record = diag_record(f->diag, diag_record_count(f->diag) - 1);
    assert_non_null(record);
    assert_string_equal(record->code, "TLR2002");
    if (!strstr(record->text, reason))
        fail_msg("'%s' does not contain '%s'", record->text, reason);
}

static void reasons_are_given(void **state) {
    Fixture *f = *state;
    Bytes good = sample_image(&f->arena);
    assert_rejected(f, (Bytes){(const uint8_t *)"", 0}, "no MZ header");
    assert_rejected(f, (Bytes){(const uint8_t *)"\177ELF....", 8}, "no MZ header");
    assert_rejected(f, (Bytes){good.data, 0x40}, "no PE signature");
    assert_rejected(f, (Bytes){good.data, 0x60}, "truncated");
    assert_rejected(f, (Bytes){good.data, good.size - 1}, "outside the file");
    uint8_t *native = arena_copy(&f->arena, good.data, good.size, 1);
    memset(native + 0x40 + 24 + 96 + 14 * 8, 0, 8);
    assert_rejected(f, (Bytes){native, good.size}, "native library");
}

static void bad_cells_name_their_place(void **state) {
    static const struct {
        TableId table;
        uint32_t values[6], count;
        const char *reason;
    } rows[] = {
        {TABLE_TypeRef, {0x2300000F, 0, 0}, 3, "ResolutionScope of row 3 in its metadata table TypeRef"},
        {TABLE_TypeRef, {0, 0x7FFF, 0}, 3, "TypeName of row 3"},
        {TABLE_TypeDef, {0, 0, 0, 0, 9, 4}, 6, "FieldList of row 4"},
        {TABLE_TypeDef, {0, 0, 0, 0, 2, 4}, 6, "FieldList of row 4"}, // backwards: the row before has 3
        {TABLE_TypeSpec, {0x7FFF}, 1, "Signature of row 2"},
        {TABLE_NestedClass, {3, 77}, 2, "EnclosingClass of row 2"},
    };
    Fixture *f = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ImageBuilder b;
        builder_init(&b, &f->arena);
        sample_image_fill(&b);
        builder_row_values(&b, rows[i].table, rows[i].values, rows[i].count);
        assert_rejected(f, builder_finish(&b), rows[i].reason);
    }
}

static void bad_bodies_give_reasons(void **state) {
    static const struct {
        uint8_t bytes[12];
        uint32_t size;
        const char *reason;
    } rows[] = {
        {{0x00}, 1, "unknown format"},
        {{0x03, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 12, "wrong size"},
        {{0x03, 0x30, 0, 0, 0xFF, 0xFF, 0xFF, 0x7F, 0, 0, 0, 0}, 12, "code is truncated"},
        {{0x03, 0x30, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0x22}, 12, "not a StandAloneSig"},
    };
    Fixture *f = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ImageBuilder b;
        BodyBytes body;
        const char *reason = "";
        builder_init(&b, &f->arena);
        BUILDER_ROW(&b, TABLE_MethodDef, builder_data(&b, rows[i].bytes, rows[i].size), 0, 0, 0, 0, 1);
        Image *image = open_bytes(f, builder_finish(&b));
        assert_non_null(image);
        assert_false(body_read(image, 1, &f->arena, &body, &reason));
        if (!strstr(reason, rows[i].reason))
            fail_msg("'%s' does not contain '%s'", reason, rows[i].reason);
        image_close(image);
    }
}

static void missing_files_are_reported(void **state) {
    Fixture *f = *state;
    assert_null(image_open("/nonexistent.dll", &f->arena, &f->texts, f->diag));
    assert_string_equal(diag_record(f->diag, 0)->code, "TLR1003");
}

static void dump_is_stable(void **state) {
    Image *image = open_sample(*state);
    char *text;
    size_t size;
    FILE *file = open_memstream(&text, &size);
    image_dump(image, NULL, file);
    fclose(file);
    assert_non_null(strstr(text, ".assembly app entry point 06000001\n"));
    assert_non_null(strstr(text, ".method 06000001 App.Program.Main\n  .maxstack 3 init locals 11000001\n"
                                 "  // IL_0000 line 9 column 5\n"));
    assert_non_null(strstr(
        text, "  IL_0000: 72 01 00 00 70 26 2a\n  .try IL_0000-IL_0001 catch 01000001 IL_0001-IL_0002\n"));
    assert_non_null(strstr(text, ".method 06000004 App.Program/Nested`1.M\n"));
    free(text);
    image_close(image);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(headers_and_names, setup, teardown),
        cmocka_unit_test_setup_teardown(columns_of_the_plain_image, setup, teardown),
        cmocka_unit_test_setup_teardown(columns_of_other_encodings, setup, teardown),
        cmocka_unit_test_setup_teardown(bodies_and_clauses, setup, teardown),
        cmocka_unit_test_setup_teardown(strings_blobs_and_data, setup, teardown),
        cmocka_unit_test_setup_teardown(sequence_points, setup, teardown),
        cmocka_unit_test_setup_teardown(unsorted_tables_are_sorted, setup, teardown),
        cmocka_unit_test_setup_teardown(garbage_in_unused_tables_is_harmless, setup, teardown),
        cmocka_unit_test_setup_teardown(pointer_tables, setup, teardown),
        cmocka_unit_test_setup_teardown(reasons_are_given, setup, teardown),
        cmocka_unit_test_setup_teardown(bad_cells_name_their_place, setup, teardown),
        cmocka_unit_test_setup_teardown(bad_bodies_give_reasons, setup, teardown),
        cmocka_unit_test_setup_teardown(missing_files_are_reported, setup, teardown),
        cmocka_unit_test_setup_teardown(dump_is_stable, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
