// Canonical code: bodies over placeholders, which serve instances made at run time (generics-and-dispatch.md
// 2). A body is lowered like that of any exact instance; what it names of types with placeholders are symbols
// that nobody defines, and in a second pass each use of one becomes a question to the type loader through the
// context.
#include "lower/lowering.h"

#include "lower/fingerprint.h"

// ---- Open symbols -------------------------------------------------------------------------------

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

static const OpenSymbol *open_symbol(UnitState *u, SymbolKind kind, const void *entity,
                                     LLVMTypeRef function_type) {
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

// ---- The code itself ----------------------------------------------------------------------------

/// The dictionary of a generic method passes through its unboxing stub.
static const Method *context_taker(const Method *method) {
    bool is_stub = method->synthetic == SYNTHETIC_UnboxingStub;
    return is_stub && reach_context_source(method->synthetic_method) == CONTEXT_Dictionary
               ? method->synthetic_method
               : method;
}

/// Declares the function of a canonical method, with its context in `nest` where it takes one.
static bool canonical_declare(UnitState *u, const Method *method, Callee *out) {
    const Signature *signature = method->signature;
    bool has_this = signature->has_this && !signature->explicit_this;
    if (!reach_has_method(u->reach, method)) {
        unit_internal_error(u, method, "called but not marked");
        return false;
    }
    out->abi = abi_signature(u, &u->scratch, signature, has_this, false);
    bool takes_context = reach_takes_context(context_taker(method));
    out->type = takes_context ? type_with_context(u, out->abi.type) : out->abi.type;
    Text symbol = reach_symbol(u->reach, SYMBOL_Method, method);
    out->function = LLVMGetNamedFunction(u->module, symbol.data);
    if (out->function)
        return true;
    out->function = external_function(u, symbol.data, out->type);
    abi_annotate_function(u, &out->abi, out->function);
    if (takes_context)
        LLVMAddAttributeAtIndex(out->function, LLVMCountParamTypes(out->type),
                                LLVMCreateEnumAttribute(u->context, u->kinds.nest, 0));
    return true;
}

// ---- Questions ----------------------------------------------------------------------------------

/// Where a question is asked: the method, or a type that an earlier answer gave.
typedef struct Place {
    LLVMValueRef context;
    const Type *part; // NULL: the method
} Place;

typedef struct Patch {
    UnitState *u;
    const Method *method;
    LLVMValueRef function;
    LLVMBuilderRef builder;
    uint32_t this_index;         // of the LLVM parameter
    LLVMValueRef filter_context; // what a filter has from its parent; else NULL
} Patch;

LLVMValueRef canonical_context(UnitState *u, LLVMBuilderRef builder, const Method *method,
                               LLVMValueRef function, uint32_t this_index) {
    if (reach_context_source(method) != CONTEXT_This)
        return LLVMGetParam(function, LLVMCountParams(function) - 1);
    return LLVMBuildLoad2(builder, u->ptr, LLVMGetParam(function, this_index), "");
}

static LLVMValueRef context_value(const Patch *p) {
    if (p->filter_context)
        return p->filter_context;
    return canonical_context(p->u, p->builder, p->method, p->function, p->this_index);
}

static LLVMValueRef runtime_call(const Patch *p, const char *name, LLVMValueRef *args, uint32_t count,
                                 bool is_pure) {
    UnitState *u = p->u;
    LLVMTypeRef types[3] = {u->ptr, u->ptr, u->ptr};
    LLVMTypeRef type = LLVMFunctionType(u->ptr, types, count, false);
    LLVMValueRef function = external_function(u, name, type);
    if (is_pure) { // the answer is always the same
        attribute_add(u, function, u->kinds.nounwind);
        attribute_add(u, function, u->kinds.willreturn);
        attribute_add(u, function, u->kinds.memory);
    }
    return LLVMBuildCall2(p->builder, type, function, args, count, "");
}

/// Asks where the arguments are known by name. Those within a struct that is itself an argument the context
/// does not name: the struct's MethodTable is asked for first, and the question put to that.
static LLVMValueRef lookup_at(const Patch *p, Place place, LookupKind kind, const void *entity) {
    UnitState *u = p->u;
    const Type *part;
    switch (reach_lookup_part(p->method, place.part, kind, entity, &part)) {
    case LOOKUP_PART_None: {
        Text record = reach_lookup(u->reach, kind, entity, p->method, place.part);
        LLVMValueRef args[2] = {place.context, external_data(u, record.data)};
        return runtime_call(p, "tailor_generic_lookup", args, 2, true);
    }
    case LOOKUP_PART_Argument: {
        Place inner = {lookup_at(p, place, LOOKUP_TypeHandle, part), part};
        return inner.context ? lookup_at(p, inner, kind, entity) : NULL;
    }
    case LOOKUP_PART_Several: break;
    }
    unit_internal_error(u, p->method, "canonical code mixes arguments of structs that are its own arguments");
    return NULL;
}

static LLVMValueRef lookup(const Patch *p, LookupKind kind, const void *entity) {
    return lookup_at(p, (Place){context_value(p), NULL}, kind, entity);
}

/// What code that takes a context wants in `nest` when it serves `method`.
static LLVMValueRef context_of(const Patch *p, const Method *method) {
    if (reach_context_source(method_canonical(p->u->ts, method)) == CONTEXT_Dictionary)
        return lookup(p, LOOKUP_MethodDictionary, method);
    return lookup(p, LOOKUP_TypeHandle, method->owner);
}

/// Code of a static virtual method on a type that the context gives; `*context` is what it wants in `nest`,
/// or NULL.
static LLVMValueRef static_virtual_code(const Patch *p, const Method *method, LLVMValueRef *context) {
    UnitState *u = p->u;
    bool is_ambiguous;
    *context = NULL;
    for (uint32_t i = 0; i < method->synthetic_method->arg_count; i++)
        if (method->synthetic_method->args[i]->has_placeholder)
            return lookup(p, LOOKUP_StaticVirtual, method);
    uint32_t selector = reach_static_selector(u->reach, method, &is_ambiguous);
    *context = lookup(p, LOOKUP_TypeHandle, method->owner);
    LLVMValueRef interface =
        is_ambiguous ? lookup(p, LOOKUP_TypeHandle, method->synthetic_method->owner) : LLVMConstNull(u->ptr);
    if (!*context || !interface)
        return NULL;
    LLVMValueRef args[3] = {*context, interface,
                            external_data(u, reach_selector_symbol(u->reach, selector).data)};
    return runtime_call(p, "tailor_resolve_static", args, 3, true);
}

/// The code that a method over placeholders stands for, and its context.
static bool code_find(const Patch *p, const Method *method, Callee *callee, LLVMValueRef *context) {
    UnitState *u = p->u;
    if (method->synthetic == SYNTHETIC_StaticVirtual) {
        callee->abi = abi_signature(u, &u->scratch, method->signature, false, false);
        callee->function = static_virtual_code(p, method, context);
        callee->type = *context ? type_with_context(u, callee->abi.type) : callee->abi.type;
        return callee->function != NULL;
    }
    const Method *form = method_canonical(u->ts, method);
    if (!canonical_declare(u, form, callee))
        return false;
    bool takes_context = reach_takes_context(context_taker(form));
    *context = takes_context ? context_of(p, context_taker(method)) : NULL;
    return *context || !takes_context;
}

static LLVMValueRef code_address(const Patch *p, const Method *method) {
    Callee callee;
    LLVMValueRef context;
    if (!code_find(p, method, &callee, &context))
        return NULL;
    LLVMValueRef args[2] = {callee.function, context};
    return context ? runtime_call(p, "tailor_instantiated_code", args, 2, true) : callee.function;
}

static LLVMValueRef runtime_type(const Patch *p, const Type *type) {
    UnitState *u = p->u;
    Callee helper;
    const Method *method = well_known_method(u->ts, WELL_KNOWN_METHOD_GetRuntimeType);
    if (!method_callee(u, &u->scratch, method, &helper))
        return NULL;
    LLVMValueRef table = lookup(p, LOOKUP_TypeHandle, type);
    if (!table)
        return NULL;
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

// ---- The second pass ----------------------------------------------------------------------------

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
    Callee callee;
    LLVMValueRef context;
    if (!code_find(p, open->entity, &callee, &context))
        return false;
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

/// One function of the method: itself or one of its filters.
static bool function_patch(UnitState *u, const Method *method, const Callee *callee, CanonicalFilter part) {
    CodeUse *uses;
    uint32_t count = code_uses_of(part.function, &u->scratch, &uses);
    Patch p = {u,
               method,
               part.function,
               LLVMCreateBuilderInContext(u->context),
               callee->abi.has_result_buffer,
               part.context};
    bool ok = true;
    for (uint32_t i = 0; ok && i < count; i++) {
        const OpenSymbol *open = open_find(u, uses[i].symbol);
        ok = !open || use_replace(&p, &uses[i], open);
    }
    LLVMDisposeBuilder(p.builder);
    return ok;
}

static bool canonical_patch(UnitState *u, const Method *method, const Callee *callee) {
    bool ok = function_patch(u, method, callee, (CanonicalFilter){callee->function, NULL});
    for (uint32_t i = 0; ok && i < u->canonical_filters.count; i++)
        ok = function_patch(u, method, callee, u->canonical_filters.items[i]);
    for (uint32_t i = 0; i < u->open_symbols.count; i++) {
        LLVMValueRef value = u->open_symbols.items[i].value;
        if (ok && is_used(value)) {
            unit_internal_error(u, method, "canonical code uses a type that its context cannot give there");
            ok = false;
        }
        if (!ok) // the name is used again
            LLVMReplaceAllUsesWith(value, LLVMGetUndef(LLVMTypeOf(value)));
        if (LLVMIsAFunction(value))
            LLVMDeleteFunction(value);
        else
            LLVMDeleteGlobal(value);
    }
    u->open_symbols.count = 0;
    u->canonical_filters.count = 0;
    return ok;
}

/// The box tells the type: `this` is its value, the context its MethodTable.
static bool unboxing_stub_lower(UnitState *u, const Method *method) {
    static const char first[] = "movq (%rdi), %r10\n\taddq $$8, %rdi\n\tjmp ${0:P}";
    static const char second[] = "movq (%rsi), %r10\n\taddq $$8, %rsi\n\tjmp ${0:P}";
    static const char first_kept[] = "addq $$8, %rdi\n\tjmp ${0:P}",
                      second_kept[] = "addq $$8, %rsi\n\tjmp ${0:P}";
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

/// Code from a table that wants another context than the class of the object or the type of a static call.
static bool context_stub_lower(UnitState *u, const Method *method) {
    const Method *served = method->synthetic_method, *code = method_canonical(u->ts, served);
    Callee self, target;
    if (!canonical_declare(u, method, &self) || !canonical_declare(u, code, &target))
        return false;
    attribute_common(u, self.function);
    Patch p = {u,   method, self.function, LLVMCreateBuilderInContext(u->context), self.abi.has_result_buffer,
               NULL};
    LLVMPositionBuilderAtEnd(p.builder, LLVMAppendBasicBlockInContext(u->context, self.function, ""));
    uint32_t count = LLVMCountParamTypes(self.abi.type);
    LLVMValueRef *args = ARENA_ARRAY(&u->scratch, LLVMValueRef, LLVMCountParams(self.function) + 1);
    LLVMGetParams(self.function, args);
    args[count] = context_of(&p, served);
    LLVMValueRef box_header = LLVMConstInt(u->i64, 8, false);
    if (served->owner->is_value_type && served->signature->has_this)
        args[p.this_index] = LLVMBuildInBoundsGEP2(p.builder, u->i8, args[p.this_index], &box_header, 1, "");
    if (args[count]) {
        LLVMValueRef call = LLVMBuildCall2(p.builder, target.type, target.function, args, count + 1, "");
        abi_annotate_call(u, &target.abi, call);
        context_annotate_call(u, target.type, call);
        LLVMSetTailCallKind(call, LLVMTailCallKindTail);
        if (LLVMGetReturnType(target.type) == u->type_void)
            LLVMBuildRetVoid(p.builder);
        else
            LLVMBuildRet(p.builder, call);
    }
    LLVMDisposeBuilder(p.builder);
    return args[count] != NULL;
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
