/*
 * How a probe ended: the stage where, the class why, and a detail for people. Stages and classes are
 * closed lists; success is done/ok. A class that begins with "local_" is our own trouble and says
 * nothing about the target: booking it there would call a partner broken because we ran out of files.
 */
#pragma once

#include <stddef.h>

#include "schema/base/error.h"

enum outcome_stage {
    STAGE_INPUT,       /* the line was no target, or one that we may not probe */
    STAGE_RESOLVE,     /* the name had no address for us */
    STAGE_CONNECT,     /* TCP */
    STAGE_HELLO,       /* our hello is out, theirs is not in; or STARTTLS is spoken */
    STAGE_CERTIFICATE, /* their hello is in, their Certificate not wholly */
    STAGE_HANDSHAKE,   /* the chain is known, the handshake not finished */
    STAGE_REQUEST,     /* one HTTP GET */
    STAGE_DONE,
    STAGES
};

enum outcome_class {
    CLASS_OK,
    CLASS_TIMEOUT,
    CLASS_REFUSED,     /* nobody listens */
    CLASS_UNREACHABLE, /* no way there, or the way says no */
    CLASS_RESET,       /* the peer, or something in between, broke the connection */
    CLASS_CLOSED,      /* the peer ended the connection in good order but too early */
    CLASS_ALERT,       /* the peer said no in TLS; its number is kept */
    CLASS_NOT_TLS,     /* something else answers there */
    CLASS_PROTOCOL,    /* it speaks TLS (or HTTP) wrongly, or so that we cannot follow */
    CLASS_OVERSIZE,    /* more bytes than we take */
    CLASS_MALFORMED,   /* a certificate, or a target's line, that cannot be read */
    CLASS_NAME_NOT_FOUND,
    CLASS_NO_ADDRESS,   /* the name exists and has no address */
    CLASS_NAME_REFUSED, /* the name's servers fail or refuse */
    CLASS_LOCAL_FILES,
    CLASS_LOCAL_PORTS,
    CLASS_LOCAL_RESOLVER,
    CLASS_LOCAL_MEMORY,
    CLASSES
};

#define OUTCOME_DETAIL_BYTES 160
#define OUTCOME_NO_ALERT (-1)

struct outcome {
    enum outcome_stage stage;
    enum outcome_class class;
    int alert;      /* number of the fatal alert received (RFC 8446 section 6); OUTCOME_NO_ALERT for none */
    int alert_sent; /* the same of the one that we sent */
    char detail[OUTCOME_DETAIL_BYTES]; /* "" when there is nothing to add */
};

struct outcome outcome_make(enum outcome_stage stage, enum outcome_class class, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* As far as was wanted. */
struct outcome outcome_good(void);

/* Something else than TLS answers there: `says` and the first of its words. */
struct outcome outcome_of_words(enum outcome_stage stage, const char *says, const void *words, size_t size);

/* The ends that every kind of probe can come to, in the same words. */
struct outcome outcome_of_errno(enum outcome_stage stage, int number); /* of connect(), send() or recv() */
struct outcome outcome_of_alert(enum outcome_stage stage, int alert);
struct outcome outcome_of_end(enum outcome_stage stage); /* the peer's FIN, too early */
/* The deadline. `trickles`: bytes came before it, and were not enough. */
struct outcome outcome_of_delay(enum outcome_stage stage, bool trickles);

const char *outcome_stage_name(enum outcome_stage stage);
const char *outcome_class_name(enum outcome_class class);
bool outcome_stage_parse(const char *name, enum outcome_stage *stage);
bool outcome_class_parse(const char *name, enum outcome_class *class);

/* Whether this class is our own trouble, not the target's. */
bool outcome_is_local(enum outcome_class class);

/* The class that a failed connect(), send() or recv() has by its errno. */
enum outcome_class outcome_class_of_errno(int number);
