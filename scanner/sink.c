#include "scanner/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scanner/writer.h"
#include "schema/wire/publisher.h"
#include "schema/wire/topic.h"

/* Given to the writer when so much has come together, and several times a second anyway. */
#define BUFFER_BYTES (256 * 1024)
/* A second of a fast scan: more would be memory without a purpose. */
#define WAITING_BYTES_MAX (4 * 1024 * 1024)
/* Records without a report from Kafka: seconds of a fast scan, and far below librdkafka's own queue. */
#define WAITING_MAX 20000

/* What a report is about: the lowest bits of its ticket; the others are the receipt's address. */
enum { TICKET_RECORD = 1, TICKET_CERTIFICATE = 2, TICKET_BITS = 3 };

_Static_assert(_Alignof(struct receipt) > TICKET_BITS, "its address leaves these bits free");

struct sink {
    const char *name;
    int fd; /* before sink_start(); -1: Kafka, or the writer's */
    bool show_certificates;
    struct writer *writer; /* NULL: Kafka */
    struct text buffer;
    uint64_t buffered; /* records in it */
    uint64_t given;    /* records that the writer was given */
    int64_t bytes;     /* with the buffer's */
    struct event *bell;
    void (*moved)(void *context);
    void *context;
    struct publisher *publisher;
    uint64_t reported, unreported; /* records that Kafka has; that it may have */
    struct error loss;             /* the first record that was lost; ERROR_NONE: none */
};

static void hear_report(void *context, uint64_t ticket, const struct error *failure)
{
    struct sink *sink = context;

    if (failure != NULL && sink->loss.kind == ERROR_NONE)
        sink->loss = *failure;
    if ((ticket & TICKET_BITS) == TICKET_RECORD) {
        sink->unreported--;
        sink->reported += failure == NULL;
    }
    receipt_release((struct receipt *)(uintptr_t)(ticket & ~(uint64_t)TICKET_BITS), failure == NULL);
}

static struct sink *open_kafka(const struct kafka_settings *kafka, struct error *err)
{
    struct sink *sink = memory_new(sizeof(*sink));

    *sink = (struct sink){ .name = "Kafka", .fd = -1, .show_certificates = true };
    if (!kafka_is_configured(kafka))
        error_set(err, ERROR_OPTION, "--out kafka needs --broker or --kafka-conf");
    else
        sink->publisher = publisher_open(kafka, hear_report, sink, err);
    if (sink->publisher != NULL)
        return sink;
    free(sink);
    return NULL;
}

static struct sink *open_descriptor(int fd, const char *name, struct error *err)
{
    struct sink *sink;

    if (fd < 0) {
        error_errno(err, "%s", name);
        return NULL;
    }
    sink = memory_new(sizeof(*sink));
    *sink = (struct sink){ .name = name, .fd = fd };
    sink->show_certificates = !isatty(fd); /* nobody reads Base64 */
    return sink;
}

struct sink *sink_open(const char *out, const struct kafka_settings *kafka, struct error *err)
{
    if (strcmp(out, "kafka") == 0)
        return open_kafka(kafka, err);
    if (strcmp(out, "-") == 0)
        return open_descriptor(fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3), "standard output", err);
    return open_descriptor(open(out, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0666), out, err);
}

/* Whether somebody else's file would be cut. */
static bool holds_records_of(int fd, const char *run)
{
    char start[256];
    ssize_t size = pread(fd, start, sizeof(start), 0);

    return size > 0 && record_is_of(start, (size_t)size, run);
}

/* Cut to the bytes that count. */
static bool cut(int fd, const char *path, int64_t bytes, const char *run, struct error *err)
{
    struct stat status;

    if (flock(fd, LOCK_EX | LOCK_NB) != 0)
        return error_set(err, ERROR_CONFLICT, "%s: another scan is writing to it", path);
    if (fstat(fd, &status) != 0)
        return error_errno(err, "%s", path);
    if (!S_ISREG(status.st_mode))
        return error_set(err, ERROR_OPTION, "%s is no file that can be cut", path);
    if (status.st_size < bytes)
        return error_set(err, ERROR_CONFLICT, "%s: %lld bytes where %lld were written", path,
                         (long long)status.st_size, (long long)bytes);
    if (bytes > 0 && !holds_records_of(fd, run))
        return error_set(err, ERROR_CONFLICT, "%s does not hold the records of run %s", path, run);
    if (ftruncate(fd, bytes) != 0 || lseek(fd, bytes, SEEK_SET) != bytes)
        return error_errno(err, "%s", path);
    return true;
}

struct sink *sink_open_at(const char *path, int64_t bytes, const char *run, struct error *err)
{
    struct sink *sink = open_descriptor(open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, 0666), path, err);

    if (sink == NULL)
        return NULL;
    sink->bytes = bytes;
    if (cut(sink->fd, path, bytes, run, err))
        return sink;
    sink_close(sink);
    return NULL;
}

static void hear_bell(evutil_socket_t bell, short what, void *argument)
{
    struct sink *sink = argument;

    (void)bell;
    (void)what;
    writer_heard(sink->writer);
    sink->moved(sink->context);
}

