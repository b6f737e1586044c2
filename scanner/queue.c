#include "scanner/queue.h"

#include <stdlib.h>

/* Attempts that are looked at for one that an address's cap admits, before the others must wait. */
#define LOOK_AHEAD 256

struct queue {
    const struct pace *pace;
    struct attempt_list waiting;
    size_t count;
};

struct queue *queue_new(const struct pace *pace)
{
    struct queue *queue = memory_new(sizeof(*queue));

    queue->pace = pace;
    TAILQ_INIT(&queue->waiting);
    return queue;
}

void queue_free(struct queue *queue)
{
    struct attempt *attempt;

    if (queue == NULL)
        return;
    while ((attempt = TAILQ_FIRST(&queue->waiting)) != NULL) {
        queue_take(queue, attempt);
        attempt_free(attempt);
    }
    free(queue);
}

void queue_add(struct queue *queue, struct attempt *attempt)
{
    TAILQ_INSERT_TAIL(&queue->waiting, attempt, link);
    queue->count++;
}

struct attempt *queue_next(const struct queue *queue)
{
    struct attempt *attempt;
    int looked = 0;

    TAILQ_FOREACH(attempt, &queue->waiting, link)
    {
        if (pace_admits(queue->pace, &attempt->errand.address))
            return attempt;
        if (++looked == LOOK_AHEAD)
            break;
    }
    return NULL;
}

void queue_take(struct queue *queue, struct attempt *attempt)
{
    TAILQ_REMOVE(&queue->waiting, attempt, link);
    queue->count--;
}

size_t queue_count(const struct queue *queue)
{
    return queue->count;
}
