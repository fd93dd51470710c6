// Calls of small methods become the callee's instructions. The stock compiler's JIT does the same before it
// counts what a method needs, so accessors and forwarding overloads never become methods of the program; and
// what is known of the arguments (types, constants, null) folds the callee's branches before anything is
// marked.
//
// A callee is interpreted in place, block by block, as long as every branch is decided: what it leaves is
// straight code of the caller's block. Arguments that it does not load once and in order go through new
// locals.
#include "il/internal.h"

#include <uthash.h>

enum {
    INLINE_CODE_MAX = 48,             // bytes of IL; dead branches count
    INLINE_CODE_AGGRESSIVE_MAX = 200, // [MethodImpl(AggressiveInlining)]
    INLINE_STEPS_MAX = 16,            // instructions that one call site may become, nested calls included
    INLINE_STEPS_AGGRESSIVE_MAX = 40,
    INLINE_DEPTH_MAX = 8,
    INLINE_BLOCKS_MAX = 16,
};

struct InlineEntry {
    const MethodDef *def;
    bool candidate; // may become part of its callers
    bool annotated; // trim analysis has to see each call of it
    UT_hash_handle hh;
};

typedef struct FrameVariable {
    Type *type;
    uint32_t local;     // index among the caller's locals; UINT32_MAX: none yet
    bool stored, taken; // starg or stloc; ldarga or ldloca
    bool is_zeroed;     // may be read before it is stored to
    uint32_t loads;
    Value value;
} FrameVariable;

struct InlineFrame {
    InlineFrame *caller;
    const Method *method;
    Code *code;
    FrameVariable *variables; // arguments first
    uint32_t forwarded;   // so many leading instructions load the arguments in order, and nothing else does
    bool is_new;          // newobj: argument 0 is made here
    bool object_on_stack; // newobj of a struct: argument 0 is the address of a temporary
    uint32_t depth;       // of the evaluation stack below the arguments
    // Of the block being interpreted.
    bool has_target;
    uint32_t target;
    bool returned;
    bool failed; // for good: the call stays
};

// ---- What may be inlined ------------------------------------------------------------------------

/// RequiresUnreferencedCode and its relatives, DynamicallyAccessedMembers, DynamicDependency.
static bool row_is_annotated(Module *module, Token parent) {
    static const struct {
        const char *name_space, *name;
    } rows[] = {
        {"System.Diagnostics.CodeAnalysis", "DynamicallyAccessedMembersAttribute"},
        {"System.Diagnostics.CodeAnalysis", "DynamicDependencyAttribute"},
        {"System.Diagnostics.CodeAnalysis", "RequiresUnreferencedCodeAttribute"},
        {"System.Diagnostics.CodeAnalysis", "RequiresDynamicCodeAttribute"},
        {"System.Diagnostics.CodeAnalysis", "RequiresAssemblyFilesAttribute"},
        {"System.Diagnostics.CodeAnalysis", "UnconditionalSuppressMessageAttribute"},
    };
    Bytes blob;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (attribute_find(module, parent, rows[i].name_space, rows[i].name, &blob))
            return true;
    return false;
}

static bool method_is_annotated(const MethodDef *def) {
    Module *module = def->owner->module;
    const Image *image = module->image;
    Token token = token_make(TABLE_MethodDef, def->rid);
    if (row_is_annotated(module, token) ||
        row_is_annotated(module, token_make(TABLE_TypeDef, def->owner->rid)))
        return true;
    uint32_t first, count = column_list(image, COLUMN_MethodDef_ParamList, def->rid, &first);
    for (uint32_t i = 0; i < count; i++)
        if (row_is_annotated(module, token_make(TABLE_Param, first + i)))
            return true;
    first = def->generic_count ? sorted_rows_find(image, COLUMN_GenericParam_Owner, token, &count) : 0;
    for (uint32_t i = 0; first && i < count; i++)
        if (row_is_annotated(module, token_make(TABLE_GenericParam, first + i)))
            return true;
    return false;
}

/// What of a metadata record reflection can show: reach/ learns from the marks of these getters what to keep.
static bool is_record_getter(const MethodDef *def) {
    static const char *const names[] = {"get_CustomAttributes", "get_ModuleCustomAttributes",
                                        "get_Constraints", "get_Methods", "get_ModifierType"};
    if (!text_equal_z(def->owner->name_space, "Internal.Metadata.NativeFormat"))
        return false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (text_equal_z(def->name, names[i]))
            return true;
    return false;
}

