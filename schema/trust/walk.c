#include "schema/trust/walk.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/objects.h>
#include <openssl/x509v3.h>

#include "schema/trust/rule.h"

#define NOBODY SIZE_MAX

/* The key could have made a signature of this kind (OpenSSL's check_sig_alg_match). */
static bool algorithm_fits(const struct certificate *issued, const struct certificate *issuer)
{
    EVP_PKEY *key = X509_get0_pubkey(certificate_x509(issuer));
    int algorithm;

    if (key == NULL ||
        OBJ_find_sigid_algs(X509_get_signature_nid(certificate_x509(issued)), NULL, &algorithm) != 1)
        return false;
    return EVP_PKEY_get_base_id(key) == algorithm ||
           (algorithm == NID_rsassaPss && EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA);
}

static bool is_well_formed(const struct certificate *certificate)
{
    return (X509_get_extension_flags(certificate_x509(certificate)) & EXFLAG_INVALID) == 0;
}

/* All that is looked at before an issuer is chosen; signature and dates are not. */
static bool likely_issued(const struct pool *pool, size_t below, size_t above)
{
    const struct certificate *issued = pool->members[below].certificate;
    const struct certificate *issuer = pool->members[above].certificate;

    return pool_name_fits(pool, below, above) && is_well_formed(issued) && is_well_formed(issuer) &&
           rule_key_id_fits(pool->query->model, issued, issuer) && algorithm_fits(issued, issuer);
}

static bool is_valid_now(const struct pool *pool, size_t member)
{
    const struct certificate *certificate = pool->members[member].certificate;

    return certificate_not_before(certificate) <= pool->query->at &&
           pool->query->at <= certificate_not_after(certificate);
}

/* The better of two candidates, `best` being the earlier: one that is valid, else the one that ends later. */
static size_t better(const struct pool *pool, size_t best, size_t candidate)
{
    if (best == NOBODY)
        return candidate;
    if (pool->query->model->first_of_name || is_valid_now(pool, best))
        return best;
    if (is_valid_now(pool, candidate))
        return candidate;
    return certificate_not_after(pool->members[candidate].certificate) >
                   certificate_not_after(pool->members[best].certificate)
               ? candidate
               : best;
}

/* Whether the trust set has `a` before `b`. */
static bool stands_before(const struct pool *pool, size_t a, size_t b)
{
    return pool->members[a].place < pool->members[b].place;
}

size_t walk_trusted_issuer(struct pool *pool, size_t member)
{
    size_t best = NOBODY, end;

    for (size_t at = pool_find_subject(pool, pool->members[member].certificate, &end); at < end; at++) {
        size_t candidate = pool->by_subject[at];

        if (!pool->members[candidate].trusted || !likely_issued(pool, member, candidate))
            continue;
        best = best == NOBODY || stands_before(pool, best, candidate) ? better(pool, best, candidate)
                                                                      : better(pool, candidate, best);
    }
    return best;
}

static bool contains(const struct walk *walk, size_t member)
{
    for (size_t i = 0; i < walk->count; i++) {
        if (walk->members[i] == member)
            return true;
    }
    return false;
}

/* A self-issued leaf may be followed by itself; nobody else occurs twice. */
static size_t served_issuer(const struct pool *pool, const struct walk *walk, const bool *used)
{
    size_t current = walk->members[walk->count - 1], best = NOBODY;
    bool again = pool->members[current].self_issued && walk->count == 1;

    if (rule_looks_self_signed(pool->members[current].certificate))
        return NOBODY;
    for (size_t i = 0; i < pool->served_count; i++) {
        if (!used[i] && (again || !contains(walk, pool->served[i])) &&
            likely_issued(pool, current, pool->served[i]))
            best = better(pool, best, pool->served[i]);
    }
    return best;
}

static void mark_used(const struct pool *pool, bool *used, size_t member)
{
    for (size_t i = 0; i < pool->served_count; i++) {
        if (pool->served[i] == member) {
            used[i] = true;
            return;
        }
    }
}

enum step { STEP_ENDS, STEP_GOES_ON, STEP_NOT_TRUSTED };

/*
 * One look into the store. A self-signed certificate that was served is replaced by its like in the
 * store; a namesake of it there ends the search, as it may be an impostor.
 */
static enum step step_trusted(struct pool *pool, struct walk *walk)
{
    size_t current = walk->members[walk->count - 1], issuer = walk_trusted_issuer(pool, current);
    bool self_signed = rule_looks_self_signed(pool->members[current].certificate);

