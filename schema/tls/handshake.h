/*
 * The few handshake messages that we read ourselves (RFC 5246 section 7.4, RFC 8446 section 4): the
 * served chain is taken from the Certificate message as it came, in its order, doubles and damage
 * included, so that it is there whatever happens to the handshake afterwards.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "schema/base/fingerprint.h"

/* The largest Certificate message taken: ten times the largest chains in the wild. */
#define HANDSHAKE_CERTIFICATE_BYTES_MAX (128 * 1024)
/* Everything a peer may send until the handshake is done: the chain, and as much again for the rest. */
#define HANDSHAKE_BYTES_MAX (2 * HANDSHAKE_CERTIFICATE_BYTES_MAX)
/* More certificates than this in one message is malice. */
#define HANDSHAKE_CERTIFICATES_MAX 100

/* Before each message: its type and its length (RFC 8446 section 4). */
#define HANDSHAKE_HEADER_BYTES 4

enum handshake_type {
    HANDSHAKE_HELLO_REQUEST = 0,
    HANDSHAKE_CLIENT_HELLO = 1,
    HANDSHAKE_SERVER_HELLO = 2,
    HANDSHAKE_ENCRYPTED_EXTENSIONS = 8,
    HANDSHAKE_CERTIFICATE = 11,
    HANDSHAKE_CERTIFICATE_REQUEST = 13,
};

struct handshake_certificate {
    const uint8_t *der; /* points into the chain's own bytes; not known to be a certificate */
    size_t size;
    struct fingerprint print; /* of `der`, once the chain was identified */
};

struct handshake_chain {
    struct handshake_certificate *items; /* leaf first, as served */
    size_t count;
    uint8_t *bytes; /* what the items point into */
};

/*
 * The chain of one whole Certificate message (its 4-byte header included), copied. ERROR_FORMAT when a
 * length does not fit or there is no certificate, ERROR_LIMIT when there are too many. Clear it.
 */
MUST_CHECK bool handshake_read_chain(const uint8_t *message, size_t size, bool tls13,
                                     struct handshake_chain *chain, struct error *err);
/*
 * Whether each of them has the frame of a certificate: a SEQUENCE of a SEQUENCE, a SEQUENCE and a BIT STRING, and
 * nothing behind (RFC 5280 section 4.1; lengths as in DER). What stands inside is for who parses it.
 */
bool handshake_chain_is_framed(const struct handshake_chain *chain);
/* Fill in each certificate's fingerprint: once, for all who name, remember or compare the chain. */
void handshake_chain_identify(struct handshake_chain *chain);
void handshake_chain_clear(struct handshake_chain *chain);

/* Whether a ServerHello is TLS 1.3's HelloRetryRequest (RFC 8446 section 4.1.3): a question, no answer yet. */
bool handshake_is_retry(const uint8_t *message, size_t size);

/*
 * Whether an alert's two bytes end the connection as a failure. In TLS 1.3 every alert but close_notify and
 * user_canceled does, whatever its level says (RFC 8446 section 6).
 */
bool handshake_alert_is_fatal(const uint8_t alert[2], bool tls13);

/* Whether these first bytes can begin a TLS record (RFC 8446 section 5.1); decides from one byte on. */
bool handshake_can_be_record(const uint8_t *bytes, size_t size);
