// Custom attributes (II.22.10, II.23.3), P/Invoke imports, field data and constants, read straight from the
// tables.
#include "types/private.h"

enum {
    SERIALIZATION_TYPE = 0x50,
    SERIALIZATION_BOXED = 0x51,
    SERIALIZATION_FIELD = 0x53,
    SERIALIZATION_PROPERTY = 0x54,
    SERIALIZATION_ENUM = 0x55
};

AttributeScan attribute_scan(const Module *module, Token owner) {
    uint32_t count, row = sorted_rows_find(module->image, COLUMN_CustomAttribute_Parent, owner, &count);
    return (AttributeScan){module, row, row ? row + count : 0};
}

// TypeDef or TypeRef behind the type of a generic attribute: GENERICINST CLASS <token> ... (II.23.2.14).
static Token type_spec_definition(const Image *image, uint32_t rid) {
    Cursor cursor = cursor_over(column_blob(image, COLUMN_TypeSpec_Signature, rid));
    uint8_t generic, kind;
    uint32_t coded;
    if (!read_u8(&cursor, &generic) || generic != ELEMENT_TYPE_GENERICINST || !read_u8(&cursor, &kind) ||
        !read_compressed_u32(&cursor, &coded))
        return (Token){0};
    static const TableId tables[] = {TABLE_TypeDef, TABLE_TypeRef, TABLE_TypeSpec, TABLE_TypeSpec};
    return token_make(tables[coded & 3], coded >> 2);
}

static void type_token_name(const Module *module, Token token, Text *name_space, Text *name) {
    const Image *image = module->image;
    uint32_t rid = token_rid(token);
    if (token_table(token) == TABLE_TypeSpec && rid && rid <= table_row_count(image, TABLE_TypeSpec)) {
        token = type_spec_definition(image, rid);
        rid = token_rid(token);
    }
    if (token_table(token) == TABLE_TypeRef && rid && rid <= table_row_count(image, TABLE_TypeRef)) {
        *name_space = column_text(image, COLUMN_TypeRef_TypeNamespace, rid);
        *name = column_text(image, COLUMN_TypeRef_TypeName, rid);
    } else if (token_table(token) == TABLE_TypeDef && rid && rid <= table_row_count(image, TABLE_TypeDef)) {
        *name_space = column_text(image, COLUMN_TypeDef_TypeNamespace, rid);
        *name = column_text(image, COLUMN_TypeDef_TypeName, rid);
    }
}

bool attribute_next(AttributeScan *scan, AttributeRow *out) {
    if (scan->row >= scan->end)
        return false;
    const Image *image = scan->module->image;
    uint32_t row = scan->row++;
    Token constructor = column_token(image, COLUMN_CustomAttribute_Type, row);
    *out = (AttributeRow){
        .rid = row, .constructor = constructor, .name_space = TEXT_LITERAL(""), .name = TEXT_LITERAL("")};
    out->blob = column_blob(image, COLUMN_CustomAttribute_Value, row);
    Token type = {0};
    if (token_table(constructor) == TABLE_MemberRef && token_rid(constructor))
        type = column_token(image, COLUMN_MemberRef_Class, token_rid(constructor));
    else if (token_table(constructor) == TABLE_MethodDef && token_rid(constructor))
        type =
            token_make(TABLE_TypeDef, method_owner_rid(module_record(scan->module), token_rid(constructor)));
    type_token_name(scan->module, type, &out->name_space, &out->name);
    return true;
}

bool attribute_find(const Module *module, Token owner, const char *name_space, const char *name,
                    Bytes *blob) {
    AttributeScan scan = attribute_scan(module, owner);
    AttributeRow row;
    while (attribute_next(&scan, &row)) {
        if (!text_equal_z(row.name, name) || !text_equal_z(row.name_space, name_space))
            continue;
        *blob = row.blob;
        return true;
    }
    return false;
}

uint32_t attributes_of(const Module *module, Token owner, Arena *arena, AttributeRow **out) {
    AttributeScan scan = attribute_scan(module, owner);
    uint32_t count = 0, capacity = scan.end - scan.row;
    *out = ARENA_ARRAY(arena, AttributeRow, capacity);
    while (count < capacity && attribute_next(&scan, &(*out)[count]))
        count++;
    return count;
}

// SerString (II.23.3): 0xFF is null.
bool ser_string_read(Cursor *cursor, Text *out) {
    *out = (Text){0};
    if (cursor_left(cursor) && cursor->data[cursor->at] == 0xFF)
        return cursor_skip(cursor, 1);
    uint32_t size;
    Bytes bytes;
    if (!read_compressed_u32(cursor, &size) || !read_bytes(cursor, size, &bytes))
        return false;
    *out = (Text){bytes.size ? (const char *)bytes.data : "", bytes.size};
    return true;
}