/// Whether the definition has a small body without handlers that its author allows to be inlined.
static bool definition_fits(const MethodDef *def, Arena *arena) {
    BodyBytes body;
    const char *reason;
    if (def->rva == 0 || def->is_no_inlining || def->is_synchronized || def->is_abstract || def->is_pinvoke ||
        def->is_internal_call || def->is_runtime || def->is_unmanaged_callers_only)
        return false;
    uint32_t limit = def->is_aggressive_inlining ? INLINE_CODE_AGGRESSIVE_MAX : INLINE_CODE_MAX;
    return body_read(def->owner->module->image, def->rid, arena, &body, &reason) && body.code.size <= limit &&
           body.clause_count == 0;
}

static const InlineEntry *inline_entry(Il *il, const MethodDef *def) {
    InlineEntry *entry;
    HASH_FIND_PTR(il->inline_entries, &def, entry);
    if (entry)
        return entry;
    entry = ARENA_NEW(il->program, InlineEntry);
    entry->def = def;
    entry->annotated = method_is_annotated(def);
    // Calls of Marshal.SizeOf<T> and the like name the types that need marshalling data (reach.md 1.5).
    bool names_type =
        def->owner == well_known_type(il->ts, WELL_KNOWN_TYPE_Marshal)->def && def->generic_count;
    entry->candidate = !entry->annotated && !names_type && !is_record_getter(def) &&
                       definition_fits(def, il->program) &&
                       method_substitution(il, def).kind == SUBSTITUTION_None;
    HASH_ADD_PTR(il->inline_entries, def, entry);
    return entry;
}

void inline_free(Il *il) {
    HASH_CLEAR(hh, il->inline_entries);
}

static bool may_inline(Import *im, const Method *callee) {
    if (im->evaluating || !im->il->request->codegen.optimize || !im->raw || im->il->as_written)
        return false;
    if (!callee->def || callee->synthetic != SYNTHETIC_None || callee->is_open)
        return false;
    if (method_has_placeholder(callee))
        return false; // its types are found through its own context
    if (il_hardware_feature(im->il, callee))
        return false; // an instruction for a function of its own
    if (!inline_entry(im->il, callee->def)->candidate || runs_cctor_at_entry(im->il, callee))
        return false;
    if (callee->def == im->code->method->def || fold_find(im->il, callee) != FOLD_None)
        return false;
    uint32_t depth = 0;
    for (const InlineFrame *f = im->frame; f; f = f->caller, depth++)
        if (f->method->def == callee->def)
            return false;
    return depth < INLINE_DEPTH_MAX;
}

// ---- Frames -------------------------------------------------------------------------------------

static void count_uses(InlineFrame *frame) {
    Code *code = frame->code;
    for (uint32_t i = 0; i < code->raw_count; i++) {
        const Instruction *in = &code->raw[i].in;
        // jmp passes every argument on as it is then.
        for (uint32_t j = 0; in->op == OP_jmp && j < code->arg_count; j++)
            frame->variables[j].loads++;
        bool is_arg = in->op == OP_ldarg || in->op == OP_starg || in->op == OP_ldarga;
        bool is_local = in->op == OP_ldloc || in->op == OP_stloc || in->op == OP_ldloca;
        if (!is_arg && !is_local)
            continue;
        FrameVariable *v = &frame->variables[is_arg ? in->index : code->arg_count + in->index];
        // Without `init` a local starts with any value, but references start as null, and a value is one
        // value.
        if (is_local && in->op != OP_stloc && !v->stored &&
            (in->op == OP_ldloc || type_is_reference(v->type)))
            v->is_zeroed = true;
        if (is_local && in->op == OP_ldloca && !v->stored)
            v->is_zeroed |= code->init_locals;
        if (in->op == OP_ldarg || in->op == OP_ldloc)
            v->loads++;
        else if (in->op == OP_starg || in->op == OP_stloc)
            v->stored = true;
        else
            v->taken = true;
    }
    while (frame->forwarded < code->arg_count && frame->forwarded < code->blocks[0].count) {
        const Instruction *in = &code->raw[frame->forwarded].in;
        const FrameVariable *v = &frame->variables[frame->forwarded];
        if (in->op != OP_ldarg || in->index != frame->forwarded || v->stored || v->taken || v->loads != 1)
            break;
        frame->forwarded++;
    }
}

static bool code_fits(const Code *code) {
    if (code->region_count)
        return false;
    for (uint32_t i = 0; i < code->local_count; i++)
        if (code->pinned && code->pinned[i])
            return false;
    for (uint32_t i = 0; i < code->raw_count; i++)
        if (code->raw[i].in.op == OP_localloc || code->raw[i].in.op == OP_arglist)
            return false;
    return true;
}

