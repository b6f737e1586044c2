#include "scanner/compare.h"

#include "tests/support/check.h"

static const struct sentence_case {
    const char *name;
    struct {
        const char *label;
        int order;
        int times;
    } served[4];
    const char *sentence;
    bool differs;
} cases[] = {
    { "half switched", { { "today", 0, 2 }, { "cross", 1, 7 } }, "7 of 9 serve cross, 2 still today", true },
    { "the newest comes first, however few serve it",
      { { "today", 0, 8 }, { "cross", 1, 1 } },
      "1 of 9 serve cross, 8 still today",
      true },
    { "all alike", { { "cross", 1, 9 } }, "9 of 9 serve cross", false },
    { "without a campaign the largest comes first",
      { { "chain aa", -1, 2 }, { "chain bb", -1, 7 } },
      "7 of 9 serve chain bb, 2 serve chain aa",
      true },
    { "a chain outside the campaign is not an old one",
      { { "chain aa", -1, 2 }, { "cross", 1, 1 } },
      "1 of 3 serve cross, 2 serve chain aa",
      true },
    { "silence is no chain",
      { { "cross", 1, 2 }, { NULL, -1, 1 } },
      "2 of 3 serve cross, 1 of 3 showed no chain",
      false },
    { "nothing but silence", { { NULL, -1, 3 } }, "3 of 3 showed no chain", false },
};

static void sentence_is_as_described(void **state)
{
    const struct sentence_case *row = *state;
    struct compare compare = { 0 };
    struct text text = { 0 };

    for (size_t i = 0; i < 4; i++) {
        for (int turn = 0; turn < row->served[i].times; turn++)
            compare_add(&compare, row->served[i].label, row->served[i].order);
    }
    compare_write(&compare, &text);
    assert_string_equal(text_string(&text), row->sentence);
    assert_int_equal(compare_differs(&compare), row->differs);
    text_clear(&text);
}

static void more_chains_than_places_are_still_counted(void **state)
{
    struct compare compare = { 0 };

    (void)state;
    for (int i = 0; i < 3 * COMPARE_GROUPS; i++) {
        char label[24];

        snprintf(label, sizeof(label), "chain %d", i);
        compare_add(&compare, label, -1);
    }
    assert_int_equal(compare.total, 3 * COMPARE_GROUPS);
    assert_int_equal(compare.group_count, COMPARE_GROUPS);
}

int main(void)
{
    const struct CMUnitTest rest[] = { cmocka_unit_test(more_chains_than_places_are_still_counted) };

    return RUN_ROWS(cases, sentence_is_as_described) + cmocka_run_group_tests(rest, NULL, NULL);
}
