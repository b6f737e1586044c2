#include "schema/trust/explain.h"

#include <stdlib.h>
#include <string.h>

#include "schema/base/clock.h"
#include "schema/trust/advice.h"
#include "schema/trust/shape.h"

/* Which root a path hangs from: by the campaign's name if it has one, else by its own. */
static const char *name_root(const struct explain_subject *subject, const struct certificate *anchor)
{
    for (size_t i = 0; i < subject->root_count; i++) {
        if (fingerprint_equal(certificate_key_identity(subject->roots[i].certificate),
                              certificate_key_identity(anchor)))
            return subject->roots[i].name;
    }
    return certificate_label(anchor);
}

static bool is_zero(const struct fingerprint *fingerprint)
{
    static const struct fingerprint zero = { { 0 } };

    return fingerprint_equal(fingerprint, &zero);
}

static void write_problems(const struct path *path, struct json *json)
{
    json_key(json, "problems");
    json_array(json);
    for (size_t i = 0; i < path->problem_count; i++) {
        json_object(json);
        json_key_text(json, "code", path_problem_name(path->problems[i].code));
        json_key(json, "cert");
        if (is_zero(&path->problems[i].certificate))
            json_null(json);
        else
            json_fingerprint(json, &path->problems[i].certificate);
        json_object_end(json);
    }
    json_array_end(json);
}

static void write_path(const struct explain_subject *subject, const struct path *path, struct json *json)
{
    const struct certificate *top = path->count > 0 ? path->certificates[path->count - 1] : NULL;

    json_object(json);
    json_key(json, "certs");
    json_array(json);
    for (size_t i = 0; i < path->count; i++)
        json_fingerprint(json, certificate_fingerprint(path->certificates[i]));
    json_array_end(json);
    json_key(json, "anchor");
    if (path->anchored)
        json_fingerprint(json, certificate_fingerprint(top));
    else
        json_null(json);
    json_key_text(json, "root", path->anchored ? name_root(subject, top) : NULL);
    json_key_text(json, "verdict", path->valid ? "valid" : "invalid");
    write_problems(path, json);
    json_object_end(json);
}

static void write_paths(const struct explain_subject *subject, const char *key, const struct path *paths,
                        size_t count, struct json *json)
{
    json_key(json, key);
    json_array(json);
    for (size_t i = 0; i < count; i++)
        write_path(subject, &paths[i], json);
    json_array_end(json);
}

/* Why an answer is undetermined, or no reason to believe it. */
static const struct caution {
    const char *reason, *text;
} cautions[] = {
    { "depth-limit", "undetermined: paths longer than the limit were not followed" },
    { "signature-limit", "undetermined: more signatures than the limit would have to be checked" },
    { "search-limit", "undetermined: the search for a valid path reached its limit" },
    { "constraints-limit",
      "undetermined: constraints on names or policies that are not compared to their end" },
    { "incomplete-store",
      "undetermined: part of the trust store could not be read, so absence proves nothing" },
    { "rehash-needed",
      "undetermined: a directory of the trust store wants rehashing; what this client finds there depends on "
      "what it looked up before and on its version" },
    { "loads-on-demand", "undetermined: this client may load a missing root when it needs it" },
    { "aia", "undetermined: this client may fetch a missing intermediate from its issuer" },
    { "sources-differ",
      "undetermined: whether this release holds the root that it needs, the sources say differently" },
    { "root-not-in-table",
      "undetermined: whether this release holds the root that it needs, no source says" },
    { "chain-not-at-hand",
      "undetermined: of this chain only the roots are known, and this client looks at another certificate" },
    { "namesake",
      "undetermined: of two certificates of one name this client may take the one that would not do" },
};

static const char *find_caution(const char *reason)
{
    for (size_t i = 0; reason != NULL && i < sizeof(cautions) / sizeof(cautions[0]); i++) {
        if (strcmp(cautions[i].reason, reason) == 0)
            return cautions[i].text;
    }
    return NULL;
}

static void list_warnings(const struct explain_subject *subject, struct text_list *list)
{
    const struct trust_set *trust = subject->query->trust;
    const char *caution =
        subject->result->verdict == PATH_UNDETERMINED ? find_caution(subject->result->reason) : NULL;

    if (caution != NULL)
        text_list_add(list, caution);
    if (!subject->query->model->verifies)
        text_list_add(list, "this client does not verify: anybody can pose as the server");
    for (size_t i = 0; subject->warnings != NULL && i < subject->warnings->count; i++)
        text_list_add(list, subject->warnings->items[i]);
    if (subject->query->chain->count > 0)
        shape_warn(subject->query, subject->result, list);
    for (size_t i = 0; trust != NULL && i < trust->notes.count; i++)
        text_list_add(list, trust->notes.items[i]);
}

void explain_json(const struct explain_subject *subject, struct json *json)
{
    const struct path_result *result = subject->result;
    struct text_list warnings = { 0 };

    json_key_text(json, "verdict", path_verdict_name(result->verdict));
    json_key_text(json, "model", subject->query->model->name);
    write_paths(subject, "paths", result->paths, result->path_count, json);
    write_paths(subject, "dead_ends", result->dead_ends, result->dead_end_count, json);
    list_warnings(subject, &warnings);
    json_key_texts(json, "warnings", &warnings);
    text_list_clear(&warnings);
    json_key_bool(json, "truncated", result->truncated);
    json_key_number(json, "paths_total",
                    result->paths_total > INT64_MAX ? INT64_MAX : (int64_t)result->paths_total);
}

