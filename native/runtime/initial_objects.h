// Objects that class constructors made at compile time and that start-up makes again on the heap, since the
// collector has to see what the program stores in them. Compiled code defines the tables
// (emit/initial_objects.c) and names tailor_make_initial_objects first among the constructors that run at
// start-up; programs without such objects do not link this. Addresses are relative to the word that holds
// them.
#pragma once

#include "runtime/runtime_pack.h"

#pragma GCC visibility push(hidden)

typedef struct InitialObject {
    int32_t type;
    int32_t content; // 0: all zero
    uint32_t offset; // in the object, of the content
    uint32_t size;   // of the content: fields, or elements of an array or string
    int32_t length;  // of an array or string; negative: neither
} InitialObject;

typedef struct InitialReference {
    uint32_t object, offset; // where it is stored
    uint32_t target;
} InitialReference;

typedef struct InitialStatic {
    int32_t cell;    // of the class: holds the address of the object with its static fields
    uint32_t offset; // in that object
    uint32_t target;
} InitialStatic;

typedef struct InitialObjects {
    uint32_t object_count, reference_count, static_count;
    int32_t spine_type; // object[]
} InitialObjects;

extern const InitialObjects tailor_initial_objects;
extern const InitialObject tailor_initial_object_rows[];
extern const InitialReference tailor_initial_reference_rows[];
extern const InitialStatic tailor_initial_static_rows[];

/// Called by CoreLib's start-up as a managed method without parameters: in cooperative mode, when static
/// regions and frozen objects are known to the collector.
void tailor_make_initial_objects(void);

#pragma GCC visibility pop
