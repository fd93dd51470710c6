// Follows values through one folded body: arguments, locals and the stack hold small sets of values, joined
// where control joins, until nothing grows; a last pass over every block then makes the marks and warnings.
// Only bodies that touch something annotated or known are analysed.
#include "reach/flow_call.h"

// ---- Is it worth it? ----------------------------------------------------------------------------

enum { METHOD_INTERESTING = METHOD_Dam | METHOD_Intrinsic | TYPE_Requires << METHOD_RequiresShift };

/// A local that the C# compiler put into a class of its own: closures, iterators, async methods.
static bool is_hoisted(const FieldDef *def) {
    return !def->is_static && flow_is_compiler_generated(def->owner->name) && def->owner->enclosing;
}

static bool holds_types(World *w, const Type *type) {
    if (type->kind == TYPE_SzArray)
        type = type->element;
    return type == well_known_type(w->ts, WELL_KNOWN_TYPE_Type) ||
           type == well_known_type(w->ts, WELL_KNOWN_TYPE_RuntimeTypeHandle);
}

/// An exact receiver led to this method: the source names the one it overrides, which may say more.
static bool is_resolved(const Instruction *in) {
    return (in->op == OP_call || in->op == OP_callvirt) && in->receiver_exact && in->method->def &&
           in->method->def->is_virtual;
}

/// What il/ makes of MethodBase.GetCurrentMethod.
static bool is_current_method(World *w, const Method *method) {
    return method == well_known_method(w->ts, WELL_KNOWN_METHOD_GetCurrentMethodNonGeneric) ||
           method == well_known_method(w->ts, WELL_KNOWN_METHOD_GetCurrentMethodGeneric);
}

static bool is_interesting_call(World *w, const Method *method) {
    if (is_current_method(w, method))
        return true;
    if (method->def && method->owner == well_known_type(w->ts, WELL_KNOWN_TYPE_RuntimeType))
        return true; // an override of a method of Type
    return method->def && method->synthetic == SYNTHETIC_None &&
           ((flow_method_bits(w, method->def) & METHOD_INTERESTING) || flow_requires(w, method->def));
}

static bool has_annotated_arguments(World *w, const Type *type) {
    return type->arg_count && type->def->rid &&
           flow_facts(w, type->def->module)->types[type->def->rid - 1] & TYPE_DamGeneric;
}

bool flow_is_interesting(World *w, const Body *body, const Instruction *in) {
    bool framework = !body->module || flow_is_framework(w, body->module);
    switch (in->op) { // NOLINT: nothing else has an effect of its own
    case OP_call:
    case OP_callvirt:
    case OP_newobj:
    case OP_ldftn:
    case OP_ldvirtftn:
    case OP_new_delegate:
    case OP_new_delegate_virtual:
        if (is_interesting_call(w, in->method))
            return true;
        if (framework || !in->method->def)
            return false;
        return is_resolved(in) || flow_has_annotated_generics(w, in->method) || in->method->def->is_pinvoke;
    case OP_stfld:
        if (is_hoisted(in->field->def) && holds_types(w, in->field->type))
            return true;
        return flow_field_flags(w, in->field->def) != 0;
    case OP_stsfld: return flow_field_flags(w, in->field->def) != 0;
    case OP_ldsfld:
        return flow_field_requires(w, in->field->def) || has_annotated_arguments(w, in->field->owner);
    case OP_ldtoken_method: return !framework && is_interesting_call(w, in->method);
    case OP_ldtoken_field: return !framework && flow_field_flags(w, in->field->def);
    case OP_ldtype:
    case OP_ldtoken: return !framework && has_annotated_arguments(w, in->type);
    default: return false;
    }
}

bool flow_method_is_interesting(World *w, const Method *method) {
    return method->def && method->synthetic == SYNTHETIC_None && flow_return_flags(w, method->def);
}

// ---- Stack --------------------------------------------------------------------------------------

static void push(Flow *f, FlowSet set) {
    if (f->variable_count + f->depth == f->stack_capacity) {
        uint32_t grown = f->stack_capacity * 2 + 16;
        FlowSet *slots = ARENA_ARRAY(f->arena, FlowSet, grown);
        memcpy(slots, f->slots, f->stack_capacity * sizeof *slots);
        f->slots = slots;
        f->stack_capacity = grown;
    }
    f->slots[f->variable_count + f->depth++] = set.count ? set : flow_unknown;
}

