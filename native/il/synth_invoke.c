// Thunks through which reflection calls methods (System.Reflection.DynamicInvokeInfo of CoreLib).
#include "il/internal.h"

enum { ARGUMENT_Function, ARGUMENT_This, ARGUMENT_Result, ARGUMENT_Values };
enum { VALUE_ADDRESS_SIZE = 8 };

/// `values` is an array of addresses: of the value, of a variable that holds the reference, or what a byref
/// refers to.
static void load_value(Builder *b, uint32_t index, Type *type) {
    build_index(b, OP_ldarg, ARGUMENT_Values);
    if (index) {
        build_integer(b, OP_ldc_i4, (int64_t)index * VALUE_ADDRESS_SIZE);
        build(b, OP_add);
    }
    build(b, OP_ldind_i);
    if (type->kind != TYPE_ByRef)
        build_type(b, OP_ldobj, type);
}

static const Signature *call_signature(Builder *b, const Signature *shape, bool has_this) {
    Type **params = ARENA_ARRAY(b->arena, Type *, (size_t)shape->param_count + 1);
    if (has_this)
        params[0] = b->il->object;
    for (uint32_t i = 0; i < shape->param_count; i++)
        params[i + has_this] = shape->params[i];
    return signature_make(b->ts, &(Signature){.return_type = shape->return_type,
                                              .params = params,
                                              .param_count = shape->param_count + has_this});
}

/// Structs come as their box: the function is then their unboxing stub. The result is the byref that the
/// method returned, or where the value was stored.
Code *synth_dynamic_invoke(Il *il, const Method *method, Arena *arena) {
    Builder b = code_builder_start(il, method, arena);
    const Signature *shape = method->args[0]->signature;
    bool has_this = method->arg_count > 1;
    bool is_void = shape->return_type == il->void_type;
    bool by_ref = shape->return_type->kind == TYPE_ByRef;
    if (!is_void && !by_ref)
        build_index(&b, OP_ldarg, ARGUMENT_Result);
    if (has_this) {
        build_index(&b, OP_ldarg, ARGUMENT_This);
        build_type(&b, OP_ldobj, il->object);
    }
    for (uint32_t i = 0; i < shape->param_count; i++)
        load_value(&b, i, shape->params[i]);
    build_index(&b, OP_ldarg, ARGUMENT_Function);
    build_signature(&b, OP_calli, call_signature(&b, shape, has_this));
    if (!is_void && !by_ref)
        build_type(&b, OP_stobj, shape->return_type);
    if (!by_ref)
        build_index(&b, OP_ldarg, ARGUMENT_Result);
    build(&b, OP_ret);
    return code_builder_finish(&b);
}
