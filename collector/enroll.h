/*
 * Enrolling: make the host's key, bind it to a partner by a token (schema/wire/token.h), and put the
 * proof in the outbox, from where it goes out before any report. Enrolling again keeps the key.
 */
#pragma once

#include "collector/identity.h"

struct enroll_request {
    const char *token;           /* the word */
    const char *host;            /* the name to report under; NULL: what the host calls itself */
    const char *root;            /* of the host, for its name; NULL for this machine */
    const char *environment;     /* "production", "sandbox" or "test" */
    struct kafka_settings kafka; /* where not given: the token's brokers */
};

/*
 * ERROR_OPTION for a token that has expired, ERROR_FORMAT for one that is none. The state is as before on any failure,
 * apart from a new key. Clear `identity` with identity_clear().
 */
MUST_CHECK bool enroll_host(const struct enroll_request *request, struct state *state, int64_t now,
                            struct identity *identity, struct error *err);

/* `rootshift-collector enroll` */
extern const struct command enroll_command;
