// Feeds the files named on the command line to a fuzz target, without libFuzzer: how a corpus runs in every
// ctest.
#include "support/file.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int main(int count, char **paths) {
    Diag *diag = diag_open(false);
    for (int i = 1; i < count; i++) {
        Bytes bytes;
        if (!file_map(paths[i], &bytes, diag))
            break;
        uint8_t *exact = checked_malloc(bytes.size); // so that a read behind the end is noticed
        memcpy(exact, bytes.data, bytes.size);
        (void)LLVMFuzzerTestOneInput(exact, bytes.size);
        free(exact);
        file_unmap(bytes);
    }
    bool ok = count > 1 && diag_error_count(diag) == 0;
    diag_flush(diag);
    diag_close(diag);
    return ok ? 0 : 1;
}
