#include "schema/trust/pool.h"

#include <stdlib.h>
#include <string.h>

/*
 * A way to find members by fingerprint while the pool is filled: sorted references, made once from
 * everything that may become a member.
 */
struct source {
    const struct certificate *certificate;
    const struct trust_entry *entry; /* NULL for served and known ones */
    size_t order;
};

static int compare_sources(const void *left, const void *right)
{
    const struct source *a = left, *b = right;
    int order =
        fingerprint_compare(certificate_fingerprint(a->certificate), certificate_fingerprint(b->certificate));

    return order != 0 ? order : (a->order > b->order) - (a->order < b->order);
}

static int compare_order(const void *left, const void *right)
{
    const struct source *a = *(const struct source *const *)left, *b = *(const struct source *const *)right;

    return (a->order > b->order) - (a->order < b->order);
}

static size_t add_list(struct source *sources, size_t count, const struct certificate_list *list)
{
    for (size_t i = 0; list != NULL && i < list->count; i++, count++)
        sources[count] = (struct source){ .certificate = list->items[i], .order = count };
    return count;
}

/* A certificate that the manifest names and the server sends is known after all. */
static const struct certificate *find_served(const struct source *sources, size_t count,
                                             const struct fingerprint *fingerprint)
{
    for (size_t i = 0; i < count; i++) {
        if (fingerprint_equal(certificate_fingerprint(sources[i].certificate), fingerprint))
            return sources[i].certificate;
    }
    return NULL;
}

static size_t add_trust(struct pool *pool, struct source *sources, size_t count)
{
    const struct trust_set *trust = pool->query->trust;
    size_t others = count;

    pool->incomplete = trust != NULL && !trust->complete;
    pool->unsure = memory_new(((trust != NULL ? trust->count : 0) + 1) * sizeof(*pool->unsure));
    for (size_t i = 0; trust != NULL && i < trust->count; i++) {
        const struct trust_entry *entry = &trust->entries[i];
        const struct certificate *certificate = entry->certificate;

        if (certificate == NULL)
            certificate = find_served(sources, others, &entry->fingerprint);
        if (certificate == NULL) {
            pool->incomplete = true;
            continue;
        }
        if ((entry->marks & TRUST_MARK_UNSURE) != 0) {
            pool->unsure[pool->unsure_count++] = certificate;
            pool->incomplete |= !pool->query->model->hashed_names_only; /* whose walks look for them */
            continue;
        }
        sources[count] = (struct source){ .certificate = certificate, .entry = entry, .order = count };
        count++;
    }
    return count;
}

/*
 * The marks of several entries for one certificate: OpenSSL's store keeps the first and drops the
 * others; elsewhere a rejection wins, then explicit trust, and a helper is one only if all are.
 */
static void add_entry(const struct model *model, struct pool_member *member, const struct trust_entry *entry)
{
    if (!member->trusted)
        member->marks = entry->marks;
    else if (!model->order_matters)
        member->marks = ((member->marks | entry->marks) & ~(uint32_t)TRUST_MARK_HELPER) |
                        (member->marks & entry->marks & TRUST_MARK_HELPER);
    member->trusted = true;
}

