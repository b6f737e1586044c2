#include "schema/x509/encoding.h"

#include <stdbool.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#define DEPTH_MAX 32
#define PATH_LENGTH_MAX 255 /* rustls reads one byte; no real one is above ten */
#define POLICIES_MAX 64     /* the search for doubles is quadratic */

/* DER (X.690 sections 8 and 10) */

struct element {
    uint8_t tag;
    const uint8_t *content;
    size_t size;
};

/* A length is definite and as short as can be. Moves *at behind the element. */
static bool next_element(const uint8_t **at, const uint8_t *end, struct element *element)
{
    size_t size, bytes;

    element->tag = *(*at)++;
    if ((element->tag & 0x1f) == 0x1f) {
        while (*at < end && (**at & 0x80) != 0)
            ++*at;
        if (*at < end)
            ++*at;
    }
    if (*at == end)
        return false;
    size = *(*at)++;
    if (size >= 0x80) {
        bytes = size & 0x7f;
        if (bytes == 0 || bytes > 4 || (size_t)(end - *at) < bytes || **at == 0)
            return false;
        for (size = 0; bytes > 0; bytes--)
            size = size << 8 | *(*at)++;
        if (size < 0x80)
            return false;
    }
    if (size > (size_t)(end - *at))
        return false;
    element->content = *at;
    element->size = size;
    *at += size;
    return true;
}

static bool is_plain(const struct element *element)
{
    const uint8_t *content = element->content;

    switch (element->tag) {
    case V_ASN1_BOOLEAN: return element->size == 1 && (content[0] == 0 || content[0] == 0xff);
    case V_ASN1_INTEGER:
        return element->size == 1 ||
               (element->size > 1 && !((content[0] == 0 && (content[1] & 0x80) == 0) ||
                                       (content[0] == 0xff && (content[1] & 0x80) != 0)));
    default: return true;
    }
}

static bool is_der(const uint8_t *at, size_t size, int depth)
{
    const uint8_t *end = at + size;
    struct element element;

    while (at < end) {
        if (!next_element(&at, end, &element) || !is_plain(&element))
            return false;
        if ((element.tag & V_ASN1_CONSTRUCTED) != 0 &&
            (depth == DEPTH_MAX || !is_der(element.content, element.size, depth + 1)))
            return false;
    }
    return true;
}

/* extensions */

/* But for policies, which tell a flaw of their own. */
static const int known_extensions[] = {
    NID_subject_alt_name,        NID_issuer_alt_name,
    NID_basic_constraints,       NID_key_usage,
    NID_ext_key_usage,           NID_name_constraints,
    NID_policy_constraints,      NID_policy_mappings,
    NID_inhibit_any_policy,      NID_authority_key_identifier,
    NID_subject_key_identifier,  NID_info_access,
    NID_crl_distribution_points, NID_ct_precert_scts,
};

static bool decodes(X509 *x509, int nid)
{
    const X509V3_EXT_METHOD *method = X509V3_EXT_get_nid(nid);
    int at = X509_get_ext_by_NID(x509, nid, -1);
    X509_EXTENSION *extension = at < 0 ? NULL : X509_get_ext(x509, at);
    const ASN1_OCTET_STRING *value = extension == NULL ? NULL : X509_EXTENSION_get_data(extension);
    void *decoded;

    if (value == NULL)
        return true;
    decoded = X509V3_EXT_d2i(extension);
    if (decoded != NULL && method->it != NULL)
        ASN1_item_free(decoded, ASN1_ITEM_ptr(method->it));
    else if (decoded != NULL)
        method->ext_free(decoded);
    return decoded != NULL && is_der(ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value), 0);
}

static bool all_decode(X509 *x509)
{
    for (size_t i = 0; i < sizeof(known_extensions) / sizeof(known_extensions[0]); i++) {
        if (!decodes(x509, known_extensions[i]))
            return false;
    }
    return true;
}

/* No policy may occur twice (section 4.2.1.4). */
static bool repeats_policy(X509 *x509)
{
    CERTIFICATEPOLICIES *policies = X509_get_ext_d2i(x509, NID_certificate_policies, NULL, NULL);
    int count = sk_POLICYINFO_num(policies);
    bool repeats = count > POLICIES_MAX;

    for (int i = 1; i < count && !repeats; i++) {
        for (int j = 0; j < i && !repeats; j++)
            repeats = OBJ_cmp(sk_POLICYINFO_value(policies, i)->policyid,
                              sk_POLICYINFO_value(policies, j)->policyid) == 0;
    }
    CERTIFICATEPOLICIES_free(policies);
    return repeats;
}

/* names */

static bool is_ascii(const ASN1_STRING *string)
{
    const unsigned char *bytes = ASN1_STRING_get0_data(string);

    for (int i = 0; i < ASN1_STRING_length(string); i++) {
        if (bytes[i] >= 0x80)
            return false;
    }
    return true;
}

/* A host in brackets ends with one (RFC 3986 section 3.2.2). */
static bool closes_bracket(const ASN1_STRING *uri)
{
    const void *bytes = ASN1_STRING_get0_data(uri);
    size_t size = (size_t)ASN1_STRING_length(uri);

    return memchr(bytes, '[', size) == NULL || memchr(bytes, ']', size) != NULL;
}

