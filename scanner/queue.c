#include "scanner/queue.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

/* A chain of one or two at the rates that one machine reaches. */
#define BUCKETS 16384

/* Where a peer is: nowhere while nothing of it waits, or while it is itself at its cap. */
enum standing {
    STANDING_NOWHERE,
    STANDING_READY,  /* among those whose turn comes */
    STANDING_PARKED, /* its network is at its cap */
};

struct network;

/* An address of which something waits or is in flight. */
struct peer {
    LIST_ENTRY(peer) chain;
    TAILQ_ENTRY(peer) link;
    uint8_t key[16];
    enum standing standing;
    struct network *network;
    int in_flight;
    struct attempt_list waiting;
    size_t waiting_count;
};

TAILQ_HEAD(peer_list, peer);

struct network {
    LIST_ENTRY(network) chain;
    uint8_t key[16];
    int in_flight;
    size_t peers;
    struct peer_list parked;
};

struct queue {
    struct queue_caps caps;
    struct peer_list ready;
    size_t count, blocked;
    LIST_HEAD(, peer) peers[BUCKETS];
    LIST_HEAD(, network) networks[BUCKETS];
};

/* --- peers and networks --------------------------------------------------------------------------- */

/* An IPv6 address; IPv4 is mapped into it, so that both ways to write one address are one peer. */
static void make_key(const struct sockaddr_storage *address, uint8_t key[16])
{
    static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

    if (address->ss_family == AF_INET) {
        memcpy(key, mapped, sizeof(mapped));
        memcpy(key + sizeof(mapped), &((const struct sockaddr_in *)address)->sin_addr, 4);
    } else {
        memcpy(key, &((const struct sockaddr_in6 *)address)->sin6_addr, 16);
    }
}

static void make_network_key(const uint8_t address[16], uint8_t key[16])
{
    bool ipv4 = IN6_IS_ADDR_V4MAPPED((const struct in6_addr *)address);
    size_t kept = ipv4 ? 15 : 6;

    memset(key, 0, 16);
    memcpy(key, address, kept);
}

/* FNV-1a */
static size_t bucket_of(const uint8_t key[16])
{
    uint32_t hash = 2166136261U;

    for (int i = 0; i < 16; i++)
        hash = (hash ^ key[i]) * 16777619U;
    return hash % BUCKETS;
}

static struct network *network_of(struct queue *queue, const uint8_t address[16])
{
    uint8_t key[16];
    struct network *network;
    size_t bucket;

    make_network_key(address, key);
    bucket = bucket_of(key);
    LIST_FOREACH(network, &queue->networks[bucket], chain)
    {
        if (memcmp(network->key, key, sizeof(key)) == 0)
            return network;
    }
    network = memory_new(sizeof(*network));
    memcpy(network->key, key, sizeof(key));
    TAILQ_INIT(&network->parked);
    LIST_INSERT_HEAD(&queue->networks[bucket], network, chain);
    return network;
}

static struct peer *peer_of(struct queue *queue, const struct sockaddr_storage *address)
{
    uint8_t key[16];
    struct peer *peer;
    size_t bucket;

    make_key(address, key);
    bucket = bucket_of(key);
    LIST_FOREACH(peer, &queue->peers[bucket], chain)
    {
        if (memcmp(peer->key, key, sizeof(key)) == 0)
            return peer;
    }
    peer = memory_new(sizeof(*peer));
    memcpy(peer->key, key, sizeof(key));
    TAILQ_INIT(&peer->waiting);
    LIST_INSERT_HEAD(&queue->peers[bucket], peer, chain);
    peer->network = network_of(queue, key);
    peer->network->peers++;
    return peer;
}

static void forget_idle(struct peer *peer)
{
    struct network *network = peer->network;

    if (peer->waiting_count > 0 || peer->in_flight > 0)
        return;
    LIST_REMOVE(peer, chain);
    free(peer);
    if (--network->peers > 0)
        return;
    LIST_REMOVE(network, chain);
    free(network);
}

/* --- whose turn it is ----------------------------------------------------------------------------- */

