#include "lower_world.h"

#include <llvm-c/Analysis.h>
#include <llvm-c/ExecutionEngine.h>
#include <llvm-c/Target.h>
#include <llvm-c/Transforms/PassBuilder.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

enum { METHODS_MAX = 32 };

typedef struct WorldMethod {
    Method method;
    Signature signature;
    Type *params[8];
    Body body;
    bool has_body;
    void *import;
} WorldMethod;

static struct {
    Arena arena;
    Diag *diag;
    Request request;
    WorldMethod methods[METHODS_MAX];
    const Method *compiled[METHODS_MAX];
    uint32_t method_count, compiled_count;
    Unit unit;
    LLVMTargetMachineRef machine;
    LLVMExecutionEngineRef engine;
    char *ir;
} world;

// ---- Types --------------------------------------------------------------------------------------

typedef struct WorldShape {
    ElementType element;
    uint32_t size, alignment;
    WorldType fields[3];
    uint32_t field_count;
} WorldShape;

static const WorldShape shapes[WORLD_TYPE_COUNT] = {
    [WORLD_Void] = {.element = ELEMENT_TYPE_VOID},
    [WORLD_I1] = {ELEMENT_TYPE_I1, 1, 1, {0}, 0},
    [WORLD_U1] = {ELEMENT_TYPE_U1, 1, 1, {0}, 0},
    [WORLD_I2] = {ELEMENT_TYPE_I2, 2, 2, {0}, 0},
    [WORLD_U2] = {ELEMENT_TYPE_U2, 2, 2, {0}, 0},
    [WORLD_I4] = {ELEMENT_TYPE_I4, 4, 4, {0}, 0},
    [WORLD_U4] = {ELEMENT_TYPE_U4, 4, 4, {0}, 0},
    [WORLD_I8] = {ELEMENT_TYPE_I8, 8, 8, {0}, 0},
    [WORLD_U8] = {ELEMENT_TYPE_U8, 8, 8, {0}, 0},
    [WORLD_I] = {ELEMENT_TYPE_I, 8, 8, {0}, 0},
    [WORLD_R4] = {ELEMENT_TYPE_R4, 4, 4, {0}, 0},
    [WORLD_R8] = {ELEMENT_TYPE_R8, 8, 8, {0}, 0},
    [WORLD_Object] = {ELEMENT_TYPE_OBJECT, 8, 8, {0}, 0},
    [WORLD_Pair] = {ELEMENT_TYPE_VALUETYPE, 8, 4, {WORLD_I4, WORLD_I4}, 2},
    [WORLD_Mixed] = {ELEMENT_TYPE_VALUETYPE, 16, 8, {WORLD_R8, WORLD_I8}, 2},
    [WORLD_Floats] = {ELEMENT_TYPE_VALUETYPE, 8, 4, {WORLD_R4, WORLD_R4}, 2},
    [WORLD_Large] = {ELEMENT_TYPE_VALUETYPE, 24, 8, {WORLD_I8, WORLD_I8, WORLD_I8}, 3},
};

static struct {
    TypeDef def;
    Type type;
    Type byref;
    FieldDef field_def;
    Field fields[3];
    Field *field_list[3];
} types[WORLD_TYPE_COUNT];

Type *world_type(WorldType type) {
    return &types[type].type;
}

Field *world_field(WorldType type, uint32_t index) {
    return &types[type].fields[index];
}

static void types_make(void) {
    for (int i = 0; i < WORLD_TYPE_COUNT; i++) {
        bool is_value = i != WORLD_Object;
        types[i].def = (TypeDef){.element_type = shapes[i].element, .is_value_type = is_value};
        types[i].type = (Type){.kind = TYPE_Named,
                               .element_type = shapes[i].element,
                               .def = &types[i].def,
                               .id = (uint32_t)i,
                               .is_value_type = is_value};
        types[i].byref =
            (Type){.kind = TYPE_ByRef, .element_type = ELEMENT_TYPE_BYREF, .element = &types[i].type};
        types[i].field_def = (FieldDef){.owner = &types[i].def};
        for (uint32_t k = 0; k < shapes[i].field_count; k++) {
            types[i].fields[k] = (Field){.def = &types[i].field_def,
                                         .owner = &types[i].type,
                                         .type = world_type(shapes[i].fields[k]),
                                         .index = k};
            types[i].field_list[k] = &types[i].fields[k];
        }
    }
}

static WorldType number_of(const Type *type) {
    return (WorldType)type->id;
}