/* Section 4.2.1.6. */
static bool is_name(const GENERAL_NAME *name)
{
    switch (name->type) {
    case GEN_DNS: return ASN1_STRING_length(name->d.dNSName) > 0 && is_ascii(name->d.dNSName);
    case GEN_EMAIL: return is_ascii(name->d.rfc822Name);
    case GEN_URI:
        return is_ascii(name->d.uniformResourceIdentifier) &&
               closes_bracket(name->d.uniformResourceIdentifier);
    case GEN_IPADD:
        return ASN1_STRING_length(name->d.iPAddress) == 4 || ASN1_STRING_length(name->d.iPAddress) == 16;
    default: return true;
    }
}

static bool has_faulty_name(X509 *x509)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(x509, NID_subject_alt_name, NULL, NULL);
    bool faulty = false;

    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++)
        faulty = faulty || !is_name(sk_GENERAL_NAME_value(names, i));
    GENERAL_NAMES_free(names);
    return faulty;
}

/* Who has no other name is named by a critical extension (section 4.2.1.6). */
static bool lacks_name(X509 *x509)
{
    int at = X509_get_ext_by_NID(x509, NID_subject_alt_name, -1);

    return X509_NAME_entry_count(X509_get_subject_name(x509)) == 0 &&
           (at < 0 || X509_EXTENSION_get_critical(X509_get_ext(x509, at)) != 1);
}

/* Section 4.2.1.10: an address with its mask; a domain that stands for something, written without its last dot. */
static bool is_base(const GENERAL_NAME *name)
{
    int size;

    switch (name->type) {
    case GEN_DNS:
        size = ASN1_STRING_length(name->d.dNSName);
        return size > 0 && ASN1_STRING_get0_data(name->d.dNSName)[size - 1] != '.';
    case GEN_IPADD: size = ASN1_STRING_length(name->d.iPAddress); return size == 8 || size == 32;
    default: return true;
    }
}

static bool are_bases(const STACK_OF(GENERAL_SUBTREE) * subtrees)
{
    for (int i = 0; i < sk_GENERAL_SUBTREE_num(subtrees); i++) {
        if (!is_base(sk_GENERAL_SUBTREE_value(subtrees, i)->base))
            return false;
    }
    return true;
}

static unsigned flaws_of_constraints(X509 *x509)
{
    NAME_CONSTRAINTS *constraints = X509_get_ext_d2i(x509, NID_name_constraints, NULL, NULL);
    unsigned flaws = 0;

    if (constraints == NULL)
        return 0;
    if (!are_bases(constraints->permittedSubtrees) || !are_bases(constraints->excludedSubtrees))
        flaws |= ENCODING_FAULTY;
    if (constraints->permittedSubtrees == NULL && constraints->excludedSubtrees == NULL)
        flaws |= ENCODING_LOOSE;
    NAME_CONSTRAINTS_free(constraints);
    return flaws;
}

/* the whole */

/* In seconds of Greenwich, without fractions (section 4.1.2.5). */
static bool is_time(const ASN1_TIME *time)
{
    const char *text = (const char *)ASN1_STRING_get0_data(time);
    size_t size = (size_t)ASN1_STRING_length(time),
           digits = ASN1_STRING_type(time) == V_ASN1_UTCTIME ? 12 : 14;

    if (size != digits + 1 || text[digits] != 'Z')
        return false;
    for (size_t i = 0; i < digits; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
    }
    return true;
}

/* Extensions are of version 3 alone, and no other version has been made since (section 4.1.2.1). */
static bool has_odd_version(const X509 *x509)
{
    return X509_get_version(x509) > 2 || (X509_get_version(x509) < 2 && X509_get_ext_count(x509) > 0);
}

/* What is signed names the algorithm that signed it (section 4.1.1.2). */
static bool contradicts_algorithm(const X509 *x509)
{
    const X509_ALGOR *outer;

    X509_get0_signature(NULL, &outer, x509);
    return X509_ALGOR_cmp(outer, X509_get0_tbs_sigalg(x509)) != 0;
}

/* An issuer always has a name (section 4.1.2.4). */
static bool is_broken(X509 *x509)
{
    return !is_time(X509_get0_notBefore(x509)) || !is_time(X509_get0_notAfter(x509)) ||
           X509_NAME_entry_count(X509_get_issuer_name(x509)) == 0;
}

static bool is_faulty(X509 *x509)
{
    return has_odd_version(x509) || contradicts_algorithm(x509) || X509_get_pathlen(x509) > PATH_LENGTH_MAX ||
           lacks_name(x509) || has_faulty_name(x509) || !decodes(x509, NID_issuer_alt_name);
}

static bool is_loose(X509 *x509, const uint8_t *der, size_t size)
{
    const ASN1_BIT_STRING *issuer, *subject;

    X509_get0_uids(x509, &issuer, &subject);
    return ASN1_TIME_cmp_time_t(X509_get0_notBefore(x509), 0) < 0 || !is_der(der, size, 0) ||
           !all_decode(x509) || repeats_policy(x509) || issuer != NULL || subject != NULL ||
           X509_get_version(x509) == 1 || (ASN1_STRING_type(X509_get0_serialNumber(x509)) & V_ASN1_NEG) != 0;
}

unsigned encoding_flaws(X509 *x509, const uint8_t *der, size_t size)
{
    unsigned flaws = (is_broken(x509) ? ENCODING_BROKEN : 0) | (is_faulty(x509) ? ENCODING_FAULTY : 0) |
                     (is_loose(x509, der, size) ? ENCODING_LOOSE : 0) | flaws_of_constraints(x509);

    if (!decodes(x509, NID_certificate_policies))
        flaws |= ENCODING_LOOSE | ENCODING_POLICIES;

    ERR_clear_error();
    return flaws;
}
