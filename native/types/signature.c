// Decoding signature blobs (II.23.2) into interned types, in terms of the module's own generic parameters.
#include "types/private.h"

enum {
    CONVENTION_MASK = 0x0F,
    CONVENTION_Field = 0x06,
    CONVENTION_LocalSig = 0x07,
    CONVENTION_Property = 0x08,
    CONVENTION_GenericInst = 0x0A,
    SIGNATURE_Generic = 0x10,
    SIGNATURE_HasThis = 0x20,
    SIGNATURE_ExplicitThis = 0x40
};

bool bad_signature(SignatureReader *reader, const char *reason) {
    return failure_set(reader->failure, FAILURE_BadImageFormat, text_intern_z(reader->ts->texts, reason),
                       reader->module->name);
}

SignatureReader signature_reader(TypeSystem *ts, Module *module, Bytes blob, Failure *failure) {
    return (SignatureReader){.ts = ts, .module = module, .cursor = cursor_over(blob), .failure = failure};
}

Modifiers signature_modifiers(SignatureReader *reader) {
    return (Modifiers){reader->modifiers.items, reader->modifiers.count};
}

// TypeDefOrRefOrSpecEncoded (II.23.2.8)
static bool token_read(SignatureReader *reader, Token *out) {
    static const TableId tables[] = {TABLE_TypeDef, TABLE_TypeRef, TABLE_TypeSpec};
    uint32_t coded;
    if (!read_compressed_u32(&reader->cursor, &coded) || (coded & 3) == 3)
        return bad_signature(reader, "bad type token in signature");
    *out = token_make(tables[coded & 3], coded >> 2);
    return true;
}

// Of the type at `position`.
static bool modifier_read(SignatureReader *reader, uint32_t position, bool required) {
    Token token;
    if (!token_read(reader, &token))
        return false;
    if (!reader->modifier_arena)
        return true;
    Failure ignored = {0};
    Modifier modifier = {.position = position, .required = required};
    modifier.type = type_open_from_token(reader->ts, reader->module, token, &ignored);
    ARRAY_PUSH(reader->modifier_arena, &reader->modifiers, modifier);
    return true;
}

// Notes custom modifiers and skips PINNED; leaves the code of the type in *code.
static bool code_read(SignatureReader *reader, uint8_t *code) {
    uint32_t position = reader->position++;
    for (;;) {
        if (!read_u8(&reader->cursor, code))
            return bad_signature(reader, "truncated signature");
        if (*code == ELEMENT_TYPE_CMOD_REQD || *code == ELEMENT_TYPE_CMOD_OPT) {
            if (!modifier_read(reader, position, *code == ELEMENT_TYPE_CMOD_REQD))
                return false;
        } else if (*code != ELEMENT_TYPE_PINNED) {
            return true;
        }
    }
}

static Type *named_read(SignatureReader *reader) {
    Token token;
    return token_read(reader, &token)
               ? type_open_from_token(reader->ts, reader->module, token, reader->failure)
               : NULL;
}

static Type *variable_read(SignatureReader *reader, TypeKind kind) {
    uint32_t index;
    if (!read_compressed_u32(&reader->cursor, &index) || index > UINT16_MAX)
        return bad_signature(reader, "bad generic parameter in signature"), NULL;
    return type_variable(reader->ts, kind, index);
}

static Type *
array_read(SignatureReader *reader) // ArrayShape (II.23.2.13); sizes and bounds are not part of the type
{
    Type *element = signature_read_type(reader);
    uint32_t rank, count, size;
    if (!element)
        return NULL;
    if (!read_compressed_u32(&reader->cursor, &rank) || rank == 0 || rank > 32)
        return bad_signature(reader, "bad array rank in signature"), NULL;
    if (!read_compressed_u32(&reader->cursor, &count))
        return bad_signature(reader, "truncated array shape"), NULL;
    for (uint32_t i = 0; i < count; i++) {
        if (!read_compressed_u32(&reader->cursor, &size))
            return bad_signature(reader, "truncated array shape"), NULL;
    }
    if (!read_compressed_u32(&reader->cursor, &count))
        return bad_signature(reader, "truncated array shape"), NULL;
    for (uint32_t i = 0; i < count; i++) {
        int32_t bound;
        if (!read_compressed_i32(&reader->cursor, &bound))
            return bad_signature(reader, "truncated array shape"), NULL;
    }
    return type_array(reader->ts, element, rank);
}

