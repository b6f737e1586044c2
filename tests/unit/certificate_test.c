#include "schema/x509/certificate.h"

#include <openssl/x509v3.h>

#include "tests/support/check.h"
#include "tests/support/pki.h"

static struct certificate *issue(struct pki_request request)
{
    return pki_issue(&request);
}

/* Two names are written in two ways; key 1 is under both. */
static const struct name_case {
    const char *name, *left, *right;
    int left_type, right_type;
    bool equal;
} name_cases[] = {
    { "case is folded", "C=US/O=DigiCert Inc/CN=Root G2", "C=us/O=DIGICERT INC/CN=root g2", 0, 0, true },
    { "spaces are trimmed and joined", "O=Baltimore  CyberTrust", "O= Baltimore CyberTrust ", 0, 0, true },
    { "string types do not matter", "O=Example/CN=Root", "O=Example/CN=Root", V_ASN1_PRINTABLESTRING,
      V_ASN1_BMPSTRING, true },
    { "letters beyond ASCII fold", "CN=ÉCOLE", "CN=école", 0, 0, true },
    { "Greek and Cyrillic fold", "CN=ΩЖ", "CN=ωж", 0, 0, true },
    { "a no-break space is a space", "CN=a\xc2\xa0z", "CN=a z", 0, 0, true },
    { "a soft hyphen is nothing", "CN=a\xc2\xadz", "CN=az", 0, 0, true },
    { "attributes of one relative name are a set", "O=A/+OU=B", "OU=B/+O=A", 0, 0, true },
    { "the order of relative names counts", "O=A/OU=B", "OU=B/O=A", 0, 0, false },
    { "one relative name is not two", "O=A/+OU=B", "O=A/OU=B", 0, 0, false },
    { "attribute types count", "O=A", "OU=A", 0, 0, false },
    { "a space inside counts", "O=ab", "O=a b", 0, 0, false },
    { "an empty name is not a name", "", "O=A", 0, 0, false },
    { "a prefix is not the name", "O=A", "O=A/CN=B", 0, 0, false },
};

static void names_compare_as_described(void **state)
{
    const struct name_case *row = *state;
    struct certificate *left =
        issue((struct pki_request){ .subject = row->left, .key = 1, .string_type = row->left_type });
    struct certificate *right =
        issue((struct pki_request){ .subject = row->right, .key = 1, .string_type = row->right_type });

    assert_int_equal(fingerprint_equal(certificate_subject_digest(left), certificate_subject_digest(right)),
                     row->equal);
    assert_int_equal(fingerprint_equal(certificate_key_identity(left), certificate_key_identity(right)),
                     row->equal);
    certificate_free(left);
    certificate_free(right);
}

static void a_root_and_its_cross_certificate_share_their_key_identity(void **state)
{
    struct certificate *old = issue((struct pki_request){ .subject = "CN=Old", .key = 1 });
    struct certificate *root = issue((struct pki_request){ .subject = "CN=New", .key = 2 });
    struct certificate *cross =
        issue((struct pki_request){ .subject = "CN=New", .key = 2, .issuer = old, .signer = 1, .serial = 9 });
    struct certificate *namesake = issue((struct pki_request){ .subject = "CN=New", .key = 3 });

    (void)state;
    assert_true(fingerprint_equal(certificate_key_identity(root), certificate_key_identity(cross)));
    assert_false(fingerprint_equal(certificate_fingerprint(root), certificate_fingerprint(cross)));
    assert_false(fingerprint_equal(certificate_key_identity(root), certificate_key_identity(namesake)));
    assert_true(certificate_is_self_issued(root));
    assert_false(certificate_is_self_issued(cross));
    certificate_free(old);
    certificate_free(root);
    certificate_free(cross);
    certificate_free(namesake);
}

/* The two roots of the 2024 campaign, as their owner publishes them. */
static void a_public_root_is_described(void **state)
{
    struct certificate_list list = { 0 };
    char text[FINGERPRINT_TEXT_BYTES];
    struct error err = { 0 };

    (void)state;
    assert_true(certificate_list_read_pem(
        &list, SOURCE_ROOT "/schema/catalog/roots/digicert-global-root-g2.pem", &err));
    assert_int_equal(list.count, 1);
    assert_string_equal(fingerprint_format(certificate_fingerprint(list.items[0]), text),
                        "cb3ccbb76031e5e0138f8dd39a23f9de47ffc35e43c1144cea27d46a5ab1cb5f");
    assert_string_equal(certificate_label(list.items[0]), "DigiCert Global Root G2");
    assert_string_equal(certificate_subject(list.items[0]),
                        "C = US, O = DigiCert Inc, OU = www.digicert.com, CN = DigiCert Global Root G2");
    assert_string_equal(certificate_serial(list.items[0]), "33af1e6a711a9a0bb2864b11d09fae5");
    assert_int_equal(certificate_not_before(list.items[0]), 1375358400);
    assert_int_equal(certificate_not_after(list.items[0]), 2147169600);
    certificate_list_clear(&list);
}

static const struct label_case {
    const char *name, *subject, *label;
} label_cases[] = {
    { "the common name", "O=A/OU=B/CN=C", "C" },
    { "the last of several common names", "CN=A/CN=B", "B" },
    { "else the last unit", "O=A/OU=B/OU=C", "C" },
    { "else the whole subject", "C=US/O=A", "C = US, O = A" },
    { "UTF-8 stays", "CN=根证书", "根证书" },
    { "a line break cannot break a line", "CN=a\nb", "a\\0Ab" },
    { "nothing at all", "", "" },
};

