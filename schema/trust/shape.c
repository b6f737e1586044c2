#include "schema/trust/shape.h"

#include "schema/x509/profile.h"

static enum profile_place place_of(const struct path *path, size_t index)
{
    if (index == 0)
        return PROFILE_LEAF;
    return path->anchored && index + 1 == path->count && certificate_is_self_issued(path->certificates[index])
               ? PROFILE_ROOT
               : PROFILE_INTERMEDIATE;
}

/* --- the list as served --------------------------------------------------------------------------- */

static void warn(struct text_list *warnings, const char *code, const struct certificate *certificate,
                 const char *text)
{
    struct text line = { 0 };

    text_format(&line, "%s: %s: %s", code, certificate_label(certificate), text);
    if (!text_list_has(warnings, text_string(&line)))
        text_list_add(warnings, text_string(&line));
    text_clear(&line);
}

static bool is_issuer(const struct certificate *above, const struct certificate *below)
{
    return fingerprint_equal(certificate_subject_digest(above), certificate_issuer_digest(below));
}

static void warn_of_list(const struct certificate_list *served, struct text_list *warnings)
{
    for (size_t i = 1; served != NULL && i < served->count; i++) {
        const struct certificate *certificate = served->items[i];
        bool again = false;

        for (size_t j = 0; j < i; j++)
            again = again || fingerprint_equal(certificate_fingerprint(certificate),
                                               certificate_fingerprint(served->items[j]));
        if (again)
            warn(warnings, "served-twice", certificate, "it is in the list already");
        else if (certificate_is_self_issued(certificate))
            warn(warnings, "root-served", certificate,
                 "clients have their roots already (RFC 8446, 4.4.2 lets it be left out)");
        else if (!is_issuer(certificate, served->items[i - 1]))
            warn(warnings, "served-out-of-order", certificate,
                 "it did not issue the one before it (RFC 8446, 4.4.2)");
    }
}

static bool is_served(const struct certificate_list *served, const struct certificate *certificate)
{
    for (size_t i = 0; served != NULL && i < served->count; i++) {
        if (fingerprint_equal(certificate_fingerprint(certificate),
                              certificate_fingerprint(served->items[i])))
            return true;
    }
    return false;
}

void shape_warn(const struct path_query *query, const struct path_result *result, struct text_list *warnings)
{
    const struct path *const groups[] = { result->paths, result->dead_ends };
    const size_t counts[] = { result->path_count, result->dead_end_count };

    warn_of_list(query->chain, warnings);
    for (size_t group = 0; group < 2; group++) {
        for (size_t i = 0; i < counts[group]; i++) {
            const struct path *path = &groups[group][i];

            for (size_t at = 0; at < path->count; at++) {
                const struct certificate *certificate = path->certificates[at];
                enum profile_place place = place_of(path, at);

                for (const struct profile_rule *rule = profile_rules(); rule->code != NULL; rule++) {
                    if (profile_breaks(rule, certificate, place))
                        warn(warnings, rule->code, certificate, rule->text);
                }
                if (query->chain->count > 0 && at + 1 < path->count && !is_served(query->chain, certificate))
                    warn(warnings, "intermediate-not-served", certificate,
                         "a client that does not have it finds no path");
            }
        }
    }
}

static bool breaks_profile(const struct path *path, size_t index)
{
    enum profile_place place = place_of(path, index);

    for (const struct profile_rule *rule = profile_rules(); rule->code != NULL; rule++) {
        if (rule->judged && profile_breaks(rule, path->certificates[index], place))
            return true;
    }
    return false;
}

void shape_judge(struct path_result *result)
{
    bool any = false;

    /* who checks nothing is trusted without a path, and has no profile either */
    if (result->verdict != PATH_TRUSTED || result->path_count == 0)
        return;
    for (size_t i = 0; i < result->path_count; i++) {
        struct path *path = &result->paths[i];

        for (size_t at = 0; path->valid && at < path->count; at++) {
            if (!breaks_profile(path, at))
                continue;
            path->valid = false;
            path->problems = array_grow(path->problems, path->problem_count, sizeof(*path->problems));
            path->problems[path->problem_count++] =
                (struct path_problem){ PATH_PROFILE, *certificate_fingerprint(path->certificates[at]) };
        }
        any = any || path->valid;
    }
    if (!any)
        result->verdict = result->truncated ? PATH_UNDETERMINED : PATH_UNTRUSTED;
}
