// The worklist. Nodes are processed breadth first, each level in structural order, so that the first reason
// of every node is one of the shortest and always the same (reach.md 5.4).
#include "reach/world.h"

#include <stdlib.h>

enum { METHOD_LIMIT = 1 << 20 }; // instances; more than any real program, far less than memory

static uint32_t entity_depth(const Node *node) {
    switch (node->kind) {
    case NODE_Method:
    case NODE_Slot:
    case NODE_ReflectableMethod: return method_depth(node->entity);
    case NODE_Necessary:
    case NODE_Metadata:
    case NODE_Constructed:
    case NODE_Allocated:
    case NODE_RuntimeType:
    case NODE_InterfaceUse:
    case NODE_NonGCStatics:
    case NODE_GCStatics:
    case NODE_ThreadStatics:
    case NODE_Cctor: return ((const Type *)node->entity)->depth;
    case NODE_Rva:
    case NODE_ReflectableField: return ((const Field *)node->entity)->owner->depth;
    case NODE_Frozen: return ((const FrozenObject *)node->entity)->type->depth;
    case NODE_String:
    case NODE_Module:
    case NODE_KIND_COUNT: break;
    }
    return 0;
}

bool mark(World *w, Node *node, const Node *from, const char *text) {
    if (node->marked)
        return false;
    node->marked = true;
    node->from = from;
    node->text = text;
    if (from)
        node->growth = growth_next(from, entity_depth(from), entity_depth(node));
    ARRAY_PUSH(&w->arena, &w->marked[node->kind], node);
    ARRAY_PUSH(&w->arena, &w->next, node);
    if (node->kind == NODE_Necessary || node->kind == NODE_Allocated)
        facts_type_changed(w, type_node(w, node->entity), node->kind);
    return true;
}

bool mark_both(World *w, Node *node, const Node *from, const Node *other, const char *text) {
    if (!mark(w, node, from, text))
        return false;
    uint16_t growth = growth_next(other, entity_depth(other), entity_depth(node));
    if (growth > node->growth)
        node->growth = growth;
    return true;
}

// ---- One function per kind of mark --------------------------------------------------------------

/// Code that needs what was cut throws instead.
static void cut_add(World *w, Cut cut) {
    ARRAY_PUSH(&w->arena, &w->cuts, cut);
    mark_method(w, well_known_method(w->ts, WELL_KNOWN_METHOD_ThrowTypeLoadException), cut.from,
                "needs an instance beyond the limit of generic recursion");
}

/// True if the instance may exist; else it is cut, once, with a warning at `from`.
static bool method_allowed(World *w, MethodNode *node, const Node *from) {
    if (node->code.marked || node->slot.marked || node->allowed || !from)
        return true;
    if (node->cut)
        return false;
    uint16_t growth = growth_next(from, entity_depth(from), method_depth(node->method));
    node->allowed = !growth_exceeded(w, from, node->method, NULL, growth);
    if (node->allowed)
        return true;
    node->cut = true;
    cut_add(w, (Cut){from, node->method, NULL});
    return false;
}

/// An element or argument of a type that exists: its MethodTable is needed whatever code may say of it.
static bool is_part_of(const Type *type, const Node *from) {
    if (from->kind != NODE_Necessary)
        return false;
    const Type *whole = from->entity;
    return whole->element == type || type->depth < whole->depth;
}

static bool type_allowed(World *w, TypeNode *node, const Node *from) {
    if (node->levels[0].marked || node->allowed || !from || is_part_of(node->type, from))
        return true;
    if (node->cut)
        return false;
    uint16_t growth = growth_next(from, entity_depth(from), node->type->depth);
    node->allowed = !growth_exceeded(w, from, NULL, node->type, growth);
    if (node->allowed)
        return true;
    node->cut = true;
    cut_add(w, (Cut){from, NULL, node->type});
    return false;
}

/// Binds a RuntimeImport to the CoreLib method that exports its symbol, if any does.
static void mark_import(World *w, MethodNode *node, Text symbol, const Node *from) {
    node->not_code = true;
    const Method *provider = export_find(w->reach, symbol);
    if (!provider)
        return;
    mark_method(w, provider, from, "runtime export used by an import");
    export_add(w, provider, symbol, false);
}

