#include "scanner/crew.h"

#include <stdlib.h>

struct crew {
    struct loop **loops;
    size_t count, next;
    struct mailbox *returned;
    struct attempt_list in_flight; /* oldest first */
    crew_ended *ended;
    void *context;
};

static void receive(void *context, struct parcel *parcel)
{
    struct crew *crew = context;
    struct attempt *attempt = (struct attempt *)parcel;

    TAILQ_REMOVE(&crew->in_flight, attempt, link);
    crew->ended(crew->context, attempt);
}

struct crew *crew_new(struct event_base *base, int loops, const struct hello *const *hellos,
                      size_t hello_count, crew_ended *ended, void *context, struct error *err)
{
    struct crew *crew = memory_new(sizeof(*crew));

    *crew = (struct crew){ .ended = ended, .context = context };
    TAILQ_INIT(&crew->in_flight);
    crew->returned = mailbox_new(base, receive, crew, err);
    if (crew->returned == NULL)
        goto fail;
    crew->loops = memory_new((size_t)loops * sizeof(*crew->loops));
    while (crew->count < (size_t)loops) {
        struct loop *loop = loop_start(hellos, hello_count, crew->returned, err);

        if (loop == NULL)
            goto fail;
        crew->loops[crew->count++] = loop;
    }
    return crew;
fail:
    crew_free(crew);
    return NULL;
}

void crew_free(struct crew *crew)
{
    if (crew == NULL)
        return;
    for (size_t i = 0; i < crew->count; i++)
        loop_stop(crew->loops[i]);
    free(crew->loops);
    mailbox_free(crew->returned);
    free(crew);
}

void crew_start(struct crew *crew, struct attempt *attempt)
{
    TAILQ_INSERT_TAIL(&crew->in_flight, attempt, link);
    loop_hand(crew->loops[crew->next], &attempt->errand);
    crew->next = (crew->next + 1) % crew->count;
}

void crew_send(struct crew *crew)
{
    for (size_t i = 0; i < crew->count; i++)
        loop_send(crew->loops[i]);
}

const struct attempt *crew_oldest(const struct crew *crew)
{
    return TAILQ_FIRST(&crew->in_flight);
}
