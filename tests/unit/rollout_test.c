#include "schema/campaign/rollout.h"

#include "tests/support/check.h"

#define GRAY 1000 /* the old and the cross chain */
#define NEW 2000  /* the new chain alone */
#define END 3000

/* as a loader would have it: nobody writes to it, yet it is not const */
#define WORD(text) ((char[]){ text })

enum { OLD_CHAIN, CROSS_CHAIN, NEW_CHAIN, SPARE_CHAIN, CHAINS };
enum { EDGE, SECOND, VALIDATE, ENDPOINTS };

static struct campaign_chain chains[CHAINS] = {
    { .name = WORD("old") }, { .name = WORD("cross") }, { .name = WORD("new") }, { .name = WORD("spare") }
};
static struct campaign_rollout steps[] = { { GRAY + 100, CROSS_CHAIN, 10, SOURCE_NOTICE },
                                           { GRAY + 200, CROSS_CHAIN, 60, SOURCE_NOTICE } };
/* the newer one stands first: what is rolled out is newer wherever it stands */
static size_t gray_serves[] = { CROSS_CHAIN, OLD_CHAIN }, new_serves[] = { NEW_CHAIN },
              new_scope[] = { EDGE };
static struct campaign_phase phases[] = {
    { .name = WORD("gray"),
      .starts = GRAY,
      .end = NEW,
      .serves = gray_serves,
      .serves_count = 2,
      .rollout = steps,
      .rollout_count = 2 },
    { .name = WORD("new"),
      .starts = NEW,
      .end = END,
      .serves = new_serves,
      .serves_count = 1,
      .endpoints = new_scope,
      .endpoint_count = 1 },
};
static struct campaign_endpoint endpoints[ENDPOINTS] = {
    [EDGE] = { .name = WORD("edge"), .use = USE_PRODUCTION, .chain = OLD_CHAIN },
    [SECOND] = { .name = WORD("second"), .use = USE_PRODUCTION, .chain = OLD_CHAIN },
    [VALIDATE] = { .name = WORD("validate"), .use = USE_VALIDATION, .chain = NEW_CHAIN },
};
static const struct campaign campaign = { .chains = chains,
                                          .chain_count = CHAINS,
                                          .phases = phases,
                                          .phase_count = 2,
                                          .endpoints = endpoints,
                                          .endpoint_count = ENDPOINTS };

static struct text_list before(const char *name)
{
    static char *items[1];

    items[0] = (char *)(uintptr_t)name;
    return (struct text_list){ items, name != NULL };
}

/* One row: what its places are taken for. */
static const struct mark_case {
    const char *name, *endpoint;
    int64_t at;
    const char *chain, *earlier;
    bool unnamed;
    unsigned marks;
} mark_cases[] = {
    { "a chain that the phase serves", "edge", GRAY, "old", NULL, false, 0 },
    { "the other one", "edge", GRAY, "cross", NULL, false, 0 },
    { "a chain of a later phase", "edge", GRAY, "new", NULL, false, ROLLOUT_STRAY },
    { "a chain that is none of the campaign's", "edge", GRAY, NULL, NULL, false, ROLLOUT_STRAY },
    { "a chain that nobody has named yet", "edge", GRAY, NULL, NULL, true, 0 },
    { "the instant before the first phase plans nothing", "edge", GRAY - 1, "new", NULL, false, 0 },
    { "nor does the end of the last", "edge", END, "old", NULL, false, 0 },
    { "the old chain in the last instant of its phase", "edge", NEW - 1, "old", NULL, false, 0 },
    { "and when the next has begun", "edge", NEW, "old", NULL, false, ROLLOUT_STRAY },
    { "an endpoint that is not in the phase's scope", "second", NEW, "old", NULL, false, 0 },
    { "a line of a list is held against the phase", "", NEW, "old", NULL, false, ROLLOUT_STRAY },
    { "a validation endpoint serves its own chain", "validate", GRAY, "new", NULL, false, 0 },
    { "or is astray", "validate", GRAY, "cross", NULL, false, ROLLOUT_STRAY },
    { "from cross back to old", "edge", GRAY, "old", "cross", false, ROLLOUT_REGRESSED },
    { "from old to cross is the way", "edge", GRAY, "cross", "old", false, 0 },
    { "from new back to cross", "edge", GRAY, "cross", "new", false, ROLLOUT_REGRESSED },
    { "back to what is not served any more", "edge", NEW, "cross", "new", false,
      ROLLOUT_STRAY | ROLLOUT_REGRESSED },
    { "a chain without phase is never newer", "edge", GRAY, "old", "spare", false, 0 },
};

