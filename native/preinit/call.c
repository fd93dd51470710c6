// Calls, object creation, delegates.
#include "preinit/internal.h"

typedef struct Arguments {
    Item *items; // this first
    uint32_t count;
} Arguments;

static Arguments pop_arguments(Run *run, Frame *frame, const Signature *signature) {
    uint32_t count = signature->param_count + (signature->has_this && !signature->explicit_this ? 1 : 0);
    Arguments args = {ARENA_ARRAY(&run->arena, Item, count + 1), count};
    for (uint32_t i = count; i-- > 0;)
        args.items[i] = item_pop(frame);
    return args;
}

static bool call(Run *run, Frame *frame, const Method *method, Arguments args) {
    Item result;
    if (!run_method(run, method, args.items, args.count, &result))
        return false;
    if (!type_is_void(method->signature->return_type))
        item_push(run, frame, result);
    return true;
}

// ---- Virtual calls ------------------------------------------------------------------------------

/// The method that `method` is on objects whose class is exactly `type`; NULL after a failure.
static const Method *virtual_target(Run *run, Type *type, const Method *method) {
    Method *target = NULL;
    if (!method->def || !method->def->is_virtual)
        return method;
    if (method->owner->kind == TYPE_Named && method->owner->def->is_interface) {
        ResolveKind kind = type_resolve_interface(run->ts, type, (Method *)(uintptr_t)method, &target);
        if (kind != RESOLVE_Class && kind != RESOLVE_Default)
            target = NULL;
    } else {
        Method *slot = method_slot_definition(run->ts, (Method *)(uintptr_t)method);
        target = slot ? type_resolve_virtual(run->ts, type, slot) : NULL;
    }
    if (!target)
        run_fail(run, "a virtual call without a target");
    return target;
}

/// Methods of a value type work on the content of the box.
static Item receiver_for(const Method *method, const Object *object) {
    if (method->owner->is_value_type && method->synthetic == SYNTHETIC_None)
        return item_address(object->memory, 0);
    return item_object(object);
}

static bool call_virtual(Run *run, Frame *frame, const Method *method, Arguments args) {
    const Object *object = item_not_null(run, &args.items[0]);
    const Method *target = object ? virtual_target(run, object->type, method) : NULL;
    if (!target)
        return false;
    args.items[0] = receiver_for(target, object);
    return call(run, frame, target, args);
}

/// III.2.1, what il/ leaves of it: the receiver is the address of a reference, or of a value that is to be
/// boxed.
static bool call_constrained(Run *run, Frame *frame, const Instruction *in, Arguments args) {
    Type *type = in->type2;
    Memory *memory = address_memory(run, &args.items[0]);
    if (!memory)
        return false;
    int64_t offset = args.items[0].integer;
    if (!memory_load(run, memory, offset, type, &args.items[0]))
        return false;
    if (type->is_value_type) {
        if (type->def->is_nullable)
            return run_fail(run, "boxes a nullable value");
        args.items[0] = item_object(object_box(run, type, memory, offset));
        if (run->failure)
            return false;
    }
    if (in->is_direct || in->op == OP_call) {
        const Object *object = item_not_null(run, &args.items[0]);
        if (!object)
            return false;
        args.items[0] = receiver_for(in->method, object);
        return call(run, frame, in->method, args);
    }
    return call_virtual(run, frame, in->method, args);
}

static bool op_call_method(Run *run, Frame *frame, const Instruction *in) {
    Arguments args = pop_arguments(run, frame, in->method->signature);
    if (in->type2)
        return call_constrained(run, frame, in, args);
    if (in->op == OP_callvirt && !in->is_direct)
        return call_virtual(run, frame, in->method, args);
    if (in->op == OP_callvirt && args.items[0].ref == REF_None)
        return run_fail(run, "uses a null reference");
    return call(run, frame, in->method, args);
}

static bool op_call_indirect(Run *run, Frame *frame, const Instruction *in) {
    Item function = item_pop(frame);
    Arguments args = pop_arguments(run, frame, in->signature);
    const Method *method = function.target;
    if (function.ref != REF_Method)
        return run_fail(run, "calls through an unknown pointer");
    return call(run, frame, method, args);
}

// ---- newobj -------------------------------------------------------------------------------------

/// The arguments of a constructor, with room for the new object before them.
static Arguments pop_constructor_arguments(Run *run, Frame *frame, const Signature *signature) {
    Arguments args = {ARENA_ARRAY(&run->arena, Item, signature->param_count + 1), signature->param_count + 1};
    for (uint32_t i = args.count; i-- > 1;)
        args.items[i] = item_pop(frame);
    return args;
}

static bool new_struct(Run *run, Frame *frame, const Method *constructor, Arguments args) {
    Memory *memory = memory_new(run, type_scalar(run, constructor->owner).size);
    Item value;
    args.items[0] = item_address(memory, 0);
    if (run->failure || !run_method(run, constructor, args.items, args.count, &value) ||
        !memory_load(run, memory, 0, constructor->owner, &value))
        return false;
    item_push(run, frame, value);
    return true;
}