static FlowSet pop(Flow *f) {
    return f->depth ? f->slots[f->variable_count + --f->depth] : flow_unknown;
}

static void pop_many(Flow *f, uint32_t count) {
    while (count--)
        (void)pop(f);
}

// ---- Control ------------------------------------------------------------------------------------

static void state_join(Flow *f, uint32_t block, const FlowSet *slots, uint32_t depth) {
    const Block *target = &f->body->blocks[block];
    FlowState *state = &f->states[block];
    bool grew = !state->reached;
    if (!state->slots)
        state->slots = ARENA_ARRAY(f->arena, FlowSet, f->variable_count + target->entry_depth + 1);
    for (uint32_t i = 0; i < f->variable_count; i++)
        grew |= flow_set_add(f, &state->slots[i], slots[i]);
    for (uint32_t i = 0; i < target->entry_depth; i++)
        grew |= flow_set_add(f, &state->slots[f->variable_count + i],
                             i < depth ? slots[f->variable_count + i] : flow_unknown);
    state->reached = true;
    if (grew)
        f->queued[block] = true;
}

static void go_to(Flow *f, uint32_t block) {
    if (!f->final && block < f->body->block_count && f->body->blocks[block].live)
        state_join(f, block, f->slots, f->depth);
}

/// Handlers see the variables as they are anywhere in the try.
static void handlers_join(Flow *f, const Block *block) {
    for (int32_t r = block->try_region; !f->final && r >= 0; r = f->body->regions[r].parent) {
        const EhRegion *region = &f->body->regions[r];
        if (!region->live)
            continue;
        state_join(f, region->handler_first, f->slots, 0);
        if (region->kind == EH_Filter)
            state_join(f, region->filter_first, f->slots, 0);
    }
}

// ---- Variables ----------------------------------------------------------------------------------

static void store_variable(Flow *f, uint32_t slot, FlowSet set, const Block *block) {
    f->slots[slot] = set;
    if (block->try_region >= 0)
        handlers_join(f, block);
}

/// Writes through a managed pointer add to what the variable may hold.
static void write_through(Flow *f, FlowSet address, FlowSet value) {
    for (uint32_t i = 0; i < address.count; i++) {
        const FlowValue *to = address.items[i];
        if (to->kind == VALUE_LocalAddress)
            flow_set_add(f, &f->slots[to->integer], value);
        else if (to->kind == VALUE_Place && to->place.flags && f->final)
            flow_require(f, value, &to->place);
    }
}

static FlowSet read_through(Flow *f, FlowSet address) {
    FlowSet out = {0};
    for (uint32_t i = 0; i < address.count; i++) {
        const FlowValue *from = address.items[i];
        if (from->kind == VALUE_LocalAddress)
            flow_set_add(f, &out, f->slots[from->integer]);
        else
            flow_set_push(f, &out, from->kind == VALUE_Place ? *from : (FlowValue){.kind = VALUE_Unknown});
    }
    return out;
}

// ---- Fields -------------------------------------------------------------------------------------

static Place field_place(Flow *f, const Field *field) {
    return (Place){.kind = PLACE_Field, .field = field->def, .flags = flow_field_flags(f->w, field->def)};
}

/// Values of a hoisted local live as long as the world: types and nulls, anything else is unknown.
static void hoisted_store(Flow *f, const Field *field, FlowSet set) {
    FieldNode *node = field_node(f->w, field);
    for (uint32_t i = 0; i < set.count; i++) {
        const FlowValue *value = set.items[i];
        bool keeps =
            value->kind == VALUE_Type || value->kind == VALUE_TypeHandle || value->kind == VALUE_Place;
        FlowValue kept = keeps ? *value : (FlowValue){.kind = VALUE_Unknown};
        if (value->kind == VALUE_Null)
            continue;
        Arena *arena = f->arena;
        f->arena = &f->w->arena;
        FlowSet held = {(const FlowValue **)node->held.items, node->held.count};
        bool grew = flow_set_add(f, &held, flow_set_one(f, kept));
        f->arena = arena;
        node->held.items = (const void **)held.items;
        node->held.count = held.count;
        for (uint32_t k = 0; grew && k < node->readers.count; k++)
            method_rescan(f->w, node->readers.items[k]);
    }
}

