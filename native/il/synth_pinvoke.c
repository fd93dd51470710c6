// Calls to native code with conversion (corelib-contract 7.2): P/Invokes, calls of function pointers,
// delegates made from function pointers. The native call stands alone, or between the conversions of its
// arguments and result.
#include "il/marshal.h"

enum { NO_COUNT = UINT32_MAX };

typedef struct Stub {
    Builder b;
    const Signature *managed;
    const MethodDef *def; // whose parameters have attributes; NULL: none
    const Method *import; // P/Invoke: what OP_native_call names
    MarshalScope scope;
    uint32_t this_count; // 1: argument 0 is no parameter
    bool set_last_error, preserve_sig;
    Marshal *params, result;
    uint32_t *natives; // by parameter: local that is passed
    uint32_t *values;  // local with the converted value, where `natives` is its address
    uint32_t *extras;  // SafeHandle: reference taken; custom: marshaller; arrays: number of elements
    uint32_t *created; // by-ref SafeHandle: the new object
    uint32_t *passed;  // SafeHandle: the object whose handle goes in
    uint32_t result_local, native_result, result_extra;
    bool has_result, has_cleanup;
} Stub;

static const Method *helper(Stub *s, WellKnownMethod id) {
    return well_known_method(s->b.ts, id);
}

static uint32_t argument(const Stub *s, uint32_t index) {
    return index + s->this_count;
}

static void load_argument(Stub *s, uint32_t index) {
    build_index(&s->b, OP_ldarg, argument(s, index));
}

static Place local(uint32_t index) {
    return (Place){.kind = PLACE_Local, .index = index};
}

/// Where the managed value of a parameter lies.
static Place managed_place(const Stub *s, uint32_t index) {
    bool is_byref = s->params[index].is_byref;
    return (Place){.kind = is_byref ? PLACE_ArgumentMemory : PLACE_Argument, .index = argument(s, index)};
}

static void store_address_of(Stub *s, uint32_t to, uint32_t of) {
    build_index(&s->b, OP_ldloca, of);
    build(&s->b, OP_conv_u);
    build_index(&s->b, OP_stloc, to);
}

// ---- Before the call ----------------------------------------------------------------------------

/// Keeps the object or location in place until the stub returns.
static void pin_argument(Stub *s, uint32_t index, Type *type) {
    uint32_t pinned = code_builder_pinned(&s->b, type);
    load_argument(s, index);
    build_index(&s->b, OP_stloc, pinned);
    build_index(&s->b, OP_ldloc, pinned);
}

static void pinned_string_in(Stub *s, uint32_t index) {
    uint32_t done = code_builder_new_label(&s->b);
    load_argument(s, index);
    build_branch(&s->b, OP_brfalse, done);
    pin_argument(s, index, s->b.il->string);
    build_field(&s->b, OP_ldflda, type_find_field(s->b.ts, s->b.il->string, "_firstChar"));
    build(&s->b, OP_conv_u);
    build_index(&s->b, OP_stloc, s->natives[index]);
    code_builder_mark(&s->b, done);
}

/// Elements start 8 bytes behind an array's first field.
static void pinned_array_in(Stub *s, uint32_t index) {
    uint32_t done = code_builder_new_label(&s->b);
    load_argument(s, index);
    build_branch(&s->b, OP_brfalse, done);
    pin_argument(s, index, s->params[index].type);
    build_helper(&s->b, WELL_KNOWN_METHOD_GetRawData);
    build_integer(&s->b, OP_ldc_i4, 8);
    build(&s->b, OP_add);
    build(&s->b, OP_conv_u);
    build_index(&s->b, OP_stloc, s->natives[index]);
    code_builder_mark(&s->b, done);
}

static void array_in(Stub *s, uint32_t index) {
    uint32_t done = code_builder_new_label(&s->b);
    load_argument(s, index);
    build_branch(&s->b, OP_brfalse, done);
    load_argument(s, index);
    build(&s->b, OP_ldlen);
    build(&s->b, OP_conv_i4);
    build_index(&s->b, OP_stloc, s->extras[index]);
    convert_to_native(&s->b, &s->params[index], managed_place(s, index), local(s->natives[index]));
    code_builder_mark(&s->b, done);
}

