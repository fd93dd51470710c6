// Bytes of a body -> Code: canonical opcodes, prefixes folded into the instruction they precede, branch
// targets as blocks. Linear in the size of the body. Everything invalid is a reason in words; the body then
// throws InvalidProgramException.
#include "il/internal.h"

typedef enum OperandKind {
    OPERAND_Invalid,
    OPERAND_None,
    OPERAND_Index,
    OPERAND_Index8,
    OPERAND_Index16,
    OPERAND_Integer,
    OPERAND_Int8,
    OPERAND_Int32,
    OPERAND_Int64,
    OPERAND_Real32,
    OPERAND_Real64,
    OPERAND_Branch8,
    OPERAND_Branch32,
    OPERAND_Switch,
    OPERAND_Token,
    OPERAND_Element,
    OPERAND_Prefix,
    OPERAND_Unaligned,
    OPERAND_Constrained,
    OPERAND_NoCheck
} OperandKind;

typedef struct Encoding {
    Opcode op;
    OperandKind operand;
    int32_t implied;
} Encoding;

static const Encoding encodings[0x200] = {
#define ENCODING(code, op, operand, implied) [code] = {OP_##op, OPERAND_##operand, implied},
#include "il/encoding.def"
#undef ENCODING
};

/// Prefixes that wait for their instruction (III.2).
typedef struct Pending {
    bool any;
    uint8_t prefixes, alignment;
    uint32_t offset;
    Token constrained;
} Pending;

typedef struct Decoder {
    Cursor cursor;
    Arena *arena;
    Code *code;
    const char *invalid;
    uint32_t *at; // raw index + 1 by IL offset, 0 = inside an instruction
    bool *leader; // by IL offset
    ARRAY(RawInstruction) raw;
    Pending pending;
} Decoder;

static bool invalid(Decoder *d, const char *reason) {
    d->invalid = reason;
    return false;
}

/// Branch target as an IL offset (kept in in.block until code_split).
static bool branch_target(Decoder *d, int64_t displacement, uint32_t *out) {
    int64_t target = (int64_t)d->cursor.at + displacement;
    if (target < 0 || target >= (int64_t)d->cursor.size)
        return invalid(d, "a branch leaves the body");
    *out = (uint32_t)target;
    d->leader[target] = true;
    return true;
}

static bool read_switch(Decoder *d, Instruction *in) {
    uint32_t count;
    if (!read_u32(&d->cursor, &count) || count > cursor_left(&d->cursor) / 4)
        return invalid(d, "a switch is truncated");
    SwitchTargets *targets = ARENA_NEW(d->arena, SwitchTargets);
    targets->count = count;
    targets->blocks = ARENA_ARRAY(d->arena, uint32_t, count);
    size_t end = d->cursor.at + (size_t)count * 4;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t displacement;
        if (!read_u32(&d->cursor, &displacement))
            return invalid(d, "a switch is truncated");
        int64_t target = (int64_t)end + (int32_t)displacement;
        if (target < 0 || target >= (int64_t)d->cursor.size)
            return invalid(d, "a branch leaves the body");
        targets->blocks[i] = (uint32_t)target;
        d->leader[target] = true;
    }
    in->targets = targets;
    return true;
}

static bool read_prefix(Decoder *d, const Encoding *encoding, uint32_t offset) {
    Pending *p = &d->pending;
    if (!p->any)
        p->offset = offset;
    p->any = true;
    uint8_t byte;
    if (encoding->operand == OPERAND_Prefix) {
        p->prefixes = (uint8_t)(p->prefixes | encoding->implied);
        return true;
    }
    if (encoding->operand == OPERAND_Constrained)
        return read_u32(&d->cursor, &p->constrained.value) || invalid(d, "an instruction is truncated");
    if (!read_u8(&d->cursor, &byte))
        return invalid(d, "an instruction is truncated");
    if (encoding->operand == OPERAND_NoCheck)
        return true; // III.2.2: checks may be omitted, need not be
    if (byte != 1 && byte != 2 && byte != 4)
        return invalid(d, "the alignment of unaligned. is not 1, 2 or 4");
    p->prefixes |= PREFIX_Unaligned;
    p->alignment = byte;
    return true;
}

