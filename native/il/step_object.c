// Fields, objects, arrays, casts (III.4).
#include "il/internal.h"

// ---- Fields -------------------------------------------------------------------------------------

/// Sets check_cctor unless an earlier access in this block has run the constructor already.
static void note_cctor(Import *im, Instruction *in) {
    if (!access_checks_cctor(im->il, im->code, in->field->owner))
        return;
    for (uint32_t i = 0; i < im->checked.count; i++)
        if (im->checked.items[i] == in->field->owner)
            return;
    in->check_cctor = true;
    ARRAY_PUSH(im->arena, &im->checked, in->field->owner);
    effect(im);
}

/// What a static field always holds: its class has no constructor or one that has run at compile time, and
/// nobody stores anything there afterwards.
static bool settled_value(Import *im, const Field *field, StaticValue *out) {
    const IlStatics *statics = im->il->statics;
    const IlFacts *facts = im->il->facts;
    if (field->owner->has_placeholder)
        return false; // of many classes
    if (!statics || (!field->def->is_init_only && !(facts && facts->is_never_stored)))
        return false;
    return statics->constant(statics->context, field, out) &&
           (field->def->is_init_only || facts->is_never_stored(facts->context, field));
}

static bool fold_settled_field(Import *im, const Field *field) {
    StaticValue value;
    StackKind kind = value_of_type(im->il, field->type).kind;
    Instruction in = {.op = OP_nop, .offset = im->offset};
    if (!settled_value(im, field, &value))
        return false;
    switch (value.kind) {
    case STATIC_VALUE_None:
    case STATIC_VALUE_Known: return false;
    case STATIC_VALUE_Integer:
        in.op = kind == STACK_Int32 ? OP_ldc_i4 : OP_ldc_i8;
        in.integer = value.integer;
        break;
    case STATIC_VALUE_Real:
        in.op = kind == STACK_Float32 ? OP_ldc_r4 : OP_ldc_r8;
        in.real = value.real;
        break;
    case STATIC_VALUE_Null: in.op = OP_ldnull; break;
    case STATIC_VALUE_String: in.op = OP_ldstr, in.string = value.string, in.from_field = true; break;
    case STATIC_VALUE_Object: in.op = OP_ldfrozen, in.frozen = value.object, in.type2 = value.type; break;
    }
    step(im, &in);
    if (value.kind == STATIC_VALUE_Integer && kind == STACK_NativeInt)
        step_op(im, OP_conv_i);
    return true;
}

/// Static fields whose value every program can know (corelib-contract 5.2, reach.md 2.1).
static bool fold_static_field(Import *im, const Field *field) {
    int64_t value;
    bool known = field_substitution(im->il, field->def, &value);
    if (!known && fold_settled_field(im, field))
        return true;
    const Type *owner = field->owner;
    if (!known && text_equal_z(field->def->name, "Zero") && text_equal_z(owner->def->name_space, "System") &&
        (owner->element_type == ELEMENT_TYPE_I || owner->element_type == ELEMENT_TYPE_U)) {
        known = true;
        value = 0;
    }
    if (known) {
        StackKind kind = value_of_type(im->il, field->type).kind;
        if (kind == STACK_NativeInt) {
            step_integer(im, OP_ldc_i8, value);
            step_op(im, OP_conv_i);
            return true;
        }
        if (kind != STACK_Int32 && kind != STACK_Int64)
            return false;
        step_integer(im, kind == STACK_Int32 ? OP_ldc_i4 : OP_ldc_i8, value);
        return true;
    }
    if (owner != im->il->string || !text_equal_z(field->def->name, "Empty"))
        return false;
    step(im, &(Instruction){.op = OP_ldstr, .offset = im->offset, .string = {NULL, 0}});
    return true;
}

/// What a load of the field pushes.
static Value static_field_value(Import *im, const Field *field) {
    StaticValue settled;
    Value value = value_of_type(im->il, field->type);
    if (value.kind == STACK_Object && settled_value(im, field, &settled) &&
        settled.kind == STATIC_VALUE_Known) {
        value.type = settled.type;
        value.exact = value.non_null = true;
    }
    return value;
}

