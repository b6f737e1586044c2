#include "schema/trust/model.h"

#include <string.h>

#include <openssl/x509v3.h>

/* What all rows of OpenSSL's family share; each row overrides what differs. */
/* clang-format off */
#define OPENSSL_FAMILY                                                                                       \
    .formats = MODEL_READS_PEM, .damage = MODEL_DAMAGE_DROPS_FILE, .trusted_block = MODEL_TRUSTED_HONOURED,  \
    .reads_by_line = true, .reads_x509_label = true, .hashed_names_only = true, .anchor_dates = true,        \
    .anchor_checks = MODEL_ANCHOR_ALL, .alternatives = MODEL_ALTERNATIVES_FIRST,                \
    .order = MODEL_TRUSTED_FIRST, .order_matters = true, .aki = MODEL_AKI_ISSUER_SERIAL,                     \
    .names = MODEL_NAMES_ASCII, .flaws = AS_OPENSSL, .keys = MODEL_KEYS_ALL, .eku = MODEL_EKU_ALL, .leaf_key_usage = MODEL_LEAF_USAGE_ANY, .netscape = true, .sha1_refused = true, .verifies = true

/* How a certificate has to be written. */
#define AS_OPENSSL ENCODING_BROKEN
#define BY_THE_RULES (ENCODING_BROKEN | ENCODING_FAULTY)
#define BY_THE_LETTER (ENCODING_BROKEN | ENCODING_FAULTY | ENCODING_LOOSE)

/* Forms of names that nobody constrains. */
#define OTHER_FORMS (MODEL_FORM(GEN_OTHERNAME) | MODEL_FORM(GEN_X400) | MODEL_FORM(GEN_EDIPARTY) | MODEL_FORM(GEN_RID))

#define JAVA_FAMILY                                                                                          \
    .formats = MODEL_READS_KEYSTORES, .damage = MODEL_DAMAGE_DROPS_FILE, .trusted_block = MODEL_TRUSTED_SKIPPED, \
    .java_marks = true, .anchors = MODEL_ANCHORS_ANY,                                                        \
    .anchor_says_ca = true, .order = MODEL_TRUSTED_FIRST, .names = MODEL_NAMES_STRINGS,                      \
    .leaf_key_usage = MODEL_LEAF_USAGE_SIGNS, .netscape = true, .sha2_only = true, .policies = true, .eku_any = MODEL_EKU_ANY_EVERYWHERE, .key_bits_min = 1024,  \
    .flaws = BY_THE_RULES, .keys = MODEL_KEYS_PUBLIC | MODEL_KEY_PSS | MODEL_KEY_ED25519 | MODEL_KEY_ED448, .unknown = MODEL_UNKNOWN_TYPE | MODEL_UNKNOWN_CRL,            \
    .sha1_refused = true, .verifies = true

#define NSS_FAMILY                                                                                           \
    .trusted_block = MODEL_TRUSTED_SKIPPED, .reads_x509_label = true, .anchors = MODEL_ANCHORS_ANY,          \
    .anchor_dates = true, .leaf_no_anchor = true, .anchor_checks = MODEL_ANCHOR_ALL, .anchor_says_ca = true, \
    .alternatives = MODEL_ALTERNATIVES_ALL, .namesakes_unsure = true, .order = MODEL_TRUSTED_FIRST,          \
    .aki = MODEL_AKI_KEY_ID, .names = MODEL_NAMES_BYTES, .eku = MODEL_EKU_ALL,                               \
    .leaf_key_usage = MODEL_LEAF_USAGE_KIND, .netscape = true, .policies = true, .strict = true, .key_bits_min = 1024, .sha2_only = true, \
    .flaws = BY_THE_LETTER, .keys = MODEL_KEYS_PUBLIC | MODEL_KEY_PSS | MODEL_KEY_DSA,                       \
    .unknown = MODEL_UNKNOWN_POLICIES | MODEL_UNKNOWN_RULES | MODEL_UNKNOWN_CRL, .unknown_forms = MODEL_FORM(GEN_DIRNAME), \
    .sha1_refused = true, .verifies = true

/*
 * What a Java virtual machine asks where the served list is no path (PKIXValidator.doBuild): at most five intermediates
 * (PKIXBuilderParameters.getMaxPathLength), and anchors must be valid. JDK 11 looks at an anchor's name constraints
 * here, JDK 7 wanted key ids and serial numbers to fit (AdaptableX509CertSelector); 17, 21 and 25 do neither.
 */
