// Object file from bitcode, through the pipeline and the code generation of published programs.
//   optimize IN.bc OUT.o default|Size|Speed
#include "emit/optimize.h"
#include "support/diag.h"

#include <llvm-c/BitReader.h>
#include <stdio.h>
#include <string.h>

// What lower/attribute.c gives to each method and that matters for where references live.
static void attributes_add(LLVMModuleRef module) {
    LLVMContextRef context = LLVMGetModuleContext(module);
    unsigned no_red_zone = LLVMGetEnumAttributeKindForName("noredzone", 9);
    for (LLVMValueRef f = LLVMGetFirstFunction(module); f; f = LLVMGetNextFunction(f))
        if (!LLVMIsDeclaration(f))
            LLVMAddAttributeAtIndex(f, (LLVMAttributeIndex)LLVMAttributeFunctionIndex,
                                    LLVMCreateEnumAttribute(context, no_red_zone, 0));
}

static Preference preference_of(const char *name) {
    return !strcmp(name, "Size")    ? PREFERENCE_Size
           : !strcmp(name, "Speed") ? PREFERENCE_Speed
                                    : PREFERENCE_Blended;
}

static int fail(const char *what) {
    fprintf(stderr, "%s\n", what);
    return 1;
}

int main(int argc, char **argv) {
    if (argc != 4)
        return fail("usage: optimize IN.bc OUT.o default|Size|Speed");
    LLVMContextRef context = LLVMContextCreate();
    LLVMMemoryBufferRef bitcode;
    LLVMModuleRef module;
    char *message = NULL;
    if (LLVMCreateMemoryBufferWithContentsOfFile(argv[1], &bitcode, &message) ||
        LLVMParseBitcodeInContext2(context, bitcode, &module))
        return fail(message ? message : "no bitcode");
    LLVMDisposeMemoryBuffer(bitcode);
    attributes_add(module);
    Request request = {.codegen = {.optimize = true, .preference = preference_of(argv[3])}};
    Diag *diag = diag_open(false);
    LLVMTargetMachineRef machine = target_machine_open(&request, diag);
    bool ok = machine && module_optimize(module, &request, machine, NULL, NULL, diag) &&
              object_write(module_object(module, machine, diag), argv[2], diag);
    LLVMDisposeModule(module);
    LLVMDisposeTargetMachine(machine);
    LLVMContextDispose(context);
    diag_flush(diag);
    diag_close(diag);
    return ok ? 0 : 1;
}