static void step_static_field(Import *im, const Instruction *in) {
    if (in->op == OP_ldsfld && fold_static_field(im, in->field))
        return;
    Instruction copy = *in;
    note_cctor(im, &copy);
    if (in->op == OP_stsfld) {
        (void)pop_stored(im, in->field->type);
        effect(im);
    }
    emit(im, copy);
    if (in->op == OP_ldsfld)
        push(im, static_field_value(im, in->field));
    if (in->op == OP_ldsflda)
        push(im, (Value){.kind = STACK_ByRef, .type = in->field->type, .non_null = true});
}

static void step_instance_field(Import *im, const Instruction *in) {
    if (in->op == OP_stfld)
        (void)pop_stored(im, in->field->type);
    Value object = pop(im);
    if (in->op != OP_ldfld || object.kind != STACK_Value)
        effect(im);
    bool is_address =
        object.kind == STACK_Object || object.kind == STACK_ByRef || object.kind == STACK_NativeInt;
    if (!is_address && !(object.kind == STACK_Value && in->op == OP_ldfld) &&
        in->field->owner->element_type == ELEMENT_TYPE_VALUETYPE && !im->invalid) {
        import_invalid(im, "a field access needs an object or an address");
        return;
    }
    emit(im, *in);
    if (in->op == OP_ldfld)
        push(im, value_of_type(im->il, in->field->type));
    if (in->op == OP_ldflda)
        push(im, (Value){.kind = object.kind == STACK_NativeInt ? STACK_NativeInt : STACK_ByRef,
                         .type = in->field->type});
}

/// ldfld, ldflda and stfld of a static field: the object is computed and not used (III.4.10, III.4.28).
static void step_static_through_object(Import *im, const Instruction *in) {
    Instruction copy = *in;
    if (in->op == OP_stfld) {
        copy.op = OP_stsfld;
        step_static_field(im, &copy);
    }
    (void)pop(im);
    emit_pop(im);
    if (in->op == OP_stfld)
        return;
    copy.op = in->op == OP_ldfld ? OP_ldsfld : OP_ldsflda;
    step_static_field(im, &copy);
}

void step_field(Import *im, const Instruction *in) {
    bool through_object = in->op == OP_ldfld || in->op == OP_ldflda || in->op == OP_stfld;
    if (through_object && in->field->def->is_static) {
        step_static_through_object(im, in);
        return;
    }
    if (in->op == OP_ldsfld || in->op == OP_ldsflda || in->op == OP_stsfld) {
        step_static_field(im, in);
    } else if (in->op == OP_ldtoken_field) {
        emit(im, *in);
        push(im, (Value){.kind = STACK_Value,
                         .type = well_known_type(im->il->ts, WELL_KNOWN_TYPE_RuntimeFieldHandle),
                         .known = KNOWN_FieldHandle,
                         .field = in->field});
    } else if (in->op == OP_initialize_array) {
        (void)pop(im);
        effect(im);
        emit(im, *in);
    } else {
        step_instance_field(im, in);
    }
}

// ---- Casts --------------------------------------------------------------------------------------

static bool is_plain_class(const Type *type) {
    return type->kind == TYPE_Named && !type->def->is_interface &&
           !(type->def->is_delegate && type->arg_count > 0);
}

int cast_decide(Import *im, const Value *value, Type *type) {
    TypeSystem *ts = im->il->ts;
    if (value->kind != STACK_Object)
        return -1;
    if (value->type && value->known != KNOWN_Null) {
        if (type_is_castable_to(ts, value->type, type))
            return 1;
        bool open = value->type->has_placeholder || type->has_placeholder; // decided at run time
        bool by_object =
            type->def && type->def->is_interface && type_is_dynamically_castable(ts, value->type);
        if (open || (value->exact && by_object))
            return -1;
        if (value->exact)
            return 0;
        // Two classes of which neither derives from the other have no common instance.
        if (is_plain_class(value->type) && is_plain_class(type) &&
            !type_is_derived_from(ts, type, value->type))
            return 0;
    }
    const IlFacts *facts = im->il->facts;
    if (facts && facts->is_constructed && !facts->is_constructed(facts->context, type))
        return 0;
    return -1;
}

