// Calls, object creation, function pointers, delegates (III.3.19, III.4.2, III.4.21): constrained.
// resolution, devirtualisation by exact and sealed receivers, folding, intrinsics, delegate patterns.
#include "il/marshal.h"

/// Entries a call pops.
static uint32_t argument_count(const Signature *signature) {
    return signature->param_count + (signature->has_this && !signature->explicit_this ? 1 : 0);
}

static bool is_delegate_invoke(const Method *method) {
    return method->synthetic == SYNTHETIC_None && method->def->owner->is_delegate &&
           method->def->is_runtime && text_equal_z(method->name, "Invoke");
}

static void push_result(Import *im, const Signature *signature) {
    if (!type_is_void(signature->return_type))
        push(im, value_of_type(im->il, signature->return_type));
}

static void pop_arguments(Import *im, const Signature *signature) {
    uint32_t count = argument_count(signature);
    if (im->depth < count) {
        import_invalid(im, "a call has too few arguments on the evaluation stack");
        return;
    }
    for (uint32_t i = signature->param_count; i-- > 0;)
        (void)pop_stored(im, signature->params[i]);
    im->depth -= count - signature->param_count;
}

/// The result of object.GetType: known for exact receivers (once the null test has passed), else only where
/// it comes from.
static void note_get_type(Import *im, const Value *object) {
    Value *result = &im->stack[im->depth - 1];
    result->non_null = true;
    result->known = KNOWN_GetType;
    if (object->kind != STACK_Object || !object->exact || !object->type)
        return;
    result->known = KNOWN_Type;
    result->known_type = object->type;
}

/// Pops, emits, pushes; nothing is left to fold.
static void finish_call(Import *im, Instruction in) {
    const Signature *signature =
        in.op == OP_native_call && in.type2 ? in.type2->signature : in.method->signature;
    if (signature->has_this && in.op != OP_newobj) {
        Value receiver = peek(im, signature->param_count);
        if (receiver.kind == STACK_Object && !in.type2) {
            in.receiver = receiver.type;
            in.receiver_exact = receiver.exact;
            if (in.op == OP_callvirt && in.is_direct && receiver.non_null)
                in.op = OP_call; // the null test is not needed
        }
    }
    if (im->frame)
        inline_note_call(im, in.method);
    Value this_value = signature->has_this && im->depth > signature->param_count
                           ? peek(im, signature->param_count)
                           : value_int32(0);
    effect(im);
    pop_arguments(im, signature);
    emit(im, in);
    push_result(im, signature);
    if (fold_find(im->il, in.method) == FOLD_ObjectGetType && !in.type2 && !im->invalid)
        note_get_type(im, &this_value);
}

static bool any_known(const Value *args, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        if (args[i].known != KNOWN_Nothing)
            return true;
    return false;
}

/// What a small callee returns on the arguments that are on the stack (reach.md 2.1.5, 2.2).
static bool evaluate_callee(Import *im, const Method *method, Value *out) {
    uint32_t count = argument_count(method->signature);
    if (im->depth < count || count > 8)
        return false;
    const Value *args = &im->stack[im->depth - count];
    int64_t constant;
    if (any_known(args, count)) {
        Value *copy = arena_copy(im->arena, args, count * sizeof *args, alignof(Value));
        return import_evaluate(im, method, copy, count, out);
    }
    if (!il_constant_result(im->il, method, &constant))
        return false;
    *out = value_integer(value_of_type(im->il, method->signature->return_type).kind, constant);
    return true;
}

/// Replaces the arguments by the known result of the call.
static void replace_call(Import *im, const Method *method, Value result) {
    for (uint32_t i = 0; i < argument_count(method->signature); i++) {
        (void)pop(im);
        emit_pop(im);
    }
    step_known(im, &result);
}

/// A null receiver does not count where a substitution says what the method returns: the switch, not the
/// object, decides.
static bool tests_null(Import *im, const Instruction *in) {
    if (in->op != OP_callvirt || peek(im, in->method->signature->param_count).non_null)
        return false;
    return method_substitution(im->il, in->method->def).kind == SUBSTITUTION_None;
}

