#include "lower/lowering.h"

// Creation, boxing and type tests (corelib-contract 5.3).

enum { BOX_VALUE_OFFSET = 8 }; // the value follows the MethodTable pointer

static bool is_nullable(const Type *type) {
    return type->kind == TYPE_Named && type->def->is_nullable;
}

// ---- newobj -------------------------------------------------------------------------------------

LLVMValueRef allocate_object(Lowering *l, Type *type) {
    const char *helper = type_has_finalizer(l->u->ts, type) ? "RhpNewFinalizable" : "RhpNewFast";
    LLVMValueRef table = method_table(l->u, type);
    return call_runtime(l, helper, l->u->ptr, &table, &l->u->ptr, 1, true);
}

static Value *pop_constructor_arguments(Lowering *l, const Method *constructor) {
    uint32_t count = constructor->signature->param_count;
    Value *args = ARENA_ARRAY(l->scratch, Value, count + 1); // [0] is `this`
    for (uint32_t i = count; i-- > 0;)
        args[i + 1] = stack_pop(l);
    return args;
}

/// Constructors of general arrays take lengths, or lower bounds and lengths in turn; NewObjArrayRare knows
/// the latter.
static void new_array(Lowering *l, const Method *constructor, const Value *args) {
    Type *type = constructor->owner;
    uint32_t count = constructor->signature->param_count;
    LLVMValueRef dimensions = alloca_type(l, LLVMArrayType2(l->u->i32, count));
    for (uint32_t i = 0; i < count; i++)
        LLVMBuildStore(l->builder, value_i32(l, args[i + 1]), gep_bytes(l, dimensions, 4 * (uint64_t)i));
    bool is_rare = type->kind == TYPE_SzArray || type->rank == 1 || count != type->rank;
    LLVMValueRef values[3] = {method_table(l->u, type), LLVMConstInt(l->u->i32, count, false), dimensions};
    const Method *helper = well_known_method(l->u->ts, is_rare ? WELL_KNOWN_METHOD_NewObjArrayRare
                                                               : WELL_KNOWN_METHOD_NewObjArray);
    if (storage_of(l->u, helper->signature->params[0]).kind == STACK_NativeInt &&
        LLVMGetTypeKind(storage_of(l->u, helper->signature->params[0]).type) != LLVMPointerTypeKind)
        values[0] = LLVMBuildPtrToInt(l->builder, values[0], l->u->i64, "");
    LLVMValueRef object = call_helper(
        l, is_rare ? WELL_KNOWN_METHOD_NewObjArrayRare : WELL_KNOWN_METHOD_NewObjArray, values, 3);
    if (object)
        stack_push_object(l, type, object, FACT_NonNull | FACT_Exact);
}

static void new_struct(Lowering *l, const Method *constructor, Value *args) {
    Type *type = constructor->owner;
    Slot slot = slot_make(l, type);
    Access access = {.address = slot.address, .facts = FACT_Stack};
    zero_value(l, type, access);
    args[0] =
        (Value){.kind = STACK_ByRef, .type = type, .ref = slot.address, .facts = FACT_Stack | FACT_NonNull};
    call_method(l, constructor, args);
    if (!l->failed)
        load_value(l, type, access);
}

void op_newobj(Lowering *l) {
    const Method *constructor = l->in->method;
    Type *type = constructor->owner;
    Value *args = pop_constructor_arguments(l, constructor);
    if (l->failed)
        return;
    if (type->kind != TYPE_Named) {
        new_array(l, constructor, args);
        return;
    }
    if (type == well_known_type(l->u->ts, WELL_KNOWN_TYPE_String)) {
        const Method *factory = reach_string_factory(l->u->ts, constructor);
        if (factory)
            call_method(l, factory, args + 1);
        else
            lower_unsupported(l, "System.String has no such constructor");
        return;
    }
    if (!reach_instance_allowed(l->u->reach, constructor)) {
        static const Failure failure = {.kind = FAILURE_TypeLoad};
        throw_failure(l, &failure);
        return;
    }
    if (type->is_value_type) {
        new_struct(l, constructor, args);
        return;
    }
    LLVMValueRef object = allocate_object(l, type);
    args[0] = (Value){.kind = STACK_Object, .type = type, .ref = object, .facts = FACT_NonNull | FACT_Exact};
    call_method(l, constructor, args);
    stack_push_object(l, type, object, FACT_NonNull | FACT_Exact);
}

