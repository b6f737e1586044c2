/*
 * Sealed messages that wait for their delivery, oldest first. What is in it survives kill -9. It is
 * capped: a broker that is away for long must not fill the host's disk; then the oldest reports go,
 * counted and logged, and the next report says so. An enrolment never goes.
 */
#pragma once

#include "collector/state.h"
#include "schema/base/fingerprint.h"
#include "schema/base/text.h"

#define OUTBOX_BYTES_MAX (16 * 1024 * 1024)

/* A manifest that was delivered this recently is not sent again: the centre keeps them. */
#define OUTBOX_MANIFEST_AGE_MAX (7 * 24 * 3600)

enum outbox_kind { OUTBOX_ENROLMENT, OUTBOX_MANIFEST, OUTBOX_REPORT };

struct outbox_item {
    int64_t id;
    enum outbox_kind kind;
    struct text sealed; /* owned */
};

/*
 * Put a sealed message in, dropping older ones where the cap asks for it. Part of the caller's
 * transaction. `digest` names a manifest; NULL otherwise. An enrolment takes the place of earlier ones.
 */
MUST_CHECK bool outbox_put(struct state *state, enum outbox_kind kind, const struct fingerprint *digest,
                           const struct text *sealed, int64_t now, struct error *err);

/* Whether the centre needs this manifest: it neither waits here nor was it delivered lately. */
MUST_CHECK bool outbox_wants_manifest(struct state *state, const struct fingerprint *digest, int64_t now,
                                      bool *wanted, struct error *err);

/* The oldest item after `id` (0 for the first). False at the end (err->kind is ERROR_NONE) or on failure. */
MUST_CHECK bool outbox_next(struct state *state, int64_t id, struct outbox_item *item, struct error *err);

/* It has arrived: out, and a manifest is remembered as delivered. */
MUST_CHECK bool outbox_delivered(struct state *state, int64_t id, int64_t now, struct error *err);

/* It can never arrive: out, counted as dropped. */
MUST_CHECK bool outbox_drop(struct state *state, int64_t id, int64_t now, struct error *err);

/* How many wait, and how many were ever dropped. */
MUST_CHECK bool outbox_count(struct state *state, int64_t *waiting, int64_t *dropped, struct error *err);
