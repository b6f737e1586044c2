/*
 * One TLS connection, ours the client's side: the bytes between a socket that never blocks and OpenSSL, and what the
 * peer's messages have told so far, noted before OpenSSL acts on them. It waits for nothing, knows no deadline and
 * decides nothing: whoever owns it calls SSL_* on `ssl`, and connection_flush() after that.
 *
 * What the kernel refuses is kept in `broken`, never returned at once: what the peer said before counts more.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include <openssl/ssl.h>

#include "schema/tls/handshake.h"
#include "schema/tls/outcome.h"
#include "schema/tls/transit.h"

/* Read by its owner; changed only here but for `received_max`. */
struct connection {
    int socket;        /* -1 for none */
    SSL *ssl;          /* NULL before connection_secure() */
    struct text clear; /* heard before connection_secure(), and changed by its owner as it reads */
    struct transit transit;
    size_t received, received_max;
    uint8_t first[32]; /* of the peer's bytes, to tell what else it speaks */
    size_t first_bytes;
    bool ended;      /* the peer sent its FIN */
    int broken;      /* errno of what failed; 0 for nothing */
    bool wants_more; /* the kernel may hold more than one event's share */
    bool notified;   /* we sent close_notify */

    enum outcome_stage reached; /* by the messages seen */
    uint8_t last_message;       /* type of the newest handshake message received */
    int alert, alert_sent;      /* the fatal ones received and sent; OUTCOME_NO_ALERT for none */
    bool client_certificate_asked;
    struct handshake_chain chain; /* there once the Certificate message came; who takes it zeroes it here */
    bool chain_damaged;
    enum error_kind chain_error;
    char chain_problem[OUTCOME_DETAIL_BYTES];
};

/* What both sides agreed on. Static texts; NULL for what is not known or does not exist. */
struct connection_agreement {
    const char *tls, *cipher, *group;
};

/* The most that one connection_fill() takes: a fast peer may not keep the loop from the others. */
#define CONNECTION_READ_BYTES 16384
#define CONNECTION_READ_TURNS 4

void connection_init(struct connection *connection);

/* Begin to connect. False, with `broken` set, when that fails at once. */
bool connection_open(struct connection *connection, const struct sockaddr_storage *address,
                     socklen_t address_bytes);

/* Whether it stands, once the socket can be written. False with `broken` set. */
bool connection_stands(struct connection *connection);

/*
 * Put TLS upon it; what came in the clear counts no more. `server_name` is copied, NULL for none. False when there is
 * no memory for it.
 */
bool connection_secure(struct connection *connection, SSL_CTX *context, const char *server_name);

/* Move to the kernel what OpenSSL wants to say, as far as it takes it. */
void connection_flush(struct connection *connection);

/* Take one event's share from the kernel for OpenSSL to read. */
void connection_fill(struct connection *connection);

/* Say close_notify, once. It leaves with the next connection_flush(). */
void connection_notify(struct connection *connection);

/* NULLs before the server's hello. */
struct connection_agreement connection_agreed(const struct connection *connection);

/* Why OpenSSL failed, by its queue, which is empty afterwards. At `stage`, unless the chain itself is to blame. */
struct outcome connection_failure(const struct connection *connection, enum outcome_stage stage);

/* What answers instead of TLS. */
struct outcome connection_not_tls(const struct connection *connection, enum outcome_stage stage);

/* End it, in good order or by RST, so that no tarpit keeps our half of a connection. What it told stays. */
void connection_close(struct connection *connection, bool in_good_order);

/* Frees what is left after connection_close(). */
void connection_clear(struct connection *connection);
