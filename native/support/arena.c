#include "support/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ADDRESS_SANITIZER 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(ADDRESS_SANITIZER)
#include <sanitizer/asan_interface.h>
#define POISON(address, size)   ASAN_POISON_MEMORY_REGION((address), (size))
#define UNPOISON(address, size) ASAN_UNPOISON_MEMORY_REGION((address), (size))
#else
#define POISON(address, size)   ((void)(address), (void)(size))
#define UNPOISON(address, size) ((void)(address), (void)(size))
#endif

enum { FIRST_CHUNK_SIZE = 16 * 1024, LARGEST_CHUNK_SIZE = 1024 * 1024 };

struct ArenaChunk {
    ArenaChunk *previous;
    size_t used;
    size_t capacity;
    alignas(max_align_t) unsigned char data[];
};

void *checked_malloc(size_t size) {
    void *memory = malloc(size ? size : 1);
    if (!memory) {
        fprintf(stderr, "tailor : error TLR9901: out of memory (%zu bytes asked for)\n", size);
        exit(3);
    }
    return memory;
}

static ArenaChunk *chunk_add(Arena *arena, size_t least) {
    size_t capacity = arena->chunk ? arena->chunk->capacity * 2 : FIRST_CHUNK_SIZE;
    if (capacity > LARGEST_CHUNK_SIZE)
        capacity = LARGEST_CHUNK_SIZE;
    if (capacity < least)
        capacity = least;
    ArenaChunk *chunk = checked_malloc(sizeof *chunk + capacity);
    chunk->previous = arena->chunk;
    chunk->used = 0;
    chunk->capacity = capacity;
    POISON(chunk->data, capacity);
    arena->chunk = chunk;
    return chunk;
}

// Where an object of `alignment` starts in the chunk, counted from its data.
static size_t aligned_start(const ArenaChunk *chunk, size_t alignment) {
    uintptr_t base = (uintptr_t)chunk->data;
    return (size_t)(((base + chunk->used + alignment - 1) & ~(uintptr_t)(alignment - 1)) - base);
}

void *arena_alloc(Arena *arena, size_t size, size_t alignment) {
    ArenaChunk *chunk = arena->chunk;
    size_t start = chunk ? aligned_start(chunk, alignment) : 0;
    if (!chunk || start > chunk->capacity || size > chunk->capacity - start) {
        chunk = chunk_add(arena, size + alignment);
        start = aligned_start(chunk, alignment);
    }
    chunk->used = start + size;
    arena->used_size += size;
    if (arena->used_size > arena->peak_size)
        arena->peak_size = arena->used_size;
    UNPOISON(chunk->data + start, size);
    return memset(chunk->data + start, 0, size);
}

void *arena_copy(Arena *arena, const void *data, size_t size, size_t alignment) {
    void *copy = arena_alloc(arena, size, alignment);
    if (size)
        memcpy(copy, data, size);
    return copy;
}

char *arena_format(Arena *arena, const char *format, ...) {
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    size_t size = length < 0 ? 1 : (size_t)length + 1;
    char *text = arena_alloc(arena, size, 1);
    vsnprintf(text, size, format, again);
    va_end(again);
    return text;
}

ArenaMark arena_mark(const Arena *arena) {
    return (ArenaMark){arena->chunk, arena->chunk ? arena->chunk->used : 0, arena->used_size};
}

void arena_rewind(Arena *arena, ArenaMark mark) {
    while (arena->chunk != mark.chunk) {
        ArenaChunk *chunk = arena->chunk;
        if (!mark.chunk && !chunk->previous) { // keep the first chunk for reuse
            chunk->used = 0;
            POISON(chunk->data, chunk->capacity);
            arena->used_size = 0;
            return;
        }
        arena->chunk = chunk->previous;
        UNPOISON(chunk->data, chunk->capacity);
        free(chunk);
    }
    if (arena->chunk) {
        arena->chunk->used = mark.chunk_used;
        POISON(arena->chunk->data + mark.chunk_used, arena->chunk->capacity - mark.chunk_used);
    }
    arena->used_size = mark.used_size;
}

void arena_reset(Arena *arena) {
    arena_rewind(arena, (ArenaMark){0});
}

void arena_free(Arena *arena) {
    for (ArenaChunk *chunk = arena->chunk; chunk;) {
        ArenaChunk *previous = chunk->previous;
        UNPOISON(chunk->data, chunk->capacity);
        free(chunk);
        chunk = previous;
    }
    *arena = (Arena){0};
}
