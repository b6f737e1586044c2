/*
 * The certificates that paths of one query can be made of: served, known and trusted ones, each once,
 * with who issued whom. Signatures are checked when an issuer is first asked for, within the bound.
 */
#pragma once

#include "schema/trust/rule.h"

/* Ways to stand in a path: four places, with or without a signature that counts, and something above. */
#define POOL_STANDINGS 16

struct pool_issuer {
    size_t member;
    bool key_id_fits;
};

struct pool_member {
    const struct certificate *certificate;
    uint32_t marks; /* of the trust set's entry */
    bool trusted;   /* is in the trust set */
    size_t place;   /* of a trusted one: where it stands first in pool.trusted */
    bool anchor;    /* may end a path in this model */
    bool self_issued;
    bool issuers_known;
    size_t signer; /* the number of the issuer that was last asked for by pool_signature(), 0 for none, */
    enum signature_state signature; /* and the answer */
    bool signature_failed;       /* a certificate of the issuer's name is there, but its key did not sign */
    struct pool_issuer *issuers; /* those whose key made the signature */
    size_t issuer_count;
    uint32_t lasting[POOL_STANDINGS]; /* rule_problems_lasting() of each standing, once it was asked for */
};

struct pool {
    const struct path_query *query;
    struct pool_member *members; /* the leaf is the first */
    size_t count;
    size_t *served; /* members: what is only as good as served (model.h), then as served, then known ones */
    size_t served_count;
    size_t *trusted; /* members of the trust set in its order */
    size_t trusted_count;
    size_t *by_subject;                /* all members, sorted by subject */
    size_t checked;                    /* signatures computed */
    bool exhausted;                    /* the bound on signatures was reached: some issuers are missing */
    bool incomplete;                   /* an entry of the trust set is known by its hash alone */
    const struct certificate **unsure; /* no members: the client may have them or not (TRUST_MARK_UNSURE) */
    size_t unsure_count;
    struct signature_memory *signatures, *own_signatures;
};

/* The query's chain must not be empty. */
void pool_init(struct pool *pool, const struct path_query *query);
void pool_clear(struct pool *pool);

/* Before another question: the bound on signatures counts anew, and issuers that it left out are looked for again. */
void pool_renew(struct pool *pool);

/* Everyone who issued this member, found when first asked for. */
const struct pool_member *pool_issuers(struct pool *pool, size_t member);

/* Members with this subject, in the model's way of comparing: [first, *end) of by_subject. */
size_t pool_find_subject(const struct pool *pool, const struct certificate *issued, size_t *end);

/* Whether `member` is, and whether its issuer's name is borne by, something that the client may have or not. */
bool pool_is_unsure(const struct pool *pool, size_t member);
bool pool_issuer_unsure(const struct pool *pool, size_t member);

/* Whether `above` bears the name of the issuer of `below`, in the model's way of comparing. */
bool pool_name_fits(const struct pool *pool, size_t below, size_t above);

/* What is wrong with a member that stands so: rule_problems(), of which only what may change is found out again. */
uint32_t pool_problems(struct pool *pool, size_t member, enum rule_place place, bool signature_counts,
                       bool last);

/* The state of one signature; SIGNATURE_UNSUPPORTED once the bound is reached. */
enum signature_state pool_signature(struct pool *pool, size_t issuer, size_t member);