uint32_t type_size(TypeSystem *ts, Type *type) {
    (void)ts;
    return type->kind == TYPE_Named ? shapes[number_of(type)].size : 8;
}
uint32_t type_alignment(TypeSystem *ts, Type *type) {
    (void)ts;
    return type->kind == TYPE_Named ? shapes[number_of(type)].alignment : 8;
}
Field *const *type_fields(TypeSystem *ts, Type *type, uint32_t *count) {
    (void)ts;
    *count = shapes[number_of(type)].field_count;
    return types[number_of(type)].field_list;
}
uint32_t field_offset(TypeSystem *ts, Field *field) {
    uint32_t offset = 0;
    for (uint32_t i = 0; i < field->index; i++)
        offset += type_size(ts, types[number_of(field->owner)].fields[i].type);
    return offset;
}
bool type_has_references(TypeSystem *ts, Type *type) {
    (void)ts;
    return type->kind != TYPE_Named || !type->is_value_type;
}
Type *type_primitive(const TypeSystem *ts, ElementType element) {
    (void)ts;
    for (int i = 0; i < WORLD_Pair; i++)
        if (shapes[i].element == element)
            return &types[i].type;
    return NULL;
}
Type *type_byref(TypeSystem *ts, Type *element) {
    (void)ts;
    return &types[number_of(element)].byref;
}
Type *well_known_type(const TypeSystem *ts, WellKnownType id) {
    (void)ts;
    return id == WELL_KNOWN_TYPE_Object ? world_type(WORLD_Object) : NULL;
}
// Not reached by these bodies.
Type *type_base(TypeSystem *ts, Type *type) {
    (void)ts;
    (void)type;
    return NULL;
}
bool type_def_is_variant(const TypeDef *def) {
    (void)def;
    return false;
}
Type *type_enum_underlying(TypeSystem *ts, Type *type) {
    (void)ts;
    return type;
}
Type *type_find(TypeSystem *ts, Module *m, const char *n, const char *t) {
    (void)ts;
    (void)m;
    (void)n;
    (void)t;
    return NULL;
}
Field *type_find_field(TypeSystem *ts, Type *t, const char *n) {
    (void)ts;
    (void)t;
    (void)n;
    return NULL;
}
Method *type_find_method(TypeSystem *ts, Type *t, const char *n, const Signature *s) {
    (void)ts;
    (void)t;
    (void)n;
    (void)s;
    return NULL;
}
Type *type_instantiate(TypeSystem *ts, const TypeDef *d, Type *const *a, uint32_t c, Failure *f) {
    (void)ts;
    (void)d;
    (void)a;
    (void)c;
    (void)f;
    return NULL;
}
const Layout *type_layout(TypeSystem *ts, Type *type, Failure *f) {
    (void)ts;
    (void)type;
    (void)f;
    return NULL;
}
ResolveKind type_resolve_constrained(TypeSystem *ts, Type *t, Method *d, Method **r) {
    (void)ts;
    (void)t;
    (void)d;
    (void)r;
    return RESOLVE_None;
}
Type *type_sz_array(TypeSystem *ts, Type *element) {
    (void)ts;
    return element;
}
bool field_constant(const FieldDef *f, ElementType *e, Bytes *b) {
    (void)f;
    (void)e;
    (void)b;
    return false;
}
bool field_rva_data(TypeSystem *ts, Field *f, Bytes *b) {
    (void)ts;
    (void)f;
    (void)b;
    return false;
}
StaticKind field_static_kind(TypeSystem *ts, Field *f) {
    (void)ts;
    (void)f;
    return STATIC_NonGC;
}
uint32_t field_static_offset(TypeSystem *ts, Field *f) {
    (void)ts;
    (void)f;
    return 0;
}
Method *method_synthetic(TypeSystem *ts, MethodSynthetic k, Type *o, const Method *m) {
    (void)ts;
    (void)k;
    (void)o;
    return (Method *)m;
}
static Text text_of(const char *string) {
    return (Text){string, strlen(string)};
}
Text type_display(TypeSystem *ts, const Type *t, Arena *a) {
    (void)ts;
    (void)t;
    (void)a;
    return text_of("type");
}
Text method_display(TypeSystem *ts, const Method *m, Arena *a) {
    (void)ts;
    (void)a;
    return m->name;
}
Text method_diagnostic_name(TypeSystem *ts, const Method *m, Arena *a) {
    (void)ts;
    (void)a;
    return m->name;
}

// ---- Methods ------------------------------------------------------------------------------------

static Signature helper_signature;
static Method helpers[WELL_KNOWN_METHOD_COUNT];
static char helper_names[WELL_KNOWN_METHOD_COUNT][24];

