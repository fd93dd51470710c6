// What the type loader of the runtime pack reads to make instances (System.Private.TypeLoader:
// TemplateLocator, TypeBuilder, GenericDictionaryCell): templates of types and methods, and the questions
// that canonical code asks through its context. All of it is one blob of signatures; references within it
// lead backwards, so that their distance is known.
#include "emit/metadata.h"
#include "emit/reflection_blob.h"

enum { // TypeSignatureKind, in the low four bits
    SIGNATURE_Modifier = 2,
    SIGNATURE_Instantiation = 3,
    SIGNATURE_Variable = 4,
    SIGNATURE_External = 6,
    SIGNATURE_MultiDimArray = 10,
    SIGNATURE_FunctionPointer = 11,
};
enum { MODIFIER_Array = 1, MODIFIER_ByRef = 2, MODIFIER_Pointer = 3 }; // TypeModifierKind
enum { METHOD_HasInstantiation = 1, METHOD_IsUnboxingStub = 2, METHOD_HasFunctionPointer = 4 }; // MethodFlags
enum { STATIC_DATA_Gc = 1, STATIC_DATA_NonGc = 2 }; // StaticDataKind
enum {
    SOURCE_This = 0,
    SOURCE_HiddenArg = 1,
    SOURCE_Method = 2,
    SOURCE_HasDeclaringType = 4,
    SOURCE_Dictionary = 8
};
enum { // FixupSignatureKind
    FIXUP_TypeHandle = 1,
    FIXUP_MethodDictionary = 4,
    FIXUP_StaticData = 5,
    FIXUP_FieldLdToken = 7,
    FIXUP_MethodLdToken = 8,
    FIXUP_ThreadStaticIndex = 11,
    FIXUP_GenericConstrainedMethod = 34,
};
enum {                     // of GenericLookup (runtime/lookup.c): what the answer is to the loader's answer
    LOOKUP_IsIndirect = 1, // it lies where that points
};

typedef struct LayoutWriter {
    EmitContext *e;
    ByteArray blob;
    // The arguments in terms of which signatures are written.
    Type *const *type_args, *const *method_args;
    uint32_t type_arg_count, method_arg_count;
} LayoutWriter;

static void put(LayoutWriter *w, uint32_t value) {
    native_unsigned(&w->e->arena, &w->blob, value);
}

static void put_offset(LayoutWriter *w, uint32_t target) {
    native_signed(&w->e->arena, &w->blob, (int32_t)target - (int32_t)w->blob.count);
}

static void context_set(LayoutWriter *w, const Type *owner, const Method *method) {
    bool is_array = owner->kind == TYPE_SzArray || owner->kind == TYPE_Array;
    w->type_args = is_array ? &owner->element : owner->args;
    w->type_arg_count = is_array ? 1 : owner->arg_count;
    w->method_args = method ? method->args : NULL;
    w->method_arg_count = method ? method->arg_count : 0;
}

// ---- Signatures ---------------------------------------------------------------------------------

static bool put_variable(LayoutWriter *w, const Type *type) {
    for (uint32_t i = 0; i < w->type_arg_count; i++)
        if (w->type_args[i] == type) {
            put(w, i << 5 | SIGNATURE_Variable);
            return true;
        }
    for (uint32_t i = 0; i < w->method_arg_count; i++)
        if (w->method_args[i] == type) {
            put(w, i << 5 | 1 << 4 | SIGNATURE_Variable);
            return true;
        }
    return false;
}

static void put_external(LayoutWriter *w, const Type *type) {
    put(w, metadata_fixup(w->e, WHOLE_SYMBOL(emit_type_symbol(w->e, type))) << 4 | SIGNATURE_External);
}

static void put_type(LayoutWriter *w, const Type *type);

static void put_function_pointer(LayoutWriter *w, const Signature *signature) {
    put(w, SIGNATURE_FunctionPointer);
    put(w, signature->convention != CALL_Default); // MethodCallingConvention.Unmanaged
    put(w, signature->param_count);
    put_type(w, signature->return_type);
    for (uint32_t i = 0; i < signature->param_count; i++)
        put_type(w, signature->params[i]);
}

