// The native form of parameters, results and elements: [MarshalAs], the character set, and what follows from
// the managed type.
#include "il/marshal.h"

/// II.23.4 and CorNativeType.
enum NativeType {
    NATIVE_None = 0,
    NATIVE_Boolean = 0x02,
    NATIVE_I1 = 0x03,
    NATIVE_U1 = 0x04,
    NATIVE_I2 = 0x05,
    NATIVE_U2 = 0x06,
    NATIVE_Bstr = 0x13,
    NATIVE_LPStr = 0x14,
    NATIVE_LPWStr = 0x15,
    NATIVE_LPTStr = 0x16,
    NATIVE_FixedString = 0x17,
    NATIVE_IUnknown = 0x19,
    NATIVE_IDispatch = 0x1A,
    NATIVE_Struct = 0x1B,
    NATIVE_Interface = 0x1C,
    NATIVE_FixedArray = 0x1E,
    NATIVE_AnsiBstr = 0x23,
    NATIVE_TBstr = 0x24,
    NATIVE_VariantBool = 0x25,
    NATIVE_FunctionPointer = 0x26,
    NATIVE_AsAny = 0x28,
    NATIVE_LPArray = 0x2A,
    NATIVE_LPStruct = 0x2B,
    NATIVE_Custom = 0x2C,
    NATIVE_LPUtf8Str = 0x30,
    NATIVE_Max = 0x50, // element type not given
};

/// A decoded FieldMarshal blob.
typedef struct NativeSpec {
    uint8_t type, element;
    uint32_t count;
    int32_t count_param;
    Text marshaller, cookie;
} NativeSpec;

static bool text_read(Cursor *cursor, Text *out) {
    uint32_t size;
    Bytes bytes;
    if (!read_compressed_u32(cursor, &size) || !read_bytes(cursor, size, &bytes))
        return false;
    *out = (Text){(const char *)bytes.data, bytes.size};
    return true;
}

static NativeSpec spec_decode(Bytes blob) {
    NativeSpec spec = {.count_param = -1};
    Cursor cursor = cursor_over(blob);
    uint32_t number;
    Text ignored;
    if (!read_u8(&cursor, &spec.type))
        return spec;
    switch (spec.type) {
    case NATIVE_FixedString:
        if (!read_compressed_u32(&cursor, &spec.count))
            spec.count = 0;
        break;
    case NATIVE_FixedArray:
        if (!read_compressed_u32(&cursor, &spec.count) || !read_u8(&cursor, &spec.element))
            spec.element = NATIVE_None;
        break;
    case NATIVE_LPArray: { // ElemType, ParamNum, NumElem, flags: bit 0 says that ParamNum counts
        uint32_t flags;
        if (!read_u8(&cursor, &spec.element) || !read_compressed_u32(&cursor, &number))
            break;
        spec.count_param = (int32_t)number;
        if (!read_compressed_u32(&cursor, &spec.count))
            break;
        if (read_compressed_u32(&cursor, &flags) && !(flags & 1))
            spec.count_param = -1;
        break;
    }
    case NATIVE_Custom: // GUID, native type name, marshaller, cookie
        if (!text_read(&cursor, &ignored) || !text_read(&cursor, &ignored) ||
            !text_read(&cursor, &spec.marshaller) || !text_read(&cursor, &spec.cookie))
            spec.cookie = (Text){0};
        break;
    default: break;
    }
    if (spec.element == NATIVE_Max)
        spec.element = NATIVE_None;
    return spec;
}

static NativeSpec spec_of(const Image *image, Token parent) {
    uint32_t rows, row = sorted_rows_find(image, COLUMN_FieldMarshal_Parent, parent, &rows);
    return row ? spec_decode(column_blob(image, COLUMN_FieldMarshal_NativeType, row))
               : (NativeSpec){.count_param = -1};
}

// ---- By managed type ----------------------------------------------------------------------------

typedef enum Where { WHERE_Parameter, WHERE_Result, WHERE_Field, WHERE_Element } Where;

