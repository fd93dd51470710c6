// Facts of the shipped CoreLib that the type system must reproduce (design corelib-contract.md sections 1,
// 2, 5.2); they need the restored packs and skip without them.
#include "types_malformed.h"
#include "types_program.h"

#include "cmocka_all.h"

#include <stdlib.h>

static Program *program; // one for all: opening is the slow part

static int setup_all(void **state) {
    (void)state;
    program = program_open(NULL);
    return 0;
}

static int teardown_all(void **state) {
    (void)state;
    if (program)
        program_close(program);
    return 0;
}

static Type *instance(const char *name_space, const char *name, Type *first, Type *second) {
    Type *args[] = {first, second};
    return type_instantiate(program->ts, core_type(program, name_space, name)->def, args, second ? 2 : 1,
                            NULL);
}

static Type *primitive(ElementType element) {
    return type_primitive(program->ts, element);
}

// ---- Names, hashes, interning -------------------------------------------------------------------

static void test_hash_codes(void **state) {
    (void)state;
    if (!program)
        skip();
    TypeSystem *ts = program->ts;
    assert_int_equal(type_hash(ts, primitive(ELEMENT_TYPE_OBJECT)), 0xb738b9c1);
    assert_int_equal(type_hash(ts, primitive(ELEMENT_TYPE_STRING)), 0xb74f3361);
    assert_int_equal(type_hash(ts, primitive(ELEMENT_TYPE_I4)), 0xbd7c8cb2);
    assert_int_equal(type_hash(ts, type_sz_array(ts, primitive(ELEMENT_TYPE_I4))), 0x9848469f);
    assert_int_equal(type_hash(ts, type_array(ts, primitive(ELEMENT_TYPE_I4), 3)), 0x3a248cb6);
    assert_int_equal(type_hash(ts, type_pointer(ts, primitive(ELEMENT_TYPE_I4))), 0x6d0e31d9);
    assert_int_equal(type_hash(ts, well_known_type(ts, WELL_KNOWN_TYPE_Canon)), 0xfa9ffa5f);
}

static void test_interning(void **state) {
    (void)state;
    if (!program)
        skip();
    TypeSystem *ts = program->ts;
    Type *list = instance("System.Collections.Generic", "List`1", primitive(ELEMENT_TYPE_STRING), NULL);
    assert_ptr_equal(list,
                     instance("System.Collections.Generic", "List`1", primitive(ELEMENT_TYPE_STRING), NULL));
    assert_ptr_not_equal(
        list, instance("System.Collections.Generic", "List`1", primitive(ELEMENT_TYPE_OBJECT), NULL));
    assert_ptr_not_equal(type_sz_array(ts, list), type_array(ts, list, 1));
    assert_ptr_equal(type_byref(ts, list), type_byref(ts, list));
    Method *add = type_find_method(ts, list, "Add", NULL);
    assert_ptr_equal(add, method_instantiate(ts, add->def, list, NULL, 0, NULL));
    assert_ptr_equal(add->signature->params[0], primitive(ELEMENT_TYPE_STRING));
    assert_false(add->is_open);
}

static void test_names(void **state) {
    (void)state;
    if (!program)
        skip();
    TypeSystem *ts = program->ts;
    Type *entry = instance("System.Collections.Generic", "Dictionary`2/Enumerator",
                           primitive(ELEMENT_TYPE_STRING), primitive(ELEMENT_TYPE_I4));
    assert_string_equal(type_display(ts, type_array(ts, entry, 2), &program->arena).data,
                        "System.Collections.Generic.Dictionary`2/Enumerator<System.String,System.Int32>[,]");
    Type *dictionary = instance("System.Collections.Generic", "Dictionary`2", primitive(ELEMENT_TYPE_STRING),
                                primitive(ELEMENT_TYPE_I4));
    Method *method = type_find_method(ts, dictionary, "ContainsKey", NULL);
    assert_string_equal(
        method_display(ts, method, &program->arena).data,
        "CoreLib: System.Collections.Generic.Dictionary`2<System.String,System.Int32>::ContainsKey(!0)");
    assert_string_equal(method_diagnostic_name(ts, method, &program->arena).data,
                        "System.Collections.Generic.Dictionary<TKey,TValue>.ContainsKey(TKey)");
    method = type_find_method(ts, core_type(program, "System", "Type"), "op_Equality", NULL);
    assert_string_equal(method_display(ts, method, &program->arena).data,
                        "CoreLib: System.Type::op_Equality(System.Type,System.Type):System.Boolean");
    method = type_find_method(ts, core_type(program, "System.Reflection", "Assembly"), "get_Location", NULL);
    assert_string_equal(method_diagnostic_name(ts, method, &program->arena).data,
                        "System.Reflection.Assembly.Location.get");
    assert_ptr_equal(type_find_full_name(ts, entry->def->module,
                                         TEXT_LITERAL("System.Collections.Generic.Dictionary`2+Enumerator")),
                     type_from_def(ts, entry->def));
}

