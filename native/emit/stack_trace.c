// Stack trace map (blob 27; PerModuleMethodNameResolver of System.Private.StackTraceMetadata): for the start
// of every function that is still there the owner, name and signature of its method. Fields equal to the
// previous entry's are left out.
#include "emit/build.h"
#include "emit/metadata.h"
#include "emit/reflection_blob.h"

enum {
    COMMAND_Owner = 1,
    COMMAND_Name = 2,
    COMMAND_Signature = 4,
    COMMAND_GenericSignature = 8,
    COMMAND_Hidden = 16
};

typedef struct TraceEntry {
    Text symbol;
    bool hidden;
    const Record *owner, *name, *signature, *arguments; // owner NULL: hidden code without a name
} TraceEntry;

typedef ARRAY(TraceEntry) TraceEntries;

static bool is_hidden(const MethodDef *def) {
    static const char name_space[] = "System.Diagnostics", name[] = "StackTraceHiddenAttribute";
    Bytes blob;
    if (attribute_find(def->owner->module, token_make(TABLE_MethodDef, def->rid), name_space, name, &blob))
        return true;
    return attribute_find(def->owner->module, token_make(TABLE_TypeDef, def->owner->rid), name_space, name,
                          &blob);
}

// Names of a generic method's parameters, printed behind the method and wherever they occur, as stock prints
// them.
static const Record *arguments_record(EmitContext *e, const Method *method) {
    RecordSet *set = &e->metadata->set;
    const Image *image = method->def->owner->module->image;
    uint32_t count, first = sorted_rows_find(image, COLUMN_GenericParam_Owner,
                                             token_make(TABLE_MethodDef, method->def->rid), &count);
    if (!method->arg_count || !first)
        return NULL;
    Record *record = record_new(set, HANDLE_ConstantStringArray);
    item_unsigned(set, record, count);
    for (uint32_t i = 0; i < count; i++)
        item_handle(set, record, record_string(set, column_text(image, COLUMN_GenericParam_Name, first + i)));
    return record_intern(set, record);
}

// The signature of the definition serves all instances: the reader fills in the owner's and the method's
// arguments.
static const Signature *open_signature(EmitContext *e, const Method *method) {
    if (!method->owner->arg_count && !method->arg_count)
        return method->signature;
    uint32_t count;
    Method *const *methods = type_methods(e->ts, type_from_def(e->ts, method->def->owner), &count);
    for (uint32_t i = 0; i < count; i++)
        if (methods[i]->def == method->def)
            return methods[i]->signature;
    return method->signature;
}

static TraceEntry entry_make(EmitContext *e, const Method *method, Text symbol) {
    TraceEntry entry = {.symbol = symbol, .hidden = true};
    if (method->synthetic != SYNTHETIC_None || !method->def)
        return entry; // thunks and stubs are not shown
    entry.hidden = is_hidden(method->def);
    entry.owner = metadata_type(e, method->owner);
    entry.name = record_string(&e->metadata->set, method->def->name);
    entry.signature = metadata_method_signature(e, open_signature(e, method), (Modifiers){0});
    entry.arguments = arguments_record(e, method);
    return entry;
}

/// The reader finds it in the invoke map by its address, with the names of its parameters.
static bool is_in_invoke_map(EmitContext *e, const Method *method) {
    return method->synthetic == SYNTHETIC_None && method->def && !method->is_open &&
           !(method->owner->is_value_type && !method->def->is_static) && !is_hidden(method->def) &&
           reach_is_invokable(e->reach, method);
}

static TraceEntries entries_collect(EmitContext *e, bool (*survives)(void *context, Text symbol),
                                    void *context) {
    TraceEntries entries = {0};
    uint32_t count;
    const Method *const *methods = reach_methods(e->reach, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (reach_code(e->reach, methods[i]) != methods[i])
            continue; // no frame of its own
        const Method *body = reach_body(e->reach, methods[i]);
        if ((body && body != methods[i]) || (!body && is_in_invoke_map(e, methods[i])))
            continue;
        Text symbol = reach_symbol(e->reach, body ? SYMBOL_SharedBody : SYMBOL_Method, methods[i]);
        if (survives && !survives(context, symbol))
            continue;
        ARRAY_PUSH(&e->arena, &entries, entry_make(e, methods[i], symbol));
    }
    return entries;
}

static void entry_write(EmitContext *e, DataObject *object, const TraceEntry *entry,
                        const TraceEntry *previous, SymbolUse use) {
    ByteArray bytes = {0};
    uint8_t command = entry->hidden ? COMMAND_Hidden : 0;
    bool named = entry->owner != NULL;
    bool signature_changed =
        entry->signature != previous->signature || entry->arguments != previous->arguments;
    if (named && entry->owner != previous->owner)
        command |= COMMAND_Owner;
    if (named && entry->name != previous->name)
        command |= COMMAND_Name;
    if (named && signature_changed)
        command |= entry->arguments ? COMMAND_GenericSignature : COMMAND_Signature;
    data_u8(&e->set, object, command);
    if (command & COMMAND_Owner)
        data_u32(&e->set, object, record_token(entry->owner));
    if (command & COMMAND_Name)
        native_unsigned(&e->arena, &bytes, entry->name->offset);
    if (command & (COMMAND_Signature | COMMAND_GenericSignature))
        native_unsigned(&e->arena, &bytes, entry->signature->offset);
    if (command & COMMAND_GenericSignature)
        native_unsigned(&e->arena, &bytes, entry->arguments->offset);
    data_bytes(&e->set, object, bytes.items, bytes.count);
    data_relative(&e->set, object, entry->symbol, use, 0);
}

static void map_write(EmitContext *e, const TraceEntries *entries, SymbolUse use) {
    enum { BLOB = BLOB_StackTraceMethodRvaToTokenMapping };
    Text start = data_symbol(&e->set, "__blob_%u_start", BLOB);
    DataObject *object = data_object_new(&e->set, start.data, SECTION_ReadOnly, 4);
    data_label(&e->set, object, start);
    data_u32(&e->set, object, entries->count);
    TraceEntry previous = {0};
    for (uint32_t i = 0; i < entries->count; i++) {
        entry_write(e, object, &entries->items[i], &previous, use);
        if (entries->items[i].owner)
            previous = entries->items[i];
    }
    data_label(&e->set, object, data_symbol(&e->set, "__blob_%u_end", BLOB));
}

void emit_finish(EmitContext *e, bool (*survives)(void *context, Text symbol), void *context) {
    emit_metadata(e);
    TraceEntries entries = {0};
    bool wanted = e->metadata && e->request->runtime.stack_trace_data;
    if (wanted)
        entries = entries_collect(e, survives, context);
    emit_metadata_finish(e); // lays the records out
    if (wanted)
        map_write(e, &entries, survives ? USE_Code : USE_WeakCode);
    emit_header(e);
}
