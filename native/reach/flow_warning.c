// Trim and AOT warnings with the SDK's codes and texts: where they come from, whether they are suppressed
// there, and the one line per assembly that stands for the rest (data/diagnostics-truth.md).
#include "reach/flow_call.h"

#include <stdarg.h>
#include <strings.h>

enum { HIDDEN_LINE = 0xFEEFEE };

static const char *category_of(const char *code) {
    if (code[2] == '2')
        return strcmp(code, "IL2035") >= 0 && strcmp(code, "IL2037") <= 0 ? NULL : "Trim analysis";
    return strcmp(code, "IL3050") >= 0 ? "AOT analysis" : NULL;
}

// ---- The user's method behind compiler-generated code -------------------------------------------

/// "Run" of "<Run>b__0", "<<Run>g__Local|0_0>d": what stands after the leading angle brackets.
static Text user_name(Text generated) {
    size_t start = 0, end;
    while (start < generated.size && generated.data[start] != '<')
        start++;
    while (start < generated.size && generated.data[start] == '<')
        start++;
    for (end = start; end < generated.size && generated.data[end] != '>';)
        end++;
    return (Text){generated.data + start, end - start};
}

static const TypeDef *user_type(const TypeDef *def) {
    while (def->enclosing && flow_is_compiler_generated(def->name))
        def = def->enclosing;
    return def;
}

/// Bits of the methods that `def` was made from; of the method itself if the user wrote it.
static uint32_t user_bits(World *w, const MethodDef *def, uint32_t bits_of(World *, const MethodDef *)) {
    const TypeDef *owner = user_type(def->owner);
    uint32_t bits = bits_of(w, def);
    Text name = flow_is_compiler_generated(def->name) ? user_name(def->name)
                : owner != def->owner                 ? user_name(def->owner->name)
                                                      : (Text){0};
    for (uint32_t i = 0; name.size && i < owner->method_count; i++) {
        const MethodDef *user = method_def_get(w->ts, owner->module, owner->first_method_rid + i);
        if (user && text_equal(user->name, name))
            bits |= bits_of(w, user);
    }
    return bits;
}

// ---- Suppression --------------------------------------------------------------------------------

static bool suppression_matches(const Module *module, Token owner, const char *code, bool for_all) {
    Arena arena = {0};
    AttributeRow *rows;
    uint32_t count = attributes_of(module, owner, &arena, &rows);
    bool found = false;
    for (uint32_t i = 0; i < count && !found; i++) {
        Text check, target;
        if (!text_equal_z(rows[i].name, "UnconditionalSuppressMessageAttribute") ||
            !attribute_string_argument(rows[i].blob, 1, &check) || check.size < strlen(code))
            continue;
        Text category;
        size_t fixed = 0;
        if (attribute_string_argument(rows[i].blob, 0, &category))
            fixed = (size_t)(check.data + check.size - (const char *)rows[i].blob.data) - 2;
        if (for_all && attribute_named_string(rows[i].blob, (uint32_t)fixed, "Target", &target))
            continue; // only of that member
        found = memcmp(check.data, code, strlen(code)) == 0 &&
                (check.size == strlen(code) || check.data[strlen(code)] == ':');
    }
    arena_free(&arena);
    return found;
}

static bool method_suppresses(World *w, const MethodDef *def, const char *code) {
    const Module *module = def->owner->module;
    const FlowFacts *facts = flow_facts(w, module);
    if (facts->methods[def->rid - 1] & METHOD_Suppressed &&
        suppression_matches(module, token_make(TABLE_MethodDef, def->rid), code, false))
        return true;
    for (const TypeDef *at = def->owner; at; at = at->enclosing)
        if (facts->types[at->rid - 1] & TYPE_Suppressed &&
            suppression_matches(module, token_make(TABLE_TypeDef, at->rid), code, false))
            return true;
    return false;
}

/// On the property or event of an accessor.
static bool association_suppresses(const MethodDef *def, const char *code) {
    const Module *module = def->owner->module;
    const Image *image = module->image;
    if (!(def->flags & 0x0800)) // SpecialName
        return false;
    for (uint32_t row = 1; row <= table_row_count(image, TABLE_MethodSemantics); row++)
        if (token_rid(column_token(image, COLUMN_MethodSemantics_Method, row)) == def->rid)
            return suppression_matches(module, column_token(image, COLUMN_MethodSemantics_Association, row),
                                       code, false);
    return false;
}