    walk->unsure = walk->unsure || pool_issuer_unsure(pool, current);
    if (issuer == NOBODY || (self_signed && issuer != current))
        return STEP_NOT_TRUSTED;
    if (!self_signed) {
        if (walk->count > 1 && contains(walk, issuer) && pool->members[current].trusted)
            return STEP_ENDS; /* the store's certificates point at each other: nothing new will come */
        walk->members[walk->count++] = issuer;
    }
    if ((pool->members[issuer].marks & TRUST_MARK_REJECTED) != 0)
        return STEP_ENDS;
    walk->anchored = pool->members[issuer].anchor;
    return walk->anchored || rule_looks_self_signed(pool->members[issuer].certificate) ? STEP_ENDS
                                                                                       : STEP_GOES_ON;
}

static void walk_first_issuers(struct pool *pool, struct walk *walk)
{
    bool *used = memory_new((pool->served_count + 1) * sizeof(*used));
    size_t depth = pool->query->limits.depth < WALK_DEPTH_MAX ? pool->query->limits.depth : WALK_DEPTH_MAX;
    bool serving = true, only_served = true;

    *walk = (struct walk){ .members = { 0 }, .count = 1 };
    for (;;) {
        enum step step = walk->count < depth || rule_looks_self_signed(
                                                    pool->members[walk->members[walk->count - 1]].certificate)
                             ? step_trusted(pool, walk)
                             : STEP_NOT_TRUSTED;
        size_t issuer;

        if (step == STEP_ENDS) {
            only_served = false;
            break;
        }
        if (step == STEP_GOES_ON) {
            only_served = serving = false;
            continue;
        }
        issuer = serving ? served_issuer(pool, walk, used) : NOBODY;
        if (walk->count >= depth) {
            walk->bounded = true;
            break;
        }
        if (issuer == NOBODY)
            break;
        mark_used(pool, used, issuer);
        walk->members[walk->count++] = issuer;
    }
    /* The last resort of a client that takes any certificate as an anchor: the leaf itself. */
    if (only_served && pool->query->model->anchors == MODEL_ANCHORS_ANY) {
        walk->unsure = walk->unsure || pool_is_unsure(pool, 0);
        if (pool->members[0].anchor)
            walk->anchored = walk->pinned = true;
    }
    free(used);
}

/* Served twice is no stray. */
static bool has_all_served(const struct pool *pool, const struct walk *walk)
{
    for (size_t i = 0; i < pool->query->chain->count; i++) {
        if (!contains(walk, pool->served[i]))
            return false;
    }
    return true;
}

/* The list in the order in which it was issued, without a self-signed end. Returns whether that is all that was served. */
static bool follow_served(struct pool *pool, struct walk *walk)
{
    bool all;

    for (bool more = true; more && walk->count < WALK_DEPTH_MAX - 1;) {
        more = false;
        for (size_t i = 0; i < pool->served_count && !more; i++) {
            size_t member = pool->served[i];

            more = !contains(walk, member) && likely_issued(pool, walk->members[walk->count - 1], member);
            if (more)
                walk->members[walk->count++] = member;
        }
    }
    walk->bounded = walk->count >= WALK_DEPTH_MAX - 1;
    all = has_all_served(pool, walk);
    if (walk->count > 1 && pool->members[walk->members[walk->count - 1]].self_issued)
        walk->count--;
    return all;
}

static bool same_name(const X509_NAME *a, const X509_NAME *b)
{
    const unsigned char *left, *right;
    size_t left_bytes, right_bytes;

    return X509_NAME_get0_der(a, &left, &left_bytes) == 1 &&
           X509_NAME_get0_der(b, &right, &right_bytes) == 1 && left_bytes == right_bytes &&
           memcmp(left, right, left_bytes) == 0;
}

static const X509_NAME *subject_of(const struct pool *pool, size_t member)
{
    return X509_get_subject_name(certificate_x509(pool->members[member].certificate));
}

/* Of several ends of a name the last that is valid; in the second try the first, if that is not valid. */
static size_t better_end(const struct pool *pool, size_t best, size_t candidate, bool first_try)
{
    bool moves = best == NOBODY || (is_valid_now(pool, candidate) && (first_try || is_valid_now(pool, best)));

    return moves ? candidate : best;
}

/*
 * GnuTLS files its trust list by subject and looks at one name only. The list is cut where it holds a
 * key of that name; what is left must have been issued by one.
 */
static bool end_in(struct pool *pool, struct walk *walk, const X509_NAME *name, bool first_try)
{
    size_t count = walk->count, best = NOBODY;

    for (size_t i = 1; i < walk->count && count == walk->count; i++) {
        for (size_t t = 0; t < pool->trusted_count; t++) {
            if (same_name(name, subject_of(pool, pool->trusted[t])) &&
                fingerprint_equal(certificate_key_identity(pool->members[walk->members[i]].certificate),
                                  certificate_key_identity(pool->members[pool->trusted[t]].certificate)))
                count = i;
        }
    }
    for (size_t t = 0; t < pool->trusted_count; t++) {
        size_t member = pool->trusted[t];

        if (!pool->members[member].anchor || !same_name(name, subject_of(pool, member)) ||
            !likely_issued(pool, walk->members[count - 1], member))
            continue;
        best = better_end(pool, best, member, first_try);
    }
    if (best == NOBODY)
        return false;
    walk->count = count;
    walk->members[walk->count++] = best;
    return walk->anchored = true;
}

