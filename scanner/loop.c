#include "scanner/loop.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "schema/base/clock.h"
#include "schema/base/text.h"
#include "schema/tls/glancer.h"
#include "schema/tls/library.h"

struct loop {
    pthread_t thread;
    bool running;
    struct event_base *base;
    struct library *library;
    SSL_CTX **contexts; /* one a hello */
    struct glancer *glancer;
    const struct hello *const *hellos;
    size_t count;
    struct mailbox *orders, *ended;
    struct batch handed;    /* the conductor's: errands that have not been sent yet */
    struct batch returning; /* the thread's: ended errands on their way back */
    size_t under_way;
    struct parcel stop; /* put in to end the thread */
};

/*
 * A crowd is looked at in turns: what comes in meanwhile waits for company, a few ms each time. A thread that is woken
 * for each answer comes back to cold caches: a glance costs it a quarter more processor time (tests/bench/scanner).
 */
#define TURN_MS 20
#define CROWD 32

/* An errand while its probe runs. */
struct journey {
    struct loop *loop;
    struct errand *errand;
};

static void return_errand(void *context, struct probe_result *result)
{
    struct journey *journey = context;

    journey->errand->result = *result;
    result->chain = (struct handshake_chain){ 0 };
    batch_add(&journey->loop->returning, &journey->errand->parcel);
    journey->loop->under_way--;
    free(journey);
}

static void receive_order(void *context, struct parcel *parcel)
{
    struct loop *loop = context;
    struct errand *errand = (struct errand *)parcel;
    struct journey *journey;
    struct probe_order order;

    if (parcel == &loop->stop) {
        event_base_loopbreak(loop->base);
        return;
    }
    journey = memory_new(sizeof(*journey));
    *journey = (struct journey){ loop, errand };
    loop->under_way++;
    order = (struct probe_order){
        .base = loop->base,
        .context = loop->contexts[errand->hello],
        .address = errand->address,
        .address_bytes = errand->address_bytes,
        .server_name = loop->hellos[errand->hello]->nameless ? NULL : errand->server_name,
        .starttls = errand->starttls,
        .depth = errand->depth,
        .request_path = errand->request_path,
        .limit_ms = errand->limit_ms,
    };
    /* a glance knows only TLS */
    if (errand->depth == PROBE_DEPTH_CERTIFICATE && errand->starttls == STARTTLS_NONE)
        glancer_start(loop->glancer, errand->hello, &order, return_errand, journey);
    else
        probe_start(&order, return_errand, journey);
}

static void rest_until(int64_t until_ms)
{
    int64_t left_ms = until_ms - clock_monotonic_ms();
    const struct timespec left = { 0, left_ms * 1000000 };

    if (left_ms > 0)
        nanosleep(&left, NULL);
}

static void *run(void *argument)
{
    struct loop *loop = argument;

    while (!event_base_got_break(loop->base)) {
        int64_t began_ms = clock_monotonic_ms();

        event_base_loop(loop->base, EVLOOP_ONCE | EVLOOP_NO_EXIT_ON_EMPTY);
        mailbox_put(loop->ended, &loop->returning);
        if (loop->under_way >= CROWD)
            rest_until(began_ms + TURN_MS);
    }
    library_leave(loop->library);
    return NULL;
}

static bool start_thread(struct loop *loop, struct error *err)
{
    sigset_t all, before;
    int number;

    /* signals are the conductor's: a thread started now inherits that none is for it */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    number = pthread_create(&loop->thread, NULL, run, loop);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    loop->running = number == 0;
    return number == 0 || error_set(err, ERROR_SYSTEM, "thread: %s", strerror(number));
}

struct loop *loop_start(const struct hello *const *hellos, size_t count, struct mailbox *ended,
                        struct error *err)
{
    struct loop *loop = memory_new(sizeof(*loop));

    *loop = (struct loop){ .hellos = hellos, .count = count, .ended = ended, .base = event_base_new() };
    loop->contexts = memory_resize(NULL, count, sizeof(SSL_CTX *));
    memset(loop->contexts, 0, count * sizeof(SSL_CTX *));
    loop->library = library_new(err);
    if (loop->library == NULL)
        goto fail;
    if (loop->base == NULL) {
        error_set(err, ERROR_SYSTEM, "no event loop");
        goto fail;
    }
    for (size_t i = 0; i < count; i++) {
        loop->contexts[i] = hello_context(hellos[i], library_context(loop->library), err);
        if (loop->contexts[i] == NULL)
            goto fail;
    }
    loop->glancer =
        glancer_new(loop->base, library_context(loop->library), hellos, loop->contexts, count, err);
    loop->orders = loop->glancer != NULL ? mailbox_new(loop->base, receive_order, loop, err) : NULL;
    if (loop->orders != NULL && start_thread(loop, err))
        return loop;
fail:
    loop_stop(loop);
    return NULL;
}

void loop_hand(struct loop *loop, struct errand *errand)
{
    batch_add(&loop->handed, &errand->parcel);
}

void loop_send(struct loop *loop)
{
    mailbox_put(loop->orders, &loop->handed);
}

void loop_stop(struct loop *loop)
{
    if (loop == NULL)
        return;
    if (loop->running) {
        batch_add(&loop->handed, &loop->stop);
        loop_send(loop);
        pthread_join(loop->thread, NULL);
    }
    mailbox_free(loop->orders);
    glancer_free(loop->glancer);
    for (size_t i = 0; i < loop->count; i++)
        SSL_CTX_free(loop->contexts[i]);
    free(loop->contexts);
    library_free(loop->library);
    if (loop->base != NULL)
        event_base_free(loop->base);
    free(loop);
}
