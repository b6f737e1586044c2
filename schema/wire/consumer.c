#include "schema/wire/consumer.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "schema/base/clock.h"
#include "schema/base/log.h"
#include "schema/base/text.h"

#define METADATA_TIMEOUT_MS 10000
#define WATERMARK_TIMEOUT_MS 5000
#define COMMITTED_TIMEOUT_MS 10000
#define LEAVE_TIMEOUT_MS 5000   /* to leave the group … */
#define DESTROY_TIMEOUT_MS 5000 /* … and to end librdkafka's threads: the ten seconds of consumer.h */

static const struct kafka_property properties[] = {
    { "client.id", "rootshift", false },
    { "enable.auto.commit", "false", true },
    { "enable.auto.offset.store", "false", true },
    { "auto.offset.reset", "error", true },
    { "partition.assignment.strategy", "cooperative-sticky", true }, /* all members of a group must agree */
    { "max.poll.interval.ms", KAFKA_VALUE(CONSUMER_IDLE_MS), true },
    { "session.timeout.ms", "10000", false },
    { "fetch.wait.max.ms", "100", false }, /* an embedded broker does not wake a waiting fetch */
    { "queued.max.messages.kbytes", "32768", false },
    { 0 },
};

struct consumer {
    rd_kafka_t *client;
    rd_kafka_queue_t *queue;
    const struct consumer_events *events;
    void *context;
    rd_kafka_topic_partition_list_t *read; /* what we hold and read */
    bool was_assigned;
    bool subscribed;
    bool closing; /* partitions that come now are not taken */
    bool failed;
    struct error failure; /* why this consumer can only be closed */
    rd_kafka_message_t **messages;
    size_t message_count, message_room;
};

static void release_messages(struct consumer *consumer)
{
    for (size_t i = 0; i < consumer->message_count; i++)
        rd_kafka_message_destroy(consumer->messages[i]);
    consumer->message_count = 0;
}

bool consumer_watermarks(struct consumer *consumer, const char *topic, int32_t partition, int timeout_ms,
                         int64_t *low, int64_t *high, struct error *err)
{
    rd_kafka_resp_err_t code =
        timeout_ms == 0
            ? rd_kafka_get_watermark_offsets(consumer->client, topic, partition, low, high)
            : rd_kafka_query_watermark_offsets(consumer->client, topic, partition, low, high, timeout_ms);

    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        return true;
    return error_set(err, kafka_error_kind(code), "watermarks of %s [%d]: %s", topic, partition,
                     rd_kafka_err2str(code));
}

static void fail(struct consumer *consumer, const struct error *err)
{
    if (!consumer->failed)
        consumer->failure = *err;
    consumer->failed = true;
}

static void fail_with(struct consumer *consumer, rd_kafka_error_t *error, const char *what)
{
    struct error err;

    if (error == NULL)
        return;
    error_set(&err, kafka_error_kind(rd_kafka_error_code(error)), "%s: %s", what,
              rd_kafka_error_string(error));
    rd_kafka_error_destroy(error);
    fail(consumer, &err);
}

/* librdkafka's list as ours; the caller's to free. */
static struct consumer_partition *as_partitions(const rd_kafka_topic_partition_list_t *list)
{
    struct consumer_partition *partitions = memory_new((size_t)list->cnt * sizeof(*partitions));

    for (int i = 0; i < list->cnt; i++) {
        partitions[i] = (struct consumer_partition){ .topic = list->elems[i].topic,
                                                     .partition = list->elems[i].partition,
                                                     .low = -1,
                                                     .high = -1,
                                                     .start = CONSUMER_NOT_READ };
    }
    return partitions;
}

