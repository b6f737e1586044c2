/*
 * Bytes in transit between a socket and OpenSSL, which sees them as a BIO. It gets whole records only: for the
 * beginning of one it would keep a buffer of 16 KiB however little had come, and a probe spends most of its time
 * waiting. Knows no socket and no limit: who puts bytes in bounds them.
 */
#pragma once

#include <openssl/bio.h>

#include "schema/base/text.h"

/* To be cleared; zeroed, it is empty. */
struct transit {
    struct text received; /* from the peer, the first `taken` bytes of it read by OpenSSL */
    size_t taken, whole;  /* where its whole records end */
    struct text unsent;   /* for the peer */
};

/* Of `transit`, which must outlive it; for an SSL to read from and to write to. NULL: no memory. */
BIO *transit_bio(struct transit *transit);

void transit_receive(struct transit *transit, const void *bytes, size_t size);
void transit_sent(struct transit *transit, size_t size); /* so much of what is unsent is sent */
void transit_clear(struct transit *transit);
