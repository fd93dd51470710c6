// Instances made at run time (generics-and-dispatch.md 2.6). For every generic definition that reflection can
// make instances of there is a template: its canonical form, compiled like any other instance. Its bodies
// find the types that depend on the arguments through their context; MethodTable, vtable and selector row
// serve all instances over references. Slots and selectors are numbered by canonical owner then, so that the
// tables of a template fit exact callers too.
#include "reach/world.h"

// ---- Does the program make types? ---------------------------------------------------------------

/// The type loader is asked for what is not there.
static bool is_maker(const Method *method) {
    static const char *const names[] = {"TryBuildGenericType", "TryBuildArrayType", "TryBuildGenericMethod"};
    if (!method->def || !text_equal_z(method->def->owner->name, "TypeBuilder") ||
        !text_equal_z(method->def->owner->name_space, "Internal.Runtime.TypeLoader"))
        return false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (text_equal_z(method->def->name, names[i]))
            return true;
    return false;
}

bool world_is_outdated(World *w) {
    const NodeList *methods = &w->marked[NODE_Method];
    if (w->makes_types)
        return false;
    for (; w->makers_sought < methods->count && !w->maker_found; w->makers_sought++)
        w->maker_found = is_maker(methods->items[w->makers_sought]->entity);
    return w->maker_found;
}

bool reach_makes_types(const Reach *reach) {
    return reach->makes_types;
}

// ---- Canonical code -----------------------------------------------------------------------------

ContextSource reach_context_source(const Method *method) {
    if (!method_has_placeholder(method) || method->synthetic == SYNTHETIC_UnboxingStub)
        return CONTEXT_None;
    if (method->synthetic == SYNTHETIC_None && method->arg_count)
        return CONTEXT_Dictionary;
    bool has_this = method->signature->has_this && !method->signature->explicit_this;
    if (method->owner->def && method->owner->def->is_interface) // which the class may implement several times
        return CONTEXT_Type;
    if (method->synthetic == SYNTHETIC_ContextStub)
        return has_this ? CONTEXT_This : CONTEXT_Type; // an object, of structs too
    if (method->synthetic != SYNTHETIC_None && method->synthetic != SYNTHETIC_GetFieldHelper)
        return has_this ? CONTEXT_This : CONTEXT_Type;
    return has_this && !method->owner->is_value_type ? CONTEXT_This : CONTEXT_Type;
}

void canonical_argument_mark(World *w, Type *argument, const Node *from) {
    mark_necessary(w, argument, from, "context of canonical code");
    if (!argument->def || argument->def->is_placeholder)
        return;
    mark_metadata(w, argument, from, "context of canonical code");
    if (argument->def->is_delegate)
        mark_allocated(w, argument, from, "context of canonical code");
}

const Method *method_served(World *w, const Method *method, const Node *from) {
    if (!w->makes_types || !method_has_placeholder(method))
        return method;
    const Method *code = method_canonical(w->ts, method);
    mark_necessary(w, method->owner, from, "context of canonical code");
    for (uint32_t i = 0; method->synthetic == SYNTHETIC_None && i < method->arg_count; i++)
        canonical_argument_mark(w, method->args[i], from);
    if (reach_context_source(code) == CONTEXT_Dictionary && !method_node(w, code)->is_template) {
        method_node(w, code)->is_template = true;
        ARRAY_PUSH(&w->arena, &w->template_methods, code);
        mark_method_metadata(w, code->def, from);
        mark_metadata(w, code->owner, from, "owner of a generic method");
    }
    return code;
}

const Method *const *reach_template_methods(const Reach *reach, uint32_t *count) {
    *count = reach->world->template_methods.count;
    return reach->world->template_methods.items;
}

// ---- Slots --------------------------------------------------------------------------------------

const Method *dispatch_key(const World *w, const Method *declaration) {
    if (!w->makes_types || declaration->synthetic != SYNTHETIC_None || !declaration->def)
        return declaration;
    if (is_open_generic_virtual(declaration))
        return method_canonical(w->ts, declaration);
    Type *owner = type_canonical(w->ts, declaration->owner);
    Failure failure = {0};
    if (owner == declaration->owner)
        return declaration;
    const Method *key = method_instantiate(w->ts, declaration->def, owner, declaration->args,
                                           declaration->arg_count, &failure);
    return key ? key : declaration;
}

bool derives(const World *w, Type *type, const Type *base) {
    if (type_is_derived_from(w->ts, type, base))
        return true;
    if (!w->makes_types || !base->arg_count)
        return false;
    const Type *form = type_canonical(w->ts, base);
    if (form == base && !base->has_placeholder)
        return false;
    for (Type *at = type; at; at = type_base(w->ts, at))
        if (type_canonical(w->ts, at) == form)
            return true;
    return false;
}

bool is_open_generic_virtual(const Method *declaration) {
    for (uint32_t i = 0; i < declaration->arg_count; i++)
        if (declaration->args[i]->has_placeholder)
            return true;
    return false;
}

