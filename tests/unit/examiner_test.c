#include "scanner/examiner.h"

#include "schema/campaign/served.h"
#include "tests/support/judged.h"
#include "tests/support/pki.h"

/* clang-format off */
static const char file[] =
    "campaign: examined\n"
    "version: 1\n"
    "timezone: UTC\n"
    "title: examined\n"
    "contact: mail@pay.example\n"
    "roots:\n"
    "  new: { file: new.pem, sha256: ~new~, role: new }\n"
    "  old: { file: old.pem, sha256: ~old~, role: old }\n"
    "chains:\n"
    "  old: { certificates: chain-old.pem }\n"
    "  cross: { certificates: chain-cross.pem }\n"
    "  brief-cross: { certificates: chain-brief-cross.pem }\n"
    "phases:\n"
    "  - { name: gray, serves: [ old, cross ], starts: 2024-01-01, ready_by: 2024-01-01, source: notice }\n"
    "  - { name: required, serves: [ cross ], starts: 2026-01-01, ready_by: 2026-01-01, source: notice }\n"
    "ends: 2028-01-01\n";
/* clang-format on */

#define T2024 1704067200
#define T2026 1767225600
#define T2028 1830297600
#define LEAF_SINCE 1750000000
#define LEAF_ENDS 1780000000

static struct campaign *campaign;
static struct outlook *outlook;

static void add(struct handshake_chain *chain, const void *der, size_t size)
{
    struct handshake_certificate item = { .der = memory_copy(der, size), .size = size };

    item.print = fingerprint_of(der, size);
    chain->items = array_grow(chain->items, chain->count, sizeof(*chain->items));
    chain->items[chain->count++] = item;
}

static void add_certificate(struct handshake_chain *chain, const struct certificate *certificate)
{
    size_t size;
    const uint8_t *der = certificate_der(certificate, &size);

    add(chain, der, size);
}

static struct handshake_chain serve(const char *path)
{
    struct certificate_list list = { 0 };
    struct handshake_chain chain = { 0 };
    struct error err = { 0 };

    if (!certificate_list_read_pem(&list, migration_path(path), &err))
        fail_msg("%s", err.message);
    for (size_t i = 0; i < list.count; i++)
        add_certificate(&chain, list.items[i]);
    certificate_list_clear(&list);
    return chain;
}

/* A leaf of this serial, for pay.example, and what is said to have issued it. */
static struct handshake_chain make(long serial, bool in_order)
{
    static const char *const names[] = { "subjectAltName=DNS:pay.example,DNS:*.wild.example", NULL };
    struct handshake_chain chain = { 0 };
    struct certificate *leaf = pki_issue(&(struct pki_request){ .subject = "CN=leaf",
                                                                .issuer_name = "CN=above",
                                                                .key = 1,
                                                                .signer = 2,
                                                                .serial = serial,
                                                                .not_before = LEAF_SINCE,
                                                                .not_after = LEAF_ENDS,
                                                                .extensions = names });
    struct certificate *above =
        pki_issue(&(struct pki_request){ .subject = in_order ? "CN=above" : "CN=other", .key = 2 });

    add_certificate(&chain, leaf);
    add_certificate(&chain, above);
    certificate_free(leaf);
    certificate_free(above);
    return chain;
}

static void clear(struct handshake_chain *chain)
{
    for (size_t i = 0; i < chain->count; i++)
        free((void *)chain->items[i].der);
    free(chain->items);
}

static const struct finding_case {
    const char *name, *host;
    int64_t at;
    unsigned findings;
    bool out_of_order;
} findings[] = {
    { "nothing is wrong", "pay.example", T2026, 0, false },
    { "nobody can say which name was meant", NULL, T2026, 0, false },
    { "a name under the wildcard", "one.wild.example", T2026, 0, false },
    { "another name", "other.example", T2026, FINDING_HOSTNAME, false },
    { "the first second of the leaf", NULL, LEAF_SINCE, 0, false },
    { "the second before it", NULL, LEAF_SINCE - 1, FINDING_NOT_YET_VALID, false },
    { "its last second", NULL, LEAF_ENDS, 0, false },
    { "the second after it", NULL, LEAF_ENDS + 1, FINDING_EXPIRED, false },
    { "several at once", "other.example", T2028, FINDING_EXPIRED | FINDING_HOSTNAME | FINDING_WRONG_ORDER,
      true },
};

static void findings_are_as_described(void **state)
{
    const struct finding_case *row = *state;
    struct examiner *examiner = examiner_new(campaign, outlook, EXAMINER_ALLOWANCE_US);
    struct handshake_chain chain = make(1, !row->out_of_order);
    struct examined examined;

    examiner_look(examiner, &chain, "pay.example", T2026, &examined); /* what is remembered does not stick */
    for (int i = 0; i < 2; i++) {
        examiner_look(examiner, &chain, row->host, row->at, &examined);
        assert_true(examined.known);
        assert_int_equal(examined.findings, row->findings);
    }
    clear(&chain);
    examiner_free(examiner);
}

