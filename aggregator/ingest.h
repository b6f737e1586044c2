/*
 * A batch of records becomes rows, all of it in one transaction: staging, merge, history, dead letters
 * and the offsets of its partitions. A record that arrives twice changes nothing the second time.
 */
#pragma once

#include "aggregator/record.h"

/* A batch longer than this gains nothing (about 40 ms of work). */
#define INGEST_BATCH_MAX 5000

/* How far one partition moves with a batch. Report files have none. */
struct ingest_move {
    const char *topic;
    int32_t partition;
    int64_t epoch;
    int64_t expected, next; /* offsets before and after */
    int64_t records;
};

struct ingest;

/* `centre` is our key id. `database` is borrowed and must not be inside a transaction. */
struct ingest *ingest_open(struct database *database, const struct fingerprint *centre, struct error *err);
void ingest_close(struct ingest *ingest); /* NULL is fine */

/*
 * Records in the order in which they came, of one or more partitions whose records are all among them.
 * ERROR_CONFLICT when a partition is not ours any more; retriable errors leave nothing behind. What
 * PostgreSQL refuses for its content is found by halving and becomes a dead letter.
 */
MUST_CHECK bool ingest_batch(struct ingest *ingest, const struct record *records, size_t count,
                             const struct ingest_move *moves, size_t move_count, int64_t now,
                             struct error *err);

/*
 * To be called when nothing more comes at present: after many new rows the planner's statistics are made
 * anew, without which the roll-ups of a young database take minutes. Only the tables' owner can.
 */
MUST_CHECK bool ingest_rest(struct ingest *ingest, struct error *err);

/*
 * Every Envelope of a report file, through the same function. `taken` counts its records. ERROR_FORMAT, and nothing
 * is taken, when it is cut or holds no Envelope at all.
 */
MUST_CHECK bool ingest_file(struct ingest *ingest, const uint8_t *bytes, size_t size, int64_t now,
                            size_t *taken, struct error *err);
