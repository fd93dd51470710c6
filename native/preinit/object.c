// Objects of the interpreted program: classes, arrays, strings, boxes, RuntimeType objects; those of other
// classes.
#include "preinit/internal.h"

Object *object_new(Run *run, Type *type, uint32_t memory_size) {
    Object *object = ARENA_NEW(&run->arena, Object);
    object->type = type;
    object->memory = memory_new(run, memory_size);
    return object;
}

static bool has_finalizer(Run *run, Type *type) {
    const Type *object = well_known_type(run->ts, WELL_KNOWN_TYPE_Object);
    for (Type *at = type; at && at != object; at = type_base(run->ts, at))
        if (at->kind == TYPE_Named && at->def->finalizer)
            return true;
    return false;
}

/// What follows the MethodTable pointer, from the size that the allocator uses (header and pointer included).
static uint32_t fields_size(Run *run, Type *type) {
    return type_base_size(run->ts, type) - 2 * WORD;
}

Object *object_of_class(Run *run, Type *type) {
    if (type->kind != TYPE_Named || type->is_value_type || type->def->is_abstract) {
        run_fail(run, "creates something that is no class");
        return NULL;
    }
    if (has_finalizer(run, type)) {
        run_fail(run, "creates an object with a finalizer");
        return NULL;
    }
    return object_new(run, type, fields_size(run, type));
}

Object *array_new(Run *run, Type *element, int64_t length) {
    if (length < 0 || length > ARRAY_LENGTH_MAX) {
        run_fail(run, "creates an array of such a length");
        return NULL;
    }
    Type *type = type_sz_array(run->ts, element);
    uint32_t size = ARRAY_ELEMENTS + (uint32_t)length * type_component_size(run->ts, type);
    Object *array = object_new(run, type, size);
    Item count = item_integer(STACK_Int32, length);
    if (!memory_store_scalar(run, array->memory, 0, (Scalar){STACK_Int32, 4, true}, &count))
        return NULL;
    return array;
}

int32_t array_length(const Object *array) {
    int32_t length;
    memcpy(&length, array->memory->bytes, sizeof length);
    return length;
}

Object *string_allocate(Run *run, int64_t length) {
    if (length < 0 || length > ARRAY_LENGTH_MAX) {
        run_fail(run, "creates a string of such a length");
        return NULL;
    }
    Type *type = well_known_type(run->ts, WELL_KNOWN_TYPE_String);
    Object *string = object_new(run, type, STRING_CHARS + 2 * ((uint32_t)length + 1));
    int32_t count = (int32_t)length;
    memcpy(string->memory->bytes, &count, sizeof count);
    return string;
}

static bool string_is(const Object *string, Utf16 content) {
    return (size_t)array_length(string) == content.count &&
           (content.count == 0 || memcmp(string->memory->bytes + STRING_CHARS, content.units,
                                         content.count * sizeof *content.units) == 0);
}

Object *string_new(Run *run, Utf16 content, bool literal) {
    for (Object *at = run->literals; literal && at; at = at->next)
        if (string_is(at, content))
            return at;
    Object *string = string_allocate(run, (int64_t)content.count);
    if (!string || run->failure)
        return NULL;
    if (content.count)
        memcpy(string->memory->bytes + STRING_CHARS, content.units, content.count * sizeof *content.units);
    if (!literal)
        return string;
    string->literal = true;
    string->memory->access = MEMORY_Constant;
    string->next = run->literals;
    run->literals = string;
    return string;
}

Object *runtime_type_object(Run *run, Type *type) {
    for (Object *at = run->runtime_types; at; at = at->next)
        if (at->runtime_type == type)
            return at;
    Type *class = well_known_type(run->ts, WELL_KNOWN_TYPE_RuntimeType);
    Object *object = object_new(run, class, fields_size(run, class));
    object->runtime_type = type;
    object->memory->access = MEMORY_Foreign; // holds what the runtime caches
    object->next = run->runtime_types;
    run->runtime_types = object;
    return object;
}

// ---- Objects of other classes -------------------------------------------------------------------

/// Objects that no code changes once they are made.
static bool is_immutable(Run *run, const Type *type) {
    return type == well_known_type(run->ts, WELL_KNOWN_TYPE_String) ||
           (type->kind == TYPE_Named && type->def->is_delegate);
}

