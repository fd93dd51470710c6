// Opening the program: inputs at once, references when first named; names of types in a module; well-known
// members.
#include "support/file.h"
#include "types/private.h"

#include <stdarg.h>
#include <stdio.h>

typedef struct ModulePath {
    const char *path;
    ModuleRecord *module; // once opened
    bool failed;
} ModulePath;

bool failure_set(Failure *failure, FailureKind kind, Text message, Text argument) {
    if (failure)
        *failure = (Failure){kind, message, argument};
    return false;
}

Text text_format(TypeSystem *ts, const char *format, ...) {
    char buffer[512];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(buffer, sizeof buffer, format, args);
    va_end(args);
    size_t size = length < 0 ? 0 : (size_t)length < sizeof buffer ? (size_t)length : sizeof buffer - 1;
    return text_intern(ts->texts, buffer, size);
}

// Simple names compare without case (as the stock compiler's reference table does).
static Text simple_name_key(TypeSystem *ts, Text name) {
    ArenaMark mark = arena_mark(&ts->scratch);
    char *lower = arena_alloc(&ts->scratch, name.size + 1, 1);
    for (size_t i = 0; i < name.size; i++)
        lower[i] =
            (char)(name.data[i] >= 'A' && name.data[i] <= 'Z' ? name.data[i] - 'A' + 'a' : name.data[i]);
    Text key = text_intern(ts->texts, lower, name.size);
    arena_rewind(&ts->scratch, mark);
    return key;
}

// "dir/System.Console.dll" -> "System.Console"
static Text path_simple_name(Text path) {
    size_t start = path.size;
    while (start > 0 && path.data[start - 1] != '/')
        start--;
    Text name = {path.data + start, path.size - start};
    if (text_ends_with(name, ".dll") || text_ends_with(name, ".exe"))
        name.size -= 4;
    return name;
}

static ModulePath *module_path(TypeSystem *ts, Text simple_name, bool add) {
    uintptr_t key = (uintptr_t)simple_name_key(ts, simple_name).data;
    if (!add)
        return map_get(&ts->module_paths, &key, 1);
    void **cell = map_cell(&ts->module_paths, ts->arena, &key, 1);
    if (!*cell)
        *cell = ARENA_NEW(ts->arena, ModulePath);
    return *cell;
}

ModuleRecord *module_open(TypeSystem *ts, Image *image, bool is_app) {
    ModuleRecord *record = ARENA_NEW(ts->arena, ModuleRecord);
    record->ts = ts;
    record->type_def_count = table_row_count(image, TABLE_TypeDef);
    record->method_def_count = table_row_count(image, TABLE_MethodDef);
    record->field_def_count = table_row_count(image, TABLE_Field);
    record->type_refs = ARENA_ARRAY(ts->arena, TypeEntry, table_row_count(image, TABLE_TypeRef));
    record->type_specs = ARENA_ARRAY(ts->arena, TypeEntry, table_row_count(image, TABLE_TypeSpec));
    record->member_refs = ARENA_ARRAY(ts->arena, MemberEntry, table_row_count(image, TABLE_MemberRef));
    record->method_specs = ARENA_ARRAY(ts->arena, MemberEntry, table_row_count(image, TABLE_MethodSpec));
    record->stand_alone_signatures =
        ARENA_ARRAY(ts->arena, SignatureEntry, table_row_count(image, TABLE_StandAloneSig));
    Module *module = &record->module;
    module->image = image;
    module->name = image_name(image);
    module->index = ts->modules.count;
    module->is_app = is_app;
    module->types = ARENA_ARRAY(ts->arena, TypeDef *, record->type_def_count);
    module->methods = ARENA_ARRAY(ts->arena, MethodDef *, record->method_def_count);
    module->fields = ARENA_ARRAY(ts->arena, FieldDef *, record->field_def_count);
    module->resolution_cache = record;
    Bytes blob;
    if (table_row_count(image, TABLE_Assembly) > 0) {
        module->runtime_marshalling_disabled =
            attribute_find(module, token_make(TABLE_Assembly, 1), "System.Runtime.CompilerServices",
                           "DisableRuntimeMarshallingAttribute", &blob);
    }
    ARRAY_PUSH(ts->arena, &ts->modules, module);
    return record;
}

static ModuleRecord *module_path_open(TypeSystem *ts, ModulePath *entry, bool is_app) {
    if (entry->module || entry->failed)
        return entry->module;
    Image *image = image_open(entry->path, ts->arena, ts->texts, ts->diag);
    entry->failed = !image;
    if (image)
        entry->module = module_open(ts, image, is_app);
    return entry->module;
}

