// Target machine (design D13: linux-x64).
#include "emit/emit.h"
#include "request/instruction_sets.h"

#include <llvm-c/Target.h>
#include <pthread.h>
#include <string.h>

static const char triple[] = "x86_64-unknown-linux-gnu";

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
    InstructionSets sets = request_instruction_sets(request);
    return LLVMCreateTargetMachine(target, triple, instruction_sets_processor(sets),
                                   instruction_sets_features(sets), level_of(request), LLVMRelocPIC,
                                   LLVMCodeModelSmall);
}
