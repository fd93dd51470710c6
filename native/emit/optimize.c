#include "emit/optimize.h"

#include "support/file.h"

#include <llvm-c/Analysis.h>
#include <llvm-c/Transforms/PassBuilder.h>
#include <string.h>

/// The C API declares the index unsigned and gives -1.
#define FUNCTION_INDEX ((LLVMAttributeIndex)LLVMAttributeFunctionIndex)

static bool report_llvm(Diag *diag, const char *text) {
    diag_report(diag, DIAG_CodeGeneration, (DiagLocation){0}, text);
    return false;
}

// Takes over a message of LLVM's.
static bool report_message(Diag *diag, char *message) {
    report_llvm(diag, message && *message ? message : "no reason given");
    LLVMDisposeMessage(message);
    return false;
}

// ---- What a module may drop ---------------------------------------------------------------------

static const char internalized[] = "tailor-internalized";

static void functions_internalize(LLVMModuleRef module, KeepSymbol *keep, void *context) {
    for (LLVMValueRef f = LLVMGetFirstFunction(module); f; f = LLVMGetNextFunction(f)) {
        size_t size;
        const char *name = LLVMGetValueName2(f, &size);
        bool internal = LLVMGetLinkage(f) == LLVMExternalLinkage && !LLVMIsDeclaration(f);
        if (!internal || keep(context, (Text){name, size}))
            continue;
        LLVMSetVisibility(f, LLVMDefaultVisibility); // a local symbol must have it
        LLVMSetLinkage(f, LLVMInternalLinkage);
        LLVMAddAttributeAtIndex(f, FUNCTION_INDEX,
                                LLVMCreateStringAttribute(LLVMGetModuleContext(module), internalized,
                                                          sizeof internalized - 1, "", 0));
    }
}

// Symbols of methods are unique in the program, and the names LLVM makes from them are as well.
void module_restore_symbols(LLVMModuleRef module) {
    for (LLVMValueRef f = LLVMGetFirstFunction(module); f; f = LLVMGetNextFunction(f)) {
        if (LLVMGetLinkage(f) != LLVMInternalLinkage || LLVMIsDeclaration(f))
            continue;
        if (!LLVMGetStringAttributeAtIndex(f, FUNCTION_INDEX, internalized, sizeof internalized - 1))
            continue;
        LLVMSetLinkage(f, LLVMExternalLinkage);
        LLVMSetVisibility(f, LLVMHiddenVisibility);
    }
}

// ---- Attributes that every function needs -------------------------------------------------------

// Bit 1 of a code address marks a fat pointer in CoreLib (FunctionPointerOps), so code is aligned to 4 at
// least. LLVM takes an explicit alignment in an explicit section as it is, so the faster 16 must be asked for
// as well.
static void function_align(LLVMValueRef function, unsigned minsize_kind) {
    bool small = LLVMGetEnumAttributeAtIndex(function, FUNCTION_INDEX, minsize_kind);
    unsigned wanted = small ? 4 : 16;
    if (LLVMGetAlignment(function) < wanted)
        LLVMSetAlignment(function, wanted);
}

static void attribute_add_enum(LLVMContextRef context, LLVMValueRef function, unsigned kind) {
    LLVMAddAttributeAtIndex(function, FUNCTION_INDEX, LLVMCreateEnumAttribute(context, kind, 0));
}

static bool function_returns(LLVMValueRef function) {
    for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(function); b; b = LLVMGetNextBasicBlock(b)) {
        LLVMValueRef terminator = LLVMGetBasicBlockTerminator(b);
        if (terminator && LLVMGetInstructionOpcode(terminator) == LLVMRet)
            return true;
    }
    return false;
}

