/*
 * What earlier runs saw of this host: each store with its digest and ctime, each client's trust set.
 * It answers what a process that started then can have read, when its stores have changed since.
 * `run` writes it; `inspect` only asks.
 */
#pragma once

#include <time.h>

#include "collector/state.h"
#include "schema/base/fingerprint.h"
#include "schema/wire/codec.h"

/* Longer than any batch job sleeps; a store or trust set not seen for this long is forgotten. */
#define MEMORY_AGE_MAX (400 * 24 * 3600)
#define MEMORY_TRUSTS_MAX 16 /* of one client; the oldest goes */

struct memory_store {
    const char *id, *path; /* borrowed */
    struct fingerprint digest;
    struct timespec changed; /* ctime */
    int64_t first_seen, last_seen;
};

/* Seen now: `first_seen` and `last_seen` of what is given are not looked at. */
MUST_CHECK bool memory_note_store(struct state *state, const struct memory_store *store, int64_t now,
                                  struct error *err);
MUST_CHECK bool memory_note_trust(struct state *state, const char *client,
                                  const Rootshift__V1__TrustManifest *manifest, int64_t now,
                                  struct error *err);
MUST_CHECK bool memory_forget(struct state *state, int64_t now, struct error *err);

/*
 * Every trust set that a process of this client, started at `since`, can have read so far as anybody
 * saw: the last one seen before that, and each one seen from then on, oldest first. Borrowed.
 * *seen_before tells whether the first of them was seen before `since`; where not, the state that
 * the process read may be one that nobody saw. False on failure, or when `visit` returns false.
 */
typedef bool memory_trust_visitor(void *context, const Rootshift__V1__TrustManifest *manifest,
                                  int64_t first_seen, int64_t last_seen);
MUST_CHECK bool memory_trust_since(struct state *state, const char *client, int64_t since, bool *seen_before,
                                   memory_trust_visitor *visit, void *context, struct error *err);

/* The trust set of this client as seen at an instant at which it was looked at; visited once, or not at all. */
MUST_CHECK bool memory_trust_at(struct state *state, const char *client, int64_t at,
                                memory_trust_visitor *visit, void *context, struct error *err);

/*
 * Whether somebody looked at the store when it was as a process that started then found it: last changed
 * before `started_ms` (Unix milliseconds), looked at after. *seen_at is the last such look. Only this is
 * proof: a store seen alike long before the start can have changed and changed back in between.
 */
MUST_CHECK bool memory_store_then(struct state *state, const char *path, int64_t started_ms, int64_t *seen_at,
                                  struct error *err);

/* The path behind a store's id; the caller's to free. NULL with ERROR_ABSENT when it was never seen. */
char *memory_path(struct state *state, const char *id, struct error *err);
