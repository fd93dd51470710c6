// Delegates as native functions and native functions as delegates (corelib-contract 7.2). The stubs here have
// native parameter types; the transition around them belongs to their unmanaged entry.
#include "il/marshal.h"

enum { NO_COUNT = UINT32_MAX };

typedef struct Callback {
    Builder b;
    const Method *invoke;
    Marshal *params, result;
    uint32_t *values; // by parameter: local with the managed value
} Callback;

static bool is_supported(const Marshal *m, bool is_result) {
    switch (m->kind) {
    case MARSHAL_AnsiBuilder:
    case MARSHAL_UnicodeBuilder:
    case MARSHAL_SafeHandle:
    case MARSHAL_CriticalHandle:
    case MARSHAL_HandleRef:
    case MARSHAL_InlineClass:
    case MARSHAL_AnyObject:
    case MARSHAL_Custom:
    case MARSHAL_Unsupported: return false;
    case MARSHAL_Class:
    case MARSHAL_Array: return !is_result;
    case MARSHAL_Plain:
    case MARSHAL_Bool32:
    case MARSHAL_Bool8:
    case MARSHAL_VariantBool:
    case MARSHAL_AnsiChar:
    case MARSHAL_AnsiString:
    case MARSHAL_UnicodeString:
    case MARSHAL_Bstr:
    case MARSHAL_AnsiBstr:
    case MARSHAL_FixedAnsiString:
    case MARSHAL_FixedUnicodeString:
    case MARSHAL_FixedArray:
    case MARSHAL_Delegate:
    case MARSHAL_Struct:
    case MARSHAL_OleDate:
    case MARSHAL_ComInterface: break;
    }
    return !(is_result && m->is_byref);
}

static void callback_marshals(Il *il, const Method *invoke, Arena *arena, Marshal **params, Marshal *result) {
    const Signature *signature = invoke->signature;
    MarshalScope scope = delegate_scope(invoke->owner);
    *params = ARENA_ARRAY(arena, Marshal, signature->param_count);
    for (uint32_t i = 0; i < signature->param_count; i++)
        (*params)[i] = marshal_parameter(il, scope, invoke->def, i + 1, signature->params[i]);
    *result = marshal_parameter(il, scope, invoke->def, 0, signature->return_type);
}

static Place native_place(const Callback *c, uint32_t index) {
    return (Place){.kind = c->params[index].is_byref ? PLACE_ArgumentMemory : PLACE_Argument, .index = index};
}

static Place value_place(const Callback *c, uint32_t index) {
    return (Place){.kind = PLACE_Local, .index = c->values[index]};
}

// ---- Arguments ----------------------------------------------------------------------------------

static uint32_t element_count(Callback *c, const Marshal *m) {
    uint32_t count = code_builder_local(&c->b, c->b.il->int32);
    bool by_parameter = m->count_param >= 0 && (uint32_t)m->count_param < c->invoke->signature->param_count;
    build_integer(&c->b, OP_ldc_i4, m->count);
    if (by_parameter) {
        uint32_t index = (uint32_t)m->count_param;
        place_load(&c->b, native_place(c, index), c->params[index].type);
        build(&c->b, OP_conv_i4);
        build(&c->b, OP_add);
    }
    build_index(&c->b, OP_stloc, count);
    return count;
}

static void class_in(Callback *c, uint32_t index) {
    uint32_t done = code_builder_new_label(&c->b);
    Type *type = c->params[index].type;
    build_index(&c->b, OP_ldarg, index);
    build_branch(&c->b, OP_brfalse, done);
    build_helper_of(&c->b, WELL_KNOWN_METHOD_CreateInstanceOfT, type);
    build_index(&c->b, OP_stloc, c->values[index]);
    build_index(&c->b, OP_ldarg, index);
    build_index(&c->b, OP_ldloc, c->values[index]);
    build_method(&c->b, OP_call, method_synthetic(c->b.ts, SYNTHETIC_StructToManaged, type, NULL));
    code_builder_mark(&c->b, done);
}

