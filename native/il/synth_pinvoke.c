// P/Invoke bodies (corelib-contract 7.2): the native call alone, or between conversions of its arguments and
// result.
#include "il/marshal.h"

typedef struct Stub {
    Builder       b;
    const Method *method;
    bool          unicode, set_last_error, preserve_sig;
    MarshalKind  *kinds;   // by parameter
    uint32_t     *natives; // local of the converted argument
    uint32_t     *flags;   // local: SafeHandle reference taken
    MarshalKind   result_kind;
    uint32_t      result, native_result; // locals
    bool          has_result, has_cleanup;
} Stub;

static const Method *helper(Stub *s, WellKnownMethod id)
{
    return well_known_method(s->b.ts, id);
}

static void call(Stub *s, WellKnownMethod id)
{
    build_method(&s->b, OP_call, helper(s, id));
}

static void call_generic(Stub *s, WellKnownMethod id, Type *argument)
{
    const Method *definition = helper(s, id);
    Failure       failure = { 0 };
    build_method(&s->b, OP_call,
                 method_instantiate(s->b.ts, definition->def, definition->owner, &argument, 1, &failure));
}

/// Runs what `body` builds only if argument `index` is not null; the local keeps its zero otherwise.
typedef void ArgumentStep(Stub *s, uint32_t index);
static void unless_null(Stub *s, uint32_t index, ArgumentStep *body)
{
    uint32_t done = code_builder_new_label(&s->b);
    build_index(&s->b, OP_ldarg, index);
    build_branch(&s->b, OP_brfalse, done);
    body(s, index);
    code_builder_mark(&s->b, done);
}

// ---- Before the call --------------------------------------------------------------------------------------

static void address_of_chars(Stub *s, uint32_t index)
{
    build_index(&s->b, OP_ldarg, index);
    build_field(&s->b, OP_ldflda, type_find_field(s->b.ts, s->b.il->string, "_firstChar"));
    build(&s->b, OP_conv_u);
    build_index(&s->b, OP_stloc, s->natives[index]);
}

/// Elements start 8 bytes behind an array's first field.
static void address_of_elements(Stub *s, uint32_t index)
{
    build_index(&s->b, OP_ldarg, index);
    call(s, WELL_KNOWN_METHOD_GetRawData);
    build_integer(&s->b, OP_ldc_i4, 8);
    build(&s->b, OP_add);
    build(&s->b, OP_conv_u);
    build_index(&s->b, OP_stloc, s->natives[index]);
}

static void function_of_delegate(Stub *s, uint32_t index)
{
    build_index(&s->b, OP_ldarg, index);
    call_generic(s, WELL_KNOWN_METHOD_GetFunctionPointerForDelegateOfT, s->method->signature->params[index]);
    build_index(&s->b, OP_stloc, s->natives[index]);
}

static void handle_of_safe_handle(Stub *s, uint32_t index)
{
    build_index(&s->b, OP_ldarg, index);
    build_index(&s->b, OP_ldloca, s->flags[index]);
    build_method(&s->b, OP_callvirt, helper(s, WELL_KNOWN_METHOD_DangerousAddRef));
    build_index(&s->b, OP_ldarg, index);
    build_method(&s->b, OP_callvirt, helper(s, WELL_KNOWN_METHOD_DangerousGetHandle));
    build_index(&s->b, OP_stloc, s->natives[index]);
}

static void string_builder_in(Stub *s, uint32_t index)
{
    build_index(&s->b, OP_ldarg, index);
    call(s, WELL_KNOWN_METHOD_AllocMemoryForAnsiStringBuilder);
    build_index(&s->b, OP_stloc, s->natives[index]);
    build_index(&s->b, OP_ldarg, index);
    build_index(&s->b, OP_ldloc, s->natives[index]);
    build_integer(&s->b, OP_ldc_i4, 1);
    build_integer(&s->b, OP_ldc_i4, 0);
    call(s, WELL_KNOWN_METHOD_StringBuilderToAnsiString);
}

/// bool -> 0 or 1, or 0 or -1.
static void bool_in(Stub *s, uint32_t index, MarshalKind kind)
{
    build_index(&s->b, OP_ldarg, index);
    build_integer(&s->b, OP_ldc_i4, 0);
    build(&s->b, OP_cgt_un);
    if (kind == MARSHAL_VariantBool) build(&s->b, OP_neg);
    build_index(&s->b, OP_stloc, s->natives[index]);
}