static void safe_handle_in(Stub *s, uint32_t index) {
    place_load(&s->b, managed_place(s, index), s->params[index].type);
    build_index(&s->b, OP_stloc, s->passed[index]);
    build_index(&s->b, OP_ldloc, s->passed[index]);
    build_string(&s->b, text_to_utf16(s->b.arena, TEXT_LITERAL("pHandle")));
    build_helper(&s->b, WELL_KNOWN_METHOD_ThrowIfNull);
    build_index(&s->b, OP_ldloc, s->passed[index]);
    build_index(&s->b, OP_ldloca, s->extras[index]);
    build_method(&s->b, OP_callvirt, helper(s, WELL_KNOWN_METHOD_DangerousAddRef));
    build_index(&s->b, OP_ldloc, s->passed[index]);
    build_method(&s->b, OP_callvirt, helper(s, WELL_KNOWN_METHOD_DangerousGetHandle));
    build_index(&s->b, OP_stloc, s->params[index].is_byref ? s->values[index] : s->natives[index]);
}

/// The object that takes a new handle exists before the call: afterwards no allocation may lose the handle.
static void by_ref_handle_in(Stub *s, uint32_t index) {
    const Marshal *m = &s->params[index];
    if (m->out) {
        build_new(&s->b, m->type);
        build_index(&s->b, OP_stloc, s->created[index]);
    }
    if (m->in)
        safe_handle_in(s, index);
    store_address_of(s, s->natives[index], s->values[index]);
}

static void handle_ref_in(Stub *s, uint32_t index) {
    build_index(&s->b, OP_ldarga, argument(s, index));
    build_field(&s->b, OP_ldfld, type_find_field(s->b.ts, s->params[index].type, "_handle"));
    build_index(&s->b, OP_stloc, s->natives[index]);
}

static void critical_handle_in(Stub *s, uint32_t index) {
    Type *owner = well_known_type(s->b.ts, WELL_KNOWN_TYPE_CriticalHandle);
    load_argument(s, index);
    build_field(&s->b, OP_ldfld, type_find_field(s->b.ts, owner, "handle"));
    build_index(&s->b, OP_stloc, s->natives[index]);
}

static void builder_in(Stub *s, uint32_t index) {
    bool is_ansi = s->params[index].kind == MARSHAL_AnsiBuilder;
    uint32_t done = code_builder_new_label(&s->b);
    load_argument(s, index);
    build_branch(&s->b, OP_brfalse, done);
    load_argument(s, index);
    build_helper(&s->b, is_ansi ? WELL_KNOWN_METHOD_AllocMemoryForAnsiStringBuilder
                                : WELL_KNOWN_METHOD_AllocMemoryForUnicodeStringBuilder);
    build_index(&s->b, OP_stloc, s->natives[index]);
    if (s->params[index].in) {
        load_argument(s, index);
        build_index(&s->b, OP_ldloc, s->natives[index]);
        if (is_ansi) {
            build_integer(&s->b, OP_ldc_i4, 1);
            build_integer(&s->b, OP_ldc_i4, 0);
        }
        build_helper(&s->b, is_ansi ? WELL_KNOWN_METHOD_StringBuilderToAnsiString
                                    : WELL_KNOWN_METHOD_StringBuilderToUnicodeString);
    }
    code_builder_mark(&s->b, done);
}

/// A class whose fields need no conversion is shared with native code, as far as a copy can do that.
static bool class_is_shared(const Marshal *m) {
    for (uint32_t i = 0; i < m->layout->member_count; i++)
        if (m->layout->members[i].marshal.kind != MARSHAL_Plain)
            return false;
    return true;
}

static void class_in(Stub *s, uint32_t index) {
    const Marshal *m = &s->params[index];
    uint32_t done = code_builder_new_label(&s->b);
    load_argument(s, index);
    build_branch(&s->b, OP_brfalse, done);
    store_address_of(s, s->natives[index], s->values[index]);
    if (m->in || class_is_shared(m)) {
        load_argument(s, index);
        build_index(&s->b, OP_ldloc, s->natives[index]);
        build_method(&s->b, OP_call, method_synthetic(s->b.ts, SYNTHETIC_StructToNative, m->type, NULL));
    }
    code_builder_mark(&s->b, done);
}

static void custom_marshaller_make(Stub *s, const Marshal *m, uint32_t to) {
    Builder *b = &s->b;
    const Method *get = type_find_method(b->ts, m->marshaller, "GetInstance", NULL);
    build_type(b, OP_ldtoken, m->type);
    build_type(b, OP_ldtoken, m->marshaller);
    build_string(b, text_to_utf16(b->arena, m->cookie));
    if (get && get->def->is_static) {
        build_method(b, OP_ldftn, get);
    } else {
        build_integer(b, OP_ldc_i4, 0);
        build(b, OP_conv_u);
    }
    build_helper(b, WELL_KNOWN_METHOD_InitializeCustomMarshaller);
    build_type(b, OP_castclass, well_known_type(b->ts, WELL_KNOWN_TYPE_ICustomMarshaler));
    build_index(b, OP_stloc, to);
}

