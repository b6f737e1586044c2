/*
 * A report: what an inspection found, with the trust manifests that its clients refer to, completed by
 * what only the identity knows, sealed for the centre. The same bytes go to Kafka or into a file.
 */
#pragma once

#include "collector/identity.h"
#include "schema/wire/envelope.h"

/* All borrowed. Each client's `trust_set` is the digest of one of the manifests. */
struct report {
    const Rootshift__V1__HostReport
        *host; /* its sequence, host name and environment are the identity's to say */
    Rootshift__V1__TrustManifest *const *manifests;
    size_t manifest_count;
};

/*
 * Into the outbox as a whole or not at all: the manifests that the centre does not have, then the
 * report. A report whose manifests are missing would be judged `store-pending`, hence the order.
 */
MUST_CHECK bool report_put(const struct report *report, const struct identity *identity, struct state *state,
                           int64_t now_ms, struct error *err);

/*
 * Into the file at `path` ("-" is standard output): the host's enrolment, every manifest, the report. The
 * file is there whole or not at all.
 */
MUST_CHECK bool report_write(const struct report *report, const struct identity *identity,
                             struct state *state, int64_t now_ms, const char *path, struct error *err);
