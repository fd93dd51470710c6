// Which CoreLib helpers generated code may call for an instruction (corelib-contract.md 5.3). reach/ marks
// them, lower/ asserts that it calls no others: the table is the contract between the two.
#include "reach/world.h"

typedef struct HelperList {
    WellKnownMethod *items;
    uint32_t count;
} HelperList;

static void add(HelperList *list, WellKnownMethod helper) {
    for (uint32_t i = 0; i < list->count; i++)
        if (list->items[i] == helper)
            return;
    if (list->count < HELPERS_MAX)
        list->items[list->count++] = helper;
}

typedef enum HelperClass {
    HELPERS_None,
    HELPERS_NullCheck,
    HELPERS_Bounds, // array access: null and range
    HELPERS_Overflow,
    HELPERS_Divide,       // by zero, or the most negative number by -1
    HELPERS_ConvertInt32, // checked conversions: the operand may be floating point
    HELPERS_ConvertUInt32,
    HELPERS_ConvertInt64,
    HELPERS_ConvertUInt64,
    HELPERS_Cast, // castclass and the reference form of unbox.any
    HELPERS_IsInst,
    HELPERS_Unbox,
    HELPERS_UnboxAny,
    HELPERS_Box,
    HELPERS_ElementAddress,
    HELPERS_StoreElement,
    HELPERS_StaticField,
    HELPERS_NewObject,
    HELPERS_Delegate,
    HELPERS_Native,
    HELPERS_RefAny,
    HELPERS_RefAnyType,
    HELPERS_Failure,
    HELPERS_Intrinsic,
} HelperClass;

