// What reflection finds (reach.md 4): the marks that descriptors, attributes, ldtoken and the dataflow of
// Type values ask for, and what each of them brings. Records, maps and invocation are made of them in emit/.
#include "reach/world.h"

enum { SEMANTICS_Other = 4 }; // II.23.1.12

/// Members that reflection finds on a generic definition or one of its instances: all instances show them.
typedef struct GenericMembers {
    ARRAY(const MethodDef *) methods;
    ARRAY(const FieldDef *) fields;
    ARRAY(TypeNode *) instances;
    ARRAY(const Method *) code; // compiled instances of methods of generic types and of generic methods
} GenericMembers;

static GenericMembers *generic_members(World *w, const TypeDef *def) {
    TypeNode *node = type_node(w, type_from_def(w->ts, def));
    if (!node->members)
        node->members = ARENA_NEW(&w->arena, GenericMembers);
    return node->members;
}

void mark_reflectable_method(World *w, const Method *method, const Node *from, const char *text) {
    method = method_served(w, method, from);
    if (method->def && method->synthetic == SYNTHETIC_None && method->owner->kind == TYPE_Named)
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

// ---- Records and their attributes ---------------------------------------------------------------

static void generic_parameters_visible(World *w, const Module *module, Token owner, const Node *from) {
    uint32_t count, row = sorted_rows_find(module->image, COLUMN_GenericParam_Owner, owner, &count);
    for (uint32_t i = 0; row && i < count; i++) {
        attributes_visible(w, ATTRIBUTES_GenericParameter, module, token_make(TABLE_GenericParam, row + i),
                           from);
        attributes_visible(w, ATTRIBUTES_Constraints, module, token_make(TABLE_GenericParam, row + i), from);
    }
}

void reflectable_type_visible(World *w, const TypeDef *def, const Node *from) {
    if (!def->rid)
        return;
    ModuleMarks *marks = module_marks(w, def->module);
    if (marks->types[def->rid - 1] & TYPE_VISIBLE)
        return;
    marks->types[def->rid - 1] |= TYPE_VISIBLE;
    facts_type_described(w, def);
    Token token = token_make(TABLE_TypeDef, def->rid);
    attributes_visible(w, ATTRIBUTES_Type, def->module, token, from);
    generic_parameters_visible(w, def->module, token, from);
    if (!marks->visible) {
        marks->visible = true;
        attributes_visible(w, ATTRIBUTES_Assembly, def->module, token_make(TABLE_Assembly, 1), from);
        attributes_visible(w, ATTRIBUTES_Module, def->module, token_make(TABLE_Module, 1), from);
    }
    for (uint32_t i = 0; def->is_enum && i < def->field_count; i++)
        attributes_visible(w, ATTRIBUTES_Field, def->module,
                           token_make(TABLE_Field, def->first_field_rid + i), from);
}

static bool is_accessor_of(const Image *image, Token association, uint32_t method_rid) {
    uint32_t count, row = sorted_rows_find(image, COLUMN_MethodSemantics_Association, association, &count);
    for (uint32_t i = 0; row && i < count; i++)
        if (token_rid(column_token(image, COLUMN_MethodSemantics_Method, row + i)) == method_rid)
            return true;
    return false;
}

/// The property or event that an accessor belongs to.
static void association_visible(World *w, const MethodDef *def, const Node *from) {
    const Module *module = def->owner->module;
    Token owner = token_make(TABLE_TypeDef, def->owner->rid);
    uint32_t first, rows;
    if (!(def->flags & 0x0800)) // SpecialName
        return;
    uint32_t map = sorted_rows_find(module->image, COLUMN_PropertyMap_Parent, owner, &rows);
    uint32_t count = map ? column_list(module->image, COLUMN_PropertyMap_PropertyList, map, &first) : 0;
    for (uint32_t i = 0; i < count; i++)
        if (is_accessor_of(module->image, token_make(TABLE_Property, first + i), def->rid)) {
            attributes_visible(w, ATTRIBUTES_Property, module, token_make(TABLE_Property, first + i), from);
            attributes_visible(w, ATTRIBUTES_Modifiers, module, token_make(TABLE_Property, first + i), from);
        }
    map = sorted_rows_find(module->image, COLUMN_EventMap_Parent, owner, &rows);
    count = map ? column_list(module->image, COLUMN_EventMap_EventList, map, &first) : 0;
    for (uint32_t i = 0; i < count; i++)
        if (is_accessor_of(module->image, token_make(TABLE_Event, first + i), def->rid))
            attributes_visible(w, ATTRIBUTES_Event, module, token_make(TABLE_Event, first + i), from);
}

void mark_method_metadata(World *w, const MethodDef *def, const Node *from) {
    const Module *module = def->owner->module;
    uint8_t *seen = &module_marks(w, module)->methods[def->rid - 1];
    if (*seen)
        return;
    *seen = 1;
    attributes_visible(w, ATTRIBUTES_Method, module, token_make(TABLE_MethodDef, def->rid), from);
    attributes_visible(w, ATTRIBUTES_Modifiers, module, token_make(TABLE_MethodDef, def->rid), from);
    generic_parameters_visible(w, module, token_make(TABLE_MethodDef, def->rid), from);
    uint32_t first, count = column_list(module->image, COLUMN_MethodDef_ParamList, def->rid, &first);
    for (uint32_t i = 0; i < count; i++)
        attributes_visible(w, ATTRIBUTES_Parameter, module, token_make(TABLE_Param, first + i), from);
    association_visible(w, def, from);
}

static void mark_field_metadata(World *w, const FieldDef *def, const Node *from) {
    const Module *module = def->owner->module;
    uint8_t *seen = &module_marks(w, module)->fields[def->rid - 1];
    if (*seen)
        return;
    *seen = 1;
    attributes_visible(w, ATTRIBUTES_Field, module, token_make(TABLE_Field, def->rid), from);
    attributes_visible(w, ATTRIBUTES_Modifiers, module, token_make(TABLE_Field, def->rid), from);
}

// ---- Delegates ----------------------------------------------------------------------------------

static void delegate_target_mark(World *w, const DelegateTarget *target, const Node *from) {
    if (target->method->synthetic == SYNTHETIC_StaticVirtual) {
        slot_targets_show(w, target->method->synthetic_method, from);
        return;
    }
    mark_reflectable_method(w, target->method, from, "target of a delegate");
    if (target->is_virtual)
        slot_targets_show(w, target->method, from);
}

void delegate_target_note(World *w, const Type *delegate, const Method *target, bool is_virtual,
                          const Node *from) {
    DelegateTarget noted = {delegate->def, target, is_virtual};
    ARRAY_PUSH(&w->arena, &w->delegate_targets, noted);
    if (w->delegate_targets_from ||
        type_node(w, type_from_def(w->ts, delegate->def))->delegate_targets_visible)
        delegate_target_mark(w, &noted, from);
}

void delegate_targets_visible(World *w, const TypeDef *delegate, const Node *from) {
    TypeNode *node = delegate ? type_node(w, type_from_def(w->ts, delegate)) : NULL;
    if (w->delegate_targets_from || (node && node->delegate_targets_visible))
        return;
    if (node)
        node->delegate_targets_visible = true;
    else
        w->delegate_targets_from = from;
    for (uint32_t i = 0; i < w->delegate_targets.count; i++)
        if (!delegate || w->delegate_targets.items[i].delegate == delegate)
            delegate_target_mark(w, &w->delegate_targets.items[i], from);
}

void delegate_type_visible(World *w, Type *type, const Node *from) {
    const Method *invoke = type->is_open ? NULL : type_find_method(w->ts, type, "Invoke", NULL);
    if (!invoke)
        return;
    if (w->methods_asked)
        mark_reflectable_method(w, invoke, from, "Invoke of a delegate type");
    else
        ARRAY_PUSH(&w->arena, &w->delegate_invokes, invoke);
}

void methods_reader_marked(World *w, const Node *from) {
    if (w->methods_asked)
        return;
    w->methods_asked = true;
    for (uint32_t i = 0; i < w->delegate_invokes.count; i++)
        mark_reflectable_method(w, w->delegate_invokes.items[i], from, "Invoke of a delegate type");
}

// ---- Properties and events ----------------------------------------------------------------------

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

// ---- Instances of generic types -----------------------------------------------------------------

static void instance_method_mark(World *w, Type *type, const MethodDef *def, const Node *from) {
    Failure failure = {0};
    if (def->generic_count)
        return;
    const Method *method = method_instantiate(w->ts, def, type, NULL, 0, &failure);
    if (method)
        mark_reflectable_method(w, method, from, "methods have the same reflectability");
}

static void instance_field_mark(World *w, Type *type, const FieldDef *def, const Node *from) {
    uint32_t count;
    Field *const *fields = type_fields(w->ts, type, &count);
    for (uint32_t i = 0; i < count; i++)
        if (fields[i]->def == def)
            mark_reflectable_field(w, fields[i], from, "fields have the same reflectability");
}

void reflectable_instance_appears(World *w, Type *type, const Node *from) {
    if (!type->arg_count || type->kind != TYPE_Named || type->is_open)
        return;
    GenericMembers *members = generic_members(w, type->def);
    ARRAY_PUSH(&w->arena, &members->instances, type_node(w, type));
    for (uint32_t i = 0; i < members->methods.count; i++)
        instance_method_mark(w, type, members->methods.items[i], from);
    for (uint32_t i = 0; i < members->fields.count; i++)
        instance_field_mark(w, type, members->fields.items[i], from);
}

static bool shows_method(const GenericMembers *members, const MethodDef *def) {
    for (uint32_t i = 0; i < members->methods.count; i++)
        if (members->methods.items[i] == def)
            return true;
    return false;
}

void reflectable_code_appears(World *w, const Method *method, const Node *from) {
    if (method->synthetic != SYNTHETIC_None || !method->def ||
        (!method->arg_count && !method->owner->arg_count))
        return;
    GenericMembers *members = generic_members(w, method->def->owner);
    ARRAY_PUSH(&w->arena, &members->code, method);
    if (shows_method(members, method->def))
        mark_reflectable_method(w, method, from, "methods have the same reflectability");
}

static void generic_method_spread(World *w, const MethodDef *def, const Node *from) {
    if (!def->owner->generic_count && !def->generic_count)
        return;
    GenericMembers *members = generic_members(w, def->owner);
    if (shows_method(members, def))
        return;
    ARRAY_PUSH(&w->arena, &members->methods, def);
    for (uint32_t i = 0; i < members->code.count; i++)
        if (members->code.items[i]->def == def)
            mark_reflectable_method(w, members->code.items[i], from, "methods have the same reflectability");
    for (uint32_t i = 0; i < members->instances.count; i++)
        instance_method_mark(w, members->instances.items[i]->type, def, from);
}

static void generic_field_spread(World *w, const FieldDef *def, const Node *from) {
    if (!def->owner->generic_count)
        return;
    GenericMembers *members = generic_members(w, def->owner);
    for (uint32_t i = 0; i < members->fields.count; i++)
        if (members->fields.items[i] == def)
            return;
    ARRAY_PUSH(&w->arena, &members->fields, def);
    for (uint32_t i = 0; i < members->instances.count; i++)
        instance_field_mark(w, members->instances.items[i]->type, def, from);
}

// ---- What a mark brings -------------------------------------------------------------------------

void mark_signature_type(World *w, Type *type, const Node *from, const char *text) {
    if (!type->is_open) {
        mark_metadata(w, type, from, text);
        return;
    }
    if (type->element)
        mark_signature_type(w, type->element, from, text);
    if (type->def)
        mark_metadata(w, type_from_def(w->ts, type->def), from, text);
    for (uint32_t i = 0; i < type->arg_count; i++)
        mark_signature_type(w, type->args[i], from, text);
    if (type->kind != TYPE_FunctionPointer)
        return;
    mark_signature_type(w, type->signature->return_type, from, text);
    for (uint32_t i = 0; i < type->signature->param_count; i++)
        mark_signature_type(w, type->signature->params[i], from, text);
}

/// Reflection boxes values behind references.
static void member_type_mark(World *w, Type *type, const Node *from) {
    while (type->kind == TYPE_ByRef)
        type = type->element;
    mark_signature_type(w, type, from, "signature of a reflectable member");
}

void reflectable_method_process(World *w, MethodNode *node) {
    const Method *method = node->method;
    const Node *from = &node->reflectable;
    mark_method_metadata(w, method->def, from);
    generic_method_spread(w, method->def, from);
    member_type_mark(w, method->owner, from);
    member_type_mark(w, method->signature->return_type, from);
    for (uint32_t i = 0; i < method->signature->param_count; i++)
        member_type_mark(w, method->signature->params[i], from);
    if (method->is_open) {
        template_method_seen(w, method, from);
        return;
    }
    if (method->def->is_constructor && !method->def->is_static)
        mark_allocated(w, method->owner, from, "reflectable constructor");
    for (uint32_t i = 0; i < method->arg_count; i++)
        mark_necessary(w, method->args[i], from, "argument of a reflectable method");
    mark_pointer(w, method, from, "reflectable method");
    if (!method->def->is_static)
        mark_pointer(w, boxed_entry(w, method->owner, method), from, "reflectable method");
    mark_invoke(w, method, from);
    template_method_of_instance(w, method, from);
}

void reflectable_field_process(World *w, const Field *field) {
    const Node *from = &field_node(w, field)->reflectable;
    facts_field_stored(w, field);
    mark_field_metadata(w, field->def, from);
    generic_field_spread(w, field->def, from);
    member_type_mark(w, field->owner, from);
    member_type_mark(w, field->type, from);
    if (field->owner->is_open || field->owner->is_generic_definition || !field->def->is_static)
        return;
    StaticKind kind = field_static_kind(w->ts, (Field *)field);
    if (kind == STATIC_Rva)
        mark_rva(w, field, from, "reflectable field");
    mark_static_base(w, field->owner, kind, from, "reflectable field");
}
