#include "il/marshal.h"

/// II.23.4 and CorNativeType.
enum NativeType {
    NATIVE_Boolean = 0x02,
    NATIVE_I1 = 0x03,
    NATIVE_U1 = 0x04,
    NATIVE_LPStr = 0x14,
    NATIVE_LPWStr = 0x15,
    NATIVE_LPTStr = 0x16,
    NATIVE_VariantBool = 0x25,
    NATIVE_LPArray = 0x2A,
    NATIVE_LPUTF8Str = 0x30,
    NATIVE_None = 0,
};

/// [MarshalAs] of a parameter: its native type code, NATIVE_None without one.
static uint8_t native_type(const Method *method, uint32_t sequence)
{
    const Image *image = method->def->owner->module->image;
    uint32_t     first, count = column_list(image, COLUMN_MethodDef_ParamList, method->def->rid, &first);
    for (uint32_t rid = first; rid < first + count; rid++) {
        if (column_read(image, COLUMN_Param_Sequence, rid) != sequence) continue;
        uint32_t rows,
            row = sorted_rows_find(image, COLUMN_FieldMarshal_Parent, token_make(TABLE_Param, rid), &rows);
        if (rows == 0) return NATIVE_None;
        Bytes blob = column_blob(image, COLUMN_FieldMarshal_NativeType, row);
        return blob.size ? blob.data[0] : NATIVE_None;
    }
    return NATIVE_None;
}

/// Numbers, pointers, enums and structs whose bits mean the same natively.
static bool is_plain(Il *il, Type *type)
{
    if (type->kind == TYPE_Pointer || type->kind == TYPE_FunctionPointer) return true;
    if (type->kind != TYPE_Named || !type->is_value_type) return false;
    if (type->element_type == ELEMENT_TYPE_BOOLEAN || type->element_type == ELEMENT_TYPE_CHAR) return false;
    StackKind kind = value_of_type(il, type).kind;
    if (kind != STACK_Value) return true;
    Failure       failure = { 0 };
    const Layout *layout = type_layout(il->ts, type, &failure);
    return layout && layout->is_blittable;
}

static MarshalKind bool_kind(uint8_t native)
{
    if (native == NATIVE_I1 || native == NATIVE_U1) return MARSHAL_Bool8;
    return native == NATIVE_VariantBool ? MARSHAL_VariantBool : MARSHAL_Bool32;
}

static MarshalKind string_kind(uint8_t native, bool unicode)
{
    if (native == NATIVE_LPStr || native == NATIVE_LPUTF8Str || native == NATIVE_LPTStr)
        return MARSHAL_AnsiString;
    if (native == NATIVE_LPWStr) return MARSHAL_UnicodeString;
    if (native != NATIVE_None) return MARSHAL_Unsupported;
    return unicode ? MARSHAL_UnicodeString : MARSHAL_AnsiString;
}

static MarshalKind class_kind(Il *il, Type *type, uint8_t native, bool unicode)
{
    if (type == il->string) return string_kind(native, unicode);
    if (type == well_known_type(il->ts, WELL_KNOWN_TYPE_StringBuilder))
        return string_kind(native, unicode) == MARSHAL_AnsiString ? MARSHAL_StringBuilder
                                                                  : MARSHAL_Unsupported;
    if (type->def->is_delegate) return MARSHAL_Delegate;
    return type_is_derived_from(il->ts, type, well_known_type(il->ts, WELL_KNOWN_TYPE_SafeHandle))
               ? MARSHAL_SafeHandle
               : MARSHAL_Unsupported;
}

static bool is_blittable_element(Il *il, Type *type, bool unicode)
{
    return is_plain(il, type) ||
           (type->kind == TYPE_Named && type->element_type == ELEMENT_TYPE_CHAR && unicode);
}

MarshalKind marshal_kind(Il *il, const Method *method, uint32_t sequence, Type *type, bool unicode)
{
    // With [DisableRuntimeMarshalling] bool is one byte, char two, and nothing is converted.
    bool disabled = method->def->owner->module->runtime_marshalling_disabled;
    if (is_plain(il, type) || type == il->void_type) return MARSHAL_Plain;
    if (disabled)
        return type->is_value_type || type->kind == TYPE_ByRef ? MARSHAL_Plain : MARSHAL_Unsupported;
    uint8_t native = native_type(method, sequence);
    if (type->kind == TYPE_ByRef) {
        if (is_blittable_element(il, type->element, unicode)) return MARSHAL_ByRef;
        bool is_bool =
            type->element->kind == TYPE_Named && type->element->element_type == ELEMENT_TYPE_BOOLEAN;
        return is_bool && bool_kind(native) == MARSHAL_Bool32 ? MARSHAL_ByRefBool : MARSHAL_Unsupported;
    }
    if (type->kind == TYPE_SzArray) {
        bool plain_array = native == NATIVE_None || native == NATIVE_LPArray;
        return plain_array && sequence && is_blittable_element(il, type->element, unicode)
                   ? MARSHAL_Array
                   : MARSHAL_Unsupported;
    }
    if (type->kind != TYPE_Named) return MARSHAL_Unsupported;
    if (type->element_type == ELEMENT_TYPE_BOOLEAN) return bool_kind(native);
    if (type->element_type == ELEMENT_TYPE_CHAR)
        return unicode || native == 0x06 ? MARSHAL_Plain : MARSHAL_AnsiChar;
    return type->is_value_type ? MARSHAL_Unsupported : class_kind(il, type, native, unicode);
}

Type *marshal_native_type(Il *il, MarshalKind kind, Type *type)
{
    switch (kind) {
    case MARSHAL_Plain: return type;
    case MARSHAL_Bool32: return il->int32;
    case MARSHAL_Bool8:
    case MARSHAL_AnsiChar: return type_primitive(il->ts, ELEMENT_TYPE_U1);
    case MARSHAL_VariantBool: return type_primitive(il->ts, ELEMENT_TYPE_I2);
    case MARSHAL_AnsiString:
    case MARSHAL_UnicodeString:
    case MARSHAL_StringBuilder:
    case MARSHAL_ByRef:
    case MARSHAL_ByRefBool:
    case MARSHAL_Array:
    case MARSHAL_Delegate:
    case MARSHAL_SafeHandle:
    case MARSHAL_Unsupported: return il->native_int;
    }
    return il->native_int;
}

bool pinvoke_needs_stub(Il *il, const Method *method)
{
    PInvokeImport import;
    if (!method_pinvoke_import(method->def, &import)) return false;
    bool preserve_sig = (method->def->impl_flags & 0x80) != 0; // II.23.1.11
    if ((import.flags & 0x0040) || !preserve_sig) return true;
    const Signature *signature = method->signature;
    bool             unicode = (import.flags & 6) == 4;
    if (marshal_kind(il, method, 0, signature->return_type, unicode) != MARSHAL_Plain) return true;
    for (uint32_t i = 0; i < signature->param_count; i++)
        if (marshal_kind(il, method, i + 1, signature->params[i], unicode) != MARSHAL_Plain) return true;
    return false;
}
