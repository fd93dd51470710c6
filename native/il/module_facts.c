// What a module's embedded files and attributes say about its own members: ILLink.Substitutions.xml
// (reach.md 4.6), feature switches and guards (2.1), and the strings of <assembly>.Strings.resources behind
// the SR accessors. Read on first use.
#include "il/internal.h"

#include <stdlib.h>
#include <uthash.h>

typedef struct SubstitutionEntry {
    const void *def; // MethodDef or FieldDef
    Substitution substitution;
    UT_hash_handle hh;
} SubstitutionEntry;

typedef struct StringEntry {
    const char *key; // interned
    Text value;
    UT_hash_handle hh;
} StringEntry;

struct ModuleFacts {
    SubstitutionEntry *substitutions;
    StringEntry *strings;
    bool strings_read;
    ARRAY(Text) removed_resources;
};

static void substitution_add(Il *il, ModuleFacts *facts, const void *def, Substitution substitution) {
    SubstitutionEntry *entry;
    HASH_FIND_PTR(facts->substitutions, &def, entry);
    if (entry)
        return; // the first statement about a member holds
    entry = ARENA_NEW(il->program, SubstitutionEntry);
    entry->def = def;
    entry->substitution = substitution;
    HASH_ADD_PTR(facts->substitutions, def, entry);
}

static Substitution substitution_find(const ModuleFacts *facts, const void *def) {
    SubstitutionEntry *entry;
    HASH_FIND_PTR(facts->substitutions, &def, entry);
    return entry ? entry->substitution : (Substitution){SUBSTITUTION_None, 0};
}

// ---- XML ----------------------------------------------------------------------------------------

/// "true", "false" or a number.
static bool parse_value(Text text, int64_t *out) {
    if (text_equal_z(text, "true") || text_equal_z(text, "True"))
        return *out = 1, true;
    if (text_equal_z(text, "false") || text_equal_z(text, "False"))
        return *out = 0, true;
    char digits[24];
    char *end;
    if (text.size == 0 || text.size >= sizeof digits)
        return false;
    memcpy(digits, text.data, text.size);
    digits[text.size] = '\0';
    *out = strtoll(digits, &end, 0);
    return *end == '\0';
}

/// "System.Boolean get_IsSupported(System.Int32,System.String)" of an open method.
static Text signature_text(Il *il, const Method *method, Arena *arena) {
    TextBuilder builder = {.arena = arena};
    const Signature *signature = method->signature;
    text_append(&builder, type_display(il->ts, signature->return_type, arena));
    text_append_z(&builder, " ");
    text_append(&builder, method->name);
    text_append_z(&builder, "(");
    for (uint32_t i = 0; i < signature->param_count; i++) {
        if (i)
            text_append_z(&builder, ",");
        text_append(&builder, type_display(il->ts, signature->params[i], arena));
    }
    text_append_z(&builder, ")");
    return text_built(&builder);
}

static bool names_method(Il *il, const XmlElement *element, const Method *method) {
    Text name = xml_attribute(element, "name"), signature = xml_attribute(element, "signature");
    if (name.data)
        return text_equal(name, method->name);
    if (!signature.data || !memmem(signature.data, signature.size, method->name.data, method->name.size))
        return false;
    return text_equal(signature, signature_text(il, method, il->program));
}

static void read_method(Il *il, ModuleFacts *facts, const XmlElement *element, Type *type) {
    Text body = xml_attribute(element, "body"), value = xml_attribute(element, "value");
    Substitution substitution = {SUBSTITUTION_Throw, 0};
    if (text_equal_z(body, "stub")) {
        substitution.kind = SUBSTITUTION_Value;
        if (value.data && !parse_value(value, &substitution.value))
            return;
    } else if (!text_equal_z(body, "remove")) {
        return;
    }
    uint32_t count;
    Method *const *methods = type_methods(il->ts, type, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (!names_method(il, element, methods[i]))
            continue;
        bool is_void = methods[i]->signature->return_type == il->void_type;
        if (substitution.kind == SUBSTITUTION_Value && is_void)
            substitution.kind = SUBSTITUTION_Empty;
        substitution_add(il, facts, methods[i]->def, substitution);
    }
}

