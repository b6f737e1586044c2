/*
 * All addresses of one name, side by side, on the full chain they serve: "7 of 9 serve cross, 2 still
 * today: 192.0.2.7, 192.0.2.8". Load balancers that are half switched look healthy one address at a time.
 */
#pragma once

#include "schema/base/text.h"

/* Under one name; the last of these groups is of all chains that have none of their own. */
#define COMPARE_GROUPS 16
/* Addresses that a sentence names of each chain; the others are counted. */
#define COMPARE_NAMED 8
#define COMPARE_LABEL_BYTES 80

/* Zeroed is an empty one; clear it. */
struct compare {
    struct compare_group {
        char label[COMPARE_LABEL_BYTES];
        int order; /* higher is newer in the campaign */
        size_t count;
    } * groups;
    size_t group_count;
    struct compare_address {
        const char *address;
        int group; /* -1: no chain was seen */
    } * addresses;
    size_t count, silent; /* addresses; those of which no chain was seen */
};

/*
 * One address (borrowed for the life of this), the name of the chain it serves (NULL: none seen), and that chain's
 * place in the campaign (-1: in none).
 */
void compare_add(struct compare *compare, const char *address, const char *label, int order);

/* What was added of an address: false when nothing was. NULL is a label here as there. */
bool compare_find(const struct compare *compare, const char *address, const char **label, int *order);

bool compare_differs(const struct compare *compare);  /* two addresses serve two chains */
bool compare_is_alike(const struct compare *compare); /* every address serves the same one */

/*
 * The sentence. Newest chain first; "still" is said of chains that the campaign has before it. All but the largest
 * group are named.
 */
void compare_write(const struct compare *compare, struct text *text);

void compare_clear(struct compare *compare);
