#include "schema/tls/glancer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include <event2/event_struct.h>

#include "schema/base/clock.h"
#include "schema/base/text.h"
#include "schema/tls/claim.h"
#include "schema/tls/familiar.h"
#include "schema/tls/wheel.h"

/* More than the largest chains in the wild: one call takes what there is. */
#define READ_BYTES 65536
/* Of one event, before the others have their turn. */
#define READ_TURNS 4
#define RANDOM_BYTES (128 * OFFER_RANDOM_BYTES)

/*
 * A refused TLS 1.2 hello costs 45 µs, a TLS 1.3 answer 60 more than one in TLS 1.2: above this share of
 * refusals TLS 1.3 first is cheaper. One in EXPLORE still asks in TLS 1.2, to notice another part of the list.
 */
#define NEWER_FIRST_SHARE 0.6
#define NEWER_WEIGHT 0.02
#define EXPLORE 32

struct glancer {
    struct event_base *base;
    struct traffic *traffic;
    struct familiar *familiar;
    struct offer **offers;
    size_t count;
    struct wheel wheel;
    struct event *tick;
    size_t open;
    double newer_share; /* of those asked in TLS 1.2 first, who answered only in TLS 1.3 */
    unsigned explored;
    uint8_t random[RANDOM_BYTES];
    size_t random_left;
    uint8_t bytes[READ_BYTES];
};

/* One address. */
struct glance {
    struct glancer *glancer;
    const struct offer *offer;
    enum offer_shape shape;
    bool again; /* this is TLS 1.3 after a refusal in TLS 1.2 */
    int socket;
    bool said;                        /* our hello is out */
    size_t received, received_before; /* in all; when the stage began */
    int64_t started_ms, end_ms, deadline_ms;
    struct event io;
    struct wheel_timer timer;
    struct claim claim;
    struct probe_order order;
    probe_done *done;
    void *context;
    struct probe_result result;
};

static void open_connection(struct glance *glance);

/* --- how it ends ---------------------------------------------------------------------------------- */

static void disconnect(struct glance *glance)
{
    if (glance->socket < 0)
        return;
    event_del(&glance->io);
    close(glance->socket); /* by RST: see open_connection() */
    glance->socket = -1;
}

static void glance_free(struct glance *glance)
{
    struct glancer *glancer = glance->glancer;

    wheel_clear(&glance->timer);
    disconnect(glance);
    claim_clear(&glance->claim);
    if (--glancer->open == 0)
        event_del(glancer->tick);
    free(glance);
}

static void give(struct glance *glance, struct probe_result *result)
{
    result->started_at_ms = glance->result.started_at_ms;
    result->elapsed_ms = clock_monotonic_ms() - glance->started_ms;
    glance->done(glance->context, result);
    probe_result_clear(result);
    glance_free(glance);
}

static void end_with(struct glance *glance, struct outcome outcome)
{
    struct probe_result *result = &glance->result;
    struct claim *claim = &glance->claim;

    disconnect(glance); /* before `done`, which may start the next one on the same descriptor */
    result->outcome = outcome;
    result->outcome.alert = claim->alert;
    result->tls = claim->tls;
    result->cipher = claim->cipher;
    result->group = claim->group;
    result->via = "own";
    result->chain = claim->chain;
    claim->chain = (struct handshake_chain){ 0 };
    familiar_identify(glance->glancer->familiar, &result->chain);
    give(glance, result);
}

static void give_probed(void *context, struct probe_result *result)
{
    struct probe_result own = *result;

    result->chain = (struct handshake_chain){ 0 };
    give(context, &own);
}

static void ask_openssl(struct glance *glance)
{
    int64_t left_ms = glance->end_ms - clock_monotonic_ms();

    wheel_clear(&glance->timer);
    disconnect(glance);
    glance->order.limit_ms = left_ms > 0 ? (int)left_ms : 0;
    probe_start(&glance->order, give_probed, glance);
}

/* Where it stands. */
static enum outcome_stage stage_of(const struct glance *glance)
{
    return glance->said ? glance->claim.reached : STAGE_CONNECT;
}

static void note_newer(struct glance *glance, bool newer_only)
{
    struct glancer *glancer = glance->glancer;

    if (offer_has(glance->offer, OFFER_TLS12) && offer_has(glance->offer, OFFER_TLS13))
        glancer->newer_share += NEWER_WEIGHT * ((newer_only ? 1 : 0) - glancer->newer_share);
}

/* No, said before a hello of theirs: it may be the version that is refused. */
static void take_refusal(struct glance *glance, struct outcome outcome)
{
    bool newer = glance->said && glance->claim.reached == STAGE_HELLO && glance->shape == OFFER_TLS12 &&
                 offer_has(glance->offer, OFFER_TLS13);

    if (!newer) {
        end_with(glance, outcome);
        return;
    }
    disconnect(glance);
    glance->shape = OFFER_TLS13;
    glance->again = true;
    open_connection(glance);
}