void op_new_instance(Lowering *l) {
    Type *type = l->in->type;
    static const Failure failure = {.kind = FAILURE_TypeLoad};
    if (reach_type_allowed(l->u->reach, type))
        stack_push_object(l, type, allocate_object(l, type), FACT_NonNull | FACT_Exact);
    else
        throw_failure(l, &failure);
}

// ---- Boxing -------------------------------------------------------------------------------------

LLVMValueRef emit_box(Lowering *l, Type *type, Value value) {
    if (!type->is_value_type)
        return value_pointer(l, value);
    if (is_nullable(type)) { // null, or the boxed value
        LLVMValueRef args[2] = {method_table(l->u, type), value.ref};
        return call_helper(l, WELL_KNOWN_METHOD_RhBox, args, 2);
    }
    LLVMValueRef object = allocate_object(l, type);
    Access access = {.address = gep_bytes(l, object, BOX_VALUE_OFFSET), .facts = FACT_Heap | FACT_NonNull};
    store_value(l, type, access, value);
    return object;
}

void op_box(Lowering *l) {
    Type *type = l->in->type;
    Value value = stack_pop(l);
    if (!type->is_value_type) {
        stack_push(l, value);
        return;
    }
    if (is_nullable(type) && value.kind != STACK_Value) {
        lower_internal(l, "a Nullable is boxed from an operand that is none");
        return;
    }
    LLVMValueRef object = emit_box(l, type, value);
    if (!object)
        return;
    stack_push_object(l, type, object, is_nullable(type) ? 0 : FACT_NonNull | FACT_Exact);
}

/// Two ways to one pointer.
static LLVMValueRef join_pointers(Lowering *l, LLVMBasicBlockRef join, LLVMValueRef *values,
                                  LLVMBasicBlockRef *blocks, uint32_t count) {
    block_begin(l, join);
    LLVMValueRef phi = LLVMBuildPhi(l->builder, l->u->ptr, "");
    LLVMAddIncoming(phi, values, blocks, count);
    return phi;
}

/// Address of the value in a box (III.4.32). An enumeration and its underlying type unbox as each other: the
/// helper knows.
static LLVMValueRef unbox_address(Lowering *l, Type *type, Value object) {
    check_null(l, object);
    LLVMValueRef pointer = value_pointer(l, object), table = method_table(l->u, type);
    LLVMBasicBlockRef exact = block_append(l), other = block_append(l), join = block_append(l);
    LLVMValueRef is_exact = LLVMBuildICmp(l->builder, LLVMIntEQ, load_method_table(l, pointer), table, "");
    branch_if(l, is_exact, exact, other);
    LLVMValueRef values[2];
    LLVMBasicBlockRef blocks[2];
    block_begin(l, exact);
    values[0] = gep_bytes(l, pointer, BOX_VALUE_OFFSET);
    blocks[0] = exact;
    branch_to(l, join);
    block_begin(l, other);
    LLVMValueRef args[2] = {table, pointer};
    values[1] = call_helper(l, WELL_KNOWN_METHOD_RhUnbox2, args, 2);
    if (!values[1])
        return NULL;
    blocks[1] = LLVMGetInsertBlock(l->builder);
    branch_to(l, join);
    return join_pointers(l, join, values, blocks, 2);
}

/// A boxed Nullable is a boxed value or null: `unbox` gives the address of a copy (III.4.32), which lives as
/// long as the method.
static void unbox_nullable(Lowering *l, Type *type, Value object) {
    bool is_address = l->in->op == OP_unbox;
    Storage storage = storage_of(l->u, type);
    LLVMValueRef memory =
        is_address ? alloca_bytes(l, storage.size, storage.alignment) : temp_struct(l, type);
    LLVMValueRef args[3] = {memory, method_table(l->u, type), value_pointer(l, object)};
    call_helper(l, WELL_KNOWN_METHOD_RhUnboxNullable, args, 3);
    stack_push(l, (Value){.kind = is_address ? STACK_ByRef : STACK_Value,
                          .type = type,
                          .ref = memory,
                          .facts = is_address ? FACT_Stack | FACT_NonNull : 0});
}

