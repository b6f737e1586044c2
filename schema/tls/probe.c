#include "schema/tls/probe.h"

#include <errno.h>
#include <netdb.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <openssl/err.h>

#include "schema/base/clock.h"
#include "schema/base/log.h"
#include "schema/base/text.h"

enum probe_state {
    PROBE_STARTING,
    PROBE_CONNECTING,
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
/* Bytes and turns of one event: a fast peer may not keep the loop from the others. */
#define READ_BYTES 16384
#define READ_TURNS 4
/* What a response may add to a handshake's bytes until its status line is whole. */
#define RESPONSE_BYTES_MAX (64 * 1024)

struct probe {
    enum probe_state state;
    enum probe_state reached;                /* by the messages seen; the door follows it */
    int64_t started_ms, deadline_ms, end_ms; /* monotonic */
    int socket;
    SSL *ssl;
    BIO *from_peer, *to_peer; /* the SSL's own, memory */
    struct event *io, *timer;
    struct text unsent; /* taken from to_peer, not yet by the kernel */
    size_t received, received_max;
    uint8_t first[32]; /* of the peer's bytes, to tell what else it speaks */
    size_t first_bytes;
    bool ended;      /* the peer sent its FIN */
    int broken;      /* errno of a failed read or write; 0 for none */
    bool wants_more; /* the kernel may hold more than one event's share */
    bool chain_damaged;
    enum error_kind chain_error;
    char chain_problem[OUTCOME_DETAIL_BYTES];
    uint8_t last_message; /* type of the newest handshake message received */
    int alert;
    bool notified; /* we sent close_notify */
    struct text request, response;
    struct probe_order order;
    probe_done *done;
    void *context;
    struct probe_result result;
};

static enum probe_state open_socket(struct probe *probe);
static enum probe_state finish_connect(struct probe *probe);
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
    [PROBE_HELLO] = { "hello", STAGE_HELLO, 5000, continue_handshake },
    [PROBE_CERTIFICATE] = { "certificate", STAGE_CERTIFICATE, 5000, continue_handshake },
    [PROBE_HANDSHAKING] = { "handshake", STAGE_HANDSHAKE, 5000, continue_handshake },
    /* a round trip and the server's decision about our missing certificate */
    [PROBE_SETTLING] = { "settle", STAGE_HANDSHAKE, 3000, settle },
    [PROBE_REQUESTING] = { "request", STAGE_REQUEST, 10000, exchange_request },
    [PROBE_FINISHED] = { "finish", STAGE_DONE, 0, NULL },
};

/* --- how it can end ------------------------------------------------------------------------------- */

static enum probe_state fail(struct probe *probe, enum outcome_class class, const char *format, ...)
    PRINTF_LIKE(3, 4);

static enum probe_state fail(struct probe *probe, enum outcome_class class, const char *format, ...)
{
    enum probe_state state = probe->reached > probe->state ? probe->reached : probe->state;
    char detail[OUTCOME_DETAIL_BYTES];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(detail, sizeof(detail), format, arguments);
    va_end(arguments);
    probe->result.outcome = outcome_make(steps[state].stage, class, "%s", detail);
    probe->result.outcome.alert = probe->alert;
    return PROBE_FINISHED;
}

static enum probe_state fail_errno(struct probe *probe, int number)
{
    return fail(probe, outcome_class_of_errno(number), "%s", strerror(number));
}

static enum probe_state succeed(struct probe *probe)
{
    struct probe_result *result = &probe->result;

    result->outcome = outcome_make(STAGE_DONE, CLASS_OK, "%s", "");
    if (result->http_status != 0)
        result->outcome = outcome_make(STAGE_DONE, CLASS_OK, "HTTP %d", result->http_status);
    else if (result->client_certificate_asked)
        result->outcome =
            outcome_make(STAGE_DONE, CLASS_OK, "went on without the client certificate it asked for");
    return PROBE_FINISHED;
}

static enum probe_state fail_alert(struct probe *probe)
{
    return fail(probe, CLASS_ALERT, "%s", SSL_alert_desc_string_long(probe->alert));
}

static enum probe_state fail_not_tls(struct probe *probe)
{
    char seen[4 * sizeof(probe->first) + 1];
    size_t used = 0;

