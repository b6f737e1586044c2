#include "scanner/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/queue.h>
#include <unistd.h>

/* Bytes for the descriptor, or a note. */
struct piece {
    STAILQ_ENTRY(piece) link;
    struct text bytes;
    uint64_t records;
    char *path; /* of a note; NULL: for the descriptor */
};

struct writer {
    int fd, bell;
    const char *name;
    pthread_t thread;
    bool running;
    pthread_mutex_t lock;
    pthread_cond_t given;
    STAILQ_HEAD(, piece) pieces; /* this and the next two under the lock */
    bool closing;
    struct error failure; /* ERROR_NONE: none */
    _Atomic uint64_t records;
    _Atomic size_t bytes_waiting, notes_waiting;
};

/* --- the thread ----------------------------------------------------------------------------------- */

/* Waits for a slow reader, whatever kind of descriptor it is. */
static bool write_all(int fd, const char *name, const struct text *bytes, struct error *err)
{
    size_t done = 0;

    while (done < bytes->size) {
        ssize_t size = write(fd, bytes->bytes + done, bytes->size - done);

        if (size >= 0)
            done += (size_t)size;
        else if (errno == EAGAIN)
            poll(&(struct pollfd){ .fd = fd, .events = POLLOUT }, 1, -1);
        else if (errno != EINTR)
            return error_errno(err, "%s", name);
    }
    return true;
}

/* A new name is on the disk when its directory is. */
static bool sync_directory(const char *path, struct error *err)
{
    char *copy = memory_text(path);
    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;

    if (!ok)
        error_errno(err, "%s", path);
    if (fd >= 0)
        close(fd);
    free(copy);
    return ok;
}

static bool replace_file(const char *path, const struct text *bytes, struct error *err)
{
    struct text temporary = { 0 };
    int fd;
    bool ok = false;

    text_format(&temporary, "%s.new", path);
    fd = open(text_string(&temporary), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0666);
    if (fd < 0) {
        error_errno(err, "%s", text_string(&temporary));
        goto done;
    }
    if (!write_all(fd, text_string(&temporary), bytes, err))
        goto done;
    if (fsync(fd) != 0 || rename(text_string(&temporary), path) != 0) {
        error_errno(err, "%s", path);
        goto done;
    }
    ok = sync_directory(path, err);
done:
    if (fd >= 0)
        close(fd);
    text_clear(&temporary);
    return ok;
}

static bool write_piece(struct writer *writer, const struct piece *piece, struct error *err)
{
    if (piece->path == NULL)
        return write_all(writer->fd, writer->name, &piece->bytes, err);
    if (fdatasync(writer->fd) != 0)
        return error_errno(err, "%s", writer->name);
    return replace_file(piece->path, &piece->bytes, err);
}

/* The next piece, once there is one; NULL: that was all. */
static struct piece *await_piece(struct writer *writer)
{
    struct piece *piece;

    pthread_mutex_lock(&writer->lock);
    while (STAILQ_EMPTY(&writer->pieces) && !writer->closing)
        pthread_cond_wait(&writer->given, &writer->lock);
    piece = STAILQ_FIRST(&writer->pieces);
    if (piece != NULL)
        STAILQ_REMOVE_HEAD(&writer->pieces, link);
    pthread_mutex_unlock(&writer->lock);
    return piece;
}

static void end_piece(struct writer *writer, struct piece *piece)
{
    const uint64_t ring = 1;

    if (piece->path == NULL)
        writer->bytes_waiting -= piece->bytes.size;
    else
        writer->notes_waiting--;
    text_clear(&piece->bytes);
    free(piece->path);
    free(piece);
    (void)!write(writer->bell, &ring, sizeof(ring));
}

static void *run(void *argument)
{
    struct writer *writer = argument;
    struct error failure = { 0 };
    struct piece *piece;

    while ((piece = await_piece(writer)) != NULL) {
        if (failure.kind == ERROR_NONE && write_piece(writer, piece, &failure)) {
            writer->records += piece->records;
        } else {
            pthread_mutex_lock(&writer->lock);
            writer->failure = failure;
            pthread_mutex_unlock(&writer->lock);
        }
        end_piece(writer, piece);
    }
    return NULL;
}

/* --- who gives ------------------------------------------------------------------------------------ */

static bool start_thread(struct writer *writer, struct error *err)
{
    sigset_t all, before;
    int number;

    sigfillset(&all); /* signals are for who gives */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    number = pthread_create(&writer->thread, NULL, run, writer);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    writer->running = number == 0;
    return number == 0 || error_set(err, ERROR_SYSTEM, "thread: %s", strerror(number));
}

struct writer *writer_new(int fd, const char *name, struct error *err)
{
    struct writer *writer = memory_new(sizeof(*writer));

    *writer = (struct writer){ .fd = fd, .name = name };
    pthread_mutex_init(&writer->lock, NULL);
    pthread_cond_init(&writer->given, NULL);
    STAILQ_INIT(&writer->pieces);
    writer->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (writer->bell < 0)
        error_errno(err, "eventfd");
    else if (start_thread(writer, err))
        return writer;
    writer_free(writer);
    return NULL;
}

static void give(struct writer *writer, struct piece *piece)
{
    pthread_mutex_lock(&writer->lock);
    STAILQ_INSERT_TAIL(&writer->pieces, piece, link);
    pthread_cond_signal(&writer->given);
    pthread_mutex_unlock(&writer->lock);
}

void writer_give(struct writer *writer, struct text *bytes, uint64_t records)
{
    struct piece *piece = memory_new(sizeof(*piece));

    *piece = (struct piece){ .bytes = *bytes, .records = records };
    writer->bytes_waiting += bytes->size;
    *bytes = (struct text){ 0 };
    give(writer, piece);
}

void writer_note(struct writer *writer, const char *path, struct text *note)
{
    struct piece *piece = memory_new(sizeof(*piece));

    *piece = (struct piece){ .bytes = *note, .path = memory_text(path) };
    writer->notes_waiting++;
    *note = (struct text){ 0 };
    give(writer, piece);
}

uint64_t writer_records(const struct writer *writer)
{
    return writer->records;
}

size_t writer_bytes_waiting(const struct writer *writer)
{
    return writer->bytes_waiting;
}

bool writer_note_is_waiting(const struct writer *writer)
{
    return writer->notes_waiting > 0;
}

int writer_bell(const struct writer *writer)
{
    return writer->bell;
}

void writer_heard(struct writer *writer)
{
    uint64_t rings;

    (void)!read(writer->bell, &rings, sizeof(rings));
}

bool writer_check(struct writer *writer, struct error *err)
{
    bool ok;

    pthread_mutex_lock(&writer->lock);
    ok = writer->failure.kind == ERROR_NONE;
    if (!ok)
        *err = writer->failure;
    pthread_mutex_unlock(&writer->lock);
    return ok;
}

static void stop_thread(struct writer *writer)
{
    if (!writer->running)
        return;
    pthread_mutex_lock(&writer->lock);
    writer->closing = true;
    pthread_cond_signal(&writer->given);
    pthread_mutex_unlock(&writer->lock);
    pthread_join(writer->thread, NULL);
    writer->running = false;
}

bool writer_finish(struct writer *writer, struct error *err)
{
    stop_thread(writer);
    return writer_check(writer, err);
}

void writer_free(struct writer *writer)
{
    if (writer == NULL)
        return;
    stop_thread(writer);
    if (writer->bell >= 0)
        close(writer->bell);
    close(writer->fd);
    pthread_cond_destroy(&writer->given);
    pthread_mutex_destroy(&writer->lock);
    free(writer);
}