typedef struct Choice {
    Il *il;
    MarshalScope scope;
    Where where;
    NativeSpec spec;
} Choice;

static void choose(const Choice *c, Type *type, Marshal *m);

static Type *pointer(Il *il) {
    return il->native_int;
}

static bool is_named(const Type *type, WellKnownType id, Il *il) {
    return type == well_known_type(il->ts, id);
}

/// Numbers, pointers, enums.
static bool is_number(Il *il, Type *type) {
    if (type->kind == TYPE_Pointer || type->kind == TYPE_FunctionPointer)
        return true;
    if (type->kind != TYPE_Named || !type->is_value_type)
        return false;
    ElementType element = type_enum_underlying(il->ts, type)->element_type;
    bool is_text = element == ELEMENT_TYPE_BOOLEAN || element == ELEMENT_TYPE_CHAR;
    return value_of_type(il, type).kind != STACK_Value && (type->def->is_enum || !is_text);
}

static MarshalKind bool_kind(uint8_t native) {
    if (native == NATIVE_I1 || native == NATIVE_U1)
        return MARSHAL_Bool8;
    if (native == NATIVE_VariantBool)
        return MARSHAL_VariantBool;
    return native == NATIVE_None || native == NATIVE_Boolean ? MARSHAL_Bool32 : MARSHAL_Unsupported;
}

static MarshalKind char_kind(const Choice *c) {
    if (c->spec.type == NATIVE_I1 || c->spec.type == NATIVE_U1)
        return MARSHAL_AnsiChar;
    if (c->spec.type == NATIVE_I2 || c->spec.type == NATIVE_U2)
        return MARSHAL_Plain;
    return c->scope.unicode ? MARSHAL_Plain : MARSHAL_AnsiChar;
}

static MarshalKind string_kind(const Choice *c) {
    switch (c->spec.type) {
    case NATIVE_None: return c->scope.unicode ? MARSHAL_UnicodeString : MARSHAL_AnsiString;
    case NATIVE_LPStr:
    case NATIVE_LPUtf8Str: return MARSHAL_AnsiString;
    case NATIVE_LPTStr: // UTF-16 on every platform
    case NATIVE_LPWStr: return MARSHAL_UnicodeString;
    case NATIVE_Bstr:
    case NATIVE_TBstr: return MARSHAL_Bstr;
    case NATIVE_AnsiBstr: return MARSHAL_AnsiBstr;
    case NATIVE_FixedString:
        if (c->where != WHERE_Field)
            return MARSHAL_Unsupported;
        return c->scope.unicode ? MARSHAL_FixedUnicodeString : MARSHAL_FixedAnsiString;
    default: return MARSHAL_Unsupported;
    }
}

static MarshalKind builder_kind(const Choice *c) {
    if (c->where != WHERE_Parameter)
        return MARSHAL_Unsupported;
    MarshalKind kind = string_kind(c);
    if (kind == MARSHAL_AnsiString)
        return MARSHAL_AnsiBuilder;
    return kind == MARSHAL_UnicodeString ? MARSHAL_UnicodeBuilder : MARSHAL_Unsupported;
}

static bool is_handle(const Choice *c) {
    return c->where == WHERE_Parameter || c->where == WHERE_Result;
}

