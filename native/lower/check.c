#include "lower/lowering.h"

// Each check has its own throw block: the optimiser and the tail merger join what is equal, which measured
// smaller than one shared block from the start (llvm.md 2.2).

static bool is_constant_false(LLVMValueRef condition) {
    return LLVMIsAConstantInt(condition) && LLVMConstIntGetZExtValue(condition) == 0;
}

/// Leaves the builder in a new block that runs when `condition` holds; answers the block for the other case.
static LLVMBasicBlockRef cold_branch(Lowering *l, LLVMValueRef condition, bool is_null_check) {
    LLVMBasicBlockRef cold = block_append(l), rest = block_append(l);
    LLVMValueRef branch = LLVMBuildCondBr(l->builder, condition, cold, rest);
    LLVMSetMetadata(branch, l->u->metadata_prof, l->u->unlikely);
    if (is_null_check)
        LLVMSetMetadata(branch, l->u->metadata_make_implicit, l->u->empty_node);
    block_begin(l, cold);
    return rest;
}

bool helper_allowed(Lowering *l, WellKnownMethod helper) {
    const Method *method = well_known_method(l->u->ts, helper);
    return method && reach_has_method(l->u->reach, method);
}

LLVMValueRef call_helper(Lowering *l, WellKnownMethod helper, LLVMValueRef *args, uint32_t count) {
    Callee callee;
    const Method *method = well_known_method(l->u->ts, helper);
    if (!method_callee(l->u, l->scratch, method, &callee)) {
        l->failed = true;
        return NULL;
    }
    if (callee.abi.has_result_buffer || LLVMCountParamTypes(callee.type) != count) {
        lower_internal(l, "helper '%.*s' does not take %u arguments", TEXT_ARG(method->name), count);
        return NULL;
    }
    return emit_call(l, callee.type, callee.function, args, count);
}

void throw_helper(Lowering *l, WellKnownMethod helper) {
    call_helper(l, helper, NULL, 0);
    lower_unreachable(l);
}

void throw_if(Lowering *l, LLVMValueRef condition, WellKnownMethod helper) {
    if (is_constant_false(condition))
        return;
    LLVMBasicBlockRef rest =
        cold_branch(l, condition, helper == WELL_KNOWN_METHOD_ThrowNullReferenceException);
    throw_helper(l, helper);
    block_begin(l, rest);
}

void check_null_pointer(Lowering *l, LLVMValueRef pointer) {
    LLVMValueRef is_null = LLVMBuildIsNull(l->builder, pointer, "");
    throw_if(l, is_null, WELL_KNOWN_METHOD_ThrowNullReferenceException);
}

bool refs_are_trusted(const Lowering *l) {
    const Type *object = well_known_type(l->u->ts, WELL_KNOWN_TYPE_Object), *owner = l->method->owner;
    return owner->kind != TYPE_Named || owner->def->module == object->def->module;
}

/// Null plus an offset: an address in the pages that are never mapped.
static void check_moved(Lowering *l, Value value) {
    enum { NULL_PAGES_SIZE = 0x10000 };
    LLVMValueRef address = LLVMBuildPtrToInt(l->builder, value_pointer(l, value), l->u->i64, "");
    LLVMValueRef limit = LLVMConstInt(l->u->i64, NULL_PAGES_SIZE, false);
    LLVMBasicBlockRef rest = cold_branch(l, LLVMBuildICmp(l->builder, LLVMIntULT, address, limit, ""), false);
    throw_helper(l, WELL_KNOWN_METHOD_ThrowNullReferenceException);
    block_begin(l, rest);
}

void check_null(Lowering *l, Value value) {
    if (value.facts & (FACT_NonNull | FACT_Stack))
        return;
    bool is_number =
        value.kind == STACK_NativeInt && LLVMGetTypeKind(LLVMTypeOf(value.ref)) == LLVMIntegerTypeKind;
    if (value.facts & FACT_Moved || (is_number && LLVMIsAConstantInt(value.ref))) {
        check_moved(l, value);
        return;
    }
    check_null_pointer(l, value_pointer(l, value));
}

LLVMValueRef check_bounds(Lowering *l, Value index, LLVMValueRef length) {
    LLVMValueRef wide, outside;
    if (index.kind == STACK_Int32) {
        outside = LLVMBuildICmp(l->builder, LLVMIntUGE, index.ref, length, "");
        throw_if(l, outside, WELL_KNOWN_METHOD_ThrowIndexOutOfRangeException);
        wide = LLVMBuildZExt(l->builder, index.ref, l->u->i64, "");
        return wide;
    }
    wide = value_i64(l, index);
    outside =
        LLVMBuildICmp(l->builder, LLVMIntUGE, wide, LLVMBuildZExt(l->builder, length, l->u->i64, ""), "");
    throw_if(l, outside, WELL_KNOWN_METHOD_ThrowIndexOutOfRangeException);
    return wide;
}

// ---- Class constructors (corelib-contract 2.1) --------------------------------------------------

