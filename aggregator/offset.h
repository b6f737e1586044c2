/*
 * Where to start in a partition. PostgreSQL's row decides, never Kafka's commits; taking a partition
 * raises its epoch, which fences whoever had it before. What the log no longer has is a gap: written
 * down, since lost reports mean unknown readiness.
 */
#pragma once

#include "aggregator/database.h"
#include "schema/wire/consumer.h"

struct offset {
    char *topic;
    int32_t partition;
    int64_t epoch, next;
    int64_t high;  /* of the log, when it was looked at last */
    bool readable; /* false: a person has to look first */
};

struct offset_list {
    struct offset *items;
    size_t count;
};

/*
 * Take these partitions, in one transaction, and fill in where each starts. With `whole_log` a log
 * that does not start at 0 is ERROR_LIMIT: for brokers that drop old records silently. A topic that is
 * shorter than what was read of it was made anew: it is not read until somebody says so.
 */
MUST_CHECK bool offset_take(struct database *database, struct offset_list *list,
                            struct consumer_partition *partitions, size_t count, const char *owner,
                            bool whole_log, int64_t now, struct error *err);

/* Forget them: somebody else's now. */
void offset_give(struct offset_list *list, const struct consumer_partition *partitions, size_t count);
void offset_clear(struct offset_list *list);

struct offset *offset_find(const struct offset_list *list, const char *topic, int32_t partition);

/* Note in the database which partitions are read to the end of their log. */
MUST_CHECK bool offset_note_caught_up(struct database *database, const struct offset_list *list, int64_t now,
                                      struct error *err);
