// What calls do with Type values (reach.md 4.2): annotated parameters ask for members, and the methods of
// flow_intrinsic.def look members up, make instances or pass values on.
#include "reach/flow_intrinsic.h"

// ---- A value at an annotated place --------------------------------------------------------------

/// What the arguments of a generic parameter have is the concern of those who give them: nobody is warned
/// here.
static struct Flow *asker_pause(World *w, const FlowValue *value) {
    struct Flow *asker = w->flow;
    if (value->of_parameter)
        w->flow = NULL;
    return asker;
}

static void require_type(Flow *f, const FlowValue *value, const Place *target) {
    bool annotated = value->place.kind == PLACE_Generic;
    if (annotated && (value->place.flags & target->flags) != target->flags)
        flow_warn_requirement(f, value, target);
    struct Flow *asker = asker_pause(f->w, value);
    flow_mark_members(f->w, value->type, target->flags, f->from, "value at an annotated place");
    f->w->flow = asker;
}

static void require_name(Flow *f, const FlowValue *value, const Place *target) {
    Type *type = type_name_resolve(f->w, value->string, f->body->module);
    if (type)
        flow_mark_members(f->w, type, target->flags, f->from, "type name at an annotated place");
}

void flow_require(Flow *f, FlowSet set, const Place *target) {
    for (uint32_t i = 0; target->flags && i < set.count; i++) {
        const FlowValue *value = set.items[i];
        switch (value->kind) {
        case VALUE_Type:
        case VALUE_TypeHandle: require_type(f, value, target); break;
        case VALUE_String: require_name(f, value, target); break;
        case VALUE_Place:
            if ((value->place.flags & target->flags) != target->flags)
                flow_warn_requirement(f, value, target);
            break;
        case VALUE_Unknown: flow_warn_requirement(f, value, target); break;
        case VALUE_Null:
        case VALUE_Int:
        case VALUE_Array:
        case VALUE_MethodHandle:
        case VALUE_Method:
        case VALUE_LocalAddress: break;
        }
    }
}

/// `this` of a Type method that takes members of `flags`.
static void require_this(Call *c, uint32_t flags) {
    Place place = this_place(c, flags);
    if (c->f->final)
        flow_require(c->f, c->args[0], &place);
}

static void require_param(Call *c, uint32_t index, uint32_t flags) {
    Place place = param_place(c, index, flags);
    if (c->f->final)
        flow_require(c->f, param(c, index), &place);
}

// ---- typeof -------------------------------------------------------------------------------------

/// The ldtoken behind an instruction, in the definition's IL; NULL if it is no TypeSpec.
static const Type *written_type(Flow *f) {
    BodyBytes bytes;
    const char *reason;
    if (!body_read(f->body->module->image, f->body->method->def->rid, f->arena, &bytes, &reason))
        return NULL;
    uint32_t at = f->in->offset;
    if (at >= 5 && at <= bytes.code.size && bytes.code.data[at] != 0xD0 && bytes.code.data[at - 5] == 0xD0)
        at -= 5;
    if (at + 5 > bytes.code.size || bytes.code.data[at] != 0xD0) // ldtoken
        return NULL;
    const uint8_t *raw = bytes.code.data + at + 1;
    Token token = {(uint32_t)raw[0] | (uint32_t)raw[1] << 8 | (uint32_t)raw[2] << 16 |
                   (uint32_t)raw[3] << 24};
    Failure failure = {0};
    TableId table = token_table(token);
    if (!token_is_valid(f->body->module->image, token) ||
        (table != TABLE_TypeSpec && table != TABLE_TypeDef && table != TABLE_TypeRef))
        return NULL;
    return type_from_token(f->w->ts, f->body->module, token, NULL, &failure);
}

/// Which generic parameter the type stands for.
static Place parameter_place(Flow *f, const Type *open) {
    const Method *method = f->body->method;
    Place none = {0};
    if (!open || (open->kind != TYPE_Var && open->kind != TYPE_MVar))
        return none;
    const MethodDef *owner = open->kind == TYPE_MVar ? method->def : NULL;
    const TypeDef *type = owner ? NULL : method->def->owner;
    if (owner ? flow_is_compiler_generated(owner->name) : flow_is_compiler_generated(type->name))
        return none; // stands for a parameter of the user's method, which has the annotation
    return (Place){.kind = PLACE_Generic,
                   .method = owner,
                   .type = type,
                   .index = open->index,
                   .flags = flow_promised_flags(f->w, type, owner, open->index)};
}

