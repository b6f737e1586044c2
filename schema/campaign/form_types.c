#include "schema/campaign/form.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Kinds of plain values: what a scalar, or a list of scalars, may hold. */

/* text */

static bool is_name(const char *text)
{
    size_t size = strlen(text);

    return size <= 64 && isalnum((unsigned char)text[0]) &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-_.") == size;
}

static bool is_words(const char *text)
{
    return strlen(text) <= 2000;
}

static bool is_request_path(const char *text)
{
    if (text[0] != '/' || strlen(text) > 1000)
        return false;
    for (; *text != '\0'; text++) {
        if (*text <= ' ' || *text > '~')
            return false;
    }
    return true;
}

/* A DNS name of letters, digits and dashes (RFC 1123 section 2.1), without the root's dot. */
static bool is_host(const char *text)
{
    size_t label = 0, size = strlen(text);

    if (size > 253)
        return false;
    for (; *text != '\0'; text++) {
        if (*text == '.') {
            if (label == 0 || text[-1] == '-')
                return false;
            label = 0;
            continue;
        }
        if (!isalnum((unsigned char)*text) && *text != '_' && (*text != '-' || label == 0))
            return false;
        if (++label > 63)
            return false;
    }
    return label > 0 && text[-1] != '-';
}

static bool is_pattern(const char *text)
{
    return is_host(text_starts(text, "*.") ? text + 2 : text);
}

static bool is_address(const char *text)
{
    struct in6_addr any;

    return inet_pton(AF_INET, text, &any) == 1 || inet_pton(AF_INET6, text, &any) == 1;
}

static bool is_label(const char *text)
{
    return text[0] != '\0' && strlen(text) <= 100;
}

static bool read_text(struct form_reader *reader, const struct form_key *key, const struct form_value *value,
                      void *target, bool (*fits)(const char *), struct error *err)
{
    if (value->text == NULL || !fits(value->text))
        return form_expected(reader, key, value, err);
    *(char **)member(key, target) = memory_text(value->text);
    return true;
}

READ(read_name)
{
    return read_text(reader, key, value, target, is_name, err);
}

READ(read_request_path)
{
    return read_text(reader, key, value, target, is_request_path, err);
}

READ(read_zone)
{
    struct error why = { 0 };

    if (value->text == NULL)
        return form_expected(reader, key, value, err);
    if (!clock_zone_check(value->text, &why))
        return form_error(reader, value, err, "expected %s: %s", key->type->expected, why.message);
    *(char **)member(key, target) = memory_text(value->text);
    return true;
}

WRITE(write_text)
{
    (void)campaign;
    json_text(json, *(char *const *)member_of(key, target));
}

DESCRIBE(describe_text)
{
    (void)key;
    json_key_text(json, "type", "string");
    json_key_number(json, "minLength", 1);
}

DESCRIBE(describe_name)
{
    (void)key;
    json_key_text(json, "type", "string");
    json_key_text(json, "pattern", "^[a-z0-9][a-z0-9._-]{0,63}$");
}

static void clear_text(const struct form_key *key, void *target)
{
    free(*(char **)member(key, target));
}

const struct form_type form_name = { "a name of lowercase letters, digits and dashes", read_name, write_text,
                                     describe_name, clear_text };
const struct form_type form_request_path = { "a path that starts with \"/\"", read_request_path, write_text,
                                             describe_text, clear_text };
const struct form_type form_zone = { "a time zone like Asia/Shanghai", read_zone, write_text, describe_text,
                                     clear_text };

/* English and Chinese */

READ(read_texts)
{
    struct campaign_text *texts = member(key, target);
    const char *language, *words;
    yaml_node_t *node;
    int line;

    if (value->text != NULL && is_words(value->text)) {
        texts->en = memory_text(value->text);
        texts->zh = memory_text(value->text);
        return true;
    }
    if (value->node == NULL || value->node->type != YAML_MAPPING_NODE)
        return form_expected(reader, key, value, err);
    for (size_t i = 0; (node = document_pair(reader->document, value->node, i, &language, &line)) != NULL;
         i++) {
        char **place = strcmp(language, "en") == 0   ? &texts->en
                       : strcmp(language, "zh") == 0 ? &texts->zh
                                                     : NULL;
        struct form_value at = { .path = value->path, .line = line, .text = language };

        words = document_text(node);
        if (place == NULL || words == NULL || words[0] == '\0' || !is_words(words))
            return form_expected(reader, key, &at, err);
        *place = memory_text(words);
    }
    if (texts->en == NULL)
        return form_expected(reader, key, value, err);
    if (texts->zh == NULL)
        texts->zh = memory_text(texts->en);
    return true;
}

WRITE(write_texts)
{
    const struct campaign_text *texts = member_of(key, target);

    (void)campaign;
    json_object(json);
    json_key_text(json, "en", texts->en);
    json_key_text(json, "zh", texts->zh);
    json_object_end(json);
}

