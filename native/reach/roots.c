// What is reachable without being asked for (reach.md 1.2): start-up, what the runtime archive calls,
// exports, descriptors.
#include "reach/world.h"

typedef enum ExportPolicy { EXPORT_Native, EXPORT_OnDemand, EXPORT_Replaced } ExportPolicy;
typedef struct ExportRow {
    const char *symbol;
    ExportPolicy policy;
} ExportRow;
static const ExportRow export_rows[] = {
#define EXPORT(symbol, policy) {symbol, EXPORT_##policy},
#include "reach/export.def"
#undef EXPORT
};

static ExportPolicy export_policy(Text symbol) {
    for (size_t i = 0; i < sizeof export_rows / sizeof *export_rows; i++)
        if (text_equal_z(symbol, export_rows[i].symbol))
            return export_rows[i].policy;
    return EXPORT_Native;
}

// ---- Exports of CoreLib -------------------------------------------------------------------------

static Module *core_library(const Reach *reach) {
    return (Module *)well_known_type(reach->ts, WELL_KNOWN_TYPE_Object)->def->module;
}

/// Entry point name of an [UnmanagedCallersOnly] method; false if it has none.
static bool unmanaged_entry_name(Reach *reach, const MethodDef *def, Text *symbol) {
    Bytes blob;
    Token token = token_make(TABLE_MethodDef, def->rid);
    if (!attribute_find(def->owner->module, token, "System.Runtime.InteropServices",
                        "UnmanagedCallersOnlyAttribute", &blob))
        return false;
    if (!attribute_named_string(blob, 0, "EntryPoint", symbol) || symbol->size == 0)
        return false;
    *symbol = text_intern(types_texts(reach->ts), symbol->data, symbol->size);
    return true;
}

static Method *method_of_def(Reach *reach, MethodDef *def) {
    Type *owner = type_from_def(reach->ts, def->owner);
    Failure failure = {0};
    if (owner->is_generic_definition || def->generic_count)
        return NULL;
    return method_instantiate(reach->ts, def, owner, NULL, 0, &failure);
}

/// Rids of the constructors of an attribute class, for a quick test of CustomAttribute rows.
static bool is_constructor_of(const TypeDef *attribute, Token constructor) {
    return attribute && token_table(constructor) == TABLE_MethodDef &&
           token_rid(constructor) >= attribute->first_method_rid &&
           token_rid(constructor) < attribute->first_method_rid + attribute->method_count;
}

static const TypeDef *attribute_class(Reach *reach, Module *module, const char *name_space,
                                      const char *name) {
    const Type *type = type_find(reach->ts, module, name_space, name);
    return type ? type->def : NULL;
}

static void known_export_add(Reach *reach, Module *core, uint32_t method_rid, bool is_unmanaged) {
    MethodDef *def = method_def_get(reach->ts, core, method_rid);
    Text symbol;
    bool named = def && (is_unmanaged ? unmanaged_entry_name(reach, def, &symbol)
                                      : method_runtime_export(def, &symbol));
    Method *method = named ? method_of_def(reach, def) : NULL;
    if (!method)
        return;
    if (is_unmanaged)
        method = method_synthetic(reach->ts, SYNTHETIC_UnmanagedEntry, method->owner, method);
    ARRAY_PUSH(reach->program, &reach->known_exports, (Export){method, symbol, false});
}

static void known_exports_find(Reach *reach) {
    Module *core = core_library(reach);
    const TypeDef *runtime_export = attribute_class(reach, core, "System.Runtime", "RuntimeExportAttribute");
    const TypeDef *unmanaged =
        attribute_class(reach, core, "System.Runtime.InteropServices", "UnmanagedCallersOnlyAttribute");
    uint32_t count = table_row_count(core->image, TABLE_CustomAttribute);
    for (uint32_t rid = 1; rid <= count; rid++) {
        Token constructor = column_token(core->image, COLUMN_CustomAttribute_Type, rid);
        bool is_unmanaged = is_constructor_of(unmanaged, constructor);
        if (!is_unmanaged && !is_constructor_of(runtime_export, constructor))
            continue;
        Token parent = column_token(core->image, COLUMN_CustomAttribute_Parent, rid);
        if (token_table(parent) == TABLE_MethodDef)
            known_export_add(reach, core, token_rid(parent), is_unmanaged);
    }
}

const Method *export_find(const Reach *reach, Text symbol) {
    for (uint32_t i = 0; i < reach->known_exports.count; i++) {
        const Export *known = &reach->known_exports.items[i];
        if (!text_equal(known->symbol, symbol))
            continue;
        return export_policy(symbol) == EXPORT_Replaced ? NULL : known->method;
    }
    return NULL;
}

void export_add(World *w, const Method *method, Text symbol, bool is_public) {
    for (uint32_t i = 0; i < w->exports.count; i++)
        if (text_equal(w->exports.items[i].symbol, symbol))
            return;
    ARRAY_PUSH(&w->arena, &w->exports, (Export){method, symbol, is_public});
    method_node(w, method)->export_symbol = symbol;
    mark_address(w, method, NULL, "runtime export");
}

// ---- Entry point --------------------------------------------------------------------------------

