/* The campaign's own question: one root moves to another, and who accepts which chain for what reason. */
#include "schema/trust/path.h"

#include "schema/trust/by_key.h"
#include "schema/trust/explain.h"
#include "tests/support/check.h"
#include "tests/support/pki.h"

#define NOW INT64_C(1700000000)
#define DAY INT64_C(86400)
#define PAST (NOW - 400 * DAY)

static const char *const ca[] = { "basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign",
                                  NULL };
static const char *const no_ca[] = { "basicConstraints=CA:FALSE", NULL };
static const char *const unsaid_ca[] = { "keyUsage=critical,keyCertSign", NULL };
static const char *const mail[] = { "basicConstraints=critical,CA:TRUE", "extendedKeyUsage=emailProtection",
                                    NULL };
static const char *const short_ca[] = { "basicConstraints=critical,CA:TRUE,pathlen:0", NULL };
static const char *const fenced[] = { "basicConstraints=critical,CA:TRUE",
                                      "nameConstraints=critical,excluded;DNS:example.com", NULL };
static const char *const named_ca[] = { "basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign",
                                        "subjectKeyIdentifier=hash", NULL };
static const char *const named_fenced[] = { "basicConstraints=critical,CA:TRUE",
                                            "keyUsage=critical,keyCertSign", "subjectKeyIdentifier=hash",
                                            "nameConstraints=critical,excluded;DNS:example.com", NULL };
static const char *const strange[] = { "basicConstraints=critical,CA:TRUE", "1.2.3.4=critical,ASN1:NULL",
                                       NULL };
static const char *const server[] = { "subjectAltName=DNS:www.example.com", "extendedKeyUsage=serverAuth",
                                      NULL };

/* The certificates by letter; each issuer stands before what it issued. Keys: 1 old, 2 new, 3 issuing, 4 leaf. */
static const struct member {
    char letter, issuer;
    const char *subject;
    unsigned key, signer;
    const char *const *extensions;
    int64_t not_before, not_after;
    const char *digest;
} members[] = {
    { 'O', 0, "CN=Old", 1, 0, ca, 0, 0, NULL },
    { 'N', 0, "CN=New", 2, 0, ca, 0, 0, NULL },
    { 'X', 'O', "CN=New", 2, 1, ca, 0, 0, NULL }, /* the cross-certificate */
    { 'I', 'N', "CN=Issuing", 3, 2, ca, 0, 0, NULL },
    { 'L', 'I', "CN=Leaf", 4, 3, server, 0, 0, NULL },
    { 'e', 0, "CN=New", 2, 0, ca, PAST, NOW - 1, NULL }, /* the new root, just expired */
    { 'l', 0, "CN=New", 2, 0, ca, PAST, NOW, NULL },     /* in its last second */
    { 'f', 0, "CN=New", 2, 0, ca, NOW + 1, 0, NULL },    /* not valid for a second yet */
    { 'm', 0, "CN=New", 2, 0, mail, 0, 0, NULL },        /* for e-mail only */
    { 'c', 0, "CN=New", 2, 0, no_ca, 0, 0, NULL },
    { 'q', 0, "CN=New", 2, 0, unsaid_ca, 0, 0, NULL },
    { 'p', 0, "CN=New", 2, 0, short_ca, 0, 0, NULL },
    { 'P', 'O', "CN=New", 2, 1, short_ca, 0, 0, NULL }, /* a cross-certificate that allows one CA less */
    { 'n', 0, "CN=New", 2, 0, fenced, 0, 0, NULL },
    { 'a', 0, "CN=New", 2, 0, named_ca, 0, 0, NULL },
    { 'A', 0, "CN=New", 2, 0, named_ca, PAST, 0, NULL },
    { 'b', 0, "CN=New", 2, 0, named_fenced, 0, 0, NULL },
    { 's', 0, "CN=New", 2, 0, strange, 0, 0, NULL },
    { 'S', 0, "CN=New", 2, 0, ca, 0, 0, "SHA1" }, /* its own signature is weak, and nobody minds */
    { 'i', 'N', "CN=Issuing", 3, 2, ca, 0, 0, "SHA1" },
    { 'M', 0, "CN=New", 5, 0, ca, 0, 0, NULL }, /* a namesake with another key */
    { 'E', 'I', "CN=Leaf", 4, 3, server, PAST, NOW - 1, NULL },
    { 'B', 'I', "CN=Leaf", 4, 5, server, 0, 0, NULL }, /* signed by somebody else */
};

