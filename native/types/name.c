// Names of types and methods for people: dumps and --why (design reach.md 6.2), and as the SDK's warnings
// print members.
#include "types/private.h"

static void type_def_path_print(TextBuilder *out, const TypeDef *def, char separator, uint32_t depth) {
    if (def->enclosing && depth < DEPTH_LIMIT) {
        type_def_path_print(out, def->enclosing, separator, depth + 1);
        text_append(out, (Text){&separator, 1});
    } else if (def->name_space.size) {
        text_append(out, def->name_space);
        text_append_z(out, ".");
    }
    text_append(out, def->name);
}

void type_def_print(TextBuilder *out, const TypeDef *def) {
    type_def_path_print(out, def, '/', 0);
}

// ---- Display and unique -------------------------------------------------------------------------

static void args_print(TypeSystem *ts, TextBuilder *out, Type *const *args, uint32_t count,
                       enum NameStyle style) {
    text_append_z(out, "<");
    for (uint32_t i = 0; i < count; i++) {
        if (i)
            text_append_z(out, ",");
        type_print(ts, out, args[i], style);
    }
    text_append_z(out, ">");
}

static void array_suffix_print(TextBuilder *out, const Type *type) {
    text_append_z(out, "[");
    if (type->kind == TYPE_Array && type->rank == 1)
        text_append_z(out, "*"); // not a vector
    for (uint32_t i = 1; i < type->rank; i++)
        text_append_z(out, ",");
    text_append_z(out, "]");
}

static void function_pointer_print(TypeSystem *ts, TextBuilder *out, const Signature *signature,
                                   enum NameStyle style) {
    text_append_z(out, signature->convention == CALL_Default ? "method " : "method unmanaged ");
    type_print(ts, out, signature->return_type, style);
    text_append_z(out, " *(");
    signature_print_params(ts, out, signature, style);
    text_append_z(out, ")");
    // Signatures that differ in these only must not share a name.
    if (style == NAME_Unique)
        text_append_format(out, "%u%d%d", (unsigned)signature->convention, signature->has_this,
                           signature->suppress_gc_transition);
}

// Warnings: no namespace, `List<T>`; generic parameters of enclosing types print with the innermost type.
static void diagnostic_name_print(TypeSystem *ts, TextBuilder *out, const Type *type);

void type_print(TypeSystem *ts, TextBuilder *out, const Type *type, enum NameStyle style) {
    switch (type->kind) {
    case TYPE_Named:
        if (style == NAME_Diagnostic) {
            diagnostic_name_print(ts, out, type);
            return;
        }
        if (style == NAME_Unique)
            text_append_format(out, "[%.*s]", TEXT_ARG(type->def->module->name));
        type_def_print(out, type->def);
        if (type->arg_count)
            args_print(ts, out, type->args, type->arg_count, style);
        return;
    case TYPE_SzArray:
    case TYPE_Array:
        type_print(ts, out, type->element, style);
        array_suffix_print(out, type);
        return;
    case TYPE_Pointer:
    case TYPE_ByRef:
        type_print(ts, out, type->element, style);
        text_append_z(out, type->kind == TYPE_Pointer ? "*" : "&");
        return;
    case TYPE_FunctionPointer: function_pointer_print(ts, out, type->signature, style); return;
    case TYPE_Var: text_append_format(out, "!%u", type->index); return;
    case TYPE_MVar: text_append_format(out, "!!%u", type->index); return;
    }
}

void signature_print_params(TypeSystem *ts, TextBuilder *out, const Signature *signature,
                            enum NameStyle style) {
    for (uint32_t i = 0; i < signature->param_count; i++) {
        if (i)
            text_append_z(out, ",");
        type_print(ts, out, signature->params[i], style);
    }
}

Text type_display(TypeSystem *ts, const Type *type, Arena *arena) {
    TextBuilder out = {.arena = arena};
    type_print(ts, &out, type, NAME_Display);
    return text_built(&out);
}