Method *well_known_method(const TypeSystem *ts, WellKnownMethod id) {
    (void)ts;
    helper_signature = (Signature){.return_type = world_type(WORLD_Void)};
    snprintf(helper_names[id], sizeof helper_names[id], "helper%d", (int)id);
    helpers[id] = (Method){
        .owner = world_type(WORLD_Object), .name = text_of(helper_names[id]), .signature = &helper_signature};
    return &helpers[id];
}

static WorldMethod *method_add(const char *name, WorldType result, const WorldType *params,
                               uint32_t param_count) {
    WorldMethod *m = &world.methods[world.method_count++];
    for (uint32_t i = 0; i < param_count; i++)
        m->params[i] = world_type(params[i]);
    m->signature =
        (Signature){.return_type = world_type(result), .params = m->params, .param_count = param_count};
    m->method =
        (Method){.owner = world_type(WORLD_Object), .name = text_of(name), .signature = &m->signature};
    return m;
}

const Method *world_method(const char *name, WorldType result, const WorldType *params,
                           uint32_t param_count) {
    return &method_add(name, result, params, param_count)->method;
}

const Method *world_import(const char *name, WorldType result, const WorldType *params, uint32_t param_count,
                           void *code) {
    WorldMethod *m = method_add(name, result, params, param_count);
    m->import = code;
    return &m->method;
}

void world_body(const Method *method, const Instruction *code, uint32_t count, const Block *blocks,
                uint32_t block_count, const WorldType *locals, uint32_t local_count) {
    WorldMethod *m = (WorldMethod *)method;
    Arena *arena = &world.arena;
    m->has_body = true;
    m->body = (Body){.method = method,
                     .instruction_count = count,
                     .block_count = blocks ? block_count : 1,
                     .local_count = local_count,
                     .init_locals = true,
                     .arg_count = m->signature.param_count};
    m->body.instructions = arena_copy(arena, code, count * sizeof *code, 16);
    m->body.args = m->params;
    m->body.locals = ARENA_ARRAY(arena, Type *, local_count + 1);
    for (uint32_t i = 0; i < local_count; i++)
        m->body.locals[i] = world_type(locals[i]);
    Block one = {.count = count, .live = true, .try_region = -1, .handler_region = -1};
    m->body.blocks = arena_copy(arena, blocks ? blocks : &one, m->body.block_count * sizeof one, 16);
    world.compiled[world.compiled_count++] = method;
}

void world_regions(const Method *method, EhRegion *regions, uint32_t count) {
    Body *body = &((WorldMethod *)method)->body;
    body->regions = arena_copy(&world.arena, regions, count * sizeof *regions, 16);
    body->region_count = count;
}

// ---- il/ and reach/ -----------------------------------------------------------------------------

const char *il_hardware_feature(Il *il, const Method *method) {
    (void)il;
    (void)method;
    return NULL;
}
bool il_is_vector(const Type *type) {
    (void)type;
    return false;
}

Type *il_first_vector(const Signature *signature) {
    (void)signature;
    return NULL;
}

bool il_elements_are(const Type *vector, char letter) {
    (void)vector;
    (void)letter;
    return true;
}

int il_vector_row(Il *il, const Method *method) {
    (void)il;
    (void)method;
    return -1;
}

