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

void lower_instruction(Lowering *l) {
    switch (l->in->op) {
    case OP_nop: break;
    case OP_break: op_break(l); break;
    case OP_ldarg:
    case OP_ldarga:
    case OP_starg:
    case OP_ldloc:
    case OP_ldloca:
    case OP_stloc: op_variable(l); break;
    case OP_ldnull:
    case OP_ldc_i4:
    case OP_ldc_i8:
    case OP_ldc_r4:
    case OP_ldc_r8: op_constant(l); break;
    case OP_dup: op_dup(l); break;
    case OP_pop: stack_pop(l); break;
    case OP_jmp: op_jmp(l); break;
    case OP_call: op_call(l); break;
    case OP_calli: op_calli(l); break;
    case OP_callvirt: op_callvirt(l); break;
    case OP_ret: op_return(l); break;
    case OP_br:
    case OP_brfalse:
    case OP_brtrue:
    case OP_beq:
    case OP_bge:
    case OP_bgt:
    case OP_ble:
    case OP_blt:
    case OP_bne_un:
    case OP_bge_un:
    case OP_bgt_un:
    case OP_ble_un:
    case OP_blt_un: op_branch(l); break;
    case OP_switch: op_switch(l); break;
    case OP_ldind_i1:
    case OP_ldind_u1:
    case OP_ldind_i2:
    case OP_ldind_u2:
    case OP_ldind_i4:
    case OP_ldind_u4:
    case OP_ldind_i8:
    case OP_ldind_i:
    case OP_ldind_r4:
    case OP_ldind_r8:
    case OP_ldind_ref: op_load_indirect(l); break;
    case OP_stind_ref:
    case OP_stind_i1:
    case OP_stind_i2:
    case OP_stind_i4:
    case OP_stind_i8:
    case OP_stind_i:
    case OP_stind_r4:
    case OP_stind_r8: op_store_indirect(l); break;
    case OP_add:
    case OP_sub:
    case OP_mul:
    case OP_div:
    case OP_div_un:
    case OP_rem:
    case OP_rem_un:
    case OP_and:
    case OP_or:
    case OP_xor: op_arithmetic(l); break;
    case OP_shl:
    case OP_shr:
    case OP_shr_un: op_shift(l); break;
    case OP_neg:
    case OP_not: op_unary(l); break;
    case OP_conv_i1:
    case OP_conv_i2:
    case OP_conv_i4:
    case OP_conv_i8:
    case OP_conv_r4:
    case OP_conv_r8:
    case OP_conv_u4:
    case OP_conv_u8:
    case OP_conv_u2:
    case OP_conv_u1:
    case OP_conv_i:
    case OP_conv_u:
    case OP_conv_r_un: op_convert(l); break;
    case OP_conv_ovf_i1:
    case OP_conv_ovf_u1:
    case OP_conv_ovf_i2:
    case OP_conv_ovf_u2:
    case OP_conv_ovf_i4:
    case OP_conv_ovf_u4:
    case OP_conv_ovf_i8:
    case OP_conv_ovf_u8:
    case OP_conv_ovf_i:
    case OP_conv_ovf_u:
    case OP_conv_ovf_i1_un:
    case OP_conv_ovf_u1_un:
    case OP_conv_ovf_i2_un:
    case OP_conv_ovf_u2_un:
    case OP_conv_ovf_i4_un:
    case OP_conv_ovf_u4_un:
    case OP_conv_ovf_i8_un:
    case OP_conv_ovf_u8_un:
    case OP_conv_ovf_i_un:
    case OP_conv_ovf_u_un: op_convert_checked(l); break;
    case OP_cpobj:
    case OP_ldobj:
    case OP_stobj:
    case OP_initobj:
    case OP_cpblk:
    case OP_initblk:
    case OP_localloc:
    case OP_sizeof: op_object_memory(l); break;
    case OP_newobj: op_newobj(l); break;
    case OP_castclass:
    case OP_isinst: op_cast(l); break;
    case OP_unbox:
    case OP_unbox_any: op_unbox(l); break;
    case OP_box: op_box(l); break;
    case OP_throw: op_throw(l); break;
    case OP_rethrow: eh_rethrow(l); break;
    case OP_ldfld:
    case OP_ldflda:
    case OP_stfld: op_field(l); break;
    case OP_ldsfld:
    case OP_ldsflda:
    case OP_stsfld: op_static_field(l); break;
    case OP_newarr:
    case OP_ldlen:
    case OP_ldelema:
    case OP_ldelem:
    case OP_stelem: op_array(l); break;
    case OP_refanyval:
    case OP_refanytype:
    case OP_mkrefany: op_typed_reference(l); break;
    case OP_ckfinite: op_ckfinite(l); break;
    case OP_ldtoken:
    case OP_ldtype:
    case OP_ldtoken_method:
    case OP_ldtoken_field:
    case OP_ldfrozen:
    case OP_ldstr: op_token(l); break;
    case OP_add_ovf:
    case OP_add_ovf_un:
    case OP_mul_ovf:
    case OP_mul_ovf_un:
    case OP_sub_ovf:
    case OP_sub_ovf_un: op_checked_arithmetic(l); break;
    case OP_endfinally: eh_end_finally(l); break;
    case OP_leave: eh_leave(l, l->in->block); break;
    case OP_endfilter: eh_end_filter(l); break;
    case OP_arglist: lower_unsupported(l, "variable arguments are not supported"); break;
    case OP_ceq:
    case OP_cgt:
    case OP_cgt_un:
    case OP_clt:
    case OP_clt_un: op_compare(l); break;
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
    case OP_ldselector:
        stack_push_scalar(l, STACK_Int32,
                          LLVMConstInt(l->u->i32, reach_dynamic_number(l->u->reach, l->in->method), false));
        break;
    case OP_null_check: check_null(l, stack_pop(l)); break;
    case OP_throw_failure: throw_failure(l, l->in->failure); break;
    case OP_unreachable: lower_unreachable(l); break;
    case OP_COUNT: lower_internal(l, "no opcode"); break;
    }
}
