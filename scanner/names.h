/*
 * Names to addresses, on the event loop, with an absolute limit per lookup. A and AAAA are two
 * questions with two answers: one that fails makes the other's addresses `incomplete`, never absent.
 * /etc/hosts is asked first, as every client on this machine would.
 *
 * Silence of our own resolver is our trouble (local_resolver), silence about one name is the name's: to tell them
 * apart, a resolver that is silent is asked for localhost, which it need not ask others for (RFC 6761 section 6.3).
 */
#pragma once

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>

#include <event2/event.h>

#include "schema/tls/outcome.h"

/* libevent hands on at most this many addresses of a type: an answer as long may be longer. */
#define NAMES_ADDRESSES_OF_A_TYPE 32

/*
 * Lookups that may be in flight: a resolver takes no more datagrams at once, and what waited here to be asked would be
 * called silent for it.
 */
#define NAMES_LOOKUPS_MAX 512

struct names_answer {
    char (*addresses)[INET6_ADDRSTRLEN]; /* IPv4 first; each once */
    size_t count;
    bool incomplete;          /* there may be more addresses than these */
    enum outcome_class class; /* CLASS_OK exactly when there is an address */
    char detail[OUTCOME_DETAIL_BYTES];
};

struct names;

/* Called once, from the loop, never from inside names_resolve(). The answer is borrowed. */
typedef void names_done(void *context, const struct names_answer *answer);

/*
 * `server` is "address" or "address:port", NULL means /etc/resolv.conf. Having no server is no error:
 * each lookup then ends as local_resolver.
 */
struct names *names_new(struct event_base *base, const char *server, int limit_ms, struct error *err);
/* With no more than NAMES_LOOKUPS_MAX in flight. */
void names_resolve(struct names *names, const char *name, names_done *done, void *context);
/* Whether libevent has told of every question's end: of those that were given up it does in the loop's next turns. */
bool names_are_quiet(const struct names *names);
void names_free(struct names *names); /* when no lookup is in flight; NULL is fine */

struct names_health {
    uint64_t asked, answered; /* questions; an answer that says no is an answer */
    uint64_t late;            /* questions without any answer in time */
    size_t in_flight;         /* lookups */
};

struct names_health names_health(const struct names *names);

/* The class of a name by what its two questions ended with: libevent's DNS_ERR_ numbers. Pure. */
enum outcome_class names_judge(int ipv4, int ipv6, size_t addresses, bool resolver_lives, bool *incomplete);