static int text_order(const void *a, const void *b) {
    return text_compare(*(const Text *)a, *(const Text *)b);
}

static void test_symbols_are_unique(void **state) {
    (void)state;
    if (!program)
        skip();
    Module *module = program_module(program, "System.Private.CoreLib");
    uint32_t count = table_row_count(module->image, TABLE_MethodDef);
    Text *symbols = ARENA_ARRAY(&program->arena, Text, count);
    for (uint32_t rid = 1; rid <= count; rid++) {
        Method *method = method_from_token(program->ts, module, token_make(TABLE_MethodDef, rid), NULL, NULL);
        assert_non_null(method);
        symbols[rid - 1] = symbol_method(program->ts, method);
    }
    qsort(symbols, count, sizeof *symbols, text_order);
    for (uint32_t i = 1; i < count; i++)
        assert_false(text_equal(symbols[i], symbols[i - 1]));
}

// ---- Layout -------------------------------------------------------------------------------------

static uint32_t offset_of(Type *type, const char *name) {
    Field *field = type_find_field(program->ts, type, name);
    assert_non_null(field);
    return field_offset(program->ts, field) + 8;
}

static void test_known_objects(void **state) {
    (void)state;
    if (!program)
        skip();
    TypeSystem *ts = program->ts;
    assert_int_equal(type_base_size(ts, primitive(ELEMENT_TYPE_OBJECT)), 0x18);
    assert_int_equal(type_base_size(ts, primitive(ELEMENT_TYPE_STRING)), 0x16);
    assert_int_equal(offset_of(primitive(ELEMENT_TYPE_STRING), "_stringLength"), 8);
    assert_int_equal(offset_of(primitive(ELEMENT_TYPE_STRING), "_firstChar"), 12);
    assert_int_equal(offset_of(well_known_type(ts, WELL_KNOWN_TYPE_Array), "_numComponents"), 8);
    Type *delegate = well_known_type(ts, WELL_KNOWN_TYPE_Delegate);
    assert_int_equal(offset_of(delegate, "_firstParameter"), 8);
    assert_int_equal(offset_of(delegate, "_helperObject"), 16);
    assert_int_equal(offset_of(delegate, "_extraFunctionPointerOrData"), 24);
    assert_int_equal(offset_of(delegate, "_functionPointer"), 32);
    assert_int_equal(type_base_size(ts, core_type(program, "System", "Action")), 0x30);
    assert_int_equal(type_layout(ts, core_type(program, "System", "Action"), NULL)->reference_count, 2);
    assert_int_equal(type_base_size(ts, type_sz_array(ts, primitive(ELEMENT_TYPE_I4))), 0x18);
    assert_int_equal(type_base_size(ts, type_array(ts, primitive(ELEMENT_TYPE_I4), 3)), 0x18 + 24);
    assert_int_equal(type_component_size(ts, type_sz_array(ts, primitive(ELEMENT_TYPE_CHAR))), 2);
    assert_int_equal(type_base_size(ts, core_type(program, "System.Collections.Generic", "List`1")), 1);
    assert_int_equal(type_base_size(ts, core_type(program, "System", "IDisposable")), 0);
}

