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

/// Generic virtual methods that reflection calls, ended by a method of no type. Every relation counts from its own address.
typedef struct GenericSelector {
    int32_t declaring; // MethodTable
    uint32_t token, argument_count;
    int32_t selector; // where its entries lie in the selector table
    int32_t arguments[];
} GenericSelector;
extern __attribute__((weak, visibility("hidden"))) const GenericSelector __reflection_generic_selectors;

/// MethodHandleInfo of CoreLib.
typedef struct MethodHandle {
    const MethodTable *declaring;
    uint32_t token;
    uint32_t argument_count;
    const MethodTable *arguments[];
} MethodHandle;

static const void *relation(const int32_t *field) {
    return (const char *)field + *field;
}

static int selector_is(const GenericSelector *selector, const MethodHandle *method) {
    if (relation(&selector->declaring) != method->declaring || selector->token != method->token ||
        selector->argument_count != method->argument_count)
        return 0;
    for (uint32_t i = 0; i < method->argument_count; i++)
        if (relation(&selector->arguments[i]) != method->arguments[i])
            return 0;
    return 1;
}

void *tailor_resolve_generic(ManagedObject *object, const void *method_handle) {
    const MethodHandle *method = method_handle;
    const GenericSelector *at = &__reflection_generic_selectors;
    for (; at && at->declaring; at = (const GenericSelector *)&at->arguments[at->argument_count]) {
        if (!selector_is(at, method))
            continue;
        uint32_t row;
        void *code;
        memcpy(&row, (const char *)object->type + ROW_OFFSET, sizeof row);
        memcpy(&code, (const char *)relation(&at->selector) + row, sizeof code);
        return code;
    }
    return NULL;
}

/// Bounds of the unboxing stubs.
extern __attribute__((weak, visibility("hidden"))) const uint8_t __start___unbox[], __stop___unbox[];

void *tailor_code_target(void *code) {
    enum { ADD_SIZE = 4, JUMP_SIZE = 5, REX_W = 0x48, ADD_IMM8 = 0x83, TO_RDI = 0xC7, TO_RSI = 0xC6, JUMP = 0xE9 };
    const uint8_t *stub = code;
    if (stub < __start___unbox || stub >= __stop___unbox)
        return code;
    if (stub[0] != REX_W || stub[1] != ADD_IMM8 || (stub[2] != TO_RDI && stub[2] != TO_RSI) || stub[ADD_SIZE] != JUMP)
        return code;
    int32_t distance;
    memcpy(&distance, stub + ADD_SIZE + 1, sizeof distance);
    return (char *)code + ADD_SIZE + JUMP_SIZE + distance;
}
