/*
 * worlds MODEL WORLDS QUESTIONS [SEED]: random small worlds and what we say of them, for real clients to be asked
 * the same. Lines: "certificate BASE64", then "question SERVED TRUSTED VERDICT WHY", the first two numbers of the
 * world's certificates with commas between; "world" begins the next world.
 */
#include "schema/trust/path.h"

#include <stdio.h>
#include <stdlib.h>

#include <openssl/evp.h>

#include "tests/support/world.h"

static void print_certificate(const struct certificate *certificate)
{
    size_t size;
    const uint8_t *der = certificate_der(certificate, &size);
    unsigned char *text = memory_new(size * 2 + 8);

    EVP_EncodeBlock(text, der, (int)size);
    printf("certificate %s\n", text);
    free(text);
}

static void print_list(const struct world *world, const struct certificate_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        for (size_t at = 0; at < WORLD_CERTIFICATES; at++) {
            if (world->certificates[at] == list->items[i])
                printf("%s%zu", i > 0 ? "," : " ", at);
        }
    }
}

static void print_verdict(const struct path_query *query)
{
    struct path_result result;
    const struct path *best;

    path_search(query, &result);
    best = result.path_count > 0 ? result.paths : result.dead_end_count > 0 ? result.dead_ends : NULL;
    printf(" %s %s", path_verdict_name(result.verdict), result.reason != NULL ? result.reason : "-");
    for (size_t i = 0; best != NULL && i < best->problem_count; i++)
        printf(",%s", path_problem_name(best->problems[i].code));
    printf("\n");
    path_result_clear(&result);
}

static void ask(const struct world *world, const struct model *model, struct signature_memory *memory)
{
    struct certificate_list chain = { 0 }, trust = { 0 };
    struct trust_set *set = trust_set_new();
    const struct path_query query = { .chain = &chain,
                                      .trust = set,
                                      .model = model,
                                      .at = WORLD_NOW,
                                      .signatures = memory,
                                      .limits = PATH_LIMITS_DEFAULT };

    certificate_list_add(&chain, world->certificates[world_dice(WORLD_CERTIFICATES)]);
    world_pick(world, &chain, 5);
    certificate_list_add(&trust, world->certificates[world_dice(WORLD_CERTIFICATES)]);
    world_pick(world, &trust, 5);
    for (size_t i = 0; i < trust.count; i++)
        trust_set_add(set, certificate_fingerprint(trust.items[i]), certificate_key_identity(trust.items[i]),
                      0, trust.items[i]);
    printf("question");
    print_list(world, &chain);
    print_list(world, &trust);
    print_verdict(&query);
    trust_set_free(set);
    certificate_list_clear(&chain);
    certificate_list_clear(&trust);
}

int main(int count, char **arguments)
{
    const struct model *model = count >= 4 ? model_find(arguments[1]) : NULL;

    if (model == NULL)
        return 3;
    world_seed(count > 4 ? strtoull(arguments[4], NULL, 10) : 20240807);
    for (int worlds = atoi(arguments[2]); worlds > 0; worlds--) {
        struct signature_memory *memory = signature_memory_new();
        struct world world;

        world_init(&world);
        printf("world\n");
        for (size_t i = 0; i < WORLD_CERTIFICATES; i++)
            print_certificate(world.certificates[i]);
        for (int questions = atoi(arguments[3]); questions > 0; questions--)
            ask(&world, model, memory);
        world_clear(&world);
        signature_memory_free(memory);
    }
    return 0;
}