static const struct model java_builder = {
    .name = "java", .clients = "Java virtual machines with JSSE",
    JAVA_FAMILY, .alternatives = MODEL_ALTERNATIVES_ALL, .first_path = true, .cas_max = 5,
    .anchor_dates = true, .anchor_checks = MODEL_ANCHOR_ALL, .aki = MODEL_AKI_KEY_ID_SERIAL
};

static const struct model models[] = {
    /*
     * What the standard allows, for clients that nobody has measured: every path is tried (RFC 4158),
     * every certificate of the set may be an anchor. Sterner than RFC 5280 where everyone is: anchors'
     * own dates and constraints count (section 6.2 leaves that open), and SHA-1 signatures do not, since
     * collisions with a chosen prefix have been published.
     */
    { .name = "rfc5280", .clients = "any client that builds paths as RFC 5280 and RFC 4158 describe",
      .formats = MODEL_READS_ANY, .damage = MODEL_DAMAGE_SKIPS_BLOCK, .trusted_block = MODEL_TRUSTED_HONOURED,
      .reads_x509_label = true, .anchors = MODEL_ANCHORS_ANY, .anchor_dates = true,
      .anchor_checks = MODEL_ANCHOR_ALL, .alternatives = MODEL_ALTERNATIVES_ALL,
      .order = MODEL_TRUSTED_FIRST, .aki = MODEL_AKI_IGNORED, .names = MODEL_NAMES_CANONICAL,
      .eku = MODEL_EKU_ALL, .eku_any = MODEL_EKU_ANY_EVERYWHERE, .key_bits_min = 1024, .policies = true, .flaws = BY_THE_RULES, .keys = MODEL_KEYS_ALL, .sha1_refused = true, .verifies = true },

    /*
     * OpenSSL 3.0, read (crypto/x509: build_chain, find_issuer, get1_issuer, check_trust,
     * check_extensions) and measured with the command-line tool of Debian 12: one issuer a step, taken from the store if it has any of that name; of several the first that is
     * valid now, else the one that ends last. A trusted certificate that is not self-signed ends no
     * path unless a TRUSTED block says so. anyExtendedKeyUsage is not serverAuth. Debian's security
     * level 2 asks for 112 bits: RSA 2048.
     */
    { .name = "openssl", .clients = "OpenSSL 1.1 and 3, Python up to 3.12, PHP streams, Ruby, nginx as a client",
      OPENSSL_FAMILY, .anchors = MODEL_ANCHORS_SELF_ISSUED, .key_bits_min = 2048 },

    /* curl sets X509_V_FLAG_PARTIAL_CHAIN: any certificate of the store ends a path. Measured with curl 7.88.1. */
    { .name = "openssl-partial", .clients = "curl and libcurl with OpenSSL, PHP's curl",
      OPENSSL_FAMILY, .anchors = MODEL_ANCHORS_ANY, .key_bits_min = 2048 },

    /*
     * Python 3.13's default context: PARTIAL_CHAIN and X509_STRICT (verify_flags 0x88020, measured). A
     * root of X.509 version 1 is refused, and each issued certificate needs an authority key id.
     */
    { .name = "openssl-partial-strict", .clients = "Python 3.13 and later",
      OPENSSL_FAMILY, .anchors = MODEL_ANCHORS_ANY, .strict = true, .key_bits_min = 2048 },

    /*
     * BoringSSL as grpcio 1.85 carries it for Python, measured with its channels: partial chains as curl's, but of several
     * issuers of a name the first is taken, a leaf with a key usage must sign, policies count, and a byte order mark hides the first
     * certificate. It takes roots that OpenSSL refuses for their extensions; here they are refused.
     */
    { .name = "boringssl", .clients = "grpc for Python",
      .formats = MODEL_READS_PEM, .damage = MODEL_DAMAGE_DROPS_FILE, .trusted_block = MODEL_TRUSTED_SKIPPED,
      .reads_x509_label = true, .loses_first_after_bom = true, .anchors = MODEL_ANCHORS_ANY, .anchor_dates = true,
      .anchor_checks = MODEL_ANCHOR_ALL, .alternatives = MODEL_ALTERNATIVES_FIRST, .first_of_name = true,
      .order = MODEL_TRUSTED_FIRST, .order_matters = true, .aki = MODEL_AKI_ISSUER_SERIAL, .names = MODEL_NAMES_ASCII,
      .flaws = BY_THE_LETTER, .keys = MODEL_KEYS_PUBLIC, .unknown = MODEL_UNKNOWN_ALL, .sha2_only = true, .policies = true,
      .eku = MODEL_EKU_ALL, .leaf_key_usage = MODEL_LEAF_USAGE_SIGNS, .key_bits_min = 2048, .sha1_refused = true, .verifies = true },

    /*
     * Node 20 with its own OpenSSL at security level 1, measured: NODE_EXTRA_CA_CERTS is read block by
     * block up to the first damaged one, TRUSTED blocks are passed over, and there are no directories.
     */
    { .name = "node", .clients = "Node.js with its own roots and NODE_EXTRA_CA_CERTS",
      .formats = MODEL_READS_PEM, .damage = MODEL_DAMAGE_KEEPS_BEFORE, .trusted_block = MODEL_TRUSTED_SKIPPED,
      .reads_by_line = true, .reads_x509_label = true, .anchors = MODEL_ANCHORS_SELF_ISSUED, .anchor_dates = true,
      .anchor_checks = MODEL_ANCHOR_ALL, .alternatives = MODEL_ALTERNATIVES_FIRST,
      .order = MODEL_TRUSTED_FIRST, .order_matters = true, .aki = MODEL_AKI_ISSUER_SERIAL,
      .names = MODEL_NAMES_ASCII, .flaws = AS_OPENSSL, .keys = MODEL_KEYS_ALL, .eku = MODEL_EKU_ALL, .leaf_key_usage = MODEL_LEAF_USAGE_ANY, .netscape = true, .key_bits_min = 1024,
      .sha1_refused = true, .verifies = true },

    /*
     * .NET Core 3.1.23 on OpenSSL 1.1, measured: it reads SSL_CERT_FILE up to the first damaged block, of SSL_CERT_DIR every
     * file, and no TRUSTED blocks. What is not self-issued it hands to OpenSSL as if it had been served first. Policies count,
     * and must be decodable whoever asks for them; a leaf's key usage and Netscape type do not.
     */
    { .name = "dotnet", .clients = ".NET on Linux",
      .formats = MODEL_READS_PEM, .damage = MODEL_DAMAGE_KEEPS_BEFORE, .trusted_block = MODEL_TRUSTED_SKIPPED,
      .reads_by_line = true, .reads_x509_label = true, .loses_first_after_bom = true, .anchors = MODEL_ANCHORS_SELF_ISSUED,
      .anchors_apart = true, .anchor_dates = true, .anchor_checks = MODEL_ANCHOR_ALL, .alternatives = MODEL_ALTERNATIVES_FIRST,
      .order = MODEL_TRUSTED_FIRST, .order_matters = true, .aki = MODEL_AKI_ISSUER_SERIAL,
      .names = MODEL_NAMES_ASCII, .flaws = BY_THE_RULES | ENCODING_POLICIES, .keys = MODEL_KEYS_PUBLIC, .eku = MODEL_EKU_ALL, .policies = true,
      .key_bits_min = 2048, .sha1_refused = true, .verifies = true },

    /*
     * JDK 8u252, 11, 17, 21 and 25, read and measured (schema/trust/jsse.h); 8u212 asks less of an anchor: of one only the CA flag and key usage
     * count, neither EKU nor name constraints nor path length, and its dates only where the builder runs.
     * PKCS#12 certificates count with Java's attribute only, a key entry gives its first certificate, PEM is not read. JDK 16
     * dropped all curves but NIST's three, JDK 8 and 11 refuse them (jdk.disabled.namedCurves). SHA-1
     * is refused below the JDK's own roots only (jdk.certpath.disabledAlgorithms); here always.
     * A leaf with a key usage must sign (EndEntityChecker, but for TLS 1.2's exchange of RSA), and be a server's where it has
     * a Netscape type. SHA-224 is refused by 25, SHA-3 by all. Policies count (PolicyChecker).
     */
    { .name = "java", .clients = "Java virtual machines with JSSE",
      JAVA_FAMILY, .anchor_checks = MODEL_ANCHOR_SIGNS, .alternatives = MODEL_ALTERNATIVES_JSSE,
      .builder = &java_builder, .served_max = 10 },

    /*
     * GnuTLS 3.7.9, measured with gnutls-cli: the list as served is the path; its last certificate or
     * that one's issuer must be in the set, so a pinned leaf counts only where it is served alone.
     * TRUSTED blocks are passed over, damage loses the file. Names are compared as bytes. An e-mail-only root is
     * accepted, an intermediate with an EKU must name serverAuth itself; a leaf with a key usage must sign.
     */
    { .name = "gnutls", .clients = "GnuTLS 3.7: git, wget, exim and apt of Debian",
      .formats = MODEL_READS_PEM, .damage = MODEL_DAMAGE_DROPS_FILE, .trusted_block = MODEL_TRUSTED_SKIPPED,
      .reads_x509_label = true, .anchors = MODEL_ANCHORS_ANY, .anchor_dates = true,
      .anchor_checks = MODEL_ANCHOR_ALL, .alternatives = MODEL_ALTERNATIVES_SERVED,
      .order = MODEL_SERVED_FIRST, .order_matters = true, .aki = MODEL_AKI_KEY_ID, .names = MODEL_NAMES_BYTES,
      .leaf_key_usage = MODEL_LEAF_USAGE_SIGNS, .eku = MODEL_EKU_ISSUED, .eku_any = MODEL_EKU_ANY_LEAF, .key_bits_min = 1024, .flaws = BY_THE_RULES, .flaws_damage = true, .keys = MODEL_KEYS_PUBLIC | MODEL_KEY_PSS | MODEL_KEY_DSA | MODEL_KEY_ED25519 | MODEL_KEY_ED448,
      .unknown = MODEL_UNKNOWN_TYPE | MODEL_UNKNOWN_RULES, .unknown_forms = OTHER_FORMS | MODEL_FORM(GEN_DIRNAME), .asks_for_staple = true,
      .sha1_refused = true, .verifies = true },

    /*
     * Go 1.26's crypto/x509, read (verify.go, cert_pool.go) and measured: every path, every certificate of
     * the pool an anchor, roots' dates and EKU count, only "CERTIFICATE" blocks without headers are
     * read, a bad block is skipped, and a byte order mark hides the first one. Names are compared as bytes. Policies
     * count, SHA-224 is not known.
     */
    { .name = "go", .clients = "programs written in Go",
      .formats = MODEL_READS_PEM, .damage = MODEL_DAMAGE_SKIPS_BLOCK, .trusted_block = MODEL_TRUSTED_SKIPPED,
      .loses_first_after_bom = true, .anchors = MODEL_ANCHORS_ANY, .anchor_dates = true,
      .anchor_checks = MODEL_ANCHOR_ALL, .anchor_says_ca = true, .alternatives = MODEL_ALTERNATIVES_ALL,
      .order = MODEL_TRUSTED_FIRST, .aki = MODEL_AKI_IGNORED, .names = MODEL_NAMES_BYTES, .eku = MODEL_EKU_ALL,
      .eku_any = MODEL_EKU_ANY_EVERYWHERE, .key_bits_min = 1024, .sha2_only = true, .flaws = BY_THE_LETTER,
      .keys = MODEL_KEYS_PUBLIC | MODEL_KEY_ED25519, .unknown = MODEL_UNKNOWN_TYPE,
      .unknown_forms = OTHER_FORMS | MODEL_FORM(GEN_DIRNAME), .policies = true, .sha1_refused = true, .verifies = true },

    /*
     * OpenSSL 1.0.2, read (crypto/x509/x509_vfy.c) and measured with Node 8.17, which carries 1.0.2s: issuers are taken
     * from the served list first, from the store the first of a name whatever its dates; only where that leads to nothing
     * trusted is the store asked for lower ones (alternative chains). Of an anchor key usage and name constraints count.
     */
    { .name = "openssl-1.0.2", .clients = "OpenSSL 1.0.2 and what was built with it: Debian 8, CentOS 7, Python 2.7 of old",
      .formats = MODEL_READS_PEM, .damage = MODEL_DAMAGE_DROPS_FILE, .trusted_block = MODEL_TRUSTED_HONOURED,
      .reads_by_line = true, .reads_x509_label = true, .hashed_names_only = true, .anchors = MODEL_ANCHORS_SELF_ISSUED,
      .anchor_dates = true, .anchor_checks = MODEL_ANCHOR_KEY_USAGE | MODEL_ANCHOR_NAMES | MODEL_ANCHOR_FORM,
      .alternatives = MODEL_ALTERNATIVES_LAST_RESORT, .order = MODEL_SERVED_FIRST, .order_matters = true,
      .aki = MODEL_AKI_ISSUER_SERIAL, .names = MODEL_NAMES_ASCII, .flaws = AS_OPENSSL, .keys = MODEL_KEYS_PUBLIC | MODEL_KEY_DSA | MODEL_KEY_CURVE, .eku = MODEL_EKU_ISSUED, .leaf_key_usage = MODEL_LEAF_USAGE_ANY, .netscape = true,
      .key_bits_min = 1024, .sha1_refused = true, .verifies = true },

    /*
     * GnuTLS before 3.6.14: as 3.7, but where the end of the list leads to a root that has expired no other is looked for
     * (its issue 1008, after the AddTrust root of 2020). Not measured: no release that old can be had here.
     */
    { .name = "gnutls-3.6", .clients = "GnuTLS before 3.6.14: Debian 9 and 10, RHEL 7",
      .formats = MODEL_READS_PEM, .damage = MODEL_DAMAGE_DROPS_FILE, .trusted_block = MODEL_TRUSTED_SKIPPED,
      .reads_x509_label = true, .anchors = MODEL_ANCHORS_ANY, .anchor_dates = true,
      .anchor_checks = MODEL_ANCHOR_ALL, .alternatives = MODEL_ALTERNATIVES_SERVED,
      .order = MODEL_SERVED_FIRST, .ends_once = true, .order_matters = true, .aki = MODEL_AKI_KEY_ID, .names = MODEL_NAMES_BYTES,
      .leaf_key_usage = MODEL_LEAF_USAGE_SIGNS, .eku = MODEL_EKU_ISSUED, .eku_any = MODEL_EKU_ANY_LEAF, .key_bits_min = 1024, .flaws = BY_THE_RULES, .flaws_damage = true, .keys = MODEL_KEYS_PUBLIC,
      .unknown = MODEL_UNKNOWN_TYPE | MODEL_UNKNOWN_RULES, .unknown_forms = OTHER_FORMS | MODEL_FORM(GEN_DIRNAME), .asks_for_staple = true,
      .sha1_refused = true, .verifies = true },

    /*
     * NSS 3.87, measured with tstclnt, by its classic builder and by libpkix: where they differ the sterner counts. A leaf
     * ends no path; any purpose is not serverAuth; the classic one follows one issuer a step, which of two of a name it
     * does not say. Extended key usage of intermediates counts as in Firefox's own verifier (mozilla::pkix), which was not measured. libpkix looks at
     * policies.
     */
    { .name = "nss", .clients = "Firefox, Thunderbird and programs on NSS",
      NSS_FAMILY, .formats = MODEL_READS_ANY, .damage = MODEL_DAMAGE_SKIPS_BLOCK },

    /*
     * libcurl 7.88.1 with NSS 3.87 and its PEM module, measured: the classic builder, and a damaged block loses the file.
     * What a database of NSS adds (SSL_DIR, /etc/pki/nssdb) is not read.
     */
    { .name = "nss-pem", .clients = "curl and libcurl with NSS: RHEL and CentOS 6 and 7",
      NSS_FAMILY, .formats = MODEL_READS_PEM, .damage = MODEL_DAMAGE_DROPS_FILE },

    /*
     * rustls 0.23 with rustls-webpki and rustls-native-certs, measured: an anchor is a name, a key and name constraints;
     * neither its dates nor its other extensions count. A leaf ends no path, any purpose is not serverAuth.
     */
    { .name = "rustls", .clients = "programs in Rust on rustls",
      .formats = MODEL_READS_PEM, .damage = MODEL_DAMAGE_SKIPS_BLOCK, .trusted_block = MODEL_TRUSTED_SKIPPED,
      .loses_first_after_bom = true, .anchors = MODEL_ANCHORS_ANY, .leaf_no_anchor = true,
      .anchor_checks = MODEL_ANCHOR_NAMES, .alternatives = MODEL_ALTERNATIVES_ALL,
      .order = MODEL_TRUSTED_FIRST, .aki = MODEL_AKI_IGNORED, .names = MODEL_NAMES_BYTES, .eku = MODEL_EKU_ISSUED,
      .key_bits_min = 2048, .sha2_only = true, .ecdsa_short = true, .flaws = BY_THE_LETTER, .leaf_no_ca = true,
      .keys = MODEL_KEY_RSA | MODEL_KEY_P256 | MODEL_KEY_ED25519, .unknown_forms = MODEL_FORM(GEN_DIRNAME),
      .unknown = MODEL_UNKNOWN_TYPE | MODEL_UNKNOWN_POLICIES | MODEL_UNKNOWN_RULES, .sha1_refused = true, .verifies = true },

    /*
     * Windows' CryptoAPI, read (Microsoft's documentation of CertGetCertificateChain and of the automatic root update): all
     * paths are tried, a root of Microsoft's programme that is absent is loaded when it is needed, a missing intermediate is
     * fetched. So a trust set that does not suffice leaves the answer open.
     */
    { .name = "windows", .clients = "Windows: SChannel, .NET, browsers on its store",
      .formats = MODEL_READS_ANY, .damage = MODEL_DAMAGE_SKIPS_BLOCK, .trusted_block = MODEL_TRUSTED_SKIPPED,
      .reads_x509_label = true, .anchors = MODEL_ANCHORS_SELF_ISSUED, .anchor_dates = true,
      .anchor_checks = MODEL_ANCHOR_ALL, .alternatives = MODEL_ALTERNATIVES_ALL, .order = MODEL_TRUSTED_FIRST,
      .aki = MODEL_AKI_IGNORED, .names = MODEL_NAMES_BYTES, .flaws = BY_THE_RULES, .keys = MODEL_KEYS_PUBLIC, .eku = MODEL_EKU_ALL, .eku_any = MODEL_EKU_ANY_EVERYWHERE,
      .key_bits_min = 1024, .sha1_refused = true, .aia = MODEL_AIA_MAY, .absent = MODEL_ABSENT_LOADS,
      .revocation = MODEL_REVOCATION_SOFT, .verifies = true },

    /*
     * Android before 5.0, read (libcore's TrustManagerImpl and Harmony's PKIX validator): the list as served is the path, cut
     * where one of its certificates is an anchor or was issued by one; an anchor's dates do not count, as in DST Root CA X3's
     * use on Android after its end.
     */
    { .name = "android-4", .clients = "Android before 5.0",
      .formats = MODEL_READS_ANY, .damage = MODEL_DAMAGE_SKIPS_BLOCK, .trusted_block = MODEL_TRUSTED_SKIPPED,
      .reads_x509_label = true, .anchors = MODEL_ANCHORS_ANY, .leaf_no_anchor = true,
      .anchor_checks = MODEL_ANCHOR_ALL, .alternatives = MODEL_ALTERNATIVES_SERVED, .order = MODEL_SERVED_FIRST,
      .order_matters = true, .aki = MODEL_AKI_KEY_ID, .names = MODEL_NAMES_STRINGS, .flaws = BY_THE_RULES, .keys = MODEL_KEYS_PUBLIC, .unknown = MODEL_UNKNOWN_ALL, .eku = MODEL_EKU_ISSUED,
      .leaf_key_usage = MODEL_LEAF_USAGE_ANY, .eku_any = MODEL_EKU_ANY_EVERYWHERE, .key_bits_min = 1024, .sha1_refused = true, .verifies = true },

    /* A client told not to verify: every change of root leaves it working, and anybody can pose as the server. */
    { .name = "none", .clients = "clients with verification switched off",
      .formats = MODEL_READS_ANY, .damage = MODEL_DAMAGE_SKIPS_BLOCK, .trusted_block = MODEL_TRUSTED_HONOURED,
      .reads_x509_label = true, .anchors = MODEL_ANCHORS_ANY },
    { 0 },
};
/* clang-format on */

const struct model *model_find(const char *name)
{
    for (const struct model *row = models; row->name != NULL; row++) {
        if (strcmp(row->name, name) == 0)
            return row;
    }
    return NULL;
}

const struct model *model_all(void)
{
    return models;
}
