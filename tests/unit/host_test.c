#include "schema/campaign/host.h"

#include "tests/support/judged.h"

/* clang-format off */
static const char file[] =
    "campaign: bound\n"
    "version: 1\n"
    "timezone: UTC\n"
    "title: bound\n"
    "contact: mail@pay.example\n"
    "roots:\n"
    "  new: { file: new.pem, sha256: ~new~, role: new }\n"
    "  old: { file: old.pem, sha256: ~old~, role: old }\n"
    "chains:\n"
    "  old: { certificates: chain-old.pem }\n"
    "  cross: { certificates: chain-cross.pem }\n"
    "  new: { certificates: chain-new.pem }\n"
    "phases:\n"
    "  - { name: gray, serves: [ old, cross ], starts: 2024-01-01, ready_by: 2024-01-01, source: notice }\n"
    "  - { name: hidden, serves: [ cross ], starts: 2025-01-01, ready_by: 2025-01-01, source: notice }\n"
    "  - { name: required, serves: [ new ], starts: 2026-01-01, ready_by: 2026-01-01, source: notice }\n"
    "ends: 2028-01-01\n"
    "endpoints:\n"
    "  - { name: all, use: production, chain: new, server_names: [ pay.example ], addresses: [ 192.0.2.1, 192.0.2.2, 192.0.2.3 ] }\n"
    "  - { name: test, use: validation, chain: new, server_names: [ pay.example ], addresses: [ 192.0.2.2, '2001:db8::2' ] }\n"
    "  - { name: back, use: fallback, chain: old, server_names: [ pay.example ], addresses: [ 192.0.2.3 ], until: 2025-07-01 }\n";
/* clang-format on */

#define T2024 1704067200
#define T2025 1735689600
#define JULY_2025 1751328000

static struct campaign *campaign;

static const struct running_case {
    const char *name;
    const char *now, *before; /* reasons; before NULL: unseen */
    enum verdict verdict;
    const char *reason;
} runs[] = {
    { "repaired, and the process still runs with the old store", "ok", "root-missing", VERDICT_NOT_READY,
      "restart-needed" },
    { "changed, and nobody saw what it was", "ok", NULL, VERDICT_UNKNOWN, "restart-needed" },
    { "changed without harm", "ok", "ok", VERDICT_READY, "ok" },
    { "doubt before", "ok", "incomplete-store", VERDICT_UNKNOWN, "restart-needed" },
    { "not repaired yet", "root-missing", "root-missing", VERDICT_NOT_READY, "root-missing" },
    { "not ready now, whatever it was", "root-missing", NULL, VERDICT_NOT_READY, "root-missing" },
    { "broken since the process started", "root-missing", "ok", VERDICT_NOT_READY, "root-missing" },
};

static struct judgement by_reason(const char *code)
{
    return (struct judgement){
        .verdict = reason_find(code)->verdict, .reason = code, .valid_until = CLOCK_NEVER, .chain = SIZE_MAX
    };
}

static void running_process_is_judged_as_described(void **state)
{
    const struct running_case *row = *state;
    struct judgement before = row->before != NULL ? by_reason(row->before) : (struct judgement){ 0 };
    struct judgement judgement = host_running(by_reason(row->now), row->before != NULL ? &before : NULL);

    expect_judgement(&judgement, row->verdict, row->reason, CLOCK_NEVER);
}

static const struct bound_case {
    const char *name, *address, *reason;
    size_t phase;
    int64_t at;
    enum verdict verdict;
    const char *after;
    int64_t valid_until;
} bindings[] = {
    { "a fallback that outlives the phase changes nothing", "192.0.2.3", "ok", 0, T2024, VERDICT_READY, "ok",
      CLOCK_NEVER },
    { "a fallback that closes inside the phase", "192.0.2.3", "ok", 1, T2025, VERDICT_NOT_READY,
      "bound-to-fallback", JULY_2025 },
    { "a fallback that has closed", "192.0.2.3", "ok", 1, JULY_2025, VERDICT_NOT_READY, "bound-to-fallback",
      CLOCK_NEVER },
    { "a later phase", "192.0.2.3", "incomplete-store", 2, T2025, VERDICT_NOT_READY, "bound-to-fallback",
      JULY_2025 },
    { "what is wrong already stays the reason", "192.0.2.3", "root-missing", 2, T2025, VERDICT_NOT_READY,
      "root-missing", CLOCK_NEVER },
    { "a validation address is no reason", "192.0.2.2", "ok", 2, T2025, VERDICT_READY, "ok", CLOCK_NEVER },
};