static InlineFrame *frame_make(Import *im, const Method *callee) {
    InlineFrame *frame = ARENA_NEW(im->arena, InlineFrame);
    const char *reason;
    Failure failure = {0};
    *frame = (InlineFrame){.method = callee};
    frame->code = code_decode(im->il->ts, callee, im->arena, &reason, &failure);
    if (!frame->code || !code_fits(frame->code)) {
        frame->failed = true;
        return frame;
    }
    Code *code = frame->code;
    frame->variables = ARENA_ARRAY(im->arena, FrameVariable, code->arg_count + code->local_count);
    for (uint32_t i = 0; i < code->arg_count + code->local_count; i++) {
        Type *type = i < code->arg_count ? code->args[i] : code->locals[i - code->arg_count];
        frame->variables[i] = (FrameVariable){.type = type, .local = UINT32_MAX};
        if (type->kind == TYPE_Named && type->is_value_type && !type_layout(im->il->ts, type, &failure))
            frame->failed = true;
    }
    if (!frame->failed)
        count_uses(frame);
    return frame;
}

/// The frame of this call site, kept between visits so that it has the same locals each time.
static InlineFrame *frame_of_site(Import *im, const Method *callee) {
    RawInstruction *raw = im->raw;
    if (!raw->inlined || raw->inlined->method != callee)
        raw->inlined = frame_make(im, callee);
    return raw->inlined;
}

static uint32_t variable_local(Import *im, FrameVariable *v) {
    if (v->local == UINT32_MAX) {
        v->local = im->outer->local_count + im->inlined_locals.count;
        ARRAY_PUSH(im->arena, &im->inlined_locals, v->type);
    }
    return v->local;
}

static void emit_local(Import *im, Opcode op, FrameVariable *v) {
    emit(im, (Instruction){.op = op, .index = variable_local(im, v)});
}

/// Whether loads can make the value again instead of keeping it.
static bool is_remade(const FrameVariable *v) {
    return !v->taken && ((v->value.known == KNOWN_Int && v->value.kind <= STACK_NativeInt) ||
                         (v->value.known == KNOWN_Null && v->value.kind == STACK_Object));
}

/// Moves the top of the evaluation stack into the variable.
static void variable_store(Import *im, FrameVariable *v) {
    v->value = stored_value(im, v->type, pop_stored(im, v->type));
    uint32_t local = variable_local(im, v);
    if (is_remade(v) || (local < im->dead_local_count && im->dead_local[local]))
        emit_pop(im);
    else
        emit_local(im, OP_stloc, v);
}

static void variable_load(Import *im, FrameVariable *v) {
    if (!is_remade(v)) {
        emit_local(im, OP_ldloc, v);
        push(im, v->taken ? value_of_type(im->il, v->type) : v->value);
    } else {
        step_known(im, &v->value);
    }
}

void step_frame_variable(Import *im, const Instruction *in) {
    InlineFrame *frame = im->frame;
    bool is_arg = in->op == OP_ldarg || in->op == OP_starg || in->op == OP_ldarga;
    uint32_t index = is_arg ? in->index : frame->code->arg_count + in->index;
    FrameVariable *v = &frame->variables[index];
    bool is_object = index == 0 && frame->object_on_stack; // the variable is what `this` points to
    if (is_object && in->op != OP_ldarg) {
        frame->failed = im->ended = true;
    } else if (in->op == OP_starg || in->op == OP_stloc) {
        variable_store(im, v);
    } else if (is_object || in->op == OP_ldarga || in->op == OP_ldloca) {
        emit_local(im, OP_ldloca, v);
        push(im, (Value){.kind = STACK_ByRef, .type = v->type, .non_null = true});
    } else {
        variable_load(im, v);
    }
}

// ---- Control ------------------------------------------------------------------------------------

void flow_in_frame(Import *im, uint32_t target) {
    InlineFrame *frame = im->frame;
    // Two ways out of a block, or a way back, is more than straight code.
    if (frame->has_target || target <= im->block || target >= frame->code->block_count)
        frame->failed = true;
    frame->has_target = true;
    frame->target = target;
}

/// Trim analysis reads calls of annotated methods and of GetType where they were written: in the caller the
/// object's static type, and with it what may be asked of its members, would be another.
void inline_note_call(Import *im, const Method *method) {
    if (!method->def || method->synthetic != SYNTHETIC_None)
        return;
    if (fold_find(im->il, method) == FOLD_ObjectGetType || inline_entry(im->il, method->def)->annotated)
        im->frame->failed = true;
}

