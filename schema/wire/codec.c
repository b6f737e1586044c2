#include "schema/wire/codec.h"

#include <assert.h>
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What decoding may take: a dense real report needs four times its size, a crafted one 150 times. */
#define MEMORY_BASE (256 * 1024)
#define MEMORY_PER_BYTE 16

bool codec_pack(const void *message, struct text *out, struct error *err)
{
    const ProtobufCMessage *base = message;
    size_t size = protobuf_c_message_get_packed_size(base);
    uint8_t *bytes;

    if (size > CODEC_BYTES_MAX)
        return error_set(err, ERROR_LIMIT, "%s of %zu bytes, more than the %d allowed",
                         base->descriptor->name, size, CODEC_BYTES_MAX);
    bytes = memory_new(size);
    protobuf_c_message_pack(base, bytes);
    text_append(out, bytes, size);
    free(bytes);
    return true;
}

/* protobuf-c asks this for each piece; refusing one ends the decoding. */
struct budget {
    size_t left;
    bool exceeded;
};

static void *budget_alloc(void *context, size_t size)
{
    struct budget *budget = context;

    if (size > budget->left) {
        budget->exceeded = true;
        return NULL;
    }
    budget->left -= size;
    return malloc(size);
}

static void budget_free(void *context, void *memory)
{
    (void)context;
    free(memory);
}

void *codec_unpack(const ProtobufCMessageDescriptor *type, const void *bytes, size_t size, struct error *err)
{
    struct budget budget = { .left = MEMORY_BASE + MEMORY_PER_BYTE * size };
    ProtobufCAllocator allocator = { budget_alloc, budget_free, &budget };
    void *message;

    if (size > CODEC_BYTES_MAX) {
        error_set(err, ERROR_LIMIT, "%s of %zu bytes, more than the %d allowed", type->name, size,
                  CODEC_BYTES_MAX);
        return NULL;
    }
    message = protobuf_c_message_unpack(type, &allocator, size, bytes);
    if (message == NULL && budget.exceeded)
        error_set(err, ERROR_LIMIT, "%s of %zu bytes would need more than %zu bytes of memory", type->name,
                  size, MEMORY_BASE + MEMORY_PER_BYTE * size);
    else if (message == NULL)
        error_set(err, ERROR_FORMAT, "%zu bytes that are no %s", size, type->name);
    return message;
}

void codec_free(void *message)
{
    if (message != NULL)
        protobuf_c_message_free_unpacked(message, NULL); /* budget_alloc() is malloc */
}

void codec_json_bytes(const void *bytes, size_t size, struct json *json)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *at = bytes;
    char *hex = memory_new(2 * size);

    for (size_t i = 0; i < size; i++) {
        hex[2 * i] = digits[at[i] >> 4];
        hex[2 * i + 1] = digits[at[i] & 15];
    }
    json_text_sized(json, hex, 2 * size);
    free(hex);
}

/* Length of the prefix that all values of an enum share: RootState's are ROOT_STATE_…. */
static size_t prefix_length(const ProtobufCEnumDescriptor *type, const char *value)
{
    size_t at = 0;

    for (const char *name = type->short_name; *name != '\0'; name++) {
        if (isupper((unsigned char)*name) && name != type->short_name && value[at++] != '_')
            return 0;
        if (value[at++] != toupper((unsigned char)*name))
            return 0;
    }
    return value[at] == '_' ? at + 1 : 0;
}