/* Ask where to start; false when nobody can say. */
static bool ask_starts(struct consumer *consumer, struct consumer_partition *partitions, size_t count,
                       struct error *err)
{
    for (size_t i = 0; i < count; i++) {
        struct consumer_partition *at = &partitions[i];

        if (!consumer_watermarks(consumer, at->topic, at->partition, WATERMARK_TIMEOUT_MS, &at->low,
                                 &at->high, err))
            return false;
    }
    return consumer->events->assigned(consumer->context, partitions, count, err);
}

/* Into librdkafka and into `read`: those that are to be read, from where they are to be read. */
static void begin_reading(struct consumer *consumer, const struct consumer_partition *partitions,
                          size_t count)
{
    rd_kafka_topic_partition_list_t *more = rd_kafka_topic_partition_list_new((int)count);

    for (size_t i = 0; i < count; i++) {
        int64_t start =
            partitions[i].start == CONSUMER_FROM_START ? RD_KAFKA_OFFSET_BEGINNING : partitions[i].start;

        if (partitions[i].start == CONSUMER_NOT_READ)
            continue;
        rd_kafka_topic_partition_list_add(more, partitions[i].topic, partitions[i].partition)->offset = start;
        rd_kafka_topic_partition_list_add(consumer->read, partitions[i].topic, partitions[i].partition);
    }
    fail_with(consumer, rd_kafka_incremental_assign(consumer->client, more), "taking partitions");
    rd_kafka_topic_partition_list_destroy(more);
}

/* librdkafka refuses to take away what is not read, so `list` is thinned to what is. */
static void end_reading(struct consumer *consumer, const rd_kafka_topic_partition_list_t *list)
{
    rd_kafka_topic_partition_list_t *fewer = rd_kafka_topic_partition_list_new(list->cnt);

    for (int i = 0; i < list->cnt; i++) {
        const rd_kafka_topic_partition_t *at = &list->elems[i];

        if (rd_kafka_topic_partition_list_del(consumer->read, at->topic, at->partition))
            rd_kafka_topic_partition_list_add(fewer, at->topic, at->partition);
    }
    fail_with(consumer, rd_kafka_incremental_unassign(consumer->client, fewer), "giving back partitions");
    rd_kafka_topic_partition_list_destroy(fewer);
}

static void take_assignment(struct consumer *consumer, const rd_kafka_topic_partition_list_t *list)
{
    struct consumer_partition *partitions = as_partitions(list);
    size_t count = (size_t)list->cnt;
    struct error err;

    consumer->was_assigned = true;
    if (consumer->closing)
        count = 0;
    if (count > 0 && !ask_starts(consumer, partitions, count, &err)) {
        fail(consumer, &err);
        count = 0; /* the group must still hear that the rebalance is over */
    }
    begin_reading(consumer, partitions, count);
    free(partitions);
}

static void take_revocation(struct consumer *consumer, const rd_kafka_topic_partition_list_t *list)
{
    struct consumer_partition *partitions = as_partitions(list);

    if (list->cnt > 0)
        consumer->events->revoked(consumer->context, partitions, (size_t)list->cnt,
                                  rd_kafka_assignment_lost(consumer->client) != 0);
    end_reading(consumer, list);
    free(partitions);
}

static void rebalance(rd_kafka_t *client, rd_kafka_resp_err_t what, rd_kafka_topic_partition_list_t *list,
                      void *opaque)
{
    struct consumer *consumer = opaque;
    struct error err;

    (void)client;
    if (what == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
        take_assignment(consumer, list);
        return;
    }
    if (what != RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS) {
        error_set(&err, kafka_error_kind(what), "rebalance: %s", rd_kafka_err2str(what));
        fail(consumer, &err);
    }
    take_revocation(consumer, list);
}

static void take_trouble(rd_kafka_t *client, int code, const char *why, void *opaque)
{
    struct consumer *consumer = opaque;
    char fatal[256];
    struct error err;

    if (code == RD_KAFKA_RESP_ERR__FATAL) {
        rd_kafka_resp_err_t cause = rd_kafka_fatal_error(client, fatal, sizeof(fatal));

        error_set(&err, ERROR_SYSTEM, "Kafka consumer: %s: %s", rd_kafka_err2name(cause), fatal);
        fail(consumer, &err);
        return;
    }
    error_set(&err, kafka_error_kind((rd_kafka_resp_err_t)code), "%s", why);
    consumer->events->trouble(consumer->context, NULL, -1, &err);
}