static void put_type(LayoutWriter *w, const Type *type) {
    if (!type->has_placeholder) {
        put_external(w, type);
        return;
    }
    if (put_variable(w, type))
        return;
    switch (type->kind) {
    case TYPE_Named:
        if (type->def->is_placeholder)
            break;
        put(w, type->arg_count << 4 | SIGNATURE_Instantiation);
        put_external(w, type_from_def(w->e->ts, type->def));
        for (uint32_t i = 0; i < type->arg_count; i++)
            put_type(w, type->args[i]);
        return;
    case TYPE_Array:
        put(w, type->rank << 4 | SIGNATURE_MultiDimArray);
        put_type(w, type->element);
        put(w, 0); // no sizes, no lower bounds
        put(w, 0);
        return;
    case TYPE_SzArray:
    case TYPE_ByRef:
    case TYPE_Pointer:
        put(w, (uint32_t)(type->kind == TYPE_SzArray ? MODIFIER_Array
                          : type->kind == TYPE_ByRef ? MODIFIER_ByRef
                                                     : MODIFIER_Pointer)
                       << 4 |
                   SIGNATURE_Modifier);
        put_type(w, type->element);
        return;
    case TYPE_FunctionPointer: put_function_pointer(w, type->signature); return;
    case TYPE_Var:
    case TYPE_MVar: break;
    }
    emit_internal_error(w->e, "no argument of the context is", type);
}

/// Of a template (`code`) the canonical types themselves: while the loader looks for one it reads others too,
/// whose variables would mean nothing to it.
static void put_method_type(LayoutWriter *w, const Type *type, const Method *code) {
    if (code)
        put_external(w, type);
    else
        put_type(w, type);
}

static void put_method(LayoutWriter *w, const Method *method, const Method *code) {
    // The template of a struct's method is known as its unboxing stub.
    bool is_boxed = code && method->owner->is_value_type && !method->def->is_static;
    put(w, (method->arg_count ? METHOD_HasInstantiation : 0) | (is_boxed ? METHOD_IsUnboxingStub : 0) |
               (code ? METHOD_HasFunctionPointer : 0));
    if (code)
        put(w, metadata_fixup(w->e, emit_method_symbol(w->e, code), USE_Code, 0));
    put_method_type(w, method->owner, code);
    const Record *record = metadata_method_definition(w->e, method->def);
    if (!record)
        emit_internal_error(w->e, "no record for a generic method of", method->owner);
    put(w, record_token(record));
    if (!method->arg_count)
        return;
    put(w, method->arg_count);
    for (uint32_t i = 0; i < method->arg_count; i++)
        put_method_type(w, method->args[i], code);
}

// ---- Templates of types -------------------------------------------------------------------------

static void statics_put(LayoutWriter *w, Type *type) {
    EmitContext *e = w->e;
    const StaticLayout *layout =
        type->kind == TYPE_Named && !type->def->is_interface ? type_static_layout(e->ts, type) : NULL;
    if (!layout)
        return;
    if (reach_has_static_base(e->reach, type, STATIC_NonGC)) {
        put(w, BAG_NonGcStaticDataSize);
        put(w, layout->nongc_size ? layout->nongc_size : 8);
    }
    if (reach_has_static_base(e->reach, type, STATIC_GC)) {
        Text table = emit_pseudo_method_table(e, layout->gc_size, layout->gc_reference_offsets,
                                              layout->gc_reference_count);
        put(w, BAG_GcStaticDataSize);
        put(w, layout->gc_size);
        put(w, BAG_GcStaticDesc);
        put(w, metadata_fixup(e, WHOLE_SYMBOL(table)));
    }
    if (reach_has_static_base(e->reach, type, STATIC_Thread)) {
        Text table = emit_pseudo_method_table(e, layout->thread_size, layout->thread_reference_offsets,
                                              layout->thread_reference_count);
        put(w, BAG_ThreadStaticDataSize);
        put(w, layout->thread_size);
        put(w, BAG_ThreadStaticDesc);
        put(w, metadata_fixup(e, WHOLE_SYMBOL(table)));
    }
}

/// Its lazy class constructor, if that was compiled.
static const Method *template_cctor(EmitContext *e, Type *type) {
    if (type->kind != TYPE_Named || !type->def->static_constructor || !il_has_lazy_cctor(e->il, type))
        return NULL;
    Failure failure = {0};
    const Method *cctor = method_instantiate(e->ts, type->def->static_constructor, type, NULL, 0, &failure);
    return cctor && reach_has_method(e->reach, cctor) ? cctor : NULL;
}

