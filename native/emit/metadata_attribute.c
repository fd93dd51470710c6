// Custom attributes as records (II.23.3): constructor, fixed and named arguments.
#include "emit/metadata.h"

enum { // II.23.3 FieldOrPropType beyond element types
    SERIALIZATION_TYPE = 0x50,
    SERIALIZATION_BOXED = 0x51,
    SERIALIZATION_FIELD = 0x53,
    SERIALIZATION_ENUM = 0x55,
};
enum { NAMED_Property = 0, NAMED_Field = 1 }; // NamedArgumentMemberKind
enum { DEPTH_LIMIT = 8 };                     // of arrays in boxes in arrays

typedef struct Blob {
    EmitContext *e;
    const Module *module;
    Cursor cursor;
} Blob;

// SerString; *is_null for 0xFF.
static bool string_read(Blob *b, Text *out, bool *is_null) {
    bool ok = ser_string_read(&b->cursor, out);
    *is_null = ok && !out->data;
    return ok;
}

// ---- Types that the blob spells -----------------------------------------------------------------

static Type *named_type(Blob *b) {
    Text name;
    bool is_null;
    return string_read(b, &name, &is_null) && !is_null ? reach_type_named(b->e->reach, name, b->module)
                                                       : NULL;
}

static Type *written_type(Blob *b, uint32_t depth) {
    TypeSystem *ts = b->e->ts;
    uint8_t kind;
    if (depth > DEPTH_LIMIT || !read_u8(&b->cursor, &kind))
        return NULL;
    if (kind == SERIALIZATION_ENUM)
        return named_type(b);
    if (kind == SERIALIZATION_TYPE)
        return well_known_type(ts, WELL_KNOWN_TYPE_Type);
    if (kind == SERIALIZATION_BOXED)
        return well_known_type(ts, WELL_KNOWN_TYPE_Object);
    if (kind == ELEMENT_TYPE_SZARRAY) {
        Type *element = written_type(b, depth + 1);
        return element ? type_sz_array(ts, element) : NULL;
    }
    bool is_simple = kind == ELEMENT_TYPE_STRING || metadata_constant_size((ElementType)kind);
    return is_simple ? type_primitive(ts, (ElementType)kind) : NULL;
}

// ---- Values -------------------------------------------------------------------------------------

static const Record *value_read(Blob *b, Type *type, uint32_t depth);

static const Record *type_value(Blob *b) {
    Text name;
    bool is_null;
    if (!string_read(b, &name, &is_null))
        return NULL;
    if (is_null)
        return metadata_constant_null(b->e);
    Type *type = reach_type_named(b->e->reach, name, b->module);
    return type ? metadata_type(b->e, type) : NULL;
}

static const Record *string_value(Blob *b) {
    Text text;
    bool is_null;
    if (!string_read(b, &text, &is_null))
        return NULL;
    return is_null ? metadata_constant_null(b->e) : record_string(&b->e->metadata->set, text);
}

// An enum's constant, or the array of its integers, with the enum's type.
static const Record *enum_typed(Blob *b, Type *type, const Record *constant, bool is_array) {
    RecordSet *set = &b->e->metadata->set;
    Record *record = record_new(set, is_array ? HANDLE_ConstantEnumArray : HANDLE_ConstantEnumValue);
    if (is_array)
        item_handle(set, record, metadata_type(b->e, type));
    item_handle(set, record, constant);
    if (!is_array)
        item_handle(set, record, metadata_type(b->e, type));
    return record_intern(set, record);
}

static bool is_enum(const Type *type) {
    return type->kind == TYPE_Named && type->def->is_enum;
}

static const Record *simple_value(Blob *b, Type *type) {
    ElementType element = type_enum_underlying(b->e->ts, type)->element_type;
    uint32_t size = metadata_constant_size(element);
    Bytes bytes;
    if (!size || !read_bytes(&b->cursor, size, &bytes))
        return NULL;
    const Record *constant = metadata_constant(b->e, element, bytes);
    return is_enum(type) ? enum_typed(b, type, constant, false) : constant;
}

static const Record *simple_array(Blob *b, Type *element, uint32_t count) {
    ElementType code = type_enum_underlying(b->e->ts, element)->element_type;
    uint64_t size = (uint64_t)metadata_constant_size(code) * count;
    Bytes bytes;
    if (size > cursor_left(&b->cursor) || !read_bytes(&b->cursor, (uint32_t)size, &bytes))
        return NULL;
    const Record *array = metadata_constant_array(b->e, code, bytes);
    return is_enum(element) ? enum_typed(b, element, array, true) : array;
}

static const Record *handle_array(Blob *b, Type *element, uint32_t count, uint32_t depth) {
    Metadata *m = b->e->metadata;
    bool is_string = element == well_known_type(b->e->ts, WELL_KNOWN_TYPE_String);
    RecordList items = {0};
    for (uint32_t i = 0; i < count; i++) {
        const Record *item = value_read(b, element, depth + 1);
        if (!item)
            return NULL;
        ARRAY_PUSH(&b->e->arena, &items, item);
    }
    Record *record = record_new(&m->set, is_string ? HANDLE_ConstantStringArray : HANDLE_ConstantHandleArray);
    metadata_collection(m, record, items, ITEM_Handle);
    return record_intern(&m->set, record);
}