const GenericOverride *reach_generic_overrides(const Reach *reach, uint32_t *count) {
    *count = reach->world->generic_overrides.count;
    return reach->world->generic_overrides.items;
}

// ---- Templates ----------------------------------------------------------------------------------

static void template_mark(World *w, Type *type, const Node *from) {
    if (type && type != type_from_def(w->ts, type->def))
        mark_allocated(w, type, from, "template of instances made at run time");
}

/// Its template has instances: one whose MethodTable is here may be asked for as well.
static void instance_complete(World *w, Type *type, const Node *from) {
    if (!(type->def && type->def->is_byref_like))
        mark_constructed(w, type, from, "instance of a template");
}

/// Its instances multiply each other: Select of an iterator makes an iterator over each result type that the
/// program selects.
static bool has_generic_virtuals(World *w, Type *type) {
    uint32_t count;
    const VirtualSlot *slots = type_virtual_slots(w->ts, type, &count);
    for (uint32_t i = 0; i < count; i++)
        if (slots[i].declaration->def && slots[i].declaration->def->generic_count)
            return true;
    return false;
}

/// Instances of one canonical form that have tables of their own: exact code in a table is faster by the
/// questions that canonical code asks through its context.
static uint32_t own_tables_limit(World *w, Type *form) {
    enum { OWN_TABLES = 4, OWN_TABLES_FOR_SPEED = 64 };
    if (w->reach->request->codegen.preference == PREFERENCE_Speed)
        return OWN_TABLES_FOR_SPEED;
    return has_generic_virtuals(w, form) ? 1 : OWN_TABLES;
}

TypeNode *template_of_tables(World *w, TypeNode *node) {
    if (!w->makes_types || node->type->has_placeholder)
        return NULL;
    TypeNode *form = type_node(w, type_canonical(w->ts, node->type));
    if (form == node || !form->type->has_placeholder)
        return NULL;
    if (form->own_tables < own_tables_limit(w, form->type)) {
        form->own_tables++;
        return NULL;
    }
    mark_allocated(w, form->type, &node->levels[3], "template of an instance");
    if (form->levels[3].marked)
        node->tables_from = form;
    return node->tables_from;
}

void template_allocated(World *w, TypeNode *form) {
    for (uint32_t i = 0; i < form->instances.count; i++)
        instance_complete(w, form->instances.items[i], &form->levels[3]);
}

/// Static fields that canonical code reaches are those of every instance.
void template_statics(World *w, TypeNode *form, StaticKind kind) {
    for (uint32_t i = 0; i < form->instances.count; i++)
        mark_static_base(w, form->instances.items[i], kind, &form->statics[kind],
                         "static fields of canonical code");
}

void template_definition_seen(World *w, Type *definition, const Node *from) {
    if (!w->makes_types || !definition->is_generic_definition)
        return;
    TypeNode *node = type_node(w, definition);
    if (node->template_from)
        return;
    node->template_from = from;
    template_mark(w, type_template(w->ts, definition->def), from);
    for (uint32_t i = 0; i < node->template_waiters.count; i++)
        template_mark(w, node->template_waiters.items[i], from);
}

void template_instance_appears(World *w, Type *type, const Node *from) {
    if (!w->makes_types || type->has_placeholder || type->is_open)
        return;
    bool is_array = type->kind == TYPE_SzArray && type_is_reference(type->element);
    Type *form = type_canonical(w->ts, type);
    if (form != type) {
        TypeNode *node = type_node(w, form);
        ARRAY_PUSH(&w->arena, &node->instances, type);
        if (node->levels[3].marked)
            instance_complete(w, type, from);
        for (uint32_t kind = STATIC_NonGC; kind <= STATIC_Thread; kind++)
            if (node->statics[kind].marked)
                mark_static_base(w, type, (StaticKind)kind, from, "static fields of canonical code");
    }
    if (form == type || type->kind != TYPE_Named || !type->arg_count) {
        if (is_array)
            mark_allocated(w, form, from, "template of arrays made at run time");
        return;
    }
    TypeNode *definition = type_node(w, type_from_def(w->ts, type->def));
    if (definition->template_from)
        template_mark(w, form, from);
    else
        ARRAY_PUSH(&w->arena, &definition->template_waiters, form);
}

/// Arrays of structs over references; template_instance_appears sees to those of references.
void template_array_allocated(World *w, Type *array, const Node *from) {
    if (!w->makes_types || array->kind != TYPE_SzArray || !array->element->is_value_type ||
        array->has_placeholder)
        return;
    Type *form = type_canonical(w->ts, array);
    if (form != array)
        mark_allocated(w, form, from, "template of arrays made at run time");
}

/// Where one instance can be invoked, so can those that differ in reference arguments.
void template_method_of_instance(World *w, const Method *method, const Node *from) {
    if (!w->makes_types || !method->arg_count || method_has_placeholder(method))
        return;
    const Method *form = method_canonical(w->ts, method);
    if (form != method)
        mark_reflectable_method(w, form, from, "template of methods made at run time");
}

