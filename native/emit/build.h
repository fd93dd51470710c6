// The data unit in the making, as emit_program uses it.
#pragma once

#include "emit/emit.h"

typedef struct EmitContext EmitContext;

/// All parts that name code. Check `failed` of the context before use. Free with emit_build_close.
EmitContext *emit_build(const Reach *reach, Diag *diag);
void emit_build_close(EmitContext *e);

/// Context and empty module of the data unit.
void emit_module_create(Unit *unit, LLVMTargetMachineRef machine);

/// Appends what depends on the optimised code: metadata, the stack trace map over the compiled methods for
/// whose symbol `survives` answers true (NULL = all, weakly), the module header.
void emit_finish(EmitContext *e, bool (*survives)(void *context, Text symbol), void *context);