static void custom_in(Stub *s, uint32_t index) {
    const Marshal *m = &s->params[index];
    uint32_t done = code_builder_new_label(&s->b);
    custom_marshaller_make(s, m, s->extras[index]);
    load_argument(s, index);
    build_branch(&s->b, OP_brfalse, done);
    build_index(&s->b, OP_ldloc, s->extras[index]);
    load_argument(s, index);
    build_method(&s->b, OP_callvirt, helper(s, WELL_KNOWN_METHOD_CustomToNative));
    build_index(&s->b, OP_stloc, s->natives[index]);
    code_builder_mark(&s->b, done);
}

/// The object's own type decides; memory of its size holds the native form.
static void any_object_in(Stub *s, uint32_t index) {
    Builder *b = &s->b;
    uint32_t done = code_builder_new_label(b);
    load_argument(s, index);
    build_branch(b, OP_brfalse, done);
    load_argument(s, index);
    build_helper(b, WELL_KNOWN_METHOD_AsAnyGetNativeSize);
    build_helper(b, WELL_KNOWN_METHOD_CoTaskMemAllocAndZeroMemory);
    build_index(b, OP_stloc, s->natives[index]);
    if (s->params[index].in) {
        load_argument(s, index);
        build_index(b, OP_ldloc, s->natives[index]);
        build_helper(b, WELL_KNOWN_METHOD_AsAnyMarshalManagedToNative);
    }
    code_builder_mark(b, done);
}

/// Copies what native code wrote back into the object, unless that is null.
static void object_out(Stub *s, uint32_t index, const Method *copy) {
    uint32_t done = code_builder_new_label(&s->b);
    load_argument(s, index);
    build_branch(&s->b, OP_brfalse, done);
    build_index(&s->b, OP_ldloc, s->natives[index]);
    load_argument(s, index);
    build_method(&s->b, OP_call, copy);
    code_builder_mark(&s->b, done);
}

static void any_object_out(Stub *s, uint32_t index) {
    object_out(s, index, helper(s, WELL_KNOWN_METHOD_AsAnyMarshalNativeToManaged));
}

static void any_object_cleanup(Stub *s, uint32_t index) {
    uint32_t done = code_builder_new_label(&s->b);
    build_index(&s->b, OP_ldloc, s->natives[index]);
    build_branch(&s->b, OP_brfalse, done);
    build_index(&s->b, OP_ldloc, s->natives[index]);
    load_argument(s, index);
    build_helper(&s->b, WELL_KNOWN_METHOD_AsAnyCleanupNative);
    build_index(&s->b, OP_ldloc, s->natives[index]);
    build_helper(&s->b, WELL_KNOWN_METHOD_FreeCoTaskMem);
    code_builder_mark(&s->b, done);
}

static void by_ref_in(Stub *s, uint32_t index) {
    const Marshal *m = &s->params[index];
    if (m->kind == MARSHAL_Plain) {
        pin_argument(s, index, type_byref(s->b.ts, m->type));
        build(&s->b, OP_conv_u);
        build_index(&s->b, OP_stloc, s->natives[index]);
        return;
    }
    if (m->kind == MARSHAL_SafeHandle) {
        by_ref_handle_in(s, index);
        return;
    }
    if (m->in)
        convert_to_native(&s->b, m, managed_place(s, index), local(s->values[index]));
    store_address_of(s, s->natives[index], s->values[index]);
}

static bool is_pinned_array(const Marshal *m) {
    return m->kind == MARSHAL_Array && m->element->kind == MARSHAL_Plain;
}

static void argument_in(Stub *s, uint32_t index) {
    const Marshal *m = &s->params[index];
    if (marshal_is_plain(m))
        return;
    if (m->is_byref)
        by_ref_in(s, index);
    else if (m->kind == MARSHAL_UnicodeString)
        pinned_string_in(s, index);
    else if (is_pinned_array(m))
        pinned_array_in(s, index);
    else if (m->kind == MARSHAL_Array)
        array_in(s, index);
    else if (m->kind == MARSHAL_SafeHandle)
        safe_handle_in(s, index);
    else if (m->kind == MARSHAL_CriticalHandle)
        critical_handle_in(s, index);
    else if (m->kind == MARSHAL_HandleRef)
        handle_ref_in(s, index);
    else if (m->kind == MARSHAL_AnsiBuilder || m->kind == MARSHAL_UnicodeBuilder)
        builder_in(s, index);
    else if (m->kind == MARSHAL_Class)
        class_in(s, index);
    else if (m->kind == MARSHAL_AnyObject)
        any_object_in(s, index);
    else if (m->kind == MARSHAL_Custom)
        custom_in(s, index);
    else
        convert_to_native(&s->b, m, managed_place(s, index), local(s->natives[index]));
}

