// Ready-to-run header and everything the runtime finds by a fixed name (corelib-contract 3.2, 3.3;
// runtime-contract 8, 11.4).
#include "emit/context.h"
#include "emit/reflection_blob.h"
#include "request/instruction_sets.h"

enum { READY_TO_RUN_SIGNATURE = 0x00525452, HEADER_MAJOR = 16, SECTION_ENTRY_SIZE = 24, SECTION_HAS_END = 1 };
enum {
    SECTION_TypeManagerIndirection = 204,
    SECTION_EagerCctor = 205,
    SECTION_ModuleInitializerList = 213,
    SECTION_ReadOnlyBlobRegionStart = 300,
    LAST_BLOB = 41
};

typedef struct SectionName {
    uint32_t id;
    const char *start, *end; // labels of the data unit; a section without its start label is left out
} SectionName;

static bool object_exists(EmitContext *e, const char *symbol) {
    Text name = text_intern_z(&e->texts, symbol);
    for (uint32_t i = 0; i < e->set.objects.count; i++)
        if (e->set.objects.items[i]->name.data == name.data)
            return true;
    return false;
}

// ---- Lists of code ------------------------------------------------------------------------------

/// `first` (may be empty) is called before the methods.
static void code_list(EmitContext *e, const char *start, const char *end, Text first,
                      const Method *const *methods, uint32_t count) {
    if (!count && !first.size)
        return;
    DataObject *list = data_object_new(&e->set, start, SECTION_ReadOnly, 4);
    data_label_z(&e->set, list, start);
    if (first.size)
        data_relative(&e->set, list, first, USE_Code, 0);
    for (uint32_t i = 0; i < count; i++)
        data_relative(&e->set, list, emit_method_symbol(e, methods[i]), USE_Code, 0);
    data_label_z(&e->set, list, end);
}

// ---- Header -------------------------------------------------------------------------------------

static uint32_t present_sections(EmitContext *e, const SectionName *names, uint32_t count,
                                 SectionName *present) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < count; i++)
        if (object_exists(e, names[i].start))
            present[n++] = names[i];
    return n;
}

static uint32_t sections_of(EmitContext *e, SectionName *present) {
    static const SectionName names[] = {
        {201, "__GCStaticRegionStart", "__GCStaticRegionEnd"},
        {202, "__ThreadStaticRegionStart", "__ThreadStaticRegionEnd"},
        {SECTION_TypeManagerIndirection, "__typemanager_indirection", NULL},
        {SECTION_EagerCctor, "__EagerCctorStart", "__EagerCctorEnd"},
        {206, "__FrozenSegmentStart", "__FrozenSegmentEnd"},
        {SECTION_ModuleInitializerList, "__ModuleInitializerListStart", "__ModuleInitializerListEnd"},
    };
    uint32_t count = present_sections(e, names, sizeof names / sizeof *names, present);
    for (uint32_t blob = 1; blob <= LAST_BLOB; blob++) {
        // Readers of generic instances and their statics have fix-up tables of their own: one serves all.
        bool is_fixups = blob == BLOB_NativeReferences || blob == BLOB_NativeStatics;
        uint32_t content = is_fixups ? BLOB_CommonFixupsTable : blob;
        SectionName name = {SECTION_ReadOnlyBlobRegionStart + blob,
                            arena_format(&e->arena, "__blob_%u_start", content),
                            arena_format(&e->arena, "__blob_%u_end", content)};
        count += present_sections(e, &name, 1, present + count);
    }
    return count;
}