static const uint8_t classes[OP_COUNT] = {
    [OP_callvirt] = HELPERS_NullCheck,
    [OP_null_check] = HELPERS_NullCheck,
    [OP_invoke_delegate] = HELPERS_NullCheck,
    [OP_ldvirtftn] = HELPERS_NullCheck,
    [OP_call] = HELPERS_NullCheck,
    [OP_ldfld] = HELPERS_NullCheck,
    [OP_ldflda] = HELPERS_NullCheck,
    [OP_stfld] = HELPERS_NullCheck,
    [OP_ldlen] = HELPERS_NullCheck,
    [OP_throw] = HELPERS_NullCheck,
    [OP_ldobj] = HELPERS_NullCheck,
    [OP_stobj] = HELPERS_NullCheck,
    [OP_cpobj] = HELPERS_NullCheck,
    [OP_initobj] = HELPERS_NullCheck,
    [OP_cpblk] = HELPERS_NullCheck,
    [OP_initblk] = HELPERS_NullCheck,
    [OP_ldind_i1] = HELPERS_NullCheck,
    [OP_ldind_u1] = HELPERS_NullCheck,
    [OP_ldind_i2] = HELPERS_NullCheck,
    [OP_ldind_u2] = HELPERS_NullCheck,
    [OP_ldind_i4] = HELPERS_NullCheck,
    [OP_ldind_u4] = HELPERS_NullCheck,
    [OP_ldind_i8] = HELPERS_NullCheck,
    [OP_ldind_i] = HELPERS_NullCheck,
    [OP_ldind_r4] = HELPERS_NullCheck,
    [OP_ldind_r8] = HELPERS_NullCheck,
    [OP_ldind_ref] = HELPERS_NullCheck,
    [OP_stind_ref] = HELPERS_NullCheck,
    [OP_stind_i1] = HELPERS_NullCheck,
    [OP_stind_i2] = HELPERS_NullCheck,
    [OP_stind_i4] = HELPERS_NullCheck,
    [OP_stind_i8] = HELPERS_NullCheck,
    [OP_stind_i] = HELPERS_NullCheck,
    [OP_stind_r4] = HELPERS_NullCheck,
    [OP_stind_r8] = HELPERS_NullCheck,
    [OP_initialize_array] = HELPERS_NullCheck,
    [OP_new_delegate_virtual] = HELPERS_Delegate,
    [OP_new_delegate] = HELPERS_Delegate,
    [OP_ldelem] = HELPERS_Bounds,
    [OP_stelem] = HELPERS_StoreElement,
    [OP_ldelema] = HELPERS_ElementAddress,
    [OP_add_ovf] = HELPERS_Overflow,
    [OP_add_ovf_un] = HELPERS_Overflow,
    [OP_sub_ovf] = HELPERS_Overflow,
    [OP_sub_ovf_un] = HELPERS_Overflow,
    [OP_mul_ovf] = HELPERS_Overflow,
    [OP_mul_ovf_un] = HELPERS_Overflow,
    [OP_ckfinite] = HELPERS_Overflow,
    [OP_newarr] = HELPERS_Overflow,
    [OP_localloc] = HELPERS_Overflow,
    [OP_div] = HELPERS_Divide,
    [OP_div_un] = HELPERS_Divide,
    [OP_rem] = HELPERS_Divide,
    [OP_rem_un] = HELPERS_Divide,
    [OP_conv_ovf_i1] = HELPERS_ConvertInt32,
    [OP_conv_ovf_u1] = HELPERS_ConvertInt32,
    [OP_conv_ovf_i2] = HELPERS_ConvertInt32,
    [OP_conv_ovf_u2] = HELPERS_ConvertInt32,
    [OP_conv_ovf_i4] = HELPERS_ConvertInt32,
    [OP_conv_ovf_u4] = HELPERS_ConvertUInt32,
    [OP_conv_ovf_i8] = HELPERS_ConvertInt64,
    [OP_conv_ovf_i] = HELPERS_ConvertInt64,
    [OP_conv_ovf_u8] = HELPERS_ConvertUInt64,
    [OP_conv_ovf_u] = HELPERS_ConvertUInt64,
    [OP_conv_ovf_i1_un] = HELPERS_ConvertInt32,
    [OP_conv_ovf_u1_un] = HELPERS_ConvertInt32,
    [OP_conv_ovf_i2_un] = HELPERS_ConvertInt32,
    [OP_conv_ovf_u2_un] = HELPERS_ConvertInt32,
    [OP_conv_ovf_i4_un] = HELPERS_ConvertInt32,
    [OP_conv_ovf_u4_un] = HELPERS_ConvertUInt32,
    [OP_conv_ovf_i8_un] = HELPERS_ConvertInt64,
    [OP_conv_ovf_i_un] = HELPERS_ConvertInt64,
    [OP_conv_ovf_u8_un] = HELPERS_ConvertUInt64,
    [OP_conv_ovf_u_un] = HELPERS_ConvertUInt64,
    [OP_castclass] = HELPERS_Cast,
    [OP_isinst] = HELPERS_IsInst,
    [OP_unbox] = HELPERS_Unbox,
    [OP_unbox_any] = HELPERS_UnboxAny,
    [OP_box] = HELPERS_Box,
    [OP_ldsfld] = HELPERS_StaticField,
    [OP_ldsflda] = HELPERS_StaticField,
    [OP_stsfld] = HELPERS_StaticField,
    [OP_newobj] = HELPERS_NewObject,
    [OP_native_call] = HELPERS_Native,
    [OP_refanyval] = HELPERS_RefAny,
    [OP_refanytype] = HELPERS_RefAnyType,
    [OP_throw_failure] = HELPERS_Failure,
    [OP_intrinsic] = HELPERS_Intrinsic,
};

typedef enum CastShape { CAST_Class, CAST_Interface, CAST_Any } CastShape;

/// Which of the three cast helpers fits a target type (corelib-contract 5.3).
static CastShape cast_shape(const Type *type) {
    if (type->kind != TYPE_Named || type->def->is_placeholder)
        return CAST_Any;
    if (type->arg_count && (type_def_is_variant(type->def) || type_def_is_array_interface(type->def)))
        return CAST_Any;
    return type->def->is_interface ? CAST_Interface : CAST_Class;
}

static void add_cast(HelperList *list, const Type *type) {
    static const WellKnownMethod helpers[] = {WELL_KNOWN_METHOD_CheckCastClass,
                                              WELL_KNOWN_METHOD_CheckCastInterface,
                                              WELL_KNOWN_METHOD_CheckCastAny};
    add(list, helpers[cast_shape(type)]);
}

