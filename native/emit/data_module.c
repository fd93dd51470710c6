#include "emit/data_module.h"

#include "support/array.h"

#include <stdio.h>
#include <stdlib.h>

/// Where an object lies: in a global of its own, or in the region.
typedef struct Place {
    LLVMValueRef global;
    uint64_t offset;
    bool in_region;
} Place;

// The region holds all objects with absolute addresses. An absolute address costs a relocation of 24 bytes
// in the executable; here it is kept as the distance from its own place, which the linker knows, and a bit
// of tailor_address_slots. runtime/relocate.c makes addresses of the distances before anything runs.
enum { SLOT_SIZE = 8, SLOTS_PER_WORD = 64 };

typedef struct Writer {
    const DataSet *set;
    LLVMModuleRef module;
    LLVMTypeRef i8, i32, i64, pointer, function;
    Place *places; // by index of the object
    uint64_t region_size;
    uint32_t region_alignment;
    Arena scratch;
} Writer;

// ---- Shape: the packed struct of an object ------------------------------------------------------

// Bytes between fix-ups are one array each.
static uint32_t element_count(const DataObject *object) {
    uint32_t at = 0, count = 0;
    for (uint32_t i = 0; i < object->fixups.count; i++) {
        const Fixup *f = &object->fixups.items[i];
        count += (f->offset > at) + 1u;
        at = f->offset + (f->kind == FIXUP_Absolute ? 8 : 4);
    }
    return count + (object->bytes.count > at) + (object->zero_size > 0);
}

static bool is_distance(const Fixup *f, bool in_region) {
    return in_region && f->kind == FIXUP_Absolute && f->use != USE_WeakCode && f->offset % SLOT_SIZE == 0;
}

static LLVMTypeRef fixup_type(const Writer *w, const Fixup *f, bool in_region) {
    if (f->kind == FIXUP_Relative)
        return w->i32;
    return is_distance(f, in_region) ? w->i64 : w->pointer;
}

static LLVMTypeRef object_type(Writer *w, const DataObject *object, bool in_region) {
    uint32_t count = element_count(object), n = 0, at = 0;
    LLVMTypeRef *types = ARENA_ARRAY(&w->scratch, LLVMTypeRef, count + 1);
    for (uint32_t i = 0; i < object->fixups.count; i++) {
        const Fixup *f = &object->fixups.items[i];
        if (f->offset > at)
            types[n++] = LLVMArrayType2(w->i8, f->offset - at);
        types[n++] = fixup_type(w, f, in_region);
        at = f->offset + (f->kind == FIXUP_Absolute ? 8 : 4);
    }
    if (object->bytes.count > at)
        types[n++] = LLVMArrayType2(w->i8, object->bytes.count - at);
    if (object->zero_size)
        types[n++] = LLVMArrayType2(w->i8, object->zero_size);
    return LLVMStructTypeInContext(LLVMGetModuleContext(w->module), types, n, true);
}

// ---- Symbols ------------------------------------------------------------------------------------

static LLVMValueRef symbol_find(Writer *w, Text symbol) {
    LLVMValueRef value = LLVMGetNamedGlobal(w->module, symbol.data);
    if (!value)
        value = LLVMGetNamedFunction(w->module, symbol.data);
    if (!value)
        value = LLVMGetNamedGlobalAlias(w->module, symbol.data, symbol.size);
    return value;
}

static LLVMValueRef symbol_value(Writer *w, const Fixup *f) {
    LLVMValueRef value = symbol_find(w, f->symbol);
    if (value)
        return value;
    if (f->use == USE_Data) {
        value = LLVMAddGlobal(w->module, w->i8, f->symbol.data);
    } else {
        value = LLVMAddFunction(w->module, f->symbol.data, w->function);
        if (f->use == USE_WeakCode)
            LLVMSetLinkage(value, LLVMExternalWeakLinkage);
    }
    LLVMSetVisibility(value, LLVMHiddenVisibility);
    return value;
}

