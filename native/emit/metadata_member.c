// TypeDefinition records and their members.
#include "emit/metadata.h"

enum { GENERIC_TypeParameter = 0, GENERIC_MethodParameter = 1 }; // GenericParameterKind

// ---- Constants of literal fields
// -------------------------------------------------------------------------------------------------

static uint64_t constant_bits(Bytes bytes) {
    uint64_t bits = 0;
    for (size_t i = 0; i < bytes.size && i < 8; i++)
        bits |= (uint64_t)bytes.data[i] << 8 * i;
    return bits;
}

static const Record *constant_integer(RecordSet *set, HandleType type, bool is_signed, uint64_t value) {
    ByteArray bytes = {0};
    if (is_signed)
        native_signed_long(set->arena, &bytes, (int64_t)value);
    else
        native_unsigned_long(set->arena, &bytes, value);
    Record *record = record_new(set, type);
    item_raw(set, record, bytes.items, bytes.count);
    return record_intern(set, record);
}

static const Record *constant_raw(RecordSet *set, HandleType type, Bytes bytes) {
    Record *record = record_new(set, type);
    item_raw(set, record, bytes.data, bytes.size);
    return record_intern(set, record);
}

static const Record *constant_string(EmitContext *e, Bytes bytes) {
    uint16_t *units = ARENA_ARRAY(&e->arena, uint16_t, bytes.size / 2 + 1);
    for (size_t i = 0; i < bytes.size / 2; i++)
        units[i] = (uint16_t)(bytes.data[2 * i] | bytes.data[2 * i + 1] << 8);
    return record_string(&e->metadata->set, utf16_to_text(&e->arena, (Utf16){units, bytes.size / 2}));
}

// II.22.9: the type of a constant is one of these.
static const Record *constant_record(EmitContext *e, ElementType type, Bytes bytes) {
    RecordSet *set = &e->metadata->set;
    uint64_t bits = constant_bits(bytes);
    if (type == ELEMENT_TYPE_BOOLEAN)
        return constant_raw(set, HANDLE_ConstantBooleanValue, bytes);
    if (type == ELEMENT_TYPE_CHAR)
        return constant_integer(set, HANDLE_ConstantCharValue, false, bits);
    if (type == ELEMENT_TYPE_I1)
        return constant_raw(set, HANDLE_ConstantSByteValue, bytes);
    if (type == ELEMENT_TYPE_U1)
        return constant_raw(set, HANDLE_ConstantByteValue, bytes);
    if (type == ELEMENT_TYPE_I2)
        return constant_integer(set, HANDLE_ConstantInt16Value, true, (uint64_t)(int16_t)bits);
    if (type == ELEMENT_TYPE_U2)
        return constant_integer(set, HANDLE_ConstantUInt16Value, false, bits);
    if (type == ELEMENT_TYPE_I4)
        return constant_integer(set, HANDLE_ConstantInt32Value, true, (uint64_t)(int32_t)bits);
    if (type == ELEMENT_TYPE_U4)
        return constant_integer(set, HANDLE_ConstantUInt32Value, false, bits);
    if (type == ELEMENT_TYPE_I8)
        return constant_integer(set, HANDLE_ConstantInt64Value, true, bits);
    if (type == ELEMENT_TYPE_U8)
        return constant_integer(set, HANDLE_ConstantUInt64Value, false, bits);
    if (type == ELEMENT_TYPE_R4)
        return constant_raw(set, HANDLE_ConstantSingleValue, bytes);
    if (type == ELEMENT_TYPE_R8)
        return constant_raw(set, HANDLE_ConstantDoubleValue, bytes);
    if (type == ELEMENT_TYPE_STRING)
        return constant_string(e, bytes);
    return constant_raw(set, HANDLE_ConstantReferenceValue, (Bytes){0});
}

// ---- Fields
// ------------------------------------------------------------------------------------------------------------------------

static const Record *field_signature(EmitContext *e, const Field *field) {
    RecordSet *set = &e->metadata->set;
    Record *record = record_new(set, HANDLE_FieldSignature);
    item_handle(set, record, metadata_type(e, field->type));
    return record_intern(set, record);
}

static const Record *field_record(EmitContext *e, const Field *field) {
    RecordSet *set = &e->metadata->set;
    ElementType type;
    Bytes bytes;
    const Record *constant =
        field_constant(field->def, &type, &bytes) ? constant_record(e, type, bytes) : NULL;
    const Record *signature = field_signature(e, field), *name = record_string(set, field->def->name);
    Record *record = record_define(set, HANDLE_Field);
    item_unsigned(set, record, field->def->flags);
    item_typed(set, record, name);
    item_typed(set, record, signature);
    item_handle(set, record, constant);
    item_unsigned(set, record, 0); // offset
    item_unsigned(set, record, 0); // custom attributes
    return record;
}

static RecordList fields_of(EmitContext *e, const TypeDef *def, Type *type) {
    RecordList list = {0};
    uint32_t count;
    Field *const *fields = type_fields(e->ts, type, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (!def->is_enum && !reach_field_has_metadata(e->reach, fields[i]->def))
            continue;
        ARRAY_PUSH(&e->arena, &list, field_record(e, fields[i]));
    }
    return list;
}

// ---- Generic parameters
// -----------------------------------------------------------------------------------------------------------

