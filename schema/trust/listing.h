/*
 * All paths of a query, written out up to a bound, and how many there are. Without any, the walks that
 * got stuck.
 */
#pragma once

#include "schema/trust/pool.h"

/* Borrowed: leaf first. `anchored` says whether the walk ended at an anchor or got stuck. */
typedef void listing_visitor(void *context, const size_t *members, size_t count, bool anchored);

struct listing {
    uint64_t total; /* anchored paths: all of them where they could be counted, else those seen */
    bool truncated; /* more exist than were visited */
};

/* Visit at most query->limits.listed of them. */
struct listing listing_visit(struct pool *pool, listing_visitor *visit, void *context);