FlowSet flow_typeof(Flow *f, Type *type) {
    const Method *method = f->body->method;
    FlowValue value = {.kind = VALUE_Type, .type = type};
    if (method->owner->arg_count || method->arg_count) {
        const Type *open = written_type(f);
        value.place = parameter_place(f, open);
        value.of_parameter = !open || (open->is_open && !open->is_generic_definition);
    }
    return flow_set_one(f, value);
}

/// Whether an object of static type `type` can only be of exactly that type.
static bool is_exact(const Type *type) {
    if (type->kind == TYPE_SzArray || type->kind == TYPE_Array)
        return is_exact(type->element);
    return type->kind == TYPE_Named &&
           (type->is_value_type || type->def->is_sealed || type->def->is_delegate);
}

static void call_get_type(Call *c) {
    Flow *f = c->f;
    Type *type = f->in->receiver;
    if (type && is_exact(type)) {
        result_add(c, (FlowValue){.kind = VALUE_Type, .type = type});
        return;
    }
    uint32_t flags = 0;
    if (type && type == well_known_type(f->w->ts, WELL_KNOWN_TYPE_Enum))
        flags = DAM_PublicFields;
    else if (type && type->kind == TYPE_Named)
        flags = flow_type_flags(f->w, type);
    if (flags && f->final && type != well_known_type(f->w->ts, WELL_KNOWN_TYPE_Enum))
        flow_mark_get_type(f->w, type, flags, f->from);
    Place place = {.kind = PLACE_Return, .method = c->def, .flags = flags};
    c->result = flow_place(f, place);
    c->known = true;
}

// ---- Values passed on ---------------------------------------------------------------------------

/// The argument is the result.
static void call_pass(Call *c, uint32_t index) {
    c->result = c->args[index];
    c->known = true;
}

static void call_handle(Call *c, FlowKind from, FlowKind to) {
    for (uint32_t i = 0; i < c->args[0].count; i++) {
        FlowValue value = *c->args[0].items[i];
        if (value.kind == from)
            value.kind = to;
        result_add(c, value);
    }
}

static Type *element_of(Type *type) {
    return type->element;
}

/// Maps the types among the values of `this`; what is no type stays unknown.
static void call_map_type(Call *c, Type *map(Call *, Type *)) {
    for (uint32_t i = 0; i < c->args[0].count; i++) {
        const FlowValue *value = c->args[0].items[i];
        Type *type = value->kind == VALUE_Type ? map(c, value->type) : NULL;
        if (type)
            result_add(c, (FlowValue){.kind = VALUE_Type, .type = type});
        else if (value->kind == VALUE_Type)
            result_add(c, (FlowValue){.kind = VALUE_Null});
        else
            flow_set_add(c->f, &c->result, returned(c));
    }
    c->known = c->result.count > 0;
}

static Type *map_element(Call *c, Type *type) {
    (void)c;
    return element_of(type);
}

static Type *map_array(Call *c, Type *type) {
    return type_sz_array(c->f->w->ts, type);
}

static Type *map_definition(Call *c, Type *type) {
    return type->def && type->def->generic_count ? type_from_def(c->f->w->ts, type->def) : NULL;
}

static Type *map_nullable(Call *c, Type *type) {
    (void)c;
    return type->def && type->def->is_nullable && type->arg_count ? type->args[0] : NULL;
}

/// Members that a base class shares with the class.
static uint32_t inherited_flags(uint32_t flags) {
    if (flags == DAM_All)
        return DAM_All;
    uint32_t kept = flags & (DAM_PublicMethods | DAM_PublicFields | DAM_PublicProperties | DAM_PublicEvents |
                             DAM_Interfaces);
    return kept | (flags & (DAM_NonPublicMethods | DAM_NonPublicFields | DAM_NonPublicProperties |
                            DAM_NonPublicEvents));
}

