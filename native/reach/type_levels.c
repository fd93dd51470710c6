// What a level of a type brings (reach.md 1.4). Two refinements of the stock rules: "constructed" is split
// into types that are only the base of others and types with instances of their own (allocated), since only
// the latter need code in their slots; and interfaces are not constructed by calls, since selector dispatch
// reads no interface MethodTable.
#include "reach/flow.h"

/// A MethodTable of a function pointer names those of its signature.
static void function_pointer_mark(World *w, const Signature *signature, const Node *from) {
    mark_necessary(w, signature->return_type, from, "return type of a function pointer");
    for (uint32_t i = 0; i < signature->param_count; i++)
        mark_necessary(w, signature->params[i], from, "parameter type of a function pointer");
}

static void necessary_process(World *w, TypeNode *node) {
    Type *type = node->type;
    const Node *from = &node->levels[0];
    if (type->element)
        mark_necessary(w, type->element, from, "element type");
    if (type->kind == TYPE_FunctionPointer)
        function_pointer_mark(w, type->signature, from);
    if (type->is_generic_definition)
        return;
    for (uint32_t i = 0; i < type->arg_count; i++)
        if (w->makes_types && type->has_placeholder)
            canonical_argument_mark(w, type->args[i], from);
        else
            mark_necessary(w, type->args[i], from, "type argument");
    flow_mark_type_arguments(w, type, from);
    if (type->arg_count)
        mark_necessary(w, type_from_def(w->ts, type->def), from, "generic definition");
    template_instance_appears(w, type, from);
    static_candidate_appears(w, node);
    Type *base = type_base(w->ts, type);
    if (base)
        mark_necessary(w, base, from, "base type");
    if (type->def && type->def->is_interface) {
        mark(w, &type_node(w, type_from_def(w->ts, type->def))->interface_use, from, "interface is used");
        dynamic_interface_appears(w, node);
    }
}

/// A type that reflection sees lists interface `instance` as soon as any instance of that interface matters.
static void interface_list_edge(World *w, Type *instance, const Node *from) {
    TypeNode *definition = type_node(w, type_from_def(w->ts, instance->def));
    if (definition->interface_use.marked) {
        mark_constructed(w, instance, from, "interface of a visible type");
    } else {
        ARRAY_PUSH(&w->arena, &definition->interface_waiters, type_node(w, from->entity));
    }
}

static void metadata_process(World *w, TypeNode *node) {
    Type *type = node->type;
    const Node *from = &node->levels[1];
    if (type->def)
        reflectable_type_visible(w, type->def, from);
    if (type->def && type->def->is_delegate)
        delegate_type_visible(w, type, from);
    // Reflection can make value types and arrays without a constructor.
    if (type->is_value_type)
        mark_allocated(w, type, from, "reflection-visible value type");
    if (type->kind == TYPE_SzArray || type->kind == TYPE_Array)
        mark_allocated(w, type, from, "reflection-visible array");
    if (type->is_generic_definition)
        return;
    reflectable_instance_appears(w, type, from);
    uint32_t count;
    Type *const *interfaces = type_interfaces(w->ts, type, &count);
    for (uint32_t i = 0; i < count; i++)
        interface_list_edge(w, interfaces[i], from);
}

/// Every MethodTable with slots names it: canonical code makes instances of types that no exact code
/// allocates.
static void finalizer_mark(World *w, Type *type, const Node *from) {
    for (Type *at = type; at; at = type_base(w->ts, at)) {
        if (!at->def || !at->def->finalizer)
            continue;
        Failure failure = {0};
        const Method *finalizer = method_instantiate(w->ts, at->def->finalizer, at, NULL, 0, &failure);
        // System.Object has the slot-defining, empty Finalize; the runtime never calls it.
        if (finalizer && at != well_known_type(w->ts, WELL_KNOWN_TYPE_Object))
            mark_address(w, finalizer, from, "finalizer");
        return;
    }
}

static void constructed_process(World *w, TypeNode *node) {
    Type *type = node->type;
    const Node *from = &node->levels[2];
    mark_module(w, type_module(type), from);
    tentative_fire(w, node);
    mark_function_pointer_delegate(w, type, from);
    if (type->is_generic_definition)
        return;
    flow_check_overrides(w, type);
    if (type->kind == TYPE_Named && !type->is_value_type)
        finalizer_mark(w, type, from);
    Type *base = type_base(w->ts, type);
    if (base)
        mark_constructed(w, base, from, "base type");
}

static void interface_use_process(World *w, TypeNode *definition) {
    for (uint32_t i = 0; i < definition->interface_waiters.count; i++) {
        TypeNode *waiter = definition->interface_waiters.items[i];
        uint32_t count;
        Type *const *interfaces = type_interfaces(w->ts, waiter->type, &count);
        for (uint32_t k = 0; k < count; k++)
            if (interfaces[k]->def == definition->type->def)
                mark_constructed(w, interfaces[k], &waiter->levels[1], "interface of a visible type");
    }
}

static void array_elements_mark(World *w, TypeNode *node) {
    Type *type = node->type;
    const Node *from = &node->levels[3];
    // Array.GetValue boxes elements; Array.Initialize and friends ask for their names.
    if (type->element->is_value_type)
        mark_allocated(w, type->element, from, "element of an array");
    if (type->kind == TYPE_Array && type->rank == 1)
        mark_allocated(w, type_sz_array(w->ts, type->element), from, "array");
}

static void allocated_process(World *w, TypeNode *node) {
    Type *type = node->type;
    const Node *from = &node->levels[3];
    if (type->kind == TYPE_SzArray || type->kind == TYPE_Array)
        array_elements_mark(w, node);
    template_array_allocated(w, type, from);
    if (type->def && type->def->is_nullable) { // never boxed: RhBox makes the value or null
        mark_allocated(w, type->args[0], from, "value of a Nullable");
        return;
    }
    flow_instance_appears(w, type, from);
    type_dispatch(w, node);
    template_allocated(w, node);
}

void type_process(World *w, TypeNode *node, NodeKind level) {
    switch (level) {
    case NODE_Necessary: necessary_process(w, node); break;
    case NODE_Metadata: metadata_process(w, node); break;
    case NODE_Constructed: constructed_process(w, node); break;
    case NODE_Allocated: allocated_process(w, node); break;
    case NODE_InterfaceUse: interface_use_process(w, node); break;
    case NODE_Method:
    case NODE_Slot:
    case NODE_RuntimeType:
    case NODE_NonGCStatics:
    case NODE_GCStatics:
    case NODE_ThreadStatics:
    case NODE_Cctor:
    case NODE_Rva:
    case NODE_Frozen:
    case NODE_String:
    case NODE_Module:
    case NODE_ReflectableMethod:
    case NODE_ReflectableField:
    case NODE_KIND_COUNT: break;
    }
}
