// A compiled method: its folded body names what it needs (reach.md 1.3). Helpers come from helpers.c.
#include "reach/flow.h"

typedef struct Scan {
    World *w;
    MethodNode *node;
    const Node *from; // the method's code node: the reason of every mark
    const Body *body;
} Scan;

static bool is_nullable(const Type *type) {
    return type->kind == TYPE_Named && type->def->is_nullable;
}

static bool is_string(const Type *type) {
    return type->kind == TYPE_Named && type->element_type == ELEMENT_TYPE_STRING;
}

/// Nullable<U> has no instances: tests for it look for U.
static void mark_cast_target(Scan *s, Type *type, const char *text) {
    mark_necessary(s->w, is_nullable(type) ? type->args[0] : type, s->from, text);
}

// ---- Calls --------------------------------------------------------------------------------------

/// What il/ leaves of a `constrained.` call (III.2.1): a call through a reference, or of a method that takes
/// the boxed value.
static void scan_constrained(Scan *s, const Instruction *in) {
    if (in->type2->is_value_type)
        mark_allocated(s->w, in->type2, s->from, "boxed for a constrained call");
    if (in->is_direct || in->op == OP_call)
        mark_call(s->w, in->method, s->from, "constrained call");
    else
        mark_virtual_use(s->w, in->method, in->receiver, in->receiver_exact, s->from, "constrained callvirt");
}

static void scan_call(Scan *s, const Instruction *in) {
    mark_marshalling_call(s->w, in->method, s->from);
    if (in->type2)
        scan_constrained(s, in);
    else
        mark_call(s->w, in->method, s->from, "call");
}

static void scan_callvirt(Scan *s, const Instruction *in) {
    if (in->type2)
        scan_constrained(s, in);
    else if (in->is_direct)
        mark_call(s->w, in->method, s->from, "call");
    else
        mark_virtual_use(s->w, in->method, in->receiver, in->receiver_exact, s->from, "callvirt");
}

static void scan_newobj(Scan *s, const Instruction *in) {
    Type *owner = in->method->owner;
    if (is_string(owner)) {
        const Method *factory = reach_string_factory(s->w->ts, in->method);
        if (factory)
            mark_method(s->w, factory, s->from, "newobj");
        return;
    }
    if (!owner->is_value_type)
        mark_allocated(s->w, owner, s->from, "newobj");
    if (owner->kind == TYPE_Named)
        mark_method(s->w, in->method, s->from, "newobj");
}

static void scan_new_instance(Scan *s, const Instruction *in) {
    mark_allocated(s->w, in->type, s->from, "newobj");
}

static void scan_ldftn(Scan *s, const Instruction *in) {
    mark_pointer(s->w, in->method, s->from, "ldftn");
}

static void scan_ldvirtftn(Scan *s, const Instruction *in) {
    if (in->is_direct)
        mark_pointer(s->w, boxed_entry(s->w, in->method->owner, in->method), s->from, "ldvirtftn");
    else
        mark_virtual_use(s->w, in->method, in->receiver, in->receiver_exact, s->from, "ldvirtftn");
}

static void scan_static_delegate(Scan *s, const Instruction *in) {
    World *w = s->w;
    const Method *invoke = type_find_method(w->ts, in->type2, "Invoke", NULL);
    bool is_open = !invoke || invoke->signature->param_count == in->method->signature->param_count;
    // Both initialisers take the address of their thunk (corelib-contract 7.1).
    MethodSynthetic kind = is_open ? SYNTHETIC_DelegateOpenStatic : SYNTHETIC_DelegateClosedStatic;
    mark_address(w, method_synthetic(w->ts, kind, in->type2, NULL), s->from, "delegate thunk");
    mark_pointer(w, in->method, s->from, "delegate target");
}

