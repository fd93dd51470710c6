// Hardware intrinsics, the classes of System.Runtime.Intrinsics.<machine>: which of them the target has.
// Their IL calls itself; lower/ makes an instruction of that call.
//
// The runtime pack's own code takes its scalar paths whatever the target has, unless speed is what counts:
// they are written for machines without vectors, and the others would bring the vector form of every search
// and conversion into each program.
#include "il/internal.h"
#include "request/instruction_sets.h"

static const TypeDef *outermost(const TypeDef *type) {
    while (type->enclosing)
        type = type->enclosing;
    return type;
}

/// A class of System.Runtime.Intrinsics.X86, or one of its nested classes for wider vectors.
typedef struct HardwareClass {
    const char *name, *nested;
    VectorLevel level; // below it there is no support
    // What the level does not imply: a function of the runtime asks for it, LLVM knows it as `feature`.
    const char *symbol, *feature;
    enum { BEYOND_Nothing, BEYOND_Aes, BEYOND_Gfni } named; // the request may promise it
} HardwareClass;
static const HardwareClass classes[] = {
    {"X86Base", NULL, VECTORS_Sse42, NULL, NULL, BEYOND_Nothing},
    {"Sse", NULL, VECTORS_Sse42, NULL, NULL, BEYOND_Nothing},
    {"Sse2", NULL, VECTORS_Sse42, NULL, NULL, BEYOND_Nothing},
    {"Sse3", NULL, VECTORS_Sse42, NULL, NULL, BEYOND_Nothing},
    {"Ssse3", NULL, VECTORS_Sse42, NULL, NULL, BEYOND_Nothing},
    {"Sse41", NULL, VECTORS_Sse42, NULL, NULL, BEYOND_Nothing},
    {"Sse42", NULL, VECTORS_Sse42, NULL, NULL, BEYOND_Nothing},
    {"Popcnt", NULL, VECTORS_Sse42, NULL, NULL, BEYOND_Nothing},
    {"Avx", NULL, VECTORS_Avx, NULL, NULL, BEYOND_Nothing},
    {"Avx2", NULL, VECTORS_Avx2, NULL, NULL, BEYOND_Nothing},
    {"Fma", NULL, VECTORS_Avx2, NULL, NULL, BEYOND_Nothing},
    {"Bmi1", NULL, VECTORS_Avx2, NULL, NULL, BEYOND_Nothing},
    {"Bmi2", NULL, VECTORS_Avx2, NULL, NULL, BEYOND_Nothing},
    {"Lzcnt", NULL, VECTORS_Avx2, NULL, NULL, BEYOND_Nothing},
    {"Aes", NULL, VECTORS_Sse42, "tailor_has_aes", "+aes,+pclmul", BEYOND_Aes},
    {"Pclmulqdq", NULL, VECTORS_Sse42, "tailor_has_aes", "+aes,+pclmul", BEYOND_Aes},
    {"Pclmulqdq", "V256", VECTORS_Avx, "tailor_has_vaes", "+pclmul,+vpclmulqdq", BEYOND_Nothing},
    {"Gfni", NULL, VECTORS_Sse42, "tailor_has_gfni", "+gfni", BEYOND_Gfni},
    {"Gfni", "V256", VECTORS_Avx, "tailor_has_gfni", "+gfni", BEYOND_Gfni},
    {"AvxVnni", NULL, VECTORS_Avx2, "tailor_has_avx_vnni", "+avxvnni", BEYOND_Nothing},
    {"X86Serialize", NULL, VECTORS_Sse42, "tailor_has_serialize", "+serialize", BEYOND_Nothing},
};

/// NULL: none that the compiler knows.
static const HardwareClass *class_of(const TypeDef *type, const TypeDef *outer) {
    bool is_own = type == outer || text_equal_z(type->name, "X64");
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        if (text_equal_z(outer->name, classes[i].name) &&
            (classes[i].nested ? text_equal_z(type->name, classes[i].nested) : is_own))
            return &classes[i];
    return NULL;
}

