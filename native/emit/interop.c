// Struct and delegate marshalling maps (blobs 16, 17; corelib-contract 7.2: RuntimeInteropData of CoreLib).
#include "emit/metadata.h"

enum { BLOB_StructMarshallingStubMap = 16, BLOB_DelegateMarshallingStubMap = 17 };
enum { STRUCT_HasStubs = 1, STRUCT_Invalid = 2, STRUCT_FieldCountShift = 2 };

static void fixup_add(EmitContext *e, HashEntry *entry, Text symbol) {
    native_unsigned(&e->arena, &entry->payload, metadata_fixup(e, symbol));
}

static HashEntry struct_entry(EmitContext *e, Type *type) {
    HashEntry entry = {.hash = type_hash(e->ts, type)};
    StructMarshalling facts;
    if (!il_struct_marshalling(e->il, type, &facts))
        emit_internal_error(e, "no native form of", type);
    fixup_add(e, &entry, emit_type_symbol(e, type));
    native_unsigned(&e->arena, &entry.payload,
                    facts.field_count << STRUCT_FieldCountShift | (facts.invalid ? STRUCT_Invalid : 0) |
                        (facts.has_stubs ? STRUCT_HasStubs : 0));
    if (facts.has_stubs) {
        native_unsigned(&e->arena, &entry.payload, facts.size);
        fixup_add(e, &entry, emit_method_symbol(e, facts.to_native));
        fixup_add(e, &entry, emit_method_symbol(e, facts.to_managed));
        fixup_add(e, &entry, emit_method_symbol(e, facts.cleanup));
    }
    for (uint32_t i = 0; i < facts.field_count; i++) {
        native_string(&e->arena, &entry.payload, facts.names[i]);
        native_unsigned(&e->arena, &entry.payload, facts.offsets[i]);
    }
    return entry;
}

static HashEntry delegate_entry(EmitContext *e, Type *type) {
    HashEntry entry = {.hash = type_hash(e->ts, type)};
    DelegateMarshalling stubs;
    if (!il_delegate_marshalling(e->il, type, &stubs)) {
        emit_internal_error(e, "no marshalling stubs of", type);
        return entry;
    }
    fixup_add(e, &entry, emit_type_symbol(e, type));
    fixup_add(e, &entry, emit_method_symbol(e, stubs.open));
    fixup_add(e, &entry, emit_method_symbol(e, stubs.closed));
    fixup_add(e, &entry, emit_method_symbol(e, stubs.from_native));
    return entry;
}

void metadata_interop_write(EmitContext *e) {
    uint32_t count;
    Type *const *structs = reach_marshalled_structs(e->reach, &count);
    HashEntries struct_entries = {0}, delegate_entries = {0};
    for (uint32_t i = 0; i < count; i++)
        ARRAY_PUSH(&e->arena, &struct_entries, struct_entry(e, structs[i]));
    if (count)
        metadata_blob_write(e, BLOB_StructMarshallingStubMap, native_hashtable(&e->arena, &struct_entries));
    Type *const *delegates = reach_marshalled_delegates(e->reach, &count);
    for (uint32_t i = 0; i < count; i++)
        ARRAY_PUSH(&e->arena, &delegate_entries, delegate_entry(e, delegates[i]));
    if (count)
        metadata_blob_write(e, BLOB_DelegateMarshallingStubMap,
                            native_hashtable(&e->arena, &delegate_entries));
}
