// MethodTables as corelib-contract 1.1: GCDesc, header, hidden slot and vtable, interface list, relative
// tail.
#include "emit/method_table.h"

#include "emit/gcdesc.h"

// The table lives in the arena of the context (`e` in the only function that uses the macros).
#define uthash_malloc(size)        arena_alloc(&e->arena, (size), alignof(max_align_t))
#define uthash_free(pointer, size) ((void)(pointer), (void)(size))
#include <uthash.h>

// ---- GCDesc -------------------------------------------------------------------------------------

static const Layout *layout_of(EmitContext *e, Type *type) {
    Failure failure = {0};
    const Layout *layout = type_layout(e->ts, type, &failure);
    if (!layout)
        emit_internal_error(e, "no layout for", type);
    return layout;
}

static void array_gcdesc(EmitContext *e, Type *type, GcWords *out) {
    uint32_t base_size = method_table_base_size(e, type), data_offset = base_size - OBJECT_HEADER_SIZE;
    if (type_is_reference(type->element)) {
        gcdesc_reference_array(&e->arena, data_offset, base_size, out);
    } else if (type->element->kind == TYPE_Named && type_has_references(e->ts, type->element)) {
        const Layout *layout = layout_of(e, type->element);
        if (!layout)
            return;
        gcdesc_struct_array(&e->arena, layout->reference_offsets, layout->reference_count, layout->size,
                            data_offset, out);
    }
}

static void object_gcdesc(EmitContext *e, Type *type, GcWords *out) {
    const Layout *layout = layout_of(e, type);
    if (!layout || !layout->reference_count)
        return;
    uint32_t *offsets = ARENA_ARRAY(&e->arena, uint32_t, layout->reference_count);
    for (uint32_t i = 0; i < layout->reference_count; i++)
        offsets[i] = layout->reference_offsets[i] + 8;
    gcdesc_object(&e->arena, offsets, layout->reference_count, method_table_base_size(e, type), out);
}

static void type_gcdesc(EmitContext *e, Type *type, GcWords *out) {
    bool is_array = type->kind == TYPE_SzArray || type->kind == TYPE_Array;
    if (is_array)
        array_gcdesc(e, type, out);
    if (type->kind != TYPE_Named || type->is_generic_definition || type->def->is_interface)
        return;
    if (type->element_type == ELEMENT_TYPE_VOID || type == well_known_type(e->ts, WELL_KNOWN_TYPE_String))
        return;
    object_gcdesc(e, type, out);
}

// ---- Header -------------------------------------------------------------------------------------

static Text related_type(EmitContext *e, Type *type) {
    switch (type->kind) {
    case TYPE_Named: {
        if (type->is_generic_definition || type->def->is_interface)
            return (Text){0};
        Type *base = type_base(e->ts, type);
        return base ? emit_type_symbol(e, base) : (Text){0};
    }
    case TYPE_SzArray:
    case TYPE_Array:
    case TYPE_Pointer:
    case TYPE_ByRef: return emit_type_symbol(e, type->element);
    case TYPE_FunctionPointer: return emit_type_symbol(e, type->signature->return_type);
    case TYPE_Var:
    case TYPE_MVar: break;
    }
    return (Text){0};
}

static bool may_have_instances(EmitContext *e, const Type *type) {
    return reach_type_level(e->reach, type) == LEVEL_Constructed && !type->is_generic_definition &&
           (type->kind == TYPE_Named || type->kind == TYPE_SzArray || type->kind == TYPE_Array) &&
           !(type->kind == TYPE_Named && type->def->is_interface);
}

// Slot 0 is the hidden one (design G6): offset of the type's row in the selector table, interface bits.
static void vtable_write(EmitContext *e, DataObject *object, Type *type) {
    uint32_t count;
    const Method *const *slots = reach_vtable(e->reach, type, &count);
    data_u32(&e->set, object, type->id < e->row_count ? e->rows[type->id] : 0);
    data_u32(&e->set, object, 0);
    for (uint32_t i = 0; i < count; i++)
        data_pointer(&e->set, object, slots[i] ? emit_code_symbol(e, slots[i]) : (Text){0}, USE_Code, 0);
}

static uint32_t interfaces_write(EmitContext *e, DataObject *object, Type *type, bool write) {
    if (type->is_generic_definition || type->kind == TYPE_Pointer || type->kind == TYPE_ByRef)
        return 0;
    if (type->kind == TYPE_FunctionPointer)
        return 0;
    uint32_t count, marked = 0;
    Type *const *interfaces = type_interfaces(e->ts, type, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (reach_type_level(e->reach, interfaces[i]) == LEVEL_None)
            continue;
        marked++;
        if (write)
            data_pointer(&e->set, object, emit_type_symbol(e, interfaces[i]), USE_Data, 0);
    }
    return marked;
}