static MarshalKind class_kind(const Choice *c, Type *type, Marshal *m) {
    Il *il = c->il;
    if (type == il->string)
        return string_kind(c);
    if (is_named(type, WELL_KNOWN_TYPE_StringBuilder, il))
        return builder_kind(c);
    if (is_named(type, WELL_KNOWN_TYPE_Delegate, il) || is_named(type, WELL_KNOWN_TYPE_MulticastDelegate, il))
        return MARSHAL_Delegate;
    if (type == il->object && c->spec.type == NATIVE_AsAny)
        return c->where == WHERE_Parameter ? MARSHAL_AnyObject : MARSHAL_Unsupported;
    if (type->def->is_delegate)
        return type->arg_count || c->spec.type == NATIVE_Interface ? MARSHAL_Unsupported : MARSHAL_Delegate;
    if (type_is_derived_from(il->ts, type, well_known_type(il->ts, WELL_KNOWN_TYPE_SafeHandle)))
        return is_handle(c) ? MARSHAL_SafeHandle : MARSHAL_Unsupported;
    if (type_is_derived_from(il->ts, type, well_known_type(il->ts, WELL_KNOWN_TYPE_CriticalHandle)))
        return is_handle(c) ? MARSHAL_CriticalHandle : MARSHAL_Unsupported;
    if (type->def->is_interface || c->spec.type == NATIVE_IUnknown || c->spec.type == NATIVE_IDispatch ||
        c->spec.type == NATIVE_Interface)
        return MARSHAL_ComInterface;
    if (type->arg_count || c->where == WHERE_Element || type == il->object)
        return MARSHAL_Unsupported;
    m->layout = native_struct(il, type);
    if (m->layout->invalid)
        return MARSHAL_Unsupported;
    return c->where == WHERE_Field ? MARSHAL_InlineClass : MARSHAL_Class;
}

static MarshalKind struct_kind(const Choice *c, Type *type, Marshal *m) {
    Il *il = c->il;
    Failure failure = {0};
    if (is_named(type, WELL_KNOWN_TYPE_HandleRef, il))
        return c->where == WHERE_Parameter ? MARSHAL_HandleRef : MARSHAL_Unsupported;
    if (is_named(type, WELL_KNOWN_TYPE_DateTime, il))
        return MARSHAL_OleDate;
    const Layout *layout = type_layout(il->ts, type, &failure);
    if (layout && layout->is_blittable)
        return MARSHAL_Plain;
    if (type->arg_count || type->def->is_byref_like)
        return MARSHAL_Unsupported;
    m->layout = native_struct(il, type);
    if (m->layout->invalid)
        return MARSHAL_Unsupported;
    return m->layout->is_plain ? MARSHAL_Plain : MARSHAL_Struct;
}

static void choose_array(const Choice *c, Type *type, Marshal *m) {
    bool is_fixed = c->spec.type == NATIVE_FixedArray;
    m->kind = MARSHAL_Unsupported;
    if (is_fixed != (c->where == WHERE_Field))
        return; // a struct holds its elements, nothing else
    if (c->where == WHERE_Element)
        return;
    if (!is_fixed && c->spec.type != NATIVE_None && c->spec.type != NATIVE_LPArray)
        return;
    Marshal *element = ARENA_NEW(c->il->program, Marshal);
    Choice inner = *c;
    inner.where = WHERE_Element;
    inner.spec = (NativeSpec){.type = c->spec.element, .count_param = -1};
    choose(&inner, type->element, element);
    if (element->kind == MARSHAL_Unsupported)
        return;
    m->element = element;
    m->kind = is_fixed ? MARSHAL_FixedArray : MARSHAL_Array;
}

static Type *custom_type(const Choice *c) {
    const char *comma = memchr(c->spec.marshaller.data, ',', c->spec.marshaller.size);
    Text name = {c->spec.marshaller.data,
                 comma ? (size_t)(comma - c->spec.marshaller.data) : c->spec.marshaller.size};
    Module *module = c->scope.module;
    if (comma) {
        const char *end = c->spec.marshaller.data + c->spec.marshaller.size;
        for (comma++; comma < end && *comma == ' ';)
            comma++;
        const char *more = memchr(comma, ',', (size_t)(end - comma));
        module = module_find(c->il->ts, (Text){comma, (size_t)((more ? more : end) - comma)});
    }
    return module ? type_find_full_name(c->il->ts, module, name) : NULL;
}

static void choose_custom(const Choice *c, Marshal *m) {
    bool placed = c->where == WHERE_Parameter || c->where == WHERE_Result;
    m->marshaller = placed ? custom_type(c) : NULL;
    m->cookie = c->spec.cookie;
    m->kind = m->marshaller ? MARSHAL_Custom : MARSHAL_Unsupported;
}