bool attribute_string_argument(Bytes blob, uint32_t index, Text *out) {
    Cursor cursor = cursor_over(blob);
    uint16_t prolog;
    if (!read_u16(&cursor, &prolog) || prolog != 1)
        return false;
    for (uint32_t i = 0; i <= index; i++) {
        // The last two bytes count the named arguments.
        if (cursor_left(&cursor) <= 2 || !ser_string_read(&cursor, out))
            return false;
    }
    return out->data != NULL;
}

typedef struct FieldOrPropType { // II.23.3
    uint8_t kind;                // element type code
    uint8_t element;             // of SZARRAY
} FieldOrPropType;

static bool named_type_read(Cursor *cursor, FieldOrPropType *type) {
    Text enum_name;
    if (!read_u8(cursor, &type->kind))
        return false;
    if (type->kind == SERIALIZATION_ENUM)
        return ser_string_read(cursor, &enum_name);
    if (type->kind != ELEMENT_TYPE_SZARRAY)
        return true;
    if (!read_u8(cursor, &type->element))
        return false;
    return type->element != SERIALIZATION_ENUM || ser_string_read(cursor, &enum_name);
}

static bool simple_value_skip(Cursor *cursor, uint8_t kind) {
    Text text;
    switch (kind) {
    // The size of an enum needs its definition; nearly all are int32, and a wrong guess only loses later
    // arguments.
    case SERIALIZATION_ENUM: return cursor_skip(cursor, 4);
    case ELEMENT_TYPE_STRING:
    case SERIALIZATION_TYPE: return ser_string_read(cursor, &text);
    default: {
        uint32_t size = element_type_size((ElementType)kind);
        return size && cursor_skip(cursor, size);
    }
    }
}

static bool named_value_skip(Cursor *cursor, FieldOrPropType type) {
    if (type.kind == SERIALIZATION_BOXED &&
        (!named_type_read(cursor, &type) || type.kind == SERIALIZATION_BOXED))
        return false;
    if (type.kind != ELEMENT_TYPE_SZARRAY)
        return simple_value_skip(cursor, type.kind);
    uint32_t count;
    if (!read_u32(cursor, &count))
        return false;
    if (count == UINT32_MAX)
        return true; // null
    for (uint32_t i = 0; i < count; i++) {
        if (!simple_value_skip(cursor, type.element))
            return false;
    }
    return true;
}

/// Leaves `cursor` at the value of the named argument (II.23.3); its type must be `first` or `second`.
static bool named_argument_find(Cursor *cursor, uint32_t fixed_argument_size, const char *name,
                                uint32_t first, uint32_t second, uint32_t *kind) {
    uint16_t prolog, count;
    if (!read_u16(cursor, &prolog) || prolog != 1 || !cursor_skip(cursor, fixed_argument_size) ||
        !read_u16(cursor, &count))
        return false;
    for (uint16_t i = 0; i < count; i++) {
        uint8_t member;
        FieldOrPropType type = {0};
        Text argument;
        if (!read_u8(cursor, &member) ||
            (member != SERIALIZATION_FIELD && member != SERIALIZATION_PROPERTY) ||
            !named_type_read(cursor, &type) || !ser_string_read(cursor, &argument))
            return false;
        *kind = type.kind;
        if ((*kind == first || *kind == second) && text_equal_z(argument, name))
            return true;
        if (!named_value_skip(cursor, type))
            return false;
    }
    return false;
}

bool attribute_named_string(Bytes blob, uint32_t fixed_argument_size, const char *name, Text *out) {
    Cursor cursor = cursor_over(blob);
    uint32_t kind;
    return named_argument_find(&cursor, fixed_argument_size, name, ELEMENT_TYPE_STRING, ELEMENT_TYPE_STRING,
                               &kind) &&
           ser_string_read(&cursor, out) && out->data;
}

bool attribute_named_integer(Bytes blob, uint32_t fixed_argument_size, const char *name, int32_t *out) {
    Cursor cursor = cursor_over(blob);
    uint32_t kind, word;
    uint8_t small;
    if (!named_argument_find(&cursor, fixed_argument_size, name, ELEMENT_TYPE_BOOLEAN, SERIALIZATION_ENUM,
                             &kind))
        return false;
    if (kind == ELEMENT_TYPE_BOOLEAN)
        return read_u8(&cursor, &small) && ((*out = small), true);
    return read_u32(&cursor, &word) && ((*out = (int32_t)word), true);
}