static void read_field(Il *il, ModuleFacts *facts, const XmlElement *element, Type *type) {
    Text name = xml_attribute(element, "name"), value = xml_attribute(element, "value");
    int64_t number;
    if (!name.data || !value.data || !parse_value(value, &number))
        return;
    const TypeDef *def = type->def;
    for (uint32_t i = 0; i < def->field_count; i++) {
        FieldDef *field = field_def_get(il->ts, def->module, def->first_field_rid + i);
        if (field && text_equal(field->name, name))
            substitution_add(il, facts, field, (Substitution){SUBSTITUTION_Value, number});
    }
}

static void read_type(Il *il, ModuleFacts *facts, const XmlElement *element, Module *module,
                      const char *path) {
    Type *type = type_find_full_name(il->ts, module, xml_attribute(element, "fullname"));
    if (!type || type->kind != TYPE_Named)
        return;
    for (uint32_t i = 0; i < element->child_count; i++) {
        const XmlElement *child = element->children[i];
        if (!xml_feature_applies(child, il->request, path, il->diag))
            continue;
        if (text_equal_z(child->name, "method"))
            read_method(il, facts, child, type);
        if (text_equal_z(child->name, "field"))
            read_field(il, facts, child, type);
    }
}

static void read_assembly(Il *il, ModuleFacts *facts, const XmlElement *element, Module *module,
                          const char *path) {
    for (uint32_t i = 0; i < element->child_count; i++) {
        const XmlElement *child = element->children[i];
        if (!xml_feature_applies(child, il->request, path, il->diag))
            continue;
        if (text_equal_z(child->name, "type"))
            read_type(il, facts, child, module, path);
        if (text_equal_z(child->name, "resource") && text_equal_z(xml_attribute(child, "action"), "remove"))
            ARRAY_PUSH(il->program, &facts->removed_resources, xml_attribute(child, "name"));
    }
}

static void read_substitutions(Il *il, ModuleFacts *facts, Module *module) {
    Bytes bytes;
    if (!resource_find(module->image, "ILLink.Substitutions.xml", &bytes))
        return;
    const char *path = arena_format(il->program, "%s(ILLink.Substitutions.xml)", image_path(module->image));
    XmlElement *root = xml_read(bytes, path, il->program, il->diag);
    if (!root)
        return;
    for (uint32_t i = 0; i < root->child_count; i++) {
        const XmlElement *assembly = root->children[i];
        if (text_equal_z(assembly->name, "assembly") &&
            xml_feature_applies(assembly, il->request, path, il->diag))
            read_assembly(il, facts, assembly, module, path);
    }
}

// ---- Feature switches ---------------------------------------------------------------------------

/// Getter of a property (II.22.28: semantics 0x2).
static MethodDef *property_getter(Il *il, Module *module, Token property) {
    uint32_t count,
        first = sorted_rows_find(module->image, COLUMN_MethodSemantics_Association, property, &count);
    for (uint32_t rid = first; rid < first + count; rid++)
        if (column_read(module->image, COLUMN_MethodSemantics_Semantics, rid) == 2)
            return method_def_get(il->ts, module,
                                  token_rid(column_token(module->image, COLUMN_MethodSemantics_Method, rid)));
    return NULL;
}

static bool switch_value(Il *il, Module *module, Token property, int64_t *value) {
    Bytes blob;
    Text name;
    if (attribute_find(module, property, "System.Diagnostics.CodeAnalysis",
                       "FeatureSwitchDefinitionAttribute", &blob)) {
        int given = attribute_string_argument(blob, 0, &name) ? request_feature(il->request, name) : -1;
        *value = given;
        return given >= 0; // not given: an ordinary method, and a guard is not consulted
    }
    *value = 0;
    return attribute_find(module, property, "System.Diagnostics.CodeAnalysis", "FeatureGuardAttribute",
                          &blob);
}