/// The bag of a template; its offset.
static uint32_t type_layout_write(LayoutWriter *w, Type *type) {
    EmitContext *e = w->e;
    context_set(w, type, NULL);
    uint32_t base_at = w->blob.count;
    Type *base = type->kind == TYPE_Named && !type->def->is_interface ? type_base(e->ts, type) : NULL;
    if (base)
        put_type(w, base);
    uint32_t interfaces_at = w->blob.count, count, listed = 0;
    Type *const *interfaces = type_interfaces(e->ts, type, &count);
    for (uint32_t i = 0; i < count; i++)
        listed += reach_type_level(e->reach, interfaces[i]) != LEVEL_None;
    put(w, listed);
    for (uint32_t i = 0; i < count; i++)
        if (reach_type_level(e->reach, interfaces[i]) != LEVEL_None)
            put_type(w, interfaces[i]);
    uint32_t bag = w->blob.count;
    if (base) {
        put(w, BAG_BaseType);
        put_offset(w, base_at);
    }
    put(w, BAG_ImplementedInterfaces);
    put_offset(w, interfaces_at);
    statics_put(w, type);
    const Method *cctor = template_cctor(e, type);
    if (cctor) {
        put(w, BAG_ClassConstructorPointer);
        put(w, metadata_fixup(e, emit_method_symbol(e, cctor), USE_Code, 0));
    }
    put(w, BAG_End);
    return bag;
}

static void type_templates_write(LayoutWriter *w) {
    EmitContext *e = w->e;
    uint32_t count;
    Type *const *types = reach_types(e->reach, &count);
    HashEntries entries = {0};
    for (uint32_t i = 0; i < count; i++) {
        if (!types[i]->has_placeholder || types[i]->kind == TYPE_Pointer || types[i]->kind == TYPE_ByRef)
            continue;
        HashEntry row = {.hash = type_hash(e->ts, types[i])};
        native_unsigned(&e->arena, &row.payload,
                        metadata_fixup(e, WHOLE_SYMBOL(emit_type_symbol(e, types[i]))));
        native_unsigned(&e->arena, &row.payload, type_layout_write(w, types[i]));
        ARRAY_PUSH(&e->arena, &entries, row);
    }
    metadata_blob_write(e, BLOB_TypeTemplateMap, native_hashtable(&e->arena, &entries));
}

// ---- Templates of generic methods ---------------------------------------------------------------

/// Boxed objects are what tables and reflection call struct methods on.
static const Method *template_code(EmitContext *e, const Method *method) {
    if (!method->owner->is_value_type || method->def->is_static)
        return method;
    const Method *stub = method_synthetic(e->ts, SYNTHETIC_UnboxingStub, method->owner, method);
    return reach_has_method(e->reach, stub) ? stub : method;
}

static void method_templates_write(LayoutWriter *w) {
    EmitContext *e = w->e;
    uint32_t count;
    const Method *const *methods = reach_template_methods(e->reach, &count);
    HashEntries entries = {0};
    for (uint32_t i = 0; i < count; i++) {
        const Method *method = methods[i];
        if (!reach_has_method(e->reach, method))
            continue;
        context_set(w, method->owner, method);
        HashEntry row = {.hash = method_hash(e->ts, method)};
        native_unsigned(&e->arena, &row.payload, w->blob.count);
        put_method(w, method, template_code(e, method));
        native_unsigned(&e->arena, &row.payload, w->blob.count);
        put(w, BAG_End);
        ARRAY_PUSH(&e->arena, &entries, row);
    }
    metadata_blob_write(e, BLOB_GenericMethodsTemplateMap, native_hashtable(&e->arena, &entries));
}

// ---- Generic virtual methods --------------------------------------------------------------------

static const Type *definition_of(EmitContext *e, const Type *type) {
    return type->arg_count ? type_from_def(e->ts, type->def) : type;
}

static void row_type(EmitContext *e, HashEntry *row, const Type *type) {
    Text symbol = emit_type_symbol(e, definition_of(e, type));
    native_unsigned(&e->arena, &row->payload, metadata_fixup(e, WHOLE_SYMBOL(symbol)));
}

static void row_token(EmitContext *e, HashEntry *row, const Method *method) {
    native_unsigned(&e->arena, &row->payload, record_token(metadata_method_definition(e, method->def)));
}

