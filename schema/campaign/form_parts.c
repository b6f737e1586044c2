#include "schema/campaign/form.h"

#include <stdlib.h>
#include <string.h>

/* Kinds of values that hold others, or point at them: groups, lists, and references by name. */

static size_t *count_in(const struct form_key *key, void *target)
{
    return (size_t *)((char *)target + key->count_offset);
}

static size_t count_of(const struct form_key *key, const void *target)
{
    return *(const size_t *)((const char *)target + key->count_offset);
}

/* Item `index` of the array that a key fills. */
static const void *item_of(const struct form_key *key, const void *target, size_t index)
{
    return *(const char *const *)member_of(key, target) + index * form_sections[key->of].size;
}

static void *item_in(const struct form_key *key, void *target, size_t index)
{
    return *(char **)member(key, target) + index * form_sections[key->of].size;
}

static const char *name_of(const void *item)
{
    return *(const char *const *)item;
}

/* A zeroed item at the end of the array, which counts at once: what it owns is let go with the rest. */
static void *add_item(const struct form_key *key, void *target)
{
    void **array = member(key, target);
    size_t *count = count_in(key, target);
    void *item;

    *array = array_grow(*array, *count, form_sections[key->of].size);
    (*count)++;
    item = item_in(key, target, *count - 1);
    memset(item, 0, form_sections[key->of].size);
    return item;
}

static char *path_of_item(const struct form_value *value, const char *name, size_t index)
{
    struct text path = { 0 };

    if (name != NULL)
        text_format(&path, "%s.%s", value->path, name);
    else
        text_format(&path, "%s[%zu]", value->path, index);
    return text_take(&path);
}

/* references */

static bool find_referred(const struct campaign *campaign, enum form_section section, const char *name,
                          size_t *index)
{
    const struct form_section_row *row = &form_sections[section];
    const char *array = *(const char *const *)((const char *)campaign + row->offset);
    size_t count = *(const size_t *)((const char *)campaign + row->count_offset);

    for (size_t i = 0; i < count; i++) {
        if (strcmp(name_of(array + i * row->size), name) == 0) {
            *index = i;
            return true;
        }
    }
    return false;
}

static const char *referred_name(const struct campaign *campaign, enum form_section section, size_t index)
{
    const struct form_section_row *row = &form_sections[section];

    return name_of(*(const char *const *)((const char *)campaign + row->offset) + index * row->size);
}

static bool resolve(const struct form_reader *reader, const struct form_key *key,
                    const struct form_value *value, size_t *index, struct error *err)
{
    const char *noun = form_sections[key->of].noun;

    if (value->text == NULL || value->text[0] == '\0')
        return form_error(reader, value, err, "expected one of the %ss by name", noun);
    if (!find_referred(reader->campaign, key->of, value->text, index))
        return form_error(reader, value, err, "expected one of the %ss by name; \"%.60s\" is not defined",
                          noun, value->text);
    return true;
}

READ(read_reference)
{
    return resolve(reader, key, value, member(key, target), err);
}

WRITE(write_reference)
{
    json_text(json, referred_name(campaign, key->of, *(const size_t *)member_of(key, target)));
}

READ(read_references)
{
    size_t **indices = member(key, target), *count = count_in(key, target);
    yaml_node_t *item;

    if (value->node == NULL || value->node->type != YAML_SEQUENCE_NODE || document_count(value->node) == 0)
        return form_error(reader, value, err, "expected a list of at least one of the %ss by name",
                          form_sections[key->of].noun);
    for (size_t i = 0; (item = document_item(reader->document, value->node, i)) != NULL; i++) {
        struct form_value at = { item, document_text(item), value->path, document_line(item) };
        size_t index;

        if (!resolve(reader, key, &at, &index, err))
            return false;
        for (size_t before = 0; before < *count; before++) {
            if ((*indices)[before] == index)
                return form_error(reader, &at, err, "\"%.60s\" stands here twice", at.text);
        }
        *indices = array_grow(*indices, *count, sizeof(**indices));
        (*indices)[(*count)++] = index;
    }
    return true;
}

WRITE(write_references)
{
    const size_t *indices = *(const size_t *const *)member_of(key, target);

    json_array(json);
    for (size_t i = 0; i < count_of(key, target); i++)
        json_text(json, referred_name(campaign, key->of, indices[i]));
    json_array_end(json);
}

DESCRIBE(describe_reference)
{
    (void)key;
    json_key_text(json, "type", "string");
}

DESCRIBE(describe_references)
{
    (void)key;
    json_key_text(json, "type", "array");
    json_key_number(json, "minItems", 1);
    json_key_bool(json, "uniqueItems", true);
    json_key(json, "items");
    json_raw(json, "{\"type\":\"string\"}");
}

static void clear_references(const struct form_key *key, void *target)
{
    free(*(size_t **)member(key, target));
}

