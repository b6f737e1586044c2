/*
 * Readiness as everybody is shown it: the command prints what the dashboard serves, both from the
 * view readiness_partner.
 */
#pragma once

#include "aggregator/database.h"

/*
 * The document of `readiness --json` for every phase of a campaign, as of the transaction's instant.
 * ERROR_ABSENT when there is no such campaign.
 */
MUST_CHECK bool readiness_json(struct database *database, const char *campaign, struct text *out,
                               struct error *err);
