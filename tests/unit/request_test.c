#include "request/instruction_sets.h"

#include "cmocka_all.h"

#include <stdlib.h>
#include <string.h>

typedef struct Fixture {
    Arena arena;
    Diag *diag;
    Request request;
} Fixture;

static int setup(void **state) {
    Fixture *f = checked_malloc(sizeof *f);
    *f = (Fixture){.diag = diag_open(false)};
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

static bool read_json(Fixture *f, const char *json) {
    return request_read(&f->request, json, strlen(json), &f->arena, f->diag);
}

static Bytes bytes_of(const char *text) {
    return (Bytes){(const uint8_t *)text, strlen(text)};
}

// ---- the request --------------------------------------------------------------------------------

#define INPUTS "\"output\":{\"object\":\"/o/app.o\"},\"inputs\":{\"assemblies\":[\"/o/app.dll\"]}"

static void full_request(void **state) {
    Fixture *f = *state;
    assert_true(read_json(
        f,
        "{\"schema\":1,"
        "\"project\":{\"file\":\"/s/app.csproj\",\"assemblyName\":\"app\"},"
        "\"target\":{\"rid\":\"linux-x64\",\"os\":\"linux\",\"arch\":\"x64\",\"instructionSet\":[\"avx2\"]},"
        "\"output\":{\"kind\":\"shared\",\"object\":\"/o/app.o\",\"exportDynamicSymbols\":[\"A\"]},"
        "\"codegen\":{\"optimize\":false,\"preference\":\"Size\",\"parallelism\":3,\"gcStress\":true},"
        "\"runtime\":{\"stackTraceData\":false,\"knobs\":{\"b\":\"2\",\"a\":\"1\"}},"
        "\"trim\":{\"features\":{\"Z.On\":\"True\",\"A.Off\":\"false\"},\"defaultRooting\":true},"
        "\"diagnostics\":{\"noWarn\":[\"1701\"],\"treatWarningsAsErrors\":true},"
        "\"interop\":{\"directPInvokes\":[\"System.Native\"]},"
        "\"inputs\":{\"assemblies\":[\"/o/app.dll\"],\"references\":[\"/r/a.dll\",\"/r/b.dll\"]},"
        "\"tool\":{\"core\":\"/t/tailor\"}}"));
    const Request *r = &f->request;
    assert_string_equal(r->project.assembly_name.data, "app");
    assert_int_equal(r->output.kind, OUTPUT_SharedLibrary);
    assert_int_equal(r->codegen.preference, PREFERENCE_Size);
    assert_false(r->codegen.optimize);
    assert_int_equal(r->codegen.parallelism, 3);
    assert_true(r->codegen.gc_stress);
    assert_false(r->runtime.stack_trace_data);
    assert_string_equal(r->runtime.knobs.items[0].name.data, "a");
    assert_string_equal(r->runtime.knobs.items[1].value.data, "2");
    assert_int_equal(r->inputs.references.count, 2);
    assert_string_equal(r->inputs.references.items[1].data, "/r/b.dll");
    assert_int_equal(request_feature(r, TEXT_LITERAL("Z.On")), 1);
    assert_int_equal(request_feature(r, TEXT_LITERAL("A.Off")), 0);
    assert_int_equal(request_feature(r, TEXT_LITERAL("A.On")), -1);
    diag_report_il(f->diag, "IL2026", NULL, (DiagLocation){0}, "now an error");
    assert_int_equal(diag_error_count(f->diag), 1);
}

static void absent_keys_have_defaults(void **state) {
    Fixture *f = *state;
    assert_true(read_json(f, "{\"schema\":1," INPUTS "}"));
    assert_true(f->request.codegen.optimize);
    assert_int_equal(f->request.codegen.preference, PREFERENCE_Blended);
    assert_int_equal(f->request.codegen.max_generic_cycle, 4);
    assert_int_equal(f->request.output.kind, OUTPUT_Exe);
    assert_true(f->request.runtime.stack_trace_data);
    assert_string_equal(f->request.trim.mode.data, "full");
    assert_int_equal(request_feature(&f->request, TEXT_LITERAL("x")), -1);
    assert_int_equal(f->request.extra_arguments.count, 0);
}

// A file may really be called so.
static void replacement_characters_in_existing_places(void **state) {
    Fixture *f = *state;
    assert_true(read_json(f, "{\"schema\":1,\"output\":{\"object\":\"/tmp/\xEF\xBF\xBD.o\"},"
                             "\"inputs\":{\"assemblies\":[\"/o/app.dll\"]}}"));
}

static void extra_arguments_are_named(void **state) {
    Fixture *f = *state;
    assert_true(read_json(f, "{\"schema\":1," INPUTS ",\"extraArguments\":[\"--foo\"]}"));
    assert_string_equal(diag_record(f->diag, 0)->code, "TLR1010");
    assert_non_null(strstr(diag_record(f->diag, 0)->text, "'--foo'"));
}

static void instruction_sets_are_taken_from_arguments(void **state) {
    Fixture *f = *state;
    assert_true(read_json(f, "{\"schema\":1," INPUTS ",\"target\":{\"instructionSet\":[\"aes\"]},"
                             "\"extraArguments\":[\"--instruction-set:avx2,gfni\"]}"));
    assert_int_equal(diag_record_count(f->diag), 0);
    InstructionSets sets = request_instruction_sets(&f->request);
    assert_int_equal(sets.vectors, VECTORS_Avx2);
    assert_true(sets.aes && sets.gfni);
    assert_string_equal(instruction_sets_processor(sets), "x86-64-v3");
    assert_int_equal(instruction_sets_required(sets), 0x2207);
}

static uint32_t vector_size(Fixture *f, const char *target) {
    char json[512];
    snprintf(json, sizeof json, "{\"schema\":1," INPUTS ",\"target\":{%s}}", target);
    assert_true(read_json(f, json));
    return instruction_sets_vector_size(&f->request);
}

static void vector_size_follows_instruction_sets(void **state) {
    Fixture *f = *state;
    assert_int_equal(vector_size(f, ""), 16);
    assert_int_equal(vector_size(f, "\"instructionSet\":[\"avx\"]"), 16);
    assert_int_equal(vector_size(f, "\"instructionSet\":[\"avx2\"]"), 32);
    assert_int_equal(vector_size(f, "\"instructionSet\":[\"avx2\"],\"maxVectorTBitWidth\":128"), 16);
    assert_int_equal(vector_size(f, "\"instructionSet\":[\"x86-64-v4\"]"), 32);
    assert_int_equal(vector_size(f, "\"instructionSet\":[\"x86-64-v4\"],\"maxVectorTBitWidth\":512"), 64);
    assert_int_equal(vector_size(f, "\"instructionSet\":[\"x86-64-v3\",\"-avx2\"]"), 16);
}

static void unknown_instruction_sets_are_refused(void **state) {
    Fixture *f = *state;
    assert_false(
        read_json(f, "{\"schema\":1," INPUTS ",\"target\":{\"instructionSet\":[\"avx2\",\"-foo\"]}}"));
    assert_string_equal(diag_record(f->diag, 0)->code, "TLR1002");
    assert_non_null(strstr(diag_record(f->diag, 0)->text, "'-foo', which is not one of: native, base, "));
}

static void wrong_requests_are_refused(void **state) {
    static const struct {
        const char *json, *code, *text;
        uint32_t line, column;
    } rows[] = {
        {"", "TLR0001", "not valid JSON", 1, 1},
        {"{\n\"schema\":1,,}", "TLR0001", "string or '}' expected", 2, 12},
        {"{\"schema\":1,\"schema\":1}", "TLR0001", "duplicate", 1, 22},
        {"[]", "TLR0002", "must be an object", 0, 0},
        {"{}", "TLR0002", "'schema'", 0, 0},
        {"{\n \"schema\": 2}", "TLR0003", "schema 2; this version of tailor reads schema 1", 2, 2},
        {"{\"schema\":1,\n  \"linker\": {}}", "TLR0002",
         "'linker' is wrong: this version of tailor does not know it", 2, 3},
        {"{\"schema\":1,\"trim\":{\"mode\":\"objekt\"},\n\"output\":{\n\"object\":\"/o\", \"objekt\": 1}}",
         "TLR0002", "'output.objekt'", 3, 16},
        {"{\"schema\":1,\"output\":[]}", "TLR0002", "'output' is wrong: it must be an object", 1, 13},
        {"{\"schema\":1,\"output\":{\"object\":5}}", "TLR0002",
         "'output.object' is wrong: it must be a string", 1, 23},
        {"{\"schema\":1,\"codegen\":{\"optimize\":\"true\"}}", "TLR0002", "it must be true or false", 1, 24},
        {"{\"schema\":1,\"codegen\":{\"parallelism\":-1}}", "TLR0002", "whole number", 1, 24},
        {"{\"schema\":1,\"codegen\":{\"preference\":\"Sped\"}}", "TLR0002",
         "'Sped' is not one of: Blended, Size, Speed", 1, 24},
        {"{\"schema\":1,\"inputs\":{\"references\":[1]}}", "TLR0002", "'inputs.references'", 1, 23},
        {"{\"schema\":1,\"trim\":{\"features\":{\"A.B\":\"yes\"}}}", "TLR1001", "'A.B' has the value 'yes'",
         1, 21},
        {"{\"schema\":1,\"inputs\":{\"references\":[\"/a\xEF\xBF\xBD/b\"]}}", "TLR1005", "/a", 1, 23},
        {"{\"schema\":1,\"inputs\":{\"references\":[\"/a\xFF\"]}}", "TLR1005", "0xff", 1, 39},
        {"{\"schema\":1,\"project\":{\"file\":\"a\\u0000b\"}}", "TLR0001", "\\u0000", 1, 0},
        {"{\"schema\":1,\"target\":{\"os\":\"windows\"}," INPUTS "}", "TLR1009",
         "'windows-x64' is not supported", 1, 23},
        {"{\"schema\":1,\"output\":{\"object\":\"/o\"}}", "TLR0002", "'inputs.assemblies'", 0, 0},
        {"{\"schema\":1,\"inputs\":{\"assemblies\":[\"/o\"]}}", "TLR0002", "'output.object'", 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        void *each;
        setup(&each);
        Fixture *f = each;
        assert_false(read_json(f, rows[i].json));
        const DiagRecord *record = diag_record(f->diag, 0);
        if (strcmp(record->code, rows[i].code) != 0 || !strstr(record->text, rows[i].text)) {
            fail_msg("%s gave %s: %s", rows[i].json, record->code, record->text);
        }
        if (rows[i].column)
            assert_int_equal(record->location.line, rows[i].line);
        if (rows[i].column && strcmp(rows[i].code, "TLR0001") && rows[i].column != 39) {
            assert_int_equal(record->location.column, rows[i].column);
        }
        teardown(&each);
    }
}

static void every_wrong_key_of_a_section_is_reported(void **state) {
    Fixture *f = *state;
    assert_false(read_json(f, "{\"schema\":1,\"trim\":{\"a\":1,\"b\":2},\"c\":3}"));
    assert_int_equal(diag_error_count(f->diag), 3);
}

// ---- XML ----------------------------------------------------------------------------------------

static void xml_elements_and_positions(void **state) {
    Fixture *f = *state;
    XmlElement *root =
        xml_read(bytes_of("\xEF\xBB\xBF<?xml version='1.0'?>\n<!-- c -->\n<linker xmlns='urn:x'>\n"
                          "  <assembly fullname='A&amp;B'\n     preserve=\"all\"><type/>text</assembly>\n"
                          "\t<assembly/>\n</linker>"),
                 "roots.xml", &f->arena, f->diag);
    assert_non_null(root);
    assert_true(text_equal_z(root->name, "linker"));
    assert_int_equal(root->line, 3);
    assert_int_equal(root->column, 2);
    assert_int_equal(root->child_count, 2);
    const XmlElement *assembly = root->children[0];
    assert_int_equal(assembly->line, 4);
    assert_int_equal(assembly->column, 4);
    assert_true(text_equal_z(xml_attribute(assembly, "fullname"), "A&B"));
    assert_true(text_equal_z(xml_attribute(assembly, "preserve"), "all"));
    assert_null(xml_attribute(assembly, "missing").data);
    assert_int_equal(assembly->child_count, 1);
    assert_int_equal(assembly->children[0]->line, 5);
    assert_int_equal(assembly->children[0]->column, 22);
    assert_int_equal(root->children[1]->line, 6);
    assert_int_equal(root->children[1]->column, 3);
}

// Long documents: the parser drops what it has read from its buffer.
static void xml_positions_far_into_a_document(void **state) {
    Fixture *f = *state;
    TextBuilder text = {.arena = &f->arena};
    text_append_z(&text, "<l>\n");
    for (int i = 0; i < 2000; i++)
        text_append_format(&text, "   <assembly fullname='%0200d'/>\n", i);
    text_append_z(&text, "</l>");
    XmlElement *root = xml_read(bytes_of(text_built(&text).data), "x", &f->arena, f->diag);
    assert_non_null(root);
    assert_int_equal(root->child_count, 2000);
    for (uint32_t i = 0; i < 2000; i++) {
        assert_int_equal(root->children[i]->line, i + 2);
        assert_int_equal(root->children[i]->column, 5);
    }
}

static void malformed_xml_is_located(void **state) {
    static const struct {
        const char *text, *message;
        uint32_t line;
    } rows[] = {
        {"", "empty", 0},
        {"hello", "'<' not found", 1},
        {"<linker>\n<a>\n</linker>", "mismatch", 3},
        {"<linker>\n<a b='1' b='2'/></linker>", "redefined", 2},
        {"<!DOCTYPE l [<!ENTITY a 'aaaa'>]>\n<l b='&a;'/>", "document type", 1},
        {"<l b='&nothing;'/>", "nothing", 1},
        {"<!DOCTYPE l SYSTEM 'file:///etc/passwd'><l/>", "document type", 1},
        {"<l/><l/>", "Extra content", 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        void *each;
        setup(&each);
        Fixture *f = each;
        assert_null(xml_read(bytes_of(rows[i].text), "roots.xml", &f->arena, f->diag));
        assert_int_equal(diag_error_count(f->diag), 1);
        const DiagRecord *record = diag_record(f->diag, 0);
        assert_string_equal(record->code, "IL1003");
        assert_string_equal(record->location.file, "roots.xml");
        if (!strstr(record->text, rows[i].message))
            fail_msg("%s gave %s", rows[i].text, record->text);
        assert_int_equal(record->location.line, rows[i].line);
        teardown(&each);
    }
}

static void deep_xml_is_refused(void **state) {
    Fixture *f = *state;
    TextBuilder text = {.arena = &f->arena};
    for (int i = 0; i < 100000; i++)
        text_append_z(&text, "<a>");
    assert_null(xml_read(bytes_of(text_built(&text).data), "x", &f->arena, f->diag));
    assert_non_null(strstr(diag_record(f->diag, 0)->text, "nested too deeply"));
}

static void feature_conditions(void **state) {
    static const struct {
        const char *attributes;
        bool applies, is_error;
    } rows[] = {
        {"", true, false},
        {"feature='On' featurevalue='true'", true, false},
        {"feature='On' featurevalue='TRUE'", true, false},
        {"feature='On' featurevalue='false'", false, false},
        {"feature='Off' featurevalue='false'", true, false},
        {"feature='None' featurevalue='true'", false, false},
        {"feature='None' featurevalue='true' featuredefault='true'", true, false},
        {"feature='Off' featurevalue='true' featuredefault='true'", false, false},
        {"feature='On'", false, true},
        {"featurevalue='true'", false, true},
        {"feature='On' featurevalue='1'", false, true},
    };
    Fixture *f = *state;
    assert_true(read_json(
        f, "{\"schema\":1,\"trim\":{\"features\":{\"On\":\"true\",\"Off\":\"false\"}}," INPUTS "}"));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint32_t before = diag_error_count(f->diag);
        const char *text = arena_format(&f->arena, "<!--%zu--><a %s/>", i, rows[i].attributes);
        XmlElement *element = xml_read(bytes_of(text), "x", &f->arena, f->diag);
        assert_non_null(element);
        element->line = (uint32_t)i + 1; // equal findings are reported once
        if (xml_feature_applies(element, &f->request, "x", f->diag) != rows[i].applies)
            fail_msg("%s", rows[i].attributes);
        assert_int_equal(diag_error_count(f->diag) - before, rows[i].is_error);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(full_request, setup, teardown),
        cmocka_unit_test_setup_teardown(absent_keys_have_defaults, setup, teardown),
        cmocka_unit_test_setup_teardown(replacement_characters_in_existing_places, setup, teardown),
        cmocka_unit_test_setup_teardown(extra_arguments_are_named, setup, teardown),
        cmocka_unit_test_setup_teardown(instruction_sets_are_taken_from_arguments, setup, teardown),
        cmocka_unit_test_setup_teardown(vector_size_follows_instruction_sets, setup, teardown),
        cmocka_unit_test_setup_teardown(unknown_instruction_sets_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(wrong_requests_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(every_wrong_key_of_a_section_is_reported, setup, teardown),
        cmocka_unit_test_setup_teardown(xml_elements_and_positions, setup, teardown),
        cmocka_unit_test_setup_teardown(xml_positions_far_into_a_document, setup, teardown),
        cmocka_unit_test_setup_teardown(malformed_xml_is_located, setup, teardown),
        cmocka_unit_test_setup_teardown(deep_xml_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(feature_conditions, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
