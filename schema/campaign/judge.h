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
#define JUDGE_ENGINE_VERSION 2

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

/*
 * One that a server presents now: `accepts` are those of the campaign's roots that it can hang from, its name is not
 * asked for. Its leaf too is a template, since it will be renewed.
 */
struct judgement judge_served(const struct campaign *campaign, const struct campaign_chain *chain,
                              const struct judge_subject *subject, int64_t from, int64_t until);

/* One phase as of `at`, and the first instant that then counts. */
struct judgement judge_phase(const struct campaign *campaign, size_t phase,
                             const struct judge_subject *subject, int64_t at);
int64_t judge_from(const struct campaign_phase *phase, int64_t at);

/* For who puts judgements together: one from the first instant on, by its reason. */
struct judgement judgement_of(const char *reason, enum evidence evidence);

/* Whether `a` says more against readiness than `b`: the worse verdict, and of two failures the earlier. */
bool judgement_outweighs(const struct judgement *a, const struct judgement *b);

/*
 * Whether a client that behaves so and holds this root, and no other, accepts the chain at that instant: what adding the
 * root can bring about.
 */
bool judge_root_suffices(const struct campaign *campaign, size_t chain, size_t root,
                         const struct model *model, int64_t at);

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
