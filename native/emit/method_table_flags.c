// Flags and base sizes of MethodTables for every kind of type (corelib-contract 1.2, 1.3).
#include "emit/method_table.h"

#include "emit/context.h"

#include <string.h>

static EETypeElementType primitive_code(ElementType element) {
    switch (element) {
    case ELEMENT_TYPE_VOID: return EETYPE_Void;
    case ELEMENT_TYPE_BOOLEAN: return EETYPE_Boolean;
    case ELEMENT_TYPE_CHAR: return EETYPE_Char;
    case ELEMENT_TYPE_I1: return EETYPE_SByte;
    case ELEMENT_TYPE_U1: return EETYPE_Byte;
    case ELEMENT_TYPE_I2: return EETYPE_Int16;
    case ELEMENT_TYPE_U2: return EETYPE_UInt16;
    case ELEMENT_TYPE_I4: return EETYPE_Int32;
    case ELEMENT_TYPE_U4: return EETYPE_UInt32;
    case ELEMENT_TYPE_I8: return EETYPE_Int64;
    case ELEMENT_TYPE_U8: return EETYPE_UInt64;
    case ELEMENT_TYPE_R4: return EETYPE_Single;
    case ELEMENT_TYPE_R8: return EETYPE_Double;
    case ELEMENT_TYPE_I: return EETYPE_IntPtr;
    case ELEMENT_TYPE_U: return EETYPE_UIntPtr;
    case ELEMENT_TYPE_STRING:
    case ELEMENT_TYPE_OBJECT:
    case ELEMENT_TYPE_CLASS:
    case ELEMENT_TYPE_VALUETYPE:
    case ELEMENT_TYPE_TYPEDBYREF:
    case ELEMENT_TYPE_END:
    case ELEMENT_TYPE_PTR:
    case ELEMENT_TYPE_BYREF:
    case ELEMENT_TYPE_VAR:
    case ELEMENT_TYPE_ARRAY:
    case ELEMENT_TYPE_GENERICINST:
    case ELEMENT_TYPE_FNPTR:
    case ELEMENT_TYPE_SZARRAY:
    case ELEMENT_TYPE_MVAR:
    case ELEMENT_TYPE_CMOD_REQD:
    case ELEMENT_TYPE_CMOD_OPT:
    case ELEMENT_TYPE_INTERNAL:
    case ELEMENT_TYPE_MODIFIER:
    case ELEMENT_TYPE_SENTINEL:
    case ELEMENT_TYPE_PINNED: return EETYPE_Unknown;
    }
    return EETYPE_Unknown;
}

static EETypeElementType named_code(EmitContext *e, Type *type) {
    const TypeDef *def = type->def;
    if (def->is_interface)
        return EETYPE_Interface;
    if (type == well_known_type(e->ts, WELL_KNOWN_TYPE_Array))
        return EETYPE_SystemArray;
    if (!def->is_value_type)
        return EETYPE_Class;
    if (def->is_nullable)
        return EETYPE_Nullable;
    // A generic enum (nested in a generic type) as an open definition has no underlying type to ask for.
    Type *underlying =
        def->is_enum && !type->is_generic_definition ? type_enum_underlying(e->ts, type) : type;
    EETypeElementType code = underlying ? primitive_code(underlying->element_type) : EETYPE_Unknown;
    return code == EETYPE_Unknown ? EETYPE_ValueType : code;
}

static bool is_core_type(const TypeDef *def, const char *name_space, const char *name) {
    return !def->enclosing && text_equal_z(def->name, name) && text_equal_z(def->name_space, name_space);
}

// Array interfaces cast by the rules of arrays at run time: uint[] is an IList<int>, string[] an
// IEnumerable<object>.
static bool has_array_variance(const TypeDef *def) {
    return type_def_is_array_interface(def) || is_core_type(def, "System", "SZGenericArrayEnumerator`1");
}

static uint32_t variance_flag(const TypeDef *def) {
    bool variant = def->generic_count && (type_def_is_variant(def) || has_array_variance(def));
    return variant ? (uint32_t)FLAG_GenericVariance : 0;
}

bool method_table_has_variance(const Type *type) {
    return type->kind == TYPE_Named && variance_flag(type->def) != 0;
}

uint8_t method_table_variance_byte(const TypeDef *def, uint32_t index) {
    if (is_core_type(def, "System", "SZGenericArrayEnumerator`1"))
        return VARIANCE_ARRAY_COVARIANT;
    return (uint8_t)type_def_variance(def, index);
}

static uint32_t log2_of(uint32_t power) {
    uint32_t n = 0;
    while (power > 1u << n)
        n++;
    return n;
}

// Padding of the boxed object after the value, offset of the value in Nullable<T>.
static uint32_t value_flags(EmitContext *e, Type *type) {
    uint32_t flags = 0, base_size = method_table_base_size(e, type);
    uint32_t used = OBJECT_HEADER_SIZE + 8 + type_size(e->ts, type);
    if (base_size > used)
        flags |= (base_size - used) << PADDING_SHIFT & 0xE0;
    if (type->def->is_byref_like)
        flags |= FLAG_IsByRefLike;
    if (type->def->is_nullable) {
        Field *value = type_find_field(e->ts, type, "value");
        if (value)
            flags |= log2_of(field_offset(e->ts, value)) << NULLABLE_OFFSET_SHIFT;
    }
    return flags;
}