#define MEMBERS (sizeof(members) / sizeof(members[0]))

static struct certificate *certificates[MEMBERS];

static struct certificate *by_letter(char letter)
{
    for (size_t i = 0; i < MEMBERS; i++) {
        if (members[i].letter == letter)
            return certificates[i];
    }
    return NULL;
}

static void make_certificates(void)
{
    for (size_t i = 0; i < MEMBERS; i++) {
        const struct member *row = &members[i];

        certificates[i] =
            pki_issue(&(struct pki_request){ .subject = row->subject,
                                             .key = row->key,
                                             .issuer = row->issuer != 0 ? by_letter(row->issuer) : NULL,
                                             .signer = row->signer,
                                             .extensions = row->extensions,
                                             .serial = (long)i + 1,
                                             .not_before = row->not_before,
                                             .not_after = row->not_after,
                                             .digest = row->digest });
    }
}

static void free_certificates(void)
{
    for (size_t i = 0; i < MEMBERS; i++)
        certificate_free(certificates[i]);
}

static void add_letters(struct certificate_list *list, const char *letters)
{
    for (; *letters != '\0'; letters++)
        certificate_list_add(list, by_letter(*letters));
}

/* A letter after + is explicitly trusted, after - rejected, after ~ a helper, after % found at times, after ?
 * known by its hash alone. */
static struct trust_set *make_set(const char *letters)
{
    struct trust_set *set = trust_set_new();
    uint32_t marks = 0;
    bool known = true;

    for (; *letters != '\0'; letters++) {
        struct certificate *certificate = by_letter(*letters);

        if (certificate == NULL) {
            marks = *letters == '+'   ? TRUST_MARK_EXPLICIT
                    : *letters == '-' ? TRUST_MARK_REJECTED
                    : *letters == '~' ? TRUST_MARK_HELPER
                    : *letters == '%' ? TRUST_MARK_UNSURE
                                      : 0;
            known = *letters != '?';
            continue;
        }
        trust_set_add(set, certificate_fingerprint(certificate), certificate_key_identity(certificate), marks,
                      known ? certificate : NULL);
        marks = 0;
        known = true;
    }
    return set;
}

