#include "lower/lowering.h"

// Creation of delegates (corelib-contract 7.1): the object, then one of the private initialisers of
// System.Delegate.

static LLVMValueRef as_native_int(Lowering *l, LLVMValueRef address) {
    return LLVMConstPtrToInt(address, l->u->i64);
}

static void initialize(Lowering *l, WellKnownMethod helper, LLVMValueRef delegate, LLVMValueRef first,
                       LLVMValueRef function, LLVMValueRef thunk) {
    LLVMValueRef args[4] = {delegate, first, function, thunk};
    call_helper(l, helper, args, thunk ? 4 : 3);
}

static void new_static_delegate(Lowering *l, LLVMValueRef delegate, Value target) {
    const Method *method = l->in->method;
    const Method *invoke = type_find_method(l->u->ts, l->in->type2, "Invoke", NULL);
    bool is_open = !invoke || invoke->signature->param_count == method->signature->param_count;
    MethodSynthetic kind = is_open ? SYNTHETIC_DelegateOpenStatic : SYNTHETIC_DelegateClosedStatic;
    LLVMValueRef thunk = method_address(l->u, method_synthetic(l->u->ts, kind, l->in->type2, NULL));
    LLVMValueRef function = method_address(l->u, method);
    if (!thunk || !function) {
        l->failed = true;
        return;
    }
    initialize(l,
               is_open ? WELL_KNOWN_METHOD_InitializeOpenStaticThunk
                       : WELL_KNOWN_METHOD_InitializeClosedStaticThunk,
               delegate, is_open ? LLVMConstNull(l->u->ptr) : value_pointer(l, target),
               as_native_int(l, function), as_native_int(l, thunk));
}

const Method *box_entry(Lowering *l, const Method *method) {
    if (!method->owner->is_value_type || method->synthetic == SYNTHETIC_UnboxingStub)
        return method;
    return method_synthetic(l->u->ts, SYNTHETIC_UnboxingStub, method->owner, method);
}

static void new_virtual_delegate(Lowering *l, LLVMValueRef delegate, Value target) {
    const Method *method = l->in->method;
    CallPlan plan = function_plan(l, method);
    LLVMValueRef object = value_pointer(l, target);
    LLVMValueRef function =
        plan.kind == CALL_Never ? LLVMConstNull(l->u->ptr) : virtual_target(l, plan, object);
    if (l->failed)
        return;
    function = LLVMBuildPtrToInt(l->builder, function, l->u->i64, "");
    initialize(l, WELL_KNOWN_METHOD_InitializeClosedInstance, delegate, object, function, NULL);
}

void op_new_delegate(Lowering *l) {
    const Method *method = l->in->method;
    Value target = stack_pop(l);
    if (l->in->op == OP_new_delegate_virtual)
        check_null(l, target);
    LLVMValueRef delegate = allocate_object(l, l->in->type2);
    if (l->in->op == OP_new_delegate_virtual) {
        new_virtual_delegate(l, delegate, target);
    } else if (!method->signature->has_this) {
        new_static_delegate(l, delegate, target);
    } else {
        LLVMValueRef function = method_address(l->u, box_entry(l, method));
        if (!function) {
            l->failed = true;
            return;
        }
        initialize(l, WELL_KNOWN_METHOD_InitializeClosedInstance, delegate, value_pointer(l, target),
                   as_native_int(l, function), NULL);
    }
    stack_push_object(l, l->in->type2, delegate, FACT_NonNull | FACT_Exact);
}
