// Structs and classes with layout in native memory (II.7.4.3, II.10.7): where each field lies there, and the
// struct type that the calling convention classifies.
#include "il/marshal.h"

#include <uthash.h>

struct NativeStructEntry {
    const Type *type;
    NativeStruct layout;
    UT_hash_handle hh;
};

enum { // II.23.1.15
    LAYOUT_Mask = 0x18,
    LAYOUT_Auto = 0,
    LAYOUT_Explicit = 0x10,
    STRING_Mask = 0x30000,
    STRING_Unicode = 0x10000,
};
enum { DEFAULT_PACKING = 8, REGISTER_STRUCT_SIZE = 16, SIZE_LIMIT = 1 << 27 };

typedef struct Layouter {
    Il *il;
    NativeStruct *out;
    uint32_t packing, class_size;
    uint32_t position, capacity;
} Layouter;

static uint32_t round_up(uint32_t value, uint32_t alignment) {
    return (value + alignment - 1) / alignment * alignment;
}

static uint32_t native_alignment(Il *il, const Marshal *m) {
    if (m->kind == MARSHAL_FixedAnsiString)
        return 1;
    if (m->kind == MARSHAL_FixedUnicodeString)
        return 2;
    if (m->kind == MARSHAL_FixedArray)
        return native_alignment(il, m->element);
    if (m->kind == MARSHAL_Struct || m->kind == MARSHAL_InlineClass)
        return m->layout->alignment;
    return type_alignment(il->ts, m->native);
}

static void class_layout_read(Layouter *l, const TypeDef *def) {
    uint32_t count;
    uint32_t row = sorted_rows_find(def->module->image, COLUMN_ClassLayout_Parent,
                                    token_make(TABLE_TypeDef, def->rid), &count);
    l->packing = row ? column_read(def->module->image, COLUMN_ClassLayout_PackingSize, row) : 0;
    l->class_size = row ? column_read(def->module->image, COLUMN_ClassLayout_ClassSize, row) : 0;
    if (!l->packing)
        l->packing = DEFAULT_PACKING;
}

static bool explicit_offset(const FieldDef *field, uint32_t *offset) {
    const Image *image = field->owner->module->image;
    uint32_t count,
        row = sorted_rows_find(image, COLUMN_FieldLayout_Field, token_make(TABLE_Field, field->rid), &count);
    *offset = row ? column_read(image, COLUMN_FieldLayout_Offset, row) : 0;
    return row != 0;
}

static bool member_place(Layouter *l, const Field *field, MarshalScope scope, bool is_explicit,
                         uint32_t base) {
    NativeMember *member = &l->out->members[l->out->member_count];
    uint32_t offset;
    *member = (NativeMember){.field = field, .marshal = marshal_field(l->il, scope, field)};
    if (member->marshal.kind == MARSHAL_Unsupported)
        return false;
    uint32_t alignment = native_alignment(l->il, &member->marshal),
             size = marshal_native_size(l->il, &member->marshal);
    if (alignment > l->packing)
        alignment = l->packing;
    if (alignment == 0)
        alignment = 1;
    if (is_explicit && !explicit_offset(field->def, &offset))
        return false;
    member->offset = is_explicit ? base + offset : round_up(l->position, alignment);
    if (size > SIZE_LIMIT || member->offset > SIZE_LIMIT)
        return false;
    if (member->offset + size > l->position)
        l->position = member->offset + size;
    if (alignment > l->out->alignment)
        l->out->alignment = alignment;
    l->out->member_count++;
    return true;
}

/// Fields of one level of a class, or of a struct.
static bool level_place(Layouter *l, Type *type) {
    const TypeDef *def = type->def;
    uint32_t count, kind = def->flags & LAYOUT_Mask, base = l->position;
    Field *const *fields = type_fields(l->il->ts, type, &count);
    bool has_fields = false;
    MarshalScope scope = {.module = def->module, .unicode = (def->flags & STRING_Mask) == STRING_Unicode};
    class_layout_read(l, def);
    for (uint32_t i = 0; i < count; i++) {
        if (fields[i]->def->is_static)
            continue;
        has_fields = true;
        if (kind == LAYOUT_Auto || !member_place(l, fields[i], scope, kind == LAYOUT_Explicit, base))
            return false;
    }
    if (kind == LAYOUT_Auto && type->is_value_type)
        return false;
    return has_fields || kind != LAYOUT_Auto || type->element_type == ELEMENT_TYPE_OBJECT;
}

static bool levels_place(Layouter *l, Type *type, uint32_t depth) {
    Type *base = type->is_value_type ? NULL : type_base(l->il->ts, type);
    if (base == l->il->object)
        base = NULL;
    return depth < 32 && (!base || levels_place(l, base, depth + 1)) && level_place(l, type);
}

static uint32_t members_max(Il *il, Type *type) {
    uint32_t count, total = 0;
    for (uint32_t depth = 0; type && type->kind == TYPE_Named && depth < 32; depth++) {
        (void)type_fields(il->ts, type, &count);
        total += count;
        type = type->is_value_type ? NULL : type_base(il->ts, type);
    }
    return total;
}