static Slot foreign_slot(Run *run, const FrozenPart *part) {
    switch (part->kind) {
    case FROZEN_Object: return (Slot){REF_Object, foreign_object(run, part->object), 0};
    case FROZEN_String: return (Slot){REF_Object, string_new(run, part->string, true), 0};
    case FROZEN_RuntimeType: return (Slot){REF_Object, runtime_type_object(run, part->type), 0};
    case FROZEN_TypeHandle: return (Slot){REF_Type, part->type, 0};
    case FROZEN_Code: return (Slot){REF_Method, part->method, 0};
    }
    return (Slot){REF_None, NULL, 0};
}

Memory *memory_of_data(Run *run, const FrozenData *data, Memory *memory) {
    if (run->failure)
        return memory;
    memcpy(memory->bytes, data->bytes, data->size);
    if (data->part_count)
        memory->slots = ARENA_ARRAY(&run->arena, Slot, memory->size / WORD + 1);
    for (uint32_t i = 0; i < data->part_count; i++)
        memory->slots[data->parts[i].offset / WORD] = foreign_slot(run, &data->parts[i]);
    return memory;
}

Object *foreign_object(Run *run, const FrozenObject *frozen) {
    for (Object *at = run->foreign; at; at = at->next)
        if (at->frozen == frozen)
            return at;
    Object *object = object_new(run, frozen->type, frozen->data.size);
    object->frozen = frozen;
    object->next = run->foreign;
    run->foreign = object; // before its parts: they may lead back to it
    memory_of_data(run, &frozen->data, object->memory);
    object->memory->access = is_immutable(run, frozen->type) ? MEMORY_Constant : MEMORY_Foreign;
    return object;
}

// ---- Boxes, casts -------------------------------------------------------------------------------

static bool is_nullable(const Type *type) {
    return type->kind == TYPE_Named && type->def->is_nullable;
}

Object *object_box(Run *run, Type *type, const Memory *value, int64_t offset) {
    Object *object = object_new(run, type, fields_size(run, type));
    if (!memory_copy(run, object->memory, 0, value, offset, type_scalar(run, type).size))
        return NULL;
    return object;
}

/// III.4.1: the box of a Nullable<T> is that of its value, or null.
static bool box_item(Run *run, Type *type, const Item *item, Item *out) {
    Memory *value = memory_new(run, type_scalar(run, type).size);
    if (!memory_store(run, value, 0, type, item))
        return false;
    uint32_t offset = 0;
    if (is_nullable(type)) {
        const Field *content = type_find_field(run->ts, type, "value");
        if (!content || value->bytes[0] == 0) {
            *out = item_object(NULL);
            return content || run_fail(run, "unknown layout of Nullable");
        }
        offset = field_offset(run->ts, (Field *)(uintptr_t)content);
        type = type->args[0];
    }
    *out = item_object(object_box(run, type, value, offset));
    return !run->failure;
}

static bool op_box(Run *run, Frame *frame, const Instruction *in) {
    Item value = item_pop(frame), result;
    if (!in->type->is_value_type) {
        item_push(run, frame, value);
        return true;
    }
    if (!box_item(run, in->type, &value, &result))
        return false;
    item_push(run, frame, result);
    return true;
}

static bool op_unbox(Run *run, Frame *frame, const Instruction *in) {
    Item item = item_pop(frame);
    Object *object = item_not_null(run, &item);
    if (!object)
        return false;
    if (object->type != in->type)
        return run_fail(run, "unboxes another type");
    if (in->op == OP_unbox) {
        item_push(run, frame, item_address(object->memory, 0));
        return true;
    }
    Item value;
    if (!memory_load(run, object->memory, 0, in->type, &value))
        return false;
    item_push(run, frame, value);
    return true;
}

static bool op_cast(Run *run, Frame *frame, const Instruction *in) {
    const Item *top = item_top(frame, 0);
    if (top->ref != REF_Object)
        return true; // null passes
    Type *target = is_nullable(in->type) ? in->type->args[0] : in->type;
    const Object *object = top->target;
    if (type_is_castable_to(run->ts, object->type, target))
        return true;
    if (in->op == OP_castclass || type_is_dynamically_castable(run->ts, object->type))
        return run_fail(run, "a cast fails or is decided by the object");
    (void)item_pop(frame);
    item_push(run, frame, item_object(NULL));
    return true;
}

Object *item_not_null(Run *run, const Item *item) {
    if (item->kind == STACK_Object && item->ref == REF_Object)
        return (Object *)(uintptr_t)item->target;
    run_fail(run, "uses a null reference");
    return NULL;
}

