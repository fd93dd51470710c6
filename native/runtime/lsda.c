#include "runtime/lsda.h"

#include <stddef.h>

#include "runtime/dwarf.h"

bool tailor_lsda_call_site(const uint8_t *lsda, uintptr_t start, uintptr_t ip, CallSite *site) {
    const uint8_t *at = lsda;
    uint8_t base_encoding = *at++;
    uintptr_t landing_pad_base =
        base_encoding == DWARF_ENCODING_Omit ? start : tailor_dwarf_read_encoded(&at, base_encoding, 0);
    site->type_encoding = *at++;
    site->type_table = NULL;
    if (site->type_encoding != DWARF_ENCODING_Omit) {
        uint64_t type_table_offset = tailor_dwarf_read_uleb128(&at);
        site->type_table = at + type_table_offset;
    }
    uint8_t encoding = *at++;
    uint64_t call_sites_size = tailor_dwarf_read_uleb128(&at);
    const uint8_t *actions = at + call_sites_size;
    uint64_t ip_offset = ip - start;
    while (at < actions) {
        uint64_t offset = tailor_dwarf_read_encoded(&at, encoding, 0);
        uint64_t length = tailor_dwarf_read_encoded(&at, encoding, 0);
        uint64_t landing_pad = tailor_dwarf_read_encoded(&at, encoding, 0);
        uint64_t action = tailor_dwarf_read_uleb128(&at);
        if (ip_offset < offset)
            return false; // sorted: a call that was thought not to throw, or no call at all
        if (ip_offset - offset >= length)
            continue;
        site->landing_pad = landing_pad ? landing_pad_base + landing_pad : 0;
        site->action = action ? actions + action - 1 : NULL;
        site->has_cleanup = action == 0;
        return landing_pad != 0;
    }
    return false;
}

bool tailor_lsda_next_clause(CallSite *site, uintptr_t *selector, const ClauseDescriptor **descriptor) {
    while (site->action) {
        const uint8_t *at = site->action;
        int64_t filter = tailor_dwarf_read_sleb128(&at);
        const uint8_t *link = at;
        int64_t displacement = tailor_dwarf_read_sleb128(&at);
        site->action = displacement ? link + displacement : NULL;
        if (filter <= 0) { // exception specifications (negative) do not occur in compiled code
            site->has_cleanup |= filter == 0;
            continue;
        }
        const uint8_t *entry =
            site->type_table - (uint64_t)filter * tailor_dwarf_encoded_size(site->type_encoding);
        *selector = (uintptr_t)filter;
        *descriptor = (const ClauseDescriptor *)tailor_dwarf_read_encoded(&entry, site->type_encoding, 0);
        return true;
    }
    return false;
}
