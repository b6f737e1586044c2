#include "collector/schedule.h"

#include "tests/support/check.h"

#define HOUR INT64_C(3600000)

enum which { NEXT, FIRST, RETRY };

static const struct schedule_case {
    const char *name;
    enum which which;
    int64_t given; /* interval, or failures */
    uint32_t random;
    int64_t wait_ms;
} cases[] = {
    { "the earliest next look is a tenth early", NEXT, 6 * HOUR, 0, 6 * HOUR - 36 * 60000 },
    { "the middle is the interval itself", NEXT, 6 * HOUR, 1U << 31, 6 * HOUR },
    { "the latest is just under a tenth late", NEXT, 6 * HOUR, UINT32_MAX, 6 * HOUR + 36 * 60000 - 1 },
    { "the first look may be at once", FIRST, HOUR, 0, 0 },
    { "or a tenth of the interval away", FIRST, HOUR, UINT32_MAX, 6 * 60000 - 1 },
    { "the first retry is about half a minute away", RETRY, 1, 1U << 31, 30000 },
    { "at the earliest three quarters of that", RETRY, 1, 0, 22500 },
    { "the second twice as far", RETRY, 2, 1U << 31, 60000 },
    { "the seventh is the last that doubles", RETRY, 7, 1U << 31, 32 * 60000 },
    { "the eighth is an hour", RETRY, 8, 1U << 31, HOUR },
    { "and so is the millionth", RETRY, 1000000, 1U << 31, HOUR },
};

static void wait_is_as_described(void **state)
{
    const struct schedule_case *row = *state;
    int64_t wait_ms = 0;

    switch (row->which) {
    case NEXT: wait_ms = schedule_next_ms(row->given, row->random); break;
    case FIRST: wait_ms = schedule_first_ms(row->given, row->random); break;
    case RETRY: wait_ms = schedule_retry_ms((unsigned)row->given, row->random); break;
    }
    assert_int_equal(wait_ms, row->wait_ms);
}

int main(void)
{
    return RUN_ROWS(cases, wait_is_as_described);
}
