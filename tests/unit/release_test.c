#include "schema/trust/release.h"

#include "tests/support/check.h"
#include "tests/support/pki.h"

#define AT 1767225600 /* 2026-01-01 */
#define G2 "digicert-global-root-g2"
#define G1 "digicert-global-root-ca"
#define BALTIMORE "baltimore-cybertrust-root"

static struct catalogue *catalogue;

static struct certificate *root(const char *name)
{
    return catalogue_find(catalogue, name)->certificate;
}

/* A chain known by the one or two roots that will do. */
static const struct key_case {
    const char *name, *release;
    const char *roots[2];
    enum path_verdict verdict;
    const char *reason;
} keys[] = {
    { "it holds the root", "java:1.8.0_131", { G2 }, PATH_TRUSTED, NULL },
    { "it lacks the root", "java:1.8.0_121", { G2 }, PATH_UNTRUSTED, NULL },
    { "one of two will do", "java:8u121", { G2, G1 }, PATH_TRUSTED, NULL },
    { "Android 4.4 breaks when only G2 is served", "android:4.4", { G2 }, PATH_UNTRUSTED, NULL },
    { "XP SP2 may load it when it is needed",
      "windows:xp-sp2",
      { G2 },
      PATH_UNDETERMINED,
      "loads-on-demand" },
    { "between two figures for one root", "java:1.5.0_22", { G1 }, PATH_UNDETERMINED, "sources-differ" },
    { "of which the other root says no", "java:1.5.0_22", { G2, G1 }, PATH_UNDETERMINED, "sources-differ" },
    { "a release that nobody looked at", "debian:7", { G2 }, PATH_UNDETERMINED, "root-not-in-table" },
    { "a release that dropped the root", "certifi:2026.04.22", { G1 }, PATH_UNTRUSTED, NULL },
    { "an anchor whose own dates are over", "certifi:2025.01.31", { BALTIMORE }, PATH_UNTRUSTED, NULL },
    { "which Java does not look at", "java:17", { BALTIMORE }, PATH_TRUSTED, NULL },
};

static struct release_list ask(const char *text)
{
    struct release_list list = { 0 };
    struct error err = { 0 };

    if (!release_list_add(&list, catalogue, text, &err))
        fail_msg("%s: %s", text, err.message);
    return list;
}

static void chain_by_key_is_judged_as_described(void **state)
{
    const struct key_case *row = *state;
    struct release_list list = ask(row->release);
    struct fingerprint identities[2];
    const struct trust_entry *via;
    const char *reason = NULL;
    size_t count = 0;

    for (; count < 2 && row->roots[count] != NULL; count++)
        identities[count] = *certificate_key_identity(root(row->roots[count]));
    assert_int_equal(list.count, 1);
    assert_int_equal(release_accepts_key(&list.items[0], catalogue, AT, identities, count, &reason, &via),
                     row->verdict);
    if (row->reason != NULL)
        assert_string_equal(reason, row->reason);
    release_list_clear(&list);
}

static void a_root_that_the_catalogue_does_not_know_is_not_denied(void **state)
{
    struct release_list list = ask("java:17");
    struct fingerprint identities[2] = { *certificate_key_identity(root(G2)), { { 1 } } };
    const struct trust_entry *via;
    const char *reason = NULL;

    (void)state;
    assert_int_equal(release_accepts_key(&list.items[0], catalogue, AT, &identities[1], 1, &reason, &via),
                     PATH_UNDETERMINED);
    assert_string_equal(reason, "root-not-in-table");
    assert_int_equal(release_accepts_key(&list.items[0], catalogue, AT, identities, 2, &reason, &via),
                     PATH_TRUSTED);
    release_list_clear(&list);
}

static enum path_verdict search(const struct release *release, const struct certificate_list *chain,
                                const char **reason)
{
    const struct path_query query = { .chain = chain,
                                      .trust = release->holds,
                                      .model = release->model,
                                      .at = AT,
                                      .limits = PATH_LIMITS_DEFAULT };
    struct path_result result;
    enum path_verdict verdict;

    release_search(release, catalogue, &query, &result);
    verdict = result.verdict;
    *reason = result.reason;
    path_result_clear(&result);
    return verdict;
}

/* Served leaf first; the impostor bears a catalogued root's name, so that no other root can have issued it. */
static void served_chains_are_judged_by_what_the_catalogue_knows(void **state)
{
    struct release_list list = ask("java:1.8.0_121");
    struct certificate *foreign = pki_issue(
        &(struct pki_request){ .subject = "CN=leaf", .issuer_name = "CN=Elsewhere", .key = 1, .signer = 2 });
    struct certificate *impostor =
        pki_issue(&(struct pki_request){ .subject = "CN=leaf", .issuer = root(G2), .key = 1, .signer = 2 });
    struct certificate_list chain = { 0 };
    const char *reason;

    (void)state;
    certificate_list_add(&chain, foreign);
    assert_int_equal(search(&list.items[0], &chain, &reason), PATH_UNDETERMINED);
    assert_string_equal(reason, "root-not-in-table");
    certificate_list_clear(&chain);
    certificate_list_add(&chain, impostor);
    assert_int_equal(search(&list.items[0], &chain, &reason), PATH_UNTRUSTED);
    certificate_list_add(&chain, root(G2)); /* a root that is served is not thereby trusted */
    assert_int_equal(search(&list.items[0], &chain, &reason), PATH_UNTRUSTED);
    certificate_list_clear(&chain);
    certificate_list_add(&chain, root(G1));
    assert_int_equal(search(&list.items[0], &chain, &reason), PATH_TRUSTED);
    certificate_list_clear(&chain);
    certificate_free(foreign);
    certificate_free(impostor);
    release_list_clear(&list);
}

static void versions_that_make_a_difference_are_ranges(void **state)
{
    struct release_list list = ask("android");

    (void)state;
    assert_int_equal(list.count, 5);
    assert_string_equal(list.items[0].name, "android below 1.1");
    assert_string_equal(list.items[3].name, "android from 2.3.3 below 5.0");
    assert_int_equal(list.items[3].holds->count, 4);
    assert_string_equal(list.items[4].name, "android from 5.0");
    assert_int_equal(list.items[4].holds->count, 5);
    release_list_clear(&list);
}

static const struct refused_case {
    const char *name, *text, *message;
} refused[] = {
    { "no such product", "amiga:1.3", "no product \"amiga\"" },
    { "no such version", "windows:95", "\"95\" is no version of windows" },
    { "no version at all", "java:", "no version" },
    { "no such file", "pinned:/nowhere.pem", "/nowhere.pem" },
};

static void nonsense_is_refused(void **state)
{
    const struct refused_case *row = *state;
    struct release_list list = { 0 };
    struct error err = { 0 };

    assert_false(release_list_add(&list, catalogue, row->text, &err));
    assert_non_null(strstr(err.message, row->message));
    release_list_clear(&list);
}

int main(void)
{
    const struct CMUnitTest rest[] = { cmocka_unit_test(
                                           a_root_that_the_catalogue_does_not_know_is_not_denied),
                                       cmocka_unit_test(served_chains_are_judged_by_what_the_catalogue_knows),
                                       cmocka_unit_test(versions_that_make_a_difference_are_ranges) };
    struct error err = { 0 };
    int failed;

    catalogue = catalogue_new(&err);
    if (catalogue == NULL) {
        fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    failed = RUN_ROWS(keys, chain_by_key_is_judged_as_described) + RUN_ROWS(refused, nonsense_is_refused) +
             cmocka_run_group_tests(rest, NULL, NULL);
    catalogue_free(catalogue);
    return failed;
}