static const struct path_case {
    const char *name, *served, *known, *trust, *model;
    const char *host;
    enum path_verdict verdict;
    const char *best; /* of the first path or dead end, "LIN" */
    const char *said; /* its problems, or why the verdict is undetermined */
} path_cases[] = {
    { "the new root accepts the new chain", "LI", "", "N", "rfc5280", NULL, PATH_TRUSTED, "LIN", "" },
    { "the old root does not", "LI", "", "O", "rfc5280", NULL, PATH_UNTRUSTED, "LI", "no-issuer" },
    { "the old root accepts the cross chain", "LIX", "", "O", "rfc5280", NULL, PATH_TRUSTED, "LIXO", "" },
    { "a known cross-certificate is as good as one served", "LI", "X", "O", "rfc5280", NULL, PATH_TRUSTED,
      "LIXO", "" },
    { "a cross-certificate alone is an anchor where any is", "LI", "", "X", "rfc5280", NULL, PATH_TRUSTED,
      "LIX", "" },
    { "but not for OpenSSL", "LI", "", "X", "openssl", NULL, PATH_UNTRUSTED, "LIX", "no-issuer" },
    { "unless it is explicitly trusted", "LI", "", "+X", "openssl", NULL, PATH_TRUSTED, "LIX", "" },
    { "OpenSSL follows the first of a name", "LI", "", "XN", "openssl", NULL, PATH_UNTRUSTED, "LIX",
      "no-issuer" },
    { "in the order of the store", "LI", "", "NX", "openssl", NULL, PATH_TRUSTED, "LIN", "" },
    { ".NET takes for roots only those that are", "LI", "", "XN", "dotnet", NULL, PATH_TRUSTED, "LIN", "" },
    { "and the others as if they had been served", "LI", "", "XO", "dotnet", NULL, PATH_TRUSTED, "LIXO", "" },
    { "before all that was", "LIN", "", "XO", "dotnet", NULL, PATH_TRUSTED, "LIXO", "" },
    { "an expired one is passed over", "LI", "", "eN", "openssl", NULL, PATH_TRUSTED, "LIN", "" },
    { "a namesake is not", "LI", "", "MN", "openssl", NULL, PATH_UNTRUSTED, "LIM", "bad-signature" },
    { "who tries all does not mind a namesake", "LI", "", "MN", "rfc5280", NULL, PATH_TRUSTED, "LIN", "" },
    { "a helper is no anchor", "LI", "", "~N", "rfc5280", NULL, PATH_UNTRUSTED, "LIN", "no-issuer" },
    { "a helper leads to one", "LI", "", "~XO", "rfc5280", NULL, PATH_TRUSTED, "LIXO", "" },
    { "a rejected root is distrusted", "LI", "", "-N", "rfc5280", NULL, PATH_UNTRUSTED, "LIN", "distrusted" },
    { "a rejected root does not stop another path", "LIX", "", "-NO", "rfc5280", NULL, PATH_TRUSTED, "LIXO",
      "" },
    { "an expired root ends no path", "LI", "", "e", "rfc5280", NULL, PATH_UNTRUSTED, "LIe", "expired" },
    { "in its last second it does", "LI", "", "l", "rfc5280", NULL, PATH_TRUSTED, "LIl", "" },
    { "a second too early it does not", "LI", "", "f", "rfc5280", NULL, PATH_UNTRUSTED, "LIf",
      "not-yet-valid" },
    { "Java does not look at a root's dates", "LI", "", "e", "java", NULL, PATH_TRUSTED, "LIe", "" },
    { "Java takes the list as it is served, up to what it knows", "LIX", "", "NO", "java", NULL, PATH_TRUSTED,
      "LIN", "" },
    { "and then what it knows, good or not", "LIX", "", "cO", "java", NULL, PATH_UNTRUSTED, "LIc",
      "not-a-ca" },
    { "though another path would do", "LIX", "", "cO", "go", NULL, PATH_TRUSTED, "LIXO", "" },
    { "a cross-certificate that is trusted cuts it too", "LIX", "", "eO", "java", NULL, PATH_TRUSTED, "LIe",
      "" },
    { "a namesake does not", "LIX", "", "MO", "java", NULL, PATH_TRUSTED, "LIXO", "" },
    { "of two of one key either may be taken", "LI", "", "Nc", "java", NULL, PATH_UNDETERMINED, "LIN",
      "namesake" },
    { "which is all one where both would do", "LI", "", "Ne", "java", NULL, PATH_TRUSTED, "LIN", "" },
    { "an anchor of another key is passed over", "LI", "", "NM", "java", NULL, PATH_TRUSTED, "LIN", "" },
    { "Java leaves the list for no other way", "LI", "X", "O", "java", NULL, PATH_TRUSTED, "LIXO", "" },
    { "Java trusts a pinned leaf whatever it is", "EI", "", "E", "java", NULL, PATH_TRUSTED, "E", "" },
    { "but by its name", "EI", "", "E", "java", "example.org", PATH_UNTRUSTED, "E", "hostname" },
    { "Go looks at its dates", "EI", "", "E", "go", NULL, PATH_UNTRUSTED, "E", "expired" },
    { "a list out of order is built anew", "LXI", "", "O", "java", NULL, PATH_TRUSTED, "LIXO", "" },
    { "where any anchor on the way may be the one that is taken", "LXI", "", "cO", "java", NULL,
      PATH_UNDETERMINED, "LIXO", "namesake" },
    { "unless the list is out of order", "LXI", "", "e", "java", NULL, PATH_UNTRUSTED, "LIe", "expired" },
    { "a root for e-mail", "LI", "", "m", "rfc5280", NULL, PATH_UNTRUSTED, "LIm", "eku" },
    { "Java does not look at a root's purposes", "LI", "", "m", "java", NULL, PATH_TRUSTED, "LIm", "" },
    { "a root that is no CA", "LI", "", "c", "rfc5280", NULL, PATH_UNTRUSTED, "LIc", "not-a-ca" },
    { "Java looks at that", "LI", "", "c", "java", NULL, PATH_UNTRUSTED, "LIc", "not-a-ca" },
    { "a root that leaves out whether it is a CA, with a key usage for it", "LI", "", "q", "openssl", NULL,
      PATH_TRUSTED, "LIq", "" },
    { "is none for Java", "LI", "", "q", "java", NULL, PATH_UNTRUSTED, "LIq", "not-a-ca" },
    { "nor for Go", "LI", "", "q", "go", NULL, PATH_UNTRUSTED, "LIq", "not-a-ca" },
    { "a root that allows no further CA", "LI", "", "p", "rfc5280", NULL, PATH_UNTRUSTED, "LIp",
      "path-length" },
    { "an intermediate that allows no further CA", "LIP", "", "O", "rfc5280", NULL, PATH_UNTRUSTED, "LIPO",
      "path-length" },
    { "a root that excludes the name", "LI", "", "n", "rfc5280", NULL, PATH_UNTRUSTED, "LIn",
      "name-constraints" },
    { "a critical extension that nobody knows", "LI", "", "s", "rfc5280", NULL, PATH_UNTRUSTED, "LIs",
      "critical-extension" },
    { "a root's own signature is never weak", "LI", "", "S", "rfc5280", NULL, PATH_TRUSTED, "LIS", "" },
    { "an intermediate's is", "Li", "", "N", "rfc5280", NULL, PATH_UNTRUSTED, "LiN", "weak-signature" },
    { "a signature of somebody else", "BI", "", "N", "rfc5280", NULL, PATH_UNTRUSTED, "B", "bad-signature" },
    { "an expired leaf", "EI", "", "N", "rfc5280", NULL, PATH_UNTRUSTED, "EIN", "expired" },
    { "the right host", "LI", "", "N", "rfc5280", "www.example.com", PATH_TRUSTED, "LIN", "" },
    { "the wrong host", "LI", "", "N", "rfc5280", "example.org", PATH_UNTRUSTED, "LIN", "hostname" },
    { "a domain is no host", "LI", "", "N", "rfc5280", ".example.com", PATH_UNTRUSTED, "LIN", "hostname" },
    { "a pinned leaf", "LI", "", "L", "rfc5280", NULL, PATH_TRUSTED, "L", "" },
    { "a pinned leaf does not help Node", "LI", "", "L", "node", NULL, PATH_UNTRUSTED, "LI", "no-issuer" },
    { "an entry known by its hash may be what is missing", "LI", "", "?N", "rfc5280", NULL, PATH_UNDETERMINED,
      "LI", "incomplete-store" },
    { "unless no store could mend it", "EI", "", "?N", "rfc5280", NULL, PATH_UNTRUSTED, "EI",
      "expired no-issuer" },
    { "an entry known by its hash is found when it is served", "LIN", "", "?N", "rfc5280", NULL, PATH_TRUSTED,
      "LIN", "" },
    { "a root that is found at times", "LI", "", "%N", "openssl", NULL, PATH_UNDETERMINED, "LI",
      "rehash-needed" },
    { "unless no store could mend that", "EI", "", "%N", "openssl", NULL, PATH_UNTRUSTED, "EI",
      "expired no-issuer" },
    { "one that nobody asks for", "LI", "", "%ON", "openssl", NULL, PATH_TRUSTED, "LIN", "" },
    { "one that nobody asks for does not help either", "LI", "", "%O", "openssl", NULL, PATH_UNTRUSTED, "LI",
      "no-issuer" },
    { "a root with a namesake that is found at times", "LI", "", "%MN", "openssl", NULL, PATH_UNDETERMINED,
      "LIN", "rehash-needed" },
    { "a way around a root that is found at times", "LIX", "", "%eO", "openssl", NULL, PATH_UNDETERMINED,
      "LIXO", "rehash-needed" },
    { "a pinned leaf that is found at times", "LI", "", "%L", "openssl-partial", NULL, PATH_UNDETERMINED,
      "LI", "rehash-needed" },
    { "who tries all has no use for what is found at times", "LI", "", "%XO", "rfc5280", NULL,
      PATH_UNDETERMINED, "LI", "incomplete-store" },
    { "nothing is trusted", "LI", "", "", "rfc5280", NULL, PATH_UNTRUSTED, "LI", "no-issuer" },
    { "nothing is verified", "E", "", "", "none", NULL, PATH_TRUSTED, "", "" },
};