static void class_out(Callback *c, uint32_t index) {
    uint32_t done = code_builder_new_label(&c->b);
    build_index(&c->b, OP_ldarg, index);
    build_branch(&c->b, OP_brfalse, done);
    build_index(&c->b, OP_ldloc, c->values[index]);
    build_index(&c->b, OP_ldarg, index);
    build_method(&c->b, OP_call,
                 method_synthetic(c->b.ts, SYNTHETIC_StructToNative, c->params[index].type, NULL));
    code_builder_mark(&c->b, done);
}

static bool is_direct(const Marshal *m) {
    return m->kind == MARSHAL_Plain; // by reference too: native memory serves as the location
}

static void argument_in(Callback *c, uint32_t index) {
    const Marshal *m = &c->params[index];
    if (is_direct(m))
        return;
    c->values[index] = code_builder_local(&c->b, m->type);
    if (m->kind == MARSHAL_Class) {
        class_in(c, index);
    } else if (!m->is_byref || m->in) {
        uint32_t count = m->kind == MARSHAL_Array ? element_count(c, m) : NO_COUNT;
        convert_to_managed(&c->b, m, native_place(c, index), value_place(c, index), count);
    }
}

static void argument_load(Callback *c, uint32_t index) {
    const Marshal *m = &c->params[index];
    if (is_direct(m))
        build_index(&c->b, OP_ldarg, index);
    else
        build_index(&c->b, m->is_byref ? OP_ldloca : OP_ldloc, c->values[index]);
}

static void argument_out(Callback *c, uint32_t index) {
    const Marshal *m = &c->params[index];
    if (is_direct(m) || !m->out)
        return;
    if (m->kind == MARSHAL_Class) {
        class_out(c, index);
    } else if (m->is_byref) {
        uint32_t count = m->in && m->kind == MARSHAL_Array ? element_count(c, m) : NO_COUNT;
        if (m->in)
            convert_cleanup(&c->b, m, native_place(c, index), count);
        convert_to_native(&c->b, m, value_place(c, index), native_place(c, index));
    } else if (m->kind == MARSHAL_Array) {
        convert_elements_to_native(&c->b, m, value_place(c, index), native_place(c, index));
    }
}

// ---- Native -> managed --------------------------------------------------------------------------

static void call_target(Callback *c, bool is_open, uint32_t target) {
    uint32_t count = c->invoke->signature->param_count;
    if (!is_open)
        build_index(&c->b, OP_ldloc, target);
    for (uint32_t i = 0; i < count; i++)
        argument_load(c, i);
    if (!is_open) {
        build_method(&c->b, OP_invoke_delegate, c->invoke);
        return;
    }
    Signature managed = *c->invoke->signature;
    managed.has_this = false;
    build_index(&c->b, OP_ldloc, target);
    build_signature(&c->b, OP_calli, signature_make(c->b.ts, &managed));
}

static void callback_body(Callback *c, bool is_open) {
    Builder *b = &c->b;
    const Signature *signature = c->invoke->signature;
    bool has_result = signature->return_type != b->il->void_type;
    Type *target_type = is_open ? b->il->native_int : c->invoke->owner;
    uint32_t target = code_builder_local(b, target_type);
    uint32_t result = has_result ? code_builder_local(b, signature->return_type) : 0;
    uint32_t native = has_result ? code_builder_local(b, c->result.native) : 0;
    // First of all: the thunk's context lies in thread-local memory that the next callback overwrites.
    if (is_open)
        build_helper(b, WELL_KNOWN_METHOD_CurrentCalleeFunction);
    else
        build_helper_of(b, WELL_KNOWN_METHOD_CurrentCalleeDelegateOfT, target_type);
    build_index(b, OP_stloc, target);
    for (uint32_t i = 0; i < signature->param_count; i++)
        argument_in(c, i);
    call_target(c, is_open, target);
    if (has_result)
        build_index(b, OP_stloc, result);
    for (uint32_t i = 0; i < signature->param_count; i++)
        argument_out(c, i);
    if (has_result) {
        convert_to_native(b, &c->result, (Place){.kind = PLACE_Local, .index = result},
                          (Place){.kind = PLACE_Local, .index = native});
        build_index(b, OP_ldloc, native);
    }
    build(b, OP_ret);
}

