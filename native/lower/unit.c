#include "lower/lowering.h"

#include <llvm-c/Analysis.h>
#include <llvm-c/BitReader.h>
#include <llvm-c/BitWriter.h>
#include <stdlib.h>

enum {
    SINGLE_UNIT_METHODS =
        6000,            // below this one module: hello is 8.5 % smaller than in four, for 17 % more CPU time
    UNIT_METHODS = 1500, // average size of a unit above it
};

// ---- Partition ----------------------------------------------------------------------------------

static uint32_t name_hash(Text name) {
    uint32_t hash = 2166136261u; // FNV-1a
    for (size_t i = 0; i < name.size; i++)
        hash = (hash ^ (unsigned char)name.data[i]) * 16777619u;
    return hash ^ hash >> 15;
}

/// Unit borders depend on the names of the methods at the border only, so an edit elsewhere moves no border.
static bool is_border(const Reach *reach, const Method *method, uint32_t unit_size) {
    if (unit_size >= 2 * UNIT_METHODS)
        return true;
    if (unit_size < UNIT_METHODS / 2)
        return false;
    return name_hash(reach_symbol(reach, SYMBOL_Method, method)) % (UNIT_METHODS / 2) == 0;
}

/// Methods with code under a symbol of their own.
static const Method **methods_with_code(const Reach *reach, Arena *program, uint32_t *count) {
    uint32_t all;
    const Method *const *methods = reach_methods(reach, &all);
    const Method **out = ARENA_ARRAY(program, const Method *, all);
    *count = 0;
    for (uint32_t i = 0; i < all; i++)
        if (reach_code(reach, methods[i]) == methods[i] || reach_pointer_taken(reach, methods[i]))
            out[(*count)++] = methods[i];
    return out;
}

Unit *units_partition(const Reach *reach, Arena *program, uint32_t *count) {
    uint32_t method_count;
    const Method *const *methods = methods_with_code(reach, program, &method_count);
    Unit *units = ARENA_ARRAY(program, Unit, method_count / (UNIT_METHODS / 2) + 1);
    *count = 0;
    for (uint32_t first = 0; first < method_count || *count == 0;) {
        uint32_t size = method_count - first;
        if (method_count > SINGLE_UNIT_METHODS)
            for (uint32_t i = 1; i < method_count - first; i++)
                if (is_border(reach, methods[first + i], i)) {
                    size = i;
                    break;
                }
        units[*count] = (Unit){.index = *count, .methods = methods + first, .method_count = size};
        (*count)++;
        first += size;
    }
    return units;
}

// ---- Context and module -------------------------------------------------------------------------

static unsigned attribute_kind(const char *name) {
    return LLVMGetEnumAttributeKindForName(name, strlen(name));
}

static unsigned metadata_kind(UnitState *u, const char *name) {
    return LLVMGetMDKindIDInContext(u->context, name, (unsigned)strlen(name));
}

static void kinds_look_up(UnitState *u) {
    u->kinds = (AttributeKinds){
        .alwaysinline = attribute_kind("alwaysinline"),
        .cold = attribute_kind("cold"),
        .inlinehint = attribute_kind("inlinehint"),
        .minsize = attribute_kind("minsize"),
        .noalias = attribute_kind("noalias"),
        .noinline = attribute_kind("noinline"),
        .noreturn = attribute_kind("noreturn"),
        .nounwind = attribute_kind("nounwind"),
        .optsize = attribute_kind("optsize"),
        .signext = attribute_kind("signext"),
        .uwtable = attribute_kind("uwtable"),
        .zeroext = attribute_kind("zeroext"),
        .byval = attribute_kind("byval"),
        .sret = attribute_kind("sret"),
        .nest = attribute_kind("nest"),
        .willreturn = attribute_kind("willreturn"),
        .nonnull = attribute_kind("nonnull"),
        .memory = attribute_kind("memory"),
        .returns_twice = attribute_kind("returns_twice"),
        .naked = attribute_kind("naked"),
    };
    u->metadata_invariant_load = metadata_kind(u, "invariant.load");
    u->metadata_range = metadata_kind(u, "range");
    u->metadata_make_implicit = metadata_kind(u, "make.implicit");
    u->metadata_prof = metadata_kind(u, "prof");
}

static LLVMValueRef metadata_value(UnitState *u, LLVMMetadataRef *items, size_t count) {
    return LLVMMetadataAsValue(u->context, LLVMMDNodeInContext2(u->context, items, count));
}