static void call_base_type(Call *c) {
    for (uint32_t i = 0; i < c->args[0].count; i++) {
        FlowValue value = *c->args[0].items[i];
        if (value.kind == VALUE_Type && value.type->kind == TYPE_Named) {
            Type *base = type_base(c->f->w->ts, value.type);
            result_add(c, base ? (FlowValue){.kind = VALUE_Type, .type = base}
                               : (FlowValue){.kind = VALUE_Null});
        } else {
            Place place = {.kind = PLACE_Return, .method = c->def};
            if (value.kind == VALUE_Place)
                place.flags = inherited_flags(value.place.flags);
            result_add(c, (FlowValue){.kind = VALUE_Place, .place = place});
        }
    }
}

static void call_nullable_underlying(Call *c) {
    for (uint32_t i = 0; i < c->args[0].count; i++) {
        FlowValue value = *c->args[0].items[i];
        if (value.kind == VALUE_Type) {
            Type *under = map_nullable(c, value.type);
            result_add(c, under ? (FlowValue){.kind = VALUE_Type, .type = under}
                                : (FlowValue){.kind = VALUE_Null});
        } else {
            result_add(c, value);
        }
    }
}

// ---- Names --------------------------------------------------------------------------------------

static void call_type_by_name(Call *c) {
    Flow *f = c->f;
    FlowSet names = param(c, 0);
    int64_t ignore_case = 0;
    bool flagged = c->method->signature->param_count >= 3 &&
                   !flow_set_int(param(c, c->method->signature->param_count - 1), &ignore_case);
    for (uint32_t i = 0; i < names.count; i++) {
        const FlowValue *name = names.items[i];
        if (name->kind == VALUE_String) {
            Type *type = type_name_looked_up(f->w, name->string, f->body->module);
            if (f->final && (flagged || ignore_case))
                flow_warn(f, "IL2096",
                          "Call to '%s' can perform case insensitive lookup of the type, currently trimming "
                          "can not "
                          "guarantee presence of all the matching types.",
                          flow_method_name(f, c->def));
            if (type && f->final)
                mark_reflectable_type(f->w, type, f->from, "Type.GetType");
            result_add(c, type ? (FlowValue){.kind = VALUE_Type, .type = type}
                               : (FlowValue){.kind = VALUE_Null});
        } else if (name->kind == VALUE_Null) {
            result_add(c, (FlowValue){.kind = VALUE_Null});
        } else if (name->kind == VALUE_Place && name->place.flags) {
            result_add(c, *name);
        } else {
            if (f->final)
                flow_warn(
                    f, "IL2057",
                    "Unrecognized value passed to the parameter '%s' of method '%s'. It's not possible to "
                    "guarantee the availability of the target type.",
                    "typeName", flow_method_name(f, c->def));
            flow_set_add(f, &c->result, returned(c));
            c->known = true;
        }
    }
}

/// Binding flags that the call passes, or the default of the overload.
static int32_t binding_of(Call *c, int32_t implicit) {
    const Signature *signature = c->method->signature;
    for (uint32_t i = 0; i < signature->param_count; i++) {
        const Type *type = signature->params[i];
        int64_t value;
        if (type->kind == TYPE_Named && text_equal_z(type->def->name, "BindingFlags"))
            return flow_set_int(param(c, i), &value) ? (int32_t)value : BINDING_Unknown;
    }
    return implicit;
}

/// Methods of that name, to instantiate or look at later.
static void methods_by_name(Call *c, Type *type, Text name) {
    for (Type *at = type; at && at->kind == TYPE_Named; at = type_base(c->f->w->ts, at)) {
        uint32_t count;
        Method *const *methods = type_methods(c->f->w->ts, at, &count);
        for (uint32_t i = 0; i < count; i++)
            if (text_equal(methods[i]->name, name))
                result_add(c, (FlowValue){.kind = VALUE_Method, .method = methods[i]});
    }
}

