#include "schema/trust/path.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/x509v3.h>

#include "schema/trust/listing.h"
#include "schema/trust/rule.h"
#include "schema/trust/search.h"
#include "schema/trust/walk.h"
#include "schema/x509/constraint.h"

static const char *const verdict_names[] = {
    [PATH_TRUSTED] = "trusted",
    [PATH_UNTRUSTED] = "untrusted",
    [PATH_UNDETERMINED] = "undetermined",
};

static const char *const problem_names[PATH_PROBLEM_CODES] = {
    [PATH_EXPIRED] = "expired",
    [PATH_NOT_YET_VALID] = "not-yet-valid",
    [PATH_HOSTNAME] = "hostname",
    [PATH_NOT_A_CA] = "not-a-ca",
    [PATH_PATH_LENGTH] = "path-length",
    [PATH_KEY_USAGE] = "key-usage",
    [PATH_EKU] = "eku",
    [PATH_NAME_CONSTRAINTS] = "name-constraints",
    [PATH_CRITICAL_EXTENSION] = "critical-extension",
    [PATH_NO_ISSUER] = "no-issuer",
    [PATH_WEAK_SIGNATURE] = "weak-signature",
    [PATH_WEAK_KEY] = "weak-key",
    [PATH_AKI_MISMATCH] = "aki-mismatch",
    [PATH_DISTRUSTED] = "distrusted",
    [PATH_BAD_SIGNATURE] = "bad-signature",
    [PATH_MALFORMED] = "malformed",
};

const char *path_verdict_name(enum path_verdict verdict)
{
    return verdict_names[verdict];
}

const char *path_problem_name(enum path_problem_code code)
{
    return problem_names[code];
}

/* A path being judged. */
struct course {
    struct pool *pool;
    const size_t *members;
    size_t count;
    bool anchored;
    bool headless;     /* the leaf below it is not known: the first is a CA */
    struct path *path; /* what is found goes here; NULL: only whether anything is */
    size_t problems;
};

static const struct pool_member *member_of(const struct course *course, size_t at)
{
    return &course->pool->members[course->members[at]];
}

static void report(struct course *course, size_t at, enum path_problem_code code)
{
    struct path *path = course->path;

    course->problems++;
    if (path == NULL)
        return;
    path->problems = array_grow(path->problems, path->problem_count, sizeof(*path->problems));
    path->problems[path->problem_count++] = (struct path_problem){
        .code = code,
        .certificate = *certificate_fingerprint(member_of(course, at)->certificate),
    };
}

static enum rule_place place_of(const struct course *course, size_t at)
{
    if (at == 0 && !course->headless)
        return RULE_LEAF;
    return course->anchored && at == course->count - 1 ? RULE_ANCHOR : RULE_CA;
}

/* Whether the extensions of this issuer limit what stands below it. */
static bool limits(const struct course *course, size_t at)
{
    return place_of(course, at) != RULE_ANCHOR ||
           course->pool->query->model->anchor_constraints == MODEL_ANCHOR_CONSTRAINED;
}

static void judge_each(struct course *course)
{
    for (size_t at = 0; at < course->count; at++) {
        const struct pool_member *member = member_of(course, at);
        bool last = at == course->count - 1;
        const struct rule_subject subject = { .query = course->pool->query,
                                              .certificate = member->certificate,
                                              .marks = member->marks,
                                              .place = place_of(course, at),
                                              .signature_counts = !(last && course->anchored),
                                              .last = last };
        uint32_t problems = rule_problems(&subject);

        for (int code = 0; code < PATH_PROBLEM_CODES; code++) {
            if ((problems & UINT32_C(1) << code) != 0)
                report(course, at, (enum path_problem_code)code);
        }
    }
}

/* Self-issued intermediates do not count (RFC 5280 section 4.2.1.9). */
static void judge_lengths(struct course *course)
{
    size_t below = 0;

    for (size_t at = 1; at < course->count; at++) {
        long most = X509_get_pathlen(certificate_x509(member_of(course, at)->certificate));

        if (limits(course, at) && most >= 0 && below > (size_t)most)
            report(course, at, PATH_PATH_LENGTH);
        below += !member_of(course, at)->self_issued;
    }
}

