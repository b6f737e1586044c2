/*
 * Who this host is to the centre: the partner it belongs to, its name, its key, whom it reports to and
 * where, and its place in the sequence of its reports. Made by enrolling (collector/enroll.h).
 */
#pragma once

#include "collector/state.h"
#include "schema/base/text.h"
#include "schema/wire/kafka.h"
#include "schema/wire/key.h"

struct identity {
    struct key *key;
    char *partner, *host, *environment;
    struct fingerprint centre;  /* key id that everything is sealed for */
    char *brokers, *kafka_conf; /* as enrolled; NULL for none */
    struct text enrolment;      /* the sealed Enrolment: a report file starts with it */
    int64_t enrolled_at;
};

/* ERROR_ABSENT on a host that was not enrolled. Clear with identity_clear(). */
MUST_CHECK bool identity_load(struct identity *identity, struct state *state, struct error *err);
void identity_clear(struct identity *identity);

/* Keep it (all but the key, which is a file of its own), in place of an earlier one. */
MUST_CHECK bool identity_keep(const struct identity *identity, struct state *state, struct error *err);

/* Where to publish: what was given now, else what was enrolled with. Borrowed from both. */
struct kafka_settings identity_kafka(const struct identity *identity, const struct kafka_settings *given);

/*
 * The sequence of the next report: max(last + 1, Unix ms), so that it grows even when the clock was set
 * back or the state was lost. Call it in the transaction that keeps the report.
 */
MUST_CHECK bool identity_next_sequence(struct state *state, int64_t now_ms, uint64_t *sequence,
                                       struct error *err);
