// Growable array over an arena: declare `ARRAY(Type) name;`, append with ARRAY_PUSH. Old storage is left to
// the arena.
#pragma once

#include "support/arena.h"

#include <string.h>

#define ARRAY(T)                                                                                             \
    struct {                                                                                                 \
        T *items;                                                                                            \
        uint32_t count;                                                                                      \
        uint32_t capacity;                                                                                   \
    }

/// Appends the value given last.
#define ARRAY_PUSH(arena, array, ...)                                                                        \
    (*((array)->count == (array)->capacity                                                                   \
           ? (void)((array)->items =                                                                         \
                        array_grow((arena), (array)->items, &(array)->capacity, sizeof *(array)->items))     \
           : (void)0,                                                                                        \
       &(array)->items[(array)->count++]) = (__VA_ARGS__))

/// Doubles `*capacity` and returns the moved items.
static inline void *array_grow(Arena *arena, const void *items, uint32_t *capacity, size_t item_size) {
    uint32_t grown = *capacity ? *capacity * 2 : 8;
    void *moved = arena_alloc(arena, grown * item_size, alignof(max_align_t));
    if (*capacity)
        memcpy(moved, items, *capacity * item_size);
    *capacity = grown;
    return moved;
}
