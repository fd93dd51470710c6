#include "lower/lowering.h"

#include <stdarg.h>
#include <stdio.h>

void unit_internal_error(UnitState *u, const Method *method, const char *format, ...) {
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    u->failed = true;
    DiagLocation location = {.file = NULL};
    if (method)
        location.member = method_diagnostic_name(u->ts, method, &u->arena).data;
    diag_report(u->diag, DIAG_Internal, location, text);
}

LLVMTypeRef function_type(UnitState *u, LLVMTypeRef result, uint32_t count, ...) {
    (void)u;
    LLVMTypeRef types[8];
    va_list arguments;
    va_start(arguments, count);
    for (uint32_t i = 0; i < count && i < 8; i++)
        types[i] = va_arg(arguments, LLVMTypeRef);
    va_end(arguments);
    return LLVMFunctionType(result, types, count, false);
}

LLVMValueRef intrinsic_function(UnitState *u, const char *name, LLVMTypeRef *overloads, uint32_t count) {
    unsigned id = LLVMLookupIntrinsicID(name, strlen(name));
    return LLVMGetIntrinsicDeclaration(u->module, id, overloads, count);
}

LLVMValueRef external_function(UnitState *u, const char *name, LLVMTypeRef type) {
    LLVMValueRef function = LLVMGetNamedFunction(u->module, name);
    if (function)
        return function;
    function = LLVMAddFunction(u->module, name, type);
    LLVMSetVisibility(function, LLVMHiddenVisibility);
    return function;
}

LLVMValueRef external_data(UnitState *u, const char *name) {
    LLVMValueRef data = LLVMGetNamedGlobal(u->module, name);
    if (data)
        return data;
    data = LLVMAddGlobal(u->module, u->i8, name);
    LLVMSetVisibility(data, LLVMHiddenVisibility);
    return data;
}

// ---- Entities that reach/ names -----------------------------------------------------------------

LLVMValueRef entity_symbol(UnitState *u, SymbolKind kind, const void *entity) {
    LLVMValueRef open = open_data(u, kind, entity);
    if (open)
        return open;
    return external_data(u, reach_symbol(u->reach, kind, entity).data);
}

LLVMValueRef method_table(UnitState *u, const Type *type) {
    if (reach_type_level(u->reach, type) == LEVEL_None)
        unit_internal_error(u, NULL, "the MethodTable of '%.*s' is used but not marked",
                            TEXT_ARG(type_display(u->ts, type, &u->scratch)));
    return entity_symbol(u, SYMBOL_MethodTable, type);
}

LLVMValueRef string_literal(UnitState *u, Utf16 string) {
    uint32_t count;
    reach_strings(u->reach, &count);
    uint32_t index = reach_string_index(u->reach, string);
    if (index >= count)
        return NULL;
    return external_data(u, reach_string_symbol(u->reach, index).data);
}

bool type_has_finalizer(TypeSystem *ts, Type *type) {
    const Type *object = well_known_type(ts, WELL_KNOWN_TYPE_Object);
    for (Type *at = type; at && at != object; at = type_base(ts, at))
        if (at->kind == TYPE_Named && at->def->finalizer)
            return true;
    return false;
}

// ---- Functions ----------------------------------------------------------------------------------

/// Methods that only throw, and say so in their name: calls of them end their block.
static bool is_throw_helper(UnitState *u, const Method *method) {
    return method->owner == well_known_type(u->ts, WELL_KNOWN_TYPE_ThrowHelpers) &&
           text_starts_with(method->name, "Throw");
}

static LLVMValueRef function_declare(UnitState *u, const Method *method, Text symbol,
                                     const AbiSignature *abi) {
    LLVMValueRef function = LLVMGetNamedFunction(u->module, symbol.data);
    if (function)
        return function;
    function = LLVMAddFunction(u->module, symbol.data, abi->type);
    LLVMSetVisibility(function, LLVMHiddenVisibility);
    abi_annotate_function(u, abi, function);
    if (is_throw_helper(u, method)) {
        attribute_add(u, function, u->kinds.noreturn);
        attribute_add(u, function, u->kinds.cold);
    }
    return function;
}

/// `kind`: SYMBOL_Code to call it, SYMBOL_Method for its own address.
static bool method_declare(UnitState *u, Arena *arena, const Method *method, SymbolKind kind, Callee *out) {
    const Signature *signature = method->signature;
    bool has_this = signature->has_this && !signature->explicit_this;
    MethodCode code = {.kind = CODE_Body};
    if (method->synthetic == SYNTHETIC_None)
        code = il_method_code(u->il, method);
    bool is_native = code.kind == CODE_RuntimeImport || method->synthetic == SYNTHETIC_UnmanagedEntry;
    out->abi = abi_signature(u, arena, signature, has_this, is_native);
    out->type = out->abi.type;
    if (code.kind == CODE_RuntimeImport) {
        out->function = external_function(u, code.symbol.data, out->type);
        LLVMSetVisibility(out->function, LLVMDefaultVisibility); // libm's functions live in a shared library
        abi_annotate_function(u, &out->abi, out->function);
        return true;
    }
    bool is_marked = method->synthetic == SYNTHETIC_StaticVirtual || reach_has_method(u->reach, method);
    if (code.kind == CODE_Abstract || !is_marked) {
        Text name = method_display(u->ts, method, &u->arena);
        unit_internal_error(u, method, "%.*s is called, but %s", TEXT_ARG(name),
                            code.kind == CODE_Abstract ? "has no code" : "is not marked");
        return false;
    }
    out->function = open_function(u, kind, method, &out->abi);
    if (out->function)
        return true;
    Text symbol = reach_symbol(u->reach, kind, method);
    out->function = function_declare(u, method, symbol, &out->abi);
    return true;
}

bool method_callee(UnitState *u, Arena *arena, const Method *method, Callee *out) {
    return method_declare(u, arena, method, SYMBOL_Code, out);
}

bool method_self(UnitState *u, Arena *arena, const Method *method, Callee *out) {
    return method_declare(u, arena, method, SYMBOL_Method, out);
}

LLVMValueRef method_address(UnitState *u, const Method *method) {
    if (method->synthetic == SYNTHETIC_None && method->def && method->def->is_unmanaged_callers_only)
        method = method_synthetic(u->ts, SYNTHETIC_UnmanagedEntry, method->owner, method);
    Callee callee;
    if (!method_self(u, &u->scratch, method, &callee))
        return NULL;
    return callee.function;
}
