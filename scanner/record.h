/*
 * The one terminal record of (target line, address, hello): how its probe ended and which chain was
 * served. Versioned; schema/json/scan-record.json is its JSON Schema. Everything in it is borrowed.
 */
#pragma once

#include "scanner/receipt.h"
#include "schema/base/fingerprint.h"
#include "schema/base/text.h"
#include "schema/tls/probe.h"

#define RECORD_VERSION 1
#define RECORD_NONE INT64_C(-1) /* a number that is null in JSON */

struct record {
    int64_t version;
    const char *run;
    int64_t seq; /* which target of the run, from 1; equal lines differ in it */
    const char *target, *tag, *name, *address;
    int64_t port;
    const char *starttls;
    const char *hello;
    const char *stage, *class, *detail;
    int64_t alert, alert_sent;
    const char *tls, *cipher, *group;
    enum probe_answer client_certificate, staple;
    const char *via;                 /* whose TLS spoke: "openssl" */
    const struct fingerprint *chain; /* SHA-256 of each certificate, as served */
    size_t chain_count;
    const char *campaign_chain;        /* which of the campaign's chains this is */
    bool examined;                     /* what follows is known; false: null in JSON */
    unsigned findings;                 /* bits of examiner.h */
    const char *breaks, *judgement;    /* JSON: for whom the chain breaks; the name of the answer at length */
    int64_t started_at_ms, elapsed_ms; /* Unix milliseconds; milliseconds */
    const char *verdicts;              /* JSON: that answer, where no earlier record has it; else NULL */
    /* the certificates that no earlier record of this run has shown; the others have no `der` */
    const struct handshake_certificate *shown;
    size_t shown_count;
    struct receipt *receipt; /* told when it has arrived, with what it shows; NULL: nobody asks */
};

/* One line of JSON without its end. */
void record_write(const struct record *record, struct text *line);

/* Whether a line, of which no more than `size` bytes are there, is a record of this run. */
bool record_is_of(const char *line, size_t size, const char *run);

/* The certificates that such a line shows, by their SHA-256. */
void record_walk_shown(const char *line, size_t size,
                       void (*visit)(void *context, const struct fingerprint *print), void *context);

/* Kafka's key: name|address|port|hello. */
void record_write_key(const struct record *record, struct text *key);
