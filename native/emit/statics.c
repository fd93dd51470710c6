// Static data (corelib-contract 2): NonGC regions with their class-constructor context, GC cells,
// thread-static indexes, RVA blobs; lazily bound P/Invoke cells.
#include "emit/context.h"

// ---- NonGC --------------------------------------------------------------------------------------

static Method *lazy_cctor(EmitContext *e, Type *type) {
    if (!type->def || !type->def->static_constructor || !il_has_lazy_cctor(e->il, type))
        return NULL;
    Failure failure = {0};
    return method_instantiate(e->ts, type->def->static_constructor, type, NULL, 0, &failure);
}

// StaticClassConstructionContext, the address of the .cctor that has not run yet, lies 8 bytes before the
// base.
static void nongc_write(EmitContext *e, Type *type) {
    const StaticLayout *layout = type_static_layout(e->ts, type);
    Text symbol = reach_symbol(e->reach, SYMBOL_NonGCStatics, type);
    uint32_t alignment = layout->nongc_alignment > 8 ? layout->nongc_alignment : 8;
    DataObject *object = data_object_new(&e->set, data_symbol(&e->set, "%.400s.context", symbol.data).data,
                                         SECTION_Writable, alignment);
    data_zeros(&e->set, object, alignment - 8);
    Method *cctor = lazy_cctor(e, type);
    if (cctor)
        data_pointer(&e->set, object, emit_method_symbol(e, cctor), USE_Code, 0);
    else
        data_zeros(&e->set, object, 8);
    data_label(&e->set, object, symbol);
    const StaticImage *image = reach_static_image(e->reach, type);
    if (image && layout->nongc_size)
        emit_data(e, object, &image->nongc, 0, image->nongc.size);
    else
        data_zeros(&e->set, object, layout->nongc_size ? layout->nongc_size : 8);
}

static void nongc_all(EmitContext *e) {
    uint32_t count;
    Type *const *types = reach_static_types(e->reach, STATIC_NonGC, &count);
    for (uint32_t i = 0; i < count; i++)
        nongc_write(e, types[i]);
}

// ---- GC -----------------------------------------------------------------------------------------

/// But for what start-up fills in.
static bool is_zero(const FrozenData *data) {
    for (uint32_t i = 0; i < data->size; i++)
        if (data->bytes[i])
            return false;
    for (uint32_t i = 0; i < data->part_count; i++)
        if (data->parts[i].kind != FROZEN_Object || !data->parts[i].object->heap)
            return false;
    return true;
}

// What start-up copies into the base object; an empty text if that is all zero.
static Text gc_data_write(EmitContext *e, Type *type) {
    const StaticImage *image = reach_static_image(e->reach, type);
    if (!image || is_zero(&image->gc))
        return (Text){0};
    Text symbol = data_symbol(&e->set, "%.400s.data", reach_symbol(e->reach, SYMBOL_GCStatics, type).data);
    DataObject *object = data_object_new(&e->set, symbol.data, SECTION_ReadOnly, 8);
    data_label(&e->set, object, symbol);
    emit_data(e, object, &image->gc, 0, image->gc.size);
    return symbol;
}

// The cell names the pseudo MethodTable until start-up has allocated the base object (bit 0: uninitialised;
// bit 1: the next word leads to the data of its fields).
static void gc_cell_write(EmitContext *e, DataObject *region, Type *type) {
    const StaticLayout *layout = type_static_layout(e->ts, type);
    Text symbol = reach_symbol(e->reach, SYMBOL_GCStatics, type);
    Text table = emit_pseudo_method_table(e, layout->gc_size, layout->gc_reference_offsets,
                                          layout->gc_reference_count);
    DataObject *cell = data_object_new(&e->set, symbol.data, SECTION_Writable, 8);
    data_label(&e->set, cell, symbol);
    Text data = gc_data_write(e, type);
    data_relative(&e->set, cell, table, USE_Data, data.size ? 3 : 1);
    data_relative(&e->set, cell, data, USE_Data, 0);
    data_relative(&e->set, region, WHOLE_SYMBOL(symbol));
}

static void gc_all(EmitContext *e) {
    uint32_t count;
    Type *const *types = reach_static_types(e->reach, STATIC_GC, &count);
    if (!count)
        return;
    DataObject *region = data_object_new(&e->set, "__GCStaticRegionStart", SECTION_ReadOnly, 8);
    data_label_z(&e->set, region, "__GCStaticRegionStart");
    for (uint32_t i = 0; i < count; i++)
        gc_cell_write(e, region, types[i]);
    data_label_z(&e->set, region, "__GCStaticRegionEnd");
}

// ---- Thread -------------------------------------------------------------------------------------

static Type **thread_types_by_index(EmitContext *e, uint32_t *count) {
    Type *const *types = reach_static_types(e->reach, STATIC_Thread, count);
    Type **by_index = ARENA_ARRAY(&e->arena, Type *, *count + 1);
    for (uint32_t i = 0; i < *count; i++) {
        uint32_t index = reach_thread_static_index(e->reach, types[i]);
        if (index < *count)
            by_index[index] = types[i];
        else
            emit_internal_error(e, "thread-static index out of range for", types[i]);
    }
    return by_index;
}

