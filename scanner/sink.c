#include "scanner/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "schema/wire/publisher.h"
#include "schema/wire/topic.h"

/* Written when so much has come together, and several times a second anyway. */
#define BUFFER_BYTES (256 * 1024)
/* Records without a report from Kafka: seconds of a fast scan, and far below librdkafka's own queue. */
#define WAITING_MAX 20000

/* What a report is about. */
enum { TICKET_RECORD = 1, TICKET_CERTIFICATE = 2 };

struct sink {
    int fd; /* -1: Kafka */
    const char *name;
    bool show_certificates;
    struct text buffer;
    uint64_t buffered; /* records in it */
    struct publisher *publisher;
    uint64_t written, waiting;
    struct error loss; /* the first record that was lost; ERROR_NONE: none */
};

static void hear_report(void *context, uint64_t ticket, const struct error *failure)
{
    struct sink *sink = context;

    if (failure != NULL && sink->loss.kind == ERROR_NONE)
        sink->loss = *failure;
    if (ticket != TICKET_RECORD)
        return;
    sink->waiting--;
    if (failure == NULL)
        sink->written++;
}

struct sink *sink_open(const char *out, const struct kafka_settings *kafka, struct error *err)
{
    struct sink *sink = memory_new(sizeof(*sink));

    *sink = (struct sink){ .fd = -1, .name = out, .show_certificates = true };
    if (strcmp(out, "kafka") == 0) {
        if (!kafka_is_configured(kafka))
            error_set(err, ERROR_OPTION, "--out kafka needs --broker or --kafka-conf");
        else
            sink->publisher = publisher_open(kafka, hear_report, sink, err);
        if (sink->publisher != NULL)
            return sink;
        free(sink);
        return NULL;
    }
    if (strcmp(out, "-") == 0) {
        sink->name = "standard output";
        sink->fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
        sink->show_certificates = !isatty(STDOUT_FILENO); /* nobody reads Base64 */
    } else {
        sink->fd = open(out, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0666);
    }
    if (sink->fd >= 0)
        return sink;
    error_errno(err, "%s", sink->name);
    free(sink);
    return NULL;
}

/* Waits for a slow reader: that is its back-pressure, and probes have their deadlines elsewhere. */
static bool write_out(struct sink *sink, struct error *err)
{
    size_t done = 0;

    while (done < sink->buffer.size) {
        ssize_t size = write(sink->fd, sink->buffer.bytes + done, sink->buffer.size - done);

        if (size >= 0)
            done += (size_t)size;
        else if (errno == EAGAIN)
            poll(&(struct pollfd){ .fd = sink->fd, .events = POLLOUT }, 1, 1000);
        else if (errno != EINTR)
            return error_errno(err, "%s", sink->name);
    }
    sink->buffer.size = 0;
    sink->written += sink->buffered;
    sink->waiting -= sink->buffered;
    sink->buffered = 0;
    return true;
}

static bool publish_certificates(struct sink *sink, const struct record *record, struct error *err)
{
    for (size_t i = 0; i < record->shown_count; i++) {
        const struct handshake_certificate *item = &record->shown[i];
        struct fingerprint key = fingerprint_of(item->der, item->size);
        struct text payload = { 0 };

        text_append(&payload, item->der, item->size);
        if (!publisher_send(sink->publisher, topics[TOPIC_CERTIFICATES].name, key.bytes, sizeof(key.bytes),
                            &payload, TICKET_CERTIFICATE, err))
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
    ok = publisher_send(sink->publisher, topics[TOPIC_SCAN_RESULTS].name, key.bytes, key.size, &payload,
                        TICKET_RECORD, err);
    text_clear(&key);
    text_clear(&payload);
    sink->waiting += ok ? 1 : 0;
    return ok;
}

bool sink_write(struct sink *sink, const struct record *record, struct error *err)
{
    struct record line = *record;

    if (sink->publisher != NULL)
        return publish(sink, record, err);
    if (!sink->show_certificates)
        line.shown_count = 0;
    record_write(&line, &sink->buffer);
    text_add(&sink->buffer, "\n");
    sink->buffered++;
    sink->waiting++;
    return sink->buffer.size < BUFFER_BYTES || write_out(sink, err);
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
    if (sink->publisher == NULL)
        return write_out(sink, err);
    publisher_poll(sink->publisher, 0);
    return nothing_lost(sink, err);
}

bool sink_is_full(const struct sink *sink)
{
    return sink->publisher != NULL && sink->waiting >= WAITING_MAX;
}

bool sink_finish(struct sink *sink, struct error *err)
{
    if (sink->publisher == NULL)
        return write_out(sink, err);
    return publisher_flush(sink->publisher, PUBLISHER_TIMEOUT_MS, err) && nothing_lost(sink, err);
}

uint64_t sink_written(const struct sink *sink)
{
    return sink->written;
}

uint64_t sink_waiting(const struct sink *sink)
{
    return sink->waiting;
}

void sink_close(struct sink *sink)
{
    if (sink == NULL)
        return;
    publisher_close(sink->publisher);
    if (sink->fd >= 0)
        close(sink->fd);
    text_clear(&sink->buffer);
    free(sink);
}
