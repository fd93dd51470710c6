// Members whose use marks or warns by itself (reach.md 4): code that touches them has to be seen by
// reachability, so classes that need them to be initialised stay lazy.
#include "preinit/internal.h"

static bool says(const Module *module, Token token, const char *attribute) {
    Bytes blob;
    return attribute_find(module, token, "System.Diagnostics.CodeAnalysis", attribute, &blob);
}

static bool says_any(const Module *module, Token token) {
    static const char *const names[] = {"RequiresUnreferencedCodeAttribute", "RequiresDynamicCodeAttribute",
                                        "RequiresAssemblyFilesAttribute", "DynamicDependencyAttribute",
                                        "DynamicallyAccessedMembersAttribute"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (says(module, token, names[i]))
            return true;
    return false;
}

static bool generic_parameters_say(const Module *module, Token owner) {
    uint32_t count, row = sorted_rows_find(module->image, COLUMN_GenericParam_Owner, owner, &count);
    for (uint32_t i = 0; row && i < count; i++)
        if (says(module, token_make(TABLE_GenericParam, row + i), "DynamicallyAccessedMembersAttribute"))
            return true;
    return false;
}

bool method_is_annotated(const Method *method) {
    if (!method->def || method->synthetic != SYNTHETIC_None)
        return false;
    const TypeDef *owner = method->def->owner;
    const Module *module = owner->module;
    Token type = token_make(TABLE_TypeDef, owner->rid), token = token_make(TABLE_MethodDef, method->def->rid);
    if (says_any(module, token) || says_any(module, type))
        return true;
    uint32_t first, count = column_list(module->image, COLUMN_MethodDef_ParamList, method->def->rid, &first);
    for (uint32_t i = 0; i < count; i++)
        if (says(module, token_make(TABLE_Param, first + i), "DynamicallyAccessedMembersAttribute"))
            return true;
    return (method->arg_count && generic_parameters_say(module, token)) ||
           (method->owner->arg_count && generic_parameters_say(module, type));
}

bool field_is_annotated(const Field *field) {
    return says(field->def->owner->module, token_make(TABLE_Field, field->def->rid),
                "DynamicallyAccessedMembersAttribute");
}
