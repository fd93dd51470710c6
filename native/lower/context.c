// Bodies that serve several instances, and what leads to them: dictionaries of addresses, thunks that pass
// them. An entry is the distance of the symbol from the dictionary, 4 bytes: no relocation at start-up.
#include "lower/share.h"

// ---- Calls --------------------------------------------------------------------------------------

LLVMTypeRef type_with_context(UnitState *u, LLVMTypeRef type) {
    uint32_t count = LLVMCountParamTypes(type);
    LLVMTypeRef *params = ARENA_ARRAY(&u->scratch, LLVMTypeRef, count + 1);
    LLVMGetParamTypes(type, params);
    params[count] = u->ptr;
    return LLVMFunctionType(LLVMGetReturnType(type), params, count + 1, false);
}

static void body_declare(UnitState *u, const Method *method, Callee *callee) {
    Text symbol = reach_symbol(u->reach, SYMBOL_SharedBody, method);
    callee->type = type_with_context(u, callee->type);
    callee->function = LLVMGetNamedFunction(u->module, symbol.data);
    if (callee->function)
        return;
    callee->function = external_function(u, symbol.data, callee->type);
    abi_annotate_function(u, &callee->abi, callee->function);
    LLVMAddAttributeAtIndex(callee->function, LLVMCountParamTypes(callee->type),
                            LLVMCreateEnumAttribute(u->context, u->kinds.nest, 0));
}

LLVMValueRef context_callee(UnitState *u, const Method *method, Callee *callee) {
    const Method *code = reach_code(u->reach, method);
    if (!sharing_instance(u->sharing, code))
        return NULL;
    body_declare(u, code, callee);
    return external_data(u, reach_symbol(u->reach, SYMBOL_Dictionary, code).data);
}

void context_annotate_call(UnitState *u, LLVMTypeRef type, LLVMValueRef call) {
    LLVMAddCallSiteAttribute(call, LLVMCountParamTypes(type),
                             LLVMCreateEnumAttribute(u->context, u->kinds.nest, 0));
}

// ---- Thunks -------------------------------------------------------------------------------------

/// The instance's own function: passes its dictionary.
static bool thunk_lower(UnitState *u, const Method *method) {
    Callee self, body;
    if (!method_self(u, &u->scratch, method, &self))
        return false;
    body = self;
    LLVMValueRef dictionary = context_callee(u, method, &body);
    attribute_common(u, self.function);
    uint32_t count = LLVMCountParams(self.function);
    LLVMValueRef *args = ARENA_ARRAY(&u->scratch, LLVMValueRef, count + 1);
    LLVMGetParams(self.function, args);
    args[count] = dictionary;
    LLVMBuilderRef builder = LLVMCreateBuilderInContext(u->context);
    LLVMPositionBuilderAtEnd(builder, LLVMAppendBasicBlockInContext(u->context, self.function, ""));
    LLVMValueRef call = LLVMBuildCall2(builder, body.type, body.function, args, count + 1, "");
    abi_annotate_call(u, &body.abi, call);
    context_annotate_call(u, body.type, call);
    LLVMSetTailCallKind(call, LLVMTailCallKindTail);
    if (LLVMGetReturnType(body.type) == u->type_void)
        LLVMBuildRetVoid(builder);
    else
        LLVMBuildRet(builder, call);
    LLVMDisposeBuilder(builder);
    return true;
}

// ---- Dictionaries -------------------------------------------------------------------------------

static LLVMValueRef entry_symbol(UnitState *u, const ContextEntry *entry) {
    LLVMValueRef found = LLVMGetNamedFunction(u->module, entry->symbol.data);
    if (!found)
        found = LLVMGetNamedGlobal(u->module, entry->symbol.data);
    if (found)
        return found;
    if (!entry->is_function)
        return external_data(u, entry->symbol.data);
    return external_function(u, entry->symbol.data, LLVMFunctionType(u->type_void, NULL, 0, false));
}

