/*
 * A signed message on its way: Envelope of rootshift.proto. A Kafka record's value is one Envelope; a
 * report file is a sequence of them, each preceded by its length as a varint.
 */
#pragma once

#include "schema/wire/codec.h"
#include "schema/wire/key.h"

/* A report file has an enrolment, a report and a manifest for each client's trust set. */
#define ENVELOPE_FILE_BYTES_MAX (64 * 1024 * 1024)

/* What may travel in an Envelope; NULL ends the list. */
extern const ProtobufCMessageDescriptor *const envelope_types[];

struct envelope {
    const ProtobufCMessageDescriptor *type; /* of the message inside */
    struct fingerprint key_id, recipient;
    Rootshift__V1__Envelope *wire; /* owned */
};

/*
 * Append the sealed form of `message` to `out`: signed by `key`, readable by all, meant for
 * `recipient`. Whoever gets it under another id must refuse it.
 */
MUST_CHECK bool envelope_seal(const struct key *key, const struct fingerprint *recipient, const void *message,
                              struct text *out, struct error *err);

/*
 * Exactly one Envelope, well formed and of a schema that this version reads. Nothing is checked about who
 * sent it. ERROR_FORMAT tells apart: no Envelope, a wrong length of key id, recipient or signature, a newer
 * major version, an unknown schema. Clear with envelope_clear().
 */
MUST_CHECK bool envelope_parse(struct envelope *envelope, const void *bytes, size_t size, struct error *err);

/* ERROR_DENIED unless `sender` is the key that it names and made its signature. */
MUST_CHECK bool envelope_verify(const struct envelope *envelope, const struct key *sender, struct error *err);

/* The message inside, verified or not; free with codec_free(). NULL with ERROR_FORMAT or ERROR_LIMIT. */
void *envelope_message(const struct envelope *envelope, struct error *err);

void envelope_clear(struct envelope *envelope);

/* Append one sealed Envelope to a report file. */
void envelope_append(struct text *file, const void *sealed, size_t size);

/*
 * The next Envelope of a report file in memory, from *at, which moves behind it; `sealed` points into the
 * file. Call while *at < size. ERROR_FORMAT when the file is cut or no report file.
 */
MUST_CHECK bool envelope_next(const uint8_t *file, size_t size, size_t *at, const uint8_t **sealed,
                              size_t *sealed_size, struct error *err);

/* Append `bytes` preceded by their number as u64 big-endian: what is signed and authenticated is made of these. */
void envelope_frame(struct text *out, const void *bytes, size_t size);
