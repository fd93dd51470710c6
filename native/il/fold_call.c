// Calls that are no calls: Unsafe.* as plain instructions, constants per exact type argument, RVA data,
// comparer creation, and calls that need to know their caller.
#include "il/internal.h"

/// Drops `count` arguments from both stacks.
static bool drop(Import *im, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        (void)pop(im);
        emit_pop(im);
    }
    return true;
}

static bool constant(Import *im, uint32_t arguments, int32_t value) {
    drop(im, arguments);
    step_integer(im, OP_ldc_i4, value);
    return true;
}

static Type *type_argument(const Method *method, uint32_t index) {
    return index < method->arg_count ? method->args[index] : NULL;
}

// ---- Unsafe -------------------------------------------------------------------------------------

/// (address, index): address + index * size. The index is int32, native int or native unsigned.
static bool scaled(Import *im, const Method *method, Opcode op) {
    Type *index = method->signature->params[1];
    if (type_primitive(im->il->ts, ELEMENT_TYPE_I4) == index)
        step_op(im, OP_conv_i);
    uint32_t size = type_size(im->il->ts, type_argument(method, 0));
    if (size != 1) {
        step_integer(im, OP_ldc_i4, size);
        step_op(im, OP_conv_i);
        step_op(im, OP_mul);
    }
    step_op(im, op);
    return true;
}

static void step_prefixed(Import *im, Opcode op, Type *type, bool unaligned) {
    Instruction in = {.op = op, .offset = im->offset, .type = type};
    if (unaligned) {
        in.prefixes = PREFIX_Unaligned;
        in.alignment = 1;
    }
    step(im, &in);
}

static bool negated(Import *im, Opcode op) {
    step_op(im, op);
    step_op(im, OP_ldc_i4);
    step_op(im, OP_ceq);
    return true;
}

/// The value on top is seen as a byref of another type from here on; no instruction is needed.
static bool retype(Import *im, StackKind kind, Type *type) {
    if (im->depth == 0)
        return true;
    Value *top = &im->stack[im->depth - 1];
    *top = (Value){.kind = kind, .type = type, .non_null = top->non_null};
    return true;
}

static bool fold_unsafe(Import *im, FoldId id, const Method *method) {
    Type *type = type_argument(method, 0);
    Type *result = method->signature->return_type;
    bool unaligned = id == FOLD_UnsafeReadUnaligned || id == FOLD_UnsafeWriteUnaligned ||
                     id == FOLD_UnsafeCopyBlockUnaligned || id == FOLD_UnsafeInitBlockUnaligned;
    if (id == FOLD_UnsafeAsPointer)
        return step_op(im, OP_conv_u), true;
    if (id == FOLD_UnsafeAs)
        return method->arg_count == 2 ? retype(im, STACK_ByRef, result->element) : false;
    if (id == FOLD_UnsafeAsRef)
        return retype(im, STACK_ByRef, result->element);
    if (id == FOLD_UnsafeSizeOf)
        return constant(im, 0, (int32_t)type_size(im->il->ts, type));
    if (id == FOLD_UnsafeAdd)
        return scaled(im, method, OP_add);
    if (id == FOLD_UnsafeSubtract)
        return scaled(im, method, OP_sub);
    if (id == FOLD_UnsafeAddByteOffset)
        return step_op(im, OP_add), true;
    if (id == FOLD_UnsafeSubtractByteOffset)
        return step_op(im, OP_sub), true;
    if (id == FOLD_UnsafeByteOffset)
        return step_op(im, OP_sub), step_op(im, OP_neg), true; // (a, b): b - a
    if (id == FOLD_UnsafeAreSame)
        return step_op(im, OP_ceq), true;
    if (id == FOLD_UnsafeIsAddressGreaterThan)
        return step_op(im, OP_cgt_un), true;
    if (id == FOLD_UnsafeIsAddressLessThan)
        return step_op(im, OP_clt_un), true;
    if (id == FOLD_UnsafeIsAddressGreaterThanOrEqualTo)
        return negated(im, OP_clt_un);
    if (id == FOLD_UnsafeIsAddressLessThanOrEqualTo)
        return negated(im, OP_cgt_un);
    if (id == FOLD_UnsafeCopy)
        return step_type(im, OP_ldobj, type), step_type(im, OP_stobj, type), true;
    if (id == FOLD_UnsafeCopyBlock || id == FOLD_UnsafeCopyBlockUnaligned)
        return step_prefixed(im, OP_cpblk, NULL, unaligned), true;
    if (id == FOLD_UnsafeInitBlock || id == FOLD_UnsafeInitBlockUnaligned)
        return step_prefixed(im, OP_initblk, NULL, unaligned), true;
    if (id == FOLD_UnsafeRead || id == FOLD_UnsafeReadUnaligned)
        return step_prefixed(im, OP_ldobj, type, unaligned), true;
    if (id == FOLD_UnsafeWrite || id == FOLD_UnsafeWriteUnaligned)
        return step_prefixed(im, OP_stobj, type, unaligned), true;
    if (id == FOLD_UnsafeSkipInit)
        return drop(im, 1);
    if (id == FOLD_UnsafeUnbox)
        return step_type(im, OP_unbox, type), true;
    if (id == FOLD_UnsafeNullRef) {
        step_op(im, OP_ldc_i4);
        step_op(im, OP_conv_u);
        return retype(im, STACK_ByRef, type);
    }
    if (id == FOLD_UnsafeIsNullRef) {
        step_op(im, OP_ldc_i4);
        step_op(im, OP_conv_u);
        step_op(im, OP_ceq);
        return true;
    }
    return false;
}

