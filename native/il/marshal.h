// How one parameter or result of a P/Invoke crosses the border (corelib-contract 7.2, II.7.4).
#pragma once

#include "il/internal.h"

typedef enum MarshalKind {
    MARSHAL_Plain,         // same bits on both sides
    MARSHAL_Bool32,        // BOOL: 4 bytes
    MARSHAL_Bool8,
    MARSHAL_VariantBool,   // 2 bytes, -1 or 0
    MARSHAL_AnsiChar,
    MARSHAL_AnsiString,    // UTF-8 here
    MARSHAL_UnicodeString,
    MARSHAL_StringBuilder, // UTF-8
    MARSHAL_ByRef,         // address of a location with the same bits on both sides
    MARSHAL_ByRefBool,
    MARSHAL_Array,         // address of the first element
    MARSHAL_Delegate,
    MARSHAL_SafeHandle,
    MARSHAL_Unsupported,
} MarshalKind;

/// `sequence` 0 is the result, 1 the first parameter (II.22.33).
MarshalKind marshal_kind(Il *il, const Method *method, uint32_t sequence, Type *type, bool unicode);
/// What travels natively.
Type *marshal_native_type(Il *il, MarshalKind kind, Type *type);
/// Whether anything of the signature is not MARSHAL_Plain, or the call needs more than the call.
bool pinvoke_needs_stub(Il *il, const Method *method);
