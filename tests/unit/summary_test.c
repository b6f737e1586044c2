#include "scanner/summary.h"

#include "tests/support/check.h"

#define GRAY 1000
#define END 3000

#define WORD(text) ((char[]){ text })

enum { OLD_CHAIN, CROSS_CHAIN, NEW_CHAIN, CHAINS };

static struct campaign_chain chains[CHAINS] = { { .name = WORD("old") },
                                                { .name = WORD("cross") },
                                                { .name = WORD("new") } };
static struct campaign_rollout steps[] = { { GRAY, CROSS_CHAIN, 60, SOURCE_NOTICE } };
static size_t serves[] = { OLD_CHAIN, CROSS_CHAIN };
static struct campaign_phase phases[] = { { .name = WORD("gray"),
                                            .starts = GRAY,
                                            .end = END,
                                            .serves = serves,
                                            .serves_count = 2,
                                            .rollout = steps,
                                            .rollout_count = 1 } };
static struct campaign_endpoint endpoints[] = {
    { .name = WORD("edge"), .use = USE_PRODUCTION, .chain = OLD_CHAIN },
    { .name = WORD("validate"), .use = USE_VALIDATION, .chain = NEW_CHAIN },
};
static const struct campaign campaign = { .chains = chains,
                                          .chain_count = CHAINS,
                                          .phases = phases,
                                          .phase_count = 1,
                                          .endpoints = endpoints,
                                          .endpoint_count = 2 };

static void add(struct tally *tally, const char *endpoint, const char *address, size_t chain, int times)
{
    const struct tally_place place = { endpoint, address, "pay.example", chain, true };

    for (int i = 0; i < times; i++)
        tally_add(tally, &place);
}

static void a_run_is_told_in_one_table(void **state)
{
    struct totals totals = {
        .records = 20, .certificates = 6, .unexamined = 1, .names_alike = 2, .names_different = 1
    };
    const struct progress progress = { .totals = &totals, .targets = 18, .elapsed_ms = 1500 };
    struct tally tally = { .campaign = &campaign };
    struct text out = { 0 };

    (void)state;
    totals.outcomes[STAGE_DONE][CLASS_OK] = 15;
    totals.outcomes[STAGE_CONNECT][CLASS_REFUSED] = 5;
    add(&tally, "edge", "192.0.2.1", CROSS_CHAIN, 7);
    add(&tally, "edge", "192.0.2.2", OLD_CHAIN, 2);
    add(&tally, "edge", "192.0.2.3", NEW_CHAIN, 1);
    add(&tally, "validate", "192.0.2.4", NEW_CHAIN, 1);
    tally_add(&tally, &(struct tally_place){ "validate", "192.0.2.5", NULL, ROLLOUT_OTHER, true });
    add(&tally, "no endpoint", "192.0.2.6", ROLLOUT_OTHER, 2);
    tally_add(&tally, &(struct tally_place){ NULL, "192.0.2.7", NULL, ROLLOUT_OTHER, false });
    tally_add_name(&tally, "pay.example (modern): 7 of 9 serve cross, 2 still old: 192.0.2.2, 192.0.2.8");
    summary_write(&progress, &tally, GRAY, &out);
    assert_string_equal(
        text_string(&out),
        "18 targets, 20 records, 6 certificates, 1.5 s\n"
        "  done/ok                              15   75.0 %\n"
        "  connect/refused                       5   25.0 %\n"
        "Chains served\n"
        "  the list, phase gray: 3 places, old 0 % (planned 40 %), cross 0 % (planned 60 %), none of the "
        "campaign's chains 66.7 %, unknown 33.3 %\n"
        "  edge, phase gray: 10 places, old 20 % (planned 40 %), cross 70 % (planned 60 %), new 10 %\n"
        "  validate: 2 places, new 50 % (planned 100 %), none of the campaign's chains 50 %\n"
        "  the list: none of the campaign's chains is not planned, served by 192.0.2.6 (pay.example), "
        "192.0.2.6 "
        "(pay.example)\n"
        "  edge: new is not planned, served by 192.0.2.3 (pay.example)\n"
        "  validate: none of the campaign's chains is not planned, served by 192.0.2.5\n"
        "Chains that there was no time to look at: 1\n"
        "Names whose addresses serve different chains: 1 of 3\n"
        "  pay.example (modern): 7 of 9 serve cross, 2 still old: 192.0.2.2, 192.0.2.8\n");
    text_clear(&out);
    tally_clear(&tally);
}

/* Every part has more to say than there is room for. */
static void a_large_list_is_told_on_a_screen(void **state)
{
    static struct campaign_endpoint many[100];
    static char names[100][16];
    struct campaign large = campaign;
    struct totals totals = { .names_different = 1000 };
    struct progress progress = { .totals = &totals };
    struct tally tally = { .campaign = &large };
    struct text out = { 0 };
    size_t lines = 0;

    (void)state;
    large.endpoints = many;
    large.endpoint_count = 100;
    for (int stage = 0; stage < STAGES; stage++) {
        for (int class = 0; class < CLASSES; class ++)
            totals.records += totals.outcomes[stage][class] = 3;
    }
    for (int i = 0; i < 100; i++) {
        snprintf(names[i], sizeof(names[i]), "edge%d", i);
        many[i] = (struct campaign_endpoint){ .name = names[i], .use = USE_PRODUCTION };
        add(&tally, names[i], "192.0.2.1", NEW_CHAIN, 1000);
    }
    for (int i = 0; i < 1000; i++)
        tally_add_name(&tally, "two chains");
    summary_write(&progress, &tally, GRAY, &out);
    for (const char *at = text_string(&out); (at = strchr(at, '\n')) != NULL; at++)
        lines++;
    assert_in_range(lines, 30, 40);
    assert_non_null(strstr(text_string(&out), "  and 92 more endpoints\n"));
    assert_non_null(strstr(text_string(&out), " and 994 more\n"));
    assert_non_null(strstr(text_string(&out), "  and 94 more that are not planned\n"));
    assert_non_null(strstr(text_string(&out), "  and 992 more\n"));
    text_clear(&out);
    tally_clear(&tally);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_run_is_told_in_one_table),
                                        cmocka_unit_test(a_large_list_is_told_on_a_screen) };

    return cmocka_run_group_tests_name("summary", tests, NULL, NULL);
}