/*
 * Every plain topic must exist before it is read. All topics are asked for: asking for one by name
 * would create it on brokers that do so.
 */
static bool check_topics(rd_kafka_t *client, const struct text_list *topics, struct error *err)
{
    const struct rd_kafka_metadata *metadata;
    rd_kafka_resp_err_t code = rd_kafka_metadata(client, 1, NULL, &metadata, METADATA_TIMEOUT_MS);
    const char *missing = NULL;

    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return error_set(err, kafka_error_kind(code), "Kafka: no broker answers: %s", rd_kafka_err2str(code));
    for (size_t i = 0; missing == NULL && i < topics->count; i++) {
        bool found = topics->items[i][0] == '^';

        for (int j = 0; !found && j < metadata->topic_cnt; j++)
            found = strcmp(topics->items[i], metadata->topics[j].topic) == 0;
        missing = found ? NULL : topics->items[i];
    }
    rd_kafka_metadata_destroy(metadata);
    return missing == NULL ||
           error_set(err, ERROR_ABSENT, "topic %s does not exist, or is not ours to read", missing);
}

static bool subscribe(struct consumer *consumer, const struct text_list *topics, struct error *err)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)topics->count);
    rd_kafka_resp_err_t code;

    for (size_t i = 0; i < topics->count; i++)
        rd_kafka_topic_partition_list_add(list, topics->items[i], RD_KAFKA_PARTITION_UA);
    code = rd_kafka_subscribe(consumer->client, list);
    consumer->subscribed = code == RD_KAFKA_RESP_ERR_NO_ERROR;
    rd_kafka_topic_partition_list_destroy(list);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR ||
           error_set(err, kafka_error_kind(code), "subscribing: %s", rd_kafka_err2str(code));
}

static bool open_client(struct consumer *consumer, const struct kafka_settings *settings, const char *group,
                        struct error *err)
{
    rd_kafka_conf_t *conf = kafka_conf(settings, properties, err);
    char why[256];

    if (conf == NULL)
        return false;
    rd_kafka_conf_set_opaque(conf, consumer);
    rd_kafka_conf_set_rebalance_cb(conf, rebalance);
    rd_kafka_conf_set_error_cb(conf, take_trouble);
    if (rd_kafka_conf_set(conf, "group.id", group, why, sizeof(why)) == RD_KAFKA_CONF_OK)
        consumer->client = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why, sizeof(why));
    if (consumer->client == NULL) {
        rd_kafka_conf_destroy(conf);
        return error_set(err, ERROR_OPTION, "Kafka consumer: %s", why);
    }
    rd_kafka_poll_set_consumer(consumer->client);
    consumer->queue = rd_kafka_queue_get_consumer(consumer->client);
    return true;
}

struct consumer *consumer_open(const struct kafka_settings *settings, const char *group,
                               const struct text_list *topics, const struct consumer_events *events,
                               void *context, struct error *err)
{
    struct consumer *consumer = memory_new(sizeof(*consumer));

    *consumer = (struct consumer){ .events = events,
                                   .context = context,
                                   .read = rd_kafka_topic_partition_list_new(8) };
    if (!open_client(consumer, settings, group, err) || !check_topics(consumer->client, topics, err) ||
        !subscribe(consumer, topics, err)) {
        consumer_close(consumer);
        return NULL;
    }
    return consumer;
}

