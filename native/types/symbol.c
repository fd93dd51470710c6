// Linker symbols and the type loader's hash codes.
#include "types/private.h"

enum { READABLE_SIZE = 96 }; // characters kept of a name; the hash makes it unique

// FNV-1a, 64 bits: stable across machines and versions, unlike the tables' hashes.
static uint64_t text_hash(Text text) {
    uint64_t hash = 0xCBF29CE484222325u;
    for (size_t i = 0; i < text.size; i++)
        hash = (hash ^ (unsigned char)text.data[i]) * 0x100000001B3u;
    return hash;
}

static bool is_symbol_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_';
}

// "readable.part$hash": the hash is over the unique name, in which every definition stands with its assembly.
static Text symbol_make(TypeSystem *ts, Text readable, Text unique) {
    char buffer[READABLE_SIZE + 24];
    size_t size = 0;
    for (size_t i = 0; i < readable.size && size < READABLE_SIZE; i++) {
        char c = readable.data[i];
        if (is_symbol_character(c))
            buffer[size++] = c;
        else if (size && buffer[size - 1] != '_')
            buffer[size++] = '_';
    }
    static const char digits[] = "0123456789abcdef";
    uint64_t hash = text_hash(unique);
    buffer[size++] = '$';
    for (int shift = 60; shift >= 0; shift -= 4)
        buffer[size++] = digits[hash >> shift & 15];
    return text_intern(ts->texts, buffer, size);
}

static void method_unique_print(TypeSystem *ts, TextBuilder *out, const Method *method, uint32_t depth) {
    if (method->owner)
        type_print(ts, out, method->owner, NAME_Unique);
    text_append_z(out, "::");
    text_append(out, method->name);
    // The definition's row keeps overloads apart that differ only in custom modifiers.
    if (method->def)
        text_append_format(out, "#%.*s:%u", TEXT_ARG(method->def->owner->module->name), method->def->rid);
    text_append_format(out, "#%u<", (unsigned)method->synthetic);
    for (uint32_t i = 0; i < method->arg_count; i++) {
        type_print(ts, out, method->args[i], NAME_Unique);
        text_append_z(out, ",");
    }
    text_append_z(out, ">(");
    if (method->signature)
        signature_print_params(ts, out, method->signature, NAME_Unique);
    text_append_z(out, ")");
    if (method->synthetic_method && depth < DEPTH_LIMIT) {
        text_append_z(out, " for ");
        method_unique_print(ts, out, method->synthetic_method, depth + 1);
    }
}

Text symbol_method(TypeSystem *ts, const Method *method) {
    ArenaMark mark = arena_mark(&ts->scratch);
    TextBuilder readable = {.arena = &ts->scratch}, unique = {.arena = &ts->scratch};
    if (method->owner) {
        type_print(ts, &readable, method->owner, NAME_Display);
        text_append_z(&readable, ".");
    }
    text_append(&readable, method->name);
    if (method->synthetic == SYNTHETIC_UnboxingStub)
        text_append_z(&readable, "_Unbox");
    method_unique_print(ts, &unique, method, 0);
    Text symbol = symbol_make(ts, text_built(&readable), text_built(&unique));
    arena_rewind(&ts->scratch, mark);
    return symbol;
}

Text symbol_type(TypeSystem *ts, const Type *type) {
    ArenaMark mark = arena_mark(&ts->scratch);
    TextBuilder readable = {.arena = &ts->scratch}, unique = {.arena = &ts->scratch};
    type_print(ts, &readable, type, NAME_Display);
    type_print(ts, &unique, type, NAME_Unique);
    Text symbol = symbol_make(ts, text_built(&readable), text_built(&unique));
    arena_rewind(&ts->scratch, mark);
    return symbol;
}

