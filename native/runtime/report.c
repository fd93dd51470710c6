#include "runtime/report.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void tailor_report_text(const char *text) {
    size_t size = strlen(text);
    while (size) {
        ssize_t written = write(STDERR_FILENO, text, size);
        if (written <= 0)
            return; // nobody listens
        text += written;
        size -= (size_t)written;
    }
}

void tailor_report_hexadecimal(uintptr_t value) {
    char digits[2 + 2 * sizeof value + 1];
    char *at = digits + sizeof digits;
    *--at = '\0';
    do {
        *--at = "0123456789abcdef"[value & 15];
        value >>= 4;
    } while (value);
    *--at = 'x';
    *--at = '0';
    tailor_report_text(at);
}

_Noreturn void tailor_report_fatal(const char *text) {
    tailor_report_text("Process terminated. ");
    tailor_report_text(text);
    tailor_report_text("\n");
    abort();
}
