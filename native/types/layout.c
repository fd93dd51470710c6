// Instance layout (II.10.7, corelib-contract 1.3): sequential and explicit for types without references, else
// automatic as the stock compiler does it: small fields into the base's tail, then by falling size with
// references first among the pointer-sized, structs last. Offsets of classes count from the first field, 8
// behind the object pointer.
#include "types/private.h"

#include <stdlib.h>

enum {
    POINTER_SIZE = 8,
    MAXIMUM_ALIGNMENT = 64,
    LARGEST_LOG2 = 3,
    TYPE_LayoutMask = 0x18,
    TYPE_SequentialLayout = 0x08,
    TYPE_ExplicitLayout = 0x10
}; // II.23.1.15

typedef struct LayoutField {
    Field *field;
    uint32_t size, alignment;
    bool is_reference, is_by_value; // by value: a struct that is neither primitive nor enum
} LayoutField;

typedef struct LayoutBuilder {
    TypeSystem *ts;
    Type *type;
    LayoutField *fields;
    uint32_t count;
    bool has_references;          // own fields and base
    uint32_t packing, class_size; // ClassLayout (II.22.8), 0 if absent
    uint64_t position;            // next free byte
    uint32_t largest_alignment;
    Layout *layout;
    Failure *failure;
} LayoutBuilder;

static uint64_t align_up(uint64_t value, uint64_t alignment) {
    return (value + alignment - 1) & ~(alignment - 1);
}

static bool layout_fails(LayoutBuilder *b) {
    TypeSystem *ts = b->ts;
    ArenaMark mark = arena_mark(&ts->scratch);
    TextBuilder name = {.arena = &ts->scratch};
    type_print(ts, &name, b->type, NAME_Display);
    Text message = text_built(&name);
    message = text_intern(ts->texts, message.data, message.size);
    arena_rewind(&ts->scratch, mark);
    return failure_set(b->failure, FAILURE_TypeLoad, message, b->type->def->module->name);
}

bool type_is_by_value_class(const Type *type) {
    if (type->kind != TYPE_Named || !type->is_value_type || type->def->is_enum)
        return false;
    return type->element_type == ELEMENT_TYPE_VALUETYPE || type->element_type == ELEMENT_TYPE_TYPEDBYREF;
}

uint32_t element_type_size(ElementType element) {
    switch ((unsigned)element) {
    case ELEMENT_TYPE_BOOLEAN:
    case ELEMENT_TYPE_I1:
    case ELEMENT_TYPE_U1: return 1;
    case ELEMENT_TYPE_CHAR:
    case ELEMENT_TYPE_I2:
    case ELEMENT_TYPE_U2: return 2;
    case ELEMENT_TYPE_I4:
    case ELEMENT_TYPE_U4:
    case ELEMENT_TYPE_R4: return 4;
    case ELEMENT_TYPE_I8:
    case ELEMENT_TYPE_U8:
    case ELEMENT_TYPE_R8:
    case ELEMENT_TYPE_I:
    case ELEMENT_TYPE_U: return 8;
    default: return 0;
    }
}

// ---- References ---------------------------------------------------------------------------------

static bool has_references_compute(TypeSystem *ts, Type *type) {
    uint32_t count;
    Field *const *fields = type_fields(ts, type, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (fields[i]->def->is_static)
            continue;
        if (type_is_reference(fields[i]->type))
            return true;
        if (type_is_by_value_class(fields[i]->type) && type_has_references(ts, fields[i]->type))
            return true;
    }
    return false;
}

// Instance fields of the class itself hold references.
static bool declares_references(TypeSystem *ts, Type *type) {
    TypeDetails *details = type_details(ts, type);
    if (details->references_state == ENTRY_Empty) {
        details->references_state = ENTRY_Busy; // a struct in itself is rejected by its layout
        details->has_references = has_references_compute(ts, type);
        details->references_state = ENTRY_Done;
    }
    return details->has_references;
}

