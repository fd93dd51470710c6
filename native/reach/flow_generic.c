// Instances of generic types and methods made by reflection: exact ones are kept, unknown arguments meet the
// demands of the parameters (reach.md 4.2).
#include "reach/flow_intrinsic.h"

/// Type arguments of a Type[]: exact if every element has one type.
static bool exact_arguments(FlowSet set, Type **args, uint32_t count) {
    if (set.count != 1 || set.items[0]->kind != VALUE_Array)
        return false;
    const FlowArray *array = set.items[0]->array;
    if (array->unknown || array->size != count)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        if (array->elements[i].count != 1 || array->elements[i].items[0]->kind != VALUE_Type)
            return false;
        args[i] = array->elements[i].items[0]->type;
        if (args[i]->is_open || args[i]->is_generic_definition)
            return false;
    }
    return true;
}

enum { GENERIC_PARAMETERS_MAX = 16 };

static uint32_t constraint_flags(const TypeDef *type, const MethodDef *method, uint32_t index) {
    return generic_param_flags(type, method, index);
}

/// What a parameter demands of its argument: the annotation, and a constructor for new() (II.23.1.7).
static uint32_t demanded_flags(World *w, const TypeDef *type, const MethodDef *method, uint32_t index) {
    uint32_t flags = flow_generic_flags(w, type, method, index);
    return constraint_flags(type, method, index) & 0x10 ? flags | DAM_PublicParameterlessConstructor : flags;
}

/// Each element of the arguments against its parameter; unknown arrays: false if something was demanded.
static bool arguments_require(Call *c, FlowSet set, const TypeDef *type, const MethodDef *method,
                              uint32_t count) {
    bool demanded = false, followed = set.count > 0;
    for (uint32_t i = 0; i < count; i++)
        demanded |= demanded_flags(c->f->w, type, method, i) != 0;
    for (uint32_t k = 0; k < set.count; k++) {
        const FlowArray *array = set.items[k]->kind == VALUE_Array ? set.items[k]->array : NULL;
        if (!array || array->unknown || array->size != count) {
            followed &= set.items[k]->kind == VALUE_Null;
            continue;
        }
        for (uint32_t i = 0; i < count; i++) {
            Place place = {.kind = PLACE_Generic, .type = type, .method = method, .index = i};
            place.flags = demanded_flags(c->f->w, type, method, i);
            if (place.flags)
                flow_require(c->f, array->elements[i], &place);
        }
    }
    return followed || !demanded;
}

static bool all_reference_constrained(const TypeDef *type, const MethodDef *method, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        if (!(constraint_flags(type, method, i) & 0x04))
            return false;
    return count > 0;
}

/// Instances over references can be made; over value types that are known beside them, too.
static void template_arguments_seen(Call *c, const TypeDef *def, FlowSet set) {
    World *w = c->f->w;
    Type *args[GENERIC_PARAMETERS_MAX] = {NULL};
    if (!w->makes_types || !c->f->final)
        return;
    const FlowArray *array = set.count == 1 && set.items[0]->kind == VALUE_Array ? set.items[0]->array : NULL;
    for (uint32_t i = 0; array && !array->unknown && array->size == def->generic_count && i < array->size;
         i++)
        if (array->elements[i].count == 1 && array->elements[i].items[0]->kind == VALUE_Type)
            args[i] = array->elements[i].items[0]->type;
    for (uint32_t i = 0; i < def->generic_count; i++)
        if (args[i] && (args[i]->is_open || args[i]->is_generic_definition))
            return;
    Type *template = type_template_of(w->ts, def, args);
    if (template)
        mark_allocated(w, template, c->f->from, "MakeGenericType");
}

