/*
 * The campaigns in the database: applied from a file, and loaded back from the self-contained text
 * that is kept, so that what is judged is what was applied. A version never goes back, and a version
 * that was applied never changes.
 */
#pragma once

#include "aggregator/database.h"
#include "schema/campaign/campaign.h"

/*
 * Apply a file in one transaction. *applied is false when this very version was there already.
 * ERROR_CONFLICT when the version is older, or the same with other content.
 */
MUST_CHECK bool campaigns_apply(struct database *database, const struct campaign *campaign,
                                const char *document, int64_t at, bool *applied, struct error *err);

/* The current version of every campaign. */
struct campaigns {
    struct campaign **items;
    size_t count;
};

MUST_CHECK bool campaigns_load(struct database *database, struct campaigns *campaigns, struct error *err);
void campaigns_clear(struct campaigns *campaigns);
const struct campaign *campaigns_find(const struct campaigns *campaigns, const char *name);
