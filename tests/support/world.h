/*
 * Random small worlds of certificates for tests: four levels of names, two keys each, most of it in
 * order and some of it wrong in one of many ways. The same seed makes the same world.
 */
#pragma once

#include "tests/support/pki.h"

#define WORLD_CERTIFICATES 28
#define WORLD_NOW INT64_C(1700000000) /* the instant around which its dates lie */

void world_seed(uint64_t seed);

/* A number in [0, sides). */
unsigned world_dice(unsigned sides);

struct world {
    struct certificate *certificates[WORLD_CERTIFICATES];
};

void world_init(struct world *world);
void world_clear(struct world *world);

/* Up to `most` certificates of the world, any of them any number of times. */
void world_pick(const struct world *world, struct certificate_list *list, unsigned most);
