// A world without images for the tests of lower/: types, methods and bodies made by hand, in place of types/,
// il/ and reach/ (their functions that lower/ calls are defined here), and a JIT that runs what lowering
// made.
#pragma once

#include "lower/lower.h"

typedef enum WorldType {
    WORLD_Void,
    WORLD_I1,
    WORLD_U1,
    WORLD_I2,
    WORLD_U2,
    WORLD_I4,
    WORLD_U4,
    WORLD_I8,
    WORLD_U8,
    WORLD_I,
    WORLD_R4,
    WORLD_R8,
    WORLD_Object,
    WORLD_Pair,   // struct { int a, b; }
    WORLD_Mixed,  // struct { double a; long b; }
    WORLD_Floats, // struct { float a, b; }
    WORLD_Large,  // struct { long a, b, c; }
    WORLD_TYPE_COUNT
} WorldType;

Type *world_type(WorldType type);
Field *world_field(WorldType type, uint32_t index);
/// Forgets the methods of the test before.
void world_reset(void);
/// A static method; its body is given with world_body.
const Method *world_method(const char *name, WorldType result, const WorldType *params, uint32_t param_count);
/// A C function that generated code calls as RuntimeImport `name`.
const Method *world_import(const char *name, WorldType result, const WorldType *params, uint32_t param_count,
                           void *code);

/// `blocks` may be NULL: one block. Locals are zeroed.
void world_body(const Method *method, const Instruction *code, uint32_t count, const Block *blocks,
                uint32_t block_count, const WorldType *locals, uint32_t local_count);
/// Adds exception regions to a body.
void world_regions(const Method *method, EhRegion *regions, uint32_t count);

/// Lowers all methods with bodies and makes them callable. False if lowering failed (see world_diag).
bool world_compile(bool optimize);
void *world_code(const Method *method);
Diag *world_diag(void);
/// IR of the compiled unit, until the next world_reset.
const char *world_ir(void);

/// Number of the WellKnownMethod whose throw helper ran last, -1 if none; `jump` is where such helpers go.
extern int world_thrown;
extern void world_jump_here(void (*run)(void *context), void *context);
