#include "lower/lowering.h"

// ---- Emitting calls -----------------------------------------------------------------------------

LLVMValueRef emit_call(Lowering *l, LLVMTypeRef type, LLVMValueRef function, LLVMValueRef *args,
                       uint32_t count) {
    LLVMBasicBlockRef pad = eh_landing_pad(l);
    if (!pad)
        return LLVMBuildCall2(l->builder, type, function, args, count, "");
    LLVMBasicBlockRef rest = block_append(l);
    LLVMValueRef call = LLVMBuildInvoke2(l->builder, type, function, args, count, rest, pad, "");
    block_begin(l, rest);
    return call;
}

LLVMValueRef emit_call_nounwind(Lowering *l, LLVMTypeRef type, LLVMValueRef function, LLVMValueRef *args,
                                uint32_t count) {
    LLVMValueRef call = LLVMBuildCall2(l->builder, type, function, args, count, "");
    LLVMAddCallSiteAttribute(call, FUNCTION_ATTRIBUTES,
                             LLVMCreateEnumAttribute(l->u->context, l->u->kinds.nounwind, 0));
    return call;
}

LLVMValueRef call_runtime(Lowering *l, const char *name, LLVMTypeRef result, LLVMValueRef *args,
                          LLVMTypeRef *types, uint32_t count, bool may_throw) {
    LLVMTypeRef type = LLVMFunctionType(result, types, count, false);
    LLVMValueRef function = external_function(l->u, name, type);
    return may_throw ? emit_call(l, type, function, args, count)
                     : emit_call_nounwind(l, type, function, args, count);
}

// ---- Calls with operand stack values ------------------------------------------------------------

static LLVMValueRef load_piece(Lowering *l, const AbiValue *abi, LLVMValueRef memory, uint32_t piece) {
    LLVMValueRef load =
        LLVMBuildLoad2(l->builder, abi->pieces[piece], gep_bytes(l, memory, abi->offsets[piece]), "");
    LLVMSetAlignment(load, abi->storage.alignment);
    return load;
}

static void store_piece(Lowering *l, const AbiValue *abi, LLVMValueRef memory, uint32_t piece,
                        LLVMValueRef value) {
    LLVMValueRef store = LLVMBuildStore(l->builder, value, gep_bytes(l, memory, abi->offsets[piece]));
    LLVMSetAlignment(store, abi->storage.alignment);
}

static uint32_t lay_out_argument(Lowering *l, const AbiValue *abi, Value value, LLVMValueRef *out) {
    switch (abi->kind) {
    case ABI_None: return 0;
    case ABI_Scalar: out[0] = value_for_storage(l, value, &abi->storage); return 1;
    case ABI_Pieces:
    case ABI_Memory: // the operand is a private copy, which the callee may change
    case ABI_ByVal: break;
    }
    if (value.kind != STACK_Value) {
        lower_internal(l, "a struct is passed from an operand that is none");
        out[0] = out[1] = LLVMGetUndef(l->u->i64);
        return abi->kind == ABI_Pieces ? abi->piece_count : 1;
    }
    if (abi->kind != ABI_Pieces) {
        out[0] = value.ref;
        return 1;
    }
    for (uint32_t i = 0; i < abi->piece_count; i++)
        out[i] = load_piece(l, abi, value.ref, i);
    return abi->piece_count;
}

void call_push_result(Lowering *l, const AbiSignature *abi, Type *type, LLVMValueRef result,
                      LLVMValueRef memory) {
    const Storage *storage = &abi->result.storage;
    Value value = {.kind = storage->kind, .type = type};
    switch (abi->result.kind) {
    case ABI_None: return;
    case ABI_Scalar:
        value.ref = result;
        if (storage->kind == STACK_Int32 && storage->size < 4)
            value.ref = storage->is_signed ? LLVMBuildSExt(l->builder, result, l->u->i32, "")
                                           : LLVMBuildZExt(l->builder, result, l->u->i32, "");
        if (storage->kind == STACK_ByRef) {
            value.type = type->element;
            value.facts = refs_are_trusted(l) ? FACT_NonNull : 0;
        }
        break;
    case ABI_Pieces:
        value.ref = temp_struct(l, type);
        for (uint32_t i = 0; i < abi->result.piece_count; i++)
            store_piece(l, &abi->result, value.ref, i,
                        abi->result.piece_count == 1 ? result
                                                     : LLVMBuildExtractValue(l->builder, result, i, ""));
        break;
    case ABI_Memory:
    case ABI_ByVal: value.ref = memory; break;
    }
    stack_push(l, value);
}

