#include "request/json_position.h"

#include <string.h>

typedef struct Scanner {
    Text json;
    size_t at;
    uint32_t depth; // open objects and arrays
} Scanner;

// The raw text between the quotes; the scanner stands behind the closing one afterwards.
static Text string_scan(Scanner *s) {
    size_t start = ++s->at;
    while (s->at < s->json.size && s->json.data[s->at] != '"')
        s->at += s->json.data[s->at] == '\\' ? 2 : 1;
    size_t end = s->at < s->json.size ? s->at : s->json.size;
    s->at = end + 1;
    return (Text){s->json.data + start, end - start};
}

static bool colon_follows(const Scanner *s) {
    size_t at = s->at;
    while (at < s->json.size && strchr(" \t\r\n", s->json.data[at]))
        at++;
    return at < s->json.size && s->json.data[at] == ':';
}

static void position_count(Text json, size_t offset, uint32_t *line, uint32_t *column) {
    *line = 1;
    *column = 1;
    for (size_t i = 0; i < offset; i++) {
        ++*column;
        if (json.data[i] != '\n')
            continue;
        ++*line;
        *column = 1;
    }
}

bool json_key_position(Text json, const char *section, const char *name, uint32_t *line, uint32_t *column) {
    Scanner s = {.json = json};
    bool in_section = false;
    bool top_level = *section == 0;
    while (s.at < json.size) {
        char c = json.data[s.at];
        size_t start = s.at;
        if (c != '"') {
            s.depth += c == '{' || c == '[';
            s.depth -= c == '}' || c == ']';
            s.at++;
            continue;
        }
        Text key = string_scan(&s);
        if (!colon_follows(&s))
            continue;
        if (s.depth == 1)
            in_section = text_equal_z(key, section);
        if (s.depth != (top_level ? 1u : 2u) || (!top_level && !in_section) || !text_equal_z(key, name))
            continue;
        position_count(json, start, line, column);
        return true;
    }
    return false;
}
