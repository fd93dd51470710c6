// Bodies of methods that have no IL: which builder makes them; the short ones themselves.
#include "il/marshal.h"

/// `this` is the box: its value lies 8 bytes behind the MethodTable pointer (code generation makes this one
/// in assembly).
static Code *unboxing_stub(Il *il, const Method *method, Arena *arena) {
    Builder b = code_builder_start(il, method, arena);
    b.code->args[0] = il->object;
    build_index(&b, OP_ldarg, 0);
    build_type(&b, OP_unbox, method->owner);
    for (uint32_t i = 1; i < b.code->arg_count; i++)
        build_index(&b, OP_ldarg, i);
    build_method(&b, OP_call, method->synthetic_method);
    build(&b, OP_ret);
    return code_builder_finish(&b);
}

/// Native entry: the transition around this body belongs to code generation (corelib-contract 7.3).
static Code *unmanaged_entry(Il *il, const Method *method, Arena *arena) {
    Builder b = code_builder_start(il, method, arena);
    for (uint32_t i = 0; i < b.code->arg_count; i++)
        build_index(&b, OP_ldarg, i);
    build_method(&b, OP_call, method->synthetic_method);
    build(&b, OP_ret);
    return code_builder_finish(&b);
}

/// Code that nothing can reach, or an interface method without a single implementation.
static Code *throw_body(Il *il, const Method *method, Arena *arena, WellKnownMethod helper) {
    Builder b = code_builder_start(il, method, arena);
    build_method(&b, OP_call, well_known_method(il->ts, helper));
    build(&b, OP_unreachable);
    return code_builder_finish(&b);
}

static Code *throw_new(Il *il, const Method *method, Arena *arena, WellKnownType exception) {
    Builder b = code_builder_start(il, method, arena);
    Type *type = well_known_type(il->ts, exception);
    build_method(&b, OP_newobj, type_find_default_constructor(il->ts, type));
    build(&b, OP_throw);
    return code_builder_finish(&b);
}

/// In a table instead of code: no or several default methods; an instance that the limit on generic recursion
/// has cut.
static Code *missing_target(Il *il, const Method *method, Arena *arena, const Failure **failure) {
    const Method *wanted = method->synthetic_method;
    Method *found = NULL;
    bool is_interface = wanted->owner->def && wanted->owner->def->is_interface;
    if (is_interface && wanted->synthetic == SYNTHETIC_None) {
        ResolveKind kind = type_resolve_interface(il->ts, method->owner, (Method *)wanted, &found);
        if (kind == RESOLVE_Ambiguous)
            return throw_new(il, method, arena, WELL_KNOWN_TYPE_AmbiguousImplementationException);
        if (kind == RESOLVE_Reabstracted)
            return throw_new(il, method, arena, WELL_KNOWN_TYPE_EntryPointNotFoundException);
    }
    if (wanted->def && wanted->def->is_abstract)
        return throw_body(il, method, arena, WELL_KNOWN_METHOD_ThrowBodyRemoved);
    *failure = failure_make(arena, FAILURE_TypeLoad, "");
    return NULL;
}

/// __GetFieldHelper(index, out MethodTable*) (corelib-contract 1.8): the offset of field `index` from the
/// first field, its type through the pointer; -1 asks for the number of fields.
Code *synth_field_helper(Il *il, const Method *method, Arena *arena) {
    TypeSystem *ts = il->ts;
    uint32_t count, used = 0;
    Field *const *fields = type_fields(ts, method->owner, &count);
    Builder b = code_builder_start(il, method, arena);
    const Method *of = well_known_method(ts, WELL_KNOWN_METHOD_MethodTableOf);
    uint32_t *labels = ARENA_ARRAY(arena, uint32_t, count);
    for (uint32_t i = 0; i < count; i++)
        if (!fields[i]->def->is_static)
            labels[used++] = code_builder_new_label(&b);
    build_index(&b, OP_ldarg, 1);
    build_switch(&b, labels, used);
    build_integer(&b, OP_ldc_i4, used);
    build(&b, OP_ret);
    for (uint32_t i = 0, index = 0; i < count; i++) {
        if (fields[i]->def->is_static)
            continue;
        Type *type = fields[i]->type;
        Failure failure = {0};
        if (type_is_reference(type))
            type = il->object;
        else if (type->kind == TYPE_Pointer || type->kind == TYPE_FunctionPointer)
            type = il->native_int;
        else if (type->kind == TYPE_Named && type->def->is_enum)
            type = type_enum_underlying(ts, type);
        code_builder_mark(&b, labels[index++]);
        build_index(&b, OP_ldarg, 2);
        build_method(&b, OP_call, method_instantiate(ts, of->def, of->owner, &type, 1, &failure));
        build(&b, OP_stind_i);
        build_integer(&b, OP_ldc_i4, field_offset(ts, fields[i]));
        build(&b, OP_ret);
    }
    return code_builder_finish(&b);
}

