#include "schema/x509/profile.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include <openssl/x509v3.h>

#define ANY_CA (PROFILE_INTERMEDIATE | PROFILE_ROOT)
#define ANY (PROFILE_LEAF | ANY_CA)

/* --- what a certificate has ----------------------------------------------------------------------- */

static bool is_ca(X509 *x509)
{
    return (X509_get_extension_flags(x509) & EXFLAG_CA) != 0;
}

static bool may_sign_certificates(X509 *x509)
{
    return (X509_get_key_usage(x509) & KU_KEY_CERT_SIGN) != 0;
}

static bool has_key_usage(X509 *x509)
{
    return X509_get_ext_by_NID(x509, NID_key_usage, -1) >= 0;
}

static bool has(X509 *x509, int nid)
{
    return X509_get_ext_by_NID(x509, nid, -1) >= 0;
}

static bool is_critical(X509 *x509, int nid)
{
    int at = X509_get_ext_by_NID(x509, nid, -1);

    return at >= 0 && X509_EXTENSION_get_critical(X509_get_ext(x509, at)) != 0;
}

static bool has_subject(X509 *x509)
{
    return X509_NAME_entry_count(X509_get_subject_name(x509)) > 0;
}

static bool is_ia5(const ASN1_STRING *string, const char *text)
{
    return string != NULL && (size_t)ASN1_STRING_length(string) == strlen(text) &&
           memcmp(ASN1_STRING_get0_data(string), text, strlen(text)) == 0;
}

/* --- rules, one certificate each: whether it is in breach -------------------------------------------- */

static bool lacks_authority_key_id(X509 *x509)
{
    AUTHORITY_KEYID *id = X509_get_ext_d2i(x509, NID_authority_key_identifier, NULL, NULL);
    bool lacks = id == NULL || id->keyid == NULL;

    AUTHORITY_KEYID_free(id);
    return lacks;
}

/* A root may do without; what it has must be its own key's identifier and nothing else. */
static bool has_odd_authority_key_id(X509 *x509)
{
    AUTHORITY_KEYID *id = X509_get_ext_d2i(x509, NID_authority_key_identifier, NULL, NULL);
    const ASN1_OCTET_STRING *own = X509_get0_subject_key_id(x509);
    bool odd = id != NULL && (id->keyid == NULL || id->issuer != NULL || id->serial != NULL ||
                              (own != NULL && ASN1_OCTET_STRING_cmp(id->keyid, own) != 0));

    AUTHORITY_KEYID_free(id);
    return odd;
}

static bool lacks_subject_key_id(X509 *x509)
{
    return X509_get0_subject_key_id(x509) == NULL;
}

static bool lacks_subject(X509 *x509)
{
    return !has_subject(x509);
}

static bool signs_without_ca(X509 *x509)
{
    return !is_ca(x509) && has_key_usage(x509) && may_sign_certificates(x509);
}

static bool is_ca_without_signing(X509 *x509)
{
    return is_ca(x509) && has_key_usage(x509) && !may_sign_certificates(x509);
}

static bool lacks_basic_constraints(X509 *x509)
{
    return !has(x509, NID_basic_constraints);
}

static bool has_weak_basic_constraints(X509 *x509)
{
    return has(x509, NID_basic_constraints) && !is_critical(x509, NID_basic_constraints);
}

static bool constrains_names(X509 *x509)
{
    return has(x509, NID_name_constraints);
}

/* RFC 5280 has no name with a leading dot; that one means "only what is below" is a habit of OpenSSL's. */
static bool has_dotted_subtree(const STACK_OF(GENERAL_SUBTREE) * trees)
{
    for (int i = 0; i < sk_GENERAL_SUBTREE_num(trees); i++) {
        const GENERAL_NAME *name = sk_GENERAL_SUBTREE_value(trees, i)->base;

        if (name->type == GEN_DNS && ASN1_STRING_length(name->d.dNSName) > 0 &&
            ASN1_STRING_get0_data(name->d.dNSName)[0] == '.')
            return true;
    }
    return false;
}

