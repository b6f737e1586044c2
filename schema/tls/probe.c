#include "schema/tls/probe.h"

#include <netdb.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

#include "schema/base/clock.h"
#include "schema/base/log.h"
#include "schema/base/text.h"
#include "schema/tls/connection.h"

enum probe_state {
    PROBE_STARTING,
    PROBE_CONNECTING,
    PROBE_UPGRADING,
    PROBE_HELLO,
    PROBE_CERTIFICATE,
    PROBE_HANDSHAKING,
    PROBE_SETTLING,
    PROBE_REQUESTING,
    PROBE_FINISHED,
    PROBE_STATES
};

/* A status line longer than this is none. */
#define STATUS_LINE_BYTES 1024
/* What a response may add to a handshake's bytes until its status line is whole. */
#define RESPONSE_BYTES_MAX (64 * 1024)

struct probe {
    enum probe_state state;
    int64_t started_ms, deadline_ms, end_ms; /* monotonic */
    struct connection connection;
    size_t received_before; /* when the state was entered */
    struct starttls_dialogue dialogue;
    struct event *io, *timer;
    struct text request, response;
    struct probe_order order;
    probe_done *done;
    void *context;
    struct probe_result result;
};

static enum probe_state open_socket(struct probe *probe);
static enum probe_state finish_connect(struct probe *probe);
static enum probe_state ask_for_tls(struct probe *probe);
static enum probe_state continue_handshake(struct probe *probe);
static enum probe_state settle(struct probe *probe);
static enum probe_state exchange_request(struct probe *probe);

static const struct probe_step {
    const char *name;
    enum outcome_stage stage;
    int limit_ms; /* from the moment the state is entered */
    enum probe_state (*run)(struct probe *probe);
} steps[PROBE_STATES] = {
    [PROBE_STARTING] = { "start", STAGE_CONNECT, 0, open_socket },
    [PROBE_CONNECTING] = { "connect", STAGE_CONNECT, 5000, finish_connect },
    /* Postfix lets strangers wait 6 s for the end of its greeting: postscreen(8), postscreen_greet_wait */
    [PROBE_UPGRADING] = { "upgrade", STAGE_HELLO, 8000, ask_for_tls },
    [PROBE_HELLO] = { "hello", STAGE_HELLO, 5000, continue_handshake },
    [PROBE_CERTIFICATE] = { "certificate", STAGE_CERTIFICATE, 5000, continue_handshake },
    [PROBE_HANDSHAKING] = { "handshake", STAGE_HANDSHAKE, 5000, continue_handshake },
    /* a round trip and the server's decision about our missing certificate */
    [PROBE_SETTLING] = { "settle", STAGE_HANDSHAKE, 3000, settle },
    [PROBE_REQUESTING] = { "request", STAGE_REQUEST, 10000, exchange_request },
    [PROBE_FINISHED] = { "finish", STAGE_DONE, 0, NULL },
};

static const char *const depths[] = {
    [PROBE_DEPTH_CERTIFICATE] = "certificate",
    [PROBE_DEPTH_HANDSHAKE] = "handshake",
    [PROBE_DEPTH_REQUEST] = "request",
};

const char *probe_depth_name(enum probe_depth depth)
{
    return depths[depth];
}

bool probe_depth_parse(const char *name, enum probe_depth *depth)
{
    for (size_t i = 0; i < sizeof(depths) / sizeof(depths[0]); i++) {
        if (strcmp(depths[i], name) == 0) {
            *depth = (enum probe_depth)i;
            return true;
        }
    }
    return false;
}

/* The state that waits for what comes after these messages. */
static enum probe_state awaited(enum outcome_stage reached)
{
    enum probe_state state = PROBE_HELLO;

    while (steps[state].stage < reached)
        state++;
    return state;
}

int probe_stage_limit_ms(enum outcome_stage stage)
{
    return steps[stage == STAGE_CONNECT ? PROBE_CONNECTING : awaited(stage)].limit_ms;
}