void template_method_seen(World *w, const Method *definition, const Node *from) {
    if (!w->makes_types || !definition->def->generic_count || definition->def->is_abstract ||
        definition->arg_count)
        return;
    Type *owner = definition->owner;
    if (owner->is_generic_definition || owner->is_open)
        owner = type_template(w->ts, owner->def);
    Method *method = owner ? method_template(w->ts, definition->def, owner) : NULL;
    if (method)
        mark_reflectable_method(w, method, from, "template of methods made at run time");
}

// ---- Questions of canonical code ----------------------------------------------------------------

Text reach_lookup(const Reach *reach, LookupKind kind, const void *entity, const Method *context,
                  const Type *part) {
    Reach *r = (Reach *)(uintptr_t)reach; // the list grows while units are lowered, one at a time
    for (uint32_t i = r->lookups.count; i-- > 0 && r->lookups.items[i].context == context;)
        if (r->lookups.items[i].kind == kind && r->lookups.items[i].entity == entity &&
            r->lookups.items[i].part == part)
            return r->lookups.items[i].symbol;
    char name[32];
    int size = snprintf(name, sizeof name, "lookup$%u", r->lookups.count);
    Lookup lookup = {kind, entity, context, part, text_intern(types_texts(r->ts), name, (size_t)size)};
    ARRAY_PUSH(r->program, &r->lookups, lookup);
    return lookup.symbol;
}

/// Arguments by name.
typedef struct Known {
    Type *const *types;
    uint32_t count;
    Type *const *more;
    uint32_t more_count;
} Known;

static bool type_is_known(const Type *type, const Known *known) {
    if (!type->has_placeholder)
        return true;
    for (uint32_t i = 0; i < known->count; i++)
        if (known->types[i] == type)
            return true;
    for (uint32_t i = 0; i < known->more_count; i++)
        if (known->more[i] == type)
            return true;
    if (type->kind == TYPE_FunctionPointer) {
        bool is_known = type_is_known(type->signature->return_type, known);
        for (uint32_t i = 0; i < type->signature->param_count; i++)
            is_known = is_known && type_is_known(type->signature->params[i], known);
        return is_known;
    }
    if (type->kind != TYPE_Named)
        return type_is_known(type->element, known);
    for (uint32_t i = 0; i < type->arg_count; i++)
        if (!type_is_known(type->args[i], known))
            return false;
    return type->arg_count > 0;
}

static bool method_is_known(const Method *method, const Known *known) {
    bool is_known = type_is_known(method->owner, known);
    for (uint32_t i = 0; i < method->arg_count; i++)
        is_known = is_known && type_is_known(method->args[i], known);
    return is_known && (!method->synthetic_method || method_is_known(method->synthetic_method, known));
}

static bool entity_is_known(LookupKind kind, const void *entity, const Known *known) {
    switch (kind) {
    case LOOKUP_TypeHandle:
    case LOOKUP_NonGCStatics:
    case LOOKUP_GCStatics:
    case LOOKUP_ThreadStaticIndex: return type_is_known(entity, known);
    case LOOKUP_MethodDictionary:
    case LOOKUP_MethodHandle:
    case LOOKUP_StaticVirtual: return method_is_known(entity, known);
    case LOOKUP_FieldHandle: return type_is_known(((const Field *)entity)->owner, known);
    }
    return false;
}

/// Everything within `type` by name, also what its arguments are made of.
static bool entity_is_within(LookupKind kind, const void *entity, const Type *type) {
    Known known = {type->args, type->arg_count, NULL, 0};
    if (entity_is_known(kind, entity, &known))
        return true;
    for (uint32_t i = 0; i < type->arg_count; i++)
        if (type->args[i]->has_placeholder && type->args[i]->arg_count &&
            entity_is_within(kind, entity, type->args[i]))
            return true;
    return false;
}

LookupPart reach_lookup_part(const Method *context, const Type *part, LookupKind kind, const void *entity,
                             const Type **found) {
    bool is_array = !part && (context->owner->kind == TYPE_SzArray || context->owner->kind == TYPE_Array);
    bool has_dictionary = !part && reach_context_source(context) == CONTEXT_Dictionary;
    const Type *owner = part ? part : context->owner;
    Known known = {is_array ? &owner->element : owner->args, is_array ? 1 : owner->arg_count,
                   has_dictionary ? context->args : NULL, has_dictionary ? context->arg_count : 0};
    if (entity_is_known(kind, entity, &known))
        return LOOKUP_PART_None;
    for (uint32_t i = 0; i < known.count + known.more_count; i++) {
        const Type *argument = i < known.count ? known.types[i] : known.more[i - known.count];
        *found = argument;
        if (argument->has_placeholder && argument->arg_count && entity_is_within(kind, entity, argument))
            return LOOKUP_PART_Argument;
    }
    return LOOKUP_PART_Several;
}

const Lookup *reach_lookups(const Reach *reach, uint32_t *count) {
    *count = reach->lookups.count;
    return reach->lookups.items;
}