static void lookup_on_type(Call *c, const FlowValue *value, MemberKind kind, FlowSet names, int32_t binding) {
    Flow *f = c->f;
    Type *type = value->type;
    const char *text = "looked up by name";
    struct Flow *asker = asker_pause(f->w, value);
    for (uint32_t i = 0; i < names.count; i++) {
        const FlowValue *name = names.items[i];
        if (name->kind == VALUE_Null)
            continue;
        if (name->kind != VALUE_String) {
            if (f->final)
                flow_mark_members(f->w, type, flow_binding_flags(kind, binding), f->from, text);
            flow_set_add(f, &c->result, returned(c));
            c->known = true;
            continue;
        }
        if (f->final)
            flow_mark_named(f->w, type, kind, name->string, binding, f->from, text);
        if (kind == MEMBER_Method)
            methods_by_name(c, type, name->string);
        Type *nested = kind == MEMBER_NestedType ? flow_nested_type(f->w, type, name->string) : NULL;
        if (nested)
            result_add(c, (FlowValue){.kind = VALUE_Type, .type = nested});
    }
    f->w->flow = asker;
}

/// Type.GetMethod("m", ...) and its relatives; the type is argument 0, the name the parameter after it.
static void call_lookup(Call *c, MemberKind kind) {
    Flow *f = c->f;
    int32_t binding = binding_of(c, BINDING_Public | BINDING_Instance | BINDING_Static);
    FlowSet types = c->args[0], names = c->count > 1 ? c->args[1] : flow_unknown;
    uint32_t flags = flow_binding_flags(kind, binding);
    for (uint32_t i = 0; i < types.count; i++) {
        const FlowValue *value = types.items[i];
        if (value->kind == VALUE_Type && value->place.kind != PLACE_Generic) {
            lookup_on_type(c, value, kind, names, binding);
            continue;
        }
        if (value->kind ==
            VALUE_Type) // the exact type of a generic parameter: what the parameter promises decides
            lookup_on_type(c, value, kind, names, binding);
        FlowSet one = {&types.items[i], 1};
        Place place = first_param(c) ? this_place(c, flags) : param_place(c, 0, flags);
        if (f->final)
            flow_require(f, one, &place);
        if (value->kind != VALUE_Null)
            flow_set_add(f, &c->result, returned(c));
    }
    c->known = c->result.count > 0;
}

/// Constructors have no name; an empty Type[] asks for the parameterless one.
static void call_constructor(Call *c) {
    int32_t binding = binding_of(c, BINDING_Public | BINDING_Instance);
    uint32_t flags = flow_binding_flags(MEMBER_Constructor, binding);
    FlowSet types = param(c, 0);
    bool parameterless = c->method->signature->param_count == 1 && types.count > 0;
    for (uint32_t i = 0; i < types.count; i++)
        parameterless &= types.items[i]->kind == VALUE_Array && types.items[i]->array->size == 0;
    require_this(c, parameterless ? DAM_PublicParameterlessConstructor : flags);
}

static void call_members(Call *c, MemberKind kind, int32_t implicit) {
    require_this(c, flow_binding_flags(kind, binding_of(c, implicit)));
}

static const int32_t default_binding = BINDING_Public | BINDING_Instance | BINDING_Static;

// ---- Making objects -----------------------------------------------------------------------------

/// Activator.CreateInstance(assembly name, type name, ...) and its relatives of other classes.
static void create_by_name(Call *c, uint32_t assembly_index, uint32_t type_index) {
    Flow *f = c->f;
    FlowSet assemblies = param(c, assembly_index), types = param(c, type_index);
    if (!f->final)
        return;
    for (uint32_t i = 0; i < assemblies.count; i++) {
        for (uint32_t k = 0; k < types.count; k++) {
            const FlowValue *assembly = assemblies.items[i], *name = types.items[k];
            if (assembly->kind != VALUE_String || name->kind != VALUE_String) {
                const char *parameter = assembly->kind != VALUE_String ? "assemblyName" : "typeName";
                flow_warn(
                    f, "IL2032",
                    "Unrecognized value passed to the parameter '%s' of method '%s'. It's not possible to "
                    "guarantee the availability of the target type.",
                    parameter, flow_method_name(f, c->def));
                continue;
            }
            Module *module = module_find(f->w->ts, name->string);
            module = module_find(f->w->ts, assembly->string);
            if (!module) {
                flow_warn(f, "IL2061",
                          "The assembly name '%.*s' passed to method '%s' references assembly which is not "
                          "available.",
                          TEXT_ARG(assembly->string), flow_method_name(f, c->def));
                continue;
            }
            Type *type = type_find_full_name(f->w->ts, module, name->string);
            if (type)
                flow_mark_members(f->w, type, DAM_PublicConstructors | DAM_NonPublicConstructors, f->from,
                                  "CreateInstance by name");
        }
    }
}

