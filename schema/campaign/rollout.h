/*
 * How far the servers are with what a campaign plans, out of what its scans saw: the share of places that serve
 * each chain beside the percentage planned at present, who serves a chain that is not planned, and who went
 * back to an older one. A place is (name, address, port, hello). Pure.
 *
 * Production and sandbox endpoints, and lines of lists, are held against the phase that runs; an endpoint that the
 * campaign keeps for validation or as fallback is held against its own chain. Where no phase runs nothing is
 * planned, and nothing is stray.
 *
 * Of two chains the newer is the one that the campaign's phases come to later; within a phase those that it rolls
 * out are newer than the others, and otherwise the order of `serves` counts.
 */
#pragma once

#include "schema/campaign/campaign.h"

/* Places that are alike; all borrowed for the life of the rollout. */
struct rollout_row {
    const char *endpoint; /* "": lines of lists */
    int64_t places;
    bool named;              /* it showed a chain, and the centre has said which that is */
    const char *chain;       /* of the campaign; NULL: none of them */
    struct text_list before; /* other chains of the campaign that they served earlier */
};

enum rollout_mark {
    ROLLOUT_STRAY = 1,     /* serves a chain that is not planned */
    ROLLOUT_REGRESSED = 2, /* served a newer one before */
};

#define ROLLOUT_OTHER SIZE_MAX /* in place of a chain: none of the campaign's */
#define ROLLOUT_UNPLANNED (-1) /* in place of a percentage: the campaign does not say */

struct rollout_share {
    size_t chain;
    int64_t places;
    double low, high; /* as if none, or all, of the unknown places served it */
    int planned;      /* percent */
};

struct rollout_endpoint {
    const char *name;                   /* NULL: all production endpoints together */
    const struct campaign_phase *phase; /* against which it is held; NULL: its own chain, or nothing */
    int64_t places, unknown;            /* all; those of which no chain is known */
    struct rollout_share *shares;       /* what is served or planned, in the campaign's order, others last */
    size_t share_count;
};

struct rollout {
    struct rollout_endpoint whole;
    struct rollout_endpoint *endpoints; /* in the order of the rows */
    size_t endpoint_count;
    unsigned *marks; /* one a row */
};

/* Rows of one endpoint stand together. `at` says which phase runs. */
struct rollout *rollout_new(const struct campaign *campaign, int64_t at, const struct rollout_row *rows,
                            size_t count);
void rollout_free(struct rollout *rollout); /* NULL is fine */