static void test_reduced_elements(void **state) {
    (void)state;
    if (!program)
        skip();
    TypeSystem *ts = program->ts;
    assert_int_equal(type_reduced_element(ts, core_type(program, "System", "DayOfWeek")), ELEMENT_TYPE_I4);
    assert_int_equal(type_reduced_element(ts, primitive(ELEMENT_TYPE_U8)), ELEMENT_TYPE_I8);
    assert_int_equal(type_reduced_element(ts, primitive(ELEMENT_TYPE_CHAR)), ELEMENT_TYPE_CHAR);
    assert_ptr_equal(type_enum_underlying(ts, core_type(program, "System", "DayOfWeek")),
                     primitive(ELEMENT_TYPE_I4));
}

static void test_statics(void **state) {
    (void)state;
    if (!program)
        skip();
    TypeSystem *ts = program->ts;
    Type *string = primitive(ELEMENT_TYPE_STRING);
    const StaticLayout *layout = type_static_layout(ts, string);
    Field *empty = type_find_field(ts, string, "Empty");
    assert_int_equal(field_static_kind(ts, empty), STATIC_GC);
    assert_int_equal(field_static_offset(ts, empty), 0);
    assert_int_equal(layout->gc_size, 8 * layout->gc_reference_count);
    assert_int_equal(layout->gc_reference_offsets[0], 8);
    Field *thread = type_find_field(ts, core_type(program, "System.Threading", "Thread"), "t_currentThread");
    assert_int_equal(field_static_kind(ts, thread), STATIC_Thread);
    Field *literal = type_find_field(ts, primitive(ELEMENT_TYPE_I4), "MaxValue");
    assert_int_equal(field_static_kind(ts, literal), STATIC_Literal);
    ElementType type;
    Bytes value;
    assert_true(field_constant(literal->def, &type, &value));
    assert_int_equal(type, ELEMENT_TYPE_I4);
    assert_memory_equal(value.data, "\xff\xff\xff\x7f", 4);
}

static void test_rva_data(void **state) {
    (void)state;
    if (!program)
        skip();
    TypeSystem *ts = program->ts;
    Module *module = program_module(program, "System.Private.CoreLib");
    Type *details = type_find(ts, module, "", "<PrivateImplementationDetails>");
    uint32_t count, found = 0;
    Field *const *fields = type_fields(ts, details, &count);
    for (uint32_t i = 0; i < count; i++) {
        Bytes bytes;
        if (field_static_kind(ts, fields[i]) != STATIC_Rva)
            continue;
        assert_true(field_rva_data(ts, fields[i], &bytes));
        assert_int_equal(bytes.size, type_size(ts, fields[i]->type));
        found++;
    }
    assert_true(found > 50);
}

// ---- Slots and interfaces -----------------------------------------------------------------------

static void test_object_slots(void **state) {
    (void)state;
    if (!program)
        skip();
    uint32_t count;
    const VirtualSlot *slots = type_virtual_slots(program->ts, primitive(ELEMENT_TYPE_OBJECT), &count);
    assert_int_equal(count, 3); // Finalize has none
    assert_string_equal(slots[0].declaration->name.data, "ToString");
    assert_string_equal(slots[1].declaration->name.data, "Equals");
    assert_string_equal(slots[2].declaration->name.data, "GetHashCode");
    slots = type_virtual_slots(program->ts, well_known_type(program->ts, WELL_KNOWN_TYPE_ValueType), &count);
    assert_int_equal(count, 4);
    assert_string_equal(slots[3].declaration->name.data, "__GetFieldHelper");
    slots = type_virtual_slots(program->ts, primitive(ELEMENT_TYPE_I4), &count);
    assert_ptr_equal(slots[0].implementation->owner, primitive(ELEMENT_TYPE_I4));
}

