#include "schema/campaign/form.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *form_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    struct text folder = { 0 };

    if (slash == NULL)
        return memory_text(".");
    text_append(&folder, path, slash == path ? 1 : (size_t)(slash - path));
    return text_take(&folder);
}

bool form_error(const struct form_reader *reader, const struct form_value *value, struct error *err,
                const char *format, ...)
{
    char message[sizeof(err->message)];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    return document_error(reader->document, value->line, value->path, err, "%s", message);
}

bool form_expected(const struct form_reader *reader, const struct form_key *key,
                   const struct form_value *value, struct error *err)
{
    if (value->text != NULL)
        return form_error(reader, value, err, "expected %s, found \"%.60s\"", key->type->expected,
                          value->text);
    return form_error(reader, value, err, "expected %s", key->type->expected);
}

static const struct form_key *find_key(enum form_section section, const char *name)
{
    for (const struct form_key *key = form_keys; key->name != NULL; key++) {
        if (key->section == section && strcmp(key->name, name) == 0)
            return key;
    }
    return NULL;
}

static void list_keys(enum form_section section, struct text *out)
{
    for (const struct form_key *key = form_keys; key->name != NULL; key++) {
        if (key->section == section)
            text_format(out, "%s%s", out->size > 0 ? ", " : "", key->name);
    }
}

static char *join_path(const char *path, const char *name)
{
    struct text joined = { 0 };

    text_format(&joined, "%s%s%s", path, path[0] != '\0' ? "." : "", name);
    return text_take(&joined);
}

static bool refuse_unknown_keys(struct form_reader *reader, enum form_section section, yaml_node_t *mapping,
                                const char *path, struct error *err)
{
    const char *name;
    int line;

    for (size_t i = 0; document_pair(reader->document, mapping, i, &name, &line) != NULL; i++) {
        struct text known = { 0 };
        char *at;

        if (find_key(section, name) != NULL)
            continue;
        list_keys(section, &known);
        at = join_path(path, name);
        document_error(reader->document, line, at, err, "unknown key; expected one of: %s",
                       text_string(&known));
        free(at);
        text_clear(&known);
        return false;
    }
    return true;
}

static bool fill_key(struct form_reader *reader, const struct form_key *key, yaml_node_t *node,
                     const char *path, int line, void *target, struct error *err)
{
    struct form_value value = { .node = node,
                                .path = path,
                                .line = node != NULL ? document_line(node) : line };

    value.text = node != NULL ? document_text(node) : key->fallback;
    if (node == NULL && key->required)
        return form_error(reader, &value, err, "missing; expected %s (%s)", key->type->expected,
                          key->meaning);
    if (node == NULL && key->fallback == NULL && key->type != &form_group)
        return true;
    /* In YAML `key:` alone, or `key: ~`, is a value left out by mistake. */
    if (value.text != NULL && value.text[0] == '\0')
        return form_expected(reader, key, &value, err);
    return key->type->read(reader, key, &value, target, err);
}

bool form_fill(struct form_reader *reader, enum form_section section, yaml_node_t *node, const char *path,
               int line, void *target, struct error *err)
{
    if (node != NULL && node->type != YAML_MAPPING_NODE)
        return document_error(reader->document, document_line(node), path, err, "expected keys and values");
    if (node != NULL && !refuse_unknown_keys(reader, section, node, path, err))
        return false;
    for (const struct form_key *key = form_keys; key->name != NULL; key++) {
        char *at;
        bool ok;

        if (key->section != section)
            continue;
        at = join_path(path, key->name);
        ok = fill_key(reader, key, node != NULL ? document_find(reader->document, node, key->name) : NULL, at,
                      line, target, err);
        free(at);
        if (!ok)
            return false;
    }
    return true;
}

void form_write(enum form_section section, const struct campaign *campaign, const void *target,
                struct json *json)
{
    for (const struct form_key *key = form_keys; key->name != NULL; key++) {
        if (key->section != section || key->type->write == NULL)
            continue;
        json_key(json, key->name);
        key->type->write(key, campaign, target, json);
    }
}

void form_describe(enum form_section section, struct json *json)
{
    json_key_text(json, "type", "object");
    json_key_bool(json, "additionalProperties", false);
    json_key(json, "required");
    json_array(json);
    for (const struct form_key *key = form_keys; key->name != NULL; key++) {
        if (key->section == section && key->required)
            json_text(json, key->name);
    }
    json_array_end(json);
    json_key(json, "properties");
    json_object(json);
    for (const struct form_key *key = form_keys; key->name != NULL; key++) {
        if (key->section != section)
            continue;
        json_key(json, key->name);
        json_object(json);
        json_key_text(json, "description", key->meaning);
        if (key->fallback != NULL)
            json_key_text(json, "$comment", key->fallback);
        key->type->describe(key, json);
        json_object_end(json);
    }
    json_object_end(json);
}

void form_clear(enum form_section section, void *target)
{
    for (const struct form_key *key = form_keys; key->name != NULL; key++) {
        if (key->section == section && key->type->clear != NULL)
            key->type->clear(key, target);
    }
}
