#include "scanner/horizon.h"

#include "tests/support/check.h"

#define STEPS 8

/* "b7" begins offset 7, "e7" ends it; after the last step the horizon stands at `next`. */
static const struct horizon_case {
    const char *name;
    const char *steps[STEPS];
    int64_t next;
    size_t open;
} cases[] = {
    { "nothing begun, nothing done", { NULL }, 5, 0 },
    { "begun is not done", { "b5", NULL }, 5, 1 },
    { "one done", { "b5", "e5", NULL }, 6, 0 },
    { "what ended behind a hole waits for it", { "b5", "b6", "b7", "e6", "e7", NULL }, 5, 3 },
    { "and goes with it", { "b5", "b6", "b7", "e6", "e7", "e5", NULL }, 8, 0 },
    { "only as far as the next hole", { "b5", "b6", "b7", "e5", "e7", NULL }, 6, 2 },
    { "a hole in the log is nobody's work", { "b5", "b9", "e5", NULL }, 9, 1 },
    { "a log that does not start where it was asked to", { "b9", NULL }, 9, 1 },
    { "what was never begun ends nothing", { "b5", "e6", NULL }, 5, 1 },
    { "nor does what has ended already", { "b5", "b6", "e5", "e5", NULL }, 6, 1 },
};

static void stands_where_it_should(void **state)
{
    const struct horizon_case *row = *state;
    struct horizon horizon;

    horizon_init(&horizon, 5);
    for (size_t i = 0; i < STEPS && row->steps[i] != NULL; i++) {
        int64_t offset = atoll(row->steps[i] + 1);

        if (row->steps[i][0] == 'b')
            horizon_begin(&horizon, offset);
        else
            (void)horizon_end(&horizon, offset);
    }
    assert_int_equal(horizon.next, row->next);
    assert_int_equal(horizon.count, row->open);
    horizon_clear(&horizon);
}

/* Ten thousand pieces, ended by chance: the horizon is at every moment the lowest that is open. */
static void is_the_lowest_open_piece(void **state)
{
    enum { PIECES = 10000, AHEAD = 300 };
    static bool ended[PIECES];
    struct horizon horizon;
    unsigned seed = 1;
    int64_t begun = 0, lowest = 0;

    (void)state;
    horizon_init(&horizon, 0);
    while (lowest < PIECES) {
        int64_t pick = lowest + rand_r(&seed) % AHEAD;

        while (begun < PIECES && begun < lowest + AHEAD)
            horizon_begin(&horizon, begun++);
        if (pick >= begun || ended[pick])
            pick = lowest;
        ended[pick] = true;
        assert_int_equal(horizon_end(&horizon, pick), pick == lowest);
        while (lowest < PIECES && ended[lowest])
            lowest++;
        assert_int_equal(horizon.next, lowest);
    }
    assert_int_equal(horizon.count, 0);
    horizon_clear(&horizon);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(is_the_lowest_open_piece) };

    return RUN_ROWS(cases, stands_where_it_should) + cmocka_run_group_tests(tests, NULL, NULL);
}
