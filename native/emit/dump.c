// Text form of the data unit's MethodTables, for `--dump=emit`: from the objects themselves, so that it shows
// what is written.
#include "emit/build.h"
#include "emit/context.h"
#include "emit/method_table.h"

#include "support/pattern.h"

#include <string.h>

static uint32_t u32_at(const DataObject *object, uint32_t offset) {
    uint32_t value = 0;
    for (uint32_t i = 0; i < 4; i++)
        value |= (uint32_t)object->bytes.items[offset + i] << 8 * i;
    return value;
}

static const Fixup *fixup_at(const DataObject *object, uint32_t offset) {
    for (uint32_t i = 0; i < object->fixups.count; i++)
        if (object->fixups.items[i].offset == offset)
            return &object->fixups.items[i];
    return NULL;
}

static const char *symbol_at(const DataObject *object, uint32_t offset) {
    const Fixup *f = fixup_at(object, offset);
    return f ? f->symbol.data : "0";
}

static const Label *label_find(const EmitContext *e, Text symbol, const DataObject **object) {
    for (uint32_t i = 0; i < e->set.objects.count; i++) {
        *object = e->set.objects.items[i];
        for (uint32_t j = 0; j < (*object)->labels.count; j++)
            if (text_equal((*object)->labels.items[j].symbol, symbol))
                return &(*object)->labels.items[j];
    }
    return NULL;
}

static void gcdesc_dump(const DataObject *object, uint32_t start, FILE *file) {
    if (!start)
        return;
    fprintf(file, "    gcdesc");
    for (uint32_t at = start; at >= 8; at -= 8) {
        int64_t word = (int64_t)((uint64_t)u32_at(object, at - 4) << 32 | u32_at(object, at - 8));
        fprintf(file, word < 0x10000 ? " %lld" : " 0x%llx", (long long)word);
    }
    fprintf(file, "\n");
}

static void table_dump(const DataObject *object, uint32_t start, FILE *file) {
    uint32_t counts = u32_at(object, start + 16), slots = counts & 0xFFFF, interfaces = counts >> 16;
    fprintf(file, "    flags 0x%08x base size %u hash 0x%08x related %s\n", u32_at(object, start),
            u32_at(object, start + 4), u32_at(object, start + 20), symbol_at(object, start + 8));
    gcdesc_dump(object, start, file);
    if (slots)
        fprintf(file, "    row %u\n", u32_at(object, start + HIDDEN_SLOT_OFFSET));
    for (uint32_t i = 1; i < slots; i++)
        fprintf(file, "    slot %u %s\n", i - 1, symbol_at(object, start + 24 + 8 * i));
    for (uint32_t i = 0; i < interfaces; i++)
        fprintf(file, "    interface %s\n", symbol_at(object, start + 24 + 8 * (slots + i)));
    uint32_t end = data_size(object);
    for (uint32_t at = start + 24 + 8 * (slots + interfaces) + 8; at + 4 <= end; at += 4)
        if (fixup_at(object, at))
            fprintf(file, "    tail %s\n", symbol_at(object, at));
}

static void totals_dump(const EmitContext *e, FILE *file) {
    uint64_t read_only = 0, writable = 0, zero = 0;
    for (uint32_t i = 0; i < e->set.objects.count; i++) {
        const DataObject *object = e->set.objects.items[i];
        if (object->section == SECTION_ReadOnly)
            read_only += data_size(object);
        else
            writable += object->bytes.count;
        zero += object->zero_size;
    }
    fprintf(file, "%u objects, %llu bytes read-only, %llu writable, %llu zero\n", e->set.objects.count,
            (unsigned long long)read_only, (unsigned long long)writable, (unsigned long long)zero);
}

void emit_dump(const Reach *reach, const struct Pattern *pattern, FILE *file, Diag *diag) {
    EmitContext *e = emit_build(reach, diag);
    uint32_t count;
    Type *const *types = reach_types(reach, &count);
    for (uint32_t i = 0; i < count; i++) {
        Text name = type_display(e->ts, types[i], &e->arena);
        if (pattern && !pattern_matches(pattern, name))
            continue;
        const DataObject *object;
        const Label *label = label_find(e, emit_type_symbol(e, types[i]), &object);
        if (!label)
            continue;
        fprintf(file, "%.*s %s\n", TEXT_ARG(name), label->symbol.data);
        table_dump(object, label->offset, file);
    }
    emit_finish(e, NULL, NULL);
    totals_dump(e, file);
    emit_build_close(e);
}
