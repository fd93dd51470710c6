#include "request/instruction_sets.h"

#include <string.h>

typedef struct SetName {
    const char *name;
    VectorLevel vectors;
    bool aes, gfni;
} SetName;

static const SetName names[] = {
    {"avx", VECTORS_Avx, false, false},          {"avx2", VECTORS_Avx2, false, false},
    {"bmi", VECTORS_Avx2, false, false},         {"bmi1", VECTORS_Avx2, false, false},
    {"bmi2", VECTORS_Avx2, false, false},        {"fma", VECTORS_Avx2, false, false},
    {"lzcnt", VECTORS_Avx2, false, false},       {"movbe", VECTORS_Avx2, false, false},
    {"x86-64-v3", VECTORS_Avx2, false, false},   {"avx512", VECTORS_Avx512, false, false},
    {"avx512f", VECTORS_Avx512, false, false},   {"avx512bw", VECTORS_Avx512, false, false},
    {"avx512cd", VECTORS_Avx512, false, false},  {"avx512dq", VECTORS_Avx512, false, false},
    {"x86-64-v4", VECTORS_Avx512, false, false}, {"aes", VECTORS_Sse42, true, false},
    {"pclmul", VECTORS_Sse42, true, false},      {"gfni", VECTORS_Sse42, true, true},
};

static InstructionSets native_sets(void) {
    return (InstructionSets){
        .vectors = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                           __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2")
                       ? VECTORS_Avx2
                   : __builtin_cpu_supports("avx") ? VECTORS_Avx
                                                   : VECTORS_Sse42,
        .aes = __builtin_cpu_supports("aes") && __builtin_cpu_supports("pclmul"),
        .gfni = __builtin_cpu_supports("gfni"),
    };
}

InstructionSets request_instruction_sets(const Request *request) {
    InstructionSets sets = {0};
    for (uint32_t i = 0; i < request->target.instruction_set.count; i++) {
        Text name = request->target.instruction_set.items[i];
        if (text_equal_z(name, "native")) {
            InstructionSets native = native_sets();
            if (native.vectors > sets.vectors)
                sets.vectors = native.vectors;
            sets.aes |= native.aes;
            sets.gfni |= native.gfni;
        }
        for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
            if (!text_equal_z(name, names[k].name))
                continue;
            if (names[k].vectors > sets.vectors)
                sets.vectors = names[k].vectors;
            sets.aes |= names[k].aes;
            sets.gfni |= names[k].gfni;
        }
    }
    return sets;
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
