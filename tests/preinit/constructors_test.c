// constructors_test ASSEMBLY: every class of the assembly with a class constructor is initialised at compile
// time, and its fields hold what [Is] says, unless [Lazy] says why not. Exit code 77: the packs are not
// restored.
#include "preinit/preinit.h"
#include "types_program.h"

#include <string.h>

typedef struct Check {
    Program *program;
    Preinit *preinit;
    Arena arena;
    uint32_t count, failed;
} Check;

static bool attribute_text(const Module *module, Token token, const char *name, Text *out) {
    Bytes blob;
    return attribute_find(module, token, "", name, &blob) && attribute_string_argument(blob, 0, out);
}

static void expect(Check *c, Text what, Text wanted, Text got) {
    c->count++;
    if (text_equal(wanted, got))
        return;
    c->failed++;
    printf("%.*s: wanted '%.*s', got '%.*s'\n", TEXT_ARG(what), TEXT_ARG(wanted), TEXT_ARG(got));
}

static Text text_of(const char *string) {
    return (Text){string, strlen(string)};
}

static Text part_text(Check *c, const FrozenPart *part) {
    TypeSystem *ts = c->program->ts;
    Arena *arena = &c->arena;
    Text name;
    switch (part->kind) {
    case FROZEN_String:
        name = utf16_to_text(arena, part->string);
        return text_of(arena_format(arena, "\"%.*s\"", TEXT_ARG(name)));
    case FROZEN_Object:
        name = type_display(ts, part->object->type, arena);
        return text_of(
            arena_format(arena, "%s %.*s", part->object->heap ? "heap" : "frozen", TEXT_ARG(name)));
    case FROZEN_RuntimeType:
        return text_of(arena_format(arena, "typeof %.*s", TEXT_ARG(type_display(ts, part->type, arena))));
    case FROZEN_TypeHandle:
        return text_of(arena_format(arena, "handle %.*s", TEXT_ARG(type_display(ts, part->type, arena))));
    case FROZEN_Code:
        return text_of(arena_format(arena, "code %.*s.%.*s", TEXT_ARG(part->method->owner->def->name),
                                    TEXT_ARG(part->method->name)));
    }
    return (Text){0};
}

static Text number_text(Check *c, Type *type, const uint8_t *bytes) {
    TypeSystem *ts = c->program->ts;
    uint32_t size = type_size(ts, type);
    ElementType element = type_enum_underlying(ts, type)->element_type;
    bool is_signed = element == ELEMENT_TYPE_I1 || element == ELEMENT_TYPE_I2 || element == ELEMENT_TYPE_I4 ||
                     element == ELEMENT_TYPE_I8 || element == ELEMENT_TYPE_I;
    uint64_t raw = 0;
    float single;
    double real;
    if (element == ELEMENT_TYPE_R4)
        return memcpy(&single, bytes, 4), text_of(arena_format(&c->arena, "%.17g", (double)single));
    if (element == ELEMENT_TYPE_R8)
        return memcpy(&real, bytes, 8), text_of(arena_format(&c->arena, "%.17g", real));
    memcpy(&raw, bytes, size);
    if (is_signed)
        return text_of(arena_format(&c->arena, "%lld",
                                    (long long)((int64_t)(raw << (64 - 8 * size)) >> (64 - 8 * size))));
    return text_of(arena_format(&c->arena, "%llu", (unsigned long long)raw));
}

static Text field_text(Check *c, const StaticImage *image, Field *field) {
    bool is_gc = field_static_kind(c->program->ts, field) == STATIC_GC;
    const FrozenData *data = is_gc ? &image->gc : &image->nongc;
    uint32_t offset = field_static_offset(c->program->ts, field);
    for (uint32_t i = 0; i < data->part_count; i++)
        if (data->parts[i].offset == offset)
            return part_text(c, &data->parts[i]);
    return is_gc ? TEXT_LITERAL("null") : number_text(c, field->type, data->bytes + offset);
}

static void check_fields(Check *c, Type *type, const StaticImage *image) {
    uint32_t count;
    Field *const *fields = type_fields(c->program->ts, type, &count);
    for (uint32_t i = 0; i < count; i++) {
        Text wanted;
        if (attribute_text(type->def->module, token_make(TABLE_Field, fields[i]->def->rid), "IsAttribute",
                           &wanted))
            expect(c, fields[i]->def->name, wanted, field_text(c, image, fields[i]));
    }
}

static void check_class(Check *c, Type *type) {
    Text wanted = TEXT_LITERAL("");
    (void)attribute_text(type->def->module, token_make(TABLE_TypeDef, type->def->rid), "LazyAttribute",
                         &wanted);
    const StaticImage *image = preinit_image(c->preinit, type);
    const char *obstacle = preinit_obstacle(c->preinit, type);
    expect(c, type->def->name, wanted, text_of(obstacle ? obstacle : ""));
    if (image)
        check_fields(c, type, image);
}

int main(int argc, char **argv) {
    Program *program = argc > 1 ? program_open(argv[1]) : NULL;
    if (!program)
        return 77;
    Request request = {0};
    Il *il = il_open(program->ts, &request, &program->arena, program->diag);
    Check c = {.program = program, .preinit = preinit_open(il, &program->arena)};
    Module *module = program_module(program, "constructors");
    for (uint32_t rid = 2; rid <= table_row_count(module->image, TABLE_TypeDef); rid++) {
        TypeDef *def = type_def_get(program->ts, module, rid);
        if (def->static_constructor && !def->generic_count)
            check_class(&c, type_from_def(program->ts, def));
    }
    printf("%u checks, %u failed\n", c.count, c.failed);
    preinit_close(c.preinit);
    il_close(il);
    arena_free(&c.arena);
    program_close(program);
    return c.failed ? 1 : 0;
}
