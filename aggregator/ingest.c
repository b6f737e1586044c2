#include "aggregator/ingest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aggregator/failpoint.h"
#include "schema/base/clock.h"
#include "schema/base/log.h"
#include "schema/sql/statement.h"
#include "schema/wire/envelope.h"

struct ingest {
    struct database *database;
    struct keyring *keyring;
    struct fingerprint centre;
    size_t unanalyzed; /* records since the last ingest_rest() that did something */
};

/* Fewer new records than this change no plan. */
#define ANALYZE_AFTER 200

struct ingest *ingest_open(struct database *database, const struct fingerprint *centre, struct error *err)
{
    struct ingest *ingest;

    if (!database_script(database, statement_text("staging"), err))
        return NULL;
    ingest = memory_new(sizeof(*ingest));
    *ingest = (struct ingest){ .database = database, .keyring = keyring_new(), .centre = *centre };
    return ingest;
}

void ingest_close(struct ingest *ingest)
{
    if (ingest == NULL)
        return;
    keyring_free(ingest->keyring);
    free(ingest);
}

static bool learn_senders(struct ingest *ingest, const struct record_open *open, size_t count,
                          struct error *err)
{
    struct fingerprint *ids = memory_new(count * sizeof(*ids));
    size_t used = 0;
    bool ok;

    for (size_t i = 0; i < count; i++) {
        if (open[i].opened)
            ids[used++] = open[i].envelope.key_id;
    }
    ok = keyring_fetch(ingest->keyring, ingest->database, ids, used, err);
    free(ids);
    return ok;
}

static bool move_offsets(struct ingest *ingest, const struct ingest_move *moves, size_t count, int64_t now,
                         struct error *err)
{
    char at[CLOCK_TEXT_BYTES];

    clock_format(now, at);
    for (size_t i = 0; i < count; i++) {
        const struct ingest_move *move = &moves[i];
        char partition[16], epoch[24], expected[24], next[24], records[24];
        int64_t changed;

        snprintf(partition, sizeof(partition), "%d", move->partition);
        snprintf(epoch, sizeof(epoch), "%lld", (long long)move->epoch);
        snprintf(expected, sizeof(expected), "%lld", (long long)move->expected);
        snprintf(next, sizeof(next), "%lld", (long long)move->next);
        snprintf(records, sizeof(records), "%lld", (long long)move->records);
        if (!database_run(ingest->database, "offset_move",
                          (struct parameter[]){ { "topic", move->topic },
                                                { "partition", partition },
                                                { "epoch", epoch },
                                                { "expected", expected },
                                                { "next", next },
                                                { "records", records },
                                                { "at", at },
                                                { 0 } },
                          &changed, err))
            return false;
        if (changed != 1)
            return error_set(err, ERROR_CONFLICT, "%s/%d is read by somebody else since", move->topic,
                             move->partition);
    }
    return true;
}

static bool has_scanned(const struct record_open *open, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (open[i].from != RECORD_FROM_HOST)
            return true;
    }
    return false;
}

/* `force_dead` is for a batch of one record. */
static bool apply(struct ingest *ingest, const struct record_open *open, size_t count,
                  const struct ingest_move *moves, size_t move_count, const char *force_dead, int64_t now,
                  struct error *err)
{
    struct record_context context = { ingest->database, ingest->keyring, &ingest->centre, now };
    struct text rows = { 0 };
    bool ok = database_begin(ingest->database, "", err) && learn_senders(ingest, open, count, err);

    for (size_t i = 0; ok && i < count; i++)
        ok = record_stage(&open[i], i, force_dead, &context, &rows, err);
    ok = ok && database_copy_in(ingest->database, RECORD_COPY, &rows, err);
    if (ok)
        failpoint(FAILPOINT_AFTER_COPY);
    ok =
        ok && database_script(ingest->database, statement_text("merge"), err) &&
        (!has_scanned(open, count) || database_script(ingest->database, statement_text("merge_scan"), err)) &&
        move_offsets(ingest, moves, move_count, now, err);
    if (ok)
        failpoint(FAILPOINT_BEFORE_COMMIT);
    ok = ok && database_commit(ingest->database, err);
    if (ok)
        failpoint(FAILPOINT_AFTER_COMMIT);
    text_clear(&rows);
    if (!ok) {
        database_rollback(ingest->database);
        keyring_empty(ingest->keyring); /* it may know keys that were rolled back */
    }
    return ok;
}

