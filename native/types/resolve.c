// Tokens to types, methods and fields (II.22): references across modules with type forwards, MemberRefs by
// name and signature, and the caches that make each token be resolved once per module.
#include "types/private.h"

// ---- TypeRef ------------------------------------------------------------------------------------

static Text name_full(TypeSystem *ts, Text name_space, Text name) {
    if (!name_space.size)
        return name;
    return text_format(ts, "%.*s.%.*s", TEXT_ARG(name_space), TEXT_ARG(name));
}

static bool type_missing(TypeSystem *ts, Text name_space, Text name, const Module *module, Failure *failure) {
    return failure_set(failure, FAILURE_TypeLoad, name_full(ts, name_space, name), module->name);
}

static Module *assembly_ref_module(TypeSystem *ts, Module *from, Token assembly_ref, Failure *failure) {
    Text name = column_text(from->image, COLUMN_AssemblyRef_Name, token_rid(assembly_ref));
    Module *module = module_find(ts, name);
    if (!module)
        failure_set(failure, FAILURE_FileNotFound, name, from->name);
    return module;
}

static TypeDef *type_def_find(TypeSystem *ts, Module *module, Text name_space, Text name,
                              const TypeDef *enclosing, Failure *failure);

// An ExportedType row (II.22.14): a forward to another assembly.
static TypeDef *forward_follow(TypeSystem *ts, Module *module, uint32_t rid, Failure *failure) {
    Token implementation = column_token(module->image, COLUMN_ExportedType_Implementation, rid);
    Text name_space = column_text(module->image, COLUMN_ExportedType_TypeNamespace, rid);
    Text name = column_text(module->image, COLUMN_ExportedType_TypeName, rid);
    if (token_table(implementation) != TABLE_AssemblyRef || !token_rid(implementation) ||
        ts->resolve_depth >= DEPTH_LIMIT)
        return type_missing(ts, name_space, name, module, failure),
               NULL; // other modules of a file are not supported; or a circle
    Module *target = assembly_ref_module(ts, module, implementation, failure);
    if (!target)
        return NULL;
    ts->resolve_depth++;
    TypeDef *def = type_def_find(ts, target, name_space, name, NULL, failure);
    ts->resolve_depth--;
    return def;
}

static TypeDef *type_def_find(TypeSystem *ts, Module *module, Text name_space, Text name,
                              const TypeDef *enclosing, Failure *failure) {
    uint32_t forward = 0;
    TypeDef *def = module_type_def(module_record(module), name_space, name, enclosing, &forward);
    if (def)
        return def;
    if (forward)
        return forward_follow(ts, module, forward, failure);
    return type_missing(ts, name_space, name, module, failure), NULL;
}

static Type *type_ref_resolve(TypeSystem *ts, Module *module, uint32_t rid, Failure *failure) {
    const Image *image = module->image;
    Token scope = column_token(image, COLUMN_TypeRef_ResolutionScope, rid);
    Text name = column_text(image, COLUMN_TypeRef_TypeName, rid);
    Text name_space = column_text(image, COLUMN_TypeRef_TypeNamespace, rid);
    TypeDef *def = NULL;
    if (!token_rid(scope) || token_table(scope) == TABLE_Module) {
        def = type_def_find(ts, module, name_space, name, NULL, failure);
    } else if (token_table(scope) == TABLE_AssemblyRef) {
        Module *target = assembly_ref_module(ts, module, scope, failure);
        if (target)
            def = type_def_find(ts, target, name_space, name, NULL, failure);
    } else if (token_table(scope) == TABLE_TypeRef) {
        Type *outer = type_open_from_token(ts, module, scope, failure);
        if (outer)
            def = type_def_find(ts, outer->def->module, name_space, name, outer->def, failure);
    } else {
        type_missing(ts, name_space, name, module, failure);
    }
    return def ? type_from_def(ts, def) : NULL;
}

// ---- Type tokens --------------------------------------------------------------------------------

static bool bad_token(const Module *module, Failure *failure) {
    return failure_set(failure, FAILURE_BadImageFormat, TEXT_LITERAL("bad metadata token"), module->name);
}

static Type *type_spec_resolve(TypeSystem *ts, Module *module, uint32_t rid, Failure *failure) {
    SignatureReader reader =
        signature_reader(ts, module, column_blob(module->image, COLUMN_TypeSpec_Signature, rid), failure);
    return signature_read_type(&reader);
}