static void with_flags(Stub *s, uint32_t index, WellKnownMethod id) // (value, bestFit, throwOnUnmappable)
{
    build_index(&s->b, OP_ldarg, index);
    build_integer(&s->b, OP_ldc_i4, 1);
    build_integer(&s->b, OP_ldc_i4, 0);
    call(s, id);
    build_index(&s->b, OP_stloc, s->natives[index]);
}

static void argument_in(Stub *s, uint32_t index)
{
    switch (s->kinds[index]) {
    case MARSHAL_Plain:
    case MARSHAL_Unsupported: return;
    case MARSHAL_Bool32:
    case MARSHAL_Bool8:
    case MARSHAL_VariantBool: bool_in(s, index, s->kinds[index]); return;
    case MARSHAL_AnsiChar: with_flags(s, index, WELL_KNOWN_METHOD_WideCharToAnsiChar); return;
    case MARSHAL_AnsiString: with_flags(s, index, WELL_KNOWN_METHOD_StringToAnsiString); return;
    case MARSHAL_UnicodeString: unless_null(s, index, address_of_chars); return;
    case MARSHAL_StringBuilder: unless_null(s, index, string_builder_in); return;
    case MARSHAL_Array: unless_null(s, index, address_of_elements); return;
    case MARSHAL_Delegate: unless_null(s, index, function_of_delegate); return;
    case MARSHAL_SafeHandle: handle_of_safe_handle(s, index); return;
    case MARSHAL_ByRef:
        build_index(&s->b, OP_ldarg, index);
        build(&s->b, OP_conv_u);
        build_index(&s->b, OP_stloc, s->natives[index]);
        return;
    case MARSHAL_ByRefBool:
        build_index(&s->b, OP_ldarg, index);
        build(&s->b, OP_ldind_u1);
        build_index(&s->b, OP_stloc, s->flags[index]);
        build_index(&s->b, OP_ldloca, s->flags[index]);
        build(&s->b, OP_conv_u);
        build_index(&s->b, OP_stloc, s->natives[index]);
        return;
    }
}

// ---- After the call ---------------------------------------------------------------------------------------

static void string_builder_out(Stub *s, uint32_t index)
{
    build_index(&s->b, OP_ldloc, s->natives[index]);
    build_index(&s->b, OP_ldarg, index);
    call(s, WELL_KNOWN_METHOD_AnsiStringToStringBuilder);
}

static void argument_out(Stub *s, uint32_t index)
{
    if (s->kinds[index] == MARSHAL_StringBuilder) unless_null(s, index, string_builder_out);
    if (s->kinds[index] == MARSHAL_ByRefBool) {
        build_index(&s->b, OP_ldarg, index);
        build_index(&s->b, OP_ldloc, s->flags[index]);
        build_integer(&s->b, OP_ldc_i4, 0);
        build(&s->b, OP_cgt_un);
        build(&s->b, OP_stind_i1);
    }
    if (s->kinds[index] == MARSHAL_Delegate) {
        build_index(&s->b, OP_ldarg, index);
        call(s, WELL_KNOWN_METHOD_GCKeepAlive);
    }
}

static void argument_cleanup(Stub *s, uint32_t index)
{
    if (s->kinds[index] == MARSHAL_AnsiString || s->kinds[index] == MARSHAL_StringBuilder) {
        build_index(&s->b, OP_ldloc, s->natives[index]);
        call(s, WELL_KNOWN_METHOD_FreeCoTaskMem);
    }
    if (s->kinds[index] == MARSHAL_SafeHandle) {
        uint32_t done = code_builder_new_label(&s->b);
        build_index(&s->b, OP_ldloc, s->flags[index]);
        build_branch(&s->b, OP_brfalse, done);
        build_index(&s->b, OP_ldarg, index);
        build_method(&s->b, OP_callvirt, helper(s, WELL_KNOWN_METHOD_DangerousRelease));
        code_builder_mark(&s->b, done);
    }
}

