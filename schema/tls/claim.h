/*
 * What a server claims in answer to a hello of ours: its version, its cipher and its chain, read to the
 * end of the Certificate message and not further, without OpenSSL's TLS. Nothing is proved by it: the
 * signature over the handshake comes later. Bytes go in as they arrive, however they are cut; no socket,
 * no clock. Whatever this reader does not speak or does not like is `CLAIM_UNUSUAL`, never a verdict on
 * the server: OpenSSL is to be asked then.
 */
#pragma once

#include "schema/base/text.h"
#include "schema/tls/handshake.h"
#include "schema/tls/offer.h"
#include "schema/tls/outcome.h"
#include "schema/tls/traffic.h"

enum claim_answer {
    CLAIM_MORE,    /* not the whole Certificate yet */
    CLAIM_SHOWN,   /* `chain` is there */
    CLAIM_ALERT,   /* the peer said no: `alert` */
    CLAIM_UNUSUAL, /* another group, another version, damage, … */
};

/* To be read by its owner. */
struct claim {
    enum outcome_stage reached; /* STAGE_HELLO, or STAGE_CERTIFICATE once the server's hello is in */
    int alert;                  /* OUTCOME_NO_ALERT for none */
    const char *tls, *cipher;   /* as in the record; NULL before the server's hello */
    const char *group;
    struct handshake_chain chain; /* who takes it zeroes it here */

    /* its own */
    const struct offer *offer;
    struct traffic *traffic;
    struct text hello;    /* our ClientHello, until the keys are made from it */
    struct text unread;   /* a record of which the end has not come */
    struct text messages; /* the handshake's bytes that are no whole message yet */
    bool tls13;
    struct traffic_keys keys;
};

/* `offer` and `traffic` are borrowed for the life of the claim. `hello` is what offer_write() wrote. */
void claim_begin(struct claim *claim, const struct offer *offer, struct traffic *traffic, struct span hello);

/* The peer's next bytes. Not to be called again after another answer than CLAIM_MORE. */
enum claim_answer claim_read(struct claim *claim, const uint8_t *bytes, size_t size);
void claim_clear(struct claim *claim);