uint32_t call_lay_out(Lowering *l, const AbiSignature *abi, Value *args, Type *result_type,
                      LLVMValueRef **values, LLVMValueRef *memory) {
    *values = ARENA_ARRAY(l->scratch, LLVMValueRef, 2 * abi->param_count + 3); // with a context
    uint32_t count = 0;
    *memory = abi->has_result_buffer ? temp_struct(l, result_type) : NULL;
    if (*memory)
        (*values)[count++] = *memory;
    for (uint32_t i = 0; i < abi->param_count; i++)
        count += lay_out_argument(l, &abi->params[i], args[i], *values + count);
    return count;
}

void call_values(Lowering *l, const AbiSignature *abi, LLVMTypeRef type, LLVMValueRef function, Value *args,
                 Type *result_type, LLVMValueRef *raw_result) {
    LLVMValueRef *values, memory;
    uint32_t count = call_lay_out(l, abi, args, result_type, &values, &memory);
    if (l->failed)
        return;
    LLVMValueRef call = emit_call(l, type, function, values, count);
    abi_annotate_call(l->u, abi, call);
    if (raw_result)
        *raw_result = call;
    call_push_result(l, abi, result_type, call, memory);
}

/// Of a body that serves several instances: the dictionary goes last.
static void call_with_context(Lowering *l, const Callee *callee, LLVMValueRef dictionary, Value *args,
                              Type *result_type) {
    LLVMValueRef *values, memory;
    uint32_t count = call_lay_out(l, &callee->abi, args, result_type, &values, &memory);
    if (l->failed)
        return;
    values[count++] = dictionary;
    LLVMValueRef call = emit_call(l, callee->type, callee->function, values, count);
    abi_annotate_call(l->u, &callee->abi, call);
    context_annotate_call(l->u, callee->type, call);
    call_push_result(l, &callee->abi, result_type, call, memory);
}

void call_method(Lowering *l, const Method *method, Value *args) {
    Callee callee;
    if (!method_callee(l->u, l->scratch, method, &callee)) {
        l->failed = true;
        return;
    }
    Type *result_type = method->signature->return_type;
    LLVMValueRef dictionary = l->calls_are_plain ? NULL : context_callee(l->u, method, &callee);
    if (dictionary)
        call_with_context(l, &callee, dictionary, args, result_type);
    else
        call_values(l, &callee.abi, callee.type, callee.function, args, result_type, NULL);
}

static uint32_t argument_count(const Signature *signature) {
    return signature->param_count + (signature->has_this && !signature->explicit_this);
}

static bool has_this(const Method *method) {
    return method->signature->has_this && !method->signature->explicit_this;
}

/// What the call would have pushed, in code that cannot run.
static void push_undefined(Lowering *l, Type *type) {
    Storage storage = storage_of(l->u, type);
    if (storage.is_void)
        return;
    Value value = {.kind = storage.kind, .type = type, .facts = FACT_NonNull};
    value.ref =
        storage.kind == STACK_Value ? temp_struct(l, type) : LLVMGetUndef(stack_type(l->u, storage.kind));
    stack_push(l, value);
}

/// An instance that the limit on generic recursion cut off: the code that needs it throws (IL3054).
static bool throw_if_cut_off(Lowering *l, const Method *method) {
    if (reach_instance_allowed(l->u->reach, method))
        return false;
    static const Failure failure = {.kind = FAILURE_TypeLoad};
    throw_failure(l, &failure);
    block_begin(l, block_append(l));
    push_undefined(l, method->signature->return_type);
    return true;
}