static const Record *array_value(Blob *b, Type *element, uint32_t depth) {
    uint32_t count;
    if (!read_u32(&b->cursor, &count))
        return NULL;
    if (count == UINT32_MAX)
        return metadata_constant_null(b->e);
    if (metadata_constant_size(type_enum_underlying(b->e->ts, element)->element_type))
        return simple_array(b, element, count);
    return handle_array(b, element, count, depth);
}

// NULL if the blob is malformed or names what is not there.
static const Record *value_read(Blob *b, Type *type, uint32_t depth) {
    TypeSystem *ts = b->e->ts;
    if (!type || depth > DEPTH_LIMIT)
        return NULL;
    if (type == well_known_type(ts, WELL_KNOWN_TYPE_Type))
        return type_value(b);
    if (type == well_known_type(ts, WELL_KNOWN_TYPE_String))
        return string_value(b);
    if (type == well_known_type(ts, WELL_KNOWN_TYPE_Object))
        return value_read(b, written_type(b, depth), depth + 1);
    if (type->kind == TYPE_SzArray)
        return array_value(b, type->element, depth);
    return simple_value(b, type);
}

// ---- Attributes ---------------------------------------------------------------------------------

static const Record *constructor_record(EmitContext *e, const Method *constructor) {
    RecordSet *set = &e->metadata->set;
    const Record *definition = metadata_method_definition(e, constructor->def);
    if (definition && !constructor->owner->arg_count) {
        Record *record = record_new(set, HANDLE_QualifiedMethod);
        item_typed(set, record, definition);
        item_typed(set, record, metadata_definition(e, constructor->def->owner));
        return record_intern(set, record);
    }
    Record *record = record_new(set, HANDLE_MemberReference);
    item_handle(set, record, metadata_type(e, constructor->owner));
    item_typed(set, record, record_string(set, constructor->name));
    item_handle(set, record, metadata_method_signature(e, constructor->signature, (Modifiers){0}));
    return record_intern(set, record);
}

static const Record *named_argument(Blob *b) {
    RecordSet *set = &b->e->metadata->set;
    uint8_t member;
    Text name;
    bool is_null;
    if (!read_u8(&b->cursor, &member))
        return NULL;
    Type *type = written_type(b, 0);
    if (!type || !string_read(b, &name, &is_null) || is_null)
        return NULL;
    const Record *value = value_read(b, type, 0);
    if (!value)
        return NULL;
    Record *record = record_new(set, HANDLE_NamedArgument);
    item_unsigned(set, record, member == SERIALIZATION_FIELD ? NAMED_Field : NAMED_Property);
    item_typed(set, record, record_string(set, name));
    item_handle(set, record, metadata_type(b->e, type));
    item_handle(set, record, value);
    return record_intern(set, record);
}

static bool arguments_read(Blob *b, const Method *constructor, RecordList *fixed, RecordList *named) {
    uint16_t prolog, count;
    if (!cursor_left(&b->cursor))
        return constructor->signature->param_count == 0;
    if (!read_u16(&b->cursor, &prolog) || prolog != 1)
        return false;
    for (uint32_t i = 0; i < constructor->signature->param_count; i++) {
        const Record *value = value_read(b, constructor->signature->params[i], 0);
        if (!value)
            return false;
        ARRAY_PUSH(&b->e->arena, fixed, value);
    }
    if (!read_u16(&b->cursor, &count))
        return false;
    for (uint16_t i = 0; i < count; i++) {
        const Record *argument = named_argument(b);
        if (!argument)
            return false;
        ARRAY_PUSH(&b->e->arena, named, argument);
    }
    return true;
}

static const Record *attribute_record(EmitContext *e, Module *module, const AttributeRow *row) {
    Metadata *m = e->metadata;
    Failure failure = {0};
    const Method *constructor = method_from_token(e->ts, module, row->constructor, NULL, &failure);
    if (!constructor || constructor->is_open)
        return NULL;
    Blob blob = {.e = e, .module = module, .cursor = cursor_over(row->blob)};
    RecordList fixed = {0}, named = {0};
    if (!arguments_read(&blob, constructor, &fixed, &named))
        return NULL;
    Record *record = record_new(&m->set, HANDLE_CustomAttribute);
    item_handle(&m->set, record, constructor_record(e, constructor));
    metadata_collection(m, record, fixed, ITEM_Handle);
    metadata_collection(m, record, named, ITEM_Typed);
    return record_intern(&m->set, record);
}

RecordList metadata_attributes(EmitContext *e, const Module *module, Token owner) {
    RecordList list = {0};
    AttributeRow *rows;
    uint32_t count = attributes_of(module, owner, &e->arena, &rows);
    for (uint32_t i = 0; i < count; i++) {
        if (!reach_attribute_kept(e->reach, module, rows[i].rid))
            continue;
        const Record *record = attribute_record(e, (Module *)(uintptr_t)module, &rows[i]);
        if (record)
            ARRAY_PUSH(&e->arena, &list, record);
    }
    return list;
}
