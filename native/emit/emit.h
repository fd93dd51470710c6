// emit/: Reach -> the data unit (MethodTables, GCDescs, frozen objects, statics, selector table, module header, metadata
// blobs) and optimised object files from Units.
#pragma once

#include "lower/lower.h"

typedef struct TargetOptions {
    Preference preference;
    bool       optimize;
} TargetOptions;

/// Initialises LLVM's target once per process and makes a machine for the request. NULL after a report.
LLVMTargetMachineRef target_machine_open(const Request *request, Diag *diag);

/// Builds the data unit's LLVM module: everything that is not code. The unit has no methods.
MUST_CHECK bool emit_data_unit(Unit *unit, const Reach *reach, LLVMTargetMachineRef machine, Diag *diag);

/// Optimises (pipeline by preference) and writes an object file to `path` (through a temporary name).
MUST_CHECK bool emit_object(Unit *unit, const Reach *reach, LLVMTargetMachineRef machine, const char *path, Diag *diag);