static bool is_plain_layout(Il *il, const NativeStruct *layout) {
    Failure failure = {0};
    const Layout *managed = layout->type->is_value_type ? type_layout(il->ts, layout->type, &failure) : NULL;
    if (!managed || managed->size != layout->size)
        return false;
    for (uint32_t i = 0; i < layout->member_count; i++) {
        const NativeMember *member = &layout->members[i];
        if (member->marshal.kind != MARSHAL_Plain ||
            field_offset(il->ts, (Field *)member->field) != member->offset)
            return false;
    }
    return true;
}

static void layout_compute(Il *il, NativeStruct *out) {
    Layouter l = {.il = il, .out = out};
    Type *type = out->type;
    out->invalid = true; // also what a type that contains itself sees
    out->alignment = 1;
    bool has_layout = type->kind == TYPE_Named && !type->is_open && !type->def->is_enum &&
                      !type->def->is_interface && !type->def->is_delegate && !type->def->is_inline_array;
    if (!has_layout || (type->def->is_byref_like && type_has_references(il->ts, type)))
        return;
    out->members = ARENA_ARRAY(il->program, NativeMember, members_max(il, type));
    if (!levels_place(&l, type, 0))
        return;
    out->size = round_up(l.position ? l.position : 1, out->alignment);
    if (l.class_size > out->size)
        out->size = l.class_size;
    out->invalid = false;
    out->is_plain = is_plain_layout(il, out);
}

const NativeStruct *native_struct(Il *il, Type *type) {
    struct NativeStructEntry *entry;
    HASH_FIND_PTR(il->native_structs, &type, entry);
    if (entry)
        return &entry->layout;
    entry = ARENA_NEW(il->program, struct NativeStructEntry);
    entry->type = type;
    entry->layout.type = type;
    HASH_ADD_PTR(il->native_structs, type, entry);
    layout_compute(il, &entry->layout);
    return &entry->layout;
}

void native_structs_free(Il *il) {
    HASH_CLEAR(hh, il->native_structs);
}

// ---- For the calling convention -----------------------------------------------------------------

typedef ARRAY(NativeField) NativeFields;

static void leaves_add(Il *il, NativeFields *leaves, const Marshal *m, uint32_t offset) {
    if (offset >= REGISTER_STRUCT_SIZE)
        return; // larger structs go to memory whatever they hold
    if (m->kind == MARSHAL_Struct || m->kind == MARSHAL_InlineClass) {
        for (uint32_t i = 0; i < m->layout->member_count; i++)
            leaves_add(il, leaves, &m->layout->members[i].marshal, offset + m->layout->members[i].offset);
        return;
    }
    bool is_text = m->kind == MARSHAL_FixedAnsiString || m->kind == MARSHAL_FixedUnicodeString;
    uint32_t size = is_text                         ? (m->kind == MARSHAL_FixedAnsiString ? 1 : 2)
                    : m->kind == MARSHAL_FixedArray ? marshal_native_size(il, m->element)
                                                    : 0;
    for (uint32_t k = 0; size && k < m->count && offset + k * size < REGISTER_STRUCT_SIZE; k++) {
        Type *unit = type_primitive(il->ts, size == 1 ? ELEMENT_TYPE_U1 : ELEMENT_TYPE_U2);
        if (is_text)
            ARRAY_PUSH(il->program, leaves, ((NativeField){unit, offset + k * size}));
        else
            leaves_add(il, leaves, m->element, offset + k * size);
    }
    if (!size)
        ARRAY_PUSH(il->program, leaves, ((NativeField){m->native, offset}));
}

Type *native_struct_type(Il *il, const NativeStruct *layout) {
    NativeStruct *known = (NativeStruct *)layout; // a cache of the same table
    NativeFields leaves = {0};
    if (known->native)
        return known->native;
    for (uint32_t i = 0; i < layout->member_count; i++)
        leaves_add(il, &leaves, &layout->members[i].marshal, layout->members[i].offset);
    known->native =
        type_native_make(il->ts, layout->type, layout->size, layout->alignment, leaves.items, leaves.count);
    return known->native;
}

// ---- For Marshal.* at run time (blobs 16 and 17) ------------------------------------------------

bool il_struct_marshalling(Il *il, Type *type, StructMarshalling *out) {
    *out = (StructMarshalling){0};
    if (type->kind != TYPE_Named || type->is_open || type->arg_count || type->is_generic_definition)
        return false;
    const NativeStruct *layout = native_struct(il, type);
    StackKind kind = value_of_type(il, type).kind;
    bool is_number = type->is_value_type && kind != STACK_Value;
    out->invalid = layout->invalid && !is_number;
    if (is_number && type->def->is_enum)
        out->invalid = true;
    if (out->invalid || is_number)
        return true;
    out->has_stubs = !layout->is_plain;
    out->size = layout->size;
    out->field_count = layout->member_count;
    out->names = ARENA_ARRAY(il->program, Text, layout->member_count);
    out->offsets = ARENA_ARRAY(il->program, uint32_t, layout->member_count);
    for (uint32_t i = 0; i < layout->member_count; i++) {
        out->names[i] = layout->members[i].field->def->name;
        out->offsets[i] = layout->members[i].offset;
    }
    if (!out->has_stubs)
        return true;
    out->to_native = method_synthetic(il->ts, SYNTHETIC_StructToNative, type, NULL);
    out->to_managed = method_synthetic(il->ts, SYNTHETIC_StructToManaged, type, NULL);
    out->cleanup = method_synthetic(il->ts, SYNTHETIC_StructCleanup, type, NULL);
    return true;
}
