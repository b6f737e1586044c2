#include "schema/x509/certificate.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "schema/base/input.h"
#include "schema/base/text.h"
#include "schema/x509/encoding.h"
#include "schema/x509/names.h"

/* A PEM file of certificates: the largest bundles are under 2 MiB. */
#define PEM_BYTES_MAX (16 * 1024 * 1024)

struct certificate {
    atomic_uint references;
    uint8_t *der;
    size_t der_bytes;
    X509 *x509;
    struct fingerprint fingerprint, key_identity, subject_digest, issuer_digest;
    int64_t not_before, not_after;
    unsigned flaws;
    char *label, *subject, *issuer, *serial;
};

static bool read_time(const ASN1_TIME *time, int64_t *instant)
{
    struct tm parts;

    if (ASN1_TIME_to_tm(time, &parts) != 1)
        return false;
    *instant = timegm(&parts);
    return true;
}

/* Algorithms whose keys OpenSSL reads: where it cannot, the key is damaged and not merely foreign. */
static const int known_keys[] = { NID_rsaEncryption, NID_rsassaPss, NID_dsa,    NID_X9_62_id_ecPublicKey,
                                  NID_ED25519,       NID_ED448,     NID_X25519, NID_X448 };

static bool key_is_damaged(const X509 *x509)
{
    ASN1_OBJECT *algorithm = NULL;

    if (X509_get0_pubkey(x509) != NULL)
        return false;
    if (X509_PUBKEY_get0_param(&algorithm, NULL, NULL, NULL, X509_get_X509_PUBKEY(x509)) != 1)
        return true;
    for (size_t i = 0; i < sizeof(known_keys) / sizeof(known_keys[0]); i++) {
        if (OBJ_obj2nid(algorithm) == known_keys[i])
            return true;
    }
    return false;
}

/* UTF-8 of one line; control characters escaped, so a name never breaks a line. */
static char *describe_name(const X509_NAME *name)
{
    BIO *out = BIO_new(BIO_s_mem());
    struct text text = { 0 };
    char *bytes;
    long size;

    if (out == NULL)
        abort();
    X509_NAME_print_ex(out, name, 0, (XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB) | ASN1_STRFLGS_ESC_CTRL);
    size = BIO_get_mem_data(out, &bytes);
    text_append(&text, bytes, size > 0 ? (size_t)size : 0);
    BIO_free(out);
    return text.bytes != NULL ? text_take(&text) : memory_text("");
}

/* The last value of one attribute as escaped UTF-8; NULL when there is none. */
static char *find_attribute(const X509_NAME *name, int nid)
{
    int last = -1;
    BIO *out;
    char *bytes, *value = NULL;
    long size;

    for (int at = -1; (at = X509_NAME_get_index_by_NID(name, nid, at)) >= 0;)
        last = at;
    if (last < 0)
        return NULL;
    out = BIO_new(BIO_s_mem());
    if (out == NULL)
        abort();
    ASN1_STRING_print_ex(out, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, last)),
                         ASN1_STRFLGS_UTF8_CONVERT | ASN1_STRFLGS_ESC_CTRL);
    size = BIO_get_mem_data(out, &bytes);
    if (size > 0) {
        value = memory_new((size_t)size + 1);
        memcpy(value, bytes, (size_t)size);
    }
    BIO_free(out);
    return value;
}

static char *choose_label(const X509_NAME *name, const char *whole)
{
    char *label = find_attribute(name, NID_commonName);

    if (label == NULL)
        label = find_attribute(name, NID_organizationalUnitName);
    return label != NULL ? label : memory_text(whole);
}

static char *describe_serial(const ASN1_INTEGER *serial)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *bytes = ASN1_STRING_get0_data(serial);
    size_t size = (size_t)ASN1_STRING_length(serial);
    struct text text = { 0 };

    if ((ASN1_STRING_type(serial) & V_ASN1_NEG) != 0)
        text_add(&text, "-");
    for (size_t i = 0; i < size; i++) {
        char pair[2] = { digits[bytes[i] >> 4], digits[bytes[i] & 15] };
        size_t skip = text.size > 0 && text.bytes[text.size - 1] != '-' ? 0
                      : pair[0] != '0'                                  ? 0
                      : pair[1] != '0'                                  ? 1
                                                                        : 2;

        text_append(&text, pair + skip, 2 - skip);
    }
    if (text.size == 0)
        text_add(&text, "0");
    return text_take(&text);
}

