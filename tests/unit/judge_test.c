#include "schema/campaign/judge.h"

#include "tests/support/judged.h"

/* clang-format off */
static const char file[] =
    "campaign: judged\n"
    "version: 1\n"
    "timezone: UTC\n"
    "title: judged\n"
    "contact: mail@pay.example\n"
    "roots:\n"
    "  new: { file: new.pem, sha256: ~new~, role: new }\n"
    "  old: { file: old.pem, sha256: ~old~, role: old }\n"
    "  brief: { file: brief.pem, sha256: ~brief~, role: old }\n"
    "chains:\n"
    "  old-by-key: { accepts: [ old ] }\n"
    "  cross-by-key: { accepts: [ new, old ] }\n"
    "  new-by-key: { accepts: [ new ] }\n"
    "  brief-by-key: { accepts: [ brief ] }\n"
    "  old: { certificates: chain-old.pem }\n"
    "  cross: { certificates: chain-cross.pem }\n"
    "  new: { certificates: chain-new.pem }\n"
    "  brief-cross: { certificates: chain-brief-cross.pem }\n"
    "  brief: { certificates: chain-brief.pem }\n"
    "phases:\n"
    "  - { name: gray, serves: [ old, cross ], starts: 2024-01-01, ready_by: 2024-01-01, source: notice }\n"
    "  - { name: by-key, serves: [ cross, cross-by-key ], starts: 2025-01-01, ready_by: 2025-01-01, source: notice }\n"
    "  - { name: required, serves: [ new ], starts: 2026-01-01, ready_by: 2026-01-01, source: notice }\n"
    "  - { name: brief, serves: [ brief-cross, brief ], starts: 2026-05-01, ready_by: 2026-05-01, source: notice }\n"
    "ends: 2028-01-01\n";

#define T2024 1704067200
#define T2025 1735689600
#define T2026 1767225600
#define T2028 1830297600
#define JUNE_2026 1780272000 /* brief certificates are valid up to and with this second */

