/*
 * Changes of root that went wrong in public, replayed: the same shapes and dates, made anew. Each row is what one kind of
 * client makes of one chain at one instant; before and after stand side by side.
 */
#include "schema/trust/release.h"

#include "tests/support/check.h"
#include "tests/support/pki.h"

#define DAY INT64_C(86400)
#define ADDTRUST_ENDS INT64_C(1590835718) /* 2020-05-30T10:48:38Z */
#define DST_ENDS INT64_C(1633010475)      /* 2021-09-30T14:01:15Z */
#define CROSS_ENDS INT64_C(1727704875)    /* 2024-09-30T14:01:15Z */
#define YEAR_2000 INT64_C(946684800)

enum { ADDTRUST = 1, USERTRUST, SECTIGO, DST, ISRG, R3, LEAF_KEY };

/* name: subject, its key, issuer, the issuer's key, last second */
static const struct made {
    const char *name, *subject;
    unsigned key;
    const char *issuer;
    unsigned signer;
    int64_t not_after;
} made[] = {
    { "addtrust", "CN=AddTrust External CA Root", ADDTRUST, NULL, 0, ADDTRUST_ENDS },
    { "usertrust", "CN=USERTrust RSA", USERTRUST, NULL, 0, 0 },
    { "usertrust-cross", "CN=USERTrust RSA", USERTRUST, "CN=AddTrust External CA Root", ADDTRUST,
      ADDTRUST_ENDS },
    { "sectigo", "CN=Sectigo", SECTIGO, "CN=USERTrust RSA", USERTRUST, 0 },
    { "dst", "CN=DST Root CA X3", DST, NULL, 0, DST_ENDS },
    { "isrg", "CN=ISRG Root X1", ISRG, NULL, 0, 0 },
    { "isrg-cross", "CN=ISRG Root X1", ISRG, "CN=DST Root CA X3", DST, CROSS_ENDS },
    { "r3", "CN=R3", R3, "CN=ISRG Root X1", ISRG, 0 },
    { "leaf-sectigo", "CN=www.example", LEAF_KEY, "CN=Sectigo", SECTIGO, 0 },
    { "leaf-r3", "CN=www.example", LEAF_KEY, "CN=R3", R3, 0 },
};

#define MADE (sizeof(made) / sizeof(made[0]))

static struct certificate *certificates[MADE];

static struct certificate *find(const char *name)
{
    for (size_t i = 0; i < MADE; i++) {
        if (strcmp(made[i].name, name) == 0)
            return certificates[i];
    }
    fail_msg("no certificate %s", name);
    return NULL;
}

static const char *const dst_chain[] = { "leaf-r3", "r3", "isrg-cross", NULL };
static const char *const addtrust_chain[] = { "leaf-sectigo", "sectigo", "usertrust-cross", NULL };

static const struct incident {
    const char *name;
    const char *const *chain;
    const char *store[2], *model;
    int64_t at;
    enum path_verdict verdict;
    const char *root; /* which one the path hangs from, where it is trusted */
} incidents[] = {
    { "DST Root CA X3, the day before: OpenSSL 1.0.2",
      dst_chain,
      { "dst", "isrg" },
      "openssl-1.0.2",
      DST_ENDS - DAY,
      PATH_TRUSTED,
      "dst" },
    { "and the day after, though the new root is there",
      dst_chain,
      { "dst", "isrg" },
      "openssl-1.0.2",
      DST_ENDS + DAY,
      PATH_UNTRUSTED,
      NULL },
    { "taking the old root away repairs it",
      dst_chain,
      { "isrg", NULL },
      "openssl-1.0.2",
      DST_ENDS + DAY,
      PATH_TRUSTED,
      "isrg" },
    { "OpenSSL 3 asks its store first",
      dst_chain,
      { "dst", "isrg" },
      "openssl",
      DST_ENDS + DAY,
      PATH_TRUSTED,
      "isrg" },
    { "but not with the old root alone",
      dst_chain,
      { "dst", NULL },
      "openssl",
      DST_ENDS + DAY,
      PATH_UNTRUSTED,
      NULL },
    { "GnuTLS before 3.6.14",
      dst_chain,
      { "dst", "isrg" },
      "gnutls-3.6",
      DST_ENDS + DAY,
      PATH_UNTRUSTED,
      NULL },
    { "and the day before", dst_chain, { "dst", "isrg" }, "gnutls-3.6", DST_ENDS - DAY, PATH_TRUSTED, "dst" },
    { "GnuTLS of today", dst_chain, { "dst", "isrg" }, "gnutls", DST_ENDS + DAY, PATH_TRUSTED, "isrg" },
    { "old Androids go on with the old root: its dates do not count",
      dst_chain,
      { "dst", NULL },
      "android-4",
      DST_ENDS + DAY,
      PATH_TRUSTED,
      "dst" },
    { "until the cross-certificate ends too",
      dst_chain,
      { "dst", NULL },
      "android-4",
      CROSS_ENDS + DAY,
      PATH_UNTRUSTED,
      NULL },
    { "AddTrust, the day before: OpenSSL 1.0.2",
      addtrust_chain,
      { "addtrust", "usertrust" },
      "openssl-1.0.2",
      ADDTRUST_ENDS - DAY,
      PATH_TRUSTED,
      "addtrust" },
    { "and the day after",
      addtrust_chain,
      { "addtrust", "usertrust" },
      "openssl-1.0.2",
      ADDTRUST_ENDS + DAY,
      PATH_UNTRUSTED,
      NULL },
    { "GnuTLS before 3.6.14 ",
      addtrust_chain,
      { "addtrust", "usertrust" },
      "gnutls-3.6",
      ADDTRUST_ENDS + DAY,
      PATH_UNTRUSTED,
      NULL },
    { "OpenSSL 3 ",
      addtrust_chain,
      { "addtrust", "usertrust" },
      "openssl",
      ADDTRUST_ENDS + DAY,
      PATH_TRUSTED,
      "usertrust" },
    { "Go",
      addtrust_chain,
      { "addtrust", "usertrust" },
      "go",
      ADDTRUST_ENDS + DAY,
      PATH_TRUSTED,
      "usertrust" },
    { "who has only the old root breaks everywhere",
      addtrust_chain,
      { "addtrust", NULL },
      "java",
      ADDTRUST_ENDS + DAY,
      PATH_UNTRUSTED,
      NULL },
    { "Java takes another chain than the one served",
      dst_chain,
      { "isrg", NULL },
      "java",
      DST_ENDS - DAY,
      PATH_TRUSTED,
      "isrg" },
    { "and the served one, where its root is the only one",
      dst_chain,
      { "dst", NULL },
      "java",
      DST_ENDS - DAY,
      PATH_TRUSTED,
      "dst" },
    { "a client whose clock stands at the year 2000",
      dst_chain,
      { "isrg", NULL },
      "openssl",
      YEAR_2000,
      PATH_UNTRUSTED,
      NULL },
};