static void call_create_instance(Call *c) {
    const Signature *signature = c->method->signature;
    if (is_string_param(c, 0)) {
        create_by_name(c, 0, 1);
        return;
    }
    if (!is_type_param(c, 0))
        return; // CreateInstance<T>: the folded body takes the constructor
    int64_t non_public = 0;
    uint32_t flags = DAM_PublicConstructors;
    if (signature->param_count == 1)
        flags = DAM_PublicParameterlessConstructor;
    else if (param_type(c, 1)->element_type == ELEMENT_TYPE_BOOLEAN)
        flags = flow_set_int(param(c, 1), &non_public) && !non_public
                    ? DAM_PublicParameterlessConstructor
                    : DAM_PublicParameterlessConstructor | DAM_NonPublicConstructors;
    else if (text_equal_z(param_type(c, 1)->def ? param_type(c, 1)->def->name : (Text){0}, "BindingFlags"))
        flags = flow_binding_flags(MEMBER_Constructor, binding_of(c, BINDING_Public));
    require_param(c, 0, flags);
}

static void exact_types(Call *c, uint32_t index, void act(Call *, Type *)) {
    FlowSet set = param(c, index);
    for (uint32_t i = 0; c->f->final && i < set.count; i++)
        if ((set.items[i]->kind == VALUE_Type || set.items[i]->kind == VALUE_TypeHandle) &&
            !set.items[i]->type->is_open)
            act(c, set.items[i]->type);
}

static bool all_types_known(FlowSet set) {
    for (uint32_t i = 0; i < set.count; i++)
        if (set.items[i]->kind != VALUE_Type && set.items[i]->kind != VALUE_TypeHandle &&
            set.items[i]->kind != VALUE_Null)
            return false;
    return set.count > 0;
}

static void take_array(Call *c, Type *type) {
    if (type->element_type != ELEMENT_TYPE_VOID && !type->is_generic_definition)
        mark_allocated(c->f->w, type_sz_array(c->f->w->ts, type), c->f->from, "array made by reflection");
}

static void take_cctor(Call *c, Type *type) {
    if (type->is_generic_definition)
        return;
    mark_metadata(c->f->w, type, c->f->from, "RunClassConstructor");
    mark_cctor(c->f->w, type, c->f->from, "RunClassConstructor");
}

static void call_run_constructor(Call *c) {
    exact_types(c, 0, take_cctor);
    if (c->f->final && !all_types_known(param(c, 0)))
        flow_warn(c->f, "IL2059",
                  "Unrecognized value passed to the parameter '%s' of method '%s'. It's not possible to "
                  "guarantee the "
                  "availability of the target static constructor.",
                  "type", flow_method_name(c->f, c->def));
}

/// Calls whose RequiresDynamicCode matters only where the type is not known.
static void call_known_type(Call *c, uint32_t index, void act(Call *, Type *)) {
    if (!is_type_param(c, index))
        return;
    exact_types(c, index, act);
    if (c->f->final && !all_types_known(param(c, index)))
        flow_warn_dynamic_code(c->f, c->def);
}

static void take_structure(Call *c, Type *type) {
    if (!type->is_generic_definition)
        flow_mark_members(c->f->w, type,
                          DAM_PublicParameterlessConstructor | DAM_PublicFields | DAM_NonPublicFields,
                          c->f->from, "marshalled structure");
    mark_marshalled_struct(c->f->w, type, c->f->from);
}

static void take_marshalled_type(Call *c, Type *type) {
    mark_reflectable_type(c->f->w, type, c->f->from, "marshalled type");
    mark_marshalled_struct(c->f->w, type, c->f->from);
}

static void take_marshalled_delegate(Call *c, Type *type) {
    mark_reflectable_type(c->f->w, type, c->f->from, "marshalled type");
    mark_marshalled_delegate(c->f->w, type, c->f->from);
}

// ---- Attributes ---------------------------------------------------------------------------------

/// The result is an array of that attribute class.
static void call_custom_attributes(Call *c) {
    for (uint32_t i = 0; i < c->method->signature->param_count; i++)
        if (is_type_param(c, i))
            exact_types(c, i, take_array);
}

