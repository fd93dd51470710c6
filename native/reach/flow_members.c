// Members that a value's use asks for: sets of DynamicallyAccessedMemberTypes, members by name, annotated
// generic parameters and object.GetType on annotated classes (reach.md 4.1, 4.2).
#include "reach/flow.h"

enum { // II.23.1.10, II.23.1.5: accessibility
    MEMBER_ACCESS_MASK = 7,
    MEMBER_ACCESS_Private = 1,
    MEMBER_ACCESS_Public = 6,
    TYPE_VISIBILITY_MASK = 7,
    TYPE_NestedPublic = 2,
};

typedef ARRAY(Type *) TypeList;

/// Which members of one class a walk over a type and its bases takes.
typedef struct Selection {
    World *w;
    TypeList *warned; // the walk makes warnings instead of marks; types it has been to
    bool declared_only;
    const Node *from;
    const char *text;
    Text name; // data NULL: all
    bool take_public, take_other;
    bool take_static, take_instance;
    bool bases, private_in_bases;
} Selection;

static Selection select_all(World *w, const Node *from, const char *text) {
    return (Selection){.w = w, .from = from, .text = text, .take_static = true, .take_instance = true};
}

static bool selected(const Selection *s, uint32_t flags, bool is_static, Text name, bool on_base) {
    uint32_t access = flags & MEMBER_ACCESS_MASK;
    if (s->name.data && !text_equal(s->name, name))
        return false;
    if (on_base && access <= MEMBER_ACCESS_Private && !s->private_in_bases)
        return false;
    if (is_static ? !s->take_static : !s->take_instance)
        return false;
    return access == MEMBER_ACCESS_Public ? s->take_public : s->take_other;
}

// ---- What a mark of a member is on a type -------------------------------------------------------

/// Arguments that stand for any reference type, if the constraints let them: reflection may supply others.
static Method *closed_method(World *w, Method *method) {
    uint32_t count = method->def->generic_count;
    if (!count || method->arg_count || method->owner->is_open || method->owner->is_generic_definition)
        return method;
    if (w->makes_types) {
        Method *template = method_template(w->ts, method->def, method->owner);
        return template ? template : method;
    }
    Failure failure = {0};
    Type **args = ARENA_ARRAY(&w->arena, Type *, count);
    for (uint32_t i = 0; i < count; i++) {
        if (generic_param_flags(NULL, method->def, i) & 8) // II.23.1.7: struct
            return method;
        args[i] = well_known_type(w->ts, WELL_KNOWN_TYPE_Object);
    }
    Method *closed = method_instantiate(w->ts, method->def, method->owner, args, count, &failure);
    return closed ? closed : method;
}

void flow_mark_method(World *w, Method *method, const Node *from, const char *text) {
    mark_method_metadata(w, method->def, from);
    mark_reflectable_method(w, closed_method(w, method), from, text);
}

static void take_method(const Selection *s, Method *method) {
    if (s->warned)
        flow_warn_method(s->w, method, false);
    else
        flow_mark_method(s->w, method, s->from, s->text);
}

static void take_field(const Selection *s, Field *field) {
    if (s->warned)
        flow_warn_field(s->w, field);
    else
        mark_reflectable_field(s->w, field, s->from, s->text);
}

static void members_take(const Selection *s, Type *type, uint32_t flags);
static void members_warn(World *w, TypeList *warned, Type *type, uint32_t flags, bool declared_only);
static void members_mark(World *w, Type *type, uint32_t flags, const Node *from, const char *text);

static Type *base_of(World *w, Type *type) {
    if (type->kind == TYPE_SzArray || type->kind == TYPE_Array)
        return well_known_type(w->ts, WELL_KNOWN_TYPE_Array);
    return type->kind == TYPE_Named ? type_base(w->ts, type) : NULL;
}

static void methods_take(const Selection *s, Type *type, bool constructors) {
    bool on_base = false;
    for (Type *at = type; at; at = s->bases ? base_of(s->w, at) : NULL, on_base = true) {
        uint32_t count = 0;
        Method *const *methods = at->kind == TYPE_Named ? type_methods(s->w->ts, at, &count) : NULL;
        for (uint32_t i = 0; i < count; i++) {
            const MethodDef *def = methods[i]->def;
            if (def->is_constructor == constructors && def != at->def->static_constructor &&
                selected(s, def->flags, def->is_static, def->name, on_base))
                take_method(s, methods[i]);
        }
    }
}

