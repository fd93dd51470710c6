// Virtual dispatch (reach.md 1.4, generics-and-dispatch.md 4): an implementation is compiled when its type
// has instances *and* its slot or selector is called. Class slots keep the list of types that have them;
// interfaces and classes with generic virtual methods keep a DispatchGroup in which every (type, selector)
// pair is resolved once.
#include "reach/world.h"

const Method *boxed_entry(World *w, const Type *type, const Method *code) {
    if (!type->is_value_type || !code->signature->has_this || code->synthetic == SYNTHETIC_UnboxingStub ||
        code->synthetic == SYNTHETIC_ThrowBody)
        return code;
    if (code->owner != type)
        return code; // Object's, ValueType's, Enum's and default interface methods take the box
    return method_synthetic(w->ts, SYNTHETIC_UnboxingStub, (Type *)type, code);
}

/// Instance fields that raw bytes cannot compare (corelib-contract 1.8). Nested structs count if they need a
/// helper or override Equals themselves.
static bool field_needs_helper(TypeSystem *ts, Type *type) {
    ElementType element = type_reduced_element(ts, type);
    if (element == ELEMENT_TYPE_R4 || element == ELEMENT_TYPE_R8)
        return true; // +0 equals -0, NaN equals NaN
    if (!type->is_value_type)
        return type_is_reference(type);
    if (type->kind != TYPE_Named || type->def->is_enum || type->element_type != ELEMENT_TYPE_VALUETYPE)
        return false;
    if (type_needs_field_helper(ts, type))
        return true;
    uint32_t count;
    const VirtualSlot *slots = type_virtual_slots(ts, type, &count);
    for (uint32_t i = 0; i < count; i++)
        if (slots[i].implementation && slots[i].implementation->owner == type &&
            text_equal_z(slots[i].declaration->name, "Equals") &&
            slots[i].declaration->owner == well_known_type(ts, WELL_KNOWN_TYPE_Object))
            return true;
    return false;
}

bool type_needs_field_helper(TypeSystem *ts, Type *type) {
    if (!type->is_value_type || type->kind != TYPE_Named || type->def->is_enum || type->def->is_byref_like)
        return false;
    if (type->element_type != ELEMENT_TYPE_VALUETYPE)
        return false; // primitives override Equals
    if (type->def->is_inline_array)
        return true;
    Failure failure = {0};
    const Layout *layout = type_layout(ts, type, &failure);
    if (!layout)
        return false;
    if (layout->reference_count || layout->has_padding || layout->has_overlap)
        return true;
    uint32_t count;
    Field *const *fields = type_fields(ts, type, &count);
    for (uint32_t i = 0; i < count; i++)
        if (!fields[i]->def->is_static && field_needs_helper(ts, fields[i]->type))
            return true;
    return false;
}

static bool has_instance_fields(TypeSystem *ts, Type *type) {
    uint32_t count;
    Field *const *fields = type_fields(ts, type, &count);
    for (uint32_t i = 0; i < count; i++)
        if (!fields[i]->def->is_static)
            return true;
    return false;
}

/// The attribute class at or above `type` whose fields its equality compares.
static Type *attribute_with_fields(World *w, Type *type) {
    Type *attribute = well_known_type(w->ts, WELL_KNOWN_TYPE_Attribute);
    for (Type *at = type; at && at != attribute; at = type_base(w->ts, at))
        if (has_instance_fields(w->ts, at))
            return at;
    return NULL;
}

const Method *slot_implementation(World *w, Type *type, const VirtualSlot *slot) {
    const Method *declaration = slot->declaration;
    if (declaration == well_known_method(w->ts, WELL_KNOWN_METHOD_DelegateGetThunk)) {
        if (type->def && type->def->is_delegate && !type->def->is_abstract)
            return method_synthetic(w->ts, SYNTHETIC_DelegateGetThunk, type, NULL);
    } else if (declaration == well_known_method(w->ts, WELL_KNOWN_METHOD_ValueTypeGetFieldHelper)) {
        if (type_needs_field_helper(w->ts, type))
            return method_synthetic(w->ts, SYNTHETIC_GetFieldHelper, type, NULL);
    } else if (declaration == well_known_method(w->ts, WELL_KNOWN_METHOD_AttributeGetFieldHelper)) {
        Type *with_fields = attribute_with_fields(w, type);
        if (with_fields)
            return method_synthetic(w->ts, SYNTHETIC_GetFieldHelper, with_fields, NULL);
    }
    return slot->implementation;
}