static void test_finalizer(void **state) {
    (void)state;
    if (!program)
        skip();
    TypeSystem *ts = program->ts;
    Type *handle = core_type(program, "System.Runtime.InteropServices", "SafeHandle");
    assert_non_null(handle->def->finalizer);
    Method *object_finalize = type_find_method(ts, primitive(ELEMENT_TYPE_OBJECT), "Finalize", NULL);
    Method *resolved = type_resolve_virtual(
        ts, core_type(program, "Microsoft.Win32.SafeHandles", "SafeFileHandle"), object_finalize);
    assert_ptr_equal(resolved->def, handle->def->finalizer);
    assert_null(primitive(ELEMENT_TYPE_OBJECT)->def->finalizer);
}

static void test_array_interfaces(void **state) {
    (void)state;
    if (!program)
        skip();
    TypeSystem *ts = program->ts;
    Type *array = type_sz_array(ts, primitive(ELEMENT_TYPE_STRING));
    uint32_t count, plain_count;
    (void)type_interfaces(ts, array, &count);
    (void)type_interfaces(ts, well_known_type(ts, WELL_KNOWN_TYPE_Array), &plain_count);
    assert_int_equal(count, plain_count + 5);
    (void)type_interfaces(ts, type_sz_array(ts, type_pointer(ts, primitive(ELEMENT_TYPE_I4))), &count);
    assert_int_equal(count, plain_count);
    (void)type_interfaces(ts, type_array(ts, primitive(ELEMENT_TYPE_I4), 2), &count);
    assert_int_equal(count, plain_count);
    Type *of_object =
        instance("System.Collections.Generic", "IEnumerable`1", primitive(ELEMENT_TYPE_OBJECT), NULL);
    Method *declaration = type_find_method(ts, of_object, "GetEnumerator", NULL), *result;
    assert_int_equal(type_resolve_interface(ts, array, declaration, &result), RESOLVE_Class);
    assert_ptr_equal(result->owner, instance("System", "Array`1", primitive(ELEMENT_TYPE_STRING), NULL));
    Type *of_uint = instance("System.Collections.Generic", "IList`1", primitive(ELEMENT_TYPE_U4), NULL);
    declaration = type_find_method(ts, of_uint, "get_Item", NULL);
    assert_int_equal(
        type_resolve_interface(ts, type_sz_array(ts, primitive(ELEMENT_TYPE_I4)), declaration, &result),
        RESOLVE_Class);
    assert_ptr_equal(result->owner, instance("System", "Array`1", primitive(ELEMENT_TYPE_I4), NULL));
    assert_int_equal(
        type_resolve_interface(ts, type_sz_array(ts, primitive(ELEMENT_TYPE_I2)), declaration, &result),
        RESOLVE_None);
    Type *list = core_type(program, "System.Collections", "IList");
    declaration = type_find_method(ts, list, "get_Item", NULL);
    assert_int_equal(
        type_resolve_interface(ts, type_array(ts, primitive(ELEMENT_TYPE_I4), 2), declaration, &result),
        RESOLVE_Class);
    assert_ptr_equal(result->owner, well_known_type(ts, WELL_KNOWN_TYPE_Array));
}

static void test_static_virtuals(void **state) {
    (void)state;
    if (!program)
        skip();
    TypeSystem *ts = program->ts;
    Type *int32 = primitive(ELEMENT_TYPE_I4), *args[] = {int32, int32, int32};
    Type *adding = type_instantiate(ts, core_type(program, "System.Numerics", "IAdditionOperators`3")->def,
                                    args, 3, NULL);
    Method *result;
    assert_int_equal(
        type_resolve_constrained(ts, int32, type_find_method(ts, adding, "op_Addition", NULL), &result),
        RESOLVE_Class);
    assert_ptr_equal(result->owner, int32);
    // A default static virtual: INumberBase<T>.CreateChecked calls it where the type does not replace it.
    assert_int_equal(type_resolve_constrained(
                         ts, int32, type_find_method(ts, adding, "op_CheckedAddition", NULL), &result),
                     RESOLVE_Class);
    Type *decimal = core_type(program, "System", "Decimal");
    Type *decimals[] = {decimal, decimal, decimal};
    adding = type_instantiate(ts, core_type(program, "System.Numerics", "IAdditionOperators`3")->def,
                              decimals, 3, NULL);
    assert_int_equal(type_resolve_constrained(
                         ts, decimal, type_find_method(ts, adding, "op_CheckedAddition", NULL), &result),
                     RESOLVE_Default);
    assert_true(result->def->owner->is_interface);
}

