// Stable text form of a Body, for --dump=il and for tests.
#include "il/internal.h"

static const char *intrinsic_name(Intrinsic id) {
    static const char *const names[] = {
        "?",
#define INTRINSIC(id, name_space, type, method, shapes, note) #id,
#include "il/intrinsic.def"
#undef INTRINSIC
    };
    return names[id];
}

static const char *kind_name(StackKind kind) {
    static const char *const names[] = {"int32",   "int64", "native int", "float32",
                                        "float64", "O",     "&",          "value"};
    return names[kind];
}

static void print_type(Il *il, const Type *type, FILE *file) {
    ArenaMark mark = arena_mark(il->program);
    Text text = type ? type_display(il->ts, type, il->program) : TEXT_LITERAL("null");
    fprintf(file, "%.*s", TEXT_ARG(text));
    arena_rewind(il->program, mark);
}

static void print_method(Il *il, const Method *method, FILE *file) {
    ArenaMark mark = arena_mark(il->program);
    Text text = method_display(il->ts, method, il->program);
    fprintf(file, "%.*s", TEXT_ARG(text));
    if (method->synthetic != SYNTHETIC_None)
        fprintf(file, " (synthetic %d)", (int)method->synthetic);
    arena_rewind(il->program, mark);
}

static void print_string(Utf16 string, FILE *file) {
    fputc('"', file);
    for (size_t i = 0; i < string.count; i++) {
        uint16_t unit = string.units[i];
        if (unit >= 0x20 && unit < 0x7F && unit != '"' && unit != '\\')
            fputc(unit, file);
        else
            fprintf(file, "\\u%04X", unit);
    }
    fputc('"', file);
}

static bool has_block(Opcode op) {
    return (op >= OP_br && op <= OP_blt_un) || op == OP_leave;
}
static bool has_index(Opcode op) {
    return op == OP_ldarg || op == OP_ldarga || op == OP_starg || op == OP_ldloc || op == OP_ldloca ||
           op == OP_stloc;
}
static bool has_method(Opcode op) {
    return op == OP_call || op == OP_callvirt || op == OP_newobj || op == OP_ldftn || op == OP_ldvirtftn ||
           op == OP_jmp || op == OP_intrinsic || op == OP_new_delegate || op == OP_new_delegate_virtual ||
           op == OP_invoke_delegate || op == OP_native_call || op == OP_ldtoken_method;
}
static bool has_field(Opcode op) {
    return op == OP_ldfld || op == OP_ldflda || op == OP_stfld || op == OP_ldsfld || op == OP_ldsflda ||
           op == OP_stsfld || op == OP_ldtoken_field || op == OP_initialize_array || op == OP_create_span;
}
static bool has_type(Opcode op) {
    return op == OP_ldobj || op == OP_stobj || op == OP_castclass || op == OP_isinst || op == OP_unbox ||
           op == OP_unbox_any || op == OP_box || op == OP_newarr || op == OP_ldelema || op == OP_ldelem ||
           op == OP_stelem || op == OP_initobj || op == OP_mkrefany || op == OP_refanyval ||
           op == OP_ldtoken || op == OP_ldtype || op == OP_new_instance;
}

static void print_operand(Il *il, const Instruction *in, FILE *file) {
    if (in->op == OP_ldc_i4 || in->op == OP_ldc_i8)
        fprintf(file, " %lld", (long long)in->integer);
    else if (in->op == OP_ldc_r4 || in->op == OP_ldc_r8)
        fprintf(file, " %.17g", in->real);
    else if (has_index(in->op))
        fprintf(file, " %u", in->index);
    else if (has_block(in->op))
        fprintf(file, " block %u", in->block);
    else if (in->op == OP_ldstr)
        fputc(' ', file), print_string(in->string, file);
    else if (has_method(in->op))
        fputc(' ', file), print_method(il, in->method, file);
    else if (has_type(in->op))
        fputc(' ', file), print_type(il, in->type, file);
    else if (has_field(in->op)) {
        fputc(' ', file);
        print_type(il, in->field->owner, file);
        fprintf(file, "::%.*s", TEXT_ARG(in->field->def->name));
    } else if (in->op == OP_switch) {
        for (uint32_t i = 0; i < in->targets->count; i++)
            fprintf(file, "%s%u", i ? ", " : " blocks ", in->targets->blocks[i]);
    }
}

static void print_notes(Il *il, const Instruction *in, FILE *file) {
    if (in->intrinsic)
        fprintf(file, " [%s]", intrinsic_name(in->intrinsic));
    if (in->type2)
        fputs(" [type2 ", file), print_type(il, in->type2, file), fputc(']', file);
    if (in->check_cctor)
        fputs(" [cctor]", file);
    if (in->is_direct)
        fputs(" [direct]", file);
    if (in->receiver) {
        fputs(in->receiver_exact ? " [exact " : " [receiver ", file);
        print_type(il, in->receiver, file);
        fputc(']', file);
    }
    if (in->prefixes & PREFIX_Volatile)
        fputs(" [volatile]", file);
    if (in->prefixes & PREFIX_Unaligned)
        fprintf(file, " [unaligned %u]", in->alignment);
}

static void print_block(Il *il, const Body *body, uint32_t index, FILE *file) {
    const Block *block = &body->blocks[index];
    if (!block->live)
        return;
    fprintf(file, "  block %u IL_%04x", index, block->offset);
    if (block->is_loop_header)
        fputs(" loop", file);
    if (block->try_region >= 0)
        fprintf(file, " try %d", block->try_region);
    if (block->handler_region >= 0)
        fprintf(file, " handler %d", block->handler_region);
    for (uint32_t i = 0; i < block->entry_depth; i++) {
        fprintf(file, "%s%s", i ? ", " : " stack ", kind_name(block->entry_stack[i].kind));
        if (block->entry_stack[i].type)
            fputc(' ', file), print_type(il, block->entry_stack[i].type, file);
    }
    fputc('\n', file);
    for (uint32_t i = block->first; i < block->first + block->count; i++) {
        const Instruction *in = &body->instructions[i];
        fprintf(file, "    IL_%04x %s", in->offset, opcode_name(in->op));
        print_operand(il, in, file);
        print_notes(il, in, file);
        fputc('\n', file);
    }
}

void il_dump(Il *il, const Body *body, FILE *file) {
    static const char *const kinds[] = {"catch", "filter", "finally", "?", "fault"};
    print_method(il, body->method, file);
    fputc('\n', file);
    if (body->invalid)
        fprintf(file, "  invalid: %s\n", body->invalid);
    if (body->check_cctor)
        fputs("  cctor at entry\n", file);
    for (uint32_t i = 0; i < body->local_count; i++) {
        fprintf(file, "  local %u ", i);
        print_type(il, body->locals[i], file);
        fputs(body->pinned[i] ? " pinned\n" : "\n", file);
    }
    for (uint32_t i = 0; i < body->region_count; i++) {
        const EhRegion *r = &body->regions[i];
        if (!r->live)
            continue;
        fprintf(file, "  region %u %s try %u+%u handler %u+%u parent %d", i, kinds[r->kind], r->try_first,
                r->try_count, r->handler_first, r->handler_count, r->parent);
        if (r->kind == EH_Filter)
            fprintf(file, " filter %u+%u", r->filter_first, r->filter_count);
        if (r->catch_type)
            fputc(' ', file), print_type(il, r->catch_type, file);
        fputc('\n', file);
    }
    for (uint32_t i = 0; i < body->block_count; i++)
        print_block(il, body, i, file);
}