/* --- how it can end ------------------------------------------------------------------------------- */

/* How far it came: by the state, or by messages that the door has yet to follow. */
static enum outcome_stage stage_of(const struct probe *probe)
{
    enum outcome_stage stage = steps[probe->state].stage;

    return probe->connection.reached > stage ? probe->connection.reached : stage;
}

static enum probe_state end_with(struct probe *probe, struct outcome outcome)
{
    probe->result.outcome = outcome;
    probe->result.outcome.alert = probe->connection.alert;
    return PROBE_FINISHED;
}

static enum probe_state fail(struct probe *probe, enum outcome_class class, const char *format, ...)
    PRINTF_LIKE(3, 4);

static enum probe_state fail(struct probe *probe, enum outcome_class class, const char *format, ...)
{
    char detail[OUTCOME_DETAIL_BYTES];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(detail, sizeof(detail), format, arguments);
    va_end(arguments);
    return end_with(probe, outcome_make(stage_of(probe), class, "%s", detail));
}

static enum probe_state succeed(struct probe *probe)
{
    struct probe_result *result = &probe->result;

    result->outcome = outcome_good();
    if (result->http_status != 0)
        result->outcome = outcome_make(STAGE_DONE, CLASS_OK, "HTTP %d", result->http_status);
    else if (probe->connection.client_certificate_asked && probe->order.depth != PROBE_DEPTH_CERTIFICATE)
        result->outcome =
            outcome_make(STAGE_DONE, CLASS_OK, "went on without the client certificate it asked for");
    return PROBE_FINISHED;
}

static enum probe_state fail_alert(struct probe *probe)
{
    return end_with(probe, outcome_of_alert(stage_of(probe), probe->connection.alert));
}

static enum probe_state fail_errno(struct probe *probe)
{
    return end_with(probe, outcome_of_errno(stage_of(probe), probe->connection.broken));
}

/* The connection is gone and nothing that came before it explains why. */
static enum probe_state fail_gone(struct probe *probe)
{
    if (probe->connection.broken != 0)
        return fail_errno(probe);
    return end_with(probe, outcome_of_end(stage_of(probe)));
}

static enum probe_state fail_openssl(struct probe *probe)
{
    return end_with(probe, connection_failure(&probe->connection, stage_of(probe)));
}

/* --- steps ---------------------------------------------------------------------------------------- */

static enum probe_state open_socket(struct probe *probe)
{
    if (!connection_open(&probe->connection, &probe->order.address, probe->order.address_bytes))
        return fail_errno(probe);
    probe->io = event_new(probe->order.base, probe->connection.socket, 0, NULL, NULL);
    return probe->io != NULL ? PROBE_CONNECTING : fail(probe, CLASS_LOCAL_MEMORY, "no event");
}

/* Whether bytes must be refused before OpenSSL sees them. */
static bool is_refusable(struct probe *probe, enum probe_state *next)
{
    const struct connection *connection = &probe->connection;

    if (probe->state == PROBE_HELLO && !handshake_can_be_record(connection->first, connection->first_bytes))
        *next = end_with(probe, connection_not_tls(connection, stage_of(probe)));
    else if (connection->received > connection->received_max)
        *next = fail(probe, CLASS_OVERSIZE, "more than %zu bytes", connection->received_max);
    else
        return false;
    return true;
}

