// How values cross the border to native code (corelib-contract 7.2, II.7.4): what each parameter, result,
// field and array element becomes, and the code that converts it both ways.
#pragma once

#include "il/internal.h"

typedef enum MarshalKind {
    MARSHAL_Plain,  // same bits on both sides
    MARSHAL_Bool32, // BOOL: 4 bytes
    MARSHAL_Bool8,
    MARSHAL_VariantBool, // 2 bytes, -1 or 0
    MARSHAL_AnsiChar,
    MARSHAL_AnsiString, // UTF-8 here
    MARSHAL_UnicodeString,
    MARSHAL_Bstr,
    MARSHAL_AnsiBstr,
    MARSHAL_AnsiBuilder, // StringBuilder
    MARSHAL_UnicodeBuilder,
    MARSHAL_FixedAnsiString, // char[N] within a struct
    MARSHAL_FixedUnicodeString,
    MARSHAL_Array,      // address of the first element
    MARSHAL_FixedArray, // T[N] within a struct
    MARSHAL_Delegate,
    MARSHAL_SafeHandle,
    MARSHAL_CriticalHandle,
    MARSHAL_HandleRef,
    MARSHAL_Struct,       // its fields need conversion
    MARSHAL_Class,        // class with layout: address of its native form
    MARSHAL_InlineClass,  // class with layout within a struct: its native form, zeros for null
    MARSHAL_AnyObject,    // [MarshalAs(AsAny)]: address of the native form that the object's own type has
    MARSHAL_OleDate,      // DateTime as a double
    MARSHAL_ComInterface, // only null has a native form here
    MARSHAL_Custom,       // ICustomMarshaler
    MARSHAL_Unsupported,
} MarshalKind;

typedef struct NativeStruct NativeStruct;

typedef struct Marshal {
    MarshalKind kind;
    Type *type;   // managed; without the & of a by-ref parameter
    Type *native; // what travels; NULL for fixed strings and arrays
    bool is_byref, in, out;
    const struct Marshal *element; // of arrays
    uint32_t count; // SizeConst: elements of an array that comes from native code; characters of a string
    int32_t count_param;        // SizeParamIndex, -1: none
    const NativeStruct *layout; // MARSHAL_Struct, MARSHAL_Class
    Type *marshaller;           // MARSHAL_Custom
    Text cookie;
} Marshal;

/// Where a managed type is marshalled: the rules of its module, or of the type whose field it is.
typedef struct MarshalScope {
    Module *module;
    bool unicode;  // CharSet
    bool disabled; // [DisableRuntimeMarshalling]: bits are copied, nothing is converted
} MarshalScope;

/// Parameter `sequence` of `def` (II.22.33), 0 for its result; NULL `def`: no attributes.
Marshal marshal_parameter(Il *il, MarshalScope scope, const MethodDef *def, uint32_t sequence, Type *type);
Marshal marshal_field(Il *il, MarshalScope scope, const Field *field);
bool marshal_is_plain(const Marshal *m);
/// What travels as a parameter or result.
Type *marshal_native_type(Il *il, const Marshal *m);

/// A field of a struct in native memory.
typedef struct NativeMember {
    const Field *field;
    Marshal marshal;
    uint32_t offset;
} NativeMember;
/// Native form of a struct or of a class with layout. Made once per type, lives with the program.
struct NativeStruct {
    Type *type;
    bool invalid;  // automatic layout, or a field without a native form
    bool is_plain; // the managed bytes serve
    uint32_t size, alignment;
    NativeMember *members;
    uint32_t member_count;
    Type *native; // a struct type for the calling convention; NULL while nothing has asked
};
const NativeStruct *native_struct(Il *il, Type *type);
Type *native_struct_type(Il *il, const NativeStruct *layout);
/// Bytes of a value in native memory.
uint32_t marshal_native_size(Il *il, const Marshal *m);

// ---- Conversion code (marshal_code.c) -----------------------------------------------------------

/// A managed or native location.
typedef enum PlaceKind {
    PLACE_Local,
    PLACE_Argument,
    PLACE_Memory,         // address in a local, plus offset
    PLACE_ArgumentMemory, // address in an argument, plus offset
    PLACE_ArgumentField,  // field of the object or struct behind an argument
    PLACE_Element,        // element of the array in local `index`, at the index in local `offset`
} PlaceKind;
typedef struct Place {
    PlaceKind kind;
    uint32_t index, offset;
    const Field *field;
    Type *element;
} Place;

void place_address(Builder *b, Place place);
void place_load(Builder *b, Place place, Type *type);
/// The value is on top of the stack.
void place_store(Builder *b, Place place, Type *type);

/// `native` = converted `managed`; allocates where the native form needs memory.
void convert_to_native(Builder *b, const Marshal *m, Place managed, Place native);
/// `managed` = converted `native`; `count`: local with the number of elements of an array, UINT32_MAX:
/// unknown (SizeConst).
void convert_to_managed(Builder *b, const Marshal *m, Place native, Place managed, uint32_t count);
/// Frees what `native` owns.
void convert_cleanup(Builder *b, const Marshal *m, Place native, uint32_t count);
/// Copies native elements back into the managed array that is there already ([Out] arrays).
void convert_elements_back(Builder *b, const Marshal *m, Place native, Place managed);
/// Converts the elements into the native array that is there already (an [Out] array of a callback).
void convert_elements_to_native(Builder *b, const Marshal *m, Place managed, Place native);
/// Whether convert_cleanup does anything.
bool convert_needs_cleanup(const Marshal *m);
void build_helper(Builder *b, WellKnownMethod id);
void build_helper_of(Builder *b, WellKnownMethod id, Type *argument);
/// A new object by the class's own default constructor, whoever may call that; without one what
/// Activator.CreateInstance<T> does.
void build_new(Builder *b, Type *type);

// ---- Stubs --------------------------------------------------------------------------------------

/// Whether anything of the signature is not MARSHAL_Plain, or the call needs more than the call.
bool pinvoke_needs_stub(Il *il, const Method *method);
/// A function pointer call of `signature` in `module` that needs conversions; NULL if it needs none.
const Method *native_calli_stub(Il *il, Module *module, const Signature *signature);
Code *synth_native_calli(Il *il, const Method *method, Arena *arena);
Code *synth_forward_delegate(Il *il, const Method *method, Arena *arena);
Code *synth_delegate_from_native(Il *il, const Method *method, Arena *arena);
Code *synth_reverse_delegate(Il *il, const Method *method, Arena *arena);
Code *synth_struct_stub(Il *il, const Method *method, Arena *arena);
Code *marshal_directive(Il *il, const Method *method, Arena *arena);
/// Rules for the parameters of a delegate type: its [UnmanagedFunctionPointer] and module.
MarshalScope delegate_scope(const Type *delegate);
bool delegate_sets_last_error(const Type *delegate);
