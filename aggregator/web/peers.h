/*
 * The connections of the server, and what libevent's evhttp does not bound: how many there are, and how
 * long each may take altogether. A peer that trickles bytes gains nothing: time runs from the moment
 * its state began, not from its last byte.
 */
#pragma once

#include <stdint.h>

#include <event2/event.h>
#include <event2/http.h>

#define PEERS_MAX 256

/* Time for a whole request to arrive, or between two: header lines are few and short. */
#define PEERS_WAIT_MS 15000

/* Time for a peer to take a piece of an answer; also covers the longest statement (worker.h). */
#define PEERS_WORK_MS 60000

struct peers;

/*
 * Watch all connections of `http` whose socket listens as `bound`: new ones are left in the kernel's
 * queue while there are PEERS_MAX. `swept` is called from the loop about twice a second.
 */
struct peers *peers_new(struct event_base *base, struct evhttp *http, struct evhttp_bound_socket *bound,
                        void (*swept)(void *context), void *context);
void peers_free(struct peers *peers); /* NULL is fine; evhttp's connections stay its own */

/* A whole request has come in, or a piece of its answer has gone out: time starts anew. */
void peers_working(struct peers *peers, struct evhttp_request *request);

/* The answer is on its way: the next request is waited for. */
void peers_waiting(struct peers *peers, struct evhttp_request *request);

size_t peers_count(const struct peers *peers);