// ---- RVA data -----------------------------------------------------------------------------------

static bool fold_initialize_array(Import *im) {
    Value handle = peek(im, 0);
    if (handle.known != KNOWN_FieldHandle || !handle.field->def->has_rva)
        return false;
    drop(im, 1);
    step(im, &(Instruction){.op = OP_initialize_array, .offset = im->offset, .field = handle.field});
    return true;
}

static bool fold_create_span(Import *im, const Method *method) {
    Value handle = peek(im, 0);
    if (handle.known != KNOWN_FieldHandle || !handle.field->def->has_rva)
        return false;
    drop(im, 1);
    emit(im, (Instruction){.op = OP_create_span, .field = handle.field, .type2 = type_argument(method, 0)});
    push(im, value_of_type(im->il, method->signature->return_type));
    return true;
}

// ---- Comparers ----------------------------------------------------------------------------------

typedef struct ComparerKinds {
    WellKnownType nullable, enumeration, generic, object, contract;
} ComparerKinds;
static const ComparerKinds equality_kinds = {
    WELL_KNOWN_TYPE_NullableEqualityComparer, WELL_KNOWN_TYPE_EnumEqualityComparer,
    WELL_KNOWN_TYPE_GenericEqualityComparer, WELL_KNOWN_TYPE_ObjectEqualityComparer,
    WELL_KNOWN_TYPE_IEquatableOfT};
static const ComparerKinds order_kinds = {WELL_KNOWN_TYPE_NullableComparer, WELL_KNOWN_TYPE_EnumComparer,
                                          WELL_KNOWN_TYPE_GenericComparer, WELL_KNOWN_TYPE_ObjectComparer,
                                          WELL_KNOWN_TYPE_IComparableOfT};

static Type *instance_of(Il *il, WellKnownType definition, Type *argument) {
    Failure failure = {0};
    return type_instantiate(il->ts, well_known_type(il->ts, definition)->def, &argument, 1, &failure);
}

/// T : IEquatable<T> / IComparable<T>.
static bool implements_own(Il *il, Type *type, WellKnownType contract) {
    Type *interface = instance_of(il, contract, type);
    return interface && type_is_castable_to(il->ts, type, interface);
}