/// A call of exactly `in->method`.
static void step_direct_call(Import *im, Instruction in) {
    const Method *method = in.method;
    bool boxes = in.type2 != NULL;
    Value result;
    if (!boxes && fold_call(im, method, in.op == OP_callvirt))
        return;
    if (im->invalid || im->ended)
        return;
    if (is_delegate_invoke(method)) {
        in.op = OP_invoke_delegate;
        in.is_direct = false;
    } else if (!boxes) {
        in.intrinsic = intrinsic_find(im->il, method, im->code->method);
        if (in.intrinsic != INTRINSIC_None)
            in.op = OP_intrinsic;
        else if (evaluate_callee(im, method, &result)) {
            if (tests_null(im, &in)) { // the call stays for its null test; its result is known all the same
                finish_call(im, in);
                if (!im->invalid && !im->ended)
                    im->stack[im->depth - 1] = result;
            } else {
                replace_call(im, method, result);
            }
            return;
        }
    }
    if (in.op == OP_intrinsic && in.intrinsic == INTRINSIC_UnsafeAs) {
        Value value = pop(im);
        emit(im, in);
        Value cast = value_of_type(im->il, method->signature->return_type);
        if (value.type && cast.type && type_is_castable_to(im->il->ts, value.type, cast.type))
            cast = value;
        cast.non_null = value.non_null;
        if (value.known == KNOWN_Null)
            cast.known = KNOWN_Null;
        push(im, cast);
        return;
    }
    if (!boxes && in.op != OP_intrinsic && in.op != OP_invoke_delegate && inline_call(im, &in))
        return;
    finish_call(im, in);
}

// ---- Virtual calls ------------------------------------------------------------------------------

/// The code a virtual call reaches on receivers whose class is exactly `type`; NULL if that is not known
/// here.
static const Method *exact_target(Import *im, Type *type, const Method *method) {
    TypeSystem *ts = im->il->ts;
    Method *target = NULL;
    if (type->is_value_type)
        return NULL; // a box: its methods need the unboxing stub
    if (method->owner->kind == TYPE_Named && method->owner->def->is_interface) {
        if (type->kind != TYPE_Named)
            return NULL; // arrays: the methods of Array`1 depend on the run-time element type
        ResolveKind kind = type_resolve_interface(ts, type, (Method *)method, &target);
        return kind == RESOLVE_Class || kind == RESOLVE_Default ? target : NULL;
    }
    Method *declaration = method_slot_definition(ts, (Method *)method);
    return declaration ? type_resolve_virtual(ts, type, declaration) : NULL;
}

static void step_virtual_call(Import *im, Instruction in) {
    const Method *method = in.method;
    if (!method->signature->has_this) {
        import_invalid(im, "callvirt needs an instance method");
        return;
    }
    if (method->synthetic != SYNTHETIC_None || !method->def->is_virtual || is_delegate_invoke(method)) {
        in.is_direct = true;
        step_direct_call(im, in);
        return;
    }
    Value receiver = peek(im, method->signature->param_count);
    bool is_interface = method->owner->def->is_interface;
    if (!is_interface && (method->def->is_final || method->owner->def->is_sealed))
        in.is_direct = true;
    // Rows name the declared method (Type.get_IsEnum), not the override that an exact receiver leads to.
    if (fold_call(im, method, true) || im->invalid || im->ended)
        return;
    if (!in.is_direct && receiver.kind == STACK_Object && receiver.type && receiver.exact &&
        receiver.known != KNOWN_Null) {
        const Method *target = exact_target(im, receiver.type, method);
        if (target && !target->is_open && !(target->def && target->def->is_abstract)) {
            in.is_direct = true;
            in.method = target;
        }
    }
    if (in.is_direct && !in.method->def->is_abstract) {
        step_direct_call(im, in);
        return;
    }
    in.is_direct = false;
    finish_call(im, in);
}

// ---- constrained. -------------------------------------------------------------------------------

