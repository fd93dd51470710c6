#include "lower/fingerprint.h"

#include "support/array.h"

#include <llvm-c/DebugInfo.h>

#include <string.h>

// Types, constants, attributes and metadata are unique in their context, so their addresses stand for them.

typedef struct Number {
    LLVMValueRef value;
    uint32_t number;
} Number;

typedef struct Walk {
    Fingerprint print;
    TextTable *texts;
    Arena *arena;
    ARRAY(CodeReference) references;
    ARRAY(CodeUse) uses;
    Number *numbers; // of arguments, blocks and instructions; open addressing
    uint32_t mask;
} Walk;

static void mix(Walk *w, uint64_t value) {
    wide_hash_add(&w->print.hash, value);
}

static void mix_pointer(Walk *w, const void *pointer) {
    mix(w, (uint64_t)(uintptr_t)pointer);
}

// ---- Numbers of local values --------------------------------------------------------------------

static Number *number_place(const Walk *w, LLVMValueRef value) {
    uint64_t at = (uint64_t)(uintptr_t)value * 0x9E3779B97F4A7C15u >> 32;
    while (w->numbers[at & w->mask].value && w->numbers[at & w->mask].value != value)
        at++;
    return &w->numbers[at & w->mask];
}

static uint32_t values_count(LLVMValueRef function) {
    uint32_t count = LLVMCountParams(function);
    for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(function); b; b = LLVMGetNextBasicBlock(b)) {
        count++;
        for (LLVMValueRef i = LLVMGetFirstInstruction(b); i; i = LLVMGetNextInstruction(i))
            count++;
    }
    return count;
}

static void number_values(Walk *w, LLVMValueRef function, Arena *scratch) {
    uint32_t size = 16, count = values_count(function), next = 0;
    while (size < 2 * count)
        size *= 2;
    w->numbers = ARENA_ARRAY(scratch, Number, size);
    w->mask = size - 1;
    for (uint32_t i = 0; i < LLVMCountParams(function); i++, next++)
        *number_place(w, LLVMGetParam(function, i)) = (Number){LLVMGetParam(function, i), next};
    for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(function); b; b = LLVMGetNextBasicBlock(b)) {
        LLVMValueRef block = LLVMBasicBlockAsValue(b);
        *number_place(w, block) = (Number){block, next++};
        for (LLVMValueRef i = LLVMGetFirstInstruction(b); i; i = LLVMGetNextInstruction(i), next++)
            *number_place(w, i) = (Number){i, next};
    }
}

// ---- Operands -----------------------------------------------------------------------------------

typedef struct Use {
    LLVMValueRef instruction;
    unsigned operand;
    bool is_called, is_replaceable;
} Use;

static void reference_add(Walk *w, LLVMValueRef global, const Use *use) {
    ARRAY_PUSH(w->arena, &w->uses, (CodeUse){use->instruction, use->operand, global});
    mix(w, use->is_called ? 3 : 5);
    if (!w->texts)
        return;
    size_t size;
    const char *name = LLVMGetValueName2(global, &size);
    CodeReference reference = {.symbol = text_intern(w->texts, name, size),
                               .is_called = use->is_called,
                               .is_function = LLVMIsAFunction(global) != NULL};
    reference.is_replaceable = use->is_replaceable && LLVMGetVisibility(global) == LLVMHiddenVisibility;
    if (!size)
        w->print.is_complete = false;
    ARRAY_PUSH(w->arena, &w->references, reference);
}

/// An address with an offset, or as an integer: context.c can make the same from a value.
static bool expression_is_address(LLVMValueRef expression) {
    LLVMOpcode opcode = LLVMGetConstOpcode(expression);
    return opcode == LLVMPtrToInt || (opcode == LLVMGetElementPtr && LLVMGetNumOperands(expression) == 2);
}

static void constant_walk(Walk *w, LLVMValueRef constant, const Use *use) {
    if (LLVMIsAGlobalValue(constant)) {
        reference_add(w, constant, use);
        return;
    }
    bool is_expression = LLVMIsAConstantExpr(constant) != NULL;
    bool is_aggregate =
        LLVMIsAConstantStruct(constant) || LLVMIsAConstantArray(constant) || LLVMIsAConstantVector(constant);
    if (!is_expression && !is_aggregate) {
        if (LLVMIsABlockAddress(constant))
            w->print.is_complete = false;
        mix_pointer(w, constant); // numbers, null, undef, poison, zeroinitializer, data arrays
        return;
    }
    Use inner = *use;
    inner.is_called = false;
    inner.is_replaceable = inner.is_replaceable && is_expression && expression_is_address(constant);
    mix_pointer(w, LLVMTypeOf(constant));
    if (is_expression) {
        mix(w, LLVMGetConstOpcode(constant));
        if (LLVMGetConstOpcode(constant) == LLVMGetElementPtr) {
            mix_pointer(w, LLVMGetGEPSourceElementType(constant));
            mix(w, LLVMGEPGetNoWrapFlags(constant));
        }
    }
    unsigned count = (unsigned)LLVMGetNumOperands(constant);
    for (unsigned i = 0; i < count; i++)
        constant_walk(w, LLVMGetOperand(constant, i), &inner);
}

