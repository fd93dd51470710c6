// Tokens -> entities under the exact generic context, when an instruction is first reached; and what becomes
// of those that cannot be resolved: a throw at that instruction.
#include "il/internal.h"

#include <stdlib.h>
#include <uthash.h>

/// Values of Internal.TypeSystem.ExceptionStringID, the first argument of ThrowHelpers.Throw*Exception.
enum ExceptionStringId {
    STRING_ClassLoadGeneral = 0,
    STRING_MissingMethod = 10,
    STRING_MissingField = 11,
    STRING_FileLoadErrorGeneric = 12,
    STRING_InvalidProgramDefault = 13,
    STRING_BadImageFormatGeneric = 21,
};

Failure *failure_make(Arena *arena, FailureKind kind, const char *message) {
    Failure *failure = ARENA_NEW(arena, Failure);
    failure->kind = kind;
    failure->message = (Text){message, strlen(message)};
    return failure;
}

// ---- Reports ------------------------------------------------------------------------------------

struct ReportedEntry {
    struct ReportedKey {
        const void *entity;
        size_t offset;
    } key;
    UT_hash_handle hh;
};

/// True the first time.
static bool report_once(Il *il, const void *entity, size_t offset) {
    struct ReportedKey key;
    memset(&key, 0, sizeof key);
    key.entity = entity;
    key.offset = offset;
    ReportedEntry *entry;
    HASH_FIND(hh, il->reported, &key, sizeof key, entry);
    if (entry)
        return false;
    entry = ARENA_NEW(il->program, ReportedEntry);
    entry->key = key;
    HASH_ADD(hh, il->reported, key, sizeof entry->key, entry);
    return true;
}

static const char *failure_text(const Failure *failure, Arena *arena) {
    const char *form = "%.*s";
    switch (failure->kind) {
    case FAILURE_TypeLoad:
        if (failure->argument.size)
            return arena_format(arena, "Type '%.*s' cannot be loaded from assembly '%.*s'",
                                TEXT_ARG(failure->message), TEXT_ARG(failure->argument));
        form = "Type '%.*s' cannot be loaded";
        break;
    case FAILURE_MissingMethod: form = "Method '%.*s' was not found"; break;
    case FAILURE_MissingField: form = "Field '%.*s' was not found"; break;
    case FAILURE_FileNotFound: form = "Assembly '%.*s' was not found"; break;
    case FAILURE_BadImageFormat:
    case FAILURE_InvalidProgram: form = "The code is invalid (%.*s)"; break;
    case FAILURE_None: break;
    }
    return arena_format(arena, form, TEXT_ARG(failure->message));
}

void report_failure(Il *il, const Method *method, uint32_t offset, const Failure *failure) {
    if (il->quiet)
        return;
    if (!method->def)
        return;
    Arena *arena = il->program;
    const MethodDef *def = method->def;
    if (failure->kind == FAILURE_FileNotFound) {
        Text interned = text_intern(types_texts(il->ts), failure->message.data, failure->message.size);
        if (report_once(il, interned.data, 0))
            diag_report(il->diag, DIAG_AssemblyNotFound,
                        (DiagLocation){.file = image_path(def->owner->module->image)}, interned.data,
                        def->owner->module->name.data);
        return;
    }
    if (!report_once(il, def, offset))
        return;
    Text name = method_diagnostic_name(il->ts, method, arena);
    diag_report(il->diag, DIAG_MemberNotFound,
                (DiagLocation){.file = image_path(def->owner->module->image), .member = name.data},
                failure_text(failure, arena));
}

void report_unsupported(Il *il, const Method *method, const char *reason) {
    if (il->quiet)
        return;
    if (!report_once(il, method->def, SIZE_MAX))
        return;
    Text name = method_diagnostic_name(il->ts, method, il->program);
    diag_report(il->diag, DIAG_MemberNotFound,
                (DiagLocation){.file = image_path(method->def->owner->module->image), .member = name.data},
                reason);
}

void report_invalid(Il *il, const Method *method, const char *reason) {
    if (il->quiet)
        return;
    if (!method->def || !report_once(il, method->def, SIZE_MAX))
        return;
    Text name = method_diagnostic_name(il->ts, method, il->program);
    diag_report(il->diag, DIAG_BodyInvalid,
                (DiagLocation){.file = image_path(method->def->owner->module->image), .member = name.data},
                arena_format(il->program, "The IL is invalid: %s", reason));
}

// ---- Throwing at an instruction -----------------------------------------------------------------

static void step_string(Import *im, Text text) {
    Instruction in = {.op = OP_ldstr, .offset = im->offset, .string = text_to_utf16(im->arena, text)};
    step(im, &in);
}

