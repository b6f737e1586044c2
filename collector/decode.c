#include "collector/decode.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "schema/base/input.h"
#include "schema/wire/envelope.h"

/* A host's file brings one key; one that was enrolled anew under others, a few. */
struct keyring {
    struct key **items;
    size_t count;
    const struct key *known;
};

static const char *const signature_names[] = {
    [DECODE_UNKNOWN] = "unknown_key",
    [DECODE_VALID] = "valid",
    [DECODE_INVALID] = "invalid",
};

/* An enrolment carries the key that its own envelope, and those after it, are signed with. */
static bool learn_key(struct keyring *ring, const struct envelope *envelope, struct error *err)
{
    Rootshift__V1__Enrolment *enrolment;
    struct key *key = NULL;

    if (envelope->type != &rootshift__v1__enrolment__descriptor)
        return true;
    enrolment = envelope_message(envelope, err);
    if (enrolment == NULL)
        return false;
    if (enrolment->public_key.len == KEY_PUBLIC_BYTES)
        key = key_of_public(enrolment->public_key.data, err);
    else
        error_set(err, ERROR_FORMAT, "enrolment with a public key of %zu bytes", enrolment->public_key.len);
    codec_free(enrolment);
    if (key == NULL)
        return false;
    ring->items = array_grow(ring->items, ring->count, sizeof(*ring->items));
    ring->items[ring->count++] = key;
    return true;
}

static enum decode_signature check_signature(const struct keyring *ring, const struct envelope *envelope)
{
    const struct key *key = NULL;
    struct error err;

    if (ring->known != NULL && fingerprint_equal(key_id(ring->known), &envelope->key_id))
        key = ring->known;
    for (size_t i = 0; key == NULL && i < ring->count; i++) {
        if (fingerprint_equal(key_id(ring->items[i]), &envelope->key_id))
            key = ring->items[i];
    }
    if (key == NULL)
        return DECODE_UNKNOWN;
    return envelope_verify(envelope, key, &err) ? DECODE_VALID : DECODE_INVALID;
}

static bool write_envelope(const struct envelope *envelope, enum decode_signature signature,
                           struct json *json, struct error *err)
{
    void *message = envelope_message(envelope, err);

    if (message == NULL)
        return false;
    json_object(json);
    json_key_text(json, "schema", envelope->type->name);
    json_key(json, "key_id");
    json_fingerprint(json, &envelope->key_id);
    json_key(json, "recipient");
    json_fingerprint(json, &envelope->recipient);
    json_key_text(json, "signature", signature_names[signature]);
    json_key(json, "message");
    codec_json(message, json);
    json_object_end(json);
    codec_free(message);
    return true;
}

static bool decode_one(const uint8_t *sealed, size_t size, struct keyring *ring, struct json *json,
                       enum decode_signature *signature, struct error *err)
{
    struct envelope envelope;
    bool ok;

    if (!envelope_parse(&envelope, sealed, size, err))
        return false;
    ok = learn_key(ring, &envelope, err);
    if (ok) {
        *signature = check_signature(ring, &envelope);
        ok = write_envelope(&envelope, *signature, json, err);
    }
    envelope_clear(&envelope);
    return ok;
}

static enum decode_signature worse(enum decode_signature a, enum decode_signature b)
{
    if (a == DECODE_INVALID || b == DECODE_INVALID)
        return DECODE_INVALID;
    return a == DECODE_UNKNOWN || b == DECODE_UNKNOWN ? DECODE_UNKNOWN : DECODE_VALID;
}

static bool decode_all(const uint8_t *file, size_t size, struct keyring *ring, struct json *json,
                       enum decode_signature *worst, struct error *err)
{
    enum decode_signature signature;
    const uint8_t *sealed;
    size_t at = 0, from, sealed_size;

    if (size == 0)
        return error_set(err, ERROR_FORMAT, "it is empty");
    while (at < size) {
        from = at;
        if (!envelope_next(file, size, &at, &sealed, &sealed_size, err))
            return false;
        if (!decode_one(sealed, sealed_size, ring, json, &signature, err))
            return error_within(err, "envelope at byte %zu", from);
        *worst = worse(*worst, signature);
    }
    return true;
}

