// report/: what was written. Reads the object files back (ELF64), so that the numbers are those of the
// linker's input.
#pragma once

#include "emit/emit.h"

/// Bytes by section of all object files together, largest first, then the largest symbols, as text (--time,
/// --verbose). False after DIAG_FileRead; files that are not ELF objects are skipped.
MUST_CHECK bool report_sizes(const char *const *paths, uint32_t count, FILE *file, Diag *diag);

/// Writes the request's output.map: one line "size section symbol" for every defined symbol, sorted by
/// symbol. Nothing if the request has no such path.
MUST_CHECK bool report_map_write(const Request *request, const char *const *paths, uint32_t count,
                                 Diag *diag);