static void fields_take(const Selection *s, Type *type) {
    bool on_base = false;
    for (Type *at = type; at; at = s->bases ? base_of(s->w, at) : NULL, on_base = true) {
        uint32_t count = 0;
        Field *const *fields = at->kind == TYPE_Named ? type_fields(s->w->ts, at, &count) : NULL;
        for (uint32_t i = 0; i < count; i++)
            // Object's own field is the MethodTable pointer.
            if (at != well_known_type(s->w->ts, WELL_KNOWN_TYPE_Object) &&
                selected(s, fields[i]->def->flags, fields[i]->def->is_static, fields[i]->def->name, on_base))
                take_field(s, fields[i]);
    }
}

/// First and count of the rows of a type in Property or Event.
static uint32_t association_rows(const TypeDef *def, ColumnId parent, ColumnId list, uint32_t *first) {
    const Image *image = def->module->image;
    uint32_t count, map = sorted_rows_find(image, parent, token_make(TABLE_TypeDef, def->rid), &count);
    return map ? column_list(image, list, map, first) : 0;
}

/// The accessors decide what kind of member a property or event is.
static bool association_selected(const Selection *s, const Type *owner, Token association, Text name,
                                 bool on_base) {
    const Image *image = owner->def->module->image;
    uint32_t count, row = sorted_rows_find(image, COLUMN_MethodSemantics_Association, association, &count);
    for (uint32_t i = 0; row && i < count; i++) {
        uint32_t rid = token_rid(column_token(image, COLUMN_MethodSemantics_Method, row + i));
        const MethodDef *accessor = method_def_get(s->w->ts, owner->def->module, rid);
        if (accessor && selected(s, accessor->flags, accessor->is_static, name, on_base))
            return true;
    }
    return false;
}

/// The accessors of a property or event.
static void association_warn(const Selection *s, Type *owner, Token association) {
    const Image *image = owner->def->module->image;
    uint32_t method_count, count,
        row = sorted_rows_find(image, COLUMN_MethodSemantics_Association, association, &count);
    Method *const *methods = type_methods(s->w->ts, owner, &method_count);
    for (uint32_t i = 0; row && i < count; i++) {
        uint32_t rid = token_rid(column_token(image, COLUMN_MethodSemantics_Method, row + i));
        for (uint32_t k = 0; k < method_count; k++)
            if (methods[k]->def->rid == rid)
                flow_warn_method(s->w, methods[k], false);
    }
}

static void take_property(const Selection *s, Type *owner, uint32_t rid) {
    if (s->warned)
        association_warn(s, owner, token_make(TABLE_Property, rid));
    else
        mark_reflectable_property(s->w, owner, rid, s->from, s->text);
}

static void take_event(const Selection *s, Type *owner, uint32_t rid) {
    if (s->warned)
        association_warn(s, owner, token_make(TABLE_Event, rid));
    else
        mark_reflectable_event(s->w, owner, rid, s->from, s->text);
}

static void properties_take(const Selection *s, Type *type) {
    bool on_base = false;
    for (Type *at = type; at; at = s->bases ? base_of(s->w, at) : NULL, on_base = true) {
        uint32_t first, count = at->kind == TYPE_Named
                                    ? association_rows(at->def, COLUMN_PropertyMap_Parent,
                                                       COLUMN_PropertyMap_PropertyList, &first)
                                    : 0;
        for (uint32_t i = 0; i < count; i++) {
            Text name = column_text(at->def->module->image, COLUMN_Property_Name, first + i);
            if (association_selected(s, at, token_make(TABLE_Property, first + i), name, on_base))
                take_property(s, at, first + i);
        }
    }
}

static void events_take(const Selection *s, Type *type) {
    bool on_base = false;
    for (Type *at = type; at; at = s->bases ? base_of(s->w, at) : NULL, on_base = true) {
        uint32_t first, count = at->kind == TYPE_Named ? association_rows(at->def, COLUMN_EventMap_Parent,
                                                                          COLUMN_EventMap_EventList, &first)
                                                       : 0;
        for (uint32_t i = 0; i < count; i++) {
            Text name = column_text(at->def->module->image, COLUMN_Event_Name, first + i);
            if (association_selected(s, at, token_make(TABLE_Event, first + i), name, on_base))
                take_event(s, at, first + i);
        }
    }
}

// ---- Nested types -------------------------------------------------------------------------------

/// Nested types share the leading parameters of the enclosing one.
static Type *nested_instance(World *w, const Type *outer, TypeDef *def) {
    Failure failure = {0};
    if (!def->generic_count || !outer->arg_count || def->generic_count != outer->arg_count)
        return type_from_def(w->ts, def);
    return type_instantiate(w->ts, def, outer->args, outer->arg_count, &failure);
}