static LLVMValueRef offset_in(Writer *w, LLVMValueRef base, int64_t offset) {
    if (offset == 0)
        return base;
    LLVMValueRef index = LLVMConstInt(w->i64, (uint64_t)offset, true);
    return LLVMConstGEP2(w->i8, base, &index, 1);
}

static LLVMValueRef fixup_value(Writer *w, const Place *place, const Fixup *f) {
    LLVMValueRef target = offset_in(w, symbol_value(w, f), f->addend);
    if (f->kind == FIXUP_Absolute && !is_distance(f, place->in_region))
        return target;
    LLVMValueRef here = offset_in(w, place->global, (int64_t)(place->offset + f->offset));
    LLVMValueRef distance = LLVMConstSub(LLVMConstPtrToInt(target, w->i64), LLVMConstPtrToInt(here, w->i64));
    return f->kind == FIXUP_Absolute ? distance : LLVMConstTrunc(distance, w->i32);
}

static LLVMValueRef bytes_value(Writer *w, const uint8_t *bytes, uint32_t size) {
    bool zero = true;
    for (uint32_t i = 0; i < size && zero; i++)
        zero = bytes[i] == 0;
    if (zero)
        return LLVMConstNull(LLVMArrayType2(w->i8, size));
    return LLVMConstStringInContext2(LLVMGetModuleContext(w->module), (const char *)bytes, size, true);
}

static LLVMValueRef object_value(Writer *w, const DataObject *object, const Place *place) {
    uint32_t count = element_count(object), n = 0, at = 0;
    LLVMValueRef *values = ARENA_ARRAY(&w->scratch, LLVMValueRef, count + 1);
    for (uint32_t i = 0; i < object->fixups.count; i++) {
        const Fixup *f = &object->fixups.items[i];
        if (f->offset > at)
            values[n++] = bytes_value(w, object->bytes.items + at, f->offset - at);
        values[n++] = fixup_value(w, place, f);
        at = f->offset + (f->kind == FIXUP_Absolute ? 8 : 4);
    }
    if (object->bytes.count > at)
        values[n++] = bytes_value(w, object->bytes.items + at, object->bytes.count - at);
    if (object->zero_size)
        values[n++] = LLVMConstNull(LLVMArrayType2(w->i8, object->zero_size));
    return LLVMConstStructInContext(LLVMGetModuleContext(w->module), values, n, true);
}

// ---- Definition ---------------------------------------------------------------------------------

static const Label *label_at_start(const DataObject *object) {
    for (uint32_t i = 0; i < object->labels.count; i++)
        if (object->labels.items[i].offset == 0)
            return &object->labels.items[i];
    return NULL;
}

static bool is_all_zero(const DataObject *object) {
    for (uint32_t i = 0; i < object->bytes.count; i++)
        if (object->bytes.items[i])
            return false;
    return object->fixups.count == 0;
}

// A section of its own for every object, so that the linker can drop it (--gc-sections); the default scripts
// of bfd and lld collect these names.
static void section_set(Writer *w, const DataObject *object, LLVMValueRef global, uint32_t index) {
    char name[64];
    const char *prefix = ".data";
    switch (object->section) {
    case SECTION_Modules: LLVMSetSection(global, "__modules"); return;
    case SECTION_ReadOnly:
        // LLVM makes a section with any relocation writable; in .rodata one such would make all of it
        // writable.
        prefix = object->fixups.count ? ".data.rel.ro" : ".rodata";
        break;
    case SECTION_Writable: prefix = is_all_zero(object) ? ".bss" : ".data"; break;
    }
    snprintf(name, sizeof name, "%s.t%u", prefix, index);
    LLVMSetSection(global, name);
    (void)w;
}

// Gives `value` its symbol; a declaration of that name (code refers to it) is replaced.
static void symbol_take(Writer *w, LLVMValueRef value, const Label *label) {
    LLVMValueRef declared = symbol_find(w, label->symbol);
    if (declared) {
        LLVMReplaceAllUsesWith(declared, value);
        if (LLVMIsAFunction(declared))
            LLVMDeleteFunction(declared);
        else
            LLVMDeleteGlobal(declared);
    }
    LLVMSetValueName2(value, label->symbol.data, label->symbol.size);
    LLVMSetVisibility(value, label->is_exported ? LLVMDefaultVisibility : LLVMHiddenVisibility);
}

