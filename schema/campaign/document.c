#include "schema/campaign/document.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool document_error(const struct document *document, int line, const char *path, struct error *err,
                    const char *format, ...)
{
    char message[sizeof(err->message)];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    return error_set(err, ERROR_FORMAT, "%s:%d: %s%s%s", document->name, line, path,
                     path[0] != '\0' ? ": " : "", message);
}

static bool syntax_error(const struct document *document, const yaml_parser_t *parser, struct error *err)
{
    size_t line = parser->problem_mark.line;

    /* The reader (bytes that are no UTF-8) knows an offset and no mark: the scanner had come this far. */
    if (parser->error == YAML_READER_ERROR)
        line = parser->mark.line;
    return document_error(document, (int)line + 1, "", err, "expected YAML: %s",
                          parser->problem != NULL ? parser->problem : "the parser gives no reason");
}

/* What YAML allows and we do not. */
static const char *refusal(const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_ALIAS_EVENT: return "aliases are not taken: expected the value itself";
    case YAML_SCALAR_EVENT:
        if (event->data.scalar.anchor != NULL)
            return "anchors are not taken: expected a plain value";
        if (event->data.scalar.tag != NULL)
            return "tags are not taken: expected a plain value";
        if (memchr(event->data.scalar.value, '\0', event->data.scalar.length) != NULL)
            return "expected text without NUL";
        return NULL;
    case YAML_SEQUENCE_START_EVENT:
        if (event->data.sequence_start.anchor != NULL || event->data.sequence_start.tag != NULL)
            return "anchors and tags are not taken: expected a plain list";
        return NULL;
    case YAML_MAPPING_START_EVENT:
        if (event->data.mapping_start.anchor != NULL || event->data.mapping_start.tag != NULL)
            return "anchors and tags are not taken: expected plain keys";
        return NULL;
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_START_EVENT:
    case YAML_DOCUMENT_END_EVENT:
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT: return NULL;
    }
    return NULL;
}

/*
 * Look at every event before a tree is built from them: the tree no longer shows aliases, and its
 * building is bounded by what passes here.
 */
static bool check_events(const struct document *document, yaml_parser_t *parser, struct error *err)
{
    size_t depth = 0, nodes = 0, documents = 0;
    bool more = true, ok = true;

    while (more && ok) {
        yaml_event_t event;
        const char *problem;
        int line;

        if (!yaml_parser_parse(parser, &event))
            return syntax_error(document, parser, err);
        line = (int)event.start_mark.line + 1;
        problem = refusal(&event);
        if (problem != NULL)
            ok = document_error(document, line, "", err, "%s", problem);
        if (event.type == YAML_SEQUENCE_START_EVENT || event.type == YAML_MAPPING_START_EVENT)
            depth++;
        if (event.type == YAML_SEQUENCE_END_EVENT || event.type == YAML_MAPPING_END_EVENT)
            depth--;
        if (event.type == YAML_DOCUMENT_START_EVENT && ++documents > 1)
            ok = document_error(document, line, "", err, "expected one document, this starts another");
        if (ok && (++nodes > DOCUMENT_NODES_MAX || depth > DOCUMENT_DEPTH_MAX))
            ok = document_error(document, line, "", err, "expected at most %d nodes, %d deep",
                                DOCUMENT_NODES_MAX, DOCUMENT_DEPTH_MAX);
        more = event.type != YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
    }
    return ok;
}

static yaml_node_t *node_at(struct document *document, int index)
{
    return yaml_document_get_node(&document->yaml, index);
}

static bool check_keys(struct document *document, const yaml_node_t *mapping, struct error *err)
{
    const yaml_node_pair_t *first = mapping->data.mapping.pairs.start, *end = mapping->data.mapping.pairs.top;

    for (const yaml_node_pair_t *pair = first; pair < end; pair++) {
        const yaml_node_t *key = node_at(document, pair->key);
        const char *text = document_text(key);

        if (text == NULL)
            return document_error(document, document_line(key), "", err, "expected text as a key");
        for (const yaml_node_pair_t *before = first; before < pair; before++) {
            const yaml_node_t *other = node_at(document, before->key);

            if (strcmp(text, document_text(other)) == 0)
                return document_error(document, document_line(key), text, err,
                                      "the key stands here twice (first on line %d)", document_line(other));
        }
    }
    return true;
}