static void judge_names(struct course *course)
{
    for (size_t at = 1; at < course->count; at++) {
        struct constraint *constraint =
            limits(course, at) ? constraint_new(member_of(course, at)->certificate) : NULL;

        for (size_t below = 0; constraint != NULL && below < at; below++) {
            if (below > 0 && member_of(course, below)->self_issued)
                continue;
            if (constraint_check(constraint, member_of(course, below)->certificate) != CONSTRAINT_PERMITTED)
                report(course, below, PATH_NAME_CONSTRAINTS);
        }
        constraint_free(constraint);
    }
}

static void judge_links(struct course *course)
{
    for (size_t at = 0; at + 1 < course->count; at++) {
        const struct certificate *below = member_of(course, at)->certificate;

        if (pool_signature(course->pool, course->members[at + 1], course->members[at]) != SIGNATURE_GOOD)
            report(course, at, PATH_BAD_SIGNATURE);
        if (!rule_key_id_fits(course->pool->query->model, below, member_of(course, at + 1)->certificate))
            report(course, at, PATH_AKI_MISMATCH);
    }
}

/* Why nothing stands above the last certificate of a dead end. */
static void judge_end(struct course *course)
{
    size_t top = course->members[course->count - 1], end;
    const struct pool_member *member = pool_issuers(course->pool, top);
    size_t first = pool_find_subject(course->pool, member->certificate, &end);

    if (course->anchored || (member->marks & TRUST_MARK_REJECTED) != 0)
        return;
    report(course, course->count - 1,
           member->signature_failed && member->issuer_count == 0 && first < end ? PATH_BAD_SIGNATURE
                                                                                : PATH_NO_ISSUER);
}

static void judge(struct course *course)
{
    judge_each(course);
    judge_lengths(course);
    judge_names(course);
    judge_links(course);
    judge_end(course);
}

/* One path of the result. */
static void fill_path(struct pool *pool, const size_t *members, size_t count, bool anchored,
                      struct path *path)
{
    struct course course = {
        .pool = pool, .members = members, .count = count, .anchored = anchored, .path = path
    };

    *path = (struct path){ .certificates = memory_new(count * sizeof(struct certificate *)),
                           .count = count,
                           .anchored = anchored };
    for (size_t i = 0; i < count; i++)
        path->certificates[i] = pool->members[members[i]].certificate;
    judge(&course);
    path->valid = anchored && course.problems == 0;
}

static void clear_path(struct path *path)
{
    free(path->certificates);
    free(path->problems);
}

static void collect(void *context, const size_t *members, size_t count, bool anchored)
{
    struct path_result *result = ((void **)context)[0];
    struct pool *pool = ((void **)context)[1];
    struct path **list = anchored ? &result->paths : &result->dead_ends;
    size_t *length = anchored ? &result->path_count : &result->dead_end_count;

    *list = array_grow(*list, *length, sizeof(**list));
    fill_path(pool, members, count, anchored, &(*list)[(*length)++]);
}

/* Valid ones first, then those with fewer problems, then shorter ones. */
static int compare_paths(const void *left, const void *right)
{
    const struct path *a = left, *b = right;

    if (a->valid != b->valid)
        return a->valid ? -1 : 1;
    if (a->problem_count != b->problem_count)
        return a->problem_count < b->problem_count ? -1 : 1;
    return (a->count > b->count) - (a->count < b->count);
}

static bool same_path(const struct path *path, const struct pool *pool, const struct search *search)
{
    if (path->count != search->count)
        return false;
    for (size_t i = 0; i < path->count; i++) {
        if (path->certificates[i] != pool->members[search->members[i]].certificate)
            return false;
    }
    return true;
}

/* The path that the search found is listed even when the listing's bound came before it. */
static void keep_found(struct pool *pool, const struct search *search, struct path_result *result)
{
    for (size_t i = 0; i < result->path_count; i++) {
        if (same_path(&result->paths[i], pool, search))
            return;
    }
    if (result->path_count >= pool->query->limits.listed && result->path_count > 0)
        clear_path(&result->paths[--result->path_count]);
    result->paths = array_grow(result->paths, result->path_count, sizeof(*result->paths));
    fill_path(pool, search->members, search->count, true, &result->paths[result->path_count++]);
}