/// native_result -> result.
static void result_out(Stub *s)
{
    if (!s->has_result) return;
    if (s->result_kind == MARSHAL_SafeHandle) { // `result` was created before the call
        build_index(&s->b, OP_ldloc, s->result);
        build_index(&s->b, OP_ldloc, s->native_result);
        call(s, WELL_KNOWN_METHOD_InitHandle);
        return;
    }
    build_index(&s->b, OP_ldloc, s->native_result);
    if (s->result_kind == MARSHAL_Bool32 || s->result_kind == MARSHAL_Bool8 ||
        s->result_kind == MARSHAL_VariantBool) {
        build_integer(&s->b, OP_ldc_i4, 0);
        build(&s->b, OP_cgt_un);
    } else if (s->result_kind == MARSHAL_AnsiChar) {
        call(s, WELL_KNOWN_METHOD_AnsiCharToWideChar);
    } else if (s->result_kind == MARSHAL_AnsiString) {
        call(s, WELL_KNOWN_METHOD_AnsiStringToString);
    } else if (s->result_kind == MARSHAL_UnicodeString) {
        call(s, WELL_KNOWN_METHOD_PtrToStringUni);
    } else if (s->result_kind == MARSHAL_Delegate) {
        call_generic(s, WELL_KNOWN_METHOD_GetDelegateForFunctionPointerOfT,
                     s->method->signature->return_type);
    }
    build_index(&s->b, OP_stloc, s->result);
    if (s->result_kind != MARSHAL_AnsiString && s->result_kind != MARSHAL_UnicodeString) return;
    build_index(&s->b, OP_ldloc, s->native_result); // a returned string is the caller's to free
    call(s, WELL_KNOWN_METHOD_FreeCoTaskMem);
}

// ---- The call ---------------------------------------------------------------------------------------------

/// The native signature, as the function pointer type that OP_native_call carries in type2.
static Type *native_signature(Stub *s)
{
    Il              *il = s->b.il;
    const Signature *managed = s->method->signature;
    bool             retval = !s->preserve_sig && s->has_result; // HRESULT f(..., T *result)
    Signature native = { .convention = CALL_Unmanaged,
                         .param_count = managed->param_count + (retval ? 1 : 0) };
    Type           **params = ARENA_ARRAY(s->b.arena, Type *, native.param_count);
    for (uint32_t i = 0; i < managed->param_count; i++)
        params[i] = marshal_native_type(il, s->kinds[i], managed->params[i]);
    if (retval) params[managed->param_count] = il->native_int;
    native.params = params;
    native.return_type =
        s->preserve_sig ? marshal_native_type(il, s->result_kind, managed->return_type) : il->int32;
    if (s->preserve_sig && !s->has_result) native.return_type = il->void_type;
    return type_function_pointer(s->b.ts, signature_make(s->b.ts, &native));
}

static void native_call(Stub *s)
{
    const Signature *managed = s->method->signature;
    for (uint32_t i = 0; i < managed->param_count; i++)
        build_index(&s->b, s->kinds[i] == MARSHAL_Plain ? OP_ldarg : OP_ldloc,
                    s->kinds[i] == MARSHAL_Plain ? i : s->natives[i]);
    if (!s->preserve_sig && s->has_result) {
        build_index(&s->b, OP_ldloca, s->native_result);
        build(&s->b, OP_conv_u);
    }
    if (s->set_last_error) call(s, WELL_KNOWN_METHOD_ClearLastError);
    build_method(&s->b, OP_native_call, s->method);
    s->b.raw.items[s->b.raw.count - 1].in.type2 = native_signature(s);
    if (s->set_last_error) call(s, WELL_KNOWN_METHOD_SaveLastError);
    if (!s->preserve_sig) build_method(&s->b, OP_call, helper(s, WELL_KNOWN_METHOD_ThrowExceptionForHR));
    else if (s->has_result) build_index(&s->b, OP_stloc, s->native_result);
}

static void converted_call(Stub *s)
{
    uint32_t count = s->method->signature->param_count;
    for (uint32_t i = 0; i < count; i++) argument_in(s, i);
    native_call(s);
    result_out(s);
    for (uint32_t i = 0; i < count; i++) argument_out(s, i);
}

static Code *stub_code(Stub *s)
{
    Builder *b = &s->b;
    uint32_t start = code_builder_new_label(b), handler = code_builder_new_label(b),
             end = code_builder_new_label(b);
    if (s->result_kind == MARSHAL_SafeHandle) {
        call_generic(s, WELL_KNOWN_METHOD_CreateInstanceOfT, s->method->signature->return_type);
        build_index(b, OP_stloc, s->result);
    }
    code_builder_mark(b, start);
    converted_call(s);
    if (s->has_cleanup) {
        build_branch(b, OP_leave, end);
        code_builder_mark(b, handler);
        for (uint32_t i = 0; i < s->method->signature->param_count; i++) argument_cleanup(s, i);
        build(b, OP_endfinally);
        code_builder_region(b, EH_Finally, start, handler, end, NULL);
    }
    code_builder_mark(b, end);
    if (s->has_result) build_index(b, OP_ldloc, s->result);
    build(b, OP_ret);
    return code_builder_finish(b);
}