bool method_pinvoke_import(const MethodDef *def, PInvokeImport *out) {
    const Image *image = def->owner->module->image;
    uint32_t count;
    uint32_t row = sorted_rows_find(image, COLUMN_ImplMap_MemberForwarded,
                                    token_make(TABLE_MethodDef, def->rid), &count);
    if (!row)
        return false;
    Token scope = column_token(image, COLUMN_ImplMap_ImportScope, row);
    out->flags = (uint16_t)column_read(image, COLUMN_ImplMap_MappingFlags, row);
    out->entry_name = column_text(image, COLUMN_ImplMap_ImportName, row);
    if (out->entry_name.size == 0)
        out->entry_name = def->name; // II.22.22: the method's own name
    out->module_name =
        token_rid(scope) ? column_text(image, COLUMN_ModuleRef_Name, token_rid(scope)) : TEXT_LITERAL("");
    return true;
}

// [RuntimeImport("library", "symbol")] or [RuntimeImport("symbol")].
bool method_runtime_import(const MethodDef *def, Text *symbol) {
    Bytes blob;
    if (!def->is_internal_call && def->rva)
        return false;
    if (!attribute_find(def->owner->module, token_make(TABLE_MethodDef, def->rid), "System.Runtime",
                        "RuntimeImportAttribute", &blob))
        return false;
    return attribute_string_argument(blob, 1, symbol) || attribute_string_argument(blob, 0, symbol);
}

bool method_runtime_export(const MethodDef *def, Text *symbol) {
    Bytes blob;
    return attribute_find(def->owner->module, token_make(TABLE_MethodDef, def->rid), "System.Runtime",
                          "RuntimeExportAttribute", &blob) &&
           attribute_string_argument(blob, 0, symbol);
}

bool field_rva_data(TypeSystem *ts, Field *field, Bytes *out) {
    const Image *image = field->def->owner->module->image;
    uint32_t count;
    uint32_t row =
        sorted_rows_find(image, COLUMN_FieldRva_Field, token_make(TABLE_Field, field->def->rid), &count);
    if (!field->def->has_rva || !row)
        return false;
    Bytes rest;
    uint32_t size = type_size(ts, field->type);
    return rva_bytes(image, column_read(image, COLUMN_FieldRva_Rva, row), &rest) &&
           bytes_slice(rest, 0, size, out);
}

bool field_constant(const FieldDef *def, ElementType *type, Bytes *out) {
    const Image *image = def->owner->module->image;
    uint32_t count;
    uint32_t row = sorted_rows_find(image, COLUMN_Constant_Parent, token_make(TABLE_Field, def->rid), &count);
    if (!row)
        return false;
    *type =
        (ElementType)(column_read(image, COLUMN_Constant_Type, row) & 0xFF); // high byte is padding (II.22.9)
    *out = column_blob(image, COLUMN_Constant_Value, row);
    return true;
}

// ---- Generic parameters (II.22.20) --------------------------------------------------------------

static uint32_t generic_param_row(const Module *module, Token owner, uint32_t index) {
    uint32_t count, row = sorted_rows_find(module->image, COLUMN_GenericParam_Owner, owner, &count);
    for (uint32_t i = 0; row && i < count; i++) {
        if (column_read(module->image, COLUMN_GenericParam_Number, row + i) == index)
            return row + i;
    }
    return 0;
}

uint32_t generic_param_flags(const TypeDef *type_def_or_null, const MethodDef *method_def_or_null,
                             uint32_t index) {
    const Module *module = type_def_or_null ? type_def_or_null->module : method_def_or_null->owner->module;
    Token owner = type_def_or_null ? token_make(TABLE_TypeDef, type_def_or_null->rid)
                                   : token_make(TABLE_MethodDef, method_def_or_null->rid);
    uint32_t row = generic_param_row(module, owner, index);
    return row ? column_read(module->image, COLUMN_GenericParam_Flags, row) : 0;
}

uint32_t type_def_variance(const TypeDef *def, uint32_t index) {
    TypeDefRecord *record = type_def_record(def);
    if (!record->variance_read) {
        record->variance_read = true;
        // Only interfaces and delegates may have variant parameters (II.9.5).
        bool may_vary = def->generic_count && (def->is_interface || def->is_delegate), varies = false;
        uint8_t *variance =
            may_vary ? ARENA_ARRAY(module_record(def->module)->ts->arena, uint8_t, def->generic_count) : NULL;
        for (uint32_t i = 0; may_vary && i < def->generic_count; i++) {
            variance[i] = generic_param_flags(def, NULL, i) & 3;
            if (variance[i])
                varies = true;
        }
        if (varies)
            record->variance = variance;
    }
    return record->variance && index < def->generic_count ? record->variance[index] : 0;
}

bool type_def_is_variant(const TypeDef *def) {
    (void)type_def_variance(def, 0);
    return type_def_record(def)->variance != NULL;
}
