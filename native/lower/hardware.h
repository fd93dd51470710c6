// What lower/hardware.c (operands, results, the rows) and lower/hardware_*.c (operations) share: calls of the
// methods of System.Runtime.Intrinsics.X86, each one machine instruction or the vector IR that becomes it.
#pragma once

#include "lower/lowering.h"

enum { HARDWARE_MAX_OPERANDS = 5, VECTOR_LANE_BYTES = 16 };

/// A vector as an operation sees it: `count` elements of `bits` bits.
typedef struct VectorShape {
    bool is_vector, is_float, is_signed;
    uint32_t count, bits;
    LLVMTypeRef type, element;
} VectorShape;

typedef struct HardwareRow HardwareRow;
typedef struct HardwareCall {
    Lowering *l;
    const HardwareRow *row;
    uint32_t count;
    LLVMValueRef
        operands[HARDWARE_MAX_OPERANDS]; // vectors as vectors, pointers as ptr, the rest in its own width
    VectorShape shapes[HARDWARE_MAX_OPERANDS]; // of the operands
    VectorShape result;                        // of the result if it is a vector
    uint32_t immediate;                        // value of the last operand, for rows with `immediates`
} HardwareCall;

/// Answers the result, NULL if the method has none. Any vector type of the result's size will do.
typedef LLVMValueRef HardwareOperation(HardwareCall *call);

struct HardwareRow {
    const char *method;
    const char *type;     // outermost class, NULL: any
    const char *operands; // a letter each: v vector, p pointer, s anything else; NULL: any
    char element; // of the first vector, or of the result: i integer, f float, s Single, d Double; 0: any
    HardwareOperation *operation;
    const char *llvm; // intrinsic of the operation
    int number;       // what the operation makes of it is told there
    uint16_t
        immediates; // values of the last operand that have code of their own; 0: it is an operand like others
    bool is_scalar; // only element 0 is computed, the others are the first operand's
};

/// The row of a method; NULL: none.
const HardwareRow *hardware_row(const Method *method);

/// That of a method that il/ calls an operation on vectors.
const HardwareRow *vector_operation(Lowering *l, const Method *method);

VectorShape vector_shape(UnitState *u, Type *type);
/// The shape's vector type with integer elements.
LLVMTypeRef integer_vector(UnitState *u, VectorShape shape);
/// An operand with integer elements.
LLVMValueRef integer_operand(HardwareCall *c, uint32_t index);
/// The opcode for integers, or its counterpart for a floating point shape.
LLVMOpcode arithmetic_opcode(const VectorShape *shape, LLVMOpcode opcode);
LLVMTypeRef vector_of(LLVMTypeRef element, uint32_t count);
LLVMValueRef vector_cast(HardwareCall *c, LLVMValueRef value, LLVMTypeRef type); // bits stay
LLVMValueRef vector_splat(HardwareCall *c, LLVMTypeRef vector, LLVMValueRef element);
LLVMValueRef element_at(HardwareCall *c, LLVMValueRef vector, uint32_t index);
LLVMValueRef element_set(HardwareCall *c, LLVMValueRef vector, LLVMValueRef value, uint32_t index);
/// Elements `mask[i]` of `a` and, after them, `b` (NULL: undefined); -1 is undefined.
LLVMValueRef vector_shuffle(HardwareCall *c, LLVMValueRef a, LLVMValueRef b, const int *mask, uint32_t count);
/// The first `count` elements.
LLVMValueRef vector_low(HardwareCall *c, LLVMValueRef vector, uint32_t count);
/// Calls an LLVM intrinsic that is not overloaded; operands are cast to what it takes.
LLVMValueRef hardware_intrinsic(HardwareCall *c, const char *name, LLVMValueRef *operands, uint32_t count);
/// An intrinsic overloaded over the type of its first operand.
LLVMValueRef vector_intrinsic(HardwareCall *c, const char *name, LLVMValueRef *operands, uint32_t count);
/// A bit for each element of the first two operands.
LLVMValueRef hardware_condition(HardwareCall *c, LLVMRealPredicate predicate);

// Operations; `number` of the row in brackets.
HardwareOperation hardware_call, hardware_call_sized, hardware_call_wide, hardware_call_scalar, hardware_dot,
    hardware_float;
HardwareOperation hardware_arithmetic, hardware_bitwise, hardware_saturate, hardware_average,
    hardware_minimum, hardware_maximum;
HardwareOperation hardware_multiply_wide, hardware_multiply_high, hardware_absolute, hardware_sign,
    hardware_fused;
HardwareOperation hardware_compare, hardware_compare_mode, hardware_compare_first, hardware_test,
    hardware_sign_mask;
HardwareOperation hardware_shift, hardware_shift_each, hardware_horizontal, hardware_alternate, hardware_pack;
HardwareOperation hardware_load, hardware_load_first, hardware_load_half, hardware_load_half_twice,
    hardware_load_splat;
HardwareOperation hardware_store, hardware_store_first, hardware_store_half, hardware_store_scalar;
HardwareOperation hardware_mask_load, hardware_mask_store, hardware_mask_move, hardware_gather,
    hardware_prefetch;
HardwareOperation hardware_convert, hardware_convert_first, hardware_first, hardware_from_scalar;
HardwareOperation hardware_move_first, hardware_move_halves, hardware_duplicate, hardware_splat_first;
HardwareOperation hardware_extract, hardware_insert, hardware_extract_half, hardware_insert_half,
    hardware_insert_float;
HardwareOperation hardware_shuffle_pair, hardware_permute, hardware_permute_words, hardware_permute_wide,
    hardware_permute_halves;
HardwareOperation hardware_unpack, hardware_blend, hardware_blend_variable, hardware_align,
    hardware_shift_bytes;
HardwareOperation hardware_by_element, hardware_negate, hardware_float_pair, hardware_magnitude, hardware_sum,
    hardware_complement, hardware_select, hardware_shift_masked, hardware_compare_all, hardware_compare_any,
    hardware_splat, hardware_indices, hardware_shuffle, hardware_to_integers, hardware_to_floats,
    hardware_widen, hardware_narrow;
HardwareOperation hardware_bits, hardware_bit_scan, hardware_bit_field, hardware_multiply_scalar,
    hardware_divide, hardware_cpuid;