static void spell(const struct path *path, char *letters, size_t size)
{
    size_t used = 0;

    for (size_t i = 0; i < path->count && used + 1 < size; i++) {
        for (size_t m = 0; m < MEMBERS; m++) {
            if (certificates[m] == path->certificates[i])
                letters[used++] = members[m].letter;
        }
    }
    letters[used] = '\0';
}

/* Asked again for another instant and another name, and then for these once more. */
static void ground_says_the_same(const struct path_query *query)
{
    static const int64_t instants[] = { NOW, PAST, NOW + 40 * 366 * DAY, NOW };
    struct path_ground *ground = path_ground_new(query);

    for (size_t i = 0; i < 2 * sizeof(instants) / sizeof(instants[0]); i++) {
        struct path_query fresh = *query;
        const char *reason, *expected;

        fresh.at = instants[i / 2];
        fresh.name = i % 2 == 0 ? query->name : "www.example.com";
        assert_int_equal(path_ground_verdict(ground, fresh.at, fresh.name, &reason),
                         path_verdict_of(&fresh, &expected));
        assert_string_equal(reason != NULL ? reason : "", expected != NULL ? expected : "");
    }
    path_ground_free(ground);
}

static void path_is_judged_as_described(void **state)
{
    const struct path_case *row = *state;
    struct certificate_list chain = { 0 }, known = { 0 };
    struct trust_set *set = make_set(row->trust);
    const struct path_query query = { .chain = &chain,
                                      .known = &known,
                                      .trust = set,
                                      .model = model_find(row->model),
                                      .name = row->host,
                                      .at = NOW,
                                      .limits = PATH_LIMITS_DEFAULT };
    struct path_result result;
    const struct path *best;
    struct text said = { 0 };
    char letters[16] = "";

    add_letters(&chain, row->served);
    add_letters(&known, row->known);
    path_search(&query, &result);
    best = result.path_count > 0 ? result.paths : result.dead_end_count > 0 ? result.dead_ends : NULL;
    if (best != NULL)
        spell(best, letters, sizeof(letters));
    for (size_t i = 0; best != NULL && i < best->problem_count && result.verdict == PATH_UNTRUSTED; i++)
        text_format(&said, "%s%s", i > 0 ? " " : "", path_problem_name(best->problems[i].code));
    if (result.verdict == PATH_UNDETERMINED)
        text_add(&said, result.reason);
    assert_string_equal(path_verdict_name(result.verdict), path_verdict_name(row->verdict));
    assert_string_equal(letters, row->best);
    assert_string_equal(text_string(&said), row->said);
    assert_int_equal(path_verdict_of(&query, NULL), row->verdict);
    ground_says_the_same(&query);
    text_clear(&said);
    path_result_clear(&result);
    trust_set_free(set);
    certificate_list_clear(&chain);
    certificate_list_clear(&known);
}