// ---- Tail: 32-bit self-relative fields ----------------------------------------------------------

static Text variance_array(EmitContext *e, const TypeDef *def) {
    uint8_t *bytes = ARENA_ARRAY(&e->arena, uint8_t, def->generic_count);
    for (uint32_t i = 0; i < def->generic_count; i++)
        bytes[i] = method_table_variance_byte(def, i);
    return emit_bytes(e, "variance", bytes, def->generic_count, 1);
}

static Text arguments_array(EmitContext *e, Type *type) {
    Text symbol = data_symbol(&e->set, "arguments.%u", e->set.objects.count);
    DataObject *array = data_object_new(&e->set, symbol.data, SECTION_ReadOnly, 4);
    data_label(&e->set, array, symbol);
    for (uint32_t i = 0; i < type->arg_count; i++)
        data_relative(&e->set, array, WHOLE_SYMBOL(emit_type_symbol(e, type->args[i])));
    return symbol;
}

static void generic_tail(EmitContext *e, DataObject *object, Type *type) {
    if (type->is_generic_definition && method_table_has_variance(type))
        data_relative(&e->set, object, WHOLE_SYMBOL(variance_array(e, type->def)));
    if (!type->arg_count || type->is_generic_definition)
        return;
    data_relative(&e->set, object, WHOLE_SYMBOL(emit_type_symbol(e, type_from_def(e->ts, type->def))));
    Text composition = type->arg_count == 1 ? emit_type_symbol(e, type->args[0]) : arguments_array(e, type);
    data_relative(&e->set, object, WHOLE_SYMBOL(composition));
}

// RuntimeType cache of the type (Type.GetTypeFromMethodTable); filled with the frozen object if there is one,
// so that ldtoken and GetType() give the same.
static void writable_data(EmitContext *e, DataObject *object, Type *type) {
    bool is_frozen = type->id < e->runtime_type_count && e->has_runtime_type[type->id];
    DataObject *cells = is_frozen ? e->runtime_type_cells : e->writable_data;
    data_relative(&e->set, object, cells->name, USE_Data, data_size(cells));
    if (is_frozen)
        data_pointer(&e->set, cells, WHOLE_SYMBOL(reach_symbol(e->reach, SYMBOL_RuntimeType, type)));
    else
        data_zeros(&e->set, cells, 8);
}

static Text empty_dispatch_map(EmitContext *e) {
    static const uint8_t no_entries[8] = {0};
    if (!e->empty_dispatch_map.data)
        e->empty_dispatch_map = emit_bytes(e, "dispatch_map", no_entries, sizeof no_entries, 4);
    return e->empty_dispatch_map;
}

static void tail_write(EmitContext *e, DataObject *object, Type *type, uint32_t flags) {
    data_relative(&e->set, object, text_intern_z(&e->texts, "__typemanager_indirection"), USE_Data, 0);
    writable_data(e, object, type);
    if (flags & FLAG_HasDispatchMap) // CoreLib only tests that it is there
        data_relative(&e->set, object, WHOLE_SYMBOL(empty_dispatch_map(e)));
    if (flags & FLAG_HasFinalizer) // never set together with a component size
        data_relative(&e->set, object, emit_method_symbol(e, method_table_finalizer(e, type)), USE_Code, 0);
    generic_tail(e, object, type);
    for (uint32_t i = 0; type->kind == TYPE_FunctionPointer && i < type->signature->param_count; i++)
        data_relative(&e->set, object, WHOLE_SYMBOL(emit_type_symbol(e, type->signature->params[i])));
    data_align(&e->set, object, 8);
}

static void method_table_write(EmitContext *e, Type *type) {
    Text symbol = emit_type_symbol(e, type);
    DataObject *object =
        data_object_new(&e->set, data_symbol(&e->set, "%.400s.gc", symbol.data).data, SECTION_ReadOnly, 8);
    GcWords words = {0};
    bool full = may_have_instances(e, type);
    type_gcdesc(e, type, &words);
    uint32_t flags = method_table_flags(e, type) | (words.count ? (uint32_t)FLAG_HasPointers : 0);
    // The GC reads it for objects only, the type loader for templates and elements of arrays.
    bool has_gcdesc = full || reach_makes_types(e->reach);
    for (uint32_t i = 0; has_gcdesc && i < words.count; i++)
        data_u64(&e->set, object, words.items[i]);
    uint32_t slot_count = 0, interface_count = interfaces_write(e, object, type, false);
    if (full) {
        reach_vtable(e->reach, type, &slot_count);
        slot_count++;
    }
    data_label(&e->set, object, symbol);
    if (type == well_known_type(e->ts, WELL_KNOWN_TYPE_Object))
        data_label_z(&e->set, object, "tailor_method_table_object");
    if (type == well_known_type(e->ts, WELL_KNOWN_TYPE_Canon))
        data_label_z(&e->set, object, "tailor_method_table_canon");
    data_u32(&e->set, object, flags);
    data_u32(&e->set, object, method_table_base_size(e, type));
    data_pointer(&e->set, object, WHOLE_SYMBOL(related_type(e, type)));
    data_u16(&e->set, object, (uint16_t)slot_count);
    data_u16(&e->set, object, (uint16_t)interface_count);
    data_u32(&e->set, object, type_hash(e->ts, type));
    if (full)
        vtable_write(e, object, type);
    interfaces_write(e, object, type, true);
    tail_write(e, object, type, flags);
}

