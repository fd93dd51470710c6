// Constants as NativeFormat records: of literals, parameters, properties and arguments of custom attributes.
#include "emit/metadata.h"

static uint64_t constant_bits(Bytes bytes) {
    uint64_t bits = 0;
    for (size_t i = 0; i < bytes.size && i < 8; i++)
        bits |= (uint64_t)bytes.data[i] << 8 * i;
    return bits;
}

typedef enum Encoding { ENCODING_None, ENCODING_Raw, ENCODING_Signed, ENCODING_Unsigned } Encoding;

typedef struct ConstantRow {
    HandleType value, array;
    Encoding encoding;
    uint32_t size;
} ConstantRow;

// II.22.9: the primitive types of a constant.
static ConstantRow constant_row(ElementType type) {
    static const ConstantRow rows[] = {
        [ELEMENT_TYPE_BOOLEAN] = {HANDLE_ConstantBooleanValue, HANDLE_ConstantBooleanArray, ENCODING_Raw, 1},
        [ELEMENT_TYPE_CHAR] = {HANDLE_ConstantCharValue, HANDLE_ConstantCharArray, ENCODING_Unsigned, 2},
        [ELEMENT_TYPE_I1] = {HANDLE_ConstantSByteValue, HANDLE_ConstantSByteArray, ENCODING_Raw, 1},
        [ELEMENT_TYPE_U1] = {HANDLE_ConstantByteValue, HANDLE_ConstantByteArray, ENCODING_Raw, 1},
        [ELEMENT_TYPE_I2] = {HANDLE_ConstantInt16Value, HANDLE_ConstantInt16Array, ENCODING_Signed, 2},
        [ELEMENT_TYPE_U2] = {HANDLE_ConstantUInt16Value, HANDLE_ConstantUInt16Array, ENCODING_Unsigned, 2},
        [ELEMENT_TYPE_I4] = {HANDLE_ConstantInt32Value, HANDLE_ConstantInt32Array, ENCODING_Signed, 4},
        [ELEMENT_TYPE_U4] = {HANDLE_ConstantUInt32Value, HANDLE_ConstantUInt32Array, ENCODING_Unsigned, 4},
        [ELEMENT_TYPE_I8] = {HANDLE_ConstantInt64Value, HANDLE_ConstantInt64Array, ENCODING_Signed, 8},
        [ELEMENT_TYPE_U8] = {HANDLE_ConstantUInt64Value, HANDLE_ConstantUInt64Array, ENCODING_Unsigned, 8},
        [ELEMENT_TYPE_R4] = {HANDLE_ConstantSingleValue, HANDLE_ConstantSingleArray, ENCODING_Raw, 4},
        [ELEMENT_TYPE_R8] = {HANDLE_ConstantDoubleValue, HANDLE_ConstantDoubleArray, ENCODING_Raw, 8},
    };
    return (size_t)type < sizeof rows / sizeof *rows ? rows[type] : (ConstantRow){0};
}

uint32_t metadata_constant_size(ElementType type) {
    return constant_row(type).size;
}

static void constant_put(RecordSet *set, Record *record, const ConstantRow *row, Bytes bytes) {
    if (row->encoding == ENCODING_Raw) {
        item_raw(set, record, bytes.data, bytes.size);
        return;
    }
    ByteArray out = {0};
    uint64_t bits = constant_bits(bytes);
    uint32_t unused = 64 - 8 * row->size;
    if (row->encoding == ENCODING_Signed)
        native_signed_long(set->arena, &out, (int64_t)(bits << unused) >> unused);
    else
        native_unsigned_long(set->arena, &out, bits);
    item_raw(set, record, out.items, out.count);
}

const Record *metadata_constant_null(EmitContext *e) {
    RecordSet *set = &e->metadata->set;
    Record *record = record_new(set, HANDLE_ConstantReferenceValue);
    item_raw(set, record, NULL, 0);
    return record_intern(set, record);
}

static const Record *constant_string(EmitContext *e, Bytes bytes) {
    uint16_t *units = ARENA_ARRAY(&e->arena, uint16_t, bytes.size / 2 + 1);
    for (size_t i = 0; i < bytes.size / 2; i++)
        units[i] = (uint16_t)(bytes.data[2 * i] | bytes.data[2 * i + 1] << 8);
    return record_string(&e->metadata->set, utf16_to_text(&e->arena, (Utf16){units, bytes.size / 2}));
}

const Record *metadata_constant(EmitContext *e, ElementType type, Bytes bytes) {
    RecordSet *set = &e->metadata->set;
    if (type == ELEMENT_TYPE_STRING)
        return constant_string(e, bytes);
    ConstantRow row = constant_row(type);
    if (!row.size)
        return metadata_constant_null(e);
    Record *record = record_new(set, row.value);
    constant_put(set, record, &row, bytes);
    return record_intern(set, record);
}

const Record *metadata_constant_array(EmitContext *e, ElementType type, Bytes bytes) {
    RecordSet *set = &e->metadata->set;
    ConstantRow row = constant_row(type);
    Record *record = record_new(set, row.array);
    item_unsigned(set, record, (uint32_t)bytes.size / row.size);
    for (size_t at = 0; at + row.size <= bytes.size; at += row.size)
        constant_put(set, record, &row, (Bytes){bytes.data + at, row.size});
    return record_intern(set, record);
}

const Record *metadata_default_value(EmitContext *e, const Image *image, Token parent) {
    uint32_t count, row = sorted_rows_find(image, COLUMN_Constant_Parent, parent, &count);
    if (!row)
        return NULL;
    ElementType type =
        (ElementType)(column_read(image, COLUMN_Constant_Type, row) & 0xFF); // II.22.9: then padding
    return metadata_constant(e, type, column_blob(image, COLUMN_Constant_Value, row));
}
