#include "scanner/pace.h"

#include "tests/support/check.h"

static struct pace *make(int rate)
{
    const struct pace_limits limits = { .rate = rate, .in_flight_max = 1000, .seed = 7 };

    return pace_new(&limits, 0);
}

/* Starts as fast as the pace lets us for `seconds`; each probe takes `took_us`. */
static int starts_within(struct pace *pace, int64_t seconds)
{
    int64_t now_us = 0;
    int starts = 0;

    while (now_us < seconds * 1000000) {
        int64_t wait_us = pace_wait_us(pace, now_us);

        if (wait_us > 0) {
            now_us += wait_us;
            continue;
        }
        pace_started(pace, now_us);
        pace_ended(pace, now_us, now_us + 1000, false);
        starts++;
    }
    return starts;
}

static void rate_is_kept_on_average(void **state)
{
    struct pace *slow = make(20), *fast = make(2000);

    (void)state;
    assert_in_range(starts_within(slow, 60), 20 * 60 * 95 / 100, 20 * 60 * 105 / 100);
    assert_in_range(starts_within(fast, 10), 2000 * 10 * 97 / 100, 2000 * 10 * 103 / 100);
    pace_free(slow);
    pace_free(fast);
}

static void a_pause_is_not_made_up_for(void **state)
{
    struct pace *pace = make(1000);
    const int64_t now_us = 60000000; /* a minute without a start */
    int burst = 0;

    (void)state;
    while (pace_wait_us(pace, now_us) == 0) {
        pace_started(pace, now_us);
        burst++;
    }
    assert_in_range(burst, 10, 40); /* 20 ms at 1000 a second */
    pace_free(pace);
}

/* From `from_ms` on a start each 10 ms, which ends after two seconds. */
static void flow(struct pace *pace, int64_t from_ms, int64_t seconds)
{
    for (int64_t ms = from_ms; ms < from_ms + seconds * 1000; ms += 10) {
        pace_started(pace, ms * 1000);
        if (ms >= from_ms + 2000)
            pace_ended(pace, (ms - 2000) * 1000, ms * 1000, false);
    }
}

static void room_follows_from_rate_and_occupancy(void **state)
{
    struct pace *pace = make(100);
    size_t before = pace_room(pace, 0);

    (void)state;
    assert_true(before < 20);
    flow(pace, 0, 20);
    before = pace_room(pace, 20000000);
    assert_in_range(before, 2 * 180, 2 * 220 + 16); /* 200 in flight are needed */
    pace_ended(pace, 18000000, 20000000, true);
    assert_in_range(pace_room(pace, 20000000), before / 2 - 1, before / 2 + 1); /* our own shortage: half */
    pace_free(pace);
}

static void silence_is_occupancy(void **state)
{
    struct pace *pace = make(100);

    (void)state;
    while (pace_has_room(pace, 0))
        pace_started(pace, 0);
    assert_int_equal(pace_in_flight(pace), 16);
    assert_in_range(pace_room(pace, 1000000), 200, 350); /* a second without an end */
    while (pace_in_flight(pace) > 0)
        pace_ended(pace, 0, 1000000, false);
    assert_true(pace_room(pace, 60000000) < 400); /* a pause is none */
    pace_free(pace);
}

/* Those that end tell nothing of those that do not. */
static void the_silent_do_not_hold_up_others(void **state)
{
    struct pace *pace = make(200);
    int starts = 0;

    (void)state;
    for (int64_t now_us = 0; now_us < 4000000; now_us += 1000) {
        while (pace_has_room(pace, now_us) && pace_wait_us(pace, now_us) == 0) {
            pace_started(pace, now_us);
            if (++starts % 2 == 0)
                pace_ended(pace, now_us, now_us, false);
        }
    }
    assert_in_range(starts, 4 * 200 * 9 / 10, 4 * 200 * 11 / 10);
    pace_free(pace);
}

/* Of each ten probes, evenly spread, `ours` end by our own shortage. */
static const struct helpless_case {
    const char *name;
    int ours;
    int64_t after_s_low, after_s_high; /* given up within; 0: never in an hour */
} helpless[] = {
    { "no shortage", 0, 0, 0 },       { "a shortage now and then", 3, 0, 0 },
    { "every other probe", 5, 0, 0 }, { "two probes of three", 7, 5, 60 },
    { "every probe", 10, 5, 12 },
};

static void gives_up_when_it_should(void **state)
{
    const struct helpless_case *row = *state;
    struct pace *pace = make(1000);
    int64_t now_us = 0;

    for (int i = 0; !pace_is_helpless(pace) && now_us < INT64_C(3600) * 1000000; i++) {
        now_us += pace_wait_us(pace, now_us);
        pace_started(pace, now_us);
        pace_ended(pace, now_us, now_us + 1000, i * row->ours % 10 < row->ours);
        now_us += 1000;
    }
    assert_int_equal(pace_is_helpless(pace), row->after_s_high > 0);
    if (row->after_s_high > 0)
        assert_in_range(now_us / 1000000, row->after_s_low, row->after_s_high);
    pace_free(pace);
}

int main(void)
{
    const struct CMUnitTest rest[] = {
        cmocka_unit_test(rate_is_kept_on_average),
        cmocka_unit_test(a_pause_is_not_made_up_for),
        cmocka_unit_test(room_follows_from_rate_and_occupancy),
        cmocka_unit_test(silence_is_occupancy),
        cmocka_unit_test(the_silent_do_not_hold_up_others),
    };

    return RUN_ROWS(helpless, gives_up_when_it_should) + cmocka_run_group_tests(rest, NULL, NULL);
}
