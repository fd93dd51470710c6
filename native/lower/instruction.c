#include "lower/lowering.h"

// Flat dispatch: one instruction, one short function.

static void load_variable(Lowering *l, const Slot *slot, bool is_this) {
    Value value = load_value_at(l, slot->type, (Access){.address = slot->address, .facts = FACT_Stack});
    if (is_this && l->this_is_nonnull)
        value.facts |= FACT_NonNull;
    stack_push(l, value);
}

static void store_variable(Lowering *l, const Slot *slot) {
    Value value = stack_pop(l);
    LLVMValueRef before = LLVMGetLastInstruction(LLVMGetInsertBlock(l->builder));
    store_value(l, slot->type, (Access){.address = slot->address, .facts = FACT_Stack}, value);
    // A pinned local keeps its object alive for its whole scope, even when nothing reads it again
    // (runtime-contract 12).
    LLVMValueRef store = LLVMGetLastInstruction(LLVMGetInsertBlock(l->builder));
    if (slot->is_pinned && store && store != before && LLVMGetInstructionOpcode(store) == LLVMStore)
        LLVMSetVolatile(store, true);
}

static void push_address(Lowering *l, const Slot *slot) {
    stack_push(l, (Value){.kind = STACK_ByRef,
                          .type = slot->type,
                          .ref = slot->address,
                          .facts = FACT_Stack | FACT_NonNull});
}

static void op_variable(Lowering *l) {
    bool is_local = l->in->op == OP_ldloc || l->in->op == OP_ldloca || l->in->op == OP_stloc;
    uint32_t index = l->in->index;
    if (index >= (is_local ? l->body->local_count : l->body->arg_count)) {
        lower_internal(l, "there is no variable %u", index);
        return;
    }
    const Slot *slot = is_local ? &l->locals[index] : &l->args[index];
    switch (l->in->op) { // NOLINT: the others do not come here
    case OP_ldarg:
    case OP_ldloc: load_variable(l, slot, !is_local && index == 0); break;
    case OP_ldarga:
    case OP_ldloca: push_address(l, slot); break;
    default: store_variable(l, slot); break;
    }
}

static void op_constant(Lowering *l) {
    UnitState *u = l->u;
    switch (l->in->op) { // NOLINT: the others do not come here
    case OP_ldnull: stack_push_object(l, NULL, LLVMConstNull(u->ptr), 0); break;
    case OP_ldc_i4:
        stack_push_scalar(l, STACK_Int32, LLVMConstInt(u->i32, (uint64_t)l->in->integer, true));
        break;
    case OP_ldc_i8:
        stack_push_scalar(l, STACK_Int64, LLVMConstInt(u->i64, (uint64_t)l->in->integer, true));
        break;
    case OP_ldc_r4: {
        // By bits: converting through the constant of another precision would quieten signalling NaNs.
        union {
            float value;
            uint32_t bits;
        } single = {.value = (float)l->in->real};
        stack_push_scalar(l, STACK_Float32,
                          LLVMConstBitCast(LLVMConstInt(u->i32, single.bits, false), u->f32));
        break;
    }
    default: {
        union {
            double value;
            uint64_t bits;
        } real = {.value = l->in->real};
        stack_push_scalar(l, STACK_Float64, LLVMConstBitCast(LLVMConstInt(u->i64, real.bits, false), u->f64));
        break;
    }
    }
}

static void op_dup(Lowering *l) {
    Value value = stack_peek(l, 0);
    if (value.kind == STACK_Value) { // each entry owns its copy
        Storage storage = storage_of(l->u, value.type);
        LLVMValueRef copy = temp_struct(l, value.type);
        copy_bytes(l, copy, value.ref, storage.size, storage.alignment);
        value.ref = copy;
    }
    stack_push(l, value);
}

static void op_break(Lowering *l) {
    LLVMValueRef trap = intrinsic_function(l->u, "llvm.debugtrap", NULL, 0);
    LLVMBuildCall2(l->builder, LLVMGlobalGetValueType(trap), trap, NULL, 0, "");
}

// ---- Instances beyond the limit of generic recursion --------------------------------------------

static bool is_cut(const Lowering *l, const Type *type) {
    return type && !reach_type_allowed(l->u->reach, type);
}

