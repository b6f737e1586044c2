#include "scanner/names.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <event2/dns.h>

#include "schema/base/clock.h"
#include "schema/base/input.h"
#include "schema/base/log.h"
#include "schema/base/text.h"

#define HOSTS_FILE "/etc/hosts"
/* After so long without an answer a question is asked again, where there is time enough. */
#define ASK_AGAIN_MS 2000
#define HOSTS_BYTES_MAX (4 * 1024 * 1024)
#define SIGN_OF_LIFE "localhost"

struct host {
    char *name, *address;
};

struct names {
    size_t owed; /* questions whose end libevent has not told */
    struct event_base *base;
    struct evdns_base *dns;
    int limit_ms, patience_ms;
    struct event *silence; /* while lookups are in flight */
    struct evdns_request *sign_of_life;
    struct host *hosts;
    size_t host_count;
    int64_t answered_at_ms; /* monotonic; 0: never */
    struct names_health health;
};

enum { HALF_IPV4, HALF_IPV6, HALVES };

/* One question of a lookup. */
struct half {
    struct lookup *lookup;
    struct evdns_request *request; /* while libevent owes us a callback */
    bool owed;
    int result;
    size_t count;
};

struct lookup {
    struct names *names;
    struct half halves[HALVES];
    struct event *timer;
    int64_t started_ms; /* monotonic */
    struct names_answer answer;
    bool finished;
    names_done *done;
    void *context;
};

/* --- the pure part -------------------------------------------------------------------------------- */

/* What one question's end says, from what counts most to what counts least. */
static const struct meaning {
    int result;
    int weight;
    enum outcome_class class;
    const char *detail;
} meanings[] = {
    { DNS_ERR_TRUNCATED, 7, CLASS_LOCAL_RESOLVER, "addresses_incomplete: the answer was truncated" },
    /* libevent waits on after a server failure, and says so as a timeout */
    { DNS_ERR_TIMEOUT, 6, CLASS_TIMEOUT, "no answer for this name but, maybe, server failures" },
    { DNS_ERR_CANCEL, 6, CLASS_TIMEOUT, "no answer for this name but, maybe, server failures" },
    { DNS_ERR_SHUTDOWN, 6, CLASS_LOCAL_RESOLVER, "the resolver was shut down" },
    { DNS_ERR_SERVERFAILED, 5, CLASS_NAME_REFUSED, "server failure" },
    { DNS_ERR_REFUSED, 5, CLASS_NAME_REFUSED, "query refused" },
    { DNS_ERR_NOTIMPL, 5, CLASS_NAME_REFUSED, "kind of query not supported" },
    { DNS_ERR_FORMAT, 5, CLASS_NAME_REFUSED, "format error" },
    { DNS_ERR_UNKNOWN, 5, CLASS_NAME_REFUSED, "an answer that cannot be read" },
    { DNS_ERR_NOTEXIST, 2, CLASS_NAME_NOT_FOUND, "no such name" },
    { DNS_ERR_NODATA, 1, CLASS_NO_ADDRESS, "the name has no address" },
    { DNS_ERR_NONE, 0, CLASS_OK, "" },
};

static const struct meaning *meaning_of(int result)
{
    for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
        if (meanings[i].result == result)
            return &meanings[i];
    }
    return meaning_of(DNS_ERR_UNKNOWN);
}

static const struct meaning *weightier(int ipv4, int ipv6)
{
    const struct meaning *a = meaning_of(ipv4), *b = meaning_of(ipv6);

    return a->weight >= b->weight ? a : b;
}

enum outcome_class names_judge(int ipv4, int ipv6, size_t addresses, bool resolver_lives, bool *incomplete)
{
    const struct meaning *meaning = weightier(ipv4, ipv6);

    /* that a type has no record is a whole answer; that nobody says so is not */
    *incomplete = addresses > 0 && meaning->weight > 2;
    if (addresses > 0)
        return CLASS_OK;
    if (meaning->class == CLASS_OK)
        return CLASS_NO_ADDRESS;
    if (meaning->class == CLASS_TIMEOUT && !resolver_lives)
        return CLASS_LOCAL_RESOLVER;
    return meaning->class;
}

