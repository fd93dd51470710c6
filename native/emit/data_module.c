#include "emit/data_writer.h"

#include <stdio.h>

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

static LLVMTypeRef fixup_type(const DataWriter *w, const Fixup *f, bool in_region) {
    if (f->kind == FIXUP_Relative)
        return w->i32;
    return (in_region && fixup_is_slot(f)) ? w->i64 : w->pointer;
}

LLVMTypeRef data_object_type(DataWriter *w, const DataObject *object, bool in_region) {
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

static LLVMValueRef symbol_find(DataWriter *w, Text symbol) {
    LLVMValueRef value = LLVMGetNamedGlobal(w->module, symbol.data);
    if (!value)
        value = LLVMGetNamedFunction(w->module, symbol.data);
    if (!value)
        value = LLVMGetNamedGlobalAlias(w->module, symbol.data, symbol.size);
    return value;
}

static LLVMValueRef symbol_value(DataWriter *w, const Fixup *f) {
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

static LLVMValueRef offset_in(DataWriter *w, LLVMValueRef base, int64_t offset) {
    if (offset == 0)
        return base;
    LLVMValueRef index = LLVMConstInt(w->i64, (uint64_t)offset, true);
    return LLVMConstGEP2(w->i8, base, &index, 1);
}

static LLVMValueRef fixup_value(DataWriter *w, const Place *place, const Fixup *f) {
    LLVMValueRef target = offset_in(w, symbol_value(w, f), f->addend);
    if (f->kind == FIXUP_Absolute && !(place->in_region && fixup_is_slot(f)))
        return target;
    LLVMValueRef here = offset_in(w, place->global, (int64_t)(place->offset + f->offset));
    LLVMValueRef distance = LLVMConstSub(LLVMConstPtrToInt(target, w->i64), LLVMConstPtrToInt(here, w->i64));
    return f->kind == FIXUP_Absolute ? distance : LLVMConstTrunc(distance, w->i32);
}

static LLVMValueRef bytes_value(DataWriter *w, const uint8_t *bytes, uint32_t size) {
    bool zero = true;
    for (uint32_t i = 0; i < size && zero; i++)
        zero = bytes[i] == 0;
    if (zero)
        return LLVMConstNull(LLVMArrayType2(w->i8, size));
    return LLVMConstStringInContext2(LLVMGetModuleContext(w->module), (const char *)bytes, size, true);
}

LLVMValueRef data_object_value(DataWriter *w, const DataObject *object, const Place *place) {
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
static void section_set(DataWriter *w, const DataObject *object, LLVMValueRef global, uint32_t index) {
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
static void symbol_take(DataWriter *w, LLVMValueRef value, const Label *label) {
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
static void alias_define(DataWriter *w, const DataObject *object, const Place *place, const Label *l,
                         bool is_start) {
    LLVMTypeRef type = LLVMArrayType2(w->i8, is_start ? data_size(object) : 0);
    LLVMValueRef at = offset_in(w, place->global, (int64_t)(place->offset + l->offset));
    symbol_take(w, LLVMAddAlias2(w->module, type, 0, at, ""), l);
}

static void labels_define(DataWriter *w, const DataObject *object, const Place *place) {
    const Label *start = label_at_start(object);
    for (uint32_t i = 0; i < object->labels.count; i++) {
        const Label *l = &object->labels.items[i];
        if (l != start || place->in_region)
            alias_define(w, object, place, l, l == start);
    }
}

static LLVMValueRef object_declare(DataWriter *w, const DataObject *object, uint32_t index) {
    const Label *label = label_at_start(object);
    LLVMTypeRef type = data_object_type(w, object, false);
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

// ---- All objects --------------------------------------------------------------------------------

// llvm.used keeps a global through LLVM and (SHF_GNU_RETAIN) the linker.
static void used_define(DataWriter *w, LLVMValueRef *values, uint32_t count) {
    LLVMTypeRef type = LLVMArrayType2(w->pointer, count);
    LLVMValueRef used = LLVMAddGlobal(w->module, type, "llvm.used");
    LLVMSetLinkage(used, LLVMAppendingLinkage);
    LLVMSetSection(used, "llvm.metadata");
    LLVMSetInitializer(used, LLVMConstArray2(w->pointer, values, count));
}

static void objects_declare(DataWriter *w) {
    const DataSet *set = w->set;
    for (uint32_t i = 0; i < set->objects.count; i++) {
        if (!data_region_takes(w, set->objects.items[i], &w->places[i]))
            w->places[i].global = object_declare(w, set->objects.items[i], i);
    }
    data_region_declare(w);
    for (uint32_t i = 0; i < set->objects.count; i++)
        labels_define(w, set->objects.items[i], &w->places[i]);
}

static void objects_fill(DataWriter *w) {
    const DataSet *set = w->set;
    uint32_t count = set->objects.count, kept = 0;
    LLVMValueRef *used = ARENA_ARRAY(&w->scratch, LLVMValueRef, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        const DataObject *object = set->objects.items[i];
        const Place *place = &w->places[i];
        if (!place->in_region)
            LLVMSetInitializer(place->global, data_object_value(w, object, place));
        if (object->keeps)
            used[kept++] = place->global;
    }
    data_region_fill(w);
    if (kept)
        used_define(w, used, kept);
}

void data_module_define(const DataSet *set, LLVMModuleRef module) {
    LLVMContextRef context = LLVMGetModuleContext(module);
    DataWriter w = {.set = set,
                    .module = module,
                    .i8 = LLVMInt8TypeInContext(context),
                    .i32 = LLVMInt32TypeInContext(context),
                    .i64 = LLVMInt64TypeInContext(context),
                    .pointer = LLVMPointerTypeInContext(context, 0)};
    w.function = LLVMFunctionType(LLVMVoidTypeInContext(context), NULL, 0, false);
    w.places = ARENA_ARRAY(&w.scratch, Place, set->objects.count + 1);
    objects_declare(&w);
    objects_fill(&w);
    arena_free(&w.scratch);
}
