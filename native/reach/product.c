// The const view of the last round: sorted lists, numbers of slots and selectors, rows and vtables.
#include "reach/world.h"

#include <stdlib.h>

static int node_pointer_order(const void *a, const void *b) {
    return node_order(*(Node *const *)a, *(Node *const *)b);
}

/// Entities of one kind, sorted, in the program arena.
static const void **entities(Reach *reach, NodeKind kind, uint32_t *count) {
    NodeList *list = &reach->world->marked[kind];
    const void **out = ARENA_ARRAY(reach->program, const void *, list->count);
    if (list->count)
        qsort(list->items, list->count, sizeof *list->items, node_pointer_order);
    for (uint32_t i = 0; i < list->count; i++)
        out[i] = list->items[i]->entity;
    *count = list->count;
    return out;
}

static int method_pointer_order(const void *a, const void *b) {
    return method_order(*(const Method *const *)a, *(const Method *const *)b);
}

static void methods_sort(const Method **items, uint32_t count) {
    if (count)
        qsort(items, count, sizeof *items, method_pointer_order);
}

static int field_pointer_order(const void *a, const void *b) {
    return field_order(*(const Field *const *)a, *(const Field *const *)b);
}

static void fields_sort(const Field **items, uint32_t count) {
    if (count)
        qsort(items, count, sizeof *items, field_pointer_order);
}

// ---- Slots and selectors ------------------------------------------------------------------------

/// Two different codes behind it: only then a call reads a table entry. Reflection always does.
static bool needs_table(const Reach *reach, const MethodNode *node) {
    if ((node->called_by_invoke && node->targets.count) || node->is_ambiguous || node->is_static_use)
        return true;
    const Method *first = NULL;
    for (uint32_t i = 0; i < node->targets.count; i++) {
        const Method *code = node->targets.items[i].code;
        if (!code || code == first || !reach_has_method(reach, code))
            continue;
        if (first)
            return true;
        first = code;
    }
    return false;
}

static void selectors_number(Reach *reach) {
    World *w = reach->world;
    NodeList *marked = &w->marked[NODE_Slot]; // sorted by now
    for (uint32_t i = 0; i < marked->count; i++) {
        MethodNode *node = method_node(w, marked->items[i]->entity);
        bool is_selector = method_is_selector(node->method);
        if (!needs_table(reach, node))
            continue;
        if (!is_selector) {
            reach->slots[reach->slot_count++] = node->method;
            continue;
        }
        uint32_t number = reach->selector_count++;
        reach->selectors[number] = node->method;
        node->index = (int32_t)number;
        for (uint32_t k = 0; k < node->targets.count; k++) {
            Target *target = &node->targets.items[k];
            ARRAY_PUSH(&w->arena, &target->type->row, (SelectorEntry){number, target->code});
        }
    }
}

/// Slots keep the order of the type system, base first, without those that no table serves.
static void slots_number(Reach *reach) {
    World *w = reach->world;
    for (uint32_t i = 0; i < reach->slot_count; i++)
        method_node(w, reach->slots[i])->index = 0; // in use
    for (uint32_t i = 0; i < reach->slot_count; i++) {
        MethodNode *node = method_node(w, reach->slots[i]);
        uint32_t count, used = 0;
        const VirtualSlot *slots = type_virtual_slots(w->ts, node->method->owner, &count);
        for (uint32_t k = 0; k < count && dispatch_key(w, slots[k].declaration) != node->method; k++) {
            const MethodNode *before = method_node_find(w, dispatch_key(w, slots[k].declaration));
            used += before && before->index >= 0 && !method_is_selector(before->method);
        }
        node->index = (int32_t)used;
    }
}

