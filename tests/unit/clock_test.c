#include "schema/base/clock.h"

#include "tests/support/check.h"

static const struct parse_case {
    const char *name, *text, *zone;
    int64_t instant;
    const char *error;
} cases[] = {
    { "an instant in UTC", "2024-08-07T00:00:00Z", NULL, 1722988800, NULL },
    { "an offset is subtracted", "2018-07-29T16:00:00+08:00", NULL, 1532851200, NULL },
    { "a date is its midnight in the zone", "2024-08-07", "Asia/Shanghai", 1722960000, NULL },
    { "a date in summer time", "2024-07-01", "Europe/Berlin", 1719784800, NULL },
    { "a fraction is cut", "2024-08-07T00:00:00.999Z", NULL, 1722988800, NULL },
    { "a date without a zone is refused", "2024-08-07", NULL, 0, "needs a time" },
    { "30 February is refused", "2024-02-30", "UTC", 0, "no such day" },
    { "29 February of a leap year is taken", "2024-02-29", "UTC", 1709164800, NULL },
    { "29 February of another year is refused", "2023-02-29", "UTC", 0, "no such day" },
    { "month 13 is refused", "2024-13-01", "UTC", 0, "no such day" },
    { "hour 24 is refused", "2024-01-01T24:00:00Z", NULL, 0, "RFC 3339" },
    { "a time without offset is refused", "2024-01-01T10:00:00", "UTC", 0, "RFC 3339" },
    { "rest after the instant is refused", "2024-01-01T10:00:00Z ", "UTC", 0, "RFC 3339" },
    { "no date at all", "soon", "UTC", 0, "RFC 3339" },
};

static void instant_is_as_described(void **state)
{
    const struct parse_case *row = *state;
    struct error err = { 0 };
    int64_t instant = 0;

    if (row->error == NULL) {
        assert_true(clock_parse(row->text, row->zone, &instant, &err));
        assert_int_equal(instant, row->instant);
    } else {
        assert_false(clock_parse(row->text, row->zone, &instant, &err));
        assert_non_null(strstr(err.message, row->error));
    }
}

static const struct duration_case {
    const char *name, *text;
    int64_t seconds; /* -1: refused */
} durations[] = {
    { "days", "14d", 14 * CLOCK_DAY }, { "hours", "36h", 36 * CLOCK_HOUR },
    { "minutes", "5m", 300 },          { "seconds", "0s", 0 },
    { "no unit", "14", -1 },           { "unknown unit", "2w", -1 },
    { "negative", "-1d", -1 },         { "empty", "", -1 },
};

static void duration_is_as_described(void **state)
{
    const struct duration_case *row = *state;
    struct error err = { 0 };
    int64_t seconds = -1;

    assert_int_equal(clock_parse_duration(row->text, &seconds, &err), row->seconds >= 0);
    assert_int_equal(seconds, row->seconds);
}

static void zone_that_is_not_there_is_an_error(void **state)
{
    struct error err = { 0 };

    (void)state;
    assert_true(clock_zone_check("Asia/Shanghai", &err));
    assert_false(clock_zone_check("Asia/Atlantis", &err));
    assert_int_equal(err.kind, ERROR_ABSENT);
    assert_false(clock_zone_check("../../etc/passwd", &err));
}

static void formats_and_leaves_the_zone_alone(void **state)
{
    char text[CLOCK_TEXT_BYTES];

    (void)state;
    assert_string_equal(clock_format(1532851200, text), "2018-07-29T08:00:00Z");
    assert_string_equal(clock_format(CLOCK_NEVER, text), "9999-12-31T23:59:59Z");
    assert_string_equal(clock_format_ms(1532851203007, text), "2018-07-29T08:00:03.007Z");
    assert_string_equal(clock_format_date(1722960000, "Asia/Shanghai", text), "2024-08-07");
    assert_string_equal(clock_format_date(1722960000, "UTC", text), "2024-08-06");
    assert_null(getenv("TZ"));
}

int main(void)
{
    const struct CMUnitTest rest[] = {
        cmocka_unit_test(zone_that_is_not_there_is_an_error),
        cmocka_unit_test(formats_and_leaves_the_zone_alone),
    };

    unsetenv("TZ");
    return RUN_ROWS(cases, instant_is_as_described) + RUN_ROWS(durations, duration_is_as_described) +
           cmocka_run_group_tests(rest, NULL, NULL);
}
