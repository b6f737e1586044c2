#include "schema/x509/profile.h"

#include "tests/support/check.h"
#include "tests/support/pki.h"

/* What a certificate has beside the rest of its place; "-" before a name leaves that out. */
static const struct profile_case {
    const char *name;
    enum profile_place place;
    const char *breach; /* code; NULL: none */
    const char *subject;
    const char *without, *with[3];
} cases[] = {
    { "a leaf as it should be", PROFILE_LEAF, NULL, "CN=a.example", NULL, { NULL } },
    { "an intermediate as it should be", PROFILE_INTERMEDIATE, NULL, "CN=CA", NULL, { NULL } },
    { "a root as it should be", PROFILE_ROOT, NULL, "CN=Root", NULL, { NULL } },
    { "a leaf without its issuer's key id",
      PROFILE_LEAF,
      "aki-missing",
      "CN=a.example",
      "authority",
      { NULL } },
    { "an intermediate without it", PROFILE_INTERMEDIATE, "aki-missing", "CN=CA", "authority", { NULL } },
    { "a root names its issuer's serial",
      PROFILE_ROOT,
      "aki-form",
      "CN=Root",
      NULL,
      { "authorityKeyIdentifier=keyid:always,issuer:always" } },
    { "an intermediate without a key id",
      PROFILE_INTERMEDIATE,
      "ski-missing",
      "CN=CA",
      "subjectKey",
      { NULL } },
    { "a CA without a name", PROFILE_INTERMEDIATE, "subject-empty", "", NULL, { NULL } },
    { "a leaf that signs",
      PROFILE_LEAF,
      "keycertsign-without-ca",
      "CN=a.example",
      "keyUsage",
      { "keyUsage=digitalSignature,keyCertSign" } },
    { "a CA that may not sign",
      PROFILE_INTERMEDIATE,
      "ca-without-keycertsign",
      "CN=CA",
      "keyUsage",
      { "keyUsage=digitalSignature" } },
    { "a CA as a server",
      PROFILE_LEAF,
      "ca-as-leaf",
      "CN=a.example",
      "basic,keyUsage",
      { "basicConstraints=critical,CA:TRUE" } },
    { "a root without basic constraints",
      PROFILE_ROOT,
      "basic-constraints-missing",
      "CN=Root",
      "basic",
      { NULL } },
    { "basic constraints that are not critical",
      PROFILE_ROOT,
      "basic-constraints-form",
      "CN=Root",
      "basic",
      { "basicConstraints=CA:TRUE" } },
    { "a leaf that constrains names",
      PROFILE_LEAF,
      "name-constraints-in-leaf",
      "CN=a.example",
      NULL,
      { "nameConstraints=critical,permitted;DNS:example" } },
    { "a leading dot",
      PROFILE_INTERMEDIATE,
      "name-constraints-form",
      "CN=CA",
      NULL,
      { "nameConstraints=critical,excluded;DNS:.example" } },
    { "a name without one",
      PROFILE_INTERMEDIATE,
      NULL,
      "CN=CA",
      NULL,
      { "nameConstraints=critical,permitted;DNS:example" } },
    { "constraints of nothing",
      PROFILE_INTERMEDIATE,
      "name-constraints-form",
      "CN=CA",
      NULL,
      { "nameConstraints=critical,DER:3000" } },
    { "no alternative names", PROFILE_LEAF, "san-missing", "CN=a.example", "subjectAlt", { NULL } },
    { "critical ones beside a subject",
      PROFILE_LEAF,
      "san-critical",
      "CN=a.example",
      "subjectAlt",
      { "subjectAltName=critical,DNS:a.example" } },
    { "no critical ones without a subject", PROFILE_LEAF, "san-not-critical", "", NULL, { NULL } },
    { "an underscore",
      PROFILE_LEAF,
      "san-form",
      "CN=a.example",
      "subjectAlt",
      { "subjectAltName=DNS:a.example,DNS:a_b.example" } },
    { "a leading dot in a name",
      PROFILE_LEAF,
      "san-form",
      "CN=a.example",
      "subjectAlt",
      { "subjectAltName=DNS:a.example,DNS:.example" } },
    { "a wildcard inside",
      PROFILE_LEAF,
      "san-form",
      "CN=a.example",
      "subjectAlt",
      { "subjectAltName=DNS:a.example,DNS:a.*.example" } },
    { "a hyphen at the end of a label",
      PROFILE_LEAF,
      "san-form",
      "CN=a.example",
      "subjectAlt",
      { "subjectAltName=DNS:a.example,DNS:a-.example" } },
    { "a wildcard at the left",
      PROFILE_LEAF,
      NULL,
      "CN=*.example",
      "subjectAlt",
      { "subjectAltName=DNS:*.example" } },
    { "another case", PROFILE_LEAF, "cn-spelling", "CN=A.example", NULL, { NULL } },
    { "leading zeros",
      PROFILE_LEAF,
      "cn-spelling",
      "CN=192.000.002.001",
      "subjectAlt",
      { "subjectAltName=IP:192.0.2.1" } },
    { "in hexadecimal",
      PROFILE_LEAF,
      "cn-spelling",
      "CN=0xC0000201",
      "subjectAlt",
      { "subjectAltName=IP:192.0.2.1" } },
    { "an address as it is written",
      PROFILE_LEAF,
      NULL,
      "CN=192.0.2.1",
      "subjectAlt",
      { "subjectAltName=IP:192.0.2.1" } },
    { "IPv6 in capitals",
      PROFILE_LEAF,
      "cn-spelling",
      "CN=2001:DB8::1",
      "subjectAlt",
      { "subjectAltName=IP:2001:db8::1" } },
    { "a name in letters of its own",
      PROFILE_LEAF,
      "cn-spelling",
      "CN=b\xc3\xbc"
      "cher.example",
      "subjectAlt",
      { "subjectAltName=DNS:xn--bcher-kva.example" } },
    { "a common name of nobody", PROFILE_LEAF, "cn-not-in-san", "CN=Shop", NULL, { NULL } },
    { "information of nothing",
      PROFILE_LEAF,
      "aia-form",
      "CN=a.example",
      NULL,
      { "authorityInfoAccess=DER:3000" } },
    { "no extended usage", PROFILE_LEAF, "eku-missing", "CN=a.example", "extended", { NULL } },
};