Type *type_open_from_token(TypeSystem *ts, Module *module, Token token, Failure *failure) {
    uint32_t rid = token_rid(token);
    ModuleRecord *record = module_record(module);
    TableId table = token_table(token);
    if (table == TABLE_TypeDef) {
        TypeDef *def = type_def_get(ts, module, rid);
        return def ? type_from_def(ts, def) : (bad_token(module, failure), NULL);
    }
    if ((table != TABLE_TypeRef && table != TABLE_TypeSpec) || !rid ||
        rid > table_row_count(module->image, table))
        return bad_token(module, failure), NULL;
    TypeEntry *entry = table == TABLE_TypeRef ? &record->type_refs[rid - 1] : &record->type_specs[rid - 1];
    if (entry->state == ENTRY_Empty) {
        if (ts->resolve_depth >= DEPTH_LIMIT)
            return bad_token(module, failure), NULL;
        entry->state = ENTRY_Busy; // a TypeSpec or TypeRef scope that names itself ends here
        ts->resolve_depth++;
        entry->type = table == TABLE_TypeRef ? type_ref_resolve(ts, module, rid, &entry->failure)
                                             : type_spec_resolve(ts, module, rid, &entry->failure);
        ts->resolve_depth--;
        entry->state = entry->type ? ENTRY_Done : ENTRY_Failed;
    }
    if (entry->state == ENTRY_Done)
        return entry->type;
    if (entry->state == ENTRY_Busy)
        return bad_token(module, failure), NULL;
    if (failure)
        *failure = entry->failure;
    return NULL;
}

Type *type_from_token(TypeSystem *ts, Module *module, Token token, const GenericContext *context,
                      Failure *failure) {
    Type *open = type_open_from_token(ts, module, token, failure);
    return open ? type_substitute(ts, open, context, failure) : NULL;
}

// ---- MemberRef ----------------------------------------------------------------------------------

// The type that members are looked up in, open over its own definition's parameters.
static Type *member_scope(TypeSystem *ts, Type *parent) {
    if (parent->kind == TYPE_Named)
        return type_self(ts, parent->def);
    if (parent->kind == TYPE_SzArray || parent->kind == TYPE_Array)
        return well_known_type(ts, WELL_KNOWN_TYPE_Array);
    return NULL;
}

// Candidate with the wanted signature among the methods of `level`, which is a base class seen from the scope
// type.
static const MethodDef *method_match(TypeSystem *ts, Type *level, Text name, const Signature *signature,
                                     const Modifiers *modifiers) {
    const NameIndex *index = method_index(level->def);
    uint32_t first, count = name_index_find(index, name, &first);
    GenericContext context = type_context(level);
    for (uint32_t i = 0; i < count; i++) {
        MethodDef *def = method_def_get(ts, level->def->module, index->rids[first + i]);
        const Modifiers *own;
        const Signature *open = def ? method_def_signature(ts, def, &own, NULL) : NULL;
        if (!open || !modifiers_equal(own, modifiers))
            continue;
        if (signature_substitute(ts, open, &context, NULL) == signature)
            return def;
    }
    return NULL;
}

static const FieldDef *field_match(TypeSystem *ts, Type *level, Text name, const Type *type,
                                   const Modifiers *modifiers) {
    const NameIndex *index = field_index(level->def);
    uint32_t first, count = name_index_find(index, name, &first);
    GenericContext context = type_context(level);
    for (uint32_t i = 0; i < count; i++) {
        FieldDef *def = field_def_get(ts, level->def->module, index->rids[first + i]);
        const Modifiers *own;
        Type *open = def ? field_def_type(ts, def, &own, NULL) : NULL;
        if (!open || !modifiers_equal(own, modifiers))
            continue;
        if (type_substitute(ts, open, &context, NULL) == type)
            return def;
    }
    return NULL;
}

// A generic definition named as a parent stands for its instance over its own parameters.
static Type *parent_instance(TypeSystem *ts, Type *parent) {
    return parent->is_generic_definition ? type_self(ts, parent->def) : parent;
}

static bool member_missing(TypeSystem *ts, FailureKind kind, const Type *parent, Text name,
                           Failure *failure) {
    ArenaMark mark = arena_mark(&ts->scratch);
    TextBuilder out = {.arena = &ts->scratch};
    type_print(ts, &out, parent, NAME_Display);
    text_append_z(&out, ".");
    text_append(&out, name);
    Text message = text_built(&out);
    message = text_intern(ts->texts, message.data, message.size);
    arena_rewind(&ts->scratch, mark);
    return failure_set(failure, kind, message, parent->def ? parent->def->module->name : TEXT_LITERAL(""));
}

