// Maps from short sequences of machine words (interned pointers and small numbers) to one value: the only
// hash table of types/. Keys of interned parts are flat, so interning a type or method is one lookup.
#pragma once

#include "support/arena.h"

typedef struct WordMap {
    struct WordEntry *entries; // uthash, in insertion order
} WordMap;

/// The value cell of a key, added as NULL if absent. Key and cell live in `arena`.
void **map_cell(WordMap *map, Arena *arena, const uintptr_t *words, size_t count);
/// The value of a key, NULL if absent.
void *map_get(const WordMap *map, const uintptr_t *words, size_t count);
