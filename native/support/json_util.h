// Writing JSON text: only what events and reports need (strings; numbers and braces are written by the
// caller).
#pragma once

#include "support/text.h"

/// Appends `text` as a JSON string with its quotes. Ill-formed UTF-8 (paths) becomes U+FFFD, so that the line
/// stays valid.
void json_append_string(TextBuilder *builder, Text text);
void json_append_string_z(TextBuilder *builder, const char *string);
