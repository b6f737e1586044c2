#include "aggregator/web/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <event2/listener.h>

#include "aggregator/web/layout.h"
#include "aggregator/web/peers.h"
#include "aggregator/web/route.h"
#include "schema/base/log.h"

/* A browser sends under 2 KiB of headers; cookies are none of ours. libevent lets a read more pass. */
#define HEADERS_MAX_BYTES 16384

/* What the kernel may hold for a reader that does not read. */
#define SEND_BUFFER_BYTES 65536

/* How long running answers may still take after SIGTERM. */
#define GOODBYE_S 3

struct exchange {
    struct server *server;
    struct evhttp_request *http;
    struct job *job;
    bool streaming; /* the head of the answer is out */
    struct exchange *next;
};

struct server {
    const struct server_settings *settings;
    struct event_base *base;
    struct evhttp *http;
    struct peers *peers;
    struct workers *workers;
    struct event *ready, *goodbye, *signals[2];
    struct evconnlistener *listener;
    struct exchange *first; /* with a worker */
    bool local, stopping;
};

static const struct {
    const char *name, *value;
} headers[] = {
    { "Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
                                 "form-action 'none'; frame-ancestors 'none'" },
    { "X-Content-Type-Options", "nosniff" },
    { "Referrer-Policy", "no-referrer" },
    { "Cross-Origin-Resource-Policy", "same-origin" },
    { "Vary", "Accept-Language" },
};

bool server_host_is_local(const char *host)
{
    static const char *const names[] = { "localhost", "127.0.0.1", "[::1]" };

    for (size_t i = 0; host != NULL && i < sizeof(names) / sizeof(names[0]); i++) {
        size_t size = strlen(names[i]);

        if (strncasecmp(host, names[i], size) == 0 && (host[size] == '\0' || host[size] == ':'))
            return true;
    }
    return host != NULL && text_starts(host, "127.") && strspn(host, "0123456789.:") == strlen(host);
}

static void add_headers(struct evhttp_request *http, const struct reply *reply)
{
    struct evkeyvalq *out = evhttp_request_get_output_headers(http);
    struct text value = { 0 };

    for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
        evhttp_add_header(out, headers[i].name, headers[i].value);
    evhttp_add_header(out, "Content-Type", reply->type);
    evhttp_add_header(out, "Cache-Control", reply->lasting ? "max-age=31536000, immutable" : "no-store");
    if (reply->file != NULL) {
        text_format(&value, "attachment; filename=\"%s\"", reply->file);
        evhttp_add_header(out, "Content-Disposition", text_string(&value));
        text_clear(&value);
    }
    if (reply->status == 503)
        evhttp_add_header(out, "Retry-After", "5");
}

static void free_bytes(const void *data, size_t size, void *extra)
{
    (void)data;
    (void)size;
    free(extra);
}

/* The piece's memory goes with the buffer. */
static struct evbuffer *buffer_of(struct text *piece)
{
    struct evbuffer *buffer = evbuffer_new();
    size_t size = piece->size;
    char *bytes = text_take(piece);

    if (buffer == NULL || evbuffer_add_reference(buffer, bytes, size, free_bytes, bytes) != 0)
        free(bytes);
    return buffer;
}

/* All of it in one go. */
static void send_whole(struct server *server, struct evhttp_request *http, struct reply *reply,
                       struct text *body)
{
    struct evbuffer *buffer = buffer_of(body);

    add_headers(http, reply);
    peers_waiting(server->peers, http);
    evhttp_send_reply(http, reply->status, NULL, buffer);
    if (buffer != NULL)
        evbuffer_free(buffer);
}

static void send_problem(struct server *server, struct evhttp_request *http, const struct request *request,
                         int status)
{
    struct reply reply = { .type = "text/html; charset=utf-8" };

    layout_problem(&reply, request, status);
    send_whole(server, http, &reply, &reply.body);
    reply_clear(&reply);
}

static int status_of(const struct error *err)
{
    switch (err->kind) {
    case ERROR_ABSENT: return 404;
    case ERROR_FORMAT: return 400;
    default: return 500;
    }
}

static void piece_is_sent(struct evhttp_connection *connection, void *context)
{
    struct exchange *exchange = context;

    (void)connection;
    peers_working(exchange->server->peers, exchange->http);
    workers_sent(exchange->job);
}