static DataObject *cells_new(EmitContext *e, const char *name) {
    DataObject *cells = data_object_new(&e->set, name, SECTION_Writable, 8);
    data_label_z(&e->set, cells, name);
    return cells;
}

static void runtime_types_index(EmitContext *e) {
    uint32_t count, highest = 0;
    Type *const *types = reach_runtime_types(e->reach, &count);
    for (uint32_t i = 0; i < count; i++)
        if (types[i]->id >= highest)
            highest = types[i]->id + 1;
    bool *has = ARENA_ARRAY(&e->arena, bool, highest + 1);
    for (uint32_t i = 0; i < count; i++)
        has[types[i]->id] = true;
    e->has_runtime_type = has;
    e->runtime_type_count = highest;
}

void emit_method_tables(EmitContext *e) {
    runtime_types_index(e);
    e->writable_data = cells_new(e, "__writableData");
    e->runtime_type_cells = cells_new(e, "__writableDataFrozen");
    uint32_t count;
    Type *const *types = reach_types(e->reach, &count);
    for (uint32_t i = 0; i < count; i++)
        method_table_write(e, types[i]);
}

// ---- Static bases -------------------------------------------------------------------------------

typedef struct PseudoMethodTable {
    const void *key; // payload size, then the offsets
    Text symbol;
    UT_hash_handle hh;
} PseudoMethodTable;

static PseudoMethodTable *pseudo_find_or_add(EmitContext *e, const uint32_t *key, size_t key_size,
                                             bool *is_new) {
    PseudoMethodTable *found;
    HASH_FIND(hh, e->pseudo_tables, key, key_size, found);
    *is_new = !found;
    if (found)
        return found;
    found = ARENA_NEW(&e->arena, PseudoMethodTable);
    found->key = arena_copy(&e->arena, key, key_size, 4);
    HASH_ADD_KEYPTR(hh, e->pseudo_tables, found->key, key_size, found);
    return found;
}

Text emit_pseudo_method_table(EmitContext *e, uint32_t payload_size, const uint32_t *reference_offsets,
                              uint32_t count) {
    uint32_t *key = ARENA_ARRAY(&e->arena, uint32_t, count + 1);
    key[0] = payload_size;
    for (uint32_t i = 0; i < count; i++)
        key[i + 1] = reference_offsets[i];
    bool is_new;
    PseudoMethodTable *table = pseudo_find_or_add(e, key, sizeof *key * (count + 1), &is_new);
    if (!is_new)
        return table->symbol;
    table->symbol = data_symbol(&e->set, "__GCStaticEEType_%u", e->set.objects.count);
    DataObject *object =
        data_object_new(&e->set, data_symbol(&e->set, "%s.gc", table->symbol.data).data, SECTION_ReadOnly, 8);
    uint32_t base_size = (OBJECT_HEADER_SIZE + 8 + payload_size + 7) & ~7u;
    if (base_size < MINIMUM_OBJECT_SIZE)
        base_size = MINIMUM_OBJECT_SIZE;
    GcWords words = {0};
    gcdesc_object(&e->arena, reference_offsets, count, base_size, &words);
    for (uint32_t i = 0; i < words.count; i++)
        data_u64(&e->set, object, words.items[i]);
    data_label(&e->set, object, table->symbol);
    data_u32(&e->set, object, words.count ? (uint32_t)FLAG_HasPointers : 0);
    data_u32(&e->set, object, base_size);
    data_pointer(&e->set, object,
                 WHOLE_SYMBOL(emit_type_symbol(e, well_known_type(e->ts, WELL_KNOWN_TYPE_Object))));
    data_u64(&e->set, object, 1); // one vtable slot, no interfaces: as an allocatable type looks
    data_u64(&e->set, object, 0); // the hidden slot
    return table->symbol;
}
