/*
 * Names of RFC 5280: comparing them (section 7.1) and matching hosts (RFC 6125). Constraining them is
 * constraint.h.
 */
#pragma once

#include "schema/x509/certificate.h"

/*
 * The normalised DER of a Name; the caller's to free. Equal names have equal bytes: strings of every
 * type become UTF-8, their case is folded and their spaces are trimmed and joined (RFC 4518). What is
 * no text stays as it is.
 */
uint8_t *names_normalise(const X509_NAME *name, size_t *size);

/*
 * Only the relative names, without the SEQUENCE around them: a name lies in the subtree of another
 * exactly when it starts with the other's bytes. NULL for a name without any.
 */
uint8_t *names_normalise_relative(const X509_NAME *name, size_t *size);

/*
 * Whether the certificate is for this DNS name or IP address (also in brackets). Only the
 * subjectAltName counts; a wildcard stands for exactly one whole leftmost label (RFC 6125 section 6.4).
 */
bool names_match_host(const struct certificate *certificate, const char *host);
