/*
 * The path engine: every way in which a client with this trust set and this behaviour could build a
 * path from the first certificate served to an anchor, and what is wrong with each (RFC 5280
 * section 6). Pure: the clock is an argument, nothing is fetched, nothing is logged.
 *
 * Search is bounded, and each bound says so when it is hit: a verdict is `undetermined`, never
 * `untrusted`, when a bound came before a valid path.
 */
#pragma once

#include "schema/trust/model.h"
#include "schema/trust/trust_set.h"
#include "schema/x509/signature.h"

enum path_verdict { PATH_TRUSTED, PATH_UNTRUSTED, PATH_UNDETERMINED };

enum path_problem_code {
    PATH_EXPIRED,
    PATH_NOT_YET_VALID,
    PATH_HOSTNAME,
    PATH_NOT_A_CA,
    PATH_PATH_LENGTH,
    PATH_KEY_USAGE,
    PATH_EKU,
    PATH_NAME_CONSTRAINTS,
    PATH_CRITICAL_EXTENSION,
    PATH_NO_ISSUER,
    PATH_WEAK_SIGNATURE,
    PATH_WEAK_KEY,
    PATH_AKI_MISMATCH,
    PATH_DISTRUSTED,
    PATH_BAD_SIGNATURE,
    PATH_MALFORMED,
    PATH_POLICY,
    PATH_PROFILE, /* only where the profile is judged: shape.h */
    PATH_PROBLEM_CODES
};

struct path_problem {
    enum path_problem_code code;
    struct fingerprint
        certificate; /* the one that has it; zero for a malformed one that nobody could parse */
};

/* Reasons for `undetermined` that say what kind of client it is about. */
#define PATH_REHASH_NEEDED "rehash-needed" /* it may find a certificate or not, as its directory stands */
#define PATH_NAMESAKE "namesake" /* it may take another certificate of the name than the one that would do */

/* One path, leaf first; members are borrowed from the query. */
struct path {
    const struct certificate **certificates;
    size_t count;
    bool anchored; /* its last certificate is an anchor of the trust set; false: a dead end */
    bool valid;
    struct path_problem *problems;
    size_t problem_count;
};

struct path_limits {
    size_t depth;      /* certificates in one path */
    size_t listed;     /* paths that are listed */
    size_t signatures; /* signature checks that are not remembered */
};

#define PATH_LIMITS_DEFAULT                                                                                  \
    {                                                                                                        \
        .depth = 32, .listed = 128, .signatures = 4096                                                       \
    }

/* All members are borrowed. */
struct path_query {
    const struct certificate_list *chain; /* as served, leaf first */
    bool chain_malformed;                 /* the first certificate served could not be parsed */
    const struct certificate_list *known; /* further intermediates that the client may find; may be NULL */
    const struct trust_set *trust;
    const struct model *model;
    const char *name; /* DNS name or IP address that must match; NULL: not checked */
    int64_t at;
    bool leaf_is_template;               /* the leaf's own dates are not judged */
    struct signature_memory *signatures; /* remembered results; may be NULL */
    struct path_limits limits;
};

struct path_result {
    enum path_verdict verdict;
    const char
        *reason; /* for `undetermined`: "depth-limit", "signature-limit", "search-limit", "constraints-limit",
                           or "aia", "loads-on-demand", "incomplete-store", "rehash-needed"; else NULL */
    struct path *paths; /* anchored ones, valid first */
    size_t path_count;
    struct path *dead_ends; /* walks that got stuck, when no path is complete */
    size_t dead_end_count;
    bool truncated;
    uint64_t paths_total; /* exact where it could be counted, else what was seen */
};

/* Free with path_result_clear(). Cannot fail: what it could not decide it says. */
void path_search(const struct path_query *query, struct path_result *result);
void path_result_clear(struct path_result *result);

/* Only the verdict, without listing anything: what the judge asks many times. */
enum path_verdict path_verdict_of(const struct path_query *query, const char **reason);

/*
 * The same for many instants and names: what does not depend on them is made once. The query is copied; what it points
 * at is borrowed for as long as this lives.
 */
struct path_ground;
struct path_ground *path_ground_new(const struct path_query *query);
void path_ground_free(struct path_ground *ground);
enum path_verdict path_ground_verdict(struct path_ground *ground, int64_t at, const char *name,
                                      const char **reason);

const char *path_verdict_name(enum path_verdict verdict);   /* "trusted", … */
const char *path_problem_name(enum path_problem_code code); /* "expired", … */
