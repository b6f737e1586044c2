/*
 * Which certificates a run has shown already. Keeps half of each SHA-256, 16 bytes, in a table that
 * grows: the leaves of a million endpoints take 32 MiB, and two of them being taken for one is as
 * likely as finding a collision of 128 bits by chance.
 */
#pragma once

#include "schema/base/fingerprint.h"

struct seen {
    struct seen_half {
        uint64_t high, low; /* both 0: a free place */
    } * halves;
    size_t room, count;
};

/* True the first time, false ever after. */
bool seen_add(struct seen *seen, const struct fingerprint *print);

/* Those that a file of records (record.h) shows, and how many records it has. */
MUST_CHECK bool seen_read(struct seen *seen, const char *path, uint64_t *records, struct error *err);
void seen_clear(struct seen *seen);