static void leave(struct queue *queue, struct peer *peer)
{
    if (peer->standing == STANDING_READY)
        TAILQ_REMOVE(&queue->ready, peer, link);
    else if (peer->standing == STANDING_PARKED)
        TAILQ_REMOVE(&peer->network->parked, peer, link);
    if (peer->standing != STANDING_READY)
        queue->blocked -= peer->waiting_count;
    peer->standing = STANDING_NOWHERE;
}

/* Where a peer belongs now; `first`: it was at its turn and goes on. */
static void settle(struct queue *queue, struct peer *peer, bool first)
{
    bool own_cap = peer->in_flight >= queue->caps.per_address;
    bool network_cap = peer->network->in_flight >= queue->caps.per_network;

    if (peer->waiting_count == 0)
        return;
    if (own_cap || network_cap)
        queue->blocked += peer->waiting_count;
    if (own_cap)
        return;
    peer->standing = network_cap ? STANDING_PARKED : STANDING_READY;
    if (network_cap)
        TAILQ_INSERT_TAIL(&peer->network->parked, peer, link);
    else if (first)
        TAILQ_INSERT_HEAD(&queue->ready, peer, link);
    else
        TAILQ_INSERT_TAIL(&queue->ready, peer, link);
}

void queue_add(struct queue *queue, struct attempt *attempt)
{
    struct peer *peer = peer_of(queue, &attempt->errand.address);

    attempt->peer = peer;
    TAILQ_INSERT_TAIL(&peer->waiting, attempt, link);
    queue->count++;
    if (peer->waiting_count++ == 0)
        settle(queue, peer, false);
    else if (peer->standing != STANDING_READY)
        queue->blocked++;
}

struct attempt *queue_next(struct queue *queue)
{
    struct peer *peer;

    while ((peer = TAILQ_FIRST(&queue->ready)) != NULL) {
        if (peer->network->in_flight < queue->caps.per_network)
            return TAILQ_FIRST(&peer->waiting);
        leave(queue, peer); /* others of its network were faster */
        settle(queue, peer, false);
    }
    return NULL;
}

void queue_take(struct queue *queue, struct attempt *attempt)
{
    struct peer *peer = attempt->peer;

    leave(queue, peer);
    TAILQ_REMOVE(&peer->waiting, attempt, link);
    peer->waiting_count--;
    queue->count--;
    peer->in_flight++;
    peer->network->in_flight++;
    settle(queue, peer, true);
}

void queue_ended(struct queue *queue, const struct attempt *attempt)
{
    struct peer *peer = attempt->peer, *parked = TAILQ_FIRST(&peer->network->parked);

    if (parked != NULL)
        leave(queue, parked);
    if (peer != parked)
        leave(queue, peer);
    peer->in_flight--;
    peer->network->in_flight--;
    if (parked != NULL)
        settle(queue, parked, false);
    if (peer != parked)
        settle(queue, peer, false);
    forget_idle(peer);
}

/* --- the whole ------------------------------------------------------------------------------------ */

struct queue *queue_new(const struct queue_caps *caps)
{
    struct queue *queue = memory_new(sizeof(*queue));

    queue->caps = *caps;
    TAILQ_INIT(&queue->ready);
    return queue;
}

static void drop_peer(struct queue *queue, struct peer *peer)
{
    struct attempt *attempt;

    leave(queue, peer);
    while ((attempt = TAILQ_FIRST(&peer->waiting)) != NULL) {
        TAILQ_REMOVE(&peer->waiting, attempt, link);
        attempt_free(attempt);
    }
    peer->waiting_count = 0;
    forget_idle(peer);
}

void queue_free(struct queue *queue)
{
    if (queue == NULL)
        return;
    for (size_t i = 0; i < BUCKETS; i++) {
        struct peer *peer;

        while ((peer = LIST_FIRST(&queue->peers[i])) != NULL)
            drop_peer(queue, peer);
    }
    free(queue);
}

size_t queue_count(const struct queue *queue)
{
    return queue->count;
}

size_t queue_blocked(const struct queue *queue)
{
    return queue->blocked;
}