static struct fingerprint digest_name(const X509_NAME *name)
{
    size_t size;
    uint8_t *normal = names_normalise(name, &size);
    struct fingerprint digest = fingerprint_of(normal, size);

    free(normal);
    return digest;
}

static struct fingerprint digest_key(X509 *x509)
{
    struct fingerprint_hash *hash = fingerprint_hash_new();
    size_t size;
    uint8_t *subject = names_normalise(X509_get_subject_name(x509), &size);
    unsigned char *key = NULL;
    int key_bytes = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509), &key);

    fingerprint_hash_add(hash, subject, size);
    if (key_bytes > 0)
        fingerprint_hash_add(hash, key, (size_t)key_bytes);
    OPENSSL_free(key);
    free(subject);
    return fingerprint_hash_take(hash);
}

static void describe(struct certificate *certificate)
{
    const X509_NAME *subject = X509_get_subject_name(certificate->x509);

    /* OpenSSL caches extensions at the first question; asked here, the object is read-only afterwards. */
    X509_check_purpose(certificate->x509, -1, 0);
    certificate->flaws = encoding_flaws(certificate->x509, certificate->der, certificate->der_bytes);
    certificate->fingerprint = fingerprint_of(certificate->der, certificate->der_bytes);
    certificate->key_identity = digest_key(certificate->x509);
    certificate->subject_digest = digest_name(subject);
    certificate->issuer_digest = digest_name(X509_get_issuer_name(certificate->x509));
    certificate->subject = describe_name(subject);
    certificate->issuer = describe_name(X509_get_issuer_name(certificate->x509));
    certificate->label = choose_label(subject, certificate->subject);
    certificate->serial = describe_serial(X509_get0_serialNumber(certificate->x509));
}

struct certificate *certificate_parse(const void *der, size_t size, struct error *err)
{
    struct certificate *certificate;
    const unsigned char *at = der;
    X509 *x509;

    if (size == 0 || size > CERTIFICATE_BYTES_MAX) {
        error_set(err, ERROR_FORMAT, "%zu bytes are no certificate: 1 to %d are expected", size,
                  CERTIFICATE_BYTES_MAX);
        return NULL;
    }
    x509 = d2i_X509(NULL, &at, (long)size);
    if (x509 == NULL) {
        error_openssl(err, "not a DER certificate");
        err->kind = ERROR_FORMAT;
        return NULL;
    }
    certificate = memory_new(sizeof(*certificate));
    atomic_init(&certificate->references, 1);
    certificate->x509 = x509;
    if (at != (const unsigned char *)der + size) {
        error_set(err, ERROR_FORMAT, "%zu bytes follow the certificate",
                  size - (size_t)(at - (const unsigned char *)der));
    } else if (!read_time(X509_get0_notBefore(x509), &certificate->not_before) ||
               !read_time(X509_get0_notAfter(x509), &certificate->not_after)) {
        error_set(err, ERROR_FORMAT, "the certificate's validity cannot be read");
    } else if (key_is_damaged(x509)) {
        error_set(err, ERROR_FORMAT, "the certificate's public key cannot be read");
    } else {
        certificate->der = memory_copy(der, size);
        certificate->der_bytes = size;
        describe(certificate);
        ERR_clear_error();
        return certificate;
    }
    ERR_clear_error();
    certificate_free(certificate);
    return NULL;
}

struct certificate *certificate_ref(struct certificate *certificate)
{
    atomic_fetch_add_explicit(&certificate->references, 1, memory_order_relaxed);
    return certificate;
}

void certificate_free(struct certificate *certificate)
{
    if (certificate == NULL ||
        atomic_fetch_sub_explicit(&certificate->references, 1, memory_order_acq_rel) != 1)
        return;
    X509_free(certificate->x509);
    free(certificate->der);
    free(certificate->label);
    free(certificate->subject);
    free(certificate->issuer);
    free(certificate->serial);
    free(certificate);
}

const uint8_t *certificate_der(const struct certificate *certificate, size_t *size)
{
    *size = certificate->der_bytes;
    return certificate->der;
}

X509 *certificate_x509(const struct certificate *certificate)
{
    return certificate->x509;
}

const struct fingerprint *certificate_fingerprint(const struct certificate *certificate)
{
    return &certificate->fingerprint;
}

const struct fingerprint *certificate_key_identity(const struct certificate *certificate)
{
    return &certificate->key_identity;
}

