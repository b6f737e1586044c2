/*
 * Messages of rootshift.proto as bytes and as JSON, from their protobuf-c descriptors alone: a field
 * added to the .proto is packed, read and printed without a line here.
 */
#pragma once

#include "schema/base/json.h"
#include "schema/wire/rootshift.pb-c.h"

/*
 * The longest message that is packed or read, an Envelope with what is in it among them: about four
 * thousand clients with their fixes. Kafka brokers take 1 MiB unless their topic says more
 * (schema/wire/topic.h says this much).
 */
#define CODEC_BYTES_MAX (4 * 1024 * 1024)

/* Append `message` to `out`. ERROR_LIMIT when it is longer than CODEC_BYTES_MAX. */
MUST_CHECK bool codec_pack(const void *message, struct text *out, struct error *err);

/*
 * A message of that type out of bytes from outside, or NULL: ERROR_FORMAT when they are not one,
 * ERROR_LIMIT beyond CODEC_BYTES_MAX or when decoding asks for much more memory than any real
 * message does (two bytes can claim a record of hundreds). Fields this version does not know are
 * kept. Free with codec_free().
 */
void *codec_unpack(const ProtobufCMessageDescriptor *type, const void *bytes, size_t size, struct error *err);

/* Of what codec_unpack() returned, and of nothing else. NULL is fine. */
void codec_free(void *message);

/*
 * One JSON value, by the rules at the top of rootshift.proto. Further: repeated fields are always
 * there as arrays, a message that is absent is null, an enum value this version does not know is its
 * number. A map's key given twice is written twice, in order: for JSON readers as for protobuf's
 * the last one counts.
 */
void codec_json(const void *message, struct json *json);

/* Bytes as a JSON string of lowercase hex. */
void codec_json_bytes(const void *bytes, size_t size, struct json *json);

/* The number of an enum's value by its name as codec_json() prints it: "not_ready". False when there is none. */
bool codec_enum_parse(const ProtobufCEnumDescriptor *type, const char *name, int *value);

/*
 * The JSON Schema (draft 2020-12) of what codec_json() prints of such a message, as members of an open
 * "$defs" object: this message under its short name ("HostReport") and each that it contains. `defined`
 * are the names that are there already.
 */
void codec_json_define(const ProtobufCMessageDescriptor *type, struct json *definitions,
                       struct text_list *defined);