static void thread_index_write(EmitContext *e, Type *type, uint32_t index) {
    Text symbol = reach_symbol(e->reach, SYMBOL_ThreadStaticIndex, type);
    DataObject *object = data_object_new(&e->set, symbol.data, SECTION_ReadOnly, 8);
    data_label(&e->set, object, symbol);
    data_pointer(&e->set, object, WHOLE_SYMBOL(text_intern_z(&e->texts, "__typemanager_indirection")));
    data_u64(&e->set, object, index);
}

static void thread_all(EmitContext *e) {
    uint32_t count;
    Type **types = thread_types_by_index(e, &count);
    if (!count)
        return;
    DataObject *region = data_object_new(&e->set, "__ThreadStaticRegionStart", SECTION_ReadOnly, 8);
    data_label_z(&e->set, region, "__ThreadStaticRegionStart");
    for (uint32_t i = 0; i < count; i++) {
        if (!types[i])
            continue;
        const StaticLayout *layout = type_static_layout(e->ts, types[i]);
        Text table = emit_pseudo_method_table(e, layout->thread_size, layout->thread_reference_offsets,
                                              layout->thread_reference_count);
        data_pointer(&e->set, region, WHOLE_SYMBOL(table));
        thread_index_write(e, types[i], i);
    }
    data_label_z(&e->set, region, "__ThreadStaticRegionEnd");
}

// ---- RVA data -----------------------------------------------------------------------------------

// Spans over the data want the alignment of their elements, which the field's type need not tell: the largest
// that the size allows, up to 8.
static void rva_write(EmitContext *e, const Field *field) {
    Bytes bytes = {0};
    if (!field_rva_data(e->ts, (Field *)(uintptr_t)field, &bytes)) {
        emit_internal_error(e, "no data for an RVA field of", field->owner);
        return;
    }
    Text symbol = reach_symbol(e->reach, SYMBOL_Rva, field);
    uint32_t alignment = bytes.size >= 8 ? 8 : bytes.size >= 4 ? 4 : bytes.size >= 2 ? 2 : 1;
    DataObject *object = data_object_new(&e->set, symbol.data, SECTION_ReadOnly, alignment);
    data_label(&e->set, object, symbol);
    data_bytes(&e->set, object, bytes.data, bytes.size);
}

static void rva_all(EmitContext *e) {
    uint32_t count;
    const Field *const *fields = reach_rva_fields(e->reach, &count);
    for (uint32_t i = 0; i < count; i++)
        rva_write(e, fields[i]);
}

// ---- P/Invoke (corelib-contract 7.2) ------------------------------------------------------------

static Text c_string(EmitContext *e, const char *name, Text text) {
    char *copy = arena_format(&e->arena, "%.*s", TEXT_ARG(text));
    return emit_bytes(e, name, copy, text.size + 1, 1);
}

static Text module_cell(EmitContext *e, const Method *method, Text library) {
    Text symbol = data_symbol(&e->set, "__moduleFixup.%.200s.%.200s", method->def->owner->module->name.data,
                              library.data);
    for (uint32_t i = 0; i < e->set.objects.count; i++)
        if (e->set.objects.items[i]->name.data == symbol.data)
            return symbol;
    Text name = c_string(e, "libraryName", library);
    Type *caller = type_from_def(e->ts, type_def_get(e->ts, method->def->owner->module, 1)); // <Module>
    bool known = caller && reach_type_level(e->reach, caller) != LEVEL_None;
    DataObject *cell = data_object_new(&e->set, symbol.data, SECTION_Writable, 8);
    data_label(&e->set, cell, symbol);
    data_u64(&e->set, cell, 0);
    data_pointer(&e->set, cell, WHOLE_SYMBOL(name));
    data_pointer(&e->set, cell, WHOLE_SYMBOL(known ? emit_type_symbol(e, caller) : (Text){0}));
    data_u64(&e->set, cell, 0); // search path not specified
    return symbol;
}

// II.23.1.8: character set in bits 1-2 of the import's flags; CharSet in the cell: 2 Ansi, 3 Unicode, 4 Auto.
static uint32_t pinvoke_char_set(uint16_t flags) {
    uint32_t code = flags >> 1 & 3;
    return code ? code + 1 : 0;
}

static void pinvoke_cell_write(EmitContext *e, const Method *method) {
    MethodCode code = il_method_code(e->il, method);
    PInvokeImport import = {0};
    uint32_t flags = method_pinvoke_import(method->def, &import) ? pinvoke_char_set(import.flags) : 0;
    Text name = c_string(e, "entryName", code.symbol), module = module_cell(e, method, code.library);
    Text symbol = reach_symbol(e->reach, SYMBOL_PInvokeCell, method);
    DataObject *cell = data_object_new(&e->set, symbol.data, SECTION_Writable, 8);
    data_label(&e->set, cell, symbol);
    data_u64(&e->set, cell, 0);
    data_pointer(&e->set, cell, WHOLE_SYMBOL(name));
    data_pointer(&e->set, cell, WHOLE_SYMBOL(module));
    data_u64(&e->set, cell, flags);
}

static void pinvoke_all(EmitContext *e) {
    uint32_t count;
    const Method *const *methods = reach_lazy_pinvokes(e->reach, &count);
    for (uint32_t i = 0; i < count; i++)
        pinvoke_cell_write(e, methods[i]);
}

void emit_statics(EmitContext *e) {
    nongc_all(e);
    gc_all(e);
    thread_all(e);
    rva_all(e);
    pinvoke_all(e);
}