/* Nothing that could be found in stores or fetched would help a leaf that is itself no good. */
static bool leaf_is_sound(struct pool *pool)
{
    const struct rule_subject subject = { .query = pool->query,
                                          .certificate = pool->members[0].certificate,
                                          .marks = pool->members[0].marks,
                                          .place = RULE_LEAF,
                                          .signature_counts = !pool->members[0].anchor };

    return rule_problems(&subject) == 0;
}

static enum path_verdict without_path(struct pool *pool, const char *bound, const char **reason)
{
    const struct model *model = pool->query->model;

    *reason = bound;
    if (bound != NULL)
        return PATH_UNDETERMINED;
    if (!leaf_is_sound(pool))
        return PATH_UNTRUSTED;
    *reason = pool->incomplete                      ? "incomplete-store"
              : model->absent == MODEL_ABSENT_LOADS ? "loads-on-demand"
              : model->aia == MODEL_AIA_MAY         ? "aia"
                                                    : NULL;
    return *reason != NULL ? PATH_UNDETERMINED : PATH_UNTRUSTED;
}

static void walk_only(struct pool *pool, struct walk *walk)
{
    if (pool->query->model->alternatives == MODEL_ALTERNATIVES_SERVED)
        walk_served_list(pool, walk);
    else
        walk_first_issuers(pool, walk);
}

static enum path_verdict judge_walk(struct pool *pool, struct path_result *result, const char **reason)
{
    struct walk walk;
    struct course course;

    walk_only(pool, &walk);
    course = (struct course){
        .pool = pool, .members = walk.members, .count = walk.count, .anchored = walk.anchored
    };
    judge(&course);
    if (result != NULL) {
        void *context[] = { result, pool };

        collect(context, walk.members, walk.count, walk.anchored);
        result->paths_total = walk.anchored;
        if (walk.pinned) /* what stands above a trusted leaf was judged, but is no part of what is trusted */
            result->paths[0].count = 1;
    }
    if (walk.anchored && course.problems == 0)
        return PATH_TRUSTED;
    return without_path(pool,
                        walk.bounded      ? "depth-limit"
                        : pool->exhausted ? "signature-limit"
                                          : NULL,
                        reason);
}

static enum path_verdict judge_all(struct pool *pool, struct path_result *result, const char **reason)
{
    struct search search;
    bool found;

    search_valid(pool, &search);
    found = search.members != NULL;
    if (result != NULL) {
        void *context[] = { result, pool };
        struct listing listing = listing_visit(pool, collect, context);

        result->truncated = listing.truncated;
        result->paths_total = listing.total;
        if (found)
            keep_found(pool, &search, result);
        if (result->path_count > 0)
            qsort(result->paths, result->path_count, sizeof(*result->paths), compare_paths);
        if (result->dead_end_count > 0)
            qsort(result->dead_ends, result->dead_end_count, sizeof(*result->dead_ends), compare_paths);
    }
    free(search.members);
    return found ? PATH_TRUSTED : without_path(pool, search.bound, reason);
}

static enum path_verdict decide(const struct path_query *query, struct path_result *result,
                                const char **reason)
{
    enum path_verdict verdict;
    struct pool pool;

    *reason = NULL;
    if (query->chain_malformed || query->chain->count == 0) {
        if (result != NULL) {
            result->dead_ends = memory_new(sizeof(*result->dead_ends));
            result->dead_ends[0].problems = memory_new(sizeof(*result->dead_ends[0].problems));
            result->dead_ends[0].problems[0].code = PATH_MALFORMED;
            result->dead_ends[0].problem_count = result->dead_end_count = 1;
        }
        return PATH_UNTRUSTED;
    }
    if (!query->model->verifies)
        return PATH_TRUSTED;
    pool_init(&pool, query);
    verdict = query->model->alternatives == MODEL_ALTERNATIVES_ALL ? judge_all(&pool, result, reason)
                                                                   : judge_walk(&pool, result, reason);
    pool_clear(&pool);
    return verdict;
}

