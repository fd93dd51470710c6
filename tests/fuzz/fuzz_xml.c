// libFuzzer target: descriptors and their kin.
#include "request/request.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void element_walk(const XmlElement *element, const Request *request, Diag *diag) {
    (void)xml_feature_applies(element, request, "fuzz.xml", diag);
    for (uint32_t i = 0; i < element->child_count; i++)
        element_walk(element->children[i], request, diag);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    Arena arena = {0};
    Request request = {0};
    Diag *diag = diag_open(false);
    XmlElement *root = xml_read((Bytes){data, size}, "fuzz.xml", &arena, diag);
    if (!root != (diag_error_count(diag) == 1))
        abort();
    if (root)
        element_walk(root, &request, diag);
    diag_close(diag);
    arena_free(&arena);
    return 0;
}