static void call_with_plan(Lowering *l, const Method *method, CallPlan plan, Value *args);

// ---- call, callvirt -----------------------------------------------------------------------------

void op_call(Lowering *l) {
    const Method *method = l->in->method;
    if (l->in->type2 && method->signature->has_this) {
        op_callvirt(l);
        return;
    }
    if (l->in->type2) { // static virtual: the implementation for the exact type
        Method *target = NULL;
        switch (type_resolve_constrained(l->u->ts, l->in->type2, (Method *)method, &target)) {
        case RESOLVE_Class:
        case RESOLVE_Default: method = target; break;
        case RESOLVE_None:
        case RESOLVE_Ambiguous:
        case RESOLVE_Reabstracted: break;
        }
    }
    Value *args = stack_pop_many(l, argument_count(method->signature));
    if (throw_if_cut_off(l, method))
        return;
    // Callees of reference types rely on `this` (body.c): the test stands here.
    if (has_this(method) && args[0].kind == STACK_Object)
        check_null(l, args[0]);
    if (has_this(method))
        call_with_plan(l, method, (CallPlan){.kind = CALL_Direct, .target = method}, args);
    else
        call_method(l, method, args);
}

LLVMValueRef virtual_target(Lowering *l, CallPlan plan, LLVMValueRef object) {
    switch (plan.kind) {
    case CALL_Slot: {
        LLVMValueRef table = load_method_table(l, object);
        return load_invariant(l, l->u->ptr, gep_bytes(l, table, VTABLE_OFFSET + 8 * (uint64_t)plan.index));
    }
    case CALL_Selector: {
        // Row displacement: [selector + row of the type], the row in the hidden slot of the MethodTable.
        LLVMValueRef table = load_method_table(l, object);
        LLVMValueRef row = load_invariant(l, l->u->i32, gep_bytes(l, table, HIDDEN_SLOT_OFFSET));
        LLVMValueRef selector = external_data(l->u, reach_selector_symbol(l->u->reach, plan.index).data);
        return load_invariant(l, l->u->ptr,
                              gep_dynamic(l, selector, LLVMBuildZExt(l->builder, row, l->u->i64, "")));
    }
    case CALL_Generic: {
        LLVMValueRef args[2] = {object, entity_symbol(l->u, SYMBOL_MethodHandle, plan.target)};
        LLVMTypeRef types[2] = {l->u->ptr, l->u->ptr};
        return call_runtime(l, "tailor_resolve_generic", l->u->ptr, args, types, 2, true);
    }
    case CALL_Ambiguous: {
        LLVMValueRef args[3] = {object, method_table(l->u, plan.interface),
                                external_data(l->u, reach_selector_symbol(l->u->reach, plan.index).data)};
        LLVMTypeRef types[3] = {l->u->ptr, l->u->ptr, l->u->ptr};
        return call_runtime(l, "tailor_resolve_ambiguous", l->u->ptr, args, types, 3, false);
    }
    case CALL_Direct: {
        LLVMValueRef address = method_address(l->u, plan.target);
        if (address)
            return address;
        l->failed = true;
        break;
    }
    case CALL_Never: break;
    }
    return LLVMGetUndef(l->u->ptr);
}