bool sink_start(struct sink *sink, struct event_base *base, void (*moved)(void *context), void *context,
                struct error *err)
{
    if (sink->publisher != NULL)
        return true;
    sink->moved = moved;
    sink->context = context;
    sink->writer = writer_new(sink->fd, sink->name, err);
    sink->fd = -1;
    if (sink->writer == NULL)
        return false;
    sink->bell = event_new(base, writer_bell(sink->writer), EV_READ | EV_PERSIST, hear_bell, sink);
    return (sink->bell != NULL && event_add(sink->bell, NULL) == 0) ||
           error_set(err, ERROR_SYSTEM, "no event for %s", sink->name);
}

static void give_buffer(struct sink *sink)
{
    if (sink->buffer.size == 0)
        return;
    sink->given += sink->buffered;
    writer_give(sink->writer, &sink->buffer, sink->buffered);
    sink->buffered = 0;
}

/* The payload is taken. */
static bool send_one(struct sink *sink, enum topic_id topic, const void *key, size_t key_size,
                     struct text *payload, struct receipt *receipt, unsigned kind, struct error *err)
{
    bool ok;

    receipt_hold(receipt); /* before: its report may come at once */
    sink->bytes += (int64_t)payload->size;
    sink->unreported += kind == TICKET_RECORD;
    ok = publisher_send(sink->publisher, topics[topic].name, key, key_size, payload,
                        (uint64_t)(uintptr_t)receipt | kind, err);
    if (ok)
        return true;
    sink->unreported -= kind == TICKET_RECORD;
    receipt_release(receipt, false);
    return false;
}

static bool publish_certificates(struct sink *sink, const struct record *record, struct error *err)
{
    for (size_t i = 0; i < record->shown_count; i++) {
        const struct handshake_certificate *item = &record->shown[i];
        struct text payload = { 0 };

        text_append(&payload, item->der, item->size);
        if (!send_one(sink, TOPIC_CERTIFICATES, item->print.bytes, FINGERPRINT_BYTES, &payload,
                      record->receipt, TICKET_CERTIFICATE, err))
            return false;
    }
    return true;
}

static bool publish(struct sink *sink, const struct record *record, struct error *err)
{
    struct record bare = *record;
    struct text key = { 0 }, payload = { 0 };
    bool ok;

    /* certificates first: who reads a record can then find them */
    if (!publish_certificates(sink, record, err))
        return false;
    bare.shown_count = 0;
    record_write(&bare, &payload);
    record_write_key(&bare, &key);
    ok = send_one(sink, TOPIC_SCAN_RESULTS, key.bytes, key.size, &payload, record->receipt, TICKET_RECORD,
                  err);
    text_clear(&key);
    text_clear(&payload);
    return ok;
}

bool sink_write(struct sink *sink, const struct record *record, struct error *err)
{
    struct record line = *record;
    size_t before = sink->buffer.size;

    if (sink->publisher != NULL)
        return publish(sink, record, err);
    if (!sink->show_certificates) {
        line.shown_count = 0;
        line.verdicts = NULL;
    }
    record_write(&line, &sink->buffer);
    text_add(&sink->buffer, "\n");
    sink->bytes += (int64_t)(sink->buffer.size - before);
    sink->buffered++;
    if (sink->buffer.size >= BUFFER_BYTES)
        give_buffer(sink);
    return true;
}

static bool nothing_lost(const struct sink *sink, struct error *err)
{
    if (sink->loss.kind == ERROR_NONE)
        return true;
    *err = sink->loss;
    return error_within(err, "a record was lost");
}

bool sink_poll(struct sink *sink, struct error *err)
{
    if (sink->publisher == NULL) {
        give_buffer(sink);
        return writer_check(sink->writer, err);
    }
    publisher_poll(sink->publisher, 0);
    return nothing_lost(sink, err);
}

bool sink_is_full(const struct sink *sink)
{
    if (sink->publisher != NULL)
        return sink->unreported >= WAITING_MAX;
    return writer_bytes_waiting(sink->writer) >= WAITING_BYTES_MAX;
}

int64_t sink_bytes(const struct sink *sink)
{
    return sink->bytes;
}

void sink_note(struct sink *sink, const char *path, struct text *note)
{
    give_buffer(sink);
    writer_note(sink->writer, path, note);
}

bool sink_note_is_waiting(const struct sink *sink)
{
    return writer_note_is_waiting(sink->writer);
}

void sink_leave(struct sink *sink)
{
    if (sink == NULL || sink->bell == NULL)
        return;
    event_free(sink->bell);
    sink->bell = NULL;
}

bool sink_finish(struct sink *sink, struct error *err)
{
    if (sink->publisher != NULL)
        return publisher_flush(sink->publisher, PUBLISHER_TIMEOUT_MS, err) && nothing_lost(sink, err);
    give_buffer(sink);
    return writer_finish(sink->writer, err);
}

uint64_t sink_written(const struct sink *sink)
{
    return sink->publisher != NULL ? sink->reported : writer_records(sink->writer);
}

uint64_t sink_waiting(const struct sink *sink)
{
    return sink->publisher != NULL ? sink->unreported
                                   : sink->given + sink->buffered - writer_records(sink->writer);
}

void sink_close(struct sink *sink)
{
    if (sink == NULL)
        return;
    sink_leave(sink);
    writer_free(sink->writer);
    publisher_close(sink->publisher);
    if (sink->fd >= 0)
        close(sink->fd);
    text_clear(&sink->buffer);
    free(sink);
}
