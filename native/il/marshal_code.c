// The code that converts one value between its managed and its native location.
#include "il/marshal.h"

enum { NO_COUNT = UINT32_MAX };

// ---- Places -------------------------------------------------------------------------------------

static void add_offset(Builder *b, uint32_t offset) {
    if (!offset)
        return;
    build_integer(b, OP_ldc_i4, offset);
    build(b, OP_add);
}

void place_address(Builder *b, Place place) {
    switch (place.kind) {
    case PLACE_Local: build_index(b, OP_ldloca, place.index); return;
    case PLACE_Argument: build_index(b, OP_ldarga, place.index); return;
    case PLACE_Memory:
        build_index(b, OP_ldloc, place.index);
        add_offset(b, place.offset);
        return;
    case PLACE_ArgumentMemory:
        build_index(b, OP_ldarg, place.index);
        add_offset(b, place.offset);
        return;
    case PLACE_ArgumentField:
        build_index(b, OP_ldarg, place.index);
        build_field(b, OP_ldflda, place.field);
        return;
    case PLACE_Element:
        build_index(b, OP_ldloc, place.index);
        build_index(b, OP_ldloc, place.offset);
        build_type(b, OP_ldelema, place.element);
        return;
    }
}

void place_load(Builder *b, Place place, Type *type) {
    if (place.kind == PLACE_Local) {
        build_index(b, OP_ldloc, place.index);
    } else if (place.kind == PLACE_Argument) {
        build_index(b, OP_ldarg, place.index);
    } else if (place.kind == PLACE_ArgumentField) {
        build_index(b, OP_ldarg, place.index);
        build_field(b, OP_ldfld, place.field);
    } else {
        place_address(b, place);
        build_type(b, OP_ldobj, type);
    }
}

void place_store(Builder *b, Place place, Type *type) {
    if (place.kind == PLACE_Local) {
        build_index(b, OP_stloc, place.index);
        return;
    }
    uint32_t value = code_builder_local(b, type);
    build_index(b, OP_stloc, value);
    if (place.kind == PLACE_ArgumentField) {
        build_index(b, OP_ldarg, place.index);
        build_index(b, OP_ldloc, value);
        build_field(b, OP_stfld, place.field);
        return;
    }
    place_address(b, place);
    build_index(b, OP_ldloc, value);
    build_type(b, OP_stobj, type);
}

void build_helper(Builder *b, WellKnownMethod id) {
    build_method(b, OP_call, well_known_method(b->ts, id));
}

void build_helper_of(Builder *b, WellKnownMethod id, Type *argument) {
    const Method *definition = well_known_method(b->ts, id);
    Failure failure = {0};
    build_method(b, OP_call,
                 method_instantiate(b->ts, definition->def, definition->owner, &argument, 1, &failure));
}

void build_new(Builder *b, Type *type) {
    const Method *constructor = type->def->is_abstract ? NULL : type_find_default_constructor(b->ts, type);
    if (constructor)
        build_method(b, OP_newobj, constructor);
    else
        build_helper_of(b, WELL_KNOWN_METHOD_CreateInstanceOfT, type);
}

/// Jumps to `label` if the managed or native value is null.
static void branch_if_null(Builder *b, Place place, Type *type, uint32_t label) {
    place_load(b, place, type);
    build_branch(b, OP_brfalse, label);
}

static void best_fit_flags(Builder *b) {
    build_integer(b, OP_ldc_i4, 1);
    build_integer(b, OP_ldc_i4, 0);
}

// ---- Arrays -------------------------------------------------------------------------------------

typedef struct Loop {
    uint32_t array, count, index, memory; // locals; `memory` runs over the native elements
    uint32_t again, done;                 // labels
} Loop;

static void loop_begin(Builder *b, Loop *loop) {
    loop->index = code_builder_local(b, b->il->int32);
    loop->again = code_builder_new_label(b);
    loop->done = code_builder_new_label(b);
    build_integer(b, OP_ldc_i4, 0);
    build_index(b, OP_stloc, loop->index);
    code_builder_mark(b, loop->again);
    build_index(b, OP_ldloc, loop->index);
    build_index(b, OP_ldloc, loop->count);
    build_branch(b, OP_bge, loop->done);
}

