// Opens the type system over the real packs for tests; tests that need them skip when they are not restored.
#pragma once

#include "types/types.h"

typedef struct Program {
    Arena arena;
    TextTable texts;
    Diag *diag;
    TypeSystem *ts;
} Program;

/// Over CoreLib and the framework of the tested packs, and `input` (a path, or NULL). NULL if there are no
/// packs.
Program *program_open(const char *input);
void program_close(Program *program);
/// Module by simple name; NULL if absent.
Module *program_module(Program *program, const char *name);
/// Type of CoreLib.
Type *core_type(Program *program, const char *name_space, const char *name);
