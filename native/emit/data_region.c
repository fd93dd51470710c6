// The region: one global for all objects with absolute addresses. An absolute address costs a relocation of
// 24 bytes in the executable; here it is kept as the distance from its own place, which the linker knows, and
// a bit of tailor_address_slots. runtime/relocate.c makes addresses of the distances before anything runs.
#include "emit/data_writer.h"

enum { SLOT_SIZE = 8, SLOTS_PER_WORD = 64 };

bool fixup_is_slot(const Fixup *f) {
    return f->kind == FIXUP_Absolute && f->use != USE_WeakCode && f->offset % SLOT_SIZE == 0;
}

static bool belongs_in_region(const DataObject *object) {
    if (object->section == SECTION_Modules || object->alignment % SLOT_SIZE != 0)
        return false;
    for (uint32_t i = 0; i < object->fixups.count; i++)
        if (fixup_is_slot(&object->fixups.items[i]))
            return true;
    return false;
}

bool data_region_takes(DataWriter *w, const DataObject *object, Place *place) {
    uint64_t alignment = object->alignment;
    if (!belongs_in_region(object))
        return false;
    place->in_region = true;
    place->offset = (w->region_size + alignment - 1) & ~(alignment - 1);
    w->region_size = place->offset + data_size(object);
    if (w->region_alignment < object->alignment)
        w->region_alignment = object->alignment;
    return true;
}

typedef ARRAY(LLVMTypeRef) TypeList;
typedef ARRAY(LLVMValueRef) ValueList;

static LLVMTypeRef region_type(DataWriter *w) {
    TypeList types = {0};
    uint64_t at = 0;
    for (uint32_t i = 0; i < w->set->objects.count; i++) {
        if (!w->places[i].in_region)
            continue;
        if (w->places[i].offset > at)
            ARRAY_PUSH(&w->scratch, &types, LLVMArrayType2(w->i8, w->places[i].offset - at));
        ARRAY_PUSH(&w->scratch, &types, data_object_type(w, w->set->objects.items[i], true));
        at = w->places[i].offset + data_size(w->set->objects.items[i]);
    }
    return LLVMStructTypeInContext(LLVMGetModuleContext(w->module), types.items, types.count, true);
}

static LLVMValueRef region_value(DataWriter *w) {
    ValueList values = {0};
    uint64_t at = 0;
    for (uint32_t i = 0; i < w->set->objects.count; i++) {
        if (!w->places[i].in_region)
            continue;
        if (w->places[i].offset > at)
            ARRAY_PUSH(&w->scratch, &values, LLVMConstNull(LLVMArrayType2(w->i8, w->places[i].offset - at)));
        ARRAY_PUSH(&w->scratch, &values, data_object_value(w, w->set->objects.items[i], &w->places[i]));
        at = w->places[i].offset + data_size(w->set->objects.items[i]);
    }
    return LLVMConstStructInContext(LLVMGetModuleContext(w->module), values.items, values.count, true);
}

/// Private, so that the labels have sizes; not constant, whatever its objects are, until the slots are
/// addresses.
void data_region_declare(DataWriter *w) {
    if (!w->region_size)
        return;
    w->region = LLVMAddGlobal(w->module, region_type(w), "");
    LLVMSetLinkage(w->region, LLVMPrivateLinkage);
    LLVMSetAlignment(w->region, w->region_alignment);
    LLVMSetSection(w->region, ".data.tailor_addresses");
    for (uint32_t i = 0; i < w->set->objects.count; i++)
        if (w->places[i].in_region)
            w->places[i].global = w->region;
    LLVMTypeRef type = LLVMArrayType2(w->i8, 0);
    LLVMValueRef start = LLVMAddAlias2(w->module, type, 0, w->region, "tailor_addresses");
    LLVMSetVisibility(start, LLVMHiddenVisibility);
}

/// tailor_address_slots: the number of words, and in them a bit for each slot.
static void slots_define(DataWriter *w) {
    uint64_t count = (w->region_size / SLOT_SIZE + SLOTS_PER_WORD - 1) / SLOTS_PER_WORD;
    uint64_t *words = ARENA_ARRAY(&w->scratch, uint64_t, count + 1);
    words[0] = count;
    for (uint32_t i = 0; i < w->set->objects.count; i++) {
        const DataObject *object = w->set->objects.items[i];
        for (uint32_t k = 0; w->places[i].in_region && k < object->fixups.count; k++) {
            if (!fixup_is_slot(&object->fixups.items[k]))
                continue;
            uint64_t slot = (w->places[i].offset + object->fixups.items[k].offset) / SLOT_SIZE;
            words[1 + slot / SLOTS_PER_WORD] |= UINT64_C(1) << slot % SLOTS_PER_WORD;
        }
    }
    LLVMValueRef value = LLVMConstStringInContext2(LLVMGetModuleContext(w->module), (const char *)words,
                                                   (count + 1) * sizeof *words, true);
    LLVMValueRef slots = LLVMAddGlobal(w->module, LLVMTypeOf(value), "tailor_address_slots");
    LLVMSetInitializer(slots, value);
    LLVMSetGlobalConstant(slots, true);
    LLVMSetAlignment(slots, SLOT_SIZE);
    LLVMSetVisibility(slots, LLVMHiddenVisibility);
}

/// Before the constructors of the runtime pack, which have no priority; those up to 100 are the C library's.
static void relocation_call(DataWriter *w) {
    LLVMValueRef relocate = LLVMAddFunction(w->module, "tailor_relocate", w->function);
    LLVMSetVisibility(relocate, LLVMHiddenVisibility);
    LLVMValueRef entry = LLVMAddGlobal(w->module, w->pointer, "tailor_relocate.entry");
    LLVMSetInitializer(entry, relocate);
    LLVMSetLinkage(entry, LLVMPrivateLinkage);
    LLVMSetSection(entry, ".init_array.00101");
}

void data_region_fill(DataWriter *w) {
    if (!w->region)
        return;
    LLVMSetInitializer(w->region, region_value(w));
    slots_define(w);
    relocation_call(w);
}
