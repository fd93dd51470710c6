// Addresses in compiled data. Each is kept as its distance from the place where it stands, so that the
// executable needs no relocation for it.
#include "runtime/tailor_runtime.h"

/// The data unit's, emit/data_region.c.
extern uint64_t tailor_addresses[] __attribute__((visibility("hidden")));
extern const struct AddressSlots {
    uint64_t count;   // of words
    uint64_t words[]; // a bit for each 8 bytes of tailor_addresses
} tailor_address_slots __attribute__((visibility("hidden")));

void tailor_relocate(void) {
    for (uint64_t i = 0; i < tailor_address_slots.count; i++) {
        uint64_t *slots = tailor_addresses + 64 * i;
        for (uint64_t bits = tailor_address_slots.words[i]; bits; bits &= bits - 1) {
            uint64_t *slot = slots + __builtin_ctzll(bits);
            *slot += (uintptr_t)slot;
        }
    }
}
