/*
 * Clients that try every path: the search by labels against listing all of them, and graphs with more
 * paths than anybody could list.
 */
#include "schema/trust/search.h"

#include <time.h>

#include "tests/support/check.h"
#include "tests/support/world.h"

#define WORLDS 60
#define QUESTIONS 120

static void trust_all(struct trust_set *set, const struct certificate_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        trust_set_add(set, certificate_fingerprint(list->items[i]), certificate_key_identity(list->items[i]),
                      0, list->items[i]);
}

/* Listing knows nothing of labels: a valid path is found by one exactly where the other finds one. */
static void search_finds_a_path_where_listing_does(void **state)
{
    const char *seed = getenv("SEED"), *const models[] = { "rfc5280", "go" };
    size_t trusted = 0;

    (void)state;
    world_seed(seed != NULL ? strtoull(seed, NULL, 10) : 20260101);
    for (int number = 0; number < WORLDS; number++) {
        struct signature_memory *memory = signature_memory_new();
        struct world world;

        world_init(&world);
        for (int question = 0; question < QUESTIONS; question++) {
            struct certificate_list chain = { 0 }, trust = { 0 };
            struct trust_set *set = trust_set_new();
            const struct path_query query = { .chain = &chain,
                                              .trust = set,
                                              .model = model_find(models[question % 2]),
                                              .at = WORLD_NOW,
                                              .signatures = memory,
                                              .limits = { .depth = 16, .listed = 4096, .signatures = 4096 } };
            struct path_result result;
            size_t valid = 0;

            certificate_list_add(&chain, world.certificates[world_dice(WORLD_CERTIFICATES)]);
            world_pick(&world, &chain, 12);
            world_pick(&world, &trust, 6);
            trust_all(set, &trust);
            path_search(&query, &result);
            for (size_t i = 0; i < result.path_count; i++)
                valid += result.paths[i].valid;
            assert_int_equal(result.verdict == PATH_TRUSTED, valid > 0);
            assert_false(result.truncated);
            assert_int_equal(result.paths_total, result.path_count);
            assert_int_equal(path_verdict_of(&query, NULL), result.verdict);
            trusted += valid > 0;
            path_result_clear(&result);
            trust_set_free(set);
            certificate_list_clear(&chain);
            certificate_list_clear(&trust);
        }
        world_clear(&world);
        signature_memory_free(memory);
    }
    assert_true(trusted > 100);
}

static double seconds_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Sanitizers take their time; the promise of two seconds is for the program as it is installed. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SECONDS_MAX 20.0
#else
#define SECONDS_MAX 2.0
#endif

static const char *const ca[] = { "basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign",
                                  NULL };
static const char *const leaf[] = { "subjectAltName=DNS:www.example.com", NULL };

/*
 * Twenty levels, two certificates of one name and two keys on each, everyone issued by both of the level
 * above: 2^20 paths. `top` are the extensions of the two at the top, below the one root.
 */
static void build_ladder(struct certificate_list *chain, struct trust_set *set, const char *const *bottom,
                         const char *const *top)
{
    struct certificate *above[2],
        *root = pki_issue(&(struct pki_request){ .subject = "CN=Root", .key = 1, .extensions = ca });
    char name[32];
    unsigned above_keys[2] = { 1, 1 };

    trust_set_add(set, certificate_fingerprint(root), certificate_key_identity(root), 0, root);
    above[0] = above[1] = root;
    for (unsigned level = 0; level < 20; level++) {
        struct certificate *here[2];

        snprintf(name, sizeof(name), "CN=Level %u", level);
        for (unsigned which = 0; which < 2; which++) {
            for (unsigned from = 0; from < (level == 0 ? 1u : 2u); from++) {
                here[which] = pki_issue(&(struct pki_request){ .subject = name,
                                                               .key = 2 + level * 2 + which,
                                                               .issuer = above[from],
                                                               .signer = above_keys[from],
                                                               .extensions = level == 0    ? top
                                                                             : level == 19 ? bottom
                                                                                           : ca,
                                                               .serial = (long)(from + 1) });
                certificate_list_add(chain, here[which]);
                if (from == 0 && level != 0)
                    certificate_free(here[which]);
            }
        }
        if (level > 0) {
            certificate_free(above[0]);
            certificate_free(above[1]);
        }
        for (unsigned which = 0; which < 2; which++) {
            above[which] = here[which];
            above_keys[which] = 2 + level * 2 + which;
        }
    }
    struct certificate *end = pki_issue(&(struct pki_request){
        .subject = "CN=Leaf", .key = 60, .issuer = above[0], .signer = above_keys[0], .extensions = leaf });
    /* the leaf goes first */
    certificate_list_add(chain, end);
    chain->items[chain->count - 1] = chain->items[0];
    chain->items[0] = end;
    certificate_free(end);
    certificate_free(above[0]);
    certificate_free(above[1]);
    certificate_free(root);
}

