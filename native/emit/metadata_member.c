// TypeDefinition records and their members.
#include "emit/metadata.h"

enum { GENERIC_TypeParameter = 0, GENERIC_MethodParameter = 1 }; // GenericParameterKind

// ---- Fields -------------------------------------------------------------------------------------

static const Record *field_signature(EmitContext *e, const Field *field) {
    RecordSet *set = &e->metadata->set;
    Record *record = record_new(set, HANDLE_FieldSignature);
    item_handle(set, record, metadata_modified_type(e, field->type, field_modifiers(e->ts, field->def)));
    return record_intern(set, record);
}

// II.22.16: where explicit layout puts it.
static uint32_t explicit_offset(const FieldDef *def) {
    const Image *image = def->owner->module->image;
    uint32_t count,
        row = sorted_rows_find(image, COLUMN_FieldLayout_Field, token_make(TABLE_Field, def->rid), &count);
    return row ? column_read(image, COLUMN_FieldLayout_Offset, row) : 0;
}

static void field_fill(EmitContext *e, const Field *field, Record *record) {
    Metadata *m = e->metadata;
    RecordSet *set = &m->set;
    const Module *module = field->def->owner->module;
    Token token = token_make(TABLE_Field, field->def->rid);
    item_unsigned(set, record, field->def->flags);
    item_typed(set, record, record_string(set, field->def->name));
    item_typed(set, record, field_signature(e, field));
    item_handle(set, record, metadata_default_value(e, module->image, token));
    item_unsigned(set, record, explicit_offset(field->def));
    metadata_collection(m, record, metadata_attributes(e, module, token), ITEM_Typed);
}

static RecordList fields_of(EmitContext *e, Type *type) {
    RecordList list = {0};
    uint32_t count;
    Field *const *fields = type_fields(e->ts, type, &count);
    for (uint32_t i = 0; i < count; i++) {
        Record *record = metadata_field_definition(e, fields[i]->def);
        if (!record)
            continue;
        field_fill(e, fields[i], record);
        ARRAY_PUSH(&e->arena, &list, record);
    }
    return list;
}

// ---- Generic parameters -------------------------------------------------------------------------

static RecordList constraints_of(EmitContext *e, Module *module, uint32_t param_rid) {
    RecordList list = {0};
    uint32_t count, first = sorted_rows_find(module->image, COLUMN_GenericParamConstraint_Owner,
                                             token_make(TABLE_GenericParam, param_rid), &count);
    for (uint32_t i = 0; first && i < count; i++) {
        Failure failure = {0};
        Token token = column_token(module->image, COLUMN_GenericParamConstraint_Constraint, first + i);
        Type *type = type_from_token(e->ts, module, token, NULL, &failure);
        if (type)
            ARRAY_PUSH(&e->arena, &list, metadata_type(e, type));
    }
    return list;
}

static const Record *generic_parameter(EmitContext *e, Module *module, uint32_t rid, uint32_t kind) {
    Metadata *m = e->metadata;
    const Record *name = record_string(&m->set, column_text(module->image, COLUMN_GenericParam_Name, rid));
    RecordList constraints = constraints_of(e, module, rid);
    RecordList attributes = metadata_attributes(e, module, token_make(TABLE_GenericParam, rid));
    Record *record = record_define(&m->set, HANDLE_GenericParameter);
    item_unsigned(&m->set, record, column_read(module->image, COLUMN_GenericParam_Number, rid));
    item_unsigned(&m->set, record, column_read(module->image, COLUMN_GenericParam_Flags, rid));
    item_unsigned(&m->set, record, kind);
    item_typed(&m->set, record, name);
    metadata_collection(m, record, constraints, ITEM_Handle);
    metadata_collection(m, record, attributes, ITEM_Typed);
    return record;
}

static RecordList generic_parameters(EmitContext *e, Module *module, Token owner, uint32_t kind) {
    RecordList list = {0};
    uint32_t count, first = sorted_rows_find(module->image, COLUMN_GenericParam_Owner, owner, &count);
    for (uint32_t i = 0; first && i < count; i++)
        ARRAY_PUSH(&e->arena, &list, generic_parameter(e, module, first + i, kind));
    return list;
}

