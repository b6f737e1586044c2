#include "schema/x509/cache.h"

#include <stdlib.h>
#include <string.h>

#include "schema/base/text.h"

/* Open addressing, never more than half full; a fingerprint is as good as random already. */
struct certificate_cache {
    struct certificate **slots;
    size_t room, count; /* room is a power of two */
};

struct certificate_cache *certificate_cache_new(void)
{
    struct certificate_cache *cache = memory_new(sizeof(*cache));

    cache->room = 256;
    cache->slots = memory_new(cache->room * sizeof(*cache->slots));
    return cache;
}

void certificate_cache_free(struct certificate_cache *cache)
{
    if (cache == NULL)
        return;
    for (size_t i = 0; i < cache->room; i++)
        certificate_free(cache->slots[i]);
    free(cache->slots);
    free(cache);
}

static struct certificate **slot_of(const struct certificate_cache *cache, const struct fingerprint *print)
{
    size_t at;

    memcpy(&at, print->bytes, sizeof(at));
    for (at &= cache->room - 1;; at = (at + 1) & (cache->room - 1)) {
        struct certificate **slot = &cache->slots[at];

        if (*slot == NULL || fingerprint_equal(certificate_fingerprint(*slot), print))
            return slot;
    }
}

static void grow(struct certificate_cache *cache)
{
    struct certificate_cache larger = { .room = cache->room * 2, .count = cache->count };

    larger.slots = memory_new(larger.room * sizeof(*larger.slots));
    for (size_t i = 0; i < cache->room; i++) {
        if (cache->slots[i] != NULL)
            *slot_of(&larger, certificate_fingerprint(cache->slots[i])) = cache->slots[i];
    }
    free(cache->slots);
    *cache = larger;
}

struct certificate *certificate_cache_parse(struct certificate_cache *cache, const void *der, size_t size,
                                            struct error *err)
{
    struct fingerprint print;
    struct certificate **slot;

    if (cache == NULL || size > CERTIFICATE_BYTES_MAX)
        return certificate_parse(der, size, err);
    print = fingerprint_of(der, size);
    slot = slot_of(cache, &print);
    if (*slot != NULL)
        return certificate_ref(*slot);
    *slot = certificate_parse(der, size, err);
    if (*slot == NULL)
        return NULL;
    if (++cache->count * 2 > cache->room)
        grow(cache);
    return certificate_ref(*slot_of(cache, &print));
}