TypeSystem *il_types(Il *il) {
    return (TypeSystem *)il;
}
Il *reach_il(const Reach *reach) {
    (void)reach;
    return (Il *)&world;
}
const Request *reach_request(const Reach *reach) {
    (void)reach;
    return &world.request;
}
Body *il_body(Il *il, const Method *method, Arena *scratch) {
    (void)il;
    (void)scratch;
    return &((WorldMethod *)method)->body;
}
MethodCode il_method_code(Il *il, const Method *method) {
    (void)il;
    bool is_own = (const WorldMethod *)method >= world.methods &&
                  (const WorldMethod *)method < world.methods + METHODS_MAX;
    bool is_import = is_own && ((const WorldMethod *)method)->import;
    return (MethodCode){.kind = is_import ? CODE_RuntimeImport : CODE_Body, .symbol = method->name};
}
const Method *const *reach_methods(const Reach *reach, uint32_t *count) {
    (void)reach;
    *count = world.compiled_count;
    return world.compiled;
}
bool reach_has_method(const Reach *reach, const Method *method) {
    (void)reach;
    bool is_own = (const WorldMethod *)method >= world.methods &&
                  (const WorldMethod *)method < world.methods + METHODS_MAX;
    return !is_own || ((const WorldMethod *)method)->has_body;
}
Text reach_symbol(const Reach *reach, SymbolKind kind, const void *entity) {
    (void)reach;
    return kind == SYMBOL_Method || kind == SYMBOL_Code ? ((const Method *)entity)->name : text_of("entity");
}
void reach_share_body(Reach *reach, const Method *method, const Method *made_from) {
    (void)reach;
    (void)method;
    (void)made_from;
}
// The world has no generic instances.
bool method_has_placeholder(const Method *method) {
    (void)method;
    return false;
}
Method *method_canonical(TypeSystem *ts, const Method *method) {
    (void)ts;
    return (Method *)method;
}
ContextSource reach_context_source(const Method *method) {
    (void)method;
    return CONTEXT_None;
}
Text reach_lookup(const Reach *reach, LookupKind kind, const void *entity, const Method *context,
                  const Type *part) {
    (void)reach, (void)kind, (void)entity, (void)part;
    return context->name;
}
LookupPart reach_lookup_part(const Method *context, const Type *part, LookupKind kind, const void *entity,
                             const Type **found) {
    (void)context, (void)part, (void)kind, (void)entity, (void)found;
    return LOOKUP_PART_None;
}
uint32_t reach_static_selector(const Reach *reach, const Method *static_virtual, bool *is_ambiguous) {
    (void)reach, (void)static_virtual;
    *is_ambiguous = false;
    return 0;
}
const Method *reach_code(const Reach *reach, const Method *method) {
    (void)reach;
    return method;
}
bool reach_pointer_taken(const Reach *reach, const Method *method) {
    (void)reach;
    (void)method;
    return true;
}
void reach_share_code(Reach *reach, const Method *method, const Method *same) {
    (void)reach;
    (void)method;
    (void)same;
}
const Export *reach_exports(const Reach *reach, uint32_t *count) {
    (void)reach;
    *count = 0;
    return NULL;
}
bool reach_instance_allowed(const Reach *reach, const Method *method) {
    (void)reach;
    (void)method;
    return true;
}
bool reach_type_allowed(const Reach *reach, const Type *type) {
    (void)reach;
    (void)type;
    return true;
}
bool reach_has_cuts(const Reach *reach) {
    (void)reach;
    return false;
}
bool reach_never_called(const Reach *reach, const Method *method) {
    (void)reach;
    (void)method;
    return false;
}
bool reach_cast_possible(const Reach *reach, const Type *type) {
    (void)reach;
    (void)type;
    return true;
}
const Type *reach_only_implementer(const Reach *reach, const Type *type) {
    (void)reach;
    (void)type;
    return NULL;
}
TypeLevel reach_type_level(const Reach *reach, const Type *type) {
    (void)reach;
    (void)type;
    return LEVEL_Constructed;
}
uint32_t reach_helpers_of(TypeSystem *ts, const Body *body, const Instruction *in,
                          WellKnownMethod out[HELPERS_MAX]) {
    (void)ts;
    (void)body;
    (void)in;
    (void)out;
    return 0;
}
CallPlan reach_call_plan(const Reach *reach, const Method *method, const Type *receiver, bool exact) {
    (void)reach;
    (void)receiver;
    (void)exact;
    return (CallPlan){.kind = CALL_Direct, .target = method};
}
uint32_t reach_dynamic_number(const Reach *reach, const Method *selector) {
    (void)reach;
    (void)selector;
    return DYNAMIC_NONE;
}

Text reach_selector_symbol(const Reach *reach, uint32_t selector) {
    (void)reach;
    (void)selector;
    return text_of("selector");
}
const Method *reach_string_factory(TypeSystem *ts, const Method *constructor) {
    (void)ts;
    return constructor;
}
const Utf16 *reach_strings(const Reach *reach, uint32_t *count) {
    (void)reach;
    *count = 0;
    return NULL;
}
uint32_t reach_string_index(const Reach *reach, Utf16 string) {
    (void)reach;
    (void)string;
    return UINT32_MAX;
}
Text reach_string_symbol(const Reach *reach, uint32_t index) {
    (void)reach;
    (void)index;
    return text_of("string");
}

// ---- Running ------------------------------------------------------------------------------------

int world_thrown = -1;
static jmp_buf jump;
static uint32_t trap_threads;

static void thrown(int helper) {
    world_thrown = helper;
    longjmp(jump, 1);
}
static void throw_null_reference(void) {
    thrown(WELL_KNOWN_METHOD_ThrowNullReferenceException);
}
static void throw_overflow(void) {
    thrown(WELL_KNOWN_METHOD_ThrowOverflowException);
}
static void throw_divide(void) {
    thrown(WELL_KNOWN_METHOD_ThrowDivideByZeroException);
}
static void throw_range(void) {
    thrown(WELL_KNOWN_METHOD_ThrowIndexOutOfRangeException);
}
static void nothing(void) {}

