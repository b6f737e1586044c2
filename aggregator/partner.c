#include "aggregator/partner.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aggregator/csv.h"
#include "schema/base/clock.h"
#include "schema/base/json.h"

/* More than any list of problems that a person reads. */
#define SENTENCES_MAX 100

/* Writes the field's JSON, or says in `wrong` what was expected. */
typedef bool field_reader(const char *value, struct json *json, const char **wrong);

static bool read_id(const char *value, struct json *json, const char **wrong)
{
    *wrong = "is the partner's id: 1 to 64 of a-z A-Z 0-9 . _ -";
    if (*value == '\0' || strlen(value) > 64)
        return false;
    for (const char *at = value; *at != '\0'; at++) {
        if (!isalnum((unsigned char)*at) && strchr("._-", *at) == NULL)
            return false;
    }
    json_text(json, value);
    return true;
}

static bool read_name(const char *value, struct json *json, const char **wrong)
{
    *wrong = "must not be empty";
    json_text(json, value);
    return *value != '\0';
}

static bool read_text(const char *value, struct json *json, const char **wrong)
{
    (void)wrong;
    json_text(json, value);
    return true;
}

static bool read_language(const char *value, struct json *json, const char **wrong)
{
    *wrong = "is en or zh (empty: en)";
    if (*value == '\0')
        value = "en";
    json_text(json, value);
    return strcmp(value, "en") == 0 || strcmp(value, "zh") == 0;
}

static bool read_hosts(const char *value, struct json *json, const char **wrong)
{
    char *end;
    long number = strtol(value, &end, 10);

    *wrong = "is a whole number from 0 to 10000000, or empty when the partner has not said";
    if (*value == '\0') {
        json_null(json);
        return true;
    }
    json_number(json, number);
    return isdigit((unsigned char)*value) && *end == '\0' && number <= 10000000;
}

static bool read_share(const char *value, struct json *json, const char **wrong)
{
    char *end;
    double number = strtod(value, &end);

    *wrong = "is a share from 0 to 1, or empty";
    if (*value == '\0') {
        json_null(json);
        return true;
    }
    json_real(json, number);
    return strspn(value, "0123456789.") == strlen(value) && *end == '\0' && number >= 0 && number <= 1;
}

static bool read_yes(const char *value, struct json *json, const char **wrong)
{
    static const struct {
        const char *word;
        bool yes;
    } words[] = { { "", false },   { "no", false },  { "false", false }, { "0", false },
                  { "yes", true }, { "true", true }, { "1", true } };

    *wrong = "is yes or no (empty: no)";
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcasecmp(value, words[i].word) == 0) {
            json_bool(json, words[i].yes);
            return true;
        }
    }
    return false;
}

/* An address or a network whose host bits are zero, as PostgreSQL's cidr wants it. */
static bool is_network(const char *word)
{
    char address[INET6_ADDRSTRLEN];
    size_t size = strcspn(word, "/");
    int family = strchr(word, ':') != NULL ? AF_INET6 : AF_INET;
    long width = family == AF_INET ? 32 : 128, bits = width;
    unsigned char bytes[16];
    char *end;

    if (size >= sizeof(address))
        return false;
    memcpy(address, word, size);
    address[size] = '\0';
    if (inet_pton(family, address, bytes) != 1)
        return false;
    if (word[size] == '/') {
        bits = strtol(word + size + 1, &end, 10);
        if (!isdigit((unsigned char)word[size + 1]) || *end != '\0' || bits > width)
            return false;
    }
    for (long bit = bits; bit < width; bit++) {
        if ((bytes[bit / 8] >> (7 - bit % 8) & 1) != 0)
            return false;
    }
    return true;
}

