#include "schema/x509/signature.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

#include "schema/base/text.h"

/*
 * Pairs that are remembered before all are forgotten: a bound on memory (4 MiB), far above what one
 * scan meets, since issuers are few.
 */
#define PAIRS_MAX (1 << 16)

struct pair {
    struct fingerprint key; /* of issuer key and certificate; a hash, so it is its own place in the table */
    enum signature_state state;
    bool used;
};

struct signature_memory {
    struct pair *pairs;
    size_t room; /* a power of two */
    size_t count;
};

struct signature_memory *signature_memory_new(void)
{
    struct signature_memory *memory = memory_new(sizeof(*memory));

    memory->room = 256;
    memory->pairs = memory_new(memory->room * sizeof(*memory->pairs));
    return memory;
}

void signature_memory_free(struct signature_memory *memory)
{
    if (memory == NULL)
        return;
    free(memory->pairs);
    free(memory);
}

static struct fingerprint name_pair(const struct certificate *issuer, const struct certificate *certificate)
{
    uint8_t both[2 * FINGERPRINT_BYTES];

    memcpy(both, certificate_key_identity(issuer)->bytes, FINGERPRINT_BYTES);
    memcpy(both + FINGERPRINT_BYTES, certificate_fingerprint(certificate)->bytes, FINGERPRINT_BYTES);
    return fingerprint_of(both, sizeof(both));
}

/* The place of this pair, or the free one where it belongs. */
static struct pair *find_pair(const struct signature_memory *memory, const struct fingerprint *key)
{
    size_t at;

    memcpy(&at, key->bytes, sizeof(at));
    while (memory->pairs[at & (memory->room - 1)].used) {
        struct pair *pair = &memory->pairs[at & (memory->room - 1)];

        if (fingerprint_equal(&pair->key, key))
            return pair;
        at++;
    }
    return &memory->pairs[at & (memory->room - 1)];
}

/* Keeps a quarter of the table free, so that every search ends soon. */
static void make_room(struct signature_memory *memory)
{
    struct signature_memory larger = { .room = 2 * memory->room };

    if (memory->count < memory->room / 4 * 3)
        return;
    if (memory->count >= PAIRS_MAX) {
        memset(memory->pairs, 0, memory->room * sizeof(*memory->pairs));
        memory->count = 0;
        return;
    }
    larger.pairs = memory_new(larger.room * sizeof(*larger.pairs));
    for (size_t i = 0; i < memory->room; i++) {
        if (memory->pairs[i].used)
            *find_pair(&larger, &memory->pairs[i].key) = memory->pairs[i];
    }
    larger.count = memory->count;
    free(memory->pairs);
    *memory = larger;
}

static enum signature_state compute(const struct certificate *issuer, const struct certificate *certificate)
{
    EVP_PKEY *key = X509_get0_pubkey(certificate_x509(issuer));
    X509 *x509 = certificate_x509(certificate);
    int result = key != NULL ? X509_verify(x509, key) : -1;
    int digest, algorithm;

    ERR_clear_error();
    if (result == 1)
        return SIGNATURE_GOOD;
    if (key == NULL || OBJ_find_sigid_algs(X509_get_signature_nid(x509), &digest, &algorithm) != 1)
        return SIGNATURE_UNSUPPORTED;
    return SIGNATURE_BAD;
}

enum signature_state signature_check(struct signature_memory *memory, const struct certificate *issuer,
                                     const struct certificate *certificate, size_t *checked)
{
    struct fingerprint key;
    struct pair *pair;

    if (memory == NULL) {
        (*checked)++;
        return compute(issuer, certificate);
    }
    key = name_pair(issuer, certificate);
    pair = find_pair(memory, &key);
    if (pair->used)
        return pair->state;
    (*checked)++;
    make_room(memory);
    pair = find_pair(memory, &key);
    *pair = (struct pair){ .key = key, .state = compute(issuer, certificate), .used = true };
    memory->count++;
    return pair->state;
}

bool signature_known(const struct signature_memory *memory, const struct certificate *issuer,
                     const struct certificate *certificate, enum signature_state *state)
{
    struct fingerprint key;
    const struct pair *pair;

    if (memory == NULL)
        return false;
    key = name_pair(issuer, certificate);
    pair = find_pair(memory, &key);
    if (pair->used)
        *state = pair->state;
    return pair->used;
}