Module *module_find(TypeSystem *ts, Text simple_name) {
    ModulePath *entry = module_path(ts, simple_name, false);
    ModuleRecord *record = entry ? module_path_open(ts, entry, false) : NULL;
    return record ? &record->module : NULL;
}

Module *const *modules(const TypeSystem *ts, uint32_t *count) {
    *count = ts->modules.count;
    return ts->modules.items;
}

Arena *types_arena(TypeSystem *ts) {
    return ts->arena;
}

TextTable *types_texts(TypeSystem *ts) {
    return ts->texts;
}

// ---- Names of a module's types ------------------------------------------------------------------

enum { KIND_TypeDef, KIND_ExportedType };

static void **type_name_cell(ModuleRecord *module, Text name_space, Text name, uint32_t enclosing,
                             uint32_t kind) {
    uintptr_t words[] = {(uintptr_t)name_space.data, (uintptr_t)name.data, enclosing, kind};
    return map_cell(&module->type_names, module->ts->arena, words, 4);
}

static void type_names_build(ModuleRecord *module) {
    const Image *image = module->module.image;
    for (uint32_t rid = 1; rid <= module->type_def_count; rid++) {
        uint32_t enclosing = 0, count;
        uint32_t row =
            sorted_rows_find(image, COLUMN_NestedClass_NestedClass, token_make(TABLE_TypeDef, rid), &count);
        if (row)
            enclosing = token_rid(column_token(image, COLUMN_NestedClass_EnclosingClass, row));
        void **cell =
            type_name_cell(module, column_text(image, COLUMN_TypeDef_TypeNamespace, rid),
                           column_text(image, COLUMN_TypeDef_TypeName, rid), enclosing, KIND_TypeDef);
        if (!*cell)
            *cell = (void *)(uintptr_t)rid;
    }
    for (uint32_t rid = 1; rid <= table_row_count(image, TABLE_ExportedType); rid++) {
        Token implementation = column_token(image, COLUMN_ExportedType_Implementation, rid);
        if (token_table(implementation) == TABLE_ExportedType)
            continue; // nested: found through its outer type
        void **cell =
            type_name_cell(module, column_text(image, COLUMN_ExportedType_TypeNamespace, rid),
                           column_text(image, COLUMN_ExportedType_TypeName, rid), 0, KIND_ExportedType);
        if (!*cell)
            *cell = (void *)(uintptr_t)rid;
    }
    module->type_names_built = true;
}

static uint32_t type_name_get(ModuleRecord *module, Text name_space, Text name, uint32_t enclosing,
                              uint32_t kind) {
    uintptr_t words[] = {(uintptr_t)name_space.data, (uintptr_t)name.data, enclosing, kind};
    return (uint32_t)(uintptr_t)map_get(&module->type_names, words, 4);
}

TypeDef *module_type_def(ModuleRecord *module, Text name_space, Text name, const TypeDef *enclosing,
                         uint32_t *forward_rid) {
    if (!module->type_names_built)
        type_names_build(module);
    uint32_t rid = type_name_get(module, name_space, name, enclosing ? enclosing->rid : 0, KIND_TypeDef);
    *forward_rid = 0;
    if (rid)
        return type_def_get(module->ts, &module->module, rid);
    if (!enclosing)
        *forward_rid = type_name_get(module, name_space, name, 0, KIND_ExportedType);
    return NULL;
}

// ---- Opening ------------------------------------------------------------------------------------

static bool inputs_open(TypeSystem *ts, const Text *inputs, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        const char *path = text_intern(ts->texts, inputs[i].data, inputs[i].size).data;
        Image *image = image_open(path, ts->arena, ts->texts, ts->diag);
        if (!image)
            return false;
        ModulePath *entry = module_path(ts, image_name(image), true);
        if (entry->path) { // the same assembly twice: the first stays
            image_close(image);
            continue;
        }
        entry->path = path;
        entry->module = module_open(ts, image, true);
    }
    return true;
}

bool types_open_satellites(TypeSystem *ts, const Text *paths, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        Image *image = image_open(text_intern(ts->texts, paths[i].data, paths[i].size).data, ts->arena,
                                  ts->texts, ts->diag);
        if (!image)
            return false;
        module_open(ts, image, false)->module.is_satellite = true;
    }
    return true;
}

/// Only a look: what nothing refers to is not opened, but a wrong file among the references is worth knowing
/// all the same.
static bool reference_check(TypeSystem *ts, const char *path) {
    Bytes bytes;
    if (!file_map(path, &bytes, ts->diag))
        return false;
    bool is_pe = bytes.size > 2 && bytes.data[0] == 'M' && bytes.data[1] == 'Z'; // II.25.2.1
    file_unmap(bytes);
    if (!is_pe)
        diag_report(ts->diag, DIAG_AssemblyInvalid, (DiagLocation){0}, path, "it is no PE file");
    return is_pe;
}

