// NativeFormat metadata in the making (blob 13) and the tables over it.
#pragma once

#include "emit/context.h"
#include "emit/native_record.h"

typedef ARRAY(const Record *) RecordList;

typedef struct NamespaceNode {
    Record *record;
    RecordList types, children;
} NamespaceNode;

/// By (entity, purpose): definitions, references and namespaces that exist already.
typedef enum MapPurpose { MAP_TypeDefinition, MAP_Namespace, MAP_Scope, MAP_Method, MAP_Nested } MapPurpose;

typedef struct Metadata {
    RecordSet set;
    struct MapEntry *map; // uthash
    RecordList scopes;
    ARRAY(NamespaceNode *) namespaces;
    ARRAY(Text) fixups;               // common fix-up table (blob 8): symbols of MethodTables
    struct FixupEntry *fixup_indexes; // uthash
    ByteArray blob;
} Metadata;

/// Slot for a value under (purpose, a, b); NULL at first.
void **metadata_slot(Metadata *m, MapPurpose purpose, const void *a, const void *b);

// metadata_signature.c
/// TypeDefinition if the program has one, else TypeReference.
const Record *metadata_type_def(EmitContext *e, const TypeDef *def);
/// TypeDefinition, TypeReference or TypeSpecification of any type, open ones included.
const Record *metadata_type(EmitContext *e, const Type *type);
const Record *metadata_method_signature(EmitContext *e, const Signature *signature);
void metadata_assembly_items(EmitContext *e, Record *record, const Module *module);
void metadata_collection(Metadata *m, Record *record, RecordList list, ItemKind kind);

// metadata.c
/// TypeDefinition record, NULL if the definition has no metadata.
Record *metadata_definition(EmitContext *e, const TypeDef *def);
Record *metadata_method_definition(EmitContext *e, const MethodDef *def);

/// NamespaceDefinition of the outermost enclosing type.
const Record *metadata_namespace(EmitContext *e, const TypeDef *def);

// metadata_member.c
void metadata_type_definition_fill(EmitContext *e, const TypeDef *def);

// metadata_map.c
uint32_t metadata_fixup(EmitContext *e, Text symbol);
void metadata_maps_write(EmitContext *e);

// interop.c
void metadata_interop_write(EmitContext *e);

// resource.c
void metadata_resources_write(EmitContext *e);
void metadata_blob_write(EmitContext *e, uint32_t blob, ByteArray bytes);
