// ILLink-style XML with libxml2's SAX interface: its callbacks see the parser at the end of each start tag,
// which gives exact positions. No document type, hence no entities but the predefined ones; nothing is ever
// fetched.
#include "request/request.h"

#include "support/array.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <string.h>
#include <strings.h>

enum { DEEPEST_ELEMENT = 64, LARGEST_DOCUMENT = 16 * 1024 * 1024 };

typedef struct OpenElement {
    XmlElement *element;
    ARRAY(XmlElement *) children;
} OpenElement;

typedef struct XmlReader {
    Arena *arena;
    Diag *diag;
    const char *path;
    Bytes bytes;
    xmlParserCtxtPtr parser;
    XmlElement *root;
    OpenElement open[DEEPEST_ELEMENT];
    uint32_t depth;
    bool has_failed;
} XmlReader;

// The first error only: the rest follows from it.
static void fail(XmlReader *r, uint32_t line, uint32_t column, const char *text) {
    if (r->has_failed)
        return;
    r->has_failed = true;
    diag_report(r->diag, DIAG_DescriptorSyntax, (DiagLocation){r->path, line, column, NULL}, text);
}

static void fail_here(XmlReader *r, const char *text) {
    const xmlParserInput *input = r->parser->input;
    fail(r, input ? (uint32_t)input->line : 0, input ? (uint32_t)input->col : 0, text);
    xmlStopParser(r->parser);
}

// Must not stop the parser: it may be in the middle of changing its input (libxml2 2.9 then uses what is
// gone).
static void on_error(void *context, xmlErrorPtr error) {
    XmlReader *r = context;
    if (error->level == XML_ERR_WARNING)
        return;
    const char *message = error->message ? error->message : "it is malformed";
    size_t size = strlen(message);
    while (size && (message[size - 1] == '\n' || message[size - 1] == ' '))
        size--;
    fail(r, error->line > 0 ? (uint32_t)error->line : 0, error->int2 > 0 ? (uint32_t)error->int2 : 0,
         arena_format(r->arena, "%.*s", (int)size, message));
}

static void on_document_type(void *context, const xmlChar *name, const xmlChar *public_id,
                             const xmlChar *system_id) {
    (void)name, (void)public_id, (void)system_id;
    fail_here(context, "A document type declaration is not allowed");
}

static Text text_copy(Arena *arena, const xmlChar *data, size_t size) {
    char *copy = arena_alloc(arena, size + 1, 1);
    if (size)
        memcpy(copy, data, size);
    return (Text){copy, size};
}

// The parser stands at the end of the start tag, which contains no other '<' (XML 1.0, 3.1). Its buffer may
// have dropped what came before, so columns are counted in the document itself; in another encoding than
// UTF-8 there are none.
static void position_find(const XmlReader *r, XmlElement *element) {
    const xmlParserInput *input = r->parser->input;
    const xmlChar *at = input->cur;
    element->line = input->line > 0 ? (uint32_t)input->line : 1;
    while (at > input->base && *at != '<') {
        at--;
        if (*at == '\n' && element->line > 1)
            element->line--;
    }
    size_t offset = input->consumed + (size_t)(at - input->base);
    if (offset >= r->bytes.size || r->bytes.data[offset] != '<')
        return;
    size_t line_start = offset;
    while (line_start > 0 && r->bytes.data[line_start - 1] != '\n')
        line_start--;
    element->column = (uint32_t)(offset - line_start) + 2; // of the name behind '<', from 1
}

static void attributes_copy(XmlReader *r, XmlElement *element, uint32_t count, const xmlChar **sax) {
    XmlAttribute *attributes = ARENA_ARRAY(r->arena, XmlAttribute, count);
    for (uint32_t i = 0; i < count; i++, sax += 5) { // local name, prefix, URI, value, end of value
        attributes[i].name = text_copy(r->arena, sax[0], strlen((const char *)sax[0]));
        attributes[i].value = text_copy(r->arena, sax[3], (size_t)(sax[4] - sax[3]));
    }
    element->attributes = attributes;
    element->attribute_count = count;
}

