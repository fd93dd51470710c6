// Compares the type system's answers about shapes.dll with what the stock NativeAOT runtime did
// (shapes.expected). One line is CoreCLR's instead: the stock compiler confuses VG<int>.M(T) with
// VG<int>.M(int) in a class derived from VG1<int>. Usage: shapes_test shapes.dll shapes.expected. Exit code
// 77 where the packs are not restored.
#include "types_program.h"

#include <stdlib.h>
#include <string.h>

typedef struct Test {
    Program *program;
    Module *module;
    uint32_t checks, failures;
} Test;

// ---- Types by display name: N.Outer/Inner`1<A,B>[,] ---------------------------------------------

static Type *type_parse(Test *test, const char **at);

static Type *definition_find(Test *test, Text name) {
    TypeSystem *ts = test->program->ts;
    Type *type = type_find_full_name(ts, test->module, name);
    static const char *const others[] = {"System.Private.CoreLib", "System.Runtime", "System.Collections",
                                         "System.Runtime.Numerics"};
    for (size_t i = 0; !type && i < sizeof others / sizeof *others; i++) {
        Module *module = program_module(test->program, others[i]);
        if (module)
            type = type_find_full_name(ts, module, name);
    }
    return type;
}

static Type *suffixes_parse(Test *test, Type *type, const char **at) {
    while (type && **at == '[') {
        uint32_t rank = 1;
        for ((*at)++; **at == ','; (*at)++)
            rank++;
        (*at)++;
        type = rank == 1 ? type_sz_array(test->program->ts, type) : type_array(test->program->ts, type, rank);
    }
    return type;
}

static Type *type_parse(Test *test, const char **at) {
    const char *start = *at;
    *at += strcspn(*at, "<>,[ \n");
    Type *type = definition_find(test, (Text){start, (size_t)(*at - start)});
    if (!type || **at != '<')
        return suffixes_parse(test, type, at);
    Type *args[16];
    uint32_t count = 0;
    do {
        (*at)++;
        args[count] = type_parse(test, at);
        if (!args[count++] || count == 16)
            return NULL;
    } while (**at == ',');
    (*at)++; // '>'
    type = type_instantiate(test->program->ts, type->def, args, count, NULL);
    return suffixes_parse(test, type, at);
}

// ---- Checks -------------------------------------------------------------------------------------

static void check_failed(Test *test, const char *line, const char *found) {
    test->failures++;
    printf("expected: %sfound: %s\n", line, found);
}

static void check_number(Test *test, const char *line, const char *at, uint32_t found) {
    char number[16];
    if (strtoul(at, NULL, 10) == found)
        return;
    snprintf(number, sizeof number, "%u", found);
    check_failed(test, line, number);
}

static void base_check(Test *test, const char *line, const char *at, Type *type) {
    char *hash;
    check_number(test, line, at, type_base_size(test->program->ts, type));
    strtoul(at, &hash, 10);
    if (strtoul(hash, NULL, 16) != type_hash(test->program->ts, type))
        check_failed(test, line, "another hash code");
}

static void field_check(Test *test, const char *line, const char *at, Type *type) {
    size_t size = strcspn(at, " ");
    const char *name = arena_format(&test->program->arena, "%.*s", (int)size, at);
    Field *field = type_find_field(test->program->ts, type, name);
    if (field)
        check_number(test, line, at + size, field_offset(test->program->ts, field));
    else
        check_failed(test, line, "no such field");
}

// Method of that name, or of that name and parameters as the definition has them: "N(System.Int32)".
static Method *method_find(Test *test, Type *type, Text name) {
    TypeSystem *ts = test->program->ts;
    uint32_t count;
    Method *const *methods = type_methods(ts, type, &count);
    bool with_params = name.size && name.data[name.size - 1] == ')';
    for (uint32_t i = 0; i < count; i++) {
        if (!with_params && text_equal(methods[i]->name, name))
            return methods[i];
        Text display = method_display(ts, methods[i], &test->program->arena);
        const char *member = strstr(display.data, "::");
        if (with_params && member && text_equal_z(name, member + 2))
            return methods[i];
    }
    return NULL;
}