DESCRIBE(describe_texts)
{
    (void)key;
    json_key(json, "oneOf");
    json_raw(json,
             "[{\"type\":\"string\",\"minLength\":1},{\"type\":\"object\",\"additionalProperties\":false,"
             "\"required\":[\"en\"],\"properties\":{\"en\":{\"type\":\"string\",\"minLength\":1},"
             "\"zh\":{\"type\":\"string\",\"minLength\":1}}}]");
}

static void clear_texts(const struct form_key *key, void *target)
{
    struct campaign_text *texts = member(key, target);

    free(texts->en);
    free(texts->zh);
}

const struct form_type form_texts = { "text, or { en: text, zh: text }", read_texts, write_texts,
                                      describe_texts, clear_texts };

/* numbers */

READ(read_number)
{
    char *end = NULL;
    long long number =
        value->text != NULL && isdigit((unsigned char)value->text[0]) ? strtoll(value->text, &end, 10) : -1;

    if (end == NULL || *end != '\0' || number < key->low || number > key->high)
        return form_error(reader, value, err, "expected a number from %lld to %lld, found \"%.60s\"",
                          (long long)key->low, (long long)key->high,
                          value->text != NULL ? value->text : "something else");
    *(int *)member(key, target) = (int)number;
    return true;
}

WRITE(write_number)
{
    (void)campaign;
    json_number(json, *(const int *)member_of(key, target));
}

DESCRIBE(describe_number)
{
    json_key_text(json, "type", "integer");
    json_key_number(json, "minimum", key->low);
    json_key_number(json, "maximum", key->high);
}

/* Digits with at most one point: not the hex floats, infinities and locale commas that strtod takes. */
READ(read_share)
{
    const char *text = value->text != NULL ? value->text : "";
    size_t whole = strspn(text, "0123456789");
    size_t part = text[whole] == '.' ? 1 + strspn(text + whole + 1, "0123456789") : 0;
    double share = 0, digit = 1;

    if (whole == 0 || whole > 3 || part == 1 || part > 9 || text[whole + part] != '\0')
        return form_expected(reader, key, value, err);
    for (size_t i = 0; i < whole; i++)
        share = share * 10 + (text[i] - '0');
    for (size_t i = 1; i < part; i++) {
        share = share * 10 + (text[whole + i] - '0');
        digit *= 10;
    }
    share /= digit; /* one rounding: the nearest double to what is written */
    if (share > 1)
        return form_expected(reader, key, value, err);
    *(double *)member(key, target) = share;
    return true;
}

WRITE(write_share)
{
    (void)campaign;
    json_real(json, *(const double *)member_of(key, target));
}

DESCRIBE(describe_share)
{
    (void)key;
    json_key_text(json, "type", "number");
    json_key_number(json, "minimum", 0);
    json_key_number(json, "maximum", 1);
}

const struct form_type form_number = { "a number", read_number, write_number, describe_number, NULL };
const struct form_type form_share = { "a share from 0 to 1", read_share, write_share, describe_share, NULL };

/* time */

READ(read_instant)
{
    struct error why = { 0 };

    if (value->text == NULL)
        return form_expected(reader, key, value, err);
    if (!clock_parse(value->text, reader->campaign->zone, member(key, target), &why))
        return form_error(reader, value, err, "%s", why.message);
    return true;
}

WRITE(write_instant)
{
    (void)campaign;
    json_instant(json, *(const int64_t *)member_of(key, target));
}

DESCRIBE(describe_instant)
{
    (void)key;
    json_key_text(json, "type", "string");
    json_key_text(json, "pattern",
                  "^[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt "
                  "][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2}))?$");
}

READ(read_duration)
{
    struct error why = { 0 };

    if (value->text == NULL)
        return form_expected(reader, key, value, err);
    if (!clock_parse_duration(value->text, member(key, target), &why))
        return form_error(reader, value, err, "%s", why.message);
    return true;
}

WRITE(write_duration)
{
    (void)campaign;
    json_number(json, *(const int64_t *)member_of(key, target));
}

DESCRIBE(describe_duration)
{
    (void)key;
    json_key_text(json, "type", "string");
    json_key_text(json, "pattern", "^[0-9]+[smhd]$");
}

const struct form_type form_instant = { "an RFC 3339 instant with offset or a date (YYYY-MM-DD)",
                                        read_instant, write_instant, describe_instant, NULL };
const struct form_type form_duration = { "a duration like 14d (s, m, h or d)", read_duration, write_duration,
                                         describe_duration, NULL };

/* choices */

static bool expect_words(const struct form_reader *reader, const struct form_key *key,
                         const struct form_value *value, struct error *err)
{
    struct text words = { 0 };

    for (size_t i = 0; key->words[i] != NULL; i++)
        text_format(&words, "%s%s", i > 0 ? ", " : "", key->words[i]);
    form_error(reader, value, err, "expected one of %s, found \"%.60s\"", text_string(&words),
               value->text != NULL ? value->text : "something else");
    text_clear(&words);
    return false;
}