// ---- Delegates ----------------------------------------------------------------------------------

static void call_delegate_method(Call *c) {
    const Type *type = c->f->in->receiver;
    bool known = type && type->kind == TYPE_Named && type->def->is_delegate && type->def->is_sealed;
    if (c->f->final)
        delegate_targets_visible(c->f->w, known ? type->def : NULL, c->f->from);
}

// ---- Expressions --------------------------------------------------------------------------------

static void call_expression(Call *c, FlowIntrinsic id) {
    Flow *f = c->f;
    const uint32_t both = BINDING_Public | BINDING_NonPublic;
    if (id == FLOW_ExpressionNew && is_type_param(c, 0))
        require_param(c, 0, DAM_PublicParameterlessConstructor);
    if (id == FLOW_ExpressionCall && is_type_param(c, 0) && is_string_param(c, 1)) {
        FlowSet types = param(c, 0);
        for (uint32_t i = 0; i < types.count; i++)
            if (types.items[i]->kind == VALUE_Type)
                lookup_on_type(c, types.items[i], MEMBER_Method, param(c, 1), (int32_t)both);
            else if (f->final)
                flow_require(f, (FlowSet){&types.items[i], 1},
                             &(Place){.kind = PLACE_Parameter,
                                      .method = c->def,
                                      .flags = DAM_PublicMethods | DAM_NonPublicMethods});
        c->known = false;
    }
    bool is_field = id == FLOW_ExpressionField;
    if ((is_field || id == FLOW_ExpressionProperty) && is_type_param(c, 1) && is_string_param(c, 2)) {
        FlowSet types = param(c, 1);
        MemberKind kind = is_field ? MEMBER_Field : MEMBER_Property;
        for (uint32_t i = 0; i < types.count; i++)
            if (types.items[i]->kind == VALUE_Type)
                lookup_on_type(c, types.items[i], kind, param(c, 2), (int32_t)both);
            else if (f->final)
                flow_require(f, (FlowSet){&types.items[i], 1},
                             &(Place){.kind = PLACE_Parameter,
                                      .method = c->def,
                                      .index = 1,
                                      .flags = flow_binding_flags(kind, (int32_t)both)});
        c->known = false;
    }
}

// ---- Single files -------------------------------------------------------------------------------

static void call_assembly_file(Call *c, FlowIntrinsic id) {
    if (!c->f->final)
        return;
    if (id == FLOW_AssemblyLocation || id == FLOW_AssemblyNameCodeBase ||
        id == FLOW_AssemblyNameEscapedCodeBase)
        flow_warn(c->f, "IL3000",
                  "'%s' always returns an empty string for assemblies embedded in a single-file app. If the "
                  "path to "
                  "the app directory is needed, consider calling 'System.AppContext.BaseDirectory'.",
                  flow_method_name(c->f, c->def));
    else
        flow_warn(c->f, "IL3001", "'%s' will throw for assemblies embedded in a single-file app",
                  flow_method_name(c->f, c->def));
}

// ---- Dispatch -----------------------------------------------------------------------------------

static bool run_type_intrinsic(Call *c, FlowIntrinsic id) {
    switch (id) { // NOLINT: the others are in run_other_intrinsic
    case FLOW_GetMethod: call_lookup(c, MEMBER_Method); return true;
    case FLOW_GetProperty: call_lookup(c, MEMBER_Property); return true;
    case FLOW_GetField: call_lookup(c, MEMBER_Field); return true;
    case FLOW_GetEvent: call_lookup(c, MEMBER_Event); return true;
    case FLOW_GetNestedType: call_lookup(c, MEMBER_NestedType); return true;
    case FLOW_GetMember: call_lookup(c, MEMBER_Any); return true;
    case FLOW_GetRuntimeMethod: call_lookup(c, MEMBER_Method); return true;
    case FLOW_GetRuntimeProperty: call_lookup(c, MEMBER_Property); return true;
    case FLOW_GetRuntimeField: call_lookup(c, MEMBER_Field); return true;
    case FLOW_GetRuntimeEvent: call_lookup(c, MEMBER_Event); return true;
    case FLOW_GetConstructor: call_constructor(c); return true;
    case FLOW_GetMethods: call_members(c, MEMBER_Method, default_binding); return true;
    case FLOW_GetProperties: call_members(c, MEMBER_Property, default_binding); return true;
    case FLOW_GetFields: call_members(c, MEMBER_Field, default_binding); return true;
    case FLOW_GetEvents: call_members(c, MEMBER_Event, default_binding); return true;
    case FLOW_GetConstructors: call_members(c, MEMBER_Constructor, default_binding); return true;
    case FLOW_GetNestedTypes: call_members(c, MEMBER_NestedType, default_binding); return true;
    case FLOW_GetMembers: call_members(c, MEMBER_Any, default_binding); return true;
    case FLOW_GetInterface:
    case FLOW_GetInterfaces: require_this(c, DAM_Interfaces); return true;
    default: return false;
    }
}