/// Corelib-contract 5.2: the one comparer class for T.
static Type *comparer_type(Il *il, Type *type, const ComparerKinds *kinds) {
    bool is_equality = kinds == &equality_kinds;
    if (is_equality && type == il->string)
        return well_known_type(il->ts, WELL_KNOWN_TYPE_StringEqualityComparer);
    if (type->kind == TYPE_Named && type->def->is_nullable)
        return instance_of(il, kinds->nullable, type->args[0]);
    if (type->kind == TYPE_Named && type->def->is_enum)
        return instance_of(il, kinds->enumeration, type);
    return instance_of(il, implements_own(il, type, kinds->contract) ? kinds->generic : kinds->object, type);
}

static bool fold_comparer(Import *im, const Method *method, const ComparerKinds *kinds) {
    if (method->signature->param_count || method->owner->arg_count != 1)
        return false; // Create(Func, Func)
    Type *type = comparer_type(im->il, method->owner->args[0], kinds);
    Type *argument = method->owner->args[0];
    bool named = argument->kind == TYPE_Named;
    if (named && argument->def->is_placeholder)
        return false; // asked at run time
    if (!type)
        return false;
    const Method *constructor = type_find_default_constructor(im->il->ts, type);
    if (!constructor)
        return false;
    step(im, &(Instruction){.op = OP_newobj, .offset = im->offset, .method = constructor});
    return true;
}

/// The generic helper that StructOnlyEquals<T> stands for (data/intrinsics-must-expand.tsv).
static bool fold_struct_equals(Import *im, const Method *method) {
    Il *il = im->il;
    Type *type = type_argument(method, 0);
    if (!type || !type->is_value_type || type->kind != TYPE_Named)
        return false;
    const char *name = "StructOnlyNormalEquals";
    Type *argument = type;
    if (type->def->is_enum)
        name = "EnumOnlyEquals";
    // Of the arguments of canonical code only Nullable<U> can be named, not U.
    else if (type->def->is_nullable && !type->has_placeholder &&
             implements_own(il, type->args[0], WELL_KNOWN_TYPE_IEquatableOfT))
        name = "StructOnlyEqualsNullable", argument = type->args[0];
    else if (implements_own(il, type, WELL_KNOWN_TYPE_IEquatableOfT))
        name = "StructOnlyEqualsIEquatable";
    Method *definition = type_find_method(il->ts, method->owner, name, NULL);
    Failure failure = {0};
    Method *target = definition
                         ? method_instantiate(il->ts, definition->def, method->owner, &argument, 1, &failure)
                         : NULL;
    if (!target)
        return false;
    step_call_to(im, target);
    return true;
}

// ---- Constructors, caller's identity ------------------------------------------------------------

static const Method *public_constructor(TypeSystem *ts, Type *type) {
    enum { METHOD_AccessMask = 0x7, METHOD_Public = 0x6 }; // II.23.1.10
    if (type->kind != TYPE_Named || type->def->is_abstract || type->def->is_interface)
        return NULL;
    const Method *found = type_find_default_constructor(ts, type);
    return found && (found->def->flags & METHOD_AccessMask) == METHOD_Public ? found : NULL;
}

static bool fold_default_constructor(Import *im, const Method *method) {
    TypeSystem *ts = im->il->ts;
    Type *type = type_argument(method, 0);
    const Method *constructor = public_constructor(ts, type);
    // A struct without a constructor: Object's does nothing with its argument, as
    // CallDefaultStructConstructor needs.
    if (!constructor && type->is_value_type)
        constructor = type_find_default_constructor(ts, im->il->object);
    if (!constructor)
        constructor = well_known_method(ts, WELL_KNOWN_METHOD_MissingConstructorMethod);
    step(im, &(Instruction){.op = OP_ldftn, .offset = im->offset, .method = constructor});
    return true;
}

/// Activator.CreateInstance<T> of a class that is chosen at run time.
static bool fold_create_instance(Import *im, const Method *method) {
    Type *type = type_argument(method, 0);
    if (!type || method->signature->param_count || type->kind != TYPE_Named || !type->def->is_placeholder)
        return false;
    step_type(im, OP_ldtype, type);
    step_integer(im, OP_ldc_i4, 0);
    step_call_to(im, well_known_method(im->il->ts, WELL_KNOWN_METHOD_CreateInstanceOfType));
    return true;
}

