#include "schema/trust/rule.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/x509v3.h>

#include "schema/trust/parameter.h"
#include "schema/x509/constraint.h"
#include "schema/x509/encoding.h"
#include "schema/x509/names.h"

/* More extensions than any certificate has; the check for duplicates is quadratic. */
#define EXTENSIONS_MAX 64

static X509 *x509_of(const struct rule_subject *subject)
{
    return certificate_x509(subject->certificate);
}

static const struct model *model_of(const struct rule_subject *subject)
{
    return subject->query->model;
}

/* Whether this side of a certificate counts: an anchor's only in some models, of everything below it always. */
static bool checks(const struct rule_subject *subject, enum model_anchor_checks side)
{
    return subject->place != RULE_ANCHOR || (model_of(subject)->anchor_checks & side) != 0;
}

static bool dates_count(const struct rule_subject *subject)
{
    if (subject->place == RULE_ANCHOR)
        return model_of(subject)->anchor_dates;
    return subject->place != RULE_LEAF || !subject->query->leaf_is_template;
}

static bool is_expired(const struct rule_subject *subject)
{
    return dates_count(subject) && subject->query->at > certificate_not_after(subject->certificate);
}

static bool is_not_yet_valid(const struct rule_subject *subject)
{
    return dates_count(subject) && subject->query->at < certificate_not_before(subject->certificate);
}

static bool has_other_name(const struct rule_subject *subject)
{
    return subject->query->name != NULL && !names_match_host(subject->certificate, subject->query->name);
}

/*
 * An intermediate must say that it is a CA (RFC 5280 section 6.1.4 k). An anchor of version 1 cannot
 * say so and is believed, one of version 3 that leaves it out only with a key usage for it, and by some not at all.
 */
static bool is_no_ca(const struct rule_subject *subject)
{
    uint32_t flags = X509_get_extension_flags(x509_of(subject));
    bool says = (flags & EXFLAG_BCONS) != 0, ca = (flags & EXFLAG_CA) != 0;

    if (!checks(subject, MODEL_ANCHOR_CA))
        return false;
    if (says || subject->place == RULE_CA || model_of(subject)->strict)
        return !(says && ca);
    return (flags & EXFLAG_V1) == 0 && ((flags & EXFLAG_KUSAGE) == 0 || model_of(subject)->anchor_says_ca);
}

static bool is_ca_as_server(const struct rule_subject *subject)
{
    return model_of(subject)->leaf_no_ca && (X509_get_extension_flags(x509_of(subject)) & EXFLAG_CA) != 0;
}

static bool suffices_for_server(const struct rule_subject *subject, uint32_t usage)
{
    const EVP_PKEY *key = X509_get0_pubkey(x509_of(subject));

    switch (model_of(subject)->leaf_key_usage) {
    case MODEL_LEAF_USAGE_IGNORED: return true;
    case MODEL_LEAF_USAGE_ANY:
        return (usage & (KU_DIGITAL_SIGNATURE | KU_KEY_ENCIPHERMENT | KU_KEY_AGREEMENT)) != 0;
    case MODEL_LEAF_USAGE_SIGNS: return (usage & KU_DIGITAL_SIGNATURE) != 0;
    case MODEL_LEAF_USAGE_KIND:
        return (usage & (key != NULL && EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA
                             ? KU_KEY_ENCIPHERMENT
                             : KU_DIGITAL_SIGNATURE | KU_KEY_AGREEMENT)) != 0;
    }
    return false;
}

/* A leaf's key must be of use in a handshake for those who look, an issuer's for signing certificates (section 4.2.1.3). */
static bool has_wrong_key_usage(const struct rule_subject *subject)
{
    uint32_t usage = X509_get_key_usage(x509_of(subject)); /* all bits where it is absent */

    if (subject->place == RULE_LEAF)
        return !suffices_for_server(subject, usage);
    return checks(subject, MODEL_ANCHOR_KEY_USAGE) && (usage & KU_KEY_CERT_SIGN) == 0;
}

/* Netscape's own word on what a certificate is for, of which the second bit is a TLS server. */
static bool is_of_another_type(const struct rule_subject *subject)
{
    ASN1_BIT_STRING *type;
    bool other;

    if (!model_of(subject)->netscape)
        return false;
    type = X509_get_ext_d2i(x509_of(subject), NID_netscape_cert_type, NULL, NULL);
    other = type != NULL && ASN1_BIT_STRING_get_bit(type, 1) == 0;
    ASN1_BIT_STRING_free(type);
    return other;
}

