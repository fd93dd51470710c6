// The graph of reasons as a DGML file.
#include "reach/world.h"
#include "support/file.h"

#include <string.h>
#include <uthash.h>

/// Number of a node in the file.
typedef struct NodeId {
    const Node *node;
    uint32_t id;
    UT_hash_handle hh;
} NodeId;

typedef struct Graph {
    World *w;
    Arena *arena;
    NodeId *ids;
    TextBuilder nodes, links;
    uint32_t count;
} Graph;

static void node_append(Graph *g, const Node *node, uint32_t id) {
    text_append_format(&g->nodes, "    <Node Id=\"%u\" Label=\"%s ", id, node_kind_name(node->kind));
    text_append_xml(&g->nodes, node_line(g->w, node, &g->w->scratch));
    text_append_z(&g->nodes, "\" />\n");
    arena_reset(&g->w->scratch);
}

static void link_append(Graph *g, uint32_t from, uint32_t to, const char *reason) {
    text_append_format(&g->links, "    <Link Source=\"%u\" Target=\"%u\" Reason=\"", from, to);
    text_append_xml(&g->links, (Text){reason, strlen(reason)});
    text_append_z(&g->links, "\" />\n");
}

/// The node and, for the first time, all that stands between it and its root.
static uint32_t node_id(Graph *g, const Node *node) {
    uint32_t first = 0;
    for (NodeId *target = NULL; node; node = node->from) {
        NodeId *entry;
        HASH_FIND_PTR(g->ids, &node, entry);
        bool is_new = !entry;
        if (is_new) {
            entry = ARENA_NEW(g->arena, NodeId);
            *entry = (NodeId){.node = node, .id = g->count++};
            HASH_ADD_PTR(g->ids, node, entry);
            node_append(g, node, entry->id);
        }
        if (target)
            link_append(g, entry->id, target->id, target->node->text);
        else
            first = entry->id;
        if (!is_new)
            break;
        target = entry;
    }
    return first;
}

static Text graph_text(Graph *g) {
    for (uint32_t kind = 0; kind < NODE_KIND_COUNT; kind++)
        for (uint32_t i = 0; i < g->w->marked[kind].count; i++)
            node_id(g, g->w->marked[kind].items[i]);
    TextBuilder file = {.arena = g->arena};
    text_append_z(&file, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
                         "<DirectedGraph xmlns=\"http://schemas.microsoft.com/vs/2009/dgml\">\n  <Nodes>\n");
    text_append(&file, text_built(&g->nodes));
    text_append_z(&file, "  </Nodes>\n  <Links>\n");
    text_append(&file, text_built(&g->links));
    text_append_z(&file,
                  "  </Links>\n"
                  "  <Properties>\n    <Property Id=\"Label\" DataType=\"String\" />\n"
                  "    <Property Id=\"Reason\" DataType=\"String\" />\n  </Properties>\n</DirectedGraph>\n");
    return text_built(&file);
}

bool reach_dgml_write(const Reach *reach, Diag *diag) {
    Text path = reach_request(reach)->output.dgml;
    if (!path.size)
        return true;
    Arena arena = {0};
    Graph g = {.w = reach->world, .arena = &arena, .nodes = {.arena = &arena}, .links = {.arena = &arena}};
    Text text = graph_text(&g);
    bool ok = file_write_atomic(arena_format(&arena, "%.*s", TEXT_ARG(path)),
                                (Bytes){(const uint8_t *)text.data, text.size}, diag);
    HASH_CLEAR(hh, g.ids);
    arena_free(&arena);
    return ok;
}