static FlowSet hoisted_load(Flow *f, const Field *field) {
    FieldNode *node = field_node(f->w, field);
    bool known = false;
    for (uint32_t i = 0; i < node->readers.count; i++)
        known |= node->readers.items[i] == f->node;
    if (!known)
        ARRAY_PUSH(&f->w->arena, &node->readers, f->node);
    if (node->held.count)
        return (FlowSet){(const FlowValue **)node->held.items, node->held.count};
    return flow_set_one(f, (FlowValue){.kind = VALUE_Null});
}

static FlowSet load_field(Flow *f, const Field *field) {
    if (is_hoisted(field->def) && holds_types(f->w, field->type))
        return hoisted_load(f, field);
    if (field->def->is_static && field->owner == well_known_type(f->w->ts, WELL_KNOWN_TYPE_Type) &&
        text_equal_z(field->def->name, "EmptyTypes")) {
        FlowArray *array = ARENA_NEW(f->arena, FlowArray);
        array->element = field->owner;
        return flow_set_one(f, (FlowValue){.kind = VALUE_Array, .array = array});
    }
    return flow_place(f, field_place(f, field));
}

static void store_field(Flow *f, const Field *field, FlowSet value) {
    Place place = field_place(f, field);
    if (!f->final)
        return;
    if (place.flags && flow_holds_types(f->w, field->type))
        flow_require(f, value, &place);
    if (is_hoisted(field->def) && holds_types(f->w, field->type))
        hoisted_store(f, field, value);
}

// ---- Arrays -------------------------------------------------------------------------------------

enum { TRACKED_ARRAY = 64 }; // longer ones are unknown

static FlowSet new_array(Flow *f, Type *element, FlowSet size) {
    int64_t count;
    if (!flow_set_int(size, &count) || count < 0 || count > TRACKED_ARRAY || element->is_value_type)
        return flow_unknown;
    for (uint32_t i = 0; i < f->arrays.count; i++)
        if (f->arrays.items[i]->offset == f->in->offset)
            return flow_set_one(f, (FlowValue){.kind = VALUE_Array, .array = f->arrays.items[i]});
    FlowArray *array = ARENA_NEW(f->arena, FlowArray);
    *array = (FlowArray){.offset = f->in->offset, .size = (uint32_t)count, .element = element};
    array->elements = ARENA_ARRAY(f->arena, FlowSet, (uint32_t)count + 1);
    ARRAY_PUSH(f->arena, &f->arrays, array);
    return flow_set_one(f, (FlowValue){.kind = VALUE_Array, .array = array});
}

static void store_element(Flow *f, FlowSet arrays, FlowSet index, FlowSet value) {
    int64_t at = -1;
    for (uint32_t i = 0; i < arrays.count; i++) {
        FlowArray *array = arrays.items[i]->kind == VALUE_Array ? arrays.items[i]->array : NULL;
        if (!array || array->unknown)
            continue;
        if (!flow_set_int(index, &at) || at < 0 || at >= array->size)
            array->unknown = f->arrays_changed = true;
        else
            f->arrays_changed |= flow_set_add(f, &array->elements[at], value);
    }
}

static FlowSet load_element(Flow *f, FlowSet arrays, FlowSet index) {
    FlowSet out = {0};
    int64_t at = -1;
    bool known = flow_set_int(index, &at);
    for (uint32_t i = 0; i < arrays.count; i++) {
        FlowArray *array = arrays.items[i]->kind == VALUE_Array ? arrays.items[i]->array : NULL;
        if (!array || array->unknown || (known && (at < 0 || at >= array->size)))
            flow_set_add(f, &out, flow_unknown);
        else if (known && array->elements[at].count == 0)
            flow_set_push(f, &out, (FlowValue){.kind = VALUE_Null});
        else
            for (uint32_t k = 0; k < array->size; k++)
                if (!known || k == at)
                    flow_set_add(f, &out, array->elements[k]);
    }
    return out;
}

