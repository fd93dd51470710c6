#include "runtime/initial_objects.h"

#include <string.h>

enum { CHARS_OFFSET = 12, ELEMENTS_OFFSET = 16 };

static const void *relative(const int32_t *word) {
    return (const char *)word + *word;
}

static ManagedObject **place_in(ManagedObject *object, size_t offset) {
    return (ManagedObject **)(void *)((char *)object + offset);
}

static ManagedObject **element(ManagedObject *array, uint32_t index) {
    return place_in(array, ELEMENTS_OFFSET + index * sizeof(void *));
}

/// The content refers to frozen objects only, which no card needs to tell about.
static ManagedObject *make(const InitialObject *row) {
    const MethodTable *type = relative(&row->type);
    ManagedObject *object = row->length < 0               ? RhpNewFast(type)
                            : row->offset == CHARS_OFFSET ? RhNewString(type, row->length)
                                                          : RhpNewArrayFast(type, row->length);
    if (row->content)
        memcpy((char *)object + row->offset, relative(&row->content), row->size);
    return object;
}

// The stack is scanned conservatively: `objects` stays alive and in place, and with it everything that it
// holds.
void tailor_make_initial_objects(void) {
    const InitialObjects *all = &tailor_initial_objects;
    ManagedObject *objects = RhpNewPtrArrayFast(relative(&all->spine_type), (intptr_t)all->object_count);
    for (uint32_t i = 0; i < all->object_count; i++) {
        ManagedObject *object = make(&tailor_initial_object_rows[i]);
        RhpAssignRef(element(objects, i), object);
    }
    for (uint32_t i = 0; i < all->reference_count; i++) {
        const InitialReference *row = &tailor_initial_reference_rows[i];
        RhpAssignRef(place_in(*element(objects, row->object), row->offset), *element(objects, row->target));
    }
    for (uint32_t i = 0; i < all->static_count; i++) {
        const InitialStatic *row = &tailor_initial_static_rows[i];
        ManagedObject *statics = *(ManagedObject *const *)relative(&row->cell);
        RhpAssignRef(place_in(statics, row->offset), *element(objects, row->target));
    }
}