bool codec_enum_parse(const ProtobufCEnumDescriptor *type, const char *name, int *value)
{
    for (unsigned i = 0; i < type->n_values; i++) {
        const char *known = type->values[i].name + prefix_length(type, type->values[i].name);

        if (strcasecmp(known, name) == 0 && strpbrk(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == NULL) {
            *value = type->values[i].value;
            return true;
        }
    }
    return false;
}

static void write_enum_name(const ProtobufCEnumDescriptor *type, const char *value, struct json *json)
{
    const char *from = value + prefix_length(type, value);
    char name[64] = "";

    for (size_t i = 0; from[i] != '\0' && i + 1 < sizeof(name); i++)
        name[i] = (char)tolower((unsigned char)from[i]);
    json_text(json, name);
}

static void write_enum(const ProtobufCEnumDescriptor *type, int value, struct json *json)
{
    const ProtobufCEnumValue *known = protobuf_c_enum_descriptor_get_value(type, value);

    if (known == NULL)
        json_number(json, value);
    else
        write_enum_name(type, known->name, json);
}

static void write_unsigned(uint64_t value, struct json *json)
{
    char text[24];

    snprintf(text, sizeof(text), "%" PRIu64, value); /* json_number() is signed */
    json_raw(json, text);
}

static bool is_instant(const ProtobufCFieldDescriptor *field)
{
    return field->type == PROTOBUF_C_TYPE_INT64 &&
           (text_ends(field->name, "_at") || text_ends(field->name, "_until"));
}

static void write_int64(const ProtobufCFieldDescriptor *field, int64_t value, struct json *json)
{
    if (!is_instant(field))
        json_number(json, value);
    else if (value == 0)
        json_null(json);
    else
        json_instant(json, value);
}

/* One value of `field`; `at` points at the member, or at an element of a repeated one. */
static void write_value(const ProtobufCFieldDescriptor *field, const void *at, struct json *json)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32: json_number(json, *(const int32_t *)at); return;
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64: write_int64(field, *(const int64_t *)at, json); return;
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32: json_number(json, *(const uint32_t *)at); return;
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64: write_unsigned(*(const uint64_t *)at, json); return;
    case PROTOBUF_C_TYPE_FLOAT: json_real(json, (double)*(const float *)at); return;
    case PROTOBUF_C_TYPE_DOUBLE: json_real(json, *(const double *)at); return;
    case PROTOBUF_C_TYPE_BOOL: json_bool(json, *(const protobuf_c_boolean *)at != 0); return;
    case PROTOBUF_C_TYPE_ENUM: write_enum(field->descriptor, *(const int *)at, json); return;
    case PROTOBUF_C_TYPE_STRING: {
        const char *string = *(char *const *)at;

        json_text(json, string == NULL ? "" : string);
        return;
    }
    case PROTOBUF_C_TYPE_BYTES: {
        const ProtobufCBinaryData *data = at;

        codec_json_bytes(data->data, data->len, json);
        return;
    }
    case PROTOBUF_C_TYPE_MESSAGE: {
        const ProtobufCMessage *message = *(ProtobufCMessage *const *)at;

        if (message == NULL)
            json_null(json);
        else
            codec_json(message, json);
        return;
    }
    }
    assert(!"a field type that protobuf-c does not have");
}

static size_t element_size(ProtobufCType type)
{
    switch (type) {
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
    case PROTOBUF_C_TYPE_FLOAT: return 4;
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
    case PROTOBUF_C_TYPE_DOUBLE: return 8;
    case PROTOBUF_C_TYPE_ENUM: return sizeof(int);
    case PROTOBUF_C_TYPE_BOOL: return sizeof(protobuf_c_boolean);
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_MESSAGE: return sizeof(void *);
    case PROTOBUF_C_TYPE_BYTES: return sizeof(ProtobufCBinaryData);
    }
    assert(!"a field type that protobuf-c does not have");
    return 0;
}

/*
 * The compiler turns `map<string, M> roots` into repeated messages named RootsEntry with the fields
 * key and value, and protobuf-c keeps no mark of it. We name no message of our own so.
 */
static bool is_map(const ProtobufCFieldDescriptor *field)
{
    const ProtobufCMessageDescriptor *type = field->descriptor;

    return field->label == PROTOBUF_C_LABEL_REPEATED && field->type == PROTOBUF_C_TYPE_MESSAGE &&
           text_ends(type->short_name, "Entry") && type->n_fields == 2 &&
           strcmp(type->fields[0].name, "key") == 0 && type->fields[0].type == PROTOBUF_C_TYPE_STRING &&
           strcmp(type->fields[1].name, "value") == 0;
}

static void write_map(const ProtobufCFieldDescriptor *field, ProtobufCMessage *const *entries, size_t count,
                      struct json *json)
{
    const ProtobufCMessageDescriptor *type = field->descriptor;

    json_object(json);
    for (size_t i = 0; i < count; i++) {
        const char *entry = (const char *)entries[i];
        const char *key = *(char *const *)(entry + type->fields[0].offset);

        json_key(json, key == NULL ? "" : key);
        write_value(&type->fields[1], entry + type->fields[1].offset, json);
    }
    json_object_end(json);
}

static void write_repeated(const ProtobufCFieldDescriptor *field, const char *elements, size_t count,
                           struct json *json)
{
    size_t each = element_size(field->type);

    json_array(json);
    for (size_t i = 0; i < count; i++)
        write_value(field, elements + i * each, json);
    json_array_end(json);
}

void codec_json(const void *message, struct json *json)
{
    const ProtobufCMessageDescriptor *type = ((const ProtobufCMessage *)message)->descriptor;

    json_object(json);
    for (unsigned i = 0; i < type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];
        const char *at = (const char *)message + field->offset;

        json_key(json, field->name);
        if (field->label == PROTOBUF_C_LABEL_REPEATED) {
            size_t count = *(const size_t *)((const char *)message + field->quantifier_offset);
            const void *elements = *(void *const *)at;

            if (is_map(field))
                write_map(field, elements, count, json);
            else
                write_repeated(field, elements, count, json);
        } else {
            write_value(field, at, json);
        }
    }
    json_object_end(json);
}