static bool accessor_resolve(Type *array, Text name, const Signature *signature, MemberEntry *entry) {
    MethodSynthetic kind = SYNTHETIC_None;
    uint32_t params = array->rank;
    if (text_equal_z(name, "Get"))
        kind = SYNTHETIC_ArrayGet;
    if (text_equal_z(name, "Address"))
        kind = SYNTHETIC_ArrayAddress;
    if (text_equal_z(name, "Set"))
        kind = SYNTHETIC_ArraySet, params++;
    if (text_equal_z(name, ".ctor")) {
        // Lengths, or bounds and lengths; a vector of vectors may give the lengths of inner ones (II.14.2).
        kind = SYNTHETIC_ArrayCtor;
        if (signature->param_count == 2 * array->rank || array->kind == TYPE_SzArray)
            params = signature->param_count;
    }
    if (kind == SYNTHETIC_None || signature->param_count != params || !signature->has_this)
        return false;
    entry->owner = array;
    entry->accessor = kind;
    entry->signature = signature;
    return true;
}

static bool method_ref_resolve(TypeSystem *ts, Type *parent, Text name, const Signature *signature,
                               const Modifiers *modifiers, MemberEntry *entry) {
    bool is_array = parent->kind == TYPE_SzArray || parent->kind == TYPE_Array;
    if (is_array && accessor_resolve(parent, name, signature, entry))
        return true;
    GenericContext context = type_context(parent);
    uint32_t steps = 0;
    for (Type *level = member_scope(ts, parent); level && steps < BASE_CHAIN_LIMIT;
         level = type_base(ts, level), steps++) {
        entry->method = method_match(ts, level, name, signature, modifiers);
        if (!entry->method)
            continue;
        entry->owner = type_substitute(ts, level, &context, &entry->failure);
        return entry->owner != NULL;
    }
    return member_missing(ts, FAILURE_MissingMethod, parent, name, &entry->failure);
}

static bool field_ref_resolve(TypeSystem *ts, Type *parent, Text name, const Type *type,
                              const Modifiers *modifiers, MemberEntry *entry) {
    GenericContext context = type_context(parent);
    uint32_t steps = 0;
    for (Type *level = member_scope(ts, parent); level && steps < BASE_CHAIN_LIMIT;
         level = type_base(ts, level), steps++) {
        entry->field = field_match(ts, level, name, type, modifiers);
        if (!entry->field)
            continue;
        entry->owner = type_substitute(ts, level, &context, &entry->failure);
        return entry->owner != NULL;
    }
    return member_missing(ts, FAILURE_MissingField, parent, name, &entry->failure);
}

static Type *member_ref_parent(TypeSystem *ts, Module *module, Token class_token, Failure *failure) {
    switch ((unsigned)token_table(class_token)) {
    case TABLE_TypeDef:
    case TABLE_TypeRef:
    case TABLE_TypeSpec: {
        Type *parent = type_open_from_token(ts, module, class_token, failure);
        return parent ? parent_instance(ts, parent) : NULL;
    }
    case TABLE_ModuleRef: { // a global member of this (only) module
        TypeDef *def = type_def_get(ts, module, 1);
        return def ? type_from_def(ts, def) : NULL;
    }
    case TABLE_MethodDef: { // a vararg call site
        TypeDef *def =
            type_def_get(ts, module, method_owner_rid(module_record(module), token_rid(class_token)));
        return def ? type_self(ts, def) : NULL;
    }
    default: return bad_token(module, failure), NULL;
    }
}

static bool vararg_call(Failure *failure) {
    *failure =
        (Failure){.kind = FAILURE_InvalidProgram, .message = TEXT_LITERAL("vararg calls are not supported")};
    return false;
}

static bool member_ref_resolve(TypeSystem *ts, Module *module, uint32_t rid, MemberEntry *entry) {
    Type *parent = member_ref_parent(ts, module, column_token(module->image, COLUMN_MemberRef_Class, rid),
                                     &entry->failure);
    if (!parent)
        return false;
    Text name = column_text(module->image, COLUMN_MemberRef_Name, rid);
    Bytes blob = column_blob(module->image, COLUMN_MemberRef_Signature, rid);
    SignatureReader reader = signature_reader(ts, module, blob, &entry->failure);
    reader.modifier_arena = ts->arena;
    if (blob.size && (blob.data[0] & 0x0F) == 0x06) { // FIELD (II.23.2.4)
        Type *type = signature_read_field(&reader);
        Modifiers modifiers = signature_modifiers(&reader);
        return type && field_ref_resolve(ts, parent, name, type, &modifiers, entry);
    }
    const Signature *signature = signature_read_method(&reader);
    if (signature && signature->convention == CALL_VarArg) // its parameters are of this call only (II.23.2.2)
        return vararg_call(&entry->failure);
    Modifiers modifiers = signature_modifiers(&reader);
    return signature && method_ref_resolve(ts, parent, name, signature, &modifiers, entry);
}

