#include "aggregator/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aggregator/content.h"
#include "aggregator/copy.h"
#include "aggregator/scanned.h"
#include "schema/base/clock.h"
#include "schema/wire/token.h"
#include "schema/wire/topic.h"

enum kind { DEAD, QUARANTINE, ENROLMENT, MANIFEST, REPORT, RESULT, CERTIFICATE };

static const char *const kind_names[] = {
    [DEAD] = "dead",     [QUARANTINE] = "quarantine", [ENROLMENT] = "enrolment",     [MANIFEST] = "manifest",
    [REPORT] = "report", [RESULT] = "result",         [CERTIFICATE] = "certificate",
};

/* What becomes of a record. `content` and `trust_set` are filled for what is taken. */
struct outcome {
    enum kind kind;
    char reason[600];
    int64_t sequence_ms; /* of a report; a u64 on the wire, checked to be near our clock */
    int64_t observed_at, evidence_at;
    struct fingerprint trust_set;
    struct json content;
};

static enum record_from from_of(const char *topic)
{
    if (strcmp(topic, topics[TOPIC_SCAN_RESULTS].name) == 0)
        return RECORD_FROM_SCANNER;
    if (strcmp(topic, topics[TOPIC_CERTIFICATES].name) == 0)
        return RECORD_OF_CERTIFICATE;
    return RECORD_FROM_HOST;
}

void record_open(struct record_open *open, const struct record *record)
{
    *open = (struct record_open){ .record = *record, .from = from_of(record->topic) };
    if (open->from == RECORD_FROM_HOST)
        open->opened = envelope_parse(&open->envelope, record->bytes, record->size, &open->refused);
}

void record_close(struct record_open *open)
{
    if (open->opened)
        envelope_clear(&open->envelope);
}

static bool is_about(const struct record_open *open, const ProtobufCMessageDescriptor *type)
{
    return open->envelope.type == type;
}

static void end(struct outcome *outcome, enum kind kind, const char *reason)
{
    outcome->kind = kind;
    snprintf(outcome->reason, sizeof(outcome->reason), "%s", reason);
}

struct token_known {
    bool found;
    uint8_t secret[TOKEN_SECRET_BYTES];
    char partner[80];
    int64_t expires_at;
};

static bool find_token(const struct record_context *context, const ProtobufCBinaryData *id,
                       struct token_known *token, struct error *err)
{
    struct text hex = { 0 };
    PGresult *result =
        database_query(context->database, "token_find",
                       (struct parameter[]){ { "id", database_bytea(&hex, id->data, id->len) }, { 0 } }, err);
    bool ok = result != NULL;

    *token = (struct token_known){ 0 };
    if (ok && PQntuples(result) == 1) {
        ok = database_bytes(result, 0, 0, token->secret, sizeof(token->secret), err);
        snprintf(token->partner, sizeof(token->partner), "%s", database_value(result, 0, "partner"));
        token->expires_at = database_number(result, 0, "expires_at");
        token->found = true;
    }
    PQclear(result);
    text_clear(&hex);
    return ok;
}

/* Why this enrolment binds nothing; NULL when it does. */
static const char *why_not_bound(const struct record_context *context, const struct record_open *open,
                                 const Rootshift__V1__Enrolment *enrolment, const struct key *key,
                                 const struct token_known *token)
{
    const char *partner, *host;
    struct error ignored;

    if (!envelope_verify(&open->envelope, key, &ignored))
        return "bad-signature";
    if (keyring_binding(context->keyring, key_id(key), &partner, &host))
        return strcmp(partner, enrolment->partner) == 0 && strcmp(host, enrolment->host) == 0
                   ? NULL
                   : "key-already-bound";
    if (!token->found)
        return "unknown-token";
    if (!token_is_proven(token->secret, enrolment))
        return "bad-proof";
    if (strcmp(token->partner, enrolment->partner) != 0)
        return "token-of-another-partner";
    if (context->now >= token->expires_at)
        return "token-expired";
    return NULL;
}