// ---- Groups -------------------------------------------------------------------------------------

static DispatchGroup *dispatch_group(World *w, Type *owner) {
    if (w->makes_types)
        owner = type_canonical(w->ts, owner);
    bool by_definition = owner->def && owner->def->is_interface && owner->arg_count &&
                         (type_def_is_variant(owner->def) || type_def_is_array_interface(owner->def));
    TypeNode *key = type_node(w, by_definition ? type_from_def(w->ts, owner->def) : owner);
    if (!key->group) {
        key->group = ARENA_NEW(&w->arena, DispatchGroup);
        key->group->by_definition = by_definition;
        if (owner->def && owner->def->is_interface)
            dynamic_group_add(w, key->group);
    }
    return key->group;
}

const Method *selector_target(World *w, Type *type, const Method *selector, bool by_definition) {
    if (!(selector->owner->def && selector->owner->def->is_interface))
        return type_resolve_virtual(w->ts, type, (Method *)selector);
    if (by_definition && !type_is_castable_to(w->ts, type, selector->owner) &&
        !type_is_array_enumerator(w->ts, type))
        return NULL;
    Method *result = NULL;
    switch (type_resolve_interface(w->ts, type, (Method *)selector, &result)) {
    case RESOLVE_Class:
    case RESOLVE_Default: return result;
    case RESOLVE_Ambiguous:
    case RESOLVE_Reabstracted: return method_synthetic(w->ts, SYNTHETIC_ThrowBody, type, selector);
    case RESOLVE_None: break;
    }
    return NULL;
}

/// The code behind a slot, as reflection knows it.
static void target_show(World *w, Target target) {
    const Method *code = target.code;
    if (code && code->synthetic == SYNTHETIC_UnboxingStub)
        code = code->synthetic_method;
    else if (code && code->synthetic == SYNTHETIC_ContextStub)
        code = method_canonical(w->ts, code->synthetic_method);
    if (code && !code->is_open && code->synthetic != SYNTHETIC_InterfaceSwitch)
        mark_reflectable_method(w, code, &target.type->levels[3], "virtual method that a delegate calls");
}

void slot_targets_show(World *w, const Method *method, const Node *from) {
    if (method->is_open)
        return;
    if (method->signature->has_this)
        mark_virtual_use(w, method, method->owner, false, from, "virtual method that a delegate calls");
    bool is_interface = method->owner->def && method->owner->def->is_interface;
    const Method *declaration = is_interface ? method : method_slot_definition(w->ts, (Method *)method);
    MethodNode *slot = method_node(w, dispatch_key(w, declaration ? declaration : method));
    if (slot->shows_targets)
        return;
    slot->shows_targets = true;
    for (uint32_t i = 0; i < slot->targets.count; i++)
        target_show(w, slot->targets.items[i]);
}

/// Code for the table that wants a context other than the class of the object: generic methods, default
/// interface methods, static methods of a base.
static bool needs_context_stub(const TypeNode *type, const Method *target, ContextSource source) {
    bool is_static = !target->signature->has_this;
    if (source == CONTEXT_Type)
        return target->owner->def->is_interface || (is_static && target->owner != type->type);
    return source == CONTEXT_Dictionary;
}

/// The object, or the type that a static call names, tells the arguments of its class; the method's own are
/// those of the selector.
static const Method *target_code(World *w, TypeNode *type, const Method *target) {
    const Method *code = method_served(w, target, &type->levels[3]);
    if (needs_context_stub(type, target, reach_context_source(code))) {
        if (target->owner->def->is_interface || !target->signature->has_this)
            return method_synthetic(w->ts, SYNTHETIC_ContextStub, type->type, target);
        Failure failure = {0};
        const Method *instance =
            method_instantiate(w->ts, target->def, code->owner, target->args, target->arg_count, &failure);
        return method_synthetic(w->ts, SYNTHETIC_ContextStub, code->owner, instance ? instance : code);
    }
    return method_served(w, boxed_entry(w, type->type, target), &type->levels[3]);
}

