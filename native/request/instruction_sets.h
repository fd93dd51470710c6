// The instruction sets that compiled code may use without asking the processor.
#pragma once

#include "request/request.h"

/// Each level contains those below it. The runtime knows AVX2, FMA, BMI1, BMI2, LZCNT and MOVBE as one.
typedef enum VectorLevel { VECTORS_Sse42, VECTORS_Avx, VECTORS_Avx2, VECTORS_Avx512 } VectorLevel;

typedef struct InstructionSets {
    VectorLevel vectors;
    bool aes, gfni; // AES and PCLMULQDQ; GFNI
} InstructionSets;

/// The first name of target.instructionSet that is none (with or without + or -); an empty text if all are.
Text instruction_sets_unknown(const Request *request);
/// All names, for a message. In the arena.
const char *instruction_sets_names(Arena *arena);
/// From target.instructionSet: names of instruction sets, of x86-64 levels, `native` (the machine that
/// compiles); -NAME takes away what came before and needs it.
InstructionSets request_instruction_sets(const Request *request);
/// LLVM's name of the processor that has the vector level.
const char *instruction_sets_processor(InstructionSets sets);
/// LLVM's features beyond that processor's: "" or "+aes,+pclmul" and the like.
const char *instruction_sets_features(InstructionSets sets);
/// The bits of the runtime's g_cpuFeatures without which the program must not start.
uint32_t instruction_sets_required(InstructionSets sets);
/// Bytes of System.Numerics.Vector<T>: 32 with AVX2 unless target.maxVectorTBitWidth says 128, else 16.
uint32_t instruction_sets_vector_size(const Request *request);
