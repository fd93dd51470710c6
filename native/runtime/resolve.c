// Virtual calls by reflection and open delegates: which code a slot reaches on an object. Compiled calls read
// the same tables inline (lower/call.c).
#include "runtime/runtime_pack.h"
#include "runtime/tailor_runtime.h"

#include <string.h>

enum {
    ELEMENT_TYPE_SHIFT = 26,
    ELEMENT_TYPE_MASK = 0x1F,
    ELEMENT_TYPE_Interface = 21
}; // corelib-contract 1.2
enum { ROW_OFFSET = 24, VTABLE_OFFSET = 24, SLOT_SIZE = 8 };

/// Where the entries of each interface method lie in the selector table; absent if reflection calls none.
extern __attribute__((weak, visibility("hidden"))) const int32_t __reflection_selectors[];

static const void *relation(const int32_t *field) {
    return (const char *)field + *field;
}

static int is_interface(const MethodTable *type) {
    return (type->flags >> ELEMENT_TYPE_SHIFT & ELEMENT_TYPE_MASK) == ELEMENT_TYPE_Interface;
}

// ---- Types that implement an interface several times --------------------------------------------

/// Stands in the selector table instead of code.
typedef struct InterfaceSwitch {
    uint32_t count;
    struct {
        uint32_t interface; // index in the MethodTable's list
        int32_t code;       // relative
    } cases[];
} InterfaceSwitch;
extern __attribute__((weak, visibility("hidden"))) const char tailor_interface_switches[],
    tailor_interface_switches_end[];
/// RuntimeExport of CoreLib.
extern __attribute__((weak, visibility("hidden"))) bool RhTypeCast_AreTypesAssignable(const MethodTable *from,
                                                                                      const MethodTable *to);

static const MethodTable *interface_at(const MethodTable *type, uint32_t index) {
    enum { SLOT_COUNT_OFFSET = 16 };
    uint16_t slots;
    memcpy(&slots, (const char *)type + SLOT_COUNT_OFFSET, sizeof slots);
    const MethodTable *interface;
    memcpy(&interface, (const char *)type + VTABLE_OFFSET + SLOT_SIZE * ((size_t)slots + index),
           sizeof interface);
    return interface;
}

enum { ANY_INTERFACE = UINT16_MAX }; // last of the cases: the object is asked

/// The exact instance counts before those that variance converts.
static void *switch_resolve(const MethodTable *type, const MethodTable *interface,
                            const InterfaceSwitch *from) {
    uint32_t otherwise = 0;
    for (int variant = 0; variant <= 1; variant++)
        for (uint32_t i = 0; i < from->count; i++) {
            if (from->cases[i].interface == ANY_INTERFACE) {
                otherwise = i;
                continue;
            }
            const MethodTable *listed = interface_at(type, from->cases[i].interface);
            if (variant ? RhTypeCast_AreTypesAssignable(listed, interface) : listed == interface)
                return (char *)(uintptr_t)&from->cases[i].code + from->cases[i].code;
        }
    return (char *)(uintptr_t)&from->cases[otherwise].code + from->cases[otherwise].code;
}

static void *selector_resolve(const MethodTable *type, const MethodTable *interface, const char *selector) {
    uint32_t row;
    void *entry;
    memcpy(&row, (const char *)type + ROW_OFFSET, sizeof row);
    memcpy(&entry, selector + row, sizeof entry);
    bool is_switch = (const char *)entry >= tailor_interface_switches &&
                     (const char *)entry < tailor_interface_switches_end;
    return is_switch ? switch_resolve(type, interface, entry) : entry;
}

void *tailor_resolve_ambiguous(ManagedObject *object, const MethodTable *interface, const void *selector) {
    return selector_resolve(object->type, interface, selector);
}

void *tailor_resolve_static(const MethodTable *type, const MethodTable *interface, const void *selector) {
    return selector_resolve(type, interface, selector);
}

// ---- By reflection ------------------------------------------------------------------------------

void *tailor_resolve_dispatch_on_type(const MethodTable *type, const MethodTable *declaring, uint16_t slot) {
    const char *entry = (const char *)type + VTABLE_OFFSET + SLOT_SIZE * slot;
    if (is_interface(declaring)) {
        const int32_t *selector = &__reflection_selectors[slot];
        return selector_resolve(type, declaring, (const char *)selector + *selector);
    }
    void *code;
    memcpy(&code, entry, sizeof code);
    return code;
}

void *tailor_resolve_dispatch(ManagedObject *object, const MethodTable *declaring, uint16_t slot) {
    return tailor_resolve_dispatch_on_type(object->type, declaring, slot);
}

/// Code of interface methods on the interfaces that objects may name as their implementation, ended by one of
/// no type; every relation counts from its own address.
typedef struct DynamicImplementation {
    int32_t implementation; // MethodTable
    int32_t interface; // MethodTable; 0: `implementation` is a template, whose instances have different ones
    uint32_t number;
    int32_t code;
} DynamicImplementation;
extern __attribute__((weak, visibility("hidden"))) const DynamicImplementation __dynamic_implementations;

/// Of a template the instance itself is the context.
static bool implements(const DynamicImplementation *row, const MethodTable *implementation,
                       const MethodTable *interface) {
    const MethodTable *known = relation(&row->implementation);
    if (!row->interface)
        return tailor_is_instance_of_template(known, implementation);
    if (known != implementation)
        return false;
    const MethodTable *listed = relation(&row->interface);
    return listed == interface ||
           (RhTypeCast_AreTypesAssignable && RhTypeCast_AreTypesAssignable(listed, interface));
}

void *tailor_resolve_dynamic_dispatch(const MethodTable *implementation, const MethodTable *interface,
                                      uint16_t number, const MethodTable **generic_context) {
    *generic_context = NULL;
    for (const DynamicImplementation *at = &__dynamic_implementations; at && at->implementation; at++)
        if (at->number == number && implements(at, implementation, interface)) {
            void *code = (void *)relation(&at->code);
            return at->interface ? code : tailor_instantiated_code(code, implementation);
        }
    return NULL;
}

/// Generic virtual methods that reflection calls, ended by a method of no type. Every relation counts from
/// its own address.
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

/// CoreLib's way by the tables of the type loader; only in programs that make types.
extern __attribute__((weak, visibility("hidden"))) void *tailor_find_virtual(ManagedObject *object,
                                                                             const void *method_handle);

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
    return tailor_find_virtual ? tailor_find_virtual(object, method_handle) : NULL;
}

/// Bounds of the unboxing stubs.
extern __attribute__((weak, visibility("hidden"))) const uint8_t __start___unbox[], __stop___unbox[];

void *tailor_code_target(void *code) {
    enum {
        ADD_SIZE = 4,
        JUMP_SIZE = 5,
        REX_W = 0x48,
        ADD_IMM8 = 0x83,
        TO_RDI = 0xC7,
        TO_RSI = 0xC6,
        JUMP = 0xE9
    };
    const uint8_t *stub = code;
    if (stub < __start___unbox || stub >= __stop___unbox)
        return code;
    if (stub[0] != REX_W || stub[1] != ADD_IMM8 || (stub[2] != TO_RDI && stub[2] != TO_RSI) ||
        stub[ADD_SIZE] != JUMP)
        return code;
    int32_t distance;
    memcpy(&distance, stub + ADD_SIZE + 1, sizeof distance);
    return (char *)code + ADD_SIZE + JUMP_SIZE + distance;
}
