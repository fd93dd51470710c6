// A hash of a sequence of numbers, wide enough that equal hashes are taken for equal sequences.
#pragma once

#include <stdint.h>

typedef struct WideHash {
    uint64_t lanes[2];
} WideHash;

/// Not 0: adding 0 to that would leave it, and sequences that differ in leading zeros would be equal.
static inline WideHash wide_hash_begin(void) {
    return (WideHash){{0x243F6A8885A308D3u, 0x13198A2E03707344u}};
}

static inline void wide_hash_add(WideHash *hash, uint64_t value) {
    uint64_t a = (hash->lanes[0] ^ value) * 0x9E3779B97F4A7C15u;
    uint64_t b = (hash->lanes[1] + value) * 0xC2B2AE3D27D4EB4Fu;
    hash->lanes[0] = a ^ a >> 32;
    hash->lanes[1] = b ^ b >> 29;
}
