/*
 * Clients that try every path: the search by labels against listing all of them, and graphs with more
 * paths than anybody could list.
 */
#include "schema/trust/search.h"

#include <time.h>

#include "tests/support/check.h"
#include "tests/support/explosion.h"
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

/* What is right to say of so many paths, within the default limits but for those on depth. */
static void judge_explosion(const struct explosion *explosion, size_t depth, struct path_result *result)
{
    struct certificate_list chain = { 0 }, roots = { 0 };
    struct trust_set *set = trust_set_new();
    struct path_query query = { .chain = &chain,
                                .trust = set,
                                .model = model_find("rfc5280"),
                                .at = EXPLOSION_NOW,
                                .limits = PATH_LIMITS_DEFAULT };
    double start;

    query.limits.depth = depth;
    explosion_make(explosion, &chain, &roots);
    trust_all(set, &roots);
    start = seconds_now();
    path_search(&query, result);
    assert_true(seconds_now() - start < SECONDS_MAX);
    assert_int_equal(path_verdict_of(&query, NULL), result->verdict);
    trust_set_free(set);
    certificate_list_clear(&chain);
    certificate_list_clear(&roots);
}

static void explosion_is_judged_in_time(void **state)
{
    const struct explosion *explosion = *state;
    struct path_result result;

    judge_explosion(explosion, 32, &result);
    assert_int_equal(result.verdict, explosion->good == EXPLOSION_NONE ? PATH_UNTRUSTED : PATH_TRUSTED);
    assert_int_equal(result.path_count, 128);
    assert_int_equal(result.paths[0].valid, result.verdict == PATH_TRUSTED);
    assert_true(result.truncated);
    if (explosion->shape == EXPLOSION_LADDER)
        assert_int_equal(result.paths_total, UINT64_C(1) << 20);
    path_result_clear(&result);
}

static void paths_that_are_longer_than_the_limit_are_left_open(void **state)
{
    struct path_result result;

    (void)state;
    judge_explosion(&explosions[0], 16, &result);
    assert_int_equal(result.verdict, PATH_UNDETERMINED);
    assert_string_equal(result.reason, "depth-limit");
    assert_true(result.truncated);
    path_result_clear(&result);
}

int main(void)
{
    const struct CMUnitTest rest[] = {
        cmocka_unit_test(search_finds_a_path_where_listing_does),
        cmocka_unit_test(paths_that_are_longer_than_the_limit_are_left_open),
    };

    return RUN_ROWS(explosions, explosion_is_judged_in_time) + cmocka_run_group_tests(rest, NULL, NULL);
}