static void loop_end(Builder *b, Loop *loop, uint32_t element_size) {
    build_index(b, OP_ldloc, loop->memory);
    build_integer(b, OP_ldc_i4, element_size);
    build(b, OP_add);
    build_index(b, OP_stloc, loop->memory);
    build_index(b, OP_ldloc, loop->index);
    build_integer(b, OP_ldc_i4, 1);
    build(b, OP_add);
    build_index(b, OP_stloc, loop->index);
    build_branch(b, OP_br, loop->again);
    code_builder_mark(b, loop->done);
}

static Place element_place(const Loop *loop, const Marshal *element) {
    return (Place){
        .kind = PLACE_Element, .index = loop->array, .offset = loop->index, .element = element->type};
}

static Place memory_place(const Loop *loop) {
    return (Place){.kind = PLACE_Memory, .index = loop->memory};
}

/// The managed array into a local; `done` if it is null.
static void array_load(Builder *b, const Marshal *m, Place managed, Loop *loop, uint32_t done) {
    loop->array = code_builder_local(b, m->type);
    loop->count = code_builder_local(b, b->il->int32);
    loop->memory = code_builder_local(b, b->il->native_int);
    place_load(b, managed, m->type);
    build_index(b, OP_stloc, loop->array);
    build_index(b, OP_ldloc, loop->array);
    build_branch(b, OP_brfalse, done);
    build_index(b, OP_ldloc, loop->array);
    build(b, OP_ldlen);
    build(b, OP_conv_i4);
    build_index(b, OP_stloc, loop->count);
}

/// No more than `limit` elements.
static void count_limit(Builder *b, Loop *loop, uint32_t limit) {
    uint32_t fits = code_builder_new_label(b);
    build_index(b, OP_ldloc, loop->count);
    build_integer(b, OP_ldc_i4, limit);
    build_branch(b, OP_ble, fits);
    build_integer(b, OP_ldc_i4, limit);
    build_index(b, OP_stloc, loop->count);
    code_builder_mark(b, fits);
}

static void array_to_native(Builder *b, const Marshal *m, Place managed, Place native) {
    uint32_t size = marshal_native_size(b->il, m->element), done = code_builder_new_label(b);
    Loop loop;
    build_integer(b, OP_ldc_i4, 0);
    build(b, OP_conv_i);
    place_store(b, native, b->il->native_int);
    array_load(b, m, managed, &loop, done);
    build_index(b, OP_ldloc, loop.count);
    build_integer(b, OP_ldc_i4, size);
    build(b, OP_mul_ovf);
    build_helper(b, WELL_KNOWN_METHOD_CoTaskMemAllocAndZeroMemory);
    build_index(b, OP_stloc, loop.memory);
    build_index(b, OP_ldloc, loop.memory);
    place_store(b, native, b->il->native_int);
    if (m->in) {
        loop_begin(b, &loop);
        convert_to_native(b, m->element, element_place(&loop, m->element), memory_place(&loop));
        loop_end(b, &loop, size);
    }
    code_builder_mark(b, done);
}

static void fixed_array_to_native(Builder *b, const Marshal *m, Place managed, Place native) {
    uint32_t size = marshal_native_size(b->il, m->element), done = code_builder_new_label(b);
    Loop loop;
    place_address(b, native);
    build_integer(b, OP_ldc_i4, 0);
    build_integer(b, OP_ldc_i4, m->count * size);
    build(b, OP_initblk);
    array_load(b, m, managed, &loop, done);
    count_limit(b, &loop, m->count);
    place_address(b, native);
    build_index(b, OP_stloc, loop.memory);
    loop_begin(b, &loop);
    convert_to_native(b, m->element, element_place(&loop, m->element), memory_place(&loop));
    loop_end(b, &loop, size);
    code_builder_mark(b, done);
}

