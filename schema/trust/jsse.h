/*
 * Java's own TLS: which path it makes of a served list. Read in JDK 25 (sun.security.validator.PKIXValidator,
 * sun.security.provider.certpath) and measured with JDK 8u252, 11, 17, 21 and 25 on the random worlds of tests/support/worlds.
 *
 * A list that is in order is its own path, and no other is tried: it is cut before the first issuer whose name and
 * key some certificate of the trust set has, and what is left must have been issued by one of the trust set. Only a
 * list that is out of order, or whose end nobody in the trust set could have issued, is given to a builder that tries
 * every path. Of several anchors that would do, one is taken as chance has it, and then it must be a CA.
 */
#pragma once

#include "schema/trust/search.h"

enum jsse_way {
    JSSE_PINNED, /* the leaf itself is trusted */
    JSSE_LISTED, /* the first `count` certificates of the list, then an anchor */
    JSSE_BUILT,  /* whatever the model's builder finds */
    JSSE_LONG,   /* more certificates than are taken from a server */
};

struct jsse_list {
    enum jsse_way way;
    size_t count;
};

struct jsse_list jsse_read(const struct path_query *query);

/* JSSE_LISTED: the next anchor at or after trusted[*at] that is tried; false when there is none. */
bool jsse_next_anchor(const struct pool *pool, const struct jsse_list *list, size_t *at);

/* How many reasons the client has to refuse this anchor after all, once it was the one that was taken. */
size_t jsse_refusals(const struct pool *pool, size_t member);

/* JSSE_BUILT: whether the builder, which stops at the first path that it finds, may stop at another one than this. */
bool jsse_may_stray(struct pool *pool, const struct search *found);
