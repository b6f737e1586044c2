/*
 * The targets that are open: begun, and not yet with all their records. Targets have numbers, from 1 in the order in
 * which they are read; everything that is not open and not above `seq` is complete. That makes what a checkpoint has
 * to remember as small as what is in flight, however long the list.
 *
 * A resumed run starts with the open targets of the one before, and with its own `seq` below them: their lines are
 * read again, those between them are complete.
 */
#pragma once

#include "scanner/task.h"

struct agenda {
    struct task_list open; /* by number */
    uint64_t seq;          /* of the newest target that was read */
    uint64_t touched;      /* the highest number that has a record */
    uint64_t inherited;    /* `touched` of the run that this one resumes; 0: none */
    struct task *unread;   /* the first inherited one whose line was not read again */
};

void agenda_init(struct agenda *agenda);
void agenda_clear(struct agenda *agenda); /* with what is open; no attempt may be left */

/* A target was read whose line begins at `position`. NULL: it is complete already. */
struct task *agenda_begin(struct agenda *agenda, int64_t position);
void agenda_touch(struct agenda *agenda, const struct task *task); /* it has a record */
void agenda_end(struct agenda *agenda, struct task *task);         /* complete; freed */

/* Put in one that an earlier run left open: numbers rise, and are above `seq`. */
void agenda_inherit(struct agenda *agenda, struct task *task);

/*
 * The highest number up to which everything is complete. `*position` is where the line after it begins, given where the
 * source stands.
 */
uint64_t agenda_completed(const struct agenda *agenda, int64_t source_position, int64_t *position);