static const Failure *resolve_failure(Import *im, ResolveKind kind) {
    Failure *failure = failure_make(im->arena, FAILURE_TypeLoad, "");
    failure->message = TEXT_LITERAL("static abstract or default interface method");
    (void)kind;
    return failure;
}

/// III.2.1 for static virtual methods: T's implementation is called directly, unless T is known at run time
/// only.
static bool resolve_static_virtual(Import *im, Instruction *in) {
    Method *target = NULL;
    ResolveKind kind = type_resolve_constrained(im->il->ts, in->type2, (Method *)in->method, &target);
    if (kind == RESOLVE_None && (in->type2->has_placeholder || method_has_placeholder(in->method))) {
        target = method_synthetic(im->il->ts, SYNTHETIC_StaticVirtual, in->type2, in->method);
        kind = RESOLVE_Class;
    }
    if (kind != RESOLVE_Class && kind != RESOLVE_Default) {
        step_failure(im, resolve_failure(im, kind));
        return false;
    }
    in->method = target;
    in->type2 = NULL;
    return true;
}

/// A value type's method behind a virtual or interface method: its own (called on the address) or one of a
/// base or interface (boxed).
static const Method *value_type_target(Import *im, Type *type, const Method *method) {
    TypeSystem *ts = im->il->ts;
    Method *target = NULL;
    if (method->owner->kind == TYPE_Named && method->owner->def->is_interface) {
        ResolveKind kind = type_resolve_constrained(ts, type, (Method *)method, &target);
        return kind == RESOLVE_Class || kind == RESOLVE_Default ? target : NULL;
    }
    if (!method->def->is_virtual)
        return method;
    Method *declaration = method_slot_definition(ts, (Method *)method);
    return declaration ? type_resolve_virtual(ts, type, declaration) : NULL;
}

/// Enum.GetHashCode on an exact enum hashes the underlying integer (reach.md 1.3).
static const Method *enum_hash_target(Import *im, Type *type, const Method *target) {
    if (!type->def->is_enum || !text_equal_z(target->name, "GetHashCode"))
        return NULL;
    Type *underlying = type_enum_underlying(im->il->ts, type);
    return type_find_method(im->il->ts, underlying, "GetHashCode", NULL);
}

/// A generic default method of another interface than the called one, in canonical code: the interface's
/// arguments are the struct's, the method's those of the caller, and no context knows both. The object does.
static bool is_found_by_object(const Method *called, const Method *target) {
    bool is_open = false;
    for (uint32_t i = 0; i < target->arg_count; i++)
        is_open = is_open || target->args[i]->has_placeholder;
    return is_open && target->owner != called->owner && target->owner->has_placeholder &&
           target->owner->def->is_interface;
}

static void step_constrained_call(Import *im, Instruction in) {
    Type *type = in.type2;
    if (!in.method->signature->has_this) {
        if (!resolve_static_virtual(im, &in))
            return;
        if (in.method->synthetic == SYNTHETIC_StaticVirtual)
            finish_call(im, in);
        else
            step_direct_call(im, in);
        return;
    }
    if (!type->is_value_type) {
        // III.2.1: dereference, then an ordinary virtual call. The receiver is an address here.
        in.op = OP_callvirt;
        in.receiver = type;
        Value receiver = value_of_type(im->il, type);
        in.receiver_exact = receiver.exact;
        const Method *target = in.method->def && in.method->def->is_virtual && receiver.exact
                                   ? exact_target(im, type, in.method)
                                   : NULL;
        bool is_interface = in.method->owner->kind == TYPE_Named && in.method->owner->def->is_interface;
        if (target && !(target->def && target->def->is_abstract)) {
            in.method = target;
            in.is_direct = true;
        } else if (!in.method->def || !in.method->def->is_virtual ||
                   (!is_interface && (in.method->def->is_final || in.method->owner->def->is_sealed))) {
            in.is_direct = true;
        }
        finish_call(im, in);
        return;
    }
    if (method_is(in.method, "System", "Object", "GetType") && !type->def->is_nullable) {
        (void)pop(im);
        emit_pop(im);
        step_type(im, OP_ldtype, type);
        return;
    }
    const Method *target =
        in.method->synthetic == SYNTHETIC_None ? value_type_target(im, type, in.method) : NULL;
    bool by_object = target && is_found_by_object(in.method, target);
    if (by_object)
        target = NULL;
    const Method *hash = target ? enum_hash_target(im, type, target) : NULL;
    if (hash || (target && target->owner == type)) {
        in.op = OP_call;
        in.method = hash ? hash : target;
        in.type2 = NULL;
        step_direct_call(im, in);
        return;
    }
    in.op = OP_callvirt;
    in.receiver = type;
    in.receiver_exact = !by_object;
    if (target)
        in.method = target;
    in.is_direct = target != NULL;
    finish_call(im, in);
}

