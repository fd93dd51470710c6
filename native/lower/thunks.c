#include "lower/lowering.h"

// Unboxing stubs: `this` is the boxed object, the method wants the address of the value behind the
// MethodTable pointer. The runtime (tailor_code_target) recognises them by section and by their exact bytes,
// `48 83 C7 08` (add rdi, 8; rsi, `C6`, behind a result buffer) and `E9 rel32`, hence the assembly.

void stub_define(UnitState *u, LLVMValueRef stub, const char *text, LLVMValueRef function) {
    static const char constraints[] = "s";
    attribute_common(u, stub);
    attribute_add(u, stub, u->kinds.naked);
    attribute_add(u, stub, u->kinds.noinline);
    attribute_add(u, stub, u->kinds.nounwind);
    LLVMTypeRef type = LLVMFunctionType(u->type_void, &u->ptr, 1, false);
    LLVMValueRef code = LLVMGetInlineAsm(type, text, strlen(text), constraints, strlen(constraints), true,
                                         false, LLVMInlineAsmDialectATT, false);
    LLVMBuilderRef builder = LLVMCreateBuilderInContext(u->context);
    LLVMPositionBuilderAtEnd(builder, LLVMAppendBasicBlockInContext(u->context, stub, ""));
    LLVMBuildCall2(builder, type, code, &function, 1, "");
    LLVMBuildUnreachable(builder);
    LLVMDisposeBuilder(builder);
}

bool lower_unboxing_stub(UnitState *u, const Method *method) {
    Callee target;
    if (!method_callee(u, &u->scratch, method->synthetic_method, &target))
        return false;
    Callee self;
    if (!method_self(u, &u->scratch, method, &self))
        return false;
    static const char first_argument[] = "addq $$8, %rdi\n\tjmp ${0:P}";
    static const char second_argument[] = "addq $$8, %rsi\n\tjmp ${0:P}";
    stub_define(u, self.function, target.abi.has_result_buffer ? second_argument : first_argument,
                target.function);
    LLVMSetSection(self.function, "__unbox");
    return true;
}

bool lower_alias(UnitState *u, const Method *method) {
    Callee self, target;
    if (!method_self(u, &u->scratch, method, &self) || !method_callee(u, &u->scratch, method, &target))
        return false;
    attribute_common(u, self.function);
    attribute_add(u, self.function, u->kinds.noinline); // else it might get a copy of the code
    uint32_t count = LLVMCountParams(self.function);
    LLVMValueRef *args = ARENA_ARRAY(&u->scratch, LLVMValueRef, count + 1);
    LLVMGetParams(self.function, args);
    LLVMBuilderRef builder = LLVMCreateBuilderInContext(u->context);
    LLVMPositionBuilderAtEnd(builder, LLVMAppendBasicBlockInContext(u->context, self.function, ""));
    LLVMValueRef call = LLVMBuildCall2(builder, target.type, target.function, args, count, "");
    abi_annotate_call(u, &target.abi, call);
    LLVMSetTailCallKind(call, LLVMTailCallKindMustTail);
    if (target.abi.result.kind == ABI_Scalar || target.abi.result.kind == ABI_Pieces)
        LLVMBuildRet(builder, call);
    else
        LLVMBuildRetVoid(builder);
    LLVMDisposeBuilder(builder);
    return true;
}