static const char *const of_leaf[] = { "subjectKeyIdentifier=hash",
                                       "authorityKeyIdentifier=keyid",
                                       "basicConstraints=critical,CA:FALSE",
                                       "keyUsage=digitalSignature",
                                       "extendedKeyUsage=serverAuth",
                                       "subjectAltName=DNS:a.example",
                                       NULL };
static const char *const of_ca[] = { "subjectKeyIdentifier=hash", "authorityKeyIdentifier=keyid",
                                     "basicConstraints=critical,CA:TRUE", "keyUsage=keyCertSign,cRLSign",
                                     NULL };

static const char *const of_root[] = { "subjectKeyIdentifier=hash", "basicConstraints=critical,CA:TRUE",
                                       "keyUsage=keyCertSign,cRLSign", NULL };

static bool is_left_out(const char *extension, const char *without)
{
    char *copy = memory_text(without == NULL ? "" : without), *rest = copy, *word;
    bool out = false;

    while ((word = strsep(&rest, ",")) != NULL)
        out = out || (word[0] != '\0' && text_starts(extension, word));
    free(copy);
    return out;
}

static struct certificate *make(const struct profile_case *row)
{
    const char *const *usual = row->place == PROFILE_LEAF   ? of_leaf
                               : row->place == PROFILE_ROOT ? of_root
                                                            : of_ca;
    const char *extensions[12] = { NULL };
    struct certificate *issuer =
        pki_issue(&(struct pki_request){ .subject = "CN=Issuer", .key = 1, .extensions = of_ca });
    struct certificate *certificate;
    size_t count = 0;

