// Virtual calls by reflection and open delegates: which code a slot reaches on an object. Compiled calls read the same tables
// inline (lower/call.c).
#include "runtime/runtime_pack.h"
#include "runtime/tailor_runtime.h"

#include <string.h>

enum { ELEMENT_TYPE_SHIFT = 26, ELEMENT_TYPE_MASK = 0x1F, ELEMENT_TYPE_Interface = 21 }; // corelib-contract 1.2
enum { ROW_OFFSET = 24, VTABLE_OFFSET = 24, SLOT_SIZE = 8 };

/// Where the entries of each interface method lie in the selector table; absent if reflection calls none.
extern __attribute__((weak, visibility("hidden"))) const int32_t __reflection_selectors[];

static int is_interface(const MethodTable *type) {
    return (type->flags >> ELEMENT_TYPE_SHIFT & ELEMENT_TYPE_MASK) == ELEMENT_TYPE_Interface;
}

void *tailor_resolve_dispatch_on_type(const MethodTable *type, const MethodTable *declaring, uint16_t slot) {
    const char *table = (const char *)type;
    const char *entry = table + VTABLE_OFFSET + SLOT_SIZE * slot;
    if (is_interface(declaring)) {
        uint32_t row;
        memcpy(&row, table + ROW_OFFSET, sizeof row);
        const int32_t *selector = &__reflection_selectors[slot];
        entry = (const char *)selector + *selector + row;
    }
    void *code;
    memcpy(&code, entry, sizeof code);
    return code;
}

void *tailor_resolve_dispatch(ManagedObject *object, const MethodTable *declaring, uint16_t slot) {
    return tailor_resolve_dispatch_on_type(object->type, declaring, slot);
}
