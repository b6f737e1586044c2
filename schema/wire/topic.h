/*
 * The topics: their names and how they are made, in one table that the programs, the embedded
 * broker and the script for a real cluster all read.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schema/base/text.h"

enum topic_id {
    TOPIC_IN,           /* collectors → aggregator; key: the sender's key id */
    TOPIC_CAMPAIGNS,    /* aggregator → collectors, scanners; keys campaign/NAME, wanted, keys */
    TOPIC_CERTIFICATES, /* scanners → aggregator: DER; key: its raw SHA-256 */
    TOPIC_SCAN_TARGETS, /* aggregator → scanners; key: name|address|port|hello */
    TOPIC_SCAN_RESULTS, /* scanners → aggregator; the same key */
    TOPICS
};

struct topic {
    const char *name;
    int partitions;   /* the unit of work: no more readers than this share it */
    bool compacted;   /* cleanup.policy=compact: the last record of a key stays for ever */
    size_t bytes_max; /* max.message.bytes */
    const char *meaning;
};

extern const struct topic topics[TOPICS];

/*
 * The key of a piece of work and of its result, appended to `key`: name|address|port|hello. What is not known
 * is NULL or 0.
 */
void topic_scan_key(const char *name, const char *address, int64_t port, const char *hello, struct text *key);

/* Where collectors write: "rootshift.in", or "rootshift.in.<partner>" where a partner gets its own. */
bool topic_is_in(const char *name);