bool type_has_references(TypeSystem *ts, Type *type) {
    if (type_is_reference(type))
        return true;
    return type_is_by_value_class(type) && declares_references(ts, type);
}

// ---- Fields -------------------------------------------------------------------------------------

static bool field_measure(LayoutBuilder *b, LayoutField *out) {
    Type *type = out->field->type;
    if (((const FieldRecord *)out->field)->failure) {
        if (b->failure)
            *b->failure = *((const FieldRecord *)out->field)->failure;
        return false;
    }
    if (type->kind == TYPE_Var || type->kind == TYPE_MVar)
        return layout_fails(b); // open types have no layout
    if (type->kind == TYPE_ByRef && !b->type->def->is_byref_like)
        return layout_fails(b);
    out->size = out->alignment = POINTER_SIZE;
    out->is_reference = type_is_reference(type);
    if (type->kind != TYPE_Named || out->is_reference)
        return true;
    if (type->def->is_byref_like && !b->type->def->is_byref_like)
        return layout_fails(b);
    out->is_by_value = type_is_by_value_class(type);
    if (!out->is_by_value) {
        uint32_t size = element_type_size(type_enum_underlying(b->ts, type)->element_type);
        if (!size)
            return layout_fails(b);
        out->size = out->alignment = size;
        return true;
    }
    const Layout *layout = type_layout(b->ts, type, b->failure);
    if (!layout)
        return false;
    out->size = layout->size;
    out->alignment = layout->alignment;
    return true;
}

static bool fields_measure(LayoutBuilder *b) {
    uint32_t count;
    Field *const *fields = type_fields(b->ts, b->type, &count);
    b->fields = ARENA_ARRAY(&b->ts->scratch, LayoutField, count);
    for (uint32_t i = 0; i < count; i++) {
        if (fields[i]->def->is_static)
            continue;
        LayoutField *field = &b->fields[b->count++];
        field->field = fields[i];
        if (!field_measure(b, field))
            return false;
    }
    if (b->type->def->is_enum && b->count != 1)
        return layout_fails(b); // II.14.3
    return true;
}

static bool class_layout_read(LayoutBuilder *b) {
    const Image *image = b->type->def->module->image;
    uint32_t count;
    uint32_t row = sorted_rows_find(image, COLUMN_ClassLayout_Parent,
                                    token_make(TABLE_TypeDef, b->type->def->rid), &count);
    if (!row)
        return true;
    b->packing = column_read(image, COLUMN_ClassLayout_PackingSize, row);
    b->class_size = column_read(image, COLUMN_ClassLayout_ClassSize, row);
    bool ok = b->packing <= 128 && (b->packing & (b->packing - 1)) == 0 && b->class_size <= VALUE_SIZE_LIMIT;
    return ok || layout_fails(b);
}

static bool place(LayoutBuilder *b, LayoutField *field, uint64_t offset) {
    if (offset + field->size > VALUE_SIZE_LIMIT)
        return layout_fails(b);
    b->layout->field_offsets[field->field->index] = (uint32_t)offset;
    if (offset + field->size > b->position)
        b->position = offset + field->size;
    return true;
}

static bool place_next(LayoutBuilder *b, LayoutField *field) {
    return place(b, field, align_up(b->position, field->alignment));
}

// ---- Sequential and explicit --------------------------------------------------------------------

static uint32_t packed_alignment(const LayoutBuilder *b, const LayoutField *field) {
    uint32_t limit = b->packing ? b->packing : MAXIMUM_ALIGNMENT;
    return field->alignment < limit ? field->alignment : limit;
}

static void alignment_note(LayoutBuilder *b, uint32_t alignment) {
    if (alignment > b->largest_alignment)
        b->largest_alignment = alignment;
}

static bool sequential_place(LayoutBuilder *b) {
    for (uint32_t i = 0; i < b->count; i++) {
        b->fields[i].alignment = packed_alignment(b, &b->fields[i]);
        alignment_note(b, b->fields[i].alignment);
        if (!place_next(b, &b->fields[i]))
            return false;
    }
    return true;
}

