// Descriptors (reach.md 4.6): `--descriptor` files, ILLink.Descriptors.xml embedded in used modules, and
// assemblies rooted whole (TrimmerRootAssembly). What they name is kept with code, names and reflection
// access.
#include "reach/world.h"
#include "support/file.h"
#include "support/pattern.h"

typedef struct Descriptor {
    World *w;
    const char *path;
    const Node *from; // NULL: given by the user
    Module *module;
} Descriptor;

typedef enum Preserve { PRESERVE_Nothing, PRESERVE_Methods, PRESERVE_Fields, PRESERVE_All } Preserve;

static void report(Descriptor *d, DiagId id, const XmlElement *element, const char *what, const char *where) {
    DiagLocation location = {.file = d->path, .line = element->line, .column = element->column};
    diag_report(d->w->reach->diag, id, location, what, where);
}

static Preserve preserve_of(const XmlElement *element, bool all_by_default) {
    static const struct {
        const char *text;
        Preserve preserve;
    } values[] = {{"all", PRESERVE_All},
                  {"fields", PRESERVE_Fields},
                  {"methods", PRESERVE_Methods},
                  {"nothing", PRESERVE_Nothing}};
    Text text = xml_attribute(element, "preserve");
    for (size_t i = 0; text.data && i < sizeof values / sizeof *values; i++)
        if (text_equal_z(text, values[i].text))
            return values[i].preserve;
    return all_by_default ? PRESERVE_All : PRESERVE_Nothing;
}

// ---- Members ------------------------------------------------------------------------------------

/// The instance to keep for a definition: generic ones over System.Object (the canonical argument of the
/// design).
static Type *kept_instance(Descriptor *d, const TypeDef *def) {
    if (def->generic_count == 0)
        return type_from_def(d->w->ts, def);
    Type **args = ARENA_ARRAY(&d->w->arena, Type *, def->generic_count);
    Failure failure = {0};
    for (uint32_t i = 0; i < def->generic_count; i++)
        args[i] = well_known_type(d->w->ts, WELL_KNOWN_TYPE_Object);
    return type_instantiate(d->w->ts, def, args, def->generic_count, &failure);
}

static void keep_method(Descriptor *d, Method *method) {
    Failure failure = {0};
    if (method->def && method->def->generic_count) {
        Type **args = ARENA_ARRAY(&d->w->arena, Type *, method->def->generic_count);
        for (uint32_t i = 0; i < method->def->generic_count; i++)
            args[i] = well_known_type(d->w->ts, WELL_KNOWN_TYPE_Object);
        method = method_instantiate(d->w->ts, method->def, method->owner, args, method->def->generic_count,
                                    &failure);
    }
    if (method)
        mark_reflectable_method(d->w, method, d->from, "descriptor");
}

static void keep_field(Descriptor *d, Field *field) {
    mark_reflectable_field(d->w, field, d->from, "descriptor");
}

static void keep_all_methods(Descriptor *d, Type *type) {
    uint32_t count;
    Method *const *methods = type_methods(d->w->ts, type, &count);
    for (uint32_t i = 0; i < count; i++)
        if (!(methods[i]->def->is_constructor && methods[i]->def->is_static))
            keep_method(d, methods[i]);
}

static void keep_all_fields(Descriptor *d, Type *type) {
    uint32_t count;
    Field *const *fields = type_fields(d->w->ts, type, &count);
    for (uint32_t i = 0; i < count; i++)
        keep_field(d, fields[i]);
}

static void keep_type(Descriptor *d, const TypeDef *def, Preserve preserve) {
    Type *type = kept_instance(d, def);
    if (!type)
        return;
    if (def->generic_count)
        mark_metadata(d->w, type_from_def(d->w->ts, def), d->from, "descriptor");
    mark_runtime_type(d->w, type, d->from, "descriptor");
    mark_allocated(d->w, type, d->from, "descriptor");
    if (preserve == PRESERVE_All || preserve == PRESERVE_Methods)
        keep_all_methods(d, type);
    if (preserve == PRESERVE_All || preserve == PRESERVE_Fields)
        keep_all_fields(d, type);
}

/// "Ret Name(P1,P2)" of a descriptor, from the method's definition. Compared without blanks.
static Text method_signature_text(Descriptor *d, const Method *method) {
    Arena *arena = &d->w->scratch;
    TextBuilder builder = {.arena = arena};
    text_append(&builder, type_display(d->w->ts, method->signature->return_type, arena));
    text_append_z(&builder, " ");
    text_append(&builder, method->name);
    text_append_z(&builder, "(");
    for (uint32_t i = 0; i < method->signature->param_count; i++) {
        if (i)
            text_append_z(&builder, ",");
        text_append(&builder, type_display(d->w->ts, method->signature->params[i], arena));
    }
    text_append_z(&builder, ")");
    return text_built(&builder);
}

