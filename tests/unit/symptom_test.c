#include "schema/campaign/symptom.h"

#include "tests/support/check.h"

/* Messages as the clients print them. */
static const struct message_case {
    const char *name, *message;
    const char *codes[3]; /* most telling first */
} cases[] = {
    { "Java without the root",
      "javax.net.ssl.SSLHandshakeException: sun.security.validator.ValidatorException: PKIX path building "
      "failed: "
      "sun.security.provider.certpath.SunCertPathBuilderException: unable to find valid certification path "
      "to requested target",
      { "root-missing" } },
    { "Java 25", "(certificate_unknown) PKIX path building failed: …", { "root-missing" } },
    { "Java with an empty store",
      "java.lang.RuntimeException: Unexpected error: java.security.InvalidAlgorithmParameterException: the "
      "trustAnchors "
      "parameter must be non-empty",
      { "store-empty" } },
    { "PHP's curl",
      "cURL error 60: SSL certificate: unable to get local issuer certificate.",
      { "root-missing" } },
    { "curl's code alone", "curl: (60)", { "untelling" } },
    { "beside a reason",
      "curl: (60) SSL certificate problem: unable to get local issuer certificate",
      { "root-missing" } },
    { "curl's code for a store that it cannot read", "curl: (77)", { "store-opaque" } },
    { "OpenSSL's code alone", "error:0A000086:lib(20)::reason(134)", { "untelling" } },
    { "that of 1.1", "error:1416F086:lib(20):func(367):reason(134)", { "untelling" } },
    { "half of what Java says", "unable to find valid certification path", { "root-missing" } },
    { "curl's constant",
      "CURLE_SSL_CACERT (60) peer certificate cannot be authenticated with known CA certificates.",
      { "root-missing" } },
    { "PHP's streams do not say why",
      "SSL operation failed with code 1. OpenSSL Error messages:\nerror:0A000086:SSL routines::certificate "
      "verify failed",
      { "untelling" } },
    { "Python says why in brackets",
      "ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: unable to "
      "get local issuer "
      "certificate (_ssl.c:1000)",
      { "root-missing" } },
    { "Python and an expired certificate",
      "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate has expired (_ssl.c:1000)",
      { "certificate-expired" } },
    { "Python as the notice has it", "SSL: CERTIFICATE_VERIFY_FAILED", { "untelling" } },
    { ".NET as the notice has it",
      "The underlying connection was closed: Could not establish trust relationship for the SSL/TLS secure "
      "channel.",
      { "root-missing" } },
    { "Node without the root",
      "Error: unable to get local issuer certificate { code: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY' }",
      { "root-missing" } },
    { "Node with the cross-certificate alone", "{ code: 'UNABLE_TO_GET_ISSUER_CERT' }", { "cross-only" } },
    { "Go",
      "tls: failed to verify certificate: x509: certificate signed by unknown authority",
      { "root-missing" } },
    { "Go and another name", "x509: certificate is valid for a.example, not b.example", { "name-mismatch" } },
    { "PHP's curl as the other notice has it",
      "cURL error 60: SSL certificate: unable to get local issuer certificate or CURLE_SSL_CACERT (60) peer "
      "certificate cannot be authenticated with known CA certificates",
      { "root-missing" } },
    { ".NET without the root",
      "System.Security.Authentication.AuthenticationException: The remote certificate is invalid because of "
      "errors in the certificate chain: PartialChain",
      { "root-missing" } },
    { ".NET when the root was sent",
      "The remote certificate is invalid because of errors in the certificate chain: UntrustedRoot",
      { "root-missing" } },
    { ".NET and an expired certificate",
      "The remote certificate is invalid because of errors in the certificate chain: NotTimeValid",
      { "certificate-expired" } },
    { ".NET and another name",
      "The remote certificate is invalid according to the validation procedure: "
      "RemoteCertificateNameMismatch",
      { "name-mismatch" } },
    { "rustls", "invalid peer certificate: UnknownIssuer", { "root-missing" } },
    { "rustls and an expired certificate",
      "invalid peer certificate: certificate expired: verification time 1700000000 (UNIX), but certificate "
      "is not valid after 1600000000",
      { "certificate-expired" } },
    { "rustls of before and an expired certificate",
      "invalid peer certificate: Expired",
      { "certificate-expired" } },
    { "rustls and another name",
      "invalid peer certificate: certificate not valid for name \"pay.example\"",
      { "name-mismatch" } },
    { "rustls of before and another name", "invalid peer certificate: NotValidForName", { "name-mismatch" } },
    { "Ruby",
      "OpenSSL::SSL::SSLError: SSL_connect returned=1 errno=0 state=error: certificate verify failed (unable "
      "to get local issuer certificate)",
      { "root-missing" } },
    { "Ruby and an expired certificate",
      "certificate verify failed (certificate has expired)",
      { "certificate-expired" } },
    { "Ruby and another name",
      "hostname \"pay.example\" does not match the server certificate",
      { "name-mismatch" } },
    { "Python 2.7 and another name",
      "ssl.CertificateError: hostname 'pay.example' doesn't match either of 'a.example', 'b.example'",
      { "name-mismatch" } },
    { "OpenSSL with a store of intermediates",
      "verify error:num=2:unable to get issuer certificate",
      { "cross-only" } },
    { "OpenSSL 1.1 when the root was sent",
      "verify error:num=19:self signed certificate in certificate chain",
      { "root-missing" } },
    { "OpenSSL and one certificate alone", "verify error:num=18:self-signed certificate", { "self-signed" } },
    { "Node when the root was sent",
      "Error: self-signed certificate in certificate chain { code: 'SELF_SIGNED_CERT_IN_CHAIN' }",
      { "root-missing" } },
    { "Node and one certificate alone",
      "Error: self-signed certificate { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }",
      { "self-signed" } },
    { "OpenSSL and a certificate sent alone",
      "verify error:num=21:unable to verify the first certificate",
      { "chain-incomplete" } },
    { "OpenSSL and a root for mail",
      "verify error:num=26:unsuitable certificate purpose",
      { "root-distrusted" } },
    { "OpenSSL and a root without trust",
      "verify error:num=27:certificate not trusted",
      { "root-distrusted" } },
    { "OpenSSL and a rejected root", "verify error:num=28:certificate rejected", { "root-distrusted" } },
    { "GnuTLS and a root on a block list",
      "Status: The certificate is NOT trusted. The certificate chain is revoked.",
      { "root-distrusted" } },
    { "Java and a broken store",
      "java.security.KeyStoreException: problem accessing trust store",
      { "store-opaque" } },
    { "Java and another name",
      "java.security.cert.CertificateException: No subject alternative DNS name matching pay.example found.",
      { "name-mismatch" } },
    { "a server that curl refused",
      "SSL_do_handshake() failed (SSL: error:0A000418:SSL routines::tlsv1 alert unknown ca:SSL alert number "
      "48)",
      { "root-missing" } },
    { "a server that Node left",
      "peer closed connection in SSL handshake while SSL handshaking",
      { "closed" } },
    { "git says the same of a root that is missing and of a certificate that has expired",
      "fatal: unable to access 'https://pay.example/': server certificate verification failed. CAfile: none "
      "CRLfile: none",
      { "untelling" } },
    { "letters of another case", "UNABLE TO GET LOCAL ISSUER CERTIFICATE", { "root-missing" } },
    { "no server at all",
      "curl: (7) Failed to connect to pay.example port 443: Connection refused",
      { "unreachable" } },
    { "two causes in one log",
      "connect timed out\nx509: certificate signed by unknown authority",
      { "root-missing", "unreachable" } },
    { "nothing that we know", "segmentation fault", { NULL } },
    { "nothing", "", { NULL } },
};

static void message_is_recognised(void **state)
{
    const struct message_case *row = *state;
    const struct symptom *found[3];
    size_t count = symptom_find(row->message, found, 3), want = 0;

    while (want < 3 && row->codes[want] != NULL)
        want++;
    assert_int_equal(count, want);
    for (size_t i = 0; i < count; i++)
        assert_string_equal(found[i]->meaning->code, row->codes[i]);
}

static void each_row_is_found_by_its_own_words(void **state)
{
    (void)state;
    for (const struct symptom *row = symptom_all(); row->text != NULL; row++) {
        const struct symptom *found[1];

        assert_int_equal(symptom_find(row->text, found, 1), 1);
        assert_ptr_equal(found[0]->meaning, row->meaning);
        assert_true(row->clients[0] != '\0' && row->meaning->do_zh[0] != '\0');
    }
}

int main(void)
{
    const struct CMUnitTest rest[] = { cmocka_unit_test(each_row_is_found_by_its_own_words) };

    return RUN_ROWS(cases, message_is_recognised) + cmocka_run_group_tests(rest, NULL, NULL);
}