static void elements_to_managed(Builder *b, const Marshal *m, Loop *loop) {
    loop_begin(b, loop);
    convert_to_managed(b, m->element, memory_place(loop), element_place(loop, m->element), NO_COUNT);
    loop_end(b, loop, marshal_native_size(b->il, m->element));
}

static void count_load(Builder *b, const Marshal *m, uint32_t count) {
    if (count == NO_COUNT)
        build_integer(b, OP_ldc_i4, m->count);
    else
        build_index(b, OP_ldloc, count);
}

/// A new managed array from native memory at `native` (its value for pointers, its place for fixed arrays).
static void array_to_managed(Builder *b, const Marshal *m, Place native, Place managed, uint32_t count) {
    bool is_fixed = m->kind == MARSHAL_FixedArray;
    uint32_t done = code_builder_new_label(b);
    Loop loop = {.array = code_builder_local(b, m->type),
                 .count = code_builder_local(b, b->il->int32),
                 .memory = code_builder_local(b, b->il->native_int)};
    if (is_fixed)
        place_address(b, native);
    else
        place_load(b, native, b->il->native_int);
    build_index(b, OP_stloc, loop.memory);
    build(b, OP_ldnull);
    build_index(b, OP_stloc, loop.array);
    build_index(b, OP_ldloc, loop.memory);
    build_branch(b, OP_brfalse, done);
    count_load(b, m, count);
    build_index(b, OP_stloc, loop.count);
    build_index(b, OP_ldloc, loop.count);
    build_type(b, OP_newarr, m->type->element);
    build_index(b, OP_stloc, loop.array);
    elements_to_managed(b, m, &loop);
    code_builder_mark(b, done);
    build_index(b, OP_ldloc, loop.array);
    place_store(b, managed, m->type);
}

void convert_elements_back(Builder *b, const Marshal *m, Place native, Place managed) {
    uint32_t done = code_builder_new_label(b);
    Loop loop;
    array_load(b, m, managed, &loop, done);
    place_load(b, native, b->il->native_int);
    build_index(b, OP_stloc, loop.memory);
    elements_to_managed(b, m, &loop);
    code_builder_mark(b, done);
}

void convert_elements_to_native(Builder *b, const Marshal *m, Place managed, Place native) {
    uint32_t done = code_builder_new_label(b);
    Loop loop;
    array_load(b, m, managed, &loop, done);
    place_load(b, native, b->il->native_int);
    build_index(b, OP_stloc, loop.memory);
    loop_begin(b, &loop);
    convert_to_native(b, m->element, element_place(&loop, m->element), memory_place(&loop));
    loop_end(b, &loop, marshal_native_size(b->il, m->element));
    code_builder_mark(b, done);
}

static void elements_cleanup(Builder *b, const Marshal *m, Place native, uint32_t count) {
    uint32_t done = code_builder_new_label(b);
    Loop loop = {.count = code_builder_local(b, b->il->int32),
                 .memory = code_builder_local(b, b->il->native_int)};
    if (m->kind == MARSHAL_FixedArray)
        place_address(b, native);
    else
        place_load(b, native, b->il->native_int);
    build_index(b, OP_stloc, loop.memory);
    build_index(b, OP_ldloc, loop.memory);
    build_branch(b, OP_brfalse, done);
    count_load(b, m, count);
    build_index(b, OP_stloc, loop.count);
    loop_begin(b, &loop);
    convert_cleanup(b, m->element, memory_place(&loop), NO_COUNT);
    loop_end(b, &loop, marshal_native_size(b->il, m->element));
    code_builder_mark(b, done);
}

// ---- Structs and strings within structs ---------------------------------------------------------

static void struct_to_native(Builder *b, const Marshal *m, Place managed, Place native) {
    place_address(b, managed);
    place_address(b, native);
    build(b, OP_conv_u);
    build_method(b, OP_call, method_synthetic(b->ts, SYNTHETIC_StructToNative, m->type, NULL));
}

