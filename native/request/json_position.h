// Private to request/: where a key stands in the JSON text, for diagnostics (jansson keeps no positions).
#pragma once

#include "support/text.h"

/// Line and column, from 1, of the key `name` in the top-level object `section` ("" = in the document
/// itself). The text must be well-formed JSON. False if there is no such key.
bool json_key_position(Text json, const char *section, const char *name, uint32_t *line, uint32_t *column);
