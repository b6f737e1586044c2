#include "schema/tls/traffic.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>

#include "schema/base/text.h"

#define TAG_BYTES 16 /* of all three AEADs (RFC 8446 appendix B.4) */
#define SUITES 3

struct traffic_suite {
    uint32_t id;
    const char *cipher_name, *digest_name;
    size_t key_bytes;
    EVP_CIPHER *cipher;
    EVP_MD *digest;
    size_t hash_bytes;
    uint8_t derived[EVP_MAX_MD_SIZE]; /* Derive-Secret(Early Secret, "derived", ""), the same for all */
};

struct traffic {
    struct traffic_suite suites[SUITES];
    OSSL_LIB_CTX *library;
    EVP_PKEY *pair;
    EVP_PKEY_CTX *agreement;
    uint8_t share[TRAFFIC_SHARE_BYTES];
    EVP_MAC *hmac;
    EVP_MAC_CTX *macs[SUITES]; /* each with its digest set */
    EVP_MD_CTX *hash;
    EVP_CIPHER_CTX *opener;
};

static const struct traffic_suite suites[SUITES] = {
    { .id = 0x1301, .cipher_name = "AES-128-GCM", .digest_name = "SHA256", .key_bytes = 16 },
    { .id = 0x1302, .cipher_name = "AES-256-GCM", .digest_name = "SHA384", .key_bytes = 32 },
    { .id = 0x1303, .cipher_name = "ChaCha20-Poly1305", .digest_name = "SHA256", .key_bytes = 32 },
};

/* --- secrets -------------------------------------------------------------------------------------- */

/* HMAC (RFC 2104), which is also HKDF-Extract (RFC 5869 section 2.2). */
static bool authenticate(struct traffic *traffic, const struct traffic_suite *suite, const uint8_t *key,
                         struct span message, uint8_t *out)
{
    EVP_MAC_CTX *mac = traffic->macs[suite - traffic->suites];
    size_t size;

    return EVP_MAC_init(mac, key, suite->hash_bytes, NULL) == 1 &&
           EVP_MAC_update(mac, message.at, message.size) == 1 &&
           EVP_MAC_final(mac, out, &size, EVP_MAX_MD_SIZE) == 1;
}

/*
 * HKDF-Expand-Label (RFC 8446 section 7.1). What is asked for never exceeds one hash, so the expansion
 * is its first block (RFC 5869 section 2.3).
 */
static bool expand(struct traffic *traffic, const struct traffic_suite *suite, const uint8_t *secret,
                   const char *label, struct span context, size_t size, uint8_t *out)
{
    uint8_t info[2 + 1 + 32 + 1 + EVP_MAX_MD_SIZE + 1], block[EVP_MAX_MD_SIZE];
    size_t label_bytes = strlen("tls13 ") + strlen(label), used = 0;

    info[used++] = 0;
    info[used++] = (uint8_t)size;
    info[used++] = (uint8_t)label_bytes;
    memcpy(info + used, "tls13 ", strlen("tls13 "));
    memcpy(info + used + strlen("tls13 "), label, strlen(label));
    used += label_bytes;
    info[used++] = (uint8_t)context.size;
    memcpy(info + used, context.at, context.size);
    used += context.size;
    info[used++] = 1;
    if (!authenticate(traffic, suite, secret, (struct span){ info, used }, block))
        return false;
    memcpy(out, block, size);
    return true;
}

static bool digest(struct traffic *traffic, const struct traffic_suite *suite, struct span first,
                   struct span second, uint8_t *out)
{
    return EVP_DigestInit_ex2(traffic->hash, suite->digest, NULL) == 1 &&
           EVP_DigestUpdate(traffic->hash, first.at, first.size) == 1 &&
           EVP_DigestUpdate(traffic->hash, second.at, second.size) == 1 &&
           EVP_DigestFinal_ex(traffic->hash, out, NULL) == 1;
}