static int find_word(const struct form_key *key, const char *text)
{
    for (int i = 0; text != NULL && key->words[i] != NULL; i++) {
        if (strcmp(key->words[i], text) == 0)
            return i;
    }
    return -1;
}

/* Enums of these structs are ints: the compiler's choice for values that are never negative is unsigned int. */
READ(read_choice)
{
    int word = find_word(key, value->text);

    if (word < 0)
        return expect_words(reader, key, value, err);
    memcpy(member(key, target), &word, sizeof(word));
    return true;
}

WRITE(write_choice)
{
    int word;

    (void)campaign;
    memcpy(&word, member_of(key, target), sizeof(word));
    json_text(json, key->words[word]);
}

READ(read_flag)
{
    int word = find_word(key, value->text);

    if (word < 0)
        return expect_words(reader, key, value, err);
    *(bool *)member(key, target) = word == 1;
    return true;
}

WRITE(write_flag)
{
    (void)campaign;
    json_text(json, key->words[*(const bool *)member_of(key, target) ? 1 : 0]);
}

DESCRIBE(describe_choice)
{
    json_key(json, "enum");
    json_array(json);
    for (size_t i = 0; key->words[i] != NULL; i++)
        json_text(json, key->words[i]);
    json_array_end(json);
}

READ(read_evidence)
{
    enum evidence evidence;

    if (value->text == NULL || !evidence_parse(value->text, &evidence) || evidence == EVIDENCE_NONE)
        return form_expected(reader, key, value, err);
    *(enum evidence *)member(key, target) = evidence;
    return true;
}

WRITE(write_evidence)
{
    (void)campaign;
    json_text(json, evidence_name(*(const enum evidence *)member_of(key, target)));
}

DESCRIBE(describe_evidence)
{
    (void)key;
    json_key(json, "enum");
    json_array(json);
    for (enum evidence evidence = EVIDENCE_DECLARED; evidence <= EVIDENCE_LIVE; evidence++)
        json_text(json, evidence_name(evidence));
    json_array_end(json);
}

const struct form_type form_choice = { "one of a few words", read_choice, write_choice, describe_choice,
                                       NULL };
const struct form_type form_flag = { "one of two words", read_flag, write_flag, describe_choice, NULL };
const struct form_type form_evidence = { "declared, listed_by_key, listed, probed or live", read_evidence,
                                         write_evidence, describe_evidence, NULL };

/* lists of text */

static bool read_list(struct form_reader *reader, const struct form_key *key, const struct form_value *value,
                      void *target, bool (*fits)(const char *), struct error *err)
{
    struct text_list *list = member(key, target);
    yaml_node_t *item;

    if (value->node == NULL || value->node->type != YAML_SEQUENCE_NODE || document_count(value->node) == 0)
        return form_error(reader, value, err, "expected a list of at least one: %s", key->type->expected);
    for (size_t i = 0; (item = document_item(reader->document, value->node, i)) != NULL; i++) {
        struct form_value at = { item, document_text(item), value->path, document_line(item) };

        if (at.text == NULL || !fits(at.text))
            return form_expected(reader, key, &at, err);
        if (text_list_has(list, at.text))
            return form_error(reader, &at, err, "\"%.60s\" stands here twice", at.text);
        text_list_add(list, at.text);
    }
    return true;
}

READ(read_hosts)
{
    return read_list(reader, key, value, target, is_host, err);
}

READ(read_patterns)
{
    return read_list(reader, key, value, target, is_pattern, err);
}

READ(read_addresses)
{
    return read_list(reader, key, value, target, is_address, err);
}

READ(read_labels)
{
    return read_list(reader, key, value, target, is_label, err);
}

WRITE(write_list)
{
    (void)campaign;
    json_texts(json, member_of(key, target));
}

DESCRIBE(describe_list)
{
    (void)key;
    json_key_text(json, "type", "array");
    json_key_number(json, "minItems", 1);
    json_key_bool(json, "uniqueItems", true);
    json_key(json, "items");
    json_raw(json, "{\"type\":\"string\",\"minLength\":1}");
}

static void clear_list(const struct form_key *key, void *target)
{
    text_list_clear(member(key, target));
}

const struct form_type form_hosts = { "host names", read_hosts, write_list, describe_list, clear_list };
const struct form_type form_patterns = { "host names, or \"*.\" and a host name", read_patterns, write_list,
                                         describe_list, clear_list };
const struct form_type form_addresses = { "IPv4 or IPv6 addresses", read_addresses, write_list, describe_list,
                                          clear_list };
const struct form_type form_labels = { "short texts", read_labels, write_list, describe_list, clear_list };
