// Canonical code: bodies over placeholders, which serve instances made at run time (generics-and-dispatch.md 2). A body is
// lowered like that of any exact instance; what it names of types with placeholders are symbols that nobody defines, and
// in a second pass each use of one becomes a question to the type loader through the context.
#include "lower/lowering.h"

#include "lower/fingerprint.h"

// ---- Open symbols -------------------------------------------------------------------------------------------

/// Stands for an entity with placeholders until canonical_patch replaces it.
struct OpenSymbol {
    SymbolKind kind;
    const void *entity;
    LLVMValueRef value;
};

static bool canonical_declare(UnitState *u, const Method *method, Callee *out);

static bool has_placeholder(SymbolKind kind, const void *entity) {
    switch (kind) {
    case SYMBOL_MethodTable:
    case SYMBOL_RuntimeType:
    case SYMBOL_NonGCStatics:
    case SYMBOL_GCStatics:
    case SYMBOL_ThreadStaticIndex: return ((const Type *)entity)->has_placeholder;
    case SYMBOL_Method:
    case SYMBOL_Code:
    case SYMBOL_MethodHandle: return method_has_placeholder(entity);
    case SYMBOL_FieldHandle: return ((const Field *)entity)->owner->has_placeholder;
    case SYMBOL_Rva:
    case SYMBOL_SharedBody:
    case SYMBOL_Dictionary:
    case SYMBOL_PInvokeCell:
    case SYMBOL_FrozenObject: break;
    }
    return false;
}

static const OpenSymbol *open_symbol(UnitState *u, SymbolKind kind, const void *entity, LLVMTypeRef function_type) {
    for (uint32_t i = 0; i < u->open_symbols.count; i++)
        if (u->open_symbols.items[i].kind == kind && u->open_symbols.items[i].entity == entity)
            return &u->open_symbols.items[i];
    char name[32];
    snprintf(name, sizeof name, "open$%u", u->open_symbols.count);
    OpenSymbol made = {kind, entity,
                       function_type ? external_function(u, name, function_type) : external_data(u, name)};
    ARRAY_PUSH(&u->arena, &u->open_symbols, made);
    return &u->open_symbols.items[u->open_symbols.count - 1];
}

LLVMValueRef open_data(UnitState *u, SymbolKind kind, const void *entity) {
    return has_placeholder(kind, entity) ? open_symbol(u, kind, entity, NULL)->value : NULL;
}

LLVMValueRef open_function(UnitState *u, SymbolKind kind, const Method *method, const AbiSignature *abi) {
    Callee callee;
    if (!has_placeholder(kind, method))
        return NULL;
    if (!u->is_canonical) // a table's entry: it finds its context by itself
        return canonical_declare(u, method, &callee) ? callee.function : NULL;
    LLVMValueRef function = open_symbol(u, kind, method, abi->type)->value;
    abi_annotate_function(u, abi, function);
    return function;
}

// ---- The code itself ----------------------------------------------------------------------------------------

/// Declares the function of a canonical method, with its context in `nest` where it takes one.
static bool canonical_declare(UnitState *u, const Method *method, Callee *out) {
    const Signature *signature = method->signature;
    bool has_this = signature->has_this && !signature->explicit_this;
    if (!reach_has_method(u->reach, method)) {
        unit_internal_error(u, method, "called but not marked");
        return false;
    }
    out->abi = abi_signature(u, &u->scratch, signature, has_this, false);
    out->type = reach_takes_context(method) ? type_with_context(u, out->abi.type) : out->abi.type;
    Text symbol = reach_symbol(u->reach, SYMBOL_Method, method);
    out->function = LLVMGetNamedFunction(u->module, symbol.data);
    if (out->function)
        return true;
    out->function = external_function(u, symbol.data, out->type);
    abi_annotate_function(u, &out->abi, out->function);
    if (reach_takes_context(method))
        LLVMAddAttributeAtIndex(out->function, LLVMCountParamTypes(out->type),
                                LLVMCreateEnumAttribute(u->context, u->kinds.nest, 0));
    return true;
}

// ---- Questions ----------------------------------------------------------------------------------------------

typedef struct Patch {
    UnitState *u;
    const Method *method;
    LLVMValueRef function;
    LLVMBuilderRef builder;
    uint32_t this_index; // of the LLVM parameter
} Patch;

static LLVMValueRef context_value(const Patch *p) {
    if (reach_context_source(p->method) != CONTEXT_This)
        return LLVMGetParam(p->function, LLVMCountParams(p->function) - 1);
    return LLVMBuildLoad2(p->builder, p->u->ptr, LLVMGetParam(p->function, p->this_index), "");
}