static bool has_odd_name_constraints(X509 *x509)
{
    NAME_CONSTRAINTS *constraints = X509_get_ext_d2i(x509, NID_name_constraints, NULL, NULL);
    bool odd = false;

    if (constraints != NULL)
        odd = (sk_GENERAL_SUBTREE_num(constraints->permittedSubtrees) <= 0 &&
               sk_GENERAL_SUBTREE_num(constraints->excludedSubtrees) <= 0) ||
              has_dotted_subtree(constraints->permittedSubtrees) ||
              has_dotted_subtree(constraints->excludedSubtrees);
    NAME_CONSTRAINTS_free(constraints);
    return odd;
}

static bool lacks_alternative_names(X509 *x509)
{
    return !has(x509, NID_subject_alt_name);
}

static bool has_needless_critical_names(X509 *x509)
{
    return has_subject(x509) && is_critical(x509, NID_subject_alt_name);
}

static bool has_only_weak_names(X509 *x509)
{
    return !has_subject(x509) && has(x509, NID_subject_alt_name) && !is_critical(x509, NID_subject_alt_name);
}

/* Labels of letters, digits and inner hyphens (RFC 1034 section 3.5), "*" only as the whole first one. */
static bool is_host_name(const char *text, size_t size)
{
    size_t label = 0;

    if (size == 0 || size > 253)
        return false;
    for (size_t i = 0; i <= size; i++) {
        unsigned char c = i < size ? (unsigned char)text[i] : '.';

        if (c == '.') {
            if (label == 0 || label > 63 || text[i - 1] == '-' || text[i - label] == '-')
                return false;
            label = 0;
            continue;
        }
        if (!isalnum(c) && c != '-' && !(c == '*' && i == 0 && size > 2 && text[1] == '.'))
            return false;
        label++;
    }
    return true;
}

static bool has_odd_host_name(X509 *x509)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(x509, NID_subject_alt_name, NULL, NULL);
    bool odd = false;

    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);

        odd = odd ||
              (name->type == GEN_DNS && !is_host_name((const char *)ASN1_STRING_get0_data(name->d.dNSName),
                                                      (size_t)ASN1_STRING_length(name->d.dNSName)));
    }
    GENERAL_NAMES_free(names);
    return odd;
}

/* An address as RFC 3986 and RFC 5952 write it. */
static bool is_address(const ASN1_STRING *common, const ASN1_OCTET_STRING *address)
{
    char text[INET6_ADDRSTRLEN];
    int size = ASN1_STRING_length(address);

    return (size == 4 || size == 16) &&
           inet_ntop(size == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(address), text, sizeof(text)) !=
               NULL &&
           is_ia5(common, text);
}

static bool is_among(const ASN1_STRING *common, const GENERAL_NAMES *names)
{
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);

        if ((name->type == GEN_DNS && ASN1_STRING_length(common) == ASN1_STRING_length(name->d.dNSName) &&
             memcmp(ASN1_STRING_get0_data(common), ASN1_STRING_get0_data(name->d.dNSName),
                    (size_t)ASN1_STRING_length(common)) == 0) ||
            (name->type == GEN_IPADD && is_address(common, name->d.iPAddress)))
            return true;
    }
    return false;
}

/* Says it of one common name against all alternative names. */
typedef bool common_name_rule(const ASN1_STRING *common, const GENERAL_NAMES *names);

static bool any_common_name(X509 *x509, common_name_rule *rule)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(x509, NID_subject_alt_name, NULL, NULL);
    const X509_NAME *subject = X509_get_subject_name(x509);
    bool any = false;

    for (int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1); at >= 0 && names != NULL;
         at = X509_NAME_get_index_by_NID(subject, NID_commonName, at))
        any = any || rule(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)), names);
    GENERAL_NAMES_free(names);
    return any;
}

static bool is_not_among(const ASN1_STRING *common, const GENERAL_NAMES *names)
{
    return !is_among(common, names);
}

static bool has_other_common_name(X509 *x509)
{
    return any_common_name(x509, is_not_among);
}

/* The address that a text means to somebody, also as 0x7f.1 or 127.000.000.001; its size, 0 for none. */
static int lenient_address(const char *text, unsigned char address[16])
{
    struct in_addr v4;

    if (inet_aton(text, &v4) != 0) {
        memcpy(address, &v4, 4);
        return 4;
    }
    return inet_pton(AF_INET6, text, address) == 1 ? 16 : 0;
}