// ---- After the call -----------------------------------------------------------------------------

/// SizeParamIndex and SizeConst: the number of elements that native code gave, into a local.
static uint32_t count_from_native(Stub *s, const Marshal *m) {
    uint32_t count = code_builder_local(&s->b, s->b.il->int32);
    bool by_parameter = m->count_param >= 0 && (uint32_t)m->count_param < s->managed->param_count;
    build_integer(&s->b, OP_ldc_i4, m->count);
    if (by_parameter) {
        uint32_t index = (uint32_t)m->count_param;
        place_load(&s->b, managed_place(s, index), s->params[index].type);
        build(&s->b, OP_conv_i4);
        build(&s->b, OP_add);
    }
    build_index(&s->b, OP_stloc, count);
    return count;
}

static void by_ref_handle_out(Stub *s, uint32_t index) {
    Builder *b = &s->b;
    const Marshal *m = &s->params[index];
    uint32_t same = code_builder_new_label(b);
    if (m->in) { // a handle that native code left alone stays the object it was
        build_index(b, OP_ldloc, s->passed[index]);
        build_method(b, OP_callvirt, helper(s, WELL_KNOWN_METHOD_DangerousGetHandle));
        build_index(b, OP_ldloc, s->values[index]);
        build_branch(b, OP_beq, same);
    }
    build_index(b, OP_ldloc, s->created[index]);
    build_index(b, OP_ldloc, s->values[index]);
    build_helper(b, WELL_KNOWN_METHOD_InitHandle);
    build_index(b, OP_ldloc, s->created[index]);
    place_store(b, managed_place(s, index), m->type);
    code_builder_mark(b, same);
}

static void builder_out(Stub *s, uint32_t index) {
    bool is_ansi = s->params[index].kind == MARSHAL_AnsiBuilder;
    object_out(s, index,
               helper(s, is_ansi ? WELL_KNOWN_METHOD_AnsiStringToStringBuilder
                                 : WELL_KNOWN_METHOD_UnicodeStringToStringBuilder));
}

static void class_out(Stub *s, uint32_t index) {
    object_out(s, index, method_synthetic(s->b.ts, SYNTHETIC_StructToManaged, s->params[index].type, NULL));
}

static void keep_alive(Stub *s) {
    build_helper(&s->b, WELL_KNOWN_METHOD_GCKeepAlive);
}

static void by_ref_out(Stub *s, uint32_t index) {
    const Marshal *m = &s->params[index];
    if (m->kind == MARSHAL_SafeHandle) {
        by_ref_handle_out(s, index);
        return;
    }
    uint32_t count = NO_COUNT;
    if (m->kind == MARSHAL_Array) {
        count = count_from_native(s, m);
        build_index(&s->b, OP_ldloc, count);
        build_index(&s->b, OP_stloc, s->extras[index]);
    }
    convert_to_managed(&s->b, m, local(s->values[index]), managed_place(s, index), count);
}

static void argument_out(Stub *s, uint32_t index) {
    const Marshal *m = &s->params[index];
    if (m->is_byref) {
        if (m->kind != MARSHAL_Plain && m->out)
            by_ref_out(s, index);
    } else if (m->kind == MARSHAL_AnsiBuilder || m->kind == MARSHAL_UnicodeBuilder) {
        if (m->out)
            builder_out(s, index);
    } else if (m->kind == MARSHAL_Class) {
        if (m->out || class_is_shared(m))
            class_out(s, index);
    } else if (m->kind == MARSHAL_AnyObject) {
        if (m->out)
            any_object_out(s, index);
    } else if (m->kind == MARSHAL_Array && m->out && !is_pinned_array(m)) {
        convert_elements_back(&s->b, m, local(s->natives[index]), managed_place(s, index));
    } else if (m->kind == MARSHAL_Delegate || m->kind == MARSHAL_CriticalHandle) {
        load_argument(s, index);
        keep_alive(s);
    } else if (m->kind == MARSHAL_HandleRef) {
        build_index(&s->b, OP_ldarga, argument(s, index));
        build_field(&s->b, OP_ldfld, type_find_field(s->b.ts, m->type, "_wrapper"));
        keep_alive(s);
    }
}

