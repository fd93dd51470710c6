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

static HardwareSupport support_of(bool known, HardwareSupport otherwise) {
    return known ? HARDWARE_Always : otherwise;
}

HardwareMethod hardware_classify(Il *il, const MethodDef *def) {
    static const struct {
        const char *name;
        VectorLevel level;
    } classes[] = {
        {"X86Base", VECTORS_Sse42}, {"Sse", VECTORS_Sse42},    {"Sse2", VECTORS_Sse42},
        {"Sse3", VECTORS_Sse42},    {"Ssse3", VECTORS_Sse42},  {"Sse41", VECTORS_Sse42},
        {"Sse42", VECTORS_Sse42},   {"Popcnt", VECTORS_Sse42}, {"Avx", VECTORS_Avx},
        {"Avx2", VECTORS_Avx2},     {"Fma", VECTORS_Avx2},     {"Bmi1", VECTORS_Avx2},
        {"Bmi2", VECTORS_Avx2},     {"Lzcnt", VECTORS_Avx2},
    };
    const TypeDef *outer = outermost(def->owner);
    if (!text_starts_with(outer->name_space, "System.Runtime.Intrinsics.") || !def->is_static)
        return (HardwareMethod){.support = HARDWARE_None};
    HardwareMethod method = {.support = HARDWARE_Never,
                             .is_query = text_equal_z(def->name, "get_IsSupported")};
    // Of nested classes only those for 64-bit operands have the support of the class around them.
    bool is_own =
        def->owner == outer || (def->owner->enclosing == outer && text_equal_z(def->owner->name, "X64"));
    if (!text_equal_z(outer->name_space, "System.Runtime.Intrinsics.X86") || !is_own)
        return method;
    InstructionSets sets = request_instruction_sets(il->request);
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        if (text_equal_z(outer->name, classes[i].name))
            method.support = support_of(sets.vectors >= classes[i].level, HARDWARE_Never);
    if (text_equal_z(outer->name, "Aes") || text_equal_z(outer->name, "Pclmulqdq"))
        method = (HardwareMethod){support_of(sets.aes, HARDWARE_Asked), method.is_query, "tailor_has_aes",
                                  "+aes,+pclmul"};
    if (text_equal_z(outer->name, "Gfni"))
        method = (HardwareMethod){support_of(sets.gfni, HARDWARE_Asked), method.is_query, "tailor_has_gfni",
                                  "+gfni"};
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
