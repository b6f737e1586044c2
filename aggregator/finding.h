/*
 * Findings: what a person should know beside the verdicts, such as a host that says of itself something
 * else than the centre finds (the view `finding`). They change no verdict, and so they stand apart from the
 * table.
 */
#pragma once

#include "aggregator/database.h"

/*
 * All of them, hosts' and the centre's, one a row. `count` is how many there were. ERROR_ABSENT when there is no
 * such campaign.
 */
MUST_CHECK bool finding_print(struct database *database, const char *campaign, bool json, struct text *out,
                              int *count, struct error *err);

/* How many hosts the centre has found something about. */
MUST_CHECK bool finding_count(struct database *database, const char *campaign, int64_t *hosts,
                              struct error *err);
