#include "schema/trust/by_key.h"

#include "schema/trust/course.h"
#include "schema/trust/namesake.h"
#include "schema/trust/rule.h"
#include "schema/trust/walk.h"

static bool is_among(const struct fingerprint *keys, size_t count, const struct fingerprint *key)
{
    for (size_t i = 0; i < count; i++) {
        if (fingerprint_equal(&keys[i], key))
            return true;
    }
    return false;
}

/* Whether this entry, in the middle or at the end, leads a client of the one-path kind to an anchor. */
static enum path_verdict entry_leads_up(const struct path_query *query, const struct trust_entry *entry,
                                        const char **reason)
{
    struct certificate *items[] = { entry->certificate };
    const struct certificate_list chain = { .items = items, .count = 1 };
    struct path_query above = *query;
    struct course course = { .headless = true };
    struct pool pool;
    struct walk walk;
    bool unsure;

    above.chain = &chain;
    pool_init(&pool, &above);
    walk_one_path(&pool, &walk);
    unsure = walk.unsure && !pool.members[0].anchor;
    course.pool = &pool;
    course.members = walk.members;
    course.count = pool.members[0].anchor ? 1 : walk.count;
    course.anchored = walk.anchored || pool.members[0].anchor;
    course_judge(&course);
    pool_clear(&pool);
    if (unsure) {
        *reason = PATH_REHASH_NEEDED;
        return PATH_UNDETERMINED;
    }
    return course.anchored && course.problems == 0 ? PATH_TRUSTED : PATH_UNTRUSTED;
}

static bool is_sound_anchor(const struct path_query *query, const struct trust_entry *entry)
{
    const struct rule_subject subject = { .query = query,
                                          .certificate = entry->certificate,
                                          .marks = entry->marks,
                                          .place = RULE_ANCHOR,
                                          .last = true };

    return rule_may_anchor(query->model, entry->certificate, entry->marks) && rule_problems(&subject) == 0;
}

static bool has_name_of(const struct trust_entry *entry, const struct trust_entry *named)
{
    return entry->certificate != NULL && namesake_is_one(entry->certificate, named->certificate);
}

static bool has_unlike_namesake(const struct path_query *query, const struct trust_entry *named)
{
    for (size_t i = 0; i < query->trust->count; i++) {
        const struct trust_entry *entry = &query->trust->entries[i];

        if (has_name_of(entry, named) && namesake_is_unlike(entry->certificate, named->certificate))
            return true;
    }
    return false;
}

/* Whether the client may find something else of this name, or this not. */
static bool name_is_unsure(const struct path_query *query, const struct trust_entry *named)
{
    for (size_t i = 0; i < query->trust->count; i++) {
        const struct trust_entry *entry = &query->trust->entries[i];

        if ((entry->marks & TRUST_MARK_UNSURE) != 0 && has_name_of(entry, named))
            return true;
    }
    return false;
}

/*
 * The entry that a one-path client takes for the name of `named`: the first that is valid now, else the
 * one that ends last; OpenSSL 1.0.2 the first, GnuTLS the last that is valid. Key ids could decide otherwise, but no certificate below is known.
 */
static const struct trust_entry *first_of_name(const struct path_query *query,
                                               const struct trust_entry *named)
{
    const struct trust_entry *best = NULL, *served = NULL;
    bool backwards = query->model->alternatives == MODEL_ALTERNATIVES_SERVED;

    for (size_t i = 0; i < query->trust->count; i++) {
        const struct trust_entry *entry = &query->trust->entries[backwards ? query->trust->count - 1 - i : i];

        if (!has_name_of(entry, named))
            continue;
        if (rule_counts_as_served(query->model, entry->certificate)) {
            served = served == NULL ? entry : served;
            continue;
        }
        if (query->model->alternatives == MODEL_ALTERNATIVES_LAST_RESORT || query->model->first_of_name ||
            (certificate_not_before(entry->certificate) <= query->at &&
             query->at <= certificate_not_after(entry->certificate)))
            return entry;
        if (best == NULL ||
            certificate_not_after(entry->certificate) > certificate_not_after(best->certificate))
            best = entry;
    }
    return best != NULL ? best : served;
}