Text symbol_field(TypeSystem *ts, const Field *field) {
    ArenaMark mark = arena_mark(&ts->scratch);
    TextBuilder readable = {.arena = &ts->scratch}, unique = {.arena = &ts->scratch};
    type_print(ts, &readable, field->owner, NAME_Display);
    text_append_z(&readable, ".");
    text_append(&readable, field->def->name);
    type_print(ts, &unique, field->owner, NAME_Unique);
    text_append_format(&unique, "::%.*s#%u", TEXT_ARG(field->def->name), field->def->rid);
    Text symbol = symbol_make(ts, text_built(&readable), text_built(&unique));
    arena_rewind(&ts->scratch, mark);
    return symbol;
}

// ---- Hash codes (corelib-contract 1.7: TypeHashingAlgorithms of CoreLib) ------------------------

static uint32_t rotate_left(uint32_t value, int bits) {
    return value << bits | value >> (32 - bits);
}

// Over UTF-16 units: even ones into one half, odd ones into the other.
static uint32_t name_hash(TypeSystem *ts, Text name) {
    ArenaMark mark = arena_mark(&ts->scratch);
    Utf16 utf16 = text_to_utf16(&ts->scratch, name);
    uint32_t even = 0x6DA3B944, odd = 0;
    for (size_t i = 0; i < utf16.count; i += 2) {
        even = (even + rotate_left(even, 5)) ^ utf16.units[i];
        if (i + 1 < utf16.count)
            odd = (odd + rotate_left(odd, 5)) ^ utf16.units[i + 1];
    }
    arena_rewind(&ts->scratch, mark);
    even += rotate_left(even, 8);
    odd += rotate_left(odd, 8);
    return even ^ odd;
}

static uint32_t definition_hash(TypeSystem *ts, const TypeDef *def, uint32_t depth) {
    if (def->enclosing && depth < DEPTH_LIMIT) {
        uint32_t enclosing = definition_hash(ts, def->enclosing, depth + 1);
        return (enclosing + rotate_left(enclosing, 11)) ^ name_hash(ts, def->name);
    }
    if (!def->name_space.size)
        return name_hash(ts, def->name);
    return name_hash(ts, text_format(ts, "%.*s.%.*s", TEXT_ARG(def->name_space), TEXT_ARG(def->name)));
}

static uint32_t arguments_hash(TypeSystem *ts, uint32_t hash, Type *const *args, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        hash = (hash + rotate_left(hash, 13)) ^ type_hash(ts, args[i]);
    return hash + rotate_left(hash, 15);
}

static uint32_t array_hash(TypeSystem *ts, const Type *type) {
    Type *element = type->element;
    uint32_t hash = type->kind == TYPE_SzArray
                        ? 0xD5313557u
                        : name_hash(ts, text_format(ts, "System.MDArrayRank%u`1", type->rank));
    return arguments_hash(ts, hash, &element, 1);
}

uint32_t type_hash(TypeSystem *ts, const Type *type) {
    uint32_t hash;
    switch (type->kind) {
    case TYPE_Named:
        if (type->def->is_placeholder)
            return type_hash(ts, well_known_type(ts, WELL_KNOWN_TYPE_Canon));
        hash = definition_hash(ts, type->def, 0);
        return type->arg_count ? arguments_hash(ts, hash, type->args, type->arg_count) : hash;
    case TYPE_SzArray:
    case TYPE_Array: return array_hash(ts, type);
    case TYPE_Pointer: hash = type_hash(ts, type->element); return (hash + rotate_left(hash, 5)) ^ 0x12D0;
    case TYPE_ByRef: hash = type_hash(ts, type->element); return (hash + rotate_left(hash, 7)) ^ 0x4C85;
    case TYPE_FunctionPointer:
        hash = type_hash(ts, type->signature->return_type);
        return arguments_hash(ts, hash, type->signature->params, type->signature->param_count);
    case TYPE_Var:
    case TYPE_MVar: break;
    }
    return type->index;
}

uint32_t method_hash(TypeSystem *ts, const Method *method) {
    return type_hash(ts, method->owner) ^
           arguments_hash(ts, name_hash(ts, method->name), method->args, method->arg_count);
}