static bool fold_executing_assembly(Import *im) {
    if (!im->code->module)
        return false;
    TypeDef *module_type = type_def_get(im->il->ts, im->code->module, 1); // II.22.37: row 1 is <Module>
    if (!module_type)
        return false;
    step_type(im, OP_ldtoken, type_from_def(im->il->ts, module_type));
    step_call_to(im, well_known_method(im->il->ts, WELL_KNOWN_METHOD_GetExecutingAssembly));
    return true;
}

static bool fold_current_method(Import *im) {
    const Method *caller = im->code->method;
    if (!caller->def || caller->synthetic != SYNTHETIC_None)
        return false;
    step(im, &(Instruction){.op = OP_ldtoken_method, .offset = im->offset, .method = caller});
    bool generic = caller->owner->arg_count > 0;
    if (generic)
        step_type(im, OP_ldtoken, caller->owner);
    step_call_to(im, well_known_method(im->il->ts, generic ? WELL_KNOWN_METHOD_GetCurrentMethodGeneric
                                                           : WELL_KNOWN_METHOD_GetCurrentMethodNonGeneric));
    return true;
}

/// Type.GetType(name[, throwOnError[, ignoreCase]]) looks in the caller's assembly too: it is passed along
/// when the flags are constants.
static bool fold_get_type(Import *im, const Method *method) {
    uint32_t count = method->signature->param_count;
    if (method->signature->has_this || count == 0 || count > 3 || !im->code->module)
        return false;
    int32_t flags[2] = {0, 0};
    for (uint32_t i = 1; i < count; i++) {
        Value flag = peek(im, count - 1 - i);
        if (!value_is_int(&flag))
            return false;
        flags[i - 1] = (int32_t)flag.integer;
    }
    drop(im, count - 1);
    step(im, &(Instruction){.op = OP_ldstr,
                            .offset = im->offset,
                            .string = text_to_utf16(im->il->program, im->code->module->name)});
    step_integer(im, OP_ldc_i4, flags[0]);
    step_integer(im, OP_ldc_i4, flags[1]);
    step_call_to(im, well_known_method(im->il->ts, WELL_KNOWN_METHOD_ReflectionGetType));
    return true;
}

/// Double.ConvertToIntegerNative<T> for a primitive T: conversions saturate here, which the platform's may
/// do.
static bool fold_convert_native(Import *im, const Method *method) {
    static const struct {
        ElementType element;
        Opcode op;
    } conversions[] = {
        {ELEMENT_TYPE_I1, OP_conv_i1}, {ELEMENT_TYPE_U1, OP_conv_u1},   {ELEMENT_TYPE_I2, OP_conv_i2},
        {ELEMENT_TYPE_U2, OP_conv_u2}, {ELEMENT_TYPE_CHAR, OP_conv_u2}, {ELEMENT_TYPE_I4, OP_conv_i4},
        {ELEMENT_TYPE_U4, OP_conv_u4}, {ELEMENT_TYPE_I8, OP_conv_i8},   {ELEMENT_TYPE_U8, OP_conv_u8},
        {ELEMENT_TYPE_I, OP_conv_i},   {ELEMENT_TYPE_U, OP_conv_u},
    };
    Type *type = type_argument(method, 0);
    for (size_t i = 0; type && i < sizeof conversions / sizeof *conversions; i++)
        if (type->element_type == conversions[i].element && type->kind == TYPE_Named)
            return step_op(im, conversions[i].op), true;
    return false;
}

static bool fold_throw_if_null(Import *im, const Method *method) {
    Value argument = peek(im, method->signature->param_count - 1);
    return argument.kind == STACK_Object && argument.non_null && drop(im, method->signature->param_count);
}

