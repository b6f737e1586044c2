/* Which hosts a certificate is for, and which names a CA may vouch for. */
#include "schema/x509/constraint.h"

#include "schema/x509/names.h"
#include "tests/support/check.h"
#include "tests/support/pki.h"

static struct certificate *with_extension(const char *subject, const char *extension)
{
    const char *const extensions[] = { extension, NULL };

    return pki_issue(&(struct pki_request){ .subject = subject, .key = 1, .extensions = extensions });
}

/* RFC 6125 section 6.4, and `curl` with the same certificates. */
static const struct host_case {
    const char *name, *names, *host;
    bool matches;
} host_cases[] = {
    { "the name itself", "DNS:www.example.com", "www.example.com", true },
    { "case does not matter", "DNS:WWW.example.com", "www.EXAMPLE.com", true },
    { "the root's dot does not matter", "DNS:www.example.com", "www.example.com.", true },
    { "another name", "DNS:www.example.com", "example.com", false },
    { "a wildcard for one label", "DNS:*.example.com", "www.example.com", true },
    { "a wildcard not for two", "DNS:*.example.com", "a.b.example.com", false },
    { "a wildcard not for none", "DNS:*.example.com", "example.com", false },
    { "a wildcard within a label does not count", "DNS:w*.example.com", "www.example.com", false },
    { "a wildcard further right does not count", "DNS:www.*.com", "www.example.com", false },
    { "an address", "IP:10.0.0.1", "10.0.0.1", true },
    { "an address of version 6, however written", "IP:2001:db8::1", "2001:0DB8:0:0::1", true },
    { "an address in brackets", "IP:2001:db8::1", "[2001:db8::1]", true },
    { "an address is no DNS name", "DNS:10.0.0.1", "10.0.0.1", false },
    { "another address", "IP:10.0.0.1", "10.0.0.2", false },
    { "an empty name", "DNS:www.example.com", "", false },
};

static void host_matches_as_described(void **state)
{
    const struct host_case *row = *state;
    char extension[256];
    struct certificate *certificate;

    snprintf(extension, sizeof(extension), "subjectAltName=%s", row->names);
    certificate = with_extension("CN=www.example.com", extension);
    assert_int_equal(names_match_host(certificate, row->host), row->matches);
    certificate_free(certificate);
}

static void a_common_name_is_no_host_name(void **state)
{
    struct certificate *certificate = with_extension("CN=www.example.com", "basicConstraints=CA:FALSE");

    (void)state;
    assert_false(names_match_host(certificate, "www.example.com"));
    certificate_free(certificate);
}

/* RFC 5280 section 4.2.1.10. */
static const struct constraint_case {
    const char *name, *constraints, *subject, *names;
    enum constraint_result result;
} constraint_cases[] = {
    { "a name permitted", "permitted;DNS:example.com", "CN=A", "DNS:www.example.com", CONSTRAINT_PERMITTED },
    { "the domain itself", "permitted;DNS:example.com", "CN=A", "DNS:example.com", CONSTRAINT_PERMITTED },
    { "a name that only ends alike", "permitted;DNS:example.com", "CN=A", "DNS:badexample.com",
      CONSTRAINT_EXCLUDED },
    { "a name outside", "permitted;DNS:example.com", "CN=A", "DNS:example.org", CONSTRAINT_EXCLUDED },
    { "one of two outside", "permitted;DNS:example.com", "CN=A", "DNS:example.com,DNS:example.org",
      CONSTRAINT_EXCLUDED },
    { "another form is free", "permitted;DNS:example.com", "CN=A", "IP:10.0.0.1", CONSTRAINT_PERMITTED },
    { "a leading dot means below", "permitted;DNS:.example.com", "CN=A", "DNS:www.example.com",
      CONSTRAINT_PERMITTED },
    { "a leading dot excludes the domain itself", "permitted;DNS:.example.com", "CN=A", "DNS:example.com",
      CONSTRAINT_EXCLUDED },
    { "a name excluded", "excluded;DNS:example.com", "CN=A", "DNS:www.example.com", CONSTRAINT_EXCLUDED },
    { "exclusion wins", "permitted;DNS:example.com,excluded;DNS:www.example.com", "CN=A",
      "DNS:www.example.com", CONSTRAINT_EXCLUDED },
    { "a wildcard within what is permitted", "permitted;DNS:example.com", "CN=A", "DNS:*.example.com",
      CONSTRAINT_PERMITTED },
    { "a wildcard that could stand for an excluded name", "excluded;DNS:www.example.com", "CN=A",
      "DNS:*.example.com", CONSTRAINT_EXCLUDED },
    { "a wildcard that could not", "excluded;DNS:a.www.example.com", "CN=A", "DNS:*.example.com",
      CONSTRAINT_PERMITTED },
    { "a wildcard that is wider than what is permitted", "permitted;DNS:www.example.com", "CN=A",
      "DNS:*.example.com", CONSTRAINT_EXCLUDED },
    { "an address in range", "permitted;IP:10.0.0.0/255.0.0.0", "CN=A", "IP:10.1.2.3", CONSTRAINT_PERMITTED },
    { "an address out of range", "permitted;IP:10.0.0.0/255.0.0.0", "CN=A", "IP:11.1.2.3",
      CONSTRAINT_EXCLUDED },
    { "an address of the other version", "permitted;IP:10.0.0.0/255.0.0.0", "CN=A", "IP:2001:db8::1",
      CONSTRAINT_EXCLUDED },
    { "a mailbox of a host", "permitted;email:example.com", "CN=A", "email:a@example.com",
      CONSTRAINT_PERMITTED },
    { "a mailbox of a host below", "permitted;email:example.com", "CN=A", "email:a@b.example.com",
      CONSTRAINT_EXCLUDED },
    { "a mailbox below a domain", "permitted;email:.example.com", "CN=A", "email:a@b.example.com",
      CONSTRAINT_PERMITTED },
    { "one mailbox", "permitted;email:a@example.com", "CN=A", "email:b@example.com", CONSTRAINT_EXCLUDED },
    { "a mailbox in the subject", "permitted;email:example.com", "emailAddress=a@example.org", "DNS:a",
      CONSTRAINT_EXCLUDED },
    { "the host of a URI", "permitted;URI:.example.com", "CN=A", "URI:https://u@www.example.com:8443/x",
      CONSTRAINT_PERMITTED },
    { "another host of a URI", "permitted;URI:example.com", "CN=A", "URI:https://www.example.com/",
      CONSTRAINT_EXCLUDED },
    { "a host of a URI below an excluded one", "excluded;URI:example.com", "CN=A",
      "URI:https://www.example.com/", CONSTRAINT_EXCLUDED },
    { "a URI without a host", "permitted;URI:example.com", "CN=A", "URI:urn:a:b", CONSTRAINT_UNDECIDABLE },
    { "a form that nobody compares", "permitted;RID:1.2.3", "CN=A", "RID:1.2.3.4", CONSTRAINT_UNDECIDABLE },
    { "a form that nobody compares and nobody uses", "permitted;RID:1.2.3", "CN=A", "DNS:a",
      CONSTRAINT_PERMITTED },
};

