// Members that reflection finds and that have requirements of their own: Requires* (IL2026, IL3050, IL3002)
// and DynamicallyAccessedMembers on fields, parameters and results (IL2110, IL2111). Whoever makes them
// visible is warned: a body, an attribute, or the annotation of a type (IL2112 to IL2115).
#include "reach/flow_call.h"

bool flow_has_asker(const World *w) {
    if (w->asker)
        return !flow_is_framework(w, w->asker->module);
    return w->flow && w->flow->body->module && !flow_is_framework(w, w->flow->body->module);
}

// ---- Members ------------------------------------------------------------------------------------

/// Lambda, local function or member of a state machine: "<Run>b__0", "<Run>g__Local|0_0", "<Run>d__0".
static bool has_generated_form(Text name, const char *kinds) {
    size_t end = name.size;
    if (!name.size || name.data[0] != '<')
        return false;
    while (end && name.data[end - 1] != '>')
        end--;
    return end && end + 2 < name.size && strchr(kinds, name.data[end]) && name.data[end + 1] == '_' &&
           name.data[end + 2] == '_';
}

static bool is_nested_function(const MethodDef *def) {
    return has_generated_form(def->name, "bg") || has_generated_form(def->owner->name, "d");
}

/// Somebody who calls the method by reflection, or overrides it at run time, need not know of the
/// annotations.
static bool method_is_annotated(World *w, const Method *method) {
    const MethodDef *def = method->def;
    if (!(flow_method_bits(w, def) & METHOD_Dam))
        return false;
    for (uint32_t i = 0; i < method->signature->param_count; i++)
        if (flow_param_flags(w, def, i) && flow_holds_types(w, method->signature->params[i]))
            return true;
    return flow_this_flags(w, def) || (def->is_virtual && flow_return_flags(w, def) &&
                                       flow_holds_types(w, method->signature->return_type));
}

// ---- The annotation of a type -------------------------------------------------------------------

static bool is_within(const TypeDef *def, const TypeDef *outer) {
    while (def && def != outer)
        def = def->enclosing;
    return def != NULL;
}

/// At the member if the type or one nested in it declares it, else at the type.
static void hierarchy_warn(World *w, FlowOrigin member, const char *own_code, const char *base_code,
                           const char *rest) {
    const FlowOrigin *type = w->asker;
    bool is_own = is_within(member.owner, type->owner);
    Arena *arena = &w->scratch;
    flow_report_at(
        w, is_own ? &member : type, is_own ? own_code : base_code,
        arena_format(
            arena,
            "'DynamicallyAccessedMembersAttribute' on '%s' or one of its base types references '%s' %s",
            flow_name_of_origin(w, type, arena), flow_name_of_origin(w, &member, arena), rest));
}

static void hierarchy_warn_member(World *w, FlowOrigin member, const MethodDef *def, bool has_requirement,
                                  bool is_annotated) {
    if (has_requirement) {
        const char *message = flow_unreferenced_message(member.owner, def, &w->scratch);
        size_t size = strlen(message);
        const char *stop = size && message[size - 1] != '.' ? "." : "";
        hierarchy_warn(w, member, "IL2112", "IL2113",
                       arena_format(&w->scratch, "which requires unreferenced code.%s%s", message, stop));
    }
    if (is_annotated)
        hierarchy_warn(w, member, "IL2114", "IL2115",
                       "which has 'DynamicallyAccessedMembersAttribute' requirements.");
}

