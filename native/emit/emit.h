// emit/: Reach -> the data unit (MethodTables, GCDescs, frozen objects, statics, selector table, module
// header, metadata blobs) and optimised object files from Units.
#pragma once

#include "lower/lower.h"

typedef struct TargetOptions {
    Preference preference;
    bool optimize;
} TargetOptions;

/// Initialises LLVM's target once per process and makes a machine for the request. NULL after a report. The
/// caller disposes of it with LLVMDisposeTargetMachine.
LLVMTargetMachineRef target_machine_open(const Request *request, Diag *diag);

/// Everything after lowering: builds the data unit, makes functions internal that no other unit needs,
/// optimises and writes the units (on several threads, request codegen.parallelism), then the data unit,
/// whose stack trace map names only functions that are still there. `paths[i]` is for `units[i]`;
/// `paths[unit_count]` for the data unit. The units' modules are consumed; unit_close stays the caller's.
/// False after a report, then no path holds a half-written file.
MUST_CHECK bool emit_program(Unit *units, uint32_t unit_count, const Reach *reach, const char *const *paths,
                             Diag *diag);

/// As emit_program, but one object file: the data unit goes into the only code unit's module. Needs
/// unit_count == 1.
MUST_CHECK bool emit_program_single(Unit *unit, const Reach *reach, const char *path, Diag *diag);

/// Writes the linker's version script to the request's output.exports_file (nothing if that is empty).
MUST_CHECK bool emit_exports_file(const Reach *reach, Diag *diag);

/// Types with symbol, sizes, GCDesc and vtable, in the order of reach_types, for `--dump=emit`. NULL pattern
/// = all.
void emit_dump(const Reach *reach, const struct Pattern *pattern, FILE *file, Diag *diag);

// ---- Parts of emit_program, for tests and tools -------------------------------------------------

/// Builds the data unit's LLVM module: everything that is not code. The unit has no methods. Every compiled
/// method is in the stack trace map, weakly.
MUST_CHECK bool emit_data_unit(Unit *unit, const Reach *reach, LLVMTargetMachineRef machine, Diag *diag);

/// Optimises (pipeline by preference) and writes an object file to `path` (through a temporary name).
MUST_CHECK bool emit_object(Unit *unit, const Reach *reach, LLVMTargetMachineRef machine, const char *path,
                            Diag *diag);