static void fail_errno(struct glance *glance, int number)
{
    enum outcome_class class = outcome_class_of_errno(number);

    if (class == CLASS_RESET)
        take_refusal(glance, outcome_of_errno(stage_of(glance), number));
    else
        end_with(glance, outcome_of_errno(stage_of(glance), number));
}

static void take_answer(struct glance *glance, enum claim_answer answer)
{
    switch (answer) {
    case CLAIM_MORE: return;
    case CLAIM_SHOWN:
        if (glance->again || glance->shape == OFFER_TLS12)
            note_newer(glance, glance->again);
        end_with(glance, outcome_good());
        return;
    case CLAIM_ALERT: take_refusal(glance, outcome_of_alert(stage_of(glance), glance->claim.alert)); return;
    case CLAIM_UNUSUAL: ask_openssl(glance); return;
    }
}

/* --- deadlines ------------------------------------------------------------------------------------ */

static void set_deadline(struct glance *glance)
{
    int64_t stage_ms = clock_monotonic_ms() + probe_stage_limit_ms(stage_of(glance));

    glance->received_before = glance->received;
    glance->deadline_ms = stage_ms < glance->end_ms ? stage_ms : glance->end_ms;
    wheel_set(&glance->glancer->wheel, &glance->timer, glance->deadline_ms);
}

static void ring(void *context, struct wheel_timer *timer)
{
    struct glance *glance = (struct glance *)((char *)timer - offsetof(struct glance, timer));

    (void)context;
    end_with(glance, outcome_of_delay(stage_of(glance), glance->received > glance->received_before));
}

static void turn(evutil_socket_t fd, short what, void *argument)
{
    struct glancer *glancer = argument;

    (void)fd;
    (void)what;
    wheel_turn(&glancer->wheel, clock_monotonic_ms(), ring, NULL);
}

/* --- a connection --------------------------------------------------------------------------------- */

static const uint8_t *next_random(struct glancer *glancer)
{
    if (glancer->random_left == 0) {
        /* it only has to differ from hello to hello: what the kernel does not give is what was there */
        (void)!getrandom(glancer->random, sizeof(glancer->random), 0);
        glancer->random_left = sizeof(glancer->random);
    }
    glancer->random_left -= OFFER_RANDOM_BYTES;
    return glancer->random + glancer->random_left;
}

/* False: it is not out yet, or the glance has ended. */
static bool say_hello(struct glance *glance)
{
    struct glancer *glancer = glance->glancer;
    uint8_t bytes[OFFER_BYTES_MAX];
    size_t size = offer_write(glance->offer, glance->shape, glance->order.server_name, next_random(glancer),
                              traffic_share(glancer->traffic), bytes);
    ssize_t sent = send(glance->socket, bytes, size, MSG_NOSIGNAL);

    if (sent < 0 && (errno == EAGAIN || errno == EINTR || errno == ENOTCONN))
        return false; /* the next event says more */
    if (sent < 0) {
        /* a reset before the connection stands is ECONNREFUSED: it stood */
        glance->said = errno == ECONNRESET || errno == EPIPE;
        fail_errno(glance, errno);
        return false;
    }
    if ((size_t)sent < size) {
        ask_openssl(glance);
        return false;
    }
    claim_begin(&glance->claim, glance->offer, glancer->traffic, (struct span){ bytes, size });
    glance->said = true;
    set_deadline(glance);
    return true;
}