Code *synth_reverse_delegate(Il *il, const Method *method, Arena *arena) {
    Callback c = {.b = code_builder_start(il, method, arena),
                  .invoke = type_find_method(il->ts, method->owner, "Invoke", NULL)};
    callback_marshals(il, c.invoke, arena, &c.params, &c.result);
    uint32_t count = c.invoke->signature->param_count;
    bool supported = is_supported(&c.result, true);
    for (uint32_t i = 0; i < count; i++)
        supported &= is_supported(&c.params[i], false);
    if (!supported)
        return marshal_directive(il, method, arena);
    c.values = ARENA_ARRAY(arena, uint32_t, count);
    callback_body(&c, method->synthetic == SYNTHETIC_ReverseOpenDelegate);
    return code_builder_finish(&c.b);
}

static const Signature *reverse_signature(Il *il, const Method *invoke) {
    Arena scratch = {0};
    Marshal *params, result;
    Signature native = {.param_count = invoke->signature->param_count};
    callback_marshals(il, invoke, &scratch, &params, &result);
    Type **types = ARENA_ARRAY(&scratch, Type *, native.param_count);
    for (uint32_t i = 0; i < native.param_count; i++)
        types[i] = marshal_native_type(il, &params[i]);
    native.params = types;
    native.return_type = marshal_native_type(il, &result);
    const Signature *interned = signature_make(il->ts, &native);
    arena_free(&scratch);
    return interned;
}

// ---- Function pointer -> delegate ---------------------------------------------------------------

/// new T(new PInvokeDelegateWrapper(pointer).Invoke)
Code *synth_delegate_from_native(Il *il, const Method *method, Arena *arena) {
    Builder b = code_builder_start(il, method, arena);
    Type *wrapper = well_known_type(il->ts, WELL_KNOWN_TYPE_PInvokeDelegateWrapper);
    const Method *invoke = type_find_method(il->ts, method->owner, "Invoke", NULL);
    const Method *constructor = type_find_method(il->ts, method->owner, ".ctor", NULL);
    const Method *forward = method_synthetic(il->ts, SYNTHETIC_ForwardDelegate, wrapper, invoke);
    uint32_t object = code_builder_local(&b, wrapper);
    build_helper_of(&b, WELL_KNOWN_METHOD_MethodTableOf, wrapper);
    build_helper(&b, WELL_KNOWN_METHOD_RhNewObject);
    build_index(&b, OP_stloc, object);
    build_index(&b, OP_ldloc, object);
    build_index(&b, OP_ldarg, 0);
    build_helper(&b, WELL_KNOWN_METHOD_WrapperConstructor);
    build_index(&b, OP_ldloc, object);
    build_method(&b, OP_ldftn, forward);
    build_method(&b, OP_newobj, constructor);
    build(&b, OP_ret);
    return code_builder_finish(&b);
}

bool il_delegate_marshalling(Il *il, Type *type, DelegateMarshalling *out) {
    bool is_delegate = type->kind == TYPE_Named && type->def->is_delegate && !type->def->is_abstract &&
                       !type->arg_count && !type->is_generic_definition && !type->is_open;
    const Method *invoke = is_delegate ? type_find_method(il->ts, type, "Invoke", NULL) : NULL;
    if (!invoke || !type_find_method(il->ts, type, ".ctor", NULL))
        return false;
    const Signature *native = reverse_signature(il, invoke);
    const Method *closed = method_synthetic_typed(il->ts, SYNTHETIC_ReverseDelegate, type, NULL, native);
    const Method *open = method_synthetic_typed(il->ts, SYNTHETIC_ReverseOpenDelegate, type, NULL, native);
    out->closed = method_synthetic(il->ts, SYNTHETIC_UnmanagedEntry, type, closed);
    out->open = method_synthetic(il->ts, SYNTHETIC_UnmanagedEntry, type, open);
    out->from_native = method_synthetic(il->ts, SYNTHETIC_DelegateFromNative, type, NULL);
    return true;
}
