// Static libraries (`ar`, GNU format) of ELF objects: enough to ask which symbols the runtime pack's archives
// define.
#pragma once

#include "support/bytes.h"
#include "support/text.h"

/// A symbol defined in some member of an archive.
typedef struct ArchiveSymbol {
    Text name;     // view into the archive's bytes
    uint64_t size; // bytes, as in the ELF symbol
    bool is_thread_local;
} ArchiveSymbol;

/// Called for every defined global or weak symbol; false stops the walk.
typedef bool ArchiveVisit(void *context, const ArchiveSymbol *symbol);

/// Walks the symbols of every ELF64 little-endian member. False with *reason if the archive is malformed.
MUST_CHECK bool archive_symbols(Bytes archive, ArchiveVisit *visit, void *context, const char **reason);