static void client_met_it_as_described(void **state)
{
    const struct incident *row = *state;
    struct certificate_list chain = { 0 };
    struct trust_set *trust = trust_set_new();
    const struct path_query query = { .chain = &chain,
                                      .trust = trust,
                                      .model = model_find(row->model),
                                      .name = "www.example",
                                      .at = row->at,
                                      .limits = PATH_LIMITS_DEFAULT };
    struct path_result result;

    for (size_t i = 0; row->chain[i] != NULL; i++)
        certificate_list_add(&chain, find(row->chain[i]));
    for (size_t i = 0; i < 2 && row->store[i] != NULL; i++) {
        struct certificate *root = find(row->store[i]);

        trust_set_add(trust, certificate_fingerprint(root), certificate_key_identity(root), 0, root);
    }
    path_search(&query, &result);
    assert_string_equal(path_verdict_name(result.verdict), path_verdict_name(row->verdict));
    if (row->root != NULL) {
        const struct path *path = &result.paths[0];

        assert_true(path->valid);
        assert_ptr_equal(path->certificates[path->count - 1], find(row->root));
    }
    path_result_clear(&result);
    trust_set_free(trust);
    certificate_list_clear(&chain);
}

/* What partners run in words, on the day a root went: the catalogue's own certificates, known by key. */
static const struct release_row {
    const char *name, *release, *root;
    enum path_verdict verdict;
} releases[] = {
    { "certifi before it dropped DigiCert Global Root CA", "certifi:2026.02.25", "digicert-global-root-ca",
      PATH_TRUSTED },
    { "an early update: servers still on the old root are refused", "certifi:2026.04.22",
      "digicert-global-root-ca", PATH_UNTRUSTED },
    { "which takes the new one", "certifi:2026.04.22", "digicert-global-root-g2", PATH_TRUSTED },
    { "NSS that took the trust for websites away", "nss:3.123", "digicert-global-root-ca", PATH_UNTRUSTED },
    { "Android 4.4 and a chain of G2 alone", "android:4.4", "digicert-global-root-g2", PATH_UNTRUSTED },
    { "Android 5", "android:5.0", "digicert-global-root-g2", PATH_TRUSTED },
};

static void release_met_it_as_described(void **state)
{
    const struct release_row *row = *state;
    struct release_list list = { 0 };
    struct error err = { 0 };
    struct catalogue *catalogue = catalogue_new(&err);
    const struct trust_entry *via;
    const char *reason;

    if (catalogue == NULL || !release_list_add(&list, catalogue, row->release, &err))
        fail_msg("%s", err.message);
    assert_int_equal(
        release_accepts_key(&list.items[0], catalogue, 1767225600,
                            certificate_key_identity(catalogue_find(catalogue, row->root)->certificate), 1,
                            &reason, &via),
        row->verdict);
    release_list_clear(&list);
    catalogue_free(catalogue);
}

int main(void)
{
    static const char *const ca[] = { "basicConstraints=critical,CA:TRUE", "keyUsage=keyCertSign,cRLSign",
                                      NULL };
    static const char *const leaf[] = { "basicConstraints=CA:FALSE", "subjectAltName=DNS:www.example", NULL };
    int failed;

    for (size_t i = 0; i < MADE; i++)
        certificates[i] =
            pki_issue(&(struct pki_request){ .subject = made[i].subject,
                                             .issuer_name = made[i].issuer,
                                             .key = made[i].key,
                                             .signer = made[i].signer,
                                             .not_before = INT64_C(1420070400),
                                             .not_after = made[i].not_after,
                                             .extensions = made[i].key == LEAF_KEY ? leaf : ca });
    failed =
        RUN_ROWS(incidents, client_met_it_as_described) + RUN_ROWS(releases, release_met_it_as_described);
    for (size_t i = 0; i < MADE; i++)
        certificate_free(certificates[i]);
    return failed;
}