static void safe_handle_cleanup(Stub *s, uint32_t index) {
    uint32_t done = code_builder_new_label(&s->b);
    build_index(&s->b, OP_ldloc, s->extras[index]);
    build_branch(&s->b, OP_brfalse, done);
    build_index(&s->b, OP_ldloc, s->passed[index]);
    build_method(&s->b, OP_callvirt, helper(s, WELL_KNOWN_METHOD_DangerousRelease));
    code_builder_mark(&s->b, done);
}

static void custom_cleanup(Stub *s, uint32_t index) {
    uint32_t done = code_builder_new_label(&s->b);
    build_index(&s->b, OP_ldloc, s->natives[index]);
    build_branch(&s->b, OP_brfalse, done);
    build_index(&s->b, OP_ldloc, s->extras[index]);
    build_index(&s->b, OP_ldloc, s->natives[index]);
    build_method(&s->b, OP_callvirt, helper(s, WELL_KNOWN_METHOD_CustomCleanUpNative));
    code_builder_mark(&s->b, done);
}

static bool needs_cleanup(const Marshal *m) {
    if (m->kind == MARSHAL_SafeHandle)
        return !m->is_byref || m->in;
    if (m->kind == MARSHAL_Custom || m->kind == MARSHAL_AnyObject)
        return true;
    bool is_pinned = !m->is_byref && (m->kind == MARSHAL_UnicodeString || is_pinned_array(m));
    return convert_needs_cleanup(m) && !is_pinned;
}

static void argument_cleanup(Stub *s, uint32_t index) {
    const Marshal *m = &s->params[index];
    if (!needs_cleanup(m))
        return;
    bool in_value = m->is_byref || m->kind == MARSHAL_Class;
    uint32_t count = m->kind == MARSHAL_Array ? s->extras[index] : NO_COUNT;
    if (m->kind == MARSHAL_SafeHandle)
        safe_handle_cleanup(s, index);
    else if (m->kind == MARSHAL_Custom)
        custom_cleanup(s, index);
    else if (m->kind == MARSHAL_AnyObject)
        any_object_cleanup(s, index);
    else
        convert_cleanup(&s->b, m, local(in_value ? s->values[index] : s->natives[index]), count);
}

// ---- Result -------------------------------------------------------------------------------------

static void result_before(Stub *s) {
    if (s->result.kind == MARSHAL_SafeHandle || s->result.kind == MARSHAL_CriticalHandle) {
        build_new(&s->b, s->result.type);
        build_index(&s->b, OP_stloc, s->result_local);
    } else if (s->result.kind == MARSHAL_Custom) {
        custom_marshaller_make(s, &s->result, s->result_extra);
    }
}

static void custom_result(Stub *s) {
    uint32_t done = code_builder_new_label(&s->b);
    build_index(&s->b, OP_ldloc, s->native_result);
    build_branch(&s->b, OP_brfalse, done);
    build_index(&s->b, OP_ldloc, s->result_extra);
    build_index(&s->b, OP_ldloc, s->native_result);
    build_method(&s->b, OP_callvirt, helper(s, WELL_KNOWN_METHOD_CustomToManaged));
    build_type(&s->b, OP_castclass, s->result.type);
    build_index(&s->b, OP_stloc, s->result_local);
    build_index(&s->b, OP_ldloc, s->result_extra);
    build_index(&s->b, OP_ldloc, s->native_result);
    build_method(&s->b, OP_callvirt, helper(s, WELL_KNOWN_METHOD_CustomCleanUpNative));
    code_builder_mark(&s->b, done);
}

static void class_result(Stub *s) {
    uint32_t done = code_builder_new_label(&s->b);
    build_index(&s->b, OP_ldloc, s->native_result);
    build_branch(&s->b, OP_brfalse, done);
    build_new(&s->b, s->result.type);
    build_index(&s->b, OP_stloc, s->result_local);
    build_index(&s->b, OP_ldloc, s->native_result);
    build_index(&s->b, OP_ldloc, s->result_local);
    build_method(&s->b, OP_call, method_synthetic(s->b.ts, SYNTHETIC_StructToManaged, s->result.type, NULL));
    build_index(&s->b, OP_ldloc, s->native_result);
    build_helper(&s->b, WELL_KNOWN_METHOD_FreeCoTaskMem);
    code_builder_mark(&s->b, done);
}