static bool suppressed(World *w, const MethodDef *def, const char *code) {
    const Module *module = def->owner->module;
    const TypeDef *owner = user_type(def->owner);
    if (method_suppresses(w, def, code))
        return true;
    Text name = flow_is_compiler_generated(def->name) ? user_name(def->name) : user_name(def->owner->name);
    for (uint32_t i = 0; name.size && i < owner->method_count; i++) {
        const MethodDef *user = method_def_get(w->ts, owner->module, owner->first_method_rid + i);
        if (user && text_equal(user->name, name) && method_suppresses(w, user, code))
            return true;
    }
    if (!flow_facts(w, module)->has_suppressions)
        return false;
    return association_suppresses(def, code) ||
           suppression_matches(module, token_make(TABLE_Assembly, 1), code, true) ||
           suppression_matches(module, token_make(TABLE_Module, 1), code, true);
}

static bool origin_suppressed(World *w, const FlowOrigin *origin, const char *code) {
    const Module *module = origin->module;
    if (token_table(origin->token) == TABLE_MethodDef)
        return suppressed(w, method_def_get(w->ts, (Module *)module, token_rid(origin->token)), code);
    if (suppression_matches(module, origin->token, code, false))
        return true;
    for (const TypeDef *at = origin->owner; at; at = at->enclosing)
        if (suppression_matches(module, token_make(TABLE_TypeDef, at->rid), code, false))
            return true;
    return suppression_matches(module, token_make(TABLE_Assembly, 1), code, true) ||
           suppression_matches(module, token_make(TABLE_Module, 1), code, true);
}

// ---- Reporting ----------------------------------------------------------------------------------

static bool list_has_text(const TextList *list, Text text) {
    for (uint32_t i = 0; i < list->count; i++)
        if (text_equal(list->items[i], text))
            return true;
    return false;
}

bool flow_code_off(const World *w, const char *code) {
    const Request *request = w->reach->request;
    for (uint32_t i = 0; i < request->diagnostics.no_warn.count; i++) {
        Text entry = request->diagnostics.no_warn.items[i];
        if ((entry.size == strlen(code) && strncasecmp(entry.data, code, entry.size) == 0) ||
            (entry.size == strlen(code) - 2 && memcmp(entry.data, code + 2, entry.size) == 0))
            return true;
    }
    const char *category = category_of(code);
    if (!category)
        return false;
    return category[0] == 'T' ? request->diagnostics.suppress_trim_warnings
                              : request->diagnostics.suppress_aot_warnings;
}

static bool is_single_warn(const Request *request, const Module *module) {
    if (list_has_text(&request->diagnostics.no_single_warn_assemblies, module->name))
        return false;
    return request->diagnostics.single_warn ||
           list_has_text(&request->diagnostics.single_warn_assemblies, module->name);
}

/// Assemblies of the runtime pack are annotated through and through: what they warn about among themselves is
/// not the user's business, and the stock compiler prints nothing for them either. CoreLib lies in a folder
/// beside the others.
bool flow_is_framework(const World *w, const Module *module) {
    const Module *core = well_known_type(w->ts, WELL_KNOWN_TYPE_Object)->def->module;
    const char *core_path = image_path(core->image);
    size_t size = strlen(core_path);
    for (uint32_t slashes = 0; size && slashes < 2; size--)
        slashes += core_path[size - 1] == '/';
    return module == core ||
           (size && !module->is_app && strncmp(image_path(module->image), core_path, size) == 0);
}

static void collapse(World *w, const Module *module, const char *category) {
    DiagLocation location = {.file = image_path(module->image)};
    bool trim = category[0] == 'T';
    char *text = trim ? arena_format(&w->arena,
                                     "Assembly '%.*s' produced trim warnings. For more information see "
                                     "https://aka.ms/il2104",
                                     TEXT_ARG(module->name))
                      : arena_format(&w->arena, "Assembly '%.*s' produced AOT analysis warnings.",
                                     TEXT_ARG(module->name));
    if (!flow_code_off(w, trim ? "IL2104" : "IL3053"))
        diag_report_il(w->reach->diag, trim ? "IL2104" : "IL3053", NULL, location, text);
}

