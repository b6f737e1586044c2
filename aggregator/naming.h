/*
 * Says of each chain that was served to a campaign's scans which of the campaign's chains it is, once a
 * version: from the certificates themselves, by the same rule as a scanner with the campaign at hand
 * (schema/campaign/served.h). A chain waits as long as one of its certificates has not come.
 */
#pragma once

#include "aggregator/database.h"

/* All that wait and can be named, in transactions of their own. */
MUST_CHECK bool naming_sweep(struct database *database, struct error *err);