/// Label `l` at its place; the whole object's size is that of the label at its start.
static void alias_define(Writer *w, const DataObject *object, const Place *place, const Label *l,
                         bool is_start) {
    LLVMTypeRef type = LLVMArrayType2(w->i8, is_start ? data_size(object) : 0);
    LLVMValueRef at = offset_in(w, place->global, (int64_t)(place->offset + l->offset));
    symbol_take(w, LLVMAddAlias2(w->module, type, 0, at, ""), l);
}

static void labels_define(Writer *w, const DataObject *object, const Place *place) {
    const Label *start = label_at_start(object);
    for (uint32_t i = 0; i < object->labels.count; i++) {
        const Label *l = &object->labels.items[i];
        if (l != start || place->in_region)
            alias_define(w, object, place, l, l == start);
    }
}

static LLVMValueRef object_declare(Writer *w, const DataObject *object, uint32_t index) {
    const Label *label = label_at_start(object);
    LLVMTypeRef type = object_type(w, object, false);
    LLVMValueRef global = LLVMAddGlobal(w->module, type, label ? "" : object->name.data);
    LLVMSetAlignment(global, object->alignment);
    LLVMSetGlobalConstant(global, object->section == SECTION_ReadOnly);
    if (label)
        symbol_take(w, global, label);
    else
        LLVMSetLinkage(global, LLVMPrivateLinkage);
    section_set(w, object, global, index);
    return global;
}

// ---- The region ---------------------------------------------------------------------------------

static bool belongs_in_region(const DataObject *object) {
    if (object->section == SECTION_Modules || object->alignment % SLOT_SIZE != 0)
        return false;
    for (uint32_t i = 0; i < object->fixups.count; i++)
        if (is_distance(&object->fixups.items[i], true))
            return true;
    return false;
}

static void region_place(Writer *w, const DataObject *object, Place *place) {
    uint64_t alignment = object->alignment;
    place->in_region = true;
    place->offset = (w->region_size + alignment - 1) & ~(alignment - 1);
    w->region_size = place->offset + data_size(object);
    if (w->region_alignment < object->alignment)
        w->region_alignment = object->alignment;
}

typedef ARRAY(LLVMTypeRef) TypeList;
typedef ARRAY(LLVMValueRef) ValueList;

static LLVMTypeRef region_type(Writer *w) {
    TypeList types = {0};
    uint64_t at = 0;
    for (uint32_t i = 0; i < w->set->objects.count; i++) {
        if (!w->places[i].in_region)
            continue;
        if (w->places[i].offset > at)
            ARRAY_PUSH(&w->scratch, &types, LLVMArrayType2(w->i8, w->places[i].offset - at));
        ARRAY_PUSH(&w->scratch, &types, object_type(w, w->set->objects.items[i], true));
        at = w->places[i].offset + data_size(w->set->objects.items[i]);
    }
    return LLVMStructTypeInContext(LLVMGetModuleContext(w->module), types.items, types.count, true);
}

static LLVMValueRef region_value(Writer *w) {
    ValueList values = {0};
    uint64_t at = 0;
    for (uint32_t i = 0; i < w->set->objects.count; i++) {
        if (!w->places[i].in_region)
            continue;
        if (w->places[i].offset > at)
            ARRAY_PUSH(&w->scratch, &values, LLVMConstNull(LLVMArrayType2(w->i8, w->places[i].offset - at)));
        ARRAY_PUSH(&w->scratch, &values, object_value(w, w->set->objects.items[i], &w->places[i]));
        at = w->places[i].offset + data_size(w->set->objects.items[i]);
    }
    return LLVMConstStructInContext(LLVMGetModuleContext(w->module), values.items, values.count, true);
}

