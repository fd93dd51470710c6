// Properties and events of a type: those that have an accessor with a record.
#include "emit/metadata.h"

static const Method *accessor_find(Method *const *methods, uint32_t count, uint32_t rid) {
    for (uint32_t i = 0; i < count; i++)
        if (methods[i]->def && methods[i]->def->rid == rid)
            return methods[i];
    return NULL;
}

static const Record *semantics_record(RecordSet *set, uint32_t semantics, const Record *method) {
    Record *record = record_new(set, HANDLE_MethodSemantics);
    item_unsigned(set, record, semantics);
    item_typed(set, record, method);
    return record_intern(set, record);
}

static RecordList accessors_of(EmitContext *e, Type *type, Token association) {
    const Image *image = type->def->module->image;
    RecordList list = {0};
    uint32_t method_count, count;
    Method *const *methods = type_methods(e->ts, type, &method_count);
    uint32_t first = sorted_rows_find(image, COLUMN_MethodSemantics_Association, association, &count);
    for (uint32_t i = 0; first && i < count; i++) {
        uint32_t semantics = column_read(image, COLUMN_MethodSemantics_Semantics, first + i);
        uint32_t rid = token_rid(column_token(image, COLUMN_MethodSemantics_Method, first + i));
        const Method *method = accessor_find(methods, method_count, rid);
        const Record *record = method ? metadata_method_definition(e, method->def) : NULL;
        if (record)
            ARRAY_PUSH(&e->arena, &list, semantics_record(&e->metadata->set, semantics, record));
    }
    return list;
}

static const Record *signature_of(EmitContext *e, Module *module, uint32_t rid) {
    Modifiers modifiers;
    Failure failure = {0};
    const Signature *signature = property_signature(e->ts, module, rid, &e->arena, &modifiers, &failure);
    return signature ? metadata_property_signature(e, signature, modifiers) : NULL;
}

static const Record *property_record(EmitContext *e, Type *type, uint32_t rid) {
    Metadata *m = e->metadata;
    Module *module = type->def->module;
    Token token = token_make(TABLE_Property, rid);
    RecordList accessors = accessors_of(e, type, token);
    const Record *signature = accessors.count ? signature_of(e, module, rid) : NULL;
    if (!signature)
        return NULL;
    const Record *name = record_string(&m->set, column_text(module->image, COLUMN_Property_Name, rid));
    const Record *value = metadata_default_value(e, module->image, token);
    RecordList attributes = metadata_attributes(e, module, token);
    Record *record = record_define(&m->set, HANDLE_Property);
    item_unsigned(&m->set, record, column_read(module->image, COLUMN_Property_Flags, rid));
    item_typed(&m->set, record, name);
    item_typed(&m->set, record, signature);
    metadata_collection(m, record, accessors, ITEM_Typed);
    item_handle(&m->set, record, value);
    metadata_collection(m, record, attributes, ITEM_Typed);
    return record;
}

RecordList metadata_properties(EmitContext *e, Type *type) {
    const Image *image = type->def->module->image;
    RecordList list = {0};
    uint32_t rows, first,
        map = sorted_rows_find(image, COLUMN_PropertyMap_Parent, token_make(TABLE_TypeDef, type->def->rid),
                               &rows);
    uint32_t count = map ? column_list(image, COLUMN_PropertyMap_PropertyList, map, &first) : 0;
    for (uint32_t i = 0; i < count; i++) {
        const Record *record = property_record(e, type, first + i);
        if (record)
            ARRAY_PUSH(&e->arena, &list, record);
    }
    return list;
}

static const Record *event_record(EmitContext *e, Type *type, uint32_t rid) {
    Metadata *m = e->metadata;
    Module *module = type->def->module;
    Token token = token_make(TABLE_Event, rid);
    RecordList accessors = accessors_of(e, type, token);
    Failure failure = {0};
    Type *handler = type_from_token(e->ts, module, column_token(module->image, COLUMN_Event_EventType, rid),
                                    NULL, &failure);
    if (!accessors.count || !handler)
        return NULL;
    const Record *name = record_string(&m->set, column_text(module->image, COLUMN_Event_Name, rid));
    const Record *handler_type = metadata_type(e, handler);
    RecordList attributes = metadata_attributes(e, module, token);
    Record *record = record_define(&m->set, HANDLE_Event);
    item_unsigned(&m->set, record, column_read(module->image, COLUMN_Event_EventFlags, rid));
    item_typed(&m->set, record, name);
    item_handle(&m->set, record, handler_type);
    metadata_collection(m, record, accessors, ITEM_Typed);
    metadata_collection(m, record, attributes, ITEM_Typed);
    return record;
}

RecordList metadata_events(EmitContext *e, Type *type) {
    const Image *image = type->def->module->image;
    RecordList list = {0};
    uint32_t rows, first,
        map =
            sorted_rows_find(image, COLUMN_EventMap_Parent, token_make(TABLE_TypeDef, type->def->rid), &rows);
    uint32_t count = map ? column_list(image, COLUMN_EventMap_EventList, map, &first) : 0;
    for (uint32_t i = 0; i < count; i++) {
        const Record *record = event_record(e, type, first + i);
        if (record)
            ARRAY_PUSH(&e->arena, &list, record);
    }
    return list;
}
