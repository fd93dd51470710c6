// Maps of reflection over the records (corelib-contract 6.1, 6.5; TypeLoaderEnvironment of
// System.Private.TypeLoader): invocation, virtual invocation, fields, class constructors, statics of generic
// instances.
#include "emit/metadata.h"
#include "emit/reflection_blob.h"

enum { // InvokeTableFlags
    INVOKE_HasVirtualInvoke = 0x01,
    INVOKE_IsGenericMethod = 0x02,
    INVOKE_IsDefaultConstructor = 0x08,
    INVOKE_RequiresInstArg = 0x10,
    INVOKE_HasEntrypoint = 0x20,
};
enum { // FieldTableFlags
    FIELD_Instance = 0,
    FIELD_NonGCStatic = 1,
    FIELD_GCStatic = 2,
    FIELD_ThreadStatic = 3,
    FIELD_OffsetEncodedDirectly = 0x20,
    FIELD_IsInitOnly = 0x80,
};
enum { OBJECT_HEADER_SIZE = 8 }; // the MethodTable pointer: offsets of fields in objects count from it
enum { VTABLE_HIDDEN_SLOTS = 1 };

static void put(EmitContext *e, HashEntry *entry, uint32_t value) {
    native_unsigned(&e->arena, &entry->payload, value);
}

static void put_type(EmitContext *e, HashEntry *entry, const Type *type) {
    put(e, entry, metadata_fixup(e, WHOLE_SYMBOL(emit_type_symbol(e, type))));
}

// The type loader looks for the canonical form of a type, where it can make others of that form.
static uint32_t map_hash(EmitContext *e, const Type *type) {
    return type_hash(e->ts, reach_makes_types(e->reach) ? type_canonical(e->ts, type) : type);
}

// ---- Invocation ---------------------------------------------------------------------------------

// Code that takes the object: for structs the stub that takes their box. NULL if there is none.
static const Method *invoke_entry(EmitContext *e, const Method *method) {
    const Method *entry = method;
    if (method->owner->is_value_type && !method->def->is_static)
        entry = method_synthetic(e->ts, SYNTHETIC_UnboxingStub, method->owner, method);
    return reach_has_method(e->reach, entry) ? entry : NULL;
}

// Instances only. Static abstract methods cannot be called; constructors of delegates, which the compiler
// makes of ldftn, CoreLib refuses.
static bool is_invokable(const Method *method) {
    const MethodDef *def = method->def;
    return !method->is_open && !(def->is_static && def->is_abstract) &&
           !(def->is_runtime && def->is_constructor);
}

static uint32_t invoke_flags(const Method *method, const Method *entry) {
    uint32_t flags = 0;
    bool is_instance_constructor = method->def->is_constructor && !method->def->is_static;
    if (reach_is_invoked_virtually(method))
        flags |= INVOKE_HasVirtualInvoke;
    if (method->arg_count)
        flags |= INVOKE_IsGenericMethod;
    if (is_instance_constructor && !method->def->param_count)
        flags |= INVOKE_IsDefaultConstructor;
    if (entry)
        flags |= INVOKE_HasEntrypoint;
    const Method *code =
        entry && entry->synthetic == SYNTHETIC_UnboxingStub ? entry->synthetic_method : entry;
    if (entry && (reach_takes_context(entry) || (code->arg_count && reach_takes_context(code))))
        flags |= INVOKE_RequiresInstArg;
    return flags;
}

static uint32_t code_fixup(EmitContext *e, const Method *method) {
    return metadata_fixup(e, emit_method_symbol(e, method), USE_Code, 0);
}

static HashEntry invoke_map_entry(EmitContext *e, const Method *method, const Method *entry) {
    HashEntry row = {.hash = map_hash(e, method->owner)};
    put(e, &row, invoke_flags(method, entry));
    put(e, &row, metadata_method_definition(e, method->def)->offset);
    put_type(e, &row, method->owner);
    if (entry)
        put(e, &row, code_fixup(e, entry));
    put(e, &row, code_fixup(e, method_dynamic_invoke(e->ts, method->signature)));
    if (method->arg_count) {
        put(e, &row, method->arg_count);
        for (uint32_t i = 0; i < method->arg_count; i++)
            put_type(e, &row, method->args[i]);
    }
    return row;
}

void reflection_code_fixups(EmitContext *e) {
    uint32_t count;
    const Method *const *methods = reach_invokable_methods(e->reach, &count);
    for (uint32_t i = 0; i < count; i++) {
        const Method *entry = is_invokable(methods[i]) ? invoke_entry(e, methods[i]) : NULL;
        if (entry)
            (void)code_fixup(e, entry);
        if (is_invokable(methods[i]))
            (void)code_fixup(e, method_dynamic_invoke(e->ts, methods[i]->signature));
    }
}

