#include "runtime/unwind.h"

#include <string.h>

#include "runtime/unwind_rules.h"

#pragma GCC visibility push(hidden)
extern const uint8_t __ehdr_start[], _end[]; // linker-defined: this image in memory
/// Loads the registers of `cursor` and jumps. In transitions.S.
_Noreturn void tailor_unwind_continue(const UnwindCursor *cursor, uintptr_t landing_pad, uintptr_t first,
                                      uintptr_t second);
#pragma GCC visibility pop

// Rules of the addresses that this thread met last. Exceptions come from the same few places again and again;
// reading the tables takes about ten times as long as a hit.
enum { CACHE_COUNT = 64, CACHE_MULTIPLIER_SHIFT = 58 };
static _Thread_local UnwindRules cache[CACHE_COUNT];

/// NULL: no unwind information. Valid until the next call.
static const UnwindRules *rules_at(uintptr_t ip) {
    UnwindRules *slot = &cache[(ip * 0x9E3779B97F4A7C15ULL) >> CACHE_MULTIPLIER_SHIFT];
    if (slot->ip == ip)
        return slot;
    bool found = tailor_unwind_rules_read(ip, slot);
    // Another library may come to lie where one was unloaded: only our own image stays.
    bool is_permanent = ip - (uintptr_t)__ehdr_start < (uintptr_t)_end - (uintptr_t)__ehdr_start;
    slot->ip = found && is_permanent ? ip : 0;
    return found ? slot : NULL;
}

bool tailor_unwind_step(UnwindCursor *cursor) {
    const UnwindRules *rules = rules_at(unwind_ip(cursor));
    if (!rules || rules->is_outermost)
        return false;
    uintptr_t cfa = (rules->cfa_is_rbp ? cursor->rbp : cursor->sp) + (uintptr_t)(intptr_t)rules->cfa_offset;
    uintptr_t *const registers[UNWIND_REGISTER_COUNT] = {
        [UNWIND_Rbx] = &cursor->rbx, [UNWIND_Rbp] = &cursor->rbp, [UNWIND_R12] = &cursor->r12,
        [UNWIND_R13] = &cursor->r13, [UNWIND_R14] = &cursor->r14, [UNWIND_R15] = &cursor->r15};
    for (unsigned i = 0; i < UNWIND_REGISTER_COUNT; i++)
        if (rules->saved[i] != UNWIND_NOT_SAVED)
            memcpy(registers[i], (const void *)(cfa + (uintptr_t)(intptr_t)rules->saved[i]),
                   sizeof(uintptr_t));
    memcpy(&cursor->ip, (const void *)(cfa - sizeof(uintptr_t)), sizeof(uintptr_t));
    cursor->sp = cfa;
    cursor->ip_is_exact = 0;
    return cursor->ip != 0;
}

UnwindProcedure tailor_unwind_procedure(const UnwindCursor *cursor) {
    const UnwindRules *rules = rules_at(unwind_ip(cursor));
    return rules ? rules->procedure : (UnwindProcedure){0};
}

_Noreturn void tailor_unwind_resume(const UnwindCursor *cursor, uintptr_t landing_pad, uintptr_t first,
                                    uintptr_t second) {
    UnwindCursor landing = *cursor;
    const UnwindRules *rules = rules_at(unwind_ip(cursor));
    landing.sp += rules ? rules->arguments_size : 0;
    tailor_unwind_continue(&landing, landing_pad, first, second);
}

uintptr_t tailor_unwind_function_start(uintptr_t ip) {
    UnwindRules rules;
    return tailor_unwind_rules_read(ip, &rules) ? rules.procedure.start : 0;
}
