#include "tests/support/pki.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#define JANUARY_2020 INT64_C(1577836800)
#define JANUARY_2040 INT64_C(2208988800)

static void must(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "test pki: %s\n", what);
    ERR_print_errors_fp(stderr);
    exit(99);
}

EVP_PKEY *pki_key(unsigned number)
{
    static EVP_PKEY *keys[PKI_KEYS];

    must(number < PKI_KEYS, "no such key number");
    if (keys[number] == NULL)
        keys[number] = EVP_EC_gen("P-256");
    must(keys[number] != NULL, "making a key");
    return keys[number];
}

EVP_PKEY *pki_rsa_key(int bits)
{
    EVP_PKEY *key = EVP_RSA_gen((unsigned)bits);

    must(key != NULL, "making an RSA key");
    return key;
}

/* A value as the bytes of its string type: BMPString is UTF-16, and ASCII is all that tests put in it. */
static void add_value(X509_NAME *name, const char *attribute, const char *value, int type, bool beside)
{
    struct text wide = { 0 };

    for (const char *at = value; type == V_ASN1_BMPSTRING && *at != '\0'; at++)
        text_append(&wide, (const char[2]){ 0, *at }, 2);
    must(X509_NAME_add_entry_by_txt(name, attribute, type != 0 ? type : MBSTRING_UTF8,
                                    (const unsigned char *)(wide.size > 0 ? wide.bytes : value),
                                    wide.size > 0 ? (int)wide.size : -1, -1, beside ? -1 : 0) == 1,
         "a name's part");
    text_clear(&wide);
}

static X509_NAME *make_name(const char *text, int type)
{
    X509_NAME *name = X509_NAME_new();
    char *copy = memory_text(text), *rest = NULL;

    for (char *part = strtok_r(copy, "/", &rest); part != NULL; part = strtok_r(NULL, "/", &rest)) {
        bool beside = part[0] == '+'; /* a further attribute of the same relative name */
        char *value = strchr(part, '=');

        must(value != NULL, "a name's part without =");
        *value++ = '\0';
        add_value(name, part + beside, value, type, beside);
    }
    free(copy);
    return name;
}

static void add_extension(X509 *x509, X509V3_CTX *context, const char *line)
{
    char *name = memory_text(line), *value = strchr(name, '=');
    X509_EXTENSION *extension;

    must(value != NULL, "an extension without =");
    *value++ = '\0';
    extension = X509V3_EXT_nconf(NULL, context, name, value);
    must(extension != NULL, line);
    X509_add_ext(x509, extension, -1);
    X509_EXTENSION_free(extension);
    free(name);
}

static struct certificate *finish(X509 *x509)
{
    struct error err = { 0 };
    unsigned char *der = NULL;
    int size = i2d_X509(x509, &der);
    struct certificate *certificate = certificate_parse(der, (size_t)size, &err);

    must(certificate != NULL, err.message);
    OPENSSL_free(der);
    X509_free(x509);
    return certificate;
}

struct certificate *pki_issue(const struct pki_request *request)
{
    X509 *x509 = X509_new(), *issuer = request->issuer != NULL ? certificate_x509(request->issuer) : x509;
    EVP_PKEY *key = request->own_key != NULL ? request->own_key : pki_key(request->key);
    EVP_PKEY *signer = request->signing_key != NULL ? request->signing_key
                       : request->signer != 0       ? pki_key(request->signer)
                                                    : key;
    X509_NAME *name = make_name(request->subject, request->string_type);
    CONF *nothing = NCONF_new(NULL);
    X509V3_CTX context;
    bool unhashed = EVP_PKEY_get_id(signer) == EVP_PKEY_ED25519;

    X509_set_version(x509, request->extensions != NULL ? X509_VERSION_3 : X509_VERSION_1);
    ASN1_INTEGER_set(X509_get_serialNumber(x509), request->serial != 0 ? request->serial : 1);
    ASN1_TIME_set(X509_getm_notBefore(x509), request->not_before != 0 ? request->not_before : JANUARY_2020);
    ASN1_TIME_set(X509_getm_notAfter(x509), request->not_after != 0 ? request->not_after : JANUARY_2040);
    X509_set_subject_name(x509, name);
    X509_NAME_free(name);
    name = request->issuer_name != NULL ? make_name(request->issuer_name, request->string_type)
                                        : X509_NAME_dup(X509_get_subject_name(issuer));
    X509_set_issuer_name(x509, name);
    X509_NAME_free(name);
    X509_set_pubkey(x509, key);
    X509V3_set_ctx(&context, issuer, x509, NULL, NULL, 0);
    X509V3_set_nconf(&context, nothing); /* some extensions ask for a configuration, be it an empty one */
    for (const char *const *line = request->extensions; line != NULL && *line != NULL; line++)
        add_extension(x509, &context, *line);
    NCONF_free(nothing);
    must(X509_sign(x509, signer,
                   unhashed ? NULL
                            : EVP_get_digestbyname(request->digest != NULL ? request->digest : "SHA256")) > 0,
         "signing");
    return finish(x509);
}

void pki_pem(struct text *out, const struct certificate *certificate, const char *label)
{
    BIO *memory = BIO_new(BIO_s_mem());
    size_t size;
    const uint8_t *der = certificate_der(certificate, &size);
    char *bytes;
    long count;

    PEM_write_bio(memory, label != NULL ? label : PEM_STRING_X509, "", der, (long)size);
    count = BIO_get_mem_data(memory, &bytes);
    text_append(out, bytes, (size_t)count);
    BIO_free(memory);
}
