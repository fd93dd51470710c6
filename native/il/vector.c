// Vectors of any machine: which methods of Vector64, Vector128, Vector256 (System.Runtime.Intrinsics) and
// Vector (System.Numerics) are operations. Their IL computes element by element; lower/vector.c makes vector
// instructions of the calls. Types that are no numbers keep the IL, which throws.
#include "il/internal.h"

typedef struct VectorRow {
    const char *method, *operands;
    char element;
    uint16_t bits;
} VectorRow;
static const VectorRow rows[] = {
#define VECTOR(method, operands, element, bits, operation, llvm, number) {method, operands, element, bits},
#include "il/vector.def"
};
enum { ROW_COUNT = sizeof rows / sizeof *rows };

bool il_is_vector(const Type *type) {
    if (type->kind != TYPE_Named || type->arg_count != 1 || !type->is_value_type)
        return false;
    if (text_equal_z(type->def->name_space, "System.Runtime.Intrinsics"))
        return text_starts_with(type->def->name, "Vector");
    return type_is(type, "System.Numerics", "Vector`1");
}

bool vector_classify(const MethodDef *def) {
    static const char *const names[] = {"Vector64",    "Vector64`1", "Vector128",
                                        "Vector128`1", "Vector256",  "Vector256`1"};
    const TypeDef *owner = def->owner;
    if (!def->is_static || owner->enclosing)
        return false;
    if (text_equal_z(owner->name_space, "System.Numerics"))
        return text_equal_z(owner->name, "Vector") || text_equal_z(owner->name, "Vector`1");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (text_equal_z(owner->name, names[i]))
            return text_equal_z(owner->name_space, "System.Runtime.Intrinsics");
    return false;
}

static bool is_number(const Type *type) {
    ElementType e = type->element_type;
    return type->kind == TYPE_Named &&
           ((e >= ELEMENT_TYPE_I1 && e <= ELEMENT_TYPE_R8) || e == ELEMENT_TYPE_I || e == ELEMENT_TYPE_U);
}

/// All vectors are of numbers, and the letters fit.
static bool operands_match(const char *letters, const Signature *signature) {
    if (strlen(letters) != signature->param_count)
        return false;
    for (uint32_t i = 0; i < signature->param_count; i++) {
        const Type *type = signature->params[i];
        if (letters[i] == 's' ? !is_number(type) : !il_is_vector(type) || !is_number(type->args[0]))
            return false;
    }
    const Type *result = signature->return_type;
    return !il_is_vector(result) || is_number(result->args[0]);
}

Type *il_first_vector(const Signature *signature) {
    for (uint32_t i = 0; i < signature->param_count; i++)
        if (il_is_vector(signature->params[i]))
            return signature->params[i];
    return il_is_vector(signature->return_type) ? signature->return_type : NULL;
}

bool il_elements_are(const Type *vector, char letter) {
    ElementType e = vector ? vector->args[0]->element_type : ELEMENT_TYPE_END;
    switch (letter) {
    case 'i': return e != ELEMENT_TYPE_R4 && e != ELEMENT_TYPE_R8;
    case 'f': return e == ELEMENT_TYPE_R4 || e == ELEMENT_TYPE_R8;
    case 's': return e == ELEMENT_TYPE_R4;
    case 'd': return e == ELEMENT_TYPE_R8;
    default: return true;
    }
}

static int vector_row(Il *il, const Method *method) {
    const Signature *signature = method->signature;
    Type *vector = il_first_vector(signature);
    if (!vector || !is_number(vector->args[0]))
        return -1;
    for (int i = 0; i < ROW_COUNT; i++)
        if (text_equal_z(method->name, rows[i].method) && operands_match(rows[i].operands, signature) &&
            il_elements_are(vector, rows[i].element) &&
            (!rows[i].bits || type_size(il->ts, vector) * 8 == rows[i].bits))
            return i;
    return -1;
}

int il_vector_row(Il *il, const Method *method) {
    return vector_method(il, method) ? vector_row(il, method) : -1;
}