static void walk_served_list(struct pool *pool, struct walk *walk)
{
    struct walk served, found = { .count = 0 };
    size_t last;
    bool all;

    *walk = (struct walk){ .members = { 0 }, .count = 1 };
    all = follow_served(pool, walk);
    served = *walk;
    last = walk->members[walk->count - 1];
    if (end_in(pool, walk, X509_get_issuer_name(certificate_x509(pool->members[last].certificate)), true)) {
        if (pool->query->model->ends_once || is_valid_now(pool, walk->members[walk->count - 1]))
            return;
        found = *walk;
    } else if (walk->count == 1 && pool->served_count == 1 && pool->members[0].anchor) {
        walk->anchored = walk->pinned = true;
        return;
    } else if (!all) { /* the rest follows the list's end, whose issuer it is not */
        return;
    }
    *walk = served;
    if (!end_in(pool, walk, subject_of(pool, last), false) && found.count > 0)
        *walk = found;
}

/* --- the store only as a last resort --------------------------------------------------------------- */

/* Of several of one name the first, whatever its dates. */
static size_t first_trusted_issuer(struct pool *pool, size_t member)
{
    for (size_t i = 0; i < pool->trusted_count; i++) {
        if (likely_issued(pool, member, pool->trusted[i]))
            return pool->trusted[i];
    }
    return NOBODY;
}

static size_t first_served_issuer(const struct pool *pool, const struct walk *walk)
{
    size_t current = walk->members[walk->count - 1];

    for (size_t i = 1; i < pool->served_count; i++) {
        if (!contains(walk, pool->served[i]) && likely_issued(pool, current, pool->served[i]))
            return pool->served[i];
    }
    return NOBODY;
}

static bool is_self_signed(const struct pool *pool, size_t member)
{
    return rule_looks_self_signed(pool->members[member].certificate);
}

/* From its last certificate on through the store, up to one that is self-signed or has no issuer there. */
static void follow_store(struct pool *pool, struct walk *walk, size_t depth)
{
    while (!is_self_signed(pool, walk->members[walk->count - 1]) && walk->count < depth) {
        size_t issuer = first_trusted_issuer(pool, walk->members[walk->count - 1]);

        walk->unsure = walk->unsure || pool_issuer_unsure(pool, walk->members[walk->count - 1]);
        if (issuer == NOBODY || contains(walk, issuer))
            return;
        walk->members[walk->count++] = issuer;
        walk->anchored = pool->members[issuer].anchor;
        if (walk->anchored || (pool->members[issuer].marks & TRUST_MARK_REJECTED) != 0)
            return;
    }
    walk->bounded = walk->count >= depth;
}

static void walk_last_resort(struct pool *pool, struct walk *walk)
{
    size_t depth = pool->query->limits.depth < WALK_DEPTH_MAX ? pool->query->limits.depth : WALK_DEPTH_MAX;
    size_t issuer;

    *walk = (struct walk){ .members = { 0 }, .count = 1 };
    while (!is_self_signed(pool, walk->members[walk->count - 1]) && walk->count < depth &&
           (issuer = first_served_issuer(pool, walk)) != NOBODY)
        walk->members[walk->count++] = issuer;
    if (is_self_signed(pool, walk->members[walk->count - 1])) {
        walk->anchored = walk->count == 1 && pool->members[0].anchor;
        if (walk->count == 1)
            return;
        walk->count--; /* the store is asked for it again, and may have another first */
    }
    follow_store(pool, walk, depth);
    /* Alternative chains: from the one below the last on down, whoever has an issuer in the store. */
    for (size_t at = walk->count; !walk->anchored && at-- > 1;) {
        struct walk other = *walk;

        other.count = at;
        walk->unsure = other.unsure = walk->unsure || pool_issuer_unsure(pool, other.members[at - 1]);
        if (first_trusted_issuer(pool, other.members[at - 1]) == NOBODY)
            continue;
        follow_store(pool, &other, depth);
        if (other.anchored)
            *walk = other;
    }
}

void walk_one_path(struct pool *pool, struct walk *walk)
{
    switch (pool->query->model->alternatives) {
    case MODEL_ALTERNATIVES_SERVED: walk_served_list(pool, walk); return;
    case MODEL_ALTERNATIVES_LAST_RESORT: walk_last_resort(pool, walk); return;
    case MODEL_ALTERNATIVES_ALL: /* these follow more than one: path.c */
    case MODEL_ALTERNATIVES_JSSE:
    case MODEL_ALTERNATIVES_FIRST: walk_first_issuers(pool, walk); return;
    }
}