static MemberEntry *member_ref_entry(TypeSystem *ts, Module *module, uint32_t rid, Failure *failure) {
    if (!rid || rid > table_row_count(module->image, TABLE_MemberRef))
        return bad_token(module, failure), NULL;
    MemberEntry *entry = &module_record(module)->member_refs[rid - 1];
    if (entry->state == ENTRY_Empty) {
        entry->state = ENTRY_Busy;
        entry->state = member_ref_resolve(ts, module, rid, entry) ? ENTRY_Done : ENTRY_Failed;
    }
    if (entry->state == ENTRY_Done)
        return entry;
    if (failure)
        *failure = entry->failure;
    return NULL;
}

// ---- Method tokens ------------------------------------------------------------------------------

static bool method_spec_resolve(TypeSystem *ts, Module *module, uint32_t rid, MemberEntry *entry) {
    Token method = column_token(module->image, COLUMN_MethodSpec_Method, rid);
    if (token_table(method) == TABLE_MethodDef) {
        entry->method = method_def_get(ts, module, token_rid(method));
        entry->owner = entry->method ? type_self(ts, entry->method->owner) : NULL;
        if (!entry->owner)
            return bad_token(module, &entry->failure);
    } else {
        MemberEntry *base = token_table(method) == TABLE_MemberRef
                                ? member_ref_entry(ts, module, token_rid(method), &entry->failure)
                                : (bad_token(module, &entry->failure), NULL);
        if (!base)
            return false;
        if (!base->method)
            return bad_token(module, &entry->failure);
        entry->method = base->method;
        entry->owner = base->owner;
    }
    SignatureReader reader = signature_reader(
        ts, module, column_blob(module->image, COLUMN_MethodSpec_Instantiation, rid), &entry->failure);
    Type **args;
    if (!signature_read_arguments(&reader, ts->arena, &args, &entry->arg_count))
        return false;
    entry->args = args;
    for (uint32_t i = 0; i < entry->arg_count; i++)
        entry->args_open |= args[i]->is_open;
    if (entry->arg_count != entry->method->generic_count)
        return bad_signature(&reader, "wrong number of method type arguments");
    return true;
}

static MemberEntry *method_spec_entry(TypeSystem *ts, Module *module, uint32_t rid, Failure *failure) {
    if (!rid || rid > table_row_count(module->image, TABLE_MethodSpec))
        return bad_token(module, failure), NULL;
    MemberEntry *entry = &module_record(module)->method_specs[rid - 1];
    if (entry->state == ENTRY_Empty)
        entry->state = method_spec_resolve(ts, module, rid, entry) ? ENTRY_Done : ENTRY_Failed;
    if (entry->state == ENTRY_Done)
        return entry;
    if (failure)
        *failure = entry->failure;
    return NULL;
}

static Method *method_entry_instantiate(TypeSystem *ts, MemberEntry *entry, const GenericContext *context,
                                        Failure *failure) {
    if (entry->exact)
        return entry->exact;
    Type *owner = type_substitute(ts, entry->owner, context, failure);
    if (!owner)
        return NULL;
    if (entry->accessor) {
        const Signature *signature = signature_substitute(ts, entry->signature, context, failure);
        return signature ? method_accessor(ts, entry->accessor, owner, signature) : NULL;
    }
    ArenaMark mark = arena_mark(&ts->scratch);
    Type **args = ARENA_ARRAY(&ts->scratch, Type *, entry->arg_count);
    Method *method = NULL;
    uint32_t i = 0;
    while (i < entry->arg_count && (args[i] = type_substitute(ts, entry->args[i], context, failure)))
        i++;
    if (i == entry->arg_count)
        method = method_instantiate(ts, entry->method, owner, args, i, failure);
    arena_rewind(&ts->scratch, mark);
    if (method && !entry->owner->is_open && !entry->args_open)
        entry->exact = method;
    return method;
}