/* Also one that says no. */
static bool is_answer(int result)
{
    return result != DNS_ERR_TIMEOUT && result != DNS_ERR_CANCEL && result != DNS_ERR_SHUTDOWN;
}

/* --- whether the resolver lives ------------------------------------------------------------------- */

static void hear_sign_of_life(int result, char type, int count, int ttl, void *addresses, void *argument)
{
    struct names *names = argument;

    (void)type;
    (void)count;
    (void)ttl;
    (void)addresses;
    names->sign_of_life = NULL;
    names->owed--;
    if (is_answer(result))
        names->answered_at_ms = clock_monotonic_ms();
}

static void break_silence(evutil_socket_t socket, short what, void *argument)
{
    struct names *names = argument;

    (void)socket;
    (void)what;
    if (names->sign_of_life != NULL || clock_monotonic_ms() - names->answered_at_ms < names->patience_ms)
        return;
    names->sign_of_life =
        evdns_base_resolve_ipv4(names->dns, SIGN_OF_LIFE, DNS_QUERY_NO_SEARCH, hear_sign_of_life, names);
    names->owed += names->sign_of_life != NULL;
}

static void start_listening(struct names *names)
{
    const struct timeval each = { names->patience_ms / 1000, names->patience_ms % 1000 * 1000 };

    event_add(names->silence, &each);
}

static void stop_listening(struct names *names)
{
    event_del(names->silence);
    if (names->sign_of_life != NULL)
        evdns_cancel_request(names->dns, names->sign_of_life);
}

/* --- lookups -------------------------------------------------------------------------------------- */

static void add_address(struct names_answer *answer, const char *address)
{
    for (size_t i = 0; i < answer->count; i++) {
        if (strcmp(answer->addresses[i], address) == 0)
            return;
    }
    answer->addresses = array_grow(answer->addresses, answer->count, sizeof(*answer->addresses));
    snprintf(answer->addresses[answer->count++], INET6_ADDRSTRLEN, "%s", address);
}

static void lookup_free_when_quiet(struct lookup *lookup)
{
    if (!lookup->finished || lookup->halves[HALF_IPV4].owed || lookup->halves[HALF_IPV6].owed)
        return;
    if (lookup->timer != NULL)
        event_free(lookup->timer);
    free(lookup->answer.addresses);
    free(lookup);
}

static void finish(struct lookup *lookup)
{
    struct names *names = lookup->names;
    struct names_answer *answer = &lookup->answer;
    int ipv4 = lookup->halves[HALF_IPV4].result, ipv6 = lookup->halves[HALF_IPV6].result;
    bool alive = names->answered_at_ms >= lookup->started_ms;

    lookup->finished = true;
    event_del(lookup->timer);
    answer->class = names_judge(ipv4, ipv6, answer->count, alive, &answer->incomplete);
    if (lookup->halves[HALF_IPV4].count >= NAMES_ADDRESSES_OF_A_TYPE ||
        lookup->halves[HALF_IPV6].count >= NAMES_ADDRESSES_OF_A_TYPE)
        answer->incomplete = true;
    if (answer->incomplete)
        snprintf(answer->detail, sizeof(answer->detail), "addresses_incomplete");
    else if (answer->class == CLASS_LOCAL_RESOLVER && weightier(ipv4, ipv6)->class == CLASS_TIMEOUT)
        snprintf(answer->detail, sizeof(answer->detail), "%s",
                 evdns_base_count_nameservers(names->dns) == 0 ? "no resolver is configured"
                                                               : "no resolver answers");
    else if (answer->class != CLASS_OK)
        snprintf(answer->detail, sizeof(answer->detail), "%s", weightier(ipv4, ipv6)->detail);
    if (--names->health.in_flight == 0)
        stop_listening(names);
    lookup->done(lookup->context, answer);
    for (int i = 0; i < HALVES; i++) {
        if (lookup->halves[i].owed && lookup->halves[i].request != NULL)
            evdns_cancel_request(names->dns, lookup->halves[i].request);
    }
    lookup_free_when_quiet(lookup);
}

