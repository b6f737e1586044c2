#include "schema/base/json.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "schema/base/clock.h"

/* What goes before a value or key: a comma, unless it is the first of its level or follows its key. */
static void separate(struct json *json)
{
    if (json->after_key) {
        json->after_key = false;
        return;
    }
    if (json->filled[json->depth])
        text_add(&json->text, ",");
    json->filled[json->depth] = true;
}

static void open_level(struct json *json, const char *bracket)
{
    separate(json);
    text_add(&json->text, bracket);
    assert(json->depth + 1 < JSON_DEPTH);
    json->filled[++json->depth] = false;
}

static void close_level(struct json *json, const char *bracket)
{
    assert(json->depth > 0);
    json->depth--;
    text_add(&json->text, bracket);
}

void json_object(struct json *json)
{
    open_level(json, "{");
}

void json_object_end(struct json *json)
{
    close_level(json, "}");
}

void json_array(struct json *json)
{
    open_level(json, "[");
}

void json_array_end(struct json *json)
{
    close_level(json, "]");
}

/* Length of the well-formed UTF-8 sequence at `at` (RFC 3629 section 4), 0 when there is none. */
static size_t utf8_length(const unsigned char *at, size_t left)
{
    size_t length = at[0] < 0x80                    ? 1
                    : at[0] >= 0xc2 && at[0] < 0xe0 ? 2
                    : (at[0] & 0xf0) == 0xe0        ? 3
                    : at[0] >= 0xf0 && at[0] < 0xf5 ? 4
                                                    : 0;

    if (length == 0 || length > left)
        return 0;
    for (size_t i = 1; i < length; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    }
    if ((at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] > 0x9f) ||
        (at[0] == 0xf0 && at[1] < 0x90) || (at[0] == 0xf4 && at[1] > 0x8f))
        return 0;
    return length;
}

/* How many bytes from here on are themselves in JSON: most of what is ever written. */
static size_t plain_length(const unsigned char *at, size_t left)
{
    size_t length = 0;

    while (length < left && at[length] >= 0x20 && at[length] < 0x7f && at[length] != '"' &&
           at[length] != '\\')
        length++;
    return length;
}

/* The first character of `at`, which is not plain. Returns the bytes that it took. */
static size_t write_special(struct text *text, const unsigned char *at, size_t left)
{
    size_t length = utf8_length(at, left);

    if (length == 0)
        text_add(text, "\\ufffd");
    else if (*at == '"' || *at == '\\')
        text_format(text, "\\%c", *at);
    else if (*at == '\n')
        text_add(text, "\\n");
    else if (*at < 0x20 || *at == 0x7f)
        text_format(text, "\\u%04x", *at);
    else
        text_append(text, at, length);
    return length == 0 ? 1 : length;
}

static void write_string(struct json *json, const char *value, size_t size)
{
    const unsigned char *at = (const unsigned char *)value, *end = at + size;

    text_append(&json->text, "\"", 1);
    while (at < end) {
        size_t plain = plain_length(at, (size_t)(end - at));

        text_append(&json->text, at, plain);
        at += plain;
        if (at < end)
            at += write_special(&json->text, at, (size_t)(end - at));
    }
    text_append(&json->text, "\"", 1);
}

void json_key(struct json *json, const char *key)
{
    separate(json);
    write_string(json, key, strlen(key));
    text_add(&json->text, ":");
    json->after_key = true;
}

void json_name(struct json *json, const char *name, size_t size)
{
    separate(json);
    text_append(&json->text, name, size);
    json->after_key = true;
}

void json_text(struct json *json, const char *value)
{
    if (value == NULL)
        json_null(json);
    else
        json_text_sized(json, value, strlen(value));
}

void json_text_sized(struct json *json, const char *value, size_t size)
{
    separate(json);
    write_string(json, value, size);
}

void json_number(struct json *json, int64_t value)
{
    char digits[24]; /* an int64_t has at most 19, and a sign */
    char *at = digits + sizeof(digits);
    uint64_t left = value < 0 ? -(uint64_t)value : (uint64_t)value;

    separate(json);
    do
        *--at = (char)('0' + left % 10);
    while ((left /= 10) > 0);
    if (value < 0)
        *--at = '-';
    text_append(&json->text, at, (size_t)(digits + sizeof(digits) - at));
}

void json_real(struct json *json, double value)
{
    separate(json);
    if (isfinite(value))
        text_format(&json->text, "%.6g", value);
    else
        text_add(&json->text, "null");
}

void json_bool(struct json *json, bool value)
{
    separate(json);
    text_add(&json->text, value ? "true" : "false");
}

void json_null(struct json *json)
{
    separate(json);
    text_add(&json->text, "null");
}

void json_fingerprint(struct json *json, const struct fingerprint *value)
{
    char text[FINGERPRINT_TEXT_BYTES];

    json_text(json, fingerprint_format(value, text));
}

void json_instant(struct json *json, int64_t instant)
{
    char text[CLOCK_TEXT_BYTES];

    json_text(json, clock_format(instant, text));
}

void json_texts(struct json *json, const struct text_list *list)
{
    json_array(json);
    for (size_t i = 0; i < list->count; i++)
        json_text(json, list->items[i]);
    json_array_end(json);
}

void json_raw(struct json *json, const char *value)
{
    separate(json);
    text_add(&json->text, value);
}

void json_key_text(struct json *json, const char *key, const char *value)
{
    json_key(json, key);
    json_text(json, value);
}

void json_key_number(struct json *json, const char *key, int64_t value)
{
    json_key(json, key);
    json_number(json, value);
}

void json_key_bool(struct json *json, const char *key, bool value)
{
    json_key(json, key);
    json_bool(json, value);
}

void json_key_instant(struct json *json, const char *key, int64_t instant)
{
    json_key(json, key);
    json_instant(json, instant);
}

void json_key_texts(struct json *json, const char *key, const struct text_list *list)
{
    json_key(json, key);
    json_texts(json, list);
}

void json_clear(struct json *json)
{
    text_clear(&json->text);
    *json = (struct json){ 0 };
}
