/*
 * Certificates of one name. A client that takes the one or the other as it likes can only be foretold where both lead to
 * the same.
 */
#pragma once

#include "schema/x509/certificate.h"

bool namesake_is_one(const struct certificate *certificate, const struct certificate *other);

/* Whether one of two namesakes may issue what the other may not (RFC 5280 sections 4.2.1.3, .9, .10 and .12). */
bool namesake_is_unlike(const struct certificate *certificate, const struct certificate *namesake);
