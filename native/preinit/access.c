// Fields, and memory through addresses.
#include "preinit/internal.h"

Memory *address_memory(Run *run, const Item *address) {
    if (address->ref == REF_Memory)
        return (Memory *)(uintptr_t)address->target;
    run_fail(run, address->ref == REF_None ? "uses a null or unknown address"
                                           : "reads a structure of the runtime");
    return NULL;
}

/// A Type or the name of one goes where reachability has to see it go.
static bool may_store(Run *run, const Field *field, const Item *value) {
    return value->ref != REF_Object || !field_is_annotated(field) ||
           run_fail(run, "stores in a field that reflection attributes tell about");
}

// ---- Static fields ------------------------------------------------------------------------------

/// The place of a field of the class whose constructor runs.
static Memory *own_static(Run *run, Field *field, int64_t *offset) {
    *offset = field_static_offset(run->ts, field);
    switch (field_static_kind(run->ts, field)) {
    case STATIC_NonGC: return run->nongc;
    case STATIC_GC: return run->gc;
    case STATIC_Thread:
    case STATIC_Rva:
    case STATIC_Literal: break;
    }
    run_fail(run, "uses a thread static field");
    return NULL;
}

static Memory *rva_memory(Run *run, Field *field) {
    Bytes data;
    if (!field_rva_data(run->ts, field, &data)) {
        run_fail(run, "a field without data");
        return NULL;
    }
    Memory *memory = memory_new(run, (uint32_t)data.size);
    memory->access = MEMORY_Constant;
    if (!run->failure)
        memcpy(memory->bytes, data.data, data.size);
    return run->failure ? NULL : memory;
}

static bool op_static_address(Run *run, Frame *frame, Field *field) {
    int64_t offset = 0;
    Memory *memory;
    if (field->def->has_rva)
        memory = rva_memory(run, field);
    else if (field->owner == run->type)
        memory = own_static(run, field, &offset);
    else
        return run_fail(run, "takes the address of a static field of another class");
    if (memory)
        item_push(run, frame, item_address(memory, offset));
    return memory != NULL;
}

static bool op_static_load(Run *run, Frame *frame, Field *field) {
    int64_t offset = 0;
    Item value;
    if (field->owner != run->type && !field->def->has_rva) {
        if (!foreign_static(run, field, &value))
            return run_fail(run, "reads a static field of another class");
    } else {
        Memory *memory = field->def->has_rva ? rva_memory(run, field) : own_static(run, field, &offset);
        if (!memory || !memory_load(run, memory, offset, field->type, &value))
            return false;
    }
    item_push(run, frame, value);
    return true;
}

static bool op_static_store(Run *run, Frame *frame, Field *field) {
    Item value = item_pop(frame);
    int64_t offset;
    if (field->owner != run->type || field->def->has_rva)
        return run_fail(run, "writes to a static field of another class");
    Memory *memory = own_static(run, field, &offset);
    return memory && may_store(run, field, &value) && memory_store(run, memory, offset, field->type, &value);
}

static bool op_static_field(Run *run, Frame *frame, Opcode op, Field *field) {
    if (op == OP_ldsflda || op == OP_ldflda)
        return op_static_address(run, frame, field);
    if (op == OP_ldsfld || op == OP_ldfld)
        return op_static_load(run, frame, field);
    return op_static_store(run, frame, field);
}

// ---- Instance fields ----------------------------------------------------------------------------

/// Where the fields of what was popped lie.
static Memory *fields_of(Run *run, const Item *object, int64_t *offset) {
    *offset = 0;
    if (object->kind == STACK_Value)
        return object->value;
    if (object->kind == STACK_Object) {
        Object *found = item_not_null(run, object);
        return found ? found->memory : NULL;
    }
    *offset = object->ref == REF_Memory ? object->integer : 0;
    return address_memory(run, object);
}