static bool judge_enrolment(const struct record_context *context, const struct record_open *open,
                            const Rootshift__V1__Enrolment *enrolment, struct outcome *outcome,
                            struct error *err)
{
    struct token_known token;
    struct error wrong;
    const char *reason;
    struct key *key = enrolment->public_key.len == KEY_PUBLIC_BYTES
                          ? key_of_public(enrolment->public_key.data, &wrong)
                          : NULL;

    if (key == NULL || !content_check_enrolment(enrolment, &wrong)) {
        key_free(key);
        end(outcome, DEAD, "enrolment: no usable key, partner or host");
        return true;
    }
    if (!find_token(context, &enrolment->token_id, &token, err)) {
        key_free(key);
        return false;
    }
    reason = why_not_bound(context, open, enrolment, key, &token);
    memset(&token, 0, sizeof(token));
    if (reason != NULL) {
        key_free(key);
        end(outcome, QUARANTINE, reason);
        return true;
    }
    keyring_add(context->keyring, key, enrolment->partner, enrolment->host);
    outcome->kind = ENROLMENT;
    codec_json(enrolment, &outcome->content);
    return true;
}

static void judge_manifest(const Rootshift__V1__TrustManifest *manifest, struct outcome *outcome)
{
    struct error wrong;

    if (!content_check_manifest(manifest, &outcome->trust_set, &wrong)) {
        end(outcome, DEAD, wrong.message);
        return;
    }
    outcome->kind = MANIFEST;
    codec_json(manifest, &outcome->content);
}

