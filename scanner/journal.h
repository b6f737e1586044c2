/*
 * A run's checkpoint file over the run's life: what an earlier run left in it, and about once a second what this one
 * has completed. Every record is in the output once, whenever the process is killed: what was written after the last
 * note is cut off, and probed again.
 */
#pragma once

#include "scanner/checkpoint.h"
#include "scanner/ledger.h"

/* Borrowed for the life of the journal. */
struct journal_order {
    const char *path, *out; /* of the checkpoint, of the records */
    bool resume;
    const struct checkpoint_settings *settings;
    const struct campaign *campaign; /* NULL for none */
    size_t hello_count;
};

struct journal;

/*
 * NULL with *err: there is nothing to resume but an output that would be lost, something unfinished would be lost, or
 * what is there is of another scan. To resume from nothing is to begin.
 */
struct journal *journal_open(const struct journal_order *order, struct error *err);
void journal_close(struct journal *journal); /* NULL is fine */

/* The output, with exactly the records that the checkpoint stands for. NULL with *err. */
struct sink *journal_open_sink(struct journal *journal, struct error *err);

/* What is resumed, whose tally may be taken; NULL: nothing. */
const struct checkpoint *journal_resumed(const struct journal *journal);
struct agenda *journal_agenda(struct journal *journal);

/* Note how the run stands: when it is time and the last note is on the disk, or now. */
struct journal_state {
    struct ledger *ledger;
    struct sink *sink;
    int64_t started_at, source_position;
    bool finished;
};

void journal_keep(struct journal *journal, const struct journal_state *state);
void journal_note(struct journal *journal, const struct journal_state *state);
