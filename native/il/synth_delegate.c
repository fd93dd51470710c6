// Delegate thunks (corelib-contract 7.1): instance methods of the delegate type that Delegate.Initialize*
// puts in _functionPointer, and the GetThunk override that hands out their addresses.
#include "il/internal.h"

/// Fields of System.Delegate by name.
static const Field *delegate_field(Il *il, const char *name) {
    return type_find_field(il->ts, well_known_type(il->ts, WELL_KNOWN_TYPE_Delegate), name);
}

static void load_field(Builder *b, const char *name) {
    build_index(b, OP_ldarg, 0);
    build_field(b, OP_ldfld, delegate_field(b->il, name));
}

static void load_arguments(Builder *b, uint32_t first) {
    for (uint32_t i = first; i < b->code->arg_count; i++)
        build_index(b, OP_ldarg, i);
}

/// `Invoke`'s signature as a plain function, with `leading` (or nothing) in front.
static const Signature *target_signature(Builder *b, Type *leading) {
    const Signature *invoke = b->code->method->signature;
    Signature prototype = {.return_type = invoke->return_type,
                           .param_count = invoke->param_count + (leading ? 1 : 0)};
    Type **params = ARENA_ARRAY(b->arena, Type *, prototype.param_count);
    if (leading)
        params[0] = leading;
    for (uint32_t i = 0; i < invoke->param_count; i++)
        params[i + (leading ? 1 : 0)] = invoke->params[i];
    prototype.params = params;
    return signature_make(b->ts, &prototype);
}

static void finish(Builder *b) {
    build(b, OP_ret);
}

static void invoke_body(Builder *b, const Method *invoke) {
    load_arguments(b, 0);
    build_method(b, OP_invoke_delegate, invoke);
    finish(b);
}

/// Calls every delegate of the list in _helperObject; the last result is the result.
static void multicast_body(Builder *b, const Method *invoke) {
    Type *wrapper = well_known_type(b->ts, WELL_KNOWN_TYPE_DelegateWrapper);
    bool is_void = invoke->signature->return_type == b->il->void_type;
    uint32_t list = code_builder_local(b, type_sz_array(b->ts, wrapper)),
             count = code_builder_local(b, b->il->int32);
    uint32_t index = code_builder_local(b, b->il->int32),
             result = is_void ? 0 : code_builder_local(b, invoke->signature->return_type);
    uint32_t again = code_builder_new_label(b);
    load_field(b, "_helperObject");
    build_type(b, OP_castclass, type_sz_array(b->ts, wrapper));
    build_index(b, OP_stloc, list);
    load_field(b, "_extraFunctionPointerOrData");
    build(b, OP_conv_i4);
    build_index(b, OP_stloc, count);
    code_builder_mark(b, again);
    build_index(b, OP_ldloc, list);
    build_index(b, OP_ldloc, index);
    build_type(b, OP_ldelema, wrapper);
    build_field(b, OP_ldfld, type_find_field(b->ts, wrapper, "Value"));
    load_arguments(b, 1);
    build_method(b, OP_invoke_delegate, invoke);
    if (!is_void)
        build_index(b, OP_stloc, result);
    build_index(b, OP_ldloc, index);
    build_integer(b, OP_ldc_i4, 1);
    build(b, OP_add);
    build_index(b, OP_stloc, index);
    build_index(b, OP_ldloc, index);
    build_index(b, OP_ldloc, count);
    build_branch(b, OP_blt, again);
    if (!is_void)
        build_index(b, OP_ldloc, result);
    finish(b);
}

static void closed_static_body(Builder *b) {
    load_field(b, "_helperObject");
    load_arguments(b, 1);
    load_field(b, "_extraFunctionPointerOrData");
    build_signature(b, OP_calli, target_signature(b, b->il->object));
    finish(b);
}

static void open_static_body(Builder *b) {
    load_arguments(b, 1);
    load_field(b, "_extraFunctionPointerOrData");
    build_signature(b, OP_calli, target_signature(b, NULL));
    finish(b);
}

/// The first argument is the target's `this`; the code of a struct's method does not depend on it.
static void open_instance_body(Builder *b) {
    load_arguments(b, 1);
    build_index(b, OP_ldarg, 0);
    if (b->code->args[1]->kind == TYPE_ByRef)
        build(b, OP_ldnull);
    else
        build_index(b, OP_ldarg, 1);
    build_method(b, OP_call, well_known_method(b->ts, WELL_KNOWN_METHOD_GetActualTargetFunctionPointer));
    build_signature(b, OP_calli, target_signature(b, NULL));
    finish(b);
}

/// Values that a box can hold.
static bool is_boxable(const Type *type) {
    if (type->kind == TYPE_ByRef)
        type = type->element;
    bool is_pointer =
        type->kind == TYPE_Pointer || type->kind == TYPE_FunctionPointer || type->kind == TYPE_ByRef;
    return !is_pointer && !(type->kind == TYPE_Named && type->def->is_byref_like);
}

static bool has_object_array(const Method *invoke) {
    const Signature *signature = invoke->signature;
    for (uint32_t i = 0; i < signature->param_count; i++)
        if (!is_boxable(signature->params[i]))
            return false;
    return is_boxable(signature->return_type) && signature->return_type->kind != TYPE_ByRef;
}

static void store_object(Builder *b, uint32_t array, uint32_t index, Type *type) {
    bool by_ref = type->kind == TYPE_ByRef;
    build_index(b, OP_ldloc, array);
    build_integer(b, OP_ldc_i4, index);
    build_index(b, OP_ldarg, index + 1);
    if (by_ref)
        build_type(b, OP_ldobj, type->element);
    build_type(b, OP_box, by_ref ? type->element : type);
    build_type(b, OP_stelem, b->il->object);
}

