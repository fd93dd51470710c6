// Last words on standard error, written so that a signal handler may use them.
#pragma once

#include <stdint.h>

#pragma GCC visibility push(hidden)

/// Writes `text`.
void tailor_report_text(const char *text);
/// Writes `0x` and the hexadecimal digits of `value`.
void tailor_report_hexadecimal(uintptr_t value);
/// Writes "Process terminated. ", `text` and a line break, then aborts (exit code 134).
_Noreturn void tailor_report_fatal(const char *text);

#pragma GCC visibility pop