static void dictionary_define(UnitState *u, const Method *method, const Instance *instance) {
    uint32_t count = instance->body->entry_count;
    LLVMValueRef *offsets = ARENA_ARRAY(&u->scratch, LLVMValueRef, count);
    Text symbol = reach_symbol(u->reach, SYMBOL_Dictionary, method);
    LLVMTypeRef type = LLVMArrayType2(u->i32, count);
    LLVMValueRef old = LLVMGetNamedGlobal(u->module, symbol.data); // declared by calls as a byte
    if (old)
        LLVMSetValueName2(old, "", 0);
    LLVMValueRef dictionary = LLVMAddGlobal(u->module, type, symbol.data);
    if (old) {
        LLVMReplaceAllUsesWith(old, dictionary);
        LLVMDeleteGlobal(old);
    }
    LLVMValueRef start = LLVMConstPtrToInt(dictionary, u->i64);
    for (uint32_t i = 0; i < count; i++) {
        LLVMValueRef address = LLVMConstPtrToInt(entry_symbol(u, &instance->dictionary[i]), u->i64);
        offsets[i] = LLVMConstTrunc(LLVMConstSub(address, start), u->i32);
    }
    LLVMSetInitializer(dictionary, LLVMConstArray2(u->i32, offsets, count));
    LLVMSetGlobalConstant(dictionary, true);
    LLVMSetVisibility(dictionary, LLVMHiddenVisibility);
    LLVMSetAlignment(dictionary, 4);
    // A section each, so that the linker drops those of unused instances.
    LLVMSetSection(dictionary, arena_format(&u->scratch, ".rodata.%.*s", TEXT_ARG(symbol)));
}

void dictionaries_define(UnitState *u) {
    for (uint32_t i = 0; i < u->unit->method_count; i++) {
        const Instance *instance = sharing_instance(u->sharing, u->unit->methods[i]);
        if (instance)
            dictionary_define(u, u->unit->methods[i], instance);
        arena_reset(&u->scratch);
    }
}

// ---- Bodies -------------------------------------------------------------------------------------

typedef struct Patch {
    UnitState *u;
    LLVMBuilderRef builder;
    LLVMValueRef context;
} Patch;

static LLVMValueRef entry_load(Patch *p, uint32_t entry) {
    UnitState *u = p->u;
    LLVMValueRef at = LLVMConstInt(u->i64, 4 * (uint64_t)entry, false);
    LLVMValueRef place = LLVMBuildInBoundsGEP2(p->builder, u->i8, p->context, &at, 1, "");
    LLVMValueRef offset = LLVMBuildLoad2(p->builder, u->i32, place, "");
    LLVMSetAlignment(offset, 4);
    LLVMSetMetadata(offset, u->metadata_invariant_load, u->empty_node);
    offset = LLVMBuildSExt(p->builder, offset, u->i64, "");
    return LLVMBuildGEP2(p->builder, u->i8, p->context, &offset, 1, "");
}

/// What `constant` is when `symbol` in it is `value`.
static LLVMValueRef constant_remake(LLVMBuilderRef builder, LLVMValueRef constant, LLVMValueRef symbol,
                                    LLVMValueRef value) {
    if (constant == symbol)
        return value;
    LLVMValueRef operand = constant_remake(builder, LLVMGetOperand(constant, 0), symbol, value);
    if (LLVMGetConstOpcode(constant) == LLVMPtrToInt)
        return LLVMBuildPtrToInt(builder, operand, LLVMTypeOf(constant), "");
    LLVMValueRef index = LLVMGetOperand(constant, 1);
    return LLVMBuildGEP2(builder, LLVMGetGEPSourceElementType(constant), operand, &index, 1, "");
}

void code_use_set(LLVMBuilderRef builder, const CodeUse *use, LLVMValueRef value) {
    LLVMValueRef operand = LLVMGetOperand(use->instruction, use->operand);
    LLVMSetOperand(use->instruction, use->operand, constant_remake(builder, operand, use->symbol, value));
}

static void use_patch(Patch *p, const CodeUse *use, uint32_t entry) {
    LLVMValueRef before = use->instruction;
    if (LLVMGetInstructionOpcode(before) == LLVMPHI)
        before = LLVMGetBasicBlockTerminator(LLVMGetIncomingBlock(before, use->operand));
    LLVMPositionBuilderBefore(p->builder, before);
    code_use_set(p->builder, use, entry_load(p, entry));
}