static const struct key_case {
    const char *name, *trust, *model, *keys;
    enum path_verdict verdict;
    char via;
} key_cases[] = {
    { "the root itself", "ON", "rfc5280", "N", PATH_TRUSTED, 'N' },
    { "its cross-certificate", "X", "rfc5280", "N", PATH_TRUSTED, 'X' },
    { "either root will do", "O", "rfc5280", "NO", PATH_TRUSTED, 'O' },
    { "the other root will not", "O", "rfc5280", "N", PATH_UNTRUSTED, 0 },
    { "a cross-certificate alone is nothing to OpenSSL", "X", "openssl", "N", PATH_UNTRUSTED, 0 },
    { "with the old root above it is", "XO", "openssl", "N", PATH_TRUSTED, 'X' },
    { "a cross-certificate hides the root behind it", "XN", "openssl", "N", PATH_UNTRUSTED, 0 },
    { "not from .NET", "XN", "dotnet", "N", PATH_TRUSTED, 'N' },
    { "the root first is found", "NX", "openssl", "N", PATH_TRUSTED, 'N' },
    { "an expired root", "e", "rfc5280", "N", PATH_UNTRUSTED, 0 },
    { "an expired root is fine for Java", "e", "java", "N", PATH_TRUSTED, 'e' },
    { "a root that is no CA hides the other from Java", "cO", "java", "NO", PATH_UNDETERMINED, 0 },
    { "but not from Go", "cO", "go", "NO", PATH_TRUSTED, 'O' },
    { "a rejected root", "-N", "rfc5280", "N", PATH_UNTRUSTED, 0 },
    { "a helper", "~N", "rfc5280", "N", PATH_UNTRUSTED, 0 },
    { "a namesake before the root", "MN", "openssl", "N", PATH_UNDETERMINED, 0 },
    { "a root that is found at times", "%N", "openssl", "N", PATH_UNDETERMINED, 0 },
    { "another one that is found at times", "%O", "openssl", "N", PATH_UNTRUSTED, 0 },
    { "a root with a namesake that is found at times", "N%M", "openssl", "N", PATH_UNDETERMINED, 0 },
    { "a cross-certificate below what is found at times", "X%O", "openssl", "N", PATH_UNDETERMINED, 0 },
    { "of two roots of a name GnuTLS takes the last", "Nc", "gnutls", "N", PATH_UNTRUSTED, 0 },
    { "or the first, where it is the list that is cut", "eN", "gnutls", "N", PATH_UNDETERMINED, 0 },
    { "NSS takes one of two roots", "ab", "nss", "a", PATH_UNDETERMINED, 0 },
    { "which is all one where both may issue the same", "aA", "nss", "a", PATH_TRUSTED, 'a' },
    { "a root known by its hash alone", "?N", "rfc5280", "N", PATH_UNDETERMINED, 0 },
    { "another one known by its hash alone", "?O", "rfc5280", "N", PATH_UNTRUSTED, 0 },
};

