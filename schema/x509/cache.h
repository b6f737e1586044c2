/*
 * Certificates that were parsed already, by their fingerprint: one host carries the same roots a dozen times,
 * and parsing is by far the dearest part of reading a store.
 */
#pragma once

#include "schema/x509/certificate.h"

struct certificate_cache;

struct certificate_cache *certificate_cache_new(void);
void certificate_cache_free(struct certificate_cache *cache); /* NULL is fine */

/* As certificate_parse(); with a cache only once for equal bytes. `cache` may be NULL. Not for several threads. */
struct certificate *certificate_cache_parse(struct certificate_cache *cache, const void *der, size_t size,
                                            struct error *err);
