/*
 * One record on its way in, from a Kafka partition or a report file: opened, checked, and made into a
 * row of the staging table. It is one of seven things; nothing is ever dropped. What it says about its
 * own readiness is carried along and never read here.
 *
 * Hosts seal what they send. Scanners are our own and write plain records to topics that nobody else may
 * write to: results (scanned.h) and certificates (DER).
 */
#pragma once

#include "aggregator/keyring.h"
#include "schema/wire/envelope.h"

/* Borrowed. */
struct record {
    const char *topic;
    int32_t partition;
    int64_t offset;
    const uint8_t *bytes;
    size_t size;
    int64_t arrived_ms; /* the broker's timestamp; -1 when there is none */
};

/* Longest lead of a sequence or an instant over our clock: beyond it the sender's clock cannot be believed. */
#define RECORD_AHEAD_MAX_S (10 * CLOCK_MINUTE)

/* What a batch looks things up in. */
struct record_context {
    struct database *database; /* for tokens, inside the batch's transaction */
    struct keyring *keyring;
    const struct fingerprint *centre; /* our key id: to whom records must be addressed */
    int64_t now;                      /* Unix seconds */
};

/* Its topic says which. */
enum record_from { RECORD_FROM_HOST, RECORD_FROM_SCANNER, RECORD_OF_CERTIFICATE };

/* A record whose envelope, where it has one, was read; cleared by record_close(). */
struct record_open {
    struct record record;
    enum record_from from;
    struct envelope envelope;
    bool opened;
    struct error refused; /* why not, when a host sent it and !opened */
};

/* Read the envelope, so that its key id can be looked up. */
void record_open(struct record_open *open, const struct record *record);
void record_close(struct record_open *open);

/* The columns of the staging table, in the order in which record_stage() writes them. */
#define RECORD_COPY                                                                                          \
    "COPY staged (ordinal, topic, partition, record_offset, kind, key_id, schema, reason, sequence, "        \
    "observed_at, evidence_at, received_at, trust_set, bytes, content) FROM STDIN"

/*
 * Append the record's row to `rows`. `force_dead`, when not NULL, makes it a dead letter for that
 * reason: what the database refused. False only when the database could not be asked.
 */
MUST_CHECK bool record_stage(const struct record_open *open, size_t ordinal, const char *force_dead,
                             const struct record_context *context, struct text *rows, struct error *err);
