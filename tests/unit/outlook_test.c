#include "schema/campaign/outlook.h"

#include "schema/trust/by_key.h"
#include "tests/support/judged.h"
#include "tests/support/pki.h"

/* clang-format off */
static const char file[] =
    "campaign: outlook\n"
    "version: 1\n"
    "timezone: UTC\n"
    "title: outlook\n"
    "contact: mail@pay.example\n"
    "roots:\n"
    "  new: { file: new.pem, sha256: ~new~, role: new }\n"
    "  old: { file: old.pem, sha256: ~old~, role: old }\n"
    "chains:\n"
    "  old: { certificates: chain-old.pem }\n"
    "  cross: { certificates: chain-cross.pem }\n"
    "  new: { certificates: chain-new.pem }\n"
    "  brief-cross: { certificates: chain-brief-cross.pem }\n"
    "phases:\n"
    "  - { name: gray, serves: [ old, cross ], starts: 2024-01-01, ready_by: 2024-01-01, source: notice }\n"
    "  - { name: required, serves: [ new ], starts: 2026-01-01, ready_by: 2026-01-01, source: notice }\n"
    "ends: 2028-01-01\n";

#define T2024 1704067200
#define T2026 1767225600
#define T2028 1830297600
#define JUNE_2026 1780272000 /* brief certificates are valid up to and with this second */

#define REFUSE(names) "\"clients\":[" names "]"
#define NOBODY_KNOWS ",\"unknown\":[]}"
#define OLD "\"pinned root Old Root\""
#define NEW "\"pinned root New Root\""

/* Two clients: one pins the old root, the other the new one. */
static const struct view_case {
    const char *name, *chain;
    int64_t at;
    const char *written;
    int64_t until;
} views[] = {
    { "the old chain breaks who has the new root alone", "old", T2024,
      "[{\"phase\":\"gray\"," REFUSE(NEW) NOBODY_KNOWS ",{\"phase\":\"required\"," REFUSE(NEW) NOBODY_KNOWS "]", T2026 },
    { "the cross chain breaks nobody", "cross", T2024,
      "[{\"phase\":\"gray\"," REFUSE("") NOBODY_KNOWS ",{\"phase\":\"required\"," REFUSE("") NOBODY_KNOWS "]", T2026 },
    { "the new chain breaks who has the old root alone", "new", T2024,
      "[{\"phase\":\"gray\"," REFUSE(OLD) NOBODY_KNOWS ",{\"phase\":\"required\"," REFUSE(OLD) NOBODY_KNOWS "]", T2026 },
    { "a cross-certificate that ends breaks them later", "brief-cross", T2024,
      "[{\"phase\":\"gray\"," REFUSE("") NOBODY_KNOWS ",{\"phase\":\"required\"," REFUSE(OLD) NOBODY_KNOWS "]", T2026 },
    { "in its last second it is still to come", "brief-cross", JUNE_2026,
      "[{\"phase\":\"required\"," REFUSE(OLD) NOBODY_KNOWS "]", JUNE_2026 + 1 },
    { "a phase that is over is not asked about", "old", T2026,
      "[{\"phase\":\"required\"," REFUSE(NEW) NOBODY_KNOWS "]", T2028 },
    { "and after all of them nothing is", "old", T2028, "[]", CLOCK_NEVER },
};
/* clang-format on */

static struct campaign *campaign, *alipay;

static const struct campaign_chain *chain_of(const struct campaign *of, const char *name)
{
    for (size_t i = 0; i < of->chain_count; i++) {
        if (strcmp(of->chains[i].name, name) == 0)
            return &of->chains[i];
    }
    fail_msg("no chain %s", name);
    return NULL;
}

static struct outlook *ask(const struct campaign *of, const char *first, const char *second)
{
    struct text_list clients = { 0 };
    struct error err = { 0 };
    struct outlook *outlook;

    if (first != NULL)
        text_list_add(&clients, first);
    if (second != NULL)
        text_list_add(&clients, second);
    outlook = outlook_new(of, &clients, &err);
    if (outlook == NULL)
        fail_msg("%s", err.message);
    text_list_clear(&clients);
    return outlook;
}

static struct outlook *ask_pinned(void)
{
    char old[256], new[256];

    snprintf(old, sizeof(old), "pinned:%s", migration_path("old.pem"));
    snprintf(new, sizeof(new), "pinned:%s", migration_path("new.pem"));
    return ask(campaign, old, new);
}

static void view_is_as_described(void **state)
{
    const struct view_case *row = *state;
    struct outlook *outlook = ask_pinned();
    struct outlook_view view;
    struct json json = { 0 };

    assert_true(outlook_look(outlook, chain_of(campaign, row->chain), row->at, &view));
    outlook_write_short(outlook, &view, &json);
    assert_string_equal(text_string(&json.text), row->written);
    assert_true(view.until > row->at); /* sooner where a root of the catalogue ends: only time is lost */
    assert_true(view.until <= row->until);
    outlook_view_clear(&view);
    json_clear(&json);
    outlook_free(outlook);
}