static void module_create(UnitState *u, LLVMTargetMachineRef machine) {
    char name[32];
    snprintf(name, sizeof name, "unit%u", u->unit->index);
    if (!u->unit->context)
        u->unit->context = LLVMContextCreate();
    u->context = u->unit->context;
    u->module = u->unit->module = LLVMModuleCreateWithNameInContext(name, u->context);
    LLVMSetSourceFileName(u->module, name, strlen(name));
    char *triple = LLVMGetTargetMachineTriple(machine);
    LLVMSetTarget(u->module, triple);
    LLVMDisposeMessage(triple);
    LLVMTargetDataRef layout = LLVMCreateTargetDataLayout(machine);
    LLVMSetModuleDataLayout(u->module, layout);
    LLVMDisposeTargetData(layout);

    u->type_void = LLVMVoidTypeInContext(u->context);
    u->i1 = LLVMInt1TypeInContext(u->context);
    u->i8 = LLVMInt8TypeInContext(u->context);
    u->i16 = LLVMInt16TypeInContext(u->context);
    u->i32 = LLVMInt32TypeInContext(u->context);
    u->i64 = LLVMInt64TypeInContext(u->context);
    u->f32 = LLVMFloatTypeInContext(u->context);
    u->f64 = LLVMDoubleTypeInContext(u->context);
    u->ptr = LLVMPointerTypeInContext(u->context, 0);
    u->landing_pad = LLVMStructTypeInContext(u->context, (LLVMTypeRef[]){u->ptr, u->i32}, 2, false);
    u->clause = LLVMStructTypeInContext(u->context, (LLVMTypeRef[]){u->i32, u->i32}, 2, false);
    kinds_look_up(u);

    u->empty_node = metadata_value(u, NULL, 0);
    // Lengths of arrays and strings are never negative: removes the sign extensions (llvm.md 8).
    u->length_range =
        metadata_value(u,
                       (LLVMMetadataRef[]){LLVMValueAsMetadata(LLVMConstInt(u->i32, 0, false)),
                                           LLVMValueAsMetadata(LLVMConstInt(u->i32, 0x7FFFFFFF, false))},
                       2);
    u->unlikely =
        metadata_value(u,
                       (LLVMMetadataRef[]){LLVMMDStringInContext2(u->context, "branch_weights", 14),
                                           LLVMValueAsMetadata(LLVMConstInt(u->i32, 1, false)),
                                           LLVMValueAsMetadata(LLVMConstInt(u->i32, 1u << 20, false))},
                       3);
}

const char *unit_verify_message(UnitState *u) {
    char *text = NULL;
    if (!LLVMVerifyModule(u->module, LLVMReturnStatusAction, &text) || !text)
        text = text ? text : LLVMCreateMessage("");
    char *copy = arena_format(&u->arena, "%.300s", text);
    LLVMDisposeMessage(text);
    return copy;
}

static void llvm_diagnostic(LLVMDiagnosticInfoRef info, void *context) {
    UnitState *u = context;
    if (LLVMGetDiagInfoSeverity(info) != LLVMDSError)
        return;
    char *text = LLVMGetDiagInfoDescription(info);
    diag_report(u->diag, DIAG_CodeGeneration, (DiagLocation){.file = NULL}, text);
    LLVMDisposeMessage(text);
    u->failed = true;
}

UnitState unit_state_open(Unit *unit, const Reach *reach, const Sharing *sharing,
                          LLVMTargetMachineRef machine, Diag *diag) {
    UnitState u = {.unit = unit,
                   .reach = reach,
                   .sharing = sharing,
                   .il = reach_il(reach),
                   .request = reach_request(reach),
                   .diag = diag};
    u.ts = il_types(u.il);
    module_create(&u, machine);
    return u;
}

void unit_state_close(UnitState *u) {
    arena_free(&u->scratch);
    arena_free(&u->arena);
}

bool lower_unit(Unit *unit, const Reach *reach, const Sharing *sharing, LLVMTargetMachineRef machine,
                Diag *diag) {
    UnitState u = unit_state_open(unit, reach, sharing, machine, diag);
    LLVMContextSetDiagnosticHandler(u.context, llvm_diagnostic, &u);
    debug_unit_begin(&u);
    for (uint32_t i = 0; i < unit->method_count; i++) {
        if (!lower_method(&u, unit->methods[i]))
            u.failed = true;
        arena_reset(&u.scratch);
    }
    dictionaries_define(&u);
    debug_unit_end(&u);
    LLVMContextSetDiagnosticHandler(u.context, NULL, NULL);
    unit_state_close(&u);
    return !u.failed;
}

// ---- Waiting units ------------------------------------------------------------------------------

static void module_dispose(Unit *unit) {
    if (unit->module)
        LLVMDisposeModule(unit->module);
    if (unit->context)
        LLVMContextDispose(unit->context);
    unit->module = NULL;
    unit->context = NULL;
}

void unit_pack(Unit *unit, Arena *program) {
    ARRAY(Text) declared = {0};
    for (LLVMValueRef f = LLVMGetFirstFunction(unit->module); f; f = LLVMGetNextFunction(f)) {
        if (!LLVMIsDeclaration(f) || LLVMGetIntrinsicID(f))
            continue;
        size_t size;
        const char *name = LLVMGetValueName2(f, &size);
        ARRAY_PUSH(program, &declared, (Text){arena_format(program, "%.*s", (int)size, name), size});
    }
    unit->declared = declared.items;
    unit->declared_count = declared.count;
    unit->bitcode = LLVMWriteBitcodeToMemoryBuffer(unit->module);
    module_dispose(unit);
}

bool unit_unpack(Unit *unit, Diag *diag) {
    unit->context = LLVMContextCreate();
    bool failed = LLVMParseBitcodeInContext2(unit->context, unit->bitcode, &unit->module);
    if (failed)
        diag_report(diag, DIAG_Internal, (DiagLocation){0}, "the bitcode of a unit cannot be read back");
    LLVMDisposeMemoryBuffer(unit->bitcode);
    unit->bitcode = NULL;
    return !failed;
}

void unit_close(Unit *unit) {
    module_dispose(unit);
    if (unit->bitcode)
        LLVMDisposeMemoryBuffer(unit->bitcode);
    unit->bitcode = NULL;
}