void return_from_frame(Import *im) {
    InlineFrame *frame = im->frame;
    uint32_t result_count = type_is_void(frame->method->signature->return_type) ? 0 : 1;
    if (im->depth != frame->depth + result_count)
        frame->failed = true;
    frame->returned = true;
    im->ended = true;
}

static bool run_block(Import *im, InlineFrame *frame, uint32_t block, uint32_t skip) {
    const CodeBlock *b = &frame->code->blocks[block];
    im->block = block;
    im->ended = false;
    frame->has_target = false;
    for (uint32_t i = b->first + skip; i < b->first + b->count && !im->ended; i++) {
        RawInstruction *raw = &frame->code->raw[i];
        if (++im->inlined_steps > im->inlined_steps_max || !resolve_instruction(im, raw))
            return false;
        im->raw = raw;
        step(im, &raw->in);
        if (im->invalid || frame->failed)
            return false;
    }
    if (!im->ended && !frame->returned)
        flow_in_frame(im, block + 1);
    return !frame->failed && (frame->returned || frame->has_target);
}

static bool run_frame(Import *im, InlineFrame *frame, uint32_t skip) {
    frame->returned = false;
    for (uint32_t block = 0; !frame->returned; block = frame->target, skip = 0)
        if (!run_block(im, frame, block, skip))
            return false;
    return true;
}

// ---- Entry and exit -----------------------------------------------------------------------------

/// Whether the callee's copy of an argument is what the caller pushed: small integers are truncated
/// (III.1.6).
static bool is_passed_unchanged(Import *im, Type *type, const Value *value) {
    Value declared = value_of_type(im->il, type);
    if (declared.kind != value->kind)
        return false;
    return declared.kind != STACK_Int32 || type_size(im->il->ts, type) == 4;
}

/// The first thing the callee does is to use the object, so that a null reference throws as the call would.
static bool tests_this(const InlineFrame *frame, uint32_t forwarded) {
    if (forwarded == 0 || forwarded >= frame->code->blocks[0].count)
        return false;
    Opcode op = frame->code->raw[forwarded].in.op;
    return (forwarded == 1 && (op == OP_ldfld || op == OP_ldflda)) || (forwarded == 2 && op == OP_stfld);
}

static uint32_t forwarded_count(Import *im, const InlineFrame *frame, const Value *args, bool tests_null) {
    uint32_t count = frame->forwarded;
    for (uint32_t i = 0; i < count; i++)
        if (!is_passed_unchanged(im, frame->code->args[i], &args[i]))
            count = i;
    return tests_null && !tests_this(frame, count) ? 0 : count;
}

/// Arguments from the evaluation stack into their places; the first `forwarded` stay.
static void enter_frame(Import *im, InlineFrame *frame, uint32_t forwarded, bool tests_null) {
    const Code *code = frame->code;
    uint32_t first = frame->is_new ? 1 : forwarded;
    for (uint32_t i = code->arg_count; i-- > first;)
        variable_store(im, &frame->variables[i]);
    if (frame->is_new && !frame->object_on_stack) {
        step_type(im, OP_new_instance, frame->method->owner);
        variable_store(im, &frame->variables[0]);
    }
    for (uint32_t i = 0; i < forwarded; i++) {
        Value *value = &im->stack[frame->depth + i];
        *value = stored_value(im, code->args[i], *value);
    }
    if (tests_null && forwarded == 0) {
        FrameVariable *object = &frame->variables[0];
        variable_load(im, object);
        (void)pop(im);
        emit(im, (Instruction){.op = OP_null_check});
        object->value.non_null = true;
    }
    for (uint32_t i = 0; i < code->arg_count + code->local_count; i++) {
        FrameVariable *v = &frame->variables[i];
        bool is_object = i == 0 && frame->object_on_stack;
        if (i >= code->arg_count)
            v->value = value_of_type(im->il, v->type);
        if (!is_object && !v->is_zeroed)
            continue;
        emit_local(im, OP_ldloca, v);
        emit(im, (Instruction){.op = OP_initobj, .type = v->type});
    }
}