static void receive(int result, char type, int count, int ttl, void *addresses, void *argument)
{
    struct half *half = argument;
    struct lookup *lookup = half->lookup;
    int family = half == &lookup->halves[HALF_IPV4] ? AF_INET : AF_INET6;
    size_t size = family == AF_INET ? sizeof(struct in_addr) : sizeof(struct in6_addr);

    (void)type;
    (void)ttl;
    half->owed = false;
    half->request = NULL;
    lookup->names->owed--;
    if (is_answer(result)) {
        lookup->names->health.answered++;
        lookup->names->answered_at_ms = clock_monotonic_ms();
    } else {
        lookup->names->health.late++;
    }
    if (lookup->finished) {
        lookup_free_when_quiet(lookup);
        return;
    }
    half->result = result == DNS_ERR_NONE && count == 0 ? DNS_ERR_NODATA : result;
    half->count = result == DNS_ERR_NONE ? (size_t)count : 0;
    for (size_t i = 0; i < half->count; i++) {
        char text[INET6_ADDRSTRLEN];

        if (inet_ntop(family, (const char *)addresses + i * size, text, sizeof(text)) != NULL)
            add_address(&lookup->answer, text);
    }
    if (!lookup->halves[HALF_IPV4].owed && !lookup->halves[HALF_IPV6].owed)
        finish(lookup);
}

static void give_up(evutil_socket_t socket, short what, void *argument)
{
    (void)socket;
    (void)what;
    finish(argument);
}

static bool ask_hosts(struct names *names, const char *name, struct names_answer *answer)
{
    for (size_t i = 0; i < names->host_count; i++) {
        if (strcasecmp(names->hosts[i].name, name) == 0)
            add_address(answer, names->hosts[i].address);
    }
    return answer->count > 0;
}

void names_resolve(struct names *names, const char *name, names_done *done, void *context)
{
    struct lookup *lookup = memory_new(sizeof(*lookup));
    struct timeval limit = { names->limit_ms / 1000, names->limit_ms % 1000 * 1000 };

    *lookup = (struct lookup){
        .names = names, .done = done, .context = context, .started_ms = clock_monotonic_ms()
    };
    if (names->health.in_flight++ == 0)
        start_listening(names);
    if (ask_hosts(names, name, &lookup->answer)) {
        limit = (struct timeval){ 0, 0 }; /* from the loop all the same */
    } else {
        for (int i = 0; i < HALVES; i++) {
            struct half *half = &lookup->halves[i];

            names->health.asked++;
            names->owed++;
            *half = (struct half){ .lookup = lookup, .owed = true, .result = DNS_ERR_TIMEOUT };
            half->request =
                i == HALF_IPV4
                    ? evdns_base_resolve_ipv4(names->dns, name, DNS_QUERY_NO_SEARCH, receive, half)
                    : evdns_base_resolve_ipv6(names->dns, name, DNS_QUERY_NO_SEARCH, receive, half);
            if (half->request == NULL) {
                half->owed = false;
                names->owed--;
            }
        }
    }
    lookup->timer = event_new(names->base, -1, 0, give_up, lookup);
    if (lookup->timer == NULL || event_add(lookup->timer, &limit) != 0)
        abort(); /* libevent has no memory for one timer */
}

/* --- the resolver --------------------------------------------------------------------------------- */

static void read_hosts_line(struct names *names, char *line)
{
    char *rest = line, *address, *name;
    unsigned char bytes[16];

    line[strcspn(line, "#")] = '\0';
    address = strtok_r(line, " \t\r", &rest);
    if (address == NULL ||
        (inet_pton(AF_INET, address, bytes) != 1 && inet_pton(AF_INET6, address, bytes) != 1))
        return;
    while ((name = strtok_r(NULL, " \t\r", &rest)) != NULL) {
        names->hosts = array_grow(names->hosts, names->host_count, sizeof(*names->hosts));
        names->hosts[names->host_count++] = (struct host){ memory_text(name), memory_text(address) };
    }
}