const struct fingerprint *certificate_subject_digest(const struct certificate *certificate)
{
    return &certificate->subject_digest;
}

const struct fingerprint *certificate_issuer_digest(const struct certificate *certificate)
{
    return &certificate->issuer_digest;
}

int64_t certificate_not_before(const struct certificate *certificate)
{
    return certificate->not_before;
}

int64_t certificate_not_after(const struct certificate *certificate)
{
    return certificate->not_after;
}

unsigned certificate_flaws(const struct certificate *certificate)
{
    return certificate->flaws;
}

bool certificate_is_self_issued(const struct certificate *certificate)
{
    return fingerprint_equal(&certificate->subject_digest, &certificate->issuer_digest);
}

const char *certificate_label(const struct certificate *certificate)
{
    return certificate->label;
}

const char *certificate_subject(const struct certificate *certificate)
{
    return certificate->subject;
}

const char *certificate_issuer(const struct certificate *certificate)
{
    return certificate->issuer;
}

const char *certificate_serial(const struct certificate *certificate)
{
    return certificate->serial;
}

void certificate_list_add(struct certificate_list *list, struct certificate *certificate)
{
    list->items = array_grow(list->items, list->count, sizeof(*list->items));
    list->items[list->count++] = certificate_ref(certificate);
}

void certificate_list_clear(struct certificate_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        certificate_free(list->items[i]);
    free(list->items);
    *list = (struct certificate_list){ 0 };
}

/* The certificate that a block holds. After a TRUSTED block's certificate its CertAux follows, which is dropped here. */
static struct certificate *read_block(const char *label, const unsigned char *der, long size,
                                      struct error *err)
{
    const unsigned char *end = der;

    if (strcmp(label, PEM_STRING_X509_TRUSTED) == 0) {
        long inner;
        int tag, class;

        if ((ASN1_get_object(&end, &inner, &tag, &class, size) & 0x80) == 0 && inner >= 0)
            size = (end - der) + inner;
        ERR_clear_error();
    }
    return certificate_parse(der, (size_t)size, err);
}

static bool holds_certificate(const char *label)
{
    return strcmp(label, PEM_STRING_X509) == 0 || strcmp(label, PEM_STRING_X509_OLD) == 0 ||
           strcmp(label, PEM_STRING_X509_TRUSTED) == 0;
}

/* OpenSSL reports the end of a text as an error; this tells the two apart. */
static bool at_end_of_text(void)
{
    bool end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;

    if (end)
        ERR_clear_error();
    return end;
}

bool certificate_list_parse_pem(struct certificate_list *list, const void *text, size_t size,
                                struct error *err)
{
    BIO *in;
    size_t block = 0, before = list->count;
    bool ok = true;

    if (size > PEM_BYTES_MAX)
        return error_set(err, ERROR_LIMIT, "a PEM text of more than %d bytes", PEM_BYTES_MAX);
    in = BIO_new_mem_buf(text, (int)size);
    if (in == NULL)
        return error_openssl(err, "reading PEM");
    while (ok) {
        char *label = NULL, *header = NULL;
        unsigned char *der = NULL;
        long der_bytes = 0;

        ERR_clear_error();
        if (PEM_read_bio(in, &label, &header, &der, &der_bytes) != 1) {
            if (at_end_of_text())
                break;
            error_openssl(err, "PEM block %zu", block + 1);
            err->kind = ERROR_FORMAT;
            ok = false;
            break;
        }
        block++;
        if (holds_certificate(label)) {
            struct certificate *certificate = read_block(label, der, der_bytes, err);

            ok = certificate != NULL || error_within(err, "PEM block %zu", block);
            if (certificate != NULL)
                certificate_list_add(list, certificate);
            certificate_free(certificate);
        }
        OPENSSL_free(label);
        OPENSSL_free(header);
        OPENSSL_free(der);
    }
    BIO_free(in);
    if (ok && list->count == before)
        return error_set(err, ERROR_FORMAT, "no certificate in PEM");
    return ok;
}

bool certificate_list_read_pem(struct certificate_list *list, const char *path, struct error *err)
{
    struct input input;
    bool ok;

    if (!input_read(INPUT_MACHINE, path, PEM_BYTES_MAX, &input, err))
        return false;
    ok = certificate_list_parse_pem(list, input.bytes, input.size, err) || error_within(err, "%s", path);
    input_clear(&input);
    return ok;
}