/* The store's certificates in order; "!" before a name takes its DER away, "~" rejects it, "*" trusts it explicitly. */
static const struct chain_case {
    const char *name, *chain, *model;
    const char *store[4];
    int64_t from, until;
    enum verdict verdict;
    const char *reason;
    int64_t valid_until;
    bool incomplete;
} chains[] = {
    { "the new root accepts the new chain", "new", "openssl", { "new" }, T2024, T2028, VERDICT_READY, "ok", CLOCK_NEVER, false },
    { "and by its key alone", "new-by-key", "openssl", { "new" }, T2024, T2028, VERDICT_READY, "ok", CLOCK_NEVER, false },
    { "the old root does not accept the new chain", "new", "openssl", { "old" }, T2024, T2028, VERDICT_NOT_READY, "root-missing", CLOCK_NEVER, false },
    { "nor by its key", "new-by-key", "java", { "old" }, T2024, T2028, VERDICT_NOT_READY, "root-missing", CLOCK_NEVER, false },
    { "with both the new chain is fine", "new", "java", { "old", "new" }, T2024, T2028, VERDICT_READY, "ok", CLOCK_NEVER, false },
    { "the old root accepts the cross chain, and hides the gap", "cross", "openssl", { "old" }, T2024, T2028, VERDICT_READY, "cross-hides-gap", CLOCK_NEVER, false },
    { "by key too", "cross-by-key", "java", { "old" }, T2024, T2028, VERDICT_READY, "cross-hides-gap", CLOCK_NEVER, false },
    { "the new root accepts the cross chain by itself", "cross", "openssl", { "new" }, T2024, T2028, VERDICT_READY, "ok", CLOCK_NEVER, false },
    { "a store that dropped the old root too early", "old", "openssl", { "new" }, T2024, T2028, VERDICT_NOT_READY, "old-root-missing", CLOCK_NEVER, false },
    { "seen by key as well", "old-by-key", "openssl", { "new" }, T2024, T2028, VERDICT_NOT_READY, "old-root-missing", CLOCK_NEVER, false },
    { "only the cross-certificate: OpenSSL needs a self-signed root", "new", "openssl", { "cross" }, T2024, T2028, VERDICT_NOT_READY, "cross-only", CLOCK_NEVER, false },
    { "by key too", "new-by-key", "openssl", { "cross" }, T2024, T2028, VERDICT_NOT_READY, "cross-only", CLOCK_NEVER, false },
    { "Node as well", "new", "node", { "cross" }, T2024, T2028, VERDICT_NOT_READY, "cross-only", CLOCK_NEVER, false },
    { "curl takes it for an anchor", "new", "openssl-partial", { "cross" }, T2024, T2028, VERDICT_READY, "ok", CLOCK_NEVER, false },
    { "by key too", "new-by-key", "openssl-partial", { "cross" }, T2024, T2028, VERDICT_READY, "ok", CLOCK_NEVER, false },
    { "Java too", "new", "java", { "cross" }, T2024, T2028, VERDICT_READY, "ok", CLOCK_NEVER, false },
    { "explicit trust makes it an anchor for OpenSSL", "new", "openssl", { "*cross" }, T2024, T2028, VERDICT_READY, "ok", CLOCK_NEVER, false },
    { "the cross-certificate under the old root leads OpenSSL on", "new", "openssl", { "cross", "old" }, T2024, T2028, VERDICT_READY, "ok", CLOCK_NEVER, false },
    { "the cross-certificate before the new root leads it astray", "new", "openssl", { "cross", "new" }, T2024, T2028, VERDICT_NOT_READY, "path-refused", CLOCK_NEVER, false },
    { "but not after it", "new", "openssl", { "new", "cross" }, T2024, T2028, VERDICT_READY, "ok", CLOCK_NEVER, false },
    { "a cross-certificate that ends inside, as curl's anchor", "new", "openssl-partial", { "brief-cross" }, T2026, T2028, VERDICT_NOT_READY, "expires-in-phase", JUNE_2026 + 1, false },
    { "by key too", "new-by-key", "openssl-partial", { "brief-cross" }, T2026, T2028, VERDICT_NOT_READY, "expires-in-phase", JUNE_2026 + 1, false },
    { "Java does not look at an anchor's dates", "new", "java", { "brief-cross" }, T2026, T2028, VERDICT_READY, "ok", CLOCK_NEVER, false },
    { "a served cross-certificate that ends inside", "brief-cross", "openssl", { "old" }, T2026, T2028, VERDICT_NOT_READY, "expires-in-phase", JUNE_2026 + 1, false },
    { "for Java too: it is no anchor here", "brief-cross", "java", { "old" }, T2026, T2028, VERDICT_NOT_READY, "expires-in-phase", JUNE_2026 + 1, false },
    { "does no harm where the new root is", "brief-cross", "openssl", { "new" }, T2026, T2028, VERDICT_READY, "ok", CLOCK_NEVER, false },
    { "a served issuing CA that ends inside breaks everybody", "brief", "java", { "new", "old" }, T2026, T2028, VERDICT_NOT_READY, "expires-in-phase", JUNE_2026 + 1, false },
    { "the last second of validity still counts", "brief", "java", { "new" }, T2026, JUNE_2026 + 1, VERDICT_READY, "ok", CLOCK_NEVER, false },
    { "the second after it does not", "brief", "java", { "new" }, T2026, JUNE_2026 + 2, VERDICT_NOT_READY, "expires-in-phase", JUNE_2026 + 1, false },
    { "one of another spelling, which only some take for the same", "new", "rfc5280", { "spelt" }, T2026, T2028, VERDICT_NOT_READY, "expires-in-phase", JUNE_2026 + 1, false },
    { "and OpenSSL does not", "new", "openssl", { "spelt" }, T2026, T2028, VERDICT_NOT_READY, "cross-only", CLOCK_NEVER, false },
    { "also where only its key is known", "new-by-key", "openssl", { "spelt" }, T2026, T2028, VERDICT_NOT_READY, "root-missing", CLOCK_NEVER, false },
    { "who compares as RFC 5280 says takes it by its key", "new-by-key", "rfc5280", { "spelt" }, T2026, T2028, VERDICT_NOT_READY, "expires-in-phase", JUNE_2026 + 1, false },
    { "a root that ends inside", "brief-by-key", "openssl", { "brief" }, T2026, T2028, VERDICT_NOT_READY, "expires-in-phase", JUNE_2026 + 1, false },
    { "a root that has ended", "brief-by-key", "openssl", { "brief" }, JUNE_2026 + 1, T2028, VERDICT_NOT_READY, "root-expired", CLOCK_NEVER, false },
    { "which Java does not mind", "brief-by-key", "java", { "brief" }, JUNE_2026 + 1, T2028, VERDICT_READY, "ok", CLOCK_NEVER, false },
    { "a leaf's own dates do not count: it is a template", "new", "go", { "new" }, T2026, T2028, VERDICT_READY, "ok", CLOCK_NEVER, false },
    { "a root that is rejected", "new", "openssl", { "~new" }, T2024, T2028, VERDICT_NOT_READY, "root-distrusted", CLOCK_NEVER, false },
    { "by key too", "new-by-key", "openssl", { "~new" }, T2024, T2028, VERDICT_NOT_READY, "root-distrusted", CLOCK_NEVER, false },
    { "nothing at all", "new", "java", { NULL }, T2024, T2028, VERDICT_NOT_READY, "store-empty", CLOCK_NEVER, false },
    { "a part that could not be read: absence proves nothing", "new", "openssl", { "other" }, T2024, T2028, VERDICT_UNKNOWN, "incomplete-store", CLOCK_NEVER, true },
    { "by key too", "new-by-key", "openssl", { "other" }, T2024, T2028, VERDICT_UNKNOWN, "incomplete-store", CLOCK_NEVER, true },
    { "nothing but what could not be read", "new", "openssl", { NULL }, T2024, T2028, VERDICT_UNKNOWN, "incomplete-store", CLOCK_NEVER, true },
    { "presence does prove", "new-by-key", "java", { "new" }, T2024, T2028, VERDICT_READY, "ok", CLOCK_NEVER, true },
    { "an entry of the root's key without its certificate", "new", "java", { "old", "!cross" }, T2024, T2028, VERDICT_UNKNOWN, "certificate-not-sent", CLOCK_NEVER, false },
    { "by key too", "new-by-key", "java", { "old", "!cross" }, T2024, T2028, VERDICT_UNKNOWN, "certificate-not-sent", CLOCK_NEVER, false },
    { "which could lead OpenSSL astray", "new", "openssl", { "!cross", "new" }, T2024, T2028, VERDICT_UNKNOWN, "certificate-not-sent", CLOCK_NEVER, false },
    { "or be what Java takes", "new", "java", { "!cross", "new" }, T2024, T2028, VERDICT_UNKNOWN, "certificate-not-sent", CLOCK_NEVER, false },
    { "but not Go, which tries both", "new", "go", { "!cross", "new" }, T2024, T2028, VERDICT_READY, "ok", CLOCK_NEVER, false },
    { "an unknown entry of another key is not in the way", "new", "openssl", { "!other", "new" }, T2024, T2028, VERDICT_READY, "ok", CLOCK_NEVER, false },
    { "nor a reason to doubt", "new", "openssl", { "!other", "old" }, T2024, T2028, VERDICT_NOT_READY, "root-missing", CLOCK_NEVER, false },
    { "nor an empty store", "new", "openssl", { "!other" }, T2024, T2028, VERDICT_NOT_READY, "root-missing", CLOCK_NEVER, false },
    { "a client that does not verify", "new", "none", { "old" }, T2024, T2028, VERDICT_READY, "does-not-verify", CLOCK_NEVER, false },
};
/* clang-format on */

