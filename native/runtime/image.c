#include "runtime/image.h"

#include <link.h>
#include <stdbool.h>
#include <stddef.h>

#pragma GCC visibility push(hidden)
/// Linker-defined: the ELF header of this executable or library, mapped in front of its code.
extern const ElfW(Ehdr) __ehdr_start;
#pragma GCC visibility pop

/// Fills `image` if one of the loaded segments holds `address`.
static bool image_contains(uintptr_t bias, const ElfW(Phdr) * segments, size_t count, uintptr_t address,
                           LoadedImage *image) {
    const ElfW(Phdr) *eh_frame = NULL;
    uintptr_t start = 0, end = 0;
    for (size_t i = 0; i < count; i++) {
        if (segments[i].p_type == PT_GNU_EH_FRAME)
            eh_frame = &segments[i];
        uintptr_t from = bias + segments[i].p_vaddr;
        if (segments[i].p_type == PT_LOAD && address - from < segments[i].p_memsz)
            start = from, end = from + segments[i].p_memsz;
    }
    if (!end || !eh_frame)
        return false;
    *image = (LoadedImage){.map_start = (void *)start,
                           .map_end = (void *)end,
                           .eh_frame_header = (void *)(bias + eh_frame->p_vaddr)};
    return true;
}

typedef struct Lookup {
    uintptr_t address;
    LoadedImage *image;
} Lookup;

static int image_visit(struct dl_phdr_info *info, size_t size, void *argument) {
    (void)size;
    Lookup *lookup = argument;
    return image_contains(info->dlpi_addr, info->dlpi_phdr, info->dlpi_phnum, lookup->address, lookup->image);
}

int tailor_image_find(void *address, LoadedImage *image) {
    // A position-independent image is linked at 0, so the address of its header is the load bias.
    uintptr_t header = (uintptr_t)&__ehdr_start;
    uintptr_t bias = __ehdr_start.e_type == ET_DYN ? header : 0;
    const ElfW(Phdr) *segments = (const ElfW(Phdr) *)(header + __ehdr_start.e_phoff);
    if (image_contains(bias, segments, __ehdr_start.e_phnum, (uintptr_t)address, image))
        return 0;
    Lookup lookup = {.address = (uintptr_t)address, .image = image};
    return dl_iterate_phdr(image_visit, &lookup) ? 0 : -1;
}

// libgcc_eh.a of gcc 12 and later, which `resume` of compiled code and C++ libraries of the user bring in,
// asks for _dl_find_object (GLIBC_2.35), while a stock executable needs 2.34 only (runtime-contract 13). Ours
// is bound at link time: it lies in a file that is always linked, because the linker reads this archive
// before libgcc_eh.a.
__attribute__((visibility("hidden"), alias("tailor_image_find"))) int
find_object(void *address, LoadedImage *image) __asm__("_dl_find_object");