static int64_t earliest(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static void judge_report(const struct record_context *context, const struct record_open *open,
                         const Rootshift__V1__HostReport *report, struct outcome *outcome)
{
    int64_t latest = context->now + RECORD_AHEAD_MAX_S;
    struct error wrong;

    if (!content_check_report(report, &wrong)) {
        end(outcome, DEAD, wrong.message);
        return;
    }
    if (report->sequence > (uint64_t)latest * 1000) {
        end(outcome, QUARANTINE, "sequence-ahead");
        return;
    }
    if (report->observed_at > latest) {
        end(outcome, QUARANTINE, "observed-ahead");
        return;
    }
    outcome->kind = REPORT;
    outcome->sequence_ms = (int64_t)report->sequence;
    outcome->observed_at = report->observed_at;
    /* Positive skew is a host clock that runs ahead. Age counts from the earliest of all that is known. */
    outcome->evidence_at = earliest(report->observed_at, report->observed_at - report->clock_skew_ms / 1000);
    if (open->record.arrived_ms > 0)
        outcome->evidence_at = earliest(outcome->evidence_at, open->record.arrived_ms / 1000);
    if (outcome->evidence_at < 1)
        outcome->evidence_at = 1;
    codec_json(report, &outcome->content);
}

static void judge_result(const struct record_context *context, const struct record_open *open,
                         struct outcome *outcome)
{
    struct scanned scanned;
    struct error wrong;

    if (!scanned_read(open->record.bytes, open->record.size, &scanned, &wrong)) {
        end(outcome, DEAD, wrong.message);
        return;
    }
    outcome->content = scanned.content;
    outcome->observed_at = scanned.started_at;
    if (scanned.started_at > context->now + RECORD_AHEAD_MAX_S)
        end(outcome, DEAD, "scan record: the scanner's clock is ahead of ours");
    else
        outcome->kind = RESULT;
}

/* It is kept under the name that its bytes have; that they are a certificate, whoever reads them sees. */
static void judge_certificate(const struct record_open *open, struct outcome *outcome)
{
    if (open->record.size == 0)
        end(outcome, DEAD, "certificate: no bytes");
    else
        outcome->kind = CERTIFICATE;
}

static bool judge_host(const struct record_context *context, const struct record_open *open,
                       struct outcome *outcome, struct error *err)
{
    const struct key *sender;
    struct error wrong;
    void *message;
    bool ok = true;

    if (!open->opened) {
        end(outcome, DEAD, open->refused.message);
        return true;
    }
    message = envelope_message(&open->envelope, &wrong);
    if (message == NULL) {
        end(outcome, DEAD, wrong.message);
        return true;
    }
    sender = keyring_find(context->keyring, &open->envelope.key_id);
    if (!fingerprint_equal(&open->envelope.recipient, context->centre))
        end(outcome, QUARANTINE, "for-another-centre");
    else if (is_about(open, &rootshift__v1__enrolment__descriptor))
        ok = judge_enrolment(context, open, message, outcome, err);
    else if (sender == NULL)
        end(outcome, QUARANTINE, "unknown-key");
    else if (!envelope_verify(&open->envelope, sender, &wrong))
        end(outcome, QUARANTINE, "bad-signature");
    else if (is_about(open, &rootshift__v1__trust_manifest__descriptor))
        judge_manifest(message, outcome);
    else if (is_about(open, &rootshift__v1__host_report__descriptor))
        judge_report(context, open, message, outcome);
    else
        end(outcome, DEAD, "a message that no host sends");
    codec_free(message);
    return ok;
}

static bool judge(const struct record_context *context, const struct record_open *open,
                  struct outcome *outcome, struct error *err)
{
    switch (open->from) {
    case RECORD_FROM_HOST: return judge_host(context, open, outcome, err);
    case RECORD_FROM_SCANNER: judge_result(context, open, outcome); return true;
    case RECORD_OF_CERTIFICATE: judge_certificate(open, outcome); return true;
    }
    return true;
}

static void copy_instant(struct text *rows, int64_t instant, bool last)
{
    char text[CLOCK_TEXT_BYTES];

    copy_text(rows, instant != 0 ? clock_format(instant, text) : NULL, last);
}

static void write_row(const struct record_open *open, size_t ordinal, const struct outcome *outcome,
                      int64_t now, struct text *rows)
{
    bool taken = outcome->kind != DEAD && outcome->kind != QUARANTINE;

    copy_number(rows, (int64_t)ordinal, false);
    copy_text(rows, open->record.topic, false);
    copy_number(rows, open->record.partition, false);
    copy_number(rows, open->record.offset, false);
    copy_text(rows, kind_names[outcome->kind], false);
    if (open->opened)
        copy_bytes(rows, open->envelope.key_id.bytes, FINGERPRINT_BYTES, false);
    else
        copy_text(rows, NULL, false);
    copy_text(rows, open->opened ? open->envelope.type->name : NULL, false);
    copy_text(rows, taken ? NULL : outcome->reason, false);
    copy_number(rows, outcome->sequence_ms, false);
    copy_instant(rows, outcome->observed_at, false);
    copy_instant(rows, outcome->evidence_at, false);
    copy_instant(rows, now, false);
    if (outcome->kind == MANIFEST)
        copy_bytes(rows, outcome->trust_set.bytes, FINGERPRINT_BYTES, false);
    else
        copy_text(rows, NULL, false);
    if (taken && outcome->kind != CERTIFICATE)
        copy_text(rows, NULL, false);
    else
        copy_bytes(rows, open->record.bytes, open->record.size, false);
    copy_text(rows, taken && outcome->kind != CERTIFICATE ? text_string(&outcome->content.text) : NULL, true);
}

bool record_stage(const struct record_open *open, size_t ordinal, const char *force_dead,
                  const struct record_context *context, struct text *rows, struct error *err)
{
    struct outcome outcome = { .kind = DEAD };
    bool ok = true;

    if (force_dead != NULL)
        end(&outcome, DEAD, force_dead);
    else
        ok = judge(context, open, &outcome, err);
    if (ok)
        write_row(open, ordinal, &outcome, context->now, rows);
    json_clear(&outcome.content);
    return ok;
}