    for (size_t i = 0; i < probe->first_bytes; i++) {
        uint8_t byte = probe->first[i];

        if (byte >= 0x20 && byte < 0x7f)
            seen[used++] = (char)byte;
        else
            used += (size_t)snprintf(seen + used, sizeof(seen) - used, "\\x%02x", byte);
    }
    seen[used] = '\0';
    return fail(probe, CLASS_NOT_TLS, "begins with \"%s\"", seen);
}

/* The connection is gone and nothing that came before it explains why. */
static enum probe_state fail_gone(struct probe *probe)
{
    if (probe->broken != 0)
        return fail_errno(probe, probe->broken);
    return fail(probe, CLASS_CLOSED, "the peer closed the connection");
}

/* What OpenSSL's queue says, newest last; the queue is empty afterwards. */
static enum probe_state fail_openssl(struct probe *probe)
{
    bool undecodable = false, oversize = false, memory = false;
    char reason[96] = "no reason given";
    unsigned long code;

    while ((code = ERR_get_error()) != 0) {
        const char *text = ERR_reason_error_string(code);

        oversize = oversize ||
                   (ERR_GET_LIB(code) == ERR_LIB_SSL && ERR_GET_REASON(code) == SSL_R_EXCESSIVE_MESSAGE_SIZE);
        memory = memory || ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE;
        undecodable =
            undecodable || ERR_GET_LIB(code) == ERR_LIB_ASN1 || ERR_GET_LIB(code) == ERR_LIB_X509 ||
            (ERR_GET_LIB(code) == ERR_LIB_SSL && (ERR_GET_REASON(code) == SSL_R_CERT_LENGTH_MISMATCH ||
                                                  ERR_GET_REASON(code) == SSL_R_LENGTH_MISMATCH));
        if (text != NULL && (strcmp(reason, "no reason given") == 0 || ERR_GET_LIB(code) == ERR_LIB_SSL))
            snprintf(reason, sizeof(reason), "%s", text);
    }
    if (memory)
        return fail(probe, CLASS_LOCAL_MEMORY, "%s", reason);
    if (probe->alert != OUTCOME_NO_ALERT)
        return fail_alert(probe);
    if (oversize)
        return fail(probe, CLASS_OVERSIZE, "a message larger than %d bytes", HANDSHAKE_CERTIFICATE_BYTES_MAX);
    /* the Certificate message came and cannot be read: the probe ended in it, not after it */
    if (probe->last_message == HANDSHAKE_CERTIFICATE && (probe->chain_damaged || undecodable)) {
        probe->reached = probe->state = PROBE_CERTIFICATE;
        return fail(probe, probe->chain_error == ERROR_LIMIT ? CLASS_OVERSIZE : CLASS_MALFORMED, "%s",
                    probe->chain_damaged ? probe->chain_problem : "a served certificate cannot be read");
    }
    return fail(probe, CLASS_PROTOCOL, "%s", reason);
}

/* --- bytes ---------------------------------------------------------------------------------------- */

/* Move what OpenSSL wants to say to the kernel. A failure is kept: what the peer said first counts more. */
static void flush(struct probe *probe)
{
    char *bytes;
    long size = BIO_get_mem_data(probe->to_peer, &bytes);
    ssize_t sent;

    if (size > 0) {
        text_append(&probe->unsent, bytes, (size_t)size);
        (void)BIO_reset(probe->to_peer);
    }
    if (probe->unsent.size == 0 || probe->broken != 0)
        return;
    sent = send(probe->socket, probe->unsent.bytes, probe->unsent.size, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != EINTR)
        probe->broken = errno;
    if (sent <= 0)
        return;
    probe->unsent.size -= (size_t)sent;
    memmove(probe->unsent.bytes, probe->unsent.bytes + sent, probe->unsent.size);
}

static void note_first(struct probe *probe, const uint8_t *bytes, size_t size)
{
    size_t room = sizeof(probe->first) - probe->first_bytes;

    if (size > room)
        size = room;
    memcpy(probe->first + probe->first_bytes, bytes, size);
    probe->first_bytes += size;
}

/* Take one event's share from the kernel. */
static void fill(struct probe *probe)
{
    uint8_t bytes[READ_BYTES];

    probe->wants_more = false;
    for (int turn = 0; turn < READ_TURNS && !probe->ended && probe->received <= probe->received_max; turn++) {
        ssize_t size = recv(probe->socket, bytes, sizeof(bytes), 0);

        if (size < 0) {
            if (errno != EAGAIN && errno != EINTR)
                probe->broken = errno;
            return;
        }
        if (size == 0) {
            probe->ended = true;
            return;
        }
        note_first(probe, bytes, (size_t)size);
        probe->received += (size_t)size;
        BIO_write(probe->from_peer, bytes, (int)size);
    }
    probe->wants_more = true;
}

