// [DynamicDependency] on a marked member keeps the members it names (reach.md 4.3).
#include "reach/flow.h"
#include "reach/flow_call.h"

typedef struct Dependency {
    World *w;
    const MethodDef *origin;
    const Node *from;
    Type *type;
    bool has_flags;
    uint32_t flags;
    Text signature;
} Dependency;

static const char text[] = "DynamicDependency";

static void warn(Dependency *d, const char *code, const char *message) {
    flow_report(d->w, d->origin, false, 0, code, message);
}

static const char *type_text(Dependency *d, const Type *type) {
    return type->def ? flow_name_of_type(d->w, type->def, &d->w->scratch) : "?";
}

// ---- Documentation ids --------------------------------------------------------------------------

static void id_print(World *w, TextBuilder *out, const Type *type);

static void id_args_print(World *w, TextBuilder *out, const Type *type) {
    for (uint32_t i = 0; i < type->arg_count; i++) {
        text_append_z(out, i ? "," : "{");
        id_print(w, out, type->args[i]);
    }
    if (type->arg_count)
        text_append_z(out, "}");
}

static void id_def_print(TextBuilder *out, const TypeDef *def) {
    if (def->enclosing) {
        id_def_print(out, def->enclosing);
        text_append_z(out, ".");
    } else if (def->name_space.size) {
        text_append(out, def->name_space);
        text_append_z(out, ".");
    }
    const char *tick = memchr(def->name.data, '`', def->name.size);
    text_append(out, tick ? (Text){def->name.data, (size_t)(tick - def->name.data)} : def->name);
}

static void id_print(World *w, TextBuilder *out, const Type *type) {
    switch (type->kind) {
    case TYPE_Named:
        id_def_print(out, type->def);
        id_args_print(w, out, type);
        return;
    case TYPE_SzArray:
    case TYPE_Array:
        id_print(w, out, type->element);
        text_append_z(out, "[");
        for (uint32_t i = 0; type->rank > 1 && i < type->rank; i++)
            text_append_z(out, i ? ",0:" : "0:");
        text_append_z(out, "]");
        return;
    case TYPE_Pointer:
    case TYPE_ByRef:
        id_print(w, out, type->element);
        text_append_z(out, type->kind == TYPE_Pointer ? "*" : "@");
        return;
    case TYPE_Var: text_append_format(out, "`%u", type->index); return;
    case TYPE_MVar: text_append_format(out, "``%u", type->index); return;
    case TYPE_FunctionPointer: return;
    }
}

/// "Name``1(System.Int32)" with '.' of the name as '#'.
static Text method_id(World *w, const Method *method) {
    TextBuilder out = {.arena = &w->scratch};
    for (size_t i = 0; i < method->name.size; i++) {
        char c = method->name.data[i] == '.' ? '#' : method->name.data[i];
        text_append(&out, (Text){&c, 1});
    }
    if (method->def->generic_count)
        text_append_format(&out, "``%u", method->def->generic_count);
    text_append_z(&out, "(");
    for (uint32_t i = 0; i < method->signature->param_count; i++) {
        if (i)
            text_append_z(&out, ",");
        id_print(w, &out, method->signature->params[i]);
    }
    text_append_z(&out, ")");
    return text_built(&out);
}

static Text without_blanks(World *w, Text id) {
    TextBuilder out = {.arena = &w->scratch};
    for (size_t i = 0; i < id.size; i++)
        if (id.data[i] != ' ')
            text_append(&out, (Text){id.data + i, 1});
    return text_built(&out);
}

static bool method_matches(World *w, const Method *method, Text wanted, bool has_params) {
    Text id = method_id(w, method);
    if (has_params)
        return text_equal(id, wanted);
    const char *open = memchr(id.data, '(', id.size);
    Text name = {id.data, (size_t)(open - id.data)};
    const char *ticks = memchr(name.data, '`', name.size);
    Text plain = ticks ? (Text){name.data, (size_t)(ticks - name.data)} : name;
    return text_equal(name, wanted) || text_equal(plain, wanted);
}

/// The definition's methods: their signatures show type parameters as the id does.
static bool methods_take(Dependency *d, Text wanted, bool has_params) {
    World *w = d->w;
    uint32_t count;
    bool found = false;
    Type *definition = type_from_def(w->ts, d->type->def);
    Method *const *open = type_methods(w->ts, definition, &count);
    Method *const *exact = type_methods(w->ts, d->type, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (open[i]->def == d->type->def->static_constructor ||
            !method_matches(w, open[i], wanted, has_params))
            continue;
        if (flow_has_asker(w))
            flow_warn_method(w, exact[i], false);
        flow_mark_method(w, exact[i], d->from, text);
        found = true;
    }
    return found;
}