static bool references_note(TypeSystem *ts, const Text *references, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        ModulePath *entry = module_path(ts, path_simple_name(references[i]), true);
        if (entry->path)
            continue;
        entry->path = text_intern(ts->texts, references[i].data, references[i].size).data;
        if (!reference_check(ts, entry->path))
            return false;
    }
    return true;
}

static bool pack_mismatch(TypeSystem *ts, const char *what) {
    diag_report(ts->diag, DIAG_PackMismatch, (DiagLocation){0}, "System.Private.CoreLib", what);
    return false;
}

Type *well_known_find(TypeSystem *ts, const char *name_space, const char *name) {
    return type_find(ts, ts->core, name_space, name);
}

static const struct WellKnownTypeRow {
    const char *name_space, *name;
} well_known_type_rows[] = {
#define WELL_KNOWN_TYPE(id, name_space, name) {name_space, name},
#define WELL_KNOWN_METHOD(id, type, name, signature)
#include "types/well_known.def"
#undef WELL_KNOWN_TYPE
#undef WELL_KNOWN_METHOD
};

static const struct WellKnownMethodRow {
    WellKnownType type;
    const char *name, *params;
} well_known_method_rows[] = {
#define WELL_KNOWN_TYPE(id, name_space, name)
#define WELL_KNOWN_METHOD(id, type, name, signature) {WELL_KNOWN_TYPE_##type, name, signature},
#include "types/well_known.def"
#undef WELL_KNOWN_TYPE
#undef WELL_KNOWN_METHOD
};

static const struct PrimitiveRow {
    ElementType element_type;
    const char *name;
} primitive_rows[] = {
    {ELEMENT_TYPE_VOID, "Void"},     {ELEMENT_TYPE_BOOLEAN, "Boolean"},
    {ELEMENT_TYPE_CHAR, "Char"},     {ELEMENT_TYPE_I1, "SByte"},
    {ELEMENT_TYPE_U1, "Byte"},       {ELEMENT_TYPE_I2, "Int16"},
    {ELEMENT_TYPE_U2, "UInt16"},     {ELEMENT_TYPE_I4, "Int32"},
    {ELEMENT_TYPE_U4, "UInt32"},     {ELEMENT_TYPE_I8, "Int64"},
    {ELEMENT_TYPE_U8, "UInt64"},     {ELEMENT_TYPE_R4, "Single"},
    {ELEMENT_TYPE_R8, "Double"},     {ELEMENT_TYPE_STRING, "String"},
    {ELEMENT_TYPE_I, "IntPtr"},      {ELEMENT_TYPE_U, "UIntPtr"},
    {ELEMENT_TYPE_OBJECT, "Object"}, {ELEMENT_TYPE_TYPEDBYREF, "TypedReference"},
};

static bool primitives_find(TypeSystem *ts) {
    for (size_t i = 0; i < sizeof primitive_rows / sizeof *primitive_rows; i++) {
        Type *type = well_known_find(ts, "System", primitive_rows[i].name);
        if (!type)
            return pack_mismatch(
                ts, arena_format(ts->arena, "type System.%s is missing", primitive_rows[i].name));
        ts->primitives[primitive_rows[i].element_type] = type;
    }
    return true;
}

// System.__Canon has no row in the shipped CoreLib: its compiler makes it up, as an empty sealed class
// (corelib-contract 1.3).
static Type *class_make(TypeSystem *ts, const char *name_space, const char *name, const TypeDef *base) {
    enum { TYPE_Sealed = 0x100 };
    TypeDefRecord *record = ARENA_NEW(ts->arena, TypeDefRecord);
    record->def = (TypeDef){.module = base->module,
                            .flags = TYPE_Sealed,
                            .name = text_intern_z(ts->texts, name),
                            .name_space = text_intern_z(ts->texts, name_space),
                            .element_type = ELEMENT_TYPE_CLASS,
                            .is_sealed = true};
    record->extends = token_make(TABLE_TypeDef, base->rid);
    return type_from_def(ts, &record->def);
}

Type *placeholder_make(TypeSystem *ts, const char *name) {
    Type *type = class_make(ts, "System", name, type_primitive(ts, ELEMENT_TYPE_OBJECT)->def);
    TypeDef *def = (TypeDef *)type->def;
    def->is_sealed = false; // the argument may be any class
    def->is_placeholder = true;
    type->has_placeholder = true;
    return type;
}

static Type *canon_make(TypeSystem *ts) {
    return class_make(ts, "System", "__Canon", type_primitive(ts, ELEMENT_TYPE_OBJECT)->def);
}

