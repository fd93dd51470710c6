#include "emit/data_module.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct Writer {
    const DataSet *set;
    LLVMModuleRef module;
    LLVMTypeRef i8, i32, i64, pointer, function;
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

static LLVMTypeRef object_type(Writer *w, const DataObject *object) {
    uint32_t count = element_count(object), n = 0, at = 0;
    LLVMTypeRef *types = ARENA_ARRAY(&w->scratch, LLVMTypeRef, count + 1);
    for (uint32_t i = 0; i < object->fixups.count; i++) {
        const Fixup *f = &object->fixups.items[i];
        if (f->offset > at)
            types[n++] = LLVMArrayType2(w->i8, f->offset - at);
        types[n++] = f->kind == FIXUP_Absolute ? w->pointer : w->i32;
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

static LLVMValueRef fixup_value(Writer *w, LLVMValueRef global, const Fixup *f) {
    LLVMValueRef target = offset_in(w, symbol_value(w, f), f->addend);
    if (f->kind == FIXUP_Absolute)
        return target;
    LLVMValueRef here = LLVMConstPtrToInt(offset_in(w, global, f->offset), w->i64);
    return LLVMConstTrunc(LLVMConstSub(LLVMConstPtrToInt(target, w->i64), here), w->i32);
}

static LLVMValueRef bytes_value(Writer *w, const uint8_t *bytes, uint32_t size) {
    bool zero = true;
    for (uint32_t i = 0; i < size && zero; i++)
        zero = bytes[i] == 0;
    if (zero)
        return LLVMConstNull(LLVMArrayType2(w->i8, size));
    return LLVMConstStringInContext2(LLVMGetModuleContext(w->module), (const char *)bytes, size, true);
}

static LLVMValueRef object_value(Writer *w, const DataObject *object, LLVMValueRef global) {
    uint32_t count = element_count(object), n = 0, at = 0;
    LLVMValueRef *values = ARENA_ARRAY(&w->scratch, LLVMValueRef, count + 1);
    for (uint32_t i = 0; i < object->fixups.count; i++) {
        const Fixup *f = &object->fixups.items[i];
        if (f->offset > at)
            values[n++] = bytes_value(w, object->bytes.items + at, f->offset - at);
        values[n++] = fixup_value(w, global, f);
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

static LLVMValueRef object_declare(Writer *w, const DataObject *object, uint32_t index) {
    const Label *label = label_at_start(object);
    LLVMTypeRef type = object_type(w, object);
    LLVMValueRef global = LLVMAddGlobal(w->module, type, label ? "" : object->name.data);
    LLVMSetAlignment(global, object->alignment);
    LLVMSetGlobalConstant(global, object->section == SECTION_ReadOnly);
    if (label)
        symbol_take(w, global, label);
    else
        LLVMSetLinkage(global, LLVMPrivateLinkage);
    section_set(w, object, global, index);
    for (uint32_t i = 0; i < object->labels.count; i++) {
        const Label *l = &object->labels.items[i];
        if (l == label)
            continue;
        symbol_take(w, LLVMAddAlias2(w->module, w->i8, 0, offset_in(w, global, l->offset), ""), l);
    }
    return global;
}

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
    LLVMValueRef *globals = ARENA_ARRAY(&w.scratch, LLVMValueRef, count + 1);
    LLVMValueRef *used = ARENA_ARRAY(&w.scratch, LLVMValueRef, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        const DataObject *object = set->objects.items[i];
        globals[i] = object_declare(&w, object, i);
        if (object->keeps)
            used[kept++] = globals[i];
    }
    for (uint32_t i = 0; i < count; i++)
        LLVMSetInitializer(globals[i], object_value(&w, set->objects.items[i], globals[i]));
    if (kept)
        used_define(&w, used, kept);
    arena_free(&w.scratch);
}
