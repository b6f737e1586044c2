/*
 * Clients that try every path: whether there is a valid one. Not by listing them, of which there can
 * be more than anybody could count, but by labels: of two ways to reach a certificate the one that is
 * no worse in length and in names under constraint makes the other needless.
 */
#pragma once

#include "schema/trust/pool.h"

struct search {
    size_t *members; /* the valid path, leaf first; NULL when there is none. free() it. */
    size_t count;
    bool by_policies;  /* ways there are, and none that was tried has the policy that it is asked for */
    const char *bound; /* which limit was reached, when no valid path was found; NULL for none */
};

void search_valid(struct pool *pool, struct search *search);