static bool others_take(Dependency *d, Text wanted) {
    World *w = d->w;
    const TypeDef *def = d->type->def;
    const Image *image = def->module->image;
    Token owner = token_make(TABLE_TypeDef, def->rid);
    bool found = false;
    uint32_t count, first = 0, rows;
    Field *const *fields = type_fields(w->ts, d->type, &count);
    for (uint32_t i = 0; i < count; i++)
        if (text_equal(fields[i]->def->name, wanted)) {
            if (flow_has_asker(w))
                flow_warn_field(w, fields[i]);
            mark_reflectable_field(w, fields[i], d->from, text);
            found = true;
        }
    uint32_t map = sorted_rows_find(image, COLUMN_PropertyMap_Parent, owner, &rows);
    count = map ? column_list(image, COLUMN_PropertyMap_PropertyList, map, &first) : 0;
    for (uint32_t i = 0; i < count; i++)
        if (text_equal(column_text(image, COLUMN_Property_Name, first + i), wanted)) {
            mark_reflectable_property(w, d->type, first + i, d->from, text);
            found = true;
        }
    map = sorted_rows_find(image, COLUMN_EventMap_Parent, owner, &rows);
    count = map ? column_list(image, COLUMN_EventMap_EventList, map, &first) : 0;
    for (uint32_t i = 0; i < count; i++)
        if (text_equal(column_text(image, COLUMN_Event_Name, first + i), wanted)) {
            mark_reflectable_event(w, d->type, first + i, d->from, text);
            found = true;
        }
    Type *nested = flow_nested_type(w, d->type, wanted);
    if (nested) {
        flow_mark_members(w, nested, DAM_All, d->from, text);
        found = true;
    }
    return found;
}

static void members_take(Dependency *d) {
    World *w = d->w;
    if (d->has_flags) {
        flow_mark_members(w, d->type, d->flags, d->from, text);
        return;
    }
    if (text_equal_z(d->signature, "*")) {
        flow_mark_members(w, d->type, DAM_All, d->from, text);
        return;
    }
    if (d->type->kind != TYPE_Named)
        return;
    mark_reflectable_type(w, d->type, d->from, text);
    Text wanted = without_blanks(w, d->signature);
    bool has_params = memchr(wanted.data, '(', wanted.size) != NULL;
    bool found = methods_take(d, wanted, has_params);
    if (!has_params)
        found |= others_take(d, wanted);
    if (!found)
        warn(d, "IL2037",
             arena_format(&w->scratch, "No members were resolved for '%.*s' on type '%s'.",
                          TEXT_ARG(d->signature), type_text(d, d->type)));
}

// ---- The attribute ------------------------------------------------------------------------------

static bool string_read(Cursor *cursor, Text *out) {
    uint32_t size;
    Bytes bytes;
    *out = (Text){0};
    if (cursor_left(cursor) && cursor->data[cursor->at] == 0xFF)
        return cursor_skip(cursor, 1);
    if (!read_compressed_u32(cursor, &size) || !read_bytes(cursor, size, &bytes))
        return false;
    *out = (Text){bytes.size ? (const char *)bytes.data : "", bytes.size};
    return true;
}

/// Type names of the attribute are documentation ids: nested types after a dot or a plus.
static Type *id_resolve(World *w, Module *module, Text name) {
    Type *type = type_find_full_name(w->ts, module, name);
    for (size_t i = name.size; !type && i-- > 0;) {
        if (name.data[i] != '.')
            continue;
        char *nested = arena_format(&w->scratch, "%.*s", TEXT_ARG(name));
        nested[i] = '+';
        type = type_find_full_name(w->ts, module, (Text){nested, name.size});
    }
    return type;
}

static void named_type_take(Dependency *d, Text type_name, Text assembly_name) {
    World *w = d->w;
    Module *module = module_find(w->ts, assembly_name);
    if (!module) {
        warn(d, "IL2035",
             arena_format(&w->scratch, "Unresolved assembly '%.*s' in 'DynamicDependencyAttribute'.",
                          TEXT_ARG(assembly_name)));
        return;
    }
    d->type = id_resolve(w, module, type_name);
    if (d->type)
        members_take(d);
    else
        warn(d, "IL2036",
             arena_format(&w->scratch, "Unresolved type '%.*s' in 'DynamicDependencyAttribute'.",
                          TEXT_ARG(type_name)));
}

static void attribute_take(Dependency *d, const AttributeRow *row) {
    World *w = d->w;
    Failure failure = {0};
    const Module *module = d->origin->owner->module;
    const Method *constructor = method_from_token(w->ts, (Module *)module, row->constructor, NULL, &failure);
    Cursor cursor = cursor_over(row->blob);
    uint16_t prolog;
    Text first, second;
    if (!constructor || !constructor->signature->param_count || !read_u16(&cursor, &prolog))
        return;
    const Signature *signature = constructor->signature;
    d->has_flags = signature->params[0]->is_value_type;
    if (d->has_flags ? !read_u32(&cursor, &d->flags) : !string_read(&cursor, &d->signature))
        return;
    if (!d->has_flags && !d->signature.data)
        return;
    if (signature->param_count == 1) {
        members_take(d);
    } else if (signature->param_count == 2 && string_read(&cursor, &first) && first.data) {
        d->type = type_name_resolve(w, first, module);
        if (d->type)
            members_take(d);
    } else if (signature->param_count == 3 && string_read(&cursor, &first) && string_read(&cursor, &second) &&
               first.data && second.data) {
        named_type_take(d, first, second);
    }
}

void dynamic_dependencies_mark(World *w, const Method *method, const Node *from) {
    Arena arena = {0};
    AttributeRow *rows;
    const MethodDef *def = method->def;
    uint32_t count = attributes_of(def->owner->module, token_make(TABLE_MethodDef, def->rid), &arena, &rows);
    FlowOrigin origin = flow_origin(def->owner, TABLE_MethodDef, def->rid);
    w->asker = &origin;
    for (uint32_t i = 0; i < count; i++) {
        if (!text_equal_z(rows[i].name, "DynamicDependencyAttribute"))
            continue;
        Dependency d = {.w = w, .origin = def, .from = from, .type = method->owner};
        attribute_take(&d, &rows[i]);
    }
    w->asker = NULL;
    arena_free(&arena);
}
