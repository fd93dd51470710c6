#include "emit/gcdesc.h"

#include <stdbool.h>

enum { REFERENCE_SIZE = 8 };

typedef struct Run {
    uint32_t offset, count; // of adjacent references
} Run;

static Run *runs_of(Arena *arena, const uint32_t *offsets, uint32_t count, uint32_t *run_count) {
    Run *runs = ARENA_ARRAY(arena, Run, count + 1);
    uint32_t n = 0;
    for (uint32_t i = 0; i < count; i++) {
        bool adjacent = n && offsets[i] == runs[n - 1].offset + runs[n - 1].count * REFERENCE_SIZE;
        if (adjacent)
            runs[n - 1].count++;
        else
            runs[n++] = (Run){offsets[i], 1};
    }
    *run_count = n;
    return runs;
}

// Read downwards: count, then {start, size - base size} of series 0, 1, ...
void gcdesc_object(Arena *arena, const uint32_t *offsets, uint32_t count, uint32_t base_size, GcWords *out) {
    uint32_t run_count;
    Run *runs = runs_of(arena, offsets, count, &run_count);
    if (run_count == 0)
        return;
    for (uint32_t i = run_count; i-- > 0;) {
        ARRAY_PUSH(arena, out, (uint64_t)runs[i].count * REFERENCE_SIZE - base_size);
        ARRAY_PUSH(arena, out, runs[i].offset);
    }
    ARRAY_PUSH(arena, out, run_count);
}

void gcdesc_reference_array(Arena *arena, uint32_t data_offset, uint32_t base_size, GcWords *out) {
    ARRAY_PUSH(arena, out, 0 - (uint64_t)base_size);
    ARRAY_PUSH(arena, out, data_offset);
    ARRAY_PUSH(arena, out, 1);
}

// Read downwards: minus the number of runs, offset of the first reference, then {bytes to skip after the run,
// references in the run} of each run of an element.
void gcdesc_struct_array(Arena *arena, const uint32_t *offsets, uint32_t count, uint32_t element_size,
                         uint32_t data_offset, GcWords *out) {
    uint32_t run_count;
    Run *runs = runs_of(arena, offsets, count, &run_count);
    if (run_count == 0)
        return;
    for (uint32_t i = run_count; i-- > 0;) {
        uint32_t end = runs[i].offset + runs[i].count * REFERENCE_SIZE;
        uint32_t next = i + 1 < run_count ? runs[i + 1].offset : element_size + runs[0].offset;
        ARRAY_PUSH(arena, out, (uint64_t)(next - end) << 32 | runs[i].count);
    }
    ARRAY_PUSH(arena, out, data_offset + runs[0].offset);
    ARRAY_PUSH(arena, out, 0 - (uint64_t)run_count);
}
