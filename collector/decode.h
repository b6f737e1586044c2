/*
 * A report file as JSON (schema/json/decode.json): every envelope in it, whether its signature is good,
 * and its message from the descriptors of rootshift.proto, so that a security team reads all that would
 * leave the host.
 */
#pragma once

#include "schema/base/json.h"
#include "schema/base/option.h"
#include "schema/wire/key.h"

enum decode_signature {
    DECODE_UNKNOWN, /* the key is neither in the file nor known here */
    DECODE_VALID,
    DECODE_INVALID
};

/*
 * Append the document. `known` is one more key (NULL for none) beside those that the file's own
 * enrolments bring; *worst is the worst signature, or the unknown one. False with what was wrong at which byte.
 */
MUST_CHECK bool decode_file(const uint8_t *file, size_t size, const struct key *known, struct json *json,
                            enum decode_signature *worst, struct error *err);

/* The JSON Schema of that document (schema/json/decode.json). */
void decode_write_schema(struct text *out);

/* `rootshift-collector decode`; 0 when all signatures are good, 1 when one is not, 2 when one's key is unknown. */
extern const struct command decode_command;
