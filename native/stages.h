// The stages of a compilation in their order, and what they hand on. main.c runs them; nothing else knows the
// order.
#pragma once

#include "command_line.h"
#include "report/report.h"
#include "support/pattern.h"
#include "support/timer.h"

/// Each stage fills its part, later ones only read it.
typedef struct Compilation {
    CommandLine command_line;
    Diag *diag;
    Timer timer;
    Arena program;
    TextTable texts;
    Pattern *method; // --method
    Pattern *why;    // --why
    Request request;
    Image **images; // --dump=load only: types/ opens its own
    uint32_t image_count;
    TypeSystem *types;
    Il *il;
    Reach *reach;
    LLVMTargetMachineRef machine;
    Sharing *sharing;
    Unit *units;
    uint32_t unit_count;
    const char *const *objects; // paths of what emit/ wrote
    uint32_t object_count;
    int exit_code;
} Compilation;

bool stage_exists(const char *name);
/// Runs all stages, or those up to the one that --dump or --why asks for, then closes them in reverse order.
/// False if one failed: the reason has been reported, or the errors count.
bool stages_run(Compilation *c);