/* Equal certificates stand side by side in `sources`: each group becomes a member, in order of its first. */
static void add_members(struct pool *pool, struct source *sources, size_t count, size_t served)
{
    const struct source **firsts = memory_new((count + 1) * sizeof(*firsts));
    size_t *member_of = memory_new((count + 1) * sizeof(*member_of));

    qsort(sources, count, sizeof(*sources), compare_sources);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || !fingerprint_equal(certificate_fingerprint(sources[i].certificate),
                                         certificate_fingerprint(sources[i - 1].certificate)))
            firsts[pool->count++] = &sources[i];
    }
    qsort(firsts, pool->count, sizeof(*firsts), compare_order);
    pool->members = memory_new(pool->count * sizeof(*pool->members));
    pool->served = memory_new((count + 1) * sizeof(*pool->served));
    pool->trusted = memory_new((count + 1) * sizeof(*pool->trusted));
    for (size_t i = 0; i < pool->count; i++) {
        struct pool_member *member = &pool->members[i];

        member->certificate = firsts[i]->certificate;
        member->self_issued = certificate_is_self_issued(member->certificate);
        for (const struct source *at = firsts[i];
             at < sources + count && fingerprint_equal(certificate_fingerprint(at->certificate),
                                                       certificate_fingerprint(member->certificate));
             at++) {
            member_of[at->order] = i;
            if (at->entry != NULL)
                add_entry(pool->query->model, member, at->entry);
        }
        member->anchor = member->trusted && !(i == 0 && pool->query->model->leaf_no_anchor) &&
                         rule_may_anchor(pool->query->model, member->certificate, member->marks);
    }
    for (size_t order = served; order < count; order++) {
        struct pool_member *member = &pool->members[member_of[order]];

        if (rule_counts_as_served(pool->query->model, member->certificate)) {
            member->trusted = member->anchor = false;
            pool->served[pool->served_count++] = member_of[order];
        } else {
            pool->trusted[pool->trusted_count++] = member_of[order];
        }
    }
    for (size_t order = 0; order < served; order++)
        pool->served[pool->served_count++] = member_of[order];
    for (size_t place = pool->trusted_count; place-- > 0;)
        pool->members[pool->trusted[place]].place = place;
    free(member_of);
    free(firsts);
}

static const struct fingerprint *subject_of(const struct pool *pool, size_t member)
{
    return certificate_subject_digest(pool->members[member].certificate);
}

static int compare_subjects(const void *left, const void *right, void *context)
{
    size_t a = *(const size_t *)left, b = *(const size_t *)right;
    int order = fingerprint_compare(subject_of(context, a), subject_of(context, b));

    return order != 0 ? order : (a > b) - (a < b);
}

void pool_init(struct pool *pool, const struct path_query *query)
{
    size_t most = query->chain->count + (query->known != NULL ? query->known->count : 0) +
                  (query->trust != NULL ? query->trust->count : 0);
    struct source *sources = memory_new(most * sizeof(*sources));
    size_t served, count;

    *pool = (struct pool){ .query = query, .signatures = query->signatures };
    if (pool->signatures == NULL)
        pool->signatures = pool->own_signatures = signature_memory_new();
    served = add_list(sources, add_list(sources, 0, query->chain), query->known);
    count = add_trust(pool, sources, served);
    add_members(pool, sources, count, served);
    free(sources);
    pool->by_subject = memory_new(pool->count * sizeof(*pool->by_subject));
    for (size_t i = 0; i < pool->count; i++)
        pool->by_subject[i] = i;
    qsort_r(pool->by_subject, pool->count, sizeof(*pool->by_subject), compare_subjects, pool);
}

void pool_clear(struct pool *pool)
{
    for (size_t i = 0; i < pool->count; i++)
        free(pool->members[i].issuers);
    free(pool->members);
    free(pool->served);
    free(pool->trusted);
    free(pool->by_subject);
    free(pool->unsure);
    signature_memory_free(pool->own_signatures);
}

void pool_renew(struct pool *pool)
{
    for (size_t i = 0; pool->exhausted && i < pool->count; i++) {
        pool->members[i].issuers_known = pool->members[i].signature_failed = false;
        pool->members[i].issuer_count = 0;
    }
    pool->exhausted = false;
    pool->checked = 0;
}

