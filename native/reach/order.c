// Structural order of types, methods and fields: (assembly, token, arguments). Never address, hash or
// creation order, so emission order and first reasons are the same whatever the analysis did first
// (reach.md 5.4).
#include "reach/world.h"

const Module *type_module(const Type *type) {
    while (type->element)
        type = type->element;
    return type->def ? type->def->module : NULL;
}

static int number_order(uint64_t a, uint64_t b) {
    return a < b ? -1 : a > b;
}

static int module_order(const Module *a, const Module *b) {
    if (a == b)
        return 0;
    if (!a || !b)
        return a ? 1 : -1;
    int order = text_compare(a->name, b->name);
    return order ? order : number_order(a->index, b->index);
}

static int types_order(Type *const *a, uint32_t a_count, Type *const *b, uint32_t b_count) {
    for (uint32_t i = 0; i < a_count && i < b_count; i++) {
        int order = type_order(a[i], b[i]);
        if (order)
            return order;
    }
    return number_order(a_count, b_count);
}

static int signature_order(const Signature *a, const Signature *b) {
    if (a == b)
        return 0;
    int order = number_order(a->convention, b->convention);
    if (!order)
        order = type_order(a->return_type, b->return_type);
    return order ? order : types_order(a->params, a->param_count, b->params, b->param_count);
}

static int named_order(const Type *a, const Type *b) {
    int order = module_order(a->def->module, b->def->module);
    if (!order)
        order = number_order(a->def->rid, b->def->rid);
    if (!order && a->def != b->def) // made up, without rows
        order = text_compare(a->def->name, b->def->name);
    return order ? order : types_order(a->args, a->arg_count, b->args, b->arg_count);
}

int type_order(const Type *a, const Type *b) {
    if (a == b)
        return 0;
    int order = number_order(a->kind, b->kind);
    if (order)
        return order;
    switch (a->kind) {
    case TYPE_Named: return named_order(a, b);
    case TYPE_Array:
        order = number_order(a->rank, b->rank);
        return order ? order : type_order(a->element, b->element);
    case TYPE_SzArray:
    case TYPE_Pointer:
    case TYPE_ByRef: return type_order(a->element, b->element);
    case TYPE_FunctionPointer: return signature_order(a->signature, b->signature);
    case TYPE_Var:
    case TYPE_MVar: return number_order(a->index, b->index);
    }
    return 0;
}

int method_order(const Method *a, const Method *b) {
    if (a == b)
        return 0;
    int order = module_order(type_module(a->owner), type_module(b->owner));
    if (!order)
        order = number_order(a->def ? a->def->rid : 0, b->def ? b->def->rid : 0);
    if (!order)
        order = type_order(a->owner, b->owner);
    if (!order)
        order = types_order(a->args, a->arg_count, b->args, b->arg_count);
    if (!order)
        order = number_order(a->synthetic, b->synthetic);
    if (!order && a->synthetic_method && b->synthetic_method)
        order = method_order(a->synthetic_method, b->synthetic_method);
    if (!order)
        order = text_compare(a->name, b->name);
    return order ? order : signature_order(a->signature, b->signature);
}

int field_order(const Field *a, const Field *b) {
    if (a == b)
        return 0;
    int order = type_order(a->owner, b->owner);
    return order ? order : number_order(a->def->rid, b->def->rid);
}

int utf16_order(Utf16 a, Utf16 b) {
    for (size_t i = 0; i < a.count && i < b.count; i++)
        if (a.units[i] != b.units[i])
            return a.units[i] < b.units[i] ? -1 : 1;
    return number_order(a.count, b.count);
}

static int frozen_order(const FrozenObject *a, const FrozenObject *b) {
    int order = type_order(a->owner, b->owner);
    return order ? order : number_order(a->number, b->number);
}

int node_order(const Node *a, const Node *b) {
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    switch (a->kind) {
    case NODE_Method:
    case NODE_Slot:
    case NODE_ReflectableMethod: return method_order(a->entity, b->entity);
    case NODE_Necessary:
    case NODE_Metadata:
    case NODE_Constructed:
    case NODE_Allocated:
    case NODE_RuntimeType:
    case NODE_InterfaceUse:
    case NODE_NonGCStatics:
    case NODE_GCStatics:
    case NODE_ThreadStatics:
    case NODE_Cctor: return type_order(a->entity, b->entity);
    case NODE_Rva:
    case NODE_ReflectableField: return field_order(a->entity, b->entity);
    case NODE_Frozen: return frozen_order(a->entity, b->entity);
    case NODE_String:
        return utf16_order(((const StringNode *)a->entity)->string, ((const StringNode *)b->entity)->string);
    case NODE_Module: return module_order(a->entity, b->entity);
    case NODE_KIND_COUNT: break;
    }
    return 0;
}