static bool read_operand(Decoder *d, const Encoding *encoding, RawInstruction *raw) {
    Cursor *c = &d->cursor;
    uint8_t u8;
    uint16_t u16;
    uint32_t u32;
    uint64_t u64;
    switch (encoding->operand) {
    case OPERAND_None: return true;
    case OPERAND_Index: raw->in.index = (uint32_t)encoding->implied; return true;
    case OPERAND_Integer: raw->in.integer = encoding->implied; return true;
    case OPERAND_Element: raw->element = (ElementType)encoding->implied; return true;
    case OPERAND_Index8:
        if (!read_u8(c, &u8))
            break;
        raw->in.index = u8;
        return true;
    case OPERAND_Index16:
        if (!read_u16(c, &u16))
            break;
        raw->in.index = u16;
        return true;
    case OPERAND_Int8:
        if (!read_u8(c, &u8))
            break;
        raw->in.integer = (int8_t)u8;
        return true;
    case OPERAND_Int32:
        if (!read_u32(c, &u32))
            break;
        raw->in.integer = (int32_t)u32;
        return true;
    case OPERAND_Int64:
        if (!read_u64(c, &u64))
            break;
        raw->in.integer = (int64_t)u64;
        return true;
    case OPERAND_Real32: {
        float real;
        if (!read_u32(c, &u32))
            break;
        memcpy(&real, &u32, sizeof real);
        raw->in.real = (double)real;
        return true;
    }
    case OPERAND_Real64:
        if (!read_u64(c, &u64))
            break;
        memcpy(&raw->in.real, &u64, sizeof u64);
        return true;
    case OPERAND_Branch8:
        if (!read_u8(c, &u8))
            break;
        return branch_target(d, (int8_t)u8, &raw->in.block);
    case OPERAND_Branch32:
        if (!read_u32(c, &u32))
            break;
        return branch_target(d, (int32_t)u32, &raw->in.block);
    case OPERAND_Switch: return read_switch(d, &raw->in);
    case OPERAND_Token: return read_u32(c, &raw->token.value) || invalid(d, "an instruction is truncated");
    case OPERAND_Invalid:
    case OPERAND_Prefix:
    case OPERAND_Unaligned:
    case OPERAND_Constrained:
    case OPERAND_NoCheck: return invalid(d, "an opcode is not defined");
    }
    return invalid(d, "an instruction is truncated");
}

static bool index_in_range(Decoder *d, const Instruction *in) {
    if (in->op == OP_ldarg || in->op == OP_ldarga || in->op == OP_starg)
        return in->index < d->code->arg_count || invalid(d, "an argument number is out of range");
    if (in->op == OP_ldloc || in->op == OP_ldloca || in->op == OP_stloc)
        return in->index < d->code->local_count || invalid(d, "a local variable number is out of range");
    return true;
}

static bool read_instruction(Decoder *d) {
    uint32_t offset = (uint32_t)d->cursor.at;
    uint8_t byte, second;
    if (!read_u8(&d->cursor, &byte))
        return false;
    uint32_t number = byte;
    if (byte == 0xFE) {
        if (!read_u8(&d->cursor, &second))
            return invalid(d, "an instruction is truncated");
        number = 0x100u + second;
    }
    const Encoding *encoding = &encodings[number];
    if (encoding->operand == OPERAND_Invalid)
        return invalid(d, "an opcode is not defined");
    // III.2: a branch to a prefixed instruction goes to its first prefix.
    if (!d->pending.any)
        d->at[offset] = d->raw.count + 1;
    if (encoding->operand == OPERAND_Prefix || encoding->operand == OPERAND_Unaligned ||
        encoding->operand == OPERAND_Constrained || encoding->operand == OPERAND_NoCheck)
        return read_prefix(d, encoding, offset);
    RawInstruction raw = {.in = {.op = encoding->op, .offset = offset}};
    if (d->pending.any) {
        raw.in.prefixes = d->pending.prefixes;
        raw.in.alignment = d->pending.alignment;
        raw.in.offset = d->pending.offset;
        raw.constrained = d->pending.constrained;
        d->pending = (Pending){0};
    }
    if (!read_operand(d, encoding, &raw) || !index_in_range(d, &raw.in))
        return false;
    ARRAY_PUSH(d->arena, &d->raw, raw);
    return true;
}