static void write_request(struct probe *probe)
{
    char address[INET6_ADDRSTRLEN], port[8];
    const char *name = probe->order.server_name;
    bool brackets = name == NULL && probe->order.address.ss_family == AF_INET6;

    if (getnameinfo((const struct sockaddr *)&probe->order.address, probe->order.address_bytes, address,
                    sizeof(address), port, sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        address[0] = port[0] = '\0';
    text_format(&probe->request,
                "GET %s HTTP/1.1\r\nHost: %s%s%s%s%s\r\nUser-Agent: rootshift/" ROOTSHIFT_VERSION
                "\r\nAccept: */*\r\nConnection: close\r\n\r\n",
                probe->order.request_path != NULL ? probe->order.request_path : "/", brackets ? "[" : "",
                name != NULL ? name : address, brackets ? "]" : "", strcmp(port, "443") == 0 ? "" : ":",
                strcmp(port, "443") == 0 ? "" : port);
}

/*
 * A TLS 1.3 server decides about our missing certificate after our side is done (RFC 8446 section
 * 4.4.2.4). Our close_notify asks it for a reaction: an alert, or an end in good order.
 */
static enum probe_state after_handshake(struct probe *probe)
{
    struct connection *connection = &probe->connection;

    if (probe->order.depth == PROBE_DEPTH_REQUEST && probe->order.starttls == STARTTLS_NONE) {
        write_request(probe);
        SSL_write(connection->ssl, probe->request.bytes, (int)probe->request.size);
        connection_flush(connection);
        connection->received_max = connection->received + RESPONSE_BYTES_MAX;
        return PROBE_REQUESTING;
    }
    if (!connection->client_certificate_asked || SSL_version(connection->ssl) != TLS1_3_VERSION)
        return succeed(probe);
    connection_notify(connection);
    connection_flush(connection);
    return PROBE_SETTLING;
}

static void note_agreement(struct probe *probe)
{
    struct connection_agreement agreed = connection_agreed(&probe->connection);

    probe->result.tls = agreed.tls;
    probe->result.cipher = agreed.cipher;
    probe->result.group = agreed.group;
}

/* What fails after the chain does not matter to who wants no more; what fails in it does. */
static bool has_shown_chain(const struct probe *probe, int answer)
{
    const struct connection *connection = &probe->connection;
    bool failed = SSL_get_error(connection->ssl, answer) == SSL_ERROR_SSL;

    return connection->reached == STAGE_HANDSHAKE &&
           !(failed && connection->last_message == HANDSHAKE_CERTIFICATE);
}

/* As far as the bytes at hand go. */
static enum probe_state shake_hands(struct probe *probe)
{
    struct connection *connection = &probe->connection;
    int answer = SSL_do_handshake(connection->ssl);

    connection_flush(connection);
    if (connection->chain_damaged)
        return fail_openssl(probe);
    if (probe->order.depth == PROBE_DEPTH_CERTIFICATE && has_shown_chain(probe, answer))
        return succeed(probe);
    if (answer == 1) {
        note_agreement(probe);
        if (connection->broken != 0) /* our Finished never left */
            return fail_gone(probe);
        return after_handshake(probe);
    }
    switch (SSL_get_error(connection->ssl, answer)) {
    case SSL_ERROR_WANT_READ: break;
    case SSL_ERROR_ZERO_RETURN: return fail(probe, CLASS_CLOSED, "close_notify in the handshake");
    default: return fail_openssl(probe);
    }
    if (!connection->wants_more && (connection->ended || connection->broken != 0))
        return fail_gone(probe);
    return awaited(connection->reached);
}

static enum probe_state continue_handshake(struct probe *probe)
{
    enum probe_state next;

    connection_fill(&probe->connection);
    return is_refusable(probe, &next) ? next : shake_hands(probe);
}

static enum probe_state begin_handshake(struct probe *probe)
{
    if (!connection_secure(&probe->connection, probe->order.context, probe->order.server_name)) {
        ERR_clear_error();
        return fail(probe, CLASS_LOCAL_MEMORY, "no TLS connection");
    }
    if (probe->order.depth != PROBE_DEPTH_CERTIFICATE) /* there a staple would only be more to read */
        SSL_set_tlsext_status_type(probe->connection.ssl, TLSEXT_STATUSTYPE_ocsp);
    return shake_hands(probe);
}

static enum probe_state finish_connect(struct probe *probe)
{
    struct connection *connection = &probe->connection;
    struct sockaddr_storage self = { 0 };
    socklen_t size = sizeof(self);

    if (!connection_stands(connection))
        return fail_errno(probe);
    if (probe->order.starttls == STARTTLS_NONE)
        return begin_handshake(probe);
    getsockname(connection->socket, (struct sockaddr *)&self, &size);
    starttls_begin(&probe->dialogue, probe->order.starttls, &self, &connection->transit.unsent);
    connection->received_max = STARTTLS_BYTES_MAX;
    connection_flush(connection);
    return PROBE_UPGRADING;
}

static enum probe_state ask_for_tls(struct probe *probe)
{
    struct connection *connection = &probe->connection;
    enum probe_state next;

    connection_fill(connection);
    switch (starttls_hear(&probe->dialogue, &connection->clear, &connection->transit.unsent)) {
    case STARTTLS_GRANTED: return begin_handshake(probe);
    case STARTTLS_EARLY: return fail(probe, CLASS_PROTOCOL, "it went on before its turn in the clear");
    case STARTTLS_DENIED:
        return end_with(
            probe, outcome_of_words(STAGE_HELLO, "says", connection->clear.bytes, connection->clear.size));
    case STARTTLS_MORE: break;
    }
    connection_flush(connection);
    if (is_refusable(probe, &next))
        return next;
    if (!connection->wants_more && (connection->ended || connection->broken != 0))
        return fail_gone(probe);
    return PROBE_UPGRADING;
}

static enum probe_state settle(struct probe *probe)
{
    struct connection *connection = &probe->connection;
    enum probe_state next;
    char bytes[1024];
    int answer, turns = 0;

    connection_fill(connection);
    if (is_refusable(probe, &next))
        return next;
    do
        answer = SSL_read(connection->ssl, bytes, sizeof(bytes));
    while (answer > 0 && ++turns < CONNECTION_READ_TURNS * CONNECTION_READ_BYTES);
    connection_flush(connection);
    if (connection->alert != OUTCOME_NO_ALERT) {
        ERR_clear_error();
        return fail_alert(probe);
    }
    switch (SSL_get_error(connection->ssl, answer)) {
    case SSL_ERROR_ZERO_RETURN: return succeed(probe); /* its close_notify */
    case SSL_ERROR_SSL: return fail_openssl(probe);
    default: break;
    }
    if (connection->broken != 0)
        return fail_gone(probe);
    return connection->ended ? succeed(probe) : PROBE_SETTLING;
}

/* "HTTP/1.1 204": RFC 9112 section 4. 0 when the line is none. */
static int read_status(const char *line)
{
    int major, minor, status, used = 0;

    if (sscanf(line, "HTTP/%1d.%1d %3d%n", &major, &minor, &status, &used) != 3 || status < 100 ||
        status > 599)
        return 0;
    return line[used] == ' ' || line[used] == '\r' || line[used] == '\n' ? status : 0;
}

static enum probe_state exchange_request(struct probe *probe)
{
    struct connection *connection = &probe->connection;
    enum probe_state next;
    char bytes[4096];
    const char *end;
    int answer;

    connection_fill(connection);
    while ((answer = SSL_read(connection->ssl, bytes, sizeof(bytes))) > 0) {
        text_append(&probe->response, bytes, (size_t)answer);
        end = memchr(probe->response.bytes, '\n', probe->response.size);
        if (end != NULL || probe->response.size > STATUS_LINE_BYTES) {
            probe->result.http_status = end != NULL ? read_status(probe->response.bytes) : 0;
            if (probe->result.http_status == 0)
                return fail(probe, CLASS_PROTOCOL, "no HTTP status line");
            return succeed(probe);
        }
    }
    connection_flush(connection);
    if (is_refusable(probe, &next)) /* only now: a status line may be among the first of too many bytes */
        return next;
    if (connection->alert != OUTCOME_NO_ALERT) {
        ERR_clear_error();
        fail_alert(probe);
        /* the same refusal of our missing certificate that settle() meets, whatever we sent meanwhile */
        if (connection->client_certificate_asked)
            probe->result.outcome.stage = STAGE_HANDSHAKE;
        return PROBE_FINISHED;
    }
    switch (SSL_get_error(connection->ssl, answer)) {
    case SSL_ERROR_WANT_READ: break;
    case SSL_ERROR_ZERO_RETURN: return fail(probe, CLASS_CLOSED, "the peer closed without a response");
    default: return fail_openssl(probe);
    }
    if (!connection->wants_more && (connection->ended || connection->broken != 0))
        return fail_gone(probe);
    return PROBE_REQUESTING;
}

/* --- the door ------------------------------------------------------------------------------------- */

static void disconnect(struct probe *probe)
{
    if (probe->io != NULL)
        event_free(probe->io);
    if (probe->timer != NULL)
        event_free(probe->timer);
    probe->io = probe->timer = NULL;
    connection_close(&probe->connection, probe->state == PROBE_FINISHED &&
                                             probe->result.outcome.class == CLASS_OK &&
                                             probe->order.depth != PROBE_DEPTH_CERTIFICATE);
}

static void probe_free(struct probe *probe)
{
    disconnect(probe);
    connection_clear(&probe->connection);
    text_clear(&probe->request);
    text_clear(&probe->response);
    probe_result_clear(&probe->result);
    free((char *)(uintptr_t)probe->order.server_name);
    free((char *)(uintptr_t)probe->order.request_path);
    free(probe);
}

/* In TLS 1.3 both come before the chain is complete, in TLS 1.2 behind it: then only a whole handshake says no. */
static void note_answers(struct probe *probe)
{
    const struct connection *connection = &probe->connection;
    enum outcome_stage stage = probe->result.outcome.stage;
    bool whole = stage == STAGE_REQUEST || stage == STAGE_DONE, known;
    const unsigned char *response;

    if (connection->ssl == NULL || probe->order.depth == PROBE_DEPTH_CERTIFICATE)
        return;
    known = whole || (stage == STAGE_HANDSHAKE && SSL_version(connection->ssl) == TLS1_3_VERSION);
    probe->result.client_certificate = connection->client_certificate_asked ? PROBE_YES
                                       : known                              ? PROBE_NO
                                                                            : PROBE_UNKNOWN;
    probe->result.staple = SSL_get_tlsext_status_ocsp_resp(connection->ssl, &response) > 0 ? PROBE_YES
                           : known                                                         ? PROBE_NO
                                                                                           : PROBE_UNKNOWN;
}

static void probe_finish(struct probe *probe)
{
    probe->result.elapsed_ms = clock_monotonic_ms() - probe->started_ms;
    if (probe->result.tls == NULL)
        note_agreement(probe);
    if (probe->connection.transit.unsent.size == 0) /* else it never left */
        probe->result.outcome.alert_sent = probe->connection.alert_sent;
    note_answers(probe);
    probe->result.chain = probe->connection.chain;
    probe->connection.chain = (struct handshake_chain){ 0 };
    handshake_chain_identify(&probe->result.chain);
    disconnect(probe); /* before the callback, which may start the next one on the same descriptor */
    log_event(LOG_DEBUG, "probe finished stage=%s class=%s elapsed_ms=%lld",
              outcome_stage_name(probe->result.outcome.stage),
              outcome_class_name(probe->result.outcome.class), (long long)probe->result.elapsed_ms);
    probe->done(probe->context, &probe->result);
    probe_free(probe);
}

static void wake(evutil_socket_t socket, short what, void *argument);

static void probe_enter(struct probe *probe, enum probe_state next);

/* Whichever comes first: something to read, room to write what waits, or the deadline. */
static void wait_for_event(struct probe *probe)
{
    int64_t now_ms = clock_monotonic_ms();
    int64_t wait_ms = probe->deadline_ms > now_ms ? probe->deadline_ms - now_ms : 0;
    struct timeval limit = { wait_ms / 1000, wait_ms % 1000 * 1000 };
    short what = probe->state == PROBE_CONNECTING ? EV_WRITE : EV_READ;

    if (probe->connection.transit.unsent.size > 0 && probe->connection.broken == 0)
        what |= EV_WRITE;
    event_del(probe->io);
    event_assign(probe->io, probe->order.base, probe->connection.socket, what, wake, probe);
    if (event_add(probe->io, &limit) != 0) {
        probe_enter(probe, fail(probe, CLASS_LOCAL_MEMORY, "the event loop takes no more"));
        return;
    }
    if (probe->connection.wants_more)
        event_active(probe->io, EV_READ, 0);
}

/*
 * The only place that changes state. A limit runs from the moment a state is entered, so a peer
 * cannot stretch a handshake by trickling bytes.
 */
static void probe_enter(struct probe *probe, enum probe_state next)
{
    if (next != probe->state) {
        log_event(LOG_DEBUG, "probe enters state=%s", steps[next].name);
        probe->deadline_ms = clock_monotonic_ms() + steps[next].limit_ms;
        if (probe->deadline_ms > probe->end_ms)
            probe->deadline_ms = probe->end_ms;
        probe->received_before = probe->connection.received;
    }
    probe->state = next;

    if (next == PROBE_FINISHED)
        probe_finish(probe);
    else
        wait_for_event(probe);
}

/* Something comes, too slowly. Session tickets are no part of an answer. */
static bool trickles(const struct probe *probe)
{
    return probe->state == PROBE_REQUESTING ? probe->response.size > 0
                                            : probe->connection.received > probe->received_before;
}

/* The deadline is asked first: an event that keeps coming must not outrun it. */
static void wake(evutil_socket_t socket, short what, void *argument)
{
    struct probe *probe = argument;
    /* libevent may ring a millisecond early: a step run then would take silence for its event */
    bool rung = (what & EV_TIMEOUT) != 0 || clock_monotonic_ms() >= probe->deadline_ms;
    bool late = probe->state != PROBE_STARTING && rung;

    (void)socket;
    ERR_clear_error();
    if (late && probe->state == PROBE_SETTLING)
        probe_enter(probe, succeed(probe)); /* silent to the end, but the handshake itself was done */
    else if (late)
        probe_enter(probe, end_with(probe, outcome_of_delay(stage_of(probe), trickles(probe))));
    else
        probe_enter(probe, steps[probe->state].run(probe));
}

struct probe *probe_start(const struct probe_order *order, probe_done *done, void *context)
{
    struct probe *probe = memory_new(sizeof(*probe));
    struct timeval now = { 0, 0 };

    *probe = (struct probe){
        .state = PROBE_STARTING,
        .started_ms = clock_monotonic_ms(),
        .order = *order,
        .done = done,
        .context = context,
        .result = { .started_at_ms = clock_now_unix_ms(), .via = "openssl" },
    };
    connection_init(&probe->connection);
    probe->end_ms = probe->started_ms + order->limit_ms;
    probe->order.server_name = order->server_name != NULL ? memory_text(order->server_name) : NULL;
    probe->order.request_path = order->request_path != NULL ? memory_text(order->request_path) : NULL;
    /* from the loop, never from here */
    probe->timer = event_new(order->base, -1, 0, wake, probe);
    if (probe->timer == NULL || event_add(probe->timer, &now) != 0)
        abort(); /* libevent has no memory for one timer: nothing can be reported any more */
    return probe;
}

void probe_cancel(struct probe *probe)
{
    probe_free(probe);
}

void probe_result_clear(struct probe_result *result)
{
    handshake_chain_clear(&result->chain);
}
