// Assemblies that load/ accepts and types/ must survive: structures that contain themselves, circular
// hierarchies, forwards and signatures that run in circles, members that do not exist.
#include "types_program.h"

#include "image_builder.h"
#include "types_malformed.h"

#include "cmocka_all.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct Built {
    Arena arena;
    ImageBuilder image;
    uint32_t core, value_type, object; // rids of AssemblyRef and TypeRefs
    Program *program;
    Module *module;
} Built;

static void built_begin(Built *b) {
    *b = (Built){0};
    ImageBuilder *i = &b->image;
    builder_init(i, &b->arena);
    BUILDER_ROW(i, TABLE_Module, 0, builder_string(i, "bad.dll"), builder_guid(i, 1), 0, 0);
    BUILDER_ROW(i, TABLE_Assembly, 0x8004, 1, 0, 0, 0, 0, 0, builder_string(i, "bad"), 0);
    b->core = BUILDER_ROW(i, TABLE_AssemblyRef, 10, 0, 0, 0, 0, 0,
                          builder_string(i, "System.Private.CoreLib"), 0, 0);
    uint32_t scope = token_make(TABLE_AssemblyRef, b->core).value, system = builder_string(i, "System");
    b->value_type = BUILDER_ROW(i, TABLE_TypeRef, scope, builder_string(i, "ValueType"), system);
    b->object = BUILDER_ROW(i, TABLE_TypeRef, scope, builder_string(i, "Object"), system);
    BUILDER_ROW(i, TABLE_TypeDef, 0, builder_string(i, "<Module>"), 0, 0, 1, 1);
}

// Adds a type whose fields begin at `field_list`.
static uint32_t type_add(Built *b, const char *name, Token extends, uint32_t field_list) {
    return BUILDER_ROW(&b->image, TABLE_TypeDef, 0x100001, builder_string(&b->image, name), 0, extends.value,
                       field_list, 1);
}

static uint32_t field_add(Built *b, const char *name, const void *signature, size_t size) {
    return BUILDER_ROW(&b->image, TABLE_Field, 6, builder_string(&b->image, name),
                       builder_blob(&b->image, signature, size));
}

// Writes the image and opens it; skips the test where there are no packs.
static void built_open(Built *b) {
    char path[] = "/tmp/tailor-types-XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0);
    Bytes bytes = builder_finish(&b->image);
    assert_int_equal(write(file, bytes.data, bytes.size), bytes.size);
    close(file);
    b->program = program_open(path);
    unlink(path);
    uint32_t count;
    if (b->program)
        b->module = modules(b->program->ts, &count)[0];
}

static void built_close(Built *b) {
    if (b->program)
        program_close(b->program);
    arena_free(&b->arena);
}

static Type *type_of(Built *b, uint32_t rid) {
    return type_from_def(b->program->ts, type_def_get(b->program->ts, b->module, rid));
}

static void test_struct_in_itself(void **state) {
    (void)state;
    Built b;
    built_begin(&b);
    uint8_t signature[] = {0x06, ELEMENT_TYPE_VALUETYPE, 2 << 2}; // TypeDef 2
    uint32_t rid = type_add(&b, "Self", token_make(TABLE_TypeRef, b.value_type), 1);
    field_add(&b, "me", signature, sizeof signature);
    built_open(&b);
    if (b.program) {
        Failure failure = {0};
        Type *type = type_of(&b, rid);
        assert_null(type_layout(b.program->ts, type, &failure));
        assert_int_equal(failure.kind, FAILURE_TypeLoad);
        assert_int_equal(type_size(b.program->ts, type), 0);
        assert_false(type_has_references(b.program->ts, type));
    }
    built_close(&b);
}

static void test_class_is_its_own_base(void **state) {
    (void)state;
    Built b;
    built_begin(&b);
    type_add(&b, "A", token_make(TABLE_TypeDef, 3), 1);
    type_add(&b, "B", token_make(TABLE_TypeDef, 2), 1);
    type_add(&b, "C", token_make(TABLE_TypeDef, 4), 1);
    built_open(&b);
    if (b.program) {
        TypeSystem *ts = b.program->ts;
        for (uint32_t rid = 2; rid <= 4; rid++) {
            uint32_t count;
            Type *type = type_of(&b, rid);
            (void)type_virtual_slots(ts, type, &count);
            (void)type_interfaces(ts, type, &count);
            (void)type_layout(ts, type, NULL);
            assert_false(type_is_derived_from(ts, type, type_primitive(ts, ELEMENT_TYPE_STRING)));
            assert_null(type_find_method(ts, type, "Nothing", NULL));
        }
    }
    built_close(&b);
}

