// Linker symbols: one naming for lower/ and emit/. Names depend on the entity alone, never on its number in
// this program.
#include "reach/world.h"

static Text prefixed(const Reach *reach, const char *prefix, Text name) {
    TextTable *texts = types_texts(reach->ts);
    TextBuilder builder = {.arena = &reach->world->scratch};
    ArenaMark before = arena_mark(builder.arena);
    text_append_z(&builder, prefix);
    text_append(&builder, name);
    Text symbol = text_intern(texts, builder.data, builder.size);
    arena_rewind(&reach->world->scratch, before);
    return symbol;
}

/// Only a method whose address the program may look at keeps a symbol beside that of the common code.
static const Method *method_of_symbol(const Reach *reach, const Method *method) {
    return reach_pointer_taken(reach, method) ? method : reach_code(reach, method);
}

static Text method_symbol(const Reach *reach, const Method *method) {
    const MethodNode *node = method_node_find(reach->world, method);
    if (node && node->export_symbol.size)
        return node->export_symbol;
    return symbol_method(reach->ts, method);
}

static Text frozen_symbol(const Reach *reach, const FrozenObject *object) {
    char prefix[32];
    snprintf(prefix, sizeof prefix, "frozen$%u$", object->number);
    return prefixed(reach, prefix, symbol_type(reach->ts, object->owner));
}

/// Code with placeholders names entities whose symbol is that of their canonical form.
static const void *entity_served(const Reach *reach, SymbolKind kind, const void *entity) {
    switch (kind) {
    case SYMBOL_MethodTable:
    case SYMBOL_RuntimeType:
    case SYMBOL_NonGCStatics:
    case SYMBOL_GCStatics:
    case SYMBOL_ThreadStaticIndex: {
        const Type *type = entity;
        return type->has_placeholder ? type_canonical(reach->ts, type) : type;
    }
    case SYMBOL_Method:
    case SYMBOL_Code: return method_has_placeholder(entity) ? method_canonical(reach->ts, entity) : entity;
    case SYMBOL_Rva:
    case SYMBOL_SharedBody:
    case SYMBOL_Dictionary:
    case SYMBOL_PInvokeCell:
    case SYMBOL_MethodHandle:
    case SYMBOL_FieldHandle:
    case SYMBOL_FrozenObject: break;
    }
    return entity;
}

Text reach_symbol(const Reach *reach, SymbolKind kind, const void *entity) {
    entity = entity_served(reach, kind, entity);
    switch (kind) {
    case SYMBOL_MethodTable: return prefixed(reach, "mt$", symbol_type(reach->ts, entity));
    case SYMBOL_RuntimeType: return prefixed(reach, "type$", symbol_type(reach->ts, entity));
    case SYMBOL_NonGCStatics: return prefixed(reach, "statics$", symbol_type(reach->ts, entity));
    case SYMBOL_GCStatics: return prefixed(reach, "gcstatics$", symbol_type(reach->ts, entity));
    case SYMBOL_ThreadStaticIndex: return prefixed(reach, "tls$", symbol_type(reach->ts, entity));
    case SYMBOL_Rva: return prefixed(reach, "rva$", symbol_field(reach->ts, entity));
    case SYMBOL_Method: return method_symbol(reach, method_of_symbol(reach, entity));
    case SYMBOL_Code: return method_symbol(reach, reach_code(reach, entity));
    case SYMBOL_SharedBody:
        return prefixed(reach, "shared$", symbol_method(reach->ts, reach_body(reach, entity)));
    case SYMBOL_Dictionary: return prefixed(reach, "dictionary$", symbol_method(reach->ts, entity));
    case SYMBOL_PInvokeCell: return prefixed(reach, "pinvoke$", symbol_method(reach->ts, entity));
    case SYMBOL_MethodHandle: return prefixed(reach, "method$", symbol_method(reach->ts, entity));
    case SYMBOL_FieldHandle: return prefixed(reach, "field$", symbol_field(reach->ts, entity));
    case SYMBOL_FrozenObject: return frozen_symbol(reach, entity);
    }
    return (Text){0};
}

Text reach_string_symbol(const Reach *reach, uint32_t index) {
    Utf16 string = reach->strings[index];
    uint64_t hash = 14695981039346656037u; // FNV-1a, 64 bits
    for (size_t i = 0; i < string.count; i++)
        hash = (hash ^ string.units[i]) * 1099511628211u;
    char name[64];
    int size = snprintf(name, sizeof name, "str$%016llx$%zu", (unsigned long long)hash, string.count);
    return text_intern(types_texts(reach->ts), name, (size_t)size);
}

Text reach_selector_symbol(const Reach *reach, uint32_t selector) {
    return prefixed(reach, "sel$", symbol_method(reach->ts, reach->selectors[selector]));
}