/// Instructions that want more of a type than its layout.
static bool names_cut_type(const Lowering *l) {
    const Instruction *in = l->in;
    switch (in->op) { // NOLINT: the others do not
    case OP_newarr: return is_cut(l, in->type) || is_cut(l, type_sz_array(l->u->ts, in->type));
    case OP_box:
        return is_cut(l, in->type) ||
               (in->type->def && in->type->def->is_nullable && is_cut(l, in->type->args[0]));
    case OP_unbox:
    case OP_unbox_any:
    case OP_castclass:
    case OP_isinst:
    case OP_ldelema:
    case OP_ldtoken:
    case OP_ldtype:
    case OP_mkrefany:
    case OP_refanyval: return is_cut(l, in->type);
    case OP_ldsfld:
    case OP_ldsflda:
    case OP_stsfld: return is_cut(l, in->field->owner);
    case OP_newobj: return !in->method->owner->is_value_type && is_cut(l, in->method->owner);
    case OP_new_delegate:
    case OP_new_delegate_virtual:
        return is_cut(l, in->type2) || !reach_instance_allowed(l->u->reach, in->method);
    case OP_ldftn: return !reach_instance_allowed(l->u->reach, in->method);
    case OP_intrinsic: return in->method->arg_count && is_cut(l, in->method->args[0]);
    default: return false;
    }
}

static void op_selector(Lowering *l) {
    uint32_t number = reach_dynamic_number(l->u->reach, l->in->method);
    stack_push_scalar(l, STACK_Int32, LLVMConstInt(l->u->i32, number, false));
}

static void lower_other(Lowering *l) {
    switch (l->in->op) { // NOLINT: the others have a family
    case OP_nop: break;
    case OP_break: op_break(l); break;
    case OP_dup: op_dup(l); break;
    case OP_pop: stack_pop(l); break;
    case OP_jmp: op_jmp(l); break;
    case OP_call: op_call(l); break;
    case OP_calli: op_calli(l); break;
    case OP_callvirt: op_callvirt(l); break;
    case OP_ret: op_return(l); break;
    case OP_switch: op_switch(l); break;
    case OP_cpblk:
    case OP_initblk:
    case OP_localloc: op_object_memory(l); break;
    case OP_newobj: op_newobj(l); break;
    case OP_box: op_box(l); break;
    case OP_throw: op_throw(l); break;
    case OP_rethrow: eh_rethrow(l); break;
    case OP_ckfinite: op_ckfinite(l); break;
    case OP_ldtoken:
    case OP_ldtype:
    case OP_ldtoken_method:
    case OP_ldtoken_field:
    case OP_ldfrozen:
    case OP_ldstr: op_token(l); break;
    case OP_endfinally: eh_end_finally(l); break;
    case OP_leave: eh_leave(l, l->in->block); break;
    case OP_endfilter: eh_end_filter(l); break;
    case OP_arglist: lower_unsupported(l, "variable arguments are not supported"); break;
    case OP_ldftn:
    case OP_ldvirtftn: op_function_pointer(l); break;
    case OP_intrinsic: op_intrinsic(l); break;
    case OP_new_delegate:
    case OP_new_delegate_virtual: op_new_delegate(l); break;
    case OP_invoke_delegate: op_invoke_delegate(l); break;
    case OP_initialize_array: op_initialize_array(l); break;
    case OP_create_span: op_create_span(l); break;
    case OP_native_call: op_native_call(l); break;
    case OP_native_calli: op_native_calli(l); break;
    case OP_new_instance: op_new_instance(l); break;
    case OP_ldselector: op_selector(l); break;
    case OP_null_check: check_null(l, stack_pop(l)); break;
    case OP_throw_failure: throw_failure(l, l->in->failure); break;
    case OP_unreachable: lower_unreachable(l); break;
    default: lower_internal(l, "no opcode"); break;
    }
}

void lower_instruction(Lowering *l) {
    if (reach_has_cuts(l->u->reach) && names_cut_type(l)) {
        static const Failure failure = {.kind = FAILURE_TypeLoad};
        throw_failure(l, &failure);
        return;
    }
    switch (opcode_family(l->in->op)) {
    case FAMILY_Other: lower_other(l); break;
    case FAMILY_Variable: op_variable(l); break;
    case FAMILY_Constant: op_constant(l); break;
    case FAMILY_Branch: op_branch(l); break;
    case FAMILY_LoadIndirect: op_load_indirect(l); break;
    case FAMILY_StoreIndirect: op_store_indirect(l); break;
    case FAMILY_Arithmetic: op_arithmetic(l); break;
    case FAMILY_ArithmeticChecked: op_checked_arithmetic(l); break;
    case FAMILY_Shift: op_shift(l); break;
    case FAMILY_Unary: op_unary(l); break;
    case FAMILY_Convert: op_convert(l); break;
    case FAMILY_ConvertChecked: op_convert_checked(l); break;
    case FAMILY_Compare: op_compare(l); break;
    case FAMILY_Field: op_field(l); break;
    case FAMILY_StaticField: op_static_field(l); break;
    case FAMILY_Array: op_array(l); break;
    case FAMILY_ObjectMemory: op_object_memory(l); break;
    case FAMILY_TypedReference: op_typed_reference(l); break;
    case FAMILY_Cast: op_cast(l); break;
    case FAMILY_Unbox: op_unbox(l); break;
    }
}