static const char *const length_19[] = { "basicConstraints=critical,CA:TRUE,pathlen:19",
                                         "keyUsage=critical,keyCertSign", NULL };
static const char *const length_18[] = { "basicConstraints=critical,CA:TRUE,pathlen:18",
                                         "keyUsage=critical,keyCertSign", NULL };
static const char *const other_names[] = { "basicConstraints=critical,CA:TRUE",
                                           "keyUsage=critical,keyCertSign",
                                           "nameConstraints=critical,permitted;DNS:example.org", NULL };
static const char *const these_names[] = { "basicConstraints=critical,CA:TRUE",
                                           "keyUsage=critical,keyCertSign",
                                           "nameConstraints=critical,permitted;DNS:example.com", NULL };

static const struct ladder_case {
    const char *name;
    const char *const *bottom, *const *top;
    size_t depth;
    enum path_verdict verdict;
    const char *reason;
} ladder_cases[] = {
    { "a million paths, all good", ca, ca, 32, PATH_TRUSTED, NULL },
    { "a million paths, each just short enough", ca, length_19, 32, PATH_TRUSTED, NULL },
    { "a million paths, each one too long", ca, length_18, 32, PATH_UNTRUSTED, NULL },
    { "a million paths, all within the names permitted", ca, these_names, 32, PATH_TRUSTED, NULL },
    { "a million paths, all outside the names permitted", ca, other_names, 32, PATH_UNTRUSTED, NULL },
    { "a million paths, all through no CA", leaf, ca, 32, PATH_UNTRUSTED, NULL },
    { "a million paths, all longer than the limit", ca, ca, 16, PATH_UNDETERMINED, "depth-limit" },
};

static void ladder_is_judged_in_time(void **state)
{
    const struct ladder_case *row = *state;
    struct certificate_list chain = { 0 };
    struct trust_set *set = trust_set_new();
    const struct path_query query = { .chain = &chain,
                                      .trust = set,
                                      .model = model_find("rfc5280"),
                                      .at = WORLD_NOW,
                                      .limits = { .depth = row->depth, .listed = 128, .signatures = 4096 } };
    struct path_result result;
    double start;

    build_ladder(&chain, set, row->bottom, row->top);
    start = seconds_now();
    path_search(&query, &result);
    assert_true(seconds_now() - start < SECONDS_MAX);
    assert_int_equal(result.verdict, row->verdict);
    assert_int_equal(result.path_count > 0 && result.paths[0].valid, row->verdict == PATH_TRUSTED);
    if (row->reason != NULL)
        assert_string_equal(result.reason, row->reason);
    if (row->depth == 32) {
        /* the leaf has one issuer; from each of nineteen levels two ways go up, and one from the top */
        assert_int_equal(result.paths_total, UINT64_C(1) << 19);
        assert_int_equal(result.path_count, 128);
    }
    assert_true(result.truncated);
    path_result_clear(&result);
    trust_set_free(set);
    certificate_list_clear(&chain);
}

