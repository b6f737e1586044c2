#include "collector/publish.h"

#include "collector/outbox.h"
#include "schema/base/clock.h"
#include "schema/base/log.h"
#include "schema/wire/publisher.h"
#include "schema/wire/topic.h"

/* Records in flight at a time: they are in memory twice, and a collector is small. */
#define IN_FLIGHT_MAX 8
#define POLL_MS 100 /* how soon we see that we are to stop */

struct sending {
    struct state *state;
    struct publisher *publisher;
    const volatile sig_atomic_t *stop;
    struct publish_result *result;
    struct error failure; /* the first one */
};

static void fail(struct sending *sending, const struct error *err)
{
    if (sending->failure.kind == ERROR_NONE)
        sending->failure = *err;
}

static void take_report(void *context, uint64_t ticket, const struct error *failure)
{
    struct sending *sending = context;
    int64_t id = (int64_t)ticket;
    struct error err;

    if (failure == NULL) {
        sending->result->delivered++;
        if (!outbox_delivered(sending->state, id, clock_now(), &err))
            fail(sending, &err); /* it will be sent twice, which changes nothing at the centre */
        return;
    }
    if (failure->kind != ERROR_LIMIT) {
        fail(sending, failure);
        return;
    }
    log_event(LOG_ERROR, "record refused id=%lld error=\"%s\"", (long long)id, failure->message);
    sending->result->refused++;
    if (!outbox_drop(sending->state, id, clock_now(), &err))
        fail(sending, &err);
}

static bool may_go_on(const struct sending *sending)
{
    return sending->failure.kind == ERROR_NONE && *sending->stop == 0;
}

/* Serve reports until no more than `left` records wait for theirs. */
static void await(struct sending *sending, size_t left)
{
    int64_t deadline = clock_monotonic_ms() + PUBLISHER_TIMEOUT_MS;

    while (publisher_poll(sending->publisher, POLL_MS) > left && *sending->stop == 0 &&
           clock_monotonic_ms() < deadline)
        ;
}

static void send_all(struct sending *sending, const struct identity *identity, const char *topic)
{
    struct outbox_item item;
    struct error err = { 0 };
    int64_t id = 0;

    while (may_go_on(sending) && outbox_next(sending->state, id, &item, &err)) {
        id = item.id;
        if (!publisher_send(sending->publisher, topic, key_id(identity->key)->bytes, FINGERPRINT_BYTES,
                            &item.sealed, (uint64_t)id, &err))
            take_report(sending, (uint64_t)id, &err);
        text_clear(&item.sealed);
        await(sending, IN_FLIGHT_MAX);
    }
    if (may_go_on(sending) && err.kind != ERROR_NONE)
        fail(sending, &err);
    await(sending, 0);
}

bool publish_outbox(struct state *state, const struct identity *identity, const struct kafka_settings *kafka,
                    const char *topic, const volatile sig_atomic_t *stop, struct publish_result *result,
                    struct error *err)
{
    struct kafka_settings where = identity_kafka(identity, kafka);
    struct sending sending = { .state = state, .stop = stop, .result = result };
    int64_t dropped;

    *result = (struct publish_result){ 0 };
    if (!outbox_count(state, &result->waiting, &dropped, err))
        return false;
    if (result->waiting == 0)
        return true;
    sending.publisher = publisher_open(&where, take_report, &sending, err);
    if (sending.publisher == NULL)
        return false;
    send_all(&sending, identity, topic);
    publisher_close(sending.publisher); /* what it gives up stays in the outbox */
    if (!outbox_count(state, &result->waiting, &dropped, err))
        return false;
    log_event(LOG_INFO, "publish finished delivered=%lld refused=%lld waiting=%lld",
              (long long)result->delivered, (long long)result->refused, (long long)result->waiting);
    if (*stop != 0 && result->waiting > 0)
        error_set(err, ERROR_STOPPED, "asked to stop");
    else if (sending.failure.kind != ERROR_NONE)
        *err = sending.failure;
    else
        return true;
    return error_within(err, "%lld records stay in the outbox", (long long)result->waiting);
}