static bool check_tree(struct document *document, struct error *err)
{
    const yaml_node_t *root = document_root(document);

    if (root == NULL || root->type != YAML_MAPPING_NODE)
        return document_error(document, root != NULL ? document_line(root) : 1, "", err,
                              "expected keys and values");
    for (int index = 1;; index++) {
        const yaml_node_t *node = node_at(document, index);

        if (node == NULL)
            return true;
        if (node->type == YAML_MAPPING_NODE && !check_keys(document, node, err))
            return false;
    }
}

bool document_init(struct document *document, const char *name, const char *text, size_t size,
                   struct error *err)
{
    yaml_parser_t parser;
    bool ok;

    *document = (struct document){ .name = name };
    if (size > DOCUMENT_BYTES_MAX)
        return error_set(err, ERROR_LIMIT, "%s: expected at most %d bytes", name, DOCUMENT_BYTES_MAX);

    if (!yaml_parser_initialize(&parser))
        return error_set(err, ERROR_SYSTEM, "libyaml: out of memory");
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, size);
    ok = check_events(document, &parser, err);
    yaml_parser_delete(&parser);
    if (!ok)
        return false;

    if (!yaml_parser_initialize(&parser))
        return error_set(err, ERROR_SYSTEM, "libyaml: out of memory");
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, size);
    ok = yaml_parser_load(&parser, &document->yaml) || syntax_error(document, &parser, err);
    yaml_parser_delete(&parser);
    if (ok && !check_tree(document, err)) {
        yaml_document_delete(&document->yaml);
        ok = false;
    }
    return ok;
}

void document_clear(struct document *document)
{
    yaml_document_delete(&document->yaml);
}

yaml_node_t *document_root(struct document *document)
{
    return yaml_document_get_root_node(&document->yaml);
}

size_t document_count(const yaml_node_t *node)
{
    if (node->type == YAML_SEQUENCE_NODE)
        return (size_t)(node->data.sequence.items.top - node->data.sequence.items.start);
    if (node->type == YAML_MAPPING_NODE)
        return (size_t)(node->data.mapping.pairs.top - node->data.mapping.pairs.start);
    return 0;
}

yaml_node_t *document_item(struct document *document, const yaml_node_t *sequence, size_t index)
{
    if (index >= document_count(sequence))
        return NULL;
    return node_at(document, sequence->data.sequence.items.start[index]);
}

yaml_node_t *document_pair(struct document *document, const yaml_node_t *mapping, size_t index,
                           const char **key, int *line)
{
    const yaml_node_pair_t *pair = mapping->data.mapping.pairs.start + index;
    const yaml_node_t *name;

    if (index >= document_count(mapping))
        return NULL;
    name = node_at(document, pair->key);
    *key = document_text(name);
    *line = document_line(name);
    return node_at(document, pair->value);
}

yaml_node_t *document_find(struct document *document, const yaml_node_t *mapping, const char *key)
{
    const char *name;
    yaml_node_t *value;
    int line;

    for (size_t i = 0; (value = document_pair(document, mapping, i, &name, &line)) != NULL; i++) {
        if (strcmp(name, key) == 0)
            return value;
    }
    return NULL;
}

const char *document_text(const yaml_node_t *node)
{
    return node->type == YAML_SCALAR_NODE ? (const char *)node->data.scalar.value : NULL;
}

int document_line(const yaml_node_t *node)
{
    return (int)node->start_mark.line + 1;
}

void document_set_text(yaml_node_t *node, const char *text)
{
    free(node->data.scalar.value); /* libyaml's memory is the C library's */
    node->data.scalar.value = (yaml_char_t *)memory_text(text);
    node->data.scalar.length = strlen(text);
    node->data.scalar.style = YAML_LITERAL_SCALAR_STYLE;
}

static int append_to_text(void *out, unsigned char *bytes, size_t size)
{
    text_append(out, bytes, size);
    return 1;
}

void document_write(struct document *document, struct text *out)
{
    yaml_emitter_t emitter;

    for (int index = 1;; index++) {
        yaml_node_t *node = node_at(document, index);

        if (node == NULL)
            break;
        /* A literal block, which a PEM wants to be, cannot stand inside braces. */
        if (node->type == YAML_MAPPING_NODE)
            node->data.mapping.style = YAML_BLOCK_MAPPING_STYLE;
    }
    if (!yaml_emitter_initialize(&emitter))
        return;
    yaml_emitter_set_output(&emitter, append_to_text, out);
    yaml_emitter_set_unicode(&emitter, 1);
    yaml_emitter_set_width(&emitter, -1);
    yaml_emitter_dump(&emitter, &document->yaml);
    yaml_emitter_delete(&emitter);
}
