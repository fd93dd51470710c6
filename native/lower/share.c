// Which instances of generic definitions have the same code (generics-and-dispatch.md 1.2). Reachability is
// exact, and so is every decision of lowering, so instances are not compared by rules about their arguments
// but by what lowering makes of them: each instance is lowered into a module that is thrown away, and only
// its fingerprint is kept. Calls between instances may differ as long as the callees are the same code in
// turn; that is decided as states of automata are: all with one fingerprint start in one class, and classes
// split until nothing splits.
#include "lower/share.h"

#include <stdlib.h>

enum { SCRATCH_METHODS = 400 }; // methods in a module before it is replaced: declarations pile up

SharingCounts sharing_counts(const Sharing *sharing) {
    return sharing->counts;
}

// ---- Groups: instances of one definition --------------------------------------------------------

typedef struct Grouped {
    uint64_t key;
    uint32_t index;
} Grouped;

static uint64_t group_key(const Method *method) {
    uint64_t of =
        (uint64_t)(uintptr_t)(method->def ? (const void *)method->def : (const void *)method->name.data);
    return of * 0x9E3779B97F4A7C15u + (uint64_t)method->synthetic;
}

static int grouped_order(const void *a, const void *b) {
    const Grouped *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

static bool may_share(const Reach *reach, const Method *method) {
    // Stubs around native code stay as they are.
    bool is_known =
        method->synthetic == SYNTHETIC_UnboxingStub || method->synthetic == SYNTHETIC_None ||
        (method->synthetic >= SYNTHETIC_ArrayGet && method->synthetic <= SYNTHETIC_DelegateObjectArray);
    if (!is_known || method_has_placeholder(method))
        return false;
    if (method->def && method->def->is_unmanaged_callers_only)
        return false;
    Text symbol = reach_symbol(reach, SYMBOL_Method, method);
    return text_equal(symbol,
                      symbol_method(il_types(reach_il(reach)), method)); // not exported under a fixed name
}

/// Methods that are not alone in their group, in their order.
static void candidates_collect(Sharing *s) {
    uint32_t count;
    const Method *const *methods = reach_methods(s->reach, &count);
    Grouped *grouped = ARENA_ARRAY(&s->arena, Grouped, count);
    bool *wanted = ARENA_ARRAY(&s->arena, bool, count);
    for (uint32_t i = 0; i < count; i++)
        grouped[i] = (Grouped){group_key(methods[i]), i};
    if (count)
        qsort(grouped, count, sizeof *grouped, grouped_order);
    for (uint32_t i = 1; i < count; i++)
        if (grouped[i].key == grouped[i - 1].key)
            wanted[grouped[i].index] = wanted[grouped[i - 1].index] = true;
    s->candidates = ARENA_ARRAY(&s->arena, Candidate, count);
    for (uint32_t i = 0; i < count; i++)
        if (wanted[i] && may_share(s->reach, methods[i]))
            s->candidates[s->candidate_count++] = (Candidate){
                .method = methods[i], .symbol = reach_symbol(s->reach, SYMBOL_Method, methods[i])};
}

// ---- Candidates by symbol -----------------------------------------------------------------------

static uint32_t *symbol_place(const Sharing *s, Text symbol) {
    uint64_t at = (uint64_t)(uintptr_t)symbol.data * 0x9E3779B97F4A7C15u >> 32;
    for (;; at++) {
        uint32_t *place = &s->by_symbol[at & s->symbol_mask];
        if (*place == NO_CANDIDATE || s->candidates[*place].symbol.data == symbol.data)
            return place;
    }
}

static void symbols_index(Sharing *s) {
    uint32_t size = 16;
    while (size < 2 * s->candidate_count)
        size *= 2;
    s->symbol_mask = size - 1;
    s->by_symbol = ARENA_ARRAY(&s->arena, uint32_t, size);
    for (uint32_t i = 0; i < size; i++)
        s->by_symbol[i] = NO_CANDIDATE;
    for (uint32_t i = 0; i < s->candidate_count; i++)
        *symbol_place(s, s->candidates[i].symbol) = i;
}

// ---- Fingerprints -------------------------------------------------------------------------------

static void candidate_print(Sharing *s, UnitState *u, Candidate *c) {
    if (!lower_method(u, c->method)) {
        u->failed = true;
        return;
    }
    LLVMValueRef function = LLVMGetNamedFunction(u->module, c->symbol.data);
    if (function)
        c->print = fingerprint_of(function, types_texts(u->ts), &s->arena, &u->scratch);
    s->counts.candidate_size += c->print.size;
}

static bool candidates_print(Sharing *s, LLVMTargetMachineRef machine, Diag *diag) {
    Unit unit = {.context = LLVMContextCreate()}; // one context for all modules: fingerprints are compared
    bool ok = true;
    for (uint32_t first = 0; first < s->candidate_count && ok; first += SCRATCH_METHODS) {
        UnitState u = unit_state_open(&unit, s->reach, NULL, machine, diag);
        for (uint32_t i = first; i < s->candidate_count && i < first + SCRATCH_METHODS; i++) {
            candidate_print(s, &u, &s->candidates[i]);
            arena_reset(&u.scratch);
        }
        ok = !u.failed;
        unit_state_close(&u);
        LLVMDisposeModule(unit.module);
        unit.module = NULL;
    }
    unit_close(&unit);
    return ok;
}

// ---- Classes ------------------------------------------------------------------------------------

typedef struct Key {
    WideHash hash;
    uint32_t index;
} Key;

static int key_order(const void *a, const void *b) {
    const Key *x = a, *y = b;
    for (int i = 0; i < 2; i++)
        if (x->hash.lanes[i] != y->hash.lanes[i])
            return x->hash.lanes[i] < y->hash.lanes[i] ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

/// Numbers the classes of equal keys; how many there are.
static uint32_t classes_number(Sharing *s, Key *keys) {
    uint32_t count = 0;
    if (s->candidate_count)
        qsort(keys, s->candidate_count, sizeof *keys, key_order);
    for (uint32_t i = 0; i < s->candidate_count; i++) {
        bool same = i && memcmp(&keys[i].hash, &keys[i - 1].hash, sizeof keys[i].hash) == 0;
        count += !same;
        s->candidates[keys[i].index].code = count - 1;
    }
    return count;
}

/// Which candidates the references lead to. An address that the program looks at is that of one method only.
static void callees_find(Sharing *s, Candidate *c) {
    c->callees = ARENA_ARRAY(&s->arena, uint32_t, c->print.reference_count);
    for (uint32_t i = 0; i < c->print.reference_count; i++) {
        const CodeReference *reference = &c->print.references[i];
        uint32_t callee = *symbol_place(s, reference->symbol);
        if (callee != NO_CANDIDATE && !reference->is_called &&
            reach_pointer_taken(s->reach, s->candidates[callee].method))
            callee = NO_CANDIDATE;
        c->callees[i] = callee;
    }
}

static Key key_first(Sharing *s, uint32_t index) {
    const Candidate *c = &s->candidates[index];
    Key key = {wide_hash_begin(), index};
    wide_hash_add(&key.hash, group_key(c->method));
    wide_hash_add(&key.hash, c->print.is_complete ? 0 : index + 1);
    wide_hash_add(&key.hash, c->print.hash.lanes[0]);
    wide_hash_add(&key.hash, c->print.hash.lanes[1]);
    for (uint32_t i = 0; i < c->print.reference_count; i++)
        wide_hash_add(&key.hash, c->callees[i] == NO_CANDIDATE
                                     ? (uint64_t)(uintptr_t)c->print.references[i].symbol.data
                                     : 1);
    return key;
}

static Key key_next(Sharing *s, uint32_t index) {
    const Candidate *c = &s->candidates[index];
    Key key = {wide_hash_begin(), index};
    wide_hash_add(&key.hash, c->code);
    for (uint32_t i = 0; i < c->print.reference_count; i++)
        if (c->callees[i] != NO_CANDIDATE)
            wide_hash_add(&key.hash, s->candidates[c->callees[i]].code);
    return key;
}

static void classes_refine(Sharing *s) {
    Key *keys = ARENA_ARRAY(&s->arena, Key, s->candidate_count);
    for (uint32_t i = 0; i < s->candidate_count; i++)
        callees_find(s, &s->candidates[i]);
    for (uint32_t i = 0; i < s->candidate_count; i++)
        keys[i] = key_first(s, i);
    for (uint32_t count = 0, before = UINT32_MAX; count != before;) {
        before = count;
        count = classes_number(s, keys);
        for (uint32_t i = 0; i < s->candidate_count; i++)
            keys[i] = key_next(s, i);
    }
}

static void aliases_decide(Sharing *s) {
    uint32_t *first = ARENA_ARRAY(&s->arena, uint32_t, s->candidate_count);
    for (uint32_t i = 0; i < s->candidate_count; i++)
        first[i] = NO_CANDIDATE;
    for (uint32_t i = 0; i < s->candidate_count; i++) {
        const Candidate *c = &s->candidates[i];
        if (first[c->code] == NO_CANDIDATE) {
            first[c->code] = i;
            continue;
        }
        reach_share_code(s->reach, c->method, s->candidates[first[c->code]].method);
        s->counts.aliases++;
        s->counts.saved_size += c->print.size;
    }
}

Sharing *sharing_find(Reach *reach, LLVMTargetMachineRef machine, Arena *program, Diag *diag) {
    Sharing *s = ARENA_NEW(program, Sharing);
    *s = (Sharing){.reach = reach, .program = program};
    candidates_collect(s);
    symbols_index(s);
    s->counts.candidates = s->candidate_count;
    bool ok = candidates_print(s, machine, diag);
    if (ok) {
        classes_refine(s);
        aliases_decide(s);
        contexts_decide(s);
    }
    arena_free(&s->arena);
    return ok ? s : NULL;
}