static bool has_wrong_purpose(const struct rule_subject *subject)
{
    uint32_t purposes = X509_get_extended_key_usage(x509_of(subject)); /* all bits where it is absent */
    enum model_eku_any any = model_of(subject)->eku_any;
    bool any_counts =
        any == MODEL_EKU_ANY_EVERYWHERE || (any == MODEL_EKU_ANY_LEAF && subject->place == RULE_LEAF);

    if ((subject->place == RULE_CA && model_of(subject)->eku == MODEL_EKU_LEAF) ||
        (subject->place == RULE_ANCHOR &&
         (model_of(subject)->eku != MODEL_EKU_ALL || !checks(subject, MODEL_ANCHOR_EKU))))
        return false;
    if (subject->place == RULE_ANCHOR && (subject->marks & TRUST_MARK_EXPLICIT) != 0)
        return false; /* explicit trust for servers overrides it: OpenSSL's check_purpose() */
    return (purposes & (XKU_SSL_SERVER | (any_counts ? XKU_ANYEKU : 0))) == 0;
}

static bool is_critical(const X509 *x509, int nid)
{
    int at = X509_get_ext_by_NID(x509, nid, -1);

    return at >= 0 && X509_EXTENSION_get_critical(X509_get_ext(x509, at)) == 1;
}

static bool has_unknown_extension(const struct rule_subject *subject)
{
    static const struct {
        enum model_unknown kind;
        int nid;
    } extensions[] = {
        { MODEL_UNKNOWN_TYPE, NID_netscape_cert_type },  { MODEL_UNKNOWN_POLICIES, NID_certificate_policies },
        { MODEL_UNKNOWN_RULES, NID_policy_constraints }, { MODEL_UNKNOWN_RULES, NID_policy_mappings },
        { MODEL_UNKNOWN_RULES, NID_inhibit_any_policy }, { MODEL_UNKNOWN_CRL, NID_crl_distribution_points },
    };

    for (size_t i = 0; i < sizeof(extensions) / sizeof(extensions[0]); i++) {
        if ((model_of(subject)->unknown & extensions[i].kind) != 0 &&
            is_critical(x509_of(subject), extensions[i].nid))
            return true;
    }
    return false;
}

static bool has_critical_extension(const struct rule_subject *subject)
{
    const struct model *model = model_of(subject);

    return (checks(subject, MODEL_ANCHOR_FORM) &&
            ((X509_get_extension_flags(x509_of(subject)) & (EXFLAG_CRITICAL | EXFLAG_PROXY)) != 0 ||
             has_unknown_extension(subject) ||
             (model->asks_for_staple && X509_get_ext_by_NID(x509_of(subject), NID_tlsfeature, -1) >= 0))) ||
           (checks(subject, MODEL_ANCHOR_NAMES) && model->unknown_forms != 0 &&
            (constraint_forms(subject->certificate) & model->unknown_forms) != 0);
}

/* No extension may occur twice (RFC 5280 section 4.2). */
static bool repeats_extension(const X509 *x509)
{
    int count = X509_get_ext_count(x509);

    if (count > EXTENSIONS_MAX)
        return true;
    for (int i = 1; i < count; i++) {
        for (int j = 0; j < i; j++) {
            if (OBJ_cmp(X509_EXTENSION_get_object(X509_get_ext(x509, i)),
                        X509_EXTENSION_get_object(X509_get_ext(x509, j))) == 0)
                return true;
        }
    }
    return false;
}

static bool is_malformed(const struct rule_subject *subject)
{
    X509 *x509 = x509_of(subject);

    unsigned refused = model_of(subject)->flaws & certificate_flaws(subject->certificate);

    /* who reads by the letter has no such anchor to begin with */
    if (checks(subject, MODEL_ANCHOR_FORM))
        return refused != 0 || (X509_get_extension_flags(x509) & EXFLAG_INVALID) != 0 ||
               repeats_extension(x509);
    return refused != 0 && (model_of(subject)->flaws & ENCODING_LOOSE) != 0;
}

/* What the trust set's parameters or else the model ask for. */
struct strength {
    int bits; /* of security, as OpenSSL counts them */
    bool sha1_refused;
};

static struct strength find_strength(const struct rule_subject *subject)
{
    static const int level_bits[] = { 0, 80, 112, 128, 192, 256 }; /* SSL_CTX_set_security_level(3) */
    const struct model *model = model_of(subject);
    int level;

    if (parameter_security_level(subject->query->trust, &level)) {
        level = level < 0 ? 0 : level > 5 ? 5 : level;
        return (struct strength){ level_bits[level], level > 0 };
    }
    return (struct strength){ .bits = model->key_bits_min >= 3072   ? 128
                                      : model->key_bits_min >= 2048 ? 112
                                      : model->key_bits_min >= 1024 ? 80
                                                                    : 0,
                              .sha1_refused = model->sha1_refused };
}