void flow_check_hierarchy(World *w, Type *type) {
    const TypeDef *def = type->kind == TYPE_Named ? type->def : NULL;
    if (!def || !def->rid || flow_is_framework(w, def->module))
        return;
    uint8_t *seen = &module_marks(w, def->module)->types[def->rid - 1];
    Type *self = type_from_def(w->ts, def), *base = type_base(w->ts, self);
    uint32_t flags = flow_type_flags(w, self), count;
    if (*seen & TYPE_HIERARCHY_CHECKED || !flags)
        return;
    *seen |= TYPE_HIERARCHY_CHECKED;
    const FlowOrigin *asker = w->asker;
    FlowOrigin origin = flow_origin(def, TABLE_TypeDef, def->rid);
    origin.is_annotation = true;
    Type *const *interfaces = type_interfaces(w->ts, self, &count);
    // What a base or interface has of the annotation itself is its own affair.
    if (base)
        flow_check_hierarchy(w, base);
    for (uint32_t i = 0; i < count; i++)
        flow_check_hierarchy(w, interfaces[i]);
    w->asker = &origin;
    uint32_t of_base = base ? flow_type_flags(w, base) : 0;
    if (base && flags & ~of_base)
        flow_warn_members(w, base, flags == DAM_All ? DAM_All : flags & ~of_base, true);
    for (uint32_t i = 0; i < count && flags == DAM_All; i++)
        if (flow_type_flags(w, interfaces[i]) != DAM_All)
            flow_warn_members(w, interfaces[i], DAM_All, true);
    flow_warn_members(w, self, flags, false);
    w->asker = asker;
}

// ---- Whoever asks -------------------------------------------------------------------------------

void flow_warn_method(World *w, const Method *method, bool by_token) {
    const MethodDef *def = method->def;
    Arena *arena = &w->scratch;
    bool is_annotated = method_is_annotated(w, method);
    if (!by_token && is_nested_function(def))
        return;
    if (w->asker && w->asker->is_annotation) {
        bool needs = flow_requires_scope(w, def) & REQUIRES_UnreferencedCode;
        hierarchy_warn_member(w, flow_origin(def->owner, TABLE_MethodDef, def->rid), def, needs,
                              is_annotated);
        return;
    }
    if (!is_annotated && !flow_requires_scope(w, def))
        return;
    bool of_instance = method->owner->arg_count && !method->owner->is_open;
    const char *name = by_token      ? flow_method_name(w->flow, def)
                       : of_instance ? flow_name_of_method(w, method, NULL, arena)
                                     : flow_name_of_def(w, def, arena);
    flow_warn_requires_reflected(w, def, name, arena);
    if (is_annotated)
        flow_warn_asker(
            w, "IL2111",
            "Method '%s' with parameters or return value with `DynamicallyAccessedMembersAttribute` "
            "is accessed via reflection. Trimmer can't guarantee availability of the requirements "
            "of the method.",
            name);
}

void flow_warn_field(World *w, const Field *field) {
    const FieldDef *def = field->def;
    bool is_annotated = flow_field_flags(w, def) && flow_holds_types(w, field->type);
    if (w->asker && w->asker->is_annotation) {
        bool needs = flow_field_requires(w, def) & REQUIRES_UnreferencedCode;
        hierarchy_warn_member(w, flow_origin(def->owner, TABLE_Field, def->rid), NULL, needs, is_annotated);
        return;
    }
    flow_warn_requires_field(w, def, &w->scratch);
    if (is_annotated)
        flow_warn_asker(
            w, "IL2110",
            "Field '%s' with 'DynamicallyAccessedMembersAttribute' is accessed via reflection. Trimmer "
            "can't guarantee availability of the requirements of the field.",
            flow_name_of_field(w, def, &w->scratch));
}

// ---- Generic bases ------------------------------------------------------------------------------

static void arguments_warn(World *w, const Type *type) {
    for (uint32_t i = 0; i < type->arg_count; i++) {
        uint32_t flags = flow_generic_flags(w, type->def, NULL, i);
        if (flags && !type->args[i]->is_open)
            flow_warn_members(w, type->args[i], flags, true);
    }
}

void flow_check_base_arguments(World *w, Type *type) {
    const TypeDef *def = type->def;
    FlowOrigin origin = flow_origin(def, TABLE_TypeDef, def->rid);
    Type *self = type_from_def(w->ts, def), *base = type_base(w->ts, self);
    uint32_t count;
    Type *const *interfaces = type_declared_interfaces(w->ts, self, &count);
    const FlowOrigin *asker = w->asker;
    w->asker = &origin;
    if (base)
        arguments_warn(w, base);
    for (uint32_t i = 0; i < count; i++)
        arguments_warn(w, interfaces[i]);
    w->asker = asker;
}
