/*
 * The loops of a run, and what is in flight with them. Attempts are handed out in turn and come back
 * on the run's own thread.
 */
#pragma once

#include "scanner/task.h"

struct crew;

/* From the run's loop, for each attempt that has ended: it is the caller's again. */
typedef void crew_ended(void *context, struct attempt *attempt);

/* `loops` threads that can say these hellos, borrowed for the life of the crew. NULL with *err. */
struct crew *crew_new(struct event_base *base, int loops, const struct hello *const *hellos,
                      size_t hello_count, crew_ended *ended, void *context, struct error *err);
void crew_free(struct crew *crew); /* when nothing is in flight; NULL is fine */

/* Taken until it comes back; sent off with all others handed in since by crew_send(). */
void crew_start(struct crew *crew, struct attempt *attempt);
void crew_send(struct crew *crew);

const struct attempt *crew_oldest(const struct crew *crew); /* in flight; NULL for none */
