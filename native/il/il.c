// The stage's entry points: what a method is compiled from, its body, class-constructor facts, constant
// results.
#include "il/internal.h"

#include <uthash.h>

struct ConstantEntry {
    const Method *method;
    bool known; // false while being evaluated: recursion is not constant
    int64_t value;
    UT_hash_handle hh;
};
struct CctorEntry {
    const TypeDef *def;
    bool eager;
    UT_hash_handle hh;
};

Il *il_open(TypeSystem *ts, const Request *request, Arena *program, Diag *diag) {
    Il *il = ARENA_NEW(program, Il);
    *il = (Il){.ts = ts, .request = request, .program = program, .diag = diag};
    il->object = well_known_type(ts, WELL_KNOWN_TYPE_Object);
    il->string = well_known_type(ts, WELL_KNOWN_TYPE_String);
    il->runtime_type = well_known_type(ts, WELL_KNOWN_TYPE_RuntimeType);
    il->int32 = type_primitive(ts, ELEMENT_TYPE_I4);
    il->int64 = type_primitive(ts, ELEMENT_TYPE_I8);
    il->native_int = type_primitive(ts, ELEMENT_TYPE_I);
    il->boolean = type_primitive(ts, ELEMENT_TYPE_BOOLEAN);
    il->void_type = type_primitive(ts, ELEMENT_TYPE_VOID);
    il->byte_pointer = type_pointer(ts, type_primitive(ts, ELEMENT_TYPE_U1));
    return il;
}

void il_close(Il *il) {
    HASH_CLEAR(hh, il->constants);
    HASH_CLEAR(hh, il->cctors);
    special_free(il);
    native_structs_free(il);
    inline_free(il);
    reported_free(il);
    module_facts_free(il);
}

void il_set_facts(Il *il, const IlFacts *facts) {
    il->facts = facts;
}

void il_set_makes_types(Il *il, bool makes_types) {
    il->makes_types = makes_types;
}

void il_set_statics(Il *il, const IlStatics *statics) {
    il->statics = statics;
}

IlQuiet il_quiet_begin(Il *il) {
    IlQuiet before = {il->facts, il->evaluation_depth, il->quiet};
    il->facts = NULL;
    il->evaluation_depth = 0;
    il->quiet = true;
    return before;
}

void il_quiet_end(Il *il, IlQuiet before) {
    il->facts = before.facts;
    il->evaluation_depth = before.evaluation_depth;
    il->quiet = before.quiet;
}

TypeSystem *il_types(Il *il) {
    return il->ts;
}

// ---- Class constructors -------------------------------------------------------------------------

static bool is_preinitialized(Il *il, const Type *type) {
    return il->statics && il->statics->is_preinitialized(il->statics->context, type);
}

static bool is_marked_eager(Il *il, const TypeDef *def) {
    CctorEntry *entry;
    HASH_FIND_PTR(il->cctors, &def, entry);
    if (!entry) {
        Bytes blob;
        entry = ARENA_NEW(il->program, CctorEntry);
        entry->def = def;
        entry->eager =
            attribute_find(def->module, token_make(TABLE_TypeDef, def->rid),
                           "System.Runtime.CompilerServices", "EagerStaticClassConstructionAttribute", &blob);
        HASH_ADD_PTR(il->cctors, def, entry);
    }
    return entry->eager;
}

bool il_has_eager_cctor(Il *il, const Type *type) {
    if (type->kind != TYPE_Named || !type->def->static_constructor)
        return false;
    return is_marked_eager(il, type->def) && !is_preinitialized(il, type);
}

bool il_has_lazy_cctor(Il *il, const Type *type) {
    if (type->kind != TYPE_Named || !type->def->static_constructor)
        return false;
    if (type->def->rid == 1)
        return false; // <Module>: its .cctor is the module initialiser
    return !is_marked_eager(il, type->def) && !is_preinitialized(il, type);
}

