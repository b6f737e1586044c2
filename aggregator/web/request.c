#include "aggregator/web/request.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int hex_digit(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    digit = (char)tolower((unsigned char)digit);
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

/* How long the UTF-8 sequence at `at` is (RFC 3629 section 4); 0 when it is none, or a control character. */
static size_t sequence_length(const unsigned char *at)
{
    static const struct {
        unsigned char first_low, first_high, second_low, second_high;
        size_t size;
    } rows[] = {
        { 0x20, 0x7e, 0, 0, 1 },       { 0xc2, 0xdf, 0x80, 0xbf, 2 }, { 0xe0, 0xe0, 0xa0, 0xbf, 3 },
        { 0xe1, 0xec, 0x80, 0xbf, 3 }, { 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 },
        { 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 }, { 0xf4, 0xf4, 0x80, 0x8f, 4 },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t next = 2;

        if (*at < rows[i].first_low || *at > rows[i].first_high)
            continue;
        if (rows[i].size > 1 && (at[1] < rows[i].second_low || at[1] > rows[i].second_high))
            return 0;
        while (next < rows[i].size && at[next] >= 0x80 && at[next] <= 0xbf)
            next++;
        return rows[i].size <= 2 || next == rows[i].size ? rows[i].size : 0;
    }
    return 0;
}

static bool is_readable(const char *text)
{
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0';) {
        size_t size = sequence_length(at);

        if (size == 0)
            return false;
        at += size;
    }
    return true;
}

/* `size` bytes at `from`, decoded; NULL when they are no readable text. */
static char *decode(const char *from, size_t size, bool plus_is_space)
{
    char *text = memory_new(size + 1), *to = text;
    bool ok = true;

    for (size_t i = 0; ok && i < size; i++) {
        if (from[i] == '%' && i + 2 < size) {
            int high = hex_digit(from[i + 1]), low = hex_digit(from[i + 2]);

            ok = high >= 0 && low >= 0 && (high != 0 || low != 0);
            *to++ = (char)(16 * high + low);
            i += 2;
        } else {
            ok = from[i] != '%';
            *to++ = plus_is_space && from[i] == '+' ? ' ' : from[i];
        }
    }
    if (ok && is_readable(text))
        return text;
    free(text);
    return NULL;
}

static bool parse_path(const char *path, size_t size, struct request *request, struct error *err)
{
    const char *end = path + size;

    while (path < end) {
        size_t length;

        path++; /* the slash */
        length = strcspn(path, "/?#");
        if (path + length == end && length == 0)
            break; /* "/" at the end adds nothing */
        if (request->segment_count == REQUEST_SEGMENTS)
            return error_set(err, ERROR_LIMIT, "the path has too many parts");
        request->segments[request->segment_count] = decode(path, length, false);
        if (request->segments[request->segment_count] == NULL)
            return error_set(err, ERROR_FORMAT, "the path is no text");
        request->segment_count++;
        path += length;
    }
    return true;
}

static bool parse_query(const char *query, struct request *request, struct error *err)
{
    while (*query != '\0') {
        size_t length = strcspn(query, "&"), name = strcspn(query, "=&");
        size_t value = name < length ? name + 1 : length;

        if (length > 0) {
            if (request->field_count == REQUEST_FIELDS)
                return error_set(err, ERROR_LIMIT, "the query has too many fields");
            request->fields[request->field_count].name = decode(query, name, true);
            request->fields[request->field_count].value = decode(query + value, length - value, true);
            request->field_count++;
            if (request->fields[request->field_count - 1].name == NULL ||
                request->fields[request->field_count - 1].value == NULL)
                return error_set(err, ERROR_FORMAT, "the query is no text");
        }
        query += length;
        query += *query == '&';
    }
    return true;
}

bool request_parse(const char *target, const char *accept, struct request *request, struct error *err)
{
    size_t path = strcspn(target, "?#");

    *request = (struct request){ .language = language_choose(NULL, accept) };
    if (*target != '/')
        return error_set(err, ERROR_FORMAT, "the target is no path");
    if (strlen(target) > REQUEST_TARGET_BYTES)
        return error_set(err, ERROR_LIMIT, "the target is too long");
    if (!parse_path(target, path, request, err))
        return false;
    if (target[path] == '?' && !parse_query(target + path + 1, request, err))
        return false;
    request->language_given = request_field(request, "lang") != NULL;
    request->language = language_choose(request_field(request, "lang"), accept);
    return true;
}

void request_clear(struct request *request)
{
    for (size_t i = 0; i < request->segment_count; i++)
        free(request->segments[i]);
    for (size_t i = 0; i < request->field_count; i++) {
        free(request->fields[i].name);
        free(request->fields[i].value);
    }
    *request = (struct request){ 0 };
}

const char *request_field(const struct request *request, const char *name)
{
    for (size_t i = 0; i < request->field_count; i++) {
        if (strcmp(request->fields[i].name, name) == 0)
            return request->fields[i].value;
    }
    return NULL;
}

void request_encode(struct text *out, const char *value)
{
    for (const unsigned char *at = (const unsigned char *)value; *at != '\0'; at++) {
        if (*at < 0x80 && (isalnum(*at) || strchr("-._~", *at) != NULL))
            text_append(out, at, 1);
        else
            text_format(out, "%%%02X", *at);
    }
}

void request_query_add(struct text *query, const char *name, const char *value)
{
    if (query->size > 0)
        text_add(query, "&");
    request_encode(query, name);
    text_add(query, "=");
    request_encode(query, value);
}
