/*
 * Where a run's work comes from: lines of a source, a campaign's endpoints, or pieces of work that others give out.
 * Each target becomes a task, its name is resolved, and each of its (address, hello) becomes an attempt in the queue. A
 * target that cannot be probed gets its records here. No more is read than will soon be started.
 */
#pragma once

#include "scanner/agenda.h"
#include "scanner/fence.h"
#include "scanner/ledger.h"
#include "scanner/names.h"
#include "scanner/queue.h"
#include "scanner/source.h"
#include "scanner/work.h"
#include "schema/tls/probe.h"

/* All borrowed for the life of the feed. */
struct feed_plan {
    struct event_base *base;
    struct work *work;     /* pieces that others give out; NULL: targets of our own */
    struct source *source; /* NULL: the campaign's endpoints */
    const struct campaign *campaign;
    int64_t at; /* which of these are in use */
    struct names *names;
    const struct fence *fence;  /* which addresses may be probed; NULL: all */
    const char *identification; /* the server name said where a target has none; NULL: no name */
    struct agenda *agenda;
    struct ledger *ledger;
    struct queue *queue;
    size_t hello_count;
    enum probe_depth depth;
    int timeout_ms;
    size_t ahead; /* attempts that may wait for their turn */
    /* From the loop: there may be more to read, or more in the queue. */
    void (*moved)(void *context);
    void *context;
};

struct feed;

struct feed *feed_new(const struct feed_plan *plan, struct error *err); /* NULL with *err */
void feed_free(struct feed *feed); /* when nothing is being resolved; NULL is fine */

void feed_fill(struct feed *feed); /* read what there is, as far as it will soon be started */
void feed_stop(struct feed *feed); /* read no more; lookups still end */

int64_t feed_position(const struct feed *feed); /* in the source, where the next target's line begins */
bool feed_has_ended(const struct feed *feed);   /* nothing is read any more */
size_t feed_resolving(const struct feed *feed);
bool feed_is_helpless(const struct feed *feed);            /* most lookups get no answer from any resolver */
const struct error *feed_failure(const struct feed *feed); /* why reading ended too early; NULL: it did not */