static void binding_is_judged_as_described(void **state)
{
    const struct bound_case *row = *state;
    size_t endpoint = host_endpoint_of(campaign, row->address);
    struct judgement judgement = host_bound(by_reason(row->reason), campaign, row->phase, endpoint, row->at);

    expect_judgement(&judgement, row->verdict, row->after, row->valid_until);
}

static void addresses_find_the_endpoint_bound_to_by_hand(void **state)
{
    (void)state;
    assert_int_equal(host_endpoint_of(campaign, "192.0.2.1"), 0);
    assert_int_equal(host_endpoint_of(campaign, "192.0.2.2"), 1);
    assert_int_equal(host_endpoint_of(campaign, "192.0.2.3"), 2);
    assert_int_equal(host_endpoint_of(campaign, "2001:0db8:0::2"), 1);
    assert_int_equal(host_endpoint_of(campaign, "192.0.2.4"), SIZE_MAX);
    assert_int_equal(host_endpoint_of(campaign, "pay.example"), SIZE_MAX);
}

static const struct host_case {
    const char *name;
    struct {
        enum relevance relevance;
        const char *reason; /* NULL ends */
        bool unclaimed;
    } clients[3];
    enum verdict verdict;
    const char *reason;
} hosts[] = {
    { "without any client nothing is known", { { 0 } }, VERDICT_UNKNOWN, "no-client" },
    { "one that talks", { { RELEVANCE_TALKS, "ok", false } }, VERDICT_READY, "ok" },
    { "the worst counts",
      { { RELEVANCE_TALKS, "ok", false }, { RELEVANCE_TALKS, "root-missing", false } },
      VERDICT_NOT_READY,
      "root-missing" },
    { "of those that may talk too",
      { { RELEVANCE_TALKS, "ok", false }, { RELEVANCE_MAY, "cross-only", false } },
      VERDICT_NOT_READY,
      "cross-only" },
    { "not of those the owner excluded",
      { { RELEVANCE_TALKS, "ok", false }, { RELEVANCE_EXCLUDED, "root-missing", false } },
      VERDICT_READY,
      "ok" },
    { "only excluded ones are no client",
      { { RELEVANCE_EXCLUDED, "ok", false } },
      VERDICT_UNKNOWN,
      "no-client" },
    { "a bad store that nobody claims",
      { { RELEVANCE_TALKS, "ok", false }, { RELEVANCE_MAY, "root-missing", true } },
      VERDICT_UNKNOWN,
      "unclaimed-store" },
    { "does not outweigh a bad client",
      { { RELEVANCE_MAY, "root-missing", true }, { RELEVANCE_TALKS, "cross-only", false } },
      VERDICT_NOT_READY,
      "cross-only" },
    { "a good store that nobody claims proves nothing",
      { { RELEVANCE_MAY, "ok", true } },
      VERDICT_UNKNOWN,
      "no-client" },
    { "a ready reason that people should know stays",
      { { RELEVANCE_TALKS, "ok", false }, { RELEVANCE_TALKS, "does-not-verify", false } },
      VERDICT_READY,
      "does-not-verify" },
};

static void host_is_judged_as_described(void **state)
{
    const struct host_case *row = *state;
    struct host_client clients[3];
    size_t count = 0;
    struct judgement host;

    for (; count < 3 && row->clients[count].reason != NULL; count++)
        clients[count] = (struct host_client){ row->clients[count].relevance, row->clients[count].unclaimed,
                                               by_reason(row->clients[count].reason) };
    host = host_judge(clients, count);
    expect_judgement(&host, row->verdict, row->reason, CLOCK_NEVER);
}

int main(void)
{
    const struct CMUnitTest rest[] = { cmocka_unit_test(addresses_find_the_endpoint_bound_to_by_hand) };
    int failed;

    campaign = judged_campaign(file);
    failed = RUN_ROWS(runs, running_process_is_judged_as_described) +
             RUN_ROWS(bindings, binding_is_judged_as_described) +
             RUN_ROWS(hosts, host_is_judged_as_described) + cmocka_run_group_tests(rest, NULL, NULL);
    campaign_free(campaign);
    return failed + migration_remove(NULL);
}
