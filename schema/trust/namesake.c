#include "schema/trust/namesake.h"

#include <openssl/x509v3.h>

bool namesake_is_one(const struct certificate *certificate, const struct certificate *other)
{
    return fingerprint_equal(certificate_subject_digest(certificate), certificate_subject_digest(other));
}

static const ASN1_OCTET_STRING *extension_of(const struct certificate *certificate, int nid)
{
    const X509 *x509 = certificate_x509(certificate);
    int at = X509_get_ext_by_NID(x509, nid, -1);

    return at < 0 ? NULL : X509_EXTENSION_get_data(X509_get_ext(x509, at));
}

static bool says_same(const struct certificate *a, const struct certificate *b, int nid)
{
    const ASN1_OCTET_STRING *left = extension_of(a, nid), *right = extension_of(b, nid);

    return left == NULL || right == NULL ? left == right : ASN1_OCTET_STRING_cmp(left, right) == 0;
}

bool namesake_is_unlike(const struct certificate *certificate, const struct certificate *namesake)
{
    static const int limits[] = { NID_basic_constraints, NID_key_usage, NID_ext_key_usage,
                                  NID_name_constraints };

    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        if (!says_same(certificate, namesake, limits[i]))
            return true;
    }
    return false;
}