/* The tree: paths [from, until) share their first `depth` certificates. */
struct tree {
    const struct explain_subject *subject;
    const struct path **paths;
    struct text *out;
    struct text indent;
};

static void add_dates(struct text *out, const struct certificate *certificate)
{
    char from[CLOCK_TEXT_BYTES], until[CLOCK_TEXT_BYTES];

    text_format(out, "  %s – %s", clock_format_date(certificate_not_before(certificate), "UTC", from),
                clock_format_date(certificate_not_after(certificate), "UTC", until));
}

/* "expired", or "expired, not-a-ca of Example CA" where it is another certificate that has it. */
static void add_problems(struct text *out, const struct path *path, const struct certificate *here)
{
    const char *separator = ": ";

    for (size_t i = 0; i < path->problem_count; i++) {
        const struct path_problem *problem = &path->problems[i];

        text_format(out, "%s%s", separator, path_problem_name(problem->code));
        for (size_t at = 0; at < path->count; at++) {
            const struct certificate *certificate = path->certificates[at];

            if (certificate != here &&
                fingerprint_equal(&problem->certificate, certificate_fingerprint(certificate)))
                text_format(out, " of %s", certificate_label(certificate));
        }
        separator = ", ";
    }
}

static void add_end(struct tree *tree, const struct path *path, const struct certificate *certificate)
{
    if (path->anchored)
        text_format(tree->out, "  ◀ hangs from %s: %s", name_root(tree->subject, certificate),
                    path->valid ? "valid" : "invalid");
    else
        text_format(tree->out, "  ✗ ends here, issuer %s", certificate_issuer(certificate));
    add_problems(tree->out, path, certificate);
}

static void add_certificate(struct tree *tree, const struct certificate *certificate)
{
    text_add(tree->out, certificate_label(certificate));
    if (!certificate_is_self_issued(certificate))
        text_format(tree->out, "  by %s", certificate_issuer(certificate));
    add_dates(tree->out, certificate);
}

static size_t end_of_branch(const struct tree *tree, size_t from, size_t until, size_t depth)
{
    size_t end = from + 1;

    while (end < until && tree->paths[end]->count > depth &&
           tree->paths[end]->certificates[depth] == tree->paths[from]->certificates[depth])
        end++;
    return end;
}

static void add_branches(struct tree *tree, size_t from, size_t until, size_t depth)
{
    for (size_t end; from < until; from = end) {
        const struct path *path = tree->paths[from];
        const struct certificate *certificate = path->certificates[depth];
        size_t indent = tree->indent.size;
        bool last;

        end = end_of_branch(tree, from, until, depth);
        last = end == until;
        text_format(tree->out, "%s%s", text_string(&tree->indent), depth == 0 ? "" : last ? "└─ " : "├─ ");
        add_certificate(tree, certificate);
        if (path->count == depth + 1) {
            add_end(tree, path, certificate);
            from++;
        }
        text_add(tree->out, "\n");
        if (from == end)
            continue;
        text_add(&tree->indent, depth == 0 ? "" : last ? "   " : "│  ");
        add_branches(tree, from, end, depth + 1);
        if (tree->indent.size > 0) {
            tree->indent.size = indent;
            tree->indent.bytes[indent] = '\0';
        }
    }
}

/* Paths with a common beginning stand together, a shorter one before those that go on from its end. */
static int compare_paths(const void *left, const void *right)
{
    const struct path *a = *(const struct path *const *)left, *b = *(const struct path *const *)right;

    for (size_t i = 0; i < a->count && i < b->count; i++) {
        int order = fingerprint_compare(certificate_fingerprint(a->certificates[i]),
                                        certificate_fingerprint(b->certificates[i]));

        if (order != 0)
            return order;
    }
    return (a->count > b->count) - (a->count < b->count);
}

static void add_tree(const struct explain_subject *subject, const struct path *paths, size_t count,
                     struct text *out)
{
    struct tree tree = { .subject = subject,
                         .paths = memory_new((count + 1) * sizeof(*tree.paths)),
                         .out = out };
    size_t used = 0;

    for (size_t i = 0; i < count; i++) {
        if (paths[i].count > 0)
            tree.paths[used++] = &paths[i];
    }
    qsort(tree.paths, used, sizeof(*tree.paths), compare_paths);
    add_branches(&tree, 0, used, 0);
    text_clear(&tree.indent);
    free(tree.paths);
}

void explain_text(const struct explain_subject *subject, struct text *out)
{
    const struct path_result *result = subject->result;
    struct text_list warnings = { 0 };
    struct text advice = { 0 };
    char at[CLOCK_TEXT_BYTES];

    if (subject->chain != NULL)
        text_format(out, "%s: ", subject->chain);
    text_format(out, "%s, for %s at %s\n", path_verdict_name(result->verdict), subject->client,
                clock_format(subject->query->at, at));
    if (subject->query->chain_malformed)
        text_add(out, "the first certificate served cannot be parsed\n");
    add_tree(subject, result->paths, result->path_count, out);
    add_tree(subject, result->dead_ends, result->dead_end_count, out);
    if (result->truncated)
        text_format(out, "not all paths are shown; %llu were counted\n",
                    (unsigned long long)result->paths_total);
    advice_add(subject, &advice);
    if (advice.size > 0)
        text_format(out, "what would help: %s\n", text_string(&advice));
    text_clear(&advice);
    list_warnings(subject, &warnings);
    for (size_t i = 0; i < warnings.count; i++)
        text_format(out, "note: %s\n", warnings.items[i]);
    text_list_clear(&warnings);
}