/* Called for each message that OpenSSL reads or writes, before it acts on it. */
static void see_message(int sent, int version, int type, const void *bytes, size_t size, SSL *ssl,
                        void *argument)
{
    struct probe *probe = argument;
    const uint8_t *message = bytes;
    struct error err = { 0 };

    (void)version;
    if (sent)
        return;
    if (type == SSL3_RT_ALERT && size == 2) {
        /* in TLS 1.3 every alert but these two is fatal, whatever its level says (RFC 8446 section 6) */
        bool tls13 = probe->reached >= PROBE_CERTIFICATE && SSL_version(ssl) == TLS1_3_VERSION;

        if ((tls13 || message[0] == SSL3_AL_FATAL) && message[1] != SSL3_AD_CLOSE_NOTIFY &&
            message[1] != TLS1_AD_USER_CANCELLED)
            probe->alert = message[1];
        return;
    }
    if (type != SSL3_RT_HANDSHAKE || size == 0)
        return;
    probe->last_message = message[0];
    switch (message[0]) {
    case HANDSHAKE_SERVER_HELLO:
        if (!handshake_is_retry(message, size))
            probe->reached = PROBE_CERTIFICATE;
        return;
    case HANDSHAKE_CERTIFICATE:
        handshake_chain_clear(&probe->result.chain);
        if (!handshake_read_chain(message, size, SSL_version(ssl) == TLS1_3_VERSION, &probe->result.chain,
                                  &err)) {
            probe->chain_damaged = true;
            probe->chain_error = err.kind;
            snprintf(probe->chain_problem, sizeof(probe->chain_problem), "%.150s", err.message);
            return;
        }
        probe->reached = PROBE_HANDSHAKING;
        return;
    case HANDSHAKE_CERTIFICATE_REQUEST: probe->result.client_certificate_asked = true; return;
    default: return; /* the other messages are OpenSSL's alone */
    }
}

/* --- steps ---------------------------------------------------------------------------------------- */

static enum probe_state open_socket(struct probe *probe)
{
    int on = 1;