// ---- Calls as the source writes them ------------------------------------------------------------

/// Type arguments of the callee: members of a type that reflection will find, or requirements that a generic
/// parameter of the caller does not promise.
static void arguments_check(Flow *f, Type *const *args, uint32_t count, const TypeDef *type,
                            const MethodDef *method) {
    const Method *caller = f->body->method;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t flags = flow_generic_flags(f->w, type, method, i);
        bool is_parameter = args[i]->kind == TYPE_Var || args[i]->kind == TYPE_MVar;
        if (flags && !args[i]->is_open)
            flow_warn_members(f->w, args[i], flags, true);
        if (!flags || !is_parameter)
            continue;
        const MethodDef *own = args[i]->kind == TYPE_MVar ? caller->def : NULL;
        const TypeDef *own_type = own ? NULL : caller->def->owner;
        if (flow_is_compiler_generated(own ? own->name : own_type->name))
            continue; // stands for a parameter of the user's method
        Place source = {.kind = PLACE_Generic, .method = own, .type = own_type, .index = args[i]->index};
        source.flags = flow_promised_flags(f->w, own_type, own, source.index);
        Place target = {.kind = PLACE_Generic, .type = type, .method = method, .index = i, .flags = flags};
        FlowValue value = {.kind = VALUE_Place, .place = source};
        if ((source.flags & flags) != flags)
            flow_warn_requirement(f, &value, &target);
    }
}

static void written_call_check(Flow *f) {
    const Method *method = f->in->method;
    if (!f->final || !f->body->module || !method->def || flow_is_framework(f->w, f->body->module))
        return;
    bool generic = flow_has_annotated_generics(f->w, method);
    if (method->def->is_pinvoke)
        flow_warn_com(f, method->def);
    if (!generic && !is_resolved(f->in) && !is_current_method(f->w, method))
        return;
    const Method *written = flow_written_method(f);
    if (!written || !written->def)
        return;
    if (generic) {
        arguments_check(f, written->args, written->arg_count, NULL, written->def);
        // An object has been checked where it was made.
        if (written->def->is_static || written->def->is_constructor || written->def->generic_count)
            arguments_check(f, written->owner->args, written->owner->arg_count, written->owner->def, NULL);
    }
    if (written->def != method->def &&
        method->owner != well_known_type(f->w->ts, WELL_KNOWN_TYPE_RuntimeType))
        flow_warn_requires(f, written->def);
}

// ---- Calls --------------------------------------------------------------------------------------

/// What a call writes through the addresses of variables.
static void outputs_write(Flow *f, const Method *method, const FlowSet *args, uint32_t count) {
    uint32_t first = method->signature->has_this ? 1 : 0;
    for (uint32_t i = first; i < count; i++) {
        if (method->signature->params[i - first]->kind != TYPE_ByRef)
            continue;
        Place place = {.kind = PLACE_Parameter,
                       .method = method->def,
                       .index = i - first,
                       .flags = flow_param_flags(f->w, method->def, i - first)};
        for (uint32_t k = 0; k < args[i].count; k++)
            if (args[i].items[k]->kind == VALUE_LocalAddress)
                write_through(f, args[i], place.flags ? flow_place(f, place) : flow_unknown);
    }
}

static void run_call(Flow *f, const Instruction *in) {
    const Method *method = in->method;
    const Signature *signature = method->signature;
    bool creates = in->op == OP_newobj;
    if (in->op == OP_native_call && in->type2)
        signature = in->type2->signature;
    uint32_t count = signature->param_count + (signature->has_this && !creates ? 1 : 0);
    FlowSet *args = ARENA_ARRAY(f->arena, FlowSet, count + 2);
    FlowSet *given = creates && signature->has_this ? args + 1 : args; // args[0]: the new object
    for (uint32_t i = count; i-- > 0;)
        given[i] = pop(f);
    if (given != args)
        args[0] = flow_unknown;
    FlowSet result = flow_unknown;
    written_call_check(f);
    if (method->def && method->synthetic == SYNTHETIC_None && in->op != OP_native_call) {
        result = flow_call(f, method, args, count + (given != args ? 1 : 0));
        outputs_write(f, method, args, count + (given != args ? 1 : 0));
    }
    if (creates || !type_is_void(signature->return_type))
        push(f, result);
}

