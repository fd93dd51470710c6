// Properties and events of a type: those that have an accessor with a record.
#include "emit/metadata.h"

enum { CALLING_Standard = 0x01, CALLING_HasThis = 0x20 };  // CallingConventions
enum { SEMANTICS_Setter = 0x01, SEMANTICS_Getter = 0x02 }; // II.23.1.12

typedef struct Accessors {
    RecordList semantics;
    const Method *getter, *setter; // whether they have a record or not
} Accessors;

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

static Accessors accessors_of(EmitContext *e, Type *type, Token association) {
    const Image *image = type->def->module->image;
    Accessors accessors = {0};
    uint32_t method_count, count;
    Method *const *methods = type_methods(e->ts, type, &method_count);
    uint32_t first = sorted_rows_find(image, COLUMN_MethodSemantics_Association, association, &count);
    for (uint32_t i = 0; first && i < count; i++) {
        uint32_t semantics = column_read(image, COLUMN_MethodSemantics_Semantics, first + i);
        uint32_t rid = token_rid(column_token(image, COLUMN_MethodSemantics_Method, first + i));
        const Method *method = accessor_find(methods, method_count, rid);
        if (!method)
            continue;
        if (semantics & SEMANTICS_Getter)
            accessors.getter = method;
        if (semantics & SEMANTICS_Setter)
            accessors.setter = method;
        const Record *record = metadata_method_definition(e, method->def);
        if (record)
            ARRAY_PUSH(&e->arena, &accessors.semantics,
                       semantics_record(&e->metadata->set, semantics, record));
    }
    return accessors;
}

// The getter's parameters and result, or the setter's without its value.
static const Record *property_signature(EmitContext *e, const Accessors *accessors) {
    RecordSet *set = &e->metadata->set;
    const Method *accessor = accessors->getter ? accessors->getter : accessors->setter;
    if (!accessor || (!accessors->getter && !accessor->signature->param_count))
        return NULL;
    const Signature *signature = accessor->signature;
    uint32_t count = signature->param_count - (accessors->getter ? 0 : 1);
    Type *type = accessors->getter ? signature->return_type : signature->params[count];
    Record *record = record_new(set, HANDLE_PropertySignature);
    item_unsigned(set, record, signature->has_this ? CALLING_HasThis : CALLING_Standard);
    item_handle(set, record, metadata_type(e, type));
    item_unsigned(set, record, count);
    for (uint32_t i = 0; i < count; i++)
        item_handle(set, record, metadata_type(e, signature->params[i]));
    return record_intern(set, record);
}

static const Record *property_record(EmitContext *e, Type *type, uint32_t rid) {
    Metadata *m = e->metadata;
    const Module *module = type->def->module;
    Token token = token_make(TABLE_Property, rid);
    Accessors accessors = accessors_of(e, type, token);
    const Record *signature = accessors.semantics.count ? property_signature(e, &accessors) : NULL;
    if (!signature)
        return NULL;
    const Record *name = record_string(&m->set, column_text(module->image, COLUMN_Property_Name, rid));
    const Record *value = metadata_default_value(e, module->image, token);
    RecordList attributes = metadata_attributes(e, module, token);
    Record *record = record_define(&m->set, HANDLE_Property);
    item_unsigned(&m->set, record, column_read(module->image, COLUMN_Property_Flags, rid));
    item_typed(&m->set, record, name);
    item_typed(&m->set, record, signature);
    metadata_collection(m, record, accessors.semantics, ITEM_Typed);
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
    Accessors accessors = accessors_of(e, type, token);
    Failure failure = {0};
    Type *handler = type_from_token(e->ts, module, column_token(module->image, COLUMN_Event_EventType, rid),
                                    NULL, &failure);
    if (!accessors.semantics.count || !handler)
        return NULL;
    const Record *name = record_string(&m->set, column_text(module->image, COLUMN_Event_Name, rid));
    const Record *handler_type = metadata_type(e, handler);
    RecordList attributes = metadata_attributes(e, module, token);
    Record *record = record_define(&m->set, HANDLE_Event);
    item_unsigned(&m->set, record, column_read(module->image, COLUMN_Event_EventFlags, rid));
    item_typed(&m->set, record, name);
    item_handle(&m->set, record, handler_type);
    metadata_collection(m, record, accessors.semantics, ITEM_Typed);
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
