#include "schema/campaign/form.h"

#include <stdlib.h>
#include <string.h>

#include "schema/base/input.h"

/* Kinds of values that name certificates: a PEM file beside the campaign, or the PEM text itself. */

#define PEM_BYTES_MAX (1024 * 1024)

/* Whether the text is PEM and not a path. */
static bool is_pem(const char *text)
{
    return text_starts(text + strspn(text, " \t\r\n"), "-----BEGIN");
}

static bool read_file(const struct form_reader *reader, const char *path, struct certificate_list *list,
                      struct error *err)
{
    struct input input = { 0 };
    struct text full = { 0 };
    bool ok;

    if (reader->folder == NULL)
        return error_set(err, ERROR_FORMAT,
                         "a campaign that travels brings its PEM along, \"%.60s\" is a path", path);
    if (path[0] != '/')
        text_format(&full, "%s/", reader->folder);
    text_add(&full, path);
    ok = input_read(INPUT_MACHINE, text_string(&full), PEM_BYTES_MAX, &input, err) &&
         certificate_list_parse_pem(list, input.bytes, input.size, err);
    text_clear(&full);
    input_clear(&input);
    return ok;
}

static bool read_pem(const struct form_reader *reader, const struct form_key *key,
                     const struct form_value *value, struct certificate_list *list, struct error *err)
{
    struct error why = { 0 };
    bool ok;

    if (value->text == NULL || value->text[0] == '\0')
        return form_expected(reader, key, value, err);
    ok = is_pem(value->text) ? certificate_list_parse_pem(list, value->text, strlen(value->text), &why)
                             : read_file(reader, value->text, list, &why);
    return ok || form_error(reader, value, err, "expected %s: %s", key->type->expected, why.message);
}

READ(read_certificate)
{
    struct certificate_list list = { 0 };
    bool ok = read_pem(reader, key, value, &list, err);

    if (ok && list.count != 1)
        ok = form_error(reader, value, err, "expected one certificate, found %zu", list.count);
    if (ok)
        *(struct certificate **)member(key, target) = certificate_ref(list.items[0]);
    certificate_list_clear(&list);
    return ok;
}

WRITE(write_certificate)
{
    (void)campaign;
    json_fingerprint(json, certificate_fingerprint(*(struct certificate *const *)member_of(key, target)));
}

DESCRIBE(describe_pem)
{
    (void)key;
    json_key_text(json, "type", "string");
    json_key_number(json, "minLength", 1);
}

static void clear_certificate(const struct form_key *key, void *target)
{
    certificate_free(*(struct certificate **)member(key, target));
}

const struct form_type form_certificate = { "a PEM file or PEM text with one certificate", read_certificate,
                                            write_certificate, describe_pem, clear_certificate };

/* Fills nothing: checks the certificate that the key before it has read. */
READ(read_print)
{
    const struct certificate *certificate = *(struct certificate *const *)member(key, target);
    struct fingerprint print;
    struct error why = { 0 };
    char found[FINGERPRINT_TEXT_BYTES];

    if (value->text == NULL || !fingerprint_parse(value->text, &print, &why))
        return form_expected(reader, key, value, err);
    if (!fingerprint_equal(&print, certificate_fingerprint(certificate)))
        return form_error(reader, value, err,
                          "expected the SHA-256 of the certificate in `file`, which is %s",
                          fingerprint_format(certificate_fingerprint(certificate), found));
    return true;
}

DESCRIBE(describe_print)
{
    (void)key;
    json_key_text(json, "type", "string");
    json_key_text(json, "pattern", "^([0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2}$");
}

const struct form_type form_certificate_print = { "a SHA-256 of 64 hex digits", read_print, NULL,
                                                  describe_print, NULL };

static void write_list(const struct certificate_list *list, struct json *json)
{
    json_array(json);
    for (size_t i = 0; i < list->count; i++)
        json_fingerprint(json, certificate_fingerprint(list->items[i]));
    json_array_end(json);
}

READ(read_certificate_file)
{
    return read_pem(reader, key, value, member(key, target), err);
}

READ(read_certificate_files)
{
    yaml_node_t *item;

    if (value->node == NULL || value->node->type != YAML_SEQUENCE_NODE || document_count(value->node) == 0)
        return form_error(reader, value, err, "expected a list of at least one: %s", key->type->expected);
    for (size_t i = 0; (item = document_item(reader->document, value->node, i)) != NULL; i++) {
        struct form_value at = { item, document_text(item), value->path, document_line(item) };

        if (!read_pem(reader, key, &at, member(key, target), err))
            return false;
    }
    return true;
}

WRITE(write_certificates)
{
    (void)campaign;
    write_list(member_of(key, target), json);
}

DESCRIBE(describe_files)
{
    (void)key;
    json_key_text(json, "type", "array");
    json_key_number(json, "minItems", 1);
    json_key(json, "items");
    json_raw(json, "{\"type\":\"string\",\"minLength\":1}");
}

static void clear_certificates(const struct form_key *key, void *target)
{
    certificate_list_clear(member(key, target));
}

const struct form_type form_certificate_file = { "a PEM file or PEM text", read_certificate_file,
                                                 write_certificates, describe_pem, clear_certificates };
const struct form_type form_certificate_files = { "PEM files or PEM texts", read_certificate_files,
                                                  write_certificates, describe_files, clear_certificates };