static void add_is_instance(HelperList *list, const Type *type) {
    static const WellKnownMethod helpers[] = {WELL_KNOWN_METHOD_IsInstanceOfClass,
                                              WELL_KNOWN_METHOD_IsInstanceOfInterface,
                                              WELL_KNOWN_METHOD_IsInstanceOfAny};
    add(list, helpers[cast_shape(type)]);
}

static bool is_nullable(const Type *type) {
    return type->kind == TYPE_Named && type->def->is_nullable;
}

static void add_failure(HelperList *list, const Failure *failure) {
    switch (failure->kind) {
    case FAILURE_TypeLoad: add(list, WELL_KNOWN_METHOD_ThrowTypeLoadException); break;
    case FAILURE_MissingMethod: add(list, WELL_KNOWN_METHOD_ThrowMissingMethodException); break;
    case FAILURE_MissingField: add(list, WELL_KNOWN_METHOD_ThrowMissingFieldException); break;
    case FAILURE_FileNotFound: add(list, WELL_KNOWN_METHOD_ThrowFileNotFoundException); break;
    case FAILURE_BadImageFormat: add(list, WELL_KNOWN_METHOD_ThrowBadImageFormatException); break;
    case FAILURE_None:
    case FAILURE_InvalidProgram: add(list, WELL_KNOWN_METHOD_ThrowInvalidProgramException); break;
    }
}

static void add_new_object(HelperList *list, const Method *constructor) {
    if (constructor->owner->kind == TYPE_Array || constructor->owner->kind == TYPE_SzArray) {
        // Rank 1 and given lower bounds are the rare forms (corelib-contract 5.2).
        bool rare =
            constructor->owner->rank <= 1 || constructor->signature->param_count > constructor->owner->rank;
        add(list, rare ? WELL_KNOWN_METHOD_NewObjArrayRare : WELL_KNOWN_METHOD_NewObjArray);
    }
}

/// Static targets are open (all parameters come from Invoke) or closed over the first one
/// (corelib-contract 7.1).
static void add_delegate(HelperList *list, const Instruction *in) {
    add(list, WELL_KNOWN_METHOD_ThrowNullReferenceException);
    if (in->method->signature->has_this) {
        add(list, WELL_KNOWN_METHOD_InitializeClosedInstance);
        return;
    }
    add(list, WELL_KNOWN_METHOD_InitializeOpenStaticThunk);
    add(list, WELL_KNOWN_METHOD_InitializeClosedStaticThunk);
}

static void add_static_field(TypeSystem *ts, HelperList *list, const Instruction *in) {
    if (in->check_cctor)
        add(list, WELL_KNOWN_METHOD_EnsureClassConstructorRun);
    if (field_static_kind(ts, (Field *)in->field) == STATIC_Thread)
        add(list, WELL_KNOWN_METHOD_GetThreadStaticBaseForType);
}

static void add_intrinsic(HelperList *list, Intrinsic intrinsic) {
    add(list, WELL_KNOWN_METHOD_ThrowNullReferenceException);
    if (intrinsic == INTRINSIC_StringChars || intrinsic == INTRINSIC_SpanItem)
        add(list, WELL_KNOWN_METHOD_ThrowIndexOutOfRangeException);
}

static void add_unbox_any(HelperList *list, const Type *type) {
    if (is_nullable(type))
        add(list, WELL_KNOWN_METHOD_RhUnboxNullable);
    else if (type->is_value_type)
        add(list, WELL_KNOWN_METHOD_RhUnbox2);
    else
        add_cast(list, type);
}

static void add_bounds(HelperList *list) {
    add(list, WELL_KNOWN_METHOD_ThrowNullReferenceException);
    add(list, WELL_KNOWN_METHOD_ThrowIndexOutOfRangeException);
}

static void add_convert(HelperList *list, WellKnownMethod from_double) {
    add(list, WELL_KNOWN_METHOD_ThrowOverflowException);
    add(list, from_double);
}

