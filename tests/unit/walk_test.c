/*
 * Clients of one path against the real thing: random small worlds of certificates, in random order, as
 * OpenSSL itself judges them and as we say that it does.
 */
#include "schema/trust/walk.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <openssl/x509_vfy.h>

#include "tests/support/check.h"
#include "tests/support/world.h"

#define WORLDS 60
#define QUESTIONS 120 /* of one world */

/* What OpenSSL says, as a TLS client of it asks: trusted first, purpose server. */
static bool ask_openssl(const struct certificate_list *chain, const struct certificate_list *trust,
                        unsigned long flags, const char *name)
{
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    STACK_OF(X509) *served = sk_X509_new_null();
    X509_VERIFY_PARAM *parameters;
    bool accepted;

    for (size_t i = 0; i < trust->count; i++)
        X509_STORE_add_cert(store, certificate_x509(trust->items[i]));
    for (size_t i = 0; i < chain->count; i++)
        sk_X509_push(served, certificate_x509(chain->items[i]));
    assert_int_equal(X509_STORE_CTX_init(context, store, certificate_x509(chain->items[0]), served), 1);
    X509_STORE_CTX_set_default(context, "ssl_server");
    parameters = X509_STORE_CTX_get0_param(context);
    X509_VERIFY_PARAM_set_flags(parameters, flags | X509_V_FLAG_TRUSTED_FIRST);
    X509_VERIFY_PARAM_set_time(parameters, WORLD_NOW);
    X509_VERIFY_PARAM_set_auth_level(parameters, 2);
    if (name != NULL)
        X509_VERIFY_PARAM_set1_host(parameters, name, 0);
    accepted = X509_verify_cert(context) == 1;
    ERR_clear_error();
    X509_STORE_CTX_free(context);
    X509_STORE_free(store);
    sk_X509_free(served);
    return accepted;
}

static bool ask_ourselves(const struct certificate_list *chain, const struct certificate_list *trust,
                          const char *model, const char *name, struct signature_memory *memory)
{
    struct trust_set *set = trust_set_new();
    struct path_query query = { .chain = chain,
                                .trust = set,
                                .model = model_find(model),
                                .name = name,
                                .at = WORLD_NOW,
                                .signatures = memory,
                                .limits = PATH_LIMITS_DEFAULT };
    struct path_result result;
    const char *reason;
    bool accepted;

    for (size_t i = 0; i < trust->count; i++)
        trust_set_add(set, certificate_fingerprint(trust->items[i]),
                      certificate_key_identity(trust->items[i]), 0, trust->items[i]);
    path_search(&query, &result);
    accepted = result.verdict == PATH_TRUSTED;
    assert_int_not_equal(result.verdict, PATH_UNDETERMINED);
    assert_int_equal(path_verdict_of(&query, &reason), result.verdict);
    assert_true(!accepted || (result.path_count == 1 && result.paths[0].valid));
    path_result_clear(&result);
    trust_set_free(set);
    return accepted;
}

static const struct flags_case {
    const char *name, *model;
    unsigned long flags;
} flags_cases[] = {
    { "openssl as OpenSSL says", "openssl", 0 },
    { "openssl-partial as OpenSSL says with PARTIAL_CHAIN", "openssl-partial", X509_V_FLAG_PARTIAL_CHAIN },
    { "openssl-partial-strict as OpenSSL says with X509_STRICT besides", "openssl-partial-strict",
      X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_X509_STRICT },
};

static void describe_difference(const struct certificate_list *list, const char *what)
{
    for (size_t i = 0; i < list->count; i++) {
        print_error("%s %zu:\n", what, i);
        BIO *out = BIO_new_fp(stderr, BIO_NOCLOSE);
        X509_print_ex(out, certificate_x509(list->items[i]), XN_FLAG_ONELINE,
                      X509_FLAG_NO_PUBKEY | X509_FLAG_NO_SIGDUMP);
        BIO_free(out);
    }
}

static void verdicts_are_openssls(void **state)
{
    const struct flags_case *row = *state;
    const char *seed = getenv("SEED");
    size_t accepted = 0, asked = 0;

    world_seed(seed != NULL ? strtoull(seed, NULL, 10) : 20240807);
    for (int number = 0; number < WORLDS; number++) {
        struct world made;
        struct signature_memory *memory = signature_memory_new();

        world_init(&made);
        for (int question = 0; question < QUESTIONS; question++) {
            struct certificate_list chain = { 0 }, trust = { 0 };
            const char *name = world_dice(10) == 0 ? "other.example.com" : NULL;
            bool theirs, ours;

            certificate_list_add(&chain, made.certificates[world_dice(WORLD_CERTIFICATES)]);
            world_pick(&made, &chain, 5);
            world_pick(&made, &trust, 6);
            theirs = ask_openssl(&chain, &trust, row->flags, name);
            ours = ask_ourselves(&chain, &trust, row->model, name, memory);
            accepted += theirs;
            asked++;
            if (ours != theirs) {
                print_error("world %d, question %d: OpenSSL %s, we %s\n", number, question,
                            theirs ? "accepts" : "refuses", ours ? "accept" : "refuse");
                describe_difference(&chain, "served");
                describe_difference(&trust, "trusted");
                fail();
            }
            certificate_list_clear(&chain);
            certificate_list_clear(&trust);
        }
        world_clear(&made);
        signature_memory_free(memory);
    }
    print_message("%zu of %zu accepted\n", accepted, asked);
    assert_true(accepted * 50 > asked); /* worlds in which nothing is ever accepted would prove nothing */
}

int main(void)
{
    return RUN_ROWS(flags_cases, verdicts_are_openssls);
}