Method *method_table_finalizer(EmitContext *e, Type *type) {
    if (type->kind != TYPE_Named || type->def->is_value_type || type->def->is_interface)
        return NULL;
    for (Type *t = type; t && t != well_known_type(e->ts, WELL_KNOWN_TYPE_Object); t = type_base(e->ts, t)) {
        if (!t->def || !t->def->finalizer)
            continue;
        Failure failure = {0};
        return method_instantiate(e->ts, t->def->finalizer, t, NULL, 0, &failure);
    }
    return NULL;
}

static bool derives_from_named(EmitContext *e, Type *type, const char *name_space, const char *name) {
    for (Type *t = type; t && t->def; t = type_base(e->ts, t))
        if (is_core_type(t->def, name_space, name))
            return true;
    return false;
}

static bool implements_named(EmitContext *e, Type *type, const char *name_space, const char *name) {
    uint32_t count;
    Type *const *interfaces = type_interfaces(e->ts, type, &count);
    for (uint32_t i = 0; i < count; i++)
        if (is_core_type(interfaces[i]->def, name_space, name))
            return true;
    return false;
}

static uint32_t class_flags(EmitContext *e, Type *type) {
    uint32_t flags = 0;
    if (type == well_known_type(e->ts, WELL_KNOWN_TYPE_String))
        return (uint32_t)FLAG_HasComponentSize | 2;
    if (reach_type_level(e->reach, type) == LEVEL_Constructed && method_table_finalizer(e, type)) {
        flags |= FLAG_HasFinalizer;
        if (derives_from_named(e, type, "System.Runtime.ConstrainedExecution", "CriticalFinalizerObject"))
            flags |= FLAG_HasCriticalFinalizer;
    }
    if (implements_named(e, type, "System.Runtime.InteropServices", "IDynamicInterfaceCastable"))
        flags |= FLAG_IDynamicInterfaceCastable;
    return flags;
}

static uint32_t named_flags(EmitContext *e, Type *type) {
    uint32_t flags = (uint32_t)named_code(e, type) << ELEMENT_TYPE_SHIFT | variance_flag(type->def);
    if (type->is_generic_definition)
        return flags | FLAG_KindGenericDefinition;
    if (type->arg_count)
        flags |= FLAG_IsGeneric;
    if (type->def->is_interface && type_def_is_dynamic_implementation(type->def))
        flags |= FLAG_HasDispatchMap;
    if (type->element_type == ELEMENT_TYPE_VOID || type->def->is_interface)
        return flags;
    return flags | (type->def->is_value_type ? value_flags(e, type) : class_flags(e, type));
}

static uint32_t array_flags(EmitContext *e, Type *type, EETypeElementType code) {
    uint32_t flags =
        (uint32_t)FLAG_HasComponentSize | FLAG_KindParameterized | (uint32_t)code << ELEMENT_TYPE_SHIFT;
    return flags | (type_component_size(e->ts, type) & 0xFFFF);
}

uint32_t method_table_flags(EmitContext *e, Type *type) {
    switch (type->kind) {
    case TYPE_Named: return named_flags(e, type);
    case TYPE_SzArray: return array_flags(e, type, EETYPE_SzArray);
    case TYPE_Array: return array_flags(e, type, EETYPE_Array);
    case TYPE_Pointer: return (uint32_t)EETYPE_Pointer << ELEMENT_TYPE_SHIFT | FLAG_KindParameterized;
    case TYPE_ByRef: return (uint32_t)EETYPE_ByRef << ELEMENT_TYPE_SHIFT | FLAG_KindParameterized;
    case TYPE_FunctionPointer:
        return (uint32_t)EETYPE_FunctionPointer << ELEMENT_TYPE_SHIFT | FLAG_KindFunctionPointer;
    case TYPE_Var:
    case TYPE_MVar: break;
    }
    emit_internal_error(e, "a generic parameter has no MethodTable", type);
    return 0;
}

static uint32_t named_base_size(EmitContext *e, Type *type) {
    if (type->is_generic_definition)
        return type->def->generic_count; // ParameterizedTypeShape
    if (type->def->is_interface)
        return 0;
    if (type->element_type == ELEMENT_TYPE_VOID)
        return MINIMUM_OBJECT_SIZE;
    return type_base_size(e->ts, type);
}

uint32_t method_table_base_size(EmitContext *e, Type *type) {
    switch (type->kind) {
    case TYPE_Named: return named_base_size(e, type);
    case TYPE_SzArray: return SZ_ARRAY_BASE_SIZE;
    case TYPE_Array: return SZ_ARRAY_BASE_SIZE + ARRAY_RANK_SIZE * type->rank;
    case TYPE_Pointer: return 0;
    case TYPE_ByRef: return 1;
    case TYPE_FunctionPointer:
        return type->signature->param_count | (type->signature->convention != CALL_Default ? 0x80000000u : 0);
    case TYPE_Var:
    case TYPE_MVar: break;
    }
    return 0;
}