/* Without a pre-shared key everything before the handshake secret is the same for all connections. */
static bool derive_early(struct traffic *traffic, struct traffic_suite *suite)
{
    static const uint8_t zeros[EVP_MAX_MD_SIZE];
    const struct span nothing = { zeros, 0 };
    uint8_t early[EVP_MAX_MD_SIZE], empty[EVP_MAX_MD_SIZE];

    return authenticate(traffic, suite, zeros, (struct span){ zeros, suite->hash_bytes }, early) &&
           digest(traffic, suite, nothing, nothing, empty) &&
           expand(traffic, suite, early, "derived", (struct span){ empty, suite->hash_bytes },
                  suite->hash_bytes, suite->derived);
}

bool traffic_agree(struct traffic *traffic, const uint8_t share[TRAFFIC_SHARE_BYTES],
                   uint8_t secret[TRAFFIC_SHARE_BYTES])
{
    EVP_PKEY *peer =
        EVP_PKEY_new_raw_public_key_ex(traffic->library, "X25519", NULL, share, TRAFFIC_SHARE_BYTES);
    size_t size = TRAFFIC_SHARE_BYTES;
    /* an all-zero secret, which RFC 8446 section 7.4.2 refuses, is an error of EVP_PKEY_derive() */
    bool ok = peer != NULL && EVP_PKEY_derive_set_peer_ex(traffic->agreement, peer, 0) == 1 &&
              EVP_PKEY_derive(traffic->agreement, secret, &size) == 1 && size == TRAFFIC_SHARE_BYTES;

    EVP_PKEY_free(peer);
    return ok;
}

bool traffic_derive(struct traffic *traffic, const struct traffic_suite *suite,
                    const uint8_t secret[TRAFFIC_SHARE_BYTES], struct span client_hello,
                    struct span server_hello, struct traffic_keys *keys)
{
    uint8_t handshake[EVP_MAX_MD_SIZE], server[EVP_MAX_MD_SIZE], transcript[EVP_MAX_MD_SIZE];
    const struct span nothing = { transcript, 0 };

    *keys = (struct traffic_keys){ .suite = suite };
    return authenticate(traffic, suite, suite->derived, (struct span){ secret, TRAFFIC_SHARE_BYTES },
                        handshake) &&
           digest(traffic, suite, client_hello, server_hello, transcript) &&
           expand(traffic, suite, handshake, "s hs traffic", (struct span){ transcript, suite->hash_bytes },
                  suite->hash_bytes, server) &&
           expand(traffic, suite, server, "key", nothing, suite->key_bytes, keys->key) &&
           expand(traffic, suite, server, "iv", nothing, TRAFFIC_NONCE_BYTES, keys->nonce);
}

/* --- records -------------------------------------------------------------------------------------- */

bool traffic_open(struct traffic *traffic, struct traffic_keys *keys, struct span header, struct span sealed,
                  uint8_t *plain, size_t *size)
{
    EVP_CIPHER_CTX *opener = traffic->opener;
    uint8_t nonce[TRAFFIC_NONCE_BYTES];
    int used, more;

    if (sealed.size < TAG_BYTES)
        return false;
    memcpy(nonce, keys->nonce, sizeof(nonce));
    for (size_t i = 0; i < sizeof(keys->sequence); i++)
        nonce[sizeof(nonce) - 1 - i] ^= (uint8_t)(keys->sequence >> 8 * i);
    keys->sequence++;
    *size = sealed.size - TAG_BYTES;
    return EVP_DecryptInit_ex2(opener, keys->suite->cipher, keys->key, nonce, NULL) == 1 &&
           EVP_DecryptUpdate(opener, NULL, &used, header.at, (int)header.size) == 1 &&
           EVP_DecryptUpdate(opener, plain, &used, sealed.at, (int)*size) == 1 &&
           EVP_CIPHER_CTX_ctrl(opener, EVP_CTRL_AEAD_SET_TAG, TAG_BYTES,
                               (void *)(uintptr_t)(sealed.at + *size)) == 1 &&
           EVP_DecryptFinal_ex(opener, plain + used, &more) == 1;
}