uint32_t reach_helpers_of(TypeSystem *ts, const Body *body, const Instruction *in,
                          WellKnownMethod out[HELPERS_MAX]) {
    (void)body;
    HelperList list = {out, 0};
    switch ((HelperClass)classes[in->op]) {
    case HELPERS_None: break;
    case HELPERS_NullCheck: add(&list, WELL_KNOWN_METHOD_ThrowNullReferenceException); break;
    case HELPERS_Bounds: add_bounds(&list); break;
    case HELPERS_Overflow: add(&list, WELL_KNOWN_METHOD_ThrowOverflowException); break;
    case HELPERS_Divide:
        add(&list, WELL_KNOWN_METHOD_ThrowDivideByZeroException);
        add(&list, WELL_KNOWN_METHOD_ThrowOverflowException);
        break;
    case HELPERS_ConvertInt32: add_convert(&list, WELL_KNOWN_METHOD_ConvertToInt32Checked); break;
    case HELPERS_ConvertUInt32: add_convert(&list, WELL_KNOWN_METHOD_ConvertToUInt32Checked); break;
    case HELPERS_ConvertInt64: add_convert(&list, WELL_KNOWN_METHOD_ConvertToInt64Checked); break;
    case HELPERS_ConvertUInt64: add_convert(&list, WELL_KNOWN_METHOD_ConvertToUInt64Checked); break;
    case HELPERS_Cast: add_cast(&list, in->type); break;
    case HELPERS_IsInst: add_is_instance(&list, is_nullable(in->type) ? in->type->args[0] : in->type); break;
    case HELPERS_Unbox:
        add(&list, is_nullable(in->type) ? WELL_KNOWN_METHOD_RhUnboxNullable : WELL_KNOWN_METHOD_RhUnbox2);
        break;
    case HELPERS_UnboxAny: add_unbox_any(&list, in->type); break;
    case HELPERS_Box:
        if (is_nullable(in->type))
            add(&list, WELL_KNOWN_METHOD_RhBox);
        break;
    case HELPERS_ElementAddress:
        add_bounds(&list);
        if (type_is_reference(in->type) && !(in->prefixes & PREFIX_ReadOnly))
            add(&list, WELL_KNOWN_METHOD_LdelemaRef);
        break;
    case HELPERS_StoreElement:
        add_bounds(&list);
        if (type_is_reference(in->type))
            add(&list, WELL_KNOWN_METHOD_StelemRef);
        break;
    case HELPERS_StaticField: add_static_field(ts, &list, in); break;
    case HELPERS_NewObject: add_new_object(&list, in->method); break;
    case HELPERS_Delegate: add_delegate(&list, in); break;
    case HELPERS_Native: break; // ResolvePInvoke if it is bound lazily: known to il_method_code alone
    case HELPERS_RefAny: add(&list, WELL_KNOWN_METHOD_GetRefAny); break;
    case HELPERS_RefAnyType: add(&list, WELL_KNOWN_METHOD_TypeHandleToRuntimeTypeHandleMaybeNull); break;
    case HELPERS_Failure: add_failure(&list, in->failure); break;
    case HELPERS_Intrinsic: add_intrinsic(&list, in->intrinsic); break;
    }
    return list.count;
}

uint32_t entry_helpers_of(const Body *body, WellKnownMethod out[HELPERS_MAX]) {
    HelperList list = {out, 0};
    if (body->check_cctor)
        add(&list, WELL_KNOWN_METHOD_EnsureClassConstructorRun);
    if (body->failure)
        add_failure(&list, body->failure);
    return list.count;
}

uint32_t reach_entry_helpers_of(const Reach *reach, const Body *body, WellKnownMethod out[HELPERS_MAX]) {
    (void)reach;
    return entry_helpers_of(body, out);
}

const Method *reach_string_factory(TypeSystem *ts, const Method *constructor) {
    Type *string = constructor->owner;
    const Signature *from = constructor->signature;
    uint32_t count;
    Method *const *methods = type_methods(ts, string, &count);
    for (uint32_t i = 0; i < count; i++) {
        const Signature *to = methods[i]->signature;
        if (to->has_this || to->param_count != from->param_count || !text_equal_z(methods[i]->name, "Ctor"))
            continue;
        uint32_t same = 0;
        while (same < from->param_count && to->params[same] == from->params[same])
            same++;
        if (same == from->param_count)
            return methods[i];
    }
    return NULL;
}
