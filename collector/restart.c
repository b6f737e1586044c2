#include "collector/restart.h"

#include <stdlib.h>
#include <string.h>

#include "collector/memory.h"

/*
 * The start of a process is known to a clock tick, rounded down. No runtime reads its store within a tick of
 * its fork, so what changed then was there when it was read.
 */
#define START_MS 10

static int64_t milliseconds(const struct timespec *time)
{
    return (int64_t)time->tv_sec * 1000 + time->tv_nsec / 1000000;
}

static bool changed_since(const struct timespec *changed, int64_t started_ms)
{
    return milliseconds(changed) >= started_ms + START_MS;
}

/* What is collected, and for whom. */
struct looking_back {
    struct restart *restart;
    const struct client *client;
    bool found; /* a trust set was shown, the present one included */
};

static bool is_known(const struct restart *restart, const Rootshift__V1__TrustManifest *manifest)
{
    for (size_t i = 0; i < restart->count; i++) {
        if (restart->read[i]->digest.len == manifest->digest.len &&
            memcmp(restart->read[i]->digest.data, manifest->digest.data, manifest->digest.len) == 0)
            return true;
    }
    return false;
}

static bool take(void *context, const Rootshift__V1__TrustManifest *manifest, int64_t first_seen,
                 int64_t last_seen)
{
    struct looking_back *back = context;
    struct restart *restart = back->restart;
    struct text packed = { 0 };
    struct error err = { 0 };
    Rootshift__V1__TrustManifest *copy = NULL;

    (void)first_seen;
    (void)last_seen;
    back->found = true;
    if (manifest->digest.len == FINGERPRINT_BYTES &&
        memcmp(manifest->digest.data, back->client->digest.bytes, FINGERPRINT_BYTES) == 0)
        return true; /* as it is now */
    restart->needed = true;
    if (is_known(restart, manifest))
        return true;
    if (codec_pack(manifest, &packed, &err))
        copy = rootshift__v1__trust_manifest__unpack(NULL, packed.size, (const uint8_t *)packed.bytes);
    text_clear(&packed);
    if (copy == NULL) {
        restart->unseen = true;
        return true;
    }
    restart->read = array_grow(restart->read, restart->count, sizeof(*restart->read));
    restart->read[restart->count++] = copy;
    return true;
}

/*
 * An instant at which somebody looked and every store that changed since was still as the process found it.
 * False when there is none.
 */
static bool find_look(const struct client *client, struct state *state, int64_t started_ms, int64_t *look_at)
{
    *look_at = INT64_MAX;
    if (changed_since(&client->told, started_ms)) /* of these only the present is known */
        return false;
    for (size_t i = 0; i < client->choice.stores.count; i++) {
        struct error err = { 0 };
        int64_t seen = 0;

        if (!changed_since(&client->changes[i], started_ms))
            continue;
        if (!memory_store_then(state, client->choice.stores.items[i], started_ms + START_MS, &seen, &err))
            return false;
        if (seen < *look_at)
            *look_at = seen;
    }
    return *look_at != INT64_MAX;
}

/* One process that started before the change. */
static void look_back(struct restart *restart, const struct client *client, struct state *state,
                      int64_t started_ms)
{
    struct looking_back back = { .restart = restart, .client = client };
    struct error err = { 0 };
    int64_t look_at;
    bool seen_before;

    if (state != NULL && find_look(client, state, started_ms, &look_at) &&
        memory_trust_at(state, client->id, look_at, take, &back, &err) && back.found)
        return;
    restart->needed = restart->unseen = true;
    /* what was seen since can still speak against the process, never for it */
    if (state != NULL &&
        !memory_trust_since(state, client->id, started_ms / 1000, &seen_before, take, &back, &err))
        return;
}

void restart_find(struct restart *restart, const struct client *client, struct state *state)
{
    *restart = (struct restart){ 0 };
    for (size_t i = 0; i < client->process_count; i++) {
        if (changed_since(&client->changed, client->processes[i].started_ms))
            look_back(restart, client, state, client->processes[i].started_ms);
    }
}

void restart_clear(struct restart *restart)
{
    for (size_t i = 0; i < restart->count; i++)
        protobuf_c_message_free_unpacked(&restart->read[i]->base, NULL);
    free(restart->read);
    *restart = (struct restart){ 0 };
}
