// Embedded manifest resources: index (24) and data (25), as ExecutionEnvironmentImplementation of
// System.Private.Reflection.Execution reads them.
#include "emit/metadata.h"
#include "emit/reflection_blob.h"

// TypeHashingAlgorithms.ComputeNameHashCode (corelib-contract 1.7).
static uint32_t name_hash(EmitContext *e, Text name) {
    Utf16 units = text_to_utf16(&e->arena, name);
    uint32_t h[2] = {0x6DA3B944, 0};
    for (size_t i = 0; i < units.count; i++)
        h[i & 1] = (h[i & 1] + (h[i & 1] << 5 | h[i & 1] >> 27)) ^ units.units[i];
    for (int i = 0; i < 2; i++)
        h[i] += h[i] << 8 | h[i] >> 24;
    return h[0] ^ h[1];
}

static Text assembly_full_name(EmitContext *e, const Module *module) { // AssemblyName.FullName
    const Image *image = module->image;
    Text culture = column_text(image, COLUMN_Assembly_Culture, 1);
    Text token = public_key_token(e, column_blob(image, COLUMN_Assembly_PublicKey, 1));
    char *name = arena_format(&e->arena, "%.*s, Version=%u.%u.%u.%u, Culture=%.*s, PublicKeyToken=%.*s",
                              TEXT_ARG(module->name), column_read(image, COLUMN_Assembly_MajorVersion, 1),
                              column_read(image, COLUMN_Assembly_MinorVersion, 1),
                              column_read(image, COLUMN_Assembly_BuildNumber, 1),
                              column_read(image, COLUMN_Assembly_RevisionNumber, 1),
                              TEXT_ARG(culture.size ? culture : TEXT_LITERAL("neutral")), TEXT_ARG(token));
    return text_intern_z(&e->texts, name);
}

static void resource_add(EmitContext *e, HashEntries *entries, ByteArray *data, Text assembly, Text name,
                         Bytes bytes) {
    HashEntry entry = {.hash = name_hash(e, assembly)};
    native_string(&e->arena, &entry.payload, assembly);
    native_string(&e->arena, &entry.payload, name);
    native_unsigned(&e->arena, &entry.payload, data->count);
    native_unsigned(&e->arena, &entry.payload, (uint32_t)bytes.size);
    ARRAY_PUSH(&e->arena, entries, entry);
    native_bytes(&e->arena, data, bytes.data, bytes.size);
}

static bool name_is(EmitContext *e, Text name, const char *format, const Module *module) {
    return text_equal_z(name, arena_format(&e->arena, format, TEXT_ARG(module->name)));
}

// Strings of the framework that il/ folds into their accessors (reach.md 2.1.4), and what linkers read.
static bool is_for_the_build(EmitContext *e, const Module *module, Text name) {
    if (text_starts_with(name, "ILLink.") && text_ends_with(name, ".xml"))
        return true;
    if (!name_is(e, name, "%.*s.Strings.resources", module) &&
        !name_is(e, name, "FxResources.%.*s.SR.resources", module))
        return false;
    Type *accessors = module->types ? type_find(e->ts, (Module *)(uintptr_t)module, "System", "SR") : NULL;
    return accessors && type_find_method(e->ts, accessors, "GetResourceString", NULL);
}

static void module_resources(EmitContext *e, const Module *module, HashEntries *entries, ByteArray *data) {
    const Image *image = module->image;
    if (!table_row_count(image, TABLE_Assembly))
        return;
    for (uint32_t i = 0; i < resource_count(image); i++) {
        Text name;
        Bytes bytes;
        if (!resource_get(image, i, &name, &bytes) || is_for_the_build(e, module, name) ||
            (module->types && il_resource_removed(e->il, module, name)))
            continue;
        resource_add(e, entries, data, assembly_full_name(e, module), name, bytes);
    }
}

void metadata_resources_write(EmitContext *e) {
    HashEntries entries = {0};
    ByteArray data = {0};
    uint32_t count;
    Module *const *all = modules(e->ts, &count);
    for (uint32_t i = 0; i < count; i++)
        if (*metadata_slot(e->metadata, MAP_Scope, all[i], NULL)) // reflection can name it
            module_resources(e, all[i], &entries, &data);
    if (!entries.count)
        return;
    metadata_blob_write(e, BLOB_ResourceIndex, native_hashtable(&e->arena, &entries));
    metadata_blob_write(e, BLOB_ResourceData, data);
}
