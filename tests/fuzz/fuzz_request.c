// libFuzzer target: the JSON request.
#include "request/request.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    Arena arena = {0};
    Request request;
    Diag *diag = diag_open(false);
    bool ok = request_read(&request, (const char *)data, size, &arena, diag);
    if (ok != (diag_error_count(diag) == 0))
        abort();
    if (ok)
        (void)request_feature(&request, TEXT_LITERAL("A.B"));
    diag_close(diag);
    arena_free(&arena);
    return 0;
}
