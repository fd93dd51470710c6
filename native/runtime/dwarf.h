// Reads the encodings that unwind tables and language-specific data areas share (LSB Core, DWARF extensions).
// All of these tables are part of the program and trusted.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

enum { DWARF_ENCODING_Omit = 0xFF };

uint64_t tailor_dwarf_read_uleb128(const uint8_t **at);
int64_t tailor_dwarf_read_sleb128(const uint8_t **at);
/// A little-endian integer of `size` bytes, sign-extended if `is_signed`.
uint64_t tailor_dwarf_read_fixed(const uint8_t **at, unsigned size, bool is_signed);
/// A pointer in the given encoding; offsets of the form DW_EH_PE_datarel count from `data_base`.
uint64_t tailor_dwarf_read_encoded(const uint8_t **at, uint8_t encoding, uintptr_t data_base);
/// Bytes of a pointer in a fixed-size encoding.
unsigned tailor_dwarf_encoded_size(uint8_t encoding);

#pragma GCC visibility pop