// ---- call, callvirt, jmp ------------------------------------------------------------------------

static void step_jump(Import *im, const Instruction *in) {
    for (uint32_t i = 0; i < im->code->arg_count; i++)
        step(im, &(Instruction){.op = OP_ldarg, .offset = im->offset, .index = i});
    step_call_to(im, in->method);
    step_op(im, OP_ret);
}

void step_call(Import *im, const Instruction *in) {
    if (in->op == OP_jmp) {
        step_jump(im, in);
        return;
    }
    if (in->op != OP_native_call && argument_count(in->method->signature) > im->depth) {
        import_invalid(im, "a call has too few arguments on the evaluation stack");
        return;
    }
    if (in->op == OP_intrinsic || in->op == OP_invoke_delegate || in->op == OP_native_call)
        finish_call(im, *in);
    else if (in->type2)
        step_constrained_call(im, *in);
    else if (in->op == OP_callvirt)
        step_virtual_call(im, *in);
    else if (in->method->def && in->method->synthetic == SYNTHETIC_None && in->method->def->is_abstract)
        step_failure(im,
                     failure_make(im->arena, FAILURE_BadImageFormat, "a direct call of an abstract method"));
    else
        step_direct_call(im, *in);
}

void step_calli(Import *im, const Instruction *in) {
    // Bodies of the compiler's own have converted already what needs it.
    Module *module = in->op == OP_native_calli ? im->code->module : NULL;
    const Method *stub = module ? native_calli_stub(im->il, module, in->signature) : NULL;
    if (stub) { // the address is its last argument
        step_call_to(im, stub);
        return;
    }
    Value function = pop(im);
    if (function.kind != STACK_NativeInt && function.kind != STACK_Int64 && !im->invalid)
        import_invalid(im, "calli needs a function pointer");
    pop_arguments(im, in->signature);
    emit(im, *in);
    push_result(im, in->signature);
}

// ---- Function pointers --------------------------------------------------------------------------

static const Method *function_target(Import *im, const Method *method) {
    if (!method->def || method->synthetic != SYNTHETIC_None || !method->def->is_unmanaged_callers_only)
        return method;
    return method_synthetic(im->il->ts, SYNTHETIC_UnmanagedEntry, method->owner, method);
}

void step_function(Import *im, const Instruction *in) {
    Instruction copy = *in;
    if (in->op == OP_ldtoken_method) {
        emit(im, copy);
        push(im, (Value){.kind = STACK_Value,
                         .type = well_known_type(im->il->ts, WELL_KNOWN_TYPE_RuntimeMethodHandle)});
        return;
    }
    Value value = {.kind = STACK_NativeInt, .known = in->op == OP_ldftn ? KNOWN_Function : KNOWN_Virtual};
    if (in->op == OP_ldftn) {
        if (copy.type2 && !resolve_static_virtual(im, &copy))
            return;
        copy.method = function_target(im, copy.method);
    } else {
        Value object = pop(im);
        copy.receiver = object.type;
        copy.receiver_exact = object.exact;
        effect(im);
        if (object.kind != STACK_Object && !im->invalid)
            import_invalid(im, "ldvirtftn needs an object");
        const MethodDef *def = copy.method->def;
        if (!def || !def->is_virtual || def->is_final || copy.method->owner->def->is_sealed)
            copy.is_direct = true;
    }
    value.method = copy.method;
    emit(im, copy);
    push(im, value);
}