/// Object.m_pEEType lies before the fields (field_offset gives -8).
static bool is_method_table(Run *run, Field *field) {
    return field_offset(run->ts, field) == (uint32_t)-WORD;
}

static bool load_method_table(Run *run, Frame *frame, const Item *item) {
    const Object *object = item_not_null(run, item);
    if (object)
        item_push(run, frame, (Item){.kind = STACK_NativeInt, .ref = REF_Type, .target = object->type});
    return object != NULL;
}

static bool op_field_load(Run *run, Frame *frame, Field *field) {
    Item object = item_pop(frame), value;
    int64_t offset;
    if (is_method_table(run, field))
        return load_method_table(run, frame, &object);
    Memory *memory = fields_of(run, &object, &offset);
    if (!memory)
        return false;
    Memory constant = *memory;
    if (memory->access == MEMORY_Foreign && field->def->is_init_only && object.kind == STACK_Object)
        constant.access = MEMORY_Constant;
    if (!memory_load(run, &constant, offset + field_offset(run->ts, field), field->type, &value))
        return false;
    item_push(run, frame, value);
    return true;
}

bool run_field(Run *run, Frame *frame, const Instruction *in) {
    Field *field = (Field *)(uintptr_t)in->field;
    if (field->def->is_static)
        return op_static_field(run, frame, in->op, field);
    if (in->op == OP_ldfld)
        return op_field_load(run, frame, field);
    Item value = in->op == OP_stfld ? item_pop(frame) : (Item){0};
    Item object = item_pop(frame);
    int64_t offset;
    Memory *memory = is_method_table(run, field) ? NULL : fields_of(run, &object, &offset);
    if (!memory)
        return run_fail(run, "uses the header of an object");
    offset += field_offset(run->ts, field);
    if (in->op == OP_stfld)
        return may_store(run, field, &value) && memory_store(run, memory, offset, field->type, &value);
    Item address = item_address(memory, offset);
    if (object.kind == STACK_NativeInt)
        address.kind = STACK_NativeInt;
    item_push(run, frame, address);
    return true;
}

// ---- Through addresses --------------------------------------------------------------------------

static Scalar scalar_of_opcode(Opcode op) {
    switch (op) { // NOLINT: the others do not come here
    case OP_ldind_i1:
    case OP_stind_i1: return (Scalar){STACK_Int32, 1, true};
    case OP_ldind_u1: return (Scalar){STACK_Int32, 1, false};
    case OP_ldind_i2:
    case OP_stind_i2: return (Scalar){STACK_Int32, 2, true};
    case OP_ldind_u2: return (Scalar){STACK_Int32, 2, false};
    case OP_ldind_i4:
    case OP_ldind_u4:
    case OP_stind_i4: return (Scalar){STACK_Int32, 4, true};
    case OP_ldind_i8:
    case OP_stind_i8: return (Scalar){STACK_Int64, 8, true};
    case OP_ldind_i:
    case OP_stind_i: return (Scalar){STACK_NativeInt, 8, true};
    case OP_ldind_r4:
    case OP_stind_r4: return (Scalar){STACK_Float32, 4, true};
    case OP_ldind_r8:
    case OP_stind_r8: return (Scalar){STACK_Float64, 8, true};
    default: return (Scalar){STACK_Object, 8, false};
    }
}

static bool op_indirect(Run *run, Frame *frame, Opcode op) {
    bool stores = op >= OP_stind_ref && op <= OP_stind_r8;
    Item value = stores ? item_pop(frame) : (Item){0};
    Item address = item_pop(frame);
    Memory *memory = address_memory(run, &address);
    if (!memory)
        return false;
    if (stores)
        return memory_store_scalar(run, memory, address.integer, scalar_of_opcode(op), &value);
    if (!memory_load_scalar(run, memory, address.integer, scalar_of_opcode(op), &value))
        return false;
    item_push(run, frame, value);
    return true;
}

