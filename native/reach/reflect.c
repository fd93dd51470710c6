// What reflection can see (reach.md 4). The sets grow in mark_reflectable_method and with type levels; the
// dataflow that follows Type values through bodies would feed the same marks.
#include "reach/world.h"

bool reach_type_has_metadata(const Reach *reach, const TypeDef *def) {
    return def->rid && reach->metadata_flags[def->module->index][def->rid - 1] != 0;
}

bool reach_field_has_metadata(const Reach *reach, const FieldDef *def) {
    return def->owner->is_enum &&
           reach_type_has_metadata(reach, def->owner); // Enum.ToString, Parse, GetNames
}

static bool list_has(const Method *const *items, uint32_t count, const MethodDef *def) {
    for (uint32_t i = 0; i < count; i++)
        if (items[i]->def == def)
            return true;
    return false;
}

bool reach_method_has_metadata(const Reach *reach, const MethodDef *def) {
    const World *w = reach->world;
    return reach_type_has_metadata(reach, def->owner) &&
           (list_has(w->metadata_methods.items, w->metadata_methods.count, def) ||
            list_has(w->invokable.items, w->invokable.count, def));
}

const TypeDef *const *reach_metadata_types(const Reach *reach, uint32_t *count) {
    *count = reach->metadata_type_count;
    return reach->metadata_types;
}

const Method *const *reach_invokable_methods(const Reach *reach, uint32_t *count) {
    *count = reach->world->invokable.count;
    return reach->world->invokable.items;
}