/// native_result -> result; what native code allocated for it is ours to free.
static void result_out(Stub *s) {
    const Marshal *m = &s->result;
    if (!s->has_result)
        return;
    if (m->kind == MARSHAL_SafeHandle || m->kind == MARSHAL_CriticalHandle) {
        build_index(&s->b, OP_ldloc, s->result_local);
        build_index(&s->b, OP_ldloc, s->native_result);
        build_helper(&s->b, m->kind == MARSHAL_SafeHandle ? WELL_KNOWN_METHOD_InitHandle
                                                          : WELL_KNOWN_METHOD_CriticalSetHandle);
    } else if (m->kind == MARSHAL_Custom) {
        custom_result(s);
    } else if (m->kind == MARSHAL_Class) {
        class_result(s);
    } else {
        uint32_t count = m->kind == MARSHAL_Array ? count_from_native(s, m) : NO_COUNT;
        convert_to_managed(&s->b, m, local(s->native_result), local(s->result_local), count);
        convert_cleanup(&s->b, m, local(s->native_result), count);
    }
}

// ---- The call -----------------------------------------------------------------------------------

static const Signature *native_signature(Stub *s) {
    Il *il = s->b.il;
    bool retval = !s->preserve_sig && s->has_result; // HRESULT f(..., T *result)
    Signature native = {.convention = CALL_Unmanaged,
                        .suppress_gc_transition = s->managed->suppress_gc_transition,
                        .param_count = s->managed->param_count + (retval ? 1 : 0)};
    Type **params = ARENA_ARRAY(s->b.arena, Type *, native.param_count);
    for (uint32_t i = 0; i < s->managed->param_count; i++)
        params[i] = marshal_native_type(il, &s->params[i]);
    if (retval)
        params[s->managed->param_count] = il->native_int;
    native.params = params;
    native.return_type = s->preserve_sig ? marshal_native_type(il, &s->result) : il->int32;
    return signature_make(s->b.ts, &native);
}

static void native_call(Stub *s, uint32_t function) {
    Builder *b = &s->b;
    const Signature *native = native_signature(s);
    for (uint32_t i = 0; i < s->managed->param_count; i++) {
        if (marshal_is_plain(&s->params[i]))
            load_argument(s, i);
        else
            build_index(b, OP_ldloc, s->natives[i]);
    }
    if (!s->preserve_sig && s->has_result) {
        build_index(b, OP_ldloca, s->native_result);
        build(b, OP_conv_u);
    }
    if (s->set_last_error)
        build_helper(b, WELL_KNOWN_METHOD_ClearLastError);
    if (s->import) {
        build_method(b, OP_native_call, s->import);
        b->raw.items[b->raw.count - 1].in.type2 = type_function_pointer(b->ts, native);
    } else {
        build_index(b, OP_ldloc, function);
        build_signature(b, OP_native_calli, native);
    }
    if (s->set_last_error)
        build_helper(b, WELL_KNOWN_METHOD_SaveLastError);
    if (!s->preserve_sig)
        build_method(b, OP_call, helper(s, WELL_KNOWN_METHOD_ThrowExceptionForHR));
    else if (s->has_result)
        build_index(b, OP_stloc, s->native_result);
}

static void converted_call(Stub *s, uint32_t function) {
    uint32_t count = s->managed->param_count;
    for (uint32_t i = 0; i < count; i++)
        argument_in(s, i);
    native_call(s, function);
    for (uint32_t i = 0; i < count; i++)
        argument_out(s, i);
    result_out(s);
}

static Code *stub_code(Stub *s, uint32_t function) {
    Builder *b = &s->b;
    uint32_t start = code_builder_new_label(b), handler = code_builder_new_label(b),
             end = code_builder_new_label(b);
    result_before(s);
    code_builder_mark(b, start);
    converted_call(s, function);
    if (s->has_cleanup) {
        build_branch(b, OP_leave, end);
        code_builder_mark(b, handler);
        for (uint32_t i = 0; i < s->managed->param_count; i++)
            argument_cleanup(s, i);
        build(b, OP_endfinally);
        code_builder_region(b, EH_Finally, start, handler, end, NULL);
    }
    code_builder_mark(b, end);
    if (s->has_result)
        build_index(b, OP_ldloc, s->result_local);
    build(b, OP_ret);
    return code_builder_finish(b);
}