static void nested_take(const Selection *s, Type *type) {
    if (type->kind != TYPE_Named)
        return;
    const Image *image = type->def->module->image;
    for (uint32_t row = 1; row <= table_row_count(image, TABLE_NestedClass); row++) {
        if (token_rid(column_token(image, COLUMN_NestedClass_EnclosingClass, row)) != type->def->rid)
            continue;
        uint32_t rid = token_rid(column_token(image, COLUMN_NestedClass_NestedClass, row));
        TypeDef *def = type_def_get(s->w->ts, type->def->module, rid);
        bool is_public = (def->flags & TYPE_VISIBILITY_MASK) == TYPE_NestedPublic;
        if (s->name.data ? !text_equal(s->name, def->name) : !(is_public ? s->take_public : s->take_other))
            continue;
        Type *nested = nested_instance(s->w, type, def);
        if (!nested)
            continue;
        if (!s->warned)
            mark_reflectable_type(s->w, nested, s->from, s->text);
        members_take(s, nested, DAM_All);
    }
}

Type *flow_nested_type(World *w, Type *type, Text name) {
    if (type->kind != TYPE_Named)
        return NULL;
    const Image *image = type->def->module->image;
    for (uint32_t row = 1; row <= table_row_count(image, TABLE_NestedClass); row++) {
        if (token_rid(column_token(image, COLUMN_NestedClass_EnclosingClass, row)) != type->def->rid)
            continue;
        uint32_t rid = token_rid(column_token(image, COLUMN_NestedClass_NestedClass, row));
        TypeDef *def = type_def_get(w->ts, type->def->module, rid);
        if (text_equal(def->name, name))
            return nested_instance(w, type, def);
    }
    return NULL;
}

// ---- Sets ---------------------------------------------------------------------------------------

/// With bases, where that kind of member has them.
static Selection select_by(const Selection *all, uint32_t flags, uint32_t all_public, uint32_t all_other,
                           uint32_t inherited) {
    Selection s = *all;
    s.bases = !s.declared_only;
    s.take_public = (flags & all_public) == all_public;
    s.take_other = (flags & all_other) != 0;
    s.private_in_bases = (flags & inherited) != 0;
    return s;
}

static void constructors_take(const Selection *all, Type *type, uint32_t flags) {
    Selection s =
        select_by(all, flags, DAM_PublicConstructors, DAM_NonPublicConstructors, DAM_InheritedConstructors);
    s.take_static = false;
    s.bases &= (flags & (DAM_InheritedConstructors | DAM_PublicInheritedConstructors)) != 0;
    if (s.take_public || s.take_other)
        methods_take(&s, type, true);
    if (!(flags & DAM_PublicParameterlessConstructor) || s.take_public || type->kind != TYPE_Named)
        return;
    uint32_t count;
    Method *const *methods = type_methods(s.w->ts, type, &count);
    for (uint32_t i = 0; i < count; i++) {
        const MethodDef *def = methods[i]->def;
        if (def->is_constructor && !def->is_static && def->param_count == 0 &&
            (def->flags & MEMBER_ACCESS_MASK) == MEMBER_ACCESS_Public)
            take_method(&s, methods[i]);
    }
    if (type->is_value_type && !s.warned)
        mark_reflectable_type(s.w, type, s.from, s.text);
}

static void interfaces_mark(World *w, Type *type, const Node *from, const char *text) {
    uint32_t count;
    Type *const *interfaces = type_interfaces(w->ts, type, &count);
    for (uint32_t i = 0; i < count; i++)
        mark_reflectable_type(w, interfaces[i], from, text);
}

static void sets_take(const Selection *all, Type *type, uint32_t flags) {
    if (flags & (DAM_PublicConstructors | DAM_NonPublicConstructors))
        constructors_take(all, type, flags);
    Selection s = select_by(all, flags, DAM_PublicMethods, DAM_NonPublicMethods, DAM_InheritedMethods);
    if (s.take_public || s.take_other)
        methods_take(&s, type, false);
    s = select_by(all, flags, DAM_PublicFields, DAM_NonPublicFields, DAM_InheritedFields);
    if (s.take_public || s.take_other)
        fields_take(&s, type);
    s = select_by(all, flags, DAM_PublicProperties, DAM_NonPublicProperties, DAM_InheritedProperties);
    if (s.take_public || s.take_other)
        properties_take(&s, type);
    s = select_by(all, flags, DAM_PublicEvents, DAM_NonPublicEvents, DAM_InheritedEvents);
    if (s.take_public || s.take_other)
        events_take(&s, type);
    s = select_by(all, flags, DAM_PublicNestedTypes, DAM_NonPublicNestedTypes, DAM_InheritedNestedTypes);
    if (s.take_public || s.take_other)
        nested_take(&s, type);
    if (flags & DAM_Interfaces && !s.warned)
        interfaces_mark(s.w, type, s.from, s.text);
}

