/*
 * Certificate policies (RFC 5280 sections 4.2.1.4 and 4.2.1.11), so far as they refuse a path: where a certificate asks
 * for an explicit policy, all below the anchor must share one. Who verifies asks for none itself.
 */
#pragma once

#include "schema/x509/certificate.h"

enum policy_answer {
    POLICY_SATISFIED, /* nobody asks, or all share one */
    POLICY_REFUSED,   /* asked for, and there is none */
    POLICY_OPEN,      /* mappings and the like, which are not followed */
};

/* Whether it has constraints on policies at all: without such a certificate every path is satisfied. */
bool policy_may_ask(const struct certificate *certificate);

/* Of a path, leaf first, without its anchor. Whatever is borrowed here must only stay until it returns. */
enum policy_answer policy_of_path(const struct certificate *const *certificates, size_t count);
