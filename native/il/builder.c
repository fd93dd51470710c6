// Builds Code from resolved instructions, for bodies that have no IL.
#include "il/internal.h"

enum { UNMARKED = UINT32_MAX };

Builder code_builder_start(Il *il, const Method *method, Arena *arena) {
    Code *code = ARENA_NEW(arena, Code);
    *code = (Code){.method = method, .context = method, .init_locals = true};
    code->args = code_arguments(il->ts, method, arena, &code->arg_count);
    return (Builder){.il = il, .ts = il->ts, .arena = arena, .code = code};
}

static void add(Builder *b, Instruction in) {
    in.offset = b->raw.count;
    ARRAY_PUSH(b->arena, &b->raw, (RawInstruction){.in = in, .resolved = true});
}

uint32_t code_builder_new_label(Builder *b) {
    ARRAY_PUSH(b->arena, &b->labels, UNMARKED);
    return b->labels.count - 1;
}
void code_builder_mark(Builder *b, uint32_t label) {
    b->labels.items[label] = b->raw.count;
}
uint32_t code_builder_local(Builder *b, Type *type) {
    ARRAY_PUSH(b->arena, &b->locals, type);
    ARRAY_PUSH(b->arena, &b->pinned, false);
    return b->locals.count - 1;
}
uint32_t code_builder_pinned(Builder *b, Type *type) {
    uint32_t local = code_builder_local(b, type);
    b->pinned.items[local] = true;
    return local;
}

void build(Builder *b, Opcode op) {
    add(b, (Instruction){.op = op});
}
void build_index(Builder *b, Opcode op, uint32_t index) {
    add(b, (Instruction){.op = op, .index = index});
}
void build_integer(Builder *b, Opcode op, int64_t value) {
    add(b, (Instruction){.op = op, .integer = value});
}
void build_type(Builder *b, Opcode op, Type *type) {
    add(b, (Instruction){.op = op, .type = type});
}
void build_method(Builder *b, Opcode op, const Method *method) {
    add(b, (Instruction){.op = op, .method = method});
}
void build_field(Builder *b, Opcode op, const Field *field) {
    add(b, (Instruction){.op = op, .field = field});
}
void build_string(Builder *b, Utf16 string) {
    add(b, (Instruction){.op = OP_ldstr, .string = string});
}
void build_branch(Builder *b, Opcode op, uint32_t label) {
    add(b, (Instruction){.op = op, .block = label});
}
void build_signature(Builder *b, Opcode op, const Signature *signature) {
    add(b, (Instruction){.op = op, .signature = signature});
}
void build_switch(Builder *b, const uint32_t *labels, uint32_t count) {
    SwitchTargets *targets = ARENA_NEW(b->arena, SwitchTargets);
    targets->count = count;
    targets->blocks = arena_copy(b->arena, labels, count * sizeof *labels, alignof(uint32_t));
    add(b, (Instruction){.op = OP_switch, .targets = targets});
}

void code_builder_region(Builder *b, EhKind kind, uint32_t try_label, uint32_t handler_label,
                         uint32_t end_label, Type *catch_type) {
    b->regions[b->region_count++] =
        (struct BuilderRegion){kind, try_label, handler_label, end_label, catch_type};
}

static void place_regions(Builder *b, bool *leaders) {
    Code *code = b->code;
    code->region_count = b->region_count;
    code->regions = ARENA_ARRAY(b->arena, EhRegion, b->region_count);
    code->catch_tokens = ARENA_ARRAY(b->arena, Token, b->region_count);
    for (uint32_t i = 0; i < b->region_count; i++) {
        uint32_t start = b->labels.items[b->regions[i].try_label],
                 handler = b->labels.items[b->regions[i].handler_label];
        uint32_t end = b->labels.items[b->regions[i].end_label];
        leaders[start] = leaders[handler] = leaders[end] = true;
        code->regions[i] = (EhRegion){.kind = b->regions[i].kind,
                                      .try_first = start,
                                      .try_count = handler - start,
                                      .handler_first = handler,
                                      .handler_count = end - handler,
                                      .catch_type = b->regions[i].catch_type,
                                      .parent = -1};
    }
}

Code *code_builder_finish(Builder *b) {
    Code *code = b->code;
    bool *leaders = ARENA_ARRAY(b->arena, bool, b->raw.count + 1);
    code->raw = b->raw.items;
    code->raw_count = b->raw.count;
    code->locals = b->locals.items;
    code->local_count = b->locals.count;
    code->pinned = b->pinned.items;
    place_regions(b, leaders);
    for (uint32_t i = 0; i < b->raw.count; i++) {
        Instruction *in = &b->raw.items[i].in;
        if (opcode_has_target(in->op)) {
            in->block = b->labels.items[in->block];
            leaders[in->block] = true;
        }
        for (uint32_t k = 0; in->op == OP_switch && k < in->targets->count; k++) {
            in->targets->blocks[k] = b->labels.items[in->targets->blocks[k]];
            leaders[in->targets->blocks[k]] = true;
        }
    }
    const char *invalid = NULL;
    code_split(code, leaders, b->arena);
    (void)code_nest_regions(code, &invalid);
    return code;
}
