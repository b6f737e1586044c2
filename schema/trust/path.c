#include "schema/trust/path.h"

#include <stdlib.h>
#include <string.h>

#include "schema/trust/course.h"
#include "schema/trust/jsse.h"
#include "schema/trust/listing.h"
#include "schema/trust/namesake.h"
#include "schema/trust/rule.h"
#include "schema/trust/search.h"
#include "schema/trust/walk.h"

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
    [PATH_POLICY] = "policy",
    [PATH_PROFILE] = "profile",
};

const char *path_verdict_name(enum path_verdict verdict)
{
    return verdict_names[verdict];
}

const char *path_problem_name(enum path_problem_code code)
{
    return problem_names[code];
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
    course_judge(&course);
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
    return pool_problems(pool, 0, RULE_LEAF, !pool->members[0].anchor, false) == 0;
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

static enum path_verdict judge_walk(struct pool *pool, struct path_result *result, const char **reason)
{
    struct walk walk;
    struct course course;

    walk_one_path(pool, &walk);
    course = (struct course){
        .pool = pool, .members = walk.members, .count = walk.count, .anchored = walk.anchored
    };
    course_judge(&course);
    if (result != NULL) {
        void *context[] = { result, pool };

        collect(context, walk.members, walk.count, walk.anchored);
        result->paths_total = walk.anchored;
        if (walk.pinned) /* what stands above a trusted leaf was judged, but is no part of what is trusted */
            result->paths[0].count = 1;
    }
    if (walk.anchored && course.problems == 0 && !walk.unsure && !walk.bounded)
        return PATH_TRUSTED;
    return without_path(pool,
                        walk.bounded                         ? "depth-limit"
                        : pool->exhausted                    ? "signature-limit"
                        : walk.unsure && leaf_is_sound(pool) ? PATH_REHASH_NEEDED
                        : course_is_open(&course)            ? "constraints-limit"
                                                             : NULL,
                        reason);
}

/* Two certificates of one name, neither of which the client trusts by itself. */
static bool serves_namesakes(const struct pool *pool)
{
    for (size_t i = 1; i < pool->served_count; i++) {
        for (size_t j = 1; j < i; j++) {
            const struct pool_member *a = &pool->members[pool->served[i]],
                                     *b = &pool->members[pool->served[j]];

            if (a != b && !a->trusted && !b->trusted && namesake_is_one(a->certificate, b->certificate))
                return true;
        }
    }
    return false;
}

/* Two that are trusted, of which one may do where the other does not. */
static bool trusts_unlike_namesakes(const struct pool *pool)
{
    for (size_t i = 0; i < pool->count; i++) {
        const struct pool_member *a = &pool->members[pool->by_subject[i]];

        for (size_t j = i + 1; j < pool->count; j++) {
            const struct pool_member *b = &pool->members[pool->by_subject[j]];

            if (!namesake_is_one(a->certificate, b->certificate))
                break;
            if (a->trusted && b->trusted && namesake_is_unlike(a->certificate, b->certificate))
                return true;
        }
    }
    return false;
}

/* What all paths come to, each judged to its end. */
struct sum {
    struct pool *pool;
    size_t good, open;
};

static void add_up(void *context, const size_t *members, size_t count, bool anchored)
{
    struct sum *sum = context;
    struct course course = { .pool = sum->pool, .members = members, .count = count, .anchored = anchored };

    if (!anchored)
        return;
    course_judge(&course);
    sum->good += course.problems == 0;
    sum->open += course_is_open(&course);
}

/*
 * The search does not tell ways apart by policies. Where these alone stood in its way every path is looked at, if they
 * are not too many: whether one is valid. *bound is why that is left open.
 */
static bool outdo_policies(struct pool *pool, const char **bound)
{
    struct sum sum = { .pool = pool };
    struct listing listing = listing_visit(pool, add_up, &sum);

    if (sum.good > 0 && !pool->query->model->first_path)
        return true;
    if (listing.truncated || sum.open > 0 || sum.good > 0)
        *bound = "constraints-limit";
    return false;
}

static enum path_verdict judge_all(struct pool *pool, struct path_result *result, const char **reason)
{
    struct search search;
    bool found, strays;

    search_valid(pool, &search);
    found = search.members != NULL ||
            (search.by_policies && search.bound == NULL && outdo_policies(pool, &search.bound));
    strays = search.members != NULL && pool->query->model->first_path && jsse_may_stray(pool, &search);
    if (result != NULL) {
        void *context[] = { result, pool };
        struct listing listing = listing_visit(pool, collect, context);

        result->truncated = listing.truncated;
        result->paths_total = listing.total;
        if (search.members != NULL)
            keep_found(pool, &search, result);
        if (result->path_count > 0)
            qsort(result->paths, result->path_count, sizeof(*result->paths), compare_paths);
        if (result->dead_end_count > 0)
            qsort(result->dead_ends, result->dead_end_count, sizeof(*result->dead_ends), compare_paths);
    }
    free(search.members);
    if (found && pool->query->model->namesakes_unsure &&
        (serves_namesakes(pool) || trusts_unlike_namesakes(pool)))
        return without_path(pool, PATH_NAMESAKE, reason);
    return strays  ? without_path(pool, PATH_NAMESAKE, reason)
           : found ? PATH_TRUSTED
                   : without_path(pool, search.bound, reason);
}

/* Anchors of one list: those that would do, those that would not once they were taken, and those left open. */
struct tally {
    size_t good, refused, open;
};

/* One path of Java's validator. What it is worth is added to the counts. */
static void judge_listed(struct pool *pool, const size_t *members, size_t count, bool anchored,
                         struct path_result *result, struct tally *tally)
{
    struct course course = { .pool = pool, .members = members, .count = count, .anchored = anchored };

    course_judge(&course);
    if (result != NULL) {
        void *context[] = { result, pool };

        collect(context, members, count, anchored);
        result->paths_total += anchored;
    }
    tally->good += anchored && course.problems == 0;
    tally->open += anchored && course_is_open(&course);
    tally->refused +=
        anchored && course.problems > 0 && course.problems == jsse_refusals(pool, members[count - 1]);
}

/* Java's validator: the list as it was read, below each anchor that would do. */
static enum path_verdict judge_list(struct pool *pool, const struct jsse_list *list,
                                    struct path_result *result, const char **reason)
{
    size_t *members = memory_new((list->count + 2) * sizeof(*members));
    struct tally tally = { 0 };
    bool any = false;

    for (size_t i = 0; i < list->count; i++)
        members[i] = pool->served[i];
    for (size_t at = 0; list->way == JSSE_LISTED && jsse_next_anchor(pool, list, &at); at++) {
        members[list->count] = pool->trusted[at];
        judge_listed(pool, members, list->count + 1, true, result, &tally);
        any = true;
    }
    if (!any)
        judge_listed(pool, members, list->count, list->way == JSSE_PINNED, result, &tally);
    if (result != NULL && result->path_count > 0)
        qsort(result->paths, result->path_count, sizeof(*result->paths), compare_paths);
    free(members);
    if (tally.good > 0 && tally.refused == 0)
        return PATH_TRUSTED;
    return without_path(pool,
                        tally.good > 0    ? PATH_NAMESAKE
                        : tally.open > 0  ? "constraints-limit"
                        : pool->exhausted ? "signature-limit"
                                          : NULL,
                        reason);
}

struct path_ground {
    struct path_query query;
    struct jsse_list list; /* MODEL_ALTERNATIVES_JSSE */
    struct pool pool;      /* none where the model does not verify, or there is no chain */
};

static bool has_chain(const struct path_query *query)
{
    return !query->chain_malformed && query->chain->count > 0;
}

static void ground_init(struct path_ground *ground, const struct path_query *query)
{
    *ground = (struct path_ground){ .query = *query };
    if (!has_chain(query) || !query->model->verifies)
        return;
    if (query->model->alternatives == MODEL_ALTERNATIVES_JSSE)
        ground->list = jsse_read(query);
    if (query->model->alternatives == MODEL_ALTERNATIVES_JSSE && ground->list.way == JSSE_BUILT)
        ground->query.model = query->model->builder;
    pool_init(&ground->pool, &ground->query);
}

static void ground_clear(struct path_ground *ground)
{
    if (has_chain(&ground->query) && ground->query.model->verifies)
        pool_clear(&ground->pool);
}

static enum path_verdict judge_jsse(struct path_ground *ground, struct path_result *result,
                                    const char **reason)
{
    if (ground->list.way == JSSE_LONG)
        return without_path(&ground->pool, "depth-limit", reason);
    return judge_list(&ground->pool, &ground->list, result, reason);
}

static enum path_verdict decide(struct path_ground *ground, struct path_result *result, const char **reason)
{
    *reason = NULL;
    if (!has_chain(&ground->query)) {
        if (result != NULL) {
            result->dead_ends = memory_new(sizeof(*result->dead_ends));
            result->dead_ends[0].problems = memory_new(sizeof(*result->dead_ends[0].problems));
            result->dead_ends[0].problems[0].code = PATH_MALFORMED;
            result->dead_ends[0].problem_count = result->dead_end_count = 1;
        }
        return PATH_UNTRUSTED;
    }
    if (!ground->query.model->verifies)
        return PATH_TRUSTED;
    switch (ground->query.model->alternatives) {
    case MODEL_ALTERNATIVES_ALL: return judge_all(&ground->pool, result, reason);
    case MODEL_ALTERNATIVES_JSSE: return judge_jsse(ground, result, reason);
    case MODEL_ALTERNATIVES_FIRST:
    case MODEL_ALTERNATIVES_LAST_RESORT:
    case MODEL_ALTERNATIVES_SERVED: break;
    }
    return judge_walk(&ground->pool, result, reason);
}

struct path_ground *path_ground_new(const struct path_query *query)
{
    struct path_ground *ground = memory_new(sizeof(*ground));

    ground_init(ground, query);
    return ground;
}

void path_ground_free(struct path_ground *ground)
{
    if (ground == NULL)
        return;
    ground_clear(ground);
    free(ground);
}

enum path_verdict path_ground_verdict(struct path_ground *ground, int64_t at, const char *name,
                                      const char **reason)
{
    const char *ignored;

    ground->query.at = at;
    ground->query.name = name;
    pool_renew(&ground->pool);
    return decide(ground, NULL, reason != NULL ? reason : &ignored);
}

void path_search(const struct path_query *query, struct path_result *result)
{
    struct path_ground ground;

    *result = (struct path_result){ 0 };
    ground_init(&ground, query);
    result->verdict = decide(&ground, result, &result->reason);
    ground_clear(&ground);
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
    struct path_ground ground;
    enum path_verdict verdict;

    ground_init(&ground, query);
    verdict = decide(&ground, NULL, reason != NULL ? reason : &ignored);
    ground_clear(&ground);
    return verdict;
}
