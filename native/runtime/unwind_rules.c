#include "runtime/unwind_rules.h"

#include <string.h>

#include "runtime/dwarf.h"
#include "runtime/image.h"

// ---- .eh_frame_hdr: a sorted table of functions -------------------------------------------------

enum { HEADER_VERSION = 1, TABLE_ENCODING = 0x3B }; // pairs of sdata4, relative to the header

typedef struct TableEntry {
    int32_t start, description;
} TableEntry;

/// The frame description entry of the last function that starts at or before `ip`, NULL if there is none.
static const uint8_t *description_find(const uint8_t *header, uintptr_t ip) {
    if (header[0] != HEADER_VERSION || header[3] != TABLE_ENCODING)
        return NULL;
    const uint8_t *at = header + 4;
    tailor_dwarf_read_encoded(&at, header[1], (uintptr_t)header);
    uint64_t count = tailor_dwarf_read_encoded(&at, header[2], (uintptr_t)header);
    const TableEntry *entries = (const TableEntry *)at;
    int64_t offset = (int64_t)(ip - (uintptr_t)header);
    uint64_t low = 0, high = count; // entries before `low` start at or before ip, those from `high` after
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (entries[middle].start <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low ? header + entries[low - 1].description : NULL;
}

// ---- Common information and frame description entries -------------------------------------------

typedef struct Description {
    uint64_t code_alignment;
    int64_t data_alignment;
    const uint8_t *initial, *initial_end; // instructions of the CIE
    const uint8_t *instructions, *instructions_end;
    uintptr_t start;
    uint64_t size;
    const uint8_t *lsda;
} Description;

typedef struct Augmentation {
    uint8_t pointer_encoding, lsda_encoding;
    bool has_data;
} Augmentation;

static const uint8_t *entry_body(const uint8_t *entry, const uint8_t **end) {
    uint64_t length = tailor_dwarf_read_fixed(&entry, 4, false);
    *end = entry + length;
    return entry;
}

/// False for versions and augmentations that no compiler for this platform writes.
static bool common_read(const uint8_t *entry, Description *out, Augmentation *augmentation) {
    enum { VERSION_1 = 1, VERSION_3 = 3 };
    const uint8_t *at = entry_body(entry, &out->initial_end) + 4;
    uint8_t version = *at++;
    if (version != VERSION_1 && version != VERSION_3)
        return false;
    const char *letters = (const char *)at;
    at += strlen(letters) + 1;
    out->code_alignment = tailor_dwarf_read_uleb128(&at);
    out->data_alignment = tailor_dwarf_read_sleb128(&at);
    if (version == VERSION_1)
        at++; // return address column
    else
        tailor_dwarf_read_uleb128(&at);
    *augmentation = (Augmentation){.lsda_encoding = DWARF_ENCODING_Omit};
    if (*letters == '\0') {
        out->initial = at;
        return true;
    }
    if (*letters++ != 'z')
        return false;
    augmentation->has_data = true;
    uint64_t size = tailor_dwarf_read_uleb128(&at);
    out->initial = at + size;
    for (; *letters; letters++) {
        if (*letters == 'R')
            augmentation->pointer_encoding = *at++;
        else if (*letters == 'L')
            augmentation->lsda_encoding = *at++;
        else if (*letters == 'P')
            at += 1 + tailor_dwarf_encoded_size(*at);
        else if (*letters != 'S') // a signal frame: its rules are expressions, which end the walk
            return false;
    }
    return true;
}

static bool description_read(const uint8_t *entry, Description *out) {
    const uint8_t *at = entry_body(entry, &out->instructions_end);
    const uint8_t *field = at;
    uint64_t common_offset = tailor_dwarf_read_fixed(&at, 4, false);
    Augmentation augmentation;
    if (!common_read(field - common_offset, out, &augmentation))
        return false;
    out->start = tailor_dwarf_read_encoded(&at, augmentation.pointer_encoding, 0);
    out->size =
        tailor_dwarf_read_encoded(&at, augmentation.pointer_encoding & 0x0F, 0); // a length is not relative
    out->lsda = NULL;
    out->instructions = at;
    if (augmentation.has_data) {
        uint64_t size = tailor_dwarf_read_uleb128(&at);
        out->instructions = at + size;
        if (augmentation.lsda_encoding != DWARF_ENCODING_Omit)
            out->lsda = (const uint8_t *)tailor_dwarf_read_encoded(&at, augmentation.lsda_encoding, 0);
    }
    return true;
}

// ---- Call frame instructions --------------------------------------------------------------------

enum {
    CFA_advance_loc = 0x40,
    CFA_offset = 0x80,
    CFA_restore = 0xC0,
    CFA_nop = 0x00,
    CFA_set_loc,
    CFA_advance_loc1,
    CFA_advance_loc2,
    CFA_advance_loc4,
    CFA_offset_extended,
    CFA_restore_extended,
    CFA_undefined,
    CFA_same_value,
    CFA_register,
    CFA_remember_state,
    CFA_restore_state,
    CFA_def_cfa,
    CFA_def_cfa_register,
    CFA_def_cfa_offset,
    CFA_def_cfa_expression,
    CFA_expression,
    CFA_offset_extended_sf,
    CFA_def_cfa_sf,
    CFA_def_cfa_offset_sf,
    CFA_val_offset,
    CFA_val_offset_sf,
    CFA_val_expression,
    CFA_GNU_args_size = 0x2E,
};

enum { REGISTER_Rsp = 7, REGISTER_Rip = 16, REGISTER_COUNT = 17, STATE_COUNT_MAX = 8 }; // DWARF numbers

/// A value that offsets from the CFA do not describe.
enum { CFA_REGISTER_Unknown = REGISTER_COUNT, SAVED_Unknown = INT32_MAX };

typedef struct State {
    uint64_t cfa_register;
    int64_t cfa_offset;
    int32_t saved[REGISTER_COUNT];
} State;

typedef struct Machine {
    const Description *description;
    uintptr_t location, target;
    State state, initial;
    State stack[STATE_COUNT_MAX];
    unsigned depth;
    uint32_t arguments_size;
} Machine;

static void set_saved(Machine *m, uint64_t number, int32_t offset) {
    if (number < REGISTER_COUNT) // vector registers are of no interest: a callee preserves none
        m->state.saved[number] = offset;
}

static int32_t factored(const Machine *m, int64_t offset) {
    return (int32_t)(offset * m->description->data_alignment);
}

static void skip_expression(const uint8_t **at) {
    uint64_t size = tailor_dwarf_read_uleb128(at);
    *at += size;
}

/// Rules of the kinds that this unwinder does not follow: the register is unknown from here on.
static bool machine_step_unknown(Machine *m, uint8_t operation, const uint8_t **at) {
    if (operation == CFA_def_cfa_expression) {
        m->state.cfa_register = CFA_REGISTER_Unknown;
        skip_expression(at);
        return true;
    }
    bool is_expression = operation == CFA_expression || operation == CFA_val_expression;
    if (!is_expression && operation != CFA_register && operation != CFA_val_offset &&
        operation != CFA_val_offset_sf)
        return false;
    set_saved(m, tailor_dwarf_read_uleb128(at), SAVED_Unknown);
    if (is_expression)
        skip_expression(at);
    else
        tailor_dwarf_read_uleb128(at); // an sleb128 has the same length
    return true;
}

/// One instruction at `*at`. False: one that does not exist on this platform.
static bool machine_step(Machine *m, const uint8_t **at) {
    uint8_t byte = *(*at)++;
    uint8_t low = byte & 0x3F;
    uint64_t number;
    switch (byte & 0xC0) {
    case CFA_advance_loc: m->location += low * m->description->code_alignment; return true;
    case CFA_offset: set_saved(m, low, factored(m, (int64_t)tailor_dwarf_read_uleb128(at))); return true;
    case CFA_restore: set_saved(m, low, low < REGISTER_COUNT ? m->initial.saved[low] : 0); return true;
    }
    switch (byte) {
    case CFA_nop: return true;
    case CFA_advance_loc1:
        m->location += tailor_dwarf_read_fixed(at, 1, false) * m->description->code_alignment;
        return true;
    case CFA_advance_loc2:
        m->location += tailor_dwarf_read_fixed(at, 2, false) * m->description->code_alignment;
        return true;
    case CFA_advance_loc4:
        m->location += tailor_dwarf_read_fixed(at, 4, false) * m->description->code_alignment;
        return true;
    case CFA_offset_extended:
        number = tailor_dwarf_read_uleb128(at);
        set_saved(m, number, factored(m, (int64_t)tailor_dwarf_read_uleb128(at)));
        return true;
    case CFA_offset_extended_sf:
        number = tailor_dwarf_read_uleb128(at);
        set_saved(m, number, factored(m, tailor_dwarf_read_sleb128(at)));
        return true;
    case CFA_restore_extended:
        number = tailor_dwarf_read_uleb128(at);
        set_saved(m, number, number < REGISTER_COUNT ? m->initial.saved[number] : 0);
        return true;
    case CFA_undefined: // of the return address: the outermost frame; of others: not preserved, nobody will
                        // ask
    case CFA_same_value: set_saved(m, tailor_dwarf_read_uleb128(at), UNWIND_NOT_SAVED); return true;
    case CFA_remember_state:
        if (m->depth == STATE_COUNT_MAX)
            return false;
        m->stack[m->depth++] = m->state;
        return true;
    case CFA_restore_state:
        if (m->depth == 0)
            return false;
        m->state = m->stack[--m->depth];
        return true;
    case CFA_def_cfa:
        m->state.cfa_register = tailor_dwarf_read_uleb128(at);
        m->state.cfa_offset = (int64_t)tailor_dwarf_read_uleb128(at);
        return true;
    case CFA_def_cfa_sf:
        m->state.cfa_register = tailor_dwarf_read_uleb128(at);
        m->state.cfa_offset = factored(m, tailor_dwarf_read_sleb128(at));
        return true;
    case CFA_def_cfa_register: m->state.cfa_register = tailor_dwarf_read_uleb128(at); return true;
    case CFA_def_cfa_offset: m->state.cfa_offset = (int64_t)tailor_dwarf_read_uleb128(at); return true;
    case CFA_def_cfa_offset_sf: m->state.cfa_offset = factored(m, tailor_dwarf_read_sleb128(at)); return true;
    case CFA_GNU_args_size: m->arguments_size = (uint32_t)tailor_dwarf_read_uleb128(at); return true;
    default: return machine_step_unknown(m, byte, at);
    }
}

/// Runs the instructions that apply to addresses up to the target.
static bool machine_run(Machine *m, const uint8_t *at, const uint8_t *end) {
    while (at < end && m->location <= m->target)
        if (!machine_step(m, &at))
            return false;
    return true;
}

bool tailor_unwind_rules_read(uintptr_t ip, UnwindRules *rules) {
    static const uint8_t dwarf_number[UNWIND_REGISTER_COUNT] = {
        [UNWIND_Rbx] = 3,  [UNWIND_Rbp] = 6,  [UNWIND_R12] = 12,
        [UNWIND_R13] = 13, [UNWIND_R14] = 14, [UNWIND_R15] = 15};
    LoadedImage image;
    if (tailor_image_find((void *)ip, &image) != 0)
        return false;
    const uint8_t *entry = description_find(image.eh_frame_header, ip);
    Description description = {0};
    if (!entry || !description_read(entry, &description) || ip - description.start >= description.size)
        return false;
    Machine machine = {.description = &description, .location = description.start, .target = ip};
    for (unsigned i = 0; i < REGISTER_COUNT; i++)
        machine.state.saved[i] = UNWIND_NOT_SAVED;
    bool known = machine_run(&machine, description.initial, description.initial_end);
    machine.initial = machine.state;
    known = known && machine_run(&machine, description.instructions, description.instructions_end);
    const State *state = &machine.state;
    enum { REGISTER_Rbp = 6, RETURN_ADDRESS_OFFSET = -8 };
    known = known && (state->cfa_register == REGISTER_Rsp || state->cfa_register == REGISTER_Rbp) &&
            state->saved[REGISTER_Rip] == RETURN_ADDRESS_OFFSET;
    *rules = (UnwindRules){.ip = ip,
                           .procedure = {.start = description.start, .lsda = description.lsda},
                           .cfa_offset = (int32_t)state->cfa_offset,
                           .cfa_is_rbp = state->cfa_register == REGISTER_Rbp,
                           .is_outermost = !known,
                           .arguments_size = machine.arguments_size};
    for (unsigned i = 0; i < UNWIND_REGISTER_COUNT; i++) {
        rules->saved[i] = state->saved[dwarf_number[i]];
        rules->is_outermost |= rules->saved[i] == SAVED_Unknown;
    }
    return true;
}