/// What stands in the table for code that the recursion limit has cut.
static const Method *code_or_throw(World *w, Type *type, const Method *code) {
    if (!method_node(w, code)->cut)
        return code;
    const Method *throwing = cut_target(w, type, code);
    method_node(w, throwing)->address_taken = true;
    mark_method(w, throwing, NULL, "stands for an instance beyond the limit of generic recursion");
    return throwing;
}

/// Answers what the entry is.
static const Method *target_mark(World *w, TypeNode *type, MethodNode *selector, const Method *code) {
    if (selector->shows_targets)
        target_show(w, (Target){type, code});
    method_node(w, code)->address_taken = true;
    // Growing arguments come with the selector (generic virtual methods) or with the type: the larger growth
    // counts. A canonical selector without arguments of its own brings none.
    bool may_grow = !w->makes_types || selector->method->arg_count;
    bool selector_grows = may_grow && selector->slot.growth > type->levels[3].growth;
    mark_method(w, code, selector_grows ? &selector->slot : &type->levels[3],
                selector->method->arg_count ? "generic virtual method" : "interface method");
    return code_or_throw(w, type->type, code);
}

static void pair_enter(World *w, TypeNode *type, MethodNode *selector, const Method *target) {
    if (is_open_generic_virtual(selector->method)) {
        const Method *code = method_served(w, target, &type->levels[3]);
        mark_pointer(w, code, &selector->slot, "generic virtual method");
        mark_method_metadata(w, code->def, &selector->slot);
        ARRAY_PUSH(&w->arena, &w->generic_overrides, (GenericOverride){selector->method, type->type, code});
        return;
    }
    const Method *code = target_mark(w, type, selector, target_code(w, type, target));
    ARRAY_PUSH(&w->arena, &selector->targets, (Target){type, code});
}

/// Several instances of the interface lead to different code: calls tell which one they mean.
static void pair_enter_switch(World *w, TypeNode *type, MethodNode *selector, const SwitchCase *cases,
                              uint32_t count) {
    const Method *method = method_synthetic(w->ts, SYNTHETIC_InterfaceSwitch, type->type, selector->method);
    MethodNode *node = method_node(w, method);
    for (uint32_t i = 0; i < count; i++) {
        SwitchCase entry = {cases[i].interface, target_mark(w, type, selector, cases[i].target)};
        ARRAY_PUSH(&w->arena, &node->cases, entry);
        if (cases[i].interface)
            mark_constructed(w, (Type *)cases[i].interface, &type->levels[3],
                             "interface that is implemented several times");
    }
    ARRAY_PUSH(&w->arena, &selector->targets, (Target){type, method});
    selector->is_ambiguous = true;
    for (uint32_t i = 0; i < selector->interfaces.count; i++)
        mark_necessary(w, selector->interfaces.items[i], &selector->slot,
                       "interface that is implemented several times");
}

/// A selector of a canonical interface: every instance of it that the type implements.
static void pair_resolve_canonical(World *w, TypeNode *type, MethodNode *selector) {
    uint32_t count, case_count = 0;
    Type *const *interfaces = type_interfaces(w->ts, type->type, &count);
    SwitchCase *cases = ARENA_ARRAY(&w->arena, SwitchCase, count + 1);
    const Method *only = NULL, *dynamic = dynamic_target(w, type->type, selector->method);
    bool differ = dynamic != NULL; // asked with the interface, which only the call knows
    Failure failure = {0};
    for (uint32_t i = 0; i < count; i++) {
        if (interfaces[i]->def != selector->method->owner->def ||
            type_canonical(w->ts, interfaces[i]) != selector->method->owner)
            continue;
        const Method *declaration =
            method_instantiate(w->ts, selector->method->def, interfaces[i], selector->method->args,
                               selector->method->arg_count, &failure);
        const Method *target = declaration ? selector_target(w, type->type, declaration, false) : NULL;
        if (!target)
            continue;
        if (is_open_generic_virtual(selector->method)) {
            pair_enter(w, type, selector, target);
            continue;
        }
        differ |= only && only != target;
        only = target;
        cases[case_count++] = (SwitchCase){interfaces[i], target_code(w, type, target)};
    }
    if (dynamic && !is_open_generic_virtual(selector->method))
        cases[case_count++] = (SwitchCase){NULL, dynamic};
    if (differ && case_count)
        pair_enter_switch(w, type, selector, cases, case_count);
    else if (only)
        pair_enter(w, type, selector, only);
}