static bool entry_point_find(Reach *reach) {
    if (reach->request->output.kind != OUTPUT_Exe)
        return true;
    uint32_t count;
    Module *const *all = modules(reach->ts, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (!all[i]->is_app)
            continue;
        Token token = image_entry_point(all[i]->image);
        if (token_table(token) != TABLE_MethodDef || token_rid(token) == 0)
            continue;
        MethodDef *def = method_def_get(reach->ts, all[i], token_rid(token));
        reach->entry_point = def ? method_of_def(reach, def) : NULL;
        if (reach->entry_point)
            return true;
    }
    Text name = reach->request->project.assembly_name;
    char *printed = arena_format(reach->program, "%.*s", TEXT_ARG(name));
    diag_report(reach->diag, DIAG_EntryPointMissing, (DiagLocation){0}, printed);
    return false;
}

bool roots_prepare(Reach *reach) {
    known_exports_find(reach);
    return entry_point_find(reach);
}

static void startup_mark(World *w) {
    const Method *main_method = w->reach->entry_point;
    if (!main_method)
        return;
    Module *module = (Module *)main_method->def->owner->module;
    TypeDef *module_type = type_def_get(w->ts, module, 1); // <Module>
    const Method *startup =
        method_synthetic(w->ts, SYNTHETIC_StartupMain, type_from_def(w->ts, module_type), main_method);
    export_add(w, startup, TEXT_LITERAL("__managed__Main"), false);
    // Assembly.EntryPoint finds Main.
    mark_metadata(w, main_method->owner, NULL, "entry point");
    mark_reflectable_method(w, main_method, NULL, "entry point");
}

/// Libraries, and executables with a native main: the first call into managed code starts the rest.
static void library_startup_mark(World *w) {
    const Request *request = w->reach->request;
    if (request->output.kind == OUTPUT_Exe && !request->output.custom_native_main)
        return;
    uint32_t count, app = 0;
    Module *const *all = modules(w->ts, &count);
    while (app + 1 < count && !all[app]->is_app)
        app++;
    Type *owner = type_from_def(w->ts, type_def_get(w->ts, all[app], 1)); // <Module>
    const Method *startup = method_synthetic(w->ts, SYNTHETIC_LibraryStartup, owner, NULL);
    export_add(w, method_synthetic(w->ts, SYNTHETIC_UnmanagedEntry, owner, startup),
               TEXT_LITERAL("__managed__Startup"), false);
}

/// Entry points that native code finds by name: exported from libraries, and from executables if asked for.
static void unmanaged_exports_of(World *w, Module *module, bool is_public) {
    const Request *request = w->reach->request;
    is_public &= request->output.kind != OUTPUT_Exe || request->output.export_unmanaged_entry_points;
    uint32_t count = table_row_count(module->image, TABLE_MethodDef);
    for (uint32_t rid = 1; rid <= count; rid++) {
        MethodDef *def = method_def_get(w->ts, module, rid);
        Text symbol;
        if (!def || !def->is_unmanaged_callers_only || !unmanaged_entry_name(w->reach, def, &symbol))
            continue;
        Method *method = method_of_def(w->reach, def);
        if (method)
            export_add(w, method_synthetic(w->ts, SYNTHETIC_UnmanagedEntry, method->owner, method), symbol,
                       is_public);
    }
}

/// `Name` or `Name,HIDDEN` of the request.
static void unmanaged_exports_mark(World *w, Text entry) {
    const char *comma = memchr(entry.data, ',', entry.size);
    Text name = {entry.data, comma ? (size_t)(comma - entry.data) : entry.size};
    Module *module = module_find(w->ts, name);
    if (module && module != core_library(w->reach)) // CoreLib's are the known exports
        unmanaged_exports_of(w, module, !comma);
}

void roots_mark(World *w) {
    Reach *reach = w->reach;
    startup_mark(w);
    library_startup_mark(w);
    for (uint32_t i = 0; i < reach->known_exports.count; i++) {
        const Export *known = &reach->known_exports.items[i];
        bool decides_switches =
            w->makes_types && text_equal_z(known->symbol, "RhTypeCast_AreTypesAssignable");
        if (export_policy(known->symbol) == EXPORT_Native || decides_switches)
            export_add(w, known->method, known->symbol, false);
    }
    uint32_t module_count;
    Module *const *all = modules(w->ts, &module_count);
    for (uint32_t i = 0; i < module_count; i++)
        if (all[i]->is_app)
            unmanaged_exports_of(w, all[i], true);
    const TextList *assemblies = &reach->request->interop.unmanaged_entry_point_assemblies;
    for (uint32_t i = 0; i < assemblies->count; i++)
        unmanaged_exports_mark(w, assemblies->items[i]);
    // The runtime archive and the personality throw, allocate and compare without being asked by a body.
    mark_helper(w, WELL_KNOWN_METHOD_ThrowNullReferenceException, NULL);
    mark_allocated(w, well_known_type(w->ts, WELL_KNOWN_TYPE_Object), NULL, "System.Object");
    mark_allocated(w, well_known_type(w->ts, WELL_KNOWN_TYPE_String), NULL, "allocated by the runtime");
    mark_constructed(w, well_known_type(w->ts, WELL_KNOWN_TYPE_Array), NULL, "GetSystemArrayEEType");
    if (w->makes_types) {
        export_add(w, well_known_method(w->ts, WELL_KNOWN_METHOD_GenericLookup),
                   TEXT_LITERAL("tailor_find_generic"), false);
        export_add(w, well_known_method(w->ts, WELL_KNOWN_METHOD_GVMLookupForSlotSlow),
                   TEXT_LITERAL("tailor_find_virtual"), false);
        mark_necessary(w, well_known_type(w->ts, WELL_KNOWN_TYPE_Canon), NULL, "argument of templates");
    }
    descriptors_mark(w);
}
