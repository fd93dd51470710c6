// Metadata blob (13): scopes, namespaces and the definitions that reflection may ask for.
#include "emit/metadata.h"
#include "emit/reflection_blob.h"

#include <string.h>

// The tables live in the arena of the metadata (`m` in the only function that uses the macros).
#define uthash_malloc(size)        arena_alloc(m->set.arena, (size), alignof(max_align_t))
#define uthash_free(pointer, size) ((void)(pointer), (void)(size))
#include <uthash.h>

typedef struct MapKey {
    const void *a, *b;
    uint64_t purpose;
} MapKey;

typedef struct MapEntry {
    MapKey key;
    void *value;
    UT_hash_handle hh;
} MapEntry;

void **metadata_slot(Metadata *m, MapPurpose purpose, const void *a, const void *b) {
    MapKey key = {a, b, (uint64_t)purpose};
    MapEntry *found;
    HASH_FIND(hh, m->map, &key, sizeof key, found);
    if (found)
        return &found->value;
    found = ARENA_NEW(m->set.arena, MapEntry);
    found->key = key;
    HASH_ADD_KEYPTR(hh, m->map, &found->key, sizeof found->key, found);
    return &found->value;
}

Record *metadata_definition(EmitContext *e, const TypeDef *def) {
    return *metadata_slot(e->metadata, MAP_TypeDefinition, def, NULL);
}

Record *metadata_method_definition(EmitContext *e, const MethodDef *def) {
    return *metadata_slot(e->metadata, MAP_Method, def, NULL);
}

Record *metadata_field_definition(EmitContext *e, const FieldDef *def) {
    return *metadata_slot(e->metadata, MAP_Field, def, NULL);
}

// ---- Scopes and namespaces ----------------------------------------------------------------------

static NamespaceNode *namespace_new(EmitContext *e, const Record *parent, const Record *name) {
    Metadata *m = e->metadata;
    NamespaceNode *node = ARENA_NEW(m->set.arena, NamespaceNode);
    node->record = record_define(&m->set, HANDLE_NamespaceDefinition);
    item_handle(&m->set, node->record, parent);
    item_typed(&m->set, node->record, name);
    ARRAY_PUSH(m->set.arena, &m->namespaces, node);
    return node;
}

// Assembly.EntryPoint.
static const Record *entry_point_record(EmitContext *e, const Module *module) {
    RecordSet *set = &e->metadata->set;
    Token token = module->is_app ? image_entry_point(module->image) : (Token){0};
    const MethodDef *def = token_table(token) == TABLE_MethodDef && token_rid(token)
                               ? method_def_get(e->ts, (Module *)(uintptr_t)module, token_rid(token))
                               : NULL;
    const Record *method = def ? metadata_method_definition(e, def) : NULL;
    if (!method)
        return NULL;
    Record *record = record_new(set, HANDLE_QualifiedMethod);
    item_typed(set, record, method);
    item_typed(set, record, metadata_definition(e, def->owner));
    return record_intern(set, record);
}

// Satellites have no types and, here, no attributes.
static RecordList scope_attributes(EmitContext *e, const Module *module, TableId table) {
    return module->types ? metadata_attributes(e, module, token_make(table, 1)) : (RecordList){0};
}

static void scope_fill(EmitContext *e, Record *scope, const Module *module, const Record *root) {
    RecordSet *set = &e->metadata->set;
    metadata_assembly_items(e, scope, module);
    item_typed(set, scope, root);
    item_typed(set, scope, entry_point_record(e, module));
    TypeDef *global = module->types ? type_def_get(e->ts, (Module *)(uintptr_t)module, 1) : NULL;
    item_typed(set, scope, global ? metadata_definition(e, global) : NULL);
    metadata_collection(e->metadata, scope, scope_attributes(e, module, TABLE_Assembly), ITEM_Typed);
    item_typed(set, scope, record_string(set, column_text(module->image, COLUMN_Module_Name, 1)));
    Bytes mvid = image_mvid(module->image);
    item_unsigned(set, scope, (uint32_t)mvid.size);
    item_raw(set, scope, mvid.data, mvid.size);
    metadata_collection(e->metadata, scope, scope_attributes(e, module, TABLE_Module), ITEM_Typed);
}

static NamespaceNode *namespace_root(EmitContext *e, const Module *module) {
    Metadata *m = e->metadata;
    void **slot = metadata_slot(m, MAP_Scope, module, NULL);
    if (*slot)
        return *slot;
    Record *scope = record_define(&m->set, HANDLE_ScopeDefinition);
    ARRAY_PUSH(m->set.arena, &m->scopes, scope);
    NamespaceNode *root = namespace_new(e, scope, NULL);
    *metadata_slot(m, MAP_Scope, module, NULL) = root;
    return root;
}

static NamespaceNode *namespace_child(EmitContext *e, NamespaceNode *parent, Text name) {
    Metadata *m = e->metadata;
    const Record *string = record_string(&m->set, name);
    void **slot = metadata_slot(m, MAP_Namespace, parent, string);
    if (*slot)
        return *slot;
    NamespaceNode *child = namespace_new(e, parent->record, string);
    *metadata_slot(m, MAP_Namespace, parent, string) = child;
    ARRAY_PUSH(m->set.arena, &parent->children, child->record);
    return child;
}

