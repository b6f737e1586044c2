#include "scanner/watch.h"

#include <signal.h>
#include <stdlib.h>

#include "schema/base/text.h"

#define BEAT_MS 100
#define SIGNALS 2

struct watch {
    struct watch_calls calls;
    struct event *beat, *due, *signals[SIGNALS];
};

static void beat(evutil_socket_t fd, short what, void *argument)
{
    struct watch *watch = argument;

    (void)fd;
    (void)what;
    watch->calls.beat(watch->calls.context);
}

static void due(evutil_socket_t fd, short what, void *argument)
{
    struct watch *watch = argument;

    (void)fd;
    (void)what;
    watch->calls.due(watch->calls.context);
}

static void interrupt(evutil_socket_t number, short what, void *argument)
{
    struct watch *watch = argument;

    (void)number;
    (void)what;
    for (size_t i = 0; i < SIGNALS; i++)
        event_del(watch->signals[i]);
    watch->calls.interrupt(watch->calls.context);
}

struct watch *watch_new(struct event_base *base, const struct watch_calls *calls, struct error *err)
{
    static const int numbers[SIGNALS] = { SIGINT, SIGTERM };
    const struct timeval each = { 0, BEAT_MS * 1000 };
    struct watch *watch = memory_new(sizeof(*watch));

    watch->calls = *calls;
    watch->due = event_new(base, -1, 0, due, watch);
    watch->beat = event_new(base, -1, EV_PERSIST, beat, watch);
    if (watch->due == NULL || watch->beat == NULL || event_add(watch->beat, &each) != 0) {
        error_set(err, ERROR_SYSTEM, "no event for the clock");
        goto fail;
    }
    for (size_t i = 0; i < SIGNALS; i++) {
        watch->signals[i] = evsignal_new(base, numbers[i], interrupt, watch);
        if (watch->signals[i] == NULL || event_add(watch->signals[i], NULL) != 0) {
            error_set(err, ERROR_SYSTEM, "no event for a signal");
            goto fail;
        }
    }
    return watch;
fail:
    watch_free(watch);
    return NULL;
}

void watch_free(struct watch *watch)
{
    if (watch == NULL)
        return;
    for (size_t i = 0; i < SIGNALS; i++) {
        if (watch->signals[i] != NULL)
            event_free(watch->signals[i]);
    }
    if (watch->beat != NULL)
        event_free(watch->beat);
    if (watch->due != NULL)
        event_free(watch->due);
    free(watch);
}

void watch_ask(struct watch *watch, int64_t wait_us)
{
    event_add(watch->due, &(struct timeval){ wait_us / 1000000, wait_us % 1000000 });
}
