#include "collector/schedule.h"

#define RETRY_FIRST_MS 30000
#define RETRY_DOUBLINGS 7 /* 64 minutes; the cap cuts it to an hour */
#define RETRY_MAX_MS 3600000

/* `middle`, give or take `spread`: evenly over [middle - spread, middle + spread). */
static int64_t spread_over(int64_t middle, int64_t spread, uint32_t random)
{
    return middle - spread + (int64_t)((double)random / 4294967296.0 * (double)(2 * spread));
}

int64_t schedule_next_ms(int64_t interval_ms, uint32_t random)
{
    return spread_over(interval_ms, interval_ms / 10, random);
}

int64_t schedule_first_ms(int64_t interval_ms, uint32_t random)
{
    return spread_over(interval_ms / 20, interval_ms / 20, random);
}

int64_t schedule_retry_ms(unsigned failures, uint32_t random)
{
    unsigned doublings = failures == 0 ? 0 : failures - 1;
    int64_t wait_ms = (int64_t)RETRY_FIRST_MS << (doublings < RETRY_DOUBLINGS ? doublings : RETRY_DOUBLINGS);

    if (wait_ms > RETRY_MAX_MS)
        wait_ms = RETRY_MAX_MS;
    return spread_over(wait_ms, wait_ms / 4, random);
}