size_t pool_find_subject(const struct pool *pool, const struct certificate *issued, size_t *end)
{
    const struct fingerprint *issuer = certificate_issuer_digest(issued);
    size_t low = 0, high = pool->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (fingerprint_compare(subject_of(pool, pool->by_subject[middle]), issuer) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (*end = low;
         *end < pool->count && fingerprint_equal(subject_of(pool, pool->by_subject[*end]), issuer);)
        ++*end;
    return low;
}

bool pool_is_unsure(const struct pool *pool, size_t member)
{
    const struct fingerprint *print = certificate_fingerprint(pool->members[member].certificate);

    for (size_t i = 0; i < pool->unsure_count; i++) {
        if (fingerprint_equal(certificate_fingerprint(pool->unsure[i]), print))
            return true;
    }
    return false;
}

bool pool_issuer_unsure(const struct pool *pool, size_t member)
{
    const struct fingerprint *issuer = certificate_issuer_digest(pool->members[member].certificate);

    for (size_t i = 0; i < pool->unsure_count; i++) {
        if (fingerprint_equal(certificate_subject_digest(pool->unsure[i]), issuer))
            return true;
    }
    return false;
}

bool pool_name_fits(const struct pool *pool, size_t below, size_t above)
{
    const struct certificate *issued = pool->members[below].certificate;
    const struct certificate *issuer = pool->members[above].certificate;

    return rule_name_fits(pool->query->model, issued, issuer);
}

/* In a member's `lasting`: it was asked for. No code of a problem has this bit. */
#define LASTING_KNOWN (UINT32_C(1) << 31)

static size_t standing_of(const struct rule_subject *subject)
{
    size_t place = 0;

    while ((unsigned)subject->place >> place > 1)
        place++;
    return place + (subject->signature_counts ? 4 : 0) + (subject->last ? 8 : 0);
}

uint32_t pool_problems(struct pool *pool, size_t member, enum rule_place place, bool signature_counts,
                       bool last)
{
    const struct rule_subject subject = { .query = pool->query,
                                          .certificate = pool->members[member].certificate,
                                          .marks = pool->members[member].marks,
                                          .place = place,
                                          .signature_counts = signature_counts,
                                          .last = last };
    uint32_t *lasting = &pool->members[member].lasting[standing_of(&subject)];

    if (*lasting == 0)
        *lasting = LASTING_KNOWN | rule_problems_lasting(&subject);
    return (*lasting & ~LASTING_KNOWN) | rule_problems_now(&subject);
}

enum signature_state pool_signature(struct pool *pool, size_t issuer, size_t index)
{
    struct pool_member *member = &pool->members[index];
    const struct certificate *above = pool->members[issuer].certificate;
    enum signature_state state;

    if (member->signer == issuer + 1)
        return member->signature;
    if (!signature_known(pool->signatures, above, member->certificate, &state)) {
        if (pool->checked >= pool->query->limits.signatures) {
            pool->exhausted = true;
            return SIGNATURE_UNSUPPORTED;
        }
        state = signature_check(pool->signatures, above, member->certificate, &pool->checked);
    }
    member->signer = issuer + 1;
    return member->signature = state;
}

const struct pool_member *pool_issuers(struct pool *pool, size_t index)
{
    struct pool_member *member = &pool->members[index];
    size_t end, at;

    if (member->issuers_known)
        return member;
    member->issuers_known = true;
    for (at = pool_find_subject(pool, member->certificate, &end); at < end; at++) {
        size_t issuer = pool->by_subject[at];

        /* No key identity occurs twice in a path, so nobody is its own issuer. */
        if (!pool_name_fits(pool, index, issuer) ||
            fingerprint_equal(certificate_key_identity(pool->members[issuer].certificate),
                              certificate_key_identity(member->certificate)))
            continue;
        if (pool_signature(pool, issuer, index) != SIGNATURE_GOOD) {
            member->signature_failed = true;
            continue;
        }
        member->issuers = array_grow(member->issuers, member->issuer_count, sizeof(*member->issuers));
        member->issuers[member->issuer_count++] = (struct pool_issuer){
            .member = issuer,
            .key_id_fits =
                rule_key_id_fits(pool->query->model, member->certificate, pool->members[issuer].certificate),
        };
    }
    return member;
}
