// What reflection finds (reach.md 4): the marks that descriptors, attributes, ldtoken and the dataflow of Type
// values ask for, and what each of them brings. Records, maps and invocation are made of them in emit/.
#include "reach/world.h"

enum { SEMANTICS_Other = 4 }; // II.23.1.12

void mark_method_metadata(World *w, const MethodDef *def) {
    module_marks(w, def->owner->module)->methods[def->rid - 1] = 1;
}

void mark_reflectable_method(World *w, const Method *method, const Node *from, const char *text) {
    if (method->def && method->synthetic == SYNTHETIC_None)
        mark(w, &method_node(w, method)->reflectable, from, text);
}

void mark_reflectable_field(World *w, const Field *field, const Node *from, const char *text) {
    mark(w, &field_node(w, field)->reflectable, from, text);
}

void mark_reflectable_type(World *w, Type *type, const Node *from, const char *text) {
    if (type->is_generic_definition || type->is_open)
        mark_metadata(w, type, from, text);
    else
        mark_constructed(w, type, from, text);
}

// ---- Properties and events ------------------------------------------------------------------------------

static void mark_accessors(World *w, Type *owner, Token association, const Node *from, const char *text) {
    const Image *image = owner->def->module->image;
    uint32_t count, row = sorted_rows_find(image, COLUMN_MethodSemantics_Association, association, &count);
    uint32_t method_count;
    Method *const *methods = type_methods(w->ts, owner, &method_count);
    for (uint32_t i = 0; row && i < count; i++) {
        uint32_t rid = token_rid(column_token(image, COLUMN_MethodSemantics_Method, row + i));
        if (column_read(image, COLUMN_MethodSemantics_Semantics, row + i) == SEMANTICS_Other)
            continue;
        for (uint32_t k = 0; k < method_count; k++)
            if (methods[k]->def->rid == rid)
                mark_reflectable_method(w, methods[k], from, text);
    }
}

void mark_reflectable_property(World *w, Type *owner, uint32_t rid, const Node *from, const char *text) {
    mark_accessors(w, owner, token_make(TABLE_Property, rid), from, text);
}

void mark_reflectable_event(World *w, Type *owner, uint32_t rid, const Node *from, const char *text) {
    mark_accessors(w, owner, token_make(TABLE_Event, rid), from, text);
}

// ---- What a mark brings ---------------------------------------------------------------------------------

/// Reflection shows the type and boxes values of it.
static void signature_type_mark(World *w, Type *type, const Node *from) {
    while (type->kind == TYPE_ByRef)
        type = type->element;
    if (!type->is_open)
        mark_metadata(w, type, from, "signature of a reflectable member");
    else if (type->def)
        mark_metadata(w, type_from_def(w->ts, type->def), from, "signature of a reflectable member");
}

void reflectable_method_process(World *w, MethodNode *node) {
    const Method *method = node->method;
    const Node *from = &node->reflectable;
    mark_method_metadata(w, method->def);
    signature_type_mark(w, method->owner, from);
    signature_type_mark(w, method->signature->return_type, from);
    for (uint32_t i = 0; i < method->signature->param_count; i++)
        signature_type_mark(w, method->signature->params[i], from);
    if (method->is_open)
        return;
    if (method->def->is_constructor && !method->def->is_static)
        mark_allocated(w, method->owner, from, "reflectable constructor");
    mark_address(w, method, from, "reflectable method");
    if (!method->def->is_static)
        mark_address(w, boxed_entry(w, method->owner, method), from, "reflectable method");
    if (method->def->is_virtual)
        mark_virtual_use(w, method, method->owner, false, from, "virtual call by reflection");
}

void reflectable_field_process(World *w, const Field *field) {
    const Node *from = &field_node(w, field)->reflectable;
    module_marks(w, field->def->owner->module)->fields[field->def->rid - 1] = 1;
    signature_type_mark(w, field->owner, from);
    signature_type_mark(w, field->type, from);
    if (field->owner->is_open || field->owner->is_generic_definition || !field->def->is_static)
        return;
    StaticKind kind = field_static_kind(w->ts, (Field *)field);
    if (kind == STATIC_Rva)
        mark_rva(w, field, from, "reflectable field");
    mark_static_base(w, field->owner, kind, from, "reflectable field");
}
