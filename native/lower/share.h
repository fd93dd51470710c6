// Private to sharing: the instances that are compared, and what was decided about them.
#pragma once

#include "lower/fingerprint.h"
#include "lower/lowering.h"

enum { NO_CANDIDATE = UINT32_MAX };

typedef struct Candidate {
    const Method *method;
    Text symbol;
    Fingerprint print;
    uint32_t *callees; // by reference: candidate, or NO_CANDIDATE
    uint32_t code;     // class: equal numbers are equal code
} Candidate;

/// An entry of a dictionary: what a shared body finds in its context instead of a constant.
typedef struct ContextEntry {
    Text symbol;
    bool is_function;
    const Method *callee; // an instance that is called; NULL: something else
} ContextEntry;

/// One body for several instances. Every use of a symbol in it either is a constant or comes from the
/// context.
typedef struct SharedBody {
    const Method *method; // the instance that is lowered
    uint32_t *entries;    // by use: entry of the dictionary, or NO_ENTRY
    uint32_t use_count, entry_count;
    bool *only_called; // by entry: no use looks at the address
    const struct SharedBody *
        *callees; // by entry: the shared body to call with the entry as its context; NULL: no
    struct SharedBody *next;
    const Method **members;
    uint32_t member_count;
} SharedBody;

enum { NO_ENTRY = UINT32_MAX };

/// What an instance contributes to its body.
struct Instance {
    const SharedBody *body;
    ContextEntry *dictionary; // body->entry_count
};

struct Sharing {
    Reach *reach;
    Arena *program;
    Arena arena; // until the decision has been made
    Candidate *candidates;
    uint32_t candidate_count;
    uint32_t *by_symbol; // open addressing over symbols
    uint32_t symbol_mask;
    Instance *instances; // by Method.id; those without a context have no body
    uint32_t instance_limit;
    SharedBody *bodies;
    SharingCounts counts;
};

/// Of the classes with equal fingerprints, those worth it get one body with a context.
void contexts_decide(Sharing *s);