static void the_answer_at_length_has_reasons(void **state)
{
    struct outlook *outlook = ask_pinned();
    struct outlook_view view;
    struct json json = { 0 };

    (void)state;
    assert_true(outlook_look(outlook, chain_of(campaign, "brief-cross"), T2026, &view));
    outlook_write_long(outlook, &view, &json);
    assert_string_equal(text_string(&json.text),
                        "[{\"phase\":\"required\",\"clients\":[{\"client\":" OLD
                        ",\"verdict\":\"not_ready\",\"reason\":\"expires-in-phase\","
                        "\"valid_until\":\"2026-06-01T00:00:01Z\"},{\"client\":" NEW
                        ",\"verdict\":\"ready\",\"reason\":\"ok\",\"valid_until\":null}]}]");
    outlook_view_clear(&view);
    json_clear(&json);
    outlook_free(outlook);
}

/* Private roots are in nobody's list that we know: that they break would be a guess. */
static void a_root_that_the_catalogue_does_not_know_breaks_nobody_for_sure(void **state)
{
    struct outlook *outlook = ask(campaign, "java:1.8.0_121", NULL);
    struct outlook_view view;

    (void)state;
    assert_true(outlook_look(outlook, chain_of(campaign, "new"), T2026, &view));
    assert_int_equal(view.phases[0].judgements[0].verdict, VERDICT_UNKNOWN);
    assert_string_equal(view.phases[0].judgements[0].reason, "root-not-in-table");
    outlook_view_clear(&view);
    outlook_free(outlook);
}

/* What explain says of each release at a phase's first instant is what stands here, where nothing ends inside it. */
static void it_agrees_with_explain(void **state)
{
    static const char *const chains[] = { "today", "cross", "g2only" };
    struct release_list list = { 0 };
    struct error err = { 0 };
    struct catalogue *catalogue = catalogue_new(&err);
    struct outlook *outlook = ask(alipay, NULL, NULL);
    const char *product;
    size_t refused = 0, unknown = 0;

    (void)state;
    for (size_t i = 0; (product = catalogue_product(catalogue, i)) != NULL; i++)
        assert_true(release_list_add(&list, catalogue, product, &err));
    for (size_t i = 0; i < sizeof(chains) / sizeof(chains[0]); i++) {
        const struct campaign_chain *chain = chain_of(alipay, chains[i]);
        struct fingerprint keys[2];
        struct outlook_view view;

        for (size_t j = 0; j < chain->accepts_count; j++)
            keys[j] = *certificate_key_identity(alipay->roots[chain->accepts[j]].certificate);
        assert_true(outlook_look(outlook, chain, T2026, &view));
        assert_int_equal(view.count, 1);
        for (size_t j = 0; j < list.count; j++) {
            const struct judgement *judgement = &view.phases[0].judgements[j];
            const struct trust_entry *via;
            const char *reason;

            switch (release_accepts_key(&list.items[j], catalogue, T2026, keys, chain->accepts_count, &reason,
                                        &via)) {
            case PATH_TRUSTED:
                assert_true(judgement->verdict == VERDICT_READY ||
                            strcmp(judgement->reason, "expires-in-phase") == 0);
                break;
            case PATH_UNTRUSTED:
                assert_int_equal(judgement->verdict, VERDICT_NOT_READY);
                refused++;
                break;
            case PATH_UNDETERMINED:
                assert_int_not_equal(judgement->verdict, VERDICT_READY);
                unknown++;
                break;
            }
            assert_string_not_equal(judgement->reason, "store-empty");
        }
        outlook_view_clear(&view);
    }
    assert_true(refused > 10);
    assert_true(unknown > 2);
    outlook_free(outlook);
    release_list_clear(&list);
    catalogue_free(catalogue);
}