static Type *
instance_read(SignatureReader *reader) // GENERICINST (CLASS | VALUETYPE) TypeDefOrRef GenArgCount Type*
{
    uint8_t code;
    uint32_t count;
    if (!read_u8(&reader->cursor, &code) || (code != ELEMENT_TYPE_CLASS && code != ELEMENT_TYPE_VALUETYPE))
        return bad_signature(reader, "bad generic instance in signature"), NULL;
    Type *generic = named_read(reader);
    if (!generic)
        return NULL;
    if (!read_compressed_u32(&reader->cursor, &count) || generic->kind != TYPE_Named ||
        count != generic->def->generic_count || count == 0)
        return bad_signature(reader, "wrong number of type arguments in signature"), NULL;
    ArenaMark mark = arena_mark(&reader->ts->scratch);
    Type **args = ARENA_ARRAY(&reader->ts->scratch, Type *, count);
    Type *result = NULL;
    uint32_t i = 0;
    while (i < count && (args[i] = signature_read_type(reader)))
        i++;
    if (i == count)
        result = type_instantiate(reader->ts, generic->def, args, count, reader->failure);
    arena_rewind(&reader->ts->scratch, mark);
    return result;
}

static Type *function_pointer_read(SignatureReader *reader) {
    const Signature *signature = signature_read_method(reader);
    return signature ? type_function_pointer(reader->ts, signature) : NULL;
}

static Type *pointer_read(SignatureReader *reader, bool is_byref) {
    Type *element = signature_read_type(reader);
    if (!element)
        return NULL;
    if (element->kind == TYPE_ByRef)
        return bad_signature(reader, "pointer or byref to a byref"), NULL;
    return is_byref ? type_byref(reader->ts, element) : type_pointer(reader->ts, element);
}

static Type *sz_array_read(SignatureReader *reader) {
    Type *element = signature_read_type(reader);
    if (!element)
        return NULL;
    if (element->kind == TYPE_ByRef || element->element_type == ELEMENT_TYPE_VOID)
        return bad_signature(reader, "array of byref or void"), NULL;
    return type_sz_array(reader->ts, element);
}

static Type *type_read_after(SignatureReader *reader, uint8_t code) {
    switch ((ElementType)code) {
    case ELEMENT_TYPE_VOID:
    case ELEMENT_TYPE_BOOLEAN:
    case ELEMENT_TYPE_CHAR:
    case ELEMENT_TYPE_I1:
    case ELEMENT_TYPE_U1:
    case ELEMENT_TYPE_I2:
    case ELEMENT_TYPE_U2:
    case ELEMENT_TYPE_I4:
    case ELEMENT_TYPE_U4:
    case ELEMENT_TYPE_I8:
    case ELEMENT_TYPE_U8:
    case ELEMENT_TYPE_R4:
    case ELEMENT_TYPE_R8:
    case ELEMENT_TYPE_STRING:
    case ELEMENT_TYPE_I:
    case ELEMENT_TYPE_U:
    case ELEMENT_TYPE_OBJECT:
    case ELEMENT_TYPE_TYPEDBYREF:
        if (!reader->ts->primitives[code])
            return bad_signature(reader, "primitive used before the core library is open"), NULL;
        return reader->ts->primitives[code];
    case ELEMENT_TYPE_PTR: return pointer_read(reader, false);
    case ELEMENT_TYPE_BYREF: return pointer_read(reader, true);
    case ELEMENT_TYPE_VALUETYPE:
    case ELEMENT_TYPE_CLASS: return named_read(reader);
    case ELEMENT_TYPE_VAR: return variable_read(reader, TYPE_Var);
    case ELEMENT_TYPE_MVAR: return variable_read(reader, TYPE_MVar);
    case ELEMENT_TYPE_ARRAY: return array_read(reader);
    case ELEMENT_TYPE_SZARRAY: return sz_array_read(reader);
    case ELEMENT_TYPE_GENERICINST: return instance_read(reader);
    case ELEMENT_TYPE_FNPTR: return function_pointer_read(reader);
    case ELEMENT_TYPE_END:
    case ELEMENT_TYPE_CMOD_REQD:
    case ELEMENT_TYPE_CMOD_OPT:
    case ELEMENT_TYPE_INTERNAL:
    case ELEMENT_TYPE_MODIFIER:
    case ELEMENT_TYPE_SENTINEL:
    case ELEMENT_TYPE_PINNED: break;
    }
    return bad_signature(reader, "unknown element type in signature"), NULL;
}

Type *signature_read_type(SignatureReader *reader) {
    uint8_t code;
    if (reader->depth >= DEPTH_LIMIT)
        return bad_signature(reader, "signature nested too deeply"), NULL;
    reader->depth++;
    Type *type = code_read(reader, &code) ? type_read_after(reader, code) : NULL;
    reader->depth--;
    return type;
}