static struct campaign *campaign;

static size_t chain_index(const char *name)
{
    for (size_t i = 0; i < campaign->chain_count; i++) {
        if (strcmp(campaign->chains[i].name, name) == 0)
            return i;
    }
    fail_msg("no chain %s", name);
    return 0;
}

static struct trust_set *make_set(const char *const *names, size_t count, bool incomplete)
{
    struct trust_set *set = trust_set_new();

    for (size_t i = 0; i < count && names[i] != NULL; i++) {
        const char *mark = strchr("!~*", names[i][0]);
        struct certificate *certificate = migration_certificate(names[i] + (mark != NULL));
        uint32_t marks = mark == NULL   ? 0
                         : *mark == '~' ? TRUST_MARK_REJECTED
                         : *mark == '*' ? TRUST_MARK_EXPLICIT
                                        : 0;

        trust_set_add(set, certificate_fingerprint(certificate), certificate_key_identity(certificate), marks,
                      mark != NULL && *mark == '!' ? NULL : certificate);
        certificate_free(certificate);
    }
    set->complete = !incomplete;
    return set;
}

static void chain_is_judged_as_described(void **state)
{
    const struct chain_case *row = *state;
    struct trust_set *set = make_set(row->store, 4, row->incomplete);
    const struct judge_subject subject = { .trust = set, .model = model_find(row->model) };
    size_t chain = chain_index(row->chain);
    struct judgement judgement = judge_chain(campaign, chain, &subject, row->from, row->until);

    expect_judgement(&judgement, row->verdict, row->reason, row->valid_until);
    assert_int_equal(judgement.evidence, campaign->chains[chain].certificates.count > 0
                                             ? EVIDENCE_LISTED
                                             : EVIDENCE_LISTED_BY_KEY);
    assert_int_equal(judgement.chain, row->verdict == VERDICT_READY ? SIZE_MAX : chain);
    trust_set_free(set);
}