static Type *native_of(Il *il, const Marshal *m) {
    switch (m->kind) {
    case MARSHAL_Plain: return m->type;
    case MARSHAL_Bool32: return il->int32;
    case MARSHAL_Bool8:
    case MARSHAL_AnsiChar: return type_primitive(il->ts, ELEMENT_TYPE_U1);
    case MARSHAL_VariantBool: return type_primitive(il->ts, ELEMENT_TYPE_I2);
    case MARSHAL_OleDate: return type_primitive(il->ts, ELEMENT_TYPE_R8);
    case MARSHAL_Struct:
    case MARSHAL_InlineClass: return native_struct_type(il, m->layout);
    case MARSHAL_FixedAnsiString:
    case MARSHAL_FixedUnicodeString:
    case MARSHAL_FixedArray: return NULL;
    case MARSHAL_AnsiString:
    case MARSHAL_UnicodeString:
    case MARSHAL_Bstr:
    case MARSHAL_AnsiBstr:
    case MARSHAL_AnsiBuilder:
    case MARSHAL_UnicodeBuilder:
    case MARSHAL_Array:
    case MARSHAL_Delegate:
    case MARSHAL_SafeHandle:
    case MARSHAL_CriticalHandle:
    case MARSHAL_HandleRef:
    case MARSHAL_Class:
    case MARSHAL_AnyObject:
    case MARSHAL_ComInterface:
    case MARSHAL_Custom:
    case MARSHAL_Unsupported: break;
    }
    return pointer(il);
}

static void choose_kind(const Choice *c, Type *type, Marshal *m) {
    Il *il = c->il;
    if (type == il->void_type || is_number(il, type))
        m->kind = MARSHAL_Plain;
    else if (c->spec.type == NATIVE_Custom)
        choose_custom(c, m);
    else if (c->scope.disabled)
        m->kind =
            type->is_value_type && !type_has_references(il->ts, type) ? MARSHAL_Plain : MARSHAL_Unsupported;
    else if (type->kind == TYPE_SzArray)
        choose_array(c, type, m);
    else if (type->kind != TYPE_Named)
        m->kind = MARSHAL_Unsupported;
    else if (type->element_type == ELEMENT_TYPE_BOOLEAN)
        m->kind = bool_kind(c->spec.type);
    else if (type->element_type == ELEMENT_TYPE_CHAR)
        m->kind = char_kind(c);
    else
        m->kind = type->is_value_type ? struct_kind(c, type, m) : class_kind(c, type, m);
}

static void choose(const Choice *c, Type *type, Marshal *m) {
    *m = (Marshal){.type = type, .count = c->spec.count, .count_param = c->spec.count_param};
    choose_kind(c, type, m);
    m->native = native_of(c->il, m);
}

// ---- Parameters and fields ----------------------------------------------------------------------

enum { PARAM_In = 1, PARAM_Out = 2, PARAM_HasFieldMarshal = 0x2000 }; // II.23.1.13

/// Flags and [MarshalAs] of a parameter.
static uint32_t parameter_row(const MethodDef *def, uint32_t sequence, NativeSpec *spec) {
    const Image *image = def->owner->module->image;
    uint32_t first, count = column_list(image, COLUMN_MethodDef_ParamList, def->rid, &first);
    for (uint32_t rid = first; rid < first + count; rid++) {
        if (column_read(image, COLUMN_Param_Sequence, rid) != sequence)
            continue;
        uint32_t flags = column_read(image, COLUMN_Param_Flags, rid);
        if (flags & PARAM_HasFieldMarshal)
            *spec = spec_of(image, token_make(TABLE_Param, rid));
        return flags;
    }
    return 0;
}

