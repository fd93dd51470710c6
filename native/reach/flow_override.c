// Overrides and implementations must carry the annotations of what they override (IL2046, IL2092-IL2095,
// IL3003, IL3051).
#include "reach/flow_call.h"

typedef struct Pair {
    World *w;
    const MethodDef *member, *base;
    bool is_interface;
} Pair;

static const char *name_of(const Pair *p, const MethodDef *def) {
    return flow_name_of_def(p->w, def, &p->w->scratch);
}

static void requires_compare(const Pair *p, uint32_t bit, const char *code, const char *attribute) {
    uint32_t own = flow_requires(p->w, p->member) & bit, other = flow_requires(p->w, p->base) & bit;
    // Callers of an instance method are not warned of its class, whose constructor did; but it knows.
    uint32_t own_scope = flow_requires_scope(p->w, p->member) & bit;
    uint32_t other_scope = flow_requires_scope(p->w, p->base) & bit;
    const char *a = name_of(p, p->member), *b = name_of(p, p->base);
    const char *message;
    if ((!other || own_scope) && (!own || other_scope))
        return;
    Arena *arena = &p->w->scratch;
    if (!p->is_interface)
        message =
            own ? arena_format(arena, "Member '%s' with '%s' overrides base member '%s' without '%s'.", a,
                               attribute, b, attribute)
                : arena_format(arena, "Base member '%s' with '%s' has a derived member '%s' without '%s'.", b,
                               attribute, a, attribute);
    else
        message =
            own ? arena_format(arena, "Member '%s' with '%s' implements interface member '%s' without '%s'.",
                               a, attribute, b, attribute)
                : arena_format(
                      arena,
                      "Interface member '%s' with '%s' has an implementation member '%s' without '%s'.", b,
                      attribute, a, attribute);
    flow_report(
        p->w, p->member, false, 0, code,
        arena_format(arena,
                     "%s '%s' annotations must match across all interface implementations or overrides.",
                     message, attribute));
}

static const char same_usage[] =
    "All overridden members must have the same 'DynamicallyAccessedMembersAttribute' usage.";

static void annotations_compare(const Pair *p) {
    World *w = p->w;
    Arena *arena = &w->scratch;
    const char *own = name_of(p, p->member), *other = name_of(p, p->base);
    for (uint32_t i = 0; i < p->member->param_count; i++)
        if (flow_param_flags(w, p->member, i) != flow_param_flags(w, p->base, i))
            flow_report(
                w, p->member, false, 0, "IL2092",
                arena_format(
                    arena,
                    "'DynamicallyAccessedMemberTypes' in 'DynamicallyAccessedMembersAttribute' on the "
                    "parameter '%s' of method '%s' don't match overridden parameter '%s' of method "
                    "'%s'. %s",
                    flow_name_of_param(p->member, i, arena), own, flow_name_of_param(p->base, i, arena),
                    other, same_usage));
    if (flow_return_flags(w, p->member) != flow_return_flags(w, p->base))
        flow_report(
            w, p->member, false, 0, "IL2093",
            arena_format(
                arena,
                "'DynamicallyAccessedMemberTypes' in 'DynamicallyAccessedMembersAttribute' on the return "
                "value of method '%s' don't match overridden return value of method '%s'. %s",
                own, other, same_usage));
    if (flow_this_flags(w, p->member) != flow_this_flags(w, p->base))
        flow_report(
            w, p->member, false, 0, "IL2094",
            arena_format(
                arena,
                "'DynamicallyAccessedMemberTypes' in 'DynamicallyAccessedMembersAttribute' on the implicit "
                "'this' parameter of method '%s' don't match overridden implicit 'this' parameter of "
                "method '%s'. %s",
                own, other, same_usage));
    for (uint32_t i = 0; i < p->member->generic_count; i++)
        if (flow_generic_flags(w, NULL, p->member, i) != flow_generic_flags(w, NULL, p->base, i))
            flow_report(
                w, p->member, false, 0, "IL2095",
                arena_format(
                    arena,
                    "'DynamicallyAccessedMemberTypes' in 'DynamicallyAccessedMembersAttribute' on the "
                    "generic parameter '%s' of '%s' don't match overridden generic parameter '%s' of "
                    "'%s'. %s",
                    flow_name_of_generic(NULL, p->member, i, arena), own,
                    flow_name_of_generic(NULL, p->base, i, arena), other, same_usage));
}

