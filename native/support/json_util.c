#include "support/json_util.h"

#include <string.h>

static void append_ascii(TextBuilder *builder, unsigned char c) {
    if (c == '"' || c == '\\') {
        text_append_format(builder, "\\%c", c);
    } else if (c < 0x20 || c == 0x7F) {
        text_append_format(builder, "\\u%04x", c);
    } else {
        text_append(builder, (Text){(const char *)&c, 1});
    }
}

void json_append_string(TextBuilder *builder, Text text) {
    text_append_z(builder, "\"");
    for (size_t i = 0; i < text.size;) {
        size_t taken = text_utf8_size((Text){text.data + i, text.size - i});
        if (taken == 0) {
            text_append_z(builder, "\xEF\xBF\xBD");
            i++;
        } else if (taken == 1) {
            append_ascii(builder, (unsigned char)text.data[i++]);
        } else {
            text_append(builder, (Text){text.data + i, taken});
            i += taken;
        }
    }
    text_append_z(builder, "\"");
}

void json_append_string_z(TextBuilder *builder, const char *string) {
    json_append_string(builder, (Text){string, strlen(string)});
}
