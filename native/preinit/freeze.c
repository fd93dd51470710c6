// What is left when the constructor has returned: the static fields, and the objects they lead to. An object
// without references that could change is frozen: it lies in the image at a fixed address. The collector does
// not look into frozen objects, and their addresses lie outside its card table, so a reference to a fresh
// object must never be stored in one. All others are made on the heap when the program starts; so are those
// that refer to one of these.
#include "preinit/internal.h"

enum {
    FROZEN_ZEROS_MAX =
        1024, // bytes of frozen objects that are mostly empty: beyond that they need not be in the file
    HEAP_SIZE_MAX = 1 << 15, // bytes that one class makes at start-up
};

typedef ARRAY(FrozenPart) PartList;
typedef struct Freezer {
    Run *run;
    ARRAY(Object *) objects; // in the order in which fields lead to them
    uint32_t zeros, heap_size;
} Freezer;

// ---- Frozen or on the heap ----------------------------------------------------------------------

/// References that can change. Those of delegates do not, and an array of length 0 has none.
static bool has_changing_references(Run *run, const Object *object) {
    Type *type = object->type;
    if (type->kind == TYPE_SzArray)
        return array_length(object) > 0 && type_has_references(run->ts, type->element);
    if (type->def->is_delegate)
        return false;
    const Layout *layout = type_layout(run->ts, type, NULL);
    return !layout || layout->reference_count > 0;
}

static bool is_mostly_empty(const Memory *memory) {
    uint32_t zeros = 0;
    for (uint32_t i = 0; i < memory->size; i++)
        zeros += memory->bytes[i] == 0;
    return zeros > memory->size / 2;
}

/// Neither of this run nor made up by the compiler anyway (literals, RuntimeType objects).
static bool is_known(const Object *object) {
    return object->frozen || object->literal || object->runtime_type;
}

static void discover(Freezer *f, const Memory *memory) {
    for (uint32_t word = 0; memory->slots && word < memory->size / WORD; word++) {
        Object *object = (Object *)(uintptr_t)memory->slots[word].target;
        if (memory->slots[word].kind != REF_Object || is_known(object) || object->found)
            continue;
        object->found = true;
        ARRAY_PUSH(&f->run->arena, &f->objects, object);
    }
}

static bool refers_to_heap(const Object *object) {
    const Memory *memory = object->memory;
    for (uint32_t word = 0; memory->slots && word < memory->size / WORD; word++) {
        const Object *target = memory->slots[word].target;
        if (memory->slots[word].kind == REF_Object &&
            (target->heap || (target->frozen && target->frozen->heap)))
            return true;
    }
    return false;
}

static void heap_spread(Freezer *f) {
    bool changed = true;
    while (changed) {
        changed = false;
        for (uint32_t i = 0; i < f->objects.count; i++) {
            Object *object = f->objects.items[i];
            if (object->heap || !refers_to_heap(object))
                continue;
            object->heap = changed = true;
        }
    }
}

static bool objects_find(Freezer *f) {
    Run *run = f->run;
    discover(f, run->gc);
    for (uint32_t i = 0; i < f->objects.count; i++) // grows
        discover(f, f->objects.items[i]->memory);
    for (uint32_t i = 0; i < f->objects.count; i++) {
        Object *object = f->objects.items[i];
        uint32_t zeros = is_mostly_empty(object->memory) ? object->memory->size : 0;
        object->heap = has_changing_references(run, object) || f->zeros + zeros > FROZEN_ZEROS_MAX;
        f->zeros += object->heap ? 0 : zeros;
    }
    heap_spread(f);
    for (uint32_t i = 0; i < f->objects.count; i++) {
        Object *object = f->objects.items[i];
        FrozenObject *frozen = ARENA_NEW(preinit_arena(run->preinit), FrozenObject);
        *frozen = (FrozenObject){.type = object->type,
                                 .owner = run->type,
                                 .number = i,
                                 .id = next_object_id(run->preinit),
                                 .heap = object->heap};
        object->frozen = frozen;
        f->heap_size += object->heap ? object->memory->size : 0;
    }
    return f->heap_size <= HEAP_SIZE_MAX || run_fail(run, "keeps large objects that may change");
}

// ---- Data ---------------------------------------------------------------------------------------

static bool object_part(Freezer *f, const Object *object, FrozenPart *part) {
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
    part->object = object->frozen;
    return true;
}

/// Not what the runtime archive provides.
static bool has_code(Run *run, const Method *method) {
    CodeKind kind = il_method_code(run->il, method).kind;
    return kind == CODE_Body || kind == CODE_PInvoke;
}

static bool part_of(Freezer *f, const Slot *slot, FrozenPart *part) {
    switch (slot->kind) {
    case REF_Object: return object_part(f, slot->target, part);
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

StaticImage *run_freeze(Run *run) {
    Freezer f = {.run = run};
    const StaticLayout *layout = type_static_layout(run->ts, run->type);
    StaticImage *image = ARENA_NEW(preinit_arena(run->preinit), StaticImage);
    if (!objects_find(&f) || !freeze_memory(&f, run->nongc, layout->nongc_size, &image->nongc) ||
        !freeze_memory(&f, run->gc, layout->gc_size, &image->gc))
        return NULL;
    for (uint32_t i = 0; i < f.objects.count; i++) {
        const Object *object = f.objects.items[i];
        FrozenObject *frozen = (FrozenObject *)(uintptr_t)object->frozen;
        if (!freeze_memory(&f, object->memory, object->memory->size, &frozen->data))
            return NULL;
    }
    return image;
}