static LLVMValueRef runtime_call(const Patch *p, const char *name, LLVMValueRef *args, uint32_t count, bool is_pure) {
    UnitState *u = p->u;
    LLVMTypeRef types[2] = {u->ptr, u->ptr};
    LLVMTypeRef type = LLVMFunctionType(u->ptr, types, count, false);
    LLVMValueRef function = external_function(u, name, type);
    if (is_pure) { // the answer is always the same
        attribute_add(u, function, u->kinds.nounwind);
        attribute_add(u, function, u->kinds.willreturn);
        attribute_add(u, function, u->kinds.memory);
    }
    return LLVMBuildCall2(p->builder, type, function, args, count, "");
}

static LLVMValueRef lookup(const Patch *p, LookupKind kind, const void *entity) {
    Text record = reach_lookup(p->u->reach, kind, entity, p->method);
    LLVMValueRef args[2] = {context_value(p), external_data(p->u, record.data)};
    return runtime_call(p, "tailor_generic_lookup", args, 2, true);
}

/// What code that takes a context wants in `nest` when it serves `method`.
static LLVMValueRef context_of(const Patch *p, const Method *method) {
    if (reach_context_source(method_canonical(p->u->ts, method)) == CONTEXT_Dictionary)
        return lookup(p, LOOKUP_MethodDictionary, method);
    return lookup(p, LOOKUP_TypeHandle, method->owner);
}

static LLVMValueRef code_address(const Patch *p, const Method *method) {
    const Method *form = method_canonical(p->u->ts, method);
    Callee callee;
    if (!canonical_declare(p->u, form, &callee))
        return NULL;
    if (!reach_takes_context(form))
        return callee.function;
    LLVMValueRef args[2] = {callee.function, context_of(p, method)};
    return runtime_call(p, "tailor_instantiated_code", args, 2, true);
}

static LLVMValueRef runtime_type(const Patch *p, const Type *type) {
    UnitState *u = p->u;
    Callee helper;
    const Method *method = well_known_method(u->ts, WELL_KNOWN_METHOD_GetRuntimeType);
    if (!method_callee(u, &u->scratch, method, &helper))
        return NULL;
    LLVMValueRef table = lookup(p, LOOKUP_TypeHandle, type);
    return LLVMBuildCall2(p->builder, helper.type, helper.function, &table, 1, "");
}

static LLVMValueRef open_value(const Patch *p, const OpenSymbol *open) {
    switch (open->kind) {
    case SYMBOL_MethodTable: return lookup(p, LOOKUP_TypeHandle, open->entity);
    case SYMBOL_RuntimeType: return runtime_type(p, open->entity);
    case SYMBOL_NonGCStatics: return lookup(p, LOOKUP_NonGCStatics, open->entity);
    case SYMBOL_GCStatics: return lookup(p, LOOKUP_GCStatics, open->entity);
    case SYMBOL_ThreadStaticIndex: return lookup(p, LOOKUP_ThreadStaticIndex, open->entity);
    case SYMBOL_Method:
    case SYMBOL_Code: return code_address(p, open->entity);
    case SYMBOL_MethodHandle: return lookup(p, LOOKUP_MethodHandle, open->entity);
    case SYMBOL_FieldHandle: return lookup(p, LOOKUP_FieldHandle, open->entity);
    case SYMBOL_Rva:
    case SYMBOL_SharedBody:
    case SYMBOL_Dictionary:
    case SYMBOL_PInvokeCell:
    case SYMBOL_FrozenObject: break;
    }
    return NULL;
}

// ---- The second pass ----------------------------------------------------------------------------------------

static const OpenSymbol *open_find(const UnitState *u, LLVMValueRef value) {
    for (uint32_t i = 0; i < u->open_symbols.count; i++)
        if (u->open_symbols.items[i].value == value)
            return &u->open_symbols.items[i];
    return NULL;
}

static bool is_callee(const CodeUse *use) {
    bool is_call = LLVMIsACallInst(use->instruction) || LLVMIsAInvokeInst(use->instruction);
    return is_call && LLVMGetCalledValue(use->instruction) == use->symbol &&
           use->operand == (unsigned)LLVMGetNumOperands(use->instruction) - 1;
}

static bool use_replace(Patch *p, const CodeUse *use, const OpenSymbol *open) {
    LLVMValueRef before = use->instruction;
    if (LLVMGetInstructionOpcode(before) == LLVMPHI)
        before = LLVMGetBasicBlockTerminator(LLVMGetIncomingBlock(before, use->operand));
    LLVMPositionBuilderBefore(p->builder, before);
    LLVMSetCurrentDebugLocation2(p->builder, LLVMInstructionGetDebugLoc(before));
    if (!is_callee(use)) {
        LLVMValueRef value = open_value(p, open);
        if (value)
            code_use_set(p->builder, use, value);
        return value != NULL;
    }
    const Method *method = open->entity, *form = method_canonical(p->u->ts, method);
    Callee callee;
    if (!canonical_declare(p->u, form, &callee))
        return false;
    LLVMValueRef context = reach_takes_context(form) ? context_of(p, method) : NULL;
    call_redirect(p->u, p->builder, use->instruction, &callee, context);
    return true;
}