static void step_throw_helper(Import *im, WellKnownMethod helper, int32_t string_id, uint32_t text_count,
                              const Failure *failure) {
    step_integer(im, OP_ldc_i4, string_id);
    if (text_count > 0)
        step_string(im, failure->message);
    if (text_count > 1)
        step_string(im, failure->argument);
    step_call_to(im, well_known_method(im->il->ts, helper));
}

void step_failure(Import *im, const Failure *failure) {
    if (im->evaluating) {
        effect(im);
        return;
    }
    switch (failure->kind) {
    case FAILURE_TypeLoad:
        step_throw_helper(im, WELL_KNOWN_METHOD_ThrowTypeLoadException, STRING_ClassLoadGeneral, 2, failure);
        break;
    case FAILURE_MissingMethod:
        step_throw_helper(im, WELL_KNOWN_METHOD_ThrowMissingMethodException, STRING_MissingMethod, 1,
                          failure);
        break;
    case FAILURE_MissingField:
        step_throw_helper(im, WELL_KNOWN_METHOD_ThrowMissingFieldException, STRING_MissingField, 1, failure);
        break;
    case FAILURE_FileNotFound:
        step_throw_helper(im, WELL_KNOWN_METHOD_ThrowFileNotFoundException, STRING_FileLoadErrorGeneric, 1,
                          failure);
        break;
    case FAILURE_BadImageFormat:
        step_throw_helper(im, WELL_KNOWN_METHOD_ThrowBadImageFormatException, STRING_BadImageFormatGeneric, 0,
                          failure);
        break;
    case FAILURE_InvalidProgram:
    case FAILURE_None:
        step_throw_helper(im, WELL_KNOWN_METHOD_ThrowInvalidProgramException, STRING_InvalidProgramDefault, 0,
                          failure);
        break;
    }
    emit(im, (Instruction){.op = OP_unreachable});
    im->ended = true;
}

// ---- Operands -----------------------------------------------------------------------------------

typedef enum Operand {
    OPERAND_None,
    OPERAND_Type,
    OPERAND_Field,
    OPERAND_Method,
    OPERAND_String,
    OPERAND_Signature,
    OPERAND_Token
} Operand;

static Operand operand_of(Opcode op) {
    if (op == OP_ldobj || op == OP_stobj || op == OP_cpobj || op == OP_castclass || op == OP_isinst ||
        op == OP_unbox || op == OP_unbox_any || op == OP_box || op == OP_newarr || op == OP_ldelema ||
        op == OP_ldelem || op == OP_stelem || op == OP_initobj || op == OP_sizeof || op == OP_mkrefany ||
        op == OP_refanyval)
        return OPERAND_Type;
    if (op == OP_ldfld || op == OP_ldflda || op == OP_stfld || op == OP_ldsfld || op == OP_ldsflda ||
        op == OP_stsfld)
        return OPERAND_Field;
    if (op == OP_call || op == OP_callvirt || op == OP_newobj || op == OP_ldftn || op == OP_ldvirtftn ||
        op == OP_jmp)
        return OPERAND_Method;
    if (op == OP_ldstr)
        return OPERAND_String;
    if (op == OP_calli)
        return OPERAND_Signature;
    return op == OP_ldtoken ? OPERAND_Token : OPERAND_None;
}

/// The layout of a struct must be computable wherever its values are handled.
static bool type_loads(TypeSystem *ts, Type *type, Failure *failure) {
    return type->kind != TYPE_Named || !type->is_value_type || type->is_generic_definition ||
           type_layout(ts, type, failure);
}

/// So must that of a class where its objects are made or its fields are used.
static bool object_loads(TypeSystem *ts, Type *type, Failure *failure) {
    return type->kind != TYPE_Named || type->is_generic_definition || type_layout(ts, type, failure);
}

static bool bad_program(Failure *failure, const char *message) {
    failure->kind = FAILURE_InvalidProgram;
    failure->message = (Text){message, strlen(message)};
    return false;
}

static bool resolve_type(Import *im, RawInstruction *raw, const GenericContext *context, Failure *failure) {
    if (raw->element != ELEMENT_TYPE_END) {
        raw->in.type =
            raw->element == ELEMENT_TYPE_OBJECT ? im->il->object : type_primitive(im->il->ts, raw->element);
        return true;
    }
    raw->in.type = type_from_token(im->il->ts, im->code->module, raw->token, context, failure);
    return raw->in.type && type_loads(im->il->ts, raw->in.type, failure);
}