/// Private, so that the labels have sizes; not constant, whatever its objects are, until the slots are
/// addresses.
static LLVMValueRef region_declare(Writer *w) {
    LLVMValueRef region = LLVMAddGlobal(w->module, region_type(w), "");
    LLVMSetLinkage(region, LLVMPrivateLinkage);
    LLVMSetAlignment(region, w->region_alignment);
    LLVMSetSection(region, ".data.tailor_addresses");
    for (uint32_t i = 0; i < w->set->objects.count; i++)
        if (w->places[i].in_region)
            w->places[i].global = region;
    LLVMValueRef start = LLVMAddAlias2(w->module, LLVMArrayType2(w->i8, 0), 0, region, "tailor_addresses");
    LLVMSetVisibility(start, LLVMHiddenVisibility);
    return region;
}

/// tailor_address_slots: the number of words, and in them a bit for each slot.
static void slots_define(Writer *w) {
    uint64_t count = (w->region_size / SLOT_SIZE + SLOTS_PER_WORD - 1) / SLOTS_PER_WORD;
    uint64_t *words = ARENA_ARRAY(&w->scratch, uint64_t, count + 1);
    words[0] = count;
    for (uint32_t i = 0; i < w->set->objects.count; i++) {
        const DataObject *object = w->set->objects.items[i];
        for (uint32_t k = 0; w->places[i].in_region && k < object->fixups.count; k++) {
            if (!is_distance(&object->fixups.items[k], true))
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
static void relocation_call(Writer *w) {
    LLVMValueRef relocate = LLVMAddFunction(w->module, "tailor_relocate", w->function);
    LLVMSetVisibility(relocate, LLVMHiddenVisibility);
    LLVMValueRef entry = LLVMAddGlobal(w->module, w->pointer, "tailor_relocate.entry");
    LLVMSetInitializer(entry, relocate);
    LLVMSetLinkage(entry, LLVMPrivateLinkage);
    LLVMSetSection(entry, ".init_array.00101");
}

// ---- All objects --------------------------------------------------------------------------------

// llvm.used keeps a global through LLVM and (SHF_GNU_RETAIN) the linker.
static void used_define(Writer *w, LLVMValueRef *values, uint32_t count) {
    LLVMTypeRef type = LLVMArrayType2(w->pointer, count);
    LLVMValueRef used = LLVMAddGlobal(w->module, type, "llvm.used");
    LLVMSetLinkage(used, LLVMAppendingLinkage);
    LLVMSetSection(used, "llvm.metadata");
    LLVMSetInitializer(used, LLVMConstArray2(w->pointer, values, count));
}

void data_module_define(const DataSet *set, LLVMModuleRef module) {
    LLVMContextRef context = LLVMGetModuleContext(module);
    Writer w = {.set = set,
                .module = module,
                .i8 = LLVMInt8TypeInContext(context),
                .i32 = LLVMInt32TypeInContext(context),
                .i64 = LLVMInt64TypeInContext(context),
                .pointer = LLVMPointerTypeInContext(context, 0)};
    w.function = LLVMFunctionType(LLVMVoidTypeInContext(context), NULL, 0, false);
    uint32_t count = set->objects.count, kept = 0;
    w.places = ARENA_ARRAY(&w.scratch, Place, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        if (belongs_in_region(set->objects.items[i]))
            region_place(&w, set->objects.items[i], &w.places[i]);
        else
            w.places[i].global = object_declare(&w, set->objects.items[i], i);
    }
    LLVMValueRef region = w.region_size ? region_declare(&w) : NULL;
    LLVMValueRef *used = ARENA_ARRAY(&w.scratch, LLVMValueRef, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        labels_define(&w, set->objects.items[i], &w.places[i]);
        if (set->objects.items[i]->keeps)
            used[kept++] = w.places[i].global;
    }
    for (uint32_t i = 0; i < count; i++)
        if (!w.places[i].in_region)
            LLVMSetInitializer(w.places[i].global, object_value(&w, set->objects.items[i], &w.places[i]));
    if (region) {
        LLVMSetInitializer(region, region_value(&w));
        slots_define(&w);
        relocation_call(&w);
    }
    if (kept)
        used_define(&w, used, kept);
    arena_free(&w.scratch);
}