static void attributes_copy(LLVMValueRef from, LLVMValueRef to, LLVMAttributeIndex index) {
    LLVMAttributeRef attributes[32]; // the comparison refused calls with more
    unsigned count = LLVMGetCallSiteAttributeCount(from, index);
    LLVMGetCallSiteAttributes(from, index, attributes);
    for (unsigned i = 0; i < count; i++)
        LLVMAddCallSiteAttribute(to, index, attributes[i]);
}

void call_redirect(UnitState *u, LLVMBuilderRef builder, LLVMValueRef call, const Callee *callee,
                   LLVMValueRef context) {
    unsigned count = LLVMGetNumArgOperands(call), all = count + (context != NULL);
    LLVMValueRef *args = ARENA_ARRAY(&u->scratch, LLVMValueRef, count + 1), made;
    for (unsigned i = 0; i < count; i++)
        args[i] = LLVMGetOperand(call, i);
    args[count] = context;
    if (LLVMIsAInvokeInst(call))
        made = LLVMBuildInvoke2(builder, callee->type, callee->function, args, all, LLVMGetNormalDest(call),
                                LLVMGetUnwindDest(call), "");
    else
        made = LLVMBuildCall2(builder, callee->type, callee->function, args, all, "");
    LLVMSetInstructionCallConv(made, LLVMGetInstructionCallConv(call));
    attributes_copy(call, made, FUNCTION_ATTRIBUTES);
    for (unsigned i = 0; i <= count; i++)
        attributes_copy(call, made, i);
    if (context)
        context_annotate_call(u, callee->type, made);
    LLVMReplaceAllUsesWith(call, made);
    LLVMInstructionEraseFromParent(call);
}

/// The call of an instance becomes one of its shared body, with the entry as its context.
static void call_patch(Patch *p, LLVMValueRef call, uint32_t entry, const SharedBody *target) {
    UnitState *u = p->u;
    Callee callee = {.type = LLVMGetCalledFunctionType(call)};
    LLVMPositionBuilderBefore(p->builder, call);
    LLVMSetCurrentDebugLocation2(p->builder, LLVMInstructionGetDebugLoc(call));
    LLVMValueRef context = entry_load(p, entry);
    method_self(u, &u->scratch, target->method, &callee);
    body_declare(u, target->method, &callee);
    call_redirect(u, p->builder, call, &callee, context);
    LLVMSetCurrentDebugLocation2(p->builder, NULL);
}

static bool body_patch(UnitState *u, const SharedBody *body, LLVMValueRef function) {
    CodeUse *uses;
    uint32_t count = code_uses_of(function, &u->scratch, &uses);
    if (count != body->use_count) {
        unit_internal_error(u, body->method, "the body uses %u symbols, %u when it was compared", count,
                            body->use_count);
        return false;
    }
    Patch p = {u, LLVMCreateBuilderInContext(u->context),
               LLVMGetParam(function, LLVMCountParams(function) - 1)};
    for (uint32_t i = 0; i < count; i++) {
        uint32_t entry = body->entries[i];
        if (entry != NO_ENTRY && body->callees[entry]) // the last use of the call: it goes
            call_patch(&p, uses[i].instruction, entry, body->callees[entry]);
        else if (entry != NO_ENTRY)
            use_patch(&p, &uses[i], entry);
    }
    LLVMDisposeBuilder(p.builder);
    return true;
}

static bool body_lower(UnitState *u, const SharedBody *body) {
    Callee callee;
    if (!method_self(u, &u->scratch, body->method, &callee))
        return false;
    body_declare(u, body->method, &callee);
    // Inlined into the thunks it would be what sharing avoids.
    attribute_add(u, callee.function, u->kinds.noinline);
    return lower_method_into(u, body->method, &callee) && body_patch(u, body, callee.function);
}

bool lower_instance(UnitState *u, const Method *method, const Instance *instance) {
    if (instance->body->method == method && !body_lower(u, instance->body))
        return false;
    return thunk_lower(u, method);
}