static void key_is_accepted_as_described(void **state)
{
    const struct key_case *row = *state;
    struct trust_set *set = make_set(row->trust);
    const struct trust_entry *via;
    struct fingerprint keys[2];
    const char *reason;

    for (size_t i = 0; row->keys[i] != '\0'; i++)
        keys[i] = *certificate_key_identity(by_letter(row->keys[i]));
    assert_string_equal(path_verdict_name(by_key_verdict(set, model_find(row->model), NOW, keys,
                                                         strlen(row->keys), &reason, &via)),
                        path_verdict_name(row->verdict));
    assert_ptr_equal(via != NULL ? via->certificate : NULL, row->via != 0 ? by_letter(row->via) : NULL);
    assert_int_equal(reason != NULL, row->verdict == PATH_UNDETERMINED);
    trust_set_free(set);
}

/* What would help is tried before it is said. */
static const struct advice_case {
    const char *name, *served, *spare, *trust, *model, *advice;
} advice_cases[] = {
    { "a cross-certificate to serve", "LI", "X", "O", "rfc5280", "serve the cross-certificate \"New\"" },
    { "a root to add", "LI", "", "O", "rfc5280", "add root \"New\"" },
    { "roots to put first", "LI", "", "XN", "openssl", "put the self-signed roots first" },
    { "a leaf to renew", "EI", "X", "N", "rfc5280", "renew the server's certificate" },
    { "an intermediate that is not served", "L", "", "N", "rfc5280",
      "serve the certificate of CN = Issuing" },
    { "a rejection to lift", "LI", "", "-N", "rfc5280", "lift the rejection of \"New\"" },
    { "of two rejections the one that matters", "LI", "", "-O-N", "rfc5280",
      "lift the rejection of \"New\"" },
    { "an intermediate to replace", "Li", "", "N", "rfc5280", "in the place of \"Issuing\"" },
};

