// Public key tokens (ECMA-335 II.6.3): the last eight bytes of the SHA-1 digest of the key, backwards.
#include "emit/metadata.h"

#include <string.h>

enum { BLOCK_SIZE = 64, DIGEST_WORDS = 5, ROUNDS = 80, TOKEN_SIZE = 8 };

static uint32_t rotate(uint32_t value, int bits) {
    return value << bits | value >> (32 - bits);
}

// FIPS 180-4, 6.1.2.
static void block_add(uint32_t h[DIGEST_WORDS], const uint8_t *block) {
    uint32_t w[ROUNDS], a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];
    for (int t = 0; t < 16; t++)
        w[t] = (uint32_t)block[4 * t] << 24 | (uint32_t)block[4 * t + 1] << 16 |
               (uint32_t)block[4 * t + 2] << 8 | block[4 * t + 3];
    for (int t = 16; t < ROUNDS; t++)
        w[t] = rotate(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
    for (int t = 0; t < ROUNDS; t++) {
        uint32_t f = t < 20              ? (b & c) | (~b & d)
                     : t < 40 || t >= 60 ? b ^ c ^ d
                                         : (b & c) | (b & d) | (c & d);
        uint32_t k = t < 20 ? 0x5A827999 : t < 40 ? 0x6ED9EBA1 : t < 60 ? 0x8F1BBCDC : 0xCA62C1D6;
        uint32_t next = rotate(a, 5) + f + e + k + w[t];
        e = d, d = c, c = rotate(b, 30), b = a, a = next;
    }
    h[0] += a, h[1] += b, h[2] += c, h[3] += d, h[4] += e;
}

static void sha1(Arena *arena, Bytes bytes, uint32_t h[DIGEST_WORDS]) {
    static const uint32_t start[DIGEST_WORDS] = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
    size_t size = (bytes.size + 8) / BLOCK_SIZE * BLOCK_SIZE + BLOCK_SIZE; // the text, a one bit, its length
    uint8_t *padded = ARENA_ARRAY(arena, uint8_t, size);
    memcpy(padded, bytes.data, bytes.size);
    padded[bytes.size] = 0x80;
    for (int i = 0; i < 8; i++)
        padded[size - 1 - (size_t)i] = (uint8_t)((uint64_t)bytes.size * 8 >> 8 * i);
    memcpy(h, start, sizeof start);
    for (size_t at = 0; at < size; at += BLOCK_SIZE)
        block_add(h, padded + at);
}

Text public_key_token(EmitContext *e, Bytes key) {
    if (!key.size)
        return TEXT_LITERAL("null");
    uint32_t h[DIGEST_WORDS];
    sha1(&e->arena, key, h);
    char *text = ARENA_ARRAY(&e->arena, char, 2 * TOKEN_SIZE + 1);
    for (int i = 0; i < TOKEN_SIZE; i++) {
        uint32_t byte = h[DIGEST_WORDS - 1 - i / 4] >> 8 * (i % 4) & 0xFF;
        text[2 * i] = "0123456789abcdef"[byte >> 4];
        text[2 * i + 1] = "0123456789abcdef"[byte & 15];
    }
    return (Text){text, 2 * TOKEN_SIZE};
}
