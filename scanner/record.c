#include "scanner/record.h"

#include <string.h>

#include <openssl/evp.h>

#include "scanner/examiner.h"
#include "schema/base/clock.h"
#include "schema/base/json.h"
#include "schema/wire/topic.h"

enum field_type {
    FIELD_TEXT,
    FIELD_NUMBER,
    FIELD_ANSWER,
    FIELD_CHAIN,
    FIELD_FINDINGS,
    FIELD_JSON,
    FIELD_VERDICTS,
    FIELD_INSTANT_MS,
    FIELD_SHOWN
};

#define AT(member) offsetof(struct record, member)

static const struct field {
    const char *name; /* as json_name() has it */
    size_t name_bytes;
    enum field_type type;
    size_t offset;
} fields[] = {
    { JSON_NAME("v"), FIELD_NUMBER, AT(version) },
    { JSON_NAME("run"), FIELD_TEXT, AT(run) },
    { JSON_NAME("seq"), FIELD_NUMBER, AT(seq) },
    { JSON_NAME("target"), FIELD_TEXT, AT(target) },
    { JSON_NAME("tag"), FIELD_TEXT, AT(tag) },
    { JSON_NAME("name"), FIELD_TEXT, AT(name) },
    { JSON_NAME("address"), FIELD_TEXT, AT(address) },
    { JSON_NAME("port"), FIELD_NUMBER, AT(port) },
    { JSON_NAME("starttls"), FIELD_TEXT, AT(starttls) },
    { JSON_NAME("hello"), FIELD_TEXT, AT(hello) },
    { JSON_NAME("stage"), FIELD_TEXT, AT(stage) },
    { JSON_NAME("class"), FIELD_TEXT, AT(class) },
    { JSON_NAME("detail"), FIELD_TEXT, AT(detail) },
    { JSON_NAME("alert"), FIELD_NUMBER, AT(alert) },
    { JSON_NAME("alert_sent"), FIELD_NUMBER, AT(alert_sent) },
    { JSON_NAME("tls"), FIELD_TEXT, AT(tls) },
    { JSON_NAME("cipher"), FIELD_TEXT, AT(cipher) },
    { JSON_NAME("group"), FIELD_TEXT, AT(group) },
    { JSON_NAME("client_certificate_wanted"), FIELD_ANSWER, AT(client_certificate) },
    { JSON_NAME("staple"), FIELD_ANSWER, AT(staple) },
    { JSON_NAME("via"), FIELD_TEXT, AT(via) },
    { JSON_NAME("chain"), FIELD_CHAIN, AT(chain) },
    { JSON_NAME("campaign_chain"), FIELD_TEXT, AT(campaign_chain) },
    { JSON_NAME("findings"), FIELD_FINDINGS, AT(findings) },
    { JSON_NAME("breaks"), FIELD_JSON, AT(breaks) },
    { JSON_NAME("judgement"), FIELD_TEXT, AT(judgement) },
    { JSON_NAME("started_at"), FIELD_INSTANT_MS, AT(started_at_ms) },
    { JSON_NAME("elapsed_ms"), FIELD_NUMBER, AT(elapsed_ms) },
    { JSON_NAME("verdicts"), FIELD_VERDICTS, AT(verdicts) },
    { JSON_NAME("certificates"), FIELD_SHOWN, AT(shown) },
};

static void write_answer(struct json *json, enum probe_answer answer)
{
    if (answer == PROBE_UNKNOWN)
        json_null(json);
    else
        json_bool(json, answer == PROBE_YES);
}

static void write_chain(struct json *json, const struct record *record)
{
    json_array(json);
    for (size_t i = 0; i < record->chain_count; i++)
        json_fingerprint(json, &record->chain[i]);
    json_array_end(json);
}

static void write_findings(struct json *json, const struct record *record)
{
    if (!record->examined) {
        json_null(json);
        return;
    }
    json_array(json);
    for (int i = 0; i < FINDINGS; i++) {
        if ((record->findings & 1U << i) != 0)
            json_text(json, finding_name(i));
    }
    json_array_end(json);
}

