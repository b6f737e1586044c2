/*
 * Threads that answer pages, each with a database connection of its own, so that nothing on the event
 * loop waits for PostgreSQL. A job is handed over whole and handed back whole; in between only
 * what these functions guard is shared.
 */
#pragma once

#include "aggregator/web/page.h"

/* The longest that a statement of a page may take. */
#define WORKER_STATEMENT_MS 10000

struct job {
    struct request request;
    const struct route *route;
    void *owner; /* whoever submitted it; never touched by workers */

    /* Taken over by the loop through workers_take(); before that a worker's. */
    struct reply reply;
    bool ok;
    struct error err;

    /* Guarded by the workers' lock. */
    struct text pieces; /* ready to be sent */
    bool started, finished, in_flight, cancelled;
    struct job *next;
    struct workers *workers;
};

struct worker_settings {
    const char *conninfo; /* borrowed until workers_stop() */
    int64_t at;           /* 0: each page is as of now */
};

/* Start the threads of every lane. NULL with *err. */
struct workers *workers_start(const struct worker_settings *settings, struct error *err);

/* Refuses what still waits, waits for what runs (at most WORKER_STATEMENT_MS a statement). NULL is fine. */
void workers_stop(struct workers *workers);

/* Readable whenever a job has something for the loop. */
int workers_fd(const struct workers *workers);

/* Taken when true; false when the lane has as many waiting as it may: still the caller's. */
MUST_CHECK bool workers_submit(struct workers *workers, struct job *job);

/*
 * Empties the descriptor. Jobs submitted by this caller are then asked one by one with workers_take():
 * what is ready moves to `piece`; `last` is set once the job is finished, and the job is the caller's again.
 * False when there is nothing new.
 */
void workers_acknowledge(struct workers *workers);
MUST_CHECK bool workers_take(struct job *job, struct text *piece, bool *last);

/* The piece taken before is on the wire: the worker may go on. */
void workers_sent(struct job *job);

/* Nobody wants the answer any more; the job still has to finish. */
void workers_cancel(struct job *job);

struct job *job_new(const struct route *route, void *owner);
void job_free(struct job *job);