static bool ends_block(Opcode op) {
    return opcode_has_target(op) || op == OP_switch || op == OP_ret || op == OP_throw || op == OP_rethrow ||
           op == OP_endfinally || op == OP_endfilter || op == OP_jmp || op == OP_unreachable ||
           op == OP_throw_failure;
}

bool code_split(Code *code, const bool *leaders, Arena *arena) {
    uint32_t *block_of = ARENA_ARRAY(arena, uint32_t, code->raw_count + 1);
    uint32_t count = 0;
    bool start = true;
    for (uint32_t i = 0; i < code->raw_count; i++) {
        if (start || leaders[i])
            count++;
        block_of[i] = count - 1;
        start = ends_block(code->raw[i].in.op);
    }
    block_of[code->raw_count] = count;
    code->blocks = ARENA_ARRAY(arena, CodeBlock, count + 1);
    code->block_count = count;
    for (uint32_t i = 0; i < code->raw_count; i++) {
        CodeBlock *block = &code->blocks[block_of[i]];
        if (block->count++ == 0)
            *block = (CodeBlock){i, 1, -1, -1};
        Instruction *in = &code->raw[i].in;
        if (opcode_has_target(in->op))
            in->block = block_of[in->block];
        if (in->op == OP_switch)
            for (uint32_t k = 0; k < in->targets->count; k++)
                in->targets->blocks[k] = block_of[in->targets->blocks[k]];
    }
    for (uint32_t i = 0; i < code->region_count; i++) {
        EhRegion *r = &code->regions[i]; // raw index ranges until here
        uint32_t try_end = block_of[r->try_first + r->try_count],
                 handler_end = block_of[r->handler_first + r->handler_count];
        uint32_t filter_end = block_of[r->filter_first + r->filter_count];
        r->try_first = block_of[r->try_first];
        r->try_count = try_end - r->try_first;
        r->handler_first = block_of[r->handler_first];
        r->handler_count = handler_end - r->handler_first;
        r->filter_first = block_of[r->filter_first];
        r->filter_count = filter_end - r->filter_first;
    }
    return true;
}

/// Raw index of an IL offset; the end of the body is allowed when `end`.
static bool raw_index(Decoder *d, uint64_t offset, bool end, uint32_t *out) {
    if (end && offset == d->cursor.size) {
        *out = d->raw.count;
        return true;
    }
    if (offset >= d->cursor.size || d->at[offset] == 0)
        return invalid(d, "a branch or an exception clause points into an instruction");
    *out = d->at[offset] - 1;
    return true;
}

static bool targets_to_raw(Decoder *d) {
    for (uint32_t i = 0; i < d->raw.count; i++) {
        Instruction *in = &d->raw.items[i].in;
        if (opcode_has_target(in->op) && !raw_index(d, in->block, false, &in->block))
            return false;
        if (in->op == OP_switch)
            for (uint32_t k = 0; k < in->targets->count; k++)
                if (!raw_index(d, in->targets->blocks[k], false, &in->targets->blocks[k]))
                    return false;
    }
    return true;
}

static bool range_to_raw(Decoder *d, bool *leaders, uint32_t offset, uint32_t size, uint32_t *first,
                         uint32_t *count) {
    uint32_t end;
    if (!raw_index(d, offset, false, first) || !raw_index(d, (uint64_t)offset + size, true, &end))
        return false;
    if (end <= *first)
        return invalid(d, "an exception clause is empty");
    *count = end - *first;
    leaders[*first] = true;
    leaders[end] = true;
    return true;
}

