/*
 * What wakes a run besides targets and probes: a beat several times a second, a moment that was asked for, and the
 * signals that end it in order. The first signal is a request; the second does what it always does.
 */
#pragma once

#include <event2/event.h>

#include "schema/base/error.h"

struct watch;

/* From the loop. */
struct watch_calls {
    void (*beat)(void *context);
    void (*due)(void *context);
    void (*interrupt)(void *context); /* once */
    void *context;
};

struct watch *watch_new(struct event_base *base, const struct watch_calls *calls, struct error *err);
void watch_free(struct watch *watch); /* NULL is fine */

void watch_ask(struct watch *watch,
               int64_t wait_us); /* due() after so many microseconds; the last word counts */