static bool op_typed(Run *run, Frame *frame, const Instruction *in) {
    Item value = in->op == OP_stobj ? item_pop(frame) : (Item){0};
    Item address = item_pop(frame);
    Memory *memory = address_memory(run, &address);
    if (!memory)
        return false;
    if (in->op == OP_stobj)
        return memory_store(run, memory, address.integer, in->type, &value);
    if (in->op == OP_initobj)
        return memory_fill(run, memory, address.integer, 0, type_scalar(run, in->type).size);
    if (!memory_load(run, memory, address.integer, in->type, &value))
        return false;
    item_push(run, frame, value);
    return true;
}

static bool op_block(Run *run, Frame *frame, Opcode op) {
    Item size = item_pop(frame), source = item_pop(frame), target = item_pop(frame);
    Memory *to = address_memory(run, &target);
    if (!to || size.ref != REF_None)
        return run_fail(run, "a block of unknown size");
    int64_t bytes = (uint32_t)size.integer;
    if (op == OP_initblk)
        return memory_fill(run, to, target.integer, (uint8_t)source.integer, bytes);
    Memory *from = address_memory(run, &source);
    return from && memory_copy(run, to, target.integer, from, source.integer, bytes);
}

static bool op_local_memory(Run *run, Frame *frame) {
    Item size = item_pop(frame);
    if (size.ref != REF_None || size.integer < 0 || size.integer > MEMORY_MAX)
        return run_fail(run, "needs too much memory");
    Item address = item_address(memory_new(run, (uint32_t)size.integer), 0);
    address.kind = STACK_NativeInt;
    item_push(run, frame, address);
    return !run->failure;
}

// ---- Data of the assembly -----------------------------------------------------------------------

static bool op_initialize_array(Run *run, Frame *frame, Field *field) {
    Item item = item_pop(frame);
    const Object *array = item_not_null(run, &item);
    Memory *data = array ? rva_memory(run, field) : NULL;
    if (!data)
        return false;
    if (array->type->kind != TYPE_SzArray)
        return run_fail(run, "an array of several dimensions");
    return memory_copy(run, array->memory, ARRAY_ELEMENTS, data, 0, data->size);
}

/// {ref T _reference; int _length}
static bool op_create_span(Run *run, Frame *frame, const Instruction *in) {
    Type *core = well_known_type(run->ts, WELL_KNOWN_TYPE_Object);
    Type *definition = type_find(run->ts, (Module *)core->def->module, "System", "ReadOnlySpan`1");
    Type *element = in->type2;
    Failure failure = {0};
    Type *span = definition ? type_instantiate(run->ts, definition->def, &element, 1, &failure) : NULL;
    Memory *data = rva_memory(run, (Field *)(uintptr_t)in->field);
    uint32_t size = type_size(run->ts, element);
    if (!span || !data || size == 0)
        return run_fail(run, "a span over data");
    Item value = {.kind = STACK_Value, .type = span, .value = memory_new(run, type_size(run->ts, span))};
    Item reference = item_address(data, 0), length = item_integer(STACK_Int32, data->size / size);
    if (!memory_store_scalar(run, value.value, 0, (Scalar){STACK_ByRef, WORD, false}, &reference) ||
        !memory_store_scalar(run, value.value, WORD, (Scalar){STACK_Int32, 4, true}, &length))
        return false;
    item_push(run, frame, value);
    return true;
}

bool run_memory(Run *run, Frame *frame, const Instruction *in) {
    switch (in->op) { // NOLINT: the others do not come here
    case OP_ldobj:
    case OP_stobj:
    case OP_initobj: return op_typed(run, frame, in);
    case OP_cpblk:
    case OP_initblk: return op_block(run, frame, in->op);
    case OP_localloc: return op_local_memory(run, frame);
    case OP_initialize_array: return op_initialize_array(run, frame, (Field *)(uintptr_t)in->field);
    case OP_create_span: return op_create_span(run, frame, in);
    default: return op_indirect(run, frame, in->op);
    }
}