static void choose_kinds(Stub *s)
{
    Il              *il = s->b.il;
    const Signature *signature = s->method->signature;
    s->kinds = ARENA_ARRAY(s->b.arena, MarshalKind, signature->param_count);
    s->natives = ARENA_ARRAY(s->b.arena, uint32_t, signature->param_count);
    s->flags = ARENA_ARRAY(s->b.arena, uint32_t, signature->param_count);
    for (uint32_t i = 0; i < signature->param_count; i++) {
        s->kinds[i] = marshal_kind(il, s->method, i + 1, signature->params[i], s->unicode);
        if (s->kinds[i] == MARSHAL_Plain) continue;
        s->natives[i] = code_builder_local(&s->b, marshal_native_type(il, s->kinds[i], signature->params[i]));
        if (s->kinds[i] == MARSHAL_SafeHandle) s->flags[i] = code_builder_local(&s->b, il->boolean);
        if (s->kinds[i] == MARSHAL_ByRefBool) s->flags[i] = code_builder_local(&s->b, il->int32);
        if (s->kinds[i] == MARSHAL_AnsiString || s->kinds[i] == MARSHAL_StringBuilder ||
            s->kinds[i] == MARSHAL_SafeHandle)
            s->has_cleanup = true;
    }
    s->has_result = signature->return_type != il->void_type;
    s->result_kind = marshal_kind(il, s->method, 0, signature->return_type, s->unicode);
    if (s->result_kind == MARSHAL_ByRef || s->result_kind == MARSHAL_ByRefBool ||
        s->result_kind == MARSHAL_StringBuilder || (!s->preserve_sig && s->result_kind == MARSHAL_SafeHandle))
        s->result_kind = MARSHAL_Unsupported;
    if (!s->has_result) return;
    s->result = code_builder_local(&s->b, signature->return_type);
    s->native_result =
        code_builder_local(&s->b, marshal_native_type(il, s->result_kind, signature->return_type));
}

/// What of the signature cannot be marshalled; NULL if nothing.
static const char *unsupported(Stub *s)
{
    const Signature *signature = s->method->signature;
    Arena           *arena = s->b.il->program;
    if (s->result_kind == MARSHAL_Unsupported)
        return arena_format(arena, "P/Invoke result of type '%.*s' cannot be marshalled",
                            TEXT_ARG(type_display(s->b.ts, signature->return_type, arena)));
    for (uint32_t i = 0; i < signature->param_count; i++)
        if (s->kinds[i] == MARSHAL_Unsupported)
            return arena_format(arena, "P/Invoke parameter %u of type '%.*s' cannot be marshalled", i + 1,
                                TEXT_ARG(type_display(s->b.ts, signature->params[i], arena)));
    return NULL;
}

static Code *marshal_directive(Il *il, const Method *method, Arena *arena)
{
    enum { STRING_MarshalDirectiveGeneric = 22 }; // Internal.TypeSystem.ExceptionStringID
    Builder b = code_builder_start(il, method, arena);
    build_integer(&b, OP_ldc_i4, STRING_MarshalDirectiveGeneric);
    build_method(&b, OP_call, well_known_method(il->ts, WELL_KNOWN_METHOD_ThrowMarshalDirectiveException));
    build(&b, OP_unreachable);
    return code_builder_finish(&b);
}

static Code *plain_code(Il *il, const Method *method, Arena *arena)
{
    Builder b = code_builder_start(il, method, arena);
    for (uint32_t i = 0; i < b.code->arg_count; i++) build_index(&b, OP_ldarg, i);
    build_method(&b, OP_native_call, method);
    build(&b, OP_ret);
    return code_builder_finish(&b);
}

Code *synth_pinvoke(Il *il, const Method *method, Arena *arena)
{
    PInvokeImport import;
    if (!method_pinvoke_import(method->def, &import) || !pinvoke_needs_stub(il, method))
        return plain_code(il, method, arena);
    Stub s = { .b = code_builder_start(il, method, arena),
               .method = method,
               .unicode = (import.flags & 6) == 4,
               .set_last_error = (import.flags & 0x0040) != 0,
               .preserve_sig = (method->def->impl_flags & 0x80) != 0 };
    choose_kinds(&s);
    const char *why = unsupported(&s);
    if (!why) return stub_code(&s);
    report_unsupported(il, method, why);
    return marshal_directive(il, method, arena);
}