void emit_header(EmitContext *e) {
    SectionName present[8 + LAST_BLOB];
    uint32_t count = sections_of(e, present);
    DataObject *header = data_object_new(&e->set, "__ReadyToRunHeader", SECTION_ReadOnly, 8);
    data_label_z(&e->set, header, "__ReadyToRunHeader");
    data_u32(&e->set, header, READY_TO_RUN_SIGNATURE);
    data_u16(&e->set, header, HEADER_MAJOR);
    data_u16(&e->set, header, 0);
    data_u32(&e->set, header, 0);
    data_u16(&e->set, header, (uint16_t)count);
    data_u8(&e->set, header, SECTION_ENTRY_SIZE);
    data_u8(&e->set, header, 1);
    for (uint32_t i = 0; i < count; i++) {
        data_u32(&e->set, header, present[i].id);
        data_u32(&e->set, header, present[i].end ? SECTION_HAS_END : 0);
        data_pointer(&e->set, header, WHOLE_SYMBOL(text_intern_z(&e->texts, present[i].start)));
        data_pointer(&e->set, header,
                     WHOLE_SYMBOL(present[i].end ? text_intern_z(&e->texts, present[i].end) : (Text){0}));
    }
    DataObject *module = data_object_new(&e->set, "__Module", SECTION_Modules, 8);
    data_label_z(&e->set, module, "__Module");
    data_pointer(&e->set, module, WHOLE_SYMBOL(text_intern_z(&e->texts, "__ReadyToRunHeader")));
    module->keeps = true;
}

// ---- Configuration ------------------------------------------------------------------------------

// u64 count, addresses of the names, addresses of the values: NUL-terminated.
static void configuration_write(EmitContext *e, const char *symbol, const TextPair *pairs, uint32_t count) {
    Text *names = ARENA_ARRAY(&e->arena, Text, 2 * count + 1);
    for (uint32_t i = 0; i < count; i++) {
        names[i] = emit_bytes(e, "knob", arena_format(&e->arena, "%.*s", TEXT_ARG(pairs[i].name)),
                              pairs[i].name.size + 1, 1);
        names[count + i] = emit_bytes(e, "knob", arena_format(&e->arena, "%.*s", TEXT_ARG(pairs[i].value)),
                                      pairs[i].value.size + 1, 1);
    }
    DataObject *blob = data_object_new(&e->set, symbol, SECTION_ReadOnly, 8);
    data_label_z(&e->set, blob, symbol);
    data_u64(&e->set, blob, count);
    for (uint32_t i = 0; i < 2 * count; i++)
        data_pointer(&e->set, blob, WHOLE_SYMBOL(names[i]));
}

static void settings_write(EmitContext *e) {
    const TextMap *options = &e->request->runtime.gc_options;
    TextPair *pairs = ARENA_ARRAY(&e->arena, TextPair, options->count + 1);
    uint32_t n = 0;
    pairs[n++] = (TextPair){TEXT_LITERAL("gcConservative"), TEXT_LITERAL("1")}; // design D2
    for (uint32_t i = 0; i < options->count; i++)
        if (!text_equal_z(options->items[i].name, "gcConservative"))
            pairs[n++] = options->items[i];
    configuration_write(e, "g_compilerEmbeddedSettingsBlob", pairs, n);
}

static void cpu_features_write(EmitContext *e) {
    DataObject *features = data_object_new(&e->set, "g_requiredCpuFeatures", SECTION_ReadOnly, 4);
    data_label_z(&e->set, features, "g_requiredCpuFeatures");
    data_u32(&e->set, features, instruction_sets_required(request_instruction_sets(e->request)));
}

// TypeManagerSlot {TypeManager handle, module index}, filled at start-up.
static void type_manager_write(EmitContext *e) {
    DataObject *slot = data_object_new(&e->set, "__typemanager_indirection", SECTION_Writable, 8);
    data_label_z(&e->set, slot, "__typemanager_indirection");
    data_zeros(&e->set, slot, 16);
}

void emit_module(EmitContext *e) {
    uint32_t count;
    const Method *const *eager = reach_eager_cctors(e->reach, &count);
    Text first = {0};
    if (emit_initial_objects(e))
        first = text_intern_z(&e->texts, "tailor_make_initial_objects");
    code_list(e, "__EagerCctorStart", "__EagerCctorEnd", first, eager, count);
    const Method *const *initializers = reach_module_initializers(e->reach, &count);
    code_list(e, "__ModuleInitializerListStart", "__ModuleInitializerListEnd", (Text){0}, initializers,
              count);
    type_manager_write(e);
    settings_write(e);
    configuration_write(e, "g_compilerEmbeddedKnobsBlob", e->request->runtime.knobs.items,
                        e->request->runtime.knobs.count);
    cpu_features_write(e);
}
