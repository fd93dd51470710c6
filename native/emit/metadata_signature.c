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

static const Record *specification(EmitContext *e, Record *signature) {
    RecordSet *set = &e->metadata->set;
    Record *record = record_new(set, HANDLE_TypeSpecification);
    item_handle(set, record, record_intern(set, signature));
    return record_intern(set, record);
}

static const Record *wrapped(EmitContext *e, HandleType type, const Type *inner) {
    Record *record = record_new(&e->metadata->set, type);
    item_handle(&e->metadata->set, record, metadata_type(e, inner));
    return specification(e, record);
}

static const Record *numbered(EmitContext *e, HandleType type, uint32_t number) {
    Record *record = record_new(&e->metadata->set, type);
    item_signed(&e->metadata->set, record, (int32_t)number);
    return specification(e, record);
}

static const Record *md_array(EmitContext *e, const Type *type) {
    RecordSet *set = &e->metadata->set;
    Record *record = record_new(set, HANDLE_ArraySignature);
    item_handle(set, record, metadata_type(e, type->element));
    item_signed(set, record, (int32_t)type->rank);
    item_unsigned(set, record, 0);
    item_unsigned(set, record, 0);
    return specification(e, record);
}

static const Record *instance(EmitContext *e, const Type *type) {
    RecordSet *set = &e->metadata->set;
    Record *record = record_new(set, HANDLE_TypeInstantiationSignature);
    item_handle(set, record, metadata_type_def(e, type->def));
    item_unsigned(set, record, type->arg_count);
    for (uint32_t i = 0; i < type->arg_count; i++)
        item_handle(set, record, metadata_type(e, type->args[i]));
    return specification(e, record);
}

static const Record *function_pointer(EmitContext *e, const Type *type) {
    Record *record = record_new(&e->metadata->set, HANDLE_FunctionPointerSignature);
    item_typed(&e->metadata->set, record, metadata_method_signature(e, type->signature));
    return specification(e, record);
}

const Record *metadata_type(EmitContext *e, const Type *type) {
    switch (type->kind) {
    case TYPE_Named: return type->arg_count ? instance(e, type) : metadata_type_def(e, type->def);
    case TYPE_SzArray: return wrapped(e, HANDLE_SZArraySignature, type->element);
    case TYPE_Array: return md_array(e, type);
    case TYPE_Pointer: return wrapped(e, HANDLE_PointerSignature, type->element);
    case TYPE_ByRef: return wrapped(e, HANDLE_ByReferenceSignature, type->element);
    case TYPE_FunctionPointer: return function_pointer(e, type);
    case TYPE_Var: return numbered(e, HANDLE_TypeVariableSignature, type->index);
    case TYPE_MVar: return numbered(e, HANDLE_MethodTypeVariableSignature, type->index);
    }
    return NULL;
}

const Record *metadata_method_signature(EmitContext *e, const Signature *signature) {
    enum { HAS_THIS = 32, EXPLICIT_THIS = 64 }; // SignatureCallingConvention
    RecordSet *set = &e->metadata->set;
    Record *record = record_new(set, HANDLE_MethodSignature);
    item_unsigned(set, record,
                  (uint32_t)signature->convention | (signature->has_this ? HAS_THIS : 0) |
                      (signature->explicit_this ? EXPLICIT_THIS : 0));
    item_signed(set, record, signature->generic_count);
    item_handle(set, record, metadata_type(e, signature->return_type));
    item_unsigned(set, record, signature->param_count);
    for (uint32_t i = 0; i < signature->param_count; i++)
        item_handle(set, record, metadata_type(e, signature->params[i]));
    item_unsigned(set, record, 0);
    return record_intern(set, record);
}