static void scan_new_delegate(Scan *s, const Instruction *in) {
    mark_allocated(s->w, in->type2, s->from, "delegate");
    delegate_target_note(s->w, in->type2, in->method, false, s->from);
    if (!in->method->signature->has_this) {
        scan_static_delegate(s, in);
    } else {
        mark_pointer(s->w, boxed_entry(s->w, in->method->owner, in->method), s->from, "delegate target");
    }
}

static void scan_new_delegate_virtual(Scan *s, const Instruction *in) {
    mark_allocated(s->w, in->type2, s->from, "delegate");
    delegate_target_note(s->w, in->type2, in->method, true, s->from);
    scan_ldvirtftn(s, in);
}

static void scan_native_call(Scan *s, const Instruction *in) {
    if (il_method_code(s->w->il, in->method).direct)
        return;
    list_add(s->w, &s->w->lazy_pinvokes, in->method);
    // The resolver callback is found through the assembly, named by its <Module> type (corelib-contract 7.2).
    Module *module = (Module *)in->method->def->owner->module;
    TypeDef *module_type = type_def_get(s->w->ts, module, 1);
    if (module_type)
        mark_metadata(s->w, type_from_def(s->w->ts, module_type), s->from, "assembly of a P/Invoke");
    mark_helper(s->w, WELL_KNOWN_METHOD_ResolvePInvoke, s->from);
}

static void scan_intrinsic(Scan *s, const Instruction *in) {
    if (in->intrinsic == INTRINSIC_MethodTableOf)
        mark_allocated(s->w, in->method->args[0], s->from, "MethodTable.Of");
    if (in->intrinsic == INTRINSIC_AllocatorOf)
        mark_allocated(s->w, in->method->args[0], s->from, "Activator.AllocatorOf");
}

// ---- Types --------------------------------------------------------------------------------------

static void scan_newarr(Scan *s, const Instruction *in) {
    mark_allocated(s->w, type_sz_array(s->w->ts, in->type), s->from, "newarr");
}

static void scan_box(Scan *s, const Instruction *in) {
    Type *type = in->type;
    if (is_nullable(type)) {
        mark_constructed(s->w, type, s->from, "box");
        mark_allocated(s->w, type->args[0], s->from, "box");
    } else if (type->is_value_type) {
        mark_allocated(s->w, type, s->from, "box");
    }
}

static void scan_unbox(Scan *s, const Instruction *in) {
    if (is_nullable(in->type))
        mark_necessary(s->w, in->type, s->from, "unbox");
    mark_cast_target(s, in->type, "unbox");
}

static void scan_cast(Scan *s, const Instruction *in) {
    mark_cast_target(s, in->type, "cast");
}

static void scan_ldelema(Scan *s, const Instruction *in) {
    if (type_is_reference(in->type) && !(in->prefixes & PREFIX_ReadOnly))
        mark_necessary(s->w, in->type, s->from, "ldelema");
}

static void scan_ldtoken(Scan *s, const Instruction *in) {
    template_definition_seen(s->w, in->type, s->from);
    mark_metadata(s->w, in->type, s->from, "ldtoken");
}

static void scan_ldtype(Scan *s, const Instruction *in) {
    if (in->compare_only)
        mark_compared(s->w, in->type, s->from);
    else {
        template_definition_seen(s->w, in->type, s->from);
        mark_runtime_type(s->w, in->type, s->from, "typeof");
    }
}

static void scan_mkrefany(Scan *s, const Instruction *in) {
    mark_metadata(s->w, in->type, s->from, "mkrefany");
}

static void scan_ldtoken_method(Scan *s, const Instruction *in) {
    mark_token_method(s->w, in->method, s->from);
}

static void scan_ldtoken_field(Scan *s, const Instruction *in) {
    mark_token_field(s->w, in->field, s->from);
}

// ---- Data ---------------------------------------------------------------------------------------

static void scan_ldstr(Scan *s, const Instruction *in) {
    mark_string(s->w, in->string, s->from, "ldstr");
}

static void scan_ldfrozen(Scan *s, const Instruction *in) {
    mark_frozen(s->w, in->frozen, s->from, "static readonly field");
}