static bool regions_to_raw(Decoder *d, const BodyBytes *body, bool *leaders) {
    Code *code = d->code;
    code->region_count = body->clause_count;
    code->regions = ARENA_ARRAY(d->arena, EhRegion, body->clause_count);
    code->catch_tokens = ARENA_ARRAY(d->arena, Token, body->clause_count);
    for (uint32_t i = 0; i < body->clause_count; i++) {
        const EhClause *clause = &body->clauses[i];
        EhRegion *r = &code->regions[i];
        if (clause->kind != EH_Catch && clause->kind != EH_Filter && clause->kind != EH_Finally &&
            clause->kind != EH_Fault)
            return invalid(d, "an exception clause has an undefined kind");
        r->kind = clause->kind;
        r->parent = -1;
        code->catch_tokens[i] = clause->catch_type;
        if (!range_to_raw(d, leaders, clause->try_offset, clause->try_size, &r->try_first, &r->try_count) ||
            !range_to_raw(d, leaders, clause->handler_offset, clause->handler_size, &r->handler_first,
                          &r->handler_count))
            return false;
        if (clause->kind != EH_Filter)
            continue;
        if (clause->filter_offset >= clause->handler_offset)
            return invalid(d, "a filter does not precede its handler");
        if (!range_to_raw(d, leaders, clause->filter_offset, clause->handler_offset - clause->filter_offset,
                          &r->filter_first, &r->filter_count))
            return false;
    }
    return true;
}

static Code *finish(Decoder *d, const BodyBytes *body) {
    bool *leaders = ARENA_ARRAY(d->arena, bool, d->raw.count + 1);
    if (!targets_to_raw(d) || !regions_to_raw(d, body, leaders))
        return NULL;
    for (size_t offset = 0; offset < d->cursor.size; offset++)
        if (d->leader[offset] && d->at[offset])
            leaders[d->at[offset] - 1] = true;
    d->code->raw = d->raw.items;
    d->code->raw_count = d->raw.count;
    code_split(d->code, leaders, d->arena);
    return code_nest_regions(d->code, &d->invalid) ? d->code : NULL;
}

Type **code_arguments(TypeSystem *ts, const Method *method, Arena *arena, uint32_t *count) {
    const Signature *signature = method->signature;
    uint32_t this_count = signature->has_this && !signature->explicit_this ? 1 : 0;
    *count = signature->param_count + this_count;
    Type **args = ARENA_ARRAY(arena, Type *, *count);
    if (this_count)
        args[0] = method->owner->is_value_type ? type_byref(ts, method->owner) : method->owner;
    for (uint32_t i = 0; i < signature->param_count; i++)
        args[i + this_count] = signature->params[i];
    return args;
}

Code *code_decode(TypeSystem *ts, const Method *method, Arena *arena, const char **reason, Failure *failure) {
    Module *module = method->def->owner->module;
    BodyBytes body;
    if (!body_read(module->image, method->def->rid, arena, &body, reason))
        return NULL;
    Code *code = ARENA_NEW(arena, Code);
    *code = (Code){.method = method, .context = method, .module = module, .init_locals = body.init_locals};
    code->args = code_arguments(ts, method, arena, &code->arg_count);
    GenericContext context = method_context(method);
    if (token_rid(body.locals_signature) &&
        !locals_from_token(ts, module, body.locals_signature, &context, arena, &code->locals, &code->pinned,
                           &code->local_count, failure)) {
        *reason = NULL;
        return NULL;
    }
    Decoder d = {.cursor = cursor_over(body.code), .arena = arena, .code = code};
    d.at = ARENA_ARRAY(arena, uint32_t, body.code.size + 1);
    d.leader = ARENA_ARRAY(arena, bool, body.code.size + 1);
    while (cursor_left(&d.cursor) > 0 && read_instruction(&d))
        ;
    if (!d.invalid && d.pending.any)
        d.invalid = "a prefix has no instruction";
    if (!d.invalid && d.raw.count == 0)
        d.invalid = "the body is empty";
    Code *done = d.invalid ? NULL : finish(&d, &body);
    if (!done)
        *reason = d.invalid;
    return done;
}