static void run_calli(Flow *f, const Signature *signature) {
    pop_many(f, signature->param_count + 1 + (signature->has_this ? 1 : 0));
    if (!type_is_void(signature->return_type))
        push(f, flow_unknown);
}

/// The type as the source has it can only be told where the caller is not generic.
static void type_used(Flow *f, const Type *type) {
    const Method *caller = f->body->method;
    if (f->final && has_annotated_arguments(f->w, type) && !caller->owner->arg_count && !caller->arg_count &&
        flow_has_asker(f->w))
        arguments_check(f, type->args, type->arg_count, type->def, NULL);
}

/// What has the address or handle of a member can use it as reflection does.
static void method_taken(Flow *f, const Method *method) {
    if (f->final && method->def && method->synthetic == SYNTHETIC_None && flow_has_asker(f->w))
        flow_warn_method(f->w, method, true);
}

static void run_return(Flow *f) {
    const Method *method = f->body->method;
    const Type *type = method->signature->return_type;
    if (type_is_void(type))
        return;
    FlowSet value = pop(f);
    Place place = {
        .kind = PLACE_Return, .method = method->def, .flags = flow_return_flags(f->w, method->def)};
    if (f->final && place.flags)
        flow_require(f, value, &place);
}

// ---- Instructions -------------------------------------------------------------------------------

static FlowSet integer(Flow *f, int64_t value) {
    return flow_set_one(f, (FlowValue){.kind = VALUE_Int, .integer = value});
}

static FlowSet address(Flow *f, uint32_t slot) {
    return flow_set_one(f, (FlowValue){.kind = VALUE_LocalAddress, .integer = slot});
}

static FlowSet literal(Flow *f, Utf16 string) {
    return flow_set_one(f, (FlowValue){.kind = VALUE_String, .string = utf16_to_text(f->arena, string)});
}

/// Objects that class constructors made at compile time: only the length of arrays is of interest.
static FlowSet frozen_object(Flow *f, const Instruction *in) {
    const FrozenData *data = &in->frozen->data;
    if (in->type2->kind != TYPE_SzArray || data->size < 4)
        return flow_unknown;
    FlowArray *array = ARENA_NEW(f->arena, FlowArray);
    array->size = (uint32_t)data->bytes[0] | (uint32_t)data->bytes[1] << 8 | (uint32_t)data->bytes[2] << 16;
    array->element = in->type2->element;
    array->unknown = array->size > 0;
    return flow_set_one(f, (FlowValue){.kind = VALUE_Array, .array = array});
}

static bool run_value(Flow *f, const Instruction *in, const Block *block) {
    uint32_t args = f->body->arg_count;
    switch (in->op) { // NOLINT: the rest is in run_other
    case OP_ldarg: push(f, f->slots[in->index]); return true;
    case OP_ldarga: push(f, address(f, in->index)); return true;
    case OP_starg: store_variable(f, in->index, pop(f), block); return true;
    case OP_ldloc: push(f, f->slots[args + in->index]); return true;
    case OP_ldloca: push(f, address(f, args + in->index)); return true;
    case OP_stloc: store_variable(f, args + in->index, pop(f), block); return true;
    case OP_ldnull: push(f, flow_set_one(f, (FlowValue){.kind = VALUE_Null})); return true;
    case OP_ldc_i4:
    case OP_ldc_i8: push(f, integer(f, in->integer)); return true;
    case OP_ldstr: push(f, in->from_field ? flow_unknown : literal(f, in->string)); return true;
    case OP_dup: {
        FlowSet top = pop(f);
        push(f, top);
        push(f, top);
        return true;
    }
    case OP_ldfrozen: push(f, frozen_object(f, in)); return true;
    case OP_ldtype:
        type_used(f, in->type);
        push(f, flow_typeof(f, in->type));
        return true;
    case OP_ldtoken:
        type_used(f, in->type);
        push(f, flow_set_one(f, (FlowValue){.kind = VALUE_TypeHandle, .type = in->type}));
        return true;
    case OP_ldtoken_field:
        if (f->final && flow_has_asker(f->w))
            flow_warn_field(f->w, in->field);
        push(f, flow_unknown);
        return true;
    case OP_ldtoken_method:
        method_taken(f, in->method);
        push(f, flow_set_one(f, (FlowValue){.kind = VALUE_MethodHandle, .method = in->method}));
        return true;
    case OP_castclass:
    case OP_isinst: return true;
    case OP_ldsfld:
        type_used(f, in->field->owner);
        if (f->final && flow_has_asker(f->w))
            flow_warn_requires_field(f->w, in->field->def, f->arena);
        push(f, load_field(f, in->field));
        return true;
    case OP_ldfld: {
        (void)pop(f);
        push(f, load_field(f, in->field));
        return true;
    }
    case OP_stsfld: store_field(f, in->field, pop(f)); return true;
    case OP_stfld: {
        FlowSet value = pop(f);
        (void)pop(f);
        store_field(f, in->field, value);
        return true;
    }
    default: return false;
    }
}