/* False: nothing more to read at present, or the glance has ended. */
static bool read_once(struct glance *glance)
{
    struct glancer *glancer = glance->glancer;
    enum outcome_stage before = glance->claim.reached;
    ssize_t size = recv(glance->socket, glancer->bytes, sizeof(glancer->bytes), 0);
    enum claim_answer answer;

    if (size < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    if (size < 0) {
        fail_errno(glance, errno);
        return false;
    }
    if (size == 0) {
        take_refusal(glance, outcome_of_end(stage_of(glance)));
        return false;
    }
    glance->received += (size_t)size;
    answer = glance->received > HANDSHAKE_BYTES_MAX
                 ? CLAIM_UNUSUAL
                 : claim_read(&glance->claim, glancer->bytes, (size_t)size);
    if (answer == CLAIM_MORE && glance->claim.reached != before)
        set_deadline(glance);
    take_answer(glance, answer);
    return answer == CLAIM_MORE; /* its end may have come with it, and no edge would tell */
}

/* Edges: whatever came is read at once, since nothing tells of it again. */
static void wake(evutil_socket_t fd, short what, void *argument)
{
    struct glance *glance = argument;
    int turns = 0;

    (void)fd;
    if (clock_monotonic_ms() >= glance->deadline_ms) {
        end_with(glance, outcome_of_delay(stage_of(glance), glance->received > glance->received_before));
        return;
    }
    if (!glance->said && !say_hello(glance))
        return;
    /* who speaks first may have done so already */
    if ((what & EV_READ) == 0)
        return;
    while (read_once(glance)) {
        if (++turns == READ_TURNS) {
            event_active(&glance->io, EV_READ, 0);
            return;
        }
    }
}

static void open_connection(struct glance *glance)
{
    /* no end in good order is wanted, and no tarpit shall keep our half of a connection */
    const struct linger at_once = { .l_onoff = 1, .l_linger = 0 };
    int family = glance->order.address.ss_family;

    claim_clear(&glance->claim);
    glance->claim = (struct claim){ .reached = STAGE_HELLO, .alert = OUTCOME_NO_ALERT };
    glance->said = false;
    glance->received = 0;
    glance->socket = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (glance->socket < 0) {
        fail_errno(glance, errno);
        return;
    }
    event_assign(&glance->io, glance->glancer->base, glance->socket, EV_READ | EV_WRITE | EV_ET | EV_PERSIST,
                 wake, glance);
    setsockopt(glance->socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    if (connect(glance->socket, (const struct sockaddr *)&glance->order.address,
                glance->order.address_bytes) != 0 &&
        errno != EINPROGRESS) {
        fail_errno(glance, errno);
        return;
    }
    if (event_add(&glance->io, NULL) != 0)
        end_with(glance, outcome_make(STAGE_CONNECT, CLASS_LOCAL_MEMORY, "the event loop takes no more"));
    else
        set_deadline(glance);
}

/* --- the whole ------------------------------------------------------------------------------------ */

static enum offer_shape first_shape(struct glancer *glancer, const struct offer *offer)
{
    if (!offer_has(offer, OFFER_TLS13))
        return OFFER_TLS12;
    if (!offer_has(offer, OFFER_TLS12))
        return OFFER_TLS13;
    return glancer->newer_share > NEWER_FIRST_SHARE && ++glancer->explored % EXPLORE != 0 ? OFFER_TLS13
                                                                                          : OFFER_TLS12;
}

void glancer_start(struct glancer *glancer, size_t hello, const struct probe_order *order, probe_done *done,
                   void *context)
{
    static const struct timeval tick = { 0, WHEEL_TICK_MS * 1000 };
    struct glance *glance = memory_new(sizeof(*glance));
    int64_t now_ms = clock_monotonic_ms();

    glance->glancer = glancer;
    glance->offer = glancer->offers[hello];
    glance->shape = first_shape(glancer, glance->offer);
    glance->socket = -1;
    glance->started_ms = now_ms;
    glance->end_ms = now_ms + order->limit_ms;
    glance->order = *order;
    glance->done = done;
    glance->context = context;
    glance->result.started_at_ms = clock_now_unix_ms();
    if (glancer->open++ == 0) {
        wheel_turn(&glancer->wheel, now_ms, ring, NULL);
        event_add(glancer->tick, &tick);
    }
    open_connection(glance);
}

struct glancer *glancer_new(struct event_base *base, OSSL_LIB_CTX *library, const struct hello *const *hellos,
                            SSL_CTX *const *contexts, size_t count, struct error *err)
{
    struct glancer *glancer = memory_new(sizeof(*glancer));

    glancer->base = base;
    glancer->count = count;
    glancer->offers = memory_new((count + 1) * sizeof(*glancer->offers));
    glancer->tick = event_new(base, -1, EV_PERSIST, turn, glancer);
    wheel_init(&glancer->wheel, clock_monotonic_ms());
    glancer->familiar = familiar_new();
    glancer->traffic = traffic_new(library, NULL, err);
    if (glancer->tick == NULL)
        error_set(err, ERROR_SYSTEM, "no event for the clock");
    if (glancer->traffic == NULL || glancer->tick == NULL)
        goto fail;
    for (size_t i = 0; i < count; i++) {
        glancer->offers[i] = offer_new(hellos[i], contexts[i], err);
        if (glancer->offers[i] == NULL)
            goto fail;
    }
    return glancer;
fail:
    glancer_free(glancer);
    return NULL;
}

void glancer_free(struct glancer *glancer)
{
    if (glancer == NULL)
        return;
    for (size_t i = 0; i < glancer->count; i++)
        offer_free(glancer->offers[i]);
    free(glancer->offers);
    traffic_free(glancer->traffic);
    familiar_free(glancer->familiar);
    if (glancer->tick != NULL)
        event_free(glancer->tick);
    free(glancer);
}