static bool is_other_spelling(const ASN1_STRING *common, const GENERAL_NAME *name)
{
    const unsigned char *text = ASN1_STRING_get0_data(common);
    int size = ASN1_STRING_length(common);
    char copy[64];
    unsigned char address[16];

    if (name->type == GEN_DNS && size == ASN1_STRING_length(name->d.dNSName) &&
        strncasecmp((const char *)text, (const char *)ASN1_STRING_get0_data(name->d.dNSName), (size_t)size) ==
            0)
        return true;
    if (name->type == GEN_DNS && ASN1_STRING_length(name->d.dNSName) > 4 &&
        memcmp(ASN1_STRING_get0_data(name->d.dNSName), "xn--", 4) == 0) {
        for (int i = 0; i < size; i++) {
            if (text[i] >= 0x80)
                return true;
        }
    }
    if (name->type != GEN_IPADD || (size_t)size >= sizeof(copy))
        return false;
    memcpy(copy, text, (size_t)size);
    copy[size] = '\0';
    return lenient_address(copy, address) == ASN1_STRING_length(name->d.iPAddress) &&
           memcmp(address, ASN1_STRING_get0_data(name->d.iPAddress),
                  (size_t)ASN1_STRING_length(name->d.iPAddress)) == 0;
}

static bool is_misspelt(const ASN1_STRING *common, const GENERAL_NAMES *names)
{
    for (int i = 0; !is_among(common, names) && i < sk_GENERAL_NAME_num(names); i++) {
        if (is_other_spelling(common, sk_GENERAL_NAME_value(names, i)))
            return true;
    }
    return false;
}

static bool has_misspelt_common_name(X509 *x509)
{
    return any_common_name(x509, is_misspelt);
}

static bool has_odd_key(X509 *x509)
{
    static const char *const curves[] = { "prime256v1", "secp384r1", "secp521r1" };
    EVP_PKEY *key = X509_get0_pubkey(x509);
    char group[64];

    if (key == NULL)
        return true;
    if (EVP_PKEY_is_a(key, "RSA") == 1)
        return EVP_PKEY_get_bits(key) < 2048 || EVP_PKEY_get_bits(key) % 8 != 0;
    if (EVP_PKEY_is_a(key, "EC") != 1 ||
        EVP_PKEY_get_utf8_string_param(key, "group", group, sizeof(group), NULL) != 1)
        return true;
    for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++) {
        if (strcmp(group, curves[i]) == 0)
            return false;
    }
    return true;
}

static bool has_odd_access(X509 *x509)
{
    AUTHORITY_INFO_ACCESS *access = X509_get_ext_d2i(x509, NID_info_access, NULL, NULL);
    bool odd = has(x509, NID_info_access) && sk_ACCESS_DESCRIPTION_num(access) <= 0;

    AUTHORITY_INFO_ACCESS_free(access);
    return odd;
}

static bool has_odd_serial(X509 *x509)
{
    const ASN1_INTEGER *serial = X509_get0_serialNumber(x509);
    BIGNUM *number = ASN1_INTEGER_to_BN(serial, NULL);
    bool odd = number == NULL || BN_is_zero(number) || BN_is_negative(number) || BN_num_bytes(number) > 20;

    BN_free(number);
    return odd;
}

static bool lasts_too_long(X509 *x509)
{
    int days = 0, seconds = 0;

    return ASN1_TIME_diff(&days, &seconds, X509_get0_notBefore(x509), X509_get0_notAfter(x509)) == 1 &&
           days >= 398;
}

static bool lacks_extended_usage(X509 *x509)
{
    return !has(x509, NID_ext_key_usage);
}

static bool has_weak_signature(X509 *x509)
{
    int digest = NID_undef;

    return OBJ_find_sigid_algs(X509_get_signature_nid(x509), &digest, NULL) == 1 &&
           (digest == NID_sha1 || digest == NID_md5 || digest == NID_md2);
}