static void read_switches(Il *il, ModuleFacts *facts, Module *module) {
    uint32_t count = table_row_count(module->image, TABLE_Property);
    for (uint32_t rid = 1; rid <= count; rid++) {
        Token property = token_make(TABLE_Property, rid);
        int64_t value;
        if (!switch_value(il, module, property, &value))
            continue;
        MethodDef *getter = property_getter(il, module, property);
        if (getter && getter->is_static && getter->param_count == 0)
            substitution_add(il, facts, getter, (Substitution){SUBSTITUTION_Value, value});
    }
}

// ---- Facts of a module --------------------------------------------------------------------------

static ModuleFacts *facts_of(Il *il, Module *module) {
    if (module->index >= il->module_capacity) {
        uint32_t capacity = module->index * 2 + 16;
        ModuleFacts **grown = ARENA_ARRAY(il->program, ModuleFacts *, capacity);
        if (il->module_capacity)
            memcpy(grown, il->modules, il->module_capacity * sizeof *grown);
        il->modules = grown;
        il->module_capacity = capacity;
    }
    ModuleFacts *facts = il->modules[module->index];
    if (facts)
        return facts;
    facts = il->modules[module->index] = ARENA_NEW(il->program, ModuleFacts);
    read_substitutions(il, facts, module);
    read_switches(il, facts, module);
    return facts;
}

void module_facts_free(Il *il) {
    for (uint32_t i = 0; i < il->module_capacity; i++) {
        if (!il->modules[i])
            continue;
        HASH_CLEAR(hh, il->modules[i]->substitutions);
        HASH_CLEAR(hh, il->modules[i]->strings);
    }
}

Substitution method_substitution(Il *il, const MethodDef *def) {
    return substitution_find(facts_of(il, def->owner->module), def);
}

bool field_substitution(Il *il, const FieldDef *def, int64_t *value) {
    Substitution substitution = substitution_find(facts_of(il, def->owner->module), def);
    *value = substitution.value;
    return def->is_static && substitution.kind == SUBSTITUTION_Value;
}

bool il_resource_removed(Il *il, const Module *module, Text name) {
    const ModuleFacts *facts = facts_of(il, (Module *)module);
    for (uint32_t i = 0; i < facts->removed_resources.count; i++)
        if (text_equal(facts->removed_resources.items[i], name))
            return true;
    return false;
}

// ---- .resources (System.Resources.ResourceReader, version 2) ------------------------------------

static bool read_7bit(Cursor *c, uint32_t *out) {
    *out = 0;
    for (uint32_t shift = 0; shift < 35; shift += 7) {
        uint8_t byte;
        if (!read_u8(c, &byte))
            return false;
        *out |= (uint32_t)(byte & 0x7F) << shift;
        if (!(byte & 0x80))
            return true;
    }
    return false;
}

typedef struct ResourceLayout {
    uint32_t count;
    size_t names, positions, data;
} ResourceLayout;

static bool read_layout(Bytes bytes, ResourceLayout *out) {
    Cursor c = cursor_over(bytes);
    uint32_t magic, header_version, skip, version, type_count, size, data;
    if (!read_u32(&c, &magic) || magic != 0xBEEFCACE || !read_u32(&c, &header_version) ||
        !read_u32(&c, &skip) || !cursor_skip(&c, skip) || !read_u32(&c, &version) || version != 2 ||
        !read_u32(&c, &out->count) || !read_u32(&c, &type_count))
        return false;
    for (uint32_t i = 0; i < type_count; i++)
        if (!read_7bit(&c, &size) || !cursor_skip(&c, size))
            return false;
    if (out->count > bytes.size / 8 || !cursor_seek(&c, (c.at + 7) & ~(size_t)7) ||
        !cursor_skip(&c, (size_t)out->count * 4))
        return false; // hashes
    out->positions = c.at;
    if (!cursor_skip(&c, (size_t)out->count * 4) || !read_u32(&c, &data))
        return false;
    out->names = c.at;
    out->data = data;
    return true;
}

