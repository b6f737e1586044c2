#include "scanner/mailbox.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "schema/base/text.h"

struct mailbox {
    pthread_mutex_t lock;
    struct parcel *first, **last; /* under the lock */
    int bell;                     /* an eventfd: rings when the box stops being empty */
    struct event *rung;
    mailbox_receive *receive;
    void *context;
};

static void take_all(evutil_socket_t bell, short what, void *argument)
{
    struct mailbox *mailbox = argument;
    struct parcel *parcel;
    uint64_t rings;

    (void)what;
    (void)!read(bell, &rings, sizeof(rings));
    pthread_mutex_lock(&mailbox->lock);
    parcel = mailbox->first;
    mailbox->first = NULL;
    mailbox->last = &mailbox->first;
    pthread_mutex_unlock(&mailbox->lock);
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

    *mailbox = (struct mailbox){ .lock = PTHREAD_MUTEX_INITIALIZER, .receive = receive, .context = context };
    mailbox->last = &mailbox->first;
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

void mailbox_put(struct mailbox *mailbox, struct parcel *parcel)
{
    const uint64_t ring = 1;
    bool was_empty;

    parcel->next = NULL;
    pthread_mutex_lock(&mailbox->lock);
    was_empty = mailbox->first == NULL;
    *mailbox->last = parcel;
    mailbox->last = &parcel->next;
    pthread_mutex_unlock(&mailbox->lock);
    if (was_empty)
        (void)!write(mailbox->bell, &ring, sizeof(ring));
}

void mailbox_free(struct mailbox *mailbox)
{
    if (mailbox == NULL)
        return;
    if (mailbox->rung != NULL)
        event_free(mailbox->rung);
    close(mailbox->bell);
    pthread_mutex_destroy(&mailbox->lock);
    free(mailbox);
}
