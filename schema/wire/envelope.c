#include "schema/wire/envelope.h"

#include <string.h>

#define DOMAIN "rootshift-v1" /* no other signature of the same key can be taken for one of these */
#define PACKAGE "rootshift.v"
#define MAJOR '1'

const ProtobufCMessageDescriptor *const envelope_types[] = {
    &rootshift__v1__host_report__descriptor,
    &rootshift__v1__trust_manifest__descriptor,
    &rootshift__v1__enrolment__descriptor,
    &rootshift__v1__campaign_notice__descriptor,
    &rootshift__v1__wanted_manifests__descriptor,
    &rootshift__v1__centre_keys__descriptor,
    NULL,
};

void envelope_frame(struct text *out, const void *bytes, size_t size)
{
    uint8_t length[8];

    for (size_t i = 0; i < sizeof(length); i++)
        length[i] = (uint8_t)((uint64_t)size >> (56 - 8 * i));
    text_append(out, length, sizeof(length));
    text_append(out, bytes, size);
}

/* What the signature is over (design of the wire: the comment on Envelope in rootshift.proto). */
static void append_signed(const Rootshift__V1__Envelope *wire, struct text *out)
{
    text_add(out, DOMAIN);
    envelope_frame(out, wire->schema, strlen(wire->schema));
    envelope_frame(out, wire->key_id.data, wire->key_id.len);
    envelope_frame(out, wire->recipient.data, wire->recipient.len);
    envelope_frame(out, wire->payload.data, wire->payload.len);
}

/* protobuf-c has no const bytes; it does not write through this. */
static ProtobufCBinaryData borrow(const void *bytes, size_t size)
{
    return (ProtobufCBinaryData){ .len = size, .data = (uint8_t *)(uintptr_t)bytes };
}

bool envelope_seal(const struct key *key, const struct fingerprint *recipient, const void *message,
                   struct text *out, struct error *err)
{
    Rootshift__V1__Envelope wire = ROOTSHIFT__V1__ENVELOPE__INIT;
    struct text payload = { 0 }, to_sign = { 0 };
    uint8_t signature[KEY_SIGNATURE_BYTES];
    bool ok;

    if (!codec_pack(message, &payload, err)) {
        text_clear(&payload);
        return false;
    }
    wire.schema = (char *)(uintptr_t)((const ProtobufCMessage *)message)->descriptor->name;
    wire.key_id = borrow(key_id(key)->bytes, FINGERPRINT_BYTES);
    wire.recipient = borrow(recipient->bytes, FINGERPRINT_BYTES);
    wire.payload = borrow(payload.bytes, payload.size);
    append_signed(&wire, &to_sign);
    ok = key_sign(key, to_sign.bytes, to_sign.size, signature, err);
    if (ok) {
        wire.signature = borrow(signature, sizeof(signature));
        ok = codec_pack(&wire, out, err);
    }
    text_clear(&payload);
    text_clear(&to_sign);
    return ok;
}

static const ProtobufCMessageDescriptor *type_named(const char *schema, struct error *err)
{
    size_t package = strlen(PACKAGE);
    const char *major = schema + package;

    for (size_t i = 0; envelope_types[i] != NULL; i++) {
        if (strcmp(schema, envelope_types[i]->name) == 0)
            return envelope_types[i];
    }
    if (strncmp(schema, PACKAGE, package) == 0 && (major[0] != MAJOR || major[1] != '.'))
        error_set(err, ERROR_FORMAT, "schema %.64s: another major version than %c, which this program reads",
                  schema, MAJOR);
    else
        error_set(err, ERROR_FORMAT, "schema \"%.64s\" is unknown to this program", schema);
    return NULL;
}

static bool take_fingerprint(struct fingerprint *print, const ProtobufCBinaryData *bytes, const char *what,
                             struct error *err)
{
    if (bytes->len != FINGERPRINT_BYTES)
        return error_set(err, ERROR_FORMAT, "%s of %zu bytes instead of %d", what, bytes->len,
                         FINGERPRINT_BYTES);
    memcpy(print->bytes, bytes->data, FINGERPRINT_BYTES);
    return true;
}

static bool fill(struct envelope *envelope, struct error *err)
{
    const Rootshift__V1__Envelope *wire = envelope->wire;

    envelope->type = type_named(wire->schema, err);
    if (envelope->type == NULL || !take_fingerprint(&envelope->key_id, &wire->key_id, "key id", err) ||
        !take_fingerprint(&envelope->recipient, &wire->recipient, "recipient", err))
        return false;
    if (wire->signature.len != KEY_SIGNATURE_BYTES)
        return error_set(err, ERROR_FORMAT, "signature of %zu bytes instead of %d", wire->signature.len,
                         KEY_SIGNATURE_BYTES);
    return true;
}

bool envelope_parse(struct envelope *envelope, const void *bytes, size_t size, struct error *err)
{
    *envelope = (struct envelope){ 0 };
    envelope->wire = codec_unpack(&rootshift__v1__envelope__descriptor, bytes, size, err);
    if (envelope->wire == NULL)
        return false;
    if (!fill(envelope, err)) {
        envelope_clear(envelope);
        return error_within(err, "envelope");
    }
    return true;
}

bool envelope_verify(const struct envelope *envelope, const struct key *sender, struct error *err)
{
    struct text to_verify = { 0 };
    bool ok;

    if (!fingerprint_equal(&envelope->key_id, key_id(sender)))
        return error_set(err, ERROR_DENIED, "envelope: signed in the name of another key");
    append_signed(envelope->wire, &to_verify);
    ok = key_verify(sender, to_verify.bytes, to_verify.size, envelope->wire->signature.data,
                    envelope->wire->signature.len);
    text_clear(&to_verify);
    return ok || error_set(err, ERROR_DENIED, "envelope: the signature is not that of its key");
}

void *envelope_message(const struct envelope *envelope, struct error *err)
{
    return codec_unpack(envelope->type, envelope->wire->payload.data, envelope->wire->payload.len, err);
}

void envelope_clear(struct envelope *envelope)
{
    codec_free(envelope->wire);
    *envelope = (struct envelope){ 0 };
}

void envelope_append(struct text *file, const void *sealed, size_t size)
{
    uint8_t varint[10];
    size_t length = 0, rest = size;

    for (; rest >= 0x80; rest >>= 7)
        varint[length++] = (uint8_t)(rest | 0x80);
    varint[length++] = (uint8_t)rest;
    text_append(file, varint, length);
    text_append(file, sealed, size);
}

bool envelope_next(const uint8_t *file, size_t size, size_t *at, const uint8_t **sealed, size_t *sealed_size,
                   struct error *err)
{
    size_t from = *at, length = 0;
    unsigned shift = 0;
    uint8_t byte;

    do { /* CODEC_BYTES_MAX has four digits of seven bits */
        if (*at == size || shift > 21)
            return error_set(err, ERROR_FORMAT, "no envelope at byte %zu: the length is %s", from,
                             *at == size ? "cut" : "absurd");
        byte = file[(*at)++];
        length |= (size_t)(byte & 0x7f) << shift;
        shift += 7;
    } while (byte >= 0x80);
    if (length > CODEC_BYTES_MAX)
        return error_set(err, ERROR_FORMAT, "no envelope at byte %zu: a length of %zu is absurd", from,
                         length);
    if (length > size - *at)
        return error_set(err, ERROR_FORMAT, "envelope at byte %zu: cut after %zu of %zu bytes", from,
                         size - *at, length);
    *sealed = file + *at;
    *sealed_size = length;
    *at += length;
    return true;
}