static void test_constrained_object_methods(void **state) {
    (void)state;
    if (!program)
        skip();
    TypeSystem *ts = program->ts;
    Method *to_string = type_find_method(ts, primitive(ELEMENT_TYPE_OBJECT), "ToString", NULL), *result;
    assert_int_equal(type_resolve_constrained(ts, primitive(ELEMENT_TYPE_I4), to_string, &result),
                     RESOLVE_Class);
    assert_ptr_equal(result->owner, primitive(ELEMENT_TYPE_I4));
    assert_int_equal(
        type_resolve_constrained(ts, core_type(program, "System", "DayOfWeek"), to_string, &result),
        RESOLVE_Class);
    assert_ptr_equal(result->owner, well_known_type(ts, WELL_KNOWN_TYPE_Enum));
}

// ---- Attributes and imports ---------------------------------------------------------------------

static void test_imports(void **state) {
    (void)state;
    if (!program)
        skip();
    TypeSystem *ts = program->ts;
    Text symbol;
    Method *compare = NULL;
    uint32_t count;
    Method *const *methods = type_methods(ts, core_type(program, "System.Runtime", "InternalCalls"), &count);
    for (uint32_t i = 0; i < count; i++) {
        if (method_runtime_import(methods[i]->def, &symbol) && text_equal_z(symbol, "RhpNewFast"))
            compare = methods[i];
    }
    assert_non_null(compare);
    Method *exception = type_find_method(ts, core_type(program, "System", "RuntimeExceptionHelpers"),
                                         "GetRuntimeException", NULL);
    assert_true(method_runtime_export(exception->def, &symbol));
    assert_string_equal(arena_format(&program->arena, "%.*s", TEXT_ARG(symbol)), "GetRuntimeException");
    Type *sys = core_type(program, "", "Interop/Sys");
    PInvokeImport import;
    uint32_t imports = 0;
    methods = type_methods(ts, sys, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (!methods[i]->def->is_pinvoke)
            continue;
        assert_true(method_pinvoke_import(methods[i]->def, &import));
        imports += text_equal_z(import.module_name, "libSystem.Native");
    }
    assert_true(imports > 20);
    assert_true(program_module(program, "System.Private.CoreLib")->runtime_marshalling_disabled);
}

static void test_definition_flags(void **state) {
    (void)state;
    if (!program)
        skip();
    assert_true(core_type(program, "System", "Span`1")->def->is_byref_like);
    assert_true(core_type(program, "System.Runtime.Intrinsics", "Vector128`1")->def->is_intrinsic);
    assert_true(core_type(program, "System", "Action`1")->def->is_delegate);
    assert_true(core_type(program, "System", "DayOfWeek")->def->is_enum);
    assert_false(well_known_type(program->ts, WELL_KNOWN_TYPE_Enum)->def->is_value_type);
    assert_true(core_type(program, "System", "Nullable`1")->def->is_nullable);
    assert_int_equal(
        type_def_variance(core_type(program, "System.Collections.Generic", "IEnumerable`1")->def, 0), 1);
    assert_int_equal(type_def_variance(core_type(program, "System", "Action`1")->def, 0), 2);
    assert_false(type_def_is_variant(core_type(program, "System.Collections.Generic", "IList`1")->def));
    Type *two = core_type(program, "System", "TwoObjects");
    assert_true(two && two->def->is_inline_array && two->def->inline_array_count == 2);
}

// ---- Limits -------------------------------------------------------------------------------------

