/*
 * Where records go: a file, standard output, or Kafka. In JSON lines a certificate stands in the
 * first record that shows it; in Kafka records and certificates have a topic each. A record counts as
 * written when the kernel, or every in-sync broker, has it.
 *
 * Nothing here waits for a slow disk, reader or broker: the sink becomes full, and whoever makes records
 * must make no more.
 */
#pragma once

#include <event2/event.h>

#include "scanner/record.h"
#include "schema/wire/kafka.h"

struct sink;

/* `out` is a path, "-" or "kafka". NULL with *err. */
struct sink *sink_open(const char *out, const struct kafka_settings *kafka, struct error *err);

/*
 * A file alone, and for us alone, that keeps its first `bytes`, which are records of `run`, and loses the rest.
 * ERROR_CONFLICT when it has fewer or others, or while another process has it open in this way.
 */
struct sink *sink_open_at(const char *path, int64_t bytes, const char *run, struct error *err);

/* Once, before the first record: `moved` is called from the loop when there is room again. */
MUST_CHECK bool sink_start(struct sink *sink, struct event_base *base, void (*moved)(void *context),
                           void *context, struct error *err);

/* Only whole records are ever written. ERROR_… when the record is lost; *err also keeps an earlier loss. */
MUST_CHECK bool sink_write(struct sink *sink, const struct record *record, struct error *err);

/* Move on what is buffered and hear what arrived; to be called several times a second. */
MUST_CHECK bool sink_poll(struct sink *sink, struct error *err);

/* So many records wait for their writing that no new probe should start. */
bool sink_is_full(const struct sink *sink);

/* Bytes with all that was written so far, wherever it is now; of a file its size. */
int64_t sink_bytes(const struct sink *sink);

/* Of a file: `note` (emptied) becomes the content of `path` once all that was written so far is on the disk. */
void sink_note(struct sink *sink, const char *path, struct text *note);
bool sink_note_is_waiting(const struct sink *sink);

/* Before the loop of sink_start() is freed; NULL is fine. */
void sink_leave(struct sink *sink);

/* Wait until everything is out, or given up; then no more may be written. */
MUST_CHECK bool sink_finish(struct sink *sink, struct error *err);
uint64_t sink_written(const struct sink *sink); /* records, for sure */
uint64_t sink_waiting(const struct sink *sink); /* records that are not */
void sink_close(struct sink *sink);             /* NULL is fine */
