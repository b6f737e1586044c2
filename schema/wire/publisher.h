/*
 * Sends records to Kafka and says of each whether it arrived. Idempotent, lz4, in order for each key;
 * never fire-and-forget: a record counts as sent only when its report says so, and every report comes
 * within PUBLISHER_TIMEOUT_MS or as a failure.
 *
 * One thread. Reports come from publisher_send(), publisher_poll(), publisher_flush() and
 * publisher_close(), never from another thread.
 */
#pragma once

#include "schema/wire/kafka.h"

/* From publisher_send() to the report: long enough for a broker's restart and its elections. */
#define PUBLISHER_TIMEOUT_MS 30000

struct publisher;

/*
 * Once for each record that publisher_send() took. `ticket` is what came with it; `failure` is NULL
 * when every in-sync replica has it, else borrowed.
 */
typedef void publisher_report(void *context, uint64_t ticket, const struct error *failure);

/* Does not wait for a broker: the first record's report tells. NULL with *err on a bad configuration. */
struct publisher *publisher_open(const struct kafka_settings *settings, publisher_report *report,
                                 void *context, struct error *err);

/*
 * Take `payload` (emptied, also on failure) under a copied key. When librdkafka's queue is full this
 * waits, serving reports, up to PUBLISHER_TIMEOUT_MS: that is the back-pressure. False: not taken and no
 * report will come; ERROR_LIMIT when the record is too big to send again. A NULL payload is a tombstone.
 */
MUST_CHECK bool publisher_send(struct publisher *publisher, const char *topic, const void *key,
                               size_t key_size, struct text *payload, uint64_t ticket, struct error *err);

/* Serve reports for at most `timeout_ms`; returns how many records still wait for theirs. */
size_t publisher_poll(struct publisher *publisher, int timeout_ms);

/*
 * Wait until every record has its report. After `timeout_ms` the rest is given up and reported as
 * failed (it may have arrived all the same): ERROR_TIMEOUT. True says nothing but that all were reported.
 */
MUST_CHECK bool publisher_flush(struct publisher *publisher, int timeout_ms, struct error *err);

/* Gives up what is still waiting (reported as failed). NULL is fine. */
void publisher_close(struct publisher *publisher);