/// `All` holds for the bases and interfaces too.
static void bases_take(const Selection *s, Type *type) {
    Type *base = base_of(s->w, type);
    if (base)
        members_take(s, base, DAM_All);
    uint32_t count;
    Type *const *interfaces =
        type->kind == TYPE_Named ? type_interfaces(s->w->ts, type, &count) : (count = 0, NULL);
    for (uint32_t i = 0; i < count; i++)
        members_take(s, interfaces[i], DAM_All);
}

static void members_take(const Selection *s, Type *type, uint32_t flags) {
    if (s->warned)
        members_warn(s->w, s->warned, type, flags, false);
    else
        members_mark(s->w, type, flags, s->from, s->text);
}

static bool has_members(const Type *type) {
    return type->kind != TYPE_FunctionPointer && type->kind != TYPE_Var && type->kind != TYPE_MVar &&
           (!type->is_open || type->is_generic_definition);
}

static void members_mark(World *w, Type *type, uint32_t flags, const Node *from, const char *text) {
    while (type->kind == TYPE_ByRef || type->kind == TYPE_Pointer)
        type = type->element;
    TypeNode *node = type_node(w, type);
    if (!(flags & ~node->member_flags) || !has_members(type))
        return;
    node->member_flags |= flags;
    Selection s = select_all(w, from, text);
    mark_reflectable_type(w, type, from, text);
    if (flags == DAM_All)
        bases_take(&s, type);
    sets_take(&s, type, node->member_flags);
}

static void members_warn(World *w, TypeList *warned, Type *type, uint32_t flags, bool declared_only) {
    while (type->kind == TYPE_ByRef || type->kind == TYPE_Pointer)
        type = type->element;
    if (!has_members(type))
        return;
    for (uint32_t i = 0; i < warned->count; i++)
        if (warned->items[i] == type)
            return;
    ARRAY_PUSH(&w->scratch, warned, type);
    Selection s = select_all(w, NULL, NULL);
    s.warned = warned;
    s.declared_only = declared_only;
    if (flags == DAM_All && !declared_only)
        bases_take(&s, type);
    sets_take(&s, type, flags);
}

void flow_warn_members(World *w, Type *type, uint32_t flags, bool inherited) {
    TypeList warned = {0};
    if (flow_has_asker(w))
        members_warn(w, &warned, type, flags, !inherited);
}

void flow_mark_members(World *w, Type *type, uint32_t flags, const Node *from, const char *text) {
    flow_warn_members(w, type, flags, true);
    members_mark(w, type, flags, from, text);
}

// ---- By name ------------------------------------------------------------------------------------

uint32_t flow_binding_flags(MemberKind kind, int32_t binding) {
    static const uint32_t flags[][2] = {
        [MEMBER_Method] = {DAM_PublicMethods, DAM_NonPublicMethods},
        [MEMBER_Property] = {DAM_PublicProperties, DAM_NonPublicProperties},
        [MEMBER_Field] = {DAM_PublicFields, DAM_NonPublicFields},
        [MEMBER_Event] = {DAM_PublicEvents, DAM_NonPublicEvents},
        [MEMBER_Constructor] = {DAM_PublicConstructors, DAM_NonPublicConstructors},
        [MEMBER_NestedType] = {DAM_PublicNestedTypes, DAM_NonPublicNestedTypes},
    };
    if (kind == MEMBER_Any) {
        uint32_t all = 0;
        for (uint32_t i = 0; i < MEMBER_Any; i++)
            all |= flow_binding_flags((MemberKind)i, binding);
        return all;
    }
    bool unknown = binding == BINDING_Unknown || binding & ~63 || binding & BINDING_IgnoreCase;
    uint32_t wanted = unknown || binding & BINDING_Public ? flags[kind][0] : 0;
    return wanted | (unknown || binding & BINDING_NonPublic ? flags[kind][1] : 0);
}

