/*
 * Chains met lately, with their fingerprints: a fleet serves a few chains again and again, and to compare 4 KB costs a
 * tenth of a microsecond where hashing them costs three. What is taken for a chain met before is so to the last byte.
 * Bounded, whatever is served; for one thread.
 */
#pragma once

#include "schema/tls/handshake.h"

struct familiar;

struct familiar *familiar_new(void);
void familiar_free(struct familiar *familiar); /* NULL is fine */

/* As handshake_chain_identify(). */
void familiar_identify(struct familiar *familiar, struct handshake_chain *chain);
