#include "types/map.h"

#include <string.h>

// Tables live as long as the arena; outgrown bucket arrays are left to it.
#define uthash_malloc(size)        arena_alloc(arena, (size), alignof(max_align_t))
#define uthash_free(pointer, size) ((void)(pointer))
#include <uthash.h>

typedef struct WordEntry {
    void *value;
    UT_hash_handle hh;
    uintptr_t words[];
} WordEntry;

void **map_cell(WordMap *map, Arena *arena, const uintptr_t *words, size_t count) {
    WordEntry *entry;
    size_t size = count * sizeof *words;
    unsigned hash;
    HASH_VALUE(words, size, hash);
    HASH_FIND_BYHASHVALUE(hh, map->entries, words, size, hash, entry);
    if (entry)
        return &entry->value;
    entry = arena_alloc(arena, sizeof *entry + size, alignof(WordEntry));
    memcpy(entry->words, words, size);
    HASH_ADD_KEYPTR_BYHASHVALUE(hh, map->entries, entry->words, size, hash, entry);
    return &entry->value;
}

void *map_get(const WordMap *map, const uintptr_t *words, size_t count) {
    WordEntry *entry;
    HASH_FIND(hh, map->entries, words, count * sizeof *words, entry);
    return entry ? entry->value : NULL;
}
