// MethodTable: flags and element type codes (corelib-contract 1.2).
#pragma once

#include <stdint.h>

enum {
#define FLAG(name, value) FLAG_##name = (int)value,
#include "emit/method_table_flags.def"
#undef FLAG
};

/// Internal.Runtime.EETypeElementType, bits 26-30 of the flags.
typedef enum EETypeElementType {
    EETYPE_Unknown = 0,
    EETYPE_Void = 1,
    EETYPE_Boolean = 2,
    EETYPE_Char = 3,
    EETYPE_SByte = 4,
    EETYPE_Byte = 5,
    EETYPE_Int16 = 6,
    EETYPE_UInt16 = 7,
    EETYPE_Int32 = 8,
    EETYPE_UInt32 = 9,
    EETYPE_Int64 = 10,
    EETYPE_UInt64 = 11,
    EETYPE_IntPtr = 12,
    EETYPE_UIntPtr = 13,
    EETYPE_Single = 14,
    EETYPE_Double = 15,
    EETYPE_ValueType = 16,
    EETYPE_Nullable = 18,
    EETYPE_Class = 20,
    EETYPE_Interface = 21,
    EETYPE_SystemArray = 22,
    EETYPE_Array = 23,
    EETYPE_SzArray = 24,
    EETYPE_ByRef = 25,
    EETYPE_Pointer = 26,
    EETYPE_FunctionPointer = 27,
} EETypeElementType;

enum {
    ELEMENT_TYPE_SHIFT = 26,
    PADDING_SHIFT = 5,         // ValueTypeFieldPadding, 3 bits
    NULLABLE_OFFSET_SHIFT = 8, // log2 of the offset of Nullable<T>.value, 3 bits
    OBJECT_HEADER_SIZE = 8,    // word before the MethodTable pointer
    MINIMUM_OBJECT_SIZE = 24,
    SZ_ARRAY_BASE_SIZE = 24,
    ARRAY_RANK_SIZE = 8, // length and lower bound of one dimension
    VARIANCE_ARRAY_COVARIANT = 0x20,
};

#include "emit/context.h"

/// The finalizer that instances run, NULL if none.
Method *method_table_finalizer(EmitContext *e, Type *type);
bool method_table_has_variance(const Type *type);
/// One byte per generic parameter of a variant definition: 0 none, 1 co, 2 contra, 0x20 as arrays vary.
uint8_t method_table_variance_byte(const TypeDef *def, uint32_t index);