static void read_hosts(struct names *names)
{
    struct input input;
    struct error ignored = { 0 };
    char *rest, *line;

    if (!input_read(INPUT_MACHINE, HOSTS_FILE, HOSTS_BYTES_MAX, &input, &ignored))
        return; /* a machine without the file has no such names */
    rest = (char *)input.bytes;
    while ((line = strsep(&rest, "\n")) != NULL)
        read_hosts_line(names, line);
    input_clear(&input);
}

/* libevent's own habits that would let one bad name stop the others, each with why it is changed. */
static const struct {
    const char *option, *value;
} habits[] = {
    { "attempts:", "3" },
    { "max-timeouts:", "255" },  /* three silent names would mark the server as down for all */
    { "max-reissues:", "0" },    /* one refused name would do the same */
    { "max-inflight:", "1024" }, /* two for each of NAMES_LOOKUPS_MAX */
    { "randomize-case:", "0" },  /* some servers of names do not give the case back */
};

/*
 * A question is a datagram, and a burst of some hundred overruns a resolver's buffer: each is asked again before the
 * lookup's time is over, and not so soon that a slow answer would be asked for twice.
 */
static bool set_patience(struct names *names)
{
    int ms = names->patience_ms;
    char seconds[32];

    snprintf(seconds, sizeof(seconds), "%d.%03d", ms / 1000, ms % 1000);
    return evdns_base_set_option(names->dns, "timeout:", seconds) == 0;
}

/* Of its own it writes to standard error, and takes a name that is refused for a server that fails. */
static void hear_libevent(int is_warning, const char *message)
{
    (void)is_warning;
    log_event(LOG_DEBUG, "%s", message);
}

struct names *names_new(struct event_base *base, const char *server, int limit_ms, struct error *err)
{
    struct names *names = memory_new(sizeof(*names));

    *names = (struct names){ .base = base, .limit_ms = limit_ms };
    evdns_set_log_fn(hear_libevent);
    names->patience_ms = limit_ms / 4 < ASK_AGAIN_MS ? limit_ms / 4 : ASK_AGAIN_MS;
    names->silence = event_new(base, -1, EV_PERSIST, break_silence, names);
    names->dns = evdns_base_new(base, EVDNS_BASE_DISABLE_WHEN_INACTIVE);
    if (names->dns == NULL || names->silence == NULL) {
        error_set(err, ERROR_SYSTEM, "no resolver");
        goto fail;
    }
    if (server == NULL) {
        /* its result says that there is no file or no server in it: lookups will tell */
        (void)evdns_base_resolv_conf_parse(names->dns, DNS_OPTION_NAMESERVERS, "/etc/resolv.conf");
    } else if (evdns_base_nameserver_ip_add(names->dns, server) != 0) {
        error_set(err, ERROR_OPTION, "\"%s\" is no resolver's address", server);
        goto fail;
    }
    if (!set_patience(names)) {
        error_set(err, ERROR_SYSTEM, "the resolver does not know a limit of %d ms", limit_ms);
        goto fail;
    }
    for (size_t i = 0; i < sizeof(habits) / sizeof(habits[0]); i++) {
        if (evdns_base_set_option(names->dns, habits[i].option, habits[i].value) != 0) {
            error_set(err, ERROR_SYSTEM, "the resolver does not know %s", habits[i].option);
            goto fail;
        }
    }
    read_hosts(names);
    return names;
fail:
    names_free(names);
    return NULL;
}

bool names_are_quiet(const struct names *names)
{
    return names->owed == 0;
}

void names_free(struct names *names)
{
    if (names == NULL)
        return;
    for (size_t i = 0; i < names->host_count; i++) {
        free(names->hosts[i].name);
        free(names->hosts[i].address);
    }
    free(names->hosts);
    if (names->dns != NULL)
        evdns_base_free(names->dns, 0);
    if (names->silence != NULL)
        event_free(names->silence);
    free(names);
}

struct names_health names_health(const struct names *names)
{
    return names->health;
}
