// preinit/: class constructors run at compile time (design reach.md 3.4). A class whose .cctor does nothing
// but compute the values of its own static fields gets these as data: no constructor, no check, and what its
// `static readonly` fields hold is a constant to il/. Everything else stays lazy.
#pragma once

#include "il/il.h"

typedef enum FrozenPartKind {
    FROZEN_Object,      // address of `object`
    FROZEN_String,      // address of the literal `string`
    FROZEN_RuntimeType, // address of the RuntimeType object of `type`
    FROZEN_TypeHandle,  // address of the MethodTable of `type`
    FROZEN_Code,        // address of `method`
} FrozenPartKind;

/// An address in a run of data.
typedef struct FrozenPart {
    uint32_t offset;
    FrozenPartKind kind;
    union {
        const FrozenObject *object;
        Utf16 string;
        Type *type;
        const Method *method;
    };
} FrozenPart;

typedef struct FrozenData {
    const uint8_t *bytes; // zero where a part lies
    uint32_t size;
    const FrozenPart *parts; // ascending offsets
    uint32_t part_count;
} FrozenData;

/// An object that a constructor made and that its class keeps. Either it lies in the frozen segment, where it
/// may refer to others of that segment only and nothing may store a reference into it; or start-up makes it
/// on the heap.
struct FrozenObject {
    Type *type;
    Type *owner;     // the class whose constructor made it
    uint32_t number; // among the objects of that class
    uint32_t id;     // among all
    bool heap;       // made at start-up
    FrozenData data; // what follows the MethodTable pointer
};

/// Static fields of a class after its constructor.
typedef struct StaticImage {
    FrozenData nongc, gc; // regions as StaticLayout has them
} StaticImage;

typedef struct Preinit Preinit;

/// From here on `il` knows the answers (il_set_statics).
Preinit *preinit_open(Il *il, Arena *program);
void preinit_close(Preinit *preinit);
/// Runs the constructor of `type` when first asked. NULL: it has none, or it stays lazy.
const StaticImage *preinit_image(Preinit *preinit, const Type *type);
/// Why a class with a constructor stays lazy; NULL if it does not.
const char *preinit_obstacle(Preinit *preinit, const Type *type);