// The assembly of the declaring definition; CoreLib by its short name.
static const Module *method_module(TypeSystem *ts, const Method *method) {
    const Type *owner = method->owner;
    while (owner && owner->element)
        owner = owner->element;
    if (method->owner && method->owner->kind != TYPE_Named)
        return ts->core; // array accessors
    return owner && owner->def ? owner->def->module : ts->core;
}

Text method_display(TypeSystem *ts, const Method *method, Arena *arena) {
    TextBuilder out = {.arena = arena};
    const Module *module = method_module(ts, method);
    text_append(&out, module == ts->core ? TEXT_LITERAL("CoreLib") : module->name);
    text_append_z(&out, ": ");
    if (method->owner)
        type_print(ts, &out, method->owner, NAME_Display);
    text_append_z(&out, "::");
    text_append(&out, method->name);
    if (method->arg_count)
        args_print(ts, &out, method->args, method->arg_count, NAME_Display);
    const Signature *signature = method->signature;
    if (method->def && !method->synthetic)
        signature = method_def_signature(ts, method->def, NULL, NULL);
    text_append_z(&out, "(");
    if (signature)
        signature_print_params(ts, &out, signature, NAME_Display);
    text_append_z(&out, ")");
    if (signature && text_starts_with(method->name, "op_")) {
        text_append_z(&out, ":");
        type_print(ts, &out, signature->return_type, NAME_Display);
    }
    return text_built(&out);
}

// ---- As in the SDK's warnings -------------------------------------------------------------------

static Text name_without_arity(Text name) {
    for (size_t i = name.size; i-- > 0;) {
        if (name.data[i] == '`')
            return (Text){name.data, i};
        if (name.data[i] < '0' || name.data[i] > '9')
            break;
    }
    return name;
}

static void parameter_name_print(TextBuilder *out, const TypeDef *type, const MethodDef *method,
                                 uint32_t index) {
    const Module *module = type ? type->module : method->owner->module;
    Token owner = type ? token_make(TABLE_TypeDef, type->rid) : token_make(TABLE_MethodDef, method->rid);
    uint32_t count, row = sorted_rows_find(module->image, COLUMN_GenericParam_Owner, owner, &count);
    for (uint32_t i = 0; row && i < count; i++) {
        if (column_read(module->image, COLUMN_GenericParam_Number, row + i) != index)
            continue;
        text_append(out, column_text(module->image, COLUMN_GenericParam_Name, row + i));
        return;
    }
    text_append_format(out, "%s%u", type ? "!" : "!!", index);
}

static void type_params_print(TextBuilder *out, const TypeDef *def) {
    if (!def->generic_count)
        return;
    for (uint32_t i = 0; i < def->generic_count; i++) {
        text_append_z(out, i ? "," : "<");
        parameter_name_print(out, def, NULL, i);
    }
    text_append_z(out, ">");
}

static void diagnostic_name_print(TypeSystem *ts, TextBuilder *out, const Type *type) {
    const TypeDef *def = type->def;
    if (def->enclosing) {
        text_append(out, name_without_arity(def->enclosing->name));
        text_append_z(out, ".");
    }
    text_append(out, name_without_arity(def->name));
    if (type->arg_count)
        args_print(ts, out, type->args, type->arg_count, NAME_Diagnostic);
}

// Types inside a member's parameter list: variables by their names in the source.
static void diagnostic_param_print(TypeSystem *ts, TextBuilder *out, const Type *type,
                                   const MethodDef *method) {
    switch (type->kind) {
    case TYPE_Var: parameter_name_print(out, method->owner, NULL, type->index); return;
    case TYPE_MVar: parameter_name_print(out, NULL, method, type->index); return;
    case TYPE_SzArray:
    case TYPE_Array:
    case TYPE_Pointer:
    case TYPE_ByRef:
        diagnostic_param_print(ts, out, type->element, method);
        if (type->kind == TYPE_Pointer)
            text_append_z(out, "*");
        else if (type->kind == TYPE_ByRef)
            text_append_z(out, "&");
        else
            array_suffix_print(out, type);
        return;
    case TYPE_Named: break;
    case TYPE_FunctionPointer: type_print(ts, out, type, NAME_Diagnostic); return;
    }
    const TypeDef *def = type->def;
    if (def->enclosing) {
        text_append(out, name_without_arity(def->enclosing->name));
        text_append_z(out, ".");
    }
    text_append(out, name_without_arity(def->name));
    for (uint32_t i = 0; i < type->arg_count; i++) {
        text_append_z(out, i ? "," : "<");
        diagnostic_param_print(ts, out, type->args[i], method);
    }
    if (type->arg_count)
        text_append_z(out, ">");
}