static bool has_weak_signature(const struct rule_subject *subject)
{
    int digest = NID_undef, kind = NID_undef;

    if (!subject->signature_counts ||
        X509_get_signature_info(x509_of(subject), &digest, &kind, NULL, NULL) != 1)
        return false; /* an unknown algorithm is the signature's own matter */
    if (model_of(subject)->ecdsa_short && kind == EVP_PKEY_EC && digest == NID_sha512)
        return true;
    switch (digest) {
    case NID_md2:
    case NID_md4:
    case NID_md5:
    case NID_mdc2: return true;
    case NID_sha1: return find_strength(subject).sha1_refused;
    case NID_undef:
    case NID_sha256:
    case NID_sha384:
    case NID_sha512: return parameter_refuses_digest(subject->query->trust, digest);
    default: return model_of(subject)->sha2_only || parameter_refuses_digest(subject->query->trust, digest);
    }
}

static unsigned kind_of_curve(const EVP_PKEY *key)
{
    char name[64];

    if (EVP_PKEY_get_group_name(key, name, sizeof(name), NULL) != 1)
        return MODEL_KEY_CURVE;
    switch (OBJ_sn2nid(name)) {
    case NID_X9_62_prime256v1:
    case NID_secp384r1: return MODEL_KEY_P256;
    case NID_secp521r1: return MODEL_KEY_P521;
    default: return MODEL_KEY_CURVE;
    }
}

/* Of enum model_keys; 0 for others, of which nothing is said here. */
static unsigned kind_of_key(const EVP_PKEY *key)
{
    switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA: return MODEL_KEY_RSA;
    case EVP_PKEY_RSA_PSS: return MODEL_KEY_PSS;
    case EVP_PKEY_DSA: return MODEL_KEY_DSA;
    case EVP_PKEY_EC: return kind_of_curve(key);
    case EVP_PKEY_ED25519: return MODEL_KEY_ED25519;
    case EVP_PKEY_ED448: return MODEL_KEY_ED448;
    default: return 0;
    }
}

/* TLS 1.3 has left over P-256, P-384 and P-521 (RFC 8446 section 4.2.3), and clients ask for others in no version. */
static bool is_strange(const struct rule_subject *subject, const EVP_PKEY *key)
{
    unsigned known = model_of(subject)->keys, kind;

    if (known == MODEL_KEYS_ALL && subject->place != RULE_LEAF)
        return false;
    if (subject->place == RULE_LEAF)
        known &= ~(unsigned)MODEL_KEY_CURVE;
    kind = kind_of_key(key);
    return (kind & ~known) != 0;
}

/* Where a security level says so, OpenSSL counts bits of security, of which an RSA key of 2047 has as many as its neighbour. */
static bool is_short(const struct rule_subject *subject, const EVP_PKEY *key)
{
    int level;

    return EVP_PKEY_get_security_bits(key) < find_strength(subject).bits ||
           (EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA &&
            !parameter_security_level(subject->query->trust, &level) &&
            EVP_PKEY_get_bits(key) < model_of(subject)->key_bits_min);
}

static bool has_weak_key(const struct rule_subject *subject)
{
    EVP_PKEY *key = X509_get0_pubkey(x509_of(subject));
    int explicit = 0;

    if (key == NULL)
        return false; /* of an algorithm that nobody here knows: it signs nothing that can be checked */
    if (EVP_PKEY_get_base_id(key) == EVP_PKEY_EC && checks(subject, MODEL_ANCHOR_FORM) &&
        EVP_PKEY_get_int_param(key, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS, &explicit) == 1 &&
        explicit != 0)
        return true; /* a curve that the certificate itself brings (RFC 5480 section 2.1.1) */
    return is_strange(subject, key) ||
           parameter_refuses_key(subject->query->trust, key, subject->place == RULE_ANCHOR) ||
           is_short(subject, key);
}

static bool is_distrusted(const struct rule_subject *subject)
{
    return (subject->marks & TRUST_MARK_REJECTED) != 0 ||
           parameter_blocks(subject->query->trust, subject->certificate);
}

