// What reflection can see (reach.md 4), read off the finished world; the marks are made in reflectable.c.
#include "reach/world.h"

bool reach_type_has_metadata(const Reach *reach, const TypeDef *def) {
    return def->rid && reach->metadata_flags[def->module->index][def->rid - 1] != 0;
}

bool reach_field_has_metadata(const Reach *reach, const FieldDef *def) {
    if (!reach_type_has_metadata(reach, def->owner))
        return false;
    // Enum.ToString, Parse, GetNames need every literal.
    return def->owner->is_enum || module_marks(reach->world, def->owner->module)->fields[def->rid - 1];
}

bool reach_method_has_metadata(const Reach *reach, const MethodDef *def) {
    return reach_type_has_metadata(reach, def->owner) &&
           module_marks(reach->world, def->owner->module)->methods[def->rid - 1];
}

const TypeDef *const *reach_metadata_types(const Reach *reach, uint32_t *count) {
    *count = reach->metadata_type_count;
    return reach->metadata_types;
}

Type *reach_type_named(const Reach *reach, Text name, const Module *module) {
    return type_name_resolve(reach->world, name, module);
}

bool reach_is_invokable(const Reach *reach, const Method *method) {
    const MethodNode *node = method_node_find(reach->world, method);
    return node && node->reflectable.marked;
}

const Method *const *reach_invokable_methods(const Reach *reach, uint32_t *count) {
    *count = reach->invokable_count;
    return reach->invokable;
}

const Field *const *reach_reflectable_fields(const Reach *reach, uint32_t *count) {
    *count = reach->reflectable_field_count;
    return reach->reflectable_fields;
}