/// The entry at `position` of the name section: its name and, when it is a string (type code 1), its text.
static bool read_entry(Bytes bytes, const ResourceLayout *layout, uint32_t position, Arena *arena, Text *name,
                       Text *value) {
    Cursor c = cursor_over(bytes);
    uint32_t size, offset, type;
    Bytes text;
    if (!cursor_seek(&c, layout->names + position) || !read_7bit(&c, &size) || !read_bytes(&c, size, &text) ||
        !read_u32(&c, &offset))
        return false;
    uint16_t *units = ARENA_ARRAY(arena, uint16_t, size / 2);
    if (size / 2)
        memcpy(units, text.data, size / 2 * 2);
    *name = utf16_to_text(arena, (Utf16){units, size / 2});
    if (!cursor_seek(&c, layout->data + offset) || !read_7bit(&c, &type) || type != 1 ||
        !read_7bit(&c, &size) || !read_bytes(&c, size, &text))
        return false;
    *value = (Text){(const char *)text.data, text.size};
    return true;
}

/// "System.Private.CoreLib.Strings.resources", "FxResources.System.Console.SR.resources": the prefix varies.
static bool find_strings(const Module *module, Bytes *out) {
    uint32_t count = resource_count(module->image);
    for (uint32_t i = 0; i < count; i++) {
        Text name;
        if (resource_get(module->image, i, &name, out) &&
            (text_ends_with(name, ".SR.resources") || text_ends_with(name, ".Strings.resources")))
            return true;
    }
    return false;
}

static void read_strings(Il *il, ModuleFacts *facts, Module *module) {
    facts->strings_read = true;
    Bytes bytes;
    ResourceLayout layout;
    if (!find_strings(module, &bytes))
        return;
    if (!read_layout(bytes, &layout))
        return;
    for (uint32_t i = 0; i < layout.count; i++) {
        Cursor c = cursor_over(bytes);
        uint32_t position;
        Text name, value;
        if (!cursor_seek(&c, layout.positions + (size_t)i * 4) || !read_u32(&c, &position) ||
            !read_entry(bytes, &layout, position, il->program, &name, &value))
            continue;
        const char *key = text_intern(types_texts(il->ts), name.data, name.size).data;
        StringEntry *entry;
        HASH_FIND_PTR(facts->strings, &key, entry);
        if (entry)
            continue;
        entry = ARENA_NEW(il->program, StringEntry);
        entry->key = key;
        entry->value = value;
        HASH_ADD_PTR(facts->strings, key, entry);
    }
}

bool resource_string(Il *il, Module *module, Text name, Utf16 *out) {
    ModuleFacts *facts = facts_of(il, module);
    if (!facts->strings_read)
        read_strings(il, facts, module);
    const char *key = text_intern(types_texts(il->ts), name.data, name.size).data;
    StringEntry *entry;
    HASH_FIND_PTR(facts->strings, &key, entry);
    if (!entry)
        return false;
    *out = text_to_utf16(il->program, entry->value);
    return true;
}

bool il_resource_string(Il *il, const Method *accessor, Utf16 *out) {
    const MethodDef *def = accessor->def;
    if (!def || accessor->synthetic != SYNTHETIC_None || !def->is_static || def->param_count ||
        !(def->flags & 0x0800) || // specialname
        !text_equal_z(def->owner->name, "SR") || !text_equal_z(def->owner->name_space, "System") ||
        !text_starts_with(def->name, "get_"))
        return false;
    if (request_feature(il->request, TEXT_LITERAL("System.Resources.UseSystemResourceKeys")) == 1)
        return false;
    return resource_string(il, def->owner->module, (Text){def->name.data + 4, def->name.size - 4}, out);
}
