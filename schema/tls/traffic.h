/*
 * TLS 1.3's handshake traffic as far as a reader of the server's Certificate needs it: one X25519 share
 * of ours, the server's handshake traffic keys (RFC 8446 section 7.1 and 7.3), and its records opened
 * (section 5.2). Only the primitives are libcrypto's; they are fetched once and kept, because fetching
 * costs more than using them. For one thread.
 *
 * One key pair serves all connections of a `struct traffic`: nothing that it protects is secret, and a
 * pair for each would cost 28 µs of the 140 that a TLS 1.3 chain takes.
 */
#pragma once

#include <openssl/types.h>

#include "schema/base/error.h"
#include "schema/tls/span.h"

#define TRAFFIC_SHARE_BYTES 32 /* RFC 7748 section 6.1 */
#define TRAFFIC_NONCE_BYTES 12
#define TRAFFIC_KEY_BYTES_MAX 32

struct traffic;
struct traffic_suite; /* a cipher suite of TLS 1.3 */

/* One direction of one connection. */
struct traffic_keys {
    const struct traffic_suite *suite;
    uint8_t key[TRAFFIC_KEY_BYTES_MAX];
    uint8_t nonce[TRAFFIC_NONCE_BYTES]; /* the static one, before the sequence number */
    uint64_t sequence;
};

/*
 * `library` must outlive it and may be NULL; `private_key` is that of our share, or NULL for a fresh one.
 * NULL with *err.
 */
struct traffic *traffic_new(OSSL_LIB_CTX *library, const uint8_t private_key[TRAFFIC_SHARE_BYTES],
                            struct error *err);
void traffic_free(struct traffic *traffic); /* NULL is fine */

/* What our key_share says. */
const uint8_t *traffic_share(const struct traffic *traffic);

/* The suite of a number (RFC 8446 appendix B.4); NULL when we cannot read it. */
const struct traffic_suite *traffic_suite(const struct traffic *traffic, uint32_t id);

/* What both sides have from the server's share. False when that share is no point that leads anywhere. */
bool traffic_agree(struct traffic *traffic, const uint8_t share[TRAFFIC_SHARE_BYTES],
                   uint8_t secret[TRAFFIC_SHARE_BYTES]);

/* The server's keys, from what was agreed and the two hellos, each a whole handshake message. */
bool traffic_derive(struct traffic *traffic, const struct traffic_suite *suite,
                    const uint8_t secret[TRAFFIC_SHARE_BYTES], struct span client_hello,
                    struct span server_hello, struct traffic_keys *keys);

/*
 * Open the next record: `header` is its five bytes, `sealed` what follows them. `plain` has room for
 * sealed.size bytes and gets the inner plaintext with its type and padding. False: it is not the peer's.
 */
bool traffic_open(struct traffic *traffic, struct traffic_keys *keys, struct span header, struct span sealed,
                  uint8_t *plain, size_t *size);