static void struct_to_managed(Builder *b, const Marshal *m, Place native, Place managed) {
    place_address(b, native);
    build(b, OP_conv_u);
    place_address(b, managed);
    build_method(b, OP_call, method_synthetic(b->ts, SYNTHETIC_StructToManaged, m->type, NULL));
}

static void class_stub_call(Builder *b, const Marshal *m, MethodSynthetic stub) {
    build_method(b, OP_call, method_synthetic(b->ts, stub, m->type, NULL));
}

static void inline_class_to_native(Builder *b, const Marshal *m, Place managed, Place native) {
    uint32_t null = code_builder_new_label(b), done = code_builder_new_label(b);
    branch_if_null(b, managed, m->type, null);
    place_load(b, managed, m->type);
    place_address(b, native);
    build(b, OP_conv_u);
    class_stub_call(b, m, SYNTHETIC_StructToNative);
    build_branch(b, OP_br, done);
    code_builder_mark(b, null);
    place_address(b, native);
    build_integer(b, OP_ldc_i4, 0);
    build_integer(b, OP_ldc_i4, m->layout->size);
    build(b, OP_initblk);
    code_builder_mark(b, done);
}

static void inline_class_to_managed(Builder *b, const Marshal *m, Place native, Place managed) {
    uint32_t object = code_builder_local(b, m->type);
    build_new(b, m->type);
    build_index(b, OP_stloc, object);
    place_address(b, native);
    build(b, OP_conv_u);
    build_index(b, OP_ldloc, object);
    class_stub_call(b, m, SYNTHETIC_StructToManaged);
    build_index(b, OP_ldloc, object);
    place_store(b, managed, m->type);
}

static void fixed_string_to_native(Builder *b, const Marshal *m, Place managed, Place native) {
    place_load(b, managed, m->type);
    place_address(b, native);
    build(b, OP_conv_u);
    build_integer(b, OP_ldc_i4, m->count);
    if (m->kind == MARSHAL_FixedAnsiString) {
        best_fit_flags(b);
        build_helper(b, WELL_KNOWN_METHOD_StringToByValAnsiString);
    } else {
        build_helper(b, WELL_KNOWN_METHOD_StringToUnicodeFixedArray);
    }
}

static void fixed_string_to_managed(Builder *b, const Marshal *m, Place native, Place managed) {
    place_address(b, native);
    build(b, OP_conv_u);
    build_integer(b, OP_ldc_i4, m->count);
    build_helper(b, m->kind == MARSHAL_FixedAnsiString ? WELL_KNOWN_METHOD_ByValAnsiStringToString
                                                       : WELL_KNOWN_METHOD_UnicodeToStringFixedArray);
    place_store(b, managed, m->type);
}

// ---- Delegates and the rest ---------------------------------------------------------------------

/// Null stays null; the runtime's converters do not take it.
static void delegate_convert(Builder *b, const Marshal *m, Place from, Type *from_type, Place to,
                             Type *to_type, WellKnownMethod id) {
    uint32_t null = code_builder_new_label(b), done = code_builder_new_label(b);
    branch_if_null(b, from, from_type, null);
    place_load(b, from, from_type);
    build_helper_of(b, id, m->type);
    place_store(b, to, to_type);
    build_branch(b, OP_br, done);
    code_builder_mark(b, null);
    if (type_is_reference(to_type)) {
        build(b, OP_ldnull);
    } else {
        build_integer(b, OP_ldc_i4, 0);
        build(b, OP_conv_i);
    }
    place_store(b, to, to_type);
    code_builder_mark(b, done);
}

static void com_to_managed(Builder *b, const Marshal *m, Place native, Place managed) {
    place_load(b, native, b->il->native_int);
    build_helper(b, WELL_KNOWN_METHOD_ComInterfaceToManaged);
    build_type(b, OP_castclass, m->type);
    place_store(b, managed, m->type);
}