// ---- Methods ------------------------------------------------------------------------------------

static const Record *parameter_record(EmitContext *e, const Module *module, uint32_t rid) {
    Metadata *m = e->metadata;
    Token token = token_make(TABLE_Param, rid);
    const Record *name = record_string(&m->set, column_text(module->image, COLUMN_Param_Name, rid));
    const Record *value = metadata_default_value(e, module->image, token);
    RecordList attributes = metadata_attributes(e, module, token);
    Record *record = record_define(&m->set, HANDLE_Parameter);
    item_unsigned(&m->set, record, column_read(module->image, COLUMN_Param_Flags, rid));
    item_unsigned(&m->set, record, column_read(module->image, COLUMN_Param_Sequence, rid));
    item_typed(&m->set, record, name);
    item_handle(&m->set, record, value);
    metadata_collection(m, record, attributes, ITEM_Typed);
    return record;
}

static RecordList parameters_of(EmitContext *e, const MethodDef *def) {
    const Module *module = def->owner->module;
    RecordList list = {0};
    uint32_t first, count = column_list(module->image, COLUMN_MethodDef_ParamList, def->rid, &first);
    for (uint32_t rid = first; rid < first + count; rid++)
        ARRAY_PUSH(&e->arena, &list, parameter_record(e, module, rid));
    return list;
}

static void method_fill(EmitContext *e, const Method *method, Record *record) {
    Metadata *m = e->metadata;
    const MethodDef *def = method->def;
    Token token = token_make(TABLE_MethodDef, def->rid);
    item_unsigned(&m->set, record, def->flags);
    item_unsigned(&m->set, record, def->impl_flags);
    item_typed(&m->set, record, record_string(&m->set, def->name));
    item_typed(&m->set, record,
               metadata_method_signature(e, method->signature, method_modifiers(e->ts, def)));
    metadata_collection(m, record, parameters_of(e, def), ITEM_Typed);
    metadata_collection(m, record, generic_parameters(e, def->owner->module, token, GENERIC_MethodParameter),
                        ITEM_Typed);
    metadata_collection(m, record, metadata_attributes(e, def->owner->module, token), ITEM_Typed);
}

static RecordList methods_of(EmitContext *e, Type *type) {
    RecordList list = {0};
    uint32_t count;
    Method *const *methods = type_methods(e->ts, type, &count);
    for (uint32_t i = 0; i < count; i++) {
        Record *record = methods[i]->def ? metadata_method_definition(e, methods[i]->def) : NULL;
        if (!record)
            continue;
        method_fill(e, methods[i], record);
        ARRAY_PUSH(&e->arena, &list, record);
    }
    return list;
}

void metadata_members_declare(EmitContext *e, const TypeDef *def) {
    Metadata *m = e->metadata;
    Type *type = type_from_def(e->ts, def);
    uint32_t method_count, field_count;
    Method *const *methods = type_methods(e->ts, type, &method_count);
    for (uint32_t i = 0; i < method_count; i++)
        if (methods[i]->def && reach_method_has_metadata(e->reach, methods[i]->def))
            *metadata_slot(m, MAP_Method, methods[i]->def, NULL) = record_define(&m->set, HANDLE_Method);
    Field *const *fields = type_fields(e->ts, type, &field_count);
    for (uint32_t i = 0; i < field_count; i++)
        if (def->is_enum || reach_field_has_metadata(e->reach, fields[i]->def))
            *metadata_slot(m, MAP_Field, fields[i]->def, NULL) = record_define(&m->set, HANDLE_Field);
}

// ---- Types --------------------------------------------------------------------------------------

static RecordList interfaces_of(EmitContext *e, Type *type) {
    RecordList list = {0};
    uint32_t count;
    Type *const *interfaces = type_declared_interfaces(e->ts, type, &count);
    for (uint32_t i = 0; i < count; i++)
        if (metadata_definition(e, interfaces[i]->def))
            ARRAY_PUSH(&e->arena, &list, metadata_type(e, interfaces[i]));
    return list;
}