static void parameter_locals(Stub *s, uint32_t index) {
    Builder *b = &s->b;
    const Marshal *m = &s->params[index];
    if (marshal_is_plain(m) || m->kind == MARSHAL_Unsupported)
        return;
    s->natives[index] = code_builder_local(b, marshal_native_type(b->il, m));
    if (m->is_byref && m->kind != MARSHAL_Plain)
        s->values[index] = code_builder_local(b, m->native);
    if (m->kind == MARSHAL_Class)
        s->values[index] = code_builder_local(b, native_struct_type(b->il, m->layout));
    if (m->kind == MARSHAL_SafeHandle)
        s->extras[index] = code_builder_local(b, b->il->boolean);
    if (m->kind == MARSHAL_SafeHandle)
        s->passed[index] = code_builder_local(b, m->type);
    if (m->kind == MARSHAL_SafeHandle && m->is_byref)
        s->created[index] = code_builder_local(b, m->type);
    if (m->kind == MARSHAL_Array)
        s->extras[index] = code_builder_local(b, b->il->int32);
    if (m->kind == MARSHAL_Custom)
        s->extras[index] = code_builder_local(b, well_known_type(b->ts, WELL_KNOWN_TYPE_ICustomMarshaler));
    s->has_cleanup |= needs_cleanup(m);
}

static void result_locals(Stub *s) {
    Builder *b = &s->b;
    s->has_result = s->managed->return_type != b->il->void_type;
    bool is_handle = s->result.kind == MARSHAL_SafeHandle || s->result.kind == MARSHAL_CriticalHandle;
    if (!s->preserve_sig && is_handle)
        s->result.kind = MARSHAL_Unsupported;
    if (!s->has_result || s->result.kind == MARSHAL_Unsupported)
        return;
    s->result_local = code_builder_local(b, s->managed->return_type);
    s->native_result = code_builder_local(b, s->result.native);
    if (s->result.kind == MARSHAL_Custom)
        s->result_extra = code_builder_local(b, well_known_type(b->ts, WELL_KNOWN_TYPE_ICustomMarshaler));
}

static void choose_kinds(Stub *s) {
    Arena *arena = s->b.arena;
    uint32_t count = s->managed->param_count;
    s->params = ARENA_ARRAY(arena, Marshal, count);
    s->natives = ARENA_ARRAY(arena, uint32_t, count);
    s->values = ARENA_ARRAY(arena, uint32_t, count);
    s->extras = ARENA_ARRAY(arena, uint32_t, count);
    s->created = ARENA_ARRAY(arena, uint32_t, count);
    s->passed = ARENA_ARRAY(arena, uint32_t, count);
    for (uint32_t i = 0; i < count; i++) {
        s->params[i] = marshal_parameter(s->b.il, s->scope, s->def, i + 1, s->managed->params[i]);
        parameter_locals(s, i);
    }
    s->result = marshal_parameter(s->b.il, s->scope, s->def, 0, s->managed->return_type);
    result_locals(s);
}

/// What of the signature cannot be marshalled; NULL if nothing.
static const char *unsupported(Stub *s) {
    const Signature *signature = s->managed;
    Arena *arena = s->b.il->program;
    if (s->result.kind == MARSHAL_Unsupported)
        return arena_format(arena, "P/Invoke result of type '%.*s' cannot be marshalled",
                            TEXT_ARG(type_display(s->b.ts, signature->return_type, arena)));
    for (uint32_t i = 0; i < signature->param_count; i++)
        if (s->params[i].kind == MARSHAL_Unsupported)
            return arena_format(arena, "P/Invoke parameter %u of type '%.*s' cannot be marshalled", i + 1,
                                TEXT_ARG(type_display(s->b.ts, signature->params[i], arena)));
    return NULL;
}

Code *marshal_directive(Il *il, const Method *method, Arena *arena) {
    enum { STRING_MarshalDirectiveGeneric = 22 }; // Internal.TypeSystem.ExceptionStringID
    Builder b = code_builder_start(il, method, arena);
    build_integer(&b, OP_ldc_i4, STRING_MarshalDirectiveGeneric);
    build_method(&b, OP_call, well_known_method(il->ts, WELL_KNOWN_METHOD_ThrowMarshalDirectiveException));
    build(&b, OP_unreachable);
    return code_builder_finish(&b);
}

// ---- P/Invokes ----------------------------------------------------------------------------------

enum { PINVOKE_CharSetMask = 6, PINVOKE_Unicode = 4, PINVOKE_SetLastError = 0x40, IMPL_PreserveSig = 0x80 };

static MarshalScope import_scope(const Method *method, const PInvokeImport *import) {
    Module *module = method->def->owner->module;
    return (MarshalScope){.module = module,
                          .unicode = (import->flags & PINVOKE_CharSetMask) == PINVOKE_Unicode,
                          .disabled = module->runtime_marshalling_disabled};
}

