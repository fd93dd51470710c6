#include "reach/world.h"

#include <stdlib.h>

static void *table_grow(Arena *arena, void *old, uint32_t *capacity, uint32_t index) {
    uint32_t grown = *capacity ? *capacity : 1024;
    while (grown <= index)
        grown *= 2;
    void **items = ARENA_ARRAY(arena, void *, grown);
    if (*capacity)
        memcpy(items, old, *capacity * sizeof(void *));
    *capacity = grown;
    return items;
}

World *world_open(Reach *reach) {
    World *w = checked_malloc(sizeof *w);
    *w = (World){.reach = reach, .ts = reach->ts, .il = reach->il, .makes_types = reach->makes_types};
    w->string_bucket_count = 4096;
    w->flow_epoch = 1;
    w->string_buckets = ARENA_ARRAY(&w->arena, StringNode *, w->string_bucket_count);
    attributes_open(w);
    return w;
}

void world_close(World *w) {
    if (!w)
        return;
    arena_free(&w->arena);
    arena_free(&w->scratch);
    free(w);
}

MethodNode *method_node_find(const World *w, const Method *method) {
    return method->id < w->method_capacity ? w->methods[method->id] : NULL;
}

MethodNode *method_node(World *w, const Method *method) {
    MethodNode *node = method_node_find(w, method);
    if (node)
        return node;
    if (method->id >= w->method_capacity)
        w->methods = table_grow(&w->arena, w->methods, &w->method_capacity, method->id);
    node = ARENA_NEW(&w->arena, MethodNode);
    node->method = method;
    node->index = -1;
    node->code = (Node){.kind = NODE_Method, .entity = method};
    node->slot = (Node){.kind = NODE_Slot, .entity = method};
    node->reflectable = (Node){.kind = NODE_ReflectableMethod, .entity = method};
    w->methods[method->id] = node;
    return node;
}

TypeNode *type_node_find(const World *w, const Type *type) {
    return type->id < w->type_capacity ? w->types[type->id] : NULL;
}

TypeNode *type_node(World *w, const Type *type) {
    TypeNode *node = type_node_find(w, type);
    if (node)
        return node;
    if (type->id >= w->type_capacity)
        w->types = table_grow(&w->arena, w->types, &w->type_capacity, type->id);
    node = ARENA_NEW(&w->arena, TypeNode);
    node->type = (Type *)type;
    for (uint32_t i = 0; i < 4; i++)
        node->levels[i] = (Node){.kind = (NodeKind)(NODE_Necessary + i), .entity = type};
    node->runtime_type = (Node){.kind = NODE_RuntimeType, .entity = type};
    node->interface_use = (Node){.kind = NODE_InterfaceUse, .entity = type};
    node->cctor = (Node){.kind = NODE_Cctor, .entity = type};
    for (uint32_t i = 0; i < 3; i++)
        node->statics[i] = (Node){.kind = (NodeKind)(NODE_NonGCStatics + i), .entity = type};
    w->types[type->id] = node;
    return node;
}

FieldNode *field_node(World *w, const Field *field) {
    if (field->id >= w->field_capacity)
        w->fields = table_grow(&w->arena, w->fields, &w->field_capacity, field->id);
    FieldNode **place = &w->fields[field->id];
    if (!*place) {
        *place = ARENA_NEW(&w->arena, FieldNode);
        (*place)->rva = (Node){.kind = NODE_Rva, .entity = field};
        (*place)->reflectable = (Node){.kind = NODE_ReflectableField, .entity = field};
    }
    return *place;
}

ModuleMarks *module_marks(World *w, const Module *module) {
    if (module->index >= w->module_marks_capacity)
        w->module_marks = table_grow(&w->arena, w->module_marks, &w->module_marks_capacity, module->index);
    ModuleMarks **place = &w->module_marks[module->index];
    if (!*place) {
        *place = ARENA_NEW(&w->arena, ModuleMarks);
        (*place)->methods =
            ARENA_ARRAY(&w->arena, uint8_t, table_row_count(module->image, TABLE_MethodDef) + 1);
        (*place)->fields = ARENA_ARRAY(&w->arena, uint8_t, table_row_count(module->image, TABLE_Field) + 1);
        (*place)->types = ARENA_ARRAY(&w->arena, uint8_t, table_row_count(module->image, TABLE_TypeDef) + 1);
        (*place)->attributes =
            ARENA_ARRAY(&w->arena, uint8_t, table_row_count(module->image, TABLE_CustomAttribute) + 1);
    }
    return *place;
}

Node *frozen_node(World *w, const FrozenObject *object) {
    if (object->id >= w->frozen_capacity)
        w->frozen = table_grow(&w->arena, w->frozen, &w->frozen_capacity, object->id);
    Node **place = &w->frozen[object->id];
    if (!*place) {
        *place = ARENA_NEW(&w->arena, Node);
        **place = (Node){.kind = NODE_Frozen, .entity = object};
    }
    return *place;
}

Node *module_node(World *w, const Module *module) {
    if (module->index >= w->module_capacity)
        w->modules = table_grow(&w->arena, w->modules, &w->module_capacity, module->index);
    Node **place = &w->modules[module->index];
    if (!*place) {
        *place = ARENA_NEW(&w->arena, Node);
        **place = (Node){.kind = NODE_Module, .entity = module};
    }
    return *place;
}

static uint32_t utf16_hash(Utf16 string) {
    uint32_t hash = 2166136261u; // FNV-1a over code units
    for (size_t i = 0; i < string.count; i++)
        hash = (hash ^ string.units[i]) * 16777619u;
    return hash;
}

static bool utf16_same(Utf16 a, Utf16 b) {
    return a.count == b.count && (a.count == 0 || memcmp(a.units, b.units, a.count * sizeof *a.units) == 0);
}

StringNode *string_node_find(const World *w, Utf16 string) {
    StringNode *node = w->string_buckets[utf16_hash(string) % w->string_bucket_count];
    while (node && !utf16_same(node->string, string))
        node = node->next;
    return node;
}

StringNode *string_node(World *w, Utf16 string) {
    StringNode *node = string_node_find(w, string);
    if (node)
        return node;
    node = ARENA_NEW(&w->arena, StringNode);
    node->node = (Node){.kind = NODE_String, .entity = node};
    // The literal lies in a body's scratch memory; the node outlives it.
    const uint16_t *units = arena_copy(&w->arena, string.units, string.count * sizeof *units, sizeof *units);
    node->string = (Utf16){units, string.count};
    StringNode **bucket = &w->string_buckets[utf16_hash(string) % w->string_bucket_count];
    node->next = *bucket;
    *bucket = node;
    return node;
}
