#include "schema/tls/library.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_dispatch.h>
#include <openssl/crypto.h>
#include <openssl/provider.h>

#include "schema/base/text.h"

#define NAME "tls-client"

struct library {
    OSSL_LIB_CTX *context; /* with the narrow provider */
    OSSL_LIB_CTX *whole;   /* with the default provider, whose state the narrow one's functions work on */
    OSSL_PROVIDER *narrow, *standard; /* those two: whoever loads a provider unloads it */
};

/* What the narrow provider offers, by operation: tables of the default one, which are the same in each context. */
static struct {
    pthread_once_t once;
    OSSL_PROVIDER *whole; /* of the default context */
    const OSSL_ALGORITHM *algorithms[OSSL_OP__HIGHEST + 1];
} offered = { .once = PTHREAD_ONCE_INIT };

/* The default provider that the next narrow one stands on: OpenSSL has no way to tell its entry point. */
static _Thread_local OSSL_PROVIDER *standing_on;

static bool reads_certificates_key(const OSSL_ALGORITHM *decoder)
{
    return strstr(decoder->property_definition, "input=der") != NULL &&
           strstr(decoder->property_definition, "structure=SubjectPublicKeyInfo") != NULL;
}

/* What is left are block ciphers in the modes of TLS, and ChaCha20. */
static bool protects_records(const OSSL_ALGORITHM *cipher)
{
    static const char *const other_modes[] = { "CFB", "OFB", "XTS", "WRAP", "wrap",
                                               "OCB", "SIV", "CTR", "ECB",  "CTS" };

    for (size_t i = 0; i < sizeof(other_modes) / sizeof(other_modes[0]); i++) {
        if (strstr(cipher->algorithm_names, other_modes[i]) != NULL)
            return false;
    }
    return true;
}

/* Kept for the life of the program, as the tables are of which it is a part. */
static const OSSL_ALGORITHM *narrow(const OSSL_ALGORITHM *algorithms, bool (*keeps)(const OSSL_ALGORITHM *))
{
    OSSL_ALGORITHM *kept = NULL;
    size_t count = 0;

    for (; algorithms != NULL && algorithms->algorithm_names != NULL; algorithms++) {
        if (!keeps(algorithms))
            continue;
        kept = array_grow(kept, count, sizeof(*kept));
        kept[count++] = *algorithms;
    }
    kept = array_grow(kept, count, sizeof(*kept));
    kept[count] = (OSSL_ALGORITHM){ 0 };
    return kept;
}

static void learn(void)
{
    int no_cache = 0;

    offered.whole = OSSL_PROVIDER_load(NULL, "default");
    for (int operation = 1; offered.whole != NULL && operation <= OSSL_OP__HIGHEST; operation++)
        offered.algorithms[operation] = OSSL_PROVIDER_query_operation(offered.whole, operation, &no_cache);
    offered.algorithms[OSSL_OP_DECODER] = narrow(offered.algorithms[OSSL_OP_DECODER], reads_certificates_key);
    offered.algorithms[OSSL_OP_CIPHER] = narrow(offered.algorithms[OSSL_OP_CIPHER], protects_records);
}

static const OSSL_ALGORITHM *query(void *provider, int operation, int *no_cache)
{
    (void)provider;
    *no_cache = 0;
    return operation > 0 && operation <= OSSL_OP__HIGHEST ? offered.algorithms[operation] : NULL;
}

static int tell_capabilities(void *provider, const char *capability, OSSL_CALLBACK *callback, void *argument)
{
    (void)provider;
    return OSSL_PROVIDER_get_capabilities(offered.whole, capability, callback, argument);
}

static int begin(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *core, const OSSL_DISPATCH **functions,
                 void **provider)
{
    static const OSSL_DISPATCH own[] = {
        { OSSL_FUNC_PROVIDER_QUERY_OPERATION, (void (*)(void))query },
        { OSSL_FUNC_PROVIDER_GET_CAPABILITIES, (void (*)(void))tell_capabilities },
        { 0, NULL },
    };

    (void)handle;
    (void)core;
    if (standing_on == NULL)
        return 0;
    *functions = own;
    *provider = OSSL_PROVIDER_get0_provider_ctx(standing_on);
    return 1;
}

struct library *library_new(struct error *err)
{
    struct library *library = memory_new(sizeof(*library));
    bool stands;

    pthread_once(&offered.once, learn);
    library->context = OSSL_LIB_CTX_new();
    library->whole = OSSL_LIB_CTX_new();
    if (library->whole != NULL)
        library->standard = standing_on = OSSL_PROVIDER_load(library->whole, "default");
    stands = offered.whole != NULL && library->context != NULL && standing_on != NULL &&
             OSSL_PROVIDER_add_builtin(library->context, NAME, begin) == 1;
    if (stands)
        library->narrow = OSSL_PROVIDER_load(library->context, NAME);
    standing_on = NULL;
    if (library->narrow != NULL)
        return library;
    library_free(library);
    error_openssl(err, "a library context of OpenSSL");
    return NULL;
}

OSSL_LIB_CTX *library_context(const struct library *library)
{
    return library->context;
}

void library_leave(const struct library *library)
{
    OPENSSL_thread_stop_ex(library->context);
    OPENSSL_thread_stop_ex(library->whole);
}

void library_free(struct library *library)
{
    if (library == NULL)
        return;
    if (library->narrow != NULL)
        OSSL_PROVIDER_unload(library->narrow);
    OSSL_LIB_CTX_free(library->context); /* its methods work on the other's state */
    if (library->standard != NULL)
        OSSL_PROVIDER_unload(library->standard);
    OSSL_LIB_CTX_free(library->whole);
    free(library);
}
