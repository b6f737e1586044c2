#include "scanner/pace.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "schema/base/text.h"

/* Fewer in flight than this would let one slow peer stop a small scan. */
#define ROOM_MIN 16
/* Head room over rate × occupancy, since occupancy varies. */
#define ROOM_FACTOR 2
/* How much one new measure counts: the mean follows the last dozens of probes. */
#define OCCUPANCY_WEIGHT 0.05
/* Starts that were missed while the loop was busy are made up for within this time, not more. */
#define BURST_US 20000

#define BUCKETS 4096

/* Something with probes in flight: an address or a network. */
struct place {
    struct place *next;
    uint8_t key[17]; /* bits of the prefix, then an IPv6 address with IPv4 mapped into it */
    int in_flight;
};

struct pace {
    struct pace_limits limits;
    int64_t next_us;
    double occupancy_us; /* running mean */
    size_t in_flight;
    double squeeze; /* 1: none; below: our own shortage was met lately */
    uint64_t random;
    struct place *places[BUCKETS];
};

struct pace *pace_new(const struct pace_limits *limits, int64_t now_us)
{
    struct pace *pace = memory_new(sizeof(*pace));

    pace->limits = *limits;
    pace->next_us = now_us;
    pace->squeeze = 1;
    pace->random = limits->seed | 1;
    return pace;
}

void pace_free(struct pace *pace)
{
    if (pace == NULL)
        return;
    for (size_t i = 0; i < BUCKETS; i++) {
        for (struct place *place = pace->places[i], *next; place != NULL; place = next) {
            next = place->next;
            free(place);
        }
    }
    free(pace);
}

/* xorshift64: jitter needs no better */
static double random_share(struct pace *pace)
{
    pace->random ^= pace->random << 13;
    pace->random ^= pace->random >> 7;
    pace->random ^= pace->random << 17;
    return (double)(pace->random >> 11) / (double)(UINT64_C(1) << 53);
}

static void make_key(const struct sockaddr_storage *address, bool network, uint8_t key[17])
{
    static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
    bool ipv4 = address->ss_family == AF_INET;
    size_t kept = network ? (ipv4 ? 15 : 6) : 16;

    memset(key, 0, 17);
    key[0] = (uint8_t)kept;
    if (ipv4) {
        memcpy(key + 1, mapped, sizeof(mapped));
        memcpy(key + 1 + sizeof(mapped), &((const struct sockaddr_in *)address)->sin_addr, 4);
    } else {
        memcpy(key + 1, &((const struct sockaddr_in6 *)address)->sin6_addr, 16);
    }
    memset(key + 1 + kept, 0, 16 - kept);
}

/* FNV-1a */
static size_t bucket_of(const uint8_t key[17])
{
    uint32_t hash = 2166136261U;

    for (int i = 0; i < 17; i++)
        hash = (hash ^ key[i]) * 16777619U;
    return hash % BUCKETS;
}

/* Where the place hangs, or where it would. */
static struct place **find_place(struct place *const *places, const uint8_t key[17])
{
    struct place **at = (struct place **)(uintptr_t)&places[bucket_of(key)];

    while (*at != NULL && memcmp((*at)->key, key, 17) != 0)
        at = &(*at)->next;
    return at;
}

static int in_flight_at(const struct pace *pace, const struct sockaddr_storage *address, bool network)
{
    uint8_t key[17];
    const struct place *place;

    make_key(address, network, key);
    place = *find_place(pace->places, key);
    return place != NULL ? place->in_flight : 0;
}

static void add_at(struct pace *pace, const struct sockaddr_storage *address, bool network, int change)
{
    uint8_t key[17];
    struct place **at, *place;

    make_key(address, network, key);
    at = find_place(pace->places, key);
    if (*at == NULL) {
        *at = memory_new(sizeof(**at));
        memcpy((*at)->key, key, 17);
    }
    place = *at;
    place->in_flight += change;
    if (place->in_flight == 0) {
        *at = place->next;
        free(place);
    }
}

int64_t pace_wait_us(const struct pace *pace, int64_t now_us)
{
    return pace->next_us > now_us ? pace->next_us - now_us : 0;
}

size_t pace_room(const struct pace *pace)
{
    double room = ROOM_FACTOR * pace->limits.rate * pace->occupancy_us / 1e6 + ROOM_MIN;

    room *= pace->squeeze;
    if (room > pace->limits.in_flight_max)
        room = pace->limits.in_flight_max;
    return room < 1 ? 1 : (size_t)room;
}

bool pace_has_room(const struct pace *pace)
{
    return pace->in_flight < pace_room(pace);
}

bool pace_admits(const struct pace *pace, const struct sockaddr_storage *address)
{
    return in_flight_at(pace, address, false) < pace->limits.per_address &&
           in_flight_at(pace, address, true) < pace->limits.per_network;
}

void pace_started(struct pace *pace, const struct sockaddr_storage *address, int64_t now_us)
{
    double gap_us = 1e6 / pace->limits.rate * (0.5 + random_share(pace)); /* the mean stays */

    if (pace->next_us < now_us - BURST_US)
        pace->next_us = now_us - BURST_US;
    pace->next_us += (int64_t)gap_us;
    pace->in_flight++;
    add_at(pace, address, false, 1);
    add_at(pace, address, true, 1);
}

void pace_ended(struct pace *pace, const struct sockaddr_storage *address, int64_t took_us, bool ours)
{
    pace->in_flight--;
    add_at(pace, address, false, -1);
    add_at(pace, address, true, -1);
    if (ours) {
        pace->squeeze /= 2;
        return;
    }
    pace->occupancy_us += OCCUPANCY_WEIGHT * ((double)took_us - pace->occupancy_us);
    pace->squeeze += (1 - pace->squeeze) * OCCUPANCY_WEIGHT;
}

size_t pace_in_flight(const struct pace *pace)
{
    return pace->in_flight;
}