static bool explicit_offset(LayoutBuilder *b, const Field *field, uint32_t *offset) {
    const Image *image = b->type->def->module->image;
    uint32_t count;
    uint32_t row =
        sorted_rows_find(image, COLUMN_FieldLayout_Field, token_make(TABLE_Field, field->def->rid), &count);
    if (row)
        *offset = column_read(image, COLUMN_FieldLayout_Offset, row);
    return row && *offset <= VALUE_SIZE_LIMIT;
}

static bool explicit_place(LayoutBuilder *b) {
    uint64_t base = b->position;
    for (uint32_t i = 0; i < b->count; i++) {
        LayoutField *field = &b->fields[i];
        uint32_t offset;
        if (!explicit_offset(b, field->field, &offset))
            return layout_fails(b);
        alignment_note(b, packed_alignment(b, field));
        const Type *type = field->field->type;
        bool needs_alignment = field->is_reference || type->kind == TYPE_ByRef ||
                               (type->def && type->def->is_byref_like) ||
                               (field->is_by_value && type_has_references(b->ts, field->field->type));
        if (needs_alignment && (base + offset) % POINTER_SIZE)
            return layout_fails(b);
        if (!place(b, field, base + offset))
            return false;
    }
    return true;
}

// ---- Automatic ----------------------------------------------------------------------------------

static uint32_t log2_of(uint32_t size) {
    uint32_t log = 0;
    while (log < LARGEST_LOG2 && (1u << log) < size)
        log++;
    return log;
}

typedef struct SizeGroups { // fields that are neither references nor structs, by log2 of their size
    LayoutField **fields[LARGEST_LOG2 + 1];
    uint32_t count[LARGEST_LOG2 + 1], next[LARGEST_LOG2 + 1];
    uint32_t reference_count;
} SizeGroups;

static void groups_fill(LayoutBuilder *b, SizeGroups *groups) {
    for (uint32_t log = 0; log <= LARGEST_LOG2; log++)
        groups->fields[log] = ARENA_ARRAY(&b->ts->scratch, LayoutField *, b->count);
    for (uint32_t i = 0; i < b->count; i++) {
        LayoutField *field = &b->fields[i];
        if (field->is_by_value) {
            alignment_note(b, field->alignment);
            continue;
        }
        alignment_note(b, POINTER_SIZE); // even for a byte: the stock rule, visible in structs above 8 bytes
        if (field->is_reference) {
            groups->reference_count++;
            continue;
        }
        uint32_t log = log2_of(field->size);
        groups->fields[log][groups->count[log]++] = field;
    }
}

static bool groups_have_larger(const SizeGroups *groups, uint32_t log) {
    if (log < LARGEST_LOG2 && groups->reference_count)
        return true;
    for (uint32_t larger = log + 1; larger <= LARGEST_LOG2; larger++) {
        if (groups->next[larger] < groups->count[larger])
            return true;
    }
    return false;
}

// Fills the base class's unaligned tail with small fields, so that larger ones start aligned without a gap.
static bool tail_fill(LayoutBuilder *b, SizeGroups *groups) {
    if (b->position % POINTER_SIZE == 0)
        return true;
    for (uint32_t log = 0; log < LARGEST_LOG2; log++) {
        if (b->position % (2u << log) == 0)
            continue;
        if (!groups_have_larger(groups, log))
            return true;
        uint32_t small = log + 1;
        while (small > 0 && groups->next[small - 1] == groups->count[small - 1])
            small--;
        if (small == 0)
            return true;
        log = small - 1;
        if (!place_next(b, groups->fields[log][groups->next[log]++]))
            return false;
    }
    return true;
}

static bool references_place(LayoutBuilder *b) {
    for (uint32_t i = 0; i < b->count; i++) {
        if (b->fields[i].is_reference && !place_next(b, &b->fields[i]))
            return false;
    }
    return true;
}