static void pair_check(World *w, const Method *member, const Method *base, bool is_interface) {
    if (!member || !base || !member->def || !base->def || member->def == base->def ||
        member->def->param_count != base->def->param_count || member->synthetic != SYNTHETIC_None)
        return;
    uint32_t bits = METHOD_Dam | METHOD_DamGeneric | TYPE_Requires << METHOD_RequiresShift;
    if (!((flow_method_bits(w, member->def) | flow_method_bits(w, base->def)) & bits))
        return;
    Pair pair = {w, member->def, base->def, is_interface};
    requires_compare(&pair, REQUIRES_UnreferencedCode, "IL2046", "RequiresUnreferencedCodeAttribute");
    requires_compare(&pair, REQUIRES_DynamicCode, "IL3051", "RequiresDynamicCodeAttribute");
    requires_compare(&pair, REQUIRES_AssemblyFiles, "IL3003", "RequiresAssemblyFilesAttribute");
    annotations_compare(&pair);
}

/// The type names the interface, or one that extends it, among those it implements; what its base implements
/// is compared there.
static bool is_declared(World *w, Type *type, const Type *interface) {
    uint32_t count, inherited_count;
    Type *const *declared = type_declared_interfaces(w->ts, type, &count);
    for (uint32_t i = 0; i < count; i++) {
        Type *const *inherited = type_interfaces(w->ts, declared[i], &inherited_count);
        if (declared[i] == interface)
            return true;
        for (uint32_t k = 0; k < inherited_count; k++)
            if (inherited[k] == interface)
                return true;
    }
    return false;
}

static void interfaces_check(World *w, Type *type) {
    uint32_t count, method_count;
    Type *const *interfaces = type_interfaces(w->ts, type, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (!is_declared(w, type, interfaces[i]))
            continue;
        Method *const *methods = type_methods(w->ts, interfaces[i], &method_count);
        for (uint32_t k = 0; k < method_count; k++) {
            Method *target = NULL;
            if (!methods[k]->def->is_virtual || methods[k]->def->is_static)
                continue;
            ResolveKind kind = type_resolve_interface(w->ts, type, methods[k], &target);
            if (kind == RESOLVE_Class && target && target->owner->def == type->def)
                pair_check(w, target, methods[k], true);
        }
    }
}

void flow_check_overrides(World *w, Type *type) {
    if (type->kind != TYPE_Named || !type->def->rid || flow_is_framework(w, type->def->module))
        return;
    ModuleMarks *marks = module_marks(w, type->def->module);
    if (marks->types[type->def->rid - 1] & TYPE_OVERRIDES_CHECKED)
        return;
    marks->types[type->def->rid - 1] |= TYPE_OVERRIDES_CHECKED;
    flow_check_annotations(w, type->def);
    flow_check_base_arguments(w, type);
    Type *base = type_base(w->ts, type);
    uint32_t count, base_count = 0;
    const VirtualSlot *slots = type_virtual_slots(w->ts, type, &count);
    const VirtualSlot *base_slots = base ? type_virtual_slots(w->ts, base, &base_count) : NULL;
    for (uint32_t i = 0; i < count && i < base_count; i++)
        if (slots[i].implementation && slots[i].implementation->owner == type)
            pair_check(w, slots[i].implementation,
                       base_slots[i].implementation ? base_slots[i].implementation
                                                    : base_slots[i].declaration,
                       false);
    interfaces_check(w, type);
}
