/*
 * One probe: connect to one address, shake hands by OpenSSL, and, when asked, send one HTTP GET. It
 * runs on the event loop and ends by an absolute deadline per stage and for the whole, which bytes
 * that trickle in do not move. It resolves no names and judges nothing.
 *
 * The chain in the result is what the Certificate message held, and is there whenever that message
 * came, whatever happened afterwards.
 */
#pragma once

#include <stdint.h>
#include <sys/socket.h>

#include <event2/event.h>

#include "schema/tls/handshake.h"
#include "schema/tls/hello.h"
#include "schema/tls/outcome.h"
#include "schema/tls/starttls.h"

enum probe_depth {
    PROBE_DEPTH_CERTIFICATE, /* to the end of the Certificate message, then a reset */
    PROBE_DEPTH_HANDSHAKE,
    PROBE_DEPTH_REQUEST, /* and one HTTP GET, whose status line must come back; none behind STARTTLS */
};

#define PROBE_DEPTHS "certificate|handshake|request" /* for people to choose from */

const char *probe_depth_name(enum probe_depth depth);
bool probe_depth_parse(const char *name, enum probe_depth *depth);

/* What to do. Texts are copied; `base` and `context` must outlive the probe. */
struct probe_order {
    struct event_base *base;
    SSL_CTX *context; /* of hello_context() */
    struct sockaddr_storage address;
    socklen_t address_bytes;
    const char *server_name; /* for SNI and Host; NULL for none */
    enum starttls starttls;  /* how TLS begins */
    enum probe_depth depth;
    const char *request_path; /* NULL is "/" */
    int limit_ms;             /* for the whole probe, from its start */
};

/* What a probe has learnt of a yes or no. */
enum probe_answer { PROBE_UNKNOWN, PROBE_NO, PROBE_YES };

struct probe_result {
    struct outcome outcome;
    const char *tls;    /* "TLSv1.3"; NULL before a server's hello. Static. */
    const char *cipher; /* NULL until agreed. Static. */
    const char *group;  /* of the key exchange; NULL where there is none. Static. */
    struct handshake_chain
        chain;       /* identified; the result's: clear with probe_result_clear() when you took it */
    const char *via; /* whose TLS spoke: "openssl", or "own" (glancer.h). Static. */
    enum probe_answer client_certificate; /* whether the server asked us for one */
    enum probe_answer staple; /* whether an OCSP response came with the chain (RFC 6066 section 8) */
    int http_status;          /* 0: none */
    int64_t started_at_ms;    /* Unix milliseconds */
    int64_t elapsed_ms;
};

struct probe;

/* How long a probe may stay in this stage, in milliseconds; STAGE_CONNECT to STAGE_REQUEST. */
int probe_stage_limit_ms(enum outcome_stage stage);

/*
 * Called exactly once, from the loop, as the last thing before the probe frees itself. `result` is
 * borrowed; to keep it copy the struct and zero the original's chain.
 */
typedef void probe_done(void *context, struct probe_result *result);

/* Never fails here: our own trouble is an outcome like any other. */
struct probe *probe_start(const struct probe_order *order, probe_done *done, void *context);

/* Ends it without calling back. */
void probe_cancel(struct probe *probe);

void probe_result_clear(struct probe_result *result);