static void define_enum(const ProtobufCEnumDescriptor *type, struct json *json)
{
    json_key(json, "enum");
    json_array(json);
    for (unsigned i = 0; i < type->n_values; i++)
        write_enum_name(type, type->values[i].name, json);
    json_array_end(json);
}

/* A message may be absent, an instant unknown: both are null. */
static void define_or_null(const char *key, const char *value, struct json *json)
{
    json_key(json, "anyOf");
    json_array(json);
    json_object(json);
    if (strcmp(key, "format") == 0)
        json_key_text(json, "type", "string");
    json_key_text(json, key, value);
    json_object_end(json);
    json_object(json);
    json_key_text(json, "type", "null");
    json_object_end(json);
    json_array_end(json);
}

/* Members of the schema of one value of this field. */
static void define_value(const ProtobufCFieldDescriptor *field, struct json *json)
{
    char reference[128];

    if (is_instant(field)) {
        define_or_null("format", "date-time", json);
        return;
    }
    switch (field->type) {
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED32:
    case PROTOBUF_C_TYPE_FIXED64: json_key_number(json, "minimum", 0); __attribute__((fallthrough));
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64: json_key_text(json, "type", "integer"); return;
    case PROTOBUF_C_TYPE_FLOAT:
    case PROTOBUF_C_TYPE_DOUBLE: json_key_text(json, "type", "number"); return;
    case PROTOBUF_C_TYPE_BOOL: json_key_text(json, "type", "boolean"); return;
    case PROTOBUF_C_TYPE_ENUM: define_enum(field->descriptor, json); return;
    case PROTOBUF_C_TYPE_STRING: json_key_text(json, "type", "string"); return;
    case PROTOBUF_C_TYPE_BYTES:
        json_key_text(json, "type", "string");
        json_key_text(json, "pattern", "^([0-9a-f]{2})*$");
        return;
    case PROTOBUF_C_TYPE_MESSAGE:
        snprintf(reference, sizeof(reference), "#/$defs/%s",
                 ((const ProtobufCMessageDescriptor *)field->descriptor)->short_name);
        if (field->label == PROTOBUF_C_LABEL_REPEATED)
            json_key_text(json, "$ref", reference);
        else
            define_or_null("$ref", reference, json);
        return;
    }
    assert(!"a field type that protobuf-c does not have");
}

static void define_field(const ProtobufCFieldDescriptor *field, struct json *json)
{
    bool map = is_map(field);

    json_key(json, field->name);
    json_object(json);
    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
        json_key_text(json, "type", map ? "object" : "array");
        json_key(json, map ? "additionalProperties" : "items");
        json_object(json);
        define_value(map ? &((const ProtobufCMessageDescriptor *)field->descriptor)->fields[1] : field, json);
        json_object_end(json);
    } else {
        define_value(field, json);
    }
    json_object_end(json);
}

static void define_message(const ProtobufCMessageDescriptor *type, struct json *json)
{
    json_key(json, type->short_name);
    json_object(json);
    json_key_text(json, "type", "object");
    json_key_bool(json, "additionalProperties", false);
    json_key(json, "required");
    json_array(json);
    for (unsigned i = 0; i < type->n_fields; i++)
        json_text(json, type->fields[i].name);
    json_array_end(json);
    json_key(json, "properties");
    json_object(json);
    for (unsigned i = 0; i < type->n_fields; i++)
        define_field(&type->fields[i], json);
    json_object_end(json);
    json_object_end(json);
}

/* The message that a field holds, through a map if it is one; NULL for none. */
static const ProtobufCMessageDescriptor *message_of(const ProtobufCFieldDescriptor *field)
{
    if (is_map(field))
        return message_of(&((const ProtobufCMessageDescriptor *)field->descriptor)->fields[1]);
    return field->type == PROTOBUF_C_TYPE_MESSAGE ? field->descriptor : NULL;
}

void codec_json_define(const ProtobufCMessageDescriptor *type, struct json *definitions,
                       struct text_list *defined)
{
    if (text_list_has(defined, type->short_name))
        return;
    text_list_add(defined, type->short_name);
    define_message(type, definitions);
    for (unsigned i = 0; i < type->n_fields; i++) {
        const ProtobufCMessageDescriptor *inside = message_of(&type->fields[i]);

        if (inside != NULL)
            codec_json_define(inside, definitions, defined);
    }
}