static void invoke_map_add(EmitContext *e, HashEntries *entries, bool is_canonical) {
    uint32_t count;
    const Method *const *methods = reach_invokable_methods(e->reach, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (method_has_placeholder(methods[i]) != is_canonical)
            continue;
        const Method *entry = is_invokable(methods[i]) ? invoke_entry(e, methods[i]) : NULL;
        bool is_virtual = is_invokable(methods[i]) && reach_is_invoked_virtually(methods[i]);
        if (entry || is_virtual)
            ARRAY_PUSH(&e->arena, entries, invoke_map_entry(e, methods[i], entry));
    }
}

/// Readers take the first entry that serves an instance: its own code comes before canonical code.
static void invoke_map_write(EmitContext *e) {
    HashEntries entries = {0};
    invoke_map_add(e, &entries, false);
    invoke_map_add(e, &entries, true);
    metadata_blob_write(e, BLOB_InvokeMap, native_hashtable(&e->arena, &entries));
}

// ---- Virtual invocation -------------------------------------------------------------------------

// Interface methods are numbered by their place in this list, which the runtime's resolver reads
// (tailor_resolve_dispatch): where their entries lie in the selector table.
static uint32_t selector_add(EmitContext *e, DataObject **list, int32_t selector) {
    if (!*list) {
        *list = data_object_new(&e->set, "__reflection_selectors", SECTION_ReadOnly, 4);
        data_label_z(&e->set, *list, "__reflection_selectors");
    }
    uint32_t number = data_size(*list) / 4;
    data_relative(&e->set, *list, WHOLE_SYMBOL(reach_selector_symbol(e->reach, (uint32_t)selector)));
    return number;
}

static uint32_t levels_above(EmitContext *e, Type *type, const Type *base) {
    uint32_t levels = 0;
    for (; type && type != base; type = type_base(e->ts, type))
        levels++;
    return levels;
}

static const Method *slot_declaration(EmitContext *e, const Method *method) {
    if (method->owner->def->is_interface)
        return method;
    const Method *declaration = method_slot_definition(e->ts, (Method *)(uintptr_t)method);
    return declaration ? declaration : method;
}

// -1: no type with instances has it.
static int32_t dispatch_index(EmitContext *e, const Method *method) {
    const Method *declaration = slot_declaration(e, method);
    bool is_selector = declaration->arg_count || declaration->owner->def->is_interface;
    return is_selector ? reach_selector_index(e->reach, declaration)
                       : reach_slot_index(e->reach, declaration);
}

static void virtual_invoke_add(EmitContext *e, HashEntries *entries, DataObject **selectors,
                               const Method *method) {
    uint32_t levels = levels_above(e, method->owner, slot_declaration(e, method)->owner);
    HashEntry row = {.hash = map_hash(e, method->owner)};
    put_type(e, &row, method->owner);
    put(e, &row, record_token(metadata_method_definition(e, method->def)));
    put(e, &row, levels << 1 | (method->arg_count ? 1 : 0));
    if (!method->arg_count) {
        int32_t index = dispatch_index(e, method);
        put(e, &row,
            method->owner->def->is_interface ? selector_add(e, selectors, index)
                                             : (uint32_t)index + VTABLE_HIDDEN_SLOTS);
    }
    ARRAY_PUSH(&e->arena, entries, row);
}

// Instances of one generic method share an entry; they follow one another.
static bool is_same_definition(const Method *a, const Method *b) {
    return a && a->def == b->def && a->owner == b->owner;
}

/// Generic virtual methods over what is known at run time only have no selector: the type loader's tables
/// lead from the object's type to their code (tailor_find_virtual).
static bool is_dispatched(EmitContext *e, const Method *method) {
    return dispatch_index(e, method) >= 0 || (method->arg_count && method_has_placeholder(method));
}

static void virtual_invoke_map_write(EmitContext *e) {
    uint32_t count;
    const Method *const *methods = reach_invokable_methods(e->reach, &count);
    HashEntries entries = {0};
    DataObject *selectors = NULL;
    const Method *last = NULL;
    for (uint32_t i = 0; i < count; i++) {
        if (!is_invokable(methods[i]) || !reach_is_invoked_virtually(methods[i]) ||
            is_same_definition(last, methods[i]) || !is_dispatched(e, methods[i]))
            continue;
        virtual_invoke_add(e, &entries, &selectors, methods[i]);
        last = methods[i];
    }
    metadata_blob_write(e, BLOB_VirtualInvokeMap, native_hashtable(&e->arena, &entries));
}

