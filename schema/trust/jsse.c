#include "schema/trust/jsse.h"

#include <stdlib.h>

#include "schema/trust/rule.h"

static bool is_trusted(const struct trust_set *trust, const struct certificate *certificate)
{
    for (size_t i = 0; i < trust->count; i++) {
        if (fingerprint_equal(&trust->entries[i].fingerprint, certificate_fingerprint(certificate)))
            return true;
    }
    return false;
}

static bool has_name_and_key(const struct trust_set *trust, const struct certificate *certificate)
{
    for (size_t i = 0; i < trust->count; i++) {
        if (fingerprint_equal(&trust->entries[i].key_identity, certificate_key_identity(certificate)))
            return true;
    }
    return false;
}

static bool has_issuer_name(const struct path_query *query, const struct certificate *certificate)
{
    const struct trust_set *trust = query->trust;

    for (size_t i = 0; i < trust->count; i++) {
        if (trust->entries[i].certificate != NULL &&
            rule_name_fits(query->model, certificate, trust->entries[i].certificate))
            return true;
    }
    return false;
}

struct jsse_list jsse_read(const struct path_query *query)
{
    const struct certificate_list *chain = query->chain;

    if (query->trust == NULL)
        return (struct jsse_list){ .way = JSSE_BUILT };
    if (chain->count > query->model->served_max)
        return (struct jsse_list){ .way = JSSE_LONG };
    if (is_trusted(query->trust, chain->items[0]))
        return (struct jsse_list){ .way = JSSE_PINNED, .count = 1 };
    for (size_t i = 1; i < chain->count; i++) {
        if (!rule_name_fits(query->model, chain->items[i - 1], chain->items[i]))
            return (struct jsse_list){ .way = JSSE_BUILT };
        if (has_name_and_key(query->trust, chain->items[i]))
            return (struct jsse_list){ .way = JSSE_LISTED, .count = i };
    }
    if (has_issuer_name(query, chain->items[chain->count - 1]))
        return (struct jsse_list){ .way = JSSE_LISTED, .count = chain->count };
    return (struct jsse_list){ .way = JSSE_BUILT };
}

bool jsse_next_anchor(const struct pool *pool, const struct jsse_list *list, size_t *at)
{
    size_t last = pool->served[list->count - 1];

    for (; *at < pool->trusted_count; ++*at) {
        size_t anchor = pool->trusted[*at];
        bool seen = false;

        for (size_t i = 0; i < *at && !seen; i++)
            seen = pool->trusted[i] == anchor;
        if (!seen && pool->members[anchor].anchor && pool_name_fits(pool, last, anchor) &&
            rule_key_id_fits(pool->query->model->builder, pool->members[last].certificate,
                             pool->members[anchor].certificate))
            return true;
    }
    return false;
}

size_t jsse_refusals(const struct pool *pool, size_t member)
{
    const struct rule_subject subject = { .query = pool->query,
                                          .certificate = pool->members[member].certificate,
                                          .marks = pool->members[member].marks,
                                          .place = RULE_ANCHOR,
                                          .last = true };

    uint32_t problems = rule_problems(&subject);

    return (problems >> PATH_NOT_A_CA & 1) + (problems >> PATH_KEY_USAGE & 1);
}

/* Some anchor that could end another path is none that the client takes in the end. */
static bool meets_refused_anchor(struct pool *pool)
{
    size_t *queue = memory_new((pool->count + 1) * sizeof(*queue)), count = 1;
    bool *queued = memory_new(pool->count * sizeof(*queued)), refused = false;

    queued[0] = true;
    for (size_t at = 0; at < count && !refused; at++) {
        const struct pool_member *member = pool_issuers(pool, queue[at]);

        refused = at > 0 && member->anchor && jsse_refusals(pool, queue[at]) > 0;
        for (size_t i = 0; i < member->issuer_count; i++) {
            size_t issuer = member->issuers[i].member;

            if (!queued[issuer])
                queue[count++] = issuer;
            queued[issuer] = true;
        }
    }
    free(queued);
    free(queue);
    return refused;
}

/*
 * Two self-issued certificates on end make the builder give up this turn of the path, whatever else it had
 * not tried there; it does not look at the signature first.
 */
static bool may_give_up(const struct pool *pool, size_t member)
{
    const struct certificate *certificate = pool->members[member].certificate;
    size_t end, at;

    if (!pool->members[member].self_issued)
        return false;
    for (at = pool_find_subject(pool, certificate, &end); at < end; at++) {
        const struct pool_member *other = &pool->members[pool->by_subject[at]];

        if (other->self_issued && !other->anchor &&
            !fingerprint_equal(certificate_key_identity(other->certificate),
                               certificate_key_identity(certificate)))
            return true;
    }
    return false;
}

/*
 * JDK 7 and the first years of JDK 8 look no further than the first certificate of the issuer's name that
 * they meet in the trust set, whatever is served.
 */
static bool may_be_hidden(const struct pool *pool, size_t member, size_t issuer)
{
    for (size_t i = 0; i < pool->trusted_count; i++) {
        if (pool->trusted[i] != issuer && pool_name_fits(pool, member, pool->trusted[i]))
            return true;
    }
    return false;
}

bool jsse_may_stray(struct pool *pool, const struct search *found)
{
    bool strays = meets_refused_anchor(pool);

    for (size_t i = 0; i + 1 < found->count; i++)
        strays = strays || may_give_up(pool, found->members[i]) ||
                 may_be_hidden(pool, found->members[i], found->members[i + 1]);
    return strays;
}
