/* Names of RFC 5280: comparing them (section 7.1), matching hosts (RFC 6125), constraining them (section 4.2.1.10). */
#pragma once

#include "schema/x509/certificate.h"

/* The normalised DER of a Name; the caller's to free. Equal names have equal bytes. */
uint8_t *names_normalise(const X509_NAME *name, size_t *size);

/* Whether the certificate is for this DNS name or IP address (subjectAltName only; RFC 6125 section 6.4). */
bool names_match_host(const struct certificate *certificate, const char *host);

enum names_constraint_result { NAMES_PERMITTED, NAMES_EXCLUDED, NAMES_UNDECIDABLE };

/* Whether all names of `certificate` satisfy the constraints of `ca` (PERMITTED when it has none). */
enum names_constraint_result names_check_constraints(const struct certificate *ca, const struct certificate *certificate);
