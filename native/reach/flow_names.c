// Names of members as trim warnings print them: namespaces only in front of the owner, arity kept, parameters
// of a definition by their names in the source.
#include "reach/flow_call.h"

typedef struct Printer {
    World *w;
    TextBuilder out;
    const MethodDef *method; // whose generic parameters stand in open types
    const TypeDef *type;
} Printer;

static Text parameter_name(const Module *module, Token owner, uint32_t index) {
    uint32_t count, row = sorted_rows_find(module->image, COLUMN_GenericParam_Owner, owner, &count);
    for (uint32_t i = 0; row && i < count; i++)
        if (column_read(module->image, COLUMN_GenericParam_Number, row + i) == index)
            return column_text(module->image, COLUMN_GenericParam_Name, row + i);
    return TEXT_LITERAL("?");
}

static void variable_print(Printer *p, const Type *type) {
    if (type->kind == TYPE_MVar && !p->method)
        text_append_format(&p->out, "!!%u", type->index);
    else if (type->kind == TYPE_MVar)
        text_append(&p->out, parameter_name(p->method->owner->module,
                                            token_make(TABLE_MethodDef, p->method->rid), type->index));
    else if (type->kind == TYPE_Var && p->type)
        text_append(&p->out,
                    parameter_name(p->type->module, token_make(TABLE_TypeDef, p->type->rid), type->index));
    else
        text_append_z(&p->out, "T");
}

static void def_print(Printer *p, const TypeDef *def, bool with_namespace) {
    if (def->enclosing) {
        def_print(p, def->enclosing, with_namespace);
        text_append_z(&p->out, ".");
    } else if (with_namespace && def->name_space.size) {
        text_append(&p->out, def->name_space);
        text_append_z(&p->out, ".");
    }
    text_append(&p->out, def->name);
}

static void type_print(Printer *p, const Type *type, bool with_namespace);

static void args_print(Printer *p, Type *const *args, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        text_append_z(&p->out, i ? "," : "<");
        type_print(p, args[i], false);
    }
    if (count)
        text_append_z(&p->out, ">");
}

/// The definition seen through its own parameters prints without arguments.
static bool is_own_instance(const Type *type) {
    for (uint32_t i = 0; i < type->arg_count; i++)
        if (type->args[i]->kind != TYPE_Var || type->args[i]->index != i)
            return false;
    return true;
}

static void type_print(Printer *p, const Type *type, bool with_namespace) {
    switch (type->kind) {
    case TYPE_Named:
        def_print(p, type->def, with_namespace);
        if (!with_namespace || !is_own_instance(type))
            args_print(p, type->args, type->arg_count);
        return;
    case TYPE_SzArray:
    case TYPE_Array:
        type_print(p, type->element, with_namespace);
        text_append_z(&p->out, "[");
        for (uint32_t i = 1; i < type->rank; i++)
            text_append_z(&p->out, ",");
        text_append_z(&p->out, "]");
        return;
    case TYPE_Pointer:
    case TYPE_ByRef:
        type_print(p, type->element, with_namespace);
        text_append_z(&p->out, type->kind == TYPE_Pointer ? "*" : "&");
        return;
    case TYPE_FunctionPointer: text_append_z(&p->out, "function pointer"); return;
    case TYPE_Var:
    case TYPE_MVar: variable_print(p, type); return;
    }
}

/// "Name.get" and the like; false if the method is no accessor.
static bool accessor_print(Printer *p, const MethodDef *def) {
    static const struct {
        const char *prefix, *part;
    } parts[] = {{"get_", "get"}, {"set_", "set"}, {"add_", "add"}, {"remove_", "remove"}};
    if (!(def->flags & 0x0800)) // SpecialName
        return false;
    size_t dot = 0; // explicit implementations have the interface in front
    for (size_t i = 0; i < def->name.size; i++)
        if (def->name.data[i] == '.')
            dot = i + 1;
    Text name = {def->name.data + dot, def->name.size - dot};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        size_t size = strlen(parts[i].prefix);
        if (!text_starts_with(name, parts[i].prefix))
            continue;
        text_append(&p->out, (Text){def->name.data, dot});
        text_append(&p->out, (Text){name.data + size, name.size - size});
        text_append_format(&p->out, ".%s", parts[i].part);
        return true;
    }
    return false;
}