static bool run_memory(Flow *f, const Instruction *in) {
    switch (in->op) { // NOLINT: the rest is in run_other
    case OP_ldobj:
    case OP_ldind_ref: push(f, read_through(f, pop(f))); return true;
    case OP_stobj:
    case OP_stind_ref: {
        FlowSet value = pop(f);
        write_through(f, pop(f), value);
        return true;
    }
    case OP_newarr: push(f, new_array(f, in->type, pop(f))); return true;
    case OP_stelem: {
        FlowSet value = pop(f), index = pop(f);
        store_element(f, pop(f), index, value);
        return true;
    }
    case OP_ldelem: {
        FlowSet index = pop(f);
        push(f, load_element(f, pop(f), index));
        return true;
    }
    case OP_call:
    case OP_callvirt:
    case OP_newobj:
    case OP_intrinsic:
    case OP_invoke_delegate:
    case OP_native_call: run_call(f, in); return true;
    case OP_calli:
    case OP_native_calli: run_calli(f, in->signature); return true;
    case OP_ldftn:
        method_taken(f, in->method);
        push(f, flow_unknown);
        return true;
    case OP_ldvirtftn:
    case OP_new_delegate:
    case OP_new_delegate_virtual:
        method_taken(f, in->method);
        (void)pop(f);
        push(f, flow_unknown);
        return true;
    default: return false;
    }
}

_Static_assert(OP_unreachable + 1 == OP_COUNT && OP_COUNT == 168,
               "a new opcode needs its pops and pushes here");

/// Pops and pushes of everything that makes no known value.
static void run_other(Flow *f, Opcode op) {
    uint32_t pops = 0, pushes = 0;
    if ((op >= OP_ldind_i1 && op <= OP_ldind_r8) || op == OP_neg || op == OP_not ||
        (op >= OP_conv_i1 && op <= OP_conv_ovf_u_un) || op == OP_unbox || op == OP_unbox_any ||
        op == OP_box || op == OP_ldflda || op == OP_ldlen || op == OP_refanyval || op == OP_refanytype ||
        op == OP_mkrefany || op == OP_ckfinite || op == OP_localloc)
        pops = pushes = 1;
    else if ((op >= OP_add && op <= OP_shr_un) || (op >= OP_add_ovf && op <= OP_sub_ovf_un) ||
             (op >= OP_ceq && op <= OP_clt_un) || op == OP_ldelema)
        pops = 2, pushes = 1;
    else if (op == OP_ldc_r4 || op == OP_ldc_r8 || op == OP_ldsflda || op == OP_sizeof || op == OP_arglist ||
             op == OP_create_span || op == OP_new_instance || op == OP_ldselector)
        pushes = 1;
    else if ((op >= OP_stind_i1 && op <= OP_stind_r8) || op == OP_cpobj || (op >= OP_beq && op <= OP_blt_un))
        pops = 2;
    else if (op == OP_pop || op == OP_brfalse || op == OP_brtrue || op == OP_switch || op == OP_initobj ||
             op == OP_throw || op == OP_endfilter || op == OP_initialize_array || op == OP_null_check)
        pops = 1;
    else if (op == OP_cpblk || op == OP_initblk)
        pops = 3;
    pop_many(f, pops);
    if (pushes)
        push(f, flow_unknown);
}

