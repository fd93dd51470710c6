// report/: what was written. Reads the object files back (ELF64), so that the numbers are those of the
// linker's input.
#pragma once

#include "emit/emit.h"

/// Bytes of the program by what they are, before the linker drops anything.
typedef struct ObjectSizes {
    uint64_t code;   // machine code
    uint64_t data;   // everything else that is in memory at run time
    uint64_t unwind; // part of `data`: unwind and exception tables
} ObjectSizes;

/// Sums over all object files. False after DIAG_FileRead; files that are not ELF objects are skipped.
MUST_CHECK bool report_totals(const char *const *paths, uint32_t count, ObjectSizes *out, Diag *diag);

/// Bytes by section of all object files together, largest first, then the largest symbols, as text (--sizes).
/// False as report_totals.
MUST_CHECK bool report_sizes(const char *const *paths, uint32_t count, FILE *file, Diag *diag);

/// Writes the request's output.map (IlcGenerateMapFile): XML of the stock compiler's form, an element for
/// each symbol with its name and length, named by what the symbol is. Nothing if the request has no such
/// path.
MUST_CHECK bool report_map_write(const Request *request, const char *const *paths, uint32_t count,
                                 Diag *diag);
