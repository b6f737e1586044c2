#include "schema/base/tree.h"

#include <jansson.h>

#include <inttypes.h>

/* jansson's values are counted by references, so they cannot be const; we only read. */
static json_t *value_of(tree_value value)
{
    return (json_t *)(uintptr_t)value;
}

struct tree *tree_parse(const char *text, struct error *err)
{
    json_error_t wrong;
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &wrong);

    if (root == NULL)
        error_set(err, ERROR_FORMAT, "JSON, line %d: %s", wrong.line, wrong.text);
    return (struct tree *)root;
}

void tree_free(struct tree *tree)
{
    json_decref((json_t *)tree);
}

tree_value tree_root(const struct tree *tree)
{
    return tree;
}

tree_value tree_member(tree_value object, const char *key)
{
    return json_object_get(value_of(object), key);
}

size_t tree_count(tree_value array)
{
    return json_array_size(value_of(array));
}

tree_value tree_item(tree_value array, size_t index)
{
    return json_array_get(value_of(array), index);
}

bool tree_is_null(tree_value value)
{
    return json_is_null(value_of(value));
}

bool tree_is_array(tree_value value)
{
    return json_is_array(value_of(value));
}

bool tree_is_text(tree_value value)
{
    return json_is_string(value_of(value));
}

bool tree_is_number(tree_value value)
{
    return json_is_number(value_of(value));
}

bool tree_is_true(tree_value value)
{
    return json_is_true(value_of(value));
}

double tree_number(tree_value value)
{
    return json_number_value(value_of(value));
}

const char *tree_text(tree_value value)
{
    const char *text = json_string_value(value_of(value));

    return text != NULL ? text : "";
}

bool tree_read_whole(tree_value object, const char *key, int64_t low, int64_t high, int64_t *number,
                     struct error *err)
{
    const json_t *value = tree_member(object, key);

    if (!json_is_integer(value) || json_integer_value(value) < low || json_integer_value(value) > high)
        return error_set(err, ERROR_FORMAT, "\"%s\" is no whole number from %" PRId64 " to %" PRId64, key,
                         low, high);
    *number = json_integer_value(value);
    return true;
}

void tree_texts(tree_value array, struct text_list *list)
{
    for (size_t i = 0; i < tree_count(array); i++)
        text_list_add(list, tree_text(tree_item(array, i)));
}