bool decode_file(const uint8_t *file, size_t size, const struct key *known, struct json *json,
                 enum decode_signature *worst, struct error *err)
{
    struct keyring ring = { .known = known };
    bool ok;

    *worst = DECODE_VALID;
    json_object(json);
    json_key(json, "envelopes");
    json_array(json);
    ok = decode_all(file, size, &ring, json, worst, err);
    json_array_end(json);
    json_object_end(json);
    for (size_t i = 0; i < ring.count; i++)
        key_free(ring.items[i]);
    free(ring.items);
    return ok;
}

/* The envelope as write_envelope() prints it; the messages follow from their descriptors. */
static const char schema_start[] =
    "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"title\":\"A report file, decoded\","
    "\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"envelopes\"],"
    "\"properties\":{\"envelopes\":{\"type\":\"array\",\"minItems\":1,\"items\":{\"type\":\"object\","
    "\"additionalProperties\":false,\"required\":[\"schema\",\"key_id\",\"recipient\",\"signature\","
    "\"message\"],"
    "\"properties\":{\"schema\":{\"type\":\"string\",\"pattern\":\"^rootshift\\\\.v1\\\\.\"},"
    "\"key_id\":{\"type\":\"string\",\"pattern\":\"^[0-9a-f]{64}$\"},"
    "\"recipient\":{\"type\":\"string\",\"pattern\":\"^[0-9a-f]{64}$\"},"
    "\"signature\":{\"enum\":[\"%s\",\"%s\",\"%s\"]},\"message\":{\"anyOf\":[";

void decode_write_schema(struct text *out)
{
    struct text_list defined = { 0 };
    struct json definitions = { 0 };

    text_format(out, schema_start, signature_names[DECODE_UNKNOWN], signature_names[DECODE_VALID],
                signature_names[DECODE_INVALID]);
    json_object(&definitions);
    for (size_t i = 0; envelope_types[i] != NULL; i++) {
        text_format(out, "%s{\"$ref\":\"#/$defs/%s\"}", i == 0 ? "" : ",", envelope_types[i]->short_name);
        codec_json_define(envelope_types[i], &definitions, &defined);
    }
    json_object_end(&definitions);
    text_format(out, "]}}}}},\"$defs\":%s}\n", text_string(&definitions.text));
    json_clear(&definitions);
    text_list_clear(&defined);
}

static bool read_argument(const char *path, struct input *input, struct error *err)
{
    if (strcmp(path, "-") == 0)
        return input_read_fd(STDIN_FILENO, ENVELOPE_FILE_BYTES_MAX, input, err) ||
               error_within(err, "standard input");
    return input_read(INPUT_MACHINE, path, ENVELOPE_FILE_BYTES_MAX, input, err);
}

static int run(void *settings, const struct text_list *arguments, struct error *err)
{
    static const enum answer answers[] = {
        [DECODE_UNKNOWN] = ANSWER_UNDECIDED,
        [DECODE_VALID] = ANSWER_YES,
        [DECODE_INVALID] = ANSWER_NO,
    };
    enum decode_signature worst;
    struct json json = { 0 };
    struct input input;
    bool ok;

    (void)settings;
    if (arguments->count != 1) {
        error_set(err, ERROR_OPTION, "give one report file, or - for standard input");
        return ANSWER_NONE;
    }
    if (!read_argument(arguments->items[0], &input, err))
        return ANSWER_NONE;
    ok = decode_file(input.bytes, input.size, NULL, &json, &worst, err) ||
         error_within(err, "%s", arguments->items[0]);
    if (ok)
        puts(text_string(&json.text));
    json_clear(&json);
    input_clear(&input);
    return ok ? (int)answers[worst] : ANSWER_NONE;
}

const struct command decode_command = { "decode", "FILE", "print what is in a report file as JSON",
                                        NULL,     0,      run };