static void test_forward_in_a_circle(void **state) {
    (void)state;
    Built b;
    built_begin(&b);
    ImageBuilder *i = &b.image;
    uint32_t self = BUILDER_ROW(i, TABLE_AssemblyRef, 0, 0, 0, 0, 0, 0, builder_string(i, "bad"), 0, 0);
    BUILDER_ROW(i, TABLE_ExportedType, 0x200000, 0, builder_string(i, "Gone"), builder_string(i, "N"),
                token_make(TABLE_AssemblyRef, self).value);
    uint32_t missing =
        BUILDER_ROW(i, TABLE_AssemblyRef, 0, 0, 0, 0, 0, 0, builder_string(i, "Not.There"), 0, 0);
    BUILDER_ROW(i, TABLE_TypeRef, token_make(TABLE_AssemblyRef, missing).value, builder_string(i, "T"), 0);
    built_open(&b);
    if (b.program) {
        Failure failure = {0};
        assert_null(type_find(b.program->ts, b.module, "N", "Gone"));
        assert_null(type_from_token(b.program->ts, b.module, token_make(TABLE_TypeRef, 3), NULL, &failure));
        assert_int_equal(failure.kind, FAILURE_FileNotFound);
        assert_string_equal(failure.message.data, "Not.There");
    }
    built_close(&b);
}

static void test_signatures(void **state) {
    (void)state;
    Built b;
    built_begin(&b);
    ImageBuilder *i = &b.image;
    uint8_t itself[] = {ELEMENT_TYPE_CLASS, 1 << 2 | 2}; // TypeSpec 1
    BUILDER_ROW(i, TABLE_TypeSpec, builder_blob(i, itself, sizeof itself));
    uint8_t deep[200];
    memset(deep, ELEMENT_TYPE_SZARRAY, sizeof deep);
    deep[sizeof deep - 1] = ELEMENT_TYPE_I4;
    BUILDER_ROW(i, TABLE_TypeSpec, builder_blob(i, deep, sizeof deep));
    uint8_t pointers[] = {ELEMENT_TYPE_FNPTR, 0, 1, ELEMENT_TYPE_VOID,
                          ELEMENT_TYPE_VOID}; // parameter of type void
    BUILDER_ROW(i, TABLE_TypeSpec, builder_blob(i, pointers, sizeof pointers));
    uint8_t many[] = {ELEMENT_TYPE_GENERICINST, ELEMENT_TYPE_CLASS, 2 << 2 | 1, 2,
                      ELEMENT_TYPE_I4,          ELEMENT_TYPE_I4};
    BUILDER_ROW(i, TABLE_TypeSpec, builder_blob(i, many, sizeof many)); // Object is not generic
    BUILDER_ROW(i, TABLE_TypeSpec, builder_blob(i, "", 0));
    built_open(&b);
    for (uint32_t rid = 1; b.program && rid <= 5; rid++) {
        Failure failure = {0};
        assert_null(
            type_from_token(b.program->ts, b.module, token_make(TABLE_TypeSpec, rid), NULL, &failure));
        assert_int_equal(failure.kind, FAILURE_BadImageFormat);
        assert_true(failure.message.size > 0);
    }
    built_close(&b);
}

static void test_missing_members(void **state) {
    (void)state;
    Built b;
    built_begin(&b);
    ImageBuilder *i = &b.image;
    uint8_t method[] = {0x20, 0, ELEMENT_TYPE_VOID}, field[] = {0x06, ELEMENT_TYPE_I4};
    uint32_t parent = token_make(TABLE_TypeRef, b.object).value, name = builder_string(i, "Nope");
    BUILDER_ROW(i, TABLE_MemberRef, parent, name, builder_blob(i, method, sizeof method));
    BUILDER_ROW(i, TABLE_MemberRef, parent, name, builder_blob(i, field, sizeof field));
    // ToString exists, but returns string.
    BUILDER_ROW(i, TABLE_MemberRef, parent, builder_string(i, "ToString"),
                builder_blob(i, method, sizeof method));
    built_open(&b);
    if (b.program) {
        TypeSystem *ts = b.program->ts;
        Failure failure = {0};
        assert_null(method_from_token(ts, b.module, token_make(TABLE_MemberRef, 1), NULL, &failure));
        assert_int_equal(failure.kind, FAILURE_MissingMethod);
        assert_string_equal(failure.message.data, "System.Object.Nope");
        assert_null(field_from_token(ts, b.module, token_make(TABLE_MemberRef, 2), NULL, &failure));
        assert_int_equal(failure.kind, FAILURE_MissingField);
        assert_null(method_from_token(ts, b.module, token_make(TABLE_MemberRef, 3), NULL, &failure));
        assert_int_equal(failure.kind, FAILURE_MissingMethod);
        assert_null(field_from_token(ts, b.module, token_make(TABLE_MemberRef, 1), NULL, &failure));
        assert_null(method_from_token(ts, b.module, token_make(TABLE_MemberRef, 2), NULL, &failure));
    }
    built_close(&b);
}

int run_malformed_tests(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_struct_in_itself),    cmocka_unit_test(test_class_is_its_own_base),
        cmocka_unit_test(test_forward_in_a_circle), cmocka_unit_test(test_signatures),
        cmocka_unit_test(test_missing_members),
    };
    return cmocka_run_group_tests_name("types: malformed", tests, NULL, NULL);
}
