/*
 * Hands objects from one thread to another, whole: what is put in belongs to the thread that takes
 * it out, and nobody keeps a share. Taking happens on the receiver's event loop.
 */
#pragma once

#include <event2/event.h>

#include "schema/base/error.h"

/* The first member of everything that travels. */
struct parcel {
    struct parcel *next;
};

struct mailbox;

/* Called on the receiver's loop for each parcel, in the order they were put in. It is the receiver's now. */
typedef void mailbox_receive(void *context, struct parcel *parcel);

/* Belongs to the thread that runs `base`. NULL with *err when the system has no descriptor for it. */
struct mailbox *mailbox_new(struct event_base *base, mailbox_receive *receive, void *context,
                            struct error *err);
void mailbox_put(struct mailbox *mailbox, struct parcel *parcel); /* from any thread; taken */
void mailbox_free(struct mailbox *mailbox); /* when nobody puts any more; must be empty */
