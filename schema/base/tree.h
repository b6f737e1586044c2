/*
 * A JSON document to be read: what PostgreSQL built for us, what was kept of a decision, a scan's checkpoint. jansson's
 * names and those of our writer (schema/base/json.h) are the same, hence this room between them.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "schema/base/text.h"

/* A value inside a document; NULL is a value that is not there, and every question about it has an answer. */
typedef const void *tree_value;

struct tree;

/* ERROR_FORMAT names the line. A key that stands twice is refused. */
struct tree *tree_parse(const char *text, struct error *err);
void tree_free(struct tree *tree); /* NULL is fine */
tree_value tree_root(const struct tree *tree);

tree_value tree_member(tree_value object, const char *key);
size_t tree_count(tree_value array); /* 0 for everything else */
tree_value tree_item(tree_value array, size_t index);

bool tree_is_null(tree_value value); /* it is there, and null */
bool tree_is_array(tree_value value);
bool tree_is_text(tree_value value);
bool tree_is_number(tree_value value);
bool tree_is_true(tree_value value);
double tree_number(tree_value value);    /* 0 when it is none */
const char *tree_text(tree_value value); /* "" when it is none; borrowed */

/* The whole number that a member is. ERROR_FORMAT when it is none or lies outside [low, high]. */
MUST_CHECK bool tree_read_whole(tree_value object, const char *key, int64_t low, int64_t high,
                                int64_t *number, struct error *err);

/* Every text of an array. */
void tree_texts(tree_value array, struct text_list *list);