/* The part of `moves` that the records [0, count) make, in `part`; the rest stays in `moves`. */
static size_t split_moves(const struct record_open *open, size_t count, struct ingest_move *moves,
                          size_t move_count, struct ingest_move *part)
{
    size_t used = 0;

    for (size_t m = 0; m < move_count; m++) {
        struct ingest_move first = moves[m];

        first.records = 0;
        for (size_t i = 0; i < count; i++) {
            if (open[i].record.partition == first.partition &&
                strcmp(open[i].record.topic, first.topic) == 0) {
                first.records++;
                first.next = open[i].record.offset + 1;
            }
        }
        if (first.records == 0)
            continue;
        part[used++] = first;
        moves[m].expected = first.next;
        moves[m].records -= first.records;
    }
    return used;
}

/* What the database refuses for its content lies in one record: halve until it stands alone. */
static bool apply_halving(struct ingest *ingest, const struct record_open *open, size_t count,
                          const struct ingest_move *given, size_t move_count, int64_t now, struct error *err)
{
    struct ingest_move *moves, *part;
    size_t half = count / 2, used;
    bool ok;

    if (apply(ingest, open, count, given, move_count, NULL, now, err))
        return true;
    if (err->kind != ERROR_DATABASE)
        return false;
    if (count == 1) {
        char reason[sizeof(err->message)];

        memcpy(reason, err->message, sizeof(reason));
        log_event(LOG_WARNING, "record refused topic=%s partition=%d offset=%lld error=%s",
                  open->record.topic, open->record.partition, (long long)open->record.offset, reason);
        return apply(ingest, open, 1, given, move_count, reason, now, err);
    }
    moves = memory_new((move_count + 1) * sizeof(*moves));
    if (move_count > 0)
        memcpy(moves, given, move_count * sizeof(*moves));
    part = memory_new((move_count + 1) * sizeof(*part));
    used = split_moves(open, half, moves, move_count, part);
    ok = apply_halving(ingest, open, half, part, used, now, err) &&
         apply_halving(ingest, open + half, count - half, moves, move_count, now, err);
    free(moves);
    free(part);
    return ok;
}

bool ingest_batch(struct ingest *ingest, const struct record *records, size_t count,
                  const struct ingest_move *moves, size_t move_count, int64_t now, struct error *err)
{
    struct record_open *open = memory_new(count * sizeof(*open));
    bool ok;

    for (size_t i = 0; i < count; i++)
        record_open(&open[i], &records[i]);
    ok = apply_halving(ingest, open, count, moves, move_count, now, err);
    for (size_t i = 0; i < count; i++)
        record_close(&open[i]);
    free(open);
    ingest->unanalyzed += count;
    return ok || error_within(err, "ingest");
}

bool ingest_rest(struct ingest *ingest, struct error *err)
{
    if (ingest->unanalyzed < ANALYZE_AFTER)
        return true;
    ingest->unanalyzed = 0;
    return database_script(ingest->database, statement_text("analyze"), err);
}

/*
 * Any bytes may look like messages with their lengths, a text most of all: a file of which none is an Envelope is
 * refused as a whole. One damaged among others is a dead letter, as it would be from Kafka.
 */
static bool is_report_file(const struct record *records, size_t count, struct error *err)
{
    struct error first = { 0 };

    for (size_t i = 0; i < count; i++) {
        struct envelope envelope;

        if (envelope_parse(&envelope, records[i].bytes, records[i].size, i == 0 ? &first : err)) {
            envelope_clear(&envelope);
            return true;
        }
    }
    return count == 0 ? error_set(err, ERROR_FORMAT, "no report file: it is empty")
                      : error_set(err, first.kind, "no report file: %s", first.message);
}

bool ingest_file(struct ingest *ingest, const uint8_t *bytes, size_t size, int64_t now, size_t *taken,
                 struct error *err)
{
    struct fingerprint print = fingerprint_of(bytes, size);
    char hex[FINGERPRINT_TEXT_BYTES], topic[FINGERPRINT_TEXT_BYTES + 8];
    struct record *records = NULL;
    size_t count = 0, at = 0;
    bool ok = true;

    snprintf(topic, sizeof(topic), "file/%s", fingerprint_format(&print, hex));
    *taken = 0;
    while (ok && at < size) {
        struct record record = { .topic = topic, .offset = (int64_t)count, .arrived_ms = -1 };

        ok = envelope_next(bytes, size, &at, &record.bytes, &record.size, err);
        if (!ok)
            break;
        records = array_grow(records, count, sizeof(*records));
        records[count++] = record;
    }
    ok = ok && is_report_file(records, count, err);
    for (size_t done = 0; ok && done < count; done += INGEST_BATCH_MAX) {
        size_t piece = count - done < INGEST_BATCH_MAX ? count - done : INGEST_BATCH_MAX;

        ok = ingest_batch(ingest, records + done, piece, NULL, 0, now, err);
    }
    if (ok)
        *taken = count;
    free(records);
    return ok;
}