// [SuppressGCTransition] travels as modopt CallConvSuppressGCTransition on the return type; other CallConv*
// modifiers of an `unmanaged` signature are one and the same convention on x86-64 System V.
static bool has_suppress_gc_transition(const SignatureReader *reader, uint32_t return_position) {
    for (uint32_t i = 0; i < reader->modifiers.count; i++) {
        const Modifier *modifier = &reader->modifiers.items[i];
        if (modifier->position == return_position && modifier->type && modifier->type->def &&
            text_equal_z(modifier->type->def->name, "CallConvSuppressGCTransition"))
            return true;
    }
    return false;
}

static bool params_read(SignatureReader *reader, Type **params, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        bool at_sentinel =
            cursor_left(&reader->cursor) && reader->cursor.data[reader->cursor.at] == ELEMENT_TYPE_SENTINEL;
        if (at_sentinel && !cursor_skip(&reader->cursor, 1))
            return bad_signature(reader, "truncated signature");
        params[i] = signature_read_type(reader);
        if (!params[i])
            return false;
        if (params[i]->element_type == ELEMENT_TYPE_VOID)
            return bad_signature(reader, "parameter of type void");
    }
    return true;
}

const Signature *signature_read_method(SignatureReader *reader) {
    TypeSystem *ts = reader->ts;
    uint8_t head;
    uint32_t generic_count = 0, count, return_position = reader->position;
    if (reader->depth >= DEPTH_LIMIT)
        return bad_signature(reader, "signature nested too deeply"), NULL;
    if (!read_u8(&reader->cursor, &head))
        return bad_signature(reader, "empty signature"), NULL;
    uint32_t convention = head & CONVENTION_MASK;
    if (convention > CALL_VarArg && convention != CALL_Unmanaged)
        return bad_signature(reader, "not a method signature"), NULL;
    if ((head & SIGNATURE_Generic) &&
        (!read_compressed_u32(&reader->cursor, &generic_count) || generic_count > UINT16_MAX))
        return bad_signature(reader, "bad generic parameter count"), NULL;
    // Each parameter takes at least a byte, which bounds what a wrong count may allocate.
    if (!read_compressed_u32(&reader->cursor, &count) || count > cursor_left(&reader->cursor))
        return bad_signature(reader, "bad parameter count"), NULL;
    ArenaMark mark = arena_mark(&ts->scratch);
    Arena *modifier_arena = reader->modifier_arena;
    // Conventions given as modifiers must be seen even where nobody compares modifiers.
    if (convention == CALL_Unmanaged && !modifier_arena)
        reader->modifier_arena = ts->arena;
    Type **params = ARENA_ARRAY(&ts->scratch, Type *, count);
    Signature signature = {.convention = (CallingConvention)convention,
                           .has_this = (head & SIGNATURE_HasThis) != 0,
                           .explicit_this = (head & SIGNATURE_ExplicitThis) != 0,
                           .generic_count = (uint16_t)generic_count,
                           .params = params,
                           .param_count = count};
    reader->depth++;
    signature.return_type = signature_read_type(reader);
    if (signature.return_type && convention == CALL_Unmanaged)
        signature.suppress_gc_transition = has_suppress_gc_transition(reader, return_position);
    bool ok = signature.return_type && params_read(reader, params, count);
    reader->depth--;
    const Signature *result = ok ? signature_make(ts, &signature) : NULL;
    reader->modifier_arena = modifier_arena;
    arena_rewind(&ts->scratch, mark);
    return result;
}

Type *signature_read_field(SignatureReader *reader) {
    uint8_t head;
    if (!read_u8(&reader->cursor, &head) || (head & CONVENTION_MASK) != CONVENTION_Field)
        return bad_signature(reader, "not a field signature"), NULL;
    Type *type = signature_read_type(reader);
    if (type && type->element_type == ELEMENT_TYPE_VOID)
        return bad_signature(reader, "field of type void"), NULL;
    return type;
}

