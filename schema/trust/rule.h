/*
 * What a client asks of one certificate by itself: its dates, its extensions, its strength. What only
 * shows on a whole path (path length, name constraints, signatures) is course.c's.
 */
#pragma once

#include "schema/trust/path.h"

/*
 * Where in a path a certificate stands. A pinned leaf is RULE_LEAF alone, and RULE_PINNED for a client that looks at
 * nothing but its name then.
 */
enum rule_place { RULE_LEAF = 1, RULE_CA = 2, RULE_ANCHOR = 4, RULE_PINNED = 8 };

struct rule_subject {
    const struct path_query *query;
    const struct certificate *certificate;
    uint32_t marks; /* enum trust_mark, of the trust set's entry for it */
    enum rule_place place;
    bool signature_counts; /* false for an anchor, whose own signature proves nothing */
    bool last;             /* nothing stands above it */
};

/* A set of enum path_problem_code, one bit each: those of the instant and the name that are asked for, and all others. */
uint32_t rule_problems_now(const struct rule_subject *subject);
uint32_t rule_problems_lasting(const struct rule_subject *subject);
uint32_t rule_problems(const struct rule_subject *subject); /* both */

/* Whether `certificate` names `issuer` as its issuer, as the model compares names. */
bool rule_name_fits(const struct model *model, const struct certificate *certificate,
                    const struct certificate *issuer);

/*
 * Whether the authority key identifier of `certificate` fits `issuer` as the model compares it. An
 * identifier that is absent on either side fits.
 */
bool rule_key_id_fits(const struct model *model, const struct certificate *certificate,
                      const struct certificate *issuer);

/* Whether the certificate would be taken for self-signed without checking its signature: OpenSSL's EXFLAG_SS. */
bool rule_looks_self_signed(const struct certificate *certificate);

/* Whether the model takes this certificate of a trust set for no more than a served one (model.h, anchors_apart). */
bool rule_counts_as_served(const struct model *model, const struct certificate *certificate);

/* Whether the model lets this entry of a trust set end a path, dates and extensions aside. */
bool rule_may_anchor(const struct model *model, const struct certificate *certificate, uint32_t marks);
