/*
 * One scan in progress. Targets come in as a stream, names are resolved, probes go out at a pace to
 * loops of their own, and for each (line, address, hello) exactly one record goes to the sink. The
 * run's own thread reads, resolves, paces and writes; loops only shake hands.
 */
#pragma once

#include "scanner/journal.h"
#include "scanner/source.h"
#include "scanner/work.h"
#include "schema/campaign/campaign.h"
#include "schema/tls/probe.h"

/* All borrowed for the life of the run. */
struct run_plan {
    struct work *work;               /* pieces that others give out; NULL: targets of our own */
    struct source *source;           /* NULL: the campaign's endpoints are the targets */
    const struct campaign *campaign; /* NULL for none */
    struct outlook *outlook;         /* of that campaign; NULL for none */
    struct sink *sink;
    const char *out;         /* what the sink was opened with */
    struct journal *journal; /* NULL: the run keeps no checkpoint */
    const struct hello *hellos[TASK_HELLOS_MAX];
    size_t hello_count;
    enum probe_depth depth;
    int rate, timeout_ms, loops, per_address, per_network;
    int in_flight;              /* at most, of each loop; 0: what descriptors allow */
    const char *resolver;       /* NULL: /etc/resolv.conf */
    const struct fence *fence;  /* which addresses may be probed; NULL: all */
    const char *identification; /* the server name said where a target has none; NULL: no name */
    const char *metrics;        /* metrics_open(); NULL: nobody asks */
    int64_t at;                 /* which of the campaign's endpoints are in use */
};

struct run;

/* NULL with *err. */
struct run *run_new(const struct run_plan *plan, struct error *err);

/*
 * Until everything has its record. False with *err when one is missing: it could not be written, the
 * targets could not be read to their end, a signal came (ERROR_STOPPED), or most probes fail by our own shortage; then
 * only what is in flight still ends. With a journal the missing ones are what it leaves open.
 */
MUST_CHECK bool run_go(struct run *run, struct error *err);

void run_write_metadata(const struct run *run, struct text *line); /* one JSON document */
void run_write_summary(const struct run *run, struct text *out);   /* a table for a person */
void run_free(struct run *run);
