/*
 * What a client of OpenSSL's family takes of several stores. Files are read at the start, directories are
 * looked into for a subject that the client does not hold yet, and only until one of them has it: a
 * certificate of that name in a file or in an earlier directory hides those of all others.
 */
#pragma once

#include "schema/trust/trust_set.h"

/*
 * After the entries of one more store were added at `from`: drop what the client never looks up, and mark as
 * unsure what it may find or not.
 */
void lookup_settle(struct trust_set *set, size_t from);
