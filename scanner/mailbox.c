#include "scanner/mailbox.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "schema/base/text.h"

struct mailbox {
    _Atomic(struct parcel *) newest; /* each points to the one put in before it */
    int bell;                        /* an eventfd: rings when the box stops being empty */
    struct event *rung;
    mailbox_receive *receive;
    void *context;
};

void batch_add(struct batch *batch, struct parcel *parcel)
{
    parcel->next = batch->newest;
    batch->newest = parcel;
    if (batch->oldest == NULL)
        batch->oldest = parcel;
    batch->count++;
}

static struct parcel *oldest_first(struct parcel *newest)
{
    struct parcel *turned = NULL;

    while (newest != NULL) {
        struct parcel *next = newest->next;

        newest->next = turned;
        turned = newest;
        newest = next;
    }
    return turned;
}

static void take_all(evutil_socket_t bell, short what, void *argument)
{
    struct mailbox *mailbox = argument;
    struct parcel *parcel;
    uint64_t rings;

    (void)what;
    (void)!read(bell, &rings, sizeof(rings)); /* before taking: a ring for what comes after is not lost */
    parcel = oldest_first(atomic_exchange_explicit(&mailbox->newest, NULL, memory_order_acquire));
    while (parcel != NULL) {
        struct parcel *next = parcel->next;

        mailbox->receive(mailbox->context, parcel);
        parcel = next;
    }
}

struct mailbox *mailbox_new(struct event_base *base, mailbox_receive *receive, void *context,
                            struct error *err)
{
    struct mailbox *mailbox = memory_new(sizeof(*mailbox));

    atomic_init(&mailbox->newest, NULL);
    mailbox->receive = receive;
    mailbox->context = context;
    mailbox->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (mailbox->bell < 0) {
        error_errno(err, "eventfd");
        free(mailbox);
        return NULL;
    }
    mailbox->rung = event_new(base, mailbox->bell, EV_READ | EV_PERSIST, take_all, mailbox);
    if (mailbox->rung == NULL || event_add(mailbox->rung, NULL) != 0) {
        error_set(err, ERROR_SYSTEM, "the event loop takes no mailbox");
        mailbox_free(mailbox);
        return NULL;
    }
    return mailbox;
}

void mailbox_put(struct mailbox *mailbox, struct batch *batch)
{
    const uint64_t ring = 1;
    struct parcel *before = atomic_load_explicit(&mailbox->newest, memory_order_relaxed);

    if (batch->newest == NULL)
        return;
    do
        batch->oldest->next = before;
    while (!atomic_compare_exchange_weak_explicit(&mailbox->newest, &before, batch->newest,
                                                  memory_order_release, memory_order_relaxed));
    *batch = (struct batch){ 0 };
    if (before == NULL)
        (void)!write(mailbox->bell, &ring, sizeof(ring));
}

void mailbox_free(struct mailbox *mailbox)
{
    if (mailbox == NULL)
        return;
    if (mailbox->rung != NULL)
        event_free(mailbox->rung);
    close(mailbox->bell);
    free(mailbox);
}
