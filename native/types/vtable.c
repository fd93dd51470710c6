// Virtual slots of classes and structs: newslot, override by name and signature, MethodImpl with covariant
// returns.
#include "types/private.h"

bool method_def_is_finalizer(TypeSystem *ts, const MethodDef *def) {
    if (def->name.data != ts->name_finalize.data || def->owner->is_interface)
        return false;
    if (def->owner->finalizer == def)
        return true;
    // Object::Finalize itself introduces the method; it has no vtable slot either (corelib-contract 1.4).
    return def->is_virtual && def->param_count == 0 && def->owner->element_type == ELEMENT_TYPE_OBJECT;
}

static bool has_slot(TypeSystem *ts, const MethodDef *def) {
    return def->is_virtual && !def->is_static && !method_def_is_finalizer(ts, def);
}

// The slot that a method reusing one takes: the last introduced one of that name and signature, which is the
// most derived declaration that hides the others (II.10.3.4).
static int32_t slot_find(TypeSystem *ts, const Slot *slots, uint32_t count, const Method *method) {
    for (uint32_t i = count; i-- > 0;) {
        const Method *declaration = slots[i].declaration;
        if (declaration->name.data == method->name.data && declaration->signature == method->signature &&
            method_modifiers_equal(ts, declaration->def, method->def))
            return (int32_t)i;
    }
    return -1;
}

static uint32_t redirect_end(const Slot *slots, uint32_t count, uint32_t slot) {
    for (uint32_t steps = 0; slots[slot].redirect >= 0 && steps < count; steps++)
        slot = (uint32_t)slots[slot].redirect;
    return slot;
}

static void methods_place(TypeSystem *ts, Type *self, Slot *slots, uint32_t inherited, uint32_t *count) {
    const TypeDef *def = self->def;
    for (uint32_t i = 0; i < def->method_count; i++) {
        MethodDef *method_def = method_def_get(ts, def->module, def->first_method_rid + i);
        if (!method_def || !has_slot(ts, method_def))
            continue;
        Method *method = method_on(ts, method_def, self);
        if (!method)
            continue;
        int32_t slot = method_def->is_new_slot ? -1 : slot_find(ts, slots, inherited, method);
        if (slot < 0) {
            slot = (int32_t)(*count)++;
            slots[slot].declaration = method;
        }
        slots[slot].own = method;
        slots[slot].redirect = -1;
        slots[slot].unified = false;
        method_def_record(method_def)->slot = (uint32_t)slot + 1;
    }
}

// A MethodImpl on a class method makes its slot follow the body's slot from here on down; with
// PreserveBaseOverrides (covariant returns) everything that followed the declaration moves along.
static void overrides_apply(TypeSystem *ts, Type *self, Slot *slots, uint32_t count) {
    uint32_t override_count;
    const OverridePair *overrides = type_overrides(ts, self, &override_count);
    for (uint32_t i = 0; i < override_count; i++) {
        const OverridePair *pair = &overrides[i];
        if (pair->declaration->def->owner->is_interface || pair->declaration->def->is_static)
            continue;
        uint32_t declaration = method_def_slot(ts, pair->declaration->def);
        uint32_t body = method_def_slot(ts, pair->body->def);
        if (declaration >= count || body >= count)
            continue; // Finalize, or a bad row
        uint32_t end = redirect_end(slots, count, declaration);
        if (redirect_end(slots, count, body) == end)
            continue;
        uint32_t moved = pair->preserves_base || slots[declaration].unified ? end : declaration;
        slots[moved].redirect = (int32_t)body;
        slots[moved].unified |= pair->preserves_base;
        slots[declaration].unified |= pair->preserves_base;
    }
}

static uint32_t slots_inherit(TypeSystem *ts, Type *self, Slot **slots) {
    Type *base = type_base(ts, self);
    uint32_t inherited = 0;
    if (base && !self->def->is_interface)
        (void)type_virtual_slots(ts, base, &inherited);
    *slots = ARENA_ARRAY(ts->arena, Slot, inherited + self->def->method_count);
    if (inherited)
        memcpy(*slots, base->details->slots, inherited * sizeof **slots);
    return inherited;
}

static void self_slots_compute(TypeSystem *ts, Type *self, TypeDetails *details) {
    Slot *slots;
    uint32_t inherited = slots_inherit(ts, self, &slots), count = inherited;
    methods_place(ts, self, slots, inherited, &count);
    details->slots = slots;
    details->slot_count = count;
    type_def_record(self->def)->virtual_slots_numbered = true;
    if (!self->def->is_interface)
        overrides_apply(ts, self, slots, count);
}

