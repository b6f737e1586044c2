/*
 * Hands objects from one thread to another, whole: what is put in belongs to the thread that takes
 * it out, and nobody keeps a share. Taking happens on the receiver's event loop. No lock: a push is one
 * exchange of a pointer, and so is taking all there is.
 *
 * Waking the receiver costs more than all the rest: who has much to say puts it in as a batch.
 */
#pragma once

#include <event2/event.h>

#include "schema/base/error.h"

/* The first member of everything that travels. */
struct parcel {
    struct parcel *next;
};

/* Parcels of one thread that are to travel together. Zeroed is none. */
struct batch {
    struct parcel *newest, *oldest;
    size_t count;
};

void batch_add(struct batch *batch, struct parcel *parcel); /* taken */

struct mailbox;

/* Called on the receiver's loop for each parcel, in the order they were put in. It is the receiver's now. */
typedef void mailbox_receive(void *context, struct parcel *parcel);

/* Belongs to the thread that runs `base`. NULL with *err when the system has no descriptor for it. */
struct mailbox *mailbox_new(struct event_base *base, mailbox_receive *receive, void *context,
                            struct error *err);
void mailbox_put(struct mailbox *mailbox, struct batch *batch); /* from any thread; emptied; may be empty */
void mailbox_free(struct mailbox *mailbox);                     /* when nobody puts any more; must be empty */