/* Twelve CAs, each certified by each other; the twelfth alone is trusted, or none. */
static void mesh_is_judged_in_time(bool trusted, const char *const *bridge, enum path_verdict verdict)
{
    enum { CAS = 12 };
    struct certificate *roots[CAS];
    struct certificate_list chain = { 0 };
    struct trust_set *set = trust_set_new();
    struct path_query query = { .chain = &chain,
                                .trust = set,
                                .model = model_find("rfc5280"),
                                .at = WORLD_NOW,
                                .limits = PATH_LIMITS_DEFAULT };
    struct path_result result;
    struct certificate *end;
    char names[CAS][32];
    double start;

    for (unsigned i = 0; i < CAS; i++) {
        snprintf(names[i], sizeof(names[i]), "CN=Mesh %u", i);
        roots[i] = pki_issue(&(struct pki_request){ .subject = names[i], .key = i + 1, .extensions = ca });
    }
    end = pki_issue(&(struct pki_request){
        .subject = "CN=Leaf", .key = 60, .issuer = roots[0], .signer = 1, .extensions = leaf });
    certificate_list_add(&chain, end);
    for (unsigned from = 0; from < CAS; from++) {
        for (unsigned to = 0; to < CAS; to++) {
            struct certificate *cross;

            if (from == to)
                continue;
            cross = pki_issue(&(struct pki_request){ .subject = names[to],
                                                     .key = to + 1,
                                                     .issuer = roots[from],
                                                     .signer = from + 1,
                                                     .serial = from + 2,
                                                     .extensions = from == CAS - 1 ? bridge : ca });
            certificate_list_add(&chain, cross);
            certificate_free(cross);
        }
    }
    if (trusted)
        trust_set_add(set, certificate_fingerprint(roots[CAS - 1]), certificate_key_identity(roots[CAS - 1]),
                      0, roots[CAS - 1]);
    start = seconds_now();
    path_search(&query, &result);
    assert_true(seconds_now() - start < SECONDS_MAX);
    assert_int_equal(result.verdict, verdict);
    assert_true(result.truncated);
    path_result_clear(&result);
    trust_set_free(set);
    certificate_list_clear(&chain);
    for (unsigned i = 0; i < CAS; i++)
        certificate_free(roots[i]);
    certificate_free(end);
}

static void a_mesh_with_a_way_out_is_trusted(void **state)
{
    (void)state;
    mesh_is_judged_in_time(true, ca, PATH_TRUSTED);
}

static void a_mesh_whose_way_out_allows_no_cas_below_is_trusted_by_the_short_path(void **state)
{
    static const char *const length_0[] = { "basicConstraints=critical,CA:TRUE,pathlen:0", NULL };

    (void)state;
    mesh_is_judged_in_time(true, length_0, PATH_TRUSTED);
}

static void a_mesh_whose_way_out_is_no_ca_is_untrusted(void **state)
{
    static const char *const no_ca[] = { "basicConstraints=CA:FALSE", NULL };

    (void)state;
    mesh_is_judged_in_time(true, no_ca, PATH_UNTRUSTED);
}

static void a_mesh_without_a_way_out_is_untrusted(void **state)
{
    (void)state;
    mesh_is_judged_in_time(false, ca, PATH_UNTRUSTED);
}

int main(void)
{
    const struct CMUnitTest rest[] = {
        cmocka_unit_test(search_finds_a_path_where_listing_does),
        cmocka_unit_test(a_mesh_with_a_way_out_is_trusted),
        cmocka_unit_test(a_mesh_whose_way_out_allows_no_cas_below_is_trusted_by_the_short_path),
        cmocka_unit_test(a_mesh_whose_way_out_is_no_ca_is_untrusted),
        cmocka_unit_test(a_mesh_without_a_way_out_is_untrusted),
    };

    return RUN_ROWS(ladder_cases, ladder_is_judged_in_time) + cmocka_run_group_tests(rest, NULL, NULL);
}
