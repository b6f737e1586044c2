/*
 * One X.509 certificate (RFC 5280), parsed once and never changed: its DER, the names by which we
 * know it, and the few fields that paths and people ask for. Reference counted (atomically: loops
 * of the scanner share what they have seen).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <openssl/x509.h>

#include "schema/base/fingerprint.h"

/* The longest DER that is parsed: the largest certificates seen in the wild are under 20 KiB. */
#define CERTIFICATE_BYTES_MAX (64 * 1024)

struct certificate;

/*
 * One DER certificate, exactly `size` bytes, copied. NULL with ERROR_FORMAT when it is none, or when
 * its dates or a key of an algorithm that we know cannot be read. A key of an unknown algorithm is no
 * error: such a certificate can lie in a store, it just signs nothing that we could check.
 */
struct certificate *certificate_parse(const void *der, size_t size, struct error *err);
struct certificate *certificate_ref(struct certificate *certificate);
void certificate_free(struct certificate *certificate); /* gives one reference back; NULL is fine */

const uint8_t *certificate_der(const struct certificate *certificate, size_t *size);
X509 *certificate_x509(const struct certificate *certificate); /* borrowed */

/* SHA-256 of the DER. */
const struct fingerprint *certificate_fingerprint(const struct certificate *certificate);

/*
 * Key identity: SHA-256 over the subject, normalised by RFC 5280 section 7.1, and the SPKI, both
 * DER. A self-signed root and its cross-certificates share it.
 */
const struct fingerprint *certificate_key_identity(const struct certificate *certificate);

/* SHA-256 of the normalised subject and issuer: equal exactly when the names are. */
const struct fingerprint *certificate_subject_digest(const struct certificate *certificate);
const struct fingerprint *certificate_issuer_digest(const struct certificate *certificate);

int64_t certificate_not_before(const struct certificate *certificate); /* Unix seconds, inclusive */
int64_t certificate_not_after(const struct certificate *certificate);  /* Unix seconds, inclusive */

/* How it is written: a set of enum encoding_flaw (encoding.h). */
unsigned certificate_flaws(const struct certificate *certificate);

/* Subject equals issuer (normalised). Says nothing about who signed it. */
bool certificate_is_self_issued(const struct certificate *certificate);

/* For people: the common name, else the last OU, else the whole subject; UTF-8, never NULL. */
const char *certificate_label(const struct certificate *certificate);
const char *certificate_subject(
    const struct certificate *certificate); /* RFC 2253 order reversed, "C = US, O = …" */
const char *certificate_issuer(const struct certificate *certificate);
const char *certificate_serial(const struct certificate *certificate); /* lowercase hex, no leading zeros */

/* A list that owns one reference to each of its members. */
struct certificate_list {
    struct certificate **items;
    size_t count;
};

void certificate_list_add(struct certificate_list *list,
                          struct certificate *certificate); /* takes a reference of its own */
void certificate_list_clear(struct certificate_list *list);

/*
 * Every certificate of a PEM text in order, whatever label of RFC 7468 or OpenSSL its block has; other
 * blocks (a key beside its chain) are passed over. ERROR_FORMAT names the block that is damaged, or
 * says that there is none at all; the list then holds what came before.
 */
MUST_CHECK bool certificate_list_parse_pem(struct certificate_list *list, const void *text, size_t size,
                                           struct error *err);
MUST_CHECK bool certificate_list_read_pem(struct certificate_list *list, const char *path, struct error *err);
