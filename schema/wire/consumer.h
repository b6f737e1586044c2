/*
 * Reads topics as a member of a consumer group. Where to start is asked on every assignment, because who is the
 * authority for offsets differs: for the aggregator PostgreSQL is, and Kafka's own commits are only for lag tools;
 * for scanner workers it is what the group has committed (consumer_committed()).
 *
 * Cooperative-sticky, one thread, no pause and no seek: librdkafka 2.0.2 skips records with either.
 * Back-pressure is not polling, up to CONSUMER_IDLE_MS. auto.offset.reset=error: an offset that is no
 * longer in the log stops its partition, visibly.
 */
#pragma once

#include "schema/wire/kafka.h"

/* 15 minutes: the longest time between two polls before the group gives our partitions to others. */
#define CONSUMER_IDLE_MS 900000

struct consumer;

/* Borrowed until the next call on the consumer. */
struct consumer_record {
    const char *topic;
    int32_t partition;
    int64_t offset;
    const uint8_t *key, *payload; /* NULL for none; a record without payload is a tombstone */
    size_t key_bytes, payload_bytes;
    int64_t arrived_ms; /* the broker's or producer's timestamp, Unix ms; -1 when there is none */
};

/* In place of an offset to start from. */
#define CONSUMER_FROM_START (-2)
#define CONSUMER_NOT_READ (-1) /* ours, yet not to be read: its offsets need a person first */

struct consumer_partition {
    const char *topic; /* borrowed */
    int32_t partition;
    int64_t low, high; /* what the log holds: [low, high), asked from the broker for this assignment */
    int64_t start;     /* to be filled in */
};

struct consumer_events {
    /*
     * These partitions become ours: fill in `start` for each. An offset outside [low, high] is a loss
     * or a re-created topic and will stop the partition; deciding is the caller's. False: none is
     * taken, the poll that asked fails with that error, and the consumer can only be closed.
     */
    bool (*assigned)(void *context, struct consumer_partition *partitions, size_t count, struct error *err);

    /*
     * They are no longer ours once this returns; finish or roll back what is open. `lost`: somebody
     * else may have them already, so roll back only.
     */
    void (*revoked)(void *context, const struct consumer_partition *partitions, size_t count, bool lost);

    /*
     * A partition gives no more records until it is assigned anew (its start is not in the log), or,
     * with topic NULL, something is wrong with the whole (no rights on the group, brokers away). May
     * come again and again; the consumer goes on trying.
     */
    void (*trouble)(void *context, const char *topic, int32_t partition, const struct error *err);
};

/*
 * Join `group` on `topics` (one that starts with '^' is a regular expression). NULL with *err when the
 * configuration is bad, when no broker answers, or when a topic does not exist (ERROR_ABSENT: librdkafka
 * 2.0.2 may crash on reading those). `events` is borrowed for the consumer's life; callbacks come from
 * consumer_poll() and consumer_close() only.
 */
struct consumer *consumer_open(const struct kafka_settings *settings, const char *group,
                               const struct text_list *topics, const struct consumer_events *events,
                               void *context, struct error *err);

/*
 * Records as they come, until `room` is full or `timeout_ms` has passed; none is not an error. A record may belong to a
 * partition that an event of this very call took away: look at your own list. False: ERROR_* of
 * assigned(), or a fatal state after which the consumer must be closed (ERROR_SYSTEM).
 */
MUST_CHECK bool consumer_poll(struct consumer *consumer, int timeout_ms, struct consumer_record *records,
                              size_t room, size_t *count, struct error *err);

/* Tell Kafka that everything below `start` is done, without waiting. */
void consumer_commit(struct consumer *consumer, const struct consumer_partition *partitions, size_t count);

/*
 * The same, and wait for the answer: for those who leave. Never from a callback. ERROR_* when it was not taken: then
 * whoever comes next does that work again.
 */
MUST_CHECK bool consumer_commit_now(struct consumer *consumer, const struct consumer_partition *partitions,
                                    size_t count, struct error *err);

/* Fill in as `start` what the group has committed; CONSUMER_FROM_START for what it never did. */
MUST_CHECK bool consumer_committed(struct consumer *consumer, struct consumer_partition *partitions,
                                   size_t count, struct error *err);

/*
 * Every partition of a topic, whoever holds it, with what its log holds. The caller's to free; `topic` is what was
 * given. NULL with *err.
 */
struct consumer_partition *consumer_list(struct consumer *consumer, const char *topic, size_t *count,
                                         struct error *err);

/*
 * What the log of a partition holds: [*low, *high), asked from the broker, or with `timeout_ms` 0 as the
 * last fetch said, without waiting; below 0 is then what no fetch has said yet.
 */
MUST_CHECK bool consumer_watermarks(struct consumer *consumer, const char *topic, int32_t partition,
                                    int timeout_ms, int64_t *low, int64_t *high, struct error *err);

/*
 * Leave the group. revoked() comes for what is held. Ends within ten seconds: closing can hang in
 * librdkafka 2.0.2 after a lost partition, and a join that is under way cannot be broken off; then its threads are
 * left to the end of the process.
 */
void consumer_close(struct consumer *consumer);
