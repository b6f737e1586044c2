/*
 * Where targets come from: a file or pipe read line by line, or a list made from a campaign. Nothing
 * is kept of what was handed out, so a list of any length is read in constant memory.
 */
#pragma once

#include <stddef.h>

#include "schema/base/fingerprint.h"

struct source;

enum source_answer {
    SOURCE_LINE,    /* *line is a target line */
    SOURCE_WAITING, /* nothing yet: ask again when source_fd() can be read */
    SOURCE_ENDED,   /* that was all */
    SOURCE_FAILED,  /* *err says why */
};

/* `path` "-" is standard input. NULL with *err. */
struct source *source_open(const char *path, struct error *err);
void source_close(struct source *source);

/*
 * The next line that is not blank and no comment; borrowed until the next call. A line longer than a
 * target may be is cut, and *size says how long it would have been.
 */
enum source_answer source_next(struct source *source, const char **line, size_t *size, struct error *err);
int source_fd(const struct source *source);

/* Whether that is the file it reads: to write there would lose it. */
bool source_is_at(const struct source *source, const char *path);

/* Where in a file the next line begins, in bytes from its start; and to go on there. */
int64_t source_position(const struct source *source);
MUST_CHECK bool source_seek(struct source *source, int64_t position, struct error *err);

/* Of everything in a file, whatever was read of it. ERROR_OPTION when it is no file but a pipe or a terminal. */
MUST_CHECK bool source_digest(const struct source *source, struct fingerprint *digest, struct error *err);