/// `declaration` on classes at or below the owner of `target` is that.
static void class_override_add(EmitContext *e, HashEntries *entries, const Method *declaration,
                               const Method *target) {
    uint32_t calling = type_hash(e->ts, definition_of(e, declaration->owner));
    HashEntry row = {.hash = (calling << 13 ^ calling) ^ type_hash(e->ts, definition_of(e, target->owner))};
    row_type(e, &row, declaration->owner);
    row_type(e, &row, target->owner);
    row_token(e, &row, declaration);
    row_token(e, &row, target);
    ARRAY_PUSH(&e->arena, entries, row);
}

/// One class: the method, and the instances of the interface in terms of the class's arguments.
static void interface_override_put(LayoutWriter *w, HashEntry *row, const GenericOverride *override) {
    EmitContext *e = w->e;
    Type *type = (Type *)(uintptr_t) override->type;
    ByteArray signatures = {0};
    uint32_t count, listed = 0;
    Type *const *interfaces = type_interfaces(e->ts, type, &count);
    context_set(w, type, NULL);
    for (uint32_t i = 0; i < count; i++) {
        if (interfaces[i]->def != override->declaration->owner->def ||
            type_canonical(e->ts, interfaces[i]) != type_canonical(e->ts, override->declaration->owner))
            continue;
        native_unsigned(&e->arena, &signatures, w->blob.count);
        put_type(w, interfaces[i]);
        listed++;
    }
    row_token(e, row, override->target);
    row_type(e, row, override->target->owner);
    native_unsigned(&e->arena, &row->payload, 1);
    row_type(e, row, type);
    native_unsigned(&e->arena, &row->payload, listed);
    native_bytes(&e->arena, &row->payload, signatures.items, signatures.count);
}

/// All that implement one interface method are one row.
static void interface_overrides_add(LayoutWriter *w, HashEntries *entries, const GenericOverride *overrides,
                                    uint32_t count, uint32_t first) {
    EmitContext *e = w->e;
    const Method *declaration = overrides[first].declaration;
    HashEntry row = {.hash = type_hash(e->ts, definition_of(e, declaration->owner))};
    row_type(e, &row, declaration->owner);
    row_token(e, &row, declaration);
    uint32_t same = 0;
    for (uint32_t i = first; i < count; i++)
        same += overrides[i].declaration == declaration;
    native_unsigned(&e->arena, &row.payload, same);
    for (uint32_t i = first; i < count; i++)
        if (overrides[i].declaration == declaration)
            interface_override_put(w, &row, &overrides[i]);
    ARRAY_PUSH(&e->arena, entries, row);
}

static bool is_listed(const GenericOverride *overrides, uint32_t index, bool with_target) {
    for (uint32_t i = 0; i < index; i++)
        if (overrides[i].declaration == overrides[index].declaration &&
            (!with_target || overrides[i].target == overrides[index].target))
            return true;
    return false;
}

static void generic_virtual_write(LayoutWriter *w) {
    EmitContext *e = w->e;
    uint32_t count;
    const GenericOverride *overrides = reach_generic_overrides(e->reach, &count);
    HashEntries classes = {0}, interfaces = {0};
    for (uint32_t i = 0; i < count; i++) {
        const Method *declaration = overrides[i].declaration, *target = overrides[i].target;
        bool is_interface = declaration->owner->def->is_interface;
        if (is_interface && !is_listed(overrides, i, false))
            interface_overrides_add(w, &interfaces, overrides, count, i);
        // What an interface leads to is looked up as a virtual method in turn.
        if (!target->owner->def->is_interface && !is_listed(overrides, i, true))
            class_override_add(e, &classes, is_interface ? target : declaration, target);
    }
    metadata_blob_write(e, BLOB_GenericVirtualMethodTable, native_hashtable(&e->arena, &classes));
    metadata_blob_write(e, BLOB_InterfaceGenericVirtualMethodTable, native_hashtable(&e->arena, &interfaces));
}

// ---- Questions ----------------------------------------------------------------------------------

