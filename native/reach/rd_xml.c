// Runtime directives (reach.md 4.7): assemblies, types and methods that reflection must find whatever the
// program does. Type names are those of reflection, so exact generic instances can be named.
#include "reach/flow.h"
#include "support/file.h"

typedef struct Directives {
    World *w;
    const char *path;
    Module *module;
} Directives;

static const char text[] = "runtime directive";

static void report(Directives *d, const XmlElement *element, const char *message) {
    DiagLocation location = {.file = d->path, .line = element->line, .column = element->column};
    diag_report(d->w->reach->diag, DIAG_RuntimeDirective, location, message);
}

static const char *printed(Directives *d, Text value) {
    return arena_format(&d->w->arena, "%.*s", TEXT_ARG(value));
}

/// Dynamic="Required All" asks for every member. Anything but that and "Required" is an error.
static bool dynamic_all(Directives *d, const XmlElement *element, bool *all) {
    Text value = xml_attribute(element, "Dynamic");
    *all = text_equal_z(value, "Required All");
    if (!value.data || *all || text_equal_z(value, "Required"))
        return true;
    report(d, element,
           arena_format(&d->w->arena, "The value '%s' of 'Dynamic' is not supported", printed(d, value)));
    return false;
}

// ---- Methods ------------------------------------------------------------------------------------

/// Types of the children with that element name; false after a report.
static bool child_types(Directives *d, const XmlElement *method, const char *element, Type **types,
                        uint32_t *count) {
    *count = 0;
    for (uint32_t i = 0; i < method->child_count; i++) {
        const XmlElement *child = method->children[i];
        if (!text_equal_z(child->name, element))
            continue;
        Text name = xml_attribute(child, "Name");
        types[*count] = type_name_resolve(d->w, name, d->module);
        if (!types[*count]) {
            report(d, child, arena_format(&d->w->arena, "Could not resolve type '%s'", printed(d, name)));
            return false;
        }
        (*count)++;
    }
    return true;
}

static bool same_parameters(const Method *method, Type *const *types, uint32_t count) {
    if (method->signature->param_count != count)
        return false;
    for (uint32_t i = 0; i < count; i++)
        if (method->signature->params[i] != types[i])
            return false;
    return true;
}

static void apply_method(Directives *d, const XmlElement *element, Type *type) {
    World *w = d->w;
    Text name = xml_attribute(element, "Name");
    Type **parameters = ARENA_ARRAY(&w->arena, Type *, element->child_count + 1);
    Type **arguments = ARENA_ARRAY(&w->arena, Type *, element->child_count + 1);
    uint32_t parameter_count, argument_count, count;
    bool found = false;
    if (!child_types(d, element, "Parameter", parameters, &parameter_count) ||
        !child_types(d, element, "GenericArgument", arguments, &argument_count))
        return;
    Method *const *methods = type_methods(w->ts, type, &count);
    for (uint32_t i = 0; i < count; i++) {
        Failure failure = {0};
        Method *method = methods[i];
        if (!text_equal(method->name, name))
            continue;
        if (argument_count && method->def->generic_count == argument_count)
            method = method_instantiate(w->ts, method->def, type, arguments, argument_count, &failure);
        if (!method || (parameter_count && !same_parameters(method, parameters, parameter_count)))
            continue;
        flow_mark_method(w, method, NULL, text);
        found = true;
    }
    if (!found)
        report(d, element, arena_format(&w->arena, "Could not find method '%s'", printed(d, name)));
}

// ---- Types and assemblies -----------------------------------------------------------------------

static void apply_type(Directives *d, const XmlElement *element) {
    Text name = xml_attribute(element, "Name");
    bool all;
    if (!dynamic_all(d, element, &all))
        return;
    Type *type = type_name_resolve(d->w, name, d->module);
    if (!type || !type->def) {
        report(d, element, arena_format(&d->w->arena, "Could not resolve type '%s'", printed(d, name)));
        return;
    }
    mark_reflectable_type(d->w, type, NULL, text);
    if (all || xml_attribute(element, "MarshalStructure").data)
        flow_mark_members(d->w, type, DAM_All, NULL, text);
    for (uint32_t i = 0; i < element->child_count; i++) {
        if (text_equal_z(element->children[i]->name, "Method"))
            apply_method(d, element->children[i], type);
        else
            report(d, element->children[i],
                   arena_format(&d->w->arena, "The element '%s' is not supported",
                                printed(d, element->children[i]->name)));
    }
}

static void apply_assembly(Directives *d, const XmlElement *element) {
    Text name = xml_attribute(element, "Name");
    const char *comma = name.data ? memchr(name.data, ',', name.size) : NULL;
    bool all;
    d->module = module_find(d->w->ts, comma ? (Text){name.data, (size_t)(comma - name.data)} : name);
    if (!d->module) {
        report(d, element, arena_format(&d->w->arena, "Could not resolve assembly '%s'", printed(d, name)));
        return;
    }
    if (dynamic_all(d, element, &all) && all)
        assembly_root(d->w, d->module, NULL, text);
    for (uint32_t i = 0; i < element->child_count; i++)
        if (text_equal_z(element->children[i]->name, "Type"))
            apply_type(d, element->children[i]);
}

static void apply_document(Directives *d, const XmlElement *root) {
    for (uint32_t i = 0; i < root->child_count; i++) {
        const XmlElement *library = root->children[i];
        if (!text_equal_z(library->name, "Application") && !text_equal_z(library->name, "Library"))
            continue;
        for (uint32_t k = 0; k < library->child_count; k++)
            if (text_equal_z(library->children[k]->name, "Assembly"))
                apply_assembly(d, library->children[k]);
    }
}

void runtime_directives_mark(World *w) {
    const TextList *files = &w->reach->request->inputs.rd_xml;
    for (uint32_t i = 0; i < files->count; i++) {
        Directives d = {.w = w, .path = arena_format(&w->arena, "%.*s", TEXT_ARG(files->items[i]))};
        Bytes bytes;
        if (!file_map(d.path, &bytes, w->reach->diag))
            continue;
        XmlElement *root = xml_read(bytes, d.path, &w->arena, w->reach->diag);
        file_unmap(bytes);
        if (root)
            apply_document(&d, root);
    }
}
