/*
 * What `explain` is asked: the chains, the trust set, the instants; read from files, before anything is
 * judged.
 */
#pragma once

#include "schema/base/option.h"
#include "schema/campaign/campaign.h"
#include "schema/trust/explain.h"
#include "schema/trust/release.h"

struct explain_settings {
    const char *chain, *campaign, *phase, *model, *name, *known, *password;
    struct text_list trust, client, at, time;
    bool profile, json, dot;
};

/* One chain to explain: its certificates, or only the roots that will do. */
struct question_chain {
    const char *name; /* NULL when there is but one, from a file */
    struct certificate_list certificates;
    struct fingerprint *accepts; /* key identities; only where there are no certificates */
    size_t accepts_count;
    bool malformed;   /* the first certificate cannot be parsed */
    bool is_template; /* the leaf's own dates are not judged */
    struct text_list warnings;
};

/* Who is asked about: a release, or whoever believes the stores that were named. Borrowed from the question. */
struct question_client {
    const char *name; /* of the release, or of the model */
    const struct model *model;
    const struct trust_set *trust;
    const struct release *release; /* NULL: it is stores */
};

struct question {
    struct question_client *clients;
    size_t client_count;
    struct trust_set *trust;     /* of the stores that were named; NULL for releases */
    struct catalogue *catalogue; /* for releases; NULL for stores */
    struct release_list releases;
    struct certificate_list known;      /* what --known gives */
    struct certificate_list spare;      /* what servers could send besides: the campaign's intermediates */
    struct campaign *campaign;          /* NULL for none */
    const struct campaign_phase *phase; /* the one that was asked about; NULL for none */
    struct explain_root *roots;
    size_t root_count;
    struct question_chain *chains;
    size_t chain_count;
    int64_t *instants;
    size_t instant_count;
};

/* False with *err when a file cannot be read or an option makes no sense; clear in both cases. */
MUST_CHECK bool question_read(struct question *question, const struct explain_settings *settings,
                              struct error *err);
/* The phase that was asked about, else the one of that instant; NULL for none. */
const struct campaign_phase *question_phase(const struct question *question, int64_t at);

/* Whether servers present the chain in it. Outside of all phases, and a chain from a file, it is as if they did. */
bool question_serves(const struct question *question, size_t chain, const struct campaign_phase *phase);

void question_clear(struct question *question);
