/*
 * Records that can be read and are not believed, mostly since nobody has bound their key. They wait here,
 * whole, until a person binds the key to a host or throws them away; a record leaves the quarantine in the
 * transaction in which it is taken (statements/merge.sql).
 */
#pragma once

#include "aggregator/database.h"
#include "schema/wire/key.h"

struct ingest;

/* How a person binds a key. All borrowed. */
struct quarantine_binding {
    const struct key *key; /* its public half is enough */
    const char *partner, *host;
    int64_t at; /* Unix seconds */
};

/* The public key of an enrolment that waits under this id; NULL with ERROR_ABSENT when none does. */
struct key *quarantine_key(struct database *database, const struct fingerprint *id, struct error *err);

/*
 * ERROR_CONFLICT when the key is another host's already, ERROR_ABSENT for a partner that nobody imported.
 * What is bound as asked stays as it is: a binding that was interrupted is simply made again.
 */
MUST_CHECK bool quarantine_bind(struct database *database, const struct quarantine_binding *binding,
                                struct error *err);

/*
 * Everything that waits under the key is judged anew by the ordinary way in; what is still not believed
 * stays, with its reason. `now` counts as the present.
 */
MUST_CHECK bool quarantine_retry(struct database *database, struct ingest *ingest,
                                 const struct fingerprint *id, int64_t now, struct error *err);

MUST_CHECK bool quarantine_count(struct database *database, const struct fingerprint *id, int64_t *records,
                                 struct error *err);
MUST_CHECK bool quarantine_drop(struct database *database, const struct fingerprint *id, int64_t *records,
                                struct error *err);
