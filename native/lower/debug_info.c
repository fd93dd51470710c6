#include "lower/lowering.h"

// DWARF line tables from the portable PDB: enough for gdb to show the C# line and for symbolised stack
// traces. The assemblies of the runtime pack get none although it brings their PDBs: measured, their lines
// cost a quarter of the compile time.

enum { LINE_HIDDEN = 0xFEEFEE }; // portable PDB: a sequence point without source

typedef struct DebugFile {
    Text path;
    LLVMMetadataRef file;
} DebugFile;

static LLVMMetadataRef file_create(UnitState *u, Text path) {
    size_t name = path.size;
    while (name > 0 && path.data[name - 1] != '/' && path.data[name - 1] != '\\')
        name--;
    size_t directory = name > 1 ? name - 1 : name;
    return LLVMDIBuilderCreateFile(u->debug, path.data + name, path.size - name, path.data, directory);
}

static LLVMMetadataRef file_find(UnitState *u, Text path) {
    for (uint32_t i = 0; i < u->debug_file_count; i++)
        if (text_equal(u->debug_files[i].path, path))
            return u->debug_files[i].file;
    if (u->debug_file_count == u->debug_file_capacity)
        u->debug_files =
            array_grow(&u->arena, u->debug_files, &u->debug_file_capacity, sizeof *u->debug_files);
    Text copy = {arena_copy(&u->arena, path.data, path.size, 1), path.size};
    DebugFile *file = &u->debug_files[u->debug_file_count++];
    *file = (DebugFile){copy, file_create(u, copy)};
    return file->file;
}

static void module_flag(UnitState *u, const char *name, uint32_t value) {
    LLVMAddModuleFlag(u->module, LLVMModuleFlagBehaviorWarning, name, strlen(name),
                      LLVMValueAsMetadata(LLVMConstInt(u->i32, value, false)));
}

void debug_unit_begin(UnitState *u) {
    if (!u->request->codegen.debug_symbols)
        return;
    static const char producer[] = "tailor " TAILOR_VERSION;
    // Without the version flag LLVM drops all debug information (llvm.md 7).
    module_flag(u, "Debug Info Version", LLVMDebugMetadataVersion());
    module_flag(u, "Dwarf Version", 5);
    u->debug = LLVMCreateDIBuilder(u->module);
    Text name = u->request->project.assembly_name;
    LLVMMetadataRef file = LLVMDIBuilderCreateFile(u->debug, name.data ? name.data : "", name.size, "", 0);
    // DWARF has no language code for C#; C++ makes debuggers accept dotted and templated names.
    u->debug_unit =
        LLVMDIBuilderCreateCompileUnit(u->debug, LLVMDWARFSourceLanguageC_plus_plus_14, file, producer,
                                       sizeof producer - 1, u->request->codegen.optimize, "", 0, 0, "", 0,
                                       LLVMDWARFEmissionLineTablesOnly, 0, false, false, "", 0, "", 0);
    u->debug_type = LLVMDIBuilderCreateSubroutineType(u->debug, file, NULL, 0, LLVMDIFlagZero);
}

void debug_unit_end(UnitState *u) {
    if (!u->debug)
        return;
    LLVMDIBuilderFinalize(u->debug);
    LLVMDisposeDIBuilder(u->debug);
    u->debug = NULL;
}

static const SequencePoint *first_visible(const Lowering *l) {
    for (uint32_t i = 0; i < l->point_count; i++)
        if (l->points[i].line != LINE_HIDDEN)
            return &l->points[i];
    return NULL;
}

static bool is_of_runtime_pack(const UnitState *u, const Image *image) {
    Text directory = u->request->tool.runtime_pack_directory;
    return directory.size && strncmp(image_path(image), directory.data, directory.size) == 0;
}

void debug_method_begin(Lowering *l) {
    UnitState *u = l->u;
    l->debug_scope = NULL;
    if (!u->debug || !l->body || !l->body->module || !l->method->def ||
        l->method->synthetic != SYNTHETIC_None)
        return;
    const Image *image = l->body->module->image;
    if (is_of_runtime_pack(u, image))
        return;
    l->point_count = pdb_sequence_points(image, l->method->def->rid, l->scratch, &l->points);
    const SequencePoint *first = first_visible(l);
    if (!first)
        return;
    LLVMMetadataRef file = file_find(u, pdb_document(image, first->document));
    Text name = method_diagnostic_name(u->ts, l->method, l->scratch);
    size_t symbol_size;
    const char *symbol = LLVMGetValueName2(l->function, &symbol_size);
    l->debug_scope = LLVMDIBuilderCreateFunction(u->debug, file, name.data, name.size, symbol, symbol_size,
                                                 file, first->line, u->debug_type, true, true, first->line,
                                                 LLVMDIFlagZero, u->request->codegen.optimize);
    LLVMSetSubprogram(l->function, l->debug_scope);
    debug_instruction(l, 0);
}

void debug_instruction(Lowering *l, uint32_t il_offset) {
    if (!l->debug_scope)
        return;
    const SequencePoint *found = first_visible(l);
    for (uint32_t i = 0; i < l->point_count && l->points[i].il_offset <= il_offset; i++)
        if (l->points[i].line != LINE_HIDDEN)
            found = &l->points[i];
    LLVMMetadataRef location =
        LLVMDIBuilderCreateDebugLocation(l->u->context, found->line, found->column, l->debug_scope, NULL);
    LLVMSetCurrentDebugLocation2(l->builder, location);
}
