// The classes of the program: each constructor runs once, when first asked about, and the answer stays. A
// class asked about while its constructor runs (a cycle) counts as lazy, which makes the asking one lazy too
// if it depends on it.
#include "preinit/internal.h"

enum { NESTING_MAX = 32 }; // constructors that run to answer others

typedef enum ClassState { CLASS_Unknown, CLASS_Running, CLASS_Done } ClassState;
typedef struct Class {
    ClassState state;
    const StaticImage *image; // NULL: lazy
    const char *obstacle;
} Class;

struct Preinit {
    Il *il;
    TypeSystem *ts;
    Arena *program;
    Class **classes; // by Type.id
    uint32_t capacity;
    uint32_t nesting;
    uint32_t object_count;
    IlStatics statics;
};

uint32_t next_object_id(Preinit *preinit) {
    return preinit->object_count++;
}

Arena *preinit_arena(Preinit *preinit) {
    return preinit->program;
}

static Class *class_of(Preinit *p, const Type *type) {
    if (type->id >= p->capacity) {
        uint32_t capacity = p->capacity ? p->capacity : 1024;
        while (capacity <= type->id)
            capacity *= 2;
        Class **classes = ARENA_ARRAY(p->program, Class *, capacity);
        if (p->capacity)
            memcpy(classes, p->classes, p->capacity * sizeof *classes);
        p->classes = classes;
        p->capacity = capacity;
    }
    if (!p->classes[type->id])
        p->classes[type->id] = ARENA_NEW(p->program, Class);
    return p->classes[type->id];
}

// ---- Running ------------------------------------------------------------------------------------

static StaticImage *run_constructor(Preinit *p, Type *type, const char **obstacle) {
    Run run = {.preinit = p, .il = p->il, .ts = p->ts, .type = type};
    Failure failure = {0};
    Item nothing;
    StaticImage *image = NULL;
    const StaticLayout *layout = type_static_layout(p->ts, type);
    const Method *cctor = method_instantiate(p->ts, type->def->static_constructor, type, NULL, 0, &failure);
    run.nongc = memory_new(&run, layout->nongc_size);
    run.gc = memory_new(&run, layout->gc_size);
    if (!cctor)
        run_fail(&run, "the constructor cannot be loaded");
    else if (!run.failure && run_method(&run, cctor, NULL, 0, &nothing))
        image = run_freeze(&run);
    if (!image)
        *obstacle = run.failure ? run.failure : "fails";
    run_close(&run);
    return image;
}

static void class_run(Preinit *p, Class *class, Type *type) {
    class->state = CLASS_Running;
    if (type->is_open || type->is_generic_definition || type->def->rid == 1) {
        class->obstacle = "not an exact class";
    } else if (p->nesting >= NESTING_MAX) {
        class->obstacle = "too many constructors depend on each other";
    } else {
        IlQuiet before = il_quiet_begin(p->il);
        p->nesting++;
        class->image = run_constructor(p, type, &class->obstacle);
        p->nesting--;
        il_quiet_end(p->il, before);
    }
    class->state = CLASS_Done;
}

static Class *class_answer(Preinit *p, const Type *type) {
    if (type->kind != TYPE_Named || !type->def->static_constructor || type->has_placeholder)
        return NULL;
    Class *class = class_of(p, type);
    if (class->state == CLASS_Unknown)
        class_run(p, class, (Type *)(uintptr_t)type);
    return class;
}

const StaticImage *preinit_image(Preinit *preinit, const Type *type) {
    const Class *class = class_answer(preinit, type);
    return class ? class->image : NULL;
}

const char *preinit_obstacle(Preinit *preinit, const Type *type) {
    const Class *class = class_answer(preinit, type);
    if (!class || class->image)
        return NULL;
    return class->state == CLASS_Running ? "depends on itself" : class->obstacle;
}

// ---- Values of fields ---------------------------------------------------------------------------

static const FrozenPart *part_at(const FrozenData *data, uint32_t offset) {
    for (uint32_t i = 0; i < data->part_count; i++)
        if (data->parts[i].offset == offset)
            return &data->parts[i];
    return NULL;
}

