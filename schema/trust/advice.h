/*
 * The single change that would help most where a chain is not trusted: tried, not guessed. Each
 * candidate is given to the path engine, and the first that makes it say yes is named.
 */
#pragma once

#include "schema/trust/explain.h"

/* One sentence into `out`; nothing where the chain is trusted or nothing that we know of would help. */
void advice_add(const struct explain_subject *subject, struct text *out);
