/*
 * Files that somebody else controls: opened without blocking on pipes or devices, read up to a
 * bound, and, where a host is a directory tree, resolved inside that tree whatever its links say.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "schema/base/error.h"

/* The root of the machine itself, for every `root_fd` below. */
#define INPUT_MACHINE (-1)

struct input {
    uint8_t *bytes; /* followed by a NUL that `size` does not count */
    size_t size;
    struct stat status;
};

/* A directory to be somebody's root; close() it. -1 on failure. */
int input_root_open(const char *directory, struct error *err);

/*
 * Open `path` for reading as a process whose root directory is `root_fd` would: absolute links
 * and ".." stay inside (openat2 RESOLVE_IN_ROOT; kernels before 5.6: one component at a time).
 * Returns a descriptor for a regular file or, with `directory`, a directory; else -1.
 */
int input_open(int root_fd, const char *path, bool directory, struct error *err);

/*
 * The whole file, at most `limit` bytes (ERROR_LIMIT beyond; a file that is no regular file is
 * ERROR_FORMAT). Clear with input_clear().
 */
MUST_CHECK bool input_read(int root_fd, const char *path, size_t limit, struct input *input,
                           struct error *err);
MUST_CHECK bool input_read_fd(int fd, size_t limit, struct input *input, struct error *err);
void input_clear(struct input *input);

/*
 * Where `path` ends after all its links, as an absolute path inside the root; the caller's to free.
 * NULL when it leads nowhere.
 */
char *input_resolve(int root_fd, const char *path, struct error *err);