void path_search(const struct path_query *query, struct path_result *result)
{
    *result = (struct path_result){ 0 };
    result->verdict = decide(query, result, &result->reason);
    result->truncated |=
        result->verdict == PATH_UNDETERMINED && result->reason != NULL && text_ends(result->reason, "-limit");
}

void path_result_clear(struct path_result *result)
{
    for (size_t i = 0; i < result->path_count; i++)
        clear_path(&result->paths[i]);
    for (size_t i = 0; i < result->dead_end_count; i++)
        clear_path(&result->dead_ends[i]);
    free(result->paths);
    free(result->dead_ends);
    *result = (struct path_result){ 0 };
}

enum path_verdict path_verdict_of(const struct path_query *query, const char **reason)
{
    const char *ignored;

    return decide(query, NULL, reason != NULL ? reason : &ignored);
}

static bool is_among(const struct fingerprint *keys, size_t count, const struct fingerprint *key)
{
    for (size_t i = 0; i < count; i++) {
        if (fingerprint_equal(&keys[i], key))
            return true;
    }
    return false;
}

/* Whether this entry, in the middle or at the end, leads a client of the one-path kind to an anchor. */
static bool entry_leads_up(const struct path_query *query, const struct trust_entry *entry)
{
    struct certificate *items[] = { entry->certificate };
    const struct certificate_list chain = { .items = items, .count = 1 };
    struct path_query above = *query;
    struct course course = { .headless = true };
    struct pool pool;
    struct walk walk;

    above.chain = &chain;
    pool_init(&pool, &above);
    walk_first_issuers(&pool, &walk);
    course.pool = &pool;
    course.members = walk.members;
    course.count = pool.members[0].anchor ? 1 : walk.count;
    course.anchored = walk.anchored || pool.members[0].anchor;
    judge(&course);
    pool_clear(&pool);
    return course.anchored && course.problems == 0;
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

/*
 * The entry that a one-path client takes for the name of `named`: the first that is valid now, else the
 * one that ends last. Key ids could decide otherwise, but no certificate below is known.
 */
static const struct trust_entry *first_of_name(const struct path_query *query,
                                               const struct trust_entry *named)
{
    const struct trust_entry *best = NULL;

    for (size_t i = 0; i < query->trust->count; i++) {
        const struct trust_entry *entry = &query->trust->entries[i];

        if (entry->certificate == NULL || !fingerprint_equal(certificate_subject_digest(entry->certificate),
                                                             certificate_subject_digest(named->certificate)))
            continue;
        if (certificate_not_before(entry->certificate) <= query->at &&
            query->at <= certificate_not_after(entry->certificate))
            return entry;
        if (best == NULL ||
            certificate_not_after(entry->certificate) > certificate_not_after(best->certificate))
            best = entry;
    }
    return best;
}

static enum path_verdict accept_entry(const struct path_query *query, const struct trust_entry *entry,
                                      const struct fingerprint *keys, size_t count, const char **reason,
                                      const struct trust_entry **via)
{
    if (query->model->alternatives == MODEL_ALTERNATIVES_ALL) {
        *via = entry;
        return is_sound_anchor(query, entry) ? PATH_TRUSTED : PATH_UNTRUSTED;
    }
    *via = first_of_name(query, entry);
    if (!is_among(keys, count, &(*via)->key_identity)) {
        *reason = "namesake";
        return PATH_UNDETERMINED;
    }
    if (query->model->alternatives == MODEL_ALTERNATIVES_SERVED)
        return is_sound_anchor(query, *via) ? PATH_TRUSTED : PATH_UNTRUSTED;
    return entry_leads_up(query, *via) ? PATH_TRUSTED : PATH_UNTRUSTED;
}

enum path_verdict path_accepts_key(const struct trust_set *trust, const struct model *model, int64_t at,
                                   const struct fingerprint *key_identities, size_t count,
                                   const char **reason, const struct trust_entry **via)
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