/// Casts to Nullable<T> test for T (III.4.3, III.4.6: the boxed form of a nullable is T's).
static Type *cast_target(Type *type) {
    return type->kind == TYPE_Named && type->def->is_nullable && type->arg_count == 1 ? type->args[0] : type;
}

static void step_isinst(Import *im, const Instruction *in) {
    Type *target = cast_target(in->type);
    Value value = peek(im, 0);
    if (value.kind != STACK_Object && !im->invalid) {
        import_invalid(im, "isinst needs an object");
        return;
    }
    int decided = value.known == KNOWN_Null ? 0 : cast_decide(im, &value, target);
    if (decided == 1)
        return; // the object itself, or null
    (void)pop(im);
    if (decided == 0) {
        emit_pop(im);
        emit(im, (Instruction){.op = OP_ldnull});
        push(im, (Value){.kind = STACK_Object, .known = KNOWN_Null});
        return;
    }
    Instruction copy = *in;
    copy.type = target;
    copy.receiver = value.type;
    emit(im, copy);
    Value result = value_of_type(im->il, target);
    push(im, (Value){.kind = STACK_Object, .type = target, .exact = target->is_value_type || result.exact});
}

static void step_castclass(Import *im, const Instruction *in) {
    Type *target = cast_target(in->type);
    Value value = peek(im, 0);
    if (value.kind != STACK_Object && !im->invalid) {
        import_invalid(im, "castclass needs an object");
        return;
    }
    if (value.known == KNOWN_Null || (value.type && type_is_castable_to(im->il->ts, value.type, target)))
        return;
    (void)pop(im);
    effect(im);
    Instruction copy = *in;
    copy.op = OP_castclass;
    copy.type = target;
    copy.receiver = value.type;
    emit(im, copy);
    Value result = value_of_type(im->il, target);
    push(im, (Value){.kind = STACK_Object,
                     .type = target,
                     .exact = target->is_value_type || result.exact,
                     .non_null = value.non_null});
}

// ---- Boxes --------------------------------------------------------------------------------------

static void step_box(Import *im, const Instruction *in) {
    if (!in->type->is_value_type)
        return; // III.4.1: a reference type is left as it is
    (void)pop_stored(im, in->type);
    emit(im, *in);
    bool nullable = in->type->def->is_nullable && in->type->arg_count == 1;
    push(im,
         (Value){.kind = STACK_Object, .type = cast_target(in->type), .exact = true, .non_null = !nullable});
}

static void step_unbox(Import *im, const Instruction *in) {
    if (!in->type->is_value_type && in->type->kind != TYPE_Pointer) {
        if (in->op == OP_unbox_any)
            step_castclass(im, in);
        else
            import_invalid(im, "unbox needs a value type");
        return;
    }
    Value object = pop(im);
    if (object.kind != STACK_Object && !im->invalid)
        import_invalid(im, "unbox needs an object");
    if (in->op == OP_unbox) {
        effect(im);
        emit(im, *in);
        push(im, (Value){.kind = STACK_ByRef, .type = in->type, .non_null = true});
        return;
    }
    bool same = object.exact && object.non_null && object.type == in->type;
    if (!same)
        effect(im);
    const Instruction *last =
        im->emitting && im->out.count > im->out_block_first ? &im->out.items[im->out.count - 1] : NULL;
    if (same && last && last->op == OP_box && last->type == in->type)
        im->out.count--;
    else
        emit(im, *in);
    push(im, value_of_type(im->il, in->type));
}

// ---- Arrays and memory --------------------------------------------------------------------------

/// Element type of an array value, if its static type is known to be an SZ array of references.
static Type *reference_element(const Value *array, Type *fallback) {
    if (array->kind != STACK_Object || !array->type || array->type->kind != TYPE_SzArray)
        return fallback;
    return type_is_reference(array->type->element) ? array->type->element : fallback;
}

