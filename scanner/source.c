#include "scanner/source.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "schema/tls/target.h"
#include "schema/base/text.h"

#define CHUNK_BYTES 65536

struct source {
    int fd;
    bool ended;
    size_t start, end; /* what of `bytes` is not handed out yet */
    size_t dropped;    /* bytes of the present line that had no room */
    int64_t read_to;   /* where in the file `end` is */
    char bytes[CHUNK_BYTES];
};

_Static_assert(CHUNK_BYTES > 2 * TARGET_LINE_BYTES, "a line and its rest fit");

struct source *source_open(const char *path, struct error *err)
{
    struct source *source = memory_new(sizeof(*source));

    source->fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (source->fd < 0) {
        error_errno(err, "targets %s", path);
        free(source);
        return NULL;
    }
    source->read_to = lseek(source->fd, 0, SEEK_CUR); /* standard input may have been read by others before */
    if (source->read_to < 0)
        source->read_to = 0; /* a pipe has no places */
    return source;
}

void source_close(struct source *source)
{
    if (source == NULL)
        return;
    close(source->fd);
    free(source);
}

int source_fd(const struct source *source)
{
    return source->fd;
}

int64_t source_position(const struct source *source)
{
    return source->read_to - (int64_t)(source->end - source->start + source->dropped);
}

/* Behind an end of line, or at the end of all. */
static bool begins_line(const struct source *source, int64_t position)
{
    struct stat status;
    char before;

    if (position == 0 || (fstat(source->fd, &status) == 0 && position == status.st_size))
        return true;
    return pread(source->fd, &before, 1, position - 1) == 1 && before == '\n';
}

bool source_is_at(const struct source *source, const char *path)
{
    struct stat own, other;

    return fstat(source->fd, &own) == 0 && S_ISREG(own.st_mode) && stat(path, &other) == 0 &&
           own.st_dev == other.st_dev && own.st_ino == other.st_ino;
}

bool source_seek(struct source *source, int64_t position, struct error *err)
{
    if (!begins_line(source, position))
        return error_set(err, ERROR_CONFLICT, "targets: no line begins at byte %lld", (long long)position);
    if (lseek(source->fd, position, SEEK_SET) != position)
        return error_errno(err, "targets");
    source->start = source->end = source->dropped = 0;
    source->read_to = position;
    source->ended = false;
    return true;
}

bool source_digest(const struct source *source, struct fingerprint *digest, struct error *err)
{
    struct fingerprint_hash *hash;
    struct stat status;
    int64_t at = 0;
    ssize_t size;

    if (fstat(source->fd, &status) != 0)
        return error_errno(err, "targets");
    if (!S_ISREG(status.st_mode))
        return error_set(err, ERROR_OPTION,
                         "the targets come from no file: what was read cannot be read again");
    hash = fingerprint_hash_new();
    do {
        char bytes[CHUNK_BYTES];

        size = pread(source->fd, bytes, sizeof(bytes), at);
        if (size > 0)
            fingerprint_hash_add(hash, bytes, (size_t)size);
        at += size > 0 ? size : 0;
    } while (size > 0 || (size < 0 && errno == EINTR));
    *digest = fingerprint_hash_take(hash);
    return size == 0 || error_errno(err, "targets");
}

/* A line over length keeps its beginning; the rest is counted and forgotten. */
static void make_room(struct source *source)
{
    if (source->start > 0) {
        memmove(source->bytes, source->bytes + source->start, source->end - source->start);
        source->end -= source->start;
        source->start = 0;
    }
    if (source->end == sizeof(source->bytes)) {
        source->dropped += source->end - (TARGET_LINE_BYTES + 1);
        source->end = TARGET_LINE_BYTES + 1;
    }
}

/* Never blocks: standard input may be a terminal or a slow pipe, and deadlines run meanwhile. */
static enum source_answer read_more(struct source *source, struct error *err)
{
    struct pollfd ready = { .fd = source->fd, .events = POLLIN };
    ssize_t size;

    make_room(source);
    if (poll(&ready, 1, 0) == 0)
        return SOURCE_WAITING;
    size = read(source->fd, source->bytes + source->end, sizeof(source->bytes) - source->end);
    if (size < 0 && (errno == EINTR || errno == EAGAIN))
        return SOURCE_WAITING;
    if (size < 0) {
        error_errno(err, "targets");
        return SOURCE_FAILED;
    }
    source->ended = size == 0;
    source->end += (size_t)size;
    source->read_to += size;
    return SOURCE_LINE;
}

/* The present line if it is whole, or all there will ever be. */
static bool take_line(struct source *source, const char **line, size_t *size)
{
    char *start = source->bytes + source->start;
    size_t left = source->end - source->start;
    char *newline = left > 0 ? memchr(start, '\n', left) : NULL;
    size_t shown = newline != NULL ? (size_t)(newline - start) : left;
    size_t mark = source_position(source) == 0 ? text_mark_bytes(start, shown) : 0;

    if (newline == NULL && (!source->ended || left == 0))
        return false;
    *line = start + mark;
    *size = shown + source->dropped - mark;
    source->dropped = 0;
    source->start += shown + (newline != NULL ? 1 : 0);
    return true;
}

enum source_answer source_next(struct source *source, const char **line, size_t *size, struct error *err)
{
    for (;;) {
        enum source_answer answer;

        while (take_line(source, line, size)) {
            if (!target_line_is_blank(*line, *size))
                return SOURCE_LINE;
        }
        if (source->ended)
            return SOURCE_ENDED;
        answer = read_more(source, err);
        if (answer != SOURCE_LINE)
            return answer;
    }
}