/* The same of certificates; most clients are not judged themselves, but with another one that must answer alike. */
static void agree_on_certificates(struct certificate *certificate, size_t trusted_at_least)
{
    struct release_list list = { 0 };
    struct error err = { 0 };
    struct catalogue *catalogue = catalogue_new(&err);
    struct outlook *outlook = ask(alipay, NULL, NULL);
    struct campaign_chain chain = { 0 };
    struct outlook_view view;
    const char *product;
    size_t trusted = 0;

    certificate_list_add(&chain.certificates, certificate);
    for (size_t i = 0; (product = catalogue_product(catalogue, i)) != NULL; i++)
        assert_true(release_list_add(&list, catalogue, product, &err));
    assert_true(outlook_look(outlook, &chain, T2026, &view));
    for (size_t i = 0; i < list.count; i++) {
        const struct path_query query = { .chain = &chain.certificates,
                                          .trust = list.items[i].holds,
                                          .model = list.items[i].model,
                                          .at = T2026,
                                          .leaf_is_template = true,
                                          .limits = PATH_LIMITS_DEFAULT };
        const struct judgement *judgement = &view.phases[0].judgements[i];
        struct path_result result;

        release_search(&list.items[i], catalogue, &query, &result);
        if (result.verdict == PATH_TRUSTED)
            assert_true(judgement->verdict == VERDICT_READY ||
                        strcmp(judgement->reason, "expires-in-phase") == 0);
        else
            assert_int_equal(judgement->verdict,
                             result.verdict == PATH_UNTRUSTED ? VERDICT_NOT_READY : VERDICT_UNKNOWN);
        if (result.verdict == PATH_UNDETERMINED)
            assert_string_equal(judgement->reason, result.reason);
        trusted += result.verdict == PATH_TRUSTED;
        path_result_clear(&result);
    }
    assert_true(trusted >= trusted_at_least);
    outlook_view_clear(&view);
    certificate_list_clear(&chain.certificates);
    outlook_free(outlook);
    release_list_clear(&list);
    catalogue_free(catalogue);
}

static void it_agrees_with_explain_on_certificates(void **state)
{
    struct error err = { 0 };
    struct catalogue *catalogue = catalogue_new(&err);
    struct certificate *foreign = pki_issue(
        &(struct pki_request){ .subject = "CN=leaf", .issuer_name = "CN=Elsewhere", .key = 1, .signer = 2 });
    struct certificate *impostor = pki_issue(&(struct pki_request){
        .subject = "CN=leaf", .issuer = alipay->roots[0].certificate, .key = 1, .signer = 2 });

    (void)state;
    for (size_t i = 0; i < catalogue_root_count(catalogue); i++) /* a root served as leaf is what some have */
        agree_on_certificates(catalogue_root(catalogue, i)->certificate, 0);
    agree_on_certificates(alipay->roots[0].certificate, 3);
    agree_on_certificates(alipay->roots[1].certificate, 3);
    agree_on_certificates(foreign, 0);
    agree_on_certificates(impostor, 0);
    certificate_free(foreign);
    certificate_free(impostor);
    catalogue_free(catalogue);
}

static void ranges_that_answer_alike_are_one(void **state)
{
    struct outlook *outlook = ask(alipay, "android", "java");
    struct outlook_view view;
    struct json json = { 0 };

    (void)state;
    assert_true(outlook_look(outlook, chain_of(alipay, "g2only"), T2026, &view));
    outlook_write_short(outlook, &view, &json);
    assert_string_equal(text_string(&json.text),
                        "[{\"phase\":\"g2-required\",\"clients\":[\"android below 5.0\",\"java below "
                        "1.8.0_131\"],\"unknown\":[]}]");
    outlook_view_clear(&view);
    json_clear(&json);
    outlook_free(outlook);
}

/* Each may have issued each other: so many signatures nobody checks for one server. */
static void a_mesh_is_not_searched(void **state)
{
    struct outlook *outlook = ask_pinned();
    struct campaign_chain chain = { 0 };
    struct outlook_view view;

    (void)state;
    for (unsigned i = 1; i <= 20; i++) {
        struct certificate *one =
            pki_issue(&(struct pki_request){ .subject = "CN=mesh", .key = i, .serial = i });

        certificate_list_add(&chain.certificates, one);
        certificate_free(one);
    }
    assert_false(outlook_look(outlook, &chain, T2026, &view));
    outlook_view_clear(&view);
    certificate_list_clear(&chain.certificates);
    outlook_free(outlook);
}

static void nonsense_is_refused(void **state)
{
    struct text_list clients = { 0 };
    struct error err = { 0 };

    (void)state;
    text_list_add(&clients, "amiga");
    assert_null(outlook_new(campaign, &clients, &err));
    assert_int_equal(err.kind, ERROR_OPTION);
    text_list_clear(&clients);
}

int main(void)
{
    const struct CMUnitTest rest[] = {
        cmocka_unit_test(the_answer_at_length_has_reasons),
        cmocka_unit_test(a_root_that_the_catalogue_does_not_know_breaks_nobody_for_sure),
        cmocka_unit_test(it_agrees_with_explain),
        cmocka_unit_test(it_agrees_with_explain_on_certificates),
        cmocka_unit_test(ranges_that_answer_alike_are_one),
        cmocka_unit_test(a_mesh_is_not_searched),
        cmocka_unit_test(nonsense_is_refused),
    };
    struct error err = { 0 };
    int failed;

    campaign = judged_campaign(file);
    alipay = campaign_load(SOURCE_ROOT "/deploy/campaigns/alipay-2024-g2.yaml", &err);
    if (alipay == NULL) {
        fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    failed = RUN_ROWS(views, view_is_as_described);
    failed += cmocka_run_group_tests_name("outlook", rest, NULL, migration_remove);
    campaign_free(campaign);
    campaign_free(alipay);
    return failed;
}