static bool op_new_object(Run *run, Frame *frame, const Instruction *in) {
    const Method *constructor = in->method;
    Type *type = constructor->owner;
    if (type->kind != TYPE_Named)
        return run_fail(run, "creates an array of several dimensions");
    Arguments args = pop_constructor_arguments(run, frame, constructor->signature);
    if (type->is_value_type)
        return new_struct(run, frame, constructor, args);
    Item nothing;
    Object *object = object_of_class(run, type);
    if (!object || run->failure)
        return false;
    args.items[0] = item_object(object);
    if (!run_method(run, constructor, args.items, args.count, &nothing))
        return false;
    item_push(run, frame, args.items[0]);
    return true;
}

static bool op_new_instance(Run *run, Frame *frame, const Instruction *in) {
    Object *object = object_of_class(run, in->type);
    if (!object || run->failure)
        return false;
    item_push(run, frame, item_object(object));
    return true;
}

static bool op_null_check(Run *run, Frame *frame) {
    Item object = item_pop(frame);
    return object.ref != REF_None || run_fail(run, "uses a null reference");
}

// ---- Delegates (corelib-contract 7.1) -----------------------------------------------------------

static Item function_item(const Method *method) {
    return (Item){.kind = STACK_NativeInt, .ref = REF_Method, .target = method};
}

/// Runs one of the initialisers of System.Delegate, as generated code does.
static bool delegate_initialize(Run *run, WellKnownMethod initializer, Item *args, uint32_t count) {
    Item nothing;
    return run_method(run, well_known_method(run->ts, initializer), args, count, &nothing);
}

static bool delegate_to_static(Run *run, Type *type, const Method *method, const Object *delegate,
                               Item target) {
    const Method *invoke = type_find_method(run->ts, type, "Invoke", NULL);
    bool is_open = !invoke || invoke->signature->param_count == method->signature->param_count;
    MethodSynthetic kind = is_open ? SYNTHETIC_DelegateOpenStatic : SYNTHETIC_DelegateClosedStatic;
    Item args[4] = {item_object(delegate), is_open ? item_object(NULL) : target, function_item(method),
                    function_item(method_synthetic(run->ts, kind, type, NULL))};
    return delegate_initialize(run,
                               is_open ? WELL_KNOWN_METHOD_InitializeOpenStaticThunk
                                       : WELL_KNOWN_METHOD_InitializeClosedStaticThunk,
                               args, 4);
}

static bool op_new_delegate(Run *run, Frame *frame, const Instruction *in) {
    Item target = item_pop(frame);
    const Method *method = in->method;
    const Object *delegate = object_of_class(run, in->type2);
    if (!delegate || run->failure)
        return false;
    item_push(run, frame, item_object(delegate));
    if (!method->signature->has_this)
        return delegate_to_static(run, in->type2, method, delegate, target);
    const Object *object = item_not_null(run, &target);
    if (object && in->op == OP_new_delegate_virtual && !in->is_direct)
        method = virtual_target(run, object->type, method);
    if (!object || !method)
        return false;
    if (method->owner->is_value_type && method->synthetic == SYNTHETIC_None)
        method = method_synthetic(run->ts, SYNTHETIC_UnboxingStub, method->owner, method);
    Item args[3] = {item_object(delegate), target, function_item(method)};
    return delegate_initialize(run, WELL_KNOWN_METHOD_InitializeClosedInstance, args, 3);
}

/// `_functionPointer` is called with `_firstParameter` in place of the delegate.
static bool op_invoke_delegate(Run *run, Frame *frame, const Instruction *in) {
    Arguments args = pop_arguments(run, frame, in->method->signature);
    const Object *delegate = item_not_null(run, &args.items[0]);
    Type *class = well_known_type(run->ts, WELL_KNOWN_TYPE_Delegate);
    Field *first = type_find_field(run->ts, class, "_firstParameter");
    Field *function = type_find_field(run->ts, class, "_functionPointer");
    Item pointer;
    if (!delegate || !first || !function ||
        !memory_load(run, delegate->memory, field_offset(run->ts, first), first->type, &args.items[0]) ||
        !memory_load(run, delegate->memory, field_offset(run->ts, function), function->type, &pointer))
        return false;
    if (pointer.ref != REF_Method)
        return run_fail(run, "calls through an unknown pointer");
    return call(run, frame, pointer.target, args);
}

bool run_call(Run *run, Frame *frame, const Instruction *in) {
    switch (in->op) { // NOLINT: the others do not come here
    case OP_newobj: return op_new_object(run, frame, in);
    case OP_new_instance: return op_new_instance(run, frame, in);
    case OP_null_check: return op_null_check(run, frame);
    case OP_calli: return op_call_indirect(run, frame, in);
    case OP_ldftn: item_push(run, frame, function_item(in->method)); return true;
    case OP_new_delegate:
    case OP_new_delegate_virtual: return op_new_delegate(run, frame, in);
    case OP_invoke_delegate: return op_invoke_delegate(run, frame, in);
    default: return op_call_method(run, frame, in);
    }
}
