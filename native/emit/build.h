// The data unit in the making, as emit_program uses it.
#pragma once

#include "emit/emit.h"

typedef struct EmitContext EmitContext;

/// All parts but the stack trace map. Check `failed` of the context before use. Free with emit_build_close.
EmitContext *emit_build(const Reach *reach, Diag *diag);
void emit_build_close(EmitContext *e);

/// Context and empty module of the data unit.
void emit_module_create(Unit *unit, LLVMTargetMachineRef machine);

/// Appends the stack trace map over the compiled methods for whose symbol `survives` answers true (NULL = all, weakly).
void emit_stack_trace_map(EmitContext *e, bool (*survives)(void *context, Text symbol), void *context);