void op_unbox(Lowering *l) {
    Type *type = l->in->type;
    if (l->in->op == OP_unbox_any && !type->is_value_type) {
        op_cast(l);
        return;
    }
    Value object = stack_pop(l);
    if (is_nullable(type)) {
        unbox_nullable(l, type, object);
        return;
    }
    LLVMValueRef address = unbox_address(l, type, object);
    if (!address)
        return;
    if (l->in->op == OP_unbox_any) {
        load_value(l, type, (Access){.address = address, .facts = FACT_Heap | FACT_NonNull});
        return;
    }
    stack_push(l,
               (Value){.kind = STACK_ByRef, .type = type, .ref = address, .facts = FACT_Heap | FACT_NonNull});
}

// ---- castclass, isinst --------------------------------------------------------------------------

/// The one MethodTable that passes the test, NULL if several do or the helper must decide.
static const Type *only_type(Lowering *l, const Type *type) {
    if (type->kind != TYPE_Named)
        return NULL;
    bool is_variant = type->arg_count && type_def_is_variant(type->def);
    if (!is_variant && (type->def->is_sealed || type->is_value_type))
        return type;
    return reach_only_implementer(l->u->reach, type);
}

typedef struct Test {
    LLVMValueRef values[3];
    LLVMBasicBlockRef blocks[3];
    uint32_t count;
    LLVMBasicBlockRef join;
} Test;

static void test_answer(Lowering *l, Test *test, LLVMValueRef value) {
    test->values[test->count] = value;
    test->blocks[test->count++] = LLVMGetInsertBlock(l->builder);
    branch_to(l, test->join);
}

static void push_cast(Lowering *l, Type *type, LLVMValueRef ref, uint8_t facts) {
    stack_push_object(l, type, ref, facts);
}

void op_cast(Lowering *l) {
    bool is_test = l->in->op == OP_isinst;
    Type *type = is_nullable(l->in->type) ? l->in->type->args[0] : l->in->type;
    Value object = stack_pop(l);
    LLVMValueRef pointer = value_pointer(l, object);
    WellKnownMethod helpers[HELPERS_MAX];
    uint8_t facts = is_test ? 0 : object.facts & FACT_NonNull;
    if (l->failed)
        return;
    if (is_test && !reach_cast_possible(l->u->reach, type)) {
        push_cast(l, type, LLVMConstNull(l->u->ptr), 0);
        return;
    }
    if (reach_helpers_of(l->u->ts, l->body, l->in, helpers) == 0) {
        lower_internal(l, "a type test without a helper");
        return;
    }
    LLVMValueRef args[2] = {method_table(l->u, type), pointer};
    const Type *only = only_type(l, type);
    const Type *fast = only ? only
                       : type->kind == TYPE_Named && !type->def->is_interface && !type->def->is_abstract &&
                               l->u->request->codegen.preference != PREFERENCE_Size
                           ? type
                           : NULL;
    if (fast && reach_type_level(l->u->reach, fast) == LEVEL_None)
        fast = NULL;
    if (!fast) {
        LLVMValueRef result = call_helper(l, helpers[0], args, 2);
        if (result)
            push_cast(l, type, result, facts);
        return;
    }
    // Null and the likely (or only) type inline, the rest by the helper.
    Test test = {.count = 0, .join = block_append(l)};
    LLVMBasicBlockRef not_null = block_append(l), is_null = block_append(l), exact = block_append(l),
                      other = block_append(l);
    branch_if(l, LLVMBuildIsNull(l->builder, pointer, ""), is_null, not_null);
    block_begin(l, is_null);
    test_answer(l, &test, LLVMConstNull(l->u->ptr));
    block_begin(l, not_null);
    LLVMValueRef table = load_method_table(l, pointer);
    branch_if(l, LLVMBuildICmp(l->builder, LLVMIntEQ, table, method_table(l->u, fast), ""), exact, other);
    block_begin(l, exact);
    test_answer(l, &test, pointer);
    block_begin(l, other);
    if (is_test && only) {
        test_answer(l, &test, LLVMConstNull(l->u->ptr));
    } else {
        LLVMValueRef result = call_helper(l, helpers[0], args, 2);
        if (!result)
            return;
        test_answer(l, &test, result);
    }
    push_cast(l, type, join_pointers(l, test.join, test.values, test.blocks, test.count), facts);
}
