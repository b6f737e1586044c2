/*
 * Pieces of work out of rootshift.scan.targets, as a member of the workers' group. What the group has committed is
 * where each partition goes on; a piece counts as done when its receipt is complete, and only what is done without a
 * hole is committed. So a worker that dies loses nothing: whoever gets its partitions does the rest again, and what
 * both did is the same key twice.
 */
#pragma once

#include "scanner/piece.h"
#include "scanner/source.h"
#include "schema/wire/kafka.h"

struct work;

/*
 * With `once` it ends when everything that the topic held at the beginning is done, by whomever. NULL with *err:
 * a bad configuration, no broker, no topic.
 */
struct work *work_open(const struct kafka_settings *kafka, const char *group, bool once, struct error *err);

/*
 * SOURCE_LINE: *piece is the caller's, held once; release its receipt when nothing more of it will come. It may
 * outlive the partition that it came from, but not the work. SOURCE_WAITING: nothing at present, ask again soon.
 */
enum source_answer work_next(struct work *work, struct piece **piece, struct error *err);

/* Several times a second, whether pieces are wanted or not: commit what is done, hear what the group says. */
MUST_CHECK bool work_tend(struct work *work, struct error *err);

/* Commit what is done and leave the group. False when the last commit was not taken: that work is done again. */
MUST_CHECK bool work_leave(struct work *work, struct error *err);
void work_close(struct work *work); /* NULL is fine; no receipt may be open */
