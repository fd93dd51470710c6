// `--dump=reach` in the form of the ground-truth closures (reach.md 6.2), and `--why`.
#include "reach/world.h"
#include "support/pattern.h"

static Text type_line(World *w, const Type *type, Arena *arena) {
    const Module *module = type_module(type);
    Text assembly = module ? module->name : TEXT_LITERAL("");
    TextBuilder builder = {.arena = arena};
    if (text_equal_z(assembly, "System.Private.CoreLib"))
        assembly = TEXT_LITERAL("CoreLib");
    if (assembly.size) {
        text_append(&builder, assembly);
        text_append_z(&builder, ": ");
    }
    text_append(&builder, type_display(w->ts, type, arena));
    return text_built(&builder);
}

static Text field_line(World *w, const Field *field, Arena *arena) {
    TextBuilder builder = {.arena = arena};
    text_append(&builder, type_line(w, field->owner, arena));
    text_append_z(&builder, "::");
    text_append(&builder, field->def->name);
    return text_built(&builder);
}

static Text string_line(Utf16 string, Arena *arena) {
    Text text = utf16_to_text(arena, string);
    TextBuilder builder = {.arena = arena};
    text_append_z(&builder, "\"");
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c < 0x20 || c == '"' || c == '\\')
            text_append_format(&builder, "\\x%02x", c);
        else
            text_append(&builder, (Text){&text.data[i], 1});
    }
    text_append_z(&builder, "\"");
    return text_built(&builder);
}

/// The object's type, the class that made it, its number there.
static Text frozen_line(World *w, const FrozenObject *object, Arena *arena) {
    TextBuilder builder = {.arena = arena};
    Text type = type_display(w->ts, object->type, arena), owner = type_line(w, object->owner, arena);
    text_append_format(&builder, "%.*s of %.*s %u", TEXT_ARG(type), TEXT_ARG(owner), object->number);
    return text_built(&builder);
}

Text node_line(World *w, const Node *node, Arena *arena) {
    switch (node->kind) {
    case NODE_Method:
    case NODE_Slot:
    case NODE_ReflectableMethod: return method_display(w->ts, node->entity, arena);
    case NODE_Necessary:
    case NODE_Metadata:
    case NODE_Constructed:
    case NODE_Allocated:
    case NODE_RuntimeType:
    case NODE_InterfaceUse:
    case NODE_NonGCStatics:
    case NODE_GCStatics:
    case NODE_ThreadStatics:
    case NODE_Cctor: return type_line(w, node->entity, arena);
    case NODE_Rva:
    case NODE_ReflectableField: return field_line(w, node->entity, arena);
    case NODE_Frozen: return frozen_line(w, node->entity, arena);
    case NODE_String: return string_line(((const StringNode *)node->entity)->string, arena);
    case NODE_Module: return ((const Module *)node->entity)->name;
    case NODE_KIND_COUNT: break;
    }
    return (Text){0};
}

/// Letter of a dump line: M method, V slot or selector, T constructed type, N type of a lower level, A type
/// with instances, R RuntimeType object, S static region, C lazy class constructor, D data of a field, O
/// object made at compile time, L literal, I method that reflection invokes, F field that it reads.
static char node_letter(const Reach *reach, const Node *node) {
    switch (node->kind) {
    case NODE_Method: return 'M';
    case NODE_Slot: return 'V';
    case NODE_Necessary: return reach_type_level(reach, node->entity) == LEVEL_Constructed ? 'T' : 'N';
    case NODE_Allocated: return 'A';
    case NODE_RuntimeType: return 'R';
    case NODE_NonGCStatics:
    case NODE_GCStatics:
    case NODE_ThreadStatics: return 'S';
    case NODE_Cctor: return 'C';
    case NODE_Rva: return 'D';
    case NODE_Frozen: return 'O';
    case NODE_String: return 'L';
    case NODE_ReflectableMethod: return 'I';
    case NODE_ReflectableField: return 'F';
    case NODE_Metadata:
    case NODE_Constructed:
    case NODE_InterfaceUse:
    case NODE_Module:
    case NODE_KIND_COUNT: break;
    }
    return 0; // told by another line
}

/// What a line says after the name; empty if nothing.
static const char *line_suffix(World *w, const Node *node) {
    if (node->kind == NODE_Cctor) {
        const char *obstacle = reach_preinit_obstacle(w->reach, node->entity);
        return obstacle ? arena_format(&w->scratch, " (%s)", obstacle) : "";
    }
    if (node->kind == NODE_GCStatics)
        return " (GC)";
    return node->kind == NODE_ThreadStatics ? " (thread)" : "";
}

void reach_dump(const Reach *reach, const struct Pattern *pattern, FILE *file) {
    World *w = reach->world;
    for (uint32_t kind = 0; kind < NODE_KIND_COUNT; kind++) {
        const NodeList *list = &w->marked[kind];
        for (uint32_t i = 0; i < list->count; i++) {
            const Node *node = list->items[i];
            char letter = node_letter(reach, node);
            if (!letter)
                continue;
            Text line = node_line(w, node, &w->scratch);
            if (!pattern || pattern_matches(pattern, line))
                fprintf(file, "%c %.*s%s\n", letter, TEXT_ARG(line), line_suffix(w, node));
            arena_reset(&w->scratch);
        }
    }
}

static void print_chain(World *w, const Node *node, FILE *file) {
    uint32_t depth = 0;
    for (; node; node = node->from, depth++) {
        Text line = node_line(w, node, &w->scratch);
        fprintf(file, "%*s%s %.*s%s\n", (int)(depth < 40 ? depth * 2 : 80), "", node_kind_name(node->kind),
                TEXT_ARG(line), line_suffix(w, node));
        fprintf(file, "%*s<- %s\n", (int)(depth < 40 ? depth * 2 + 2 : 82), "", node->text);
        arena_reset(&w->scratch);
    }
    fprintf(file, "\n");
}

void reach_why(const Reach *reach, const struct Pattern *pattern, FILE *file) {
    World *w = reach->world;
    for (uint32_t kind = 0; kind < NODE_KIND_COUNT; kind++) {
        const NodeList *list = &w->marked[kind];
        for (uint32_t i = 0; i < list->count; i++) {
            bool matches = !pattern || pattern_matches(pattern, node_line(w, list->items[i], &w->scratch));
            arena_reset(&w->scratch);
            if (matches)
                print_chain(w, list->items[i], file);
        }
    }
}

ReachCounts reach_counts(const Reach *reach) {
    const World *w = reach->world;
    uint32_t constructed = w->marked[NODE_Constructed].count;
    return (ReachCounts){.methods = reach->method_count,
                         .constructed_types = constructed,
                         .necessary_types = reach->type_count - constructed,
                         .slots = reach->slot_count,
                         .selectors = reach->selector_count,
                         .strings = reach->string_count,
                         .rounds = reach->rounds};
}