/* An error in a message's place. */
static void tell_trouble(struct consumer *consumer, const rd_kafka_message_t *message)
{
    struct error err;

    error_set(&err, kafka_error_kind(message->err), "%s",
              message->payload == NULL ? rd_kafka_err2str(message->err) : rd_kafka_message_errstr(message));
    consumer->events->trouble(consumer->context,
                              message->rkt == NULL ? NULL : rd_kafka_topic_name(message->rkt),
                              message->partition, &err);
}

static struct consumer_record as_record(const rd_kafka_message_t *message)
{
    rd_kafka_timestamp_type_t type;
    int64_t arrived_ms = rd_kafka_message_timestamp(message, &type);

    return (struct consumer_record){
        .topic = rd_kafka_topic_name(message->rkt),
        .partition = message->partition,
        .offset = message->offset,
        .key = message->key,
        .key_bytes = message->key_len,
        .payload = message->payload,
        .payload_bytes = message->len,
        .arrived_ms = type == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE ? -1 : arrived_ms,
    };
}

bool consumer_poll(struct consumer *consumer, int timeout_ms, struct consumer_record *records, size_t room,
                   size_t *count, struct error *err)
{
    ssize_t got;

    *count = 0;
    release_messages(consumer);
    if (consumer->message_room < room) {
        consumer->messages = memory_resize(consumer->messages, room, sizeof(*consumer->messages));
        consumer->message_room = room;
    }
    if (!consumer->failed) {
        got = rd_kafka_consume_batch_queue(consumer->queue, timeout_ms, consumer->messages, room);
        consumer->message_count = got < 0 ? 0 : (size_t)got;
    }
    if (consumer->failed) { /* before, or by an event just now: nothing of this batch may be used */
        *err = consumer->failure;
        return false;
    }
    for (size_t i = 0; i < consumer->message_count; i++) {
        const rd_kafka_message_t *message = consumer->messages[i];

        if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR)
            records[(*count)++] = as_record(message);
        else
            tell_trouble(consumer, message);
    }
    return true;
}

/* Ours as librdkafka's list, the offsets being where to start; to be destroyed. */
static rd_kafka_topic_partition_list_t *as_list(const struct consumer_partition *partitions, size_t count)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)count);

    for (size_t i = 0; i < count; i++)
        rd_kafka_topic_partition_list_add(list, partitions[i].topic, partitions[i].partition)->offset =
            partitions[i].start;
    return list;
}

void consumer_commit(struct consumer *consumer, const struct consumer_partition *partitions, size_t count)
{
    rd_kafka_topic_partition_list_t *list = as_list(partitions, count);

    rd_kafka_commit(consumer->client, list, 1);
    rd_kafka_topic_partition_list_destroy(list);
}

bool consumer_commit_now(struct consumer *consumer, const struct consumer_partition *partitions, size_t count,
                         struct error *err)
{
    rd_kafka_topic_partition_list_t *list = as_list(partitions, count);
    rd_kafka_resp_err_t code = rd_kafka_commit(consumer->client, list, 0);

    for (int i = 0; code == RD_KAFKA_RESP_ERR_NO_ERROR && i < list->cnt; i++)
        code = list->elems[i].err;
    rd_kafka_topic_partition_list_destroy(list);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR ||
           error_set(err, kafka_error_kind(code), "committing offsets: %s", rd_kafka_err2str(code));
}

bool consumer_committed(struct consumer *consumer, struct consumer_partition *partitions, size_t count,
                        struct error *err)
{
    rd_kafka_topic_partition_list_t *list = as_list(partitions, count);
    rd_kafka_resp_err_t code = rd_kafka_committed(consumer->client, list, COMMITTED_TIMEOUT_MS);

    for (size_t i = 0; code == RD_KAFKA_RESP_ERR_NO_ERROR && i < count; i++) {
        code = list->elems[i].err;
        partitions[i].start = list->elems[i].offset >= 0 ? list->elems[i].offset : CONSUMER_FROM_START;
    }
    rd_kafka_topic_partition_list_destroy(list);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR ||
           error_set(err, kafka_error_kind(code), "committed offsets: %s", rd_kafka_err2str(code));
}

