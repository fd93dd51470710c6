// Damages a small valid assembly in every place: cut off at every byte, every bit turned, every byte set to 0
// and 255. Each result must be opened or refused with one diagnostic; the sanitizers see the rest. Prints how
// many were accepted.
#include "image_walk.h"
#include "sample_image.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Counts {
    uint32_t accepted, refused;
} Counts;

// The bytes stand in memory of exactly their size, so that a read behind them is noticed.
static void walk_exact(Bytes bytes, Counts *counts) {
    uint8_t *exact = checked_malloc(bytes.size);
    memcpy(exact, bytes.data, bytes.size);
    bool accepted = image_walk((Bytes){exact, bytes.size});
    counts->accepted += accepted;
    counts->refused += !accepted;
    free(exact);
}

static void truncate_everywhere(Bytes good, Counts *counts) {
    for (size_t size = 0; size < good.size; size++)
        walk_exact((Bytes){good.data, size}, counts);
}

// The same with a section header that says so: what is cut off is then missing from inside, not noticed at
// the door.
static void shorten_everywhere(Bytes good, Counts *counts) {
    enum { SECTION_HEADER = 0x40 + 24 + 224, HEADERS_SIZE = 0x200 }; // where image_builder.c puts them
    uint8_t *bytes = checked_malloc(good.size);
    memcpy(bytes, good.data, good.size);
    for (size_t size = good.size; size-- > HEADERS_SIZE;) {
        size_t raw_size = size - HEADERS_SIZE;
        for (int i = 0; i < 4; i++) {
            bytes[SECTION_HEADER + 8 + i] = (uint8_t)(raw_size >> 8 * i);
            bytes[SECTION_HEADER + 16 + i] = (uint8_t)(raw_size >> 8 * i);
        }
        walk_exact((Bytes){bytes, size}, counts);
    }
    free(bytes);
}

static void change_everywhere(Bytes good, Counts *counts) {
    uint8_t *bytes = checked_malloc(good.size);
    memcpy(bytes, good.data, good.size);
    for (size_t at = 0; at < good.size; at++) {
        uint8_t was = bytes[at];
        for (int bit = 0; bit < 8; bit++) {
            bytes[at] = (uint8_t)(was ^ 1 << bit);
            walk_exact((Bytes){bytes, good.size}, counts);
        }
        bytes[at] = 0;
        walk_exact((Bytes){bytes, good.size}, counts);
        bytes[at] = 0xFF;
        walk_exact((Bytes){bytes, good.size}, counts);
        bytes[at] = was;
    }
    free(bytes);
}

int main(int count, char **arguments) {
    Arena arena = {0};
    Bytes good = sample_image(&arena);
    Counts cut = {0}, shortened = {0}, changed = {0};
    if (count > 1) { // writes the undamaged file, the seed of the fuzzer's corpus
        FILE *file = fopen(arguments[1], "wb");
        bool ok = file && fwrite(good.data, 1, good.size, file) == good.size;
        if (file)
            fclose(file);
        arena_free(&arena);
        return ok ? 0 : 1;
    }
    bool ok = image_walk(good);
    truncate_everywhere(good, &cut);
    shorten_everywhere(good, &shortened);
    change_everywhere(good, &changed);
    printf("%zu bytes: cut %u accepted, %u refused; shortened %u, %u; changed %u, %u\n", good.size,
           cut.accepted, cut.refused, shortened.accepted, shortened.refused, changed.accepted,
           changed.refused);
    ok = ok && cut.refused && shortened.refused && changed.accepted &&
         changed.refused; // else the walk looked at nothing
    arena_free(&arena);
    return ok ? 0 : 1;
}