void mark_method(World *w, const Method *method, const Node *from, const char *text) {
    if (method->synthetic == SYNTHETIC_StaticVirtual) {
        mark_static_virtual_use(w, method, from);
        return;
    }
    method = method_served(w, method, from);
    MethodNode *node = method_node(w, method);
    if (node->code.marked || node->not_code || method->is_open)
        return;
    if (!method_allowed(w, node, from))
        return;
    if (method->synthetic == SYNTHETIC_UnboxingStub ||
        method->synthetic == SYNTHETIC_ContextStub) { // nothing without it
        mark_address(w, method->synthetic_method, from, "stub");
        node->cut = method_node(w, method_served(w, method->synthetic_method, from))->cut;
        if (node->cut)
            return;
    }
    if (method->synthetic == SYNTHETIC_None && method->def) {
        MethodCode code = il_method_code(w->il, method);
        switch (code.kind) {
        case CODE_RuntimeImport: mark_import(w, node, code.symbol, from); return;
        case CODE_Abstract: node->not_code = true; return;
        case CODE_Body:
        case CODE_PInvoke: break;
        }
    }
    mark(w, &node->code, from, text);
}

/// `this` of such a method must be an instance of its class. System.Array`1 has none: its methods run on
/// arrays.
static bool needs_instance(World *w, const Method *method) {
    const Type *owner = method->owner;
    return method->def && method->synthetic == SYNTHETIC_None && !method->def->is_static &&
           owner->kind == TYPE_Named && !owner->is_value_type && !owner->def->is_interface &&
           owner->def != well_known_type(w->ts, WELL_KNOWN_TYPE_ArrayOfT)->def;
}

void mark_call(World *w, const Method *method, const Node *from, const char *text) {
    method = method_served(w, method, from);
    // Classes whose instances can be made at run time may have some that nobody here has marked.
    bool is_made = w->makes_types && type_canonical(w->ts, method->owner) != method->owner;
    is_made |= method->owner->has_placeholder;
    if (!is_made && needs_instance(w, method) && !method_node(w, method)->code.marked) {
        TypeNode *owner = type_node(w, method->owner);
        if (!owner->levels[2].marked) {
            ARRAY_PUSH(&w->arena, &owner->tentative, (Tentative){method, from, text});
            return;
        }
    }
    mark_method(w, method, from, text);
}

void tentative_fire(World *w, TypeNode *node) {
    for (uint32_t i = 0; i < node->tentative.count; i++) {
        const Tentative *call = &node->tentative.items[i];
        mark_method(w, call->method, call->from, call->text);
    }
    node->tentative.count = 0;
}

bool reach_never_called(const Reach *reach, const Method *method) {
    return needs_instance(reach->world, method) && !reach_has_method(reach, method) &&
           reach_instance_allowed(reach, method) && il_method_code(reach->il, method).kind == CODE_Body;
}

void mark_slot(World *w, MethodNode *node, const Node *from, const char *text) {
    if (!node->slot.marked && !node->cut && method_allowed(w, node, from))
        mark(w, &node->slot, from, text);
}

void mark_address(World *w, const Method *method, const Node *from, const char *text) {
    if (method->synthetic == SYNTHETIC_None && method->def && method->def->is_unmanaged_callers_only)
        method = method_synthetic(w->ts, SYNTHETIC_UnmanagedEntry, method->owner,
                                  method); // its address is the native entry
    method = method_served(w, method, from);
    method_node(w, method)->address_taken = true;
    mark_method(w, method, from, text);
}

void mark_pointer(World *w, const Method *method, const Node *from, const char *text) {
    method = method_served(w, method, from);
    method_node(w, method)->pointer_taken = true;
    mark_address(w, method, from, text);
}

/// Marks one level of a type and those below it.
static void mark_level(World *w, Type *type, NodeKind level, const Node *from, const char *text) {
    if (type->def && type->def->is_placeholder && level > NODE_Metadata)
        level = NODE_Metadata; // System.__Canon has no instances
    for (uint32_t i = 0; type->has_placeholder && i < type->arg_count;
         i++) // the canonical form does not show them
        if (type->args[i]->has_placeholder && !(type->args[i]->def && type->args[i]->def->is_placeholder))
            mark_level(w, type->args[i], NODE_Necessary, from, text);
    if (type->has_placeholder && type->element && type->element->has_placeholder &&
        !(type->element->def && type->element->def->is_placeholder))
        mark_level(w, type->element, NODE_Necessary, from, text);
    type = type_served(w, type);
    TypeNode *node = type_node(w, type);
    if (type->is_open && !type->is_generic_definition)
        return;
    if (!type_allowed(w, node, from))
        return;
    for (uint32_t i = 0; i <= (uint32_t)(level - NODE_Necessary); i++)
        mark(w, &node->levels[i], from, text);
}