// ---- Object creation ----------------------------------------------------------------------------

static void remove_last(Import *im, Opcode op) {
    if (!im->emitting || im->invalid)
        return;
    if (im->out.count > im->out_block_first && im->out.items[im->out.count - 1].op == op)
        im->out.count--;
    else
        emit(im, (Instruction){.op = OP_pop});
}

/// newobj of a delegate type (corelib-contract 7.1): the function must be known; its load disappears.
static void step_new_delegate(Import *im, const Instruction *in) {
    Value function = pop(im), target = pop(im);
    if (im->invalid)
        return;
    Instruction out = {
        .op = OP_new_delegate, .offset = in->offset, .method = function.method, .type2 = in->method->owner};
    if (function.known == KNOWN_Function) {
        remove_last(im, OP_ldftn);
    } else if (function.known == KNOWN_Virtual) {
        const Instruction *last =
            im->emitting && im->out.count > im->out_block_first ? &im->out.items[im->out.count - 1] : NULL;
        out.op = OP_new_delegate_virtual;
        out.is_direct = last && last->op == OP_ldvirtftn && last->is_direct;
        bool adjacent = last && last->op == OP_ldvirtftn;
        remove_last(im, OP_ldvirtftn);
        if (adjacent)
            remove_last(im, OP_dup); // the copy that ldvirtftn took
    } else {
        import_invalid(im, "a delegate is created from an unknown function pointer");
        return;
    }
    out.receiver = target.type;
    out.receiver_exact = target.exact;
    emit(im, out);
    push(im, (Value){.kind = STACK_Object, .type = in->method->owner, .exact = true, .non_null = true});
}

/// String constructors are static methods named Ctor that return the string (corelib-contract 5.1).
static void step_new_string(Import *im, const Instruction *in) {
    Signature prototype = *in->method->signature;
    prototype.has_this = false;
    prototype.return_type = im->il->string;
    const Method *factory =
        type_find_method(im->il->ts, im->il->string, "Ctor", signature_make(im->il->ts, &prototype));
    if (!factory) {
        step_failure(im, failure_make(im->arena, FAILURE_MissingMethod, "System.String.Ctor"));
        return;
    }
    step_call_to(im, factory);
    if (!im->ended && !im->invalid)
        im->stack[im->depth - 1].non_null = true;
}

/// `new IntPtr(x)` and `new UIntPtr(x)` are conversions.
static bool fold_native_int(Import *im, const Method *constructor) {
    ElementType element = constructor->owner->element_type;
    if ((element != ELEMENT_TYPE_I && element != ELEMENT_TYPE_U) || constructor->signature->param_count != 1)
        return false;
    step_op(im, element == ELEMENT_TYPE_I ? OP_conv_i : OP_conv_u);
    return true;
}

void step_new_object(Import *im, const Instruction *in) {
    const Method *constructor = in->method;
    Type *type = constructor->owner;
    if (constructor->signature->param_count > im->depth) {
        import_invalid(im, "a constructor has too few arguments on the evaluation stack");
        return;
    }
    if (type->kind == TYPE_Named && type->def->is_delegate && constructor->signature->param_count == 2) {
        step_new_delegate(im, in);
        return;
    }
    if (type == im->il->string) {
        step_new_string(im, in);
        return;
    }
    if (type->kind == TYPE_Named && fold_native_int(im, constructor))
        return;
    if (type->kind == TYPE_Named && type->def->is_abstract && !type->is_value_type) {
        step_failure(im, failure_make(im->arena, FAILURE_InvalidProgram, "newobj of an abstract class"));
        return;
    }
    if (type->kind == TYPE_Named && inline_call(im, in))
        return;
    im->depth -= constructor->signature->param_count;
    emit(im, *in);
    Value value = value_of_type(im->il, type);
    if (value.kind == STACK_Object)
        value.exact = value.non_null = true;
    push(im, value);
}