static void on_start(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
                     int namespace_count, const xmlChar **namespaces, int attribute_count, int default_count,
                     const xmlChar **attributes) {
    XmlReader *r = context;
    (void)prefix, (void)uri, (void)namespace_count, (void)namespaces, (void)default_count;
    if (r->has_failed)
        return;
    if (r->depth == DEEPEST_ELEMENT) {
        fail_here(r, "Elements are nested too deeply");
        return;
    }
    XmlElement *element = ARENA_NEW(r->arena, XmlElement);
    element->name = text_copy(r->arena, name, strlen((const char *)name));
    position_find(r, element);
    attributes_copy(r, element, (uint32_t)attribute_count, attributes);
    if (r->depth) {
        ARRAY_PUSH(r->arena, &r->open[r->depth - 1].children, element);
    } else {
        r->root = element;
    }
    r->open[r->depth++] = (OpenElement){.element = element};
}

static void on_end(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri) {
    XmlReader *r = context;
    (void)name, (void)prefix, (void)uri;
    if (r->has_failed || r->depth == 0)
        return;
    OpenElement *closed = &r->open[--r->depth];
    closed->element->children = closed->children.items;
    closed->element->child_count = closed->children.count;
}

XmlElement *xml_read(Bytes bytes, const char *path, Arena *arena, Diag *diag) {
    XmlReader *r = ARENA_NEW(arena, XmlReader);
    xmlSAXHandler handler = {.initialized = XML_SAX2_MAGIC,
                             .startElementNs = on_start,
                             .endElementNs = on_end,
                             .internalSubset = on_document_type,
                             .serror = on_error};
    *r = (XmlReader){.arena = arena, .diag = diag, .path = path, .bytes = bytes};
    if (bytes.size == 0)
        return fail(r, 0, 0, "The file is empty"), NULL;
    if (bytes.size > LARGEST_DOCUMENT)
        return fail(r, 0, 0, "The file is larger than 16 MB"), NULL;
    r->parser = xmlCreateMemoryParserCtxt((const char *)bytes.data, (int)bytes.size);
    if (!r->parser)
        return fail(r, 0, 0, "The file cannot be parsed"), NULL;
    // NOENT makes &amp; in an attribute an ampersand; other entities cannot be declared.
    xmlCtxtUseOptions(r->parser, XML_PARSE_NONET | XML_PARSE_NOENT | XML_PARSE_NOCDATA);
    *r->parser->sax = handler;
    r->parser->userData = r;
    xmlSetStructuredErrorFunc(r, on_error); // of this thread: errors of encodings come without a parser
    xmlParseDocument(r->parser);
    xmlSetStructuredErrorFunc(NULL, NULL);
    bool is_well_formed = r->parser->wellFormed && !r->has_failed;
    xmlFreeParserCtxt(r->parser);
    r->parser = NULL;
    if (!is_well_formed || !r->root)
        return fail(r, 0, 0, "The file is not well-formed XML"), NULL;
    return r->root;
}

Text xml_attribute(const XmlElement *element, const char *name) {
    for (uint32_t i = 0; i < element->attribute_count; i++) {
        if (text_equal_z(element->attributes[i].name, name))
            return element->attributes[i].value;
    }
    return (Text){0};
}

static bool report_shape(const XmlElement *element, const char *path, const char *text, Diag *diag) {
    diag_report(diag, DIAG_DescriptorShape, (DiagLocation){path, element->line, element->column, NULL}, text);
    return false;
}

bool xml_feature_applies(const XmlElement *element, const Request *request, const char *path, Diag *diag) {
    Text feature = xml_attribute(element, "feature");
    Text value = xml_attribute(element, "featurevalue");
    if (!feature.data && !value.data)
        return true;
    if (!feature.data)
        return report_shape(element, path, "'featurevalue' needs 'feature'", diag);
    if (!value.data)
        return report_shape(element, path, "'feature' needs 'featurevalue'", diag);
    bool wanted = strcasecmp(value.data, "true") == 0;
    if (!wanted && strcasecmp(value.data, "false") != 0) {
        return report_shape(element, path, "'featurevalue' must be 'true' or 'false'", diag);
    }
    int given = request_feature(request, feature);
    if (given >= 0)
        return given == (int)wanted;
    Text by_default = xml_attribute(element, "featuredefault");
    return by_default.data && strcasecmp(by_default.data, "true") == 0;
}
