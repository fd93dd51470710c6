// Tables from MethodTables to metadata and back (corelib-contract 6.1, 6.5): the common fix-up table and the
// hash tables of named types, arrays, pointers, byrefs, function pointers and generic instances.
#include "emit/metadata.h"
#include "emit/reflection_blob.h"

// The table lives in the arena of the context (`e` in the only function that uses the macros).
#define uthash_malloc(size)        arena_alloc(&e->arena, (size), alignof(max_align_t))
#define uthash_free(pointer, size) ((void)(pointer), (void)(size))
#include <uthash.h>

typedef struct FixupEntry {
    struct FixupKey {
        const char *symbol; // interned
        int64_t addend;
    } key;
    uint32_t index;
    UT_hash_handle hh;
} FixupEntry;

uint32_t metadata_fixup(EmitContext *e, Text symbol, SymbolUse use, int64_t addend) {
    Metadata *m = e->metadata;
    struct FixupKey key = {symbol.data, addend};
    FixupEntry *found;
    HASH_FIND(hh, m->fixup_indexes, &key, sizeof key, found);
    if (found)
        return found->index;
    found = ARENA_NEW(&e->arena, FixupEntry);
    found->key = key;
    found->index = m->fixup_count++;
    data_relative(&e->set, m->fixups, symbol, use, addend);
    HASH_ADD_KEYPTR(hh, m->fixup_indexes, &found->key, sizeof found->key, found);
    return found->index;
}

static DataObject *blob_begin(EmitContext *e, uint32_t blob) {
    Text start = data_symbol(&e->set, "__blob_%u_start", blob);
    DataObject *object = data_object_new(&e->set, start.data, SECTION_ReadOnly, 4);
    data_label(&e->set, object, start);
    return object;
}

void metadata_blob_write(EmitContext *e, uint32_t blob, ByteArray bytes) {
    DataObject *object = blob_begin(e, blob);
    data_bytes(&e->set, object, bytes.items, bytes.count);
    data_label(&e->set, object, data_symbol(&e->set, "__blob_%u_end", blob));
}

static void fixups_end(EmitContext *e) {
    data_label(&e->set, e->metadata->fixups, data_symbol(&e->set, "__blob_%u_end", BLOB_CommonFixupsTable));
}

void emit_metadata_begin(EmitContext *e) {
    e->metadata = ARENA_NEW(&e->arena, Metadata);
    e->metadata->set.arena = &e->arena;
    e->metadata->fixups = blob_begin(e, BLOB_CommonFixupsTable);
    reflection_code_fixups(e);
    native_layout_code_fixups(e);
    emit_token_handles(e);
}

// ---- Hash tables --------------------------------------------------------------------------------

/// The table that lists a type, 0 if none does.
static uint32_t table_of(EmitContext *e, const Type *type) {
    switch (type->kind) {
    case TYPE_Named:
        if (type->arg_count && !type->is_generic_definition)
            return BLOB_GenericsHashtable;
        return metadata_definition(e, type->def) ? BLOB_TypeMap : 0;
    case TYPE_SzArray:
    case TYPE_Array: return BLOB_ArrayMap;
    case TYPE_Pointer: return BLOB_PointerTypeMap;
    case TYPE_ByRef: return BLOB_ByRefTypeMap;
    case TYPE_FunctionPointer: return BLOB_FunctionPointerTypeMap;
    case TYPE_Var:
    case TYPE_MVar: break;
    }
    return 0;
}

// All payloads start with the fix-up of the MethodTable; named types add the handle of their definition.
static HashEntry type_entry(EmitContext *e, const Type *type, uint32_t table) {
    HashEntry entry = {.hash = type_hash(e->ts, type)};
    native_unsigned(&e->arena, &entry.payload, metadata_fixup(e, WHOLE_SYMBOL(emit_type_symbol(e, type))));
    if (table == BLOB_TypeMap)
        native_unsigned(&e->arena, &entry.payload, record_token(metadata_definition(e, type->def)));
    return entry;
}

static void table_write(EmitContext *e, uint32_t table) {
    uint32_t count;
    Type *const *types = reach_types(e->reach, &count);
    HashEntries entries = {0};
    for (uint32_t i = 0; i < count; i++)
        if (table_of(e, types[i]) == table)
            ARRAY_PUSH(&e->arena, &entries, type_entry(e, types[i], table));
    metadata_blob_write(e, table, native_hashtable(&e->arena, &entries));
}

void metadata_maps_write(EmitContext *e) {
    table_write(e, BLOB_TypeMap);
    table_write(e, BLOB_ArrayMap);
    table_write(e, BLOB_PointerTypeMap);
    table_write(e, BLOB_FunctionPointerTypeMap);
    table_write(e, BLOB_ByRefTypeMap);
    table_write(e, BLOB_GenericsHashtable);
    metadata_interop_write(e);
    reflection_maps_write(e);
    native_layout_write(e);
    fixups_end(e); // last: the others fill it
}
