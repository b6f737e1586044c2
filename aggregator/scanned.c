#include "aggregator/scanned.h"

#include <arpa/inet.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "schema/base/tree.h"
#include "schema/base/clock.h"
#include "schema/tls/handshake.h"
#include "schema/tls/outcome.h"

#define RECORD_VERSION 1
/* Whole numbers up to here are the same in JSON, in a double and in a bigint. */
#define WHOLE_MAX 9007199254740991.0

enum kind { WORD, NUMBER, ADDRESS, STAGE, CLASS };

/* `low` and `high` are lengths in bytes of a text, bounds of a number. */
static const struct field {
    const char *name; /* in the record */
    const char *as;   /* in what SQL takes apart */
    enum kind kind;
    bool optional; /* may be null */
    double low, high;
} fields[] = {
    { "run", "scan", WORD, false, 1, 128 },
    { "seq", "seq", NUMBER, false, 1, WHOLE_MAX },
    { "name", "name", WORD, true, 1, 253 },
    { "address", "address", ADDRESS, true, 2, INET6_ADDRSTRLEN },
    { "port", "port", NUMBER, true, 1, 65535 },
    { "hello", "hello", WORD, false, 1, 32 },
    { "stage", "stage", STAGE, false, 1, 32 },
    { "class", "class", CLASS, false, 1, 32 },
    { "detail", "detail", WORD, true, 0, 4 * OUTCOME_DETAIL_BYTES },
    { "alert", "alert", NUMBER, true, 0, 255 },
    { "tls", "tls", WORD, true, 1, 64 },
    { "cipher", "cipher", WORD, true, 1, 64 },
    { "group", "key_group", WORD, true, 1, 64 },
    { "via", "via", WORD, true, 1, 64 },
    { "elapsed_ms", "elapsed_ms", NUMBER, false, 0, WHOLE_MAX },
};

static bool wrong(struct error *err, const char *field, const char *how)
{
    return error_set(err, ERROR_FORMAT, "scan record: %s %s", field, how);
}

static bool is_address(const char *text)
{
    unsigned char bytes[16];

    return inet_pton(AF_INET, text, bytes) == 1 || inet_pton(AF_INET6, text, bytes) == 1;
}

static bool fits(const struct field *field, tree_value value)
{
    const char *text = tree_text(value);
    double size = field->kind == NUMBER ? tree_number(value) : (double)strlen(text);
    enum outcome_stage stage;
    enum outcome_class class;

    if ((field->kind == NUMBER ? !tree_is_number(value) : !tree_is_text(value)) || size < field->low ||
        size > field->high)
        return false;
    switch (field->kind) {
    case WORD: return true;
    case NUMBER: return floor(size) == size;
    case ADDRESS: return is_address(text);
    case STAGE: return outcome_stage_parse(text, &stage);
    case CLASS: return outcome_class_parse(text, &class);
    }
    return false;
}

static bool take_field(const struct field *field, tree_value record, struct json *content, struct error *err)
{
    tree_value value = tree_member(record, field->name);

    json_key(content, field->as);
    if (field->optional && tree_is_null(value))
        json_null(content);
    else if (!fits(field, value))
        return wrong(err, field->name, "is not what it should be");
    else if (field->kind == NUMBER)
        json_number(content, (int64_t)tree_number(value));
    else
        json_text(content, tree_text(value));
    return true;
}

/* Every fingerprint, and the one over all of them, under which the chain is kept. */
static bool take_chain(tree_value record, struct json *content, struct error *err)
{
    tree_value chain = tree_member(record, "chain");
    struct fingerprint prints[HANDSHAKE_CERTIFICATES_MAX], whole;
    size_t count = tree_count(chain);

    if (!tree_is_array(chain) || count > HANDSHAKE_CERTIFICATES_MAX)
        return wrong(err, "chain", "is no list of certificates");
    json_key(content, "chain");
    json_array(content);
    for (size_t i = 0; i < count; i++) {
        struct error ignored;

        if (!fingerprint_parse(tree_text(tree_item(chain, i)), &prints[i], &ignored))
            return wrong(err, "chain", "has something that is no SHA-256");
        json_fingerprint(content, &prints[i]);
    }
    json_array_end(content);
    json_key(content, "chain_id");
    if (count == 0) {
        json_null(content);
        return true;
    }
    whole = fingerprint_of(prints, count * sizeof(*prints));
    json_fingerprint(content, &whole);
    return true;
}

static bool take_record(tree_value record, struct scanned *scanned, struct error *err)
{
    struct error ignored;

    if (tree_number(tree_member(record, "v")) != RECORD_VERSION)
        return wrong(err, "v", "is not 1: no record of this version");
    if (!clock_parse(tree_text(tree_member(record, "started_at")), NULL, &scanned->started_at, &ignored) ||
        scanned->started_at < 0)
        return wrong(err, "started_at", "is no instant");
    json_object(&scanned->content);
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        if (!take_field(&fields[i], record, &scanned->content, err))
            return false;
    }
    if (!take_chain(record, &scanned->content, err))
        return false;
    json_object_end(&scanned->content);
    return true;
}

bool scanned_read(const uint8_t *bytes, size_t size, struct scanned *scanned, struct error *err)
{
    struct text text = { 0 };
    struct tree *tree = NULL;
    bool ok;

    *scanned = (struct scanned){ 0 };
    if (size == 0 || memchr(bytes, '\0', size) != NULL)
        return error_set(err, ERROR_FORMAT, "scan record: no JSON");
    text_append(&text, bytes, size);
    tree = tree_parse(text_string(&text), err);
    text_clear(&text);
    ok = tree != NULL ? take_record(tree_root(tree), scanned, err) : error_within(err, "scan record");
    tree_free(tree);
    if (!ok)
        json_clear(&scanned->content);
    return ok;
}
