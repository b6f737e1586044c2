/*
 * The state directory: all that a collector keeps on its host. The host's key (key.pem) and one SQLite
 * database, collector.db, in which stand the identity, the outbox and the memory of what was seen
 * (collector/identity.h, outbox.h, memory.h). Nobody but the collector's user may enter it.
 *
 * It survives kill -9 and a loss of power at any instant. Readers never write: SQLite's rollback
 * journal is used, not its write-ahead log, which asks even readers to write.
 */
#pragma once

#include <stdint.h>

#include <sqlite3.h>

#include "schema/base/error.h"

#define STATE_DIRECTORY "/var/lib/rootshift-collector"

struct state;

/*
 * Open it; with `writing` the directory and its parents are made where they are missing. Only reading, a state that does
 * not exist is ERROR_ABSENT. One writer at a time: a second one waits, then is ERROR_CONFLICT.
 */
struct state *state_open(const char *directory, bool writing, struct error *err);
void state_close(struct state *state); /* NULL is fine */

const char *state_key_path(const struct state *state);

/* Statements without values. */
MUST_CHECK bool state_execute(struct state *state, const char *sql, struct error *err);

/*
 * What is written between these is there as a whole or not at all. Every state_begin() needs one
 * state_end(); with `ok` false, or when committing fails, nothing remains. Returns whether it was kept.
 */
MUST_CHECK bool state_begin(struct state *state, struct error *err);
MUST_CHECK bool state_end(struct state *state, bool ok, struct error *err);

/* A statement with its values, by their letters: i int64_t, t text (may be NULL), b bytes and size_t. */
sqlite3_stmt *state_prepare(struct state *state, struct error *err, const char *sql, const char *letters,
                            ...);

/* The next row; false at the end, or with *err filled (and its kind not ERROR_NONE) on failure. */
MUST_CHECK bool state_row(sqlite3_stmt *statement, struct error *err);

/* Prepare, run to its end, finalize. */
MUST_CHECK bool state_run(struct state *state, struct error *err, const char *sql, const char *letters, ...);

int64_t state_changes(struct state *state); /* rows that the last state_run() touched */
