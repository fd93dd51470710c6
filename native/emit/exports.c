// Version script of the linker, as the stock compiler writes it: what the executable or library exports.
#include "emit/emit.h"

#include "support/file.h"

#include <stdlib.h>

static int text_order(const void *a, const void *b) {
    return text_compare(*(const Text *)a, *(const Text *)b);
}

static Text *public_symbols(const Reach *reach, Arena *scratch, uint32_t *count) {
    uint32_t export_count, n = 0;
    const Export *exports = reach_exports(reach, &export_count);
    const TextList *dynamic = &reach_request(reach)->output.export_dynamic_symbols;
    Text *symbols = ARENA_ARRAY(scratch, Text, export_count + dynamic->count + 1);
    for (uint32_t i = 0; i < export_count; i++)
        if (exports[i].is_public)
            symbols[n++] = exports[i].symbol;
    for (uint32_t i = 0; i < dynamic->count; i++)
        symbols[n++] = dynamic->items[i];
    qsort(symbols, n, sizeof *symbols, text_order);
    *count = n;
    return symbols;
}

bool emit_exports_file(const Reach *reach, Diag *diag) {
    Text path = reach_request(reach)->output.exports_file;
    if (!path.size)
        return true;
    Arena scratch = {0};
    TextBuilder script = {.arena = &scratch};
    uint32_t count;
    Text *symbols = public_symbols(reach, &scratch, &count);
    text_append_z(&script, "V1.0 {\n    global:\n");
    for (uint32_t i = 0; i < count; i++)
        text_append_format(&script, "        %.*s;\n", TEXT_ARG(symbols[i]));
    // The debugger's entry into libRuntime; stock exports it from executables and libraries alike.
    text_append_z(&script, "        DotNetRuntimeDebugHeader;\n    local: *;\n};\n");
    Text built = text_built(&script);
    bool ok = file_write_atomic(arena_format(&scratch, "%.*s", TEXT_ARG(path)),
                                (Bytes){(const uint8_t *)built.data, built.size}, diag);
    arena_free(&scratch);
    return ok;
}