const SwitchCase *reach_switch_cases(const Reach *reach, const Method *interface_switch, uint32_t *count) {
    const MethodNode *node = method_node_find(reach->world, interface_switch);
    *count = node ? node->cases.count : 0;
    return node ? node->cases.items : NULL;
}

void pair_resolve(World *w, TypeNode *type, MethodNode *selector, bool by_definition) {
    bool is_interface = selector->method->owner->def && selector->method->owner->def->is_interface;
    if (is_interface && selector->method->owner->has_placeholder) {
        pair_resolve_canonical(w, type, selector);
        return;
    }
    Type *type_of_slot = type->type;
    const Method *declaration = selector->method;
    if (!is_interface && declaration->owner->has_placeholder) { // generic virtual method: on the exact base
        Type *base = type_of_slot;
        while (base && type_canonical(w->ts, base) != declaration->owner)
            base = type_base(w->ts, base);
        Failure failure = {0};
        declaration = base ? method_instantiate(w->ts, declaration->def, base, declaration->args,
                                                declaration->arg_count, &failure)
                           : NULL;
    }
    const Method *target = declaration ? selector_target(w, type_of_slot, declaration, by_definition) : NULL;
    if (!target)
        target = dynamic_target(w, type->type, selector->method);
    if (target)
        pair_enter(w, type, selector, target);
}

static void group_join(World *w, DispatchGroup *group, TypeNode *type) {
    if (group->types.count && group->types.items[group->types.count - 1] == type)
        return; // two instances of one definition
    ARRAY_PUSH(&w->arena, &group->types, type);
    for (uint32_t i = 0; i < group->selectors.count; i++)
        pair_resolve(w, type, group->selectors.items[i], group->by_definition);
}

// ---- A type gets instances ----------------------------------------------------------------------

/// Some call of the slot can have an instance of `type` as its receiver.
static bool slot_reaches(World *w, const MethodNode *slot, Type *type) {
    if (slot->unlimited)
        return true;
    for (uint32_t i = 0; i < slot->limits.count; i++)
        if (derives(w, type, slot->limits.items[i]))
            return true;
    return false;
}

static void slot_target_mark(World *w, Target *target) {
    if (!target->code)
        return;
    method_node(w, target->code)->address_taken = true;
    mark_method(w, target->code, &target->type->levels[3], "virtual method of a type with instances");
    target->code = code_or_throw(w, target->type->type, target->code);
}

static void slot_join(World *w, MethodNode *slot, Target target) {
    ARRAY_PUSH(&w->arena, &slot->targets, target);
    if (slot->shows_targets)
        target_show(w, target);
    if (slot->slot.marked && slot_reaches(w, slot, target.type->type))
        slot_target_mark(w, &slot->targets.items[slot->targets.count - 1]);
}

void type_dispatch(World *w, TypeNode *node) {
    uint32_t count;
    if (template_of_tables(w, node))
        return;
    const VirtualSlot *slots = type_virtual_slots(w->ts, node->type, &count);
    for (uint32_t i = 0; i < count; i++) {
        Method *declaration = slots[i].declaration;
        if (declaration->def && declaration->def->generic_count) {
            group_join(w, dispatch_group(w, declaration->owner), node);
            continue;
        }
        const Method *implementation = slot_implementation(w, node->type, &slots[i]);
        const Method *code =
            implementation ? method_served(w, boxed_entry(w, node->type, implementation), &node->levels[3])
                           : NULL;
        slot_join(w, method_node(w, dispatch_key(w, declaration)), (Target){node, code});
    }
    bool is_dynamic = type_is_dynamically_castable(w->ts, node->type);
    Type *const *interfaces = type_interfaces(w->ts, node->type, &count);
    for (uint32_t i = 0; i < count; i++) {
        DispatchGroup *group = dispatch_group(w, interfaces[i]);
        if (!is_dynamic)
            group_join(w, group, node);
    }
    if (!is_dynamic)
        return;
    dynamic_type_appears(w, node);
    for (uint32_t i = 0; i < w->interface_groups.count; i++)
        group_join(w, w->interface_groups.items[i], node);
}

