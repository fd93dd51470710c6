// What the files of emit/ share while the data unit is built.
#pragma once

#include "emit/data_object.h"
#include "emit/emit.h"

/// One data unit in the making. Everything in it lives in `arena`.
typedef struct EmitContext {
    const Reach *reach;
    const Request *request;
    Il *il;
    TypeSystem *ts;
    Diag *diag;
    Arena arena;
    TextTable texts;
    DataSet set;
    bool failed;                    // something was reported
    DataObject *writable_data;      // RuntimeType caches of MethodTables
    DataObject *runtime_type_cells; // the same for types that have a frozen RuntimeType
    const bool *has_runtime_type;   // by Type.id
    uint32_t runtime_type_count;
    struct PseudoMethodTable *pseudo_tables; // uthash: method tables of static bases
    const uint32_t *rows; // by Type.id: byte offset of the type's row in the selector table
    uint32_t row_count;
    DataObject *switches; // of types with several instances of an interface; NULL: none
    Text empty_dispatch_map;
    struct Metadata *metadata; // NULL: no reflection blobs
} EmitContext;

#define WHOLE_SYMBOL(symbol) (symbol), USE_Data, 0

/// Bytes of an object without labels from elsewhere, e.g. for text constants; the symbol of its start.
Text emit_bytes(EmitContext *e, const char *name, const void *bytes, size_t size, uint32_t alignment);
/// Symbol of a type's MethodTable; reports DIAG_Internal if reach/ gave it none.
Text emit_type_symbol(EmitContext *e, const Type *type);
Text emit_method_symbol(EmitContext *e, const Method *method);
/// For tables that code calls through: may be the code of several methods.
Text emit_code_symbol(EmitContext *e, const Method *method);
void emit_internal_error(EmitContext *e, const char *what, const Type *type);

// method_table.c
void emit_method_tables(EmitContext *e);
/// Flags, base size and related type only: for GC and thread static bases. Shared between equal shapes.
Text emit_pseudo_method_table(EmitContext *e, uint32_t payload_size, const uint32_t *reference_offsets,
                              uint32_t count);
/// 32-bit flags of a MethodTable (corelib-contract 1.2).
uint32_t method_table_flags(EmitContext *e, Type *type);
uint32_t method_table_base_size(EmitContext *e, Type *type);

/// Part of the data that a class constructor left, with the symbols of what it holds the addresses of.
void emit_data(EmitContext *e, DataObject *object, const FrozenData *data, uint32_t start, uint32_t size);
/// Tables of the objects that start-up makes; false if there are none.
bool emit_initial_objects(EmitContext *e);

// frozen.c, statics.c, selector_table.c, module.c: each appends its objects to the set
void emit_frozen(EmitContext *e);
void emit_statics(EmitContext *e);
void emit_selector_table(EmitContext *e);
void emit_dynamic_implementations(EmitContext *e);
void emit_module(EmitContext *e);

void emit_header(EmitContext *e);

/// Opens the reflection blobs: what code and optimisation must know of them.
void emit_metadata_begin(EmitContext *e);

// metadata.c: NativeFormat records of definitions; then, when all others have been made, the blob and the
// maps over it.
void emit_metadata(EmitContext *e);
void emit_metadata_finish(EmitContext *e);
