/*
 * How often this host may still connect to a validation endpoint today: endpoints are somebody's
 * servers, and a thousand hosts that each try "just once more" are an attack. Kept in the state
 * directory, so that neither a restart nor a second program forgets what was spent.
 */
#pragma once

#include "collector/state.h"

/*
 * Spend one connection before making it. `per_day` 0 means without limit; a day is one of UTC. False
 * with *err on failure; *granted is false when the day's budget is used up.
 */
MUST_CHECK bool budget_spend(struct state *state, const char *campaign, const char *endpoint, int per_day,
                             int64_t now, bool *granted, struct error *err);