// The string that a method's body loads first.
static Text tag_of(Test *test, const Method *method) {
    BodyBytes body;
    const char *reason;
    Utf16 tag;
    const Image *image = method->def->owner->module->image;
    if (!body_read(image, method->def->rid, &test->program->arena, &body, &reason))
        return TEXT_LITERAL("no body");
    // The C# compiler bridges some implementations: ldarg.0; call or callvirt; ret.
    bool is_bridge = body.code.size == 7 && body.code.data[0] == 0x02 &&
                     (body.code.data[1] == 0x28 || body.code.data[1] == 0x6F);
    if (body.code.size < 5 || (!is_bridge && body.code.data[0] != 0x72))
        return TEXT_LITERAL("no ldstr");
    const uint8_t *d = body.code.data + is_bridge;
    Token token = {(uint32_t)d[1] | (uint32_t)d[2] << 8 | (uint32_t)d[3] << 16 | (uint32_t)d[4] << 24};
    if (is_bridge) {
        GenericContext context = method_context(method);
        Method *target =
            method_from_token(test->program->ts, method->def->owner->module, token, &context, NULL);
        return target ? tag_of(test, target) : TEXT_LITERAL("bad call");
    }
    if (!user_string_read(image, token, &test->program->arena, &tag))
        return TEXT_LITERAL("bad string");
    return utf16_to_text(&test->program->arena, tag);
}

static Text dispatch(Test *test, Type *type, Method *method, bool is_interface) {
    TypeSystem *ts = test->program->ts;
    Method *result = NULL;
    ResolveKind kind = RESOLVE_Class;
    if (method->def->generic_count) {
        Type *args[] = {type_primitive(ts, ELEMENT_TYPE_I4)};
        method = method_instantiate(ts, method->def, method->owner, args, 1, NULL);
    }
    if (is_interface)
        kind = type_resolve_interface(ts, type, method, &result);
    else
        result = type_resolve_virtual(ts, type, method);
    switch (kind) {
    case RESOLVE_None: return TEXT_LITERAL("none");
    case RESOLVE_Ambiguous: return TEXT_LITERAL("ambiguous");
    case RESOLVE_Reabstracted: return TEXT_LITERAL("reabstracted");
    case RESOLVE_Class:
    case RESOLVE_Default: break;
    }
    return result ? tag_of(test, result) : TEXT_LITERAL("null");
}

static void call_check(Test *test, const char *line, const char *at, Type *type, bool is_interface) {
    Type *owner = type_parse(test, &at);
    at += *at == ' ';
    size_t size = strcspn(at, " ");
    Method *method = owner ? method_find(test, owner, (Text){at, size}) : NULL;
    if (!method) {
        check_failed(test, line, "no such method");
        return;
    }
    at += size + 1;
    Text tag = dispatch(test, type, method, is_interface);
    if (!text_equal(tag, (Text){at, strcspn(at, "\n")}))
        check_failed(test, line, tag.data);
}

static void cast_check(Test *test, const char *line, const char *at, Type *type) {
    Type *to = type_parse(test, &at);
    if (to)
        check_number(test, line, at, type_is_castable_to(test->program->ts, type, to));
    else
        check_failed(test, line, "no such type");
}

static void line_check(Test *test, const char *line) {
    size_t size = strcspn(line, " ");
    Text kind = {line, size};
    const char *at = line + size + 1;
    Type *type = type_parse(test, &at);
    test->checks++;
    if (!type) {
        check_failed(test, line, "no such type");
        return;
    }
    at += *at == ' ';
    if (text_equal_z(kind, "size"))
        check_number(test, line, at, type_size(test->program->ts, type));
    else if (text_equal_z(kind, "align"))
        check_number(test, line, at, type_alignment(test->program->ts, type));
    else if (text_equal_z(kind, "base"))
        base_check(test, line, at, type);
    else if (text_equal_z(kind, "field"))
        field_check(test, line, at, type);
    else if (text_equal_z(kind, "call"))
        call_check(test, line, at, type, true);
    else if (text_equal_z(kind, "virtual"))
        call_check(test, line, at, type, false);
    else if (text_equal_z(kind, "cast"))
        cast_check(test, line, at, type);
    else
        check_failed(test, line, "unknown kind of line");
}

int main(int argc, char **argv) {
    if (argc != 3)
        return 2;
    Test test = {.program = program_open(argv[1])};
    FILE *expected = fopen(argv[2], "r");
    if (!test.program || !expected) {
        printf("the runtime packs are not restored, or %s cannot be read\n", argv[2]);
        if (expected)
            fclose(expected);
        if (test.program)
            program_close(test.program);
        return 77;
    }
    uint32_t count;
    test.module = modules(test.program->ts, &count)[0];
    char line[1024];
    while (fgets(line, sizeof line, expected))
        line_check(&test, line);
    printf("%u checks, %u failures\n", test.checks, test.failures);
    fclose(expected);
    program_close(test.program);
    return test.failures != 0;
}