static void make_generic_type(Call *c, const FlowValue *value) {
    Flow *f = c->f;
    const TypeDef *def = value->kind == VALUE_Type ? value->type->def : NULL;
    FlowSet arguments = param(c, 0);
    Type *args[GENERIC_PARAMETERS_MAX];
    Failure failure = {0};
    if (value->kind == VALUE_Null)
        return;
    if (!def || !def->generic_count || def->generic_count > GENERIC_PARAMETERS_MAX) {
        if (f->final && value->kind != VALUE_Type)
            flow_warn(f, "IL2055",
                      "Call to '%s' can not be statically analyzed. It's not possible to guarantee the "
                      "availability of "
                      "requirements of the generic type.",
                      flow_method_name(f, c->def));
        if (f->final)
            flow_warn_dynamic_code(c->f, c->def);
        result_add(c, *value); // what the definition promises, its instances keep
        return;
    }
    if (exact_arguments(arguments, args, def->generic_count)) {
        Type *type = type_instantiate(f->w->ts, def, args, def->generic_count, &failure);
        if (type && f->final)
            mark_reflectable_type(f->w, type, f->from, "MakeGenericType");
        if (type)
            result_add(c, (FlowValue){.kind = VALUE_Type, .type = type});
    } else {
        template_arguments_seen(c, def, arguments);
        // Members looked up on the unknown instance are those of the definition.
        result_add(c, (FlowValue){.kind = VALUE_Type, .type = type_from_def(f->w->ts, def)});
        if (f->final && !all_reference_constrained(def, NULL, def->generic_count))
            flow_warn_dynamic_code(c->f, c->def);
    }
    // Nullable<T> stands for T: what is asked of one is asked of the other.
    if (f->final && !def->is_nullable && !arguments_require(c, arguments, def, NULL, def->generic_count))
        flow_warn(
            f, "IL2055",
            "Call to '%s' can not be statically analyzed. It's not possible to guarantee the availability of "
            "requirements of the generic type.",
            flow_method_name(f, c->def));
}

void call_make_generic_type(Call *c) {
    for (uint32_t i = 0; i < c->args[0].count; i++)
        make_generic_type(c, c->args[0].items[i]);
    if (!c->known)
        c->result = returned(c);
    c->known = true;
}

static void make_generic_method(Call *c, const FlowValue *value) {
    Flow *f = c->f;
    const Method *method = value->kind == VALUE_Method ? value->method : NULL;
    FlowSet arguments = param(c, 0);
    Type *args[GENERIC_PARAMETERS_MAX];
    Failure failure = {0};
    if (value->kind == VALUE_Null || (method && !method->def->generic_count))
        return;
    if (!method || method->def->generic_count > GENERIC_PARAMETERS_MAX) {
        if (f->final) {
            flow_warn(f, "IL2060",
                      "Call to '%s' can not be statically analyzed. It's not possible to guarantee the "
                      "availability of "
                      "requirements of the generic method.",
                      flow_method_name(f, c->def));
            flow_warn_dynamic_code(c->f, c->def);
        }
        return;
    }
    uint32_t count = method->def->generic_count;
    bool closed_owner = !method->owner->is_open && !method->owner->is_generic_definition;
    if (closed_owner && exact_arguments(arguments, args, count)) {
        Method *instance = method_instantiate(f->w->ts, method->def, method->owner, args, count, &failure);
        if (instance && f->final)
            mark_reflectable_method(f->w, instance, f->from, "MakeGenericMethod");
        if (instance)
            result_add(c, (FlowValue){.kind = VALUE_Method, .method = instance});
    } else {
        result_add(c, *value);
        if (f->final && !all_reference_constrained(NULL, method->def, count))
            flow_warn_dynamic_code(c->f, c->def);
    }
    if (f->final && !arguments_require(c, arguments, NULL, method->def, count))
        flow_warn(
            f, "IL2060",
            "Call to '%s' can not be statically analyzed. It's not possible to guarantee the availability of "
            "requirements of the generic method.",
            flow_method_name(f, c->def));
}

void call_make_generic_method(Call *c) {
    for (uint32_t i = 0; i < c->args[0].count; i++)
        make_generic_method(c, c->args[0].items[i]);
    if (!c->known)
        c->result = returned(c);
    c->known = true;
}

void call_method_from_handle(Call *c) {
    for (uint32_t i = 0; i < c->args[0].count; i++)
        if (c->args[0].items[i]->kind == VALUE_MethodHandle)
            result_add(c, (FlowValue){.kind = VALUE_Method, .method = c->args[0].items[i]->method});
        else
            flow_set_add(c->f, &c->result, returned(c));
    c->known = c->result.count > 0;
}
