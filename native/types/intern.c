// Interning: one object for each type, signature and method; substitution of generic parameters.
#include "types/private.h"

enum { KEY_STACK_WORDS = 24 };

// Flat keys are short; only the rare long ones go to the scratch arena.
typedef struct Key {
    uintptr_t words_inline[KEY_STACK_WORDS];
    uintptr_t *words;
    size_t count;
} Key;

static void key_begin(TypeSystem *ts, Key *key, size_t capacity) {
    key->count = 0;
    key->words =
        capacity <= KEY_STACK_WORDS ? key->words_inline : ARENA_ARRAY(&ts->scratch, uintptr_t, capacity);
}

static void key_add(Key *key, uintptr_t word) {
    key->words[key->count++] = word;
}

static uint32_t saturating_add(uint32_t a, uint32_t b) {
    return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

static bool type_too_complex(const TypeDef *def, uint32_t depth, uint32_t nodes, Failure *failure) {
    if (depth <= DEPTH_LIMIT && nodes <= TYPE_NODE_LIMIT)
        return false;
    Text name = def ? def->name : TEXT_LITERAL("type");
    failure_set(failure, FAILURE_TypeLoad, name, def ? def->module->name : TEXT_LITERAL(""));
    return true;
}

// ---- Types --------------------------------------------------------------------------------------

static Type *const *args_copy(TypeSystem *ts, Type *const *args, uint32_t count) {
    return count ? arena_copy(ts->arena, args, count * sizeof *args, alignof(Type *)) : NULL;
}

static void type_derive(TypeRecord *record) {
    Type *type = &record->type;
    uint32_t depth = 0, nodes = 1;
    for (uint32_t i = 0; i < type->arg_count; i++) {
        if (type->args[i]->depth > depth)
            depth = type->args[i]->depth;
        nodes = saturating_add(nodes, type_node_count(type->args[i]));
        type->is_open |= type->args[i]->is_open;
        type->has_placeholder |= type->args[i]->has_placeholder;
    }
    if (type->element) {
        depth = type->element->depth;
        nodes = saturating_add(nodes, type_node_count(type->element));
        type->is_open |= type->element->is_open;
        type->has_placeholder |= type->element->has_placeholder;
    }
    if (type->signature) {
        const SignatureRecord *signature = (const SignatureRecord *)type->signature;
        depth = signature->depth;
        nodes = saturating_add(nodes, signature->node_count);
        type->is_open |= signature->is_open;
        type->has_placeholder |= type->signature->return_type->has_placeholder;
        for (uint32_t i = 0; i < type->signature->param_count; i++)
            type->has_placeholder |= type->signature->params[i]->has_placeholder;
    }
    type->is_open |= type->kind == TYPE_Var || type->kind == TYPE_MVar || type->is_generic_definition;
    type->depth = depth + 1;
    record->node_count = nodes;
}

static Type *type_intern(TypeSystem *ts, const Type *prototype) {
    ArenaMark mark = arena_mark(&ts->scratch);
    Key key;
    key_begin(ts, &key, prototype->arg_count + 3);
    key_add(&key, (uintptr_t)prototype->kind | (uintptr_t)prototype->rank << 8);
    key_add(&key, prototype->kind == TYPE_Named             ? (uintptr_t)prototype->def
                  : prototype->kind == TYPE_FunctionPointer ? (uintptr_t)prototype->signature
                                                            : (uintptr_t)prototype->element);
    key_add(&key, prototype->index);
    for (uint32_t i = 0; i < prototype->arg_count; i++)
        key_add(&key, (uintptr_t)prototype->args[i]);
    void **cell = map_cell(&ts->type_map, ts->arena, key.words, key.count);
    arena_rewind(&ts->scratch, mark);
    if (*cell)
        return *cell;
    TypeRecord *record = ARENA_NEW(ts->arena, TypeRecord);
    record->type = *prototype;
    record->type.args = args_copy(ts, prototype->args, prototype->arg_count);
    record->type.id = ts->types.count;
    type_derive(record);
    ARRAY_PUSH(ts->arena, &ts->types, &record->type);
    *cell = &record->type;
    return &record->type;
}

TypeDetails *type_details(TypeSystem *ts, Type *type) {
    if (!type->details)
        type->details = ARENA_NEW(ts->arena, TypeDetails);
    return type->details;
}

Type *type_from_def(TypeSystem *ts, const TypeDef *def) {
    TypeDefRecord *record = type_def_record(def);
    if (!record->definition) {
        record->definition = type_intern(ts, &(Type){.kind = TYPE_Named,
                                                     .element_type = def->element_type,
                                                     .def = def,
                                                     .is_value_type = def->is_value_type,
                                                     .is_generic_definition = def->generic_count > 0});
    }
    return record->definition;
}

Type *type_instantiate(TypeSystem *ts, const TypeDef *def, Type *const *args, uint32_t count,
                       Failure *failure) {
    if (count != def->generic_count)
        return failure_set(failure, FAILURE_BadImageFormat, def->name,
                           TEXT_LITERAL("wrong number of type arguments")),
               NULL;
    if (count == 0)
        return type_from_def(ts, def);
    uint32_t depth = 0, nodes = 1;
    for (uint32_t i = 0; i < count; i++) {
        if (!args[i])
            return failure_set(failure, FAILURE_TypeLoad, def->name, def->module->name), NULL;
        if (args[i]->kind == TYPE_ByRef || args[i]->element_type == ELEMENT_TYPE_VOID) // II.9.4
            return failure_set(failure, FAILURE_TypeLoad, def->name, def->module->name), NULL;
        if (args[i]->depth > depth)
            depth = args[i]->depth;
        nodes = saturating_add(nodes, type_node_count(args[i]));
    }
    if (type_too_complex(def, depth + 1, nodes, failure))
        return NULL;
    return type_intern(ts, &(Type){.kind = TYPE_Named,
                                   .element_type = def->element_type,
                                   .def = def,
                                   .args = args,
                                   .arg_count = count,
                                   .is_value_type = def->is_value_type});
}

Type *type_sz_array(TypeSystem *ts, Type *element) {
    return type_intern(
        ts,
        &(Type){.kind = TYPE_SzArray, .element_type = ELEMENT_TYPE_SZARRAY, .element = element, .rank = 1});
}

Type *type_array(TypeSystem *ts, Type *element, uint32_t rank) {
    return type_intern(
        ts,
        &(Type){.kind = TYPE_Array, .element_type = ELEMENT_TYPE_ARRAY, .element = element, .rank = rank});
}

Type *type_pointer(TypeSystem *ts, Type *element) {
    return type_intern(ts,
                       &(Type){.kind = TYPE_Pointer, .element_type = ELEMENT_TYPE_PTR, .element = element});
}

Type *type_byref(TypeSystem *ts, Type *element) {
    return type_intern(ts,
                       &(Type){.kind = TYPE_ByRef, .element_type = ELEMENT_TYPE_BYREF, .element = element});
}

Type *type_function_pointer(TypeSystem *ts, const Signature *signature) {
    return type_intern(
        ts,
        &(Type){.kind = TYPE_FunctionPointer, .element_type = ELEMENT_TYPE_FNPTR, .signature = signature});
}

Type *type_variable(TypeSystem *ts, TypeKind kind, uint32_t index) {
    return type_intern(ts, &(Type){.kind = kind,
                                   .index = index,
                                   .element_type = kind == TYPE_Var ? ELEMENT_TYPE_VAR : ELEMENT_TYPE_MVAR});
}

Type *type_self(TypeSystem *ts, const TypeDef *def) {
    TypeDefRecord *record = type_def_record(def);
    if (!record->self) {
        ArenaMark mark = arena_mark(&ts->scratch);
        Type **args = ARENA_ARRAY(&ts->scratch, Type *, def->generic_count);
        for (uint32_t i = 0; i < def->generic_count; i++)
            args[i] = type_variable(ts, TYPE_Var, i);
        record->self = def->generic_count ? type_intern(ts, &(Type){.kind = TYPE_Named,
                                                                    .element_type = def->element_type,
                                                                    .def = def,
                                                                    .args = args,
                                                                    .arg_count = def->generic_count,
                                                                    .is_value_type = def->is_value_type})
                                          : type_from_def(ts, def);
        arena_rewind(&ts->scratch, mark);
    }
    return record->self;
}

Type *type_to_self(TypeSystem *ts, Type *type) {
    return type->kind == TYPE_Named ? type_self(ts, type->def) : type;
}

GenericContext type_context(const Type *type) {
    return (GenericContext){.type_args = type->args, .type_arg_count = type->arg_count};
}

// ---- Signatures ---------------------------------------------------------------------------------

static void signature_derive(SignatureRecord *record) {
    const Signature *s = &record->signature;
    record->is_open = s->return_type->is_open;
    record->depth = s->return_type->depth;
    record->node_count = type_node_count(s->return_type);
    for (uint32_t i = 0; i < s->param_count; i++) {
        record->is_open |= s->params[i]->is_open;
        if (s->params[i]->depth > record->depth)
            record->depth = s->params[i]->depth;
        record->node_count = saturating_add(record->node_count, type_node_count(s->params[i]));
    }
}

const Signature *signature_make(TypeSystem *ts, const Signature *prototype) {
    ArenaMark mark = arena_mark(&ts->scratch);
    Key key;
    key_begin(ts, &key, prototype->param_count + 2);
    key_add(&key, (uintptr_t)prototype->convention | (uintptr_t)prototype->has_this << 8 |
                      (uintptr_t)prototype->explicit_this << 9 |
                      (uintptr_t)prototype->suppress_gc_transition << 10 |
                      (uintptr_t)prototype->generic_count << 16);
    key_add(&key, (uintptr_t)prototype->return_type);
    for (uint32_t i = 0; i < prototype->param_count; i++)
        key_add(&key, (uintptr_t)prototype->params[i]);
    void **cell = map_cell(&ts->signature_map, ts->arena, key.words, key.count);
    arena_rewind(&ts->scratch, mark);
    if (*cell)
        return *cell;
    SignatureRecord *record = ARENA_NEW(ts->arena, SignatureRecord);
    record->signature = *prototype;
    record->signature.params = args_copy(ts, prototype->params, prototype->param_count);
    signature_derive(record);
    *cell = record;
    return &record->signature;
}

const Signature *signature_substitute(TypeSystem *ts, const Signature *signature,
                                      const GenericContext *context, Failure *failure) {
    if (!((const SignatureRecord *)signature)->is_open)
        return signature;
    ArenaMark mark = arena_mark(&ts->scratch);
    Type **params = ARENA_ARRAY(&ts->scratch, Type *, signature->param_count);
    Signature result = *signature;
    result.params = params;
    result.return_type = type_substitute(ts, signature->return_type, context, failure);
    bool ok = result.return_type != NULL;
    for (uint32_t i = 0; ok && i < signature->param_count; i++) {
        params[i] = type_substitute(ts, signature->params[i], context, failure);
        ok = params[i] != NULL;
    }
    const Signature *interned = ok ? signature_make(ts, &result) : NULL;
    arena_rewind(&ts->scratch, mark);
    return interned;
}

// ---- Substitution -------------------------------------------------------------------------------

static Type *variable_substitute(Type *type, Type *const *args, uint32_t count, Failure *failure) {
    if (!args)
        return type; // stays open
    if (type->index < count)
        return args[type->index];
    return failure_set(failure, FAILURE_BadImageFormat, TEXT_LITERAL("generic parameter"),
                       TEXT_LITERAL("out of range")),
           NULL;
}

static Type *instance_substitute(TypeSystem *ts, Type *type, const GenericContext *context,
                                 Failure *failure) {
    ArenaMark mark = arena_mark(&ts->scratch);
    Type **args = ARENA_ARRAY(&ts->scratch, Type *, type->arg_count);
    Type *result = NULL;
    uint32_t i = 0;
    while (i < type->arg_count && (args[i] = type_substitute(ts, type->args[i], context, failure)))
        i++;
    if (i == type->arg_count)
        result = type_instantiate(ts, type->def, args, type->arg_count, failure);
    arena_rewind(&ts->scratch, mark);
    return result;
}

Type *type_substitute(TypeSystem *ts, Type *type, const GenericContext *context, Failure *failure) {
    if (!type->is_open || !context)
        return type;
    Type *element;
    switch (type->kind) {
    case TYPE_Var: return variable_substitute(type, context->type_args, context->type_arg_count, failure);
    case TYPE_MVar:
        return variable_substitute(type, context->method_args, context->method_arg_count, failure);
    case TYPE_Named: return type->arg_count ? instance_substitute(ts, type, context, failure) : type;
    case TYPE_FunctionPointer: {
        const Signature *signature = signature_substitute(ts, type->signature, context, failure);
        return signature ? type_function_pointer(ts, signature) : NULL;
    }
    case TYPE_SzArray:
    case TYPE_Array:
    case TYPE_Pointer:
    case TYPE_ByRef: break;
    }
    element = type_substitute(ts, type->element, context, failure);
    if (!element || type_too_complex(NULL, element->depth + 1, type_node_count(element), failure))
        return NULL;
    if (element->kind == TYPE_ByRef && type->kind != TYPE_ByRef)
        return failure_set(failure, FAILURE_TypeLoad, TEXT_LITERAL("array or pointer of byref"),
                           TEXT_LITERAL("")),
               NULL;
    switch (type->kind) {
    case TYPE_SzArray: return type_sz_array(ts, element);
    case TYPE_Array: return type_array(ts, element, type->rank);
    case TYPE_Pointer: return type_pointer(ts, element);
    case TYPE_ByRef: return type_byref(ts, element);
    case TYPE_Named:
    case TYPE_FunctionPointer:
    case TYPE_Var:
    case TYPE_MVar: break;
    }
    return NULL;
}

// ---- Methods ------------------------------------------------------------------------------------

static Method *method_intern(TypeSystem *ts, const Method *prototype, bool *added) {
    ArenaMark mark = arena_mark(&ts->scratch);
    Key key;
    key_begin(ts, &key, prototype->arg_count + 5);
    key_add(&key, (uintptr_t)prototype->def);
    key_add(&key, (uintptr_t)prototype->owner);
    key_add(&key, prototype->synthetic);
    key_add(&key, (uintptr_t)prototype->synthetic_method);
    // Array constructors and calli stubs differ by signature only; elsewhere it follows from the rest.
    bool by_signature =
        prototype->synthetic == SYNTHETIC_ArrayCtor || prototype->synthetic == SYNTHETIC_NativeCalli;
    key_add(&key, by_signature ? (uintptr_t)prototype->signature : 0);
    for (uint32_t i = 0; i < prototype->arg_count; i++)
        key_add(&key, (uintptr_t)prototype->args[i]);
    void **cell = map_cell(&ts->method_map, ts->arena, key.words, key.count);
    arena_rewind(&ts->scratch, mark);
    *added = !*cell;
    if (*cell)
        return *cell;
    Method *method = ARENA_NEW(ts->arena, Method);
    *method = *prototype;
    *cell = method;
    return method;
}

GenericContext method_context(const Method *method) {
    GenericContext context = {.method_args = method->args, .method_arg_count = method->arg_count};
    if (method->owner && method->owner->kind == TYPE_Named) {
        context.type_args = method->owner->args;
        context.type_arg_count = method->owner->arg_count;
    }
    return context;
}

// A method whose signature could not be resolved is remembered as such: signature NULL, never handed out.
static Method *method_complete(TypeSystem *ts, Method *method, const MethodDef *def, Failure *failure) {
    const Signature *open = method_def_signature(ts, def, NULL, failure);
    GenericContext context = method_context(method);
    const Signature *exact = open ? signature_substitute(ts, open, &context, failure) : NULL;
    if (!exact)
        return NULL;
    method->signature = exact;
    method->name = def->name;
    method->args = args_copy(ts, method->args, method->arg_count);
    method->id = ts->method_count++;
    method->is_open = method->owner->is_open || (def->generic_count && method->arg_count == 0);
    for (uint32_t i = 0; i < method->arg_count; i++)
        method->is_open |= method->args[i]->is_open;
    return method;
}

Method *method_instantiate(TypeSystem *ts, const MethodDef *def, Type *owner, Type *const *args,
                           uint32_t count, Failure *failure) {
    if (!owner || owner->kind != TYPE_Named || owner->def != def->owner ||
        (count && count != def->generic_count))
        return failure_set(failure, FAILURE_BadImageFormat, def->name,
                           TEXT_LITERAL("wrong owner or type arguments")),
               NULL;
    for (uint32_t i = 0; i < count; i++) {
        if (!args[i] || args[i]->kind == TYPE_ByRef || args[i]->element_type == ELEMENT_TYPE_VOID)
            return failure_set(failure, FAILURE_TypeLoad, def->name, def->owner->module->name), NULL;
    }
    if (count == 0)
        args = NULL; // the open definition of a generic method: its parameters stay variables
    bool added;
    Method *method =
        method_intern(ts, &(Method){.def = def, .owner = owner, .args = args, .arg_count = count}, &added);
    if (method->signature)
        return method;
    method->args = args; // valid during completion; copied there
    return method_complete(ts, method, def, failure);
}

Method *method_on(TypeSystem *ts, const MethodDef *def, Type *owner) {
    return def ? method_instantiate(ts, def, owner, NULL, 0, NULL) : NULL;
}

Method *method_substitute(TypeSystem *ts, Method *method, const GenericContext *context) {
    if (!method || !method->is_open || !method->def)
        return method;
    Type *owner = type_substitute(ts, method->owner, context, NULL);
    if (!owner)
        return NULL;
    if (!method->arg_count)
        return owner == method->owner ? method : method_on(ts, method->def, owner);
    ArenaMark mark = arena_mark(&ts->scratch);
    Type **args = ARENA_ARRAY(&ts->scratch, Type *, method->arg_count);
    uint32_t i = 0;
    while (i < method->arg_count && (args[i] = type_substitute(ts, method->args[i], context, NULL)))
        i++;
    Method *result =
        i == method->arg_count ? method_instantiate(ts, method->def, owner, args, i, NULL) : NULL;
    arena_rewind(&ts->scratch, mark);
    return result;
}

// ---- Synthetic methods --------------------------------------------------------------------------

static const struct SyntheticRow {
    const char *name;
} synthetic_rows[] = {
    [SYNTHETIC_None] = {NULL},
    [SYNTHETIC_ArrayGet] = {"Get"},
    [SYNTHETIC_ArraySet] = {"Set"},
    [SYNTHETIC_ArrayAddress] = {"Address"},
    [SYNTHETIC_ArrayCtor] = {".ctor"},
    [SYNTHETIC_UnboxingStub] = {NULL},
    [SYNTHETIC_GetFieldHelper] = {"__GetFieldHelper"},
    [SYNTHETIC_DelegateInvoke] = {"Invoke"},
    [SYNTHETIC_DelegateGetThunk] = {"GetThunk"},
    [SYNTHETIC_DelegateMulticast] = {"InvokeMulticastThunk"},
    [SYNTHETIC_DelegateClosedStatic] = {"InvokeClosedStaticThunk"},
    [SYNTHETIC_DelegateOpenStatic] = {"InvokeOpenStaticThunk"},
    [SYNTHETIC_DelegateOpenInstance] = {"InvokeOpenInstanceThunk"},
    [SYNTHETIC_DelegateObjectArray] = {"InvokeObjectArrayThunk"},
    [SYNTHETIC_StartupMain] = {"StartupCodeMain"},
    [SYNTHETIC_LibraryStartup] = {"StartupCode"},
    [SYNTHETIC_UnmanagedEntry] = {NULL},
    [SYNTHETIC_ReverseDelegate] = {"ReverseDelegateStub"},
    [SYNTHETIC_ReverseOpenDelegate] = {"ReverseOpenStaticDelegateStub"},
    [SYNTHETIC_ForwardDelegate] = {NULL},
    [SYNTHETIC_DelegateFromNative] = {"ForwardDelegateCreationStub"},
    [SYNTHETIC_StructToNative] = {"ManagedToNative"},
    [SYNTHETIC_StructToManaged] = {"NativeToManaged"},
    [SYNTHETIC_StructCleanup] = {"Cleanup"},
    [SYNTHETIC_NativeCalli] = {"CalliMarshallingStub"},
    [SYNTHETIC_DynamicInvoke] = {"InvokeThunk"},
    [SYNTHETIC_ContextStub] = {NULL},
    [SYNTHETIC_StaticVirtual] = {NULL},
    [SYNTHETIC_InterfaceSwitch] = {NULL},
    [SYNTHETIC_DynamicDispatch] = {NULL},
    [SYNTHETIC_ThrowBody] = {NULL},
};

// Get(int, ..): T   Set(int, .., T)   Address(int, ..): T&   .ctor(int, ..)   (II.14.2)
static const Signature *accessor_signature(TypeSystem *ts, MethodSynthetic kind, const Type *owner) {
    ArenaMark mark = arena_mark(&ts->scratch);
    Type **params = ARENA_ARRAY(&ts->scratch, Type *, (size_t)owner->rank + 1);
    for (uint32_t i = 0; i < owner->rank; i++)
        params[i] = type_primitive(ts, ELEMENT_TYPE_I4);
    Signature signature = {.has_this = true,
                           .params = params,
                           .param_count = owner->rank,
                           .return_type = type_primitive(ts, ELEMENT_TYPE_VOID)};
    if (kind == SYNTHETIC_ArraySet)
        params[signature.param_count++] = owner->element;
    if (kind == SYNTHETIC_ArrayGet)
        signature.return_type = owner->element;
    if (kind == SYNTHETIC_ArrayAddress)
        signature.return_type = type_byref(ts, owner->element);
    const Signature *interned = signature_make(ts, &signature);
    arena_rewind(&ts->scratch, mark);
    return interned;
}

static const Signature *declared_signature(TypeSystem *ts, Type *type, const char *name) {
    Method *method = type_find_method(ts, type, name, NULL);
    return method ? method->signature : NULL;
}

static const Signature *startup_signature(TypeSystem *ts) // int32 StartupCodeMain(int32 argc, char **argv)
{
    Type *int32 = type_primitive(ts, ELEMENT_TYPE_I4),
         *params[] = {int32, type_primitive(ts, ELEMENT_TYPE_I)};
    return signature_make(ts, &(Signature){.return_type = int32, .params = params, .param_count = 2});
}

static const Signature *delegate_from_native_signature(TypeSystem *ts) // Delegate (nint)
{
    Type *params[] = {type_primitive(ts, ELEMENT_TYPE_I)};
    return signature_make(ts, &(Signature){.return_type = well_known_type(ts, WELL_KNOWN_TYPE_Delegate),
                                           .params = params,
                                           .param_count = 1});
}

// void (ref T, byte*), void (byte*, ref T), void (byte*); a class by its reference (corelib-contract 7.2).
static const Signature *struct_stub_signature(TypeSystem *ts, MethodSynthetic kind, Type *owner) {
    Type *managed = owner->is_value_type ? type_byref(ts, owner) : owner;
    Type *native = type_pointer(ts, type_primitive(ts, ELEMENT_TYPE_U1));
    bool to_native = kind == SYNTHETIC_StructToNative;
    Type *params[] = {to_native ? managed : native, to_native ? native : managed};
    return signature_make(ts, &(Signature){.return_type = type_primitive(ts, ELEMENT_TYPE_VOID),
                                           .params = params,
                                           .param_count = kind == SYNTHETIC_StructCleanup ? 1 : 2});
}

static const Signature *synthetic_signature(TypeSystem *ts, MethodSynthetic kind, Type *owner,
                                            const Method *serves) {
    switch (kind) {
    case SYNTHETIC_ArrayGet:
    case SYNTHETIC_ArraySet:
    case SYNTHETIC_ArrayAddress:
    case SYNTHETIC_ArrayCtor: return accessor_signature(ts, kind, owner);
    case SYNTHETIC_GetFieldHelper:
        return declared_signature(ts, well_known_type(ts, WELL_KNOWN_TYPE_ValueType), "__GetFieldHelper");
    case SYNTHETIC_DelegateGetThunk:
        return declared_signature(ts, well_known_type(ts, WELL_KNOWN_TYPE_Delegate), "GetThunk");
    case SYNTHETIC_DelegateInvoke:
    case SYNTHETIC_DelegateMulticast:
    case SYNTHETIC_DelegateClosedStatic:
    case SYNTHETIC_DelegateOpenStatic:
    case SYNTHETIC_DelegateOpenInstance:
    case SYNTHETIC_DelegateObjectArray:
        return serves ? serves->signature : declared_signature(ts, owner, "Invoke");
    case SYNTHETIC_StartupMain: return startup_signature(ts);
    case SYNTHETIC_LibraryStartup:
        return signature_make(ts, &(Signature){.return_type = type_primitive(ts, ELEMENT_TYPE_VOID)});
    case SYNTHETIC_DelegateFromNative: return delegate_from_native_signature(ts);
    case SYNTHETIC_StructToNative:
    case SYNTHETIC_StructToManaged:
    case SYNTHETIC_StructCleanup: return struct_stub_signature(ts, kind, owner);
    case SYNTHETIC_ReverseDelegate: // these have native parameter types: method_synthetic_typed
    case SYNTHETIC_ReverseOpenDelegate:
    case SYNTHETIC_NativeCalli:
    case SYNTHETIC_ForwardDelegate:
    case SYNTHETIC_None:
    case SYNTHETIC_UnboxingStub:
    case SYNTHETIC_UnmanagedEntry:
    case SYNTHETIC_DynamicInvoke:
    case SYNTHETIC_ContextStub:
    case SYNTHETIC_StaticVirtual:
    case SYNTHETIC_InterfaceSwitch:
    case SYNTHETIC_DynamicDispatch:
    case SYNTHETIC_ThrowBody: break;
    }
    return serves ? serves->signature : NULL;
}

static Method *synthetic_intern(TypeSystem *ts, MethodSynthetic kind, Type *owner, const Method *serves,
                                const Signature *signature) {
    bool added;
    Method prototype = {.def = serves ? serves->def : NULL,
                        .owner = owner,
                        .synthetic = kind,
                        .synthetic_method = serves,
                        .signature = signature};
    if (serves) {
        prototype.args = serves->args;
        prototype.arg_count = serves->arg_count;
    }
    const char *name = synthetic_rows[kind].name;
    prototype.name = name ? text_intern_z(ts->texts, name) : serves ? serves->name : TEXT_LITERAL("");
    Method *method = method_intern(ts, &prototype, &added);
    if (added) {
        method->id = ts->method_count++;
        method->is_open = (owner && owner->is_open) || (serves && serves->is_open);
    }
    return method;
}

Method *method_accessor(TypeSystem *ts, MethodSynthetic kind, Type *owner, const Signature *signature) {
    return synthetic_intern(ts, kind, owner, NULL,
                            kind == SYNTHETIC_ArrayCtor ? signature : accessor_signature(ts, kind, owner));
}

Method *method_synthetic(TypeSystem *ts, MethodSynthetic kind, Type *owner, const Method *serves) {
    const Signature *signature = synthetic_signature(ts, kind, owner, serves);
    return signature ? synthetic_intern(ts, kind, owner, serves, signature) : NULL;
}

Method *method_synthetic_typed(TypeSystem *ts, MethodSynthetic kind, Type *owner, const Method *serves,
                               const Signature *signature) {
    return synthetic_intern(ts, kind, owner, serves, signature);
}

// ---- Native structs -----------------------------------------------------------------------------

static FieldDef *native_field_def(TypeSystem *ts, const TypeDef *owner) {
    FieldDefRecord *record = ARENA_NEW(ts->arena, FieldDefRecord);
    record->def = (FieldDef){.owner = owner, .name = text_intern_z(ts->texts, "field")};
    return &record->def;
}

static void native_fields_make(TypeSystem *ts, Type *type, TypeDetails *details, const NativeField *fields,
                               uint32_t count) {
    Layout *layout = details->layout;
    details->fields = ARENA_ARRAY(ts->arena, Field *, count);
    details->field_count = layout->field_count = count;
    layout->field_offsets = ARENA_ARRAY(ts->arena, uint32_t, count);
    for (uint32_t i = 0; i < count; i++) {
        FieldRecord *record = ARENA_NEW(ts->arena, FieldRecord);
        record->field = (Field){.def = native_field_def(ts, type->def),
                                .owner = type,
                                .type = fields[i].type,
                                .id = ts->field_count++,
                                .index = i};
        details->fields[i] = &record->field;
        layout->field_offsets[i] = fields[i].offset;
    }
    details->fields_done = true;
}

Type *type_native_make(TypeSystem *ts, const Type *managed, uint32_t size, uint32_t alignment,
                       const NativeField *fields, uint32_t count) {
    enum { TYPE_Sealed = 0x100 };
    TypeDefRecord *record = ARENA_NEW(ts->arena, TypeDefRecord);
    record->def = (TypeDef){.module = managed->def->module,
                            .flags = TYPE_Sealed,
                            .name = text_format(ts, "%.*s__Native", TEXT_ARG(managed->def->name)),
                            .name_space = managed->def->name_space,
                            .enclosing = managed->def->enclosing,
                            .element_type = ELEMENT_TYPE_VALUETYPE,
                            .is_value_type = true,
                            .is_sealed = true};
    Type *type = type_from_def(ts, &record->def);
    TypeDetails *details = type_details(ts, type);
    details->base = well_known_type(ts, WELL_KNOWN_TYPE_ValueType);
    details->base_done = details->declared_interfaces_done = details->interfaces_done = true;
    details->methods_done = details->overrides_done = true;
    details->references_state = ENTRY_Done;
    details->layout = ARENA_NEW(ts->arena, Layout);
    *details->layout = (Layout){.size = size, .alignment = alignment, .is_blittable = true};
    details->layout_state = ENTRY_Done;
    native_fields_make(ts, type, details, fields, count);
    return type;
}

// ---- Thunks of reflection -----------------------------------------------------------------------

static Type *invoke_shape_type(TypeSystem *ts, Type *type);

/// References in a struct are one type as well.
static Type *invoke_shape_struct(TypeSystem *ts, Type *type) {
    ArenaMark mark = arena_mark(&ts->scratch);
    Type **args = ARENA_ARRAY(&ts->scratch, Type *, type->arg_count);
    Failure failure = {0};
    for (uint32_t i = 0; i < type->arg_count; i++) {
        bool is_struct = type->args[i]->is_value_type && type->args[i]->arg_count;
        args[i] = is_struct || type_is_reference(type->args[i]) ? invoke_shape_type(ts, type->args[i])
                                                                : type->args[i];
    }
    Type *shape = type_instantiate(ts, type->def, args, type->arg_count, &failure);
    arena_rewind(&ts->scratch, mark);
    return shape ? shape : type;
}

// What decides how a value is passed and copied: all references are one type, enums their integer, pointers
// native int.
static Type *invoke_shape_type(TypeSystem *ts, Type *type) {
    switch (type->kind) {
    case TYPE_Named:
        if (!type->is_value_type)
            return type_primitive(ts, ELEMENT_TYPE_OBJECT);
        if (type->def->is_enum)
            return type_enum_underlying(ts, type);
        return type->arg_count ? invoke_shape_struct(ts, type) : type;
    case TYPE_SzArray:
    case TYPE_Array: return type_primitive(ts, ELEMENT_TYPE_OBJECT);
    case TYPE_Pointer:
    case TYPE_FunctionPointer: return type_primitive(ts, ELEMENT_TYPE_I);
    case TYPE_ByRef: return type_byref(ts, type_primitive(ts, ELEMENT_TYPE_U1));
    case TYPE_Var:
    case TYPE_MVar: break;
    }
    return type;
}

static const Signature *invoke_shape(TypeSystem *ts, const Signature *target) {
    ArenaMark mark = arena_mark(&ts->scratch);
    Type **params = ARENA_ARRAY(&ts->scratch, Type *, (size_t)target->param_count + 1);
    for (uint32_t i = 0; i < target->param_count; i++)
        params[i] = invoke_shape_type(ts, target->params[i]);
    const Signature *shape =
        signature_make(ts, &(Signature){.return_type = invoke_shape_type(ts, target->return_type),
                                        .params = params,
                                        .param_count = target->param_count});
    arena_rewind(&ts->scratch, mark);
    return shape;
}

static const Signature *invoke_thunk_signature(TypeSystem *ts) {
    Type *byte_ref = type_byref(ts, type_primitive(ts, ELEMENT_TYPE_U1));
    Type *native_int = type_primitive(ts, ELEMENT_TYPE_I);
    Type *params[] = {native_int, byte_ref, byte_ref, native_int};
    return signature_make(ts, &(Signature){.return_type = byte_ref, .params = params, .param_count = 4});
}

Method *method_dynamic_invoke(TypeSystem *ts, const Signature *target) {
    Type *args[] = {type_function_pointer(ts, invoke_shape(ts, target)),
                    type_primitive(ts, ELEMENT_TYPE_OBJECT)};
    bool added;
    Method prototype = {.owner = well_known_type(ts, WELL_KNOWN_TYPE_DynamicInvokeInfo),
                        .args = args,
                        .arg_count = target->has_this ? 2 : 1,
                        .name = text_intern_z(ts->texts, synthetic_rows[SYNTHETIC_DynamicInvoke].name),
                        .synthetic = SYNTHETIC_DynamicInvoke,
                        .signature = invoke_thunk_signature(ts)};
    Method *method = method_intern(ts, &prototype, &added);
    if (added) {
        method->args = args_copy(ts, args, prototype.arg_count);
        method->id = ts->method_count++;
    }
    return method;
}