static bool same_without_blanks(Text a, Text b) {
    size_t i = 0, k = 0;
    for (;;) {
        while (i < a.size && a.data[i] == ' ')
            i++;
        while (k < b.size && b.data[k] == ' ')
            k++;
        if (i == a.size || k == b.size)
            return i == a.size && k == b.size;
        if (a.data[i++] != b.data[k++])
            return false;
    }
}

static bool keep_named_methods(Descriptor *d, Type *type, const char *prefix, Text name, Text signature) {
    uint32_t count;
    Method *const *methods = type_methods(d->w->ts, type, &count);
    size_t skip = strlen(prefix);
    bool found = false;
    for (uint32_t i = 0; i < count; i++) {
        Text own = methods[i]->name;
        bool matches = name.data ? own.size == skip + name.size && text_starts_with(own, prefix) &&
                                       memcmp(own.data + skip, name.data, name.size) == 0
                                 : same_without_blanks(method_signature_text(d, methods[i]), signature);
        if (!matches)
            continue;
        keep_method(d, methods[i]);
        found = true;
    }
    return found;
}

/// Last word of a signature "Type name" (fields, properties, events), blanks and parameters stripped.
static Text signature_name(Text signature) {
    size_t end = signature.size, start;
    for (size_t i = 0; i < signature.size; i++)
        if (signature.data[i] == '(') {
            end = i;
            break;
        }
    while (end && signature.data[end - 1] == ' ')
        end--;
    start = end;
    while (start && signature.data[start - 1] != ' ')
        start--;
    return (Text){signature.data + start, end - start};
}

static bool keep_named_field(Descriptor *d, Type *type, Text name) {
    char *printed = arena_format(&d->w->scratch, "%.*s", TEXT_ARG(name));
    Field *field = type_find_field(d->w->ts, type, printed);
    if (field)
        keep_field(d, field);
    return field != NULL;
}

static void apply_member(Descriptor *d, const XmlElement *element, Type *type, const char *type_name) {
    Text name = xml_attribute(element, "name"), signature = xml_attribute(element, "signature");
    if (!name.data && !signature.data)
        return;
    Text short_name = name.data ? name : signature_name(signature);
    char *printed = arena_format(&d->w->arena, "%.*s", TEXT_ARG(name.data ? name : signature));
    if (text_equal_z(element->name, "method")) {
        if (!keep_named_methods(d, type, "", name, signature))
            report(d, DIAG_DescriptorMethod, element, printed, type_name);
    } else if (text_equal_z(element->name, "field")) {
        if (!keep_named_field(d, type, short_name))
            report(d, DIAG_DescriptorField, element, printed, type_name);
    } else if (text_equal_z(element->name, "property")) {
        bool get = keep_named_methods(d, type, "get_", short_name, signature);
        bool set = keep_named_methods(d, type, "set_", short_name, signature);
        if (!get && !set)
            report(d, DIAG_DescriptorProperty, element, printed, type_name);
    } else if (text_equal_z(element->name, "event")) {
        bool add = keep_named_methods(d, type, "add_", short_name, signature);
        bool remove = keep_named_methods(d, type, "remove_", short_name, signature);
        if (!add && !remove)
            report(d, DIAG_DescriptorEvent, element, printed, type_name);
    }
}

// ---- Types and assemblies -----------------------------------------------------------------------

static void apply_type(Descriptor *d, const XmlElement *element, const TypeDef *def, const char *name) {
    keep_type(d, def, preserve_of(element, element->child_count == 0));
    Type *type = kept_instance(d, def);
    for (uint32_t i = 0; type && i < element->child_count; i++)
        if (xml_feature_applies(element->children[i], d->w->reach->request, d->path, d->w->reach->diag))
            apply_member(d, element->children[i], type, name);
}

/// "N.Outer/Inner" as the type system prints it.
static Text def_full_name(Descriptor *d, const TypeDef *def) {
    return type_display(d->w->ts, type_from_def(d->w->ts, def), &d->w->scratch);
}

static bool apply_type_pattern(Descriptor *d, const XmlElement *element, Text full_name) {
    Pattern *pattern = pattern_open_wildcard(full_name, d->w->reach->diag);
    if (!pattern)
        return true; // reported
    bool found = false;
    uint32_t count = table_row_count(d->module->image, TABLE_TypeDef);
    for (uint32_t rid = 1; rid <= count; rid++) {
        const TypeDef *def = type_def_get(d->w->ts, d->module, rid);
        Text name = def_full_name(d, def);
        if (!pattern_matches(pattern, name))
            continue;
        apply_type(d, element, def, arena_format(&d->w->arena, "%.*s", TEXT_ARG(name)));
        found = true;
    }
    pattern_close(pattern);
    return found;
}

