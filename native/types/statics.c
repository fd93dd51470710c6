// Where static fields lie (corelib-contract 2): by kind, in declaration order, each aligned. Structs with
// references lie inline in the GC static object.
#include "types/private.h"

StaticKind field_static_kind(TypeSystem *ts, Field *field) {
    const FieldDef *def = field->def;
    if (def->is_literal)
        return STATIC_Literal;
    if (def->has_rva)
        return STATIC_Rva;
    if (def->is_thread_static)
        return STATIC_Thread;
    return type_has_references(ts, field->type) ? STATIC_GC : STATIC_NonGC;
}

typedef ARRAY(uint32_t) OffsetList;

static void static_references_add(TypeSystem *ts, Type *type, uint32_t offset, OffsetList *list) {
    enum { OBJECT_HEADER = 8 }; // offsets of references count from the object pointer
    if (type_is_reference(type)) {
        ARRAY_PUSH(&ts->scratch, list, offset + OBJECT_HEADER);
        return;
    }
    const Layout *layout = type_is_by_value_class(type) ? type_layout(ts, type, NULL) : NULL;
    for (uint32_t i = 0; layout && i < layout->reference_count; i++)
        ARRAY_PUSH(&ts->scratch, list, offset + layout->reference_offsets[i] + OBJECT_HEADER);
}

static uint32_t region_place(uint32_t *size, uint32_t field_size, uint32_t alignment) {
    uint32_t offset = (*size + alignment - 1) & ~(alignment - 1);
    *size = offset + field_size;
    return offset;
}

static void statics_compute(TypeSystem *ts, Type *type, TypeDetails *details) {
    ArenaMark mark = arena_mark(&ts->scratch);
    StaticLayout *layout = ARENA_NEW(ts->arena, StaticLayout);
    OffsetList gc = {0}, thread = {0};
    uint32_t count;
    Field *const *fields = type_fields(ts, type, &count);
    layout->nongc_alignment = 1;
    details->static_offsets = ARENA_ARRAY(ts->arena, uint32_t, count);
    for (uint32_t i = 0; i < count; i++) {
        if (!fields[i]->def->is_static)
            continue;
        uint32_t *offset = &details->static_offsets[fields[i]->index];
        uint32_t size = type_size(ts, fields[i]->type), alignment = type_alignment(ts, fields[i]->type);
        switch (field_static_kind(ts, fields[i])) {
        case STATIC_NonGC:
            *offset = region_place(&layout->nongc_size, size, alignment);
            if (alignment > layout->nongc_alignment)
                layout->nongc_alignment = alignment;
            break;
        case STATIC_GC:
            *offset = region_place(&layout->gc_size, size, alignment);
            static_references_add(ts, fields[i]->type, *offset, &gc);
            break;
        case STATIC_Thread:
            *offset = region_place(&layout->thread_size, size, alignment);
            static_references_add(ts, fields[i]->type, *offset, &thread);
            break;
        case STATIC_Rva:
        case STATIC_Literal: break;
        }
    }
    layout->gc_size = (layout->gc_size + 7) & ~7u; // objects are whole words
    layout->thread_size = (layout->thread_size + 7) & ~7u;
    layout->gc_reference_count = gc.count;
    layout->gc_reference_offsets =
        gc.count ? arena_copy(ts->arena, gc.items, gc.count * sizeof *gc.items, 4) : NULL;
    layout->thread_reference_count = thread.count;
    layout->thread_reference_offsets =
        thread.count ? arena_copy(ts->arena, thread.items, thread.count * sizeof *thread.items, 4) : NULL;
    details->statics = layout;
    arena_rewind(&ts->scratch, mark);
}

const StaticLayout *type_static_layout(TypeSystem *ts, Type *type) {
    TypeDetails *details = type_details(ts, type);
    if (!details->statics)
        statics_compute(ts, type, details);
    return details->statics;
}

uint32_t field_static_offset(TypeSystem *ts, Field *field) {
    (void)type_static_layout(ts, field->owner);
    return field->def->is_static ? field->owner->details->static_offsets[field->index] : 0;
}
