// NativeFormat metadata in the making (blob 13) and the tables over it.
#pragma once

#include "emit/context.h"
#include "emit/native_record.h"

typedef ARRAY(const Record *) RecordList;

typedef struct NamespaceNode {
    Record *record;
    RecordList types, forwarders, children;
} NamespaceNode;

/// By (entity, purpose): definitions, references and namespaces that exist already.
typedef enum MapPurpose {
    MAP_TypeDefinition,
    MAP_Namespace,
    MAP_Scope,
    MAP_Method,
    MAP_Field,
    MAP_Nested
} MapPurpose;

typedef struct Metadata {
    RecordSet set;
    struct MapEntry *map; // uthash
    RecordList scopes;
    ARRAY(NamespaceNode *) namespaces;
    DataObject *fixups; // common fix-up table (blob 8), which serves as the others (31, 33) too
    uint32_t fixup_count;
    ARRAY(DataObject *) handles;      // of reach_token_methods, then of reach_token_fields
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
/// The same as a signature of a definition has it: ModifiedType around it and its parts.
const Record *metadata_modified_type(EmitContext *e, const Type *type, Modifiers modifiers);
const Record *metadata_method_signature(EmitContext *e, const Signature *signature, Modifiers modifiers);
const Record *metadata_property_signature(EmitContext *e, const Signature *signature, Modifiers modifiers);
const Record *metadata_scope_reference(EmitContext *e, const Module *module);
void metadata_assembly_items(EmitContext *e, Record *record, const Module *module);
void metadata_collection(Metadata *m, Record *record, RecordList list, ItemKind kind);

// metadata.c
/// TypeDefinition record, NULL if the definition has no metadata.
Record *metadata_definition(EmitContext *e, const TypeDef *def);
Record *metadata_method_definition(EmitContext *e, const MethodDef *def);
Record *metadata_field_definition(EmitContext *e, const FieldDef *def);

/// ScopeDefinition without types.
void metadata_scope_declare(EmitContext *e, const Module *module);
/// NamespaceDefinition of the outermost enclosing type.
const Record *metadata_namespace(EmitContext *e, const TypeDef *def);

// metadata_member.c
/// Makes the records of a type's methods and fields, so that others can refer to them.
void metadata_members_declare(EmitContext *e, const TypeDef *def);
void metadata_type_definition_fill(EmitContext *e, const TypeDef *def);

// metadata_constant.c
/// Bytes of a constant of that type; 0 if it is none (strings, references).
uint32_t metadata_constant_size(ElementType type);
/// `bytes` as in a Constant row or attribute blob; strings UTF-16. Other types: a null reference.
const Record *metadata_constant(EmitContext *e, ElementType type, Bytes bytes);
const Record *metadata_constant_array(EmitContext *e, ElementType type, Bytes bytes);
const Record *metadata_constant_null(EmitContext *e);
/// Constant row of a field, parameter or property; NULL if there is none.
const Record *metadata_default_value(EmitContext *e, const Image *image, Token parent);

// metadata_attribute.c
/// Those of the entity that reach/ keeps.
RecordList metadata_attributes(EmitContext *e, const Module *module, Token owner);

// metadata_property.c
RecordList metadata_properties(EmitContext *e, Type *type);
RecordList metadata_events(EmitContext *e, Type *type);

// metadata_map.c
/// Index of an address in the fix-up table.
uint32_t metadata_fixup(EmitContext *e, Text symbol, SymbolUse use, int64_t addend);
void metadata_maps_write(EmitContext *e);

// interop.c
void metadata_interop_write(EmitContext *e);

// reflection_map.c
/// Enters the code that the maps name, so that it survives optimisation.
void reflection_code_fixups(EmitContext *e);
/// Invocation, fields, class constructors, statics of generic instances. Records must be laid out.
void reflection_maps_write(EmitContext *e);

// native_layout.c
/// Templates and questions of canonical code; nothing in programs that make no types.
void native_layout_write(EmitContext *e);
void native_layout_code_fixups(EmitContext *e);

// token_handle.c
/// What ldtoken of methods and fields names; the tokens are filled in once the records are laid out.
void emit_token_handles(EmitContext *e);
void token_handles_finish(EmitContext *e);

// resource.c
void metadata_resources_write(EmitContext *e);

// public_key.c
/// As AssemblyName prints it; "null" without a key.
Text public_key_token(EmitContext *e, Bytes key);
void metadata_blob_write(EmitContext *e, uint32_t blob, ByteArray bytes);