// NativeFunctionPointerWrapper is abstract: its compiler makes a class for the targets of delegates over
// function pointers (corelib-contract 7.2).
static Type *delegate_wrapper_make(TypeSystem *ts) {
    const Type *base = ts->well_known_types[WELL_KNOWN_TYPE_NativeFunctionPointerWrapper];
    return class_make(ts, "Internal.CompilerGenerated", "PInvokeDelegateWrapper", base->def);
}

static bool well_known_types_find(TypeSystem *ts) {
    for (uint32_t i = 0; i < WELL_KNOWN_TYPE_COUNT; i++) {
        const struct WellKnownTypeRow *row = &well_known_type_rows[i];
        ts->well_known_types[i] = i == WELL_KNOWN_TYPE_Canon ? canon_make(ts)
                                  : i == WELL_KNOWN_TYPE_PInvokeDelegateWrapper
                                      ? delegate_wrapper_make(ts)
                                      : well_known_find(ts, row->name_space, row->name);
        if (!ts->well_known_types[i])
            return pack_mismatch(
                ts, arena_format(ts->arena, "type %s.%s is missing", row->name_space, row->name));
    }
    return true;
}

static Method *well_known_method_find(TypeSystem *ts, const struct WellKnownMethodRow *row) {
    Type *type = ts->well_known_types[row->type];
    const NameIndex *index = method_index(type->def);
    uint32_t first, count = name_index_find(index, text_intern_z(ts->texts, row->name), &first);
    if (!row->params && count != 1)
        return NULL;
    for (uint32_t i = 0; i < count; i++) {
        Method *method = method_on(ts, method_def_get(ts, type->def->module, index->rids[first + i]), type);
        if (!method)
            continue;
        if (!row->params)
            return method;
        ArenaMark mark = arena_mark(&ts->scratch);
        TextBuilder params = {.arena = &ts->scratch};
        signature_print_params(ts, &params, method->signature, NAME_Display);
        bool same = text_equal_z(text_built(&params), row->params);
        arena_rewind(&ts->scratch, mark);
        if (same)
            return method;
    }
    return NULL;
}

static bool well_known_methods_find(TypeSystem *ts) {
    for (uint32_t i = 0; i < WELL_KNOWN_METHOD_COUNT; i++) {
        const struct WellKnownMethodRow *row = &well_known_method_rows[i];
        ts->well_known_methods[i] = well_known_method_find(ts, row);
        if (!ts->well_known_methods[i]) {
            const struct WellKnownTypeRow *owner = &well_known_type_rows[row->type];
            return pack_mismatch(ts, arena_format(ts->arena, "method %s.%s::%s(%s) is missing or ambiguous",
                                                  owner->name_space, owner->name, row->name,
                                                  row->params ? row->params : ""));
        }
    }
    return true;
}

static bool core_open(TypeSystem *ts) {
    ts->core = module_find(ts, TEXT_LITERAL("System.Private.CoreLib"));
    if (!ts->core)
        return pack_mismatch(ts, "it is not among the inputs and references, or is not a valid assembly");
    return primitives_find(ts) && well_known_types_find(ts) && well_known_methods_find(ts);
}

TypeSystem *types_open(const Text *inputs, uint32_t input_count, const Text *references,
                       uint32_t reference_count, Arena *program, TextTable *texts, Diag *diag) {
    TypeSystem *ts = ARENA_NEW(program, TypeSystem);
    ts->arena = program;
    ts->texts = texts;
    ts->diag = diag;
    ts->name_constructor = text_intern_z(texts, ".ctor");
    ts->name_static_constructor = text_intern_z(texts, ".cctor");
    ts->name_finalize = text_intern_z(texts, "Finalize");
    ts->name_invoke = text_intern_z(texts, "Invoke");
    ts->name_system = text_intern_z(texts, "System");
    bool ok = inputs_open(ts, inputs, input_count);
    ok = ok && references_note(ts, references, reference_count);
    if (ok && core_open(ts))
        return ts;
    types_close(ts);
    return NULL;
}

void types_close(TypeSystem *ts) {
    for (uint32_t i = 0; i < ts->modules.count; i++)
        image_close((Image *)ts->modules.items[i]->image);
    ts->modules.count = 0;
    arena_free(&ts->scratch);
}

Type *well_known_type(const TypeSystem *ts, WellKnownType id) {
    return ts->well_known_types[id];
}

Method *well_known_method(const TypeSystem *ts, WellKnownMethod id) {
    return ts->well_known_methods[id];
}

Type *type_primitive(const TypeSystem *ts, ElementType element_type) {
    return ts->primitives[element_type];
}
