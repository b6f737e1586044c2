/*
 * All addresses of one name, side by side, on the full chain they serve: "7 of 9 serve cross, 2 still
 * today". Load balancers that are half switched look healthy one address at a time.
 */
#pragma once

#include "schema/base/text.h"

#define COMPARE_GROUPS 16

struct compare {
    struct compare_group {
        char label[80];
        int order; /* higher is newer in the campaign */
        size_t count;
    } groups[COMPARE_GROUPS];
    size_t group_count;
    size_t total, silent; /* addresses; those of which no chain was seen */
};

/* One address: the name of the chain it serves, and that chain's place in the campaign (-1: in none). NULL: none seen. */
void compare_add(struct compare *compare, const char *label, int order);

bool compare_differs(const struct compare *compare); /* two addresses serve two chains */

/* The sentence. Newest chain first; "still" is said of chains that the campaign has before it. */
void compare_write(const struct compare *compare, struct text *text);
