#include "request/instruction_sets.h"

#include <string.h>

typedef struct SetName {
    const char *name;
    VectorLevel vectors;
    bool aes, gfni;
} SetName;

// The stock compiler's names and those that .NET documented before 10. Sets of which compiled code makes no
// use without asking the processor change nothing.
static const SetName names[] = {
    {"base", VECTORS_Sse42, false, false},       {"sse", VECTORS_Sse42, false, false},
    {"sse2", VECTORS_Sse42, false, false},       {"sse3", VECTORS_Sse42, false, false},
    {"ssse3", VECTORS_Sse42, false, false},      {"sse4.1", VECTORS_Sse42, false, false},
    {"sse4.2", VECTORS_Sse42, false, false},     {"popcnt", VECTORS_Sse42, false, false},
    {"x86-64", VECTORS_Sse42, false, false},     {"x86-64-v2", VECTORS_Sse42, false, false},
    {"avx", VECTORS_Avx, false, false},          {"avx2", VECTORS_Avx2, false, false},
    {"bmi", VECTORS_Avx2, false, false},         {"bmi1", VECTORS_Avx2, false, false},
    {"bmi2", VECTORS_Avx2, false, false},        {"fma", VECTORS_Avx2, false, false},
    {"lzcnt", VECTORS_Avx2, false, false},       {"movbe", VECTORS_Avx2, false, false},
    {"x86-64-v3", VECTORS_Avx2, false, false},   {"avx512", VECTORS_Avx512, false, false},
    {"avx512f", VECTORS_Avx512, false, false},   {"avx512bw", VECTORS_Avx512, false, false},
    {"avx512cd", VECTORS_Avx512, false, false},  {"avx512dq", VECTORS_Avx512, false, false},
    {"avx512v2", VECTORS_Avx512, false, false},  {"avx512v3", VECTORS_Avx512, false, false},
    {"avx10v1", VECTORS_Avx512, false, false},   {"avx10v2", VECTORS_Avx512, false, false},
    {"x86-64-v4", VECTORS_Avx512, false, false}, {"aes", VECTORS_Sse42, true, false},
    {"pclmul", VECTORS_Sse42, true, false},      {"aes_v256", VECTORS_Avx2, true, false},
    {"aes_v512", VECTORS_Avx512, true, false},   {"gfni", VECTORS_Sse42, true, true},
    {"gfni_v256", VECTORS_Avx, true, true},      {"gfni_v512", VECTORS_Avx512, true, true},
    {"avxifma", VECTORS_Avx2, false, false},     {"avxvnni", VECTORS_Avx2, false, false},
    {"avxvnniint", VECTORS_Avx2, false, false},  {"avxvnniint_v512", VECTORS_Avx512, false, false},
    {"sha", VECTORS_Sse42, false, false},        {"waitpkg", VECTORS_Sse42, false, false},
    {"apx", VECTORS_Sse42, false, false},        {"avx512vp2intersect", VECTORS_Avx512, false, false},
    {"serialize", VECTORS_Sse42, false, false},  {"x86serialize", VECTORS_Sse42, false, false},
};
enum { NAME_COUNT = sizeof names / sizeof *names };
static const char native[] = "native"; // the machine that compiles

static bool is_signed(Text name) {
    return name.size && (name.data[0] == '+' || name.data[0] == '-');
}

static Text without_sign(Text name) {
    return is_signed(name) ? (Text){name.data + 1, name.size - 1} : name;
}

/// NULL: no such name, or `native`.
static const SetName *name_find(Text name) {
    for (size_t i = 0; i < NAME_COUNT; i++)
        if (text_equal_z(without_sign(name), names[i].name))
            return &names[i];
    return NULL;
}

Text instruction_sets_unknown(const Request *request) {
    const TextList *list = &request->target.instruction_set;
    for (uint32_t i = 0; i < list->count; i++)
        if (!text_equal_z(list->items[i], native) && !name_find(list->items[i]))
            return list->items[i];
    return (Text){0};
}