static void scan_static_field(Scan *s, const Instruction *in) {
    if (in->op != OP_ldsfld && in->op != OP_ldfld)
        facts_field_stored(s->w, in->field);
    StaticKind kind = field_static_kind(s->w->ts, (Field *)in->field);
    if (kind == STATIC_Rva)
        mark_rva(s->w, in->field, s->from, "static field");
    if (kind == STATIC_Rva && in->check_cctor)
        mark_cctor(s->w, in->field->owner, s->from, "static field");
    else
        mark_static_base(s->w, in->field->owner, kind, s->from, "static field");
}

/// III.4.10: the instructions for instance fields may name a static one.
static void scan_field(Scan *s, const Instruction *in) {
    if (in->field->def->is_static)
        scan_static_field(s, in);
}

static void scan_rva_field(Scan *s, const Instruction *in) {
    mark_rva(s->w, in->field, s->from, "initial data");
}

typedef void Scanner(Scan *s, const Instruction *in);
static Scanner *const scanners[OP_COUNT] = {
    [OP_call] = scan_call,
    [OP_jmp] = scan_call,
    [OP_callvirt] = scan_callvirt,
    [OP_newobj] = scan_newobj,
    [OP_new_instance] = scan_new_instance,
    [OP_ldftn] = scan_ldftn,
    [OP_ldvirtftn] = scan_ldvirtftn,
    [OP_new_delegate] = scan_new_delegate,
    [OP_new_delegate_virtual] = scan_new_delegate_virtual,
    [OP_native_call] = scan_native_call,
    [OP_intrinsic] = scan_intrinsic,
    [OP_newarr] = scan_newarr,
    [OP_box] = scan_box,
    [OP_unbox] = scan_unbox,
    [OP_unbox_any] = scan_unbox,
    [OP_castclass] = scan_cast,
    [OP_isinst] = scan_cast,
    [OP_ldelema] = scan_ldelema,
    [OP_ldtoken] = scan_ldtoken,
    [OP_ldtype] = scan_ldtype,
    [OP_mkrefany] = scan_mkrefany,
    [OP_refanyval] = scan_mkrefany,
    [OP_ldtoken_method] = scan_ldtoken_method,
    [OP_ldtoken_field] = scan_ldtoken_field,
    [OP_ldstr] = scan_ldstr,
    [OP_ldfrozen] = scan_ldfrozen,
    [OP_ldfld] = scan_field,
    [OP_ldflda] = scan_field,
    [OP_stfld] = scan_field,
    [OP_ldsfld] = scan_static_field,
    [OP_ldsflda] = scan_static_field,
    [OP_stsfld] = scan_static_field,
    [OP_initialize_array] = scan_rva_field,
    [OP_create_span] = scan_rva_field,
};

static void scan_instruction(Scan *s, const Instruction *in) {
    WellKnownMethod helpers[HELPERS_MAX];
    uint32_t count = reach_helpers_of(s->w->ts, s->body, in, helpers);
    for (uint32_t i = 0; i < count; i++)
        mark_helper(s->w, helpers[i], s->from);
    if (scanners[in->op])
        scanners[in->op](s, in);
}

static bool is_interesting(World *w, const Body *body) {
    if (flow_method_is_interesting(w, body->method))
        return true;
    for (uint32_t b = 0; b < body->block_count; b++) {
        const Block *block = &body->blocks[b];
        for (uint32_t i = 0; block->live && i < block->count; i++)
            if (flow_is_interesting(w, body, &body->instructions[block->first + i]))
                return true;
    }
    return false;
}

/// The body as the source has it: warnings tell about calls that inlining has replaced.
static const Body *written_body(World *w, const Method *method, MethodNode *scanning) {
    w->scanning = scanning;
    const Body *body = il_body_written(w->il, method, &w->scratch);
    w->scanning = NULL;
    return body;
}