bool access_checks_cctor(Il *il, const Code *code, const Type *owner) {
    if (!il_has_lazy_cctor(il, owner))
        return false;
    const Method *method = code->method;
    if (method->owner != owner || !method->def || method->synthetic != SYNTHETIC_None)
        return true;
    if (method->def == owner->def->static_constructor)
        return false;
    // II.10.5.3.2: without beforefieldinit the entry of these methods has run it already.
    bool checked_at_entry =
        method->def->is_static || method->def->is_constructor || owner->def->is_value_type;
    return owner->def->is_before_field_init || !checked_at_entry;
}

// ---- Kinds of code ------------------------------------------------------------------------------

static Text redirected(Text symbol) {
    static const struct {
        const char *symbol, *replacement;
    } rows[] = {
#define RUNTIME_IMPORT(symbol, replacement) {symbol, replacement},
#include "il/runtime_import.def"
#undef RUNTIME_IMPORT
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (text_equal_z(symbol, rows[i].symbol))
            return (Text){rows[i].replacement, strlen(rows[i].replacement)};
    return symbol;
}

/// Libraries of the pack that are linked statically (corelib-contract 7.2), and the request's list; "lib"
/// prefixes are ignored.
static bool is_direct_library(Il *il, Text library) {
    static const char *const pack[] = {"*",
                                       "System.Native",
                                       "System.Globalization.Native",
                                       "System.IO.Compression.Native",
                                       "System.Net.Security.Native",
                                       "System.Security.Cryptography.Native.OpenSsl"};
    if (text_starts_with(library, "lib"))
        library = (Text){library.data + 3, library.size - 3};
    for (size_t i = 0; i < sizeof pack / sizeof *pack; i++)
        if (text_equal_z(library, pack[i]))
            return true;
    const TextList *list = &il->request->interop.direct_pinvokes;
    for (uint32_t i = 0; i < list->count; i++) {
        Text item = list->items[i];
        if (text_starts_with(item, "lib"))
            item = (Text){item.data + 3, item.size - 3};
        if (item.size <= library.size && memcmp(item.data, library.data, item.size) == 0 &&
            (item.size == library.size || library.data[item.size] == '!'))
            return true;
    }
    return false;
}

static bool has_attribute(const MethodDef *def, const char *name) {
    Bytes blob;
    return attribute_find(def->owner->module, token_make(TABLE_MethodDef, def->rid),
                          "System.Runtime.InteropServices", name, &blob);
}

static MethodCode pinvoke_code(Il *il, const Method *method) {
    PInvokeImport import;
    MethodCode code = {.kind = CODE_PInvoke};
    if (!method_pinvoke_import(method->def, &import))
        return (MethodCode){.kind = CODE_Body};
    code.symbol = import.entry_name.size ? import.entry_name : method->def->name;
    code.library = import.module_name;
    code.direct = is_direct_library(il, import.module_name);
    code.set_last_error = (import.flags & 0x0040) != 0; // II.23.1.8 SupportsLastError
    code.suppress_gc_transition = has_attribute(method->def, "SuppressGCTransitionAttribute");
    return code;
}

MethodCode il_method_code(Il *il, const Method *method) {
    MethodCode code = {.kind = CODE_Body};
    Text symbol;
    if (method->synthetic != SYNTHETIC_None || !method->def)
        return code;
    const MethodDef *def = method->def;
    if (def->is_abstract)
        return (MethodCode){.kind = CODE_Abstract};
    if (method_runtime_import(def, &symbol)) {
        code.kind = CODE_RuntimeImport;
        code.symbol = redirected(symbol);
        return code;
    }
    HardwareMethod hardware = hardware_method(il, method);
    if (hardware.is_query && hardware.support == HARDWARE_Asked)
        return (MethodCode){.kind = CODE_RuntimeImport, .symbol = {hardware.symbol, strlen(hardware.symbol)}};
    static const struct {
        FoldId id;
        const char *symbol;
    } replaced[] = {
        {FOLD_InstantiateFunctionPointer, "tailor_instantiated_code"},
        {FOLD_SplitFunctionPointer, "tailor_split_code"},
        {FOLD_CanInstantiationsShareCode, "tailor_instances_share_code"},
    };
    FoldId fold = fold_find(il, method);
    for (size_t i = 0; il->makes_types && i < sizeof replaced / sizeof *replaced; i++)
        if (fold == replaced[i].id)
            return (MethodCode){.kind = CODE_RuntimeImport,
                                .symbol = {replaced[i].symbol, strlen(replaced[i].symbol)}};
    if (fold == FOLD_GvmLookupForSlot) // its tables are not the type loader's
        return (MethodCode){.kind = CODE_RuntimeImport, .symbol = TEXT_LITERAL("tailor_resolve_generic")};
    return def->is_pinvoke ? pinvoke_code(il, method) : code;
}

// ---- Bodies -------------------------------------------------------------------------------------

/// Stub bodies of substitutions: a constant or nothing.
static Code *substituted_code(Il *il, const Method *method, Substitution substitution, Arena *arena) {
    Builder b = code_builder_start(il, method, arena);
    Type *result = method->signature->return_type;
    if (substitution.kind == SUBSTITUTION_Throw) {
        build_method(&b, OP_call, well_known_method(il->ts, WELL_KNOWN_METHOD_ThrowFeatureBodyRemoved));
        build(&b, OP_unreachable);
        return code_builder_finish(&b);
    }
    if (substitution.kind == SUBSTITUTION_Value) {
        StackKind kind = value_of_type(il, result).kind;
        if (kind == STACK_Object || kind == STACK_Value || kind == STACK_ByRef || kind == STACK_Float32 ||
            kind == STACK_Float64) {
            build_index(&b, OP_ldloc, code_builder_local(&b, result)); // zero
        } else {
            build_integer(&b, kind == STACK_Int32 ? OP_ldc_i4 : OP_ldc_i8, substitution.value);
            if (kind == STACK_NativeInt)
                build(&b, OP_conv_i);
        }
    }
    build(&b, OP_ret);
    return code_builder_finish(&b);
}

Body *body_of_failure(Il *il, const Method *method, const Failure *failure, const char *invalid,
                      Arena *arena) {
    Builder b = code_builder_start(il, method, arena);
    build(&b, OP_throw_failure);
    b.raw.items[0].in.failure = failure;
    Body *body = import_body(il, code_builder_finish(&b), arena);
    body->failure = failure;
    body->invalid = invalid;
    return body;
}

static Body *invalid_body(Il *il, const Method *method, const char *reason, Arena *arena) {
    report_invalid(il, method, reason);
    Failure *failure = failure_make(arena, FAILURE_InvalidProgram, reason);
    return body_of_failure(il, method, failure, reason, arena);
}

static bool types_load(Il *il, const Code *code, Failure *failure) {
    for (uint32_t i = 0; i < code->arg_count + code->local_count; i++) {
        Type *type = i < code->arg_count ? code->args[i] : code->locals[i - code->arg_count];
        if (type->kind == TYPE_Named && type->is_value_type && !type_layout(il->ts, type, failure))
            return false;
    }
    Type *result = code->method->signature->return_type;
    return result->kind != TYPE_Named || !result->is_value_type || result == il->void_type ||
           type_layout(il->ts, result, failure);
}

/// fold_call.c answers these at their calls; a constant body serves whoever takes their address.
static bool is_always_true(Il *il, const Method *method) {
    FoldId id = fold_find(il, method);
    return id == FOLD_HasOverriddenBeginEndRead || id == FOLD_HasOverriddenBeginEndWrite;
}

/// The type loader looks code up by the canonical form of instances. Code is exact: each is its own form,
/// unless canonical code for types made at run time stands beside it.
static bool is_canonical_form(Il *il, const Method *method) {
    FoldId id = fold_find(il, method);
    if (il->makes_types)
        return false;
    return id == FOLD_ConvertToCanon || id == FOLD_ConvertInstantiationToCanon;
}

static Code *canonical_form(Il *il, const Method *method, Arena *arena) {
    Builder b = code_builder_start(il, method, arena);
    if (b.code->arg_count > 2) { // out bool changed
        build_index(&b, OP_ldarg, 2);
        build_integer(&b, OP_ldc_i4, 0);
        build(&b, OP_stind_i1);
    }
    build_index(&b, OP_ldarg, 0);
    build(&b, OP_ret);
    return code_builder_finish(&b);
}

static bool has_il(const Method *method) {
    return method->synthetic == SYNTHETIC_None && method->def && method->def->rva != 0 &&
           !method->def->is_runtime && !method->def->is_pinvoke && !method->def->is_internal_call;
}

/// The Code of a method, whatever it is made from; NULL: *failure or *reason.
static Code *method_code(Il *il, const Method *method, Arena *arena, Failure *failure, const char **reason) {
    const Failure *why = NULL;
    if (method->synthetic == SYNTHETIC_None && method->def) {
        Substitution substitution = method_substitution(il, method->def);
        if (substitution.kind != SUBSTITUTION_None)
            return substituted_code(il, method, substitution, arena);
    }
    if (is_always_true(il, method))
        return substituted_code(il, method, (Substitution){SUBSTITUTION_Value, 1}, arena);
    if (is_canonical_form(il, method))
        return canonical_form(il, method, arena);
    Code *hardware = hardware_code(il, method, arena);
    if (hardware)
        return hardware;
    if (has_il(method))
        return code_decode(il->ts, method, arena, reason, failure);
    Code *code = synth_code(il, method, arena, &why);
    if (why)
        *failure = *why;
    return code;
}

Body *il_body(Il *il, const Method *method, Arena *scratch) {
    const char *reason = NULL;
    Failure failure = {0};
    Code *code = method_code(il, method, scratch, &failure, &reason);
    if (code && !types_load(il, code, &failure))
        code = NULL;
    if (!code && reason)
        return invalid_body(il, method, reason, scratch);
    if (!code) {
        Failure *kept = ARENA_NEW(scratch, Failure);
        *kept = failure;
        if (kept->kind != FAILURE_None)
            report_failure(il, method, 0, kept);
        return body_of_failure(il, method, kept, NULL, scratch);
    }
    Body *body = import_body(il, code, scratch);
    if (body->invalid)
        return invalid_body(il, method, body->invalid, scratch);
    if (method->def && method->def->is_synchronized && has_il(method))
        body_synchronize(il, body, scratch);
    return body;
}

Body *il_body_written(Il *il, const Method *method, Arena *scratch) {
    bool before = il->as_written;
    il->as_written = true;
    Body *body = il_body(il, method, scratch);
    il->as_written = before;
    return body;
}

// ---- Constants ----------------------------------------------------------------------------------

static bool evaluate_constant(Il *il, const Method *method, int64_t *value) {
    Substitution substitution = method_substitution(il, method->def);
    if (substitution.kind != SUBSTITUTION_None) {
        *value = substitution.value;
        return substitution.kind == SUBSTITUTION_Value;
    }
    if (hardware_method(il, method).is_query) {
        int answer = hardware_answer(il, method, method);
        return *value = answer, answer >= 0;
    }
    Arena scratch = {0};
    Import caller = {.il = il, .arena = &scratch, .evaluation_depth = il->evaluation_depth};
    uint32_t count = method->signature->param_count + (method->signature->has_this ? 1 : 0);
    Value result;
    // The answer is kept for every caller, so it must not depend on facts, which the caller that asks first
    // waits for alone.
    const IlFacts *facts = il->facts;
    il->facts = NULL;
    il->evaluation_depth++;
    bool known = import_evaluate(&caller, method, NULL, count, &result) && result.known == KNOWN_Int;
    il->evaluation_depth--;
    il->facts = facts;
    if (known)
        *value = result.integer;
    arena_free(&scratch);
    return known;
}

bool il_constant_result(Il *il, const Method *method, int64_t *value) {
    if (!method->def || method->synthetic != SYNTHETIC_None || method->is_open)
        return false;
    Type *result = method->signature->return_type;
    StackKind kind = value_of_type(il, result).kind;
    if (result == il->void_type || (kind != STACK_Int32 && kind != STACK_Int64 && kind != STACK_NativeInt))
        return false;
    ConstantEntry *entry;
    HASH_FIND_PTR(il->constants, &method, entry);
    if (!entry) {
        entry = ARENA_NEW(il->program, ConstantEntry);
        entry->method = method;
        HASH_ADD_PTR(il->constants, method, entry);
        entry->known = evaluate_constant(il, method, &entry->value);
    }
    *value = entry->value;
    return entry->known;
}
