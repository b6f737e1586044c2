/*
 * How a certificate is written, whatever it says: against the words of RFC 5280, or in a way that only a strict reader
 * minds. OpenSSL, by which all are parsed, forgives much that others do not.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <openssl/x509.h>

enum encoding_flaw {
    ENCODING_BROKEN = 1, /* nobody takes it: dates that are no times of RFC 5280, an issuer without a name */
    ENCODING_FAULTY = 2, /* what RFC 5280 forbids and clients of several kinds refuse */
    ENCODING_LOOSE = 4,  /* no DER, an extension that cannot be decoded, a number that no CA may use */
    ENCODING_POLICIES = 8, /* of the loose ones: certificate policies that cannot be decoded */
};

/* A set of enum encoding_flaw. `der` are the bytes that `x509` was parsed from. */
unsigned encoding_flaws(X509 *x509, const uint8_t *der, size_t size);