static bool is_promised(const HardwareClass *class, const InstructionSets *sets) {
    return !class->symbol || (class->named == BEYOND_Aes && sets->aes) ||
           (class->named == BEYOND_Gfni && sets->gfni);
}

HardwareMethod hardware_classify(Il *il, const MethodDef *def) {
    const TypeDef *outer = outermost(def->owner);
    if (!text_starts_with(outer->name_space, "System.Runtime.Intrinsics.") || !def->is_static)
        return (HardwareMethod){.support = HARDWARE_None};
    HardwareMethod method = {.support = HARDWARE_Never,
                             .is_query = text_equal_z(def->name, "get_IsSupported")};
    const HardwareClass *class =
        text_equal_z(outer->name_space, "System.Runtime.Intrinsics.X86") ? class_of(def->owner, outer) : NULL;
    InstructionSets sets = request_instruction_sets(il->request);
    if (!class || sets.vectors < class->level)
        return method;
    method.support = is_promised(class, &sets) ? HARDWARE_Always : HARDWARE_Asked;
    method.symbol = class->symbol;
    method.feature = class->feature;
    return method;
}

bool hardware_is_instruction(Il *il, const Method *method, const Method *caller) {
    HardwareMethod hardware = hardware_method(il, method);
    if (hardware.is_query)
        return false;
    return hardware.support == HARDWARE_Always || (hardware.support == HARDWARE_Asked && method == caller);
}

Code *hardware_code(Il *il, const Method *method, Arena *arena) {
    HardwareMethod hardware = hardware_method(il, method);
    if (hardware.support == HARDWARE_None || (!hardware.is_query && hardware.support != HARDWARE_Never))
        return NULL;
    Builder b = code_builder_start(il, method, arena);
    if (hardware.is_query) {
        build_integer(&b, OP_ldc_i4, hardware.support == HARDWARE_Always);
        build(&b, OP_ret);
    } else {
        build_method(&b, OP_call,
                     well_known_method(il->ts, WELL_KNOWN_METHOD_ThrowPlatformNotSupportedException));
        build(&b, OP_unreachable);
    }
    return code_builder_finish(&b);
}

static bool is_of_runtime_pack(Il *il, const Method *method) {
    Text directory = il->request->tool.runtime_pack_directory;
    return method->def && directory.size &&
           strncmp(image_path(method->def->owner->module->image), directory.data, directory.size) == 0;
}

/// The vectors' own methods are what everybody's vector code is made of.
static bool is_of_vectors(const Method *method) {
    const TypeDef *outer = outermost(method->def->owner);
    return text_equal_z(outer->name_space, "System.Runtime.Intrinsics") ||
           text_equal_z(outer->name_space, "System.Numerics");
}

static bool takes_scalar_paths(Il *il, const Method *method) {
    return il->request->codegen.preference != PREFERENCE_Speed && !is_of_vectors(method) &&
           is_of_runtime_pack(il, method);
}

int hardware_answer(Il *il, const Method *query, const Method *caller) {
    FoldId vector = fold_find(il, query);
    HardwareMethod hardware = hardware_method(il, query);
    bool is_acceleration = vector >= FOLD_VectorIsHardwareAccelerated;
    if (!hardware.is_query && !is_acceleration)
        return -1;
    if (caller != query && takes_scalar_paths(il, caller))
        return 0;
    if (!is_acceleration)
        return hardware.support == HARDWARE_Asked ? -1 : hardware.support == HARDWARE_Always;
    if (vector == FOLD_Vector256IsHardwareAccelerated)
        return request_instruction_sets(il->request).vectors >= VECTORS_Avx2;
    return vector == FOLD_VectorIsHardwareAccelerated || vector == FOLD_Vector128IsHardwareAccelerated;
}

const char *il_hardware_feature(Il *il, const Method *method) {
    HardwareMethod hardware = hardware_method(il, method);
    return hardware.support == HARDWARE_Asked && !hardware.is_query ? hardware.feature : NULL;
}