const char *instruction_sets_names(Arena *arena) {
    const char *all = native;
    for (size_t i = 0; i < NAME_COUNT; i++)
        all = arena_format(arena, "%s, %s", all, names[i].name);
    return all;
}

static InstructionSets native_sets(void) {
    return (InstructionSets){
        .vectors = __builtin_cpu_supports("x86-64-v4") ? VECTORS_Avx512
                   : __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                           __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2")
                       ? VECTORS_Avx2
                   : __builtin_cpu_supports("avx") ? VECTORS_Avx
                                                   : VECTORS_Sse42,
        .aes = __builtin_cpu_supports("aes") && __builtin_cpu_supports("pclmul"),
        .gfni = __builtin_cpu_supports("gfni"),
    };
}

static void sets_add(InstructionSets *sets, const InstructionSets *more) {
    if (more->vectors > sets->vectors)
        sets->vectors = more->vectors;
    sets->aes |= more->aes;
    sets->gfni |= more->gfni;
}

/// Of a level the one below it is left; GFNI was put on top of AES.
static void sets_remove(InstructionSets *sets, const SetName *name) {
    if (name->vectors != VECTORS_Sse42 && sets->vectors >= name->vectors)
        sets->vectors = name->vectors - 1;
    if (name->gfni || name->aes)
        sets->gfni = false;
    if (name->aes && !name->gfni)
        sets->aes = false;
}

InstructionSets request_instruction_sets(const Request *request) {
    InstructionSets sets = {0};
    for (uint32_t i = 0; i < request->target.instruction_set.count; i++) {
        Text text = request->target.instruction_set.items[i];
        const SetName *name = name_find(text);
        if (name && text.data[0] == '-') {
            sets_remove(&sets, name);
            continue;
        }
        InstructionSets more = name ? (InstructionSets){name->vectors, name->aes, name->gfni} : native_sets();
        sets_add(&sets, &more);
    }
    return sets;
}

uint32_t instruction_sets_vector_size(const Request *request) {
    uint64_t width = (uint64_t)request->target.max_vector_t_bit_width;
    VectorLevel level = request_instruction_sets(request).vectors;
    if (level >= VECTORS_Avx512 && width >= 512)
        return 64;
    return level >= VECTORS_Avx2 && (width == 0 || width >= 256) ? 32 : 16;
}

const char *instruction_sets_processor(InstructionSets sets) {
    return sets.vectors == VECTORS_Avx512 ? "x86-64-v4"
           : sets.vectors == VECTORS_Avx2 ? "x86-64-v3"
                                          : "x86-64-v2";
}

const char *instruction_sets_features(InstructionSets sets) {
    static const char *const features[2][3] = {
        {"", "+aes,+pclmul", "+aes,+pclmul,+gfni"},
        {"+avx", "+avx,+aes,+pclmul", "+avx,+aes,+pclmul,+gfni"},
    };
    return features[sets.vectors == VECTORS_Avx][sets.gfni ? 2 : sets.aes ? 1 : 0];
}

uint32_t instruction_sets_required(InstructionSets sets) {
    enum {
        CPU_SSE42 = 1 << 0,
        CPU_AVX = 1 << 1,
        CPU_AVX2 = 1 << 2,
        CPU_AVX512 = 1 << 3,
        CPU_AES = 1 << 9,
        CPU_GFNI = 1 << 13
    };
    static const uint32_t of_level[] = {
        0, // x86-64-v2, which needs no test (as stock)
        CPU_SSE42 | CPU_AVX,
        CPU_SSE42 | CPU_AVX | CPU_AVX2,
        CPU_SSE42 | CPU_AVX | CPU_AVX2 | CPU_AVX512,
    };
    return of_level[sets.vectors] | (sets.aes ? CPU_SSE42 | CPU_AES : 0) |
           (sets.gfni ? CPU_SSE42 | CPU_GFNI : 0);
}
