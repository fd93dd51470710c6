// Types and signatures as NativeFormat records, interned by content.
#include "emit/metadata.h"

#include <string.h>

void metadata_collection(Metadata *m, Record *record, RecordList list, ItemKind kind) {
    item_unsigned(&m->set, record, list.count);
    for (uint32_t i = 0; i < list.count; i++) {
        if (kind == ITEM_Handle)
            item_handle(&m->set, record, list.items[i]);
        else
            item_typed(&m->set, record, list.items[i]);
    }
}

// ---- References to types without a definition ---------------------------------------------------

// Name, version, key and culture are shared by ScopeDefinition and ScopeReference, but for the hash algorithm
// between.
static void version_items(RecordSet *set, Record *record, const Image *image) {
    bool known = table_row_count(image, TABLE_Assembly) != 0;
    item_unsigned(set, record, known ? column_read(image, COLUMN_Assembly_MajorVersion, 1) : 0);
    item_unsigned(set, record, known ? column_read(image, COLUMN_Assembly_MinorVersion, 1) : 0);
    item_unsigned(set, record, known ? column_read(image, COLUMN_Assembly_BuildNumber, 1) : 0);
    item_unsigned(set, record, known ? column_read(image, COLUMN_Assembly_RevisionNumber, 1) : 0);
    Bytes key = known ? column_blob(image, COLUMN_Assembly_PublicKey, 1) : (Bytes){0};
    item_unsigned(set, record, (uint32_t)key.size);
    item_raw(set, record, key.data, key.size);
    Text culture = known ? column_text(image, COLUMN_Assembly_Culture, 1) : TEXT_LITERAL("");
    item_typed(set, record, record_string(set, culture)); // empty = neutral
}

void metadata_assembly_items(EmitContext *e, Record *record, const Module *module) {
    enum { PUBLIC_KEY = 1 }; // the key is whole, not a token (AssemblyFlags)
    RecordSet *set = &e->metadata->set;
    const Image *image = module->image;
    bool known = table_row_count(image, TABLE_Assembly) != 0;
    item_unsigned(set, record,
                  (known ? column_read(image, COLUMN_Assembly_Flags, 1) : 0) | PUBLIC_KEY); // as stock
    item_typed(set, record, record_string(set, module->name));
    if (record->type == HANDLE_ScopeDefinition)
        item_unsigned(set, record, 0); // hash algorithm
    version_items(set, record, image);
}

const Record *metadata_scope_reference(EmitContext *e, const Module *module) {
    Record *record = record_new(&e->metadata->set, HANDLE_ScopeReference);
    metadata_assembly_items(e, record, module);
    return record_intern(&e->metadata->set, record);
}

static const Record *namespace_step(RecordSet *set, const Record *parent, const Record *name) {
    Record *record = record_new(set, HANDLE_NamespaceReference);
    item_handle(set, record, parent);
    item_typed(set, record, name);
    return record_intern(set, record);
}

// A chain of simple names below a nameless root, which readers test for.
static const Record *namespace_reference(EmitContext *e, const Module *module, Text name) {
    RecordSet *set = &e->metadata->set;
    const Record *parent = namespace_step(set, metadata_scope_reference(e, module), NULL);
    for (size_t at = 0; at < name.size;) {
        const char *dot = memchr(name.data + at, '.', name.size - at);
        size_t size = dot ? (size_t)(dot - name.data) - at : name.size - at;
        parent = namespace_step(set, parent, record_string(set, (Text){name.data + at, size}));
        at += size + 1;
    }
    return parent;
}

const Record *metadata_type_def(EmitContext *e, const TypeDef *def) {
    if (def->is_placeholder)
        def = well_known_type(e->ts, WELL_KNOWN_TYPE_Canon)->def;
    RecordSet *set = &e->metadata->set;
    const Record *definition = metadata_definition(e, def);
    if (definition)
        return definition;
    const Record *parent = def->enclosing ? metadata_type_def(e, def->enclosing)
                                          : namespace_reference(e, def->module, def->name_space);
    Record *record = record_new(set, HANDLE_TypeReference);
    item_handle(set, record, parent);
    item_typed(set, record, record_string(set, def->name));
    return record_intern(set, record);
}

// ---- Type expressions ---------------------------------------------------------------------------

// A signature being written: its types count in the order of Modifier.position.
typedef struct Writing {
    EmitContext *e;
    Modifiers modifiers;
    uint32_t position, next_modifier;
} Writing;

static const Record *type_record(Writing *w, const Type *type);
static const Record *signature_record(Writing *w, const Signature *signature);

// What does not exist for readers of modifiers would only cost space.
static Writing writing(EmitContext *e, Modifiers modifiers) {
    return (Writing){.e = e, .modifiers = reach_modifiers_shown(e->reach) ? modifiers : (Modifiers){0}};
}

static const Record *specification(EmitContext *e, Record *signature) {
    RecordSet *set = &e->metadata->set;
    Record *record = record_new(set, HANDLE_TypeSpecification);
    item_handle(set, record, record_intern(set, signature));
    return record_intern(set, record);
}

static const Record *wrapped(Writing *w, HandleType type, const Type *inner) {
    RecordSet *set = &w->e->metadata->set;
    Record *record = record_new(set, type);
    item_handle(set, record, type_record(w, inner));
    return specification(w->e, record);
}

