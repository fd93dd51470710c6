// Private to flow_call.c and flow_generic.c: one call of a known method.
#pragma once

#include "reach/flow_call.h"

typedef struct Call {
    Flow *f;
    const Method *method; // as called
    const MethodDef *def; // as declared: the base of RuntimeType's overrides
    FlowSet *args;        // `this` first
    uint32_t count;
    FlowSet result;
    bool known; // `result` is what the call returns
} Call;

static inline void result_add(Call *c, FlowValue value) {
    flow_set_push(c->f, &c->result, value);
    c->known = true;
}

static inline Place this_place(const Call *c, uint32_t flags) {
    return (Place){.kind = PLACE_This, .method = c->def, .flags = flags};
}

static inline Place param_place(const Call *c, uint32_t index, uint32_t flags) {
    return (Place){.kind = PLACE_Parameter, .method = c->def, .index = index, .flags = flags};
}

static inline FlowSet returned(const Call *c) {
    Place place = {.kind = PLACE_Return, .method = c->def, .flags = flow_return_flags(c->f->w, c->def)};
    return flow_place(c->f, place);
}

/// First argument of the signature, after `this`.
static inline uint32_t first_param(const Call *c) {
    return c->method->signature->has_this ? 1 : 0;
}

static inline FlowSet param(const Call *c, uint32_t index) {
    uint32_t at = first_param(c) + index;
    return at < c->count ? c->args[at] : flow_unknown;
}

static inline Type *param_type(const Call *c, uint32_t index) {
    return index < c->method->signature->param_count ? c->method->signature->params[index] : NULL;
}

static inline bool is_type_param(const Call *c, uint32_t index) {
    return param_type(c, index) == well_known_type(c->f->w->ts, WELL_KNOWN_TYPE_Type);
}

static inline bool is_string_param(const Call *c, uint32_t index) {
    return param_type(c, index) == well_known_type(c->f->w->ts, WELL_KNOWN_TYPE_String);
}

// ---- flow_generic.c -----------------------------------------------------------------------------

void call_make_generic_type(Call *c);
void call_make_generic_method(Call *c);
void call_method_from_handle(Call *c);
