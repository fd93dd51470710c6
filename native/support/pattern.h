// User-given name filters (PCRE2): descriptor wildcards, --why, --method.
#pragma once

#include "support/diag.h"

typedef struct Pattern Pattern;

/// Compiles a PCRE2 expression, unanchored. NULL and DIAG_Pattern if it is malformed. Free with
/// pattern_close.
Pattern *pattern_open(const char *expression, Diag *diag);
/// Compiles a name with `*` wildcards (anchored, everything else literal), as linker descriptors use.
Pattern *pattern_open_wildcard(Text text, Diag *diag);
bool pattern_matches(const Pattern *pattern, Text subject);
void pattern_close(Pattern *pattern);