/* The root alone is no proof where what hangs from it may be refused; the whole chain is. */
static void a_stern_client_is_not_judged_by_a_key(void **state)
{
    static const char *const names[] = { "new" };
    struct trust_set *set = make_set(names, 1, false);
    const struct judge_subject subject = { .trust = set, .model = model_find("java") };
    struct judgement judgement;

    (void)state;
    text_list_add(&set->parameters, "issued_key_bits_min=RSA:3072");
    judgement = judge_chain(campaign, chain_index("new-by-key"), &subject, T2024, T2028);
    expect_judgement(&judgement, VERDICT_UNKNOWN, "algorithms-restricted", CLOCK_NEVER);
    judgement = judge_chain(campaign, chain_index("new"), &subject, T2024, T2028);
    expect_judgement(&judgement, VERDICT_READY, "ok", CLOCK_NEVER);
    trust_set_free(set);
}

static void a_chain_that_is_too_weak_for_its_client_is_said_to_be(void **state)
{
    static const char *const names[] = { "new" };
    struct trust_set *set = make_set(names, 1, false);
    const struct judge_subject subject = { .trust = set, .model = model_find("openssl") };
    struct judgement judgement;

    (void)state;
    text_list_add(&set->parameters, "security_level=5");
    judgement = judge_chain(campaign, chain_index("new"), &subject, T2024, T2028);
    expect_judgement(&judgement, VERDICT_NOT_READY, "too-weak", CLOCK_NEVER);
    text_list_clear(&set->parameters);
    text_list_add(&set->parameters, "security_level=3"); /* the root would do */
    judgement = judge_chain(campaign, chain_index("new-by-key"), &subject, T2024, T2028);
    expect_judgement(&judgement, VERDICT_UNKNOWN, "algorithms-restricted", CLOCK_NEVER);
    trust_set_free(set);
}

static const struct phase_case {
    const char *name;
    size_t phase;
    const char *store[3];
    int64_t at;
    enum verdict verdict;
    const char *reason, *chain;
    int64_t valid_until;
    bool ended;
} phases[] = {
    { "each chain counts: the old one too",
      0,
      { "new" },
      T2024,
      VERDICT_NOT_READY,
      "old-root-missing",
      "old",
      CLOCK_NEVER,
      false },
    { "ready for gray, with a gap behind it",
      0,
      { "old" },
      T2024,
      VERDICT_READY,
      "cross-hides-gap",
      NULL,
      CLOCK_NEVER,
      false },
    { "ready for gray with both", 0, { "old", "new" }, T2024, VERDICT_READY, "ok", NULL, CLOCK_NEVER, false },
    { "the last second before its end",
      0,
      { "old", "new" },
      T2025 - 1,
      VERDICT_READY,
      "ok",
      NULL,
      CLOCK_NEVER,
      false },
    { "a phase is over at its end",
      0,
      { "old" },
      T2025,
      VERDICT_READY,
      "cross-hides-gap",
      NULL,
      CLOCK_NEVER,
      true },
    { "a phase that is over is judged over all of it",
      3,
      { "old" },
      T2028,
      VERDICT_NOT_READY,
      "root-missing",
      "brief",
      CLOCK_NEVER,
      true },
    { "judged from its start while it has not begun",
      3,
      { "new" },
      T2024,
      VERDICT_NOT_READY,
      "expires-in-phase",
      "brief",
      JUNE_2026 + 1,
      false },
    { "judged from now once it has",
      3,
      { "new" },
      JUNE_2026 + 1,
      VERDICT_NOT_READY,
      "path-refused",
      "brief",
      CLOCK_NEVER,
      false },
};

