/*
 * What a run's records come to, for a person: which chains the endpoints serve, to be held against the campaign's plan,
 * and the names whose addresses do not agree. Counts every chain and keeps a few of each to name; memory does not grow
 * with the list. A resumed run counts on.
 */
#pragma once

#include "schema/base/json.h"
#include "schema/base/tree.h"
#include "schema/campaign/rollout.h"

/* Places that are named of each chain of an endpoint; sentences about names that are kept. */
#define TALLY_PLACES 6
#define TALLY_NAMES 8

struct tally {
    const struct campaign *campaign; /* borrowed; NULL for none */
    struct tally_row {
        const char *endpoint; /* of the campaign; "" for lines of lists */
        size_t chain;         /* ROLLOUT_OTHER: none of the campaign's */
        bool known;           /* a chain was seen, and there was time to look at it */
        int64_t places;
        struct text_list first;
    } * rows; /* those of one endpoint stand together once tally_sort() was called */
    size_t row_count;
    struct text_list names; /* a sentence each of the first whose addresses serve different chains */
};

void tally_clear(struct tally *tally);

/* One record of a probe; all borrowed. */
struct tally_place {
    const char *endpoint;       /* one of the campaign's, else NULL */
    const char *address, *name; /* NULL: without a name */
    size_t chain;
    bool known; /* as above */
};

void tally_add(struct tally *tally, const struct tally_place *place);

/* A name whose addresses serve different chains, in a sentence. */
void tally_add_name(struct tally *tally, const char *sentence);

/* A member of an open JSON object, and back into an empty tally of the same campaign. ERROR_FORMAT: it is none of ours. */
void tally_write(const struct tally *tally, struct json *json);
MUST_CHECK bool tally_read(struct tally *tally, tree_value object, struct error *err);

/* The rows as rollout_new() wants them, one for one; the caller's to free. */
struct rollout_row *tally_rollout_rows(struct tally *tally);
