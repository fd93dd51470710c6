// Objects that start-up makes on the heap (preinit/, runtime/initial_objects.h): what they hold, the
// references between them, and the static fields that lead to them. All addresses are relative, so that none
// needs a relocation.
#include "emit/context.h"

enum {
    FIELDS_OFFSET = 8, // from the object pointer
    CHARS_OFFSET = 12, // of a string
    ELEMENTS_OFFSET = 16,
    NO_LENGTH = -1,
};

typedef struct InitialObjects {
    EmitContext *e;
    const FrozenObject *const *all; // frozen ones too
    uint32_t all_count;
    uint32_t *index; // by FrozenObject.id
    uint32_t count, reference_count, static_count;
    DataObject *objects, *references, *statics;
} InitialObjects;

static void objects_number(InitialObjects *o) {
    uint32_t ids = 0;
    for (uint32_t i = 0; i < o->all_count; i++)
        if (o->all[i]->id >= ids)
            ids = o->all[i]->id + 1;
    o->index = ARENA_ARRAY(&o->e->arena, uint32_t, ids);
    for (uint32_t i = 0; i < o->all_count; i++)
        if (o->all[i]->heap)
            o->index[o->all[i]->id] = o->count++;
}

static bool is_heap_part(const FrozenPart *part) {
    return part->kind == FROZEN_Object && part->object->heap;
}

/// The bytes from `start` on without the zeros at their end.
static uint32_t used_size(const FrozenData *data, uint32_t start) {
    uint32_t size = data->size;
    while (size > start && data->bytes[size - 1] == 0)
        size--;
    for (uint32_t i = 0; i < data->part_count; i++)
        if (!is_heap_part(&data->parts[i]) && data->parts[i].offset + 8 > size)
            size = data->parts[i].offset + 8;
    return size - start;
}

static void object_row(InitialObjects *o, const FrozenObject *object) {
    EmitContext *e = o->e;
    bool is_array = object->type->kind == TYPE_SzArray;
    bool is_string = object->type == well_known_type(e->ts, WELL_KNOWN_TYPE_String);
    uint32_t offset = is_array ? ELEMENTS_OFFSET : is_string ? CHARS_OFFSET : FIELDS_OFFSET;
    uint32_t start = offset - FIELDS_OFFSET, size = used_size(&object->data, start);
    Text symbol = {0};
    int32_t length = NO_LENGTH;
    if (is_array || is_string)
        memcpy(&length, object->data.bytes, sizeof length);
    if (size) {
        symbol = reach_symbol(e->reach, SYMBOL_FrozenObject, object);
        DataObject *content = data_object_new(&e->set, symbol.data, SECTION_ReadOnly, 8);
        data_label(&e->set, content, symbol);
        emit_data(e, content, &object->data, start, size);
    }
    data_relative(&e->set, o->objects, WHOLE_SYMBOL(emit_type_symbol(e, object->type)));
    data_relative(&e->set, o->objects, WHOLE_SYMBOL(symbol));
    data_u32(&e->set, o->objects, offset);
    data_u32(&e->set, o->objects, size);
    data_u32(&e->set, o->objects, (uint32_t)length);
}

static void reference_rows(InitialObjects *o, const FrozenObject *object) {
    for (uint32_t i = 0; i < object->data.part_count; i++) {
        const FrozenPart *part = &object->data.parts[i];
        if (!is_heap_part(part))
            continue;
        data_u32(&o->e->set, o->references, o->index[object->id]);
        data_u32(&o->e->set, o->references, FIELDS_OFFSET + part->offset);
        data_u32(&o->e->set, o->references, o->index[part->object->id]);
        o->reference_count++;
    }
}

static void static_rows(InitialObjects *o, const Type *type) {
    const StaticImage *image = reach_static_image(o->e->reach, type);
    for (uint32_t i = 0; image && i < image->gc.part_count; i++) {
        const FrozenPart *part = &image->gc.parts[i];
        if (!is_heap_part(part))
            continue;
        data_relative(&o->e->set, o->statics,
                      WHOLE_SYMBOL(reach_symbol(o->e->reach, SYMBOL_GCStatics, type)));
        data_u32(&o->e->set, o->statics, FIELDS_OFFSET + part->offset);
        data_u32(&o->e->set, o->statics, o->index[part->object->id]);
        o->static_count++;
    }
}

static DataObject *table_new(EmitContext *e, const char *name) {
    DataObject *table = data_object_new(&e->set, name, SECTION_ReadOnly, 4);
    data_label_z(&e->set, table, name);
    return table;
}

static void rows_write(InitialObjects *o) {
    uint32_t type_count;
    Type *const *types = reach_static_types(o->e->reach, STATIC_GC, &type_count);
    for (uint32_t i = 0; i < o->all_count; i++)
        if (o->all[i]->heap)
            object_row(o, o->all[i]);
    for (uint32_t i = 0; i < o->all_count; i++)
        if (o->all[i]->heap)
            reference_rows(o, o->all[i]);
    for (uint32_t i = 0; i < type_count; i++)
        static_rows(o, types[i]);
}

bool emit_initial_objects(EmitContext *e) {
    InitialObjects o = {.e = e};
    o.all = reach_frozen_objects(e->reach, &o.all_count);
    objects_number(&o);
    if (!o.count)
        return false;
    o.objects = table_new(e, "tailor_initial_object_rows");
    o.references = table_new(e, "tailor_initial_reference_rows");
    o.statics = table_new(e, "tailor_initial_static_rows");
    rows_write(&o);
    data_u32(&e->set, o.references, 0); // no object of size 0
    data_u32(&e->set, o.statics, 0);
    DataObject *header = table_new(e, "tailor_initial_objects");
    Type *spine = type_sz_array(e->ts, well_known_type(e->ts, WELL_KNOWN_TYPE_Object));
    data_u32(&e->set, header, o.count);
    data_u32(&e->set, header, o.reference_count);
    data_u32(&e->set, header, o.static_count);
    data_relative(&e->set, header, WHOLE_SYMBOL(emit_type_symbol(e, spine)));
    return true;
}