// Stack traces show physical frames: Main must not vanish into the start-up code.
static void startup_calls_keep(LLVMModuleRef module, LLVMAttributeRef no_inline) {
    LLVMValueRef startup = LLVMGetNamedFunction(module, "__managed__Main");
    if (!startup)
        return;
    for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(startup); b; b = LLVMGetNextBasicBlock(b))
        for (LLVMValueRef i = LLVMGetFirstInstruction(b); i; i = LLVMGetNextInstruction(i))
            if (LLVMIsACallInst(i) || LLVMIsAInvokeInst(i))
                LLVMAddCallSiteAttribute(i, FUNCTION_INDEX, no_inline);
}

// default<Oz> alone does not put minsize and optsize on functions; code generation looks at the attributes
// (llvm.md 4).
static void functions_prepare(LLVMModuleRef module, const Request *request) {
    LLVMContextRef context = LLVMGetModuleContext(module);
    unsigned minsize = LLVMGetEnumAttributeKindForName("minsize", 7);
    unsigned optsize = LLVMGetEnumAttributeKindForName("optsize", 7);
    unsigned optnone = LLVMGetEnumAttributeKindForName("optnone", 7);
    unsigned noinline = LLVMGetEnumAttributeKindForName("noinline", 8);
    unsigned alwaysinline = LLVMGetEnumAttributeKindForName("alwaysinline", 12);
    bool size = request->codegen.preference == PREFERENCE_Size && request->codegen.optimize;
    startup_calls_keep(module, LLVMCreateEnumAttribute(context, noinline, 0));
    for (LLVMValueRef f = LLVMGetFirstFunction(module); f; f = LLVMGetNextFunction(f)) {
        if (LLVMIsDeclaration(f))
            continue;
        if (size && !LLVMGetEnumAttributeAtIndex(f, FUNCTION_INDEX, optnone)) {
            attribute_add_enum(context, f, minsize);
            attribute_add_enum(context, f, optsize);
        }
        // What only throws stays out of its callers: smaller, and the method shows in stack traces as under
        // the JIT.
        if (!function_returns(f) && !LLVMGetEnumAttributeAtIndex(f, FUNCTION_INDEX, alwaysinline))
            attribute_add_enum(context, f, noinline);
        function_align(f, minsize);
    }
}

// ---- Pipelines ----------------------------------------------------------------------------------

// O3 brought nothing over O2 in size or time (llvm.md 4), so Speed differs by attributes and inlining
// thresholds.
static const char *pipeline_of(const Request *request) {
    if (!request->codegen.optimize)
        return "default<O0>";
    switch (request->codegen.preference) {
    case PREFERENCE_Blended: return "default<O2>,globaldce,constmerge";
    case PREFERENCE_Size: return "default<Oz>,globaldce,constmerge";
    case PREFERENCE_Speed: return "default<O3>,globaldce,constmerge";
    }
    return "default<O2>";
}

static bool passes_run(LLVMModuleRef module, const Request *request, LLVMTargetMachineRef machine,
                       Diag *diag) {
    LLVMPassBuilderOptionsRef options = LLVMCreatePassBuilderOptions();
    LLVMErrorRef error = LLVMRunPasses(module, pipeline_of(request), machine, options);
    LLVMDisposePassBuilderOptions(options);
    if (!error)
        return true;
    char *message = LLVMGetErrorMessage(error);
    report_llvm(diag, message);
    LLVMDisposeErrorMessage(message);
    return false;
}

// ---- Resuming an unwind -------------------------------------------------------------------------

static LLVMValueRef resume_function(LLVMModuleRef module, LLVMTypeRef *type) {
    static const char name[] = "tailor_resume";
    LLVMContextRef context = LLVMGetModuleContext(module);
    LLVMTypeRef pointer = LLVMPointerTypeInContext(context, 0);
    *type = LLVMFunctionType(LLVMVoidTypeInContext(context), &pointer, 1, false);
    LLVMValueRef function = LLVMGetNamedFunction(module, name);
    if (function)
        return function;
    function = LLVMAddFunction(module, name, *type);
    LLVMSetVisibility(function, LLVMHiddenVisibility);
    attribute_add_enum(context, function, LLVMGetEnumAttributeKindForName("noreturn", 8));
    attribute_add_enum(context, function, LLVMGetEnumAttributeKindForName("cold", 4));
    return function;
}