static void advice_is_as_described(void **state)
{
    const struct advice_case *row = *state;
    struct certificate_list chain = { 0 }, spare = { 0 };
    struct trust_set *set = make_set(row->trust);
    const struct path_query query = { .chain = &chain,
                                      .trust = set,
                                      .model = model_find(row->model),
                                      .at = NOW,
                                      .limits = PATH_LIMITS_DEFAULT };
    const struct explain_root root = { "new", by_letter('N') };
    struct path_result result;
    const struct explain_subject subject = {
        .query = &query, .result = &result, .roots = &root, .root_count = 1, .spare = &spare
    };
    struct text text = { 0 };

    add_letters(&chain, row->served);
    add_letters(&spare, row->spare);
    path_search(&query, &result);
    explain_text(&subject, &text);
    if (strstr(text_string(&text), row->advice) == NULL)
        fail_msg("no \"%s\" in:\n%s", row->advice, text_string(&text));
    text_clear(&text);
    path_result_clear(&result);
    trust_set_free(set);
    certificate_list_clear(&chain);
    certificate_list_clear(&spare);
}

static void a_template_leaf_has_no_dates(void **state)
{
    struct certificate_list chain = { 0 };
    struct trust_set *set = make_set("N");
    const struct path_query query = { .chain = &chain,
                                      .trust = set,
                                      .model = model_find("rfc5280"),
                                      .at = NOW,
                                      .leaf_is_template = true,
                                      .limits = PATH_LIMITS_DEFAULT };

    (void)state;
    add_letters(&chain, "EI");
    assert_int_equal(path_verdict_of(&query, NULL), PATH_TRUSTED);
    trust_set_free(set);
    certificate_list_clear(&chain);
}

static void a_leaf_that_nobody_can_parse_is_untrusted(void **state)
{
    struct certificate_list chain = { 0 };
    struct trust_set *set = make_set("N");
    const struct path_query query = { .chain = &chain,
                                      .chain_malformed = true,
                                      .trust = set,
                                      .model = model_find("rfc5280"),
                                      .at = NOW,
                                      .limits = PATH_LIMITS_DEFAULT };
    struct path_result result;

    (void)state;
    add_letters(&chain, "I");
    path_search(&query, &result);
    assert_int_equal(result.verdict, PATH_UNTRUSTED);
    assert_int_equal(result.dead_ends[0].problems[0].code, PATH_MALFORMED);
    path_result_clear(&result);
    trust_set_free(set);
    certificate_list_clear(&chain);
}

/* A limit that comes first is never a no. */
static void a_limit_on_signatures_is_undetermined(void **state)
{
    struct certificate_list chain = { 0 };
    struct trust_set *set = make_set("N");
    const struct path_query query = { .chain = &chain,
                                      .trust = set,
                                      .model = model_find("rfc5280"),
                                      .at = NOW,
                                      .limits = { .depth = 16, .listed = 8, .signatures = 1 } };
    struct path_result result;

    (void)state;
    add_letters(&chain, "LI");
    path_search(&query, &result);
    assert_int_equal(result.verdict, PATH_UNDETERMINED);
    assert_string_equal(result.reason, "signature-limit");
    assert_true(result.truncated);
    path_result_clear(&result);
    trust_set_free(set);
    certificate_list_clear(&chain);
}