static void send_piece(struct exchange *exchange, struct text *piece)
{
    struct evbuffer *buffer;

    if (!exchange->streaming) {
        add_headers(exchange->http, &exchange->job->reply);
        evhttp_send_reply_start(exchange->http, exchange->job->reply.status, NULL);
        exchange->streaming = true;
    }
    buffer = buffer_of(piece);
    if (buffer == NULL)
        return;
    evhttp_send_reply_chunk_with_cb(exchange->http, buffer, piece_is_sent, exchange);
    evbuffer_free(buffer);
}

/*
 * The last that is done with an exchange. A list that broke off in the middle ends its connection,
 * so that the reader cannot take the part for the whole.
 */
static void end_exchange(struct exchange *exchange, struct text *piece)
{
    struct server *server = exchange->server;
    struct job *job = exchange->job;
    struct evhttp_connection *connection = evhttp_request_get_connection(exchange->http);

    if (exchange->streaming && !job->ok && connection != NULL) {
        evhttp_connection_free(connection); /* the request goes with it */
    } else if (exchange->streaming) {
        struct evbuffer *buffer = buffer_of(piece);

        peers_waiting(server->peers, exchange->http);
        if (buffer != NULL) {
            evhttp_send_reply_chunk(exchange->http, buffer);
            evbuffer_free(buffer);
        }
        evhttp_send_reply_end(exchange->http);
    } else if (job->ok) {
        send_whole(server, exchange->http, &job->reply, piece);
    } else {
        send_problem(server, exchange->http, &job->request, status_of(&job->err));
    }
    text_clear(piece);
    job_free(job);
    free(exchange);
}

static void leave_when_done(struct server *server)
{
    if (server->stopping && server->first == NULL)
        event_base_loopexit(server->base, NULL);
}

/* Workers have news: look at every exchange that is with them. */
static void serve_ready(evutil_socket_t fd, short what, void *context)
{
    struct server *server = context;

    (void)fd;
    (void)what;
    workers_acknowledge(server->workers);
    for (struct exchange **at = &server->first; *at != NULL;) {
        struct exchange *exchange = *at;
        struct text piece = { 0 };
        bool last = false;

        if (!workers_take(exchange->job, &piece, &last)) {
            at = &exchange->next;
        } else if (!last) {
            send_piece(exchange, &piece);
            at = &exchange->next;
        } else {
            *at = exchange->next;
            end_exchange(exchange, &piece);
        }
    }
    leave_when_done(server);
}

/* A reader that went away while its list was being made. */
static void cancel_gone(void *context)
{
    struct server *server = context;

    for (struct exchange *at = server->first; at != NULL; at = at->next) {
        if (evhttp_request_get_connection(at->http) == NULL)
            workers_cancel(at->job);
    }
}

static void answer_at_once(struct server *server, struct evhttp_request *http, struct job *job)
{
    struct page page = { .request = &job->request, .reply = &job->reply };

    job->ok = job->route->answer(&page, &job->err);
    if (job->ok)
        send_whole(server, http, &job->reply, &job->reply.body);
    else
        send_problem(server, http, &job->request, status_of(&job->err));
    job_free(job);
}

static void take_request(struct evhttp_request *http, void *context)
{
    struct server *server = context;
    struct evkeyvalq *in = evhttp_request_get_input_headers(http);
    struct job *job = job_new(NULL, NULL);
    struct exchange *exchange;

    peers_working(server->peers, http);
    if (!request_parse(evhttp_request_get_uri(http), evhttp_find_header(in, "Accept-Language"), &job->request,
                       &job->err)) {
        send_problem(server, http, &job->request, 400);
        job_free(job);
        return;
    }
    if (server->local && !server_host_is_local(evhttp_find_header(in, "Host"))) {
        send_problem(server, http, &job->request, 421);
        job_free(job);
        return;
    }
    job->route = route_find(server->settings->routes, &job->request);
    if (job->route == NULL) {
        send_problem(server, http, &job->request, 404);
        job_free(job);
        return;
    }
    if (job->route->lane == LANE_LOOP) {
        answer_at_once(server, http, job);
        return;
    }
    exchange = memory_new(sizeof(*exchange));
    *exchange = (struct exchange){ .server = server, .http = http, .job = job };
    job->owner = exchange;
    if (!workers_submit(server->workers, job)) {
        send_problem(server, http, &job->request, 503);
        job_free(job);
        free(exchange);
        return;
    }
    exchange->next = server->first;
    server->first = exchange;
}

static void say_goodbye(evutil_socket_t fd, short what, void *context)
{
    struct server *server = context;
    const struct timeval patience = { .tv_sec = GOODBYE_S };

    (void)fd;
    (void)what;
    server->stopping = true;
    evconnlistener_disable(server->listener);
    event_base_loopexit(server->base, &patience);
    leave_when_done(server);
}

