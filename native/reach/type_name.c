// Type names as reflection writes them: "N.Outer+Inner`1[[Arg, asm],...][]&, asm" (Type.GetType, attribute
// blobs).
#include "reach/world.h"

enum { NAME_DEPTH = 32 };

typedef struct NameParser {
    World *w;
    Text text;
    size_t at;
    Module *fallback; // where names without an assembly are looked up, before CoreLib
    bool keep_forwards;
} NameParser;

static char name_peek(const NameParser *p) {
    return p->at < p->text.size ? p->text.data[p->at] : 0;
}

static void blanks_skip(NameParser *p) {
    while (name_peek(p) == ' ')
        p->at++;
}

static bool name_take(NameParser *p, char c) {
    blanks_skip(p);
    if (name_peek(p) != c)
        return false;
    p->at++;
    return true;
}

/// The name up to a delimiter; a backslash escapes the next character.
static Text plain_name(NameParser *p) {
    size_t start = p->at;
    while (p->at < p->text.size && !strchr("[],&*", p->text.data[p->at]))
        p->at += p->text.data[p->at] == '\\' && p->at + 1 < p->text.size ? 2 : 1;
    size_t end = p->at;
    while (end > start && p->text.data[end - 1] == ' ')
        end--;
    return (Text){p->text.data + start, end - start};
}

/// "asm, Version=..": the simple name, up to the bracket that ends a type argument.
static Module *assembly_read(NameParser *p) {
    blanks_skip(p);
    size_t start = p->at;
    while (p->at < p->text.size && p->text.data[p->at] != ']' && p->text.data[p->at] != ',')
        p->at++;
    Text name = {p->text.data + start, p->at - start};
    while (name.size && name.data[name.size - 1] == ' ')
        name.size--;
    while (p->at < p->text.size && p->text.data[p->at] != ']')
        p->at++;
    return module_find(p->w->ts, name);
}

static void forward_keep(World *w, Module *facade, const TypeDef *def) {
    for (uint32_t i = 0; i < w->forwards.count; i++)
        if (w->forwards.items[i].facade == facade && w->forwards.items[i].def == def)
            return;
    TypeForward forward = {facade, def};
    ARRAY_PUSH(&w->arena, &w->forwards, forward);
}

static Type *name_find(NameParser *p, Module *module, Text name) {
    Module *core = (Module *)well_known_type(p->w->ts, WELL_KNOWN_TYPE_Object)->def->module;
    if (module) {
        Type *found = type_find_full_name(p->w->ts, module, name);
        if (found && p->keep_forwards && found->def->module != module && !found->def->enclosing)
            forward_keep(p->w, module, found->def);
        return found;
    }
    Type *type = p->fallback ? type_find_full_name(p->w->ts, p->fallback, name) : NULL;
    return type ? type : type_find_full_name(p->w->ts, core, name);
}

static Type *name_parse(NameParser *p, bool bracketed, uint32_t depth);

/// "[[A, asm],[B, asm]]" or "[A,B]" after a generic name. False if it is no argument list.
static bool arguments_read(NameParser *p, Type **args, uint32_t *count, uint32_t depth) {
    *count = 0;
    if (name_peek(p) != '[' || p->at + 1 >= p->text.size || strchr("],*", p->text.data[p->at + 1]))
        return true; // an array suffix or nothing
    p->at++;
    do {
        bool bracketed = name_take(p, '[');
        Type *arg = *count < NAME_DEPTH ? name_parse(p, bracketed, depth + 1) : NULL;
        if (!arg || (bracketed && !name_take(p, ']')))
            return false;
        args[(*count)++] = arg;
    } while (name_take(p, ','));
    return name_take(p, ']');
}

typedef struct Suffix {
    char kind; // '[' array, '*', '&'
    uint32_t rank;
} Suffix;

static bool suffixes_read(NameParser *p, Suffix *suffixes, uint32_t *count) {
    for (*count = 0; *count < NAME_DEPTH; (*count)++) {
        Suffix *suffix = &suffixes[*count];
        if (name_take(p, '*')) {
            suffix->kind = '*';
        } else if (name_take(p, '&')) {
            suffix->kind = '&';
        } else if (name_take(p, '[')) {
            *suffix = (Suffix){'[', 1};
            if (name_take(p, '*'))
                suffix->kind = '1'; // a general array of rank 1
            while (name_take(p, ','))
                suffix->rank++;
            if (!name_take(p, ']'))
                return false;
        } else {
            return true;
        }
    }
    return false;
}

static Type *suffixes_apply(World *w, Type *type, const Suffix *suffixes, uint32_t count) {
    for (uint32_t i = 0; type && i < count; i++) {
        if (suffixes[i].kind == '*')
            type = type_pointer(w->ts, type);
        else if (suffixes[i].kind == '&')
            type = type_byref(w->ts, type);
        else if (suffixes[i].kind == '[' && suffixes[i].rank == 1)
            type = type_sz_array(w->ts, type);
        else
            type = type_array(w->ts, type, suffixes[i].rank);
    }
    return type;
}

static Type *name_parse(NameParser *p, bool bracketed, uint32_t depth) {
    Type *args[NAME_DEPTH];
    Suffix suffixes[NAME_DEPTH];
    uint32_t arg_count, suffix_count;
    if (depth > NAME_DEPTH)
        return NULL;
    blanks_skip(p);
    Text name = plain_name(p);
    if (!name.size || !arguments_read(p, args, &arg_count, depth) ||
        !suffixes_read(p, suffixes, &suffix_count))
        return NULL;
    Module *module = NULL;
    bool has_assembly = (bracketed || depth == 0) && name_take(p, ',');
    if (has_assembly) {
        module = assembly_read(p);
        if (!module)
            return NULL;
    }
    Type *type = name_find(p, module, name);
    if (!type || !type->def || (arg_count && arg_count != type->def->generic_count))
        return NULL;
    Failure failure = {0};
    if (arg_count)
        type = type_instantiate(p->w->ts, type->def, args, arg_count, &failure);
    return suffixes_apply(p->w, type, suffixes, suffix_count);
}

static Type *name_read(NameParser *p) {
    Type *type = name_parse(p, false, 0);
    blanks_skip(p);
    return p->at == p->text.size ? type : NULL;
}

Type *type_name_resolve(World *w, Text text, const Module *fallback) {
    return name_read(&(NameParser){.w = w, .text = text, .fallback = (Module *)fallback});
}

Type *type_name_looked_up(World *w, Text text, const Module *fallback) {
    return name_read(
        &(NameParser){.w = w, .text = text, .fallback = (Module *)fallback, .keep_forwards = true});
}

const TypeForward *reach_type_forwards(const Reach *reach, uint32_t *count) {
    *count = reach->world->forwards.count;
    return reach->world->forwards.items;
}