void world_jump_here(void (*run)(void *context), void *context) {
    world_thrown = -1;
    if (setjmp(jump) == 0)
        run(context);
}

static void *address_of(void (*function)(void)) {
    void *address;
    memcpy(&address, &function, sizeof address);
    return address;
}

static void map(const char *name, void *address) {
    LLVMValueRef value = LLVMGetNamedFunction(world.unit.module, name);
    if (!value)
        value = LLVMGetNamedGlobal(world.unit.module, name);
    if (value)
        LLVMAddGlobalMapping(world.engine, value, address);
}

static void map_helper(WellKnownMethod id, void (*function)(void)) {
    char name[24];
    snprintf(name, sizeof name, "helper%d", (int)id);
    map(name, address_of(function));
}

void world_reset(void) {
    if (world.ir)
        LLVMDisposeMessage(world.ir);
    world.ir = NULL;
    if (world.engine) { // owns the module
        LLVMDisposeExecutionEngine(world.engine);
        world.unit.module = NULL;
    }
    world.engine = NULL;
    unit_close(&world.unit);
    if (world.machine)
        LLVMDisposeTargetMachine(world.machine);
    world.machine = NULL;
    if (world.diag)
        diag_close(world.diag);
    world.diag = diag_open(true);
    arena_reset(&world.arena);
    memset(world.methods, 0, sizeof world.methods);
    world.method_count = world.compiled_count = 0;
    types_make();
}

static bool machine_open(void) {
    LLVMInitializeNativeTarget();
    LLVMInitializeNativeAsmPrinter();
    LLVMLinkInMCJIT();
    char *triple = LLVMGetDefaultTargetTriple(), *message = NULL;
    LLVMTargetRef target;
    if (LLVMGetTargetFromTriple(triple, &target, &message) == 0)
        world.machine = LLVMCreateTargetMachine(target, triple, "x86-64-v2", "", LLVMCodeGenLevelDefault,
                                                LLVMRelocPIC, LLVMCodeModelDefault);
    LLVMDisposeMessage(triple);
    return world.machine != NULL;
}

bool world_compile(bool optimize) {
    if (!machine_open())
        return false;
    world.unit = (Unit){.methods = world.compiled, .method_count = world.compiled_count};
    if (!lower_unit(&world.unit, NULL, NULL, world.machine, world.diag))
        return false;
    world.ir = LLVMPrintModuleToString(world.unit.module);
    char *message = NULL;
    if (LLVMVerifyModule(world.unit.module, LLVMPrintMessageAction, &message))
        return false;
    LLVMDisposeMessage(message);
    if (optimize) {
        LLVMPassBuilderOptionsRef options = LLVMCreatePassBuilderOptions();
        LLVMConsumeError(LLVMRunPasses(world.unit.module, "default<O2>", world.machine, options));
        LLVMDisposePassBuilderOptions(options);
    }
    struct LLVMMCJITCompilerOptions options;
    LLVMInitializeMCJITCompilerOptions(&options, sizeof options);
    options.CodeModel = LLVMCodeModelLarge; // hidden symbols lie far away in the test's own image
    if (LLVMCreateMCJITCompilerForModule(&world.engine, world.unit.module, &options, sizeof options,
                                         &message))
        return false;
    map_helper(WELL_KNOWN_METHOD_ThrowNullReferenceException, throw_null_reference);
    map_helper(WELL_KNOWN_METHOD_ThrowOverflowException, throw_overflow);
    map_helper(WELL_KNOWN_METHOD_ThrowDivideByZeroException, throw_divide);
    map_helper(WELL_KNOWN_METHOD_ThrowIndexOutOfRangeException, throw_range);
    map("RhpTrapThreads", &trap_threads);
    map("tailor_poll", address_of(nothing));
    map("tailor_personality", address_of(nothing));
    map("tailor_begin_catch", address_of(nothing));
    map("tailor_throw", address_of(nothing));
    for (uint32_t i = 0; i < world.method_count; i++)
        if (world.methods[i].import)
            map(world.methods[i].method.name.data, world.methods[i].import);
    return true;
}

void *world_code(const Method *method) {
    return (void *)(uintptr_t)LLVMGetFunctionAddress(world.engine, method->name.data);
}

Diag *world_diag(void) {
    return world.diag;
}

const char *world_ir(void) {
    return world.ir;
}
