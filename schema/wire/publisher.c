#include "schema/wire/publisher.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "schema/base/clock.h"
#include "schema/base/text.h"
#include "schema/wire/topic.h"

#define GIVING_UP_MS 2000 /* for the reports of what was purged; they only cross a queue */

static const struct kafka_property properties[] = {
    { "client.id", "rootshift", false },
    { "enable.idempotence", "true", true }, /* with acks=all and order for each partition in its train */
    { "message.timeout.ms", KAFKA_VALUE(PUBLISHER_TIMEOUT_MS), true }, /* what publisher.h promises */
    { "compression.codec", "lz4", false },
    { "linger.ms", "20", false },
    { "message.max.bytes", "4200000",
      false }, /* topics[TOPIC_IN].bytes_max and what librdkafka counts around it */
    { "statistics.interval.ms", "0", false },
    { 0 },
};

struct publisher {
    rd_kafka_conf_t *conf; /* of every producer we make */
    rd_kafka_t *producer;
    publisher_report *report;
    void *context;
    size_t waiting;
    bool stale;        /* purged with something in flight: its sequence numbers are no longer the broker's */
    char trouble[160]; /* the last thing librdkafka complained of: why a record timed out */
};

/* What a record needs until its report. */
struct parcel {
    uint64_t ticket;
    char *payload;
};

static void take_report(rd_kafka_t *producer, const rd_kafka_message_t *message, void *opaque)
{
    struct publisher *publisher = opaque;
    struct parcel *parcel = message->_private;
    uint64_t ticket = parcel->ticket;
    struct error err = { 0 };

    (void)producer;
    publisher->waiting--;
    free(parcel->payload);
    free(parcel);
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        error_set(&err, kafka_error_kind(message->err), "%s: %s%s%s", rd_kafka_topic_name(message->rkt),
                  rd_kafka_err2str(message->err), publisher->trouble[0] == '\0' ? "" : "; ",
                  publisher->trouble);
    }
    publisher->report(publisher->context, ticket, message->err == RD_KAFKA_RESP_ERR_NO_ERROR ? NULL : &err);
}

static void take_trouble(rd_kafka_t *producer, int code, const char *why, void *opaque)
{
    struct publisher *publisher = opaque;

    (void)producer;
    (void)code;
    snprintf(publisher->trouble, sizeof(publisher->trouble), "%s", why);
}

static bool open_producer(struct publisher *publisher, struct error *err)
{
    char why[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_dup(publisher->conf);

    publisher->producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof(why));
    if (publisher->producer == NULL) {
        rd_kafka_conf_destroy(conf);
        return error_set(err, ERROR_OPTION, "Kafka producer: %s", why);
    }
    publisher->stale = false;
    return true;
}

static void give_up(struct publisher *publisher)
{
    int64_t deadline = clock_monotonic_ms() + GIVING_UP_MS;

    if (publisher->waiting == 0)
        return;
    rd_kafka_purge(publisher->producer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    while (publisher->waiting > 0 && clock_monotonic_ms() < deadline)
        rd_kafka_poll(publisher->producer, 50);
    publisher->stale = true;
}

static void close_producer(struct publisher *publisher)
{
    if (publisher->producer == NULL)
        return;
    give_up(publisher);
    rd_kafka_destroy(publisher->producer);
    publisher->producer = NULL;
}

struct publisher *publisher_open(const struct kafka_settings *settings, publisher_report *report,
                                 void *context, struct error *err)
{
    rd_kafka_conf_t *conf = kafka_conf(settings, properties, err);
    struct publisher *publisher;

    if (conf == NULL)
        return NULL;
    publisher = memory_new(sizeof(*publisher));
    *publisher = (struct publisher){ .conf = conf, .report = report, .context = context };
    rd_kafka_conf_set_opaque(conf, publisher);
    rd_kafka_conf_set_dr_msg_cb(conf, take_report);
    rd_kafka_conf_set_error_cb(conf, take_trouble);
    if (!open_producer(publisher, err)) {
        publisher_close(publisher);
        return NULL;
    }
    return publisher;
}

/*
 * After a fatal error a producer refuses everything for ever, and librdkafka before 2.3.0 raises some
 * without cause: make a new one. The records of the old one are reported as failed.
 */
static bool renew_if_fatal(struct publisher *publisher, struct error *err)
{
    if (publisher->producer != NULL && !publisher->stale &&
        rd_kafka_fatal_error(publisher->producer, NULL, 0) == RD_KAFKA_RESP_ERR_NO_ERROR)
        return true;
    close_producer(publisher);
    return open_producer(publisher, err);
}

static rd_kafka_resp_err_t produce(struct publisher *publisher, const char *topic, const void *key,
                                   size_t key_size, size_t size, struct parcel *parcel)
{
    return rd_kafka_producev(publisher->producer, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_KEY(key, key_size),
                             RD_KAFKA_V_VALUE(parcel->payload, size), RD_KAFKA_V_OPAQUE(parcel),
                             RD_KAFKA_V_END);
}

bool publisher_send(struct publisher *publisher, const char *topic, const void *key, size_t key_size,
                    struct text *payload, uint64_t ticket, struct error *err)
{
    int64_t deadline = clock_monotonic_ms() + PUBLISHER_TIMEOUT_MS;
    struct parcel *parcel = memory_new(sizeof(*parcel));
    size_t size = payload == NULL ? 0 : payload->size;
    rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR__FATAL;

    *parcel = (struct parcel){ .ticket = ticket, .payload = payload == NULL ? NULL : text_take(payload) };
    if (renew_if_fatal(publisher, err)) {
        code = produce(publisher, topic, key, key_size, size, parcel);
        while (code == RD_KAFKA_RESP_ERR__QUEUE_FULL && clock_monotonic_ms() < deadline) {
            rd_kafka_poll(publisher->producer, 100);
            code = produce(publisher, topic, key, key_size, size, parcel);
        }
        if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
            error_set(err, code == RD_KAFKA_RESP_ERR__QUEUE_FULL ? ERROR_TIMEOUT : kafka_error_kind(code),
                      "%s: %s", topic, rd_kafka_err2str(code));
    }
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
        free(parcel->payload);
        free(parcel);
        return false;
    }
    publisher->waiting++;
    rd_kafka_poll(publisher->producer, 0);
    return true;
}

size_t publisher_poll(struct publisher *publisher, int timeout_ms)
{
    if (publisher->producer != NULL)
        rd_kafka_poll(publisher->producer, timeout_ms);
    return publisher->waiting;
}

bool publisher_flush(struct publisher *publisher, int timeout_ms, struct error *err)
{
    size_t left;

    if (publisher->waiting == 0)
        return true;
    rd_kafka_flush(publisher->producer, timeout_ms);
    left = publisher->waiting;
    if (left == 0)
        return true;
    give_up(publisher);
    return error_set(err, ERROR_TIMEOUT, "Kafka: %zu records without an answer after %d ms%s%s", left,
                     timeout_ms, publisher->trouble[0] == '\0' ? "" : "; ", publisher->trouble);
}

void publisher_close(struct publisher *publisher)
{
    if (publisher == NULL)
        return;
    close_producer(publisher);
    rd_kafka_conf_destroy(publisher->conf);
    free(publisher);
}