static void vtable_make(World *w, TypeNode *node) {
    uint32_t count;
    const VirtualSlot *slots = type_virtual_slots(w->ts, node->type, &count);
    for (uint32_t i = 0; i < count; i++) {
        const MethodNode *slot = method_node_find(w, dispatch_key(w, slots[i].declaration));
        if (!slot || slot->index < 0 || method_is_selector(slot->method))
            continue;
        const Method *implementation = slot_implementation(w, node->type, &slots[i]);
        const Method *code =
            implementation ? method_served(w, boxed_entry(w, node->type, implementation), NULL) : NULL;
        if (code && method_node(w, code)->cut)
            code = cut_target(w, node->type, code);
        // Not compiled: no call has a receiver that this type can stand behind.
        ARRAY_PUSH(&w->arena, &node->vtable, code && reach_has_method(w->reach, code) ? code : NULL);
    }
}

/// An instance of which only the identity is known here, but which can be made at run time, and one of many:
/// it is given what the type loader would give it.
static void template_borrow(World *w, TypeNode *node) {
    Type *type = node->type;
    const TypeNode *form = node->tables_from;
    if (!form && !node->levels[3].marked && !type->has_placeholder)
        form = type_node_find(w, type_canonical(w->ts, type));
    if (!form || form == node || !form->levels[3].marked || !node->levels[2].marked)
        return;
    node->vtable.items = form->vtable.items;
    node->vtable.count = form->vtable.count;
    node->row.items = form->row.items;
    node->row.count = form->row.count;
}

static void vtables_make(Reach *reach) {
    const NodeList *allocated = &reach->world->marked[NODE_Allocated];
    for (uint32_t i = 0; i < allocated->count; i++) {
        TypeNode *node = type_node(reach->world, allocated->items[i]->entity);
        if (!(node->type->def && node->type->def->is_nullable) && !node->tables_from)
            vtable_make(reach->world, node);
    }
    const NodeList *constructed = &reach->world->marked[NODE_Constructed];
    for (uint32_t i = 0; reach->makes_types && i < constructed->count; i++)
        template_borrow(reach->world, type_node(reach->world, constructed->items[i]->entity));
}

// ---- Metadata -----------------------------------------------------------------------------------

static void metadata_flag(Reach *reach, const TypeDef *def) {
    for (; def && def->rid; def = def->enclosing) { // System.__Canon has no row
        uint8_t *flags = reach->metadata_flags[def->module->index];
        if (flags[def->rid - 1])
            return;
        flags[def->rid - 1] = 1;
        reach->metadata_type_count++;
    }
}

static void metadata_list(Reach *reach, Module *const *all, uint32_t module_count) {
    uint32_t at = 0;
    reach->metadata_types = ARENA_ARRAY(reach->program, const TypeDef *, reach->metadata_type_count);
    for (uint32_t m = 0; m < module_count; m++) {
        uint32_t rows = table_row_count(all[m]->image, TABLE_TypeDef);
        for (uint32_t rid = 1; rid <= rows; rid++)
            if (reach->metadata_flags[m][rid - 1])
                reach->metadata_types[at++] = type_def_get(reach->ts, all[m], rid);
    }
}

/// Every type with a MethodTable has a name: GetType().Name and exception messages may ask for any of them.
static void metadata_make(Reach *reach) {
    uint32_t module_count;
    Module *const *all = modules(reach->ts, &module_count);
    reach->metadata_flags = ARENA_ARRAY(reach->program, uint8_t *, module_count);
    for (uint32_t m = 0; m < module_count; m++)
        reach->metadata_flags[m] =
            ARENA_ARRAY(reach->program, uint8_t, table_row_count(all[m]->image, TABLE_TypeDef));
    for (uint32_t i = 0; i < reach->type_count; i++)
        if (reach->types[i]->def && reach->types[i]->def->rid) // System.__Canon is made up and has no row
            metadata_flag(reach, reach->types[i]->def);
    for (uint32_t m = 0; m < module_count; m++) {
        const ModuleMarks *marks = module_marks(reach->world, all[m]);
        uint32_t rows = marks->types ? table_row_count(all[m]->image, TABLE_TypeDef) : 0;
        for (uint32_t rid = 1; rid <= rows; rid++)
            if (marks->types[rid - 1] & TYPE_VISIBLE)
                metadata_flag(reach, type_def_get(reach->ts, all[m], rid));
    }
    metadata_list(reach, all, module_count);
}

