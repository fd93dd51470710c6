// Handles of methods and fields (ldtoken): MethodHandleInfo and FieldHandleInfo of CoreLib, the declaring
// type and the token of the record.
#include "emit/metadata.h"

enum { TOKEN_OFFSET = 8 };

static void method_handle(EmitContext *e, const Method *method) {
    Text symbol = reach_symbol(e->reach, SYMBOL_MethodHandle, method);
    DataObject *object = data_object_new(&e->set, symbol.data, SECTION_ReadOnly, 8);
    data_label(&e->set, object, symbol);
    data_pointer(&e->set, object, WHOLE_SYMBOL(emit_type_symbol(e, method->owner)));
    data_u32(&e->set, object, 0); // the token
    data_u32(&e->set, object, method->arg_count);
    for (uint32_t i = 0; i < method->arg_count; i++)
        data_pointer(&e->set, object, WHOLE_SYMBOL(emit_type_symbol(e, method->args[i])));
    ARRAY_PUSH(&e->arena, &e->metadata->handles, object);
}

static void field_handle(EmitContext *e, const Field *field) {
    Text symbol = reach_symbol(e->reach, SYMBOL_FieldHandle, field);
    DataObject *object = data_object_new(&e->set, symbol.data, SECTION_ReadOnly, 8);
    data_label(&e->set, object, symbol);
    data_pointer(&e->set, object, WHOLE_SYMBOL(emit_type_symbol(e, field->owner)));
    data_u32(&e->set, object, 0); // the token
    data_u32(&e->set, object, 0);
    ARRAY_PUSH(&e->arena, &e->metadata->handles, object);
}

void emit_token_handles(EmitContext *e) {
    uint32_t method_count, field_count;
    const Method *const *methods = reach_token_methods(e->reach, &method_count);
    for (uint32_t i = 0; i < method_count; i++)
        method_handle(e, methods[i]);
    const Field *const *fields = reach_token_fields(e->reach, &field_count);
    for (uint32_t i = 0; i < field_count; i++)
        field_handle(e, fields[i]);
}

void token_handles_finish(EmitContext *e) {
    uint32_t method_count, field_count, n = 0;
    const Method *const *methods = reach_token_methods(e->reach, &method_count);
    for (uint32_t i = 0; i < method_count; i++)
        data_patch_u32(e->metadata->handles.items[n++], TOKEN_OFFSET,
                       record_token(metadata_method_definition(e, methods[i]->def)));
    const Field *const *fields = reach_token_fields(e->reach, &field_count);
    for (uint32_t i = 0; i < field_count; i++)
        data_patch_u32(e->metadata->handles.items[n++], TOKEN_OFFSET,
                       record_token(metadata_field_definition(e, fields[i]->def)));
}
