// libFuzzer target: an assembly.
#include "image_walk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    (void)image_walk((Bytes){data, size});
    return 0;
}