// ---- All ----------------------------------------------------------------------------------------

static int export_order(const void *a, const void *b) {
    return text_compare(((const Export *)a)->symbol, ((const Export *)b)->symbol);
}

static void exports_and_data_sort(Reach *reach) {
    World *w = reach->world;
    if (w->exports.count)
        qsort(w->exports.items, w->exports.count, sizeof *w->exports.items, export_order);
    methods_sort(w->eager_cctors.items, w->eager_cctors.count);
    methods_sort(w->module_initializers.items, w->module_initializers.count);
    methods_sort(w->lazy_pinvokes.items, w->lazy_pinvokes.count);
    methods_sort(w->token_methods.items, w->token_methods.count);
    fields_sort(w->token_fields.items, w->token_fields.count);
}

static void strings_make(Reach *reach) {
    const void **nodes = entities(reach, NODE_String, &reach->string_count);
    reach->strings = ARENA_ARRAY(reach->program, Utf16, reach->string_count);
    reach->string_nodes = ARENA_ARRAY(reach->program, StringNode *, reach->string_count);
    for (uint32_t i = 0; i < reach->string_count; i++) {
        StringNode *node = (StringNode *)nodes[i];
        node->index = i;
        reach->strings[i] = node->string;
        reach->string_nodes[i] = node;
    }
}

void product_make(Reach *reach) {
    uint32_t virtual_count = 0;
    reach->methods = (const Method **)entities(reach, NODE_Method, &reach->method_count);
    reach->types = (Type **)entities(reach, NODE_Necessary, &reach->type_count);
    reach->runtime_types = (Type **)entities(reach, NODE_RuntimeType, &reach->runtime_type_count);
    for (uint32_t kind = 0; kind < 3; kind++) {
        Type **all = (Type **)entities(reach, (NodeKind)(NODE_NonGCStatics + kind), &virtual_count);
        uint32_t kept = 0; // those of templates are laid out at run time
        for (uint32_t i = 0; i < virtual_count; i++)
            if (!all[i]->has_placeholder)
                all[kept++] = all[i];
        reach->static_types[kind] = all;
        reach->static_type_count[kind] = kept;
    }
    reach->rva_fields = (const Field **)entities(reach, NODE_Rva, &reach->rva_field_count);
    reach->invokable = (const Method **)entities(reach, NODE_ReflectableMethod, &reach->invokable_count);
    reach->reflectable_fields =
        (const Field **)entities(reach, NODE_ReflectableField, &reach->reflectable_field_count);
    reach->frozen_objects = (const FrozenObject **)entities(reach, NODE_Frozen, &reach->frozen_count);
    entities(reach, NODE_Slot, &virtual_count); // sorts
    entities(reach, NODE_Allocated, &(uint32_t){0});
    reach->selectors = ARENA_ARRAY(reach->program, const Method *, virtual_count);
    reach->slots = ARENA_ARRAY(reach->program, const Method *, virtual_count);
    strings_make(reach);
    selectors_number(reach);
    slots_number(reach);
    dynamic_implementations_number(reach);
    vtables_make(reach);
    exports_and_data_sort(reach);
    for (uint32_t i = 0; i < reach->static_type_count[STATIC_Thread]; i++)
        type_node(reach->world, reach->static_types[STATIC_Thread][i])->tls_index = i;
    metadata_make(reach);
}

const Method *const *reach_methods(const Reach *reach, uint32_t *count) {
    *count = reach->method_count;
    return reach->methods;
}

bool reach_has_method(const Reach *reach, const Method *method) {
    if (method_has_placeholder(method))
        method = method_canonical(reach->ts, method);
    const MethodNode *node = method_node_find(reach->world, method);
    return node && node->code.marked;
}