/* X509_V_FLAG_X509_STRICT: identifiers that RFC 5280 asks of conforming CAs (sections 4.2.1.1 and 4.2.1.2). */
static bool lacks_key_id(const struct rule_subject *subject)
{
    X509 *x509 = x509_of(subject);

    if (!model_of(subject)->strict || (subject->place == RULE_LEAF && subject->last) ||
        (X509_get_extension_flags(x509) & EXFLAG_V1) != 0)
        return false;
    if (!subject->last && X509_get0_authority_key_id(x509) == NULL)
        return true;
    return (X509_get_extension_flags(x509) & EXFLAG_CA) != 0 && X509_get0_subject_key_id(x509) == NULL;
}

/* The same flag on shapes: what check_extensions() of OpenSSL 3.0 refuses besides. */
static bool breaks_strict_shape(const struct rule_subject *subject)
{
    X509 *x509 = x509_of(subject);
    uint32_t flags = X509_get_extension_flags(x509), usage = X509_get_key_usage(x509);
    bool ca = (flags & EXFLAG_CA) != 0, named = X509_get_ext_by_NID(x509, NID_subject_alt_name, -1) >= 0;
    bool nameless = X509_NAME_entry_count(X509_get_subject_name(x509)) == 0;

    if (!model_of(subject)->strict || (subject->place == RULE_LEAF && subject->last))
        return false;
    return (ca && !is_critical(x509, NID_basic_constraints)) || (ca && (flags & EXFLAG_KUSAGE) == 0) ||
           (!ca && (flags & EXFLAG_KUSAGE) != 0 && (usage & KU_KEY_CERT_SIGN) != 0) ||
           (!ca && X509_get_pathlen(x509) >= 0) || X509_NAME_entry_count(X509_get_issuer_name(x509)) == 0 ||
           (nameless && (ca || !named || !is_critical(x509, NID_subject_alt_name))) ||
           is_critical(x509, NID_authority_key_identifier) || is_critical(x509, NID_subject_key_identifier) ||
           ((flags & EXFLAG_V1) != 0 && X509_get_ext_count(x509) > 0);
}

/* In the order in which a person wants to hear of them. */
static const struct rule {
    enum path_problem_code code;
    unsigned places;
    bool (*is_broken)(const struct rule_subject *subject);
    bool of_the_query; /* the instant or the name has a say */
} rules[] = {
    { PATH_EXPIRED, RULE_LEAF | RULE_CA | RULE_ANCHOR, is_expired, true },
    { PATH_NOT_YET_VALID, RULE_LEAF | RULE_CA | RULE_ANCHOR, is_not_yet_valid, true },
    { PATH_HOSTNAME, RULE_LEAF | RULE_PINNED, has_other_name, true },
    { PATH_NOT_A_CA, RULE_CA | RULE_ANCHOR, is_no_ca, false },
    { PATH_EKU, RULE_LEAF, is_ca_as_server, false },
    { PATH_KEY_USAGE, RULE_LEAF | RULE_CA | RULE_ANCHOR, has_wrong_key_usage, false },
    { PATH_EKU, RULE_LEAF | RULE_CA | RULE_ANCHOR, has_wrong_purpose, false },
    { PATH_EKU, RULE_LEAF, is_of_another_type, false },
    { PATH_CRITICAL_EXTENSION, RULE_LEAF | RULE_CA | RULE_ANCHOR, has_critical_extension, false },
    { PATH_MALFORMED, RULE_LEAF | RULE_CA | RULE_ANCHOR, is_malformed, false },
    { PATH_MALFORMED, RULE_LEAF | RULE_CA | RULE_ANCHOR, breaks_strict_shape, false },
    { PATH_WEAK_SIGNATURE, RULE_LEAF | RULE_CA, has_weak_signature, false },
    { PATH_WEAK_KEY, RULE_LEAF | RULE_CA | RULE_ANCHOR | RULE_PINNED, has_weak_key, false },
    { PATH_AKI_MISMATCH, RULE_LEAF | RULE_CA | RULE_ANCHOR, lacks_key_id, false },
    { PATH_DISTRUSTED, RULE_LEAF | RULE_CA | RULE_ANCHOR | RULE_PINNED, is_distrusted, false },
};

static uint32_t find_problems(const struct rule_subject *subject, bool of_the_query)
{
    uint32_t problems = 0;

    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        if (rules[i].of_the_query == of_the_query && (rules[i].places & subject->place) != 0 &&
            rules[i].is_broken(subject))
            problems |= UINT32_C(1) << rules[i].code;
    }
    return problems;
}

uint32_t rule_problems_now(const struct rule_subject *subject)
{
    return find_problems(subject, true);
}

uint32_t rule_problems_lasting(const struct rule_subject *subject)
{
    return find_problems(subject, false);
}

uint32_t rule_problems(const struct rule_subject *subject)
{
    return rule_problems_now(subject) | rule_problems_lasting(subject);
}