bool pinvoke_needs_stub(Il *il, const Method *method) {
    PInvokeImport import;
    if (!method_pinvoke_import(method->def, &import))
        return false;
    bool preserve_sig = (method->def->impl_flags & IMPL_PreserveSig) != 0; // II.23.1.11
    if ((import.flags & PINVOKE_SetLastError) || !preserve_sig)
        return true;
    const Signature *signature = method->signature;
    MarshalScope scope = import_scope(method, &import);
    for (uint32_t i = 0; i <= signature->param_count; i++) {
        Type *type = i ? signature->params[i - 1] : signature->return_type;
        Marshal m = marshal_parameter(il, scope, method->def, i, type);
        if (!marshal_is_plain(&m))
            return true;
    }
    return false;
}

static Code *plain_code(Il *il, const Method *method, Arena *arena) {
    Builder b = code_builder_start(il, method, arena);
    for (uint32_t i = 0; i < b.code->arg_count; i++)
        build_index(&b, OP_ldarg, i);
    build_method(&b, OP_native_call, method);
    build(&b, OP_ret);
    return code_builder_finish(&b);
}

Code *synth_pinvoke(Il *il, const Method *method, Arena *arena) {
    PInvokeImport import;
    if (!method_pinvoke_import(method->def, &import) || !pinvoke_needs_stub(il, method))
        return plain_code(il, method, arena);
    Stub s = {.b = code_builder_start(il, method, arena),
              .managed = method->signature,
              .def = method->def,
              .import = method,
              .scope = import_scope(method, &import),
              .set_last_error = (import.flags & PINVOKE_SetLastError) != 0,
              .preserve_sig = (method->def->impl_flags & IMPL_PreserveSig) != 0};
    choose_kinds(&s);
    const char *why = unsupported(&s);
    if (!why)
        return stub_code(&s, 0);
    report_unsupported(il, method, why);
    return marshal_directive(il, method, arena);
}

// ---- Function pointers --------------------------------------------------------------------------

/// Invoke of a delegate that wraps a function pointer; `this` is the wrapper.
Code *synth_forward_delegate(Il *il, const Method *method, Arena *arena) {
    const Method *invoke = method->synthetic_method;
    Stub s = {.b = code_builder_start(il, method, arena),
              .managed = invoke->signature,
              .def = invoke->def,
              .this_count = 1,
              .scope = delegate_scope(invoke->owner),
              .set_last_error = delegate_sets_last_error(invoke->owner),
              .preserve_sig = true};
    choose_kinds(&s);
    if (unsupported(&s))
        return marshal_directive(il, method, arena);
    uint32_t function = code_builder_local(&s.b, il->native_int);
    build_index(&s.b, OP_ldarg, 0);
    build_method(&s.b, OP_call, well_known_method(il->ts, WELL_KNOWN_METHOD_WrapperGetPointer));
    build_index(&s.b, OP_stloc, function);
    return stub_code(&s, function);
}

static MarshalScope module_scope(Module *module) {
    return (MarshalScope){.module = module, .disabled = module->runtime_marshalling_disabled};
}

const Method *native_calli_stub(Il *il, Module *module, const Signature *signature) {
    bool converts = false;
    uint32_t count = signature->param_count;
    for (uint32_t i = 0; i <= count && !converts; i++) {
        Type *type = i ? signature->params[i - 1] : signature->return_type;
        Marshal m = marshal_parameter(il, module_scope(module), NULL, i, type);
        converts = !marshal_is_plain(&m);
    }
    if (!converts)
        return NULL;
    Type **params = ARENA_ARRAY(il->program, Type *, count + 1);
    Signature stub = {.return_type = signature->return_type,
                      .params = params,
                      .param_count = count + 1,
                      .suppress_gc_transition = signature->suppress_gc_transition};
    for (uint32_t i = 0; i < count; i++)
        params[i] = signature->params[i];
    params[count] = il->native_int;
    TypeDef *module_type = type_def_get(il->ts, module, 1); // <Module>
    return method_synthetic_typed(il->ts, SYNTHETIC_NativeCalli, type_from_def(il->ts, module_type), NULL,
                                  signature_make(il->ts, &stub));
}

Code *synth_native_calli(Il *il, const Method *method, Arena *arena) {
    Signature managed = *method->signature;
    managed.param_count--;
    Stub s = {.b = code_builder_start(il, method, arena),
              .managed = signature_make(il->ts, &managed),
              .scope = module_scope(method->owner->def->module),
              .preserve_sig = true};
    choose_kinds(&s);
    const char *why = unsupported(&s);
    if (why) {
        report_unsupported(il, method, why);
        return marshal_directive(il, method, arena);
    }
    uint32_t function = code_builder_local(&s.b, il->native_int);
    build_index(&s.b, OP_ldarg, managed.param_count);
    build_index(&s.b, OP_stloc, function);
    return stub_code(&s, function);
}
