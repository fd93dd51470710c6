#include "lower/lowering.h"
#include "request/instruction_sets.h"

#include <llvm-c/Comdat.h>

void attribute_add(UnitState *u, LLVMValueRef function, unsigned kind) {
    LLVMAddAttributeAtIndex(function, FUNCTION_ATTRIBUTES, LLVMCreateEnumAttribute(u->context, kind, 0));
}

void attribute_add_text(UnitState *u, LLVMValueRef function, const char *name, const char *value) {
    LLVMAttributeRef attribute =
        LLVMCreateStringAttribute(u->context, name, (unsigned)strlen(name), value, (unsigned)strlen(value));
    LLVMAddAttributeAtIndex(function, FUNCTION_ATTRIBUTES, attribute);
}

void attribute_common(UnitState *u, LLVMValueRef function) {
    enum { UNWIND_TABLE_SYNC = 1 };
    // One section for all code gives the bounds that the runtime tests; a comdat each lets the linker drop
    // the unused.
    LLVMSetSection(function, "tailor_text");
    size_t size;
    const char *name = LLVMGetValueName2(function, &size);
    LLVMComdatRef comdat = LLVMGetOrInsertComdat(u->module, name);
    LLVMSetComdatSelectionKind(comdat, LLVMNoDeduplicateComdatSelectionKind);
    LLVMSetComdat(function, comdat);
    LLVMAddAttributeAtIndex(function, FUNCTION_ATTRIBUTES,
                            LLVMCreateEnumAttribute(u->context, u->kinds.uwtable, UNWIND_TABLE_SYNC));
    attribute_add_text(u, function, "probe-stack", "inline-asm");
    attribute_add_text(u, function, "target-cpu",
                       instruction_sets_processor(request_instruction_sets(u->request)));
}

static bool is_cold(const Method *method, const Body *body) {
    if (body && body->failure)
        return true;
    return method->def && method->synthetic == SYNTHETIC_None &&
           method->def->owner->static_constructor == method->def;
}

/// NoInlining is there to be seen in stack traces: such a method keeps its frame while it calls, unless its
/// IL asks for a tail call.
static bool keeps_frame(const Method *method, const Body *body) {
    if (!method->def->is_no_inlining || !body)
        return false;
    for (uint32_t i = 0; i < body->instruction_count; i++)
        if (body->instructions[i].op == OP_jmp || (body->instructions[i].prefixes & PREFIX_Tail))
            return false;
    return true;
}

static bool is_stack_question(const Method *method) {
    return method->def && text_equal_z(method->def->owner->name, "RuntimeHelpers") &&
           (text_equal_z(method->name, "EnsureSufficientExecutionStack") ||
            text_equal_z(method->name, "TryEnsureSufficientExecutionStack"));
}

/// Recursion that asks how much stack is left must use some: as a loop it would never end.
static bool asks_for_stack(const Body *body) {
    for (uint32_t i = 0; i < body->inlined_count; i++)
        if (is_stack_question(body->inlined[i]))
            return true;
    for (uint32_t i = 0; i < body->instruction_count; i++)
        if (body->instructions[i].op == OP_call && is_stack_question(body->instructions[i].method))
            return true;
    return false;
}

void attribute_method(UnitState *u, LLVMValueRef function, const Method *method, const Body *body) {
    bool cold = is_cold(method, body);
    if (u->request->codegen.preference == PREFERENCE_Size || cold) {
        attribute_add(u, function, u->kinds.minsize);
        attribute_add(u, function, u->kinds.optsize);
    }
    if (cold)
        attribute_add(u, function, u->kinds.cold);
    if (!method->def || method->synthetic != SYNTHETIC_None)
        return;
    const char *feature = il_hardware_feature(u->il, method);
    if (feature) {
        const char *all = instruction_sets_features(request_instruction_sets(u->request));
        attribute_add_text(u, function, "target-features",
                           arena_format(&u->scratch, "%s%s%s", all, *all ? "," : "", feature));
    }
    if (keeps_frame(method, body) || (body && asks_for_stack(body)))
        attribute_add_text(u, function, "disable-tail-calls", "true");
    if (method->def->is_no_inlining || (body && body->has_localloc && body->instruction_count > 200))
        attribute_add(u, function, u->kinds.noinline);
    else if (method->def->is_aggressive_inlining)
        attribute_add(u, function, u->kinds.inlinehint);
}