    for (size_t i = 0; usual[i] != NULL; i++) {
        if (!is_left_out(usual[i], row->without))
            extensions[count++] = usual[i];
    }
    for (size_t i = 0; i < 3 && row->with[i] != NULL; i++)
        extensions[count++] = row->with[i];
    certificate = pki_issue(&(struct pki_request){ .subject = row->subject,
                                                   .issuer = row->place == PROFILE_ROOT ? NULL : issuer,
                                                   .key = 2,
                                                   .signer = row->place == PROFILE_ROOT ? 0 : 1,
                                                   .not_before = 1767225600,
                                                   .not_after = 1767225600 + 90 * 86400,
                                                   .string_type = V_ASN1_UTF8STRING,
                                                   .extensions = extensions });
    certificate_free(issuer);
    return certificate;
}

/* The breach of the row and no other. */
static void certificate_is_in_breach_as_described(void **state)
{
    const struct profile_case *row = *state;
    struct certificate *certificate = make(row);

    for (const struct profile_rule *rule = profile_rules(); rule->code != NULL; rule++) {
        bool expected = row->breach != NULL && strcmp(row->breach, rule->code) == 0;

        /* who spells a name otherwise has none of the alternative names, too */
        if (row->breach != NULL && strcmp(row->breach, "cn-spelling") == 0 &&
            strcmp(rule->code, "cn-not-in-san") == 0)
            continue;
        if (profile_breaks(rule, certificate, row->place) != expected)
            fail_msg("%s: %s", rule->code, expected ? "not seen" : "seen");
    }
    certificate_free(certificate);
}

/* A key of the request's own is freed. */
static bool breaks(const struct pki_request *request, const char *code)
{
    struct certificate *certificate = pki_issue(request);
    bool broken = false;

    for (const struct profile_rule *rule = profile_rules(); rule->code != NULL; rule++)
        broken = broken || (strcmp(rule->code, code) == 0 && profile_breaks(rule, certificate, PROFILE_LEAF));
    certificate_free(certificate);
    EVP_PKEY_free(request->own_key);
    return broken;
}

static void keys_digests_and_dates_count(void **state)
{
    const int64_t from = 1767225600;

    (void)state;
    assert_true(breaks(&(struct pki_request){ .subject = "CN=a", .own_key = pki_rsa_key(1024) }, "key-form"));
    assert_true(breaks(&(struct pki_request){ .subject = "CN=a", .own_key = pki_rsa_key(2052) }, "key-form"));
    assert_false(
        breaks(&(struct pki_request){ .subject = "CN=a", .own_key = pki_rsa_key(2048) }, "key-form"));
    assert_true(
        breaks(&(struct pki_request){ .subject = "CN=a", .own_key = EVP_EC_gen("P-192") }, "key-form"));
    assert_true(
        breaks(&(struct pki_request){ .subject = "CN=a", .key = 1, .digest = "SHA1" }, "weak-signature"));
    assert_false(breaks(&(struct pki_request){ .subject = "CN=a", .key = 1 }, "weak-signature"));
    assert_true(breaks(&(struct pki_request){ .subject = "CN=a", .key = 1, .serial = -3 }, "serial-form"));
    assert_false(breaks(&(struct pki_request){ .subject = "CN=a", .key = 1 }, "serial-form"));
    assert_true(breaks(
        &(struct pki_request){
            .subject = "CN=a", .key = 1, .not_before = from, .not_after = from + 399 * 86400 },
        "validity-length"));
    assert_false(breaks(
        &(struct pki_request){
            .subject = "CN=a", .key = 1, .not_before = from, .not_after = from + 397 * 86400 },
        "validity-length"));
}

int main(void)
{
    const struct CMUnitTest rest[] = { cmocka_unit_test(keys_digests_and_dates_count) };

    return RUN_ROWS(cases, certificate_is_in_breach_as_described) + cmocka_run_group_tests(rest, NULL, NULL);
}
