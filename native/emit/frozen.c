// Frozen segment (corelib-contract 1.5, section 206): string literals, RuntimeType objects and what class
// constructors made at compile time, back to back.
// The GC walks it by object size, so there are no gaps; every object has its header word before it, and one
// zero word ends the region.
#include "emit/context.h"

static DataObject *object_begin(EmitContext *e, DataObject *segment, Text symbol, WellKnownType type) {
    data_u64(&e->set, segment, 0); // header: sync block, hash code
    data_label(&e->set, segment, symbol);
    data_pointer(&e->set, segment, WHOLE_SYMBOL(emit_type_symbol(e, well_known_type(e->ts, type))));
    return segment;
}

static void string_write(EmitContext *e, DataObject *segment, Text symbol, Utf16 string) {
    object_begin(e, segment, symbol, WELL_KNOWN_TYPE_String);
    data_u32(&e->set, segment, (uint32_t)string.count);
    for (size_t i = 0; i < string.count; i++)
        data_u16(&e->set, segment, string.units[i]);
    data_u16(&e->set, segment, 0);
    data_align(&e->set, segment, 8);
}

// RuntimeType: MethodTable of the type at 8, handle of its reflection object (filled at run time) after it.
static void runtime_type_write(EmitContext *e, DataObject *segment, Type *type) {
    uint32_t base_size = type_base_size(e->ts, well_known_type(e->ts, WELL_KNOWN_TYPE_RuntimeType));
    uint32_t start = data_size(segment);
    object_begin(e, segment, reach_symbol(e->reach, SYMBOL_RuntimeType, type), WELL_KNOWN_TYPE_RuntimeType);
    data_pointer(&e->set, segment, WHOLE_SYMBOL(emit_type_symbol(e, type)));
    while (data_size(segment) < start + base_size)
        data_u64(&e->set, segment, 0);
}

static Text part_symbol(EmitContext *e, const FrozenPart *part) {
    switch (part->kind) {
    case FROZEN_Object: return reach_symbol(e->reach, SYMBOL_FrozenObject, part->object);
    case FROZEN_String: return reach_string_symbol(e->reach, reach_string_index(e->reach, part->string));
    case FROZEN_RuntimeType: return reach_symbol(e->reach, SYMBOL_RuntimeType, part->type);
    case FROZEN_TypeHandle: return emit_type_symbol(e, part->type);
    case FROZEN_Code: return emit_method_symbol(e, part->method);
    }
    return (Text){0};
}

void emit_data(EmitContext *e, DataObject *object, const FrozenData *data, uint32_t start, uint32_t size) {
    uint32_t at = start, end = start + size;
    for (uint32_t i = 0; i < data->part_count; i++) {
        const FrozenPart *part = &data->parts[i];
        bool is_heap = part->kind == FROZEN_Object && part->object->heap; // start-up fills in these
        if (is_heap || part->offset < start || part->offset >= end)
            continue;
        data_bytes(&e->set, object, data->bytes + at, part->offset - at);
        data_pointer(&e->set, object, part_symbol(e, part), part->kind == FROZEN_Code ? USE_Code : USE_Data,
                     0);
        at = part->offset + 8;
    }
    data_bytes(&e->set, object, data->bytes + at, end - at);
}

// What class constructors made (preinit/).
static void frozen_object_write(EmitContext *e, DataObject *segment, const FrozenObject *object) {
    data_u64(&e->set, segment, 0);
    data_label(&e->set, segment, reach_symbol(e->reach, SYMBOL_FrozenObject, object));
    data_pointer(&e->set, segment, WHOLE_SYMBOL(emit_type_symbol(e, object->type)));
    emit_data(e, segment, &object->data, 0, object->data.size);
    data_align(&e->set, segment, 8);
}

void emit_frozen(EmitContext *e) {
    uint32_t string_count, type_count, object_count;
    const Utf16 *strings = reach_strings(e->reach, &string_count);
    Type *const *types = reach_runtime_types(e->reach, &type_count);
    const FrozenObject *const *objects = reach_frozen_objects(e->reach, &object_count);
    if (string_count + type_count + object_count == 0)
        return;
    DataObject *segment = data_object_new(&e->set, "__FrozenSegmentStart", SECTION_Writable, 8);
    data_label_z(&e->set, segment, "__FrozenSegmentStart");
    for (uint32_t i = 0; i < type_count; i++)
        runtime_type_write(e, segment, types[i]);
    for (uint32_t i = 0; i < object_count; i++)
        if (!objects[i]->heap)
            frozen_object_write(e, segment, objects[i]);
    for (uint32_t i = 0; i < string_count; i++)
        string_write(e, segment, reach_string_symbol(e->reach, i), strings[i]);
    data_u64(&e->set, segment, 0);
    data_label_z(&e->set, segment, "__FrozenSegmentEnd");
}
