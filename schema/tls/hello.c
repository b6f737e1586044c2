#include "schema/tls/hello.h"

#include <string.h>

#include "schema/tls/handshake.h"

/* SHA-1 comes last: only servers that have nothing better use it, and then we want to see that. */
#define RSA_SIGNATURES                                                                                       \
    "rsa_pss_rsae_sha256:rsa_pss_rsae_sha384:rsa_pss_rsae_sha512:"                                           \
    "rsa_pkcs1_sha256:rsa_pkcs1_sha384:rsa_pkcs1_sha512"
#define ECDSA_SIGNATURES "ecdsa_secp256r1_sha256:ecdsa_secp384r1_sha384:ecdsa_secp521r1_sha512:ed25519:ed448"
/* A certificate's own RSA-PSS key may be bound to one hash (RFC 8017 appendix A.2.3). */
#define PSS_SIGNATURES "rsa_pss_pss_sha256:rsa_pss_pss_sha384:rsa_pss_pss_sha512"
#define ALL_SIGNATURES ECDSA_SIGNATURES ":" PSS_SIGNATURES ":" RSA_SIGNATURES ":RSA+SHA1:ECDSA+SHA1"
#define OLD_SIGNATURES ":RSA+SHA224:ECDSA+SHA224:DSA+SHA256:DSA+SHA224:DSA+SHA1"

/* Anonymous and empty ciphers would make a handshake without a certificate, which is no answer to us. */
#define ALL_CIPHERS "DEFAULT:!aNULL:!eNULL:!PSK:!SRP"

/* As browsers order them; processors have instructions for SHA-256 and not for SHA-384. */
#define TLS13_SUITES "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"

static const struct hello hellos[] = {
    { .name = "modern",
      .summary = "TLS 1.2 and 1.3, any certificate",
      .oldest = TLS1_2_VERSION,
      .newest = TLS1_3_VERSION,
      .ciphers = ALL_CIPHERS,
      .signatures = ALL_SIGNATURES },
    { .name = "rsa-tls13",
      .summary = "TLS 1.3, RSA certificates only",
      .oldest = TLS1_3_VERSION,
      .newest = TLS1_3_VERSION,
      .ciphers = ALL_CIPHERS,
      .signatures = RSA_SIGNATURES },
    { .name = "ecdsa-tls13",
      .summary = "TLS 1.3, ECDSA and EdDSA certificates only",
      .oldest = TLS1_3_VERSION,
      .newest = TLS1_3_VERSION,
      .ciphers = ALL_CIPHERS,
      .signatures = ECDSA_SIGNATURES },
    { .name = "tls12",
      .summary = "TLS 1.2, any certificate",
      .oldest = TLS1_2_VERSION,
      .newest = TLS1_2_VERSION,
      .ciphers = ALL_CIPHERS,
      .signatures = ALL_SIGNATURES },
    { .name = "rsa-tls12",
      .summary = "TLS 1.2, RSA certificates only",
      .oldest = TLS1_2_VERSION,
      .newest = TLS1_2_VERSION,
      .ciphers = "aRSA:!eNULL:!PSK:!SRP",
      .signatures = RSA_SIGNATURES ":RSA+SHA1" },
    { .name = "ecdsa-tls12",
      .summary = "TLS 1.2, ECDSA certificates only",
      .oldest = TLS1_2_VERSION,
      .newest = TLS1_2_VERSION,
      .ciphers = "aECDSA:!eNULL",
      .signatures = ECDSA_SIGNATURES ":ECDSA+SHA1" },
    { .name = "legacy",
      .summary = "TLS 1.0 to 1.2 with everything that OpenSSL still carries",
      .oldest = TLS1_VERSION,
      .newest = TLS1_2_VERSION,
      .ciphers = "ALL:!aNULL:!eNULL:!PSK:!SRP",
      .signatures = ALL_SIGNATURES OLD_SIGNATURES,
      .groups =
          "X25519:P-256:X448:P-521:P-384:brainpoolP256r1:brainpoolP384r1:brainpoolP512r1:secp256k1:P-224" },
    { .name = "no-sni",
      .summary = "as modern, without a server name",
      .oldest = TLS1_2_VERSION,
      .newest = TLS1_3_VERSION,
      .ciphers = ALL_CIPHERS,
      .signatures = ALL_SIGNATURES,
      .nameless = true },
    { 0 },
};

const struct hello *hello_all(void)
{
    return hellos;
}

const struct hello *hello_find(const char *name)
{
    for (const struct hello *row = hellos; row->name != NULL; row++) {
        if (strcmp(row->name, name) == 0)
            return row;
    }
    return NULL;
}

/* Takes the place of OpenSSL's chain building, which SSL_VERIFY_NONE alone would still do. */
static int accept_anything(X509_STORE_CTX *store, void *argument)
{
    (void)store;
    (void)argument;
    return 1;
}

SSL_CTX *hello_context(const struct hello *hello, OSSL_LIB_CTX *library, struct error *err)
{
    SSL_CTX *context = SSL_CTX_new_ex(library, NULL, TLS_client_method());

    if (context == NULL)
        goto fail;
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_options(context, SSL_OP_LEGACY_SERVER_CONNECT);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
    SSL_CTX_set_cert_verify_callback(context, accept_anything, NULL);
    SSL_CTX_set_max_cert_list(context, HANDSHAKE_CERTIFICATE_BYTES_MAX);
    if (SSL_CTX_set_min_proto_version(context, hello->oldest) != 1 ||
        SSL_CTX_set_max_proto_version(context, hello->newest) != 1 ||
        SSL_CTX_set_cipher_list(context, hello->ciphers) != 1 ||
        SSL_CTX_set_ciphersuites(context, TLS13_SUITES) != 1 ||
        SSL_CTX_set1_sigalgs_list(context, hello->signatures) != 1 ||
        (hello->groups != NULL && SSL_CTX_set1_groups_list(context, hello->groups) != 1))
        goto fail;
    return context;
fail:
    SSL_CTX_free(context);
    error_openssl(err, "hello %s", hello->name);
    return NULL;
}