static int count_partitions(const struct rd_kafka_metadata *metadata, const char *topic)
{
    for (int i = 0; i < metadata->topic_cnt; i++) {
        if (strcmp(metadata->topics[i].topic, topic) == 0)
            return metadata->topics[i].partition_cnt;
    }
    return 0;
}

struct consumer_partition *consumer_list(struct consumer *consumer, const char *topic, size_t *count,
                                         struct error *err)
{
    const struct rd_kafka_metadata *metadata;
    rd_kafka_resp_err_t code = rd_kafka_metadata(consumer->client, 1, NULL, &metadata, METADATA_TIMEOUT_MS);
    struct consumer_partition *partitions;
    int found;

    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
        error_set(err, kafka_error_kind(code), "partitions of %s: %s", topic, rd_kafka_err2str(code));
        return NULL;
    }
    found = count_partitions(metadata, topic);
    rd_kafka_metadata_destroy(metadata);
    partitions = memory_new(((size_t)found + 1) * sizeof(*partitions));
    for (*count = 0; *count < (size_t)found; (*count)++) {
        struct consumer_partition *at = &partitions[*count];

        *at = (struct consumer_partition){ .topic = topic,
                                           .partition = (int32_t)*count,
                                           .start = CONSUMER_FROM_START };
        if (!consumer_watermarks(consumer, topic, at->partition, WATERMARK_TIMEOUT_MS, &at->low, &at->high,
                                 err)) {
            free(partitions);
            return NULL;
        }
    }
    return partitions;
}

static void serve_events(struct consumer *consumer)
{
    rd_kafka_message_t *message = rd_kafka_consume_queue(consumer->queue, 50);

    if (message != NULL)
        rd_kafka_message_destroy(message);
}

/*
 * True once the group is left. librdkafka before 2.3.0 may crash on leaving before it was given anything, and on its
 * destruction amidst joining: what it is to be given is waited for.
 */
static bool leave(struct consumer *consumer)
{
    int64_t deadline = clock_monotonic_ms() + LEAVE_TIMEOUT_MS;

    while (!consumer->was_assigned && clock_monotonic_ms() < deadline)
        serve_events(consumer);
    if (!consumer->was_assigned)
        return false;
    rd_kafka_error_destroy(rd_kafka_consumer_close_queue(consumer->client, consumer->queue));
    while (!rd_kafka_consumer_closed(consumer->client) && clock_monotonic_ms() < deadline)
        serve_events(consumer);
    return rd_kafka_consumer_closed(consumer->client) != 0;
}

static void *destroy_client(void *client)
{
    rd_kafka_destroy_flags(client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    return NULL;
}

/* In a thread of its own, since it can wait for ever; then that thread is left behind. */
static bool destroy_in_time(rd_kafka_t *client)
{
    struct timespec deadline;
    pthread_t thread;

    if (pthread_create(&thread, NULL, destroy_client, client) != 0)
        return false;
    clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_sec += DESTROY_TIMEOUT_MS / 1000;
    if (pthread_timedjoin_np(thread, NULL, &deadline) == 0)
        return true;
    pthread_detach(thread);
    return false;
}

void consumer_close(struct consumer *consumer)
{
    bool ended = true;

    if (consumer == NULL)
        return;
    release_messages(consumer);
    consumer->closing = true;
    if (consumer->client != NULL) {
        ended = !consumer->subscribed || leave(consumer);
        rd_kafka_queue_destroy(consumer->queue);
        ended = ended && destroy_in_time(consumer->client);
    }
    free(consumer->messages);
    if (!ended) { /* its callbacks may still use the rest */
        log_event(LOG_WARNING, "consumer hangs client=%s", rd_kafka_name(consumer->client));
        return;
    }
    rd_kafka_topic_partition_list_destroy(consumer->read);
    free(consumer);
}
