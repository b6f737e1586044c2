#include "aggregator/offset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/base/clock.h"
#include "schema/base/log.h"

#define NUMBER_BYTES 24

static const char *number(int64_t value, char text[NUMBER_BYTES])
{
    snprintf(text, NUMBER_BYTES, "%lld", (long long)value);
    return text;
}

struct offset *offset_find(const struct offset_list *list, const char *topic, int32_t partition)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].partition == partition && strcmp(list->items[i].topic, topic) == 0)
            return &list->items[i];
    }
    return NULL;
}

static void drop(struct offset_list *list, const char *topic, int32_t partition)
{
    struct offset *offset = offset_find(list, topic, partition);

    if (offset == NULL)
        return;
    free(offset->topic);
    *offset = list->items[--list->count];
}

void offset_give(struct offset_list *list, const struct consumer_partition *partitions, size_t count)
{
    for (size_t i = 0; i < count; i++)
        drop(list, partitions[i].topic, partitions[i].partition);
}

void offset_clear(struct offset_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i].topic);
    free(list->items);
    *list = (struct offset_list){ 0 };
}

static bool read_row(struct database *database, const struct consumer_partition *partition, const char *owner,
                     int64_t now, struct offset *offset, struct error *err)
{
    char which[NUMBER_BYTES], at[CLOCK_TEXT_BYTES];
    PGresult *result =
        database_query(database, "offset_assign",
                       (struct parameter[]){ { "topic", partition->topic },
                                             { "partition", number(partition->partition, which) },
                                             { "owner", owner },
                                             { "at", clock_format(now, at) },
                                             { 0 } },
                       err);

    if (result == NULL)
        return false;
    *offset = (struct offset){ .topic = memory_text(partition->topic),
                               .partition = partition->partition,
                               .epoch = database_number(result, 0, "epoch"),
                               .next = database_number(result, 0, "next_offset"),
                               .high = partition->high,
                               .readable = true };
    PQclear(result);
    return true;
}

static bool note_gap(struct database *database, const struct offset *offset, int64_t from, int64_t to,
                     const char *cause, int64_t now, struct error *err)
{
    char which[NUMBER_BYTES], start[NUMBER_BYTES], end[NUMBER_BYTES], at[CLOCK_TEXT_BYTES];

    log_event(LOG_ERROR, "gap found topic=%s partition=%d from=%lld to=%lld cause=%s", offset->topic,
              offset->partition, (long long)from, (long long)to, cause);
    return database_run(database, "gap_add",
                        (struct parameter[]){ { "topic", offset->topic },
                                              { "partition", number(offset->partition, which) },
                                              { "from", number(from, start) },
                                              { "to", number(to, end) },
                                              { "cause", cause },
                                              { "at", clock_format(now, at) },
                                              { 0 } },
                        NULL, err);
}

static bool skip_to(struct database *database, struct offset *offset, int64_t low, int64_t now,
                    struct error *err)
{
    char which[NUMBER_BYTES], epoch[NUMBER_BYTES], expected[NUMBER_BYTES], next[NUMBER_BYTES],
        at[CLOCK_TEXT_BYTES];

    if (!note_gap(database, offset, offset->next, low, "fell-off-the-log", now, err) ||
        !database_run(database, "offset_move",
                      (struct parameter[]){ { "topic", offset->topic },
                                            { "partition", number(offset->partition, which) },
                                            { "epoch", number(offset->epoch, epoch) },
                                            { "expected", number(offset->next, expected) },
                                            { "next", number(low, next) },
                                            { "records", "0" },
                                            { "at", clock_format(now, at) },
                                            { 0 } },
                      NULL, err))
        return false;
    offset->next = low;
    return true;
}

/* Compare our row with what the log holds. */
static bool settle(struct database *database, struct offset *offset, struct consumer_partition *partition,
                   bool whole_log, int64_t now, struct error *err)
{
    if (whole_log && partition->low > 0)
        return error_set(err, ERROR_LIMIT,
                         "%s/%d starts at offset %lld: this broker has dropped records already",
                         offset->topic, offset->partition, (long long)partition->low);
    if (offset->next > partition->high) {
        offset->readable = false;
        partition->start = CONSUMER_NOT_READ;
        return note_gap(database, offset, partition->high, offset->next, "topic-made-anew", now, err);
    }
    if (offset->next < partition->low && !skip_to(database, offset, partition->low, now, err))
        return false;
    partition->start = offset->next;
    return true;
}

bool offset_take(struct database *database, struct offset_list *list, struct consumer_partition *partitions,
                 size_t count, const char *owner, bool whole_log, int64_t now, struct error *err)
{
    bool ok = database_begin(database, "", err);

    for (size_t i = 0; ok && i < count; i++) {
        struct offset offset;

        ok = read_row(database, &partitions[i], owner, now, &offset, err);
        if (!ok)
            break;
        drop(list, offset.topic, offset.partition);
        list->items = array_grow(list->items, list->count, sizeof(*list->items));
        list->items[list->count++] = offset;
        ok = settle(database, &list->items[list->count - 1], &partitions[i], whole_log, now, err);
    }
    if (ok && database_commit(database, err))
        return true;
    database_rollback(database);
    offset_give(list, partitions, count);
    return error_within(err, "taking partitions");
}

bool offset_note_caught_up(struct database *database, const struct offset_list *list, int64_t now,
                           struct error *err)
{
    char at[CLOCK_TEXT_BYTES];

    for (size_t i = 0; i < list->count; i++) {
        const struct offset *offset = &list->items[i];
        char which[NUMBER_BYTES], epoch[NUMBER_BYTES];

        if (!offset->readable || offset->next < offset->high)
            continue;
        if (!database_run(database, "offset_caught_up",
                          (struct parameter[]){ { "topic", offset->topic },
                                                { "partition", number(offset->partition, which) },
                                                { "epoch", number(offset->epoch, epoch) },
                                                { "at", clock_format(now, at) },
                                                { 0 } },
                          NULL, err))
            return false;
    }
    return true;
}
