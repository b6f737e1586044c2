#include "aggregator/web/peers.h"

#include <stdlib.h>
#include <sys/socket.h>

#include <event2/bufferevent.h>
#include <event2/listener.h>

#include "schema/base/clock.h"
#include "schema/base/text.h"

#define SWEEP_MS 500

struct peer {
    /* a reference of ours: valid, and its socket open, after evhttp has let go of it */
    struct bufferevent *stream;
    int64_t since_ms;
    bool working;
    struct peer *next;
};

struct peers {
    struct evconnlistener *listener;
    struct event_base *base;
    struct event *sweep;
    struct peer *first;
    size_t count;
    void (*swept)(void *context);
    void *context;
};

/*
 * evhttp clears a connection's callbacks when it frees it and tells nobody else; since we hold a
 * reference we can still look.
 */
static bool is_gone(const struct peer *peer)
{
    bufferevent_data_cb read, write;
    bufferevent_event_cb event;
    void *context;

    bufferevent_getcb(peer->stream, &read, &write, &event, &context);
    return read == NULL && write == NULL && event == NULL;
}

static void end_when_late(struct peer *peer, int64_t now_ms)
{
    int64_t limit_ms = peer->working ? PEERS_WORK_MS : PEERS_WAIT_MS;

    if (now_ms - peer->since_ms > limit_ms)
        shutdown(bufferevent_getfd(peer->stream), SHUT_RDWR); /* evhttp sees the end and cleans up */
}

static void sweep(evutil_socket_t fd, short what, void *context)
{
    struct peers *peers = context;
    int64_t now_ms = clock_monotonic_ms();

    (void)fd;
    (void)what;
    for (struct peer **at = &peers->first; *at != NULL;) {
        struct peer *peer = *at;

        if (!is_gone(peer)) {
            end_when_late(peer, now_ms);
            at = &peer->next;
            continue;
        }
        *at = peer->next;
        bufferevent_decref(peer->stream);
        free(peer);
        peers->count--;
    }
    if (peers->count < PEERS_MAX)
        evconnlistener_enable(peers->listener);
    peers->swept(peers->context);
}

/*
 * Called by evhttp for each connection it has just accepted. The socket is closed with our reference and
 * not before: otherwise the next connection could get its number while the old stream still reads from it.
 */
static struct bufferevent *welcome(struct event_base *base, void *context)
{
    struct peers *peers = context;
    struct peer *peer = memory_new(sizeof(*peer));

    *peer = (struct peer){ .stream = bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE),
                           .since_ms = clock_monotonic_ms(),
                           .next = peers->first };
    if (peer->stream == NULL) {
        free(peer);
        return NULL;
    }
    bufferevent_incref(peer->stream);
    peers->first = peer;
    if (++peers->count >= PEERS_MAX)
        evconnlistener_disable(peers->listener);
    return peer->stream;
}

struct peers *peers_new(struct event_base *base, struct evhttp *http, struct evhttp_bound_socket *bound,
                        void (*swept)(void *context), void *context)
{
    struct peers *peers = memory_new(sizeof(*peers));
    const struct timeval each = { .tv_usec = SWEEP_MS * 1000 };

    *peers = (struct peers){
        .listener = evhttp_bound_socket_get_listener(bound), .base = base, .swept = swept, .context = context
    };
    peers->sweep = event_new(base, -1, EV_PERSIST, sweep, peers);
    if (peers->sweep == NULL || event_add(peers->sweep, &each) != 0) {
        peers_free(peers);
        return NULL;
    }
    evhttp_set_bevcb(http, welcome, peers);
    return peers;
}

void peers_free(struct peers *peers)
{
    if (peers == NULL)
        return;
    while (peers->first != NULL) {
        struct peer *peer = peers->first;

        peers->first = peer->next;
        bufferevent_decref(peer->stream);
        free(peer);
    }
    if (peers->sweep != NULL)
        event_free(peers->sweep);
    free(peers);
}

static void enter(struct peers *peers, struct evhttp_request *request, bool working)
{
    struct evhttp_connection *connection = evhttp_request_get_connection(request);
    struct bufferevent *stream = connection != NULL ? evhttp_connection_get_bufferevent(connection) : NULL;

    for (struct peer *peer = peers->first; stream != NULL && peer != NULL; peer = peer->next) {
        if (peer->stream == stream) {
            peer->working = working;
            peer->since_ms = clock_monotonic_ms();
            return;
        }
    }
}

void peers_working(struct peers *peers, struct evhttp_request *request)
{
    enter(peers, request, true);
}

void peers_waiting(struct peers *peers, struct evhttp_request *request)
{
    enter(peers, request, false);
}

size_t peers_count(const struct peers *peers)
{
    return peers->count;
}