static bool bind_server(struct server *server, int *port, struct error *err)
{
    const struct server_settings *settings = server->settings;
    struct evhttp_bound_socket *bound =
        evhttp_bind_socket_with_handle(server->http, settings->address, (ev_uint16_t)settings->port);
    const int send_bytes = SEND_BUFFER_BYTES;
    struct sockaddr_storage address;
    socklen_t size = sizeof(address);

    if (bound == NULL)
        return error_errno(err, "listen on %s port %d", settings->address, settings->port);
    /* Connections inherit it. */
    if (setsockopt(evhttp_bound_socket_get_fd(bound), SOL_SOCKET, SO_SNDBUF, &send_bytes,
                   sizeof(send_bytes)) != 0)
        return error_errno(err, "SO_SNDBUF");
    if (getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&address, &size) != 0)
        return error_errno(err, "getsockname");
    server->local = address.ss_family == AF_INET
                        ? (ntohl(((struct sockaddr_in *)&address)->sin_addr.s_addr) >> 24) == 127
                        : IN6_IS_ADDR_LOOPBACK(&((struct sockaddr_in6 *)&address)->sin6_addr);
    *port = ntohs(address.ss_family == AF_INET ? ((struct sockaddr_in *)&address)->sin_port
                                               : ((struct sockaddr_in6 *)&address)->sin6_port);
    server->listener = evhttp_bound_socket_get_listener(bound);
    server->peers = peers_new(server->base, server->http, bound, cancel_gone, server);
    return server->peers != NULL || error_set(err, ERROR_SYSTEM, "the event loop refused a timer");
}

static void set_limits(struct evhttp *http)
{
    evhttp_set_allowed_methods(http, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD);
    evhttp_set_max_headers_size(http, HEADERS_MAX_BYTES);
    evhttp_set_max_body_size(http, 0);
    evhttp_set_timeout(http, 2 * PEERS_WORK_MS / 1000); /* of silence; peers.h bounds the whole */
    evhttp_set_default_content_type(http, NULL);
}

static bool add_events(struct server *server, struct error *err)
{
    static const int stops[] = { SIGTERM, SIGINT };
    bool ok;

    server->ready =
        event_new(server->base, workers_fd(server->workers), EV_READ | EV_PERSIST, serve_ready, server);
    ok = server->ready != NULL && event_add(server->ready, NULL) == 0;
    for (size_t i = 0; i < 2; i++) {
        server->signals[i] = evsignal_new(server->base, stops[i], say_goodbye, server);
        ok = ok && server->signals[i] != NULL && event_add(server->signals[i], NULL) == 0;
    }
    return ok || error_set(err, ERROR_SYSTEM, "the event loop refused an event");
}

/* After the loop: whoever is still waited for gets no answer. */
static void close_server(struct server *server)
{
    workers_stop(server->workers);
    while (server->first != NULL) {
        struct exchange *exchange = server->first;

        server->first = exchange->next;
        if (evhttp_request_get_connection(exchange->http) == NULL)
            evhttp_request_free(exchange->http);
        job_free(exchange->job);
        free(exchange);
    }
    if (server->http != NULL)
        evhttp_free(server->http);
    peers_free(server->peers);
    for (size_t i = 0; i < 2; i++) {
        if (server->signals[i] != NULL)
            event_free(server->signals[i]);
    }
    if (server->ready != NULL)
        event_free(server->ready);
    if (server->base != NULL)
        event_base_free(server->base);
}

bool server_run(const struct server_settings *settings, void (*listening)(const char *address, int port),
                struct error *err)
{
    struct server server = { .settings = settings, .base = event_base_new() };
    bool ok = false;
    int port = 0;

    signal(SIGPIPE, SIG_IGN);
    server.http = server.base != NULL ? evhttp_new(server.base) : NULL;
    if (server.http == NULL) {
        error_set(err, ERROR_SYSTEM, "libevent could not start");
        goto done;
    }
    set_limits(server.http);
    evhttp_set_gencb(server.http, take_request, &server);
    server.workers = workers_start(&settings->workers, err);
    if (server.workers == NULL || !bind_server(&server, &port, err) || !add_events(&server, err))
        goto done;
    listening(settings->address, port);
    ok = event_base_dispatch(server.base) == 0 || error_set(err, ERROR_SYSTEM, "the event loop failed");
done:
    close_server(&server);
    return ok;
}