static void operand_walk(Walk *w, LLVMValueRef operand, const Use *use) {
    const Number *number = number_place(w, operand);
    if (number->value) {
        mix(w, number->number);
    } else if (LLVMIsAConstant(operand)) {
        constant_walk(w, operand, use);
    } else if (LLVMIsAInlineAsm(operand) || LLVMIsAMDNode(operand) || LLVMIsAMDString(operand)) {
        mix_pointer(w, operand);
    } else {
        w->print.is_complete = false;
    }
}

// ---- What else makes an instruction -------------------------------------------------------------

static void attributes_walk(Walk *w, LLVMValueRef call, LLVMAttributeIndex index) {
    LLVMAttributeRef attributes[32];
    unsigned count = LLVMGetCallSiteAttributeCount(call, index);
    mix(w, count);
    if (count > 32) {
        w->print.is_complete = false;
        return;
    }
    LLVMGetCallSiteAttributes(call, index, attributes);
    for (unsigned i = 0; i < count; i++)
        mix_pointer(w, attributes[i]);
}

static void call_walk(Walk *w, LLVMValueRef call) {
    mix_pointer(w, LLVMGetCalledFunctionType(call));
    mix(w, LLVMGetInstructionCallConv(call));
    if (LLVMIsACallInst(call))
        mix(w, LLVMGetTailCallKind(call));
    if (LLVMGetNumOperandBundles(call))
        w->print.is_complete = false;
    attributes_walk(w, call, (LLVMAttributeIndex)LLVMAttributeFunctionIndex);
    unsigned count = LLVMGetNumArgOperands(call);
    for (unsigned i = 0; i <= count; i++) // 0: the result
        attributes_walk(w, call, i);
}

static void memory_walk(Walk *w, LLVMValueRef access) {
    mix(w, LLVMGetAlignment(access));
    mix(w, (uint64_t)LLVMGetVolatile(access));
    mix(w, LLVMGetOrdering(access));
    mix(w, (uint64_t)LLVMIsAtomicSingleThread(access));
}

static void indices_walk(Walk *w, LLVMValueRef instruction) {
    const unsigned *indices = LLVMGetIndices(instruction);
    for (unsigned i = 0; i < LLVMGetNumIndices(instruction); i++)
        mix(w, indices[i]);
}

/// False for instructions that code generation does not emit.
static bool details_walk(Walk *w, LLVMValueRef in) {
    switch (LLVMGetInstructionOpcode(in)) { // NOLINT: the others are not emitted
    case LLVMCall:
    case LLVMInvoke: call_walk(w, in); return true;
    case LLVMLoad:
    case LLVMStore: memory_walk(w, in); return true;
    case LLVMAlloca:
        mix_pointer(w, LLVMGetAllocatedType(in));
        mix(w, LLVMGetAlignment(in));
        return true;
    case LLVMGetElementPtr:
        mix_pointer(w, LLVMGetGEPSourceElementType(in));
        mix(w, LLVMGEPGetNoWrapFlags(in));
        return true;
    case LLVMICmp: mix(w, LLVMGetICmpPredicate(in)); return true;
    case LLVMFCmp: mix(w, LLVMGetFCmpPredicate(in)); return true;
    case LLVMPHI:
        for (unsigned i = 0; i < LLVMCountIncoming(in); i++)
            mix(w, number_place(w, LLVMBasicBlockAsValue(LLVMGetIncomingBlock(in, i)))->number);
        return true;
    case LLVMExtractValue:
    case LLVMInsertValue: indices_walk(w, in); return true;
    case LLVMLandingPad: mix(w, (uint64_t)LLVMIsCleanup(in)); return true;
    case LLVMAtomicRMW:
        mix(w, LLVMGetAtomicRMWBinOp(in));
        memory_walk(w, in);
        return true;
    case LLVMAtomicCmpXchg:
        mix(w, LLVMGetCmpXchgSuccessOrdering(in));
        mix(w, LLVMGetCmpXchgFailureOrdering(in));
        mix(w, LLVMGetAlignment(in));
        mix(w, (uint64_t)LLVMGetVolatile(in));
        mix(w, (uint64_t)LLVMIsAtomicSingleThread(in));
        return true;
    case LLVMFence:
        mix(w, LLVMGetOrdering(in));
        mix(w, (uint64_t)LLVMIsAtomicSingleThread(in));
        return true;
    case LLVMAdd:
    case LLVMSub:
    case LLVMMul:
    case LLVMShl: mix(w, (uint64_t)(LLVMGetNUW(in) * 2 + LLVMGetNSW(in))); return true;
    case LLVMUDiv:
    case LLVMSDiv:
    case LLVMLShr:
    case LLVMAShr: mix(w, (uint64_t)LLVMGetExact(in)); return true;
    case LLVMOr: mix(w, (uint64_t)LLVMGetIsDisjoint(in)); return true;
    case LLVMZExt: mix(w, (uint64_t)LLVMGetNNeg(in)); return true;
    case LLVMFAdd:
    case LLVMFSub:
    case LLVMFMul:
    case LLVMFDiv:
    case LLVMFRem:
    case LLVMFNeg: mix(w, LLVMGetFastMathFlags(in)); return true;
    case LLVMRet:
    case LLVMBr:
    case LLVMSwitch:
    case LLVMUnreachable:
    case LLVMResume:
    case LLVMURem:
    case LLVMSRem:
    case LLVMAnd:
    case LLVMXor:
    case LLVMTrunc:
    case LLVMSExt:
    case LLVMFPToUI:
    case LLVMFPToSI:
    case LLVMUIToFP:
    case LLVMSIToFP:
    case LLVMFPTrunc:
    case LLVMFPExt:
    case LLVMPtrToInt:
    case LLVMIntToPtr:
    case LLVMBitCast:
    case LLVMSelect:
    case LLVMFreeze: return true;
    default: return false;
    }
}