static void named_take(const Selection *named, Type *type, MemberKind kind) {
    Selection s = *named;
    if (kind == MEMBER_Method || kind == MEMBER_Any)
        methods_take(&s, type, false);
    if (kind == MEMBER_Property || kind == MEMBER_Any)
        properties_take(&s, type);
    if (kind == MEMBER_Field || kind == MEMBER_Any)
        fields_take(&s, type);
    if (kind == MEMBER_Event || kind == MEMBER_Any)
        events_take(&s, type);
    if ((kind == MEMBER_NestedType || kind == MEMBER_Any) && !s.warned)
        nested_take(&s, type);
    if (kind == MEMBER_Constructor || kind == MEMBER_Any) {
        s.bases = false;
        s.take_static = false;
        methods_take(&s, type, true);
    }
}

void flow_mark_named(World *w, Type *type, MemberKind kind, Text name, int32_t binding, const Node *from,
                     const char *text) {
    Selection s = select_all(w, from, text);
    TypeList warned = {0};
    bool unknown = binding == BINDING_Unknown || binding & ~63 || binding & BINDING_IgnoreCase;
    if (type->kind == TYPE_Var || type->kind == TYPE_MVar || (type->is_open && !type->is_generic_definition))
        return;
    s.name = name;
    s.bases = true;
    s.take_public = unknown || binding & BINDING_Public;
    s.take_other = unknown || binding & BINDING_NonPublic;
    if (!unknown && (binding & (BINDING_Static | BINDING_Instance)) != 0) {
        s.take_static = (binding & BINDING_Static) != 0;
        s.take_instance = (binding & BINDING_Instance) != 0;
    }
    mark_reflectable_type(w, type, from, text);
    named_take(&s, type, kind);
    s.warned = &warned;
    if (flow_has_asker(w))
        named_take(&s, type, kind);
}

// ---- Generic arguments --------------------------------------------------------------------------

void flow_mark_type_arguments(World *w, const Type *type, const Node *from) {
    if (!type->arg_count || !type->def->rid)
        return;
    TypeNode *node = type_node(w, type);
    if (node->arguments_met ||
        !(flow_facts(w, type->def->module)->types[type->def->rid - 1] & TYPE_DamGeneric))
        return;
    node->arguments_met = true;
    for (uint32_t i = 0; i < type->arg_count; i++) {
        uint32_t flags = flow_generic_flags(w, type->def, NULL, i);
        if (flags)
            members_mark(w, type->args[i], flags, from, "argument of an annotated generic parameter");
    }
}

bool flow_has_annotated_generics(World *w, const Method *method) {
    const TypeDef *owner = method->owner->def;
    return (method->arg_count && flow_method_bits(w, method->def) & METHOD_DamGeneric) ||
           (method->owner->arg_count && owner->rid &&
            flow_facts(w, owner->module)->types[owner->rid - 1] & TYPE_DamGeneric);
}

void flow_mark_method_arguments(World *w, const Method *method, const Node *from) {
    flow_mark_type_arguments(w, method->owner, from);
    if (!method->arg_count || !(flow_method_bits(w, method->def) & METHOD_DamGeneric))
        return;
    for (uint32_t i = 0; i < method->arg_count; i++) {
        uint32_t flags = flow_generic_flags(w, NULL, method->def, i);
        if (flags)
            members_mark(w, method->args[i], flags, from, "argument of an annotated generic parameter");
    }
}

// ---- object.GetType -----------------------------------------------------------------------------

/// Flags asked for by GetType calls on `type` or something it derives from.
static uint32_t asked_flags(World *w, Type *type) {
    uint32_t flags = 0, count;
    for (Type *at = type; at; at = type_base(w->ts, at))
        flags |= type_node(w, at)->get_type_flags;
    Type *const *interfaces = type_interfaces(w->ts, type, &count);
    for (uint32_t i = 0; i < count; i++)
        flags |= type_node(w, interfaces[i])->get_type_flags;
    return flags;
}

void flow_instance_appears(World *w, Type *type, const Node *from) {
    if (!w->get_type_asked || type->kind != TYPE_Named)
        return;
    uint32_t flags = asked_flags(w, type);
    if (!flags)
        return;
    members_mark(w, type, flags, from, "GetType on an annotated class");
    flow_check_hierarchy(w, type);
}

void flow_mark_get_type(World *w, Type *type, uint32_t flags, const Node *from) {
    TypeNode *node = type_node(w, type);
    if ((node->get_type_flags & flags) == flags)
        return;
    node->get_type_flags |= flags;
    w->get_type_asked = true;
    for (uint32_t i = 0; i < w->marked[NODE_Allocated].count; i++)
        flow_instance_appears(w, (Type *)w->marked[NODE_Allocated].items[i]->entity, from);
}
