/*
 * A YAML document that somebody else wrote, as a tree whose every node knows its line. Only the plain
 * part of YAML is taken: one document, no anchors and aliases (a small file could unfold without
 * bound), no tags, no NUL, text keys, and no key twice. Size, depth and number of nodes are bounded.
 */
#pragma once

#include <yaml.h>

#include "schema/base/error.h"
#include "schema/base/text.h"

#define DOCUMENT_BYTES_MAX (4 * 1024 * 1024) /* campaigns that travel carry their PEM */
#define DOCUMENT_NODES_MAX 20000
#define DOCUMENT_DEPTH_MAX 16

struct document {
    const char *name; /* borrowed: what errors call it */
    yaml_document_t yaml;
};

/* Clear with document_clear() when true; *document needs no clearing otherwise. */
MUST_CHECK bool document_init(struct document *document, const char *name, const char *text, size_t size,
                              struct error *err);
void document_clear(struct document *document);

/* The tree's root: always a mapping. */
yaml_node_t *document_root(struct document *document);

/* Item `index` of a sequence; NULL past its end. */
yaml_node_t *document_item(struct document *document, const yaml_node_t *sequence, size_t index);
size_t document_count(const yaml_node_t *node); /* of the items of a sequence, or pairs of a mapping */

/* Pair `index` of a mapping; NULL past its end. The key's text goes to *key, its line to *line. */
yaml_node_t *document_pair(struct document *document, const yaml_node_t *mapping, size_t index,
                           const char **key, int *line);

/* The value of a key; NULL when there is none. */
yaml_node_t *document_find(struct document *document, const yaml_node_t *mapping, const char *key);

/* The text of a scalar, NULL when the node is none. "" stands for a value left out. */
const char *document_text(const yaml_node_t *node);
int document_line(const yaml_node_t *node); /* from 1 */

/* Replace a scalar's text; it is written as a block. */
void document_set_text(yaml_node_t *node, const char *text);

/* As YAML text, in block style; the document is cleared. */
void document_write(struct document *document, struct text *out);

/* ERROR_FORMAT "name:line: path: ...". Always false. */
bool document_error(const struct document *document, int line, const char *path, struct error *err,
                    const char *format, ...) PRINTF_LIKE(5, 6);