static void metadata_walk(Walk *w, LLVMValueRef in) {
    if (!LLVMHasMetadata(in))
        return;
    size_t count;
    LLVMValueMetadataEntry *entries = LLVMInstructionGetAllMetadataOtherThanDebugLoc(in, &count);
    for (size_t i = 0; i < count; i++) {
        mix(w, LLVMValueMetadataEntriesGetKind(entries, (unsigned)i));
        mix_pointer(w, LLVMValueMetadataEntriesGetMetadata(entries, (unsigned)i));
    }
    LLVMDisposeValueMetadataEntries(entries);
    if (LLVMInstructionGetDebugLoc(in)) {
        mix(w, LLVMGetDebugLocLine(in));
        mix(w, LLVMGetDebugLocColumn(in));
    }
}

static void instruction_walk(Walk *w, LLVMValueRef in) {
    LLVMOpcode opcode = LLVMGetInstructionOpcode(in);
    bool is_call = opcode == LLVMCall || opcode == LLVMInvoke;
    unsigned count = (unsigned)LLVMGetNumOperands(in);
    mix(w, opcode);
    mix_pointer(w, LLVMTypeOf(in));
    mix(w, count);
    if (!details_walk(w, in))
        w->print.is_complete = false;
    metadata_walk(w, in);
    for (unsigned i = 0; i < count; i++) {
        Use use = {in, i, is_call && i == count - 1, opcode != LLVMLandingPad};
        operand_walk(w, LLVMGetOperand(in, i), &use);
    }
    w->print.size++;
}

// ---- Functions ----------------------------------------------------------------------------------

static void function_attributes_walk(Walk *w, LLVMValueRef function, LLVMAttributeIndex index) {
    LLVMAttributeRef attributes[32];
    unsigned count = LLVMGetAttributeCountAtIndex(function, index);
    mix(w, count);
    if (count > 32) {
        w->print.is_complete = false;
        return;
    }
    LLVMGetAttributesAtIndex(function, index, attributes);
    for (unsigned i = 0; i < count; i++)
        mix_pointer(w, attributes[i]);
}

static void function_walk(Walk *w, LLVMValueRef function) {
    mix_pointer(w, LLVMGlobalGetValueType(function));
    const char *section = LLVMGetSection(function);
    for (; section && *section; section++)
        mix(w, (unsigned char)*section);
    mix(w, (uint64_t)LLVMHasPersonalityFn(function)); // there is only one
    function_attributes_walk(w, function, (LLVMAttributeIndex)LLVMAttributeFunctionIndex);
    for (unsigned i = 0; i <= LLVMCountParams(function); i++)
        function_attributes_walk(w, function, i);
    for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(function); b; b = LLVMGetNextBasicBlock(b))
        for (LLVMValueRef i = LLVMGetFirstInstruction(b); i; i = LLVMGetNextInstruction(i))
            instruction_walk(w, i);
}

Fingerprint fingerprint_of(LLVMValueRef function, TextTable *texts, Arena *arena, Arena *scratch) {
    Walk w = {.texts = texts, .arena = arena, .print = {.hash = wide_hash_begin(), .is_complete = true}};
    number_values(&w, function, scratch);
    function_walk(&w, function);
    w.print.references = w.references.items;
    w.print.reference_count = w.references.count;
    return w.print;
}

uint32_t code_uses_of(LLVMValueRef function, Arena *arena, CodeUse **uses) {
    Walk w = {.arena = arena};
    number_values(&w, function, arena);
    function_walk(&w, function);
    *uses = w.uses.items;
    return w.uses.count;
}
