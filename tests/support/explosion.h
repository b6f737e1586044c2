/*
 * Chains of so many paths that nobody can list them, and what is right to say of them: a ladder of twenty levels
 * of two certificates, 2^20 paths, and a mesh of twelve CAs, each certified by each other. One path is good
 * and comes last, or all are, or none.
 */
#pragma once

#include "tests/support/pki.h"

#define EXPLOSION_NOW INT64_C(1700000000)

enum explosion_shape { EXPLOSION_LADDER, EXPLOSION_MESH };

/* What makes the others bad. */
enum explosion_rule {
    EXPLOSION_PLAIN,     /* they are no CA */
    EXPLOSION_TOP_NAMES, /* what stands below the root excludes their names */
    EXPLOSION_ALL_NAMES, /* everyone has name constraints of its own */
    EXPLOSION_FAR_NAMES, /* what was chosen below decides, far above, what may be chosen there */
    EXPLOSION_LENGTHS,   /* their path lengths are one too short */
};

enum explosion_good { EXPLOSION_ALL, EXPLOSION_LAST, EXPLOSION_NONE };

struct explosion {
    const char *name;
    enum explosion_shape shape;
    enum explosion_rule rule;
    enum explosion_good good; /* the chain is to be trusted unless it is EXPLOSION_NONE */
};

#define EXPLOSIONS 17
extern const struct explosion explosions[EXPLOSIONS];

/* The chain, leaf first, and the one root. Both lists are the caller's to clear. */
void explosion_make(const struct explosion *explosion, struct certificate_list *chain,
                    struct certificate_list *roots);