/// By code or data; constants that nothing uses do not count.
static bool is_used(LLVMValueRef value) {
    for (LLVMUseRef use = LLVMGetFirstUse(value); use; use = LLVMGetNextUse(use)) {
        LLVMValueRef user = LLVMGetUser(use);
        if (LLVMIsAInstruction(user) || LLVMIsAGlobalValue(user) || is_used(user))
            return true;
    }
    return false;
}

static bool canonical_patch(UnitState *u, const Method *method, const Callee *callee) {
    CodeUse *uses;
    uint32_t count = code_uses_of(callee->function, &u->scratch, &uses);
    Patch p = {u, method, callee->function, LLVMCreateBuilderInContext(u->context), callee->abi.has_result_buffer};
    bool ok = true;
    for (uint32_t i = 0; ok && i < count; i++) {
        const OpenSymbol *open = open_find(u, uses[i].symbol);
        ok = !open || use_replace(&p, &uses[i], open);
    }
    LLVMDisposeBuilder(p.builder);
    for (uint32_t i = 0; i < u->open_symbols.count; i++) {
        LLVMValueRef value = u->open_symbols.items[i].value;
        if (ok && is_used(value)) {
            unit_internal_error(u, method, "canonical code uses a type that its context cannot give there");
            ok = false;
        }
        if (ok && LLVMIsAFunction(value))
            LLVMDeleteFunction(value);
        else if (ok)
            LLVMDeleteGlobal(value);
    }
    u->open_symbols.count = 0;
    return ok;
}

/// The box tells the type: `this` is its value, the context its MethodTable.
static bool unboxing_stub_lower(UnitState *u, const Method *method) {
    static const char first[] = "movq (%rdi), %r10\n\taddq $$8, %rdi\n\tjmp ${0:P}";
    static const char second[] = "movq (%rsi), %r10\n\taddq $$8, %rsi\n\tjmp ${0:P}";
    static const char first_kept[] = "addq $$8, %rdi\n\tjmp ${0:P}", second_kept[] = "addq $$8, %rsi\n\tjmp ${0:P}";
    Callee self, target;
    if (!canonical_declare(u, method, &self) || !canonical_declare(u, method->synthetic_method, &target))
        return false;
    // A generic method's dictionary is the caller's business.
    bool is_kept = reach_context_source(method->synthetic_method) == CONTEXT_Dictionary;
    stub_define(u, self.function,
                target.abi.has_result_buffer ? is_kept ? second_kept : second
                : is_kept                    ? first_kept
                                             : first,
                target.function);
    return true;
}

/// A generic virtual method from a table: the dictionary is found by the class of the object.
static bool context_stub_lower(UnitState *u, const Method *method) {
    const Method *code = method_canonical(u->ts, method->synthetic_method);
    Callee self, target;
    if (!canonical_declare(u, method, &self) || !canonical_declare(u, code, &target))
        return false;
    attribute_common(u, self.function);
    Patch p = {u, method, self.function, LLVMCreateBuilderInContext(u->context), self.abi.has_result_buffer};
    LLVMPositionBuilderAtEnd(p.builder, LLVMAppendBasicBlockInContext(u->context, self.function, ""));
    uint32_t count = LLVMCountParams(self.function);
    LLVMValueRef *args = ARENA_ARRAY(&u->scratch, LLVMValueRef, count + 1);
    LLVMGetParams(self.function, args);
    args[count] = lookup(&p, LOOKUP_MethodDictionary, method->synthetic_method);
    LLVMValueRef box_header = LLVMConstInt(u->i64, 8, false);
    if (method->owner->is_value_type)
        args[p.this_index] = LLVMBuildInBoundsGEP2(p.builder, u->i8, args[p.this_index], &box_header, 1, "");
    LLVMValueRef call = LLVMBuildCall2(p.builder, target.type, target.function, args, count + 1, "");
    abi_annotate_call(u, &target.abi, call);
    context_annotate_call(u, target.type, call);
    LLVMSetTailCallKind(call, LLVMTailCallKindTail);
    if (LLVMGetReturnType(target.type) == u->type_void)
        LLVMBuildRetVoid(p.builder);
    else
        LLVMBuildRet(p.builder, call);
    LLVMDisposeBuilder(p.builder);
    return true;
}

bool lower_canonical(UnitState *u, const Method *method) {
    if (method->synthetic == SYNTHETIC_UnboxingStub)
        return unboxing_stub_lower(u, method);
    if (method->synthetic == SYNTHETIC_ContextStub)
        return context_stub_lower(u, method);
    Callee callee;
    if (!canonical_declare(u, method, &callee))
        return false;
    u->is_canonical = true;
    bool ok = lower_method_into(u, method, &callee) && canonical_patch(u, method, &callee);
    u->is_canonical = false;
    return ok;
}
