// lower/: Bodies -> LLVM functions in a `Unit` (one LLVM context and module). Units are independent and
// consumed by emit/.
#pragma once

#include "reach/reach.h"

#include <llvm-c/Core.h>
#include <llvm-c/TargetMachine.h>

/// A partition of the program's methods (design D9): decided by the program alone, never by the machine.
typedef struct Unit {
    uint32_t index;
    const Method *const *methods;
    uint32_t method_count;
    LLVMContextRef context;
    LLVMModuleRef module;
    // Between unit_pack and unit_unpack, when there is no module:
    LLVMMemoryBufferRef bitcode;
    const Text *declared; // functions that the module refers to and does not define
    uint32_t declared_count;
} Unit;

// ---- Sharing: one body for several instances of a generic definition ----------------------------

typedef struct Sharing Sharing;
typedef struct SharingCounts {
    uint32_t candidates, aliases, shared, bodies; // methods; of them without code of their own
    uint64_t candidate_size, saved_size;          // instructions
} SharingCounts;

/// Finds the instances whose code is the same, and makes reach_code answer one of them for all. NULL after a
/// report.
Sharing *sharing_find(Reach *reach, LLVMTargetMachineRef machine, Arena *program, Diag *diag);
SharingCounts sharing_counts(const Sharing *sharing);

/// Splits the methods with code of their own into units of about equal estimated size; stable under equal
/// input.
Unit *units_partition(const Reach *reach, Arena *program, uint32_t *count);
/// Creates the unit's context and module and lowers its methods (declares everything else it refers to).
/// Types may still be interned meanwhile: one unit at a time. False after a report (unsupported instruction,
/// internal error).
MUST_CHECK bool lower_unit(Unit *unit, const Reach *reach, const Sharing *sharing,
                           LLVMTargetMachineRef machine, Diag *diag);
/// Replaces the module by its bitcode, which takes a tenth of the memory; `declared` lives in `program`.
void unit_pack(Unit *unit, Arena *program);
/// Makes the module again, in a context of its own. False after a report.
MUST_CHECK bool unit_unpack(Unit *unit, Diag *diag);
void unit_close(Unit *unit);
/// LLVM IR of the functions whose display name matches (NULL = the whole module), for `--dump=lower`.
void lower_dump(const Unit *unit, const Reach *reach, const struct Pattern *pattern, FILE *file);

/// Marks of the code generator that emit/ shares: section of code, function attributes (uwtable, probe-stack,
/// minsize, ...).
enum { HIDDEN_SLOT_OFFSET = 24 }; // MethodTable offset of {u32 row, u32 interface_bits}
enum { VTABLE_OFFSET = 32 };      // MethodTable offset of vtable slot 0
