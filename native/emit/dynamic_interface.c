// What objects may name as the implementation of an interface (IDynamicInterfaceCastable), for the runtime
// (tailor_resolve_dynamic_dispatch): code of each method on each implementing interface.
#include "emit/context.h"

void emit_dynamic_implementations(EmitContext *e) {
    uint32_t count;
    const DynamicImplementation *all = reach_dynamic_implementations(e->reach, &count);
    if (!count)
        return;
    DataObject *list = data_object_new(&e->set, "__dynamic_implementations", SECTION_ReadOnly, 4);
    data_label_z(&e->set, list, "__dynamic_implementations");
    for (uint32_t i = 0; i < count; i++) {
        bool is_template = all[i].implementation->has_placeholder;
        data_relative(&e->set, list, WHOLE_SYMBOL(emit_type_symbol(e, all[i].implementation)));
        if (is_template) // whichever instance the implementation extends
            data_u32(&e->set, list, 0);
        else
            data_relative(&e->set, list, WHOLE_SYMBOL(emit_type_symbol(e, all[i].interface)));
        data_u32(&e->set, list, all[i].number);
        data_relative(&e->set, list, emit_code_symbol(e, all[i].target), USE_Code, 0);
    }
    data_u32(&e->set, list, 0);
}