bool type_is_bitwise_equatable(Il *il, Type *type) {
    if (type->kind == TYPE_Pointer || type->kind == TYPE_FunctionPointer)
        return true;
    if (type->kind != TYPE_Named || !type->is_value_type)
        return false;
    StackKind kind = value_of_type(il, type).kind;
    return kind == STACK_Int32 || kind == STACK_Int64 || kind == STACK_NativeInt;
}

/// SR accessors (reach.md 2.1.4).
static bool fold_resource_string(Import *im, const Method *method) {
    Utf16 text;
    if (!il_resource_string(im->il, method, &text))
        return false;
    step(im, &(Instruction){.op = OP_ldstr, .offset = im->offset, .string = text});
    return true;
}

static bool fold_other(Import *im, FoldId id, const Method *method) {
    Il *il = im->il;
    if (id == FOLD_IsReferenceOrContainsReferences)
        return constant(im, 0, type_has_references(il->ts, type_argument(method, 0)));
    if (id == FOLD_IsBitwiseEquatable)
        return constant(im, 0, type_is_bitwise_equatable(il, type_argument(method, 0)));
    if (id == FOLD_IsKnownConstant)
        return constant(im, 1, 0);
    if (id == FOLD_InitializeArray)
        return fold_initialize_array(im);
    if (id == FOLD_CreateSpan)
        return fold_create_span(im, method);
    if (id == FOLD_ObjectReferenceEquals)
        return step_op(im, OP_ceq), true;
    if (id == FOLD_ThrowIfNull)
        return fold_throw_if_null(im, method);
    if (id == FOLD_CreateInstanceOfT)
        return fold_create_instance(im, method);
    if (id == FOLD_DefaultConstructorOf)
        return fold_default_constructor(im, method);
    if (id == FOLD_EqualityComparerCreate)
        return fold_comparer(im, method, &equality_kinds);
    if (id == FOLD_ComparerCreate)
        return fold_comparer(im, method, &order_kinds);
    if (id == FOLD_EnumOnlyEquals) {
        Type *type = type_argument(method, 0);
        return type && type_is_bitwise_equatable(il, type) && (step_op(im, OP_ceq), true);
    }
    if (id == FOLD_StructOnlyEquals)
        return fold_struct_equals(im, method);
    if (id == FOLD_GetExecutingAssembly)
        return fold_executing_assembly(im);
    if (id == FOLD_GetCurrentMethod)
        return fold_current_method(im);
    if (id == FOLD_TypeGetType)
        return fold_get_type(im, method);
    if (id == FOLD_DebugBreak)
        return step_op(im, OP_break), true;
    if (id == FOLD_SupportsRelativePointers)
        return constant(im, 0, 1);
    if (id == FOLD_StackTraceHiddenMetadataPresent)
        return constant(im, 0, 0);
    if (id == FOLD_HasDictionarySlot)
        return constant(im, 1, 0); // code finds its types without one
    if (id == FOLD_GetCanonType)
        return step_type(im, OP_ldtoken, well_known_type(il->ts, WELL_KNOWN_TYPE_Canon)), true;
    if (id == FOLD_HasOverriddenBeginEndRead || id == FOLD_HasOverriddenBeginEndWrite)
        return constant(im, 1, 1);
    if (id == FOLD_DoubleConvertToIntegerNative || id == FOLD_SingleConvertToIntegerNative)
        return fold_convert_native(im, method);
    if (id >= FOLD_VectorIsHardwareAccelerated)
        return constant(im, 0, hardware_answer(im->il, method, im->code->method));
    return false;
}

bool fold_call(Import *im, const Method *method, bool is_virtual) {
    FoldId id = fold_find(im->il, method);
    if (id == FOLD_None) {
        int answer = hardware_answer(im->il, method, im->code->method);
        if (answer >= 0)
            return constant(im, 0, answer);
        return !is_virtual && fold_resource_string(im, method);
    }
    if (id <= FOLD_UnsafeUnbox)
        return fold_unsafe(im, id, method);
    return fold_type_call(im, id, method) || fold_other(im, id, method);
}
