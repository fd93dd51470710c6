// The pack check: does the runtime pack have the layout this compiler was written for (rows of
// pack_layout.def)? Versions are not trusted: an unknown patch that passes gets one warning, a mismatch is an
// error that names the row.
#pragma once

#include "types/types.h"

/// The version of the packs that the facts in pack_layout.def were read from.
#define PACK_TESTED_VERSION "10.0.12"

/// Checks CoreLib (through `ts`) and libRuntime.WorkstationGC.a of the package at `pack_directory` (skipped
/// if empty: a request without a runtime pack, as unit tests make). False after DIAG_PackMissing or
/// DIAG_PackMismatch.
MUST_CHECK bool pack_check(TypeSystem *ts, Text pack_version, Text pack_directory, Diag *diag);