static bool read_networks(const char *value, struct json *json, const char **wrong)
{
    char *copy = memory_text(value), *rest = NULL;
    bool ok = true;

    *wrong = "is addresses and networks (192.0.2.0/24) separated by blanks";
    json_array(json);
    for (char *word = strtok_r(copy, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
        ok = ok && is_network(word);
        json_text(json, word);
    }
    json_array_end(json);
    free(copy);
    return ok;
}

static const struct column {
    const char *name;
    field_reader *read;
    bool required; /* in the header; others may be left out and then are as if empty */
} columns[] = {
    { "id", read_id, true },
    { "name", read_name, true },
    { "language", read_language, false },
    { "contact", read_text, false },
    { "expected_hosts", read_hosts, false },
    { "traffic_share", read_share, false },
    { "critical", read_yes, false },
    { "cohort", read_text, false },
    { "networks", read_networks, false },
};

#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

static bool read_header(const struct text_list *fields, int positions[COLUMNS], struct error *err)
{
    for (size_t i = 0; i < COLUMNS; i++)
        positions[i] = -1;
    for (size_t at = 0; at < fields->count; at++) {
        size_t i = 0;

        while (i < COLUMNS && strcmp(columns[i].name, fields->items[at]) != 0)
            i++;
        if (i == COLUMNS)
            return error_set(err, ERROR_FORMAT, "line 1: no column \"%s\"; the header is %s",
                             fields->items[at], PARTNER_COLUMNS);
        if (positions[i] >= 0)
            return error_set(err, ERROR_FORMAT, "line 1: column \"%s\" stands twice", fields->items[at]);
        positions[i] = (int)at;
    }
    for (size_t i = 0; i < COLUMNS; i++) {
        if (columns[i].required && positions[i] < 0)
            return error_set(err, ERROR_FORMAT, "line 1: column \"%s\" is missing; the header is %s",
                             columns[i].name, PARTNER_COLUMNS);
    }
    return true;
}

static void complain(struct partner_problems *problems, int line, const char *what, const char *value,
                     const char *wrong)
{
    struct text sentence = { 0 };

    if (problems->sentences.count >= SENTENCES_MAX)
        return;
    text_format(&sentence, "line %d: %s: \"%s\" %s", line, what, value, wrong);
    text_list_add(&problems->sentences, text_string(&sentence));
    text_clear(&sentence);
}

static void read_row(const struct text_list *fields, const int positions[COLUMNS], int line,
                     struct json *json, struct partner_problems *problems)
{
    size_t before = problems->sentences.count;

    json_object(json);
    for (size_t i = 0; i < COLUMNS; i++) {
        const char *value =
            positions[i] >= 0 && (size_t)positions[i] < fields->count ? fields->items[positions[i]] : "";
        const char *wrong = "";

        json_key(json, columns[i].name);
        if (!columns[i].read(value, json, &wrong)) {
            complain(problems, line, columns[i].name, value, wrong);
            json_null(json);
        }
    }
    json_object_end(json);
    problems->rows += problems->sentences.count == before;
}

bool partner_read(const char *csv, size_t size, struct text *out, struct partner_problems *problems,
                  struct error *err)
{
    struct csv_reader reader;
    struct text_list fields = { 0 }, seen = { 0 };
    struct json json = { 0 };
    int positions[COLUMNS];
    size_t width = 0;
    bool more, ok;

    csv_open(&reader, csv, size);
    ok = csv_next(&reader, &fields, &more, err) &&
         (more || error_set(err, ERROR_FORMAT, "the file is empty; its header is %s", PARTNER_COLUMNS)) &&
         read_header(&fields, positions, err);
    width = fields.count;
    json_array(&json);
    while (ok && (ok = csv_next(&reader, &fields, &more, err)) && more) {
        const char *id = (size_t)positions[0] < fields.count ? fields.items[positions[0]] : "";

        if (fields.count != width)
            complain(problems, reader.line, "the row", "", "has not as many fields as the header");
        if (text_list_has(&seen, id))
            complain(problems, reader.line, "id", id, "stands in the file twice");
        text_list_add(&seen, id);
        read_row(&fields, positions, reader.line, &json, problems);
    }
    json_array_end(&json);
    text_add(out, text_string(&json.text));
    json_clear(&json);
    text_list_clear(&seen);
    text_list_clear(&fields);
    return ok;
}

void partner_problems_clear(struct partner_problems *problems)
{
    text_list_clear(&problems->sentences);
}

bool partner_import(struct database *database, const char *json, int64_t at, struct error *err)
{
    char time[CLOCK_TEXT_BYTES];

    return database_run(database, "partner_import",
                        (struct parameter[]){ { "rows", json }, { "at", clock_format(at, time) }, { 0 } },
                        NULL, err);
}

bool partner_exists(struct database *database, const char *id, struct error *err)
{
    PGresult *result =
        database_query(database, "partner_find", (struct parameter[]){ { "partner", id }, { 0 } }, err);
    bool found = result != NULL && PQntuples(result) == 1;

    if (result != NULL && !found)
        error_set(err, ERROR_ABSENT, "no partner \"%s\": import it first", id);
    PQclear(result);
    return found;
}
