// Calls of hardware intrinsics: finds the row, brings the operands into vector form, stores the result.
// Operands lie in memory as any struct does; SROA makes registers of them.
#include "lower/hardware.h"

static const HardwareRow rows[] = {
#define HARDWARE(method, type, operands, element, operation, llvm, number)                                   \
    {method, type, operands, element, hardware_##operation, llvm, number, 0, false},
#define HARDWARE_SCALAR(method, type, operands, element, operation, llvm, number)                            \
    {method, type, operands, element, hardware_##operation, llvm, number, 0, true},
#define HARDWARE_IMMEDIATE(method, type, operands, element, operation, llvm, number, immediates)             \
    {method, type, operands, element, hardware_##operation, llvm, number, immediates, false},
#define HARDWARE_SCALAR_IMMEDIATE(method, type, operands, element, operation, llvm, number, immediates)      \
    {method, type, operands, element, hardware_##operation, llvm, number, immediates, true},
#include "lower/hardware.def"
};

// ---- Shapes and small helpers -------------------------------------------------------------------

LLVMTypeRef vector_of(LLVMTypeRef element, uint32_t count) {
    return LLVMVectorType(element, count);
}

VectorShape vector_shape(UnitState *u, Type *type) {
    if (!il_is_vector(type))
        return (VectorShape){0};
    Storage element = storage_of(u, type->args[0]);
    VectorShape shape = {.is_vector = true,
                         .is_float = element.kind == STACK_Float32 || element.kind == STACK_Float64,
                         .is_signed = element.is_signed,
                         .count = type_size(u->ts, type) / element.size,
                         .bits = element.size * 8,
                         .element = element.type};
    shape.type = vector_of(shape.element, shape.count);
    return shape;
}

LLVMTypeRef integer_vector(UnitState *u, VectorShape shape) {
    return vector_of(LLVMIntTypeInContext(u->context, shape.bits), shape.count);
}

LLVMValueRef vector_cast(HardwareCall *c, LLVMValueRef value, LLVMTypeRef type) {
    return LLVMTypeOf(value) == type ? value : LLVMBuildBitCast(c->l->builder, value, type, "");
}

LLVMValueRef element_at(HardwareCall *c, LLVMValueRef vector, uint32_t index) {
    return LLVMBuildExtractElement(c->l->builder, vector, LLVMConstInt(c->l->u->i32, index, false), "");
}

LLVMValueRef element_set(HardwareCall *c, LLVMValueRef vector, LLVMValueRef value, uint32_t index) {
    return LLVMBuildInsertElement(c->l->builder, vector, value, LLVMConstInt(c->l->u->i32, index, false), "");
}

LLVMValueRef vector_shuffle(HardwareCall *c, LLVMValueRef a, LLVMValueRef b, const int *mask,
                            uint32_t count) {
    LLVMValueRef indexes[2 * 64];
    for (uint32_t i = 0; i < count; i++)
        indexes[i] =
            mask[i] < 0 ? LLVMGetUndef(c->l->u->i32) : LLVMConstInt(c->l->u->i32, (unsigned)mask[i], false);
    if (!b)
        b = LLVMGetUndef(LLVMTypeOf(a));
    return LLVMBuildShuffleVector(c->l->builder, a, b, LLVMConstVector(indexes, count), "");
}

LLVMValueRef vector_splat(HardwareCall *c, LLVMTypeRef vector, LLVMValueRef element) {
    int mask[64] = {0};
    LLVMValueRef one = element_set(c, LLVMGetUndef(vector), element, 0);
    return vector_shuffle(c, one, NULL, mask, LLVMGetVectorSize(vector));
}

LLVMValueRef vector_low(HardwareCall *c, LLVMValueRef vector, uint32_t count) {
    int mask[64];
    if (LLVMGetVectorSize(LLVMTypeOf(vector)) == count)
        return vector;
    for (uint32_t i = 0; i < count; i++)
        mask[i] = (int)i;
    return vector_shuffle(c, vector, NULL, mask, count);
}

static LLVMValueRef fitted(HardwareCall *c, LLVMValueRef value, LLVMTypeRef type) {
    LLVMTypeRef from = LLVMTypeOf(value);
    if (from == type)
        return value;
    if (LLVMGetTypeKind(from) == LLVMIntegerTypeKind && LLVMGetTypeKind(type) == LLVMIntegerTypeKind)
        return LLVMBuildIntCast2(c->l->builder, value, type, false, "");
    return LLVMBuildBitCast(c->l->builder, value, type, "");
}

LLVMValueRef hardware_intrinsic(HardwareCall *c, const char *name, LLVMValueRef *operands, uint32_t count) {
    LLVMValueRef fit[HARDWARE_MAX_OPERANDS];
    LLVMTypeRef types[HARDWARE_MAX_OPERANDS];
    LLVMValueRef function = intrinsic_function(c->l->u, name, NULL, 0);
    LLVMTypeRef type = LLVMGlobalGetValueType(function);
    LLVMGetParamTypes(type, types);
    for (uint32_t i = 0; i < count; i++)
        fit[i] = fitted(c, operands[i], types[i]);
    return LLVMBuildCall2(c->l->builder, type, function, fit, count, "");
}

LLVMValueRef vector_intrinsic(HardwareCall *c, const char *name, LLVMValueRef *operands, uint32_t count) {
    LLVMTypeRef overload = LLVMTypeOf(operands[0]);
    LLVMValueRef function = intrinsic_function(c->l->u, name, &overload, 1);
    return LLVMBuildCall2(c->l->builder, LLVMGlobalGetValueType(function), function, operands, count, "");
}

// ---- Rows ---------------------------------------------------------------------------------------

static char operand_letter(const Type *type) {
    return il_is_vector(type) ? 'v' : type->kind == TYPE_Pointer ? 'p' : 's';
}

static bool operands_match(const char *letters, const Signature *signature) {
    if (!letters)
        return true;
    if (strlen(letters) != signature->param_count)
        return false;
    for (uint32_t i = 0; i < signature->param_count; i++)
        if (operand_letter(signature->params[i]) != letters[i])
            return false;
    return true;
}

const HardwareRow *hardware_row(const Method *method) {
    const TypeDef *outer = method->def->owner;
    while (outer->enclosing)
        outer = outer->enclosing;
    const Type *vector = il_first_vector(method->signature);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (text_equal_z(method->name, rows[i].method) &&
            (!rows[i].type || text_equal_z(outer->name, rows[i].type)) &&
            operands_match(rows[i].operands, method->signature) && il_elements_are(vector, rows[i].element))
            return &rows[i];
    return NULL;
}

// ---- Calls --------------------------------------------------------------------------------------

/// A mask can leave all memory alone, and a prefetch never faults.
static bool accesses_always(const HardwareRow *row) {
    HardwareOperation *operation = row->operation;
    return operation != hardware_prefetch && operation != hardware_mask_load &&
           operation != hardware_mask_store && operation != hardware_mask_move &&
           operation != hardware_gather;
}

static LLVMValueRef operand_value(HardwareCall *c, Value value, Type *type, VectorShape shape) {
    Lowering *l = c->l;
    if (shape.is_vector) {
        LLVMValueRef load = LLVMBuildLoad2(l->builder, shape.type, value.ref, "");
        LLVMSetAlignment(load, storage_of(l->u, type).alignment);
        return load;
    }
    if (type->kind == TYPE_Pointer) {
        if (accesses_always(c->row))
            check_null(l, value);
        return value_pointer(l, value);
    }
    Storage storage = storage_of(l->u, type);
    return value_for_storage(l, value, &storage);
}

/// Only element 0 counts; `upper` gives the others. A second operand of a unary operation is the value.
static LLVMValueRef operate(HardwareCall *c) {
    if (!c->row->is_scalar)
        return c->row->operation(c);
    LLVMValueRef upper = c->operands[0];
    LLVMValueRef result = c->row->operation(c);
    result = vector_cast(c, result, c->result.type);
    return element_set(c, upper, element_at(c, result, 0), 0);
}

/// One piece of code for each value of the immediate that has its own; a constant needs only its own.
static LLVMValueRef operate_immediate(HardwareCall *c) {
    Lowering *l = c->l;
    LLVMValueRef immediate = c->operands[c->count - 1];
    uint32_t count = c->row->immediates;
    if (LLVMIsAConstantInt(immediate)) {
        c->immediate = (uint32_t)LLVMConstIntGetZExtValue(immediate) & 0xff;
        return operate(c);
    }
    LLVMTypeRef type = LLVMTypeOf(immediate);
    LLVMBasicBlockRef after = block_append(l), first = block_append(l);
    LLVMValueRef masked = LLVMBuildAnd(l->builder, immediate, LLVMConstInt(type, count - 1, false), "");
    LLVMValueRef choice = LLVMBuildSwitch(l->builder, masked, first, count);
    LLVMValueRef results[256];
    LLVMBasicBlockRef ends[256];
    for (uint32_t i = 0; i < count; i++) {
        LLVMBasicBlockRef block = i ? block_append(l) : first;
        if (i)
            LLVMAddCase(choice, LLVMConstInt(type, i, false), block);
        block_begin(l, block);
        c->immediate = i;
        results[i] = operate(c);
        if (c->result.is_vector)
            results[i] = vector_cast(c, results[i], c->result.type);
        ends[i] = LLVMGetInsertBlock(l->builder);
        LLVMBuildBr(l->builder, after);
    }
    block_begin(l, after);
    LLVMValueRef phi = LLVMBuildPhi(l->builder, LLVMTypeOf(results[0]), "");
    LLVMAddIncoming(phi, results, ends, count);
    return phi;
}

static void push_result(HardwareCall *c, Type *type, LLVMValueRef result) {
    Lowering *l = c->l;
    Storage storage = storage_of(l->u, type);
    if (storage.kind == STACK_Value) {
        LLVMValueRef memory = temp_struct(l, type);
        if (c->result.is_vector)
            result = vector_cast(c, result, c->result.type);
        LLVMSetAlignment(LLVMBuildStore(l->builder, result, memory), storage.alignment);
        stack_push(l, (Value){.kind = STACK_Value, .type = type, .ref = memory});
        return;
    }
    if (storage.kind == STACK_Int32)
        result = LLVMBuildIntCast2(l->builder, result, l->u->i32, storage.is_signed, "");
    stack_push_scalar(l, storage.kind, result);
}

void op_hardware(Lowering *l) {
    const Method *method = l->in->method;
    const Signature *signature = method->signature;
    bool is_portable = l->in->intrinsic == INTRINSIC_Vector;
    HardwareCall c = {.l = l,
                      .row = is_portable ? vector_operation(l, method) : hardware_row(method),
                      .count = signature->param_count};
    if (!c.row || c.count > HARDWARE_MAX_OPERANDS) {
        lower_unsupported(l, "a hardware intrinsic that is not known");
        return;
    }
    c.result = vector_shape(l->u, signature->return_type);
    for (uint32_t i = c.count; i-- > 0;) {
        c.shapes[i] = vector_shape(l->u, signature->params[i]);
        c.operands[i] = operand_value(&c, stack_pop(l), signature->params[i], c.shapes[i]);
    }
    LLVMValueRef result = c.row->immediates ? operate_immediate(&c) : operate(&c);
    if (!storage_of(l->u, signature->return_type).is_void)
        push_result(&c, signature->return_type, result);
}