static void question_put(LayoutWriter *w, const Lookup *lookup) {
    switch (lookup->kind) {
    case LOOKUP_TypeHandle:
        put(w, FIXUP_TypeHandle);
        put_type(w, lookup->entity);
        break;
    case LOOKUP_NonGCStatics:
    case LOOKUP_GCStatics:
        put(w, 1); // a dictionary of one cell
        put(w, FIXUP_StaticData);
        put_type(w, lookup->entity);
        put(w, lookup->kind == LOOKUP_GCStatics ? STATIC_DATA_Gc : STATIC_DATA_NonGc);
        break;
    case LOOKUP_ThreadStaticIndex:
        put(w, FIXUP_ThreadStaticIndex);
        put_type(w, lookup->entity);
        break;
    case LOOKUP_MethodDictionary:
        put(w, FIXUP_MethodDictionary);
        put_method(w, lookup->entity, NULL);
        break;
    case LOOKUP_MethodHandle:
        put(w, FIXUP_MethodLdToken);
        put_method(w, lookup->entity, NULL);
        break;
    case LOOKUP_FieldHandle: {
        const Field *field = lookup->entity;
        put(w, FIXUP_FieldLdToken);
        put_type(w, field->owner);
        put(w, record_token(metadata_field_definition(w->e, field->def)));
        break;
    }
    case LOOKUP_StaticVirtual: {
        const Method *method = lookup->entity;
        put(w, FIXUP_GenericConstrainedMethod);
        put_type(w, method->owner);
        put_method(w, method->synthetic_method, NULL);
        break;
    }
    }
}

/// How the loader gets the arguments from the context, and in terms of which arguments the question is
/// written.
static uint32_t question_source(LayoutWriter *w, const Lookup *lookup, bool *declares) {
    *declares = false;
    if (lookup->part) {
        context_set(w, lookup->part, NULL);
        return SOURCE_HiddenArg;
    }
    ContextSource source = reach_context_source(lookup->context);
    const Type *owner = lookup->context->owner;
    context_set(w, owner, source == CONTEXT_Dictionary ? lookup->context : NULL);
    if (source == CONTEXT_Dictionary)
        return SOURCE_Method;
    if (source == CONTEXT_Type)
        return SOURCE_HiddenArg;
    *declares = owner->arg_count && owner->def != well_known_type(w->e->ts, WELL_KNOWN_TYPE_ArrayOfT)->def;
    return SOURCE_This;
}

/// GenericLookup of the runtime: what the loader calls a signature (TypeManagerSlot*, offset), then flags.
static void question_write(LayoutWriter *w, const Lookup *lookup) {
    EmitContext *e = w->e;
    bool is_indirect = lookup->kind == LOOKUP_NonGCStatics || lookup->kind == LOOKUP_GCStatics, declares;
    uint32_t from = question_source(w, lookup, &declares);
    uint32_t offset = w->blob.count;
    put(w, from | (declares ? SOURCE_HasDeclaringType : 0u) | (is_indirect ? SOURCE_Dictionary : 0u));
    if (declares)
        put_external(w, type_from_def(e->ts, lookup->context->owner->def));
    question_put(w, lookup);
    DataObject *record = data_object_new(&e->set, lookup->symbol.data, SECTION_ReadOnly, 8);
    data_label(&e->set, record, text_intern(&e->texts, lookup->symbol.data, lookup->symbol.size));
    data_pointer(&e->set, record, WHOLE_SYMBOL(text_intern_z(&e->texts, "__typemanager_indirection")));
    data_u64(&e->set, record, offset);
    data_u64(&e->set, record, is_indirect ? LOOKUP_IsIndirect : 0);
}

void native_layout_code_fixups(EmitContext *e) {
    uint32_t count;
    Type *const *types = reach_types(e->reach, &count);
    for (uint32_t i = 0; i < count; i++) {
        const Method *cctor = types[i]->has_placeholder ? template_cctor(e, types[i]) : NULL;
        if (cctor)
            (void)metadata_fixup(e, emit_method_symbol(e, cctor), USE_Code, 0);
    }
    const Method *const *methods = reach_template_methods(e->reach, &count);
    for (uint32_t i = 0; i < count; i++)
        if (reach_has_method(e->reach, methods[i]))
            (void)metadata_fixup(e, emit_method_symbol(e, template_code(e, methods[i])), USE_Code, 0);
}

void native_layout_write(EmitContext *e) {
    if (!reach_makes_types(e->reach))
        return;
    LayoutWriter w = {.e = e};
    put(&w, 0); // no signature lies at the start
    type_templates_write(&w);
    method_templates_write(&w);
    generic_virtual_write(&w);
    uint32_t count;
    const Lookup *lookups = reach_lookups(e->reach, &count);
    for (uint32_t i = 0; i < count; i++)
        question_write(&w, &lookups[i]);
    metadata_blob_write(e, BLOB_NativeLayoutInfo, w.blob);
}