/// By reference: both ways unless said otherwise. By value: into the call, but buffers and classes that share
/// their memory come back.
static void direction_set(Marshal *m, uint32_t flags) {
    bool in = (flags & PARAM_In) != 0, out = (flags & PARAM_Out) != 0;
    bool is_builder = m->kind == MARSHAL_AnsiBuilder || m->kind == MARSHAL_UnicodeBuilder;
    if (m->is_byref || is_builder) {
        m->in = in || !out;
        m->out = out || !in;
    } else {
        m->in = in || !out;
        m->out = out;
    }
}

Marshal marshal_parameter(Il *il, MarshalScope scope, const MethodDef *def, uint32_t sequence, Type *type) {
    Choice c = {.il = il, .scope = scope, .spec = {.count_param = -1}};
    Marshal m;
    uint32_t flags = def ? parameter_row(def, sequence, &c.spec) : 0;
    bool is_byref = type->kind == TYPE_ByRef;
    c.where = sequence ? WHERE_Parameter : WHERE_Result;
    choose(&c, is_byref ? type->element : type, &m);
    m.is_byref = is_byref;
    if (is_byref && c.spec.type == NATIVE_LPStruct)
        m.kind = MARSHAL_Unsupported;
    direction_set(&m, flags);
    bool is_pointer_only = m.kind == MARSHAL_AnsiBuilder || m.kind == MARSHAL_UnicodeBuilder ||
                           m.kind == MARSHAL_HandleRef || m.kind == MARSHAL_CriticalHandle ||
                           m.kind == MARSHAL_Class || m.kind == MARSHAL_AnyObject || m.kind == MARSHAL_Custom;
    if ((is_byref && is_pointer_only) || (is_byref && !sequence && m.kind != MARSHAL_Plain))
        m.kind = MARSHAL_Unsupported;
    if (is_byref && !sequence && m.kind == MARSHAL_Plain) // the address that native code returns
        return (Marshal){.kind = MARSHAL_Plain, .type = type, .native = type, .count_param = -1};
    return m;
}

bool marshal_is_plain(const Marshal *m) {
    return m->kind == MARSHAL_Plain && !m->is_byref;
}

Type *marshal_native_type(Il *il, const Marshal *m) {
    return m->is_byref ? pointer(il) : m->native;
}

uint32_t marshal_native_size(Il *il, const Marshal *m) {
    if (m->kind == MARSHAL_FixedAnsiString)
        return m->count;
    if (m->kind == MARSHAL_FixedUnicodeString)
        return 2 * m->count;
    if (m->kind == MARSHAL_FixedArray)
        return m->count * marshal_native_size(il, m->element);
    if (m->kind == MARSHAL_Struct || m->kind == MARSHAL_InlineClass)
        return m->layout->size;
    return type_size(il->ts, m->native);
}

Marshal marshal_field(Il *il, MarshalScope scope, const Field *field) {
    Choice c = {.il = il, .scope = scope, .where = WHERE_Field};
    Marshal m;
    c.spec = spec_of(field->def->owner->module->image, token_make(TABLE_Field, field->def->rid));
    choose(&c, field->type, &m);
    m.in = m.out = true;
    return m;
}

// ---- Scopes -------------------------------------------------------------------------------------

static int32_t function_pointer_argument(const Type *delegate, const char *name) {
    enum { CALLING_CONVENTION_SIZE = 4 };
    Bytes blob;
    int32_t value = 0;
    Token token = token_make(TABLE_TypeDef, delegate->def->rid);
    if (!attribute_find(delegate->def->module, token, "System.Runtime.InteropServices",
                        "UnmanagedFunctionPointerAttribute", &blob))
        return 0;
    return attribute_named_integer(blob, CALLING_CONVENTION_SIZE, name, &value) ? value : 0;
}

MarshalScope delegate_scope(const Type *delegate) {
    enum { CHARSET_Unicode = 3 };
    Module *module = delegate->def->module;
    return (MarshalScope){.module = module,
                          .unicode = function_pointer_argument(delegate, "CharSet") == CHARSET_Unicode,
                          .disabled = module->runtime_marshalling_disabled};
}

bool delegate_sets_last_error(const Type *delegate) {
    return function_pointer_argument(delegate, "SetLastError") != 0;
}