static void label_is_as_described(void **state)
{
    const struct label_case *row = *state;
    struct certificate *certificate = issue((struct pki_request){ .subject = row->subject, .key = 1 });

    assert_string_equal(certificate_label(certificate), row->label);
    certificate_free(certificate);
}

static void every_shortened_certificate_is_refused(void **state)
{
    struct certificate *whole = issue((struct pki_request){ .subject = "CN=A", .key = 1 });
    struct error err = { 0 };
    size_t size;
    const uint8_t *der = certificate_der(whole, &size);

    (void)state;
    for (size_t cut = 0; cut < size; cut++) {
        assert_null(certificate_parse(der, cut, &err));
        assert_int_equal(err.kind, ERROR_FORMAT);
    }
    certificate_free(whole);
}

/* Whatever a flipped bit makes of it, nothing breaks, and what parses has all its parts. */
static void every_flipped_bit_is_survived(void **state)
{
    struct certificate *whole = issue((struct pki_request){ .subject = "C=US/CN=A", .key = 1 });
    struct error err = { 0 };
    size_t size;
    const uint8_t *der = certificate_der(whole, &size);
    uint8_t *copy = memory_copy(der, size);

    (void)state;
    for (size_t bit = 0; bit < 8 * size; bit++) {
        struct certificate *certificate;

        copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
        certificate = certificate_parse(copy, size, &err);
        if (certificate != NULL)
            assert_non_null(certificate_label(certificate));
        certificate_free(certificate);
        copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    free(copy);
    certificate_free(whole);
}

static void bytes_after_the_certificate_are_refused(void **state)
{
    struct certificate *whole = issue((struct pki_request){ .subject = "CN=A", .key = 1 });
    struct error err = { 0 };
    size_t size;
    const uint8_t *der = certificate_der(whole, &size);
    uint8_t *longer = memory_new(size + 1);

    (void)state;
    memcpy(longer, der, size);
    assert_null(certificate_parse(longer, size + 1, &err));
    assert_int_equal(err.kind, ERROR_FORMAT);
    free(longer);
    certificate_free(whole);
}

static const struct pem_case {
    const char *name;
    const char *label; /* of the second block; NULL: there is none */
    const char *before, *after;
    size_t count; /* 0: refused */
    const char *message;
} pem_cases[] = {
    { "one block", NULL, "", "", 1, NULL },
    { "words between blocks are passed over", NULL, "subject=CN\n\n", "bye\n", 1, NULL },
    { "a TRUSTED block counts", "TRUSTED CERTIFICATE", "", "", 2, NULL },
    { "an X509 block counts", "X509 CERTIFICATE", "", "", 2, NULL },
    { "another label is passed over", "PKCS7", "", "", 1, NULL },
    { "a block that does not end is named", NULL, "", "-----BEGIN CERTIFICATE-----\nMIIB\n", 0,
      "PEM block 2" },
    { "a block without a certificate is named", NULL, "",
      "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", 0, "PEM block 2" },
};

static void pem_is_read_as_described(void **state)
{
    const struct pem_case *row = *state;
    struct certificate *certificate = issue((struct pki_request){ .subject = "CN=A", .key = 1 });
    struct certificate_list list = { 0 };
    struct text text = { 0 };
    struct error err = { 0 };

    text_add(&text, row->before);
    pki_pem(&text, certificate, NULL);
    if (row->label != NULL)
        pki_pem(&text, certificate, row->label);
    text_add(&text, row->after);
    assert_int_equal(certificate_list_parse_pem(&list, text.bytes, text.size, &err), row->count > 0);
    if (row->count > 0) {
        assert_int_equal(list.count, row->count);
    } else {
        assert_int_equal(err.kind, ERROR_FORMAT);
        assert_non_null(strstr(err.message, row->message));
    }
    certificate_list_clear(&list);
    text_clear(&text);
    certificate_free(certificate);
}

static void a_text_without_certificates_is_refused(void **state)
{
    struct certificate_list list = { 0 };
    struct error err = { 0 };

    (void)state;
    assert_false(certificate_list_parse_pem(&list, "", 0, &err));
    assert_int_equal(err.kind, ERROR_FORMAT);
    assert_false(certificate_list_parse_pem(&list, "hello\n", 6, &err));
    assert_int_equal(err.kind, ERROR_FORMAT);
}

int main(void)
{
    const struct CMUnitTest rest[] = {
        cmocka_unit_test(a_root_and_its_cross_certificate_share_their_key_identity),
        cmocka_unit_test(a_public_root_is_described),
        cmocka_unit_test(every_shortened_certificate_is_refused),
        cmocka_unit_test(every_flipped_bit_is_survived),
        cmocka_unit_test(bytes_after_the_certificate_are_refused),
        cmocka_unit_test(a_text_without_certificates_is_refused),
    };

    return RUN_ROWS(name_cases, names_compare_as_described) + RUN_ROWS(label_cases, label_is_as_described) +
           RUN_ROWS(pem_cases, pem_is_read_as_described) + cmocka_run_group_tests(rest, NULL, NULL);
}
