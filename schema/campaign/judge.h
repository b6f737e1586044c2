/*
 * The judge: is a client with this trust set and this behaviour ready for a phase? Yes only where
 * each chain that the phase serves has an accepted path at every instant of [max(starts, at), end);
 * a phase already over is judged over its whole interval and marked `ended`. Pure: host and centre
 * call the same function.
 */
#pragma once

#include "schema/campaign/campaign.h"
#include "schema/trust/path.h"

/* Raised whenever the same input may get another verdict; stored with every verdict. */
#define JUDGE_ENGINE_VERSION 1

struct judgement {
    enum verdict verdict;
    const char *reason; /* a code of verdict.h */
    enum evidence evidence;
    int64_t valid_until; /* the instant at which the last path of a chain is lost; CLOCK_NEVER when none is */
    size_t chain;        /* which chain decided it; SIZE_MAX when all are fine */
    bool ended;          /* phases only */
};

struct judge_subject {
    const struct trust_set *trust;
    const struct model *model;
    struct signature_memory *signatures; /* may be NULL */
};

/* One chain over [from, until). */
struct judgement judge_chain(const struct campaign *campaign, size_t chain,
                             const struct judge_subject *subject, int64_t from, int64_t until);

/* One phase as of `at`. */
struct judgement judge_phase(const struct campaign *campaign, size_t phase,
                             const struct judge_subject *subject, int64_t at);

/*
 * A running process is judged by what it can have read: the worse of `now`, by the stores as they are,
 * and `before`, by what they were when it started. Where that is worse, the reason is "restart-needed".
 * `before` is NULL where the stores changed since and nobody saw what they were.
 */
struct judgement judge_running(struct judgement now, const struct judgement *before);

/*
 * The endpoint that an address belongs to: fallback before validation before the rest, since a host that
 * resolves a name to one of those was bound to it by hand. SIZE_MAX for an address of no endpoint.
 */
size_t judge_endpoint_of(const struct campaign *campaign, const char *address);

/*
 * What a host's binding to an endpoint does to one client's judgement of a phase: a fallback that closes
 * before the phase is over makes it `not_ready: bound-to-fallback`, until then it changes nothing. (That a
 * host is bound to a validation endpoint is a finding: "bound-to-validation".)
 */
struct judgement judge_bound(struct judgement judgement, const struct campaign *campaign, size_t phase,
                             size_t endpoint, int64_t at);

/* The numbers are the wire's. */
enum relevance { RELEVANCE_UNKNOWN, RELEVANCE_TALKS, RELEVANCE_MAY, RELEVANCE_EXCLUDED };

const char *relevance_name(enum relevance relevance); /* "talks", … */

struct judge_client {
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
struct judgement judge_host(const struct judge_client *clients, size_t count);

/* How the store stands to one root of the campaign. */
enum root_state {
    ROOT_STATE_UNKNOWN,
    ROOT_TRUSTED,
    ROOT_TRUSTED_VIA_KEY,
    ROOT_PRESENT_NOT_TRUSTED,
    ROOT_ABSENT
};

enum root_state judge_root(const struct campaign_root *root, const struct trust_set *trust,
                           const struct model *model, int64_t at);
const char *root_state_name(enum root_state state); /* "trusted_via_key", … */