// ---- A slot or selector gets a caller -----------------------------------------------------------

const Type *receiver_limit(World *w, const Type *receiver) {
    if (!receiver || receiver->kind != TYPE_Named || receiver->is_open || receiver->is_value_type)
        return NULL;
    // An interface type is not verified (III.1.8.1.3); `this` of System.Array`1 is an array.
    if (receiver->def->is_interface || receiver->def->is_placeholder ||
        receiver == well_known_type(w->ts, WELL_KNOWN_TYPE_Object) ||
        receiver->def == well_known_type(w->ts, WELL_KNOWN_TYPE_ArrayOfT)->def)
        return NULL;
    return receiver;
}

const Method *boxed_target(World *w, Type *type, const Method *method) {
    bool is_interface = method->owner->def && method->owner->def->is_interface;
    const Method *target = NULL;
    if (is_interface) {
        target = selector_target(w, type, method, true);
    } else {
        Method *declaration = method_slot_definition(w->ts, (Method *)method);
        target = declaration ? type_resolve_virtual(w->ts, type, declaration) : NULL;
    }
    return target && target->synthetic == SYNTHETIC_None && !target->def->is_abstract
               ? boxed_entry(w, type, target)
               : NULL;
}

/// One more static receiver type of a class slot; marks what it newly reaches.
static void slot_limit_add(World *w, MethodNode *slot, const Type *limit) {
    if (slot->unlimited)
        return;
    for (uint32_t i = 0; limit && i < slot->limits.count; i++)
        if (slot->limits.items[i] == limit)
            return;
    if (limit)
        ARRAY_PUSH(&w->arena, &slot->limits, limit);
    else
        slot->unlimited = true;
    for (uint32_t i = 0; i < slot->targets.count; i++) {
        Target *target = &slot->targets.items[i];
        if (!limit || derives(w, target->type->type, limit))
            slot_target_mark(w, target);
    }
}

void interface_note(World *w, MethodNode *selector, Type *interface) {
    for (uint32_t i = 0; i < selector->interfaces.count; i++)
        if (selector->interfaces.items[i] == interface)
            return;
    ARRAY_PUSH(&w->arena, &selector->interfaces, interface);
    if (selector->is_ambiguous)
        mark_necessary(w, interface, &selector->slot, "interface that is implemented several times");
}

void mark_virtual_use(World *w, const Method *method, const Type *receiver, bool receiver_exact,
                      const Node *from, const char *text) {
    if (method->is_open)
        return;
    bool is_interface = method->owner->def && method->owner->def->is_interface;
    if (!is_interface && method->def && !method->def->is_virtual) {
        mark_call(w, method, from, text);
        return;
    }
    if (receiver && receiver->is_value_type && receiver_exact) {
        const Method *target = boxed_target(w, (Type *)receiver, method);
        if (target)
            mark_method(w, target, from, text);
        if (target)
            return;
    }
    const Method *declaration = is_interface ? method : method_slot_definition(w->ts, (Method *)method);
    MethodNode *node = method_node(w, dispatch_key(w, declaration ? declaration : method));
    mark_slot(w, node, from, text);
    if (w->makes_types && is_interface)
        interface_note(w, node, method->owner);
    if (is_open_generic_virtual(method)) { // found by its handle
        mark_method_metadata(w, node->method->def, from);
        mark_metadata(w, method->owner, from, "owner of a generic virtual method");
        for (uint32_t i = 0; i < method->arg_count; i++)
            canonical_argument_mark(w, method->args[i], from);
        return;
    }
    if (!node->cut && !method_is_selector(node->method))
        slot_limit_add(w, node, receiver_limit(w, receiver));
}

void slot_process(World *w, MethodNode *node) {
    if (!method_is_selector(node->method))
        return; // its calls mark their targets as they come
    if (node->method->def->is_static) {
        static_selector_appears(w, node);
        return;
    }
    DispatchGroup *group = dispatch_group(w, node->method->owner);
    ARRAY_PUSH(&w->arena, &group->selectors, node);
    for (uint32_t i = 0; i < group->types.count; i++)
        pair_resolve(w, group->types.items[i], node, group->by_definition);
    dynamic_selector_appears(w, node);
}
