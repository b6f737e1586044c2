/*
 * A host in one phase: what its running processes, the addresses that it was bound to by hand and all its clients together
 * make of what the judge says of each.
 */
#pragma once

#include "schema/campaign/judge.h"

/*
 * A running process is judged by what it can have read: the worse of `now`, by the stores as they are,
 * and `before`, by what they were when it started. Where that is worse, the reason is "restart-needed".
 * `before` is NULL where the stores changed since and nobody saw what they were.
 */
struct judgement host_running(struct judgement now, const struct judgement *before);

/*
 * The endpoint that an address belongs to: fallback before validation before the rest, since a host that
 * resolves a name to one of those was bound to it by hand. SIZE_MAX for an address of no endpoint.
 */
size_t host_endpoint_of(const struct campaign *campaign, const char *address);

/*
 * What a host's binding to an endpoint does to one client's judgement of a phase: a fallback that closes
 * before the phase is over makes it `not_ready: bound-to-fallback`, until then it changes nothing. (That a
 * host is bound to a validation endpoint is a finding: "bound-to-validation".)
 */
struct judgement host_bound(struct judgement judgement, const struct campaign *campaign, size_t phase,
                            size_t endpoint, int64_t at);

/* The numbers are the wire's. */
enum relevance { RELEVANCE_UNKNOWN, RELEVANCE_TALKS, RELEVANCE_MAY, RELEVANCE_EXCLUDED };

const char *relevance_name(enum relevance relevance); /* "talks", … */

struct host_client {
    enum relevance relevance;
    bool
        unclaimed; /* no client, but a store that nobody is known to use, judged as its kind of runtime would */
    struct judgement judgement;
};

/*
 * A host in one phase: the worst of its clients that talk or may talk. Without any it is
 * `unknown: no-client`; an unclaimed store that is not ready makes it `unknown: unclaimed-store`, and one
 * that is ready proves nothing.
 */
struct judgement host_judge(const struct host_client *clients, size_t count);