static bool auto_place(LayoutBuilder *b) {
    ArenaMark mark = arena_mark(&b->ts->scratch);
    SizeGroups groups = {0};
    groups_fill(b, &groups);
    bool ok = tail_fill(b, &groups);
    for (uint32_t log = LARGEST_LOG2 + 1; ok && log-- > 0;) {
        if (log == LARGEST_LOG2)
            ok = references_place(b);
        while (ok && groups.next[log] < groups.count[log])
            ok = place_next(b, groups.fields[log][groups.next[log]++]);
    }
    for (uint32_t i = 0; ok && i < b->count; i++) {
        if (b->fields[i].is_by_value)
            ok = place_next(b, &b->fields[i]);
    }
    arena_rewind(&b->ts->scratch, mark);
    return ok;
}

// Alignment of an automatic struct: whole words above pointer size, else the next power of two.
static uint32_t auto_alignment(const LayoutBuilder *b) {
    if (b->position > POINTER_SIZE)
        return b->has_references ? POINTER_SIZE : b->largest_alignment;
    uint32_t alignment = 1;
    while (alignment < b->position)
        alignment *= 2;
    return alignment;
}

// ---- Size ---------------------------------------------------------------------------------------

static uint32_t intrinsic_alignment(const LayoutBuilder *b, uint32_t alignment) {
    static const struct {
        const char *name_space, *name;
        uint32_t alignment;
    } rows[] = {
        // x86-64 System V: __m64 .. __m512, __int128. Vector<T> has no rule: two ulong fields
        {"System.Runtime.Intrinsics", "Vector64`1", 8},
        {"System.Runtime.Intrinsics", "Vector128`1", 16},
        {"System.Runtime.Intrinsics", "Vector256`1", 32},
        {"System.Runtime.Intrinsics", "Vector512`1", 64},
        {"System", "Int128", 16},
        {"System", "UInt128", 16},
    };
    const TypeDef *def = b->type->def;
    if (!def->is_intrinsic || def->module != b->ts->core || def->enclosing)
        return alignment;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (text_equal_z(def->name, rows[i].name) && text_equal_z(def->name_space, rows[i].name_space))
            return rows[i].alignment;
    }
    return alignment;
}

/// Vector<T> is as wide as the target's vectors; its IL computes with any size.
static bool is_vector_of_target(const LayoutBuilder *b) {
    const TypeDef *def = b->type->def;
    return b->ts->vector_size && def->module == b->ts->core && text_equal_z(def->name, "Vector`1") &&
           text_equal_z(def->name_space, "System.Numerics");
}

void types_set_vector_size(TypeSystem *ts, uint32_t bytes) {
    ts->vector_size = bytes;
}

static bool inline_array_repeat(LayoutBuilder *b, uint64_t *size) {
    const TypeDef *def = b->type->def;
    if (!def->is_inline_array)
        return true;
    if (b->count != 1 || def->inline_array_count == 0 || def->inline_array_count > INT32_MAX ||
        (def->flags & TYPE_LayoutMask) == TYPE_ExplicitLayout)
        return layout_fails(b);
    *size *= def->inline_array_count;
    return *size <= VALUE_SIZE_LIMIT || layout_fails(b);
}

static bool value_size_finish(LayoutBuilder *b, bool is_auto) {
    uint32_t alignment = is_auto ? auto_alignment(b) : b->largest_alignment;
    uint64_t size = b->position ? b->position : 1;
    if (!is_auto && b->class_size) {
        if (size < b->class_size)
            size = b->class_size;
        if (b->has_references)
            size = align_up(size, POINTER_SIZE);
    } else {
        size = align_up(size, alignment);
    }
    if (!inline_array_repeat(b, &size))
        return false;
    if (is_vector_of_target(b))
        size = b->ts->vector_size;
    b->layout->size = (uint32_t)size;
    b->layout->alignment = intrinsic_alignment(b, alignment);
    return true;
}