/// value -> value, on the stack.
static void scalar_to_native(Builder *b, MarshalKind kind) {
    if (kind == MARSHAL_Bool32 || kind == MARSHAL_Bool8 || kind == MARSHAL_VariantBool) {
        build_integer(b, OP_ldc_i4, 0);
        build(b, OP_cgt_un);
        if (kind == MARSHAL_VariantBool)
            build(b, OP_neg);
    } else if (kind == MARSHAL_AnsiChar) {
        best_fit_flags(b);
        build_helper(b, WELL_KNOWN_METHOD_WideCharToAnsiChar);
    } else if (kind == MARSHAL_AnsiString) {
        best_fit_flags(b);
        build_helper(b, WELL_KNOWN_METHOD_StringToAnsiString);
    } else if (kind == MARSHAL_UnicodeString) {
        build_helper(b, WELL_KNOWN_METHOD_StringToUnicodeBuffer);
    } else if (kind == MARSHAL_Bstr) {
        build_helper(b, WELL_KNOWN_METHOD_StringToBstr);
    } else if (kind == MARSHAL_AnsiBstr) {
        build_helper(b, WELL_KNOWN_METHOD_StringToAnsiBstrBuffer);
    } else if (kind == MARSHAL_OleDate) {
        build_helper(b, WELL_KNOWN_METHOD_DateTimeToOleDateTime);
    } else if (kind == MARSHAL_ComInterface) {
        build_helper(b, WELL_KNOWN_METHOD_ComInterfaceToNative);
    }
}

static void scalar_to_managed(Builder *b, MarshalKind kind) {
    if (kind == MARSHAL_Bool32 || kind == MARSHAL_Bool8 || kind == MARSHAL_VariantBool) {
        build_integer(b, OP_ldc_i4, 0);
        build(b, OP_cgt_un);
    } else if (kind == MARSHAL_AnsiChar) {
        build_helper(b, WELL_KNOWN_METHOD_AnsiCharToWideChar);
    } else if (kind == MARSHAL_AnsiString) {
        build_helper(b, WELL_KNOWN_METHOD_AnsiStringToString);
    } else if (kind == MARSHAL_UnicodeString) {
        build_helper(b, WELL_KNOWN_METHOD_PtrToStringUni);
    } else if (kind == MARSHAL_Bstr) {
        build_helper(b, WELL_KNOWN_METHOD_BstrBufferToString);
    } else if (kind == MARSHAL_AnsiBstr) {
        build_helper(b, WELL_KNOWN_METHOD_AnsiBstrBufferToString);
    } else if (kind == MARSHAL_OleDate) {
        build_helper(b, WELL_KNOWN_METHOD_OleDateTimeToDateTime);
    }
}

// ---- One value ----------------------------------------------------------------------------------

void convert_to_native(Builder *b, const Marshal *m, Place managed, Place native) {
    if (m->kind == MARSHAL_Struct)
        struct_to_native(b, m, managed, native);
    else if (m->kind == MARSHAL_InlineClass)
        inline_class_to_native(b, m, managed, native);
    else if (m->kind == MARSHAL_Array)
        array_to_native(b, m, managed, native);
    else if (m->kind == MARSHAL_FixedArray)
        fixed_array_to_native(b, m, managed, native);
    else if (m->kind == MARSHAL_FixedAnsiString || m->kind == MARSHAL_FixedUnicodeString)
        fixed_string_to_native(b, m, managed, native);
    else if (m->kind == MARSHAL_Delegate)
        delegate_convert(b, m, managed, m->type, native, m->native,
                         WELL_KNOWN_METHOD_GetFunctionPointerForDelegateOfT);
    else {
        place_load(b, managed, m->type);
        scalar_to_native(b, m->kind);
        place_store(b, native, m->native);
    }
}