/// `args[0]` is an object, tested for null.
static void call_with_plan(Lowering *l, const Method *method, CallPlan plan, Value *args) {
    if (plan.kind == CALL_Direct && reach_never_called(l->u->reach, plan.target))
        plan.kind = CALL_Never;
    if (plan.kind == CALL_Never) { // no instance exists, so the test for null has thrown
        lower_unreachable(l);
        block_begin(l, block_append(l));
        push_undefined(l, method->signature->return_type);
        return;
    }
    if (plan.kind == CALL_Direct) {
        if (throw_if_cut_off(l, plan.target))
            return;
        // No need to go through the stub, unless it brings the context along.
        if (plan.target->synthetic == SYNTHETIC_UnboxingStub && !method_has_placeholder(plan.target)) {
            args[0] = (Value){.kind = STACK_ByRef,
                              .facts = FACT_NonNull | FACT_Heap,
                              .ref = gep_bytes(l, value_pointer(l, args[0]), 8)};
            call_method(l, plan.target->synthetic_method, args);
        } else {
            call_method(l, plan.target, args);
        }
        return;
    }
    AbiSignature abi = abi_signature(l->u, l->scratch, method->signature, true, false);
    LLVMValueRef target = virtual_target(l, plan, value_pointer(l, args[0]));
    if (plan.kind == CALL_Ambiguous &&
        !l->failed) { // objects that are asked for their implementation want to know of which
        Callee callee = {.function = target, .type = type_with_context(l->u, abi.type), .abi = abi};
        call_with_context(l, &callee, method_table(l->u, plan.interface), args,
                          method->signature->return_type);
        return;
    }
    call_values(l, &abi, abi.type, target, args, method->signature->return_type, NULL);
}

/// `constrained. T callvirt` (III.2.1). args[0] is the address of a T.
static void call_constrained(Lowering *l, const Method *method, Type *type, Value *args) {
    if (!type->is_value_type) {
        Access access = access_through(l, args[0]);
        access.prefixes = 0;
        args[0] = load_value_at(l, type, access);
        check_null(l, args[0]);
        const Type *receiver = l->in->receiver ? l->in->receiver : type;
        bool is_virtual = method->def && method->def->is_virtual && !l->in->is_direct;
        CallPlan plan = is_virtual ? reach_call_plan(l->u->reach, method, receiver, l->in->receiver_exact)
                                   : (CallPlan){.kind = CALL_Direct, .target = method};
        call_with_plan(l, method, plan, args);
        return;
    }
    Method *target = NULL;
    ResolveKind kind = type_resolve_constrained(l->u->ts, type, (Method *)method, &target);
    if (kind == RESOLVE_Class && target->owner->is_value_type) {
        if (!throw_if_cut_off(l, target))
            call_method(l, target, args);
        return;
    }
    // Not overridden by the struct (Object's, Enum's, a default interface method): a boxed copy is the
    // receiver.
    Access access = access_through(l, args[0]);
    access.prefixes = 0;
    LLVMValueRef box = emit_box(l, type, load_value_at(l, type, access));
    args[0] = (Value){.kind = STACK_Object, .type = type, .ref = box, .facts = FACT_NonNull | FACT_Exact};
    if (type->def->is_nullable) // its box may be null
        check_null_pointer(l, box);
    bool is_virtual = method->def && method->def->is_virtual && !l->in->is_direct;
    CallPlan plan = is_virtual ? reach_call_plan(l->u->reach, method, type, l->in->receiver_exact)
                               : (CallPlan){.kind = CALL_Direct, .target = method};
    call_with_plan(l, method, plan, args);
}

void op_callvirt(Lowering *l) {
    const Method *method = l->in->method;
    Value *args = stack_pop_many(l, argument_count(method->signature));
    if (l->in->type2) {
        call_constrained(l, method, l->in->type2, args);
        return;
    }
    check_null(l, args[0]);
    args[0].facts |= FACT_NonNull;
    bool is_virtual = method->def && method->def->is_virtual && !l->in->is_direct;
    CallPlan plan = is_virtual ? reach_call_plan(l->u->reach, method, l->in->receiver, l->in->receiver_exact)
                               : (CallPlan){.kind = CALL_Direct, .target = method};
    call_with_plan(l, method, plan, args);
}

// ---- Indirect calls -----------------------------------------------------------------------------

void op_calli(Lowering *l) {
    const Signature *signature = l->in->signature;
    LLVMValueRef target = value_pointer(l, stack_pop(l));
    bool instance = signature->has_this && !signature->explicit_this;
    Value *args = stack_pop_many(l, argument_count(signature));
    AbiSignature abi = abi_signature(l->u, l->scratch, signature, instance, false);
    call_values(l, &abi, abi.type, target, args, signature->return_type, NULL);
}

