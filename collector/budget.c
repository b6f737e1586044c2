#include "collector/budget.h"

#include "schema/base/clock.h"

/* One statement, so that two collectors at once cannot both take the last one. */
static const char spend[] =
    "INSERT INTO probe_spent VALUES (?1, ?2, ?3, 1) ON CONFLICT (campaign, endpoint, day)"
    " DO UPDATE SET made = made + 1 WHERE made < ?4";

bool budget_spend(struct state *state, const char *campaign, const char *endpoint, int per_day, int64_t now,
                  bool *granted, struct error *err)
{
    int64_t day = now / CLOCK_DAY;

    *granted = true;
    if (per_day == 0)
        return true;
    if (!state_run(state, err, "DELETE FROM probe_spent WHERE day < ?1", "i", day) ||
        !state_run(state, err, spend, "ttii", campaign, endpoint, day, (int64_t)per_day))
        return false;
    *granted = state_changes(state) > 0;
    return true;
}