void convert_to_managed(Builder *b, const Marshal *m, Place native, Place managed, uint32_t count) {
    if (m->kind == MARSHAL_Struct)
        struct_to_managed(b, m, native, managed);
    else if (m->kind == MARSHAL_InlineClass)
        inline_class_to_managed(b, m, native, managed);
    else if (m->kind == MARSHAL_Array || m->kind == MARSHAL_FixedArray)
        array_to_managed(b, m, native, managed, count);
    else if (m->kind == MARSHAL_FixedAnsiString || m->kind == MARSHAL_FixedUnicodeString)
        fixed_string_to_managed(b, m, native, managed);
    else if (m->kind == MARSHAL_Delegate)
        delegate_convert(b, m, native, m->native, managed, m->type,
                         WELL_KNOWN_METHOD_GetDelegateForFunctionPointerOfT);
    else if (m->kind == MARSHAL_ComInterface)
        com_to_managed(b, m, native, managed);
    else {
        place_load(b, native, m->native);
        scalar_to_managed(b, m->kind);
        place_store(b, managed, m->type);
    }
}

bool convert_needs_cleanup(const Marshal *m) {
    switch (m->kind) {
    case MARSHAL_AnsiString:
    case MARSHAL_UnicodeString:
    case MARSHAL_Bstr:
    case MARSHAL_AnsiBstr:
    case MARSHAL_AnsiBuilder:
    case MARSHAL_UnicodeBuilder:
    case MARSHAL_Array: return true;
    case MARSHAL_FixedArray: return convert_needs_cleanup(m->element);
    case MARSHAL_Struct:
    case MARSHAL_InlineClass:
    case MARSHAL_Class:
        for (uint32_t i = 0; i < m->layout->member_count; i++)
            if (convert_needs_cleanup(&m->layout->members[i].marshal))
                return true;
        return false;
    case MARSHAL_Plain:
    case MARSHAL_Bool32:
    case MARSHAL_Bool8:
    case MARSHAL_VariantBool:
    case MARSHAL_AnsiChar:
    case MARSHAL_FixedAnsiString:
    case MARSHAL_FixedUnicodeString:
    case MARSHAL_Delegate:
    case MARSHAL_SafeHandle:
    case MARSHAL_CriticalHandle:
    case MARSHAL_HandleRef:
    case MARSHAL_AnyObject:
    case MARSHAL_OleDate:
    case MARSHAL_ComInterface:
    case MARSHAL_Custom:
    case MARSHAL_Unsupported: break;
    }
    return false;
}

void convert_cleanup(Builder *b, const Marshal *m, Place native, uint32_t count) {
    if (!convert_needs_cleanup(m))
        return;
    if (m->kind == MARSHAL_Struct || m->kind == MARSHAL_InlineClass || m->kind == MARSHAL_Class) {
        place_address(b, native);
        build(b, OP_conv_u);
        build_method(b, OP_call, method_synthetic(b->ts, SYNTHETIC_StructCleanup, m->type, NULL));
        return;
    }
    if (m->element && convert_needs_cleanup(m->element))
        elements_cleanup(b, m, native, count);
    if (m->kind == MARSHAL_FixedArray)
        return;
    place_load(b, native, m->native);
    build_helper(b, m->kind == MARSHAL_Bstr || m->kind == MARSHAL_AnsiBstr ? WELL_KNOWN_METHOD_FreeBstr
                                                                           : WELL_KNOWN_METHOD_FreeCoTaskMem);
}

// ---- Struct stubs -------------------------------------------------------------------------------

Code *synth_struct_stub(Il *il, const Method *method, Arena *arena) {
    Builder b = code_builder_start(il, method, arena);
    const NativeStruct *layout = native_struct(il, method->owner);
    bool to_native = method->synthetic == SYNTHETIC_StructToNative;
    for (uint32_t i = 0; i < layout->member_count; i++) {
        const NativeMember *member = &layout->members[i];
        Place managed = {.kind = PLACE_ArgumentField, .index = to_native ? 0 : 1, .field = member->field};
        Place native = {.kind = PLACE_ArgumentMemory, .index = to_native ? 1 : 0, .offset = member->offset};
        if (to_native)
            convert_to_native(&b, &member->marshal, managed, native);
        else if (method->synthetic == SYNTHETIC_StructToManaged)
            convert_to_managed(&b, &member->marshal, native, managed, NO_COUNT);
        else
            convert_cleanup(&b, &member->marshal, native, NO_COUNT);
    }
    build(&b, OP_ret);
    return code_builder_finish(&b);
}