Method *method_from_token(TypeSystem *ts, Module *module, Token token, const GenericContext *context,
                          Failure *failure) {
    uint32_t rid = token_rid(token);
    MemberEntry *entry = NULL;
    switch ((unsigned)token_table(token)) {
    case TABLE_MethodDef: {
        MethodDef *def = method_def_get(ts, module, rid);
        if (!def)
            return bad_token(module, failure), NULL;
        Type *owner = type_substitute(ts, type_self(ts, def->owner), context, failure);
        return owner ? method_instantiate(ts, def, owner, NULL, 0, failure) : NULL;
    }
    case TABLE_MemberRef: entry = member_ref_entry(ts, module, rid, failure); break;
    case TABLE_MethodSpec: entry = method_spec_entry(ts, module, rid, failure); break;
    default: return bad_token(module, failure), NULL;
    }
    if (!entry)
        return NULL;
    if (!entry->method && !entry->accessor)
        return bad_token(module, failure), NULL; // a field
    return method_entry_instantiate(ts, entry, context, failure);
}

// ---- Field tokens -------------------------------------------------------------------------------

static Field *field_on(TypeSystem *ts, const FieldDef *def, Type *owner, Failure *failure) {
    uint32_t count;
    Field *const *fields = type_fields(ts, owner, &count);
    uint32_t index = def->rid - owner->def->first_field_rid;
    if (owner->def != def->owner || index >= count || !fields[index])
        return failure_set(failure, FAILURE_MissingField, def->name, owner->def->module->name), NULL;
    const FieldRecord *record = (const FieldRecord *)fields[index];
    if (record->failure) {
        if (failure)
            *failure = *record->failure;
        return NULL;
    }
    return fields[index];
}

Field *field_from_token(TypeSystem *ts, Module *module, Token token, const GenericContext *context,
                        Failure *failure) {
    const FieldDef *def;
    Type *open;
    if (token_table(token) == TABLE_Field) {
        def = field_def_get(ts, module, token_rid(token));
        if (!def)
            return bad_token(module, failure), NULL;
        open = type_self(ts, def->owner);
    } else if (token_table(token) == TABLE_MemberRef) {
        MemberEntry *entry = member_ref_entry(ts, module, token_rid(token), failure);
        if (!entry)
            return NULL;
        def = entry->field;
        open = entry->owner;
        if (!def)
            return bad_token(module, failure), NULL;
    } else {
        return bad_token(module, failure), NULL;
    }
    Type *owner = type_substitute(ts, open, context, failure);
    return owner ? field_on(ts, def, owner, failure) : NULL;
}

// ---- By name ------------------------------------------------------------------------------------

Type *type_find(TypeSystem *ts, Module *module, const char *name_space, const char *name) {
    Text space = text_intern_z(ts->texts, name_space);
    TypeDef *def = NULL;
    for (const char *at = name;;) {
        const char *end = at;
        while (*end && *end != '/')
            end++;
        Text part = text_intern(ts->texts, at, (size_t)(end - at));
        Module *where = def ? def->module : module;
        def = type_def_find(ts, where, def ? text_intern_z(ts->texts, "") : space, part, def, NULL);
        if (!def)
            return NULL;
        if (!*end)
            return type_from_def(ts, def);
        at = end + 1;
    }
}

Type *type_find_full_name(TypeSystem *ts, Module *module, Text full_name) {
    size_t top = 0, dot = SIZE_MAX; // end of the outermost name; last dot in it
    while (top < full_name.size && full_name.data[top] != '+' && full_name.data[top] != '/') {
        if (full_name.data[top] == '.' && top > 0)
            dot = top;
        top++;
    }
    ArenaMark mark = arena_mark(&ts->scratch);
    TextBuilder name = {.arena = &ts->scratch};
    Text space = {full_name.data, dot == SIZE_MAX ? 0 : dot};
    size_t start = dot == SIZE_MAX ? 0 : dot + 1;
    for (size_t i = start; i < full_name.size; i++) {
        if (full_name.data[i] == '\\' && i + 1 < full_name.size)
            i++; // reflection escapes + , [ ] and the like
        char c =
            full_name.data[i] == '+' && (i == 0 || full_name.data[i - 1] != '\\') ? '/' : full_name.data[i];
        text_append(&name, (Text){&c, 1});
    }
    const char *space_z = text_intern(ts->texts, space.data, space.size).data;
    Type *type = type_find(ts, module, space_z, text_built(&name).data);
    arena_rewind(&ts->scratch, mark);
    return type;
}
