// [UnsafeAccessor(kind, Name = ...)] static externs: a forward to the member of the first parameter's type
// (corelib-contract 5.1).
#include "il/internal.h"

/// System.Runtime.CompilerServices.UnsafeAccessorKind.
typedef enum AccessorKind {
    ACCESSOR_Constructor,
    ACCESSOR_Method,
    ACCESSOR_StaticMethod,
    ACCESSOR_Field,
    ACCESSOR_StaticField
} AccessorKind;

typedef struct Accessor {
    AccessorKind kind;
    Text name;
    Type *type; // declaring type of the target
} Accessor;

/// "N.Type, Assembly" of [UnsafeAccessorType] on parameter `sequence` (0: the result): the type that the
/// signature cannot name; `declared` without the attribute, NULL if it cannot be found.
static Type *named_type(Il *il, const Method *method, uint32_t sequence, Type *declared) {
    Module *module = method->def->owner->module;
    uint32_t first, count = column_list(module->image, COLUMN_MethodDef_ParamList, method->def->rid, &first);
    Bytes blob;
    Text name;
    for (uint32_t rid = first; rid < first + count; rid++) {
        if (column_read(module->image, COLUMN_Param_Sequence, rid) != sequence)
            continue;
        if (!attribute_find(module, token_make(TABLE_Param, rid), "System.Runtime.CompilerServices",
                            "UnsafeAccessorTypeAttribute", &blob) ||
            !attribute_string_argument(blob, 0, &name))
            return declared;
        const char *comma = memchr(name.data, ',', name.size);
        Text type_name = {name.data, comma ? (size_t)(comma - name.data) : name.size};
        if (comma) {
            const char *end = name.data + name.size;
            for (comma++; comma < end && *comma == ' ';)
                comma++;
            const char *more = memchr(comma, ',', (size_t)(end - comma));
            module = module_find(il->ts, (Text){comma, (size_t)((more ? more : end) - comma)});
        }
        return module ? type_find_full_name(il->ts, module, type_name) : NULL;
    }
    return declared;
}

static bool read_accessor(Il *il, const Method *method, Accessor *out) {
    const MethodDef *def = method->def;
    Bytes blob;
    if (!attribute_find(def->owner->module, token_make(TABLE_MethodDef, def->rid),
                        "System.Runtime.CompilerServices", "UnsafeAccessorAttribute", &blob) ||
        blob.size < 6)
        return false;
    uint32_t kind = blob.data[2]; // int32 after the prolog (II.23.3)
    if (kind > ACCESSOR_StaticField)
        return false;
    out->kind = (AccessorKind)kind;
    if (!attribute_named_string(blob, 4, "Name", &out->name))
        out->name = def->name;
    if (kind == ACCESSOR_Constructor) {
        out->name = TEXT_LITERAL(".ctor");
        out->type = named_type(il, method, 0, method->signature->return_type);
        return out->type && out->type->kind == TYPE_Named;
    }
    if (method->signature->param_count == 0)
        return false;
    out->type = named_type(il, method, 1, method->signature->params[0]);
    if (out->type && out->type->kind == TYPE_ByRef)
        out->type = out->type->element;
    return out->type && out->type->kind == TYPE_Named;
}

/// Whether a parameter or result of the target can be what the accessor declares: the same type, or a class
/// that the accessor could only call object.
static bool compatible(Il *il, Type *wanted, Type *actual) {
    return !wanted || wanted == actual || (wanted == il->object && type_is_reference(actual));
}

static bool matches(Il *il, const Method *candidate, const Signature *wanted) {
    const Signature *signature = candidate->signature;
    if (signature->has_this != wanted->has_this || signature->param_count != wanted->param_count)
        return false;
    for (uint32_t i = 0; i < wanted->param_count; i++)
        if (!compatible(il, wanted->params[i], signature->params[i]))
            return false;
    return compatible(il, wanted->return_type, signature->return_type);
}

/// The method of that name whose parameters are the accessor's, less the leading receiver.
static const Method *target_method(Il *il, const Method *method, const Accessor *accessor, Arena *arena) {
    const Signature *signature = method->signature;
    uint32_t skip = accessor->kind == ACCESSOR_Constructor ? 0 : 1, count;
    Signature wanted = {.has_this = accessor->kind != ACCESSOR_StaticMethod,
                        .return_type = il->void_type,
                        .param_count = signature->param_count - skip};
    Type **params = ARENA_ARRAY(arena, Type *, wanted.param_count);
    for (uint32_t i = 0; i < wanted.param_count; i++)
        params[i] = named_type(il, method, i + skip + 1, signature->params[i + skip]);
    wanted.params = params;
    if (accessor->kind != ACCESSOR_Constructor)
        wanted.return_type = named_type(il, method, 0, signature->return_type);
    Method *const *methods = type_methods(il->ts, accessor->type, &count);
    for (uint32_t i = 0; i < count; i++) {
        const Method *found = methods[i];
        Failure failure = {0};
        if (!text_equal(found->name, accessor->name) || found->def->generic_count != method->arg_count)
            continue;
        if (method->arg_count)
            found = method_instantiate(il->ts, found->def, found->owner, method->args, method->arg_count,
                                       &failure);
        if (found && matches(il, found, &wanted))
            return found;
    }
    return NULL;
}

static Code *missing(const Accessor *accessor, Arena *arena, const Failure **failure) {
    bool is_field = accessor->kind == ACCESSOR_Field || accessor->kind == ACCESSOR_StaticField;
    Failure *made = failure_make(arena, is_field ? FAILURE_MissingField : FAILURE_MissingMethod, "");
    made->message = accessor->name;
    *failure = made;
    return NULL;
}

Code *synth_accessor(Il *il, const Method *method, Arena *arena, const Failure **failure) {
    Accessor accessor;
    Builder b = code_builder_start(il, method, arena);
    if (!read_accessor(il, method, &accessor)) {
        *failure = failure_make(arena, FAILURE_TypeLoad, "the type of an UnsafeAccessor");
        return NULL;
    }
    if (accessor.kind == ACCESSOR_Field || accessor.kind == ACCESSOR_StaticField) {
        const Field *field =
            type_find_field(il->ts, accessor.type, arena_format(arena, "%.*s", TEXT_ARG(accessor.name)));
        if (!field || field->def->is_static != (accessor.kind == ACCESSOR_StaticField))
            return missing(&accessor, arena, failure);
        if (accessor.kind == ACCESSOR_Field)
            build_index(&b, OP_ldarg, 0);
        build_field(&b, accessor.kind == ACCESSOR_Field ? OP_ldflda : OP_ldsflda, field);
        build(&b, OP_ret);
        return code_builder_finish(&b);
    }
    const Method *target = target_method(il, method, &accessor, arena);
    if (!target)
        return missing(&accessor, arena, failure);
    for (uint32_t i = accessor.kind == ACCESSOR_StaticMethod ? 1 : 0; i < b.code->arg_count; i++)
        build_index(&b, OP_ldarg, i);
    bool is_virtual = accessor.kind == ACCESSOR_Method && !accessor.type->is_value_type;
    build_method(&b,
                 accessor.kind == ACCESSOR_Constructor ? OP_newobj
                 : is_virtual                          ? OP_callvirt
                                                       : OP_call,
                 target);
    build(&b, OP_ret);
    return code_builder_finish(&b);
}
