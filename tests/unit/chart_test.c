#include "aggregator/web/chart.h"

#include "tests/support/check.h"

static const struct share_case {
    const char *name;
    double share;
    const char *written;
} cases[] = {
    { "nothing", 0, "0 %" },
    { "all", 1, "100 %" },
    { "a half", 0.5, "50 %" },
    { "one decimal", 1.0 / 3, "33.3 %" },
    { "nearly all is never all", 0.99999, "99.9 %" },
    { "nearly nothing is never nothing", 0.00001, "0.1 %" },
    { "a product that no double holds is whole all the same", 0.07, "7 %" },
};

static void share_is_written_as_described(void **state)
{
    const struct share_case *row = *state;
    char text[CHART_SHARE_BYTES];

    assert_string_equal(chart_share(row->share, text), row->written);
}

static const struct request english = { .language = LANGUAGE_EN };

static bool drawn(const struct html *html, const char *part)
{
    return strstr(text_string(&html->text), part) != NULL;
}

static void range_draws_and_says_the_same_bounds(void **state)
{
    struct html html = { .request = &english };

    (void)state;
    chart_range(&html, "Ready <of all>", 0.25, 0.75, 0.95);
    assert_true(
        drawn(&html, "aria-label=\"Ready &lt;of all&gt;: at least 25 %, at most 75 %, Gate asks 95 %\""));
    assert_true(drawn(&html, "<rect class=\"sure\" x=\"0.0\" y=\"0\" width=\"250.0\""));
    assert_true(drawn(&html, "<rect class=\"open\" x=\"250.0\" y=\"0\" width=\"500.0\""));
    assert_true(
        drawn(&html, "<path class=\"wanted\" vector-effect=\"non-scaling-stroke\" d=\"M950.0 0V14\"/>"));
    text_clear(&html.text);

    chart_range(&html, "x", 0, 0, -1);
    assert_false(drawn(&html, "class=\"sure\""));
    assert_false(drawn(&html, "class=\"open\""));
    assert_false(drawn(&html, "class=\"wanted\""));
    text_clear(&html.text);
}

static void counts_are_drawn_in_proportion(void **state)
{
    struct html html = { .request = &english };

    (void)state;
    chart_counts(&html, "Hosts", 3, 1, 6);
    assert_true(drawn(&html, "aria-label=\"Hosts: 3 ready, 6 unknown, 1 not ready\""));
    assert_true(drawn(&html, "<rect class=\"ready\" x=\"0.0\" y=\"0\" width=\"300.0\""));
    assert_true(drawn(&html, "<rect class=\"unknown\" x=\"300.0\" y=\"0\" width=\"600.0\""));
    assert_true(drawn(&html, "<rect class=\"not-ready\" x=\"900.0\" y=\"0\" width=\"100.0\""));
    text_clear(&html.text);

    chart_counts(&html, "Hosts", 0, 0, 0);
    assert_true(drawn(&html, "aria-label=\"Hosts: 0 ready, 0 unknown, 0 not ready\""));
    assert_false(drawn(&html, "<rect class=\"ready\""));
    text_clear(&html.text);
}

static void timeline_marks_now_only_inside(void **state)
{
    const struct chart_interval intervals[] = { { 1000, 2000, VERDICT_READY, true },
                                                { 2000, 5000, VERDICT_UNKNOWN, false } };
    struct html html = { .request = &english };

    (void)state;
    chart_timeline(&html, "Phases", intervals, 2, 3000);
    assert_true(drawn(&html, "<rect class=\"ready\" x=\"0.0\" y=\"0\" width=\"250.0\""));
    assert_true(drawn(&html, "<rect class=\"unknown\" x=\"250.0\" y=\"0\" width=\"750.0\""));
    assert_true(drawn(&html, "<path class=\"now\" vector-effect=\"non-scaling-stroke\" d=\"M500.0"));
    text_clear(&html.text);

    chart_timeline(&html, "Phases", intervals, 2, 5000);
    assert_false(drawn(&html, "class=\"now\""));
    text_clear(&html.text);

    chart_timeline(&html, "Phases", NULL, 0, 5000);
    assert_string_equal(text_string(&html.text), "");
}

static void each_verdict_has_its_own_shape(void **state)
{
    char *shapes[3];

    (void)state;
    for (int i = 0; i < 3; i++) {
        struct html html = { .request = &english };

        chart_mark(&html, (enum verdict)i);
        shapes[i] = memory_text(strchr(strchr(text_string(&html.text), '>'), '<'));
        text_clear(&html.text);
    }
    assert_string_not_equal(shapes[0], shapes[1]);
    assert_string_not_equal(shapes[1], shapes[2]);
    assert_string_not_equal(shapes[0], shapes[2]);
    for (int i = 0; i < 3; i++)
        free(shapes[i]);
}

int main(void)
{
    const struct CMUnitTest rest[] = {
        cmocka_unit_test(range_draws_and_says_the_same_bounds),
        cmocka_unit_test(counts_are_drawn_in_proportion),
        cmocka_unit_test(timeline_marks_now_only_inside),
        cmocka_unit_test(each_verdict_has_its_own_shape),
    };

    return RUN_ROWS(cases, share_is_written_as_described) + cmocka_run_group_tests(rest, NULL, NULL);
}
