/*
 * The public keys of enrolled hosts, as far as they were asked for: a memory in front of the table
 * `enrolment`. Keys that a batch enrols are known to the rest of the batch; when its transaction fails
 * the keyring is to be emptied, since it may know what was rolled back.
 */
#pragma once

#include "aggregator/database.h"
#include "schema/wire/key.h"

struct keyring;

struct keyring *keyring_new(void);
void keyring_free(struct keyring *keyring);
void keyring_empty(struct keyring *keyring);

/* Learn those of `ids` that are not known yet, in one statement. */
MUST_CHECK bool keyring_fetch(struct keyring *keyring, struct database *database,
                              const struct fingerprint *ids, size_t count, struct error *err);

/* Borrowed until the keyring is emptied; NULL for a key that nobody has bound. */
const struct key *keyring_find(const struct keyring *keyring, const struct fingerprint *id);

/* To whom a key is bound; false for none. */
bool keyring_binding(const struct keyring *keyring, const struct fingerprint *id, const char **partner,
                     const char **host);

/* `key` is taken. */
void keyring_add(struct keyring *keyring, struct key *key, const char *partner, const char *host);