static void an_answer_is_told_once_and_named_always(void **state)
{
    struct examiner *examiner = examiner_new(campaign, outlook, EXAMINER_ALLOWANCE_US);
    struct handshake_chain cross = serve("chain-cross.pem"), old = serve("chain-old.pem");
    struct examined first, again, other;
    char name[32];

    (void)state;
    examiner_look(examiner, &cross, NULL, T2026, &first);
    assert_non_null(first.verdicts);
    assert_string_equal(campaign->chains[first.campaign_chain].name, "cross");
    snprintf(name, sizeof(name), "%s", first.judgement);
    examiner_look(examiner, &cross, "pay.example", T2026, &again);
    assert_null(again.verdicts);
    assert_string_equal(again.judgement, name);
    assert_string_equal(again.breaks, first.breaks);
    examiner_look(examiner, &old, NULL, T2026, &other);
    assert_non_null(other.verdicts);
    assert_string_not_equal(other.judgement, name);
    clear(&cross);
    clear(&old);
    examiner_free(examiner);
}

/* A phase ends while the scan runs. */
static void what_was_remembered_ends_with_its_phase(void **state)
{
    struct examiner *examiner = examiner_new(campaign, outlook, EXAMINER_ALLOWANCE_US);
    struct handshake_chain cross = serve("chain-cross.pem");
    struct examined examined;

    (void)state;
    examiner_look(examiner, &cross, NULL, T2026 - 1, &examined);
    assert_non_null(strstr(examined.breaks, "\"gray\""));
    examiner_look(examiner, &cross, NULL, T2026, &examined);
    assert_null(strstr(examined.breaks, "\"gray\""));
    assert_non_null(strstr(examined.breaks, "\"required\""));
    clear(&cross);
    examiner_free(examiner);
}

static void what_is_no_certificate_is_found_and_not_judged(void **state)
{
    struct examiner *examiner = examiner_new(campaign, outlook, EXAMINER_ALLOWANCE_US);
    struct handshake_chain chain = { 0 }, none = { 0 };
    struct examined examined;

    (void)state;
    add(&chain, "junk", 4);
    examiner_look(examiner, &chain, "pay.example", T2026, &examined);
    assert_true(examined.known);
    assert_int_equal(examined.findings, FINDING_MALFORMED);
    assert_null(examined.breaks);
    examiner_look(examiner, &none, "pay.example", T2026, &examined);
    assert_false(examined.known);
    clear(&chain);
    examiner_free(examiner);
}

/* More chains than leaves are kept, and each asked for its name again. */
static void many_chains_are_told_apart(void **state)
{
    struct examiner *examiner = examiner_new(campaign, outlook, EXAMINER_ALLOWANCE_US);
    struct handshake_chain chains[1200];
    struct examined examined;

    (void)state;
    for (int i = 0; i < 1200; i++)
        chains[i] = make(i + 1, i % 2 == 0);
    for (int i = 0; i < 2400; i++) {
        bool other = i >= 1200;

        examiner_look(examiner, &chains[i % 1200], other ? "other.example" : "pay.example", T2026, &examined);
        assert_true(examined.known);
        assert_int_equal(examined.findings,
                         (i % 2 == 0 ? 0 : FINDING_WRONG_ORDER) | (other ? FINDING_HOSTNAME : 0));
    }
    for (int i = 0; i < 1200; i++)
        clear(&chains[i]);
    examiner_free(examiner);
}

/* A hostile server shows a new chain each time. Where something else took the time meanwhile, there is time again. */
static void what_there_is_no_time_for_is_not_known(void **state)
{
    struct handshake_chain first = make(1, true), second = make(2, true);
    struct examiner *examiner = NULL;
    struct examined examined = { .known = true };

    (void)state;
    for (int i = 0; i < 20 && examined.known; i++) {
        examiner_free(examiner);
        examiner = examiner_new(campaign, outlook, 1);
        examiner_look(examiner, &first, NULL, T2026, &examined);
        assert_true(examined.known);
        examiner_look(examiner, &second, NULL, T2026, &examined);
    }
    assert_false(examined.known);
    assert_null(examined.breaks);
    assert_true(examined.campaign_chain == SERVED_NONE);
    examiner_look(examiner, &first, NULL, T2026, &examined); /* what is remembered costs nothing */
    assert_true(examined.known);
    usleep(200000);
    examiner_look(examiner, &second, NULL, T2026, &examined);
    assert_true(examined.known);
    clear(&first);
    clear(&second);
    examiner_free(examiner);
}

int main(void)
{
    const struct CMUnitTest rest[] = { cmocka_unit_test(an_answer_is_told_once_and_named_always),
                                       cmocka_unit_test(what_was_remembered_ends_with_its_phase),
                                       cmocka_unit_test(what_is_no_certificate_is_found_and_not_judged),
                                       cmocka_unit_test(many_chains_are_told_apart),
                                       cmocka_unit_test(what_there_is_no_time_for_is_not_known) };
    struct text_list clients = { 0 };
    char pinned[256];
    struct error err = { 0 };
    int failed;

    campaign = judged_campaign(file);
    snprintf(pinned, sizeof(pinned), "pinned:%s", migration_path("new.pem"));
    text_list_add(&clients, pinned);
    outlook = outlook_new(campaign, &clients, &err);
    text_list_clear(&clients);
    if (outlook == NULL) {
        fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    failed = RUN_ROWS(findings, findings_are_as_described);
    failed += cmocka_run_group_tests_name("examiner", rest, NULL, migration_remove);
    outlook_free(outlook);
    campaign_free(campaign);
    return failed;
}
