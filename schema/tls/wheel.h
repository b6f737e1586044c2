/*
 * Deadlines of very many things at once: set, moved and cleared in constant time, because nearly all are
 * cleared before they come. It rings late by up to a tick, never early. It asks no clock; for one thread.
 */
#pragma once

#include <stdint.h>
#include <sys/queue.h>

#define WHEEL_TICK_MS 32
#define WHEEL_SLOTS 512 /* a deadline further away than all of them is passed over until its turn */

/* Part of what has the deadline. Zeroed is a timer that is not set. */
struct wheel_timer {
    LIST_ENTRY(wheel_timer) link;
    int64_t due_ms; /* monotonic; 0: not set */
};

LIST_HEAD(wheel_slot, wheel_timer);

struct wheel {
    struct wheel_slot slots[WHEEL_SLOTS];
    int64_t tick; /* the last one that was looked at */
};

/* It may set, move and clear any timer of the wheel, and free what its own is part of. */
typedef void wheel_ring(void *context, struct wheel_timer *timer);

void wheel_init(struct wheel *wheel, int64_t now_ms);
void wheel_set(struct wheel *wheel, struct wheel_timer *timer, int64_t due_ms); /* or move */
void wheel_clear(struct wheel_timer *timer);                                    /* also when not set */

/* To be called about every tick: rings for each timer that is due, which is not set any more then. */
void wheel_turn(struct wheel *wheel, int64_t now_ms, wheel_ring *ring, void *context);