static void test_endless_types_fail(void **state) {
    (void)state;
    if (!program)
        skip();
    Type *type = primitive(ELEMENT_TYPE_I4);
    uint32_t levels = 0;
    for (Type *next = type; next && levels < 1000; levels++) {
        type = next;
        next = instance("System.Collections.Generic", "List`1", type, NULL);
    }
    assert_in_range(levels, 40, 70);
    type = primitive(ELEMENT_TYPE_I4);
    levels = 0;
    for (Type *next = type; next && levels < 1000; levels++) {
        type = next;
        next = instance("System.Collections.Generic", "KeyValuePair`2", type, type);
    }
    assert_in_range(levels, 8, 20); // the tree doubles at each level
    Failure failure = {0};
    assert_null(
        type_layout(program->ts, core_type(program, "System.Collections.Generic", "List`1"), &failure));
    assert_int_equal(failure.kind, FAILURE_TypeLoad);
    assert_null(method_from_token(program->ts, program_module(program, "System.Private.CoreLib"),
                                  (Token){0x0AFFFFFF}, NULL, &failure));
    assert_int_equal(failure.kind, FAILURE_BadImageFormat);
}

// ---- Everything in the framework resolves -------------------------------------------------------

static void members_resolve(Module *module, TypeDef *def) {
    TypeSystem *ts = program->ts;
    Type *type = type_from_def(ts, def);
    uint32_t count, declared, rows = 0;
    (void)type_declared_interfaces(ts, type, &declared);
    (void)sorted_rows_find(module->image, COLUMN_InterfaceImpl_Class, token_make(TABLE_TypeDef, def->rid),
                           &rows);
    if (declared)
        assert_int_equal(declared, rows);
    (void)type_interfaces(ts, type, &count);
    Field *const *fields = type_fields(ts, type, &count);
    for (uint32_t i = 0; i < count; i++)
        assert_non_null(
            field_from_token(ts, module, token_make(TABLE_Field, fields[i]->def->rid), NULL, NULL));
    (void)type_methods(ts, type, &count);
    assert_int_equal(count, def->method_count);
    (void)type_virtual_slots(ts, type, &count);
    if (!def->generic_count && !def->is_interface)
        assert_non_null(type_layout(ts, type, NULL));
}

static void references_resolve(Module *module, TableId table) {
    for (uint32_t rid = 1; rid <= table_row_count(module->image, table); rid++) {
        Token token = token_make(table, rid);
        bool is_field = false;
        if (table == TABLE_MemberRef) {
            Bytes blob = column_blob(module->image, COLUMN_MemberRef_Signature, rid);
            is_field = blob.size && (blob.data[0] & 0x0F) == 0x06;
        }
        if (is_field)
            assert_non_null(field_from_token(program->ts, module, token, NULL, NULL));
        else if (table == TABLE_MemberRef || table == TABLE_MethodSpec)
            assert_non_null(method_from_token(program->ts, module, token, NULL, NULL));
        else
            assert_non_null(type_from_token(program->ts, module, token, NULL, NULL));
    }
}

static void test_framework_resolves(void **state) {
    (void)state;
    if (!program)
        skip();
    static const char *const names[] = {"System.Private.CoreLib", "System.Console", "System.Linq",
                                        "System.Collections"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        Module *module = program_module(program, names[i]);
        assert_non_null(module);
        for (uint32_t rid = 1; rid <= table_row_count(module->image, TABLE_TypeDef); rid++)
            members_resolve(module, type_def_get(program->ts, module, rid));
        references_resolve(module, TABLE_TypeRef);
        references_resolve(module, TABLE_TypeSpec);
        references_resolve(module, TABLE_MemberRef);
        references_resolve(module, TABLE_MethodSpec);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hash_codes),
        cmocka_unit_test(test_interning),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_symbols_are_unique),
        cmocka_unit_test(test_known_objects),
        cmocka_unit_test(test_reduced_elements),
        cmocka_unit_test(test_statics),
        cmocka_unit_test(test_rva_data),
        cmocka_unit_test(test_object_slots),
        cmocka_unit_test(test_finalizer),
        cmocka_unit_test(test_array_interfaces),
        cmocka_unit_test(test_static_virtuals),
        cmocka_unit_test(test_constrained_object_methods),
        cmocka_unit_test(test_imports),
        cmocka_unit_test(test_definition_flags),
        cmocka_unit_test(test_endless_types_fail),
        cmocka_unit_test(test_framework_resolves),
    };
    int failed = cmocka_run_group_tests_name("types", tests, setup_all, teardown_all);
    return failed + run_malformed_tests();
}