static void is_marked(void **state)
{
    const struct mark_case *row = *state;
    struct rollout_row seen = { .endpoint = row->endpoint,
                                .places = 1,
                                .named = !row->unnamed,
                                .chain = row->chain,
                                .before = before(row->earlier) };
    struct rollout *rollout = rollout_new(&campaign, row->at, &seen, 1);

    assert_int_equal(rollout->marks[0], row->marks);
    rollout_free(rollout);
}

static const struct plan_case {
    const char *name, *endpoint;
    int64_t at;
    size_t chain;
    int planned; /* of that chain */
    const char *phase;
} plan_cases[] = {
    { "before its first step nothing is rolled out", "edge", GRAY + 99, CROSS_CHAIN, 0, "gray" },
    { "and the old chain has it all", "edge", GRAY + 99, OLD_CHAIN, 100, "gray" },
    { "the first step counts from its instant on", "edge", GRAY + 100, CROSS_CHAIN, 10, "gray" },
    { "the old chain has the rest", "edge", GRAY + 100, OLD_CHAIN, 90, "gray" },
    { "the newest step counts", "edge", NEW - 1, CROSS_CHAIN, 60, "gray" },
    { "a phase with one chain", "edge", NEW, NEW_CHAIN, 100, "new" },
    { "a validation endpoint", "validate", GRAY, NEW_CHAIN, 100, NULL },
};

static void is_planned(void **state)
{
    const struct plan_case *row = *state;
    struct rollout_row nothing = { .endpoint = row->endpoint };
    struct rollout *rollout = rollout_new(&campaign, row->at, &nothing, 1);
    const struct rollout_endpoint *endpoint = &rollout->endpoints[0];
    const struct rollout_share *share = NULL;

    for (size_t i = 0; i < endpoint->share_count; i++)
        share = endpoint->shares[i].chain == row->chain ? &endpoint->shares[i] : share;
    assert_non_null(share);
    assert_int_equal(share->planned, row->planned);
    assert_true(share->low == 0 && share->high == 1);
    if (row->phase == NULL)
        assert_null(endpoint->phase);
    else
        assert_string_equal(endpoint->phase->name, row->phase);
    rollout_free(rollout);
}

static void shares_have_bounds(void **state)
{
    const struct rollout_row rows[] = {
        { .endpoint = "edge", .places = 6, .named = true, .chain = "cross" },
        { .endpoint = "edge", .places = 1, .named = true, .chain = NULL },
        { .endpoint = "edge", .places = 3, .named = false },
        { .endpoint = "second", .places = 10, .named = true, .chain = "old" },
        { .endpoint = "validate", .places = 1, .named = true, .chain = "new" },
    };
    struct rollout *rollout = rollout_new(&campaign, GRAY, rows, 5);
    const struct rollout_endpoint *edge = &rollout->endpoints[0], *whole = &rollout->whole;

    (void)state;
    assert_int_equal(rollout->endpoint_count, 3);
    assert_int_equal(edge->places, 10);
    assert_int_equal(edge->unknown, 3);
    assert_int_equal(edge->share_count, 3);
    assert_int_equal(edge->shares[0].chain, OLD_CHAIN);
    assert_float_equal(edge->shares[0].low, 0, 1e-9);
    assert_float_equal(edge->shares[0].high, 0.3, 1e-9);
    assert_int_equal(edge->shares[1].chain, CROSS_CHAIN);
    assert_float_equal(edge->shares[1].low, 0.6, 1e-9);
    assert_float_equal(edge->shares[1].high, 0.9, 1e-9);
    assert_int_equal(edge->shares[2].chain, ROLLOUT_OTHER);
    assert_int_equal(edge->shares[2].planned, ROLLOUT_UNPLANNED);
    /* production together, without what is there for validation */
    assert_int_equal(whole->places, 20);
    assert_float_equal(whole->shares[0].low, 0.5, 1e-9);
    assert_float_equal(whole->shares[1].low, 0.3, 1e-9);
    assert_float_equal(whole->shares[1].high, 0.45, 1e-9);
    rollout_free(rollout);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(shares_have_bounds) };

    return RUN_ROWS(mark_cases, is_marked) + RUN_ROWS(plan_cases, is_planned) +
           cmocka_run_group_tests(tests, NULL, NULL);
}
