/*
 * What a campaign's endpoints served when they were last scanned, held against its plan (rollout.h): read from
 * the database, printed as one JSON document. The dashboard draws the same.
 */
#pragma once

#include "aggregator/database.h"
#include "schema/campaign/rollout.h"

struct observed {
    struct campaign *campaign;
    PGresult *rows;   /* of scan_seen.sql; its rows are the rollout's */
    PGresult *newest; /* of scan_newest.sql: no row when the campaign was never scanned */
    struct rollout_row *read;
    struct rollout *rollout;
};

/*
 * As of `at`, which the transaction's as_of() is too. Of places that are alike the first `list` are named.
 * ERROR_ABSENT when there is no such campaign. Clear it in both cases.
 */
MUST_CHECK bool observed_load(struct database *database, const char *campaign, int64_t at, int list,
                              struct observed *observed, struct error *err);
void observed_clear(struct observed *observed);

/* "chain" of a share or row; NULL: none of the campaign's. */
const char *observed_chain(const struct observed *observed, size_t chain);

/* The document of /api/campaigns/NAME/scan. */
MUST_CHECK bool observed_json(struct database *database, const char *campaign, int64_t at, struct text *out,
                              struct error *err);
