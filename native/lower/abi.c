#include "lower/lowering.h"

// Structs of at most 16 bytes travel as the eightbytes of the System V ABI (3.2.3), in managed code too, so
// that a RuntimeImport needs nothing special. Larger ones: managed code passes the address of a copy; native
// code is by value.

enum { EIGHTBYTE_SIZE = 8, REGISTER_STRUCT_SIZE = 16, INTEGER_REGISTERS = 6, VECTOR_REGISTERS = 8 };

typedef struct Eightbyte {
    bool has_integer, has_float;
    bool is_pointer;      // exactly one reference or pointer
    bool is_double;       // exactly one double
    uint32_t float_count; // floats
    uint32_t field_count;
    uint32_t end; // bytes in use, from its start
} Eightbyte;

typedef struct Classes {
    Eightbyte eightbytes[2];
    bool is_unaligned;
} Classes;

static void classify_scalar(Classes *classes, const Storage *storage, uint32_t offset) {
    if (storage->size == 0)
        return;
    if (offset % storage->size != 0)
        classes->is_unaligned = true;
    uint32_t last = (offset + storage->size - 1) / EIGHTBYTE_SIZE;
    for (uint32_t i = offset / EIGHTBYTE_SIZE; i <= last && i < 2; i++) {
        Eightbyte *eightbyte = &classes->eightbytes[i];
        uint32_t end = offset + storage->size - i * EIGHTBYTE_SIZE;
        if (end > EIGHTBYTE_SIZE)
            end = EIGHTBYTE_SIZE;
        if (end > eightbyte->end)
            eightbyte->end = end;
        eightbyte->field_count++;
        switch (storage->kind) {
        case STACK_Float32:
            eightbyte->has_float = true;
            eightbyte->float_count++;
            break;
        case STACK_Float64:
            eightbyte->has_float = true;
            eightbyte->is_double = true;
            break;
        case STACK_Object:
        case STACK_ByRef:
            eightbyte->has_integer = true;
            eightbyte->is_pointer = true;
            break;
        case STACK_NativeInt:
            eightbyte->has_integer = true;
            eightbyte->is_pointer = LLVMGetTypeKind(storage->type) == LLVMPointerTypeKind;
            break;
        case STACK_Int32:
        case STACK_Int64:
        case STACK_Value: eightbyte->has_integer = true; break;
        }
    }
}

static void classify(UnitState *u, Classes *classes, Type *type, uint32_t offset, uint32_t depth) {
    if (offset >= REGISTER_STRUCT_SIZE || depth > 32)
        return;
    Storage storage = storage_of(u, type);
    if (storage.kind != STACK_Value) {
        classify_scalar(classes, &storage, offset);
        return;
    }
    uint32_t count;
    Field *const *fields = type_fields(u->ts, type, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (fields[i]->def->is_static || fields[i]->def->is_literal)
            continue;
        uint32_t repeat = type->def->is_inline_array ? type->def->inline_array_count : 1;
        uint32_t size = type_size(u->ts, fields[i]->type);
        uint32_t first = offset + field_offset(u->ts, fields[i]);
        for (uint32_t k = 0; k < repeat && first + k * size < REGISTER_STRUCT_SIZE; k++)
            classify(u, classes, fields[i]->type, first + k * size, depth + 1);
    }
}

static LLVMTypeRef eightbyte_type(UnitState *u, const Eightbyte *eightbyte, uint32_t size) {
    if (eightbyte->has_float && !eightbyte->has_integer && eightbyte->end == size) {
        if (eightbyte->is_double && eightbyte->field_count == 1)
            return u->f64;
        if (eightbyte->float_count == 1 && size == 4)
            return u->f32;
        if (eightbyte->float_count == 2 && eightbyte->field_count == 2)
            return LLVMVectorType(u->f32, 2);
    }
    if (eightbyte->is_pointer && eightbyte->field_count == 1)
        return u->ptr;
    return LLVMIntTypeInContext(u->context, size * 8);
}

static AbiValue abi_value(UnitState *u, Type *type, bool is_native) {
    AbiValue value = {.storage = storage_of(u, type)};
    if (value.storage.is_void)
        return value;
    if (value.storage.kind != STACK_Value) {
        value.kind = ABI_Scalar;
        return value;
    }
    uint32_t size = value.storage.size;
    Classes classes = {.is_unaligned = false};
    if (size <= REGISTER_STRUCT_SIZE)
        classify(u, &classes, type, 0, 0);
    if (size > REGISTER_STRUCT_SIZE || (is_native && classes.is_unaligned)) {
        value.kind = is_native ? ABI_ByVal : ABI_Memory;
        return value;
    }
    value.kind = ABI_Pieces;
    for (uint32_t offset = 0; offset < size; offset += EIGHTBYTE_SIZE) {
        uint32_t piece_size = size - offset < EIGHTBYTE_SIZE ? size - offset : EIGHTBYTE_SIZE;
        value.offsets[value.piece_count] = offset;
        value.pieces[value.piece_count++] =
            eightbyte_type(u, &classes.eightbytes[offset / EIGHTBYTE_SIZE], piece_size);
    }
    return value;
}