static void phase_is_judged_as_described(void **state)
{
    const struct phase_case *row = *state;
    struct trust_set *set = make_set(row->store, 3, false);
    const struct judge_subject subject = { .trust = set, .model = model_find("rfc5280") };
    struct judgement judgement = judge_phase(campaign, row->phase, &subject, row->at);

    expect_judgement(&judgement, row->verdict, row->reason, row->valid_until);
    assert_int_equal(judgement.ended, row->ended);
    assert_int_equal(judgement.chain, row->chain == NULL ? SIZE_MAX : chain_index(row->chain));
    trust_set_free(set);
}

static void readiness_is_as_strong_as_its_weakest_chain(void **state)
{
    const char *both[] = { "old", "new" };
    struct trust_set *set = make_set(both, 2, false);
    const struct judge_subject subject = { .trust = set, .model = model_find("java") };

    (void)state;
    assert_int_equal(judge_phase(campaign, 1, &subject, T2025).evidence, EVIDENCE_LISTED_BY_KEY);
    assert_int_equal(judge_phase(campaign, 0, &subject, T2025).evidence, EVIDENCE_LISTED);
    trust_set_free(set);
}

static const struct root_case {
    const char *name, *model;
    const char *store[2];
    enum root_state state;
    bool incomplete;
} roots[] = {
    { "the root itself", "openssl", { "new" }, ROOT_TRUSTED, false },
    { "its cross-certificate where any is an anchor",
      "openssl-partial",
      { "cross" },
      ROOT_TRUSTED_VIA_KEY,
      false },
    { "its cross-certificate where none is", "openssl", { "cross" }, ROOT_PRESENT_NOT_TRUSTED, false },
    { "its cross-certificate under its own root",
      "openssl",
      { "cross", "old" },
      ROOT_TRUSTED_VIA_KEY,
      false },
    { "rejected", "openssl", { "~new" }, ROOT_PRESENT_NOT_TRUSTED, false },
    { "another one", "openssl", { "old" }, ROOT_ABSENT, false },
    { "another one in what could be read", "openssl", { "old" }, ROOT_STATE_UNKNOWN, true },
    { "there in what could be read", "openssl", { "new" }, ROOT_TRUSTED, true },
    { "by another spelling", "openssl", { "spelt" }, ROOT_ABSENT, false },
    { "something of its key that was not sent", "java", { "!cross" }, ROOT_STATE_UNKNOWN, false },
};

static void root_state_is_as_described(void **state)
{
    const struct root_case *row = *state;
    struct trust_set *set = make_set(row->store, 2, row->incomplete);

    assert_int_equal(judge_root(&campaign->roots[0], set, model_find(row->model), T2025), row->state);
    trust_set_free(set);
}

int main(void)
{
    const struct CMUnitTest rest[] = {
        cmocka_unit_test(readiness_is_as_strong_as_its_weakest_chain),
        cmocka_unit_test(a_stern_client_is_not_judged_by_a_key),
        cmocka_unit_test(a_chain_that_is_too_weak_for_its_client_is_said_to_be),
    };
    int failed;

    campaign = judged_campaign(file);
    failed = RUN_ROWS(chains, chain_is_judged_as_described) + RUN_ROWS(phases, phase_is_judged_as_described) +
             RUN_ROWS(roots, root_state_is_as_described) + cmocka_run_group_tests(rest, NULL, NULL);
    campaign_free(campaign);
    return failed + migration_remove(NULL);
}