// GenericSelector of the runtime (tailor_resolve_generic).
static void generic_selector_add(EmitContext *e, DataObject *list, const Method *method, int32_t selector) {
    data_relative(&e->set, list, WHOLE_SYMBOL(emit_type_symbol(e, slot_declaration(e, method)->owner)));
    data_u32(&e->set, list, record_token(metadata_method_definition(e, method->def)));
    data_u32(&e->set, list, method->arg_count);
    data_relative(&e->set, list, WHOLE_SYMBOL(reach_selector_symbol(e->reach, (uint32_t)selector)));
    for (uint32_t i = 0; i < method->arg_count; i++)
        data_relative(&e->set, list, WHOLE_SYMBOL(emit_type_symbol(e, method->args[i])));
}

static void generic_selectors_write(EmitContext *e) {
    uint32_t count;
    const Method *const *methods = reach_invokable_methods(e->reach, &count);
    DataObject *list = NULL;
    for (uint32_t i = 0; i < count; i++) {
        if (!methods[i]->arg_count || !is_invokable(methods[i]) || !reach_is_invoked_virtually(methods[i]) ||
            dispatch_index(e, methods[i]) < 0)
            continue;
        if (!list) {
            list = data_object_new(&e->set, "__reflection_generic_selectors", SECTION_ReadOnly, 4);
            data_label_z(&e->set, list, "__reflection_generic_selectors");
        }
        generic_selector_add(e, list, methods[i], dispatch_index(e, methods[i]));
    }
    if (list)
        data_u32(&e->set, list, 0);
}

// ---- Fields -------------------------------------------------------------------------------------

static uint32_t field_offset_in_object(EmitContext *e, Field *field) {
    uint32_t header = field->owner->is_value_type ? 0 : OBJECT_HEADER_SIZE;
    return field_offset(e->ts, field) + header;
}

static SymbolKind static_base_symbol(StaticKind kind) {
    return kind == STATIC_GC       ? SYMBOL_GCStatics
           : kind == STATIC_Thread ? SYMBOL_ThreadStaticIndex
                                   : SYMBOL_NonGCStatics;
}

static uint32_t static_base_fixup(EmitContext *e, const Type *type, StaticKind kind) {
    return metadata_fixup(e, WHOLE_SYMBOL(reach_symbol(e->reach, static_base_symbol(kind), type)));
}

static uint32_t storage_flags(StaticKind kind) {
    return kind == STATIC_GC       ? FIELD_GCStatic
           : kind == STATIC_Thread ? FIELD_ThreadStatic
                                   : FIELD_NonGCStatic;
}

// NonGC fields by their address, the others by base and offset in the base object. Readers find the bases of
// generic instances by themselves (StaticsInfoHashtable).
static void static_field_put(EmitContext *e, HashEntry *row, Field *field, StaticKind kind) {
    if (kind == STATIC_Rva) {
        put(e, row, metadata_fixup(e, WHOLE_SYMBOL(reach_symbol(e->reach, SYMBOL_Rva, field))));
        return;
    }
    uint32_t offset = field_static_offset(e->ts, field);
    uint32_t offset_in_object = offset + (kind == STATIC_NonGC ? 0 : OBJECT_HEADER_SIZE);
    if (field->owner->arg_count) {
        put(e, row, offset_in_object);
    } else if (kind == STATIC_NonGC) {
        put(e, row,
            metadata_fixup(e, reach_symbol(e->reach, SYMBOL_NonGCStatics, field->owner), USE_Data, offset));
    } else {
        put(e, row, static_base_fixup(e, field->owner, kind));
        put(e, row, offset_in_object);
    }
}

static HashEntry field_map_entry(EmitContext *e, Field *field) {
    HashEntry row = {.hash = map_hash(e, field->owner)};
    StaticKind kind = field->def->is_static ? field_static_kind(e->ts, field) : STATIC_Literal;
    bool direct = !field->def->is_static || (field->owner->arg_count && kind != STATIC_Rva);
    put(e, &row,
        (field->def->is_static ? storage_flags(kind) : FIELD_Instance) |
            (direct ? FIELD_OffsetEncodedDirectly : 0) | (field->def->is_init_only ? FIELD_IsInitOnly : 0));
    put_type(e, &row, field->owner);
    put(e, &row, metadata_field_definition(e, field->def)->offset);
    if (field->def->is_static)
        static_field_put(e, &row, field, kind);
    else
        put(e, &row, field_offset_in_object(e, field));
    return row;
}

