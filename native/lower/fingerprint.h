// What two functions of one LLVM context have in common: a hash over everything but the symbols they name,
// and these symbols in the order of their use. Equal hashes and equal symbols are equal code.
#pragma once

#include "support/arena.h"
#include "support/text.h"
#include "support/wide_hash.h"

#include <llvm-c/Core.h>

typedef struct CodeReference {
    Text symbol;    // interned
    bool is_called; // the callee of a direct call: its address is not looked at
    bool is_function;
    bool is_replaceable; // code can load the address instead, and any module can name it
} CodeReference;

typedef struct Fingerprint {
    WideHash hash;
    uint32_t size; // instructions
    CodeReference *references;
    uint32_t reference_count;
    bool is_complete; // false: the function has something that is not compared; it is equal to no other
} Fingerprint;

/// Valid for functions of the same LLVM context only, as long as that exists. References are allocated in
/// `arena`.
Fingerprint fingerprint_of(LLVMValueRef function, TextTable *texts, Arena *arena, Arena *scratch);

/// The uses of symbols in the order of Fingerprint.references.
typedef struct CodeUse {
    LLVMValueRef instruction;
    unsigned operand;
    LLVMValueRef symbol; // the global itself, which may stand inside the operand's constant expression
} CodeUse;
/// As many as `fingerprint_of` found for the same code.
uint32_t code_uses_of(LLVMValueRef function, Arena *arena, CodeUse **uses);
