// What is known of opcodes and built-in types without any program.
#include "il/il.h"

const char *opcode_name(Opcode op) {
    static const char *const names[] = {
#define OP(name, text, section, family) text,
#include "il/opcode.def"
#undef OP
    };
    return op < OP_COUNT ? names[op] : "?";
}

OpcodeFamily opcode_family(Opcode op) {
    static const uint8_t families[] = {
#define OP(name, text, section, family) FAMILY_##family,
#include "il/opcode.def"
#undef OP
    };
    return op < OP_COUNT ? (OpcodeFamily)families[op] : FAMILY_Other;
}

bool opcode_has_target(Opcode op) {
    return opcode_family(op) == FAMILY_Branch || op == OP_leave;
}

Scalar scalar_of_element(ElementType element) {
    switch (element) { // NOLINT: the rest of II.23.1.16 are structs or no value types
    case ELEMENT_TYPE_BOOLEAN:
    case ELEMENT_TYPE_U1: return (Scalar){STACK_Int32, 1, false};
    case ELEMENT_TYPE_I1: return (Scalar){STACK_Int32, 1, true};
    case ELEMENT_TYPE_CHAR:
    case ELEMENT_TYPE_U2: return (Scalar){STACK_Int32, 2, false};
    case ELEMENT_TYPE_I2: return (Scalar){STACK_Int32, 2, true};
    case ELEMENT_TYPE_I4: return (Scalar){STACK_Int32, 4, true};
    case ELEMENT_TYPE_U4: return (Scalar){STACK_Int32, 4, false};
    case ELEMENT_TYPE_I8: return (Scalar){STACK_Int64, 8, true};
    case ELEMENT_TYPE_U8: return (Scalar){STACK_Int64, 8, false};
    case ELEMENT_TYPE_I: return (Scalar){STACK_NativeInt, 8, true};
    case ELEMENT_TYPE_U: return (Scalar){STACK_NativeInt, 8, false};
    case ELEMENT_TYPE_R4: return (Scalar){STACK_Float32, 4, true};
    case ELEMENT_TYPE_R8: return (Scalar){STACK_Float64, 8, true};
    default: return (Scalar){STACK_Value, 0, false};
    }
}
