/* The readers of trust stores, and what each model makes of what they yield. */
#include <stdlib.h>

#include "schema/trust/trust_set.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const struct store_options ways[] = { { 0 }, { .without_password = true } };

    for (size_t way = 0; way < 2; way++) {
        struct store *store = store_load_bytes("/fuzz", bytes, size, &ways[way]);

        for (const struct model *model = model_all(); model->name != NULL; model++) {
            struct trust_set *set = trust_set_new();

            trust_set_add_store(set, model, store);
            (void)trust_set_digest(set, model);
            trust_set_free(set);
        }
        store_free(store);
    }
    return 0;
}

void fuzz_seeds(fuzz_add *add, void *context)
{
    static const char *const files[] = {
        "a.pem",    "trusted-mail.pem", "trusted-reject.pem", "trusted-server.pem", "empty.jks",
        "two.jks",  "key.jks",          "password.jks",       "two.jceks",          "secret.jceks",
        "open.p12", "unmarked.p12",     "modern.p12",         "legacy.p12",         "key.p12"
    };

    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        char path[512];

        snprintf(path, sizeof(path), "%s/store/%s", TEST_DATA, files[i]);
        fuzz_seed_file(add, context, path);
    }
}
