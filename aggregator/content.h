/*
 * Whether what a host sent hangs together: lengths, instants, names that stand once, digests that are
 * those of their bytes. Pure. What passes fits every column it is meant for. ERROR_FORMAT says what is
 * wrong, and goes with the record to the dead letters.
 */
#pragma once

#include "schema/base/fingerprint.h"
#include "schema/wire/rootshift.pb-c.h"

MUST_CHECK bool content_check_enrolment(const Rootshift__V1__Enrolment *enrolment, struct error *err);

/*
 * The digest is recomputed from the entries, each DER must have the fingerprint that it stands under.
 * `id` is the name under which the centre keeps the set: SHA-256 over all that is judged, the key
 * identities among it, which the digest does not cover.
 */
MUST_CHECK bool content_check_manifest(const Rootshift__V1__TrustManifest *manifest, struct fingerprint *id,
                                       struct error *err);

MUST_CHECK bool content_check_report(const Rootshift__V1__HostReport *report, struct error *err);
