#include "scanner/compare.h"

#include "tests/support/check.h"

#define A(last) "192.0.2." #last
#define ADDRESSES                                                                                            \
    A(1), A(2), A(3), A(4), A(5), A(6), A(7), A(8), A(9), A(10), A(11), A(12), A(13), A(14), A(15), A(16),   \
        A(17), A(18), A(19), A(20), A(21), A(22), A(23), A(24), A(25), A(26), A(27), A(28), A(29), A(30)

static const struct sentence_case {
    const char *name;
    struct {
        const char *label;
        int order;
        int times;
    } served[4];
    const char *sentence;
    bool differs, alike;
} cases[] = {
    { "half switched",
      { { "cross", 1, 7 }, { "today", 0, 2 } },
      "7 of 9 serve cross, 2 still today: 192.0.2.8, 192.0.2.9",
      true,
      false },
    { "the newest comes first, however few serve it",
      { { "today", 0, 8 }, { "cross", 1, 1 } },
      "1 of 9 serve cross: 192.0.2.9; 8 still today",
      true,
      false },
    { "all alike", { { "cross", 1, 9 } }, "9 of 9 serve cross", false, true },
    { "without a campaign the largest comes first",
      { { "chain aa", -1, 2 }, { "chain bb", -1, 7 } },
      "7 of 9 serve chain bb, 2 serve chain aa: 192.0.2.1, 192.0.2.2",
      true,
      false },
    { "a chain outside the campaign is not an old one",
      { { "chain aa", -1, 2 }, { "cross", 1, 1 } },
      "1 of 3 serve cross: 192.0.2.3; 2 serve chain aa",
      true,
      false },
    { "silence is no chain",
      { { "cross", 1, 2 }, { NULL, -1, 1 } },
      "2 of 3 serve cross, 1 of 3 showed no chain: 192.0.2.3",
      false,
      false },
    { "more than can be named",
      { { "cross", 1, 20 }, { "today", 0, 10 } },
      "20 of 30 serve cross, 10 still today: 192.0.2.21, 192.0.2.22, 192.0.2.23, 192.0.2.24, 192.0.2.25, "
      "192.0.2.26, 192.0.2.27, 192.0.2.28 and 2 more",
      true,
      false },
    { "nothing but silence", { { NULL, -1, 3 } }, "3 of 3 showed no chain", false, false },
};

static void sentence_is_as_described(void **state)
{
    const struct sentence_case *row = *state;
    static const char *const addresses[] = { ADDRESSES };
    struct compare compare = { 0 };
    struct text text = { 0 };

    for (size_t i = 0; i < 4; i++) {
        for (int turn = 0; turn < row->served[i].times; turn++)
            compare_add(&compare, addresses[compare.count], row->served[i].label, row->served[i].order);
    }
    compare_write(&compare, &text);
    assert_string_equal(text_string(&text), row->sentence);
    assert_int_equal(compare_differs(&compare), row->differs);
    assert_int_equal(compare_is_alike(&compare), row->alike);
    text_clear(&text);
    compare_clear(&compare);
}

static void more_chains_than_places_are_still_counted(void **state)
{
    struct compare compare = { 0 };
    struct text text = { 0 };

    (void)state;
    for (int i = 0; i < 3 * COMPARE_GROUPS; i++) {
        char label[24];

        snprintf(label, sizeof(label), "chain %d", i);
        compare_add(&compare, "192.0.2.1", label, -1);
    }
    assert_int_equal(compare.count, 3 * COMPARE_GROUPS);
    assert_int_equal(compare.group_count, COMPARE_GROUPS);
    compare_write(&compare, &text);
    assert_non_null(strstr(text_string(&text), "33 of 48 serve other chains"));
    text_clear(&text);
    compare_clear(&compare);
}

int main(void)
{
    const struct CMUnitTest rest[] = { cmocka_unit_test(more_chains_than_places_are_still_counted) };

    return RUN_ROWS(cases, sentence_is_as_described) + cmocka_run_group_tests(rest, NULL, NULL);
}