static void diagnostic_owner_print(TextBuilder *out, const TypeDef *def, uint32_t depth) {
    if (def->enclosing && depth < DEPTH_LIMIT) {
        diagnostic_owner_print(out, def->enclosing, depth + 1);
        text_append_z(out, ".");
    } else if (def->name_space.size) {
        text_append(out, def->name_space);
        text_append_z(out, ".");
    }
    text_append(out, name_without_arity(def->name));
    // Parameters belong to the type that adds them; nested types repeat the enclosing type's.
    if (!def->enclosing || def->generic_count != def->enclosing->generic_count)
        type_params_print(out, def);
}

typedef struct AccessorName {
    Text name; // of the property or event
    const char *part;
} AccessorName;

static bool accessor_find(const MethodDef *def, AccessorName *out) {
    const Image *image = def->owner->module->image;
    if (!(def->flags & 0x0800))
        return false; // SpecialName: cheaper than the search
    // MethodSemantics is sorted by association, so the search is over the type's accessors only (II.22.28).
    for (uint32_t row = 1; row <= table_row_count(image, TABLE_MethodSemantics); row++) {
        if (token_rid(column_token(image, COLUMN_MethodSemantics_Method, row)) != def->rid)
            continue;
        Token association = column_token(image, COLUMN_MethodSemantics_Association, row);
        uint32_t semantics = column_read(image, COLUMN_MethodSemantics_Semantics, row);
        if (!token_rid(association) || (semantics & 0x1B) == 0)
            return false;
        out->part = semantics & 1 ? "set" : semantics & 2 ? "get" : semantics & 8 ? "add" : "remove";
        out->name = token_table(association) == TABLE_Property
                        ? column_text(image, COLUMN_Property_Name, token_rid(association))
                        : column_text(image, COLUMN_Event_Name, token_rid(association));
        return true;
    }
    return false;
}

static void diagnostic_signature_print(TypeSystem *ts, TextBuilder *out, const Method *method) {
    const Signature *open = method_def_signature(ts, method->def, NULL, NULL);
    for (uint32_t i = 0; i < method->def->generic_count; i++) {
        text_append_z(out, i ? "," : "<");
        parameter_name_print(out, NULL, method->def, i);
    }
    if (method->def->generic_count)
        text_append_z(out, ">");
    text_append_z(out, "(");
    for (uint32_t i = 0; open && i < open->param_count; i++) {
        if (i)
            text_append_z(out, ",");
        diagnostic_param_print(ts, out, open->params[i], method->def);
    }
    text_append_z(out, ")");
}

Text method_diagnostic_name(TypeSystem *ts, const Method *method, Arena *arena) {
    TextBuilder out = {.arena = arena};
    AccessorName accessor;
    if (!method->def) {
        if (method->owner)
            type_print(ts, &out, method->owner, NAME_Display);
        text_append_z(&out, ".");
        text_append(&out, method->name);
        return text_built(&out);
    }
    diagnostic_owner_print(&out, method->def->owner, 0);
    text_append_z(&out, ".");
    if (accessor_find(method->def, &accessor)) {
        text_append_format(&out, "%.*s.%s", TEXT_ARG(accessor.name), accessor.part);
        return text_built(&out);
    }
    if (method->def->is_constructor || method->def->name.data == ts->name_static_constructor.data)
        text_append(&out, name_without_arity(method->def->owner->name));
    else
        text_append(&out, method->def->name);
    diagnostic_signature_print(ts, &out, method);
    return text_built(&out);
}
