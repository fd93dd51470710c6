// Arena allocation: memory with one lifetime, freed all at once. Three lifetimes are in use (style: Memory):
// program (type system, reachability), unit (one LLVM module's lowering), scratch (one method; reset, not
// freed).
#pragma once

#include <stdalign.h>
#include <stddef.h>
#include <stdint.h>

#define MUST_CHECK                             __attribute__((warn_unused_result))
#define PRINTF_LIKE(format_index, first_index) __attribute__((format(printf, format_index, first_index)))

typedef struct ArenaChunk ArenaChunk;
typedef struct Arena {
    ArenaChunk *chunk; // newest chunk; older ones follow
    size_t used_size;  // bytes handed out since the last reset, all chunks
    size_t peak_size;  // largest used_size seen
} Arena;

/// A mark to which arena_rewind can return.
typedef struct ArenaMark {
    ArenaChunk *chunk;
    size_t chunk_used;
    size_t used_size;
} ArenaMark;

/// `size` zeroed bytes aligned to `alignment` (a power of two). Never NULL: running out of memory ends the
/// process with a diagnostic (the one immediate exit of the compiler).
void *arena_alloc(Arena *arena, size_t size, size_t alignment) __attribute__((returns_nonnull, malloc));
/// Copies `size` bytes.
void *arena_copy(Arena *arena, const void *data, size_t size, size_t alignment)
    __attribute__((returns_nonnull));
/// Formats into the arena; NUL-terminated.
char *arena_format(Arena *arena, const char *format, ...) PRINTF_LIKE(2, 3) __attribute__((returns_nonnull));
/// Everything handed out becomes invalid; the memory is kept for reuse. Poisoned under AddressSanitizer.
void arena_reset(Arena *arena);
/// Frees the memory.
void arena_free(Arena *arena);
ArenaMark arena_mark(const Arena *arena);
/// Releases what was allocated since `mark`.
void arena_rewind(Arena *arena, ArenaMark mark);

#define ARENA_NEW(arena, T)          ((T *)arena_alloc((arena), sizeof(T), alignof(T)))
#define ARENA_ARRAY(arena, T, count) ((T *)arena_alloc((arena), sizeof(T) * (size_t)(count), alignof(T)))

/// malloc that never returns NULL, for the few objects outside arenas.
void *checked_malloc(size_t size) __attribute__((returns_nonnull, malloc));
