#include "schema/tls/wheel.h"

#include <stddef.h>

void wheel_init(struct wheel *wheel, int64_t now_ms)
{
    for (size_t i = 0; i < WHEEL_SLOTS; i++)
        LIST_INIT(&wheel->slots[i]);
    wheel->tick = now_ms / WHEEL_TICK_MS;
}

/* The first tick that begins at or after the deadline, and is still to come. */
static int64_t tick_of(const struct wheel *wheel, int64_t due_ms)
{
    int64_t tick = (due_ms + WHEEL_TICK_MS - 1) / WHEEL_TICK_MS;

    return tick > wheel->tick ? tick : wheel->tick + 1;
}

void wheel_set(struct wheel *wheel, struct wheel_timer *timer, int64_t due_ms)
{
    wheel_clear(timer);
    timer->due_ms = due_ms;
    LIST_INSERT_HEAD(&wheel->slots[tick_of(wheel, due_ms) % WHEEL_SLOTS], timer, link);
}

void wheel_clear(struct wheel_timer *timer)
{
    if (timer->due_ms != 0)
        LIST_REMOVE(timer, link);
    timer->due_ms = 0;
}

/* Each ring may change the slot: what is due goes to a list of its own first. */
static void turn_slot(struct wheel_slot *slot, int64_t now_ms, wheel_ring *ring, void *context)
{
    struct wheel_slot due = LIST_HEAD_INITIALIZER(due);
    struct wheel_timer *timer, *next;

    for (timer = LIST_FIRST(slot); timer != NULL; timer = next) {
        next = LIST_NEXT(timer, link);
        if (timer->due_ms > now_ms)
            continue;
        LIST_REMOVE(timer, link);
        LIST_INSERT_HEAD(&due, timer, link);
    }
    while ((timer = LIST_FIRST(&due)) != NULL) {
        wheel_clear(timer);
        ring(context, timer);
    }
}

void wheel_turn(struct wheel *wheel, int64_t now_ms, wheel_ring *ring, void *context)
{
    int64_t now = now_ms / WHEEL_TICK_MS;

    /* after a long pause one round sees every slot */
    if (now - wheel->tick > WHEEL_SLOTS)
        wheel->tick = now - WHEEL_SLOTS;
    while (wheel->tick < now)
        turn_slot(&wheel->slots[++wheel->tick % WHEEL_SLOTS], now_ms, ring, context);
}