    probe->socket = socket(probe->order.address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (probe->socket < 0)
        return fail_errno(probe, errno);
    setsockopt(probe->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    probe->io = event_new(probe->order.base, probe->socket, 0, NULL, NULL);
    if (probe->io == NULL)
        return fail(probe, CLASS_LOCAL_MEMORY, "no event");
    if (connect(probe->socket, (const struct sockaddr *)&probe->order.address, probe->order.address_bytes) ==
            0 ||
        errno == EINPROGRESS)
        return PROBE_CONNECTING;
    return fail_errno(probe, errno);
}

static bool prepare_tls(struct probe *probe)
{
    probe->ssl = SSL_new(probe->order.context);
    probe->from_peer = BIO_new(BIO_s_mem());
    probe->to_peer = BIO_new(BIO_s_mem());
    if (probe->ssl == NULL || probe->from_peer == NULL || probe->to_peer == NULL) {
        BIO_free(probe->from_peer);
        BIO_free(probe->to_peer);
        return false;
    }
    BIO_set_mem_eof_return(probe->from_peer, -1); /* empty means "later", not "the end" */
    SSL_set_bio(probe->ssl, probe->from_peer, probe->to_peer);
    SSL_set_msg_callback(probe->ssl, see_message);
    SSL_set_msg_callback_arg(probe->ssl, probe);
    SSL_set_connect_state(probe->ssl);
    return probe->order.server_name == NULL ||
           SSL_set_tlsext_host_name(probe->ssl, probe->order.server_name) == 1;
}

/* Whether bytes must be refused before OpenSSL sees them. */
static bool is_refusable(struct probe *probe, enum probe_state *next)
{
    if (probe->state == PROBE_HELLO && !handshake_can_be_record(probe->first, probe->first_bytes))
        *next = fail_not_tls(probe);
    else if (probe->received > probe->received_max)
        *next = fail(probe, CLASS_OVERSIZE, "more than %zu bytes", probe->received_max);
    else
        return false;
    return true;
}

/* The group of the key exchange in TLS's own words (RFC 8446 section 4.2.7); RSA key exchange has none. */
static const char *group_name(SSL *ssl)
{
    static const char *const names[] = { "secp256r1", "secp384r1", "secp521r1", "x25519",    "x448",
                                         "ffdhe2048", "ffdhe3072", "ffdhe4096", "ffdhe6144", "ffdhe8192" };
    EVP_PKEY *key = NULL;
    const char *found = NULL;
    char group[64];
    size_t size;

    if (SSL_get_peer_tmp_key(ssl, &key) != 1)
        return NULL;
    if (EVP_PKEY_get_group_name(key, group, sizeof(group), &size) != 1)
        snprintf(group, sizeof(group), "%s", EVP_PKEY_get0_type_name(key));
    if (strcmp(group, "prime256v1") == 0) /* X9.62's name of the same curve */
        found = names[0];
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && found == NULL; i++) {
        if (strcasecmp(names[i], group) == 0)
            found = names[i];
    }
    if (found == NULL) /* a server's own Diffie-Hellman parameters, an uncommon curve */
        found = OBJ_nid2sn(EVP_PKEY_get_base_id(key));
    EVP_PKEY_free(key);
    return found;
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
    if (probe->order.depth == PROBE_DEPTH_REQUEST) {
        write_request(probe);
        SSL_write(probe->ssl, probe->request.bytes, (int)probe->request.size);
        flush(probe);
        probe->received_max = probe->received + RESPONSE_BYTES_MAX;
        return PROBE_REQUESTING;
    }
    if (!probe->result.client_certificate_asked || SSL_version(probe->ssl) != TLS1_3_VERSION)
        return succeed(probe);
    SSL_shutdown(probe->ssl);
    probe->notified = true;
    flush(probe);
    return PROBE_SETTLING;
}

static void note_agreement(struct probe *probe)
{
    const SSL_CIPHER *cipher = SSL_get_current_cipher(probe->ssl);

    if (probe->reached < PROBE_CERTIFICATE)
        return;
    if (cipher == NULL)
        cipher = SSL_get_pending_cipher(probe->ssl);
    probe->result.tls = SSL_get_version(probe->ssl);
    probe->result.cipher = cipher != NULL ? SSL_CIPHER_standard_name(cipher) : NULL;
    probe->result.group = group_name(probe->ssl);
    ERR_clear_error();
}

/* As far as the bytes at hand go. */
static enum probe_state shake_hands(struct probe *probe)
{
    int answer = SSL_do_handshake(probe->ssl);

    flush(probe);
    if (probe->chain_damaged)
        return fail_openssl(probe);
    if (answer == 1) {
        note_agreement(probe);
        if (probe->broken != 0) /* our Finished never left */
            return fail_gone(probe);
        return after_handshake(probe);
    }
    switch (SSL_get_error(probe->ssl, answer)) {
    case SSL_ERROR_WANT_READ: break;
    case SSL_ERROR_ZERO_RETURN: return fail(probe, CLASS_CLOSED, "close_notify in the handshake");
    default: return fail_openssl(probe);
    }
    if (!probe->wants_more && (probe->ended || probe->broken != 0))
        return fail_gone(probe);
    return probe->reached;
}

static enum probe_state continue_handshake(struct probe *probe)
{
    enum probe_state next;

    fill(probe);
    return is_refusable(probe, &next) ? next : shake_hands(probe);
}

static enum probe_state finish_connect(struct probe *probe)
{
    int number = 0;
    socklen_t size = sizeof(number);

    if (getsockopt(probe->socket, SOL_SOCKET, SO_ERROR, &number, &size) != 0)
        number = errno;
    if (number == ECONNRESET || number == EPIPE)
        probe->reached = PROBE_HELLO; /* a reset before the connection stands is ECONNREFUSED: it stood */
    if (number != 0)
        return fail_errno(probe, number);
    if (!prepare_tls(probe)) {
        ERR_clear_error();
        return fail(probe, CLASS_LOCAL_MEMORY, "no TLS connection");
    }
    probe->reached = PROBE_HELLO;
    return shake_hands(probe);
}

static enum probe_state settle(struct probe *probe)
{
    enum probe_state next;
    char bytes[1024];
    int answer, turns = 0;

