// Annotations of a type's members that have no meaning or contradict each other: DynamicallyAccessedMembers
// on what is no type or type name (IL2041, IL2097 to IL2099, IL2106), on a property and its accessors or
// field (IL2043, IL2056), Requires* on a static constructor (IL2116, IL3004, IL3056).
#include "reach/flow_call.h"

static bool has_annotation(const Module *module, Token token) {
    Bytes blob;
    return attribute_find(module, token, "System.Diagnostics.CodeAnalysis",
                          "DynamicallyAccessedMembersAttribute", &blob);
}

static void report(World *w, const TypeDef *owner, TableId table, uint32_t rid, const char *code,
                   const char *text) {
    FlowOrigin origin = flow_origin(owner, table, rid);
    flow_report_at(w, &origin, code, text);
}

// ---- Methods ------------------------------------------------------------------------------------

static void parameter_check(World *w, const Method *method, uint32_t index) {
    const MethodDef *def = method->def;
    Arena *arena = &w->scratch;
    uint32_t row = flow_param_row(def, index + 1);
    if (!row || !has_annotation(def->owner->module, token_make(TABLE_Param, row)) ||
        flow_holds_types(w, method->signature->params[index]))
        return;
    report(w, def->owner, TABLE_MethodDef, def->rid, "IL2098",
           arena_format(arena,
                        "Parameter '%s' of method '%s' has 'DynamicallyAccessedMembersAttribute', but that "
                        "attribute can only be applied to parameters of type 'System.Type' or "
                        "'System.String'.",
                        flow_name_of_param(def, index, arena), flow_name_of_def(w, def, arena)));
}

static void method_check(World *w, const Method *method) {
    const MethodDef *def = method->def;
    const Module *module = def->owner->module;
    Arena *arena = &w->scratch;
    if (has_annotation(module, token_make(TABLE_MethodDef, def->rid)) && !flow_this_flags(w, def))
        report(w, def->owner, TABLE_MethodDef, def->rid, "IL2041",
               "The 'DynamicallyAccessedMembersAttribute' is not allowed on methods. It is allowed on method "
               "return value or method parameters though.");
    for (uint32_t i = 0; i < method->signature->param_count; i++)
        parameter_check(w, method, i);
    uint32_t row = flow_param_row(def, 0);
    if (row && has_annotation(module, token_make(TABLE_Param, row)) &&
        !flow_holds_types(w, method->signature->return_type))
        report(w, def->owner, TABLE_MethodDef, def->rid, "IL2106",
               arena_format(arena,
                            "Return type of method '%s' has 'DynamicallyAccessedMembersAttribute', but that "
                            "attribute can only be applied to properties of type 'System.Type' or "
                            "'System.String'.",
                            flow_name_of_def(w, def, arena)));
}

static void static_constructor_check(World *w, const MethodDef *def) {
    static const struct {
        Requires bit;
        const char *code, *attribute;
        bool has_advice;
    } rows[] = {
        {REQUIRES_UnreferencedCode, "IL2116", "RequiresUnreferencedCodeAttribute", true},
        {REQUIRES_AssemblyFiles, "IL3004", "RequiresAssemblyFilesAttribute", false},
        {REQUIRES_DynamicCode, "IL3056", "RequiresDynamicCodeAttribute", false},
    };
    Arena *arena = &w->scratch;
    uint32_t bits = flow_method_bits(w, def) >> METHOD_RequiresShift;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!(bits & rows[i].bit))
            continue;
        const char *advice =
            rows[i].has_advice
                ? arena_format(arena, ", consider placing '%s' on the type declaration instead",
                               rows[i].attribute)
                : "";
        report(w, def->owner, TABLE_MethodDef, def->rid, rows[i].code,
               arena_format(arena, "'%s' cannot be placed directly on static constructor '%s'%s.",
                            rows[i].attribute, flow_name_of_def(w, def, arena), advice));
    }
}

// ---- Fields and properties ----------------------------------------------------------------------

static void field_check(World *w, const Field *field) {
    const FieldDef *def = field->def;
    Arena *arena = &w->scratch;
    if (flow_field_flags(w, def) && !flow_holds_types(w, field->type))
        report(w, def->owner, TABLE_Field, def->rid, "IL2097",
               arena_format(
                   arena,
                   "Field '%s' has 'DynamicallyAccessedMembersAttribute', but that attribute can only be "
                   "applied to fields of type 'System.Type' or 'System.String'.",
                   flow_name_of_field(w, def, arena)));
}