/// Callees that have become part of this body are not marked themselves. The runtime pack's have nothing to
/// tell: calls that matter are not inlined there.
static void scan_inlined_flow(Scan *s) {
    World *w = s->w;
    for (uint32_t i = 0; i < s->body->inlined_count; i++) {
        const Method *callee = s->body->inlined[i];
        MethodNode *node = method_node(w, callee);
        if (flow_is_framework(w, callee->def->owner->module) || node->code.marked ||
            node->flow_epoch == w->flow_epoch)
            continue;
        node->flow_epoch = w->flow_epoch;
        flow_check_annotations(w, callee->def->owner);
        const Body *body = written_body(w, callee, s->node);
        if (is_interesting(w, body))
            flow_analyze(w, body, s->node);
    }
}

/// Values are only followed through bodies that do something with them.
static void scan_flow(Scan *s) {
    const Body *body = s->body;
    if (body->inlined_count && body->module && !flow_is_framework(s->w, body->module))
        body = written_body(s->w, body->method, s->node);
    if (is_interesting(s->w, body))
        flow_analyze(s->w, body, s->node);
    scan_inlined_flow(s);
}

static void scan_body(Scan *s) {
    const Body *body = s->body;
    for (uint32_t b = 0; b < body->block_count; b++) {
        const Block *block = &body->blocks[b];
        if (!block->live)
            continue;
        for (uint32_t i = 0; i < block->count; i++)
            scan_instruction(s, &body->instructions[block->first + i]);
    }
    for (uint32_t i = 0; i < body->region_count; i++) {
        const EhRegion *region = &body->regions[i];
        if (region->live && region->kind == EH_Catch && region->catch_type)
            mark_necessary(s->w, region->catch_type, s->from, "catch clause");
    }
}

static void scan_entry(Scan *s) {
    WellKnownMethod helpers[HELPERS_MAX];
    uint32_t count = entry_helpers_of(s->body, helpers);
    for (uint32_t i = 0; i < count; i++)
        mark_helper(s->w, helpers[i], s->from);
    if (s->body->check_cctor)
        mark_cctor(s->w, s->body->method->owner, s->from, "class constructor check at entry");
}

void method_rescan(World *w, MethodNode *node) {
    if (node->queued || !node->code.marked)
        return;
    node->queued = true;
    ARRAY_PUSH(&w->arena, &w->next, &node->code);
}

static void code_note(World *w, MethodNode *node, const Node *from) {
    if (!node->was_noted)
        reflectable_code_appears(w, node->method, from);
    node->was_noted = true;
}

/// The program calls them, so reflection finds these instances as it finds others of the definition.
static void inlined_note(World *w, const Body *body, const Node *from) {
    for (uint32_t i = 0; i < body->inlined_count; i++)
        code_note(w, method_node(w, body->inlined[i]), from);
}

void method_scan(World *w, MethodNode *node) {
    const Method *method = node->method;
    const Node *from = &node->code;
    node->queued = false;
    if (method->synthetic == SYNTHETIC_UnboxingStub ||
        method->synthetic == SYNTHETIC_ContextStub) { // no body
        mark_address(w, method_served(w, method->synthetic_method, from), from, "stub");
        return;
    }
    mark_module(w, type_module(method->owner), from);
    if (method->synthetic == SYNTHETIC_None) {
        eager_cctor_use(w, method->owner, from);
        attributes_reader_marked(w, method);
        code_note(w, node, from);
        if (method->def) {
            flow_mark_method_arguments(w, method, from);
            flow_check_annotations(w, method->def->owner);
            if (flow_method_bits(w, method->def) & METHOD_DynamicDependency)
                dynamic_dependencies_mark(w, method, from);
        }
    }
    w->scanning = node;
    Scan scan = {w, node, from, il_body(w->il, method, &w->scratch)};
    w->scanning = NULL;
    inlined_note(w, scan.body, from);
    scan_entry(&scan);
    scan_body(&scan);
    scan_flow(&scan);
    w->scanned_count++;
    arena_reset(&w->scratch);
}