static void run_other_intrinsic(Call *c, FlowIntrinsic id) {
    switch (id) {
    case FLOW_GetTypeFromHandle: call_handle(c, VALUE_TypeHandle, VALUE_Type); break;
    case FLOW_GetTypeHandle: call_handle(c, VALUE_Type, VALUE_TypeHandle); break;
    case FLOW_ObjectGetType: call_get_type(c); break;
    case FLOW_TypeGetType:
    case FLOW_ReflectionGetType:
        if (!c->method->signature->has_this)
            call_type_by_name(c);
        break;
    case FLOW_GetTypeInfo:
    case FLOW_AsType:
    case FLOW_UnderlyingSystemType: call_pass(c, 0); break;
    case FLOW_TypeDelegator: call_pass(c, c->count - 1); break;
    case FLOW_BaseType: call_base_type(c); break;
    case FLOW_AssemblyQualifiedName:
        for (uint32_t i = 0; i < c->args[0].count; i++)
            if (c->args[0].items[i]->kind == VALUE_Place)
                result_add(c, *c->args[0].items[i]);
        break;
    case FLOW_TypeFullName: break;
    case FLOW_NullableUnderlying: call_nullable_underlying(c); break;
    case FLOW_ArrayEmpty: {
        FlowArray *array = ARENA_NEW(c->f->arena, FlowArray);
        result_add(c, (FlowValue){.kind = VALUE_Array, .array = array});
        break;
    }
    case FLOW_MakeArrayType:
        if (c->method->signature->param_count == 0)
            call_map_type(c, map_array);
        break;
    case FLOW_GetElementType: call_map_type(c, map_element); break;
    case FLOW_GetGenericTypeDefinition: call_map_type(c, map_definition); break;
    case FLOW_MakeGenericType: call_make_generic_type(c); break;
    case FLOW_MakeGenericMethod: call_make_generic_method(c); break;
    case FLOW_GetMethodFromHandle: call_method_from_handle(c); break;
    case FLOW_ActivatorCreateInstance: call_create_instance(c); break;
    case FLOW_ActivatorCreateInstanceFrom:
    case FLOW_AppDomainCreateInstance:
    case FLOW_AppDomainCreateInstanceAndUnwrap:
    case FLOW_AppDomainCreateInstanceFrom:
    case FLOW_AppDomainCreateInstanceFromAndUnwrap: create_by_name(c, 0, 1); break;
    case FLOW_AssemblyCreateInstance:
        if (c->f->final)
            flow_warn(c->f, "IL2058",
                      "Parameters passed to method '%s' cannot be analyzed. Consider using methods "
                      "'System.Type.GetType' and 'System.Activator.CreateInstance' instead.",
                      flow_method_name(c->f, c->def));
        break;
    case FLOW_AssemblyLocation:
    case FLOW_AssemblyGetFile:
    case FLOW_AssemblyGetFiles:
    case FLOW_AssemblyNameCodeBase:
    case FLOW_AssemblyNameEscapedCodeBase: call_assembly_file(c, id); break;
    case FLOW_RunClassConstructor: call_run_constructor(c); break;
    case FLOW_EnumGetValues: call_known_type(c, 0, take_array); break;
    case FLOW_ArrayCreateInstance: exact_types(c, 0, take_array); break;
    case FLOW_MarshalSizeOf:
    case FLOW_MarshalOffsetOf: call_known_type(c, 0, take_marshalled_type); break;
    case FLOW_MarshalPtrToStructure:
    case FLOW_MarshalDestroyStructure: call_known_type(c, 1, take_structure); break;
    case FLOW_MarshalGetDelegate: call_known_type(c, 1, take_marshalled_delegate); break;
    case FLOW_DelegateMethod:
    case FLOW_GetMethodInfo: call_delegate_method(c); break;
    case FLOW_AttributesOf:
    case FLOW_AttributesOfExtension:
    case FLOW_AttributesOfMember:
    case FLOW_AttributesOfParameter:
    case FLOW_AttributesOfAssembly:
    case FLOW_AttributesOfModule:
    case FLOW_AttributesOfProvider: call_custom_attributes(c); break;
    case FLOW_ExpressionCall:
    case FLOW_ExpressionNew:
    case FLOW_ExpressionField:
    case FLOW_ExpressionProperty: call_expression(c, id); break;
    default: break;
    }
}