bool reach_address_taken(const Reach *reach, const Method *method) {
    const MethodNode *node = method_node_find(reach->world, method);
    return node && node->address_taken;
}

bool reach_pointer_taken(const Reach *reach, const Method *method) {
    const MethodNode *node = method_node_find(reach->world, method);
    return node && node->pointer_taken;
}

void reach_share_code(Reach *reach, const Method *method, const Method *same) {
    method_node(reach->world, method)->same_code = same;
}

void reach_share_body(Reach *reach, const Method *method, const Method *made_from) {
    method_node(reach->world, method)->shared_body = made_from;
}

const Method *reach_body(const Reach *reach, const Method *method) {
    const MethodNode *node = method_node_find(reach->world, method);
    return node ? node->shared_body : NULL;
}

const Method *reach_code(const Reach *reach, const Method *method) {
    const MethodNode *node = method_node_find(reach->world, method);
    return node && node->same_code ? node->same_code : method;
}

Type *const *reach_types(const Reach *reach, uint32_t *count) {
    *count = reach->type_count;
    return reach->types;
}

TypeLevel reach_type_level(const Reach *reach, const Type *type) {
    const TypeNode *node =
        type_node_find(reach->world, type->has_placeholder ? type_canonical(reach->ts, type) : type);
    if (!node || !node->levels[0].marked)
        return LEVEL_None;
    if (node->levels[2].marked)
        return LEVEL_Constructed;
    return node->levels[1].marked ? LEVEL_Metadata : LEVEL_Necessary;
}

Type *const *reach_runtime_types(const Reach *reach, uint32_t *count) {
    *count = reach->runtime_type_count;
    return reach->runtime_types;
}

const Utf16 *reach_strings(const Reach *reach, uint32_t *count) {
    *count = reach->string_count;
    return reach->strings;
}

uint32_t reach_string_index(const Reach *reach, Utf16 string) {
    const StringNode *node = string_node_find(reach->world, string);
    return node ? node->index : UINT32_MAX;
}

Type *const *reach_static_types(const Reach *reach, StaticKind kind, uint32_t *count) {
    bool known = kind == STATIC_NonGC || kind == STATIC_GC || kind == STATIC_Thread;
    *count = known ? reach->static_type_count[kind] : 0;
    return known ? reach->static_types[kind] : NULL;
}

bool reach_has_static_base(const Reach *reach, const Type *type, StaticKind kind) {
    const TypeNode *node = type_node_find(reach->world, type);
    return node && kind <= STATIC_Thread && node->statics[kind].marked;
}

const StaticImage *reach_static_image(const Reach *reach, const Type *type) {
    return preinit_image(reach->preinit, type);
}

const char *reach_preinit_obstacle(const Reach *reach, const Type *type) {
    return preinit_obstacle(reach->preinit, type);
}

const FrozenObject *const *reach_frozen_objects(const Reach *reach, uint32_t *count) {
    *count = reach->frozen_count;
    return reach->frozen_objects;
}

uint32_t reach_thread_static_index(const Reach *reach, const Type *type) {
    const TypeNode *node = type_node_find(reach->world, type);
    return node ? node->tls_index : 0;
}

const Field *const *reach_rva_fields(const Reach *reach, uint32_t *count) {
    *count = reach->rva_field_count;
    return reach->rva_fields;
}

const Method *const *reach_eager_cctors(const Reach *reach, uint32_t *count) {
    *count = reach->world->eager_cctors.count;
    return reach->world->eager_cctors.items;
}

const Method *const *reach_module_initializers(const Reach *reach, uint32_t *count) {
    *count = reach->world->module_initializers.count;
    return reach->world->module_initializers.items;
}

const Export *reach_exports(const Reach *reach, uint32_t *count) {
    *count = reach->world->exports.count;
    return reach->world->exports.items;
}

const Method *const *reach_lazy_pinvokes(const Reach *reach, uint32_t *count) {
    *count = reach->world->lazy_pinvokes.count;
    return reach->world->lazy_pinvokes.items;
}