static bool resolve_field(Import *im, RawInstruction *raw, const GenericContext *context, Failure *failure) {
    raw->in.field = field_from_token(im->il->ts, im->code->module, raw->token, context, failure);
    if (!raw->in.field)
        return false;
    const FieldDef *def = raw->in.field->def;
    bool wants_static = raw->in.op == OP_ldsfld || raw->in.op == OP_ldsflda || raw->in.op == OP_stsfld;
    if (wants_static && !def->is_static)
        return bad_program(failure, "an instance field is used without an object");
    if (def->is_literal) { // no location
        *failure = (Failure){.kind = FAILURE_MissingField, .message = def->name};
        return false;
    }
    return object_loads(im->il->ts, raw->in.field->owner, failure);
}

static bool resolve_method(Import *im, RawInstruction *raw, const GenericContext *context, Failure *failure) {
    raw->in.method = method_from_token(im->il->ts, im->code->module, raw->token, context, failure);
    if (!raw->in.method)
        return false;
    if (raw->in.method->signature->convention == CALL_VarArg)
        return bad_program(failure, "vararg calls are not supported");
    if (raw->in.op == OP_newobj && raw->in.method->synthetic == SYNTHETIC_None &&
        !raw->in.method->def->is_constructor)
        return bad_program(failure, "newobj needs a constructor");
    return raw->in.op == OP_newobj ? object_loads(im->il->ts, raw->in.method->owner, failure)
                                   : type_loads(im->il->ts, raw->in.method->owner, failure);
}

static bool resolve_token(Import *im, RawInstruction *raw, const GenericContext *context, Failure *failure) {
    TypeSystem *ts = im->il->ts;
    TableId table = token_table(raw->token);
    bool is_field = table == TABLE_Field;
    if (table == TABLE_MemberRef) {
        if (token_rid(raw->token) == 0 ||
            token_rid(raw->token) > table_row_count(im->code->module->image, TABLE_MemberRef))
            return bad_program(failure, "a token is out of range");
        Bytes signature =
            column_blob(im->code->module->image, COLUMN_MemberRef_Signature, token_rid(raw->token));
        is_field = signature.size > 0 && (signature.data[0] & 0x0F) == 0x06; // II.23.2.4 FIELD
    }
    if (is_field) {
        raw->in.op = OP_ldtoken_field;
        raw->in.field = field_from_token(ts, im->code->module, raw->token, context, failure);
        return raw->in.field != NULL;
    }
    if (table == TABLE_MemberRef || table == TABLE_MethodDef || table == TABLE_MethodSpec) {
        raw->in.op = OP_ldtoken_method;
        raw->in.method = method_from_token(ts, im->code->module, raw->token, context, failure);
        return raw->in.method != NULL;
    }
    raw->in.type = type_from_token(ts, im->code->module, raw->token, context, failure);
    return raw->in.type && type_loads(ts, raw->in.type, failure);
}

static bool resolve_operand(Import *im, RawInstruction *raw, const GenericContext *context,
                            Failure *failure) {
    switch (operand_of(raw->in.op)) {
    case OPERAND_None: return true;
    case OPERAND_Type: return resolve_type(im, raw, context, failure);
    case OPERAND_Field: return resolve_field(im, raw, context, failure);
    case OPERAND_Method: return resolve_method(im, raw, context, failure);
    case OPERAND_Token: return resolve_token(im, raw, context, failure);
    case OPERAND_String:
        return user_string_read(im->code->module->image, raw->token, im->il->program, &raw->in.string) ||
               bad_program(failure, "a string token is out of range");
    case OPERAND_Signature:
        raw->in.signature = signature_from_token(im->il->ts, im->code->module, raw->token, context, failure);
        if (raw->in.signature && raw->in.signature->convention != CALL_Default) {
            if (raw->in.signature->convention == CALL_VarArg)
                return bad_program(failure, "vararg calls are not supported");
            raw->in.op = OP_native_calli;
        }
        return raw->in.signature != NULL;
    }
    return true;
}

bool resolve_instruction(Import *im, RawInstruction *raw) {
    if (raw->resolved)
        return raw->failure == NULL;
    raw->resolved = true;
    GenericContext context = method_context(im->code->context);
    Failure failure = {0};
    bool ok = resolve_operand(im, raw, &context, &failure);
    if (ok && raw->constrained.value) {
        raw->in.type2 = type_from_token(im->il->ts, im->code->module, raw->constrained, &context, &failure);
        ok = raw->in.type2 && type_loads(im->il->ts, raw->in.type2, &failure);
    }
    if (ok)
        return true;
    Failure *kept = ARENA_NEW(im->arena, Failure);
    *kept = failure;
    raw->failure = kept;
    report_failure(im->il, im->code->method, raw->in.offset, kept);
    return false;
}

void reported_free(Il *il) {
    HASH_CLEAR(hh, il->reported);
}