static void instance_slots_compute(TypeSystem *ts, Type *type, TypeDetails *details) {
    Type *self = type_to_self(ts, type);
    (void)type_virtual_slots(ts, self, &details->slot_count);
    const Slot *open = self->details->slots;
    GenericContext context = type_context(type);
    details->slots = ARENA_ARRAY(ts->arena, Slot, details->slot_count);
    for (uint32_t i = 0; i < details->slot_count; i++) {
        details->slots[i] = open[i];
        Method *declaration = method_substitute(ts, open[i].declaration, &context);
        Method *own =
            open[i].own == open[i].declaration ? declaration : method_substitute(ts, open[i].own, &context);
        // An instance too deep to exist keeps the open method; nobody can reach it.
        if (declaration)
            details->slots[i].declaration = declaration;
        if (own)
            details->slots[i].own = own;
    }
}

static void implementations_resolve(TypeSystem *ts, TypeDetails *details) {
    details->virtual_slots = ARENA_ARRAY(ts->arena, VirtualSlot, details->slot_count);
    for (uint32_t i = 0; i < details->slot_count; i++) {
        Method *own = details->slots[redirect_end(details->slots, details->slot_count, i)].own;
        details->virtual_slots[i].declaration = details->slots[i].declaration;
        details->virtual_slots[i].implementation = own->def->is_abstract ? NULL : own;
    }
}

const VirtualSlot *type_virtual_slots(TypeSystem *ts, Type *type, uint32_t *count) {
    if (type->kind == TYPE_SzArray || type->kind == TYPE_Array)
        type = well_known_type(ts, WELL_KNOWN_TYPE_Array);
    *count = 0;
    if (type->kind != TYPE_Named)
        return NULL;
    TypeDetails *details = type_details(ts, type);
    if (details->slots_state == ENTRY_Empty) {
        details->slots_state = ENTRY_Busy;
        if (type == type_to_self(ts, type))
            self_slots_compute(ts, type, details);
        else
            instance_slots_compute(ts, type, details);
        implementations_resolve(ts, details);
        details->slots_state = ENTRY_Done;
    }
    if (details->slots_state == ENTRY_Busy)
        return NULL; // a circular hierarchy
    *count = details->slot_count;
    return details->virtual_slots;
}

uint32_t method_def_slot(TypeSystem *ts, const MethodDef *def) {
    if (!has_slot(ts, def))
        return UINT32_MAX;
    if (!type_def_record(def->owner)->virtual_slots_numbered) {
        uint32_t count;
        (void)type_virtual_slots(ts, type_self(ts, def->owner), &count);
    }
    return method_def_record(def)->slot - 1; // 0 wraps to UINT32_MAX
}

static Method *with_arguments(TypeSystem *ts, Method *method, const Method *like) {
    if (!method || !like->arg_count)
        return method;
    return method_instantiate(ts, method->def, method->owner, like->args, like->arg_count, NULL);
}

Method *method_slot_definition(TypeSystem *ts, Method *method) {
    if (!method->def || method->synthetic || method->def->owner->is_interface)
        return method;
    uint32_t slot = method_def_slot(ts, method->def), count;
    const VirtualSlot *slots = slot == UINT32_MAX ? NULL : type_virtual_slots(ts, method->owner, &count);
    return slots && slot < count ? with_arguments(ts, slots[slot].declaration, method) : method;
}

static Method *finalizer_resolve(TypeSystem *ts, Type *type) {
    for (uint32_t steps = 0; type && steps < BASE_CHAIN_LIMIT; type = type_base(ts, type), steps++) {
        if (type->kind == TYPE_Named && type->def->finalizer)
            return method_on(ts, type->def->finalizer, type);
    }
    return NULL;
}

Method *type_resolve_virtual(TypeSystem *ts, Type *type, Method *declaration) {
    if (!declaration->def || declaration->synthetic)
        return declaration;
    if (declaration->def->owner->is_interface) {
        Method *result = NULL;
        ResolveKind kind = type_resolve_interface(ts, type, declaration, &result);
        return kind == RESOLVE_Class || kind == RESOLVE_Default ? result : NULL;
    }
    if (method_def_is_finalizer(ts, declaration->def)) {
        Method *finalizer = finalizer_resolve(ts, type);
        return finalizer ? finalizer : declaration;
    }
    uint32_t slot = method_def_slot(ts, declaration->def), count, own_count;
    if (slot == UINT32_MAX)
        return declaration; // not virtual
    const VirtualSlot *slots = type_virtual_slots(ts, type, &count);
    const VirtualSlot *own = type_virtual_slots(ts, declaration->owner, &own_count);
    // A receiver that does not derive from the declaration's class has something else in that slot.
    if (slot >= count || slot >= own_count || slots[slot].declaration->def != own[slot].declaration->def)
        return NULL;
    return with_arguments(ts, slots[slot].implementation, declaration);
}