static NamespaceNode *namespace_in(EmitContext *e, const Module *module, Text name) {
    NamespaceNode *node = namespace_root(e, module);
    for (size_t at = 0; at < name.size;) {
        const char *dot = memchr(name.data + at, '.', name.size - at);
        size_t size = dot ? (size_t)(dot - name.data) - at : name.size - at;
        node = namespace_child(e, node, (Text){name.data + at, size});
        at += size + 1;
    }
    return node;
}

static NamespaceNode *namespace_of(EmitContext *e, const TypeDef *def) {
    while (def->enclosing)
        def = def->enclosing;
    return namespace_in(e, def->module, def->name_space);
}

const Record *metadata_namespace(EmitContext *e, const TypeDef *def) {
    return namespace_of(e, def)->record;
}

// ---- Definitions --------------------------------------------------------------------------------

typedef ARRAY(const TypeDef *) TypeDefList;

// Enclosing types come along, since names and lookups go through them.
static void definition_declare(EmitContext *e, const TypeDef *def, TypeDefList *all) {
    Metadata *m = e->metadata;
    if (metadata_definition(e, def))
        return;
    if (def->enclosing)
        definition_declare(e, def->enclosing, all);
    Record *record = record_define(&m->set, HANDLE_TypeDefinition);
    *metadata_slot(m, MAP_TypeDefinition, def, NULL) = record;
    ARRAY_PUSH(m->set.arena, all, def);
    NamespaceNode *node = namespace_of(e, def);
    if (!def->enclosing) {
        // <Module> is reached through its scope only, so that Assembly.GetTypes does not list it.
        if (def->rid != 1)
            ARRAY_PUSH(m->set.arena, &node->types, record);
        return;
    }
    void **slot = metadata_slot(m, MAP_Nested, def->enclosing, NULL);
    if (!*slot)
        *slot = ARENA_NEW(m->set.arena, RecordList);
    RecordList *nested = *slot;
    ARRAY_PUSH(m->set.arena, nested, record);
}

// Names that the program looks up in an assembly which forwards them lead to the assembly that has them.
static void forwarders_write(EmitContext *e) {
    Metadata *m = e->metadata;
    uint32_t count;
    const TypeForward *forwards = reach_type_forwards(e->reach, &count);
    for (uint32_t i = 0; i < count; i++) {
        Record *record = record_new(&m->set, HANDLE_TypeForwarder);
        item_typed(&m->set, record, metadata_scope_reference(e, forwards[i].def->module));
        item_typed(&m->set, record, record_string(&m->set, forwards[i].def->name));
        item_unsigned(&m->set, record, 0); // nested types
        NamespaceNode *node = namespace_in(e, forwards[i].facade, forwards[i].def->name_space);
        ARRAY_PUSH(m->set.arena, &node->forwarders, record_intern(&m->set, record));
    }
}

static void namespaces_fill(EmitContext *e) {
    Metadata *m = e->metadata;
    for (uint32_t i = 0; i < m->namespaces.count; i++) {
        NamespaceNode *node = m->namespaces.items[i];
        metadata_collection(m, node->record, node->types, ITEM_Typed);
        metadata_collection(m, node->record, node->forwarders, ITEM_Typed);
        metadata_collection(m, node->record, node->children, ITEM_Typed);
    }
}

static void scopes_fill(EmitContext *e, Module *const *all, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        NamespaceNode *root = *metadata_slot(e->metadata, MAP_Scope, all[i], NULL);
        if (!root)
            continue;
        Record *scope = (Record *)(uintptr_t)root->record->items.items[0].reference; // its parent
        scope_fill(e, scope, all[i], root->record);
    }
}

void metadata_scope_declare(EmitContext *e, const Module *module) {
    (void)namespace_root(e, module);
}

static void definitions_write(EmitContext *e) {
    uint32_t count;
    const TypeDef *const *defs = reach_metadata_types(e->reach, &count);
    TypeDefList all = {0};
    for (uint32_t i = 0; i < count; i++) {
        TypeDef *global = type_def_get(e->ts, defs[i]->module, 1);
        if (global)
            definition_declare(e, global, &all);
        definition_declare(e, defs[i], &all);
    }
    uint32_t forward_count;
    const TypeForward *forwards = reach_type_forwards(e->reach, &forward_count);
    for (uint32_t i = 0; i < forward_count; i++) {
        TypeDef *global = type_def_get(e->ts, forwards[i].facade, 1);
        if (global)
            definition_declare(e, global, &all);
    }
    uint32_t module_count;
    Module *const *program = modules(e->ts, &module_count);
    for (uint32_t i = 0; i < module_count; i++) { // found by name and culture when resources are asked for
        TypeDef *global = program[i]->is_satellite ? type_def_get(e->ts, program[i], 1) : NULL;
        if (global)
            definition_declare(e, global, &all);
    }
    for (uint32_t i = 0; i < all.count; i++)
        metadata_members_declare(e, all.items[i]);
    for (uint32_t i = 0; i < all.count; i++)
        metadata_type_definition_fill(e, all.items[i]);
    forwarders_write(e);
    namespaces_fill(e);
    Module *const *opened = modules(e->ts, &count);
    scopes_fill(e, opened, count);
}

void emit_metadata(EmitContext *e) {
    definitions_write(e);
}

void emit_metadata_finish(EmitContext *e) {
    Metadata *m = e->metadata;
    if (!m)
        return;
    Record *const *scopes = (Record *const *)(uintptr_t)m->scopes.items;
    m->blob = records_write(&m->set, scopes, m->scopes.count);
    metadata_blob_write(e, BLOB_EmbeddedMetadata, m->blob);
    metadata_maps_write(e);
    token_handles_finish(e);
    metadata_resources_write(e);
}
