/*
 * Where records go: a file, standard output, or Kafka. In JSON lines a certificate stands in the
 * first record that shows it; in Kafka records and certificates have a topic each. A record counts as
 * written when the kernel, or every in-sync broker, has it.
 */
#pragma once

#include "scanner/record.h"
#include "schema/wire/kafka.h"

struct sink;

/* `out` is a path, "-" or "kafka". NULL with *err. */
struct sink *sink_open(const char *out, const struct kafka_settings *kafka, struct error *err);

/* Only whole records are ever written. ERROR_… when the record is lost; *err also keeps an earlier loss. */
MUST_CHECK bool sink_write(struct sink *sink, const struct record *record, struct error *err);

/* Move on what is buffered and hear what arrived; to be called several times a second. */
MUST_CHECK bool sink_poll(struct sink *sink, struct error *err);

/* So many records wait for their writing that no new probe should start. */
bool sink_is_full(const struct sink *sink);

/* Everything out, or given up; then no more may be written. */
MUST_CHECK bool sink_finish(struct sink *sink, struct error *err);
uint64_t sink_written(const struct sink *sink); /* records, for sure */
uint64_t sink_waiting(const struct sink *sink); /* records that are not */
void sink_close(struct sink *sink);             /* NULL is fine */