/// False where control does not run on to the next block.
static bool run_branch(Flow *f, const Instruction *in) {
    switch (in->op) { // NOLINT: the rest runs on
    case OP_br: go_to(f, in->block); return false;
    case OP_leave:
        f->depth = 0;
        go_to(f, in->block);
        return false;
    case OP_switch:
        for (uint32_t i = 0; i < in->targets->count; i++)
            go_to(f, in->targets->blocks[i]);
        return true;
    case OP_ret:
    case OP_throw:
    case OP_rethrow:
    case OP_endfinally:
    case OP_endfilter:
    case OP_jmp:
    case OP_throw_failure:
    case OP_unreachable: return false;
    default:
        if (in->op >= OP_brfalse && in->op <= OP_blt_un)
            go_to(f, in->block);
        return true;
    }
}

static void run_block(Flow *f, uint32_t index) {
    const Block *block = &f->body->blocks[index];
    bool runs_on = true;
    f->depth = block->entry_depth;
    while (f->variable_count + f->depth > f->stack_capacity) { // entry stacks are short
        f->depth = 0;
        for (uint32_t i = 0; i < block->entry_depth; i++)
            push(f, flow_unknown);
    }
    memcpy(f->slots, f->states[index].slots, (f->variable_count + f->depth) * sizeof *f->slots);
    handlers_join(f, block);
    for (uint32_t i = 0; i < block->count && runs_on; i++) {
        const Instruction *in = &f->body->instructions[block->first + i];
        f->in = in;
        if (in->op == OP_ret)
            run_return(f);
        else if (!run_value(f, in, block) && !run_memory(f, in))
            run_other(f, in->op);
        runs_on = run_branch(f, in);
    }
    if (runs_on)
        go_to(f, index + 1);
}

// ---- Whole bodies -------------------------------------------------------------------------------

static void start_state(Flow *f) {
    const Method *method = f->body->method;
    uint32_t first = method->signature->has_this ? 1 : 0;
    FlowSet *slots = ARENA_ARRAY(f->arena, FlowSet, f->variable_count + 1);
    for (uint32_t i = 0; i < f->body->arg_count; i++) {
        Place place = {.kind = PLACE_Parameter, .method = method->def, .index = i - first};
        if (i < first)
            place = (Place){
                .kind = PLACE_This, .method = method->def, .flags = flow_this_flags(f->w, method->def)};
        else
            place.flags = flow_param_flags(f->w, method->def, i - first);
        slots[i] = flow_place(f, place);
    }
    for (uint32_t i = f->body->arg_count; i < f->variable_count; i++)
        slots[i] = (FlowSet){0};
    state_join(f, 0, slots, 0);
}

static void run_to_fixpoint(Flow *f) {
    uint32_t budget = f->body->block_count * 32 + 64; // sets are bounded; this is for pathological bodies
    bool again = true;
    while (again && budget) {
        again = false;
        for (uint32_t b = 0; b < f->body->block_count && budget; b++) {
            if (!f->queued[b])
                continue;
            f->queued[b] = false;
            again = true;
            budget--;
            run_block(f, b);
        }
        if (!f->arrays_changed)
            continue;
        f->arrays_changed = false;
        again = true;
        for (uint32_t b = 0; b < f->body->block_count; b++)
            f->queued[b] |= f->states[b].reached;
    }
}

void flow_analyze(World *w, const Body *body, MethodNode *node) {
    if (!body->module || body->failure || !body->method->def)
        return;
    Arena arena = {0};
    Flow f = {.w = w, .body = body, .from = &node->code, .node = node, .arena = &arena};
    f.variable_count = body->arg_count + body->local_count;
    f.stack_capacity = f.variable_count + 32;
    f.slots = ARENA_ARRAY(&arena, FlowSet, f.stack_capacity);
    f.states = ARENA_ARRAY(&arena, FlowState, body->block_count);
    f.queued = ARENA_ARRAY(&arena, bool, body->block_count);
    start_state(&f);
    run_to_fixpoint(&f);
    f.final = true;
    w->flow = &f;
    for (uint32_t b = 0; b < body->block_count; b++)
        if (f.states[b].reached)
            run_block(&f, b);
    w->flow = NULL;
    arena_free(&arena);
}
