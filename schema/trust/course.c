#include "schema/trust/course.h"

#include <stdlib.h>

#include <openssl/x509v3.h>

#include "schema/trust/rule.h"
#include "schema/x509/constraint.h"
#include "schema/x509/policy.h"

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
    if (course->count == 1 && course->anchored &&
        course->pool->query->model->alternatives == MODEL_ALTERNATIVES_JSSE)
        return RULE_PINNED;
    if (at == 0 && !course->headless)
        return RULE_LEAF;
    return course->anchored && at == course->count - 1 ? RULE_ANCHOR : RULE_CA;
}

/* Whether this extension of an issuer limits what stands below it. */
static bool limits(const struct course *course, size_t at, enum model_anchor_checks side)
{
    return place_of(course, at) != RULE_ANCHOR || (course->pool->query->model->anchor_checks & side) != 0;
}

static void judge_each(struct course *course)
{
    for (size_t at = 0; at < course->count; at++) {
        bool last = at == course->count - 1;
        uint32_t problems = pool_problems(course->pool, course->members[at], place_of(course, at),
                                          !(last && course->anchored), last);

        for (int code = 0; code < PATH_PROBLEM_CODES; code++) {
            if ((problems & UINT32_C(1) << code) != 0)
                report(course, at, (enum path_problem_code)code);
        }
    }
}

/* Self-issued intermediates do not count (RFC 5280 section 4.2.1.9). */
static void judge_lengths(struct course *course)
{
    size_t below = 0, cas_max = course->pool->query->model->cas_max;

    for (size_t at = 1; at < course->count; at++) {
        long most = X509_get_pathlen(certificate_x509(member_of(course, at)->certificate));

        if ((limits(course, at, MODEL_ANCHOR_LENGTH) && most >= 0 && below > (size_t)most) ||
            (place_of(course, at) == RULE_CA && cas_max > 0 && below >= cas_max))
            report(course, at, PATH_PATH_LENGTH);
        below += !member_of(course, at)->self_issued;
    }
}

static void judge_names(struct course *course)
{
    for (size_t at = 1; at < course->count; at++) {
        struct constraint *constraint = limits(course, at, MODEL_ANCHOR_NAMES)
                                            ? constraint_new(member_of(course, at)->certificate)
                                            : NULL;

        for (size_t below = 0; constraint != NULL && below < at; below++) {
            enum constraint_result result;

            if (below > 0 && member_of(course, below)->self_issued)
                continue;
            result = constraint_check(constraint, member_of(course, below)->certificate);
            course->open += result == CONSTRAINT_ENDLESS;
            if (result != CONSTRAINT_PERMITTED)
                report(course, below, PATH_NAME_CONSTRAINTS);
        }
        constraint_free(constraint);
    }
}

/* By whom an explicit policy is asked for is not said, as it is the whole path that lacks it. */
static void judge_policies(struct course *course)
{
    size_t count = course->count - course->anchored;
    const struct certificate **certificates;
    enum policy_answer answer;

    if (!course->pool->query->model->policies || course->headless || count == 0)
        return;
    certificates = memory_new(count * sizeof(*certificates));
    for (size_t at = 0; at < count; at++)
        certificates[at] = member_of(course, at)->certificate;
    answer = policy_of_path(certificates, count);
    free(certificates);
    course->open += answer == POLICY_OPEN;
    if (answer != POLICY_SATISFIED)
        report(course, 0, PATH_POLICY);
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
    size_t top = course->members[course->count - 1], first, end;
    const struct pool_member *member = &course->pool->members[top];

    if (course->anchored || (member->marks & TRUST_MARK_REJECTED) != 0)
        return;
    (void)pool_issuers(course->pool, top);
    first = pool_find_subject(course->pool, member->certificate, &end);
    report(course, course->count - 1,
           member->signature_failed && member->issuer_count == 0 && first < end ? PATH_BAD_SIGNATURE
                                                                                : PATH_NO_ISSUER);
}

void course_judge(struct course *course)
{
    judge_each(course);
    judge_lengths(course);
    judge_names(course);
    judge_policies(course);
    judge_links(course);
    judge_end(course);
}

bool course_is_open(const struct course *course)
{
    return course->open > 0 && course->open == course->problems;
}
