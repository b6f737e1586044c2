/*
 * The verdict on a chain of which nothing but the roots is known: rough, and weaker than one on the certificates
 * that are served.
 */
#pragma once

#include "schema/trust/path.h"

/*
 * Whether a chain of which only the roots are known can be accepted: does the set hold an anchor, in
 * this model and at this instant, with one of these key identities? Where the client would take one
 * of these keys' namesakes the answer is undetermined, "namesake". *via says by which entry, and so
 * whether by the root itself or by a cross-certificate of its key; NULL when nothing accepts.
 */
enum path_verdict by_key_verdict(const struct trust_set *trust, const struct model *model, int64_t at,
                                 const struct fingerprint *key_identities, size_t count, const char **reason,
                                 const struct trust_entry **via);