const Signature *property_signature(TypeSystem *ts, Module *module, uint32_t rid, Arena *arena,
                                    Modifiers *modifiers_or_null, Failure *failure) {
    SignatureReader reader =
        signature_reader(ts, module, column_blob(module->image, COLUMN_Property_Type, rid), failure);
    reader.modifier_arena = modifiers_or_null ? arena : NULL;
    uint8_t head;
    uint32_t count;
    if (!read_u8(&reader.cursor, &head) || (head & CONVENTION_MASK) != CONVENTION_Property ||
        !read_compressed_u32(&reader.cursor, &count) || count > cursor_left(&reader.cursor))
        return bad_signature(&reader, "not a property signature"), NULL;
    Signature signature = {.has_this = (head & SIGNATURE_HasThis) != 0, .param_count = count};
    ArenaMark mark = arena_mark(&ts->scratch);
    Type **params = ARENA_ARRAY(&ts->scratch, Type *, count);
    signature.params = params;
    signature.return_type = signature_read_type(&reader);
    bool ok = signature.return_type && params_read(&reader, params, count);
    const Signature *result = ok ? signature_make(ts, &signature) : NULL;
    if (modifiers_or_null)
        *modifiers_or_null = signature_modifiers(&reader);
    arena_rewind(&ts->scratch, mark);
    return result;
}

bool signature_read_arguments(SignatureReader *reader, Arena *arena, Type ***args, uint32_t *count) {
    uint8_t head;
    if (!read_u8(&reader->cursor, &head) || head != CONVENTION_GenericInst ||
        !read_compressed_u32(&reader->cursor, count) || *count == 0 || *count > cursor_left(&reader->cursor))
        return bad_signature(reader, "bad method instantiation");
    *args = ARENA_ARRAY(arena, Type *, *count);
    for (uint32_t i = 0; i < *count; i++) {
        (*args)[i] = signature_read_type(reader);
        if (!(*args)[i])
            return false;
    }
    return true;
}

// ---- StandAloneSig ------------------------------------------------------------------------------

static bool stand_alone_blob(Module *module, Token token, Bytes *blob) {
    uint32_t rid = token_rid(token);
    if (token_table(token) != TABLE_StandAloneSig || !rid ||
        rid > table_row_count(module->image, TABLE_StandAloneSig))
        return false;
    *blob = column_blob(module->image, COLUMN_StandAloneSig_Signature, rid);
    return true;
}

const Signature *signature_from_token(TypeSystem *ts, Module *module, Token token,
                                      const GenericContext *context, Failure *failure) {
    Bytes blob;
    if (!stand_alone_blob(module, token, &blob))
        return failure_set(failure, FAILURE_BadImageFormat, TEXT_LITERAL("bad signature token"),
                           module->name),
               NULL;
    SignatureEntry *entry = &module_record(module)->stand_alone_signatures[token_rid(token) - 1];
    if (entry->state == ENTRY_Empty) {
        SignatureReader reader = signature_reader(ts, module, blob, &entry->failure);
        entry->signature = signature_read_method(&reader);
        entry->state = entry->signature ? ENTRY_Done : ENTRY_Failed;
    }
    if (entry->state == ENTRY_Failed) {
        if (failure)
            *failure = entry->failure;
        return NULL;
    }
    return signature_substitute(ts, entry->signature, context, failure);
}

// Whether a local starts with PINNED; modifiers may stand before it (II.23.2.6).
static bool local_is_pinned(Cursor cursor) {
    uint8_t code;
    uint32_t token;
    while (read_u8(&cursor, &code)) {
        if (code == ELEMENT_TYPE_PINNED)
            return true;
        if (code != ELEMENT_TYPE_CMOD_REQD && code != ELEMENT_TYPE_CMOD_OPT)
            return false;
        if (!read_compressed_u32(&cursor, &token))
            return false;
    }
    return false;
}

bool locals_from_token(TypeSystem *ts, Module *module, Token token, const GenericContext *context,
                       Arena *arena, Type ***types, bool **pinned, uint32_t *count, Failure *failure) {
    Bytes blob;
    *count = 0;
    if (!stand_alone_blob(module, token, &blob))
        return failure_set(failure, FAILURE_BadImageFormat,
                           TEXT_LITERAL("bad local variable signature token"), module->name);
    SignatureReader reader = signature_reader(ts, module, blob, failure);
    uint8_t head;
    uint32_t total;
    if (!read_u8(&reader.cursor, &head) || head != CONVENTION_LocalSig ||
        !read_compressed_u32(&reader.cursor, &total) || total > cursor_left(&reader.cursor))
        return bad_signature(&reader, "not a local variable signature");
    *types = ARENA_ARRAY(arena, Type *, total);
    *pinned = ARENA_ARRAY(arena, bool, total);
    for (uint32_t i = 0; i < total; i++) {
        (*pinned)[i] = local_is_pinned(reader.cursor);
        Type *type = signature_read_type(&reader);
        if (type)
            type = type_substitute(ts, type, context, failure);
        if (!type)
            return false;
        (*types)[i] = type;
    }
    *count = total;
    return true;
}
