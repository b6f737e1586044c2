/*
 * How certificates for TLS servers ought to look: the profile of RFC 5280 section 4 and of the CA/Browser Forum's Baseline
 * Requirements, where clients do not care or are not agreed. Rules about one certificate; what a client makes of a path is
 * no matter of these.
 */
#pragma once

#include "schema/x509/certificate.h"

/* Where in a path a certificate stands. */
enum profile_place { PROFILE_LEAF = 1, PROFILE_INTERMEDIATE = 2, PROFILE_ROOT = 4 };

struct profile_rule {
    const char *code;
    unsigned places; /* of enum profile_place */
    bool judged; /* counts where the profile is judged; else only told, since much that works is in breach */
    bool (*broken)(X509 *x509);
    const char *text; /* what is asked for, and by whom */
};

/* All rules, ended by one without code. */
const struct profile_rule *profile_rules(void);

bool profile_breaks(const struct profile_rule *rule, const struct certificate *certificate,
                    enum profile_place place);