/* --- what is kept --------------------------------------------------------------------------------- */

const uint8_t *traffic_share(const struct traffic *traffic)
{
    return traffic->share;
}

const struct traffic_suite *traffic_suite(const struct traffic *traffic, uint32_t id)
{
    for (size_t i = 0; i < SUITES; i++) {
        if (traffic->suites[i].id == id)
            return &traffic->suites[i];
    }
    return NULL;
}

static bool fetch_suite(struct traffic *traffic, size_t number)
{
    struct traffic_suite *suite = &traffic->suites[number];
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_utf8_string(OSSL_MAC_PARAM_DIGEST, (void *)(uintptr_t)suite->digest_name, 0),
        OSSL_PARAM_END,
    };

    suite->cipher = EVP_CIPHER_fetch(traffic->library, suite->cipher_name, NULL);
    suite->digest = EVP_MD_fetch(traffic->library, suite->digest_name, NULL);
    traffic->macs[number] = EVP_MAC_CTX_new(traffic->hmac);
    if (suite->cipher == NULL || suite->digest == NULL || traffic->macs[number] == NULL ||
        EVP_MAC_CTX_set_params(traffic->macs[number], parameters) != 1)
        return false;
    suite->hash_bytes = (size_t)EVP_MD_get_size(suite->digest);
    return derive_early(traffic, suite);
}

static bool make_pair(struct traffic *traffic, const uint8_t *private_key)
{
    size_t size = sizeof(traffic->share);

    traffic->pair = private_key != NULL ? EVP_PKEY_new_raw_private_key_ex(traffic->library, "X25519", NULL,
                                                                          private_key, TRAFFIC_SHARE_BYTES)
                                        : EVP_PKEY_Q_keygen(traffic->library, NULL, "X25519");
    traffic->agreement =
        traffic->pair != NULL ? EVP_PKEY_CTX_new_from_pkey(traffic->library, traffic->pair, NULL) : NULL;
    return traffic->agreement != NULL && EVP_PKEY_derive_init(traffic->agreement) == 1 &&
           EVP_PKEY_get_raw_public_key(traffic->pair, traffic->share, &size) == 1;
}

struct traffic *traffic_new(OSSL_LIB_CTX *library, const uint8_t private_key[TRAFFIC_SHARE_BYTES],
                            struct error *err)
{
    struct traffic *traffic = memory_new(sizeof(*traffic));
    bool ok;

    memcpy(traffic->suites, suites, sizeof(suites));
    traffic->library = library;
    traffic->hmac = EVP_MAC_fetch(library, "HMAC", NULL);
    traffic->hash = EVP_MD_CTX_new();
    traffic->opener = EVP_CIPHER_CTX_new();
    ok = traffic->hmac != NULL && traffic->hash != NULL && traffic->opener != NULL &&
         make_pair(traffic, private_key);
    for (size_t i = 0; ok && i < SUITES; i++)
        ok = fetch_suite(traffic, i);
    if (ok)
        return traffic;
    error_openssl(err, "the primitives of TLS 1.3");
    traffic_free(traffic);
    return NULL;
}

void traffic_free(struct traffic *traffic)
{
    if (traffic == NULL)
        return;
    for (size_t i = 0; i < SUITES; i++) {
        EVP_CIPHER_free(traffic->suites[i].cipher);
        EVP_MD_free(traffic->suites[i].digest);
        EVP_MAC_CTX_free(traffic->macs[i]);
    }
    EVP_MAC_free(traffic->hmac);
    EVP_MD_CTX_free(traffic->hash);
    EVP_CIPHER_CTX_free(traffic->opener);
    EVP_PKEY_CTX_free(traffic->agreement);
    EVP_PKEY_free(traffic->pair);
    free(traffic);
}