static void class_size_finish(LayoutBuilder *b, uint32_t base_size, bool is_sequential) {
    uint64_t size = b->position;
    // A stated size counts for sequential classes without references only, as in the stock compiler.
    if (b->class_size && is_sequential && !b->has_references && size < (uint64_t)base_size + b->class_size)
        size = (uint64_t)base_size + b->class_size;
    b->layout->size = (uint32_t)size;
    b->layout->alignment = POINTER_SIZE;
}

// ---- What the bytes are -------------------------------------------------------------------------

typedef ARRAY(uint32_t) OffsetList;

static uint32_t repeat_count(const Type *type) {
    return type->def->is_inline_array ? type->def->inline_array_count : 1;
}

static void references_of_field(LayoutBuilder *b, const LayoutField *field, uint32_t offset,
                                OffsetList *list) {
    if (field->is_reference)
        ARRAY_PUSH(&b->ts->scratch, list, offset);
    if (!field->is_by_value)
        return;
    const Layout *nested = type_layout(b->ts, field->field->type, NULL);
    for (uint32_t i = 0; nested && i < nested->reference_count; i++)
        ARRAY_PUSH(&b->ts->scratch, list, offset + nested->reference_offsets[i]);
}

static int offset_compare(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void references_finish(LayoutBuilder *b, const Layout *base) {
    Layout *layout = b->layout;
    OffsetList list = {0};
    for (uint32_t i = 0; base && i < base->reference_count; i++)
        ARRAY_PUSH(&b->ts->scratch, &list, base->reference_offsets[i]);
    uint32_t repeats = repeat_count(b->type);
    for (uint32_t i = 0; i < b->count; i++) {
        uint32_t offset = layout->field_offsets[b->fields[i].field->index];
        for (uint32_t k = 0; k < repeats && (b->fields[i].is_reference || b->has_references); k++)
            references_of_field(b, &b->fields[i], offset + k * b->fields[i].size, &list);
    }
    if (list.count)
        qsort(list.items, list.count, sizeof *list.items, offset_compare);
    layout->reference_offsets = ARENA_ARRAY(b->ts->arena, uint32_t, list.count);
    for (uint32_t i = 0; i < list.count; i++) { // unions may share a reference
        if (!i || list.items[i] != list.items[i - 1])
            layout->reference_offsets[layout->reference_count++] = list.items[i];
    }
}

enum WordTag { WORD_Free, WORD_Data, WORD_Reference, WORD_ByRef };

static bool words_mark(uint8_t *tags, uint64_t offset, uint64_t size, enum WordTag tag) {
    for (uint64_t word = offset / POINTER_SIZE; size && word <= (offset + size - 1) / POINTER_SIZE; word++) {
        if (tags[word] != WORD_Free && tags[word] != tag)
            return false;
        tags[word] = (uint8_t)tag;
    }
    return true;
}

// Marks what each word of a value holds; false where a reference and something else share one (II.10.7).
static bool value_mark(TypeSystem *ts, uint8_t *tags, Type *type, uint64_t offset, uint32_t depth) {
    if (type_is_reference(type))
        return words_mark(tags, offset, POINTER_SIZE, WORD_Reference);
    if (type->kind == TYPE_ByRef)
        return words_mark(tags, offset, POINTER_SIZE, WORD_ByRef);
    bool plain =
        !type_is_by_value_class(type) || (!type_has_references(ts, type) && !type->def->is_byref_like);
    if (plain || depth > DEPTH_LIMIT)
        return words_mark(tags, offset, type_size(ts, type), WORD_Data);
    uint32_t count;
    Field *const *fields = type_fields(ts, type, &count);
    for (uint32_t k = 0; k < repeat_count(type); k++) {
        for (uint32_t i = 0; i < count; i++) {
            if (fields[i]->def->is_static)
                continue;
            uint64_t at = offset + field_offset(ts, fields[i]) + (uint64_t)k * type_size(ts, fields[i]->type);
            if (!value_mark(ts, tags, fields[i]->type, at, depth + 1))
                return false;
        }
    }
    return true;
}

static bool explicit_check(LayoutBuilder *b) {
    if (!b->has_references && !b->type->def->is_byref_like)
        return true;
    ArenaMark mark = arena_mark(&b->ts->scratch);
    uint8_t *tags = ARENA_ARRAY(&b->ts->scratch, uint8_t, b->position / POINTER_SIZE + 2);
    bool ok = true;
    for (uint32_t i = 0; ok && i < b->count; i++) {
        const Field *field = b->fields[i].field;
        ok = value_mark(b->ts, tags, field->type, b->layout->field_offsets[field->index], 0);
    }
    arena_rewind(&b->ts->scratch, mark);
    return ok || layout_fails(b);
}

static int field_place_compare(const void *a, const void *b) {
    const LayoutField *x = a, *y = b; // alignment has been replaced by the offset
    return (x->alignment > y->alignment) - (x->alignment < y->alignment);
}

static void gaps_finish(LayoutBuilder *b, uint64_t start) {
    LayoutField *sorted =
        b->count ? arena_copy(&b->ts->scratch, b->fields, b->count * sizeof *sorted, alignof(LayoutField))
                 : NULL;
    uint64_t covered = start;
    for (uint32_t i = 0; i < b->count; i++)
        sorted[i].alignment = b->layout->field_offsets[sorted[i].field->index];
    if (b->count)
        qsort(sorted, b->count, sizeof *sorted, field_place_compare);
    for (uint32_t i = 0; i < b->count; i++) {
        uint64_t at = sorted[i].alignment, end = at + (uint64_t)sorted[i].size * repeat_count(b->type);
        if (at > covered)
            b->layout->has_padding = true;
        if (at < covered)
            b->layout->has_overlap = true;
        if (end > covered)
            covered = end;
        const Layout *nested = sorted[i].is_by_value ? type_layout(b->ts, sorted[i].field->type, NULL) : NULL;
        b->layout->has_padding |= nested && nested->has_padding;
        b->layout->has_overlap |= nested && nested->has_overlap;
        b->layout->has_byrefs |= sorted[i].field->type->kind == TYPE_ByRef || (nested && nested->has_byrefs);
    }
    if (covered < b->layout->size)
        b->layout->has_padding = true;
}

// Blittable: the native form is the managed one (II.15.5.6): no references, bool or char, and a layout that
// is kept.
static bool is_blittable(LayoutBuilder *b, const Layout *base, bool is_auto) {
    bool is_enum = b->type->def->is_enum;
    if ((is_auto && !is_enum) || (base && base->size && !base->is_blittable))
        return false;
    for (uint32_t i = 0; i < b->count; i++) {
        const LayoutField *field = &b->fields[i];
        Type *type = field->field->type;
        if (field->is_reference || type->kind == TYPE_ByRef)
            return false;
        ElementType element = type_enum_underlying(b->ts, type)->element_type;
        if (element == ELEMENT_TYPE_BOOLEAN || element == ELEMENT_TYPE_CHAR)
            return false;
        const Layout *nested = field->is_by_value ? type_layout(b->ts, type, NULL) : NULL;
        if (field->is_by_value && (!nested || !nested->is_blittable))
            return false;
    }
    return true;
}

// ---- One type -----------------------------------------------------------------------------------

static bool fields_layout(LayoutBuilder *b, const Layout *base, bool *is_auto) {
    uint32_t kind = b->type->def->flags & TYPE_LayoutMask;
    bool is_explicit = kind == TYPE_ExplicitLayout,
         is_sequential = kind == TYPE_SequentialLayout && !b->has_references;
    if ((is_explicit || kind == TYPE_SequentialLayout) && !class_layout_read(b))
        return false;
    *is_auto = !is_explicit && !is_sequential;
    b->position = base ? base->size : 0;
    b->largest_alignment = 1;
    if (is_explicit)
        return explicit_place(b);
    return is_sequential ? sequential_place(b) : auto_place(b);
}

static void primitive_layout(Layout *layout, Type *type) {
    layout->size = element_type_size(type->element_type); // void: 0
    layout->alignment = layout->size ? layout->size : 1;
    layout->is_blittable =
        layout->size && type->element_type != ELEMENT_TYPE_BOOLEAN && type->element_type != ELEMENT_TYPE_CHAR;
}

// Object declares the MethodTable pointer as a field. It lies at the object pointer, 8 before the first
// field: the offset wraps around, so that 8 + offset is 0 in 32 bits.
static void object_layout(Layout *layout) {
    layout->alignment = POINTER_SIZE;
    for (uint32_t i = 0; i < layout->field_count; i++)
        layout->field_offsets[i] = 0u - POINTER_SIZE;
}

static bool layout_compute(LayoutBuilder *b) {
    TypeSystem *ts = b->ts;
    Type *base_type = b->type->is_value_type ? NULL : type_base(ts, b->type);
    const Layout *base = base_type ? type_layout(ts, base_type, b->failure) : NULL;
    if ((base_type && !base) || !fields_measure(b))
        return false;
    b->layout->field_offsets = ARENA_ARRAY(ts->arena, uint32_t, b->count);
    b->layout->field_count = b->count;
    bool is_primitive = b->type->is_value_type && !type_is_by_value_class(b->type) && !b->type->def->is_enum;
    if (is_primitive)
        return primitive_layout(b->layout, b->type), true;
    if (b->type->element_type == ELEMENT_TYPE_OBJECT)
        return object_layout(b->layout), true;
    b->has_references = declares_references(ts, b->type) || (base && base->reference_count);
    bool is_auto;
    if (!fields_layout(b, base, &is_auto))
        return false;
    bool is_explicit = (b->type->def->flags & TYPE_LayoutMask) == TYPE_ExplicitLayout;
    if (b->type->is_value_type) {
        if (!value_size_finish(b, is_auto))
            return false;
    } else {
        class_size_finish(b, base ? base->size : 0, !is_auto && !is_explicit);
    }
    if (is_explicit && !explicit_check(b))
        return false;
    references_finish(b, base);
    gaps_finish(b, base ? base->size : 0);
    b->layout->has_byrefs |= base && base->has_byrefs;
    b->layout->is_blittable = is_blittable(b, base, is_auto);
    return true;
}

static void layout_start(TypeSystem *ts, Type *type, TypeDetails *details) {
    enum { LAYOUT_DEPTH_LIMIT = 512 }; // base classes and structs in structs
    ArenaMark mark = arena_mark(&ts->scratch);
    LayoutBuilder builder = {.ts = ts, .type = type, .failure = &details->layout_failure};
    builder.layout = ARENA_NEW(ts->arena, Layout);
    details->layout_state = ENTRY_Busy;
    ts->layout_depth++;
    bool ok = ts->layout_depth <= LAYOUT_DEPTH_LIMIT ? layout_compute(&builder) : layout_fails(&builder);
    ts->layout_depth--;
    details->layout = ok ? builder.layout : NULL;
    details->layout_state = ok ? ENTRY_Done : ENTRY_Failed;
    arena_rewind(&ts->scratch, mark);
}

/// Lays out the classes above `type`, the topmost first: a long chain would otherwise be as deep a recursion.
static void bases_layout(TypeSystem *ts, Type *type) {
    ARRAY(Type *) chain = {0};
    ArenaMark mark = arena_mark(&ts->scratch);
    for (Type *base = type_base(ts, type); base && chain.count < BASE_CHAIN_LIMIT;
         base = type_base(ts, base)) {
        if (base->kind != TYPE_Named || type_details(ts, base)->layout_state != ENTRY_Empty)
            break;
        ARRAY_PUSH(&ts->scratch, &chain, base);
    }
    while (chain.count > 0) {
        Type *base = chain.items[--chain.count];
        TypeDetails *details = type_details(ts, base);
        if (details->layout_state == ENTRY_Empty)
            layout_start(ts, base, details);
    }
    arena_rewind(&ts->scratch, mark);
}

const Layout *type_layout(TypeSystem *ts, Type *type, Failure *failure) {
    if (type->kind != TYPE_Named || type->is_generic_definition)
        return failure_set(failure, FAILURE_TypeLoad, type->def ? type->def->name : TEXT_LITERAL("type"),
                           TEXT_LITERAL("")),
               NULL;
    TypeDetails *details = type_details(ts, type);
    if (details->layout_state == ENTRY_Empty && !type->is_value_type)
        bases_layout(ts, type);
    if (details->layout_state == ENTRY_Empty)
        layout_start(ts, type, details);
    if (details->layout_state == ENTRY_Done)
        return details->layout;
    if (details->layout_state == ENTRY_Busy) // a struct that contains itself
        return failure_set(failure, FAILURE_TypeLoad, type->def->name, type->def->module->name), NULL;
    if (failure)
        *failure = details->layout_failure;
    return NULL;
}

// ---- Derived sizes ------------------------------------------------------------------------------

uint32_t type_size(TypeSystem *ts, Type *type) {
    if (type->kind != TYPE_Named || !type->is_value_type)
        return POINTER_SIZE;
    const Layout *layout = type_layout(ts, type, NULL);
    return layout ? layout->size : 0;
}

uint32_t type_alignment(TypeSystem *ts, Type *type) {
    if (type->kind != TYPE_Named || !type->is_value_type)
        return POINTER_SIZE;
    const Layout *layout = type_layout(ts, type, NULL);
    return layout ? layout->alignment : 1;
}

uint32_t field_offset(TypeSystem *ts, Field *field) {
    const Layout *layout = type_layout(ts, field->owner, NULL);
    return layout && !field->def->is_static && field->index < layout->field_count
               ? layout->field_offsets[field->index]
               : 0;
}

uint32_t type_component_size(TypeSystem *ts, Type *type) {
    if (type->kind == TYPE_SzArray || type->kind == TYPE_Array)
        return type_size(ts, type->element);
    return type->element_type == ELEMENT_TYPE_STRING ? 2 : 0;
}

static uint32_t function_pointer_base_size(const Signature *signature) {
    bool unmanaged = signature->convention != CALL_Default && signature->convention != CALL_VarArg;
    return signature->param_count | (unmanaged ? 0x80000000u : 0);
}

uint32_t type_base_size(TypeSystem *ts, Type *type) {
    enum {
        HEADER_SIZE = 16,
        LEAST_BASE_SIZE = 24,
        STRING_BASE_SIZE = 22
    }; // sync block word and MethodTable pointer
    switch (type->kind) {
    case TYPE_SzArray: return LEAST_BASE_SIZE;
    case TYPE_Array: return LEAST_BASE_SIZE + POINTER_SIZE * type->rank;
    case TYPE_ByRef: return 1;
    case TYPE_FunctionPointer: return function_pointer_base_size(type->signature);
    case TYPE_Pointer:
    case TYPE_Var:
    case TYPE_MVar: return 0;
    case TYPE_Named: break;
    }
    if (type->is_generic_definition)
        return type->def->generic_count;
    if (type->def->is_interface)
        return 0;
    if (type->element_type == ELEMENT_TYPE_STRING)
        return STRING_BASE_SIZE;
    const Layout *layout = type_layout(ts, type, NULL);
    uint64_t size = align_up((uint64_t)HEADER_SIZE + (layout ? layout->size : 0), POINTER_SIZE);
    return size < LEAST_BASE_SIZE ? LEAST_BASE_SIZE : (uint32_t)size;
}
