/*
 * A thread with an event loop and an OpenSSL library context of its own, which runs the probes that
 * it is handed and hands them back when they have ended.
 */
#pragma once

#include "scanner/mailbox.h"
#include "schema/base/text.h"
#include "schema/tls/probe.h"

/* One probe on its way to a loop and back. */
struct errand {
    struct parcel parcel;
    struct sockaddr_storage address;
    socklen_t address_bytes;
    const char *server_name; /* NULL: none */
    enum starttls starttls;
    const char *request_path; /* outlives the errand */
    size_t hello;             /* index into the loop's hellos */
    enum probe_depth depth;
    int limit_ms;
    struct probe_result result; /* filled on the way back; its chain is the errand's */
};

struct loop;

/*
 * Start a thread that can say these hellos (borrowed for its life); what has ended goes to `ended`,
 * which belongs to the caller's thread. NULL with *err.
 */
struct loop *loop_start(const struct hello *const *hellos, size_t count, struct mailbox *ended,
                        struct error *err);
void loop_hand(struct loop *loop, struct errand *errand); /* taken until it comes back; leaves with… */
void loop_send(struct loop *loop);                        /* … this, with all others handed since */
void loop_stop(struct loop *loop); /* waits for the thread; NULL is fine; nothing may be in flight */