/* Java and GnuTLS may cut the list at an entry's name and key, and then take that entry, good or not. */
static bool has_unsound(const struct path_query *query, const struct fingerprint *keys, size_t count)
{
    for (size_t i = 0; i < query->trust->count; i++) {
        const struct trust_entry *entry = &query->trust->entries[i];

        if (entry->certificate != NULL && is_among(keys, count, &entry->key_identity) &&
            !is_sound_anchor(query, entry))
            return true;
    }
    return false;
}

static enum path_verdict accept_entry(const struct path_query *query, const struct trust_entry *entry,
                                      const struct fingerprint *keys, size_t count, const char **reason,
                                      const struct trust_entry **via)
{
    bool all = query->model->alternatives == MODEL_ALTERNATIVES_ALL ||
               query->model->alternatives == MODEL_ALTERNATIVES_JSSE;

    if (all ? (entry->marks & TRUST_MARK_UNSURE) != 0 : name_is_unsure(query, entry)) {
        *reason = PATH_REHASH_NEEDED;
        return PATH_UNDETERMINED;
    }
    if (all) {
        *via = entry;
        *reason = PATH_NAMESAKE;
        if (!is_sound_anchor(query, entry))
            return PATH_UNTRUSTED;
        return (query->model->namesakes_unsure && has_unlike_namesake(query, entry)) ||
                       (query->model->alternatives == MODEL_ALTERNATIVES_JSSE &&
                        has_unsound(query, keys, count))
                   ? PATH_UNDETERMINED
                   : PATH_TRUSTED;
    }
    *via = first_of_name(query, entry);
    if (!is_among(keys, count, &(*via)->key_identity)) {
        *reason = PATH_NAMESAKE;
        return PATH_UNDETERMINED;
    }
    if (query->model->alternatives == MODEL_ALTERNATIVES_SERVED) {
        *reason = PATH_NAMESAKE;
        return !is_sound_anchor(query, *via)     ? PATH_UNTRUSTED
               : has_unsound(query, keys, count) ? PATH_UNDETERMINED
                                                 : PATH_TRUSTED;
    }
    return entry_leads_up(query, *via, reason);
}

enum path_verdict by_key_verdict(const struct trust_set *trust, const struct model *model, int64_t at,
                                 const struct fingerprint *key_identities, size_t count, const char **reason,
                                 const struct trust_entry **via)
{
    const struct certificate_list nothing = { 0 };
    const struct path_query query = {
        .chain = &nothing, .trust = trust, .model = model, .at = at, .limits = PATH_LIMITS_DEFAULT
    };
    enum path_verdict verdict = model->verifies ? PATH_UNTRUSTED : PATH_TRUSTED;
    bool incomplete = !trust->complete;

    *reason = NULL;
    *via = NULL;
    for (size_t i = 0; i < trust->count && verdict != PATH_TRUSTED; i++) {
        const struct trust_entry *entry = &trust->entries[i], *by = NULL;
        enum path_verdict one;

        if (!is_among(key_identities, count, &entry->key_identity))
            continue;
        if (entry->certificate == NULL) {
            incomplete |= (entry->marks & (TRUST_MARK_REJECTED | TRUST_MARK_HELPER)) == 0;
            continue;
        }
        one = accept_entry(&query, entry, key_identities, count, reason, &by);
        if (one != PATH_UNTRUSTED)
            verdict = one;
        if (one == PATH_TRUSTED)
            *via = by;
    }
    if (verdict == PATH_TRUSTED)
        *reason = NULL;
    if (verdict != PATH_UNTRUSTED)
        return verdict;
    *reason = incomplete                            ? "incomplete-store"
              : model->absent == MODEL_ABSENT_LOADS ? "loads-on-demand"
                                                    : NULL;
    return *reason != NULL ? PATH_UNDETERMINED : PATH_UNTRUSTED;
}