/// Array accessors (II.14.2) over the object's memory: lengths at 16, lower bounds at 16 + 4 * rank, then the
/// elements. Offsets below are from the first field (object + 8).
typedef struct ArrayBody {
    Builder b;
    Type *array;
    uint32_t data;   // local: address of the first field
    uint32_t offset; // local: element number so far
    uint32_t fail;   // label
} ArrayBody;

static void load_int(ArrayBody *a, uint32_t offset) {
    build_index(&a->b, OP_ldloc, a->data);
    build_integer(&a->b, OP_ldc_i4, offset);
    build(&a->b, OP_add);
    build(&a->b, OP_ldind_i4);
}

static void array_dimension(ArrayBody *a, uint32_t dimension) {
    Builder *b = &a->b;
    uint32_t rank = a->array->rank, position = code_builder_local(b, a->b.il->int32);
    build_index(b, OP_ldarg, dimension + 1);
    load_int(a, 8 + 4 * rank + 4 * dimension);
    build(b, OP_sub);
    build_index(b, OP_stloc, position);
    build_index(b, OP_ldloc, position);
    load_int(a, 8 + 4 * dimension);
    build_branch(b, OP_bge_un, a->fail);
    build_index(b, OP_ldloc, a->offset);
    load_int(a, 8 + 4 * dimension);
    build(b, OP_conv_i);
    build(b, OP_mul);
    build_index(b, OP_ldloc, position);
    build(b, OP_conv_i);
    build(b, OP_add);
    build_index(b, OP_stloc, a->offset);
}

/// A reference may be stored through Address only if the array's element type is exactly T (III.4.9).
static void array_type_check(ArrayBody *a) {
    Builder *b = &a->b;
    TypeSystem *ts = b->ts;
    Failure failure = {0};
    const Method *of = well_known_method(ts, WELL_KNOWN_METHOD_MethodTableOf);
    uint32_t same = code_builder_new_label(b);
    build_index(b, OP_ldarg, 0);
    build_method(b, OP_call, well_known_method(ts, WELL_KNOWN_METHOD_GetMethodTable));
    build_integer(b, OP_ldc_i4, 8); // related type of the array's MethodTable
    build(b, OP_add);
    build(b, OP_ldind_i);
    build_method(b, OP_call, method_instantiate(ts, of->def, of->owner, &a->array->element, 1, &failure));
    build_branch(b, OP_beq, same);
    build_method(b, OP_call, well_known_method(ts, WELL_KNOWN_METHOD_ThrowArrayTypeMismatchException));
    code_builder_mark(b, same);
}

Code *synth_array(Il *il, const Method *method, Arena *arena) {
    ArrayBody a = {.b = code_builder_start(il, method, arena), .array = method->owner};
    Builder *b = &a.b;
    uint32_t rank = a.array->rank;
    Type *element = a.array->element;
    a.data = code_builder_local(b, type_byref(il->ts, type_primitive(il->ts, ELEMENT_TYPE_U1)));
    a.offset = code_builder_local(b, il->native_int);
    a.fail = code_builder_new_label(b);
    build_index(b, OP_ldarg, 0);
    build_method(b, OP_call, well_known_method(il->ts, WELL_KNOWN_METHOD_GetRawData));
    build_index(b, OP_stloc, a.data);
    for (uint32_t i = 0; i < rank; i++)
        array_dimension(&a, i);
    if (method->synthetic == SYNTHETIC_ArraySet && type_is_reference(element)) {
        build_index(b, OP_ldarg, 0);
        build_index(b, OP_ldarg, rank + 1);
        build_method(b, OP_call, well_known_method(il->ts, WELL_KNOWN_METHOD_CheckArrayStore));
    }
    if (method->synthetic == SYNTHETIC_ArrayAddress && type_is_reference(element))
        array_type_check(&a);
    build_index(b, OP_ldloc, a.data);
    build_integer(b, OP_ldc_i4, 8 + 8 * (int64_t)rank);
    build(b, OP_add);
    build_index(b, OP_ldloc, a.offset);
    build_integer(b, OP_ldc_i4, type_size(il->ts, element));
    build(b, OP_conv_i);
    build(b, OP_mul);
    build(b, OP_add);
    if (method->synthetic == SYNTHETIC_ArrayGet)
        build_type(b, OP_ldobj, element);
    if (method->synthetic == SYNTHETIC_ArraySet) {
        build_index(b, OP_ldarg, rank + 1);
        build_type(b, OP_stobj, element);
    }
    build(b, OP_ret);
    code_builder_mark(b, a.fail);
    build_method(b, OP_call, well_known_method(il->ts, WELL_KNOWN_METHOD_ThrowIndexOutOfRangeException));
    build(b, OP_unreachable);
    return code_builder_finish(b);
}