void check_cctor(Lowering *l, Type *type) {
    enum { CONTEXT_OFFSET = -8 }; // from the NonGC statics: address of the .cctor, 0 once it has run
    for (uint32_t i = 0; i < l->cctors_checked.count; i++)
        if (l->cctors_checked.items[i] == type)
            return;
    ARRAY_PUSH(l->scratch, &l->cctors_checked, type);
    LLVMValueRef base = entity_symbol(l->u, SYMBOL_NonGCStatics, type);
    LLVMValueRef offset = LLVMConstInt(l->u->i64, (uint64_t)(int64_t)CONTEXT_OFFSET, true);
    LLVMValueRef context = LLVMConstGEP2(l->u->i8, base, &offset, 1);
    LLVMValueRef pending = LLVMBuildLoad2(l->builder, l->u->ptr, context, "");
    // Acquire: the statics are read after the test.
    LLVMSetAlignment(pending, 8);
    LLVMSetOrdering(pending, LLVMAtomicOrderingAcquire);
    LLVMBasicBlockRef rest = cold_branch(l, LLVMBuildIsNotNull(l->builder, pending, ""), false);
    call_helper(l, WELL_KNOWN_METHOD_EnsureClassConstructorRun, &context, 1);
    branch_to(l, rest);
    block_begin(l, rest);
}

// ---- Polls (runtime-contract 6.1) ---------------------------------------------------------------

void emit_poll(Lowering *l) {
    enum { PRESERVE_MOST = 14 }; // LLVM's calling convention number: the poll saves every register itself
    LLVMValueRef trap = external_data(l->u, "RhpTrapThreads");
    LLVMValueRef load = LLVMBuildLoad2(l->builder, l->u->i32, trap, "");
    LLVMSetVolatile(load, true);
    LLVMBasicBlockRef rest = cold_branch(l, LLVMBuildIsNotNull(l->builder, load, ""), false);
    LLVMTypeRef type = function_type(l->u, l->u->type_void, 0);
    LLVMValueRef poll = external_function(l->u, "tailor_poll", type);
    LLVMSetFunctionCallConv(poll, PRESERVE_MOST);
    attribute_add(l->u, poll, l->u->kinds.cold);
    attribute_add(l->u, poll, l->u->kinds.nounwind);
    LLVMSetInstructionCallConv(LLVMBuildCall2(l->builder, type, poll, NULL, 0, ""), PRESERVE_MOST);
    branch_to(l, rest);
    block_begin(l, rest);
}

// ---- Throws that replace what could not be loaded -----------------------------------------------

typedef struct FailureHelper {
    WellKnownMethod helper;
    const char *message; // name in Internal.TypeSystem.ExceptionStringID
} FailureHelper;

static FailureHelper failure_helper(FailureKind kind) {
    switch (kind) {
    case FAILURE_TypeLoad:
        return (FailureHelper){WELL_KNOWN_METHOD_ThrowTypeLoadException, "ClassLoadGeneral"};
    case FAILURE_MissingMethod:
        return (FailureHelper){WELL_KNOWN_METHOD_ThrowMissingMethodException, "MissingMethod"};
    case FAILURE_MissingField:
        return (FailureHelper){WELL_KNOWN_METHOD_ThrowMissingFieldException, "MissingField"};
    case FAILURE_FileNotFound:
        return (FailureHelper){WELL_KNOWN_METHOD_ThrowFileNotFoundException, "FileLoadErrorGeneric"};
    case FAILURE_BadImageFormat:
        return (FailureHelper){WELL_KNOWN_METHOD_ThrowBadImageFormatException, "BadImageFormatGeneric"};
    case FAILURE_None:
    case FAILURE_InvalidProgram: break;
    }
    return (FailureHelper){WELL_KNOWN_METHOD_ThrowInvalidProgramException, "InvalidProgramDefault"};
}

/// Value of the enumeration's literal `name`; 0 if this CoreLib has none.
static uint64_t enum_literal(Lowering *l, Type *type, const char *name) {
    Field *field = type_find_field(l->u->ts, type, name);
    if (!field)
        return 0;
    ElementType element;
    Bytes bytes;
    uint64_t value = 0;
    if (!field_constant(field->def, &element, &bytes) || bytes.size > sizeof value)
        return 0;
    memcpy(&value, bytes.data, bytes.size);
    return value;
}

void throw_failure(Lowering *l, const Failure *failure) {
    FailureHelper helper = failure_helper(failure->kind);
    const Method *method = well_known_method(l->u->ts, helper.helper);
    const Signature *signature = method->signature;
    LLVMValueRef args[8];
    Text texts[2] = {failure->message, failure->argument};
    uint32_t text_count = 0;
    if (signature->param_count > 8) {
        lower_internal(l, "helper '%.*s' has too many parameters", TEXT_ARG(method->name));
        return;
    }
    for (uint32_t i = 0; i < signature->param_count; i++) {
        Type *type = signature->params[i];
        Storage storage = storage_of(l->u, type);
        if (storage.kind == STACK_Object) {
            Text text = text_count < 2 ? texts[text_count++] : (Text){NULL, 0};
            args[i] = text.data ? string_literal(l->u, text_to_utf16(l->scratch, text)) : NULL;
            if (!args[i])
                args[i] = LLVMConstNull(l->u->ptr);
        } else {
            args[i] = LLVMConstInt(storage.type,
                                   type->def->is_enum ? enum_literal(l, type, helper.message) : 0, false);
        }
    }
    call_helper(l, helper.helper, args, signature->param_count);
    lower_unreachable(l);
}
