/*
 * A thread that writes what it is given to one descriptor, in order, so that a slow disk or reader never holds up who
 * gives. Notes stand in the same line: a note replaces a file, atomically, once everything given before it is on the
 * disk; so a note may speak of that.
 *
 * After a failure nothing more is written, not even a note.
 */
#pragma once

#include <stdint.h>

#include "schema/base/text.h"

struct writer;

/* `fd` is taken; `name` (borrowed) is how errors call it. NULL with *err. */
struct writer *writer_new(int fd, const char *name, struct error *err);

/* Taken, the texts are empty again. `records` is how many are in these bytes. */
void writer_give(struct writer *writer, struct text *bytes, uint64_t records);
void writer_note(struct writer *writer, const char *path, struct text *note);

uint64_t writer_records(const struct writer *writer); /* that were written */
size_t writer_bytes_waiting(const struct writer *writer);
bool writer_note_is_waiting(const struct writer *writer);

/* Can be read, once after each piece of work: there is room again. writer_heard() makes it quiet. */
int writer_bell(const struct writer *writer);
void writer_heard(struct writer *writer);

/* False once something could not be written. */
MUST_CHECK bool writer_check(struct writer *writer, struct error *err);

/* Wait until everything given is written; nothing may be given any more. */
MUST_CHECK bool writer_finish(struct writer *writer, struct error *err);
void writer_free(struct writer *writer); /* finishes; NULL is fine */