/// Only they print with parameters.
static bool is_event_accessor(const MethodDef *def) {
    return text_starts_with(def->name, "add_") || text_starts_with(def->name, "remove_");
}

static const char *printed(Printer *p) {
    return text_built(&p->out).data;
}

const char *flow_name_of_method(World *w, const Method *method, const MethodDef *context, Arena *arena) {
    const MethodDef *def = method->def;
    Printer p = {.w = w, .out = {.arena = arena}, .method = context, .type = context ? context->owner : NULL};
    type_print(&p, method->owner, true);
    text_append_z(&p.out, ".");
    bool is_accessor = accessor_print(&p, def);
    if (is_accessor && !is_event_accessor(def))
        return printed(&p);
    bool is_instance_constructor = def->is_constructor && def != def->owner->static_constructor;
    if (!is_accessor)
        text_append(&p.out, is_instance_constructor ? def->owner->name : def->name);
    if (method->arg_count)
        args_print(&p, method->args, method->arg_count);
    for (uint32_t i = 0; !method->arg_count && i < def->generic_count; i++) {
        text_append_z(&p.out, i ? "," : "<");
        text_append(&p.out, parameter_name(def->owner->module, token_make(TABLE_MethodDef, def->rid), i));
        if (i + 1 == def->generic_count)
            text_append_z(&p.out, ">");
    }
    if (!method->arg_count) // open over its own parameters, which have no names on an instance of the type
        p.method = is_own_instance(method->owner) ? def : NULL;
    text_append_z(&p.out, "(");
    for (uint32_t i = 0; i < method->signature->param_count; i++) {
        if (i)
            text_append_z(&p.out, ",");
        type_print(&p, method->signature->params[i], false);
    }
    text_append_z(&p.out, ")");
    return printed(&p);
}

const char *flow_name_of_def(World *w, const MethodDef *def, Arena *arena) {
    Failure failure = {0};
    Type *owner = type_from_def(w->ts, def->owner);
    const Method *method = method_instantiate(w->ts, def, owner, NULL, 0, &failure);
    return method ? flow_name_of_method(w, method, def, arena) : "?";
}

const char *flow_name_of_type(World *w, const TypeDef *def, Arena *arena) {
    Printer p = {.w = w, .out = {.arena = arena}};
    def_print(&p, def, true);
    return printed(&p);
}

const char *flow_name_of_field(World *w, const FieldDef *def, Arena *arena) {
    return arena_format(arena, "%s.%.*s", flow_name_of_type(w, def->owner, arena), TEXT_ARG(def->name));
}

const char *flow_name_of_property(World *w, const TypeDef *owner, uint32_t rid, Arena *arena) {
    return arena_format(arena, "%s.%.*s", flow_name_of_type(w, owner, arena),
                        TEXT_ARG(column_text(owner->module->image, COLUMN_Property_Name, rid)));
}

const char *flow_name_of_origin(World *w, const FlowOrigin *origin, Arena *arena) {
    Module *module = (Module *)origin->module;
    uint32_t rid = token_rid(origin->token);
    switch (token_table(origin->token)) { // NOLINT: there are no others
    case TABLE_MethodDef: return flow_name_of_def(w, method_def_get(w->ts, module, rid), arena);
    case TABLE_Field: return flow_name_of_field(w, field_def_get(w->ts, module, rid), arena);
    case TABLE_Property: return flow_name_of_property(w, origin->owner, rid, arena);
    default: return flow_name_of_type(w, origin->owner, arena);
    }
}

const char *flow_name_of_param(const MethodDef *def, uint32_t index, Arena *arena) {
    uint32_t row = flow_param_row(def, index + 1);
    Text name = row ? column_text(def->owner->module->image, COLUMN_Param_Name, row) : TEXT_LITERAL("");
    return arena_format(arena, "%.*s", TEXT_ARG(name));
}

const char *flow_name_of_generic(const TypeDef *type, const MethodDef *method, uint32_t index, Arena *arena) {
    const Module *module = method ? method->owner->module : type->module;
    Token owner = method ? token_make(TABLE_MethodDef, method->rid) : token_make(TABLE_TypeDef, type->rid);
    Text name = parameter_name(module, owner, index);
    return arena_format(arena, "%.*s", TEXT_ARG(name));
}