void mark_necessary(World *w, Type *type, const Node *from, const char *text) {
    mark_level(w, type, NODE_Necessary, from, text);
}

void mark_metadata(World *w, Type *type, const Node *from, const char *text) {
    mark_level(w, type, NODE_Metadata, from, text);
}

void mark_constructed(World *w, Type *type, const Node *from, const char *text) {
    mark_level(w, type, NODE_Constructed, from, text);
}

void mark_allocated(World *w, Type *type, const Node *from, const char *text) {
    bool boxable = !(type->def && (type->def->is_byref_like || type->def->is_interface)) &&
                   !type->is_generic_definition && type->kind != TYPE_Pointer && type->kind != TYPE_ByRef &&
                   type->kind != TYPE_FunctionPointer && type->element_type != ELEMENT_TYPE_VOID;
    bool is_abstract = type->def && type->def->is_abstract && !type->is_value_type;
    mark_level(w, type, boxable && !is_abstract ? NODE_Allocated : NODE_Constructed, from, text);
}

/// What CoreLib makes of a Type without a constructor: delegates (CreateDelegate), arrays of attributes
/// (GetCustomAttributes).
static void mark_made_of_type(World *w, Type *type, const Node *from) {
    if (!type->def || type->is_generic_definition)
        return;
    if (type->def->is_delegate)
        mark_allocated(w, type, from, "CreateDelegate");
    if (type_is_derived_from(w->ts, type, well_known_type(w->ts, WELL_KNOWN_TYPE_Attribute)))
        mark_allocated(w, type_sz_array(w->ts, type), from, "GetCustomAttributes");
}

void mark_runtime_type(World *w, Type *type, const Node *from, const char *text) {
    mark_metadata(w, type, from, text);
    if (type->has_placeholder) { // the object is asked for at run time
        mark_helper(w, WELL_KNOWN_METHOD_GetRuntimeType, from);
        mark_made_of_type(w, type, from);
        return;
    }
    TypeNode *node = type_node(w, type);
    if (!node->cut && node->levels[1].marked)
        mark(w, &node->runtime_type, from, text);
}

void mark_compared(World *w, Type *type, const Node *from) {
    if (type->has_placeholder) {
        mark_runtime_type(w, type, from, "typeof in a comparison");
        return;
    }
    TypeNode *node = type_node(w, type);
    if (node->compared)
        return;
    node->compared = true;
    ARRAY_PUSH(&w->arena, &w->compared, (Comparison){type, from});
}

void mark_all_compared(World *w) {
    for (uint32_t i = 0; i < w->compared.count; i++) {
        TypeNode *node = type_node(w, w->compared.items[i].type);
        mark_necessary(w, node->type, w->compared.items[i].from, "typeof in a comparison");
        if (node->levels[0].marked)
            mark(w, &node->runtime_type, w->compared.items[i].from, "typeof in a comparison");
        if (type_is_described(w, node->type)) // both ways lead to the same object
            mark_metadata(w, node->type, w->compared.items[i].from, "typeof in a comparison");
    }
}

void mark_static_base(World *w, Type *type, StaticKind kind, const Node *from, const char *text) {
    if (kind == STATIC_Literal || kind == STATIC_Rva)
        return;
    TypeNode *node = type_node(w, type_served(w, type));
    if (type->has_placeholder)
        mark_necessary(w, type, from, text);
    if (type_allowed(w, node, from))
        mark(w, &node->statics[kind], from, text);
}

void mark_cctor(World *w, Type *type, const Node *from, const char *text) {
    type = type_served(w, type);
    TypeNode *node = type_node(w, type);
    if (node->cctor.marked || node->cut || !il_has_lazy_cctor(w->il, type))
        return;
    mark(w, &node->cctor, from, text);
}

void mark_rva(World *w, const Field *field, const Node *from, const char *text) {
    mark(w, &field_node(w, field)->rva, from, text);
}

void mark_string(World *w, Utf16 string, const Node *from, const char *text) {
    mark(w, &string_node(w, string)->node, from, text);
}

void mark_frozen(World *w, const FrozenObject *object, const Node *from, const char *text) {
    mark(w, frozen_node(w, object), from, text);
}

/// Mostly what a delegate calls.
static void mark_frozen_code(World *w, const Method *method, const Node *from) {
    bool is_stub = method->synthetic == SYNTHETIC_UnboxingStub;
    const Type *holder = from->kind == NODE_Frozen ? ((const FrozenObject *)from->entity)->type : NULL;
    if (holder && holder->def && holder->def->is_delegate)
        delegate_target_note(w, holder, is_stub ? method->synthetic_method : method, false, from);
    mark_pointer(w, method, from, "value of a field");
}