/// What the function left in the array goes back through a byref.
static void load_object(Builder *b, uint32_t array, uint32_t index, Type *type) {
    build_index(b, OP_ldarg, index + 1);
    build_index(b, OP_ldloc, array);
    build_integer(b, OP_ldc_i4, index);
    build_type(b, OP_ldelem, b->il->object);
    build_type(b, OP_unbox_any, type->element);
    build_type(b, OP_stobj, type->element);
}

static bool has_byref(const Signature *signature) {
    for (uint32_t i = 0; i < signature->param_count; i++)
        if (signature->params[i]->kind == TYPE_ByRef)
            return true;
    return false;
}

/// What lies behind references changes even if the function throws.
static void copy_back(Builder *b, const Signature *signature, uint32_t array, uint32_t start) {
    uint32_t handler = code_builder_new_label(b), end = code_builder_new_label(b);
    build_branch(b, OP_leave, end);
    code_builder_mark(b, handler);
    for (uint32_t i = 0; i < signature->param_count; i++)
        if (signature->params[i]->kind == TYPE_ByRef)
            load_object(b, array, i, signature->params[i]);
    build(b, OP_endfinally);
    code_builder_region(b, EH_Finally, start, handler, end, NULL);
    code_builder_mark(b, end);
}

/// _helperObject is a Func<object[], object> that gets all arguments boxed.
static void object_array_body(Builder *b, const Method *invoke) {
    const Signature *signature = invoke->signature;
    Type *objects = type_sz_array(b->ts, b->il->object), *args[] = {objects, b->il->object};
    Failure failure = {0};
    const TypeDef *func_def = well_known_type(b->ts, WELL_KNOWN_TYPE_FuncOfT)->def;
    Type *func = type_instantiate(b->ts, func_def, args, 2, &failure);
    uint32_t array = code_builder_local(b, objects), result = code_builder_local(b, b->il->object);
    build_integer(b, OP_ldc_i4, signature->param_count);
    build_type(b, OP_newarr, b->il->object);
    build_index(b, OP_stloc, array);
    for (uint32_t i = 0; i < signature->param_count; i++)
        store_object(b, array, i, signature->params[i]);
    uint32_t start = code_builder_new_label(b);
    code_builder_mark(b, start);
    load_field(b, "_helperObject");
    build_type(b, OP_castclass, func);
    build_index(b, OP_ldloc, array);
    build_method(b, OP_invoke_delegate, type_find_method(b->ts, func, "Invoke", NULL));
    build_index(b, OP_stloc, result);
    if (has_byref(signature))
        copy_back(b, signature, array, start);
    if (signature->return_type != b->il->void_type) {
        build_index(b, OP_ldloc, result);
        build_type(b, OP_unbox_any, signature->return_type);
    }
    finish(b);
}

static bool has_open_instance(const Method *invoke) {
    if (!invoke->signature->param_count)
        return false;
    const Type *first = invoke->signature->params[0];
    return type_is_reference(first) || (first->kind == TYPE_ByRef && first->element->is_value_type);
}

static void get_thunk_body(Builder *b, const Method *invoke) {
    static const MethodSynthetic thunks[] = {SYNTHETIC_DelegateMulticast,    SYNTHETIC_DelegateClosedStatic,
                                             SYNTHETIC_DelegateOpenStatic,   SYNTHETIC_None,
                                             SYNTHETIC_DelegateOpenInstance, SYNTHETIC_DelegateObjectArray};
    enum { THUNKS = sizeof thunks / sizeof *thunks };
    uint32_t labels[THUNKS], none = code_builder_new_label(b);
    for (uint32_t i = 0; i < THUNKS; i++) {
        bool absent = thunks[i] == SYNTHETIC_None ||
                      (thunks[i] == SYNTHETIC_DelegateOpenInstance && !has_open_instance(invoke)) ||
                      (thunks[i] == SYNTHETIC_DelegateObjectArray && !has_object_array(invoke));
        labels[i] = absent ? none : code_builder_new_label(b);
    }
    build_index(b, OP_ldarg, 1);
    build_switch(b, labels, THUNKS);
    code_builder_mark(b, none);
    build_integer(b, OP_ldc_i4, 0);
    build(b, OP_conv_i);
    finish(b);
    for (uint32_t i = 0; i < THUNKS; i++) {
        if (labels[i] == none)
            continue;
        code_builder_mark(b, labels[i]);
        build_method(b, OP_ldftn, method_synthetic(b->ts, thunks[i], b->code->method->owner, NULL));
        finish(b);
    }
}

Code *synth_delegate(Il *il, const Method *method, Arena *arena) {
    Builder b = code_builder_start(il, method, arena);
    const Method *invoke = type_find_method(il->ts, method->owner, "Invoke", NULL);
    if (!invoke)
        return NULL;
    if (method->synthetic == SYNTHETIC_DelegateGetThunk)
        get_thunk_body(&b, invoke);
    else if (method->synthetic == SYNTHETIC_DelegateMulticast)
        multicast_body(&b, invoke);
    else if (method->synthetic == SYNTHETIC_DelegateClosedStatic)
        closed_static_body(&b);
    else if (method->synthetic == SYNTHETIC_DelegateOpenStatic)
        open_static_body(&b);
    else if (method->synthetic == SYNTHETIC_DelegateOpenInstance)
        open_instance_body(&b);
    else if (method->synthetic == SYNTHETIC_DelegateObjectArray)
        object_array_body(&b, invoke);
    else
        invoke_body(&b, invoke);
    return code_builder_finish(&b);
}
