/*
 * Attempts that wait for their start, and how many are in flight to each address and network: a peer should not
 * notice us, and one that is at its cap holds up nobody else, however many targets it has. Attempts of one address
 * keep their order; each step costs the same whatever waits.
 */
#pragma once

#include "scanner/task.h"

/* In flight at once; a network is an IPv4 /24 or an IPv6 /48. */
struct queue_caps {
    int per_address, per_network;
};

struct queue;

struct queue *queue_new(const struct queue_caps *caps);
void queue_free(struct queue *queue); /* with all that waits; nothing may be in flight; NULL is fine */

void queue_add(struct queue *queue, struct attempt *attempt); /* taken */

/* The next that may start, or NULL. It stays until it is taken; then it is in flight. */
struct attempt *queue_next(struct queue *queue);
void queue_take(struct queue *queue, struct attempt *attempt); /* the caller's again */
void queue_ended(struct queue *queue, const struct attempt *attempt);

size_t queue_count(const struct queue *queue);   /* all that wait */
size_t queue_blocked(const struct queue *queue); /* of these, behind a cap */
