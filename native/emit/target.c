// Target machine (design D13: linux-x64).
#include "emit/emit.h"

#include <llvm-c/Target.h>
#include <pthread.h>
#include <string.h>

static const char triple[] = "x86_64-unknown-linux-gnu";

/// Names of IlcInstructionSet / InstructionSet that LLVM spells differently or that select a processor.
typedef struct InstructionSetName {
    const char *name, *feature;
} InstructionSetName;

static const InstructionSetName instruction_sets[] = {
    {"bmi1", "bmi"},          {"bmi", "bmi"},           {"bmi2", "bmi2"},         {"lzcnt", "lzcnt"},
    {"popcnt", "popcnt"},     {"fma", "fma"},           {"movbe", "movbe"},       {"aes", "aes"},
    {"pclmul", "pclmul"},     {"pclmulqdq", "pclmul"},  {"avx", "avx"},           {"avx2", "avx2"},
    {"sse3", "sse3"},         {"ssse3", "ssse3"},       {"sse4.1", "sse4.1"},     {"sse4.2", "sse4.2"},
    {"avx512f", "avx512f"},   {"avx512bw", "avx512bw"}, {"avx512cd", "avx512cd"}, {"avx512dq", "avx512dq"},
    {"avx512vl", "avx512vl"}, {"gfni", "gfni"},         {"vaes", "vaes"},         {"sha", "sha"},
};

static void feature_append(TextBuilder *features, Text name) {
    for (size_t i = 0; i < sizeof instruction_sets / sizeof *instruction_sets; i++)
        if (text_equal_z(name, instruction_sets[i].name))
            text_append_format(features, "%s+%s", features->size ? "," : "", instruction_sets[i].feature);
}

static const char *processor_of(const Request *request) {
    for (uint32_t i = 0; i < request->target.instruction_set.count; i++) {
        Text name = request->target.instruction_set.items[i];
        if (text_equal_z(name, "x86-64-v3"))
            return "x86-64-v3";
        if (text_equal_z(name, "x86-64-v4"))
            return "x86-64-v4";
    }
    return "x86-64-v2";
}

static bool target_is_supported(const Request *request, Diag *diag) {
    bool linux_os = !request->target.os.size || text_equal_z(request->target.os, "linux");
    bool x64 = !request->target.arch.size || text_equal_z(request->target.arch, "x64");
    if (linux_os && x64)
        return true;
    diag_report(diag, DIAG_TargetUnsupported, (DiagLocation){0}, request->target.rid.data, "linux-x64");
    return false;
}

static LLVMCodeGenOptLevel level_of(const Request *request) {
    if (!request->codegen.optimize)
        return LLVMCodeGenLevelNone;
    return request->codegen.preference == PREFERENCE_Speed ? LLVMCodeGenLevelAggressive
                                                           : LLVMCodeGenLevelDefault;
}

// Registration in LLVM's lists is not thread-safe.
static void target_initialize(void) {
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86Target();
    LLVMInitializeX86TargetMC();
    LLVMInitializeX86AsmPrinter();
    LLVMInitializeX86AsmParser();
}

LLVMTargetMachineRef target_machine_open(const Request *request, Diag *diag) {
    static pthread_once_t initialized = PTHREAD_ONCE_INIT;
    if (!target_is_supported(request, diag))
        return NULL;
    pthread_once(&initialized, target_initialize);
    LLVMTargetRef target;
    char *message = NULL;
    if (LLVMGetTargetFromTriple(triple, &target, &message)) {
        diag_report(diag, DIAG_CodeGeneration, (DiagLocation){0}, message);
        LLVMDisposeMessage(message);
        return NULL;
    }
    Arena scratch = {0};
    TextBuilder features = {.arena = &scratch};
    for (uint32_t i = 0; i < request->target.instruction_set.count; i++)
        feature_append(&features, request->target.instruction_set.items[i]);
    LLVMTargetMachineRef machine =
        LLVMCreateTargetMachine(target, triple, processor_of(request), text_built(&features).data,
                                level_of(request), LLVMRelocPIC, LLVMCodeModelSmall);
    arena_free(&scratch);
    return machine;
}