static void step_array(Import *im, const Instruction *in) {
    Instruction copy = *in;
    effect(im);
    if (in->op == OP_newarr) {
        (void)pop(im);
        emit(im, copy);
        push(im, (Value){.kind = STACK_Object,
                         .type = type_sz_array(im->il->ts, in->type),
                         .exact = true,
                         .non_null = true});
        return;
    }
    bool is_reference = in->op != OP_ldlen && type_is_reference(in->type);
    if (in->op == OP_stelem)
        (void)pop_stored(im, in->type);
    if (in->op != OP_ldlen)
        (void)pop(im);
    Value array = pop(im);
    if (array.kind != STACK_Object && !im->invalid) {
        import_invalid(im, "an array access needs an array");
        return;
    }
    // ldelem.ref and stelem.ref name object: the array's static type says more.
    if (is_reference && in->op != OP_ldelema)
        copy.type = reference_element(&array, in->type);
    copy.receiver = array.type;
    copy.receiver_exact = array.exact;
    emit(im, copy);
    if (in->op == OP_ldlen)
        push(im, (Value){.kind = STACK_NativeInt});
    if (in->op == OP_ldelem)
        push(im, value_of_type(im->il, copy.type));
    if (in->op == OP_ldelema)
        push(im, (Value){.kind = STACK_ByRef, .type = in->type, .non_null = true});
}

static void step_memory(Import *im, const Instruction *in) {
    if (in->op == OP_cpobj) { // III.4.4: a copy through the stack
        step_type(im, OP_ldobj, in->type);
        step_type(im, OP_stobj, in->type);
        return;
    }
    if (in->op == OP_initobj && type_is_reference(in->type)) {
        step_op(im, OP_ldnull);
        step_op(im, OP_stind_ref);
        return;
    }
    if (in->op == OP_stobj)
        (void)pop_stored(im, in->type);
    (void)pop(im);
    effect(im);
    emit(im, *in);
    if (in->op == OP_ldobj)
        push(im, value_of_type(im->il, in->type));
}

static void step_typed_reference(Import *im, const Instruction *in) {
    TypeSystem *ts = im->il->ts;
    (void)pop(im);
    effect(im);
    emit(im, *in);
    if (in->op == OP_mkrefany)
        push(im, (Value){.kind = STACK_Value, .type = well_known_type(ts, WELL_KNOWN_TYPE_TypedReference)});
    else if (in->op == OP_refanytype)
        push(im,
             (Value){.kind = STACK_Value, .type = well_known_type(ts, WELL_KNOWN_TYPE_RuntimeTypeHandle)});
    else
        push(im, (Value){.kind = STACK_ByRef, .type = in->type});
}

void step_object(Import *im, const Instruction *in) {
    if (in->op == OP_castclass)
        step_castclass(im, in);
    else if (in->op == OP_isinst)
        step_isinst(im, in);
    else if (in->op == OP_box)
        step_box(im, in);
    else if (in->op == OP_unbox || in->op == OP_unbox_any)
        step_unbox(im, in);
    else if (in->op == OP_newarr || in->op == OP_ldlen || in->op == OP_ldelema || in->op == OP_ldelem ||
             in->op == OP_stelem)
        step_array(im, in);
    else if (in->op == OP_sizeof)
        step_integer(im, OP_ldc_i4, type_size(im->il->ts, in->type));
    else if (in->op == OP_ldtype) {
        emit(im, *in);
        push(im, value_runtime_type(im->il, in->type));
    } else if (in->op == OP_ldfrozen) {
        emit(im, *in);
        push(im, (Value){.kind = STACK_Object, .type = in->type2, .exact = true, .non_null = true});
    } else if (in->op == OP_ldtoken) {
        emit(im, *in);
        push(im, (Value){.kind = STACK_Value,
                         .type = well_known_type(im->il->ts, WELL_KNOWN_TYPE_RuntimeTypeHandle),
                         .known = KNOWN_TypeHandle,
                         .known_type = in->type});
    } else if (in->op == OP_mkrefany || in->op == OP_refanyval || in->op == OP_refanytype) {
        step_typed_reference(im, in);
    } else {
        step_memory(im, in);
    }
}