// ---- Arrays -------------------------------------------------------------------------------------

static bool is_array(const Object *object) {
    return object->type->kind == TYPE_SzArray;
}

/// Pops index and array; the element's place.
static Memory *element_place(Run *run, Frame *frame, Object **array, int64_t *offset) {
    Item index = item_pop(frame), item = item_pop(frame);
    *array = item_not_null(run, &item);
    if (!*array)
        return NULL;
    if (!is_array(*array) || index.ref != REF_None || index.integer < 0 ||
        index.integer >= array_length(*array)) {
        run_fail(run, "an array index is out of range");
        return NULL;
    }
    *offset = ARRAY_ELEMENTS + index.integer * type_component_size(run->ts, (*array)->type);
    return (*array)->memory;
}

static bool op_load_element(Run *run, Frame *frame, const Instruction *in) {
    Object *array;
    int64_t offset;
    Item value;
    Memory *memory = element_place(run, frame, &array, &offset);
    if (!memory || !memory_load(run, memory, offset, in->type, &value))
        return false;
    item_push(run, frame, value);
    return true;
}

static bool op_store_element(Run *run, Frame *frame, const Instruction *in) {
    Object *array;
    int64_t offset;
    Item value = item_pop(frame);
    Memory *memory = element_place(run, frame, &array, &offset);
    if (!memory)
        return false;
    if (value.ref == REF_Object &&
        !type_is_castable_to(run->ts, ((const Object *)value.target)->type, array->type->element))
        return run_fail(run, "stores an element of another type");
    return memory_store(run, memory, offset, in->type, &value);
}

static bool op_element_address(Run *run, Frame *frame, const Instruction *in) {
    Object *array;
    int64_t offset;
    Memory *memory = element_place(run, frame, &array, &offset);
    if (!memory)
        return false;
    if (type_is_reference(in->type) && !(in->prefixes & PREFIX_ReadOnly) && array->type->element != in->type)
        return run_fail(run, "an array has another element type");
    item_push(run, frame, item_address(memory, offset));
    return true;
}

static bool op_new_array(Run *run, Frame *frame, const Instruction *in) {
    Item length = item_pop(frame);
    if (length.ref != REF_None)
        return run_fail(run, "an address is the length of an array");
    item_push(run, frame, item_object(array_new(run, in->type, length.integer)));
    return !run->failure;
}

static bool op_array_length(Run *run, Frame *frame) {
    Item item = item_pop(frame);
    Object *array = item_not_null(run, &item);
    if (!array)
        return false;
    if (!is_array(array))
        return run_fail(run, "an array of several dimensions");
    item_push(run, frame, item_integer(STACK_NativeInt, array_length(array)));
    return true;
}

// ---- Tokens -------------------------------------------------------------------------------------

static bool op_type_handle(Run *run, Frame *frame, const Instruction *in) {
    Type *type = well_known_type(run->ts, WELL_KNOWN_TYPE_RuntimeTypeHandle);
    Item handle = {.kind = STACK_NativeInt, .ref = REF_Type, .target = in->type};
    Item value = {.kind = STACK_Value, .type = type, .value = memory_new(run, WORD)};
    if (!memory_store_scalar(run, value.value, 0, (Scalar){STACK_NativeInt, WORD, false}, &handle))
        return false;
    item_push(run, frame, value);
    return true;
}

bool run_object(Run *run, Frame *frame, const Instruction *in) {
    switch (in->op) { // NOLINT: the others do not come here
    case OP_box: return op_box(run, frame, in);
    case OP_unbox:
    case OP_unbox_any: return op_unbox(run, frame, in);
    case OP_castclass:
    case OP_isinst: return op_cast(run, frame, in);
    case OP_newarr: return op_new_array(run, frame, in);
    case OP_ldlen: return op_array_length(run, frame);
    case OP_ldelem: return op_load_element(run, frame, in);
    case OP_stelem: return op_store_element(run, frame, in);
    case OP_ldelema: return op_element_address(run, frame, in);
    case OP_ldtoken: return op_type_handle(run, frame, in);
    case OP_ldtype:
        item_push(run, frame, item_object(runtime_type_object(run, in->type)));
        return !run->failure;
    case OP_ldstr:
        item_push(run, frame, item_object(string_new(run, in->string, true)));
        return !run->failure;
    case OP_ldfrozen:
        item_push(run, frame, item_object(foreign_object(run, in->frozen)));
        return !run->failure;
    default: return run_fail(run, "an instruction on objects");
    }
}