static void apply_type_element(Descriptor *d, const XmlElement *element) {
    Text full_name = xml_attribute(element, "fullname");
    char *printed = arena_format(&d->w->arena, "%.*s", TEXT_ARG(full_name));
    if (!full_name.data)
        return;
    if (memchr(full_name.data, '*', full_name.size)) {
        if (!apply_type_pattern(d, element, full_name))
            report(d, DIAG_DescriptorType, element, printed, "");
        return;
    }
    Type *type = type_find_full_name(d->w->ts, d->module, full_name);
    if (type && type->def)
        apply_type(d, element, type->def, printed);
    else
        report(d, DIAG_DescriptorType, element, printed, "");
}

static void apply_namespace(Descriptor *d, const XmlElement *element) {
    Text name_space = xml_attribute(element, "fullname");
    uint32_t count = table_row_count(d->module->image, TABLE_TypeDef);
    for (uint32_t rid = 2; rid <= count; rid++) {
        const TypeDef *def = type_def_get(d->w->ts, d->module, rid), *outer = def;
        while (outer->enclosing)
            outer = outer->enclosing;
        if (text_equal(outer->name_space, name_space))
            keep_type(d, def, preserve_of(element, true));
    }
}

static void apply_assembly(Descriptor *d, const XmlElement *element) {
    if (preserve_of(element, element->child_count == 0) == PRESERVE_All)
        assembly_root(d->w, d->module, d->from, "descriptor");
    for (uint32_t i = 0; i < element->child_count; i++) {
        const XmlElement *child = element->children[i];
        if (!xml_feature_applies(child, d->w->reach->request, d->path, d->w->reach->diag))
            continue;
        if (text_equal_z(child->name, "type"))
            apply_type_element(d, child);
        else if (text_equal_z(child->name, "namespace"))
            apply_namespace(d, child);
    }
    arena_reset(&d->w->scratch);
}

/// Short name of "Name, Version=...".
static Text short_assembly_name(Text full_name) {
    const char *comma = memchr(full_name.data, ',', full_name.size);
    return comma ? (Text){full_name.data, (size_t)(comma - full_name.data)} : full_name;
}

static void apply_document(Descriptor *d, const XmlElement *root) {
    for (uint32_t i = 0; i < root->child_count; i++) {
        const XmlElement *element = root->children[i];
        if (!text_equal_z(element->name, "assembly"))
            continue;
        if (!xml_feature_applies(element, d->w->reach->request, d->path, d->w->reach->diag))
            continue;
        Text full_name = xml_attribute(element, "fullname");
        if (!full_name.data)
            continue;
        d->module = module_find(d->w->ts, short_assembly_name(full_name));
        if (d->module)
            apply_assembly(d, element);
        else
            report(d, DIAG_DescriptorAssembly, element,
                   arena_format(&d->w->arena, "%.*s", TEXT_ARG(full_name)), "");
    }
}

static void descriptor_file_mark(World *w, Text path) {
    const char *name = arena_format(&w->arena, "%.*s", TEXT_ARG(path));
    Bytes bytes;
    if (!file_exists(name)) {
        diag_report(w->reach->diag, DIAG_DescriptorMissing, (DiagLocation){0}, name);
        return;
    }
    if (!file_map(name, &bytes, w->reach->diag))
        return;
    XmlElement *root = xml_read(bytes, name, &w->arena, w->reach->diag);
    file_unmap(bytes);
    Descriptor d = {.w = w, .path = name};
    if (root)
        apply_document(&d, root);
}

void descriptors_mark(World *w) {
    const Request *request = w->reach->request;
    for (uint32_t i = 0; i < request->inputs.descriptors.count; i++)
        descriptor_file_mark(w, request->inputs.descriptors.items[i]);
    assemblies_root(w);
    runtime_directives_mark(w);
}

void module_descriptor_mark(World *w, const Module *module, const Node *from) {
    Bytes bytes;
    if (!resource_find(module->image, "ILLink.Descriptors.xml", &bytes))
        return;
    const char *path = arena_format(&w->arena, "%s", image_path(module->image));
    XmlElement *root = xml_read(bytes, path, &w->arena, w->reach->diag);
    Descriptor d = {.w = w, .path = path, .from = from};
    if (root)
        apply_document(&d, root);
}