/// Source line of an instruction: the last visible sequence point before it.
static void location_find(World *w, const MethodDef *def, uint32_t offset, DiagLocation *location) {
    SequencePoint *points;
    const Image *image = def->owner->module->image;
    Arena arena = {0};
    uint32_t count = pdb_sequence_points(image, def->rid, &arena, &points);
    for (uint32_t i = 0; i < count && points[i].il_offset <= offset; i++) {
        if (points[i].line == HIDDEN_LINE)
            continue;
        Text path = pdb_document(image, points[i].document);
        location->file = arena_format(&w->scratch, "%.*s", TEXT_ARG(path));
        location->line = points[i].line;
    }
    arena_free(&arena);
}

/// A program that makes types is marked twice.
static bool is_reported(World *w, const MethodDef *origin, uint32_t offset, const char *code,
                        const char *text) {
    Reach *reach = w->reach;
    uint64_t hash = 14695981039346656037u ^ (uint64_t)(uintptr_t)origin ^ (uint64_t)offset << 48; // FNV-1a
    for (const char *c = code; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 1099511628211u;
    for (const char *c = text; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 1099511628211u;
    for (uint32_t i = 0; reach->makes_types && i < reach->reported_before; i++)
        if (reach->reported.items[i] == hash)
            return true;
    ARRAY_PUSH(reach->program, &reach->reported, hash);
    return false;
}

void flow_report(World *w, const MethodDef *origin, bool has_offset, uint32_t offset, const char *code,
                 const char *text) {
    const Module *module = origin->owner->module;
    const Request *request = w->reach->request;
    const char *category = category_of(code);
    if (flow_code_off(w, code) || flow_is_framework(w, module) || suppressed(w, origin, code))
        return;
    if (category && is_single_warn(request, module)) {
        collapse(w, module, category);
        return;
    }
    DiagLocation location = {0};
    if (has_offset)
        location_find(w, origin, offset, &location);
    location.member = flow_name_of_def(w, origin, &w->scratch);
    if (is_reported(w, origin, offset, code, text))
        return;
    diag_report_il(w->reach->diag, code, category, location, text);
}

void flow_report_at(World *w, const FlowOrigin *origin, const char *code, const char *text) {
    const char *category = category_of(code);
    bool is_collapsible =
        token_table(origin->token) == TABLE_MethodDef || token_table(origin->token) == TABLE_TypeDef;
    if (flow_code_off(w, code) || flow_is_framework(w, origin->module) || origin_suppressed(w, origin, code))
        return;
    if (category && is_collapsible && is_single_warn(w->reach->request, origin->module)) {
        collapse(w, origin->module, category);
        return;
    }
    DiagLocation location = {.member = flow_name_of_origin(w, origin, &w->scratch)};
    diag_report_il(w->reach->diag, code, category, location, text);
}

/// Members that say themselves what they need are not warned about it again.
static bool in_requires_scope(World *w, const MethodDef *def, const char *code) {
    uint32_t scope = user_bits(w, def, flow_requires_scope);
    if (code[2] == '2')
        return (scope & REQUIRES_UnreferencedCode) != 0;
    if (strcmp(code, "IL3050") >= 0)
        return (scope & REQUIRES_DynamicCode) != 0;
    return (scope & REQUIRES_AssemblyFiles) != 0;
}

static bool worth_reporting(Flow *f, const char *code) {
    const Method *method = f->body->method;
    return method->def && !flow_is_framework(f->w, method->def->owner->module) &&
           !in_requires_scope(f->w, method->def, code);
}

void flow_warn(Flow *f, const char *code, const char *format, ...) {
    if (!worth_reporting(f, code))
        return;
    char text[4096];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    flow_report(f->w, f->body->method->def, true, f->in->offset, code, text);
}

void flow_warn_asker(World *w, const char *code, const char *format, ...) {
    char text[4096];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    if (!w->asker) {
        flow_warn(w->flow, code, "%s", text);
        return;
    }
    const MethodDef *def = token_table(w->asker->token) == TABLE_MethodDef
                               ? method_def_get(w->ts, (Module *)w->asker->module, token_rid(w->asker->token))
                               : NULL;
    if (!def || !in_requires_scope(w, def, code))
        flow_report_at(w, w->asker, code, text);
}

// ---- Members as the source writes them ----------------------------------------------------------

/// The method that the definition's IL names at this instruction, the caller's own generic parameters open;
/// NULL if there is none. il/ may have resolved or replaced the call.
const Method *flow_written_method(Flow *f) {
    BodyBytes bytes;
    const char *reason;
    Failure failure = {0};
    const Image *image = f->body->module->image;
    if (!body_read(image, f->body->method->def->rid, f->arena, &bytes, &reason))
        return NULL;
    uint32_t at = f->in->offset;
    const uint8_t *code = bytes.code.data;
    if (at + 6 <= bytes.code.size && code[at] == 0xFE)
        at++; // ldftn, ldvirtftn
    if (at + 5 > bytes.code.size)
        return NULL;
    const uint8_t *raw = code + at + 1;
    Token token = {(uint32_t)raw[0] | (uint32_t)raw[1] << 8 | (uint32_t)raw[2] << 16 |
                   (uint32_t)raw[3] << 24};
    TableId table = token_table(token);
    if ((table != TABLE_MethodDef && table != TABLE_MemberRef && table != TABLE_MethodSpec) ||
        !token_is_valid(image, token))
        return NULL;
    return method_from_token(f->w->ts, f->body->module, token, NULL, &failure);
}

/// The called method as the source has it, where it is `def` or what il/ put in its place.
static const Method *written_as(Flow *f, const MethodDef *def) {
    const Method *caller = f->body->method, *exact = f->in->method;
    bool is_call = f->in->op == OP_call || f->in->op == OP_callvirt || f->in->op == OP_newobj ||
                   f->in->op == OP_ldftn || f->in->op == OP_ldvirtftn || f->in->op == OP_new_delegate ||
                   f->in->op == OP_new_delegate_virtual || f->in->op == OP_ldtoken_method;
    bool replaced = is_call && exact == well_known_method(f->w->ts, WELL_KNOWN_METHOD_ReflectionGetType);
    bool generic = caller->owner->arg_count || caller->arg_count;
    Failure failure = {0};
    if (is_call && !replaced && !generic && exact->def == def)
        return exact;
    const Method *written = generic || replaced ? flow_written_method(f) : NULL;
    if (written && (written->def == def || replaced))
        return written;
    return method_instantiate(f->w->ts, def, type_from_def(f->w->ts, def->owner), NULL, 0, &failure);
}

const char *flow_method_name(Flow *f, const MethodDef *def) {
    if (flow_is_framework(f->w, f->body->method->def->owner->module))
        return "";
    const Method *method = written_as(f, def);
    return method ? flow_name_of_method(f->w, method, f->body->method->def, f->arena) : "?";
}

// ---- Requires* ----------------------------------------------------------------------------------

static const struct {
    Requires bit;
    const char *code, *attribute, *text;
} requirements[] = {
    {REQUIRES_UnreferencedCode, "IL2026", "RequiresUnreferencedCodeAttribute",
     "can break functionality when trimming application code."},
    {REQUIRES_DynamicCode, "IL3050", "RequiresDynamicCodeAttribute",
     "can break functionality when AOT compiling."},
    {REQUIRES_AssemblyFiles, "IL3002", "RequiresAssemblyFilesAttribute",
     "can break functionality when embedded in a single-file app."},
};

/// " message. url" of the attribute on an entity; false if it is not there.
static bool requires_message(const Module *module, Token owner, const char *attribute, Arena *arena,
                             const char **out) {
    Bytes blob;
    Text message, url;
    if (!attribute_find(module, owner, "System.Diagnostics.CodeAnalysis", attribute, &blob))
        return false;
    bool has_message = attribute_string_argument(blob, 0, &message) && message.size;
    bool has_url = attribute_named_string(blob, flow_message_size(blob), "Url", &url);
    const char *stop = has_message && message.data[message.size - 1] != '.' ? "." : "";
    *out = arena_format(arena, "%s%.*s%s%s%.*s", has_message ? " " : "", has_message ? (int)message.size : 0,
                        has_message ? message.data : "", has_message ? stop : "", has_url ? " " : "",
                        has_url ? (int)url.size : 0, has_url ? url.data : "");
    return true;
}

static bool association_message(const MethodDef *def, const char *attribute, Arena *arena, const char **out) {
    const Image *image = def->owner->module->image;
    for (uint32_t row = 1; def->flags & 0x0800 && row <= table_row_count(image, TABLE_MethodSemantics); row++)
        if (token_rid(column_token(image, COLUMN_MethodSemantics_Method, row)) == def->rid &&
            requires_message(def->owner->module, column_token(image, COLUMN_MethodSemantics_Association, row),
                             attribute, arena, out))
            return true;
    return false;
}

static const char *message_of(const TypeDef *type, const MethodDef *def, const char *attribute,
                              Arena *arena) {
    const char *message = "";
    if (def &&
        (requires_message(type->module, token_make(TABLE_MethodDef, def->rid), attribute, arena, &message) ||
         association_message(def, attribute, arena, &message)))
        return message;
    (void)requires_message(type->module, token_make(TABLE_TypeDef, type->rid), attribute, arena, &message);
    return message;
}

const char *flow_unreferenced_message(const TypeDef *type, const MethodDef *def, Arena *arena) {
    return message_of(type, def, requirements[0].attribute, arena);
}

/// Only through the analysis that is running, or the asker.
static void warn_required(World *w, uint32_t needed, const TypeDef *type, const MethodDef *def,
                          const char *name, Arena *arena) {
    for (size_t i = 0; i < sizeof requirements / sizeof *requirements; i++) {
        if (!(needed & requirements[i].bit))
            continue;
        const char *message = message_of(type, def, requirements[i].attribute, arena);
        flow_warn_asker(w, requirements[i].code, "Using member '%s' which has '%s' %s%s", name,
                        requirements[i].attribute, requirements[i].text, message);
    }
}

void flow_warn_requires(Flow *f, const MethodDef *def) {
    uint32_t needed = flow_requires(f->w, def);
    if (needed && !flow_is_framework(f->w, f->body->method->def->owner->module))
        warn_required(f->w, needed, def->owner, def, flow_method_name(f, def), f->arena);
}

void flow_warn_dynamic_code(Flow *f, const MethodDef *def) {
    uint32_t needed = flow_requires(f->w, def) & REQUIRES_DynamicCode;
    if (needed && !flow_is_framework(f->w, f->body->method->def->owner->module))
        warn_required(f->w, needed, def->owner, def, flow_method_name(f, def), f->arena);
}

uint32_t flow_field_requires(World *w, const FieldDef *def) {
    const FlowFacts *facts = flow_facts(w, def->owner->module);
    uint32_t types = facts->types[def->owner->rid - 1];
    return def->is_static && !(types & TYPE_StaticsExcluded) ? types & TYPE_Requires : 0;
}

void flow_warn_requires_field(World *w, const FieldDef *def, Arena *arena) {
    uint32_t needed = flow_field_requires(w, def);
    if (needed)
        warn_required(w, needed, def->owner, NULL, flow_name_of_field(w, def, arena), arena);
}

void flow_warn_requires_reflected(World *w, const MethodDef *def, const char *name, Arena *arena) {
    uint32_t needed = flow_requires_scope(w, def);
    if (needed)
        warn_required(w, needed, def->owner, def, name, arena);
}

// ---- COM ----------------------------------------------------------------------------------------

/// [MarshalAs] of a parameter: its native type (II.23.4), 0 if there is none.
static uint32_t native_type(const MethodDef *def, uint32_t sequence) {
    const Image *image = def->owner->module->image;
    uint32_t count, row = flow_param_row(def, sequence);
    uint32_t marshal =
        row ? sorted_rows_find(image, COLUMN_FieldMarshal_Parent, token_make(TABLE_Param, row), &count) : 0;
    Bytes blob = marshal ? column_blob(image, COLUMN_FieldMarshal_NativeType, marshal) : (Bytes){0};
    return blob.size ? blob.data[0] : 0;
}

static bool is_com(World *w, const Type *type, uint32_t native) {
    enum { NATIVE_IUnknown = 0x19, NATIVE_IDispatch = 0x1A, NATIVE_Interface = 0x1C };
    if (native == NATIVE_IUnknown || native == NATIVE_IDispatch || native == NATIVE_Interface)
        return true;
    if (type->kind != TYPE_Named || native)
        return false;
    return type->def->is_interface || type == well_known_type(w->ts, WELL_KNOWN_TYPE_Object);
}

void flow_warn_com(Flow *f, const MethodDef *def) {
    const Signature *signature = f->in->method->signature;
    bool com = false;
    if (def->owner->module->runtime_marshalling_disabled)
        return;
    for (uint32_t i = 0; i < signature->param_count; i++)
        com |= is_com(f->w, signature->params[i], native_type(def, i + 1));
    if (com || is_com(f->w, signature->return_type, native_type(def, 0)))
        flow_warn(f, "IL2050",
                  "P/invoke method '%s' declares a parameter with COM marshalling. Correctness of COM "
                  "interop cannot be "
                  "guaranteed after trimming. Interfaces and interface members might be removed.",
                  flow_method_name(f, def));
}

// ---- Annotations that do not fit ----------------------------------------------------------------

static const char *flags_names(Arena *arena, uint32_t flags) {
    static const struct {
        uint32_t flag;
        const char *name;
    } names[] = {
        {DAM_PublicConstructors, "PublicConstructors"},
        {DAM_PublicParameterlessConstructor, "PublicParameterlessConstructor"},
        {DAM_NonPublicConstructors, "NonPublicConstructors"},
        {DAM_PublicMethods, "PublicMethods"},
        {DAM_NonPublicMethods, "NonPublicMethods"},
        {DAM_PublicFields, "PublicFields"},
        {DAM_NonPublicFields, "NonPublicFields"},
        {DAM_PublicNestedTypes, "PublicNestedTypes"},
        {DAM_NonPublicNestedTypes, "NonPublicNestedTypes"},
        {DAM_PublicProperties, "PublicProperties"},
        {DAM_NonPublicProperties, "NonPublicProperties"},
        {DAM_PublicEvents, "PublicEvents"},
        {DAM_NonPublicEvents, "NonPublicEvents"},
        {DAM_Interfaces, "Interfaces"},
    };
    TextBuilder out = {.arena = arena};
    if (flags == DAM_All)
        return "'DynamicallyAccessedMemberTypes.All'";
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if ((flags & names[i].flag) != names[i].flag)
            continue;
        text_append_format(&out, "%s'DynamicallyAccessedMemberTypes.%s'", out.size ? ", " : "",
                           names[i].name);
        flags &= ~names[i].flag;
    }
    return text_built(&out).data;
}

static const char *generic_owner_name(Flow *f, const Place *place, bool callee) {
    if (!place->method)
        return flow_name_of_type(f->w, place->type, f->arena);
    return callee ? flow_name_of_def(f->w, place->method, f->arena)
                  : flow_name_of_def(f->w, place->method, f->arena);
}

/// The first sentence: what the value does not satisfy.
static const char *target_text(Flow *f, const Place *target, const char *flags) {
    switch (target->kind) {
    case PLACE_Parameter:
        return arena_format(f->arena, "'%s' argument does not satisfy %s in call to '%s'.",
                            flow_name_of_param(target->method, target->index, f->arena), flags,
                            flow_method_name(f, target->method));
    case PLACE_Return:
        return arena_format(f->arena, "'%s' method return value does not satisfy %s requirements.",
                            flow_name_of_def(f->w, target->method, f->arena), flags);
    case PLACE_Field:
        return arena_format(f->arena, "value stored in field '%s' does not satisfy %s requirements.",
                            flow_name_of_field(f->w, target->field, f->arena), flags);
    case PLACE_This:
        return arena_format(f->arena, "'this' argument does not satisfy %s in call to '%s'.", flags,
                            flow_method_name(f, target->method));
    case PLACE_Generic:
        return arena_format(f->arena, "'%s' generic argument does not satisfy %s in '%s'.",
                            flow_name_of_generic(target->type, target->method, target->index, f->arena),
                            flags, generic_owner_name(f, target, true));
    case PLACE_None: break;
    }
    return "";
}

static const char *source_text(Flow *f, const Place *source) {
    switch (source->kind) {
    case PLACE_Parameter:
        return arena_format(f->arena, "The parameter '%s' of method '%s'",
                            flow_name_of_param(source->method, source->index, f->arena),
                            flow_name_of_def(f->w, source->method, f->arena));
    case PLACE_Return:
        return arena_format(f->arena, "The return value of method '%s'",
                            flow_name_of_def(f->w, source->method, f->arena));
    case PLACE_Field:
        return arena_format(f->arena, "The field '%s'", flow_name_of_field(f->w, source->field, f->arena));
    case PLACE_This:
        return arena_format(f->arena, "The implicit 'this' argument of method '%s'",
                            flow_name_of_def(f->w, source->method, f->arena));
    case PLACE_Generic:
        return arena_format(f->arena, "The generic parameter '%s' of '%s'",
                            flow_name_of_generic(source->type, source->method, source->index, f->arena),
                            generic_owner_name(f, source, false));
    case PLACE_None: break;
    }
    return "";
}

/// Column of a target in the table of codes IL2067 to IL2091.
static uint32_t target_column(PlaceKind kind) {
    static const uint8_t columns[] = {
        [PLACE_Parameter] = 0, [PLACE_Return] = 1, [PLACE_Field] = 2, [PLACE_This] = 3, [PLACE_Generic] = 4};
    return columns[kind];
}

static void warn_unknown(Flow *f, const Place *target) {
    static const char rest[] =
        "can not be statically determined and may not meet 'DynamicallyAccessedMembersAttribute' "
        "requirements.";
    switch (target->kind) {
    case PLACE_Parameter:
        flow_warn(f, "IL2062", "Value passed to parameter '%s' of method '%s' %s",
                  flow_name_of_param(target->method, target->index, f->arena),
                  flow_method_name(f, target->method), rest);
        break;
    case PLACE_Return:
        flow_warn(f, "IL2063", "Value returned from method '%s' %s",
                  flow_name_of_def(f->w, target->method, f->arena), rest);
        break;
    case PLACE_Field:
        flow_warn(f, "IL2064", "Value assigned to %s %s", flow_name_of_field(f->w, target->field, f->arena),
                  rest);
        break;
    case PLACE_This:
        flow_warn(f, "IL2065", "Value passed to implicit 'this' parameter of method '%s' %s",
                  flow_method_name(f, target->method), rest);
        break;
    case PLACE_Generic:
        flow_warn(f, "IL2066", "Type passed to generic parameter '%s' of '%s' %s",
                  flow_name_of_generic(target->type, target->method, target->index, f->arena),
                  generic_owner_name(f, target, true), rest);
        break;
    case PLACE_None: break;
    }
}

void flow_warn_requirement(Flow *f, const FlowValue *value, const Place *target) {
    static const uint16_t rows[] = {[PLACE_Parameter] = 2067,
                                    [PLACE_Return] = 2072,
                                    [PLACE_Field] = 2077,
                                    [PLACE_This] = 2082,
                                    [PLACE_Generic] = 2087};
    const Place *source = &value->place;
    if (!worth_reporting(f, "IL2067"))
        return;
    if (source->kind == PLACE_None) {
        warn_unknown(f, target);
        return;
    }
    char code[8];
    snprintf(code, sizeof code, "IL%u", rows[source->kind] + target_column(target->kind));
    uint32_t missing = target->flags == DAM_All ? DAM_All : target->flags & ~source->flags;
    flow_warn(f, code,
              "%s %s does not have matching annotations. The source value must declare at least the same "
              "requirements as "
              "those declared on the target location it is assigned to.",
              target_text(f, target, flags_names(f->arena, missing)), source_text(f, source));
}
