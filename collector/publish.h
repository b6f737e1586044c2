/* Sending what waits in the outbox to Kafka, oldest first; each record leaves it only when its delivery is reported. */
#pragma once

#include <signal.h>

#include "collector/identity.h"

struct publish_result {
    int64_t delivered, refused; /* refused: too big for the brokers for ever, dropped and counted */
    int64_t waiting;            /* still in the outbox */
};

/*
 * False when something is left that may be tried again; *result is filled all the same. Ends within
 * PUBLISHER_TIMEOUT_MS after the last success, and at once when *stop becomes non-zero.
 */
MUST_CHECK bool publish_outbox(struct state *state, const struct identity *identity,
                               const struct kafka_settings *kafka, const char *topic,
                               const volatile sig_atomic_t *stop, struct publish_result *result,
                               struct error *err);
