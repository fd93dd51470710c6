// What Marshal.* asks at run time (blobs 16 and 17): types that the program marshals by name (reach.md 1.5).
#include "reach/world.h"

static bool text_is_one_of(Text name, const char *const *names, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (text_equal_z(name, names[i]))
            return true;
    return false;
}

void mark_marshalled_delegate(World *w, Type *type, const Node *from) {
    DelegateMarshalling stubs;
    TypeNode *node = type_node(w, type);
    if (node->is_marshalled || !il_delegate_marshalling(w->il, type, &stubs))
        return;
    node->is_marshalled = true;
    ARRAY_PUSH(&w->arena, &w->marshalled_delegates, type);
    mark_necessary(w, type, from, "marshalled delegate");
    mark_address(w, stubs.open, from, "delegate marshalling stub");
    mark_address(w, stubs.closed, from, "delegate marshalling stub");
    mark_address(w, stubs.from_native, from, "delegate marshalling stub");
}

void mark_marshalled_struct(World *w, Type *type, const Node *from) {
    StructMarshalling facts;
    TypeNode *node = type_node(w, type);
    if (node->is_marshalled || !il_struct_marshalling(w->il, type, &facts))
        return;
    node->is_marshalled = true;
    ARRAY_PUSH(&w->arena, &w->marshalled_structs, type);
    mark_necessary(w, type, from, "marshalled struct");
    if (!facts.has_stubs)
        return;
    mark_address(w, facts.to_native, from, "struct marshalling stub");
    mark_address(w, facts.to_managed, from, "struct marshalling stub");
    mark_address(w, facts.cleanup, from, "struct marshalling stub");
}

void mark_marshalling_call(World *w, const Method *method, const Node *from) {
    static const char *const delegates[] = {"GetFunctionPointerForDelegate", "GetDelegateForFunctionPointer"};
    static const char *const structs[] = {"SizeOf", "OffsetOf", "PtrToStructure", "DestroyStructure",
                                          "StructureToPtr"};
    if (method->arg_count != 1 || method->owner != well_known_type(w->ts, WELL_KNOWN_TYPE_Marshal))
        return;
    Type *type = method->args[0];
    if (text_is_one_of(method->name, delegates, sizeof delegates / sizeof *delegates))
        mark_marshalled_delegate(w, type, from);
    else if (text_is_one_of(method->name, structs, sizeof structs / sizeof *structs))
        mark_marshalled_struct(w, type, from);
}

void mark_function_pointer_delegate(World *w, Type *type, const Node *from) {
    Bytes blob;
    if (type->def && type->def->is_delegate && type->def->rid &&
        attribute_find(type->def->module, token_make(TABLE_TypeDef, type->def->rid),
                       "System.Runtime.InteropServices", "UnmanagedFunctionPointerAttribute", &blob))
        mark_marshalled_delegate(w, type, from);
}

Type *const *reach_marshalled_structs(const Reach *reach, uint32_t *count) {
    *count = reach->world->marshalled_structs.count;
    return reach->world->marshalled_structs.items;
}

Type *const *reach_marshalled_delegates(const Reach *reach, uint32_t *count) {
    *count = reach->world->marshalled_delegates.count;
    return reach->world->marshalled_delegates.items;
}