void op_invoke_delegate(Lowering *l) {
    enum {
        FIRST_PARAMETER_OFFSET = 8,
        FUNCTION_POINTER_OFFSET = 32
    }; // System.Delegate (corelib-contract 7.1)
    const Signature *signature = l->in->method->signature;
    Value *args = stack_pop_many(l, argument_count(signature));
    check_null(l, args[0]);
    LLVMValueRef delegate = value_pointer(l, args[0]);
    LLVMValueRef target =
        LLVMBuildLoad2(l->builder, l->u->ptr, gep_bytes(l, delegate, FUNCTION_POINTER_OFFSET), "");
    LLVMValueRef first =
        LLVMBuildLoad2(l->builder, l->u->ptr, gep_bytes(l, delegate, FIRST_PARAMETER_OFFSET), "");
    args[0] = (Value){.kind = STACK_Object, .ref = first, .facts = FACT_NonNull};
    AbiSignature abi = abi_signature(l->u, l->scratch, signature, true, false);
    call_values(l, &abi, abi.type, target, args, signature->return_type, NULL);
}

CallPlan function_plan(Lowering *l, const Method *method) {
    if (method->def && method->def->is_virtual && !l->in->is_direct)
        return reach_call_plan(l->u->reach, method, l->in->receiver, l->in->receiver_exact);
    return (CallPlan){.kind = CALL_Direct, .target = box_entry(l, method)};
}

void op_function_pointer(Lowering *l) {
    const Method *method = l->in->method;
    LLVMValueRef address;
    if (l->in->op == OP_ldvirtftn) {
        Value object = stack_pop(l);
        check_null(l, object);
        CallPlan plan = function_plan(l, method);
        address = plan.kind == CALL_Never ? LLVMConstNull(l->u->ptr)
                                          : virtual_target(l, plan, value_pointer(l, object));
    } else {
        if (l->in->type2 && !method->signature->has_this) { // constrained. static virtual
            Method *target = NULL;
            ResolveKind kind = type_resolve_constrained(l->u->ts, l->in->type2, (Method *)method, &target);
            if (kind == RESOLVE_Class || kind == RESOLVE_Default)
                method = target;
        }
        address = method_address(l->u, method);
    }
    if (!address) {
        l->failed = true;
        return;
    }
    stack_push_scalar(l, STACK_NativeInt, address);
}

void op_jmp(Lowering *l) {
    uint32_t count = l->body->arg_count;
    Value *args = ARENA_ARRAY(l->scratch, Value, count + 1);
    for (uint32_t i = 0; i < count; i++)
        args[i] =
            load_value_at(l, l->args[i].type, (Access){.address = l->args[i].address, .facts = FACT_Stack});
    call_method(l, l->in->method, args);
    op_return(l);
}

// ---- Returning ----------------------------------------------------------------------------------

void op_return(Lowering *l) {
    const AbiValue *result = &l->abi.result;
    if (l->reverse_frame)
        reverse_leave(l);
    if (result->kind == ABI_None) {
        LLVMBuildRetVoid(l->builder);
        l->terminated = true;
        return;
    }
    Value value = stack_pop(l);
    if ((result->kind != ABI_Scalar) != (value.kind == STACK_Value)) {
        lower_internal(l, "the operand returned does not fit the return type");
        return;
    }
    switch (result->kind) {
    case ABI_None: break;
    case ABI_Scalar: LLVMBuildRet(l->builder, value_for_storage(l, value, &result->storage)); break;
    case ABI_Pieces: {
        LLVMValueRef pieces[2];
        for (uint32_t i = 0; i < result->piece_count; i++)
            pieces[i] = load_piece(l, result, value.ref, i);
        if (result->piece_count == 1)
            LLVMBuildRet(l->builder, pieces[0]);
        else
            LLVMBuildAggregateRet(l->builder, pieces, result->piece_count);
        break;
    }
    case ABI_Memory:
    case ABI_ByVal: // the buffer lies on the stack: no barriers
        copy_bytes(l, l->result_buffer, value.ref, result->storage.size, result->storage.alignment);
        LLVMBuildRetVoid(l->builder);
        break;
    }
    l->terminated = true;
}