/* Names that are not compared to their end: no valid path is found, and none is ruled out. */
static void a_limit_on_constraints_is_undetermined(void **state)
{
    static const char *const models[] = { "rfc5280", "openssl", "java", "gnutls", "go" };
    struct text constraints = { 0 }, names = { 0 };
    struct certificate *issuing, *leaf;
    struct certificate_list chain = { 0 };

    (void)state;
    for (int i = 0; i < 520; i++) {
        text_format(&constraints, "%sexcluded;DNS:a%d", i == 0 ? "nameConstraints=" : ",", i);
        text_format(&names, "%sDNS:b%d", i == 0 ? "subjectAltName=" : ",", i);
    }
    const char *const extensions[] = { ca[0], ca[1], text_string(&constraints), NULL };
    const char *const named[] = { text_string(&names), NULL };

    issuing = pki_issue(&(struct pki_request){
        .subject = "CN=Issuing", .key = 3, .issuer = by_letter('N'), .signer = 2, .extensions = extensions });
    leaf = pki_issue(&(struct pki_request){
        .subject = "CN=Leaf", .key = 4, .issuer = issuing, .signer = 3, .extensions = named });
    certificate_list_add(&chain, leaf);
    certificate_list_add(&chain, issuing);
    for (size_t i = 0; i < sizeof(models) / sizeof(models[0]); i++) {
        struct trust_set *trusting = make_set("N"), *other = make_set("O");
        struct path_query query = { .chain = &chain,
                                    .trust = trusting,
                                    .model = model_find(models[i]),
                                    .at = NOW,
                                    .limits = PATH_LIMITS_DEFAULT };
        const char *reason;

        assert_int_equal(path_verdict_of(&query, &reason), PATH_UNDETERMINED);
        assert_string_equal(reason, "constraints-limit");
        query.trust = other;
        assert_int_equal(path_verdict_of(&query, &reason), PATH_UNTRUSTED);
        trust_set_free(trusting);
        trust_set_free(other);
    }
    certificate_list_clear(&chain);
    certificate_free(issuing);
    certificate_free(leaf);
    text_clear(&constraints);
    text_clear(&names);
}

static void a_blocked_certificate_is_distrusted(void **state)
{
    struct certificate_list chain = { 0 };
    struct trust_set *set = make_set("N");
    char print[FINGERPRINT_TEXT_BYTES], parameter[128];
    const struct path_query query = {
        .chain = &chain, .trust = set, .model = model_find("java"), .at = NOW, .limits = PATH_LIMITS_DEFAULT
    };

    (void)state;
    add_letters(&chain, "LI");
    assert_int_equal(path_verdict_of(&query, NULL), PATH_TRUSTED);
    snprintf(parameter, sizeof(parameter), "blocked=%s",
             fingerprint_format(certificate_fingerprint(by_letter('I')), print));
    text_list_add(&set->parameters, parameter);
    assert_int_equal(path_verdict_of(&query, NULL), PATH_UNTRUSTED);
    trust_set_free(set);
    certificate_list_clear(&chain);
}

int main(void)
{
    const struct CMUnitTest rest[] = {
        cmocka_unit_test(a_template_leaf_has_no_dates),
        cmocka_unit_test(a_leaf_that_nobody_can_parse_is_untrusted),
        cmocka_unit_test(a_limit_on_signatures_is_undetermined),
        cmocka_unit_test(a_limit_on_constraints_is_undetermined),
        cmocka_unit_test(a_blocked_certificate_is_distrusted),
    };
    int failed;

    make_certificates();
    failed = RUN_ROWS(path_cases, path_is_judged_as_described) +
             RUN_ROWS(key_cases, key_is_accepted_as_described) +
             RUN_ROWS(advice_cases, advice_is_as_described) + cmocka_run_group_tests(rest, NULL, NULL);
    free_certificates();
    return failed;
}
