// Finds the loaded object that contains an address.
#pragma once

#include <stdint.h>

#pragma GCC visibility push(hidden)

/// Layout of struct dl_find_object of <dlfcn.h>, which headers older than glibc 2.35 lack.
typedef struct LoadedImage {
    unsigned long long flags;
    void *map_start;
    void *map_end;
    void *link_map;
    void *eh_frame_header; // contents of PT_GNU_EH_FRAME
    unsigned long long reserved[7];
} LoadedImage;

/// 0 if found, as _dl_find_object answers. Our own image is found without a lock.
int tailor_image_find(void *address, LoadedImage *image);

#pragma GCC visibility pop
