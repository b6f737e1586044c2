/*
 * Clients that follow one path and never go back: which one it is. Whether it is any good is for
 * course.c to say.
 */
#pragma once

#include "schema/trust/pool.h"

#define WALK_DEPTH_MAX 32

struct walk {
    size_t members[WALK_DEPTH_MAX];
    size_t count;
    bool anchored; /* ends at something that the client trusts */
    bool pinned;   /* it is the leaf itself that is trusted, whatever stands above it */
    bool bounded;  /* the limit on depth came first */
    bool unsure;   /* the client may have met an issuer on the way that another one would not */
};

/*
 * As the query's model has it: OpenSSL's build_chain() with X509_V_FLAG_TRUSTED_FIRST, its default
 * (MODEL_ALTERNATIVES_FIRST), OpenSSL 1.0.2's (…_LAST_RESORT), GnuTLS's (…_SERVED).
 */
void walk_one_path(struct pool *pool, struct walk *walk);

/*
 * For OpenSSL the issuer that a store gives for a name: of the trusted members the first that is valid
 * at the query's instant, else the one that ends last. SIZE_MAX when there is none.
 */
size_t walk_trusted_issuer(struct pool *pool, size_t member);