static void constraint_is_as_described(void **state)
{
    const struct constraint_case *row = *state;
    char extension[256];
    struct certificate *ca, *certificate;
    struct constraint *constraint;

    snprintf(extension, sizeof(extension), "nameConstraints=critical,%s", row->constraints);
    ca = with_extension("CN=CA", extension);
    snprintf(extension, sizeof(extension), "subjectAltName=%s", row->names);
    certificate = with_extension(row->subject, extension);
    constraint = constraint_new(ca);
    assert_non_null(constraint);
    assert_int_equal(constraint_check(constraint, certificate), row->result);
    constraint_free(constraint);
    certificate_free(ca);
    certificate_free(certificate);
}

static void a_ca_without_constraints_has_none(void **state)
{
    struct certificate *ca = with_extension("CN=CA", "basicConstraints=CA:TRUE");

    (void)state;
    assert_null(constraint_new(ca));
    certificate_free(ca);
}

static void constraints_that_cannot_be_read_permit_nothing(void **state)
{
    struct certificate *ca = with_extension("CN=CA", "2.5.29.30=critical,DER:0500");
    struct certificate *certificate = with_extension("CN=A", "subjectAltName=DNS:a");
    struct constraint *constraint = constraint_new(ca);

    (void)state;
    assert_non_null(constraint);
    assert_int_equal(constraint_check(constraint, certificate), CONSTRAINT_UNDECIDABLE);
    constraint_free(constraint);
    certificate_free(ca);
    certificate_free(certificate);
}

/* Two certificates as anybody can make them, whose names would take a day to compare if there were more of them. */
static void endless_names_are_not_compared(void **state)
{
    struct text constraints = { 0 }, names = { 0 };
    struct certificate *ca, *certificate;
    struct constraint *constraint;

    (void)state;
    for (int i = 0; i < 520; i++) {
        text_format(&constraints, "%sexcluded;DNS:a%d", i == 0 ? "nameConstraints=" : ",", i);
        text_format(&names, "%sDNS:b%d", i == 0 ? "subjectAltName=" : ",", i);
    }
    ca = with_extension("CN=CA", text_string(&constraints));
    certificate = with_extension("CN=A", text_string(&names));
    constraint = constraint_new(ca);
    assert_int_equal(constraint_check(constraint, certificate), CONSTRAINT_ENDLESS);
    constraint_free(constraint);
    certificate_free(certificate);
    certificate_free(ca);
    text_clear(&constraints);
    text_clear(&names);
}

int main(void)
{
    const struct CMUnitTest rest[] = {
        cmocka_unit_test(a_common_name_is_no_host_name),
        cmocka_unit_test(a_ca_without_constraints_has_none),
        cmocka_unit_test(constraints_that_cannot_be_read_permit_nothing),
        cmocka_unit_test(endless_names_are_not_compared),
    };

    return RUN_ROWS(host_cases, host_matches_as_described) +
           RUN_ROWS(constraint_cases, constraint_is_as_described) + cmocka_run_group_tests(rest, NULL, NULL);
}
