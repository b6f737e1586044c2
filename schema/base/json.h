/*
 * A JSON writer (RFC 8259) into a text: one call a value, commas and nesting by itself. Bytes that
 * are not UTF-8 leave as U+FFFD, so that the result always parses. tree.h reads.
 */
#pragma once

#include <stdint.h>

#include "schema/base/fingerprint.h"
#include "schema/base/text.h"

#define JSON_DEPTH 32

struct json {
    struct text text;
    int depth;
    bool filled[JSON_DEPTH]; /* this level has a member already */
    bool after_key;
};

void json_object(struct json *json); /* { */
void json_object_end(struct json *json);
void json_array(struct json *json); /* [ */
void json_array_end(struct json *json);
void json_key(struct json *json, const char *key);
/* The same for what is written very often: JSON_NAME("key") is `name` and `size`. */
#define JSON_NAME(key) "\"" key "\":", sizeof(key) + 2
void json_name(struct json *json, const char *name, size_t size);

void json_text(struct json *json, const char *value); /* NULL writes null */
void json_text_sized(struct json *json, const char *value, size_t size);
void json_number(struct json *json, int64_t value);
void json_real(struct json *json, double value); /* null when not finite */
void json_bool(struct json *json, bool value);
void json_null(struct json *json);
void json_fingerprint(struct json *json, const struct fingerprint *value);
void json_instant(struct json *json, int64_t instant);            /* RFC 3339 in UTC */
void json_texts(struct json *json, const struct text_list *list); /* an array of them */
void json_raw(struct json *json, const char *value);              /* JSON made elsewhere */

/* key and value in one call */
void json_key_text(struct json *json, const char *key, const char *value);
void json_key_number(struct json *json, const char *key, int64_t value);
void json_key_bool(struct json *json, const char *key, bool value);
void json_key_instant(struct json *json, const char *key, int64_t instant);
void json_key_texts(struct json *json, const char *key, const struct text_list *list);

void json_clear(struct json *json);