static LLVMTypeRef result_type(UnitState *u, const AbiValue *result) {
    switch (result->kind) {
    case ABI_None:
    case ABI_Memory:
    case ABI_ByVal: return u->type_void;
    case ABI_Scalar: return result->storage.type;
    case ABI_Pieces:
        if (result->piece_count == 1)
            return result->pieces[0];
        return LLVMStructTypeInContext(u->context, (LLVMTypeRef *)result->pieces, result->piece_count, false);
    }
    return u->type_void;
}

static bool is_vector_type(LLVMTypeRef type) {
    LLVMTypeKind kind = LLVMGetTypeKind(type);
    return kind == LLVMFloatTypeKind || kind == LLVMDoubleTypeKind || kind == LLVMVectorTypeKind;
}

/// A struct whose eightbytes do not all fit the registers left goes to the stack as a whole (3.2.3, step 5).
static void native_registers(AbiSignature *abi) {
    uint32_t integers = abi->has_result_buffer ? 1 : 0, vectors = 0;
    for (uint32_t i = 0; i < abi->param_count; i++) {
        AbiValue *param = &abi->params[i];
        if (param->kind == ABI_Scalar) {
            if (is_vector_type(param->storage.type))
                vectors++;
            else
                integers++;
        } else if (param->kind == ABI_Pieces) {
            uint32_t need_vectors = 0;
            for (uint32_t k = 0; k < param->piece_count; k++)
                need_vectors += is_vector_type(param->pieces[k]);
            uint32_t need_integers = param->piece_count - need_vectors;
            if (integers + need_integers > INTEGER_REGISTERS || vectors + need_vectors > VECTOR_REGISTERS) {
                param->kind = ABI_ByVal;
                continue;
            }
            integers += need_integers;
            vectors += need_vectors;
        }
    }
}

AbiSignature abi_signature(UnitState *u, Arena *arena, const Signature *signature, bool has_this,
                           bool is_native) {
    AbiSignature abi = {.result = abi_value(u, signature->return_type, is_native), .is_native = is_native};
    abi.has_result_buffer = abi.result.kind == ABI_Memory || abi.result.kind == ABI_ByVal;
    abi.param_count = signature->param_count + has_this;
    abi.params = ARENA_ARRAY(arena, AbiValue, abi.param_count + 1);
    if (has_this) {
        abi.params[0].kind = ABI_Scalar;
        abi.params[0].storage = (Storage){.kind = STACK_ByRef, .type = u->ptr, .size = 8, .alignment = 8};
    }
    for (uint32_t i = 0; i < signature->param_count; i++)
        abi.params[i + has_this] = abi_value(u, signature->params[i], is_native);
    if (is_native)
        native_registers(&abi);

    LLVMTypeRef *types = ARENA_ARRAY(arena, LLVMTypeRef, 2 * abi.param_count + 1);
    uint32_t count = 0;
    if (abi.has_result_buffer)
        types[count++] = u->ptr;
    for (uint32_t i = 0; i < abi.param_count; i++) {
        AbiValue *param = &abi.params[i];
        switch (param->kind) {
        case ABI_None: break;
        case ABI_Scalar: types[count++] = param->storage.type; break;
        case ABI_Pieces:
            for (uint32_t k = 0; k < param->piece_count; k++)
                types[count++] = param->pieces[k];
            break;
        case ABI_Memory:
        case ABI_ByVal: types[count++] = u->ptr; break;
        }
    }
    abi.type = LLVMFunctionType(result_type(u, &abi.result), types, count, false);
    return abi;
}

typedef void Annotate(LLVMValueRef, LLVMAttributeIndex, LLVMAttributeRef);

/// Integers below 32 bits are extended by the caller (returned ones by the callee): C code in the runtime
/// relies on it.
static void annotate_extension(UnitState *u, const AbiValue *value, Annotate *annotate, LLVMValueRef target,
                               unsigned index) {
    if (value->kind != ABI_Scalar || value->storage.size >= 4)
        return;
    unsigned kind = value->storage.is_signed ? u->kinds.signext : u->kinds.zeroext;
    annotate(target, index, LLVMCreateEnumAttribute(u->context, kind, 0));
}

static void annotate_all(UnitState *u, const AbiSignature *abi, Annotate *annotate, LLVMValueRef target) {
    annotate_extension(u, &abi->result, annotate, target, LLVMAttributeReturnIndex);
    unsigned index = 1;
    if (abi->has_result_buffer) {
        LLVMAttributeRef attribute =
            abi->is_native ? LLVMCreateTypeAttribute(u->context, u->kinds.sret, abi->result.storage.type)
                           : LLVMCreateEnumAttribute(u->context, u->kinds.noalias, 0);
        annotate(target, index++, attribute);
    }
    for (uint32_t i = 0; i < abi->param_count; i++) {
        const AbiValue *param = &abi->params[i];
        annotate_extension(u, param, annotate, target, index);
        if (param->kind == ABI_ByVal)
            annotate(target, index, LLVMCreateTypeAttribute(u->context, u->kinds.byval, param->storage.type));
        index += param->kind == ABI_Pieces ? param->piece_count : param->kind == ABI_None ? 0 : 1;
    }
}

void abi_annotate_function(UnitState *u, const AbiSignature *abi, LLVMValueRef function) {
    annotate_all(u, abi, LLVMAddAttributeAtIndex, function);
}

void abi_annotate_call(UnitState *u, const AbiSignature *abi, LLVMValueRef call) {
    annotate_all(u, abi, LLVMAddCallSiteAttribute, call);
}
