/*
 * Our own ClientHello for one row of the hellos, in two shapes: one that offers up to TLS 1.2, whose
 * Certificate comes in the clear, and one that offers TLS 1.3 with an X25519 share, and what is older
 * when the row has it (RFC 5246 section 7.4.1.2, RFC 8446 section 4.1.2).
 *
 * What it lists (ciphers, groups, signature algorithms) is read off the hello that OpenSSL itself says
 * for the row, so that a server chooses the same chain for either. What a chain does not depend on
 * (tickets, renegotiation, application protocols) is left out: a hello of ours is small.
 */
#pragma once

#include <openssl/ssl.h>

#include "schema/base/error.h"
#include "schema/tls/hello.h"
#include "schema/tls/span.h"

#define OFFER_RANDOM_BYTES 32
#define OFFER_SHARE_BYTES 32
/* A whole ClientHello in its record: some 400 bytes of lists, and the longest server name. */
#define OFFER_BYTES_MAX 1280
/* Where the handshake message begins in what offer_write() writes: behind the record's header. */
#define OFFER_MESSAGE_AT 5

enum offer_shape { OFFER_TLS12, OFFER_TLS13, OFFER_SHAPES };

struct offer;

/* `context` is hello_context() of the row. NULL with *err. */
struct offer *offer_new(const struct hello *hello, SSL_CTX *context, struct error *err);
void offer_free(struct offer *offer); /* NULL is fine */

/* Whether the row has versions of this shape. */
bool offer_has(const struct offer *offer, enum offer_shape shape);

/*
 * The record, into `bytes`. `server_name` is NULL for none; `share` is for OFFER_TLS13. Returns its size;
 * 0 when the name is longer than a name can be.
 */
size_t offer_write(const struct offer *offer, enum offer_shape shape, const char *server_name,
                   const uint8_t random[OFFER_RANDOM_BYTES], const uint8_t share[OFFER_SHARE_BYTES],
                   uint8_t bytes[OFFER_BYTES_MAX]);

/* The standard name of a cipher suite that was offered; NULL when it was not. Lives as long as the offer. */
const char *offer_cipher(const struct offer *offer, uint32_t id);

/* TLS 1.3 has suites of its own, that none of the older versions can use. */
bool offer_is_tls13_suite(uint32_t id);

/* The name of a version that was offered ("TLSv1.2"); NULL when it was not. Static. */
const char *offer_version(const struct offer *offer, uint32_t version);