// [Flags] decides how Enum.ToString prints; its constructor needs no code to be recognised
// (NativeFormatEnumInfo).
static RecordList attributes_of_type(EmitContext *e, const TypeDef *def) {
    RecordSet *set = &e->metadata->set;
    Token token = token_make(TABLE_TypeDef, def->rid);
    RecordList list = metadata_attributes(e, def->module, token);
    Bytes blob;
    if (!def->is_enum || list.count || !attribute_find(def->module, token, "System", "FlagsAttribute", &blob))
        return list;
    Type *attribute = type_find(e->ts, well_known_type(e->ts, WELL_KNOWN_TYPE_Object)->def->module, "System",
                                "FlagsAttribute");
    if (!attribute)
        return list;
    Type *nothing = type_primitive(e->ts, ELEMENT_TYPE_VOID);
    Signature signature = {.has_this = true, .return_type = nothing};
    Record *constructor = record_new(set, HANDLE_MemberReference);
    item_handle(set, constructor, metadata_type_def(e, attribute->def));
    item_typed(set, constructor, record_string(set, TEXT_LITERAL(".ctor")));
    item_handle(set, constructor, metadata_method_signature(e, &signature, (Modifiers){0}));
    Record *record = record_new(set, HANDLE_CustomAttribute);
    item_handle(set, record, record_intern(set, constructor));
    item_unsigned(set, record, 0);
    item_unsigned(set, record, 0);
    ARRAY_PUSH(&e->arena, &list, record_intern(set, record));
    return list;
}

typedef struct TypeParts {
    const Record *base, *name;
    uint32_t layout_row; // of ClassLayout (II.22.8); 0 = none
    RecordList methods, fields, properties, events, generics, interfaces, attributes;
} TypeParts;

static void type_items(EmitContext *e, Record *record, const TypeDef *def, const TypeParts *parts) {
    Metadata *m = e->metadata;
    const Image *image = def->module->image;
    RecordList *nested = *metadata_slot(m, MAP_Nested, def, NULL);
    item_unsigned(&m->set, record, def->flags);
    item_handle(&m->set, record, parts->base);
    item_typed(&m->set, record, metadata_namespace(e, def));
    item_typed(&m->set, record, parts->name);
    item_unsigned(&m->set, record,
                  parts->layout_row ? column_read(image, COLUMN_ClassLayout_ClassSize, parts->layout_row)
                                    : 0);
    item_unsigned(&m->set, record,
                  parts->layout_row ? column_read(image, COLUMN_ClassLayout_PackingSize, parts->layout_row)
                                    : 0);
    item_typed(&m->set, record, def->enclosing ? metadata_definition(e, def->enclosing) : NULL);
    metadata_collection(m, record, nested ? *nested : (RecordList){0}, ITEM_Typed);
    metadata_collection(m, record, parts->methods, ITEM_Typed);
    metadata_collection(m, record, parts->fields, ITEM_Typed);
    metadata_collection(m, record, parts->properties, ITEM_Typed);
    metadata_collection(m, record, parts->events, ITEM_Typed);
    metadata_collection(m, record, parts->generics, ITEM_Typed);
    metadata_collection(m, record, parts->interfaces, ITEM_Handle);
    metadata_collection(m, record, parts->attributes, ITEM_Typed);
}

void metadata_type_definition_fill(EmitContext *e, const TypeDef *def) {
    Type *type = type_from_def(e->ts, def);
    Type *base = type_base(e->ts, type);
    TypeParts parts = {.base = base ? metadata_type(e, base) : NULL,
                       .name = record_string(&e->metadata->set, def->name)};
    uint32_t rows;
    parts.layout_row = sorted_rows_find(def->module->image, COLUMN_ClassLayout_Parent,
                                        token_make(TABLE_TypeDef, def->rid), &rows);
    parts.methods = methods_of(e, type);
    parts.fields = fields_of(e, type);
    parts.generics =
        generic_parameters(e, def->module, token_make(TABLE_TypeDef, def->rid), GENERIC_TypeParameter);
    parts.interfaces = interfaces_of(e, type);
    parts.attributes = attributes_of_type(e, def);
    parts.properties = metadata_properties(e, type);
    parts.events = metadata_events(e, type);
    type_items(e, metadata_definition(e, def), def, &parts);
}
