#include "aggregator/quarantine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aggregator/ingest.h"
#include "aggregator/partner.h"
#include "schema/base/clock.h"
#include "schema/wire/codec.h"
#include "schema/wire/envelope.h"

static struct key *key_of_enrolment(const uint8_t *bytes, size_t size, struct error *err)
{
    Rootshift__V1__Enrolment *enrolment = NULL;
    struct envelope envelope;
    struct key *key = NULL;

    if (!envelope_parse(&envelope, bytes, size, err))
        return NULL;
    enrolment = envelope_message(&envelope, err);
    if (enrolment != NULL && enrolment->public_key.len == KEY_PUBLIC_BYTES)
        key = key_of_public(enrolment->public_key.data, err);
    else if (enrolment != NULL)
        error_set(err, ERROR_FORMAT, "the enrolment that waits carries no key");
    codec_free(enrolment);
    envelope_clear(&envelope);
    return key;
}

struct key *quarantine_key(struct database *database, const struct fingerprint *id, struct error *err)
{
    char hex[FINGERPRINT_TEXT_BYTES];
    const struct parameter parameters[] = { { "key", fingerprint_format(id, hex) }, { 0 } };
    PGresult *rows = database_query(database, "quarantine_enrolments", parameters, err);
    struct key *key = NULL;
    unsigned char *bytes;
    size_t size;

    if (rows != NULL && PQntuples(rows) == 0)
        error_set(err, ERROR_ABSENT,
                  "no enrolment of %s waits, from which its public key could be had: say --public-key", hex);
    if (rows != NULL && PQntuples(rows) == 1) {
        bytes = PQunescapeBytea((const unsigned char *)database_value(rows, 0, "bytes"), &size);
        key = key_of_enrolment(bytes, size, err);
        PQfreemem(bytes);
    }
    PQclear(rows);
    return key;
}

bool quarantine_bind(struct database *database, const struct quarantine_binding *binding, struct error *err)
{
    char hex[FINGERPRINT_TEXT_BYTES], at[CLOCK_TEXT_BYTES];
    struct text public_key = { 0 };
    PGresult *rows = NULL;
    bool ok = partner_exists(database, binding->partner, err);

    if (ok)
        rows = database_query(
            database, "enrolment_bind",
            (struct parameter[]){
                { "key", fingerprint_format(key_id(binding->key), hex) },
                { "public_key", database_bytea(&public_key, key_public(binding->key), KEY_PUBLIC_BYTES) },
                { "partner", binding->partner },
                { "host", binding->host },
                { "at", clock_format(binding->at, at) },
                { 0 } },
            err);
    ok = rows != NULL;
    if (ok && (strcmp(database_value(rows, 0, "partner"), binding->partner) != 0 ||
               strcmp(database_value(rows, 0, "host"), binding->host) != 0))
        ok = error_set(err, ERROR_CONFLICT, "%s is bound already, to host %s of partner %s", hex,
                       database_value(rows, 0, "host"), database_value(rows, 0, "partner"));
    PQclear(rows);
    text_clear(&public_key);
    return ok;
}

/* The place in the quarantine up to which everything was tried. */
struct place {
    char *topic;
    int32_t partition;
    int64_t offset;
};

static PGresult *next_page(struct database *database, const struct fingerprint *id, const struct place *after,
                           struct error *err)
{
    char hex[FINGERPRINT_TEXT_BYTES], partition[16], offset[24];

    snprintf(partition, sizeof(partition), "%d", after->partition);
    snprintf(offset, sizeof(offset), "%lld", (long long)after->offset);
    return database_query(database, "quarantine_waiting",
                          (struct parameter[]){ { "key", fingerprint_format(id, hex) },
                                                { "topic", after->topic },
                                                { "partition", partition },
                                                { "offset", offset },
                                                { 0 } },
                          err);
}

static bool retry_page(struct ingest *ingest, const PGresult *rows, int64_t now, struct error *err)
{
    size_t count = (size_t)PQntuples(rows);
    struct record *records = memory_new(count * sizeof(*records));
    unsigned char **bytes = memory_new(count * sizeof(*bytes));
    bool ok;

    for (size_t i = 0; i < count; i++) {
        int row = (int)i;
        size_t size;

        bytes[i] = PQunescapeBytea((const unsigned char *)database_value(rows, row, "bytes"), &size);
        records[i] = (struct record){ .topic = database_value(rows, row, "topic"),
                                      .partition = (int32_t)database_number(rows, row, "partition"),
                                      .offset = database_number(rows, row, "record_offset"),
                                      .bytes = bytes[i],
                                      .size = size,
                                      /* waiting does not make evidence younger */
                                      .arrived_ms = database_number(rows, row, "received_ms") };
    }
    ok = ingest_batch(ingest, records, count, NULL, 0, now, err);
    for (size_t i = 0; i < count; i++)
        PQfreemem(bytes[i]);
    free(bytes);
    free(records);
    return ok;
}

bool quarantine_retry(struct database *database, struct ingest *ingest, const struct fingerprint *id,
                      int64_t now, struct error *err)
{
    struct place after = { memory_text(""), -1, -1 };
    bool ok, more = true;

    do {
        PGresult *rows = next_page(database, id, &after, err);
        int last = rows != NULL ? PQntuples(rows) - 1 : -1;

        ok = rows != NULL;
        more = ok && last >= 0;
        if (more) {
            ok = retry_page(ingest, rows, now, err);
            free(after.topic);
            after = (struct place){ memory_text(database_value(rows, last, "topic")),
                                    (int32_t)database_number(rows, last, "partition"),
                                    database_number(rows, last, "record_offset") };
        }
        PQclear(rows);
    } while (ok && more);
    free(after.topic);
    return ok;
}

bool quarantine_count(struct database *database, const struct fingerprint *id, int64_t *records,
                      struct error *err)
{
    char hex[FINGERPRINT_TEXT_BYTES];
    const struct parameter parameters[] = { { "key", fingerprint_format(id, hex) }, { 0 } };
    PGresult *rows = database_query(database, "quarantine_count", parameters, err);

    *records = rows != NULL ? database_number(rows, 0, "records") : 0;
    PQclear(rows);
    return rows != NULL;
}

bool quarantine_drop(struct database *database, const struct fingerprint *id, int64_t *records,
                     struct error *err)
{
    char hex[FINGERPRINT_TEXT_BYTES];
    const struct parameter parameters[] = { { "key", fingerprint_format(id, hex) }, { 0 } };

    return database_run(database, "quarantine_drop", parameters, records, err);
}