static void write_json(struct json *json, const char *value)
{
    if (value != NULL)
        json_raw(json, value);
    else
        json_null(json);
}

static void write_instant_ms(struct json *json, int64_t at_ms)
{
    char text[CLOCK_TEXT_BYTES];

    json_text(json, clock_format_ms(at_ms, text));
}

static void write_shown(struct json *json, const struct record *record)
{
    json_array(json);
    for (size_t i = 0; i < record->shown_count; i++) {
        const struct handshake_certificate *item = &record->shown[i];
        char *base64 = memory_new((item->size + 2) / 3 * 4 + 1);

        EVP_EncodeBlock((unsigned char *)base64, item->der, (int)item->size);
        json_object(json);
        json_key(json, "sha256");
        json_fingerprint(json, &item->print);
        json_key_text(json, "der", base64);
        json_object_end(json);
        free(base64);
    }
    json_array_end(json);
}

static void write_field(struct json *json, const struct field *field, const struct record *record)
{
    const void *member = (const char *)record + field->offset;

    json_name(json, field->name, field->name_bytes);
    switch (field->type) {
    case FIELD_TEXT: json_text(json, *(const char *const *)member); return;
    case FIELD_NUMBER:
        if (*(const int64_t *)member == RECORD_NONE)
            json_null(json);
        else
            json_number(json, *(const int64_t *)member);
        return;
    case FIELD_ANSWER: write_answer(json, *(const enum probe_answer *)member); return;
    case FIELD_CHAIN: write_chain(json, record); return;
    case FIELD_FINDINGS: write_findings(json, record); return;
    case FIELD_JSON:
    case FIELD_VERDICTS: write_json(json, *(const char *const *)member); return;
    case FIELD_INSTANT_MS: write_instant_ms(json, *(const int64_t *)member); return;
    case FIELD_SHOWN: write_shown(json, record); return;
    }
}

/* What is said once is left out of every other record. */
static bool is_there(const struct field *field, const struct record *record)
{
    return (field->type != FIELD_SHOWN || record->shown_count > 0) &&
           (field->type != FIELD_VERDICTS || record->verdicts != NULL);
}

void record_write(const struct record *record, struct text *line)
{
    struct json json = { .text = *line };

    json_object(&json);
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        if (is_there(&fields[i], record))
            write_field(&json, &fields[i], record);
    }
    json_object_end(&json);
    *line = json.text;
}

bool record_is_of(const char *line, size_t size, const char *run)
{
    struct text start = { 0 };
    bool is;

    text_format(&start, "{\"v\":%d,\"run\":\"%s\",", RECORD_VERSION, run);
    is = size >= start.size && memcmp(line, start.bytes, start.size) == 0;
    text_clear(&start);
    return is;
}

/*
 * No text of a record can look like the beginning that is sought: in a JSON string every quotation mark has a
 * backslash before it.
 */
void record_walk_shown(const char *line, size_t size,
                       void (*visit)(void *context, const struct fingerprint *print), void *context)
{
    static const char start[] = ",\"certificates\":[", item[] = "{\"sha256\":\"";
    const char *end = line + size, *at = memmem(line, size, start, sizeof(start) - 1);

    while (at != NULL && (at = memmem(at, (size_t)(end - at), item, sizeof(item) - 1)) != NULL) {
        char hex[FINGERPRINT_TEXT_BYTES];
        struct fingerprint print;
        struct error ignored = { 0 };

        at += sizeof(item) - 1;
        if ((size_t)(end - at) < sizeof(hex))
            return;
        memcpy(hex, at, sizeof(hex) - 1);
        hex[sizeof(hex) - 1] = '\0';
        if (fingerprint_parse(hex, &print, &ignored))
            visit(context, &print);
    }
}

void record_write_key(const struct record *record, struct text *key)
{
    /* a line that is no target has no name and no port: then the line itself tells it from others */
    topic_scan_key(record->name == NULL && record->address == NULL ? record->target : record->name,
                   record->address, record->port, record->hello, key);
}