// Constants have no storage; definitions of generic types no layout.
static bool has_storage(EmitContext *e, const Field *field) {
    if (field->def->is_literal || field->owner->is_open || field->owner->is_generic_definition)
        return false;
    if (!field->def->is_static)
        return true;
    StaticKind kind = field_static_kind(e->ts, (Field *)(uintptr_t)field);
    return kind == STATIC_Rva || reach_has_static_base(e->reach, field->owner, kind);
}

static void field_access_map_write(EmitContext *e) {
    uint32_t count;
    const Field *const *fields = reach_reflectable_fields(e->reach, &count);
    HashEntries entries = {0};
    for (uint32_t i = 0; i < count; i++)
        if (has_storage(e, fields[i]))
            ARRAY_PUSH(&e->arena, &entries, field_map_entry(e, (Field *)(uintptr_t)fields[i]));
    metadata_blob_write(e, BLOB_FieldAccessMap, native_hashtable(&e->arena, &entries));
}

// ---- Class constructors, statics of generic instances -------------------------------------------

static void cctor_context_map_write(EmitContext *e) {
    uint32_t count;
    Type *const *types = reach_static_types(e->reach, STATIC_NonGC, &count);
    HashEntries entries = {0};
    for (uint32_t i = 0; i < count; i++) {
        if (!il_has_lazy_cctor(e->il, types[i]) || reach_type_level(e->reach, types[i]) < LEVEL_Metadata)
            continue;
        HashEntry row = {.hash = type_hash(e->ts, types[i])};
        put_type(e, &row, types[i]);
        put(e, &row, static_base_fixup(e, types[i], STATIC_NonGC));
        ARRAY_PUSH(&e->arena, &entries, row);
    }
    metadata_blob_write(e, BLOB_CctorContextMap, native_hashtable(&e->arena, &entries));
}

static HashEntry statics_info_entry(EmitContext *e, const Type *type) {
    static const uint32_t kinds[] = {[STATIC_NonGC] = BAG_NonGcStaticData,
                                     [STATIC_GC] = BAG_GcStaticData,
                                     [STATIC_Thread] = BAG_ThreadStaticIndex};
    HashEntry row = {.hash = type_hash(e->ts, type)};
    put_type(e, &row, type);
    for (uint32_t kind = STATIC_NonGC; kind <= STATIC_Thread; kind++)
        if (reach_has_static_base(e->reach, type, (StaticKind)kind)) {
            put(e, &row, kinds[kind]);
            put(e, &row, static_base_fixup(e, type, (StaticKind)kind));
        }
    put(e, &row, BAG_End);
    return row;
}

static bool has_reflectable_static(EmitContext *e, const Type *type) {
    uint32_t count;
    const Field *const *fields = reach_reflectable_fields(e->reach, &count);
    for (uint32_t i = 0; i < count; i++)
        if (fields[i]->owner == type && fields[i]->def->is_static && has_storage(e, fields[i]))
            return true;
    return false;
}

static bool has_statics_info(EmitContext *e, const Type *type) {
    return type->arg_count && reach_type_level(e->reach, type) != LEVEL_None &&
           (reach_makes_types(e->reach) || has_reflectable_static(e, type));
}

// For the generic instances whose static fields reflection or canonical code can reach.
static void statics_info_write(EmitContext *e) {
    HashEntries entries = {0};
    for (uint32_t kind = STATIC_NonGC; kind <= STATIC_Thread; kind++) {
        uint32_t count;
        Type *const *types = reach_static_types(e->reach, (StaticKind)kind, &count);
        for (uint32_t i = 0; i < count; i++) {
            bool listed = false; // with a kind before
            for (uint32_t before = STATIC_NonGC; before < kind; before++)
                listed |= reach_has_static_base(e->reach, types[i], (StaticKind)before);
            if (!listed && has_statics_info(e, types[i]))
                ARRAY_PUSH(&e->arena, &entries, statics_info_entry(e, types[i]));
        }
    }
    if (entries.count)
        metadata_blob_write(e, BLOB_StaticsInfoHashtable, native_hashtable(&e->arena, &entries));
}

void reflection_maps_write(EmitContext *e) {
    invoke_map_write(e);
    virtual_invoke_map_write(e);
    generic_selectors_write(e);
    field_access_map_write(e);
    cctor_context_map_write(e);
    statics_info_write(e);
}