/// The attributes of most intrinsics hold for arguments that nobody knows: their handlers see to them. These
/// are only followed for their values.
static bool reports_requires(FlowIntrinsic id) {
    return id == FLOW_GetElementType || id == FLOW_GetGenericTypeDefinition || id == FLOW_MakeArrayType ||
           id == FLOW_GetMethodInfo || id == FLOW_DelegateMethod ||
           (id >= FLOW_AttributesOf && id <= FLOW_AttributesOfProvider);
}

/// Whether the handler of an intrinsic looks at the annotated parameters itself.
static bool judges_parameters(FlowIntrinsic id) {
    return (id >= FLOW_GetMethod && id <= FLOW_GetRuntimeEvent) || id == FLOW_ActivatorCreateInstance ||
           id == FLOW_MakeGenericType || id == FLOW_MakeGenericMethod || id == FLOW_ExpressionCall ||
           id == FLOW_ExpressionNew || id == FLOW_ExpressionField || id == FLOW_ExpressionProperty ||
           id == FLOW_TypeGetType || id == FLOW_ReflectionGetType || id == FLOW_RunClassConstructor ||
           id == FLOW_BaseType || id == FLOW_NullableUnderlying ||
           (id >= FLOW_MarshalSizeOf && id <= FLOW_MarshalGetDelegate);
}

static void annotated_parameters(Call *c) {
    World *w = c->f->w;
    if (!(flow_method_bits(w, c->def) & METHOD_Dam))
        return;
    uint32_t this_flags = c->method->signature->has_this ? flow_this_flags(w, c->def) : 0;
    if (this_flags)
        require_this(c, this_flags);
    for (uint32_t i = 0; i < c->method->signature->param_count; i++) {
        uint32_t flags = flow_param_flags(w, c->def, i);
        if (flags && flow_holds_types(w, c->method->signature->params[i]))
            require_param(c, i, flags);
    }
}

/// Exact receivers lead il/ to RuntimeType's overrides; annotations and warnings name the method of Type.
static const MethodDef *declared(World *w, const Method *method) {
    if (method->owner != well_known_type(w->ts, WELL_KNOWN_TYPE_RuntimeType) || !method->def->is_virtual)
        return method->def;
    const Method *slot = method_slot_definition(w->ts, (Method *)method);
    return slot && slot->def ? slot->def : method->def;
}

static FlowIntrinsic intrinsic_of(World *w, const MethodDef *def) {
    const FlowFacts *facts = flow_facts(w, def->owner->module);
    return facts->intrinsics ? (FlowIntrinsic)facts->intrinsics[def->rid - 1] : FLOW_None;
}

FlowSet flow_call(Flow *f, const Method *method, FlowSet *args, uint32_t count) {
    Call call = {.f = f, .method = method, .def = declared(f->w, method), .args = args, .count = count};
    FlowIntrinsic id = intrinsic_of(f->w, call.def);
    if (f->final && (id == FLOW_None || reports_requires(id)))
        flow_warn_requires(f, call.def);
    if (!judges_parameters(id))
        annotated_parameters(&call);
    if (id != FLOW_None && !run_type_intrinsic(&call, id))
        run_other_intrinsic(&call, id);
    return call.known && call.result.count ? call.result : returned(&call);
}
