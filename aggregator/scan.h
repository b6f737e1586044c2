/*
 * A scan that the centre asks for: a campaign's endpoints that are in use, lines of a list, or both, become pieces
 * of work, one a (target, hello). They are written down first and published then, so that every result finds what
 * it answers, and what has no answer is known by name.
 */
#pragma once

#include "aggregator/database.h"
#include "schema/campaign/campaign.h"
#include "schema/tls/probe.h"
#include "schema/tls/target.h"
#include "schema/wire/kafka.h"

#define SCAN_HELLOS_MAX 16

/* All borrowed. */
struct scan_order {
    const struct campaign *campaign; /* NULL: the lines alone */
    const char *lines;               /* as schema/tls/target.h has them; blank ones and comments are none */
    size_t size;
    const struct hello *hellos[SCAN_HELLOS_MAX];
    size_t hello_count;
    enum probe_depth depth;
    int64_t at; /* which endpoints are in use; when it starts */
};

#define SCAN_ID_BYTES 64

/*
 * Nothing is published when a line is no target (ERROR_FORMAT says which) or when there is nothing to scan. When
 * Kafka does not take every piece, the scan stays as one that was not wholly published: start another.
 * `pieces` is their number.
 */
MUST_CHECK bool scan_start(const struct scan_order *order, struct database *database,
                           const struct kafka_settings *kafka, char id[SCAN_ID_BYTES], int64_t *pieces,
                           struct error *err);
