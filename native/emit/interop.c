// Struct and delegate marshalling maps (blobs 16, 17; corelib-contract 7.2: RuntimeInteropData of CoreLib).
#include "emit/metadata.h"
#include "emit/reflection_blob.h"

enum { STRUCT_HasStubs = 1, STRUCT_Invalid = 2, STRUCT_FieldCountShift = 2 };

static void type_add(EmitContext *e, HashEntry *entry, const Type *type) {
    native_unsigned(&e->arena, &entry->payload, metadata_fixup(e, WHOLE_SYMBOL(emit_type_symbol(e, type))));
}

static void stub_add(EmitContext *e, HashEntry *entry, const Method *stub) {
    native_unsigned(&e->arena, &entry->payload, metadata_fixup(e, emit_method_symbol(e, stub), USE_Code, 0));
}

static HashEntry struct_entry(EmitContext *e, Type *type) {
    HashEntry entry = {.hash = type_hash(e->ts, type)};
    StructMarshalling facts;
    if (!il_struct_marshalling(e->il, type, &facts))
        emit_internal_error(e, "no native form of", type);
    type_add(e, &entry, type);
    native_unsigned(&e->arena, &entry.payload,
                    facts.field_count << STRUCT_FieldCountShift | (facts.invalid ? STRUCT_Invalid : 0) |
                        (facts.has_stubs ? STRUCT_HasStubs : 0));
    if (facts.has_stubs) {
        native_unsigned(&e->arena, &entry.payload, facts.size);
        stub_add(e, &entry, facts.to_native);
        stub_add(e, &entry, facts.to_managed);
        stub_add(e, &entry, facts.cleanup);
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
    type_add(e, &entry, type);
    stub_add(e, &entry, stubs.open);
    stub_add(e, &entry, stubs.closed);
    stub_add(e, &entry, stubs.from_native);
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
