#include "runtime/vector_state.h"

#include <cpuid.h>

enum {
    FXSAVE_SIZE = 512,
    XSAVE_HEADER_SIZE = 64,
    CPUID_1_ECX_OSXSAVE = 1 << 27,
    CPUID_XSAVE = 0xD,
    COMPONENT_FIRST_EXTENDED = 2,
    COMPONENT_COUNT = 32,
    // SSE, AVX, opmask, ZMM_Hi256, Hi16_ZMM: what compiled code may hold values in.
    COMPONENTS_VECTOR = 1 << 1 | 1 << 2 | 1 << 5 | 1 << 6 | 1 << 7,
};

uint32_t tailor_vector_state_mask;
uint32_t tailor_vector_state_size = FXSAVE_SIZE;

static uint32_t enabled_components(void) {
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return low;
}

void tailor_vector_state_init(void) {
    uint32_t eax, ebx, ecx, edx;
    if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || !(ecx & CPUID_1_ECX_OSXSAVE))
        return;
    uint32_t mask = enabled_components() & COMPONENTS_VECTOR;
    uint32_t size = FXSAVE_SIZE + XSAVE_HEADER_SIZE;
    for (uint32_t i = COMPONENT_FIRST_EXTENDED; i < COMPONENT_COUNT; i++) {
        if (!(mask & 1u << i))
            continue;
        __cpuid_count(CPUID_XSAVE, i, eax, ebx, ecx, edx); // eax: size, ebx: offset in the standard format
        if (ebx + eax > size)
            size = ebx + eax;
    }
    tailor_vector_state_mask = mask;
    tailor_vector_state_size = size;
}