static void resume_replace(LLVMBuilderRef builder, LLVMModuleRef module, LLVMValueRef resume) {
    LLVMTypeRef type;
    LLVMValueRef function = resume_function(module, &type);
    LLVMValueRef landing = LLVMGetOperand(resume, 0);
    LLVMPositionBuilderBefore(builder, resume);
    LLVMValueRef record = LLVMBuildExtractValue(builder, landing, 0, "");
    LLVMBuildCall2(builder, type, function, &record, 1, "");
    LLVMBuildUnreachable(builder);
    LLVMInstructionEraseFromParent(resume);
}

// `resume` would become _Unwind_Resume of libgcc; the runtime's own unwinder goes on three to five times
// faster (measured over 50 frames with a finally handler each). After the optimiser, which understands
// `resume` and not the call.
static void resumes_replace(LLVMModuleRef module) {
    LLVMBuilderRef builder = LLVMCreateBuilderInContext(LLVMGetModuleContext(module));
    for (LLVMValueRef f = LLVMGetFirstFunction(module); f; f = LLVMGetNextFunction(f))
        for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(f); b; b = LLVMGetNextBasicBlock(b)) {
            LLVMValueRef last = LLVMGetBasicBlockTerminator(b);
            if (last && LLVMGetInstructionOpcode(last) == LLVMResume)
                resume_replace(builder, module, last);
        }
    LLVMDisposeBuilder(builder);
}

static bool module_verify(LLVMModuleRef module, Diag *diag) {
    char *message = NULL;
    if (LLVMVerifyModule(module, LLVMReturnStatusAction, &message))
        return report_message(diag, message);
    LLVMDisposeMessage(message);
    return true;
}

bool module_optimize(LLVMModuleRef module, const Request *request, LLVMTargetMachineRef machine,
                     KeepSymbol *keep, void *context, Diag *diag) {
    if (!module_verify(module, diag))
        return false;
    if (keep)
        functions_internalize(module, keep, context);
    functions_prepare(module, request);
    if (!passes_run(module, request, machine, diag))
        return false;
    resumes_replace(module);
    return true;
}

// ---- Machine code -------------------------------------------------------------------------------

// LLVM's default handler ends the process on an error.
static void on_llvm_diagnostic(LLVMDiagnosticInfoRef info, void *context) {
    if (LLVMGetDiagInfoSeverity(info) != LLVMDSError)
        return;
    char *message = LLVMGetDiagInfoDescription(info);
    report_llvm(context, message);
    LLVMDisposeMessage(message);
}

LLVMMemoryBufferRef module_object(LLVMModuleRef module, LLVMTargetMachineRef machine, Diag *diag) {
    uint32_t errors = diag_error_count(diag);
    LLVMMemoryBufferRef buffer = NULL;
    char *message = NULL;
    LLVMContextSetDiagnosticHandler(LLVMGetModuleContext(module), on_llvm_diagnostic, diag);
    bool failed = LLVMTargetMachineEmitToMemoryBuffer(machine, module, LLVMObjectFile, &message, &buffer);
    LLVMContextSetDiagnosticHandler(LLVMGetModuleContext(module), NULL, NULL);
    if (failed) {
        report_message(diag, message);
        return NULL;
    }
    if (diag_error_count(diag) == errors)
        return buffer;
    LLVMDisposeMemoryBuffer(buffer);
    return NULL;
}

bool object_write(LLVMMemoryBufferRef buffer, const char *path, Diag *diag) {
    if (!buffer)
        return false;
    Bytes bytes = {(const uint8_t *)LLVMGetBufferStart(buffer), LLVMGetBufferSize(buffer)};
    bool ok = file_write_atomic(path, bytes, diag);
    LLVMDisposeMemoryBuffer(buffer);
    return ok;
}