/// What a call leaves: a result of the return type (III.1.6; small integers are extended from their size).
static void leave_frame(Import *im, InlineFrame *frame) {
    Type *type = frame->method->signature->return_type;
    if (frame->is_new) {
        emit_local(im, OP_ldloc, &frame->variables[0]);
        Value object = value_of_type(im->il, frame->method->owner);
        if (object.kind == STACK_Object)
            object.exact = object.non_null = true;
        push(im, object);
        return;
    }
    if (type_is_void(type))
        return;
    Value value = peek(im, 0), declared = value_of_type(im->il, type);
    uint32_t size = declared.kind == STACK_Int32 ? type_size(im->il->ts, type) : 4;
    if (size < 4 && !value_is_int(&value)) {
        ElementType element = type_enum_underlying(im->il->ts, type)->element_type;
        bool is_signed = element == ELEMENT_TYPE_I1 || element == ELEMENT_TYPE_I2;
        step_op(im,
                size == 1 ? (is_signed ? OP_conv_i1 : OP_conv_u1) : (is_signed ? OP_conv_i2 : OP_conv_u2));
    } else if (declared.kind == STACK_Float32 && value.kind == STACK_Float64) {
        step_op(im, OP_conv_r4);
    } else if (declared.kind == STACK_Float64 && value.kind == STACK_Float32) {
        step_op(im, OP_conv_r8);
    } else if (declared.kind != value.kind) {
        frame->failed = true;
    } else if (size == 4 || value_is_int(&value)) {
        im->stack[im->depth - 1] = stored_value(im, type, value);
    }
}

typedef struct Snapshot {
    Code *code;
    InlineFrame *frame;
    RawInstruction *raw;
    uint32_t block, depth, steps, steps_max, out_count, checked_count;
    bool effect;
    Value *args;
} Snapshot;

static Snapshot snapshot_take(Import *im, uint32_t arg_count) {
    Snapshot s = {im->code,
                  im->frame,
                  im->raw,
                  im->block,
                  im->depth,
                  im->inlined_steps,
                  im->inlined_steps_max,
                  im->out.count,
                  im->checked.count,
                  im->effect,
                  NULL};
    if (arg_count)
        s.args = arena_copy(im->arena, &im->stack[im->depth - arg_count], arg_count * sizeof(Value),
                            alignof(Value));
    return s;
}

static void context_restore(Import *im, const Snapshot *s) {
    im->code = s->code;
    im->frame = s->frame;
    im->raw = s->raw;
    im->block = s->block;
    im->ended = false;
}

static void snapshot_restore(Import *im, const Snapshot *s, uint32_t arg_count) {
    context_restore(im, s);
    im->invalid = NULL; // the callee's own body says so again
    im->depth = s->depth;
    im->inlined_steps = s->steps;
    im->inlined_steps_max = s->steps_max;
    im->checked.count = s->checked_count < im->checked.count ? s->checked_count : im->checked.count;
    im->effect = s->effect;
    if (arg_count)
        memcpy(&im->stack[s->depth - arg_count], s->args, arg_count * sizeof(Value));
    // What the arguments were made of may be gone: the emission has to start again.
    if (im->emitting)
        im->emit_again = true;
}

static void inlined_note(Import *im, const Method *callee) {
    for (uint32_t i = 0; im->emitting && i < im->inlined.count; i++)
        if (im->inlined.items[i] == callee)
            return;
    if (im->emitting)
        ARRAY_PUSH(im->arena, &im->inlined, callee);
}

bool inline_call(Import *im, const Instruction *in) {
    const Method *callee = in->method;
    if (!may_inline(im, callee))
        return false;
    InlineFrame *frame = frame_of_site(im, callee);
    if (frame->failed)
        return false;
    const Code *code = frame->code;
    bool is_new = in->op == OP_newobj;
    uint32_t arg_count = code->arg_count - (is_new ? 1 : 0);
    Snapshot s = snapshot_take(im, arg_count);
    const Value *args = &im->stack[im->depth - arg_count];
    bool tests_null = in->op == OP_callvirt && !args[0].non_null && args[0].kind == STACK_Object;
    uint32_t forwarded = is_new ? 0 : forwarded_count(im, frame, args, tests_null);
    frame->caller = im->frame;
    frame->is_new = is_new;
    frame->object_on_stack = is_new && callee->owner->is_value_type;
    if (is_new)
        frame->variables[0].type = callee->owner;
    frame->depth = im->depth - arg_count;
    if (!im->frame)
        im->inlined_steps = im->inlined_steps_max = 0;
    uint32_t limit = callee->def->is_aggressive_inlining ? INLINE_STEPS_AGGRESSIVE_MAX : INLINE_STEPS_MAX;
    if (im->inlined_steps_max < limit)
        im->inlined_steps_max = limit;
    enter_frame(im, frame, forwarded, tests_null);
    im->code = frame->code;
    im->frame = frame;
    bool ok = run_frame(im, frame, forwarded);
    if (ok) {
        context_restore(im, &s);
        leave_frame(im, frame);
        if (!frame->failed && !im->invalid) {
            inlined_note(im, callee);
            return true;
        }
    }
    frame->failed = true;
    snapshot_restore(im, &s, arg_count);
    return false;
}
