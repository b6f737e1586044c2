/*
 * Attempts that wait for their start, in the order of their targets. The next one is the first whose address and
 * network the pace admits, so that one busy network holds up nobody else.
 */
#pragma once

#include "scanner/pace.h"
#include "scanner/task.h"

struct queue;

struct queue *queue_new(const struct pace *pace); /* borrowed for the life of it */
void queue_free(struct queue *queue);             /* with all that waits; NULL is fine */

void queue_add(struct queue *queue, struct attempt *attempt); /* taken */

/* The next that may start, or NULL. It stays until it is taken. */
struct attempt *queue_next(const struct queue *queue);
void queue_take(struct queue *queue, struct attempt *attempt); /* the caller's again */

size_t queue_count(const struct queue *queue);