void mark_data(World *w, const FrozenData *data, const Node *from) {
    for (uint32_t i = 0; i < data->part_count; i++) {
        const FrozenPart *part = &data->parts[i];
        switch (part->kind) {
        case FROZEN_Object: mark_frozen(w, part->object, from, "value of a field"); break;
        case FROZEN_String: mark_string(w, part->string, from, "value of a field"); break;
        case FROZEN_RuntimeType: mark_runtime_type(w, part->type, from, "value of a field"); break;
        case FROZEN_TypeHandle: mark_metadata(w, part->type, from, "value of a field"); break;
        case FROZEN_Code: mark_frozen_code(w, part->method, from); break;
        }
    }
}

void mark_module(World *w, const Module *module, const Node *from) {
    if (module)
        mark(w, module_node(w, module), from, "member of the assembly");
}

void mark_helper(World *w, WellKnownMethod helper, const Node *from) {
    const Method *method = well_known_method(w->ts, helper);
    if (method)
        mark_method(w, method, from, "helper");
}

// ---- The loop -----------------------------------------------------------------------------------

static int node_pointer_order(const void *a, const void *b) {
    return node_order(*(Node *const *)a, *(Node *const *)b);
}

static void module_process(World *w, const Module *module, const Node *node) {
    TypeDef *def = module->types ? type_def_get(w->ts, (Module *)module, 1) : NULL; // <Module> (II.10.8)
    if (def && def->static_constructor) {
        Failure failure = {0};
        Method *cctor =
            method_instantiate(w->ts, def->static_constructor, type_from_def(w->ts, def), NULL, 0, &failure);
        if (cctor) {
            mark_address(w, cctor, node, "module initializer");
            list_add(w, &w->module_initializers, cctor);
        }
    }
    module_used(w, module, node);
    module_descriptor_mark(w, module, node);
}

static void frozen_process(World *w, const FrozenObject *object, const Node *node) {
    mark_allocated(w, object->type, node, "frozen object");
    mark_data(w, &object->data, node);
}

static void node_process(World *w, Node *node) {
    switch (node->kind) {
    case NODE_Method: method_scan(w, method_node(w, node->entity)); break;
    case NODE_Slot: slot_process(w, method_node(w, node->entity)); break;
    case NODE_Necessary:
    case NODE_Metadata:
    case NODE_Constructed:
    case NODE_Allocated:
    case NODE_InterfaceUse: type_process(w, type_node(w, node->entity), node->kind); break;
    case NODE_RuntimeType:
        mark_allocated(w, well_known_type(w->ts, WELL_KNOWN_TYPE_RuntimeType), node, "RuntimeType object");
        mark_made_of_type(w, type_node(w, node->entity)->type, node);
        break;
    case NODE_NonGCStatics: statics_process(w, type_node(w, node->entity), STATIC_NonGC); break;
    case NODE_GCStatics: statics_process(w, type_node(w, node->entity), STATIC_GC); break;
    case NODE_ThreadStatics: statics_process(w, type_node(w, node->entity), STATIC_Thread); break;
    case NODE_Cctor: cctor_process(w, type_node(w, node->entity)); break;
    case NODE_Rva: break;
    case NODE_String:
        mark_allocated(w, well_known_type(w->ts, WELL_KNOWN_TYPE_String), node, "string literal");
        break;
    case NODE_Frozen: frozen_process(w, node->entity, node); break;
    case NODE_Module: module_process(w, node->entity, node); break;
    case NODE_ReflectableMethod: reflectable_method_process(w, method_node(w, node->entity)); break;
    case NODE_ReflectableField: reflectable_field_process(w, node->entity); break;
    case NODE_KIND_COUNT: break;
    }
}

bool mark_all(World *w) {
    while (w->next.count && !world_is_outdated(w)) {
        NodeList done = w->level;
        w->level = w->next;
        w->next = done;
        w->next.count = 0;
        qsort(w->level.items, w->level.count, sizeof *w->level.items, node_pointer_order);
        for (uint32_t i = 0; i < w->level.count; i++)
            node_process(w, w->level.items[i]);
        if (w->marked[NODE_Method].count > METHOD_LIMIT) {
            diag_report(w->reach->diag, DIAG_Internal, (DiagLocation){0},
                        "the program needs more than 1048576 method instances");
            return false;
        }
    }
    return !w->unsupported;
}