static bool octets_differ(const ASN1_STRING *a, const ASN1_STRING *b)
{
    return a != NULL && b != NULL && ASN1_STRING_cmp(a, b) != 0;
}

/* The first directory name among the issuers that the identifier names; others nobody compares. */
static const X509_NAME *named_issuer(const X509 *x509)
{
    const GENERAL_NAMES *names = X509_get0_authority_issuer((X509 *)x509);

    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);

        if (name->type == GEN_DIRNAME)
            return name->d.directoryName;
    }
    return NULL;
}

static bool serial_fits(X509 *x509, X509 *issuer)
{
    const ASN1_INTEGER *serial = X509_get0_authority_serial(x509);

    return serial == NULL || ASN1_INTEGER_cmp(X509_get0_serialNumber(issuer), serial) == 0;
}

static bool issuer_fits(X509 *x509, X509 *issuer)
{
    const X509_NAME *name = named_issuer(x509);

    return name == NULL || X509_NAME_cmp(name, X509_get_issuer_name(issuer)) == 0;
}

static bool same_bytes(const X509_NAME *a, const X509_NAME *b)
{
    const unsigned char *left, *right;
    size_t left_bytes, right_bytes;

    return X509_NAME_get0_der(a, &left, &left_bytes) == 1 &&
           X509_NAME_get0_der(b, &right, &right_bytes) == 1 && left_bytes == right_bytes &&
           memcmp(left, right, left_bytes) == 0;
}

/* Whether all values are of the two kinds of string that Java compares as text (X500Name.canonicalize). */
static bool are_strings(const X509_NAME *name)
{
    for (int i = 0; i < X509_NAME_entry_count(name); i++) {
        int type = ASN1_STRING_type(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, i)));

        if (type != V_ASN1_UTF8STRING && type != V_ASN1_PRINTABLESTRING)
            return false;
    }
    return true;
}

/* OpenSSL compares them as MODEL_NAMES_ASCII says (asn1_string_canon). */
bool rule_name_fits(const struct model *model, const struct certificate *certificate,
                    const struct certificate *issuer)
{
    const X509_NAME *name = X509_get_issuer_name(certificate_x509(certificate)),
                    *other = X509_get_subject_name(certificate_x509(issuer));

    if (!fingerprint_equal(certificate_issuer_digest(certificate), certificate_subject_digest(issuer)))
        return false;
    switch (model->names) {
    case MODEL_NAMES_CANONICAL: return true;
    case MODEL_NAMES_ASCII: return X509_NAME_cmp(name, other) == 0;
    case MODEL_NAMES_STRINGS:
        return same_bytes(name, other) ||
               (are_strings(name) && are_strings(other) && X509_NAME_cmp(name, other) == 0);
    case MODEL_NAMES_BYTES: return same_bytes(name, other);
    }
    return false;
}

bool rule_key_id_fits(const struct model *model, const struct certificate *certificate,
                      const struct certificate *issuer)
{
    X509 *x509 = certificate_x509(certificate), *above = certificate_x509(issuer);
    bool key_id_fits = model->aki == MODEL_AKI_IGNORED ||
                       !octets_differ(X509_get0_authority_key_id(x509), X509_get0_subject_key_id(above));

    switch (model->aki) {
    case MODEL_AKI_IGNORED:
    case MODEL_AKI_KEY_ID: return key_id_fits;
    case MODEL_AKI_KEY_ID_SERIAL:
        return key_id_fits && (X509_get_version(above) < X509_VERSION_3 || serial_fits(x509, above));
    case MODEL_AKI_ISSUER_SERIAL: return key_id_fits && serial_fits(x509, above) && issuer_fits(x509, above);
    }
    return false;
}

bool rule_looks_self_signed(const struct certificate *certificate)
{
    return (X509_get_extension_flags(certificate_x509(certificate)) & EXFLAG_SS) != 0;
}

bool rule_counts_as_served(const struct model *model, const struct certificate *certificate)
{
    return model->anchors_apart && !certificate_is_self_issued(certificate);
}

bool rule_may_anchor(const struct model *model, const struct certificate *certificate, uint32_t marks)
{
    if ((marks & TRUST_MARK_HELPER) != 0)
        return false;
    switch (model->anchors) {
    case MODEL_ANCHORS_ANY: return true;
    case MODEL_ANCHORS_EXPLICIT: return (marks & TRUST_MARK_EXPLICIT) != 0;
    case MODEL_ANCHORS_SELF_ISSUED:
        return (marks & TRUST_MARK_EXPLICIT) != 0 || rule_looks_self_signed(certificate);
    }
    return false;
}