static const struct profile_rule rules[] = {
    { "aki-missing", PROFILE_LEAF | PROFILE_INTERMEDIATE, true, lacks_authority_key_id,
      "without the key identifier of its issuer (RFC 5280, 4.2.1.1)" },
    { "aki-form", PROFILE_ROOT, true, has_odd_authority_key_id,
      "a root's authority key identifier is its own key's and nothing else (Baseline Requirements, "
      "7.1.2.1.3)" },
    { "ski-missing", ANY_CA, true, lacks_subject_key_id,
      "a CA without subject key identifier (RFC 5280, 4.2.1.2)" },
    { "subject-empty", ANY_CA, true, lacks_subject, "a CA without a name (RFC 5280, 4.1.2.6)" },
    { "keycertsign-without-ca", PROFILE_LEAF, true, signs_without_ca,
      "may sign certificates, but is no CA (RFC 5280, 4.2.1.9)" },
    { "ca-without-keycertsign", ANY, true, is_ca_without_signing,
      "is a CA that may sign no certificates (Baseline Requirements, 7.1.2.10.7)" },
    { "ca-as-leaf", PROFILE_LEAF, false, is_ca,
      "a CA's certificate is served as the server's (Baseline Requirements, 7.1.2.7.8)" },
    { "basic-constraints-missing", ANY_CA, true, lacks_basic_constraints,
      "a CA without basic constraints (RFC 5280, 4.2.1.9)" },
    { "basic-constraints-form", ANY_CA, true, has_weak_basic_constraints,
      "basic constraints of a CA are critical (RFC 5280, 4.2.1.9)" },
    { "name-constraints-in-leaf", PROFILE_LEAF, true, constrains_names,
      "name constraints are for CAs only (RFC 5280, 4.2.1.10)" },
    { "name-constraints-form", ANY_CA, true, has_odd_name_constraints,
      "name constraints that constrain nothing, or a DNS name with a leading dot (RFC 5280, 4.2.1.10)" },
    { "san-missing", PROFILE_LEAF, false, lacks_alternative_names,
      "without subject alternative names (Baseline Requirements, 7.1.2.7.12)" },
    { "san-critical", PROFILE_LEAF, true, has_needless_critical_names,
      "subject alternative names beside a subject are not critical (Baseline Requirements, 7.1.2.7.12)" },
    { "san-not-critical", PROFILE_LEAF, true, has_only_weak_names,
      "subject alternative names without a subject are critical (RFC 5280, 4.2.1.6)" },
    { "san-form", PROFILE_LEAF, true, has_odd_host_name, "a DNS name that is no host's (RFC 5280, 4.2.1.6)" },
    { "cn-spelling", PROFILE_LEAF, true, has_misspelt_common_name,
      "its common name spells one of its alternative names in another way (Baseline Requirements, 7.1.4.3)" },
    { "cn-not-in-san", PROFILE_LEAF, false, has_other_common_name,
      "its common name is none of its alternative names (Baseline Requirements, 7.1.4.3)" },
    { "key-form", ANY, true, has_odd_key,
      "a key that is neither RSA of 2048 bits or more, divisible by 8, nor P-256, P-384 or P-521 (Baseline "
      "Requirements, 6.1.5)" },
    { "weak-signature", PROFILE_LEAF | PROFILE_INTERMEDIATE, true, has_weak_signature,
      "signed by a digest that can be forged (Baseline Requirements, 7.1.3.2)" },
    { "aia-form", PROFILE_LEAF | PROFILE_INTERMEDIATE, true, has_odd_access,
      "authority information access that says nothing (RFC 5280, 4.2.2.1)" },
    { "serial-form", ANY, false, has_odd_serial,
      "a serial number that is not positive, or longer than 20 octets (RFC 5280, 4.1.2.2)" },
    { "validity-length", PROFILE_LEAF, false, lasts_too_long,
      "valid for more than 398 days (Baseline Requirements, 6.3.2)" },
    { "eku-missing", PROFILE_LEAF, false, lacks_extended_usage,
      "without extended key usage (Baseline Requirements, 7.1.2.7.10)" },
    { 0 },
};

const struct profile_rule *profile_rules(void)
{
    return rules;
}

bool profile_breaks(const struct profile_rule *rule, const struct certificate *certificate,
                    enum profile_place place)
{
    return (rule->places & place) != 0 && rule->broken(certificate_x509(certificate));
}
