/*
 * What is said in the clear before TLS may begin: STARTTLS of SMTP (RFC 3207) and IMAP (RFC 9051 section 6.2.1),
 * STLS of POP3 (RFC 2595 section 4), PostgreSQL's SSLRequest. Nothing that a peer says here is believed but its
 * leave to begin. Pure: bytes heard go in, words to say come out; who feeds it bounds time and bytes.
 */
#pragma once

#include <sys/socket.h>

#include "schema/base/text.h"

enum starttls { STARTTLS_NONE, STARTTLS_SMTP, STARTTLS_IMAP, STARTTLS_POP3, STARTTLS_POSTGRES };

/* All that a peer may say until then: a long greeting and a long list of extensions fill a quarter. */
#define STARTTLS_BYTES_MAX (16 * 1024)

const char *starttls_name(enum starttls starttls); /* NULL for STARTTLS_NONE */
int starttls_port(enum starttls starttls);         /* where it usually listens; HTTPS for STARTTLS_NONE */

/* By the first `size` bytes of `name`, in either case; false, with STARTTLS_NONE, when there is no such one. */
bool starttls_find(const char *name, size_t size, enum starttls *starttls);

enum starttls_answer {
    STARTTLS_MORE,    /* the peer's turn */
    STARTTLS_GRANTED, /* the next byte is TLS */
    STARTTLS_DENIED,  /* what was said instead begins `heard` */
    STARTTLS_EARLY,   /* it went on without waiting for us: what follows may be somebody else's */
};

/* Read by nobody else. */
struct starttls_dialogue {
    enum starttls starttls;
    size_t turn;
    struct sockaddr_storage self;
};

/* `self` is our end of the connection, by which SMTP wants to be greeted; words to begin with go to `say`. */
void starttls_begin(struct starttls_dialogue *dialogue, enum starttls starttls,
                    const struct sockaddr_storage *self, struct text *say);

/* `heard` is what has come and was not used yet; what is used is taken from it. To be called until it is not MORE. */
enum starttls_answer starttls_hear(struct starttls_dialogue *dialogue, struct text *heard, struct text *say);
