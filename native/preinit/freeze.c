// What is left when the constructor has returned: the static fields, and the objects they lead to. Frozen objects are
// not seen by the collector, and their addresses lie outside its card table, so a reference in them must never be
// overwritten: only those in fields that nothing writes after the object's own constructor are allowed.
#include "preinit/internal.h"

enum {
    ZEROS_MAX = 1024, // bytes in objects that are mostly empty: a constructor is smaller
};

typedef ARRAY(FrozenPart) PartList;
typedef struct Freezer {
    Run *run;
    ARRAY(Object *) queue;
    uint32_t zeros;
} Freezer;

// ---- Which objects -----------------------------------------------------------------------------------------------

static bool references_stay(Freezer *f, Type *type);

/// Delegates are immutable; other references must be readonly, in structs all the way down.
static bool field_stays(Freezer *f, const Field *field) {
    if (!type_has_references(f->run->ts, field->type))
        return true;
    if (field->owner == well_known_type(f->run->ts, WELL_KNOWN_TYPE_Delegate))
        return true;
    return field->def->is_init_only;
}

static bool references_stay(Freezer *f, Type *type) {
    for (Type *at = type; at; at = type_base(f->run->ts, at)) {
        uint32_t count;
        Field *const *fields = type_fields(f->run->ts, at, &count);
        for (uint32_t i = 0; i < count; i++)
            if (!fields[i]->def->is_static && !field_stays(f, fields[i]))
                return false;
    }
    return true;
}

static bool may_freeze(Freezer *f, const Object *object) {
    Type *type = object->type;
    if (type->kind == TYPE_SzArray)
        return array_length(object) == 0 || !type_has_references(f->run->ts, type->element) ||
               run_fail(f->run, "keeps an array of references");
    return references_stay(f, type) || run_fail(f->run, "keeps an object with references that may change");
}

// ---- Data --------------------------------------------------------------------------------------------------------

static const FrozenObject *frozen_of(Freezer *f, Object *object) {
    Run *run = f->run;
    if (object->frozen)
        return object->frozen;
    if (!may_freeze(f, object))
        return NULL;
    FrozenObject *frozen = ARENA_NEW(preinit_arena(run->preinit), FrozenObject);
    *frozen = (FrozenObject){.type = object->type, .owner = run->type, .number = f->queue.count};
    object->frozen = frozen;
    ARRAY_PUSH(&run->arena, &f->queue, object);
    return frozen;
}

static bool object_part(Freezer *f, Object *object, FrozenPart *part) {
    if (object->runtime_type) {
        part->kind = FROZEN_RuntimeType;
        part->type = object->runtime_type;
        return true;
    }
    if (object->literal) {
        const uint8_t *units = object->memory->bytes + STRING_CHARS;
        size_t count = (size_t)array_length(object);
        part->kind = FROZEN_String;
        part->string = (Utf16){arena_copy(preinit_arena(f->run->preinit), units, 2 * count, 2), count};
        return true;
    }
    part->kind = FROZEN_Object;
    part->object = frozen_of(f, object);
    return part->object != NULL;
}

/// Not what the runtime archive provides.
static bool has_code(Run *run, const Method *method) {
    CodeKind kind = il_method_code(run->il, method).kind;
    return kind == CODE_Body || kind == CODE_PInvoke;
}

static bool part_of(Freezer *f, const Slot *slot, FrozenPart *part) {
    switch (slot->kind) {
    case REF_Object: return object_part(f, (Object *)(uintptr_t)slot->target, part);
    case REF_Type:
        part->kind = FROZEN_TypeHandle;
        part->type = (Type *)(uintptr_t)slot->target;
        return true;
    case REF_Method:
        if (!has_code(f->run, slot->target))
            break;
        part->kind = FROZEN_Code;
        part->method = slot->target;
        return true;
    case REF_Memory:
    case REF_None: break;
    }
    return run_fail(f->run, "keeps an address");
}

static bool freeze_memory(Freezer *f, const Memory *memory, uint32_t size, FrozenData *out) {
    Arena *program = preinit_arena(f->run->preinit);
    PartList parts = {0};
    for (uint32_t word = 0; memory->slots && word < size / WORD; word++) {
        FrozenPart part = {.offset = word * WORD};
        if (memory->slots[word].kind == REF_None)
            continue;
        if (!part_of(f, &memory->slots[word], &part))
            return false;
        ARRAY_PUSH(program, &parts, part);
    }
    *out = (FrozenData){.bytes = arena_copy(program, memory->bytes, size, WORD),
                        .size = size,
                        .parts = parts.items,
                        .part_count = parts.count};
    return true;
}

static bool freeze_object(Freezer *f, const Object *object) {
    const Memory *memory = object->memory;
    uint32_t zeros = 0;
    for (uint32_t i = 0; i < memory->size; i++)
        zeros += memory->bytes[i] == 0;
    if (zeros > memory->size / 2)
        f->zeros += zeros;
    if (f->zeros > ZEROS_MAX)
        return run_fail(f->run, "keeps objects that are mostly empty");
    FrozenObject *frozen = (FrozenObject *)(uintptr_t)object->frozen;
    frozen->id = next_object_id(f->run->preinit);
    return freeze_memory(f, memory, memory->size, &frozen->data);
}

StaticImage *run_freeze(Run *run) {
    Freezer f = {.run = run};
    const StaticLayout *layout = type_static_layout(run->ts, run->type);
    StaticImage *image = ARENA_NEW(preinit_arena(run->preinit), StaticImage);
    if (!freeze_memory(&f, run->nongc, layout->nongc_size, &image->nongc) ||
        !freeze_memory(&f, run->gc, layout->gc_size, &image->gc))
        return NULL;
    for (uint32_t i = 0; i < f.queue.count; i++) // grows
        if (!freeze_object(&f, f.queue.items[i]))
            return NULL;
    return image;
}
