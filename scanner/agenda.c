#include "scanner/agenda.h"

void agenda_init(struct agenda *agenda)
{
    *agenda = (struct agenda){ 0 };
    TAILQ_INIT(&agenda->open);
}

void agenda_clear(struct agenda *agenda)
{
    struct task *task;

    while ((task = TAILQ_FIRST(&agenda->open)) != NULL)
        agenda_end(agenda, task);
}

/* Below what an earlier run came to: either it left this one open, or it is complete. */
static struct task *begin_inherited(struct agenda *agenda, int64_t position)
{
    struct task *task = agenda->unread;

    if (task == NULL || task->seq != agenda->seq)
        return NULL;
    agenda->unread = TAILQ_NEXT(task, link);
    task->position = position;
    return task;
}

struct task *agenda_begin(struct agenda *agenda, int64_t position)
{
    struct task *task;

    if (++agenda->seq <= agenda->inherited)
        return begin_inherited(agenda, position);
    task = task_new(agenda->seq, position);
    TAILQ_INSERT_TAIL(&agenda->open, task, link);
    return task;
}

void agenda_touch(struct agenda *agenda, const struct task *task)
{
    if (task->seq > agenda->touched)
        agenda->touched = task->seq;
}

void agenda_end(struct agenda *agenda, struct task *task)
{
    TAILQ_REMOVE(&agenda->open, task, link);
    task_free(task);
}

void agenda_inherit(struct agenda *agenda, struct task *task)
{
    TAILQ_INSERT_TAIL(&agenda->open, task, link);
    if (agenda->unread == NULL)
        agenda->unread = task;
}

uint64_t agenda_completed(const struct agenda *agenda, int64_t source_position, int64_t *position)
{
    const struct task *first = TAILQ_FIRST(&agenda->open);

    /* nothing is open of what was read: what was inherited comes later */
    if (first == NULL || first == agenda->unread) {
        *position = source_position;
        return agenda->seq;
    }
    *position = first->position;
    return first->seq - 1;
}
