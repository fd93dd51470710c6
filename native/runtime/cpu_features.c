// What the processor has beyond x86-64-v2: IsSupported of hardware intrinsics whose use is decided at run
// time.
#include "runtime/tailor_runtime.h"

/// Set by the runtime pack before managed code runs; constants of its XArchIntrinsicConstants.
extern int g_cpuFeatures;
enum {
    CPU_AES = 1 << 9,
    CPU_AVX_VNNI = 1 << 12,
    CPU_GFNI = 1 << 13,
    CPU_VAES = 1 << 15, // with VPCLMULQDQ
    CPU_SERIALIZE = 1 << 17
};

bool tailor_has_aes(void) {
    return g_cpuFeatures & CPU_AES;
}

bool tailor_has_gfni(void) {
    return g_cpuFeatures & CPU_GFNI;
}

bool tailor_has_avx_vnni(void) {
    return g_cpuFeatures & CPU_AVX_VNNI;
}

bool tailor_has_vaes(void) {
    return g_cpuFeatures & CPU_VAES;
}

bool tailor_has_serialize(void) {
    return g_cpuFeatures & CPU_SERIALIZE;
}