static RecordList generic_parameters(EmitContext *e, const Module *module, Token owner, uint32_t kind) {
    RecordSet *set = &e->metadata->set;
    RecordList list = {0};
    uint32_t count, first = sorted_rows_find(module->image, COLUMN_GenericParam_Owner, owner, &count);
    for (uint32_t i = 0; first && i < count; i++) {
        const Record *name =
            record_string(set, column_text(module->image, COLUMN_GenericParam_Name, first + i));
        Record *record = record_define(set, HANDLE_GenericParameter);
        item_unsigned(set, record, column_read(module->image, COLUMN_GenericParam_Number, first + i));
        item_unsigned(set, record, column_read(module->image, COLUMN_GenericParam_Flags, first + i));
        item_unsigned(set, record, kind);
        item_typed(set, record, name);
        item_unsigned(set, record, 0); // constraints
        item_unsigned(set, record, 0); // custom attributes
        ARRAY_PUSH(&e->arena, &list, record);
    }
    return list;
}

// ---- Methods
// ------------------------------------------------------------------------------------------------------------------------

static RecordList parameters_of(EmitContext *e, const MethodDef *def) {
    RecordSet *set = &e->metadata->set;
    const Image *image = def->owner->module->image;
    RecordList list = {0};
    uint32_t first, count = column_list(image, COLUMN_MethodDef_ParamList, def->rid, &first);
    for (uint32_t rid = first; rid < first + count; rid++) {
        const Record *name = record_string(set, column_text(image, COLUMN_Param_Name, rid));
        Record *record = record_define(set, HANDLE_Parameter);
        item_unsigned(set, record, column_read(image, COLUMN_Param_Flags, rid));
        item_unsigned(set, record, column_read(image, COLUMN_Param_Sequence, rid));
        item_typed(set, record, name);
        item_handle(set, record, NULL); // default value
        item_unsigned(set, record, 0);
        ARRAY_PUSH(&e->arena, &list, record);
    }
    return list;
}

static const Record *method_record(EmitContext *e, const Method *method) {
    Metadata *m = e->metadata;
    const MethodDef *def = method->def;
    const Record *name = record_string(&m->set, def->name),
                 *signature = metadata_method_signature(e, method->signature);
    RecordList parameters = parameters_of(e, def);
    RecordList generics = generic_parameters(e, def->owner->module, token_make(TABLE_MethodDef, def->rid),
                                             GENERIC_MethodParameter);
    Record *record = record_define(&m->set, HANDLE_Method);
    *metadata_slot(m, MAP_Method, def, NULL) = record;
    item_unsigned(&m->set, record, def->flags);
    item_unsigned(&m->set, record, def->impl_flags);
    item_typed(&m->set, record, name);
    item_typed(&m->set, record, signature);
    metadata_collection(m, record, parameters, ITEM_Typed);
    metadata_collection(m, record, generics, ITEM_Typed);
    item_unsigned(&m->set, record, 0);
    return record;
}

static RecordList methods_of(EmitContext *e, Type *type) {
    RecordList list = {0};
    uint32_t count;
    Method *const *methods = type_methods(e->ts, type, &count);
    for (uint32_t i = 0; i < count; i++)
        if (methods[i]->def && reach_method_has_metadata(e->reach, methods[i]->def))
            ARRAY_PUSH(&e->arena, &list, method_record(e, methods[i]));
    return list;
}

// ---- Types
// --------------------------------------------------------------------------------------------------------------------------

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
static RecordList flags_attribute(EmitContext *e, const TypeDef *def) {
    RecordSet *set = &e->metadata->set;
    RecordList list = {0};
    Bytes blob;
    if (!def->is_enum ||
        !attribute_find(def->module, token_make(TABLE_TypeDef, def->rid), "System", "FlagsAttribute", &blob))
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
    item_handle(set, constructor, metadata_method_signature(e, &signature));
    Record *record = record_new(set, HANDLE_CustomAttribute);
    item_handle(set, record, record_intern(set, constructor));
    item_unsigned(set, record, 0);
    item_unsigned(set, record, 0);
    ARRAY_PUSH(&e->arena, &list, record_intern(set, record));
    return list;
}

typedef struct TypeParts {
    const Record *base, *name;
    RecordList methods, fields, generics, interfaces, attributes;
} TypeParts;

static void type_items(EmitContext *e, Record *record, const TypeDef *def, const TypeParts *parts) {
    Metadata *m = e->metadata;
    RecordList *nested = *metadata_slot(m, MAP_Nested, def, NULL);
    item_unsigned(&m->set, record, def->flags);
    item_handle(&m->set, record, parts->base);
    item_typed(&m->set, record, metadata_namespace(e, def));
    item_typed(&m->set, record, parts->name);
    item_unsigned(&m->set, record, 0); // size
    item_unsigned(&m->set, record, 0); // packing size
    item_typed(&m->set, record, def->enclosing ? metadata_definition(e, def->enclosing) : NULL);
    metadata_collection(m, record, nested ? *nested : (RecordList){0}, ITEM_Typed);
    metadata_collection(m, record, parts->methods, ITEM_Typed);
    metadata_collection(m, record, parts->fields, ITEM_Typed);
    item_unsigned(&m->set, record, 0); // properties
    item_unsigned(&m->set, record, 0); // events
    metadata_collection(m, record, parts->generics, ITEM_Typed);
    metadata_collection(m, record, parts->interfaces, ITEM_Handle);
    metadata_collection(m, record, parts->attributes, ITEM_Typed);
}

void metadata_type_definition_fill(EmitContext *e, const TypeDef *def) {
    Type *type = type_from_def(e->ts, def);
    Type *base = type_base(e->ts, type);
    TypeParts parts = {.base = base ? metadata_type(e, base) : NULL,
                       .name = record_string(&e->metadata->set, def->name)};
    parts.methods = methods_of(e, type);
    parts.fields = fields_of(e, def, type);
    parts.generics =
        generic_parameters(e, def->module, token_make(TABLE_TypeDef, def->rid), GENERIC_TypeParameter);
    parts.interfaces = interfaces_of(e, type);
    parts.attributes = flags_attribute(e, def);
    type_items(e, metadata_definition(e, def), def, &parts);
}
