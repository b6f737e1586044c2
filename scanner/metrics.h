/*
 * A run's figures for Prometheus (text format 0.0.4): in a file that node_exporter's textfile collector reads, replaced
 * whole every few seconds and at the end, or asked for over HTTP on loopback.
 */
#pragma once

#include <event2/event.h>

#include "scanner/progress.h"

struct metrics;

/* `where` is a port of 127.0.0.1, or a path. `ask` fills in how the run stands. NULL with *err. */
struct metrics *metrics_open(struct event_base *base, const char *where,
                             void (*ask)(void *context, struct progress *progress), void *context,
                             struct error *err);

/* Several times a second. A file that can no longer be written is said once, and ends nothing. */
void metrics_keep(struct metrics *metrics);

/* The run is over: the file's last content. Before the loop is freed; NULL is fine. */
void metrics_close(struct metrics *metrics);

void metrics_write(const struct progress *progress, bool running, struct text *out);
