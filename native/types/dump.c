// `tailor --dump=types`: layout, slots and interfaces of the types whose display name matches, as stable
// text.
#include "types/private.h"

static void line_print(FILE *out, const char *prefix, Text text) {
    fprintf(out, "  %s%.*s\n", prefix, TEXT_ARG(text));
}

static void layout_dump(TypeSystem *ts, Type *type, FILE *out) {
    Failure failure = {0};
    const Layout *layout = type_layout(ts, type, &failure);
    if (!layout) {
        fprintf(out, "  no layout: %.*s\n", TEXT_ARG(failure.message));
        return;
    }
    fprintf(out, "  size %u align %u base-size %u%s%s%s%s\n", layout->size, layout->alignment,
            type_base_size(ts, type), layout->has_padding ? " padding" : "",
            layout->has_overlap ? " overlap" : "", layout->has_byrefs ? " byrefs" : "",
            layout->is_blittable ? " blittable" : "");
    if (layout->reference_count) {
        fprintf(out, "  references at");
        for (uint32_t i = 0; i < layout->reference_count; i++)
            fprintf(out, " %u", layout->reference_offsets[i]);
        fprintf(out, "\n");
    }
}

static void fields_dump(TypeSystem *ts, Type *type, FILE *out) {
    static const char *const static_names[] = {[STATIC_NonGC] = "static",
                                               [STATIC_GC] = "gc-static",
                                               [STATIC_Thread] = "thread-static",
                                               [STATIC_Rva] = "rva",
                                               [STATIC_Literal] = "literal"};
    uint32_t count;
    Field *const *fields = type_fields(ts, type, &count);
    bool has_layout = type_layout(ts, type, NULL) != NULL;
    for (uint32_t i = 0; i < count; i++) {
        Text name = type_display(ts, fields[i]->type, &ts->scratch);
        bool is_static = fields[i]->def->is_static;
        if (!is_static && !has_layout)
            continue;
        fprintf(out, "  %s %.*s: %.*s +%u\n",
                is_static ? static_names[field_static_kind(ts, fields[i])] : "field",
                TEXT_ARG(fields[i]->def->name), TEXT_ARG(name),
                is_static ? field_static_offset(ts, fields[i]) : field_offset(ts, fields[i]));
    }
}

static void slots_dump(TypeSystem *ts, Type *type, FILE *out) {
    uint32_t count;
    const VirtualSlot *slots = type_virtual_slots(ts, type, &count);
    for (uint32_t i = 0; i < count; i++) {
        Text declaration = method_display(ts, slots[i].declaration, &ts->scratch);
        fprintf(out, "  slot %u %.*s", i, TEXT_ARG(declaration));
        if (!slots[i].implementation)
            fprintf(out, " = abstract");
        else if (slots[i].implementation != slots[i].declaration)
            fprintf(out, " = %s", method_display(ts, slots[i].implementation, &ts->scratch).data);
        fprintf(out, "\n");
    }
}

static void interfaces_dump(TypeSystem *ts, Type *type, FILE *out) {
    uint32_t count;
    Type *const *interfaces = type_interfaces(ts, type, &count);
    for (uint32_t i = 0; i < count; i++)
        line_print(out, "interface ", type_display(ts, interfaces[i], &ts->scratch));
}

static void type_dump(TypeSystem *ts, Type *type, Text name, FILE *out) {
    fprintf(out, "%.*s\n", TEXT_ARG(name));
    Type *base = type_base(ts, type);
    if (base)
        line_print(out, "base ", type_display(ts, base, &ts->scratch));
    interfaces_dump(ts, type, out);
    if (type->kind == TYPE_Named && !type->def->is_interface && !type->is_open)
        layout_dump(ts, type, out);
    fields_dump(ts, type, out);
    slots_dump(ts, type, out);
}

void types_dump(TypeSystem *ts, const Pattern *pattern, FILE *out) {
    for (uint32_t m = 0; m < ts->modules.count; m++) {
        ModuleRecord *module = module_record(ts->modules.items[m]);
        for (uint32_t rid = 1; rid <= module->type_def_count; rid++) {
            TypeDef *def = type_def_get(ts, &module->module, rid);
            if (def)
                (void)type_self(ts, def);
        }
    }
    // Dumping makes more types; those are not part of the answer.
    uint32_t count = ts->types.count;
    for (uint32_t i = 0; i < count; i++) {
        Type *type = ts->types.items[i];
        if (type->kind != TYPE_Named && type->kind != TYPE_SzArray && type->kind != TYPE_Array)
            continue;
        ArenaMark mark = arena_mark(&ts->scratch);
        Text name = type_display(ts, type, &ts->scratch);
        if (!type->is_generic_definition && (!pattern || pattern_matches(pattern, name)))
            type_dump(ts, type, name, out);
        arena_rewind(&ts->scratch, mark);
    }
}