/// The place in an accessor that a property's annotation stands for.
static void accessor_check(World *w, const TypeDef *owner, uint32_t property, const MethodDef *accessor,
                           bool is_setter) {
    Arena *arena = &w->scratch;
    uint32_t row = flow_param_row(accessor, is_setter ? accessor->param_count : 0);
    if (row && has_annotation(owner->module, token_make(TABLE_Param, row)))
        report(w, owner, TABLE_MethodDef, accessor->rid, "IL2043",
               arena_format(arena,
                            "'DynamicallyAccessedMembersAttribute' on property '%s' conflicts with the same "
                            "attribute on its accessor '%s'.",
                            flow_name_of_property(w, owner, property, arena),
                            flow_name_of_def(w, accessor, arena)));
}

static void accessors_check(World *w, const TypeDef *owner, uint32_t property) {
    enum { SEMANTICS_Setter = 1, SEMANTICS_Getter = 2 }; // II.23.1.12
    const Image *image = owner->module->image;
    Token token = token_make(TABLE_Property, property);
    uint32_t count, row = sorted_rows_find(image, COLUMN_MethodSemantics_Association, token, &count);
    for (uint32_t i = 0; row && i < count; i++) {
        uint32_t semantics = column_read(image, COLUMN_MethodSemantics_Semantics, row + i);
        uint32_t rid = token_rid(column_token(image, COLUMN_MethodSemantics_Method, row + i));
        const MethodDef *accessor = method_def_get(w->ts, owner->module, rid);
        if (accessor && (semantics == SEMANTICS_Setter || semantics == SEMANTICS_Getter))
            accessor_check(w, owner, property, accessor, semantics == SEMANTICS_Setter);
    }
}

static void property_check(World *w, const TypeDef *owner, uint32_t rid) {
    Failure failure = {0};
    Arena *arena = &w->scratch;
    const char *name = flow_name_of_property(w, owner, rid, arena);
    const Signature *signature = property_signature(w->ts, owner->module, rid, NULL, NULL, &failure);
    if (signature && !flow_holds_types(w, signature->return_type)) {
        report(w, owner, TABLE_Property, rid, "IL2099",
               arena_format(
                   arena,
                   "Property '%s' has 'DynamicallyAccessedMembersAttribute', but that attribute can only "
                   "be applied to properties of type 'System.Type' or 'System.String'.",
                   name));
        return;
    }
    accessors_check(w, owner, rid);
    uint32_t field = flow_backing_field(w, owner, rid);
    if (field && has_annotation(owner->module, token_make(TABLE_Field, field)))
        report(w, owner, TABLE_Field, field, "IL2056",
               arena_format(arena,
                            "'DynamicallyAccessedMemberAttribute' on property '%s' conflicts with the same "
                            "attribute on its backing field '%s'.",
                            name, flow_name_of_field(w, field_def_get(w->ts, owner->module, field), arena)));
}

// ---- Types --------------------------------------------------------------------------------------

static void members_check(World *w, const TypeDef *def) {
    const FlowFacts *facts = flow_facts(w, def->module);
    Type *self = type_from_def(w->ts, def);
    uint32_t count, rows, first;
    Method *const *methods = type_methods(w->ts, self, &count);
    for (uint32_t i = 0; i < count; i++)
        if (flow_method_bits(w, methods[i]->def) & METHOD_Dam)
            method_check(w, methods[i]);
    Field *const *fields = facts->fields ? type_fields(w->ts, self, &count) : (count = 0, NULL);
    for (uint32_t i = 0; i < count; i++)
        field_check(w, fields[i]);
    const Image *image = def->module->image;
    uint32_t map =
        sorted_rows_find(image, COLUMN_PropertyMap_Parent, token_make(TABLE_TypeDef, def->rid), &rows);
    count = map && facts->properties ? column_list(image, COLUMN_PropertyMap_PropertyList, map, &first) : 0;
    for (uint32_t i = 0; i < count; i++)
        if (facts->properties[first + i - 1])
            property_check(w, def, first + i);
    if (def->static_constructor)
        static_constructor_check(w, def->static_constructor);
}

void flow_check_annotations(World *w, const TypeDef *def) {
    if (!def->rid || flow_is_framework(w, def->module))
        return;
    uint8_t *seen = &module_marks(w, def->module)->types[def->rid - 1];
    if (*seen & TYPE_ANNOTATIONS_CHECKED)
        return;
    *seen |= TYPE_ANNOTATIONS_CHECKED;
    members_check(w, def);
}
