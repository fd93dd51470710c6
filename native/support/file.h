// Files: whole-file input as a mapping, atomic output (temporary name, then rename).
#pragma once

#include "support/bytes.h"
#include "support/diag.h"

/// Maps `path` read-only. The view lives until file_unmap (empty files give a valid empty view). Reports
/// DIAG_FileRead.
MUST_CHECK bool file_map(const char *path, Bytes *out, Diag *diag);
void file_unmap(Bytes bytes);
bool file_exists(const char *path);
/// Writes all of `bytes` to a temporary name beside `path`, then renames. On failure nothing is left behind;
/// reports DIAG_FileWrite (disk full included).
MUST_CHECK bool file_write_atomic(const char *path, Bytes bytes, Diag *diag);
/// Makes the directory unless it is there; its parent must exist. Reports DIAG_FileWrite.
MUST_CHECK bool directory_make(const char *path, Diag *diag);
/// Reads stdin to its end into malloc'ed memory that the caller frees.
MUST_CHECK bool file_read_stdin(char **data, size_t *size, Diag *diag);
