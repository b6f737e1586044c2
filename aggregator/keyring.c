#include "aggregator/keyring.h"

#include <stdlib.h>
#include <string.h>

/* Emptied before it grows beyond this: some 200 bytes a key. */
#define KEYS_MAX (1u << 18)
#define FIRST_SLOTS (1u << 12)

struct slot {
    struct fingerprint id;
    struct key *key; /* NULL: free */
    char *partner, *host;
};

/* Open addressing; ids are hashes already, so their first bytes are as good as any. */
struct keyring {
    struct slot *slots;
    size_t slot_count; /* a power of two */
    size_t used;
};

struct keyring *keyring_new(void)
{
    struct keyring *keyring = memory_new(sizeof(*keyring));

    keyring->slot_count = FIRST_SLOTS;
    keyring->slots = memory_new(keyring->slot_count * sizeof(*keyring->slots));
    return keyring;
}

void keyring_empty(struct keyring *keyring)
{
    for (size_t i = 0; i < keyring->slot_count; i++) {
        key_free(keyring->slots[i].key);
        free(keyring->slots[i].partner);
        free(keyring->slots[i].host);
        keyring->slots[i] = (struct slot){ 0 };
    }
    keyring->used = 0;
}

void keyring_free(struct keyring *keyring)
{
    if (keyring == NULL)
        return;
    keyring_empty(keyring);
    free(keyring->slots);
    free(keyring);
}

static struct slot *slot_of(const struct keyring *keyring, const struct fingerprint *id)
{
    size_t at;

    memcpy(&at, id->bytes, sizeof(at));
    for (at &= keyring->slot_count - 1;; at = (at + 1) & (keyring->slot_count - 1)) {
        struct slot *slot = &keyring->slots[at];

        if (slot->key == NULL || fingerprint_equal(&slot->id, id))
            return slot;
    }
}

static void grow(struct keyring *keyring)
{
    struct slot *old = keyring->slots;
    size_t count = keyring->slot_count;

    keyring->slot_count *= 2;
    keyring->slots = memory_new(keyring->slot_count * sizeof(*keyring->slots));
    for (size_t i = 0; i < count; i++) {
        if (old[i].key != NULL)
            *slot_of(keyring, &old[i].id) = old[i];
    }
    free(old);
}

void keyring_add(struct keyring *keyring, struct key *key, const char *partner, const char *host)
{
    struct slot *slot;

    if (keyring->used * 2 >= keyring->slot_count)
        grow(keyring);
    slot = slot_of(keyring, key_id(key));
    if (slot->key != NULL) {
        key_free(key);
        return;
    }
    *slot = (struct slot){ *key_id(key), key, memory_text(partner), memory_text(host) };
    keyring->used++;
}

const struct key *keyring_find(const struct keyring *keyring, const struct fingerprint *id)
{
    return slot_of(keyring, id)->key;
}

bool keyring_binding(const struct keyring *keyring, const struct fingerprint *id, const char **partner,
                     const char **host)
{
    const struct slot *slot = slot_of(keyring, id);

    *partner = slot->partner;
    *host = slot->host;
    return slot->key != NULL;
}

static bool learn(struct keyring *keyring, const PGresult *result, struct error *err)
{
    for (int row = 0; row < PQntuples(result); row++) {
        uint8_t bytes[KEY_PUBLIC_BYTES];
        struct key *key;

        if (!database_bytes(result, row, PQfnumber(result, "public_key"), bytes, sizeof(bytes), err))
            return false;
        key = key_of_public(bytes, err);
        if (key == NULL)
            return error_within(err, "enrolment");
        keyring_add(keyring, key, database_value(result, row, "partner"),
                    database_value(result, row, "host"));
    }
    return true;
}

bool keyring_fetch(struct keyring *keyring, struct database *database, const struct fingerprint *ids,
                   size_t count, struct error *err)
{
    struct text list = { 0 };
    char hex[FINGERPRINT_TEXT_BYTES];
    PGresult *result;
    size_t wanted = 0;
    bool ok = true;

    if (keyring->used > KEYS_MAX)
        keyring_empty(keyring);
    text_add(&list, "{");
    for (size_t i = 0; i < count; i++) {
        if (keyring_find(keyring, &ids[i]) == NULL)
            text_format(&list, "%s%s", wanted++ > 0 ? "," : "", fingerprint_format(&ids[i], hex));
    }
    text_add(&list, "}");
    if (wanted > 0) {
        result = database_query(database, "enrolment_keys",
                                (struct parameter[]){ { "ids", text_string(&list) }, { 0 } }, err);
        ok = result != NULL && learn(keyring, result, err);
        PQclear(result);
    }
    text_clear(&list);
    return ok;
}