static const Record *numbered(EmitContext *e, HandleType type, uint32_t number) {
    Record *record = record_new(&e->metadata->set, type);
    item_signed(&e->metadata->set, record, (int32_t)number);
    return specification(e, record);
}

static const Record *md_array(Writing *w, const Type *type) {
    RecordSet *set = &w->e->metadata->set;
    Record *record = record_new(set, HANDLE_ArraySignature);
    item_handle(set, record, type_record(w, type->element));
    item_signed(set, record, (int32_t)type->rank);
    item_unsigned(set, record, 0);
    item_unsigned(set, record, 0);
    return specification(w->e, record);
}

static const Record *instance(Writing *w, const Type *type) {
    RecordSet *set = &w->e->metadata->set;
    Record *record = record_new(set, HANDLE_TypeInstantiationSignature);
    item_handle(set, record, metadata_type_def(w->e, type->def));
    item_unsigned(set, record, type->arg_count);
    for (uint32_t i = 0; i < type->arg_count; i++)
        item_handle(set, record, type_record(w, type->args[i]));
    return specification(w->e, record);
}

static const Record *function_pointer(Writing *w, const Type *type) {
    RecordSet *set = &w->e->metadata->set;
    Record *record = record_new(set, HANDLE_FunctionPointerSignature);
    item_typed(set, record, signature_record(w, type->signature));
    return specification(w->e, record);
}

static const Record *unmodified(Writing *w, const Type *type) {
    switch (type->kind) {
    case TYPE_Named: return type->arg_count ? instance(w, type) : metadata_type_def(w->e, type->def);
    case TYPE_SzArray: return wrapped(w, HANDLE_SZArraySignature, type->element);
    case TYPE_Array: return md_array(w, type);
    case TYPE_Pointer: return wrapped(w, HANDLE_PointerSignature, type->element);
    case TYPE_ByRef: return wrapped(w, HANDLE_ByReferenceSignature, type->element);
    case TYPE_FunctionPointer: return function_pointer(w, type);
    case TYPE_Var: return numbered(w->e, HANDLE_TypeVariableSignature, type->index);
    case TYPE_MVar: return numbered(w->e, HANDLE_MethodTypeVariableSignature, type->index);
    }
    return NULL;
}

static const Record *modified(EmitContext *e, const Modifier *modifier, const Record *type) {
    RecordSet *set = &e->metadata->set;
    uint8_t is_optional = !modifier->required;
    Record *record = record_new(set, HANDLE_ModifiedType);
    item_raw(set, record, &is_optional, sizeof is_optional);
    item_handle(set, record, metadata_type(e, modifier->type));
    item_handle(set, record, type);
    return record_intern(set, record);
}

static const Record *type_record(Writing *w, const Type *type) {
    uint32_t position = w->position++, first = w->next_modifier;
    const Modifier *modifiers = w->modifiers.items;
    while (w->next_modifier < w->modifiers.count && modifiers[w->next_modifier].position == position)
        w->next_modifier++;
    uint32_t end = w->next_modifier;
    const Record *record = unmodified(w, type);
    for (uint32_t i = end; i-- > first;)
        if (modifiers[i].type)
            record = modified(w->e, &modifiers[i], record);
    return record;
}

const Record *metadata_type(EmitContext *e, const Type *type) {
    return metadata_modified_type(e, type, (Modifiers){0});
}

const Record *metadata_modified_type(EmitContext *e, const Type *type, Modifiers modifiers) {
    Writing w = writing(e, modifiers);
    return type_record(&w, type);
}

// ---- Signatures ---------------------------------------------------------------------------------

static const Record *signature_record(Writing *w, const Signature *signature) {
    enum { HAS_THIS = 32, EXPLICIT_THIS = 64 }; // SignatureCallingConvention
    RecordSet *set = &w->e->metadata->set;
    Record *record = record_new(set, HANDLE_MethodSignature);
    item_unsigned(set, record,
                  (uint32_t)signature->convention | (signature->has_this ? HAS_THIS : 0) |
                      (signature->explicit_this ? EXPLICIT_THIS : 0));
    item_signed(set, record, signature->generic_count);
    item_handle(set, record, type_record(w, signature->return_type));
    item_unsigned(set, record, signature->param_count);
    for (uint32_t i = 0; i < signature->param_count; i++)
        item_handle(set, record, type_record(w, signature->params[i]));
    item_unsigned(set, record, 0);
    return record_intern(set, record);
}

const Record *metadata_method_signature(EmitContext *e, const Signature *signature, Modifiers modifiers) {
    Writing w = writing(e, modifiers);
    return signature_record(&w, signature);
}

const Record *metadata_property_signature(EmitContext *e, const Signature *signature, Modifiers modifiers) {
    enum { CALLING_Standard = 0x01, CALLING_HasThis = 0x20 }; // CallingConventions
    RecordSet *set = &e->metadata->set;
    Writing w = writing(e, modifiers);
    Record *record = record_new(set, HANDLE_PropertySignature);
    item_unsigned(set, record, signature->has_this ? CALLING_HasThis : CALLING_Standard);
    item_handle(set, record, type_record(&w, signature->return_type));
    item_unsigned(set, record, signature->param_count);
    for (uint32_t i = 0; i < signature->param_count; i++)
        item_handle(set, record, type_record(&w, signature->params[i]));
    return record_intern(set, record);
}