/// The region that holds a field as it is at start-up; NULL if that is not known. *zero: its class has no
/// constructor.
static const FrozenData *initial_region(Preinit *p, Field *field, bool *zero) {
    *zero = false;
    if (!field->def->is_static || field->owner->is_open)
        return NULL;
    StaticKind kind = field_static_kind(p->ts, field);
    if (kind != STATIC_NonGC && kind != STATIC_GC)
        return NULL;
    if (!field->owner->def->static_constructor) {
        *zero = true;
        return NULL;
    }
    const StaticImage *image = preinit_image(p, field->owner);
    if (!image)
        return NULL;
    return kind == STATIC_NonGC ? &image->nongc : &image->gc;
}

bool foreign_static(Run *run, const Field *field, Item *out) {
    Field *exact = (Field *)(uintptr_t)field;
    bool zero = false;
    const FrozenData *data = field->def->is_init_only ? initial_region(run->preinit, exact, &zero) : NULL;
    if (!data && !zero)
        return false;
    uint32_t offset = zero ? 0 : field_static_offset(run->ts, exact);
    Memory *memory = memory_new(run, zero ? type_scalar(run, field->type).size : data->size);
    if (data)
        memory_of_data(run, data, memory);
    return !run->failure && memory_load(run, memory, offset, field->type, out);
}

/// The RuntimeType of a field stays unknown to il/: the dataflow of Type values warns as it does in programs
/// whose constructors run late.
static void constant_of_part(const Preinit *p, const FrozenPart *part, StaticValue *out) {
    switch (part->kind) {
    case FROZEN_Object:
        out->kind = part->object->heap ? STATIC_VALUE_Known : STATIC_VALUE_Object;
        out->object = part->object;
        out->type = part->object->type;
        break;
    case FROZEN_String:
        out->kind = STATIC_VALUE_String;
        out->string = part->string;
        break;
    case FROZEN_RuntimeType:
        out->kind = STATIC_VALUE_Known;
        out->type = well_known_type(p->ts, WELL_KNOWN_TYPE_RuntimeType);
        break;
    case FROZEN_TypeHandle:
    case FROZEN_Code: break;
    }
}

static void constant_of_bytes(const uint8_t *bytes, Scalar scalar, StaticValue *out) {
    uint64_t raw = 0;
    memcpy(&raw, bytes, scalar.size);
    if (scalar.kind == STACK_Object) {
        out->kind = STATIC_VALUE_Null;
    } else if (scalar.kind == STACK_Float32) {
        float real;
        memcpy(&real, bytes, sizeof real);
        out->kind = STATIC_VALUE_Real;
        out->real = (double)real;
    } else if (scalar.kind == STACK_Float64) {
        out->kind = STATIC_VALUE_Real;
        memcpy(&out->real, bytes, sizeof out->real);
    } else {
        uint32_t unused = 64 - 8 * scalar.size;
        out->kind = STATIC_VALUE_Integer;
        out->integer = scalar.is_signed ? (int64_t)(raw << unused) >> unused : (int64_t)raw;
    }
}

static bool statics_is_preinitialized(void *context, const Type *type) {
    return preinit_image(context, type) != NULL;
}

static bool statics_constant(void *context, const Field *field, StaticValue *out) {
    static const uint8_t nothing[8];
    Preinit *p = context;
    Field *exact = (Field *)(uintptr_t)field;
    bool zero;
    const FrozenData *data = initial_region(p, exact, &zero);
    Run run = {.ts = p->ts};
    Scalar scalar = type_scalar(&run, field->type);
    *out = (StaticValue){.kind = STATIC_VALUE_None};
    if ((!data && !zero) || scalar.kind == STACK_Value || scalar.kind == STACK_ByRef)
        return false;
    uint32_t offset = zero ? 0 : field_static_offset(p->ts, exact);
    const FrozenPart *part = zero ? NULL : part_at(data, offset);
    if (part)
        constant_of_part(p, part, out);
    else
        constant_of_bytes(zero ? nothing : data->bytes + offset, scalar, out);
    return out->kind != STATIC_VALUE_None;
}

Preinit *preinit_open(Il *il, Arena *program) {
    Preinit *p = ARENA_NEW(program, Preinit);
    *p = (Preinit){.il = il, .ts = il_types(il), .program = program};
    p->statics = (IlStatics){
        .context = p, .is_preinitialized = statics_is_preinitialized, .constant = statics_constant};
    il_set_statics(il, &p->statics);
    return p;
}

void preinit_close(Preinit *preinit) {
    if (preinit)
        il_set_statics(preinit->il, NULL);
}