    fill(probe);
    if (is_refusable(probe, &next))
        return next;
    do
        answer = SSL_read(probe->ssl, bytes, sizeof(bytes));
    while (answer > 0 && ++turns < READ_TURNS * READ_BYTES);
    flush(probe);
    if (probe->alert != OUTCOME_NO_ALERT) {
        ERR_clear_error();
        return fail_alert(probe);
    }
    switch (SSL_get_error(probe->ssl, answer)) {
    case SSL_ERROR_ZERO_RETURN: return succeed(probe); /* its close_notify */
    case SSL_ERROR_SSL: return fail_openssl(probe);
    default: break;
    }
    if (probe->broken != 0)
        return fail_gone(probe);
    return probe->ended ? succeed(probe) : PROBE_SETTLING;
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
    enum probe_state next;
    char bytes[4096];
    const char *end;
    int answer;

    fill(probe);
    while ((answer = SSL_read(probe->ssl, bytes, sizeof(bytes))) > 0) {
        text_append(&probe->response, bytes, (size_t)answer);
        end = memchr(probe->response.bytes, '\n', probe->response.size);
        if (end != NULL || probe->response.size > STATUS_LINE_BYTES) {
            probe->result.http_status = end != NULL ? read_status(probe->response.bytes) : 0;
            if (probe->result.http_status == 0)
                return fail(probe, CLASS_PROTOCOL, "no HTTP status line");
            return succeed(probe);
        }
    }
    flush(probe);
    if (is_refusable(probe, &next)) /* only now: a status line may be among the first of too many bytes */
        return next;
    if (probe->alert != OUTCOME_NO_ALERT) {
        ERR_clear_error();
        fail_alert(probe);
        /* the same refusal of our missing certificate that settle() meets, whatever we sent meanwhile */
        if (probe->result.client_certificate_asked)
            probe->result.outcome.stage = STAGE_HANDSHAKE;
        return PROBE_FINISHED;
    }
    switch (SSL_get_error(probe->ssl, answer)) {
    case SSL_ERROR_WANT_READ: break;
    case SSL_ERROR_ZERO_RETURN: return fail(probe, CLASS_CLOSED, "the peer closed without a response");
    default: return fail_openssl(probe);
    }
    if (!probe->wants_more && (probe->ended || probe->broken != 0))
        return fail_gone(probe);
    return PROBE_REQUESTING;
}

/* --- the door ------------------------------------------------------------------------------------- */

/*
 * After a success in good order; else by RST, so that no tarpit keeps our half of a connection.
 */
static void disconnect(struct probe *probe)
{
    struct linger at_once = { .l_onoff = 1, .l_linger = 0 };

    if (probe->io != NULL)
        event_free(probe->io);
    if (probe->timer != NULL)
        event_free(probe->timer);
    probe->io = probe->timer = NULL;
    if (probe->socket >= 0 && probe->state == PROBE_FINISHED && probe->result.outcome.class == CLASS_OK) {
        if (!probe->notified)
            SSL_shutdown(probe->ssl);
        flush(probe);
    } else if (probe->socket >= 0) {
        setsockopt(probe->socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    }
    if (probe->socket >= 0)
        close(probe->socket);
    probe->socket = -1;
    SSL_free(probe->ssl);
    probe->ssl = NULL;
    ERR_clear_error();
}

static void probe_free(struct probe *probe)
{
    disconnect(probe);
    text_clear(&probe->unsent);
    text_clear(&probe->request);
    text_clear(&probe->response);
    probe_result_clear(&probe->result);
    free((char *)(uintptr_t)probe->order.server_name);
    free((char *)(uintptr_t)probe->order.request_path);
    free(probe);
}

static void probe_finish(struct probe *probe)
{
    probe->result.elapsed_ms = clock_monotonic_ms() - probe->started_ms;
    if (probe->ssl != NULL && probe->result.tls == NULL)
        note_agreement(probe);
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

    if (probe->unsent.size > 0 && probe->broken == 0)
        what |= EV_WRITE;
    event_del(probe->io);
    event_assign(probe->io, probe->order.base, probe->socket, what, wake, probe);
    if (event_add(probe->io, &limit) != 0) {
        probe_enter(probe, fail(probe, CLASS_LOCAL_MEMORY, "the event loop takes no more"));
        return;
    }
    if (probe->wants_more)
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
    }
    probe->state = next;

    if (next == PROBE_FINISHED)
        probe_finish(probe);
    else
        wait_for_event(probe);
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
        probe_enter(probe, fail(probe, CLASS_TIMEOUT, "nothing more came in time"));
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
        .socket = -1,
        .received_max = HANDSHAKE_BYTES_MAX,
        .alert = OUTCOME_NO_ALERT,
        .order = *order,
        .done = done,
        .context = context,
        .result = { .started_at_ms = clock_now_unix_ms() },
    };
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