static Code *ordinary_code(Il *il, const Method *method, Arena *arena, const Failure **failure) {
    const MethodDef *def = method->def;
    Bytes blob;
    if (def && def->owner->is_delegate && def->is_runtime) {
        if (text_equal_z(def->name, "Invoke"))
            return synth_delegate(il, method, arena);
        return throw_body(il, method, arena,
                          WELL_KNOWN_METHOD_ThrowPlatformNotSupportedException); // BeginInvoke, EndInvoke
    }
    if (def && def->is_pinvoke)
        return synth_pinvoke(il, method, arena);
    if (def && attribute_find(def->owner->module, token_make(TABLE_MethodDef, def->rid),
                              "System.Runtime.CompilerServices", "UnsafeAccessorAttribute", &blob))
        return synth_accessor(il, method, arena, failure);
    if (def && def->is_internal_call && def->owner->element_type == ELEMENT_TYPE_STRING)
        return throw_body(il, method, arena,
                          WELL_KNOWN_METHOD_ThrowBodyRemoved); // String..ctor: callers use Ctor
    *failure = failure_make(
        arena, FAILURE_TypeLoad,
        arena_format(arena, "%.*s", TEXT_ARG(method->owner->def ? method->owner->def->name : method->name)));
    return NULL;
}

Code *synth_code(Il *il, const Method *method, Arena *arena, const Failure **failure) {
    switch (method->synthetic) {
    case SYNTHETIC_None: return ordinary_code(il, method, arena, failure);
    case SYNTHETIC_ArrayGet:
    case SYNTHETIC_ArraySet:
    case SYNTHETIC_ArrayAddress: return synth_array(il, method, arena);
    case SYNTHETIC_UnboxingStub: return unboxing_stub(il, method, arena);
    case SYNTHETIC_GetFieldHelper: return synth_field_helper(il, method, arena);
    case SYNTHETIC_DelegateInvoke:
    case SYNTHETIC_DelegateGetThunk:
    case SYNTHETIC_DelegateMulticast:
    case SYNTHETIC_DelegateClosedStatic:
    case SYNTHETIC_DelegateOpenStatic:
    case SYNTHETIC_DelegateOpenInstance:
    case SYNTHETIC_DelegateObjectArray: return synth_delegate(il, method, arena);
    case SYNTHETIC_StartupMain: return synth_startup(il, method, arena, failure);
    case SYNTHETIC_LibraryStartup: return synth_library_startup(il, method, arena);
    case SYNTHETIC_UnmanagedEntry: return unmanaged_entry(il, method, arena);
    case SYNTHETIC_ReverseDelegate:
    case SYNTHETIC_ReverseOpenDelegate: return synth_reverse_delegate(il, method, arena);
    case SYNTHETIC_ForwardDelegate: return synth_forward_delegate(il, method, arena);
    case SYNTHETIC_DelegateFromNative: return synth_delegate_from_native(il, method, arena);
    case SYNTHETIC_StructToNative:
    case SYNTHETIC_StructToManaged:
    case SYNTHETIC_StructCleanup: return synth_struct_stub(il, method, arena);
    case SYNTHETIC_NativeCalli: return synth_native_calli(il, method, arena);
    case SYNTHETIC_DynamicInvoke: return synth_dynamic_invoke(il, method, arena);
    case SYNTHETIC_DynamicDispatch: return synth_dynamic_dispatch(il, method, arena);
    case SYNTHETIC_ArrayCtor: // newobj allocates; there is no constructor code
    case SYNTHETIC_ContextStub:
    case SYNTHETIC_StaticVirtual:
    case SYNTHETIC_InterfaceSwitch: return NULL; // no bodies
    case SYNTHETIC_ThrowBody: return missing_target(il, method, arena, failure);
    }
    return NULL;
}