const struct form_type form_reference = { "a name", read_reference, write_reference, describe_reference,
                                          NULL };
const struct form_type form_references = { "a list of names", read_references, write_references,
                                           describe_references, clear_references };

/* groups: keys of their own that fill a part of the same struct */

READ(read_group)
{
    if (key->count_offset != 0)
        *(bool *)((char *)target + key->count_offset) = value->node != NULL;
    return form_fill(reader, key->of, value->node, value->path, value->line, member(key, target), err);
}

WRITE(write_group)
{
    json_object(json);
    form_write(key->of, campaign, member_of(key, target), json);
    json_object_end(json);
}

DESCRIBE(describe_group)
{
    form_describe(key->of, json);
}

static void clear_group(const struct form_key *key, void *target)
{
    form_clear(key->of, member(key, target));
}

const struct form_type form_group = { "keys and values", read_group, write_group, describe_group,
                                      clear_group };

/* lists of items, and items under their names */

static bool refuse_double(const struct form_reader *reader, const struct form_key *key,
                          const struct form_value *value, const void *target, struct error *err)
{
    size_t last = count_of(key, target) - 1;
    const char *name = name_of(item_of(key, target, last));

    for (size_t i = 0; i < last; i++) {
        if (strcmp(name_of(item_of(key, target, i)), name) == 0)
            return form_error(reader, value, err, "expected another name: a %s before is called \"%s\"",
                              form_sections[key->of].noun, name);
    }
    return true;
}

READ(read_items)
{
    yaml_node_t *item;

    if (value->node == NULL || value->node->type != YAML_SEQUENCE_NODE || document_count(value->node) == 0)
        return form_error(reader, value, err, "expected a list of at least one %s",
                          form_sections[key->of].noun);
    for (size_t i = 0; (item = document_item(reader->document, value->node, i)) != NULL; i++) {
        char *path = path_of_item(value, NULL, i);
        struct form_value at = { item, NULL, path, document_line(item) };
        bool ok = form_fill(reader, key->of, item, path, at.line, add_item(key, target), err);

        if (ok && form_sections[key->of].named)
            ok = refuse_double(reader, key, &at, target, err);
        free(path);
        if (!ok)
            return false;
    }
    return true;
}

READ(read_named)
{
    yaml_node_t *item;
    const char *name;
    int line;

    if (value->node == NULL || value->node->type != YAML_MAPPING_NODE || document_count(value->node) == 0)
        return form_error(reader, value, err, "expected at least one %s under its name",
                          form_sections[key->of].noun);
    for (size_t i = 0; (item = document_pair(reader->document, value->node, i, &name, &line)) != NULL; i++) {
        char *path = path_of_item(value, name, i);
        struct form_value at = { item, name, path, line };
        struct form_key place = { .name = "", .type = &form_name }; /* the name is the item's first member */
        void *fresh = add_item(key, target);
        bool ok = form_name.read(reader, &place, &at, fresh, err) &&
                  form_fill(reader, key->of, item, path, line, fresh, err);

        free(path);
        if (!ok)
            return false;
    }
    return true;
}

WRITE(write_items)
{
    json_array(json);
    for (size_t i = 0; i < count_of(key, target); i++) {
        json_object(json);
        form_write(key->of, campaign, item_of(key, target, i), json);
        json_object_end(json);
    }
    json_array_end(json);
}

WRITE(write_named)
{
    json_object(json);
    for (size_t i = 0; i < count_of(key, target); i++) {
        json_key(json, name_of(item_of(key, target, i)));
        json_object(json);
        form_write(key->of, campaign, item_of(key, target, i), json);
        json_object_end(json);
    }
    json_object_end(json);
}

DESCRIBE(describe_items)
{
    json_key_text(json, "type", "array");
    json_key_number(json, "minItems", 1);
    json_key(json, "items");
    json_object(json);
    form_describe(key->of, json);
    json_object_end(json);
}

DESCRIBE(describe_named)
{
    json_key_text(json, "type", "object");
    json_key_number(json, "minProperties", 1);
    json_key(json, "additionalProperties");
    json_object(json);
    form_describe(key->of, json);
    json_object_end(json);
}

static void clear_items(const struct form_key *key, void *target)
{
    for (size_t i = 0; i < count_of(key, target); i++)
        form_clear(key->of, item_in(key, target, i));
    free(*(void **)member(key, target));
}

static void clear_named(const struct form_key *key, void *target)
{
    for (size_t i = 0; i < count_of(key, target); i++)
        free(*(char **)item_in(key, target, i));
    clear_items(key, target);
}

const struct form_type form_items = { "a list", read_items, write_items, describe_items, clear_items };
const struct form_type form_named = { "names with keys of their own", read_named, write_named, describe_named,
                                      clear_named };
