// Optimisation and machine code of one module (design D11, llvm.md 4).
#pragma once

#include "emit/emit.h"

/// Functions of the module that must keep their symbol.
typedef bool KeepSymbol(void *context, Text symbol);

/// Verifies, makes functions without `keep` internal (NULL keep = none), runs the pipeline of the request's
/// preference.
MUST_CHECK bool module_optimize(LLVMModuleRef module, const Request *request, LLVMTargetMachineRef machine,
                                KeepSymbol *keep, void *context, Diag *diag);
/// Gives functions that module_optimize made internal their symbol back, so that tables of another module can
/// name them.
void module_restore_symbols(LLVMModuleRef module);
/// Machine code of the module; NULL on failure, which has been reported.
LLVMMemoryBufferRef module_object(LLVMModuleRef module, LLVMTargetMachineRef machine, Diag *diag);
/// Writes and disposes of `buffer`, through a temporary name. A NULL buffer is a failure that has been
/// reported.
MUST_CHECK bool object_write(LLVMMemoryBufferRef buffer, const char *path, Diag *diag);
